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
namespace {

// Kept before main(), for tests are given none of our variables.
const QByteArray kGivenPrograms = qgetenv("THREADLINE_PROGRAMS");

} // namespace

QString programPath(const QString &name)
{
    const QString folder = kGivenPrograms.isEmpty() ? QStringLiteral(THREADLINE_BINARY_DIR "/bin") : QString::fromLocal8Bit(kGivenPrograms);
    return folder + QLatin1Char('/') + name;
}

Program::Program(const QString &name, const QStringList &arguments, const QStringList &environment, const std::function<void()> &inChild)
{
    if (inChild)
        m_process.setChildProcessModifier(inChild);
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setEnvironment(QProcess::systemEnvironment() + environment);
    m_process.start(programPath(name), arguments);
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
    static const QRegularExpression pattern(QStringLiteral("(?:REST at|Listening on) (http://127\\.0\\.0\\.1:\\d+)"));
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 30'000) {
        const auto match = pattern.match(said());
        if (match.hasMatch())
            return match.captured(1);
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
    eachTrueEvent(file, [&](Event &&event) { truth[event.interaction.value].push_back(std::move(event)); });
    return truth;
}

void eachTrueEvent(const QString &file, const std::function<void(Event &&)> &each)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return;
    StreamingDecoder decoder;
    in.readLine(); // the header
    std::int64_t number = 0;
    while (!in.atEnd()) {
        const QByteArray line = in.readLine().trimmed();
        const qsizetype at = line.indexOf("\"event\":") + 8;
        const QByteArray json = line.mid(at, line.size() - at - 1);
        auto event = decoder.decodeStored({json.constData(), static_cast<std::size_t>(json.size())}, Timestamp{++number},
                                          Provenance::Live);
        if (event)
            each(std::move(*event));
    }
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
                          {QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + folder},
                          demoEnvironment(source));
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

namespace {

/// A simulator that sends so many interactions with these faults, and a collector that listens to it.
class Feeding {
public:
    Feeding(int interactions, const QString &folder, const QStringList &options)
        : m_truthFile(folder + QStringLiteral(".truth")),
          m_simulator(QStringLiteral("threadline-simulator"),
                      QStringList{QStringLiteral("--port=0"), QStringLiteral("--seed=99"), QStringLiteral("--end-when-done"),
                                  QStringLiteral("--interactions=%1").arg(interactions), QStringLiteral("--truth=") + m_truthFile}
                          + options),
          m_collector(QStringLiteral("threadline-collector"),
                      {QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + folder},
                      demoEnvironment(m_simulator.address())),
          m_rest(m_collector.address())
    {}
    /// Until everything is sent and what has arrived is recorded. What went wrong, or nothing.
    [[nodiscard]] QString wait();
    [[nodiscard]] const QString &rest() const { return m_rest; }
    [[nodiscard]] std::map<std::string, std::vector<Event>> truth() const { return readTruth(m_truthFile); }
    [[nodiscard]] QByteArray timeline(const std::string &id) const
    {
        return get(m_rest + QStringLiteral("/api/v2/timelines/") + QString::fromStdString(id)).body;
    }

private:
    QString m_truthFile;
    Program m_simulator;
    Program m_collector;
    QString m_rest;
};

QString Feeding::wait()
{
    QElapsedTimer timer;
    timer.start();
    while (!m_simulator.said().contains(QLatin1String("Everything is sent"))) {
        if (timer.elapsed() > 1'200'000 || m_simulator.process().state() == QProcess::NotRunning)
            return QStringLiteral("the simulator did not send everything: ") + m_simulator.said().right(500);
        m_simulator.process().waitForReadyRead(200);
    }
    double before = -1;
    for (double now = 0; now != before || metric(m_rest, "threadline_queue_messages") > 0; QTest::qWait(500)) {
        before = now;
        now = metric(m_rest, "threadline_messages_received_total");
    }
    return {};
}

QString different(const std::string &id, const QByteArray &is, const std::string &should)
{
    return QStringLiteral("interaction %1 is\n%2\nshould be\n%3")
        .arg(QString::fromStdString(id), QString::fromUtf8(is), QString::fromStdString(should));
}

/// Bands, and when each event was received first.
struct Recorded {
    std::vector<Band> bands;
    std::map<std::string, Timestamp> received;
};

Result<Recorded> recordedIn(const QString &folder, const std::map<std::string, std::vector<Event>> &truth)
{
    StoreOptions options;
    options.folder = folder.toStdString();
    options.readOnly = true;
    const auto store = Store::open(options);
    const auto reader = store ? (*store)->reader() : tl::make_unexpected(store.error());
    auto bands = reader ? (*reader)->bands({kEarliestTime, kLatestTime}) : tl::make_unexpected(reader.error());
    if (!bands)
        return tl::make_unexpected(bands.error());
    Recorded out{std::move(*bands), {}};
    for (const auto &[id, events] : truth) {
        const auto key = (*reader)->find(id);
        if (!key || !*key)
            continue;
        const auto read = (*reader)->events(**key, [&](StoredEvent &&stored) {
            out.received[stored.id] = stored.received;
            return true;
        });
        if (!read)
            return tl::make_unexpected(read.error());
    }
    return out;
}

/// The order in which the simulator sends, in windows that it shuffles: which windows each band touches. What a connection loses
/// was sent not before the last that arrived, and not after the first that arrive again (late copies may be among them).
class LostWindows {
public:
    static constexpr Duration kFirstAgain = Duration::millis(100);

