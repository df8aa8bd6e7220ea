// SPDX-License-Identifier: GPL-3.0-or-later
/// The events of one interaction as a table, in canonical order. GUI thread.
#pragma once

#include "ui/models/interactionfeed.h"
#include "ui/theme/appearance.h"

#include <QAbstractTableModel>
#include <QHash>

namespace threadline::ui {

class EventsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    /// Call: whose event it is, for where no timeline stands above the table.
    enum Column { Call, Time, KindColumn, Participant, Channel, StateColumn, Sequence, ProvenanceColumn, Delay, Note, kColumns };

    EventsModel(const InteractionFeed &feed, const Appearance &look, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    [[nodiscard]] EventId eventAt(int row) const;
    [[nodiscard]] int rowOf(const EventId &event) const;
    /// "31 events, 1 late, 1 doubled, 2 backfilled"
    [[nodiscard]] QString summary() const;

private:
    void reload();
    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] QVariant ink(int row, int column) const;
    [[nodiscard]] QString note(const Event &event, const EventMark &mark) const;
    [[nodiscard]] const EventMark &mark(int row) const;
    [[nodiscard]] const Event &event(int row) const { return *m_view->events[static_cast<std::size_t>(row)]; }

    const InteractionFeed &m_feed;
    const Appearance &m_look;
    InteractionFeed::View m_view;
    [[nodiscard]] const ParticipantRow *participantOf(const Event &event) const;
    QHash<QByteArray, int> m_rows;         ///< event id -> row
    QHash<QByteArray, int> m_participants; ///< participant id -> index
    std::vector<QString> m_labels;         ///< of the participants
};

/// What is odd about how an event was read and ordered, in words; used by table and inspector.
[[nodiscard]] QStringList oddities(const EventMark &mark);

} // namespace threadline::ui
