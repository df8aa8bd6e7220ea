// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading back where something goes wrong: what is here is answered all the same, with a word on what may be missing and what to do;
/// nothing is made up, nothing hangs, nothing grows without bound.
#include "core/history/archive.h"
#include "tests/delivery/rig.h"
#include "tests/history/machine.h"
#include "tests/support/influxserver.h"
#include "tests/support/testmain.h"

#include <QTemporaryDir>

#include <atomic>

using namespace threadline;
using namespace threadline::test;
using influx::Language;
using Happens = InfluxFault::Kind;

Q_DECLARE_METATYPE(threadline::test::InfluxFault)
Q_DECLARE_METATYPE(threadline::test::FakeInfluxAnswer)

namespace {

/// Events of interaction c-1; the third never reached the machine here, as the gap in its sequences shows.
QByteArray rawEvent(int n, const QByteArray &more = {})
{
    return R"({"id":"e-)" + QByteArray::number(n) + R"(","type":"interaction-updated","timestamp":"2026-05-06T10:44:5)" + QByteArray::number(n)
        + R"(.000Z","sequence":)" + QByteArray::number(n) + R"(,"data":{"interactionId":"c-1","participantId":"p-1")" + more + "}}";
}

constexpr std::int64_t kStartUs = 1'778'064'290'000'000; // 2026-05-06T10:44:50Z

qint64 usOf(qint64 n) { return kStartUs + n * 1'000'000; }

/// One InfluxQL answer to a question for these columns.
QByteArray influxQl(const QByteArray &columns, const QByteArrayList &rows, const QByteArray &more = {})
{
    return R"({"results":[{"statement_id":0,"series":[{"name":"m","columns":[)" + columns + R"(],"values":[)" + rows.join(',') + "]" + more + "}]"
        + more + "}]}\n";
}

const QByteArray kEventColumns = R"("time","eventType","interactionId","eventId","timeUs","payload")";
const QByteArray kLocatorColumns = R"("time","interactionId","startUs","lastUs","endUs")";
const QByteArray kIndexColumns = R"("time","interactionId","phase","startUs","lastUs","endUs","count")";

/// `payload`: JSON as it stands in the cell, with its quotes; empty: that of the event.
QByteArray eventRow(int n, const QByteArray &payload = {}, const QByteArray &interaction = "c-1")
{
    const QByteArray cell = payload.isEmpty() ? goString(rawEvent(n)) : payload;
    return '[' + QByteArray::number(usOf(n) * 1000 + n) + R"(,"interaction-updated",")" + interaction + R"(","e-)" + QByteArray::number(n) + "\","
        + QByteArray::number(usOf(n)) + ',' + cell + ']';
}

QByteArray locators(int count = 1)
{
    QByteArrayList rows;
    for (int i = 0; i < count; ++i)
        rows.append('[' + QByteArray::number(usOf(1) * 1000 + i) + R"(,"c-1",)" + QByteArray::number(usOf(1)) + ',' + QByteArray::number(usOf(4)) + ",0]");
    return influxQl(kLocatorColumns, rows);
}

QByteArray indexRows(int count)
{
    QByteArrayList rows;
    for (int i = 0; i < count; ++i)
        rows.append('[' + QByteArray::number(usOf(1000 - i) * 1000) + ',' + goString("d-" + QByteArray::number(i)) + ',' + goString("started") + ','
                    + QByteArray::number(usOf(1000 - i)) + ',' + QByteArray::number(usOf(1000 - i)) + ",0,1]");
    return influxQl(kIndexColumns, rows);
}

bool asksFor(const FakeInfluxRequest &request, const char *measurement) { return request.body.contains(measurement); }

FakeInfluxAnswer plainAnswer(const QByteArray &body) { return {200, body, "application/json", {}}; }


/// What the played server says where nothing is wrong.
FakeInfluxAnswer wellAnswer(const FakeInfluxQuery &query)
{
    if (asksFor(query.request, "interaction_locator"))
        return plainAnswer(locators());
    if (asksFor(query.request, "interaction_index"))
        return plainAnswer(indexRows(3));
    return plainAnswer(influxQl(kEventColumns, {eventRow(1), eventRow(2), eventRow(3), eventRow(4)}));
}

