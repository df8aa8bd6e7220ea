// SPDX-License-Identifier: GPL-3.0-or-later
/// The platform's own record of a conversation (analytics conversation details) as a witness.
#pragma once

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/event.h"
#include "core/model/story.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// How much a record tells. Of several of one conversation the richest stands: that with `ended`, then the later `last`, then more
/// segments, then a wrap-up code that somebody entered, then the smaller `content`; in whichever order they come.
struct RecordRank {
    bool ended = false;         ///< has a readable conversationEnd
    Timestamp last;             ///< the latest readable time in it
    std::int64_t segments = 0;
    bool wrappedUp = false;     ///< with a code other than that of the time-out
    Hash128 content;            ///< of its text
    friend bool operator==(const RecordRank &, const RecordRank &) = default;
};

/// True if `a` stands against `b`: a total order, in which equals are the same text.
[[nodiscard]] bool stands(const RecordRank &a, const RecordRank &b);

/// One conversation record.
struct Record {
    InteractionId interaction;
    RecordRank rank;
    std::string raw; ///< the conversation object, minified
};

/// So many participants, sessions and segments a record may list, all together; the largest seen have some hundreds. Each comes to some events.
inline constexpr std::size_t kMaxRecordParts = 50'000;

/// So many records of one conversation are kept, the richest.
inline constexpr int kMaxRecordVersions = 8;

/// A record as it is kept.
struct RecordVersion {
    Record record;
    Timestamp read;        ///< when; of a store that did not note it yet 0
    bool standing = false; ///< the others are there to be looked at
};

/// Reads one conversation object (JSON). Errors: Malformed (no object, no conversationId, no participants, too many
/// of them, ids that are too long, or so long and so many that its events would take more than 64 times its text).
[[nodiscard]] Result<Record> readRecord(std::string_view json);
/// The same with a reader whose buffers are used again: for whoever reads many.
[[nodiscard]] Result<Record> readRecord(std::string_view json, json::Reader &reader);

/// The record as events: `conversation-start` and `conversation-end` where it has them; joined, added, a `segment-start` and `segment-end` for each boundary that has a readable time,
/// removed, left; ids are made from session, segment index and boundary, so that they are a pure function of the record.
/// Names and the like are cut in them as lists show them (kMaxShownBytes); the record itself keeps the whole. Ends early when `stop` asks for it.
/// Provenance Import. `raw` is an event of the streaming protocol's shape; the decoder reads the same event from it.
/// A channel is removed, and its participant leaves, where its last segment but wrap-up ends (none has a readable end: with
/// the conversation, else never): after-call work follows, as it does live.
[[nodiscard]] std::vector<Event> recordEvents(const Record &record, Timestamp received, const std::stop_token &stop = {});

/// The record's participants, sessions and segments as a story: one Segment for each segment of the record, with exactly its
/// times; where three or more talk and the record does not say that it is a conference, or somebody barges in, it is cut into pieces, the first
/// of which alone has a startEvent (a segment with an unreadable start is listed in Story::warnings instead, as is each unreadable time).
/// Segments whose type is no state but an event mark (system, sharing, ...) are among them as Unknown, labelled with the type;
/// the customer-felt lane does not count them. One without an end, or that ends before it starts (with a warning), ends where the next of its
/// session begins, else with the conversation, and says that this was concluded (Segment::inferred). Marks are left
/// empty: see takeMarks.
[[nodiscard]] Story recordStory(const Record &record);

/// What in a record cannot be: the first 1,000 unreadable times and ends before their start, and how many more there are.
[[nodiscard]] std::vector<std::string> recordWarnings(const Record &record);

/// Gives `story` (of a record) the event marks of `fromEvents` (correlate() over the same record's events).
void takeMarks(Story &story, const Story &fromEvents);

/// How many segments of its record a story shows, and how long they are together; those whose end was not told count nothing.
struct SegmentSum {
    std::int64_t segments = 0;
    Duration total;
    friend bool operator==(const SegmentSum &, const SegmentSum &) = default;
};
[[nodiscard]] SegmentSum sumSegments(const Story &story);

/// Without controls in the id: "id<TAB>segments<TAB>sum in microseconds<LF>" of what recordStory() shows: a line of `import --segments`, which
/// tools/segment-sums sets beside the file's own figures.
[[nodiscard]] std::string segmentLine(const Record &record);

} // namespace threadline
