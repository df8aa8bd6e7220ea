// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/influxserver.h"

#include <QElapsedTimer>
#include <QFile>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QThread>

#ifdef Q_OS_LINUX
#include <csignal>
#include <sys/prctl.h>
#endif

namespace threadline::test {
namespace {

// Kept before main(), for tests are given another home and none of our variables.
const QByteArray kGivenProgram = qgetenv("THREADLINE_INFLUXD");
const QByteArray kHome = qgetenv("HOME");
const QByteArray kCacheHome = qgetenv("XDG_CACHE_HOME");

constexpr int kPortTries = 3;
constexpr int kStartMs = 60'000; // a restart with many series takes ten seconds and more

QString outputOf(const QString &program, const QStringList &arguments, const QProcessEnvironment &environment,
                 int *status = nullptr)
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.waitForFinished(20'000);
    if (status)
        *status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
}

QString askTool()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), QString::fromLocal8Bit(kHome));
    environment.remove(QStringLiteral("XDG_CACHE_HOME"));
    if (!kCacheHome.isEmpty())
        environment.insert(QStringLiteral("XDG_CACHE_HOME"), QString::fromLocal8Bit(kCacheHome));
    int status = 0;
    const QString path =
        outputOf(QStringLiteral(THREADLINE_SOURCE_DIR "/tools/influxd"), {QStringLiteral("--cached-only")}, environment, &status);
    return status == 0 ? path : QString();
}

QString findV2()
{
    const QString given = QString::fromLocal8Bit(kGivenProgram);
    return QFile::exists(given) ? given : askTool();
}

QString findV1()
{
    const QString debians = QStringLiteral("/usr/bin/influxd");
    if (!QFile::exists(debians))
        return {};
    const QString words = outputOf(debians, {QStringLiteral("version")}, QProcessEnvironment::systemEnvironment());
    return words.startsWith(QLatin1String("InfluxDB v1.")) ? debians : QString();
}

QString programFor(RealInflux::Kind kind)
{
    static const QString v1 = findV1();
    static const QString v2 = findV2();
    return kind == RealInflux::Kind::V1 ? v1 : v2;
}

/// Where the ports begin that the system gives to whoever asks for any, or connects to somebody.
int firstGivenPort()
{
    QFile range(QStringLiteral("/proc/sys/net/ipv4/ip_local_port_range"));
    const int first = range.open(QIODevice::ReadOnly) ? range.readLine().simplified().split(' ').first().toInt() : 0;
    return first > 0 ? first : 32'768;
}

