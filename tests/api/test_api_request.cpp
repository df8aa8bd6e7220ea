// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading requests: what is understood, and what is refused with which status.
#include "core/api/request.h"
#include "core/base/encoding.h"
#include "tests/support/testmain.h"

#include <random>

using namespace threadline;
using namespace threadline::api;

namespace {

std::string withHost(const std::string &requestLine, const std::string &fields = {})
{
    return requestLine + "\r\nHost: localhost:3000\r\n" + fields + "\r\n";
}

int statusOf(const std::string &bytes)
{
    const auto head = readHead(bytes);
    return head ? 200 : head.error().status;
}

std::string parameterOf(const Fault &fault) { return fault.parameter; }

} // namespace

class TestApiRequest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsHead()
    {
        const std::string bytes = withHost("GET /api/v2/timelines/a%2Fb?include=evidence HTTP/1.1",
            "Authorization: Bearer abc\r\nCONTENT-LENGTH:  12 \r\nExpect: 100-Continue\r\nX-Empty:\r\n");
        const auto head = readHead(bytes);
        QVERIFY(head);
        QCOMPARE(head->method, Method::Get);
        QCOMPARE(head->path, std::string_view("/api/v2/timelines/a%2Fb"));
        QCOMPARE(head->query, std::string_view("include=evidence"));
        QCOMPARE(head->host, std::string_view("localhost:3000"));
        QCOMPARE(head->authorization, std::string_view("Bearer abc"));
        QCOMPARE(head->contentLength, 12U);
        QVERIFY(head->expectsContinue && head->keepAlive);
    }

    void readsAbsoluteTarget()
    {
        const std::string bytes = withHost("GET http://127.0.0.1:80/healthz?x HTTP/1.1");
        const auto head = readHead(bytes);
        QVERIFY(head);
        QCOMPARE(head->host, std::string_view("127.0.0.1:80"));
        QCOMPARE(head->path, std::string_view("/healthz"));
        const std::string bare = withHost("GET http://evil HTTP/1.1");
        QCOMPARE(readHead(bare)->path, std::string_view("/"));
        QCOMPARE(readHead(bare)->host, std::string_view("evil"));
    }

    void connectionStaysOrEnds_data()
    {
        QTest::addColumn<QByteArray>("version");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<bool>("stays");
        QTest::newRow("1.1") << QByteArray("1.1") << QByteArray("") << true;
        QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("Connection: close\r\n") << false;
        QTest::newRow("1.1 two fields") << QByteArray("1.1") << QByteArray("Connection: close\r\nConnection: keep-alive\r\n") << false;
        QTest::newRow("1.0 two fields") << QByteArray("1.0") << QByteArray("Connection: keep-alive\r\nConnection: x\r\n") << true;
        QTest::newRow("1.0 contradiction") << QByteArray("1.0") << QByteArray("Connection: keep-alive\r\nConnection: close\r\n") << false;
        QTest::newRow("1.1 list") << QByteArray("1.1") << QByteArray("Connection: x, Close ,y\r\n") << false;
        QTest::newRow("1.0") << QByteArray("1.0") << QByteArray("") << false;
        QTest::newRow("1.0 keep") << QByteArray("1.0") << QByteArray("Connection: Keep-Alive\r\n") << true;
    }
    void connectionStaysOrEnds()
    {
        QFETCH(QByteArray, version);
        QFETCH(QByteArray, field);
        const std::string bytes = withHost("GET / HTTP/" + version.toStdString(), field.toStdString());
        QTEST(readHead(bytes)->keepAlive, "stays");
    }

    void refusesHead_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        const auto row = [](const char *name, const QByteArray &bytes, int status) { QTest::newRow(name) << bytes << status; };
        const QByteArray host = "\r\nHost: a\r\n";
        row("no host", "GET / HTTP/1.1\r\n\r\n", 400);
        row("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400);
        row("empty", "\r\n\r\n", 400);
        row("two words", "GET /" + host + "\r\n", 400);
        row("two blanks", "GET  / HTTP/1.1" + host + "\r\n", 400);
        row("version 2", "PRI * HTTP/2.0" + host + "\r\n", 505);
        row("version 1.2", "GET / HTTP/1.2" + host + "\r\n", 505);
        row("no version", "GET / FTP/1.1" + host + "\r\n", 400);
        row("lower-case version", "GET / http/1.1" + host + "\r\n", 400);
        row("CR behind a value", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400);
        row("CR before a value", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r 1\r\n\r\n", 400);
        row("LF behind a value", "GET / HTTP/1.1\r\nHost: a\n\r\n\r\n", 400);
        row("unknown method", "BREW / HTTP/1.1" + host + "\r\n", 501);
        row("lower-case method", "get / HTTP/1.1" + host + "\r\n", 501);
        row("connect", "CONNECT a:80 HTTP/1.1" + host + "\r\n", 501);
        row("asterisk", "OPTIONS * HTTP/1.1" + host + "\r\n", 400);
        row("no slash", "GET api HTTP/1.1" + host + "\r\n", 400);
        row("fragment", "GET /a#b HTTP/1.1" + host + "\r\n", 400);
        row("raw UTF-8", "GET /\xC3\xA4 HTTP/1.1" + host + "\r\n", 400);
        row("NUL in target", QByteArray("GET /a@b HTTP/1.1\r\nHost: a\r\n\r\n").replace('@', '\0'), 400);
        row("NUL in field", QByteArray("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n").replace('@', '\0'), 400);
        row("bare line feed", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400);
        row("bare line feed in field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400);
        row("folded field", "GET / HTTP/1.1" + host + " folded\r\n\r\n", 400);
        row("blank before colon", "GET / HTTP/1.1" + host + "X : y\r\n\r\n", 400);
        row("no colon", "GET / HTTP/1.1" + host + "X\r\n\r\n", 400);
        row("two lengths", "GET / HTTP/1.1" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400);
        row("length list", "GET / HTTP/1.1" + host + "Content-Length: 1, 1\r\n\r\n", 400);
        row("negative length", "GET / HTTP/1.1" + host + "Content-Length: -1\r\n\r\n", 400);
        row("huge length", "GET / HTTP/1.1" + host + "Content-Length: 99999999999999999999\r\n\r\n", 400);
        row("chunked", "GET / HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n", 411);
        row("chunked and length", "GET / HTTP/1.1" + host + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400);
        row("two authorizations", "GET / HTTP/1.1" + host + "Authorization: a\r\nAuthorization: a\r\n\r\n", 400);
        row("many fields", "GET / HTTP/1.1" + host + QByteArray("X: y\r\n").repeated(kMaxFields) + "\r\n", 431);
        row("as many as may be", "GET / HTTP/1.1" + host + QByteArray("X: y\r\n").repeated(kMaxFields - 1) + "\r\n", 200);
    }
    void refusesHead()
    {
        QFETCH(QByteArray, bytes);
        QTEST(statusOf(bytes.toStdString()), "status");
    }

    void findsEndOfHeadPieceByPiece()
    {
        const std::string bytes = withHost("GET / HTTP/1.1") + "GET";
        std::size_t searched = 0;
        for (std::size_t n = 0; n < bytes.size() - 3; ++n) {
            QCOMPARE(headEnd(std::string_view(bytes).substr(0, n), searched), std::string_view::npos);
            searched = n;
        }
        QCOMPARE(headEnd(bytes, searched), bytes.size() - 3);
    }

    void tellsNoise()
    {
        QVERIFY(looksLikeRequest("G"));
        QVERIFY(looksLikeRequest(""));
        QVERIFY(!looksLikeRequest("\x16\x03\x01"));
        QVERIFY(!looksLikeRequest(std::string_view("\0", 1)));
        QVERIFY(!looksLikeRequest(" GET"));
    }

    void percentDecoding_data()
    {
        QTest::addColumn<QByteArray>("encoded");
        QTest::addColumn<bool>("valid");
        QTest::addColumn<QByteArray>("decoded");
        QTest::newRow("plain") << QByteArray("a+b") << true << QByteArray("a+b");
        QTest::newRow("slash") << QByteArray("a%2fb%2F") << true << QByteArray("a/b/");
        QTest::newRow("once only") << QByteArray("%252F") << true << QByteArray("%2F");
        QTest::newRow("NUL") << QByteArray("%00") << true << QByteArray("\0", 1);
        QTest::newRow("no digits") << QByteArray("%zz") << false << QByteArray();
        QTest::newRow("one digit") << QByteArray("%4") << false << QByteArray();
        QTest::newRow("end") << QByteArray("a%") << false << QByteArray();
        QTest::newRow("signed") << QByteArray("%+1") << false << QByteArray();
    }
    void percentDecoding()
    {
        QFETCH(QByteArray, encoded);
        QFETCH(bool, valid);
        QFETCH(QByteArray, decoded);
        std::string out;
        QCOMPARE(percentDecode(encoded.toStdString(), out), valid);
        if (valid)
            QCOMPARE(out, decoded.toStdString());
    }

    void encodingIsUndone()
    {
        std::mt19937 random(1);
        for (int n = 0; n < 1000; ++n) {
            std::string bytes(random() % 40, '\0');
            for (char &c : bytes)
                c = static_cast<char>(random());
            std::string back;
            QVERIFY(percentDecode(percentEncoded(bytes), back));
            QCOMPARE(back, bytes);
        }
    }

    void knowsUtf8()
    {
        for (const char *good : {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
            QVERIFY(isUtf8(good));
        for (const char *bad : {"\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                 "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF", "a\xC3" "a"})
            QVERIFY2(!isUtf8(bad), bad);
    }

    void readsListQuery()
    {
        const auto query = readListQuery("from=2026-05-06T10:00:00Z&to=2026-05-06T12:00:00%2B01:00&state=open&limit=7&cursor=abc.1");
        QVERIFY(query);
        QCOMPARE(formatTimestamp(*query->from), std::string("2026-05-06T10:00:00.000Z"));
        QCOMPARE(formatTimestamp(*query->to), std::string("2026-05-06T11:00:00.000Z"));
        QCOMPARE(query->state, InteractionState::Open);
        QCOMPARE(query->limit, 7);
        QCOMPARE(query->cursor, std::string("abc.1"));
        QCOMPARE(readListQuery("")->limit, 100);
        QVERIFY(readListQuery("from=2026-05-06T10:00:00+02:00"));
    }

    void refusesParameters_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("parameter");
        const auto row = [](const char *query, const char *parameter) {
            QTest::newRow(query) << QByteArray(query) << QByteArray(parameter);
        };
        row("limit=0", "limit");
        row("limit=501", "limit");
        row("limit=", "limit");
        row("limit", "limit");
        row("limit=1e2", "limit");
        row("limit=+1", "limit");
        row("limit=99999999999", "limit");
        row("limit=1&limit=1", "limit");
        row("state=Open", "state");
        row("state=closed", "state");
        row("from=yesterday", "from");
        row("from=2026-13-01T00:00:00Z", "from");
        row("to=1", "to");
        row("from=2026-05-06T10:00:00Z&to=2026-05-06T10:00:00Z", "to");
        row("cursor=", "cursor");
        row("cursor=%00", "cursor");
        row("colour=red", "colour");
        row("limit=%4", "limit");
        row("limit=%ff", "limit");
        row("=1", "");
        row("%zz=1", "");
        row("limit=1&", "<none>");
        row("&limit=1", "");
    }
    void refusesParameters()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, parameter);
        const auto read = readListQuery(query.toStdString());
        if (parameter == "<none>") {
            QVERIFY(read);
            return;
        }
        QVERIFY(!read);
        QCOMPARE(read.error().status, 400);
        QCOMPARE(parameterOf(read.error()), parameter.toStdString());
        QVERIFY(!read.error().detail.empty());
    }

    void readsOtherQueries()
    {
        QCOMPARE(*readInclude(""), false);
        QCOMPARE(*readInclude("include=evidence"), true);
        QCOMPARE(readInclude("include=all").error().parameter, std::string("include"));
        QCOMPARE(readRange("")->start, kEarliestTime);
        QCOMPARE(readRange("")->end, kLatestTime);
        QCOMPARE(readRange("from=2026-05-06T10:00:00Z")->end, kLatestTime);
        QCOMPARE(readRange("from=2026-05-06T10:00:00Z&to=2025-05-06T10:00:00Z").error().parameter, std::string("to"));
        QVERIFY(readNothing(""));
        QCOMPARE(readNothing("a=1").error().parameter, std::string("a"));
    }

    void allowsHosts_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char *host, bool allowed) { QTest::newRow(host) << QByteArray(host) << allowed; };
        row("localhost", true);
        row("LOCALHOST:3000", true);
        row("127.0.0.1:1", true);
        row("[::1]", true);
        row("[::1]:3000", true);
        row("desk.example", true);
        row("", false);
        row(":3000", false);
        row("evil.example", false);
        row("localhost.evil.example", false);
        row("localhost:3000:1", false);
        row("localhost:x", false);
        row("localhost@evil", false);
        row("127.0.0.1.", false);
        row("[::1", false);
        row("::1", false);
    }
    void allowsHosts()
    {
        QFETCH(QByteArray, host);
        QTEST(hostAllowed(host.toStdString(), {"localhost", "127.0.0.1", "[::1]", "desk.example"}), "allowed");
    }

    void comparesTokens()
    {
        QVERIFY(bearerMatches("Bearer s3cret", "s3cret"));
        QVERIFY(bearerMatches("bearer s3cret", "s3cret"));
        for (const char *wrong : {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crett", "Bearer S3cret", "Basic s3cret",
                 "Bearer  s3cret", "s3cret", "Bearer s3crets3cret"})
            QVERIFY2(!bearerMatches(wrong, "s3cret"), wrong);
        QVERIFY(!bearerMatches("Bearer ", ""));
    }
};

THREADLINE_TEST_MAIN(TestApiRequest)
#include "test_api_request.moc"
