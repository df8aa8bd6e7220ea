// SPDX-License-Identifier: GPL-3.0-or-later
/// Numbers for Prometheus: REST's own counters and the text exposition of everything. Pure, without Qt.
#pragma once

#include "core/base/time.h"
#include "core/model/summary.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::api {

/// Upper bounds of the histogram of answer times, seconds.
inline constexpr std::array<double, 10> kAnswerBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5};

/// What REST counts of itself. Owned by the api thread.
class Counters {
public:
    /// One answered request: `route` is the pattern that it met, a constant ("" for none); `took` from its last byte to the
    /// answer.
    void answered(std::string_view route, int status, std::size_t bytes, Duration took);

    std::uint64_t connections = 0;        ///< open now
    std::uint64_t connectionsTotal = 0;
    std::uint64_t connectionsRefused = 0; ///< over the cap
    std::uint64_t connectionsGivenWay = 0; ///< ended for newcomers
    std::uint64_t deadlines = 0;          ///< connections ended because something took too long
    std::uint64_t pending = 0;            ///< requests that wait for the session now
    std::uint64_t abandoned = 0;          ///< clients that left before their answer came

private:
    friend void appendRestMetrics(std::string &out, const Counters &counters);
    struct Line {
        std::string_view route;
        int status;
        std::uint64_t count;
    };
    std::vector<Line> m_lines; ///< few: routes times statuses that occur
    std::uint64_t m_bytes = 0;
    std::array<std::uint64_t, kAnswerBounds.size() + 1> m_buckets{};
    std::uint64_t m_count = 0;
    Duration m_sum;
};

/// The body of /metrics (Prometheus text exposition 0.0.4).
[[nodiscard]] std::string exposition(const Status &status, const Counters &counters);

} // namespace threadline::api