    LostWindows(const std::map<std::string, std::vector<Event>> &truth, const Recorded &recorded, std::size_t window)
    {
        std::vector<const Event *> inOrder;
        for (const auto &[id, events] : truth) {
            for (const Event &event : events)
                inOrder.push_back(&event);
        }
        std::sort(inOrder.begin(), inOrder.end(), [](const Event *a, const Event *b) { return a->received < b->received; });
        m_bands.assign(recorded.bands.size(), {0, 0});
        for (std::size_t i = 0; i < inOrder.size(); ++i) {
            m_windowOf[inOrder[i]->id.value] = i / window;
            const auto received = recorded.received.find(inOrder[i]->id.value);
            if (received == recorded.received.end())
                continue;
            for (std::size_t b = 0; b < m_bands.size(); ++b) {
                const Band &band = recorded.bands[b];
                if (received->second <= band.start)
                    m_bands[b].first = std::max(m_bands[b].first, i / window);
                if (!band.end)
                    m_bands[b].second = inOrder.size() / window;
                else if (received->second >= *band.end && received->second <= *band.end + kFirstAgain)
                    m_bands[b].second = std::max(m_bands[b].second, i / window);
            }
        }
    }
    [[nodiscard]] bool covers(const Event &event) const
    {
        const std::size_t window = m_windowOf.at(event.id.value);
        return std::any_of(m_bands.begin(), m_bands.end(),
                           [&](const auto &band) { return band.first <= window && window <= band.second; });
    }

private:
    std::map<std::string, std::size_t> m_windowOf;
    std::vector<std::pair<std::size_t, std::size_t>> m_bands; ///< first and last window
};

} // namespace

QString everyFault(int interactions, const QStringList &faults, const QString &folder, std::map<QString, QByteArray> *bodies)
{
    Feeding feeding(interactions, folder, QStringList{QStringLiteral("--rate=0")} + faults);
    if (const QString wrong = feeding.wait(); !wrong.isEmpty())
        return wrong;
    const auto truth = feeding.truth();
    const auto listed = listAll(feeding.rest()).size();
    if (static_cast<int>(truth.size()) != interactions || listed != interactions)
        return QStringLiteral("%1 interactions, the truth has %2").arg(listed).arg(truth.size());
    for (const auto &[id, events] : truth) {
        const QByteArray body = feeding.timeline(id);
        const std::string expected = judge::timelineBody(id, events, SequenceScope::Interaction);
        if (body.toStdString() != expected)
            return different(id, body, expected);
        if (bodies)
            (*bodies)[QString::fromStdString(id)] = body;
    }
    return {};
}

QString cutAgainAndAgain(int interactions, int rate, const QStringList &faults, const QString &folder)
{
    constexpr std::size_t kWindow = 256;
    Feeding feeding(interactions, folder,
                    QStringList{QStringLiteral("--reset"), QStringLiteral("--no-hold"), QStringLiteral("--concurrent=100"),
                                QStringLiteral("--speed=4"), QStringLiteral("--rate=%1").arg(rate),
                                QStringLiteral("--shuffle=%1").arg(kWindow)}
                        + faults);
    if (const QString wrong = feeding.wait(); !wrong.isEmpty())
        return wrong;
    const auto truth = feeding.truth();
    const auto recorded = recordedIn(folder, truth);
    if (!recorded)
        return QString::fromStdString(recorded.error().message);
    const LostWindows lost(truth, *recorded, kWindow);
    std::size_t all = 0;
    std::size_t missing = 0;
    for (const auto &[id, events] : truth) {
        std::vector<Event> arrived;
        for (const Event &event : events) {
            ++all;
            if (recorded->received.contains(event.id.value))
                arrived.push_back(event);
            else if (++missing; !lost.covers(event))
                return QStringLiteral("event %1 is missing outside of every band").arg(QString::fromStdString(event.id.value));
        }
        const QByteArray body = arrived.empty() ? QByteArray() : feeding.timeline(id);
        const std::string expected =
            arrived.empty() ? std::string() : judge::timelineBody(id, arrived, SequenceScope::Interaction);
        if (body.toStdString() != expected)
            return different(id, body, expected);
    }
    qInfo("%zu of %zu events missing, each within one of %zu bands", missing, all, recorded->bands.size());
    if (missing == 0 || missing > all / 2)
        return QStringLiteral("%1 of %2 events are missing: that shows nothing").arg(missing).arg(all);
    return {};
}

} // namespace threadline::test
