// SPDX-License-Identifier: GPL-3.0-or-later
/// Plain HTTP requests, the proxy and the certificate authorities of every outgoing connection, and words for what goes wrong
/// with them. QNetworkAccessManager is named in network.cpp alone.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/net/options.h"

#include <QAbstractSocket>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

class QNetworkProxy;
class QSslConfiguration;
class QSslError;
class QUrl;

namespace threadline {

enum class NetworkProblem : std::uint8_t {
    HostNotFound, Refused, Timeout, Tls, Proxy, ProxyCredentials, TooLarge, Dropped, Early, Setting, Other
};

/// Why a connection or a request came to nothing.
struct NetworkFailure {
    NetworkProblem problem = NetworkProblem::Other;
    std::string host;   ///< "login.mypurecloud.com", with ":port" if it is not the usual one
    std::string text;   ///< the library's own words
    std::string issuer; ///< Tls: who issued the certificate; may be empty
    std::string remedy; ///< Tls: what to do
    std::string setting = NetworkOptions().addressSetting; ///< where the address came from
};

/// What happened, why, and what to do: one to three sentences, without a secret.
[[nodiscard]] std::string describe(const NetworkFailure &failure);

/// "host" or "host:port" of an address, for messages. Never a path, a query or user data.
[[nodiscard]] std::string hostOf(const std::string &url);

/// Foreign text for a message of ours: one line, at most `max` bytes, secrets masked.
[[nodiscard]] std::string foreignText(std::string_view text, std::size_t max = 200);

struct HttpRequest {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<const std::string> body;  ///< not copied; null: none
    Duration timeout = Duration::seconds(20); ///< for the whole of it, however slowly bytes trickle
    std::size_t maxBody = 64 * 1024;          ///< a longer answer is refused
    /// An answer whose body is longer, or breaks off, is an answer all the same: HttpAnswer::cut.
    bool takeCut = false;
    /// Takes the body of a 200 piece by piece, as it comes, instead of HttpAnswer::body; `timeout` is then how long nothing may
    /// come. While it works nothing more is read than some 100 KiB, so the server waits. False: enough, the answer comes at once.
    std::function<bool(std::string_view)> take;
};

struct HttpAnswer {
    std::optional<NetworkFailure> failure; ///< no answer; everything below is empty then
    int status = 0;
    std::string contentType;
    std::string location;      ///< of a redirect; none is ever followed
    std::string retryAfter;    ///< as sent
    std::vector<std::pair<std::string, std::string>> headers; ///< all of them, names in lower case
    bool cut = false;          ///< `body` is not all of it
    std::string correlationId; ///< ININ-Correlation-Id: what the platform's support asks for
    std::string body;
};

[[nodiscard]] constexpr bool isSuccess(int status) { return status >= 200 && status < 300; }

/// One request at a time. One thread, that of `parent`; destroying it cancels, and nothing is called any more. A success that is
/// told before the whole request was handed over is none (NetworkProblem::Early).
class HttpClient {
public:
    HttpClient(NetworkOptions options, QObject *parent);
    ~HttpClient();
    using Done = std::function<void(HttpAnswer)>;
    void post(const HttpRequest &request, Done done);
    void get(const HttpRequest &request, Done done);
    void cancel();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// Looks `host` up; the addresses found, or a failure. The caller's `context` going away cancels.
void lookUpHost(const std::string &host, QObject *context, std::function<void(Result<std::vector<std::string>>)> done);

/// The proxy for `url`: the set one, else the system's; none for a loopback host. Errors: InvalidArgument (THREADLINE_PROXY).
[[nodiscard]] Result<QNetworkProxy> proxyFor(const QUrl &url, const NetworkOptions &options);
/// The system's certificate authorities and those of the file. Errors: InvalidArgument (THREADLINE_CA_FILE).
[[nodiscard]] Result<QSslConfiguration> tlsConfiguration(const NetworkOptions &options);
/// Why there is no secure connection: what is wrong with the certificate, else what the handshake failed with, in the library's `words`.
[[nodiscard]] NetworkFailure tlsFailure(const QList<QSslError> &errors, const std::string &host, const std::string &words);
/// Whether trying again is of no use: a certificate, the proxy's password, a setting.
[[nodiscard]] constexpr bool onlyASettingMends(NetworkProblem problem)
{
    return problem == NetworkProblem::Tls || problem == NetworkProblem::ProxyCredentials || problem == NetworkProblem::Setting;
}
[[nodiscard]] NetworkProblem problemOf(QAbstractSocket::SocketError error);
/// A failure in the library's `words`, or in ours where it has none: for a connection that is reset as soon as it is made.
[[nodiscard]] NetworkFailure connectionFailure(NetworkProblem problem, const std::string &host, const std::string &words);

} // namespace threadline
