// SPDX-License-Identifier: GPL-3.0-or-later
/// Readers beside the writer: each sees whole commits only, and the journal stays within its bound.
#include "tests/store/storefixture.h"

#include <QFileInfo>

#include <atomic>
#include <thread>

using namespace threadline;
using namespace threadline::test;

class TestStoreConcurrency : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Each commit adds five events to each interaction: a reader finds all five of a commit, or none.
    void readersSeeWholeCommits()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup first;
        first.commit = 1;
        for (InteractionKey key = 1; key <= 10; ++key)
            first.interactions.push_back({key, "i" + std::to_string(key)});
        NEED((*store)->write(first));
        std::atomic<bool> stop{false}, torn{false}, failed{false};
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&, t] {
                auto reader = (*store)->reader();
                failed = failed || !reader;
                while (!stop && !failed) {
                    std::map<std::uint64_t, int> commits;
                    const auto read = (*reader)->events(t + 1, [&](StoredEvent &&e) {
                        ++commits[e.commit];
                        return true;
                    });
                    failed = failed || !read || !(*reader)->list({}) || !(*reader)->countEvents() || !(*store)->hasTombstone("i1");
                    for (const auto &[commit, count] : commits)
                        torn = torn || count != 5;
                }
            });
        }
        bool written = true;
        for (std::uint64_t commit = 2; commit < 300 && written; ++commit) {
            WriteGroup group;
            group.commit = commit;
            for (InteractionKey key = 1; key <= 10; ++key) {
                for (int i = 0; i < 5; ++i)
                    group.events.push_back(newEvent(key, std::to_string(commit) + "-" + std::to_string(i), std::string(300, 'x')));
                Summary s;
                s.start = s.lastEventAt = kNoon;
                group.summaries.push_back({key, s});
            }
            written = (*store)->write(group).has_value();
        }
        stop = true;
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(written);
        QVERIFY(!torn);
        QVERIFY(!failed);
    }

    void theJournalStaysWithinItsBound()
    {
        const StoreFolder folder;
        StoreOptions options = folder.options();
        options.walLimitBytes = 32 << 20;
        auto store = Store::open(options);
        NEED(store);
        qint64 longest = 0;
        const QString journal = QString::fromStdString(folder.database() + "-wal");
        for (std::uint64_t commit = 1; commit <= 300; ++commit) {
            WriteGroup group = groupOf(commit);
            for (int i = 0; i < 1000; ++i)
                group.events.push_back(newEvent(0, std::to_string(commit) + "-" + std::to_string(i), std::string(400, 'x')));
            NEED((*store)->write(group));
            longest = std::max(longest, QFileInfo(journal).size());
        }
        QVERIFY2(longest < 48 << 20, qPrintable(QString::number(longest)));
        QCOMPARE(*(*store)->integrity(), std::string());
    }
};

THREADLINE_TEST_MAIN(TestStoreConcurrency)
#include "test_store_concurrency.moc"
