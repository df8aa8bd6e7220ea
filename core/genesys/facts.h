// SPDX-License-Identifier: GPL-3.0-or-later
/// The members of an event's `data` that mean something to us.
#pragma once

#include "core/model/event.h"

#include <string>
#include <string_view>

namespace threadline {

enum class DataProblem { None, BadId, NamesNothing };

/// Fills ids and facts of `event` from the object `data` (validated, minified). A fact of another type than expected is
/// passed over: it stays in the raw text. `scratch` is working memory.
[[nodiscard]] DataProblem readData(std::string_view data, Event &event, std::string &scratch);

} // namespace threadline
