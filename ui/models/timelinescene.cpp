// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/timelinescene.h"

#include "ui/models/lanebuilder.h"
#include "ui/text/format.h"
#include "ui/timeline/marklayout.h"

#include <QCoreApplication>
#include <QHash>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Timeline", text); }

/// What tells one of several with the same role apart: a name, else the beginning of an id.
QString distinction(const ParticipantRow &source)
{
    for (const std::string *name : {&source.queueName, &source.name, &source.address}) {
        if (!name->empty())
            return addressText(*name);
    }
    return source.purpose == Purpose::Acd ? shortId(source.queueId.empty() ? source.id.value : source.queueId) : QString();
}

class SceneBuilder {
public:
    SceneBuilder(const Story &story, const std::set<std::string> &collapsed, Timestamp now)
        : m_story(story), m_collapsed(collapsed), m_now(now)
    {}

    std::shared_ptr<Scene> build()
    {
        if (!m_story.felt.empty())
            felt();
        events();
        const std::size_t shown = std::min(m_story.participants.size(), kMostParticipants);
        for (std::size_t i = 0; i < shown; ++i)
            participant(i);
        if (shown < m_story.participants.size())
            rest(m_story.participants.size() - shown);
        for (const Link &link : m_story.links)
            arrow(link);
        m_scene->extent = extent();
        lookAtFelt();
        m_scene->live = !m_story.end;
        return m_scene;
    }

private:
    void felt()
    {
        Row row;
        row.kind = RowKind::Felt;
        row.key = kFeltKey;
        row.title = tr("What the customer felt");
        row.detail = tr("%1 in all");
        if (const std::optional<Timestamp> end = m_story.felt.back().end)
            row.detail = row.detail.arg(durationText(*end - m_story.felt.front().start));
        else
            row.runsSince = m_story.felt.front().start;
        row.lane = feltLane(m_story);
        m_scene->rows.push_back(std::move(row));
    }

    void events()
    {
        Row row;
        row.kind = RowKind::Events;
        row.key = kEventsKey;
        row.title = tr("Events");
        row.note = numberText(m_story.marks.size());
        m_scene->marks = m_story.marks;
        m_scene->marksByTime = marksByTime(m_story.marks);
        m_scene->rows.push_back(std::move(row));
    }

    void participant(std::size_t index)
    {
        const ParticipantRow &source = m_story.participants[index];
        Row row;
        row.kind = RowKind::Participant;
        row.key = participantKey(index, source);
        row.title = participantName(source);
        row.glyph = glyphOf(source.purpose);
        row.detail = detailOf(source);
        row.expanded = !m_collapsed.count(row.key);
        const int parent = static_cast<int>(m_scene->rows.size());
        m_rows.insert(static_cast<int>(index), parent);
        const bool expanded = row.expanded;
        m_scene->rows.push_back(std::move(row));
        for (std::size_t i = 0; expanded && i < source.channels.size(); ++i)
            channel(index, i, parent);
    }

    void channel(std::size_t participant, std::size_t index, int parent)
    {
        const ParticipantRow &owner = m_story.participants[participant];
        const ChannelRow &source = owner.channels[index];
        Row row;
        row.kind = RowKind::Channel;
        row.key = channelKey(participant, index);
        row.glyph = glyphOf(source.media);
        row.title = source.id.empty() ? tr("Without a channel") : mediaName(source.media, source.mediaText);
        if (owner.channels.size() > 1 && !source.id.empty())
            row.note = tr("leg %1").arg(index + 1);
        row.parent = parent;
        row.lastOfParent = index + 1 == owner.channels.size();
        row.lane = channelLane(m_story, owner, source);
        m_scene->rows.push_back(std::move(row));
    }

    void rest(std::size_t count)
    {
        Row row;
        row.kind = RowKind::Participant;
        row.key = "rest";
        row.title = tr("%1 more participants").arg(numberText(count));
        row.detail = tr("their events are in the table");
        m_scene->rows.push_back(std::move(row));
    }

    static QString detailOf(const ParticipantRow &source)
    {
        const QString role = purposeName(source.purpose, source.purposeText);
        if (participantName(source) != role)
            return role;
        return distinction(source);
    }

