// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/streaminglink.h"

#include "core/base/json.h"
#include "core/base/settings.h"
#include "core/genesys/oautherrors.h"
#include "core/genesys/streamingclient.h"

#include <QUrl>

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

/// Answers of the protocol itself are short; a message of events is not searched for them.
constexpr std::size_t kMaxControlBytes = 4096;

std::string withToken(const std::string &url, const std::string &token)
{
    const std::string encoded = QUrl::toPercentEncoding(QString::fromStdString(token)).toStdString();
    return url + (url.find('?') == std::string::npos ? "?" : "&") + "access_token=" + encoded;
}

int millisOf(Duration duration) { return static_cast<int>(std::max<std::int64_t>(duration.toMillis(), 1)); }

std::string adviceFor(int status, const std::string &host)
{
    const std::string begin = "The event stream on " + host + " answered " + std::to_string(status) + ": ";
    switch (status) {
    case 401: return begin + "it refused the access token. Check that the OAuth client in GENESYS_CLIENT_ID has the scope websocket:events.";
    case 403: return begin + "the client may not listen. Give the OAuth client in GENESYS_CLIENT_ID the scopes " + kNeededScopes + ".";
    case 404: return begin + "there is no event stream at this address. Check GENESYS_ENVIRONMENT_URL (--environment) and the protocol (--protocol).";
    case 429: return begin + "too many connections or attempts. Look for another program that listens with this client.";
    default: break;
    }
    if (status >= 300 && status < 400)
        return begin + "a redirect, which is not followed because it would carry the token along. Check GENESYS_ENVIRONMENT_URL.";
    if (status >= 500)
        return begin + "it has a failure of its own. It is tried again.";
    return begin + "it did not become a WebSocket. Check GENESYS_ENVIRONMENT_URL (--environment).";
}

/// The number or text of a member that says what kind of error it is.
std::string textOf(std::string_view raw)
{
    if (auto text = json::stringOf(raw))
        return *text;
    return std::string(raw);
}

bool saysError(std::string_view type)
{
    return type.find("error") != std::string_view::npos || type.find("rejected") != std::string_view::npos
        || type.find("denied") != std::string_view::npos;
}

} // namespace

Result<std::string> streamUrlOf(const StreamingOptions &options)
{
    const bool own = !options.streamUrl.empty();
    const std::string setting = own ? "The address of the event stream" : "GENESYS_ENVIRONMENT_URL (--environment)";
    QUrl url(QString::fromStdString(own ? options.streamUrl : options.credentials.environmentUrl), QUrl::StrictMode);
    const QString scheme = url.scheme();
    const bool tls = scheme == QLatin1String("https") || scheme == QLatin1String("wss");
    const bool plain = scheme == QLatin1String("http") || scheme == QLatin1String("ws");
    if (!url.isValid() || url.host().isEmpty() || !(tls || plain))
        return fail(ErrorCode::InvalidArgument, setting + " is no web address. Write it as https://api.mypurecloud.com.");
    if (plain && !isLoopback(url.host().toStdString()))
        return fail(ErrorCode::InvalidArgument, setting + " is not encrypted, and the token would go in the clear. Write https://.");
    url.setScheme(tls ? QStringLiteral("wss") : QStringLiteral("ws"));
    url.setUserInfo({});
    url.setFragment({});
    if (!own) {
        QString path = url.path();
        while (path.endsWith(QLatin1Char('/')))
            path.chop(1);
        url.setPath(path + QStringLiteral("/api/v2/streaming/events"));
        url.setQuery(QString());
    }
    return url.toString(QUrl::FullyEncoded).toStdString();
}

std::string subscribeMessage(const std::vector<std::string> &events)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("type", "subscribe");
    w.key("events");
    w.beginArray();
    for (const std::string &event : events)
        w.value(std::string_view(event));
    w.endArray();
    w.endObject();
    return out;
}

std::optional<std::string> subscriptionProblem(std::string_view message)
{
    if (message.size() > kMaxControlBytes)
        return std::nullopt;
    json::Reader reader;
    std::vector<json::Member> members;
    const auto prepared = reader.prepare(message);
    if (!prepared || !reader.members(*prepared, members))
        return std::nullopt;
    bool refused = false;
    std::string words;
    for (const json::Member &m : members) {
        if (m.name == "events" && json::typeOf(m.value) == json::Type::Array && m.value.find('{') != std::string_view::npos)
            return std::nullopt; // events, whatever else is in it
        if (m.name == "type")
            refused = refused || saysError(json::stringOf(m.value).value_or(""));
        const bool tells = m.name == "error" || m.name == "message" || m.name == "reason" || m.name == "code" || m.name == "status";
        if (m.name == "error" && json::typeOf(m.value) != json::Type::Null && m.value != "false")
            refused = true;
        if (m.name == "status")
            refused = refused || json::intOf(m.value).value_or(0) >= 400 || saysError(json::stringOf(m.value).value_or(""));
        if (tells)
            words.append(words.empty() ? "" : ", ").append(textOf(m.value));
    }
    if (!refused)
        return std::nullopt;
    return words.empty() ? std::string("no reason given") : foreignText(words);
}

