// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivery over real HTTP to a played database that misbehaves in every way: nothing lost, nothing twice, each fault told.
#include "app/common/deadletters.h"
#include "app/common/resend.h"
#include "tests/delivery/rig.h"
#include "tests/support/influxserver.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <sqlite3.h>

#include <random>

using namespace threadline;
using namespace threadline::test;
using FaultKind = InfluxFault::Kind;

namespace {

sim::Options calls(int interactions, std::uint64_t seed, bool faulty)
{
    sim::Options options;
    options.seed = seed;
    options.interactions = interactions;
    options.rate = 0;
    if (faulty) {
        options.faults.duplicate = 0.3;
        options.faults.shuffle = 64;
        options.faults.skew = Duration::seconds(60);
        options.faultSeed = seed;
    }
    return options;
}

/// 2.x lets nobody in without a token.
class Server : public FakeInflux {
public:
    explicit Server(InfluxFlavour played) : FakeInflux(played)
    {
        if (played == InfluxFlavour::V2 || played == InfluxFlavour::Cloud)
            token = "test-token";
    }
};

/// Keeps what is sent until the test answers it.
class HeldTransport final : public delivery::Transport {
public:
    void send(const influx::Request &, std::shared_ptr<const std::string> body, bool, Duration, Done done) override
    {
        held.push_back({body ? std::count(body->begin(), body->end(), '\n') : 0, std::move(done)});
    }
    void cancel() override { held.clear(); }
    void answer(int status, const std::string &body = {})
    {
        auto first = std::move(held.front());
        held.erase(held.begin());
        influx::HttpReply reply;
        reply.status = status;
        reply.body = body;
        reply.headers = {{"x-influxdb-version", "v2.9.1"}, {"x-influxdb-build", "OSS"}};
        first.done(std::move(reply));
    }
    struct Held {
        std::ptrdiff_t lines = 0;
        Done done;
    };
    std::vector<Held> held;
};

/// Kinds of trouble, each by the name that the test's row has.
using Plan = std::function<InfluxFault(int, const FakeInfluxRequest &)>;

/// Every third write, by a chance that is the same in every run.
Plan sometimes(InfluxFault fault, int percent = 30)
{
    auto random = std::make_shared<std::minstd_rand>(7);
    return [fault, percent, random](int, const FakeInfluxRequest &request) {
        return request.isWrite() && static_cast<int>((*random)() % 100) < percent ? fault : InfluxFault{};
    };
}

/// The first `count` requests that write something.
Plan first(InfluxFault fault, int count)
{
    auto left = std::make_shared<int>(count);
    return [fault, left](int, const FakeInfluxRequest &request) {
        return request.isWrite() && request.body.size() > 1 && (*left)-- > 0 ? fault : InfluxFault{};
    };
}

InfluxFault cut()
{
    return InfluxFault::doing(FaultKind::CutBody);
}

} // namespace

Q_DECLARE_METATYPE(Plan)

class TestDelivery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyEventOnce_data();
    void everyEventOnce();
    void eachFault_data();
    void eachFault();
    void orderSettles();
    void aPointThatIsRefusedGoesAlone_data();
    void aPointThatIsRefusedGoesAlone();
    void deadLettersAreTriedAgain();
    void aWrongTokenPauses();
    void aBucketThatGoesAndComes();
    void answersAreHeededWhileABatchIsMade();
    void aServerThatIsNotThere();
    void productsThatCannotBeUsed_data();
    void productsThatCannotBeUsed();
    void afterARestartItGoesOn();
    void anotherTargetGetsEverything();
    void anotherDatabaseIsDeliveredWhole_data();
    void anotherDatabaseIsDeliveredWhole();
    void tooMuchThatWaitsIsShed();
    void gzipIsGivenUpWhereItIsNotTaken();
    void withoutPayload();
    void whatWasLostIsSentAgain();
    void whatIsGoneIsForgotten();
    void eachPlaceHasOneHolder();
    void deadLettersGoWhenTheyArrive();
    void whoeverIsTouchedIsLookedAtSoon();
    void retentionIsFollowed();
    void aVariantLeavesNothingBehind_data();
    void aVariantLeavesNothingBehind();
};

void TestDelivery::everyEventOnce_data()
{
    QTest::addColumn<int>("flavour");
    QTest::addColumn<bool>("classic");
    QTest::addColumn<bool>("faulty");
    for (const auto &[name, flavour] : {std::pair("1.x", InfluxFlavour::V1), std::pair("2.x", InfluxFlavour::V2),
                                        std::pair("3", InfluxFlavour::V3), std::pair("cloud", InfluxFlavour::Cloud)}) {
        for (const bool classic : {false, true})
            QTest::addRow("%s %s", name, classic ? "classic" : "bounded") << int(flavour) << classic << true;
    }
    QTest::addRow("in order") << int(InfluxFlavour::V2) << false << false;
}

