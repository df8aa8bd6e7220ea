// SPDX-License-Identifier: GPL-3.0-or-later
/// What InfluxDB did not take, for people: `threadline-collector dead-letters`.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <string>

namespace threadline::app {

/// Hands each dead letter of the data folder, the newest first, to `print` as one JSON object (jsonOf in
/// core/model/setaside.h). A collector may be running. Errors: InvalidArgument where nothing was ever delivered; those of the
/// store. Returns how many.
[[nodiscard]] Result<std::uint64_t> printDeadLetters(const std::string &folder, const std::function<void(const std::string &)> &print);

/// All that were not delivered are tried once more by the next collector (or `resend`). No other process may use the folder:
/// Busy, with what to do instead. Returns how many.
[[nodiscard]] Result<std::uint64_t> retryDeadLetters(const std::string &folder);

} // namespace threadline::app