StreamingLink::StreamingLink(const StreamingOptions &options, StreamingLinkOwner &owner, const Clock &clock)
    : m_options(options), m_owner(owner), m_clock(clock), m_socket(makeWebSocket(*this))
{
    m_handshakeTimer.setSingleShot(true);
    QObject::connect(&m_handshakeTimer, &QTimer::timeout, &m_handshakeTimer, [this] {
        const NetworkFailure failure{NetworkProblem::Timeout, m_host, {}, {}, {}};
        end(LinkEnd::Kind::Unreachable, "no answer to the WebSocket handshake", describe(failure));
    });
    QObject::connect(&m_pingTimer, &QTimer::timeout, &m_pingTimer, [this] { pingDue(); });
}

StreamingLink::~StreamingLink() = default;

void StreamingLink::open(const std::string &token)
{
    m_token = token;
    m_handshakeTimer.start(millisOf(m_options.handshakeMax));
    const auto url = streamUrlOf(m_options);
    m_host = hostOf(url.value_or(std::string()));
    if (url)
        return m_socket->open(withToken(*url, token), m_options.network);
    QTimer::singleShot(0, &m_handshakeTimer,
        [this, why = url.error().message] { end(LinkEnd::Kind::Setting, "a setting is wrong", why); });
}

void StreamingLink::close(const std::string &reason)
{
    m_ended = true;
    m_pingTimer.stop();
    m_handshakeTimer.stop();
    if (m_subscribed)
        m_socket->close(1000, reason);
    m_socket.reset();
}

void StreamingLink::socketOpened()
{
    m_handshakeTimer.stop();
    m_socket->sendText(subscribeMessage(m_options.events));
    m_subscribed = true;
    sendPing(); // its pong proves that the subscription before it has arrived
    m_unanswered = 1;
    m_pingTimer.start(millisOf(m_options.pingEvery));
    m_owner.linkSubscribed(*this);
}

/// Once events have come, the subscription stands: an odd message after that is for the decoder to count and keep.
bool StreamingLink::mayBeControl(const std::string &text) const
{
    return !m_heardEvents && text.size() <= kMaxControlBytes;
}

void StreamingLink::socketText(std::string &&utf8)
{
    if (m_ended)
        return;
    m_unanswered = 0;
    if (mayBeControl(utf8)) {
        if (const auto problem = subscriptionProblem(utf8))
            return end(LinkEnd::Kind::Forbidden, "subscription refused: " + *problem,
                "The event stream on " + m_host + " refuses the subscription: " + *problem
                    + ". Give the OAuth client in GENESYS_CLIENT_ID the scopes " + kNeededScopes + ".");
    }
    m_heardEvents = m_heardEvents || utf8.find("\"events\"") != std::string::npos;
    confirm();
    if (!m_ended)
        m_owner.linkMessage(*this, {std::move(utf8), m_clock.now(), m_clock.steady(), false});
}

void StreamingLink::socketBinary(std::string &&bytes)
{
    if (m_ended)
        return;
    m_unanswered = 0;
    confirm();
    if (!m_ended)
        m_owner.linkMessage(*this, {std::move(bytes), m_clock.now(), m_clock.steady(), true});
}

void StreamingLink::socketPong()
{
    m_unanswered = 0;
    confirm();
}

void StreamingLink::confirm()
{
    if (m_confirmed)
        return;
    m_confirmed = true;
    m_owner.linkConfirmed(*this);
}

void StreamingLink::sendPing()
{
    m_lastPing = m_clock.steady();
    m_socket->ping();
}

void StreamingLink::pingDue()
{
    if (m_unanswered >= m_options.missedPongs)
        return end(LinkEnd::Kind::Lost, "connection dead: no answer to " + std::to_string(m_unanswered) + " pings");
    ++m_unanswered;
    sendPing();
}

void StreamingLink::keepAlive()
{
    if (m_subscribed && !m_ended && m_clock.steady() - m_lastPing >= m_options.pingEvery)
        sendPing();
}

void StreamingLink::resumed()
{
    m_unanswered = 0;
    if (m_subscribed && !m_ended)
        m_pingTimer.start(millisOf(m_options.pingEvery));
}

void StreamingLink::socketClosed(const SocketClosed &closed)
{
    end(closed.by == SocketClosed::By::Us ? LinkEnd::Kind::GivenUp : LinkEnd::Kind::Lost, closed.words());
}

void StreamingLink::socketFailed(const OpenFailed &failed)
{
    if (failed.httpStatus == 0) {
        const bool setting = failed.failure.problem == NetworkProblem::Setting;
        return end(setting ? LinkEnd::Kind::Setting : LinkEnd::Kind::Unreachable, setting ? "a setting is wrong" : "the event stream cannot be reached",
            describe(failed.failure));
    }
    const auto kind = failed.httpStatus == 401 ? LinkEnd::Kind::TokenRefused
        : failed.httpStatus == 403             ? LinkEnd::Kind::Forbidden
                                               : LinkEnd::Kind::Unreachable;
    end(kind, "handshake answered " + std::to_string(failed.httpStatus), adviceFor(failed.httpStatus, m_host), retryAfterOf(failed.retryAfter, m_clock.now()));
}

/// Once. The owner may destroy this.
void StreamingLink::end(LinkEnd::Kind kind, std::string reason, std::string advice, Duration wait)
{
    if (std::exchange(m_ended, true))
        return;
    m_pingTimer.stop();
    m_handshakeTimer.stop();
    m_socket.reset();
    m_owner.linkEnded(*this, {kind, std::move(reason), std::move(advice), wait});
}

} // namespace threadline
