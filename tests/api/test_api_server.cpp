// SPDX-License-Identifier: GPL-3.0-or-later
/// The contract over real sockets: every route, every refusal, one connection after the other and many requests on one.
#include "core/api/apiserver.h"
#include "core/api/request.h"
#include "core/base/encoding.h"
#include "tests/api/client.h"
#include "tests/api/fakesession.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTcpServer>

#include <memory>

using namespace threadline;
using namespace threadline::test;

namespace {

const std::string kBody = R"({"interactionId":"i-1","events":[{"eventId":"e-1"}],"count":1})";

QByteArray errorOf(const Answer &answer)
{
    return QJsonDocument::fromJson(answer.body).object().value(QLatin1String("error")).toString().toUtf8();
}

/// Given one after the other; then the end, or an error.
class FakePieces final : public Session::Pieces {
public:
    FakePieces(std::vector<std::string> pieces, bool breaks) : m_pieces(std::move(pieces)), m_breaks(breaks) {}
    HandlePtr next(Session::Answer<Session::Text> answer) override
    {
        class Nothing final : public Handle {};
        if (m_at < m_pieces.size())
            answer(text(m_pieces[m_at++]));
        else if (m_breaks)
            answer(fail(ErrorCode::NotFound, "The event has been deleted."));
        else
            answer(Session::Text());
        return std::make_unique<Nothing>();
    }
    std::size_t memoryBytes() const override { return m_pieces.size(); }

private:
    std::vector<std::string> m_pieces;
    bool m_breaks;
    std::size_t m_at = 0;
};

QByteArray bytes(const std::string &text) { return QByteArray::fromStdString(text); }

} // namespace

