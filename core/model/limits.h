// SPDX-License-Identifier: GPL-3.0-or-later
/// How long what a source names may be. A name beyond its limit is no name but an accident or an attack: with megabytes in
/// each, a thousand events would fill the memory of whoever lists them. Pure.
#pragma once

#include "core/model/event.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace threadline {

/// Ids of events, interactions, participants and channels, in bytes: 28 times the longest that Genesys Cloud gives (a UUID).
/// A page of 500 then stays below a megabyte, and an id can be asked for over REST however it is encoded. An event with a
/// longer one is refused: cut off it would be another identity.
inline constexpr std::size_t kMaxIdBytes = 1024;
/// An event's type, in bytes; refused beyond, because it tells what the event means. The longest known has 33.
inline constexpr std::size_t kMaxTypeBytes = 256;
/// Names, numbers and addresses as lists show them, in bytes. They are cut off there, marked by "…"; the event keeps the whole.
inline constexpr std::size_t kMaxShownBytes = 256;

/// Why an event is refused for its size.
struct Oversize {
    std::string_view reason; ///< a label of threadline_refused_total: "id-too-long", "type-too-long"
    std::string detail;      ///< one sentence for people
};
[[nodiscard]] std::optional<Oversize> oversizeOf(const Event &event);

/// `text` within kMaxShownBytes, cut between two characters and ended by "…" if it was longer. A view of `text` or of `scratch`.
[[nodiscard]] std::string_view shownText(std::string_view text, std::string &scratch);

} // namespace threadline
