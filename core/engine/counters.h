// SPDX-License-Identifier: GPL-3.0-or-later
/// What the engine counts. At any instant received = stored + duplicates + variants + refused + in flight.
#pragma once

#include "core/base/time.h"
#include "core/model/summary.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace threadline {

/// Any thread.
struct Counters {
    std::atomic<std::uint64_t> messages{0};
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> stored{0};
    std::atomic<std::uint64_t> duplicates{0};
    std::atomic<std::uint64_t> variants{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> records{0}; ///< taken, whether they stand or are kept beside the one that does
    std::atomic<std::uint64_t> unattached{0};
    std::atomic<std::uint64_t> openInteractions{0};
    std::atomic<std::uint64_t> storedTotal{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::int64_t> lastCommitDelay{0};
    std::atomic<std::int64_t> clockOffset{0};
    std::atomic<std::uint64_t> clockCompared{0}; ///< events that it was estimated by, in all; written after it

    /// Delays from the oldest receipt of a group to its being durable, in buckets of kCommitDelayBounds.
    std::array<std::atomic<std::uint64_t>, std::size(kCommitDelayBounds) + 1> delayBuckets{};
    std::atomic<std::int64_t> delaySum{0};

    void refuse(std::string_view reason, std::uint64_t events = 1)
    {
        refused += events;
        std::scoped_lock lock(mutex);
        refusedBy[std::string(reason)] += events;
    }
    mutable std::mutex mutex;
    std::map<std::string, std::uint64_t> refusedBy; ///< under `mutex`

    void commitDelay(Duration delay)
    {
        std::size_t bucket = 0;
        while (bucket < std::size(kCommitDelayBounds) && static_cast<double>(delay.us) > kCommitDelayBounds[bucket] * 1e6)
            ++bucket;
        ++delayBuckets[bucket];
        delaySum += delay.us;
        lastCommitDelay = delay.us;
    }
};

} // namespace threadline
