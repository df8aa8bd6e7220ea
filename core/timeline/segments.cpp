// SPDX-License-Identifier: GPL-3.0-or-later
/// The state machine: events in canonical order become legs with pieces. Keyed by channel within its participant, never by
/// user: an agent who misses an alert may come back as a new participant or on a new channel.
#include "core/timeline/meeting.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

constexpr std::size_t kMaxWarnings = 100;
/// A wrap-up that began so shortly before its channel ended lasts beyond that end: the two are told at the same moment.
constexpr Duration kSameMoment = Duration::seconds(1);

constexpr std::string_view kSegmentEnd = "segment-end";

/// What the fold remembers of a participant beside its row.
struct Person {
    Timestamp now; ///< running maximum of its source times
    bool seen = false;
    bool joined = false; ///< at present
    bool everJoined = false;
    bool everLeft = false;
    Order firstOrder = 0;
    Order leftOrder = 0;
    Provenance firstBy = Provenance::Live;
    Provenance leftBy = Provenance::Live;
    EventId joinEvent;
    EventId leaveEvent;
    int ownLeg = -1; ///< the leg without a channel
    int legCount = 0;
    int lastLeg = -1;          ///< the one told of last
    std::vector<int> openLegs; ///< in no particular order
};

struct LegState {
    bool open = false;
    std::size_t place = 0; ///< in Person::openLegs
    int peer = -1;         ///< as last told
};

/// An event, its place and the boundary that it makes.
struct Telling {
    const Event *event;
    Order order;
    Timestamp at;
};

class Fold {
public:
    explicit Fold(std::span<const PlacedEvent> events) : m_events(events), m_meeting(events, m_out.cast.rows)
    {
        for (const ParticipantRow &row : m_out.cast.rows)
            m_out.cast.parts.push_back(partOf(row));
        m_people.resize(m_out.cast.rows.size());
    }

    Folded run()
    {
        for (std::size_t i = 0; i < m_events.size(); ++i)
            apply(i);
        for (std::size_t p = 0; p < m_people.size(); ++p)
            tellOfSilent(static_cast<int>(p));
        m_out.allLeft = m_anyJoined && m_present == 0;
        m_out.participantOf = m_meeting.takeParticipants();
        return std::move(m_out);
    }

private:
    void apply(std::size_t i)
    {
        const Event &e = *m_events[i].event;
        const int p = m_meeting.participantOf(i);
        const State state = stateOf(e);
        if (p < 0) {
            m_out.endTold = m_out.endTold || state == State::Ended;
            return;
        }
        const Telling telling{&e, static_cast<Order>(i) * kOrderStep, advance(p, e, static_cast<Order>(i) * kOrderStep)};
        if (!e.facts.linkedInteraction.empty() && e.facts.linkedInteraction != e.interaction.value)
            m_out.named.push_back({p, InteractionId(e.facts.linkedInteraction), telling.at});
        switch (e.kind) {
        case Kind::Joined: join(p, telling, state); break;
        case Kind::SessionStart:
        case Kind::Added: add(p, telling, state); break;
        case Kind::SessionEnd:
        case Kind::Removed: remove(p, telling, state); break;
        case Kind::Left: leave(p, telling, state); break;
        case Kind::Updated:
        case Kind::Other: update(p, telling, state); break;
        }
    }

    /// Boundaries of a participant are the running maximum of its source times.
    Timestamp advance(int p, const Event &e, Order order)
    {
        Person &who = person(p);
        if (!who.seen) {
            who.seen = true;
            who.now = row(p).start = e.time;
            who.firstOrder = order;
            who.firstBy = e.provenance;
        }
        who.now = std::max(who.now, e.time);
        return who.now;
    }

    /// The state that an event tells by its state or, if it is a kind of after-work, by its type alone.
    static State stateOf(const Event &e)
    {
        if (e.facts.state != State::None || e.kind != Kind::Other || rankOf(e) != 5)
            return e.facts.state;
        return e.type.ends_with("nded") || e.type.ends_with("NDED") ? State::Ended : State::Wrapup;
    }

    // --- participants

