// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/websocket.h"

#include "core/genesys/oauth.h"
#include "core/genesys/streamingdecoder.h"

#include <QNetworkProxy>
#include <QNetworkRequest>
#include <QRegularExpression>
#include <QSslConfiguration>
#include <QSslError>
#include <QStringEncoder>
#include <QUrl>
#include <QWebSocket>

#include <utility>
#include <vector>

namespace threadline {
namespace {

/// A frame is only taken out of the buffer once it is there completely: a buffer below the largest frame stalls for ever.
constexpr qint64 kReadBuffer = static_cast<qint64>(kMaxMessageBytes) + 256 * 1024;

/// Qt tells the status of a refused handshake in words only ("Unhandled http status code: 403 (Forbidden)."), and that of
/// some statuses in words of their own.
int statusIn(const QString &errorText)
{
    static const QRegularExpression pattern(QStringLiteral("status code: ([1-5][0-9]{2})"));
    const QRegularExpressionMatch match = pattern.match(errorText);
    if (match.hasMatch())
        return match.captured(1).toInt();
    const auto says = [&](const char *words) { return errorText.contains(QLatin1String(words)); };
    if (says("WWW-Authenticate challenge") || says("requires authentication")) // since Qt 6.7
        return 401;
    return says("Unknown error condition") || says("requests a version") ? 400 : 0;
}

const char *nameOfCode(int code)
{
    switch (code) {
    case 1000: return "normal closure";
    case 1001: return "going away";
    case 1002: return "protocol error";
    case 1003: return "unsupported data";
    case 1007: return "invalid text";
    case 1008: return "policy violation";
    case 1009: return "message too big";
    case 1011: return "server error";
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

/// Counts how deep we are inside the socket's own signals.
class Inside {
public:
    explicit Inside(int &depth) : m_depth(depth) { ++m_depth; }
    ~Inside() { --m_depth; }
    Inside(const Inside &) = delete;
    Inside &operator=(const Inside &) = delete;

private:
    int &m_depth;
};

class QtWebSocket final : public QObject, public WebSocket {
public:
    explicit QtWebSocket(WebSocketListener &listener);
    ~QtWebSocket() override;
    void open(const std::string &url, const NetworkOptions &options) override;
    void sendText(std::string_view utf8) override;
    void ping() override;
    void close(int code, const std::string &reason) override;
    void letGo();

private:
    template<class F>
    void tell(F &&what)
    {
        if (!m_listener)
            return;
        const Inside inside(m_depth);
        what(*m_listener);
    }
    void connectSignals();
    void failed(QAbstractSocket::SocketError error);
    void ended();
    void failSoon(OpenFailed failure);
    void tellFailed(const OpenFailed &failure);
    [[nodiscard]] SocketClosed::By endedBy(int code) const;
    [[nodiscard]] std::string utf8Of(const QString &text);

    WebSocketListener *m_listener;
    QWebSocket m_socket;
    QStringEncoder m_encoder{QStringEncoder::Utf8, QStringConverter::Flag::Stateless};
    std::vector<char> m_scratch; ///< only grows, to the largest message
    QList<QSslError> m_tlsErrors;
    std::string m_host;
    QString m_errorText;
    bool m_opened = false;
    bool m_closeSeen = false; ///< the library hung up itself, after a close frame or an error in the protocol
    bool m_failedTold = false;
    int m_depth = 0;
};

QtWebSocket::QtWebSocket(WebSocketListener &listener) : m_listener(&listener)
{
    m_socket.setMaxAllowedIncomingFrameSize(kMaxMessageBytes);
    m_socket.setMaxAllowedIncomingMessageSize(kMaxMessageBytes);
    m_socket.setReadBufferSize(kReadBuffer);
    connectSignals();
}

QtWebSocket::~QtWebSocket()
{
    m_socket.disconnect(this);
    m_socket.abort();
}

void QtWebSocket::connectSignals()
{
    connect(&m_socket, &QWebSocket::connected, this, [this] {
        m_opened = true;
        tell([](WebSocketListener &l) { l.socketOpened(); });
    });
    connect(&m_socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
        tell([&](WebSocketListener &l) { l.socketText(utf8Of(text)); });
    });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &bytes) {
        tell([&](WebSocketListener &l) { l.socketBinary(bytes.toStdString()); });
    });
    connect(&m_socket, &QWebSocket::pong, this, [this] { tell([](WebSocketListener &l) { l.socketPong(); }); });
    connect(&m_socket, &QWebSocket::sslErrors, this, [this](const QList<QSslError> &errors) { m_tlsErrors = errors; });
    connect(&m_socket, &QWebSocket::aboutToClose, this, [this] { m_closeSeen = true; });
    connect(&m_socket, &QWebSocket::disconnected, this, [this] { ended(); });
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(&m_socket, &QWebSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) { failed(error); });
#else
    connect(&m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this,
        [this](QAbstractSocket::SocketError error) { failed(error); });
#endif
}

