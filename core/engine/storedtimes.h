// SPDX-License-Identifier: GPL-3.0-or-later
/// What the newest stored events say of the time: it is their source's, so it holds however wrong our own clock was.
#pragma once

#include "core/base/result.h"
#include "core/store/store.h"

#include <optional>

namespace threadline {

/// The latest time of an event, of the interactions that were written last, that does not lie behind `now`; nothing: there is none.
[[nodiscard]] Result<std::optional<Timestamp>> lastEventTime(StoreReader &reader, Timestamp now);
/// The median of when they had their last events: a single event with a wild time does not move it. Nothing: the store is empty.
[[nodiscard]] Result<std::optional<Timestamp>> usualEventTime(StoreReader &reader);

} // namespace threadline
