// SPDX-License-Identifier: GPL-3.0-or-later
/// What the sequences of an interaction's events tell about missing ones, and about the counter they come from. One thread.
#pragma once

#include "core/model/summary.h"
#include "core/timeline/eventtable.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace threadline {

class Sequences {
public:
    void add(EventTable &events, std::uint32_t index);
    void clear() { *this = Sequences(); }

    /// Events that have a sequence in some counter.
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    /// Whether no counter has a hole between its smallest and its largest.
    [[nodiscard]] bool contiguous() const { return m_holed == 0; }
    /// Sequences that several events have which name different participants.
    [[nodiscard]] std::uint64_t tiesAcrossParticipants() const { return m_ties; }
    /// The receipts of the events on either side of the first hole among these events, the earlier one first. O(n log n).
    [[nodiscard]] static std::optional<TimeRange> firstHole(const EventTable &events, std::vector<std::uint32_t> indices);
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    struct Counter {
        std::int64_t smallest = 0;
        std::int64_t largest = 0;
        std::uint64_t distinct = 0;

        [[nodiscard]] bool holed() const
        {
            return distinct > 0 && static_cast<std::uint64_t>(largest) - static_cast<std::uint64_t>(smallest) != distinct - 1;
        }
    };
    void tie(EventTable &events, std::uint32_t representative, std::uint32_t index);

    std::vector<Counter> m_counters; ///< one; with scope Participant one for each participant number
    IndexTable m_known;              ///< one event of each sequence
    std::uint64_t m_count = 0;
    std::uint64_t m_holed = 0;
    std::uint64_t m_ties = 0;
};

} // namespace threadline
