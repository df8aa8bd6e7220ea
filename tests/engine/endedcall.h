// SPDX-License-Identifier: GPL-3.0-or-later
/// A conversation to import. A file of its own, because moc loses its way in raw strings.
#pragma once

#include "core/engine/ingest.h"
#include "core/timeline/record.h"

#include <QtGlobal>

namespace threadline::test {

/// One of a minute that has ended.
inline Imported endedCall(const std::string &id, Timestamp start)
{
    const std::string from = R"(":")" + formatTimestamp(start) + R"(",)", to = formatTimestamp(start + Duration::seconds(60));
    auto record = readRecord(R"({"conversationId":")" + id + R"(","conversationStart)" + from + R"("conversationEnd":")" + to
        + R"(","participants":[{"participantId":"p","purpose":"customer","sessions":[{"sessionId":"s","mediaType":"voice","segments":[)"
        + R"({"segmentType":"interact","segmentStart)" + from + R"("segmentEnd":")" + to + R"("}]}]}]})");
    if (!record)
        qFatal("%s", record.error().message.c_str());
    std::vector<Event> events = recordEvents(*record, start);
    return {std::move(*record), std::move(events)};
}

} // namespace threadline::test
