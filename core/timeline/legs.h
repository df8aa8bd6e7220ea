// SPDX-License-Identifier: GPL-3.0-or-later
/// What the parts of correlation hand to each other: the cast of an interaction with its legs and their pieces. Private to
/// core/timeline; made from events (segments.cpp) or from the platform's record (recordstory.cpp), so that the customer-felt
/// lane, the links and the figures are found by one and the same code.
#pragma once

#include "core/model/event.h"
#include "core/model/story.h"
#include "core/model/summary.h"
#include "core/timeline/correlate.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// A place in the canonical order: 4 times the number of the event, so that something may stand between two events. For a
/// record: the number of the distinct time.
using Order = std::int64_t;
inline constexpr Order kOpenOrder = std::numeric_limits<Order>::max();
inline constexpr Order kOrderStep = 4;

/// A segment and where its boundaries stand in the order.
struct Piece {
    Segment segment;
    Order from = 0;
    Order to = kOpenOrder;
    int peer = -1;         ///< the participant on the other side, if told
    bool dialling = false; ///< an alert on the caller's side
    bool barging = false;  ///< talk of one who came in to others, uncalled
    bool mark = false;     ///< of a record: a type that is no state (system, sharing, ...)
};

/// One channel of one participant.
struct Leg {
    int participant = -1;
    ChannelId id;
    Media media = Media::Unknown;
    std::string mediaText;
    Direction direction = Direction::Unknown;
    std::vector<Piece> pieces; ///< by start
    std::string reason;        ///< the disconnect reason last seen from this row
    bool consulted = false;    ///< the platform counts a consult on it
    std::vector<Timestamp> consults; ///< when, as far as that is told
    std::size_t untimedConsults = 0; ///< those of which it is not

    [[nodiscard]] bool closed() const { return !pieces.empty() && pieces.back().to != kOpenOrder; }
};

/// What a participant is to the customer.
enum class Part : std::uint8_t {
    Outside,  ///< customer, external
    Person,   ///< agent, user
    Queue, Ivr, Voicemail, ///< served by the platform
    Watcher,  ///< monitors; is heard by the customer only if barging
    Other
};

struct Cast {
    std::vector<ParticipantRow> rows; ///< without their channels
    std::vector<Part> parts;          ///< beside `rows`
    std::vector<Leg> legs;            ///< in order of first appearance
    bool conferenceTold = false;      ///< the source says itself what is a conference: none is concluded
    bool sessionsStay = false;        ///< nobody leaves a leg and comes back to it: what is missing between was not readable
};

[[nodiscard]] Part partOf(const ParticipantRow &row);
/// Best words for a participant: name, else user, queue, address.
[[nodiscard]] const std::string &displayName(const ParticipantRow &row);

/// What a state means for a leg of this part; nothing where it is an event mark or tells nothing. Terminal states and wrap-up
/// included: see isTerminal.
[[nodiscard]] std::optional<SegmentKind> kindOf(Part part, State state, std::string_view stateText);
/// What a kind comes to on the leg's medium: who shares or watches a screen does not talk, and a customer whose callback is pending waits.
void relabelByMedium(Cast &cast);
/// What a leg is that tells no state.
[[nodiscard]] SegmentKind silentKind(Part part);
[[nodiscard]] bool isMarkState(State state);
[[nodiscard]] bool isTerminal(State state, Part part);

/// The disconnect reason without case and separators, so that the platform's three spellings read alike.
[[nodiscard]] std::string plainReason(std::string_view reason);
enum class Departure : std::uint8_t { Other, Transfer, ConsultTransfer, ConferenceTransfer, NotAnswered };
[[nodiscard]] Departure departureOf(std::string_view reason);

/// A stretch of the order with its times on the customer's lane.
struct Stretch {
    Order from = 0;
    Order to = kOpenOrder;
    Timestamp start;
    Timestamp end;
};

/// Somebody of ours was rung or connected while another of ours held the customer, and nobody talked with them.
struct HeldMeanwhile {
    int participant = -1;
    int asker = -1;       ///< who had held the longest
    bool several = false; ///< others held, too
    Order at = 0;
    Order to = kOpenOrder; ///< until when that hold went on
    std::optional<Timestamp> end;
    Order gone = kOpenOrder; ///< until when the asker's leg did
    std::optional<Timestamp> goneAt;
};

