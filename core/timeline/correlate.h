// SPDX-License-Identifier: GPL-3.0-or-later
/// From events to what happened: a state machine folded over the canonical order. Pure; the same for live, stored,
/// imported and played-back events.
#pragma once

#include "core/model/event.h"
#include "core/model/story.h"
#include "core/model/summary.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace threadline {

/// An event in its place.
struct PlacedEvent {
    std::shared_ptr<const Event> event;
    std::int64_t lamport = 0;
    std::uint64_t commit = 0; ///< number of the commit that recorded it; 0: not here
    int variants = 0;
    bool sequenceTie = false;
};

/// Everything told by `events`, which are in canonical order and of one interaction. `bands`: while a band that is not
/// NothingMissed or Repaired lasted, an open leg's state is Unknown from the band's end backwards only where it changed
/// unseen; a segment that merely spans a band is marked inferred at the boundary that lies in it.
/// `clockOffset` is our clock less the source's, for lateness. O(n log n).
/// `sourceNow`: how far the source's clock is known to be. The story ends (Story::end) if an event says so, or if every
/// participant that joined has left and kEndedAfter passed since; without `sourceNow` it is taken to have passed. What nobody
/// ended (a wrap-up that never told its end) then ends with the story, marked inferred.
[[nodiscard]] Story correlate(std::span<const PlacedEvent> events, std::span<const Band> bands = {}, Duration clockOffset = {},
                              std::optional<Timestamp> sourceNow = {});

/// How long a source must be past the last leaving for an interaction to count as ended.
inline constexpr Duration kEndedAfter = Duration::seconds(60);

} // namespace threadline