    void join(int p, const Telling &t, State state)
    {
        Person &who = person(p);
        if (!who.everJoined)
            who.joinEvent = t.event->id;
        m_present += who.joined ? 0 : 1;
        who.joined = who.everJoined = m_anyJoined = true;
        m_out.endTold = false; // a new leg opens it again
        row(p).end.reset();
        if (!t.event->channel.empty())
            add(p, t, state);
        else if (state != State::None)
            update(p, t, state);
    }

    void leave(int p, const Telling &t, State state)
    {
        Person &who = person(p);
        closeAll(p, t);
        m_present -= who.joined ? 1 : 0;
        who.joined = false;
        who.everLeft = true;
        who.leftOrder = t.order;
        who.leftBy = t.event->provenance;
        who.leaveEvent = t.event->id;
        row(p).end = t.at;
        m_out.lastLeft = std::max(m_out.lastLeft, t.at);
        if (state == State::Wrapup && who.lastLeg >= 0)
            setState(who.lastLeg, t, state);
    }

    void closeAll(int p, const Telling &t)
    {
        Person &who = person(p);
        if (who.openLegs.empty() && who.lastLeg >= 0)
            return close(who.lastLeg, t);
        std::vector<int> open = who.openLegs;
        std::sort(open.begin(), open.end());
        for (const int number : open)
            close(number, t);
        if (!open.empty())
            who.lastLeg = open.front(); // where after-call work goes: the oldest of those that lasted to the end
    }

    /// One who came and perhaps left without ever telling of a channel or a state was there all the same.
    void tellOfSilent(int p)
    {
        const Person &who = person(p);
        if (who.legCount > 0 || !who.everJoined)
            return;
        const int number = legFor(p, ChannelId());
        Piece &piece = leg(number).pieces.emplace_back();
        piece.from = who.firstOrder;
        piece.segment.kind = silentKind(part(p));
        piece.segment.start = row(p).start;
        piece.segment.startBy = piece.segment.endBy = who.firstBy;
        piece.segment.startEvent = who.joinEvent;
        piece.segment.inferred = true;
        if (who.joined || !who.everLeft)
            return;
        piece.to = std::max(who.leftOrder, who.firstOrder);
        piece.segment.end = row(p).end;
        piece.segment.endBy = who.leftBy;
        piece.segment.endEvent = who.leaveEvent;
    }

    // --- channels

    void add(int p, const Telling &t, State state)
    {
        const int number = legFor(p, t.event->channel);
        tell(number, t);
        if (isTerminal(state, part(p)))
            return close(number, t);
        m_out.endTold = false;
        open(number);
        if (!setState(number, t, state) && !openPiece(number))
            openSilently(number, t);
    }

    void update(int p, const Telling &t, State state)
    {
        const std::optional<int> number = target(p, *t.event, state);
        if (!number) {
            if (isTerminal(state, part(p)))
                closeAll(p, t);
            return;
        }
        tell(*number, t);
        if (t.event->type == kSegmentEnd)
            endPiece(*number, t, state);
        else if (isTerminal(state, part(p)))
            close(*number, t);
        else if (!setState(*number, t, state) && leg(*number).pieces.empty())
            openSilently(*number, t);
    }

    /// A channel of which nobody told in which state it is.
    void openSilently(int number, const Telling &t)
    {
        open(number);
        begin(number, t, silentKind(part(leg(number).participant)), {}, false);
    }

    void remove(int p, const Telling &t, State state)
    {
        Person &who = person(p);
        if (t.event->channel.empty()) {
            if (t.event->kind == Kind::SessionEnd)
                leave(p, t, state);
            else if (who.openLegs.size() == 1)
                close(who.openLegs.front(), t);
            return;
        }
        const bool known = m_legNumbers.contains({p, t.event->channel.value}) || adoptable(p);
        const int number = legFor(p, t.event->channel);
        tell(number, t);
        if (!known)
            wasThere(number, t);
        close(number, t);
        if (state == State::Wrapup)
            setState(number, t, state);
    }

    /// A channel whose adding was never seen has existed until now; nobody knows since when, and in which state.
    void wasThere(int number, const Telling &t)
    {
        const int p = leg(number).participant;
        warn("Channel " + t.event->channel.value + " was removed, but its adding was not seen.");
        if (t.at <= row(p).start)
            return;
        Piece &piece = begin(number, t, silentKind(part(p)), {}, false);
        piece.from = person(p).firstOrder;
        piece.segment.start = row(p).start;
        piece.segment.startEvent = {};
        piece.segment.inferred = true;
    }

