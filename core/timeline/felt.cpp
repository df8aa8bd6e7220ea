// SPDX-License-Identifier: GPL-3.0-or-later
/// One pass over all boundaries in canonical order: what the customer lives through, and when three or more are connected.
///
/// At any place of the order the customer lives through the first of these that holds:
///   1. hold         the customer's own leg is held
///   2. voicemail    the customer's own leg is on it
///   3. parked       the customer's legs wait for a later time (a callback), none is connected, queued or ringing, and no other outside
///                   party talks: who is called back is often told as one
///   4. alert        the customer's own leg is being dialled and none is connected
///   5. talk         a person or another outside party is connected, and was so before anybody of ours held or consulted;
///      conference   the same with three or more connected. Where the source tells of conferences itself, whoever was called while one of
///                   ours held talks aside while that one, on the same leg, is connected or holds
///   6. hold         a person of ours holds, or consults a colleague meanwhile (whoever connects to ours after that is being
///                   consulted and does not talk with the customer)
///   7. alert        a person of ours is being rung
///   8. voicemail, queue, ivr    in this order: what serves last in the platform's way covers what it came from
///   9. parked       a person of ours has put the customer's message aside
///  10. unknown      nobody is there; up to 1 s of it is a hand-over and told as part of what went before
/// Monitors never count, for the customer does not hear them, but those who barge in are heard. What a person of ours does on a pending
/// callback is not felt either; the call that comes of it is, from when the customer is connected. A participant holds if any of its
/// channels does.
#include "core/timeline/consults.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace threadline {
namespace {

using K = SegmentKind;

struct Change {
    Order order;
    Timestamp time;
    int participant;
    SegmentKind kind;
    int delta;
    bool barging = false;
};

/// Roles of a participant towards the customer; one may have several.
enum Role : std::uint8_t { Connected, Away, Ringing, Recorded, Waiting, Served, Aside, CallingBack };
constexpr int kRoles = 8;

/// Participants who are in one role, by since when.
using Since = std::set<std::pair<Order, int>>;

struct Party {
    std::array<std::uint32_t, kSegmentKinds> count{};
    std::array<Order, kRoles> since;
    int calledBy = -1;     ///< one who held then
    Order asideUntil = -1; ///< when that one's leg ends
    Party() { since.fill(-1); }
    [[nodiscard]] bool has(K kind) const { return count[static_cast<std::size_t>(kind)] > 0; }
};

/// What is felt at one place of the order.
struct Felt {
    SegmentKind kind = K::Unknown;
    int participant = -1;
    std::string label;
};

bool counts(const Piece &piece)
{
    const K kind = piece.segment.kind;
    return !piece.mark && kind != K::Acw && kind != K::Monitor && piece.from != piece.to;
}

/// As what a piece counts, if at all; Monitor: works on a callback.
std::optional<K> feltAs(const Piece &piece, const Leg &leg, Part part)
{
    const K kind = piece.segment.kind;
    if (!counts(piece) || (part == Part::Watcher && !piece.barging))
        return std::nullopt;
    if (leg.media != Media::Callback || (part != Part::Person && part != Part::Other))
        return kind;
    return kind == K::Talk || kind == K::Conference ? std::optional(K::Monitor) : std::nullopt;
}

/// From the first leg of the customer to the last leg's end; what is a mark counts here, after-call work does not.
struct Span {
    bool any = false;
    Order from = kOpenOrder;
    Order to = -1;
    Timestamp start;
    Timestamp end;
};

Span spanOf(const Cast &cast, int customer)
{
    Span span;
    for (const Leg &leg : cast.legs) {
        if (leg.participant != customer)
            continue;
        for (const Piece &piece : leg.pieces) {
            if (piece.segment.kind == K::Acw)
                continue;
            if (!span.any || piece.from < span.from)
                span.start = piece.segment.start;
            span.from = std::min(span.from, piece.from);
            span.to = std::max(span.to, piece.to);
            span.end = std::max(span.end, piece.segment.end.value_or(span.end));
            span.any = true;
        }
    }
    return span;
}

/// All boundaries in order. The span's own are among them: the customer's first and last piece may count for nothing here.
std::vector<Change> changesOf(const Cast &cast, const Span &span, int customer)
{
    std::vector<Change> changes;
    if (span.any)
        changes.push_back({span.from, span.start, customer, K::Unknown, 0});
    if (span.any && span.to != kOpenOrder)
        changes.push_back({span.to, span.end, customer, K::Unknown, 0});
    for (const Leg &leg : cast.legs) {
        for (const Piece &piece : leg.pieces) {
            const auto kind = feltAs(piece, leg, cast.parts[static_cast<std::size_t>(leg.participant)]);
            if (!kind)
                continue;
            changes.push_back({piece.from, piece.segment.start, leg.participant, *kind, 1, piece.barging});
            if (piece.to != kOpenOrder)
                changes.push_back({piece.to, *piece.segment.end, leg.participant, *kind, -1, piece.barging});
        }
    }
    std::stable_sort(changes.begin(), changes.end(), [](const Change &a, const Change &b) { return a.order < b.order; });
    return changes;
}

/// Until when a participant is there, without after-call work.
class Stays {
public:
    explicit Stays(const Cast &cast) : m_all(cast.rows.size())
    {
        for (const Leg &leg : cast.legs) {
            if (const auto view = viewOf(cast, leg))
                m_all[static_cast<std::size_t>(leg.participant)].push_back({view->from, view->to, view->end});
        }
        for (std::vector<Stay> &stays : m_all) {
            std::stable_sort(stays.begin(), stays.end(), [](const Stay &a, const Stay &b) { return a.from < b.from; });
            for (std::size_t i = 1; i < stays.size(); ++i) {
                if (stays[i].to < stays[i - 1].to)
                    stays[i].to = stays[i - 1].to, stays[i].end = stays[i - 1].end;
            }
        }
    }

