// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/correlate.h"
#include "core/timeline/record.h"
#include "tests/timeline/naiverecord.h"

#include <QString>

#include <algorithm>
#include <set>
#include <sstream>
#include <tuple>

namespace threadline::test {
namespace {

std::string timeOr(std::optional<Timestamp> time) { return time ? formatTimestamp(*time) : "..."; }

/// A conference is a talk, whether the record says so or it was concluded: the lane is where that counts.
std::string_view plainName(SegmentKind kind) { return nameOf(kind == SegmentKind::Conference ? SegmentKind::Talk : kind); }

/// A segment that was cut into pieces for a conference is one again.
std::vector<Segment> whole(const std::vector<Segment> &pieces)
{
    std::vector<Segment> out;
    for (const Segment &piece : pieces) {
        if (!piece.startEvent.empty() || out.empty()) {
            out.push_back(piece);
            continue;
        }
        out.back().end = piece.end;
    }
    return out;
}

std::string rowsOf(const Story &story, bool withIds)
{
    std::vector<std::string> lines;
    for (const ParticipantRow &p : story.participants) {
        for (const ChannelRow &c : p.channels) {
            for (const Segment &s : whole(c.segments)) {
                lines.push_back((withIds ? p.id.value + "/" + c.id.value : "?") + (s.inferred ? " ~" : " ") + std::string(plainName(s.kind)) + " "
                                + formatTimestamp(s.start) + " " + timeOr(s.end));
            }
        }
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string &line : lines)
        all += line + "\n";
    return all;
}

/// Equal neighbours are one, whoever they are with.
std::string laneOf(const std::vector<FeltSegment> &felt)
{
    std::string all;
    for (std::size_t i = 0; i < felt.size();) {
        std::size_t last = i;
        while (last + 1 < felt.size() && felt[last + 1].kind == felt[i].kind)
            ++last;
        all += std::string(nameOf(felt[i].kind)) + " " + formatTimestamp(felt[i].start) + " " + timeOr(felt[last].end) + "\n";
        i = last + 1;
    }
    return all;
}

std::string laneOf(const NaiveLane &lane)
{
    std::string all;
    for (const NaiveLane::Piece &piece : lane.pieces())
        all += std::string(nameOf(piece.kind)) + " " + formatTimestamp(piece.start) + " " + timeOr(piece.end) + "\n";
    return all;
}

std::string figuresText(const Figures &f)
{
    std::ostringstream out;
    out << "wait " << f.wait.us << " alert " << f.alert.us << " talk " << f.talk.us << " hold " << f.hold.us << " acw " << f.acw.us << " first "
        << (f.firstAnswer ? f.firstAnswer->us : -1) << " answers " << f.humanAnswers << (f.abandoned ? " abandoned" : "");
    return out.str();
}

/// A lane has no hole and no overlap, and of what has ended it ends.
std::string holeIn(const Story &story)
{
    for (std::size_t i = 0; i < story.felt.size(); ++i) {
        const FeltSegment &piece = story.felt[i];
        if (piece.end && *piece.end < piece.start)
            return "a piece of the lane ends before it starts\n";
        if (i > 0 && story.felt[i - 1].end != piece.start)
            return "the lane has a hole or an overlap\n";
    }
    return story.end && !story.felt.empty() && !story.felt.back().end ? "the conversation has ended, its lane goes on\n" : "";
}

std::string compared(const char *what, const std::string &product, const std::string &judge)
{
    return product == judge ? "" : std::string(what) + "\n- " + product + "\n+ " + judge + "\n";
}

/// Whom a talk is with, at times at which the judge knows it.
std::string wrongPartner(const Story &story, const NaiveLane &lane)
{
    for (const NaiveLane::Talk &talk : lane.talks()) {
        for (const FeltSegment &piece : story.felt) {
            const bool covers = piece.start <= talk.start && (!piece.end || talk.start < *piece.end);
            if (!covers || piece.participant < 0 || talk.with.empty() || talk.with.contains(std::string()))
                continue;
            const std::string &id = story.participants[static_cast<std::size_t>(piece.participant)].id.value;
            if (!talk.with.contains(id) && id.find('#') == std::string::npos)
                return "at " + formatTimestamp(talk.start) + " the lane is with " + id + ", by the judge with " + *talk.with.begin() + "\n";
        }
    }
    return {};
}

/// Who came to have the customer, or was conferred with, has no link of a consult besides.
std::string consultsOf(const Story &story, const NaiveLane &lane, bool judge)
{
    std::set<std::string> pairs = judge ? lane.consults() : std::set<std::string>();
    for (const Link &link : story.links) {
        if (link.from < 0 || link.to < 0)
            continue;
        const std::string pair = story.participants[static_cast<std::size_t>(link.from)].id.value + ">" + story.participants[static_cast<std::size_t>(link.to)].id.value;
        if (!judge && link.kind == LinkKind::Consult)
            pairs.insert(pair);
        if (judge && (link.kind == LinkKind::ConsultTransfer || link.kind == LinkKind::Conference || link.kind == LinkKind::ConferenceTransfer))
            pairs.erase(pair);
    }
    std::string all;
    for (const std::string &pair : pairs)
        all += pair + "\n";
    return all;
}

std::string rankText(bool ended, Timestamp last, std::int64_t segments, bool wrappedUp)
{
    return std::string(ended ? "ended " : "open ") + formatTimestamp(last) + " " + std::to_string(segments) + (wrappedUp ? " wrapped up" : "");
}

/// As the list has them, which knows of events only.
std::string boundsOf(const Record &record)
{
    std::vector<Event> events = recordEvents(record, Timestamp{});
    std::stable_sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
        return std::tuple(a.time, rankOf(a), a.id.value) < std::tuple(b.time, rankOf(b), b.id.value);
    });
    if (events.empty())
        return "... ...";
    const Timestamp first = events.front().time, last = events.back().time;
    std::vector<PlacedEvent> placed;
    for (Event &event : events)
        placed.emplace_back().event = std::make_shared<const Event>(std::move(event));
    return timeOr(first) + " " + timeOr(correlate(placed).end ? std::optional(last) : std::nullopt);
}

} // namespace

