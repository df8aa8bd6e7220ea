// SPDX-License-Identifier: GPL-3.0-or-later
/// The real collector is asked to end in every state it can be in, and meets a disk, a folder and limits that turn against it.
#include "app/common/exitcodes.h"
#include "tests/app/programs.h"
#include "tests/support/fakeinflux.h"
#include "tests/support/fakeserver.h"
#include "tests/support/processortime.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>

#include <cerrno>
#include <csignal>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace threadline;
using namespace threadline::test;

namespace {

void limit(int what, rlim_t to)
{
    const rlimit both{to, to};
    ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

QStringList collectorArguments(const QString &folder, const QStringList &more = {})
{
    return QStringList{QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + folder} + more;
}

/// Takes connections and never answers.
class Silent {
public:
    Silent() { m_listens = m_server.listen(QHostAddress::LocalHost); }
    [[nodiscard]] QString url(const char *scheme = "http") const { return QStringLiteral("%1://127.0.0.1:%2").arg(QLatin1String(scheme)).arg(m_server.serverPort()); }
    [[nodiscard]] bool reached() const { return m_server.hasPendingConnections(); }

private:
    QTcpServer m_server;
    bool m_listens = false;
};

int readiness(const QString &rest) { return get(rest + QStringLiteral("/readyz")).status; }

QString reasons(const QString &rest) { return QString::fromUtf8(get(rest + QStringLiteral("/readyz")).body); }

QString bandReasons(const QString &rest) { return QString::fromUtf8(get(rest + QStringLiteral("/api/v2/gaps")).body); }

double stored(const QString &rest) { return metric(rest, "threadline_events_stored_total"); }

/// Whether a process has a handler of its own for a signal (proc(5), SigCgt).
bool hears(int signal, qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/status").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = file.readAll();
    const qsizetype at = text.indexOf("SigCgt:");
    return at >= 0 && (text.mid(at + 7, text.indexOf('\n', at) - at - 7).trimmed().toULongLong(nullptr, 16) >> (signal - 1) & 1) != 0;
}

/// How many the collector said it received and did not record.
int unrecordedEvents(const QString &said)
{
    static const QRegularExpression words(QStringLiteral("Ending with (\\d+) received events"));
    return words.match(said).captured(1).toInt();
}

} // namespace

class TestEnding : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_folder = scratchFolder() + QLatin1Char('/') + QLatin1String(QTest::currentTestFunction());
        if (const char *row = QTest::currentDataTag())
            m_folder += QLatin1String(row);
        m_folder.remove(QLatin1Char(' '));
    }
    void saysGoodBye();
    void underLoad_data();
    void underLoad();
    void whileConnecting_data();
    void whileConnecting();
    void whileANameServerHangs();
    void whileThePortIsTaken();
    void whileDeliveryHangs();
    void anInfluxThatStartsBadly_data();
    void anInfluxThatStartsBadly();
    void aDamagedStoreIsTold();
    void readersThatDoNotRead();
    void aDiskThatFails_data();
    void aDiskThatFails();
    void aMarkThatCannotBeWritten();
    void filesThatMayNotGrow();
    void tooFewFilesToStartWith();
    void tooLittleMemoryToStartWith();
    void noDescriptorsLeft();
    void theFolderGoes();
    void theDatabaseGoesAndComesBack();
    void theJournalGoes();
    void theJournalIsDamaged_data();
    void theJournalIsDamaged();
    void anotherProgramReads();
    void secondProgramWithoutALockFile();
    void commands_data();
    void commands();
    void whoIsAtFault_data();
    void whoIsAtFault();

