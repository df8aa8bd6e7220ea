// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading back from InfluxDB 3, played from a transcript of its documents and sources, over the real HTTP client.
#include "core/history/archive.h"
#include "tests/engine/harness.h"
#include "tests/history/machine.h"
#include "tests/support/influxtranscript.h"
#include "tests/support/testmain.h"

#include <QTemporaryDir>

using namespace threadline;
using namespace threadline::test;
using influx::Language;

namespace {

/// A played InfluxDB 3 and an archive over it.
struct Played {
    Played(const char *scenario, Language language)
        : transcript(QStringLiteral(THREADLINE_SOURCE_DIR "/tests/data/influxdb3/transcript.json"), QString::fromLatin1(scenario))
    {
        if (!server.start())
            qFatal("no port");
        transcript.play(server);
        history::ArchiveOptions options;
        options.target.url = server.url().toStdString();
        options.target.token = "apiv3_token";
        options.target.bucket = "contact";
        options.timeout = Duration::seconds(10);
        options.language = language;
        archive = std::make_shared<history::Archive>(options, NetworkOptions());
    }
    FakeInflux server{InfluxFlavour::V3};
    InfluxTranscript transcript;
    std::shared_ptr<history::Archive> archive;
};

Result<std::optional<std::int64_t>> firstEvent(history::Archive &archive, std::int64_t from)
{
    return awaited<std::optional<std::int64_t>>([&](auto answer) { return archive.firstEvent(from, answer); });
}

} // namespace

class TestHistoryV3 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(scratchFolder() + QStringLiteral("/v3-XXXXXX")); }
    void reads_data();
    void reads();
    void foreignTextTravelsAsAValue_data() { languages(); }
    void foreignTextTravelsAsAValue();
    void refusals_data();
    void refusals();
    void nothingWrittenYet();

