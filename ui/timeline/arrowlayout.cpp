// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/arrowlayout.h"

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kFarRows = 3;
constexpr double kGutter = 6;

struct Ends {
    QPointF from;
    QPointF to;
    bool down = true;
};

double edgeOf(const RowLayout &rows, const Scene &scene, const Metrics &metrics, int row, bool lower)
{
    const RowKind kind = scene.rows[static_cast<std::size_t>(row)].kind;
    const SegmentBox box = segmentBox(kind, SegmentKind::Talk, metrics);
    return rows.top(row) + (lower ? box.top + box.height + 1 : box.top - 1);
}

Ends endsOf(const SceneArrow &arrow, const Scene &scene, const RowLayout &rows, const Metrics &metrics, const TimeScale &scale)
{
    const double x0 = std::round(scale.x(arrow.from));
    const double x1 = std::round(scale.x(arrow.to));
    // To or from another interaction: the arrow ends at the edge of the rows.
    if (arrow.toRow < 0)
        return {{x0, edgeOf(rows, scene, metrics, arrow.fromRow, true)}, {x1, static_cast<double>(rows.height())}, true};
    if (arrow.fromRow < 0)
        return {{x0, 0}, {x1, edgeOf(rows, scene, metrics, arrow.toRow, false)}, true};
    const bool down = arrow.toRow > arrow.fromRow;
    return {
        {x0, edgeOf(rows, scene, metrics, arrow.fromRow, down)}, {x1, edgeOf(rows, scene, metrics, arrow.toRow, !down)}, down};
}

std::vector<QPointF> course(const Ends &ends, bool far)
{
    const double sign = ends.down ? 1 : -1;
    const QPointF stop = ends.to - QPointF(0, sign * kArrowHeadLength);
    const double bend = (stop.y() - ends.from.y()) * 0.55;
    if (!far)
        return {ends.from, ends.from + QPointF(0, bend), stop - QPointF(0, bend), stop};
    // Long ones leave vertically and run in the gutter left of their target.
    const QPointF gutter(ends.to.x() - kGutter, stop.y() - sign * 14);
    const QPointF turn(ends.to.x() - kGutter, ends.from.y() + sign * 14);
    return {ends.from, ends.from + QPointF(0, sign * 10), turn - QPointF(0, sign * 10), turn, turn, gutter,
            gutter,    gutter + QPointF(0, sign * 8),     stop - QPointF(0, sign * 6),  stop};
}

/// True if no segment of the row at `y` reaches into x0 .. x1.
bool isClear(const Scene &scene, const RowLayout &rows, const TimeScale &scale, double y, double x0, double x1)
{
    const int index = rows.rowAt(static_cast<int>(y));
    if (index < 0 || !scene.rows[static_cast<std::size_t>(index)].lane)
        return true;
    const Lane &lane = *scene.rows[static_cast<std::size_t>(index)].lane;
    const std::size_t first = lane.firstEndingAfter(scale.at(x0).us);
    return first == lane.segments().size() || scale.x(Timestamp{lane.segments()[first].start}) >= x1;
}

/// Beside the arrow, on the side where no segment is covered; the row nearest to its middle first.
void placePill(ArrowShape &shape, const Ends &ends, const Scene &scene, const RowLayout &rows, const TimeScale &scale,
               double width)
{
    const double right = std::max(ends.from.x(), ends.to.x()) + 8;
    const double left = std::min(ends.from.x(), ends.to.x()) - 8 - kArrowPillRoom;
    const double middle = (ends.from.y() + ends.to.y()) / 2;
    shape.pill = QPointF(right, middle);
    for (const double y :
         {middle, ends.from.y() + (ends.to.y() - ends.from.y()) * 0.2, ends.from.y() + (ends.to.y() - ends.from.y()) * 0.8}) {
        for (const double x : {right, left}) {
            if (x < 0 || x + kArrowPillRoom > width || !isClear(scene, rows, scale, y, x, x + kArrowPillRoom))
                continue;
            shape.pill = QPointF(x, y);
            shape.pillLeft = x == left;
            shape.pillFits = true;
            return;
        }
    }
}

} // namespace

std::vector<ArrowShape> layOutArrows(const Scene &scene, const RowLayout &rows, const Metrics &metrics, const TimeScale &scale,
                                     double width)
{
    std::vector<ArrowShape> out;
    for (std::size_t i = 0; i < scene.arrows.size(); ++i) {
        const SceneArrow &arrow = scene.arrows[i];
        if (arrow.fromRow < 0 && arrow.toRow < 0)
            continue;
        const Ends ends = endsOf(arrow, scene, rows, metrics, scale);
        if (std::max(ends.from.x(), ends.to.x()) < 0 || std::min(ends.from.x(), ends.to.x()) > width)
            continue;
        const bool far = arrow.fromRow >= 0 && arrow.toRow >= 0 && std::abs(arrow.toRow - arrow.fromRow) > kFarRows;
        ArrowShape shape;
        shape.arrow = static_cast<std::uint32_t>(i);
        shape.path = course(ends, far);
        shape.head = ends.to;
        shape.down = ends.down;
        placePill(shape, ends, scene, rows, scale, width);
        out.push_back(std::move(shape));
    }
    const auto distance = [&](const ArrowShape &a) { return std::abs(a.head.x() - width / 2); };
    std::stable_sort(out.begin(), out.end(), [&](const ArrowShape &a, const ArrowShape &b) { return distance(a) < distance(b); });
    if (out.size() > kMostArrows)
        out.resize(kMostArrows);
    std::sort(out.begin(), out.end(), [](const ArrowShape &a, const ArrowShape &b) { return a.pill.x() < b.pill.x(); });
    // Of two pills in one place the first stays.
    for (std::size_t i = 0; i < out.size(); ++i) {
        for (std::size_t j = 0; out[i].pillFits && j < i; ++j) {
            const QPointF way = out[i].pill - out[j].pill;
            if (out[j].pillFits && std::abs(way.y()) < 24 && std::abs(way.x()) < kArrowPillRoom)
                out[i].pillFits = false;
        }
    }
    return out;
}

} // namespace threadline::ui
