// SPDX-License-Identifier: GPL-3.0-or-later
/// What the store does besides writing groups: its state, its journal, its ends.
#include "core/store/sqlstore.h"

#include "core/base/log.h"
#include "core/store/namesindex.h"
#include "core/store/queries.h"
#include "core/store/rows.h"
#include "core/store/walindex.h"
#include "core/store/writes.h"

#include <algorithm>

namespace threadline {
namespace {

/// A pass over the journal each time it has grown by this much: little enough to be done in the background before the next.
constexpr std::int64_t kPassBytes = 32 << 20;
/// Once nobody holds it, the writer ends a journal above this, so that readers have short ways and a start after a kill is quick.
constexpr std::int64_t kEndBytes = 128 << 20;
constexpr int kLookupTimeoutMs = 2000;

constexpr const char *kDamaged = " Nothing more is recorded: end Threadline, keep a copy of the whole folder, and start it again; what it then misses a backup or InfluxDB may have.";

/// By every frame, so that nothing is put where it does not belong. The next start builds the index anew, and finds all of the journal.
bool isIndexSound(const sqlite::Connection &connection)
{
    const auto state = sqlite::WalIndex::look(connection, sqlite::WalIndex::Frames::Every).state;
    return state != sqlite::WalIndex::State::WrittenOver && state != sqlite::WalIndex::State::JournalWrittenOver;
}

/// How long the database and its journal must be is what the journal's index says: another program may by right have shortened both.
std::optional<std::int64_t> keepsOf(const sqlite::Connection &connection, std::int64_t (sqlite::WalIndex::*bytes)() const)
{
    const auto index = sqlite::WalIndex::look(connection, sqlite::WalIndex::Frames::None);
    return index.state == sqlite::WalIndex::State::Sound ? std::optional((index.*bytes)()) : std::nullopt;
}

constexpr const char *kReadState = "SELECT commit_no, last_key, last_row, events, received, listening, closed, names_indexed FROM state";

} // namespace

SqliteStore::SqliteStore(StoreOptions options, std::string path) : m_options(std::move(options)), m_path(std::move(path)), m_mark(m_options.folder) {}

SqliteStore::~SqliteStore()
{
    rescueJournal();
    // What the one has is all there is left: a whole journal is not to go into a torn database, nor a torn one into a whole database.
    const auto damaged = [](const FoundFile &file) { return !file.missing().empty() && file.isDamaged(); };
    if (m_connection.get() && !m_options.readOnly && (damaged(m_found[0]) || damaged(m_found[1]) || !isIndexSound(m_connection)))
        sqlite3_db_config(m_connection.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    m_checkpointer.reset();
    m_names.reset();
    m_writes.reset();
}

Result<> SqliteStore::begin(sqlite::Connection connection, FolderLock lock, const std::optional<HighMark> &missing)
{
    m_connection = std::move(connection);
    if (auto read = readState(); !read)
        return read;
    if (m_options.readOnly)
        return {};
    if (auto prepared = prepareWrites(); !prepared)
        return prepared;
    const auto page = m_connection.number("PRAGMA page_size");
    if (!page)
        return fail(page.error());
    m_pageBytes = *page;
    sqlite3_wal_hook(
        m_connection.get(),
        [](void *self, sqlite3 *, const char *, int pages) {
            auto *store = static_cast<SqliteStore *>(self);
            store->m_journalBytes = pages * store->m_pageBytes;
            return SQLITE_OK;
        },
        this);
    m_nextPass = kPassBytes;
    m_checkpointer = std::make_unique<Checkpointer>();
    if (auto started = m_checkpointer->start(m_path); !started)
        return started;
    m_lock = std::move(lock);
    if (auto signed_ = m_lock.sign(); !signed_)
        return signed_;
    m_found = {FoundFile(m_path, "database",
                         [this](std::int64_t largest) {
                             const auto keeps = keepsOf(m_connection, &sqlite::WalIndex::databaseBytes);
                             return keeps ? std::optional(std::min(largest, *keeps)) : keeps;
                         },
                         [this] { return m_connection.begins(SQLITE_FCNTL_FILE_POINTER); }),
               FoundFile(std::string(sqlite3_db_filename(m_connection.get(), "main")) + "-wal", "journal",
                         [this](std::int64_t) { return keepsOf(m_connection, &sqlite::WalIndex::journalBytes); },
                         [this] { return m_connection.begins(SQLITE_FCNTL_JOURNAL_POINTER); })};
    if (missing)
        return goOnBehind(*missing);
    const auto mark = HighMark::read(m_options.folder);
    m_opened.unwritten = m_unwritten = mark && mark->unwritten && mark->commit <= static_cast<std::uint64_t>(m_state.commit);
    writeMark();
    return {};
}

/// Numbers that were given in what is gone are not given again: others (the delivery, cursors) may remember them.
Result<> SqliteStore::goOnBehind(const HighMark &missing)
{
    const HighMark from = missing.passedOver();
    const std::int64_t events = std::max<std::int64_t>(0, missing.events - m_state.events);
    m_opened.lost = "The database " + m_path + " ends with commit " + std::to_string(m_state.commit) + ", but commit "
        + std::to_string(missing.commit) + " had been recorded: its journal (-wal) is missing, was emptied or replaced, or an older copy of the "
          "database was put back. About " + std::to_string(events) + " events are gone. Their time lies in a band; a backup or InfluxDB may still have them.";
    log::error("store", m_opened.lost);
    m_state.commit = static_cast<std::int64_t>(from.commit);
    m_state.lastRow = std::max(m_state.lastRow, from.row);
    m_state.lastKey = std::max(m_state.lastKey, from.key);
    m_opened.lastCommit = static_cast<std::uint64_t>(m_state.commit);
    m_opened.lastKey = m_state.lastKey;
    if (!m_opened.lastReceived)
        m_opened.lastReceived = missing.received;
    const std::string passOver = "UPDATE sqlite_sequence SET seq = seq + " + std::to_string(kPassedOver)
        + " WHERE name = 'changes'; INSERT INTO sqlite_sequence(name, seq) SELECT 'changes', " + std::to_string(kPassedOver)
        + " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'changes')";
    return m_connection.run(passOver.c_str());
}

void SqliteStore::writeMark()
{
    m_mark.write({static_cast<std::uint64_t>(m_state.commit), m_state.lastRow, m_state.lastKey, m_state.events, m_state.received, m_unwritten});
}

void SqliteStore::endUnwritten()
{
    m_unwritten = true;
    writeMark();
}

/// A journal that nobody can find again still lies open here: what it holds goes into the database before the program may be killed.
void SqliteStore::rescueJournal()
{
    if (!m_connection.get() || m_rescued || m_found[1].missing().empty() || m_found[1].isDamaged() || !m_found[0].missing().empty() || !sqlite3_get_autocommit(m_connection.get()))
        return;
    (void)m_connection.number("SELECT commit_no FROM state"); // an interruption from before ends here
    int frames = 0, copied = 0;
    m_rescued = sqlite3_wal_checkpoint_v2(m_connection.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &copied) == SQLITE_OK && copied == frames;
}

Result<> SqliteStore::inPlace()
{
    rescueJournal();
    static constexpr const char *kAdvice[] = {
        " Nothing more is recorded until it is back where it was; else end Threadline and start it again.",
        " Nothing more is recorded: end Threadline and start it again. What was recorded before is written back into the database."};
    for (std::size_t i = 0; i < m_found.size(); ++i) {
        if (std::string missing = m_found[i].missing(); !missing.empty())
            return fail(ErrorCode::Unusable, missing + (m_found[i].isDamaged() ? kDamaged : kAdvice[i]));
    }
    if (auto sound = indexInPlace(); !sound)
        return sound;
    return sameContent();
}

Result<> SqliteStore::sameContent()
{
    const auto read = [](sqlite::Statement &statement) {
        sqlite::Rows rows(statement);
        return rows.next() ? std::pair(SQLITE_ROW, statement.number(0)) : std::pair(rows.code(), std::int64_t{0});
    };
    const auto [known, version] = read(m_writes->dataVersion);
    if (known != SQLITE_ROW || version == m_dataVersion)
        return {}; // what cannot be read just now is told by the write that follows
    const auto [code, commit] = read(m_writes->commitOf);
    const int base = code & 0xff;
    if (base == SQLITE_BUSY || base == SQLITE_INTERRUPT || base == SQLITE_IOERR || base == SQLITE_NOMEM)
        return {};
    if (code == SQLITE_ROW && commit == m_inDatabase) {
        m_dataVersion = version; // VACUUM, say, or a pass over the journal
        return {};
    }
    const std::string ends = code == SQLITE_ROW ? "ends with commit " + std::to_string(commit) : std::string("holds no commit");
    return fail(ErrorCode::Unusable, "The database " + m_path + " was changed by another program while Threadline runs: it " + ends + " instead of commit "
                    + std::to_string(m_inDatabase) + ", as when an older copy is put back." + kDamaged);
}

Result<> SqliteStore::indexInPlace()
{
    using Index = sqlite::WalIndex::State;
    const auto look = [this] { return sqlite::WalIndex::look(m_connection, sqlite::WalIndex::Frames::Ends).state; };
    const Index state = look();
    // While we write nobody else can; else he may be between two of his steps.
    const bool writing = !sqlite3_get_autocommit(m_connection.get());
    if ((state != Index::WrittenOver && state != Index::JournalWrittenOver) || (!writing && look() != state))
        return {};
    const std::string journal = std::string(sqlite3_db_filename(m_connection.get(), "main")) + "-wal";
    if (state == Index::JournalWrittenOver)
        return fail(ErrorCode::Unusable, "The journal " + journal + " was written over by another hand while Threadline runs." + kDamaged);
    if (writing)
        sqlite::WalIndex::discard(m_connection);
    return fail(ErrorCode::Unusable, "The index (-shm) of the journal " + journal + " was written over by another hand while Threadline runs. "
                                     "It is built anew from the journal; until then nothing is recorded.");
}

Result<> SqliteStore::readState()
{
    sqlite::Statement statement;
    if (auto prepared = statement.prepare(m_connection, kReadState); !prepared)
        return prepared;
    if (const int code = statement.step(); code != SQLITE_ROW)
        return fail(sqlite::errorOf(m_connection.get(), code == SQLITE_DONE ? SQLITE_CORRUPT : code, "read"));
    m_state.commit = statement.number(0);
    m_inDatabase = m_state.commit;
    m_state.lastKey = statement.number(1);
    m_state.lastRow = statement.number(2);
    m_state.events = statement.number(3);
    m_state.received = statement.optionalTime(4);
    m_state.listening = statement.number(5) != 0;
    m_state.closed = statement.optionalTime(6);
    m_state.namesIndexed = statement.number(7) != 0;
    statement.reset();

    m_opened.lastCommit = static_cast<std::uint64_t>(m_state.commit);
    m_opened.lastKey = m_state.lastKey;
    m_opened.events = static_cast<std::uint64_t>(m_state.events);
    m_opened.lastReceived = m_state.received;
    m_opened.listening = m_state.listening;
    m_opened.closed = m_state.closed;
    const auto lastBand = m_connection.number("SELECT max(id) FROM bands");
    if (!lastBand)
        return fail(lastBand.error());
    m_opened.lastBand = *lastBand;
    const auto tombstones = m_connection.number("SELECT count(*) FROM tombstones");
    if (!tombstones)
        return fail(tombstones.error());
    m_tombstones = *tombstones;

    sqlite::Statement open;
    if (auto prepared = open.prepare(m_connection, "SELECT " THREADLINE_BAND_COLUMNS
                                                   " FROM bands WHERE \"end\" IS NULL ORDER BY start DESC, id DESC LIMIT 1");
        !prepared)
        return prepared;
    if (open.step() == SQLITE_ROW)
        m_opened.openBand = readBand(open);
    return {};
}

Result<> SqliteStore::prepareWrites()
{
    m_writes = std::make_unique<Writes>();
    if (auto attached = m_writes->feed.attach(m_connection); !attached)
        return attached;
    for (const auto &[statement, sql] : m_writes->all()) {
        if (auto prepared = statement->prepare(m_connection, sql); !prepared)
            return prepared;
    }
    m_names = std::make_unique<NamesIndex>(m_connection);
    return m_names->prepare();
}

Result<> SqliteStore::checkWritable() const
{
    if (m_options.readOnly)
        return fail(ErrorCode::Unusable, "The database " + m_path + " was opened for reading only.");
    return {};
}

Result<> SqliteStore::writeState(const StoreState &state)
{
    sqlite::Statement &s = m_writes->state;
    s.bind(1, state.commit);
    s.bind(2, state.lastKey);
    s.bind(3, state.lastRow);
    s.bind(4, state.events);
    s.bind(5, state.received);
    s.bind(6, state.listening ? 1 : 0);
    s.bind(7, state.closed);
    s.bind(8, state.namesIndexed ? 1 : 0);
    return m_writes->run(s, m_connection);
}

/// Keeps the journal short. The thread beside copies it back bit by bit; what is left to copy when the journal has grown past
/// its bound is little, so the writer does it itself, with nobody writing meanwhile, and the journal begins anew.
void SqliteStore::tendJournal()
{
    const std::int64_t limit = std::max(m_options.walLimitBytes, kPassBytes);
    if (m_journalBytes < m_nextPass) {
        if (m_journalBytes + kPassBytes < m_nextPass)
            m_nextPass = kPassBytes; // it began anew
        return;
    }
    const bool beside = m_checkpointer->busy();
    if (m_journalBytes > limit || (m_journalBytes > kEndBytes && !beside)) {
        const int mode = m_journalBytes > limit ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
        const int code = sqlite3_wal_checkpoint_v2(m_connection.get(), nullptr, mode, nullptr, nullptr);
        if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
            log::warning("store", sqlite::errorOf(m_connection.get(), code, "write the journal back into").message);
    } else if (!beside) {
        m_checkpointer->ask();
    }
    m_nextPass = m_journalBytes + kPassBytes;
}

Result<std::unique_ptr<StoreReader>> SqliteStore::reader() const { return openReader(m_path, m_readFailures); }

Result<bool> SqliteStore::hasTombstone(std::string_view interaction) const
{
    if (m_tombstones == 0)
        return false;
    std::scoped_lock lock(m_lookupMutex);
    if (!m_lookup.get()) {
        auto connection = sqlite::Connection::open(m_path, sqlite::Connection::Mode::ReadOnly, kLookupTimeoutMs);
        if (!connection)
            return fail(connection.error());
        if (auto prepared = m_findTombstone.prepare(*connection, sql::kTombstone); !prepared)
            return fail(prepared.error());
        m_lookup = std::move(*connection);
    }
    const PackedId id(interaction);
    id.bindTo(m_findTombstone, 1);
    const int code = m_findTombstone.execute();
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return fail(sqlite::errorOf(m_lookup.get(), code, "read"));
    return code == SQLITE_ROW;
}

Result<> SqliteStore::closeCleanly(Timestamp now)
{
    if (auto writable = checkWritable(); !writable)
        return writable;
    StoreState next = m_state;
    next.listening = false;
    next.closed = now;
    return transaction(next, [](StoreState &) -> Result<> { return {}; });
}

Result<std::string> SqliteStore::integrity() const
{
    auto connection = sqlite::Connection::open(m_path, sqlite::Connection::Mode::ReadOnly, kLookupTimeoutMs);
    if (!connection)
        return fail(connection.error());
    sqlite::Statement check;
    if (auto prepared = check.prepare(*connection, "PRAGMA integrity_check(10)"); !prepared)
        return sqlite3_errcode(connection->get()) == SQLITE_CORRUPT ? Result<std::string>(prepared.error().message) : fail(prepared.error());
    std::string said;
    sqlite::Rows rows(check);
    while (rows.next())
        said.append(said.empty() ? "" : "\n").append(check.bytes(0));
    if (!rows.good() && !sqlite::isDamage(rows.code()))
        return fail(sqlite::errorOf(connection->get(), rows.code(), "check"));
    if (!rows.good())
        return sqlite::errorOf(connection->get(), rows.code(), "check").message;
    return said == "ok" ? std::string() : said;
}

} // namespace threadline
