// SPDX-License-Identifier: GPL-3.0-or-later
/// No room: the group is not there, not in part, and writing goes on as soon as there is room again.
#include "tests/store/childprocess.h"
#include "tests/store/storefixture.h"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>

using namespace threadline;
using namespace threadline::test;

namespace {

/// The connections that the store under test has opened, first to last.
std::vector<sqlite3 *> g_connections;

int remember(sqlite3 *db, const char **, const void *)
{
    g_connections.push_back(db);
    return SQLITE_OK;
}

WriteGroup bigGroup(std::uint64_t commit, int events)
{
    WriteGroup group = groupOf(commit, {{static_cast<InteractionKey>(commit), "i" + std::to_string(commit)}});
    for (int i = 0; i < events; ++i)
        group.events.push_back(newEvent(static_cast<InteractionKey>(commit), std::to_string(i), std::string(400, 'x')));
    group.refused.push_back({"malformed", "d", kNoon, "t", 1});
    return group;
}

/// Nothing of the group that failed is there, what was before is, and the next write works.
void standsAsBefore(Store &store, std::uint64_t lastGood)
{
    auto reader = store.reader();
    NEED(reader);
    QVERIFY(!*(*reader)->find("i" + std::to_string(lastGood + 1)));
    QCOMPARE(eventsOf(**reader, static_cast<InteractionKey>(lastGood + 1)).size(), 0u);
    QVERIFY((*reader)->find("i" + std::to_string(lastGood))->has_value());
    QCOMPARE((*reader)->refused(1000)->size(), lastGood);
    QCOMPARE(*store.integrity(), std::string());
}

/// On a disk of 12 MB that somebody else fills: what happened, or "good".
std::string fillASmallDisk(const std::string &folder)
{
    const bool own = ::geteuid() == 0 ? ::unshare(CLONE_NEWNS) == 0 : ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    if (!own || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
        || ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=12m") != 0)
        return "cannot mount";
    StoreOptions options;
    options.folder = folder + "/data";
    auto store = Store::open(options);
    if (!store)
        return store.error().message;
    QFile ballast(QString::fromStdString(folder + "/ballast"));
    if (!ballast.open(QIODevice::WriteOnly) || ballast.write(QByteArray(4 << 20, 'b')) != 4 << 20)
        return "no ballast";
    ballast.close();
    std::uint64_t commit = 0;
    for (;;) {
        WriteGroup group = bigGroup(commit + 1, 200);
        const auto written = (*store)->write(group);
        if (!written) {
            if (written.error().code != ErrorCode::Full)
                return "not Full: " + written.error().message;
            break;
        }
        if (++commit > 1000)
            return "never full";
    }
    ballast.remove();
    for (int i = 0; i < 3; ++i) {
        WriteGroup group = bigGroup(++commit, 200);
        if (const auto written = (*store)->write(group); !written)
            return "after making room: " + written.error().message;
    }
    const auto sound = (*store)->integrity();
    if (!sound || !sound->empty())
        return "integrity: " + (sound ? *sound : sound.error().message);
    const auto reader = (*store)->reader();
    return reader && *(*reader)->countEvents() == commit * 200 ? "good" : "events are missing";
}

/// Opening with room for so many descriptors more: "opened", or what was said.
std::string openWithDescriptors(const std::string &folder, int more)
{
    const int first = ::open("/dev/null", O_RDONLY | O_CLOEXEC); // the lowest that is free
    ::close(first);
    const rlimit few{static_cast<rlim_t>(first + more), static_cast<rlim_t>(first + more)};
    ::setrlimit(RLIMIT_NOFILE, &few);
    StoreOptions options;
    options.folder = folder;
    const auto store = Store::open(options);
    return store ? "opened" : store.error().message;
}

} // namespace

class TestStoreFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Wherever a start runs out of them: what, where, why, and what helps. Another data folder does not.
    void withoutDescriptors()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("ThreadSanitizer does not follow threads that a forked process starts; AddressSanitizer's run has this.");
#endif
        const StoreFolder made, fresh;
        NEED(made.open());
        for (const std::string &folder : {made.path(), fresh.path()}) {
            bool opened = false;
            for (int more = 0; more < 40 && !opened; ++more) {
                const std::string said = inChild([&] { return openWithDescriptors(folder, more); });
                opened = said == "opened";
                if (opened)
                    continue;
                QVERIFY2(said.find(folder + "/") != std::string::npos || said.find(folder + ":") != std::string::npos, said.c_str());
                QVERIFY2(said.find("Too many open files") != std::string::npos && said.find("ulimit -n") != std::string::npos, said.c_str());
                QVERIFY2(said.find("data folder.") == std::string::npos && said.find("Cannot change") == std::string::npos, said.c_str());
            }
            QVERIFY(opened);
        }
    }

    /// SQLite's own bound on the database's size stands for a disk that is full (SQLITE_FULL in the middle of a group).
    void fullInTheMiddleOfAGroup()
    {
        const StoreFolder folder;
        NEED(folder.open());
        g_connections.clear();
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(remember));
        auto store = folder.open();
        sqlite3_reset_auto_extension();
        NEED(store);
        sqlite3 *writer = g_connections.at(0); // looks at the database first, and then writes
        WriteGroup first = bigGroup(1, 100);
        NEED((*store)->write(first));
        QCOMPARE(sqlite3_exec(writer, "PRAGMA max_page_count = 80", nullptr, nullptr, nullptr), SQLITE_OK);
        for (int attempt = 0; attempt < 3; ++attempt) {
            WriteGroup big = bigGroup(2, 2000);
            const auto written = (*store)->write(big);
            QVERIFY(!written);
            QVERIFY2(written.error().code == ErrorCode::Full, written.error().message.c_str());
            QVERIFY2(written.error().message.find("Make room") != std::string::npos, written.error().message.c_str());
            standsAsBefore(**store, 1);
        }
        WriteGroup small = groupOf(2, {}, {newEvent(1, "small")});
        NEED((*store)->write(small));
        QCOMPARE(sqlite3_exec(writer, "PRAGMA max_page_count = 1000000", nullptr, nullptr, nullptr), SQLITE_OK);
        WriteGroup big = bigGroup(3, 2000);
        NEED((*store)->write(big));
        QCOMPARE(*(*store)->integrity(), std::string());
        QCOMPARE(*(*(*store)->reader())->countEvents(), 2101u);
    }

    /// The system refuses to let a file grow (SQLITE_IOERR_WRITE): as a quota does.
    void aFileThatMayNotGrow()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup first = bigGroup(1, 100);
        NEED((*store)->write(first));
        rlimit free{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &free), 0);
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit tight = free;
        tight.rlim_cur = 512 << 10;
        for (int attempt = 0; attempt < 3; ++attempt) {
            WriteGroup big = bigGroup(2, 5000);
            QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
            const auto written = (*store)->write(big);
            QCOMPARE(::setrlimit(RLIMIT_FSIZE, &free), 0);
            QVERIFY(!written);
            QVERIFY2(written.error().code == ErrorCode::Full, written.error().message.c_str());
            QVERIFY2(written.error().message.find("ulimit -f") != std::string::npos, written.error().message.c_str());
            QVERIFY2(written.error().message.find("Make room") == std::string::npos, written.error().message.c_str());
            standsAsBefore(**store, 1);
        }
        WriteGroup big = bigGroup(2, 5000);
        NEED((*store)->write(big));
        store->reset();
        store = folder.open();
        NEED(store);
        QCOMPARE((*store)->opened().events, 5100u);
        QCOMPARE(*(*store)->integrity(), std::string());
    }

    void aRealDiskThatFills()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("ThreadSanitizer does not follow threads that a forked process starts; AddressSanitizer's run has this.");
#endif
        const StoreFolder folder;
        const std::string said = inChild([&] { return fillASmallDisk(folder.path()); });
        if (said == "cannot mount")
            QSKIP("This machine lets nobody but root mount.");
        QCOMPARE(said, std::string("good"));
    }

    void noRoomToBegin()
    {
        const StoreFolder folder;
        rlimit free{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &free), 0);
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit tight = free;
        tight.rlim_cur = 20 << 10;
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
        const auto store = folder.open();
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &free), 0);
        QVERIFY(!store);
        QVERIFY2(store.error().code == ErrorCode::Full, store.error().message.c_str());
        QVERIFY(folder.contents().empty());
        NEED(folder.open());
    }
};

THREADLINE_TEST_MAIN(TestStoreFaults)
#include "test_store_faults.moc"
