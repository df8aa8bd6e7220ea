// SPDX-License-Identifier: GPL-3.0-or-later
/// Who takes part in an interaction, and since when it is over. One thread.
///
/// Where anybody joined: it is over once everybody who joined has left, which is so if the last of a participant's joined
/// and left events in canonical order is a left one; since the latest source time of those leavings.
/// Where nobody joined: it is over once an event without participant says "ended", or the last thing said of each
/// participant is an end (left, disconnected, terminated, ended); since the latest of all such events. "Last" is then by
/// EventTable::mentionedBefore; wrap-up and events without a state leave a participant as it was.
#pragma once

#include "core/timeline/eventtable.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace threadline {

class Presence {
public:
    void add(const EventTable &events, std::uint32_t index);
    void clear() { *this = Presence(); }

    /// Whether only the canonical order of all events can tell: settle() must be called before overSince().
    [[nodiscard]] bool undecided() const { return m_present == 0 && m_unsure > 0 && !m_settled; }
    /// Decides by the canonical order, until the next event is added.
    void settle(const EventTable &events, std::span<const std::uint32_t> inOrder);
    /// Source time of the last leaving, if it is over.
    [[nodiscard]] std::optional<Timestamp> overSince() const;
    [[nodiscard]] std::size_t memoryBytes() const { return m_people.capacity() * sizeof(Person); }

private:
    enum class Status : std::uint8_t { NeverJoined, Present, Gone, Unsure };
    struct Person {
        std::uint32_t joined = 0; ///< events
        std::uint32_t left = 0;
        std::uint32_t chainJoined = kNoIndex; ///< the last one among those that sequences order
        std::uint32_t chainLeft = kNoIndex;
        std::uint32_t freeJoined = kNoIndex; ///< the last one by K among the others
        std::uint32_t freeLeft = kNoIndex;
        std::uint32_t endMark = kNoIndex; ///< the last ones by mention
        std::uint32_t lifeMark = kNoIndex;
        Timestamp lastLeft; ///< if left > 0
        Status status = Status::NeverJoined;
        bool heldBack = false; ///< a joined event among the free ones has not the lowest rank
        bool over = false;
        bool named = false; ///< by some event
    };

    void move(const EventTable &events, Person &person, std::uint32_t index);
    void mark(const EventTable &events, Person &person, std::uint32_t index);
    void recount(Person &person, Status status);
    [[nodiscard]] static Status statusOf(const EventTable &events, const Person &person);

    std::vector<Person> m_people; ///< by participant number
    std::uint32_t m_named = 0;    ///< people that some event names
    std::uint32_t m_joined = 0;   ///< people who joined
    std::uint32_t m_present = 0;
    std::uint32_t m_unsure = 0;
    std::uint32_t m_over = 0;
    bool m_ended = false;
    bool m_settled = false;
    bool m_unsurePresent = false; ///< if settled: some unsure one has not left
    std::optional<Timestamp> m_lastLeft; ///< of those who joined
    std::optional<Timestamp> m_lastEnd;
};

} // namespace threadline