void TestDelivery::everyEventOnce()
{
    QFETCH(int, flavour);
    QFETCH(bool, classic);
    QFETCH(bool, faulty);
    Server server(static_cast<InfluxFlavour>(flavour));
    QVERIFY(server.start());
    DeliveryRig rig(classic ? influx::Schema::Classic : influx::Schema::Bounded);
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(60, 3, faulty));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(server.points(), truth), QString());
    std::uint64_t events = 0;
    for (const auto &[id, all] : truth)
        events += all.size();
    const DeliveryStatus status = rig.sink->status();
    QCOMPARE(int(status.state), int(DeliveryState::Delivering));
    QCOMPARE(status.delivered, events);
    QCOMPARE(status.backlog, 0u);
    QCOMPARE(status.deadLetters, 0u);
    QVERIFY(status.words.empty());
    QVERIFY(server.mostInFlight() <= rig.options.inFlight);
}

void TestDelivery::eachFault_data()
{
    QTest::addColumn<Plan>("plan");
    QTest::addColumn<QString>("told");
    const auto row = [](const char *name, Plan plan, const char *told) { QTest::newRow(name) << std::move(plan) << QString::fromLatin1(told); };
    row("429", sometimes(InfluxFault::busy(429, 0)), "429");
    row("503 with Retry-After", sometimes(InfluxFault::busy(503, 0)), "503");
    row("503 without", sometimes(InfluxFault::status(503, "request throttled, queue full")), "503");
    row("500 now and then", sometimes(InfluxFault::status(500, R"({"code":"internal error","message":"engine: cache-max-memory-size exceeded"})")), "500");
    row("502", sometimes(InfluxFault::status(502)), "502");
    row("504", sometimes(InfluxFault::status(504)), "504");
    row("reset before the write took effect", sometimes(InfluxFault::doing(FaultKind::ResetBefore)), "");
    row("reset after the write took effect", sometimes(InfluxFault::doing(FaultKind::ResetAfter)), "");
    row("an answer that never comes", first(InfluxFault::doing(FaultKind::Hang), 2), "");
    row("an answer that never comes, stored", first(InfluxFault::doing(FaultKind::HangStored), 2), "");
    row("HTML of a proxy, 502", sometimes(InfluxFault::html(502)), "502");
    row("HTML of a proxy, 200", first(InfluxFault::html(200), 3), "page");
    row("a redirect", first(InfluxFault::redirect(302, "https://login.example.org/"), 2), "login.example.org");
    row("413", [](int, const FakeInfluxRequest &) { return InfluxFault::tooLarge(20'000); }, "");
    row("the answer's body cut short", sometimes(cut()), "");
    row("slow answers", sometimes(InfluxFault::slow(std::chrono::milliseconds(50))), "");
    row("everything at once", [one = sometimes(InfluxFault::doing(FaultKind::ResetAfter), 15), two = sometimes(InfluxFault::busy(429, 0), 15),
                               three = sometimes(InfluxFault::status(500), 15)](int n, const FakeInfluxRequest &r) {
        for (const Plan *plan : {&one, &two, &three}) {
            if (const InfluxFault fault = (*plan)(n, r); fault.kind != FaultKind::None)
                return fault;
        }
        return InfluxFault{};
    }, "");
}

void TestDelivery::eachFault()
{
    QFETCH(Plan, plan);
    QFETCH(QString, told);
    Server server(InfluxFlavour::V2);
    server.faults = plan;
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), server.token);
    QString words;
    const Truth truth = feed(*rig.harness, calls(60, 4, false), [&] {
        words += QString::fromStdString(rig.sink->status().words);
        QCoreApplication::processEvents();
    });
    rig.harness->drain();
    QVERIFY(QTest::qWaitFor([&] {
        words += QString::fromStdString(rig.sink->status().words);
        return rig.settled(20);
    }, 60'000));
    QCOMPARE(rig.wrong(server.points(), truth), QString());
    QCOMPARE(rig.sink->status().deadLetters, 0u);
    QVERIFY2(told.isEmpty() || words.contains(told), qPrintable(words.left(500)));
    QVERIFY(rig.sink->status().words.empty());
}

/// Points whose Lamport time changes because of late events are written again, and only those.
void TestDelivery::orderSettles()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), server.token);
    const auto event = [](int n, int ms) {
        return R"({"events":[{"id":"e-)" + std::to_string(n) + R"(","timestamp":"2026-05-06T10:44:54.)" + std::to_string(ms)
            + R"(Z","type":"interaction-updated","data":{"interactionId":"i","participantId":"p"},"sequence":)" + std::to_string(n) + "}]}";
    };
    for (const int n : {1, 2, 4, 5}) {
        rig.harness->message(event(n, 500)); // all at one instant: each Lamport time is one more than the one before
        rig.harness->drain();
        QVERIFY(rig.settled());
    }
    const std::int64_t before = server.buckets.at("bucket").rows();
    rig.harness->message(event(3, 500));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(server.buckets.at("bucket").rows() - before, std::int64_t(4)); // itself twice, as it moves, and the two behind it
    std::map<std::string, std::int64_t> lamport;
    for (const FakePoint &point : server.points()) {
        if (point.measurement == "interaction_event")
            lamport[point.fields.at("eventId").text] = std::stoll(point.fields.at("lamportTimestamp").text);
    }
    for (int n = 2; n <= 5; ++n)
        QCOMPARE(lamport.at("e-" + std::to_string(n)), lamport.at("e-1") + n - 1);
}

