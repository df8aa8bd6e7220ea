// SPDX-License-Identifier: GPL-3.0-or-later
/// What the engine thread does with one message after the other, step by step: groups that end within a message, interactions that are put
/// out of memory and come back, clocks that are set.
#include "core/engine/engine.h"
#include "tests/engine/endedcall.h"
#include "tests/engine/faultystore.h"
#include "tests/support/testmain.h"

using namespace threadline;
using test::endedCall;

namespace {

const Timestamp kStart = *parseTimestamp("2031-01-04T10:00:00Z");

/// `more`: further members of its data.
std::string eventOf(const std::string &id, const std::string &interaction, Timestamp time, const std::string &type, const std::string &more = {})
{
    return R"({"id":")" + id + R"(","timestamp":")" + formatTimestamp(time) + R"(","type":")" + type + R"(","data":{"interactionId":")" + interaction
        + R"(","participantId":"p")" + more + "}}";
}

/// So many events, of as many interactions if each has its own.
std::string messageOf(const std::string &prefix, int events, bool ownInteractions, const std::string &more = {})
{
    std::string text = R"({"events":[)";
    for (int n = 0; n < events; ++n) {
        const std::string id = prefix + std::to_string(n);
        text += (n > 0 ? "," : "") + eventOf(id, ownInteractions ? "i" + std::to_string(n) : "i", kStart, "interaction-updated", more);
    }
    return text + "]}";
}

/// A store and what fills it, without threads.
class Steps {
public:
    Steps(const std::string &folder, const Clock &clock, const IngestOptions &options) : m_clock(clock)
    {
        StoreOptions store;
        store.folder = folder;
        m_store = std::make_unique<test::FaultyStore>(std::move(Store::open(store).value()), faults);
        m_ingest = std::move(Ingest::start(*m_store, options, clock, counters).value());
    }
    [[nodiscard]] Ingest &ingest() { return *m_ingest; }
    [[nodiscard]] Store &store() { return *m_store; }
    void listening() { QVERIFY(m_ingest->take(Listening{m_clock.now()})); }
    /// What was taken becomes durable. Returns the group.
    std::unique_ptr<WriteGroup> commit()
    {
        std::unique_ptr<WriteGroup> group = std::move(m_ingest->close().value());
        const auto written = m_store->write(*group);
        if (!written)
            qFatal("%s", written.error().message.c_str());
        m_ingest->committed(group->commit);
        if (!m_ingest->reload())
            qFatal("cannot be read anew");
        return group;
    }
    /// Takes a message, in as many groups as that needs; the last one is durable too.
    std::vector<std::unique_ptr<WriteGroup>> message(const std::string &text)
    {
        std::vector<std::unique_ptr<WriteGroup>> groups;
        if (!m_ingest->take(RawMessage{text, m_clock.now(), m_clock.steady(), false}))
            qFatal("not taken");
        while (m_ingest->unfinished()) {
            groups.push_back(commit());
            if (!m_ingest->goOn())
                qFatal("not taken");
        }
        groups.push_back(commit());
        return groups;
    }
    [[nodiscard]] std::optional<Summary> summary(const std::string &id)
    {
        auto reader = std::move(m_store->reader().value());
        const auto key = reader->find(id).value();
        return key ? reader->summary(*key).value() : std::nullopt;
    }
    Counters counters;
    test::Faults faults;

private:
    const Clock &m_clock;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Ingest> m_ingest;
};

} // namespace

