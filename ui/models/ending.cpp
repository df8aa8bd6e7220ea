// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/ending.h"

#include "ui/text/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Ending", text); }

} // namespace

bool timesUnknown(const Story &story) { return story.start < kEarliestTime; }

bool endUnknown(const Story &story)
{
    if (timesUnknown(story))
        return true;
    return !story.end && !story.marks.empty()
        && std::all_of(story.marks.begin(), story.marks.end(), [](const EventMark &mark) { return mark.provenance == Provenance::Import; });
}

QString noEndText(const Story &story)
{
    if (!endUnknown(story))
        return tr("still going on");
    if (timesUnknown(story))
        return tr("unknown: no time in the record can be read (what does not fit in it is told with the interaction)");
    return story.warnings.empty() ? tr("unknown: the record tells no end, and nothing else is heard of it")
                                  : tr("unknown: no end can be read in the record (what does not fit in it is told with the interaction)");
}

Story concluded(Story story)
{
    const auto close = [last = story.lastEventAt](Timestamp start, std::optional<Timestamp> &end) {
        if (!end)
            end = std::max(start, last);
    };
    for (FeltSegment &felt : story.felt)
        close(felt.start, felt.end);
    for (ParticipantRow &participant : story.participants) {
        for (ChannelRow &channel : participant.channels) {
            for (Segment &segment : channel.segments) {
                segment.inferred = segment.inferred || !segment.end;
                close(segment.start, segment.end);
            }
        }
    }
    return story;
}

} // namespace threadline::ui
