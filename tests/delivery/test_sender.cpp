// SPDX-License-Identifier: GPL-3.0-or-later
/// The sender stepped by hand, with a clock of its own: whatever the first answers are, in whatever order, nothing is stuck once
/// the server is good, and meanwhile what is said of it is true.
#include "core/base/log.h"
#include "core/delivery/sender.h"
#include "tests/engine/faultystore.h"
#include "tests/engine/harness.h"
#include "tests/support/testmain.h"

#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

#include <array>
#include <deque>
#include <set>

using namespace threadline;
using namespace threadline::test;
using delivery::Stage;
using delivery::Step;

namespace {

constexpr std::uint64_t kEvents = 7;
constexpr std::size_t kFirst = 5; ///< requests that are answered as the test says

struct Reply {
    const char *name;
    int status;
    const char *body;
    const char *retryAfter;
    bool blames; ///< a line may be set aside for it
};

constexpr std::array kKinds{
    Reply{"204", 204, "", "", false},
    Reply{"503", 503, R"({"code":"unavailable","message":"starting"})", "", false},
    Reply{"429 with Retry-After", 429, "", "30", false},
    Reply{"429", 429, "", "", false},
    Reply{"500", 500, R"({"code":"internal error","message":"no"})", "", false},
    Reply{"502", 502, "", "", false},
    Reply{"504", 504, "", "", false},
    Reply{"dropped", 0, "closed the connection", "", false},
    Reply{"timeout", -1, "did not answer in time", "", false},
    Reply{"401", 401, R"({"code":"unauthorized","message":"unauthorized access"})", "", false},
    Reply{"404", 404, R"({"code":"not found","message":"bucket not found"})", "", false},
    Reply{"413", 413, R"({"code":"request too large","message":"too large"})", "", true},
    Reply{"415", 415, R"({"code":"unsupported","message":"gzip"})", "", false},
    Reply{"400", 400, R"({"code":"invalid","message":"field type conflict: because"})", "", true},
    Reply{"400 of anything", 400, R"({"code":"invalid","message":"not today"})", "", true},
    Reply{"HTML 200", 200, "<!doctype html><html>Sign in</html>", "", false},
};

const Reply *kind(std::string_view name)
{
    const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Reply &k) { return name == k.name; });
    return found == kKinds.end() ? nullptr : &*found;
}

bool isHtml(const Reply &kind) { return kind.body[0] == '<'; }

influx::HttpReply replyOf(const Reply &kind)
{
    influx::HttpReply reply;
    if (kind.status <= 0) {
        reply.failure = kind.body;
        return reply;
    }
    reply.status = kind.status;
    reply.body = kind.body;
    if (isHtml(kind))
        reply.headers = {{"content-type", "text/html"}};
    else
        reply.headers = {{"x-influxdb-version", "v2.9.1"}, {"x-influxdb-build", "OSS"}, {"content-type", "application/json"}};
    if (kind.retryAfter[0] != '\0')
        reply.headers.emplace_back("retry-after", kind.retryAfter);
    return reply;
}

/// Keeps what is sent, and what was taken of it.
class Held final : public delivery::Transport {
public:
    struct Request {
        std::string path;
        std::shared_ptr<const std::string> body;
        Duration timeout;
        Done done;
    };
    void send(const influx::Request &request, std::shared_ptr<const std::string> body, bool, Duration timeout, Done done) override
    {
        held.push_back({request.path, std::move(body), timeout, std::move(done)});
    }
    void cancel() override { held.clear(); }
    void answer(const Reply &kind, ManualClock &clock)
    {
        Request first = std::move(held.front());
        held.pop_front();
        clock.advance(kind.status < 0 ? first.timeout : Duration::millis(5));
        if (kind.status == 204 && first.body)
            keep(*first.body);
        first.done(replyOf(kind));
    }
    std::deque<Request> held;
    std::set<std::string> ids; ///< of events that arrived

private:
    void keep(const std::string &body)
    {
        static const std::string kName = "eventId=\"";
        for (std::size_t at = body.find(kName); at != std::string::npos; at = body.find(kName, at)) {
            at += kName.size();
            ids.insert(body.substr(at, body.find('"', at) - at));
        }
    }
};

/// Not a question who it is, nor an empty batch.
bool sendsLines(const Held::Request &request) { return request.body && request.body->size() > 1; }

