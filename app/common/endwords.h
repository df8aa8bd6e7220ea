// SPDX-License-Identifier: GPL-3.0-or-later
/// The last line of the log of a program that listened or served: what came of what it was given.
#pragma once

#include "core/model/summary.h"

#include <string>

namespace threadline::app {

/// "Ended after 3:12:05 (the end took 0.1 s): 1234 events received, 1200 stored, 34 known already. 1190 lines delivered, 10 events wait for
/// delivery." `exitCode`: told with what it stands for, unless it is 0.
[[nodiscard]] std::string endWords(const Status &status, Duration ran, Duration ending, int exitCode);

} // namespace threadline::app
