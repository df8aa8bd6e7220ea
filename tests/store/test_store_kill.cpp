// SPDX-License-Identifier: GPL-3.0-or-later
/// kill -9 at random moments under load: every group that was reported is there, whole, once; none is there in part.
/// This executable is also the process that is killed: with --write FOLDER it writes groups and prints the number of each.
#include "core/store/mark.h"
#include "tests/store/storefixture.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <random>
#include <set>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace threadline;
using namespace threadline::test;

namespace {

constexpr InteractionKey kInteractions = 20;

std::size_t sizeOf(std::uint64_t commit) { return commit * 7919 % 300 + 1; }

WriteGroup killGroup(std::uint64_t commit, bool first)
{
    WriteGroup group;
    group.commit = commit;
    group.lastReceived = Timestamp{static_cast<std::int64_t>(commit)};
    group.listening = true;
    if (first) {
        for (InteractionKey key = 1; key <= kInteractions; ++key)
            group.interactions.push_back({key, "i" + std::to_string(key)});
    }
    std::map<InteractionKey, int> touched;
    for (std::size_t i = 0; i < sizeOf(commit); ++i) {
        const auto key = static_cast<InteractionKey>((commit + i * 31) % kInteractions + 1);
        ++touched[key];
        group.events.push_back(newEvent(key, std::to_string(commit) + "-" + std::to_string(i), std::string(200 + i % 400, 'x')));
    }
    for (const auto &[key, count] : touched) {
        Summary s;
        s.start = s.lastEventAt = kNoon;
        s.count = count;
        group.summaries.push_back({key, s});
    }
    return group;
}

/// Writes until it is killed. Retention and the journal's passes run as they would.
int writeForEver(const char *folder)
{
    StoreOptions options;
    options.folder = folder;
    options.walLimitBytes = 24 << 20;
    const auto store = Store::open(options);
    if (!store) {
        std::fprintf(stderr, "%s\n", store.error().message.c_str());
        return 1;
    }
    const Opened &left = (*store)->opened();
    for (std::uint64_t commit = left.lastCommit + 1;; ++commit) {
        WriteGroup group = killGroup(commit, left.lastKey == 0 && commit == left.lastCommit + 1);
        if (const auto written = (*store)->write(group); !written) {
            std::fprintf(stderr, "%s\n", written.error().message.c_str());
            return 1;
        }
        const std::string line = std::to_string(commit) + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            return 1;
    }
}

/// Lets the writer run for `us` after its first report, kills it, and returns the last number it reported.
std::uint64_t runAndKill(const std::string &folder, useconds_t us)
{
    int ends[2];
    if (::pipe(ends) != 0)
        return 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string self = QCoreApplication::applicationFilePath().toStdString(), mode = "--write", where = folder;
    char *arguments[] = {self.data(), mode.data(), where.data(), nullptr};
    pid_t child = 0;
    const int failed = posix_spawn(&child, self.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::string said;
    char buffer[65536];
    ssize_t n = failed == 0 ? ::read(ends[0], buffer, sizeof buffer) : 0;
    if (n > 0) {
        said.assign(buffer, static_cast<std::size_t>(n));
        ::usleep(us); // the moment of death is what is varied; nothing is waited for
        ::kill(child, SIGKILL);
    }
    while (n > 0 && (n = ::read(ends[0], buffer, sizeof buffer)) > 0)
        said.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    const std::size_t end = said.find_last_of('\n');
    if (end == std::string::npos)
        return 0;
    const std::size_t start = said.find_last_of('\n', end - 1);
    return std::stoull(said.substr(start == std::string::npos ? 0 : start + 1));
}

} // namespace

class TestStoreKill : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingReportedIsLostAndNothingIsTorn()
    {
        const int rounds = qEnvironmentVariableIsSet("THREADLINE_KILLS") ? qEnvironmentVariableIntValue("THREADLINE_KILLS") : 25;
        const StoreFolder folder;
        std::mt19937 random(20260506);
        std::uint64_t reported = 0;
        for (int round = 0; round < rounds; ++round) {
            const std::uint64_t last = runAndKill(folder.path(), static_cast<useconds_t>(random() % 120'000));
            QVERIFY2(last > reported, "the writer reported nothing");
            reported = last;
            const auto mark = HighMark::read(folder.path());
            QVERIFY2(mark && mark->commit >= reported, "the mark is behind what was reported before it");
            auto store = folder.open();
            NEED(store);
            const Opened &left = (*store)->opened();
            QCOMPARE(left.lost, std::string()); // a kill is no loss
            QVERIFY(mark->commit <= left.lastCommit);
            QVERIFY(left.listening);
            QVERIFY2(left.lastCommit == reported || left.lastCommit == reported + 1, qPrintable(QString::number(left.lastCommit)));
            QCOMPARE(left.lastReceived.value_or(Timestamp{}).us, static_cast<std::int64_t>(left.lastCommit));
            std::map<std::uint64_t, std::set<std::string>> found;
            auto reader = (*store)->reader();
            NEED(reader);
            for (InteractionKey key = 1; key <= kInteractions; ++key) {
                for (const StoredEvent &e : eventsOf(**reader, key))
                    QVERIFY2(found[e.commit].insert(e.id).second, "an event is there twice");
            }
            std::uint64_t events = 0;
            for (std::uint64_t commit = 1; commit <= left.lastCommit; ++commit) {
                QCOMPARE(found[commit].size(), sizeOf(commit));
                events += sizeOf(commit);
            }
            QCOMPARE(found.size(), left.lastCommit);
            QCOMPARE(left.events, events);
            const auto newest = (*reader)->list({});
            NEED(newest);
            QCOMPARE(newest->front().summary.commit, left.lastCommit);
            QCOMPARE(*(*store)->integrity(), std::string());
        }
        qInfo("%d kills, %llu groups", rounds, static_cast<unsigned long long>(reported));
    }

    /// The journal is taken away after the kill: what it alone held is said, and none of its numbers is given again.
    void aJournalTakenAwayIsSaid()
    {
        std::mt19937 random(4711);
        int told = 0;
        for (int round = 0; round < 6; ++round) {
            const StoreFolder folder;
            const std::uint64_t last = runAndKill(folder.path(), static_cast<useconds_t>(random() % 60'000));
            QVERIFY(last > 0);
            QVERIFY(QFile::remove(QString::fromStdString(folder.database() + "-wal")));
            auto store = folder.open();
            if (!store) { // part of a commit had been written back
                QVERIFY2(store.error().code == ErrorCode::Unusable, store.error().message.c_str());
                QVERIFY2(store.error().message.find("journal is missing") != std::string::npos, store.error().message.c_str());
                continue;
            }
            const Opened left = (*store)->opened();
            QVERIFY(left.lastCommit >= last);
            QCOMPARE(*(*store)->integrity(), std::string());
            if (left.lost.empty())
                continue; // all of it had been written back
            ++told;
            QVERIFY2(left.lost.find("commit " + std::to_string(last)) != std::string::npos
                         || left.lost.find("commit " + std::to_string(last + 1)) != std::string::npos,
                     left.lost.c_str());
            WriteGroup group = killGroup(left.lastCommit + 1, left.events == 0);
            NEED((*store)->write(group));
            store->reset();
            store = folder.open();
            NEED(store);
            QCOMPARE((*store)->opened().lost, std::string()); // once
        }
        QVERIFY(told > 0);
    }
};

int main(int argc, char **argv)
{
    if (argc == 3 && std::strcmp(argv[1], "--write") == 0)
        return writeForEver(argv[2]);
    prepareEnvironment("TestStoreKill");
    QCoreApplication app(argc, argv);
    watchWarnings();
    TestStoreKill test;
    return QTest::qExec(&test, argc, argv) + unexpectedWarnings();
}
#include "test_store_kill.moc"
