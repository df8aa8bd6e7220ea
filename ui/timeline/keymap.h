// SPDX-License-Identifier: GPL-3.0-or-later
/// The keys of the lanes, as one table: the widget obeys it, the key sheet shows it, a test reads it. Pure.
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

class QKeyEvent;

namespace threadline::ui {

enum class LaneCommand : std::uint8_t {
    SegmentBefore,
    SegmentAfter,
    LaneAbove,
    LaneBelow,
    PageUp,
    PageDown,
    FirstLane,
    LastLane,
    Home,
    End,
    PanLeft,
    PanRight,
    ScreenLeft,
    ScreenRight,
    ZoomIn,
    ZoomOut,
    Fit,
    FitAll,
    Open,
    Expand,
    Collapse,
    ShowTip,
    Menu,
    Leave,
    NarrowHeader,
    WidenHeader,
    CopyId
};

struct LaneKey {
    LaneCommand command;
    QList<QKeySequence> keys;
    QString does;
    QString mouse; ///< the same by mouse; empty: keys only
};

[[nodiscard]] const std::vector<LaneKey> &laneKeys();
[[nodiscard]] std::optional<LaneCommand> laneCommand(const QKeyEvent &event);
/// The first key of a command.
[[nodiscard]] QKeySequence keyOf(LaneCommand command);

} // namespace threadline::ui
