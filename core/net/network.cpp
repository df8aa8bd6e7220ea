// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/network.h"

#include "core/base/log.h"
#include "core/base/settings.h"

#include <QFile>
#include <QHostInfo>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPointer>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <iterator>

namespace threadline {
namespace {

constexpr qint64 kStreamBuffer = 128 * 1024;
constexpr int kHttpOk = 200;

constexpr std::size_t kMostForeign = 16 * 1024; ///< is looked at: a secret that is cut is not known any more

constexpr int kHttpsPort = 443;
constexpr int kHttpPort = 80;

bool isUsualPort(const QUrl &url)
{
    const bool tls = url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("wss");
    return url.port() == -1 || url.port() == (tls ? kHttpsPort : kHttpPort);
}

std::string hostAndPort(const QUrl &url)
{
    std::string host = url.host().toStdString();
    if (host.find(':') != std::string::npos)
        host = "[" + host + "]";
    return isUsualPort(url) ? host : host + ":" + std::to_string(url.port());
}

NetworkProblem replyProblem(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::HostNotFoundError: return NetworkProblem::HostNotFound;
    case QNetworkReply::ConnectionRefusedError: return NetworkProblem::Refused;
    case QNetworkReply::TimeoutError: return NetworkProblem::Timeout;
    case QNetworkReply::SslHandshakeFailedError: return NetworkProblem::Tls;
    case QNetworkReply::ProxyAuthenticationRequiredError: return NetworkProblem::ProxyCredentials;
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
    case QNetworkReply::UnknownProxyError: return NetworkProblem::Proxy;
    case QNetworkReply::RemoteHostClosedError: return NetworkProblem::Dropped;
    default: return NetworkProblem::Other;
    }
}

QNetworkProxy systemProxyFor(const QUrl &url)
{
    const QList<QNetworkProxy> found = QNetworkProxyFactory::systemProxyForQuery(QNetworkProxyQuery(url));
    if (found.isEmpty())
        return {QNetworkProxy::NoProxy};
    log::mask(found.first().password().toStdString());
    return found.first();
}

std::string issuerOf(const QSslCertificate &certificate)
{
    for (const auto field : {QSslCertificate::CommonName, QSslCertificate::Organization}) {
        const QStringList names = certificate.issuerInfo(field);
        if (!names.isEmpty())
            return names.first().toStdString();
    }
    return {};
}

std::string remedyOf(QSslError::SslError error)
{
    switch (error) {
    case QSslError::CertificateExpired:
    case QSslError::CertificateNotYetValid:
        return "Check the clock of this machine; if it is right, the certificate has to be renewed by whoever runs the host.";
    case QSslError::HostNameMismatch:
        return "The certificate is made out for another name: check the host in the address that is set (GENESYS_ENVIRONMENT_URL, GENESYS_LOGIN_URL, TSDB_URL).";
    case QSslError::CertificateRevoked:
    case QSslError::CertificateBlacklisted:
        return "The certificate was withdrawn: do not go on, ask whoever runs the host.";
    default: break;
    }
    return "If your network inspects TLS or has its own authority, name that authority's certificate file (PEM) in "
           "THREADLINE_CA_FILE (--ca-file).";
}

/// A handshake that failed before there was a certificate to judge.
struct TlsCause {
    std::string_view sign; ///< in OpenSSL's words
    const char *happened;  ///< empty: those words
    const char *remedy;
};

const TlsCause &causeOf(const std::string &words)
{
    static constexpr const char *kOld = "the server offers only old versions of TLS (1.0 or 1.1), which are not safe and are refused";
    static constexpr const char *kRenew = "Whoever runs the host has to enable TLS 1.2 or 1.3 there, or in the proxy or gateway in front of it.";
    static constexpr const char *kPlain = "what answers there does not speak TLS";
    static constexpr const char *kPort = "Check host and port of the address: this may be the port for http, or of another service.";
    static constexpr TlsCause kCauses[] = {
        {"unsupported protocol", kOld, kRenew},
        {"protocol version", kOld, kRenew},
        {"no protocols available", kOld, kRenew},
        {"wrong version number", kPlain, kPort},
        {"http request", kPlain, kPort},
        {"packet length too long", kPlain, kPort},
        {"certificate required", "the server wants a certificate of the client, which Threadline does not have",
         "Ask whoever runs the host for an address without client certificates."},
    };
    static constexpr TlsCause kUnknown{{}, "", "Check whether a firewall or proxy is in between, and ask whoever runs the host which versions and "
                                               "ciphers of TLS it offers; TLS 1.2 or 1.3 is needed."};
    const auto found = std::find_if(std::begin(kCauses), std::end(kCauses), [&](const TlsCause &cause) { return words.find(cause.sign) != std::string::npos; });
    return found == std::end(kCauses) ? kUnknown : *found;
}

std::string headerOf(const QNetworkReply &reply, const char *name)
{
    return reply.rawHeader(name).toStdString();
}

HttpAnswer answerOf(const QNetworkReply &reply, QByteArray body)
{
    HttpAnswer answer;
    answer.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    answer.contentType = headerOf(reply, "Content-Type");
    answer.location = headerOf(reply, "Location");
    answer.retryAfter = headerOf(reply, "Retry-After");
    answer.correlationId = headerOf(reply, "ININ-Correlation-Id");
    for (const auto &[name, value] : reply.rawHeaderPairs())
        answer.headers.emplace_back(name.toLower().toStdString(), value.toStdString());
    answer.body = body.toStdString();
    return answer;
}

QNetworkRequest requestOf(const HttpRequest &request)
{
    QNetworkRequest r(QUrl::fromEncoded(QByteArray::fromStdString(request.url), QUrl::StrictMode));
    r.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    r.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    r.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    r.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    r.setRawHeader("User-Agent", "Threadline/" THREADLINE_VERSION);
    r.setRawHeader("Accept-Encoding", "identity"); // a limit on the body must not be circumvented by compression
    for (const auto &[name, value] : request.headers)
        r.setRawHeader(QByteArray::fromStdString(name), QByteArray::fromStdString(value));
    return r;
}

/// Sends `body` from where it lies.
QNetworkReply *startPost(QNetworkAccessManager &manager, const QNetworkRequest &request, const std::shared_ptr<const std::string> &body)
{
    if (!body)
        return manager.post(request, QByteArray());
    QNetworkReply *reply = manager.post(request, QByteArray::fromRawData(body->data(), static_cast<qsizetype>(body->size())));
    QObject::connect(reply, &QObject::destroyed, [body] {}); // an aborted reply may still read it
    return reply;
}

} // namespace

