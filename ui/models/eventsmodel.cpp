// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/eventsmodel.h"

#include "ui/models/timelinescene.h"
#include "ui/text/format.h"

#include <algorithm>

namespace threadline::ui {
namespace {

template<class Tag>
QByteArray keyOf(const Id<Tag> &id)
{
    return QByteArray(id.value.data(), static_cast<qsizetype>(id.value.size()));
}

QString channelText(const ParticipantRow *participant, const Event &event)
{
    if (event.channel.empty())
        return {};
    if (participant) {
        for (std::size_t i = 0; i < participant->channels.size(); ++i) {
            const ChannelRow &channel = participant->channels[i];
            if (channel.id != event.channel)
                continue;
            const QString name = mediaName(channel.media, channel.mediaText);
            return participant->channels.size() > 1 ? EventsModel::tr("%1, leg %2").arg(name).arg(i + 1) : name;
        }
    }
    return shortId(event.channel.value);
}

} // namespace

QStringList oddities(const EventMark &mark)
{
    QStringList out;
    if (mark.skew.us > 0)
        out << EventsModel::tr("its time lies %1 before an event that precedes it").arg(delayText(mark.skew));
    if (mark.sequenceTie)
        out << EventsModel::tr("another event has the same sequence");
    if (mark.variants > 0)
        out << (mark.variants == 1 ? EventsModel::tr("another content came under the same id")
                                   : EventsModel::tr("%1 other contents came under the same id").arg(mark.variants));
    const std::pair<Event::Mark, QString> read[] = {
        {Event::IdMade, EventsModel::tr("came without an id; made from its text")},
        {Event::BadSequence, EventsModel::tr("its sequence is no whole number below 2^53 and counts as absent")},
        {Event::Attached, EventsModel::tr("named no interaction; attached by its participant or channel")},
        {Event::LoneSurrogate, EventsModel::tr("a text in it is not valid Unicode")},
        {Event::DuplicateMember, EventsModel::tr("a member occurs twice; the last one counts")}};
    for (const auto &[bit, text] : read) {
        if (mark.marks & bit)
            out << text;
    }
    return out;
}

EventsModel::EventsModel(const InteractionFeed &feed, const Appearance &look, QObject *parent)
    : QAbstractTableModel(parent), m_feed(feed), m_look(look)
{
    connect(&feed, &InteractionFeed::changed, this, &EventsModel::reload);
    connect(&look, &Appearance::changed, this, [this] {
        if (m_view && !m_view->events.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    });
    reload();
}

void EventsModel::reload()
{
    beginResetModel();
    m_view = m_feed.view();
    m_rows.clear();
    m_participants.clear();
    m_labels.clear();
    if (m_view) {
        for (std::size_t i = 0; i < m_view->story.participants.size(); ++i) {
            m_participants.insert(keyOf(m_view->story.participants[i].id), static_cast<int>(i));
            m_labels.push_back(i < kMostParticipants ? participantLabel(m_view->story, i) : participantName(m_view->story.participants[i]));
        }
        for (std::size_t i = 0; i < m_view->events.size(); ++i)
            m_rows.insert(keyOf(m_view->events[i]->id), static_cast<int>(i));
    }
    endResetModel();
}

const ParticipantRow *EventsModel::participantOf(const Event &event) const
{
    const int index = event.participant.empty() ? -1 : m_participants.value(keyOf(event.participant), -1);
    return index < 0 ? nullptr : &m_view->story.participants[static_cast<std::size_t>(index)];
}

int EventsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_view ? 0 : static_cast<int>(m_view->events.size());
}

int EventsModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : kColumns; }

const EventMark &EventsModel::mark(int row) const
{
    static const EventMark none;
    const std::vector<EventMark> &marks = m_view->story.marks;
    return static_cast<std::size_t>(row) < marks.size() ? marks[static_cast<std::size_t>(row)] : none;
}

QVariant EventsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole: return text(index.row(), index.column());
    case Qt::ForegroundRole: return ink(index.row(), index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(
            Qt::AlignVCenter | (index.column() == Sequence || index.column() == Delay ? Qt::AlignRight : Qt::AlignLeft)));
    default: return {};
    }
}

