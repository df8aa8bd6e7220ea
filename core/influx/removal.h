// SPDX-License-Identifier: GPL-3.0-or-later
/// Taking single points away: those that an event left behind when another of its variants came to stand, or when it moved to
/// another interaction. By exact time and tags, for a deletion by a field is answered 204 and does nothing (measured, 2.9.1).
#pragma once

#include "core/influx/answers.h"

#include <optional>
#include <string>
#include <string_view>

namespace threadline::influx {

/// What identifies the point of a line: measurement, tags and time, as written. Empty if it is no line of ours.
[[nodiscard]] std::string pointKey(std::string_view line);

/// The request that takes the point away; nothing where the product cannot (InfluxDB 3). `body` gets its body.
[[nodiscard]] std::optional<Request> removalRequest(const Target &target, Product product, std::string_view key, std::string &body);

/// Whether the answer says that it is gone. InfluxDB 1 tells failures inside a 200.
[[nodiscard]] bool isRemoved(const HttpReply &reply);

} // namespace threadline::influx