private:
    static void languages();
    [[nodiscard]] std::string folder(const char *name) const { return m_folder->filePath(QLatin1String(name)).toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestHistoryV3::languages()
{
    QTest::addColumn<int>("language");
    QTest::newRow("SQL") << int(Language::Sql);
    QTest::newRow("InfluxQL") << int(Language::InfluxQl);
}

void TestHistoryV3::reads_data() { languages(); }

void TestHistoryV3::reads()
{
    QFETCH(int, language);
    Played played(language == int(Language::Sql) ? "reading by SQL" : "reading by InfluxQL", static_cast<Language>(language));
    // The machine that recorded them, and one that has nothing.
    const SystemClock clock;
    std::string recorded;
    std::vector<std::string> raws;
    {
        Harness harness(folder("first"), SequenceScope::Interaction, clock);
        harness.listening();
        for (const QJsonValue &event : played.transcript.file()[QStringLiteral("events")].toArray()) {
            raws.push_back(event.toString().toStdString());
            harness.message(R"({"events":[)" + raws.back() + "]}");
        }
        harness.drain();
        recorded = harness.body("c-1");
    }
    QCOMPARE(raws.size(), 4u);
    Machine machine(folder("second"), played.archive);
    const auto timeline = machine.timeline("c-1");
    QVERIFY2(timeline, timeline ? "" : timeline.error().message.c_str());
    QCOMPARE(*timeline->text, recorded);
    QVERIFY(!timeline->origin.local && timeline->origin.note.empty() && timeline->origin.shared.starts_with("InfluxDB at 127.0.0.1:"));

    ListQuery query;
    query.limit = 2;
    std::string listed;
    do {
        const auto page = machine.list(query);
        QVERIFY2(page && page->origin.note.empty(), page ? page->origin.note.c_str() : page.error().message.c_str());
        for (const Summary &s : page->items)
            listed += s.interaction.value + ' ' + std::to_string(s.count) + ' ' + s.customer + ' ' + s.queues.at(0) + ' ' + s.agents.at(0) + '\n';
        query.cursor = page->nextCursor;
    } while (!query.cursor.empty());
    QCOMPARE(listed, std::string("c-3 2 Ann sales Bo \"B\"\nc-2 9 Ann sales Bo \"B\"\nc-1 4 Ann sales Bo \"B\"\n"));

    ListQuery at;
    at.from = *parseTimestamp("2026-05-06T11:44:54.118Z");
    at.to = *at.from + Duration::micros(1);
    const auto open = machine.list(at);
    QVERIFY2(open && open->origin.note.empty(), open ? open->origin.note.c_str() : "");
    QCOMPARE(open->items.size(), 1u);
    QCOMPARE(open->items[0].interaction.value, std::string("c-2"));

    // As restoring reads: from the first event on, an hour at a time.
    const auto first = firstEvent(*played.archive, influx::Span().from);
    QVERIFY(first && *first);
    const std::int64_t hour = 3600 * std::int64_t(1'000'000'000);
    std::vector<std::string> read;
    const auto done = awaited<void>([&](auto answer) {
        return played.archive->eventsBetween({**first, **first + hour}, [&](HistoryEvent &&event) {
            read.push_back(event.whole ? event.raw : "without its data");
            return true;
        }, answer);
    });
    QVERIFY2(done, done ? "" : done.error().message.c_str());
    QCOMPARE(read, raws);
    const auto next = firstEvent(*played.archive, **first + hour);
    QVERIFY(next && !*next);
    QCOMPARE(played.transcript.wrong(), QString());
}

/// The text of every question is that of the transcript, whatever the id: it stands in the parameters alone.
void TestHistoryV3::foreignTextTravelsAsAValue()
{
    QFETCH(int, language);
    Played played(language == int(Language::Sql) ? "hostile ids by SQL" : "hostile ids by InfluxQL", static_cast<Language>(language));
    Machine machine(folder("empty"), played.archive);
    for (const std::string &id : {std::string("' OR '1'='1"), std::string("\"; DROP TABLE interaction_event --"), std::string("$p0"), std::string("${1/0}"),
                                  std::string("a\\"), std::string("\n"), std::string("c-1'\0", 5)}) {
        const auto absent = machine.timeline(id);
        QVERIFY2(!absent && absent.error().code == ErrorCode::NotFound, absent ? "found" : absent.error().message.c_str());
    }
    QCOMPARE(played.transcript.wrong(), QString());
}

void TestHistoryV3::refusals_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("remedy");
    const auto row = [](const char *scenario, const char *what, const char *remedy) { QTest::newRow(scenario) << QString::fromLatin1(what) << QString::fromLatin1(remedy); };
    row("no token", "does not let us read (401)", "Give TSDB_TOKEN a token that may read the bucket contact. It said: the request was not authenticated");
    row("not allowed", "does not let us read (403)", "Give TSDB_TOKEN a token that may read the bucket contact.");
    row("no database", "has no bucket contact that can be read", "Check TSDB_BUCKET. It said: Database contact not found");
    row("request not understood", "did not understand the question (400)", "Check that TSDB_URL names the InfluxDB");
    row("query error", "failed (500)", "Ask again; look at the server and its log if it lasts. It said: query error: error while planning query");
    row("file limit", "looks at no more files for one question than its --query-file-limit allows (500)", "Raise that limit there, or use InfluxDB 3 Enterprise.");
}

void TestHistoryV3::refusals()
{
    QFETCH(QString, what);
    QFETCH(QString, remedy);
    Played played(QTest::currentDataTag(), Language::Sql);
    Machine machine(folder("empty"), played.archive);
    const auto timeline = machine.timeline("c-1");
    QVERIFY(!timeline);
    QCOMPARE(int(timeline.error().code), int(ErrorCode::Unreachable));
    const auto page = machine.list();
    QVERIFY(page && page->items.empty());
    const auto first = firstEvent(*played.archive, 0);
    QVERIFY(!first);
    for (const std::string &words : {timeline.error().message, page->origin.note, first.error().message}) {
        const QString said = QString::fromStdString(words);
        QVERIFY2(said.contains(what) && said.contains(remedy), words.c_str());
        QVERIFY2(!said.contains(QLatin1String("apiv3_token")), words.c_str());
    }
    QCOMPARE(played.transcript.wrong(), QString());
}

/// SQL knows a table only from its first row on: an empty database is no failure.
void TestHistoryV3::nothingWrittenYet()
{
    Played played("no table yet", Language::Sql);
    Machine machine(folder("empty"), played.archive);
    const auto timeline = machine.timeline("c-1");
    QVERIFY2(!timeline && timeline.error().code == ErrorCode::NotFound, timeline ? "found" : timeline.error().message.c_str());
    const auto page = machine.list();
    QVERIFY2(page && page->items.empty() && page->origin.note.empty(), page ? page->origin.note.c_str() : page.error().message.c_str());
    const auto first = firstEvent(*played.archive, influx::Span().from);
    QVERIFY2(first && !*first, first ? "an event" : first.error().message.c_str());
    QCOMPARE(played.transcript.wrong(), QString());
}

THREADLINE_TEST_MAIN(TestHistoryV3)
#include "test_history_v3.moc"
