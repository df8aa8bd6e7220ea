// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/points.h"

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/influx/line.h"

#include <algorithm>
#include <limits>

namespace threadline::influx {
namespace {

constexpr std::int64_t kNanosInMilli = 1'000'000;
/// Milliseconds whose every nanosecond lies within what InfluxDB stores (the 64-bit numbers without the least two).
constexpr std::int64_t kLastMilli = std::numeric_limits<std::int64_t>::max() / kNanosInMilli - 1;

constexpr std::string_view kOther = "other";
/// The values of the tag eventType, exactly; any other kind is "other", so that the number of series stays bounded.
constexpr std::string_view kTypes[] = {
    "interaction-updated", "interaction-participant-joined", "interaction-participant-left", "interaction-media-channel-added",
    "interaction-media-channel-removed", "segment-start", "segment-end", "session-start", "session-end", "wrapup", "acw", "ended",
    "interaction-ended", "interaction-wrapup", kOther,
};

std::string_view boundedType(std::string_view type)
{
    const auto known = std::find(std::begin(kTypes), std::end(kTypes), type);
    return known == std::end(kTypes) ? kOther : *known;
}

/// Towards the past.
std::int64_t millisOf(Timestamp time)
{
    const std::int64_t millis = time.us / 1000;
    return time.us % 1000 < 0 ? millis - 1 : millis;
}

tl::unexpected<Error> unwritable(std::string_view field, const char *problem)
{
    return fail(ErrorCode::Malformed, "This cannot be written to InfluxDB: its " + std::string(field) + ' ' + problem
                                          + ". It stays in the local store only.");
}

Result<PointPlace> finish(LineWriter &line, PointPlace place, Timestamp time)
{
    const std::int64_t millis = millisOf(time);
    if (!line.problem() && millis >= -kLastMilli && millis <= kLastMilli) {
        line.end(place.time);
        return place;
    }
    line.undo();
    return line.problem() ? unwritable(line.field(), line.problem()) : unwritable("time", "lies outside the years 1678 to 2261");
}

/// `whole`: absent fields too.
struct Fields {
    LineWriter &line;
    bool whole;

