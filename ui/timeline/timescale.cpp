// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timescale.h"

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

/// The picture may leave the span of possible times by a century at either side, so that no sum overflows.
constexpr std::int64_t kSlack = 3'155'760'000'000'000;

Timestamp bounded(double us)
{
    const auto low = static_cast<double>(kEarliestTime.us - kSlack);
    const auto high = static_cast<double>(kLatestTime.us + kSlack);
    return Timestamp{std::llround(std::clamp(us, low, high))};
}

} // namespace

TimeScale::TimeScale(Timestamp start, double usPerPx) : m_start(start), m_usPerPx(std::clamp(usPerPx, kFinest, kCoarsest)) {}

TimeScale TimeScale::fitting(TimeRange range, double width, double margin)
{
    const double length = std::max(1.0, static_cast<double>(range.length().us));
    const double free = std::max(1.0, width * (1 - margin));
    TimeScale scale(range.start, length / free);
    // A range shorter than the finest detail stands in the middle.
    const double used = scale.width(range.length());
    return used < free - 1 ? scale.panned(-(free - used) / 2) : scale;
}

Timestamp TimeScale::at(double x) const { return bounded(static_cast<double>(m_start.us) + x * m_usPerPx); }

TimeScale TimeScale::zoomed(double factor, double x) const
{
    const double detail = std::clamp(m_usPerPx / factor, kFinest, kCoarsest);
    const double start = static_cast<double>(m_start.us) + x * (m_usPerPx - detail);
    return {bounded(start), detail};
}

TimeScale TimeScale::panned(double px) const { return {at(px), m_usPerPx}; }

TimeScale TimeScale::withAt(Timestamp t, double x) const
{
    return {bounded(static_cast<double>(t.us) - x * m_usPerPx), m_usPerPx};
}

} // namespace threadline::ui
