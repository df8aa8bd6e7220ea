// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/importer.h"

#include "app/common/exitcodes.h"

#include "core/genesys/importreader.h"
#include "core/timeline/record.h"

#include <cstdio>

namespace threadline::app {
namespace {

constexpr Duration kDurableWithin = Duration::seconds(600);
constexpr std::uint64_t kTellEvery = 64u << 20; ///< bytes read between two words of progress

/// Reads one file; `take` gets each conversation. What in a conversation cannot be is told, and it is taken all the same.
Result<> readFile(const std::string &file, ImportResult &result, const std::function<bool(Record &&)> &take,
                  const std::function<void(const std::string &)> &tell)
{
    std::uint64_t told = 0;
    const auto problem = [&](std::string words) {
        if (result.firstProblem.empty())
            result.firstProblem = words;
        tell(words);
    };
    const auto progress = [&](std::uint64_t done, std::uint64_t total) {
        if (done - told < kTellEvery)
            return;
        told = done;
        tell(file + ": " + std::to_string(total > 0 ? done * 100 / total : 100) + " % read");
    };
    std::uint64_t doubts = 0;
    const auto doubtAndTake = [&](Record &&record) {
        for (const std::string &warning : recordWarnings(record)) {
            if (++doubts <= kMaxImportProblems)
                problem(file + ": conversation " + record.interaction.value + ": " + warning);
        }
        return take(std::move(record));
    };
    const auto totals = readImport(file, doubtAndTake, problem, progress);
    if (doubts > kMaxImportProblems)
        tell(file + ": " + std::to_string(doubts - kMaxImportProblems) + " more problems within conversations are not listed.");
    if (!totals)
        return fail(totals.error());
    result.conversations += totals->conversations;
    result.problems += totals->problems + doubts;
    return {};
}

} // namespace

Result<ImportResult> importFiles(const std::vector<std::string> &files, Engine &engine,
                                 const std::function<void(const std::string &)> &tell)
{
    ImportResult result;
    for (const std::string &file : files) {
        const auto read = readFile(file, result, [&](Record &&record) { return engine.import(std::move(record)); }, tell);
        if (!read)
            return fail(read.error());
    }
    if (!engine.drain(kDurableWithin))
        return fail(ErrorCode::Busy, "What was read is not stored yet: " + engine.status().storeError);
    return result;
}

Result<ImportResult> printSegments(const std::vector<std::string> &files)
{
    ImportResult result;
    const auto print = [](Record &&record) {
        std::fputs(segmentLine(record).c_str(), stdout);
        return true;
    };
    for (const std::string &file : files) {
        const auto tell = sayLine;
        const auto read = readFile(file, result, print, tell);
        if (!read)
            return fail(read.error());
    }
    return result;
}

} // namespace threadline::app