std::string hostOf(const std::string &url) { return hostAndPort(QUrl(QString::fromStdString(url))); }

std::string foreignText(std::string_view text, std::size_t max)
{
    std::string out;
    for (const char c : log::masked(text.substr(0, kMostForeign)).substr(0, 4096)) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (!(control || c == ' ') || (!out.empty() && out.back() != ' '))
            out.push_back(control ? ' ' : c);
    }
    if (out.size() <= max)
        return out;
    std::size_t cut = max;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80)
        --cut;
    return out.substr(0, cut) + "...";
}

std::string describe(const NetworkFailure &failure)
{
    NetworkFailure f = failure;
    while (f.problem != NetworkProblem::Setting && f.text.ends_with('.'))
        f.text.pop_back(); // a sentence goes on behind it
    switch (f.problem) {
    case NetworkProblem::HostNotFound:
        return "The host " + f.host + " was not found. Check " + f.setting + " and this machine's name service.";
    case NetworkProblem::Refused:
        return f.host + " refuses connections. Check the address and port in " + f.setting + ", and whether a firewall is in between.";
    case NetworkProblem::Timeout:
        return f.host + " did not answer in time. Check the network, and whether a proxy is needed (THREADLINE_PROXY).";
    case NetworkProblem::Tls:
        return "No secure connection to " + f.host + (f.issuer.empty() ? "" : ", certificate issued by \"" + f.issuer + "\"") + ": "
            + f.text + ". " + f.remedy;
    case NetworkProblem::Proxy:
        return "The proxy on the way to " + f.host + " failed: " + f.text + ". Check THREADLINE_PROXY (--proxy) or the system's proxy setting.";
    case NetworkProblem::ProxyCredentials:
        return "The proxy on the way to " + f.host + " wants a user and a password. Give them in THREADLINE_PROXY as http://user:password@host:port.";
    case NetworkProblem::TooLarge:
        return f.host + " sent far more than was asked for: " + f.text + ". Check that " + f.setting + " names the right server.";
    case NetworkProblem::Dropped:
        return f.host + " closed the connection: " + f.text + ". Check whether a firewall or proxy cuts it.";
    case NetworkProblem::Early:
        return f.host + " answered with " + f.text + " before it had been given the whole request, so it cannot have taken all of it. Check what "
                        "stands in between (THREADLINE_PROXY, " + f.setting + ").";
    case NetworkProblem::Setting: return f.text;
    case NetworkProblem::Other: break;
    }
    return "No connection to " + f.host + ": " + f.text + ". Check the network and THREADLINE_PROXY.";
}

