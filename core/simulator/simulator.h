// SPDX-License-Identifier: GPL-3.0-or-later
/// Genesys' side for demo, training and tests: scripted calls, faults, the streaming protocol and OAuth, from one seed.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace threadline::sim {

/// One event as it really happened, before any fault.
struct TrueEvent {
    std::string interaction, participant, channel, id, type;
    Timestamp time;               ///< true time, without skew
    std::optional<std::int64_t> sequence;
    std::string json;             ///< the whole event as sent (with skew), minified
    bool bad = false;             ///< injected garbage: to be refused, not part of the truth
};

struct Faults {
    double drop = 0;        ///< probability that an event is never sent
    double duplicate = 0;   ///< probability that an event is sent a second time later
    int shuffle = 0;        ///< events are reordered within windows of so many; 0: not
    Duration skew;          ///< each participant's clock is off by up to this, fixed for the participant
    Duration delay;         ///< each message is held back up to this
    int disconnectEvery = 0;///< messages between two graceful disconnects; 0: never
    bool reset = false;     ///< cut the connection instead of closing it; nothing is replayed
    int replay = 0;         ///< after a graceful disconnect the last so many events are sent again
    Duration silence;       ///< now and then nothing at all is sent for so long, pongs go on
    double bad = 0;         ///< probability of a bad event or message before each event
    bool noSequence = false;///< events carry no `sequence`
};

struct Options {
    std::uint64_t seed = 1;
    int interactions = 0;       ///< 0: endless
    double rate = 20;           ///< events per second of virtual time; 0: as fast as the reader takes them
    double speed = 1;           ///< virtual seconds per real second
    std::string scenario;       ///< a scenario's name; empty: the random mix
    Timestamp start{1'925'282'640'000'000}; ///< virtual time of the first event; 0: the real time
    int eventsPerMessage = 10;  ///< at most
    int concurrent = 0;         ///< interactions open at a time; 0: as the rate gives
    Duration history;           ///< so much of the past is generated and sent at once when the first client subscribes (demo)
    Faults faults;
};

/// The scripted calls: name and one sentence each.
struct Scenario {
    std::string name;
    std::string description;
};
[[nodiscard]] const std::vector<Scenario> &scenarios();

/// The endless or bounded stream of events of one seed: pure, without a network. Same options, same events.
class Generator {
public:
    explicit Generator(const Options &options);
    ~Generator();
    /// The next event in time order; nothing at the end.
    [[nodiscard]] std::optional<TrueEvent> next();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// What a server sends after faults: whole messages (JSON text), in order. Pure; used by the server, by tests that need no
/// network and by benchmarks.
class Stream {
public:
    explicit Stream(const Options &options);
    ~Stream();
    struct Item {
        enum class Do { Send, SendBinary, Close, Reset, Silence } what = Do::Send;
        std::string text;
        Timestamp due;      ///< virtual time at which it goes out
        Duration silence;
    };
    [[nodiscard]] std::optional<Item> next();
    /// Everything true so far that was not dropped, for the judge: see Generator. Bounded only by `interactions`.
    void setTruthSink(std::function<void(const TrueEvent &)> sink);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// What the OAuth side accepts.
struct Accounts {
    std::string clientId = "demo-client";
    std::string clientSecret = "demo-secret";
    std::string publicKeyPem; ///< for JWT bearer; empty: that grant is refused
    Duration tokenLife = Duration::seconds(86'399);
    std::vector<std::string> missingScopes; ///< answer 403 naming these
};

/// The server: POST /oauth/token (client credentials; JWT bearer with signature, audience, expiry and single use verified),
/// GET /api/v2/streaming/events?access_token=T (WebSocket). Loopback only. One thread.
class Server : public QObject {
    Q_OBJECT
public:
    Server(Options options, Accounts accounts, const Clock &clock, QObject *parent = nullptr);
    ~Server() override;
    /// Port 0: a free one. Errors: Busy (port taken).
    [[nodiscard]] Result<std::uint16_t> listen(std::uint16_t port);
    [[nodiscard]] std::string url() const; ///< "http://127.0.0.1:PORT"
    void setTruthSink(std::function<void(const TrueEvent &)> sink);
    /// Closes now; tokens stay valid (false) or are revoked (true). For tests.
    void dropClients(bool revokeTokens);
    /// The next `n` token requests are answered with this status (and Retry-After, when not zero). For tests.
    void failTokens(int n, int status, Duration retryAfter = {});
    /// The next `n` handshakes are answered 401. For tests.
    void refuseHandshakes(int n);
    /// Stops answering pings and sending data without closing, until called with false. For tests.
    void freeze(bool on);
    [[nodiscard]] std::uint64_t sentEvents() const;
    [[nodiscard]] int tokensGiven() const;
    [[nodiscard]] Timestamp virtualNow() const;

Q_SIGNALS:
    void finished(); ///< all interactions were sent to a subscriber
    void clientConnected();
    void clientDisconnected();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace threadline::sim
