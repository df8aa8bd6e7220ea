// SPDX-License-Identifier: GPL-3.0-or-later
/// One scripted call with the dice thrown: which events, when, by whom; not rendered yet.
#pragma once

#include "core/simulator/random.h"
#include "core/simulator/script.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace threadline::sim {

/// Indices into kEventTypes.
enum class EventType : std::uint8_t { Joined, Left, Added, Removed, Updated };

struct PlannedEvent {
    std::int64_t at = 0;        ///< microseconds after the interaction's start
    const Step *step = nullptr; ///< where state, reason and other side stand
    EventType type = EventType::Updated;
    std::int8_t channel = -1;   ///< index into PlannedActor::channels; -1: the event names none
};

struct PlannedActor {
    const ActorSpec *spec = nullptr;
    std::vector<std::string_view> channels; ///< the medium of each channel it ever has
    std::int64_t from = -1; ///< first joined and last left; -1: does not take part
    std::int64_t to = -1;
};

struct Plan {
    const Script *script = nullptr;
    std::vector<PlannedActor> actors; ///< beside Script::actors
    std::vector<PlannedEvent> events; ///< by time; sequence numbers are 1 + index

    [[nodiscard]] std::int64_t length() const { return events.empty() ? 0 : events.back().at; }
};

/// Throws the dice for `script`. All times are multiplied by `scale` and are whole multiples of `quantum` microseconds. No two
/// events share a time, but for a joining and its channel's adding now and then: so order by time is the order of `events`.
void makePlan(const Script &script, Random &random, double scale, std::int64_t quantum, Plan &plan);

} // namespace threadline::sim
