// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/connection.h"

#include "core/store/files.h"

#include <cerrno>
#include <cstring>
#include <mutex>

namespace threadline::sqlite {
namespace {

/// Once per process, before SQLite starts: its memory statistics cost a lock at each allocation.
void configureOnce()
{
    static std::once_flag once;
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

/// The system's own number for a failure of the disk; 0 if it is not known. SQLite keeps it in the connection for statements, and in
/// the file for what fails while it commits.
int systemNumber(sqlite3 *db, int code)
{
    const int base = code & 0xff;
    if (!db || (base != SQLITE_IOERR && base != SQLITE_FULL && base != SQLITE_CANTOPEN))
        return 0;
    int number = sqlite3_system_errno(db);
    sqlite3_file *journal = nullptr;
    if (number == 0 && base == SQLITE_IOERR && sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal) == SQLITE_OK
        && journal && journal->pMethods)
        (void)journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &number);
    if (number == 0 && base == SQLITE_IOERR)
        (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

ErrorCode codeOf(int code, int number)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return ErrorCode::Full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::Busy;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return meansNoRoom(number) ? ErrorCode::Full : ErrorCode::Unusable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH: return ErrorCode::Unusable;
    case SQLITE_INTERRUPT: return ErrorCode::Cancelled;
    default: return ErrorCode::Internal;
    }
}

/// Each cause has its own advice: making room mends no broken disk.
std::string_view adviceFor(int code, int number)
{
    if (const std::string_view advice = systemAdvice(number); !advice.empty())
        return advice;
    switch (code & 0xff) {
    case SQLITE_FULL: return " Make room on this disk.";
    case SQLITE_IOERR:
        return isDamage(code) ? " The file is cut off: end Threadline, and restore a backup or move the file away to begin anew." : systemAdvice(EIO);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return " Another program holds it: close that program.";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return " The file or its journal (-wal) is damaged: end Threadline, keep a copy of the whole folder, and start it again. If it is "
               "damaged still, restore a backup, or move the file away to begin anew.";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return " Check the folder and its permissions.";
    case SQLITE_READONLY: return " The file or its disk is for reading only: check its permissions and how the disk is mounted.";
    case SQLITE_NOMEM: return systemAdvice(ENOMEM);
    default: return {};
    }
}

/// `path` as a URI that tells SQLite that the file does not change (sqlite.org/uri.html).
std::string immutableUri(const std::string &path)
{
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '%' || c == '?' || c == '#')
            uri.append({'%', kHex[byte >> 4], kHex[byte & 15]});
        else
            uri.push_back(c);
    }
    return uri + "?immutable=1";
}

} // namespace

bool isDamage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB || code == SQLITE_IOERR_SHORT_READ;
}

Error errorOf(sqlite3 *db, int code, std::string_view doing, std::string_view path)
{
    const char *known = db && path.empty() ? sqlite3_db_filename(db, "main") : nullptr;
    const std::string_view name = known ? std::string_view(known) : path;
    const char *words = db && sqlite3_extended_errcode(db) == code ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    const int number = systemNumber(db, code);
    Error error{codeOf(code, number), "Cannot "};
    error.message.append(doing).append(" the database ").append(name).append(": ").append(words);
    if (number != 0)
        error.message.append(", ").append(std::strerror(number));
    error.message.append(".").append(adviceFor(code, number));
    return error;
}

Result<Connection> Connection::open(const std::string &path, Mode mode, int busyTimeoutMs)
{
    configureOnce();
    sqlite3 *raw = nullptr;
    const bool alone = mode == Mode::FileAlone;
    const int access = mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY | (alone ? SQLITE_OPEN_URI : 0);
    const int code = sqlite3_open_v2((alone ? immutableUri(path) : path).c_str(), &raw, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    Connection connection;
    connection.m_db.reset(raw);
    if (code != SQLITE_OK)
        return fail(errorOf(raw, code, "open", path));
    sqlite3_busy_timeout(raw, busyTimeoutMs);
    // A file made by somebody else may carry code in its schema.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return connection;
}

std::optional<std::uint32_t> Connection::begins(int file) const
{
    sqlite3_file *open = nullptr;
    std::uint32_t first = 0;
    if (sqlite3_file_control(m_db.get(), "main", file, &open) != SQLITE_OK || !open || !open->pMethods
        || open->pMethods->xRead(open, &first, sizeof first, 0) != SQLITE_OK)
        return std::nullopt;
    return first;
}

Error Connection::error(std::string_view doing) const
{
    return errorOf(get(), sqlite3_extended_errcode(get()), doing);
}

Result<> Connection::run(const char *sql, std::string_view doing)
{
    const int code = sqlite3_exec(get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return fail(errorOf(get(), code, doing));
    return {};
}

Result<std::int64_t> Connection::number(const char *sql)
{
    Statement statement;
    if (auto r = statement.prepare(*this, sql); !r)
        return fail(r.error());
    const int code = statement.step();
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return fail(errorOf(get(), code, "read"));
    return code == SQLITE_ROW ? statement.number(0) : 0;
}

Result<std::string> Connection::text(const char *sql)
{
    Statement statement;
    if (auto r = statement.prepare(*this, sql); !r)
        return fail(r.error());
    const int code = statement.step();
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return fail(errorOf(get(), code, "read"));
    return code == SQLITE_ROW ? std::string(statement.bytes(0)) : std::string();
}

Result<> Statement::prepare(const Connection &connection, std::string_view sql)
{
    sqlite3_stmt *raw = nullptr;
    const int code = sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &raw, nullptr);
    m_stmt.reset(raw);
    if (code != SQLITE_OK)
        return fail(errorOf(connection.get(), code, "use"));
    return {};
}

} // namespace threadline::sqlite
