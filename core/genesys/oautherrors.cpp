// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/oautherrors.h"

#include "core/base/json.h"

#include <QDateTime>
#include <QLocale>
#include <QString>
#include <QTimeZone>

#include <algorithm>

namespace threadline {
namespace {

constexpr std::size_t kMaxTokenBytes = 16 * 1024;
constexpr std::int64_t kMaxLifeSeconds = 30LL * 24 * 3600;

/// The members of the token endpoint's JSON, of a success or of a failure (RFC 6749 sections 5.1 and 5.2).
struct Body {
    bool isObject = false;
    std::string token, error, description;
    std::int64_t expiresIn = 0;
};

Body readBody(const std::string &text)
{
    Body body;
    json::Reader reader;
    std::vector<json::Member> members;
    const auto prepared = reader.prepare(text);
    if (!prepared || !reader.members(*prepared, members))
        return body;
    body.isObject = true;
    for (const json::Member &m : members) {
        if (m.name == "access_token")
            body.token = json::stringOf(m.value).value_or("");
        else if (m.name == "error")
            body.error = json::stringOf(m.value).value_or("");
        else if (m.name == "error_description" || ((m.name == "description" || m.name == "message") && body.description.empty()))
            body.description = json::stringOf(m.value).value_or("");
        else if (m.name == "expires_in")
            body.expiresIn = static_cast<std::int64_t>(std::clamp(json::doubleOf(m.value).value_or(0), 0.0, 1e9));
    }
    return body;
}

bool isToken(const std::string &text)
{
    return !text.empty() && text.size() <= kMaxTokenBytes
        && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// " The answer was: invalid_client, client not found (correlation id ...)."
std::string wordsOf(const Body &body, const HttpAnswer &answer)
{
    std::string words = foreignText(body.error, 80);
    if (!body.description.empty())
        words.append(words.empty() ? "" : ", ").append(foreignText(body.description));
    if (words.empty() && answer.correlationId.empty())
        return {};
    std::string out = words.empty() ? "" : " The answer was: " + words + ".";
    if (!answer.correlationId.empty())
        out += " Correlation id for Genesys' support: " + foreignText(answer.correlationId, 80) + ".";
    return out;
}

bool usesKey(const Credentials &credentials) { return !credentials.privateKeyPem.empty(); }

const char *secretSetting(const Credentials &credentials)
{
    return usesKey(credentials) ? "GENESYS_PRIVATE_KEY" : "GENESYS_CLIENT_SECRET";
}

std::string secretToCheck(const Credentials &credentials)
{
    return std::string(secretSetting(credentials)) + (usesKey(credentials) ? " and the clock of this machine" : "");
}

/// By the error's word (RFC 6749, section 5.2). invalid_client stands for an unknown client as for a wrong secret; only its description
/// tells which.
std::string badRequest(const Body &body, const Credentials &credentials, const std::string &host)
{
    if (body.error == "invalid_client" && body.description.find("not found") == std::string::npos)
        return host + " does not know the client, or refused what it signed in with. Check GENESYS_CLIENT_ID and " + secretToCheck(credentials)
            + ", that the client is active, and that GENESYS_ENVIRONMENT_URL is the region it was made in.";
    if (body.error == "invalid_request")
        return host + " does not understand the request as a sign-in. Check that GENESYS_ENVIRONMENT_URL and GENESYS_LOGIN_URL name Genesys "
                      "Cloud or a gateway to it.";
    if (body.error == "unsupported_grant_type" && usesKey(credentials))
        return host + " does not know the JWT bearer grant. Genesys Cloud publishes no such grant: use GENESYS_CLIENT_SECRET without "
                      "GENESYS_PRIVATE_KEY there, or name the gateway that offers it in GENESYS_LOGIN_URL.";
    if (body.error == "unsupported_grant_type" || body.error == "unauthorized_client")
        return host + " does not allow this client to sign in this way. Make GENESYS_CLIENT_ID an OAuth client of the type \"Client Credentials\".";
    if (body.error == "invalid_grant" && usesKey(credentials))
        return host + " refused the signed assertion. Check that GENESYS_PRIVATE_KEY belongs to GENESYS_CLIENT_ID, and the clock of this machine.";
    if (body.error == "invalid_scope")
        return host + std::string(" does not give the client the scopes it needs. Grant ") + kNeededScopes + " to the client in GENESYS_CLIENT_ID.";
    if (body.error == "invalid_grant")
        return host + " does not take this sign-in (any more). Check in Genesys Cloud that the OAuth client in GENESYS_CLIENT_ID is active, of the type "
                      "\"Client Credentials\", and has roles, and that " + secretSetting(credentials) + " is its present secret.";
    if (body.error != "invalid_client")
        return host + " refused the sign-in" + (body.error.empty() ? ", and does not say why" : "") + ". Check GENESYS_CLIENT_ID, "
            + secretToCheck(credentials) + ", and GENESYS_ENVIRONMENT_URL and GENESYS_LOGIN_URL.";
    return host + " does not know the client. Check GENESYS_CLIENT_ID, and that GENESYS_ENVIRONMENT_URL is the region the client was made in.";
}

std::string unauthorised(const Credentials &credentials, const std::string &host)
{
    return host + " refused the credentials. Check " + secretToCheck(credentials) + ", and that it belongs to GENESYS_CLIENT_ID.";
}

std::string forbidden(const std::string &host)
{
    return host + std::string(" knows the client and does not let it in. Give the OAuth client in GENESYS_CLIENT_ID the scopes and permissions ")
        + kNeededScopes + ", and check that it is active.";
}

std::string redirected(const HttpAnswer &answer, const std::string &host)
{
    const std::string target = hostOf(answer.location);
    return host + " answers with a redirect" + (target.empty() ? "" : " to " + foreignText(target))
        + ", which is not followed because it would carry the credentials along. Set GENESYS_LOGIN_URL (or GENESYS_ENVIRONMENT_URL) to the right host.";
}

std::string noToken(const HttpAnswer &answer, const std::string &host)
{
    const bool html = answer.contentType.find("html") != std::string::npos || answer.body.starts_with("<");
    return host + (html ? " answered with a web page" : " answered with something") + " that is no token"
        + (html ? "; a proxy's or network's own sign-in page may be in between" : "")
        + ". Check GENESYS_ENVIRONMENT_URL and GENESYS_LOGIN_URL, and sign in to the network if it asks for it.";
}

tl::unexpected<Error> refusal(const HttpAnswer &answer, const Credentials &credentials, const std::string &host)
{
    const Body body = readBody(answer.body);
    const std::string words = wordsOf(body, answer);
    const std::string status = "Not signed in (" + std::to_string(answer.status) + "): ";
    switch (answer.status) {
    case 400: return fail(ErrorCode::CredentialsRefused, status + badRequest(body, credentials, host) + words);
    case 401: return fail(ErrorCode::CredentialsRefused, status + unauthorised(credentials, host) + words);
    case 403: return fail(ErrorCode::CredentialsRefused, status + forbidden(host) + words);
    case 429:
        return fail(ErrorCode::Busy, status + host + " gets too many sign-ins from this client and asks to wait. Look for another "
                                                     "program that signs in with GENESYS_CLIENT_ID." + words);
    default: break;
    }
    if (answer.status >= 500)
        return fail(ErrorCode::Unreachable, status + host + " has a failure of its own. It is tried again; if it lasts, look at the platform's status page." + words);
    if (answer.status >= 300 && answer.status < 400)
        return fail(ErrorCode::Unreachable, status + redirected(answer, host) + words);
    return fail(ErrorCode::Unreachable, status + host + " has no token endpoint here. Check GENESYS_ENVIRONMENT_URL and GENESYS_LOGIN_URL." + words);
}

} // namespace

Result<TokenAnswer> readTokenAnswer(const HttpAnswer &answer, const Credentials &credentials, const std::string &address)
{
    const std::string host = hostOf(address);
    if (answer.failure) {
        const bool setting = answer.failure->problem == NetworkProblem::Setting;
        return fail(setting ? ErrorCode::InvalidArgument : ErrorCode::Unreachable, "Not signed in: " + describe(*answer.failure));
    }
    if (answer.status != 200)
        return refusal(answer, credentials, host);
    const Body body = readBody(answer.body);
    if (!isToken(body.token))
        return fail(ErrorCode::Unreachable, "Not signed in: " + noToken(answer, host));
    const std::int64_t seconds = body.expiresIn > 0 ? std::min(body.expiresIn, kMaxLifeSeconds) : 300;
    return TokenAnswer{body.token, Duration::seconds(seconds)};
}

Duration retryAfterOf(const std::string &header, Timestamp now)
{
    constexpr std::int64_t kMaxSeconds = 3600;
    const QString text = QString::fromStdString(header).trimmed();
    bool isNumber = false;
    const qlonglong seconds = text.toLongLong(&isNumber);
    if (isNumber)
        return Duration::seconds(std::clamp<std::int64_t>(seconds, 0, kMaxSeconds));
    const QDateTime date = QLocale::c().toDateTime(text, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"));
    if (!date.isValid())
        return {};
    const std::int64_t wait = QDateTime(date.date(), date.time(), QTimeZone::utc()).toMSecsSinceEpoch() * 1000 - now.us;
    return Duration::micros(std::clamp<std::int64_t>(wait, 0, kMaxSeconds * 1'000'000));
}

} // namespace threadline
