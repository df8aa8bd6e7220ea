// SPDX-License-Identifier: GPL-3.0-or-later
/// The platform's own record of a conversation (analytics conversation details) as a witness.
#pragma once

#include "core/base/hash.h"
#include "core/base/result.h"
#include "core/model/event.h"
#include "core/model/story.h"

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

/// The record as events: joined, added, one `segment` event for each boundary that has a readable time, removed, left; ids
/// are made from session, segment index and boundary, so that they are a pure function of the record. Provenance Import.
[[nodiscard]] std::vector<Event> recordEvents(const Record &record, Timestamp received);

/// The record's participants, sessions and segments as a story: one Segment for each segment of the record, with exactly its
/// times (a segment with an unreadable start is listed in Story::warnings instead, as is each unreadable time).
[[nodiscard]] Story recordStory(const Record &record);

} // namespace threadline