void TestDelivery::aPointThatIsRefusedGoesAlone_data()
{
    QTest::addColumn<int>("flavour");
    QTest::addColumn<QString>("reason");
    QTest::newRow("conflict, 2.x") << int(InfluxFlavour::V2)
                                   << "field type conflict: input field \"x\" on measurement \"m\" is type integer, already exists as type string";
    QTest::newRow("retention, 2.x") << int(InfluxFlavour::V2) << "points beyond retention policy";
    QTest::newRow("conflict, 1.x") << int(InfluxFlavour::V1)
                                   << "field type conflict: input field \"x\" on measurement \"m\" is type integer, already exists as type string";
}

void TestDelivery::aPointThatIsRefusedGoesAlone()
{
    QFETCH(int, flavour);
    QFETCH(QString, reason);
    Server server(static_cast<InfluxFlavour>(flavour));
    QVERIFY(server.start());
    DeliveryRig rig;
    std::set<std::string> refused;
    const auto isBad = [](const std::string &id) { return std::hash<std::string>()(id) % 50 == 0; };
    server.refuse = [&](const FakePoint &point) -> std::optional<std::string> {
        const auto id = point.fields.find("eventId");
        return id != point.fields.end() && isBad(id->second.text) ? std::optional(reason.toStdString()) : std::nullopt;
    };
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(40, 5, false));
    for (const auto &[interaction, events] : truth) {
        for (const Event &event : events) {
            if (isBad(event.id.value))
                refused.insert(event.id.value);
        }
    }
    QVERIFY(refused.size() > 5);
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(server.points(), truth, refused), QString());
    QCOMPARE(rig.sink->status().deadLetters, refused.size());
}

void TestDelivery::deadLettersAreTriedAgain()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    bool refusing = true;
    server.refuse = [&](const FakePoint &point) -> std::optional<std::string> {
        const auto id = point.fields.find("eventId");
        return refusing && id != point.fields.end() && id->second.text[0] == 'a' ? std::optional<std::string>("field type conflict: because")
                                                                                 : std::nullopt;
    };
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(20, 6, false));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QVERIFY(rig.sink->status().deadLetters > 0);
    std::vector<std::string> letters;
    const std::string folder = rig.folder.path().toStdString();
    const auto listed = app::printDeadLetters(folder, [&](const std::string &letter) { letters.push_back(letter); });
    QCOMPARE(std::uint64_t(letters.size()), rig.sink->status().deadLetters);
    QVERIFY(listed && *listed == letters.size() && letters.front().find("because") != std::string::npos);
    const auto early = app::retryDeadLetters(folder); // the folder is in use
    QVERIFY(!early && early.error().code == ErrorCode::Busy);
    refusing = false;
    rig.sink->retryNow(true);
    QVERIFY(rig.settled());
    QCOMPARE(rig.sink->status().deadLetters, 0u);
    QCOMPARE(rig.wrong(server.points(), truth), QString());
}

void TestDelivery::aWrongTokenPauses()
{
    Server server(InfluxFlavour::V2);
    server.token = "right";
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), "right");
    (void)feed(*rig.harness, calls(10, 7, false));
    rig.harness->drain(); // else there may be nothing yet that could be settled
    QVERIFY(rig.settled());
    server.token = "another";
    rig.harness->message(R"({"events":[{"id":"x","timestamp":"2026-05-06T10:44:54.118Z","type":"interaction-updated",)"
                         R"("data":{"interactionId":"i","participantId":"p"}}]})");
    rig.harness->drain();
    rig.sink->committed();
    QTRY_COMPARE(int(rig.sink->status().state), int(DeliveryState::Paused));
    QVERIFY(QString::fromStdString(rig.sink->status().words).contains(QLatin1String("TSDB_TOKEN")));
    QVERIFY(!QString::fromStdString(rig.sink->status().words).contains(QLatin1String("right")));
    QCOMPARE(rig.sink->status().backlog, 1u);
    server.token = "right";
    QVERIFY(rig.settled());
    QCOMPARE(int(rig.sink->status().state), int(DeliveryState::Delivering));
    QCOMPARE(rig.sink->status().deadLetters, 0u);
}

