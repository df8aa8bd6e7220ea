// SPDX-License-Identifier: GPL-3.0-or-later
/// The engine against the judge: whatever the network did, each timeline is exactly what the set of events makes it.
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/engine/attacher.h"
#include "core/engine/readerpool.h"
#include "core/model/limits.h"
#include "tests/engine/harness.h"
#include "tests/support/judge.h"
#include "tests/support/testmain.h"

#include <QFile>

#include <future>
#include <mutex>
#include <sqlite3.h>

#include <thread>

using namespace threadline;
using test::Harness;
using test::Truth;

namespace {

sim::Options calls(int interactions, std::uint64_t faultSeed)
{
    sim::Options options;
    options.seed = 4711;
    options.faultSeed = faultSeed;
    options.interactions = interactions;
    options.rate = 0;
    options.faults.skew = Duration::seconds(60);
    return options;
}

/// Every fault at once.
sim::Options everyFault(int interactions, std::uint64_t faultSeed)
{
    sim::Options options = calls(interactions, faultSeed);
    options.faults.shuffle = 256;
    options.faults.duplicate = 1.0;
    options.faults.disconnectEvery = 500;
    options.faults.replay = 50;
    options.faults.bad = 0.02;
    options.faults.odd = 0.05;
    return options;
}

std::string eventJson(const std::string &id, const std::string &interaction, const std::string &participant, int second,
                  const std::string &more = {})
{
    const std::string time = formatTimestamp(*parseTimestamp("2031-01-04T10:00:00Z") + Duration::seconds(second));
    std::string data = interaction.empty() ? "" : "\"interactionId\":\"" + interaction + "\",";
    return "{\"id\":\"" + id + "\",\"timestamp\":\"" + time + "\",\"type\":\"interaction-updated\",\"data\":{" + data
        + "\"participantId\":\"" + participant + "\"" + more + "}}";
}

std::string messageOf(const std::string &events) { return "{\"events\":[" + events + "]}"; }

} // namespace

class TestEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        const char *row = QTest::currentDataTag();
        m_folder = test::scratchFolder().toStdString() + "/" + QTest::currentTestFunction() + (row ? row : "");
    }
    void everyFaultGivesTheTruth_data() { cacheRows(); }
    void everyFaultGivesTheTruth();
    void withoutSequencesItIsTheJudges();
    void restartsChangeNothing();
    void summariesEqualTheJudges_data() { cacheRows(); }
    void summariesEqualTheJudges();
    void overButNotNotedEnd_data() { cacheRows(); }
    void overButNotNotedEnd();
    void variantsInAnyOrder();
    void unattachedFindTheirWay();
    void unattachedGoBackWhenAmbiguous();
    void unattachedAreBoundedInBytes();
    void countersBalance();
    void whatIsTooLongIsRefusedOrCut();
    void whatAnEventHoldsIsStoredAsReceived();
    void manyRefusedAreAllCounted();
    void quickQuestionsWaitForNoQueueOfLongOnes();
    void recordsStand();
    void aRecordThatIsTakenCounts();
    void aDamagedRecordIsReplaced();
    void importedOnesAreNeverSeenWithoutTheirTime();
    void whatIsStoredIsKnownBesideAFeedThatNeverRests();
    void statusNamesTheSourceOfNow();
    void cursorIsStableUnderIngest();
    void unknownIsNotFound();
    void damageThatAnAnswerMeetsIsTheStores();
    void hugeOnesComeInPieces();

private:
    /// All interactions stay in memory, or nearly none does: each is put out and read back again and again.
    static void cacheRows()
    {
        QTest::addColumn<qulonglong>("cacheBytes");
        QTest::newRow("all in memory") << qulonglong(IngestOptions().cacheBytes);
        QTest::newRow("hardly any in memory") << qulonglong(8 << 10);
    }

    std::string m_folder;
    SystemClock m_clock;
};

void TestEngine::everyFaultGivesTheTruth()
{
    QFETCH(qulonglong, cacheBytes);
    std::map<std::string, std::string> bodies[2];
    for (int run = 0; run < 2; ++run) {
        Harness harness(m_folder + std::to_string(run), SequenceScope::Interaction, m_clock, cacheBytes);
        const Truth truth = test::feed(harness, everyFault(120, static_cast<std::uint64_t>(run + 1)));
        harness.drain();
        QCOMPARE(truth.size(), std::size_t(120));
        for (const auto &[id, events] : truth) {
            const std::string body = harness.body(id);
            QCOMPARE(body, judge::timelineBody(id, events, SequenceScope::Interaction));
            bodies[run][id] = body;
        }
        QCOMPARE(harness.integrity(), std::string());
    }
    QVERIFY(bodies[0] == bodies[1]);
}

