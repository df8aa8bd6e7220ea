// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/recordparse.h"

#include "core/base/json.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace threadline {
namespace {

constexpr std::size_t kMaxWarnings = 1000;

/// Calls `take(name, value)` for each member of the object `raw`.
template<class Take>
void eachMember(std::string_view raw, Take take)
{
    json::Cursor cursor(raw);
    if (!cursor.enterObject())
        return;
    std::string_view name;
    while (cursor.nextMember(name)) {
        const std::string_view value = cursor.skipValue();
        if (name.find('\\') != std::string_view::npos)
            take(std::string_view(json::unescapeName(name)), value);
        else
            take(name, value);
    }
}

template<class Take>
void eachElement(std::string_view raw, Take take)
{
    json::Cursor cursor(raw);
    if (!cursor.enterArray())
        return;
    while (cursor.nextElement())
        take(cursor.skipValue());
}

class Parser {
public:
    RecordTree parse(std::string_view raw)
    {
        std::string_view participants;
        eachMember(raw, [&](std::string_view name, std::string_view value) {
            if (name == "conversationId")
                text(value, m_tree.id);
            else if (name == "participants")
                participants = value;
            else if (name == "conversationStart")
                m_tree.start = time(value, "conversationStart");
            else if (name == "conversationEnd")
                m_tree.end = time(value, "conversationEnd");
            else if (name == "conferenceStart")
                static_cast<void>(time(value, "conferenceStart"));
        });
        eachElement(participants, [&](std::string_view one) { participant(one); });
        return std::move(m_tree);
    }

private:
    void participant(std::string_view raw)
    {
        if (json::typeOf(raw) != json::Type::Object)
            return warn("Participant " + std::to_string(m_tree.participants.size() + 1) + " is no object and was left out.");
        RecordParticipant &p = m_tree.participants.emplace_back();
        std::string_view sessions;
        eachMember(raw, [&](std::string_view name, std::string_view value) {
            if (name == "participantId")
                text(value, p.id);
            else if (name == "purpose")
                text(value, p.purpose);
            else if (name == "participantName")
                text(value, p.name);
            else if (name == "userId")
                text(value, p.userId);
            else if (name == "sessions")
                sessions = value;
        });
        eachElement(sessions, [&](std::string_view one) { session(one, p); });
    }

    void session(std::string_view raw, RecordParticipant &p)
    {
        if (json::typeOf(raw) != json::Type::Object)
            return warn("A session of participant " + std::to_string(m_tree.participants.size()) + " is no object and was left out.");
        RecordSession &s = p.sessions.emplace_back();
        std::string_view segments, metrics, endpoints;
        eachMember(raw, [&](std::string_view name, std::string_view value) {
            if (name == "sessionId")
                text(value, s.id);
            else if (name == "peerId")
                text(value, s.peer);
            else if (name == "mediaType")
                text(value, s.media);
            else if (name == "direction")
                text(value, s.direction);
            else if (name == "ani" || (name == "addressFrom" && s.address.empty()))
                text(value, s.address);
            else if (name == "segments")
                segments = value;
            else if (name == "metrics")
                metrics = value;
            else if (name == "mediaEndpointStats")
                endpoints = value;
        });
        m_where = "session " + (s.id.empty() ? std::to_string(p.sessions.size()) : s.id);
        eachElement(segments, [&](std::string_view one) { segment(one, s); });
        eachElement(metrics, [&](std::string_view one) { metric(one, s); });
        eachElement(endpoints, [&](std::string_view one) {
            eachMember(one, [&](std::string_view name, std::string_view value) {
                if (name == "eventTime")
                    static_cast<void>(time(value, "eventTime"));
            });
        });
        m_where.clear();
    }

