// SPDX-License-Identifier: GPL-3.0-or-later
/// How many interactions lay where in a stretch of time, in columns of one width, however many there are. Pure.
#pragma once

#include "core/base/time.h"
#include "core/model/summary.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace threadline {

class Occupancy {
public:
    static constexpr int kColumns = 1024;

    Occupancy() = default;
    /// Of times within `span`.
    explicit Occupancy(TimeRange span) : m_span(span) {}

    /// One that lasted from `start` to `end`, both within; before sum().
    void add(Timestamp start, Timestamp end)
    {
        ++m_counts[index(start)];
        --m_counts[index(end) + 1];
    }
    /// Makes counts of what was added. Once.
    void sum()
    {
        for (std::size_t i = 1; i < m_counts.size(); ++i)
            m_counts[i] += m_counts[i - 1];
    }
    /// The most that lay in one column between `from` and `to`; 0 outside of the span.
    [[nodiscard]] std::int64_t most(Timestamp from, Timestamp to) const
    {
        if (to < m_span.start || from > m_span.end || m_span.end < m_span.start)
            return 0;
        const auto first = m_counts.begin() + static_cast<std::ptrdiff_t>(index(std::max(from, m_span.start)));
        const auto last = m_counts.begin() + static_cast<std::ptrdiff_t>(index(std::min(to, m_span.end)));
        return *std::max_element(first, last + 1);
    }

private:
    [[nodiscard]] std::size_t index(Timestamp t) const
    {
        const double length = std::max(1.0, static_cast<double>(m_span.end.us) - static_cast<double>(m_span.start.us));
        const double at = (static_cast<double>(t.us) - static_cast<double>(m_span.start.us)) / length * kColumns;
        return static_cast<std::size_t>(std::clamp(at, 0.0, kColumns - 1.0));
    }

    TimeRange m_span{Timestamp{1}, Timestamp{0}}; ///< nothing lies in it
    std::array<std::int64_t, kColumns + 1> m_counts{};
};

} // namespace threadline
