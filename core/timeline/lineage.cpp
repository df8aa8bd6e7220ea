// SPDX-License-Identifier: GPL-3.0-or-later
/// How one leg led to another. Each link names the rule that found it; where two legs fit a rule equally well, or nothing but
/// the time speaks for it, the link says so by its confidence.
#include "core/timeline/consults.h"

#include <algorithm>
#include <set>
#include <utility>

namespace threadline {
namespace {

using K = SegmentKind;

/// A leg that follows so soon is what the call was handed to; up to the second bound it is so likely.
constexpr Duration kAtOnce = Duration::seconds(5);
constexpr Duration kSoon = Duration::seconds(60);
/// A leg may begin so long before the one it follows has ended (the platform's records overlap by 40 ms and more).
constexpr Duration kOverlap = Duration::seconds(2);
/// Legs that begin so close together cannot be told apart by time.
constexpr Duration kTogether = Duration::seconds(1);

/// Whether any of some stretches covers a place of the order, in O(log n).
class Cover {
public:
    void add(Order from, Order to) { m_stretches.emplace_back(from, to); }
    void finish()
    {
        std::sort(m_stretches.begin(), m_stretches.end());
        Order furthest = -1;
        for (auto &[from, to] : m_stretches)
            to = furthest = std::max(furthest, to);
    }
    [[nodiscard]] bool covers(Order at) const
    {
        const auto next = std::lower_bound(m_stretches.begin(), m_stretches.end(), std::pair<Order, Order>(at, -1));
        return next != m_stretches.begin() && std::prev(next)->second > at;
    }

private:
    std::vector<std::pair<Order, Order>> m_stretches;
};

/// Conferences as rows show them, told or concluded.
struct Group {
    Order from;
    Order to;
    std::vector<std::pair<const LegView *, const Piece *>> members; ///< first piece of each leg in it
    const LegView *host = nullptr;                                   ///< the person of ours whose leg is the oldest
};

class Lines {
public:
    Lines(const Cast &cast, const Swept &swept) : m_cast(cast), m_swept(swept)
    {
        m_views.reserve(cast.legs.size());
        for (const Leg &leg : cast.legs) {
            if (const auto view = viewOf(cast, leg))
                m_views.push_back(*view);
        }
        std::stable_sort(m_views.begin(), m_views.end(), [](const LegView &a, const LegView &b) { return a.from < b.from; });
        for (const LegView &view : m_views)
            note(view);
        m_queues.finish();
        m_talks.finish();
        m_out.asked = findConsults(cast, swept);
    }

    Lineage run()
    {
        for (const LegView &view : m_views) {
            if (view.part != Part::Person || view.participant == m_swept.customer)
                continue;
            if (view.talked && view.end)
                transferred(view);
            if (!view.talked && view.alerted && view.end)
                missed(view);
        }
        findGroups();
        for (const Group &group : m_groups)
            conferred(group);
        for (const LegView &view : m_views)
            consulted(view);
        calledBack();
        std::stable_sort(m_out.links.begin(), m_out.links.end(), [](const Link &a, const Link &b) { return a.time < b.time; });
        return std::move(m_out);
    }

private:
    void note(const LegView &view)
    {
        for (const Piece &piece : view.leg->pieces) {
            if (view.part == Part::Queue && piece.segment.kind == K::Queue)
                m_queues.add(piece.from, piece.to);
            if (view.part == Part::Person && (speaks(piece.segment.kind) || piece.segment.kind == K::Hold))
                m_talks.add(piece.from, piece.to);
        }
    }

    void link(LinkKind kind, int from, int to, Timestamp time, Confidence confidence, std::string rule)
    {
        m_out.links.push_back({kind, from, to, {}, time, confidence, std::move(rule)});
    }

    /// The first leg that began at `order` or later.
    [[nodiscard]] std::size_t firstAt(Order order) const
    {
        const auto at = std::partition_point(m_views.begin(), m_views.end(), [&](const LegView &v) { return v.from < order; });
        return static_cast<std::size_t>(at - m_views.begin());
    }

