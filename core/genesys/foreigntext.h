// SPDX-License-Identifier: GPL-3.0-or-later
/// What people choose by mistake in place of an export, if it is text. Pure.
#pragma once

#include <string>
#include <string_view>

namespace threadline {

struct ForeignText {
    std::string is;      ///< one sentence without its stop, with what was expected; empty: it may be JSON
    bool whole = false;  ///< nothing in such a file can be an export
    bool markup = false; ///< it may hold JSON that is no export
};
/// What `head` is if it is text but not JSON. Only where nothing of the file is an export does that count: one may stand behind other text.
/// `all`: the file ends here.
[[nodiscard]] ForeignText foreignText(std::string_view head, bool all);

} // namespace threadline
