// SPDX-License-Identifier: GPL-3.0-or-later
/// What single legs cannot know: that a talk is a consult, because its other side is a colleague who holds the customer, or
/// a conference, because three or more are connected.
#include "core/timeline/legs.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

void relabelTalk(Leg &leg, const std::vector<Stretch> &stretches, SegmentKind kind, std::size_t &budget)
{
    std::vector<Piece> out;
    out.reserve(leg.pieces.size());
    for (Piece &piece : leg.pieces) {
        if (piece.segment.kind == SegmentKind::Talk && piece.from != piece.to)
            relabelWithin(piece, stretches, kind, out, budget);
        else
            out.push_back(std::move(piece));
    }
    leg.pieces = std::move(out);
}

/// When each participant held or consulted; unions of its legs' pieces.
std::vector<std::vector<Stretch>> awayTimes(const Cast &cast)
{
    std::vector<std::vector<Stretch>> away(cast.rows.size());
    for (const Leg &leg : cast.legs) {
        for (const Piece &piece : leg.pieces) {
            const bool is = piece.segment.kind == SegmentKind::Hold || piece.segment.kind == SegmentKind::Consult;
            if (is && piece.from != piece.to)
                away[static_cast<std::size_t>(leg.participant)].push_back(
                    {piece.from, piece.to, piece.segment.start, piece.segment.end.value_or(piece.segment.start)});
        }
    }
    for (std::vector<Stretch> &stretches : away) {
        std::sort(stretches.begin(), stretches.end(), [](const Stretch &a, const Stretch &b) { return a.from < b.from; });
        std::vector<Stretch> joined;
        for (const Stretch &next : stretches) {
            if (joined.empty() || joined.back().to < next.from)
                joined.push_back(next);
            else if (next.to > joined.back().to)
                joined.back().to = next.to, joined.back().end = next.end;
        }
        stretches = std::move(joined);
    }
    return away;
}

/// What a person's talk or consult with a colleague really is.
class ConsultLegs {
public:
    explicit ConsultLegs(Cast &cast) : m_cast(cast), m_away(awayTimes(cast)), m_presence(cast.rows.size(), Stretch{-1, -1, {}, {}}), m_budget(splitBudget(cast))
    {
        for (const Leg &leg : cast.legs) {
            for (const Piece &piece : leg.pieces)
                note(m_presence[static_cast<std::size_t>(leg.participant)], piece);
        }
    }

    void relabel()
    {
        for (Leg &leg : m_cast.legs) {
            if (!isPerson(leg.participant))
                continue;
            std::vector<Piece> out;
            out.reserve(leg.pieces.size());
            for (Piece &piece : leg.pieces)
                relabel(leg, piece, out);
            leg.pieces = std::move(out);
        }
    }

private:
    [[nodiscard]] bool isPerson(int p) const { return p >= 0 && m_cast.parts[static_cast<std::size_t>(p)] == Part::Person; }

    static void note(Stretch &presence, const Piece &piece)
    {
        if (piece.segment.kind == SegmentKind::Acw)
            return;
        if (presence.from < 0)
            presence = {piece.from, piece.to, piece.segment.start, piece.segment.end.value_or(piece.segment.start)};
        presence.from = std::min(presence.from, piece.from);
        presence.to = std::max(presence.to, piece.to);
        presence.end = std::max(presence.end, piece.segment.end.value_or(presence.end));
    }

    void relabel(const Leg &leg, Piece &piece, std::vector<Piece> &out)
    {
        const bool toColleague = isPerson(piece.peer) && piece.peer != leg.participant && piece.from != piece.to;
        const auto peer = static_cast<std::size_t>(piece.peer);
        if (toColleague && piece.segment.kind == SegmentKind::Talk)
            return relabelWithin(piece, m_away[peer], SegmentKind::Consult, out, m_budget);
        if (!toColleague || piece.segment.kind != SegmentKind::Consult)
            return out.push_back(std::move(piece));
        // Once the one who asked has gone, the one who was asked has the customer.
        const Stretch &asker = m_presence[peer];
        const bool asked = asker.from < m_presence[static_cast<std::size_t>(leg.participant)].from && asker.to != kOpenOrder;
        const Stretch after{asker.to, kOpenOrder, asker.end, asker.end};
        relabelWithin(piece, asked && asker.from >= 0 ? std::span(&after, 1) : std::span<const Stretch>(), SegmentKind::Talk, out, m_budget);
    }

