// SPDX-License-Identifier: GPL-3.0-or-later
/// The command line of collector and desktop: the settings as flags, and what is to be done. CLI11 is named in
/// commandline.cpp alone.
#pragma once

#include "core/base/settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::app {

/// What was asked for.
struct CommandLine {
    Settings settings;
    bool import = false;           ///< "import FILE..."
    bool segments = false;         ///< with import: print segment count and sum of each conversation
    bool resend = false;           ///< "resend [--from TIME] [--to TIME]"
    bool deadLetters = false;      ///< "dead-letters [--retry]"
    bool retry = false;
    bool restore = false;          ///< "restore"
    bool serve = false;            ///< "serve": REST and store, no source
    std::string from, to;          ///< of resend
    std::vector<std::string> files;///< of import, or of --open
    std::string record;            ///< --record FILE
    std::string replay;            ///< --replay FILE
    // desktop
    bool demo = false;
    std::string screenshot;
    double after = 5;
    std::string size;
    std::string view;
    std::string dock;
    std::string theme;
    std::uint64_t seed = 1;
};

/// What to do after reading the command line: go on with `line`, or end with `exitCode` (--help, an error: said already).
struct Parsed {
    std::optional<CommandLine> line;
    int exitCode = 0;
    /// The settings are wrong and somebody may look at a screen instead of a terminal: it is to be told there, too.
    std::optional<Error> refused = {};
};

enum class Program { Collector, Desktop };
/// Needs no application object, and so no display. Options of Qt itself are left to it.
[[nodiscard]] Parsed parseCommandLine(Program program, int argc, char **argv);

/// The folder of the database: the setting, else the platform's data folder for the profile.
[[nodiscard]] std::string dataFolder(const Settings &settings);

} // namespace threadline::app
