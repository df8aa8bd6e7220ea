// SPDX-License-Identifier: GPL-3.0-or-later
/// Our WebSocket client and another's server, Qt's: neither was written with the other in mind.
#include "core/genesys/websocket.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QWebSocket>
#include <QWebSocketServer>

#include <memory>

using namespace threadline;
using namespace threadline::test;

namespace {

struct Ear final : WebSocketListener {
    void socketOpened() override { opened = true; }
    void socketText(std::string &&utf8) override { texts.push_back(std::move(utf8)); }
    void socketBinary(std::string &&bytes) override { binaries.push_back(std::move(bytes)); }
    void socketPong() override { ++pongs; }
    void socketClosed(const SocketClosed &closed) override { end = closed.words(); }
    void socketFailed(const OpenFailed &failed) override { end = "failed " + std::to_string(failed.httpStatus) + describe(failed.failure); }

    bool opened = false;
    int pongs = 0;
    std::vector<std::string> texts, binaries;
    std::string end;
};

struct Pair {
    explicit Pair(bool secure)
        : server(QStringLiteral("Test"), secure ? QWebSocketServer::SecureMode : QWebSocketServer::NonSecureMode), isSecure(secure)
    {
    }
    [[nodiscard]] bool open()
    {
        NetworkOptions options;
        if (isSecure) {
            const FakeCertificates made = makeCertificates("IP:127.0.0.1");
            server.setSslConfiguration(made.serverConfiguration());
            QFile file(scratchFolder() + "/interop.pem");
            if (!file.open(QIODevice::WriteOnly) || file.write(made.authorityPem) < 0)
                return false;
            options.caFile = file.fileName().toStdString();
        }
        if (!server.listen(QHostAddress::LocalHost))
            return false;
        socket->open((isSecure ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + std::to_string(server.serverPort()) + "/path?query=1", options);
        if (!QTest::qWaitFor([&] { return ear.opened && server.hasPendingConnections(); }, 20'000))
            return false;
        peer.reset(server.nextPendingConnection());
        return true;
    }

    QWebSocketServer server;
    const bool isSecure;
    Ear ear;
    WebSocketPtr socket = makeWebSocket(ear);
    std::unique_ptr<QWebSocket> peer;
};

} // namespace

class TestInterop : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void messages_data()
    {
        QTest::addColumn<bool>("secure");
        QTest::newRow("plain") << false;
        QTest::newRow("TLS") << true;
    }
    void messages()
    {
        QFETCH(bool, secure);
        Pair p(secure);
        QVERIFY2(p.open(), p.ear.end.c_str());
        QCOMPARE(p.peer->requestUrl().path(), QStringLiteral("/path"));
        QStringList received;
        int pongs = 0;
        connect(p.peer.get(), &QWebSocket::textMessageReceived, this, [&](const QString &text) { received << text; });
        connect(p.peer.get(), &QWebSocket::pong, this, [&] { ++pongs; });
        // Sizes around each way of writing a length; characters of one to four bytes. Qt cuts what it sends into frames of 99
        // bytes, and so also inside characters, which its own client would not read.
        p.peer->setOutgoingFrameSize(99);
        QStringList sent;
        for (const int size : {0, 1, 62, 63, 125, 126, 32'767, 32'768, 65'536, 300'000})
            sent << QStringLiteral("a\u00E4").repeated(size / 3) + QString::fromUtf8("\u20AC\U0001F600").repeated(size % 3);
        for (const QString &text : sent) {
            p.socket->sendText(text.toStdString());
            p.peer->sendTextMessage(text);
        }
        p.peer->sendBinaryMessage(QByteArray(100'000, '\xFF'));
        p.peer->ping("hello");
        p.socket->ping();
        QTRY_COMPARE_WITH_TIMEOUT(received, sent, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(p.ear.texts.size(), static_cast<std::size_t>(sent.size()), 20'000);
        for (qsizetype i = 0; i < sent.size(); ++i)
            QCOMPARE(p.ear.texts[static_cast<std::size_t>(i)], sent[i].toStdString());
        QTRY_COMPARE(p.ear.binaries, std::vector<std::string>{std::string(100'000, '\xFF')});
        QTRY_COMPARE(p.ear.pongs, 1);
        QTRY_COMPARE(pongs, 1);
        QVERIFY2(p.ear.end.empty(), p.ear.end.c_str());
    }

    void theServerCloses()
    {
        Pair p(false);
        QVERIFY(p.open());
        p.peer->close(QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("restart \u00E4"));
        QTRY_COMPARE(p.ear.end, std::string("closed by the server (1001 going away: restart \xC3\xA4)"));
        QTRY_COMPARE(p.peer->state(), QAbstractSocket::UnconnectedState);
    }

    void weClose()
    {
        for (const bool secure : {false, true}) {
            Pair p(secure);
            QVERIFY(p.open());
            bool gone = false;
            connect(p.peer.get(), &QWebSocket::disconnected, this, [&] { gone = true; });
            p.socket->close(1000, "done");
            p.socket.reset(); // at once, as whoever stops does
            QTRY_VERIFY(gone);
            QCOMPARE(p.peer->closeCode(), QWebSocketProtocol::CloseCodeNormal);
            QCOMPARE(p.peer->closeReason(), QStringLiteral("done"));
        }
    }
};

THREADLINE_TEST_MAIN(TestInterop)
#include "test_interop.moc"
