// SPDX-License-Identifier: GPL-3.0-or-later
/// The part of LanesView that listens: wheel, mouse and keys.
#include "ui/timeline/laneaccessible.h"
#include "ui/timeline/lanesview.h"
#include "ui/timeline/marklayout.h"
#include "ui/timeline/spoken.h"

#include <QAccessible>
#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr double kZoomStep = 1.25;
constexpr double kPanPart = 0.10;
constexpr double kWheelNotch = 120;
constexpr int kHeaderStep = 20;

} // namespace

void LanesView::wheelEvent(QWheelEvent *event)
{
    touch();
    const QPoint at = event->position().toPoint();
    const double notches = event->angleDelta().y() / kWheelNotch;
    const double sideways = event->angleDelta().x() / kWheelNotch;
    const double width = m_navigator.width();
    if (event->modifiers() & Qt::ShiftModifier || (sideways != 0 && notches == 0)) {
        // With Shift some platforms turn the wheel sideways themselves.
        m_navigator.pan(-(notches != 0 ? notches : sideways) * width * kPanPart);
        moved();
    } else if (event->modifiers() & Qt::ControlModifier || at.x() < headerWidth()) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() - static_cast<int>(notches * 3 * m_look.metrics().lane));
    } else {
        m_navigator.zoom(std::pow(kZoomStep, notches), at.x() - headerWidth());
        moved();
    }
    event->accept();
}

void LanesView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    setFocus(Qt::MouseFocusReason);
    m_drag = Drag{event->pos(), false, verticalScrollBar()->value(), event->pos(), atEdge(event->pos())};
}

void LanesView::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_drag) {
        viewport()->setCursor(atEdge(event->pos()) ? Qt::SplitHCursor : Qt::ArrowCursor);
        setHover(event->pos());
        return;
    }
    if (m_drag->header) {
        m_drag->moved = true;
        setHeader(event->pos().x());
        return;
    }
    const QPoint way = event->pos() - m_drag->from;
    if (!m_drag->moved && way.manhattanLength() < QApplication::startDragDistance())
        return;
    m_drag->moved = true;
    if (m_drag->from.x() >= headerWidth())
        m_navigator.pan(m_drag->last.x() - event->pos().x());
    verticalScrollBar()->setValue(m_drag->scrollY - way.y());
    m_drag->last = event->pos();
    moved();
}

void LanesView::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_drag)
        return;
    const bool click = !m_drag->moved;
    m_drag.reset();
    if (click)
        clickAt(event->pos());
}

void LanesView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && event->pos().y() > m_look.metrics().axis)
        open();
}

std::optional<EventId> LanesView::markAt(const QPoint &at) const
{
    const PaintState s = state();
    const int index = s.rowAt(at.y());
    if (index < 0 || row(index).kind != RowKind::Events || at.x() < s.header)
        return std::nullopt;
    constexpr double kReach = 7;
    std::optional<EventId> found;
    double nearest = kReach;
    for (const MarkCluster &cluster : layOutMarks(m_scene->marks, m_scene->marksByTime, s.scale, s.plot().width())) {
        const double distance = std::abs(cluster.x + s.header - at.x());
        if (distance <= nearest) {
            nearest = distance;
            found = m_scene->marks[cluster.first].id;
        }
    }
    return found;
}

void LanesView::clickAt(const QPoint &at)
{
    const PaintState s = state();
    const int index = s.rowAt(at.y());
    if (at.y() < s.axis && at.x() < s.header && s.columns)
        Q_EMIT sortWanted(at.x() > s.header - 84 ? 2 : s.header >= kWithFrom && at.x() >= withColumn(s.header) ? 1 : 0);
    if (index < 0)
        return;
    constexpr int kArrowZone = 30;
    const bool folds = row(index).kind == RowKind::Group || row(index).kind == RowKind::Participant;
    if (folds && at.x() < kArrowZone) {
        m_hoverRow = index; // it stays where it was pressed
        Q_EMIT expandWanted(row(index).key, !row(index).expanded);
        return;
    }
    Selection selection;
    selection.row = row(index).key;
    if (const std::optional<EventId> mark = markAt(at))
        selection.event = *mark;
    const std::optional<PieceRef> piece = m_painter.pieceAt(s, at);
    if (piece && row(index).lane) {
        const LaneSegment &segment = row(index).lane->segments()[piece->piece.first];
        selection.segmentStart = segment.start;
        selection.kind = segment.kind;
    }
    choose(selection);
}

void LanesView::choose(const Selection &selection)
{
    m_selection = selection;
    touch();
    if (selection.segmentStart)
        m_instant = Timestamp{*selection.segmentStart};
    const LaneSegment *segment = selectedSegment();
    if (segment && !segment->open())
        m_navigator.pause(); // the past was chosen: it shall not slip away
    viewport()->update();
    announce();
    Q_EMIT chosen(m_selection);
    Q_EMIT viewChanged();
}

