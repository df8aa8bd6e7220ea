// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/sequences.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

std::uint32_t counterOf(const EventTable &events, const LightEvent &e)
{
    return events.scope() == SequenceScope::Participant ? e.participant : 0;
}

std::uint64_t hashOf(const EventTable &events, const LightEvent &e)
{
    const auto sequence = static_cast<std::uint64_t>(e.sequence);
    return spread((sequence >> 4) + (std::uint64_t(counterOf(events, e)) << 32)) + (sequence & 15); // neighbours share a line
}

} // namespace

void Sequences::add(EventTable &events, std::uint32_t index)
{
    const LightEvent &e = events[index];
    if (!events.chained(e))
        return;
    ++m_count;
    const std::uint32_t number = counterOf(events, e);
    const auto same = [&](std::uint32_t other) {
        return events[other].sequence == e.sequence && counterOf(events, events[other]) == number;
    };
    const std::uint32_t known =
        m_known.findOrAdd(hashOf(events, e), index, same, [&](std::uint32_t i) { return hashOf(events, events[i]); });
    if (known != kNoIndex) {
        tie(events, known, index);
        return;
    }
    if (number >= m_counters.size())
        m_counters.resize(number + 1);
    Counter &counter = m_counters[number];
    const bool before = counter.holed();
    counter.smallest = counter.distinct == 0 ? e.sequence : std::min(counter.smallest, e.sequence);
    counter.largest = counter.distinct == 0 ? e.sequence : std::max(counter.largest, e.sequence);
    ++counter.distinct;
    m_holed += (counter.holed() ? 1u : 0u) - std::uint64_t(before);
}

/// Two events that name different participants have the sequence. It is counted once, whoever comes third.
void Sequences::tie(EventTable &events, std::uint32_t representative, std::uint32_t index)
{
    LightEvent &known = events.at(representative);
    const LightEvent &e = events[index];
    if (known.has(LightEvent::Tied) || e.participant == kNoIndex)
        return;
    if (known.participant == kNoIndex) {
        m_known.replace(hashOf(events, e), representative, index); // it names a participant to compare with
    } else if (known.participant != e.participant) {
        known.flags |= LightEvent::Tied;
        ++m_ties;
    }
}

std::optional<TimeRange> Sequences::firstHole(const EventTable &events, std::vector<std::uint32_t> chain)
{
    std::erase_if(chain, [&](std::uint32_t i) { return !events.chained(events[i]); });
    const auto key = [&](std::uint32_t i) { return std::pair(counterOf(events, events[i]), events[i].sequence); };
    std::sort(chain.begin(), chain.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    const auto hole = std::adjacent_find(chain.begin(), chain.end(), [&](std::uint32_t a, std::uint32_t b) {
        const auto x = key(a), y = key(b);
        return x.first == y.first && static_cast<std::uint64_t>(y.second) - static_cast<std::uint64_t>(x.second) > 1;
    });
    if (hole == chain.end())
        return std::nullopt;
    const auto [first, second] = std::minmax(events[*hole].received, events[*(hole + 1)].received);
    return TimeRange{first, second};
}

std::size_t Sequences::memoryBytes() const
{
    return m_counters.capacity() * sizeof(Counter) + m_known.memoryBytes();
}

} // namespace threadline