class TestTaking : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = test::scratchFolder().toStdString() + "/" + QTest::currentTestFunction(); }
    void aGroupEndsWithinAMessage();
    void whatIsNotRecordedWholeIsNotTheLastReceived();
    void whatAMessageNamesNeedNotFitIntoMemory();
    void oneInteractionIsBounded();
    void aRecordIsWeighedWithItsEvents();
    void whoComesBackWithinTheMinuteIsNotOver();
    void aClockThatWasAheadSpoilsNoBand();
    void aClockPutRightAtAStartSpoilsNoBand();
    void whatCameAfterABandIsNoMatterOfTheClock();
    void retentionGoesByNoClockThatNothingBearsOut();
    void whatWaitedWhileTheClockWasPutBackIsOfNow();
    void aMessageThatIsGivenUpEndsNoBand();
    void whatIsImportedAsEndedIsNotOpen();
    void whatRetentionDeletesMeanwhileIsNotMadeAnew();
    void anEventThatFindsItsInteractionIsCountedThoughReadingFailsOnce();
    void allThatWereOpenAtAStartEnd();
    void aFullMemoryWaitsForAGroupThatCannotBeClosed();
    void aStartWithAWrongClockDeletesNothing();

private:
    ManualClock m_clock{kStart};
    std::string m_folder;
};

void TestTaking::aGroupEndsWithinAMessage()
{
    IngestOptions options;
    options.groupRows = 10;
    Steps steps(m_folder, m_clock, options);
    const auto groups = steps.message(messageOf("e", 95, false));
    QCOMPARE(groups.size(), std::size_t(10));
    for (const auto &group : groups)
        QVERIFY(group->events.size() <= options.groupRows);
    QCOMPARE(steps.summary("i")->count, std::int64_t(95));
    QCOMPARE(steps.counters.received.load(), std::uint64_t(95));
    QCOMPARE(steps.counters.messages.load(), std::uint64_t(1));
    // Long names of many interactions: it is what their summaries take that fills a group.
    options.groupRows = 8192;
    options.groupBytes = 100'000;
    Steps named(m_folder + "named", m_clock, options);
    const auto more = R"(,"queueName":")" + std::string(250, 'q') + R"(")";
    QVERIFY(named.message(messageOf("e", 1000, true, more)).size() >= 8);
}

/// A kill between two groups of one message loses the rest of it, so the band must begin with the message before.
void TestTaking::whatIsNotRecordedWholeIsNotTheLastReceived()
{
    IngestOptions options;
    options.groupRows = 10;
    Steps steps(m_folder, m_clock, options);
    steps.listening();
    steps.message(messageOf("a", 1, false));
    m_clock.advance(Duration::seconds(10));
    const auto groups = steps.message(messageOf("b", 25, false));
    QCOMPARE(groups.size(), std::size_t(3));
    QCOMPARE(groups[0]->lastReceived, std::optional(kStart));
    QCOMPARE(groups[1]->lastReceived, std::optional(kStart));
    QCOMPARE(groups[2]->lastReceived, std::optional(kStart + Duration::seconds(10)));
    m_clock.advance(Duration::seconds(10));
    QVERIFY(steps.ingest().take(RawMessage{messageOf("c", 25, false), m_clock.now(), m_clock.steady(), false}));
    steps.ingest().giveUpRest();
    QCOMPARE(steps.commit()->lastReceived, std::optional(kStart + Duration::seconds(10)));
    QVERIFY(!steps.ingest().unfinished());
}

void TestTaking::whatAMessageNamesNeedNotFitIntoMemory()
{
    IngestOptions options;
    options.cacheBytes = 100'000;
    Steps steps(m_folder, m_clock, options);
    const auto groups = steps.message(messageOf("e", 2000, true)); // two kilobytes each
    QVERIFY2(groups.size() > 10, std::to_string(groups.size()).c_str());
    QVERIFY(!steps.ingest().crowded());
    steps.message(messageOf("e", 2000, true));
    QCOMPARE(steps.counters.duplicates.load(), std::uint64_t(2000));
    QCOMPARE(steps.summary("i1999")->count, std::int64_t(1));
}

