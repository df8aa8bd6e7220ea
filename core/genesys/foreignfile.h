// SPDX-License-Identifier: GPL-3.0-or-later
/// What people choose by mistake in place of an export, told from a file's beginning. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace threadline {

/// So much of a file's beginning tells its kind.
inline constexpr std::size_t kForeignHead = 4096;

/// What the names of exports end in.
inline constexpr std::string_view kJsonEndings[] = {".json", ".ndjson", ".jsonl", ".gz"};

/// Whether it may be JSON, in any encoding, or gzip.
[[nodiscard]] bool beginsLikeJson(std::string_view head);
/// What `head` is, if it is no text: one sentence without its stop, with what was expected. Empty: it may be text.
[[nodiscard]] std::string foreignBytes(std::string_view head);

/// `head` in UTF-8.
[[nodiscard]] std::string decodedHead(std::string_view head);

} // namespace threadline