/// A store with some events, and delivery that begins anew for each plan.
class Bench {
public:
    Bench() : m_folder(scratchFolder() + QStringLiteral("/sender-XXXXXX"))
    {
        m_harness = std::make_unique<Harness>(folder(), SequenceScope::Interaction, m_real, IngestOptions().cacheBytes, true);
        add(10, 10 + kEvents);
        reader = std::move(*m_harness->store().reader());
        marks = std::move(*DeliveryStore::open(folder()));
    }
    /// Events with these numbers.
    void add(std::uint64_t first, std::uint64_t end)
    {
        for (std::uint64_t i = first; i < end; ++i) {
            const std::string n = std::to_string(i);
            m_harness->message(R"({"events":[{"id":"e-)" + n + R"(","timestamp":"2026-05-06T10:44:10.)" + n + R"(Z","sequence":)" + n
                               + R"(,"type":"interaction-updated","data":{"interactionId":"i-)" + std::to_string(i % 2) + R"(","participantId":"p"}}]})");
        }
        m_harness->drain();
    }
    /// As another program does.
    void inMarks(const char *sql) const
    {
        sqlite3 *db = nullptr;
        if (sqlite3_open((folder() + "/delivery.db").c_str(), &db) != SQLITE_OK || sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
            qFatal("%s", sqlite3_errmsg(db));
        sqlite3_close(db);
    }
    [[nodiscard]] std::string folder() const { return m_folder.path().toStdString(); }

    std::unique_ptr<StoreReader> reader;
    std::unique_ptr<DeliveryStore> marks;

private:
    QTemporaryDir m_folder;
    SystemClock m_real;
    std::unique_ptr<Harness> m_harness;
};

delivery::SenderOptions options()
{
    delivery::SenderOptions o;
    o.target.url = "http://127.0.0.1:8086";
    o.target.org = "org";
    o.target.bucket = "bucket";
    o.target.token = "token";
    o.batch.lines = 2;
    o.age = {};
    o.settleAfter = Duration::millis(50);
    o.seed = 7;
    o.quiet = true;
    return o;
}

using Plan = std::vector<const Reply *>;

QString nameOf(const Plan &plan)
{
    QStringList names;
    for (const Reply *kind : plan)
        names << QLatin1String(kind->name);
    return names.join(QLatin1String(", "));
}

/// One delivery from the first event to the last.
class Run {
public:
    Run(Bench &bench, Plan plan, delivery::SenderOptions with = options()) : m_bench(bench), m_plan(std::move(plan))
    {
        static int number = 0;
        if (!bench.marks->begin("target " + std::to_string(++number)))
            qFatal("no marks");
        m_sender.emplace(with, *bench.reader, *bench.marks, m_transport, m_clock);
    }

    /// One step on: time passes where nothing was asked, else the first request is answered with the kind that `kindOf` calls by its
    /// name. False: the sender, before that, waited for nothing that would come.
    template<class KindOf>
    [[nodiscard]] bool step(KindOf kindOf)
    {
        const Duration wait = m_sender->pump();
        const bool leadsOn = m_sender->leadsOn();
        if (m_transport.held.empty())
            m_clock.advance(std::max(wait, Duration::millis(1)));
        else
            m_transport.answer(*kind(kindOf(m_transport.held.front())), m_clock);
        return leadsOn;
    }

    /// What is wrong with how it went; empty: nothing.
    QString problem()
    {
        if (QString wrong = untilIdle(); !wrong.isEmpty())
            return wrong;
        const DeliveryStatus status = m_sender->status();
        if (status.deadLetters > 0 && std::none_of(m_plan.begin(), m_plan.end(), [](const Reply *kind) { return kind->blames; }))
            return QStringLiteral("a line was blamed");
        if (status.delivered + m_bench.marks->deadCount().events != kEvents)
            return QStringLiteral("%1 delivered, %2 set aside").arg(status.delivered).arg(status.deadLetters);
        if (!m_sender->retryNow(true))
            return QStringLiteral("nothing can be tried again");
        if (QString wrong = untilIdle(); !wrong.isEmpty())
            return QStringLiteral("dead letters: ") + wrong;
        if (m_transport.ids.size() != kEvents || m_sender->status().delivered != kEvents || m_sender->status().deadLetters != 0)
            return QStringLiteral("%1 arrived, %2 counted, %3 set aside").arg(m_transport.ids.size()).arg(m_sender->status().delivered)
                .arg(m_sender->status().deadLetters);
        if (m_sender->status().state != DeliveryState::Delivering || !m_sender->status().words.empty())
            return QStringLiteral("it still says: ") + QString::fromStdString(m_sender->status().words);
        return {};
    }
    [[nodiscard]] Held &transport() { return m_transport; }
    [[nodiscard]] delivery::Sender &sender() { return *m_sender; }
    [[nodiscard]] ManualClock &clock() { return m_clock; }

private:
    QString untilIdle()
    {
        // Each bad answer costs at most its time-out and the longest wait; all else takes moments.
        const Duration end = m_clock.steady() + Duration::seconds(static_cast<std::int64_t>(kFirst) * 125 + 60);
        for (int steps = 0; m_clock.steady() < end && steps < 5000; ++steps) {
            const Duration wait = m_sender->pump();
            if (!m_sender->leadsOn())
                return QStringLiteral("nothing leads on from here");
            if (QString wrong = untrue(wait); !wrong.isEmpty())
                return wrong;
            if (!m_transport.held.empty())
                m_transport.answer(next(), m_clock);
            else
                m_clock.advance(std::max(wait, Duration::millis(1)));
            const auto idle = m_sender->idle();
            if (idle && *idle && m_transport.held.empty() && m_sender->status().backlog == 0)
                return {};
        }
        return QStringLiteral("not done after %1 s: ").arg(m_clock.steady().us / 1'000'000) + QString::fromStdString(m_sender->status().words);
    }
    /// What is said while nothing is on its way must be why.
    [[nodiscard]] QString untrue(Duration wait) const
    {
        const DeliveryStatus status = m_sender->status();
        const bool stands = m_transport.held.empty() && wait.us > 0 && status.backlog > 0;
        const bool told = (status.state == DeliveryState::Waiting || status.state == DeliveryState::Paused) && !status.words.empty();
        if (stands && !told)
            return QStringLiteral("it stands and says \"%1\"").arg(QString::fromUtf8(threadline::nameOf(status.state)));
        if (m_transport.held.size() > 2 + 1) // parts, and one point to be taken away
            return QStringLiteral("%1 requests at a time").arg(m_transport.held.size());
        return {};
    }
    const Reply &next() { return m_at < m_plan.size() ? *m_plan[m_at++] : kKinds[0]; }

