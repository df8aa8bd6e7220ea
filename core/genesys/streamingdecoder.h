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
    /// Refused events beyond the kept ones, by reason: 4 MiB can hold two million of them.
    struct Tally {
        std::string_view reason; ///< one of StreamingDecoder::kReasons
        std::uint64_t events = 0;
    };

    std::vector<Event> events;
    std::vector<Refused> refused;  ///< the first kKeptRefused
    std::vector<Tally> more;
    bool control = false; ///< a message of the protocol itself (a reply, a heartbeat): nothing to store

    void clear();
    /// Notes a refused event: kept for inspection, or counted alone if there are many.
    void refuse(std::string_view reason, std::string_view detail, std::string_view text, Timestamp received);
};

/// So many refused events of one message are kept for inspection; all are counted.
inline constexpr std::size_t kKeptRefused = 64;

/// From this size on a message is refused whole.
inline constexpr std::size_t kMaxMessageBytes = 4u << 20;
/// So much of a refused text is kept.
inline constexpr std::size_t kKeptRefusedBytes = 4096;

/// Decodes messages; keeps buffers between calls, so one a thread.
///
/// Rules (design sections 2 and 3): an event without id gets "h-" and its digest; an id that is no string or empty, a time that
/// is absent, unreadable or outside 2000 to 2200, a type that is no string, `data` that is no object, an interaction,
/// participant or channel id that is no string, an event that names neither interaction nor participant nor channel: refused.
/// `sequence` that is no integer below 2^53 counts as absent and is marked. Of duplicate members the last counts.
class StreamingDecoder {
public:
    /// `out` is cleared first. `text` may be any bytes.
    void decode(std::string_view text, Timestamp received, Decoded &out);

    /// One event object that was stored before, from its `raw`. Errors: Malformed.
    [[nodiscard]] Result<Event> decodeStored(std::string_view raw, Timestamp received, Provenance provenance);

    /// One whose text was validated and minified when it was recorded here, which is not done again. `raw` goes into the event, in
    /// exchange for what was there; it stays where it is if this fails. What only receiving can tell is left out: its digest, and
    /// whether a text in it is no valid Unicode. Errors: Malformed.
    [[nodiscard]] Result<> decodeRecorded(std::string &raw, Timestamp received, Provenance provenance, Event &event);

    /// Reasons for which an event is refused; each is a label of threadline_refused_total.
    static constexpr std::string_view kReasons[] = {"malformed", "too-large", "binary", "not-an-object", "bad-id", "no-timestamp",
        "bad-timestamp", "time-out-of-range", "bad-type", "bad-data", "bad-interaction"};

private:
    /// What is wrong with an event: one of kReasons, and a sentence.
    struct Problem {
        std::string_view reason;
        std::string_view detail;
    };
    struct Fields;
    enum class Text { Received, Recorded };

    void decodeArray(json::Cursor &cursor, Timestamp received, Decoded &out);
    void salvage(std::string_view text, const Error &error, Timestamp received, Decoded &out);
    /// What stands at `cursor`, and moves past it.
    void decodeElement(json::Cursor &cursor, Timestamp received, Decoded &out);
    [[nodiscard]] std::optional<Problem> decodeEvent(json::Cursor &cursor, Text text, std::string_view &raw, Event &event);

    json::Reader m_reader;
    std::string m_scratch;
};

} // namespace threadline
