// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/consults.h"

#include <algorithm>
#include <map>

namespace threadline {
namespace {

using K = SegmentKind;

/// The platform counts a consult about when it begins.
constexpr Duration kCountedSlack = Duration::seconds(2);

/// The asker's leg, and since when it may ask.
struct Asking {
    const LegView *view;
    Order from;
    Order to;
    std::optional<Timestamp> end;
};

class Consults {
public:
    Consults(const Cast &cast, const Swept &swept) : m_cast(cast), m_swept(swept)
    {
        m_views.reserve(cast.legs.size());
        for (const Leg &leg : cast.legs)
            m_views.push_back(viewOf(cast, leg));
        for (const auto &view : m_views) {
            if (view && view->part == Part::Person)
                note(*view);
        }
        const auto earlier = [](const Asking &a, const Asking &b) { return a.from < b.from; };
        std::stable_sort(m_consulting.begin(), m_consulting.end(), earlier);
        std::stable_sort(m_counted.begin(), m_counted.end(), earlier);
        for (const HeldMeanwhile &held : swept.heldMeanwhile)
            m_held[held.participant].push_back(held);
    }

    [[nodiscard]] std::vector<std::optional<Asked>> run() const
    {
        std::vector<std::optional<Asked>> out;
        out.reserve(m_views.size());
        for (const auto &view : m_views)
            out.push_back(view ? asked(*view) : std::nullopt);
        return out;
    }

private:
    void note(const LegView &view)
    {
        Order &first = m_firstLeg.try_emplace(view.participant, view.from).first->second;
        first = std::min(first, view.from);
        if (view.leg->consulted && view.talked)
            m_counted.push_back({&view, view.talkFrom, view.to, view.end});
        for (const Piece &piece : view.leg->pieces) {
            if (piece.segment.kind == K::Consult)
                m_consulting.push_back({&view, piece.from, piece.to, piece.segment.end});
        }
    }

    [[nodiscard]] std::optional<Asked> asked(const LegView &b) const
    {
        if (b.participant == m_swept.customer || (b.part != Part::Person && b.part != Part::Outside))
            return std::nullopt;
        if (const int asker = b.hasConsult() ? toldAsker(b) : -1; asker >= 0)
            return Asked{asker, false, true, true, "each names the other side", -1, kEarliestTime};
        if (b.part != Part::Person)
            return std::nullopt;
        if (auto asked = askerOf(b, m_consulting, "one began while the other consulted", [](const Asking &) { return true; }))
            return asked;
        if (auto asked = askerOf(b, m_counted, "the platform counts a consult of the one who talked then",
                                 [&](const Asking &a) { return wasCounted(b, *a.view) && !conferred(b) && leftBefore(b, a.to, a.end); }))
            return asked;
        return heldAsker(b);
    }

    /// The older one of the two who name each other.
    [[nodiscard]] int toldAsker(const LegView &b) const
    {
        for (const Piece &piece : b.leg->pieces) {
            const bool colleague = piece.peer >= 0 && piece.peer != b.participant
                && m_cast.parts[static_cast<std::size_t>(piece.peer)] == Part::Person;
            const auto first = colleague ? m_firstLeg.find(piece.peer) : m_firstLeg.end();
            if (piece.segment.kind == K::Consult && first != m_firstLeg.end() && first->second < b.from)
                return piece.peer;
        }
        return -1;
    }

    /// Who of `all` could ask when `b` began.
    template<class May>
    [[nodiscard]] std::optional<Asked> askerOf(const LegView &b, const std::vector<Asking> &all, const char *rule, const May &may) const
    {
        Asked found{-1, false, false, b.talked, rule, kOpenOrder, kLatestTime};
        auto at = std::upper_bound(all.begin(), all.end(), b.from, [](Order order, const Asking &a) { return order < a.from; });
        for (int seen = 0; at != all.begin() && seen < kNeighbours; ++seen) {
            --at;
            const LegView &a = *at->view;
            if (at->to <= b.from || a.participant == b.participant || a.from >= b.from || !may(*at))
                continue;
            found.several = found.several || (found.asker >= 0 && found.asker != a.participant);
            found.asker = a.participant;
            found.until = at->to;
            found.untilTime = at->end.value_or(kLatestTime);
        }
        return found.asker >= 0 ? std::optional(found) : std::nullopt;
    }

