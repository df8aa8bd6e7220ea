// SPDX-License-Identifier: GPL-3.0-or-later
/// The servers that other tests write to: a played InfluxDB answers as the real one does, word for word, and misbehaves as told.
#include "tests/support/fakeinflux.h"
#include "tests/support/influxserver.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTcpSocket>

#include <zlib.h>

using namespace threadline::test;
using namespace std::chrono_literals;

namespace {

const QByteArray kTime = " 1767600000000000000";

/// A real or a played server, as a client sees it.
struct Subject {
    bool isV1 = false;
    QByteArray url;
    QByteArray right, wrong, reader; ///< Authorization headers

    QByteArray target(const QByteArray &bucket = "bucket", const QByteArray &org = "org",
                      const QByteArray &more = "&precision=ns") const
    {
        return isV1 ? url + "/write?db=" + bucket + more : url + "/api/v2/write?org=" + org + "&bucket=" + bucket + more;
    }
    PlainAnswer write(const QByteArray &lines) const { return send({"POST", target(), {right}, lines}); }
};

/// A request and what both products answer to it; `{}` for the measurement of this case alone.
struct Case {
    const char *name;
    QByteArray lines;
    int statusV1;
    QByteArray bodyV1;
    int statusV2;
    QByteArray bodyV2;
};

QByteArray partial(const QByteArray &reason) { return "{\"error\":\"partial write: " + reason + "\"}\n"; }
QByteArray plain(const QByteArray &reason) { return "{\"error\":\"" + reason + "\"}\n"; }
QByteArray invalid(const QByteArray &reason) { return R"({"code":"invalid","message":")" + reason + "\"}"; }
QByteArray unprocessable(const QByteArray &reason)
{
    return R"({"code":"unprocessable entity","message":"failure writing points to database: partial write: )" + reason + "\"}";
}

/// A body that is wrong as a whole has the same reason in both.
Case wrongLine(const char *name, const QByteArray &line, const QByteArray &reason)
{
    QByteArray shown = line;
    shown.replace('\\', "\\\\").replace('"', "\\\"");
    const QByteArray words = "unable to parse '" + shown + "': " + reason;
    return {name, line, 400, plain(words), 400, invalid(words)};
}

QList<Case> cases()
{
    const QByteArray t = kTime;
    const QByteArray conflict =
        R"(field type conflict: input field \"v\" on measurement \"{}\" is type string, already exists as type integer dropped=2)";
    const QByteArray twoBad =
        R"(unable to parse '{},t=b v= 1767600000000000000': missing field value\nunable to parse '{} t=c': invalid boolean)";
    const QByteArray tooLong = R"(input field \"p\" on measurement \"{}\" is too long, 1258291 \u003e 1048576 dropped=1)";
    const QByteArray time = R"(invalid field name: input field \"time\" on measurement \"{}\" is invalid dropped=1)";
    return {
        {"good", "{},t=a v=1i" + t, 204, "", 204, ""},
        {"nothing", "", 204, "", 204, ""},
        {"only blanks and a comment", "\n\n# a comment\n", 204, "", 204, ""},
        {"two of three bad", "{},t=a v=1i" + t + "\n{},t=b v=" + t + "\n{} t=c", 400, partial(twoBad + " dropped=0"), 400,
         invalid(twoBad)},
        {"type conflict, two of three", "{} v=1i" + t + "\n{},t=b v=\"x\"" + t + "\n{},t=c v=\"y\"" + t, 400, partial(conflict),
         422, unprocessable(conflict)},
        {"field named time", "{} time=1i" + t, 400, partial(time), 422, unprocessable(time)},
        {"newline, comma and quote in a string", "{},t=a v=\"x\ny, \\\"z=1\\\" \\\\\"" + t, 204, "", 204, ""},
        {"escapes in names", "{}\\,\\ x,t\\=\\ u=a\\,b f\\ g=1i" + t, 204, "", 204, ""},
        {"unsigned", "{} u=1u", 400, plain("unable to parse '{} u=1u': invalid number"), 204, ""},
        {"long string", "{} p=\"" + QByteArray(1'258'291, 'x') + "\"" + t, 204, "", 422, unprocessable(tooLong)},
        wrongLine("no fields", "m", "missing fields"),
        wrongLine("no value", "m v=", "missing field value"),
        wrongLine("no equals sign", "m v", "invalid field format"),
        wrongLine("second field without one", "m v=1i,w", "invalid field format"),
        wrongLine("no field key", "m =1i", "missing field key"),
        wrongLine("no measurement", ",t=a v=1i", "missing measurement"),
        wrongLine("no tag key", "m,=a v=1i", "missing tag key"),
        wrongLine("no tag value", "m,t= v=1i", "missing tag value"),
        wrongLine("tag ends in a backslash", "m,t=e\\ v=1i" + t, "invalid tag format"),
        wrongLine("equals sign in a tag", "m,t=a=b v=1i", "invalid tag format"),
        wrongLine("open string", "m v=\"a", "unbalanced quotes"),
        wrongLine("not a number", "m v=NaN", "invalid number"),
        wrongLine("number with a tail", "m v=12x", "invalid number"),
        wrongLine(
            "integer out of range", "m v=9223372036854775808i",
            R"(unable to parse integer 9223372036854775808: strconv.ParseInt: parsing \"9223372036854775808\": value out of range)"),
        wrongLine("timestamp with decimals", "m v=1i 1.5", "bad timestamp"),
        wrongLine("timestamp with a carriage return", "m v=1i" + t + "x", "bad timestamp"),
        wrongLine("tag twice", "m,t=a,t=b v=1i", "duplicate tags"),
    };
}

