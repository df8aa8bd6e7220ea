// SPDX-License-Identifier: GPL-3.0-or-later
/// The dashboard for Grafana: it is well made, each of its queries is answered by real servers as the truth says, and what is put into
/// its text box is only ever compared.
#include "core/influx/points.h"
#include "tests/delivery/rig.h"
#include "tests/grafana/dashboard.h"
#include "tests/grafana/figures.h"
#include "tests/support/influxserver.h"
#include "tests/support/judge.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QRect>
#include <QSet>
#include <QTest>

using namespace threadline;
using namespace threadline::test;

namespace {

// Full of what has a meaning in expressions, quotations and the line protocol.
const char kOddId[] = R"(o'dd/one.*+?^$|[1]{2}(3)\4 "é", a=b)";
const char kOddQueue[] = R"(Tom's "A/B" (x)|y)";
const char kImported[] = "imported-1";
const QStringList kAll{QStringLiteral("$__all")};

QString text(const QJsonValue &value) { return value.toString(); }

QJsonObject object(const QJsonObject &in, const char *name) { return in.value(QLatin1String(name)).toObject(); }

std::string iso(Timestamp time)
{
    std::string out;
    appendTimestamp(out, time);
    return out;
}

std::string json(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString(); }

/// Of the agent that joins the odd interaction and stays.
QJsonObject oddEvent(const char *type, Timestamp time)
{
    const QJsonObject data{{"interactionId", QString::fromUtf8(kOddId)}, {"participantId", "p-1"}, {"channelId", "c-1"}, {"purpose", "agent"},
        {"mediaType", "chat"}, {"state", "talking"}, {"name", QStringLiteral("Zoë \"Z\" O'Neil")}, {"userId", "u-1"}, {"queueName", kOddQueue}};
    return {{"type", type}, {"timestamp", QString::fromStdString(iso(time))}, {"data", data}};
}

/// Open; long enough for its last events to say that much time has passed since all the others.
std::vector<std::string> oddEvents(Timestamp from)
{
    std::vector<std::string> out;
    const auto add = [&](QJsonObject event, const QString &id) {
        if (!id.isEmpty())
            event[QLatin1String("id")] = id;
        event[QLatin1String("sequence")] = static_cast<int>(out.size()) + 1;
        out.push_back(json(event));
    };
    const auto time = [&] { return from + Duration::millis(10 * static_cast<std::int64_t>(out.size())); };
    add(oddEvent("interaction-participant-joined", time()), QStringLiteral("odd-0"));
    for (int i = 1; i <= 110; ++i)
        add(oddEvent("interaction-updated", time()), QStringLiteral("odd-%1").arg(i));
    add(oddEvent("teleported", time()), QStringLiteral("odd-t"));
    add(oddEvent("interaction-updated", time()), {}); // without an id: marked
    QJsonObject longest = oddEvent("interaction-updated", time());
    longest[QLatin1String("note")] = QString(70'000, QLatin1Char('x'));
    add(longest, QStringLiteral("odd-l"));
    return out;
}

sim::Options calls()
{
    sim::Options options;
    options.seed = 11;
    options.interactions = 60;
    options.concurrent = 6;
    options.rate = 0;
    options.faults.duplicate = 0.2;
    options.faults.shuffle = 32;
    options.faults.skew = Duration::millis(900);
    options.faultSeed = 11;
    return options;
}

/// As another machine writes what it has imported; no engine is needed for that. And an event of the odd one with every field, as one is
/// written that took another's place: what is empty counts as absent.
std::string furtherLines(const std::vector<Event> &events, const std::vector<Event> &odd)
{
    std::string out;
    (void)influx::appendEvent(out, odd.front(), judge::lamport(judge::canonical(odd, SequenceScope::Interaction)).front(),
                              {influx::Schema::Bounded, true, 0, true}).value();
    const std::vector<std::int64_t> lamport = judge::lamport(events);
    for (std::size_t i = 0; i < events.size(); ++i)
        (void)influx::appendEvent(out, events[i], lamport[i], {}).value();
    Summary summary = judge::summary(events, SequenceScope::Interaction, events.back().time + Duration::seconds(3600));
    summary.interaction.value = kImported;
    (void)influx::appendIndex(out, summary, influx::Phase::Started, true, 0).value();
    (void)influx::appendIndex(out, summary, influx::Phase::Ended, true, 0).value();
    (void)influx::appendLocator(out, summary, 0).value();
    return out;
}

std::vector<Event> importedEvents(Timestamp from)
{
    std::vector<Event> out;
    for (const char *type : {"interaction-participant-joined", "interaction-participant-left"}) {
        QJsonObject event = oddEvent(type, from + Duration::millis(static_cast<std::int64_t>(out.size()) * 40'123));
        QJsonObject data = event.value(QLatin1String("data")).toObject();
        data[QLatin1String("interactionId")] = kImported;
        event[QLatin1String("data")] = data;
        event[QLatin1String("id")] = QLatin1String(type);
        out.push_back(decoded(json(event)));
        out.back().provenance = Provenance::Import;
    }
    return out;
}

} // namespace

class TestGrafana : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void dashboardIsWellMade();
    void panelsLieBesideEachOther();
    void panelsSayWhatTheyShow();
    void variablesAreDefinedUsedAndEscaped();
    void everyQueryIsTrue_data();
    void everyQueryIsTrue();

private:
    void useBucket(RealInflux &server, bool withToken, const QByteArray &name);
    void fill(RealInflux &server, bool withToken);
    void youngBucketIsNoError(RealInflux &server, bool withToken);
    void compare(const View &view);
    void compareVariables(const View &view);
    void locatorLeadsToAllEvents(View view);
    [[nodiscard]] QList<AnswerSeries> answerTo(const QString &key, const View &view) const;
    void textIsOnlyCompared(RealInflux &server, const View &view);
    [[nodiscard]] QByteArray asked(const QString &query) const;
    [[nodiscard]] QList<View> views() const;

    const Dashboard m_dashboard;
    QByteArray m_url, m_bucket;
    QList<QByteArray> m_reader; ///< who may only read
    Truth m_truth;
    std::unique_ptr<TrueFigures> m_figures;
    QSet<QString> m_shown; ///< queries that have shown something
};

void TestGrafana::dashboardIsWellMade()
{
    const QJsonObject &json = m_dashboard.json();
    QVERIFY(json.value(QLatin1String("schemaVersion")).toInt() >= 36);
    QVERIFY(json.contains(QLatin1String("id")) && json.value(QLatin1String("id")).isNull());
    QVERIFY(!text(json.value(QLatin1String("title"))).isEmpty() && !text(json.value(QLatin1String("uid"))).isEmpty());
    const QJsonArray inputs = json.value(QLatin1String("__inputs")).toArray();
    QCOMPARE(inputs.size(), 1);
    QCOMPARE(text(inputs.first().toObject().value(QLatin1String("pluginId"))), QStringLiteral("influxdb"));
    QCOMPARE(text(inputs.first().toObject().value(QLatin1String("type"))), QStringLiteral("datasource"));
    const QJsonObject source{{"type", "influxdb"}, {"uid", "${" + text(inputs.first().toObject().value(QLatin1String("name"))) + '}'}};
    QSet<QString> kinds;
    for (const QJsonObject &panel : m_dashboard.panels()) {
        if (text(panel.value(QLatin1String("type"))) != QLatin1String("row"))
            kinds.insert(text(panel.value(QLatin1String("type"))));
        if (panel.contains(QLatin1String("targets")))
            QCOMPARE(object(panel, "datasource"), source);
    }
    for (const Target &target : m_dashboard.targets()) {
        QCOMPARE(object(target.json, "datasource"), source);
        QVERIFY2(target.json.value(QLatin1String("rawQuery")).toBool(), qPrintable(target.key()));
        QVERIFY2(target.isTable() == (text(target.panel.value(QLatin1String("type"))) == QLatin1String("table")), qPrintable(target.key()));
    }
    for (const QJsonObject &variable : m_dashboard.variables()) {
        if (text(variable.value(QLatin1String("type"))) == QLatin1String("query"))
            QCOMPARE(object(variable, "datasource"), source);
    }
    QSet<QString> required;
    for (const QJsonValue &one : json.value(QLatin1String("__requires")).toArray()) {
        if (text(one.toObject().value(QLatin1String("type"))) == QLatin1String("panel"))
            required.insert(text(one.toObject().value(QLatin1String("id"))));
    }
    QCOMPARE(kinds, required);
}

void TestGrafana::panelsLieBesideEachOther()
{
    QSet<int> ids;
    QSet<QString> titles;
    QList<QRect> places;
    for (const QJsonObject &panel : m_dashboard.panels()) {
        const QString title = text(panel.value(QLatin1String("title")));
        QVERIFY2(!ids.contains(panel.value(QLatin1String("id")).toInt()) && !titles.contains(title), qPrintable(title));
        ids.insert(panel.value(QLatin1String("id")).toInt());
        titles.insert(title);
        const QJsonObject at = object(panel, "gridPos");
        const QRect place(at.value(QLatin1String("x")).toInt(-1), at.value(QLatin1String("y")).toInt(-1), at.value(QLatin1String("w")).toInt(),
                          at.value(QLatin1String("h")).toInt());
        QVERIFY2(place.isValid() && place.x() >= 0 && place.y() >= 0 && place.x() + place.width() <= 24, qPrintable(title));
        for (const QRect &other : places)
            QVERIFY2(!place.intersects(other), qPrintable(title));
        places += place;
    }
    QVERIFY(places.size() > 20);
}

void TestGrafana::panelsSayWhatTheyShow()
{
    for (const QJsonObject &panel : m_dashboard.panels()) {
        const QString type = text(panel.value(QLatin1String("type"))), title = text(panel.value(QLatin1String("title")));
        QVERIFY(!title.isEmpty());
        if (type == QLatin1String("row"))
            continue;
        const QString description = text(panel.value(QLatin1String("description")));
        QVERIFY2(description.size() >= 50 && Dashboard::used(description).isEmpty(), qPrintable(title)); // Grafana would put values in
        if (type == QLatin1String("text"))
            continue;
        QVERIFY2(!panel.value(QLatin1String("targets")).toArray().isEmpty(), qPrintable(title));
        const QJsonObject defaults = object(object(panel, "fieldConfig"), "defaults");
        if (type != QLatin1String("table")) // their columns are looked at where there are answers
            QVERIFY2(!text(defaults.value(QLatin1String("unit"))).isEmpty(), qPrintable(title));
        // No colour means anything by itself: none changes with the value.
        QVERIFY2(object(defaults, "thresholds").value(QLatin1String("steps")).toArray().size() == 1, qPrintable(title));
        if (type == QLatin1String("stat"))
            QCOMPARE(text(object(panel, "options").value(QLatin1String("colorMode"))), QStringLiteral("none"));
        if (type == QLatin1String("timeseries"))
            QVERIFY2(object(object(panel, "options"), "legend").value(QLatin1String("showLegend")).toBool(), qPrintable(title));
    }
}

void TestGrafana::variablesAreDefinedUsedAndEscaped()
{
    QSet<QString> defined, usedInQueries;
    for (const QJsonObject &variable : m_dashboard.variables()) {
        defined.insert(text(variable.value(QLatin1String("name"))));
        QVERIFY(!text(variable.value(QLatin1String("description"))).isEmpty());
    }
    QCOMPARE(defined, (QSet<QString>{QStringLiteral("media"), QStringLiteral("queue"), QStringLiteral("every"), QStringLiteral("interaction")}));
    QVERIFY(!defined.contains(QStringLiteral("interval"))); // the plugin's own
    QStringList queries;
    for (const Target &target : m_dashboard.targets()) {
        QVERIFY2(target.query().contains(QLatin1String("$timeFilter")) || target.query().contains(QLatin1String("\"interaction_locator\"")),
                 qPrintable(target.key()));
        // Where nothing is counted there is a 0, not a line from here to there.
        const bool counts = target.query().startsWith(QLatin1String("SELECT count(")) && target.query().contains(QLatin1String("GROUP BY time("));
        QVERIFY2(counts == target.query().contains(QLatin1String("fill(0)")), qPrintable(target.key()));
        queries += target.query();
    }
    for (const QJsonObject &variable : m_dashboard.variables()) {
        if (text(variable.value(QLatin1String("type"))) == QLatin1String("query"))
            queries += text(variable.value(QLatin1String("query")));
    }
    const QStringList macros{QStringLiteral("timeFilter:"), QStringLiteral("__interval:")};
    for (const QString &query : queries) {
        for (const QString &used : Dashboard::used(query)) {
            if (macros.contains(used))
                continue;
            const QString name = used.section(QLatin1Char(':'), 0, 0);
            QVERIFY2(defined.contains(name) && used == name + QLatin1String(":regex"), qPrintable(used + QLatin1String(" in ") + query));
            usedInQueries.insert(name);
        }
    }
    QCOMPARE(usedInQueries, defined);
    // Links, aliases, texts: what they name is there.
    const QString whole = QString::fromUtf8(QJsonDocument(m_dashboard.json()).toJson());
    for (const QString &used : Dashboard::used(whole)) {
        const QString name = used.section(QLatin1Char(':'), 0, 0);
        const bool grafanas = name.startsWith(QLatin1String("__")) || name.startsWith(QLatin1String("tag_")) || name == QLatin1String("timeFilter");
        QVERIFY2(defined.contains(name) || grafanas || name == QLatin1String("DS_THREADLINE"), qPrintable(used));
    }
}

void TestGrafana::everyQueryIsTrue_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("InfluxDB 2.9.1") << int(RealInflux::Kind::V2);
    QTest::newRow("InfluxDB 1.6.7") << int(RealInflux::Kind::V1);
}

void TestGrafana::everyQueryIsTrue()
{
    QFETCH(int, kind);
    const auto what = static_cast<RealInflux::Kind>(kind);
    if (const auto reason = RealInflux::unavailable(what))
        QSKIP(qPrintable(*reason));
    RealInflux server(what);
    const auto problem = server.start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    const bool withToken = what == RealInflux::Kind::V2;
    youngBucketIsNoError(server, withToken);
    if (QTest::currentTestFailed())
        return;
    useBucket(server, withToken, server.bucket());
    fill(server, withToken);
    if (QTest::currentTestFailed())
        return;
    m_shown.clear();
    for (const View &view : views()) {
        compare(view);
        compareVariables(view);
        if (QTest::currentTestFailed())
            return;
    }
    for (const Target &target : m_dashboard.targets())
        QVERIFY2(m_shown.contains(target.key()), qPrintable(target.key() + QLatin1String(" never showed anything")));
    for (const View &view : views().mid(0, 3))
        locatorLeadsToAllEvents(view);
    textIsOnlyCompared(server, views().first());
}

/// Questions come from one who may only read it.
void TestGrafana::useBucket(RealInflux &server, bool withToken, const QByteArray &name)
{
    m_url = server.url();
    m_bucket = name;
    m_reader.clear();
    if (withToken)
        m_reader = {"Authorization: Token " + server.createReader(name)};
}

/// Nothing is there yet; then one event and its interaction, so that most fields have never been written.
void TestGrafana::youngBucketIsNoError(RealInflux &server, bool withToken)
{
    QVERIFY(!server.createBucket("young"));
    useBucket(server, withToken, "young");
    const Event event = decoded(R"({"id":"e","type":"interaction-updated","timestamp":"2031-01-04T10:00:00.250Z","data":{"interactionId":"i"}})");
    View view;
    view.from = event.time.us / 1000 - 600'000;
    view.to = event.time.us / 1000 + 600'000;
    view.values = {{"media", kAll}, {"queue", kAll}, {"every", {"5m"}}, {"interaction", {"i"}}};
    m_figures = std::make_unique<TrueFigures>(Truth());
    compare(view);
    if (QTest::currentTestFailed())
        return;
    std::string lines;
    Summary summary = judge::summary({event}, SequenceScope::Interaction, event.time);
    summary.interaction = event.interaction;
    QVERIFY(influx::appendEvent(lines, event, event.time.us, {}) && influx::appendIndex(lines, summary, influx::Phase::Started, true, 0)
            && influx::appendLocator(lines, summary, 0));
    QCOMPARE(server.write(QByteArray::fromStdString(lines), "young").status, 204);
    m_figures = std::make_unique<TrueFigures>(Truth{{"i", {event}}});
    m_shown.clear();
    compare(view);
    QVERIFY(m_shown.contains(QStringLiteral("Its events/A")) && !m_shown.contains(QStringLiteral("With an oddity/A")));
}

void TestGrafana::fill(RealInflux &server, bool withToken)
{
    DeliveryRig rig;
    rig.options.timeout = Duration::seconds(20);
    m_truth = feed(*rig.harness, calls());
    Timestamp last;
    for (const auto &[id, events] : m_truth) {
        for (const Event &event : events)
            last = std::max(last, event.time);
    }
    for (const std::string &event : oddEvents(last + Duration::seconds(3600))) {
        rig.harness->message("{\"events\":[" + event + "]}");
        m_truth[kOddId].push_back(decoded(event));
    }
    rig.harness->drain();
    // An hour of the source has passed: all but the odd one have ended. Only then is anything written, so the index is not behind.
    const auto open = [&] {
        QStringList out;
        for (const Summary &s : rig.harness->list()) {
            if (!s.end)
                out += QString::fromStdString(s.interaction.value);
        }
        return out;
    };
    QTRY_COMPARE(open(), QStringList{QString::fromUtf8(kOddId)});
    rig.deliver(server.url(), withToken ? server.token() : QByteArray());
    QVERIFY(rig.settled());
    m_truth[kImported] = importedEvents(last + Duration::seconds(1200));
    QCOMPARE(server.write(QByteArray::fromStdString(furtherLines(m_truth[kImported], m_truth[kOddId]))).status, 204);
    m_figures = std::make_unique<TrueFigures>(m_truth);
}

/// Everything; some of it; a part of the time.
QList<View> TestGrafana::views() const
{
    Timestamp first = kLatestTime, last;
    std::vector<Timestamp> starts;
    const std::string *longest = &m_truth.begin()->first;
    for (const auto &[id, summary] : m_figures->summaries()) {
        first = std::min(first, summary.start);
        last = std::max(last, summary.lastEventAt);
        starts.push_back(summary.start);
        if (id != kOddId && summary.count > m_figures->summaries().at(*longest).count)
            longest = &id;
    }
    std::sort(starts.begin(), starts.end());
    View all;
    all.from = first.us / 1000;
    all.to = last.us / 1000 + 1;
    all.values = {{"media", kAll}, {"queue", kAll}, {"every", {"15m"}}, {"interaction", {QString::fromUtf8(kOddId)}}};
    View some = all;
    QStringList queues = m_figures->queues(all);
    some.values["media"] = {QStringLiteral("voice"), QStringLiteral("chat")};
    some.values["queue"] = {QString::fromUtf8(kOddQueue), queues.first(), queues.last()};
    some.values["every"] = {QStringLiteral("5m")};
    some.values["interaction"] = {QString::fromStdString(*longest)};
    View one = all;
    one.values["media"] = {QStringLiteral("voice")};
    one.values["queue"] = {queues.first()};
    one.values["interaction"] = {QString::fromUtf8(kImported)};
    View part = all;
    part.from = starts[starts.size() / 3].us / 1000;
    part.to = starts[starts.size() / 2].us / 1000;
    part.interval = QStringLiteral("10s");
    part.values["every"] = {QStringLiteral("1m")};
    View nobody = part;
    nobody.values["interaction"] = {QString()};
    return {all, some, one, part, nobody};
}

QByteArray TestGrafana::asked(const QString &query) const
{
    const QByteArray body = encoded({{"db", m_bucket}, {"epoch", "ms"}, {"q", query.toUtf8()}});
    return send({"POST", m_url + "/query", m_reader + QList<QByteArray>{"Content-Type: application/x-www-form-urlencoded"}, body}).body;
}

namespace {

/// An interval without anything is a 0, not a gap.
bool allIntervalsAreThere(const QString &query, const QList<AnswerSeries> &answer, const View &view)
{
    if (!query.contains(QLatin1String("fill(0)")))
        return true;
    for (const AnswerSeries &series : answer) {
        if (series.rows.size() < 2)
            return false;
        const qint64 width = series.rows.at(1).at(0).toInteger() - series.rows.at(0).at(0).toInteger();
        if (series.rows.first().at(0).toInteger() > view.from || series.rows.last().at(0).toInteger() + width <= view.to
            || series.rows.size() != (view.to / width) - (view.from / width) + 1)
            return false;
    }
    return true;
}

/// Columns of numbers have a unit.
QString withoutUnit(const Target &target, const QList<AnswerSeries> &answer)
{
    QStringList known;
    for (const QJsonValue &one : object(target.panel, "fieldConfig").value(QLatin1String("overrides")).toArray()) {
        for (const QJsonValue &property : one.toObject().value(QLatin1String("properties")).toArray()) {
            const QJsonObject set = property.toObject();
            if (text(set.value(QLatin1String("id"))) == QLatin1String("unit") && !text(set.value(QLatin1String("value"))).isEmpty())
                known += text(object(one.toObject(), "matcher").value(QLatin1String("options")));
        }
    }
    for (const AnswerSeries &series : answer) {
        for (const QJsonArray &row : series.rows) {
            for (int i = 1; i < row.size(); ++i) {
                if (row.at(i).isDouble() && !known.contains(series.columns.at(i)))
                    return series.columns.at(i);
            }
        }
    }
    return {};
}

} // namespace

void TestGrafana::compare(const View &view)
{
    for (const Target &target : m_dashboard.targets()) {
        const QString query = m_dashboard.filled(target.query(), view);
        QString problem;
        const auto answer = answerOf(asked(query), &problem);
        QVERIFY2(problem.isEmpty(), qPrintable(query + QLatin1String("\n") + problem));
        const auto expected = m_figures->expected(target.key(), view);
        QVERIFY2(expected, qPrintable(target.key() + QLatin1String(" is compared with nothing")));
        const QStringList found = shown(target, answer);
        const QString words = QStringLiteral("%1: %2\nshows\n%3\nexpected\n%4");
        QVERIFY2(found == *expected, qPrintable(words.arg(target.key(), query, found.join('\n'), expected->join('\n'))));
        QVERIFY2(allIntervalsAreThere(query, answer, view), qPrintable(target.key()));
        if (target.isTable())
            QVERIFY2(withoutUnit(target, answer).isEmpty(), qPrintable(target.key() + QLatin1String(": no unit for ") + withoutUnit(target, answer)));
        if (!found.isEmpty())
            m_shown.insert(target.key());
    }
}

void TestGrafana::compareVariables(const View &view)
{
    for (const QJsonObject &variable : m_dashboard.variables()) {
        if (text(variable.value(QLatin1String("type"))) != QLatin1String("query"))
            continue;
        QString problem;
        const auto answer = answerOf(asked(m_dashboard.filled(text(variable.value(QLatin1String("query"))), view)), &problem);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QStringList offered;
        for (const AnswerSeries &series : answer) {
            for (const QJsonArray &row : series.rows)
                offered += row.at(1).toString();
        }
        offered.sort();
        QCOMPARE(offered, text(variable.value(QLatin1String("name"))) == QLatin1String("media") ? m_figures->media(view) : m_figures->queues(view));
        QVERIFY(!offered.isEmpty());
    }
}

/// The link of the locator's row sets the time, to whole milliseconds: nothing of the interaction lies outside.
void TestGrafana::locatorLeadsToAllEvents(View view)
{
    view.to = view.from; // so that nothing is shown by chance
    const auto found = answerTo(QStringLiteral("Where it lies in time/A"), view);
    QCOMPARE(found.size(), 1);
    QCOMPARE(found.first().rows.size(), 1);
    const auto cell = [&](const char *name) { return found.first().rows.first().at(found.first().columns.indexOf(QLatin1String(name))).toDouble(); };
    view.from = static_cast<qint64>(cell("from"));
    view.to = static_cast<qint64>(cell("until"));
    QVERIFY(double(view.from) == cell("from") && double(view.to) == cell("until"));
    const auto events = answerTo(QStringLiteral("Its events/A"), view);
    QCOMPARE(events.size(), 1);
    const std::string id = view.values.value(QStringLiteral("interaction")).first().toStdString();
    QCOMPARE(std::size_t(events.first().rows.size()), m_figures->eventsOf(id).size());
    QVERIFY(QJsonDocument(m_dashboard.json()).toJson().contains("from=${__data.fields.from.numeric}&to=${__data.fields.until.numeric}"));
}

QList<AnswerSeries> TestGrafana::answerTo(const QString &key, const View &view) const
{
    for (const Target &target : m_dashboard.targets()) {
        QString problem;
        if (target.key() == key)
            return answerOf(asked(m_dashboard.filled(target.query(), view)), &problem);
    }
    return {};
}

/// Asked by one who may do everything, so that harm could be done.
void TestGrafana::textIsOnlyCompared(RealInflux &server, const View &view)
{
    const auto victims = [&] { return server.query("SELECT count(f) FROM victim").count(",1]]"); };
    QCOMPARE(server.write("victim f=1i 1000").status, 204);
    QCOMPARE(victims(), 1);
    const QString drop = QStringLiteral("' OR 1=1; DROP MEASUREMENT victim --");
    const QStringList texts{drop, QStringLiteral("x$/; DROP MEASUREMENT victim --"), QStringLiteral("x\\/; DROP MEASUREMENT victim --"),
        QStringLiteral("/ OR \"interactionId\" =~ /.*"), QStringLiteral(".*"), QStringLiteral("|"), QStringLiteral("\\"),
        QStringLiteral("$timeFilter"), QStringLiteral("${media}"), QStringLiteral("(?i)IMPORTED-1"), QStringLiteral("x\n; DROP MEASUREMENT victim")};
    for (const QString &typed : texts) {
        for (const char *name : {"interaction", "media", "queue", "every"}) {
            View hostile = view;
            hostile.values[QLatin1String(name)] = {typed};
            for (const Target &target : m_dashboard.targets()) {
                if (!Dashboard::used(target.query()).contains(QLatin1String(name) + QLatin1String(":regex")))
                    continue;
                QString problem;
                const auto answer = answerOf(server.query(m_dashboard.filled(target.query(), hostile).toUtf8()), &problem);
                QVERIFY2(answer.isEmpty(), qPrintable(target.key() + QLatin1String(" shows something for ") + typed));
            }
            QCOMPARE(victims(), 1);
        }
    }
    // The same text between quotation marks, as it should not be done: so the above could have failed.
    QString careless = m_dashboard.filled(QStringLiteral("SELECT * FROM \"interaction_event\" WHERE \"interactionId\" = '%1'").arg(drop), view);
    (void)server.query(careless.toUtf8());
    QCOMPARE(victims(), 0);
}

THREADLINE_TEST_MAIN(TestGrafana)
#include "test_grafana.moc"
