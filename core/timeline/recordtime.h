// SPDX-License-Identifier: GPL-3.0-or-later
/// Times as the tools through which records pass write them.
#pragma once

#include "core/base/time.h"

#include <optional>
#include <string_view>

namespace threadline {

struct RecordTime {
    Timestamp time;
    bool withoutZone = false; ///< taken for UTC
};

/// ISO 8601, also to the minute; "/Date(milliseconds)/", as Windows PowerShell writes it. Nothing: it is neither. What a day's and a
/// month's place in other forms is cannot be known.
[[nodiscard]] std::optional<RecordTime> parseRecordTime(std::string_view text);

/// A JSON number: milliseconds since 1970, of 12 to 14 digits.
[[nodiscard]] std::optional<RecordTime> parseEpoch(std::string_view number);

} // namespace threadline
