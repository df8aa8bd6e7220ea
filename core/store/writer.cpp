// SPDX-License-Identifier: GPL-3.0-or-later
/// One group, one transaction.
#include "core/base/json.h"
#include "core/store/namesindex.h"
#include "core/store/rows.h"
#include "core/store/writes.h"

#include <algorithm>

namespace threadline {
namespace {

constexpr std::size_t kRefusedText = 4096;
constexpr std::int64_t kVariantsKept = 8;

/// Binds the columns of a summary from parameter 2 on: state, span_class, start, end, last, count, variants, commit_no, customer,
/// media, queues, agents. The texts lie in `lists` and in the summary until the statement is reset.
void bindSummary(sqlite::Statement &s, const Summary &summary, std::int64_t commit, std::array<std::string *, 3> lists)
{
    s.bind(2, static_cast<int>(summary.state));
    s.bind(3, spanClass(summary.start, summary.end));
    s.bind(4, summary.start);
    s.bind(5, summary.end);
    s.bind(6, summary.lastEventAt);
    s.bind(7, summary.count);
    s.bind(8, summary.variants);
    s.bind(9, summary.commit > 0 ? static_cast<std::int64_t>(summary.commit) : commit); // of its newest event
    s.bindText(10, summary.customer);
    const std::array<const std::vector<std::string> *, 3> items = {&summary.media, &summary.queues, &summary.agents};
    for (std::size_t i = 0; i < items.size(); ++i) {
        json::writeStrings(*lists[i], *items[i]);
        s.bindText(static_cast<int>(11 + i), *lists[i]);
    }
}

} // namespace

std::vector<std::pair<sqlite::Statement *, const char *>> SqliteStore::Writes::all()
{
    return {
        {&begin, "BEGIN IMMEDIATE"},
        {&commit, "COMMIT"},
        {&rollback, "ROLLBACK"},
        {&state, "UPDATE state SET commit_no = ?1, last_key = ?2, last_row = ?3, events = ?4, received = ?5, listening = ?6, "
                 "closed = ?7, names_indexed = ?8"},
        {&dataVersion, "PRAGMA data_version"},
        {&commitOf, "SELECT commit_no FROM state"},
        {&interaction, "INSERT INTO interactions(key, state, span_class, start, \"end\", last, count, variants, commit_no, customer, "
                       "media, queues, agents, id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
                       "ON CONFLICT DO NOTHING"},
        {&keyOf, sql::kFind},
        // Most summaries leave the span as it is; then its index need not be touched.
        {&touch, "UPDATE interactions SET state = ?2, last = ?6, count = ?7, variants = ?8, commit_no = ?9, customer = ?10, "
                 "media = ?11, queues = ?12, agents = ?13 WHERE key = ?1 AND span_class = ?3 AND start = ?4 AND \"end\" IS ?5"},
        {&summary, "UPDATE interactions SET state = ?2, span_class = ?3, start = ?4, \"end\" = ?5, last = ?6, count = ?7, "
                   "variants = ?8, commit_no = ?9, customer = ?10, media = ?11, queues = ?12, agents = ?13 WHERE key = ?1"},
        {&events, "INSERT INTO events(row, interaction, id, received, provenance, marks, variants, commit_no, lamport, raw) "
                  "SELECT row, interaction, id, received, provenance, marks, 0, ?1, lamport, raw FROM event_feed WHERE true "
                  "ON CONFLICT DO NOTHING"},
        {&inferred, "INSERT OR IGNORE INTO inferred SELECT row FROM events WHERE row = ?1"},
        {&findEvent, "SELECT row, variants, raw, received FROM events WHERE interaction = ?1 AND id = ?2"},
        {&replaceRaw, "UPDATE events SET raw = ?2 WHERE row = ?1"},
        {&countVariants, "UPDATE events SET variants = ?2 WHERE row = ?1"},
        {&findVariant, "SELECT 1 FROM variants WHERE event = ?1 AND raw = ?2"},
        {&variant, "INSERT INTO variants(event, n, received, raw) VALUES(?1, ?2, ?3, ?4)"},
        {&findInferred, "SELECT row FROM events JOIN inferred USING(row) WHERE interaction = ?1 AND id = ?2"},
        {&move, "UPDATE OR IGNORE events SET interaction = ?2 WHERE row = ?1"},
        {&change, "INSERT INTO changes(what, row, was, raw) VALUES(?1, ?2, ?3, ?4)"},
        {&forget, "DELETE FROM changes WHERE n <= ?1"},
        {&record, "INSERT OR REPLACE INTO records(" THREADLINE_RECORD_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
        {&recordVersion, "INSERT OR IGNORE INTO record_versions(" THREADLINE_RECORD_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
        {&keepRecord, "INSERT OR IGNORE INTO record_versions(" THREADLINE_RECORD_COLUMNS ") SELECT " THREADLINE_RECORD_COLUMNS " FROM records WHERE id = ?1"},
        {&forgetVersion, "DELETE FROM record_versions WHERE id = ?1 AND (high, low) IN (SELECT high, low FROM records WHERE id = ?1)"},
        // In the order of stands(): the digest's halves are numbers without a sign.
        {&pruneVersions, "DELETE FROM record_versions WHERE id = ?1 AND rowid NOT IN (SELECT rowid FROM record_versions WHERE id = ?1 "
                         "ORDER BY ended DESC, last DESC, segments DESC, wrapped DESC, high < 0, high, low < 0, low LIMIT ?2)"},
        {&imported, "SELECT row, raw FROM events WHERE interaction = ?1 AND provenance = 2"},
        {&band, "INSERT OR REPLACE INTO bands(" THREADLINE_BAND_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&refused, "INSERT INTO refused(n, reason, detail, received, size, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"},
        {&dropRefused, "DELETE FROM refused WHERE n <= ?1"},
        {&doomed, "SELECT key FROM doomed ORDER BY key"},
        {&doom, "INSERT OR IGNORE INTO doomed VALUES(?1)"},
        {&undoom, "DELETE FROM doomed WHERE key = ?1"},
        {&idOf, "SELECT id FROM interactions WHERE key = ?1"},
        {&tombstone, "INSERT OR REPLACE INTO tombstones SELECT id, ?2 FROM interactions WHERE key = ?1"},
        {&dropInteraction, "DELETE FROM interactions WHERE key = ?1"},
        {&dropRecord, "DELETE FROM records WHERE id = (SELECT id FROM interactions WHERE key = ?1)"},
        {&dropVersionsOfRecord, "DELETE FROM record_versions WHERE id = (SELECT id FROM interactions WHERE key = ?1)"},
        {&rowsOf, "SELECT row FROM events WHERE interaction = ?1 LIMIT ?2"},
        {&dropEvent, "DELETE FROM events WHERE row = ?1"},
        {&dropVariants, "DELETE FROM variants WHERE event = ?1"},
        {&dropInferred, "DELETE FROM inferred WHERE row = ?1"},
    };
}

Result<> SqliteStore::write(WriteGroup &group)
{
    if (auto writable = checkWritable(); !writable)
        return writable;
    if (static_cast<std::int64_t>(group.commit) <= m_state.commit)
        return fail(ErrorCode::InvalidArgument, "Commit " + std::to_string(group.commit) + " does not follow commit "
                        + std::to_string(m_state.commit) + ".");
    std::uint64_t duplicates = 0;
    auto done = transaction(m_state, [&](StoreState &state) -> Result<> {
        Group open{group, state, m_state.lastKey + 1, 0, {}, {}};
        using Part = Result<> (SqliteStore::*)(Group &);
        for (const Part part : {&SqliteStore::writeInteractions, &SqliteStore::writeRecords, &SqliteStore::writeEvents,
                                &SqliteStore::writeVariants, &SqliteStore::writeMoves, &SqliteStore::writeNames,
                                &SqliteStore::writeSummaries, &SqliteStore::writeBands, &SqliteStore::writeRefused}) {
            if (auto written = (this->*part)(open); !written)
                return written;
        }
        state.commit = static_cast<std::int64_t>(group.commit);
        state.listening = group.listening;
        state.closed.reset();
        if (group.lastReceived)
            state.received = group.lastReceived;
        duplicates = open.duplicates;
        return {};
    });
    if (!done)
        return done;
    group.duplicates = duplicates;
    for (const RecordVersion &version : group.records)
        m_readFailures->recordWritten(version.record.interaction.value);
    return done;
}

/// A new interaction is written with its summary at once: its index entries are made once, not made and mended.
Result<> SqliteStore::writeInteractions(Group &group)
{
    if (group.writes.interactions.empty())
        return {};
    std::unordered_map<InteractionKey, const Summary *> summaries;
    for (const auto &row : group.writes.summaries) {
        if (row.key >= group.firstKey)
            summaries.emplace(row.key, &row.summary);
    }
    static const Summary kNone;
    sqlite::Statement &s = m_writes->interaction;
    for (const auto &fresh : group.writes.interactions) {
        const auto found = summaries.find(fresh.key);
        const PackedId id(fresh.id);
        s.bind(1, fresh.key);
        bindSummary(s, found == summaries.end() ? kNone : *found->second, static_cast<std::int64_t>(group.writes.commit),
                    {&m_writes->media, &m_writes->queues, &m_writes->agents});
        if (found == summaries.end())
            s.bindNull(4);
        id.bindTo(s, 14);
        if (auto written = m_writes->run(s, m_connection); !written)
            return written;
        group.state.lastKey = std::max(group.state.lastKey, fresh.key);
        if (sqlite3_changes64(m_connection.get()) > 0)
            continue;
        id.bindTo(m_writes->keyOf, 1);
        const sqlite::Rows rows(m_writes->keyOf);
        if (m_writes->keyOf.step() != SQLITE_ROW)
            return fail(ErrorCode::Internal, "Interaction key " + std::to_string(fresh.key) + " is taken by another interaction.");
        group.known.emplace(fresh.key, m_writes->keyOf.number(0));
    }
    return {};
}

Result<> SqliteStore::writeRecords(Group &group)
{
    for (const RecordVersion &version : group.writes.records) {
        const PackedId id(version.record.interaction.value);
        if (version.standing) {
            if (auto cleared = clearForRecord(group, id); !cleared)
                return cleared;
        }
        if (auto written = writeRecord(version, id); !written)
            return written;
    }
    return {};
}

/// The record that stood becomes one of the others, and its events go.
Result<> SqliteStore::clearForRecord(Group &group, const PackedId &id)
{
    std::optional<InteractionKey> key;
    {
        id.bindTo(m_writes->keyOf, 1);
        const sqlite::Rows rows(m_writes->keyOf);
        if (m_writes->keyOf.step() == SQLITE_ROW)
            key = m_writes->keyOf.number(0);
    }
    if (key) {
        if (auto dropped = dropImported(group, *key); !dropped)
            return dropped;
    }
    id.bindTo(m_writes->keepRecord, 1);
    return m_writes->run(m_writes->keepRecord, m_connection);
}

Result<> SqliteStore::writeRecord(const RecordVersion &version, const PackedId &id)
{
    const Record &record = version.record;
    const std::string packed = compress(record.raw);
    sqlite::Statement &s = version.standing ? m_writes->record : m_writes->recordVersion;
    id.bindTo(s, 1);
    s.bind(2, record.rank.ended ? 1 : 0);
    s.bind(3, record.rank.last);
    s.bind(4, record.rank.segments);
    s.bind(5, record.rank.wrappedUp ? 1 : 0);
    s.bind(6, static_cast<std::int64_t>(record.rank.content.high));
    s.bind(7, static_cast<std::int64_t>(record.rank.content.low));
    s.bind(8, version.read);
    s.bind(9, static_cast<std::int64_t>(record.raw.size()));
    s.bindBlob(10, packed);
    if (auto written = m_writes->run(s, m_connection); !written)
        return written;
    for (sqlite::Statement *tidy : {&m_writes->forgetVersion, &m_writes->pruneVersions}) {
        id.bindTo(*tidy, 1);
        if (tidy == &m_writes->pruneVersions)
            tidy->bind(2, kMaxRecordVersions - 1); // and the one that stands
        if (auto done = m_writes->run(*tidy, m_connection); !done)
            return done;
    }
    return {};
}

/// The events that an earlier record of this interaction was told by.
Result<> SqliteStore::dropImported(Group &group, InteractionKey key)
{
    std::vector<std::int64_t> rows;
    {
        m_writes->imported.bind(1, key);
        sqlite::Rows found(m_writes->imported);
        while (found.next()) {
            rows.push_back(m_writes->imported.number(0));
            if (auto noted = noteChange(group, StoredChange::Deleted, rows.back(), key, m_writes->imported.bytes(1)); !noted)
                return noted;
        }
        if (!found.good())
            return fail(sqlite::errorOf(m_connection.get(), found.code(), "read"));
    }
    for (const std::int64_t row : rows) {
        for (sqlite::Statement *s : {&m_writes->dropEvent, &m_writes->dropVariants}) {
            s->bind(1, row);
            if (auto dropped = m_writes->run(*s, m_connection); !dropped)
                return dropped;
        }
    }
    group.state.events -= static_cast<std::int64_t>(rows.size());
    if (!rows.empty())
        group.renamed.push_back(key);
    return {};
}

Result<> SqliteStore::writeEvents(Group &group) { return insertEvents(group, group.writes.events); }

/// Within the group the events are laid down by interaction, each interaction's in the order they came: so the identity index is
/// walked through once, and a timeline lies on fewer pages. An event that is there already leaves a hole in the numbering.
Result<> SqliteStore::insertEvents(Group &group, std::span<const WriteGroup::NewEvent> events)
{
    if (events.empty())
        return {};
    std::vector<EventFeed::Item> &items = m_writes->items;
    items.clear();
    for (const auto &event : events)
        items.push_back({group.key(event.interaction), &event});
    std::sort(items.begin(), items.end(), [](const auto &a, const auto &b) {
        return a.interaction != b.interaction ? a.interaction < b.interaction : a.event < b.event;
    });
    const std::int64_t first = group.state.lastRow + 1;
    m_writes->feed.set(items, first);
    m_writes->events.bind(1, static_cast<std::int64_t>(group.writes.commit));
    const auto written = m_writes->run(m_writes->events, m_connection);
    m_writes->feed.clear();
    if (!written)
        return written;
    const std::int64_t inserted = sqlite3_changes64(m_connection.get());
    group.duplicates += events.size() - static_cast<std::uint64_t>(inserted);
    group.state.lastRow += static_cast<std::int64_t>(items.size());
    group.state.events += inserted;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].interaction != 0 && (items[i].event->marks & Event::Attached) == 0)
            continue;
        m_writes->inferred.bind(1, first + static_cast<std::int64_t>(i));
        if (auto noted = m_writes->run(m_writes->inferred, m_connection); !noted)
            return noted;
    }
    return {};
}

