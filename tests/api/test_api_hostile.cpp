// SPDX-License-Identifier: GPL-3.0-or-later
/// Clients that mean ill, leave, or are many: each is ended within its limits, the others are served, memory is bounded.
#include "core/api/apiserver.h"
#include "tests/api/client.h"
#include "tests/api/fakesession.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>

#include <memory>
#include <random>
#include <vector>

using namespace threadline;
using namespace threadline::test;

namespace {

const QByteArray kHealth = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Resident memory, KiB; 0 where the system does not tell.
qint64 residentKiB()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    static const QRegularExpression line(QStringLiteral("VmRSS:\\s+(\\d+)"));
    return line.match(QString::fromUtf8(file.readAll())).captured(1).toLongLong();
}

} // namespace

class TestApiHostile : public QObject {
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
    std::unique_ptr<Client> client() { return std::make_unique<Client>(m_server->port()); }
    /// A sample of /metrics, asked on a connection of its own.
    int metric(const QByteArray &name) { return metric(name, *client()); }
    int metric(const QByteArray &name, Client &asker)
    {
        const QByteArray page = asker.get("/metrics").body;
        const qsizetype at = page.indexOf('\n' + name + ' ');
        return at < 0 ? -1 : page.mid(at + name.size() + 2).split('\n').first().toInt();
    }
    /// Lets time pass; whether the metric has then that value.
    bool passes(Duration time, const QByteArray &name, int value)
    {
        m_clock.advance(time);
        return metric(name) == value;
    }
    /// Asks for a timeline so many times and takes nothing that its buffers do not.
    std::unique_ptr<Client> stalling(const QByteArray &timeline, int times = 1)
    {
        auto c = client();
        c->socket().setReadBufferSize(4096);
        c->socket().setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 16 * 1024); // by itself the system takes megabytes
        c->send(QByteArray("GET /api/v2/timelines/" + timeline + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeated(times));
        c->socket().waitForReadyRead(5000);
        return c;
    }
    /// Lets time pass, in which `c` takes so many bytes each half second.
    void takes(Client &c, Duration time, qint64 bytes)
    {
        for (Duration passed; passed < time; passed = passed + Duration::millis(500)) {
            m_clock.advance(Duration::millis(500));
            c.take(bytes);
        }
    }
    bool isServed() { return client()->get("/healthz").status == 200; }
    /// Lets time pass until the server ends `victim`; how much passed, in steps of half a second.
    Duration timeUntilEnd(Client &victim, const QByteArray &trickle = {})
    {
        Duration passed;
        while (passed < Duration::seconds(120)) {
            m_clock.advance(Duration::millis(500));
            passed = passed + Duration::millis(500);
            if (!trickle.isEmpty())
                victim.send(trickle);
            if (victim.ended(150))
                break;
        }
        return passed;
    }

private Q_SLOTS:
    void init()
    {
        m_session = std::make_unique<FakeSession>();
        m_session->stored["slow"] = text("slow");
    }
    void cleanup()
    {
        m_server.reset();
        m_session.reset();
    }

