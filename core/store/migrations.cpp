// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/schema.h"

#include "core/store/files.h"

#include <cstdio>

namespace threadline {
namespace {

// Measured with 1,000 open interactions: a unique index over (interaction, id) costs little, because what is touched lies
// together; one over random ids alone costs three to ten times as much. So an interaction has a small number, events lie in the
// order of arrival, and nothing but their identity is indexed. `raw` stands last: the columns before it are read without it.
constexpr const char *kVersion1 = R"sql(
CREATE TABLE state(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  commit_no INTEGER NOT NULL,      -- of the last group
  last_key INTEGER NOT NULL,       -- greatest interaction key ever given
  last_row INTEGER NOT NULL,       -- greatest event row ever given
  events INTEGER NOT NULL,         -- rows in events
  received INTEGER,                -- receipt of the last message
  listening INTEGER NOT NULL,
  closed INTEGER,                  -- when closed cleanly; NULL while in use or after a kill
  names_indexed INTEGER NOT NULL);
INSERT INTO state VALUES(1, 0, 0, 0, 0, NULL, 0, NULL, 0);

CREATE TABLE interactions(
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL,                -- ids: a lower-case UUID as its 16 bytes, anything else as text
  state INTEGER NOT NULL,          -- 0 open, 1 ended, 2 stale
  span_class INTEGER NOT NULL,     -- 99: no end yet; else the smallest c with end - start <= 4^c s
  start INTEGER,                   -- times: microseconds since 1970
  "end" INTEGER,
  last INTEGER,
  count INTEGER NOT NULL,
  variants INTEGER NOT NULL,
  commit_no INTEGER NOT NULL,
  customer TEXT NOT NULL,
  media TEXT NOT NULL,             -- lists: JSON
  queues TEXT NOT NULL,
  agents TEXT NOT NULL);
CREATE UNIQUE INDEX interactions_id ON interactions(id);
CREATE INDEX interactions_activity ON interactions(state, commit_no);
CREATE INDEX interactions_span ON interactions(span_class, start, "end");

CREATE TABLE events(
  row INTEGER PRIMARY KEY,         -- in order of arrival
  interaction INTEGER NOT NULL,    -- 0: none
  id BLOB NOT NULL,
  received INTEGER NOT NULL,
  provenance INTEGER NOT NULL,
  marks INTEGER NOT NULL,
  variants INTEGER NOT NULL,       -- rows in variants
  commit_no INTEGER NOT NULL,
  raw TEXT NOT NULL);
CREATE UNIQUE INDEX events_identity ON events(interaction, id);

CREATE TABLE variants(
  event INTEGER NOT NULL,
  n INTEGER NOT NULL,
  received INTEGER NOT NULL,
  raw TEXT NOT NULL,
  PRIMARY KEY(event, n)) WITHOUT ROWID;

CREATE TABLE inferred(row INTEGER PRIMARY KEY); -- events that name no interaction themselves

CREATE TABLE names(                -- who names a participant (p...) or channel (c...); empty until it is needed
  name TEXT NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY(name, key)) WITHOUT ROWID;
CREATE INDEX names_key ON names(key);

CREATE TABLE records(              -- the platform's own account of an interaction
  id BLOB NOT NULL,
  ended INTEGER NOT NULL,
  last INTEGER NOT NULL,
  high INTEGER NOT NULL,           -- XXH3-128 of the text
  low INTEGER NOT NULL,
  size INTEGER NOT NULL,           -- of the text, bytes
  raw BLOB NOT NULL);              -- zlib
CREATE UNIQUE INDEX records_id ON records(id);

CREATE TABLE bands(
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER,
  cause INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL);
CREATE INDEX bands_start ON bands(start);

CREATE TABLE refused(
  n INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  received INTEGER NOT NULL,
  size INTEGER NOT NULL,
  text BLOB NOT NULL);

CREATE TABLE tombstones(id BLOB PRIMARY KEY, deleted INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE doomed(key INTEGER PRIMARY KEY);   -- deleted interactions whose events are still to go
)sql";

// Handing on to other stores. Rows of before have Lamport time 0: not known.
constexpr const char *kVersion2 = R"sql(
ALTER TABLE events ADD COLUMN lamport INTEGER NOT NULL DEFAULT 0;  -- when it was recorded; 0: it may not have been the last
CREATE TABLE changes(              -- what became of rows after they were written
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  what INTEGER NOT NULL,           -- 0 replaced, 1 moved, 2 deleted
  row INTEGER NOT NULL,
  was INTEGER NOT NULL,            -- interaction before
  raw TEXT NOT NULL);              -- text before
)sql";

// What keeps row numbers elsewhere must know whose they are.
constexpr const char *kVersion3 = R"sql(
CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), id BLOB NOT NULL);
INSERT INTO identity VALUES(1, randomblob(16));
)sql";

