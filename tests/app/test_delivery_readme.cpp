// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivery as the README says it, word by word, with the programs and a real InfluxDB: its variables, what the log says where one is
/// wrong, resend, dead letters, restore.
#include "tests/app/deliverywhole.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

using namespace threadline::test;
using ServerKind = RealInflux::Kind;

class TestDeliveryReadme : public QObject {
    Q_OBJECT

    QString m_folder;
    std::unique_ptr<RealInflux> m_server;

    [[nodiscard]] QStringList environment() const { return influxEnvironment(*m_server, m_folder, m_server->token()); }

private Q_SLOTS:
    void initTestCase();
    void init();
    void variables();
    void wrongSettings_data();
    void wrongSettings();
    void afterwards();
};

void TestDeliveryReadme::initTestCase()
{
    if (const auto reason = RealInflux::unavailable(ServerKind::V2))
        QSKIP(qPrintable(*reason));
}

/// A fresh server for each.
void TestDeliveryReadme::init()
{
    m_folder = scratchFolder() + QLatin1Char('/') + QLatin1String(QTest::currentTestFunction()) + QLatin1String(QTest::currentDataTag());
    m_folder.remove(QLatin1Char(' '));
    m_server = std::make_unique<RealInflux>(ServerKind::V2);
    const auto problem = m_server->start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
}