    /// Where an arrow leaves or meets a participant: the channel whose segment is nearest to the time.
    struct Foot {
        int row = -1;
        Timestamp time;
    };
    [[nodiscard]] Foot footOf(int participant, Timestamp time, bool receiving) const
    {
        const auto found = m_rows.constFind(participant);
        if (participant < 0 || found == m_rows.constEnd())
            return {};
        const ParticipantRow &source = m_story.participants[static_cast<std::size_t>(participant)];
        Foot best{*found, time};
        if (!m_scene->rows[static_cast<std::size_t>(*found)].expanded)
            return best;
        std::int64_t nearest = kOpenEnd;
        for (std::size_t c = 0; c < source.channels.size(); ++c) {
            for (const Segment &segment : source.channels[c].segments) {
                const Timestamp end = segment.end.value_or(m_now);
                const Timestamp at = receiving ? segment.start : std::clamp(time, segment.start, std::max(segment.start, end));
                const std::int64_t distance = std::abs(at.us - time.us);
                if (distance <= nearest) { // of equally near ones the later leg
                    nearest = distance;
                    best = {*found + 1 + static_cast<int>(c), at};
                }
            }
        }
        return best;
    }

    void arrow(const Link &link)
    {
        const Foot from = footOf(link.from, link.time, false);
        const Foot to = footOf(link.to, link.time, true);
        SceneArrow arrow;
        arrow.fromRow = from.row;
        arrow.toRow = to.row;
        arrow.from = from.row < 0 ? link.time : from.time;
        arrow.to = to.row < 0 ? link.time : to.time;
        arrow.kind = link.kind;
        arrow.confidence = link.confidence;
        arrow.label = tr("%1, %2").arg(linkName(link.kind), confidenceName(link.confidence));
        if (!link.otherInteraction.empty())
            arrow.label = tr("%1, interaction %2").arg(arrow.label, shortId(link.otherInteraction.value));
        if (arrow.fromRow >= 0 || arrow.toRow >= 0)
            m_scene->arrows.push_back(std::move(arrow));
    }

    /// One leg outside may stay open for weeks: the minutes that the customer lived through come first.
    void lookAtFelt()
    {
        if (m_story.felt.empty())
            return;
        const TimeRange felt{m_story.felt.front().start, m_story.felt.back().end.value_or(m_now)};
        m_scene->focus = focusOn(felt, m_scene->extent);
        if (!m_scene->focus)
            return;
        for (const ParticipantRow &participant : m_story.participants) {
            m_scene->beyond += static_cast<int>(std::count_if(participant.channels.begin(), participant.channels.end(), [&](const ChannelRow &channel) {
                return !channel.segments.empty()
                    && (channel.segments.front().start < felt.start || endOf(channel.segments.back()) > felt.end);
            }));
        }
    }

    [[nodiscard]] Timestamp endOf(const Segment &segment) const { return segment.end.value_or(m_story.end ? segment.start : m_now); }

    [[nodiscard]] TimeRange extent() const
    {
        Timestamp end = std::max(m_story.end.value_or(m_now), m_story.lastEventAt);
        for (const ParticipantRow &participant : m_story.participants) {
            for (const ChannelRow &channel : participant.channels) {
                for (const Segment &segment : channel.segments)
                    end = std::max(end, endOf(segment));
            }
        }
        return {m_story.start, std::max(end, m_story.start + Duration::millis(1))};
    }

    const Story &m_story;
    const std::set<std::string> &m_collapsed;
    Timestamp m_now;
    QHash<int, int> m_rows; ///< participant -> row
    std::shared_ptr<Scene> m_scene = std::make_shared<Scene>();
};