void TestEngine::withoutSequencesItIsTheJudges()
{
    sim::Options options = everyFault(60, 5);
    options.faults.noSequence = true;
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    const Truth truth = test::feed(harness, options);
    harness.drain();
    for (const auto &[id, events] : truth)
        QCOMPARE(harness.body(id), judge::timelineBody(id, events, SequenceScope::Interaction));
}

void TestEngine::restartsChangeNothing()
{
    auto harness = std::make_unique<Harness>(m_folder, SequenceScope::Interaction, m_clock);
    // three runs over the same events, each interrupted and begun again: everything comes at least three times
    Truth truth;
    for (std::uint64_t run = 1; run <= 3; ++run) {
        int messages = 0;
        truth = test::feed(harness, everyFault(40, run), [&] {
            if (++messages % 200 == 0) {
                harness.reset();
                harness = std::make_unique<Harness>(m_folder, SequenceScope::Interaction, m_clock);
                harness->listening();
            }
        });
    }
    harness->drain();
    for (const auto &[id, events] : truth)
        QCOMPARE(harness->body(id), judge::timelineBody(id, events, SequenceScope::Interaction));
    QCOMPARE(harness->list().size(), truth.size());
}

void TestEngine::summariesEqualTheJudges()
{
    QFETCH(qulonglong, cacheBytes);
    const sim::Options options = everyFault(40, 3);
    ManualClock clock(options.start);
    Harness harness(m_folder, SequenceScope::Interaction, clock, cacheBytes);
    const Truth truth = test::feed(harness, options);
    harness.drain();
    clock.advance(Duration::seconds(400 * 86'400)); // all are long over; the engine finds that out by itself
    QTRY_COMPARE_WITH_TIMEOUT(int(harness.session().status().openInteractions), 0, 20'000);
    // no message brought that about, so nothing tells when it is durable
    const auto ended = [](const Summary &summary) { return summary.state == InteractionState::Ended; };
    std::vector<Summary> list;
    QTRY_VERIFY_WITH_TIMEOUT((list = harness.list(), std::all_of(list.begin(), list.end(), ended)), 20'000);
    QCOMPARE(list.size(), truth.size());
    for (const Summary &summary : list) {
        const Summary expected =
            judge::summary(truth.at(summary.interaction.value), SequenceScope::Interaction, clock.now());
        QCOMPARE(summary.count, expected.count);
        QCOMPARE(summary.start, expected.start);
        QCOMPARE(summary.lastEventAt, expected.lastEventAt);
        QCOMPARE(int(summary.state), int(expected.state));
        QCOMPARE(summary.end, expected.end);
        QCOMPARE(summary.media, expected.media);
        QCOMPARE(summary.queues, expected.queues);
        QCOMPARE(summary.agents, expected.agents);
        QCOMPARE(summary.customer, expected.customer);
    }
}

/// There was room to note two of them: the others are found among those that are open in the store.
void TestEngine::overButNotNotedEnd()
{
    QFETCH(qulonglong, cacheBytes);
    const sim::Options options = everyFault(40, 3);
    ManualClock clock(options.start);
    Harness harness(m_folder, SequenceScope::Interaction, clock, cacheBytes, false, 2);
    (void)test::feed(harness, options);
    harness.drain();
    clock.advance(Duration::seconds(400 * 86'400));
    QTRY_COMPARE_WITH_TIMEOUT(int(harness.session().status().openInteractions), 0, 20'000);
}

/// Ids and names of a kilobyte: what they take bounds how many wait, not their number.
void TestEngine::unattachedAreBoundedInBytes()
{
    const std::string pad(1000, 'x');
    Attacher attacher;
    std::size_t taken = 0;
    Event event;
    do {
        event.id.value = pad + std::to_string(taken);
        event.participant.value = "p" + event.id.value;
    } while (attacher.add(event) && ++taken < Attacher::kMaxWatched);
    QVERIFY2(taken > 5'000 && taken < Attacher::kMaxWatchedBytes / 2000, std::to_string(taken).c_str());
    // with ids as Genesys Cloud gives them the number is what bounds them
    Attacher usual;
    const std::string id(30, 'x');
    for (taken = 0; taken < Attacher::kMaxWatched; ++taken) {
        event.id.value = std::to_string(100'000 + taken) + id;
        event.participant.value = event.id.value;
        if (!usual.add(event))
            break;
    }
    QCOMPARE(taken, Attacher::kMaxWatched);
}

void TestEngine::variantsInAnyOrder()
{
    const std::vector<std::string> bodies = {eventJson("e", "i", "p", 10, ",\"n\":1"), eventJson("e", "i", "p", 10, ",\"n\":2"),
                                             eventJson("e", "i", "p", 9, ",\"n\":3"), eventJson("x", "i", "p", 5)};
    std::vector<int> order = {0, 1, 2, 3};
    std::string expected;
    do {
        const std::string folder = m_folder + std::to_string(order[0]) + std::to_string(order[1]) + std::to_string(order[2])
            + std::to_string(order[3]);
        Harness harness(folder, SequenceScope::Interaction, m_clock);
        for (const int n : order) {
            harness.message(messageOf(bodies[static_cast<std::size_t>(n)]));
            harness.drain();
        }
        const std::string body = harness.body("i");
        if (expected.empty())
            expected = body;
        QCOMPARE(body, expected);
        QCOMPARE(harness.session().status().variants, std::uint64_t(2));
        const std::string evidence = harness.body("i", true);
        for (const char *n : {"\"n\":1", "\"n\":2", "\"n\":3"})
            QVERIFY2(evidence.find(n) != std::string::npos, evidence.c_str());
    } while (std::next_permutation(order.begin(), order.end()));
    QVERIFY(expected.find("\"n\":3") != std::string::npos); // the smallest time stands
    QVERIFY(expected.find("\"n\":1") == std::string::npos);
}

void TestEngine::unattachedFindTheirWay()
{
    for (const bool before : {true, false}) {
        Harness harness(m_folder + (before ? "b" : "a"), SequenceScope::Interaction, m_clock);
        const std::string loose = messageOf(eventJson("loose", "", "p1", 20));
        if (before)
            harness.message(loose);
        harness.message(messageOf(eventJson("e1", "i", "p1", 10) + "," + eventJson("e2", "i", "p2", 30)));
        harness.drain();
        if (!before)
            harness.message(loose);
        harness.drain();
        QTRY_VERIFY(harness.body("i").find("loose") != std::string::npos);
        const Event attached = test::decoded(eventJson("loose", "", "p1", 20));
        const std::string body = harness.body("i");
        QVERIFY2(body.find("\"count\":3") != std::string::npos, body.c_str());
        QVERIFY(body.find("e1") < body.find("loose") && body.find("loose") < body.find("e2"));
        QVERIFY(harness.body("i", true).find("\"attached\"") != std::string::npos);
        QCOMPARE(harness.session().status().unattached, std::uint64_t(0));
        harness.message(loose); // and is known when it comes again
        harness.drain();
        QCOMPARE(harness.session().status().duplicates, std::uint64_t(1));
        QTRY_COMPARE(harness.list().front().count, std::int64_t(3));
    }
}

void TestEngine::unattachedGoBackWhenAmbiguous()
{
    {
        Harness harness(m_folder, SequenceScope::Interaction, m_clock);
        harness.message(messageOf(eventJson("e1", "i", "p1", 10) + "," + eventJson("loose", "", "p1", 20)));
        harness.drain();
        QTRY_VERIFY(harness.body("i").find("loose") != std::string::npos);
    }
    Harness harness(m_folder, SequenceScope::Interaction, m_clock); // remembered over a restart
    harness.message(messageOf(eventJson("e9", "other", "p1", 40)));
    harness.drain();
    QTRY_VERIFY(harness.body("i").find("loose") == std::string::npos);
    QTRY_COMPARE(harness.session().status().unattached, std::uint64_t(1));
    QVERIFY(harness.body("other").find("loose") == std::string::npos);
}

void TestEngine::countersBalance()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    sim::Options options = everyFault(50, 9);
    options.faults.variant = 0.05;
    test::feed(harness, options);
    harness.drain();
    const Status s = harness.session().status();
    QVERIFY(s.received > 0 && s.refused > 0 && s.duplicates > 0 && s.variants > 0);
    QCOMPARE(s.inFlight, std::uint64_t(0));
    QCOMPARE(s.received, s.stored + s.duplicates + s.variants + s.refused);
    std::uint64_t byReason = 0;
    for (const auto &[reason, n] : s.refusedBy)
        byReason += n;
    QCOMPARE(byReason, s.refused);
    QVERIFY(s.storeError.empty());
}

/// An id that is no id is refused by its reason; a name is cut where it is shown, and whole where it was received.
void TestEngine::whatIsTooLongIsRefusedOrCut()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    harness.listening();
    const auto event = [](const std::string &id, const std::string &interaction, const std::string &participant, const std::string &type,
                          const std::string &name) {
        return R"({"events":[{"id":")" + id + R"(","timestamp":"2026-05-06T10:44:54Z","type":")" + type + R"(","data":{"interactionId":")"
            + interaction + R"(","participantId":")" + participant + R"(","purpose":"customer","name":")" + name
            + R"(","queueName":")" + name + R"("}}]})";
    };
    const std::string most(kMaxIdBytes, 'x'), beyond(kMaxIdBytes + 1, 'x'), euros = "\xE2\x82\xAC";
    std::string longName;
    for (int n = 0; n < 1000; ++n)
        longName += euros;
    harness.message(event(most, most, most, std::string(kMaxTypeBytes, 't'), longName));
    harness.message(event(beyond, "i", "p", "t", "n"));
    harness.message(event("e", beyond, "p", "t", "n"));
    harness.message(event("e", "i", beyond, "t", "n"));
    harness.message(event("e", "i", "p", std::string(kMaxTypeBytes + 1, 't'), "n"));
    harness.drain();
    const Status status = harness.session().status();
    QCOMPARE(status.stored, std::uint64_t(1));
    QCOMPARE(status.refusedBy.at("id-too-long"), std::uint64_t(3));
    QCOMPARE(status.refusedBy.at("type-too-long"), std::uint64_t(1));
    const auto list = harness.list();
    QCOMPARE(list.size(), std::size_t(1));
    QVERIFY(list.front().customer.size() <= kMaxShownBytes);
    QVERIFY(list.front().customer.ends_with("\xE2\x80\xA6"));
    QVERIFY(isUtf8(list.front().customer));
    QCOMPARE(list.front().queues.front(), list.front().customer);
    QVERIFY(harness.body(most).find(longName) != std::string::npos);
}

/// The seventh promise is of our secrets: what a platform puts into its events is evidence, and kept, secrets too; the log has none of it.
void TestEngine::whatAnEventHoldsIsStoredAsReceived()
{
    std::string said;
    std::mutex mutex;
    log::setSink([&](log::Level, std::string_view line) {
        const std::scoped_lock lock(mutex);
        said += line;
    });
    const auto back = qScopeGuard([] { log::setSink({}); });
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    const std::string held = R"("data":{"interactionId":"I","participantId":"p","attributes":{"access_token":"a-token-of-theirs","password":"theirs"}})";
    harness.message(R"({"events":[{"id":"e","timestamp":"2026-05-06T10:44:54Z","type":"interaction-updated",)" + held + "}]}");
    harness.drain();
    QVERIFY(harness.body("I").find(held) != std::string::npos);
    const std::scoped_lock lock(mutex);
    QVERIFY(said.find("a-token-of-theirs") == std::string::npos);
}

void TestEngine::manyRefusedAreAllCounted()
{
    constexpr std::uint64_t kMany = 200'000;
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    harness.listening();
    std::string text = R"({"events":[{})";
    for (std::uint64_t n = 1; n < kMany; ++n)
        text += ",{}";
    harness.message(text + "]}");
    harness.drain();
    const Status status = harness.session().status();
    QCOMPARE(status.received, kMany);
    QCOMPARE(status.refused, kMany);
    QCOMPARE(status.refusedBy.at("no-timestamp"), kMany);
    QCOMPARE(status.inFlight, std::uint64_t(0));
}

/// Hundreds of large timelines are asked for: a page of the list comes after one of them, not after all.
void TestEngine::quickQuestionsWaitForNoQueueOfLongOnes()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    const auto pool = ReaderPool::start(harness.store(), SequenceScope::Interaction, 1, 100);
    QVERIFY(pool.has_value());
    std::promise<void> gate;
    std::mutex mutex;
    std::string order;
    const auto noted = [&](char c) {
        return [&, c](ReadContext &) {
            std::scoped_lock lock(mutex);
            order += c;
        };
    };
    QVERIFY((*pool)->post([&](ReadContext &) { gate.get_future().wait(); }));
    for (int n = 0; n < 6; ++n)
        QVERIFY((*pool)->post(noted('L')));
    for (int n = 0; n < 2; ++n)
        QVERIFY((*pool)->post(noted('q'), ReaderPool::Kind::Quick));
    gate.set_value();
    QTRY_COMPARE([&] { std::scoped_lock lock(mutex); return order.size(); }(), std::size_t(8));
    QCOMPARE(order.substr(0, 4).find_first_not_of("Lq"), std::string::npos);
    QCOMPARE(std::count(order.begin(), order.begin() + 4, 'q'), std::ptrdiff_t(2));
}

