// SPDX-License-Identifier: GPL-3.0-or-later
/// The interactions held in memory: bounded in bytes, least recently touched out first, open or not. One thread.
#pragma once

#include "core/base/hash.h"
#include "core/store/store.h"
#include "core/timeline/interactionset.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace threadline {

/// One interaction in memory.
struct CachedInteraction {
    InteractionKey key = 0;
    std::string id;
    InteractionSet set;
    std::uint64_t lastCommit = 0; ///< the group that holds its newest change; not put out before that is durable
    std::uint64_t activity = 0;   ///< the group that holds its newest event: the list is ordered by it
    bool touched = false;         ///< changed since the last group was closed
    std::size_t bytes = 0;        ///< of memory, as counted by the cache
    std::uint64_t lastMessage = 0; ///< BandKeeper::messages() when its newest event came; 0: it is read from the store
    bool ended = false;           ///< as of its last summary
    std::optional<Timestamp> due; ///< when it is looked at again, if that is noted
    std::list<CachedInteraction *>::iterator place;

    CachedInteraction(InteractionKey k, std::string i, SequenceScope scope) : key(k), id(std::move(i)), set(scope) {}
};

class InteractionCache {
public:
    explicit InteractionCache(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    [[nodiscard]] CachedInteraction *find(std::string_view id);
    [[nodiscard]] CachedInteraction *find(InteractionKey key);
    CachedInteraction &insert(InteractionKey key, std::string_view id, SequenceScope scope);
    /// Counts its memory anew.
    void count(CachedInteraction &interaction);
    /// Counts its memory anew and moves it to the front.
    void touch(CachedInteraction &interaction);
    /// Puts out what is over the limit and durable up to `committed`; `leaving` sees each before it goes.
    void evict(std::uint64_t committed, const std::function<void(CachedInteraction &)> &leaving);
    void erase(InteractionKey key);
    void forEach(const std::function<void(const CachedInteraction &)> &each) const;
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    [[nodiscard]] std::size_t maxBytes() const { return m_maxBytes; }
    [[nodiscard]] std::size_t size() const { return m_byId.size(); }

private:
    void erase(CachedInteraction &interaction);

    const std::size_t m_maxBytes;
    std::size_t m_bytes = 0;
    std::unordered_map<std::string_view, std::unique_ptr<CachedInteraction>, StringHash> m_byId; ///< keys point into the values
    std::unordered_map<InteractionKey, CachedInteraction *> m_byKey;
    std::list<CachedInteraction *> m_order; ///< most recently touched first
};

} // namespace threadline
