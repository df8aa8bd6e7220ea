// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakeinflux.h"
#include "tests/support/plainhttp.h"

#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QTcpSocket>
#include <QTimer>

#include <zlib.h>

#include <algorithm>

namespace threadline::test {
namespace {

QByteArray decodedPart(QByteArray text) { return QByteArray::fromPercentEncoding(text.replace('+', ' ')); }

void takePairs(const QByteArray &text, QHash<QByteArray, QByteArray> *out)
{
    for (const QByteArray &pair : text.split('&')) {
        const qsizetype equals = pair.indexOf('=');
        if (equals > 0)
            out->insert(decodedPart(pair.left(equals)), decodedPart(pair.mid(equals + 1)));
    }
}

bool unzipped(const QByteArray &from, QByteArray *to)
{
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) // 16: gzip
        return false;
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(from.constData()));
    stream.avail_in = static_cast<uInt>(from.size());
    QByteArray buffer(1 << 16, '\0');
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef *>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        result = inflate(&stream, Z_NO_FLUSH);
        to->append(buffer.constData(), buffer.size() - static_cast<qsizetype>(stream.avail_out));
    }
    inflateEnd(&stream);
    return result == Z_STREAM_END;
}

const char *reasonPhrase(int status)
{
    static const QHash<int, const char *> kPhrases = {{200, "OK"},
                                                      {201, "Created"},
                                                      {204, "No Content"},
                                                      {302, "Found"},
                                                      {307, "Temporary Redirect"},
                                                      {400, "Bad Request"},
                                                      {401, "Unauthorized"},
                                                      {403, "Forbidden"},
                                                      {404, "Not Found"},
                                                      {405, "Method Not Allowed"},
                                                      {413, "Request Entity Too Large"},
                                                      {422, "Unprocessable Entity"},
                                                      {429, "Too Many Requests"},
                                                      {500, "Internal Server Error"},
                                                      {501, "Not Implemented"},
                                                      {502, "Bad Gateway"},
                                                      {503, "Service Unavailable"},
                                                      {504, "Gateway Timeout"}};
    return kPhrases.value(status, "Unknown");
}

} // namespace

bool FakeInfluxRequest::isWrite() const
{
    return method == "POST" && (path == "/write" || path == "/api/v2/write" || path == "/api/v3/write_lp");
}

InfluxFault InfluxFault::status(int code, const QByteArray &body, const QList<QByteArray> &headers)
{
    return {Kind::Status, {code, body, "application/json", headers}};
}

InfluxFault InfluxFault::html(int code)
{
    return {Kind::Status,
            {code, "<html>\r\n<head><title>Proxy</title></head>\r\n<body><h1>Proxy</h1></body>\r\n</html>\r\n", "text/html", {}}};
}

InfluxFault InfluxFault::redirect(int code, const QByteArray &location)
{
    return {Kind::Status, {code, "", "text/html", {"Location: " + location}}};
}

InfluxFault InfluxFault::busy(int code, int retryAfterSeconds)
{
    return status(code, R"({"code":"too many requests","message":"limit exceeded"})",
                  {"Retry-After: " + QByteArray::number(retryAfterSeconds)});
}

/// One connection: takes requests from the bytes, one after another, the next only when the last has been answered.
class FakeInfluxConnection : public QObject {
public:
    FakeInfluxConnection(FakeInflux *server, QTcpSocket *socket) : QObject(server), m_server(server), m_socket(socket)
    {
        socket->setParent(this);
        connect(socket, &QTcpSocket::readyRead, this, [this] {
            m_buffer += m_socket->readAll();
            next();
        });
        connect(socket, &QTcpSocket::disconnected, this, &FakeInfluxConnection::leave);
    }

