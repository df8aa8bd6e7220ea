// SPDX-License-Identifier: GPL-3.0-or-later
/// The shared store behind the local one, as the session asks it.
#pragma once

#include "core/base/result.h"
#include "core/model/history.h"
#include "core/session.h"

#include <functional>
#include <string>
#include <vector>

namespace threadline {

/// Any thread; answers on a thread of its own. A handle that is destroyed ends its question: afterwards nothing of it is called.
class History {
public:
    virtual ~History() = default;
    /// For people: "InfluxDB at db.example:8086".
    [[nodiscard]] virtual std::string name() const = 0;
    /// Calls `each` for the interaction's events until it returns false, then `done`. Errors: Unreachable, Unusable, Malformed, Busy.
    using Each = std::function<bool(HistoryEvent &&)>;
    using Done = std::function<void(Result<>)>;
    [[nodiscard]] virtual HandlePtr events(InteractionId id, Each each, Done done) = 0;
    using Rows = std::function<void(Result<std::vector<HistoryRow>>)>;
    [[nodiscard]] virtual HandlePtr list(HistoryQuery query, Rows answer) = 0;
};

} // namespace threadline
