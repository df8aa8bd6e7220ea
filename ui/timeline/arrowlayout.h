// SPDX-License-Identifier: GPL-3.0-or-later
/// The course of the arrows between rows (the visual language, section 5). Pure.
#pragma once

#include "ui/timeline/rowlayout.h"
#include "ui/timeline/timescale.h"

#include <QPointF>

#include <vector>

namespace threadline::ui {

inline constexpr std::size_t kMostArrows = 40;
inline constexpr double kArrowPillRoom = 120;
inline constexpr double kArrowHeadWidth = 8;
inline constexpr double kArrowHeadLength = 7;

struct ArrowShape {
    std::uint32_t arrow = 0;   ///< index into Scene::arrows
    std::vector<QPointF> path; ///< start, then triples of Bezier control points, content coordinates
    QPointF head;              ///< the tip
    bool down = true;          ///< the direction the head points to
    QPointF pill;              ///< left middle of the room for the label
    bool pillLeft = false;     ///< that room is left of the arrow: the label stands at its right end
    bool pillFits = false;     ///< there is room for it to stand always
};

/// Arrows that are at least partly on pixels 0 .. width, at most kMostArrows, those nearest to the middle first.
[[nodiscard]] std::vector<ArrowShape> layOutArrows(const Scene &scene, const RowLayout &rows, const Metrics &metrics,
                                                   const TimeScale &scale, double width);

} // namespace threadline::ui
