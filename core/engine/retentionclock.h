// SPDX-License-Identifier: GPL-3.0-or-later
/// The time by which retention judges what is old. What it deletes is gone for good, so our wall clock alone does not suffice: a machine
/// that starts with a wrong date, or is given one, must not delete everything. Pure but for what it is told. One thread.
#pragma once

#include "core/base/time.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace threadline {

class RetentionClock {
public:
    static constexpr Duration kExplained = Duration::seconds(7 * 86'400); ///< the clock may be so far ahead of what is stored, or half of what is kept
    static constexpr Duration kSlack = Duration::seconds(3600);           ///< so much it may gain on the steady one, or on the source's
    static constexpr std::uint64_t kWitnesses = 101; ///< events that must show that it is right: as many as the median is taken of
    static constexpr Duration kToldAfter = Duration::seconds(600); ///< a machine that slept is ahead too, until events come again

    /// How far our clock is ahead of the source's, and by how many events, in all, that was found; and whether the system keeps it right.
    struct Witness {
        Duration ahead;
        std::uint64_t events = 0;
        bool kept = false;
    };
    /// `stored`: about when the newest stored events happened; nothing: there are none. `keeps`: for how long things are kept.
    RetentionClock(Timestamp wall, Duration steady, std::optional<Timestamp> stored, Duration keeps)
        : m_explained(stored ? std::optional(*stored + std::min(kExplained, Duration::micros(keeps.us / 2))) : std::nullopt),
          m_counted(std::min(wall, m_explained.value_or(wall)) - steady)
    {
    }

    /// The wall clock, as long as the steady one, what is stored, the source or the system bears it out; else the time that has passed
    /// since it was borne out last. What the source says against it counts more than what is stored, what the system says most.
    [[nodiscard]] Timestamp now(Timestamp wall, Duration steady, const Witness &witness)
    {
        const Timestamp counted = m_counted + steady;
        const bool contradicted = witness.events > 0 && witness.ahead > kSlack;
        const bool explained = wall - counted <= kSlack || (m_explained && wall <= *m_explained);
        if (witness.kept || (explained && !contradicted))
            return believe(wall, steady);
        if (!m_since) {
            m_since = steady;
            m_events = witness.events;
        }
        const bool near = witness.ahead <= kSlack && witness.ahead >= Duration{} - kSlack;
        if (near && witness.events >= m_events + kWitnesses)
            return believe(wall, steady);
        const Timestamp held = contradicted ? std::min(counted, wall - witness.ahead) : counted;
        m_ahead = wall - held;
        return held;
    }
    /// How far the wall clock is ahead of what is borne out, if it is so for long enough to be told. As of the last now().
    [[nodiscard]] std::optional<Duration> heldBack(Duration steady) const
    {
        return m_since && steady - *m_since >= kToldAfter ? std::optional(m_ahead) : std::nullopt;
    }

private:
    /// What it gains within the slack is not added up: else it could creep ahead.
    Timestamp believe(Timestamp wall, Duration steady)
    {
        if (wall - (m_counted + steady) > kSlack)
            m_counted = wall - steady;
        m_since.reset();
        return wall;
    }

    std::optional<Timestamp> m_explained; ///< until when what is stored explains it
    Timestamp m_counted;                  ///< when the steady clock was at zero, by what was borne out
    Duration m_ahead;
    std::optional<Duration> m_since; ///< steady time since when it is ahead
    std::uint64_t m_events = 0;      ///< of the source by then
};

} // namespace threadline