QByteArray zipped(const QByteArray &body)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(body.size()))) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(body.constData()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray basic(const QByteArray &pair) { return "Authorization: Basic " + pair.toBase64(); }

} // namespace

class TestInfluxServers : public QObject {
    Q_OBJECT

    std::unique_ptr<RealInflux> m_real[2];
    std::unique_ptr<FakeInflux> m_fake[2];
    QByteArray m_reader[2];

    Subject subject(bool isReal, bool isV1) const
    {
        const int at = isV1 ? 0 : 1;
        Subject out{isV1, isReal ? m_real[at]->url() : m_fake[at]->url(), {}, {}, {}};
        out.right = isV1 ? basic("tester:tester-password") : "Authorization: Token test-token";
        out.wrong = isV1 ? basic("tester:nonsense") : "Authorization: Token nonsense";
        out.reader =
            isV1 ? basic("bucket-reader:reader-password") : "Authorization: Token " + (isReal ? m_reader[at] : "read-token");
        return out;
    }

    static void rows()
    {
        QTest::addColumn<bool>("isReal");
        QTest::addColumn<bool>("isV1");
        QTest::newRow("played 1.6") << false << true;
        QTest::newRow("real 1.6") << true << true;
        QTest::newRow("played 2.9") << false << false;
        QTest::newRow("real 2.9") << true << false;
    }

private Q_SLOTS:
    void initTestCase();
    void ping_data() { rows(); }
    void ping();
    void answersToLines_data() { rows(); }
    void answersToLines();
    void answersToWhoAsks_data() { rows(); }
    void answersToWhoAsks();
    void answersToWrongPlaces_data() { rows(); }
    void answersToWrongPlaces();
    void chunkedAndZipped_data() { rows(); }
    void chunkedAndZipped();
    void retention_data();
    void retention();
    void realOneSurvivesAKill_data();
    void realOneSurvivesAKill();
    void realBucketsComeAndGo();
    void playedPointsAreUnited();
    void playedTextIsTakenApart();
    void playedFaults();
    void playedKeepAliveAndFlight();
    void playedQuestions();
    void playedProducts();
    void playedOutage();
};

#define SKIP_WITHOUT_SERVER(isReal, isV1)                                                                                        \
    if (isReal && !m_real[isV1 ? 0 : 1])                                                                                         \
    QSKIP(qPrintable(*RealInflux::unavailable(isV1 ? RealInflux::Kind::V1 : RealInflux::Kind::V2)))

