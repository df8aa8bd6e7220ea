// SPDX-License-Identifier: GPL-3.0-or-later
/// What cannot be vouched for because nobody listened.
///
/// Something provably changed unseen where the sequence jumps across a band (any of the legs that were open may have changed:
/// all are unknown for as long as the band lasted), or where a leg does after a band what it cannot do from where it was
/// before (an alert that goes on as hold). A piece that only ends or begins within a band is marked inferred.
#include "core/timeline/legs.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

/// Bands joined where they touch, by our clock.
std::vector<TimeRange> doubtful(std::span<const Band> bands)
{
    std::vector<TimeRange> ranges;
    for (const Band &band : bands) {
        if (band.state != BandState::NothingMissed && band.state != BandState::Repaired)
            ranges.push_back({band.start, band.end.value_or(kLatestTime)});
    }
    std::sort(ranges.begin(), ranges.end(), [](const TimeRange &a, const TimeRange &b) { return a.start < b.start; });
    std::vector<TimeRange> joined;
    for (const TimeRange &range : ranges) {
        if (joined.empty() || joined.back().end < range.start)
            joined.push_back(range);
        else
            joined.back().end = std::max(joined.back().end, range.end);
    }
    return joined;
}

class Doubt {
public:
    Doubt(std::span<const PlacedEvent> events, std::span<const Band> bands, Duration clockOffset)
        : m_events(events), m_bands(doubtful(bands)), m_offset(clockOffset)
    {
        findHoles();
    }

    [[nodiscard]] bool any() const { return !m_bands.empty(); }

    void apply(Leg &leg, std::size_t &budget) const
    {
        std::vector<Piece> out;
        out.reserve(leg.pieces.size());
        for (std::size_t i = 0; i < leg.pieces.size(); ++i) {
            const Piece &piece = leg.pieces[i];
            const std::size_t first = out.size();
            if (const auto leap = i + 1 < leg.pieces.size() ? leapBetween(piece, leg.pieces[i + 1]) : std::nullopt)
                relabelWithin(piece, std::span(&*leap, 1), SegmentKind::Unknown, out, budget);
            else
                relabelWithin(piece, m_holes, SegmentKind::Unknown, out, budget);
            markInferred(std::span(out).subspan(first));
        }
        leg.pieces = std::move(out);
    }

private:
    /// The doubtful time between two receipts, by the source's clock and within the two source times.
    [[nodiscard]] std::optional<Stretch> between(const Event &before, const Event &after) const
    {
        const Timestamp from = std::min(before.received, after.received);
        const Timestamp to = std::max(before.received, after.received);
        const auto first = std::partition_point(m_bands.begin(), m_bands.end(), [&](const TimeRange &b) { return b.end < from; });
        auto last = first;
        while (last != m_bands.end() && last->start <= to)
            ++last;
        if (first == last)
            return std::nullopt;
        Stretch stretch;
        stretch.start = std::max(first->start - m_offset, before.time);
        stretch.end = std::min(std::prev(last)->end - m_offset, after.time);
        return stretch.start < stretch.end ? std::optional(stretch) : std::nullopt;
    }

    void findHoles()
    {
        std::optional<std::size_t> last;
        for (std::size_t i = 0; any() && i < m_events.size(); ++i) {
            const Event &e = *m_events[i].event;
            if (!e.sequence)
                continue;
            if (last && *e.sequence - *m_events[*last].event->sequence > 1) {
                if (auto hole = between(*m_events[*last].event, e)) {
                    hole->from = static_cast<Order>(*last) * kOrderStep + 1;
                    hole->to = static_cast<Order>(i) * kOrderStep - 1;
                    m_holes.push_back(*hole);
                }
            }
            last = i;
        }
    }

    [[nodiscard]] static bool cannotFollow(SegmentKind before, SegmentKind after)
    {
        using K = SegmentKind;
        if (before == K::Alert)
            return after == K::Hold || after == K::Consult;
        return after == K::Alert && (before == K::Talk || before == K::Hold || before == K::Consult || before == K::Conference);
    }

    [[nodiscard]] std::optional<Stretch> leapBetween(const Piece &piece, const Piece &next) const
    {
        if (piece.to != next.from || !cannotFollow(piece.segment.kind, next.segment.kind))
            return std::nullopt;
        auto leap = between(*m_events[static_cast<std::size_t>(piece.from / kOrderStep)].event,
                            *m_events[static_cast<std::size_t>(next.from / kOrderStep)].event);
        if (leap) {
            leap->from = next.from - 2;
            leap->to = next.from - 1;
        }
        return leap;
    }

    [[nodiscard]] bool isDoubtful(Timestamp source) const
    {
        const Timestamp ours = source + m_offset;
        const auto band = std::partition_point(m_bands.begin(), m_bands.end(), [&](const TimeRange &b) { return b.end <= ours; });
        return band != m_bands.end() && band->start < ours;
    }

    void markInferred(std::span<Piece> pieces) const
    {
        const bool split = pieces.size() > 1;
        for (Piece &piece : pieces) {
            Segment &s = piece.segment;
            s.inferred = s.inferred || split || isDoubtful(s.start) || (s.end && isDoubtful(*s.end));
            if (split && s.kind == SegmentKind::Unknown)
                s.label = "Not listening";
        }
    }

    std::span<const PlacedEvent> m_events;
    std::vector<TimeRange> m_bands;
    Duration m_offset;
    std::vector<Stretch> m_holes;
};

} // namespace

void doubtUnderBands(Cast &cast, std::span<const PlacedEvent> events, std::span<const Band> bands, Duration clockOffset,
                     std::vector<std::string> &warnings)
{
    const Doubt doubt(events, bands, clockOffset);
    if (!doubt.any())
        return;
    std::size_t budget = splitBudget(cast);
    for (Leg &leg : cast.legs)
        doubt.apply(leg, budget);
    if (budget <= 1)
        warnings.emplace_back("More stretches are unknown than can be shown; some pieces are marked inferred instead.");
}

} // namespace threadline