void TestDelivery::aBucketThatGoesAndComes()
{
    Server server(InfluxFlavour::V2);
    server.buckets.clear();
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(10, 8, false));
    rig.harness->drain();
    QTRY_COMPARE(int(rig.sink->status().state), int(DeliveryState::Paused));
    QVERIFY(QString::fromStdString(rig.sink->status().words).contains(QLatin1String("TSDB_BUCKET")));
    server.buckets["bucket"] = {};
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(server.points(), truth), QString());
}

/// A batch is made in steps; between them an answer counts at once, and waiting for one costs no time.
void TestDelivery::answersAreHeededWhileABatchIsMade()
{
    DeliveryRig rig;
    std::uint64_t events = 0;
    for (const auto &[id, all] : feed(*rig.harness, calls(400, 21, false)))
        events += all.size();
    rig.harness->drain();
    const auto reader = rig.harness->store().reader();
    auto marks = DeliveryStore::open(rig.folder.path().toStdString());
    QVERIFY(reader && marks && (*marks)->begin("somewhere"));
    ManualClock clock;
    HeldTransport transport;
    delivery::SenderOptions options = rig.options;
    options.batch.lines = 1500;
    options.inFlight = 1;
    std::optional<Duration> due;
    options.due = [&](Duration wait) { due = wait; };
    delivery::Sender sender(options, **reader, **marks, transport, clock);
    QVERIFY(sender.pump() > Duration{}); // nothing to be done while it asks
    transport.answer(204);               // ping
    transport.answer(204);               // probe
    QCOMPARE(due->us, 0);                // in the middle of the first batch
    QVERIFY(transport.held.empty());
    QCOMPARE(sender.pump().us, 0);       // the second is begun
    QCOMPARE(transport.held.size(), std::size_t(1));
    QCOMPARE(transport.held.front().lines, std::ptrdiff_t(1500));
    while (sender.pump().us == 0) {}     // one that is ready, and no more
    transport.answer(204);
    QCOMPARE(transport.held.size(), std::size_t(1)); // sent before anything is made
    QCOMPARE(due->us, 0);
    transport.answer(401, R"({"code":"unauthorized","message":"unauthorized access"})");
    QVERIFY(due && *due > Duration{});
    QCOMPARE(int(sender.status().state), int(DeliveryState::Paused));
    clock.advance(options.pausedFor);
    QVERIFY(sender.pump() > Duration{}); // asks again, without turning round and round
    transport.answer(204);
    transport.answer(204);
    for (int steps = 0; steps < 1000 && sender.status().delivered < events; ++steps) {
        (void)sender.pump();
        clock.advance(Duration::millis(1));
        if (!transport.held.empty())
            transport.answer(204);
    }
    QCOMPARE(sender.status().delivered, events); // the one that was refused too
}

void TestDelivery::aServerThatIsNotThere()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    const QByteArray url = server.url();
    server.stop();
    DeliveryRig rig;
    rig.deliver(url, server.token);
    const Truth truth = feed(*rig.harness, calls(30, 9, false));
    rig.harness->drain();
    QTRY_COMPARE(int(rig.sink->status().state), int(DeliveryState::Waiting));
    QVERIFY(QString::fromStdString(rig.sink->status().words).contains(QLatin1String("TSDB_URL")));
    rig.sink->committed();
    QTRY_VERIFY(rig.sink->status().backlog > 0);
    QVERIFY(server.start());
    QVERIFY(rig.settled());
    server.stop(); // and in the middle of things
    const Truth more = feed(*rig.harness, calls(30, 10, false));
    rig.harness->drain();
    QTest::qWait(50);
    QVERIFY(server.start());
    QVERIFY(rig.settled());
    Truth all = truth;
    all.insert(more.begin(), more.end());
    QCOMPARE(rig.wrong(server.points(), all), QString());
}

void TestDelivery::productsThatCannotBeUsed_data()
{
    QTest::addColumn<int>("flavour");
    QTest::newRow("VictoriaMetrics") << int(InfluxFlavour::VictoriaMetrics);
    QTest::newRow("QuestDB") << int(InfluxFlavour::QuestDb);
}

