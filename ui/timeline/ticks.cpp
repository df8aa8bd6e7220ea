// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace threadline::ui {
namespace {

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

constexpr std::array kSteps = {TickStep{10 * kMs, 0, 5},
                               TickStep{20 * kMs, 0, 4},
                               TickStep{50 * kMs, 0, 5},
                               TickStep{100 * kMs, 0, 5},
                               TickStep{200 * kMs, 0, 4},
                               TickStep{500 * kMs, 0, 5},
                               TickStep{kSecond, 0, 5},
                               TickStep{2 * kSecond, 0, 4},
                               TickStep{5 * kSecond, 0, 5},
                               TickStep{10 * kSecond, 0, 5},
                               TickStep{15 * kSecond, 0, 5},
                               TickStep{30 * kSecond, 0, 6},
                               TickStep{kMinute, 0, 6},
                               TickStep{2 * kMinute, 0, 4},
                               TickStep{5 * kMinute, 0, 5},
                               TickStep{10 * kMinute, 0, 5},
                               TickStep{15 * kMinute, 0, 5},
                               TickStep{30 * kMinute, 0, 6},
                               TickStep{kHour, 0, 6},
                               TickStep{2 * kHour, 0, 4},
                               TickStep{3 * kHour, 0, 6},
                               TickStep{6 * kHour, 0, 6},
                               TickStep{12 * kHour, 0, 6},
                               TickStep{kDay, 0, 4},
                               TickStep{2 * kDay, 0, 4},
                               TickStep{7 * kDay, 0, 1},
                               TickStep{0, 1, 1},
                               TickStep{0, 3, 1},
                               TickStep{0, 12, 4},
                               TickStep{0, 60, 5},
                               TickStep{0, 120, 5},
                               TickStep{0, 240, 4},
                               TickStep{0, 600, 5}};

/// The least time between two labels of a step.
double lengthOf(const TickStep &step)
{
    constexpr double kShortMonth = 28;
    constexpr double kShortYear = 365;
    const double days = step.months % 12 == 0 ? step.months / 12 * kShortYear : step.months * kShortMonth;
    return step.months ? days * static_cast<double>(kDay) : static_cast<double>(step.us);
}

std::int64_t floorTo(std::int64_t value, std::int64_t step)
{
    const std::int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

QString labelOf(Timestamp t, const TickStep &step, const TimeText &text)
{
    if (step.months >= 12)
        return text.year(t);
    if (step.months)
        return text.month(t);
    if (step.us >= kDay)
        return text.day(t);
    if (step.us >= kMinute)
        return text.minutes(t);
    return step.us >= kSecond ? text.clock(t) : text.clockMillis(t);
}

class TickRun {
public:
    TickRun(const TimeScale &scale, double width, const TimeText &text, const TickStep &step)
        : m_scale(scale), m_text(text), m_step(step), m_end(scale.at(width))
    {}

    std::vector<Tick> run()
    {
        m_step.months ? calendar() : clock();
        markDays();
        return std::move(m_out);
    }

private:
    void add(Timestamp t, bool major)
    {
        m_out.push_back({t, m_scale.x(t), major, false, major ? labelOf(t, m_step, m_text) : QString(), {}});
    }

    /// Steps on the wall clock between two changes of it; a change is a tick itself.
    void clock()
    {
        Timestamp from{m_scale.start().us - m_step.us};
        while (from <= m_end) {
            const std::optional<Timestamp> change = m_text.nextChange(from, m_end);
            stretch(from, change ? *change : Timestamp{m_end.us + 1});
            if (!change)
                return;
            changeTick(*change);
            from = Timestamp{change->us + 1}; // a tick on the change itself would stand twice
        }
    }

    void stretch(Timestamp from, Timestamp until)
    {
        const std::int64_t offset = m_text.offset(from).us;
        const std::int64_t minor = m_step.us / m_step.minors;
        const bool minors = static_cast<double>(minor) / m_scale.usPerPx() >= kMinMinorSpace;
        const std::int64_t step = minors ? minor : m_step.us;
        for (std::int64_t wall = floorTo(from.us + offset, step); wall - offset < until.us; wall += step) {
            if (wall - offset >= from.us)
                add(Timestamp{wall - offset}, floorTo(wall, m_step.us) == wall);
        }
    }

    void changeTick(Timestamp t)
    {
        // The change displaces a tick that stands on the same instant.
        while (!m_out.empty() && m_out.back().time >= t)
            m_out.pop_back();
        if (m_step.us >= kDay)
            return;
        // What the wall clock would have shown without the change: the offset before it still applied.
        const TimeText utc;
        const QString before = utc.minutes(t + m_text.offset(Timestamp{t.us - 1000}));
        m_changes.push_back(t);
        m_out.push_back({t, m_scale.x(t), true, true, QStringLiteral("%1 -> %2").arg(before, m_text.minutes(t)), {}});
    }

    void calendar()
    {
        QDate date = m_text.local(m_scale.start()).date();
        int month = (date.year() * 12 + date.month() - 1) / m_step.months * m_step.months;
        for (;; month += m_step.months) {
            const QDateTime at(QDate(month / 12, month % 12 + 1, 1), QTime(0, 0), m_text.zone());
            const Timestamp t{at.toMSecsSinceEpoch() * 1000};
            if (!at.isValid() || t > m_end)
                return;
            add(t, true);
        }
    }

    /// Where the day changes between labels of less than a day, the label is the date; the leftmost visible one carries it too.
    void markDays()
    {
        if (m_step.months || m_step.us >= kDay)
            return;
        for (Tick &tick : m_out) {
            const bool change = std::find(m_changes.begin(), m_changes.end(), tick.time) != m_changes.end();
            if (!tick.major || change || m_text.wall(tick.time) % kDay != 0)
                continue;
            tick.day = true;
            tick.label = m_text.day(tick.time);
        }
        const auto first = std::find_if(m_out.begin(), m_out.end(), [](const Tick &t) { return t.major && t.x >= 0; });
        if (first != m_out.end() && !first->day)
            first->dated = m_text.day(first->time) + QLatin1Char(' ') + first->label;
    }

    const TimeScale &m_scale;
    const TimeText &m_text;
    TickStep m_step;
    Timestamp m_end;
    std::vector<Tick> m_out;
    std::vector<Timestamp> m_changes;
};

} // namespace

std::vector<PlacedLabel> placeLabels(const std::vector<Tick> &ticks, double width, const Measure &measure,
                                     const std::vector<Span> &taken)
{
    std::vector<PlacedLabel> out;
    const auto free = [&](const Span &span) {
        const bool clear = out.empty() || span.from >= out.back().x + out.back().width + kLabelGap;
        return clear && span.from >= 0 && span.to <= width && std::none_of(taken.begin(), taken.end(), [&](const Span &t) {
                   return span.from < t.to + kLabelGap && t.from - kLabelGap < span.to;
               });
    };
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const Tick &tick = ticks[i];
        if (!tick.major || tick.x < 0)
            continue;
        const auto next =
            std::find_if(ticks.begin() + static_cast<std::ptrdiff_t>(i) + 1, ticks.end(), [](const Tick &t) { return t.major; });
        const double room = (next == ticks.end() ? width : next->x) - tick.x;
        const bool dated = out.empty() && !tick.dated.isEmpty() && measure(tick.dated) + kLabelInsetOfTick + kLabelGap <= room;
        const QString &text = dated ? tick.dated : tick.label;
        const double x = tick.x + kLabelInsetOfTick;
        const double w = measure(text);
        if (free({x, x + w}))
            out.push_back({x, w, text, tick.day || dated});
    }
    return out;
}

TickStep tickStep(double usPerPx, double space)
{
    const double least = std::max(space, kMinTickSpace) * usPerPx;
    const auto found = std::find_if(kSteps.begin(), kSteps.end(), [&](const TickStep &s) { return lengthOf(s) >= least; });
    return found == kSteps.end() ? kSteps.back() : *found;
}

std::vector<Tick> ticks(const TimeScale &scale, double width, const TimeText &text, const TickStep &step)
{
    return TickRun(scale, width, text, step).run();
}

} // namespace threadline::ui
