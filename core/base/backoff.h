// SPDX-License-Identifier: GPL-3.0-or-later
/// Full-jitter back-off: uniform in 0 .. min(max, first * 2^attempt). No Qt.
#pragma once

#include "core/base/time.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace threadline {

class Backoff {
public:
    Backoff(Duration first, Duration max, std::uint64_t seed = std::random_device{}()) : m_first(first), m_max(max), m_random(seed) {}

    [[nodiscard]] Duration next()
    {
        const std::int64_t ceiling = std::min(m_max.us, m_first.us << std::min(m_attempt, kMaxShift));
        ++m_attempt;
        return between(Duration{}, Duration{ceiling});
    }
    /// Uniform in `low` .. `high`, for delays that do not grow.
    [[nodiscard]] Duration between(Duration low, Duration high)
    {
        return {std::uniform_int_distribution<std::int64_t>(low.us, std::max(low.us, high.us))(m_random)};
    }
    void reset() { m_attempt = m_calmed = 0; }
    /// A connection that worked and did not last: the delay does not start over, and does not grow either; not before this has
    /// happened kMostCalm times since the last reset().
    void calm()
    {
        if (m_calmed < kMostCalm) {
            ++m_calmed;
            m_attempt = std::min(m_attempt, 1);
        }
    }
    [[nodiscard]] int attempt() const { return m_attempt; }

    static constexpr int kMostCalm = 20;

private:
    static constexpr int kMaxShift = 20;
    Duration m_first, m_max;
    int m_attempt = 0;
    int m_calmed = 0;
    std::mt19937_64 m_random;
};

} // namespace threadline