void TestEngine::recordsStand()
{
    const auto conversation = [](const char *end, const char *last) {
        return std::string(R"({"conversationId":"c1","conversationStart":"2031-01-04T10:00:00.000Z",)") + end
            + R"("participants":[{"participantId":"p","purpose":"customer","sessions":[{"sessionId":"s","mediaType":"voice",)"
              R"("direction":"inbound","segments":[{"segmentType":"interact","segmentStart":"2031-01-04T10:00:00.000Z","segmentEnd":")"
            + last + R"("}]}]}]})";
    };
    const std::vector<std::string> texts = {conversation("", "2031-01-04T10:05:00.000Z"),
                                            conversation("", "2031-01-04T10:06:00.000Z"),
                                            conversation(R"("conversationEnd":"2031-01-04T10:04:00.000Z",)", "2031-01-04T10:04:00.000Z")};
    std::vector<std::size_t> order = {0, 1, 2};
    std::string expected;
    do {
        Harness harness(m_folder + std::to_string(order[0]) + std::to_string(order[1]), SequenceScope::Interaction, m_clock);
        for (const std::size_t n : order) {
            auto record = readRecord(texts[n]);
            QVERIFY(record);
            QVERIFY(harness.session().engine().import(*record));
            QVERIFY(harness.session().engine().import(*record)); // twice changes nothing
        }
        harness.drain();
        const std::string body = harness.body("c1");
        if (expected.empty())
            expected = body;
        QCOMPARE(body, expected);
        const auto view = harness.view("c1");
        QVERIFY(view);
        QCOMPARE(view->records.front().raw, texts[2]);
        QCOMPARE(harness.list().size(), std::size_t(1));
    } while (std::next_permutation(order.begin(), order.end()));
    QVERIFY(expected.find("10:04:00") != std::string::npos && expected.find("10:06:00") == std::string::npos);
}