QString EventsModel::text(int row, int column) const
{
    const Event &e = event(row);
    const ParticipantRow *participant = participantOf(e);
    switch (column) {
    case Call:
        return m_view->story.customer.empty() ? shortId(m_view->story.interaction.value)
                                              : tr("%1, %2").arg(addressText(m_view->story.customer), shortId(m_view->story.interaction.value));
    case Time: return m_look.time().momentMillis(e.time, m_feed.now());
    case KindColumn: return foreign(e.type);
    case Participant:
        return participant ? m_labels[static_cast<std::size_t>(participant - m_view->story.participants.data())] : shortId(e.participant.value);
    case Channel: return channelText(participant, e);
    case StateColumn: return e.facts.stateText.empty() ? foreign(nameOf(e.facts.state)) : foreign(e.facts.stateText);
    case Sequence: return e.sequence ? QString::number(*e.sequence) : QString();
    case ProvenanceColumn:
        return mark(row).late.us > 0 ? tr("%1, late").arg(provenanceName(e.provenance)) : provenanceName(e.provenance);
    case Delay: return e.provenance == Provenance::Live ? delayText(e.received - e.time) : QString();
    case Note: return note(e, mark(row));
    default: return {};
    }
}

QString EventsModel::note(const Event &e, const EventMark &mark) const
{
    QStringList parts = oddities(mark);
    if (mark.late.us > 0)
        parts.prepend(tr("came after events that follow it"));
    if (!e.facts.disconnectType.empty())
        parts << tr("disconnected by %1").arg(isolated(foreign(e.facts.disconnectType)));
    QString text = parts.join(QStringLiteral("; "));
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

QVariant EventsModel::ink(int row, int column) const
{
    const Theme &theme = m_look.theme();
    const bool late = mark(row).late.us > 0;
    switch (column) {
    case ProvenanceColumn:
        if (event(row).provenance == Provenance::Backfill)
            return theme(Evidence::Backfilled);
        [[fallthrough]];
    case Delay: return late ? theme(Evidence::Late) : theme(Role::Text2);
    case Note: return mark(row).skew.us > 0 || mark(row).sequenceTie ? theme(Evidence::Conflict) : theme(Role::Text2);
    case KindColumn:
    case Channel:
    case Sequence: return theme(Role::Text2);
    default: return theme(Role::Text);
    }
}

QVariant EventsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment(Qt::AlignVCenter | (section == Sequence || section == Delay ? Qt::AlignRight : Qt::AlignLeft)));
    if (role != Qt::DisplayRole)
        return {};
    const QString names[] = {tr("Call"), tr("Time"), tr("Kind"),       tr("Participant"), tr("Channel"), tr("State"),
                             tr("Seq."), tr("Provenance"), tr("Delay"),       tr("Note")};
    return names[section];
}

EventId EventsModel::eventAt(int row) const { return row >= 0 && row < rowCount() ? event(row).id : EventId(); }

int EventsModel::rowOf(const EventId &id) const { return m_rows.value(keyOf(id), -1); }

QString EventsModel::summary() const
{
    if (!m_view)
        return {};
    std::uint64_t late = 0;
    std::uint64_t doubled = 0;
    std::uint64_t backfilled = 0;
    for (const EventMark &m : m_view->story.marks) {
        late += m.late.us > 0;
        doubled += m.variants > 0;
        backfilled += m.provenance == Provenance::Backfill;
    }
    const std::size_t count = m_view->events.size();
    QStringList parts{count == 1 ? tr("1 event") : tr("%1 events").arg(numberText(count))};
    if (late)
        parts << tr("%1 late").arg(numberText(late));
    if (doubled)
        parts << tr("%1 doubled").arg(numberText(doubled));
    if (backfilled)
        parts << tr("%1 backfilled").arg(numberText(backfilled));
    return parts.join(QStringLiteral(", "));
}

} // namespace threadline::ui
