// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/bands.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

constexpr std::size_t kMaxKept = 1000;    ///< bands remembered for covering holes
constexpr std::size_t kMaxWatched = 64;   ///< bands watched at a time; further ones stay "closed"
constexpr std::size_t kMaxAwaited = 250'000; ///< interactions that all of them wait for, about 12 MiB; likewise
constexpr std::uint64_t kMinEnded = 10;   ///< so many interactions must have ended before a hole means anything

BandCause causeOf(BandKeeper::Ended ended)
{
    switch (ended) {
    case BandKeeper::Ended::InOrder: return BandCause::NotRunning;
    case BandKeeper::Ended::Killed: return BandCause::Killed;
    case BandKeeper::Ended::Unwritten: return BandCause::StoreFailed;
    }
    return BandCause::NotRunning;
}

const char *reasonOf(BandKeeper::Ended ended)
{
    switch (ended) {
    case BandKeeper::Ended::InOrder: return "the program was not running";
    case BandKeeper::Ended::Killed: return "the program ended without closing";
    case BandKeeper::Ended::Unwritten: return "the program ended when the store could not be written any more";
    }
    return "";
}

} // namespace

Band &BandKeeper::add(Timestamp start, BandCause cause, const std::string &reason)
{
    if (m_bands.size() >= kMaxKept) {
        m_watched.erase(m_bands.begin()->first);
        m_bands.erase(m_bands.begin());
    }
    Band band;
    band.id = m_nextId++;
    band.source = m_source;
    band.start = start;
    band.cause = cause;
    band.reason = reason;
    m_dirty.insert(band.id);
    return m_bands[band.id] = band;
}

void BandKeeper::resume(const std::optional<Band> &openBand, std::optional<Timestamp> lastReceived, Ended ended, const std::string &lost)
{
    m_lastReceived = lastReceived;
    if (openBand) {
        m_bands[openBand->id] = *openBand;
        m_openBand = openBand->id;
        std::string &reason = m_bands[openBand->id].reason;
        if (!lost.empty())
            reason = lost;
        else if (ended == Ended::Unwritten && reason.find(reasonOf(ended)) == std::string::npos) // it may have been over, and nobody knows
            reason.append(reason.empty() ? "" : "; then ").append(reasonOf(ended));
        if (reason != openBand->reason)
            m_dirty.insert(openBand->id);
    } else if (lastReceived) {
        m_openBand = add(*lastReceived, lost.empty() ? causeOf(ended) : BandCause::Killed, lost.empty() ? reasonOf(ended) : lost).id;
    }
}

void BandKeeper::notListening(Timestamp since, BandCause cause, const std::string &reason)
{
    m_listens = false;
    if (m_openBand)
        return; // the band that is open goes on; its first cause is the one that matters
    m_openBand = add(m_lastReceived.value_or(since), cause, reason).id;
}

void BandKeeper::clockPutBack(Timestamp now, Duration by)
{
    const auto moved = [&](Timestamp time) { return time > now ? std::min(time - by, now) : time; };
    if (m_lastReceived)
        m_lastReceived = moved(*m_lastReceived);
    if (!m_openBand)
        return;
    Band &band = m_bands[*m_openBand];
    if (band.start > now)
        m_dirty.insert(band.id);
    band.start = moved(band.start);
}

void BandKeeper::message(Timestamp received, const std::function<std::set<std::int64_t>()> &openInteractions)
{
    m_lastReceived = std::max(m_lastReceived.value_or(received), received);
    ++m_messages;
    m_endedByLast.reset();
    if (!m_openBand || !m_listens)
        return;
    Band &band = m_bands[*m_openBand];
    band.end = std::max(received, band.start);
    band.state = BandState::Closed;
    m_dirty.insert(band.id);
    std::set<std::int64_t> open = openInteractions();
    std::size_t awaited = open.size();
    for (const auto &[id, watch] : m_watched)
        awaited += watch.waiting.size();
    if (!open.empty() && m_watched.size() < kMaxWatched && awaited <= kMaxAwaited)
        m_watched[band.id] = {std::move(open), m_messages};
    m_endedByLast = std::exchange(m_openBand, std::nullopt);
}

void BandKeeper::heardUntil(std::optional<Timestamp> before)
{
    m_lastReceived = before;
    const auto ended = m_endedByLast ? m_bands.find(*m_endedByLast) : m_bands.end();
    if (m_openBand || ended == m_bands.end())
        return;
    ended->second.end.reset(); // it goes on
    ended->second.state = Band().state;
    m_watched.erase(ended->first);
    m_dirty.insert(ended->first);
    m_openBand = m_endedByLast;
}

void BandKeeper::saw(const Sight &sight)
{
    std::vector<std::pair<std::int64_t, BandState>> settled;
    for (auto &[id, watch] : m_watched) {
        auto &waiting = watch.waiting;
        if (!waiting.contains(sight.interaction) || sight.lastMessage < watch.ended)
            continue;
        if (!sight.sequenced || (!sight.contiguous && sight.ended))
            settled.emplace_back(id, sight.sequenced ? BandState::Unrepairable : BandState::Closed);
        else if (sight.contiguous && waiting.erase(sight.interaction) > 0 && waiting.empty())
            settled.emplace_back(id, BandState::NothingMissed);
    }
    for (const auto &[id, state] : settled)
        settle(id, state);
}

void BandKeeper::settle(std::int64_t id, BandState state)
{
    m_watched.erase(id);
    Band &band = m_bands[id];
    if (band.state != state)
        m_dirty.insert(id);
    band.state = state;
}

void BandKeeper::endedWithHole(const std::string &interaction, Timestamp before, Timestamp after)
{
    ++m_endedWithHole;
    const std::uint64_t ended = m_endedContiguous + m_endedWithHole;
    if (ended < kMinEnded || m_endedContiguous * 10 <= ended * 9)
        return;
    for (auto &[id, band] : m_bands) {
        if (band.start <= after && band.end.value_or(after) >= before) {
            if (band.end)
                settle(id, BandState::Unrepairable);
            return;
        }
    }
    Band &band = add(before, BandCause::SequenceHole, "events of interaction " + interaction + " are missing by their sequence");
    band.end = std::max(before, after);
    band.state = BandState::Unrepairable;
}

std::vector<Band> BandKeeper::takeChanged()
{
    std::vector<Band> out;
    for (const std::int64_t id : m_dirty) {
        const auto it = m_bands.find(id);
        if (it != m_bands.end())
            out.push_back(it->second);
    }
    m_dirty.clear();
    return out;
}

} // namespace threadline