    void segment(std::string_view raw, RecordSession &s)
    {
        const std::string number = std::to_string(++m_segment);
        if (json::typeOf(raw) != json::Type::Object)
            return warn("Segment " + number + " of the record is no object and was left out.");
        RecordSegment &g = s.segments.emplace_back();
        g.raw = raw;
        std::string_view start, end;
        std::string destination;
        eachMember(raw, [&](std::string_view name, std::string_view value) {
            if (name == "segmentType")
                text(value, g.type);
            else if (name == "segmentStart")
                start = value;
            else if (name == "segmentEnd")
                end = value;
            else if (name == "queueId")
                text(value, g.queueId);
            else if (name == "disconnectType")
                text(value, g.disconnectType);
            else if (name == "conference")
                g.conference = json::boolOf(value);
            else if (name == "sourceConversationId")
                text(value, g.linkedInteraction);
            else if (name == "destinationConversationId")
                text(value, destination);
        });
        if (g.linkedInteraction.empty() || g.linkedInteraction == m_tree.id)
            g.linkedInteraction = destination == m_tree.id ? std::string() : std::move(destination);
        g.state = stateFromName(g.type);
        g.start = time(start, "segmentStart");
        g.end = time(end, "segmentEnd");
        if (start.empty())
            warn("Segment " + number + " (" + m_where + ") has no segmentStart and is not shown.");
        if (g.start && g.end && *g.end < *g.start)
            warn("Segment " + number + " (" + m_where + ") ends before it starts: it is shown without length.");
    }

    void metric(std::string_view raw, RecordSession &s)
    {
        eachMember(raw, [&](std::string_view name, std::string_view value) {
            if (name == "emitDate") {
                static_cast<void>(time(value, "emitDate"));
            } else if (name == "name") {
                const auto metricName = json::stringOf(value, m_scratch);
                s.consulted = s.consulted || metricName == "nConsult" || metricName == "nConsultTransferred";
            }
        });
    }

    void text(std::string_view raw, std::string &out)
    {
        if (const auto value = json::stringOf(raw, m_scratch))
            out = *value;
    }

    /// A readable time; anything else is listed. `raw` empty or null: not given.
    std::optional<Timestamp> time(std::string_view raw, std::string_view name)
    {
        if (raw.empty() || json::typeOf(raw) == json::Type::Null)
            return std::nullopt;
        const auto written = json::stringOf(raw, m_scratch);
        const auto read = written ? parseTimestamp(*written) : std::nullopt;
        if (read && *read >= kEarliestTime && *read < kLatestTime) {
            m_tree.last = std::max(m_tree.last.value_or(*read), *read);
            return read;
        }
        const std::string_view shown = raw.substr(0, 80);
        warn(std::string(name) + " " + std::string(shown) + (m_where.empty() ? "" : " (" + m_where + ")")
             + (read ? " lies outside the years 2000 to 2200." : " is not readable as ISO 8601."));
        return std::nullopt;
    }

    void warn(std::string words)
    {
        if (m_tree.warnings.size() < kMaxWarnings)
            m_tree.warnings.push_back(std::move(words));
        else
            ++m_tree.unlisted;
    }

    RecordTree m_tree;
    std::string m_where;
    std::size_t m_segment = 0;
    std::string m_scratch;
};

} // namespace

RecordTree parseRecord(std::string_view raw) { return Parser().parse(raw); }

RecordIds::RecordIds(const RecordTree &tree)
{
    std::unordered_set<std::string> seen;
    const auto unique = [&](const std::string &id, const std::string &place, char kind) {
        if (!id.empty() && seen.insert(kind + id).second)
            return id;
        std::string made = id.empty() ? place : id + "#" + place;
        while (!seen.insert(kind + made).second)
            made += '#';
        return made;
    };
    for (std::size_t p = 0; p < tree.participants.size(); ++p) {
        const RecordParticipant &who = tree.participants[p];
        m_participants.push_back(unique(who.id, "participant-" + std::to_string(p + 1), 'p'));
        std::vector<std::string> &sessions = m_sessions.emplace_back();
        for (std::size_t s = 0; s < who.sessions.size(); ++s)
            sessions.push_back(unique(who.sessions[s].id, "session-" + std::to_string(p + 1) + "-" + std::to_string(s + 1), 's'));
    }
}

std::string RecordIds::participant(std::size_t p, std::string_view what) const
{
    return "record:" + m_participants[p] + ":" + std::string(what);
}

std::string RecordIds::session(std::size_t p, std::size_t s, std::string_view what) const
{
    return "record:" + m_sessions[p][s] + ":" + std::string(what);
}

std::string RecordIds::segment(std::size_t p, std::size_t s, std::size_t n, std::string_view boundary) const
{
    return "record:" + m_sessions[p][s] + ":" + std::to_string(n) + ":" + std::string(boundary);
}

} // namespace threadline
