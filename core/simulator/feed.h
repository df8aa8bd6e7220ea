// SPDX-License-Identifier: GPL-3.0-or-later
/// The stream on its virtual clock: which item goes out when, and to whom.
#pragma once

#include "core/base/time.h"
#include "core/simulator/stream.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace threadline::sim {

class Connection;

/// Moves items from a Stream to connections. One thread. Knows no socket's events: somebody calls pump() whenever something may
/// have changed (room, a subscriber, time).
class Feed {
public:
    Feed(Options options, const Clock &clock);
    ~Feed();

    void setTruthSink(std::function<void(const TrueEvent &)> sink);
    /// Sends what is due, as far as there is room. Returns how long to wait before the next call at most; nothing: until something
    /// happens.
    std::optional<Duration> pump(const std::vector<Connection *> &connections);
    [[nodiscard]] bool ended() const { return m_ended; }
    [[nodiscard]] std::uint64_t sentEvents() const { return m_sentEvents; }
    [[nodiscard]] Timestamp virtualNow() const;

private:
    void runClock(bool on);
    void begin();
    const Stream::Item *peek();
    void discardDue();
    void deliver(const Stream::Item &item, const std::vector<Connection *> &all, const std::vector<Connection *> &awake);
    [[nodiscard]] bool waitsForLaggard(const std::vector<Connection *> &awake) const;
    [[nodiscard]] Duration untilDue(const Stream::Item &item) const;

    Options m_options;
    const Clock &m_clock;
    const bool m_hold;
    std::function<void(const TrueEvent &)> m_sink;
    std::unique_ptr<Stream> m_stream; ///< made when the first client subscribes: then the time is known
    std::optional<Stream::Item> m_next;
    bool m_ended = false;
    bool m_running = false;
    Timestamp m_virtualBase;
    Duration m_steadyBase;
    std::uint64_t m_sentEvents = 0;
};

} // namespace threadline::sim
