// SPDX-License-Identifier: GPL-3.0-or-later
/// UTF-8, byte by byte (RFC 3629).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace threadline {

/// Length of the well-formed sequence at the start of `text`, which must not be empty; 0 if there is none.
[[nodiscard]] std::size_t utf8Length(std::string_view text);
/// How many bytes from the start on are well-formed. Plain ASCII goes by at many bytes a time.
[[nodiscard]] std::size_t utf8Prefix(std::string_view text);
/// Whether `tail`, which must not be empty and is not well-formed, is the beginning of a well-formed sequence.
[[nodiscard]] bool beginsUtf8(std::string_view tail);
/// Whether all of it is well-formed.
[[nodiscard]] bool isUtf8(std::string_view text);
/// Puts blanks in the place of what ends a line, moves a terminal's cursor or turns the direction of what follows: control characters (C0,
/// DEL, C1), line and paragraph separators, bidirectional marks, embeddings and isolates.
void blankControls(std::string &text);
/// Appends the code point, which must be at most 0x10FFFF.
void appendUtf8(std::string &out, std::uint32_t code);

} // namespace threadline
