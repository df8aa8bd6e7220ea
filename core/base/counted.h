// SPDX-License-Identifier: GPL-3.0-or-later
/// A number and what it counts, for English sentences.
#pragma once

#include <cstdint>
#include <string>

namespace threadline {

/// "1 event", "2 events".
[[nodiscard]] inline std::string counted(std::uint64_t number, const char *what)
{
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

} // namespace threadline
