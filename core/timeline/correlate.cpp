// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/correlate.h"

#include "core/timeline/legs.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace threadline {
namespace {

/// Source times against the order, and arrivals against the order.
std::vector<EventMark> marksOf(std::span<const PlacedEvent> events, const std::vector<int> &participantOf, Duration clockOffset)
{
    std::vector<EventMark> marks(events.size());
    std::uint64_t firstLater = std::numeric_limits<std::uint64_t>::max(); // earliest commit of what follows
    for (std::size_t i = events.size(); i-- > 0;) {
        const Event &e = *events[i].event;
        EventMark &mark = marks[i];
        mark.id = e.id;
        mark.time = e.time;
        mark.lamport = events[i].lamport;
        mark.type = e.type;
        mark.participant = participantOf[i];
        mark.state = e.facts.state;
        mark.provenance = e.provenance;
        mark.variants = events[i].variants;
        mark.marks = e.marks;
        mark.sequenceTie = events[i].sequenceTie;
        if (events[i].commit == 0)
            continue; // read back: when it arrived elsewhere is not known
        if (firstLater < events[i].commit)
            mark.late = std::max(Duration{}, e.received - e.time - clockOffset);
        firstLater = std::min(firstLater, events[i].commit);
    }
    Timestamp latest{std::numeric_limits<std::int64_t>::min()};
    for (EventMark &mark : marks) {
        if (mark.time < latest)
            mark.skew = latest - mark.time;
        latest = std::max(latest, mark.time);
    }
    return marks;
}

void setTimes(std::span<const PlacedEvent> events, Story &story)
{
    if (events.empty())
        return;
    story.interaction = events.front().event->interaction;
    story.start = story.lastEventAt = events.front().event->time;
    for (const PlacedEvent &placed : events) {
        story.start = std::min(story.start, placed.event->time);
        story.lastEventAt = std::max(story.lastEventAt, placed.event->time);
        if (story.interaction.empty())
            story.interaction = placed.event->interaction;
    }
}

/// What nobody ended before the interaction was over ended with it.
void endWith(Cast &cast, Timestamp end, Order order)
{
    for (Leg &leg : cast.legs) {
        for (Piece &piece : leg.pieces) {
            if (piece.to != kOpenOrder)
                continue;
            piece.to = order;
            piece.segment.end = std::max(end, piece.segment.start);
            piece.segment.inferred = true;
        }
    }
}

} // namespace

Story correlate(std::span<const PlacedEvent> events, std::span<const Band> bands, Duration clockOffset,
                std::optional<Timestamp> sourceNow)
{
    Story story;
    setTimes(events, story);
    Folded folded = fold(events);
    story.marks = marksOf(events, folded.participantOf, clockOffset);
    story.warnings = std::move(folded.warnings);
    const bool pastLeaving = !sourceNow || *sourceNow - folded.lastLeft >= kEndedAfter;
    if (folded.endTold || (folded.allLeft && pastLeaving)) {
        story.end = story.lastEventAt;
        endWith(folded.cast, *story.end, static_cast<Order>(events.size()) * kOrderStep);
    }
    doubtUnderBands(folded.cast, events, bands, clockOffset, story.warnings);
    relabelByMedium(folded.cast);
    relabelConsultLegs(folded.cast);
    mergePieces(folded.cast);
    tellStory(std::move(folded.cast), folded.named, story);
    return story;
}

void tellStory(Cast &&cast, std::span<const NamedInteraction> named, Story &story)
{
    Swept swept = sweep(cast);
    relabelConferences(cast, swept.conferences);
    Lineage lineage = findLineage(cast, swept);
    addNamedInteractions(cast, named, lineage.links);
    story.figures = figuresOf(cast, swept, lineage, story.lastEventAt);
    story.links = std::move(lineage.links);
    if (swept.customer >= 0)
        story.customer = displayName(cast.rows[static_cast<std::size_t>(swept.customer)]);
    const auto first = std::find_if(cast.legs.begin(), cast.legs.end(), [&](const Leg &leg) { return leg.participant == swept.customer; });
    const auto any = first != cast.legs.end() ? first : cast.legs.begin();
    if (any != cast.legs.end()) {
        story.media = any->media;
        story.direction = any->direction;
    }
    story.felt = std::move(swept.felt);
    story.participants = std::move(cast.rows);
    for (Leg &leg : cast.legs) {
        ChannelRow row;
        row.id = std::move(leg.id);
        row.media = leg.media;
        row.mediaText = std::move(leg.mediaText);
        row.direction = leg.direction;
        row.segments.reserve(leg.pieces.size());
        for (Piece &piece : leg.pieces)
            row.segments.push_back(std::move(piece.segment));
        story.participants[static_cast<std::size_t>(leg.participant)].channels.push_back(std::move(row));
    }
}

} // namespace threadline
