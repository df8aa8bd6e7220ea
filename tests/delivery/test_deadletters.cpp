// SPDX-License-Identifier: GPL-3.0-or-later
/// What InfluxDB does not take, as people get it: by the session in a window, and by the real `threadline-collector dead-letters`
/// while another process delivers from the same folder.
#include "app/common/deadletters.h"
#include "app/common/runtime.h"
#include "tests/support/fakeinflux.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <mutex>
#include <optional>
#include <set>

using namespace threadline;
using namespace threadline::test;

namespace {

constexpr int kEvents = 12;

bool isBad(const std::string &id) { return id == "e-3" || id == "e-7" || id == "e-8"; }

/// A window's or collector's whole, with an InfluxDB that refuses three of twelve events.
class Whole {
public:
    Whole() : folder(scratchFolder() + QStringLiteral("/letters-XXXXXX")), server(InfluxFlavour::V2) { server.token = "test-token"; }

    bool start()
    {
        server.refuse = [this](const FakePoint &point) -> std::optional<std::string> {
            const auto id = point.fields.find("eventId");
            return refusing && id != point.fields.end() && isBad(id->second.text) ? std::optional<std::string>("field type conflict: because")
                                                                                  : std::nullopt;
        };
        return server.start() && open();
    }
    bool open()
    {
        app::RuntimeOptions options;
        options.dataFolder = folder.path().toStdString();
        options.delivery.emplace();
        options.delivery->target.url = server.url().toStdString();
        options.delivery->target.token = "test-token";
        options.delivery->target.org = "org";
        options.delivery->target.bucket = "bucket";
        options.delivery->age = Duration::millis(5);
        options.delivery->pausedFor = Duration::seconds(3600); // only by hand
        options.delivery->settleAfter = Duration::millis(50);
        options.delivery->lookEvery = Duration::millis(20);
        auto started = app::Runtime::start(options, clock);
        if (started)
            runtime = std::move(*started);
        return started.has_value();
    }
    /// Events of two interactions.
    void feed()
    {
        for (int i = 0; i < kEvents; ++i) {
            const std::string n = std::to_string(i);
            SourceItem item = RawMessage{R"({"events":[{"id":"e-)" + n + R"(","timestamp":"2026-05-06T10:44:)" + std::to_string(10 + i)
                                             + R"(.118Z","sequence":)" + n + R"(,"type":"interaction-updated","data":{"interactionId":"i-)"
                                             + std::to_string(i % 2) + R"(","participantId":"p"}}]})",
                                         clock.now(), clock.steady(), false};
            while (!session().engine().offer(item)) { }
        }
        QVERIFY(session().engine().drain(Duration::seconds(60)));
    }
    LocalSession &session() { return runtime->session(); }
    bool settled()
    {
        return QTest::qWaitFor([this] {
            runtime->sink()->committed();
            return runtime->sink()->idle().value_or(false);
        }, 30'000);
    }
    Result<std::vector<SetAside>> letters()
    {
        std::mutex mutex;
        std::optional<Result<std::vector<SetAside>>> got;
        const HandlePtr handle = session().deadLetters([&](Result<std::vector<SetAside>> answer) {
            const std::scoped_lock lock(mutex);
            got = std::move(answer);
        });
        (void)QTest::qWaitFor([&] {
            const std::scoped_lock lock(mutex);
            return got.has_value();
        }, 30'000);
        const std::scoped_lock lock(mutex);
        return got ? std::move(*got) : Result<std::vector<SetAside>>(fail(ErrorCode::Busy, "no answer came"));
    }
    /// Points of events that arrived.
    std::set<std::string> arrived()
    {
        std::set<std::string> ids;
        for (const FakePoint &point : server.points()) {
            if (point.measurement == "interaction_event")
                ids.insert(point.fields.at("eventId").text);
        }
        return ids;
    }
    void retry(bool deadLetters)
    {
        std::atomic<int> answered{0};
        const HandlePtr handle = session().retryDelivery(deadLetters, [&](const Result<> &begun) { answered = begun ? 1 : 2; });
        QTRY_COMPARE(answered.load(), 1);
    }

    QTemporaryDir folder;
    SystemClock clock;
    FakeInflux server;
    bool refusing = true;
    std::unique_ptr<app::Runtime> runtime;
};

struct Said {
    int exitCode = -1;
    QList<QByteArray> lines;
    QString problem;
};

/// The real program, while this one uses the folder.
Said collector(const Whole &whole, const QStringList &arguments)
{
    QProcess program;
    program.start(QStringLiteral(THREADLINE_BINARY_DIR "/bin/threadline-collector"),
                  QStringList{QStringLiteral("dead-letters"), QStringLiteral("--data-dir"), whole.folder.path()} + arguments);
    if (!program.waitForFinished(60'000))
        return {};
    Said said{program.exitCode(), program.readAllStandardOutput().split('\n'), QString::fromUtf8(program.readAllStandardError())};
    said.lines.removeAll(QByteArray());
    return said;
}

} // namespace

class TestDeadLetters : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSessionGivesThemWithTheirNames()
    {
        Whole whole;
        QVERIFY(whole.start());
        const auto none = whole.letters();
        QVERIFY(none && none->empty());
        whole.feed();
        QVERIFY(whole.settled());
        const auto letters = whole.letters();
        QVERIFY(letters);
        QCOMPARE(letters->size(), std::size_t(3));
        QCOMPARE(whole.session().status().delivery.deadLetters, 3u);
        std::int64_t before = letters->front().number + 1;
        std::set<std::string> ids;
        for (const SetAside &letter : *letters) {
            QVERIFY(letter.number < before); // newest first
            before = letter.number;
            ids.insert(letter.event.value);
            QCOMPARE(letter.interaction.value, "i-" + std::to_string((letter.event.value.back() - '0') % 2));
            QVERIFY(letter.reason.find("because") != std::string::npos);
            QVERIFY(letter.line.find(letter.event.value) != std::string::npos);
            QVERIFY(!letter.delivered);
        }
        QCOMPARE(ids, (std::set<std::string>{"e-3", "e-7", "e-8"}));
        QCOMPARE(whole.arrived().size(), std::size_t(kEvents - 3));
    }

    void theSessionTriesThemAgain()
    {
        Whole whole;
        QVERIFY(whole.start());
        whole.feed();
        QVERIFY(whole.settled());
        whole.retry(true); // nothing was mended
        QVERIFY(whole.settled());
        QCOMPARE(whole.session().status().delivery.deadLetters, 3u);
        whole.refusing = false;
        whole.retry(false); // these are not meant by that
        QVERIFY(whole.settled());
        QCOMPARE(whole.session().status().delivery.deadLetters, 3u);
        whole.retry(true);
        QVERIFY(whole.settled());
        QCOMPARE(whole.session().status().delivery.deadLetters, 0u);
        QCOMPARE(whole.arrived().size(), std::size_t(kEvents));
        const auto letters = whole.letters();
        QVERIFY(letters && letters->empty());
    }

    void overviewsAreTriedAgainToo()
    {
        Whole whole;
        QVERIFY(whole.start());
        const auto rows = [&] {
            int n = 0;
            for (const FakePoint &point : whole.server.points())
                n += point.measurement == "interaction_index" || point.measurement == "interaction_locator";
            return n;
        };
        bool refusing = true;
        whole.server.refuse = [&](const FakePoint &point) -> std::optional<std::string> {
            return refusing && point.measurement != "interaction_event" ? std::optional<std::string>("field type conflict: because") : std::nullopt;
        };
        whole.feed();
        QVERIFY(whole.settled());
        QTRY_VERIFY(whole.session().status().delivery.deadLetters > 0);
        QCOMPARE(rows(), 0);
        QVERIFY(!whole.letters()->front().interaction.empty());
        refusing = false;
        whole.retry(true);
        QVERIFY(whole.settled());
        QVERIFY2(rows() > 0, "they are neither listed nor delivered");
    }

    void aPauseEndsByHand()
    {
        Whole whole;
        QVERIFY(whole.start());
        QTRY_COMPARE(int(whole.session().status().delivery.state), int(DeliveryState::Delivering));
        whole.server.token = "another";
        whole.feed();
        QTRY_COMPARE(int(whole.session().status().delivery.state), int(DeliveryState::Paused));
        const int asked = whole.server.requests();
        whole.retry(false);
        QTRY_COMPARE(whole.server.requests(), asked + 2); // who is there, and whether the token is right: it is not
        QTRY_COMPARE(int(whole.session().status().delivery.state), int(DeliveryState::Paused));
        QCOMPARE(whole.arrived().size(), std::size_t(0));
        whole.server.token = "test-token";
        whole.retry(false);
        QVERIFY(whole.settled());
        QCOMPARE(int(whole.session().status().delivery.state), int(DeliveryState::Delivering));
        QCOMPARE(whole.arrived().size(), std::size_t(kEvents - 3));
    }

    void withoutDeliveryThereIsNothingToTry()
    {
        QTemporaryDir folder(scratchFolder() + QStringLiteral("/alone-XXXXXX"));
        const SystemClock clock;
        app::RuntimeOptions options;
        options.dataFolder = folder.path().toStdString();
        const auto runtime = app::Runtime::start(options, clock);
        QVERIFY(runtime);
        std::atomic<int> answers{0};
        std::string words;
        const HandlePtr letters = (*runtime)->session().deadLetters([&](Result<std::vector<SetAside>> answer) { answers += answer && answer->empty(); });
        QTRY_COMPARE(answers.load(), 1);
        const HandlePtr retry = (*runtime)->session().retryDelivery(true, [&](const Result<> &begun) {
            words = begun ? "begun" : begun.error().message;
            ++answers;
        });
        QTRY_COMPARE(answers.load(), 2);
        QVERIFY2(words.find("set TSDB_URL") != std::string::npos, words.c_str());
    }

    void theProgramListsThemBesideTheOneThatDelivers()
    {
        Whole whole;
        QVERIFY(whole.start());
        whole.feed();
        QVERIFY(whole.settled());
        const Said said = collector(whole, {});
        QVERIFY2(said.exitCode == 0, qPrintable(said.problem));
        QCOMPARE(said.lines.size(), 3);
        QCOMPARE(said.problem, QStringLiteral("3 dead letters.\n"));
        std::set<QString> ids;
        for (const QByteArray &line : said.lines) {
            const QJsonObject letter = QJsonDocument::fromJson(line).object();
            ids.insert(letter.value(QStringLiteral("eventId")).toString());
            QVERIFY2(letter.value(QStringLiteral("interactionId")).toString().startsWith(QStringLiteral("i-")), line.constData());
            QVERIFY(letter.value(QStringLiteral("reason")).toString().contains(QStringLiteral("because")));
        }
        QCOMPARE(ids, (std::set<QString>{QStringLiteral("e-3"), QStringLiteral("e-7"), QStringLiteral("e-8")}));
    }

    void theProgramSaysWhatToDoWhereItCannotRetry()
    {
        Whole whole;
        QVERIFY(whole.start());
        whole.feed();
        QVERIFY(whole.settled());
        const Said busy = collector(whole, {QStringLiteral("--retry")});
        QCOMPARE(busy.exitCode, 4);
        QVERIFY2(busy.problem.contains(QStringLiteral("in use by process %1").arg(QCoreApplication::applicationPid())), qPrintable(busy.problem));
        QVERIFY2(busy.problem.contains(QStringLiteral("Retry all")) && busy.problem.contains(QStringLiteral("End a collector first")),
                 qPrintable(busy.problem));
        QCOMPARE(whole.letters()->size(), std::size_t(3)); // nothing was taken away
        whole.runtime.reset();
        const Said done = collector(whole, {QStringLiteral("--retry")});
        QVERIFY2(done.exitCode == 0, qPrintable(done.problem));
        QCOMPARE(done.problem, QStringLiteral("3 dead letters are tried once more.\n"));
        whole.refusing = false;
        QVERIFY(whole.open());
        QVERIFY(whole.settled());
        QCOMPARE(whole.arrived().size(), std::size_t(kEvents));
        QCOMPARE(whole.session().status().delivery.deadLetters, 0u);
    }
};

THREADLINE_TEST_MAIN(TestDeadLetters)
#include "test_deadletters.moc"
