// SPDX-License-Identifier: GPL-3.0-or-later
/// What an object is that was read where a conversation record was expected. Pure.
#pragma once

#include <string>
#include <string_view>

namespace threadline {

/// Whether the object is a page on which nothing stands: a query answers so past its last one.
[[nodiscard]] bool isEmptyPage(std::string_view json);

/// Whether the object is, or was meant to be, a conversation record: it has an id of a conversation, and participants. `json`: valid.
[[nodiscard]] bool isConversationRecord(std::string_view json);

/// For people, in the singular: "a notification of the platform (topic v2...)", "an object with the members a, b". `json`: valid.
[[nodiscard]] std::string describeStranger(std::string_view json);

} // namespace threadline
