// SPDX-License-Identifier: GPL-3.0-or-later
/// What happened in one interaction: the rows, segments, marks, links and figures that a timeline shows. A story is a pure
/// function of the interaction's events (core/timeline/correlate.h) or of the platform's own record.
#pragma once

#include "core/base/time.h"
#include "core/model/event.h"
#include "core/model/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

enum class SegmentKind : std::uint8_t {
    Ivr, Queue, Alert, Talk, Hold, Consult, Conference, Acw, Voicemail, Parked, Monitor, Unknown
};
inline constexpr int kSegmentKinds = 12;
[[nodiscard]] std::string_view nameOf(SegmentKind kind); ///< "ivr", "queue", ...

/// A stretch during which one channel (or the customer) was in one state.
struct Segment {
    SegmentKind kind = SegmentKind::Unknown;
    Timestamp start;
    std::optional<Timestamp> end; ///< absent: still open
    Provenance startBy = Provenance::Live;
    Provenance endBy = Provenance::Live;
    bool inferred = false;        ///< a boundary was not told but concluded
    std::string label;            ///< who or where: the queue, the agent, the state as received when unknown
    std::string disconnectReason; ///< as seen from this row; empty: none
    EventId startEvent;           ///< the event that opened it
    EventId endEvent;             ///< the event that closed it
    friend bool operator==(const Segment &, const Segment &) = default;
};

struct ChannelRow {
    ChannelId id; ///< empty: what the participant did on no channel
    Media media = Media::Unknown;
    std::string mediaText;
    Direction direction = Direction::Unknown;
    std::vector<Segment> segments; ///< by start; a record's may overlap
};

struct ParticipantRow {
    ParticipantId id;
    Purpose purpose = Purpose::Unknown;
    std::string purposeText;
    std::string name; ///< best display name, else empty
    std::string userId;
    std::string queueId;
    std::string queueName;
    std::string address;
    Timestamp start;
    std::optional<Timestamp> end;
    std::vector<ChannelRow> channels;
};

/// A piece of the customer-felt lane: no hole, no overlap. `participant` indexes Story::participants (who caused it), -1: nobody.
struct FeltSegment {
    SegmentKind kind = SegmentKind::Unknown;
    Timestamp start;
    std::optional<Timestamp> end;
    int participant = -1;
    std::string label;
    friend bool operator==(const FeltSegment &, const FeltSegment &) = default;
};

enum class LinkKind : std::uint8_t { BlindTransfer, ConsultTransfer, Consult, Conference, ConferenceTransfer, Callback, Reoffer };
enum class Confidence : std::uint8_t { Sure, Likely, Unknown };
[[nodiscard]] std::string_view nameOf(LinkKind kind);
[[nodiscard]] std::string_view nameOf(Confidence confidence);

/// How one leg led to another. Indices into Story::participants; -1 with `otherInteraction` set for another interaction.
struct Link {
    LinkKind kind = LinkKind::BlindTransfer;
    int from = -1;
    int to = -1;
    InteractionId otherInteraction;
    Timestamp time;
    Confidence confidence = Confidence::Unknown;
    std::string rule; ///< the rule that found it, in words
    friend bool operator==(const Link &, const Link &) = default;
};

/// Sums over the interaction. Absent: not known or did not occur.
struct Figures {
    Duration wait;  ///< the customer in queues
    Duration alert;
    Duration talk;  ///< the customer with a person
    Duration hold;  ///< the customer on hold
    Duration acw;
    std::optional<Duration> firstAnswer; ///< from the customer's start to the first human answer
    int transfers = 0;
    int humanAnswers = 0; ///< fresh ones: a retrieve from hold is none
    bool abandoned = false; ///< the customer left after waiting, before any human answered
    friend bool operator==(const Figures &, const Figures &) = default;
};

/// A row of the timeline that is not a segment: one event, where it stands and what is odd about it.
struct EventMark {
    EventId id;
    Timestamp time;
    std::int64_t lamport = 0;
    std::string type;
    int participant = -1;
    State state = State::None;
    Provenance provenance = Provenance::Live;
    Duration late;            ///< > 0: arrived after an event that follows it was recorded
    Duration skew;            ///< > 0: by so much its source time lies before an event that precedes it
    int variants = 0;         ///< other contents under the same id
    std::uint32_t marks = 0;  ///< Event::Mark
    bool sequenceTie = false; ///< another event has the same sequence
};

struct Story {
    InteractionId interaction;
    std::vector<ParticipantRow> participants; ///< by first appearance
    std::vector<FeltSegment> felt;
    std::vector<EventMark> marks; ///< in canonical order
    std::vector<Link> links;
    Figures figures;
    Timestamp start;
    std::optional<Timestamp> end; ///< set when ended
    Timestamp lastEventAt;
    Media media = Media::Unknown; ///< of the customer's first channel
    Direction direction = Direction::Unknown;
    std::string customer; ///< best name or address of the customer
    std::vector<std::string> warnings; ///< what the record or the events say that cannot be: unreadable times, ...
};

} // namespace threadline
