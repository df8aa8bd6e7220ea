// SPDX-License-Identifier: GPL-3.0-or-later
/// What the shared store gives back: events of interactions that this machine no longer has, or never had.
#pragma once

#include "core/model/event.h"
#include "core/model/summary.h"

#include <optional>
#include <string>

namespace threadline {

/// One event as a point tells it.
struct HistoryEvent {
    InteractionId interaction;
    EventId id;
    Provenance provenance = Provenance::Live;
    /// The event as received. Without `whole`: only what the point's other fields say, as an event without its data.
    std::string raw;
    bool whole = true;
};

/// Interactions to list, the latest start first.
struct HistoryQuery {
    std::optional<Timestamp> from; ///< those that end at or after (open ones do)
    std::optional<Timestamp> to;   ///< those that start before
    std::optional<bool> ended;
    int limit = 100;
    /// Behind this row: its point's nanoseconds, and how many of the same nanosecond have been given.
    struct Place {
        std::int64_t time = 0;
        int given = 0;
    };
    std::optional<Place> behind;
};

/// A row of the answer (its Summary::commit is 0), and where it lies.
struct HistoryRow {
    Summary summary;
    std::int64_t time = 0; ///< its point's nanoseconds
};

} // namespace threadline
