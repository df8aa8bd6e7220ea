// SPDX-License-Identifier: GPL-3.0-or-later
/// From a message of the streaming protocol to events. Pure; fuzzed; no Qt.
#pragma once

#include "core/base/json.h"
#include "core/model/event.h"

#include <string_view>
#include <vector>

namespace threadline {

/// What one message held. A message that is no JSON yields what can be salvaged, and a Refused for the rest.
struct Decoded {
    std::vector<Event> events;
    std::vector<Refused> refused;
    bool control = false; ///< a message of the protocol itself (subscribe reply, heartbeat): nothing to store
};

/// Decodes messages; keeps buffers between calls, so one a thread.
class StreamingDecoder {
public:
    /// `out` is cleared first, its memory reused. Messages of 4 MiB and over are refused whole.
    void decode(std::string_view message, Timestamp received, Decoded &out);

    /// One event object that was stored before, from its `raw`. Errors: Malformed.
    [[nodiscard]] Result<Event> decodeStored(std::string_view raw, Timestamp received, Provenance provenance);

    /// Reasons for which an event is refused; each is a label of threadline_refused_total.
    static constexpr std::string_view kReasons[] = {"malformed", "too-large", "binary", "not-an-object", "bad-id",
        "no-timestamp", "bad-timestamp", "time-out-of-range", "bad-type", "bad-data", "bad-interaction", "too-many-participants"};

private:
    bool decodeEvent(std::string_view raw, Timestamp received, Event &event, Refused &why);
    void decodeData(std::string_view raw, Event &event);

    json::Reader m_reader;
    std::vector<json::Member> m_outer, m_members, m_dataMembers;
    std::vector<std::string_view> m_elements;
    std::string m_scratch;
};

inline constexpr std::size_t kMaxMessageBytes = 4u << 20;

} // namespace threadline
