// SPDX-License-Identifier: GPL-3.0-or-later
/// How many interactions were in which state, over all time: the columns of the minimap. Pure.
#pragma once

#include "core/model/occupancy.h"
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

/// Where in time one interaction lies; its states, where they are known.
struct Stretch {
    LanePtr lane;           ///< null: not read yet
    std::int64_t start = 0; ///< us
    std::int64_t end = 0;   ///< us; kOpenEnd: it goes on
};

/// Columns of kMinimapColumn px over `width` px: interactions that were in a state at some time in the column.
/// `stored`: where more lay than `all` has, the columns show that, too, without their states.
[[nodiscard]] std::vector<DensityColumn> densityOf(const std::vector<Stretch> &all, const Occupancy &stored, const TimeScale &scale, int width,
                                                   Timestamp now);

} // namespace threadline::ui
