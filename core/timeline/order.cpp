// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/order.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

namespace threadline {
namespace {

constexpr std::int64_t kBracketReachUs = 1'000'000; ///< how far a bracket orders other events about it
constexpr std::int64_t kMaxDelayUs = 5 * kBracketReachUs; ///< brackets hold an event back once a rank at most, and there are six
constexpr std::size_t kMaxSteps = 1024; ///< how far appends() looks back before it says that it cannot tell
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Whether the sequence of `e` gives edges.
bool chained(const OrderKey &e, SequenceScope scope)
{
    return e.sequence && scope != SequenceScope::None && (scope != SequenceScope::Participant || e.participant >= 0);
}

/// Whether two sequences are counted by the same counter.
bool sameScope(const OrderKey &a, const OrderKey &b, SequenceScope scope)
{
    return scope != SequenceScope::Participant || a.participant == b.participant;
}

/// Differences are taken unsigned: no two times are too far apart for that.
std::uint64_t distance(Timestamp a, Timestamp b)
{
    return a < b ? static_cast<std::uint64_t>(b.us) - static_cast<std::uint64_t>(a.us)
                 : static_cast<std::uint64_t>(a.us) - static_cast<std::uint64_t>(b.us);
}

bool within(Timestamp a, Timestamp b) { return distance(a, b) <= static_cast<std::uint64_t>(kBracketReachUs); }

/// The four kinds of bracket; None: the event is no bracket, whatever else the interaction holds.
enum Bracket : std::size_t { Joined, Left, Added, Removed, None };

Bracket bracketOf(const OrderKey &e)
{
    switch (e.kind) {
    case Kind::Joined: return e.participant >= 0 ? Joined : None;
    case Kind::Left: return e.participant >= 0 ? Left : None;
    case Kind::Added: return e.channel >= 0 ? Added : None;
    case Kind::Removed: return e.channel >= 0 ? Removed : None;
    default: return None;
    }
}

/// The participant or channel that a bracket of this kind encloses.
std::int32_t enclosedBy(const OrderKey &e, Bracket bracket) { return bracket <= Left ? e.participant : e.channel; }

/// K with everything but the id at hand, so that sorting seldom leaves the cache.
struct Place {
    std::int64_t time;
    std::int64_t sequence;
    std::uint32_t index;
    std::uint8_t rank;
    bool unsequenced;
};

Place placeOf(const OrderKey &e, std::size_t index)
{
    return {e.time.us, e.sequence.value_or(0), static_cast<std::uint32_t>(index), e.rank, !e.sequence};
}

/// Numbers that are small enough to index arrays with. Those of the caller are, unless it took a part of a larger whole.
std::vector<std::int32_t> dense(std::span<const OrderKey> events, std::int32_t OrderKey::*number, std::size_t &count)
{
    std::int32_t greatest = -1;
    for (const OrderKey &e : events)
        greatest = std::max(greatest, e.*number);
    std::vector<std::int32_t> numbers(events.size());
    std::transform(events.begin(), events.end(), numbers.begin(), [&](const OrderKey &e) { return std::max(e.*number, -1); });
    count = static_cast<std::size_t>(std::int64_t(greatest) + 1);
    if (count <= 4 * events.size() + 64)
        return numbers;
    std::vector<std::int32_t> known(numbers);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    if (known.front() < 0)
        known.erase(known.begin());
    count = known.size();
    for (std::int32_t &n : numbers) {
        if (n >= 0)
            n = static_cast<std::int32_t>(std::lower_bound(known.begin(), known.end(), n) - known.begin());
    }
    return numbers;
}

/// Orders one set of events. Everything but the constructor speaks of positions in the order of K.
class Sorter {
public:
    Sorter(std::span<const OrderKey> events, SequenceScope scope) : m_events(events), m_scope(scope) { sortByKey(); }
    std::vector<std::uint32_t> run();

private:
    struct Edge {
        std::uint32_t from;
        std::uint32_t to;
    };