void LanesView::announce() { focusChosen(this); }

void LanesView::setHover(const QPoint &at)
{
    const PaintState s = state();
    const int index = s.rowAt(at.y());
    std::optional<PieceRef> piece = m_painter.pieceAt(s, at);
    m_inside = index >= 0;
    touch();
    const bool same = index == m_hoverRow && piece.has_value() == m_hover.has_value()
        && (!piece || (piece->piece.first == m_hover->piece.first && piece->row == m_hover->row));
    if (same)
        return;
    m_hoverRow = index;
    m_hover = piece;
    m_tipAt = at;
    viewport()->update();
    // The first tip lets one wait, the next ones come at once.
    if (m_hover && QToolTip::isVisible())
        showTip(at, *m_hover);
    else if (m_hover || (index >= 0 && at.x() < headerWidth()))
        m_tipTimer.start();
    else
        QToolTip::hideText();
}

bool LanesView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::Leave) {
        m_hoverRow = -1;
        m_hover.reset();
        m_inside = false;
        noteResting();
        m_tipTimer.stop();
        viewport()->update();
    } else if (event->type() == QEvent::ToolTip) {
        return true; // our own timer is quicker
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void LanesView::showTip(const QPoint &at, const PieceRef &ref)
{
    QToolTip::showText(viewport()->mapToGlobal(at + QPoint(0, m_look.metrics().lane)),
                       tipOf(*m_scene, ref.row, ref.piece, m_look.time(), now()), viewport());
}

void LanesView::showSelectedTip()
{
    const LaneSegment *segment = selectedSegment();
    const int index = selectedRow();
    if (!segment)
        return;
    Piece piece;
    piece.first = static_cast<std::uint32_t>(segment - row(index).lane->segments().data());
    piece.kind = segment->kind;
    piece.time = segment->endAt(counted().us) - segment->start;
    const double x = std::clamp(m_navigator.scale().x(Timestamp{segment->start}), 0.0, m_navigator.width());
    showTip(QPoint(headerWidth() + static_cast<int>(x), state().yOf(index)), {index, piece});
}

bool LanesView::event(QEvent *event)
{
    // Plain letters act here and nowhere else; a shortcut of the window must not take them away.
    if (event->type() == QEvent::ShortcutOverride && laneCommand(*static_cast<QKeyEvent *>(event))) {
        event->accept();
        return true;
    }
    return QAbstractScrollArea::event(event);
}

void LanesView::keyPressEvent(QKeyEvent *event)
{
    touch();
    if (const std::optional<LaneCommand> command = laneCommand(*event))
        execute(*command);
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void LanesView::focusInEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusInEvent(event);
    touch();
    viewport()->update();
}

void LanesView::focusOutEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusOutEvent(event);
    noteResting();
    viewport()->update();
}

void LanesView::execute(LaneCommand command)
{
    const double width = m_navigator.width();
    switch (command) {
    case LaneCommand::SegmentBefore: stepSegment(-1); return;
    case LaneCommand::SegmentAfter: stepSegment(1); return;
    case LaneCommand::LaneAbove: stepRow(-1); return;
    case LaneCommand::LaneBelow: stepRow(1); return;
    case LaneCommand::PageUp: page(-1); return;
    case LaneCommand::PageDown: page(1); return;
    case LaneCommand::FirstLane: chooseRow(0); return;
    case LaneCommand::LastLane: chooseRow(m_rows.rowCount() - 1); return;
    case LaneCommand::Open: open(); return;
    case LaneCommand::Expand: expand(true); return;
    case LaneCommand::Collapse: expand(false); return;
    case LaneCommand::ShowTip: showSelectedTip(); return;
    case LaneCommand::Menu: showMenu(viewport()->mapToGlobal(QPoint(headerWidth(), selectedRow() < 0 ? 0 : state().yOf(selectedRow()) + m_look.metrics().lane))); return;
    case LaneCommand::Leave: leave(); return;
    case LaneCommand::NarrowHeader: setHeader(headerWidth() - kHeaderStep); return;
    case LaneCommand::WidenHeader: setHeader(headerWidth() + kHeaderStep); return;
    case LaneCommand::CopyId: Q_EMIT copyWanted(); return;
    case LaneCommand::Home: m_navigator.home(); break;
    case LaneCommand::End: m_navigator.end(); break;
    case LaneCommand::PanLeft: m_navigator.pan(-width * kPanPart); break;
    case LaneCommand::PanRight: m_navigator.pan(width * kPanPart); break;
    case LaneCommand::ScreenLeft: m_navigator.pan(-width); break;
    case LaneCommand::ScreenRight: m_navigator.pan(width); break;
    case LaneCommand::ZoomIn: m_navigator.zoomAtFocus(kZoomStep); break;
    case LaneCommand::ZoomOut: m_navigator.zoomAtFocus(1 / kZoomStep); break;
    case LaneCommand::Fit: fitSelection(); break;
    case LaneCommand::FitAll:
        m_navigator.setNow(now());
        m_navigator.fitAll();
        break;
    }
    moved();
}

