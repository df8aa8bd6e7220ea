// SPDX-License-Identifier: GPL-3.0-or-later
/// The members of an event's `data` that mean something to us.
#pragma once

#include "core/base/json.h"
#include "core/model/event.h"

#include <string>

namespace threadline {

enum class DataProblem { None, BadId, NamesNothing };

/// Fills ids and facts of `event` from the object at `cursor` (in validated, minified text), and moves past it. A fact of
/// another type than expected is passed over: it stays in the raw text. `scratch` is working memory.
[[nodiscard]] DataProblem readData(json::Cursor &cursor, Event &event, std::string &scratch);

} // namespace threadline