/// It is free, and what others are given until the server has it, or while that is down, is another one.
quint16 freePort()
{
    constexpr int kLowest = 10'000, kLeast = 1'000, kTries = 100;
    static const int end = firstGivenPort();
    QTcpServer server;
    for (int i = 0; i < kTries && end >= kLowest + kLeast; ++i) {
        if (server.listen(QHostAddress::LocalHost, static_cast<quint16>(QRandomGenerator::global()->bounded(kLowest, end))))
            return server.serverPort();
    }
    (void)server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

QByteArray json(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

QString failure(const char *what, const PlainAnswer &answer)
{
    return QStringLiteral("%1: %2 %3").arg(QLatin1String(what)).arg(answer.status).arg(QString::fromUtf8(answer.body.left(500)));
}

QJsonArray retention(qint64 seconds)
{
    if (seconds == 0)
        return {};
    return {QJsonObject{{"type", "expire"}, {"everySeconds", seconds}}};
}

QByteArray quoted(const QByteArray &name) { return '"' + name + '"'; }

} // namespace

struct RealInflux::State {
    Kind kind;
    Options options;
    QTemporaryDir folder;
    quint16 port = 0;
    quint16 backupPort = 0; // 1.x opens a second one
    QProcess process;

    QString path(const char *name) const { return folder.filePath(QLatin1String(name)); }
    QByteArray configuration() const;
    QStringList arguments() const;
    QString log() const;
};

QByteArray RealInflux::State::configuration() const
{
    const QByteArray base = folder.path().toUtf8();
    QByteArray out = "reporting-disabled = true\nbind-address = \"127.0.0.1:" + QByteArray::number(backupPort) + "\"\n";
    out += "[meta]\ndir = \"" + base + "/meta\"\n[data]\ndir = \"" + base + "/data\"\nwal-dir = \"" + base + "/wal\"\n";
    if (options.maxValuesPerTag >= 0)
        out += "max-values-per-tag = " + QByteArray::number(options.maxValuesPerTag) + '\n';
    out += options.moreData + "\n[monitor]\nstore-enabled = false\n[http]\nbind-address = \"127.0.0.1:" + QByteArray::number(port)
        + "\"\nlog-enabled = false\nauth-enabled = " + (options.authEnabled ? "true" : "false") + '\n';
    return out + options.moreHttp + '\n';
}

QStringList RealInflux::State::arguments() const
{
    if (kind == Kind::V1)
        return {QStringLiteral("run"), QStringLiteral("-config"), path("influxd.conf")};
    return {QStringLiteral("--http-bind-address"), QStringLiteral("127.0.0.1:%1").arg(port),
            QStringLiteral("--bolt-path"),         path("i.bolt"),
            QStringLiteral("--sqlite-path"),       path("i.sqlite"),
            QStringLiteral("--engine-path"),       path("engine"),
            QStringLiteral("--reporting-disabled")};
}

QString RealInflux::State::log() const
{
    QFile file(path("log"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll().right(1000)) : QString();
}

std::optional<QString> RealInflux::unavailable(Kind kind)
{
    if (!programFor(kind).isEmpty())
        return std::nullopt;
    return kind == Kind::V1 ? QStringLiteral("InfluxDB 1.x is not here: it is Debian's package influxdb")
                            : QStringLiteral("InfluxDB 2 is not here: tools/influxd builds it, or THREADLINE_INFLUXD names it");
}

RealInflux::RealInflux(Kind kind) : RealInflux(kind, Options()) {}

RealInflux::RealInflux(Kind kind, Options options) : m(std::make_unique<State>())
{
    m->kind = kind;
    m->options = std::move(options);
}

RealInflux::~RealInflux() { kill9(); }

std::optional<QString> RealInflux::start()
{
    if (const auto reason = unavailable(m->kind))
        return reason;
    std::optional<QString> problem;
    for (int i = 0; i < kPortTries; ++i) { // another process may have found the same ones free
        m->port = freePort();
        m->backupPort = freePort();
        problem = launch();
        if (!problem)
            return prepare();
        if (!problem->contains(QLatin1String("address already in use")))
            break;
    }
    return problem;
}

std::optional<QString> RealInflux::launch()
{
    if (m->kind == Kind::V1) {
        QFile file(m->path("influxd.conf"));
        if (!file.open(QIODevice::WriteOnly))
            return file.errorString();
        file.write(m->configuration());
    }
    m->process.setProcessChannelMode(QProcess::MergedChannels);
    m->process.setStandardOutputFile(m->path("log"));
#ifdef Q_OS_LINUX
    m->process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }); // a test that is killed leaves none behind
#endif
    m->process.start(programFor(m->kind), m->arguments());
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < kStartMs && !m->process.waitForFinished(20) && m->process.state() != QProcess::NotRunning) {
        const PlainAnswer answer = send({"GET", url() + (m->kind == Kind::V1 ? "/ping" : "/ready")});
        if (answer.status == 204 || (answer.status == 200 && answer.body.contains("\"ready\"")))
            return std::nullopt;
    }
    return QStringLiteral("influxd does not start: ") + m->log();
}

std::optional<QString> RealInflux::prepare()
{
    if (m->kind == Kind::V1) {
        if (m->options.authEnabled) {
            const QByteArray made =
                query("CREATE USER " + quoted(user()) + " WITH PASSWORD '" + password() + "' WITH ALL PRIVILEGES");
            if (made.contains("error"))
                return QString::fromUtf8(made);
        }
        return createBucket(bucket());
    }
    const PlainAnswer answer = request("POST", "/api/v2/setup",
                                       json({{"username", QString::fromUtf8(user())},
                                             {"password", QString::fromUtf8(password())},
                                             {"org", QString::fromUtf8(org())},
                                             {"bucket", QString::fromUtf8(bucket())},
                                             {"token", QString::fromUtf8(token())},
                                             {"retentionPeriodSeconds", m->options.retentionSeconds}}));
    return answer.status == 201 ? std::nullopt : std::optional(failure("setup", answer));
}

void RealInflux::kill9()
{
    if (m->process.state() == QProcess::NotRunning)
        return;
    m->process.kill();
    m->process.waitForFinished();
}