void TestInfluxServers::initTestCase()
{
    for (const bool isV1 : {true, false}) {
        const int at = isV1 ? 0 : 1;
        const auto kind = isV1 ? RealInflux::Kind::V1 : RealInflux::Kind::V2;
        if (!RealInflux::unavailable(kind)) {
            RealInflux::Options options;
            options.authEnabled = true;
            m_real[at] = std::make_unique<RealInflux>(kind, options);
            const auto problem = m_real[at]->start();
            QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
            m_reader[at] = m_real[at]->createReader("bucket");
            QVERIFY(!m_reader[at].isEmpty());
        }
        m_fake[at] = std::make_unique<FakeInflux>(isV1 ? InfluxFlavour::V1 : InfluxFlavour::V2);
        FakeInflux &fake = *m_fake[at];
        fake.token = isV1 ? "" : "test-token";
        fake.readToken = isV1 ? "" : "read-token";
        fake.user = "tester";
        fake.password = "tester-password";
        fake.readUser = "bucket-reader";
        fake.readPassword = "reader-password";
        QVERIFY(fake.start());
    }
}

void TestInfluxServers::ping()
{
    QFETCH(bool, isReal);
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(isReal, isV1);
    const Subject server = subject(isReal, isV1);
    const PlainAnswer answer = send({"GET", server.url + "/ping"});
    QCOMPARE(answer.status, 204);
    QCOMPARE(answer.headers.value("x-influxdb-build"), QByteArray("OSS"));
    QVERIFY(!answer.headers.contains("content-length"));
    const QByteArray version = answer.headers.value("x-influxdb-version");
    QVERIFY2(isV1 ? version == "1.6.7~rc0" : version == "dev" || version.startsWith("v2."), version.constData());
    const PlainAnswer health = send({"GET", server.url + "/health"});
    QCOMPARE(health.status, isV1 ? 404 : 200);
    QByteArray body = health.body;
    const QByteArray expected = isV1
        ? "404 page not found\n"
        : R"({"name":"influxdb", "message":"ready for queries and writes", "status":"pass", "checks":[], "version": ")" + version
            + R"(", "commit": ")";
    QVERIFY2(body.startsWith(expected), body.constData());
}

void TestInfluxServers::answersToLines()
{
    QFETCH(bool, isReal);
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(isReal, isV1);
    const Subject server = subject(isReal, isV1);
    int number = 0;
    for (Case one : cases()) {
        const QByteArray own = "case" + QByteArray::number(++number);
        const PlainAnswer answer = server.write(one.lines.replace("{}", own));
        QVERIFY2(answer.whole, one.name);
        QByteArray expected = isV1 ? one.bodyV1 : one.bodyV2;
        const QByteArray context = QByteArray(one.name) + ": ";
        QCOMPARE(context + answer.body, context + expected.replace("{}", own));
        QCOMPARE(context + QByteArray::number(answer.status), context + QByteArray::number(isV1 ? one.statusV1 : one.statusV2));
        if (answer.status >= 400 && !isV1)
            QCOMPARE(answer.headers.value("x-platform-error-code"),
                     QByteArray(answer.status == 400 ? "invalid" : "unprocessable entity"));
        if (answer.status >= 400 && isV1)
            QVERIFY2(answer.headers.contains("x-influxdb-error"), one.name);
        if (answer.status >= 400)
            QCOMPARE(answer.headers.value("content-type"),
                     QByteArray(isV1 ? "application/json" : "application/json; charset=utf-8"));
    }
}