void TestDelivery::productsThatCannotBeUsed()
{
    QFETCH(int, flavour);
    Server server(static_cast<InfluxFlavour>(flavour));
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(5, 11, false));
    rig.harness->drain();
    QTRY_COMPARE(int(rig.sink->status().state), int(DeliveryState::Paused));
    QVERIFY(QString::fromStdString(rig.sink->status().words).contains(QLatin1String(QTest::currentDataTag())));
    rig.sink->committed();
    QTRY_VERIFY(rig.sink->status().backlog > 0);
    QCOMPARE(server.writes(), 0);
}

void TestDelivery::afterARestartItGoesOn()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    Truth all;
    for (int round = 0; round < 5; ++round) {
        rig.deliver(server.url(), server.token);
        const Truth truth = feed(*rig.harness, calls(15, 20 + static_cast<std::uint64_t>(round), true));
        all.insert(truth.begin(), truth.end());
        if (round % 2 == 0)
            rig.harness->drain();
        QTest::qWait(3 * round);
        rig.stop();
    }
    rig.harness->drain();
    rig.deliver(server.url(), server.token);
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(server.points(), all), QString());
}

void TestDelivery::anotherTargetGetsEverything()
{
    Server one(InfluxFlavour::V2), other(InfluxFlavour::V1);
    QVERIFY(one.start() && other.start());
    DeliveryRig rig;
    rig.deliver(one.url(), one.token);
    const Truth truth = feed(*rig.harness, calls(20, 12, true));
    rig.harness->drain();
    QVERIFY(rig.settled());
    rig.stop();
    rig.deliver(other.url());
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(other.points(), truth), QString());
    rig.stop();
    rig.options.target.schema = influx::Schema::Classic;
    rig.deliver(other.url());
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(other.points(), truth), QString());
}

void TestDelivery::anotherDatabaseIsDeliveredWhole_data()
{
    QTest::addColumn<bool>("copy");
    QTest::newRow("begun anew") << false;
    QTest::newRow("an older copy put back") << true;
}

/// The marks beside it are of rows that it does not have, or has otherwise.
void TestDelivery::anotherDatabaseIsDeliveredWhole()
{
    QFETCH(bool, copy);
    const QStringList files{QStringLiteral("threadline.*")};
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), server.token);
    Truth truth = feed(*rig.harness, calls(20, 31, false));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QTemporaryDir old;
    rig.startOver([&](const QDir &folder) {
        for (const QString &file : folder.entryList(files, QDir::Files))
            QVERIFY(QFile::copy(folder.filePath(file), old.filePath(file)));
    });
    rig.deliver(server.url(), server.token);
    (void)feed(*rig.harness, calls(60, 32, false));
    rig.harness->drain();
    QVERIFY(rig.settled());
    rig.startOver([&](const QDir &folder) {
        for (const QString &file : folder.entryList(files, QDir::Files))
            QVERIFY(QFile::remove(folder.filePath(file)));
        for (const QString &file : QDir(old.path()).entryList(QDir::Files))
            QVERIFY(!copy || file.endsWith(QLatin1String(".mark")) || QFile::copy(old.filePath(file), folder.filePath(file)));
    });
    server.buckets["bucket"] = {};
    rig.deliver(server.url(), server.token);
    const Truth fresh = feed(*rig.harness, calls(20, 33, false));
    rig.harness->drain();
    QVERIFY(rig.settled());
    if (!copy)
        truth.clear();
    truth.insert(fresh.begin(), fresh.end());
    QCOMPARE(rig.wrong(server.points(), truth), QString());
}

void TestDelivery::tooMuchThatWaitsIsShed()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    const QByteArray url = server.url();
    server.stop();
    DeliveryRig rig;
    rig.options.backlog = 100;
    rig.deliver(url, server.token);
    const Truth truth = feed(*rig.harness, calls(30, 13, false));
    rig.harness->drain();
    rig.sink->committed();
    QTRY_VERIFY(rig.sink->status().shed > 0);
    QVERIFY(rig.sink->status().backlog <= 100);
    QVERIFY(server.start());
    QVERIFY(rig.settled());
    std::uint64_t events = 0;
    for (const auto &[id, all] : truth)
        events += all.size();
    QCOMPARE(rig.sink->status().delivered + rig.sink->status().shed, events);
    rig.stop();
    rig.options.shed = false;
    rig.options.target.schema = influx::Schema::Classic; // begins anew
    server.stop();
    rig.deliver(url, server.token);
    rig.sink->committed();
    QTRY_VERIFY(rig.sink->full());
    QCOMPARE(rig.sink->status().shed, 0u);
}

