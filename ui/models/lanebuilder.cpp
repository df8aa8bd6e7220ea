// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/lanebuilder.h"

#include "ui/text/format.h"

#include <QCoreApplication>
#include <QHash>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Lane", text); }

/// Segments and their names, each name kept once.
class Builder {
public:
    void add(SegmentKind kind, Timestamp start, std::optional<Timestamp> end, const QString &name, Rail rail)
    {
        m_segments.push_back({start.us, end ? end->us : kOpenEnd, index(name), kind, rail});
    }
    [[nodiscard]] LanePtr take()
    {
        const auto byStart = [](const LaneSegment &a, const LaneSegment &b) { return a.start < b.start; };
        if (!std::is_sorted(m_segments.begin(), m_segments.end(), byStart))
            std::stable_sort(m_segments.begin(), m_segments.end(), byStart);
        return std::make_shared<const Lane>(std::move(m_segments), std::move(m_names));
    }

private:
    std::uint32_t index(const QString &name)
    {
        if (name.isEmpty())
            return 0;
        const auto found = m_index.constFind(name);
        if (found != m_index.constEnd())
            return *found;
        m_names.push_back(name);
        const auto at = static_cast<std::uint32_t>(m_names.size() - 1);
        m_index.insert(name, at);
        return at;
    }

    std::vector<LaneSegment> m_segments;
    std::vector<QString> m_names{QString()};
    QHash<QString, std::uint32_t> m_index;
};

Rail railOfProvenance(Provenance provenance)
{
    switch (provenance) {
    case Provenance::Live: return Rail::None;
    case Provenance::Backfill:
    case Provenance::Import: return Rail::Backfilled;
    case Provenance::Snapshot: return Rail::Inferred;
    }
    return Rail::None;
}

/// A felt segment has no provenance of its own: the row of who caused it tells, else the event of that instant.
class FeltRails {
public:
    explicit FeltRails(const Story &story) : m_story(story)
    {
        for (const EventMark &mark : story.marks) {
            if (mark.provenance != Provenance::Live)
                m_byTime.insert(mark.time.us, mark.provenance);
        }
    }

    [[nodiscard]] Rail operator()(const FeltSegment &felt) const
    {
        if (m_byTime.isEmpty())
            return Rail::None;
        if (felt.participant >= 0 && felt.participant < static_cast<int>(m_story.participants.size())) {
            for (const ChannelRow &channel : m_story.participants[static_cast<std::size_t>(felt.participant)].channels) {
                if (const Segment *segment = findSegment(channel, felt.start.us, felt.kind))
                    return railOf(*segment);
            }
        }
        const auto found = m_byTime.constFind(felt.start.us);
        return found == m_byTime.constEnd() ? Rail::None : railOfProvenance(*found);
    }

private:
    const Story &m_story;
    QHash<std::int64_t, Provenance> m_byTime;
};

void addWrapUp(const Story &story, Builder &builder)
{
    if (story.felt.empty() || !story.felt.back().end)
        return;
    const Timestamp from = *story.felt.back().end - Duration::seconds(1);
    for (const ParticipantRow &participant : story.participants) {
        for (const ChannelRow &channel : participant.channels) {
            for (const Segment &segment : channel.segments) {
                if (segment.kind == SegmentKind::Acw && segment.start >= from)
                    builder.add(segment.kind, std::max(segment.start, *story.felt.back().end), segment.end, {}, railOf(segment));
            }
        }
    }
}

QString floorName(const FeltSegment &felt)
{
    const bool named = felt.kind == SegmentKind::Queue || felt.kind == SegmentKind::Talk || felt.kind == SegmentKind::Unknown;
    return named ? addressText(felt.label) : QString();
}

QString feltName(const FeltSegment &felt)
{
    const QString label = addressText(felt.label);
    switch (felt.kind) {
    case SegmentKind::Talk: return label.isEmpty() ? stateName(felt.kind) : label;
    case SegmentKind::Hold: return tr("On hold");
    case SegmentKind::Queue: return label.isEmpty() ? stateName(felt.kind) : tr("Queue %1").arg(label);
    case SegmentKind::Unknown: return label.isEmpty() ? stateName(felt.kind) : label;
    default: return stateName(felt.kind);
    }
}

/// With whom the customer was meanwhile, by the felt lane: the events of its own leg name nobody but itself.
QString company(const Story &story, const Segment &segment)
{
    const auto speaks = [](SegmentKind kind) { return kind == SegmentKind::Talk || kind == SegmentKind::Conference; };
    QStringList names;
    for (const FeltSegment &felt : story.felt) {
        const bool meanwhile = felt.start < segment.end.value_or(kLatestTime) && felt.end.value_or(kLatestTime) > segment.start;
        if (!meanwhile || (felt.kind != segment.kind && !(speaks(felt.kind) && speaks(segment.kind))))
            continue;
        const QString name = personOf(story, felt);
        if (!name.isEmpty() && !names.contains(name))
            names << name;
    }
    return names.join(QStringLiteral(", "));
}

