// SPDX-License-Identifier: GPL-3.0-or-later
/// The normal form of everything that is ever received about an interaction.
#pragma once

#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/model/ids.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace threadline {

/// What the order of events needs to know of a kind. Anything not known is Other; its text is kept.
enum class Kind : std::uint8_t { Joined, Added, Updated, Removed, Left, SessionStart, SessionEnd, Other };

/// How an event came to us.
enum class Provenance : std::uint8_t { Live, Backfill, Import, Snapshot };

/// What part a participant plays. Unknown texts are kept in Facts::purposeText.
enum class Purpose : std::uint8_t {
    Unknown, Customer, External, Agent, User, Acd, Ivr, Workflow, Bot, Voicemail, Monitor, Outbound, Fax, Api, Campaign
};

/// What a participant or channel is doing. Unknown texts are kept in Facts::stateText.
enum class State : std::uint8_t {
    None,    ///< the event names no state
    Unknown, ///< it names one that we do not know
    Queued, Offering, Alerting, Dialing, Contacting, Connected, Talking, Held, Consulting, Conference, Transferred, Wrapup,
    Voicemail, Parked, Scheduled, Waiting, Monitoring, Coaching, Barging, System, Sharing, Uploading, Transmitting,
    Converting, Recording, Disconnected, Terminated, Ended,
};

enum class Media : std::uint8_t { Unknown, Voice, Chat, Message, WebMessage, Email, Callback, Video, Cobrowse, Screenshare, Sms };
enum class Direction : std::uint8_t { Unknown, Inbound, Outbound };

/// The members of an event's `data` that mean something to us; everything else stays in Event::raw. Empty means absent.
struct Facts {
    Purpose purpose = Purpose::Unknown;
    State state = State::None;
    Media media = Media::Unknown;
    Direction direction = Direction::Unknown;
    std::string purposeText; ///< as received, only where it names no Purpose we know
    std::string stateText;   ///< as received, only where it names no State we know
    std::string mediaText;   ///< as received, only where it names no Media we know
    std::string userId;
    std::string queueId;
    std::string queueName;
    std::string name;    ///< display name of the participant
    std::string address; ///< ani, address, from
    std::string disconnectType;
    std::string peer;         ///< participant or channel on the other side (peerId, peer, consultParticipantId)
    std::string linkedInteraction; ///< another interaction this one came from or led to

    friend bool operator==(const Facts &, const Facts &) = default;
};

/// One event. Equality of identity is (interaction, id); equality of content is `content`.
struct Event {
    /// Oddities that were seen while reading it; shown on the event.
    enum Mark : std::uint32_t {
        IdMade = 1,          ///< had no id: it is "h-" and the digest of its text
        BadSequence = 2,     ///< `sequence` was there but no integer below 2^53
        Attached = 4,        ///< named no interaction: attached by its participant or channel
        LoneSurrogate = 8,   ///< a text in it is no valid Unicode
        DuplicateMember = 16, ///< a member of the event or of its data occurs twice: the last counts
        WithoutData = 32      ///< read back from a shared store that has it without its data
    };

    InteractionId interaction; ///< absent: unattached
    EventId id;
    ParticipantId participant; ///< absent: the event speaks of the interaction
    ChannelId channel;         ///< absent: of the participant
    Kind kind = Kind::Other;
    std::string type; ///< the kind as received: "interaction-updated"
    Timestamp time;   ///< when it happened, by the source's clock
    std::optional<std::int64_t> sequence;
    Provenance provenance = Provenance::Live;
    Timestamp received; ///< when its last byte was read, by our clock
    std::uint32_t marks = 0;
    Facts facts;
    Hash128 content;     ///< XXH3-128 of `raw`
    std::string raw;     ///< the whole event as received, minified
    std::uint32_t dataOffset = 0; ///< where in `raw` its `data` stands; size 0: it has none
    std::uint32_t dataSize = 0;

    /// As new, but with the memory of its texts: whoever decodes many into one saves a tenth.
    void clear();
    /// What it takes of memory, its texts included.
    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] std::string_view data() const { return std::string_view(raw).substr(dataOffset, dataSize); }
    [[nodiscard]] bool has(Mark mark) const { return (marks & mark) != 0; }
};

/// Rank in the order of simultaneous events: joined 0, added 1, anything else 2, removed 3, left 4, after-work 5; sessions
/// start 0, end 4. After-work is a kind or state of wrap-up, ACW or ended, and it outranks the kind.
[[nodiscard]] int rankOf(Kind kind, State state, std::string_view type);
[[nodiscard]] inline int rankOf(const Event &e) { return rankOf(e.kind, e.facts.state, e.type); }

/// The scope of `sequence`, a setting of the source.
enum class SequenceScope : std::uint8_t { Interaction, Stream, Participant, None };

// Names as they stand in events and on the wire; reading ignores case, '-', '_' and blanks.
[[nodiscard]] Kind kindFromType(std::string_view type);
[[nodiscard]] Purpose purposeFromName(std::string_view name);
[[nodiscard]] State stateFromName(std::string_view name); ///< Unknown for an unknown one, None for an empty one
[[nodiscard]] Media mediaFromName(std::string_view name);
[[nodiscard]] Direction directionFromName(std::string_view name);
[[nodiscard]] std::string_view nameOf(Purpose purpose);
[[nodiscard]] std::string_view nameOf(State state);
[[nodiscard]] std::string_view nameOf(Media media);
[[nodiscard]] std::string_view nameOf(Direction direction);
[[nodiscard]] std::string_view nameOf(Provenance provenance);
[[nodiscard]] std::string_view nameOf(SequenceScope scope);
[[nodiscard]] std::optional<SequenceScope> sequenceScopeFromName(std::string_view name);

/// Of the refused events the newest so many are kept for inspection; all are counted.
inline constexpr std::size_t kRefusedKept = 1000;

/// An event that was refused, kept for inspection.
struct Refused {
    std::string reason;    ///< a short stable word: "no-timestamp", "bad-id", "malformed", ...
    std::string detail;    ///< one sentence for people
    Timestamp received;
    std::string text;      ///< what was received, cut off at 4 KiB
    std::uint64_t size = 0;///< of the whole text, bytes
};

} // namespace threadline