    Bench &m_bench;
    const Plan m_plan;
    std::size_t m_at = 0;
    ManualClock m_clock;
    Held m_transport;
    std::optional<delivery::Sender> m_sender;
};

} // namespace

class TestSender : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { log::setLevel(log::Level::Error); }
    void everyPairOfAnswers();
    void everySequenceOfAFew();
    void nothingIsLeftToTryWith();
    void shedInTheMiddle();
    void theLongerWaitCounts();
    void aPingThatIsRefusedForEver();
    void aPauseSaysHowOftenItIsTried();
    void aStoreThatCannotBeReadIsToldNowAndThen();
    void aStoreThatWorksAgainIsNotBlamedForTheServer();
    void marksThatCannotBeWrittenAreNoDelivery();
    void aRemovalThatCannotBeNotedIsNotToldToWork();
    void aServerThatComesAndGoesIsToldNowAndThen();
    void uncompressedDataIsNotAskedForAgainAndAgain();
    void oneLineThatIsAlwaysAnsweredWith500_data();
    void oneLineThatIsAlwaysAnsweredWith500();
    void oneLineThatAProxyFailsAt();
    void aServerThatRefusesEverything();
    void whatIsRefusedForItselfHoldsUpNothing();
    void whatIsTakenNowAndThenPausesNothing();
    void aServerOutOfOrderForLong();
    void nobodyAsksWhileAnAnswerIsOnItsWay();
    void whatIsWrittenAnewIsNotTakenAway();
    void aPointThatFailsForEverHoldsUpNoOther();
    void pointsThatCannotBeTakenAway();
    void theTable();
};

/// Each pair at each two of the first five requests, good ones before, between and behind.
void TestSender::everyPairOfAnswers()
{
    Bench bench;
    for (std::size_t one = 0; one < kFirst; ++one) {
        for (std::size_t two = one + 1; two < kFirst; ++two) {
            for (const Reply &first : kKinds) {
                for (const Reply &second : kKinds) {
                    Plan plan(two + 1, &kKinds[0]);
                    plan[one] = &first;
                    plan[two] = &second;
                    const QString problem = Run(bench, plan).problem();
                    QVERIFY2(problem.isEmpty(), qPrintable(nameOf(plan) + QStringLiteral(": ") + problem));
                }
            }
        }
    }
}

/// All there are, of answers that lead to different stages.
void TestSender::everySequenceOfAFew()
{
    Bench bench;
    const std::array kFew{kind("204"), kind("503"), kind("401"), kind("400")};
    std::size_t count = 1;
    for (std::size_t i = 0; i < kFirst; ++i)
        count *= kFew.size();
    for (std::size_t number = 0; number < count; ++number) {
        Plan plan;
        for (std::size_t i = 0, rest = number; i < kFirst; ++i, rest /= kFew.size())
            plan.push_back(kFew[rest % kFew.size()]);
        const QString problem = Run(bench, plan).problem();
        QVERIFY2(problem.isEmpty(), qPrintable(nameOf(plan) + QStringLiteral(": ") + problem));
    }
}

/// The only part that waits goes again, and then is blamed, or is passed over: the next one is made.
void TestSender::nothingIsLeftToTryWith()
{
    Bench bench;
    delivery::SenderOptions one = options();
    one.batch.lines = 1;
    one.inFlight = 1;
    for (const char *bad : {"503", "429", "500", "dropped", "timeout"}) {
        for (const char *blame : {"400", "413"}) {
            Plan plan(2 + kEvents - 1, kind("204"));
            plan.push_back(kind(bad)); // of the last line
            plan.push_back(kind(blame));
            const QString problem = Run(bench, plan, one).problem();
            QVERIFY2(problem.isEmpty(), qPrintable(nameOf(plan) + QStringLiteral(": ") + problem));
        }
    }
}

/// All that waited to be sent again is passed over: there is nothing to try with, and it goes on all the same.
void TestSender::shedInTheMiddle()
{
    Bench bench;
    delivery::SenderOptions few = options();
    few.backlog = 10;
    Run run(bench, {}, few);
    for (int i = 0; i < 2; ++i) {
        (void)run.sender().pump();
        run.transport().answer(*kind("204"), run.clock());
    }
    while (run.sender().pump().us == 0) { }
    while (!run.transport().held.empty())
        run.transport().answer(*kind("503"), run.clock());
    bench.add(100, 120);
    (void)run.sender().pump();
    QVERIFY(run.sender().status().shed > kEvents);
    for (int steps = 0; steps < 1000 && run.sender().status().backlog > 0; ++steps) {
        const Duration wait = run.sender().pump();
        QVERIFY(run.sender().leadsOn());
        run.clock().advance(std::max(wait, Duration::millis(1)));
        if (!run.transport().held.empty())
            run.transport().answer(*kind("204"), run.clock());
    }
    QCOMPARE(run.sender().status().delivered + run.sender().status().shed, kEvents + 20);
    QVERIFY(run.sender().status().delivered > 0);
}

