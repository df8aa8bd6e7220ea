// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/interactionset.h"

#include "core/timeline/correlate.h"
#include "core/timeline/order.h"

#include <algorithm>

namespace threadline {
namespace {

constexpr Duration kNearBracket = Duration::seconds(1); ///< how far a bracket orders what has no sequence

bool mayBeBracket(Kind kind)
{
    return kind == Kind::Joined || kind == Kind::Left || kind == Kind::Added || kind == Kind::Removed;
}

} // namespace

InteractionState stateAt(const Summary &summary, Timestamp now, Duration staleAfter)
{
    const bool silent = summary.state == InteractionState::Open && now - summary.lastEventAt >= staleAfter;
    return silent ? InteractionState::Stale : summary.state;
}

InteractionSet::Added InteractionSet::add(const Event &event, std::uint64_t commit)
{
    const std::uint32_t known = m_events.findOrAdd(event);
    if (known != kNoIndex) {
        const Added added = m_events[known].content == event.content ? Added{Added::Duplicate, false, true}
                                                                     : addVariant(known, event);
        if (added.what == Added::Variant)
            m_commit = std::max(m_commit, commit);
        return added;
    }
    const auto index = static_cast<std::uint32_t>(m_events.size() - 1);
    m_commit = std::max(m_commit, commit);
    const bool live = !m_events[index].has(LightEvent::Imported);
    m_live += live ? 1 : 0;
    if (live && m_live == 1 && m_count > 0)
        m_settled = false; // the imported ones do not count any more
    if (m_settled && counts(m_events[index]))
        sumUp(index);
    Added added;
    added.lamport = lamportOfLast();
    return added;
}

bool InteractionSet::has(const Event &event) const
{
    const std::uint32_t known = m_events.find(event.id.value);
    return known != kNoIndex && (m_events[known].content == event.content || keepsVariant(known, event.content));
}

/// Decided by the end of the order alone, and on the safe side. A counter that runs over the interaction orders what has a
/// sequence; what has none is only taken where no bracket within reach could put it before another.
std::int64_t InteractionSet::lamportOfLast()
{
    const auto index = static_cast<std::uint32_t>(m_events.size() - 1);
    const LightEvent &e = m_events[index];
    const bool first = m_end.greatest == kNoIndex;
    const Timestamp latest = first ? e.time : m_events[m_end.greatest].time;
    const bool greatest = first || m_events.keyBefore(m_end.greatest, index);
    bool behind = greatest && m_live == m_events.size();
    if (m_events.chained(e)) {
        const bool rises = !m_end.sequence || *m_end.sequence < e.sequence;
        behind = behind && (first || (rises && !m_end.unsequenced && scope() != SequenceScope::Participant));
        m_end.sequence = std::max(m_end.sequence.value_or(e.sequence), e.sequence);
    } else {
        behind = behind && (first || (!m_end.sequence && !mayBeBracket(e.kind) && e.time - latest > kNearBracket));
        m_end.unsequenced = true;
    }
    if (greatest)
        m_end.greatest = index;
    // Where so many events cannot have pushed the Lamport times beyond its source time, nothing else need be known.
    const bool apart = first || e.time.us - latest.us > static_cast<std::int64_t>(m_events.size());
    std::int64_t lamport = 0;
    if (behind && (apart || m_end.lamport != 0))
        lamport = apart ? e.time.us : std::max(e.time.us, m_end.lamport + 1);
    m_end.lamport = lamport;
    return lamport;
}

/// After an event has changed its place.
void InteractionSet::findEnd()
{
    m_end = {};
    for (std::uint32_t i = 0; i < m_events.size(); ++i) {
        const LightEvent &e = m_events[i];
        if (m_end.greatest == kNoIndex || m_events.keyBefore(m_end.greatest, i))
            m_end.greatest = i;
        if (m_events.chained(e))
            m_end.sequence = std::max(m_end.sequence.value_or(e.sequence), e.sequence);
        else
            m_end.unsequenced = true;
    }
}

InteractionSet::Added InteractionSet::addVariant(std::uint32_t index, const Event &event)
{
    if (keepsVariant(index, event.content))
        return {Added::Duplicate, false, true};
    const LightEvent standing = m_events[index];
    const Variant fresh{event.time, event.content, kNoIndex};
    const Variant old{standing.time, standing.content, kNoIndex};
    if (!(fresh < old))
        return {Added::Variant, false, keepVariant(index, fresh)};
    m_events.replace(index, event);
    keepVariant(index, old);
    const auto liveness = [](const LightEvent &e) { return e.has(LightEvent::Imported) ? 0u : 1u; };
    m_live += liveness(m_events[index]) - liveness(standing);
    findEnd();
    m_settled = false;
    return {Added::Variant, true, true};
}

bool InteractionSet::keepsVariant(std::uint32_t index, const Hash128 &content) const
{
    for (std::uint32_t i = m_events[index].variants; i != kNoIndex; i = m_variants[i].next) {
        if (m_variants[i].content == content)
            return true;
    }
    return false;
}

/// Keeps the kMaxVariants smallest, so that which ones are kept does not depend on the order in which they came.
bool InteractionSet::keepVariant(std::uint32_t index, const Variant &variant)
{
    LightEvent &event = m_events.at(index);
    int count = 0;
    Variant *largest = nullptr;
    for (std::uint32_t i = event.variants; i != kNoIndex; i = m_variants[i].next, ++count) {
        if (!largest || *largest < m_variants[i])
            largest = &m_variants[i];
    }
    if (count < kMaxVariants) {
        const std::uint32_t first = event.variants;
        event.variants = static_cast<std::uint32_t>(m_variants.size());
        m_variants.push_back({variant.time, variant.content, first});
        return true;
    }
    if (!(variant < *largest))
        return false;
    *largest = {variant.time, variant.content, largest->next};
    return true;
}

void InteractionSet::sumUp(std::uint32_t index)
{
    const Timestamp time = m_events[index].time;
    m_span = m_span ? TimeRange{std::min(m_span->start, time), std::max(m_span->end, time)} : TimeRange{time, time};
    ++m_count;
    m_presence.add(m_events, index);
    m_mentions.add(m_events, index);
    m_sequences.add(m_events, index);
}

void InteractionSet::settle()
{
    if (m_settled)
        return;
    m_presence.clear();
    m_mentions.clear();
    m_sequences.clear();
    m_span.reset();
    m_count = 0;
    for (std::uint32_t i = 0; i < m_events.size(); ++i) {
        m_events.at(i).flags &= static_cast<std::uint8_t>(~LightEvent::Tied);
        if (counts(m_events[i]))
            sumUp(i);
    }
    m_settled = true;
}

std::optional<Timestamp> InteractionSet::allLeftAt()
{
    settle();
    if (m_presence.undecided())
        m_presence.settle(m_events, order());
    return m_presence.overSince();
}

Summary InteractionSet::summary(Timestamp sourceNow)
{
    settle();
    Summary out;
    if (!m_span)
        return out;
    out.start = m_span->start;
    out.lastEventAt = m_span->end;
    out.count = m_count;
    out.variants = static_cast<std::int64_t>(m_variants.size());
    out.commit = m_commit;
    m_mentions.fill(m_events, out);
    const auto over = allLeftAt();
    if (over && sourceNow - *over >= kEndedAfter) {
        out.state = InteractionState::Ended;
        out.end = out.lastEventAt;
    }
    return out;
}

bool InteractionSet::sequenced()
{
    settle();
    return m_sequences.count() > 0 && scope() != SequenceScope::Stream;
}

bool InteractionSet::contiguous()
{
    settle();
    return m_sequences.contiguous();
}

std::uint64_t InteractionSet::tiesAcrossParticipants()
{
    settle();
    return m_sequences.tiesAcrossParticipants();
}

std::optional<TimeRange> InteractionSet::firstHole()
{
    return contiguous() ? std::nullopt : Sequences::firstHole(m_events, counting());
}

std::vector<std::uint32_t> InteractionSet::counting() const
{
    std::vector<std::uint32_t> indices;
    indices.reserve(m_events.size());
    for (std::uint32_t i = 0; i < m_events.size(); ++i) {
        if (counts(m_events[i]))
            indices.push_back(i);
    }
    return indices;
}

std::vector<std::uint32_t> InteractionSet::order() const
{
    const std::vector<std::uint32_t> indices = counting();
    std::vector<std::string> ids(m_events.size());
    std::vector<OrderKey> keys;
    keys.reserve(indices.size());
    for (const std::uint32_t i : indices) {
        const LightEvent &e = m_events[i];
        ids[i] = m_events.id(i);
        keys.push_back({e.time, e.has(LightEvent::Sequenced) ? std::optional(e.sequence) : std::nullopt,
                        static_cast<std::int32_t>(e.participant), static_cast<std::int32_t>(e.channel), e.kind, e.rank, ids[i]});
    }
    std::vector<std::uint32_t> order = canonicalOrder(keys, scope());
    for (std::uint32_t &place : order)
        place = indices[place];
    return order;
}

std::vector<std::string> InteractionSet::idsInOrder()
{
    settle();
    std::vector<std::string> ids;
    for (const std::uint32_t index : order())
        ids.push_back(m_events.id(index));
    return ids;
}

std::size_t InteractionSet::memoryBytes() const
{
    return m_events.memoryBytes() + m_variants.capacity() * sizeof(Variant) + m_presence.memoryBytes()
        + m_mentions.memoryBytes() + m_sequences.memoryBytes();
}

} // namespace threadline
