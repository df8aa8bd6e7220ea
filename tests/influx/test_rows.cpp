// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers as real servers send them, whole, in pieces of every size, broken, and with errors inside a 200.
#include "core/base/hash.h"
#include "core/influx/rows.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace threadline;
using namespace threadline::influx;

namespace {

/// What an answer gives, fed in pieces of `size` bytes: "name=text;..." a row, or the error.
std::string readAll(Language language, const std::string &answer, std::size_t size)
{
    RowReader reader(language);
    std::string out;
    const auto each = [&](const Row &row) {
        out += row.text("a") + '|' + std::to_string(row.number("n").value_or(-1)) + '|' + std::to_string(row.time().value_or(0)) + '\n';
        return true;
    };
    for (std::size_t at = 0; at < answer.size(); at += size) {
        if (const auto fed = reader.feed(std::string_view(answer).substr(at, size), each); !fed)
            return out + "error: " + fed.error().message;
    }
    const auto ended = reader.end(each);
    return ended ? out : out + "error: " + ended.error().message;
}

} // namespace

class TestRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answers_data();
    void answers();
    void enough();
    void events();
};

void TestRows::answers_data()
{
    QTest::addColumn<int>("language");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("expected");
    const int ql = int(Language::InfluxQl), flux = int(Language::Flux), sql = int(Language::Sql);
    QTest::newRow("influxql") << ql
        << QByteArray(R"({"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","a","n"],"values":[[1767600000000000000,"x \"y\"",1],[2,null,2]]}]}]})")
        << QByteArray("x \"y\"|1|1767600000000000000\n|2|2\n");
    QTest::newRow("influxql in parts") << ql
        << QByteArray("{\"results\":[{\"series\":[{\"columns\":[\"time\",\"a\"],\"values\":[[1,\"x\"]],\"partial\":true}],\"partial\":true}]}\n"
                      "{\"results\":[{\"series\":[{\"columns\":[\"time\",\"a\"],\"values\":[[2,\"\\u003cy\"]]}]}]}\n")
        << QByteArray("x|-1|1\n<y|-1|2\n");
    QTest::newRow("influxql cut between parts") << ql
        << QByteArray("{\"results\":[{\"series\":[{\"columns\":[\"time\",\"a\"],\"values\":[[1,\"x\"]],\"partial\":true}],\"partial\":true}]}\n")
        << QByteArray("x|-1|1\nerror: InfluxDB's answer was cut short.");
    QTest::newRow("influxql nothing") << ql << QByteArray("{\"results\":[{\"statement_id\":0}]}\n") << QByteArray("");
    QTest::newRow("influxql empty body") << ql << QByteArray("") << QByteArray("error: InfluxDB's answer was cut short.");
    QTest::newRow("influxql error in a 200") << ql << QByteArray(R"({"results":[{"statement_id":0,"error":"database not found: nosuch"}]})")
                                             << QByteArray("error: InfluxDB could not answer: database not found: nosuch");
    QTest::newRow("influxql late error") << ql
        << QByteArray("{\"results\":[{\"series\":[{\"columns\":[\"time\",\"a\"],\"values\":[[1,\"x\"]]}],\"partial\":true}]}\n"
                      "{\"results\":[{\"error\":\"timeout\"}]}\n")
        << QByteArray("x|-1|1\nerror: InfluxDB could not answer: timeout");
    QTest::newRow("flux") << flux
        << QByteArray("#datatype,string,long,dateTime:RFC3339,string,long\r\n#group,false,false,false,false,false\r\n#default,_result,,,,\r\n"
                      ",result,table,_time,a,n\r\n,,0,2026-01-05T08:00:00.000000001Z,\"x, \"\"y\"\"\nz\",7\r\n,,0,2026-01-05T08:00:00Z,,\r\n\r\n")
        << QByteArray("x, \"y\"\nz|7|1767600000000000001\n|-1|1767600000000000000\n");
    QTest::newRow("flux nothing") << flux << QByteArray("\r\n") << QByteArray("");
    QTest::newRow("flux error after rows") << flux
        << QByteArray("#datatype,string,long,string\r\n#group,false,false,false\r\n#default,ok,,\r\n,result,table,a\r\n,,0,x\r\n\r\n"
                      "#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,schema collision: cannot group,\r\n")
        << QByteArray("x|-1|0\nerror: InfluxDB could not answer: schema collision: cannot group");
    QTest::newRow("flux cut in quotes") << flux << QByteArray(",result,table,a\r\n,,0,\"x") << QByteArray("error: InfluxDB's answer was cut short.");
    QTest::newRow("flux cut behind a row") << flux << QByteArray("#datatype,string\r\n,result,a\r\n,,x\r\n,,trunc") << QByteArray("|-1|0\nerror: InfluxDB's answer was cut short.").prepend("x");
    QTest::newRow("flux row too short") << flux << QByteArray("#datatype,string\r\n,result,a\r\n,x\r\n") << QByteArray("error: InfluxDB's answer has a row that does not fit its columns.");
    QTest::newRow("flux a page") << flux << QByteArray("<html>\r\n<body>sign in</body>\r\n</html>\r\n") << QByteArray("error: InfluxDB's answer is no annotated CSV.");
    QTest::newRow("influxql a page") << ql << QByteArray("<html>sign in</html>") << QByteArray("error: InfluxDB's answer is no JSON: it is not valid JSON (The JSON document has an improper structure: missing or superfluous commas, braces, missing keys, etc.)");
    QTest::newRow("influxql other JSON") << ql << QByteArray(R"({"login":"https://sso.example"})") << QByteArray("error: InfluxDB's answer has no results.");
    QTest::newRow("influxql of 3") << ql << QByteArray("{\"error\":\"Database x not found\"}") << QByteArray("error: InfluxDB could not answer: Database x not found");
    QTest::newRow("sql error") << sql << QByteArray("{\"a\":\"x\",\"time\":\"2026-01-05T08:00:00\"}\n{\"error\":\"query error: gone\",\"data\":null}\n") << QByteArray("x|-1|1767600000000000000\nerror: InfluxDB could not answer: query error: gone");
    QTest::newRow("sql column error") << sql << QByteArray("{\"a\":\"x\",\"error\":\"a column\",\"time\":\"2026-01-05T08:00:00\"}\n") << QByteArray("x|-1|1767600000000000000\n");
    QTest::newRow("sql") << sql << QByteArray("{\"a\":\"x\",\"n\":3,\"time\":\"2026-01-05T08:00:00.000000009\"}\n{\"n\":4,\"time\":\"2026-01-05T08:00:00\"}\n")
                         << QByteArray("x|3|1767600000000000009\n|4|1767600000000000000\n");
    QTest::newRow("sql cut") << sql << QByteArray("{\"a\":\"x\",\"n\":3") << QByteArray("error: InfluxDB's answer is no line of JSON objects.");
}