/// Of two that were on their way, whichever answers first.
void TestSender::theLongerWaitCounts()
{
    Bench bench;
    for (const bool turned : {false, true}) {
        Run run(bench, {});
        (void)run.sender().pump();
        run.transport().answer(*kind("204"), run.clock());
        run.transport().answer(*kind("204"), run.clock());
        while (run.sender().pump().us == 0) { }
        QCOMPARE(run.transport().held.size(), std::size_t(2));
        run.transport().answer(*kind(turned ? "429 with Retry-After" : "dropped"), run.clock());
        run.transport().answer(*kind(turned ? "dropped" : "429 with Retry-After"), run.clock());
        const Duration wait = run.sender().pump();
        QVERIFY2(wait >= Duration::seconds(29) && wait <= Duration::seconds(31), qPrintable(QString::number(wait.us)));
    }
}

/// A proxy may let nobody see /ping, and take what is written: it is not asked again and again instead.
void TestSender::aPingThatIsRefusedForEver()
{
    Bench bench;
    Run run(bench, {});
    int asked = 0;
    const Reply refused{"403", 403, "", "", false};
    for (int steps = 0; steps < 200; ++steps) {
        (void)run.sender().pump();
        if (run.transport().held.empty()) {
            run.clock().advance(Duration::millis(100));
        } else if (!run.transport().held.front().body) {
            ++asked;
            auto done = std::move(run.transport().held.front().done);
            run.transport().held.pop_front();
            influx::HttpReply reply;
            reply.status = refused.status;
            done(reply);
        } else {
            run.transport().answer(kKinds[0], run.clock());
        }
    }
    QCOMPARE(asked, 1);
    QCOMPARE(run.sender().status().delivered, kEvents);
}

/// Whoever reads of a wrong token mends it, and wants to know when that is noticed; who ends at once must not be told so.
void TestSender::aPauseSaysHowOftenItIsTried()
{
    Bench bench;
    for (const bool ends : {false, true}) {
        delivery::SenderOptions with = options();
        with.endsPaused = ends;
        Run run(bench, {}, with);
        int told = 0;
        log::setLevel(log::Level::Warning);
        log::setSink([&](log::Level, std::string_view line) { told += line.find("It is tried again every 60 s.") != std::string_view::npos; });
        while (run.clock().steady() < Duration::seconds(600))
            (void)run.step([](const Held::Request &request) { return request.body ? "401" : "204"; });
        const DeliveryStatus paused = run.sender().status();
        while (run.sender().status().state != DeliveryState::Delivering && run.clock().steady() < Duration::seconds(1200))
            (void)run.step([](const Held::Request &) { return "204"; });
        log::setSink({});
        log::setLevel(log::Level::Error);
        QCOMPARE(int(paused.state), int(DeliveryState::Paused));
        QCOMPARE(told, ends ? 0 : 1);
        QCOMPARE(paused.words.ends_with(" It is tried again every 60 s."), !ends);
        QCOMPARE(run.sender().status().words, std::string());
    }
}

/// It is tried each second, and the log is to stay readable: at once, then once a minute, and when it works again.
void TestSender::aStoreThatCannotBeReadIsToldNowAndThen()
{
    Bench bench;
    Faults faults;
    bench.reader = std::make_unique<FaultyReader>(std::move(bench.reader), faults);
    Run run(bench, {});
    int told = 0, again = 0;
    log::setLevel(log::Level::Info);
    log::setSink([&](log::Level, std::string_view line) {
        told += line.find(faults.error().message) != std::string_view::npos;
        again += line.find("works for delivery again") != std::string_view::npos;
    });
    const auto until = [&run](std::int64_t second) {
        while (run.clock().steady() < Duration::seconds(second))
            (void)run.step([](const Held::Request &) { return "204"; });
    };
    faults.handing = true;
    until(600);
    const int failing = told, tried = faults.refusedReads;
    const std::string words = run.sender().status().words;
    faults.handing = false;
    until(610);
    const int works = again;
    std::uint64_t next = 20;
    for (std::int64_t second = 615; second <= 910; second += 5) { // now it fails, now it does not
        faults.handing = !faults.handing;
        bench.add(next, next + 1);
        ++next;
        until(second);
    }
    log::setSink({});
    log::setLevel(log::Level::Error);
    QVERIFY2(tried > 300, qPrintable(QString::number(tried)));
    QVERIFY2(failing >= 9 && failing <= 11, qPrintable(QString::number(failing)));
    QCOMPARE(words, faults.error().message);
    QCOMPARE(works, 1);
    QVERIFY2(told - failing <= 6 && again - works <= 6, qPrintable(QStringLiteral("%1 %2").arg(told - failing).arg(again - works)));
}

