// SPDX-License-Identifier: GPL-3.0-or-later
/// How many interactions were in which state, over all time: the columns of the minimap. Pure.
#pragma once

#include "ui/timeline/scene.h"
#include "ui/timeline/timescale.h"

#include <vector>

namespace threadline::ui {

inline constexpr int kMinimapColumn = 4;

struct DensityColumn {
    int queue = 0;
    int hold = 0;
    int rest = 0;
    [[nodiscard]] int all() const { return queue + hold + rest; }
    friend bool operator==(const DensityColumn &, const DensityColumn &) = default;
};

/// Columns of kMinimapColumn px over `width` px: lanes that were in a state at some time in the column.
[[nodiscard]] std::vector<DensityColumn> densityOf(const Scene &scene, const TimeScale &scale, int width, Timestamp now);

} // namespace threadline::ui
