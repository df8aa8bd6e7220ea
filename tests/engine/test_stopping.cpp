// SPDX-License-Identifier: GPL-3.0-or-later
/// The engine ends in time whatever its store does, tells of a store that fails once, and what was not recorded lies in a band.
#include "tests/engine/faultystore.h"

#include "core/base/log.h"
#include "core/engine/engine.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>

#include <algorithm>
#include <mutex>
#include <thread>

using namespace threadline;
using test::Faults;
using test::FaultyStore;

namespace {

constexpr int kWithin = 5'000; ///< promised, in every state

std::string messageOf(int n)
{
    const std::string number = std::to_string(n);
    return R"({"events":[{"id":"e)" + number + R"(","timestamp":"2031-01-04T10:00:00Z","type":"interaction-updated","data":{"interactionId":"i)"
        + number + R"(","participantId":"p"}}]})";
}

/// Lines of the log that hold a text.
class LogLines {
public:
    LogLines()
    {
        log::setSink([this](log::Level, std::string_view line) {
            std::scoped_lock lock(m_mutex);
            m_lines.emplace_back(line);
        });
    }
    ~LogLines() { log::setSink({}); }
    [[nodiscard]] int with(const std::string &text) const
    {
        std::scoped_lock lock(m_mutex);
        return static_cast<int>(std::count_if(m_lines.begin(), m_lines.end(), [&](const auto &l) { return l.find(text) != std::string::npos; }));
    }

private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_lines;
};

} // namespace

class TestStopping : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        const char *row = QTest::currentDataTag();
        m_folder = test::scratchFolder().toStdString() + "/" + QTest::currentTestFunction() + (row ? row : "");
        m_faults = std::make_unique<Faults>();
        m_log = std::make_unique<LogLines>();
        open();
        offer(Listening{m_clock.now()});
        offerMessages(1, 1);
        QVERIFY(m_engine->drain(Duration::seconds(60)));
    }
    void cleanup()
    {
        m_engine.reset();
        m_store.reset();
        m_log.reset();
    }
    void endsInTime_data();
    void endsInTime();
    void aStoreThatIsBusyJustThenIsWaitedFor();
    void whoWaitsForTheStoreHearsOfTheEnd();
    void whoRestoresCanBeStopped();
    void anotherContentCountsOnceItIsRecorded();
    void nothingIsWrittenAfterWhatWasGivenUp();
    void aGroupThatCannotBeClosedIsNotRecorded();
    void aStoreThatCannotBeReadIsToldOnce();
    void aStoreThatCannotBeWrittenIsToldOnce();
    void aDiskThatDoesNotAnswerIsTold();

private:
    void open()
    {
        StoreOptions options;
        options.folder = m_folder;
        auto store = Store::open(options);
        if (!store)
            qFatal("%s", store.error().message.c_str());
        m_store = std::make_unique<FaultyStore>(std::move(*store), *m_faults);
        EngineOptions engine;
        engine.queueMessages = 200;
        auto started = Engine::start(*m_store, engine, m_clock, [](const WriteGroup &) {}, [] {});
        if (!started)
            qFatal("%s", started.error().message.c_str());
        m_engine = std::move(*started);
    }
    bool offer(SourceItem item) { return m_engine->offer(item); }
    /// As many as find room.
    void offerMessages(int first, int last)
    {
        for (int n = first; n <= last && offer(RawMessage{messageOf(n), m_clock.now(), m_clock.steady(), false}); ++n) { }
    }
    /// How long the engine takes to end, in ms.
    qint64 end()
    {
        QElapsedTimer timer;
        timer.start();
        m_engine.reset();
        return timer.elapsed();
    }
    [[nodiscard]] std::vector<Band> bands()
    {
        const auto reader = m_store->reader();
        return (*reader)->bands({kEarliestTime, kLatestTime}).value();
    }

    const SystemClock m_clock;
    std::string m_folder;
    std::unique_ptr<Faults> m_faults;
    std::unique_ptr<LogLines> m_log;
    std::unique_ptr<FaultyStore> m_store;
    std::unique_ptr<Engine> m_engine;
};

