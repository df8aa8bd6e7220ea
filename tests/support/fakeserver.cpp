// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakeserver.h"

#include <QCryptographicHash>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>
#include <QtEndian>

#include <optional>
#include <utility>

namespace threadline::test {
namespace {

QByteArray wholeReply(const FakeAnswer &answer)
{
    QByteArray out = "HTTP/1.1 " + QByteArray::number(answer.status) + " Scripted\r\n";
    for (const QByteArray &header : answer.headers)
        out += header + "\r\n";
    return out + "Content-Length: " + QByteArray::number(answer.body.size()) + "\r\n\r\n" + answer.body;
}

/// The request at the front of `buffer`, if it is there completely; taken out then.
std::optional<FakeRequest> takeRequest(QByteArray &buffer)
{
    const qsizetype end = buffer.indexOf("\r\n\r\n");
    if (end < 0)
        return std::nullopt;
    FakeRequest request;
    const QList<QByteArray> lines = buffer.left(end).split('\n');
    const QList<QByteArray> first = lines.first().trimmed().split(' ');
    request.method = first.value(0);
    request.target = first.value(1);
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const qsizetype colon = lines[i].indexOf(':');
        request.headers.insert(lines[i].left(colon).trimmed().toLower(), lines[i].mid(colon + 1).trimmed());
    }
    const qsizetype length = request.headers.value("content-length").toLongLong();
    if (buffer.size() < end + 4 + length)
        return std::nullopt;
    request.body = buffer.mid(end + 4, length);
    buffer.remove(0, end + 4 + length);
    return request;
}

} // namespace

FakeAnswer FakeAnswer::token(const QByteArray &token, int expiresIn)
{
    return {Do::Reply,
            200,
            R"({"access_token":")" + token + R"(","token_type":"bearer","expires_in":)" + QByteArray::number(expiresIn) + "}",
            {"Content-Type: application/json"}};
}

FakeAnswer FakeAnswer::failure(int status, const QByteArray &body, const QList<QByteArray> &headers)
{
    return {Do::Reply, status, body, headers};
}

FakePeer::FakePeer(QTcpSocket *socket, QObject *parent) : QObject(parent), m_socket(socket)
{
    connect(socket, &QTcpSocket::readyRead, this, [this] {
        if (!m_reading)
            return;
        m_buffer += m_socket->readAll();
        readFrames();
    });
    connect(socket, &QTcpSocket::disconnected, this, [this] { Q_EMIT gone(); });
}

void FakePeer::sendRaw(const QByteArray &bytes)
{
    if (!m_socket)
        return;
    m_socket->write(bytes);
    m_socket->flush();
}