NetworkProblem problemOf(QAbstractSocket::SocketError error)
{
    switch (error) {
    case QAbstractSocket::HostNotFoundError: return NetworkProblem::HostNotFound;
    case QAbstractSocket::ConnectionRefusedError: return NetworkProblem::Refused;
    case QAbstractSocket::SocketTimeoutError: return NetworkProblem::Timeout;
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError: return NetworkProblem::Tls;
    case QAbstractSocket::ProxyAuthenticationRequiredError: return NetworkProblem::ProxyCredentials;
    case QAbstractSocket::ProxyConnectionRefusedError:
    case QAbstractSocket::ProxyConnectionClosedError:
    case QAbstractSocket::ProxyConnectionTimeoutError:
    case QAbstractSocket::ProxyNotFoundError:
    case QAbstractSocket::ProxyProtocolError: return NetworkProblem::Proxy;
    case QAbstractSocket::RemoteHostClosedError: return NetworkProblem::Dropped;
    default: return NetworkProblem::Other;
    }
}

NetworkFailure connectionFailure(NetworkProblem problem, const std::string &host, const std::string &words)
{
    if (problem == NetworkProblem::Other && words == "Unknown error") // Qt has no case for ECONNRESET of connect()
        return {NetworkProblem::Dropped, host, "it was reset as soon as it was made", {}, {}, NetworkOptions().addressSetting};
    return {problem, host, foreignText(words), {}, {}, NetworkOptions().addressSetting};
}

Result<QNetworkProxy> proxyFor(const QUrl &url, const NetworkOptions &options)
{
    if (isLoopback(url.host().toStdString()))
        return QNetworkProxy(QNetworkProxy::NoProxy);
    if (options.proxy.empty())
        return systemProxyFor(url);
    const QUrl proxy(QString::fromStdString(options.proxy), QUrl::StrictMode);
    const bool http = proxy.scheme() == QLatin1String("http");
    const bool socks = proxy.scheme() == QLatin1String("socks5");
    if (!proxy.isValid() || proxy.host().isEmpty() || !(http || socks))
        return fail(ErrorCode::InvalidArgument, "THREADLINE_PROXY (--proxy) is no proxy address. Write http://host:port or socks5://host:port, "
                                                "with user:password@ before the host if the proxy wants them.");
    log::mask(proxy.password().toStdString());
    const auto port = static_cast<quint16>(proxy.port(http ? 8080 : 1080));
    return QNetworkProxy(http ? QNetworkProxy::HttpProxy : QNetworkProxy::Socks5Proxy, proxy.host(), port, proxy.userName(),
        proxy.password());
}

