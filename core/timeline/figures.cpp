// SPDX-License-Identifier: GPL-3.0-or-later
/// Sums over an interaction.
#include "core/timeline/legs.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace threadline {
namespace {

using K = SegmentKind;

bool isTalk(K kind) { return kind == K::Talk || kind == K::Conference; }

Duration length(Timestamp start, std::optional<Timestamp> end, Timestamp until)
{
    return std::max(Duration{}, end.value_or(std::max(start, until)) - start);
}

/// A stretch during which somebody is with the customer, in whatever way.
struct Engagement {
    Order from;
    Order to;
    Timestamp start;
    std::optional<Timestamp> end;
    bool talk;
    bool starts; ///< may be the beginning; what was put aside, seen by nobody, or barged into, may not
    bool called; ///< it was he who dialled
};

/// What may lie within an engagement, but makes none.
bool isBetween(const Piece &piece)
{
    return piece.segment.kind == K::Parked || (piece.segment.kind == K::Unknown && piece.segment.inferred);
}

bool isEngaged(const Piece &piece)
{
    const K kind = piece.segment.kind;
    return isTalk(kind) || kind == K::Hold || kind == K::Consult || isBetween(piece);
}

/// Whether it is talk with the customer, not with a colleague who asked.
bool isWithCustomer(const Piece &piece, const std::optional<Asked> &asked)
{
    const K kind = piece.segment.kind;
    if (kind != K::Talk || !asked)
        return isTalk(kind);
    return piece.to > asked->until && piece.segment.end.value_or(kLatestTime) - asked->untilTime > kHandOver;
}

/// `stays`: from one engagement to the next of the leg he is with the customer, unless it rings between.
void collect(const Leg &leg, bool stays, const std::optional<Asked> &asked, std::vector<Engagement> &out)
{
    std::optional<std::size_t> before;
    bool called = false;
    for (const Piece &piece : leg.pieces) {
        if (piece.segment.kind == K::Alert) {
            before.reset();
            called = piece.dialling;
        }
        if (!isEngaged(piece) || piece.mark)
            continue;
        if (stays && before && out[*before].to < piece.from) {
            out[*before].to = piece.from;
            out[*before].end = piece.segment.start;
        }
        before = out.size();
        out.push_back({piece.from, piece.to, piece.segment.start, piece.segment.end, isWithCustomer(piece, asked), !isBetween(piece) && !piece.barging, called});
    }
}

/// Stretches with talk, of one participant; a retrieve from hold or a second channel meanwhile is no new one.
int freshAnswers(std::vector<Engagement> &all)
{
    std::sort(all.begin(), all.end(), [](const Engagement &a, const Engagement &b) { return a.from < b.from; });
    int answers = 0;
    bool open = false, counted = false, called = false;
    Order end = -1;
    Timestamp endTime;
    for (const Engagement &next : all) {
        // One piece may be told to end before the next is told to begin, at the same time.
        if (!open || (next.from > end && next.start > endTime)) {
            open = next.starts;
            counted = false;
            called = next.called;
            end = next.to;
            endTime = next.start;
        }
        end = std::max(end, next.to);
        endTime = std::max(endTime, next.end.value_or(kLatestTime));
        if (open && next.talk && !counted && !called) {
            counted = true;
            ++answers;
        }
    }
    return answers;
}

int humanAnswers(const Cast &cast, const Lineage &lineage)
{
    std::vector<std::vector<Engagement>> byParticipant(cast.rows.size());
    for (std::size_t i = 0; i < cast.legs.size(); ++i) {
        const auto p = static_cast<std::size_t>(cast.legs[i].participant);
        if (cast.parts[p] == Part::Person)
            collect(cast.legs[i], cast.sessionsStay, lineage.asked[i], byParticipant[p]);
    }
    int answers = 0;
    for (std::vector<Engagement> &engagements : byParticipant)
        answers += freshAnswers(engagements);
    return answers;
}

bool isOutbound(const Cast &cast, int customer)
{
    for (const Leg &leg : cast.legs) {
        if (leg.participant == customer)
            return leg.direction == Direction::Outbound;
    }
    return false;
}

/// How long any leg of one part was in one of some kinds.
class Together {
public:
    Together(const Cast &cast, Part part, std::initializer_list<K> kinds)
    {
        for (const Leg &leg : cast.legs) {
            if (cast.parts[static_cast<std::size_t>(leg.participant)] != part)
                continue;
            for (const Piece &piece : leg.pieces) {
                if (!piece.mark && !piece.dialling && std::find(kinds.begin(), kinds.end(), piece.segment.kind) != kinds.end())
                    m_stretches.emplace_back(piece.segment.start, piece.segment.end);
            }
        }
        std::sort(m_stretches.begin(), m_stretches.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    }
    [[nodiscard]] Duration length(Timestamp until) const
    {
        Duration sum;
        std::optional<Timestamp> covered;
        for (const auto &[start, end] : m_stretches) {
            const Timestamp from = std::max(start, covered.value_or(start)), to = std::max(from, end.value_or(until));
            sum = sum + (to - from);
            covered = to;
        }
        return sum;
    }

private:
    std::vector<std::pair<Timestamp, std::optional<Timestamp>>> m_stretches;
};

/// Where a customer is named and nothing told of it: what those who served it did.
void sumLegs(const Cast &cast, Timestamp until, Figures &figures)
{
    figures.wait = Together(cast, Part::Queue, {K::Queue}).length(until);
    figures.alert = Together(cast, Part::Person, {K::Alert}).length(until);
    figures.hold = Together(cast, Part::Person, {K::Hold}).length(until);
    figures.talk = Together(cast, Part::Person, {K::Talk, K::Conference}).length(until);
}

void sumLane(const std::vector<FeltSegment> &lane, Timestamp until, Figures &figures)
{
    for (const FeltSegment &piece : lane) {
        const Duration took = length(piece.start, piece.end, until);
        switch (piece.kind) {
        case K::Queue: figures.wait = figures.wait + took; break;
        case K::Alert: figures.alert = figures.alert + took; break;
        case K::Hold: figures.hold = figures.hold + took; break;
        case K::Talk:
        case K::Conference:
            figures.talk = figures.talk + took;
            if (!figures.firstAnswer)
                figures.firstAnswer = piece.start - lane.front().start;
            break;
        default: break;
        }
    }
}

} // namespace

Figures figuresOf(const Cast &cast, const Swept &swept, const Lineage &lineage, Timestamp until)
{
    Figures figures;
    if (swept.customer < 0 && std::find(cast.parts.begin(), cast.parts.end(), Part::Outside) != cast.parts.end())
        sumLegs(cast, until, figures);
    sumLane(swept.felt, until, figures);
    for (const Leg &leg : cast.legs) {
        for (const Piece &piece : leg.pieces) {
            if (piece.segment.kind == K::Acw)
                figures.acw = figures.acw + length(piece.segment.start, piece.segment.end, until);
        }
    }
    figures.transfers = lineage.transfers;
    figures.humanAnswers = humanAnswers(cast, lineage);
    const bool gone = !swept.felt.empty() && swept.felt.back().end.has_value();
    const bool waiting = gone && (swept.felt.back().kind == K::Queue || swept.felt.back().kind == K::Alert);
    figures.abandoned = waiting && !figures.firstAnswer && figures.humanAnswers == 0 && !isOutbound(cast, swept.customer);
    return figures;
}

} // namespace threadline
