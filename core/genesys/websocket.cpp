// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/websocket.h"

#include "core/base/encoding.h"
#include "core/genesys/floodwatch.h"
#include "core/genesys/frames.h"
#include "core/genesys/handshake.h"
#include "core/genesys/streamingdecoder.h"

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QNetworkProxy>
#include <QRandomGenerator>
#include <QSslConfiguration>
#include <QSslError>
#include <QSslSocket>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace threadline {
namespace {

constexpr qint64 kReadBuffer = 256 * 1024;
constexpr std::size_t kPiece = 64 * 1024; ///< taken out of it at a time; stays in the processor's cache
constexpr qint64 kMaxUnsent = 64 * 1024;  ///< while more waits to be written, pings are only remembered
constexpr int kStallMillis = 5'000;
constexpr int kFarewellMillis = 100;
constexpr int kSwitchingProtocols = 101;
constexpr int kSecurePort = 443;
constexpr int kPlainPort = 80;

const char *nameOfCode(int code)
{
    switch (code) {
    case 1000: return "normal closure";
    case kGoingAway: return "going away";
    case kProtocolError: return "protocol error";
    case 1003: return "unsupported data";
    case kInvalidText: return "invalid text";
    case kPolicyViolation: return "policy violation";
    case kMessageTooBig: return "message too big";
    case 1011: return "server error";
    case 1012: return "service restart";
    case 1013: return "try again later";
    case 1014: return "bad gateway";
    default: return "";
    }
}

std::string codeWords(int code, const std::string &reason)
{
    if (code == 0)
        return reason;
    std::string words = std::to_string(code);
    if (*nameOfCode(code))
        words.append(" ").append(nameOfCode(code));
    if (!reason.empty())
        words.append(": ").append(reason);
    return words;
}

/// From the system's source of randomness: keys and masks must not be guessed (RFC 6455 section 10.3).
std::uint32_t unpredictable() { return QRandomGenerator::system()->generate(); }

std::string newKey()
{
    std::array<std::uint32_t, 4> words{};
    std::generate(words.begin(), words.end(), unpredictable);
    return base64({reinterpret_cast<const char *>(words.data()), sizeof words});
}

std::string acceptFor(const std::string &key)
{
    const QByteArray source = QByteArray::fromStdString(acceptSource(key));
    return base64(QCryptographicHash::hash(source, QCryptographicHash::Sha1).toStdString());
}

bool isSecure(const QUrl &url) { return url.scheme() == QLatin1String("wss"); }

std::string openingRequest(QUrl url, const std::string &key)
{
    if (url.port() == (isSecure(url) ? kSecurePort : kPlainPort))
        url.setPort(-1);
    url.setUserInfo({});
    QByteArray target = url.path(QUrl::FullyEncoded).toUtf8();
    if (target.isEmpty())
        target = "/";
    if (url.hasQuery())
        target += '?' + url.query(QUrl::FullyEncoded).toUtf8();
    return handshakeRequest(url.authority(QUrl::FullyEncoded).toStdString(), target.toStdString(), key);
}

/// Counts how deep we are inside calls of the listener.
class Inside {
public:
    explicit Inside(int &depth) : m_depth(depth) { ++m_depth; }
    ~Inside() { --m_depth; }
    Inside(const Inside &) = delete;
    Inside &operator=(const Inside &) = delete;

private:
    int &m_depth;
};

class FrameSocket final : public QObject, public WebSocket {
public:
    FrameSocket(WebSocketListener &listener, int messageMillis);
    ~FrameSocket() override;
    void open(const std::string &url, const NetworkOptions &options) override;
    void sendText(std::string_view utf8) override;
    void ping() override;
    void close(int code, const std::string &reason) override;
    void letGo();

private:
    enum class Stage : std::uint8_t { Connecting, Handshake, Open, Over };

    template<class F>
    void tell(F &&what)
    {
        if (!m_listener)
            return;
        const Inside inside(m_depth);
        what(*m_listener);
    }
    void makeSocket(bool secure);
    void connected();
    void read();
    void take(std::string_view bytes);
    std::size_t takeHandshake(std::string_view bytes);
    void handle(FrameEvent &&event);
    void message(FrameEvent &&event);
    void pinged(std::string &&payload);
    void answerOwed();
    void watchForStall();
    void stalled();
    void broke();
    void ended();
    void failLater(OpenFailed failure);
    void fail(const OpenFailed &failure);
    [[nodiscard]] OpenFailed whyNotOpened() const;
    void giveUp(SocketClosed::By by, int code, const std::string &reason);
    void send(FrameKind kind, std::string_view payload);
    void hangUp(int code, std::string_view reason);
    [[nodiscard]] qint64 unsent() const;

