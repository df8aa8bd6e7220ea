// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/recordparse.h"

#include "core/base/ascii.h"
#include "core/base/json.h"
#include "core/timeline/membername.h"
#include "core/timeline/record.h"
#include "core/timeline/recordtime.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace threadline {
namespace {

constexpr std::size_t kMaxWarnings = 1000;
/// More consults of one session are no conversation.
constexpr std::size_t kMaxConsults = 64;
/// What the platform enters itself when nobody did in time.
constexpr std::string_view kTimeoutCode = "ININ-WRAP-UP-TIMEOUT";

/// Calls `take(name, value)` for each member of the object `raw`. Returns a name that is not written as the platform writes it.
template<class Take>
std::string eachMember(std::string_view raw, Take take)
{
    std::string other;
    json::Cursor cursor(raw);
    if (!cursor.enterObject())
        return other;
    std::string_view name;
    while (cursor.nextMember(name)) {
        const std::string_view value = cursor.skipValue();
        const std::string plain = name.find('\\') == std::string_view::npos ? std::string() : json::unescapeName(name);
        const std::string_view written = plain.empty() ? name : std::string_view(plain);
        const std::string_view known = canonicalName(written);
        if (known != written && other.empty())
            other = written;
        take(known, value);
    }
    return other;
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
        members(raw, [&](std::string_view name, std::string_view value) {
            if (name == "conversationId")
                id(value, m_tree.id);
            else if (name == "participants")
                participants = value;
            else if (name == "conversationStart")
                m_tree.start = time(value, "conversationStart");
            else if (name == "conversationEnd")
                m_tree.end = time(value, "conversationEnd");
            else if (name == "conferenceStart")
                static_cast<void>(time(value, "conferenceStart"));
        });
        m_tree.hasParticipants = isListed(participants);
        list(participants, "participants", [&](std::string_view one) { participant(one); });
        sumUp();
        return std::move(m_tree);
    }

private:
    /// One more of what takes memory beyond its text; false: it is left out.
    bool countPart()
    {
        m_tree.tooMany = m_tree.tooMany || ++m_parts > kMaxRecordParts;
        return !m_tree.tooMany;
    }

    void participant(std::string_view raw)
    {
        if (!countPart())
            return;
        const std::string number = std::to_string(m_tree.participants.size() + 1);
        if (json::typeOf(raw) != json::Type::Object)
            return warn("Participant " + number + " is no object and was left out.");
        RecordParticipant &p = m_tree.participants.emplace_back();
        std::string_view sessions, segments;
        members(raw, [&](std::string_view name, std::string_view value) {
            if (name == "participantId")
                boundedId(value, p.id);
            else if (name == "purpose")
                shown(value, p.purpose);
            else if (name == "participantName")
                shown(value, p.name);
            else if (name == "userId")
                boundedId(value, p.userId);
            else if (name == "sessions")
                sessions = value;
            else if (name == "segments")
                segments = value;
        });
        m_where = "participant " + (p.id.empty() ? number : p.id);
        list(sessions, "sessions", [&](std::string_view one) { session(one, p); });
        if (isListed(segments)) {
            warn("The segments of " + m_where + " stand outside of any session: they are shown as those of one.");
            RecordSession &s = p.sessions.emplace_back();
            list(segments, "segments", [&](std::string_view one) { segment(one, s); });
        }
        m_where.clear();
    }