/// Beyond its weight only what it has already is taken, as the duplicates that they are.
void TestTaking::oneInteractionIsBounded()
{
    IngestOptions options;
    options.interactionBytes = 100'000;
    Steps steps(m_folder, m_clock, options);
    steps.message(messageOf("a", 2000, false));
    const std::int64_t kept = steps.summary("i")->count;
    QVERIFY2(kept > 200 && kept < 2000, std::to_string(kept).c_str());
    QCOMPARE(steps.counters.refusedBy["interaction-too-large"], std::uint64_t(2000 - kept));
    steps.message(messageOf("a", 100, false));
    QCOMPARE(steps.counters.duplicates.load(), std::uint64_t(100));
    steps.message(messageOf("a", 100, false, R"(,"other":1)")); // variants
    QCOMPARE(steps.counters.refusedBy["interaction-too-large"], std::uint64_t(2000 - kept + 100));
    QCOMPARE(steps.summary("i")->count, kept);
    QCOMPARE(steps.summary("i")->variants, std::int64_t(0));
    steps.message(messageOf("b", 5, true)); // others are taken as ever
    QCOMPARE(steps.summary("i4")->count, std::int64_t(1));
}

/// It was over, put out of memory, began again, was over again and put out again: the minute counts from the last leaving.
/// Each of its events bears the ids of its participant and session, however little text its segments are.
void TestTaking::aRecordIsWeighedWithItsEvents()
{
    std::string segments;
    for (int i = 0; i < 100; ++i)
        segments += (i > 0 ? "," : "") + std::string(R"({"segmentStart":"2031-01-04T10:00:00Z"})");
    Imported imported;
    imported.record = readRecord(R"({"conversationId":"c","participants":[{"participantId":"p","userId":")" + std::string(900, 'u')
                                 + R"(","sessions":[{"sessionId":"s","segments":[)" + segments + "]}]}]}").value();
    imported.events = recordEvents(imported.record, kStart);
    for (const Event &event : imported.events)
        imported.eventBytes += event.bytes();
    QVERIFY(imported.eventBytes > 10 * imported.record.raw.size());
    IngestOptions options;
    options.groupBytes = 10 * imported.record.raw.size();
    Steps steps(m_folder, m_clock, options);
    QVERIFY(steps.ingest().take(imported));
    QVERIFY(steps.ingest().full());
}

void TestTaking::whoComesBackWithinTheMinuteIsNotOver()
{
    IngestOptions options;
    options.cacheBytes = 1; // nothing stays in memory
    Steps steps(m_folder, m_clock, options);
    const auto moved = [&](const std::string &id, const char *what) {
        steps.message(R"({"events":[)" + eventOf(id, "i", m_clock.now(), std::string("interaction-participant-") + what) + "]}");
        steps.message(R"({"events":[)" + eventOf("other" + id, "other", m_clock.now(), "interaction-updated") + "]}");
    };
    const auto ended = [&] {
        if (!steps.ingest().tick())
            qFatal("cannot be read");
        if (steps.ingest().pending())
            steps.commit();
        return steps.summary("i")->state == InteractionState::Ended;
    };
    moved("1", "joined");
    moved("2", "left");
    m_clock.advance(Duration::seconds(20));
    moved("3", "joined");
    m_clock.advance(Duration::seconds(30));
    moved("4", "left");
    m_clock.advance(Duration::seconds(15)); // the first leaving is more than a minute ago
    QVERIFY(!ended());
    m_clock.advance(Duration::seconds(44));
    QVERIFY(!ended());
    m_clock.advance(Duration::seconds(2));
    QVERIFY(ended());
}

