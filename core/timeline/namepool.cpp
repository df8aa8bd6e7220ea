// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/namepool.h"

namespace threadline {

std::string_view NamePool::text(std::uint32_t number) const
{
    if (number >= m_entries.size())
        return {};
    return std::string_view(m_texts).substr(m_entries[number].offset, m_entries[number].size);
}

std::uint32_t NamePool::number(std::string_view wanted)
{
    if (wanted.empty())
        return kNoIndex;
    const std::uint64_t hash = hash64(wanted);
    const auto same = [&](std::uint32_t n) { return m_entries[n].hash == hash && text(n) == wanted; };
    if (const std::uint32_t *slot = m_index.find(hash, same); slot && *slot != kNoIndex)
        return *slot;
    const auto fresh = static_cast<std::uint32_t>(m_entries.size());
    m_entries.push_back({static_cast<std::uint32_t>(m_texts.size()), static_cast<std::uint32_t>(wanted.size()), hash});
    m_texts += wanted;
    m_index.insert(fresh, [this](std::uint32_t n) { return m_entries[n].hash; });
    return fresh;
}

std::size_t NamePool::memoryBytes() const
{
    return m_texts.capacity() + m_entries.capacity() * sizeof(Entry) + m_index.memoryBytes();
}

} // namespace threadline