Result<> SqliteStore::writeVariants(Group &group)
{
    for (const auto &other : group.writes.variants) {
        sqlite::Statement &find = m_writes->findEvent;
        const PackedId id(other.id);
        find.bind(1, group.key(other.interaction));
        id.bindTo(find, 2);
        const sqlite::Rows rows(find);
        const int code = find.step();
        if (code == SQLITE_DONE) {
            // Nothing stands there that it could differ from: it stands itself.
            const WriteGroup::NewEvent event{other.interaction, other.id, other.raw, other.received, Provenance::Live, 0};
            if (auto written = insertEvents(group, {&event, 1}); !written)
                return written;
            continue;
        }
        if (code != SQLITE_ROW)
            return fail(sqlite::errorOf(m_connection.get(), code, "read"));
        const std::int64_t row = find.number(0);
        const std::string standing(find.bytes(2));
        if (standing == other.raw)
            continue;
        auto kept = other.wins ? keepVariant(row, find.number(1), standing, find.time(3))
                               : keepVariant(row, find.number(1), other.raw, other.received);
        if (!kept)
            return kept;
        if (!other.wins)
            continue;
        if (auto noted = noteChange(group, StoredChange::Replaced, row, group.key(other.interaction), standing); !noted)
            return noted;
        m_writes->replaceRaw.bind(1, row);
        m_writes->replaceRaw.bindText(2, other.raw);
        if (auto replaced = m_writes->run(m_writes->replaceRaw, m_connection); !replaced)
            return replaced;
    }
    return {};
}