void QtWebSocket::open(const std::string &url, const NetworkOptions &options)
{
    m_host = hostOf(url);
    const QUrl address = QUrl::fromEncoded(QByteArray::fromStdString(url), QUrl::StrictMode);
    const auto proxy = proxyFor(address, options);
    const auto tls = tlsConfiguration(options);
    if (!proxy || !tls)
        return failSoon({0, {NetworkProblem::Setting, m_host, (!proxy ? proxy.error() : tls.error()).message, {}, {}}});
    m_socket.setProxy(*proxy);
    m_socket.setSslConfiguration(*tls);
    QNetworkRequest request(address);
    request.setRawHeader("User-Agent", "Threadline/" THREADLINE_VERSION);
    m_socket.open(request);
}

/// From the event loop: a listener must not hear of a failure from inside open().
void QtWebSocket::failSoon(OpenFailed failure)
{
    QMetaObject::invokeMethod(
        this, [this, failure = std::move(failure)] { tellFailed(failure); }, Qt::QueuedConnection);
}

/// Once: some versions of Qt report a refused handshake as an error and as a disconnection, some as one of them.
void QtWebSocket::tellFailed(const OpenFailed &failure)
{
    if (!std::exchange(m_failedTold, true))
        tell([&](WebSocketListener &l) { l.socketFailed(failure); });
}

void QtWebSocket::sendText(std::string_view utf8)
{
    m_socket.sendTextMessage(QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())));
}

void QtWebSocket::ping()
{
    m_socket.ping();
    m_socket.flush();
}

void QtWebSocket::close(int code, const std::string &reason)
{
    m_listener = nullptr;
    m_socket.close(static_cast<QWebSocketProtocol::CloseCode>(code), QString::fromStdString(reason));
}

/// Called by the deleter.
void QtWebSocket::letGo()
{
    m_listener = nullptr;
    if (m_depth > 0)
        deleteLater();
    else
        delete this;
}

/// The library reports an error of the handshake and then stays in ConnectingState for ever: whoever hears this destroys us,
/// which aborts. An error of an open connection is followed by disconnected().
void QtWebSocket::failed(QAbstractSocket::SocketError error)
{
    m_errorText = m_socket.errorString();
    if (m_opened)
        return;
    OpenFailed failure;
    failure.httpStatus = statusIn(m_errorText);
    if (problemOf(error) == NetworkProblem::Tls)
        failure.failure = tlsFailure(m_tlsErrors, m_host);
    else
        failure.failure = {problemOf(error), m_host, {}, {}, {}};
    if (m_tlsErrors.isEmpty())
        failure.failure.text = foreignText(m_errorText.toStdString());
    // Every failed handshake is reported as "connection refused", which it is not once there was a connection.
    if (failure.failure.problem == NetworkProblem::Refused && m_socket.localPort() != 0)
        failure.failure.problem = NetworkProblem::Other;
    tellFailed(failure);
}

SocketClosed::By QtWebSocket::endedBy(int code) const
{
    if (!m_closeSeen && !m_errorText.isEmpty())
        return SocketClosed::By::Network;
    if (m_socket.closeReason().contains(QLatin1String("Invalid close code")))
        return SocketClosed::By::Peer;
    const bool stalled = code == 1001 && m_socket.closeReason().contains(QLatin1String("Timeout when reading"));
    if (code == 1007 || code == 1009 || code == 1002 || stalled)
        return SocketClosed::By::Library;
    return m_closeSeen ? SocketClosed::By::Peer : SocketClosed::By::Network;
}

void QtWebSocket::ended()
{
    if (!m_opened)
        return failSoon({statusIn(m_socket.errorString()), {NetworkProblem::Dropped, m_host, foreignText(m_socket.errorString().toStdString()), {}, {}}});
    SocketClosed closed;
    closed.code = m_socket.closeCode();
    closed.by = endedBy(closed.code);
    closed.reason = foreignText((closed.by == SocketClosed::By::Network ? m_errorText : m_socket.closeReason()).toStdString());
    // The library says 1000, "normal closure", of a dropped connection, and 1002 of a close code it does not know (1012 to 1014).
    if (closed.by == SocketClosed::By::Network || (closed.by == SocketClosed::By::Peer && closed.code == 1002))
        closed.code = 0;
    if (closed.by == SocketClosed::By::Peer && closed.code == 0)
        closed.reason = "with a close code that the WebSocket library does not know";
    tell([&](WebSocketListener &l) { l.socketClosed(closed); });
}

/// Into a buffer that is kept, then one copy of the exact size: making a string of three bytes a character and shrinking it
/// costs more than the conversion.
std::string QtWebSocket::utf8Of(const QString &text)
{
    const auto room = static_cast<std::size_t>(m_encoder.requiredSpace(text.size()));
    if (m_scratch.size() < room)
        m_scratch.resize(room);
    const char *end = m_encoder.appendToBuffer(m_scratch.data(), text);
    return {m_scratch.data(), static_cast<std::size_t>(end - m_scratch.data())};
}

} // namespace

std::string SocketClosed::words() const
{
    switch (by) {
    case By::Peer: return "closed by the server (" + codeWords(code, reason) + ")";
    case By::Library: return "given up by the WebSocket library (" + codeWords(code, reason) + ")";
    case By::Network: break;
    }
    return reason.empty() ? "connection lost without a word" : "connection lost: " + reason;
}

void WebSocketDeleter::operator()(WebSocket *socket) const { static_cast<QtWebSocket *>(socket)->letGo(); }

WebSocketPtr makeWebSocket(WebSocketListener &listener) { return WebSocketPtr(new QtWebSocket(listener)); }

} // namespace threadline
