// SPDX-License-Identifier: GPL-3.0-or-later
/// The platform's record as a story. Its segments are shown as they stand, overlaps and all; lane, links and figures come
/// from the same code as for events.
#include "core/timeline/legs.h"
#include "core/timeline/record.h"
#include "core/timeline/recordparse.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace threadline {
namespace {

std::vector<std::string> warningsOf(RecordTree &&tree)
{
    if (tree.unlisted > 0)
        tree.warnings.push_back(std::to_string(tree.unlisted) + " more are not listed.");
    return std::move(tree.warnings);
}

class Teller {
public:
    explicit Teller(const Record &record) : m_tree(parseRecord(record.raw)), m_over(overAt(m_tree)), m_ids(m_tree), m_record(record) {}

    Story tell()
    {
        m_story.interaction = m_record.interaction;
        m_cast.sessionsStay = true;
        number();
        for (const std::size_t p : m_order)
            participant(p);
        resolvePeers();
        setTimes();
        relabelByMedium(m_cast);
        m_story.warnings = warningsOf(std::move(m_tree));
        tellStory(std::move(m_cast), m_named, m_story);
        return std::move(m_story);
    }

private:
    /// Places in order: the distinct times. Participants by first appearance.
    void number()
    {
        std::vector<std::optional<Timestamp>> first(m_tree.participants.size());
        for (std::size_t p = 0; p < m_tree.participants.size(); ++p) {
            for (const RecordSession &session : m_tree.participants[p].sessions) {
                for (const RecordSegment &segment : session.segments)
                    note(segment, first[p]);
            }
        }
        if (m_tree.end)
            m_times.push_back(*m_tree.end);
        std::sort(m_times.begin(), m_times.end());
        m_times.erase(std::unique(m_times.begin(), m_times.end()), m_times.end());
        m_order.resize(m_tree.participants.size());
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::stable_sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) {
            return first[a].value_or(kLatestTime) < first[b].value_or(kLatestTime);
        });
    }

    void note(const RecordSegment &segment, std::optional<Timestamp> &first)
    {
        m_cast.conferenceTold = m_cast.conferenceTold || segment.conference.has_value();
        for (const auto &time : {segment.start, shownEnd(segment)}) {
            if (!time)
                continue;
            m_times.push_back(*time);
            first = std::min(first.value_or(*time), *time);
        }
    }

    [[nodiscard]] Order orderOf(Timestamp time) const
    {
        return (std::lower_bound(m_times.begin(), m_times.end(), time) - m_times.begin()) * kOrderStep;
    }

    void participant(std::size_t p)
    {
        const RecordParticipant &from = m_tree.participants[p];
        ParticipantRow &row = m_cast.rows.emplace_back();
        row.id.value = m_ids.participantId(p);
        row.purpose = purposeFromName(from.purpose);
        row.purposeText = row.purpose == Purpose::Unknown ? from.purpose : std::string();
        row.name = from.name;
        row.userId = from.userId;
        for (const RecordSession &session : from.sessions) {
            row.address = row.address.empty() ? session.address : row.address;
            for (const RecordSegment &segment : session.segments)
                row.queueId = segment.queueId.empty() ? row.queueId : segment.queueId;
        }
        // A queue's participant bears the queue's name.
        row.queueName = row.purpose == Purpose::Acd ? from.name : std::string();
        m_cast.parts.push_back(partOf(row));
        const std::size_t firstLeg = m_cast.legs.size();
        for (std::size_t s = 0; s < from.sessions.size(); ++s)
            session(p, s);
        spanRow(m_cast.rows.back(), firstLeg);
    }

    void session(std::size_t p, std::size_t s)
    {
        const RecordSession &from = m_tree.participants[p].sessions[s];
        Leg &leg = m_cast.legs.emplace_back();
        leg.participant = static_cast<int>(m_cast.rows.size()) - 1;
        leg.id.value = m_ids.sessionId(p, s);
        leg.media = mediaFromName(from.media);
        leg.mediaText = leg.media == Media::Unknown ? from.media : std::string();
        leg.direction = directionFromName(from.direction);
        leg.consulted = from.consulted;
        leg.consults = from.consults;
        leg.untimedConsults = from.untimedConsults;
        m_sessions.try_emplace(from.id, leg.participant);
        m_peers.push_back(from.peer);
        for (std::size_t n = 0; n < from.segments.size(); ++n) {
            if (from.segments[n].start)
                leg.pieces.push_back(piece(leg, from.segments[n], p, s, n));
        }
        std::stable_sort(leg.pieces.begin(), leg.pieces.end(),
                         [](const Piece &a, const Piece &b) { return a.segment.start < b.segment.start; });
        concludeEnds(leg);
        for (const Piece &piece : leg.pieces) {
            if (!piece.segment.disconnectReason.empty() && piece.segment.kind != SegmentKind::Acw)
                leg.reason = piece.segment.disconnectReason;
        }
    }

    Piece piece(const Leg &leg, const RecordSegment &from, std::size_t p, std::size_t s, std::size_t n)
    {
        Piece piece;
        Segment &segment = piece.segment;
        const Part part = m_cast.parts[static_cast<std::size_t>(leg.participant)];
        const auto kind = kindOf(part, from.state, from.type);
        piece.mark = !kind || isMarkState(from.state);
        segment.kind = kind.value_or(SegmentKind::Unknown);
        if (from.conference.value_or(false) && segment.kind == SegmentKind::Talk)
            segment.kind = SegmentKind::Conference;
        piece.dialling = from.state == State::Dialing || from.state == State::Contacting;
        segment.label = piece.dialling ? std::string("Dialling") : labelOf(segment.kind, from, leg);
        piece.barging = from.state == State::Barging;
        segment.start = *from.start;
        segment.startBy = segment.endBy = Provenance::Import;
        segment.disconnectReason = from.disconnectType;
        segment.startEvent.value = m_ids.segment(p, s, n, "start");
        piece.from = orderOf(segment.start);
        if (from.end) {
            segment.end = shownEnd(from);
            segment.inferred = *from.end < segment.start;
            segment.endEvent.value = m_ids.segment(p, s, n, "end");
            piece.to = orderOf(*segment.end);
        }
        if (!from.linkedInteraction.empty())
            m_named.push_back({leg.participant, InteractionId(from.linkedInteraction), segment.start});
        return piece;
    }

    /// What has no readable end, or one before its start, ends where what the session tells next begins, else with the conversation.
    void concludeEnds(Leg &leg) const
    {
        std::optional<Timestamp> next = m_over, starts;
        for (auto piece = leg.pieces.rbegin(); piece != leg.pieces.rend(); ++piece) {
            Segment &segment = piece->segment;
            if (starts && *starts > segment.start)
                next = starts;
            starts = segment.start;
            if ((segment.end && !segment.inferred) || !next)
                continue;
            segment.end = std::max(*next, segment.start);
            segment.inferred = true;
            piece->to = orderOf(*segment.end);
        }
    }

    [[nodiscard]] std::string labelOf(SegmentKind kind, const RecordSegment &from, const Leg &leg) const
    {
        const ParticipantRow &row = m_cast.rows[static_cast<std::size_t>(leg.participant)];
        if (kind == SegmentKind::Unknown)
            return from.type;
        return kind == SegmentKind::Queue && row.queueName.empty() && !from.queueId.empty() ? from.queueId : displayName(row);
    }

    /// From the first to the last that its legs show, the legs from `firstLeg` on.
    void spanRow(ParticipantRow &row, std::size_t firstLeg) const
    {
        std::optional<Timestamp> start, end;
        bool open = false;
        for (std::size_t i = firstLeg; i < m_cast.legs.size(); ++i) {
            for (const Piece &piece : m_cast.legs[i].pieces) {
                start = std::min(start.value_or(piece.segment.start), piece.segment.start);
                open = open || !piece.segment.end;
                end = std::max(end.value_or(piece.segment.start), piece.segment.end.value_or(piece.segment.start));
            }
        }
        row.start = start.value_or(Timestamp{});
        if (!open)
            row.end = end;
    }

    void resolvePeers()
    {
        for (std::size_t i = 0; i < m_cast.legs.size(); ++i) {
            const auto peer = m_peers[i].empty() ? m_sessions.end() : m_sessions.find(m_peers[i]);
            for (Piece &piece : m_cast.legs[i].pieces)
                piece.peer = peer == m_sessions.end() ? -1 : peer->second;
        }
    }

    void setTimes()
    {
        std::optional<Timestamp> first = m_times.empty() ? m_tree.start : m_times.front();
        first = m_tree.start ? std::min(*m_tree.start, *first) : first;
        m_story.start = first.value_or(m_record.rank.last);
        m_story.lastEventAt = m_times.empty() ? m_story.start : m_times.back();
        if (m_tree.end)
            m_story.lastEventAt = std::max(m_story.lastEventAt, *m_tree.end);
        if (m_over)
            m_story.end = m_story.lastEventAt;
        for (ParticipantRow &row : m_cast.rows) {
            if (row.start == Timestamp{}) { // nothing is told of it
                row.start = m_story.start;
                row.end = m_story.end;
            }
        }
    }

    RecordTree m_tree;
    std::optional<Timestamp> m_over;
    RecordIds m_ids;
    const Record &m_record;
    Story m_story;
    Cast m_cast;
    std::vector<Timestamp> m_times;
    std::vector<std::size_t> m_order;
    std::vector<std::string> m_peers; ///< beside Cast::legs
    std::unordered_map<std::string, int> m_sessions;
    std::vector<NamedInteraction> m_named;
};

} // namespace

std::vector<std::string> recordWarnings(const Record &record) { return warningsOf(parseRecord(record.raw)); }

Story recordStory(const Record &record) { return Teller(record).tell(); }

} // namespace threadline