/// The customer's row draws what the customer did in pieces of what its channel tells: both are found.
SegmentRef inChannel(const Story &story, std::size_t participant, const ChannelRow &channel, const Selection &selection)
{
    const Timestamp start{*selection.segmentStart};
    SegmentRef ref{&story.participants[participant], &channel, findSegment(channel, start.us, selection.kind), nullptr};
    if (ref.segment || story.participants[participant].purpose != Purpose::Customer)
        return ref;
    const auto within = [&](const auto &piece) { return piece.start <= start && start < piece.end.value_or(kLatestTime); };
    const auto segment = std::find_if(channel.segments.begin(), channel.segments.end(), within);
    const auto felt = std::find_if(story.felt.begin(), story.felt.end(), [&](const FeltSegment &f) { return within(f) && f.kind == selection.kind; });
    if (segment != channel.segments.end() && felt != story.felt.end()) {
        ref.segment = &*segment;
        ref.felt = &*felt;
    }
    return ref;
}

SegmentRef findInRow(const Story &story, const Selection &selection)
{
    for (std::size_t p = 0; p < story.participants.size(); ++p) {
        for (std::size_t c = 0; c < story.participants[p].channels.size(); ++c) {
            if (channelKey(p, c) != selection.row)
                continue;
            const ChannelRow &channel = story.participants[p].channels[c];
            return inChannel(story, p, channel, selection);
        }
    }
    return {};
}

/// The segment of an event: one it opened counts most, then one it closed, then one it lies in.
class SegmentSearch {
public:
    SegmentSearch(const Event &event) : m_event(event) {}

    void look(std::size_t participant, std::size_t channel, const Segment &segment)
    {
        int rank = 0;
        if (segment.startEvent == m_event.id)
            rank = 3;
        else if (segment.endEvent == m_event.id)
            rank = 2;
        else if (segment.start <= m_event.time && (!segment.end || m_event.time < *segment.end))
            rank = 1;
        if (rank <= m_rank)
            return;
        m_rank = rank;
        m_best.row = channelKey(participant, channel);
        m_best.segmentStart = segment.start.us;
        m_best.kind = segment.kind;
    }
    [[nodiscard]] Selection best() const { return m_best; }

private:
    const Event &m_event;
    int m_rank = 0;
    Selection m_best;
};

/// The piece at `time` of a segment that the customer's row draws in pieces; else the selection itself.
Selection asDrawn(const Story &story, Selection selection, Timestamp time)
{
    const SegmentRef ref = findInRow(story, selection);
    if (!ref.segment || !ref.participant || ref.participant->purpose != Purpose::Customer)
        return selection;
    const std::vector<FeltPiece> pieces = drawnPieces(story, *ref.segment);
    for (const FeltPiece &piece : pieces) {
        if (piece.start <= time && time < piece.end.value_or(kLatestTime)) {
            selection.segmentStart = piece.start.us;
            selection.kind = piece.felt->kind;
        }
    }
    return selection;
}

} // namespace

std::string participantKey(std::size_t index, const ParticipantRow &participant)
{
    return "p" + std::to_string(index) + ":" + participant.id.value;
}

std::string channelKey(std::size_t participant, std::size_t channel)
{
    return "c" + std::to_string(participant) + "/" + std::to_string(channel);
}

QString participantName(const ParticipantRow &participant)
{
    const QString role = purposeName(participant.purpose, participant.purposeText);
    if (participant.purpose != Purpose::Agent && participant.purpose != Purpose::User && participant.purpose != Purpose::Unknown)
        return role;
    for (const std::string *name : {&participant.name, &participant.address, &participant.userId}) {
        if (!name->empty())
            return addressText(*name);
    }
    return role;
}

QString participantLabel(const Story &story, std::size_t index)
{
    const ParticipantRow &source = story.participants[index];
    const QString name = participantName(source);
    const auto alike = [&](const ParticipantRow &other) { return &other != &source && other.purpose == source.purpose && participantName(other) == name; };
    const bool several = std::any_of(story.participants.begin(), story.participants.begin() + static_cast<std::ptrdiff_t>(std::min(story.participants.size(), kMostParticipants)), alike);
    if (source.purpose != Purpose::Acd && !several)
        return name;
    QString apart = distinction(source);
    if (apart.isEmpty() || apart == name)
        apart = shortId(source.id.value);
    return source.purpose == Purpose::Acd && (!source.queueName.empty() || !source.name.empty()) ? apart : name + QLatin1Char(' ') + apart;
}

