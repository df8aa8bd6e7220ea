// SPDX-License-Identifier: GPL-3.0-or-later
/// The file of `--truth`: NDJSON. The first line describes the run, each further one is an event:
///     {"time":"<when it really happened>","event":{...as sent...}}
#pragma once

#include "core/base/result.h"
#include "core/simulator/stream.h"

#include <fstream>
#include <memory>
#include <string>

namespace threadline::app {

class TruthFile {
public:
    /// Errors: InvalidArgument, naming --truth, if the file cannot be written.
    [[nodiscard]] static Result<std::unique_ptr<TruthFile>> create(const std::string &path, const sim::Options &options);
    void add(const sim::TrueEvent &event);
    /// So that a judge can read it while the simulator goes on.
    void flush() { m_file.flush(); }
    [[nodiscard]] bool good() const { return m_file.good(); }

private:
    std::ofstream m_file;
    std::string m_line;
};

} // namespace threadline::app