    Cast &m_cast;
    std::vector<std::vector<Stretch>> m_away;
    std::vector<Stretch> m_presence; ///< of each participant, without after-call work
    std::size_t m_budget;
};

bool meansTheSame(const Piece &a, const Piece &b)
{
    return a.to == b.from && a.segment.kind == b.segment.kind && a.segment.label == b.segment.label && a.mark == b.mark && a.barging == b.barging
        && a.segment.end == b.segment.start && a.segment.disconnectReason.empty() && !a.segment.inferred && !b.segment.inferred;
}

/// A piece of no length that nobody told of.
bool isNothing(const Piece &piece)
{
    return piece.from == piece.to || (piece.segment.end == piece.segment.start && piece.segment.kind == SegmentKind::Unknown
                                      && piece.segment.label.empty() && piece.segment.disconnectReason.empty());
}

} // namespace

std::size_t splitBudget(const Cast &cast)
{
    std::size_t pieces = 1024;
    for (const Leg &leg : cast.legs)
        pieces += 4 * leg.pieces.size();
    return pieces;
}

void relabelWithin(const Piece &piece, std::span<const Stretch> stretches, SegmentKind kind, std::vector<Piece> &out, std::size_t &budget)
{
    auto at = std::partition_point(stretches.begin(), stretches.end(), [&](const Stretch &s) { return s.to <= piece.from; });
    Piece rest = piece;
    const auto clamped = [&](Timestamp t) {
        t = std::max(t, rest.segment.start);
        return piece.segment.end ? std::min(t, *piece.segment.end) : t;
    };
    const auto cutAt = [&](Order order, Timestamp time) {
        Piece before = rest;
        before.to = rest.from = order;
        before.segment.end = rest.segment.start = clamped(time);
        before.segment.endBy = rest.segment.startBy;
        before.segment.endEvent = rest.segment.startEvent = {};
        before.segment.disconnectReason.clear();
        out.push_back(std::move(before));
        --budget;
    };
    for (; at != stretches.end() && at->from < piece.to && budget > 1; ++at) {
        if (at->from > rest.from)
            cutAt(at->from, at->start);
        rest.segment.kind = kind;
        if (at->to >= piece.to)
            break;
        cutAt(at->to, at->end);
        rest.segment.kind = piece.segment.kind;
    }
    out.push_back(std::move(rest));
}

void relabelConsultLegs(Cast &cast)
{
    ConsultLegs(cast).relabel();
}

void relabelConferences(Cast &cast, const std::vector<Stretch> &conferences)
{
    if (conferences.empty())
        return;
    std::size_t budget = splitBudget(cast);
    for (Leg &leg : cast.legs) {
        if (cast.parts[static_cast<std::size_t>(leg.participant)] != Part::Watcher)
            relabelTalk(leg, conferences, SegmentKind::Conference, budget);
    }
}

void mergePieces(Cast &cast)
{
    for (Leg &leg : cast.legs) {
        std::vector<Piece> merged;
        merged.reserve(leg.pieces.size());
        for (Piece &piece : leg.pieces) {
            if (leg.pieces.size() > 1 && isNothing(piece))
                continue;
            if (merged.empty() || !meansTheSame(merged.back(), piece)) {
                merged.push_back(std::move(piece));
                continue;
            }
            Segment &into = merged.back().segment;
            merged.back().to = piece.to;
            into.end = piece.segment.end;
            into.endBy = piece.segment.endBy;
            into.endEvent = std::move(piece.segment.endEvent);
            into.disconnectReason = std::move(piece.segment.disconnectReason);
        }
        leg.pieces = std::move(merged);
    }
}

} // namespace threadline