Result<> SqliteStore::keepVariant(std::int64_t row, std::int64_t held, std::string_view raw, Timestamp received)
{
    m_writes->findVariant.bind(1, row);
    m_writes->findVariant.bindText(2, raw);
    if (held >= kVariantsKept || m_writes->findVariant.execute() == SQLITE_ROW)
        return {};
    m_writes->variant.bind(1, row);
    m_writes->variant.bind(2, held + 1);
    m_writes->variant.bind(3, received);
    m_writes->variant.bindText(4, raw);
    if (auto kept = m_writes->run(m_writes->variant, m_connection); !kept)
        return kept;
    m_writes->countVariants.bind(1, row);
    m_writes->countVariants.bind(2, held + 1);
    return m_writes->run(m_writes->countVariants, m_connection);
}

Result<> SqliteStore::writeMoves(Group &group)
{
    for (const auto &move : group.writes.moves) {
        const PackedId id(move.id);
        m_writes->findInferred.bind(1, group.key(move.from));
        id.bindTo(m_writes->findInferred, 2);
        const sqlite::Rows rows(m_writes->findInferred);
        if (m_writes->findInferred.step() != SQLITE_ROW)
            continue;
        m_writes->move.bind(1, m_writes->findInferred.number(0));
        m_writes->move.bind(2, group.key(move.to));
        if (auto moved = m_writes->run(m_writes->move, m_connection); !moved)
            return moved;
        if (sqlite3_changes64(m_connection.get()) == 0)
            continue;
        const std::int64_t row = m_writes->findInferred.number(0);
        if (auto noted = noteChange(group, StoredChange::Moved, row, group.key(move.from), {}); !noted)
            return noted;
    }
    return {};
}

