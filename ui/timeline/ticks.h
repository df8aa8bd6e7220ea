// SPDX-License-Identifier: GPL-3.0-or-later
/// The marks of the time axis: which step, where, and with which words. Pure.
#pragma once

#include "ui/text/timetext.h"
#include "ui/timeline/timescale.h"

#include <QString>

#include <functional>
#include <vector>

namespace threadline::ui {

inline constexpr double kMinTickSpace = 80;
inline constexpr double kMinMinorSpace = 8;

/// A distance of labels: `months` months, else `us` microseconds; divided into `minors`.
struct TickStep {
    std::int64_t us = 0;
    int months = 0;
    int minors = 1;
    friend bool operator==(const TickStep &, const TickStep &) = default;
};

struct Tick {
    Timestamp time;
    double x = 0;
    bool major = false;
    bool day = false; ///< here the day changes (or the clock): 2 px, with the date
    QString label;    ///< of major ticks
    QString dated;    ///< with the date before it: of the leftmost visible major tick of a day
};

struct Span {
    double from = 0;
    double to = 0;
};

struct PlacedLabel {
    double x = 0;
    double width = 0;
    QString text;
    bool strong = false; ///< a date stands in it
};

inline constexpr double kLabelInsetOfTick = 5;
inline constexpr double kLabelGap = 4;
using Measure = std::function<double(const QString &)>;

/// The finest step whose labels are at least `space` pixels apart (never less than kMinTickSpace).
[[nodiscard]] TickStep tickStep(double usPerPx, double space = kMinTickSpace);

/// All ticks that are visible on `width` pixels and the one before, by time. Labels follow the zone and stand on its wall
/// clock; a change of the clock is a tick of its own.
[[nodiscard]] std::vector<Tick> ticks(const TimeScale &scale, double width, const TimeText &text, const TickStep &step);

/// Where labels stand: right of their tick, inside 0 .. width, never touching each other nor `taken` (the flags of now and of
/// the playhead); those without room are left out.
[[nodiscard]] std::vector<PlacedLabel> placeLabels(const std::vector<Tick> &ticks, double width, const Measure &measure,
                                                   const std::vector<Span> &taken);

} // namespace threadline::ui
