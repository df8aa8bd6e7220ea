// SPDX-License-Identifier: GPL-3.0-or-later
/// threadline-simulator as a whole: what it prints, writes and how it ends.
#include "tests/support/processortime.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>

namespace {

struct Outcome {
    int code = -1;
    QString out, err;
};

const QString kProgram = QStringLiteral(THREADLINE_BINARY_DIR "/bin/threadline-simulator");

Outcome runToEnd(const QStringList &arguments)
{
    QProcess process;
    process.start(kProgram, arguments);
    const bool ended = process.waitForFinished(30'000) && process.exitStatus() == QProcess::NormalExit;
    return {ended ? process.exitCode() : -1, QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

/// What is said to somebody who asks for nothing that is there.
QByteArray answerAt(quint16 port)
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), port);
    socket.write("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return socket.waitForReadyRead(5'000) ? socket.readLine() : QByteArray();
}

} // namespace

class TestSimulatorProgram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void listsScenarios()
    {
        const Outcome outcome = runToEnd({"--list-scenarios"});
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.contains("consult-transfer   The agent asks a colleague"));
        QVERIFY(outcome.out.count('\n') >= 20);
    }

    void saysItsVersionAndHelp()
    {
        QCOMPARE(runToEnd({"--version"}).code, 0);
        const Outcome help = runToEnd({"--help"});
        QCOMPARE(help.code, 0);
        for (const char *flag : {"--port", "--protocol", "--interactions", "--rate", "--speed", "--seed", "--scenario", "--truth", "--drop",
                                 "--duplicate", "--shuffle", "--skew", "--delay", "--disconnect-every", "--replay", "--silence", "--bad"})
            QVERIFY2(help.out.contains(flag), flag);
    }

    void wrongUsageNamesWhatIsWrong_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("names");
        QTest::newRow("unknown") << QStringList{"--no-such-thing"} << "--no-such-thing";
        QTest::newRow("scenario") << QStringList{"--scenario", "tea-break"} << "tea-break";
        QTest::newRow("share") << QStringList{"--drop", "2"} << "--drop";
        QTest::newRow("percent") << QStringList{"--bad", "101%"} << "--bad";
        QTest::newRow("number") << QStringList{"--rate", "fast"} << "--rate";
        QTest::newRow("negative") << QStringList{"--shuffle", "-1"} << "--shuffle";
        QTest::newRow("port") << QStringList{"--port", "70000"} << "--port";
        QTest::newRow("protocol") << QStringList{"--protocol", "pigeons"} << "--protocol";
        QTest::newRow("time") << QStringList{"--start", "soon"} << "--start";
        QTest::newRow("key") << QStringList{"--public-key", "/no/such/file"} << "--public-key";
        QTest::newRow("truth") << QStringList{"--port", "0", "--truth", "/no/such/folder/truth"} << "--truth";
    }
    void wrongUsageNamesWhatIsWrong()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, names);
        const Outcome outcome = runToEnd(arguments);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains(names) || outcome.out.contains(names), qPrintable(outcome.err + outcome.out));
    }

    void aTakenPortEndsIt()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const Outcome outcome = runToEnd({"--port", QString::number(other.serverPort())});
        QCOMPARE(outcome.code, 2);
        QVERIFY(outcome.err.contains("--port") && outcome.err.contains(QString::number(other.serverPort())));
    }

    /// Connections for which there is no descriptor: it waits without using the processor up, and takes newcomers again afterwards.
    void noDescriptorsLeft()
    {
        QFile none(threadline::test::scratchFolder() + "/no-descriptors");
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("LD_PRELOAD", THREADLINE_FAULTY_DISK);
        environment.insert("THREADLINE_TEST_NO_DESCRIPTORS", none.fileName());
        environment.insert("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0");
        process.setProcessEnvironment(environment);
        process.start(kProgram, {"--port", "0"});
        QByteArray out;
        QTRY_VERIFY2((out += process.readAllStandardOutput(), out.contains("GENESYS_CLIENT_SECRET")), out.constData());
        const quint16 port = QRegularExpression("http://127\\.0\\.0\\.1:(\\d+)").match(QString::fromUtf8(out)).captured(1).toUShort();
        QVERIFY(answerAt(port).contains("404"));
        QVERIFY(none.open(QIODevice::WriteOnly));
        QTcpSocket waits;
        waits.connectToHost(QStringLiteral("127.0.0.1"), port);
        QVERIFY(waits.waitForConnected(30'000));
        const qint64 before = threadline::test::processorTime(process.processId());
        QTest::qWait(2'000); // what is measured is what is used up in this time
        const qint64 used = threadline::test::processorTime(process.processId()) - before;
        QVERIFY2(used < 400, qPrintable(QString::number(used)));
        QVERIFY(none.remove());
        QTRY_VERIFY_WITH_TIMEOUT(answerAt(port).contains("404"), 30'000);
        process.terminate();
        QVERIFY(process.waitForFinished(25'000));
        QCOMPARE(process.exitCode(), 0);
    }

    void saysHowToConnectAndEndsOnRequest()
    {
        const QString truth = threadline::test::scratchFolder() + "/truth.ndjson";
        QProcess process;
        process.start(kProgram, {"--port", "0", "--interactions", "3", "--truth", truth, "--client-secret", "hush-hush"});
        QByteArray out;
        QTRY_VERIFY2((out += process.readAllStandardOutput(), out.contains("GENESYS_CLIENT_SECRET")), out.constData());
        QVERIFY(QRegularExpression("http://127\\.0\\.0\\.1:\\d+").match(QString::fromUtf8(out)).hasMatch());
        QVERIFY(out.contains("GENESYS_ENVIRONMENT_URL=") && out.contains("GENESYS_CLIENT_ID=demo-client"));
        QVERIFY(!out.contains("hush-hush"));
        process.terminate();
        QVERIFY(process.waitForFinished(25'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        QFile file(truth);
        QVERIFY(file.open(QFile::ReadOnly));
        QVERIFY(file.readLine().startsWith("{\"truth\":\"threadline-simulator\",\"version\":1,\"seed\":1,\"interactions\":3"));
    }
};

THREADLINE_TEST_MAIN(TestSimulatorProgram)
#include "test_simulatorprogram.moc"