    void session(std::string_view raw, RecordParticipant &p)
    {
        if (!countPart())
            return;
        if (json::typeOf(raw) != json::Type::Object)
            return warn("A session of participant " + std::to_string(m_tree.participants.size()) + " is no object and was left out.");
        RecordSession &s = p.sessions.emplace_back();
        std::string_view segments, metrics, endpoints;
        members(raw, [&](std::string_view name, std::string_view value) {
            if (name == "sessionId")
                boundedId(value, s.id);
            else if (name == "peerId")
                boundedId(value, s.peer);
            else if (name == "mediaType")
                shown(value, s.media);
            else if (name == "direction")
                shown(value, s.direction);
            else if (name == "ani" || (name == "addressFrom" && s.address.empty()))
                shown(value, s.address);
            else if (name == "segments")
                segments = value;
            else if (name == "metrics")
                metrics = value;
            else if (name == "mediaEndpointStats")
                endpoints = value;
        });
        const std::string outer = std::exchange(m_where, "session " + (s.id.empty() ? std::to_string(p.sessions.size()) : s.id));
        list(segments, "segments", [&](std::string_view one) { segment(one, s); });
        list(metrics, "metrics", [&](std::string_view one) { metric(one, s); });
        if (s.consulted && s.consults.empty() && s.untimedConsults == 0)
            s.untimedConsults = 1; // one that was counted when the customer was handed over
        list(endpoints, "mediaEndpointStats", [&](std::string_view one) {
            members(one, [&](std::string_view name, std::string_view value) {
                if (name == "eventTime")
                    static_cast<void>(time(value, "eventTime"));
            });
        });
        m_where = outer;
    }

    void segment(std::string_view raw, RecordSession &s)
    {
        if (!countPart())
            return;
        const std::string number = std::to_string(++m_segment);
        if (json::typeOf(raw) != json::Type::Object)
            return warn("Segment " + number + " of the record is no object and was left out.");
        RecordSegment &g = s.segments.emplace_back();
        g.raw = raw;
        std::string_view start, end;
        std::string destination;
        members(raw, [&](std::string_view name, std::string_view value) {
            if (name == "segmentType")
                shown(value, g.type);
            else if (name == "segmentStart")
                start = value;
            else if (name == "segmentEnd")
                end = value;
            else if (name == "queueId")
                boundedId(value, g.queueId);
            else if (name == "disconnectType")
                shown(value, g.disconnectType);
            else if (name == "conference")
                g.conference = json::boolOf(value);
            else if (name == "sourceConversationId")
                boundedId(value, g.linkedInteraction);
            else if (name == "destinationConversationId")
                boundedId(value, destination);
            else if (name == "wrapUpCode")
                wrapUp(value);
        });
        if (g.linkedInteraction.empty() || g.linkedInteraction == m_tree.id)
            g.linkedInteraction = destination == m_tree.id ? std::string() : std::move(destination);
        g.state = stateFromName(g.type);
        g.start = time(start, "segmentStart");
        g.end = time(end, "segmentEnd");
        if (start.empty())
            warn("Segment " + number + " (" + m_where + ") has no segmentStart and is not shown.");
        if (g.start && g.end && *g.end < *g.start)
            warn("Segment " + number + " (" + m_where + ") ends before it starts: it is shown as ending where the next one begins.");
        if (g.end && g.state != State::Wrapup)
            m_lastEnd = std::max(m_lastEnd.value_or(*g.end), *g.end);
    }

    void wrapUp(std::string_view raw)
    {
        const auto code = json::stringOf(raw, m_scratch);
        m_tree.wrappedUp = m_tree.wrappedUp || (code && !code->empty() && !ascii::equalNoCase(*code, kTimeoutCode));
    }

    void metric(std::string_view raw, RecordSession &s)
    {
        std::optional<Timestamp> emitted;
        bool begins = false, transferred = false;
        double count = 1;
        members(raw, [&](std::string_view name, std::string_view value) {
            if (name == "emitDate") {
                emitted = time(value, "emitDate");
            } else if (name == "name") {
                const auto metricName = json::stringOf(value, m_scratch);
                begins = metricName == "nConsult";
                transferred = metricName == "nConsultTransferred";
            } else if (name == "value") {
                count = json::doubleOf(value).value_or(count);
            }
        });
        s.consulted = s.consulted || ((begins || transferred) && count >= 1);
        for (double n = 1; begins && n <= count && s.consults.size() + s.untimedConsults < kMaxConsults; ++n) {
            if (emitted)
                s.consults.push_back(*emitted);
            else
                ++s.untimedConsults;
        }
    }

