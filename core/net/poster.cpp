// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/poster.h"

#include "core/net/replyreader.h"

#include <QNetworkProxy>
#include <QSslConfiguration>
#include <QSslError>
#include <QSslSocket>
#include <QTimer>
#include <QUrl>

#include <algorithm>

namespace threadline {
namespace {

constexpr qint64 kPiece = 256 * 1024;
constexpr qint64 kMostRead = 64 * 1024;

/// Request line and headers.
QByteArray headOf(const HttpRequest &request, const QUrl &url)
{
    const QByteArray path = url.path(QUrl::FullyEncoded).toUtf8();
    QByteArray head = "POST " + (path.isEmpty() ? QByteArray("/") : path);
    if (url.hasQuery())
        head += '?' + url.query(QUrl::FullyEncoded).toUtf8();
    head += " HTTP/1.1\r\nHost: " + QByteArray::fromStdString(hostOf(request.url)) + "\r\nUser-Agent: Threadline/" THREADLINE_VERSION
            "\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\nContent-Length: "
        + QByteArray::number(request.body ? static_cast<qulonglong>(request.body->size()) : 0) + "\r\n";
    for (const auto &[name, value] : request.headers) {
        QByteArray line = QByteArray::fromStdString(name + ": " + value);
        line.replace('\r', ' ').replace('\n', ' ');
        head += line + "\r\n";
    }
    return head + "\r\n";
}

} // namespace

struct Poster::Private {
    Private(NetworkOptions o, QObject *parent) : options(std::move(o)), socket(parent), deadline(parent)
    {
        deadline.setSingleShot(true);
        QObject::connect(&deadline, &QTimer::timeout, &deadline, [this] { giveUp(NetworkProblem::Timeout, "no answer in time"); });
        QObject::connect(&socket, &QSslSocket::sslErrors, &deadline, [this](const QList<QSslError> &errors) { tlsErrors = errors; });
        QObject::connect(&socket, &QSslSocket::connected, &deadline, [this] {
            if (!tls)
                begin();
        });
        QObject::connect(&socket, &QSslSocket::encrypted, &deadline, [this] { begin(); });
        QObject::connect(&socket, &QSslSocket::bytesWritten, &deadline, [this] { write(); });
        QObject::connect(&socket, &QSslSocket::readyRead, &deadline, [this] { read(); });
        QObject::connect(&socket, &QSslSocket::errorOccurred, &deadline, [this](QAbstractSocket::SocketError error) { broke(error); });
    }

    void post(const HttpRequest &asked, HttpClient::Done answerTo);
    void open();
    void openAgain();
    void begin();
    void write();
    void read();
    void broke(QAbstractSocket::SocketError error);
    [[nodiscard]] bool handedOver() const;
    void finish(ReplyReader::State state);
    void giveUp(NetworkProblem problem, std::string text);
    void deliver(HttpAnswer answer, bool keep);
    void drop();