Result<> SqliteStore::noteChange(Group &group, StoredChange::What what, std::int64_t row, InteractionKey from, std::string_view raw)
{
    if (!group.writes.keepChanges)
        return {};
    sqlite::Statement &s = m_writes->change;
    s.bind(1, static_cast<int>(what));
    s.bind(2, row);
    s.bind(3, from);
    s.bindText(4, raw);
    return m_writes->run(s, m_connection);
}

Result<> SqliteStore::forgetChanges(std::int64_t number)
{
    return transaction(m_state, [&](StoreState &) -> Result<> {
        m_writes->forget.bind(1, number);
        return m_writes->run(m_writes->forget, m_connection);
    });
}

Result<> SqliteStore::writeNames(Group &group)
{
    if (group.writes.indexNames && !group.state.namesIndexed) {
        group.state.namesIndexed = true;
        if (auto built = m_names->build(); !built)
            return built;
    }
    if (!group.state.namesIndexed)
        return {};
    for (const InteractionKey key : group.renamed) {
        if (auto built = m_names->rebuild(key); !built)
            return built;
    }
    for (const auto &name : group.writes.names) {
        if (auto added = m_names->add(name.name, group.key(name.key)); !added)
            return added;
    }
    return {};
}

Result<> SqliteStore::writeSummaries(Group &group)
{
    const auto commit = static_cast<std::int64_t>(group.writes.commit);
    for (const auto &row : group.writes.summaries) {
        const InteractionKey key = group.key(row.key);
        if (key >= group.firstKey)
            continue; // written with its interaction
        for (sqlite::Statement *s : {&m_writes->touch, &m_writes->summary}) {
            s->bind(1, key);
            bindSummary(*s, row.summary, commit, {&m_writes->media, &m_writes->queues, &m_writes->agents});
            if (auto written = m_writes->run(*s, m_connection); !written)
                return written;
            if (sqlite3_changes64(m_connection.get()) > 0)
                break;
        }
    }
    return {};
}