void FakePeer::sendFrame(int opcode, const QByteArray &payload, bool fin)
{
    QByteArray head;
    head.append(static_cast<char>((fin ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
        head.append(static_cast<char>(payload.size()));
    } else if (payload.size() < 65536) {
        head.append(static_cast<char>(126));
        head.append(2, '\0');
        qToBigEndian(static_cast<quint16>(payload.size()), head.data() + 2);
    } else {
        head.append(static_cast<char>(127));
        head.append(8, '\0');
        qToBigEndian(static_cast<quint64>(payload.size()), head.data() + 2);
    }
    sendRaw(head + payload);
}

void FakePeer::sendClose(int code, const QByteArray &reason)
{
    QByteArray payload(2, '\0');
    qToBigEndian(static_cast<quint16>(code), payload.data());
    sendFrame(8, payload + reason);
}

void FakePeer::setReading(bool reading)
{
    m_reading = reading;
    if (!m_socket)
        return;
    constexpr qint64 kLittle = 4096;
    m_socket->setReadBufferSize(reading ? 0 : kLittle);
    m_buffer += reading ? m_socket->readAll() : QByteArray();
    readFrames();
}

void FakePeer::drop()
{
    if (m_socket)
        m_socket->abort();
}

/// Frames of a client are masked (RFC 6455 section 5.3).
void FakePeer::readFrames()
{
    for (;;) {
        if (m_buffer.size() < 6)
            return;
        const auto *bytes = reinterpret_cast<const uchar *>(m_buffer.constData());
        quint64 length = bytes[1] & 0x7f;
        qsizetype at = 2;
        if (length == 126) {
            length = qFromBigEndian<quint16>(bytes + 2);
            at = 4;
        }
        if (m_buffer.size() < at + 4 + static_cast<qsizetype>(length))
            return;
        QByteArray payload = m_buffer.mid(at + 4, static_cast<qsizetype>(length));
        for (qsizetype i = 0; i < payload.size(); ++i)
            payload[i] = static_cast<char>(payload[i] ^ m_buffer[at + i % 4]);
        const int opcode = bytes[0] & 0x0f;
        m_buffer.remove(0, at + 4 + static_cast<qsizetype>(length));
        frame(opcode, payload);
    }
}

void FakePeer::frame(int opcode, const QByteArray &payload)
{
    if (opcode == 1) {
        texts.append(payload);
        Q_EMIT text(payload);
    } else if (opcode == 9) {
        ++pings;
        if (answerPings)
            sendFrame(10, payload);
    } else if (opcode == 10) {
        Q_EMIT pong(payload);
    } else if (opcode == 8) {
        closeCode = payload.size() >= 2 ? qFromBigEndian<quint16>(payload.constData()) : 1005;
        if (m_socket)
            m_socket->disconnectFromHost();
    }
}

FakeServer::FakeServer(QObject *parent) : QTcpServer(parent) {}

/// Nobody hears of what happens while the sockets and peers go.
FakeServer::~FakeServer()
{
    close();
    for (QTcpSocket *socket : findChildren<QTcpSocket *>()) {
        socket->disconnect();
        socket->abort();
    }
}

bool FakeServer::start() { return listen(QHostAddress::LocalHost, 0); }

QByteArray FakeServer::url() const
{
    return (m_tls.isNull() ? QByteArray("http://127.0.0.1:") : QByteArray("https://127.0.0.1:"))
        + QByteArray::number(serverPort());
}

void FakeServer::incomingConnection(qintptr descriptor)
{
    ++connections;
    auto *socket = new QSslSocket(this);
    socket->setSocketDescriptor(descriptor);
    connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { readRequest(socket); });
    if (m_tls.isNull())
        return;
    socket->setSslConfiguration(m_tls);
    socket->startServerEncryption();
}

void FakeServer::readRequest(QTcpSocket *socket)
{
    QByteArray buffer = socket->property("buffer").toByteArray() + socket->readAll();
    const auto request = takeRequest(buffer);
    socket->setProperty("buffer", buffer);
    if (request)
        handle(socket, *request);
}

FakeAnswer FakeServer::nextToken()
{
    if (!tokenAnswers.empty()) {
        const FakeAnswer next = tokenAnswers.front();
        tokenAnswers.pop_front();
        return next;
    }
    if (numberTokens)
        token = "token-" + QByteArray::number(++m_tokenNumber);
    return FakeAnswer::token(token);
}

FakeAnswer FakeServer::nextHandshake(const FakeRequest &request)
{
    if (!handshakeAnswers.empty()) {
        const FakeAnswer next = handshakeAnswers.front();
        handshakeAnswers.pop_front();
        return next;
    }
    if (checkToken && !request.target.contains("access_token=" + token))
        return FakeAnswer::failure(401);
    return FakeAnswer::doing(FakeAnswer::Do::Upgrade);
}

void FakeServer::handle(QTcpSocket *socket, const FakeRequest &request)
{
    if (request.method == "CONNECT")
        return tunnel(socket, request);
    if (request.method == "POST") {
        tokenRequests.append(request);
        return answer(socket, nextToken(), request);
    }
    answer(socket, nextHandshake(request), request);
}

void FakeServer::tunnel(QTcpSocket *socket, const FakeRequest &request)
{
    connectRequests.append(request);
    if (!tunnelTo)
        return answer(socket, FakeAnswer::failure(407, {}, {"Proxy-Authenticate: Basic realm=\"test\""}), request);
    auto *far = new QTcpSocket(socket);
    socket->disconnect(this);
    socket->disconnect(socket);
    connect(far, &QTcpSocket::readyRead, socket, [far, socket] { socket->write(far->readAll()); });
    connect(far, &QTcpSocket::disconnected, socket, [socket] { socket->disconnectFromHost(); });
    connect(socket, &QTcpSocket::readyRead, far, [far, socket] { far->write(socket->readAll()); });
    connect(socket, &QTcpSocket::disconnected, far, [far] { far->disconnectFromHost(); });
    connect(far, &QTcpSocket::connected, socket, [socket] { socket->write("HTTP/1.1 200 Connected\r\n\r\n"); });
    far->connectToHost(QHostAddress::LocalHost, tunnelTo->serverPort());
}

void FakeServer::answer(QTcpSocket *socket, const FakeAnswer &answer, const FakeRequest &request)
{
    switch (answer.what) {
    case FakeAnswer::Do::Reply: socket->write(wholeReply(answer)); break;
    case FakeAnswer::Do::Upgrade: upgrade(socket, request); break;
    case FakeAnswer::Do::Hang: ++stalled; break;
    case FakeAnswer::Do::Drop: socket->abort(); break;
    case FakeAnswer::Do::Raw: socket->write(answer.body); break;
    case FakeAnswer::Do::RawDrop:
        socket->write(answer.body);
        socket->disconnectFromHost();
        break;
    }
}

void FakeServer::upgrade(QTcpSocket *socket, const FakeRequest &request)
{
    const QByteArray accept =
        QCryptographicHash::hash(request.headers.value("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                                 QCryptographicHash::Sha1)
            .toBase64();
    socket->disconnect(socket);
    auto *peer = new FakePeer(socket, this);
    peer->handshake = request;
    peers.append(peer);
    connect(peer, &FakePeer::text, this, [this, peer](const QByteArray &text) {
        if (!text.contains("\"subscribe\""))
            return;
        if (!subscribeReply.isEmpty())
            peer->sendText(subscribeReply);
        Q_EMIT subscribed(peer);
    });
    socket->write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                  + accept + "\r\n\r\n");
    socket->flush();
}

} // namespace threadline::test
