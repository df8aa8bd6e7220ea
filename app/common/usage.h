// SPDX-License-Identifier: GPL-3.0-or-later
/// What is said of a command line that is not understood. No value of it is repeated: it may be a secret that was given by mistake.
#pragma once

#include <string>
#include <vector>

namespace threadline::app {

/// One or two sentences about these arguments, which no option takes: the names of options alone.
[[nodiscard]] std::string notUnderstood(const std::vector<std::string> &arguments);

} // namespace threadline::app
