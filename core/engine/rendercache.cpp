// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/rendercache.h"

namespace threadline {
namespace {

constexpr std::size_t kMaxDropped = 20'000;
constexpr std::size_t kEntryOverhead = 256;

} // namespace

RenderCache::Text RenderCache::find(std::string_view interaction)
{
    std::scoped_lock lock(m_mutex);
    const auto it = m_entries.find(interaction);
    if (it == m_entries.end())
        return {};
    m_order.splice(m_order.begin(), m_order, it->second.place);
    return it->second.text;
}

std::uint64_t RenderCache::ticket() const
{
    std::scoped_lock lock(m_mutex);
    return m_tick;
}

void RenderCache::put(std::string_view interaction, Text text, std::uint64_t ticket)
{
    std::scoped_lock lock(m_mutex);
    if (ticket < m_droppedSince || text->size() > m_maxBytes / 8)
        return;
    const auto dropped = m_dropped.find(interaction);
    if (dropped != m_dropped.end() && dropped->second > ticket)
        return;
    if (m_entries.contains(interaction))
        return;
    m_order.emplace_front(interaction);
    m_bytes += text->size() + kEntryOverhead;
    m_entries.emplace(std::string(interaction), Entry{std::move(text), m_order.begin()});
    evict();
}

void RenderCache::drop(std::string_view interaction)
{
    std::scoped_lock lock(m_mutex);
    if (m_dropped.size() >= kMaxDropped) {
        m_dropped.clear();
        m_droppedSince = m_tick + 1;
    }
    m_dropped.insert_or_assign(std::string(interaction), ++m_tick);
    const auto it = m_entries.find(interaction);
    if (it == m_entries.end())
        return;
    m_bytes -= it->second.text->size() + kEntryOverhead;
    m_order.erase(it->second.place);
    m_entries.erase(it);
}

void RenderCache::evict()
{
    while (m_bytes > m_maxBytes && !m_order.empty()) {
        const auto it = m_entries.find(m_order.back());
        m_bytes -= it->second.text->size() + kEntryOverhead;
        m_entries.erase(it);
        m_order.pop_back();
    }
}

} // namespace threadline