// Other records of an interaction than the one that stands. Of one that was stored before, what is 0 here is not known.
constexpr const char *kVersion4 = R"sql(
ALTER TABLE records ADD COLUMN segments INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN wrapped INTEGER NOT NULL DEFAULT 0;  -- somebody entered a wrap-up code
ALTER TABLE records ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
CREATE TABLE record_versions(
  id BLOB NOT NULL,
  ended INTEGER NOT NULL,
  last INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  wrapped INTEGER NOT NULL,
  high INTEGER NOT NULL,
  low INTEGER NOT NULL,
  read INTEGER NOT NULL,
  size INTEGER NOT NULL,
  raw BLOB NOT NULL);
CREATE UNIQUE INDEX record_versions_id ON record_versions(id, high, low);
)sql";

constexpr Migration kMigrations[] = {{kVersion1}, {kVersion2}, {kVersion3}, {kVersion4}};

Result<> runSteps(sqlite::Connection &connection, std::span<const Migration> steps)
{
    const auto version = connection.number("PRAGMA user_version");
    if (!version)
        return fail(version.error());
    for (std::size_t i = static_cast<std::size_t>(*version); i < steps.size(); ++i) {
        if (auto done = connection.run(steps[i].sql, "upgrade"); !done)
            return done;
    }
    const std::string stamp = "PRAGMA user_version = " + std::to_string(steps.size());
    return connection.run(stamp.c_str(), "upgrade");
}

/// Changes have no number in the mark. A row is changed a few times at most, so this lies above all that were given, also where
/// databases were begun anew one after the other.
constexpr std::int64_t kChangesOfRow = 1000;

/// Numbers of a database that was here before are not given again: the delivery and readers' cursors remember them.
Result<> beginAbove(sqlite::Connection &connection, const HighMark &given)
{
    if (given.commit == 0)
        return {};
    const std::string sql = "UPDATE state SET commit_no = " + std::to_string(given.commit) + ", last_key = " + std::to_string(given.key)
        + ", last_row = " + std::to_string(given.row) + "; INSERT INTO sqlite_sequence(name, seq) VALUES('changes', "
        + std::to_string(given.row * kChangesOfRow) + ")";
    return connection.run(sql.c_str(), "make");
}

Result<> fill(const std::string &path, const HighMark &given)
{
    auto connection = sqlite::Connection::open(path, sqlite::Connection::Mode::ReadWrite, 0);
    if (!connection)
        return fail(connection.error());
    const std::string setup = "PRAGMA page_size = " + std::to_string(kPageBytes)
        + "; PRAGMA synchronous = FULL; PRAGMA application_id = " + std::to_string(kApplicationId);
    if (auto done = connection->run(setup.c_str(), "make"); !done)
        return done;
    if (auto done = migrate(*connection, migrations()); !done)
        return done;
    if (auto done = beginAbove(*connection, given); !done)
        return done;
    return connection->run("PRAGMA journal_mode = WAL", "make");
}

} // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<> migrate(sqlite::Connection &connection, std::span<const Migration> steps)
{
    const auto version = connection.number("PRAGMA user_version");
    if (!version)
        return fail(version.error());
    if (*version >= static_cast<std::int64_t>(steps.size()))
        return {};
    if (auto begun = connection.run("BEGIN IMMEDIATE", "upgrade"); !begun)
        return begun;
    auto done = runSteps(connection, steps);
    if (done)
        done = connection.run("COMMIT", "upgrade");
    if (!done && !sqlite3_get_autocommit(connection.get()))
        (void)connection.run("ROLLBACK");
    return done;
}

Result<> createDatabase(const std::string &path, const HighMark &given)
{
    const std::string draft = path + ".new";
    for (const char *suffix : {"", "-journal", "-wal", "-shm"})
        std::remove((draft + suffix).c_str());
    if (auto made = makePrivateFile(draft); !made)
        return made;
    if (auto filled = fill(draft, given); !filled) {
        for (const char *suffix : {"", "-journal", "-wal", "-shm"})
            std::remove((draft + suffix).c_str());
        return filled;
    }
    return publishFile(draft, path);
}

} // namespace threadline
