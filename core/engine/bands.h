// SPDX-License-Identifier: GPL-3.0-or-later
/// Which stretches of time a source was not heard, and whether anything was missed in them (design section 6). Pure but for
/// the values it is told. One thread.
#pragma once

#include "core/base/time.h"
#include "core/model/summary.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace threadline {

class BandKeeper {
public:
    /// `nextId`: greater than every band id in the store.
    BandKeeper(std::string source, std::int64_t nextId) : m_source(std::move(source)), m_nextId(nextId) {}

    /// How the last process did: killed while it listened, or with a store that could not be written any more.
    enum class Ended : std::uint8_t { InOrder, Killed, Unwritten };
    /// What the store knows from before. `lost`: what had been recorded since and is gone, in words.
    void resume(const std::optional<Band> &openBand, std::optional<Timestamp> lastReceived, Ended ended, const std::string &lost = {});
    /// The source stopped listening. The band starts at the last message received (`since` if there was none).
    void notListening(Timestamp since, BandCause cause, const std::string &reason);
    /// The source listens again: the band ends with the next message.
    void listening() { m_listens = true; }
    /// A message came. `openInteractions` is called only when a band ends: the keys of those that are open.
    void message(Timestamp received, const std::function<std::set<std::int64_t>()> &openInteractions);

    /// Our clock was ahead, by about `by`, and has been put right: what it said that lies beyond `now` was so much earlier.
    void clockPutBack(Timestamp now, Duration by);
    /// How many messages came.
    [[nodiscard]] std::uint64_t messages() const { return m_messages; }
    /// The message that came last is not recorded, so it counts as not received; `before` is the receipt of the one before.
    void heardUntil(std::optional<Timestamp> before);

    /// What the sequences of an interaction say, told when it has changed.
    struct Sight {
        std::int64_t interaction = 0;
        bool sequenced = false;  ///< any of its events has a sequence
        bool contiguous = false; ///< none is missing between the smallest and the largest
        bool ended = false;
        std::uint64_t lastMessage = 0; ///< messages() when its newest event came, 0: before; a clock may have been set meanwhile
    };
    void saw(const Sight &sight);
    /// Whether saw() has anything to decide.
    [[nodiscard]] bool watches() const { return !m_watched.empty(); }
    /// A hole in the sequence of an interaction that has ended, between events received at these times. It is evidence only from
    /// a source whose ended interactions were contiguous so far in more than nine of ten; then a band is drawn, unless one
    /// that covers the hole is there, which becomes unrepairable.
    void endedWithHole(const std::string &interaction, Timestamp before, Timestamp after);
    void endedContiguously() { ++m_endedContiguous; }

    /// New and changed bands since the last call.
    [[nodiscard]] std::vector<Band> takeChanged();
    [[nodiscard]] bool changed() const { return !m_dirty.empty(); }
    [[nodiscard]] std::optional<Timestamp> lastReceived() const { return m_lastReceived; }
    [[nodiscard]] bool listens() const { return m_listens && !m_openBand; }

private:
    void settle(std::int64_t band, BandState state);
    Band &add(Timestamp start, BandCause cause, const std::string &reason);

    std::string m_source;
    std::int64_t m_nextId;
    std::map<std::int64_t, Band> m_bands; ///< the newest, by id; bounded
    std::set<std::int64_t> m_dirty;
    std::optional<std::int64_t> m_openBand;
    std::optional<std::int64_t> m_endedByLast; ///< the band that the message that came last has ended
    /// Of an ended band.
    struct Watch {
        std::set<std::int64_t> waiting; ///< interactions that have not yet shown whether they lost anything
        std::uint64_t ended = 0;        ///< number of the message that ended it
    };
    std::map<std::int64_t, Watch> m_watched;
    std::uint64_t m_messages = 0;
    bool m_listens = false;
    std::optional<Timestamp> m_lastReceived;
    std::uint64_t m_endedContiguous = 0;
    std::uint64_t m_endedWithHole = 0;
};

} // namespace threadline
