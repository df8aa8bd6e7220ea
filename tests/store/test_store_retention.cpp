// SPDX-License-Identifier: GPL-3.0-or-later
/// Deleting what is old: never an open interaction, a tombstone each, in slices.
#include "tests/store/storefixture.h"

using namespace threadline;
using namespace threadline::test;

namespace {

Summary summaryOf(InteractionState state, Timestamp start, Timestamp last)
{
    Summary s;
    s.state = state;
    s.start = start;
    s.lastEventAt = last;
    if (state == InteractionState::Ended)
        s.end = last;
    return s;
}

} // namespace

class TestStoreRetention : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void onlyEndedAndOldOnesGo()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        QVERIFY(!*(*store)->hasTombstone("old"));
        const Timestamp day = kNoon - Duration::seconds(86'400);
        WriteGroup group;
        group.commit = 1;
        group.interactions = {{1, "old"}, {2, "open"}, {3, "stale"}, {4, "young"}, {5, "long"}, {6, "older"}};
        group.summaries = {{1, summaryOf(InteractionState::Ended, day, day + Duration::seconds(10))},
                           {2, summaryOf(InteractionState::Open, day, day)},
                           {3, summaryOf(InteractionState::Stale, day, day)},
                           {4, summaryOf(InteractionState::Ended, kNoon, kNoon)},
                           {5, summaryOf(InteractionState::Ended, day, kNoon)},
                           {6, summaryOf(InteractionState::Ended, day - Duration::seconds(9), day)}};
        for (const auto &fresh : group.interactions) {
            group.events.push_back(newEvent(fresh.key, "a"));
            group.events.push_back(newEvent(fresh.key, "b"));
            group.variants.push_back({fresh.key, "a", "other", false, kNoon});
        }
        group.events.push_back({1, "attached", "{}", kNoon, Provenance::Live, Event::Attached});
        Record record;
        record.interaction.value = "old";
        record.raw = "{}";
        group.records = {{record, Timestamp{1}, true}};
        group.indexNames = true;
        group.names = {{"pX", 1}, {"pX", 2}};
        NEED((*store)->write(group));

        const Timestamp before = kNoon - Duration::seconds(3600);
        const auto first = (*store)->retain(before, 1);
        NEED(first);
        QCOMPARE(*first, 1);
        const auto second = (*store)->retain(before, 10);
        NEED(second);
        QCOMPARE(*second, 1);
        QCOMPARE(*(*store)->retain(before, 10), 0);
        auto reader = (*store)->reader();
        NEED(reader);
        for (const auto &[id, there] : std::map<std::string, bool>{{"old", false}, {"older", false}, {"open", true}, {"stale", true}, {"young", true}, {"long", true}}) {
            QCOMPARE((*reader)->find(id)->has_value(), there);
            QCOMPARE(*(*store)->hasTombstone(id), !there);
        }
        QCOMPARE(eventsOf(**reader, 1).size(), 0u);
        QCOMPARE(eventsOf(**reader, 2).size(), 2u);
        QCOMPARE(*(*reader)->countEvents(), 8u);
        QVERIFY(!*(*reader)->record("old"));
        QCOMPARE((*reader)->interactionsNaming("pX")->size(), 1u);
        int inferred = 0;
        NEED((*reader)->inferred([&](StoredEvent &&) { return ++inferred > 0; }));
        QCOMPARE(inferred, 0);
        QCOMPARE(*(*store)->integrity(), std::string());

        reader->reset();
        store->reset();
        store = folder.open();
        NEED(store);
        QVERIFY(*(*store)->hasTombstone("old"));
        QCOMPARE((*store)->opened().events, 8u);
        QCOMPARE((*store)->opened().lastKey, 6); // keys are never given twice
    }

    /// A giant goes over several calls, and a stop between loses the thread nowhere.
    void aGiantGoesInSlices()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        constexpr int kEvents = 45'000;
        WriteGroup group;
        group.commit = 1;
        group.interactions = {{1, "giant"}};
        group.summaries = {{1, summaryOf(InteractionState::Ended, kNoon, kNoon)}};
        for (int i = 0; i < kEvents; ++i)
            group.events.push_back(newEvent(1, std::to_string(i)));
        NEED((*store)->write(group));
        const Timestamp before = kNoon + Duration::seconds(1);
        QCOMPARE(*(*store)->retain(before, 5), 1);
        auto reader = (*store)->reader();
        NEED(reader);
        QVERIFY(!*(*reader)->find("giant")); // gone from the first call on
        QVERIFY(*(*store)->hasTombstone("giant"));
        const auto left = (*reader)->countEvents();
        NEED(left);
        QVERIFY(*left >= 25'000u && *left < kEvents);
        reader->reset();
        store->reset();
        store = folder.open();
        NEED(store);
        int calls = 0;
        while (*(*store)->retain(before, 5) > 0)
            QVERIFY(++calls < 10);
        QCOMPARE(*(*(*store)->reader())->countEvents(), 0u);
        WriteGroup next;
        next.commit = 2;
        NEED((*store)->write(next));
        QCOMPARE(*(*store)->integrity(), std::string());
    }
};

THREADLINE_TEST_MAIN(TestStoreRetention)
#include "test_store_retention.moc"
