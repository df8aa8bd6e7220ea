// SPDX-License-Identifier: GPL-3.0-or-later
/// The pattern that tells a state apart without its colour, as a brush of an 8 px tile. GUI thread only.
#pragma once

#include "ui/theme/theme.h"

#include <QBrush>

namespace threadline::ui {

/// What is drawn over the fill of a state, besides its edge.
enum class Pattern : std::uint8_t {
    None,
    BaseLine,
    VerticalLines,
    DiagonalUp,
    DiagonalDown,
    HorizontalLines,
    TopAndBaseLine,
    Dots,
    CrossHatch,
    Dashes
};

[[nodiscard]] Pattern patternOf(SegmentKind kind);
/// True if it is a tile (and text on it needs a plate); lines along the edges are no tile.
[[nodiscard]] bool isTile(Pattern pattern);
/// The tile of a state; transparent ground. No brush where isTile() is false.
[[nodiscard]] QBrush patternBrush(const Theme &theme, SegmentKind kind, double ratio);
/// The hatch of "not listening": 45 degrees, 8 px step; `crossed` adds the other diagonal. Transparent ground.
[[nodiscard]] QBrush blindBrush(const Theme &theme, bool crossed, double ratio);

} // namespace threadline::ui
