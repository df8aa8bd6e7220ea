// SPDX-License-Identifier: GPL-3.0-or-later
/// Opening what cannot be used says why, and changes no byte.
#include "core/base/log.h"
#include "core/store/files.h"
#include "core/store/mark.h"
#include "core/store/readfailures.h"
#include "core/store/schema.h"
#include "tests/store/childprocess.h"
#include "tests/store/storefixture.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>

using namespace threadline;
using namespace threadline::test;

namespace {

constexpr uid_t kNobody = 65534;

void run(const std::string &database, const char *sql)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(database.c_str(), &db), SQLITE_OK);
    QCOMPARE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    QCOMPARE(sqlite3_close(db), SQLITE_OK);
}

void overwrite(const std::string &path, qint64 at, const QByteArray &bytes)
{
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(at));
    QCOMPARE(file.write(bytes), bytes.size());
}

void fill(const StoreFolder &folder, int groups = 3)
{
    auto store = folder.open();
    NEED(store);
    for (int g = 0; g < groups; ++g) {
        WriteGroup group = groupOf(static_cast<std::uint64_t>(g + 1));
        group.interactions.push_back({g + 1, "i" + std::to_string(g + 1)});
        for (int i = 0; i < 500; ++i)
            group.events.push_back(newEvent(g + 1, std::to_string(i), std::string(300, 'x')));
        NEED((*store)->write(group));
    }
    NEED((*store)->closeCleanly(kNoon));
}

/// The store is not opened, for this reason, in these words; the folder is as it was.
void refused(const StoreFolder &folder, ErrorCode code, const char *words)
{
    const auto before = folder.contents();
    const auto store = folder.open();
    QVERIFY2(!store, words);
    QVERIFY2(store.error().code == code, store.error().message.c_str());
    QVERIFY2(store.error().message.find(words) != std::string::npos, store.error().message.c_str());
    QVERIFY2(store.error().message.find(folder.path()) != std::string::npos, store.error().message.c_str());
    const auto after = folder.contents();
    QCOMPARE(after.size(), before.size());
    QVERIFY(after == before);
}

std::int64_t rootPage(const std::string &database, const char *table)
{
    sqlite3 *db = nullptr;
    std::int64_t page = 0;
    sqlite3_open(database.c_str(), &db);
    sqlite3_exec(
        db, (std::string("SELECT rootpage FROM sqlite_schema WHERE name = '") + table + "'").c_str(),
        [](void *out, int, char **values, char **) {
            *static_cast<std::int64_t *>(out) = std::atoll(values[0]);
            return 0;
        },
        &page, nullptr);
    sqlite3_close(db);
    return page;
}

/// A copy of the folder as it is, which is what a crash at this moment would leave.
void copyTo(const StoreFolder &from, const StoreFolder &to)
{
    for (const QString &name : QDir(QString::fromStdString(from.path())).entryList(QDir::Files)) {
        if (!name.endsWith(QLatin1String("-shm")))
            QVERIFY(QFile::copy(QString::fromStdString(from.path()) + '/' + name, QString::fromStdString(to.path()) + '/' + name));
    }
}

/// A mount namespace of this process alone; as another user too where one is needed for it.
bool ownMounts()
{
    const bool made = ::geteuid() == 0 ? ::unshare(CLONE_NEWNS) == 0 : ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    return made && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

std::string openingIn(const std::string &folder)
{
    StoreOptions options;
    options.folder = folder;
    const auto store = Store::open(options);
    return store ? "opened" : std::to_string(static_cast<int>(store.error().code)) + " " + store.error().message;
}

bool startsWith(const std::string &text, ErrorCode code)
{
    return text.rfind(std::to_string(static_cast<int>(code)) + " ", 0) == 0;
}

} // namespace

