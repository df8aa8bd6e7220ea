// SPDX-License-Identifier: GPL-3.0-or-later
/// A hash table of numbers of things that are kept elsewhere: open addressing, linear probing, four bytes a slot, no removal.
/// One thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace threadline {

/// Number of no thing.
inline constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

class IndexTable {
public:
    /// The number that stands in the slot where a thing with this hash is, or would be, as `same(number)` says; kNoIndex
    /// there means that it is absent. Null only while the table is empty.
    template<class Same>
    [[nodiscard]] std::uint32_t *find(std::uint64_t hash, Same same)
    {
        if (m_slots.empty())
            return nullptr;
        for (std::size_t slot = home(hash);; slot = (slot + 1) & (m_slots.size() - 1)) {
            if (m_slots[slot] == kNoIndex || same(m_slots[slot]))
                return &m_slots[slot];
        }
    }

    /// Adds `number`, which must be absent. `hashOf(number)` is asked again for all numbers when the table grows.
    template<class HashOf>
    void insert(std::uint32_t number, HashOf hashOf)
    {
        if ((m_used + 1) * 4 > m_slots.size() * 3)
            grow(hashOf);
        *find(hashOf(number), [](std::uint32_t) { return false; }) = number;
        ++m_used;
    }

    void clear()
    {
        m_slots.clear();
        m_used = 0;
    }
    [[nodiscard]] std::size_t memoryBytes() const { return m_slots.capacity() * sizeof(std::uint32_t); }

private:
    /// The upper bits of a product depend on every bit of the hash.
    [[nodiscard]] std::size_t home(std::uint64_t hash) const
    {
        return static_cast<std::size_t>((hash * 0x9E3779B97F4A7C15u) >> (64 - std::countr_zero(m_slots.size())));
    }

    template<class HashOf>
    void grow(HashOf hashOf)
    {
        std::vector<std::uint32_t> old(m_slots.empty() ? 16 : m_slots.size() * 2, kNoIndex);
        old.swap(m_slots);
        for (const std::uint32_t number : old) {
            if (number != kNoIndex)
                *find(hashOf(number), [](std::uint32_t) { return false; }) = number;
        }
    }

    std::vector<std::uint32_t> m_slots; ///< a power of two
    std::size_t m_used = 0;
};

} // namespace threadline