    // --- transfers

    void transferred(const LegView &a)
    {
        const Departure how = departureOf(a.leg->reason);
        if (how == Departure::Other || how == Departure::NotAnswered || !m_departures.emplace(a.participant, a.to).second)
            return;
        ++m_out.transfers;
        const std::vector<const LegView *> partners = partnersOf(a);
        if (how == Departure::ConferenceTransfer)
            return handOver(a, partners, LinkKind::ConferenceTransfer, true, "the leg ended by conference transfer");
        if (how == Departure::ConsultTransfer)
            return handOver(a, partners, LinkKind::ConsultTransfer, true, "the leg ended by consult transfer");
        const bool asked = std::any_of(partners.begin(), partners.end(), [&](const LegView *b) { return b->peersWith(a.participant); });
        if (!partners.empty() && (a.held || a.leg->consulted || asked)) {
            const bool sure = a.leg->consulted || asked || a.hasConsult();
            return handOver(a, partners, LinkKind::ConsultTransfer, sure, "the leg ended by transfer while a colleague was consulted");
        }
        handOver(a, {}, LinkKind::BlindTransfer, true, "the leg ended by transfer and another began");
    }

    void handOver(const LegView &a, const std::vector<const LegView *> &partners, LinkKind kind, bool sure, std::string rule)
    {
        if (partners.empty())
            return passOn(a, kind, std::move(rule));
        m_pairs.emplace(a.participant, partners.front()->participant);
        if (partners.size() > 1)
            return link(kind, a.participant, partners.front()->participant, *a.end, Confidence::Unknown, rule + "; several stayed on");
        link(kind, a.participant, partners.front()->participant, *a.end, sure ? Confidence::Sure : Confidence::Likely, std::move(rule));
    }

    /// Those who were connected when `a` ended, and came while it was there.
    [[nodiscard]] std::vector<const LegView *> partnersOf(const LegView &a) const
    {
        std::vector<const LegView *> partners;
        const std::size_t end = firstAt(a.to);
        for (std::size_t i = end, seen = 0; i-- > 0 && seen < kNeighbours && m_views[i].from > a.talkFrom; ++seen) {
            const LegView &b = m_views[i];
            const bool may = (b.part == Part::Person || b.part == Part::Outside) && b.participant != m_swept.customer;
            if (may && b.participant != a.participant && b.talkFrom < a.to && b.to > a.to)
                partners.push_back(&b);
        }
        std::reverse(partners.begin(), partners.end());
        return partners;
    }

    /// Whether it is being rung then, and takes the call after that.
    [[nodiscard]] static bool isRungAt(const LegView &b, Order at) { return b.alerted && b.from < at && b.talkFrom >= at && b.talkFrom < kOpenOrder && b.to > at; }

    /// A transfer to whatever leg began next.
    void passOn(const LegView &a, LinkKind kind, std::string rule)
    {
        const LegView *next = nullptr;
        bool several = false;
        std::size_t i = firstAt(a.to);
        for (int back = 0; i > 0 && back < kNeighbours && m_views[i - 1].from > a.talkFrom
             && (*a.end - m_views[i - 1].start <= kOverlap || isRungAt(m_views[i - 1], a.to)); ++back)
            --i;
        for (int seen = 0; i < m_views.size() && seen < 2 * kNeighbours; ++i, ++seen) {
            const LegView &b = m_views[i];
            if (b.participant == a.participant || b.participant == m_swept.customer || b.part == Part::Watcher || b.to <= a.to)
                continue;
            if (b.start - *a.end > kSoon || (next && b.start - next->start > kTogether))
                break;
            several = several || (next && next->part == b.part && next->participant != b.participant);
            next = next ? next : &b;
        }
        if (!next)
            return;
        const bool atOnce = next->start - *a.end <= kAtOnce;
        const Confidence confidence = several ? Confidence::Unknown : atOnce ? Confidence::Sure : Confidence::Likely;
        link(kind, a.participant, next->participant, *a.end, confidence, std::move(rule));
    }

