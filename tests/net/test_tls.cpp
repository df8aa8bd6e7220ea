// SPDX-License-Identifier: GPL-3.0-or-later
/// What is said where there is no secure connection and no certificate is to blame, for each kind of outgoing connection.
#include "core/genesys/websocket.h"
#include "core/net/poster.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QSslSocket>

#include <optional>

using namespace threadline;
using namespace threadline::test;

namespace {

/// Answers the first bytes of each connection with `answer`; with TLS, if `tls` is set.
class Answering : public QTcpServer {
public:
    QByteArray answer;
    QSslConfiguration tls;

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *socket = new QSslSocket(this);
        socket->setSocketDescriptor(descriptor);
        if (!tls.isNull()) {
            socket->setSslConfiguration(tls);
            return socket->startServerEncryption();
        }
        connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
            socket->readAll();
            socket->write(answer);
        });
    }
};

/// Says hello in TLS 1.0, whatever the client offers.
QByteArray oldHello()
{
    const QByteArray hello = QByteArray("\x03\x01", 2) + QByteArray(32, '\x11') + QByteArray("\x00\x00\x2f\x00", 4);
    const QByteArray message = QByteArray("\x02\x00\x00", 3) + static_cast<char>(hello.size()) + hello;
    return QByteArray("\x16\x03\x01\x00", 4) + static_cast<char>(message.size()) + message;
}

struct Ear final : WebSocketListener {
    void socketOpened() override { }
    void socketText(std::string &&) override { }
    void socketBinary(std::string &&) override { }
    void socketPong() override { }
    void socketClosed(const SocketClosed &) override { }
    void socketFailed(const OpenFailed &failed) override { failure = failed.failure; }
    std::optional<NetworkFailure> failure;
};

} // namespace

class TestTls : public QObject {
    Q_OBJECT
private:
    static std::string said(const QByteArray &client, const std::string &address)
    {
        std::optional<NetworkFailure> failure;
        Ear ear;
        WebSocketPtr socket = makeWebSocket(ear);
        QObject parent;
        HttpClient http({}, &parent);
        Poster poster({}, &parent);
        HttpRequest request;
        request.url = "https://" + address + "/path?token=top-secret";
        const auto done = [&](const HttpAnswer &answer) { failure = answer.failure; };
        if (client == "WebSocket")
            socket->open("wss://" + address + "/path?token=top-secret", {});
        else if (client == "HTTP")
            http.get(request, done);
        else
            poster.post(request, done);
        if (!QTest::qWaitFor([&] { return failure || ear.failure; }, 20'000))
            return "nothing";
        return describe(failure ? *failure : *ear.failure);
    }

private Q_SLOTS:
    void causes_data()
    {
        QTest::addColumn<QByteArray>("client");
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("happened");
        QTest::addColumn<QString>("remedy");
        const QString old = "offers only old versions of TLS (1.0 or 1.1)", renew = "has to enable TLS 1.2 or 1.3";
        for (const char *client : {"WebSocket", "HTTP", "poster"}) {
            const auto row = [&](const char *name, const QByteArray &answer, const QString &happened, const QString &remedy) {
                QTest::addRow("%s, %s", client, name) << QByteArray(client) << answer << happened << remedy;
            };
            row("says hello in TLS 1.0", oldHello(), old, renew);
            row("alert: protocol version", QByteArray("\x15\x03\x01\x00\x02\x02\x46", 7), old, renew);
            row("a real server with TLS 1.1 only", QByteArray(), old, renew);
            row("speaks HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "does not speak TLS", "Check host and port");
            row("alert: handshake failure", QByteArray("\x15\x03\x03\x00\x02\x02\x28", 7), "handshake failure", "TLS 1.2 or 1.3 is needed");
        }
    }
    void causes()
    {
        QFETCH(QByteArray, client);
        QFETCH(QByteArray, answer);
        QFETCH(QString, happened);
        QFETCH(QString, remedy);
        Answering server;
        server.answer = answer;
        if (answer.isEmpty()) {
            server.tls = makeCertificates("IP:127.0.0.1").serverConfiguration();
QT_WARNING_PUSH
QT_WARNING_DISABLE_DEPRECATED
            server.tls.setProtocol(QSsl::TlsV1_1);
QT_WARNING_POP
        }
        QVERIFY(server.listen(QHostAddress::LocalHost, 0));
        const std::string host = "127.0.0.1:" + std::to_string(server.serverPort());
        const QString words = QString::fromStdString(said(client, host));
        QVERIFY2(words.startsWith(QString::fromStdString("No secure connection to " + host + ": ")), qPrintable(words));
        QVERIFY2(words.contains(happened) && words.contains(remedy), qPrintable(words));
        QVERIFY2(!words.contains("THREADLINE_CA_FILE") && !words.contains("top-secret"), qPrintable(words));
    }
};

THREADLINE_TEST_MAIN(TestTls)
#include "test_tls.moc"
