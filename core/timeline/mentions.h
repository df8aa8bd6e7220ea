// SPDX-License-Identifier: GPL-3.0-or-later
/// The media, queues, agents and the customer that an interaction's events mention, in the order of their first mention
/// (EventTable::mentionedBefore), however the events came. One thread.
#pragma once

#include "core/model/summary.h"
#include "core/timeline/eventtable.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace threadline {

/// The first `kMost` distinct names.
class MentionList {
public:
    static constexpr std::size_t kMost = 32;

    /// `name` is mentioned by event `index`, which may label it (kNoIndex: does not).
    void add(const EventTable &events, std::uint32_t index, std::uint32_t name, std::uint32_t label);
    /// Each name as the first label says that it was given, else as itself.
    [[nodiscard]] std::vector<std::string> shown(const NamePool &words) const;
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    struct Mention {
        std::uint32_t name;
        std::uint32_t index;
    };
    struct Label {
        std::uint32_t index = kNoIndex; ///< the event that gives it
        std::uint32_t text = kNoIndex;
    };
    std::vector<Mention> m_mentions; ///< by first mention
    std::vector<Label> m_labels;     ///< by name; of names with a label only
};

class Mentions {
public:
    void add(const EventTable &events, std::uint32_t index);
    void clear() { *this = Mentions(); }
    void fill(const EventTable &events, Summary &summary) const;
    /// Not less than the bytes of names that fill() gives.
    [[nodiscard]] std::size_t shownBytes(const EventTable &events) const;
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    MentionList m_media;
    MentionList m_queues;
    MentionList m_agents;
    /// The first event that gives a customer's name, a customer's address, an outside party's name, its address.
    std::array<std::uint32_t, 4> m_parties{kNoIndex, kNoIndex, kNoIndex, kNoIndex};
};

} // namespace threadline
