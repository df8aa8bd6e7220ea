// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/scene.h"

#include "ui/text/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace threadline::ui {

std::optional<TimeRange> focusOn(TimeRange span, TimeRange extent)
{
    constexpr std::int64_t kAlike = 3;
    if (span.end <= span.start || span.length().us > extent.length().us / kAlike)
        return std::nullopt;
    return span;
}

QString beyondText(const Scene &scene, const QString &who, const TimeText &time)
{
    const QString tail = QCoreApplication::translate("Scene", "Shift+F shows all of it, and again what the customer lived through.");
    const bool after = scene.focus && scene.extent.end > scene.focus->end;
    const QString until = after ? QCoreApplication::translate("Scene", "%1 on until %2.").arg(who, time.dated(scene.extent.end))
                                : QCoreApplication::translate("Scene", "%1 back to %2.").arg(who, time.dated(scene.extent.start));
    return until + QLatin1Char(' ') + tail;
}
QString Row::detailAt(Timestamp now) const { return runsSince ? detail.arg(durationText(now - *runsSince)) : detail; }

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