void TestInfluxServers::answersToWhoAsks()
{
    QFETCH(bool, isReal);
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(isReal, isV1);
    const Subject server = subject(isReal, isV1);
    const QByteArray line = "who v=1i" + kTime;
    const QByteArray unauthorized = R"({"code":"unauthorized","message":"unauthorized access"})";

    PlainAnswer answer = send({"POST", server.target(), {server.wrong}, line});
    QCOMPARE(answer.status, 401);
    QCOMPARE(answer.body, isV1 ? plain("authorization failed") : unauthorized);
    QCOMPARE(answer.headers.contains("www-authenticate"), isV1);

    answer = send({"POST", server.target(), {}, line});
    QCOMPARE(answer.status, 401);
    QCOMPARE(answer.body, isV1 ? plain("unable to parse authentication credentials") : unauthorized);

    answer = send({"POST", server.target(), {server.reader}, line});
    QCOMPARE(answer.status, 403);
    QCOMPARE(answer.body,
             isV1 ? plain(R"(\"bucket-reader\" user is not authorized to write to database \"bucket\")")
                  : QByteArray(R"({"code":"forbidden","message":"insufficient permissions for write"})"));
    if (!isV1) {
        QCOMPARE(send({"POST", server.target(), {"Authorization: Bearer test-token"}, line}).status, 204);
        answer = send({"GET", server.url + "/query?db=bucket&q=SHOW+MEASUREMENTS", {"Authorization: Token nonsense"}});
        QCOMPARE(answer.body, QByteArray(R"({"code":"unauthorized","message":"Unauthorized"})"));
        answer = send({"GET", server.url + "/query?db=bucket&q=SHOW+MEASUREMENTS", {"Authorization: Bearer test-token"}});
        QCOMPARE(answer.body, unauthorized);
    }
}

void TestInfluxServers::answersToWrongPlaces()
{
    QFETCH(bool, isReal);
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(isReal, isV1);
    const Subject server = subject(isReal, isV1);
    const QByteArray line = "where v=1i" + kTime;

    PlainAnswer answer = send({"POST", server.target("nosuch"), {server.right}, line});
    QCOMPARE(answer.status, 404);
    QCOMPARE(answer.body,
             isV1 ? plain(R"(database not found: \"nosuch\")")
                  : QByteArray(R"({"code":"not found","message":"bucket \"nosuch\" not found"})"));
    answer = send({"POST", server.target(""), {server.right}, line});
    QCOMPARE(answer.status, isV1 ? 400 : 404);
    QCOMPARE(answer.body,
             isV1 ? plain("database is required") : QByteArray(R"({"code":"not found","message":"bucket not found"})"));

    answer = send({"POST",
                   server.url + "/query",
                   {server.right, "Content-Type: application/x-www-form-urlencoded"},
                   "db=nosuch&q=SELECT+*+FROM+m"});
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body,
             QByteArray(R"({"results":[{"statement_id":0,"error":"database not found: nosuch"}]})"
                        "\n"));

    answer = send({"GET", server.url + "/api/v2/nosuch", {server.right}});
    QCOMPARE(answer.status, 404);
    QCOMPARE(answer.body,
             isV1 ? QByteArray("404 page not found\n")
                  : QByteArray("{\n\t\"code\": \"not found\",\n\t\"message\": \"path not found\"\n}"));
    if (isV1)
        return;

    answer = send({"POST", server.target("bucket", "nosuch"), {server.right}, line});
    QCOMPARE(answer.status, 404);
    QCOMPARE(answer.body, QByteArray(R"({"code":"not found","message":"organization name \"nosuch\" not found"})"));
    answer = send({"POST", server.target("bucket", ""), {server.right}, line});
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.body, QByteArray(R"({"code":"invalid","message":"Please provide either orgID or org"})"));
    answer = send({"POST", server.target("bucket", "org", "&precision=n"), {server.right}, line});
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.body,
             QByteArray(R"({"code":"invalid","message":"invalid precision; valid precision units are ns, us, ms, and s"})"));
    answer = send({"GET", server.target(), {server.right}});
    QCOMPARE(answer.status, 405);
    QCOMPARE(answer.body, QByteArray(R"({"code":"method not allowed","message":"allow: OPTIONS, POST"})"));
}

