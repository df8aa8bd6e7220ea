// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers of the database, in each language. The first two bytes of the input say which language, and where the answer is cut into
/// pieces: that must change neither the rows nor the error. What rows give is well-formed, whatever stands in them.
#include "core/base/time.h"
#include "core/influx/rows.h"
#include "core/influx/words.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace threadline;
using namespace threadline::influx;

namespace {

/// All that a reading gave.
struct Given {
    std::string rows;
    std::size_t count = 0;
    std::optional<Error> error;
    bool enough = false;

    friend bool operator==(const Given &, const Given &) = default;
};

void checkEvent(const Row &row, Schema schema)
{
    const auto event = eventOf(row, schema);
    if (!event)
        return;
    FUZZ_CHECK(!event->interaction.empty() && !event->id.empty());
    json::Reader reader;
    const auto prepared = reader.prepare(event->raw);
    std::vector<json::Member> members;
    FUZZ_CHECK(prepared && reader.members(*prepared, members));
    FUZZ_CHECK(!event->whole || event->raw == row.text("payload"));
}

void checkSummary(const Row &row)
{
    const auto summary = summaryOf(row);
    FUZZ_CHECK(!summary || (!summary->summary.interaction.empty() && row.time() == summary->time));
    const auto locator = locatorOf(row);
    FUZZ_CHECK(!locator || row.number("startUs") == locator->start.us);
}

/// A row as text, its cells by the names that are ever asked for.
std::string describe(const Row &row)
{
    std::string out;
    for (const char *name : {"a", "interactionId", "eventId", "payload", "timeUs", "startUs", "endUs", "count", "mediaList"})
        out += row.text(name) + '\x1f' + std::to_string(row.number(name).value_or(-1)) + '\x1e';
    return out + std::to_string(row.time().value_or(-1)) + '\n';
}

/// `step`: how large the next piece is at most. `most`: rows that are wanted.
template<class Step>
Given read(Language language, std::string_view answer, std::size_t most, Step step)
{
    RowReader reader(language);
    Given out;
    const auto each = [&](const Row &row) {
        FUZZ_CHECK(out.count < most);
        checkEvent(row, Schema::Bounded);
        checkEvent(row, Schema::Classic);
        checkSummary(row);
        out.rows += describe(row);
        return ++out.count < most;
    };
    while (!answer.empty() && !out.error) {
        const std::size_t size = std::min(answer.size(), step());
        if (const auto fed = reader.feed(answer.substr(0, size), each); !fed)
            out.error = fed.error();
        answer.remove_prefix(size);
    }
    if (!out.error) {
        if (const auto ended = reader.end(each); !ended)
            out.error = ended.error();
    }
    out.enough = reader.enough();
    FUZZ_CHECK(out.enough == (out.count == most));
    FUZZ_CHECK(!out.error || (!out.error->message.empty() && out.error->message.size() < 1000));
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 2)
        return 0;
    const auto language = static_cast<Language>(data[0] % 3);
    const std::uint8_t seed = data[1];
    const std::string_view answer = fuzz::textOf(data + 2, size - 2);
    const std::size_t most = (data[0] & 0x80) != 0 ? 1 + (data[0] >> 2) % 8 : size;
    const Given whole = read(language, answer, most, [&] { return answer.size(); });
    std::uint32_t state = seed + 1u;
    const Given pieces = read(language, answer, most, [&] {
        state = state * 1664525u + 1013904223u;
        return std::size_t(1) + (seed == 0 ? 0 : (state >> 24) % (1 + seed % 64));
    });
    FUZZ_CHECK(whole == pieces);
    return 0;
}
