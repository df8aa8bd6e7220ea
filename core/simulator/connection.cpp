// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/connection.h"

#include "core/base/json.h"
#include "core/simulator/tokens.h"

#include <QTcpSocket>
#include <QTimer>

#ifdef Q_OS_UNIX
#include <sys/socket.h>
#endif

namespace threadline::sim {
namespace {

constexpr unsigned kAllTypes = (1u << std::size(kEventTypes)) - 1;
constexpr int kCloseWaitMs = 60'000; ///< a client that is held back itself must read everything before it answers
constexpr qint64 kReadBuffer = 256 << 10;
constexpr std::string_view kStreamPath = "/api/v2/streaming/events";

/// Closing then sends RST at once and forgets what was not sent: a connection that breaks, not one that ends.
void makeCloseAbrupt([[maybe_unused]] qintptr descriptor)
{
#ifdef Q_OS_UNIX
    const linger option{1, 0};
    ::setsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_LINGER, &option, sizeof option);
#endif
}

/// The bits of the types named in {"type":"subscribe","events":[...]}; nothing if that is not what `text` is.
std::optional<unsigned> subscribedTypes(std::string_view text)
{
    json::Reader reader;
    const auto prepared = reader.prepare(text);
    std::vector<json::Member> members;
    if (!prepared || !reader.members(*prepared, members))
        return std::nullopt;
    bool subscribes = false;
    std::vector<std::string_view> names;
    for (const json::Member &member : members) {
        if (member.name == "type")
            subscribes = json::stringOf(member.value) == "subscribe";
        else if (member.name == "events" && !reader.elements(member.value, names))
            return std::nullopt;
    }
    if (!subscribes)
        return std::nullopt;
    unsigned types = 0;
    for (const std::string_view name : names) {
        for (unsigned i = 0; i < std::size(kEventTypes); ++i)
            types |= json::stringOf(name) == kEventTypes[i] ? 1u << i : 0u;
    }
    return types;
}

} // namespace

Connection::Connection(QTcpSocket *socket, Host host, const Clock &clock, QObject *parent)
    : QObject(parent), m_socket(socket), m_host(std::move(host)), m_clock(clock), m_lastWritten(clock.steady())
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(kReadBuffer);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(m_socket, &QTcpSocket::readyRead, this, &Connection::read);
    connect(m_socket, &QTcpSocket::disconnected, this, &Connection::end);
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this] {
        m_lastWritten = m_clock.steady();
        if (listens() && hasRoom())
            Q_EMIT roomMade();
    });
}

Connection::~Connection()
{
    m_socket->disconnect(this);
    m_socket->abort();
}

bool Connection::hasRoom() const { return m_socket->bytesToWrite() < kMaxUnsent; }
bool Connection::allWritten() const { return m_socket->bytesToWrite() == 0; }

Duration Connection::stalledFor() const
{
    return allWritten() ? Duration{} : m_clock.steady() - m_lastWritten;
}

void Connection::read()
{
    if (m_frozen && isStream())
        return;
    if (m_state == State::Http)
        readRequests();
    if (isStream() && !m_frozen)
        readFrames();
}

void Connection::readRequests()
{
    const QByteArray bytes = m_socket->readAll();
    m_input.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    while (m_state == State::Http && !m_input.empty()) {
        const HttpParse parse = parseRequest(m_input);
        if (parse.state == HttpParse::State::Incomplete)
            return;
        if (parse.state == HttpParse::State::Wrong) {
            reply(restError(400, "bad.request", "The request cannot be read."), true);
            m_input.clear();
            return;
        }
        m_input.erase(0, parse.used);
        serve(parse.request);
    }
}

void Connection::serve(const HttpRequest &request)
{
    if (request.path == kStreamPath && request.method == "GET")
        shakeHands(request);
    else
        reply(m_host.answer(request), request.headerHas("connection", "close"));
}