void TestDelivery::gzipIsGivenUpWhereItIsNotTaken()
{
    for (const bool takes : {true, false}) {
        Server server(InfluxFlavour::V2);
        server.takesGzip = takes;
        QVERIFY(server.start());
        DeliveryRig rig;
        rig.options.gzip = true;
        rig.deliver(server.url(), server.token);
        const Truth truth = feed(*rig.harness, calls(20, 14, false));
        rig.harness->drain();
        QVERIFY(rig.settled());
        QCOMPARE(rig.wrong(server.points(), truth), QString());
    }
}

void TestDelivery::withoutPayload()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.options.target.payload = false;
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(20, 15, true));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(server.points(), truth), QString());
    for (const FakePoint &point : server.points())
        QVERIFY(!point.fields.contains("payload"));
}

/// A bucket that was lost is filled from the data folder, whole or for a range of time.
void TestDelivery::whatWasLostIsSentAgain()
{
    Server server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.deliver(server.url(), server.token);
    const Truth truth = feed(*rig.harness, calls(20, 16, true));
    rig.harness->drain();
    QVERIFY(rig.settled());
    rig.stop();
    rig.harness.reset();
    app::RuntimeOptions options;
    options.dataFolder = rig.folder.path().toStdString();
    options.delivery = rig.options;
    int told = 0;
    const auto tell = [&](const std::string &) { ++told; };
    server.buckets["bucket"] = {};
    auto sent = app::resend(options, {}, rig.clock, tell);
    QVERIFY2(sent, sent ? "" : sent.error().message.c_str());
    QCOMPARE(rig.wrong(server.points(), truth), QString());
    QVERIFY(told >= 2);

    std::set<Timestamp> times;
    for (const auto &[id, events] : truth) {
        for (const Event &event : events)
            times.insert(event.time);
    }
    const app::ResendRange range{*std::next(times.begin(), 40), *std::next(times.begin(), 80)};
    std::size_t within = 0;
    for (const auto &[id, events] : truth)
        within += static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const Event &e) { return e.time >= *range.from && e.time < *range.to; }));
    server.buckets["bucket"] = {};
    sent = app::resend(options, range, rig.clock, tell);
    QVERIFY2(sent, sent ? "" : sent.error().message.c_str());
    QCOMPARE(server.points().size(), within);
    options.delivery.reset();
    sent = app::resend(options, {}, rig.clock, tell);
    QVERIFY(!sent && sent.error().message.find("TSDB_URL") != std::string::npos);
}

/// Places, points and overviews of what the store has deleted.
void TestDelivery::whatIsGoneIsForgotten()
{
    QTemporaryDir folder(scratchFolder() + QStringLiteral("/marks-XXXXXX"));
    auto store = DeliveryStore::open(folder.path().toStdString());
    QVERIFY(store && (*store)->begin("somewhere"));
    DeliveryStore &marks = **store;
    QVERIFY(marks.claim({{7, 1000, 1}, {7, 2000, 2}, {7, 3000, 3}, {8, 9'000'000, 4}}));
    DeliveryStore::Update update;
    update.points = {{1, 10, 0}, {2, 20, 0}, {3, 30, 0}};
    update.touched = {11, 12, 13};
    QVERIFY(marks.write(update));
    // Two at a time, those before 3 us and before row 3.
    QCOMPARE(marks.forget(Timestamp{3}, 3, {12}, 2).value(), false);
    QCOMPARE(marks.forget(Timestamp{3}, 3, {}, 2).value(), true);
    QCOMPARE(marks.claim({{7, 1000, 21}, {7, 2000, 22}, {7, 3000, 23}, {8, 9'000'000, 24}}).value(), (std::vector<std::int64_t>{0, 0, 3, 4}));
    QVERIFY(!marks.delivered(1).value() && !marks.delivered(2).value() && marks.delivered(3).value());
    QCOMPARE(marks.overviewsAfter(0, 10).value(), (std::vector<InteractionKey>{11, 13}));
    QCOMPARE(marks.overviewsAfter(11, 10).value(), (std::vector<InteractionKey>{13}));
}

