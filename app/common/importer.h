// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading exported conversation details into the store: `threadline-collector import`, `threadline --open`.
#pragma once

#include "core/engine/engine.h"

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace threadline::app {

/// What could not be read, or does not fit.
struct ImportProblem {
    std::string file;
    std::string conversation; ///< within this one, which is read all the same; empty: elsewhere in the file
    std::string line;         ///< one sentence, from the file's name on, without controls (blankControls)

    /// The same without what the other two say.
    [[nodiscard]] std::string words() const;
};

struct ImportResult {
    std::uint64_t conversations = 0;
    std::uint64_t problems = 0; ///< what could not be read, within the conversations that were read too
    std::vector<ImportProblem> listed; ///< the first kMaxListedProblems of them
    bool stopped = false;       ///< on request: what was read by then is kept

    InteractionId first; ///< of those with a readable time the one that ends first; empty: there is none
    TimeRange ends;      ///< from its end to the last one
};

/// So many problems are kept to be looked at, over all files.
inline constexpr std::size_t kMaxListedProblems = 2000;

/// How far reading has come, over all files.
struct ImportState {
    std::string file; ///< the one that is read now
    std::uint64_t done = 0;
    std::uint64_t total = 0; ///< bytes on the disk
    std::uint64_t conversations = 0;
    std::uint64_t problems = 0;
    bool storing = false;         ///< all is read; the last of it is made durable
    std::optional<Duration> left; ///< an estimate, once there is ground for one

    [[nodiscard]] int percent() const { return total > 0 ? static_cast<int>(done * 100 / total) : 0; }
};

struct ImportHooks {
    std::function<void(const ImportProblem &)> tell;   ///< of each file the first kMaxImportProblems of either kind; may be null
    std::function<void(const ImportState &)> progress; ///< every block; may be null
    std::stop_token stop;                              ///< seen within 0.2 s
};

/// Reads `files` one after the other and waits until everything is durable, or until it is to stop.
/// Errors: those of readImport; Busy where the store takes nothing. Blocks; any thread.
[[nodiscard]] Result<ImportResult> importFiles(const std::vector<std::string> &files, Engine &engine, const ImportHooks &hooks);

/// The same on a thread of its own, to be looked at and stopped from another one. Destroying it stops it and waits, for 0.2 s at most
/// unless the disk holds it.
class ImportJob {
public:
    using Done = std::function<void(Result<ImportResult>)>;
    /// `engine` must outlive it. `tell` and `done` are called on its thread, `done` last and once.
    ImportJob(std::vector<std::string> files, Engine &engine, std::function<void(const ImportProblem &)> tell, Done done);

    [[nodiscard]] ImportState state() const;
    void stop() { m_thread.request_stop(); }

private:
    mutable std::mutex m_mutex;
    ImportState m_state;
    std::jthread m_thread; ///< last, so that it ends before the rest goes
};

/// Prints, for each conversation of the files: id, number of segments, sum of their durations in microseconds.
[[nodiscard]] Result<ImportResult> printSegments(const std::vector<std::string> &files);

} // namespace threadline::app
