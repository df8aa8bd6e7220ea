// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading back: what one machine recorded and delivered, another shows, byte for byte, from real servers in each language.
#include "app/common/restore.h"
#include "core/history/archive.h"
#include "tests/delivery/rig.h"
#include "tests/history/machine.h"
#include "tests/support/influxserver.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace threadline;
using namespace threadline::test;
using influx::Language;

namespace {

Result<Session::Body> timelineOf(Session &session, const std::string &id)
{
    return awaited<Session::Body>([&](auto answer) { return session.timeline(InteractionId(id), false, answer); });
}

sim::Options calls(int interactions)
{
    sim::Options options;
    options.seed = 5;
    options.interactions = interactions;
    options.rate = 0;
    options.faults.duplicate = 0.2;
    options.faults.shuffle = 32;
    options.faultSeed = 5;
    return options;
}

/// A machine with an empty store beside an InfluxDB that never answers.
struct HangingServer {
    HangingServer()
    {
        if (!server.start())
            qFatal("no server");
        server.faults = [](int, const FakeInfluxRequest &) { return InfluxFault::doing(InfluxFault::Kind::Hang); };
        history::ArchiveOptions archive;
        archive.target.url = server.url().toStdString();
        archive.target.bucket = "bucket";
        machine.emplace(empty.path().toStdString(), std::make_shared<history::Archive>(archive, NetworkOptions()));
    }
    FakeInflux server{InfluxFlavour::V1};
    QTemporaryDir empty{scratchFolder() + QStringLiteral("/empty-XXXXXX")};
    std::optional<Machine> machine;
};

} // namespace

class TestHistory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anotherMachineShowsTheSame_data();
    void anotherMachineShowsTheSame();
    void restoringGivesTheSameStore();
    void aServerThatIsNotThere();
    void pagesDoNotEachWaitForAServerThatHangs();
    void pagesDoNotWaitForAFirstWord();
    void questionsCanBeTakenBack();
};

void TestHistory::anotherMachineShowsTheSame_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("classic");
    QTest::addColumn<int>("language");
    const int v1 = int(RealInflux::Kind::V1), v2 = int(RealInflux::Kind::V2);
    for (const bool classic : {false, true}) {
        const char *schema = classic ? "classic" : "bounded";
        QTest::addRow("1.x %s InfluxQL", schema) << v1 << classic << int(Language::InfluxQl);
        QTest::addRow("2.x %s InfluxQL", schema) << v2 << classic << int(Language::InfluxQl);
        QTest::addRow("2.x %s Flux", schema) << v2 << classic << int(Language::Flux);
    }
}