void Connection::shakeHands(const HttpRequest &request)
{
    if (const auto refusal = m_host.refuse(request)) {
        reply(*refusal, true);
        return;
    }
    const std::string_view key = request.header("sec-websocket-key");
    if (!request.headerHas("upgrade", "websocket") || !request.headerHas("connection", "upgrade") || key.empty()
        || request.header("sec-websocket-version") != "13") {
        HttpReply wrong = restError(426, "upgrade.required", "This address speaks WebSocket, version 13.");
        wrong.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
        reply(wrong, true);
        return;
    }
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: "
        + acceptKey(key) + "\r\n\r\n";
    m_socket->write(head.data(), static_cast<qint64>(head.size()));
    m_state = State::Open;
    m_wasStream = true;
    Q_EMIT opened();
}

void Connection::reply(const HttpReply &answer, bool close)
{
    HttpReply whole = answer;
    if (close)
        whole.headers["Connection"] = "close";
    const std::string bytes = renderReply(whole, m_host.correlation());
    m_socket->write(bytes.data(), static_cast<qint64>(bytes.size()));
    if (close)
        m_socket->disconnectFromHost();
}

void Connection::readFrames()
{
    QByteArray bytes = m_socket->readAll();
    m_input.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    const auto messages = m_frames.feed(m_input);
    m_input.clear();
    if (!messages) {
        closeGracefully(1002, "the frame breaks the protocol");
        return;
    }
    for (const FrameReader::Message &message : *messages)
        take(message);
}

void Connection::take(const FrameReader::Message &message)
{
    switch (message.opcode) {
    case Opcode::Ping:
        if (m_state == State::Open)
            sendFrame(Opcode::Pong, message.payload);
        break;
    case Opcode::Close:
        if (m_state == State::Open) {
            sendFrame(Opcode::Close, std::string_view(message.payload).substr(0, 2));
            m_state = State::Closing;
        }
        m_socket->disconnectFromHost();
        break;
    case Opcode::Text:
        if (m_state == State::Open)
            subscribe(message.payload);
        break;
    default: break;
    }
}

void Connection::subscribe(std::string_view text)
{
    const auto types = subscribedTypes(text);
    if (!types) {
        closeGracefully(1008, "expected {\"type\":\"subscribe\",\"events\":[...]}");
        return;
    }
    m_types = *types;
    m_lastWritten = m_clock.steady();
    Q_EMIT subscribed();
}

void Connection::sendFrame(Opcode opcode, std::string_view payload)
{
    const std::string head = frameHead(opcode, payload.size());
    m_socket->write(head.data(), static_cast<qint64>(head.size()));
    m_socket->write(payload.data(), static_cast<qint64>(payload.size()));
}

/// The message with those events alone that are subscribed to; empty if there is none.
std::string Connection::filtered(const Stream::Item &item) const
{
    std::string text;
    for (const Stream::Span &span : item.events) {
        if (span.type != kGarbage && (m_types & (1u << span.type)) == 0)
            continue;
        text += text.empty() ? "{\"events\":[" : ",";
        text.append(item.text, span.offset, span.size);
    }
    return text.empty() ? text : text + "]}";
}

void Connection::send(const Stream::Item &item)
{
    const Opcode opcode = item.what == Stream::Item::Do::SendBinary ? Opcode::Binary : Opcode::Text;
    if (allWritten())
        m_lastWritten = m_clock.steady();
    if (m_types == kAllTypes || item.events.empty()) {
        sendFrame(opcode, item.text);
        return;
    }
    const std::string text = filtered(item);
    if (!text.empty())
        sendFrame(opcode, text);
}

void Connection::cut(const Stream::Item &item)
{
    const std::string head = frameHead(Opcode::Text, item.text.size());
    m_socket->write(head.data(), static_cast<qint64>(head.size()));
    m_socket->write(item.text.data(), static_cast<qint64>(item.text.size() / 2));
    m_socket->flush();
    abort();
}

void Connection::closeGracefully(std::uint16_t code, std::string_view reason)
{
    if (m_state != State::Open)
        return;
    m_state = State::Closing;
    sendFrame(Opcode::Close, closePayload(code, reason));
    QTimer::singleShot(kCloseWaitMs, this, &Connection::abort);
}

void Connection::abort()
{
    makeCloseAbrupt(m_socket->socketDescriptor());
    m_socket->abort();
    end();
}

void Connection::freeze(bool on)
{
    m_frozen = on;
    if (!on)
        read();
}

void Connection::end()
{
    if (m_state == State::Gone)
        return;
    m_state = State::Gone;
    Q_EMIT gone();
}

} // namespace threadline::sim
