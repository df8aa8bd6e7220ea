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
    /// for kLongest, looked at second by second; one with fewer makes up for half of one with more, once the frames that were too many
    /// are made up for too: else a second without bounds and two of rest would be no flood for ever. A burst, however large, is no
    /// flood: it may have waited on its way, and counts for as many as kLongest has.
    [[nodiscard]] bool isFlood(std::uint64_t frames, Duration now)
    {
        const Duration length = now - m_since;
        if (length < kWindow)
            return false;
        const double allowed = static_cast<double>(length.us) * static_cast<double>(kMostPerSecond) / 1e6;
        const double room = allowed - static_cast<double>(frames - m_frames);
        if (room < 0) {
            m_many = m_many + kWindow;
            m_owed = std::min(m_owed - room, kMostOwed);
        } else {
            const double paid = std::min(m_owed, room);
            m_owed -= paid;
            const double rested = room > 0 ? 1 - paid / room : m_owed > 0 ? 0 : 1;
            m_many = std::max(Duration{}, m_many - Duration{static_cast<std::int64_t>(static_cast<double>(length.us) / 2 * rested)});
        }
        m_since = now;
        m_frames = frames;
        return m_many >= kLongest;
    }

private:
    static constexpr Duration kWindow = Duration::seconds(1);
    static constexpr double kMostOwed = static_cast<double>(kMostPerSecond * kLongest.us / 1'000'000);

    Duration m_since;
    std::uint64_t m_frames = 0;
    Duration m_many;   ///< for so long there have been too many
    double m_owed = 0; ///< frames that were too many
};

} // namespace threadline
