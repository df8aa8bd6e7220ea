// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventfeed.h"

#include "core/store/idcodec.h"

#include <new>

namespace threadline {
namespace {

constexpr const char *kDeclaration = "CREATE TABLE x(row, interaction, id, received, provenance, marks, lamport, raw)";
enum Column { Row, Interaction, Id, Received, ProvenanceColumn, Marks, Lamport, Raw };

// The structs that SQLite knows begin with its own; see sqlite.org/vtab.html.
struct Table {
    sqlite3_vtab base;
    const EventFeed *feed;
};

struct Cursor {
    sqlite3_vtab_cursor base;
    const EventFeed *feed;
    std::size_t at;
    PackedId id; ///< of the row it stands on; SQLite reads it before the cursor moves
};

int connect(sqlite3 *db, void *feed, int, const char *const *, sqlite3_vtab **out, char **)
{
    if (const int code = sqlite3_declare_vtab(db, kDeclaration); code != SQLITE_OK)
        return code;
    auto *table = new (std::nothrow) Table{{}, static_cast<const EventFeed *>(feed)};
    if (!table)
        return SQLITE_NOMEM;
    *out = &table->base;
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab *table)
{
    delete reinterpret_cast<Table *>(table);
    return SQLITE_OK;
}

int bestIndex(sqlite3_vtab *, sqlite3_index_info *info)
{
    info->estimatedCost = 1e6;
    return SQLITE_OK;
}

int open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    auto *cursor = new (std::nothrow) Cursor{{}, reinterpret_cast<Table *>(table)->feed, 0, {}};
    if (!cursor)
        return SQLITE_NOMEM;
    *out = &cursor->base;
    return SQLITE_OK;
}

int close(sqlite3_vtab_cursor *cursor)
{
    delete reinterpret_cast<Cursor *>(cursor);
    return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor *cursor, int, const char *, int, sqlite3_value **)
{
    reinterpret_cast<Cursor *>(cursor)->at = 0;
    return SQLITE_OK;
}

int next(sqlite3_vtab_cursor *cursor)
{
    ++reinterpret_cast<Cursor *>(cursor)->at;
    return SQLITE_OK;
}

int atEnd(sqlite3_vtab_cursor *base)
{
    const auto *cursor = reinterpret_cast<const Cursor *>(base);
    return cursor->at >= cursor->feed->items().size() ? 1 : 0;
}

int column(sqlite3_vtab_cursor *base, sqlite3_context *out, int number)
{
    auto *cursor = reinterpret_cast<Cursor *>(base);
    const EventFeed::Item &item = cursor->feed->items()[cursor->at];
    const WriteGroup::NewEvent &event = *item.event;
    switch (number) {
    case Row: sqlite3_result_int64(out, cursor->feed->firstRow() + static_cast<std::int64_t>(cursor->at)); break;
    case Interaction: sqlite3_result_int64(out, item.interaction); break;
    case Id:
        cursor->id.assign(event.id);
        cursor->id.giveTo(out);
        break;
    case Received: sqlite3_result_int64(out, event.received.us); break;
    case ProvenanceColumn: sqlite3_result_int64(out, static_cast<int>(event.provenance)); break;
    case Marks: sqlite3_result_int64(out, event.marks); break;
    case Lamport: sqlite3_result_int64(out, event.lamport); break;
    default: sqlite3_result_text64(out, event.raw.data(), event.raw.size(), SQLITE_STATIC, SQLITE_UTF8); break;
    }
    return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
    *out = static_cast<sqlite3_int64>(reinterpret_cast<Cursor *>(cursor)->at);
    return SQLITE_OK;
}

/// Without a create function it is there on every connection it was made known on, and only for reading.
const sqlite3_module kModule = [] {
    sqlite3_module module{};
    module.xConnect = connect;
    module.xDisconnect = disconnect;
    module.xBestIndex = bestIndex;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = atEnd;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
}();

} // namespace

Result<> EventFeed::attach(const sqlite::Connection &connection)
{
    if (const int code = sqlite3_create_module_v2(connection.get(), "event_feed", &kModule, this, nullptr); code != SQLITE_OK)
        return fail(sqlite::errorOf(connection.get(), code, "use"));
    return {};
}

} // namespace threadline