void TestInfluxServers::chunkedAndZipped()
{
    QFETCH(bool, isReal);
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(isReal, isV1);
    const Subject server = subject(isReal, isV1);
    QByteArray lines;
    for (int i = 0; i < 500; ++i)
        lines += "many,t=" + QByteArray::number(i) + " v=1i" + kTime + '\n';
    PlainRequest request{"POST", server.target(), {server.right}, lines};
    request.chunked = true;
    QCOMPARE(send(request).status, 204);
    request.chunked = false;
    request.headers.append("Content-Encoding: gzip");
    request.body = zipped(lines);
    QCOMPARE(send(request).status, 204);
    request.body.truncate(request.body.size() - 20);
    const PlainAnswer cut = send(request);
    QCOMPARE(cut.status, isV1 ? 400 : 500);
    QCOMPARE(cut.body,
             isV1 ? plain("unexpected EOF")
                  : QByteArray(R"({"code":"internal error","message":"unable to read data: unexpected EOF"})"));
    request.body = "plain text v=1i";
    const PlainAnswer text = send(request);
    QCOMPARE(text.status, isV1 ? 400 : 500);
    QCOMPARE(text.body,
             isV1 ? plain("gzip: invalid header")
                  : QByteArray(R"({"code":"internal error","message":"An internal error has occurred - check server logs"})"));
}

void TestInfluxServers::retention_data() { rows(); }

void TestInfluxServers::retention()
{
    QFETCH(bool, isReal);
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(isReal, isV1);
    const Subject server = subject(isReal, isV1);
    const int at = isV1 ? 0 : 1;
    if (isReal) {
        QVERIFY(!m_real[at]->createBucket("short", 3600));
        if (isV1)
            QVERIFY(!m_real[at]->query("GRANT ALL ON short TO tester").isEmpty());
    } else {
        m_fake[at]->buckets["short"].retentionSeconds = 3600;
        m_fake[at]->buckets["short"].asV1 = isV1;
    }
    const QByteArray recent = QByteArray::number(m_fake[at]->now());
    const PlainAnswer answer = send({"POST",
                                     server.target("short"),
                                     {server.right},
                                     "m4,t=a v=1i " + recent + "\nm4,t=b v=1i" + kTime + "\nm4,t=c v=1i 1767600001500000000"});
    if (isV1) {
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.body, partial("points beyond retention policy dropped=2"));
        return;
    }
    QCOMPARE(answer.status, 422);
    const QRegularExpression expected(QString::fromLatin1(
        R"(^\{"code":"unprocessable entity","message":"failure writing points to database: partial write: dropped 2 points )"
        "outside retention policy of duration 1h0m0s - oldest point m4,t=b at 2026-01-05T08:00:00Z dropped because it violates "
        R"(a Retention Policy Lower Bound at [-0-9]+T[:0-9.]+Z, newest point m4,t=c at 2026-01-05T08:00:01\.5Z dropped because )"
        R"(it violates a Retention Policy Lower Bound at [-0-9]+T[:0-9.]+Z dropped=2 for database: [0-9a-f]{16} )"
        R"(for retention policy: autogen"\}$)"));
    QVERIFY2(expected.match(QString::fromUtf8(answer.body)).hasMatch(), answer.body.constData());
}

void TestInfluxServers::realOneSurvivesAKill_data()
{
    QTest::addColumn<bool>("isV1");
    QTest::newRow("1.6") << true;
    QTest::newRow("2.9") << false;
}

void TestInfluxServers::realOneSurvivesAKill()
{
    QFETCH(bool, isV1);
    SKIP_WITHOUT_SERVER(true, isV1);
    RealInflux &server = *m_real[isV1 ? 0 : 1];
    QCOMPARE(server.write("kept,t=a v=7i,s=\"x y\"" + kTime).status, 204);
    server.kill9();
    QCOMPARE(send({"GET", server.url() + "/ping"}).status, 0);
    const auto problem = server.restart();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    const QByteArray expected =
        R"({"results":[{"statement_id":0,"series":[{"name":"kept","columns":["time","s","v"],"values":[[1767600000000000000,"x y",7]]}]}]})";
    QCOMPARE(server.query("SELECT s, v FROM kept WHERE t = $t", R"({"t":"a"})").trimmed(), expected);
}

