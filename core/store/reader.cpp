// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/reader.h"

#include "core/store/queries.h"
#include "core/store/rows.h"
#include "core/store/snapshot.h"
#include "core/store/sqlstore.h"

#include <algorithm>

namespace threadline {
namespace {

constexpr int kBusyTimeoutMs = 2000;
/// Rows of one interaction above this are given back to the system after reading.
constexpr std::size_t kRowsKept = 65'536;

} // namespace

Result<std::unique_ptr<StoreReader>> openReader(const std::string &path, std::shared_ptr<ReadFailures> failures)
{
    auto reader = std::make_unique<SqliteReader>(std::move(failures));
    if (auto opened = reader->open(path); !opened)
        return fail(opened.error());
    return reader;
}

Result<> SqliteReader::open(const std::string &path)
{
    auto connection = sqlite::Connection::open(path, sqlite::Connection::Mode::ReadOnly, kBusyTimeoutMs);
    if (!connection)
        return fail(connection.error());
    m_connection = std::move(*connection);
    if (auto done = m_connection.run("PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY", "read"); !done)
        return done;
    const std::pair<sqlite::Statement *, const char *> statements[] = {
        {&m_begin, "BEGIN"},
        {&m_end, "COMMIT"},
        {&m_find, sql::kFind},
        {&m_summary, sql::kSummary},
        {&m_rowsOf, sql::kRowsOf},
        {&m_event, sql::kEvent},
        {&m_variants, sql::kVariants},
        {&m_record, sql::kRecord},
        {&m_records, sql::kRecords},
        {&m_activity, sql::kActivity},
        {&m_activityOfState, sql::kActivityOfState},
        {&m_spans, sql::kSpans},
        {&m_census, sql::kCensus},
        {&m_idsFrom, sql::kIdsFrom},
        {&m_stateOf, sql::kStateOf},
        {&m_bands, sql::kBands},
        {&m_refused, sql::kRefused},
        {&m_inferred, sql::kInferred},
        {&m_eventsAfter, sql::kEventsAfter},
        {&m_changesAfter, sql::kChangesAfter},
        {&m_lastRow, "SELECT last_row FROM state"},
        {&m_identity, "SELECT id FROM identity"},
        {&m_idOf, sql::kIdOf},
        {&m_naming, sql::kNaming},
        {&m_namesIndexed, "SELECT names_indexed FROM state"},
        {&m_count, "SELECT events FROM state"},
    };
    for (const auto &[statement, sql] : statements) {
        if (auto prepared = statement->prepare(m_connection, sql); !prepared)
            return prepared;
    }
    return {};
}

Error SqliteReader::readError(int code) const
{
    Error error = sqlite::errorOf(m_connection.get(), code, "read");
    m_failures->note(code, error.message, SystemClock().steady());
    return error;
}

Result<std::optional<InteractionKey>> SqliteReader::find(std::string_view interaction)
{
    const PackedId id(interaction);
    id.bindTo(m_find, 1);
    sqlite::Rows rows(m_find);
    if (rows.next())
        return std::optional(m_find.number(0));
    if (!rows.good())
        return fail(readError(rows.code()));
    return std::optional<InteractionKey>();
}

Result<> SqliteReader::readEvent(const sqlite::Statement &from, StoredEvent &event)
{
    event.row = from.number(0);
    event.interaction = from.number(1);
    readId(from, 2, event.id);
    event.received = from.time(3);
    event.provenance = static_cast<Provenance>(from.number(4));
    event.marks = static_cast<std::uint32_t>(from.number(5));
    event.commit = static_cast<std::uint64_t>(from.number(7));
    event.raw = from.bytes(8);
    event.lamport = from.number(9);
    event.variants.clear();
    if (from.number(6) == 0)
        return {};
    m_variants.bind(1, event.row);
    sqlite::Rows rows(m_variants);
    while (rows.next())
        event.variants.emplace_back(m_variants.bytes(0));
    if (!rows.good())
        return fail(readError(rows.code()));
    return {};
}

Result<> SqliteReader::eventsAfter(std::int64_t row, int limit, const std::function<bool(StoredEvent &&)> &each)
{
    m_eventsAfter.bind(1, row);
    m_eventsAfter.bind(2, limit);
    sqlite::Rows rows(m_eventsAfter);
    StoredEvent event; // whoever does not take it leaves its memory to the next
    while (rows.next()) {
        if (auto read = readEvent(m_eventsAfter, event); !read)
            return read;
        if (!each(std::move(event)))
            return {};
    }
    return rows.good() ? Result<>() : fail(readError(rows.code()));
}

Result<std::vector<StoredChange>> SqliteReader::changesAfter(std::int64_t number, int limit)
{
    m_changesAfter.bind(1, number);
    m_changesAfter.bind(2, limit);
    std::vector<StoredChange> changes;
    sqlite::Rows rows(m_changesAfter);
    while (rows.next()) {
        changes.push_back({m_changesAfter.number(0), static_cast<StoredChange::What>(m_changesAfter.number(1)), m_changesAfter.number(2),
                           m_changesAfter.number(3), std::string(m_changesAfter.bytes(4))});
    }
    if (!rows.good())
        return fail(readError(rows.code()));
    return changes;
}

Result<std::int64_t> SqliteReader::lastRow()
{
    sqlite::Rows rows(m_lastRow);
    if (!rows.next())
        return fail(readError(rows.good() ? SQLITE_CORRUPT : rows.code()));
    return m_lastRow.number(0);
}

Result<std::string> SqliteReader::identity()
{
    sqlite::Rows rows(m_identity);
    if (!rows.next())
        return fail(readError(rows.good() ? SQLITE_CORRUPT : rows.code()));
    return std::string(m_identity.bytes(0));
}

Result<std::string> SqliteReader::idOf(InteractionKey key)
{
    std::string id;
    m_idOf.bind(1, key);
    sqlite::Rows rows(m_idOf);
    if (rows.next())
        readId(m_idOf, 0, id);
    else if (!rows.good())
        return fail(readError(rows.code()));
    return id;
}

/// The identity index gives the rows by id; the promise is by row.
Result<> SqliteReader::collectRows(InteractionKey key)
{
    m_rows.clear();
    m_rowsOf.bind(1, key);
    sqlite::Rows rows(m_rowsOf);
    while (rows.next())
        m_rows.push_back(m_rowsOf.number(0));
    if (!rows.good())
        return fail(readError(rows.code()));
    std::sort(m_rows.begin(), m_rows.end());
    return {};
}

Result<> SqliteReader::events(InteractionKey key, const std::function<bool(StoredEvent &&)> &each)
{
    const Snapshot snapshot(*this);
    if (!snapshot.good())
        return fail(readError(snapshot.code()));
    if (auto collected = collectRows(key); !collected)
        return collected;
    auto read = readRows(m_rows, each);
    if (!read && read.error().code == ErrorCode::NotFound)
        read = fail(readError(SQLITE_CORRUPT)); // the index names a row that is not there
    if (m_rows.capacity() > kRowsKept)
        std::vector<std::int64_t>().swap(m_rows);
    return read;
}

Result<> SqliteReader::eventsByRow(std::span<const std::int64_t> rows, const std::function<bool(StoredEvent &&)> &each)
{
    const Snapshot snapshot(*this);
    if (!snapshot.good())
        return fail(readError(snapshot.code()));
    return readRows(rows, each);
}

Result<> SqliteReader::readRows(std::span<const std::int64_t> rows, const std::function<bool(StoredEvent &&)> &each)
{
    for (const std::int64_t row : rows) {
        m_event.bind(1, row);
        sqlite::Rows found(m_event);
        if (!found.next())
            return fail(found.good() ? Error{ErrorCode::NotFound, "The event has been deleted."} : readError(found.code()));
        StoredEvent event;
        if (auto read = readEvent(m_event, event); !read)
            return read;
        if (!each(std::move(event)))
            break;
    }
    return {};
}

Result<std::optional<Summary>> SqliteReader::summary(InteractionKey key)
{
    std::vector<WriteGroup::SummaryRow> rows;
    if (auto read = appendSummary(key, rows); !read)
        return fail(read.error());
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front().summary));
}

