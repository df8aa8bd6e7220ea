// SPDX-License-Identifier: GPL-3.0-or-later
/// Interactions whose end nobody will tell: only the platform's records tell of them, and those have none, or no readable time at all.
/// Time does not go on for them, whatever else is heard; where a length would be shown, "unknown" is, with the reason. Pure.
#pragma once

#include "core/model/story.h"

#include <QString>

namespace threadline::ui {

/// Nothing in it has a time: it lies nowhere on a timeline.
[[nodiscard]] bool timesUnknown(const Story &story);
[[nodiscard]] bool endUnknown(const Story &story);
/// "still going on", or why its end is not known.
[[nodiscard]] QString noEndText(const Story &story);
/// The same story with all that has no end drawn to its last event, as concluded.
[[nodiscard]] Story concluded(Story story);

} // namespace threadline::ui