    struct Stay {
        Order from = 0;
        Order to = kOpenOrder; ///< the latest of those that began by then
        std::optional<Timestamp> end;
    };
    /// The one that has begun before `order`.
    [[nodiscard]] Stay at(int participant, Order order) const
    {
        const std::vector<Stay> &stays = m_all[static_cast<std::size_t>(participant)];
        const auto next = std::partition_point(stays.begin(), stays.end(), [&](const Stay &s) { return s.from <= order; });
        return next == stays.begin() ? Stay() : *std::prev(next);
    }

private:
    std::vector<std::vector<Stay>> m_all; ///< by participant, by where they begin
};

class Sweep {
public:
    explicit Sweep(const Cast &cast) : m_cast(cast), m_stays(cast), m_parties(cast.rows.size())
    {
        m_out.customer = findCustomer(cast);
        if (m_out.customer >= 0)
            m_span = spanOf(cast, m_out.customer);
    }

    Swept run()
    {
        const std::vector<Change> changes = changesOf(m_cast, m_span, m_out.customer);
        for (std::size_t i = 0; i < changes.size();) {
            const std::size_t first = i;
            const Order order = changes[i].order;
            for (; i < changes.size() && changes[i].order == order; ++i)
                take(changes[i]);
            for (std::size_t n = first; n < i; ++n)
                place(changes[n].participant, order);
            m_order = order;
            followConference(order);
            if (m_span.any)
                followLane(order);
            noteHeldMeanwhile(order);
        }
        if (m_inLane)
            m_out.felt.push_back({m_felt.kind, m_pieceStart, std::nullopt, m_felt.participant, std::move(m_felt.label)});
        smooth();
        return std::move(m_out);
    }

private:
    Party &party(int p) { return m_parties[static_cast<std::size_t>(p)]; }

