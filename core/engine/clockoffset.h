// SPDX-License-Identifier: GPL-3.0-or-later
/// The source's clock as seen from ours.
#pragma once

#include "core/base/time.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace threadline {

/// Estimates our clock less the source's as the median of what the latest events show, so that a few events with wild times
/// cannot move it.
class ClockOffset {
public:
    void add(Timestamp received, Timestamp source)
    {
        m_samples[m_next] = (received - source).us;
        m_next = (m_next + 1) % kSamples;
        m_count = std::min(m_count + 1, kSamples);
        m_fresh = false;
    }
    [[nodiscard]] Duration offset()
    {
        if (!m_fresh && m_count > 0) {
            auto sorted = m_samples;
            const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(m_count / 2);
            std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(m_count));
            m_offset = Duration::micros(*middle);
            m_fresh = true;
        }
        return m_offset;
    }
    [[nodiscard]] bool known() const { return m_count > 0; }

private:
    static constexpr std::size_t kSamples = 101;
    std::array<std::int64_t, kSamples> m_samples{};
    std::size_t m_next = 0;
    std::size_t m_count = 0;
    bool m_fresh = false;
    Duration m_offset;
};

} // namespace threadline