/// The server goes while the store fails, so that nothing more is made; the store comes back, and the server does not.
void TestSender::aStoreThatWorksAgainIsNotBlamedForTheServer()
{
    Bench bench;
    Faults faults;
    bench.reader = std::make_unique<FaultyReader>(std::move(bench.reader), faults);
    bench.add(20, 60);
    Run run(bench, {});
    int asked = 0;
    const auto until = [&](std::int64_t second) {
        while (run.clock().steady() < Duration::seconds(second))
            QVERIFY(run.step([&](const Held::Request &) {
                faults.handing = ++asked >= 6 && second < 20;
                return asked < 8 ? "204" : "503";
            }));
    };
    until(10);
    QCOMPARE(run.sender().status().words, faults.error().message);
    faults.handing = false;
    until(20);
    const std::string words = run.sender().status().words;
    QVERIFY2(!words.empty() && words != faults.error().message, words.c_str());
}

/// What is sent meanwhile is sent again and again: that is no delivery, and is told as what it is.
void TestSender::marksThatCannotBeWrittenAreNoDelivery()
{
    Bench bench;
    Run run(bench, {});
    bench.inMarks("CREATE TRIGGER no BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'no'); END");
    const auto until = [&run](std::int64_t second) {
        while (run.clock().steady() < Duration::seconds(second))
            QVERIFY(run.step([](const Held::Request &) { return "204"; }));
    };
    until(30);
    QCOMPARE(int(run.sender().status().state), int(DeliveryState::Waiting));
    QVERIFY(!run.sender().status().words.empty());
    QVERIFY(!run.sender().idle());
    bench.inMarks("DROP TRIGGER no");
    until(60);
    QCOMPARE(int(run.sender().status().state), int(DeliveryState::Delivering));
    QCOMPARE(run.sender().status().words, std::string());
    QCOMPARE(run.sender().status().delivered, kEvents);
    QVERIFY(run.sender().idle().value_or(false));
}

/// All else works meanwhile; that says nothing of what cannot be noted.
void TestSender::aRemovalThatCannotBeNotedIsNotToldToWork()
{
    Bench bench;
    Run run(bench, {});
    DeliveryStore::Update update;
    update.remove = {"interaction_event,channelKind=voice 1800000000000000000"};
    QVERIFY(bench.marks->write(update));
    bench.inMarks("CREATE TRIGGER no BEFORE DELETE ON removals BEGIN SELECT RAISE(ABORT, 'no'); END");
    int again = 0;
    log::setLevel(log::Level::Info);
    log::setSink([&](log::Level, std::string_view line) { again += line.find("works for delivery again") != std::string_view::npos; });
    const auto until = [&run](std::int64_t second) {
        while (run.clock().steady() < Duration::seconds(second))
            (void)run.step([](const Held::Request &) { return "204"; });
    };
    until(600);
    const int early = again;
    bench.inMarks("DROP TRIGGER no");
    until(660);
    log::setSink({});
    log::setLevel(log::Level::Error);
    QCOMPARE(early, 0);
    QCOMPARE(again, 1);
    QCOMPARE(bench.marks->removals(10)->size(), std::size_t(0));
    QCOMPARE(run.transport().ids.size(), std::size_t(kEvents));
}

/// Every second write is refused for the moment.
void TestSender::aServerThatComesAndGoesIsToldNowAndThen()
{
    Bench bench;
    delivery::SenderOptions loud = options();
    loud.quiet = false;
    Run run(bench, {}, loud);
    int asked = 0, away = 0, again = 0;
    log::setLevel(log::Level::Info);
    log::setSink([&](log::Level level, std::string_view line) {
        away += level == log::Level::Warning;
        again += line.find("Delivering again.") != std::string_view::npos;
    });
    const auto answer = [&asked](const Held::Request &request) { return sendsLines(request) && ++asked % 2 == 0 ? "503" : "204"; };
    std::uint64_t next = 20;
    while (run.clock().steady() < Duration::seconds(600)) {
        if (run.clock().steady() > Duration::seconds(static_cast<std::int64_t>(next - 20) * 3)) {
            bench.add(next, next + 1);
            ++next;
        }
        (void)run.step(answer);
    }
    log::setSink({});
    log::setLevel(log::Level::Error);
    QVERIFY2(asked > 200, qPrintable(QString::number(asked)));
    QVERIFY2(away >= 5 && away <= 11, qPrintable(QString::number(away)));
    QVERIFY2(again >= 5 && again <= away, qPrintable(QString::number(again)));
}

/// What says of plain data that it takes no compressed data is asked slowly.
void TestSender::uncompressedDataIsNotAskedForAgainAndAgain()
{
    Bench bench;
    Run run(bench, {});
    (void)run.sender().pump();
    run.transport().answer(*kind("204"), run.clock());
    run.transport().answer(*kind("204"), run.clock());
    while (run.sender().pump().us == 0) { }
    run.transport().answer(*kind("415"), run.clock());
    QCOMPARE(int(run.sender().status().state), int(DeliveryState::Paused));
    QVERIFY(run.sender().status().words.find("TSDB_URL") != std::string::npos);
    while (!run.transport().held.empty()) // the other one that was on its way; no further
        run.transport().answer(*kind("415"), run.clock());
    QVERIFY(run.sender().pump() >= Duration::seconds(50));
    QVERIFY(run.transport().held.empty());
}