private:
    /// A collector that listens to a simulator and has stored something.
    void listen(const QStringList &simulator, const QStringList &collector = {}, const QStringList &environment = {},
                const std::function<void()> &inChild = {})
    {
        m_simulator = std::make_unique<Program>(QStringLiteral("threadline-simulator"), QStringList{QStringLiteral("--port=0")} + simulator);
        m_collector = std::make_unique<Program>(QStringLiteral("threadline-collector"), collectorArguments(m_folder, collector),
                                                demoEnvironment(m_simulator->address()) + environment, inChild);
        m_rest = m_collector->address();
        QTRY_VERIFY_WITH_TIMEOUT(metric(m_rest, "threadline_events_received_total") > 0, 60'000);
    }
    void cleanup()
    {
        m_collector.reset();
        m_simulator.reset();
    }

    QString m_folder, m_rest;
    std::unique_ptr<Program> m_simulator, m_collector;
};

void TestEnding::saysGoodBye()
{
    FakeServer server;
    QVERIFY(server.start());
    Program collector(QStringLiteral("threadline-collector"), collectorArguments(m_folder), demoEnvironment(QString::fromLatin1(server.url())));
    QVERIFY(collector.address().startsWith(QLatin1String("http")));
    QTRY_VERIFY_WITH_TIMEOUT(server.last() && !server.last()->texts.isEmpty(), 30'000);
    QElapsedTimer timer;
    timer.start();
    collector.process().terminate();
    QTest::qWait(20);
    collector.process().terminate(); // once more, as people do
    QTRY_COMPARE_WITH_TIMEOUT(server.last()->closeCode, 1000, kEndsIdleWithin);
    QVERIFY(collector.process().state() == QProcess::NotRunning || collector.process().waitForFinished(kEndsIdleWithin));
    QCOMPARE(collector.process().exitCode(), 0);
    QVERIFY2(timer.elapsed() < kEndsIdleWithin, qPrintable(QString::number(timer.elapsed())));
}

void TestEnding::underLoad_data()
{
    QTest::addColumn<QStringList>("simulator");
    QTest::newRow("idle") << QStringList{QStringLiteral("--rate=20")};
    QTest::newRow("saturated") << QStringList{QStringLiteral("--rate=0"), QStringLiteral("--events-per-message=100")};
    QTest::newRow("refused events") << QStringList{QStringLiteral("--rate=0"), QStringLiteral("--bad=0.9"), QStringLiteral("--events-per-message=100")};
}

void TestEnding::underLoad()
{
    QFETCH(QStringList, simulator);
    listen(simulator);
    const bool idle = qstrcmp(QTest::currentDataTag(), "idle") == 0;
    if (!idle)
        QTRY_VERIFY_WITH_TIMEOUT(metric(m_rest, "threadline_events_received_total") > 20'000, 60'000);
    const int code = m_collector->terminate(idle ? kEndsIdleWithin : kEndsWithin);
    // kExitHung: a machine so busy that the last moment came first
    QVERIFY2(code == app::kExitOk || (!idle && code == app::kExitHung), qPrintable(QString::number(code)));
    QCOMPARE(databaseProblem(m_folder), QString());
    static const QRegularExpression words(QStringLiteral("Ended after 0:\\d\\d:\\d\\d \\(the end took \\d\\.\\d s\\): (\\d+) events received, (\\d+) stored"));
    const auto told = words.match(m_collector->said());
    QVERIFY2(told.hasMatch() || code == app::kExitHung, qPrintable(m_collector->said()));
    QVERIFY2(!idle || (told.captured(1).toInt() > 0 && told.captured(1) == told.captured(2)), qPrintable(told.captured(0)));
}

void TestEnding::whileConnecting_data()
{
    QTest::addColumn<QString>("scheme");
    QTest::newRow("signing in") << QStringLiteral("http");
    QTest::newRow("TLS") << QStringLiteral("https");
}

void TestEnding::whileConnecting()
{
    QFETCH(QString, scheme);
    const Silent silent;
    Program collector(QStringLiteral("threadline-collector"), collectorArguments(m_folder), demoEnvironment(silent.url(scheme.toLatin1().constData())));
    QVERIFY(collector.address().startsWith(QLatin1String("http")));
    QTRY_VERIFY_WITH_TIMEOUT(silent.reached(), 30'000);
    QCOMPARE(collector.terminate(kEndsIdleWithin), 0);
}

/// Asking for an address cannot be interrupted; the program ends all the same, and says that it did not go as it should.
void TestEnding::whileANameServerHangs()
{
    const QString asked = m_folder + QStringLiteral(".asked");
    Program collector(QStringLiteral("threadline-collector"), collectorArguments(m_folder),
                      demoEnvironment(QStringLiteral("https://api.example.org"))
                          + QStringList{QStringLiteral("LD_PRELOAD=" THREADLINE_FAULTY_DISK), QStringLiteral("THREADLINE_TEST_NAMES_HANG=") + asked,
                                        QStringLiteral("ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0")});
    QVERIFY(collector.address().startsWith(QLatin1String("http")));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(asked), 30'000);
    QCOMPARE(collector.terminate(kEndsWithin), app::kExitHung);
}

/// Another program has the port: the end comes while that is waited for, and is in order.
void TestEnding::whileThePortIsTaken()
{
    QTcpServer holder;
    QVERIFY(holder.listen(QHostAddress::LocalHost));
    Program collector(QStringLiteral("threadline-collector"),
                      {QStringLiteral("--data-dir=") + m_folder, QStringLiteral("--listen=127.0.0.1:%1").arg(holder.serverPort())},
                      demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    QTRY_VERIFY2_WITH_TIMEOUT(hears(SIGTERM, collector.process().processId()), qPrintable(collector.said()), 30'000);
    QCOMPARE(collector.terminate(kEndsIdleWithin), app::kExitOk);
    QVERIFY2(!collector.said().contains(QLatin1String("REST")), qPrintable(collector.said()));
    QCOMPARE(databaseProblem(m_folder), QString());
}

void TestEnding::whileDeliveryHangs()
{
    const Silent influx;
    listen({QStringLiteral("--rate=20000")},
           {QStringLiteral("--tsdb-url=") + influx.url(), QStringLiteral("--tsdb-bucket=b"), QStringLiteral("--tsdb-org=o"),
            QStringLiteral("--tsdb-backlog=10000"), QStringLiteral("--tsdb-overflow=hold")},
           {QStringLiteral("TSDB_TOKEN=token-of-influx")});
    QTRY_VERIFY_WITH_TIMEOUT(influx.reached() && stored(m_rest) > 10'000, 60'000);
    QTcpSocket asks; // what is not here is asked of a shared store that does not answer
    asks.connectToHost(QStringLiteral("127.0.0.1"), static_cast<quint16>(QUrl(m_rest).port()));
    asks.write("GET /api/v2/timelines/elsewhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QVERIFY(asks.waitForBytesWritten(30'000));
    QCOMPARE(m_collector->terminate(kEndsWithin), 0);
}

void TestEnding::anInfluxThatStartsBadly_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("503") << 503;
    QTest::newRow("429") << 429;
    QTest::newRow("500") << 500;
    QTest::newRow("cut off") << 0;
}

/// It answers nothing well while it starts: readiness says so; then it gets everything, once, without a restart of ours.
void TestEnding::anInfluxThatStartsBadly()
{
    QFETCH(int, status);
    FakeInflux influx(InfluxFlavour::V2);
    influx.token = "token-of-influx";
    bool starting = true;
    influx.faults = [&](int, const FakeInfluxRequest &) {
        return !starting ? InfluxFault{} : status ? InfluxFault::status(status) : InfluxFault::doing(InfluxFault::Kind::ResetBefore);
    };
    QVERIFY(influx.start());
    listen({QStringLiteral("--interactions=20"), QStringLiteral("--rate=500")},
           {QStringLiteral("--tsdb-url=") + QString::fromLatin1(influx.url()), QStringLiteral("--tsdb-bucket=bucket"), QStringLiteral("--tsdb-org=org")},
           {QStringLiteral("TSDB_TOKEN=token-of-influx")});
    QTRY_VERIFY2_WITH_TIMEOUT(reasons(m_rest).contains(QLatin1String("\"delivery\":\"waiting\"")), qPrintable(reasons(m_rest)), 60'000);
    QVERIFY2(status == 0 || reasons(m_rest).contains(QString::number(status)), qPrintable(reasons(m_rest)));
    QCOMPARE(readiness(m_rest), 200); // nothing is lost by it
    QVERIFY(!reasons(m_rest).contains(QLatin1String("token-of-influx")));
    starting = false;
    QTRY_VERIFY2_WITH_TIMEOUT(metric(m_rest, "threadline_delivered_total") > 0 && metric(m_rest, "threadline_outbox_rows") == 0, qPrintable(reasons(m_rest)), 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(reasons(m_rest).contains(QLatin1String("\"delivery\":\"delivering\"")), 30'000);
    QCOMPARE(m_collector->terminate(kEndsWithin), 0);
    std::set<std::string> ids;
    for (const FakePoint &point : influx.points()) {
        if (point.measurement == "interaction_event")
            QVERIFY(ids.insert(point.fields.at("interactionId").text + ' ' + point.fields.at("eventId").text).second);
    }
    QVERIFY(!ids.empty());
}

/// Pages that another program wrote over: readiness says so, the log once, and the end is not put off.
void TestEnding::aDamagedStoreIsTold()
{
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 2'000, 60'000);
    QFile database(m_folder + QStringLiteral("/threadline.db"));
    QTRY_VERIFY_WITH_TIMEOUT(database.size() > 300'000, 60'000); // the journal was taken over at least once
    QVERIFY(database.open(QIODevice::ReadWrite) && database.seek(4096));
    const QByteArray ruined(static_cast<qsizetype>(database.size()) - 4096, '\xff');
    QCOMPARE(database.write(ruined), static_cast<qint64>(ruined.size()));
    database.close();
    const auto asked = [&] { // what lies there is found when somebody asks for it
        static_cast<void>(listAll(m_rest));
        return readiness(m_rest);
    };
    QTRY_COMPARE_WITH_TIMEOUT(asked(), 503, 60'000);
    QVERIFY2(reasons(m_rest).contains(QLatin1String("damaged")), qPrintable(reasons(m_rest)));
    QTest::qWait(3'000); // it was said again every half second once
    QVERIFY2(m_collector->said().count(QLatin1String("error store: ")) <= 2, qPrintable(m_collector->said()));
    QVERIFY(m_collector->terminate(kEndsWithin) >= 0);
}

void TestEnding::readersThatDoNotRead()
{
    listen({QStringLiteral("--rate=5000"), QStringLiteral("--concurrent=50")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 5'000, 60'000);
    std::vector<std::unique_ptr<QTcpSocket>> readers;
    for (int n = 0; n < 20; ++n) {
        readers.push_back(std::make_unique<QTcpSocket>());
        readers.back()->setReadBufferSize(1);
        readers.back()->connectToHost(QStringLiteral("127.0.0.1"), static_cast<quint16>(QUrl(m_rest).port()));
        for (int i = 0; i < 50; ++i)
            readers.back()->write("GET /api/v2/timelines?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QVERIFY(readers.back()->waitForBytesWritten(30'000));
    }
    QCOMPARE(m_collector->terminate(kEndsWithin), 0);
}

void TestEnding::aDiskThatFails_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("advice");
    QTest::newRow("full") << ENOSPC << QStringLiteral("Make room");
    QTest::newRow("broken") << EIO << QStringLiteral("failure of its own");
    QTest::newRow("read-only") << EROFS << QStringLiteral("mounted for reading only");
    QTest::newRow("share used up") << EDQUOT << QStringLiteral("share of the disk");
}

/// Each cause is told by its own advice, once; the end is not put off; and a disk that comes back is used again.
void TestEnding::aDiskThatFails()
{
    QFETCH(int, number);
    QFETCH(QString, advice);
    const QString fault = m_folder + QStringLiteral(".fault");
    listen({QStringLiteral("--rate=500")}, {},
           {QStringLiteral("LD_PRELOAD=" THREADLINE_FAULTY_DISK), QStringLiteral("THREADLINE_TEST_FAULT=") + fault,
            QStringLiteral("ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
    const auto breaks = [&] {
        QFile file(fault + QStringLiteral(".new"));
        return file.open(QIODevice::WriteOnly) && file.write(QByteArray::number(number)) > 0 && file.rename(fault);
    };
    QVERIFY(breaks());
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, 30'000);
    QTRY_VERIFY2_WITH_TIMEOUT(reasons(m_rest).contains(advice), qPrintable(reasons(m_rest)), 30'000);
    QCOMPARE(reasons(m_rest).contains(QLatin1String("Make room")), number == ENOSPC);
    const double before = stored(m_rest);
    QVERIFY(QFile::remove(fault));
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > before, 30'000);
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 200, 30'000);

    QVERIFY(breaks());
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, 30'000);
    QCOMPARE(m_collector->terminate(kEndsWithin), app::kExitData);
    QCOMPARE(m_collector->said().count(QLatin1String("error store: ")), 2); // once for each time
    QVERIFY2(unrecordedEvents(m_collector->said()) > 0, qPrintable(m_collector->said()));
    QCOMPARE(databaseProblem(m_folder), QString());
    QVERIFY(QFile::remove(fault));
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(bandReasons(m_rest).contains(QLatin1String("the program ended when the store could not be written any more")), 30'000);
}

/// Nothing is missing for it, so the program is ready; but what is not noticed meanwhile is told, once.
void TestEnding::aMarkThatCannotBeWritten()
{
    const QByteArray mark = (m_folder + QStringLiteral("/threadline.mark")).toUtf8();
    QVERIFY(QDir().mkpath(m_folder));
    QCOMPARE(::mkfifo(mark.constData(), 0600), 0);
    listen({QStringLiteral("--rate=500")});
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 200, 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(reasons(m_rest).contains(QLatin1String("\"storeWarning\":\"") + QString::fromUtf8(mark)), 30'000);
    QVERIFY(::unlink(mark.constData()) == 0);
    QTRY_VERIFY_WITH_TIMEOUT(!reasons(m_rest).contains(QLatin1String("storeWarning")), 30'000);
    QCOMPARE(m_collector->terminate(kEndsIdleWithin), app::kExitOk);
    QCOMPARE(m_collector->said().count(QString::fromUtf8(mark)), 1);
}

/// ulimit -f
void TestEnding::filesThatMayNotGrow()
{
    listen({QStringLiteral("--rate=20000")}, {}, {}, [] { limit(RLIMIT_FSIZE, 2 << 20); });
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, 60'000);
    QVERIFY2(reasons(m_rest).contains(QLatin1String("ulimit -f")), qPrintable(reasons(m_rest)));
    QCOMPARE(m_collector->terminate(kEndsWithin), app::kExitData);
}

/// ulimit -n
void TestEnding::tooFewFilesToStartWith()
{
    for (const char *program : {"threadline-collector", "threadline-simulator", "threadline"}) {
        Program starts(QLatin1String(program), {}, {}, [] { limit(RLIMIT_NOFILE, 30); });
        QVERIFY(starts.process().waitForFinished(30'000));
        QCOMPARE(starts.process().exitStatus(), QProcess::NormalExit);
        QCOMPARE(starts.process().exitCode(), app::kExitUsage);
        QVERIFY2(starts.said().contains(QLatin1String("ulimit -n")), qPrintable(starts.said()));
    }
}

/// ulimit -v, as containers and batch systems set it
void TestEnding::tooLittleMemoryToStartWith()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("A sanitizer needs terabytes of addresses for itself. test_start looks at the words.");
#endif
    for (const char *program : {"threadline-collector", "threadline-simulator", "threadline"}) {
        Program starts(QLatin1String(program), {}, {}, [] { limit(RLIMIT_AS, rlim_t(200) << 20); });
        QVERIFY(starts.process().waitForFinished(30'000));
        QCOMPARE(starts.process().exitStatus(), QProcess::NormalExit);
        QCOMPARE(starts.process().exitCode(), app::kExitUsage);
        QVERIFY2(starts.said().contains(QLatin1String("ulimit -v")), qPrintable(starts.said()));
    }
}

void TestEnding::noDescriptorsLeft()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("A sanitizer needs descriptors of its own to look at an object's type. tests/hostile plays this with the release programs.");
#endif
    listen({QStringLiteral("--rate=20")}, {}, {}, [] { limit(RLIMIT_NOFILE, 64); });
    std::vector<std::unique_ptr<QTcpSocket>> guests;
    for (int n = 0; n < 100; ++n) {
        guests.push_back(std::make_unique<QTcpSocket>());
        guests.back()->connectToHost(QStringLiteral("127.0.0.1"), static_cast<quint16>(QUrl(m_rest).port()));
        QVERIFY(guests.back()->waitForConnected(30'000));
    }
    QTRY_VERIFY_WITH_TIMEOUT(m_collector->said().contains(QLatin1String("ulimit -n")), 30'000);
    const qint64 pid = m_collector->process().processId(), before = processorTime(pid);
    QTest::qWait(2'000); // what is measured is what is used up in this time
    const qint64 used = processorTime(pid) - before;
    QVERIFY2(used < 400, qPrintable(QString::number(used)));
    guests.clear();
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 200, 30'000);
    QCOMPARE(m_collector->terminate(kEndsIdleWithin), 0);
}

/// Deleted under the running program: told within a second, and nothing counts as stored any more.
void TestEnding::theFolderGoes()
{
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
    QVERIFY(QDir(m_folder).removeRecursively());
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, kEndsIdleWithin);
    QVERIFY2(reasons(m_rest).contains(QLatin1String("was deleted or moved away")), qPrintable(reasons(m_rest)));
    const double then = stored(m_rest), received = metric(m_rest, "threadline_events_received_total");
    QTRY_VERIFY_WITH_TIMEOUT(metric(m_rest, "threadline_events_received_total") > received + 500, 30'000);
    QCOMPARE(stored(m_rest), then);
    QCOMPARE(m_collector->terminate(kEndsWithin), app::kExitData);
    QVERIFY2(unrecordedEvents(m_collector->said()) > 500, qPrintable(m_collector->said()));
    QCOMPARE(m_collector->said().count(QLatin1String("error store: ")), 1);
}

void TestEnding::theDatabaseGoesAndComesBack()
{
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
    const QString database = m_folder + QStringLiteral("/threadline.db");
    QVERIFY(QFile::rename(database, database + QStringLiteral(".away")));
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, kEndsIdleWithin);
    QVERIFY(QFile::copy(database + QStringLiteral(".away"), database)); // the same content is not the same file
    QTRY_VERIFY2_WITH_TIMEOUT(reasons(m_rest).contains(QLatin1String("Another file")), qPrintable(reasons(m_rest)), kEndsIdleWithin);
    const double then = stored(m_rest);
    QVERIFY(QFile::remove(database) && QFile::rename(database + QStringLiteral(".away"), database));
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 200, 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > then, 30'000);
    QCOMPARE(m_collector->terminate(kEndsWithin), 0);
    QCOMPARE(databaseProblem(m_folder), QString());
}

/// What is in the journal is written back into the database before anything else can happen.
void TestEnding::theJournalGoes()
{
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
    QVERIFY(QFile::remove(m_folder + QStringLiteral("/threadline.db-wal")));
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, kEndsIdleWithin);
    QVERIFY2(reasons(m_rest).contains(QLatin1String("journal")), qPrintable(reasons(m_rest)));
    const double then = stored(m_rest);
    m_collector->kill9();
    QCOMPARE(databaseProblem(m_folder), QString());
    Program again(QStringLiteral("threadline-collector"), collectorArguments(m_folder), demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    QCOMPARE(metric(again.address(), "threadline_store_events"), then);
    QVERIFY2(!again.said().contains(QLatin1String("are gone")), qPrintable(again.said()));
}

void TestEnding::theJournalIsDamaged_data()
{
    QTest::addColumn<bool>("cut");
    QTest::newRow("cut off") << true;
    QTest::newRow("written over") << false;
}

/// Told within a second; nothing of it goes into the database, which stays whole as it was before.
void TestEnding::theJournalIsDamaged()
{
    QFETCH(bool, cut);
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 200, 60'000);
    QFile journal(m_folder + QStringLiteral("/threadline.db-wal"));
    if (cut) {
        QVERIFY(journal.resize(0));
    } else {
        QVERIFY(journal.open(QIODevice::ReadWrite));
        QVERIFY(journal.write(QByteArray(static_cast<qsizetype>(journal.size()), '\0')) > 0);
        journal.close();
    }
    QTRY_COMPARE_WITH_TIMEOUT(readiness(m_rest), 503, kEndsIdleWithin);
    const QString why = reasons(m_rest); // by a look at the file, or by what SQLite found in it first
    QVERIFY2(why.contains(QLatin1String("journal")) || why.contains(QLatin1String("is cut off")), qPrintable(why));
    const double then = stored(m_rest);
    QTest::qWait(500); // what came meanwhile is not counted as stored
    QCOMPARE(stored(m_rest), then);
    QCOMPARE(m_collector->terminate(kEndsWithin), app::kExitData);
    QCOMPARE(databaseProblem(m_folder), QString());
    Program again(QStringLiteral("threadline-collector"), collectorArguments(m_folder), demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    QVERIFY(again.address().startsWith(QLatin1String("http")));
    QVERIFY2(again.said().contains(QLatin1String("are gone")), qPrintable(again.said()));
}

/// The database's own shell, say. The last to close a database takes its journal away: it finds that it is not the last.
void TestEnding::anotherProgramReads()
{
    listen({QStringLiteral("--rate=500")});
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 200, 60'000);
    const double before = stored(m_rest);
    sqlite3 *shell = nullptr;
    const std::string path = m_folder.toStdString() + "/threadline.db";
    QCOMPARE(sqlite3_open_v2(path.c_str(), &shell, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    QCOMPARE(sqlite3_exec(shell, "SELECT count(*) FROM events", nullptr, nullptr, nullptr), SQLITE_OK);
    QCOMPARE(sqlite3_close(shell), SQLITE_OK);
    QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > before + 500, 60'000);
    QCOMPARE(readiness(m_rest), 200);
    QCOMPARE(m_collector->terminate(kEndsWithin), app::kExitOk);
}

void TestEnding::secondProgramWithoutALockFile()
{
    listen({QStringLiteral("--rate=20")});
    QVERIFY(QFile::remove(m_folder + QStringLiteral("/threadline.lock")));
    Program second(QStringLiteral("threadline-collector"), collectorArguments(m_folder), demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    QVERIFY(second.process().waitForFinished(30'000));
    QCOMPARE(second.process().exitCode(), app::kExitData);
    QVERIFY2(second.said().contains(QLatin1String("is in use")), qPrintable(second.said()));
}

void TestEnding::commands_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("resend") << QStringList{QStringLiteral("resend")};
    QTest::newRow("restore") << QStringList{QStringLiteral("restore")};
}

/// Interrupted while the shared store does not answer, they end at once, and the folder can be used again.
void TestEnding::commands()
{
    QFETCH(QStringList, arguments);
    const Silent influx;
    const QStringList target{QStringLiteral("--tsdb-url=") + influx.url(), QStringLiteral("--tsdb-bucket=b"), QStringLiteral("--tsdb-org=o")};
    if (arguments.first() == QLatin1String("resend")) {
        listen({QStringLiteral("--rate=500")});
        QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
        QCOMPARE(m_collector->terminate(kEndsIdleWithin), 0);
    }
    Program command(QStringLiteral("threadline-collector"), QStringList{QStringLiteral("--data-dir=") + m_folder} + target + arguments,
                    {QStringLiteral("TSDB_TOKEN=token-of-influx")});
    QTRY_VERIFY_WITH_TIMEOUT(influx.reached(), 30'000);
    command.process().terminate();
    QVERIFY(command.process().waitForFinished(kEndsIdleWithin));
    QCOMPARE(command.process().exitStatus(), QProcess::NormalExit);
    QCOMPARE(command.process().exitCode(), app::kExitFailed);
    QVERIFY2(command.said().contains(QLatin1String("Stopped after 0 ")), qPrintable(command.said()));
    Program again(QStringLiteral("threadline-collector"), collectorArguments(m_folder), demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    QVERIFY2(again.address().startsWith(QLatin1String("http")), qPrintable(again.said()));
}

void TestEnding::whoIsAtFault_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("fault");
    QTest::addColumn<int>("code");
    const auto row = [](const char *command, const char *fault, int code) {
        QTest::addRow("%s %s", command, fault) << QString::fromLatin1(command) << QString::fromLatin1(fault) << code;
    };
    for (const char *command : {"resend", "restore"}) {
        row(command, "token", app::kExitCredentials);
        row(command, "bucket", app::kExitUsage);
        row(command, "encryption", app::kExitUsage);
        row(command, "folder", app::kExitData);
    }
    row("restore", "failing", app::kExitFailed); // resend waits for it
    row("restore", "away", app::kExitFailed);
}

/// The exit code tells our settings, the data folder, credentials and an InfluxDB that fails apart, whatever the command.
void TestEnding::whoIsAtFault()
{
    QFETCH(QString, command);
    QFETCH(QString, fault);
    QFETCH(int, code);
    FakeInflux influx(InfluxFlavour::V2);
    influx.token = "right";
    QVERIFY(influx.start());
    QTcpServer plain; // says at once what is no TLS
    QObject::connect(&plain, &QTcpServer::newConnection, &plain, [&plain] { plain.nextPendingConnection()->write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    QVERIFY(plain.listen(QHostAddress::LocalHost));
    const QByteArray url = fault == QLatin1String("encryption") ? "https://127.0.0.1:" + QByteArray::number(plain.serverPort()) : influx.url();
    if (fault == QLatin1String("away"))
        influx.stop();
    if (fault == QLatin1String("failing")) {
        influx.faults = [](int, const FakeInfluxRequest &request) {
            return request.path.endsWith("/ping") ? InfluxFault() : InfluxFault::status(500, R"({"code":"internal error","message":"no"})");
        };
    }
    influx.answerQuery([&influx](const FakeInfluxQuery &) {
        return influxError(influx, 404, "not found", R"(failed to initialize execute state: could not find bucket "another")");
    });
    const QString data = QStringLiteral("--data-dir=") + m_folder;
    if (fault == QLatin1String("folder")) {
        QFile file(m_folder);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("something") > 0);
    } else if (command == QLatin1String("resend")) {
        listen({QStringLiteral("--rate=500")});
        QTRY_VERIFY_WITH_TIMEOUT(stored(m_rest) > 0, 60'000);
        QCOMPARE(m_collector->terminate(kEndsIdleWithin), 0);
    }
    Program program(QStringLiteral("threadline-collector"),
                    {command, data, QStringLiteral("--tsdb-url=") + QString::fromLatin1(url), QStringLiteral("--tsdb-org=org"),
                     QStringLiteral("--tsdb-bucket=") + (fault == QLatin1String("bucket") ? QStringLiteral("another") : QStringLiteral("bucket"))},
                    {QStringLiteral("TSDB_TOKEN=") + (fault == QLatin1String("token") ? QStringLiteral("wrong") : QStringLiteral("right"))});
    QTRY_COMPARE_WITH_TIMEOUT(program.process().state(), QProcess::NotRunning, 60'000);
    QVERIFY2(program.process().exitStatus() == QProcess::NormalExit && program.process().exitCode() == code,
             qPrintable(QString::number(program.process().exitCode()) + QLatin1Char('\n') + program.said()));
}

THREADLINE_TEST_MAIN(TestEnding)
#include "test_ending.moc"