history::ArchiveOptions archiveOptions(const QByteArray &url, const QByteArray &token)
{
    history::ArchiveOptions options;
    options.target.url = url.toStdString();
    options.target.token = token.toStdString();
    options.target.org = "org";
    options.target.bucket = "bucket";
    options.timeout = Duration::seconds(20);
    return options;
}

/// A played InfluxDB 2 and a machine that reads from it.
struct Rig {
    explicit Rig(const std::string &folder, Duration timeout = Duration::seconds(20), std::optional<Language> language = {})
    {
        if (!server.start())
            qFatal("no port");
        server.answerQuery(wellAnswer);
        history::ArchiveOptions options = archiveOptions(server.url(), server.token);
        options.timeout = timeout;
        options.language = language;
        archive = std::make_shared<history::Archive>(options, NetworkOptions());
        machine = std::make_unique<Machine>(folder, archive);
    }
    FakeInflux server{InfluxFlavour::V2};
    std::shared_ptr<history::Archive> archive;
    std::unique_ptr<Machine> machine;
};

sim::Options someCalls()
{
    sim::Options options;
    options.seed = 11;
    options.interactions = 20;
    options.rate = 0;
    return options;
}

} // namespace

class TestHistoryFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init()
    {
        if (qstrcmp(QTest::currentTestFunction(), "servers") != 0)
            m_shared.reset();
    }
    void servers_data();
    void servers();
    void payloads_data();
    void payloads();
    void notUtf8InFlux();
    void moreRowsThanCanBeMeant();
    void anotherLanguageForAll();
    void aSecondQuestionThatFindsNoBucket();
    void realTokens_data();
    void realTokens();
    void realBucketGoesAndComes();
    void realServerKilledWhileItAnswers();

private:
    [[nodiscard]] std::string folder() const { return m_folder->filePath(QStringLiteral("here")).toStdString(); }

    /// The real server that all share, if it does not run yet. What went wrong, or nothing.
    [[nodiscard]] QString startServer()
    {
        if (m_server)
            return {};
        m_server = std::make_unique<RealInflux>(RealInflux::Kind::V2);
        return m_server->start().value_or(QString());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Rig> m_shared; ///< of the faults that leave nothing behind; ends before another holds the folder
    std::unique_ptr<RealInflux> m_server;
    std::unique_ptr<DeliveryRig> m_rig; ///< has delivered m_truth there
    Truth m_truth;
    std::string m_local, m_all; ///< bodies of c-1: of what is here, and of everything
};

void TestHistoryFaults::initTestCase()
{
    m_folder = std::make_unique<QTemporaryDir>(scratchFolder() + QStringLiteral("/faults-XXXXXX"));
    const SystemClock clock;
    const auto message = [](Harness &harness, int n) { harness.message(R"({"events":[)" + rawEvent(n).toStdString() + "]}"); };
    Harness everything(m_folder->filePath(QStringLiteral("everything")).toStdString(), SequenceScope::Interaction, clock);
    Harness here(folder(), SequenceScope::Interaction, clock);
    everything.listening();
    here.listening();
    for (const int n : {1, 2, 3, 4}) {
        message(everything, n);
        if (n == 3) {
            here.notListening("reset");
            here.listening();
        } else {
            message(here, n);
        }
    }
    everything.drain();
    here.drain();
    m_all = everything.body("c-1");
    m_local = here.body("c-1");
    QVERIFY(m_all.find("e-3") != std::string::npos && m_local.find("e-3") == std::string::npos && m_local.find("e-4") != std::string::npos);
}

