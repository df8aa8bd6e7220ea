// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/density.h"

#include <algorithm>

namespace threadline::ui {

std::vector<DensityColumn> densityOf(const std::vector<Stretch> &all, const Occupancy &stored, const TimeScale &scale, int width, Timestamp now)
{
    const int columns = std::max(0, width / kMinimapColumn);
    std::vector<DensityColumn> steps(static_cast<std::size_t>(columns) + 1);
    const double perColumn = scale.usPerPx() * kMinimapColumn;
    const auto column = [&](std::int64_t t) {
        return std::clamp(static_cast<int>(static_cast<double>(t - scale.start().us) / perColumn), 0, columns);
    };
    const auto part = [](DensityColumn &at, SegmentKind kind) -> int & {
        return kind == SegmentKind::Queue ? at.queue : kind == SegmentKind::Hold ? at.hold : at.rest;
    };
    const auto add = [&](std::int64_t start, std::int64_t end, SegmentKind kind) {
        const int first = column(start);
        const int last = std::max(first + 1, column(end));
        ++part(steps[static_cast<std::size_t>(first)], kind);
        --part(steps[static_cast<std::size_t>(std::min(last, columns))], kind);
    };
    for (const Stretch &stretch : all) {
        if (!stretch.lane || stretch.lane->empty()) {
            add(stretch.start, std::max(stretch.start, stretch.end == kOpenEnd ? now.us : stretch.end), SegmentKind::Unknown);
            continue;
        }
        for (const LaneSegment &segment : stretch.lane->segments())
            add(segment.start, segment.endAt(now.us), segment.kind);
    }
    for (std::size_t i = 1; i < steps.size(); ++i) {
        steps[i].queue += steps[i - 1].queue;
        steps[i].hold += steps[i - 1].hold;
        steps[i].rest += steps[i - 1].rest;
    }
    steps.pop_back();
    for (int i = 0; i < columns; ++i) {
        DensityColumn &here = steps[static_cast<std::size_t>(i)];
        const auto most = static_cast<int>(stored.most(scale.at(i * kMinimapColumn), scale.at((i + 1) * kMinimapColumn)));
        here.rest += std::max(0, most - here.all());
    }
    return steps;
}

} // namespace threadline::ui