void LanesView::stepSegment(int by)
{
    const int index = selectedRow();
    if (index < 0) {
        chooseRow(m_rows.rowCount() > 0 ? state().visible().first : -1);
        return;
    }
    if (row(index).kind == RowKind::Events) {
        stepMark(by);
        return;
    }
    if (!row(index).lane || row(index).lane->empty())
        return;
    const std::vector<LaneSegment> &all = row(index).lane->segments();
    const LaneSegment *current = selectedSegment();
    const auto last = static_cast<std::ptrdiff_t>(all.size()) - 1;
    const std::ptrdiff_t at = current ? std::clamp<std::ptrdiff_t>(current - all.data() + by, 0, last) : last;
    const LaneSegment &next = all[static_cast<std::size_t>(at)];
    Selection selection;
    selection.row = m_selection.row;
    selection.segmentStart = next.start;
    selection.kind = next.kind;
    m_navigator.reveal({Timestamp{next.start}, Timestamp{next.endAt(openEnd().us)}});
    choose(selection);
}

void LanesView::stepMark(int by)
{
    const std::vector<std::uint32_t> &order = m_scene->marksByTime;
    if (order.empty())
        return;
    const auto current =
        std::find_if(order.begin(), order.end(), [&](std::uint32_t i) { return m_scene->marks[i].id == m_selection.event; });
    const auto last = static_cast<std::ptrdiff_t>(order.size()) - 1;
    const std::ptrdiff_t at = current == order.end() ? 0 : std::clamp<std::ptrdiff_t>(current - order.begin() + by, 0, last);
    const EventMark &mark = m_scene->marks[order[static_cast<std::size_t>(at)]];
    Selection selection;
    selection.row = m_selection.row;
    selection.event = mark.id;
    m_navigator.reveal({mark.time, mark.time});
    choose(selection);
}

void LanesView::chooseRow(int index)
{
    if (index < 0 || index >= m_rows.rowCount())
        return;
    Selection selection;
    selection.row = row(index).key;
    const Timestamp instant = m_instant.us ? m_instant : now();
    if (row(index).lane) {
        const int at = segmentCovering(*row(index).lane, instant, openEnd());
        const LaneSegment *segment = at < 0 ? nullptr : &row(index).lane->segments()[static_cast<std::size_t>(at)];
        if (segment) {
            selection.segmentStart = segment->start;
            selection.kind = segment->kind;
        }
    }
    choose(selection);
    m_instant = instant; // from lane to lane the instant stays
    revealRow(index);
}

void LanesView::stepRow(int by)
{
    const int index = selectedRow();
    chooseRow(index < 0 ? state().visible().first : std::clamp(index + by, 0, m_rows.rowCount() - 1));
}

void LanesView::page(int by)
{
    const int index = std::max(selectedRow(), 0);
    const int room = verticalScrollBar()->pageStep() - m_look.metrics().lane;
    if (m_rows.rowCount() == 0)
        return;
    const int target = m_rows.rowAt(std::clamp(m_rows.top(index) + by * room, 0, m_rows.height() - 1));
    chooseRow(target);
}

void LanesView::fitSelection()
{
    m_navigator.setNow(now());
    if (const LaneSegment *segment = selectedSegment()) {
        m_navigator.show({Timestamp{segment->start}, Timestamp{std::max(segment->endAt(openEnd().us), segment->start + 1000)}});
        return;
    }
    const int index = selectedRow();
    const LanePtr lane = index < 0 ? nullptr : row(index).lane;
    if (lane && !lane->empty()) {
        std::int64_t end = std::max(lane->segments().front().start + 1000, row(index).open ? openEnd().us : 0);
        for (const LaneSegment &segment : lane->segments())
            end = std::max(end, segment.endAt(openEnd().us));
        m_navigator.show({Timestamp{lane->segments().front().start}, Timestamp{end}});
        return;
    }
    m_navigator.fitAll();
}

void LanesView::expand(bool expanded)
{
    int index = selectedRow();
    if (index >= 0 && row(index).parent >= 0)
        index = row(index).parent;
    if (index < 0 || (row(index).kind != RowKind::Group && row(index).kind != RowKind::Participant))
        return;
    Selection selection;
    selection.row = row(index).key;
    choose(selection);
    Q_EMIT expandWanted(selection.row, expanded);
}

void LanesView::open()
{
    const int index = selectedRow();
    if (index < 0)
        return;
    const Row &chosenRow = row(index);
    if (chosenRow.kind == RowKind::Group || chosenRow.kind == RowKind::Participant) {
        Q_EMIT expandWanted(chosenRow.key, !chosenRow.expanded);
    } else if (chosenRow.kind == RowKind::Lane) {
        Q_EMIT opened(chosenRow.key);
    } else {
        fitSelection();
        moved();
    }
}

} // namespace threadline::ui
