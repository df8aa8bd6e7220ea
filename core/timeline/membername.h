// SPDX-License-Identifier: GPL-3.0-or-later
/// Names of JSON members as tools write them: "conversationId", "ConversationId", "conversation_id".
#pragma once

#include "core/base/ascii.h"

#include <string>
#include <string_view>

namespace threadline {

/// In lower case and without underscores.
[[nodiscard]] inline std::string foldedName(std::string_view name)
{
    std::string out;
    for (const char c : name) {
        if (c != '_')
            out.push_back(ascii::lower(c));
    }
    return out;
}

/// Whether `name`, folded, is `folded`.
[[nodiscard]] inline bool foldedEqual(std::string_view name, std::string_view folded)
{
    std::size_t at = 0;
    for (const char c : name) {
        if (c == '_')
            continue;
        if (at == folded.size() || ascii::lower(c) != folded[at])
            return false;
        ++at;
    }
    return at == folded.size();
}

/// As the platform writes it, if it is a known member's name in another form; else as it is.
[[nodiscard]] std::string_view canonicalName(std::string_view name);

} // namespace threadline