void RealInflux::stop()
{
    m->process.terminate();
    if (!m->process.waitForFinished(20'000))
        kill9();
}

std::optional<QString> RealInflux::restart() { return launch(); }

QByteArray RealInflux::url() const { return "http://127.0.0.1:" + QByteArray::number(m->port); }

QList<QByteArray> RealInflux::authorization() const
{
    if (m->kind == Kind::V2)
        return {"Authorization: Token " + token()};
    if (m->options.authEnabled)
        return {"Authorization: Basic " + (user() + ':' + password()).toBase64()};
    return {};
}

QByteArray RealInflux::writeUrl(const QByteArray &into) const
{
    const QByteArray name = into.isEmpty() ? bucket() : into;
    if (m->kind == Kind::V1)
        return url() + "/write?" + encoded({{"db", name}, {"precision", "ns"}});
    return url() + "/api/v2/write?" + encoded({{"org", org()}, {"bucket", name}, {"precision", "ns"}});
}

PlainAnswer RealInflux::request(const QByteArray &method, const QByteArray &path, const QByteArray &body,
                                const QByteArray &contentType)
{
    return send({method, url() + path, authorization() + QList<QByteArray>{"Content-Type: " + contentType}, body});
}

PlainAnswer RealInflux::write(const QByteArray &lines, const QByteArray &into)
{
    return send({"POST", writeUrl(into), authorization(), lines});
}

QByteArray RealInflux::query(const QByteArray &influxql, const QByteArray &params, const QByteArray &database)
{
    QList<std::pair<QByteArray, QByteArray>> form = {
        {"q", influxql}, {"db", database.isEmpty() ? bucket() : database}, {"epoch", "ns"}};
    if (!params.isEmpty())
        form.append({"params", params});
    return request("POST", "/query", encoded(form), "application/x-www-form-urlencoded").body;
}

QByteArray RealInflux::flux(const QByteArray &text)
{
    return request("POST", "/api/v2/query?org=" + org(), text, "application/vnd.flux").body;
}

QByteArray RealInflux::idOf(const char *what, const QByteArray &name)
{
    const PlainAnswer answer = request("GET", QByteArray("/api/v2/") + what + "?limit=100");
    for (const QJsonValue &one : QJsonDocument::fromJson(answer.body).object().value(QLatin1String(what)).toArray()) {
        if (one.toObject().value(QLatin1String("name")).toString().toUtf8() == name)
            return one.toObject().value(QLatin1String("id")).toString().toUtf8();
    }
    return {};
}

std::optional<QString> RealInflux::createBucket(const QByteArray &name, qint64 retentionSeconds)
{
    if (m->kind == Kind::V1) {
        const QByteArray duration =
            retentionSeconds > 0 ? " WITH DURATION " + QByteArray::number(retentionSeconds) + 's' : QByteArray();
        const QByteArray answer = query("CREATE DATABASE " + quoted(name) + duration);
        return answer.contains("error") || answer.isEmpty() ? std::optional(QString::fromUtf8(answer)) : std::nullopt;
    }
    const PlainAnswer answer = request("POST", "/api/v2/buckets",
                                       json({{"orgID", QString::fromUtf8(idOf("orgs", org()))},
                                             {"name", QString::fromUtf8(name)},
                                             {"retentionRules", retention(retentionSeconds)}}));
    return answer.status == 201 ? std::nullopt : std::optional(failure("bucket", answer));
}

std::optional<QString> RealInflux::deleteBucket(const QByteArray &name)
{
    if (m->kind == Kind::V1) {
        const QByteArray answer = query("DROP DATABASE " + quoted(name));
        return answer.contains("error") ? std::optional(QString::fromUtf8(answer)) : std::nullopt;
    }
    const PlainAnswer answer = request("DELETE", "/api/v2/buckets/" + idOf("buckets", name));
    return answer.status == 204 ? std::nullopt : std::optional(failure("bucket", answer));
}

QByteArray RealInflux::createReader(const QByteArray &of)
{
    if (m->kind == Kind::V1) {
        const QByteArray reader = of + "-reader";
        (void)query("CREATE USER " + quoted(reader) + " WITH PASSWORD 'reader-password'");
        (void)query("GRANT READ ON " + quoted(of) + " TO " + quoted(reader));
        return "reader-password";
    }
    const QString orgId = QString::fromUtf8(idOf("orgs", org()));
    const QJsonObject resource{{"type", "buckets"}, {"id", QString::fromUtf8(idOf("buckets", of))}, {"orgID", orgId}};
    const PlainAnswer answer =
        request("POST", "/api/v2/authorizations",
                json({{"orgID", orgId}, {"permissions", QJsonArray{QJsonObject{{"action", "read"}, {"resource", resource}}}}}));
    return QJsonDocument::fromJson(answer.body).object().value(QLatin1String("token")).toString().toUtf8();
}

} // namespace threadline::test