/// Recording goes on, and the same record read again mends it.
void TestEngine::aDamagedRecordIsReplaced()
{
    const auto record = readRecord(R"({"conversationId":"c1","conversationStart":"2031-01-04T10:00:00.000Z","participants":[{"participantId":"p",)"
                                   R"("purpose":"customer","sessions":[{"sessionId":"s","mediaType":"voice","segments":[{"segmentType":"interact",)"
                                   R"("segmentStart":"2031-01-04T10:00:00.000Z"}]}]}]})");
    QVERIFY(record);
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    QVERIFY(harness.session().engine().import(*record));
    harness.drain();
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open((m_folder + "/threadline.db").c_str(), &db), SQLITE_OK);
    QCOMPARE(sqlite3_exec(db, "UPDATE records SET raw = x'0102'", nullptr, nullptr, nullptr), SQLITE_OK);
    QCOMPARE(sqlite3_close(db), SQLITE_OK);
    QVERIFY(!harness.view("c1"));
    QTRY_VERIFY(harness.session().status().storeError.find("is damaged") != std::string::npos);
    QVERIFY(harness.session().engine().import(*record));
    harness.message(messageOf(eventJson("later", "later", "p", 1)));
    harness.drain();
    QTRY_COMPARE(harness.session().status().storeError, std::string());
    QVERIFY(harness.session().status().recording);
    QVERIFY(harness.view("c1"));
    QVERIFY(harness.view("later"));
}