/// A year ahead for a minute. What is lost later lies where it was lost.
void TestTaking::aClockThatWasAheadSpoilsNoBand()
{
    const Timestamp ahead = kStart + Duration::seconds(366 * 86'400);
    Steps steps(m_folder, m_clock, {});
    steps.listening();
    steps.message(messageOf("a", 1, false));
    m_clock.jumpTo(ahead);
    QVERIFY(steps.ingest().tick());
    steps.message(messageOf("b", 1, false));
    m_clock.jumpTo(kStart + Duration::seconds(60));
    QVERIFY(steps.ingest().take(NotListening{m_clock.now(), BandCause::ConnectionLost, "gone"}));
    m_clock.advance(Duration::seconds(10));
    steps.listening();
    auto groups = steps.message(messageOf("c", 1, false));
    QCOMPARE(groups.front()->bands.size(), std::size_t(1));
    QCOMPARE(groups.front()->bands[0].start, kStart + Duration::seconds(60));
    QCOMPARE(groups.front()->bands[0].end, std::optional(kStart + Duration::seconds(70)));
    // And while a band is open.
    m_clock.jumpTo(ahead);
    QVERIFY(steps.ingest().take(NotListening{m_clock.now(), BandCause::ConnectionLost, "gone"}));
    steps.message(messageOf("d", 1, false));
    m_clock.advance(Duration::seconds(30));
    m_clock.jumpTo(kStart + Duration::seconds(100));
    steps.listening();
    groups = steps.message(messageOf("e", 1, false));
    QCOMPARE(groups.front()->bands.size(), std::size_t(1));
    QVERIFY(groups.front()->bands[0].start <= kStart + Duration::seconds(70));
    QCOMPARE(groups.front()->bands[0].end, std::optional(kStart + Duration::seconds(100)));
    QCOMPARE(groups.front()->lastReceived, std::optional(kStart + Duration::seconds(100)));
}

/// It was put right while the program was not running: the events' own time tells when something was heard last.
void TestTaking::aClockPutRightAtAStartSpoilsNoBand()
{
    {
        Steps steps(m_folder, m_clock, {});
        m_clock.jumpTo(kStart + Duration::seconds(366 * 86'400));
        steps.listening();
        steps.message(messageOf("a", 1, false)); // of kStart, by its source
    }
    m_clock.jumpTo(kStart + Duration::seconds(120));
    Steps steps(m_folder, m_clock, {});
    steps.listening();
    const auto groups = steps.message(messageOf("b", 1, false));
    QCOMPARE(groups.front()->bands.size(), std::size_t(1));
    QCOMPARE(groups.front()->bands[0].start, kStart);
    QCOMPARE(groups.front()->bands[0].end, std::optional(kStart + Duration::seconds(120)));
    QCOMPARE(groups.front()->lastReceived, std::optional(kStart + Duration::seconds(120)));
}

/// Its last event bears a receipt of next year, and came before the band all the same: it shows nothing about that.
void TestTaking::whatCameAfterABandIsNoMatterOfTheClock()
{
    Steps steps(m_folder, m_clock, {});
    steps.listening();
    m_clock.jumpTo(kStart + Duration::seconds(366 * 86'400));
    const auto sequenced = [](int n, const char *what) {
        return eventOf(std::to_string(n), "i", kStart, std::string("interaction-participant-") + what).insert(1, "\"sequence\":" + std::to_string(n) + ",");
    };
    steps.message(R"({"events":[)" + sequenced(1, "joined") + "," + sequenced(2, "left") + "]}");
    m_clock.jumpTo(kStart);
    QVERIFY(steps.ingest().take(NotListening{m_clock.now(), BandCause::ConnectionLost, "gone"}));
    steps.listening();
    steps.message(messageOf("other", 1, true));
    m_clock.advance(Duration::seconds(120));
    QVERIFY(steps.ingest().tick());
    const auto ended = steps.commit();
    QCOMPARE(int(steps.summary("i")->state), int(InteractionState::Ended));
    QVERIFY(std::none_of(ended->bands.begin(), ended->bands.end(), [](const Band &band) { return band.state == BandState::NothingMissed; }));
}

void TestTaking::retentionGoesByNoClockThatNothingBearsOut()
{
    const auto steady = [](std::int64_t hours) { return Duration::seconds(hours * 3600); };
    const auto wall = [&](std::int64_t hours) { return kStart + steady(hours); };
    const Duration keeps = Duration::seconds(30 * 86'400);
    const RetentionClock::Witness silent, near{Duration::seconds(2), 1'000, false};
    RetentionClock clock(wall(0), steady(5), kStart, keeps);
    QCOMPARE(clock.now(wall(3), steady(8), silent), wall(3));
    QCOMPARE(clock.now(wall(9'000), steady(9), near), wall(4)); // set ahead: what was heard before shows nothing
    QVERIFY(!clock.heldBack(steady(9)));
    QCOMPARE(clock.now(wall(9'001), steady(10), {Duration::seconds(2), 1'100, false}), wall(5));
    QVERIFY(clock.heldBack(steady(10)) && *clock.heldBack(steady(10)) > steady(8'990));
    QCOMPARE(clock.now(wall(9'002), steady(11), {steady(8'996), 1'101, false}), wall(6)); // the source says that it is wrong
    QCOMPARE(clock.now(wall(9'003), steady(12), {Duration::seconds(2), 1'101, false}), wall(9'003)); // that it is right
    QVERIFY(!clock.heldBack(steady(12)));
    QCOMPARE(clock.now(wall(4), steady(13), silent), wall(4)); // put back: less is old
    // A start long after what is stored, or with a clock that is ahead, cannot be told apart before something is heard.
    RetentionClock late(wall(24 * 365), steady(0), kStart, keeps);
    QCOMPARE(late.now(wall(24 * 365), steady(0), silent), kStart + RetentionClock::kExplained);
    QCOMPARE(late.now(wall(24 * 365 + 1), steady(1), {Duration::seconds(1), 101, false}), wall(24 * 365 + 1));
    RetentionClock kept(wall(24 * 365), steady(0), kStart, keeps); // what is only imported is never borne out by a source
    QCOMPARE(kept.now(wall(24 * 365), steady(0), {Duration(), 0, true}), wall(24 * 365));
    QCOMPARE(kept.now(wall(24 * 366), steady(24), silent), wall(24 * 366));
    RetentionClock soon(wall(24 * 5), steady(0), kStart, keeps);
    QCOMPARE(soon.now(wall(24 * 5), steady(0), silent), wall(24 * 5));
    // What is kept for three days is not all too old because the clock may be seven ahead.
    RetentionClock brief(wall(24 * 365), steady(0), kStart, Duration::seconds(3 * 86'400));
    QCOMPARE(brief.now(wall(24 * 365), steady(0), silent), wall(36));
    // Of an empty store only the source can tell.
    RetentionClock empty(wall(24 * 365), steady(0), std::nullopt, keeps);
    QCOMPARE(empty.now(wall(24 * 365), steady(0), silent), wall(24 * 365));
    QCOMPARE(empty.now(wall(24 * 365 + 1), steady(1), {steady(24 * 365), 1, false}), wall(1));
    QCOMPARE(empty.now(wall(2), steady(2), {Duration(), 50, false}), wall(2)); // put right
    // No battery: 1970 at first, then set right within what is stored.
    RetentionClock bare(Timestamp{0}, steady(0), kStart, keeps);
    QCOMPARE(bare.now(Timestamp{60'000'000}, Duration::seconds(60), silent), Timestamp{60'000'000});
    QCOMPARE(bare.now(wall(1), Duration::seconds(120), silent), wall(1));
}

/// The clock was ahead when it was received, and has been put right before it is taken.
void TestTaking::whatWaitedWhileTheClockWasPutBackIsOfNow()
{
    Steps steps(m_folder, m_clock, {});
    QVERIFY(steps.ingest().take(Listening{m_clock.now()}));
    const Timestamp ahead = m_clock.now() + Duration::seconds(3'600);
    QVERIFY(steps.ingest().take(RawMessage{messageOf("i", 1, false), ahead, m_clock.steady(), false}));
    m_clock.advance(Duration::seconds(60));
    QVERIFY(steps.ingest().take(NotListening{m_clock.now(), BandCause::ConnectionLost, "gone"}));
    const auto written = steps.commit();
    QCOMPARE(written->bands.size(), std::size_t(1));
    QVERIFY(written->bands.front().start <= m_clock.now());
}

/// Half of a message that ended a band: the band goes on, and there is one.
void TestTaking::aMessageThatIsGivenUpEndsNoBand()
{
    BandKeeper bands("streaming", 1);
    bands.listening();
    bands.message(kStart, [] { return std::set<std::int64_t>(); });
    bands.notListening(kStart + Duration::seconds(10), BandCause::ConnectionLost, "gone");
    bands.listening();
    const auto before = bands.lastReceived();
    bands.message(kStart + Duration::seconds(60), [] { return std::set<std::int64_t>{1}; });
    QCOMPARE(bands.takeChanged().size(), std::size_t(1));
    bands.heardUntil(before);
    bands.notListening(kStart + Duration::seconds(61), BandCause::NotRunning, "stopped");
    const auto changed = bands.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QVERIFY(!changed.front().end);
    QVERIFY(changed.front().start == kStart);
}

/// A conversation that has ended is not counted as open until the next start.
void TestTaking::whatIsImportedAsEndedIsNotOpen()
{
    Steps steps(m_folder, m_clock, {});
    Imported imported = endedCall("c1", kStart);
    QVERIFY(steps.ingest().take(imported));
    steps.commit();
    steps.commit();
    QCOMPARE(steps.counters.openInteractions.load(), std::uint64_t(0));
    QCOMPARE(int(steps.summary("c1")->state), int(InteractionState::Ended));
}

/// Retention deletes it between its commit and its being read anew: nothing is made of it, and it is not taken again.
void TestTaking::whatRetentionDeletesMeanwhileIsNotMadeAnew()
{
    Steps steps(m_folder, m_clock, {});
    Imported imported = endedCall("c1", kStart - Duration::seconds(40 * 86'400));
    QVERIFY(steps.ingest().take(imported));
    auto group = std::move(steps.ingest().close().value());
    QVERIFY(steps.store().write(*group));
    QCOMPARE(steps.store().retain(kStart, 100).value(), 1);
    steps.ingest().committed(group->commit);
    QVERIFY(steps.ingest().reload());
    steps.commit();
    QVERIFY(!steps.summary("c1"));
    QCOMPARE(steps.counters.openInteractions.load(), std::uint64_t(0));
    imported = endedCall("c1", kStart - Duration::seconds(40 * 86'400));
    QVERIFY(steps.ingest().take(imported));
    steps.commit();
    QVERIFY(!steps.summary("c1"));
    QCOMPARE(steps.counters.refused.load(), std::uint64_t(1));
}

/// The list's row is that of the events, whatever could not be read when the group was closed first.
void TestTaking::anEventThatFindsItsInteractionIsCountedThoughReadingFailsOnce()
{
    Steps steps(m_folder, m_clock, {});
    const std::string nameless = R"({"events":[{"id":"u0","timestamp":"2031-01-04T10:00:01Z","type":"interaction-updated","data":{"participantId":"other"}}]})";
    steps.message(nameless);
    steps.message(messageOf("a", 1, false));
    steps.commit();
    QVERIFY(steps.ingest().take(RawMessage{R"({"events":[{"id":"u1","timestamp":"2031-01-04T10:00:02Z","type":"interaction-updated","data":{"participantId":"p"}}]})",
                                           m_clock.now(), m_clock.steady(), false}));
    steps.faults.summing = 1;
    QVERIFY(!steps.ingest().close());
    steps.commit();
    steps.commit();
    QCOMPARE(steps.summary("i")->count, std::int64_t(2));
}

/// More than are noted at a start end all the same, and all count as open until then.
void TestTaking::allThatWereOpenAtAStartEnd()
{
    constexpr int kOpen = 20'600;
    {
        Steps steps(m_folder, m_clock, {});
        for (int n = 0; n < kOpen; n += 100) {
            std::string text;
            for (int k = n; k < n + 100; ++k) {
                const std::string id = "i" + std::to_string(k);
                text += (k > n ? "," : "") + eventOf(id + "a", id, kStart, "interaction-participant-joined") + ","
                    + eventOf(id + "b", id, kStart, "interaction-participant-left");
            }
            steps.message(R"({"events":[)" + text + "]}");
        }
    }
    m_clock.advance(Duration::seconds(600));
    Steps steps(m_folder, m_clock, {});
    QCOMPARE(steps.counters.openInteractions.load(), std::uint64_t(kOpen));
    for (int n = 0; n < 1'000 && steps.counters.openInteractions > 0; ++n) {
        QVERIFY(steps.ingest().tick());
        steps.commit();
    }
    QCOMPARE(steps.counters.openInteractions.load(), std::uint64_t(0));
    QCOMPARE(std::move(steps.store().reader().value())->census(std::nullopt).value().open, std::int64_t(0));
}

/// The group stands as it was while the store cannot be read for it, though the memory is full.
void TestTaking::aFullMemoryWaitsForAGroupThatCannotBeClosed()
{
    StoreOptions options;
    options.folder = m_folder;
    test::Faults faults;
    test::FaultyStore store(std::move(Store::open(options).value()), faults);
    EngineOptions engineOptions;
    engineOptions.ingest.cacheBytes = 300'000;
    engineOptions.groupAge = Duration::seconds(30);
    auto engine = std::move(Engine::start(store, engineOptions, m_clock, [](const WriteGroup &) {}, [] {}).value());
    const auto offer = [&](SourceItem item) { QTRY_VERIFY(engine->offer(item)); };
    offer(Listening{m_clock.now()});
    offer(RawMessage{R"({"events":[{"id":"u","timestamp":"2031-01-04T10:00:01Z","type":"interaction-updated","data":{"participantId":"x"}}]})",
                     m_clock.now(), m_clock.steady(), false});
    faults.naming = true;
    QVERIFY(engine->import(endedCall("c1", kStart).record));
    offer(RawMessage{messageOf("e", 1'000, true), m_clock.now(), m_clock.steady(), false});
    QTRY_VERIFY_WITH_TIMEOUT(faults.refusedReads >= 2, 20'000);
    faults.naming = false;
    QTRY_VERIFY_WITH_TIMEOUT(engine->status().inFlight == 0 && engine->status().stored > 1'000, 60'000);
    QVERIFY(engine->end());
    QCOMPARE(store.reader().value()->census(std::nullopt).value().open + store.reader().value()->census(std::nullopt).value().ended, std::int64_t(1'001));
}

void TestTaking::aStartWithAWrongClockDeletesNothing()
{
    const Duration year = Duration::seconds(366 * 86'400);
    const auto over = [](const std::string &id, Timestamp time) {
        return R"({"events":[)" + eventOf(id + "1", id, time, "interaction-participant-joined") + "," + eventOf(id + "2", id, time, "interaction-participant-left") + "]}";
    };
    {
        Steps steps(m_folder, m_clock, {});
        steps.message(over("old", kStart - year));
        steps.message(over("new", kStart));
        steps.message(over("newer", kStart));
        m_clock.advance(Duration::seconds(120));
        QVERIFY(steps.ingest().tick());
        steps.commit();
        QCOMPARE(int(steps.summary("new")->state), int(InteractionState::Ended));
    }
    m_clock.jumpTo(kStart + year);
    StoreOptions options;
    options.folder = m_folder;
    const auto store = std::move(Store::open(options).value());
    EngineOptions engineOptions;
    engineOptions.retention = Duration::seconds(30 * 86'400);
    engineOptions.clockIsKept = [] { return false; };
    auto engine = std::move(Engine::start(*store, engineOptions, m_clock, [](const WriteGroup &) {}, [] {}).value());
    QTRY_VERIFY_WITH_TIMEOUT(store->hasTombstone("old").value(), 20'000);
    QVERIFY(!store->hasTombstone("new").value());
    QVERIFY(engine->end());
    QVERIFY(store->reader().value()->find("new").value());
}

THREADLINE_TEST_MAIN(TestTaking)
#include "test_taking.moc"
