// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/consults.h"

#include <algorithm>
#include <map>

namespace threadline {
namespace {

using K = SegmentKind;

/// The platform counts a consult about when it begins.
constexpr Duration kCountedSlack = Duration::seconds(2);
/// Where nobody answers, the next one is called so soon.
constexpr Duration kNextTry = Duration::seconds(5);

/// The asker's leg, and since when it may ask.
struct Asking {
    const LegView *view;
    Order from;
    Order to;
    std::optional<Timestamp> end;
    std::size_t tally = 0; ///< of a leg on which consults are counted
};

const Piece *firstSpeech(const LegView &view)
{
    const auto &pieces = view.leg->pieces;
    const auto first = std::find_if(pieces.begin(), pieces.end(), [](const Piece &p) { return speaks(p.segment.kind); });
    return first == pieces.end() ? nullptr : &*first;
}

/// Who monitors or barges in came uncalled.
bool watches(const LegView &view)
{
    return std::any_of(view.leg->pieces.begin(), view.leg->pieces.end(), [](const Piece &p) { return p.barging || p.segment.kind == K::Monitor; });
}

/// The consults that the platform counts on one leg, and which of them have had theirs. Asked of legs in the order in which they began.
class Tally {
public:
    explicit Tally(const Leg &leg) : m_times(leg.consults), m_untimed(leg.untimedConsults) { std::sort(m_times.begin(), m_times.end()); }

    /// `queues`: whether a queue was called between two places of the order.
    template<class Queues>
    [[nodiscard]] bool explains(const LegView &b, const Queues &queues)
    {
        if (m_next < m_times.size() && m_times[m_next] - kCountedSlack <= b.start)
            takeUpTo(b.start);
        else if (m_untimed > 0)
            --m_untimed;
        else if (goesOn(b, queues))
            return m_last = m_last->talked ? m_last : &b, true;
        else
            return false;
        m_last = &b;
        return true;
    }

private:
    /// One of the latest moment by then: what was counted before has no leg of its own to be seen.
    void takeUpTo(Timestamp start)
    {
        const auto next = m_times.begin() + static_cast<std::ptrdiff_t>(m_next), later = std::upper_bound(next, m_times.end(), start);
        const auto latest = later == next ? next : std::lower_bound(next, later, *std::prev(later));
        m_next = static_cast<std::size_t>(latest - m_times.begin()) + 1;
    }

    /// Whether `b` was called by the same attempt as the last one: beside it, or next when it did not answer.
    template<class Queues>
    [[nodiscard]] bool goesOn(const LegView &b, const Queues &queues) const
    {
        if (!m_last)
            return false;
        if (m_last->talked) {
            const Piece *speech = firstSpeech(*m_last);
            return speech && b.start < speech->segment.start;
        }
        return !m_last->end || b.start - *m_last->end <= kNextTry || queues(m_last->to, b.from);
    }

    std::vector<Timestamp> m_times;
    std::size_t m_next = 0;
    std::size_t m_untimed;
    const LegView *m_last = nullptr;
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
            if (view && view->part == Part::Queue)
                m_queues.push_back(&*view);
        }
        std::stable_sort(m_queues.begin(), m_queues.end(), [](const LegView *a, const LegView *b) { return a->from < b->from; });
        const auto earlier = [](const Asking &a, const Asking &b) { return a.from < b.from; };
        std::stable_sort(m_consulting.begin(), m_consulting.end(), earlier);
        std::stable_sort(m_counted.begin(), m_counted.end(), earlier);
        for (const HeldMeanwhile &held : swept.heldMeanwhile)
            m_held[held.participant].push_back(held);
    }

    [[nodiscard]] std::vector<std::optional<Asked>> run()
    {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < m_views.size(); ++i) {
            if (m_views[i])
                order.push_back(i);
        }
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return m_views[a]->from < m_views[b]->from; });
        std::vector<std::optional<Asked>> out(m_views.size());
        for (const std::size_t i : order)
            out[i] = asked(*m_views[i]);
        return out;
    }

