// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/deliverywhole.h"

#include "core/base/hash.h"
#include "core/store/store.h"
#include "tests/delivery/readback.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <limits>
#include <utility>

namespace threadline::test {
namespace {

const QByteArray kBounded = "interaction_event";
const QByteArray kClassic = "genesys_interaction_events";
constexpr int kEventsOfOne = 23; ///< of a simulated interaction, about
constexpr int kLong = 1'800'000; ///< ms; far more than anything here takes

std::string keyOf(const std::string &interaction, const std::string &id) { return interaction + ' ' + id; }

QString told(const char *what, const std::string &key, int count)
{
    return QStringLiteral("%1: event %2, %3 times").arg(QLatin1String(what), QString::fromStdString(key)).arg(count);
}

/// Waits for `done`; what it waited for otherwise.
QString waitFor(const char *what, const std::function<bool()> &done, int ms = kLong)
{
    return QTest::qWaitFor(done, ms) ? QString() : QStringLiteral("it never came to this: ") + QLatin1String(what);
}

QString sentBy(Program &simulator)
{
    return waitFor("everything is sent", [&] { return simulator.said().contains(QLatin1String("Everything is sent")); });
}

/// So many events are durable, and have been delivered. It waits as long as there is any progress.
QString deliveredBy(const QString &rest, std::size_t events)
{
    constexpr int kNoProgress = 120'000;
    const auto figures = [&] {
        return std::pair(metric(rest, "threadline_store_events"), metric(rest, "threadline_outbox_rows"));
    };
    const std::pair<double, double> done(static_cast<double>(events), 0);
    std::pair<double, double> before;
    QElapsedTimer still;
    for (auto now = figures(); now != done; now = figures()) {
        if (now != before || !still.isValid())
            still.start();
        if (still.elapsed() > kNoProgress)
            return QStringLiteral("the store has %1 of %2 events, %3 wait for delivery; nothing changes").arg(now.first).arg(events).arg(now.second);
        before = now;
        QTest::qWait(20);
    }
    return {};
}

Result<std::unique_ptr<StoreReader>> readerOf(const QString &folder, std::unique_ptr<Store> &store)
{
    StoreOptions options;
    options.folder = folder.toStdString();
    options.readOnly = true;
    auto opened = Store::open(options);
    if (!opened)
        return fail(opened.error());
    store = std::move(*opened);
    return store->reader();
}

/// How often each event is in a store.
std::map<std::string, int> eventsInStore(const QString &folder, QString &wrong)
{
    std::map<std::string, int> found;
    std::map<InteractionKey, std::string> names;
    std::unique_ptr<Store> store;
    const auto reader = readerOf(folder, store);
    std::vector<std::pair<InteractionKey, std::string>> rows;
    const auto read = !reader ? Result<>(fail(reader.error()))
                              : (*reader)->eventsAfter(0, std::numeric_limits<int>::max(), [&](StoredEvent &&event) {
                                    rows.emplace_back(event.interaction, std::move(event.id));
                                    return true;
                                });
    if (!read)
        wrong = QString::fromStdString(read.error().message);
    for (const auto &[key, id] : rows) {
        if (!names.contains(key))
            names[key] = (*reader)->idOf(key).value_or(std::string());
        ++found[keyOf(names[key], id)];
    }
    return found;
}

QString unlike(const char *what, const std::map<std::string, int> &is, const std::map<std::string, int> &should)
{
    for (const auto &[key, count] : should) {
        const auto found = is.find(key);
        if (found == is.end() || found->second != count)
            return told(what, key, found == is.end() ? 0 : found->second);
    }
    for (const auto &[key, count] : is) {
        if (!should.contains(key))
            return told(what, key, count) + QStringLiteral(", and it is not to be there");
    }
    return {};
}

std::map<std::string, int> eventsInTruth(const QString &file)
{
    std::map<std::string, int> found;
    eachTrueEvent(file, [&](Event &&event) { found[keyOf(event.interaction.value, event.id.value)] = 1; });
    return found;
}

/// Ids of an interaction's events as REST has them; `answered` is false where it knows none.
std::vector<std::string> orderOf(const QString &rest, const std::string &interaction, bool &answered)
{
    const Reply reply = get(rest + QStringLiteral("/api/v2/timelines/") + QString::fromStdString(interaction));
    answered = reply.status == 200;
    std::vector<std::string> ids;
    const QJsonObject body = QJsonDocument::fromJson(reply.body).object();
    for (const QJsonValue &event : body[QLatin1String("events")].toArray())
        ids.push_back(event[QLatin1String("eventId")].toString().toStdString());
    return ids;
}

using Orders = std::map<std::string, std::vector<std::pair<std::int64_t, std::string>>>;

/// Points by interaction, sorted by Lamport time.
QString ordersIn(RealInflux &server, const QByteArray &measurement, const QByteArray &where, Orders &orders)
{
    orders.clear();
    QString wrong = eachEvent(server, measurement, where, [&](EventPoint &&point) {
        orders[std::move(point.interaction)].emplace_back(point.lamport, std::move(point.id));
    });
    for (auto &[id, events] : orders) {
        std::sort(events.begin(), events.end());
        const auto same = [](const auto &a, const auto &b) { return a.first == b.first; };
        if (wrong.isEmpty() && std::adjacent_find(events.begin(), events.end(), same) != events.end())
            wrong = QStringLiteral("interaction %1 has a Lamport time twice").arg(QString::fromStdString(id));
    }
    return wrong;
}

/// The first interaction that one of these addresses shows in another order.
QString outOfOrder(const Orders &orders, const QStringList &rests)
{
    for (const auto &[id, events] : orders) {
        std::vector<std::string> is;
        for (const auto &[lamport, event] : events)
            is.push_back(event);
        int known = 0;
        for (const QString &rest : rests) {
            bool answered = false;
            const std::vector<std::string> should = orderOf(rest, id, answered);
            known += answered ? 1 : 0;
            if (answered && is != should)
                return QStringLiteral("interaction %1 has %2 points, and %3 events over REST, or another order").arg(QString::fromStdString(id)).arg(is.size()).arg(should.size());
        }
        if (known == 0)
            return QStringLiteral("nobody knows interaction %1").arg(QString::fromStdString(id));
    }
    return {};
}

} // namespace

QStringList influxEnvironment(const RealInflux &server, const QString &folder, const QByteArray &token, const QByteArray &bucket)
{
    QStringList variables{QStringLiteral("TSDB_URL=") + QString::fromUtf8(server.url()),
                          QStringLiteral("TSDB_BUCKET=") + QString::fromUtf8(bucket.isEmpty() ? server.bucket() : bucket)};
    if (token.isEmpty())
        return variables;
    QFile file(folder + QStringLiteral(".token"));
    if (!file.open(QIODevice::WriteOnly))
        qFatal("%s", qPrintable(file.errorString()));
    file.write(token + '\n');
    return variables + QStringList{QStringLiteral("TSDB_TOKEN_FILE=") + file.fileName(), QStringLiteral("TSDB_ORG=") + QString::fromUtf8(server.org())};
}

std::unique_ptr<Program> collectorOf(const QString &source, const QString &folder, const QStringList &environment)
{
    return std::make_unique<Program>(QStringLiteral("threadline-collector"),
                                     QStringList{QStringLiteral("--listen=127.0.0.1:0"), QStringLiteral("--data-dir=") + folder},
                                     demoEnvironment(source) + environment);
}

std::map<std::string, int> eventsInBucket(RealInflux &server, const QByteArray &measurement, QString &wrong)
{
    std::map<std::string, int> found;
    wrong = eachEvent(server, measurement, {}, [&](EventPoint &&point) { ++found[keyOf(point.interaction, point.id)]; });
    return found;
}

QString differsFromTruth(RealInflux &server, const QByteArray &measurement, const QString &truthFile)
{
    QString wrong;
    const auto bucket = eventsInBucket(server, measurement, wrong);
    const auto truth = eventsInTruth(truthFile);
    if (truth.empty())
        return QStringLiteral("there is no truth");
    return wrong.isEmpty() ? unlike("the bucket", bucket, truth) : wrong;
}

namespace {

constexpr int kEventsOfLife = 1500; ///< from one kill to the next, on average
constexpr int kAfterTheLast = 300;  ///< interactions behind the last kill
constexpr int kSeenAtMost = 200;

/// Collector and server that come and go.
class Killing {
public:
    Killing(RealInflux &server, const Kills &kills, const QString &folder)
        : m_server(server), m_kills(kills), m_folder(folder), m_truth(folder + QStringLiteral(".truth")), m_random(kills.seed),
          m_simulator(QStringLiteral("threadline-simulator"),
                      simulated(m_truth, {QStringLiteral("--duplicate=0.1"), QStringLiteral("--shuffle=64"), QStringLiteral("--disconnect-every=200"),
                                          QStringLiteral("--replay=5000")}))
    {}
    [[nodiscard]] QString run();

private:
    /// The same events each time, whatever the faults.
    [[nodiscard]] QStringList simulated(const QString &truth, const QStringList &more) const
    {
        const int interactions = (m_kills.collector + 1) * kEventsOfLife / kEventsOfOne + kAfterTheLast;
        return QStringList{QStringLiteral("--port=0"), QStringLiteral("--rate=3000"), QStringLiteral("--concurrent=100"),
                           QStringLiteral("--seed=%1").arg(m_kills.seed), QStringLiteral("--interactions=%1").arg(interactions),
                           QStringLiteral("--truth=") + truth}
            + more;
    }
    [[nodiscard]] QString life(int number, const QString &rest);
    [[nodiscard]] QString upTo(const QString &rest, double stored);
    [[nodiscard]] QString look(const QString &rest);
    [[nodiscard]] QString lives();
    [[nodiscard]] QString end();
    [[nodiscard]] QString whatCame();
    [[nodiscard]] QString again();
    [[nodiscard]] bool serverFalls(int number) const
    {
        return (number + 1) * m_kills.server / m_kills.collector > number * m_kills.server / m_kills.collector;
    }