/// The lane has no holes by its making; what is not known of it lies in the bands.
void tellHoles(Scene &scene)
{
    if (scene.rows.empty() || scene.rows.front().kind != RowKind::Felt)
        return;
    const bool missed = std::any_of(scene.bands.begin(), scene.bands.end(), [](const Band &band) {
        return band.state != BandState::Repaired && band.state != BandState::NothingMissed;
    });
    QString &detail = scene.rows.front().detail;
    detail = (missed ? tr("%1, not listened to all the time") : tr("%1, no holes")).arg(detail);
}

ScenePtr timelineScene(const Story &story, const std::vector<Band> &bands, const std::set<std::string> &collapsed, Timestamp now,
                       std::optional<Timestamp> knownUntil, bool hasSource)
{
    // Where nothing more will be heard of it, time does not go on for it.
    const Timestamp end = hasSource ? now : std::min(now, knownUntil.value_or(now));
    const std::shared_ptr<Scene> scene = SceneBuilder(story, collapsed, end).build();
    scene->knownUntil = knownUntil;
    scene->live = scene->live && hasSource;
    scene->bandLabelsBelow = true;
    const auto touches = [&](const Band &band) {
        if (band.state == BandState::NothingMissed && scene->extent.start < band.start)
            return false; // this interaction was open then: its sequences run on
        return band.start <= scene->extent.end && band.end.value_or(now) >= scene->extent.start;
    };
    std::copy_if(bands.begin(), bands.end(), std::back_inserter(scene->bands), touches);
    tellHoles(*scene);
    return scene;
}

SegmentRef findSegment(const Story &story, const Selection &selection)
{
    if (!selection.segmentStart)
        return {};
    if (selection.row != kFeltKey)
        return findInRow(story, selection);
    const auto found = std::find_if(story.felt.begin(), story.felt.end(), [&](const FeltSegment &f) {
        return f.start.us == *selection.segmentStart && f.kind == selection.kind;
    });
    SegmentRef ref;
    if (found == story.felt.end())
        return ref;
    ref.felt = &*found;
    if (found->participant >= 0 && found->participant < static_cast<int>(story.participants.size()))
        ref.participant = &story.participants[static_cast<std::size_t>(found->participant)];
    return ref;
}

Selection withEvent(const Story &story, Selection selection)
{
    const SegmentRef ref = findSegment(story, selection);
    if (ref.segment) {
        selection.event = ref.segment->startEvent;
    } else if (ref.felt) {
        const auto mark =
            std::find_if(story.marks.begin(), story.marks.end(), [&](const EventMark &m) { return m.time == ref.felt->start; });
        selection.event = mark == story.marks.end() ? EventId() : mark->id;
    }
    return selection;
}

Selection selectionOf(const InteractionView &view, const EventId &id)
{
    const int index = indexOf(view, id);
    if (index < 0)
        return {};
    const Event &event = *view.events[static_cast<std::size_t>(index)];
    SegmentSearch search(event);
    const std::vector<ParticipantRow> &participants = view.story.participants;
    for (std::size_t p = 0; p < std::min(participants.size(), kMostParticipants); ++p) {
        if (!event.participant.empty() && participants[p].id != event.participant)
            continue;
        for (std::size_t c = 0; c < participants[p].channels.size(); ++c) {
            if (!event.channel.empty() && participants[p].channels[c].id != event.channel)
                continue;
            for (const Segment &segment : participants[p].channels[c].segments)
                search.look(p, c, segment);
        }
    }
    Selection selection = event.participant.empty() ? Selection() : search.best();
    if (selection.row.empty())
        selection.row = kEventsKey;
    if (selection.segmentStart)
        selection = asDrawn(view.story, selection, event.time);
    selection.event = id;
    return selection;
}

int indexOf(const InteractionView &view, const EventId &event)
{
    const auto found = std::find_if(view.events.begin(), view.events.end(), [&](const auto &e) { return e->id == event; });
    return found == view.events.end() ? -1 : static_cast<int>(found - view.events.begin());
}

} // namespace threadline::ui
