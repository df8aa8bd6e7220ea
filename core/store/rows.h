// SPDX-License-Identifier: GPL-3.0-or-later
/// How values lie in rows: span classes, lists as JSON text, summaries, bands, compressed texts.
#pragma once

#include "core/base/time.h"
#include "core/model/summary.h"
#include "core/store/connection.h"
#include "core/store/store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// The class of a span that has not ended.
inline constexpr int kOpenClass = 99;
/// Classes of ended spans are 0 to kSpanClasses - 1; the longest holds 544 years.
inline constexpr int kSpanClasses = 18;

/// The smallest class c for which 4^c seconds hold the span. "What was open at t" then reads, of each class, only the rows
/// that start within 4^c seconds before t: at most four times as many as it must for evenly spread starts.
[[nodiscard]] int spanClass(Timestamp start, const std::optional<Timestamp> &end);
/// 4^c seconds.
[[nodiscard]] Duration spanLimit(int spanClass);

/// ["a","b"]

/// Reads the columns kSummaryColumns from `first` on.
[[nodiscard]] WriteGroup::SummaryRow readSummary(const sqlite::Statement &statement, int first = 0);
/// Reads the columns kBandColumns.
[[nodiscard]] Band readBand(const sqlite::Statement &statement);

/// zlib, level 6.
[[nodiscard]] std::string compress(std::string_view text);
/// `size` is that of the text. Nothing if the bytes are no such thing.
[[nodiscard]] std::optional<std::string> decompress(std::string_view bytes, std::int64_t size);

} // namespace threadline