/// Those four and no others are what the README has one set, and with them everything arrives.
void TestDeliveryReadme::variables()
{
    QFile readme(QStringLiteral(THREADLINE_SOURCE_DIR "/README.md"));
    QVERIFY(readme.open(QIODevice::ReadOnly));
    QSet<QByteArray> named, used;
    for (const QByteArray &line : readme.readAll().split('\n')) {
        if (line.startsWith("export TSDB_"))
            named.insert(line.mid(7, line.indexOf('=') - 7));
    }
    for (const QString &variable : environment())
        used.insert(variable.section(QLatin1Char('='), 0, 0).toUtf8());
    QCOMPARE(used, named);

    const QString truth = m_folder + QStringLiteral(".truth");
    Program simulator(QStringLiteral("threadline-simulator"),
                      {QStringLiteral("--port=0"), QStringLiteral("--rate=0"), QStringLiteral("--interactions=30"), QStringLiteral("--truth=") + truth});
    const auto collector = collectorOf(simulator.address(), m_folder, environment());
    const QString rest = collector->address();
    QTRY_VERIFY_WITH_TIMEOUT(simulator.said().contains(QLatin1String("Everything is sent")), 60'000);
    QString differs;
    QTRY_VERIFY2_WITH_TIMEOUT((differs = differsFromTruth(*m_server, "interaction_event", truth)).isEmpty(), qPrintable(differs), 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(metric(rest, "threadline_outbox_rows"), 0.0, 60'000);
    QCOMPARE(metric(rest, "threadline_dead_letters"), 0.0);
    QCOMPARE(metric(rest, "threadline_delivery_state{state=\"delivering\"}"), 1.0);
    QVERIFY2(collector->said().contains(QLatin1String("Delivering to InfluxDB ")), qPrintable(collector->said()));
    QVERIFY(!collector->said().contains(QString::fromUtf8(m_server->token())));
    QCOMPARE(collector->terminate(kEndsWithin), 0);
}

void TestDeliveryReadme::wrongSettings_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QByteArray>("bucket");
    QTest::addColumn<bool>("listening");
    QTest::addColumn<QString>("named");
    QTest::addColumn<QByteArray>("state");
    QTest::newRow("token") << QByteArray("not-the-token") << QByteArray("bucket") << true << QStringLiteral("TSDB_TOKEN") << QByteArray("paused");
    QTest::newRow("bucket") << QByteArray("test-token") << QByteArray("none") << true << QStringLiteral("TSDB_BUCKET") << QByteArray("paused");
    QTest::newRow("nobody listens") << QByteArray("test-token") << QByteArray("bucket") << false << QStringLiteral("TSDB_URL") << QByteArray("waiting");
}

/// The log names what is wrong, and everything but delivery goes on.
void TestDeliveryReadme::wrongSettings()
{
    QFETCH(QByteArray, token);
    QFETCH(QByteArray, bucket);
    QFETCH(bool, listening);
    QFETCH(QString, named);
    QFETCH(QByteArray, state);
    if (!listening)
        m_server->stop();
    Program simulator(QStringLiteral("threadline-simulator"), {QStringLiteral("--port=0"), QStringLiteral("--rate=2000"), QStringLiteral("--concurrent=20")});
    const auto collector = collectorOf(simulator.address(), m_folder, influxEnvironment(*m_server, m_folder, token, bucket));
    const QString rest = collector->address();
    QTRY_COMPARE_WITH_TIMEOUT(metric(rest, "threadline_delivery_state{state=\"" + state + "\"}"), 1.0, 60'000);
    const bool told = QTest::qWaitFor([&] {
        return collector->said().contains(QLatin1String("warning delivery: ")) && collector->said().contains(named);
    });
    QVERIFY2(told, qPrintable(collector->said()));
    QVERIFY2(!collector->said().contains(QString::fromUtf8(token)), qPrintable(collector->said()));
    const double before = metric(rest, "threadline_events_stored_total");
    QTRY_VERIFY_WITH_TIMEOUT(metric(rest, "threadline_events_stored_total") > before + 100, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(metric(rest, "threadline_outbox_rows") > 100, 60'000);
    QVERIFY(!listAll(rest).isEmpty());
    QCOMPARE(metric(rest, "threadline_delivered_total"), 0.0);
    QCOMPARE(collector->terminate(kEndsWithin), 0);
}

/// A bucket that was lost, an event that is not taken, a machine that was lost: what the README says for each.
void TestDeliveryReadme::afterwards()
{
    const QByteArray measurement = "interaction_event";
    const QString truth = m_folder + QStringLiteral(".truth");
    std::map<QString, QByteArray> bodies;
    {
        Program simulator(QStringLiteral("threadline-simulator"),
                          {QStringLiteral("--port=0"), QStringLiteral("--rate=0"), QStringLiteral("--interactions=30"), QStringLiteral("--truth=") + truth});
        const auto collector = collectorOf(simulator.address(), m_folder, environment());
        const QString rest = collector->address();
        QString differs;
        QTRY_VERIFY_WITH_TIMEOUT(simulator.said().contains(QLatin1String("Everything is sent")), 60'000);
        QTRY_VERIFY2_WITH_TIMEOUT((differs = differsFromTruth(*m_server, measurement, truth)).isEmpty(), qPrintable(differs), 60'000);
        for (const QString &id : listAll(rest))
            bodies[id] = get(rest + QStringLiteral("/api/v2/timelines/") + id).body;
        QCOMPARE(collector->terminate(kEndsWithin), 0);
    }
    QVERIFY(bodies.size() == 30);

    // What it prints, and what it tells on the way.
    QString said, told;
    const auto run = [&](const QStringList &arguments, const QString &folder) {
        QProcess program;
        // OpenSSL frees what belongs to a thread after QThread::wait(): at a quick end some may be left.
        program.setEnvironment(QProcess::systemEnvironment() + environment() + QStringList{QStringLiteral("ASAN_OPTIONS=detect_leaks=0")});
        program.start(programPath(QStringLiteral("threadline-collector")), QStringList{QStringLiteral("--data-dir=") + folder} + arguments);
        const bool ended = program.waitForFinished(120'000);
        said = QString::fromUtf8(program.readAllStandardOutput());
        told = QString::fromUtf8(program.readAllStandardError());
        return ended && program.exitStatus() == QProcess::NormalExit ? program.exitCode() : -1;
    };
    QCOMPARE(run({QStringLiteral("dead-letters")}, m_folder), 0);
    QVERIFY2(said.isEmpty() && told.contains(QLatin1String("0 dead letters.")), qPrintable(said + told));

    QVERIFY(!m_server->deleteBucket("bucket"));
    QVERIFY(!m_server->createBucket("bucket"));
    // In the new bucket one field has another type, where and when the events are.
    const QByteArray planted = measurement + ",planted=yes agent=7i 1925282640000000000";
    QCOMPARE(m_server->write(planted).status, 204);
    QCOMPARE(run({QStringLiteral("resend")}, m_folder), 0);
    QVERIFY2(told.contains(QLatin1String("events are to be sent.")) && told.contains(QLatin1String("set aside")), qPrintable(told));
    QString wrong;
    const std::size_t there = eventsInBucket(*m_server, measurement, wrong).size(); // the planted one has no id
    QCOMPARE(wrong, QString());
    QCOMPARE(run({QStringLiteral("dead-letters")}, m_folder), 0);
    qsizetype letters = 0;
    for (const QString &line : said.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const QJsonObject letter = QJsonDocument::fromJson(line.toUtf8()).object();
        QVERIFY2(letter[QLatin1String("reason")].toString().contains(QLatin1String("field type conflict")), qPrintable(line));
        QVERIFY(letter[QLatin1String("line")].toString().contains(QLatin1String(",agent=")));
        ++letters;
    }
    QVERIFY(letters > 0 && there > 0);
    std::size_t events = 0;
    for (const auto &[id, body] : bodies)
        events += static_cast<std::size_t>(QJsonDocument::fromJson(body).object()[QLatin1String("count")].toInt());
    QCOMPARE(there + static_cast<std::size_t>(letters), events);

    QVERIFY(!m_server->deleteBucket("bucket"));
    QVERIFY(!m_server->createBucket("bucket"));
    QCOMPARE(run({QStringLiteral("dead-letters"), QStringLiteral("--retry")}, m_folder), 0);
    QVERIFY2(told.contains(QString::number(letters) + QLatin1String(" dead letter")), qPrintable(told));
    QCOMPARE(run({QStringLiteral("resend")}, m_folder), 0);
    QVERIFY2(told.contains(QLatin1String(" 0 events are set aside.")), qPrintable(told));
    QCOMPARE(differsFromTruth(*m_server, measurement, truth), QString());

    const QString another = m_folder + QStringLiteral("-restored");
    QCOMPARE(run({QStringLiteral("restore")}, another), 0);
    QVERIFY2(said.contains(QString::number(events) + QLatin1String(" events read back.")), qPrintable(said));
    const auto restored = collectorOf(QStringLiteral("http://127.0.0.1:9"), another, environment());
    const QString rest = restored->address();
    for (const auto &[id, body] : bodies)
        QCOMPARE(get(rest + QStringLiteral("/api/v2/timelines/") + id).body, body);
    QCOMPARE(listAll(rest).size(), qsizetype(30));
    QCOMPARE(differsFromTruth(*m_server, measurement, truth), QString()); // and nothing came twice
}

THREADLINE_TEST_MAIN(TestDeliveryReadme)
#include "test_delivery_readme.moc"
