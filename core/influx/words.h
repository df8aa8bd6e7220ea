// SPDX-License-Identifier: GPL-3.0-or-later
/// Foreign text in words of ours, and what addresses and headers say. Any thread.
#pragma once

#include "core/base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace threadline::influx {

/// Foreign text for a message: one line of UTF-8, secrets masked, control and direction characters as blanks, at most `max` bytes
/// with the "..." of one that was cut.
[[nodiscard]] std::string oneLine(std::string_view text, std::size_t max = 200);
/// Of a server's reason, as it is kept.
inline constexpr std::size_t kMaxReason = 300;

/// Nanoseconds since 1970 as RFC 3339 with nine decimals, and back (any number of decimals, with or without the Z).
[[nodiscard]] std::string isoTime(std::int64_t ns);
[[nodiscard]] std::optional<std::int64_t> nanosOf(std::string_view iso);

/// "host" or "host:port" of an absolute address, for messages: never a path, a query or user data. Empty if it has none.
[[nodiscard]] std::string hostOf(std::string_view url);

/// What a Retry-After says: seconds, or a date of HTTP (RFC 9110 section 5.6.7, its preferred form). At most 10 min, at least 0.
[[nodiscard]] std::optional<Duration> retryAfterOf(std::string_view header, Timestamp now);

} // namespace threadline::influx