    RealInflux &m_server;
    const Kills m_kills;
    const QString m_folder, m_truth;
    QRandomGenerator m_random;
    Program m_simulator;
    Seen m_seen;                      ///< of the newest, to be looked at again after each start
    std::set<std::string> m_everSeen; ///< over REST
    bool m_down = false;              ///< the server is
    int m_fallen = 0;
    int m_underLoad = 0; ///< kills of the collector before everything was sent
    std::size_t m_before = 0; ///< events in the store behind the last kill
};

QString Killing::look(const QString &rest)
{
    const QString wrong = watch(rest, m_seen, 1);
    for (const auto &[interaction, events] : m_seen) {
        for (const QString &event : events)
            m_everSeen.insert(keyOf(interaction.toStdString(), event.toStdString()));
    }
    while (m_seen.size() > kSeenAtMost)
        m_seen.erase(std::next(m_seen.begin(), m_random.bounded(static_cast<int>(m_seen.size()))));
    return wrong;
}

/// Looks on until so many have been stored in all; what came while it last looked makes the next life shorter.
QString Killing::upTo(const QString &rest, double stored)
{
    QElapsedTimer timer;
    timer.start();
    while (metric(rest, "threadline_store_events") < stored) {
        if (const QString wrong = look(rest); !wrong.isEmpty())
            return wrong;
        if (timer.elapsed() > kLong / 10)
            return QStringLiteral("nothing comes any more: ") + m_simulator.said().right(300);
    }
    return {};
}

QString Killing::life(int number, const QString &rest)
{
    if (m_down) { // it fell in the life before
        m_down = false;
        if (const auto problem = m_server.restart())
            return *problem;
    }
    int at[3];
    for (int &stored : at)
        stored = number * kEventsOfLife + m_random.bounded(kEventsOfLife);
    std::sort(std::begin(at), std::end(at));
    QString begun = look(rest);
    if (begun.isEmpty())
        begun = upTo(rest, at[0]);
    if (!begun.isEmpty())
        return begun;
    if (serverFalls(number)) {
        m_server.kill9();
        m_down = true;
        ++m_fallen;
    }
    if (QString wrong = upTo(rest, at[1]); !wrong.isEmpty())
        return wrong;
    if (m_down && m_random.bounded(2) == 0) {
        m_down = false;
        if (const auto problem = m_server.restart())
            return *problem;
    }
    return upTo(rest, at[2]);
}

QString Killing::run()
{
    for (const auto step : {&Killing::lives, &Killing::end, &Killing::whatCame, &Killing::again}) {
        if (QString wrong = (this->*step)(); !wrong.isEmpty())
            return wrong;
    }
    qInfo("%d kills of the collector, %d of them under load, %d of the server: %zu events in the store and the bucket, each once, all %zu that were seen "
          "over REST among them; with those that the kills took from the wire, the truth",
          m_kills.collector, m_underLoad, m_fallen, m_before, m_everSeen.size());
    const bool enough = !m_everSeen.empty() && m_fallen == m_kills.server && m_underLoad > m_kills.collector / 2;
    return enough ? QString() : QStringLiteral("too little was seen or killed: that shows nothing");
}

QString Killing::lives()
{
    const QString source = m_simulator.address();
    const QStringList environment = influxEnvironment(m_server, m_folder, m_server.token());
    for (int n = 0; n < m_kills.collector; ++n) {
        const auto collector = collectorOf(source, m_folder, environment);
        const QString rest = collector->address();
        if (!rest.startsWith(QLatin1String("http")))
            return QStringLiteral("start %1: ").arg(n) + rest;
        QString wrong = stillThere(rest, m_seen);
        if (wrong.isEmpty())
            wrong = life(n, rest);
        if (!wrong.isEmpty())
            return QStringLiteral("after %1 kills: ").arg(n) + wrong;
        collector->kill9();
        m_underLoad += m_simulator.said().contains(QLatin1String("Everything is sent")) ? 0 : 1;
        wrong = databaseProblem(m_folder);
        if (!wrong.isEmpty())
            return QStringLiteral("database after kill %1: ").arg(n + 1) + wrong;
    }
    return {};
}

/// The rest of the feed, and an end that is no kill.
QString Killing::end()
{
    if (std::exchange(m_down, false)) {
        if (const auto problem = m_server.restart())
            return *problem;
    }
    const auto collector = collectorOf(m_simulator.address(), m_folder, influxEnvironment(m_server, m_folder, m_server.token()));
    const QString rest = collector->address();
    QString wrong = sentBy(m_simulator);
    if (wrong.isEmpty())
        wrong = look(rest);
    if (wrong.isEmpty() && collector->terminate(kEndsWithin) != 0)
        wrong = QStringLiteral("the collector does not end well: ") + collector->said().right(1000);
    return wrong;
}

/// Without a source: everything that was ever seen is in the store, and the bucket has what the store has, each once.
QString Killing::whatCame()
{
    if (QString wrong = databaseProblem(m_folder); !wrong.isEmpty())
        return wrong;
    QString wrong;
    const auto store = eventsInStore(m_folder, wrong);
    if (!wrong.isEmpty())
        return wrong;
    for (const std::string &key : m_everSeen) {
        if (!store.contains(key))
            return told("the store has lost what was seen", key, 0);
    }
    const auto collector = collectorOf(QStringLiteral("http://127.0.0.1:9"), m_folder, influxEnvironment(m_server, m_folder, m_server.token()));
    const QString rest = collector->address();
    if (wrong = deliveredBy(rest, store.size()); wrong.isEmpty() && metric(rest, "threadline_dead_letters") != 0)
        wrong = QStringLiteral("there are dead letters");
    if (!wrong.isEmpty())
        return wrong + QLatin1Char('\n') + collector->said().right(1000);
    const auto bucket = eventsInBucket(m_server, kBounded, wrong);
    m_before = store.size();
    return wrong.isEmpty() ? unlike("the bucket", bucket, store) : wrong;
}

/// A source that sends everything once more gives back what was on the wire at a kill, and nothing a second time.
QString Killing::again()
{
    const QString truth = m_truth + QStringLiteral(".again");
    Program simulator(QStringLiteral("threadline-simulator"), simulated(truth, {QStringLiteral("--speed=1000")}));
    const auto collector = collectorOf(simulator.address(), m_folder, influxEnvironment(m_server, m_folder, m_server.token()));
    QString wrong = sentBy(simulator);
    const auto all = eventsInTruth(m_truth);
    if (wrong.isEmpty() && all != eventsInTruth(truth))
        wrong = QStringLiteral("the simulator did not send the same once more");
    if (wrong.isEmpty())
        wrong = deliveredBy(collector->address(), all.size());
    if (wrong.isEmpty() && collector->terminate(kEndsWithin) != 0)
        wrong = QStringLiteral("the collector does not end well");
    if (!wrong.isEmpty())
        return wrong + QLatin1Char('\n') + collector->said().right(1000);
    const auto store = eventsInStore(m_folder, wrong);
    if (wrong.isEmpty())
        wrong = databaseProblem(m_folder);
    if (wrong.isEmpty())
        wrong = unlike("the store", store, all);
    return wrong.isEmpty() ? differsFromTruth(m_server, kBounded, m_truth) : wrong;
}

} // namespace

QString killBoth(RealInflux &server, const Kills &kills, const QString &folder) { return Killing(server, kills, folder).run(); }

QString twoCollectors(RealInflux &server, int interactions, quint32 seed, const QString &folder)
{
    const QStringList faults[] = {{QStringLiteral("--shuffle=64"), QStringLiteral("--disconnect-every=150"), QStringLiteral("--replay=100")},
                                  {QStringLiteral("--shuffle=512"), QStringLiteral("--bad=0.02")}};
    std::vector<std::unique_ptr<Program>> simulators, collectors;
    QStringList rests, truths, folders;
    for (int n = 0; n < 2; ++n) {
        folders += folder + QString::number(n);
        truths += folders[n] + QStringLiteral(".truth");
        simulators.push_back(std::make_unique<Program>(
            QStringLiteral("threadline-simulator"),
            faults[n] + QStringList{QStringLiteral("--port=0"), QStringLiteral("--rate=0"), QStringLiteral("--concurrent=50"),
                                    QStringLiteral("--seed=%1").arg(seed), QStringLiteral("--fault-seed=%1").arg(seed + static_cast<quint32>(n) + 1),
                                    QStringLiteral("--interactions=%1").arg(n == 0 ? interactions : interactions * 2 / 3),
                                    QStringLiteral("--truth=") + truths[n], QStringLiteral("--duplicate=0.3"), QStringLiteral("--skew=60")}));
    }
    for (int n = 0; n < 2; ++n) {
        collectors.push_back(collectorOf(simulators[static_cast<std::size_t>(n)]->address(), folders[n], influxEnvironment(server, folders[n], server.token())));
        rests += collectors.back()->address();
    }
    for (int n = 0; n < 2; ++n) {
        QString wrong = sentBy(*simulators[static_cast<std::size_t>(n)]);
        if (wrong.isEmpty())
            wrong = deliveredBy(rests[n], eventsInTruth(truths[n]).size());
        if (!wrong.isEmpty())
            return wrong + collectors[static_cast<std::size_t>(n)]->said().right(1000);
    }
    if (QString wrong = differsFromTruth(server, kBounded, truths[0]); !wrong.isEmpty())
        return wrong;
    const auto first = eventsInTruth(truths[0]), second = eventsInTruth(truths[1]);
    if (second.empty() || second.size() >= first.size()
        || !std::includes(first.begin(), first.end(), second.begin(), second.end()))
        return QStringLiteral("the feeds do not overlap as they should");
    QString wrong;
    Orders orders;
    const auto isSettled = [&] {
        wrong = ordersIn(server, kBounded, {}, orders);
        if (wrong.isEmpty())
            wrong = outOfOrder(orders, rests);
        return wrong.isEmpty();
    };
    if (!QTest::qWaitFor(isSettled, 60'000))
        return wrong;
    for (const auto &collector : collectors) {
        if (collector->terminate(kEndsWithin) != 0)
            return QStringLiteral("a collector does not end well");
    }
    const Orders before = orders;
    if (wrong = ordersIn(server, kBounded, {}, orders); wrong.isEmpty() && orders != before)
        wrong = QStringLiteral("the order changed once more");
    if (wrong.isEmpty())
        wrong = differsFromTruth(server, kBounded, truths[0]);
    if (wrong.isEmpty())
        qInfo("two collectors, %zu and %zu events: %zu in the bucket, each once, %zu interactions in canonical order", first.size(), second.size(),
              first.size(), orders.size());
    return wrong;
}

namespace {

/// What must be in the bucket of an interaction, whatever the order.
struct Content {
    std::uint64_t sum = 0;
    int count = 0;
    void add(std::string_view id)
    {
        sum += hash64(id);
        ++count;
    }
    friend bool operator==(const Content &, const Content &) = default;
};

std::map<std::string, Content> contentsOf(const QString &truth)
{
    std::map<std::string, Content> contents;
    eachTrueEvent(truth, [&](Event &&event) { contents[event.interaction.value].add(event.id.value); });
    return contents;
}

/// Conditions that part the events so that an interaction's are together.
QList<QByteArray> slicesOf(bool classic)
{
    QList<QByteArray> slices;
    for (int n = 0; n < (classic ? 256 : 64); ++n) {
        const QByteArray hex = QByteArray::number(n, 16).rightJustified(2, '0');
        slices.append(classic ? "interactionId =~ /^" + hex + "/" : "\"part\" = '" + hex + "'");
    }
    return slices;
}

/// The slices one after the other, so that memory holds but one. `contents` is emptied.
QString comparedInSlices(RealInflux &server, bool classic, const QString &rest, std::map<std::string, Content> contents, std::size_t &events)
{
    for (const QByteArray &slice : slicesOf(classic)) {
        QString wrong;
        Orders orders;
        const auto isSettled = [&] {
            wrong = ordersIn(server, classic ? kClassic : kBounded, slice, orders);
            if (wrong.isEmpty())
                wrong = outOfOrder(orders, {rest});
            return wrong.isEmpty();
        };
        if (!QTest::qWaitFor(isSettled, 300'000))
            return wrong;
        for (const auto &[id, points] : orders) {
            Content is;
            for (const auto &[lamport, event] : points)
                is.add(event);
            const auto should = contents.find(id);
            if (should == contents.end() || should->second != is)
                return QStringLiteral("interaction %1 has %2 points that are not the truth").arg(QString::fromStdString(id)).arg(is.count);
            events += points.size();
            contents.erase(should);
        }
    }
    return contents.empty() ? QString() : QStringLiteral("%1 interactions are not in the bucket").arg(contents.size());
}

} // namespace

QString manyEvents(RealInflux &server, bool one, bool classic, int events, const QString &folder)
{
    QElapsedTimer timer;
    timer.start();
    const QString truth = folder + QStringLiteral(".truth");
    Program simulator(QStringLiteral("threadline-simulator"),
                      {QStringLiteral("--port=0"), QStringLiteral("--rate=0"), QStringLiteral("--seed=77"), QStringLiteral("--truth=") + truth,
                       QStringLiteral("--interactions=%1").arg(events / kEventsOfOne), QStringLiteral("--shuffle=64"), QStringLiteral("--duplicate=0.05")});
    const auto collector = collectorOf(simulator.address(), folder,
                                       influxEnvironment(server, folder, one ? QByteArray() : server.token())
                                           + QStringList{classic ? QStringLiteral("THREADLINE_TSDB_SCHEMA=classic") : QStringLiteral("THREADLINE_TSDB_SCHEMA=bounded")});
    const QString rest = collector->address();
    QString wrong = sentBy(simulator);
    std::size_t all = 0, found = 0, counted = 0;
    auto contents = contentsOf(truth);
    for (const auto &[id, content] : contents)
        all += static_cast<std::size_t>(content.count);
    const std::size_t interactions = contents.size();
    if (wrong.isEmpty())
        wrong = deliveredBy(rest, all);
    if (!wrong.isEmpty())
        return wrong + collector->said().right(1000);
    const double delivered = static_cast<double>(timer.elapsed()) / 1000;
    wrong = comparedInSlices(server, classic, rest, std::move(contents), found);
    // It looks into every series, of which the classic schema has one an event.
    const QByteArray question = encoded({{"db", server.bucket()}, {"q", "SELECT count(eventId) FROM " + (classic ? kClassic : kBounded)}});
    const PlainAnswer count = send({"POST", server.url() + "/query", server.authorization() + QList<QByteArray>{"Content-Type: application/x-www-form-urlencoded"},
                                    question, std::chrono::minutes(5)});
    QString counting = eachSeries(count.body, [&](const QJsonObject &series) { counted = static_cast<std::size_t>(series[QLatin1String("values")][0][1].toInteger()); });
    if (wrong.isEmpty())
        wrong = counting;
    if (wrong.isEmpty() && (counted != found || metric(rest, "threadline_delivered_total") != static_cast<double>(found)))
        wrong = QStringLiteral("the bucket counts %1 events, %2 were compared").arg(counted).arg(found);
    if (wrong.isEmpty())
        qInfo("%s %s: %zu events of %zu interactions, each once and in the order of REST; delivered after %.1f s, compared after %.1f s", one ? "1.6.7" : "2.9.1",
              classic ? "classic" : "bounded", found, interactions, delivered, static_cast<double>(timer.elapsed()) / 1000);
    return wrong;
}

} // namespace threadline::test