    [[nodiscard]] const OrderKey &at(std::uint32_t position) const { return m_events[m_places[position].index]; }
    [[nodiscard]] bool keyBefore(const Place &a, const Place &b) const;
    void sortByKey();
    void collectChains();
    void collectEdges();
    void countBrackets(std::span<const std::int32_t> participants, std::span<const std::int32_t> channels);
    void edgesOf(std::uint32_t position, std::uint32_t bracket);
    [[nodiscard]] bool keyOrderHolds() const;
    std::vector<std::uint32_t> popAll();
    void groupEdges();
    void release(std::size_t group);

    std::span<const OrderKey> m_events;
    const SequenceScope m_scope;
    std::vector<Place> m_places; ///< in the order of K
    std::vector<std::uint32_t> m_chains; ///< sequenced positions by scope and sequence
    std::vector<Edge> m_edges; ///< (b)
    /// Per participant or channel number: the position of its only bracket of a kind, kNone: none, or more than one.
    std::array<std::vector<std::uint32_t>, 4> m_brackets;
    bool m_chainsHold = true; ///< the chains agree with K

    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> m_free;
    std::vector<std::uint32_t> m_waitsFor; ///< per position: edges (b) into it that are left
    std::vector<std::uint32_t> m_firstEdge;
    std::vector<std::uint32_t> m_targets;
    std::vector<std::uint32_t> m_groupOf; ///< per position: its group of equal sequences, kNone: in no chain
    std::vector<std::uint32_t> m_groupStart; ///< into m_chains; one more than there are groups
    std::vector<std::uint32_t> m_groupLeft;
};

bool Sorter::keyBefore(const Place &a, const Place &b) const
{
    if (a.time != b.time)
        return a.time < b.time;
    if (a.rank != b.rank)
        return a.rank < b.rank;
    if (a.unsequenced != b.unsequenced)
        return b.unsequenced;
    if (a.sequence != b.sequence)
        return a.sequence < b.sequence;
    const int ids = m_events[a.index].id.compare(m_events[b.index].id);
    return ids != 0 ? ids < 0 : a.index < b.index;
}

void Sorter::sortByKey()
{
    m_places.resize(m_events.size());
    for (std::size_t i = 0; i < m_events.size(); ++i)
        m_places[i] = placeOf(m_events[i], i);
    const auto before = [this](const Place &a, const Place &b) { return keyBefore(a, b); };
    if (!std::is_sorted(m_places.begin(), m_places.end(), before))
        std::sort(m_places.begin(), m_places.end(), before);
}

/// Edges (a) are not written down: they are the order of groups of equal sequences along each chain.
void Sorter::collectChains()
{
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    for (std::uint32_t p = 0; p < m_places.size(); ++p) {
        if (!chained(at(p), m_scope))
            continue;
        m_chains.push_back(p);
        m_chainsHold = m_chainsHold && m_places[p].sequence >= last;
        last = m_places[p].sequence;
    }
    const bool single = m_scope != SequenceScope::Participant;
    if (m_chainsHold && single)
        return;
    std::sort(m_chains.begin(), m_chains.end(), [&](std::uint32_t a, std::uint32_t b) {
        const OrderKey &x = at(a), &y = at(b);
        if (!single && x.participant != y.participant)
            return x.participant < y.participant;
        return x.sequence != y.sequence ? *x.sequence < *y.sequence : a < b;
    });
    if (single)
        return;
    m_chainsHold = true;
    for (std::size_t i = 1; i < m_chains.size() && m_chainsHold; ++i)
        m_chainsHold = m_chains[i - 1] < m_chains[i] || at(m_chains[i - 1]).participant != at(m_chains[i]).participant;
}

void Sorter::countBrackets(std::span<const std::int32_t> participants, std::span<const std::int32_t> channels)
{
    std::array<std::vector<bool>, 4> seen;
    for (std::size_t kind = 0; kind < seen.size(); ++kind)
        seen[kind].resize(m_brackets[kind].size());
    for (std::uint32_t p = 0; p < m_places.size(); ++p) {
        const OrderKey &e = at(p);
        const Bracket kind = bracketOf(e);
        if (kind == None)
            continue;
        const auto number = static_cast<std::size_t>(kind <= Left ? participants[m_places[p].index] : channels[m_places[p].index]);
        // Only unless another one is there, sequenced or not; but a sequenced one gives no edges itself.
        m_brackets[kind][number] = !seen[kind][number] && !chained(e, m_scope) ? p : kNone;
        seen[kind][number] = true;
    }
}

void Sorter::edgesOf(std::uint32_t position, std::uint32_t bracket)
{
    if (bracket == kNone || bracket == position)
        return;
    const OrderKey &e = at(position), &b = at(bracket);
    if (e.rank == b.rank || !within(e.time, b.time))
        return;
    m_edges.push_back(e.rank < b.rank ? Edge{position, bracket} : Edge{bracket, position});
}

/// At most four edges an event: one to or from each bracket of its participant and of its channel.
void Sorter::collectEdges()
{
    if (m_chains.size() == m_places.size())
        return;
    std::size_t participantCount = 0, channelCount = 0;
    const auto participants = dense(m_events, &OrderKey::participant, participantCount);
    const auto channels = dense(m_events, &OrderKey::channel, channelCount);
    for (const Bracket kind : {Joined, Left, Added, Removed})
        m_brackets[kind].assign(kind <= Left ? participantCount : channelCount, kNone);
    countBrackets(participants, channels);
    for (std::uint32_t p = 0; p < m_places.size(); ++p) {
        if (chained(at(p), m_scope))
            continue;
        const std::uint32_t i = m_places[p].index;
        const auto participant = participants[i], channel = channels[i];
        for (const Bracket kind : {Joined, Left, Added, Removed}) {
            const std::int32_t number = kind <= Left ? participant : channel;
            if (number >= 0)
                edgesOf(p, m_brackets[kind][static_cast<std::size_t>(number)]);
        }
    }
}

/// Where no edge contradicts K, the smallest K is always free.
bool Sorter::keyOrderHolds() const
{
    return m_chainsHold && std::all_of(m_edges.begin(), m_edges.end(), [](const Edge &e) { return e.from < e.to; });
}

void Sorter::groupEdges()
{
    m_waitsFor.assign(m_places.size(), 0);
    m_firstEdge.assign(m_places.size() + 1, 0);
    m_targets.resize(m_edges.size());
    for (const Edge &e : m_edges) {
        ++m_firstEdge[e.from + 1];
        ++m_waitsFor[e.to];
    }
    std::partial_sum(m_firstEdge.begin(), m_firstEdge.end(), m_firstEdge.begin());
    std::vector<std::uint32_t> next(m_firstEdge.begin(), m_firstEdge.end() - 1);
    for (const Edge &e : m_edges)
        m_targets[next[e.from]++] = e.to;

    m_groupOf.assign(m_places.size(), kNone);
    for (std::uint32_t i = 0; i < m_chains.size(); ++i) {
        const OrderKey &e = at(m_chains[i]);
        const bool goesOn = i > 0 && at(m_chains[i - 1]).sequence == e.sequence && sameScope(at(m_chains[i - 1]), e, m_scope);
        if (!goesOn)
            m_groupStart.push_back(i);
        m_groupOf[m_chains[i]] = static_cast<std::uint32_t>(m_groupStart.size() - 1);
    }
    m_groupStart.push_back(static_cast<std::uint32_t>(m_chains.size()));
    m_groupLeft.resize(m_groupStart.size() - 1);
    for (std::size_t g = 0; g < m_groupLeft.size(); ++g)
        m_groupLeft[g] = m_groupStart[g + 1] - m_groupStart[g];
}

void Sorter::release(std::size_t group)
{
    for (std::uint32_t i = m_groupStart[group]; i < m_groupStart[group + 1]; ++i)
        m_free.push(m_chains[i]);
}

std::vector<std::uint32_t> Sorter::popAll()
{
    groupEdges();
    const auto heads = [&](std::size_t g) {
        return g == 0 || !sameScope(at(m_chains[m_groupStart[g - 1]]), at(m_chains[m_groupStart[g]]), m_scope);
    };
    for (std::size_t g = 0; g < m_groupLeft.size(); ++g) {
        if (heads(g))
            release(g);
    }
    for (std::uint32_t p = 0; p < m_places.size(); ++p) {
        if (m_groupOf[p] == kNone && m_waitsFor[p] == 0)
            m_free.push(p);
    }
    std::vector<std::uint32_t> order;
    order.reserve(m_places.size());
    while (!m_free.empty()) {
        const std::uint32_t p = m_free.top();
        m_free.pop();
        order.push_back(m_places[p].index);
        const std::uint32_t group = m_groupOf[p];
        if (group != kNone && --m_groupLeft[group] == 0 && group + 1 < m_groupLeft.size() && !heads(group + 1))
            release(group + 1);
        for (std::uint32_t i = m_firstEdge[p]; i < m_firstEdge[p + 1]; ++i) {
            if (--m_waitsFor[m_targets[i]] == 0)
                m_free.push(m_targets[i]);
        }
    }
    return order;
}

std::vector<std::uint32_t> Sorter::run()
{
    collectChains();
    collectEdges();
    if (!keyOrderHolds())
        return popAll();
    std::vector<std::uint32_t> order(m_places.size());
    std::transform(m_places.begin(), m_places.end(), order.begin(), [](const Place &p) { return p.index; });
    return order;
}

/// Whether `last` would make `before` lose a bracket, or is the first of its kind and so a bracket itself.
bool disturbsBrackets(std::span<const OrderKey> before, const OrderKey &last)
{
    const Bracket kind = bracketOf(last);
    return kind != None && std::any_of(before.begin(), before.end(), [&](const OrderKey &e) {
        return bracketOf(e) == kind && enclosedBy(e, kind) == enclosedBy(last, kind);
    });
}

/// Whether an edge (b) may lead from `last` to `e`, which stands before it.
bool mayPrecede(const OrderKey &last, const OrderKey &e)
{
    if (last.rank >= e.rank || !within(last.time, e.time))
        return false;
    for (const OrderKey *bracket : {&last, &e}) {
        const Bracket kind = bracketOf(*bracket);
        if (kind != None && enclosedBy(last, kind) == enclosedBy(e, kind))
            return true;
    }
    return false;
}

} // namespace

bool keyLess(const OrderKey &a, const OrderKey &b)
{
    if (a.time != b.time)
        return a.time < b.time;
    if (a.rank != b.rank)
        return a.rank < b.rank;
    if (a.sequence != b.sequence)
        return a.sequence && (!b.sequence || *a.sequence < *b.sequence);
    return a.id < b.id;
}

std::vector<std::uint32_t> canonicalOrder(std::span<const OrderKey> events, SequenceScope scope)
{
    return Sorter(events, scope).run();
}

bool appends(std::span<const OrderKey> before, const OrderKey &last, SequenceScope scope,
             std::optional<std::int64_t> maxSequence, Timestamp maxTime)
{
    const bool inChain = chained(last, scope);
    if (inChain && maxSequence && *last.sequence < *maxSequence)
        return false;
    if (disturbsBrackets(before, last))
        return false;
    // Going back, everything must have a smaller key than `last` (then it is taken first, if nothing holds it back: no edge
    // leads from `last` to it), until an event that `last` itself waits for is met.
    const bool greatest = last.time > maxTime;
    if (inChain && greatest)
        return true;
    std::size_t steps = 0;
    for (std::size_t i = before.size(); i-- > 0; ++steps) {
        const OrderKey &e = before[i];
        const bool eInChain = chained(e, scope);
        if (inChain && eInChain && sameScope(e, last, scope) && *e.sequence < *last.sequence)
            return true;
        if (!greatest && !keyLess(e, last))
            return false;
        if (!inChain && !eInChain && mayPrecede(last, e))
            return false;
        // No event before this one can be later than it by more than brackets hold back.
        if (!eInChain && e.time < last.time
            && distance(e.time, last.time) > static_cast<std::uint64_t>(kMaxDelayUs + kBracketReachUs))
            return true;
        if (steps >= kMaxSteps)
            return false;
    }
    return true;
}

std::vector<std::int64_t> lamportTimes(std::span<const Timestamp> inOrder)
{
    std::vector<std::int64_t> out;
    out.reserve(inOrder.size());
    for (const Timestamp t : inOrder)
        out.push_back(out.empty() ? t.us : std::max(t.us, out.back() + 1));
    return out;
}

} // namespace threadline
