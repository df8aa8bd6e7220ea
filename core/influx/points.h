// SPDX-License-Identifier: GPL-3.0-or-later
/// From an event to its line of line protocol. Pure; any thread.
#pragma once

#include "core/base/result.h"
#include "core/influx/target.h"
#include "core/model/event.h"
#include "core/model/summary.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace threadline::influx {

inline constexpr std::string_view kEventMeasurement = "interaction_event";          ///< bounded
inline constexpr std::string_view kIndexMeasurement = "interaction_index";          ///< both
inline constexpr std::string_view kLocatorMeasurement = "interaction_locator";      ///< both
inline constexpr std::string_view kClassicMeasurement = "genesys_interaction_events";
/// A longer payload is left out of its point; the point says so (payloadBytes).
inline constexpr std::size_t kMaxPayload = 60'000;
/// The field `sequence` of a point that takes another's place and has none; beyond all sequences that are accepted.
inline constexpr std::int64_t kNoSequence = -(std::int64_t(1) << 53);
inline constexpr int kEventParts = 64;    ///< values of the tag `part` of events
inline constexpr int kLocatorParts = 256; ///< values of the tag `part` of locators

/// What a point is made of besides its event.
struct PointOptions {
    Schema schema = Schema::Bounded;
    bool payload = true;
    /// How often the event had to give way to another of the same series and time (pointTime()).
    int bump = 0;
    /// Writes absent fields too, as empty text, 0 or kNoSequence: the point takes the place of another, whose fields must not
    /// shine through.
    bool whole = false;
};

struct PointPlace {
    std::uint64_t series = 0; ///< XXH3-64 of measurement and tags as written
    std::int64_t time = 0;    ///< nanoseconds
};

/// Nanoseconds: the event's millisecond (towards the past) plus XXH3-64(id, for `bump` > 0 followed by the decimal number)
/// mod 10^6.
[[nodiscard]] std::int64_t pointTime(Timestamp time, std::string_view eventId, int bump);

/// Appends one line with its '\n' to `out`; where its point lies. `lamport`: microseconds.
/// The interaction must be known (attached). Errors, with `out` as it was: Malformed with the reason in words, where the
/// event cannot be written in this schema: a tag with a line break or with a backslash at its end, tags over 65,000 bytes, text
/// that is no UTF-8, an id field over 1 MiB, a time that does not fit.
[[nodiscard]] Result<PointPlace> appendEvent(std::string &out, const Event &event, std::int64_t lamport,
                                             const PointOptions &options);

/// The points that tell of an interaction as a whole, so that lists and single timelines are found quickly. In both schemas; each
/// has all its fields every time, so that a later one replaces an earlier one. `bump`: as of events.
enum class Phase : std::uint8_t { Started, Ended };
[[nodiscard]] std::string_view nameOf(Phase phase); ///< "started", "ended"
/// A row of the index: at the interaction's start or end. `names`: with the customer.
[[nodiscard]] Result<PointPlace> appendIndex(std::string &out, const Summary &summary, Phase phase, bool names, int bump);
/// Where in time an interaction lies: one point an interaction, at its start.
[[nodiscard]] Result<PointPlace> appendLocator(std::string &out, const Summary &summary, int bump);

/// "00" to "3f": XXH3-64 of the interaction's id mod 64. And "00" to "ff" of locators.
[[nodiscard]] std::string eventPart(std::string_view interaction);
[[nodiscard]] std::string locatorPart(std::string_view interaction);

} // namespace threadline::influx
