// SPDX-License-Identifier: GPL-3.0-or-later
/// The writer's statements, and how one transaction is run with them.
#pragma once

#include "core/store/eventfeed.h"
#include "core/store/idcodec.h"
#include "core/store/queries.h"
#include "core/store/sqlstore.h"

#include <array>
#include <utility>

namespace threadline {

struct SqliteStore::Writes {
    sqlite::Statement begin, commit, rollback, state, dataVersion, commitOf;
    sqlite::Statement interaction, keyOf, touch, summary;
    sqlite::Statement events, inferred, findEvent, replaceRaw, countVariants, findVariant, variant, findInferred, move;
    sqlite::Statement change, forget, record, recordVersion, keepRecord, forgetVersion, pruneVersions, imported, band, refused, dropRefused;
    sqlite::Statement doomed, doom, undoom, idOf, tombstone, dropInteraction, dropRecord, dropVersionsOfRecord, rowsOf, dropEvent, dropVariants, dropInferred;
    std::string media, queues, agents;
    EventFeed feed;
    std::vector<EventFeed::Item> items;

    /// Every statement with its text.
    [[nodiscard]] std::vector<std::pair<sqlite::Statement *, const char *>> all();
    [[nodiscard]] Result<> run(sqlite::Statement &statement, const sqlite::Connection &connection) const
    {
        if (const int code = statement.execute(); code != SQLITE_DONE)
            return fail(sqlite::errorOf(connection.get(), code, "write to"));
        return {};
    }
};

struct SqliteStore::Group {
    WriteGroup &writes;
    StoreState &state;              ///< as it will be
    const InteractionKey firstKey;  ///< keys from here on are new in this group
    std::uint64_t duplicates = 0;
    std::vector<InteractionKey> renamed; ///< interactions whose names must be indexed anew
    std::unordered_map<InteractionKey, InteractionKey> known; ///< keys given for interactions that have another key already

    [[nodiscard]] InteractionKey key(InteractionKey given) const
    {
        if (known.empty())
            return given;
        const auto found = known.find(given);
        return found == known.end() ? given : found->second;
    }
};

template<class Body>
Result<> SqliteStore::transaction(StoreState state, Body body)
{
    if (auto begun = m_writes->run(m_writes->begin, m_connection); !begun)
        return begun;
    Result<> done = sameContent();
    if (done)
        done = body(state);
    if (done)
        done = writeState(state);
    if (done)
        done = inPlace(); // a commit into a file that nobody can find again is none
    if (done)
        done = m_writes->run(m_writes->commit, m_connection);
    if (!done) {
        if (!sqlite3_get_autocommit(m_connection.get()))
            (void)m_writes->rollback.execute();
        rescueJournal();
        return done;
    }
    const bool further = state.commit != m_state.commit;
    m_state = state;
    m_inDatabase = state.commit;
    if (further) {
        m_unwritten = false;
        writeMark();
    }
    tendJournal();
    return {};
}

} // namespace threadline
