// SPDX-License-Identifier: GPL-3.0-or-later
/// One interaction in a list, the bands of not listening, and the state of the whole program.
#pragma once

#include "core/base/time.h"
#include "core/model/delivery.h"
#include "core/model/event.h"
#include "core/model/ids.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

enum class InteractionState : std::uint8_t { Open, Ended, Stale };
[[nodiscard]] std::string_view nameOf(InteractionState state); ///< "open", "ended", "stale"
[[nodiscard]] std::optional<InteractionState> interactionStateFromName(std::string_view name);

/// One row of the list of interactions.
struct Summary {
    InteractionId interaction;
    InteractionState state = InteractionState::Open;
    Timestamp start;              ///< smallest source time
    std::optional<Timestamp> end; ///< set when ended: the last source time
    Timestamp lastEventAt;        ///< largest source time
    std::int64_t count = 0;       ///< events, each counted once
    std::int64_t variants = 0;
    std::vector<std::string> media;
    std::vector<std::string> queues; ///< names, else ids
    std::vector<std::string> agents; ///< names, else ids
    std::string customer;
    std::uint64_t commit = 0; ///< number of the commit that touched it last: the list is ordered by it
};

/// Why nothing was heard.
enum class BandCause : std::uint8_t { NotRunning, Killed, ConnectionLost, HeldBack, StoreFailed, SequenceHole, Refused };
enum class BandState : std::uint8_t { Open, Closed, NothingMissed, Repaired, Unrepairable };
[[nodiscard]] std::string_view nameOf(BandCause cause);
[[nodiscard]] std::string_view nameOf(BandState state);

/// Time during which a source was not heard: from the last message received to the first after re-subscribing.
struct Band {
    std::int64_t id = 0; ///< given by the store
    std::string source;  ///< "streaming"
    Timestamp start;
    std::optional<Timestamp> end; ///< absent: still not listening
    BandCause cause = BandCause::ConnectionLost;
    BandState state = BandState::Open;
    std::string reason; ///< in words, without a secret: "closed by the server (1006)"
    friend bool operator==(const Band &, const Band &) = default;
};

enum class SourceState : std::uint8_t { Idle, Connecting, Listening, Waiting, HeldBack, Refused, Finished };
[[nodiscard]] std::string_view nameOf(SourceState state);

/// Everything the status bar, /metrics and /readyz show. Counters since the program started.
/// At any instant: received = stored + duplicates + variants + refused + inFlight.
struct Status {
    std::string sourceName; ///< "Demo", "Contact centre EU", ...
    SourceState source = SourceState::Idle;
    std::string sourceDetail; ///< why and what to do, where there is something to say
    std::string storeError;   ///< empty: the store is well
    bool recording = true;    ///< false: for `storeError` nothing is recorded; else something of it can only not be read
    std::string storeWarning; ///< what is wrong though everything is recorded; empty: nothing
    std::uint64_t messages = 0;
    std::uint64_t received = 0; ///< events
    std::uint64_t stored = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t variants = 0;
    std::uint64_t refused = 0;
    std::uint64_t records = 0; ///< of the platform, taken: those that stand, and those kept beside them
    std::uint64_t inFlight = 0;
    std::uint64_t unattached = 0; ///< stored, and naming no interaction yet
    std::map<std::string, std::uint64_t> refusedBy; ///< reason -> events
    std::uint64_t queueMessages = 0;
    std::uint64_t queueBytes = 0;
    std::uint64_t queueCapacity = 0;
    std::uint64_t openInteractions = 0;
    std::uint64_t storedTotal = 0; ///< events in the store, all time
    std::uint64_t commits = 0;
    Duration commitDelay; ///< of the last commit: oldest receipt to durable
    double eventsPerSecond = 0;
    std::string sequenceNote; ///< set when the source's sequences look like another scope
    std::vector<std::uint64_t> commitDelayBuckets; ///< histogram; upper bounds in kCommitDelayBounds
    std::uint64_t commitDelayCount = 0;
    Duration commitDelaySum;
    DeliveryStatus delivery; ///< to the shared store
};
/// Upper bounds of Status::commitDelayBuckets, seconds; one more bucket stands for everything above.
inline constexpr double kCommitDelayBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

} // namespace threadline
