// SPDX-License-Identifier: GPL-3.0-or-later
/// The judge: what a timeline should be, written from the rules alone, naively and without regard to cost, so that nothing
/// it shares with core/timeline can be wrong in both. For tests only.
#pragma once

#include "core/model/event.h"
#include "core/model/summary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::judge {

/// What stands of everything that was received of one interaction: each id once; of several contents under one id the one
/// with the smallest (time, digest). In byte order of the ids.
[[nodiscard]] std::vector<Event> standing(const std::vector<Event> &received);

/// Other contents that are kept under an id that stands, over all ids: at most eight each.
[[nodiscard]] std::int64_t variants(const std::vector<Event> &received);

/// These events, each id once, in canonical order. O(n^3).
[[nodiscard]] std::vector<Event> canonical(std::vector<Event> events, SequenceScope scope);

/// Lamport times of events in canonical order.
[[nodiscard]] std::vector<std::int64_t> lamport(const std::vector<Event> &inOrder);

/// The row of a list for one interaction, from everything that was received of it; without its commit. Imported events count
/// only where nothing else tells of the interaction.
[[nodiscard]] Summary summary(const std::vector<Event> &received, SequenceScope scope, Timestamp sourceNow);

/// The body of GET /api/v2/timelines/{interaction} for everything that was received of it.
[[nodiscard]] std::string timelineBody(std::string_view interaction, const std::vector<Event> &received, SequenceScope scope);

} // namespace threadline::judge
