// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/streamingclient.h"

#include "core/base/log.h"
#include "core/base/backoff.h"
#include "core/genesys/feed.h"
#include "core/net/network.h"
#include "core/genesys/streaminglink.h"

#include <QCoreApplication>
#include <QEvent>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>

namespace threadline {
namespace {

constexpr Duration kLasted = Duration::seconds(5);      ///< a connection that lived so long starts the back-off over
constexpr Duration kLastedThough = Duration::seconds(60); ///< one that we gave up, for a server may break the rules again at once
constexpr Duration kStopBudget = Duration::seconds(2);  ///< for the sink to take what is left at stop()
constexpr Duration kTellHeldBack = Duration::seconds(1);///< a shorter pause is not worth telling
constexpr unsigned long kSliceMillis = 10;              ///< between two offers to a sink that says no at once

std::string seconds(Duration d)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(d.us) / 1e6);
    return text;
}

int timerMillis(Duration d) { return static_cast<int>(std::clamp<std::int64_t>(d.toMillis() + 1, 1, 1'000'000'000)); }

bool isRefusal(ErrorCode code) { return code == ErrorCode::CredentialsRefused || code == ErrorCode::InvalidArgument; }
bool isRefusal(LinkEnd::Kind kind)
{
    return kind == LinkEnd::Kind::TokenRefused || kind == LinkEnd::Kind::Forbidden || kind == LinkEnd::Kind::Setting;
}

} // namespace

struct StreamingClient::Private final : StreamingLinkOwner {
    Private(StreamingClient *owner, StreamingOptions o, SourceSink &s, const Clock &c);

    // StreamingLinkOwner
    void linkSubscribed(StreamingLink &link) override;
    void linkConfirmed(StreamingLink &link) override;
    void linkMessage(StreamingLink &link, RawMessage &&message) override;
    void linkEnded(StreamingLink &link, const LinkEnd &end) override;

    void connectNow();
    void openWith(const Result<Token> &token);
    void tokenFailed(const Error &error);
    void retryIn(Duration delay, SourceState state, const std::string &why, log::Level level = log::Level::Warning);
    void primaryEnded(const LinkEnd &end);
    [[nodiscard]] bool tryFreshToken(const LinkEnd &end);
    void refused(const std::string &message, const std::string &reason);
    void lost(BandCause cause, const std::string &reason);

    void armSilence();
    void silenceDue();
    void openStandby();
    void standbyEnded(const LinkEnd &end);
    void takeOver();

    void deliver();
    void holdBack();
    void giveUpHolding();
    void waitForRoom();
    void drainLater();
    [[nodiscard]] std::string holding() const;

    void beginStop();
    void finishStop();
    void closeLinks(const std::string &reason);
    void bury(std::unique_ptr<StreamingLink> &link);
    void say(SourceState state, const std::string &detail);

    StreamingClient *q;
    const StreamingOptions options;
    SourceSink &sink;
    const Clock &clock;
    Feed feed;
    Backoff backoff;
    TokenSource tokens;
    QTimer retryTimer, silenceTimer, drainTimer;
    std::unique_ptr<StreamingLink> primary, standby;
    std::vector<std::unique_ptr<StreamingLink>> buried;
    std::string address; ///< of the stream, for messages
    Duration silence;    ///< the present deadline
    Duration lastData;   ///< steady
    Duration listeningSince;
    std::uint64_t attempt = 0; ///< answers to older token requests are void
    bool freshTokenTried = false;
    bool everHeard = false; ///< the server has taken a subscription of ours
    bool heard = false;     ///< data on this connection
    bool running = false;
    bool stopping = false;
    bool inHold = false;
    bool waitingForRoom = false; ///< not connected on purpose until the sink has taken what is held
    std::atomic<bool> stopAsked{false};
};

StreamingClient::Private::Private(StreamingClient *owner, StreamingOptions o, SourceSink &s, const Clock &c)
    : q(owner), options(std::move(o)), sink(s), clock(c), feed(s, c), backoff(options.backoffFirst, options.backoffMax),
      tokens(options.credentials, options.network, c, owner), retryTimer(owner), silenceTimer(owner), drainTimer(owner),
      silence(options.silence)
{
    for (QTimer *timer : {&retryTimer, &silenceTimer, &drainTimer})
        timer->setSingleShot(true);
    connect(&retryTimer, &QTimer::timeout, q, [this] { connectNow(); });
    connect(&silenceTimer, &QTimer::timeout, q, [this] { silenceDue(); });
    connect(&drainTimer, &QTimer::timeout, q, [this] { drainLater(); });
}

void StreamingClient::Private::say(SourceState state, const std::string &detail) { sink.sourceState(state, log::masked(detail)); }

// --- connecting -------------------------------------------------------------------------------------------------------

void StreamingClient::Private::connectNow()
{
    if (!feed.empty())
        return waitForRoom();
    const auto url = streamUrlOf(options);
    if (!url)
        return refused(url.error().message, "a setting is wrong");
    address = *url;
    say(SourceState::Connecting, "Signing in for " + hostOf(address) + ".");
    tokens.token([this, number = ++attempt](const Result<Token> &token) {
        if (number == attempt && running && !stopping)
            openWith(token);
    });
}

void StreamingClient::Private::openWith(const Result<Token> &token)
{
    if (!token)
        return tokenFailed(token.error());
    say(SourceState::Connecting, "Opening the event stream on " + hostOf(address) + ".");
    primary = std::make_unique<StreamingLink>(options, *this, clock);
    primary->open(token->value);
}

void StreamingClient::Private::tokenFailed(const Error &error)
{
    if (isRefusal(error.code))
        return refused(error.message, "not signed in");
    lost(BandCause::ConnectionLost, "no access token: " + error.message);
    const Duration wait = tokens.retryAfter();
    const Duration jitter = backoff.next();
    retryIn(wait.us > 0 ? wait + Duration{std::min(jitter.us, options.backoffFirst.us)} : jitter, SourceState::Waiting, error.message);
}

/// Trying again is right even now: whoever reads the message will mend the setting or the scope on the other side.
void StreamingClient::Private::refused(const std::string &message, const std::string &reason)
{
    lost(BandCause::Refused, reason);
    if (options.exitOnRefused && !everHeard) {
        log::error("streaming", message);
        say(SourceState::Refused, message);
        beginStop();
        Q_EMIT q->refusedAtStart(QString::fromStdString(log::masked(message)));
        return;
    }
    retryIn(backoff.between({options.backoffMax.us / 2}, options.backoffMax), SourceState::Refused, message);
}

void StreamingClient::Private::retryIn(Duration delay, SourceState state, const std::string &why, log::Level level)
{
    if (stopping)
        return;
    log::write(level, "streaming", why + " Trying again in " + seconds(delay) + ".");
    say(state, why + " Trying again in " + seconds(delay) + ".");
    retryTimer.start(timerMillis(delay));
}

/// From now on we do not listen; told to the sink once, and as soon as it has room.
void StreamingClient::Private::lost(BandCause cause, const std::string &reason)
{
    silenceTimer.stop();
    feed.notListening(cause, log::masked(reason));
    if (!feed.drain())
        drainTimer.start(timerMillis({}));
}

// --- one connection ---------------------------------------------------------------------------------------------------

void StreamingClient::Private::linkSubscribed(StreamingLink &link)
{
    if (&link != primary.get())
        return; // a standby is heard from when it is confirmed
    heard = false;
    lastData = listeningSince = clock.steady();
    silence = options.silence;
    log::info("streaming", "listening on " + hostOf(address));
    feed.listening();
    say(SourceState::Listening, "Listening on " + hostOf(address) + ".");
    armSilence();
    deliver();
}

void StreamingClient::Private::linkConfirmed(StreamingLink &link)
{
    if (&link == primary.get()) {
        everHeard = true;
        freshTokenTried = false;
    }
    if (&link == standby.get())
        takeOver();
}

void StreamingClient::Private::linkMessage(StreamingLink &link, RawMessage &&message)
{
    if (stopping || (&link != primary.get() && &link != standby.get()))
        return;
    heard = true;
    lastData = message.receivedSteady;
    silence = options.silence;
    if (!feed.put(std::move(message)))
        holdBack();
}

void StreamingClient::Private::linkEnded(StreamingLink &link, const LinkEnd &end)
{
    if (&link == standby.get())
        return standbyEnded(end);
    if (&link == primary.get())
        primaryEnded(end);
}

void StreamingClient::Private::primaryEnded(const LinkEnd &end)
{
    const bool wasOpen = primary->subscribed();
    if (end.kind == LinkEnd::Kind::TokenRefused || end.kind == LinkEnd::Kind::Forbidden)
        tokens.invalidate(primary->token());
    bury(primary);
    bury(standby);
    if (wasOpen && !end.advice.empty()) // else it is told with the next try
        log::warning("streaming", end.reason);
    if (wasOpen && clock.steady() - listeningSince >= (end.kind == LinkEnd::Kind::GivenUp ? kLastedThough : kLasted))
        backoff.reset();
    else if (wasOpen && heard)
        backoff.calm();
    if (tryFreshToken(end))
        return connectNow();
    if (isRefusal(end.kind))
        return refused(end.advice, end.reason);
    lost(BandCause::ConnectionLost, end.reason);
    retryIn(std::max(backoff.next(), end.wait), SourceState::Waiting, end.advice.empty() ? "The event stream ended: " + end.reason + "." : end.advice);
}

/// A token may have been revoked while it lay in the cache; a fresh one that is refused as well is a matter of scopes.
bool StreamingClient::Private::tryFreshToken(const LinkEnd &end)
{
    if (end.kind != LinkEnd::Kind::TokenRefused || std::exchange(freshTokenTried, true))
        return false;
    log::info("streaming", "the access token was refused; asking for a new one");
    return true;
}

// --- silence: make before break ---------------------------------------------------------------------------------------

void StreamingClient::Private::armSilence()
{
    const Duration left = lastData + silence - clock.steady();
    silenceTimer.start(timerMillis(std::max(left, Duration::millis(1))));
}

void StreamingClient::Private::silenceDue()
{
    if (!feed.isListening() || stopping)
        return;
    if (clock.steady() - lastData >= silence && !standby)
        openStandby();
    armSilence();
}

/// Nobody speaks, though pongs come: either nothing happens or the subscription is gone without a word. A second
/// connection settles it; the first one stays until the second is confirmed, so nothing is missed in between.
void StreamingClient::Private::openStandby()
{
    log::info("streaming", "no data for " + seconds(silence) + "; opening a second connection to take over");
    silence = std::min(Duration{silence.us * 2}, options.silenceMax);
    lastData = clock.steady();
    tokens.token([this, number = attempt](const Result<Token> &token) {
        if (number != attempt || stopping || standby || !primary || !primary->subscribed())
            return;
        if (!token)
            return log::warning("streaming", "no second connection: " + token.error().message);
        standby = std::make_unique<StreamingLink>(options, *this, clock);
        standby->open(token->value);
    });
}

void StreamingClient::Private::standbyEnded(const LinkEnd &end)
{
    if (end.kind == LinkEnd::Kind::TokenRefused)
        tokens.invalidate(standby->token());
    log::info("streaming", "the second connection did not come to be: " + end.reason + "; the first one stays");
    bury(standby);
}

void StreamingClient::Private::takeOver()
{
    primary->close("replaced by a newer connection");
    bury(primary);
    primary = std::move(standby);
    lastData = listeningSince = clock.steady();
    log::info("streaming", "the second connection has taken over");
}

// --- back-pressure ----------------------------------------------------------------------------------------------------

void StreamingClient::Private::deliver()
{
    if (!feed.drain())
        holdBack();
}

std::string StreamingClient::Private::holding() const { return "nothing was taken from the source for " + seconds(options.heldBackMax); }

/// Runs inside the slot of a message: as long as it does not return nothing more is read, and TCP holds the server back. No
/// event loop runs inside (it would read on); what must go on is done by hand between the slices.
void StreamingClient::Private::holdBack()
{
    if (std::exchange(inHold, true))
        return;
    const Duration since = clock.steady();
    bool told = false;
    for (Duration offered = since; !stopAsked && !feed.drain(); offered = clock.steady()) {
        QCoreApplication::sendPostedEvents(q, QEvent::MetaCall); // stop(), asked from another thread
        const Duration now = clock.steady();
        if (now - since >= options.heldBackMax)
            break;
        if (now - since >= kTellHeldBack && !std::exchange(told, true))
            say(SourceState::HeldBack, "The store is behind; the event stream is held back.");
        for (const auto &link : {primary.get(), standby.get()}) {
            if (link)
                link->keepAlive();
        }
        if (now - offered < Duration::millis(static_cast<std::int64_t>(kSliceMillis)))
            QThread::msleep(kSliceMillis);
    }
    inHold = false;
    if (stopAsked)
        return beginStop();
    if (!feed.empty())
        return giveUpHolding();
    lastData = clock.steady();
    for (const auto &link : {primary.get(), standby.get()}) {
        if (link)
            link->resumed();
    }
    if (told)
        say(SourceState::Listening, "Listening on " + hostOf(address) + ".");
}

/// Closed on purpose: what the server sends from here on lies in a band, instead of in an ever longer queue.
void StreamingClient::Private::giveUpHolding()
{
    log::warning("streaming", "held back: " + holding());
    closeLinks("held back");
    silenceTimer.stop();
    feed.notListening(BandCause::HeldBack, "held back: " + holding());
    say(SourceState::HeldBack, "Held back: " + holding() + ". The connection was closed; it is opened again as soon as there is room.");
    waitForRoom();
}

void StreamingClient::Private::waitForRoom()
{
    waitingForRoom = true;
    drainTimer.start(timerMillis({}));
}

/// Until everything held has been taken; then back to the stream, if that is what was waited for.
void StreamingClient::Private::drainLater()
{
    if (stopping)
        return;
    if (!feed.drain())
        return drainTimer.start(timerMillis(Duration::millis(static_cast<std::int64_t>(kSliceMillis))));
    if (std::exchange(waitingForRoom, false))
        retryIn(backoff.next(), SourceState::Waiting, "There is room again.", log::Level::Info);
}

// --- stopping ---------------------------------------------------------------------------------------------------------

void StreamingClient::Private::bury(std::unique_ptr<StreamingLink> &link)
{
    if (!link)
        return;
    buried.push_back(std::move(link));
    QTimer::singleShot(0, &retryTimer, [this] { buried.clear(); });
}

void StreamingClient::Private::closeLinks(const std::string &reason)
{
    for (auto *link : {&primary, &standby}) {
        if (*link)
            (*link)->close(reason);
        bury(*link);
    }
}

void StreamingClient::Private::beginStop()
{
    if (std::exchange(stopping, true))
        return;
    for (QTimer *timer : {&retryTimer, &silenceTimer, &drainTimer})
        timer->stop();
    ++attempt;
    closeLinks("stopped");
    if (running)
        feed.notListening(BandCause::NotRunning, "stopped");
    const Duration since = clock.steady();
    const auto slicesAtMost = kStopBudget.toMillis() / static_cast<int>(kSliceMillis);
    for (int slices = 0; !feed.drain() && !sink.closed() && clock.steady() - since < kStopBudget && slices < slicesAtMost; ++slices)
        QThread::msleep(kSliceMillis);
    if (!feed.empty())
        log::warning("streaming", std::to_string(feed.held()) + " received items found no room and are given up; their time lies in a band, unless the store cannot be written either");
    QMetaObject::invokeMethod(q, [this] { finishStop(); }, Qt::QueuedConnection);
}

void StreamingClient::Private::finishStop()
{
    running = false;
    say(SourceState::Finished, "Stopped.");
    Q_EMIT q->finished();
}

StreamingClient::StreamingClient(StreamingOptions options, SourceSink &sink, const Clock &clock, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(options), sink, clock))
{
}

StreamingClient::~StreamingClient() = default;

void StreamingClient::start()
{
    if (std::exchange(d->running, true))
        return;
    d->stopping = d->waitingForRoom = false;
    d->stopAsked = false;
    d->feed.setStart(d->clock.now());
    d->connectNow();
}

void StreamingClient::stop()
{
    d->stopAsked = true;
    if (QThread::currentThread() == thread() && !d->inHold)
        return d->beginStop();
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!d->inHold)
                d->beginStop();
        },
        Qt::QueuedConnection);
}

} // namespace threadline
