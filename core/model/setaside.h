// SPDX-License-Identifier: GPL-3.0-or-later
/// What the shared store does not take, for people: a line that was set aside, and whose it is.
#pragma once

#include "core/base/time.h"
#include "core/model/ids.h"

#include <cstdint>
#include <string>

namespace threadline {

struct SetAside {
    std::int64_t number = 0; ///< rises with each that is set aside
    std::int64_t row = 0;    ///< of the event in the local store; 0: it is about no event
    Timestamp at;
    std::string reason;
    EventId event;             ///< empty: not known, or the event is not in the local store any more
    InteractionId interaction; ///< empty: likewise
    std::string line;          ///< what was to be written; at most 4 KiB of it
    bool delivered = false;    ///< told for information alone: there is nothing to try again
};

/// One JSON object without a line end: number, at, reason, delivered, event (its row), eventId, interactionId, line; ids that are
/// not known are null.
[[nodiscard]] std::string jsonOf(const SetAside &letter);

} // namespace threadline
