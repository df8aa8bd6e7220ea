// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/delivery.h"

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/store/connection.h"
#include "core/store/files.h"

#include <algorithm>
#include <span>

namespace threadline {
namespace {

constexpr std::size_t kLineKept = 4096;
constexpr std::int64_t kDeadKept = 100'000;
/// Places by one statement: SQLite opens and closes its cursor for each, and looks from the root on for the first alone.
constexpr std::size_t kClaimsAtATime = 100;

constexpr std::int32_t kDeliveryId = 0x54484C53; ///< "THLS", as application_id

constexpr const char *kSchema = R"sql(
CREATE TABLE IF NOT EXISTS mark(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  target TEXT NOT NULL,
  row INTEGER NOT NULL,
  commit_no INTEGER NOT NULL,
  change INTEGER NOT NULL,
  passed INTEGER NOT NULL,
  shed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS points(row INTEGER PRIMARY KEY, lamport INTEGER NOT NULL, bump INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS claims(time INTEGER PRIMARY KEY, series INTEGER NOT NULL, row INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS crowded(time INTEGER NOT NULL, series INTEGER NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY(time, series)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unsettled(interaction INTEGER PRIMARY KEY, since INTEGER NOT NULL, again INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS unsettled_since ON unsettled(since);
CREATE TABLE IF NOT EXISTS overviews(
  interaction INTEGER PRIMARY KEY,
  due INTEGER,
  wait INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  again INTEGER NOT NULL,
  points TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS overviews_due ON overviews(due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS again(row INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS removals(n INTEGER PRIMARY KEY AUTOINCREMENT, point TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS removals_point ON removals(point);
CREATE TABLE IF NOT EXISTS dead(
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  row INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  line BLOB NOT NULL,
  delivered INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS dead_row ON dead(row);
)sql";

/// Places of points: of each nanosecond the first series in `claims`, for a number alone is found twice as fast; further ones, one in
/// a million, in `crowded`.
std::string claimMany()
{
    std::string sql = "INSERT OR IGNORE INTO claims VALUES(?, ?, ?)";
    for (std::size_t i = 1; i < kClaimsAtATime; ++i)
        sql += ", (?, ?, ?)";
    return sql;
}

class SqliteDelivery final : public DeliveryStore {
public:
    [[nodiscard]] Result<> open(const std::string &folder);

    [[nodiscard]] Result<bool> begin(std::string_view target, const Rows &rows) override;
    [[nodiscard]] const DeliveryMark &mark() const override { return m_mark; }
    [[nodiscard]] Result<> beginAgain() override;
    [[nodiscard]] Result<> write(const Update &update) override;
    [[nodiscard]] Result<std::vector<std::int64_t>> claim(const std::vector<Claim> &claims) override;
    [[nodiscard]] Result<> take(const std::vector<Claim> &claims) override;
    [[nodiscard]] Result<std::vector<InteractionKey>> takeUnsettled(Timestamp before, int limit) override;
    [[nodiscard]] Result<std::vector<Overview>> takeOverviews(Timestamp now, int limit) override;
    [[nodiscard]] Result<std::vector<std::int64_t>> rowsAgain(int limit) override { return numbers(m_again, limit); }
    [[nodiscard]] Result<std::optional<DeliveredPoint>> delivered(std::int64_t row) override;
    [[nodiscard]] Result<std::vector<Removal>> removals(int limit) override;
    void setRemoving(std::int64_t number) override { m_removing = number; }
    [[nodiscard]] Result<bool> keep(std::string_view point) override;
    [[nodiscard]] Result<std::vector<DeadLetter>> deadLetters(int limit) override;
    [[nodiscard]] DeadCount deadCount() const override { return m_dead; }
    [[nodiscard]] Result<std::uint64_t> retryDead() override;
    [[nodiscard]] Result<bool> forget(Timestamp before, std::int64_t row, const std::vector<InteractionKey> &gone, int limit) override;
    [[nodiscard]] Result<std::vector<InteractionKey>> overviewsAfter(InteractionKey key, int limit) override;
    [[nodiscard]] Result<bool> hasWork() override;

private:
    template<class Body>
    [[nodiscard]] Result<> transaction(Body body);
    [[nodiscard]] Result<> run(sqlite::Statement &statement);
    [[nodiscard]] Result<> prepare();
    [[nodiscard]] Result<> takeOver();
    [[nodiscard]] Result<> writeMark(const DeliveryMark &mark);
    [[nodiscard]] Result<> writeOverviews(const Update &update);
    [[nodiscard]] Result<> writeDead(const Update &update, DeadCount &count);
    [[nodiscard]] Result<> dropDead(std::int64_t row, bool delivered, DeadCount &count);
    [[nodiscard]] Result<> writeRows(sqlite::Statement &statement, const std::vector<std::int64_t> &rows);
    [[nodiscard]] Result<std::vector<std::int64_t>> numbers(sqlite::Statement &statement, int limit);
    [[nodiscard]] Result<> countDead();
    [[nodiscard]] Result<> beginAnew(std::string_view target, std::string_view identity);
    [[nodiscard]] Result<> setStore(std::string_view identity);
    [[nodiscard]] Result<bool> claimAll(sqlite::Statement &statement, std::span<const Claim> claims);
    [[nodiscard]] Result<std::int64_t> holderOf(const Claim &claim);

    sqlite::Connection m_connection;
    sqlite::Statement m_begin, m_commit, m_rollback, m_setMark, m_point, m_claim, m_claimMany, m_first, m_crowd, m_crowded, m_take, m_takeCrowded, m_unsettle, m_taken, m_settle, m_renew,
        m_takeUnsettled, m_touch, m_overview, m_dropOverview, m_dueOverviews, m_takenOverview, m_again, m_addAgain, m_dropAgain, m_addRemoval, m_dropRemoval, m_removals, m_removalOf, m_withdraw, m_delivered, m_addDead, m_dropDead, m_pruneDead,
        m_deadLetters, m_forgetClaims, m_forgetCrowded, m_forgetPoints, m_overviewsAfter;
    DeliveryMark m_mark;
    DeadCount m_dead;
    std::int64_t m_removing = 0;
};

Result<> SqliteDelivery::open(const std::string &folder)
{
    const std::string path = folder + "/delivery.db";
    if (!fileExists(path)) {
        if (auto made = makePrivateFile(path); !made)
            return made;
    }
    auto connection = sqlite::Connection::open(path, sqlite::Connection::Mode::ReadWrite, 2000);
    if (!connection)
        return fail(connection.error());
    m_connection = std::move(*connection);
    const auto owner = m_connection.number("PRAGMA application_id");
    if (!owner || (*owner != 0 && *owner != kDeliveryId))
        return fail(ErrorCode::Unusable, "The file " + path + " is none of Threadline's, or damaged. Move it away: what was delivered is then "
                                         "delivered once more, as the same points.");
    const std::string setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; "
                              "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA application_id = " + std::to_string(kDeliveryId);
    for (const char *sql : {setup.c_str(), kSchema}) {
        if (auto done = m_connection.run(sql, "prepare"); !done)
            return done;
    }
    if (auto taken = takeOver(); !taken)
        return taken;
    if (auto prepared = m_claimMany.prepare(m_connection, claimMany()); !prepared)
        return prepared;
    return prepare();
}

/// What an earlier version kept otherwise.
Result<> SqliteDelivery::takeOver()
{
    const auto counted = m_connection.number("SELECT count(*) FROM pragma_table_info('mark') WHERE name = 'delivered'");
    const auto named = m_connection.number("SELECT count(*) FROM pragma_table_info('mark') WHERE name = 'store'");
    if (named && *named == 0) {
        if (auto added = m_connection.run("ALTER TABLE mark ADD COLUMN store BLOB NOT NULL DEFAULT x''", "prepare"); !added)
            return added;
    }
    if (counted && *counted != 0) { // without those that were set aside
        const auto renamed = m_connection.run("BEGIN IMMEDIATE; ALTER TABLE mark RENAME COLUMN delivered TO passed; UPDATE mark SET passed = passed + "
                                              "(SELECT count(*) FROM dead WHERE delivered = 0 AND row > 0); COMMIT", "prepare");
        if (!renamed)
            return renamed;
    }
    const auto old = m_connection.number("SELECT count(*) FROM sqlite_master WHERE name = 'places'");
    if (!old || *old == 0)
        return old ? Result<>() : fail(old.error());
    return m_connection.run("BEGIN IMMEDIATE; INSERT OR IGNORE INTO claims SELECT time, series, row FROM places; "
                            "INSERT OR IGNORE INTO crowded SELECT p.time, p.series, p.row FROM places p JOIN claims c ON c.time = p.time "
                            "WHERE c.series <> p.series; DROP TABLE places; COMMIT", "prepare");
}

Result<> SqliteDelivery::prepare()
{
    const std::pair<sqlite::Statement *, const char *> statements[] = {
        {&m_begin, "BEGIN IMMEDIATE"},
        {&m_commit, "COMMIT"},
        {&m_rollback, "ROLLBACK"},
        {&m_setMark, "UPDATE mark SET row = ?1, commit_no = ?2, change = ?3, passed = ?4, shed = ?5"},
        {&m_point, "INSERT OR REPLACE INTO points VALUES(?1, ?2, ?3)"},
        {&m_claim, "INSERT OR IGNORE INTO claims VALUES(?1, ?2, ?3)"},
        {&m_first, "SELECT series, row FROM claims WHERE time = ?1"},
        {&m_crowd, "INSERT OR IGNORE INTO crowded VALUES(?1, ?2, ?3)"},
        {&m_crowded, "SELECT row FROM crowded WHERE time = ?1 AND series = ?2"},
        {&m_take, "INSERT INTO claims VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET row = ?3 WHERE series = ?2"},
        {&m_takeCrowded, "INSERT OR REPLACE INTO crowded VALUES(?1, ?2, ?3)"},
        {&m_unsettle, "INSERT INTO unsettled VALUES(?1, ?2, 0) ON CONFLICT DO UPDATE SET again = 1"},
        {&m_taken, "UPDATE unsettled SET again = 0 WHERE interaction = ?1"},
        {&m_settle, "DELETE FROM unsettled WHERE interaction = ?1 AND again = 0"},
        {&m_renew, "UPDATE unsettled SET since = ?2, again = 0 WHERE interaction = ?1"},
        {&m_takeUnsettled, "SELECT interaction FROM unsettled WHERE since <= ?2 ORDER BY since LIMIT ?1"},
        // Whoever reads back relies on what was told last: within about a minute, however long it was silent before.
        {&m_touch, "INSERT INTO overviews VALUES(?1, ?2, 0, 0, 1, '') ON CONFLICT DO UPDATE SET again = 1, due = min(coalesce(due, ?2), ?2 + 65000000)"},
        {&m_overview, "UPDATE overviews SET due = iif(?2 IS NULL AND again = 1, ?3, ?2), wait = ?4, digest = ?5, points = ?6 "
                      "WHERE interaction = ?1"},
        {&m_dropOverview, "DELETE FROM overviews WHERE interaction = ?1"},
        {&m_dueOverviews, "SELECT interaction, wait, digest, points, again FROM overviews WHERE due <= ?1 ORDER BY due LIMIT ?2"},
        {&m_takenOverview, "UPDATE overviews SET again = 0 WHERE interaction = ?1"},
        {&m_again, "SELECT row FROM again ORDER BY row LIMIT ?1"},
        {&m_addAgain, "INSERT OR IGNORE INTO again VALUES(?1)"},
        {&m_dropAgain, "DELETE FROM again WHERE row = ?1"},
        {&m_addRemoval, "INSERT INTO removals(point) VALUES(?1)"},
        {&m_dropRemoval, "DELETE FROM removals WHERE n = ?1"},
        {&m_removals, "SELECT n, point FROM removals ORDER BY n LIMIT ?1"},
        {&m_removalOf, "SELECT max(n = ?2) FROM removals WHERE point = ?1 HAVING count(*) > 0"},
        {&m_withdraw, "DELETE FROM removals WHERE point = ?1"},
        {&m_delivered, "SELECT lamport, bump FROM points WHERE row = ?1"},
        {&m_addDead, "INSERT INTO dead(row, at, reason, line, delivered) VALUES(?1, ?2, ?3, ?4, ?5)"},
        {&m_dropDead, "DELETE FROM dead WHERE row = ?1 AND delivered = ?2"},
        {&m_pruneDead, "DELETE FROM dead WHERE delivered = 1 AND n <= (SELECT max(n) FROM dead) - ?1"},
        {&m_forgetClaims, "DELETE FROM claims WHERE time <= (SELECT max(time) FROM (SELECT time FROM claims WHERE time < ?1 ORDER BY time "
                          "LIMIT ?2))"},
        {&m_forgetCrowded, "DELETE FROM crowded WHERE time < ?1"},
        {&m_forgetPoints, "DELETE FROM points WHERE row IN (SELECT row FROM points WHERE row < ?1 ORDER BY row LIMIT ?2)"},
        {&m_overviewsAfter, "SELECT interaction FROM overviews WHERE interaction > ?2 ORDER BY interaction LIMIT ?1"},
        {&m_deadLetters, "SELECT n, row, at, reason, line, delivered FROM dead ORDER BY n DESC LIMIT ?1"},
    };
    for (const auto &[statement, sql] : statements) {
        if (auto prepared = statement->prepare(m_connection, sql); !prepared)
            return prepared;
    }
    return {};
}

Result<> SqliteDelivery::run(sqlite::Statement &statement)
{
    if (const int code = statement.execute(); code != SQLITE_DONE)
        return fail(sqlite::errorOf(m_connection.get(), code, "write to"));
    return {};
}

template<class Body>
Result<> SqliteDelivery::transaction(Body body)
{
    if (auto begun = run(m_begin); !begun)
        return begun;
    Result<> done = body();
    if (done)
        done = run(m_commit);
    if (!done && !sqlite3_get_autocommit(m_connection.get()))
        (void)m_rollback.execute();
    return done;
}

Result<> SqliteDelivery::countDead()
{
    const auto letters = m_connection.number("SELECT count(*) FROM dead WHERE delivered = 0");
    const auto events = m_connection.number("SELECT count(*) FROM dead WHERE delivered = 0 AND row > 0");
    if (!letters || !events)
        return fail(!letters ? letters.error() : events.error());
    m_dead = {static_cast<std::uint64_t>(*letters), static_cast<std::uint64_t>(*events)};
    return {};
}

Result<bool> SqliteDelivery::begin(std::string_view target, const Rows &rows)
{
    sqlite::Statement read;
    if (auto prepared = read.prepare(m_connection, "SELECT target, row, commit_no, change, passed, shed, store FROM mark"); !prepared)
        return fail(prepared.error());
    bool known = false, adopted = false;
    {
        sqlite::Rows found(read);
        if (found.next()) {
            m_mark = {read.number(1), static_cast<std::uint64_t>(read.number(2)), read.number(3),
                      static_cast<std::uint64_t>(read.number(4)), static_cast<std::uint64_t>(read.number(5))};
            adopted = read.bytes(6).empty();
            const bool ours = (rows.identity.empty() || adopted || read.bytes(6) == rows.identity) && m_mark.row <= rows.last;
            if (!ours)
                log::warning("delivery", "What is kept of delivery belongs to another database, or to a later state of this one: all that this one has is "
                                         "delivered, what was already as the same points, and what had been set aside is not listed any more.");
            known = read.bytes(0) == target && ours;
        } else if (!found.good()) {
            return fail(sqlite::errorOf(m_connection.get(), found.code(), "read"));
        }
    }
    if (auto begun = !known ? beginAnew(target, rows.identity) : adopted ? setStore(rows.identity) : Result<>(); !begun)
        return fail(begun.error());
    if (auto counted = countDead(); !counted)
        return fail(counted.error());
    return !known;
}

Result<> SqliteDelivery::beginAnew(std::string_view target, std::string_view identity)
{
    m_mark = {};
    sqlite::Statement make;
    auto cleared = m_connection.run("BEGIN IMMEDIATE; DELETE FROM mark; DELETE FROM points; DELETE FROM claims; DELETE FROM crowded; DELETE FROM unsettled; "
                                    "DELETE FROM overviews; DELETE FROM again; DELETE FROM removals; DELETE FROM dead", "begin");
    if (cleared)
        cleared = make.prepare(m_connection, "INSERT INTO mark(one, target, row, commit_no, change, passed, shed, store) VALUES(1, ?1, 0, 0, 0, 0, 0, ?2)");
    if (cleared) {
        make.bindText(1, target);
        make.bindBlob(2, identity);
        cleared = run(make);
    }
    if (cleared)
        cleared = m_connection.run("COMMIT", "begin");
    if (!cleared && !sqlite3_get_autocommit(m_connection.get()))
        (void)m_rollback.execute();
    return cleared;
}

/// Marks of before it was noted whose they are.
Result<> SqliteDelivery::setStore(std::string_view identity)
{
    sqlite::Statement set;
    if (auto prepared = set.prepare(m_connection, "UPDATE mark SET store = ?1"); !prepared)
        return prepared;
    set.bindBlob(1, identity);
    return run(set);
}

/// What is sent first is what the rows say, so nothing may be remembered of points that said otherwise.
Result<> SqliteDelivery::beginAgain()
{
    DeliveryMark first;
    first.change = m_mark.change;
    auto done = transaction([&]() -> Result<> {
        if (auto cleared = m_connection.run("DELETE FROM points; DELETE FROM claims; DELETE FROM crowded; DELETE FROM overviews; "
                                            "DELETE FROM dead", "begin"); !cleared)
            return cleared;
        return writeMark(first);
    });
    if (!done)
        return done;
    m_mark = first;
    m_dead = {};
    return {};
}

Result<> SqliteDelivery::writeMark(const DeliveryMark &mark)
{
    m_setMark.bind(1, mark.row);
    m_setMark.bind(2, static_cast<std::int64_t>(mark.commit));
    m_setMark.bind(3, mark.change);
    m_setMark.bind(4, static_cast<std::int64_t>(mark.passed));
    m_setMark.bind(5, static_cast<std::int64_t>(mark.shed));
    return run(m_setMark);
}

Result<> SqliteDelivery::dropDead(std::int64_t row, bool delivered, DeadCount &count)
{
    m_dropDead.bind(1, row);
    m_dropDead.bind(2, delivered ? 1 : 0);
    if (auto dropped = run(m_dropDead); !dropped || delivered)
        return dropped;
    const auto gone = static_cast<std::uint64_t>(sqlite3_changes64(m_connection.get()));
    count.letters -= gone;
    count.events -= row > 0 ? gone : 0;
    return {};
}

/// `count`: of what is listed, kept up.
Result<> SqliteDelivery::writeDead(const Update &update, DeadCount &count)
{
    const std::vector<DeadLetter> &dead = update.dead;
    for (std::size_t i = 0; i < update.arrived.size() && count.letters > 0; ++i) {
        if (auto dropped = dropDead(update.arrived[i], false, count); !dropped)
            return dropped;
    }
    for (const DeadLetter &letter : dead) {
        for (const bool delivered : {false, true}) {
            if (letter.row == 0)
                break; // of no row
            if (auto dropped = dropDead(letter.row, delivered, count); !dropped)
                return dropped;
        }
    }
    for (const DeadLetter &letter : dead) {
        if (!letter.delivered) {
            ++count.letters;
            count.events += letter.row > 0 ? 1 : 0;
        }
        m_addDead.bind(1, letter.row);
        m_addDead.bind(2, letter.at);
        m_addDead.bindText(3, letter.reason);
        m_addDead.bindBlob(4, std::string_view(letter.line).substr(0, kLineKept));
        m_addDead.bind(5, letter.delivered ? 1 : 0);
        if (auto added = run(m_addDead); !added)
            return added;
    }
    if (dead.empty())
        return {};
    m_pruneDead.bind(1, kDeadKept);
    return run(m_pruneDead);
}

Result<> SqliteDelivery::writeOverviews(const Update &update)
{
    m_touch.bind(2, update.lookAt);
    if (auto written = writeRows(m_touch, update.touched); !written)
        return written;
    std::string points;
    for (const Overview &overview : update.overviews) {
        sqlite::Statement &statement = overview.points.empty() ? m_dropOverview : m_overview;
        statement.bind(1, overview.interaction);
        if (!overview.points.empty()) {
            json::writeStrings(points, overview.points);
            m_overview.bind(2, overview.next);
            m_overview.bind(3, update.lookAt);
            m_overview.bind(4, overview.wait.us);
            m_overview.bind(5, static_cast<std::int64_t>(overview.digest));
            m_overview.bindText(6, points);
        }
        if (auto written = run(statement); !written)
            return written;
    }
    return {};
}

Result<std::vector<DeliveryStore::Overview>> SqliteDelivery::takeOverviews(Timestamp now, int limit)
{
    std::vector<Overview> found;
    std::vector<InteractionKey> keys;
    m_dueOverviews.bind(1, now);
    m_dueOverviews.bind(2, limit);
    {
        sqlite::Rows rows(m_dueOverviews);
        const sqlite::Statement &s = m_dueOverviews;
        while (rows.next()) {
            keys.push_back(s.number(0));
            found.push_back({s.number(0), {}, Duration::micros(s.number(1)), static_cast<std::uint64_t>(s.number(2)), json::readStrings(s.bytes(3)),
                             s.number(4) != 0});
        }
        if (!rows.good())
            return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    }
    if (keys.empty())
        return found;
    if (auto taken = transaction([&] { return writeRows(m_takenOverview, keys); }); !taken)
        return fail(taken.error());
    return found;
}

Result<> SqliteDelivery::writeRows(sqlite::Statement &statement, const std::vector<std::int64_t> &rows)
{
    for (const std::int64_t row : rows) {
        statement.bind(1, row);
        if (auto done = run(statement); !done)
            return done;
    }
    return {};
}

Result<> SqliteDelivery::write(const Update &update)
{
    if (update.empty())
        return {};
    DeadCount dead = m_dead;
    auto done = transaction([&]() -> Result<> {
        for (const DeliveredPoint &point : update.points) {
            m_point.bind(1, point.row);
            m_point.bind(2, point.lamport);
            m_point.bind(3, point.bump);
            if (auto written = run(m_point); !written)
                return written;
        }
        m_unsettle.bind(2, update.now);
        m_renew.bind(2, update.now);
        const std::pair<sqlite::Statement *, const std::vector<std::int64_t> *> lists[] = {
            {&m_settle, &update.settled}, {&m_renew, &update.settled}, {&m_unsettle, &update.unsettled},
            {&m_dropAgain, &update.sent}, {&m_addAgain, &update.again}, {&m_dropRemoval, &update.removed}};
        for (const auto &[statement, rows] : lists) {
            if (auto written = writeRows(*statement, *rows); !written)
                return written;
        }
        for (const std::string &point : update.remove) {
            m_addRemoval.bindText(1, point);
            if (auto written = run(m_addRemoval); !written)
                return written;
        }
        if (auto written = writeOverviews(update); !written)
            return written;
        if (auto written = writeDead(update, dead); !written)
            return written;
        return update.mark ? writeMark(*update.mark) : Result<>();
    });
    if (!done)
        return done;
    if (update.mark)
        m_mark = *update.mark;
    m_dead = dead;
    return {};
}

/// False: some had been claimed before. As many as the statement has places.
Result<bool> SqliteDelivery::claimAll(sqlite::Statement &statement, std::span<const Claim> claims)
{
    int at = 0;
    for (const Claim &claim : claims) {
        statement.bind(++at, claim.time);
        statement.bind(++at, static_cast<std::int64_t>(claim.series));
        statement.bind(++at, claim.row);
    }
    if (auto written = run(statement); !written)
        return fail(written.error());
    return sqlite3_changes64(m_connection.get()) == static_cast<sqlite3_int64>(claims.size());
}

/// The row that has this place; 0: the claiming one. Another series' first claim of that nanosecond does not count.
Result<std::int64_t> SqliteDelivery::holderOf(const Claim &claim)
{
    const auto series = static_cast<std::int64_t>(claim.series);
    m_first.bind(1, claim.time);
    sqlite::Rows first(m_first);
    if (!first.next())
        return fail(sqlite::errorOf(m_connection.get(), first.good() ? SQLITE_CORRUPT : first.code(), "read"));
    std::int64_t row = m_first.number(1);
    if (m_first.number(0) != series) {
        if (auto crowded = claimAll(m_crowd, {&claim, 1}); !crowded)
            return fail(crowded.error());
        m_crowded.bind(1, claim.time);
        m_crowded.bind(2, series);
        sqlite::Rows further(m_crowded);
        if (!further.next())
            return fail(sqlite::errorOf(m_connection.get(), further.good() ? SQLITE_CORRUPT : further.code(), "read"));
        row = m_crowded.number(0);
    }
    return row == claim.row ? 0 : row;
}

Result<std::vector<std::int64_t>> SqliteDelivery::claim(const std::vector<Claim> &claims)
{
    std::vector<std::int64_t> holders(claims.size(), 0);
    auto done = transaction([&]() -> Result<> {
        for (std::size_t at = 0, count = 0; at < claims.size(); at += count) {
            count = claims.size() - at < kClaimsAtATime ? 1 : kClaimsAtATime;
            const auto free = claimAll(count == 1 ? m_claim : m_claimMany, std::span(claims).subspan(at, count));
            if (!free)
                return fail(free.error());
            for (std::size_t i = at; !*free && i < at + count; ++i) {
                const auto holder = holderOf(claims[i]);
                if (!holder)
                    return fail(holder.error());
                holders[i] = *holder;
            }
        }
        return {};
    });
    if (!done)
        return fail(done.error());
    return holders;
}

Result<> SqliteDelivery::take(const std::vector<Claim> &claims)
{
    if (claims.empty())
        return {};
    return transaction([&]() -> Result<> {
        for (const Claim &claim : claims) {
            const auto taken = claimAll(m_take, {&claim, 1});
            if (!taken)
                return fail(taken.error());
            if (*taken)
                continue;
            if (const auto crowded = claimAll(m_takeCrowded, {&claim, 1}); !crowded)
                return fail(crowded.error());
        }
        return {};
    });
}

Result<std::vector<std::int64_t>> SqliteDelivery::numbers(sqlite::Statement &statement, int limit)
{
    std::vector<std::int64_t> found;
    statement.bind(1, limit);
    sqlite::Rows rows(statement);
    while (rows.next())
        found.push_back(statement.number(0));
    if (!rows.good())
        return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    return found;
}

Result<std::vector<InteractionKey>> SqliteDelivery::takeUnsettled(Timestamp before, int limit)
{
    m_takeUnsettled.bind(2, before);
    auto keys = numbers(m_takeUnsettled, limit);
    if (!keys || keys->empty())
        return keys;
    if (auto taken = transaction([&] { return writeRows(m_taken, *keys); }); !taken)
        return fail(taken.error());
    return keys;
}

Result<std::optional<DeliveredPoint>> SqliteDelivery::delivered(std::int64_t row)
{
    m_delivered.bind(1, row);
    sqlite::Rows rows(m_delivered);
    if (rows.next())
        return std::optional(DeliveredPoint{row, m_delivered.number(0), static_cast<int>(m_delivered.number(1))});
    if (!rows.good())
        return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    return std::optional<DeliveredPoint>();
}

Result<bool> SqliteDelivery::keep(std::string_view point)
{
    {
        m_removalOf.bindText(1, point);
        m_removalOf.bind(2, m_removing);
        sqlite::Rows rows(m_removalOf);
        const bool found = rows.next();
        if (!found && !rows.good())
            return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
        if (!found)
            return true;
        if (m_removalOf.number(0) != 0)
            return false;
    }
    m_withdraw.bindText(1, point);
    if (auto withdrawn = run(m_withdraw); !withdrawn)
        return fail(withdrawn.error());
    return true;
}

Result<std::vector<DeliveryStore::Removal>> SqliteDelivery::removals(int limit)
{
    std::vector<Removal> found;
    m_removals.bind(1, limit);
    sqlite::Rows rows(m_removals);
    while (rows.next())
        found.push_back({m_removals.number(0), std::string(m_removals.bytes(1))});
    if (!rows.good())
        return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    return found;
}

Result<std::vector<DeadLetter>> SqliteDelivery::deadLetters(int limit)
{
    std::vector<DeadLetter> found;
    m_deadLetters.bind(1, limit);
    sqlite::Rows rows(m_deadLetters);
    while (rows.next()) {
        found.push_back({m_deadLetters.number(0), m_deadLetters.number(1), m_deadLetters.time(2), std::string(m_deadLetters.bytes(3)),
                         std::string(m_deadLetters.bytes(4)), m_deadLetters.number(5) != 0});
    }
    if (!rows.good())
        return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    return found;
}

Result<std::uint64_t> SqliteDelivery::retryDead()
{
    auto done = transaction([&]() -> Result<> {
        if (auto counted = countDead(); !counted) // another program may have written since
            return counted;
        return m_connection.run("INSERT OR IGNORE INTO again SELECT row FROM dead WHERE delivered = 0 AND row > 0; "
                                "UPDATE overviews SET digest = 0, due = 0 WHERE interaction IN (SELECT -row FROM dead WHERE delivered = 0)",
                                "change");
    });
    if (!done)
        return fail(done.error());
    return m_dead.letters;
}

Result<bool> SqliteDelivery::forget(Timestamp before, std::int64_t row, const std::vector<InteractionKey> &gone, int limit)
{
    constexpr std::int64_t kNanosInMicro = 1000;
    m_forgetClaims.bind(1, before.us * kNanosInMicro);
    m_forgetClaims.bind(2, limit);
    m_forgetCrowded.bind(1, before.us * kNanosInMicro);
    m_forgetPoints.bind(1, row);
    m_forgetPoints.bind(2, limit);
    int forgotten = 0;
    auto done = transaction([&]() -> Result<> {
        for (sqlite::Statement *statement : {&m_forgetClaims, &m_forgetCrowded, &m_forgetPoints}) {
            if (auto written = run(*statement); !written)
                return written;
            forgotten += sqlite3_changes(m_connection.get());
        }
        return writeRows(m_dropOverview, gone);
    });
    if (!done)
        return fail(done.error());
    return forgotten == 0;
}

Result<std::vector<InteractionKey>> SqliteDelivery::overviewsAfter(InteractionKey key, int limit)
{
    m_overviewsAfter.bind(2, key);
    return numbers(m_overviewsAfter, limit);
}

Result<bool> SqliteDelivery::hasWork()
{
    const auto found = m_connection.number("SELECT EXISTS(SELECT 1 FROM again) OR EXISTS(SELECT 1 FROM unsettled) OR "
                                           "EXISTS(SELECT 1 FROM removals) OR EXISTS(SELECT 1 FROM overviews WHERE digest = 0 AND due IS NOT NULL)");
    if (!found)
        return fail(found.error());
    return *found != 0;
}

} // namespace

bool DeliveryStore::Update::empty() const
{
    return !mark && points.empty() && dead.empty() && arrived.empty() && unsettled.empty() && settled.empty() && again.empty() && sent.empty()
        && remove.empty() && removed.empty() && touched.empty() && overviews.empty();
}

bool DeliveryStore::exists(const std::string &folder) { return fileExists(folder + "/delivery.db"); }

Result<std::unique_ptr<DeliveryStore>> DeliveryStore::open(const std::string &folder)
{
    auto store = std::make_unique<SqliteDelivery>();
    if (auto opened = store->open(folder); !opened)
        return fail(opened.error());
    return store;
}

} // namespace threadline
