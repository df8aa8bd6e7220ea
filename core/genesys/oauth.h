// SPDX-License-Identifier: GPL-3.0-or-later
/// OAuth tokens for Genesys Cloud: client credentials (RFC 6749) or JWT bearer (RFC 7523), cached and renewed in time.
#pragma once

#include "core/net/options.h"
#include "core/base/result.h"
#include "core/base/time.h"

#include <QObject>

#include <functional>
#include <memory>
#include <string>
#include <vector>

class QNetworkProxy;

namespace threadline {

/// How to reach the network: the system's, or set by the user. Verification is never switched off.
/// Who we are to the platform. With both a secret and a key the key wins.
struct Credentials {
    std::string environmentUrl = "https://api.mypurecloud.com";
    std::string loginUrl; ///< empty: derived from environmentUrl (design: https://api.X -> https://login.X, else itself)
    std::string clientId;
    std::string clientSecret;
    std::string privateKeyPem; ///< PEM text, real or \n-escaped line ends, or the path of a file
};

/// The address of the token endpoint. Errors: InvalidArgument (no URL, http:// to another than a loopback host), naming the setting.
[[nodiscard]] Result<std::string> tokenUrl(const Credentials &credentials);

/// A signed RS256 assertion: iss = sub = client id, aud = `tokenAddress`, iat = now, exp = now + 5 min, random jti.
/// Errors: InvalidArgument (key unreadable), naming the setting GENESYS_PRIVATE_KEY, never the key.
[[nodiscard]] Result<std::string> signAssertion(const Credentials &credentials, const std::string &tokenAddress, Timestamp now);

struct Token {
    std::string value;
    Duration expiresSteady; ///< on the steady clock
};

/// Gets, caches and renews the token; one request at a time, whoever asks meanwhile waits for that one. One thread.
class TokenSource : public QObject {
    Q_OBJECT
public:
    TokenSource(Credentials credentials, NetworkOptions network, const Clock &clock, QObject *parent = nullptr);
    ~TokenSource() override;

    using Answer = std::function<void(Result<Token>)>;
    /// The cached token, if it lives for another 60 s (or a tenth of its life, if that is less); else a new one.
    /// Errors: CredentialsRefused (400, 401, 403) and Busy (429), Unreachable (5xx, no answer, TLS), each with cause and
    /// remedy: which setting, which scope.
    void token(Answer answer);
    /// The server refused this token (401 at the handshake): the next token() asks for a new one.
    void invalidate(const std::string &token);
    /// After Busy: how long the server asked us to wait; zero: it did not say.
    [[nodiscard]] Duration retryAfter() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace threadline
