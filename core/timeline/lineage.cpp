// SPDX-License-Identifier: GPL-3.0-or-later
/// How one leg led to another. Each link names the rule that found it; where two legs fit a rule equally well, or nothing but
/// the time speaks for it, the link says so by its confidence.
#include "core/timeline/legs.h"

#include <algorithm>
#include <map>
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
/// How many neighbours are looked at; more legs than these at one moment are no conversation.
constexpr int kNeighbours = 64;

/// What lineage asks of a leg.
struct View {
    const Leg *leg;
    int participant;
    Part part;
    Order from = 0;
    Order to = kOpenOrder; ///< of the last piece that is no after-call work
    Timestamp start;
    std::optional<Timestamp> end;
    Order talkFrom = kOpenOrder; ///< first talk, conference, consult or hold
    bool talked = false;         ///< with anybody
    bool held = false;           ///< held or consulted
    bool tookUp = false;         ///< talked, or put aside what was offered
    bool alerted = false;        ///< was rung, not ringing somebody itself
    Timestamp alertStart;
};

bool speaks(K kind) { return kind == K::Talk || kind == K::Conference || kind == K::Consult; }

std::optional<View> viewOf(const Cast &cast, const Leg &leg)
{
    View view{&leg, leg.participant, cast.parts[static_cast<std::size_t>(leg.participant)], 0, 0, {}, {}, kOpenOrder, false, false, false, false, {}};
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
    std::vector<std::pair<const View *, const Piece *>> members; ///< first piece of each leg in it
    const View *host = nullptr;                                   ///< the person of ours whose leg is the oldest
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
        std::stable_sort(m_views.begin(), m_views.end(), [](const View &a, const View &b) { return a.from < b.from; });
        for (const View &view : m_views)
            note(view);
        m_queues.finish();
        m_talks.finish();
        std::stable_sort(m_consults.begin(), m_consults.end(), [](const auto &a, const auto &b) { return a.first->from < b.first->from; });
    }

    Lineage run()
    {
        for (const View &view : m_views) {
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
        for (const View &view : m_views)
            consulted(view);
        calledBack();
        std::stable_sort(m_out.links.begin(), m_out.links.end(), [](const Link &a, const Link &b) { return a.time < b.time; });
        return std::move(m_out);
    }

private:
    void note(const View &view)
    {
        if (view.part == Part::Person)
            m_firstLeg.try_emplace(view.participant, view.from);
        for (const Piece &piece : view.leg->pieces) {
            if (view.part == Part::Queue && piece.segment.kind == K::Queue)
                m_queues.add(piece.from, piece.to);
            if (view.part == Part::Person && (speaks(piece.segment.kind) || piece.segment.kind == K::Hold))
                m_talks.add(piece.from, piece.to);
            if (view.part == Part::Person && piece.segment.kind == K::Consult)
                m_consults.emplace_back(&piece, &view);
        }
    }

    void link(LinkKind kind, int from, int to, Timestamp time, Confidence confidence, std::string rule)
    {
        m_out.links.push_back({kind, from, to, {}, time, confidence, std::move(rule)});
    }

    /// The first leg that began at `order` or later.
    [[nodiscard]] std::size_t firstAt(Order order) const
    {
        const auto at = std::partition_point(m_views.begin(), m_views.end(), [&](const View &v) { return v.from < order; });
        return static_cast<std::size_t>(at - m_views.begin());
    }

    // --- transfers

    void transferred(const View &a)
    {
        const Departure how = departureOf(a.leg->reason);
        if (how == Departure::Other || how == Departure::NotAnswered || !m_departures.emplace(a.participant, a.to).second)
            return;
        ++m_out.transfers;
        const std::vector<const View *> partners = partnersOf(a);
        if (how == Departure::ConferenceTransfer)
            return handOver(a, partners, LinkKind::ConferenceTransfer, true, "the leg ended by conference transfer");
        if (how == Departure::ConsultTransfer)
            return handOver(a, partners, LinkKind::ConsultTransfer, true, "the leg ended by consult transfer");
        const bool asked = std::any_of(partners.begin(), partners.end(), [&](const View *b) { return peersWith(*b, a.participant); });
        if (!partners.empty() && (a.held || a.leg->consulted || asked)) {
            const bool sure = a.leg->consulted || asked || hasConsult(a);
            return handOver(a, partners, LinkKind::ConsultTransfer, sure, "the leg ended by transfer while a colleague was consulted");
        }
        handOver(a, {}, LinkKind::BlindTransfer, true, "the leg ended by transfer and another began");
    }

    void handOver(const View &a, const std::vector<const View *> &partners, LinkKind kind, bool sure, std::string rule)
    {
        if (partners.empty())
            return passOn(a, kind, std::move(rule));
        m_pairs.emplace(a.participant, partners.front()->participant);
        if (partners.size() > 1)
            return link(kind, a.participant, partners.front()->participant, *a.end, Confidence::Unknown, rule + "; several stayed on");
        link(kind, a.participant, partners.front()->participant, *a.end, sure ? Confidence::Sure : Confidence::Likely, std::move(rule));
    }

    /// Those who were connected when `a` ended, and came while it was there.
    [[nodiscard]] std::vector<const View *> partnersOf(const View &a) const
    {
        std::vector<const View *> partners;
        const std::size_t end = firstAt(a.to);
        for (std::size_t i = end, seen = 0; i-- > 0 && seen < kNeighbours && m_views[i].from > a.talkFrom; ++seen) {
            const View &b = m_views[i];
            const bool may = (b.part == Part::Person || b.part == Part::Outside) && b.participant != m_swept.customer;
            if (may && b.participant != a.participant && b.talkFrom < a.to && b.to > a.to)
                partners.push_back(&b);
        }
        std::reverse(partners.begin(), partners.end());
        return partners;
    }

    /// A transfer to whatever leg began next.
    void passOn(const View &a, LinkKind kind, std::string rule)
    {
        const View *next = nullptr;
        bool several = false;
        std::size_t i = firstAt(a.to);
        for (int back = 0; i > 0 && back < kNeighbours && m_views[i - 1].from > a.talkFrom && *a.end - m_views[i - 1].start <= kOverlap; ++back)
            --i;
        for (int seen = 0; i < m_views.size() && seen < 2 * kNeighbours; ++i, ++seen) {
            const View &b = m_views[i];
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
    void missed(const View &a)
    {
        const View *next = nullptr;
        bool several = false;
        std::size_t i = firstAt(a.to);
        for (int back = 0; i > 0 && back < kNeighbours && *a.end - m_views[i - 1].start <= kTogether && m_views[i - 1].from > a.from; ++back)
            --i;
        for (int seen = 0; i < m_views.size() && seen < 2 * kNeighbours; ++i, ++seen) {
            const View &b = m_views[i];
            if (next && b.start - next->start > kTogether)
                break;
            if (b.part != Part::Person || b.leg == a.leg || !(b.alerted || b.talked))
                continue;
            several = several || (next && next->participant != b.participant);
            next = next ? next : &b;
        }
        if (!next)
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
        std::vector<std::pair<const View *, const Piece *>> pieces;
        for (const View &view : m_views) {
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
        const View &host = *group.host;
        const View *stays = nullptr;
        bool several = false;
        for (const auto &[view, piece] : group.members) {
            if (view->participant == host.participant || view->participant == m_swept.customer || view->from < host.from)
                continue;
            if (m_joined.emplace(host.participant, view->participant).second)
                link(LinkKind::Conference, host.participant, view->participant, piece->segment.start,
                     peersWith(*view, host.participant) || m_cast.conferenceTold ? Confidence::Sure : Confidence::Likely,
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
    void leftConference(const View &host, const View &stays, bool several)
    {
        if (departureOf(host.leg->reason) != Departure::Other || !m_departures.emplace(host.participant, host.to).second)
            return;
        ++m_out.transfers;
        link(LinkKind::ConferenceTransfer, host.participant, stays.participant, *host.end,
             several ? Confidence::Unknown : Confidence::Likely, "who made the conference left, and the others talked on");
    }

    [[nodiscard]] bool customerStays(const View &host) const
    {
        if (m_swept.felt.empty())
            return false;
        const std::optional<Timestamp> end = m_swept.felt.back().end;
        return !end || *end - *host.end > kTogether;
    }

    // --- consults

    void consulted(const View &b)
    {
        if (b.participant == m_swept.customer || (b.part != Part::Person && b.part != Part::Outside))
            return;
        int asker = -1;
        bool told = false;
        bool several = false;
        if (hasConsult(b))
            asker = toldAsker(b);
        told = asker >= 0;
        if (!told && b.part == Part::Person)
            std::tie(asker, several) = askerByTime(b);
        const bool known = asker < 0 || m_pairs.contains({asker, b.participant}) || m_joined.contains({asker, b.participant});
        if (known || !m_pairs.emplace(asker, b.participant).second)
            return;
        link(LinkKind::Consult, asker, b.participant, b.start, several ? Confidence::Unknown : told ? Confidence::Sure : Confidence::Likely,
             told ? "each names the other side" : "one began while the other consulted");
    }

    /// The older one of the two who name each other.
    [[nodiscard]] int toldAsker(const View &b) const
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

    /// Who consulted when `b` began; and whether there are several.
    [[nodiscard]] std::pair<int, bool> askerByTime(const View &b) const
    {
        int asker = -1;
        bool several = false;
        const auto next = std::upper_bound(m_consults.begin(), m_consults.end(), b.from,
                                           [](Order at, const auto &consult) { return at < consult.first->from; });
        int seen = 0;
        for (auto at = next; at != m_consults.begin() && seen < kNeighbours; ++seen) {
            --at;
            const View &a = *at->second;
            if (at->first->to <= b.from || a.participant == b.participant || a.from >= b.from)
                continue;
            several = several || (asker >= 0 && asker != a.participant);
            asker = a.participant;
        }
        return {asker, several};
    }

    // --- callbacks

    void calledBack()
    {
        const View *asked = nullptr;
        std::set<int> taken;
        for (const View &view : m_views) {
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

    [[nodiscard]] const ParticipantRow &row(const View &v) const { return m_cast.rows[static_cast<std::size_t>(v.participant)]; }

    [[nodiscard]] static bool peersWith(const View &view, int participant)
    {
        return std::any_of(view.leg->pieces.begin(), view.leg->pieces.end(), [&](const Piece &p) { return p.peer == participant; });
    }

    [[nodiscard]] static bool hasConsult(const View &view)
    {
        return std::any_of(view.leg->pieces.begin(), view.leg->pieces.end(), [](const Piece &p) { return p.segment.kind == K::Consult; });
    }

    const Cast &m_cast;
    const Swept &m_swept;
    std::vector<View> m_views; ///< by where they began
    Cover m_queues;
    Cover m_talks;
    std::vector<Group> m_groups;
    std::vector<std::pair<const Piece *, const View *>> m_consults; ///< by where they began
    std::map<int, Order> m_firstLeg;                                ///< of each person
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