/// A record that differs in what it says of the same times is news, whichever of the two stands.
void TestEngine::aRecordThatIsTakenCounts()
{
    const auto conversation = [](const char *division) {
        return readRecord(std::string(R"({"conversationId":"c1","conversationStart":"2031-01-04T10:00:00.000Z","conversationEnd":"2031-01-04T10:05:00.000Z",)")
                          + R"("participants":[],"divisionIds":[")" + division + R"("]})");
    };
    auto first = conversation("q1"), second = conversation("q2");
    QVERIFY(first && second);
    const Record standing = stands(first->rank, second->rank) ? *first : *second, other = stands(first->rank, second->rank) ? *second : *first;
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    const auto taken = [&](const Record &record) {
        const bool given = harness.session().engine().import(record);
        harness.drain();
        return given ? harness.session().status().records : 0;
    };
    QCOMPARE(taken(other), std::uint64_t(1));
    QCOMPARE(taken(other), std::uint64_t(1));
    QCOMPARE(taken(standing), std::uint64_t(2));
    QCOMPARE(taken(other), std::uint64_t(2));
}

/// Whoever looks while files are read never sees one of 1970, nor an ended one open.
/// A conversation that ended long ago, as the platform tells of it.
Result<Record> endedCall(int n)
{
    return readRecord(R"({"conversationId":"c)" + std::to_string(n) + R"(","conversationStart":"2021-01-04T10:00:00.000Z",)"
                      R"("conversationEnd":"2021-01-04T10:04:00.000Z","participants":[{"participantId":"p","purpose":"customer","sessions":[)"
                      R"({"sessionId":"s","mediaType":"voice","direction":"inbound","segments":[{"segmentType":"interact",)"
                      R"("segmentStart":"2021-01-04T10:00:00.000Z","segmentEnd":"2021-01-04T10:04:00.000Z"}]}]}]})");
}