    // --- offers

    /// The next offer after one that nobody took.
    void missed(const LegView &a)
    {
        const LegView *next = nullptr;
        bool several = false;
        std::size_t i = firstAt(a.to);
        for (int back = 0; i > 0 && back < kNeighbours && *a.end - m_views[i - 1].start <= kTogether && m_views[i - 1].from > a.from; ++back)
            --i;
        for (int seen = 0; i < m_views.size() && seen < 2 * kNeighbours; ++i, ++seen) {
            const LegView &b = m_views[i];
            if (next && b.start - next->start > kTogether)
                break;
            if (b.part != Part::Person || b.leg == a.leg || !(b.alerted || b.talked))
                continue;
            several = several || (next && next->participant != b.participant);
            next = next ? next : &b;
        }
        if (!next || askedOf(a)) // that nobody answered a consult is told of it
            return;
        if (several || m_talks.covers(a.to))
            return link(LinkKind::Reoffer, a.participant, next->participant, next->start, Confidence::Unknown,
                        "an offer was not answered; what came next may be another matter");
        const std::string &queue = row(a).queueId;
        const bool sameQueue = !queue.empty() && queue == row(*next).queueId;
        const bool sure = sameQueue || m_queues.covers(a.to);
        link(LinkKind::Reoffer, a.participant, next->participant, next->start, sure ? Confidence::Sure : Confidence::Likely,
             sure ? "the offer was not answered and the queue offered again" : "the offer was not answered and another followed");
    }

    // --- conferences

    void findGroups()
    {
        std::vector<std::pair<const LegView *, const Piece *>> pieces;
        for (const LegView &view : m_views) {
            for (const Piece &piece : view.leg->pieces) {
                if (piece.segment.kind == K::Conference && view.part != Part::Watcher && !piece.barging) // who barges in was not conferred with
                    pieces.emplace_back(&view, &piece);
            }
        }
        std::stable_sort(pieces.begin(), pieces.end(), [](const auto &a, const auto &b) { return a.second->from < b.second->from; });
        for (const auto &[view, piece] : pieces) {
            if (m_groups.empty() || m_groups.back().to <= piece->from)
                m_groups.push_back({piece->from, piece->to, {}, nullptr});
            Group &group = m_groups.back();
            group.to = std::max(group.to, piece->to);
            group.members.emplace_back(view, piece);
            if (view->part == Part::Person && (!group.host || view->from < group.host->from))
                group.host = view;
        }
    }

    void conferred(const Group &group)
    {
        if (!group.host)
            return;
        const LegView &host = *group.host;
        const LegView *stays = nullptr;
        bool several = false;
        for (const auto &[view, piece] : group.members) {
            if (view->participant == host.participant || view->participant == m_swept.customer || view->from < host.from)
                continue;
            if (m_joined.emplace(host.participant, view->participant).second)
                link(LinkKind::Conference, host.participant, view->participant, piece->segment.start,
                     view->peersWith(host.participant) || m_cast.conferenceTold ? Confidence::Sure : Confidence::Likely,
                     "three or more were connected at the same time");
            if (host.end && view->to > host.to && (!view->end || *view->end - *host.end > kTogether)) {
                several = several || (stays && stays->participant != view->participant);
                stays = stays ? stays : view;
            }
        }
        if (stays && customerStays(host))
            leftConference(host, *stays, several);
    }

    /// Nothing says "transfer" when one leaves the others talking, but it is one.
    void leftConference(const LegView &host, const LegView &stays, bool several)
    {
        if (departureOf(host.leg->reason) != Departure::Other || !m_departures.emplace(host.participant, host.to).second)
            return;
        ++m_out.transfers;
        link(LinkKind::ConferenceTransfer, host.participant, stays.participant, *host.end,
             several ? Confidence::Unknown : Confidence::Likely, "who made the conference left, and the others talked on");
    }

