// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading exported conversation details into the store: `threadline-collector import`, `threadline --open`.
#pragma once

#include "core/engine/engine.h"

#include <functional>
#include <string>
#include <vector>

namespace threadline::app {

struct ImportResult {
    std::uint64_t conversations = 0;
    std::uint64_t problems = 0; ///< what could not be read, within the conversations that were read too
    std::string firstProblem;
};

/// Reads `files` one after the other and waits until everything is durable. `tell` gets progress and problems, a line each.
/// Blocks; any thread.
[[nodiscard]] Result<ImportResult> importFiles(const std::vector<std::string> &files, Engine &engine,
                                               const std::function<void(const std::string &)> &tell);

/// Prints, for each conversation of the files: id, number of segments, sum of their durations in microseconds.
[[nodiscard]] Result<ImportResult> printSegments(const std::vector<std::string> &files);

} // namespace threadline::app
