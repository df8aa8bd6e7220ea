// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/readfailures.h"

#include "core/store/connection.h"

namespace threadline {
namespace {

constexpr Duration kDiskStands = Duration::seconds(60);
constexpr std::size_t kRecordsKept = 1000; ///< those beyond are told when they are met again

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

void ReadFailures::noteRecord(const std::string &interaction, const std::string &words)
{
    const std::scoped_lock lock(m_mutex);
    if (m_records.size() < kRecordsKept)
        m_records.emplace(interaction, words);
}

void ReadFailures::recordWritten(const std::string &interaction)
{
    const std::scoped_lock lock(m_mutex);
    m_records.erase(interaction);
}

std::string ReadFailures::words(Duration now) const
{
    const std::scoped_lock lock(m_mutex);
    if (!m_damage.empty())
        return m_damage;
    if (now < m_diskUntil)
        return m_disk;
    return m_records.empty() ? std::string() : m_records.begin()->second;
}

} // namespace threadline
