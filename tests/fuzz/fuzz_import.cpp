// SPDX-License-Identifier: GPL-3.0-or-later
/// Files of conversation records as the platform exports them, whole and one by one. A record read back from its own text is the same record, and what it is
/// made into is well-formed, whatever stands in it.
#include "core/genesys/importreader.h"
#include "core/timeline/record.h"
#include "tests/fuzz/fuzz.h"

#include <set>

using namespace threadline;

namespace {

void checkEvents(const Record &record)
{
    const Timestamp received{1'800'000'000'000'000};
    std::set<std::string> ids;
    for (const Event &event : recordEvents(record, received)) {
        FUZZ_CHECK(event.interaction == record.interaction && event.provenance == Provenance::Import);
        FUZZ_CHECK(kEarliestTime <= event.time && event.time < kLatestTime);
        FUZZ_CHECK(ids.insert(event.id.value).second);
    }
}

void checkStory(const Story &story)
{
    const int participants = static_cast<int>(story.participants.size());
    for (const ParticipantRow &participant : story.participants) {
        for (const ChannelRow &channel : participant.channels) {
            for (const Segment &segment : channel.segments)
                FUZZ_CHECK(kEarliestTime <= segment.start && segment.start < kLatestTime);
        }
    }
    for (const FeltSegment &felt : story.felt)
        FUZZ_CHECK(felt.participant >= -1 && felt.participant < participants && (!felt.end || felt.start <= *felt.end));
    for (const Link &link : story.links)
        FUZZ_CHECK(link.from >= -1 && link.from < participants && link.to >= -1 && link.to < participants);
}

void checkRecord(const Record &record)
{
    FUZZ_CHECK(!record.interaction.empty() && record.rank.content == hash128(record.raw));
    const Result<Record> again = readRecord(record.raw);
    FUZZ_CHECK(again && again->raw == record.raw && again->interaction == record.interaction && again->rank == record.rank);
    FUZZ_CHECK(!stands(record.rank, again->rank) && !stands(again->rank, record.rank));
    checkEvents(record);
    checkStory(recordStory(record));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    std::uint64_t conversations = 0;
    std::uint64_t problems = 0;
    const ImportTotals totals = readImportBytes(
        fuzz::textOf(data, size), "fuzz",
        [&](Record &&record) {
            ++conversations;
            checkRecord(record);
            return true;
        },
        [&](std::string words) {
            ++problems;
            FUZZ_CHECK(!words.empty());
        });
    FUZZ_CHECK(totals.conversations == conversations && totals.problems >= problems);
    if (const Result<Record> record = readRecord(fuzz::textOf(data, size)))
        checkRecord(*record);
    return 0;
}