Result<> SqliteStore::writeBands(Group &group)
{
    sqlite::Statement &s = m_writes->band;
    for (const Band &band : group.writes.bands) {
        s.bind(1, band.id);
        s.bindText(2, band.source);
        s.bind(3, band.start);
        s.bind(4, band.end);
        s.bind(5, static_cast<int>(band.cause));
        s.bind(6, static_cast<int>(band.state));
        s.bindText(7, band.reason);
        if (auto written = m_writes->run(s, m_connection); !written)
            return written;
    }
    return {};
}

Result<> SqliteStore::writeRefused(Group &group)
{
    const std::vector<Refused> &all = group.writes.refused;
    if (all.empty())
        return {};
    const auto last = m_connection.number("SELECT max(n) FROM refused");
    if (!last)
        return fail(last.error());
    std::int64_t n = *last;
    const std::size_t first = all.size() > kRefusedKept ? all.size() - kRefusedKept : 0;
    sqlite::Statement &s = m_writes->refused;
    for (std::size_t i = first; i < all.size(); ++i) {
        s.bind(1, ++n);
        s.bindText(2, all[i].reason);
        s.bindText(3, all[i].detail);
        s.bind(4, all[i].received);
        s.bind(5, static_cast<std::int64_t>(all[i].size));
        s.bindBlob(6, std::string_view(all[i].text).substr(0, kRefusedText));
        if (auto written = m_writes->run(s, m_connection); !written)
            return written;
    }
    m_writes->dropRefused.bind(1, n - static_cast<std::int64_t>(kRefusedKept));
    return m_writes->run(m_writes->dropRefused, m_connection);
}

} // namespace threadline
