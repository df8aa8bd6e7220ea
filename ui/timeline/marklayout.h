// SPDX-License-Identifier: GPL-3.0-or-later
/// Where the diamonds, rings and triangles of the events row stand. Pure.
#pragma once

#include "core/model/story.h"
#include "ui/timeline/timescale.h"

#include <cstdint>
#include <vector>

namespace threadline::ui {

enum class MarkKind : std::uint8_t { Live, Backfilled, Late, Duplicate, Conflict };

/// How an event shows; what is odd about it outranks where it came from.
[[nodiscard]] MarkKind markKindOf(const EventMark &mark);

/// One mark, or several of one kind that stand closer than kMarkMerge.
struct MarkCluster {
    MarkKind kind = MarkKind::Live;
    std::uint32_t first = 0; ///< index into the marks
    std::uint32_t count = 1;
    double x = 0;
};

/// `order` lists the indices of `marks` by time. Only plain ones merge with plain ones: what is odd never hides behind
/// what is not. Visible ones on 0 .. width (and 8 px around) in the order of their kinds, so that odd ones are drawn last.
[[nodiscard]] std::vector<MarkCluster> layOutMarks(const std::vector<EventMark> &marks, const std::vector<std::uint32_t> &order,
                                                   const TimeScale &scale, double width);

/// Indices of `marks` by source time, equal ones in canonical order.
[[nodiscard]] std::vector<std::uint32_t> marksByTime(const std::vector<EventMark> &marks);

} // namespace threadline::ui