Result<std::optional<Record>> SqliteReader::record(std::string_view interaction)
{
    auto read = readRecords(m_record, interaction, true);
    if (!read)
        return fail(read.error());
    return read->empty() ? std::optional<Record>() : std::optional(std::move(read->front().record));
}

Result<std::vector<RecordVersion>> SqliteReader::records(std::string_view interaction, bool texts)
{
    return readRecords(m_records, interaction, texts);
}

Result<std::vector<RecordVersion>> SqliteReader::readRecords(sqlite::Statement &from, std::string_view interaction, bool texts)
{
    std::vector<RecordVersion> versions;
    const PackedId id(interaction);
    id.bindTo(from, 1);
    sqlite::Rows rows(from);
    while (rows.next()) {
        RecordVersion &version = versions.emplace_back();
        version.read = from.time(7);
        version.standing = from.number(10) != 0;
        Record &record = version.record;
        readId(from, 0, record.interaction.value);
        record.rank = {from.number(1) != 0, from.time(2), from.number(3), from.number(4) != 0,
                       {static_cast<std::uint64_t>(from.number(5)), static_cast<std::uint64_t>(from.number(6))}};
        const bool unranked = record.rank.segments == 0; // stored before this was noted, or it has none
        if (!texts && !unranked)
            continue;
        auto raw = decompress(from.bytes(9), from.number(8));
        if (!raw && !(texts && version.standing)) {
            if (texts)
                versions.pop_back(); // what can be looked at is looked at
            continue;
        }
        if (!raw) {
            Error error{ErrorCode::Malformed, "The stored record of interaction " + record.interaction.value + " is damaged: it cannot be unpacked. Import it again."};
            m_failures->noteRecord(record.interaction.value, error.message);
            return fail(std::move(error));
        }
        record.raw = std::move(*raw);
        if (unranked) {
            if (const auto again = readRecord(record.raw))
                record.rank = again->rank;
        }
    }
    if (!rows.good())
        return fail(readError(rows.code()));
    std::sort(versions.begin(), versions.end(), [](const RecordVersion &a, const RecordVersion &b) { return stands(a.record.rank, b.record.rank); });
    return versions;
}

