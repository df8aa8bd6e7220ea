// SPDX-License-Identifier: GPL-3.0-or-later
/// The text of a settings file: the part of TOML 1.0 that flat settings need. Each file that is accepted is TOML and means the
/// same there: names, texts in every kind of quotes, whole decimal numbers, comments, tables (whose names stand in front of
/// theirs, with a dot). Dates, lists and the like are refused with their line.
///
/// An own reader because toml++ 3.3, Debian 12's, runs into undefined behaviour on malformed files ("[:", a letter such as ä
/// between two values), as a fuzzer found within seconds.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

struct SettingsLine {
    std::string name;     ///< "listen", "table.listen"
    std::string text;
    std::size_t line = 0; ///< counted from 1
};

/// What is wrong with a file. The words repeat nothing of it, because that might be a secret.
struct SettingsProblem {
    std::size_t line = 0;
    std::string what;
};

[[nodiscard]] tl::expected<std::vector<SettingsLine>, SettingsProblem> parseSettingsFile(std::string_view text);

} // namespace threadline
