// SPDX-License-Identifier: GPL-3.0-or-later
/// The timeline of one interaction, made from what the store holds of it. The set of events alone decides.
#pragma once

#include "core/base/result.h"
#include "core/genesys/streamingdecoder.h"
#include "core/model/event.h"
#include "core/model/history.h"
#include "core/store/store.h"
#include "core/timeline/correlate.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// Where an event stands in its interaction.
struct Place {
    std::int64_t row = 0; ///< StoredEvent::row
    std::int64_t lamport = 0;
    std::uint64_t commit = 0; ///< 0: read back
    std::int64_t recorded = 0; ///< the Lamport time that its row says: StoredEvent::lamport, else its source time
    bool sequenceTie = false;
    bool late = false; ///< one that follows it was recorded by an earlier commit
};

/// Events in their places, in canonical order.
struct Derived {
    std::vector<Place> places;
    /// Beside `places`; empty if there are more than may be held.
    std::vector<PlacedEvent> events;
    std::vector<std::vector<std::string>> variants; ///< beside `events`; raw texts of other contents that came under the ids
    std::size_t unreadable = 0; ///< events that were read back, but cannot be understood: left out

    [[nodiscard]] bool held() const { return events.size() == places.size(); }
};

/// How much of an interaction may be held in memory at a time; of what is larger only the places are kept, 48 bytes an event.
struct HoldLimit {
    std::size_t events = 50'000;
    std::size_t bytes = 4 << 20; ///< of raw text
};

/// Reads and orders interaction `id` (its row number `key`). An imported record's events count only where nothing else tells of
/// the interaction: they are a second witness of the same happenings. Not for two threads at once (keeps the decoder's buffers).
class Deriver {
public:
    explicit Deriver(SequenceScope scope) : m_scope(scope) {}
    /// `more`: what was read back from another store; of one id the local event counts.
    [[nodiscard]] Result<Derived> derive(StoreReader &reader, InteractionKey key, std::string_view id, const HoldLimit &limit = {},
                                         std::span<const HistoryEvent> more = {});
    /// Reads the events of the first of these places, at least one, until they come to `bytes`. NotFound if retention came in
    /// between.
    [[nodiscard]] Result<Derived> hold(StoreReader &reader, std::string_view id, std::span<const Place> places, std::size_t bytes);
    /// One stored event as it was received.
    [[nodiscard]] Result<Event> decode(const StoredEvent &stored, std::string_view interaction);
    /// The same as quick as can be, into one that may have been used before, without what delivery does not need: its text is not
    /// looked at again, and goes into the event (if this fails it stays); its interaction is empty where the text does not say.
    [[nodiscard]] Result<> decodeForDelivery(StoredEvent &stored, Event &event);
    /// One that was read back. Errors: Malformed.
    [[nodiscard]] Result<Event> decode(const HistoryEvent &told);

private:
    class Reading;

    SequenceScope m_scope;
    StreamingDecoder m_decoder;
};

} // namespace threadline