void TestInfluxServers::realBucketsComeAndGo()
{
    SKIP_WITHOUT_SERVER(true, false);
    RealInflux &server = *m_real[1];
    QVERIFY(!server.createBucket("another"));
    QCOMPARE(server.write("m v=1i" + kTime, "another").status, 204);
    const QByteArray rows = server.flux("from(bucket: \"another\") |> range(start: 0)");
    QVERIFY2(rows.contains("2026-01-05T08:00:00Z,1,v,m"), rows.constData());
    QVERIFY(!server.deleteBucket("another"));
    QCOMPARE(server.write("m v=1i" + kTime, "another").status, 404);
}

void TestInfluxServers::playedPointsAreUnited()
{
    FakeInflux server(InfluxFlavour::V2);
    QVERIFY(server.start());
    const PlainRequest request{"POST",
                               server.url() + "/api/v2/write?org=org&bucket=bucket&precision=ms",
                               {"Authorization: Token token"},
                               "m,b=2,a=1 v=1i,w=t 5\nm,a=1,b=2 v=2i 5\nm v=1i 5"};
    QCOMPARE(send(request).status, 204);
    QCOMPARE(send(request).status, 204);
    const std::vector<FakePoint> expected = {
        {"m", {}, 5'000'000, {{"v", {FakeValue::Type::Integer, "1"}}}},
        {"m",
         {{"a", "1"}, {"b", "2"}},
         5'000'000,
         {{"v", {FakeValue::Type::Integer, "2"}}, {"w", {FakeValue::Type::Boolean, "true"}}}}};
    QVERIFY(server.points() == expected);
    QCOMPARE(server.buckets["bucket"].rows(), 6);
    server.refuse = [](const FakePoint &point) {
        return point.tags.empty() ? std::optional<std::string>("no tags") : std::nullopt;
    };
    const PlainAnswer answer = send(request);
    QCOMPARE(answer.status, 422);
    QCOMPARE(answer.body, unprocessable("no tags dropped=1"));
}

void TestInfluxServers::playedTextIsTakenApart()
{
    const FakeLines lines = parseLines("a\\,\\ b,t\\=u=\\v\\ w f\\ g=\"x\\\"\\\\\ny=z, \" 1\n"
                                       "# comment\n\nm v=1u,w=-1.5e3,x=F\n",
                                       1, 42);
    const std::vector<FakePoint> expected = {
        {"a, b", {{"t=u", "\\v w"}}, 1, {{"f g", {FakeValue::Type::String, "x\"\\\ny=z, "}}}},
        {"m",
         {},
         42,
         {{"v", {FakeValue::Type::Unsigned, "1"}},
          {"w", {FakeValue::Type::Float, "-1.5e3"}},
          {"x", {FakeValue::Type::Boolean, "false"}}}},
    };
    QVERIFY(lines.bad.empty());
    QVERIFY(lines.points == expected);
    const FakeLines mixed = parseLines("m v=1i 1\nm,t=a v= 2\nm v=\"a\nb\" 3\nm w", 1, 0);
    QCOMPARE(mixed.points.size(), std::size_t(2));
    QCOMPARE(mixed.bad.size(), std::size_t(2));
    QCOMPARE(mixed.bad[1].number, 4);
    QCOMPARE(mixed.bad[1].text, std::string("m w"));
}