private:
    void note(const LegView &view)
    {
        Order &first = m_firstLeg.try_emplace(view.participant, view.from).first->second;
        first = std::min(first, view.from);
        if (view.leg->consulted && view.talked) {
            m_counted.push_back({&view, view.talkFrom, view.to, view.end, m_tallies.size()});
            m_tallies.emplace_back(*view.leg);
        }
        for (const Piece &piece : view.leg->pieces) {
            if (piece.segment.kind == K::Consult)
                m_consulting.push_back({&view, piece.from, piece.to, piece.segment.end});
        }
    }

    [[nodiscard]] std::optional<Asked> asked(const LegView &b)
    {
        if (b.participant == m_swept.customer || (b.part != Part::Person && b.part != Part::Outside) || watches(b))
            return std::nullopt;
        const auto counted = askerOf(b, m_counted, "the platform counts a consult of the one who talked then",
                                     [&](const Asking &a) { return !conferred(b) && leftBefore(b, a.to, a.end) && explains(a, b); });
        if (const int asker = b.hasConsult() ? toldAsker(b) : -1; asker >= 0)
            return Asked{asker, false, true, true, "each names the other side", -1, kEarliestTime};
        if (b.part != Part::Person)
            return std::nullopt;
        if (auto asked = askerOf(b, m_consulting, "one began while the other consulted", [](const Asking &) { return true; }))
            return asked;
        return counted ? counted : heldAsker(b);
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

    /// Also one that is consulted by another rule, or no colleague, is what was counted.
    [[nodiscard]] bool explains(const Asking &a, const LegView &b)
    {
        return m_tallies[a.tally].explains(b, [&](Order from, Order to) { return wasQueued(a, from, to); });
    }

    /// Whether a queue that was called after `a` had begun to talk was there between two places of the order.
    [[nodiscard]] bool wasQueued(const Asking &a, Order from, Order to) const
    {
        auto at = std::partition_point(m_queues.begin(), m_queues.end(), [&](const LegView *q) { return q->from <= to; });
        for (int seen = 0; at != m_queues.begin() && seen < kNeighbours; ++seen) {
            --at;
            if ((*at)->from >= a.from && (*at)->to >= from)
                return true;
        }
        return false;
    }

    /// Who came in as one of three or more was not asked aside.
    [[nodiscard]] static bool conferred(const LegView &b)
    {
        const Piece *first = firstSpeech(b);
        return first && first->segment.kind == K::Conference;
    }

    /// Whether `b` was connected, or had given up, before the asker had gone.
    [[nodiscard]] static bool leftBefore(const LegView &b, Order gone, std::optional<Timestamp> goneAt)
    {
        if (gone == kOpenOrder || !goneAt)
            return true;
        if (!b.talked)
            return b.to <= gone;
        return b.talkFrom < gone && *goneAt - firstSpeech(b)->segment.start > kHandOver;
    }

    [[nodiscard]] std::optional<Asked> heldAsker(const LegView &b) const
    {
        const auto all = m_held.find(b.participant);
        if (all == m_held.end())
            return std::nullopt;
        auto at = std::lower_bound(all->second.begin(), all->second.end(), b.from, [](const HeldMeanwhile &h, Order from) { return h.at < from; });
        if (at == all->second.end() || at->at >= b.to || at->at > b.talkFrom)
            return std::nullopt;
        // Where the source tells of conferences itself, who was called aside stays there for as long as the other is on.
        const Order until = m_cast.conferenceTold ? at->gone : at->to;
        const std::optional<Timestamp> end = m_cast.conferenceTold ? at->goneAt : at->end;
        if (!leftBefore(b, until, end))
            return std::nullopt;
        return Asked{at->asker, at->several, false, b.talked, "it was called while the other held the customer", until, end.value_or(kLatestTime)};
    }

    const Cast &m_cast;
    const Swept &m_swept;
    std::vector<std::optional<LegView>> m_views; ///< beside the legs
    std::vector<Asking> m_consulting;            ///< by where they began
    std::vector<Asking> m_counted;               ///< likewise
    std::vector<Tally> m_tallies;                ///< Asking::tally
    std::vector<const LegView *> m_queues;       ///< by where they began
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
