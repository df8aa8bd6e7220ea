// SPDX-License-Identifier: GPL-3.0-or-later
/// Files that people name in settings: read whole, and never waited for without end. Any thread.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>

namespace threadline {

enum class FileKind : std::uint8_t {
    Any,     ///< a pipe too (a shell's <(...)), which has five seconds to say all
    Regular, ///< one that can be read again and again
};

/// At most `limit` bytes. Errors (what is wrong, without the path, to stand behind it in a sentence): NotFound, Malformed where it is
/// no file of this kind, TooLarge.
[[nodiscard]] Result<std::string> readSmallFile(const std::string &path, std::size_t limit, FileKind kind = FileKind::Any);

} // namespace threadline