/// Something is always on its way then, and yet an import must hear that all of it is stored, with its overviews.
void TestEngine::whatIsStoredIsKnownBesideAFeedThatNeverRests()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    harness.listening();
    std::jthread busy([&](const std::stop_token &stop) {
        for (int n = 0; !stop.stop_requested(); ++n) {
            std::string events;
            for (int i = 0; i < 200; ++i) {
                events += (i ? "," : "") + std::string(R"({"id":"e)") + std::to_string(n * 200 + i) + R"(","timestamp":"2031-01-04T10:00:00Z",)"
                    + R"("type":"interaction-updated","data":{"interactionId":"i)" + std::to_string(n / 100 * 200 + i) + R"("}})"; // a hundred events each
            }
            harness.message(R"({"events":[)" + events + "]}");
        }
    });
    Engine &engine = harness.session().engine();
    for (int n = 0; n < 300; ++n) {
        auto record = endedCall(n);
        QVERIFY(record);
        QVERIFY(engine.import(*record));
        if (n % 100 == 99) {
            QVERIFY(engine.drain(Duration::seconds(60)));
            ListQuery query;
            query.idPrefix = "c" + std::to_string(n);
            const auto listed = harness.list(query);
            QVERIFY(!listed.empty());
            QVERIFY(listed.front().state == InteractionState::Ended);
        }
    }
}

void TestEngine::importedOnesAreNeverSeenWithoutTheirTime()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    std::mutex mutex;
    int told = 0, wrong = 0;
    const HandlePtr subscription = harness.session().subscribe([&](const ChangeSet &changes) {
        const std::scoped_lock lock(mutex);
        for (const Summary &summary : changes.interactions) {
            ++told;
            wrong += summary.start < kEarliestTime || summary.state != InteractionState::Ended || summary.count == 0;
        }
    });
    for (int n = 0; n < 500; ++n) {
        auto record = endedCall(n);
        QVERIFY(record);
        QVERIFY(harness.session().engine().import(*record));
    }
    harness.drain();
    QTRY_VERIFY([&] {
        const std::scoped_lock lock(mutex);
        return told >= 500;
    }());
    const std::scoped_lock lock(mutex);
    QCOMPARE(wrong, 0);
}

void TestEngine::statusNamesTheSourceOfNow()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    harness.session().engine().nameSource("one.example");
    QCOMPARE(harness.session().status().sourceName, std::string("one.example"));
    harness.session().engine().nameSource("two.example");
    QCOMPARE(harness.session().status().sourceName, std::string("two.example"));
}

