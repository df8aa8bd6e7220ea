// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/navigator.h"

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

constexpr double kRoomAround = 0.03; ///< of the width, at each side of what is fitted
/// The view may leave the data by a quarter of its length, and by so much where that is short.
constexpr std::int64_t kMarginPart = 4;
/// What goes on is seen going on at scales in between.
constexpr Duration kShortestLive = Duration::seconds(5);
constexpr Duration kLongestLive = Duration::seconds(12LL * 3600);
constexpr Duration kLeastMargin{Navigator::kFirstSpan.us / 2};

} // namespace

void Navigator::setWidth(double width)
{
    const double old = m_width;
    m_width = std::max(width, 1.0);
    if (!m_placed || old == m_width)
        return;
    if (!m_touched)
        place();
    else if (following())
        m_scale = m_scale.withAt(m_now, m_anchor * m_width);
}

void Navigator::setExtent(TimeRange extent, bool live, std::optional<TimeRange> focus)
{
    const bool same = extent == m_extent && focus.value_or(extent) == m_focus;
    m_extent = extent;
    m_focus = focus.value_or(extent);
    const Mode before = m_mode;
    if (!live && m_mode != Mode::Stored)
        m_mode = Mode::Stored;
    else if (live && m_mode == Mode::Stored)
        m_mode = m_touched ? Mode::Paused : Mode::Following;
    if (live)
        m_lookedAt.reset();
    if (!m_placed || (!m_touched && (before != m_mode || (m_mode == Mode::Stored && !same))))
        place();
}

void Navigator::place()
{
    m_placed = true;
    if (!following()) {
        fit(m_lookedAt.value_or(m_focus));
        return;
    }
    const Duration age = m_now - m_extent.start;
    const Duration span = std::clamp(age, Duration{kFirstSpan.us / 4}, kFirstSpan);
    m_anchor = 1 - kFreeAtRight;
    m_scale = TimeScale(m_now, static_cast<double>(span.us) / (m_anchor * m_width)).withAt(m_now, m_anchor * m_width);
}

bool Navigator::setNow(Timestamp now)
{
    m_now = now;
    if (!following() || !m_placed)
        return false;
    const double due = m_scale.x(now) - m_anchor * m_width;
    if (due >= 0 && due < 1)
        return false;
    m_scale = m_scale.panned(std::floor(due));
    return true;
}

void Navigator::afterMove()
{
    if (!following())
        return;
    const double x = m_scale.x(m_now);
    if (x < 0 || x > m_width)
        m_mode = Mode::Paused;
    else
        m_anchor = x / m_width;
}

void Navigator::zoom(double factor, double x)
{
    m_touched = true;
    // Where no more fits, nothing moves either: zooming out at an edge must not pan.
    const double coarsest = static_cast<double>(limits().length().us) / m_width;
    m_scale = m_scale.zoomed(m_placed ? std::max(factor, m_scale.usPerPx() / coarsest) : factor, x);
    bound();
    afterMove();
}

void Navigator::zoomAtFocus(double factor) { zoom(factor, following() ? m_anchor * m_width : m_width / 2); }

void Navigator::pan(double px)
{
    m_touched = true;
    m_scale = m_scale.panned(px);
    bound();
    if (px < 0)
        pause();
    else
        afterMove();
}

void Navigator::fit(TimeRange range)
{
    const double room = m_width * kRoomAround;
    m_scale = TimeScale::fitting(range, m_width - 2 * room).panned(-room);
}

void Navigator::show(TimeRange range)
{
    m_touched = true;
    fit(range);
    bound();
    if (m_mode == Mode::Stored || range.end < m_now)
        return pause();
    m_mode = Mode::Following;
    m_missed = 0;
    afterMove();
}

void Navigator::showExactly(TimeRange range)
{
    m_touched = true;
    m_scale = TimeScale(range.start, static_cast<double>(range.length().us) / m_width);
    bound();
    afterMove();
}

void Navigator::lookAt(TimeRange range)
{
    if (m_touched)
        return;
    m_lookedAt = range;
    settle();
}

void Navigator::fitAll()
{
    // The extent is as old as the scene: where that goes on it reaches to now.
    const auto least = [this](TimeRange range) {
        const Timestamp end = m_mode != Mode::Stored && range.end >= m_extent.end ? std::max(range.end, m_now) : range.end;
        return TimeRange{range.start, std::max(end, range.start + Duration::millis(1))};
    };
    const bool follow = following();
    const TimeScale before = m_scale;
    show(least(m_focus));
    if (m_scale == before)
        show(least(m_extent));
    if (follow) {
        m_mode = Mode::Following;
        afterMove();
    }
}

/// The data, now where it goes on, and a margin: within this the view stays.
TimeRange Navigator::limits() const
{
    const Timestamp end = m_mode == Mode::Stored ? m_extent.end : std::max(m_extent.end, m_now);
    const Duration margin = std::max(kLeastMargin, Duration{(end - m_extent.start).us / kMarginPart});
    return {m_extent.start - margin - m_reach, end + margin};
}

void Navigator::bound()
{
    if (!m_placed)
        return;
    const TimeRange limit = limits();
    const double coarsest = static_cast<double>(limit.length().us) / m_width;
    if (m_scale.usPerPx() > coarsest)
        m_scale = TimeScale(limit.start, coarsest);
    if (m_scale.start() < limit.start)
        m_scale = m_scale.withAt(limit.start, 0);
    else if (m_scale.at(m_width) > limit.end)
        m_scale = m_scale.withAt(limit.end, m_width);
}

void Navigator::home()
{
    m_touched = true;
    m_scale = m_scale.withAt(m_extent.start, m_width * kRoomAround);
    bound();
    pause();
}

void Navigator::end()
{
    m_touched = true;
    m_anchor = 1 - kFreeAtRight;
    m_missed = 0;
    if (m_mode == Mode::Stored) {
        if (m_focus != m_extent && view().length().us > kMarginPart * m_focus.length().us)
            fit(m_focus);
        m_scale = m_scale.withAt(m_extent.end, m_anchor * m_width);
        bound();
        return;
    }
    m_mode = Mode::Following;
    if (const Duration span = view().length(); span < kShortestLive || span > kLongestLive)
        place();
    m_scale = m_scale.withAt(m_now, m_anchor * m_width);
}

void Navigator::goLive()
{
    m_lookedAt.reset();
    if (m_mode == Mode::Stored)
        m_touched = false;
    else
        end();
}

void Navigator::settle()
{
    if (m_placed && !m_touched)
        place();
}

void Navigator::pause()
{
    if (following())
        m_mode = Mode::Paused;
}

void Navigator::noteNew(std::uint64_t n)
{
    if (m_mode == Mode::Paused)
        m_missed += n;
}

void Navigator::reveal(TimeRange range)
{
    const double from = m_scale.x(range.start);
    const double to = m_scale.x(range.end);
    constexpr double kEdge = 24;
    if (to < kEdge || from > m_width - kEdge) {
        m_touched = true;
        m_scale = m_scale.withAt(range.start, m_width / 3);
        bound();
        pause();
    }
}

} // namespace threadline::ui