/// The customer-felt lane and when three or more were connected.
struct Swept {
    int customer = -1; ///< whose lane it is; -1: nobody's
    std::vector<FeltSegment> felt;
    std::vector<Stretch> conferences;
    std::vector<HeldMeanwhile> heldMeanwhile; ///< by when
};
[[nodiscard]] Swept sweep(const Cast &cast);

/// Whose life the lane tells: participant of the first inbound customer leg, else of the first outside leg; -1: nobody.
[[nodiscard]] int findCustomer(const Cast &cast);

/// Gaps of at most this length between two legs of the customer's way are told as part of what went before: the platform
/// takes some 20 ms to hand over.
inline constexpr Duration kHandOver = Duration::seconds(1);

/// So many more pieces than there are may come of splitting; an input that asks for more is no conversation.
[[nodiscard]] std::size_t splitBudget(const Cast &cast);
/// Appends `piece` to `out`; the parts of it that lie within `stretches` (by order, apart from each other) become `kind`.
/// Each split costs one of `budget`; with none left the rest stays as it is.
void relabelWithin(const Piece &piece, std::span<const Stretch> stretches, SegmentKind kind, std::vector<Piece> &out, std::size_t &budget);

/// Talk of one who was called by an agent who holds or consults: a consult leg.
void relabelConsultLegs(Cast &cast);
/// Talk of the connected during `conferences` becomes conference; splits pieces.
void relabelConferences(Cast &cast, const std::vector<Stretch> &conferences);
/// Pieces that were split and mean the same become one again.
void mergePieces(Cast &cast);

/// By whom the leg of a person was consulted. The first of these rules that fits:
///   1. told        each names the other side
///   2. consulting  it began while a person of ours was consulting
///   3. counted     the platform counts a consult on the leg of a person of ours who was talking then, and the two were in no
///                  conference. A count is of the next leg that begins, and of those called beside it or, if it does not answer, by a
///                  queue or at once after it; counts without a time are of the earliest legs
///   4. held        it was rung or connected while a person of ours, who had come before, held the customer
/// Who monitors or barges in came uncalled and is none.
/// By 3 and 4 whoever was connected only when the other had gone (within kHandOver) was handed the customer instead. By 4 the other is gone
/// when the hold ends, for then all three talk; where the source tells of conferences and tells none, when the other's leg does.
struct Asked {
    int asker = -1;
    bool several = false;  ///< of those who may have asked
    bool sure = false;
    bool answered = false; ///< they were connected
    const char *rule = "";
    Order until = -1; ///< when the asker was back with the customer, or gone; -1: the pieces themselves say what is a consult
    Timestamp untilTime = kEarliestTime;
};

struct Lineage {
    std::vector<Link> links;
    std::vector<std::optional<Asked>> asked; ///< beside the legs: who was consulted
    int transfers = 0; ///< also those that led to no leg we know of
};
[[nodiscard]] Lineage findLineage(const Cast &cast, const Swept &swept);
/// Interactions that were named by a participant's events.
struct NamedInteraction {
    int participant = -1;
    InteractionId interaction;
    Timestamp time;
};
void addNamedInteractions(const Cast &cast, std::span<const NamedInteraction> named, std::vector<Link> &links);
/// `until`: how far the interaction is known; open pieces count up to there.
[[nodiscard]] Figures figuresOf(const Cast &cast, const Swept &swept, const Lineage &lineage, Timestamp until);

/// Lane, links and figures of `cast`, and its legs as rows, into `story`, whose times are set.
void tellStory(Cast &&cast, std::span<const NamedInteraction> named, Story &story);

/// What the fold of an interaction's events found.
struct Folded {
    Cast cast;
    std::vector<int> participantOf; ///< of each event; -1: of none
    std::vector<NamedInteraction> named;
    std::vector<std::string> warnings;
    bool allLeft = false;   ///< every participant that joined has left, and one has
    Timestamp lastLeft;     ///< the last leaving
    bool endTold = false;   ///< an event says that the interaction is over
};
[[nodiscard]] Folded fold(std::span<const PlacedEvent> events);
/// Pieces that nobody can vouch for because of `bands` become unknown or inferred.
void doubtUnderBands(Cast &cast, std::span<const PlacedEvent> events, std::span<const Band> bands, Duration clockOffset,
                     std::vector<std::string> &warnings);

} // namespace threadline
