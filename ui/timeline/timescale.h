// SPDX-License-Identifier: GPL-3.0-or-later
/// Time to pixels and back. A plain value; pure.
#pragma once

#include "core/base/time.h"

namespace threadline::ui {

class TimeScale {
public:
    static constexpr double kFinest = 50;     ///< us a pixel: 20 px a millisecond
    static constexpr double kCoarsest = 4e12; ///< us a pixel: two centuries on 1,600 px

    TimeScale() = default;
    /// `start` stands at x = 0; `usPerPx` is clamped to kFinest .. kCoarsest.
    TimeScale(Timestamp start, double usPerPx);
    /// `range` over `width` pixels, leaving the fraction `margin` of the width free at the right.
    [[nodiscard]] static TimeScale fitting(TimeRange range, double width, double margin = 0);

    [[nodiscard]] Timestamp start() const { return m_start; }
    [[nodiscard]] double usPerPx() const { return m_usPerPx; }
    [[nodiscard]] double x(Timestamp t) const { return static_cast<double>(t.us - m_start.us) / m_usPerPx; }
    [[nodiscard]] Timestamp at(double x) const;
    [[nodiscard]] double width(Duration d) const { return static_cast<double>(d.us) / m_usPerPx; }
    [[nodiscard]] TimeRange range(double width) const { return {m_start, at(width)}; }

    /// `factor` > 1 shows more detail; the instant at `x` stays where it is.
    [[nodiscard]] TimeScale zoomed(double factor, double x) const;
    /// Moves the picture left by `px` pixels (later times come into view).
    [[nodiscard]] TimeScale panned(double px) const;
    /// The same detail, with `t` at `x`.
    [[nodiscard]] TimeScale withAt(Timestamp t, double x) const;

    friend bool operator==(const TimeScale &, const TimeScale &) = default;

private:
    Timestamp m_start;
    double m_usPerPx = 1'000'000;
};

} // namespace threadline::ui
