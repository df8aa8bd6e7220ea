// SPDX-License-Identifier: GPL-3.0-or-later
/// A conversation record taken apart. Private to core/timeline.
#pragma once

#include "core/model/event.h"
#include "core/model/limits.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// Ids of participants, sessions, users, queues and other conversations, in bytes: those of events are made of them and have more behind.
inline constexpr std::size_t kMaxRecordIdBytes = kMaxIdBytes - 64;

struct RecordSegment {
    std::string type; ///< as written: "interact"
    State state = State::None;
    std::optional<Timestamp> start; ///< absent: not given or unreadable
    std::optional<Timestamp> end;
    std::string queueId;
    std::string disconnectType;
    std::string linkedInteraction;
    std::optional<bool> conference;
    std::string_view raw;
};

/// A segment's end, if one was told; an end before the start is none that anything could have happened at, so the start stands for it.
[[nodiscard]] inline std::optional<Timestamp> shownEnd(const RecordSegment &segment)
{
    return segment.start && segment.end ? std::max(segment.start, segment.end) : segment.end;
}

struct RecordSession {
    std::string id;
    std::string peer;
    std::string media; ///< as written
    std::string direction;
    std::string address;
    bool consulted = false; ///< a metric counts a consult
    std::vector<Timestamp> consults; ///< when, the first 64 of them
    std::size_t untimedConsults = 0; ///< those that tell no time; at most 64
    std::vector<RecordSegment> segments;
};

/// Which of a session's segments keep it going, and whether one does for ever: one that tells no end, and behind which the session tells of nothing.
/// After-call work comes after the session has gone, unless it is all there is.
class RecordStay {
public:
    explicit RecordStay(const RecordSession &session)
    {
        for (const RecordSegment &segment : session.segments) {
            m_lastStart = std::max(m_lastStart, segment.start);
            m_onlyWork = m_onlyWork && segment.state == State::Wrapup;
        }
    }
    [[nodiscard]] bool isOf(const RecordSegment &segment) const { return m_onlyWork || segment.state != State::Wrapup; }
    [[nodiscard]] bool goesOn(const RecordSegment &segment) const
    {
        return isOf(segment) && !segment.end && (!segment.start || segment.start == m_lastStart);
    }

private:
    std::optional<Timestamp> m_lastStart;
    bool m_onlyWork = true;
};

struct RecordParticipant {
    std::string id;
    std::string purpose; ///< as written
    std::string name;
    std::string userId;
    std::vector<RecordSession> sessions;
};

struct RecordTree {
    std::string id;
    std::optional<Timestamp> start;
    std::optional<Timestamp> end;
    std::optional<Timestamp> last; ///< the latest readable time
    std::vector<RecordParticipant> participants;
    bool hasParticipants = false; ///< a list of them is there, if an empty one
    std::size_t segments = 0;     ///< all that are listed
    std::size_t longId = 0;       ///< bytes of the longest id that has more than kMaxRecordIdBytes; left out
    bool tooMany = false;         ///< more than kMaxRecordParts: what lies beyond was left out
    bool wrappedUp = false;       ///< somebody entered a wrap-up code
    std::vector<std::string> warnings; ///< what cannot be, and what is read otherwise than it is written
    std::size_t unlisted = 0;          ///< warnings beyond those kept
};

/// `raw`: a conversation object, minified and valid; the tree points into it. Texts that each event of a participant or session bears
/// (names, numbers, types) are cut to kMaxShownBytes, as lists show them. Of duplicate members the last counts. Members may be named
/// in other forms than the platform's, a list of one be that one: what is read so is among the warnings.
[[nodiscard]] RecordTree parseRecord(std::string_view raw);

/// What recordEvents() may take of memory, at most: so often do they bear the ids and names of who they are of.
[[nodiscard]] std::size_t eventBytes(const RecordTree &tree);

/// When the conversation was over: at its own end; some records of ended conversations lack it, and one that everybody has left has ended with
/// the last that it tells of. Nothing: it goes on.
[[nodiscard]] std::optional<Timestamp> overAt(const RecordTree &tree);

/// Ids of the events that stand for the record: of a participant, a session, a segment's boundary. The same for whoever
/// reads the record; two exports of one conversation share them.
class RecordIds {
public:
    explicit RecordIds(const RecordTree &tree);
    [[nodiscard]] static std::string conversation(std::string_view what) { return "record:conversation:" + std::string(what); }
    [[nodiscard]] std::string participant(std::size_t p, std::string_view what) const;
    [[nodiscard]] std::string session(std::size_t p, std::size_t s, std::string_view what) const;
    [[nodiscard]] std::string segment(std::size_t p, std::size_t s, std::size_t n, std::string_view boundary) const;
    /// The participant's (session's) id, or one made of its place where the record gives none, or one twice.
    [[nodiscard]] const std::string &participantId(std::size_t p) const { return m_participants[p]; }
    [[nodiscard]] const std::string &sessionId(std::size_t p, std::size_t s) const { return m_sessions[p][s]; }

private:
    std::vector<std::string> m_participants;
    std::vector<std::vector<std::string>> m_sessions;
};

} // namespace threadline
