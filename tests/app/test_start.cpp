// SPDX-License-Identifier: GPL-3.0-or-later
/// How the programs start, or do not: without a display, with what they do not understand, on a port that is still taken.
#include "app/common/commandline.h"
#include "app/common/exitcodes.h"
#include "app/common/runtime.h"
#include "tests/app/programs.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTcpServer>

#include <new>
#include <sys/stat.h>
#include <system_error>

using namespace threadline;
using namespace threadline::test;

namespace {

const QStringList kNoDisplay{QStringLiteral("QT_QPA_PLATFORM=xcb"), QStringLiteral("DISPLAY=:9876"), QStringLiteral("WAYLAND_DISPLAY=")};
const QStringList kConnected{QStringLiteral("GENESYS_CLIENT_ID=x"), QStringLiteral("GENESYS_CLIENT_SECRET=secret-of-x"),
                             QStringLiteral("GENESYS_ENVIRONMENT_URL=http://127.0.0.1:9")};

/// The desktop is not built everywhere.
bool isThere(const char *program) { return QFileInfo::exists(programPath(QLatin1String(program))); }

struct Ended {
    int code = -1; ///< -1: it did not end, or by a signal
    QString said;
};

Ended ended(const char *program, const QStringList &arguments, const QStringList &environment = {})
{
    Program run(QLatin1String(program), arguments, environment);
    const bool done = run.process().waitForFinished(60'000) && run.process().exitStatus() == QProcess::NormalExit;
    return {done ? run.process().exitCode() : -1, run.said()};
}

QString writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

} // namespace

class TestStart : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = scratchFolder() + QLatin1Char('/') + QLatin1String(QTest::currentTestFunction());
        QDir().mkpath(m_folder);
    }
    void helpNeedsNoDisplay();
    void whatTheSystemDoesNotGiveIsSaid();
    void withoutADisplay();
    void whatIsNotUnderstoodIsNotRepeated_data();
    void whatIsNotUnderstoodIsNotRepeated();
    void wrongSettingsAreToldWhereThereIsAScreen();
    void aSecretSettingIsNoOption();
    void wrongAuthorities_data();
    void wrongAuthorities();
    void theSimulatorSaysThatItsTimeIsSimulated();
    void servesWithoutASource();
    void whatMayNeverEndIsNotImported();
    void aPortThatBecomesFree();
    void restComesOnByItself();

private:
    QString m_folder;
};

/// A limit that lets the program start and gives it no further thread, as ulimit -u does.
void TestStart::whatTheSystemDoesNotGiveIsSaid()
{
    QCOMPARE(app::sayWhatIsShort([] { return 17; }), 17);
    QCOMPARE(app::sayWhatIsShort([]() -> int { throw std::bad_alloc(); }), app::kExitUsage);
    const auto noThread = []() -> int { throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again)); };
    QCOMPARE(app::sayWhatIsShort(noThread), app::kExitUsage);
}

void TestStart::helpNeedsNoDisplay()
{
    for (const char *program : {"threadline", "threadline-collector", "threadline-simulator"}) {
        if (!isThere(program))
            continue;
        for (const auto &[option, code] : {std::pair("--help", 0), std::pair("--version", 0), std::pair("--nonsense", 2), std::pair("--listen=nowhere", 2)}) {
            const Ended end = ended(program, {QLatin1String(option)}, kNoDisplay);
            QVERIFY2(end.code == code && !end.said.isEmpty(), qPrintable(QLatin1String(program) + QLatin1Char(' ') + QLatin1String(option) + end.said));
        }
    }
    QVERIFY(ended("threadline-collector", {QStringLiteral("--help")}).said.contains(QLatin1String("serve")));
}

/// Whoever starts it from a menu reads no terminal; whoever has a picture taken looks at no screen.
void TestStart::wrongSettingsAreToldWhereThereIsAScreen()
{
    const std::string path = writeFile(m_folder + QStringLiteral("/broken.toml"), "listen = \n").toStdString();
    const auto parsed = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "threadline");
        std::vector<char *> argv;
        for (std::string &argument : arguments)
            argv.push_back(argument.data());
        return app::parseCommandLine(app::Program::Desktop, static_cast<int>(argv.size()), argv.data());
    };
    const app::Parsed broken = parsed({"--config=" + path});
    QVERIFY(!broken.line && broken.exitCode == 2 && broken.refused);
    QVERIFY2(broken.refused->message.find("broken.toml") != std::string::npos, broken.refused->message.c_str());
    QVERIFY(!parsed({"--config=" + path, "--screenshot=x.png"}).refused);
    QVERIFY(!parsed({"--config=" + path, "--print-config"}).refused);
    QVERIFY(!parsed({"--version"}).refused);
    if (!isThere("threadline"))
        return;
    const Ended end = ended("threadline", {QStringLiteral("--config=") + QString::fromStdString(path)}, kNoDisplay);
    QVERIFY2(end.code == 2 && end.said.contains(QLatin1String("broken.toml")) && !end.said.contains(QLatin1String("no display")), qPrintable(end.said));
}

