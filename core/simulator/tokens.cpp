// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/tokens.h"

#include "core/base/json.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace threadline::sim {
namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::int64_t kLongestAssertion = 3600; ///< seconds from iat (else now) to exp
constexpr std::int64_t kClockSlack = 60;         ///< seconds that iat may lie ahead

HttpReply oauthError(int status, std::string_view error, std::string_view description)
{
    HttpReply reply;
    reply.status = status;
    json::Writer writer(reply.body);
    writer.beginObject();
    writer.member("error", error);
    writer.member("description", description);
    writer.member("error_description", description);
    writer.endObject();
    return reply;
}

std::string randomHex()
{
    std::array<unsigned char, 32> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    std::string out;
    for (const unsigned char byte : bytes) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

/// Compares in a time that does not tell how much is right.
bool sameSecret(std::string_view a, std::string_view b)
{
    unsigned difference = a.size() == b.size() ? 0u : 1u;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    return difference == 0;
}

std::string joined(const std::vector<std::string> &words)
{
    std::string out;
    for (const std::string &word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

} // namespace

HttpReply restError(int status, std::string_view code, std::string_view message)
{
    HttpReply reply;
    reply.status = status;
    json::Writer writer(reply.body);
    writer.beginObject();
    writer.member("message", message);
    writer.member("code", code);
    writer.member("status", status);
    writer.key("details");
    writer.raw("[]");
    writer.key("errors");
    writer.raw("[]");
    writer.endObject();
    return reply;
}

void TokenDesk::failNext(int n, int status, Duration retryAfter)
{
    m_failures = n;
    m_failureStatus = status;
    m_retryAfter = retryAfter;
}

std::optional<HttpReply> TokenDesk::scriptedFailure()
{
    if (m_failures <= 0)
        return std::nullopt;
    --m_failures;
    const std::int64_t seconds = (m_retryAfter.us + 999'999) / 1'000'000;
    HttpReply reply;
    if (m_failureStatus == 429) {
        reply = restError(429, "too.many.requests.retry.after",
                          "Rate limit exceeded the maximum. Retry the request in [" + std::to_string(seconds) + "] seconds");
    } else if (m_failureStatus == 401) {
        reply = oauthError(401, "invalid_client", "authentication failed");
    } else if (m_failureStatus >= 500) {
        reply = restError(m_failureStatus, "service.unavailable", "The service is unavailable.");
    } else {
        reply = oauthError(m_failureStatus, "invalid_request", "the request was refused");
    }
    if (seconds > 0)
        reply.headers["Retry-After"] = std::to_string(seconds);
    return reply;
}

HttpReply TokenDesk::answer(const HttpRequest &request)
{
    if (request.method != "POST")
        return restError(405, "method.not.allowed", "Only POST is allowed here.");
    if (auto failure = scriptedFailure())
        return *failure;
    const std::string grant = formValue(request.body, "grant_type").value_or("");
    std::optional<HttpReply> refusal;
    if (grant == "client_credentials")
        refusal = checkClient(request);
    else if (grant == kJwtBearer && !m_accounts.publicKeyPem.empty())
        refusal = checkAssertion(request);
    else
        refusal = oauthError(400, "unsupported_grant_type", "grant type \"" + grant + "\" is not supported");
    if (refusal)
        return *refusal;
    if (!m_accounts.missingScopes.empty())
        return oauthError(403, "insufficient_scope", "missing scopes: " + joined(m_accounts.missingScopes));
    return giveToken();
}

std::optional<HttpReply> TokenDesk::checkClient(const HttpRequest &request) const
{
    const std::string_view header = request.header("authorization");
    const auto decoded = header.starts_with("Basic ") ? fromBase64(header.substr(6)) : std::nullopt;
    const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos)
        return oauthError(400, "invalid_request", "client credentials are missing");
    if (decoded->substr(0, colon) != m_accounts.clientId)
        return oauthError(400, "invalid_client", "client not found");
    if (!sameSecret(std::string_view(*decoded).substr(colon + 1), m_accounts.clientSecret))
        return oauthError(401, "invalid_client", "authentication failed");
    return std::nullopt;
}

std::optional<HttpReply> TokenDesk::checkAssertion(const HttpRequest &request)
{
    const auto assertion = formValue(request.body, "assertion");
    if (!assertion)
        return oauthError(400, "invalid_request", "assertion is missing");
    const auto claims = verifyAssertion(*assertion, m_accounts.publicKeyPem);
    if (!claims)
        return oauthError(400, "invalid_grant", claims.error().message);
    if (claims->issuer != m_accounts.clientId)
        return oauthError(400, "invalid_client", "client not found");
    if (const auto problem = wrongClaim(*claims))
        return oauthError(400, "invalid_grant", *problem);
    forgetOld();
    if (!m_usedIds.emplace(claims->id, claims->expires).second)
        return oauthError(400, "invalid_grant", "the assertion was used before (jti)");
    return std::nullopt;
}

std::optional<std::string> TokenDesk::wrongClaim(const Claims &claims) const
{
    const std::int64_t now = m_clock.now().us / 1'000'000;
    if (claims.subject != claims.issuer)
        return "sub is not iss";
    const bool meant = std::any_of(claims.audience.begin(), claims.audience.end(), [&](const std::string &audience) {
        return std::find(m_addresses.begin(), m_addresses.end(), audience) != m_addresses.end();
    });
    if (!meant)
        return "aud is not the address of this token endpoint";
    if (claims.expires == 0)
        return "exp is missing";
    if (claims.expires <= now)
        return "the assertion has expired (exp)";
    if (claims.issued > now + kClockSlack)
        return "the assertion was issued in the future (iat)";
    if (claims.expires - (claims.issued > 0 ? claims.issued : now) > kLongestAssertion)
        return "the assertion lives too long (exp)";
    if (claims.id.empty())
        return "jti is missing";
    return std::nullopt;
}

/// Ids of assertions that have expired cannot be used again anyway; tokens that have are told apart from unknown ones for as long
/// as there are fewer than a thousand.
void TokenDesk::forgetOld()
{
    const std::int64_t now = m_clock.now().us / 1'000'000;
    std::erase_if(m_usedIds, [&](const auto &entry) { return entry.second < now; });
    if (m_expiry.size() > 1000)
        std::erase_if(m_expiry, [&](const auto &entry) { return entry.second < m_clock.steady(); });
}

HttpReply TokenDesk::giveToken()
{
    forgetOld();
    const std::string token = randomHex();
    m_expiry[token] = m_clock.steady() + m_accounts.tokenLife;
    ++m_given;
    HttpReply reply;
    json::Writer writer(reply.body);
    writer.beginObject();
    writer.member("access_token", token);
    writer.member("token_type", "bearer");
    writer.member("expires_in", m_accounts.tokenLife.us / 1'000'000);
    writer.endObject();
    return reply;
}

std::optional<HttpReply> TokenDesk::refuse(std::string_view token) const
{
    if (token.empty())
        return restError(401, "authentication.required", "No authentication bearer token specified in authorization header.");
    const auto found = m_expiry.find(token);
    if (found == m_expiry.end())
        return restError(401, "bad.credentials", "Invalid login credentials.");
    if (found->second <= m_clock.steady())
        return restError(401, "credentials.expired", "The supplied credentials are expired.");
    return std::nullopt;
}

} // namespace threadline::sim
