// SPDX-License-Identifier: GPL-3.0-or-later
/// The floor's picture from its entries: rows in their order, and where in time all of it lies. Pure.
#pragma once

#include "ui/models/floororder.h"
#include "ui/timeline/density.h"
#include "ui/timeline/scene.h"

#include <set>
#include <string>

namespace threadline::ui {

/// Key of the row of a queue's group.
[[nodiscard]] std::string groupKeyOf(const QString &queue);
/// A row for each group and, unless it is in `collapsed` (keys of group rows), one for each of its lanes.
[[nodiscard]] std::vector<Row> floorRows(const FloorOrder &order, const NowFigures &figures, const std::set<std::string> &collapsed);
/// From the first start to the last event; absent: there are none.
[[nodiscard]] std::optional<TimeRange> extentOf(const FloorOrder::Entries &entries);
/// The latest stretch before `until` in which something lay without a long pause: about a day at most, unless one alone takes longer.
[[nodiscard]] TimeRange latestStretch(const FloorOrder::Entries &entries, Timestamp until);
/// Of a floor that goes on: the stretch up to `now` in which something lay, no shorter than `least`; absent: `extent` is hardly longer.
[[nodiscard]] std::optional<TimeRange> liveOverview(const FloorOrder::Entries &entries, TimeRange extent, Timestamp now, Duration least);
/// Of a floor that stands still: what to look at first within `scene.extent`, and how many entries go on beyond it or lie before it.
void focusScene(Scene &scene, const FloorOrder::Entries &entries);
/// Where each of them lies in time.
[[nodiscard]] std::vector<Stretch> stretchesOf(const FloorOrder::Entries &entries);

} // namespace threadline::ui
