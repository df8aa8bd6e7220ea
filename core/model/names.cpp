// SPDX-License-Identifier: GPL-3.0-or-later
/// The words of events and the enums they stand for, in one place.
#include "core/model/delivery.h"
#include "core/model/event.h"
#include "core/model/summary.h"

#include <array>
#include <utility>

namespace threadline {
namespace {

template<class E>
struct Name {
    std::string_view text;
    E value;
};

/// `name` without case, '-', '_' and blanks, in `buffer`; names longer than any known one come back empty.
std::string_view simplified(std::string_view name, std::array<char, 32> &buffer)
{
    std::size_t n = 0;
    for (const char c : name) {
        if (c == '-' || c == '_' || c == ' ')
            continue;
        if (n == buffer.size())
            return {};
        buffer[n++] = (c >= 'A' && c <= 'Z') ? static_cast<char>(c + 32) : c;
    }
    return {buffer.data(), n};
}

template<class E, std::size_t N>
E lookUp(const Name<E> (&names)[N], std::string_view name, E otherwise)
{
    std::array<char, 32> buffer;
    const std::string_view wanted = simplified(name, buffer);
    for (const Name<E> &entry : names) {
        if (entry.text == wanted)
            return entry.value;
    }
    return otherwise;
}

/// The first text of a value is the one that is written.
template<class E, std::size_t N>
std::string_view textOf(const Name<E> (&names)[N], E value, std::string_view otherwise)
{
    for (const Name<E> &entry : names) {
        if (entry.value == value)
            return entry.text;
    }
    return otherwise;
}

constexpr Name<Kind> kKinds[] = {
    {"interactionupdated", Kind::Updated},
    {"interactionparticipantjoined", Kind::Joined},
    {"interactionparticipantleft", Kind::Left},
    {"interactionmediachanneladded", Kind::Added},
    {"interactionmediachannelremoved", Kind::Removed},
    {"sessionstart", Kind::SessionStart},
    {"sessionend", Kind::SessionEnd},
};

constexpr Name<Purpose> kPurposes[] = {
    {"customer", Purpose::Customer}, {"external", Purpose::External}, {"agent", Purpose::Agent}, {"user", Purpose::User},
    {"acd", Purpose::Acd}, {"ivr", Purpose::Ivr}, {"workflow", Purpose::Workflow}, {"bot", Purpose::Bot},
    {"botflow", Purpose::Bot}, {"voicemail", Purpose::Voicemail}, {"monitor", Purpose::Monitor},
    {"outbound", Purpose::Outbound}, {"fax", Purpose::Fax}, {"api", Purpose::Api}, {"campaign", Purpose::Campaign},
    {"dialer", Purpose::Campaign}, {"queue", Purpose::Acd}, {"supervisor", Purpose::Monitor},
};

constexpr Name<State> kStates[] = {
    {"queued", State::Queued}, {"offering", State::Offering}, {"alerting", State::Alerting}, {"dialing", State::Dialing},
    {"contacting", State::Contacting}, {"connected", State::Connected}, {"talking", State::Talking}, {"held", State::Held},
    {"consulting", State::Consulting}, {"conference", State::Conference}, {"transferred", State::Transferred},
    {"wrapup", State::Wrapup}, {"voicemail", State::Voicemail}, {"parked", State::Parked}, {"scheduled", State::Scheduled},
    {"waiting", State::Waiting}, {"monitoring", State::Monitoring}, {"coaching", State::Coaching},
    {"barging", State::Barging}, {"system", State::System}, {"sharing", State::Sharing}, {"uploading", State::Uploading},
    {"transmitting", State::Transmitting}, {"converting", State::Converting}, {"recording", State::Recording},
    {"disconnected", State::Disconnected}, {"terminated", State::Terminated}, {"ended", State::Ended},
    // further spellings
    {"hold", State::Held}, {"onhold", State::Held}, {"ringing", State::Alerting}, {"alert", State::Alerting},
    {"interact", State::Talking}, {"delay", State::Queued}, {"queue", State::Queued}, {"consult", State::Consulting},
    {"conferenced", State::Conference}, {"conferencing", State::Conference}, {"acw", State::Wrapup},
    {"aftercallwork", State::Wrapup}, {"wrappingup", State::Wrapup}, {"dialling", State::Dialing},
    {"none", State::None},
};

constexpr Name<Media> kMedia[] = {
    {"voice", Media::Voice}, {"chat", Media::Chat}, {"message", Media::Message}, {"webmessage", Media::WebMessage},
    {"email", Media::Email}, {"callback", Media::Callback}, {"video", Media::Video}, {"cobrowse", Media::Cobrowse},
    {"screenshare", Media::Screenshare}, {"sms", Media::Sms}, {"call", Media::Voice}, {"webchat", Media::Chat},
    {"webmessaging", Media::WebMessage}, {"phone", Media::Voice},
};

constexpr Name<Direction> kDirections[] = {{"inbound", Direction::Inbound}, {"outbound", Direction::Outbound}};

constexpr Name<Provenance> kProvenances[] = {{"live", Provenance::Live}, {"backfill", Provenance::Backfill},
    {"import", Provenance::Import}, {"snapshot", Provenance::Snapshot}};

constexpr Name<SequenceScope> kScopes[] = {{"interaction", SequenceScope::Interaction}, {"stream", SequenceScope::Stream},
    {"participant", SequenceScope::Participant}, {"none", SequenceScope::None}};

constexpr Name<InteractionState> kInteractionStates[] = {
    {"open", InteractionState::Open}, {"ended", InteractionState::Ended}, {"stale", InteractionState::Stale}};

constexpr Name<BandCause> kCauses[] = {{"not-running", BandCause::NotRunning}, {"killed", BandCause::Killed},
    {"connection-lost", BandCause::ConnectionLost}, {"held-back", BandCause::HeldBack}, {"store-failed", BandCause::StoreFailed},
    {"sequence-hole", BandCause::SequenceHole}, {"refused", BandCause::Refused}};

constexpr Name<BandState> kBandStates[] = {{"open", BandState::Open}, {"closed", BandState::Closed},
    {"nothing-missed", BandState::NothingMissed}, {"repaired", BandState::Repaired}, {"unrepairable", BandState::Unrepairable}};

constexpr Name<SourceState> kSourceStates[] = {{"idle", SourceState::Idle}, {"connecting", SourceState::Connecting},
    {"listening", SourceState::Listening}, {"waiting", SourceState::Waiting}, {"held-back", SourceState::HeldBack},
    {"refused", SourceState::Refused}, {"finished", SourceState::Finished}};

bool isAfterWork(Kind kind, State state, std::string_view type)
{
    if (state == State::Wrapup || state == State::Ended)
        return true;
    if (kind != Kind::Other)
        return false;
    std::array<char, 32> buffer;
    const std::string_view word = simplified(type, buffer);
    return word == "wrapup" || word == "acw" || word == "ended" || word == "interactionended" || word == "interactionwrapup";
}

} // namespace

int rankOf(Kind kind, State state, std::string_view type)
{
    if (isAfterWork(kind, state, type))
        return 5;
    switch (kind) {
    case Kind::Joined:
    case Kind::SessionStart: return 0;
    case Kind::Added: return 1;
    case Kind::Removed: return 3;
    case Kind::Left:
    case Kind::SessionEnd: return 4;
    case Kind::Updated:
    case Kind::Other: break;
    }
    return 2;
}

Kind kindFromType(std::string_view type) { return lookUp(kKinds, type, Kind::Other); }
Purpose purposeFromName(std::string_view name) { return lookUp(kPurposes, name, Purpose::Unknown); }
State stateFromName(std::string_view name)
{
    return name.empty() ? State::None : lookUp(kStates, name, State::Unknown);
}
Media mediaFromName(std::string_view name) { return lookUp(kMedia, name, Media::Unknown); }
Direction directionFromName(std::string_view name) { return lookUp(kDirections, name, Direction::Unknown); }

std::string_view nameOf(Purpose purpose) { return textOf(kPurposes, purpose, "unknown"); }
std::string_view nameOf(State state)
{
    return state == State::None ? std::string_view("none") : textOf(kStates, state, "unknown");
}
std::string_view nameOf(Media media) { return textOf(kMedia, media, "unknown"); }
std::string_view nameOf(Direction direction) { return textOf(kDirections, direction, "unknown"); }
std::string_view nameOf(Provenance provenance) { return textOf(kProvenances, provenance, "live"); }
std::string_view nameOf(SequenceScope scope) { return textOf(kScopes, scope, "interaction"); }
std::string_view nameOf(InteractionState state) { return textOf(kInteractionStates, state, "open"); }
std::string_view nameOf(BandCause cause) { return textOf(kCauses, cause, "connection-lost"); }
std::string_view nameOf(BandState state) { return textOf(kBandStates, state, "open"); }
std::string_view nameOf(SourceState state) { return textOf(kSourceStates, state, "idle"); }

std::string_view nameOf(DeliveryState state)
{
    switch (state) {
    case DeliveryState::Off: return "off";
    case DeliveryState::Checking: return "checking";
    case DeliveryState::Delivering: return "delivering";
    case DeliveryState::Waiting: return "waiting";
    case DeliveryState::Paused: break;
    }
    return "paused";
}

std::optional<SequenceScope> sequenceScopeFromName(std::string_view name)
{
    for (const auto &entry : kScopes) {
        if (entry.text == name)
            return entry.value;
    }
    return std::nullopt;
}

std::optional<InteractionState> interactionStateFromName(std::string_view name)
{
    for (const auto &entry : kInteractionStates) {
        if (entry.text == name)
            return entry.value;
    }
    return std::nullopt;
}

} // namespace threadline