    // --- legs

    /// Which leg a state is meant for; nothing: none, or all of them.
    std::optional<int> target(int p, const Event &e, State state)
    {
        const Person &who = person(p);
        if (!e.channel.empty())
            return legFor(p, e.channel);
        if (who.openLegs.size() == 1)
            return who.openLegs.front();
        const bool terminal = isTerminal(state, part(p));
        if (terminal && !who.openLegs.empty())
            return std::nullopt;
        if ((terminal || state == State::Wrapup) && who.lastLeg >= 0)
            return who.lastLeg; // after-call work follows the leg that was there last
        if (terminal || state == State::None || isMarkState(state))
            return std::nullopt;
        return legFor(p, ChannelId());
    }

    /// What a participant did on no channel so far turns out to be its first channel's.
    [[nodiscard]] bool adoptable(int p)
    {
        const Person &who = person(p);
        return who.ownLeg >= 0 && who.legCount == 1 && m_legs[static_cast<std::size_t>(who.ownLeg)].open;
    }

    int legFor(int p, const ChannelId &channel)
    {
        const LegKey key{p, channel.value};
        if (const auto known = m_legNumbers.find(key); known != m_legNumbers.end())
            return known->second;
        Person &who = person(p);
        if (!channel.empty() && adoptable(p)) {
            m_legNumbers.erase({p, std::string_view()});
            leg(who.ownLeg).id = channel;
            m_legNumbers[key] = who.ownLeg;
            return std::exchange(who.ownLeg, -1);
        }
        const int number = static_cast<int>(m_out.cast.legs.size());
        Leg &made = m_out.cast.legs.emplace_back();
        made.participant = p;
        made.id = channel;
        m_legs.emplace_back();
        m_legNumbers[key] = number;
        ++who.legCount;
        if (channel.empty())
            who.ownLeg = number;
        return number;
    }

    void tell(int number, const Telling &t)
    {
        Leg &told = leg(number);
        const Facts &f = t.event->facts;
        if (told.media == Media::Unknown && told.mediaText.empty()) {
            told.media = f.media;
            told.mediaText = f.mediaText;
        }
        if (told.direction == Direction::Unknown)
            told.direction = f.direction;
        if (!f.peer.empty())
            m_legs[static_cast<std::size_t>(number)].peer = m_meeting.peerOf(f.peer);
        person(told.participant).lastLeg = number;
    }

    void open(int number)
    {
        LegState &state = m_legs[static_cast<std::size_t>(number)];
        if (state.open)
            return;
        std::vector<int> &all = person(leg(number).participant).openLegs;
        state.open = true;
        state.place = all.size();
        all.push_back(number);
    }

    void shut(int number)
    {
        LegState &state = m_legs[static_cast<std::size_t>(number)];
        if (!state.open)
            return;
        std::vector<int> &all = person(leg(number).participant).openLegs;
        state.open = false;
        all[state.place] = all.back();
        m_legs[static_cast<std::size_t>(all.back())].place = state.place;
        all.pop_back();
    }

    void close(int number, const Telling &t)
    {
        Leg &closed = leg(number);
        const std::string &reason = t.event->facts.disconnectType;
        if (!reason.empty())
            closed.reason = reason;
        Piece *current = openPiece(number);
        const bool bracket = t.event->kind == Kind::Removed || t.event->kind == Kind::Left;
        if (current && current->segment.kind == SegmentKind::Acw && bracket && t.at - current->segment.start <= kSameMoment)
            return;
        shut(number);
        if (current)
            end(*current, t);
        giveReason(closed, reason);
    }

    /// To the last piece that is no after-call work, unless it has one.
    static void giveReason(Leg &closed, const std::string &reason)
    {
        for (auto piece = closed.pieces.rbegin(); !reason.empty() && piece != closed.pieces.rend(); ++piece) {
            if (piece->segment.kind == SegmentKind::Acw)
                continue;
            if (piece->segment.disconnectReason.empty() && piece->to != kOpenOrder)
                piece->segment.disconnectReason = reason;
            return;
        }
    }

    // --- pieces