void TestRows::answers()
{
    QFETCH(int, language);
    QFETCH(QByteArray, answer);
    QFETCH(QByteArray, expected);
    for (std::size_t size = 1; size <= static_cast<std::size_t>(answer.size()) + 1; ++size)
        QCOMPARE(readAll(static_cast<Language>(language), answer.toStdString(), size), expected.toStdString());
}

void TestRows::enough()
{
    RowReader reader(Language::Sql);
    int rows = 0;
    const auto each = [&](const Row &) { return ++rows < 2; };
    QVERIFY(reader.feed("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\nnonsense\n", each));
    QVERIFY(reader.end(each));
    QCOMPARE(rows, 2);
    QVERIFY(reader.enough());
}

void TestRows::events()
{
    RowReader reader(Language::Sql);
    std::vector<HistoryEvent> found;
    const auto each = [&](const Row &row) {
        if (auto event = eventOf(row, Schema::Bounded))
            found.push_back(std::move(*event));
        return true;
    };
    const std::string whole = R"({"id":"e","type":"odd","timestamp":"2026-01-05T08:00:00Z","data":{"interactionId":"i","participantId":"p"}})";
    const auto row = [](const std::string &payload, const std::string &more = {}) {
        std::string text;
        json::appendString(text, payload);
        return R"({"interactionId":"i","eventId":"e","timeUs":1767600000000000,"eventType":"odd","payload":)" + text + more + '}';
    };
    const auto replaced = [](std::string text, const std::string &what, const std::string &with) { return text.replace(text.find(what), what.size(), with); };
    const std::string made = R"({"timestamp":"2026-01-05T08:00:00Z","type":"t","data":{"channelId":"c"}})";
    const std::pair<std::string, std::string> lines[] = {
        {row(whole, R"(,"provenance":"import")"), whole},
        {replaced(row(made), R"("e")", "\"h-" + hash128(made).hex() + '"'), made}, // has no id of its own
        {R"({"interactionId":"i","eventId":"f","timeUs":1767600000000001,"eventType":"other","type":"odd","sequence":4,"participantId":"p"})",
         R"({"id":"f","type":"odd","timestamp":"2026-01-05T08:00:00.000001Z","sequence":4,"data":{"interactionId":"i","participantId":"p"}})"},
        {R"({"interactionId":"i","timeUs":1})", ""},
        {R"({"interactionId":"i","eventId":"f","timeUs":1767600000000001})", ""},                          // of no type
        {R"({"interactionId":"i","eventId":"f","timeUs":9223372036854775807,"eventType":"odd"})", ""}};     // in no time of ours
    for (const auto &[line, raw] : lines) {
        found.clear();
        QVERIFY(reader.feed(line + '\n', each));
        QCOMPARE(found.empty() ? std::string() : found[0].raw, raw);
    }
    QVERIFY(reader.feed(lines[0].first + '\n' + lines[2].first + '\n', each));
    QVERIFY(found[0].whole && found[0].provenance == Provenance::Import && !found[1].whole);
    // A payload that is not the event its row speaks of counts as absent.
    const std::string strange[] = {"", "nonsense", "17", "[]", "{}", whole.substr(0, 40), replaced(whole, "\"e\"", "\"g\""), replaced(whole, "\"e\"", "7"),
                                   replaced(whole, "08:00:00Z", "08:00:01Z"), replaced(whole, "\"odd\"", "1"), replaced(whole, "\"i\"", "\"j\""),
                                   replaced(whole, "\"i\"", "1"), replaced(whole, "\"p\"", "{}"), replaced(whole, R"({"interactionId":"i","participantId":"p"})", "{}"),
                                   replaced(whole, R"({"interactionId":"i","participantId":"p"})", "3"), made};
    for (const std::string &payload : strange) {
        found.clear();
        QVERIFY(reader.feed(row(payload) + '\n', each));
        QVERIFY2(found.size() == 1 && !found[0].whole, payload.c_str());
        QCOMPARE(found[0].raw, std::string(R"({"id":"e","type":"odd","timestamp":"2026-01-05T08:00:00.000Z","data":{"interactionId":"i"}})"));
    }
}

THREADLINE_TEST_MAIN(TestRows)
#include "test_rows.moc"
