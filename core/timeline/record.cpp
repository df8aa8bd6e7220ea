// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/record.h"

#include "core/base/utf8.h"
#include "core/timeline/recordparse.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace threadline {
namespace {

/// What its events may take beyond so many times its text: more than any conversation's.
constexpr std::size_t kEventFactor = 64, kEventBase = 1u << 20;
/// And all together.
constexpr std::size_t kMaxEventBytes = 256u << 20;

/// Empty, or why the conversation is larger than it looks.
std::string whyTooLarge(const RecordTree &tree, std::size_t text)
{
    if (tree.tooMany)
        return "lists more than " + std::to_string(kMaxRecordParts) + " participants, sessions and segments, which no export does";
    if (tree.longId > 0)
        return "has an id of " + std::to_string(tree.longId) + " bytes, of which at most " + std::to_string(kMaxRecordIdBytes) + " are taken";
    if (eventBytes(tree) > std::min(kEventBase + kEventFactor * text, kMaxEventBytes))
        return "repeats so long ids in so many segments that they would fill the memory, which no export does";
    return {};
}

} // namespace

bool stands(const RecordRank &a, const RecordRank &b)
{
    if (a.ended != b.ended)
        return a.ended;
    if (a.last != b.last)
        return a.last > b.last;
    if (a.segments != b.segments)
        return a.segments > b.segments;
    if (a.wrappedUp != b.wrappedUp)
        return a.wrappedUp;
    return a.content < b.content;
}

Result<Record> readRecord(std::string_view json)
{
    json::Reader reader;
    return readRecord(json, reader);
}

Result<Record> readRecord(std::string_view json, json::Reader &reader)
{
    const auto prepared = reader.prepare(json);
    if (!prepared)
        return fail(ErrorCode::Malformed, "The conversation is not readable: " + prepared.error().message);
    if (json::typeOf(*prepared) != json::Type::Object)
        return fail(ErrorCode::Malformed, "What stands for a conversation is no JSON object.");
    RecordTree tree = parseRecord(*prepared);
    if (tree.id.empty())
        return fail(ErrorCode::Malformed, "The conversation has no conversationId.");
    if (tree.id.size() > kMaxIdBytes)
        return fail(ErrorCode::Malformed, "The conversation's id has " + std::to_string(tree.id.size()) + " bytes; at most "
                        + std::to_string(kMaxIdBytes) + " are taken.");
    if (!tree.hasParticipants)
        return fail(ErrorCode::Malformed, tree.warnings.empty() ? "Conversation " + tree.id + " has no participants." : "Conversation " + tree.id + ": " + tree.warnings.front());
    if (const std::string why = whyTooLarge(tree, prepared->size()); !why.empty())
        return fail(ErrorCode::Malformed, "Conversation " + tree.id + " " + why + "; it is passed over.");
    Record record;
    record.interaction.value = std::move(tree.id);
    record.rank = {tree.end.has_value(), tree.last.value_or(Timestamp{}), static_cast<std::int64_t>(tree.segments), tree.wrappedUp, hash128(*prepared)};
    record.raw = *prepared;
    return record;
}

SegmentSum sumSegments(const Story &story)
{
    SegmentSum sum;
    for (const ParticipantRow &participant : story.participants) {
        for (const ChannelRow &channel : participant.channels) {
            Duration whole; // of a segment that was cut into pieces
            for (auto piece = channel.segments.begin(); piece != channel.segments.end(); ++piece) {
                whole = whole + (piece->end ? *piece->end - piece->start : Duration{});
                const auto next = std::next(piece);
                if (next != channel.segments.end() && next->startEvent.empty())
                    continue;
                ++sum.segments;
                sum.total = sum.total + (piece->end && !piece->inferred ? whole : Duration{});
                whole = {};
            }
        }
    }
    return sum;
}

std::string segmentLine(const Record &record)
{
    const SegmentSum sum = sumSegments(recordStory(record));
    std::string id = record.interaction.value;
    blankControls(id); // it goes to a terminal, and a line is one line
    return id + '\t' + std::to_string(sum.segments) + '\t' + std::to_string(sum.total.us) + '\n';
}

void takeMarks(Story &story, const Story &fromEvents)
{
    std::unordered_map<std::string_view, int, StringHash> numbers;
    for (const ParticipantRow &row : story.participants)
        numbers.try_emplace(row.id.value, static_cast<int>(numbers.size()));
    story.marks = fromEvents.marks;
    for (EventMark &mark : story.marks) {
        if (mark.participant < 0)
            continue;
        const auto known = numbers.find(fromEvents.participants[static_cast<std::size_t>(mark.participant)].id.value);
        mark.participant = known == numbers.end() ? -1 : known->second;
    }
}

} // namespace threadline
