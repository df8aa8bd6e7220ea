// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/oauth.h"

#include "core/base/log.h"
#include "core/net/network.h"
#include "core/genesys/oautherrors.h"

#include <QByteArray>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <optional>
#include <utility>

namespace threadline {
namespace {

constexpr Duration kMargin = Duration::seconds(60);
constexpr Duration kRenewalRetry = Duration::seconds(30);
constexpr std::int64_t kMaxTimerMillis = 24LL * 3600 * 1000;

std::string basicOf(const Credentials &credentials)
{
    // As it is, not form-encoded first as RFC 6749 section 2.3.1 has it: the platform's own SDKs do the same.
    return QByteArray::fromStdString(credentials.clientId + ":" + credentials.clientSecret).toBase64().toStdString();
}

std::optional<Error> missing(const Credentials &credentials)
{
    if (credentials.clientId.empty())
        return Error{ErrorCode::InvalidArgument, "GENESYS_CLIENT_ID is not set. Give the id of an OAuth client of the platform."};
    if (credentials.clientSecret.empty() && credentials.privateKeyPem.empty())
        return Error{ErrorCode::InvalidArgument,
            "Neither GENESYS_CLIENT_SECRET nor GENESYS_PRIVATE_KEY is set. Give the secret that belongs to GENESYS_CLIENT_ID."};
    return std::nullopt;
}

std::string formOf(const std::string &assertion)
{
    return "grant_type=" + QUrl::toPercentEncoding(QStringLiteral("urn:ietf:params:oauth:grant-type:jwt-bearer")).toStdString()
        + "&assertion=" + assertion;
}

Result<HttpRequest> requestFor(const Credentials &credentials, const std::string &address, Timestamp now)
{
    HttpRequest request;
    request.url = address;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    if (credentials.privateKeyPem.empty()) {
        const std::string basic = basicOf(credentials);
        log::mask(basic);
        request.headers.emplace_back("Authorization", "Basic " + basic);
        request.body = std::make_shared<const std::string>("grant_type=client_credentials");
        return request;
    }
    const auto assertion = signAssertion(credentials, address, now);
    if (!assertion)
        return fail(assertion.error());
    log::maskToken(*assertion);
    request.body = std::make_shared<const std::string>(formOf(*assertion));
    return request;
}

} // namespace

struct TokenSource::Private {
    Private(TokenSource *owner, Credentials c, NetworkOptions n, const Clock &k)
        : q(owner), credentials(std::move(c)), clock(k), http(std::move(n), owner), renewal(owner)
    {
        renewal.setSingleShot(true);
        QObject::connect(&renewal, &QTimer::timeout, q, [this] { renewIfDue(); });
    }

    [[nodiscard]] bool fresh() const { return !cached.value.empty() && clock.steady() < renewAt; }
    void ask();
    void renewIfDue();
    void armRenewal();
    void answered(const HttpAnswer &answer, const std::string &address);
    void finish(const Result<Token> &result);
    Result<Token> keep(const TokenAnswer &answer);

    TokenSource *q;
    Credentials credentials;
    const Clock &clock;
    HttpClient http;
    QTimer renewal;
    Token cached; ///< empty: none
    Duration renewAt;
    Duration wait;
    bool asking = false;
    std::vector<Answer> waiting;
};

void TokenSource::Private::ask()
{
    asking = true;
    const auto address = tokenUrl(credentials);
    const auto absent = missing(credentials);
    if (!address || absent)
        return finish(fail(absent ? *absent : address.error()));
    const auto request = requestFor(credentials, *address, clock.now());
    if (!request)
        return finish(fail(request.error()));
    http.post(*request, [this, at = *address](const HttpAnswer &answer) { answered(answer, at); });
}

void TokenSource::Private::answered(const HttpAnswer &answer, const std::string &address)
{
    wait = answer.status == 429 || answer.status == 503 ? retryAfterOf(answer.retryAfter, clock.now()) : Duration{};
    const auto read = readTokenAnswer(answer, credentials, address);
    finish(read ? keep(*read) : Result<Token>(fail(read.error())));
}

Result<Token> TokenSource::Private::keep(const TokenAnswer &answer)
{
    log::maskToken(answer.value);
    const Duration margin = std::min(kMargin, Duration{answer.life.us / 10});
    cached = {answer.value, clock.steady() + answer.life};
    renewAt = cached.expiresSteady - margin;
    armRenewal();
    return cached;
}

/// Answers everybody who waits. One of them may destroy the source, or ask again.
void TokenSource::Private::finish(const Result<Token> &result)
{
    asking = false;
    if (!result && waiting.empty())
        log::warning("oauth", "The access token could not be renewed ahead of its end. " + result.error().message);
    if (!result && clock.steady() < cached.expiresSteady)
        armRenewal();
    const std::vector<Answer> answers = std::exchange(waiting, {});
    for (const Answer &answer : answers)
        answer(result);
}

void TokenSource::Private::armRenewal()
{
    const Duration left = std::max(renewAt - clock.steady(), renewAt <= clock.steady() ? kRenewalRetry : Duration::millis(1));
    renewal.start(static_cast<int>(std::min(left.toMillis() + 1, kMaxTimerMillis)));
}

void TokenSource::Private::renewIfDue()
{
    if (asking || cached.value.empty())
        return;
    if (fresh())
        return armRenewal();
    ask();
}

TokenSource::TokenSource(Credentials credentials, NetworkOptions network, const Clock &clock, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(credentials), std::move(network), clock))
{
    log::mask(d->credentials.clientSecret);
}

TokenSource::~TokenSource() = default;

void TokenSource::token(Answer answer)
{
    if (d->fresh())
        return answer(d->cached);
    d->waiting.push_back(std::move(answer));
    if (!d->asking)
        d->ask();
}

void TokenSource::invalidate(const std::string &token)
{
    if (token != d->cached.value)
        return;
    d->cached = {};
    d->renewal.stop();
}

Duration TokenSource::retryAfter() const { return d->wait; }

} // namespace threadline
