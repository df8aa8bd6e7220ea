// SPDX-License-Identifier: GPL-3.0-or-later
/// A hash table of numbers of things that are kept elsewhere: open addressing, linear probing, four bytes a slot, no removal.
/// The lower bits of a hash must depend on all of the thing, but near things may have near ones. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace threadline {

/// Number of no thing.
inline constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

/// A number of which every bit depends on every bit of `x`: MurmurHash3's 64-bit finaliser (Appleby, public domain).
[[nodiscard]] constexpr std::uint64_t spread(std::uint64_t x)
{
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
    return x ^ (x >> 33);
}

class IndexTable {
public:
    /// The number of the thing with this hash, as `same(number)` says; `number` is added if there is none, and kNoIndex
    /// returned. `hashOf(number)` is asked again for all other numbers when the table grows.
    template<class Same, class HashOf>
    std::uint32_t findOrAdd(std::uint64_t hash, std::uint32_t number, Same same, HashOf hashOf)
    {
        if ((m_used + 1) * 4 > m_slots.size() * 3)
            grow(hashOf);
        std::uint32_t &slot = find(hash, same);
        if (slot != kNoIndex)
            return slot;
        slot = number;
        ++m_used;
        return kNoIndex;
    }

    /// The number of the thing with this hash, as `same(number)` says; kNoIndex if there is none.
    template<class Same>
    [[nodiscard]] std::uint32_t known(std::uint64_t hash, Same same) const
    {
        return m_slots.empty() ? kNoIndex : m_slots[slotOf(hash, same)];
    }

    /// Lets `number` stand for the thing that `known` stands for.
    void replace(std::uint64_t hash, std::uint32_t known, std::uint32_t number)
    {
        find(hash, [known](std::uint32_t n) { return n == known; }) = number;
    }

    [[nodiscard]] bool empty() const { return m_used == 0; }
    void clear()
    {
        m_slots.clear();
        m_used = 0;
    }
    [[nodiscard]] std::size_t memoryBytes() const { return m_slots.capacity() * sizeof(std::uint32_t); }

private:
    template<class Same>
    [[nodiscard]] std::size_t slotOf(std::uint64_t hash, Same same) const
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t slot = hash & mask;
        while (m_slots[slot] != kNoIndex && !same(m_slots[slot]))
            slot = (slot + 1) & mask;
        return slot;
    }
    template<class Same>
    [[nodiscard]] std::uint32_t &find(std::uint64_t hash, Same same)
    {
        return m_slots[slotOf(hash, same)];
    }

    template<class HashOf>
    void grow(HashOf hashOf)
    {
        std::vector<std::uint32_t> old(m_slots.empty() ? 16 : m_slots.size() * 2, kNoIndex);
        old.swap(m_slots);
        for (const std::uint32_t number : old) {
            if (number != kNoIndex)
                find(hashOf(number), [](std::uint32_t) { return false; }) = number;
        }
    }

    std::vector<std::uint32_t> m_slots; ///< a power of two
    std::size_t m_used = 0;
};

} // namespace threadline
