// SPDX-License-Identifier: GPL-3.0-or-later
/// The platform's own record of a conversation (analytics conversation details) as a witness.
#pragma once

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/event.h"
#include "core/model/story.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// One conversation record. Of two records of one conversation the one with `ended`, then the later `last`, then the smaller
/// `content` stands, in whichever order they come.
struct Record {
    InteractionId interaction;
    bool ended = false; ///< has a readable conversationEnd
    Timestamp last;     ///< the latest readable time in it
    Hash128 content;    ///< of `raw`
    std::string raw;    ///< the conversation object, minified
};

/// True if `a` stands against `b`.
[[nodiscard]] bool stands(const Record &a, const Record &b);

/// Reads one conversation object (JSON). Errors: Malformed (no conversationId, no object).
[[nodiscard]] Result<Record> readRecord(std::string_view json);
/// The same with a reader whose buffers are used again: for whoever reads many.
[[nodiscard]] Result<Record> readRecord(std::string_view json, json::Reader &reader);

/// The record as events: joined, added, a `segment-start` and `segment-end` for each boundary that has a readable time,
/// removed, left; ids are made from session, segment index and boundary, so that they are a pure function of the record.
/// Provenance Import. `raw` is an event of the streaming protocol's shape; the decoder reads the same event from it.
/// A channel is removed, and its participant leaves, where its last segment but wrap-up ends (none has a readable end: at
/// conversationEnd, else never): after-call work follows, as it does live.
[[nodiscard]] std::vector<Event> recordEvents(const Record &record, Timestamp received);

/// The record's participants, sessions and segments as a story: one Segment for each segment of the record, with exactly its
/// times (a segment with an unreadable start is listed in Story::warnings instead, as is each unreadable time).
/// Segments whose type is no state but an event mark (system, sharing, ...) are among them as Unknown, labelled with the type;
/// the customer-felt lane does not count them. One that ends before it starts has no length, and a warning. Marks are left
/// empty: see takeMarks.
[[nodiscard]] Story recordStory(const Record &record);

/// What in a record cannot be: the first 1,000 unreadable times and ends before their start, and how many more there are.
[[nodiscard]] std::vector<std::string> recordWarnings(const Record &record);

/// Gives `story` (of a record) the event marks of `fromEvents` (correlate() over the same record's events).
void takeMarks(Story &story, const Story &fromEvents);

/// How many segments a story shows, and how long they are together; those without an end count nothing.
struct SegmentSum {
    std::int64_t segments = 0;
    Duration total;
    friend bool operator==(const SegmentSum &, const SegmentSum &) = default;
};
[[nodiscard]] SegmentSum sumSegments(const Story &story);

/// "id<TAB>segments<TAB>sum in microseconds<LF>" of what recordStory() shows: a line of `import --segments`, which
/// tools/segment-sums sets beside the file's own figures.
[[nodiscard]] std::string segmentLine(const Record &record);

} // namespace threadline
