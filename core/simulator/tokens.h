// SPDX-License-Identifier: GPL-3.0-or-later
/// The OAuth side: gives tokens for client credentials and JWT bearer assertions, and knows which are valid. Replies are worded as
/// Genesys Cloud's are. No Qt; one thread.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/simulator/accounts.h"
#include "core/simulator/http.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::sim {

/// What an assertion (RFC 7523) claims, once its signature is found good.
struct Claims {
    std::string issuer, subject, id;
    std::vector<std::string> audience;
    std::int64_t issued = 0; ///< seconds since the epoch; 0: absent
    std::int64_t expires = 0;
};

/// Takes a compact RS256 JWS apart and verifies its signature. Errors: Malformed (no such thing), CredentialsRefused (signature,
/// algorithm), InvalidArgument (the key).
[[nodiscard]] Result<Claims> verifyAssertion(std::string_view assertion, const std::string &publicKeyPem);

class TokenDesk {
public:
    TokenDesk(Accounts accounts, const Clock &clock) : m_accounts(std::move(accounts)), m_clock(clock) {}

    /// The token addresses that an assertion may be meant for.
    void setAddresses(std::vector<std::string> addresses) { m_addresses = std::move(addresses); }
    /// Answers POST /oauth/token.
    [[nodiscard]] HttpReply answer(const HttpRequest &request);
    /// Nothing if the token may be used; else the reply to give.
    [[nodiscard]] std::optional<HttpReply> refuse(std::string_view token) const;
    void revokeAll() { m_expiry.clear(); }
    void failNext(int n, int status, Duration retryAfter);
    [[nodiscard]] int given() const { return m_given; }

private:
    [[nodiscard]] std::optional<HttpReply> scriptedFailure();
    [[nodiscard]] std::optional<HttpReply> checkClient(const HttpRequest &request) const;
    [[nodiscard]] std::optional<HttpReply> checkAssertion(const HttpRequest &request);
    [[nodiscard]] std::optional<std::string> wrongClaim(const Claims &claims) const;
    void forgetOld();
    HttpReply giveToken();

    Accounts m_accounts;
    const Clock &m_clock;
    std::vector<std::string> m_addresses;
    std::map<std::string, Duration, std::less<>> m_expiry; ///< of each token, on the steady clock
    std::map<std::string, std::int64_t> m_usedIds;         ///< jti -> when it may be forgotten, seconds
    int m_failures = 0;
    int m_failureStatus = 503;
    Duration m_retryAfter;
    int m_given = 0;
};

/// The REST API's error body.
[[nodiscard]] HttpReply restError(int status, std::string_view code, std::string_view message);

} // namespace threadline::sim