    void take(const Change &change)
    {
        party(change.participant).count[static_cast<std::size_t>(change.kind)] += static_cast<std::uint32_t>(change.delta);
        m_barging += change.barging ? change.delta : 0;
        m_now = std::max(m_now, change.time);
        if (m_inLane)
            m_laneNow = std::max(m_laneNow, change.time);
    }

    // --- who is in which role

    void place(int p, Order order)
    {
        const Party &who = party(p);
        const Part part = m_cast.parts[static_cast<std::size_t>(p)];
        const bool ours = part == Part::Person || part == Part::Other;
        const bool talks = who.has(K::Talk) || who.has(K::Conference);
        const bool away = who.has(K::Hold) || (ours && who.has(K::Consult));
        set(Connected, p, talks && !away, order);
        if (p == m_out.customer)
            return;
        set(Away, p, away && ours, order);
        set(Ringing, p, ours && who.has(K::Alert), order);
        set(Recorded, p, who.has(K::Voicemail), order);
        set(Waiting, p, who.has(K::Queue), order);
        set(Served, p, who.has(K::Ivr), order);
        set(Aside, p, ours && who.has(K::Parked), order);
        set(CallingBack, p, ours && who.has(K::Monitor), order);
    }

    void set(Role role, int p, bool in, Order order)
    {
        Order &since = party(p).since[static_cast<std::size_t>(role)];
        if (in == (since >= 0))
            return;
        if (in)
            m_roles[static_cast<std::size_t>(role)].emplace(since = order, p);
        else
            m_roles[static_cast<std::size_t>(role)].erase({std::exchange(since, -1), p});
        if (in && (role == Connected || role == Ringing))
            m_called.push_back(p);
        if (!in && role == Away)
            endHeldMeanwhile(p, order);
    }

    /// Whoever is called while the customer is held, by another than who holds.
    void noteHeldMeanwhile(Order order)
    {
        for (const int p : m_called) {
            const Since &away = in(Away);
            if (!m_inLane || m_felt.kind != K::Hold || away.empty() || away.begin()->first >= order || away.contains({party(p).since[Away], p}))
                continue;
            const int asker = away.begin()->second;
            const Stays::Stay stay = m_stays.at(asker, order);
            if (m_stays.at(p, order).from > away.begin()->first) {
                party(p).calledBy = asker;
                party(p).asideUntil = stay.to;
            }
            if (m_cast.parts[static_cast<std::size_t>(p)] != Part::Person)
                continue;
            m_heldBy[asker].push_back(m_out.heldMeanwhile.size());
            m_out.heldMeanwhile.push_back({p, asker, away.size() > 1, order, kOpenOrder, {}, stay.to, stay.end});
        }
        m_called.clear();
    }

    void endHeldMeanwhile(int asker, Order order)
    {
        const auto held = m_heldBy.find(asker);
        if (held == m_heldBy.end())
            return;
        for (const std::size_t i : held->second) {
            m_out.heldMeanwhile[i].to = order;
            m_out.heldMeanwhile[i].end = m_now;
        }
        m_heldBy.erase(held);
    }

    [[nodiscard]] const Since &in(Role role) const { return m_roles[role]; }

    // --- conferences

    /// The source tells of conferences itself, if at all; but not that one becomes of it when somebody barges in.
    [[nodiscard]] bool concludes() const { return !m_cast.conferenceTold || m_barging > 0; }

    void followConference(Order order)
    {
        const bool now = concludes() && in(Connected).size() >= 3;
        if (now && !m_conference)
            m_out.conferences.push_back({order, kOpenOrder, m_now, m_now});
        if (!now && m_conference) {
            Stretch &last = m_out.conferences.back();
            last.to = order;
            last.end = m_now;
            if (last.end == last.start)
                m_out.conferences.pop_back(); // a hand-over told in an awkward order
        }
        m_conference = now;
    }

    // --- the customer's lane

