// SPDX-License-Identifier: GPL-3.0-or-later
/// The timeline of one interaction, made from what the store holds of it. The set of events alone decides.
#pragma once

#include "core/base/result.h"
#include "core/genesys/streamingdecoder.h"
#include "core/model/event.h"
#include "core/store/store.h"
#include "core/timeline/correlate.h"

#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// An event in its place, with the other contents that came under its id.
struct Derived {
    std::vector<PlacedEvent> events;                 ///< in canonical order
    std::vector<std::vector<std::string>> variants;  ///< beside `events`; raw texts
};

/// Reads and orders interaction `id` (its row number `key`). An imported record's events count only where nothing else tells of
/// the interaction: they are a second witness of the same happenings. Not for two threads at once (keeps the decoder's buffers).
class Deriver {
public:
    explicit Deriver(SequenceScope scope) : m_scope(scope) {}
    [[nodiscard]] Result<Derived> derive(StoreReader &reader, InteractionKey key, std::string_view id);
    /// One stored event as it was received.
    [[nodiscard]] Result<Event> decode(const StoredEvent &stored, std::string_view interaction);

private:
    SequenceScope m_scope;
    StreamingDecoder m_decoder;
};

} // namespace threadline
