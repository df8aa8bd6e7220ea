// SPDX-License-Identifier: GPL-3.0-or-later
/// Tells a peer that does nothing but keep us busy from one that has much to say for a moment. Pure.
#pragma once

#include "core/base/time.h"

#include <algorithm>
#include <cstdint>

namespace threadline {

class FloodWatch {
public:
    static constexpr std::int64_t kMostPerSecond = 1'000;
    static constexpr Duration kLongest = Duration::seconds(10);

    /// `frames`: how many that carry nothing have come in all by `now`, steady time. True once there were more than kMostPerSecond
    /// for kLongest, looked at second by second; one with fewer makes up for half of one with more. A burst, however large, is no
    /// flood: it may have waited on its way.
    [[nodiscard]] bool isFlood(std::uint64_t frames, Duration now)
    {
        const Duration length = now - m_since;
        if (length < kWindow)
            return false;
        const bool many = static_cast<double>(frames - m_frames) * 1e6 > static_cast<double>(length.us) * static_cast<double>(kMostPerSecond);
        m_many = many ? m_many + kWindow : std::max(Duration{}, m_many - Duration{length.us / 2});
        m_since = now;
        m_frames = frames;
        return m_many >= kLongest;
    }

private:
    static constexpr Duration kWindow = Duration::seconds(1);

    Duration m_since;
    std::uint64_t m_frames = 0;
    Duration m_many; ///< for so long there have been too many
};

} // namespace threadline
