// SPDX-License-Identifier: GPL-3.0-or-later
/// Which rectangles a row's segments become, and what has room in them: the rules of the visual language, section 2. Pure.
#pragma once

#include "ui/timeline/lane.h"
#include "ui/timeline/metrics.h"
#include "ui/timeline/ticks.h"
#include "ui/timeline/timescale.h"

#include <QString>

#include <vector>

namespace threadline::ui {

/// A rectangle to draw: one segment, or a run of narrow ones.
struct Piece {
    std::uint32_t first = 0; ///< index into Lane::segments
    std::uint32_t count = 1;
    int x0 = 0; ///< pixels, x1 exclusive; at least 1 wide
    int x1 = 0;
    SegmentKind kind = SegmentKind::Unknown; ///< of a run: the one that holds most time
    Rail rail = Rail::None;
    bool open = false;
    std::int64_t time = 0;   ///< us of all segments in it; below 0: a sample, shown without a duration
    std::int64_t ofKind = 0; ///< us of those of `kind`

    [[nodiscard]] bool merged() const { return count > 1; }
    [[nodiscard]] int width() const { return x1 - x0; }
};

/// The visible pieces of `lane` on pixels `left` to `right`, by position. Appends to `out`. Segments narrower than
/// kMergeBelow merge with narrow neighbours into blocks of about that width; wider ones stay alone.
void layOutSegments(const Lane &lane, const TimeScale &scale, int left, int right, Timestamp now, std::vector<Piece> &out);

/// What has room in a piece.
struct Decor {
    bool gap = false; ///< 1 px free at the right, so that neighbours stand apart
    bool edge = false;
    bool pattern = false;
    int glyph = 0; ///< its size: 0, 10 or 12
    bool label = false;
};
[[nodiscard]] Decor decorOf(const Piece &piece, int segmentHeight, const Metrics &metrics);

/// A label in two parts, because few names and few durations make very many labels: each part is laid out once.
struct FittedLabel {
    QString name;
    QString duration;
    [[nodiscard]] bool empty() const { return name.isEmpty() && duration.isEmpty(); }
    [[nodiscard]] QString text() const
    {
        return name.isEmpty() || duration.isEmpty() ? name + duration : name + QLatin1Char(' ') + duration;
    }
};
/// What fits into `room` pixels, `space` of which part name and duration: both, then the duration alone, then nothing. A
/// name is cut with an ellipsis only where at least half of a roomy label is left for it; a duration never is.
[[nodiscard]] FittedLabel fitLabel(const QString &name, const QString &duration, double room, double space,
                                   const Measure &measure);

/// Low states are drawn lower, on the common base line.
[[nodiscard]] bool isLow(SegmentKind kind);

} // namespace threadline::ui