    WebSocketListener *m_listener;
    const int m_messageMillis; ///< how long a message may take to come
    std::unique_ptr<QTcpSocket> m_socket;
    QSslSocket *m_secure = nullptr; ///< the same, if it speaks TLS
    Stage m_stage = Stage::Connecting;
    std::string m_host; ///< for messages
    std::string m_request;
    std::optional<HandshakeReader> m_handshake;
    FrameReader m_frames{kMaxMessageBytes};
    FloodWatch m_flood;
    QElapsedTimer m_opened;
    std::vector<char> m_piece;
    std::optional<std::string> m_owedPong; ///< what the newest ping carried that could not be answered yet
    bool m_pongsWait = false;              ///< some may lie in the socket's buffer
    QTimer m_stall;
    std::optional<QDeadlineTimer> m_whole; ///< until when the message that has begun must be whole
    QList<QSslError> m_tlsErrors;
    std::optional<QAbstractSocket::SocketError> m_error;
    std::string m_errorText;
    bool m_reading = false;
    int m_depth = 0;
};

FrameSocket::FrameSocket(WebSocketListener &listener, int messageMillis)
    : m_listener(&listener), m_messageMillis(messageMillis), m_piece(kPiece)
{
    m_stall.setSingleShot(true);
    connect(&m_stall, &QTimer::timeout, this, [this] { stalled(); });
}

FrameSocket::~FrameSocket()
{
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
}

void FrameSocket::makeSocket(bool secure)
{
    if (secure) {
        auto socket = std::make_unique<QSslSocket>();
        m_secure = socket.get();
        connect(m_secure, &QSslSocket::encrypted, this, [this] { connected(); });
        connect(m_secure, &QSslSocket::sslErrors, this, [this](const QList<QSslError> &errors) { m_tlsErrors = errors; });
        connect(m_secure, &QSslSocket::encryptedBytesWritten, this, [this] { answerOwed(); });
        m_socket = std::move(socket);
    } else {
        m_socket = std::make_unique<QTcpSocket>();
        connect(m_socket.get(), &QTcpSocket::connected, this, [this] { connected(); });
    }
    m_socket->setReadBufferSize(kReadBuffer);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, [this] { read(); });
    connect(m_socket.get(), &QTcpSocket::bytesWritten, this, [this] { answerOwed(); });
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
        m_error = error;
        m_errorText = foreignText(m_socket->errorString().toStdString());
        broke();
    });
    connect(m_socket.get(), &QTcpSocket::disconnected, this, [this] { broke(); });
}

void FrameSocket::open(const std::string &url, const NetworkOptions &options)
{
    m_host = hostOf(url);
    const QUrl address = QUrl::fromEncoded(QByteArray::fromStdString(url), QUrl::StrictMode);
    const auto proxy = proxyFor(address, options);
    const auto tls = tlsConfiguration(options);
    if (!proxy || !tls)
        return failLater({0, {NetworkProblem::Setting, m_host, (!proxy ? proxy.error() : tls.error()).message, {}, {}}});
    const std::string key = newKey();
    m_request = openingRequest(address, key);
    m_handshake.emplace(acceptFor(key));
    makeSocket(isSecure(address));
    m_socket->setProxy(*proxy);
    if (!m_secure)
        return m_socket->connectToHost(address.host(), static_cast<quint16>(address.port(kPlainPort)));
    m_secure->setSslConfiguration(*tls);
    m_secure->connectToHostEncrypted(address.host(), static_cast<quint16>(address.port(kSecurePort)));
}

void FrameSocket::connected()
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    m_stage = Stage::Handshake;
    m_socket->write(m_request.data(), static_cast<qint64>(m_request.size()));
    m_request = {}; // it has the token
}