void TestSender::oneLineThatIsAlwaysAnsweredWith500_data()
{
    QTest::addColumn<int>("lines");
    QTest::addColumn<QStringList>("bad");
    QTest::addColumn<bool>("more"); // come later
    QTest::newRow("alone in a part") << 1 << QStringList{"e-12"} << false;
    QTest::newRow("beside another, and more come") << 2 << QStringList{"e-12"} << true;
    QTest::newRow("among all") << 5000 << QStringList{"e-12"} << false;
    QTest::newRow("first") << 2 << QStringList{"e-10"} << false;
    QTest::newRow("three in a row") << 2 << QStringList{"e-10", "e-11", "e-12"} << false;
    QStringList first7;
    for (int n = 10; n < 17; ++n)
        first7 << QStringLiteral("e-%1").arg(n);
    QTest::newRow("all there were, and more come") << 5000 << first7 << true;
    QTest::newRow("the last, and more come") << 1 << QStringList{"e-16"} << true;
}

/// Others arrive, within minutes, so it is the line and not the server: in the end it is set aside.
void TestSender::oneLineThatIsAlwaysAnsweredWith500()
{
    QFETCH(int, lines);
    QFETCH(QStringList, bad);
    QFETCH(bool, more);
    Bench bench;
    delivery::SenderOptions few = options();
    few.batch.lines = lines;
    Run run(bench, {}, few);
    const auto isBad = [&](const std::string &body) {
        return std::any_of(bad.begin(), bad.end(), [&](const QString &id) { return body.find("eventId=\"" + id.toStdString() + '"') != std::string::npos; });
    };
    const int later = more ? 10 : 0;
    const Duration end = run.clock().steady() + Duration::seconds(3600);
    int added = 0;
    while (run.clock().steady() < end) {
        const Duration wait = run.sender().pump();
        QVERIFY(run.sender().leadsOn());
        if (run.transport().held.empty()) {
            run.clock().advance(std::max(wait, Duration::millis(1)));
        } else {
            const auto &body = run.transport().held.front().body;
            run.transport().answer(*kind(body && isBad(*body) ? "500" : "204"), run.clock());
        }
        if (added < later && run.clock().steady() > Duration::seconds(300 * (added + 1))) {
            QCOMPARE(run.transport().ids.size(), kEvents + static_cast<std::size_t>(added) - static_cast<std::size_t>(bad.size())); // those before
            const auto next = static_cast<std::uint64_t>(20 + added++);
            bench.add(next, next + 1);
        }
    }
    QCOMPARE(run.transport().ids.size(), kEvents + static_cast<std::size_t>(later) - static_cast<std::size_t>(bad.size()));
    QCOMPARE(run.sender().status().deadLetters, std::uint64_t(bad.size()));
    QCOMPARE(run.sender().status().backlog, std::uint64_t(0));
    QCOMPARE(int(run.sender().status().state), int(DeliveryState::Delivering));
}

/// A proxy before a server that fails at one line, and nobody who answers in time: others keep coming, so it is the line.
void TestSender::oneLineThatAProxyFailsAt()
{
    for (const char *bad : {"502", "503", "504", "dropped", "timeout"}) {
        Bench bench;
        delivery::SenderOptions few = options();
        few.batch.lines = 5000;
        Run run(bench, {}, few);
        std::uint64_t next = 20;
        int asked = 0;
        const auto answer = [&](const Held::Request &request) {
            const bool fails = request.body && request.body->find("eventId=\"e-12\"") != std::string::npos;
            asked += fails;
            return fails ? bad : "204";
        };
        while (run.clock().steady() < Duration::seconds(7200)) {
            QVERIFY(run.step(answer));
            if (next < 60 && run.clock().steady() > Duration::seconds(static_cast<std::int64_t>(next) * 100)) {
                bench.add(next, next + 1);
                ++next;
            }
        }
        QCOMPARE(run.transport().ids.size(), std::size_t(kEvents) + 40 - 1);
        QCOMPARE(run.sender().status().deadLetters, std::uint64_t(1));
        QCOMPARE(int(run.sender().status().state), int(DeliveryState::Delivering));
        QVERIFY2(asked >= 10, bad);
    }
}

