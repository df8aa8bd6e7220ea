// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/feed.h"

#include "core/simulator/connection.h"

#include <algorithm>

namespace threadline::sim {
namespace {

constexpr std::size_t kBytesAtATime = 2 << 20; ///< then the event loop has its turn
constexpr Duration kPoll = Duration::millis(20); ///< the injected clock may be moved by hand at any moment
constexpr Duration kLaggardWait = Duration::seconds(10);

bool holds(const Options &options)
{
    return options.hold.value_or(options.interactions > 0 || options.rate <= 0 || options.faults.replay > 0);
}

} // namespace

Feed::Feed(Options options, const Clock &clock)
    : m_options(std::move(options)), m_clock(clock), m_hold(holds(m_options)), m_virtualBase(m_options.start)
{
    if (m_options.start.us == 0)
        m_virtualBase = clock.now();
}

Feed::~Feed() = default;

void Feed::setTruthSink(std::function<void(const TrueEvent &)> sink)
{
    m_sink = std::move(sink);
    if (m_stream)
        m_stream->setTruthSink(m_sink);
}

void Feed::begin()
{
    if (m_options.start.us == 0)
        m_options.start = m_clock.now();
    m_virtualBase = m_options.start;
    m_stream = std::make_unique<Stream>(m_options);
    m_stream->setTruthSink(m_sink);
}

Timestamp Feed::virtualNow() const
{
    if (!m_running)
        return m_virtualBase;
    const auto passed = static_cast<double>((m_clock.steady() - m_steadyBase).us) * m_options.speed;
    return m_virtualBase + Duration{static_cast<std::int64_t>(passed)};
}

void Feed::runClock(bool on)
{
    if (on == m_running)
        return;
    m_virtualBase = virtualNow();
    m_steadyBase = m_clock.steady();
    m_running = on;
}

const Stream::Item *Feed::peek()
{
    if (!m_next && !m_ended) {
        m_next = m_stream->next();
        m_ended = !m_next;
    }
    return m_next ? &*m_next : nullptr;
}

/// How long, in real time, until the item goes out; zero or less: now.
Duration Feed::untilDue(const Stream::Item &item) const
{
    if (m_options.rate <= 0)
        return {};
    const auto left = static_cast<double>((item.due - virtualNow()).us);
    return Duration{static_cast<std::int64_t>(left / std::max(m_options.speed, 1e-9))};
}

/// Nobody listens, and the world does not wait.
void Feed::discardDue()
{
    while (const Stream::Item *item = peek()) {
        if (untilDue(*item).us > 0)
            return;
        m_next.reset();
    }
}

/// A client that takes nothing holds up the stream, unless others are there and it has done so for long: then it is left behind.
bool Feed::waitsForLaggard(const std::vector<Connection *> &awake) const
{
    bool waits = false;
    for (Connection *connection : awake) {
        if (connection->hasRoom())
            continue;
        if (awake.size() > 1 && connection->stalledFor() > kLaggardWait)
            connection->abort();
        waits = true;
    }
    return waits;
}

void Feed::deliver(const Stream::Item &item, const std::vector<Connection *> &all, const std::vector<Connection *> &awake)
{
    using Do = Stream::Item::Do;
    switch (item.what) {
    case Do::Send:
    case Do::SendBinary:
        for (Connection *connection : awake)
            connection->send(item);
        m_sentEvents += item.events.size();
        break;
    case Do::Close:
        for (Connection *connection : all)
            connection->closeGracefully(1000, "maintenance");
        break;
    case Do::Reset:
        for (Connection *connection : all)
            connection->cut(item);
        break;
    case Do::Silence:
        for (Connection *connection : all)
            connection->silenceFor(item.silence);
        break;
    }
}

std::optional<Duration> Feed::pump(const std::vector<Connection *> &connections)
{
    std::size_t bytes = 0;
    while (true) {
        std::vector<Connection *> listening, awake;
        for (Connection *connection : connections) {
            if (connection->listens())
                listening.push_back(connection);
        }
        for (Connection *connection : listening) {
            if (!connection->isSilent())
                awake.push_back(connection);
        }
        if (listening.empty()) {
            if (!m_stream)
                return std::nullopt;
            if (m_hold) {
                runClock(false);
                return std::nullopt;
            }
            discardDue();
            return m_ended ? std::nullopt : std::optional<Duration>(kPoll);
        }
        if (!m_stream)
            begin();
        runClock(true);
        if (awake.empty() || waitsForLaggard(awake))
            return kPoll;
        const Stream::Item *item = peek();
        if (!item)
            return std::nullopt;
        if (const Duration wait = untilDue(*item); wait.us > 0)
            return std::min(wait, kPoll);
        if (bytes > kBytesAtATime)
            return Duration{};
        bytes += item->text.size() + 64;
        deliver(*item, listening, awake);
        m_next.reset();
    }
}

} // namespace threadline::sim