/// Of one nanosecond each series has a place of its own, whichever came first.
void TestDelivery::eachPlaceHasOneHolder()
{
    QTemporaryDir folder(scratchFolder() + QStringLiteral("/marks-XXXXXX"));
    const QByteArray path = (folder.path() + QStringLiteral("/delivery.db")).toUtf8();
    const auto open = [&] {
        auto store = DeliveryStore::open(folder.path().toStdString());
        return store && (*store)->begin("somewhere") ? std::move(*store) : nullptr;
    };
    using Holders = std::vector<std::int64_t>;
    auto marks = open();
    QVERIFY(marks);
    std::vector<DeliveryStore::Claim> many; // some of them by one statement, some one by one
    for (std::int64_t row = 1; row <= 150; ++row)
        many.push_back({7, row, row});
    QCOMPARE(marks->claim(many).value(), Holders(150, 0));
    QCOMPARE(marks->claim({{7, 5, 500}, {8, 5, 501}, {8, 5, 502}, {9, 5, 503}, {7, 5, 5}, {9, 5, 503}}).value(), (Holders{5, 0, 501, 0, 0, 0}));
    QVERIFY(marks->take({{7, 5, 600}, {8, 5, 601}, {7, 900, 602}}));
    QCOMPARE(marks->claim({{7, 5, 5}, {8, 5, 501}, {9, 5, 1}, {7, 900, 602}}).value(), (Holders{600, 601, 503, 0}));
    marks.reset();

    // As an earlier version left it.
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(path, &db), SQLITE_OK);
    QCOMPARE(sqlite3_exec(db, "DELETE FROM claims; DELETE FROM crowded; CREATE TABLE places(time INTEGER NOT NULL, series INTEGER NOT NULL, "
                              "row INTEGER NOT NULL, PRIMARY KEY(time, series)) WITHOUT ROWID; INSERT INTO places VALUES(5, 7, 1), (5, 8, 2), (6, 7, 3); "
                              "ALTER TABLE mark RENAME COLUMN passed TO delivered; UPDATE mark SET row = 9, delivered = 8; "
                              "INSERT INTO dead(row, at, reason, line, delivered) VALUES(9, 0, '', '', 0)",
                          nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
    for (int times = 0; times < 2; ++times) {
        marks = open();
        QVERIFY(marks);
        QCOMPARE(marks->claim({{7, 5, 10}, {8, 5, 10}, {7, 6, 10}, {8, 6, 3}}).value(), (Holders{1, 2, 3, 0}));
        QCOMPARE(marks->mark().passed, std::uint64_t(9)); // with the one that is set aside
        marks.reset();
    }
}

/// One letter for a row, the latest; none for what has arrived; counted as it is listed, by whoever opens it.
void TestDelivery::deadLettersGoWhenTheyArrive()
{
    QTemporaryDir folder(scratchFolder() + QStringLiteral("/marks-XXXXXX"));
    std::unique_ptr<DeliveryStore> marks;
    const auto open = [&] {
        marks.reset();
        auto store = DeliveryStore::open(folder.path().toStdString());
        if (store && (*store)->begin("somewhere"))
            marks = std::move(*store);
    };
    const auto counts = [&] { return std::pair(marks->deadCount().letters, marks->deadCount().events); };
    using Counts = std::pair<std::uint64_t, std::uint64_t>;
    open();
    QVERIFY(marks);
    DeliveryStore::Update update;
    update.dead = {{0, 5, {}, "first", "line 5", false}, {0, 6, {}, "without payload", "line 6", true}, {0, 7, {}, "r", "line 7", false},
                   {0, -3, {}, "r", "index of 3", false}, {0, -3, {}, "r", "locator of 3", false}, {0, 0, {}, "r", "point", true}};
    QVERIFY(marks->write(update));
    QCOMPARE(counts(), Counts(4, 2));
    QCOMPARE(marks->retryDead().value(), std::uint64_t(4));
    QCOMPARE(counts(), Counts(4, 2)); // nothing has arrived yet
    QCOMPARE(marks->rowsAgain(10).value(), (std::vector<std::int64_t>{5, 7}));

    update = {};
    update.dead = {{0, 5, {}, "second", "line 5", false}};
    update.sent = {5, 7};
    update.arrived = {-3, 5, 6, 7, 8};
    QVERIFY(marks->write(update));
    for (int times = 0; times < 2; ++times) {
        QCOMPARE(counts(), Counts(1, 1));
        const auto letters = marks->deadLetters(10).value();
        QCOMPARE(letters.size(), std::size_t(3));
        QCOMPARE(letters[0].reason, std::string("second"));
        QCOMPARE(letters[1].line, std::string("point"));
        QCOMPARE(letters[2].line, std::string("line 6")); // arrived as it had before, without its payload
        open();
        QVERIFY(marks);
    }
    QVERIFY(marks->beginAgain());
    QCOMPARE(counts(), Counts(0, 0));
}

/// However late the next look was planned.
void TestDelivery::whoeverIsTouchedIsLookedAtSoon()
{
    QTemporaryDir folder(scratchFolder() + QStringLiteral("/marks-XXXXXX"));
    auto marks = DeliveryStore::open(folder.path().toStdString());
    QVERIFY(marks && (*marks)->begin("somewhere"));
    const Timestamp now{1'925'282'640'000'000};
    DeliveryStore::Update touch, looked;
    touch.touched = {1, 2};
    touch.lookAt = now + Duration::seconds(5);
    QVERIFY((*marks)->write(touch));
    QCOMPARE((*marks)->takeOverviews(now, 10).value().size(), std::size_t(0));
    QCOMPARE((*marks)->takeOverviews(touch.lookAt, 10).value().size(), std::size_t(2));
    looked.overviews = {{1, now + Duration::seconds(36'000), Duration::seconds(36'000), 7, {"a"}, false}, {2, now + Duration::seconds(10), {}, 7, {"b"}, false}};
    QVERIFY((*marks)->write(looked));
    QVERIFY((*marks)->write(touch));
    QCOMPARE((*marks)->takeOverviews(now + Duration::seconds(9), 10).value().size(), std::size_t(0));
    QCOMPARE((*marks)->takeOverviews(now + Duration::seconds(69), 10).value().size(), std::size_t(1)); // as planned
    QCOMPARE((*marks)->takeOverviews(now + Duration::seconds(71), 10).value().size(), std::size_t(2));
}

void TestDelivery::retentionIsFollowed()
{
    FakeInflux server(InfluxFlavour::V2);
    QVERIFY(server.start());
    DeliveryRig rig;
    rig.options.tidyEvery = Duration::millis(50);
    rig.options.keep = Duration::seconds(-20LL * 365 * 24 * 3600); // the events' clock is years ahead
    rig.deliver(server.url(), "token");
    (void)feed(*rig.harness, calls(10, 3, false));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QVERIFY(!server.points().empty());
    const auto places = [&] {
        sqlite3 *db = nullptr;
        sqlite3_stmt *count = nullptr;
        sqlite3_open_v2((rig.folder.path() + QStringLiteral("/delivery.db")).toUtf8(), &db, SQLITE_OPEN_READONLY, nullptr);
        sqlite3_prepare_v2(db, "SELECT count(*), (SELECT count(*) FROM overviews) FROM claims", -1, &count, nullptr);
        sqlite3_step(count);
        const std::pair found(sqlite3_column_int(count, 0), sqlite3_column_int(count, 1));
        sqlite3_finalize(count);
        sqlite3_close(db);
        return found;
    };
    QTRY_COMPARE_WITH_TIMEOUT(places().first, 0, 20'000);
    QCOMPARE(places().second, 10); // their interactions are there
}

void TestDelivery::aVariantLeavesNothingBehind_data()
{
    QTest::addColumn<bool>("one");
    QTest::addColumn<bool>("classic");
    for (const bool one : {false, true}) {
        for (const bool classic : {false, true})
            QTest::addRow("%s %s", one ? "1.x" : "2.x", classic ? "classic" : "bounded") << one << classic;
    }
}

/// On real servers: the point of a variant that stands no more is gone, whatever its ids look like; the others are there.
void TestDelivery::aVariantLeavesNothingBehind()
{
    QFETCH(bool, one);
    QFETCH(bool, classic);
    const auto kind = one ? RealInflux::Kind::V1 : RealInflux::Kind::V2;
    if (const auto why = RealInflux::unavailable(kind))
        QSKIP(qPrintable(*why));
    RealInflux server(kind);
    QVERIFY(!server.start());
    DeliveryRig rig(classic ? influx::Schema::Classic : influx::Schema::Bounded);
    rig.deliver(server.url(), one ? QByteArray() : server.token());
    const std::string hostile = R"(i, \"=' a\\b)";
    const auto message = [&](const std::string &id, int ms) {
        return R"({"events":[{"id":")" + id + R"(","timestamp":"2026-05-06T10:44:54.)" + std::to_string(ms)
            + R"(Z","type":"interaction-updated","data":{"interactionId":")" + hostile + R"(","participantId":"p q"}}]})";
    };
    for (const int ms : {500, 300, 700, 200}) { // the earliest stands
        rig.harness->message(message("a", ms));
        rig.harness->message(message("b" + std::to_string(ms), 500));
        rig.harness->drain();
        QVERIFY(rig.settled());
    }
    const QByteArray measurement = classic ? "genesys_interaction_events" : "interaction_event";
    const QByteArray found = server.query("SELECT eventId FROM " + measurement);
    QCOMPARE(found.count("\"a\""), qsizetype(1));
    for (const char *id : {"\"b500\"", "\"b300\"", "\"b700\"", "\"b200\""})
        QCOMPARE(found.count(id), qsizetype(1));
    QVERIFY2(found.contains("17780642942"), found.constData()); // of the 200 ms
}

THREADLINE_TEST_MAIN(TestDelivery)
#include "test_delivery.moc"
