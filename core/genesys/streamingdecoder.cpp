// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/streamingdecoder.h"

#include "core/genesys/facts.h"

#include <algorithm>

namespace threadline {
namespace {

constexpr std::int64_t kSequenceLimit = std::int64_t{1} << 53;

} // namespace

void Decoded::clear()
{
    events.clear();
    refused.clear();
    more.clear();
    control = false;
}

void Decoded::refuse(std::string_view reason, std::string_view detail, std::string_view text, Timestamp received)
{
    if (refused.size() < kKeptRefused) {
        refused.push_back({std::string(reason), std::string(detail), received, std::string(text.substr(0, kKeptRefusedBytes)), text.size()});
        return;
    }
    const auto known = std::find_if(more.begin(), more.end(), [&](const Tally &tally) { return tally.reason == reason; });
    if (known != more.end())
        ++known->events;
    else
        more.push_back({reason, 1});
}

/// The members of an event as raw text; empty: absent. What `data` says is in the event already.
struct StreamingDecoder::Fields {
    std::string_view id, timestamp, type, sequence, data;
    DataProblem problem = DataProblem::None;
    bool duplicate = false;

    /// `cursor` is within the event's object, and behind it afterwards.
    Fields(json::Cursor &cursor, Event &event, std::string &scratch)
    {
        std::string_view name;
        while (cursor.nextMember(name)) {
            std::string_view *field =
                name.find('\\') == std::string_view::npos ? fieldOf(name) : fieldOf(json::unescapeName(name));
            duplicate = duplicate || (field && !field->empty());
            const std::string_view value = field == &data ? takeData(cursor, event, scratch) : cursor.skipValue();
            if (field)
                *field = value;
        }
    }

private:
    std::string_view *fieldOf(std::string_view name)
    {
        return name == "id"       ? &id
            : name == "timestamp" ? &timestamp
            : name == "type"      ? &type
            : name == "sequence"  ? &sequence
            : name == "data"      ? &data
                                  : nullptr;
    }