    [[nodiscard]] static bool wasCounted(const LegView &b, const LegView &a)
    {
        const std::vector<Timestamp> &times = a.leg->consults;
        return times.empty() || std::any_of(times.begin(), times.end(), [&](Timestamp t) { return b.start >= t - kCountedSlack; });
    }

    /// Who came in as one of three or more was not asked aside.
    [[nodiscard]] static bool conferred(const LegView &b)
    {
        const auto first = std::find_if(b.leg->pieces.begin(), b.leg->pieces.end(), [](const Piece &p) { return speaks(p.segment.kind); });
        return first != b.leg->pieces.end() && first->segment.kind == K::Conference;
    }

    /// Whether `b` was connected, or had given up, before the asker had gone.
    [[nodiscard]] static bool leftBefore(const LegView &b, Order gone, std::optional<Timestamp> goneAt)
    {
        if (gone == kOpenOrder || !goneAt)
            return true;
        if (!b.talked)
            return b.to <= gone;
        const auto first = std::find_if(b.leg->pieces.begin(), b.leg->pieces.end(), [](const Piece &p) { return speaks(p.segment.kind); });
        return b.talkFrom < gone && *goneAt - first->segment.start > kHandOver;
    }

    [[nodiscard]] std::optional<Asked> heldAsker(const LegView &b) const
    {
        const auto all = m_held.find(b.participant);
        if (all == m_held.end())
            return std::nullopt;
        auto at = std::lower_bound(all->second.begin(), all->second.end(), b.from, [](const HeldMeanwhile &h, Order from) { return h.at < from; });
        if (at == all->second.end() || at->at >= b.to || at->at > b.talkFrom)
            return std::nullopt;
        if (!leftBefore(b, at->to, at->end))
            return std::nullopt;
        return Asked{at->asker, at->several, false, b.talked, "it was called while the other held the customer", at->to, at->end.value_or(kLatestTime)};
    }

    const Cast &m_cast;
    const Swept &m_swept;
    std::vector<std::optional<LegView>> m_views; ///< beside the legs
    std::vector<Asking> m_consulting;            ///< by where they began
    std::vector<Asking> m_counted;               ///< likewise
    std::map<int, Order> m_firstLeg;             ///< of each person
    std::map<int, std::vector<HeldMeanwhile>> m_held; ///< of each participant, in order
};

} // namespace

bool speaks(SegmentKind kind) { return kind == K::Talk || kind == K::Conference || kind == K::Consult; }

bool LegView::hasConsult() const
{
    return std::any_of(leg->pieces.begin(), leg->pieces.end(), [](const Piece &p) { return p.segment.kind == K::Consult; });
}

bool LegView::peersWith(int other) const
{
    return std::any_of(leg->pieces.begin(), leg->pieces.end(), [&](const Piece &p) { return p.peer == other; });
}

std::optional<LegView> viewOf(const Cast &cast, const Leg &leg)
{
    LegView view{&leg, leg.participant, cast.parts[static_cast<std::size_t>(leg.participant)], 0, 0, {}, {}, kOpenOrder, false, false, false, false, {}};
    bool any = false;
    for (const Piece &piece : leg.pieces) {
        const K kind = piece.segment.kind;
        if (kind == K::Acw)
            continue;
        if (!any) {
            view.from = piece.from;
            view.start = piece.segment.start;
        }
        any = true;
        view.to = piece.to;
        view.end = piece.segment.end;
        if (kind == K::Alert && !piece.dialling && !view.alerted) {
            view.alerted = true;
            view.alertStart = piece.segment.start;
        }
        view.talked = view.talked || speaks(kind);
        view.tookUp = view.tookUp || speaks(kind) || (kind == K::Parked && view.alerted);
        view.held = view.held || kind == K::Hold || kind == K::Consult;
        if (speaks(kind) || kind == K::Hold)
            view.talkFrom = std::min(view.talkFrom, piece.from);
    }
    return any ? std::optional(view) : std::nullopt;
}

std::vector<std::optional<Asked>> findConsults(const Cast &cast, const Swept &swept) { return Consults(cast, swept).run(); }

} // namespace threadline
