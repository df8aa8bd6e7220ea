// SPDX-License-Identifier: GPL-3.0-or-later
/// The canonical order of an interaction's events: a pure function of their set.
///
/// Key K = (source time, rank, sequence with absent last, id bytes).
/// Edges (a): among events with a sequence, within its scope: smaller before larger; equal ones give none.
/// Edges (b): among events without one: between a bracket (a participant's only joined and only left, a channel's only
///   added and only removed; "only" among all events of the interaction) and any other event of that participant (channel)
///   whose source time differs by at most 1 s: lower rank before higher.
/// With scope None, or for events that name no scope, no sequence gives an edge: all events count as without one for (b).
/// Order: topological, smallest K first among the free. Lamport: L(first) = t, L(next) = max(t(next), L(previous) + 1).
#pragma once

#include "core/base/time.h"
#include "core/model/event.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace threadline {

/// What the order looks at of one event. Participants and channels are numbered by the caller, -1: names none.
struct OrderKey {
    Timestamp time;
    std::optional<std::int64_t> sequence;
    std::int32_t participant = -1;
    std::int32_t channel = -1;
    Kind kind = Kind::Other;
    std::uint8_t rank = 2; ///< rankOf()
    std::string_view id;
};

/// Less-than of K.
[[nodiscard]] bool keyLess(const OrderKey &a, const OrderKey &b);

/// The canonical order as indices into `events`. O(n log n).
[[nodiscard]] std::vector<std::uint32_t> canonicalOrder(std::span<const OrderKey> events, SequenceScope scope);

/// True if `last`, put behind `before` (in canonical order already), certainly leaves that order as it is; false if it may not.
/// `before` is looked at from its end, as far back as 1 s of source time reaches.
/// `maxSequence`: the largest sequence in the scope of `last`, absent if none.
[[nodiscard]] bool appends(std::span<const OrderKey> before, const OrderKey &last, SequenceScope scope,
                           std::optional<std::int64_t> maxSequence, Timestamp maxTime);

/// Lamport times, microseconds, of events with these source times in canonical order.
[[nodiscard]] std::vector<std::int64_t> lamportTimes(std::span<const Timestamp> inOrder);

} // namespace threadline