class TestApiServer : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeSession> m_session;
    ManualClock m_clock{Timestamp{1'778'064'294'118'000}};
    std::unique_ptr<ApiServer> m_server;

    void start(ApiServer::Options options = {})
    {
        options.port = 0;
        m_server = std::make_unique<ApiServer>(*m_session, m_clock, options);
        const auto listening = m_server->listen();
        QVERIFY2(listening, listening ? "" : listening.error().message.c_str());
    }
    Answer get(const QByteArray &target, const QByteArray &fields = {}) { return Client(m_server->port()).get(target, fields); }

private Q_SLOTS:
    void initTestCase() { QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy); }
    void init()
    {
        m_session = std::make_unique<FakeSession>();
        m_session->atHand["i-1"] = text(kBody);
    }
    void cleanup()
    {
        m_server.reset();
        m_session.reset();
    }

    void timelineAtHand()
    {
        start();
        const Answer answer = get("/api/v2/timelines/i-1");
        QCOMPARE(answer.all, QByteArray("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Wed, 06 May 2026 10:44:54 GMT\r\n"
                                        "Connection: keep-alive\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                                        "Content-Length: 62\r\n\r\n") + bytes(kBody));
        QCOMPARE(m_session->asked(), 0);
    }

    void timelineAnsweredLater()
    {
        m_session->stored["i-2"] = text("stored");
        m_session->withEvidence["i-1"] = text("evidence");
        start();
        QCOMPARE(get("/api/v2/timelines/i-2").body, QByteArray("stored"));
        QCOMPARE(get("/api/v2/timelines/i-1?include=evidence").body, QByteArray("evidence"));
        QCOMPARE(m_session->asked(), 2);
    }

    void hugeTimelineComesInChunks()
    {
        const std::string large(300'000, 'x');
        m_session->stored["huge"] = text("begin,");
        m_session->rest = std::make_shared<FakePieces>(std::vector<std::string>{"one,", large, "end"}, false);
        start();
        Client client(m_server->port());
        client.send("GET /api/v2/timelines/huge HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const QByteArray all = client.untilClosed();
        QVERIFY(all.contains("\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nbegin,\r\n4\r\none,\r\n493e0\r\nxxx"));
        QVERIFY(all.contains("xxx\r\n3\r\nend\r\n0\r\n\r\nHTTP/1.1 200 OK"));
        QCOMPARE(all.count("Content-Length"), 1); // the second answer's
        QCOMPARE(all.count('x'), qsizetype(large.size()));
    }

    void hugeTimelineForAnOldClient()
    {
        m_session->stored["huge"] = text("begin,");
        m_session->rest = std::make_shared<FakePieces>(std::vector<std::string>{"one,", "end"}, false);
        start();
        Client client(m_server->port());
        client.send("GET /api/v2/timelines/huge HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
        const QByteArray all = client.untilClosed();
        QVERIFY(all.endsWith("\r\n\r\nbegin,one,end"));
        QVERIFY(all.contains("Connection: close\r\n") && !all.contains("chunked"));
    }

    void hugeTimelineThatBreaksIsNotTakenForWhole()
    {
        m_session->stored["huge"] = text("begin,");
        m_session->rest = std::make_shared<FakePieces>(std::vector<std::string>{"one,"}, true);
        start();
        Client client(m_server->port());
        client.send("GET /api/v2/timelines/huge HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const QByteArray all = client.untilClosed();
        QVERIFY(!all.contains("0\r\n\r\n"));
    }

    void hugeTimelineHeadAlone()
    {
        m_session->stored["huge"] = text("begin,");
        m_session->rest = std::make_shared<FakePieces>(std::vector<std::string>{"one,"}, false);
        start();
        Client client(m_server->port());
        QCOMPARE(client.request("HEAD", "/api/v2/timelines/huge").status, 200);
        QCOMPARE(client.get("/healthz").status, 200);
    }

    void unknownInteraction()
    {
        start();
        const Answer answer = get("/api/v2/timelines/nobody");
        QCOMPARE(answer.status, 404);
        QCOMPARE(answer.fields["content-type"], QByteArray("application/problem+json"));
        QCOMPARE(answer.body, QByteArray(R"({"error":"Interaction not found","type":"about:blank","title":"Not Found","status":404,)"
                                         R"("detail":"There is no interaction nobody."})"));
    }

    void storeFails_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("error");
        QTest::newRow("timeline") << QByteArray("/api/v2/timelines/x") << QByteArray("Timeline query failed");
        QTest::newRow("list") << QByteArray("/api/v2/timelines") << QByteArray("Timeline query failed");
        QTest::newRow("gaps") << QByteArray("/api/v2/gaps") << QByteArray("Gaps query failed");
    }
    void storeFails()
    {
        QFETCH(QByteArray, target);
        m_session->failure = Error{ErrorCode::Unusable, "The database is damaged."};
        start();
        const Answer answer = get(target);
        QCOMPARE(answer.status, 500);
        QTEST(errorOf(answer), "error");
        QVERIFY(answer.body.contains("The database is damaged."));
    }

    void opaqueIds_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::newRow("slash") << QByteArray("a/b//c/");
        QTest::newRow("dots") << QByteArray("../../etc/passwd");
        QTest::newRow("dot dot") << QByteArray("..");
        QTest::newRow("question") << QByteArray("a?b#c&d=e");
        QTest::newRow("blank and percent") << QByteArray(" %2F%");
        QTest::newRow("UTF-8") << QByteArray("Gespr\xC3\xA4" "ch \xF0\x9F\x98\x80");
        QTest::newRow("NUL") << QByteArray("a\0b", 3);
        QTest::newRow("line ends") << QByteArray("a\r\nb");
        QTest::newRow("10,000 characters") << QByteArray(10'000, 'x');
        QTest::newRow("10,000 of four bytes") << QByteArray("\xF0\x9F\x98\x80").repeated(10'000);
    }
    void opaqueIds()
    {
        QFETCH(QByteArray, id);
        m_session->atHand[id.toStdString()] = text("found");
        start();
        QCOMPARE(get("/api/v2/timelines/" + bytes(percentEncoded(id.toStdString()))).body, QByteArray("found"));
    }

    void addresses_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("text"); ///< that the body holds
        const auto row = [](const char *target, int status, const char *holds) {
            QTest::newRow(target) << QByteArray(target) << status << QByteArray(holds);
        };
        row("/", 404, "Not found");
        row("//", 404, "Not found");
        row("//api/v2/timelines", 404, "Not found");
        row("/api//v2/timelines", 404, "Not found");
        row("/api/v2", 404, "Not found");
        row("/api/v2/timelines/", 404, "Not found");
        row("/api/v2/timelines/a/b", 404, "Not found");
        row("/api/v2/../../etc/passwd", 404, "Not found");
        row("/healthz/", 404, "Not found");
        row("/HEALTHZ", 404, "Not found");
        row("/[::1]", 404, "Not found");
        row("/a|b^`{}\"<>\\", 404, "Not found");
        row("/:80/@x", 404, "Not found");
        row("/%zz", 404, "Not found");
        row("//user@host:99999/", 404, "Not found");
        row("/%68ealthz", 200, "ok");
        row("/api/v2/timelines/%zz", 400, "interactionId");
        row("/api/v2/timelines/%ff", 400, "interactionId");
        row("/api/v2/timelines/%", 400, "interactionId");
        row("/api/v2/timelines/i-1?include=all", 400, "include");
        row("/api/v2/timelines/i-1?included=evidence", 400, "included");
        row("/api/v2/timelines/i-1?", 200, "i-1");
        row("/api/v2/timelines?limit=0", 400, "limit");
        row("/api/v2/gaps?from=x", 400, "from");
        row("/metrics?x=1", 400, "takes no parameters");
        row("/healthz?x", 400, "takes no parameters");
        row("/readyz?x", 400, "takes no parameters");
        row("x", 400, "must begin with '/'");
        row("http://localhost/healthz", 200, "ok");
        row("http://evil.example/healthz", 421, "Host not allowed");
    }
    void addresses()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, text);
        start();
        const Answer answer = get(target);
        QTEST(answer.status, "status");
        QVERIFY2(answer.body.contains(text), answer.body.constData());
        if (answer.status != 200)
            QCOMPARE(answer.fields["content-type"], QByteArray("application/problem+json"));
    }

    void otherMethods()
    {
        start();
        Client client(m_server->port());
        for (const char *method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
            const Answer answer = client.request(method, "/api/v2/timelines/i-1");
            QCOMPARE(answer.status, 405);
            QCOMPARE(answer.fields["allow"], QByteArray("GET, HEAD"));
            QCOMPARE(client.request(method, "/nothing").status, 404);
        }
        QCOMPARE(client.request("BREW", "/healthz").status, 501);
    }

    void headIsGetWithoutBody()
    {
        m_session->stored["i-2"] = text("stored");
        start();
        Client client(m_server->port());
        for (const char *target : {"/api/v2/timelines/i-1", "/api/v2/timelines/i-2", "/api/v2/timelines/no", "/healthz", "/api/v2/gaps"}) {
            const Answer head = client.request("HEAD", target);
            const Answer full = client.get(target);
            QCOMPARE(head.all + full.body, full.all);
            QVERIFY(!full.body.isEmpty());
        }
        QVERIFY(client.pending().isEmpty());
    }

    void listPassesItsQuery()
    {
        m_session->page.nextCursor = "next";
        start();
        QCOMPARE(get("/api/v2/timelines?state=stale&limit=2&cursor=c&from=2026-05-06T10:00:00Z&to=2026-05-06T11:00:00Z").body,
            QByteArray(R"({"items":[],"nextCursor":"next"})"));
        const ListQuery query = m_session->lastList();
        QCOMPARE(query.state, InteractionState::Stale);
        QCOMPARE(query.limit, 2);
        QCOMPARE(query.cursor, std::string("c"));
        QCOMPARE((*query.to - *query.from), Duration::seconds(3600));
    }

    void listTellsOfForeignCursor()
    {
        m_session->failure = Error{ErrorCode::InvalidArgument, "cursor: it is no cursor of this list."};
        start();
        QCOMPARE(get("/api/v2/timelines?cursor=c").status, 400);
    }

    void gapsPassTheirRange()
    {
        Band band;
        band.reason = "closed by the server (1006)";
        m_session->gaps = {band};
        start();
        const Answer answer = get("/api/v2/gaps?from=2026-05-06T10:00:00Z");
        QVERIFY(answer.body.contains("closed by the server (1006)"));
        QCOMPARE(m_session->lastRange().end, kLatestTime);
    }

    void healthAndReadiness()
    {
        start();
        QCOMPARE(get("/healthz").body, QByteArray(R"({"status":"ok"})"));
        QCOMPARE(get("/readyz").status, 200);
        Status status;
        status.source = SourceState::Refused;
        status.sourceDetail = "The credentials were refused.";
        status.storeError = "The disk is full.";
        m_session->setStatus(status);
        const Answer answer = get("/readyz");
        QCOMPARE(answer.status, 503);
        QVERIFY(answer.body.contains("The credentials were refused.") && answer.body.contains("The disk is full."));
        QCOMPARE(get("/healthz").status, 200);
        status = {};
        status.delivery.state = DeliveryState::Waiting;
        status.delivery.words = "InfluxDB is starting.";
        status.delivery.deadLetters = 7;
        m_session->setStatus(status);
        const Answer waiting = get("/readyz");
        QCOMPARE(waiting.status, 200); // it is recorded all the same
        QVERIFY2(waiting.body.contains(R"("delivery":"waiting","deliveryReason":"InfluxDB is starting.","deadLetters":7)"), waiting.body.constData());
        status = {};
        status.storeWarning = "The mark cannot be written.";
        m_session->setStatus(status);
        const Answer warned = get("/readyz");
        QCOMPARE(warned.status, 200); // likewise
        QVERIFY2(warned.body.contains(R"("storeWarning":"The mark cannot be written.")"), warned.body.constData());
    }

    void metricsCountRequests()
    {
        Status status;
        status.received = 7;
        m_session->setStatus(status);
        start();
        QCOMPARE(get("/api/v2/timelines/i-1").status, 200);
        QCOMPARE(get("/api/v2/timelines/none").status, 404);
        const Answer answer = get("/metrics");
        QCOMPARE(answer.fields["content-type"], QByteArray("text/plain; version=0.0.4; charset=utf-8"));
        for (const char *line : {"\nthreadline_events_received_total 7\n",
                 "\nthreadline_rest_requests_total{route=\"/api/v2/timelines/{interactionId}\",code=\"200\"} 1\n",
                 "\nthreadline_rest_requests_total{route=\"/api/v2/timelines/{interactionId}\",code=\"404\"} 1\n",
                 "\nthreadline_rest_connections_total 3\n"})
            QVERIFY2(answer.body.contains(line), line);
    }

    void manyRequestsOnOneConnection()
    {
        m_session->stored["i-2"] = text("stored");
        start();
        Client client(m_server->port());
        for (int n = 0; n < 300; ++n) {
            QCOMPARE(client.get("/api/v2/timelines/i-1").body, bytes(kBody));
            QCOMPARE(client.get("/api/v2/timelines/i-2").body, QByteArray("stored"));
        }
    }

    void pipelinedRequestsAreAnsweredInOrder()
    {
        QByteArray requests;
        for (int n = 0; n < 500; ++n) {
            const std::string id = std::to_string(n);
            (n % 3 == 0 ? m_session->stored : m_session->atHand)[id] = text("body " + id);
            requests += "GET /api/v2/timelines/" + bytes(id) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        }
        start();
        Client client(m_server->port());
        client.send(requests);
        for (int n = 0; n < 500; ++n)
            QCOMPARE(client.read().body, "body " + QByteArray::number(n));
        QVERIFY(client.pending().isEmpty());
    }

    void pipelinedRequestWaitsForTheAnswerBefore()
    {
        m_session->stored["slow"] = text("slow");
        m_session->hold();
        start();
        Client client(m_server->port());
        client.send("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/v2/timelines/i-1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QTRY_COMPARE(m_session->asked(), 1);
        QVERIFY(!client.socket().waitForReadyRead(100));
        m_session->release();
        QCOMPARE(client.read().body, QByteArray("slow"));
        QCOMPARE(client.read().body, bytes(kBody));
    }

    void requestInPieces()
    {
        start();
        Client client(m_server->port());
        for (const char c : QByteArray("\r\nGET /api/v2/timelines/i-1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"))
            client.send(QByteArray(1, c));
        QCOMPARE(client.read().body, bytes(kBody));
        QCOMPARE(client.get("/healthz").status, 200);
    }

    void connectionCloseIsKept()
    {
        start();
        Client client(m_server->port());
        const Answer answer = client.get("/healthz", "Connection: close\r\n");
        QCOMPARE(answer.fields["connection"], QByteArray("close"));
        QVERIFY(client.ended());
        Client old(m_server->port());
        old.send("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
        QCOMPARE(old.read().status, 200);
        QVERIFY(old.ended());
    }

    void expectContinue()
    {
        start();
        Client client(m_server->port());
        client.send("POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        QCOMPARE(client.read(true).status, 100);
        client.send("hello");
        QCOMPARE(client.read().status, 405);
        client.send("POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000000\r\nExpect: 100-continue\r\n\r\n");
        QCOMPARE(client.read().status, 413);
        m_clock.advance(Duration::seconds(2));
        QVERIFY(client.ended());
    }

    void hostIsChecked()
    {
        ApiServer::Options options;
        options.hosts = {"Desk.Example"};
        start(options);
        Client client(m_server->port());
        const auto ask = [&](const QByteArray &host) {
            client.send("GET /api/v2/timelines/i-1 HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            return client.read();
        };
        for (const char *host : {"localhost", "127.0.0.1:3000", "[::1]:1", "desk.example", "DESK.example:80"})
            QCOMPARE(ask(host).status, 200);
        for (const char *host : {"evil.example", "169.254.169.254", "", "0.0.0.0", "localhost.evil.example"}) {
            const Answer answer = ask(host);
            QCOMPARE(answer.status, 421);
            QCOMPARE(errorOf(answer), QByteArray("Host not allowed"));
        }
        client.send("GET /healthz HTTP/1.1\r\n\r\n");
        QCOMPARE(client.read().status, 400);
    }

    void tokenIsAskedFor()
    {
        ApiServer::Options options;
        options.token = "s3cret-token";
        start(options);
        Client client(m_server->port());
        for (const char *field : {"", "Authorization: Bearer wrong\r\n", "Authorization: Basic s3cret-token\r\n",
                 "Authorization: Bearer s3cret-toke\r\n"}) {
            for (const char *target : {"/api/v2/timelines/i-1", "/api/v2/timelines", "/metrics", "/nothing"}) {
                const Answer answer = client.get(target, field);
                QCOMPARE(answer.status, 401);
                QCOMPARE(answer.fields["www-authenticate"], QByteArray("Bearer realm=\"threadline\""));
                QVERIFY(!answer.all.contains("s3cret"));
            }
        }
        QCOMPARE(m_session->asked(), 0);
        QCOMPARE(client.get("/api/v2/timelines/i-1", "Authorization: Bearer s3cret-token\r\n").body, bytes(kBody));
        QCOMPARE(client.get("/healthz").status, 200);
        QCOMPARE(client.get("/readyz").status, 200);
    }

    void ordinaryClient()
    {
        m_session->stored["a/b"] = text("{\"x\":1}");
        start();
        QNetworkAccessManager manager;
        const QString base = QStringLiteral("http://127.0.0.1:%1").arg(m_server->port());
        std::vector<std::unique_ptr<QNetworkReply>> replies;
        for (int n = 0; n < 40; ++n)
            replies.emplace_back(manager.get(QNetworkRequest(QUrl(base + QLatin1String("/api/v2/timelines/a%2Fb")))));
        for (const auto &answer : replies) {
            QTRY_VERIFY(answer->isFinished());
            QCOMPARE(answer->error(), QNetworkReply::NoError);
            QCOMPARE(answer->readAll(), QByteArray("{\"x\":1}"));
        }
    }

    void takenPortIsTold()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        ApiServer::Options options;
        options.port = other.serverPort();
        ApiServer server(*m_session, m_clock, options);
        const auto result = server.listen();
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Busy);
        QVERIFY(result.error().message.find(std::to_string(other.serverPort())) != std::string::npos);
        QCOMPARE(server.port(), 0);
    }

    void onlyLoopback_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("all") << QByteArray("0.0.0.0") << false;
        QTest::newRow("all, IPv6") << QByteArray("::") << false;
        QTest::newRow("private") << QByteArray("192.168.1.1") << false;
        QTest::newRow("name") << QByteArray("example.com") << false;
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("127.0.0.1") << QByteArray("127.0.0.1") << true;
        QTest::newRow("127.1.2.3") << QByteArray("127.1.2.3") << true;
        QTest::newRow("localhost") << QByteArray("localhost") << true;
    }
    void onlyLoopback()
    {
        QFETCH(QByteArray, host);
        QFETCH(bool, allowed);
        ApiServer::Options options;
        options.port = 0;
        options.host = host.toStdString();
        ApiServer server(*m_session, m_clock, options);
        const auto result = server.listen();
        QCOMPARE(bool(result), allowed);
        if (!allowed)
            QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
    }

    void closesAndListensAgain()
    {
        start();
        Client client(m_server->port());
        QCOMPARE(client.get("/healthz").status, 200);
        m_server->close();
        QVERIFY(client.ended());
        QCOMPARE(m_server->port(), 0);
        QVERIFY(m_server->listen());
        QCOMPARE(get("/healthz").status, 200);
    }
};

THREADLINE_TEST_MAIN(TestApiServer)
#include "test_api_server.moc"