    /// Takes `state` for the leg; false if it is none that a leg can be in.
    bool setState(int number, const Telling &t, State state)
    {
        const int p = leg(number).participant;
        const Facts &f = t.event->facts;
        const auto kind = kindOf(part(p), state, f.stateText);
        if (!kind)
            return false;
        const bool dialling = *kind == SegmentKind::Alert && (state == State::Dialing || state == State::Contacting);
        std::string label = dialling ? std::string("Dialling") : labelFor(p, *kind, f, state);
        open(number);
        if (Piece *current = openPiece(number)) {
            if (goesOn(*current, *kind, state == State::Barging, label, m_legs[static_cast<std::size_t>(number)].peer))
                return true;
            end(*current, t);
        }
        begin(number, t, *kind, std::move(label), dialling).barging = state == State::Barging;
        return true;
    }

    static bool goesOn(const Piece &piece, SegmentKind kind, bool barging, const std::string &label, int peer)
    {
        if (piece.segment.kind != kind || piece.barging != barging)
            return false;
        if ((kind == SegmentKind::Unknown || kind == SegmentKind::Queue) && piece.segment.label != label)
            return false;
        return kind != SegmentKind::Talk || piece.peer == peer;
    }

    [[nodiscard]] std::string labelFor(int p, SegmentKind kind, const Facts &f, State state)
    {
        const ParticipantRow &who = row(p);
        if (kind == SegmentKind::Unknown)
            return state == State::Unknown ? f.stateText : std::string(nameOf(state));
        if (kind != SegmentKind::Queue)
            return displayName(who);
        if (!f.queueName.empty())
            return f.queueName;
        if (!f.queueId.empty() && f.queueId != who.queueId)
            return f.queueId;
        return !who.queueName.empty() ? who.queueName : !who.queueId.empty() ? who.queueId : displayName(who);
    }

    Piece &begin(int number, const Telling &t, SegmentKind kind, std::string label, bool dialling)
    {
        Piece &piece = leg(number).pieces.emplace_back();
        piece.from = t.order;
        piece.peer = m_legs[static_cast<std::size_t>(number)].peer;
        piece.dialling = dialling;
        piece.segment.kind = kind;
        piece.segment.label = label.empty() && kind != SegmentKind::Unknown ? displayName(row(leg(number).participant)) : std::move(label);
        piece.segment.start = t.at;
        piece.segment.startBy = piece.segment.endBy = t.event->provenance;
        piece.segment.startEvent = t.event->id;
        return piece;
    }

    static void end(Piece &piece, const Telling &t)
    {
        piece.to = t.order;
        piece.segment.end = t.at;
        piece.segment.endBy = t.event->provenance;
        piece.segment.endEvent = t.event->id;
    }

    /// An imported segment ends; the leg stays, and what comes next is told by the next segment.
    void endPiece(int number, const Telling &t, State state)
    {
        Piece *current = openPiece(number);
        const auto kind = kindOf(part(leg(number).participant), state, t.event->facts.stateText);
        if (!current || !kind || current->segment.kind != *kind)
            return;
        end(*current, t);
        current->segment.disconnectReason = t.event->facts.disconnectType;
        if (!t.event->facts.disconnectType.empty())
            leg(number).reason = t.event->facts.disconnectType;
    }

    Piece *openPiece(int number)
    {
        std::vector<Piece> &pieces = leg(number).pieces;
        return pieces.empty() || pieces.back().to != kOpenOrder ? nullptr : &pieces.back();
    }

    void warn(std::string text)
    {
        if (m_out.warnings.size() < kMaxWarnings)
            m_out.warnings.push_back(std::move(text));
    }

    Leg &leg(int number) { return m_out.cast.legs[static_cast<std::size_t>(number)]; }
    Person &person(int p) { return m_people[static_cast<std::size_t>(p)]; }
    ParticipantRow &row(int p) { return m_out.cast.rows[static_cast<std::size_t>(p)]; }
    [[nodiscard]] Part part(int p) const { return m_out.cast.parts[static_cast<std::size_t>(p)]; }

    std::span<const PlacedEvent> m_events;
    Folded m_out;
    Meeting m_meeting;
    std::vector<Person> m_people;
    std::vector<LegState> m_legs; ///< beside Cast::legs
    std::unordered_map<LegKey, int, LegKeyHash> m_legNumbers;
    int m_present = 0;
    bool m_anyJoined = false;
};

} // namespace

Folded fold(std::span<const PlacedEvent> events) { return Fold(events).run(); }

} // namespace threadline
