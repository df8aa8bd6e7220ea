// SPDX-License-Identifier: GPL-3.0-or-later
/// SQLite's C API with owners: a connection, a prepared statement, and its failures as Errors. Inside core/store only.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace threadline::sqlite {

/// What a failed call meant, for people. `doing`: "write to", "read". `path`: of a database that SQLite does not know yet.
[[nodiscard]] Error errorOf(sqlite3 *db, int code, std::string_view doing, std::string_view path = {});
[[nodiscard]] bool isDamage(int code);

/// One connection; one thread at a time. Closed by its destructor.
class Connection {
public:
    /// FileAlone: the database file as it lies there, its journal left aside and nothing locked; only while nobody writes.
    enum class Mode { ReadOnly, ReadWrite, FileAlone };
    Connection() = default;
    /// Errors: as errorOf().
    [[nodiscard]] static Result<Connection> open(const std::string &path, Mode mode, int busyTimeoutMs);

    [[nodiscard]] sqlite3 *get() const { return m_db.get(); }
    /// Runs statements that return nothing of interest.
    [[nodiscard]] Result<> run(const char *sql, std::string_view doing = "change");
    /// The first column of the first row as a number; 0 if there is none.
    [[nodiscard]] Result<std::int64_t> number(const char *sql);
    [[nodiscard]] Result<std::string> text(const char *sql);
    [[nodiscard]] Error error(std::string_view doing) const;
    /// The first bytes, as they lie there, of the file that SQLite has open: of the database (SQLITE_FCNTL_FILE_POINTER) or its journal
    /// (SQLITE_FCNTL_JOURNAL_POINTER). Nothing: it has not as many, or cannot be read.
    [[nodiscard]] std::optional<std::uint32_t> begins(int file) const;
    void close() { m_db.reset(); }

private:
    struct Closer {
        void operator()(sqlite3 *db) const { sqlite3_close_v2(db); }
    };
    std::unique_ptr<sqlite3, Closer> m_db;
};

/// A prepared statement. Bound bytes are not copied: they must live until reset().
class Statement {
public:
    Statement() = default;
    [[nodiscard]] Result<> prepare(const Connection &connection, std::string_view sql);

    void bind(int at, std::int64_t number) { sqlite3_bind_int64(m_stmt.get(), at, number); }
    void bind(int at, int number) { sqlite3_bind_int64(m_stmt.get(), at, number); }
    void bind(int at, Timestamp time) { sqlite3_bind_int64(m_stmt.get(), at, time.us); }
    void bind(int at, const std::optional<Timestamp> &time) { time ? bind(at, *time) : bindNull(at); }
    void bindNull(int at) { sqlite3_bind_null(m_stmt.get(), at); }
    void bindText(int at, std::string_view text)
    {
        sqlite3_bind_text64(m_stmt.get(), at, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    void bindBlob(int at, std::string_view bytes)
    {
        sqlite3_bind_blob64(m_stmt.get(), at, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
    }

    /// SQLITE_ROW, SQLITE_DONE or the failure.
    [[nodiscard]] int step() { return sqlite3_step(m_stmt.get()); }
    void reset() { sqlite3_reset(m_stmt.get()); }
    /// For a statement that returns no rows: steps once and resets.
    [[nodiscard]] int execute()
    {
        const int code = step();
        reset();
        return code;
    }

    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(m_stmt.get(), column); }
    [[nodiscard]] Timestamp time(int column) const { return {number(column)}; }
    [[nodiscard]] bool isNull(int column) const { return type(column) == SQLITE_NULL; }
    [[nodiscard]] int type(int column) const { return sqlite3_column_type(m_stmt.get(), column); }
    [[nodiscard]] std::optional<Timestamp> optionalTime(int column) const
    {
        return isNull(column) ? std::nullopt : std::optional(time(column));
    }
    /// The bytes of a text or blob; live until the next step() or reset().
    [[nodiscard]] std::string_view bytes(int column) const
    {
        const void *data = sqlite3_column_blob(m_stmt.get(), column);
        const int size = sqlite3_column_bytes(m_stmt.get(), column);
        return {static_cast<const char *>(data), data ? static_cast<std::size_t>(size) : 0};
    }
    [[nodiscard]] sqlite3_stmt *get() const { return m_stmt.get(); }

private:
    struct Finalizer {
        void operator()(sqlite3_stmt *stmt) const { sqlite3_finalize(stmt); }
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_stmt;
};

/// Resets a statement that is stepped row by row, however the function ends.
class Rows {
public:
    explicit Rows(Statement &statement) : m_statement(statement) {}
    ~Rows() { m_statement.reset(); }
    Rows(const Rows &) = delete;
    Rows &operator=(const Rows &) = delete;
    [[nodiscard]] bool next() { return (m_code = m_statement.step()) == SQLITE_ROW; }
    /// True unless the last next() failed.
    [[nodiscard]] bool good() const { return m_code == SQLITE_ROW || m_code == SQLITE_DONE; }
    [[nodiscard]] int code() const { return m_code; }

private:
    Statement &m_statement;
    int m_code = SQLITE_DONE;
};

} // namespace threadline::sqlite