void TestStopping::endsInTime_data()
{
    QTest::addColumn<bool>("writing");
    QTest::addColumn<bool>("reading");
    QTest::addColumn<int>("slow");
    QTest::newRow("idle") << false << false << 0;
    QTest::newRow("cannot be written") << true << false << 0;
    QTest::newRow("cannot be read") << false << true << 0;
    QTest::newRow("neither") << true << true << 0;
    QTest::newRow("slow") << false << false << 700;
}

void TestStopping::endsInTime()
{
    QFETCH(bool, writing);
    QFETCH(bool, reading);
    QFETCH(int, slow);
    const std::string row = QTest::currentDataTag();
    m_faults->slowMillis = slow;
    m_faults->writing = writing;
    m_faults->reading = reading;
    if (row != "idle")
        offerMessages(2, 2'000); // until the queue is full
    if (writing && !reading)
        QTRY_VERIFY(m_faults->refusedWrites > 0);
    const qint64 took = end();
    QVERIFY2(took <= kWithin, qPrintable(QString::number(took)));

    m_faults->writing = m_faults->reading = false;
    m_faults->slowMillis = 0;
    m_store.reset();
    open(); // draws the band, if the one that ended could not
    offer(Listening{m_clock.now()});
    offerMessages(3'000, 3'000);
    QVERIFY(m_engine->drain(Duration::seconds(60)));
    QCOMPARE(bands().size(), std::size_t(1));
    QVERIFY(bands().front().end.has_value());
    QCOMPARE(int(bands().front().cause), int(writing || reading ? BandCause::StoreFailed : BandCause::NotRunning));
}

/// Another program that writes to the store, as sqlite3 or a backup does, is soon done.
void TestStopping::aStoreThatIsBusyJustThenIsWaitedFor()
{
    m_faults->code = ErrorCode::Busy;
    m_faults->writing = true;
    offerMessages(2, 20);
    QTRY_VERIFY(m_faults->refusedWrites > 0);
    std::jthread other([this] {
        QTest::qSleep(700);
        m_faults->writing = false;
    });
    const qint64 took = end();
    QVERIFY2(took <= kWithin, qPrintable(QString::number(took)));
    QCOMPARE(m_log->with("before everything received was recorded"), 0);
    const auto reader = m_store->reader();
    QCOMPARE((*reader)->countEvents().value(), std::uint64_t(20));
}

void TestStopping::whoWaitsForTheStoreHearsOfTheEnd()
{
    m_faults->writing = true;
    offerMessages(2, 2'000);
    std::atomic<bool> heard{false};
    std::thread importer([&] {
        std::vector<HistoryEvent> events(1);
        while (m_engine->restore(events)) { }
        heard = !m_engine->drain(Duration::seconds(600));
    });
    QElapsedTimer timer;
    timer.start();
    m_engine->stop();
    importer.join();
    QVERIFY(heard);
    QTRY_VERIFY_WITH_TIMEOUT(m_engine->closed(), kWithin);
    SourceItem item = Listening{m_clock.now()};
    QVERIFY(!m_engine->offer(item)); // a source does not wait either
    QVERIFY2(timer.elapsed() <= kWithin, qPrintable(QString::number(timer.elapsed())));
}

/// A queue that a full disk keeps full: whoever restores is told to stop before the engine is.
void TestStopping::whoRestoresCanBeStopped()
{
    m_faults->writing = true;
    offerMessages(2, 2'000);
    std::atomic<bool> gaveUp{false};
    std::atomic<int> taken{0};
    std::jthread restoring([&](const std::stop_token &stop) {
        std::vector<HistoryEvent> events(1);
        while (m_engine->restore(events, stop) && !stop.stop_requested())
            ++taken;
        gaveUp = true;
    });
    QTRY_VERIFY(m_faults->refusedWrites > 0);
    for (int before = -1; before != taken; QTest::qWait(500)) // until it waits for room
        before = taken;
    restoring.request_stop();
    const bool inTime = QTest::qWaitFor([&] { return gaveUp.load(); }, kWithin);
    m_faults->writing = false;
    QVERIFY(inTime);
}

/// A later group builds on the one before: without it there would be events of an interaction that is not there.
void TestStopping::nothingIsWrittenAfterWhatWasGivenUp()
{
    m_faults->writing = true;
    offerMessages(2, 150);
    QTRY_VERIFY(m_faults->refusedWrites > 0);
    m_engine->stop();
    QTRY_VERIFY_WITH_TIMEOUT(m_engine->closed(), kWithin);
    m_faults->writing = false; // the disk comes back in the middle of the end
    QVERIFY(end() <= kWithin);
    const auto reader = m_store->reader();
    QCOMPARE((*reader)->countEvents().value(), std::uint64_t(1));
    QCOMPARE(m_store->integrity().value(), std::string());
}

/// What is taken cannot become a group, for the store cannot be read for it: the end says so, and so does the next start.
void TestStopping::aGroupThatCannotBeClosedIsNotRecorded()
{
    offer(RawMessage{R"({"events":[{"id":"e-loose","timestamp":"2026-05-06T10:44:10.000Z","type":"x","data":{"participantId":"nobody"}}]})",
                     m_clock.now(), m_clock.steady(), false});
    QVERIFY(m_engine->drain(Duration::seconds(60)));
    m_faults->naming = true;
    offerMessages(2, 50);
    QTRY_VERIFY(m_faults->refusedReads > 0);
    QVERIFY(!m_engine->end());
    QCOMPARE(m_log->with("received events and"), 1);
    m_engine.reset();
    m_store.reset();
    m_faults->naming = false;
    open();
    QVERIFY(m_store->opened().unwritten);
    QVERIFY(!m_store->opened().closed);
}

void TestStopping::anotherContentCountsOnceItIsRecorded()
{
    std::string other = messageOf(1);
    const std::size_t at = other.find("\"data\":{");
    QVERIFY(at != std::string::npos);
    other.insert(at + 8, "\"other\":1,");
    m_faults->writing = true;
    QVERIFY(offer(RawMessage{other, m_clock.now(), m_clock.steady(), false}));
    QTRY_VERIFY(m_faults->refusedWrites > 0);
    QCOMPARE(m_engine->status().variants, std::uint64_t(0));
    QVERIFY(m_engine->status().inFlight > 0);
    m_faults->writing = false;
    QVERIFY(m_engine->drain(Duration::seconds(60)));
    QVERIFY(m_engine->status().variants > 0);
    QCOMPARE(m_engine->status().inFlight, std::uint64_t(0));
}

void TestStopping::aStoreThatCannotBeReadIsToldOnce()
{
    offerMessages(2, 2);
    QVERIFY(m_engine->drain(Duration::seconds(60)));
    m_faults->reading = true;
    offerMessages(3, 4);
    QTRY_VERIFY(m_faults->refusedReads > 2);
    QCOMPARE(m_log->with(m_faults->error().message), 1);
    QCOMPARE(m_engine->status().storeError, m_faults->error().message);
    QVERIFY(!m_engine->status().recording);
    m_faults->reading = false;
    QTRY_VERIFY(m_engine->status().storeError.empty());
    QVERIFY(m_engine->drain(Duration::seconds(60)));
}

void TestStopping::aStoreThatCannotBeWrittenIsToldOnce()
{
    m_faults->writing = true;
    offerMessages(2, 2);
    QTRY_VERIFY(m_faults->refusedWrites > 2);
    QCOMPARE(m_log->with(m_faults->error().message), 1);
    QCOMPARE(m_engine->status().storeError, m_faults->error().message);
    QVERIFY(!m_engine->status().recording);
    m_faults->writing = false;
    QTRY_VERIFY(m_engine->status().storeError.empty());
    QVERIFY(m_engine->status().recording);
    QVERIFY(m_engine->drain(Duration::seconds(60)));
    QCOMPARE(m_log->with("The store works again"), 1);
}

/// It fails nothing, and nothing is recorded.
void TestStopping::aDiskThatDoesNotAnswerIsTold()
{
    m_faults->slowMillis = 7'000;
    offerMessages(2, 2);
    QTRY_VERIFY_WITH_TIMEOUT(m_engine->status().storeError.find("has not answered") != std::string::npos, 30'000);
    QVERIFY(!m_engine->status().recording);
    m_faults->slowMillis = 0;
    QTRY_VERIFY_WITH_TIMEOUT(m_engine->status().storeError.empty() && m_engine->status().recording, 30'000);
    QCOMPARE(m_log->with("has not answered"), 1);
    QCOMPARE(m_engine->status().stored, std::uint64_t(2));
}

THREADLINE_TEST_MAIN(TestStopping)
#include "test_stopping.moc"
