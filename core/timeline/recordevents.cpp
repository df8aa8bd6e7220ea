// SPDX-License-Identifier: GPL-3.0-or-later
/// The platform's record as events of the streaming protocol's shape, so that whatever renders events renders it too.
#include "core/base/json.h"
#include "core/timeline/record.h"
#include "core/timeline/recordparse.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace threadline {
namespace {

/// When a participant or session was there: after-call work comes after it has gone.
struct Presence {
    std::optional<Timestamp> start;
    std::optional<Timestamp> end;
    bool open = false;

    void take(const RecordSession &session)
    {
        const RecordStay stay(session);
        for (const RecordSegment &segment : session.segments) {
            const auto over = shownEnd(segment);
            for (const auto &time : {segment.start, over})
                start = time ? std::min(start.value_or(*time), *time) : start;
            open = open || stay.goesOn(segment);
            end = stay.isOf(segment) ? std::max(end, over) : end;
        }
    }
};

class Writer {
public:
    Writer(const Record &record, Timestamp received, const std::stop_token &stop)
        : m_record(record), m_tree(parseRecord(record.raw)), m_ids(m_tree), m_over(overAt(m_tree)), m_received(received), m_stop(stop)
    {
    }

    std::vector<Event> write()
    {
        bound("start", "conversation-start", m_tree.start);
        for (std::size_t p = 0; p < m_tree.participants.size() && !m_stop.stop_requested(); ++p)
            participant(p);
        bound("end", "conversation-end", m_tree.end);
        return std::move(m_events);
    }

private:
    struct Place {
        std::size_t participant;
        std::optional<std::size_t> session;
        const RecordSegment *segment = nullptr;
        bool atEnd = false;
    };

    /// Where nothing in it has a readable time, the conversation's own stand in.
    [[nodiscard]] std::optional<Timestamp> startOf(const Presence &presence) const
    {
        return presence.start ? presence.start : m_tree.start ? m_tree.start : m_tree.last;
    }

    [[nodiscard]] std::optional<Timestamp> endOf(const Presence &presence) const
    {
        if (presence.open)
            return m_tree.end && presence.start ? std::optional(std::max(*m_tree.end, *presence.start)) : m_tree.end;
        return presence.end ? presence.end : m_over;
    }

    void participant(std::size_t p)
    {
        const RecordParticipant &from = m_tree.participants[p];
        Presence presence;
        for (const RecordSession &session : from.sessions)
            presence.take(session);
        if (const auto start = startOf(presence))
            event(m_ids.participant(p, "joined"), "interaction-participant-joined", Kind::Joined, *start, {p, {}});
        for (std::size_t s = 0; s < from.sessions.size() && !m_stop.stop_requested(); ++s)
            session(p, s);
        if (const auto end = endOf(presence))
            event(m_ids.participant(p, "left"), "interaction-participant-left", Kind::Left, *end, {p, {}, nullptr, true});
    }

    void session(std::size_t p, std::size_t s)
    {
        const RecordSession &from = m_tree.participants[p].sessions[s];
        Presence presence;
        presence.take(from);
        if (const auto start = startOf(presence))
            event(m_ids.session(p, s, "added"), "interaction-media-channel-added", Kind::Added, *start, {p, s});
        for (std::size_t n = 0; n < from.segments.size() && !m_stop.stop_requested(); ++n) {
            const RecordSegment &segment = from.segments[n];
            if (segment.start)
                event(m_ids.segment(p, s, n, "start"), "segment-start", Kind::Other, *segment.start, {p, s, &segment});
            if (segment.end)
                event(m_ids.segment(p, s, n, "end"), "segment-end", Kind::Other, *shownEnd(segment), {p, s, &segment, true});
        }
        if (const auto end = endOf(presence))
            event(m_ids.session(p, s, "removed"), "interaction-media-channel-removed", Kind::Removed, *end, {p, s, nullptr, true});
    }

    /// What the conversation says of itself may lie before and behind all that its participants do.
    void bound(const char *which, const char *type, std::optional<Timestamp> time)
    {
        if (!time)
            return;
        Event &e = begin(RecordIds::conversation(which), type, Kind::Other, *time);
        writeRaw(e, nullptr);
        e.content = hash128(e.raw);
    }

    void event(std::string id, const char *type, Kind kind, Timestamp time, const Place &place)
    {
        Event &e = begin(std::move(id), type, kind, time);
        e.participant.value = m_ids.participantId(place.participant);
        if (place.session)
            e.channel.value = m_ids.sessionId(place.participant, *place.session);
        setFacts(e.facts, place);
        writeRaw(e, &place);
        e.content = hash128(e.raw);
    }

