// SPDX-License-Identifier: GPL-3.0-or-later
/// The transport: what arrives, how it ends, and in which words it is told.
#include "core/genesys/oauth.h"
#include "core/genesys/streamingdecoder.h"
#include "core/genesys/websocket.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QTimer>

using namespace threadline;
using namespace threadline::test;

namespace {

struct Ear final : WebSocketListener {
    void socketOpened() override
    {
        ++opened;
        if (onOpened)
            onOpened();
    }
    void socketText(std::string &&utf8) override
    {
        texts.push_back(std::move(utf8));
        if (onText)
            onText();
    }
    void socketBinary(std::string &&bytes) override
    {
        binaries.push_back(std::move(bytes));
        any();
    }
    void socketPong() override
    {
        ++pongs;
        any();
    }
    void socketClosed(const SocketClosed &c) override
    {
        closed.push_back(c);
        any();
    }
    void socketFailed(const OpenFailed &f) override
    {
        failed.push_back(f);
        if (onFailed)
            onFailed();
    }
    [[nodiscard]] std::string end() const { return closed.empty() ? "open" : closed.front().words(); }

    void any() const
    {
        if (onAny)
            onAny();
    }

    int opened = 0, pongs = 0;
    std::vector<std::string> texts, binaries;
    std::vector<SocketClosed> closed;
    std::vector<OpenFailed> failed;
    std::function<void()> onText, onFailed, onOpened, onAny;
};

} // namespace

class TestWebsocket : public QObject {
    Q_OBJECT
private:
    struct Pair {
        explicit Pair(int messageMillis = kMessageMillis) : socket(makeWebSocket(ear, messageMillis)) {}
        FakeServer server;
        Ear ear;
        WebSocketPtr socket;
        [[nodiscard]] FakePeer *peer() const { return server.last(); }
    };
    static std::string address(const FakeServer &server)
    {
        return (server.url().replace("http", "ws") + "/api/v2/streaming/events?access_token=top-secret").toStdString();
    }
    static bool open(Pair &p)
    {
        if (!p.server.start())
            return false;
        p.socket->open(address(p.server), {});
        return QTest::qWaitFor([&] { return p.ear.opened == 1 && p.peer(); });
    }
    static bool failsWith(Pair &p, const FakeAnswer &answer)
    {
        p.server.handshakeAnswers = {answer};
        if (!p.server.start())
            return false;
        p.socket->open(address(p.server), {});
        return QTest::qWaitFor([&] { return !p.ear.failed.empty(); });
    }

private Q_SLOTS:
    void talks()
    {
        Pair p;
        QVERIFY(open(p));
        QVERIFY(p.peer()->handshake.target.endsWith("?access_token=top-secret"));
        QVERIFY(p.peer()->handshake.headers.value("user-agent").startsWith("Threadline/"));
        p.socket->sendText("hello \xC3\xA4");
        QTRY_COMPARE(p.peer()->texts, QByteArrayList{"hello \xC3\xA4"});
        p.peer()->sendText("{\"a\":1}");
        p.peer()->sendText(QByteArray("\xE2\x82\xAC \xF0\x9F\x98\x80 nul:\0 end", 19)); // three and four bytes, a NUL
        p.peer()->sendBinary(QByteArray("\x00\xFF\x01", 3));
        QTRY_COMPARE(p.ear.binaries.size(), std::size_t(1));
        QCOMPARE(p.ear.texts.size(), std::size_t(2));
        QCOMPARE(p.ear.texts[1], std::string("\xE2\x82\xAC \xF0\x9F\x98\x80 nul:\0 end", 19));
        QCOMPARE(p.ear.binaries[0], std::string("\x00\xFF\x01", 3));
        p.socket->ping();
        QTRY_COMPARE(p.ear.pongs, 1);
        p.socket->close(1000, "done");
        QTRY_COMPARE(p.peer()->closeCode, 1000);
        QVERIFY(p.ear.closed.empty());
    }