void TestHistoryFaults::servers_data()
{
    QTest::addColumn<InfluxFault>("fault");
    QTest::addColumn<QString>("path");     // that it happens to
    QTest::addColumn<bool>("rowsBefore");  // rows of events come before it
    QTest::addColumn<QString>("note");     // part of it
    const auto row = [](const char *name, const InfluxFault &fault, const char *note, bool rowsBefore = false, const char *path = "/query") {
        QTest::newRow(name) << fault << QString::fromLatin1(path) << rowsBefore << QString::fromLatin1(note);
    };
    const auto says = [](const QByteArray &body) { return InfluxFault{Happens::Status, plainAnswer(body)}; };
    const QByteArray twoRows = influxQl(kEventColumns, {eventRow(2), eventRow(3)}, R"(,"partial":true)");
    row("429, Retry-After", InfluxFault::busy(429, 7), "is overloaded or starting (429). Ask again in 7 s.");
    row("503, Retry-After", InfluxFault::busy(503, 3), "is overloaded or starting (503). Ask again in 3 s.");
    row("503, Retry-After a date", InfluxFault::status(503, R"({"status":"starting"})", {"Retry-After: Wed, 21 Oct 2099 07:28:00 GMT"}), "(503). Ask again in a moment.");
    row("503", InfluxFault::status(503, R"({"status":"starting"})"), "(503). Ask again in a moment.");
    row("500", InfluxFault::status(500, R"({"code":"internal error","message":"An internal error has occurred - check server logs"})"),
        "failed (500). Ask again; look at the server and its log if it lasts. It said: An internal error");
    row("502, a proxy's page", InfluxFault::html(502), "answers with a web page (502). Check TSDB_URL and the proxy in between, and ask again.");
    row("200, a page", InfluxFault::html(200), "Ask again; if it lasts, check TSDB_URL and what stands between");
    row("200, other JSON", says(R"({"login":"https://sso.example"})"), "InfluxDB's answer has no results. Ask again; if it lasts, check TSDB_URL");
    row("200, nothing", says(""), "InfluxDB's answer was cut short. Ask again");
    row("redirect", InfluxFault::redirect(302, "https://login.example/sso?x=1"), "redirects (302) to login.example, which is not followed. Set TSDB_URL to");
    row("reset before the answer", InfluxFault::doing(Happens::ResetBefore), "closed the connection");
    row("reset in the middle", InfluxFault::doing(Happens::CutMiddle), "broke off. Try again.", true);
    row("cut short", InfluxFault::doing(Happens::CutBody), "broke off. Try again.", true);
    row("chunks without an end", InfluxFault::doing(Happens::CutChunks), "broke off. Try again.", true);
    row("an error in a 200", says(R"({"results":[{"statement_id":0,"error":"query interrupted"}]})"), "query interrupted. Ask again; look at the server");
    row("an error after rows", says(twoRows + R"({"results":[{"statement_id":0,"error":"timeout"}]})"), "timeout. Ask again; look at the server", true);
    row("announced, never sent", says(twoRows), "InfluxDB's answer was cut short. Ask again", true);
    row("never an answer", InfluxFault::doing(Happens::Hang), "did not answer in time. Check the network");
    row("token refused", InfluxFault::status(401, R"({"code":"unauthorized","message":"unauthorized access"})"), "does not let us read (401). Give TSDB_TOKEN");
    row("not allowed", InfluxFault::status(403, R"({"code":"forbidden","message":"insufficient permissions"})"), "does not let us read (403). Give TSDB_TOKEN");
    row("no bucket", says(R"({"results":[{"statement_id":0,"error":"database not found: bucket"}]})"), "Check TSDB_BUCKET.", false, "");
    row("ping: 503", InfluxFault::busy(503, 5), "Ask again in 5 s.", false, "/ping");
    row("ping: redirect", InfluxFault::redirect(302, "/login"), "does not answer as InfluxDB does. Check TSDB_URL", false, "/ping");
    row("ping: a page", InfluxFault::html(200), "does not answer as InfluxDB does", false, "/ping");
    row("ping: a proxy's page", InfluxFault::html(502), "answers with a web page (502)", false, "/ping");
    row("ping: reset", InfluxFault::doing(Happens::ResetBefore), "closed the connection", false, "/ping");
}

void TestHistoryFaults::servers()
{
    QFETCH(InfluxFault, fault);
    QFETCH(QString, path);
    QFETCH(bool, rowsBefore);
    QFETCH(QString, note);
    const bool hangs = fault.kind == Happens::Hang;
    std::unique_ptr<Rig> own;
    if (hangs || path == QLatin1String("/ping")) { // it is asked once who answers
        m_shared.reset();
        own = std::make_unique<Rig>(folder(), hangs ? Duration::millis(300) : Duration::seconds(20));
    } else if (!m_shared) {
        m_shared = std::make_unique<Rig>(folder());
    }
    Rig &rig = own ? *own : *m_shared;
    rig.server.faults = [&](int, const FakeInfluxRequest &request) {
        if (path.isEmpty() && request.path == "/api/v2/query") // the other language finds no bucket either
            return InfluxFault::status(404, R"({"code":"not found","message":"failed to initialize execute state: could not find bucket \"bucket\""})");
        const bool before = rowsBefore && asksFor(request, "interaction_locator");
        const bool here = path.isEmpty() ? request.path == "/query" : request.path == path.toLatin1();
        return here && !before ? fault : InfluxFault();
    };
    const auto timeline = rig.machine->timeline("c-1");
    QVERIFY2(timeline, timeline ? "" : timeline.error().message.c_str());
    QVERIFY2(*timeline->text == m_local || (rowsBefore && *timeline->text == m_all), timeline->text->c_str());
    QVERIFY(timeline->origin.local);
    const QString said = QString::fromStdString(timeline->origin.note);
    QVERIFY2(said.startsWith(QLatin1String("Events that only the shared store has may be missing. ")) && said.contains(note), qPrintable(said));
    QVERIFY2(said.size() < 600 && !said.contains(QLatin1Char('<')), qPrintable(said));

    const auto page = rig.machine->list();
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    QCOMPARE(page->items.size(), 1u);
    QCOMPARE(page->items[0].interaction.value, std::string("c-1"));
    const QString missing = QString::fromStdString(page->origin.note);
    QVERIFY2(missing.startsWith(QLatin1String("Interactions that only the shared store has are missing. ")) && missing.contains(note), qPrintable(missing));

    // What is not here at all: an error that says the same, never an empty answer.
    const auto elsewhere = rig.machine->timeline("c-2");
    QVERIFY(!elsewhere && elsewhere.error().code == ErrorCode::Unreachable);
    QVERIFY2(QString::fromStdString(elsewhere.error().message).contains(note), elsewhere.error().message.c_str());
    // It was passing: the next question is answered.
    rig.server.faults = nullptr;
    const auto again = rig.machine->timeline("c-1");
    QVERIFY(again);
    QCOMPARE(*again->text, m_all);
    QVERIFY2(again->origin.note.empty() && !again->origin.shared.empty(), again->origin.note.c_str());
}

void TestHistoryFaults::payloads_data()
{
    QTest::addColumn<QByteArray>("payload"); // of e-3, as it stands in JSON
    QTest::addColumn<QString>("note");
    QTest::addColumn<QString>("has"); // what the timeline then shows of e-3; empty: nothing
    const char *without = "1 of its events are without their data";
    const auto row = [](const char *name, const QByteArray &payload, const char *note, const char *has) {
        QTest::newRow(name) << payload << QString::fromLatin1(note) << QString::fromLatin1(has);
    };
    row("whole", goString(rawEvent(3)), "", "\"e-3\"");
    row("absent", "null", without, "\"e-3\"");
    row("empty", "\"\"", without, "\"e-3\"");
    row("damaged", goString(rawEvent(3).chopped(20)), without, "\"e-3\"");
    row("no JSON", "\"nonsense\"", without, "\"e-3\"");
    row("of another kind", "17", without, "\"e-3\"");
    row("of another event", goString(rawEvent(9)), without, "\"e-3\"");
    row("of another interaction", goString(rawEvent(3).replace("c-1", "c-9")), without, "\"e-3\"");
    row("of another time", goString(rawEvent(3).replace("10:44:53", "10:44:58")), without, "\"e-3\"");
    row("without data", goString(R"({"id":"e-3","type":"interaction-updated","timestamp":"2026-05-06T10:44:53.000Z"})"), without, "\"e-3\"");
    row("2 MiB", goString(rawEvent(3, R"(,"note":")" + QByteArray(2 << 20, 'n') + '"')), "", "nnnnnnnn");
    row("not UTF-8", "\"\xff\xfe\"", "Events that only the shared store has may be missing. InfluxDB's answer is no JSON", "");
}

void TestHistoryFaults::payloads()
{
    QFETCH(QByteArray, payload);
    QFETCH(QString, note);
    QFETCH(QString, has);
    Rig rig(folder());
    rig.server.answerQuery([&](const FakeInfluxQuery &query) {
        if (asksFor(query.request, "interaction_locator") || asksFor(query.request, "interaction_index"))
            return wellAnswer(query);
        return plainAnswer(influxQl(kEventColumns, {eventRow(1), eventRow(3, payload), eventRow(5, {}, "c-9"), eventRow(4)}));
    });
    const auto timeline = rig.machine->timeline("c-1");
    QVERIFY2(timeline, timeline ? "" : timeline.error().message.c_str());
    const QString body = QString::fromStdString(*timeline->text), said = QString::fromStdString(timeline->origin.note);
    QVERIFY2(note.isEmpty() ? said.isEmpty() : said.contains(note), qPrintable(said));
    QCOMPARE(body.contains(has.isEmpty() ? QStringLiteral("\"e-3\"") : has), !has.isEmpty());
    for (const char *strange : {"c-9", "e-5", "e-9", "nonsense"})
        QVERIFY2(!body.contains(QLatin1String(strange)), strange);
    for (const char *here : {"\"e-1\"", "\"e-2\"", "\"e-4\""})
        QVERIFY2(body.contains(QLatin1String(here)), here);
    if (QTest::currentDataTag() == QByteArray("whole"))
        QCOMPARE(*timeline->text, m_all);
}

/// CSV carries any bytes: there only the one event is without its data.
void TestHistoryFaults::notUtf8InFlux()
{
    Rig rig(folder(), Duration::seconds(20), Language::Flux);
    rig.server.answerQuery([](const FakeInfluxQuery &query) {
        QByteArray out = "#datatype,string,long,dateTime:RFC3339,string,string,string,long,long,long,long,string\r\n#group,false,false,false,false,false,false,false,false,false,false,false\r\n"
                         "#default,_result,,,,,,,,,,\r\n,result,table,_time,eventType,interactionId,eventId,timeUs,startUs,lastUs,endUs,payload\r\n";
        if (asksFor(query.request, "interaction_locator"))
            out += ",,0,2026-05-06T10:44:51Z,,c-1,,," + QByteArray::number(usOf(1)) + ',' + QByteArray::number(usOf(4)) + ",0,\r\n";
        else
            out += ",,0,2026-05-06T10:44:53Z,interaction-updated,c-1,e-3," + QByteArray::number(usOf(3)) + ",,,,\"{\"\"id\"\":\"\"\xff\xfe\"\"\"\r\n";
        return FakeInfluxAnswer{200, out + "\r\n", "text/csv; charset=utf-8", {}};
    });
    const auto timeline = rig.machine->timeline("c-1");
    QVERIFY2(timeline, timeline ? "" : timeline.error().message.c_str());
    QVERIFY(timeline->text->find("\"e-3\"") != std::string::npos && timeline->text->find('\xff') == std::string::npos);
    QVERIFY2(timeline->origin.note.find("1 of its events are without their data") == 0, timeline->origin.note.c_str());

    const QByteArray late = "#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,schema collision: cannot group,\r\n";
    rig.server.answerQuery([&late](const FakeInfluxQuery &query) {
        QByteArray out = "#datatype,string,long,dateTime:RFC3339,string,long\r\n#group,false,false,false,false,false\r\n#default,_result,,,,\r\n"
                         ",result,table,_time,interactionId,startUs\r\n,,0,2026-05-06T10:44:51Z,c-1," + QByteArray::number(usOf(1)) + "\r\n\r\n";
        if (!asksFor(query.request, "interaction_locator"))
            out += late;
        return FakeInfluxAnswer{200, out, "text/csv; charset=utf-8", {}};
    });
    const auto failed = rig.machine->timeline("c-1");
    QVERIFY(failed);
    QCOMPARE(*failed->text, m_local);
    QVERIFY2(failed->origin.note.find("schema collision: cannot group. Ask again") != std::string::npos, failed->origin.note.c_str());
    rig.server.faults = [](int, const FakeInfluxRequest &request) { return request.path == "/ping" ? InfluxFault() : InfluxFault::html(200); };
    const auto page = rig.machine->timeline("c-1");
    QVERIFY(page);
    QCOMPARE(*page->text, m_local);
    QVERIFY2(page->origin.note.find("InfluxDB's answer is no annotated CSV. Ask again") != std::string::npos, page->origin.note.c_str());
}

void TestHistoryFaults::moreRowsThanCanBeMeant()
{
    Rig rig(folder());
    QByteArrayList many;
    for (int n = 0; n < 51'000; ++n)
        many.append(R"([1,"interaction-updated","c-1","x-)" + QByteArray::number(n) + "\"," + QByteArray::number(usOf(3)) + ",null]");
    rig.server.answerQuery([&](const FakeInfluxQuery &query) {
        if (asksFor(query.request, "interaction_locator"))
            return plainAnswer(locators());
        return plainAnswer(asksFor(query.request, "interaction_index") ? indexRows(5000) : influxQl(kEventColumns, many));
    });
    const auto timeline = rig.machine->timeline("c-1");
    QVERIFY2(timeline || timeline.error().code == ErrorCode::TooLarge, timeline ? "" : timeline.error().message.c_str());
    const std::string note = timeline ? timeline->origin.note : timeline.error().message;
    QVERIFY2(note.find("more events") != std::string::npos, note.c_str());
    // Of a list no more than was asked for, whatever the server makes of the limit.
    ListQuery query;
    query.limit = 10;
    const auto page = rig.machine->list(query);
    QVERIFY(page);
    QCOMPARE(page->items.size(), 10u);
    QVERIFY(!page->nextCursor.empty());
    // Locators without an end.
    rig.server.answerQuery([](const FakeInfluxQuery &) { return plainAnswer(locators(10'001)); });
    const auto endless = rig.machine->timeline("c-1");
    QVERIFY(endless);
    QCOMPARE(*endless->text, m_local);
    QVERIFY2(endless->origin.note.find("answers with more rows than were asked for. Check that TSDB_URL") != std::string::npos, endless->origin.note.c_str());
}

/// Questions that are asked together each find the language that has the bucket (InfluxDB Cloud maps none for InfluxQL).
void TestHistoryFaults::anotherLanguageForAll()
{
    Rig rig(folder());
    int refused = 0;
    rig.server.faults = [&refused](int, const FakeInfluxRequest &request) {
        if (request.path != "/query")
            return InfluxFault();
        ++refused;
        return InfluxFault{Happens::Status, plainAnswer(R"({"results":[{"statement_id":0,"error":"database not found: bucket"}]})")};
    };
    rig.server.answerQuery([](const FakeInfluxQuery &) { return FakeInfluxAnswer{200, "\r\n", "text/csv; charset=utf-8", {}}; });
    std::atomic<int> answered{0}, well{0};
    std::vector<HandlePtr> handles;
    for (int i = 0; i < 4; ++i)
        handles.push_back(rig.archive->events(InteractionId("c-1"), [](HistoryEvent &&) { return true; }, [&](Result<> result) {
            well += result ? 1 : 0;
            ++answered;
        }));
    QVERIFY(QTest::qWaitFor([&] { return answered == 4; }, 20'000));
    QCOMPARE(well.load(), 4);
    const int before = refused;
    QVERIFY(before >= 1 && before <= 4);
    QVERIFY(awaited<std::optional<std::int64_t>>([&](auto answer) { return rig.archive->firstEvent(0, answer); }));
    QCOMPARE(refused, before); // from then on the other one at once
}

/// The bucket goes between the two questions for a timeline: asked again in the other language, from the first one on.
void TestHistoryFaults::aSecondQuestionThatFindsNoBucket()
{
    Rig rig(folder());
    rig.server.faults = [](int, const FakeInfluxRequest &request) {
        const bool gone = request.path == "/query" && !asksFor(request, "interaction_locator");
        return gone ? InfluxFault{Happens::Status, plainAnswer(R"({"results":[{"statement_id":0,"error":"database not found: bucket"}]})")} : InfluxFault();
    };
    QStringList asked;
    rig.server.answerQuery([&asked](const FakeInfluxQuery &query) {
        const bool locator = asksFor(query.request, "interaction_locator");
        asked.append((query.language == FakeInfluxQuery::Language::Flux ? QStringLiteral("Flux ") : QStringLiteral("InfluxQL ")) + (locator ? QStringLiteral("locator") : QStringLiteral("events")));
        if (query.language != FakeInfluxQuery::Language::Flux)
            return wellAnswer(query);
        QByteArray out = "#datatype,string,long,dateTime:RFC3339,string,string,string,long,long,string\r\n#group,false,false,false,false,false,false,false,false,false\r\n"
                         "#default,_result,,,,,,,,\r\n,result,table,_time,eventType,interactionId,eventId,timeUs,startUs,payload\r\n";
        out += locator ? ",,0,2026-05-06T10:44:51Z,,c-1,,," + QByteArray::number(usOf(1)) + ",\r\n"
                       : ",,0,2026-05-06T10:44:53Z,interaction-updated,c-1,e-3," + QByteArray::number(usOf(3)) + ",,\"" + rawEvent(3).replace("\"", "\"\"") + "\"\r\n";
        return FakeInfluxAnswer{200, out + "\r\n", "text/csv; charset=utf-8", {}};
    });
    const auto timeline = rig.machine->timeline("c-1");
    QVERIFY2(timeline, timeline ? "" : timeline.error().message.c_str());
    QCOMPARE(asked, QStringList({QStringLiteral("InfluxQL locator"), QStringLiteral("Flux locator"), QStringLiteral("Flux events")}));
    QVERIFY2(timeline->origin.note.empty(), timeline->origin.note.c_str());
    QCOMPARE(*timeline->text, m_all);
}

void TestHistoryFaults::realTokens_data()
{
    QTest::addColumn<QString>("token");
    QTest::newRow("read-only") << QStringLiteral("reader");
    QTest::newRow("wrong") << QStringLiteral("wrong");
    QTest::newRow("of another bucket") << QStringLiteral("other");
}

void TestHistoryFaults::realTokens()
{
    QFETCH(QString, token);
    if (const auto reason = RealInflux::unavailable(RealInflux::Kind::V2))
        QSKIP(qPrintable(*reason));
    QCOMPARE(startServer(), QString());
    RealInflux &server = *m_server;
    if (!m_rig) {
        QVERIFY(!server.createBucket("other"));
        m_rig = std::make_unique<DeliveryRig>();
        m_rig->options.timeout = Duration::seconds(20);
        m_rig->deliver(server.url(), server.token());
        m_truth = feed(*m_rig->harness, someCalls());
        m_rig->harness->drain();
        QVERIFY(m_rig->settled());
        m_rig->stop();
    }
    const QByteArray given = token == QLatin1String("wrong") ? QByteArray("wrong-token") : server.createReader(token == QLatin1String("reader") ? server.bucket() : QByteArray("other"));
    QVERIFY(!given.isEmpty());
    Machine machine(folder(), std::make_shared<history::Archive>(archiveOptions(server.url(), given), NetworkOptions()));
    const auto there = machine.timeline(m_truth.begin()->first);
    const auto page = machine.list();
    QVERIFY(page && !page->items.empty());
    if (token == QLatin1String("reader")) {
        QVERIFY2(there && there->origin.note.empty() && page->origin.note.empty(), there ? page->origin.note.c_str() : there.error().message.c_str());
        QCOMPARE(*there->text, m_rig->harness->body(m_truth.begin()->first));
        QCOMPARE(page->items.size(), m_truth.size() + 1);
        return;
    }
    const QString remedy = token == QLatin1String("wrong") ? QStringLiteral("Give TSDB_TOKEN a token") : QStringLiteral("Check TSDB_BUCKET.");
    QVERIFY(!there && there.error().code == ErrorCode::Unreachable);
    QVERIFY2(QString::fromStdString(there.error().message).contains(remedy), there.error().message.c_str());
    QCOMPARE(page->items.size(), 1u); // what is here
    QVERIFY2(QString::fromStdString(page->origin.note).contains(remedy), page->origin.note.c_str());
    QVERIFY(page->origin.note.find("wrong-token") == std::string::npos);
}

void TestHistoryFaults::realBucketGoesAndComes()
{
    if (const auto reason = RealInflux::unavailable(RealInflux::Kind::V2))
        QSKIP(qPrintable(*reason));
    QCOMPARE(startServer(), QString());
    RealInflux &server = *m_server;
    Machine machine(folder(), std::make_shared<history::Archive>(archiveOptions(server.url(), server.token()), NetworkOptions()));
    std::string ids[2];
    for (int round = 0; round < 2; ++round) {
        DeliveryRig rig;
        rig.options.timeout = Duration::seconds(20);
        rig.deliver(server.url(), server.token());
        sim::Options calls = someCalls();
        calls.interactions = 3;
        calls.seed = static_cast<std::uint64_t>(round) + 1;
        const Truth truth = feed(*rig.harness, calls);
        rig.harness->drain();
        QVERIFY(rig.settled());
        ids[round] = truth.begin()->first;
        const auto there = machine.timeline(ids[round]);
        QVERIFY2(there, there ? "" : there.error().message.c_str());
        QCOMPARE(*there->text, rig.harness->body(ids[round]));
        if (round == 1)
            break;
        // Reading goes on while it is deleted: each answer is either the whole timeline, or says that it could not be had.
        const std::string whole = *there->text;
        std::atomic<int> answered{0}, odd{0};
        std::vector<HandlePtr> handles;
        for (int i = 0; i < 40; ++i)
            handles.push_back(machine.session->timeline(InteractionId(ids[0]), false, [&](Result<Session::Body> body) {
                odd += body ? (*body->text != whole ? 1 : 0) : body.error().message.find(ids[0]) == std::string::npos;
                ++answered;
            }));
        QVERIFY(!server.deleteBucket(server.bucket()));
        QVERIFY(QTest::qWaitFor([&] { return answered == 40; }, 20'000));
        QCOMPARE(odd.load(), 0);
        const auto gone = machine.timeline(ids[0]);
        QVERIFY2(!gone && gone.error().message.find("Check TSDB_BUCKET.") != std::string::npos, gone ? "found" : gone.error().message.c_str());
        QVERIFY(!server.createBucket(server.bucket()));
        const auto empty = machine.timeline(ids[0]);
        QVERIFY2(!empty && empty.error().code == ErrorCode::NotFound, empty ? "found" : empty.error().message.c_str());
    }
}

void TestHistoryFaults::realServerKilledWhileItAnswers()
{
    if (const auto reason = RealInflux::unavailable(RealInflux::Kind::V2))
        QSKIP(qPrintable(*reason));
    QCOMPARE(startServer(), QString());
    RealInflux &server = *m_server;
    // More than sockets hold: 20 MiB.
    constexpr int kEvents = 20'000;
    QByteArray lines;
    for (int n = 0; n < kEvents; ++n) {
        lines += "interaction_event,eventType=other,media=voice,part=00 interactionId=\"c-7\",eventId=\"e" + QByteArray::number(n) + "\",type=\"t\",timeUs="
            + QByteArray::number(kStartUs + n) + "i,sequence=1i,payload=\"" + QByteArray(1000, 'x') + "\" " + QByteArray::number((kStartUs + n) * 1000) + '\n';
        if (n % 10'000 == 9'999) {
            QCOMPARE(server.write(lines).status, 204);
            lines.clear();
        }
    }
    history::Archive archive(archiveOptions(server.url(), server.token()), NetworkOptions());
    const influx::Span all{kStartUs * 1000, (kStartUs + kEvents) * 1000};
    std::atomic<int> rows{0};
    std::promise<void> killed;
    auto wait = killed.get_future().share();
    std::promise<Result<>> promise;
    auto done = promise.get_future();
    const HandlePtr handle = archive.eventsBetween(all, [&](HistoryEvent &&) {
        if (++rows == 100)
            wait.wait(); // nothing more is read until the server is gone
        return true;
    }, [&](Result<> result) { promise.set_value(std::move(result)); });
    QVERIFY(QTest::qWaitFor([&] { return rows >= 100; }, 20'000));
    server.kill9();
    killed.set_value();
    QVERIFY(QTest::qWaitFor([&] { return done.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }, 20'000));
    const Result<> broken = done.get();
    QVERIFY2(!broken && broken.error().code == ErrorCode::Unreachable, broken ? "it ended well" : broken.error().message.c_str());
    QVERIFY2(broken.error().message.find("ry again.") != std::string::npos || broken.error().message.find("Check") != std::string::npos, broken.error().message.c_str());
    QVERIFY2(rows < kEvents, qPrintable(QString::number(rows)));

    const auto restarted = server.restart();
    QVERIFY2(!restarted, qPrintable(restarted.value_or(QString())));
    int again = 0;
    const auto read = awaited<void>([&](auto answer) {
        return archive.eventsBetween(all, [&](HistoryEvent &&) { return ++again > 0; }, answer);
    });
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(again, kEvents);
}

THREADLINE_TEST_MAIN(TestHistoryFaults)
#include "test_history_faults.moc"