    /// `how`: None, or one of those that cut it.
    void reply(const FakeInfluxAnswer &answer, InfluxFault::Kind how)
    {
        const bool cut = how == InfluxFault::Kind::CutBody;
        const int status = cut && answer.status == 204 ? 200 : answer.status; // a 204 has no body that could be cut
        QByteArray head = "HTTP/1.1 " + QByteArray::number(status) + ' ' + reasonPhrase(status) + "\r\n";
        if (!answer.type.isEmpty())
            head += "Content-Type: " + answer.type + "\r\n";
        for (const QByteArray &header : answer.headers)
            head += header + "\r\n";
        if (how == InfluxFault::Kind::CutChunks)
            head += "Transfer-Encoding: chunked\r\n";
        else if (status != 204)
            head += "Content-Length: " + QByteArray::number(answer.body.size() + (cut ? 100 : 0)) + "\r\n";
        m_socket->write(head + "\r\n" + (m_isHead ? QByteArray() : bodyFor(answer.body, how)));
        endRequest();
        if (how == InfluxFault::Kind::CutMiddle) {
            m_socket->flush();
            m_socket->abort();
        } else if (how != InfluxFault::Kind::None || m_closes) {
            m_socket->disconnectFromHost();
        } else {
            QMetaObject::invokeMethod(
                this, [this] { next(); }, Qt::QueuedConnection);
        }
    }

    void cut()
    {
        endRequest();
        m_socket->abort();
    }

private:
    static QByteArray bodyFor(const QByteArray &body, InfluxFault::Kind how)
    {
        if (how == InfluxFault::Kind::CutMiddle)
            return body.left(body.size() / 2);
        return how == InfluxFault::Kind::CutChunks ? QByteArray::number(body.size(), 16) + "\r\n" + body + "\r\n" : body;
    }

    void leave()
    {
        endRequest();
        m_busy = true; // nothing more is taken
        deleteLater();
    }

    void endRequest()
    {
        if (m_countsAsWrite)
            m_server->writeEnds();
        m_countsAsWrite = false;
        m_headTaken = false;
        m_busy = false;
    }

    void next()
    {
        if (m_busy || (!m_headTaken && !takeHead()) || !takeBody())
            return;
        m_busy = true;
        m_server->handle(this, std::move(m_request));
    }

    bool takeHead()
    {
        const qsizetype end = m_buffer.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        const QByteArrayList lines = m_buffer.left(end).split('\n');
        m_buffer.remove(0, end + 4);
        m_request = {};
        const QByteArrayList first = lines.first().trimmed().split(' ');
        const QByteArray target = first.value(1);
        m_request.method = first.value(0);
        m_request.path = target.split('?').first();
        if (target.contains('?'))
            takePairs(target.mid(target.indexOf('?') + 1), &m_request.query);
        for (const QByteArray &line : lines.mid(1)) {
            const qsizetype colon = line.indexOf(':');
            m_request.headers.insert(line.left(colon).toLower(), line.mid(colon + 1).trimmed());
        }
        begin();
        return true;
    }

    void begin()
    {
        m_headTaken = true;
        m_isHead = m_request.method == "HEAD";
        m_closes = m_request.headers.value("connection").toLower() == "close";
        m_countsAsWrite = m_request.isWrite();
        if (m_countsAsWrite)
            m_server->writeBegins();
        if (m_request.headers.value("expect").toLower() == "100-continue")
            m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    }

    bool takeBody()
    {
        if (m_request.headers.value("transfer-encoding").toLower() == "chunked") {
            QByteArray body;
            qsizetype used = 0;
            if (!takeChunks(m_buffer, &body, &used))
                return false;
            m_buffer.remove(0, used);
            m_request.wireBody = body;
        } else {
            const qsizetype length = m_request.headers.value("content-length").toLongLong();
            if (m_buffer.size() < length)
                return false;
            m_request.wireBody = m_buffer.left(length);
            m_buffer.remove(0, length);
        }
        undress();
        return true;
    }

