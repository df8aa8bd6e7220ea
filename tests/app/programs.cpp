// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/programs.h"

#include "core/genesys/streamingdecoder.h"
#include "core/store/store.h"
#include "tests/support/judge.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTest>
#include <QUrl>

#include <csignal>

namespace threadline::test {

Program::Program(const QString &name, const QStringList &arguments, const QStringList &environment)
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setEnvironment(QProcess::systemEnvironment() + environment);
    m_process.start(QStringLiteral(THREADLINE_BINARY_DIR "/bin/") + name, arguments);
    m_process.waitForStarted(30'000);
}

Program::~Program()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(20'000))
        kill9();
}

QString Program::said()
{
    m_said += QString::fromUtf8(m_process.readAll());
    return m_said;
}

QString Program::address()
{
    static const QRegularExpression pattern(QStringLiteral("http://127\\.0\\.0\\.1:\\d+"));
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 30'000) {
        const auto match = pattern.match(said());
        if (match.hasMatch())
            return match.captured();
        if (m_process.state() == QProcess::NotRunning)
            break;
        m_process.waitForReadyRead(200);
    }
    return QLatin1Char('[') + said() + QLatin1Char(']');
}

void Program::kill9()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGKILL);
    m_process.waitForFinished(20'000);
}

int Program::terminate(int ms)
{
    m_process.terminate();
    return m_process.waitForFinished(ms) && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

Reply get(const QString &url)
{
    static QNetworkAccessManager manager;
    QNetworkRequest request((QUrl(url)));
    request.setTransferTimeout(20'000);
    std::unique_ptr<QNetworkReply> reply(manager.get(request));
    QEventLoop loop;
    QObject::connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
    loop.exec();
    return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll()};
}

QStringList demoEnvironment(const QString &url)
{
    return {QStringLiteral("GENESYS_ENVIRONMENT_URL=") + url, QStringLiteral("GENESYS_CLIENT_ID=demo-client"),
            QStringLiteral("GENESYS_CLIENT_SECRET=demo-secret")};
}

QStringList listAll(const QString &rest)
{
    QStringList ids;
    QString cursor;
    do {
        const QString query = cursor.isEmpty() ? QString() : QStringLiteral("&cursor=") + cursor;
        const QJsonObject page =
            QJsonDocument::fromJson(get(rest + QStringLiteral("/api/v2/timelines?limit=500") + query).body).object();
        for (const QJsonValue &item : page[QLatin1String("items")].toArray())
            ids.append(item[QLatin1String("interactionId")].toString());
        cursor = page[QLatin1String("nextCursor")].toString();
    } while (!cursor.isEmpty());
    return ids;
}

double metric(const QString &rest, const QByteArray &name)
{
    for (const QByteArray &line : get(rest + QStringLiteral("/metrics")).body.split('\n')) {
        if (line.startsWith(name + ' '))
            return line.mid(name.size() + 1).toDouble();
    }
    return -1;
}

std::map<std::string, std::vector<Event>> readTruth(const QString &file)
{
    std::map<std::string, std::vector<Event>> truth;
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return truth;
    StreamingDecoder decoder;
    in.readLine(); // the header
    while (!in.atEnd()) {
        const QByteArray line = in.readLine().trimmed();
        const qsizetype at = line.indexOf("\"event\":") + 8;
        const QByteArray json = line.mid(at, line.size() - at - 1);
        auto event = decoder.decodeStored({json.constData(), static_cast<std::size_t>(json.size())}, {}, Provenance::Live);
        if (event)
            truth[event->interaction.value].push_back(std::move(*event));
    }
    return truth;
}

QString look(const QByteArray &body, Seen &seen)
{
    const QJsonObject timeline = QJsonDocument::fromJson(body).object();
    const QString id = timeline[QLatin1String("interactionId")].toString();
    std::set<QString> &known = seen[id];
    std::set<QString> here;
    double last = 0;
    for (const QJsonValue &event : timeline[QLatin1String("events")].toArray()) {
        const QString eventId = event[QLatin1String("eventId")].toString();
        const double lamport = event[QLatin1String("lamportTimestamp")].toDouble();
        if (!here.insert(eventId).second)
            return QStringLiteral("interaction %1 has event %2 twice").arg(id, eventId);
        if (lamport <= last)
            return QStringLiteral("interaction %1 is out of order at event %2").arg(id, eventId);
        last = lamport;
    }
    for (const QString &before : known) {
        if (!here.contains(before))
            return QStringLiteral("interaction %1 has lost event %2").arg(id, before);
    }
    known = std::move(here);
    return {};
}

QString stillThere(const QString &rest, const Seen &seen)
{
    for (const auto &[id, events] : seen) {
        const Reply reply = get(rest + QStringLiteral("/api/v2/timelines/") + id);
        if (reply.status != 200)
            return QStringLiteral("interaction %1 answers %2").arg(id).arg(reply.status);
        Seen one{{id, events}};
        const QString wrong = look(reply.body, one);
        if (!wrong.isEmpty())
            return wrong;
    }
    return {};
}

namespace {

/// Looks at the newest interactions until `until` ms have passed.
QString watch(const QString &rest, Seen &seen, int until)
{
    QElapsedTimer timer;
    timer.start();
    do {
        const QJsonObject page = QJsonDocument::fromJson(get(rest + QStringLiteral("/api/v2/timelines?limit=10")).body).object();
        for (const QJsonValue &item : page[QLatin1String("items")].toArray()) {
            const QString id = item[QLatin1String("interactionId")].toString();
            const Reply reply = get(rest + QStringLiteral("/api/v2/timelines/") + id);
            const QString wrong = reply.status == 200 ? look(reply.body, seen) : QString();
            if (!wrong.isEmpty())
                return wrong;
        }
    } while (timer.elapsed() < until);
    return {};
}

QString databaseProblem(const QString &folder)
{
    StoreOptions options;
    options.folder = folder.toStdString();
    options.readOnly = true;
    const auto store = Store::open(options);
    if (!store)
        return QString::fromStdString(store.error().message);
    const auto checked = (*store)->integrity();
    return QString::fromStdString(checked ? *checked : checked.error().message);
}

} // namespace

QString killAgainAndAgain(int kills, const QString &folder, quint32 seed)
{
    QRandomGenerator random(seed);
    Program simulator(QStringLiteral("threadline-simulator"),
                      {QStringLiteral("--port=0"), QStringLiteral("--rate=3000"), QStringLiteral("--concurrent=100"),
                       QStringLiteral("--replay=2000"), QStringLiteral("--duplicate=0.1"), QStringLiteral("--shuffle=64")});
    const QString source = simulator.address();
    Seen seen;
    for (int n = 0; n <= kills; ++n) {
        Program collector(QStringLiteral("threadline-collector"),
                          {QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + folder}, demoEnvironment(source));
        const QString rest = collector.address();
        if (!rest.startsWith(QLatin1String("http")))
            return QStringLiteral("start %1: ").arg(n) + rest;
        QString wrong = stillThere(rest, seen);
        if (wrong.isEmpty())
            wrong = watch(rest, seen, random.bounded(1, 250));
        if (!wrong.isEmpty())
            return QStringLiteral("after %1 kills: ").arg(n) + wrong;
        collector.kill9();
        wrong = databaseProblem(folder);
        if (!wrong.isEmpty())
            return QStringLiteral("database after kill %1: ").arg(n + 1) + wrong;
        while (seen.size() > 300) // the newest are not special; enough stays to find a loss
            seen.erase(std::next(seen.begin(), random.bounded(static_cast<int>(seen.size()))));
    }
    return seen.empty() ? QStringLiteral("nothing was ever seen") : QString();
}

QString everyFault(int interactions, const QStringList &faults, const QString &folder, std::map<QString, QByteArray> *bodies)
{
    const QString truthFile = folder + QStringLiteral(".truth");
    Program simulator(QStringLiteral("threadline-simulator"),
                      QStringList{QStringLiteral("--port=0"), QStringLiteral("--rate=0"), QStringLiteral("--seed=99"),
                                  QStringLiteral("--interactions=%1").arg(interactions), QStringLiteral("--truth=") + truthFile,
                                  QStringLiteral("--end-when-done")}
                          + faults);
    Program collector(QStringLiteral("threadline-collector"),
                      {QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + folder},
                      demoEnvironment(simulator.address()));
    const QString rest = collector.address();
    QElapsedTimer timer;
    timer.start();
    while (!simulator.said().contains(QLatin1String("Everything is sent"))) {
        if (timer.elapsed() > 1'200'000 || simulator.process().state() == QProcess::NotRunning)
            return QStringLiteral("the simulator did not send everything: ") + simulator.said().right(500);
        simulator.process().waitForReadyRead(200);
    }
    double before = -1;
    for (double now = 0; now != before || metric(rest, "threadline_queue_messages") > 0; QTest::qWait(500)) {
        before = now;
        now = metric(rest, "threadline_messages_received_total");
    }
    const auto truth = readTruth(truthFile);
    if (static_cast<int>(truth.size()) != interactions || listAll(rest).size() != interactions)
        return QStringLiteral("%1 interactions, the truth has %2").arg(listAll(rest).size()).arg(truth.size());
    for (const auto &[id, events] : truth) {
        const QByteArray body = get(rest + QStringLiteral("/api/v2/timelines/") + QString::fromStdString(id)).body;
        const std::string expected = judge::timelineBody(id, events, SequenceScope::Interaction);
        if (body.toStdString() != expected)
            return QStringLiteral("interaction %1 is\n%2\nshould be\n%3").arg(QString::fromStdString(id), QString::fromUtf8(body), QString::fromStdString(expected));
        if (bodies)
            (*bodies)[QString::fromStdString(id)] = body;
    }
    return {};
}

} // namespace threadline::test