    void closesOfTheServer_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("reason");
        QTest::addColumn<QString>("words");
        QTest::newRow("1000") << 1000 << QByteArray() << "closed by the server (1000 normal closure)";
        QTest::newRow("1001") << 1001 << QByteArray("restarting") << "closed by the server (1001 going away: restarting)";
        QTest::newRow("1008") << 1008 << QByteArray("token top-secret") << "closed by the server (1008 policy violation: token top-secret)";
        QTest::newRow("1011") << 1011 << QByteArray() << "closed by the server (1011 server error)";
        QTest::newRow("1012") << 1012 << QByteArray("a\nb") << "closed by the server (1012 service restart: a b)";
        QTest::newRow("1013") << 1013 << QByteArray() << "closed by the server (1013 try again later)";
        QTest::newRow("1014") << 1014 << QByteArray() << "closed by the server (1014 bad gateway)";
        QTest::newRow("4001") << 4001 << QByteArray("own") << "closed by the server (4001: own)";
    }
    void closesOfTheServer()
    {
        QFETCH(int, code);
        QFETCH(QByteArray, reason);
        QFETCH(QString, words);
        Pair p;
        QVERIFY(open(p));
        p.peer()->sendClose(code, reason);
        QTRY_COMPARE(p.ear.closed.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(p.ear.end()), words);
        QVERIFY(p.ear.closed.front().by == SocketClosed::By::Peer);
    }

    void dropIsNoClosure()
    {
        Pair p;
        QVERIFY(open(p));
        p.peer()->drop();
        QTRY_COMPARE(p.ear.closed.size(), std::size_t(1));
        QVERIFY(p.ear.closed.front().by == SocketClosed::By::Network);
        QCOMPARE(p.ear.closed.front().code, 0);
        QVERIFY2(p.ear.end().starts_with("connection lost"), p.ear.end().c_str());
    }

    void dropInTheMiddleOfAFrame()
    {
        Pair p;
        QVERIFY(open(p));
        p.peer()->sendRaw(QByteArray("\x81\x7e\x01\x00", 4) + "only the beginning");
        QTest::qWait(50);
        p.peer()->drop();
        QTRY_COMPARE(p.ear.closed.size(), std::size_t(1));
        QVERIFY(p.ear.closed.front().by == SocketClosed::By::Network);
        QVERIFY(p.ear.texts.empty());
    }

    /// 5 s for the rest of a message.
    void stallInTheMiddleOfAFrame()
    {
        Pair p;
        QVERIFY(open(p));
        p.peer()->sendRaw(QByteArray("\x81\x7e\x01\x00", 4) + "only the beginning");
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.closed.size(), std::size_t(1), 30'000);
        QCOMPARE(p.ear.closed.front().code, 1001);
        QVERIFY2(p.ear.closed.front().by == SocketClosed::By::Us, p.ear.end().c_str());
    }

    /// Fragments that never end, each soon enough, with pings between them.
    void aMessageThatNeverEnds()
    {
        Pair p(1'000);
        QVERIFY(open(p));
        p.peer()->sendFrame(1, "a", false);
        QTimer trickle;
        connect(&trickle, &QTimer::timeout, this, [&] {
            if (p.ear.closed.empty()) {
                p.peer()->sendFrame(0, "b", false);
                p.peer()->sendFrame(9, "still here", true);
            }
        });
        trickle.start(100);
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.closed.size(), std::size_t(1), 30'000);
        QCOMPARE(p.ear.end(), std::string("given up (1001 going away: a message had not ended after 1 s)"));
    }

    /// A message that comes slowly, but comes, ends no connection; nor do many, of which one is always in the middle.
    void messagesThatAreNeverBetween()
    {
        Pair p(4'000);
        QVERIFY(open(p));
        p.peer()->sendFrame(1, "first", false);
        for (std::size_t n = 0; n < 60; ++n) {
            QTest::qWait(100);
            p.peer()->sendFrame(0, "", true);
            p.peer()->sendFrame(1, "next", false);
            QTRY_COMPARE(p.ear.texts.size(), n + 1);
        }
        QVERIFY2(p.ear.closed.empty(), p.ear.end().c_str());
    }

    /// RFC 6455 section 5.6: only the whole message has to be UTF-8. Qt's WebSockets (6.4, 6.8) close such connections with 1007.
    void aFragmentEndsInsideACharacter()
    {
        Pair p;
        QVERIFY(open(p));
        p.peer()->sendRaw(QByteArray("\x01\x01\xC3\x80\x01\xA4", 6));
        p.peer()->sendFrame(1, "\xF0", false);
        p.peer()->sendFrame(9, "between", true);
        p.peer()->sendFrame(0, "\x9F\x98", false);
        p.peer()->sendFrame(0, "\x80!", true);
        QTRY_COMPARE(p.ear.texts.size() + p.ear.closed.size(), std::size_t(2));
        QVERIFY2(p.ear.closed.empty(), p.ear.end().c_str());
        QCOMPARE(p.ear.texts[0], std::string("\xC3\xA4"));
        QCOMPARE(p.ear.texts[1], std::string("\xF0\x9F\x98\x80!"));
    }

    void whatIsGivenUp_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::newRow("invalid UTF-8") << QByteArray("\x81\x02\xC3\x28", 4) << 1007;
        QTest::newRow("character cut off by the end") << QByteArray("\x01\x01\xC3\x80\x00", 5) << 1007;
        QTest::newRow("frame of 1 GiB announced") << QByteArray("\x81\x7f\x00\x00\x00\x00\x40\x00\x00\x00", 10) << 1009;
        QTest::newRow("reserved opcode") << QByteArray("\x83\x00", 2) << 1002;
        QTest::newRow("continuation of nothing") << QByteArray("\x80\x01x", 3) << 1002;
    }
    void whatIsGivenUp()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        Pair p;
        QVERIFY(open(p));
        p.peer()->sendRaw(bytes);
        QTRY_COMPARE(p.ear.closed.size(), std::size_t(1));
        QCOMPARE(p.ear.closed.front().code, code);
        QVERIFY(p.ear.closed.front().by == SocketClosed::By::Us);
        QVERIFY2(p.ear.end().starts_with("given up (" + std::to_string(code)), p.ear.end().c_str());
        QVERIFY(p.ear.texts.empty());
    }

    void largestMessageAndOneMore()
    {
        Pair p;
        QVERIFY(open(p));
        p.peer()->sendText(QByteArray(static_cast<qsizetype>(kMaxMessageBytes), 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.texts.size(), std::size_t(1), 20'000);
        QCOMPARE(p.ear.texts[0].size(), kMaxMessageBytes);
        p.peer()->sendText(QByteArray(static_cast<qsizetype>(kMaxMessageBytes) + 1, 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.closed.size(), std::size_t(1), 20'000);
        QCOMPARE(p.ear.closed.front().code, 1009);
        QVERIFY(p.ear.closed.front().by == SocketClosed::By::Us);
    }

    void manyFramesOverTheLimit()
    {
        Pair p;
        QVERIFY(open(p));
        const QByteArray megabyte(1 << 20, 'x');
        for (int i = 0; i < 6; ++i)
            p.peer()->sendFrame(i == 0 ? 1 : 0, megabyte, i == 5);
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.closed.size(), std::size_t(1), 20'000);
        QCOMPARE(p.ear.closed.front().code, 1009);
    }

    void refusedHandshakes_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {302, 400, 401, 403, 404, 429, 503})
            QTest::newRow(qPrintable(QString::number(status))) << status;
    }
    void refusedHandshakes()
    {
        QFETCH(int, status);
        Pair p;
        QVERIFY(failsWith(p, FakeAnswer::failure(status, "no", {"Location: https://elsewhere.example/"})));
        QCOMPARE(p.ear.failed.front().httpStatus, status);
        QCOMPARE(p.ear.opened, 0);
        QVERIFY(describe(p.ear.failed.front().failure).find("top-secret") == std::string::npos);
    }

    void brokenHandshakes()
    {
        for (const QByteArray &answer : {QByteArray("SSH-2.0-OpenSSH_9.2\r\n\r\n"), QByteArray("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"),
                 QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")}) {
            Pair p;
            QVERIFY(failsWith(p, FakeAnswer::doing(FakeAnswer::Do::Raw, answer)));
            QCOMPARE(p.ear.opened, 0);
            }
    }

    void droppedHandshake()
    {
        Pair p;
        QVERIFY(failsWith(p, FakeAnswer::doing(FakeAnswer::Do::Drop)));
        QCOMPARE(p.ear.failed.front().httpStatus, 0);
    }

    void nobodyThere()
    {
        Pair p;
        QVERIFY(p.server.start());
        const std::string url = address(p.server);
        p.server.close();
        p.socket->open(url, {});
        QTRY_COMPARE(p.ear.failed.size(), std::size_t(1));
        QCOMPARE(p.ear.failed.front().failure.problem, NetworkProblem::Refused);
        QVERIFY(describe(p.ear.failed.front().failure).find("127.0.0.1") != std::string::npos);
    }

    void destroyedFromInsideItsSignals()
    {
        Pair p;
        p.ear.onText = [&] { p.socket.reset(); };
        QVERIFY(open(p));
        for (int i = 0; i < 100; ++i)
            p.peer()->sendText("x");
        QTRY_VERIFY(!p.socket);
        QTRY_VERIFY(!p.peer()->isOpen());
        QCOMPARE(p.ear.texts.size(), std::size_t(1));

        Pair q;
        q.ear.onFailed = [&] { q.socket.reset(); };
        QVERIFY(failsWith(q, FakeAnswer::failure(401)));
        QTRY_VERIFY(!q.socket);
    }

    /// A listener that does not return holds the server back; what we buffer stays below the read buffer.
    void blockingHoldsTheServerBack()
    {
        Pair p;
        QVERIFY(open(p));
        bool blocked = false;
        qint64 heldBack = 0;
        constexpr qint64 kTotal = 64 << 20;
        p.ear.onText = [&] {
            if (std::exchange(blocked, true))
                return;
            // The server lives in this thread: its part of the exchange is moved on by hand while the client is blocked.
            const QByteArray message(64 << 10, 'x');
            for (qint64 sent = 0; sent < kTotal; sent += message.size())
                p.peer()->sendText(message);
            heldBack = p.peer()->pending();
        };
        p.peer()->sendText("first");
        QTRY_VERIFY(blocked);
        QVERIFY2(heldBack > kTotal / 4, qPrintable(QString::number(heldBack)));
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.texts.size(), std::size_t(1 + kTotal / (64 << 10)), 30'000);
    }

    /// The head and what follows it may come in one piece.
    void framesBehindTheHead()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost, 0));
        QByteArray request;
        connect(&server, &QTcpServer::newConnection, this, [&] {
            QTcpSocket *peer = server.nextPendingConnection();
            connect(peer, &QTcpSocket::readyRead, peer, [&request, peer] {
                request += peer->readAll();
                const qsizetype at = request.indexOf("Sec-WebSocket-Key: ") + 19;
                const QByteArray key = request.mid(at, request.indexOf("\r\n", at) - at);
                const QByteArray accept = QCryptographicHash::hash(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", QCryptographicHash::Sha1);
                peer->write("HTTP/1.1 101 Yes\r\nupgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\nsec-websocket-accept: "
                    + accept.toBase64() + "\r\n\r\n" + "\x81\x02hi\x88\x02\x03\xe9");
            });
        });
        Ear ear;
        const WebSocketPtr socket = makeWebSocket(ear);
        const std::string host = "127.0.0.1:" + std::to_string(server.serverPort());
        socket->open("ws://" + host + "/a%20b?c=d", {});
        QTRY_COMPARE(ear.closed.size(), std::size_t(1));
        QCOMPARE(ear.opened, 1);
        QCOMPARE(ear.texts, std::vector<std::string>{"hi"});
        QCOMPARE(ear.end(), std::string("closed by the server (1001 going away)"));
        QVERIFY2(request.startsWith("GET /a%20b?c=d HTTP/1.1\r\nHost: " + QByteArray::fromStdString(host) + "\r\n"), request.constData());
        QCOMPARE(request.count("Sec-WebSocket-Key: "), 1);
        QVERIFY(!request.contains("Sec-WebSocket-Extensions"));
    }

    /// Each with what it carried, while the server takes the answers.
    void pingsAreAnswered()
    {
        Pair p;
        QVERIFY(open(p));
        QByteArrayList pongs;
        connect(p.peer(), &FakePeer::pong, this, [&](const QByteArray &payload) { pongs << payload; });
        QByteArrayList sent;
        for (int i = 0; i < 20; ++i) {
            sent << QByteArray::number(i);
            p.peer()->sendFrame(9, sent.last());
        }
        QTRY_COMPARE(pongs, sent);
    }

    /// A server that takes no answers for a while gets fewer of them, and the newest in any case.
    void theNewestPingIsAnswered()
    {
        Pair p;
        QVERIFY(open(p));
        QByteArrayList pongs;
        connect(p.peer(), &FakePeer::pong, this, [&](const QByteArray &payload) { pongs << payload; });
        p.peer()->setReading(false);
        constexpr int kPings = 120'000;
        const QByteArray filler(100, '.');
        for (int i = 1; i <= kPings; ++i) {
            p.peer()->sendFrame(9, QByteArray::number(i) + filler);
            if (i % 1000 == 0)
                QCoreApplication::processEvents();
        }
        QTRY_COMPARE_WITH_TIMEOUT(p.peer()->pending(), qint64(0), 30'000);
        p.peer()->setReading(true);
        QTRY_VERIFY_WITH_TIMEOUT(!pongs.isEmpty() && pongs.last() == QByteArray::number(kPings) + filler, 30'000);
        QVERIFY2(pongs.size() < kPings, qPrintable(QString::number(pongs.size())));
        QVERIFY2(p.ear.closed.empty(), p.ear.end().c_str());
    }

    /// Also in a flood: the server reads the close frame, whatever it is still sending.
    void goodByeAtFullSpeed()
    {
        Pair p;
        QVERIFY(open(p));
        const QByteArray message(16 << 10, 'x');
        p.ear.onText = [&] {
            if (p.ear.texts.size() != 3)
                return;
            p.socket->close(1000, "done");
            p.socket.reset();
        };
        for (int i = 0; i < 500; ++i)
            p.peer()->sendText(message);
        QTRY_VERIFY(!p.socket);
        QCOMPARE(p.ear.texts.size(), std::size_t(3));
        QTRY_COMPARE(p.peer()->closeCode, 1000);
    }

    void destroyedFromEach()
    {
        for (const QByteArray &frame : {QByteArray("\x82\x01x\x82\x01y", 6), QByteArray("\x8a\x00\x8a\x00", 4), QByteArray("\x88\x00", 2), QByteArray("\x83\x00", 2)}) {
            Pair p;
            p.ear.onAny = [&] { p.socket.reset(); };
            QVERIFY(open(p));
            p.peer()->sendRaw(frame);
            QTRY_VERIFY(!p.socket);
            QTRY_VERIFY(!p.peer()->isOpen());
            QCOMPARE(p.ear.binaries.size() + static_cast<std::size_t>(p.ear.pongs) + p.ear.closed.size(), std::size_t(1));
        }
        Pair opening;
        opening.ear.onOpened = [&] { opening.socket.reset(); };
        QVERIFY(open(opening));
        QVERIFY(!opening.socket);
        QTRY_VERIFY(!opening.peer()->isOpen());
    }

    void tls()
    {
        const FakeCertificates made = makeCertificates("IP:127.0.0.1");
        QFile file(scratchFolder() + "/ca.pem");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(made.authorityPem);
        file.close();
        {
            Pair p;
            p.server.setTls(made.serverConfiguration());
            QVERIFY(p.server.start());
            p.socket->open(address(p.server), {});
            QTRY_COMPARE(p.ear.failed.size(), std::size_t(1));
            const std::string words = describe(p.ear.failed.front().failure);
            QVERIFY2(words.find("Threadline Test Authority") != std::string::npos, words.c_str());
            QVERIFY(words.find("127.0.0.1") != std::string::npos);
            QVERIFY(words.find("THREADLINE_CA_FILE") != std::string::npos);
            QVERIFY(p.server.peers.isEmpty());
        }
        Pair p;
        p.server.setTls(made.serverConfiguration());
        QVERIFY(p.server.start());
        p.socket->open(address(p.server), {{}, file.fileName().toStdString()});
        QTRY_COMPARE(p.ear.opened, 1);
        QTRY_VERIFY(p.peer());
        p.peer()->sendText("over TLS");
        QTRY_COMPARE(p.ear.texts.size(), std::size_t(1));
        p.socket->ping();
        QTRY_COMPARE(p.ear.pongs, 1);
        // More than any buffer holds, while a listener takes its time.
        p.ear.onText = [&] { QTest::qSleep(p.ear.texts.size() % 64 == 0 ? 5 : 0); };
        for (int i = 0; i < 512; ++i)
            p.peer()->sendText(QByteArray(32 << 10, static_cast<char>('a' + i % 26)));
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.texts.size(), std::size_t(513), 30'000);
        QCOMPARE(p.ear.texts.back(), std::string(32 << 10, static_cast<char>('a' + 511 % 26)));
        p.socket->close(1000, "done");
        p.socket.reset();
        QTRY_COMPARE(p.peer()->closeCode, 1000);
    }

    void throughAProxy()
    {
        const FakeCertificates made = makeCertificates("DNS:api.threadline-test.invalid");
        QFile file(scratchFolder() + "/ca4.pem");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(made.authorityPem);
        file.close();
        Pair p;
        p.server.setTls(made.serverConfiguration());
        QVERIFY(p.server.start());
        FakeServer proxy;
        proxy.tunnelTo = &p.server;
        QVERIFY(proxy.start());
        p.socket->open("wss://api.threadline-test.invalid/api/v2/streaming/events?access_token=top-secret",
            {proxy.url().toStdString(), file.fileName().toStdString()});
        QTRY_COMPARE(p.ear.opened, 1);
        QCOMPARE(proxy.connectRequests.first().target, QByteArray("api.threadline-test.invalid:443"));
        QVERIFY(!proxy.connectRequests.first().target.contains("top-secret"));
    }

    void proxyWantsAPassword()
    {
        FakeServer wary;
        QVERIFY(wary.start());
        Pair p;
        p.socket->open("wss://api.threadline-test.invalid/api/v2/streaming/events?access_token=top-secret", {wary.url().toStdString(), {}});
        QTRY_COMPARE(p.ear.failed.size(), std::size_t(1));
        const std::string words = describe(p.ear.failed.front().failure);
        QVERIFY2(words.find("THREADLINE_PROXY") != std::string::npos && words.find("password") != std::string::npos, words.c_str());
    }

    void settingsAreNamed()
    {
        Pair p;
        p.socket->open("wss://api.threadline-test.invalid/", {{}, "/nowhere/ca.pem"});
        QTRY_COMPARE(p.ear.failed.size(), std::size_t(1));
        QCOMPARE(p.ear.failed.front().failure.problem, NetworkProblem::Setting);
        QVERIFY(describe(p.ear.failed.front().failure).find("THREADLINE_CA_FILE") != std::string::npos);
    }
};

THREADLINE_TEST_MAIN(TestWebsocket)
#include "test_websocket.moc"
