// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/derive.h"

#include "core/base/log.h"
#include "core/timeline/order.h"

#include <algorithm>
#include <unordered_map>

namespace threadline {
namespace {

/// Numbers names in order of first sight; -1 for an absent one.
class Numbering {
public:
    std::int32_t of(std::string_view name)
    {
        if (name.empty())
            return -1;
        return m_numbers.try_emplace(name, static_cast<std::int32_t>(m_numbers.size())).first->second;
    }

private:
    std::unordered_map<std::string_view, std::int32_t, StringHash> m_numbers;
};

/// Numbers of events that share their sequence with another one in the same scope.
std::vector<bool> sequenceTies(const std::vector<OrderKey> &keys, SequenceScope scope)
{
    std::vector<bool> ties(keys.size(), false);
    std::vector<std::uint32_t> bySequence;
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        if (keys[i].sequence && scope != SequenceScope::None)
            bySequence.push_back(i);
    }
    const auto scopeOf = [&](std::uint32_t i) {
        return std::pair(scope == SequenceScope::Participant ? keys[i].participant : -1, *keys[i].sequence);
    };
    std::sort(bySequence.begin(), bySequence.end(), [&](auto a, auto b) { return scopeOf(a) < scopeOf(b); });
    for (std::size_t n = 1; n < bySequence.size(); ++n) {
        if (scopeOf(bySequence[n - 1]) == scopeOf(bySequence[n]))
            ties[bySequence[n - 1]] = ties[bySequence[n]] = true;
    }
    return ties;
}

std::vector<OrderKey> orderKeys(const std::vector<PlacedEvent> &events)
{
    Numbering participants, channels;
    std::vector<OrderKey> keys;
    keys.reserve(events.size());
    for (const PlacedEvent &placed : events) {
        const Event &e = *placed.event;
        keys.push_back({e.time, e.sequence, participants.of(e.participant.value), channels.of(e.channel.value), e.kind,
                        static_cast<std::uint8_t>(rankOf(e)), e.id.value});
    }
    return keys;
}

/// Leaves out imported events where others tell of the interaction.
void dropSecondWitness(Derived &derived)
{
    const auto imported = [](const PlacedEvent &p) { return p.event->provenance == Provenance::Import; };
    const auto count = std::count_if(derived.events.begin(), derived.events.end(), imported);
    if (count == 0 || count == static_cast<std::ptrdiff_t>(derived.events.size()))
        return;
    Derived kept;
    for (std::size_t i = 0; i < derived.events.size(); ++i) {
        if (imported(derived.events[i]))
            continue;
        kept.events.push_back(std::move(derived.events[i]));
        kept.variants.push_back(std::move(derived.variants[i]));
    }
    derived = std::move(kept);
}

} // namespace

Result<Event> Deriver::decode(const StoredEvent &stored, std::string_view interaction)
{
    auto event = m_decoder.decodeStored(stored.raw, stored.received, stored.provenance);
    if (!event)
        return fail(ErrorCode::Unusable, "The stored event " + stored.id + " cannot be read: " + event.error().message);
    if (event->interaction.empty() && !interaction.empty()) {
        event->interaction.value = interaction;
        event->marks |= Event::Attached;
    }
    return event;
}

Result<Derived> Deriver::derive(StoreReader &reader, InteractionKey key, std::string_view id)
{
    Derived read;
    std::optional<Error> broken;
    const auto done = reader.events(key, [&](StoredEvent &&stored) {
        auto event = decode(stored, id);
        if (!event) {
            broken = event.error();
            return false;
        }
        PlacedEvent placed;
        placed.event = std::make_shared<const Event>(std::move(*event));
        placed.commit = stored.commit;
        placed.variants = static_cast<int>(stored.variants.size());
        read.events.push_back(std::move(placed));
        read.variants.push_back(std::move(stored.variants));
        return true;
    });
    if (!done)
        return fail(done.error());
    if (broken)
        return fail(*broken);
    dropSecondWitness(read);

    const std::vector<OrderKey> keys = orderKeys(read.events);
    const std::vector<std::uint32_t> order = canonicalOrder(keys, m_scope);
    const std::vector<bool> ties = sequenceTies(keys, m_scope);
    Derived result;
    result.events.reserve(order.size());
    result.variants.reserve(order.size());
    std::vector<Timestamp> times;
    times.reserve(order.size());
    for (const std::uint32_t i : order) {
        result.events.push_back(std::move(read.events[i]));
        result.events.back().sequenceTie = ties[i];
        result.variants.push_back(std::move(read.variants[i]));
        times.push_back(result.events.back().event->time);
    }
    const std::vector<std::int64_t> lamport = lamportTimes(times);
    for (std::size_t i = 0; i < lamport.size(); ++i)
        result.events[i].lamport = lamport[i];
    return result;
}

} // namespace threadline