class TestStoreOpen : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noDatabaseAtAll()
    {
        const StoreFolder folder;
        QFile file(QString::fromStdString(folder.database()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(10'000, 'n'));
        file.close();
        refused(folder, ErrorCode::Unusable, "is no SQLite database");
        QVERIFY(file.resize(5));
        refused(folder, ErrorCode::Unusable, "is no SQLite database");
        QVERIFY(file.resize(0));
        refused(folder, ErrorCode::Unusable, "is empty (0 bytes)");
        QVERIFY(file.remove());
        QVERIFY(QDir().mkdir(QString::fromStdString(folder.database())));
        refused(folder, ErrorCode::Unusable, "is no file");
    }

    void anotherProgramsDatabase()
    {
        const StoreFolder folder;
        run(folder.database(), "CREATE TABLE theirs(a); INSERT INTO theirs VALUES(1)");
        refused(folder, ErrorCode::Unusable, "belongs to another program");
        run(folder.database(), "PRAGMA application_id = 7; PRAGMA journal_mode = WAL; INSERT INTO theirs VALUES(2)");
        refused(folder, ErrorCode::Unusable, "belongs to another program");
    }

    void aNewerLayout()
    {
        const StoreFolder folder;
        fill(folder);
        run(folder.database(), "PRAGMA user_version = 99");
        refused(folder, ErrorCode::Unusable, "newer Threadline (layout 99");
    }

    /// The newer version stands in the journal only: the file's own first page still says the old one.
    void aNewerLayoutInTheJournalAlone()
    {
        const StoreFolder folder, crashed;
        fill(folder);
        sqlite3 *db = nullptr;
        QCOMPARE(sqlite3_open(folder.database().c_str(), &db), SQLITE_OK);
        QCOMPARE(sqlite3_exec(db, "PRAGMA user_version = 98", nullptr, nullptr, nullptr), SQLITE_OK);
        copyTo(folder, crashed);
        sqlite3_close(db);
        refused(crashed, ErrorCode::Unusable, "newer Threadline (layout 98");
    }

    void aDamagedHeader()
    {
        const StoreFolder folder;
        fill(folder);
        overwrite(folder.database(), 16, QByteArray("\x03\x07", 2));
        refused(folder, ErrorCode::Unusable, "its header makes no sense");
    }

    void aFileCutOff()
    {
        const StoreFolder folder;
        fill(folder);
        QFile file(QString::fromStdString(folder.database()));
        QVERIFY(file.resize(file.size() / 2 / kPageBytes * kPageBytes));
        refused(folder, ErrorCode::Unusable, "is damaged");
        QVERIFY(file.resize(file.size() / 2 + 100));
        refused(folder, ErrorCode::Unusable, "is damaged");
        QVERIFY(file.resize(100));
        refused(folder, ErrorCode::Unusable, "is damaged");
    }

    void damagedPages_data()
    {
        QTest::addColumn<QString>("table");
        for (const char *table : {"state", "events", "events_identity", "interactions", "interactions_activity", "interactions_span", "bands", "sqlite_schema"})
            QTest::newRow(table) << QString::fromLatin1(table);
    }
    void damagedPages()
    {
        QFETCH(QString, table);
        const StoreFolder folder;
        fill(folder);
        const std::int64_t page = table == QLatin1String("sqlite_schema") ? 1 : rootPage(folder.database(), table.toLatin1());
        overwrite(folder.database(), (page - 1) * kPageBytes + (page == 1 ? 100 : 0), QByteArray(2000, '\xa5'));
        refused(folder, ErrorCode::Unusable, "is damaged");
    }

    void damageMetLaterIsSaidToo()
    {
        const StoreFolder folder;
        fill(folder, 40);
        {
            QFile file(QString::fromStdString(folder.database()));
            const qint64 middle = file.size() / kPageBytes / 2 * kPageBytes;
            overwrite(folder.database(), middle, QByteArray(8 * kPageBytes, '\xa5'));
        }
        const auto store = folder.open();
        NEED(store);
        const auto sound = (*store)->integrity();
        NEED(sound);
        QVERIFY(!sound->empty());
        auto reader = (*store)->reader();
        NEED(reader);
        int failures = 0;
        for (InteractionKey key = 1; key <= 40; ++key) {
            const auto read = (*reader)->events(key, [](StoredEvent &&) { return true; });
            if (read)
                continue;
            ++failures;
            QVERIFY2(read.error().code == ErrorCode::Unusable, read.error().message.c_str());
        }
        QVERIFY(failures > 0);
    }

    /// Damage stays; a disk that fails may work again; what is no failure of either is not the store's.
    void whatReadersMeetStandsAsLongAsItMay()
    {
        ReadFailures met;
        const Duration begin = Duration::seconds(100);
        met.note(SQLITE_BUSY, "busy", begin);
        met.note(SQLITE_INTERRUPT, "interrupted", begin);
        QCOMPARE(met.words(begin), std::string());
        met.note(SQLITE_IOERR_READ, "disk", begin);
        met.note(SQLITE_IOERR_READ, "disk elsewhere", begin + Duration::seconds(30));
        QCOMPARE(met.words(begin + Duration::seconds(89)), std::string("disk"));
        QCOMPARE(met.words(begin + Duration::seconds(90)), std::string());
        met.note(SQLITE_CORRUPT_INDEX, "damage", begin);
        met.note(SQLITE_CORRUPT, "more damage", begin);
        QCOMPARE(met.words(begin + Duration::seconds(1'000'000)), std::string("damage"));
    }

    /// What a crash leaves: the whole groups up to the cut are there, nothing of the next.
    void aJournalCutOff()
    {
        const StoreFolder folder, crashed;
        auto store = folder.open();
        NEED(store);
        std::vector<qint64> sizes;
        const QString journal = QString::fromStdString(folder.database() + "-wal");
        for (int g = 1; g <= 5; ++g) {
            WriteGroup group = groupOf(static_cast<std::uint64_t>(g), {}, {});
            for (int i = 0; i < 100; ++i)
                group.events.push_back(newEvent(0, std::to_string(g * 1000 + i), std::string(300, 'x')));
            NEED((*store)->write(group));
            sizes.push_back(QFileInfo(journal).size());
        }
        for (const qint64 cut : {sizes[2] + 5000, sizes[2], sizes[2] + 24, sizes[4] - 1}) {
            const StoreFolder copy;
            copyTo(folder, copy);
            QVERIFY(QFile::resize(QString::fromStdString(copy.database() + "-wal"), cut));
            QVERIFY(QFile::remove(QString::fromStdString(copy.path() + "/threadline.mark"))); // a crash leaves none that is ahead
            auto again = copy.open();
            NEED(again);
            const std::uint64_t groups = cut == sizes[4] - 1 ? 4 : 3;
            QCOMPARE((*again)->opened().lastCommit, groups);
            QCOMPARE((*again)->opened().events, groups * 100);
            QCOMPARE(eventsOf(**(*again)->reader(), 0).size(), groups * 100);
            QCOMPARE(*(*again)->integrity(), std::string());
        }
    }

    /// A cut journal over a database into which more had been written back already: that cannot be told from the files' sizes alone.
    void aJournalCutOffUnderAWrittenBackDatabase()
    {
        const StoreFolder folder, crashed;
        fill(folder, 20);
        auto store = folder.open();
        NEED(store);
        const QString journal = QString::fromStdString(folder.database() + "-wal");
        qint64 early = 0;
        for (int g = 1; g <= 20; ++g) { // each to an interaction whose index pages lie in the database
            WriteGroup group = groupOf(static_cast<std::uint64_t>(100 + g));
            for (int i = 0; i < 200; ++i)
                group.events.push_back(newEvent(g, "later " + std::to_string(i), std::string(300, 'x')));
            NEED((*store)->write(group));
            if (g == 3)
                early = QFileInfo(journal).size();
        }
        sqlite3 *db = nullptr;
        QCOMPARE(sqlite3_open(folder.database().c_str(), &db), SQLITE_OK);
        int pages = 0, copied = 0;
        QCOMPARE(sqlite3_exec(db, "SELECT * FROM state", nullptr, nullptr, nullptr), SQLITE_OK); // finds the journal
        QCOMPARE(sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied), SQLITE_OK);
        QVERIFY(pages > 0 && copied == pages);
        copyTo(folder, crashed);
        sqlite3_close(db);
        QVERIFY(QFile::resize(QString::fromStdString(crashed.database() + "-wal"), early + 100));
        refused(crashed, ErrorCode::Unusable, "is damaged");
    }

    void aJournalThatIsNotWhatItWas_data()
    {
        QTest::addColumn<QString>("what");
        for (const char *what : {"missing", "emptied", "replaced", "cut off"})
            QTest::newRow(what) << QString::fromLatin1(what);
    }

    /// Nothing in the database shows that it was further once; the mark beside it does.
    void aJournalThatIsNotWhatItWas()
    {
        QFETCH(QString, what);
        const StoreFolder folder, copy;
        auto store = folder.open();
        NEED(store);
        for (int g = 1; g <= 5; ++g) {
            WriteGroup group = groupOf(static_cast<std::uint64_t>(g), {{g, "i" + std::to_string(g)}});
            for (int i = 0; i < 100; ++i)
                group.events.push_back(newEvent(g, std::to_string(i)));
            group.lastReceived = kNoon;
            NEED((*store)->write(group));
        }
        copyTo(folder, copy);
        const QString journal = QString::fromStdString(copy.database() + "-wal");
        if (what == QLatin1String("missing") || what == QLatin1String("replaced"))
            QVERIFY(QFile::remove(journal));
        if (what == QLatin1String("replaced"))
            QVERIFY(QFile::copy(QString::fromStdString(folder.database() + "-shm"), journal)); // no journal at all
        if (what == QLatin1String("emptied"))
            QVERIFY(QFile::resize(journal, 0));
        if (what == QLatin1String("cut off"))
            QVERIFY(QFile::resize(journal, QFileInfo(journal).size() / 2));

        auto again = copy.open();
        NEED(again);
        const Opened left = (*again)->opened();
        QVERIFY2(left.lost.find("but commit 5 had been recorded") != std::string::npos, left.lost.c_str());
        QVERIFY2(left.lost.find("events are gone") != std::string::npos, left.lost.c_str());
        QVERIFY(left.lastCommit > 5 && left.lastKey > 5); // who remembers a number of what is gone does not meet another under it
        QVERIFY(left.lastReceived.has_value());           // from there the band goes
        WriteGroup group = groupOf(left.lastCommit + 1, {{left.lastKey + 1, "new"}}, {newEvent(left.lastKey + 1, "a")});
        NEED((*again)->write(group));
        QVERIFY(*(*(*again)->reader())->lastRow() > 500);
        again->reset();
        again = copy.open();
        NEED(again);
        QCOMPARE((*again)->opened().lost, std::string()); // it is said once
        QCOMPARE(*(*again)->integrity(), std::string());
    }

    /// What our own advice says, "move it away to begin anew", is no loss. The numbers that others remember stay taken, also where
    /// the program is killed before it writes anything.
    void aDatabaseMovedAwayToBeginAnew()
    {
        const StoreFolder folder;
        fill(folder);
        const QString database = QString::fromStdString(folder.database());
        for (const std::uint64_t before : {3u, 1'000'005u}) {
            QVERIFY(QFile::rename(database, database + QString::number(before)));
            std::string said;
            log::setSink([&](log::Level, std::string_view line) { said.append(line); });
            NEED(folder.open());
            log::setSink({});
            QVERIFY2(said.find("a new one was begun") != std::string::npos, said.c_str());
            QVERIFY2(said.find("commit " + std::to_string(before)) != std::string::npos, said.c_str());
            QVERIFY2(said.find("missing") == std::string::npos && said.find("gone") == std::string::npos, said.c_str());
            auto store = folder.open(); // nothing was written meanwhile
            NEED(store);
            const Opened left = (*store)->opened();
            QCOMPARE(left.lost, std::string());
            QCOMPARE(left.events, std::uint64_t(0));
            QVERIFY(!left.lastReceived); // nothing to draw a band from
            QVERIFY(left.lastCommit >= before + 1'000'000 && left.lastKey >= 1'000'003);
            WriteGroup group = groupOf(left.lastCommit + 1, {{left.lastKey + 1, "new"}}, {newEvent(left.lastKey + 1, "a")});
            group.keepChanges = true;
            NEED((*store)->write(group));
            WriteGroup change = groupOf(left.lastCommit + 2);
            change.keepChanges = true;
            change.variants.push_back({left.lastKey + 1, "a", "{ }", true, kNoon});
            NEED((*store)->write(change));
            QVERIFY(*(*(*store)->reader())->lastRow() > 1'001'500);
            const auto changes = (*(*store)->reader())->changesAfter(1'000'000'000, 10);
            NEED(changes);
            QCOMPARE(changes->size(), 1u); // more than were ever given before
        }
    }

    void aMarkThatCannotBeWritten_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("cause");
        QTest::newRow("pipe") << QStringLiteral("pipe") << QStringLiteral("is no file");
        QTest::newRow("link") << QStringLiteral("link") << QStringLiteral("is a link");
        QTest::newRow("folder") << QStringLiteral("folder") << QStringLiteral("is no file");
    }

    /// Recording goes on, and it is said what is not there meanwhile; once the way is free all is well again.
    void aMarkThatCannotBeWritten()
    {
        QFETCH(QString, what);
        QFETCH(QString, cause);
        const StoreFolder folder;
        const QString path = QString::fromStdString(folder.path() + "/threadline.mark");
        if (what == QLatin1String("pipe"))
            QCOMPARE(::mkfifo(path.toStdString().c_str(), 0600), 0);
        else if (what == QLatin1String("link"))
            QVERIFY(QFile::link(QStringLiteral("/nowhere/threadline.mark"), path));
        else
            QVERIFY(QDir().mkdir(path));
        auto store = folder.open();
        NEED(store);
        const std::string said = (*store)->warning();
        for (const std::string &words : {path.toStdString(), cause.toStdString(), std::string("next start will not notice"), std::string("Move it away.")})
            QVERIFY2(said.find(words) != std::string::npos, said.c_str());
        QVERIFY2(said.find("another data folder") == std::string::npos, said.c_str());
        WriteGroup first = groupOf(1, {{1, "i"}}, {newEvent(1, "a")});
        NEED((*store)->write(first));
        QCOMPARE((*store)->warning(), said);
        QVERIFY(QFile::rename(path, path + QStringLiteral(".away")));
        WriteGroup second = groupOf(2, {}, {newEvent(1, "b")});
        NEED((*store)->write(second));
        QCOMPARE((*store)->warning(), std::string());
        QCOMPARE(HighMark::read(folder.path())->commit, std::uint64_t(2));
        QVERIFY(QFile::remove(path)); // a file that nobody finds again protects nothing
        WriteGroup third = groupOf(3, {}, {newEvent(1, "c")});
        NEED((*store)->write(third));
        QCOMPARE(HighMark::read(folder.path())->commit, std::uint64_t(3));
    }

    /// What the mark shows is looked for before anything is changed: no journal is written back, no layout brought up.
    void damageFoundByTheMarkChangesNothing()
    {
        const StoreFolder folder, crashed;
        fill(folder, 20);
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(21, {}, {newEvent(0, "in the journal")});
        NEED((*store)->write(group));
        copyTo(folder, crashed);
        HighMark ahead = *HighMark::read(crashed.path());
        ahead.commit += 5;
        overwrite(crashed.path() + "/threadline.mark", 0, QByteArray::fromStdString(ahead.text()));
        const qint64 middle = QFileInfo(QString::fromStdString(crashed.database())).size() / kPageBytes / 2 * kPageBytes;
        overwrite(crashed.database(), middle, QByteArray(kPageBytes, 'x'));
        refused(crashed, ErrorCode::Unusable, "Nothing was changed");
        refused(crashed, ErrorCode::Unusable, "Its journal is missing");
    }

    void anEndThatCouldNotBeWrittenIsKnownAtTheNextStart()
    {
        const StoreFolder folder;
        fill(folder);
        {
            auto store = folder.open();
            NEED(store);
            QVERIFY(!(*store)->opened().unwritten);
            (*store)->endUnwritten();
        }
        for (const bool writes : {false, true}) { // a start that is killed before it has written the band takes nothing away
            auto store = folder.open();
            NEED(store);
            QVERIFY((*store)->opened().unwritten);
            QCOMPARE((*store)->opened().lost, std::string());
            WriteGroup group = groupOf((*store)->opened().lastCommit + 1);
            if (writes)
                NEED((*store)->write(group));
        }
        auto store = folder.open(); // killed since then, but not unwritten
        NEED(store);
        QVERIFY(!(*store)->opened().unwritten);
    }

    void aTornMarkSaysNothing_data()
    {
        QTest::addColumn<qint64>("at");
        QTest::newRow("a byte is another") << qint64(30);
        QTest::newRow("a byte too many") << qint64(HighMark().text().size());
    }

    /// And is whole again with what is written next.
    void aTornMarkSaysNothing()
    {
        QFETCH(qint64, at);
        const StoreFolder folder;
        fill(folder);
        const QString path = QString::fromStdString(folder.path() + "/threadline.mark");
        overwrite(path.toStdString(), at, "9");
        QVERIFY(!HighMark::read(folder.path()));
        auto store = folder.open();
        NEED(store);
        QCOMPARE((*store)->opened().lost, std::string());
        QCOMPARE((*store)->opened().lastCommit, std::uint64_t(3));
        const auto whole = HighMark::read(folder.path());
        QVERIFY(whole && whole->commit == 3);
    }

    /// Each at once, and nothing is waited for.
    void aDatabaseThatIsNoFile()
    {
        const StoreFolder pipe, link, directory;
        QCOMPARE(::mkfifo(pipe.database().c_str(), 0600), 0);
        const auto waits = pipe.open();
        QVERIFY(!waits);
        QVERIFY2(waits.error().message.find("is no file") != std::string::npos, waits.error().message.c_str());
        QVERIFY(QFile::link(QStringLiteral("/nowhere/threadline.db"), QString::fromStdString(link.database())));
        const auto dangling = link.open();
        QVERIFY(!dangling);
        QVERIFY2(dangling.error().message.find("is a link to a file that is not there") != std::string::npos, dangling.error().message.c_str());
        QVERIFY(QFileInfo(QString::fromStdString(link.database())).isSymLink()); // it is left as it was
        QVERIFY(QDir().mkdir(QString::fromStdString(directory.database())));
        QVERIFY(!directory.open());
    }

    void aFolderOpenToOthersIsTold()
    {
        const StoreFolder folder;
        std::string said;
        log::setSink([&](log::Level, std::string_view line) { said.append(line); });
        NEED(folder.open());
        QCOMPARE(said, std::string());
        QCOMPARE(::chmod(folder.path().c_str(), 0755), 0);
        NEED(folder.open());
        log::setSink({});
        QVERIFY2(said.find("0755") != std::string::npos && said.find("chmod 700") != std::string::npos, said.c_str());
    }

    void aSecondProcessIsRefusedWithTheLockFileGone()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        QVERIFY(QFile::remove(QString::fromStdString(folder.path() + "/threadline.lock")));
        const std::string said = inChild([&] { return openingIn(folder.path()); });
        QVERIFY2(startsWith(said, ErrorCode::Busy), said.c_str());
        store->reset();
        NEED(folder.open());
    }

    void aDatabaseTakenAwayWhileItIsUsed_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("database") << QStringLiteral("/threadline.db");
        QTest::newRow("journal") << QStringLiteral("/threadline.db-wal");
    }

    /// Nothing counts as written until it is back where it was; then writing goes on.
    void aDatabaseTakenAwayWhileItIsUsed()
    {
        QFETCH(QString, file);
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup first = groupOf(1, {{1, "i"}}, {newEvent(1, "a")});
        NEED((*store)->write(first));
        NEED((*store)->inPlace());
        const QString path = QString::fromStdString(folder.path()) + file, away = path + QStringLiteral(".away");
        QVERIFY(QFile::rename(path, away));
        for (const char *what : {"was deleted or moved away", "Another file"}) {
            WriteGroup second = groupOf(2, {}, {newEvent(1, "b")});
            const auto written = (*store)->write(second);
            QVERIFY(!written);
            QVERIFY2(written.error().message.find(what) != std::string::npos, written.error().message.c_str());
            QVERIFY(!(*store)->inPlace());
            QVERIFY(QFile::exists(path) || QFile::copy(away, path));
        }
        QVERIFY(QFile::remove(path) && QFile::rename(away, path));
        WriteGroup second = groupOf(2, {}, {newEvent(1, "b")});
        NEED((*store)->write(second));
        QCOMPARE(second.duplicates, std::uint64_t(0));
        QCOMPARE(*(*(*store)->reader())->countEvents(), std::uint64_t(2));
        QCOMPARE(*(*store)->integrity(), std::string());
    }

    /// What the journal has is not written into what is left, and neither is it thrown away.
    void aDatabaseCutOffWhileItIsUsed()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup first = groupOf(1, {{1, "i"}}, {newEvent(1, "a")});
        NEED((*store)->write(first));
        NEED((*store)->inPlace());
        const QString journal = QString::fromStdString(folder.database()) + QStringLiteral("-wal");
        const qint64 journalBytes = QFile(journal).size();
        QVERIFY(journalBytes > 0 && QFile::resize(QString::fromStdString(folder.database()), 0));
        WriteGroup second = groupOf(2, {}, {newEvent(1, "b")});
        const auto written = (*store)->write(second);
        QVERIFY(!written);
        QVERIFY2(written.error().message.find("was cut off from") != std::string::npos, written.error().message.c_str());
        QVERIFY(!(*store)->inPlace());
        QVERIFY(!(*store)->closeCleanly(kNoon));
        store->reset();
        QCOMPARE(QFile(QString::fromStdString(folder.database())).size(), qint64(0));
        QVERIFY(QFile(journal).size() >= journalBytes);
    }

    void anotherProgramMakesItShorter_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("the journal") << QByteArray("PRAGMA wal_checkpoint(TRUNCATE)");
        QTest::newRow("the database") << QByteArray("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// What a file was found to be is told of it while it is so, and not of what has come since.
    void whatAFileWasFoundToBeIsNotTheNextOnes()
    {
        const StoreFolder folder;
        const std::string path = folder.path() + "/some";
        const auto make = [&](int size) {
            QFile file(QString::fromStdString(path));
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            QCOMPARE(file.write(QByteArray(size, 'x')), size);
        };
        make(100);
        const FoundFile found(path, "database", [](std::int64_t) { return std::int64_t(100); });
        QVERIFY(found.missing().empty() && !found.isDamaged());
        make(10);
        QVERIFY(!found.missing().empty() && found.isDamaged());
        QVERIFY(QFile::remove(QString::fromStdString(path)));
        QVERIFY(found.missing().find("was deleted") != std::string::npos);
        QVERIFY(!found.isDamaged()); // it lies there no more
    }

    /// By right, and with everything in it: nothing is cut off.
    void anotherProgramMakesItShorter()
    {
        QFETCH(QByteArray, sql);
        const StoreFolder folder;
        fill(folder);
        auto store = folder.open();
        NEED(store);
        WriteGroup first = groupOf(4, {}, {newEvent(1, "a")});
        NEED((*store)->write(first));
        NEED((*store)->inPlace());
        run(folder.database(), "DELETE FROM refused");
        run(folder.database(), sql.constData());
        QCOMPARE(QFile(QString::fromStdString(folder.database() + "-wal")).size(), qint64(0));
        NEED((*store)->inPlace());
        for (std::uint64_t commit = 5; commit < 8; ++commit) {
            WriteGroup more = groupOf(commit, {}, {newEvent(1, "b" + std::to_string(commit))});
            NEED((*store)->write(more));
            NEED((*store)->inPlace());
        }
        NEED((*store)->closeCleanly(kNoon));
        store->reset();
        store = folder.open();
        NEED(store);
        QCOMPARE((*store)->opened().lost, std::string());
        QCOMPARE(*(*(*store)->reader())->countEvents(), std::uint64_t(1504));
        QCOMPARE(*(*store)->integrity(), std::string());
    }

    /// The shell's .restore does it page by page, within one transaction.
    void anOlderCopyIsPutBackWhileItIsUsed()
    {
        const StoreFolder folder, older;
        fill(folder);
        copyTo(folder, older);
        auto store = folder.open();
        NEED(store);
        WriteGroup first = groupOf(4, {}, {newEvent(1, "a")});
        NEED((*store)->write(first));
        run(folder.database(), "ANALYZE"); // of no consequence
        NEED((*store)->inPlace());
        sqlite3 *from = nullptr, *to = nullptr;
        QCOMPARE(sqlite3_open(older.database().c_str(), &from), SQLITE_OK);
        QCOMPARE(sqlite3_open(folder.database().c_str(), &to), SQLITE_OK);
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
        QCOMPARE(sqlite3_backup_step(backup, -1), SQLITE_DONE);
        QCOMPARE(sqlite3_backup_finish(backup), SQLITE_OK);
        QCOMPARE(sqlite3_close(to), SQLITE_OK);
        QCOMPARE(sqlite3_close(from), SQLITE_OK);
        WriteGroup second = groupOf(5, {}, {newEvent(1, "b")});
        for (int look = 0; look < 2; ++look) {
            QVERIFY(!(*store)->inPlace());
            const auto written = (*store)->write(second);
            QVERIFY(!written);
            QVERIFY2(written.error().message.find("ends with commit 3 instead of commit 4") != std::string::npos, written.error().message.c_str());
        }
        QVERIFY(!(*store)->closeCleanly(kNoon));
        store->reset();
        store = folder.open();
        NEED(store);
        QVERIFY2((*store)->opened().lost.find("commit 4 had been recorded") != std::string::npos, (*store)->opened().lost.c_str());
        WriteGroup third = groupOf((*store)->opened().lastCommit + 1, {}, {newEvent(1, "c")});
        run(folder.database(), "ANALYZE"); // before it has written anything
        NEED((*store)->write(third));
        QCOMPARE(*(*(*store)->reader())->countEvents(), std::uint64_t(1501));
    }

    void theIndexOfTheJournalIsWrittenOver_data()
    {
        QTest::addColumn<qint64>("at");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<bool>("goesOn");
        for (const bool goesOn : {true, false}) {
            const char *then = goesOn ? "goes on" : "ends";
            QTest::addRow("all of it, %s", then) << qint64(0) << 32768 << goesOn;
            QTest::addRow("its header, %s", then) << qint64(0) << 96 << goesOn;
            QTest::addRow("what is written back, %s", then) << qint64(96) << 4 << goesOn;
            QTest::addRow("which pages, %s", then) << qint64(136) << 4000 << goesOn;
        }
    }

    /// The journal has all that it says: nothing is lost, whether writing goes on or ends.
    void theIndexOfTheJournalIsWrittenOver()
    {
        QFETCH(qint64, at);
        QFETCH(int, bytes);
        QFETCH(bool, goesOn);
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        for (std::uint64_t commit = 1; commit < 10; ++commit) {
            WriteGroup group = groupOf(commit, {}, {newEvent(1, std::to_string(commit), std::string(5000, 'x'))});
            if (commit == 1)
                group.interactions.push_back({1, "i"});
            NEED((*store)->write(group));
        }
        overwrite(folder.database() + "-shm", at, QByteArray(bytes, '\x5a'));
        const auto found = (*store)->inPlace();
        QVERIFY(!found);
        QVERIFY2(found.error().message.find("(-shm)") != std::string::npos, found.error().message.c_str());
        if (goesOn) {
            WriteGroup group = groupOf(10, {}, {newEvent(1, "10")});
            if (const auto written = (*store)->write(group); !written)
                NEED((*store)->write(group));
            NEED((*store)->inPlace());
            QCOMPARE(*(*(*store)->reader())->countEvents(), std::uint64_t(10));
            QCOMPARE(*(*store)->integrity(), std::string());
        }
        store->reset();
        store = folder.open();
        NEED(store);
        QCOMPARE((*store)->opened().lost, std::string());
        QCOMPARE(*(*(*store)->reader())->countEvents(), std::uint64_t(goesOn ? 10 : 9));
        QCOMPARE(*(*store)->integrity(), std::string());
    }

    void aJournalWithoutItsDatabase()
    {
        const StoreFolder folder, crashed;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(1, {{1, "i"}}, {newEvent(1, "a")});
        NEED((*store)->write(group));
        copyTo(folder, crashed);
        QVERIFY(QFile::remove(QString::fromStdString(crashed.database())));
        refused(crashed, ErrorCode::Unusable, "is missing, but its journal");
    }

    void lockedByAnotherProgram()
    {
        const StoreFolder folder;
        fill(folder);
        sqlite3 *db = nullptr;
        QCOMPARE(sqlite3_open(folder.database().c_str(), &db), SQLITE_OK);
        QCOMPARE(sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
        const auto before = folder.contents();
        const auto store = folder.open();
        QVERIFY(!store);
        QVERIFY2(store.error().code == ErrorCode::Busy, store.error().message.c_str());
        QVERIFY2(store.error().message.find("Another program") != std::string::npos, store.error().message.c_str());
        QVERIFY(folder.contents() == before);
        sqlite3_close(db);
        NEED(folder.open());
    }

    void aSecondProcessIsRefusedByPid()
    {
        const StoreFolder folder;
        fill(folder);
        auto store = folder.open();
        NEED(store);
        const std::string said = inChild([&] { return openingIn(folder.path()); });
        QVERIFY2(startsWith(said, ErrorCode::Busy), said.c_str());
        QVERIFY2(said.find("process " + std::to_string(::getpid()) + ".") != std::string::npos, said.c_str());
        const auto mine = folder.open(); // nor this process again
        QVERIFY(!mine && mine.error().code == ErrorCode::Busy);
        store->reset();
        NEED(folder.open());
    }

    void aKilledProcessLeavesNoLock()
    {
        const StoreFolder folder;
        fill(folder);
        const std::string said = inChild([&] {
            const auto store = folder.open();
            if (store)
                ::raise(SIGKILL);
            return std::string("not opened");
        });
        QCOMPARE(said, std::string("died"));
        NEED(folder.open());
    }

    void noPermission()
    {
        const StoreFolder folder;
        fill(folder);
        const auto attempt = [&](mode_t folderMode, mode_t fileMode) {
            ::chmod(folder.path().c_str(), folderMode);
            ::chmod(folder.database().c_str(), fileMode);
            const auto before = folder.contents();
            const std::string said = inChild([&] {
                if (::geteuid() == 0 && (::chmod(scratchFolder().toStdString().c_str(), 0755) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0))
                    return std::string("cannot give up rights");
                return openingIn(folder.path());
            });
            if (::geteuid() == 0 && folder.contents() != before)
                return "changed: " + said;
            return said;
        };
        for (const auto &[folderMode, fileMode] : {std::pair<mode_t, mode_t>{0500, 0600}, {0, 0600}, {0700, 0}, {0700, 0400}}) {
            const std::string said = attempt(folderMode | (::geteuid() == 0 ? folderMode >> 6 : 0), fileMode | (::geteuid() == 0 ? fileMode >> 6 : 0));
            ::chmod(folder.path().c_str(), 0700);
            QVERIFY2(startsWith(said, ErrorCode::Unusable), said.c_str());
            QVERIFY2(said.find("Permission denied") != std::string::npos, said.c_str());
        }
    }

    void aReadOnlyFileSystem()
    {
        const StoreFolder folder;
        fill(folder);
        const auto before = folder.contents();
        const std::string said = inChild([&] {
            const char *path = folder.path().c_str();
            const std::string kept = folder.path();
            path = kept.c_str();
            if (!ownMounts() || ::mount(path, path, nullptr, MS_BIND, nullptr) != 0
                || ::mount(path, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
                return std::string("cannot mount");
            return openingIn(folder.path());
        });
        if (said == "cannot mount")
            QSKIP("This machine lets nobody but root mount.");
        QVERIFY2(startsWith(said, ErrorCode::Unusable), said.c_str());
        QVERIFY2(said.find("Read-only file system") != std::string::npos, said.c_str());
        QVERIFY(folder.contents() == before);
    }

    void aFolderThatIsNone()
    {
        const StoreFolder folder;
        QFile file(QString::fromStdString(folder.path()) + QStringLiteral("/file"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(startsWith(openingIn(folder.path() + "/file"), ErrorCode::Unusable));
        QVERIFY(startsWith(openingIn(folder.path() + "/file/below"), ErrorCode::Unusable));
        QVERIFY(startsWith(openingIn(""), ErrorCode::InvalidArgument));
    }

    /// A database of layout 1 as it was released: built by the SQL of that layout, so that later layouts are tested to take it over.
    void aDatabaseOfLayoutOneIsTakenOver()
    {
        const StoreFolder folder;
        run(folder.database(), migrations()[0].sql);
        run(folder.database(), "PRAGMA application_id = 1414024260; PRAGMA user_version = 1;"
                               "INSERT INTO interactions VALUES(3, 'i', 0, 99, 5, NULL, 6, 1, 0, 8, 'c', '[\"voice\"]', '[]', '[]');"
                               "INSERT INTO events VALUES(11, 3, 'e', 9, 0, 0, 0, 8, '{\"a\":1}');"
                               "UPDATE state SET commit_no = 8, last_key = 3, last_row = 11, events = 1, listening = 1");
        auto store = folder.open();
        NEED(store);
        QCOMPARE((*store)->opened().lastCommit, 8u);
        auto reader = (*store)->reader();
        NEED(reader);
        QCOMPARE(eventsOf(**reader, 3).size(), 1u);
        QCOMPARE((*(*reader)->summary(3))->media, std::vector<std::string>{"voice"});
        WriteGroup group = groupOf(9, {}, {newEvent(3, "f")});
        NEED((*store)->write(group));
        QCOMPARE(*(*store)->integrity(), std::string());
    }

    void migrationsGoForwardAllOrNone()
    {
        const StoreFolder folder;
        run(folder.database(), "PRAGMA user_version = 1; CREATE TABLE one(a); INSERT INTO one VALUES(1)");
        auto connection = sqlite::Connection::open(folder.database(), sqlite::Connection::Mode::ReadWrite, 0);
        NEED(connection);
        const Migration broken[] = {{"CREATE TABLE never(a)"}, {"ALTER TABLE one ADD COLUMN b DEFAULT 2"}, {"INSERT INTO absent VALUES(1)"}};
        QVERIFY(!migrate(*connection, broken));
        QCOMPARE(*connection->number("PRAGMA user_version"), 1);
        QVERIFY(!connection->number("SELECT b FROM one"));
        const Migration sound[] = {{"CREATE TABLE never(a)"}, {"ALTER TABLE one ADD COLUMN b DEFAULT 2"}, {"CREATE TABLE three(c)"}};
        NEED(migrate(*connection, sound));
        QCOMPARE(*connection->number("PRAGMA user_version"), 3);
        QCOMPARE(*connection->number("SELECT b FROM one"), 2);
        QVERIFY(!connection->number("SELECT a FROM never"));
        NEED(migrate(*connection, sound));
    }

    void aStopWhileMakingLeavesNothingInTheWay()
    {
        const StoreFolder folder;
        QFile half(QString::fromStdString(folder.database() + ".new"));
        QVERIFY(half.open(QIODevice::WriteOnly));
        half.write("half a file");
        half.close();
        NEED(folder.open());
        QVERIFY(!half.exists());
    }
};

THREADLINE_TEST_MAIN(TestStoreOpen)
#include "test_store_open.moc"
