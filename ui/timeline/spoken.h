// SPDX-License-Identifier: GPL-3.0-or-later
/// Rows, segments and bands in words: for screen readers and for tips. What is not of the day of `now` bears its date. Pure.
#pragma once

#include "ui/text/timetext.h"
#include "ui/timeline/scene.h"
#include "ui/timeline/segmentlayout.h"

namespace threadline::ui {

/// "Hold, Agent Six, 00:42:10 to 01:55:02, 1 minute 13 seconds, from live events"
[[nodiscard]] QString spokenSegment(const Scene &scene, int row, const LaneSegment &segment, const TimeText &time, Timestamp counted, Timestamp now);
/// "14 segments, mostly talk"
[[nodiscard]] QString spokenBlock(const Piece &piece);
/// "+1 555 0137, Support, waiting 4 minutes 12 seconds, lane 1 of 13"
[[nodiscard]] QString spokenRow(const Scene &scene, int row, Timestamp now);
[[nodiscard]] QString spokenMark(const EventMark &mark, const TimeText &time, Timestamp now);
[[nodiscard]] QString evidenceText(const LaneSegment &segment);
/// Rich text of a tip, five lines at most.
[[nodiscard]] QString tipOf(const Scene &scene, int row, const Piece &piece, const TimeText &time, Timestamp now);

} // namespace threadline::ui
