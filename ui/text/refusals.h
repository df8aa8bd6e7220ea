// SPDX-License-Identifier: GPL-3.0-or-later
/// Why events are refused, in words for people.
#pragma once

#include <QString>

#include <string_view>

namespace threadline::ui {

/// "No time" for "no-timestamp", the word that /metrics and the store have; a word that is not known stays as it is.
[[nodiscard]] QString refusalName(std::string_view reason);

} // namespace threadline::ui
