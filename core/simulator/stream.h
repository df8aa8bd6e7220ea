// SPDX-License-Identifier: GPL-3.0-or-later
/// The simulated events themselves: scripted calls, the truth about them, and what a faulty network makes of them. Pure, no Qt.
#pragma once

#include "core/base/time.h"

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
    std::optional<std::int64_t> sequence; ///< absent too where the event carries one that cannot count (Faults::odd)
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
    Duration silence;       ///< now and then nothing at all is sent for so long (real time), pongs go on
    double bad = 0;         ///< probability of a bad event or message before each event
    bool noSequence = false;///< events carry no `sequence`
    double odd = 0;         ///< probability that an event is strange but to be accepted; part of the truth as it is sent
    double variant = 0;     ///< probability that an id comes a second time with another body; both are part of the truth
};

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t faultSeed = 0; ///< chance of the faults alone (not of skew, odd, variant: they change contents); 0: from `seed`
    int interactions = 0;       ///< 0: endless
    double rate = 20;           ///< events per second of virtual time, on average; 0: as fast as the reader takes them
    double speed = 1;           ///< virtual seconds per real second
    std::string scenario;       ///< a scenario's name; empty: the random mix
    Timestamp start{1'925'282'640'000'000}; ///< virtual time of the first event; 0: the real time
    int eventsPerMessage = 10;  ///< at most
    /// Interactions open at a time, about. With a rate, calls are sped up or slowed down to fit; 0: as the rate gives, at most
    /// 5,000. Without a rate calls keep their natural length and one begins as another ends; 0: 1,000.
    int concurrent = 0;
    Duration history;           ///< so much of the past is generated and sent at once when the first client subscribes (demo)
    /// While nobody is subscribed the stream waits, virtual time too (else it goes on and is lost). Absent: it waits when the
    /// run is bounded, has no rate, or replays.
    std::optional<bool> hold;
    Faults faults;
};

/// The scripted calls: name and one sentence each.
struct Scenario {
    std::string name;
    std::string description;
};
[[nodiscard]] const std::vector<Scenario> &scenarios();
/// True for the name of a scenario, and for none.
[[nodiscard]] bool knownScenario(const std::string &name);

/// The endless or bounded stream of events of one seed: pure, without a network. Same options, same events.
/// An unknown scenario name means the random mix. Memory: by the interactions open at a time.
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

    /// Where one event lies in a message.
    struct Span {
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
        std::uint8_t type = 0; ///< index into kEventTypes; 255: garbage, sent to whoever is subscribed to anything
    };
    struct Item {
        /// Reset: `text` is a message of which only the front half goes out before the connection is cut.
        enum class Do { Send, SendBinary, Close, Reset, Silence } what = Do::Send;
        std::string text;
        Timestamp due;      ///< virtual time at which it goes out
        Duration silence;
        std::vector<Span> events; ///< the events of `text`; none: the message is garbage
    };
    [[nodiscard]] std::optional<Item> next();
    /// Everything true so far that was not dropped, for the judge: see Generator. Bounded only by `interactions`.
    void setTruthSink(std::function<void(const TrueEvent &)> sink);
    /// Bad events and messages that were put in so far.
    [[nodiscard]] std::uint64_t badSoFar() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The five types of the streaming protocol.
inline constexpr const char *kEventTypes[] = {"interaction-participant-joined", "interaction-participant-left",
    "interaction-media-channel-added", "interaction-media-channel-removed", "interaction-updated"};
inline constexpr std::uint8_t kGarbage = 255;

} // namespace threadline::sim