void TestStart::withoutADisplay()
{
    if (!isThere("threadline"))
        QSKIP("the desktop is not built");
    const Ended end = ended("threadline", {QStringLiteral("--data-dir=") + m_folder}, kNoDisplay);
    QVERIFY2(end.code == 2, qPrintable(end.said));
    QCOMPARE(end.said.count(QLatin1Char('\n')), 1);
    QVERIFY2(end.said.contains(QLatin1String("There is no display")) && end.said.contains(QLatin1String("threadline-collector")), qPrintable(end.said));
    QVERIFY(QDir(m_folder).isEmpty()); // nothing was begun
    const Ended qt = ended("threadline", {QStringLiteral("-platform"), QStringLiteral("xcb"), QStringLiteral("--style=fusion"), QStringLiteral("--version")}, kNoDisplay);
    QVERIFY2(qt.code == 0, qPrintable(qt.said)); // Qt's own options are no errors
}

void TestStart::whatIsNotUnderstoodIsNotRepeated_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("named");
    const auto row = [](const char *name, const QStringList &arguments, const char *named) { QTest::newRow(name) << arguments << QString::fromLatin1(named); };
    row("with =", {QStringLiteral("--nonsense=TopSecret1")}, "--nonsense");
    row("beside", {QStringLiteral("--nonsense"), QStringLiteral("TopSecret1")}, "--nonsense");
    row("short", {QStringLiteral("-xTopSecret1")}, "-x");
    row("a word", {QStringLiteral("TopSecret1")}, "--help");
    row("with a colon", {QStringLiteral("--nonsense:TopSecret1")}, "--...");
    row("two", {QStringLiteral("--one=TopSecret1"), QStringLiteral("--two=TopSecret1")}, "--one, --two");
}

void TestStart::whatIsNotUnderstoodIsNotRepeated()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, named);
    for (const char *program : {"threadline", "threadline-collector", "threadline-simulator"}) {
        if (!isThere(program))
            continue;
        const Ended end = ended(program, arguments, kNoDisplay);
        QVERIFY2(end.code == 2 && end.said.contains(named) && !end.said.contains(QLatin1String("TopSecret1")), qPrintable(QLatin1String(program) + end.said));
    }
    const Ended end = ended("threadline-collector", QStringList{QStringLiteral("resend")} + arguments);
    QVERIFY2(end.code == 2 && !end.said.contains(QLatin1String("TopSecret1")), qPrintable(end.said));
}

void TestStart::aSecretSettingIsNoOption()
{
    for (const SettingSpec &spec : settingSpecs()) {
        if (!spec.secret)
            continue;
        for (const QStringList &arguments : {QStringList{QStringLiteral("--%1=TopSecret1").arg(QString::fromStdString(spec.key))},
                                             QStringList{QStringLiteral("--%1").arg(QString::fromStdString(spec.key)), QStringLiteral("TopSecret1")}}) {
            const Ended end = ended("threadline-collector", arguments);
            QVERIFY2(end.code == 2 && !end.said.contains(QLatin1String("TopSecret1")), qPrintable(end.said));
            QVERIFY2(end.said.contains(QString::fromStdString(spec.environment + "_FILE")), qPrintable(end.said));
        }
    }
}

void TestStart::wrongAuthorities_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("why");
    QTest::newRow("missing") << "none.pem" << "does not exist";
    QTest::newRow("folder") << "folder" << "is a folder";
    QTest::newRow("pipe") << "pipe" << "is a pipe";
    QTest::newRow("no certificate") << "text.pem" << "holds no certificate";
    QTest::newRow("one that is damaged") << "damaged.pem" << "holds no certificate";
}

/// A setting that is wrong, and not credentials that are refused.
void TestStart::wrongAuthorities()
{
    QFETCH(QString, kind);
    QFETCH(QString, why);
    QDir(m_folder).mkpath(QStringLiteral("folder"));
    (void)mkfifo((m_folder + QStringLiteral("/pipe")).toUtf8(), 0600);
    writeFile(m_folder + QStringLiteral("/text.pem"), "a text");
    writeFile(m_folder + QStringLiteral("/damaged.pem"), "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n");
    const QString path = m_folder + QLatin1Char('/') + kind;
    const Ended end = ended("threadline-collector", {QStringLiteral("--ca-file=") + path, QStringLiteral("--listen=127.0.0.1:0"),
                                                     QStringLiteral("--data-dir=") + m_folder + QStringLiteral("/data")}, kConnected);
    QVERIFY2(end.code == 2, qPrintable(QString::number(end.code) + end.said));
    QVERIFY2(end.said.contains(path) && end.said.contains(why), qPrintable(end.said));
}

