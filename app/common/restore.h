// SPDX-License-Identifier: GPL-3.0-or-later
/// Rebuilding the local store from what was delivered to InfluxDB: `threadline-collector restore`.
#pragma once

#include "app/common/runtime.h"

#include <functional>
#include <stop_token>
#include <string>

namespace threadline::app {

struct Restored {
    std::uint64_t events = 0;      ///< read back in this run
    std::uint64_t withoutData = 0; ///< of these: whose data is not there
};

/// Reads all events of the set InfluxDB into the data folder, whose store must be empty or the rest of a restoring that was
/// interrupted: that goes on where it was. What was read back counts as delivered there. `tell` gets progress. Blocks; any thread.
/// Errors: InvalidArgument where no InfluxDB is set, it has no such bucket, or the store holds something else; CredentialsRefused,
/// Unreachable and Internal of InfluxDB; Cancelled; those of the stores.
[[nodiscard]] Result<Restored> restore(RuntimeOptions options, const Clock &clock, const std::function<void(const std::string &)> &tell,
                                       const std::stop_token &stop = {});

} // namespace threadline::app