void TestInfluxServers::playedFaults()
{
    FakeInflux server(InfluxFlavour::V2);
    QVERIFY(server.start());
    using Kind = InfluxFault::Kind;
    server.faults = [&](int number, const FakeInfluxRequest &) -> InfluxFault {
        switch (number) {
        case 1: return InfluxFault::doing(Kind::ResetBefore);
        case 2: return InfluxFault::doing(Kind::ResetAfter);
        case 3: return InfluxFault::doing(Kind::Hang);
        case 4: return InfluxFault::doing(Kind::HangStored);
        case 5: return InfluxFault::html(502);
        case 6: return InfluxFault::redirect(307, "http://127.0.0.1:1/");
        case 7: return InfluxFault::tooLarge(5);
        case 8: return InfluxFault::busy(429, 2);
        case 9: return InfluxFault::doing(Kind::CutBody);
        case 10: return InfluxFault::slow(50ms);
        default: return {};
        }
    };
    int number = 0;
    const auto write = [&](std::chrono::milliseconds timeout = 10s) {
        const QByteArray line = "m,n=" + QByteArray::number(++number) + " v=1i" + kTime;
        return send(
            {"POST", server.url() + "/api/v2/write?org=org&bucket=bucket", {"Authorization: Token token"}, line, timeout});
    };
    QCOMPARE(write().status, 0);
    QVERIFY(server.points().empty());
    QCOMPARE(write().status, 0);
    QCOMPARE(server.points().size(), std::size_t(1));
    QCOMPARE(write(100ms).status, 0);
    QCOMPARE(server.points().size(), std::size_t(1));
    QCOMPARE(write(100ms).status, 0);
    QCOMPARE(server.points().size(), std::size_t(2));
    QCOMPARE(write().headers.value("content-type"), QByteArray("text/html"));
    QCOMPARE(write().headers.value("location"), QByteArray("http://127.0.0.1:1/"));
    QCOMPARE(write().status, 413);
    QCOMPARE(write().headers.value("retry-after"), QByteArray("2"));
    QVERIFY(!write().whole);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(write().status, 204);
    QVERIFY(timer.elapsed() >= 50);
    QCOMPARE(write().status, 204);
    QCOMPARE(server.points().size(), std::size_t(5));
    QCOMPARE(server.writes(), 11);
    QVERIFY(server.pauseAfter(8) >= 0ms);
    QVERIFY(server.pauseAfter(11) < 0ms);
    QCOMPARE(server.seen.at(4).status, 502);
}

/// Two requests in one packet on one connection, and two connections at once.
void TestInfluxServers::playedKeepAliveAndFlight()
{
    FakeInflux server(InfluxFlavour::V2);
    QVERIFY(server.start());
    server.faults = [](int, const FakeInfluxRequest &) { return InfluxFault::slow(20ms); };
    const QByteArray request = "POST /api/v2/write?org=org&bucket=bucket HTTP/1.1\r\nHost: x\r\nAuthorization: Token token\r\n"
                               "Content-Length: 6\r\n\r\nm v=1i";
    QTcpSocket one, two;
    for (QTcpSocket *socket : {&one, &two}) {
        socket->connectToHost(QStringLiteral("127.0.0.1"), server.serverPort());
        socket->write(request + request);
    }
    QTRY_COMPARE(server.requests(), 4);
    QByteArray received;
    QTRY_COMPARE((received += one.readAll()).count("HTTP/1.1 204 No Content\r\n"), qsizetype(2));
    QCOMPARE(server.connections, 2);
    QCOMPARE(server.mostInFlight(), 2);
}

void TestInfluxServers::playedQuestions()
{
    FakeInflux server(InfluxFlavour::V2);
    QVERIFY(server.start());
    FakeInfluxQuery asked;
    server.answerQuery([&](const FakeInfluxQuery &query) {
        asked = query;
        return FakeInfluxAnswer{200, "answer"};
    });
    const QList<QByteArray> token = {"Authorization: Token token"};
    QCOMPARE(
        send({"GET", server.url() + "/query?" + encoded({{"db", "bucket"}, {"q", "SELECT $t"}, {"params", R"({"t":"a&b"})"}}),
              token})
            .body,
        QByteArray("answer"));
    QCOMPARE(asked.text, QByteArray("SELECT $t"));
    QCOMPARE(asked.params, QByteArray(R"({"t":"a&b"})"));
    (void)send({"POST", server.url() + "/query", token + QList<QByteArray>{"Content-Type: application/x-www-form-urlencoded"},
                encoded({{"db", "bucket"}, {"q", "SELECT 1 + 2"}})});
    QCOMPARE(asked.text, QByteArray("SELECT 1 + 2"));
    QCOMPARE(asked.database, QByteArray("bucket"));
    (void)send({"POST", server.url() + "/api/v2/query?org=org", token + QList<QByteArray>{"Content-Type: application/json"},
                R"~({"query":"buckets()","type":"flux"})~"});
    QCOMPARE(asked.text, QByteArray("buckets()"));
    QVERIFY(asked.language == FakeInfluxQuery::Language::Flux);

    FakeInflux three(InfluxFlavour::V3);
    QVERIFY(three.start());
    three.answerQuery([&](const FakeInfluxQuery &query) {
        asked = query;
        return FakeInfluxAnswer{200, "[]"};
    });
    (void)send({"POST",
                three.url() + "/api/v3/query_sql",
                {"Content-Type: application/json"},
                R"({"db":"bucket","q":"SELECT 1","params":{"t":"a"}})"});
    QVERIFY(asked.language == FakeInfluxQuery::Language::Sql);
    QCOMPARE(asked.params, QByteArray(R"({"t":"a"})"));
}