Result<QSslConfiguration> tlsConfiguration(const NetworkOptions &options)
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    if (options.caFile.empty())
        return configuration;
    QFile file(QString::fromStdString(options.caFile));
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::InvalidArgument,
            "THREADLINE_CA_FILE (--ca-file) names " + options.caFile + ", which cannot be read: " + file.errorString().toStdString() + ".");
    const QList<QSslCertificate> added = QSslCertificate::fromDevice(&file, QSsl::Pem);
    if (added.isEmpty())
        return fail(ErrorCode::InvalidArgument, "THREADLINE_CA_FILE (--ca-file) names " + options.caFile
                + ", which holds no certificate. It must be PEM: a text with -----BEGIN CERTIFICATE----- in it.");
    configuration.setCaCertificates(QSslConfiguration::systemCaCertificates() + added);
    return configuration;
}

NetworkFailure tlsFailure(const QList<QSslError> &errors, const std::string &host, const std::string &words)
{
    NetworkFailure failure{NetworkProblem::Tls, host, {}, {}, {}, NetworkOptions().addressSetting};
    if (errors.isEmpty()) {
        const TlsCause &cause = causeOf(words);
        failure.text = *cause.happened ? cause.happened : foreignText(words);
        failure.remedy = cause.remedy;
        return failure;
    }
    const QSslError &first = errors.first();
    failure.text = foreignText(first.errorString().toStdString());
    failure.issuer = foreignText(issuerOf(first.certificate()));
    failure.remedy = remedyOf(first.error());
    return failure;
}

void lookUpHost(const std::string &host, QObject *context, std::function<void(Result<std::vector<std::string>>)> done)
{
    QHostInfo::lookupHost(QString::fromStdString(host), context, [host, done = std::move(done)](const QHostInfo &info) {
        if (info.error() != QHostInfo::NoError)
            return done(fail(ErrorCode::Unreachable, describe({NetworkProblem::HostNotFound, host, {}, {}, {}, NetworkOptions().addressSetting})));
        std::vector<std::string> addresses;
        for (const QHostAddress &address : info.addresses())
            addresses.push_back(address.toString().toStdString());
        done(std::move(addresses));
    });
}

struct HttpClient::Private {
    Private(NetworkOptions o, QObject *parent) : options(std::move(o)), manager(parent), deadline(parent)
    {
        deadline.setSingleShot(true);
        QObject::connect(&deadline, &QTimer::timeout, &deadline, [this] { giveUp(NetworkProblem::Timeout, "no answer in time"); });
    }

    void send(const HttpRequest &request, bool get, Done answerTo);
    void watch(const HttpRequest &request);
    [[nodiscard]] bool readSome();
    void finish();
    void giveUp(NetworkProblem problem, std::string text);
    void deliverCut();
    void deliver(HttpAnswer answer);
    void release();
    void cancel()
    {
        release();
        ++requestNumber;
    }

    NetworkOptions options;
    QNetworkAccessManager manager;
    QTimer deadline;
    QPointer<QNetworkReply> reply;
    std::string host;
    std::size_t maxBody = 0;
    bool takeCut = false;
    std::function<bool(std::string_view)> take;
    QByteArray body;
    QList<QSslError> tlsErrors;
    std::uint64_t requestNumber = 0;
    Done done;
};

void HttpClient::Private::send(const HttpRequest &request, bool get, Done answerTo)
{
    cancel();
    done = std::move(answerTo);
    host = hostOf(request.url);
    QNetworkRequest r = requestOf(request);
    const auto proxy = proxyFor(r.url(), options);
    const auto tls = tlsConfiguration(options);
    if (!proxy || !tls)
        return giveUp(NetworkProblem::Setting, (!proxy ? proxy.error() : tls.error()).message);
    manager.setProxy(*proxy);
    r.setSslConfiguration(*tls);
    reply = get ? manager.get(r) : startPost(manager, r, request.body);
    watch(request);
    deadline.start(static_cast<int>(request.timeout.toMillis()));
}

