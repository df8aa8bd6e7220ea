// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/scene.h"

#include <algorithm>

namespace threadline::ui {

int rowOf(const Scene &scene, std::string_view key)
{
    const auto found = std::find_if(scene.rows.begin(), scene.rows.end(), [&](const Row &row) { return row.key == key; });
    return found == scene.rows.end() ? -1 : static_cast<int>(found - scene.rows.begin());
}

int segmentAt(const Lane &lane, std::int64_t start, SegmentKind kind)
{
    const std::vector<LaneSegment> &all = lane.segments();
    auto it = std::lower_bound(all.begin(), all.end(), start, [](const LaneSegment &s, std::int64_t t) { return s.start < t; });
    for (; it != all.end() && it->start == start; ++it) {
        if (it->kind == kind)
            return static_cast<int>(it - all.begin());
    }
    return -1;
}

int segmentCovering(const Lane &lane, Timestamp t, Timestamp now)
{
    const std::vector<LaneSegment> &all = lane.segments();
    auto it = std::upper_bound(all.begin(), all.end(), t.us, [](std::int64_t at, const LaneSegment &s) { return at < s.start; });
    // Those of a record may overlap, a few deep; further back nothing is looked for.
    for (int steps = 0; it != all.begin() && steps < 64; ++steps) {
        --it;
        const bool runsOn = it->open() && t <= now; // what is open covers now itself
        if (runsOn || it->endAt(now.us) > t.us || (it->start == t.us && it->endAt(now.us) == t.us))
            return static_cast<int>(it - all.begin());
    }
    return -1;
}

} // namespace threadline::ui
