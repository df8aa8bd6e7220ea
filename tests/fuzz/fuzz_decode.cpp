// SPDX-License-Identifier: GPL-3.0-or-later
/// Messages of the streaming protocol. What is decoded means the same when it is read back from the store, whatever it is.
#include "core/genesys/streamingdecoder.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <iterator>

using namespace threadline;

namespace {

void checkEvent(StreamingDecoder &decoder, const Event &event, Timestamp received)
{
    FUZZ_CHECK(!event.id.empty());
    FUZZ_CHECK(kEarliestTime <= event.time && event.time < kLatestTime);
    FUZZ_CHECK(event.content == hash128(event.raw));
    FUZZ_CHECK(std::size_t(event.dataOffset) + event.dataSize <= event.raw.size());
    FUZZ_CHECK(!event.sequence || (*event.sequence > -(std::int64_t(1) << 53) && *event.sequence < (std::int64_t(1) << 53)));
    const Result<Event> again = decoder.decodeStored(event.raw, received, event.provenance);
    FUZZ_CHECK(again);
    FUZZ_CHECK(again->id == event.id && again->time == event.time && again->raw == event.raw && again->facts == event.facts);
    FUZZ_CHECK(again->interaction == event.interaction && again->participant == event.participant && again->channel == event.channel);
    FUZZ_CHECK(again->kind == event.kind && again->sequence == event.sequence && again->data() == event.data());
}

void checkRefused(const Refused &refused)
{
    const auto &reasons = StreamingDecoder::kReasons;
    FUZZ_CHECK(std::find(std::begin(reasons), std::end(reasons), refused.reason) != std::end(reasons));
    FUZZ_CHECK(refused.text.size() <= 4096 && !refused.detail.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static StreamingDecoder decoder;
    static StreamingDecoder other;
    static Decoded out;
    const Timestamp received{1'800'000'000'000'000};
    decoder.decode(fuzz::textOf(data, size), received, out);
    for (const Event &event : out.events)
        checkEvent(other, event, received);
    for (const Refused &refused : out.refused)
        checkRefused(refused);
    return 0;
}
