// SPDX-License-Identifier: GPL-3.0-or-later
/// How programs end.
#pragma once

#include "core/base/result.h"

#include <functional>
#include <string>

namespace threadline::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;      ///< what was asked for was not done, or not to its end; the last line says why
inline constexpr int kExitUsage = 2;       ///< wrong usage or setting, port taken
inline constexpr int kExitCredentials = 3; ///< credentials refused at start
inline constexpr int kExitData = 4;        ///< the data folder cannot be used, or could not when the program ended with something unrecorded
inline constexpr int kExitNothing = 5;     ///< in the files that were read there was no conversation
inline constexpr int kExitHung = 6;        ///< asked to end, and something in the system hung (endWithin)

/// Runs `program` and returns its exit code. That there is no memory or no thread to be had is said, instead of ending by a signal; the
/// exit code is that of a wrong setting. For what is thrown while it starts: from within an event loop nothing can be thrown.
[[nodiscard]] int sayWhatIsShort(const std::function<int()> &program);
/// One line on standard error, without a secret.
void sayLine(const std::string &words);
/// Says the error on standard error; returns the exit code for a failure of settings, network or credentials.
[[nodiscard]] int sayAndExit(const Error &error);
/// The same for a failure of the data folder.
[[nodiscard]] int sayDataAndExit(const Error &error);
/// The same where it may be either, or of the other side, as its code tells.
[[nodiscard]] int sayWhichAndExit(const Error &error);

} // namespace threadline::app