void HttpClient::Private::watch(const HttpRequest &request)
{
    maxBody = request.maxBody;
    takeCut = request.takeCut;
    take = request.take;
    reply->setReadBufferSize(take ? kStreamBuffer : static_cast<qint64>(maxBody) + 1);
    QObject::connect(reply, &QNetworkReply::sslErrors, &deadline, [this](const QList<QSslError> &errors) { tlsErrors = errors; });
    QObject::connect(reply, &QNetworkReply::readyRead, &deadline, [this] { (void)readSome(); });
    QObject::connect(reply, &QNetworkReply::finished, &deadline, [this] {
        if (readSome())
            finish();
    });
}

/// False when that was too much, and the request is over.
bool HttpClient::Private::readSome()
{
    if (take && reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() == kHttpOk) {
        const QByteArray piece = reply->readAll();
        deadline.start();
        if (piece.isEmpty() || take({piece.constData(), static_cast<std::size_t>(piece.size())}))
            return true;
        deliver(answerOf(*reply, body));
        return false;
    }
    body += reply->readAll();
    if (static_cast<std::size_t>(body.size()) <= maxBody)
        return true;
    if (takeCut) {
        deliverCut();
        return false;
    }
    giveUp(NetworkProblem::TooLarge, "an answer of more than " + std::to_string(maxBody / 1024) + " KiB");
    return false;
}

void HttpClient::Private::finish()
{
    const QNetworkReply::NetworkError error = reply->error();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    // An answer with an error status is an answer; one that broke off in the middle is none.
    const bool brokeOff = error != QNetworkReply::NoError && error < QNetworkReply::ContentAccessDenied;
    if (status > 0 && !brokeOff)
        return deliver(answerOf(*reply, body));
    if (status > 0 && takeCut)
        return deliverCut();
    if (error == QNetworkReply::SslHandshakeFailedError) {
        HttpAnswer answer;
        answer.failure = tlsFailure(tlsErrors, host, reply->errorString().toStdString());
        return deliver(std::move(answer));
    }
    HttpAnswer answer;
    answer.failure = connectionFailure(replyProblem(error), host, reply->errorString().toStdString());
    answer.failure->setting = options.addressSetting;
    deliver(std::move(answer));
}

void HttpClient::Private::deliverCut()
{
    HttpAnswer answer = answerOf(*reply, body);
    answer.cut = true;
    deliver(std::move(answer));
}

void HttpClient::Private::giveUp(NetworkProblem problem, std::string text)
{
    HttpAnswer answer;
    answer.failure = NetworkFailure{problem, host, std::move(text), {}, {}, options.addressSetting};
    deliver(std::move(answer));
}

/// Answers from the event loop: the receiver may destroy this object, and so the reply that is still on the stack now.
void HttpClient::Private::deliver(HttpAnswer answer)
{
    Done answerTo = std::move(done);
    release();
    QMetaObject::invokeMethod(
        &deadline,
        [this, number = requestNumber, answerTo = std::move(answerTo), answer = std::move(answer)]() mutable {
            if (number == requestNumber && answerTo)
                Done(std::move(answerTo))(std::move(answer));
        },
        Qt::QueuedConnection);
}

void HttpClient::Private::release()
{
    deadline.stop();
    done = nullptr;
    take = nullptr;
    body.clear();
    tlsErrors.clear();
    if (!reply)
        return;
    reply->disconnect(&deadline);
    reply->abort();
    reply->deleteLater();
    reply = nullptr;
}

HttpClient::HttpClient(NetworkOptions options, QObject *parent) : d(std::make_unique<Private>(std::move(options), parent)) {}
HttpClient::~HttpClient() { d->release(); }
void HttpClient::post(const HttpRequest &request, Done done) { d->send(request, false, std::move(done)); }
void HttpClient::get(const HttpRequest &request, Done done) { d->send(request, true, std::move(done)); }
void HttpClient::cancel() { d->cancel(); }

} // namespace threadline