    void undress()
    {
        const QByteArray encoding = m_request.headers.value("content-encoding").toLower();
        if (encoding == "gzip" || encoding == "x-gzip")
            m_request.gzipBroken = !unzipped(m_request.wireBody, &m_request.body);
        else
            m_request.body = m_request.wireBody;
        if (m_request.headers.value("content-type").startsWith("application/x-www-form-urlencoded") && !m_request.isWrite())
            takePairs(m_request.body, &m_request.query);
    }

    FakeInflux *m_server;
    QTcpSocket *m_socket;
    QByteArray m_buffer;
    FakeInfluxRequest m_request;
    bool m_headTaken = false;
    bool m_busy = false;
    bool m_isHead = false;
    bool m_closes = false;
    bool m_countsAsWrite = false;
};

FakeInflux::FakeInflux(InfluxFlavour plays, QObject *parent) : QTcpServer(parent), flavour(plays)
{
    static const std::map<InfluxFlavour, const char *> kVersions = {{InfluxFlavour::V1, "1.6.7~rc0"},
                                                                    {InfluxFlavour::V2, "v2.9.1"},
                                                                    {InfluxFlavour::V3, "3.4.1"},
                                                                    {InfluxFlavour::VictoriaMetrics, "1.8.0"},
                                                                    {InfluxFlavour::QuestDb, "v2.7.4"}};
    if (const auto found = kVersions.find(plays); found != kVersions.end())
        version = found->second;
    if (plays == InfluxFlavour::V2 || plays == InfluxFlavour::Cloud)
        token = "token";
    buckets["bucket"].asV1 = plays == InfluxFlavour::V1;
    now = [] {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    };
}

FakeInflux::~FakeInflux() { stop(); }

bool FakeInflux::start()
{
    const bool listens = listen(QHostAddress::LocalHost, m_port);
    m_port = serverPort();
    return listens;
}

void FakeInflux::stop()
{
    close();
    for (QTcpSocket *socket : findChildren<QTcpSocket *>())
        socket->abort();
}

QByteArray FakeInflux::url() const { return "http://127.0.0.1:" + QByteArray::number(m_port); }

void FakeInflux::incomingConnection(qintptr descriptor)
{
    ++connections;
    auto *socket = new QTcpSocket;
    socket->setSocketDescriptor(descriptor);
    new FakeInfluxConnection(this, socket);
}

void FakeInflux::writeBegins() { m_mostInFlight = std::max(m_mostInFlight, ++m_inFlight); }

std::vector<FakePoint> FakeInflux::points(const QByteArray &bucket) const
{
    const auto found = buckets.find(bucket);
    return found == buckets.end() ? std::vector<FakePoint>() : found->second.points();
}

int FakeInflux::writes() const
{
    return static_cast<int>(
        std::count_if(seen.begin(), seen.end(), [](const FakeInfluxSeen &one) { return one.request.isWrite(); }));
}

std::chrono::milliseconds FakeInflux::pauseAfter(int requestNumber) const
{
    const FakeInfluxSeen &one = seen.at(requestNumber - 1);
    for (qsizetype i = requestNumber; i < seen.size(); ++i) {
        if (seen[i].request.isWrite())
            return std::chrono::duration_cast<std::chrono::milliseconds>(seen[i].arrived - one.answered);
    }
    return std::chrono::milliseconds(-1);
}

void FakeInflux::handle(FakeInfluxConnection *connection, FakeInfluxRequest request)
{
    using Kind = InfluxFault::Kind;
    request.number = requests() + 1;
    const InfluxFault fault = faults ? faults(request.number, request) : InfluxFault();
    const qsizetype index = seen.size();
    seen.append({request, fault.kind, 0, std::chrono::steady_clock::now(), {}});
    if (!keepsBodies)
        seen.last().request.body = seen.last().request.wireBody = {};
    if (fault.kind == Kind::Hang)
        return;
    if (fault.kind == Kind::ResetBefore)
        return connection->cut();
    if (fault.kind == Kind::Status)
        return finish(connection, index, fault, fault.answer);
    const auto refused = tooLarge(request, fault.kind == Kind::TooLarge ? fault.limit : bodyLimit);
    const FakeInfluxAnswer answer = refused ? *refused : perform(request);
    if (fault.kind == Kind::ResetAfter)
        return connection->cut();
    if (fault.kind != Kind::HangStored)
        finish(connection, index, fault, answer);
}

