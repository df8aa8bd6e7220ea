// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/segmentlayout.h"

#include "ui/text/timetext.h"

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

class SegmentLayout {
public:
    SegmentLayout(const Lane &lane, const TimeScale &scale, int left, int right, Timestamp now, std::vector<Piece> &out)
        : m_lane(lane), m_scale(scale), m_left(left), m_right(right), m_now(now.us), m_out(out),
          m_narrow(static_cast<std::int64_t>(kMergeBelow * scale.usPerPx()))
    {}

    void run()
    {
        const std::vector<LaneSegment> &all = m_lane.segments();
        const std::int64_t until = m_scale.at(m_right + 1).us;
        // Two pixels to the left: a segment shorter than a pixel may still reach into view.
        std::size_t i = m_lane.firstEndingAfter(m_scale.at(m_left - 2).us);
        while (i < all.size() && all[i].start <= until) {
            const std::size_t taken = takeNode(i);
            i += taken ? taken : takeSegment(i);
        }
        flush();
    }

private:
    [[nodiscard]] int px(std::int64_t t) const
    {
        return static_cast<int>(std::lround(std::clamp(m_scale.x(Timestamp{t}), m_left - 8.0, m_right + 8.0)));
    }

    /// The largest group that starts at `i` and is narrower than a block, as a whole.
    std::size_t takeNode(std::size_t i)
    {
        std::size_t size = 1;
        const Lane::Node *best = nullptr;
        for (const std::vector<Lane::Node> &level : m_lane.levels()) {
            size *= Lane::kFan;
            if (i % size != 0)
                break;
            const Lane::Node &node = level[i / size];
            if (node.end == kOpenEnd || node.end - node.start >= m_narrow)
                break;
            best = &node;
        }
        if (!best)
            return 0;
        join(i, best->count, best->start, best->end, best->time);
        return best->count;
    }

    std::size_t takeSegment(std::size_t i)
    {
        const LaneSegment &s = m_lane.segments()[i];
        const std::int64_t end = s.endAt(m_now);
        if (end - s.start < m_narrow) {
            std::array<std::int64_t, kSegmentKinds> time{};
            time[static_cast<std::size_t>(s.kind)] = end - s.start;
            join(i, 1, s.start, end, time);
        } else {
            flush();
            const std::int64_t time = s.endAt(wholeSecond(Timestamp{m_now}).us) - s.start;
            emit(static_cast<std::uint32_t>(i), 1, s.start, end, s.kind, time, time);
        }
        return 1;
    }

    void join(std::size_t first, std::uint32_t count, std::int64_t start, std::int64_t end,
              const std::array<std::int64_t, kSegmentKinds> &time)
    {
        const bool apart = start - m_runEnd >= m_narrow;
        const bool full = m_runEnd - m_runStart >= m_narrow;
        if (m_runCount && (apart || full))
            flush();
        if (!m_runCount) {
            m_runFirst = static_cast<std::uint32_t>(first);
            m_runStart = start;
            m_runEnd = end;
            m_runTime = {};
        }
        m_runCount += count;
        m_runEnd = std::max(m_runEnd, end);
        for (std::size_t kind = 0; kind < time.size(); ++kind)
            m_runTime[kind] += time[kind];
    }

    void flush()
    {
        if (!m_runCount)
            return;
        const auto most = std::max_element(m_runTime.begin(), m_runTime.end());
        std::int64_t sum = 0;
        for (const std::int64_t t : m_runTime)
            sum += t;
        // A run of moments holds no time: the first one's state stands for it.
        const SegmentKind kind = sum ? static_cast<SegmentKind>(most - m_runTime.begin()) : m_lane.segments()[m_runFirst].kind;
        emit(m_runFirst, m_runCount, m_runStart, m_runEnd, kind, sum, *most);
        m_runCount = 0;
    }

    void emit(std::uint32_t first, std::uint32_t count, std::int64_t start, std::int64_t end, SegmentKind kind, std::int64_t time,
              std::int64_t ofKind)
    {
        const LaneSegment &s = m_lane.segments()[first];
        Piece piece;
        piece.first = first;
        piece.count = count;
        piece.x0 = px(start);
        piece.x1 = std::max(px(end), piece.x0 + 1);
        piece.kind = kind;
        piece.rail = s.rail;
        piece.open = count == 1 && s.open();
        piece.time = time;
        piece.ofKind = ofKind;
        if (piece.x1 > m_left && piece.x0 < m_right)
            m_out.push_back(piece);
    }

    const Lane &m_lane;
    const TimeScale &m_scale;
    int m_left;
    int m_right;
    std::int64_t m_now;
    std::vector<Piece> &m_out;
    std::int64_t m_narrow;
    std::uint32_t m_runFirst = 0;
    std::uint32_t m_runCount = 0;
    std::int64_t m_runStart = 0;
    std::int64_t m_runEnd = 0;
    std::array<std::int64_t, kSegmentKinds> m_runTime{};
};

} // namespace

void layOutSegments(const Lane &lane, const TimeScale &scale, int left, int right, Timestamp now, std::vector<Piece> &out)
{
    if (right > left)
        SegmentLayout(lane, scale, left, right, now, out).run();
}

bool isLow(SegmentKind kind)
{
    switch (kind) {
    case SegmentKind::Ivr:
    case SegmentKind::Acw:
    case SegmentKind::Voicemail:
    case SegmentKind::Parked:
    case SegmentKind::Unknown:
    case SegmentKind::Monitor: return true;
    default: return false;
    }
}

Decor decorOf(const Piece &piece, int segmentHeight, const Metrics &metrics)
{
    const int width = piece.width();
    Decor decor;
    decor.gap = width > 3;
    decor.edge = width >= 4 && !piece.merged();
    if (piece.merged())
        return decor;
    decor.pattern = width >= kPatternFrom;
    if (segmentHeight >= 12)
        decor.glyph = width < kSmallGlyphFrom ? 0 : width < kGlyphFrom ? 10 : 12;
    decor.label = segmentHeight >= 12 && width >= metrics.labelFrom;
    return decor;
}

namespace {

/// As much of `name` as fits into `room` with its ellipsis; empty if that is next to nothing.
QString cutName(const QString &name, double room, const Measure &measure)
{
    qsizetype low = 0;
    qsizetype high = std::min<qsizetype>(name.size(), static_cast<qsizetype>(room));
    while (low < high) {
        const qsizetype middle = (low + high + 1) / 2;
        if (measure(name.left(middle) + QChar(0x2026)) <= room)
            low = middle;
        else
            high = middle - 1;
    }
    return low > 2 ? name.left(low).trimmed() + QChar(0x2026) : QString();
}

} // namespace

FittedLabel fitLabel(const QString &name, const QString &duration, double room, double space, const Measure &measure)
{
    constexpr double kRoomy = 110;
    const double own = duration.isEmpty() ? 0 : measure(duration);
    const double left = room - own - (name.isEmpty() || duration.isEmpty() ? 0 : space);
    if (own > room)
        return {};
    // Any text has glyphs of some width: what has far more characters than pixels is not even measured.
    if (static_cast<double>(name.size()) < left && measure(name) <= left)
        return {name, duration};
    if (room >= kRoomy && left >= room / 2)
        return {cutName(name, left, measure), duration};
    return {{}, duration};
}

} // namespace threadline::ui
