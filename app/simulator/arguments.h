// SPDX-License-Identifier: GPL-3.0-or-later
/// The command line of threadline-simulator. CLI11 is named in arguments.cpp alone.
#pragma once

#include "core/simulator/accounts.h"
#include "core/simulator/stream.h"

#include <cstdint>
#include <optional>
#include <string>

namespace threadline::app {

struct SimulatorArguments {
    sim::Options options;
    sim::Accounts accounts;
    std::uint16_t port = 8089;
    std::string truthFile;
    bool listScenarios = false;
    bool endWhenDone = false;
    bool secretGiven = false; ///< then it is not printed
};

/// What to do after reading the command line: go on with `arguments`, or end with `exitCode` (said already).
struct ParsedArguments {
    std::optional<SimulatorArguments> arguments;
    int exitCode = 0;
};
[[nodiscard]] ParsedArguments parseArguments(int argc, char **argv);

} // namespace threadline::app
