// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/readfailures.h"

#include "core/store/connection.h"

namespace threadline {
namespace {

constexpr Duration kDiskStands = Duration::seconds(60);

} // namespace

void ReadFailures::note(int code, const std::string &words, Duration now)
{
    const bool damage = sqlite::isDamage(code);
    if (!damage && (code & 0xff) != SQLITE_IOERR)
        return;
    const std::scoped_lock lock(m_mutex);
    std::string &standing = damage ? m_damage : m_disk;
    if (standing.empty() || (!damage && now >= m_diskUntil))
        standing = words;
    if (!damage)
        m_diskUntil = now + kDiskStands;
}

std::string ReadFailures::words(Duration now) const
{
    const std::scoped_lock lock(m_mutex);
    if (!m_damage.empty())
        return m_damage;
    return now < m_diskUntil ? m_disk : std::string();
}

} // namespace threadline
