// SPDX-License-Identifier: GPL-3.0-or-later
/// Garbage that a decoder must refuse and survive. Every kind is refused by the rules of the normal form; none changes the truth.
#pragma once

#include "core/simulator/random.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::sim {

enum class BadShape : std::uint8_t {
    Element, ///< an element of `events`, beside good ones: valid JSON, or broken but with balanced brackets
    Message, ///< a whole text message
    Binary   ///< a whole binary message
};

struct BadKind {
    std::string_view name;
    BadShape shape = BadShape::Element;
    bool huge = false; ///< 4 MiB: sent rarely
};

/// All kinds, in a fixed order.
[[nodiscard]] const std::vector<BadKind> &badKinds();

/// The text of one bad event or message. It names `interaction` and `time` where its kind allows, so that a decoder that lets it
/// through spoils a timeline that somebody looks at; its id starts with "bad-".
[[nodiscard]] std::string badText(std::size_t kind, std::string_view interaction, std::string_view time, std::uint64_t number);

} // namespace threadline::sim
