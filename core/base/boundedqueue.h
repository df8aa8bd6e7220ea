// SPDX-License-Identifier: GPL-3.0-or-later
/// The one queue between threads: bounded in items and in weight, plain std::mutex, no Qt, so that ThreadSanitizer can
/// judge it. What to do when it is full is the producer's decision: push() waits at most as long as it is told.
#pragma once

#include "core/base/time.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace threadline {

template<class T>
class BoundedQueue {
public:
    /// `maxItems` items or `maxWeight` units (bytes), whichever is reached first. An item heavier than maxWeight is
    /// accepted alone, so that nothing can stick for ever.
    BoundedQueue(std::size_t maxItems, std::size_t maxWeight) : m_maxItems(maxItems), m_maxWeight(maxWeight) {}

    /// Moves `item` in, waiting at most `wait` for room. False, and `item` untouched, if there was none or it is closed.
    [[nodiscard]] bool push(T &item, std::size_t weight, Duration wait)
    {
        std::unique_lock lock(m_mutex);
        if (!m_room.wait_for(lock, std::chrono::microseconds(wait.us), [&] { return m_closed || hasRoom(weight); }))
            return false;
        if (m_closed)
            return false;
        m_items.push_back({std::move(item), weight});
        m_weight += weight;
        ++m_pushed;
        lock.unlock();
        m_filled.notify_one();
        return true;
    }

    /// Moves at most `max` items to `out`, and none beyond the first that would make them weigh more than `maxWeight`: what is moved
    /// out makes room in here at once, so it must be bounded too. Waits at most `wait` for the first. Returns how many; 0 also when
    /// closed and empty.
    std::size_t pop(std::vector<T> &out, std::size_t max, Duration wait, std::size_t maxWeight = std::numeric_limits<std::size_t>::max())
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait_for(lock, std::chrono::microseconds(wait.us), [&] { return m_closed || !m_items.empty(); });
        std::size_t n = 0, popped = 0;
        for (; n < max && !m_items.empty(); ++n) {
            const std::size_t weight = m_items.front().weight;
            if (n > 0 && popped + weight > maxWeight)
                break;
            popped += weight;
            m_weight -= weight;
            out.push_back(std::move(m_items.front().item));
            m_items.pop_front();
        }
        lock.unlock();
        if (n > 0)
            m_room.notify_all();
        return n;
    }

    /// No further push succeeds; what is inside can still be popped.
    void close()
    {
        {
            std::scoped_lock lock(m_mutex);
            m_closed = true;
        }
        m_room.notify_all();
        m_filled.notify_all();
    }

    [[nodiscard]] bool closed() const
    {
        std::scoped_lock lock(m_mutex);
        return m_closed;
    }
    /// How many items were moved in since it was made, those taken out included.
    [[nodiscard]] std::uint64_t pushed() const
    {
        std::scoped_lock lock(m_mutex);
        return m_pushed;
    }
    [[nodiscard]] std::size_t size() const
    {
        std::scoped_lock lock(m_mutex);
        return m_items.size();
    }
    [[nodiscard]] std::size_t weight() const
    {
        std::scoped_lock lock(m_mutex);
        return m_weight;
    }

private:
    struct Entry {
        T item;
        std::size_t weight;
    };
    [[nodiscard]] bool hasRoom(std::size_t weight) const
    {
        return m_items.empty() || (m_items.size() < m_maxItems && m_weight + weight <= m_maxWeight);
    }

    const std::size_t m_maxItems;
    const std::size_t m_maxWeight;
    mutable std::mutex m_mutex;
    std::condition_variable m_room;
    std::condition_variable m_filled;
    std::deque<Entry> m_items;
    std::size_t m_weight = 0;
    std::uint64_t m_pushed = 0;
    bool m_closed = false;
};

} // namespace threadline