    [[nodiscard]] bool customerStays(const LegView &host) const
    {
        if (m_swept.felt.empty())
            return false;
        const std::optional<Timestamp> end = m_swept.felt.back().end;
        return !end || *end - *host.end > kTogether;
    }

    // --- consults

    void consulted(const LegView &b)
    {
        const std::optional<Asked> &asked = askedOf(b);
        if (!asked || m_pairs.contains({asked->asker, b.participant}) || m_joined.contains({asked->asker, b.participant}))
            return;
        m_pairs.emplace(asked->asker, b.participant);
        link(LinkKind::Consult, asked->asker, b.participant, b.start,
             asked->several ? Confidence::Unknown : asked->sure ? Confidence::Sure : Confidence::Likely,
             std::string(asked->rule) + (asked->answered ? "" : "; it was not answered"));
    }

    // --- callbacks

    void calledBack()
    {
        const LegView *asked = nullptr;
        std::set<int> taken;
        for (const LegView &view : m_views) {
            if (view.leg->media != Media::Callback)
                continue;
            if (!asked && view.part == Part::Outside)
                asked = &view;
            if (asked && view.part == Part::Person && view.tookUp && taken.insert(view.participant).second)
                link(LinkKind::Callback, asked->participant, view.participant, view.start, Confidence::Sure,
                     "the callback that was asked for was taken");
        }
    }

    // --- what is known

    [[nodiscard]] const ParticipantRow &row(const LegView &v) const { return m_cast.rows[static_cast<std::size_t>(v.participant)]; }

    [[nodiscard]] const std::optional<Asked> &askedOf(const LegView &v) const
    {
        return m_out.asked[static_cast<std::size_t>(v.leg - m_cast.legs.data())];
    }

    const Cast &m_cast;
    const Swept &m_swept;
    std::vector<LegView> m_views; ///< by where they began
    Cover m_queues;
    Cover m_talks;
    std::vector<Group> m_groups;
    std::set<std::pair<int, Order>> m_departures; ///< a participant's legs that ended together are one departure
    std::set<std::pair<int, int>> m_pairs;        ///< consulted
    std::set<std::pair<int, int>> m_joined;       ///< conferred
    Lineage m_out;
};

} // namespace

Lineage findLineage(const Cast &cast, const Swept &swept) { return Lines(cast, swept).run(); }

void addNamedInteractions(const Cast &cast, std::span<const NamedInteraction> named, std::vector<Link> &links)
{
    std::vector<std::uint8_t> callback(cast.rows.size()), consult(cast.rows.size());
    for (const Leg &leg : cast.legs) {
        const auto p = static_cast<std::size_t>(leg.participant);
        callback[p] = callback[p] || leg.media == Media::Callback;
        for (const Piece &piece : leg.pieces)
            consult[p] = consult[p] || piece.segment.kind == K::Consult;
    }
    std::set<std::pair<int, std::string_view>> seen;
    for (const NamedInteraction &name : named) {
        if (!seen.emplace(name.participant, name.interaction.value).second)
            continue;
        const auto p = static_cast<std::size_t>(name.participant);
        Link link{LinkKind::Callback, name.participant, -1, name.interaction, name.time, Confidence::Unknown,
                  "another interaction is named, but not why"};
        if (callback[p]) {
            link.confidence = Confidence::Sure;
            link.rule = "a callback names the interaction that it belongs to";
        } else if (consult[p]) {
            link.kind = LinkKind::Consult;
            link.confidence = Confidence::Likely;
            link.rule = "a consulting leg names another interaction";
        } else if (cast.parts[p] == Part::Outside) {
            link.kind = LinkKind::Conference;
            link.confidence = Confidence::Likely;
            link.rule = "an outside party was brought in from another interaction";
        }
        links.push_back(std::move(link));
    }
    std::stable_sort(links.begin(), links.end(), [](const Link &a, const Link &b) { return a.time < b.time; });
}

} // namespace threadline