    void followLane(Order order)
    {
        if (order == m_span.from && order == m_span.to) {
            m_felt = evaluate();
            m_out.felt.push_back({m_felt.kind, m_span.start, m_span.end, m_felt.participant, m_felt.label});
        } else if (order == m_span.from) {
            m_inLane = true;
            m_laneNow = m_pieceStart = m_span.start;
            m_felt = evaluate();
        } else if (m_inLane && order == m_span.to) {
            m_inLane = false;
            push(m_laneNow);
        } else if (m_inLane) {
            turnTo(evaluate());
        }
    }

    void turnTo(Felt now)
    {
        const bool same = now.participant == m_felt.participant && now.label == m_felt.label;
        if (now.kind == m_felt.kind && (same || now.kind == K::Hold)) // a hold is one hold, whoever ends it
            return;
        push(m_laneNow);
        m_pieceStart = m_laneNow;
        m_felt = std::move(now);
    }

    void push(Timestamp end)
    {
        if (end > m_pieceStart)
            m_out.felt.push_back({m_felt.kind, m_pieceStart, end, m_felt.participant, m_felt.label});
    }

    [[nodiscard]] Felt evaluate()
    {
        const Party &customer = party(m_out.customer);
        if (customer.has(K::Hold))
            return by(K::Hold, in(Away));
        if (customer.has(K::Voicemail))
            return by(K::Voicemail, in(Recorded));
        const bool live = customer.has(K::Talk) || customer.has(K::Conference);
        const bool moving = live || customer.has(K::Queue) || customer.has(K::Alert) || customer.has(K::Ivr);
        if (customer.has(K::Parked) && !moving)
            return (othersAreOn() ? evaluateTalk(live) : std::nullopt).value_or(Felt{K::Parked, -1, {}});
        if (customer.has(K::Alert) && !live)
            return by(K::Alert, in(Ringing));
        if (std::optional<Felt> talk = evaluateTalk(live))
            return std::move(*talk);
        if (!in(Away).empty())
            return by(K::Hold, in(Away));
        if (!in(Ringing).empty())
            return by(K::Alert, in(Ringing));
        return evaluateService(customer);
    }

    /// Whether an outside party other than the one whose lane it is is connected.
    [[nodiscard]] bool othersAreOn() const
    {
        return std::any_of(in(Connected).begin(), in(Connected).end(), [&](const auto &since) {
            return since.second != m_out.customer && m_cast.parts[static_cast<std::size_t>(since.second)] == Part::Outside;
        });
    }

    /// Whether it talks with a colleague who had called it while the customer was held, and who is still on.
    [[nodiscard]] bool isAside(int p) const
    {
        const Party &who = m_parties[static_cast<std::size_t>(p)];
        if (concludes() || who.asideUntil <= m_order || who.has(K::Conference))
            return false;
        const Party &asker = m_parties[static_cast<std::size_t>(who.calledBy)];
        return asker.since[Connected] >= 0 || asker.since[Away] >= 0;
    }

    [[nodiscard]] std::optional<Felt> evaluateTalk(bool live)
    {
        const Order limit = in(Away).empty() ? kOpenOrder : in(Away).begin()->first;
        std::array<int, 3> partners;
        std::size_t found = 0;
        bool told = false;
        for (auto at = in(Connected).begin(); at != in(Connected).end() && at->first < limit && found < partners.size(); ++at) {
            if (at->second == m_out.customer || isAside(at->second))
                continue;
            told = told || party(at->second).has(K::Conference);
            partners[found++] = at->second;
        }
        if (found == 0)
            return live && in(Away).empty() && !in(CallingBack).empty() ? std::optional(by(K::Talk, in(CallingBack))) : std::nullopt;
        const bool several = told || (concludes() && found + (live ? 1 : 0) >= 3);
        if (!several)
            return Felt{K::Talk, partners[0], name(partners[0])};
        std::string label = name(partners[0]);
        if (found > 1)
            label += ", " + name(partners[1]);
        if (found > 2)
            label += ", ...";
        return Felt{K::Conference, partners[0], std::move(label)};
    }

