// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivering once more what the local store holds: `threadline-collector resend`.
#pragma once

#include "app/common/runtime.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace threadline::app {

/// Which events, by source time; both absent: all.
struct ResendRange {
    std::optional<Timestamp> from, to;
    [[nodiscard]] bool whole() const { return !from && !to; }
};

/// Notes what is to be sent once more, and delivers it; ends when everything has been delivered, settled or set aside. `tell` gets
/// progress, a line about each second. Blocks, running an event loop of the calling thread, which may be any; no source may run. Errors:
/// InvalidArgument where no InfluxDB is set, or its settings are wrong there or here; CredentialsRefused; Cancelled; those of the stores.
[[nodiscard]] Result<> resend(const RuntimeOptions &options, const ResendRange &range, const Clock &clock,
                              const std::function<void(const std::string &)> &tell, const std::stop_token &stop = {});

} // namespace threadline::app