void FakeInflux::finish(FakeInfluxConnection *connection, qsizetype index, const InfluxFault &fault,
                        const FakeInfluxAnswer &answer)
{
    if (fault.kind == InfluxFault::Kind::Slow) {
        QTimer::singleShot(fault.delay, connection,
                           [this, connection, index, answer] { finish(connection, index, InfluxFault(), answer); });
        return;
    }
    seen[index].status = answer.status;
    seen[index].answered = std::chrono::steady_clock::now();
    const bool cuts = fault.kind == InfluxFault::Kind::CutBody || fault.kind == InfluxFault::Kind::CutChunks
        || fault.kind == InfluxFault::Kind::CutMiddle;
    connection->reply(answer, cuts ? fault.kind : InfluxFault::Kind::None);
}

std::optional<FakeInfluxAnswer> FakeInflux::tooLarge(const FakeInfluxRequest &request, qint64 limit) const
{
    if (limit <= 0 || request.wireBody.size() <= limit)
        return std::nullopt;
    if (flavour == InfluxFlavour::V1)
        return influxError(*this, 413, "", "Request Entity Too Large");
    return influxError(*this, 413, "request too large", "cannot read data: points batch is too large");
}

FakeInfluxAnswer FakeInflux::perform(const FakeInfluxRequest &request)
{
    FakeInfluxAnswer answer = isQuestion(request.path) ? query(request) : influxAnswer(*this, request);
    answer.headers = influxHeaders(*this) + answer.headers;
    return answer;
}

bool FakeInflux::isQuestion(const QByteArray &path) const
{
    const bool likeV2 = flavour == InfluxFlavour::V2 || flavour == InfluxFlavour::Cloud;
    if (path == "/query")
        return likeV2 || flavour == InfluxFlavour::V1 || flavour == InfluxFlavour::V3;
    if (path == "/api/v2/query")
        return likeV2;
    return flavour == InfluxFlavour::V3 && (path == "/api/v3/query_sql" || path == "/api/v3/query_influxql");
}

FakeInfluxAnswer FakeInflux::query(const FakeInfluxRequest &request)
{
    using Language = FakeInfluxQuery::Language;
    if (const auto refused = influxRefusal(*this, request))
        return *refused;
    FakeInfluxQuery asked{Language::InfluxQl, request.query.value("q"), request.query.value("params"), request.query.value("db"),
                          request};
    if (request.headers.value("content-type").startsWith("application/json")) {
        const QJsonObject json = QJsonDocument::fromJson(request.body).object();
        asked.text =
            json.value(json.contains(QLatin1String("query")) ? QLatin1String("query") : QLatin1String("q")).toString().toUtf8();
        asked.database = json.value(QLatin1String("db")).toString().toUtf8();
        const QJsonObject params = json.value(QLatin1String("params")).toObject();
        asked.params = params.isEmpty() ? QByteArray() : QJsonDocument(params).toJson(QJsonDocument::Compact);
    } else if (request.path == "/api/v2/query") {
        asked.text = request.body;
    }
    if (request.path == "/api/v2/query" || request.path == "/api/v3/query_sql")
        asked.language = request.path == "/api/v2/query" ? Language::Flux : Language::Sql;
    if (const auto known = influxStatement(*this, asked))
        return *known;
    if (m_answerQuery)
        return m_answerQuery(asked);
    if (asked.language == Language::Flux)
        return {200, "\r\n", "text/csv; charset=utf-8"};
    return {200, request.path == "/query" ? "{\"results\":[{\"statement_id\":0}]}\n" : "[]"};
}

} // namespace threadline::test
