// SPDX-License-Identifier: GPL-3.0-or-later
/// What is written is what is read.
#include "tests/store/storefixture.h"

#include "core/store/store.h"

#include <QFileInfo>
#include <sqlite3.h>

using namespace threadline;
using namespace threadline::test;

namespace {

const std::string kUuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

std::string naming(const char *participant, const char *channel = nullptr)
{
    std::string raw = "{\"id\":\"x\",\"data\":{\"participantId\":\"" + std::string(participant) + "\"";
    if (channel)
        raw += ",\"channelId\":\"" + std::string(channel) + "\"";
    return raw + "}}";
}

} // namespace

class TestStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aNewFolderIsPrivateAndEmpty()
    {
        const StoreFolder folder;
        StoreOptions options = folder.options();
        options.folder += "/deep/down";
        const auto store = Store::open(options);
        NEED(store);
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
        for (const char *name : {"", "/threadline.db", "/threadline.db-wal", "/threadline.lock"}) {
            const QFileInfo info(QString::fromStdString(options.folder + name));
            QVERIFY2(info.exists(), name);
            QVERIFY2((info.permissions() & others) == QFile::Permissions(), name);
        }
        QCOMPARE((*store)->opened().lastCommit, 0u);
        QCOMPARE((*store)->opened().lastKey, 0);
        QVERIFY(!(*store)->opened().listening);
        const auto sound = (*store)->integrity();
        NEED(sound);
        QCOMPARE(*sound, std::string());
    }

    void eventsComeBackAsTheyWere()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(7, {{1, kUuid}, {2, "other"}});
        group.events = {{1, kUuid, R"({"a":1})", Timestamp{5}, Provenance::Live, 3},
                        {2, "b", "{}", Timestamp{6}, Provenance::Backfill, 0},
                        {1, "a", std::string(1'000'000, 'x'), Timestamp{7}, Provenance::Snapshot, 0}};
        NEED((*store)->write(group));
        QCOMPARE(group.duplicates, 0u);
        auto reader = (*store)->reader();
        NEED(reader);
        const auto key = (*reader)->find(kUuid);
        NEED(key);
        QCOMPARE(key->value_or(0), 1);
        const auto none = (*reader)->find("nobody");
        NEED(none);
        QVERIFY(!*none);
        const auto events = eventsOf(**reader, 1);
        QCOMPARE(events.size(), 2u);
        QCOMPARE(events[0].id, kUuid);
        QCOMPARE(events[0].raw, std::string(R"({"a":1})"));
        QCOMPARE(events[0].received.us, 5);
        QCOMPARE(events[0].marks, 3u);
        QCOMPARE(events[0].commit, 7u);
        QCOMPARE(events[0].interaction, 1);
        QCOMPARE(events[1].id, std::string("a"));
        QCOMPARE(events[1].raw.size(), 1'000'000u);
        QVERIFY(events[1].provenance == Provenance::Snapshot);
        QVERIFY(events[0].row < events[1].row);
        const auto count = (*reader)->countEvents();
        NEED(count);
        QCOMPARE(*count, 3u);
    }

    /// Ids that look alike when packed carelessly.
    void idsAreKeptApartByteForByte()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        std::string upper = kUuid;
        for (char &c : upper)
            c = static_cast<char>(std::toupper(c));
        const std::string packed("\x0f\x8f\xad\x5b\xd9\xcb\x46\x9f\xa1\x65\x70\x86\x77\x28\x95\x0e", 16);
        const std::vector<std::string> ids = {kUuid, upper, packed, kUuid + " ", std::string("a\0b", 3), std::string("a\0c", 3), "a",
                                              "0f8fad5bd9cb469fa16570867728950e", std::string(1, '\0'), "\xff\xfe", "1", "h-00ff",
                                              std::string(5000, 'z'), "0f8fad5b-d9cb-469f-a165-70867728950g"};
        WriteGroup group = groupOf(1);
        InteractionKey key = 0;
        for (const std::string &id : ids) {
            group.interactions.push_back({++key, id});
            group.events.push_back(newEvent(key, id));
            group.events.push_back(newEvent(0, id));
        }
        NEED((*store)->write(group));
        QCOMPARE(group.duplicates, 0u);
        auto reader = (*store)->reader();
        NEED(reader);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto found = (*reader)->find(ids[i]);
            NEED(found);
            QCOMPARE(found->value_or(0), static_cast<InteractionKey>(i + 1));
            const auto events = eventsOf(**reader, static_cast<InteractionKey>(i + 1));
            QCOMPARE(events.size(), 1u);
            QVERIFY(events[0].id == ids[i]);
            const auto summary = (*reader)->summary(static_cast<InteractionKey>(i + 1));
            NEED(summary);
            QVERIFY((*summary)->interaction.value == ids[i]);
        }
        QCOMPARE(eventsOf(**reader, 0).size(), ids.size());
    }

    void whatIsThereAlreadyIsPassedOver()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup first = groupOf(1, {{1, "i"}}, {newEvent(1, "a", "first"), newEvent(1, "b"), newEvent(1, "a", "second")});
        NEED((*store)->write(first));
        QCOMPARE(first.duplicates, 1u);
        WriteGroup second = groupOf(2, {{2, "j"}}, {newEvent(1, "b"), newEvent(1, "c"), newEvent(2, "a")});
        NEED((*store)->write(second));
        QCOMPARE(second.duplicates, 1u);
        auto reader = (*store)->reader();
        NEED(reader);
        const auto events = eventsOf(**reader, 1);
        QCOMPARE(events.size(), 3u);
        QCOMPARE(events[0].raw, std::string("first"));
        QCOMPARE(eventsOf(**reader, 2).size(), 1u);
        QCOMPARE(*(*reader)->countEvents(), 4u);
    }

    /// An interaction given a second key loses nothing: its events go to the first.
    void aSecondKeyForOneInteractionIsMended()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup first = groupOf(1, {{1, "i"}}, {newEvent(1, "a")});
        NEED((*store)->write(first));
        WriteGroup second = groupOf(2, {{2, "i"}}, {newEvent(2, "b")});
        second.summaries[0].summary.count = 2;
        NEED((*store)->write(second));
        auto reader = (*store)->reader();
        NEED(reader);
        QCOMPARE(eventsOf(**reader, 1).size(), 2u);
        QCOMPARE((*(*reader)->summary(1))->count, 2);
        QCOMPARE((*(*reader)->summary(1))->commit, 2u);
    }

    void commitsMustRise()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(5);
        NEED((*store)->write(group));
        const auto again = (*store)->write(group);
        QVERIFY(!again);
        QVERIFY(again.error().code == ErrorCode::InvalidArgument);
    }

    void variantsAreKeptBoundedAndTheWinnerStands()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(1, {{1, "i"}}, {newEvent(1, "a", "v0"), newEvent(1, "plain")});
        group.variants = {{1, "a", "v1", false, kNoon}, {1, "a", "v2", true, kNoon}, {1, "a", "v1", false, kNoon}, {1, "a", "v2", false, kNoon}};
        NEED((*store)->write(group));
        auto reader = (*store)->reader();
        NEED(reader);
        auto events = eventsOf(**reader, 1);
        QCOMPARE(events[0].raw, std::string("v2"));
        QCOMPARE(events[0].variants, (std::vector<std::string>{"v1", "v0"}));
        QVERIFY(events[1].variants.empty());
        WriteGroup many = groupOf(2);
        for (int i = 0; i < 20; ++i)
            many.variants.push_back({1, "a", "w" + std::to_string(i), false, kNoon});
        many.variants.push_back({1, "unheard of", "stands itself", false, kNoon});
        NEED((*store)->write(many));
        events = eventsOf(**reader, 1);
        QCOMPARE(events[0].variants.size(), 8u);
        QCOMPARE(events.back().raw, std::string("stands itself"));
    }

    void unattachedEventsWaitMoveAndComeBack()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(1, {{1, "i"}, {2, "j"}}, {newEvent(0, "x", "loose"), newEvent(1, "own"), newEvent(0, "own", "another")});
        NEED((*store)->write(group));
        auto reader = (*store)->reader();
        NEED(reader);
        WriteGroup moves = groupOf(2);
        moves.moves = {{0, "x", 1}, {0, "own", 1}, {1, "own", 2}, {0, "unknown", 1}};
        NEED((*store)->write(moves));
        QCOMPARE(eventsOf(**reader, 1).size(), 2u); // "own" of nobody found its place taken, and the interaction's own is not moved
        QCOMPARE(eventsOf(**reader, 0).size(), 1u);
        QCOMPARE(eventsOf(**reader, 2).size(), 0u);
        std::vector<std::pair<std::string, InteractionKey>> inferred;
        NEED((*reader)->inferred([&](StoredEvent &&e) {
            inferred.emplace_back(e.id, e.interaction);
            return true;
        }));
        QCOMPARE(inferred, (std::vector<std::pair<std::string, InteractionKey>>{{"x", 1}, {"own", 0}}));
        WriteGroup back = groupOf(3);
        back.moves = {{1, "x", 0}};
        NEED((*store)->write(back));
        QCOMPARE(eventsOf(**reader, 0).size(), 2u);
    }

    void namesAreIndexedOnceAndThenKept()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(1, {{1, "i"}, {2, "j"}}, {newEvent(1, "a", naming("P1", "C1")), newEvent(2, "b", naming("P2", "C1")),
                                                             newEvent(2, "c", "no JSON"), newEvent(0, "d", naming("P9")), newEvent(1, "e", naming("P1"))});
        NEED((*store)->write(group));
        auto reader = (*store)->reader();
        NEED(reader);
        QVERIFY(!*(*reader)->namesIndexed());
        WriteGroup index = groupOf(2, {}, {newEvent(1, "f", naming("P3"))});
        index.indexNames = true;
        NEED((*store)->write(index));
        QVERIFY(*(*reader)->namesIndexed());
        const auto naming_ = [&](const char *name) { return *(*reader)->interactionsNaming(name); };
        using Keys = std::vector<InteractionKey>;
        QCOMPARE(naming_("pP1"), Keys{1});
        QCOMPARE(naming_("pP2"), Keys{2});
        QCOMPARE(naming_("pP3"), Keys{1});
        QCOMPARE(naming_("cC1"), (Keys{1, 2}));
        QCOMPARE(naming_("pP9"), Keys{}); // names nobody by itself
        WriteGroup more = groupOf(3, {{3, "k"}});
        more.names = {{"pP1", 3}, {"pP1", 1}, {"cC1", 3}};
        more.indexNames = true;
        NEED((*store)->write(more));
        QCOMPARE(naming_("pP1"), (Keys{1, 3}));
        QCOMPARE(naming_("cC1").size(), 2u); // two are enough to know that it is not one
    }

    void aNewRecordReplacesTheOldWithItsEvents()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        Record record;
        record.interaction.value = kUuid;
        record.rank.last = Timestamp{12};
        record.raw = "{\"conversationId\":\"" + kUuid + "\",\"text\":\"" + std::string(5000, 'y') + "\"}";
        record.rank.content = hash128(record.raw);
        const auto imported = [](const char *id) { return WriteGroup::NewEvent{1, id, naming(id), kNoon, Provenance::Import, 0}; };
        WriteGroup first = groupOf(1, {{1, kUuid}}, {imported("s1"), imported("s2"), newEvent(1, "live", naming("L"))});
        first.records = {{record, kNoon, true}};
        first.indexNames = true;
        NEED((*store)->write(first));
        auto reader = (*store)->reader();
        NEED(reader);
        auto read = (*reader)->record(kUuid);
        NEED(read);
        QVERIFY(read->has_value());
        QCOMPARE((*read)->raw, record.raw);
        QVERIFY((*read)->rank.content == record.rank.content);
        QVERIFY(!(*read)->rank.ended);
        record.rank.ended = true;
        record.rank.content.low ^= 1;
        WriteGroup second = groupOf(2, {}, {imported("s2"), imported("s3")});
        second.records = {{record, kNoon, true}};
        NEED((*store)->write(second));
        QCOMPARE(second.duplicates, 0u);
        std::vector<std::string> ids;
        for (const auto &e : eventsOf(**reader, 1))
            ids.push_back(e.id);
        QCOMPARE(ids, (std::vector<std::string>{"live", "s2", "s3"}));
        QVERIFY((**(*reader)->record(kUuid)).rank.ended);
        const auto kept = (*reader)->records(kUuid, true);
        NEED(kept);
        QCOMPARE(kept->size(), std::size_t{2});
        QVERIFY(kept->front().standing && kept->front().record.rank == record.rank);
        QVERIFY(!kept->back().standing && kept->back().read == kNoon);
        QCOMPARE(kept->back().record.raw, record.raw);
        QCOMPARE(*(*reader)->countEvents(), 3u);
        QCOMPARE((*reader)->interactionsNaming("ps1")->size(), 0u);
        QCOMPARE((*reader)->interactionsNaming("ps3")->size(), 1u);
        QCOMPARE((*reader)->interactionsNaming("pL")->size(), 1u);
        QVERIFY(!*(*reader)->record("nobody"));
    }

    void aDamagedRecordIsToldUntilAnotherTakesItsPlace_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("its text") << QByteArray("UPDATE records SET raw = x'0102'");
        QTest::newRow("its size") << QByteArray("UPDATE records SET size = -1");
        QTest::newRow("too large a size") << QByteArray("UPDATE records SET size = 1 << 40");
    }

    void aDamagedRecordIsToldUntilAnotherTakesItsPlace()
    {
        QFETCH(QByteArray, sql);
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        Record record;
        record.interaction.value = kUuid;
        record.raw = "{\"conversationId\":\"" + kUuid + "\"}";
        WriteGroup first = groupOf(1, {{1, kUuid}}, {});
        first.records = {{record, kNoon, true}};
        NEED((*store)->write(first));
        sqlite3 *db = nullptr;
        QCOMPARE(sqlite3_open(folder.database().c_str(), &db), SQLITE_OK);
        QCOMPARE(sqlite3_exec(db, sql.constData(), nullptr, nullptr, nullptr), SQLITE_OK);
        QCOMPARE(sqlite3_close(db), SQLITE_OK);
        const auto reader = (*store)->reader();
        NEED(reader);
        const auto damaged = (*reader)->record(kUuid);
        QVERIFY(!damaged && damaged.error().code == ErrorCode::Malformed);
        QCOMPARE((*store)->unreadable(), damaged.error().message);
        WriteGroup second = groupOf(2, {}, {});
        second.records = {{record, kNoon, true}};
        NEED((*store)->write(second));
        QCOMPARE((*store)->unreadable(), std::string());
        const auto read = (*reader)->record(kUuid);
        NEED(read);
        QCOMPARE((*read)->raw, record.raw);
    }

    void summariesAndWhatWasLeft()
    {
        const StoreFolder folder;
        {
            auto store = folder.open();
            NEED(store);
            WriteGroup group = groupOf(3, {{1, "i"}, {2, "j"}}, {newEvent(1, "a")});
            Summary &s = group.summaries[0].summary;
            s.count = 1;
            s.variants = 2;
            s.media = {"voice", "e\"mail\n"};
            s.queues = {"Süd", ""};
            s.customer = "Ada \xff";
            group.lastReceived = Timestamp{99};
            group.listening = true;
            group.bands = {{4, "streaming", Timestamp{10}, Timestamp{20}, BandCause::Killed, BandState::Closed, "killed"},
                           {5, "streaming", Timestamp{30}, {}, BandCause::HeldBack, BandState::Open, "slow"}};
            NEED((*store)->write(group));
            WriteGroup later = groupOf(4);
            later.listening = true;
            later.bands = {{4, "streaming", Timestamp{10}, Timestamp{20}, BandCause::Killed, BandState::Repaired, "killed"}};
            Summary ended = s;
            ended.state = InteractionState::Ended;
            ended.end = kNoon + Duration::seconds(5);
            later.summaries = {{1, ended}};
            NEED((*store)->write(later));
            auto reader = (*store)->reader();
            NEED(reader);
            const Summary read = **(*reader)->summary(1);
            QCOMPARE(read.media, s.media);
            QCOMPARE(read.queues, s.queues);
            QVERIFY(read.agents.empty());
            QVERIFY(read.customer == s.customer);
            QVERIFY(read.state == InteractionState::Ended);
            QVERIFY(read.end == ended.end);
            QCOMPARE(read.variants, 2);
            QCOMPARE(read.commit, 4u);
            QVERIFY(!*(*reader)->summary(77));
            const auto bands = (*reader)->bands({Timestamp{15}, Timestamp{30}});
            NEED(bands);
            QCOMPARE(bands->size(), 1u);
            QVERIFY(bands->front() == later.bands[0]);
            QCOMPARE((*reader)->bands({Timestamp{0}, Timestamp{1000}})->size(), 2u);
            QCOMPARE((*reader)->bands({Timestamp{21}, Timestamp{30}})->size(), 0u);
            QCOMPARE((*reader)->bands({Timestamp{500}, Timestamp{600}})->size(), 1u);
        }
        {
            auto store = folder.open();
            NEED(store);
            const Opened &opened = (*store)->opened();
            QCOMPARE(opened.lastCommit, 4u);
            QCOMPARE(opened.lastKey, 2);
            QCOMPARE(opened.events, 1u);
            QCOMPARE(opened.lastReceived.value_or(Timestamp{}).us, 99);
            QVERIFY(opened.listening); // no clean end
            QVERIFY(!opened.closed);
            QVERIFY(opened.openBand.has_value());
            QCOMPARE(opened.openBand->id, 5);
            QCOMPARE(opened.lastBand, 5);
            NEED((*store)->closeCleanly(Timestamp{200}));
        }
        auto store = folder.open();
        NEED(store);
        QVERIFY(!(*store)->opened().listening);
        QCOMPARE((*store)->opened().closed.value_or(Timestamp{}).us, 200);
        QCOMPARE((*store)->opened().lastReceived.value_or(Timestamp{}).us, 99);
    }

    void theRingOfRefusedKeepsTheNewest()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        for (std::uint64_t commit = 1; commit <= 3; ++commit) {
            WriteGroup group = groupOf(commit);
            for (int i = 0; i < 700; ++i)
                group.refused.push_back({"malformed", std::to_string(commit) + "/" + std::to_string(i), kNoon, std::string(9000, 'r'), 9000});
            NEED((*store)->write(group));
        }
        auto reader = (*store)->reader();
        NEED(reader);
        const auto refused = (*reader)->refused(5000);
        NEED(refused);
        QCOMPARE(refused->size(), 1000u);
        QCOMPARE(refused->front().detail, std::string("3/699"));
        QCOMPARE(refused->back().detail, std::string("2/400"));
        QCOMPARE(refused->front().text.size(), 4096u);
        QCOMPARE(refused->front().size, 9000u);
        QCOMPARE((*reader)->refused(3)->size(), 3u);
    }

    void readingBesideDoesNotLockAndDoesNotWrite()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        WriteGroup group = groupOf(1, {{1, "i"}}, {newEvent(1, "a")});
        NEED((*store)->write(group));
        StoreOptions options = folder.options();
        options.readOnly = true;
        auto beside = Store::open(options);
        NEED(beside);
        QCOMPARE((*beside)->opened().events, 1u);
        QCOMPARE(eventsOf(**(*beside)->reader(), 1).size(), 1u);
        WriteGroup next = groupOf(2);
        QVERIFY((*beside)->write(next).error().code == ErrorCode::Unusable);
        QVERIFY((*beside)->retain(kNoon, 10).error().code == ErrorCode::Unusable);
        QVERIFY((*beside)->closeCleanly(kNoon).error().code == ErrorCode::Unusable);
        beside->reset();
        NEED((*store)->write(next));
    }

    void aMillionEventsOfOneInteractionStream()
    {
        const StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        constexpr int kGroups = 100, kEach = 10'000;
        for (int g = 0; g < kGroups; ++g) {
            WriteGroup group = groupOf(static_cast<std::uint64_t>(g + 1));
            if (g == 0)
                group.interactions.push_back({1, "i"});
            for (int i = 0; i < kEach; ++i)
                group.events.push_back(newEvent(1, std::to_string(g * kEach + i)));
            NEED((*store)->write(group));
        }
        auto reader = (*store)->reader();
        NEED(reader);
        std::int64_t seen = 0, last = 0;
        bool ordered = true;
        NEED((*reader)->events(1, [&](StoredEvent &&e) {
            ordered = ordered && e.row > last && e.id == std::to_string(seen);
            last = e.row;
            ++seen;
            return true;
        }));
        QVERIFY(ordered);
        QCOMPARE(seen, kGroups * kEach);
        seen = 0;
        NEED((*reader)->events(1, [&](StoredEvent &&) { return ++seen < 10; }));
        QCOMPARE(seen, 10);
    }
};

THREADLINE_TEST_MAIN(TestStore)
#include "test_store.moc"
