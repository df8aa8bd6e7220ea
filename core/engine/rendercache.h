// SPDX-License-Identifier: GPL-3.0-or-later
/// Rendered answers, least recently used out first, each dropped when its interaction changes. Any thread.
#pragma once

#include "core/base/hash.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace threadline {

class RenderCache {
public:
    using Text = std::shared_ptr<const std::string>;

    explicit RenderCache(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    [[nodiscard]] Text find(std::string_view interaction);
    /// To be taken before the store is read: what is put with it is kept only if nothing of the interaction changed since.
    [[nodiscard]] std::uint64_t ticket() const;
    void put(std::string_view interaction, Text text, std::uint64_t ticket);
    /// The interaction has changed.
    void drop(std::string_view interaction);

private:
    struct Entry {
        Text text;
        std::list<std::string>::iterator place;
    };
    void evict();

    const std::size_t m_maxBytes;
    mutable std::mutex m_mutex;
    std::list<std::string> m_order; ///< most recently used first
    std::unordered_map<std::string, Entry, StringHash, std::equal_to<>> m_entries;
    /// Interactions that changed lately, by the tick of the change: what was read before must not be put.
    std::unordered_map<std::string, std::uint64_t, StringHash, std::equal_to<>> m_dropped;
    std::uint64_t m_tick = 0;
    std::uint64_t m_droppedSince = 0; ///< m_dropped knows all changes after this tick
    std::size_t m_bytes = 0;
};

} // namespace threadline
