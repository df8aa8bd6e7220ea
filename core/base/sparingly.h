// SPDX-License-Identifier: GPL-3.0-or-later
/// Words for the log that may come again and again, and in turn with others: each is said at once, then once a minute with how often it
/// came. Pure; one thread.
#pragma once

#include "core/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace threadline {

class Sparingly {
public:
    static constexpr Duration kAgainAfter = Duration::seconds(60);
    static constexpr std::size_t kMostAMinute = 8; ///< different ones: words that a server chooses may never be the same

    /// What is to be said of these words now, which came just now; nothing: leave them out. `now`: steady.
    [[nodiscard]] std::optional<std::string> said(const std::string &words, Duration now);

private:
    struct Said {
        std::string words;
        Duration at;
        std::uint64_t leftOut = 0; ///< since then
    };
    [[nodiscard]] std::string withOthers(std::string words);

    std::vector<Said> m_said;   ///< the longest ago first
    std::uint64_t m_others = 0; ///< left out since something was said, because too many different ones came
};

} // namespace threadline