    void noiseIsRefusedAtOnce_data()
    {
        QTest::addColumn<QByteArray>("noise");
        QTest::newRow("TLS") << QByteArray("\x16\x03\x01\x02\x00", 5);
        QTest::newRow("zeros") << QByteArray(1000, '\0');
        QTest::newRow("HTTP/2") << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        QTest::newRow("two lengths") << QByteArray("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
        QTest::newRow("chunked") << QByteArray("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }
    void noiseIsRefusedAtOnce()
    {
        QFETCH(QByteArray, noise);
        start();
        const auto c = client();
        c->send(noise);
        const Answer answer = c->read();
        QVERIFY(answer.status == 400 || answer.status == 505 || answer.status == 411);
        QCOMPARE(answer.fields["connection"], QByteArray("close"));
        c->send(kHealth); // is not read any more
        m_clock.advance(Duration::seconds(2));
        QVERIFY(c->ended());
        QVERIFY(c->pending().isEmpty());
        QVERIFY(isServed());
    }

    void randomBytesAreSurvived()
    {
        start();
        std::mt19937 random(7);
        for (int n = 0; n < 200; ++n) {
            QByteArray bytes = "GET /api/v2/timelines/slow?include=evidence HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab" + kHealth;
            for (int k = 0; k < 4; ++k)
                bytes[static_cast<qsizetype>(random() % static_cast<unsigned>(bytes.size()))] = static_cast<char>(random());
            const auto c = client();
            c->send(bytes);
            c->socket().waitForReadyRead(5);
        }
        QVERIFY(isServed());
    }

    /// No blank line that ends the head will ever come: it is said at once, not when the time is over.
    void bareLineFeedsAreRefusedAtOnce()
    {
        start();
        for (const QByteArray bytes : {"GET /healthz HTTP/1.1\nHost: localhost\n\n", "\nGET /healthz HTTP/1.1\r\n"}) {
            const auto c = client();
            c->send(bytes);
            const Answer answer = c->read();
            QCOMPARE(answer.status, 400);
            QVERIFY2(answer.body.contains("CR LF"), answer.body.constData());
        }
    }

    void slowlorisIsEnded()
    {
        start();
        const auto c = client();
        c->send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ");
        QTRY_COMPARE(metric("threadline_rest_connections"), 2);
        const Duration lived = timeUntilEnd(*c, "x");
        QVERIFY2(lived <= Duration::seconds(9), std::to_string(lived.us).c_str()); // 5 s, 1 s to read why, and steps
        QVERIFY(c->pending().startsWith("HTTP/1.1 408 "));
    }

    void slowBodyIsEnded()
    {
        start();
        const auto c = client();
        c->send("POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");
        QTRY_COMPARE(metric("threadline_rest_connections"), 2);
        QVERIFY(timeUntilEnd(*c, "x") <= Duration::seconds(9));
    }

    void silenceIsEnded()
    {
        start();
        const auto never = client();
        const auto once = client();
        QCOMPARE(once->get("/healthz").status, 200);
        QTRY_COMPARE(metric("threadline_rest_connections"), 3);
        QVERIFY(timeUntilEnd(*never) <= Duration::seconds(7));
        QCOMPARE(once->get("/healthz").status, 200); // idle time is longer than a request's
        QVERIFY(timeUntilEnd(*once) <= Duration::seconds(17));
        QVERIFY(metric("threadline_rest_deadlines_total") >= 2);
    }

    void hugeHeaderIsRefused()
    {
        start();
        const auto c = client();
        c->send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ");
        const QByteArray piece(1 << 20, 'x');
        for (int n = 0; n < 8 && c->socket().state() == QAbstractSocket::ConnectedState; ++n) {
            c->send(piece);
            c->socket().waitForBytesWritten(200);
        }
        const Answer answer = c->read();
        QVERIFY(answer.status == 431 || answer.status == 0); // 0: reset before it could be read
        m_clock.advance(Duration::seconds(2));
        QVERIFY(c->ended());
        const auto line = client();
        line->send("GET /" + QByteArray(200'000, 'x'));
        QCOMPARE(line->read().status, 414);
        QVERIFY(isServed());
    }

    void hugeBodyIsRefused()
    {
        start();
        const qint64 before = residentKiB();
        const auto c = client();
        c->send("POST /api/v2/timelines HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000000\r\n\r\n");
        const QByteArray piece(1 << 20, 'x');
        for (int n = 0; n < 300 && c->socket().state() == QAbstractSocket::ConnectedState; ++n) {
            c->send(piece);
            c->socket().waitForBytesWritten(50);
            if (n == 20)
                m_clock.advance(Duration::seconds(2));
        }
        QVERIFY(c->ended(2000));
        QVERIFY(c->pending().isEmpty() || c->pending().startsWith("HTTP/1.1 413 "));
        QVERIFY2(residentKiB() - before < 64 * 1024, "the body was kept");
        QVERIFY(isServed());
    }

    void connectionsAreCapped()
    {
        ApiServer::Options options;
        options.maxConnections = 32;
        start(options);
        m_session->hold();
        std::vector<std::unique_ptr<Client>> taken;
        for (int n = 0; n < 32; ++n) {
            taken.push_back(client());
            taken.back()->send("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            QVERIFY(m_session->waitUntilAsked(n + 1));
        }
        for (int n = 0; n < 10; ++n) {
            const auto more = client();
            more->send(kHealth);
            QVERIFY(more->ended());
            QVERIFY(more->pending().isEmpty());
        }
        m_session->release();
        for (const auto &c : taken)
            QCOMPARE(c->read().body, QByteArray("slow"));
        QCOMPARE(metric("threadline_rest_connections_refused_total", *taken.front()), 10);
        taken.pop_back();
        QTRY_COMPARE(metric("threadline_rest_connections", *taken.front()), 31);
        QVERIFY(isServed());
    }

    /// Four times as many as there may be do nothing at all: each newcomer is served, and those that came last are there still.
    void idleOnesGiveWayToNewcomers()
    {
        ApiServer::Options options;
        options.maxConnections = 32;
        start(options);
        std::vector<std::unique_ptr<Client>> idle;
        for (int n = 0; n < 128; ++n) {
            idle.push_back(client());
            m_clock.advance(Duration::millis(1));
            if (n % 8 == 0)
                QVERIFY(isServed());
        }
        QVERIFY(isServed());
        QVERIFY(metric("threadline_rest_connections_given_way_total") >= 96);
        QCOMPARE(idle.back()->get("/healthz").status, 200);
        QVERIFY(idle.front()->ended());
    }

    /// All places are held by half requests, and many come at once: each of those takes the place of one that was there.
    void newcomersDoNotEndEachOther()
    {
        ApiServer::Options options;
        options.maxConnections = 16;
        start(options);
        std::vector<std::unique_ptr<Client>> half, good;
        for (int n = 0; n < 16; ++n) {
            half.push_back(client());
            half.back()->send("GET / HTTP/1.1\r\n");
        }
        QVERIFY(isServed()); // so that they have been read
        m_clock.advance(Duration::seconds(2));
        for (int n = 0; n < 12; ++n)
            good.push_back(client());
        for (const auto &c : good)
            QCOMPARE(c->get("/healthz").status, 200);
    }

    /// A line end after a request is a leftover, and no next request.
    void aLeftoverLineEndIsNoRequest()
    {
        ApiServer::Options options;
        start(options);
        const auto c = client();
        c->send(kHealth + "\r\n");
        QCOMPARE(c->read().status, 200);
        QVERIFY(timeUntilEnd(*c) >= Duration::seconds(14)); // it rests; its deadline as a request would be 5 s
    }

    /// Those that have begun a request go after those that have not.
    void whoSendsARequestGivesWayLast()
    {
        ApiServer::Options options;
        options.maxConnections = 4;
        start(options);
        const auto sending = client();
        sending->send("GET /healthz HTTP/1.1\r\n");
        QVERIFY(isServed()); // so that it has been read
        std::vector<std::unique_ptr<Client>> idle;
        for (int n = 0; n < 3; ++n) {
            idle.push_back(client());
            QCOMPARE(idle.back()->get("/healthz").status, 200);
            m_clock.advance(Duration::seconds(1)); // the first has rested for longest, and nobody has just come
        }
        for (int n = 0; n < 3; ++n)
            QVERIFY(isServed());
        QVERIFY(idle.front()->ended());
        sending->send("Host: localhost\r\n\r\n");
        QCOMPARE(sending->read().status, 200);
    }

    /// All places are held by clients that have sent many requests and take little of the answers: each newcomer gets the place of one.
    void pipelinersGiveWay()
    {
        m_session->atHand["body"] = text(std::string(20'000, 'b'));
        ApiServer::Options options;
        options.maxConnections = 8;
        start(options);
        std::vector<std::unique_ptr<Client>> slow;
        for (int n = 0; n < 8; ++n)
            slow.push_back(stalling("body", 300));
        for (int n = 0; n < 6; ++n)
            QVERIFY(isServed());
        QVERIFY(slow.back()->socket().state() == QAbstractSocket::ConnectedState);
    }

    /// All places are held by clients that take one large answer each: those that take it slowly go, however young it is; a client that
    /// takes it at a decent pace stays, and where all do, it is the newcomer who is refused.
    void whoTakesSlowlyGivesWay()
    {
        m_session->atHand["large"] = text(std::string(24 << 20, 'j'));
        ApiServer::Options options;
        options.maxConnections = 4;
        start(options);
        const auto decent = stalling("large");
        std::vector<std::unique_ptr<Client>> slow;
        for (int n = 0; n < 3; ++n)
            slow.push_back(stalling("large"));
        takes(*decent, Duration::seconds(3), 1 << 20);
        std::vector<std::unique_ptr<Client>> more;
        for (int n = 0; n < 3; ++n) {
            more.push_back(stalling("large"));
            QVERIFY(more.back()->socket().bytesAvailable() > 0);
        }
        for (const auto &c : slow)
            QVERIFY(c->ended());
        QVERIFY(!isServed());
        decent->socket().setReadBufferSize(0);
        QCOMPARE(decent->read().body.size(), 24 << 20);
    }

    /// The budget is short: a client that has taken its answer at full speed for long is not ended for another, one that stalls is.
    void whoStallsGivesUpTheMemory()
    {
        m_session->atHand["fast"] = text(std::string(32 << 20, 'f'));
        m_session->atHand["stalls"] = text(std::string(6 << 20, 's'));
        m_session->atHand["more"] = text(std::string(6 << 20, 'm'));
        ApiServer::Options options;
        options.maxHeld = 40u << 20;
        start(options);
        const auto fast = stalling("fast");
        takes(*fast, Duration::seconds(11), 1 << 20);
        const auto stalls = stalling("stalls");
        takes(*fast, Duration::seconds(3), 1 << 20);
        QCOMPARE(client()->get("/api/v2/timelines/more").status, 200);
        QVERIFY(stalls->ended());
        fast->socket().setReadBufferSize(0);
        QCOMPARE(fast->read().body.size(), 32 << 20);
    }

    /// Blank lines before a request may stand there, but gain no time.
    void blankLinesGainNoTime()
    {
        start();
        const auto c = client();
        const Duration took = timeUntilEnd(*c, "\r\n");
        QVERIFY2(took <= Duration::seconds(6), qPrintable(QString::number(took.us)));
        QVERIFY(isServed());
    }

    /// Each would keep 6 MiB: a budget for all, and those beyond are told to come again. Whoever has not read for long goes.
    void slowReadersShareABudget()
    {
        constexpr int kReaders = 24;
        ApiServer::Options options;
        options.maxHeld = 24u << 20;
        for (int n = 0; n < kReaders; ++n)
            m_session->stored["large" + std::to_string(n)] = text(std::string(6 << 20, 'j'));
        start(options);
        std::vector<std::unique_ptr<Client>> readers;
        int given = 0;
        for (int n = 0; n < kReaders; ++n) {
            readers.push_back(client());
            readers.back()->socket().setReadBufferSize(4096);
            readers.back()->send("GET /api/v2/timelines/large" + QByteArray::number(n) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            QVERIFY(readers.back()->socket().waitForReadyRead(5000));
            const QByteArray begin = readers.back()->socket().peek(64);
            QVERIFY2(begin.startsWith("HTTP/1.1 200 ") || begin.startsWith("HTTP/1.1 503 "), begin.constData());
            given += begin.startsWith("HTTP/1.1 200 ");
        }
        QCOMPARE(given, 4);
        QCOMPARE(client()->get("/api/v2/timelines/slow").body, QByteArray("slow")); // small ones always fit
        readers.front()->socket().setReadBufferSize(0);
        QCOMPARE(readers.front()->read().body.size(), 6 << 20);
        QCOMPARE(client()->get("/api/v2/timelines/large0").body.size(), 6 << 20); // there is room again
    }

    void clientsLeaveWhileTheyWait()
    {
        m_session->hold();
        start();
        for (int n = 0; n < 200; ++n) {
            const auto c = client();
            c->send("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            QVERIFY(m_session->waitUntilAsked(n + 1));
            if (n % 2 == 0)
                c->socket().abort();
        }
        QTRY_COMPARE(m_session->dropped(), 200);
        QTRY_COMPARE(metric("threadline_rest_connections"), 1); // every socket has been deleted
        QCOMPARE(metric("threadline_rest_abandoned_total"), 200);
        QCOMPARE(metric("threadline_rest_pending"), 0);
        m_session->release();
        QVERIFY(isServed());
    }

    void clientsLeaveWhileTheyAreAnswered()
    {
        start();
        for (int n = 0; n < 300; ++n) {
            const auto c = client();
            c->send("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\n" + kHealth);
            if (n % 3 == 0)
                c->socket().waitForReadyRead(2);
            c->socket().abort();
        }
        QTRY_COMPARE(metric("threadline_rest_connections"), 1);
        QCOMPARE(client()->get("/api/v2/timelines/slow").body, QByteArray("slow"));
    }

    void manySlowAnswersAtOnce()
    {
        for (int n = 0; n < 200; ++n)
            m_session->stored[std::to_string(n)] = text("body " + std::to_string(n));
        m_session->hold();
        start();
        std::vector<std::unique_ptr<Client>> waiting;
        for (int n = 0; n < 200; ++n) {
            waiting.push_back(client());
            waiting.back()->send("GET /api/v2/timelines/" + QByteArray::number(n) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        QTRY_COMPARE(m_session->asked(), 200);
        QVERIFY(isServed()); // nothing blocks the others
        m_session->release();
        for (int n = 0; n < 200; ++n)
            QCOMPARE(waiting[static_cast<std::size_t>(n)]->read().body, "body " + QByteArray::number(n));
    }

    void storeThatDoesNotAnswer()
    {
        m_session->hold();
        start();
        const auto c = client();
        c->send("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QTRY_COMPARE(m_session->asked(), 1);
        m_clock.advance(Duration::seconds(31));
        const Answer answer = c->read();
        QCOMPARE(answer.status, 500);
        QVERIFY(answer.body.startsWith(R"({"error":"Timeline query failed",)"));
        QCOMPARE(m_session->dropped(), 1);
    }

    void largeAnswerToSlowReader()
    {
        const QByteArray large(24 << 20, 'j');
        m_session->atHand["large"] = text(large.toStdString());
        start();
        const qint64 before = residentKiB();
        std::vector<std::unique_ptr<Client>> readers;
        for (int n = 0; n < 8; ++n) {
            readers.push_back(client());
            readers.back()->socket().setReadBufferSize(64 * 1024);
            readers.back()->send("GET /api/v2/timelines/large HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        for (const auto &reader : readers)
            QVERIFY(reader->socket().waitForReadyRead(5000));
        QVERIFY2(residentKiB() - before < 48 * 1024, "the body was copied");
        readers.front()->socket().setReadBufferSize(0);
        QCOMPARE(readers.front()->read().body, large);
        QCOMPARE(readers.front()->get("/healthz").status, 200);
        QTRY_VERIFY(passes(Duration::seconds(2), "threadline_rest_connections", 2)); // the others take nothing
    }

    void pipelinedWithoutReading()
    {
        m_session->atHand["body"] = text(std::string(20'000, 'b'));
        start();
        const qint64 before = residentKiB();
        const auto c = client();
        c->socket().setReadBufferSize(1024);
        const QByteArray requests = QByteArray("GET /api/v2/timelines/body HTTP/1.1\r\nHost: localhost\r\n\r\n").repeated(10'000);
        c->send(requests);
        c->socket().waitForBytesWritten(2000);
        QVERIFY(isServed());
        QVERIFY2(residentKiB() - before < 64 * 1024, "answers piled up");
        QTRY_VERIFY(passes(Duration::seconds(2), "threadline_rest_connections", 1));
    }

    void endsAtOnceWithQuestionsOpen()
    {
        m_session->hold();
        start();
        std::vector<std::unique_ptr<Client>> waiting;
        for (int n = 0; n < 50; ++n) {
            waiting.push_back(client());
            waiting.back()->send("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        QTRY_COMPARE(m_session->asked(), 50);
        QElapsedTimer timer;
        timer.start();
        m_server->close();
        QVERIFY(timer.elapsed() < 5000); // promised: 1 s
        QCOMPARE(m_session->dropped(), 50);
        for (const auto &c : waiting)
            QVERIFY(c->ended());
    }

    void endsInTheMiddleOfAnswers()
    {
        for (int n = 0; n < 30; ++n) {
            start();
            std::vector<std::unique_ptr<Client>> busy;
            for (int k = 0; k < 8; ++k) {
                busy.push_back(client());
                busy.back()->send(("GET /api/v2/timelines/slow HTTP/1.1\r\nHost: localhost\r\n\r\n" + kHealth).repeated(50));
            }
            QTRY_VERIFY(m_session->asked() > n);
            m_server.reset();
        }
    }
};

THREADLINE_TEST_MAIN(TestApiHostile)
#include "test_api_hostile.moc"
