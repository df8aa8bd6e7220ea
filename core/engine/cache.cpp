// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/cache.h"

namespace threadline {
namespace {

/// The struct, its map nodes, list node and allocator's share.
constexpr std::size_t kOverhead = sizeof(CachedInteraction) + 208;

} // namespace

CachedInteraction *InteractionCache::find(std::string_view id)
{
    const auto it = m_byId.find(id);
    return it == m_byId.end() ? nullptr : it->second.get();
}

CachedInteraction *InteractionCache::find(InteractionKey key)
{
    const auto it = m_byKey.find(key);
    return it == m_byKey.end() ? nullptr : it->second;
}

CachedInteraction &InteractionCache::insert(InteractionKey key, std::string_view id, SequenceScope scope)
{
    auto owned = std::make_unique<CachedInteraction>(key, std::string(id), scope);
    CachedInteraction &interaction = *owned;
    m_order.push_front(&interaction);
    interaction.place = m_order.begin();
    m_byKey.emplace(key, &interaction);
    m_byId.emplace(std::string_view(interaction.id), std::move(owned));
    count(interaction);
    return interaction;
}

void InteractionCache::count(CachedInteraction &interaction)
{
    const std::size_t now = interaction.set.memoryBytes() + interaction.id.capacity() + kOverhead;
    m_bytes += now - interaction.bytes;
    interaction.bytes = now;
}

void InteractionCache::touch(CachedInteraction &interaction)
{
    count(interaction);
    m_order.splice(m_order.begin(), m_order, interaction.place);
}

void InteractionCache::evict(std::uint64_t committed, const std::function<void(CachedInteraction &)> &leaving)
{
    while (m_bytes > m_maxBytes && !m_order.empty()) {
        CachedInteraction &oldest = *m_order.back();
        if (oldest.touched || oldest.lastCommit > committed)
            return;
        leaving(oldest);
        erase(oldest);
    }
}

void InteractionCache::erase(InteractionKey key)
{
    if (CachedInteraction *interaction = find(key))
        erase(*interaction);
}

void InteractionCache::erase(CachedInteraction &interaction)
{
    m_bytes -= interaction.bytes;
    m_order.erase(interaction.place);
    m_byKey.erase(interaction.key);
    m_byId.erase(std::string_view(interaction.id));
}

void InteractionCache::forEach(const std::function<void(const CachedInteraction &)> &each) const
{
    for (const CachedInteraction *interaction : m_order)
        each(*interaction);
}

} // namespace threadline
