// SPDX-License-Identifier: GPL-3.0-or-later
/// The programs as a user and an operator meet them: exit codes, ends, kills, faults over a real network.
#include "tests/app/programs.h"
#include "tests/support/testmain.h"

#include <QTcpServer>

#include <csignal>

using namespace threadline::test;

namespace {

QStringList faults(int seed)
{
    return {QStringLiteral("--shuffle=256"),
            QStringLiteral("--duplicate=1"),
            QStringLiteral("--disconnect-every=500"),
            QStringLiteral("--replay=50"),
            QStringLiteral("--bad=0.02"),
            QStringLiteral("--odd=0.02"),
            QStringLiteral("--skew=60"),
            QStringLiteral("--fault-seed=%1").arg(seed)};
}

} // namespace

class TestWhole : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = scratchFolder() + QLatin1Char('/') + QLatin1String(QTest::currentTestFunction()); }
    void helpAndVersion();
    void wrongSettings_data();
    void wrongSettings();
    void refusedCredentials();
    void portTaken();
    void occupiedFolder();
    void endsOnSignals();
    void importsTwice();
    void everyFaultAtOnce();
    void cutAgainAndAgain();
    void killedAgainAndAgain();

private:
    QString m_folder;
};

void TestWhole::helpAndVersion()
{
    for (const char *program : {"threadline-collector", "threadline-simulator"}) {
        for (const char *option : {"--help", "--version"}) {
            Program run(QLatin1String(program), {QLatin1String(option)});
            QVERIFY(run.process().waitForFinished(30'000));
            QCOMPARE(run.process().exitCode(), 0);
            QVERIFY(!run.said().isEmpty());
        }
    }
}

void TestWhole::wrongSettings_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("environment");
    QTest::addColumn<QString>("named");
    const QStringList id{QStringLiteral("GENESYS_CLIENT_ID=x"), QStringLiteral("GENESYS_CLIENT_SECRET=secret-of-x")};
    QTest::newRow("unknown option") << QStringList{QStringLiteral("--nonsense")} << id << QStringLiteral("--nonsense");
    QTest::newRow("no client") << QStringList{} << QStringList{} << QStringLiteral("GENESYS_CLIENT_ID");
    QTest::newRow("no secret") << QStringList{} << QStringList{id[0]} << QStringLiteral("GENESYS_CLIENT_SECRET");
    QTest::newRow("listen elsewhere") << QStringList{QStringLiteral("--listen=0.0.0.0:3000")} << id << QStringLiteral("--listen");
    QTest::newRow("bad scope") << QStringList{QStringLiteral("--sequence-scope=galaxy")} << id
                               << QStringLiteral("--sequence-scope");
    QTest::newRow("http to elsewhere") << QStringList{}
                                       << id + QStringList{QStringLiteral("GENESYS_ENVIRONMENT_URL=http://example.org")}
                                       << QStringLiteral("GENESYS_ENVIRONMENT_URL");
    QTest::newRow("no such file") << QStringList{QStringLiteral("--config=/nowhere/x.toml")} << id
                                  << QStringLiteral("/nowhere/x.toml");
}

void TestWhole::wrongSettings()
{
    QFETCH(QStringList, arguments);
    QFETCH(QStringList, environment);
    QFETCH(QString, named);
    Program run(QStringLiteral("threadline-collector"), arguments + QStringList{QStringLiteral("--data-dir=") + m_folder},
                environment);
    QVERIFY(run.process().waitForFinished(30'000));
    QCOMPARE(run.process().exitCode(), 2);
    QVERIFY2(run.said().contains(named), qPrintable(run.said()));
    QVERIFY(!run.said().contains(QLatin1String("secret-of-x")));
}

void TestWhole::refusedCredentials()
{
    Program simulator(QStringLiteral("threadline-simulator"), {QStringLiteral("--port=0")});
    QStringList environment = demoEnvironment(simulator.address());
    environment.last() = QStringLiteral("GENESYS_CLIENT_SECRET=wrong-secret-value");
    Program run(QStringLiteral("threadline-collector"),
                {QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + m_folder}, environment);
    QVERIFY(run.process().waitForFinished(30'000));
    QCOMPARE(run.process().exitCode(), 3);
    QVERIFY2(run.said().contains(QLatin1String("GENESYS_CLIENT_SECRET")), qPrintable(run.said()));
    QVERIFY(!run.said().contains(QLatin1String("wrong-secret-value")));
}

void TestWhole::portTaken()
{
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    Program run(QStringLiteral("threadline-collector"),
                {QStringLiteral("--listen=127.0.0.1:%1").arg(taken.serverPort()), QStringLiteral("--data-dir=") + m_folder},
                demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    QVERIFY(run.process().waitForFinished(30'000));
    QCOMPARE(run.process().exitCode(), 2);
    QVERIFY2(run.said().contains(QString::number(taken.serverPort())), qPrintable(run.said()));
}

void TestWhole::occupiedFolder()
{
    const QStringList arguments{QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + m_folder};
    const QStringList environment = demoEnvironment(QStringLiteral("http://127.0.0.1:9"));
    Program first(QStringLiteral("threadline-collector"), arguments, environment);
    QVERIFY(first.address().startsWith(QLatin1String("http")));
    Program second(QStringLiteral("threadline-collector"), arguments, environment);
    QVERIFY(second.process().waitForFinished(30'000));
    QCOMPARE(second.process().exitCode(), 4);
    QVERIFY2(second.said().contains(QString::number(first.process().processId())), qPrintable(second.said()));
}

void TestWhole::endsOnSignals()
{
    Program simulator(QStringLiteral("threadline-simulator"),
                      {QStringLiteral("--port=0"), QStringLiteral("--rate=5000"), QStringLiteral("--concurrent=100")});
    Program collector(QStringLiteral("threadline-collector"),
                      {QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + m_folder},
                      demoEnvironment(simulator.address()));
    const QString rest = collector.address();
    QTRY_VERIFY_WITH_TIMEOUT(metric(rest, "threadline_events_stored_total") > 1000, 60'000);
    QCOMPARE(collector.terminate(kEndsWithin), 0);
    QCOMPARE(simulator.terminate(kEndsWithin), 0);
}

void TestWhole::importsTwice()
{
    const QString file = m_folder + QStringLiteral(".json");
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(
        R"({"conversations":[{"conversationId":"c-1","conversationStart":"2031-01-04T10:00:00.000Z","conversationEnd":"2031-01-04T10:01:00.000Z",)"
        R"("participants":[{"participantId":"p","purpose":"customer","sessions":[{"sessionId":"s","mediaType":"voice","direction":"inbound",)"
        R"("segments":[{"segmentType":"hold","segmentStart":"2031-01-4T10:00:30Z"},)"
        R"({"segmentType":"interact","segmentStart":"2031-01-04T10:00:00.000Z","segmentEnd":"2031-01-04T10:01:00.000Z"}]}]}]}]})");
    out.close();
    const QString data = QStringLiteral("--data-dir=") + m_folder;
    for (int n = 0; n < 2; ++n) {
        Program import(QStringLiteral("threadline-collector"), {data, QStringLiteral("import"), file});
        QVERIFY(import.process().waitForFinished(60'000));
        QVERIFY2(import.process().exitCode() == 0, qPrintable(import.said()));
        QVERIFY2(import.said().contains(QStringLiteral("conversation c-1: segmentStart \"2031-01-4T10:00:30Z\"")), qPrintable(import.said()));
        QVERIFY2(import.said().contains(QStringLiteral("1 conversation read, 1 problem.")), qPrintable(import.said()));
    }
    Program segments(QStringLiteral("threadline-collector"), {QStringLiteral("import"), QStringLiteral("--segments"), file});
    QVERIFY(segments.process().waitForFinished(60'000));
    const QString line = QStringLiteral("c-1\t1\t60000000");
    QVERIFY2(segments.said().contains(line), qPrintable(segments.said()));
    Program collector(QStringLiteral("threadline-collector"), {data, QStringLiteral("--listen=127.0.0.1:0")},
                      demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    const QString rest = collector.address();
    QCOMPARE(listAll(rest), QStringList{QStringLiteral("c-1")});
    Seen seen;
    QCOMPARE(look(get(rest + QStringLiteral("/api/v2/timelines/c-1")).body, seen), QString());
    QCOMPARE(seen.begin()->second.size(), std::size_t(8)); // start, joined, added, segment start and end, removed, left, end
    QCOMPARE(get(rest + QStringLiteral("/api/v2/timelines/none")).status, 404);
}

void TestWhole::everyFaultAtOnce()
{
    std::map<QString, QByteArray> bodies[2];
    for (int run = 0; run < 2; ++run)
        QCOMPARE(everyFault(200, faults(run + 1), m_folder + QString::number(run), &bodies[run]), QString());
    QVERIFY(bodies[0] == bodies[1]);
}

void TestWhole::cutAgainAndAgain()
{
    const QStringList faults{QStringLiteral("--duplicate=1"), QStringLiteral("--disconnect-every=400"),
                             QStringLiteral("--bad=0.02"), QStringLiteral("--skew=60")};
    QCOMPARE(threadline::test::cutAgainAndAgain(300, 700, faults, m_folder), QString());
}

void TestWhole::killedAgainAndAgain() { QCOMPARE(killAgainAndAgain(25, m_folder, 7), QString()); }

THREADLINE_TEST_MAIN(TestWhole)
#include "test_whole.moc"