QString channelName(const Story &story, const ParticipantRow &participant, const Segment &segment)
{
    const QString label = addressText(segment.label);
    if (participant.purpose == Purpose::Customer || participant.purpose == Purpose::External) {
        const QString with = company(story, segment);
        switch (segment.kind) {
        case SegmentKind::Queue: return tr("Waiting");
        case SegmentKind::Talk: return with.isEmpty() ? stateName(segment.kind) : tr("With %1").arg(with);
        case SegmentKind::Hold: return with.isEmpty() ? tr("On hold") : tr("Held by %1").arg(with);
        default: break;
        }
    }
    if (segment.kind == SegmentKind::Queue || segment.kind == SegmentKind::Unknown)
        return label.isEmpty() ? stateName(segment.kind) : label;
    return stateName(segment.kind);
}

/// What the customer did in a stretch of what it felt.
QString didName(const Story &story, const FeltSegment &felt)
{
    const QString with = personOf(story, felt);
    const QString label = addressText(felt.label);
    switch (felt.kind) {
    case SegmentKind::Ivr: return tr("In the menu");
    case SegmentKind::Queue: return label.isEmpty() ? tr("Waiting") : tr("Waiting for %1").arg(label);
    case SegmentKind::Alert: return with.isEmpty() ? tr("Waiting, it rings") : tr("Waiting, rings at %1").arg(with);
    case SegmentKind::Hold: return with.isEmpty() ? tr("On hold") : tr("Held by %1").arg(with);
    case SegmentKind::Talk:
    case SegmentKind::Conference: return with.isEmpty() ? stateName(felt.kind) : tr("With %1").arg(with);
    default: return stateName(felt.kind);
    }
}

} // namespace

std::vector<FeltPiece> drawnPieces(const Story &story, const Segment &segment)
{
    std::vector<FeltPiece> out;
    if (segment.kind != SegmentKind::Talk)
        return out;
    bool differs = false;
    for (const FeltSegment &felt : story.felt) {
        const Timestamp start = std::max(felt.start, segment.start);
        const bool open = !felt.end && !segment.end;
        const Timestamp end = std::min(felt.end.value_or(kLatestTime), segment.end.value_or(kLatestTime));
        if (start >= end)
            continue;
        differs = differs || felt.kind != SegmentKind::Talk;
        out.push_back({&felt, start, open ? std::nullopt : std::optional(end)});
    }
    // Where the felt lane does not cover all of it, nothing is known to be otherwise.
    const bool covers = !out.empty() && out.front().start == segment.start && out.back().end == segment.end;
    if (!differs || !covers)
        out.clear();
    return out;
}

QString personOf(const Story &story, const FeltSegment &felt)
{
    if (felt.participant >= 0 && felt.participant < static_cast<int>(story.participants.size())) {
        const ParticipantRow &row = story.participants[static_cast<std::size_t>(felt.participant)];
        if (row.purpose == Purpose::Agent || row.purpose == Purpose::User || row.purpose == Purpose::External)
            return addressText(row.name.empty() ? felt.label : row.name);
    }
    return felt.kind == SegmentKind::Queue || felt.kind == SegmentKind::Ivr ? QString() : addressText(felt.label);
}

Rail railOf(const Segment &segment)
{
    if (segment.inferred)
        return Rail::Inferred;
    const Rail start = railOfProvenance(segment.startBy);
    return start != Rail::None || !segment.end ? start : railOfProvenance(segment.endBy);
}

const Segment *findSegment(const ChannelRow &channel, std::int64_t start, SegmentKind kind)
{
    const auto found = std::find_if(channel.segments.begin(), channel.segments.end(),
                                    [&](const Segment &s) { return s.start.us == start && s.kind == kind; });
    return found == channel.segments.end() ? nullptr : &*found;
}

LanePtr floorLane(const Story &story)
{
    if (story.felt.empty()) {
        for (const ParticipantRow &participant : story.participants) {
            for (const ChannelRow &channel : participant.channels) {
                if (!channel.segments.empty())
                    return channelLane(story, participant, channel);
            }
        }
    }
    Builder builder;
    const FeltRails rails(story);
    for (const FeltSegment &felt : story.felt)
        builder.add(felt.kind, felt.start, felt.end, floorName(felt), rails(felt));
    addWrapUp(story, builder);
    return builder.take();
}

LanePtr feltLane(const Story &story)
{
    Builder builder;
    const FeltRails rails(story);
    for (const FeltSegment &felt : story.felt)
        builder.add(felt.kind, felt.start, felt.end, feltName(felt), rails(felt));
    return builder.take();
}

LanePtr channelLane(const Story &story, const ParticipantRow &participant, const ChannelRow &channel)
{
    Builder builder;
    for (const Segment &segment : channel.segments) {
        const std::vector<FeltPiece> pieces = participant.purpose == Purpose::Customer ? drawnPieces(story, segment) : std::vector<FeltPiece>();
        for (const FeltPiece &piece : pieces)
            builder.add(piece.felt->kind, piece.start, piece.end, didName(story, *piece.felt), railOf(segment));
        if (pieces.empty())
            builder.add(segment.kind, segment.start, segment.end, channelName(story, participant, segment), railOf(segment));
    }
    return builder.take();
}

} // namespace threadline::ui