void TestHistory::anotherMachineShowsTheSame()
{
    QFETCH(int, kind);
    QFETCH(bool, classic);
    QFETCH(int, language);
    const auto what = static_cast<RealInflux::Kind>(kind);
    if (const auto reason = RealInflux::unavailable(what))
        QSKIP(qPrintable(*reason));
    RealInflux server(what);
    const auto problem = server.start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    DeliveryRig rig(classic ? influx::Schema::Classic : influx::Schema::Bounded);
    rig.options.timeout = Duration::seconds(20);
    const Truth truth = feed(*rig.harness, calls(40));
    rig.standStill();
    rig.deliver(server.url(), what == RealInflux::Kind::V2 ? server.token() : QByteArray());
    QVERIFY(rig.settled());
    rig.stop();
    rig.harness.reset();

    Machine first(rig.folder.path().toStdString(), nullptr);
    history::ArchiveOptions archive;
    archive.target = rig.options.target;
    archive.language = static_cast<Language>(language);
    QTemporaryDir empty(scratchFolder() + QStringLiteral("/empty-XXXXXX"));
    Machine second(empty.path().toStdString(), std::make_shared<history::Archive>(archive, NetworkOptions()));
    for (const auto &[id, events] : truth) {
        const auto here = timelineOf(*first.session, id), there = timelineOf(*second.session, id);
        QVERIFY2(here, id.c_str());
        QVERIFY2(there, there ? "" : there.error().message.c_str());
        QCOMPARE(*there->text, *here->text);
        QVERIFY(!there->origin.local && !there->origin.shared.empty() && there->origin.note.empty());
    }
    for (const char *id : {"nobody", "' OR '1'='1", "\"; DROP MEASUREMENT interaction_event --", "${1/0}", "a\\", "\n"}) {
        const auto absent = timelineOf(*second.session, id);
        QVERIFY2(!absent && absent.error().code == ErrorCode::NotFound, absent ? "found" : absent.error().message.c_str());
    }
    // The list, in pages, and what was open at an instant: as the machine that recorded them says.
    std::set<std::string> listed;
    ListQuery query;
    query.history = true;
    query.limit = 7;
    do {
        const auto page = awaited<ListPage>([&](auto answer) { return second.session->list(query, answer); });
        QVERIFY2(page && page->origin.note.empty(), page ? page->origin.note.c_str() : page.error().message.c_str());
        for (const Summary &summary : page->items)
            QVERIFY2(listed.insert(summary.interaction.value).second, summary.interaction.value.c_str());
        query.cursor = page->nextCursor;
    } while (!query.cursor.empty());
    QCOMPARE(listed.size(), truth.size());
    ListQuery at;
    at.limit = 500;
    at.from = truth.begin()->second.front().time;
    at.to = *at.from + Duration::micros(1);
    at.history = true;
    const auto open = [&](Session &session) {
        std::map<std::string, std::string> out;
        const auto page = awaited<ListPage>([&](auto answer) { return session.list(at, answer); });
        for (const Summary &s : page.value().items)
            out[s.interaction.value] = std::to_string(s.start.us) + ' ' + std::to_string(s.count) + ' ' + s.customer + ' '
                + (s.queues.empty() ? std::string() : s.queues.front()) + ' ' + std::string(nameOf(s.state));
        return out;
    };
    QVERIFY(!open(*first.session).empty());
    for (const auto &[id, what_] : open(*first.session))
        QCOMPARE(QString::fromStdString(open(*second.session)[id]), QString::fromStdString(what_));
    QCOMPARE(open(*second.session).size(), open(*first.session).size());
    const auto view = awaited<std::shared_ptr<const InteractionView>>(
        [&](auto answer) { return second.session->interaction(InteractionId(truth.begin()->first), answer); });
    QVERIFY(view);
    QVERIFY(!(*view)->events.empty() && (*view)->origin.shared.starts_with("InfluxDB at 127.0.0.1:"));
}