/// All that is there. A secure socket that flushes may tell of more from within.
void FrameSocket::read()
{
    if (std::exchange(m_reading, true))
        return;
    while (m_stage != Stage::Over && m_listener) {
        const qint64 size = m_socket->read(m_piece.data(), static_cast<qint64>(m_piece.size()));
        if (size <= 0)
            break;
        take({m_piece.data(), static_cast<std::size_t>(size)});
    }
    m_reading = false;
    if (m_stage == Stage::Open && m_flood.isFlood(m_frames.idleFrames(), Duration::millis(m_opened.elapsed())))
        return giveUp(SocketClosed::By::Us, kPolicyViolation, "the server sent more than 1,000 pings and empty frames a second for 10 s");
    watchForStall();
}

void FrameSocket::take(std::string_view bytes)
{
    if (m_stage == Stage::Handshake)
        bytes.remove_prefix(takeHandshake(bytes));
    if (m_stage != Stage::Open)
        return;
    m_frames.feed(bytes);
    while (m_stage == Stage::Open && m_listener) {
        auto event = m_frames.next();
        if (!event)
            break;
        handle(std::move(*event));
    }
}

/// How many of the bytes were of the handshake's answer.
std::size_t FrameSocket::takeHandshake(std::string_view bytes)
{
    const std::size_t used = m_handshake->feed(bytes);
    if (m_handshake->state() == HandshakeReader::State::Open) {
        m_stage = Stage::Open;
        m_opened.start();
        tell([](WebSocketListener &l) { l.socketOpened(); });
    } else if (m_handshake->state() != HandshakeReader::State::Reading) {
        fail(whyNotOpened());
    }
    return used;
}

void FrameSocket::handle(FrameEvent &&event)
{
    switch (event.kind) {
    case FrameEvent::Kind::Text:
    case FrameEvent::Kind::Binary: return message(std::move(event));
    case FrameEvent::Kind::Ping: return pinged(std::move(event.payload));
    case FrameEvent::Kind::Pong: return tell([](WebSocketListener &l) { l.socketPong(); });
    case FrameEvent::Kind::Close: return giveUp(SocketClosed::By::Peer, event.code, event.payload);
    case FrameEvent::Kind::Failed: return giveUp(SocketClosed::By::Us, event.code, event.payload);
    }
}

/// The listener may be long about it: pongs do not wait for it.
void FrameSocket::message(FrameEvent &&event)
{
    m_whole.reset();
    if (std::exchange(m_pongsWait, false))
        m_socket->flush();
    if (event.kind == FrameEvent::Kind::Text)
        tell([&](WebSocketListener &l) { l.socketText(std::move(event.payload)); });
    else
        tell([&](WebSocketListener &l) { l.socketBinary(std::move(event.payload)); });
}

void FrameSocket::pinged(std::string &&payload)
{
    m_owedPong = std::move(payload);
    answerOwed();
}

/// A server that sends pings and takes no answers costs no more than this.
void FrameSocket::answerOwed()
{
    if (!m_owedPong || m_stage != Stage::Open || unsent() > kMaxUnsent)
        return;
    send(FrameKind::Pong, *std::exchange(m_owedPong, std::nullopt));
    m_pongsWait = true;
}

qint64 FrameSocket::unsent() const { return m_socket->bytesToWrite() + (m_secure ? m_secure->encryptedBytesToWrite() : 0); }

/// A message that trickles in holds up all that comes behind it, and a server may send pongs between its fragments for ever.
void FrameSocket::watchForStall()
{
    if (m_stage != Stage::Open || !m_frames.inTheMiddle()) {
        m_whole.reset();
        return m_stall.stop();
    }
    if (!m_whole)
        m_whole.emplace(m_messageMillis);
    if (m_whole->hasExpired())
        return giveUp(SocketClosed::By::Us, kGoingAway, "a message had not ended after " + std::to_string(m_messageMillis / 1000) + " s");
    m_stall.start(std::min(kStallMillis, static_cast<int>(m_whole->remainingTime())));
}

void FrameSocket::stalled()
{
    if (m_socket->bytesAvailable() > 0 || m_whole->hasExpired())
        return read();
    giveUp(SocketClosed::By::Us, kGoingAway, "nothing came for 5 s in the middle of a message");
}

void FrameSocket::send(FrameKind kind, std::string_view payload)
{
    if (m_stage != Stage::Open)
        return;
    const std::string frame = clientFrame(kind, payload, unpredictable());
    m_socket->write(frame.data(), static_cast<qint64>(frame.size()));
}

