// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/connection.h"

#include <QHostAddress>

#include <algorithm>
#include <cstring>

namespace threadline::api {
namespace {

constexpr qint64 kReadBuffer = 64 * 1024;
/// Bodies up to this go out in one piece with their head.
constexpr std::size_t kWholeBody = 32 * 1024;
/// So much may wait in a socket before the next piece of a body, or the next answer, follows. As many clients as there may be
/// can leave it there: 48 MiB in all.
constexpr qint64 kHighWater = 64 * 1024;
constexpr std::size_t kPiece = 32 * 1024;
/// A client gets the deadline anew for each of these that it takes.
constexpr qint64 kProgress = 64 * 1024;
/// Whoever has just come may take so long until its first byte is here, before others may take its place.
constexpr Duration kFresh = Duration::seconds(1);
/// Bytes per second of an answer that are enough to keep a place, and memory, that others ask for: 3 Mbit/s, which a tunnel over a
/// modest line has. 512 clients that do nothing but hold places would have to take 128 MiB/s.
constexpr std::int64_t kDecentPace = 256 * 1024;
/// What the system may keep of what was written (it doubles this). By itself it takes 2.5 MiB over loopback and asks for more when a
/// third is free: megabytes a client, and a client that takes little would look fast, then dead.
constexpr int kSendBuffer = 64 * 1024;
/// How long a refused client may go on talking before it is cut off.
constexpr Duration kLinger = Duration::seconds(1);
/// An empty input buffer larger than this is given back.
constexpr std::size_t kKeptInput = 16 * 1024;
/// Requests of one connection that are answered in a row before others get their turn.
constexpr int kTurns = 64;

} // namespace

Connection::Connection(Service &service, std::uint64_t serial) : m_service(service), m_serial(serial)
{
    ++m_service.counters.connections;
}

Connection::~Connection()
{
    end();
    --m_service.counters.connections;
}

bool Connection::take(qintptr descriptor)
{
    m_plain.setReadBufferSize(kReadBuffer);
    if (!m_plain.setSocketDescriptor(descriptor))
        return false;
    m_plain.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_plain.setSocketOption(QAbstractSocket::SendBufferSizeSocketOption, kSendBuffer);
    connect(&m_plain, &QTcpSocket::readyRead, this, &Connection::onReadable);
    connect(&m_plain, &QTcpSocket::bytesWritten, this, &Connection::onWritten);
    connect(&m_plain, &QTcpSocket::disconnected, this, &Connection::end);
    setOpenMode(QIODevice::ReadWrite);
    setPeerAddress(m_plain.peerAddress());
    setPeerPort(m_plain.peerPort());
    setSocketState(ConnectedState);
    m_service.connections.emplace(m_serial, this);
    setDeadline(m_service.options.deadline);
    m_since = now();
    return true;
}

std::optional<std::pair<Connection::GivesWay, std::int64_t>> Connection::givesWay() const
{
    if (m_state == State::Reading && m_inARow == 0) {
        const bool fresh = m_request == 0 && now() - m_since < kFresh;
        return std::pair(fresh ? GivesWay::Fresh : m_begun ? GivesWay::Asking : GivesWay::Idle, m_since.us);
    }
    if (const auto pace = slowPace())
        return std::pair(GivesWay::Slow, *pace);
    if (m_inARow > 1 && m_state != State::Answering)
        return std::pair(GivesWay::Pipelining, std::int64_t(-m_inARow));
    return std::nullopt;
}

std::optional<std::int64_t> Connection::slowPace() const
{
    if ((m_state != State::Sending && m_state != State::Closing) || m_piece)
        return std::nullopt;
    const auto pace = m_pace.bytesPerSecond(now());
    return pace && *pace < kDecentPace ? pace : std::nullopt;
}

void Connection::refuse(qintptr descriptor)
{
    if (m_plain.setSocketDescriptor(descriptor))
        m_plain.abort();
}

void Connection::end()
{
    if (std::exchange(m_state, State::Gone) == State::Gone)
        return;
    if (m_question) {
        ++m_service.counters.abandoned;
        --m_service.counters.pending;
        m_question.reset();
    }
    m_service.connections.erase(m_serial);
    m_plain.disconnect(this);
    m_plain.abort();
    m_body.reset();
    m_piece.reset();
    m_rest.reset();
    letGo();
    if (state() == ConnectedState) {
        setSocketState(UnconnectedState);
        Q_EMIT disconnected();
    }
}

void Connection::setDeadline(Duration in)
{
    m_deadline = now() + in;
    m_progress = 0;
}

void Connection::expire()
{
    ++m_service.counters.deadlines;
    if (m_state == State::Answering) {
        m_question.reset();
        --m_service.counters.pending;
        m_lingers = true;
        send(problem(Error{ErrorCode::Internal, "The store did not answer in time. Ask again later."}, m_route->failure));
    } else if (m_state == State::Reading && !input().empty()) {
        refuse(Fault{408, "Request timeout", "The request did not arrive whole in time.", {}});
    } else {
        end();
        return;
    }
    advance();
}

// Reading

void Connection::onReadable()
{
    if (m_state == State::Draining)
        m_plain.skip(m_plain.bytesAvailable());
    else
        advance(); // in another state than Reading nothing is taken: the buffer fills, and TCP pushes back
}

void Connection::onWritten(qint64 bytes)
{
    m_progress += bytes;
    m_pace.took(now(), bytes);
    if (m_state == State::Sending || m_state == State::Closing) {
        if (m_progress >= kProgress)
            setDeadline(m_service.options.deadline);
        if (m_state == State::Sending)
            advance();
    }
}

/// Goes on as far as it can. A loop and not a recursion: pipelined requests may be answered at once.
void Connection::advance()
{
    if (std::exchange(m_busy, true))
        return;
    int turns = 0;
    for (;;) {
        if (m_state == State::Sending)
            pump();
        if (m_state != State::Reading)
            break;
        if (!serveNext() && !collect()) {
            m_inARow = 0;
            break;
        }
        if (++turns == kTurns) {
            QMetaObject::invokeMethod(this, [this] { advance(); }, Qt::QueuedConnection);
            break;
        }
    }
    if (m_state != State::Gone && m_plain.bytesToWrite() > 0)
        m_plain.flush(); // one pass of the event loop earlier
    m_busy = false;
    if (m_state == State::Sending && !m_piece && m_plain.bytesToWrite() < kHighWater)
        QMetaObject::invokeMethod(this, [this] { advance(); }, Qt::QueuedConnection);
}

/// Takes what the socket has. False if there was nothing.
bool Connection::collect()
{
    m_input.erase(0, std::exchange(m_at, 0));
    if (m_plain.bytesAvailable() == 0) {
        if (m_input.empty() && m_input.capacity() > kKeptInput)
            m_input = std::string();
        return false;
    }
    const std::size_t room = m_service.options.maxHead + m_service.options.maxBody + 1;
    const std::size_t had = m_input.size();
    const std::size_t come = static_cast<std::size_t>(m_plain.bytesAvailable());
    m_input.resize(std::max(had, std::min(room, had + come)));
    const qint64 got = m_plain.read(m_input.data() + had, static_cast<qint64>(m_input.size() - had));
    m_input.resize(had + static_cast<std::size_t>(std::max<qint64>(got, 0)));
    return got > 0;
}

/// Empty lines before a request are leftovers of bodies (RFC 9112 section 2.2). False if one is not whole yet.
bool Connection::skipEmptyLines()
{
    while (input().starts_with("\r\n"))
        m_at += 2;
    return input() != "\r";
}

/// The head has not come whole: is that still tolerable?
bool Connection::incomplete(std::string_view bytes)
{
    const std::size_t searched = std::exchange(m_searched, bytes.size());
    if (!looksLikeRequest(bytes) && bytes.front() != '\n') {
        refuse(Fault{400, "Malformed request", "This address speaks HTTP/1.1 without TLS.", {}});
    } else if (hasBareLineFeed(bytes, searched)) {
        refuse(Fault{400, "Malformed request", "The lines of a request must end in CR LF, not in LF alone.", {}});
    } else if (bytes.size() > m_service.options.maxHead) {
        if (bytes.find("\r\n") > m_service.options.maxHead) // or there is none
            refuse(Fault{414, "Target too long", "The request line is longer than is read here.", {}});
        else
            refuse(Fault{431, "Header too large", "The header fields are larger than is read here.", {}});
    }
    return false;
}

/// Whether the request's body is still to come, or is none that is waited for.
bool Connection::awaitsBody(const Head &head, std::size_t headSize, std::size_t have)
{
    if (head.contentLength > m_service.options.maxBody) {
        refuse(Fault{413, "Body too large", "The body is larger than is read here.", {}});
        return true;
    }
    m_needed = headSize + static_cast<std::size_t>(head.contentLength);
    if (have >= m_needed)
        return false;
    if (head.expectsContinue)
        m_plain.write("HTTP/1.1 100 Continue\r\n\r\n");
    return true;
}

/// Answers the next request if it is whole. False if there is no more to do for now.
bool Connection::serveNext()
{
    if (!skipEmptyLines() || input().empty())
        return false;
    if (!std::exchange(m_begun, true))
        setDeadline(m_service.options.deadline);
    if (input().size() < m_needed)
        return false;
    const std::string_view bytes = input();
    const std::size_t end = headEnd(bytes, m_searched);
    if (end == std::string_view::npos || end > m_service.options.maxHead)
        return incomplete(bytes);
    const auto head = readHead(bytes.substr(0, end));
    if (!head) {
        refuse(head.error());
        return false;
    }
    if (m_needed == 0 && awaitsBody(*head, end, bytes.size()))
        return false;
    serve(*head, m_needed);
    return m_state != State::Gone;
}

void Connection::serve(const Head &head, std::size_t size)
{
    ++m_request;
    ++m_inARow;
    m_started = now();
    m_keepAlive = head.keepAlive;
    m_headOnly = head.method == Method::Head;
    m_chunks = head.chunks;
    m_searched = 0;
    m_needed = 0;
    m_begun = false;
    if (!giveToServer(head))
        refuse(Fault{400, "Malformed request", "The request target cannot be read.", {}});
    m_at += size;
}

/// Writes the request as QHttpServer is to read it: the body, which no route takes, and all fields but Host stay here.
/// False if it does not read it.
bool Connection::giveToServer(const Head &head)
{
    m_given = 0;
    m_toServer.assign(nameOf(head.method)).append(" ").append(head.path);
    if (!head.query.empty())
        m_toServer.append("?").append(head.query);
    m_toServer.append(" HTTP/1.1\r\nHost: ").append(head.host).append("\r\n\r\n");
    m_head = &head;
    m_service.speaking = this;
    Q_EMIT readyRead();
    m_service.speaking = nullptr;
    return !std::exchange(m_head, nullptr) && !m_givenUp;
}

qint64 Connection::bytesAvailable() const
{
    return QTcpSocket::bytesAvailable() + static_cast<qint64>(m_toServer.size() - m_given);
}

qint64 Connection::readData(char *data, qint64 size)
{
    const std::size_t n = std::min(static_cast<std::size_t>(size), m_toServer.size() - m_given);
    std::memcpy(data, m_toServer.data() + m_given, n);
    m_given += n;
    return static_cast<qint64>(n);
}

qint64 Connection::writeData(const char *, qint64 size) { return size; }

// Answering

void Connection::onRequest()
{
    if (const Head *head = std::exchange(m_head, nullptr))
        start(respond(m_service.context, *head, m_route));
}

void Connection::start(Outcome outcome)
{
    if (!outcome.ask) {
        send(std::move(outcome.reply));
        return;
    }
    m_state = State::Answering;
    ++m_service.counters.pending;
    setDeadline(m_service.options.answerWithin);
    m_question = outcome.ask([mailbox = m_service.mailbox, serial = m_serial, number = m_request](Reply reply) {
        mailbox->post({serial, number, std::move(reply)});
    });
}

void Connection::answer(std::uint64_t request, Reply reply)
{
    if (m_state == State::Sending && m_piece && request == m_request) {
        takePiece(reply);
        advance();
        return;
    }
    if (m_state != State::Answering || request != m_request)
        return; // too late: it has been answered that it took too long
    m_question.reset();
    --m_service.counters.pending;
    send(std::move(reply));
    advance();
}

/// Answers what is no request, or none that is read to its end.
void Connection::refuse(const Fault &fault)
{
    m_route = nullptr;
    m_headOnly = false;
    m_keepAlive = false;
    m_lingers = true;
    m_started = now();
    send(problem(fault));
}

/// Counts what the answer keeps in memory while it is taken. False if there is no room for it.
bool Connection::hold(const Reply &reply)
{
    if (m_headOnly || (!reply.rest && reply.body->size() <= kWholeBody))
        return true;
    std::shared_ptr<const void> what = reply.body;
    if (reply.rest)
        what = reply.rest;
    const std::size_t bytes = reply.rest ? reply.rest->memoryBytes() : reply.body->size();
    if (!m_service.makeRoom(what, bytes))
        return false;
    m_held = std::move(what);
    return true;
}

void Connection::letGo()
{
    if (m_held)
        m_service.held.letGo(std::exchange(m_held, nullptr));
}

void Connection::send(Reply reply)
{
    if (!hold(reply)) {
        reply = problem(Error{ErrorCode::Busy, "Other clients have not taken their large answers yet. Ask again later."},
                        m_route ? m_route->failure : std::string_view("Busy"));
    }
    m_pace.begin(now());
    const bool close = reply.close || m_lingers || !m_keepAlive || (reply.rest && !m_chunks);
    m_keepAlive = !close;
    const Duration took = now() - m_started;
    m_service.counters.answered(m_route ? m_route->pattern : std::string_view(""), reply.status, reply.body->size(), took);
    m_out.clear();
    m_service.heads.append(m_out, reply, m_chunks, close, m_service.clock.now());
    m_rest = m_headOnly ? nullptr : std::move(reply.rest);
    if (!m_headOnly)
        writeBody(std::move(reply.body));
    else
        m_plain.write(m_out.data(), static_cast<qint64>(m_out.size()));
    m_state = State::Sending;
    setDeadline(m_service.options.deadline);
    pump();
}

/// Writes m_out, and `body` behind it: framed if there is a rest, at once if it is small, else as pump() comes to it.
void Connection::writeBody(Session::Text body)
{
    if (framed())
        appendChunkSize(m_out, body->size());
    if (body->size() <= kWholeBody) {
        m_out += *body;
        if (framed())
            m_out += "\r\n";
    } else {
        m_body = std::move(body);
        m_bodyAt = 0;
    }
    m_plain.write(m_out.data(), static_cast<qint64>(m_out.size()));
}

void Connection::askPiece()
{
    setDeadline(m_service.options.answerWithin);
    m_pace.pause(now());
    m_piece = m_rest->next([mailbox = m_service.mailbox, serial = m_serial, number = m_request](Result<Session::Text> piece) {
        Reply out;
        out.status = piece ? 200 : 500;
        if (piece)
            out.body = std::move(*piece);
        mailbox->post({serial, number, std::move(out)});
    });
}

/// A piece that cannot be made ends the connection before the body's end, so that no client takes it for whole.
void Connection::takePiece(const Reply &piece)
{
    m_piece.reset();
    m_pace.begin(now());
    setDeadline(m_service.options.deadline);
    m_out.clear();
    if (piece.status != 200) {
        end();
    } else if (piece.body) {
        writeBody(piece.body);
    } else {
        if (framed())
            appendChunkSize(m_out, 0);
        m_rest.reset();
        m_plain.write(m_out.data(), static_cast<qint64>(m_out.size()));
    }
}

/// Hands the socket more of the body while it takes it; then the answer is out.
void Connection::pump()
{
    while (m_body && m_plain.bytesToWrite() < kHighWater) {
        const std::size_t n = std::min(kPiece, m_body->size() - m_bodyAt);
        m_plain.write(m_body->data() + m_bodyAt, static_cast<qint64>(n));
        m_bodyAt += n;
        if (m_bodyAt < m_body->size())
            continue;
        m_body.reset();
        if (framed())
            m_plain.write("\r\n");
    }
    if (m_body || m_piece || m_plain.bytesToWrite() >= kHighWater)
        return;
    if (m_rest)
        askPiece();
    else
        sent();
}

void Connection::sent()
{
    letGo();
    m_since = now();
    if (m_keepAlive) {
        m_state = State::Reading;
        m_pace.pause(m_since);
        setDeadline(m_service.options.idle);
    } else if (m_lingers) {
        m_state = State::Draining;
        setDeadline(kLinger);
        m_plain.skip(m_plain.bytesAvailable());
    } else {
        m_state = State::Closing;
        m_plain.disconnectFromHost(); // what waits goes out first
    }
}

} // namespace threadline::api
