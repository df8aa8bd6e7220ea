// SPDX-License-Identifier: GPL-3.0-or-later
/// Recordings: what a file of recorded messages says, gzip or not. What was read is written again and reads the same.
#include "core/genesys/recorder.h"
#include "core/genesys/source.h"
#include "tests/fuzz/fuzz.h"

#include <vector>

using namespace threadline;

namespace {

class Lines final : public SourceSink {
public:
    bool offer(SourceItem &item) override
    {
        lines.push_back(recordLine(item));
        return true;
    }
    void sourceState(SourceState, const std::string &) override {}
    std::vector<std::string> lines;
};

std::vector<std::string> linesOf(std::string_view text, bool &readable)
{
    static fuzz::MemoryFile file;
    static const ManualClock clock;
    file.fill(text);
    Lines sink;
    Replay replay({file.path(), 0}, sink, clock);
    readable = replay.run().has_value();
    return std::move(sink.lines);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    bool readable = false;
    const std::vector<std::string> first = linesOf(fuzz::textOf(data, size), readable);
    if (!readable)
        return 0;
    std::string written;
    for (const std::string &line : first)
        written.append(line).push_back('\n');
    const std::vector<std::string> second = linesOf(written, readable);
    FUZZ_CHECK(readable && second.size() >= first.size());
    return 0;
}