    /// What concerns the record as a whole.
    void sumUp()
    {
        m_tree.segments = m_segment;
        if (m_tree.hasParticipants && m_tree.participants.empty())
            warn("The conversation has no participants: nothing is known of it but its bounds.");
        if (m_tree.end && m_lastEnd && *m_lastEnd > *m_tree.end)
            warn("Segments go on until " + formatTimestamp(*m_lastEnd) + ", behind conversationEnd " + formatTimestamp(*m_tree.end) + ".");
        if (!m_otherName.empty())
            warn("Members are not named as the platform names them (" + m_otherName.substr(0, 40) + "): they are read as meant.");
        if (!m_single.empty())
            warn("An object stands where a list belongs (" + m_single + "): it is read as a list of one.");
        if (m_withoutZone)
            warn("Times without a time zone are taken for UTC.");
    }

    template<class Take>
    void members(std::string_view raw, Take take)
    {
        std::string other = eachMember(raw, take);
        if (m_otherName.empty())
            m_otherName = std::move(other);
    }

    [[nodiscard]] static bool isListed(std::string_view raw)
    {
        const json::Type type = raw.empty() ? json::Type::Null : json::typeOf(raw);
        return type == json::Type::Array || type == json::Type::Object;
    }

    /// The elements; some tools write a list of one as that one, and one too deep for them as text.
    template<class Take>
    void list(std::string_view raw, std::string_view name, Take take)
    {
        if (raw.empty() || json::typeOf(raw) == json::Type::Null)
            return;
        if (json::typeOf(raw) == json::Type::Array)
            return eachElement(raw, take);
        if (json::typeOf(raw) == json::Type::Object) {
            if (m_single.empty())
                m_single = name;
            return take(raw);
        }
        warn(std::string(name) + (m_where.empty() ? "" : " of " + m_where) + " is " + std::string(raw.substr(0, 60)) + " where a list belongs: "
             "whatever it held was lost as the file was made, as with ConvertTo-Json without -Depth 20.");
    }

    void text(std::string_view raw, std::string &out)
    {
        if (const auto value = json::stringOf(raw, m_scratch))
            out = *value;
    }

    /// As lists show it.
    void shown(std::string_view raw, std::string &out)
    {
        if (const auto value = json::stringOf(raw, m_scratch))
            out = shownText(*value, m_cut);
    }

    /// Ids are opaque; some tools write those of digits alone as numbers.
    void id(std::string_view raw, std::string &out)
    {
        if (json::typeOf(raw) == json::Type::Number)
            out = raw;
        else
            text(raw, out);
    }

    void boundedId(std::string_view raw, std::string &out)
    {
        id(raw, out);
        if (out.size() <= kMaxRecordIdBytes)
            return;
        m_tree.longId = std::max(m_tree.longId, out.size());
        out = std::string();
    }

    /// A readable time; anything else is listed. `raw` empty or null: not given.
    std::optional<Timestamp> time(std::string_view raw, std::string_view name)
    {
        if (raw.empty() || json::typeOf(raw) == json::Type::Null)
            return std::nullopt;
        const auto written = json::stringOf(raw, m_scratch);
        const auto read = written ? parseRecordTime(*written) : parseEpoch(raw);
        if (read && read->time >= kEarliestTime && read->time < kLatestTime) {
            m_withoutZone = m_withoutZone || read->withoutZone;
            m_tree.last = std::max(m_tree.last.value_or(read->time), read->time);
            return read->time;
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
    std::size_t m_parts = 0;
    std::optional<Timestamp> m_lastEnd; ///< of what is no after-call work, which is known to end later
    std::string m_otherName; ///< the first member that is written otherwise
    std::string m_single;    ///< the first list that is the one element of it
    bool m_withoutZone = false;
    std::string m_scratch;
    std::string m_cut;
};

} // namespace

std::optional<Timestamp> overAt(const RecordTree &tree)
{
    std::optional<Timestamp> last;
    for (const RecordParticipant &participant : tree.participants) {
        for (const RecordSession &session : participant.sessions) {
            const RecordStay stay(session);
            for (const RecordSegment &segment : session.segments) {
                if (!tree.end && stay.goesOn(segment))
                    return std::nullopt;
                last = std::max({last, segment.start, shownEnd(segment)});
            }
        }
    }
    return tree.end ? tree.end : last;
}

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