    const NetworkOptions options;
    QSslSocket socket;
    QTimer deadline;
    HttpRequest request;
    QUrl url;
    QString connectedTo; ///< scheme, host and port of the connection that is kept
    bool tls = false;
    bool begun = false;  ///< the connection is there, and bytes of this request have been written
    bool kept = false;   ///< it had served another request before
    std::size_t written = 0; ///< of the body
    std::optional<ReplyReader> reader;
    QList<QSslError> tlsErrors;
    std::uint64_t requestNumber = 0;
    HttpClient::Done done;
};

void Poster::Private::post(const HttpRequest &asked, HttpClient::Done answerTo)
{
    if (done)
        drop();
    ++requestNumber;
    request = asked;
    done = std::move(answerTo);
    url = QUrl::fromEncoded(QByteArray::fromStdString(request.url), QUrl::StrictMode);
    deadline.start(static_cast<int>(request.timeout.toMillis()));
    const QString to = url.scheme() + url.authority();
    kept = socket.state() == QAbstractSocket::ConnectedState && connectedTo == to;
    connectedTo = to;
    if (kept)
        return begin();
    open();
}

void Poster::Private::open()
{
    drop();
    kept = false;
    tls = url.scheme() == QLatin1String("https");
    const auto configuration = tlsConfiguration(options);
    if (!configuration)
        return giveUp(NetworkProblem::Setting, configuration.error().message);
    socket.setProxy(QNetworkProxy::NoProxy);
    constexpr int kHttpsPort = 443, kHttpPort = 80;
    const auto port = static_cast<quint16>(url.port(tls ? kHttpsPort : kHttpPort));
    if (tls) {
        socket.setSslConfiguration(*configuration);
        socket.connectToHostEncrypted(url.host(), port);
    } else {
        socket.connectToHost(url.host(), port);
    }
}

/// From the event loop: the socket has not done yet with the loss that it tells of.
void Poster::Private::openAgain()
{
    drop();
    QMetaObject::invokeMethod(
        &deadline,
        [this, number = requestNumber] {
            if (number == requestNumber && done)
                open();
        },
        Qt::QueuedConnection);
}

void Poster::Private::begin()
{
    if (!done)
        return;
    socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    begun = true;
    written = 0;
    reader.emplace(request.maxBody);
    socket.write(headOf(request, url));
    write();
}

/// As much as the socket takes without heaping it up.
void Poster::Private::write()
{
    if (!begun || !request.body)
        return;
    const std::string &body = *request.body;
    while (begun && written < body.size() && socket.bytesToWrite() < kPiece) {
        const auto piece = std::min(kPiece, static_cast<qint64>(body.size() - written));
        if (socket.write(body.data() + written, piece) != piece)
            return; // told by errorOccurred
        written += static_cast<std::size_t>(piece);
    }
}

void Poster::Private::read()
{
    if (!begun) { // nothing was asked: what comes is no answer to the next request
        if (!done)
            drop();
        return;
    }
    while (begun && reader->state() == ReplyReader::State::Reading && socket.bytesAvailable() > 0) {
        const QByteArray piece = socket.read(kMostRead);
        reader->feed({piece.constData(), static_cast<std::size_t>(piece.size())});
    }
    if (begun && reader->state() != ReplyReader::State::Reading)
        finish(reader->state());
}

void Poster::Private::broke(QAbstractSocket::SocketError error)
{
    if (!done)
        return drop();
    if (begun) {
        read(); // what came before
        if (!begun)
            return;
        if (kept && !reader->hasBegun())
            return openAgain(); // it had been closed while it rested
        if (const auto state = reader->end(); state != ReplyReader::State::Broken)
            return finish(state);
    }
    const std::string words = socket.errorString().toStdString();
    HttpAnswer answer;
    if (error == QAbstractSocket::SslHandshakeFailedError) {
        answer.failure = tlsFailure(tlsErrors, hostOf(request.url), foreignText(words));
        return deliver(std::move(answer), false);
    }
    answer.failure = connectionFailure(problemOf(error), hostOf(request.url), words);
    answer.failure->setting = options.addressSetting;
    deliver(std::move(answer), false);
}

/// Whether the system has taken all of the request.
bool Poster::Private::handedOver() const
{
    return (!request.body || written == request.body->size()) && socket.bytesToWrite() == 0 && socket.encryptedBytesToWrite() == 0;
}

void Poster::Private::finish(ReplyReader::State state)
{
    if (state == ReplyReader::State::Foreign)
        return giveUp(NetworkProblem::Other, "the answer is no HTTP");
    const bool all = handedOver();
    if (!all && isSuccess(reader->status()))
        return giveUp(NetworkProblem::Early, std::to_string(reader->status()));
    HttpAnswer answer;
    answer.status = reader->status();
    answer.headers = reader->headers();
    answer.contentType = reader->header("content-type");
    answer.location = reader->header("location");
    answer.retryAfter = reader->header("retry-after");
    answer.cut = state == ReplyReader::State::Cut;
    answer.body = reader->takeBody();
    // An answer that came before all was asked, or with something behind it, leaves the connection of no further use.
    const bool keep = reader->keepsAlive() && all && socket.bytesAvailable() == 0;
    deliver(std::move(answer), keep);
}

void Poster::Private::giveUp(NetworkProblem problem, std::string text)
{
    HttpAnswer answer;
    answer.failure = NetworkFailure{problem, hostOf(request.url), std::move(text), {}, {}, options.addressSetting};
    deliver(std::move(answer), false);
}

/// From the event loop: the receiver may destroy this object, which may be within a call of its socket now.
void Poster::Private::deliver(HttpAnswer answer, bool keep)
{
    deadline.stop();
    begun = false;
    request.body.reset();
    HttpClient::Done answerTo = std::exchange(done, nullptr);
    if (!keep)
        drop();
    QMetaObject::invokeMethod(
        &deadline,
        [this, number = requestNumber, answerTo = std::move(answerTo), answer = std::move(answer)]() mutable {
            if (number == requestNumber && answerTo)
                answerTo(std::move(answer));
        },
        Qt::QueuedConnection);
}

/// Lets go of the connection, without a word.
void Poster::Private::drop()
{
    begun = false;
    tlsErrors.clear();
    const bool quiet = socket.blockSignals(true);
    socket.abort();
    socket.blockSignals(quiet);
}

Poster::Poster(NetworkOptions options, QObject *parent) : d(std::make_unique<Private>(std::move(options), parent)) {}

Poster::~Poster() { cancel(); }

void Poster::post(const HttpRequest &request, HttpClient::Done done) { d->post(request, std::move(done)); }

void Poster::cancel()
{
    ++d->requestNumber;
    d->deadline.stop();
    d->done = nullptr;
    d->request.body.reset();
    d->drop();
}

} // namespace threadline
