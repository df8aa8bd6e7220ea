// SPDX-License-Identifier: GPL-3.0-or-later
/// The state of one interaction in memory: which events it has, and what they add up to. A pure function of the set of
/// events that were added; neither their order nor how often each came matters (but for the receipts in firstHole()).
///
/// It holds about 100 bytes an event and no text of it. Adding costs O(1), late events included, for nothing here stands in
/// canonical order: what the sum needs of that order is decided by the few events concerned, and where they alone cannot
/// tell, the order is made once per question. One thread.
#pragma once

#include "core/base/time.h"
#include "core/model/event.h"
#include "core/model/summary.h"
#include "core/timeline/eventtable.h"
#include "core/timeline/mentions.h"
#include "core/timeline/presence.h"
#include "core/timeline/sequences.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace threadline {

/// How long an open interaction may be silent before it is shown as stale.
inline constexpr Duration kStaleAfter = Duration{12 * 3600 * std::int64_t(1'000'000)};

/// The state to show at the source's time `now`: open ones without an event for `staleAfter` are stale.
[[nodiscard]] InteractionState stateAt(const Summary &summary, Timestamp now, Duration staleAfter = kStaleAfter);

class InteractionSet {
public:
    /// Other contents kept under one identity, beside the one that stands.
    static constexpr int kMaxVariants = 8;

    struct Added {
        enum What : std::uint8_t {
            New,
            Duplicate, ///< same identity and content as one that is kept
            Variant,   ///< same identity, other content
        };
        What what = New;
        bool stands = true; ///< it is in the timeline: it is new, or a variant that replaced the one before
        bool kept = true;   ///< false: one more variant than are kept
        /// Of a new event: its Lamport time, if it certainly stands behind all others and changes none of theirs; else 0.
        std::int64_t lamport = 0;
    };

    explicit InteractionSet(SequenceScope scope) : m_events(scope) {}

    /// Takes an event of this interaction, recorded by commit number `commit`. From the store, everything must be added again,
    /// the variants too. Looks at neither Event::interaction nor Event::raw.
    Added add(const Event &event, std::uint64_t commit);

    /// Whether this very event is there, or is kept as a variant: add() would find a duplicate.
    [[nodiscard]] bool has(const Event &event) const;

    /// The row of the list; `interaction` is left empty. It is ended once it is over (Presence) since 60 s at the source's
    /// time. Imported events count only while there are no others: they are a second witness of the same happenings.
    [[nodiscard]] Summary summary(Timestamp sourceNow);
    /// Source time since when it is over, if it is; from 60 s after it counts as ended, unless something else comes.
    [[nodiscard]] std::optional<Timestamp> allLeftAt();

    /// Whether its sequences can show that events are missing: there are some, and their counter is not shared with other
    /// interactions.
    [[nodiscard]] bool sequenced();
    [[nodiscard]] bool contiguous();
    [[nodiscard]] std::uint64_t tiesAcrossParticipants();
    [[nodiscard]] std::optional<TimeRange> firstHole();

    [[nodiscard]] std::size_t size() const { return m_events.size(); }
    [[nodiscard]] SequenceScope scope() const { return m_events.scope(); }
    /// The ids of the events that count, in canonical order. O(n log n).
    [[nodiscard]] std::vector<std::string> idsInOrder();
    /// At most so many bytes of names are in its summary.
    [[nodiscard]] std::size_t shownBytes() const { return m_mentions.shownBytes(m_events); }
    /// Bytes allocated, without the object itself.
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    struct Variant {
        Timestamp time;
        Hash128 content;
        std::uint32_t next; ///< of the same event
        friend bool operator<(const Variant &a, const Variant &b)
        {
            return a.time != b.time ? a.time < b.time : a.content < b.content;
        }
    };

    Added addVariant(std::uint32_t index, const Event &event);
    [[nodiscard]] bool keepsVariant(std::uint32_t index, const Hash128 &content) const;
    bool keepVariant(std::uint32_t index, const Variant &variant);
    /// The Lamport time of the event added last, 0: not known.
    [[nodiscard]] std::int64_t lamportOfLast();
    void findEnd();
    void sumUp(std::uint32_t index);
    /// Sums everything up anew, if something that was summed up is no longer so.
    void settle();
    [[nodiscard]] bool counts(const LightEvent &e) const { return !e.has(LightEvent::Imported) || m_live == 0; }
    [[nodiscard]] std::vector<std::uint32_t> counting() const;
    /// What counts, in canonical order.
    [[nodiscard]] std::vector<std::uint32_t> order() const;

    EventTable m_events;
    std::vector<Variant> m_variants;
    Presence m_presence;
    Mentions m_mentions;
    Sequences m_sequences;
    std::optional<TimeRange> m_span; ///< from the smallest to the largest source time, that one included
    std::uint64_t m_commit = 0;
    /// What is known of the last event in canonical order, for lamportOfLast().
    struct {
        std::uint32_t greatest = kNoIndex; ///< the event of the greatest K
        std::int64_t lamport = 0;          ///< of the last event; 0: not known
        std::optional<std::int64_t> sequence; ///< the largest, where one counter runs over the interaction
        bool unsequenced = false;          ///< there are some that no such counter orders
    } m_end;
    std::uint32_t m_live = 0;  ///< events that are not imported
    std::uint32_t m_count = 0; ///< events summed up
    bool m_settled = true;
};

} // namespace threadline