Result<std::vector<Band>> SqliteReader::bands(TimeRange range)
{
    std::vector<Band> bands;
    m_bands.bind(1, range.start);
    m_bands.bind(2, range.end);
    sqlite::Rows rows(m_bands);
    while (rows.next())
        bands.push_back(readBand(m_bands));
    if (!rows.good())
        return fail(readError(rows.code()));
    return bands;
}

Result<std::vector<Refused>> SqliteReader::refused(int limit)
{
    std::vector<Refused> all;
    m_refused.bind(1, limit);
    sqlite::Rows rows(m_refused);
    while (rows.next()) {
        Refused one;
        one.reason = m_refused.bytes(0);
        one.detail = m_refused.bytes(1);
        one.received = m_refused.time(2);
        one.size = static_cast<std::uint64_t>(m_refused.number(3));
        one.text = m_refused.bytes(4);
        all.push_back(std::move(one));
    }
    if (!rows.good())
        return fail(readError(rows.code()));
    return all;
}

Result<> SqliteReader::inferred(const std::function<bool(StoredEvent &&)> &each)
{
    sqlite::Rows rows(m_inferred);
    while (rows.next()) {
        StoredEvent event;
        if (auto read = readEvent(m_inferred, event); !read)
            return read;
        if (!each(std::move(event)))
            return {};
    }
    if (!rows.good())
        return fail(readError(rows.code()));
    return {};
}

Result<bool> SqliteReader::namesIndexed()
{
    sqlite::Rows rows(m_namesIndexed);
    if (!rows.next())
        return fail(readError(rows.good() ? SQLITE_CORRUPT : rows.code()));
    return m_namesIndexed.number(0) != 0;
}

Result<std::vector<InteractionKey>> SqliteReader::interactionsNaming(std::string_view name)
{
    std::vector<InteractionKey> keys;
    m_naming.bindText(1, name);
    sqlite::Rows rows(m_naming);
    while (rows.next())
        keys.push_back(m_naming.number(0));
    if (!rows.good())
        return fail(readError(rows.code()));
    return keys;
}

Result<std::uint64_t> SqliteReader::countEvents()
{
    sqlite::Rows rows(m_count);
    if (!rows.next())
        return fail(readError(rows.good() ? SQLITE_CORRUPT : rows.code()));
    return static_cast<std::uint64_t>(m_count.number(0));
}

} // namespace threadline
