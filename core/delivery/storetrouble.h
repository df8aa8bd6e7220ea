// SPDX-License-Identifier: GPL-3.0-or-later
/// That the local store cannot be read or the marks cannot be written for delivery: what is said of it, and how often. Pure but for the
/// log; the sender's thread.
#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <optional>
#include <string>

namespace threadline::delivery {

class StoreTrouble {
public:
    /// Something failed: told at once, and while it is the same, or comes back as the same, once a minute with how often. `now`: steady.
    void failed(const std::string &words, Duration now);
    /// Nothing that was tried failed; told if the failure was.
    void worked();
    /// What is wrong now; empty: nothing.
    [[nodiscard]] const std::string &words() const { return m_words; }

private:
    std::string m_words;
    std::string m_told;               ///< the last that was told
    std::optional<Duration> m_toldAt; ///< absent: nothing yet
    std::uint64_t m_untold = 0;
    bool m_known = false;             ///< the failure of now was told
};

} // namespace threadline::delivery