void TestStart::theSimulatorSaysThatItsTimeIsSimulated()
{
    const QString words = QStringLiteral("simulated time that begins at 2031-01-04T");
    for (const bool now : {false, true}) {
        QStringList arguments{QStringLiteral("--port=0")};
        if (now)
            arguments << QStringLiteral("--start=now");
        Program simulator(QStringLiteral("threadline-simulator"), arguments);
        QVERIFY(simulator.address().startsWith(QLatin1String("http")));
        QVERIFY(QTest::qWaitFor([&] { return simulator.said().contains(QStringLiteral("CLIENT_SECRET")); }, 5'000));
        QCOMPARE(simulator.said().contains(words), !now);
    }
    QVERIFY(ended("threadline-simulator", {QStringLiteral("--help")}).said.contains(QStringLiteral("TIME=2031-01-04T")));
}

/// What is stored, over REST, with neither credentials nor a source.
void TestStart::servesWithoutASource()
{
    const QString file = writeFile(m_folder + QStringLiteral("/one.json"),
        R"({"conversations":[{"conversationId":"c-1","conversationStart":"2031-01-04T10:00:00.000Z","conversationEnd":"2031-01-04T10:01:00.000Z",)"
        R"("participants":[{"participantId":"p","purpose":"customer","sessions":[{"sessionId":"s","mediaType":"voice","direction":"inbound",)"
        R"("segments":[{"segmentType":"interact","segmentStart":"2031-01-04T10:00:00.000Z","segmentEnd":"2031-01-04T10:01:00.000Z"}]}]}]}]})");
    const QString data = QStringLiteral("--data-dir=") + m_folder + QStringLiteral("/data");
    QCOMPARE(ended("threadline-collector", {QStringLiteral("import"), file, data}).code, 0);
    Program serving(QStringLiteral("threadline-collector"), {QStringLiteral("serve"), data, QStringLiteral("--listen=127.0.0.1:0")});
    const QString rest = serving.address();
    QVERIFY2(rest.startsWith(QLatin1String("http")), qPrintable(rest));
    QCOMPARE(listAll(rest), QStringList{QStringLiteral("c-1")});
    QCOMPARE(get(rest + QStringLiteral("/api/v2/timelines/c-1")).status, 200);
    QCOMPARE(get(rest + QStringLiteral("/readyz")).status, 200);
    QCOMPARE(serving.terminate(20'000), 0);
    const Ended both = ended("threadline-collector", {QStringLiteral("serve"), QStringLiteral("--replay=") + file, data});
    QVERIFY2(both.code == 2 && both.said.contains(QLatin1String("--replay")), qPrintable(both.said));
}

/// Only a regular file is read: of a pipe or a device nobody knows when it ends, and the program is to end all the same.
void TestStart::whatMayNeverEndIsNotImported()
{
    const QString pipe = m_folder + QStringLiteral("/pipe.json");
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    for (const QString &file : {pipe, QStringLiteral("/dev/zero"), m_folder}) {
        const Ended import = ended("threadline-collector", {QStringLiteral("import"), file, QStringLiteral("--data-dir=") + m_folder + QStringLiteral("/data")});
        QVERIFY2(import.code == 2 && import.said.contains(file), qPrintable(import.said));
    }
}

/// The program before may still have it for a moment; what it leaves behind in the system is no reason to wait.
void TestStart::aPortThatBecomesFree()
{
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    const QStringList arguments{QStringLiteral("serve"), QStringLiteral("--listen=127.0.0.1:%1").arg(taken.serverPort()),
                                QStringLiteral("--data-dir=") + m_folder};
    Program run(QStringLiteral("threadline-collector"), arguments);
    QTest::qWait(700); // it has tried
    QVERIFY2(run.process().state() == QProcess::Running, qPrintable(run.said()));
    taken.close();
    QVERIFY2(run.address().startsWith(QLatin1String("http")), qPrintable(run.said()));
    QCOMPARE(get(run.address() + QStringLiteral("/healthz")).status, 200);
    QCOMPARE(run.terminate(20'000), 0);
    Program again(QStringLiteral("threadline-collector"), arguments);
    QVERIFY2(again.address().startsWith(QLatin1String("http")), qPrintable(again.said()));
}

/// In a window: off is told after a while, and taken back when it has come on.
void TestStart::restComesOnByItself()
{
    ManualClock clock;
    app::RuntimeOptions options;
    options.dataFolder = m_folder.toStdString();
    auto runtime = app::Runtime::start(options, clock);
    QVERIFY(runtime);
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    ApiServer::Options rest;
    rest.host = "127.0.0.1";
    rest.port = taken.serverPort();
    std::vector<std::pair<std::string, bool>> told;
    (*runtime)->serveWhenFree(rest, [&](const Error &error, bool gone) { told.emplace_back(error.message, gone); });
    QVERIFY(told.empty()); // a program that was just ended is no news
    clock.advance(app::kPortPatience);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), std::size_t(1), 20'000);
    QVERIFY(!told[0].second && told[0].first.find("another program has port") != std::string::npos);
    taken.close();
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), std::size_t(2), 20'000);
    QCOMPARE(told[1], std::pair(told[0].first, true));
    QCOMPARE((*runtime)->port(), rest.port);
    QCOMPARE(get(QStringLiteral("http://127.0.0.1:%1/healthz").arg(rest.port)).status, 200);
}

THREADLINE_TEST_MAIN(TestStart)
#include "test_start.moc"