    Event &begin(std::string id, const char *type, Kind kind, Timestamp time)
    {
        Event &e = m_events.emplace_back();
        e.interaction = m_record.interaction;
        e.id.value = std::move(id);
        e.kind = kind;
        e.type = type;
        e.time = time;
        e.provenance = Provenance::Import;
        e.received = m_received;
        return e;
    }

    void setFacts(Facts &f, const Place &place) const
    {
        const RecordParticipant &who = m_tree.participants[place.participant];
        f.purpose = purposeFromName(who.purpose);
        f.purposeText = f.purpose == Purpose::Unknown ? who.purpose : std::string();
        f.userId = who.userId;
        f.name = who.name;
        if (place.session) {
            const RecordSession &session = who.sessions[*place.session];
            f.media = mediaFromName(session.media);
            f.mediaText = f.media == Media::Unknown ? session.media : std::string();
            f.direction = directionFromName(session.direction);
            f.address = session.address;
            f.peer = session.peer;
        }
        if (!place.segment)
            return;
        f.state = place.segment->state;
        f.stateText = f.state == State::Unknown ? place.segment->type : std::string();
        f.queueId = place.segment->queueId;
        f.linkedInteraction = place.segment->linkedInteraction;
        if (place.atEnd)
            f.disconnectType = place.segment->disconnectType;
    }

    void writeRaw(Event &e, const Place *place)
    {
        m_text.clear(); // written where there is room, for each event to have no more than it needs
        json::Writer w(m_text);
        w.beginObject();
        w.member("id", e.id.value);
        w.member("timestamp", formatTimestamp(e.time));
        w.member("type", e.type);
        w.key("data");
        e.dataOffset = static_cast<std::uint32_t>(m_text.size());
        w.beginObject();
        w.member("interactionId", e.interaction.value);
        some(w, "participantId", e.participant.value);
        some(w, "channelId", e.channel.value);
        if (place)
            writeFacts(w, e.facts, *place);
        w.endObject();
        e.dataSize = static_cast<std::uint32_t>(m_text.size()) - e.dataOffset;
        w.endObject();
        e.raw = m_text;
    }

    void writeFacts(json::Writer &w, const Facts &f, const Place &place) const
    {
        const RecordParticipant &who = m_tree.participants[place.participant];
        some(w, "purpose", who.purpose);
        if (place.session) {
            some(w, "mediaType", who.sessions[*place.session].media);
            some(w, "direction", who.sessions[*place.session].direction);
        }
        if (place.segment)
            some(w, "state", place.segment->type);
        some(w, "userId", f.userId);
        some(w, "queueId", f.queueId);
        some(w, "name", f.name);
        some(w, "address", f.address);
        some(w, "disconnectType", f.disconnectType);
        some(w, "peerId", f.peer);
        some(w, "linkedInteractionId", f.linkedInteraction);
        if (place.segment && !place.atEnd) {
            w.key("segment");
            w.raw(place.segment->raw);
        }
    }

    static void some(json::Writer &w, std::string_view name, const std::string &value)
    {
        if (!value.empty())
            w.member(name, value);
    }

    const Record &m_record;
    RecordTree m_tree;
    RecordIds m_ids;
    std::optional<Timestamp> m_over;
    Timestamp m_received;
    const std::stop_token &m_stop;
    std::string m_text;
    std::vector<Event> m_events;
};

/// What texts take in an event: once as they are, once as JSON, where a character takes six at most.
std::size_t taken(std::initializer_list<std::string_view> texts)
{
    std::size_t sum = 0;
    for (const std::string_view text : texts) {
        const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\'; });
        sum += text.size() * (plain ? 2 : 7);
    }
    return sum;
}

} // namespace

std::size_t eventBytes(const RecordTree &tree)
{
    constexpr std::size_t frame = sizeof(Event) + 512; // with the members' names, and what ids have behind
    std::size_t sum = 2 * (frame + taken({tree.id}));
    for (const RecordParticipant &who : tree.participants) {
        const std::size_t bare = frame + taken({tree.id, who.id, who.id, who.purpose, who.name, who.userId});
        sum += 2 * bare;
        for (const RecordSession &session : who.sessions) {
            const std::size_t within = bare + taken({session.id, session.id, session.media, session.direction, session.address, session.peer});
            sum += 2 * within;
            for (const RecordSegment &segment : session.segments)
                sum += 2 * (within + taken({segment.type, segment.type, segment.queueId, segment.linkedInteraction, segment.disconnectType})) + segment.raw.size();
        }
    }
    return sum;
}

std::vector<Event> recordEvents(const Record &record, Timestamp received, const std::stop_token &stop)
{
    return Writer(record, received, stop).write();
}

} // namespace threadline