void FrameSocket::sendText(std::string_view utf8) { send(FrameKind::Text, utf8); }

void FrameSocket::ping()
{
    send(FrameKind::Ping, {});
    if (m_stage == Stage::Open)
        m_socket->flush();
}

void FrameSocket::close(int code, const std::string &reason)
{
    m_listener = nullptr;
    hangUp(code, reason);
}

/// Called by the deleter.
void FrameSocket::letGo()
{
    m_listener = nullptr;
    if (m_depth > 0)
        deleteLater();
    else
        delete this;
}

/// A kernel that closes a connection with unread bytes in it resets it, and the server may then never read the close frame: what
/// still comes is thrown away for a moment.
void FrameSocket::hangUp(int code, std::string_view reason)
{
    if (m_stage == Stage::Open)
        send(FrameKind::Close, closePayload(code, reason));
    m_stage = Stage::Over;
    m_stall.stop();
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->flush();
    const QDeadlineTimer enough(kFarewellMillis);
    const auto mayGoOn = [&] { return m_socket->state() == QAbstractSocket::ConnectedState && !enough.hasExpired(); };
    while (mayGoOn() && unsent() > 0)
        m_socket->waitForBytesWritten(static_cast<int>(enough.remainingTime()));
    while (mayGoOn() && (m_socket->skip(kReadBuffer) > 0 || m_socket->waitForReadyRead(0))) { }
    m_socket->disconnectFromHost();
}

void FrameSocket::giveUp(SocketClosed::By by, int code, const std::string &reason)
{
    hangUp(code, by == SocketClosed::By::Us ? reason : std::string());
    const SocketClosed closed{by, code, foreignText(reason)};
    tell([&](WebSocketListener &l) { l.socketClosed(closed); });
}

/// From the event loop: the listener must not hear of it from inside ping(), nor before it has got what came until then.
void FrameSocket::broke()
{
    QMetaObject::invokeMethod(this, [this] { ended(); }, Qt::QueuedConnection);
}

void FrameSocket::ended()
{
    read();
    if (m_stage == Stage::Over)
        return;
    if (m_stage != Stage::Open)
        return fail(whyNotOpened());
    m_stage = Stage::Over; // there is nobody to say good-bye to
    hangUp(0, {});
    const SocketClosed closed{SocketClosed::By::Network, 0, m_errorText};
    tell([&](WebSocketListener &l) { l.socketClosed(closed); });
}

OpenFailed FrameSocket::whyNotOpened() const
{
    const int status = m_handshake->status();
    if (status != 0 && status != kSwitchingProtocols)
        return {status, {}, m_handshake->retryAfter()};
    if (!m_handshake->problem().empty())
        return {0, {NetworkProblem::Other, m_host, m_handshake->problem(), {}, {}}};
    const NetworkProblem problem = m_error ? problemOf(*m_error) : NetworkProblem::Dropped;
    if (problem == NetworkProblem::Tls)
        return {0, tlsFailure(m_tlsErrors, m_host, m_errorText)};
    return {0, connectionFailure(problem, m_host, m_errorText), {}};
}

/// From the event loop: a listener must not hear of a failure from inside open().
void FrameSocket::failLater(OpenFailed failure)
{
    QMetaObject::invokeMethod(
        this, [this, failure = std::move(failure)] { fail(failure); }, Qt::QueuedConnection);
}

void FrameSocket::fail(const OpenFailed &failure)
{
    hangUp(0, {});
    tell([&](WebSocketListener &l) { l.socketFailed(failure); });
}

} // namespace

std::string SocketClosed::words() const
{
    switch (by) {
    case By::Peer: return "closed by the server (" + (code == 0 && reason.empty() ? "without a code" : codeWords(code, reason)) + ")";
    case By::Us: return "given up (" + codeWords(code, reason) + ")";
    case By::Network: break;
    }
    return reason.empty() ? "connection lost without a word" : "connection lost: " + reason;
}

void WebSocketDeleter::operator()(WebSocket *socket) const { static_cast<FrameSocket *>(socket)->letGo(); }

WebSocketPtr makeWebSocket(WebSocketListener &listener, int messageMillis)
{
    return WebSocketPtr(new FrameSocket(listener, messageMillis));
}

} // namespace threadline
