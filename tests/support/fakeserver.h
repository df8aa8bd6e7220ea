// SPDX-License-Identifier: GPL-3.0-or-later
/// Genesys' side as a script: HTTP (token endpoint) and WebSocket on one loopback port, written by hand so that it can also
/// misbehave in ways that no library would. For tests.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>

#include <deque>
#include <functional>

namespace threadline::test {

struct FakeRequest {
    QByteArray method, target, body;
    QHash<QByteArray, QByteArray> headers; ///< names in lower case
};

/// What to do with a request.
struct FakeAnswer {
    enum class Do {
        Reply,   ///< status, headers and body below
        Upgrade, ///< accept the WebSocket handshake
        Hang,    ///< never answer
        Drop,    ///< close without an answer
        Raw,     ///< `body` as it is, then leave the connection open
        RawDrop, ///< `body` as it is, then close
    } what = Do::Reply;
    int status = 200;
    QByteArray body;
    QList<QByteArray> headers; ///< "Name: value"

    static FakeAnswer token(const QByteArray &token, int expiresIn = 86'399);
    static FakeAnswer failure(int status, const QByteArray &body = {}, const QList<QByteArray> &headers = {});
    static FakeAnswer doing(Do what, const QByteArray &body = {}) { return {what, 0, body, {}}; }
};

/// One connection to the fake.
class FakePeer : public QObject {
    Q_OBJECT
public:
    explicit FakePeer(QTcpSocket *socket, QObject *parent);

    /// A frame; a client never gets masked ones.
    void sendFrame(int opcode, const QByteArray &payload, bool fin = true);
    void sendText(const QByteArray &text) { sendFrame(1, text); }
    void sendBinary(const QByteArray &bytes) { sendFrame(2, bytes); }
    void sendRaw(const QByteArray &bytes);
    /// A close frame; the socket is closed once the client has answered, or hangs up.
    void sendClose(int code, const QByteArray &reason = {});
    /// Hangs up without a word.
    void drop();
    /// Bytes not yet taken by the kernel: what the client's slowness holds back here.
    [[nodiscard]] qint64 pending() const { return m_socket ? m_socket->bytesToWrite() : 0; }
    /// false: leaves what the client sends in the kernel, but for a little.
    void setReading(bool reading);
    [[nodiscard]] bool isOpen() const { return m_socket && m_socket->state() == QAbstractSocket::ConnectedState; }

    bool answerPings = true;
    QByteArrayList texts; ///< received
    int pings = 0;
    int closeCode = 0; ///< of the client's close frame; 0: none came
    FakeRequest handshake;

Q_SIGNALS:
    void text(const QByteArray &text);
    void pong(const QByteArray &payload);
    void gone();

private:
    friend class FakeServer;
    void readFrames();
    void frame(int opcode, const QByteArray &payload);

    QPointer<QTcpSocket> m_socket;
    QByteArray m_buffer;
    bool m_reading = true;
};

class FakeServer : public QTcpServer {
    Q_OBJECT
public:
    explicit FakeServer(QObject *parent = nullptr);
    ~FakeServer() override;
    /// Listens on a free port of 127.0.0.1; speaks TLS if setTls() was called before.
    [[nodiscard]] bool start();
    void setTls(const QSslConfiguration &configuration) { m_tls = configuration; }
    [[nodiscard]] QByteArray url() const;

    /// Answers for POST /oauth/token, in order; then `token` for ever.
    std::deque<FakeAnswer> tokenAnswers;
    QByteArray token = "token-0";
    /// Each new token gets the next number: token-1, token-2, ...
    bool numberTokens = false;
    /// Answers for the WebSocket handshake, in order; then Upgrade for ever.
    std::deque<FakeAnswer> handshakeAnswers;
    /// A 401 unless the handshake carries the token given out last.
    bool checkToken = false;
    /// Sent to each client when its subscription arrives; empty: nothing.
    QByteArray subscribeReply;

    QList<FakeRequest> tokenRequests;
    QList<FakeRequest> connectRequests; ///< CONNECT, of an HTTP proxy
    QPointer<FakeServer> tunnelTo;      ///< where CONNECT leads, whatever host it names
    QList<FakePeer *> peers;            ///< upgraded, in order; they stay until the server goes
    int connections = 0;                ///< TCP connections accepted
    int stalled = 0;                    ///< connections that are left hanging

    [[nodiscard]] FakePeer *last() const { return peers.isEmpty() ? nullptr : peers.last(); }

Q_SIGNALS:
    void subscribed(threadline::test::FakePeer *peer);

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void readRequest(QTcpSocket *socket);
    void handle(QTcpSocket *socket, const FakeRequest &request);
    void tunnel(QTcpSocket *socket, const FakeRequest &request);
    void upgrade(QTcpSocket *socket, const FakeRequest &request);
    void answer(QTcpSocket *socket, const FakeAnswer &answer, const FakeRequest &request);
    [[nodiscard]] FakeAnswer nextToken();
    [[nodiscard]] FakeAnswer nextHandshake(const FakeRequest &request);

    QSslConfiguration m_tls;
    int m_tokenNumber = 0;
};

/// A certificate authority of our own and a certificate for `names` ("DNS:localhost,IP:127.0.0.1"), made now.
struct FakeCertificates {
    QByteArray authorityPem;
    QByteArray certificatePem;
    QByteArray keyPem;
    [[nodiscard]] QSslConfiguration serverConfiguration() const;
};
[[nodiscard]] FakeCertificates makeCertificates(const QByteArray &names,
                                                const QByteArray &authority = "Threadline Test Authority", bool expired = false);

/// A new RSA key: private and public PEM.
struct FakeKey {
    QByteArray privatePem, publicPem;
};
[[nodiscard]] FakeKey makeRsaKey();

} // namespace threadline::test