void TestInfluxServers::playedProducts()
{
    FakeInflux three(InfluxFlavour::V3), victoria(InfluxFlavour::VictoriaMetrics), quest(InfluxFlavour::QuestDb),
        cloud(InfluxFlavour::Cloud);
    for (FakeInflux *server : {&three, &victoria, &quest, &cloud})
        QVERIFY(server->start());
    const QByteArray lines = "m s=\"x\",v=1i 5000001\nm v= 6";
    QVERIFY(send({"GET", three.url() + "/ping"}).body.startsWith(R"({"product_name":)"));
    QCOMPARE(send({"POST", three.url() + "/api/v2/write?bucket=bucket&precision=ns", {}, lines}).status, 400);
    QVERIFY(three.points().empty());
    const PlainAnswer partly = send({"POST", three.url() + "/api/v3/write_lp?db=bucket&precision=nanosecond", {}, lines});
    QCOMPARE(partly.status, 400);
    QCOMPARE(
        partly.body,
        QByteArray(
            R"({"error":"partial write of line protocol occurred","data":[{"original_line":"m v= 6","line_number":2,"error_message":"missing field value"}]})"));
    QCOMPARE(three.points().size(), std::size_t(1));

    QCOMPARE(send({"GET", victoria.url() + "/ping"}).headers.value("x-server-hostname"), QByteArray("vm"));
    QCOMPARE(send({"POST", victoria.url() + "/api/v2/write", {}, lines}).status, 204);
    QCOMPARE(victoria.points().at(0).time, std::int64_t(5'000'000));
    QCOMPARE(victoria.points().at(0).fields.at("s").text, std::string("0"));

    QCOMPARE(send({"GET", quest.url() + "/ping"}).headers.value("server"), QByteArray("questDB/1.0"));
    quest.takesGzip = false;
    QCOMPARE(send({"POST", quest.url() + "/write", {"Content-Encoding: gzip"}, zipped("m v=1i 5")}).body,
             QByteArray("gzip encoding is not supported\r\n"));
    QVERIFY(!send({"GET", cloud.url() + "/ping"}).headers.contains("x-influxdb-version"));
}

void TestInfluxServers::playedOutage()
{
    FakeInflux server(InfluxFlavour::V1);
    QVERIFY(server.start());
    const PlainRequest request{"POST", server.url() + "/write?db=bucket", {}, "m v=1i" + kTime};
    QCOMPARE(send(request).status, 204);
    server.stop();
    QCOMPARE(send(request).status, 0);
    QVERIFY(server.start());
    QCOMPARE(send(request).status, 204);
    QCOMPARE(server.points().size(), std::size_t(1));
    QCOMPARE(
        send({"POST", server.url() + "/query", {"Content-Type: application/x-www-form-urlencoded"}, "q=CREATE+DATABASE+%22x%22"})
            .status,
        200);
    QCOMPARE(server.buckets.count("x"), std::size_t(1));
}

THREADLINE_TEST_MAIN(TestInfluxServers)
#include "test_influxservers.moc"
