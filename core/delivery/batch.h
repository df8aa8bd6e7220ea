// SPDX-License-Identifier: GPL-3.0-or-later
/// Lines on their way, and what is noted once they have arrived.
#pragma once

#include "core/store/delivery.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::delivery {

/// Rendered once: what is sent again is the same bytes.
struct Batch {
    struct Line {
        std::uint32_t offset = 0;
        std::uint32_t size = 0; ///< without its '\n'
        std::int64_t row = 0;   ///< as DeadLetter::row
    };
    std::string text;
    std::vector<Line> lines;
    DeliveryStore::Update update; ///< to be written when every line has been delivered or set aside

    /// Of rows that had not been sent before: up to which row and commit, and how many events. row 0: it is none of these.
    std::int64_t lastRow = 0;
    std::uint64_t lastCommit = 0;
    std::uint64_t events = 0;
    Timestamp oldest; ///< earliest receipt in it
    int open = 0;     ///< parts that are still to go

    [[nodiscard]] std::string_view line(std::size_t index) const
    {
        return std::string_view(text).substr(lines[index].offset, lines[index].size);
    }
};

} // namespace threadline::delivery
