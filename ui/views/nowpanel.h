// SPDX-License-Identifier: GPL-3.0-or-later
/// Who waits longest, who is held longest, how the queues stand: computed from the lanes of the floor. GUI thread.
#pragma once

#include "ui/models/floorentry.h"
#include "ui/models/hub.h"
#include "ui/theme/appearance.h"
#include "ui/timeline/painters.h"
#include "ui/views/controls.h"

#include <QScrollArea>

#include <memory>
#include <vector>

class QLabel;
class QVBoxLayout;

namespace threadline::ui {

/// A customer with a bar of the time waited; a click chooses its lane.
class WaitRow : public PlainButton {
    Q_OBJECT
public:
    WaitRow(const Appearance &look, QWidget *parent = nullptr);
    /// `known`: it still waits, as far as is known now.
    void setItem(const WaitingItem &item, SegmentKind kind, Timestamp now, Duration longest, bool known);
    [[nodiscard]] const InteractionId &interaction() const { return m_item.id; }
    [[nodiscard]] QSize sizeHint() const override { return {200, 24}; }
    /// How much of `room` the customer gets and how much the place, given the widths of both: as in the other rows, unless one is too
    /// long for that and the other leaves room.
    [[nodiscard]] static std::pair<int, int> rooms(double customer, double place, double room);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    WaitingItem m_item;
    SegmentKind m_kind = SegmentKind::Queue;
    Duration m_waited;
    Duration m_longest;
    bool m_known = true;
};

/// The figures of a queue; a click shows its group among the lanes.
class QueueRow : public PlainButton {
    Q_OBJECT
public:
    QueueRow(const Appearance &look, QWidget *parent = nullptr);
    void setQueue(const QueueFigures &queue, Timestamp now, bool known);
    [[nodiscard]] const QString &queue() const { return m_queue.queue; }
    [[nodiscard]] QSize sizeHint() const override { return {200, 24}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    QueueFigures m_queue;
    Timestamp m_now;
    bool m_known = true;
};

/// Open interactions by state, as one bar of segments.
class StateBar : public QWidget {
    Q_OBJECT
public:
    StateBar(const Appearance &look, QWidget *parent = nullptr);
    void setStates(const std::array<int, kSegmentKinds> &states);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    std::unique_ptr<PaintKit> m_kit;
    std::array<int, kSegmentKinds> m_states{};
};

class NowPanel : public QScrollArea {
    Q_OBJECT
public:
    NowPanel(Hub &hub, const Appearance &look, QWidget *parent = nullptr);
    void setFigures(const NowFigures &figures);
    /// Time went on: lengths are shown anew.
    void tick();

Q_SIGNALS:
    void interactionChosen(const InteractionId &id);
    void listWanted(const QString &list);
    void queueChosen(const QString &queue);

private:
    struct WaitList {
        SegmentKind kind = SegmentKind::Queue;
        QLabel *more = nullptr;
        QLabel *none = nullptr;
        std::vector<WaitRow *> rows;
    };

    WaitList makeList(QVBoxLayout *layout, const QString &title, SegmentKind kind);
    void showList(WaitList &list, const std::vector<WaitingItem> &items, Duration longest);
    void makeQueues(QVBoxLayout *layout);
    void showQueues();
    void makeAttention(QVBoxLayout *layout);
    void showAttention();
    void showAsOf();

    Hub &m_hub;
    const Appearance &m_look;
    NowFigures m_figures;
    QLabel *m_asOf = nullptr;
    WaitList m_waiting;
    WaitList m_held;
    QVBoxLayout *m_queues = nullptr;
    std::vector<QueueRow *> m_queueRows;
    StateBar *m_states = nullptr;
    QLabel *m_stateText = nullptr;
    QVBoxLayout *m_attention = nullptr;
    QStringList m_attentionShown;
};

} // namespace threadline::ui