/// Everything is refused, from the start or from some time on: that is not of the events, and delivery pauses instead of setting all
/// of them aside; once one is taken it goes on by itself.
void TestSender::aServerThatRefusesEverything()
{
    for (const bool atFirst : {true, false}) {
        Bench bench;
        bench.add(20, atFirst ? 60 : 20);
        Run run(bench, {});
        bool refuses = atFirst;
        bool leadsOn = true;
        const auto answer = [&](const Held::Request &request) { return refuses && sendsLines(request) ? "400 of anything" : "204"; };
        const auto until = [&](Duration end) {
            while (run.clock().steady() < end)
                leadsOn = run.step(answer) && leadsOn;
        };
        until(Duration::seconds(600));
        if (!atFirst) {
            QCOMPARE(run.transport().ids.size(), std::size_t(kEvents));
            refuses = true;
            bench.add(20, 20 + delivery::SetAside::kMostInARow + 100);
            until(Duration::seconds(1800));
        }
        const DeliveryStatus paused = run.sender().status();
        QCOMPARE(int(paused.state), int(DeliveryState::Paused));
        QVERIFY2(paused.words.find("refuses all that it is sent") != std::string::npos, paused.words.c_str());
        const std::uint64_t most = atFirst ? delivery::SetAside::kMostAtFirst : delivery::SetAside::kMostInARow;
        // Some are sent twice, because their order settles late, and counted each time.
        QVERIFY2(paused.deadLetters <= most && paused.deadLetters >= most / 3, qPrintable(QString::number(paused.deadLetters)));
        refuses = false;
        until(Duration::seconds(3600));
        QVERIFY(leadsOn);
        QCOMPARE(int(run.sender().status().state), int(DeliveryState::Delivering));
        QCOMPARE(run.sender().status().backlog, std::uint64_t(0));
        QVERIFY(run.sender().status().deadLetters <= paused.deadLetters); // some of them were sent once more
    }
}