    void text(std::string_view name, std::string_view value)
    {
        if (whole || !value.empty())
            line.text(name, value);
    }
    void number(std::string_view name, std::int64_t value)
    {
        if (whole || value != 0)
            line.number(name, value);
    }
};

std::string_view agentOf(const Facts &facts)
{
    const bool isAgent = facts.purpose == Purpose::Agent || facts.purpose == Purpose::User;
    return isAgent && !facts.name.empty() ? facts.name : facts.userId;
}

void appendPayload(Fields &fields, const Event &event, bool wanted)
{
    const bool tooLong = event.raw.size() > kMaxPayload;
    fields.text("payload", wanted && !tooLong ? std::string_view(event.raw) : std::string_view());
    fields.number("payloadBytes", wanted && tooLong ? static_cast<std::int64_t>(event.raw.size()) : 0);
}

/// The fields that both schemas have, from provenance on.
void appendCommon(Fields &fields, const Event &event, std::int64_t lamport, bool payload)
{
    fields.text("provenance", event.provenance == Provenance::Live ? std::string_view() : nameOf(event.provenance));
    fields.number("marks", event.marks);
    if (event.sequence || fields.whole)
        fields.line.number("sequence", event.sequence.value_or(kNoSequence));
    fields.line.number("lamportTimestamp", lamport);
    fields.line.number("timeUs", event.time.us);
    appendPayload(fields, event, payload);
}

std::uint64_t appendBounded(LineWriter &line, const Event &event, std::int64_t lamport, const PointOptions &options)
{
    const std::string_view type = boundedType(event.type);
    line.tag("eventType", type);
    line.tag("media", event.facts.media == Media::Unknown ? std::string_view("unknown") : nameOf(event.facts.media));
    line.tag("part", eventPart(event.interaction.value));
    const std::uint64_t series = hash64(line.series());
    Fields fields{line, options.whole};
    fields.text("interactionId", event.interaction.value);
    fields.text("eventId", event.id.value);
    fields.text("participantId", event.participant.value);
    fields.text("channelId", event.channel.value);
    fields.text("queue", event.facts.queueName.empty() ? event.facts.queueId : event.facts.queueName);
    fields.text("agent", agentOf(event.facts));
    if (type == kOther)
        fields.text("type", event.type);
    appendCommon(fields, event, lamport, options.payload);
    return series;
}

std::uint64_t appendClassic(LineWriter &line, const Event &event, std::int64_t lamport, const PointOptions &options)
{
    const auto or_ = [](const std::string &id, std::string_view absent) { return id.empty() ? absent : std::string_view(id); };
    line.tag("channelId", or_(event.channel.value, "none"));
    line.tag("eventType", event.type);
    line.tag("interactionId", event.interaction.value);
    line.tag("participantId", or_(event.participant.value, "system"));
    const std::uint64_t series = hash64(line.series());
    Fields fields{line, options.whole};
    fields.text("eventId", event.id.value);
    appendCommon(fields, event, lamport, options.payload);
    return series;
}

/// `text` without what no tag can hold; never empty.
std::string tagOf(std::string_view text, std::string_view absent)
{
    constexpr std::size_t kMaxTag = 1000;
    std::string out;
    while (!text.empty() && out.size() < kMaxTag) {
        const std::size_t length = utf8Length(text);
        const bool control = static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f;
        if (length > 0 && !control && text.front() != '\\')
            out.append(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out.empty() ? std::string(absent) : out;
}

std::string_view firstOf(const std::vector<std::string> &names) { return names.empty() ? std::string_view() : std::string_view(names.front()); }

std::string arrayOf(const std::vector<std::string> &names)
{
    std::string out;
    json::writeStrings(out, names);
    return out;
}

std::string hexByte(std::uint64_t value)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    return {kDigits[(value >> 4) & 15], kDigits[value & 15]};
}

} // namespace

std::int64_t pointTime(Timestamp time, std::string_view eventId, int bump)
{
    const std::uint64_t digest = bump > 0 ? hash64(std::string(eventId) + std::to_string(bump)) : hash64(eventId);
    return std::clamp(millisOf(time), -kLastMilli, kLastMilli) * kNanosInMilli
        + static_cast<std::int64_t>(digest % static_cast<std::uint64_t>(kNanosInMilli));
}

Result<PointPlace> appendEvent(std::string &out, const Event &event, std::int64_t lamport, const PointOptions &options)
{
    if (event.interaction.empty())
        return unwritable("interactionId", "is not known");
    const bool bounded = options.schema == Schema::Bounded;
    LineWriter line(out, bounded ? kEventMeasurement : kClassicMeasurement);
    PointPlace place;
    place.series = bounded ? appendBounded(line, event, lamport, options) : appendClassic(line, event, lamport, options);
    place.time = pointTime(event.time, event.id.value, options.bump);
    return finish(line, place, event.time);
}

std::string_view nameOf(Phase phase) { return phase == Phase::Started ? "started" : "ended"; }

Result<PointPlace> appendIndex(std::string &out, const Summary &summary, Phase phase, bool names, int bump)
{
    const std::string &id = summary.interaction.value;
    const Timestamp at = phase == Phase::Started ? summary.start : summary.end.value_or(summary.lastEventAt);
    LineWriter line(out, kIndexMeasurement);
    line.tag("media", tagOf(firstOf(summary.media), "unknown"));
    line.tag("queue", tagOf(firstOf(summary.queues), "none"));
    const PointPlace place{hash64(line.series()), pointTime(at, std::string(id).append(nameOf(phase)), bump)};
    line.text("interactionId", id);
    line.text("phase", nameOf(phase));
    line.number("startUs", summary.start.us);
    line.number("lastUs", summary.lastEventAt.us);
    line.number("endUs", summary.end ? summary.end->us : 0);
    line.number("count", summary.count);
    line.text("agent", firstOf(summary.agents));
    line.text("mediaList", arrayOf(summary.media));
    line.text("queueList", arrayOf(summary.queues));
    line.text("agentList", arrayOf(summary.agents));
    line.text("customer", names ? std::string_view(summary.customer) : std::string_view());
    return finish(line, place, at);
}

Result<PointPlace> appendLocator(std::string &out, const Summary &summary, int bump)
{
    const std::string &id = summary.interaction.value;
    LineWriter line(out, kLocatorMeasurement);
    line.tag("part", locatorPart(id));
    const PointPlace place{hash64(line.series()), pointTime(summary.start, id, bump)};
    line.text("interactionId", id);
    line.number("startUs", summary.start.us);
    line.number("lastUs", summary.lastEventAt.us);
    line.number("endUs", summary.end ? summary.end->us : 0);
    return finish(line, place, summary.start);
}

std::string eventPart(std::string_view interaction) { return hexByte(hash64(interaction) % kEventParts); }
std::string locatorPart(std::string_view interaction) { return hexByte(hash64(interaction) % kLocatorParts); }

} // namespace threadline::influx
