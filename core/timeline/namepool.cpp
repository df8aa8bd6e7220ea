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
    const auto fresh = static_cast<std::uint32_t>(m_entries.size());
    const std::uint32_t known = fresh < kFew ? findAmongFew(same) : findOrIndex(hash, fresh, same);
    if (known != kNoIndex)
        return known;
    m_entries.push_back({static_cast<std::uint32_t>(m_texts.size()), static_cast<std::uint32_t>(wanted.size()), hash});
    m_texts += wanted;
    return fresh;
}

/// Few names are looked through without an index: most interactions never have more.
template<class Same>
std::uint32_t NamePool::findAmongFew(Same same) const
{
    for (std::uint32_t n = 0; n < m_entries.size(); ++n) {
        if (same(n))
            return n;
    }
    return kNoIndex;
}

template<class Same>
std::uint32_t NamePool::findOrIndex(std::uint64_t hash, std::uint32_t fresh, Same same)
{
    const auto hashOf = [this](std::uint32_t n) { return m_entries[n].hash; };
    const auto none = [](std::uint32_t) { return false; };
    if (fresh == kFew && m_index.empty()) {
        for (std::uint32_t n = 0; n < fresh; ++n)
            m_index.findOrAdd(m_entries[n].hash, n, none, hashOf);
    }
    return m_index.findOrAdd(hash, fresh, same, hashOf);
}

std::size_t NamePool::memoryBytes() const
{
    return m_texts.capacity() + m_entries.capacity() * sizeof(Entry) + m_index.memoryBytes();
}

} // namespace threadline
