// SPDX-License-Identifier: GPL-3.0-or-later
/// Lines that are set aside: when that has to stop, because the server refuses everything, and what the log says of them. Pure but for
/// the log; the sender's thread.
#pragma once

#include "core/base/time.h"
#include "core/store/store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace threadline::delivery {

class SetAside {
public:
    /// So many events refused in a row in words that are not InfluxDB's of a line, and not one taken: it is not the events. Fewer where
    /// nothing was ever taken.
    static constexpr std::uint64_t kMostAtFirst = 20;
    static constexpr std::uint64_t kMostInARow = 1'000;

    /// Whether what is refused so is to wait instead of being set aside.
    [[nodiscard]] bool refusesAll() const { return m_inARow >= (m_taken ? kMostInARow : kMostAtFirst); }
    /// Some line was taken.
    void taken()
    {
        m_taken = true;
        m_inARow = 0;
    }
    /// One was set aside: the first ones of a minute are told one by one, the others together by tellRest(). `doubtful`: an event, not a
    /// line about an interaction as a whole, which is the same again and again, and in words that may mean anything. `whose` is asked
    /// for those told one by one: "Event e-1 of interaction i-1".
    void add(bool doubtful, const std::function<std::string()> &whose, const std::string &reason, Duration now);
    /// Tells of those that have not been told of, once their minute is over; at any time.
    void tellRest(Duration now);

private:
    bool m_taken = false;
    std::uint64_t m_inARow = 0;
    std::uint64_t m_told = 0;   ///< in this minute
    std::uint64_t m_untold = 0;
    std::string m_reason;       ///< of the last one
    Duration m_since;           ///< when this minute began; valid if m_told
};

/// Of whom a line speaks that belongs to this row (DeadLetter::row), for the log; by the row alone where the store cannot be read.
[[nodiscard]] std::string whoseLine(StoreReader &reader, std::int64_t row);

} // namespace threadline::delivery
