// SPDX-License-Identifier: GPL-3.0-or-later
/// The tables of correlation: purposes, states and disconnect reasons, and what they mean.
#include "core/timeline/legs.h"

#include <algorithm>
#include <initializer_list>

namespace threadline {

Part partOf(const ParticipantRow &row)
{
    switch (row.purpose) {
    case Purpose::Customer:
    case Purpose::External: return Part::Outside;
    case Purpose::Agent:
    case Purpose::User: return Part::Person;
    case Purpose::Acd: return Part::Queue;
    case Purpose::Ivr:
    case Purpose::Workflow:
    case Purpose::Bot: return Part::Ivr;
    case Purpose::Voicemail: return Part::Voicemail;
    case Purpose::Monitor: return Part::Watcher;
    default: break;
    }
    // One with a user id who names no purpose is a person of ours; a purpose that we do not know is not guessed at.
    return row.purposeText.empty() && row.purpose == Purpose::Unknown && !row.userId.empty() ? Part::Person : Part::Other;
}

const std::string &displayName(const ParticipantRow &row)
{
    const auto first = [](std::initializer_list<const std::string *> texts) -> const std::string & {
        return **std::find_if(texts.begin(), texts.end() - 1, [](const std::string *text) { return !text->empty(); });
    };
    if (partOf(row) == Part::Outside) // the row may name the queue that was called: that is nobody's name
        return first({&row.name, &row.address, &row.userId, &row.purposeText});
    return first({&row.name, &row.userId, &row.queueName, &row.queueId, &row.address, &row.purposeText});
}

bool isMarkState(State state)
{
    switch (state) {
    case State::System:
    case State::Sharing:
    case State::Uploading:
    case State::Transmitting:
    case State::Converting:
    case State::Recording: return true;
    default: return false;
    }
}

bool isTerminal(State state, Part part)
{
    if (state == State::Transferred)
        return part != Part::Outside; // the customer stays on the line when the call is transferred
    return state == State::Disconnected || state == State::Terminated || state == State::Ended;
}

SegmentKind silentKind(Part part)
{
    switch (part) {
    case Part::Queue: return SegmentKind::Queue;
    case Part::Ivr: return SegmentKind::Ivr;
    case Part::Voicemail: return SegmentKind::Voicemail;
    case Part::Watcher: return SegmentKind::Monitor;
    default: return SegmentKind::Unknown;
    }
}

namespace {

/// Waiting for, or having, a connection: what that means depends on who it is.
std::optional<SegmentKind> connectionKind(Part part, State state)
{
    switch (part) {
    case Part::Queue:
    case Part::Ivr:
    case Part::Voicemail:
    case Part::Watcher: return silentKind(part);
    default: break;
    }
    if (state == State::Talking)
        return SegmentKind::Talk;
    if (state == State::Connected)
        return part == Part::Other ? SegmentKind::Unknown : SegmentKind::Talk;
    return state == State::Queued ? SegmentKind::Queue : SegmentKind::Alert;
}

/// Segment types of the platform's record that are no state of the protocol.
std::optional<SegmentKind> kindOfUnknownState(std::string_view text)
{
    const std::string plain = plainReason(text);
    if (plain == "ivr")
        return SegmentKind::Ivr;
    if (plain == "callback")
        return SegmentKind::Parked;
    if (plain == "screenmonitoring")
        return SegmentKind::Monitor;
    return SegmentKind::Unknown;
}

} // namespace

std::optional<SegmentKind> kindOf(Part part, State state, std::string_view stateText)
{
    switch (state) {
    case State::Queued:
    case State::Offering:
    case State::Alerting:
    case State::Dialing:
    case State::Contacting:
    case State::Connected:
    case State::Talking: return connectionKind(part, state);
    case State::Held: return part == Part::Watcher ? SegmentKind::Monitor : SegmentKind::Hold;
    case State::Consulting: return SegmentKind::Consult;
    case State::Conference: return part == Part::Watcher ? SegmentKind::Monitor : SegmentKind::Conference;
    case State::Wrapup: return SegmentKind::Acw;
    case State::Voicemail: return SegmentKind::Voicemail;
    case State::Parked:
    case State::Scheduled:
    case State::Waiting: return SegmentKind::Parked;
    case State::Monitoring:
    case State::Coaching: return SegmentKind::Monitor;
    case State::Barging: return SegmentKind::Talk;
    case State::Unknown: return kindOfUnknownState(stateText);
    default: return std::nullopt;
    }
}

namespace {

bool isWatched(const Leg &leg)
{
    return leg.media == Media::Screenshare || leg.media == Media::Cobrowse || plainReason(leg.mediaText) == "screenmonitoring";
}

SegmentKind onMedium(SegmentKind kind, const Leg &leg, Part part)
{
    using K = SegmentKind;
    const bool engaged = kind == K::Talk || kind == K::Conference || kind == K::Hold || kind == K::Consult;
    if (isWatched(leg))
        return engaged || kind == K::Alert ? K::Monitor : kind;
    return leg.media == Media::Callback && part == Part::Outside && engaged ? K::Parked : kind;
}

} // namespace

void relabelByMedium(Cast &cast)
{
    for (Leg &leg : cast.legs) {
        for (Piece &piece : leg.pieces) {
            if (piece.mark)
                continue;
            piece.segment.kind = onMedium(piece.segment.kind, leg, cast.parts[static_cast<std::size_t>(leg.participant)]);
            piece.barging = piece.barging && piece.segment.kind == SegmentKind::Talk;
        }
    }
}

std::string plainReason(std::string_view reason)
{
    std::string plain;
    for (const char c : reason) {
        if (c >= 'A' && c <= 'Z')
            plain.push_back(static_cast<char>(c + 32));
        else if (c != '.' && c != '-' && c != '_' && c != ' ')
            plain.push_back(c);
    }
    return plain;
}

Departure departureOf(std::string_view reason)
{
    const std::string plain = plainReason(reason);
    if (plain == "transfer" || plain == "forwardtransfer" || plain == "transferforward" || plain == "blindtransfer"
        || plain == "transferblind")
        return Departure::Transfer;
    if (plain == "consulttransfer" || plain == "transferconsult")
        return Departure::ConsultTransfer;
    if (plain == "conferencetransfer" || plain == "transferconference")
        return Departure::ConferenceTransfer;
    const bool refused = plain == "noanswertransfer" || plain == "transfernoanswer" || plain == "notavailabletransfer"
        || plain == "transfernotavailable" || plain == "dndtransfer" || plain == "transferdnd" || plain == "transferdonotdisturb";
    return refused ? Departure::NotAnswered : Departure::Other;
}

} // namespace threadline
