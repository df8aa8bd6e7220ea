// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/cache.h"

namespace threadline {
namespace {

/// The struct, its map node, list node and allocator's share.
constexpr std::size_t kOverhead = sizeof(CachedInteraction) + 160;

} // namespace

CachedInteraction *InteractionCache::find(std::string_view id)
{
    const auto it = m_byId.find(id);
    return it == m_byId.end() ? nullptr : it->second.get();
}

CachedInteraction &InteractionCache::insert(InteractionKey key, std::string_view id, SequenceScope scope)
{
    auto owned = std::make_unique<CachedInteraction>(key, std::string(id), scope);
    CachedInteraction &interaction = *owned;
    m_order.push_front(&interaction);
    interaction.place = m_order.begin();
    m_byId.emplace(std::string_view(interaction.id), std::move(owned));
    return interaction;
}

void InteractionCache::touch(CachedInteraction &interaction)
{
    const std::size_t now = interaction.set.memoryBytes() + interaction.id.capacity() + kOverhead;
    m_bytes += now - interaction.bytes;
    interaction.bytes = now;
    m_order.splice(m_order.begin(), m_order, interaction.place);
}

void InteractionCache::evict(std::uint64_t committed)
{
    while (m_bytes > m_maxBytes && !m_order.empty()) {
        CachedInteraction &oldest = *m_order.back();
        if (oldest.touched || oldest.lastCommit > committed)
            return;
        erase(oldest);
    }
}

void InteractionCache::erase(InteractionKey key)
{
    for (CachedInteraction *interaction : m_order) {
        if (interaction->key == key) {
            erase(*interaction);
            return;
        }
    }
}

void InteractionCache::erase(CachedInteraction &interaction)
{
    m_bytes -= interaction.bytes;
    m_order.erase(interaction.place);
    m_byId.erase(std::string_view(interaction.id));
}

void InteractionCache::forEach(const std::function<void(const CachedInteraction &)> &each) const
{
    for (const CachedInteraction *interaction : m_order)
        each(*interaction);
}

} // namespace threadline
