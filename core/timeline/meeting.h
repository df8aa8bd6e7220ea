// SPDX-License-Identifier: GPL-3.0-or-later
/// Who takes part in an interaction: the first pass over its events. Private to core/timeline.
#pragma once

#include "core/base/hash.h"
#include "core/timeline/legs.h"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace threadline {

struct LegKey {
    int participant;
    std::string_view channel;
    friend bool operator==(const LegKey &, const LegKey &) = default;
};

struct LegKeyHash {
    std::size_t operator()(const LegKey &key) const
    {
        return hash64(key.channel) ^ (static_cast<std::size_t>(key.participant) * 0x9E3779B97F4A7C15u);
    }
};

/// Makes the rows, by first appearance, with what is known of each from all that is told: the first purpose, the last of
/// everything else. A channel that is named without its participant belongs to the first one that it is named with; if it
/// is never named with one, to a row without an id.
class Meeting {
public:
    /// Fills `rows`. Slices of `events` are kept.
    Meeting(std::span<const PlacedEvent> events, std::vector<ParticipantRow> &rows);

    /// Of the event with this number; -1: it speaks of the interaction.
    [[nodiscard]] int participantOf(std::size_t event) const { return m_participantOf[event]; }
    [[nodiscard]] std::vector<int> takeParticipants() { return std::move(m_participantOf); }
    /// The participant that `peer`, a participant or a channel, names; -1: none of this interaction.
    [[nodiscard]] int peerOf(std::string_view peer) const;

private:
    int find(const Event &e, std::vector<ParticipantRow> &rows);

    std::unordered_map<std::string_view, int, StringHash> m_participants;
    std::unordered_map<std::string_view, std::string_view, StringHash> m_owners; ///< channel -> participant id
    std::vector<int> m_participantOf;
};

} // namespace threadline
