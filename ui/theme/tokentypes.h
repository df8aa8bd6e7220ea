// SPDX-License-Identifier: GPL-3.0-or-later
/// The shape of a theme's colours; the values are generated from resources/tokens.json, in the order of these lists.
#pragma once

#include <array>
#include <cstdint>

namespace threadline::ui {

enum class ThemeName : std::uint8_t { Light, Dark, Contrast };

/// What a colour of the interface is for.
enum class Role : std::uint8_t {
    Window,
    Panel,
    LaneOdd,
    LaneEven,
    Header,
    Group,
    GridMinor,
    GridMajor,
    Border,
    BorderControl,
    Text,
    Text2,
    Text3,
    TextDisabled,
    Accent,
    AccentOn,
    Select,
    SelectRing,
    Hover,
    Focus,
    Now,
    Playhead,
    Link,
    Tip,
    Shadow
};
inline constexpr int kRoles = 25;

/// How something is known.
enum class Evidence : std::uint8_t { Live, Backfilled, Inferred, BlindGround, BlindLine, BlindText, Conflict, Late, Duplicate };
inline constexpr int kEvidences = 9;

enum class Severity : std::uint8_t { Info, Ok, Warn, Error };
inline constexpr int kSeverities = 4;

struct StateColours {
    std::uint32_t fill;
    std::uint32_t text;
    std::uint32_t edge; ///< equal to fill: no edge
};

struct SeverityColours {
    std::uint32_t ink;
    std::uint32_t ground;
};

struct Tokens {
    std::array<std::uint32_t, kRoles> ui;
    std::array<StateColours, 12> state; ///< by SegmentKind
    std::array<std::uint32_t, kEvidences> evidence;
    std::array<SeverityColours, kSeverities> severity;
};

} // namespace threadline::ui
