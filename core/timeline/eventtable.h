// SPDX-License-Identifier: GPL-3.0-or-later
/// The events of one interaction as far as they are kept in memory: what identifies, orders and sums them up. One thread.
#pragma once

#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/model/event.h"
#include "core/timeline/indextable.h"
#include "core/timeline/namepool.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// One event. Numbers are those of the table's pools, kNoIndex: names none.
struct LightEvent {
    enum Flag : std::uint8_t { Sequenced = 1, PackedId = 2, Imported = 4, PartyByName = 8, Tied = 16 };

    Timestamp time;
    Timestamp received;
    std::int64_t sequence = 0; ///< if Sequenced
    Hash128 content;
    /// PackedId: the 128 bits of a UUID, the first digits in [0]; else where the id's text lies (offset << 32 | size) and its hash.
    std::array<std::uint64_t, 2> id{};
    std::uint32_t participant = kNoIndex;
    std::uint32_t channel = kNoIndex;
    std::uint32_t media = kNoIndex;
    std::uint32_t queue = kNoIndex;      ///< id, else name
    std::uint32_t queueName = kNoIndex;
    std::uint32_t person = kNoIndex;     ///< an agent's id, else name; a customer's or outside party's name, else address
    std::uint32_t personName = kNoIndex; ///< an agent's name
    std::uint32_t variants = kNoIndex;   ///< the first of its variants, in the set's list
    Kind kind = Kind::Other;
    std::uint8_t rank = 2;
    Purpose purpose = Purpose::Unknown;
    State state = State::None;
    std::uint8_t flags = 0;

    [[nodiscard]] bool has(Flag flag) const { return (flags & flag) != 0; }
};

class EventTable {
public:
    explicit EventTable(SequenceScope scope) : m_scope(scope) { m_mediaWords.fill(kNoIndex); }

    [[nodiscard]] SequenceScope scope() const { return m_scope; }
    [[nodiscard]] std::size_t size() const { return m_events.size(); }
    [[nodiscard]] const LightEvent &operator[](std::uint32_t index) const { return m_events[index]; }
    [[nodiscard]] LightEvent &at(std::uint32_t index) { return m_events[index]; }

    /// The event with this id; kNoIndex: there is none.
    [[nodiscard]] std::uint32_t find(std::string_view id) const;
    /// The event with the same identity; `event` is added, as the last one, and kNoIndex returned if there is none.
    std::uint32_t findOrAdd(const Event &event);
    /// `event`, of the same identity, stands from now on.
    void replace(std::uint32_t index, const Event &event);

    [[nodiscard]] std::string id(std::uint32_t index) const;
    /// K of `a` is smaller than that of `b`.
    [[nodiscard]] bool keyBefore(std::uint32_t a, std::uint32_t b) const;
    /// Smaller sequence, then smaller K, of two events with a sequence in the same counter.
    [[nodiscard]] bool chainBefore(std::uint32_t a, std::uint32_t b) const;
    /// The order in which names count as mentioned: where one counter runs over the whole interaction, events with a sequence
    /// by it and before all others; else, and then, by K. It is the canonical order wherever all events have a sequence, and
    /// unlike that one it depends on nothing but the two events.
    [[nodiscard]] bool mentionedBefore(std::uint32_t a, std::uint32_t b) const;
    /// Whether its sequence gives edges.
    [[nodiscard]] bool chained(const LightEvent &e) const
    {
        return e.has(LightEvent::Sequenced) && m_scope != SequenceScope::None
            && (m_scope != SequenceScope::Participant || e.participant != kNoIndex);
    }

    [[nodiscard]] const NamePool &participants() const { return m_participants; }
    [[nodiscard]] const NamePool &channels() const { return m_channels; }
    [[nodiscard]] const NamePool &words() const { return m_words; }
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    struct Identity {
        std::array<std::uint64_t, 2> bits;
        bool packed;
    };
    [[nodiscard]] static Identity identify(std::string_view id);
    [[nodiscard]] static std::uint64_t hashOf(const std::array<std::uint64_t, 2> &id, bool packed);
    [[nodiscard]] std::uint32_t word(std::string_view text);
    [[nodiscard]] std::uint32_t mediaWord(const Facts &facts);
    [[nodiscard]] std::string_view idText(const LightEvent &e) const;
    [[nodiscard]] bool is(std::uint32_t index, const Identity &identity, std::string_view id) const;
    [[nodiscard]] LightEvent describe(const Event &event);
    void describePeople(const Event &event, LightEvent &light);

    const SequenceScope m_scope;
    std::vector<LightEvent> m_events;
    std::string m_idTexts; ///< of ids that are no UUID
    IndexTable m_byId;
    NamePool m_participants;
    NamePool m_channels;
    NamePool m_words;
    std::string m_scratch;
    static constexpr std::size_t kMedia = static_cast<std::size_t>(Media::Sms) + 1;
    std::array<std::uint32_t, kMedia> m_mediaWords; ///< of the media that we know, once seen
};

} // namespace threadline
