// SPDX-License-Identifier: GPL-3.0-or-later
/// Opening a data folder: nothing in it is changed before it is known to be ours, whole, and free.
#include "core/base/log.h"
#include "core/store/files.h"
#include "core/store/schema.h"
#include "core/store/sqlstore.h"

#include <array>

namespace threadline {
namespace {

constexpr int kOpenTimeoutMs = 500;
constexpr int kWriteTimeoutMs = 2000;

Result<> damaged(const std::string &path, std::string_view how)
{
    return fail(ErrorCode::Unusable, "The database " + path + " is damaged: " + std::string(how)
                    + ". Nothing was changed. Restore a backup, or move the file away to begin anew.");
}

Result<> checkOwner(const std::string &path, std::int64_t applicationId, std::int64_t version)
{
    if (applicationId != kApplicationId)
        return fail(ErrorCode::Unusable, "The database " + path + " belongs to another program. Move it away, or name another data folder.");
    if (version > currentVersion())
        return fail(ErrorCode::Unusable, "The database " + path + " was written by a newer Threadline (layout " + std::to_string(version)
                        + "; this one knows up to " + std::to_string(currentVersion()) + "). Use that version, or name another data folder.");
    if (version < 1)
        return damaged(path, "it holds no layout");
    return {};
}

/// An error met while looking, in the words of damage where it is one.
Result<> asDamage(const std::string &path, const sqlite::Connection &connection, Error error)
{
    const int code = sqlite3_extended_errcode(connection.get());
    if (sqlite::isDamage(code) || (code & 0xff) == SQLITE_ERROR)
        return damaged(path, sqlite3_errmsg(connection.get()));
    return fail(std::move(error));
}

Result<> quickCheck(const std::string &path, sqlite::Connection &connection)
{
    const auto said = connection.text("PRAGMA quick_check(1)");
    if (!said)
        return asDamage(path, connection, said.error());
    return *said == "ok" ? Result<>() : damaged(path, *said);
}

/// Both ends of each table and index that a start reads anyway: finds torn roots and a schema that is not ours, in a millisecond.
Result<> probe(const std::string &path, sqlite::Connection &connection)
{
    static constexpr const char *kProbes[] = {
        "SELECT commit_no FROM state",
        "SELECT count(raw) FROM (SELECT raw FROM events ORDER BY row LIMIT 1)",
        "SELECT count(raw) FROM (SELECT raw FROM events ORDER BY row DESC LIMIT 1)",
        "SELECT max(interaction) FROM events",
        "SELECT max(key) FROM interactions",
        "SELECT max(commit_no) FROM interactions WHERE state = 0",
        "SELECT max(start) FROM interactions WHERE span_class = 99",
        "SELECT max(n) FROM refused",
        "SELECT max(start) FROM bands",
        "SELECT count(*) FROM doomed",
    };
    for (const char *sql : kProbes) {
        if (const auto answer = connection.number(sql); !answer) {
            const Error error = answer.error();
            if (sqlite::isDamage(sqlite3_extended_errcode(connection.get()))) {
                if (auto checked = quickCheck(path, connection); !checked)
                    return checked;
            }
            return asDamage(path, connection, error);
        }
    }
    return {};
}

/// A journal that was cut off after part of it had been written back: the file then knows a later commit than file and journal
/// together. (After a kill it is the other way round: what the file knows, the journal still holds.)
Result<> compareWithJournal(const std::string &path, sqlite::Connection &connection)
{
    static constexpr const char *kCommit = "SELECT commit_no FROM state";
    auto file = sqlite::Connection::open(path, sqlite::Connection::Mode::FileAlone, 0);
    const auto written = file ? file->number(kCommit) : fail(file.error());
    const auto known = connection.number(kCommit);
    if (!known)
        return asDamage(path, connection, known.error());
    // Without its journal the file need not be readable.
    if (written && *written > *known)
        return damaged(path, "its journal is cut off (it ends with commit " + std::to_string(*known) + ", the file knows commit "
                           + std::to_string(*written) + ")");
    return {};
}

/// Looks at the database through SQLite, on a connection that neither writes nor, when closed, tidies up.
Result<> examine(const std::string &path, sqlite::Connection &connection, const FileFacts &facts, bool readOnly)
{
    sqlite3_db_config(connection.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (auto done = connection.run("PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY", "read"); !done)
        return asDamage(path, connection, done.error());
    // The journal may know a newer layout than the file's first page.
    const auto version = connection.number("PRAGMA user_version");
    if (!version)
        return asDamage(path, connection, version.error());
    const auto owner = connection.number("PRAGMA application_id");
    if (!owner)
        return asDamage(path, connection, owner.error());
    if (auto ours = checkOwner(path, *owner, *version); !ours)
        return ours;
    if (facts.suspicious) {
        if (auto checked = quickCheck(path, connection); !checked)
            return checked;
    }
    if (*version != currentVersion())
        return {};
    if (auto found = probe(path, connection); !found)
        return found;
    return readOnly ? Result<>() : compareWithJournal(path, connection);
}

Result<> configure(sqlite::Connection &connection, const StoreOptions &options)
{
    const auto mode = connection.text("PRAGMA journal_mode = WAL");
    if (!mode)
        return fail(mode.error());
    if (*mode != "wal")
        return fail(ErrorCode::Unusable, "The disk that holds " + options.folder + " cannot keep a write-ahead journal (network disks often "
                                         "cannot). Name a data folder on a local disk.");
    const std::string settings = "PRAGMA synchronous = FULL; PRAGMA cache_size = -" + std::to_string(options.cacheBytes / 1024)
        + "; PRAGMA secure_delete = FAST; PRAGMA foreign_keys = OFF; PRAGMA journal_size_limit = " + std::to_string(options.walLimitBytes);
    return connection.run(settings.c_str(), "configure");
}

/// Removes the side files that looking has made, if they were not there before.
class SideFiles {
public:
    explicit SideFiles(const std::string &path) : m_paths{path + "-wal", path + "-shm"}
    {
        for (std::size_t i = 0; i < m_paths.size(); ++i)
            m_were[i] = fileExists(m_paths[i]);
    }
    void restore() const
    {
        for (std::size_t i = 0; i < m_paths.size(); ++i) {
            if (!m_were[i])
                removeFile(m_paths[i]);
        }
    }

private:
    std::array<std::string, 2> m_paths;
    std::array<bool, 2> m_were{};
};

/// A database that was looked at and not changed.
struct Examined {
    sqlite::Connection connection;
    std::optional<HighMark> missing; ///< by the mark that lies beside it, if anything
};

/// What is missing by the mark, if anything. What is left is then looked through: without its journal the file may hold part of a
/// commit.
Result<std::optional<HighMark>> compareWithMark(const std::string &path, sqlite::Connection &connection, const StoreOptions &options)
{
    auto mark = HighMark::read(options.folder);
    if (!mark)
        return std::optional<HighMark>();
    const auto known = connection.number("SELECT commit_no FROM state");
    if (!known)
        return fail(known.error());
    if (static_cast<std::uint64_t>(*known) >= mark->commit)
        return std::optional<HighMark>();
    if (auto checked = quickCheck(path, connection); !checked)
        return fail(checked.error().code, checked.error().message + " Its journal is missing or was replaced.");
    return mark;
}

Result<Examined> openExamined(const StoreOptions &options, const std::string &path)
{
    const auto facts = inspectDatabase(path);
    if (!facts)
        return fail(facts.error());
    if (auto ours = checkOwner(path, facts->applicationId, facts->version); !ours)
        return fail(ours.error());
    const SideFiles sideFiles(path);
    const auto mode = options.readOnly ? sqlite::Connection::Mode::ReadOnly : sqlite::Connection::Mode::ReadWrite;
    auto connection = sqlite::Connection::open(path, mode, kOpenTimeoutMs);
    if (!connection)
        return fail(connection.error());
    Result<std::optional<HighMark>> missing;
    auto sound = examine(path, *connection, *facts, options.readOnly);
    if (sound && !options.readOnly)
        missing = compareWithMark(path, *connection, options); // every layout has what it reads
    if (sound && missing)
        return Examined{std::move(*connection), std::move(*missing)};
    connection->close();
    if (!options.readOnly)
        sideFiles.restore(); // under the folder's lock, so nobody of ours uses them
    return fail(sound ? missing.error() : sound.error());
}

Result<> makeReady(sqlite::Connection &connection, const StoreOptions &options)
{
    if (auto done = configure(connection, options); !done)
        return done;
    if (auto done = migrate(connection, migrations()); !done)
        return done;
    sqlite3_db_config(connection.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    sqlite3_busy_timeout(connection.get(), kWriteTimeoutMs);
    return {};
}

/// A mark without a database: the one before was taken away, as our own advice says. That is no loss, but it is told.
Result<> beginAnew(const std::string &path, const HighMark &before)
{
    if (auto made = createDatabase(path, before.passedOver()); !made)
        return made;
    log::warning("store", "The database " + path + " was moved away or deleted: a new one was begun. About " + std::to_string(before.events)
                     + " events, up to commit " + std::to_string(before.commit) + ", are in the one before. To see them, put it into a data folder of its own.");
    return {};
}

/// A new folder gets a new database; a journal without its database means that somebody took the database away.
Result<> provide(const std::string &folder, const std::string &path)
{
    if (isDanglingLink(path))
        return fail(ErrorCode::Unusable, "The database " + path + " is a link to a file that is not there. Mount the disk that holds it, or "
                                         "remove the link to begin anew.");
    if (fileExists(path))
        return {};
    if (fileExists(path + "-wal"))
        return fail(ErrorCode::Unusable, "The database " + path + " is missing, but its journal " + path + "-wal is there. Put the database "
                                         "back, or move the journal away to begin anew.");
    const auto before = HighMark::read(folder);
    return before && before->commit > 0 ? beginAnew(path, *before) : createDatabase(path, {});
}

Result<std::unique_ptr<Store>> openForReading(const StoreOptions &options, const std::string &path)
{
    auto examined = openExamined(options, path);
    if (!examined)
        return fail(examined.error());
    const auto version = examined->connection.number("PRAGMA user_version");
    if (!version)
        return fail(version.error());
    if (*version != currentVersion())
        return fail(ErrorCode::Unusable, "The database " + path + " has an older layout. Start Threadline on it once: that upgrades it.");
    auto store = std::make_unique<SqliteStore>(options, path);
    if (auto begun = store->begin(std::move(examined->connection), {}, {}); !begun)
        return fail(begun.error());
    return store;
}

} // namespace

Result<std::unique_ptr<Store>> Store::open(const StoreOptions &options)
{
    const std::string path = options.folder + "/threadline.db";
    if (options.readOnly)
        return openForReading(options, path);
    if (auto made = makeFolder(options.folder); !made)
        return fail(made.error());
    auto lock = FolderLock::take(options.folder);
    if (!lock)
        return fail(lock.error());
    if (auto provided = provide(options.folder, path); !provided)
        return fail(provided.error());
    auto examined = openExamined(options, path);
    if (!examined)
        return fail(examined.error());
    if (auto ready = makeReady(examined->connection, options); !ready)
        return fail(ready.error());
    if (const std::string open = openToOthers(options.folder); !open.empty())
        log::warning("store", open);
    auto store = std::make_unique<SqliteStore>(options, path);
    if (auto begun = store->begin(std::move(examined->connection), std::move(*lock), examined->missing); !begun)
        return fail(begun.error());
    return store;
}

} // namespace threadline
