// SPDX-License-Identifier: GPL-3.0-or-later
/// JSON with line breaks and two blanks a level, every token as it was received. Pure; any thread.
#pragma once

#include <QString>

#include <string_view>

namespace threadline::ui {

/// `json` must be minified and valid (what the store keeps). At most `limit` bytes of it are shown; the rest is named in a
/// last line. Deeper nesting than 64 levels is no longer indented further.
[[nodiscard]] QString prettyJson(std::string_view json, std::size_t limit = 262'144);

} // namespace threadline::ui
