// SPDX-License-Identifier: GPL-3.0-or-later
/// What the database's answers mean. Bodies are verbatim those of InfluxDB 1.6.7, 2.9.1 and 3, VictoriaMetrics and QuestDB.
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/influx/answers.h"
#include "core/influx/line.h"
#include "tests/support/testmain.h"

#include <rapidcheck.h>

using namespace threadline;
using namespace threadline::influx;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using What = Verdict::What;

constexpr Timestamp kNow{1'925'289'840'000'000}; // 2031-01-04T10:44:00Z

const Target &target()
{
    static const Target kTarget{"http://influx.example:8086", "secret-token", "org", "bucket", Schema::Bounded, true};
    return kTarget;
}

HttpReply reply(int status, std::string body, Headers headers = {{"content-type", "application/json; charset=utf-8"}})
{
    HttpReply out;
    out.status = status;
    out.body = std::move(body);
    out.headers = std::move(headers);
    return out;
}

Verdict judged(const HttpReply &r, const std::vector<std::string> &lines, Product product = Product::V2)
{
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    return judge(r, views, target(), product, kNow);
}

std::string errorBody(const std::string &message, const char *name = "message")
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("code", "invalid");
    w.member(name, message);
    w.endObject();
    return out;
}

/// "1:missing field value|3:..."
std::string badOf(const Verdict &v)
{
    std::string out;
    for (const Verdict::Bad &bad : v.bad)
        out += (out.empty() ? "" : "|") + std::to_string(bad.line) + ":" + bad.reason;
    return out;
}

const std::vector<std::string> &fiveLines()
{
    static const std::vector<std::string> kLines = {"m0,t=a v=1i 1767600000000000000", "m1,t=b v= 1767600000000000000", "m1 t=c",
        "m1,t=d v=1i 1767600000000000000", "m1,t=e\\ v=1i 1767600000000000000"};
    return kLines;
}

std::string conflict(const char *tail)
{
    return std::string(R"({"code":"unprocessable entity","message":"failure writing points to database: partial write: )") + tail + "\"}";
}

bool isOneLine(const std::string &text)
{
    return isUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace

Q_DECLARE_METATYPE(HttpReply)

class TestAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Half of what a server says of one line is no reason to set it aside; of many, halves find out.
    void anAnswerThatDoesNotEnd()
    {
        const std::vector<std::string_view> one{"m f=1 1"}, two{"m f=1 1", "m f=2 2"};
        for (const int status : {400, 422}) {
            HttpReply endless = reply(status, "{\"code\":\"invalid\",\"message\":\"zzzzzzzz");
            endless.cut = true;
            const Verdict verdict = judge(endless, one, {}, Product::V2, {});
            QCOMPARE(int(verdict.what), int(Verdict::Retry));
            QVERIFY(verdict.words.find("far more than belongs there") != std::string::npos);
            QCOMPARE(int(judge(endless, two, {}, Product::V2, {}).what), int(Verdict::Suspect));
        }
    }

    void identifies_data();
    void identifies();
    void refuses_data();
    void refuses();
    void requests();
    void status_data();
    void status();
    void suspects_data();
    void suspects();
    void limitsOfThree();
    void namedLines_data();
    void namedLines();
    void foreignTextNamesNothing();
    void aCutBodyStillNamesLines();
    void thousandsOfLines();
    void noAnswer();
    void retryAfter_data();
    void retryAfter();
    void wordsAreOneLineWithoutSecrets();
    void anyBytes();
    void anyLines();
};

