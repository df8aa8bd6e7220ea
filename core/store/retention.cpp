// SPDX-License-Identifier: GPL-3.0-or-later
/// Deleting what is old, in slices. First, in one short transaction, the interactions vanish from every list and leave a tombstone;
/// then their events go, some at a time. A kill between leaves them doomed, and the next call goes on.
#include "core/store/namesindex.h"
#include "core/store/rows.h"
#include "core/store/writes.h"

namespace threadline {
namespace {

constexpr int kEventsATransaction = 2'000;
constexpr int kEventsACall = 20'000;

} // namespace

Result<int> SqliteStore::retain(Timestamp before, int limit)
{
    if (auto writable = checkWritable(); !writable)
        return fail(writable.error());
    auto keys = doomedKeys();
    if (!keys)
        return fail(keys.error());
    if (keys->empty()) {
        keys = oldest(before, limit);
        if (!keys)
            return fail(keys.error());
        if (keys->empty())
            return 0;
        if (auto doomed = doom(*keys, before); !doomed)
            return fail(doomed.error());
    }
    int budget = kEventsACall;
    int worked = 0;
    for (const InteractionKey key : *keys) {
        ++worked;
        for (bool more = true; more;) {
            const int slice = std::min(budget, kEventsATransaction);
            const auto deleted = deleteEvents(key, slice);
            if (!deleted)
                return fail(deleted.error());
            budget -= *deleted;
            if (budget <= 0)
                return worked;
            more = *deleted == slice;
        }
    }
    return worked;
}

Result<std::vector<InteractionKey>> SqliteStore::doomedKeys()
{
    std::vector<InteractionKey> keys;
    sqlite::Rows rows(m_writes->doomed);
    while (rows.next())
        keys.push_back(m_writes->doomed.number(0));
    if (!rows.good())
        return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    return keys;
}

/// Ended interactions that are old enough, the oldest of each span class first.
Result<std::vector<InteractionKey>> SqliteStore::oldest(Timestamp before, int limit)
{
    std::vector<InteractionKey> keys;
    sqlite::Statement find;
    if (auto prepared = find.prepare(m_connection, sql::kOldest); !prepared)
        return fail(prepared.error());
    for (int c = 0; c < kSpanClasses && static_cast<int>(keys.size()) < limit; ++c) {
        find.bind(1, c);
        find.bind(2, before);
        find.bind(4, m_protected.load());
        find.bind(3, limit - static_cast<int>(keys.size()));
        sqlite::Rows rows(find);
        while (rows.next())
            keys.push_back(find.number(0));
        if (!rows.good())
            return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    }
    return keys;
}

Result<> SqliteStore::doom(const std::vector<InteractionKey> &keys, Timestamp before)
{
    auto done = transaction(m_state, [&](StoreState &) -> Result<> {
        m_writes->tombstone.bind(2, before);
        for (const InteractionKey key : keys) {
            if (auto dropped = m_names->drop(key); !dropped)
                return dropped;
            for (sqlite::Statement *s : {&m_writes->doom, &m_writes->tombstone, &m_writes->dropRecord, &m_writes->dropVersionsOfRecord, &m_writes->dropInteraction}) {
                s->bind(1, key);
                if (auto written = m_writes->run(*s, m_connection); !written)
                    return written;
            }
        }
        return {};
    });
    if (done)
        m_tombstones += static_cast<std::int64_t>(keys.size());
    return done;
}

Result<int> SqliteStore::deleteEvents(InteractionKey key, int budget)
{
    std::vector<std::int64_t> doomed;
    auto done = transaction(m_state, [&](StoreState &state) -> Result<> {
        m_writes->rowsOf.bind(1, key);
        m_writes->rowsOf.bind(2, budget);
        {
            sqlite::Rows rows(m_writes->rowsOf);
            while (rows.next())
                doomed.push_back(m_writes->rowsOf.number(0));
            if (!rows.good())
                return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
        }
        for (const std::int64_t row : doomed) {
            for (sqlite::Statement *s : {&m_writes->dropVariants, &m_writes->dropInferred, &m_writes->dropEvent}) {
                s->bind(1, row);
                if (auto written = m_writes->run(*s, m_connection); !written)
                    return written;
            }
        }
        state.events -= static_cast<std::int64_t>(doomed.size());
        if (static_cast<int>(doomed.size()) == budget)
            return {};
        m_writes->undoom.bind(1, key);
        return m_writes->run(m_writes->undoom, m_connection);
    });
    if (!done)
        return fail(done.error());
    return static_cast<int>(doomed.size());
}

} // namespace threadline
