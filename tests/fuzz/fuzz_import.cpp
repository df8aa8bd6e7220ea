// SPDX-License-Identifier: GPL-3.0-or-later
/// Conversation records as the platform exports them. A record read back from its own text is the same record, and what it is
/// made into is well-formed, whatever stands in it.
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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const Result<Record> record = readRecord(fuzz::textOf(data, size));
    if (!record) {
        FUZZ_CHECK(!record.error().message.empty());
        return 0;
    }
    FUZZ_CHECK(!record->interaction.empty() && record->content == hash128(record->raw));
    const Result<Record> again = readRecord(record->raw);
    FUZZ_CHECK(again && again->raw == record->raw && again->interaction == record->interaction && again->last == record->last);
    FUZZ_CHECK(!stands(*record, *again) || !stands(*again, *record));
    checkEvents(*record);
    checkStory(recordStory(*record));
    return 0;
}