void TestAnswers::identifies_data()
{
    QTest::addColumn<HttpReply>("ping");
    QTest::addColumn<int>("product");
    QTest::addColumn<QString>("version");
    const auto row = [](const char *name, const HttpReply &ping, Product product, const char *version = "") {
        QTest::newRow(name) << ping << int(product) << version;
    };
    row("1.6.7", reply(204, "", {{"x-influxdb-version", "1.6.7~rc0"}, {"x-influxdb-build", "OSS"}}), Product::V1, "1.6.7~rc0");
    row("v1", reply(204, "", {{"x-influxdb-version", "v1.8.10"}}), Product::V1, "v1.8.10");
    row("1.x that asks for a user", reply(401, R"({"error":"unable to parse authentication credentials"})", {{"x-influxdb-version", "1.8.10"}}), Product::V1, "1.8.10");
    row("2.9.1", reply(204, "", {{"x-influxdb-version", "v2.9.1"}, {"x-influxdb-build", "OSS"}}), Product::V2, "v2.9.1");
    row("2.x, own build", reply(204, "", {{"x-influxdb-version", "dev"}, {"x-influxdb-build", "OSS"}}), Product::V2, "dev");
    row("cloud", reply(204, "", {{"date", "now"}}), Product::Cloud);
    row("3 core", reply(200, R"({"product_name":"InfluxDB 3 Core","version":"3.10.0","revision":"d783411","process_id":"p"})"), Product::V3, "3.10.0");
    row("3 by its header", reply(200, "", {{"x-influxdb-version", "3.0.1"}}), Product::V3, "3.0.1");
    row("VictoriaMetrics", reply(204, "", {{"x-influxdb-version", "1.8.0"}, {"x-server-hostname", "vm"}}), Product::VictoriaMetrics, "1.8.0");
    row("QuestDB", reply(204, "", {{"x-influxdb-version", "v2.7.4"}, {"server", "questDB/1.0"}}), Product::QuestDb, "v2.7.4");
    row("another version", reply(204, "", {{"x-influxdb-version", "7.1"}}), Product::Other, "7.1");
    row("a web page", reply(200, "<html>", {{"content-type", "text/html"}}), Product::Other);
    row("no such path", reply(404, "no"), Product::Other);
    row("a redirect", reply(302, "", {{"location", "https://login.example/"}}), Product::Other);
    row("overload", reply(503, "starting"), Product::Unknown);
    row("gateway", reply(502, "<html>", {{"content-type", "text/html"}}), Product::Unknown);
    row("3 without a token", reply(401, ""), Product::Unknown);
    row("no answer", HttpReply{}, Product::Unknown);
    row("hostile version", reply(204, "", {{"x-influxdb-version", "2.\x01\n\xFF" + std::string(100, 'x')}}), Product::V2,
        "2.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

void TestAnswers::identifies()
{
    QFETCH(HttpReply, ping);
    QFETCH(int, product);
    QFETCH(QString, version);
    const Identity identity = identify(ping);
    QCOMPARE(int(identity.product), product);
    QCOMPARE(QString::fromStdString(identity.version), version);
}

void TestAnswers::refuses_data()
{
    QTest::addColumn<int>("product");
    QTest::addColumn<QString>("token");
    QTest::addColumn<QString>("org");
    QTest::addColumn<QString>("bucket");
    QTest::addColumn<QString>("part"); // of the words; empty: accepted
    QTest::newRow("2") << int(Product::V2) << "t" << "o" << "b" << "";
    QTest::newRow("2, no org") << int(Product::V2) << "t" << "" << "b" << "TSDB_ORG";
    QTest::newRow("cloud, no bucket") << int(Product::Cloud) << "t" << "o" << "" << "TSDB_BUCKET";
    QTest::newRow("1") << int(Product::V1) << "" << "" << "db/rp" << "";
    QTest::newRow("1, user") << int(Product::V1) << "u:p" << "" << "db" << "";
    QTest::newRow("1, token") << int(Product::V1) << "t" << "" << "db" << "TSDB_TOKEN";
    QTest::newRow("3, no org") << int(Product::V3) << "t" << "" << "db" << "";
    QTest::newRow("unknown") << int(Product::Unknown) << "t" << "" << "" << "";
    QTest::newRow("VictoriaMetrics") << int(Product::VictoriaMetrics) << "t" << "o" << "b" << "influx.example:8086 is VictoriaMetrics";
    QTest::newRow("QuestDB") << int(Product::QuestDb) << "t" << "o" << "b" << "is QuestDB";
    QTest::newRow("other") << int(Product::Other) << "t" << "o" << "b" << "Check TSDB_URL";
}

void TestAnswers::refuses()
{
    QFETCH(int, product);
    QFETCH(QString, token);
    QFETCH(QString, org);
    QFETCH(QString, bucket);
    QFETCH(QString, part);
    const Target t{"http://user:pw@influx.example:8086", token.toStdString(), org.toStdString(), bucket.toStdString(), Schema::Bounded, true};
    const QString words = QString::fromStdString(refusal({static_cast<Product>(product), ""}, t));
    QCOMPARE(words.isEmpty(), part.isEmpty());
    QVERIFY2(words.contains(part) && !words.contains(QLatin1String("pw")), qPrintable(words));
}

void TestAnswers::requests()
{
    Target t{"http://h", "tok", "my org", "a&b=c/d", Schema::Bounded, true};
    Request r = writeRequest(t, Product::V2, true);
    QCOMPARE(r.path, std::string("/api/v2/write?org=my%20org&bucket=a%26b%3Dc%2Fd&precision=ns"));
    QCOMPARE(r.headers, (Headers{{"Authorization", "Token tok"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Encoding", "gzip"}}));
    t.org.clear();
    QCOMPARE(writeRequest(t, Product::V3, false).path, std::string("/api/v2/write?bucket=a%26b%3Dc%2Fd&precision=ns"));
    t.token = "user:pass";
    r = writeRequest(t, Product::V1, false);
    QCOMPARE(r.path, std::string("/write?db=a%26b%3Dc&rp=d&precision=ns"));
    QCOMPARE(r.headers.front(), (std::pair<std::string, std::string>{"Authorization", "Basic dXNlcjpwYXNz"}));
    t.bucket = "dä";
    t.token.clear();
    r = writeRequest(t, Product::V1, false);
    QCOMPARE(r.path, std::string("/write?db=d%C3%A4&precision=ns"));
    QCOMPARE(r.headers.size(), std::size_t(1));
    QCOMPARE(pingRequest(t).path, std::string("/ping"));
    QVERIFY(pingRequest(t).headers.empty());
    t.token = "a:";
    QCOMPARE(pingRequest(t).headers.front().second, std::string("Basic YTo="));
    t.token = "a:b";
    QCOMPARE(pingRequest(t).headers.front().second, std::string("Basic YTpi"));
}

void TestAnswers::status_data()
{
    QTest::addColumn<HttpReply>("answer");
    QTest::addColumn<int>("what");
    QTest::addColumn<QString>("part"); // of the words
    const auto row = [](const char *name, const HttpReply &r, What what, const char *part = "") { QTest::newRow(name) << r << int(what) << part; };
    const Headers html{{"content-type", "text/html; charset=utf-8"}};
    row("204", reply(204, ""), What::Delivered);
    row("200 of 3", reply(200, ""), What::Delivered);
    row("201", reply(201, "{}"), What::Delivered);
    row("202", reply(202, ""), What::Setting, "202");
    row("200 with a page", reply(200, "<html>sign in</html>", html), What::Setting, "influx.example:8086 answers with a web page");
    row("200 with a page, unnamed", reply(200, "  <!DOCTYPE html>", {}), What::Setting, "web page");
    row("VictoriaMetrics 204", reply(204, "", {{"x-influxdb-version", "1.8.0"}, {"x-server-hostname", "vm"}}), What::Setting, "VictoriaMetrics");
    row("VictoriaMetrics 400", reply(400, "unsupported path requested: \"/api/v2/write\"", {{"x-server-hostname", "vm"}}), What::Setting, "VictoriaMetrics");
    row("301", reply(301, "", {{"location", "https://u:p@login.example:444/sso?x=secret"}}), What::Setting, "redirect (301) to login.example:444,");
    row("307 within", reply(307, "", {{"location", "/other"}}), What::Setting, "redirect (307), which");
    row("wrong token", reply(401, R"({"code":"unauthorized","message":"unauthorized access"})"), What::Setting, "(401, unauthorized access) does not accept the token. Check TSDB_TOKEN");
    row("1.x user", reply(401, R"({"error":"authorization failed"})"), What::Setting, "TSDB_TOKEN");
    row("read only", reply(403, R"({"code":"forbidden","message":"insufficient permissions for write"})"), What::Setting, "TSDB_TOKEN");
    row("proxy page", reply(403, "<html>denied</html>", html), What::Setting, "web page");
    row("bucket", reply(404, R"({"code":"not found","message":"bucket \"nosuch\" not found"})"), What::Setting, "TSDB_BUCKET");
    row("bucket missing", reply(404, R"({"code":"not found","message":"bucket not found"})"), What::Setting, "TSDB_BUCKET");
    row("org", reply(404, R"({"code":"not found","message":"organization name \"nosuch\" not found"})"), What::Setting, "TSDB_ORG");
    row("org missing", reply(400, R"({"code":"invalid","message":"Please provide either orgID or org"})"), What::Setting, "TSDB_ORG");
    row("1.x database", reply(404, R"({"error":"database not found: \"x\""})"), What::Setting, "TSDB_BUCKET");
    row("dbrp", reply(404, R"({"code":"not found","message":"no dbrp mapping found"})"), What::Setting, "TSDB_BUCKET");
    row("path", reply(404, "{\n\t\"code\": \"not found\",\n\t\"message\": \"path not found\"\n}\n"), What::Setting, "TSDB_URL");
    row("method", reply(405, R"({"code":"method not allowed","message":"allow: OPTIONS, POST"})"), What::Setting, "TSDB_URL");
    row("precision", reply(400, R"({"code":"invalid","message":"invalid precision; valid precision units are ns, us, ms, and s"})"), What::Setting, "TSDB_URL");
    row("http for https", reply(400, "Client sent an HTTP request to an HTTPS server.\n", {{"content-type", "text/plain"}}), What::Setting, "https://");
    row("text of a proxy", reply(400, "bad request", {{"content-type", "text/plain"}}), What::Setting, "(bad request)");
    row("nginx 400", reply(400, "<html><h1>400 Bad Request</h1>", html), What::Setting, "web page");
    row("max-values-per-tag",
        reply(400, R"({"error":"partial write: max-values-per-tag limit exceeded (100750/100000): measurement=\"genesys_interaction_events\" tag=\"participantId\" value=\"x\" dropped=5000"})"),
        What::Setting, "THREADLINE_TSDB_SCHEMA");
    row("max-series", reply(400, R"({"error":"partial write: max-series-per-database limit exceeded: (1000000) dropped=5"})"), What::Setting, "limit");
    row("gzip unknown", reply(415, ""), What::NoGzip);
    row("old QuestDB", reply(400, "gzip encoding is not supported", {}), What::NoGzip);
    row("gzip in JSON", reply(400, R"({"code":"invalid","message":"Gzip encoding not supported"})"), What::NoGzip);
    row("413 of nginx", reply(413, "<html>too large", html), What::TooLarge);
    row("413 of 1.x", reply(413, R"({"error":"Request Entity Too Large"})"), What::TooLarge);
    row("408", reply(408, ""), What::Retry);
    row("429", reply(429, R"({"code":"too many requests","message":"slow down"})"), What::Retry, "overloaded");
    row("499", reply(499, ""), What::Retry);
    row("503 of 1.x", reply(503, "request throttled, queue full", {{"content-type", "text/plain"}}), What::Retry, "queue full");
    row("503 starting", reply(503, R"({"status":"starting"})"), What::Retry);
    row("cache full", reply(500, R"x({"error":"engine: cache-max-memory-size exceeded: (2052070/2000000)"})x"), What::Retry, "cache-max-memory-size");
    row("opaque 500", reply(500, R"({"code":"internal error","message":"An internal error has occurred - check server logs"})"), What::Retry);
    row("gzip cut short", reply(500, R"({"code":"internal error","message":"unable to read data: unexpected EOF"})"), What::Retry);
    row("502 page", reply(502, "<html>Bad Gateway", html), What::Retry);
    row("504 page", reply(504, "<html>", html), What::Retry);
    row("507", reply(507, ""), What::Retry);
}

void TestAnswers::status()
{
    QFETCH(HttpReply, answer);
    QFETCH(int, what);
    QFETCH(QString, part);
    const Verdict v = judged(answer, fiveLines());
    QVERIFY2(int(v.what) == what, v.words.c_str());
    QCOMPARE(v.words.empty(), v.what == What::Delivered);
    QVERIFY2(QString::fromStdString(v.words).contains(part), v.words.c_str());
    QVERIFY(isOneLine(v.words) && v.words.find("secret") == std::string::npos);
    QVERIFY(v.bad.empty());
}

void TestAnswers::suspects_data()
{
    QTest::addColumn<HttpReply>("answer");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *name, const HttpReply &r, const char *reason) { QTest::newRow(name) << r << reason; };
    row("type conflict", reply(422, conflict(R"(field type conflict: input field \"v\" on measurement \"m2\" is type integer, already exists as type string dropped=1)")),
        R"(field type conflict: input field "v" on measurement "m2" is type integer, already exists as type string)");
    row("field time", reply(422, conflict(R"(invalid field name: input field \"time\" on measurement \"m3c\" is invalid dropped=1)")),
        R"(invalid field name: input field "time" on measurement "m3c" is invalid)");
    row("field time beside a good one", reply(422, conflict(R"(input field \"time\" on measurement \"m\" is invalid. Field \"time\" has been stripped from point. dropped=0 for database: 1ed99c0240575dde for retention policy: autogen)")),
        R"(input field "time" on measurement "m" is invalid. Field "time" has been stripped from point.)");
    row("retention", reply(422, conflict(R"(dropped 2 points outside retention policy of duration 1h0m0s - oldest point m4,t=b at 2026-01-05T08:00:00Z dropped because it violates a Retention Policy Lower Bound at 2026-11-23T19:21:45.351146128Z dropped=2 for database: 7522b3e18738004a for retention policy: autogen)")),
        "dropped 2 points outside retention policy of duration 1h0m0s - oldest point m4,t=b at 2026-01-05T08:00:00Z dropped because it violates a Retention Policy Lower Bound at 2026-11-23T19:21:45.351146128Z");
    row("too long", reply(422, conflict(R"(input field \"p\" on measurement \"m7\" is too long, 1258291 \u003e 1048576 dropped=1)")),
        R"(input field "p" on measurement "m7" is too long, 1258291 > 1048576)");
    row("1.x conflict", reply(400, R"({"error":"partial write: field type conflict: input field \"gzip\" on measurement \"m\" is type float, already exists as type string dropped=1"})"),
        R"(field type conflict: input field "gzip" on measurement "m" is type float, already exists as type string)");
    row("unknown 400", reply(400, R"({"code":"invalid","message":"something new"})"), "something new");
    row("3, nothing named", reply(400, R"({"error":"partial write of line protocol occurred","data":[]})"), "partial write of line protocol occurred");
    row("3, as to 2.x", reply(400, R"({"code":"invalid","message":"write buffer error: parsing for line protocol failed"})", {}), "write buffer error: parsing for line protocol failed");
    row("only a header", reply(400, "", {{"x-influxdb-error", "partial write: odd dropped=1"}}), "odd");
    row("another line named", reply(400, R"({"code":"invalid","message":"unable to parse 'x': bad"})"), "unable to parse 'x': bad");
    row("no words", reply(400, "{}"), "refused with status 400");
    row("another 4xx", reply(409, R"({"code":"conflict","message":"c"})"), "c");
}

void TestAnswers::suspects()
{
    QFETCH(HttpReply, answer);
    QFETCH(QString, reason);
    const Verdict v = judged(answer, fiveLines());
    QVERIFY2(v.what == What::Suspect, v.words.c_str());
    QCOMPARE(QString::fromStdString(v.reason), reason);
    QVERIFY(!v.words.empty() && isOneLine(v.words));
    if (answer.status == 422)
        QCOMPARE(judged(answer, fiveLines(), Product::V3).what, What::Setting);
}

/// They are the server's, not of a line: nothing is put aside for them.
void TestAnswers::limitsOfThree()
{
    const HttpReply refused[] = {
        reply(400, R"({"code":"invalid","message":"write buffer error: catalog update error: Adding a new database would exceed limit of 5 databases"})", {}),
        reply(400, R"({"code":"invalid","message":"catalog error: Update to schema would exceed number of columns per table limit of 500 columns"})", {}),
        reply(422, R"({"error":"Update to schema would exceed number of tables per database limit of 2000 tables"})", {})};
    for (const HttpReply &answer : refused) {
        const Verdict v = judged(answer, fiveLines(), Product::V3);
        QVERIFY2(v.what == What::Setting && v.words.find("limit of databases, tables or columns") != std::string::npos, v.words.c_str());
        QVERIFY(judged(answer, fiveLines(), Product::V2).what == What::Suspect); // no other product means the same by it
    }
}

void TestAnswers::namedLines_data()
{
    QTest::addColumn<HttpReply>("answer");
    QTest::addColumn<QString>("bad");
    const auto row = [](const char *name, const HttpReply &r, const char *bad) { QTest::newRow(name) << r << bad; };
    row("1 bad", reply(400, R"({"code":"invalid","message":"unable to parse 'm1,t=b v= 1767600000000000000': missing field value"})"), "1:missing field value");
    row("3 bad", reply(400, R"({"code":"invalid","message":"unable to parse 'm1,t=b v= 1767600000000000000': missing field value\nunable to parse 'm1 t=c': invalid boolean\nunable to parse 'm1,t=e\\ v=1i 1767600000000000000': invalid tag format"})"),
        "1:missing field value|2:invalid boolean|4:invalid tag format");
    row("1.x", reply(400, R"({"error":"partial write: unable to parse 'm1,t=b v= 1767600000000000000': missing field value dropped=0"})"), "1:missing field value");
    row("1.x, two", reply(400, R"({"error":"partial write: unable to parse 'm1 t=c': invalid boolean\nunable to parse 'm1,t=b v= 1767600000000000000': missing field value dropped=0"})"),
        "1:missing field value|2:invalid boolean");
    row("one of ours, one of nobody", reply(400, R"({"code":"invalid","message":"unable to parse 'x': y\nunable to parse 'm1 t=c': strconv.ParseInt: parsing \"1': \": value out of range"})"),
        "2:strconv.ParseInt: parsing \"1': \": value out of range");
    row("3", reply(400, R"({"error":"partial write of line protocol occurred","data":[{"original_line":"m1,t=b v= 1767600000000000000","line_number":2,"error_message":"no value"},{"original_line":"m1 t=c","line_number":3,"error_message":"bad\nbool"}]})"),
        "1:no value|2:bad bool");
    row("3, all or nothing", reply(400, R"({"error":"parsing failed for write_lp endpoint","data":{"original_line":"m1 t=c","line_number":3,"error_message":"bad"}})"), "2:bad");
    row("3, wrong number", reply(400, R"({"error":"e","data":[{"original_line":"m1 t=c","line_number":1,"error_message":"bad"}]})"), "2:bad");
    row("3, number alone", reply(400, R"({"error":"e","data":[{"line_number":5,"error_message":"bad"},{"line_number":6},{"line_number":-1},7,null,{"line_number":99999999999999999999}]})"), "4:bad");
    row("Cloud Dedicated", reply(400, R"({"code":"invalid","line":2,"message":"failed to parse line protocol: errors encountered on line(s):\nerror parsing line 2 (1-based): Invalid measurement was provided\nerror parsing line 4 (1-based): Unable to parse timestamp value '1'"})"),
        "1:Invalid measurement was provided|3:Unable to parse timestamp value '1'");
    row("Cloud, line alone", reply(400, R"({"code":"invalid","line":2,"message":"odd"})"), "1:odd");
    row("among many 422", reply(422, R"({"error":"e","data":[{"original_line":"m1 t=c","line_number":3,"error_message":"bad"}]})"), "2:bad");
}

void TestAnswers::namedLines()
{
    QFETCH(HttpReply, answer);
    QFETCH(QString, bad);
    const Verdict v = judged(answer, fiveLines());
    QVERIFY2(v.what == What::BadLines, v.words.c_str());
    QCOMPARE(QString::fromStdString(badOf(v)), bad);
    QVERIFY(isOneLine(v.words));
}

void TestAnswers::foreignTextNamesNothing()
{
    const std::string good = R"(m v="good" 1)";
    const std::string bad = "m v=\"it's\nunable to parse 'm v=\\\"good\\\" 1': no\nerror parsing line 1 (1-based): no\" x";
    const std::string message = "unable to parse '" + bad + "': bad timestamp";
    QCOMPARE(badOf(judged(reply(400, errorBody(message)), {good, bad, bad})), std::string("1:bad timestamp|2:bad timestamp"));
    QCOMPARE(judged(reply(400, errorBody(message)), {good}).what, What::Suspect);
    // of two that fit the longer one is meant
    QCOMPARE(badOf(judged(reply(400, errorBody("unable to parse 'a': b': c")), {"a", "a': b"})), std::string("1:c"));
}

void TestAnswers::aCutBodyStillNamesLines()
{
    const std::string body = R"({"code":"invalid","message":"unable to parse 'm1 t=c': invalid boolean\nunable to parse 'm1,t=b v= 17676)";
    for (std::size_t size = 0; size <= body.size(); ++size) {
        HttpReply r = reply(400, body.substr(0, size));
        r.cut = true;
        const Verdict v = judged(r, fiveLines());
        QVERIFY(v.what == What::Suspect || v.what == What::BadLines || size == 0);
        QVERIFY(v.bad.empty() || v.bad.front().line == 2);
    }
    QCOMPARE(badOf(judged(reply(400, body), fiveLines())), std::string("2:invalid boolean"));
    const std::string three = R"({"error":"partial write of line protocol occurred","data":[{"original_line":"m1 t=c","line_number":3,"error_message":"bad"},{"orig)";
    QCOMPARE(badOf(judged(reply(400, three), fiveLines())), std::string("2:bad"));
}

void TestAnswers::thousandsOfLines()
{
    std::vector<std::string> lines;
    std::string message;
    for (int i = 0; i < 5000; ++i) {
        lines.push_back("m,t=" + std::to_string(i) + " v= 1767600000000000000");
        message += (i ? "\n" : "") + ("unable to parse '" + lines.back() + "': missing field value");
    }
    QCOMPARE(judged(reply(400, errorBody(message)), lines).bad.size(), lines.size());
    HttpReply r = reply(400, errorBody(message).substr(0, 256 << 10));
    r.cut = true;
    const Verdict v = judged(r, lines);
    QCOMPARE(v.what, What::BadLines);
    QVERIFY(v.bad.size() > 3000 && v.bad.size() < 5000);
}

void TestAnswers::noAnswer()
{
    HttpReply r;
    r.failure = "connection refused";
    Verdict v = judged(r, fiveLines());
    QCOMPARE(v.what, What::Retry);
    QVERIFY(v.words.find("InfluxDB at influx.example:8086 gives no answer: connection refused.") == 0);
    r.setting = true;
    QCOMPARE(judged(r, fiveLines()).what, What::Setting);
}

void TestAnswers::retryAfter_data()
{
    QTest::addColumn<QString>("header");
    QTest::addColumn<qint64>("seconds"); // -1: none
    QTest::newRow("none") << "" << qint64(-1);
    QTest::newRow("seconds") << "7" << qint64(7);
    QTest::newRow("blanks") << " 7 " << qint64(7);
    QTest::newRow("zero") << "0" << qint64(0);
    QTest::newRow("a day") << "86400" << qint64(600);
    QTest::newRow("endless") << "99999999999999999999999" << qint64(600);
    QTest::newRow("negative") << "-5" << qint64(-1);
    QTest::newRow("words") << "soon" << qint64(-1);
    QTest::newRow("date") << QString::fromStdString("DATE+30") << qint64(30);
    QTest::newRow("past") << "Wed, 21 Oct 2015 07:28:00 GMT" << qint64(0);
    QTest::newRow("far") << "Wed, 21 Oct 2099 07:28:00 GMT" << qint64(600);
    QTest::newRow("no month") << "Wed, 21 Ocx 2015 07:28:00 GMT" << qint64(-1);
    QTest::newRow("no day") << "Wed, 31 Feb 2031 07:28:00 GMT" << qint64(-1);
}

void TestAnswers::retryAfter()
{
    QFETCH(QString, header);
    QFETCH(qint64, seconds);
    if (header == QLatin1String("DATE+30"))
        header = QLocale::c().toString(QDateTime::fromMSecsSinceEpoch(kNow.us / 1000 + 30'000, Qt::UTC), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    for (const int status : {429, 503}) {
        const Verdict v = judged(reply(status, "", {{"retry-after", header.toStdString()}}), fiveLines());
        QCOMPARE(v.what, What::Retry);
        QCOMPARE(v.wait ? v.wait->us / 1'000'000 : -1, seconds);
    }
}

void TestAnswers::wordsAreOneLineWithoutSecrets()
{
    log::mask("very-secret");
    const Verdict v = judged(reply(400, errorBody("a\r\nb\x1b[31m\u202E very-secret \x7f" + std::string(2000, 'z'))), fiveLines());
    QCOMPARE(v.what, What::Suspect);
    QVERIFY(v.reason.starts_with("a b [31m *** zzz") && v.reason.ends_with("...") && v.reason.size() <= 300);
    QVERIFY(isOneLine(v.words) && v.words.size() < 1000);
    const Verdict cut = judged(reply(400, errorBody(std::string(299, 'a') + "€€€")), fiveLines());
    QVERIFY(isUtf8(cut.reason) && cut.reason.size() <= 300 && cut.reason.size() > 290);
    const Verdict foreign = judged(reply(400, "{\"message\":\"\xFF\xC2"), fiveLines());
    QVERIFY(isOneLine(foreign.words) && isOneLine(foreign.reason));
}

void TestAnswers::anyBytes()
{
    const bool ok = rc::check("any answer is judged, in words that can be shown", [](std::string body) {
        const int status = *rc::gen::element(200, 204, 302, 400, 401, 404, 413, 422, 429, 500);
        const std::string start = *rc::gen::element<std::string>("", "{", "[", "<", "{\"message\":\"", "{\"error\":\"e\",\"data\":[", "{\"message\":\"unable to parse 'm1 t=c': ",
                                                                 "{\"data\":{\"line_number\":2,", "\"line\":\\u", "{\"message\":\"error parsing line ");
        const Verdict v = judged(reply(status, start + body), fiveLines());
        RC_ASSERT(isOneLine(v.words) && isOneLine(v.reason));
        for (const Verdict::Bad &bad : v.bad)
            RC_ASSERT(bad.line < fiveLines().size() && isOneLine(bad.reason) && bad.reason.size() <= 300);
        RC_ASSERT((v.what == What::BadLines) == !v.bad.empty());
        (void)identify(reply(status, start + body));
    });
    QVERIFY(ok);
}

void TestAnswers::anyLines()
{
    const bool ok = rc::check("the lines named are exactly the bad ones, whatever is in them", [] {
        const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("'", "': ", "\n", "\"", "\\", "a", "€", "unable to parse '")),
                                       [](const std::vector<std::string> &pieces) {
                                           std::string out;
                                           for (const std::string &p : pieces)
                                               out += p;
                                           return out;
                                       });
        std::vector<std::string> lines;
        std::vector<bool> isBad;
        std::string message, expected;
        const int count = *rc::gen::inRange(1, 8);
        for (int i = 0; i < count; ++i) {
            std::string line = "m,t=" + std::to_string(i);
            LineWriter writer(line, "");
            writer.text("f", *text);
            writer.end(i);
            line.pop_back();
            lines.push_back(line);
            if (*rc::gen::arbitrary<bool>()) {
                message += (message.empty() ? "" : "\n") + ("unable to parse '" + line + "': why");
                expected += (expected.empty() ? "" : "|") + std::to_string(i) + ":why";
            }
        }
        RC_PRE(!expected.empty());
        RC_ASSERT(badOf(judged(reply(400, errorBody(message)), lines)) == expected);
    });
    QVERIFY(ok);
}

THREADLINE_TEST_MAIN(TestAnswers)
#include "test_answers.moc"
