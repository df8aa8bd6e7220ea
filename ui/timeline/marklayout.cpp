// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/marklayout.h"

#include "ui/timeline/metrics.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace threadline::ui {

MarkKind markKindOf(const EventMark &mark)
{
    if (mark.skew.us > 0 || mark.sequenceTie)
        return MarkKind::Conflict;
    if (mark.variants > 0)
        return MarkKind::Duplicate;
    if (mark.late.us > 0)
        return MarkKind::Late;
    return mark.provenance == Provenance::Live ? MarkKind::Live : MarkKind::Backfilled;
}

std::vector<std::uint32_t> marksByTime(const std::vector<EventMark> &marks)
{
    std::vector<std::uint32_t> order(marks.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return marks[a].time < marks[b].time; });
    return order;
}

std::vector<MarkCluster> layOutMarks(const std::vector<EventMark> &marks, const std::vector<std::uint32_t> &order,
                                     const TimeScale &scale, double width)
{
    constexpr double kAround = 8;
    std::array<std::vector<MarkCluster>, 5> byKind;
    std::array<double, 5> last{};
    const Timestamp from = scale.at(-kAround);
    const auto begin =
        std::lower_bound(order.begin(), order.end(), from, [&](std::uint32_t i, Timestamp t) { return marks[i].time < t; });
    for (auto it = begin; it != order.end(); ++it) {
        const double x = scale.x(marks[*it].time);
        if (x > width + kAround)
            break;
        const auto kind = static_cast<std::size_t>(markKindOf(marks[*it]));
        std::vector<MarkCluster> &clusters = byKind[kind];
        // Closeness counts from the first of a cluster, so that a dense row does not become one diamond.
        if (!clusters.empty() && x - last[kind] < kMarkMerge) {
            ++clusters.back().count;
            continue;
        }
        clusters.push_back({static_cast<MarkKind>(kind), *it, 1, x});
        last[kind] = x;
    }
    std::vector<MarkCluster> out;
    for (const std::vector<MarkCluster> &clusters : byKind)
        out.insert(out.end(), clusters.begin(), clusters.end());
    return out;
}

} // namespace threadline::ui