std::string disagreement(const std::string &json)
{
    const auto record = readRecord(json);
    if (!record)
        return "not read: " + record.error().message;
    const NaiveRecord naive(json);
    const NaiveLane lane(naive);
    const Story story = recordStory(*record);
    const std::string own = naive.rows();
    const SegmentSum sum = sumSegments(story);
    const auto [segments, micros] = naive.sums();
    const RecordRank &rank = record->rank;
    std::string all = compared("rows", rowsOf(story, own.empty() || own.front() != '?'), own);
    all += compared("sums", std::to_string(sum.segments) + " " + std::to_string(sum.total.us), std::to_string(segments) + " " + std::to_string(micros));
    if (naive.start()) // of what tells no time nothing is known
        all += compared("start and end", timeOr(story.start) + " " + timeOr(story.end), timeOr(naive.start()) + " " + timeOr(naive.end()));
    if (naive.start())
        all += compared("list", boundsOf(*record), timeOr(naive.start()) + " " + timeOr(naive.end()));
    all += compared("lane", laneOf(story.felt), laneOf(lane));
    all += compared("figures", figuresText(story.figures), figuresText(lane.figures()));
    all += wrongPartner(story, lane);
    if (own.empty() || own.front() != '?')
        all += compared("consults", consultsOf(story, lane, false), consultsOf(story, lane, true));
    all += compared("rank", rankText(rank.ended, rank.last, rank.segments, rank.wrappedUp),
                    rankText(naive.rank.ended, naive.rank.last, naive.rank.segments, naive.rank.wrappedUp));
    return all + holeIn(story);
}

} // namespace threadline::test