void TestEngine::cursorIsStableUnderIngest()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    test::feed(harness, calls(700, 1));
    harness.drain();
    ListQuery query;
    query.limit = 100;
    std::set<std::string> seen;
    std::size_t rows = 0;
    int page = 0;
    do {
        std::promise<Result<ListPage>> promise;
        const HandlePtr handle = harness.session().list(query, [&](Result<ListPage> r) { promise.set_value(std::move(r)); });
        const ListPage got = promise.get_future().get().value();
        for (const Summary &s : got.items)
            seen.insert(s.interaction.value);
        rows += got.items.size();
        query.cursor = got.nextCursor;
        // meanwhile others come in: the rest of the pages stays what it was
        harness.message(messageOf(eventJson("n" + std::to_string(page), "new" + std::to_string(page), "p", page)));
        ++page;
        harness.drain();
    } while (!query.cursor.empty());
    QCOMPARE(rows, seen.size());
    QVERIFY(seen.size() >= 690); // those that were touched meanwhile moved to the front
    query.cursor = "nonsense";
    std::promise<Result<ListPage>> promise;
    const HandlePtr handle = harness.session().list(query, [&](Result<ListPage> r) { promise.set_value(std::move(r)); });
    QCOMPARE(promise.get_future().get().error().code, ErrorCode::InvalidArgument);
}

/// What is larger than may be held is read and rendered in pieces: the same bytes.
void TestEngine::hugeOnesComeInPieces()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    const std::string filler(100'000, 'f');
    std::vector<Event> events;
    for (int n = 0; n < 60; ++n) { // their order is not that of the rows
        const std::string json = eventJson("e-" + std::to_string(n), "huge", "p-" + std::to_string(n % 7), 10 + n % 50,
                                           ",\"filler\":\"" + filler + "\"");
        events.push_back(test::decoded(json));
        harness.message(messageOf(json));
    }
    harness.drain();
    QCOMPARE(harness.body("huge"), judge::timelineBody("huge", events, SequenceScope::Interaction));
    QVERIFY(harness.pieces() > 10);
    const std::string evidence = harness.body("huge", true);
    QVERIFY(evidence.ends_with("],\"count\":60}"));
    const auto view = harness.view("huge");
    QCOMPARE(view->count(), std::size_t(60));
    QCOMPARE(view->events.size(), std::size_t(60));
}

void TestEngine::unknownIsNotFound()
{
    Harness harness(m_folder, SequenceScope::Interaction, m_clock);
    QVERIFY(harness.body("nobody").starts_with("[There is no interaction"));
    QVERIFY(!harness.view("nobody"));
}

void TestEngine::damageThatAnAnswerMeetsIsTheStores()
{
    constexpr int kInteractions = 120;
    const std::string padding = ",\"x\":\"" + std::string(6000, 'x') + "\"";
    {
        Harness harness(m_folder, SequenceScope::Interaction, m_clock);
        for (int n = 0; n < kInteractions; ++n)
            harness.message(messageOf(eventJson("e" + std::to_string(n), "i" + std::to_string(n), "p", n, padding)));
        harness.drain();
    }
    QFile database(QString::fromStdString(m_folder + "/threadline.db"));
    QVERIFY(database.open(QIODevice::ReadWrite));
    QVERIFY(database.seek(database.size() / 8192 / 2 * 8192));
    QCOMPARE(database.write(QByteArray(4 * 8192, '\xa5')), qint64(4 * 8192));
    database.close();

    std::mutex mutex;
    int told = 0;
    log::setSink([&](log::Level, std::string_view line) {
        const std::scoped_lock lock(mutex);
        told += line.find("malformed") != std::string_view::npos ? 1 : 0;
    });
    {
        Harness harness(m_folder, SequenceScope::Interaction, m_clock);
        QCOMPARE(harness.session().status().storeError, std::string());
        int damaged = 0;
        for (int n = 0; n < kInteractions; ++n) {
            const std::string id = "i" + std::to_string(n), body = harness.body(id);
            if (!body.starts_with("["))
                continue;
            ++damaged;
            QVERIFY2(body.starts_with("[Interaction " + id + " cannot be read. Cannot read the database "), body.c_str());
        }
        QVERIFY(damaged > 0 && damaged < kInteractions / 2);
        QTRY_VERIFY(harness.session().status().storeError.find("is damaged") != std::string::npos);
        harness.message(messageOf(eventJson("later", "later", "p", 1))); // recording goes on, and does not hide it
        harness.drain();
        QVERIFY(harness.session().status().storeError.find("is damaged") != std::string::npos);
        QVERIFY(harness.session().status().recording);
    }
    log::setSink({});
    QCOMPARE(told, 1);
}

THREADLINE_TEST_MAIN(TestEngine)
#include "test_engine.moc"
