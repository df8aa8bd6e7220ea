// SPDX-License-Identifier: GPL-3.0-or-later
/// The body of GET /api/v2/timelines/{id}: a contract (docs/rest-api.md), byte for byte a function of the set of events.
#pragma once

#include "core/base/time.h"
#include "core/engine/derive.h"

#include <string>
#include <string_view>

namespace threadline {

/// {"interactionId":...,"events":[...],"count":n} without spaces; each event with the members eventId, eventType, timestamp,
/// sequence, lamportTimestamp, interactionId, participantId, channelId, data. With `evidence` each event also has
/// provenance, receivedAt, lateness (microseconds), marks and variants (raw texts).
class TimelineRenderer {
public:
    explicit TimelineRenderer(bool evidence) : m_evidence(evidence) {}
    /// Append to `out`: begin() once, events() as often as there are pieces, end() once.
    void begin(std::string &out, std::string_view interaction);
    /// `derived` is held.
    void events(std::string &out, const Derived &derived);
    void end(std::string &out) const;

private:
    bool m_evidence;
    std::int64_t m_count = 0;
};

/// The whole body of what is held.
[[nodiscard]] std::string renderTimeline(std::string_view interaction, const Derived &derived, bool evidence);

} // namespace threadline
