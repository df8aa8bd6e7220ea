// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/importer.h"

#include "app/common/exitcodes.h"

#include "core/base/counted.h"
#include "core/base/utf8.h"
#include "core/genesys/importreader.h"
#include "core/timeline/record.h"

#include <cstdio>
#include <sys/stat.h>

namespace threadline::app {
namespace {

constexpr Duration kDurableWithin = Duration::seconds(600);
constexpr Duration kKeptWithin = Duration::seconds(1);
constexpr Duration kEstimateAfter = Duration::seconds(1);

std::uint64_t sizeOf(const std::string &file)
{
    struct stat info{};
    return ::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// As it is printed: what moves a terminal's cursor or turns its direction is left out, whatever a file or its name has of it.
std::string printable(std::string text)
{
    blankControls(text);
    return text;
}

std::string conversationPrefix(const std::string &id) { return ": conversation " + id + ": "; }

/// Reads file by file; `take` gets each conversation. What in a conversation cannot be is told, and it is taken all the same.
class Reading {
public:
    Reading(const ImportHooks &hooks, std::function<bool(Record &&)> take) : m_hooks(hooks), m_take(std::move(take)) {}

    [[nodiscard]] Result<ImportResult> run(const std::vector<std::string> &files)
    {
        m_began = m_clock.steady();
        for (const std::string &file : files)
            m_state.total += sizeOf(file);
        for (const std::string &file : files) {
            if (const auto read = readOne(file); !read)
                return fail(read.error());
            if (m_hooks.stop.stop_requested())
                break;
        }
        m_result.stopped = m_hooks.stop.stop_requested();
        return m_result;
    }

    void storing()
    {
        m_state.storing = true;
        m_state.left.reset();
        show();
    }

private:
    [[nodiscard]] Result<> readOne(const std::string &file)
    {
        m_state.file = file;
        const std::uint64_t before = m_state.done;
        std::uint64_t doubts = 0;
        const auto take = [&](Record &&record) {
            for (const std::string &warning : recordWarnings(record)) {
                if (++doubts <= kMaxImportProblems)
                    problem(record.interaction.value, file + conversationPrefix(record.interaction.value) + warning);
            }
            noteTime(record);
            const bool taken = m_take(std::move(record));
            m_state.conversations += taken ? 1 : 0; // the one at which it was stopped is not kept
            return taken;
        };
        const auto progress = [&](std::uint64_t done, std::uint64_t) {
            m_state.done = std::min(before + done, m_state.total);
            show();
        };
        show();
        const auto totals = readImport(file, take, [this](const std::string &words) { problem({}, words); }, progress, {}, m_hooks.stop);
        if (doubts > kMaxImportProblems)
            problem({}, file + ": " + counted(doubts - kMaxImportProblems, "more problem") + " within conversations not listed.");
        if (!totals)
            return fail(totals.error());
        m_state.done = std::min(before + sizeOf(file), m_state.total);
        m_result.conversations = m_state.conversations;
        m_result.problems += totals->problems + doubts;
        m_state.problems = m_result.problems;
        return {};
    }

    void problem(std::string conversation, std::string line)
    {
        const ImportProblem problem{m_state.file, std::move(conversation), printable(std::move(line))};
        if (m_hooks.tell)
            m_hooks.tell(problem);
        if (m_result.listed.size() < kMaxListedProblems)
            m_result.listed.push_back(problem);
    }

    void noteTime(const Record &record)
    {
        const Timestamp last = record.rank.last;
        if (last < kEarliestTime || last > kLatestTime)
            return;
        if (m_result.first.empty() || last < m_result.ends.start) {
            m_result.ends = {last, std::max(m_result.ends.end, last)};
            m_result.first = record.interaction;
        }
        m_result.ends.end = std::max(m_result.ends.end, last);
    }

    void show()
    {
        const Duration took = m_clock.steady() - m_began;
        if (!m_state.storing && took >= kEstimateAfter && m_state.done > 0)
            m_state.left = Duration::micros(static_cast<std::int64_t>(static_cast<double>(took.us) * static_cast<double>(m_state.total - m_state.done)
                                                                      / static_cast<double>(m_state.done)));
        if (m_hooks.progress)
            m_hooks.progress(m_state);
    }

    const ImportHooks &m_hooks;
    const std::function<bool(Record &&)> m_take;
    const SystemClock m_clock;
    Duration m_began;
    ImportState m_state;
    ImportResult m_result;
};

} // namespace

std::string ImportProblem::words() const
{
    const std::string name = printable(file);
    if (!line.starts_with(name))
        return line;
    const std::string prefix = conversation.empty() ? std::string() : printable(conversationPrefix(conversation));
    const std::string_view rest = std::string_view(line).substr(name.size());
    const std::size_t skipped = !prefix.empty() && rest.starts_with(prefix) ? prefix.size() : std::min<std::size_t>(2, rest.size());
    return std::string(rest.substr(skipped)); // ": " or ", "
}

Result<ImportResult> importFiles(const std::vector<std::string> &files, Engine &engine, const ImportHooks &hooks)
{
    Reading reading(hooks, [&](Record &&record) { return engine.import(std::move(record), hooks.stop); });
    auto read = reading.run(files);
    if (!read)
        return read;
    reading.storing();
    if (read->stopped)
        (void)engine.drain(kKeptWithin); // what was read is kept, as is said
    if (!read->stopped && !engine.drain(kDurableWithin, hooks.stop) && !hooks.stop.stop_requested())
        return fail(ErrorCode::Busy, "What was read is not stored yet: " + engine.status().storeError);
    return read;
}

ImportJob::ImportJob(std::vector<std::string> files, Engine &engine, std::function<void(const ImportProblem &)> tell, Done done)
{
    if (!files.empty())
        m_state.file = files.front();
    m_thread = std::jthread([this, &engine, files = std::move(files), tell = std::move(tell), done = std::move(done)](const std::stop_token &stop) {
        ImportHooks hooks;
        hooks.tell = tell;
        hooks.stop = stop;
        hooks.progress = [this](const ImportState &state) {
            const std::scoped_lock lock(m_mutex);
            m_state = state;
        };
        done(importFiles(files, engine, hooks));
    });
}

ImportState ImportJob::state() const
{
    const std::scoped_lock lock(m_mutex);
    return m_state;
}

Result<ImportResult> printSegments(const std::vector<std::string> &files)
{
    ImportHooks hooks;
    hooks.tell = [](const ImportProblem &problem) { sayLine(problem.line); };
    return Reading(hooks, [](Record &&record) {
               std::fputs(segmentLine(record).c_str(), stdout);
               return true;
           })
        .run(files);
}

} // namespace threadline::app
