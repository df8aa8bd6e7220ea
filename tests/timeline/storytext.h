// SPDX-License-Identifier: GPL-3.0-or-later
/// Events from and stories to short text, so that a scenario reads like a table.
///
///   SECONDS WHO[/CHANNEL] VERB [STATE] [key=value ...]
///     WHO      its first letter is its purpose: c customer, o external, a agent, u user, q acd, i ivr, w workflow, b bot,
///              v voicemail, m monitor, x none; "-" names the interaction
///     VERB     join, add, up, rm, left, or a type of its own
///     key      reason, peer, user, queue, qname, name, media, dir, link, seq, got (seconds of receipt), commit, by, purpose
#pragma once

#include "core/timeline/correlate.h"

#include <string>
#include <string_view>
#include <vector>

namespace threadline::test {

/// The events of the lines, in their order. Ids are "e1", "e2", ...
[[nodiscard]] std::vector<PlacedEvent> eventsOf(std::string_view lines);
/// "c1/v talk 0-30 [endpoint] | ..."; a line a channel. `~` before a kind: inferred.
[[nodiscard]] std::string rowsOf(const Story &story);
/// "ivr 0-8 Menu | queue 8-12 | ..."
[[nodiscard]] std::string feltOf(const Story &story);
/// "blind-transfer a1>q2 20 sure"; a line a link.
[[nodiscard]] std::string linksOf(const Story &story);
/// "wait 4 alert 3 talk 30 hold 0 acw 10 first 8 transfers 1 answers 2 abandoned"
[[nodiscard]] std::string figuresOf(const Story &story);
/// Second 0 of all scenarios.
inline constexpr Timestamp kZero{1'800'000'000'000'000};

} // namespace threadline::test