    [[nodiscard]] Felt evaluateService(const Party &customer)
    {
        if (!in(Recorded).empty())
            return by(K::Voicemail, in(Recorded));
        if (!in(Waiting).empty() || customer.has(K::Queue))
            return by(K::Queue, in(Waiting));
        if (!in(Served).empty() || customer.has(K::Ivr))
            return by(K::Ivr, in(Served));
        if (!in(Aside).empty())
            return by(K::Parked, in(Aside));
        return customer.has(K::Parked) ? Felt{K::Parked, -1, {}} : Felt{};
    }

    [[nodiscard]] Felt by(SegmentKind kind, const Since &who) const
    {
        if (who.empty())
            return {kind, -1, {}};
        const int p = who.begin()->second;
        return {kind, p, kind == K::Queue ? queueName(p) : name(p)};
    }

    [[nodiscard]] const std::string &name(int p) const { return displayName(m_cast.rows[static_cast<std::size_t>(p)]); }
    [[nodiscard]] const std::string &queueName(int p) const
    {
        const ParticipantRow &row = m_cast.rows[static_cast<std::size_t>(p)];
        return row.queueName.empty() ? name(p) : row.queueName;
    }

    /// Short stretches with nobody there go to what was before them, at the start to what comes after; equal neighbours join.
    void smooth()
    {
        std::vector<FeltSegment> smoothed;
        for (FeltSegment &piece : m_out.felt) {
            if (!smoothed.empty() && isHandOver(smoothed.back()) && smoothed.size() == 1) {
                piece.start = smoothed.back().start;
                smoothed.pop_back();
            }
            FeltSegment *last = smoothed.empty() ? nullptr : &smoothed.back();
            const bool same = last && last->kind == piece.kind && last->participant == piece.participant && last->label == piece.label;
            if (last && (same || isHandOver(piece)))
                last->end = piece.end;
            else
                smoothed.push_back(std::move(piece));
        }
        m_out.felt = std::move(smoothed);
    }

    static bool isHandOver(const FeltSegment &piece)
    {
        return piece.kind == K::Unknown && piece.end && *piece.end - piece.start <= kHandOver;
    }

    const Cast &m_cast;
    const Stays m_stays;
    std::vector<Party> m_parties;
    std::array<Since, kRoles> m_roles;
    Span m_span;
    Swept m_out;
    Timestamp m_now{std::numeric_limits<std::int64_t>::min()};
    Timestamp m_laneNow{std::numeric_limits<std::int64_t>::min()};
    Timestamp m_pieceStart;
    Felt m_felt;
    int m_barging = 0; ///< pieces in which somebody barges in
    Order m_order = 0;
    std::vector<int> m_called; ///< rung or connected at this place of the order
    std::map<int, std::vector<std::size_t>> m_heldBy; ///< Swept::heldMeanwhile, by who still holds
    bool m_conference = false;
    bool m_inLane = false;
};

} // namespace

int findCustomer(const Cast &cast)
{
    int best = -1;
    bool bestInbound = false;
    Order bestFrom = kOpenOrder;
    for (const Leg &leg : cast.legs) {
        if (cast.parts[static_cast<std::size_t>(leg.participant)] != Part::Outside || leg.pieces.empty())
            continue;
        const bool inbound = leg.direction == Direction::Inbound
            && cast.rows[static_cast<std::size_t>(leg.participant)].purpose == Purpose::Customer;
        const Order from = leg.pieces.front().from;
        if (best < 0 || (inbound && !bestInbound) || (inbound == bestInbound && from < bestFrom)) {
            best = leg.participant;
            bestInbound = inbound;
            bestFrom = from;
        }
    }
    return best;
}

Swept sweep(const Cast &cast) { return Sweep(cast).run(); }

} // namespace threadline