void TestHistory::restoringGivesTheSameStore()
{
    if (const auto reason = RealInflux::unavailable(RealInflux::Kind::V2))
        QSKIP(qPrintable(*reason));
    RealInflux server(RealInflux::Kind::V2);
    const auto problem = server.start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    DeliveryRig rig;
    rig.options.timeout = Duration::seconds(20);
    rig.deliver(server.url(), server.token());
    // More of them by hand: a store of ten thousand takes some minutes here.
    const int interactions = qEnvironmentVariableIsSet("TL_RESTORED_INTERACTIONS") ? qEnvironmentVariableIntValue("TL_RESTORED_INTERACTIONS") : 60;
    const Truth truth = feed(*rig.harness, calls(interactions));
    rig.harness->drain();
    QVERIFY(rig.settled(600'000));
    rig.stop();
    rig.harness.reset();
    QTemporaryDir empty(scratchFolder() + QStringLiteral("/restored-XXXXXX"));
    app::RuntimeOptions options;
    options.dataFolder = empty.path().toStdString();
    options.delivery = rig.options;
    const SystemClock clock;
    int told = 0;
    const auto restored = app::restore(options, clock, [&](const std::string &) { ++told; });
    QVERIFY2(restored, restored ? "" : restored.error().message.c_str());
    std::size_t events = 0;
    for (const auto &[id, all] : truth)
        events += all.size();
    QCOMPARE(std::size_t(restored->events), events);
    QVERIFY(told > 1 && restored->withoutData == 0);
    const auto again = app::restore(options, clock, [](const std::string &) {});
    QVERIFY(!again && again.error().code == ErrorCode::InvalidArgument); // it holds events now
    {
        Machine first(rig.folder.path().toStdString(), nullptr), second(options.dataFolder, nullptr);
        for (const auto &[id, all] : truth)
            QCOMPARE(*timelineOf(*second.session, id).value().text, *timelineOf(*first.session, id).value().text);
    }
    // What came from there need not go there once more.
    auto runtime = app::Runtime::start(options, clock);
    QVERIFY(runtime);
    QVERIFY(QTest::qWaitFor([&] { return (*runtime)->sink()->idle().value_or(false); }, 20'000));
    QCOMPARE((*runtime)->sink()->status().lines, 0u);
}

void TestHistory::aServerThatIsNotThere()
{
    history::ArchiveOptions archive;
    archive.target.url = "http://127.0.0.1:1";
    archive.target.bucket = "bucket";
    QTemporaryDir empty(scratchFolder() + QStringLiteral("/empty-XXXXXX"));
    Machine machine(empty.path().toStdString(), std::make_shared<history::Archive>(archive, NetworkOptions()));
    const auto answer = timelineOf(*machine.session, "i1");
    QVERIFY(!answer);
    QCOMPARE(int(answer.error().code), int(ErrorCode::Unreachable));
    QVERIFY2(answer.error().message.find("could not be asked") != std::string::npos, answer.error().message.c_str());
    ListQuery query;
    query.history = true;
    const auto page = awaited<ListPage>([&](auto done) { return machine.session->list(query, done); });
    QVERIFY(page && page->items.empty() && !page->origin.note.empty());
}

/// A server that hangs is waited for once, not by every page.
void TestHistory::pagesDoNotEachWaitForAServerThatHangs()
{
    HangingServer hanging;
    FakeInflux &server = hanging.server;
    Machine &machine = *hanging.machine;
    ListQuery query;
    query.history = true;
    std::string first;
    for (int page = 0; page < 20; ++page) {
        const auto got = awaited<ListPage>([&](auto done) { return machine.session->list(query, done); });
        QVERIFY(got && !got->origin.note.empty());
        first = page == 0 ? got->origin.note : first;
        QCOMPARE(got->origin.note, first);
    }
    QCOMPARE(server.requests(), 2); // that one, and one by the way

    server.faults = {}; // it is noticed by the way
    QTRY_VERIFY_WITH_TIMEOUT(([&] {
        const auto got = awaited<ListPage>([&](auto done) { return machine.session->list(query, done); });
        return got && got->origin.note.empty();
    }()), 60'000);
}

/// Nor is one waited for that is slow to say its first word: it has its say with the next pages.
void TestHistory::pagesDoNotWaitForAFirstWord()
{
    HangingServer slow;
    slow.server.faults = [](int, const FakeInfluxRequest &request) {
        return request.path == "/ping" ? InfluxFault::slow(std::chrono::milliseconds(2'500)) : InfluxFault();
    };
    ListQuery query;
    query.history = true;
    const auto page = [&] { return awaited<ListPage>([&](auto done) { return slow.machine->session->list(query, done); }); };
    const auto first = page();
    QVERIFY(first && !first->origin.note.empty());
    QTRY_VERIFY_WITH_TIMEOUT(([&] {
        const auto next = page();
        return next && next->origin.note.empty();
    }()), 60'000);
    const int before = slow.server.requests();
    QVERIFY(page()->origin.note.empty());
    QCOMPARE(slow.server.requests(), before + 1); // the question alone: who it is was learned by the way
}

void TestHistory::questionsCanBeTakenBack()
{
    HangingServer hanging;
    FakeInflux &server = hanging.server;
    Machine &machine = *hanging.machine;
    std::atomic<int> answers{0};
    std::vector<HandlePtr> handles;
    for (int i = 0; i < 20; ++i)
        handles.push_back(machine.session->timeline(InteractionId("i1"), false, [&](auto) { ++answers; }));
    QVERIFY(QTest::qWaitFor([&] { return server.requests() > 0; }, 5000));
    handles.clear();
    QTest::qWait(100);
    QCOMPARE(answers.load(), 0);
}

THREADLINE_TEST_MAIN(TestHistory)
#include "test_history.moc"