/// InfluxDB says of each that it is too old for the bucket, however many there are: they are set aside, and the new ones arrive.
void TestSender::whatIsRefusedForItselfHoldsUpNothing()
{
    for (const int lines : {2, 50, 5000}) {
        Bench bench;
        bench.add(20, 1700);
        delivery::SenderOptions many = options();
        many.batch.lines = lines;
        Run run(bench, {}, many);
        const auto answer = [](const Held::Request &request) {
            bool old = false;
            for (std::size_t at = 0; request.body && (at = request.body->find("eventId=\"e-", at)) != std::string::npos; ++at)
                old = old || request.body->compare(at, 14, "eventId=\"e-169") != 0;
            return old ? "400" : "204";
        };
        bool idle = false;
        while (!idle && run.clock().steady() < Duration::seconds(3600)) {
            QVERIFY(run.step(answer));
            idle = run.sender().idle().value_or(false);
        }
        QVERIFY(idle);
        QVERIFY2(run.transport().ids.size() >= 10, qPrintable(QString::number(run.transport().ids.size())));
        QVERIFY(run.sender().status().deadLetters > 1'500);
        QCOMPARE(int(run.sender().status().state), int(DeliveryState::Delivering));
    }
}

/// One of a hundred is taken: the others are set aside one by one, as before, and the log has a few lines of them.
void TestSender::whatIsTakenNowAndThenPausesNothing()
{
    Bench bench;
    bench.add(20, 420);
    Run run(bench, {});
    int told = 0;
    log::setLevel(log::Level::Warning);
    bool named = false;
    log::setSink([&](log::Level, std::string_view line) {
        told += line.find("set aside") != std::string_view::npos;
        named = named || line.find("Event e-22 of interaction i-0 cannot be delivered and was set aside: ") != std::string_view::npos;
    });
    bool idle = false;
    const auto answer = [](const Held::Request &request) {
        const std::string body = sendsLines(request) ? *request.body : std::string();
        const bool event = body.find("eventId=") != std::string::npos;
        const bool good = body.find("00\"") != std::string::npos || body.find("50\"") != std::string::npos || body.find("eventId=\"e-1") != std::string::npos;
        return event && !good ? "400 of anything" : "204";
    };
    while (!idle && run.clock().steady() < Duration::seconds(3600)) {
        (void)run.step(answer); // a log that is listened to is to be given back
        idle = run.sender().idle().value_or(false);
    }
    log::setSink({});
    log::setLevel(log::Level::Error);
    QVERIFY(idle);
    QVERIFY(run.sender().status().deadLetters > 100);
    QVERIFY2(told >= 5 && told < 20, qPrintable(QString::number(told)));
    QVERIFY(named);
}

/// Whatever it says meanwhile, no event is blamed for it.
void TestSender::aServerOutOfOrderForLong()
{
    Bench bench;
    for (const char *bad : {"500", "503", "502", "dropped", "timeout"}) {
        Run run(bench, {});
        for (int good = 0, answers = 0; good < 60;) {
            const Duration wait = run.sender().pump();
            QVERIFY(run.sender().leadsOn());
            if (run.transport().held.empty()) {
                run.clock().advance(std::max(wait, Duration::millis(1)));
                good += answers >= 200;
                continue;
            }
            run.transport().answer(*kind(answers > 2 && answers < 200 ? bad : "204"), run.clock());
            ++answers;
        }
        QCOMPARE(run.transport().ids.size(), std::size_t(kEvents));
        QCOMPARE(run.sender().status().deadLetters, std::uint64_t(0));
        QCOMPARE(run.sender().status().backlog, std::uint64_t(0));
    }
}

/// Half open, an event that waits for company must wake nobody: the answer does, or the next look.
void TestSender::nobodyAsksWhileAnAnswerIsOnItsWay()
{
    Bench bench;
    delivery::SenderOptions late = options();
    late.age = Duration::millis(200);
    Run run(bench, {}, late);
    (void)run.sender().pump();
    for (int answers = 0; answers < 4; ++answers) { // to two questions and the first two of four parts
        run.transport().answer(*kind("204"), run.clock());
        while (run.sender().pump().us == 0) { }
    }
    QCOMPARE(run.transport().held.size(), std::size_t(1)); // the third; the seventh event waits
    run.transport().answer(*kind("503"), run.clock());
    while (run.transport().held.empty())
        run.clock().advance(std::max(run.sender().pump(), Duration::millis(1)));
    run.clock().advance(Duration::seconds(1)); // this one hangs
    const Duration wait = run.sender().pump();
    QVERIFY2(wait >= Duration::millis(500), qPrintable(QString::number(wait.us)));
    QVERIFY(run.sender().leadsOn());
}

/// A point that is written anew must not be taken away for what it was before.
void TestSender::whatIsWrittenAnewIsNotTakenAway()
{
    Bench bench;
    const auto left = [&] {
        std::vector<std::string> points;
        const auto removals = bench.marks->removals(10).value();
        for (const DeliveryStore::Removal &removal : removals)
            points.push_back(removal.point);
        return points;
    };
    DeliveryStore::Update update;
    update.remove = {"a 1", "b 2", "a 1", "c 3"};
    QVERIFY(bench.marks->write(update));
    QVERIFY(bench.marks->keep("a 1").value());
    QVERIFY(bench.marks->keep("unknown 4").value());
    QCOMPARE(left(), (std::vector<std::string>{"b 2", "c 3"}));
    bench.marks->setRemoving(bench.marks->removals(1)->front().number);
    QVERIFY(!bench.marks->keep("b 2").value()); // it may go with what is written now
    QVERIFY(bench.marks->keep("c 3").value());
    QCOMPARE(left(), std::vector<std::string>{"b 2"});
    bench.marks->setRemoving(0);
    QVERIFY(bench.marks->keep("b 2").value());
    QCOMPARE(left(), std::vector<std::string>());
}

/// The server fails at one of them for ever: the others go, that one stays, and nothing is set aside for it.
void TestSender::aPointThatFailsForEverHoldsUpNoOther()
{
    Bench bench;
    Run run(bench, {});
    DeliveryStore::Update update;
    update.remove = {"interaction_event,channelKind=voice 1800000000000000000", "interaction_event,channelKind=voice 1800000000000000001",
                     "interaction_event,channelKind=voice 1800000000000000002"};
    QVERIFY(bench.marks->write(update));
    const auto answer = [](const Held::Request &request) {
        const bool fails = request.path.find("/delete") != std::string::npos && request.body->find("00:00.000000000Z") != std::string::npos;
        return fails ? "500" : "204";
    };
    while (run.clock().steady() < Duration::seconds(3600))
        QVERIFY(run.step(answer));
    const auto left = bench.marks->removals(10).value();
    QCOMPARE(left.size(), std::size_t(1));
    QCOMPARE(left.front().point, update.remove.front());
    QCOMPARE(bench.marks->deadLetters(10)->size(), std::size_t(0));
}

/// As with a token that may write and not delete: events arrive meanwhile, it is told once, and in the end each is listed.
void TestSender::pointsThatCannotBeTakenAway()
{
    Bench bench;
    Run run(bench, {});
    DeliveryStore::Update update;
    for (int n = 0; n < 3; ++n)
        update.remove.push_back("interaction_event,channelKind=voice " + std::to_string(1'800'000'000'000'000'000 + n));
    QVERIFY(bench.marks->write(update));
    int told = 0, deletions = 0;
    log::setLevel(log::Level::Warning);
    log::setSink([&](log::Level, std::string_view line) { told += line.find("could not be taken away") != std::string_view::npos; });
    bool idle = false;
    while (!idle && run.clock().steady() < Duration::seconds(3600)) {
        const Duration wait = run.sender().pump();
        if (run.transport().held.empty()) {
            run.clock().advance(std::max(wait, Duration::millis(1)));
        } else {
            const bool deletes = run.transport().held.front().path.find("/delete") != std::string::npos;
            deletions += deletes;
            run.transport().answer(*kind(deletes ? "401" : "204"), run.clock());
        }
        if (run.clock().steady() > Duration::seconds(20))
            QCOMPARE(run.transport().ids.size(), std::size_t(kEvents));
        idle = run.sender().idle().value_or(false);
    }
    log::setSink({});
    log::setLevel(log::Level::Error);
    QVERIFY(idle);
    QVERIFY(deletions >= 3);
    QCOMPARE(told, 1);
    QCOMPARE(bench.marks->removals(10).value().size(), std::size_t(0));
    int listed = 0;
    const std::vector<DeadLetter> letters = bench.marks->deadLetters(10).value();
    for (const DeadLetter &letter : letters)
        listed += letter.reason.find("A point is left") != std::string::npos;
    QCOMPARE(listed, 3);
}

/// Late answers to parts never change what is asked.
void TestSender::theTable()
{
    for (const Stage stage : {Stage::Unasked, Stage::Pinging, Stage::Probing}) {
        for (const Step late : {Step::Taken, Step::Later, Step::Refused})
            QCOMPARE(int(after(stage, late)), int(stage));
    }
    QCOMPARE(int(after(Stage::Probing, Step::AskBad)), int(Stage::Unasked));
    QCOMPARE(int(after(Stage::Open, Step::Later)), int(Stage::HalfOpen));
}

THREADLINE_TEST_MAIN(TestSender)
#include "test_sender.moc"