    /// Reads `data` as it passes by.
    std::string_view takeData(json::Cursor &cursor, Event &event, std::string &scratch)
    {
        const char *start = cursor.position();
        if (!data.empty()) { // of several the last counts
            Event fresh;
            fresh.received = event.received;
            fresh.provenance = event.provenance;
            event = std::move(fresh);
        }
        json::Cursor ahead = cursor;
        if (!ahead.enterObject())
            return cursor.skipValue();
        problem = readData(cursor, event, scratch);
        return {start, static_cast<std::size_t>(cursor.position() - start)};
    }
};

void StreamingDecoder::decode(std::string_view text, Timestamp received, Decoded &out)
{
    out.clear();
    if (text.size() >= kMaxMessageBytes) {
        out.refuse("too-large", "The message has 4 MiB or more.", text, received);
        return;
    }
    const auto prepared = m_reader.prepare(text);
    if (!prepared) {
        salvage(text, prepared.error(), received, out);
        return;
    }
    json::Cursor cursor(*prepared);
    std::string_view timestamp, type, name;
    bool named = false, array = false;
    const bool object = cursor.enterObject();
    while (object && cursor.nextMember(name)) {
        if (name != "events") {
            const std::string_view value = cursor.skipValue();
            (name == "timestamp" ? timestamp : name == "type" ? type : name) = value;
            continue;
        }
        out.clear(); // of several the last counts
        named = true;
        array = cursor.enterArray();
        if (array)
            decodeArray(cursor, received, out);
        else
            cursor.skipValue();
    }
    if (array)
        return;
    if (!named && timestamp.empty() && json::typeOf(type) == json::Type::String)
        out.control = true;
    else
        out.refuse("malformed", "The message has no array \"events\".", text, received);
}

/// In one pass: what a message holds is not looked at twice.
void StreamingDecoder::decodeArray(json::Cursor &cursor, Timestamp received, Decoded &out)
{
    while (cursor.nextElement())
        decodeElement(cursor, received, out);
}

/// A message that is no JSON: each element that is by itself is decoded, each that is not is refused by itself.
void StreamingDecoder::salvage(std::string_view text, const Error &error, Timestamp received, Decoded &out)
{
    const std::vector<std::string_view> elements = json::salvageElements(text, "events");
    if (elements.empty()) {
        out.refuse("malformed", "The message: " + error.message + ".", text, received);
        return;
    }
    for (const std::string_view element : elements) {
        const auto prepared = m_reader.prepare(element);
        if (prepared) {
            json::Cursor cursor(*prepared);
            decodeElement(cursor, received, out);
        } else {
            out.refuse("malformed", "The event: " + prepared.error().message + ".", element, received);
        }
    }
}

void StreamingDecoder::decodeElement(json::Cursor &cursor, Timestamp received, Decoded &out)
{
    Event &event = out.events.emplace_back();
    event.received = received;
    std::string_view raw;
    if (const auto problem = decodeEvent(cursor, Text::Received, raw, event)) {
        out.events.pop_back();
        out.refuse(problem->reason, problem->detail, raw, received);
    }
}

std::optional<StreamingDecoder::Problem> StreamingDecoder::decodeEvent(json::Cursor &cursor, Text text, std::string_view &raw, Event &event)
{
    const char *start = cursor.position();
    if (!cursor.enterObject()) {
        raw = cursor.skipValue();
        return Problem{"not-an-object", "The event is no JSON object."};
    }
    const Fields fields(cursor, event, m_scratch);
    raw = {start, static_cast<std::size_t>(cursor.position() - start)};
    if (text == Text::Received || fields.id.empty())
        event.content = hash128(raw);
    if (fields.id.empty()) {
        event.id.value = "h-" + event.content.hex();
        event.marks |= Event::IdMade;
    } else if (const auto id = json::stringOf(fields.id, m_scratch); id && !id->empty()) {
        event.id.value = *id;
    } else {
        return Problem{"bad-id", "The event's id is empty or no string."};
    }
    if (fields.timestamp.empty())
        return Problem{"no-timestamp", "The event has no timestamp."};
    const auto timeText = json::stringOf(fields.timestamp, m_scratch);
    const auto time = timeText ? parseTimestamp(*timeText) : std::nullopt;
    if (!time)
        return Problem{"bad-timestamp", "The event's timestamp is not readable as ISO 8601."};
    if (*time < kEarliestTime || *time >= kLatestTime)
        return Problem{"time-out-of-range", "The event's timestamp lies outside 2000 to 2200."};
    event.time = *time;
    const auto type = json::stringOf(fields.type, m_scratch);
    if (!type)
        return Problem{"bad-type", "The event's type is absent or no string."};
    event.type = *type;
    event.kind = kindFromType(event.type);
    if (!fields.sequence.empty()) {
        event.sequence = json::intOf(fields.sequence);
        if (!event.sequence || *event.sequence >= kSequenceLimit || *event.sequence <= -kSequenceLimit) {
            event.sequence.reset();
            event.marks |= Event::BadSequence;
        }
    }
    if (json::typeOf(fields.data) != json::Type::Object)
        return Problem{"bad-data", "The event's data is absent or no object."};
    switch (fields.problem) {
    case DataProblem::None: break;
    case DataProblem::BadId: return Problem{"bad-interaction", "An interaction, participant or channel id is empty or no string."};
    case DataProblem::NamesNothing: return Problem{"bad-interaction", "The event names no interaction, participant or channel."};
    }
    if (fields.duplicate)
        event.marks |= Event::DuplicateMember;
    if (text == Text::Received) {
        event.raw = raw;
        if (m_reader.hadLoneSurrogate() && json::hasLoneSurrogate(raw))
            event.marks |= Event::LoneSurrogate;
    }
    event.dataOffset = static_cast<std::uint32_t>(fields.data.data() - raw.data());
    event.dataSize = static_cast<std::uint32_t>(fields.data.size());
    return std::nullopt;
}

Result<Event> StreamingDecoder::decodeStored(std::string_view raw, Timestamp received, Provenance provenance)
{
    const auto prepared = m_reader.prepare(raw);
    if (!prepared)
        return fail(prepared.error());
    Event event;
    event.received = received;
    event.provenance = provenance;
    json::Cursor cursor(*prepared);
    std::string_view whole;
    if (const auto problem = decodeEvent(cursor, Text::Received, whole, event))
        return fail(ErrorCode::Malformed, std::string(problem->detail));
    return event;
}

Result<> StreamingDecoder::decodeRecorded(std::string &raw, Timestamp received, Provenance provenance, Event &event)
{
    event.clear();
    event.received = received;
    event.provenance = provenance;
    json::Cursor cursor(raw);
    std::string_view whole;
    if (const auto problem = decodeEvent(cursor, Text::Recorded, whole, event))
        return fail(ErrorCode::Malformed, std::string(problem->detail));
    event.raw.swap(raw);
    return {};
}

} // namespace threadline
