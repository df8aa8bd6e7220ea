// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/laneaccessible.h"

#include "ui/timeline/lanesview.h"
#include "ui/timeline/spoken.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHash>
#include <QScrollBar>

#include <cmath>

namespace threadline::ui {
namespace {

/// A segment or an event.
class LaneCell : public QAccessibleInterface {
public:
    LaneCell(LanesView *view, int row, int index) : m_view(view), m_row(row), m_index(index) {}

    [[nodiscard]] bool isValid() const override;
    [[nodiscard]] QObject *object() const override { return nullptr; }
    [[nodiscard]] QWindow *window() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface *childAt(int, int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface *parent() const override;
    [[nodiscard]] QAccessibleInterface *child(int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface *) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text t) const override;
    void setText(QAccessible::Text, const QString &) override {}
    [[nodiscard]] QRect rect() const override;
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::Cell; }
    [[nodiscard]] QAccessible::State state() const override;
    [[nodiscard]] int index() const { return m_index; }
    [[nodiscard]] int row() const { return m_row; }

private:
    [[nodiscard]] const Scene &scene() const { return *m_view->scene(); }
    [[nodiscard]] const Row &laneRow() const { return scene().rows[static_cast<std::size_t>(m_row)]; }
    [[nodiscard]] bool isMark() const { return laneRow().kind == RowKind::Events; }
    [[nodiscard]] const EventMark &mark() const { return scene().marks[scene().marksByTime[static_cast<std::size_t>(m_index)]]; }
    [[nodiscard]] const LaneSegment &segment() const { return laneRow().lane->segments()[static_cast<std::size_t>(m_index)]; }

    LanesView *m_view;
    int m_row;
    int m_index;
};

int cellCount(const LanesView &view, int row)
{
    const Row &r = view.scene()->rows[static_cast<std::size_t>(row)];
    if (r.kind == RowKind::Events)
        return static_cast<int>(view.scene()->marks.size());
    return r.lane ? static_cast<int>(r.lane->segments().size()) : 0;
}

/// Rows and cells that were asked for, by number; made when needed and void with the next scene.
struct Handed {
    QHash<int, QAccessible::Id> rows;
    QHash<quint64, QAccessible::Id> cells;
};
QHash<const LanesView *, Handed> &handed()
{
    static QHash<const LanesView *, Handed> all;
    return all;
}

QAccessibleInterface *rowInterface(LanesView *view, int row);
QAccessibleInterface *cellInterface(LanesView *view, int row, int index)
{
    if (row < 0 || row >= view->rows().rowCount() || index < 0 || index >= cellCount(*view, row))
        return nullptr;
    QAccessible::Id &id = handed()[view].cells[(quint64(row) << 32) | quint64(index)];
    if (!id)
        id = QAccessible::registerAccessibleInterface(new LaneCell(view, row, index));
    return QAccessible::accessibleInterface(id);
}

QRect onScreen(const LanesView &view, const QRect &rect) { return {view.viewport()->mapToGlobal(rect.topLeft()), rect.size()}; }

/// One lane.
class LaneRow : public QAccessibleInterface {
public:
    LaneRow(LanesView *view, int row) : m_view(view), m_row(row) {}

    [[nodiscard]] bool isValid() const override { return m_row < m_view->rows().rowCount(); }
    [[nodiscard]] QObject *object() const override { return nullptr; }
    [[nodiscard]] QWindow *window() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface *childAt(int x, int y) const override
    {
        for (int i = 0; i < childCount(); ++i) {
            if (child(i)->rect().contains(x, y))
                return child(i);
        }
        return nullptr;
    }
    [[nodiscard]] QAccessibleInterface *parent() const override { return QAccessible::queryAccessibleInterface(m_view); }
    [[nodiscard]] QAccessibleInterface *child(int index) const override { return cellInterface(m_view, m_row, index); }
    [[nodiscard]] int childCount() const override { return cellCount(*m_view, m_row); }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface *child) const override
    {
        const auto *cell = dynamic_cast<const LaneCell *>(child);
        return cell && cell->row() == m_row ? cell->index() : -1;
    }
    [[nodiscard]] QString text(QAccessible::Text t) const override
    {
        return t == QAccessible::Name ? spokenRow(*m_view->scene(), m_row, m_view->counted()) : QString();
    }
    void setText(QAccessible::Text, const QString &) override {}
    [[nodiscard]] QRect rect() const override
    {
        const PaintState s = m_view->state();
        return onScreen(*m_view, QRect(0, s.yOf(m_row), s.width, m_view->rows().heightOf(m_row)));
    }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::Row; }
    [[nodiscard]] QAccessible::State state() const override
    {
        QAccessible::State state;
        state.selectable = true;
        state.selected = m_view->scene()->rows[static_cast<std::size_t>(m_row)].key == m_view->selection().row;
        return state;
    }
    [[nodiscard]] int row() const { return m_row; }

private:
    LanesView *m_view;
    int m_row;
};

QAccessibleInterface *rowInterface(LanesView *view, int row)
{
    if (row < 0 || row >= view->rows().rowCount())
        return nullptr;
    QAccessible::Id &id = handed()[view].rows[row];
    if (!id)
        id = QAccessible::registerAccessibleInterface(new LaneRow(view, row));
    return QAccessible::accessibleInterface(id);
}

bool LaneCell::isValid() const { return m_row < m_view->rows().rowCount() && m_index < cellCount(*m_view, m_row); }

QAccessibleInterface *LaneCell::parent() const { return rowInterface(m_view, m_row); }

QString LaneCell::text(QAccessible::Text t) const
{
    if (t != QAccessible::Name || !isValid())
        return {};
    const TimeText &time = m_view->look().time();
    return isMark() ? spokenMark(mark(), time, m_view->now()) : spokenSegment(scene(), m_row, segment(), time, m_view->counted(), m_view->now());
}

QRect LaneCell::rect() const
{
    if (!isValid())
        return {};
    const PaintState s = m_view->state();
    const std::int64_t start = isMark() ? mark().time.us : segment().start;
    const std::int64_t end = isMark() ? start : segment().endAt(s.openEnd().us);
    const double far = s.plot().width();
    const int x0 = static_cast<int>(std::lround(std::clamp(s.scale.x(Timestamp{start}), 0.0, far)));
    const int x1 = static_cast<int>(std::lround(std::clamp(s.scale.x(Timestamp{end}), 0.0, far)));
    return onScreen(*m_view, QRect(s.header + x0, s.yOf(m_row), std::max(1, x1 - x0), m_view->rows().heightOf(m_row)));
}

QAccessible::State LaneCell::state() const
{
    QAccessible::State state;
    if (!isValid()) {
        state.invalid = true;
        return state;
    }
    state.selectable = state.focusable = true;
    const Selection &chosen = m_view->selection();
    state.selected = laneRow().key == chosen.row
        && (isMark() ? mark().id == chosen.event : chosen.segmentStart == segment().start && chosen.kind == segment().kind);
    state.focused = state.selected && m_view->hasFocus();
    const QRect box = rect();
    state.offscreen = !box.intersects(onScreen(*m_view, m_view->state().plot()));
    return state;
}

/// The table.
class LanesTable : public QAccessibleWidget {
public:
    explicit LanesTable(LanesView *view) : QAccessibleWidget(view, QAccessible::Table), m_view(view) {}

    [[nodiscard]] int childCount() const override { return m_view->rows().rowCount(); }
    [[nodiscard]] QAccessibleInterface *child(int index) const override { return rowInterface(m_view, index); }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface *child) const override
    {
        const auto *row = dynamic_cast<const LaneRow *>(child);
        return row ? row->row() : -1;
    }
    [[nodiscard]] QAccessibleInterface *childAt(int x, int y) const override
    {
        const PaintState s = m_view->state();
        const QPoint at = m_view->viewport()->mapFromGlobal(QPoint(x, y));
        return at.y() < s.axis ? nullptr : rowInterface(m_view, m_view->rows().rowAt(at.y() - s.axis + s.scrollY));
    }

private:
    LanesView *m_view;
};

QAccessibleInterface *makeInterface(const QString &, QObject *object)
{
    auto *view = qobject_cast<LanesView *>(object);
    return view ? new LanesTable(view) : nullptr;
}

} // namespace

void installLaneAccessibility()
{
    static const bool once = [] {
        QAccessible::installFactory(makeInterface);
        return true;
    }();
    Q_UNUSED(once)
}

void forgetLanes(const LanesView *view)
{
    const Handed gone = handed().take(view);
    for (const QAccessible::Id id : gone.cells)
        QAccessible::deleteAccessibleInterface(id);
    for (const QAccessible::Id id : gone.rows)
        QAccessible::deleteAccessibleInterface(id);
}

void focusChosen(LanesView *view)
{
    if (!QAccessible::isActive() || view->selection().row.empty())
        return;
    const int row = rowOf(*view->scene(), view->selection().row);
    QAccessibleInterface *target = rowInterface(view, row);
    if (!target)
        return;
    for (int i = 0; view->selection().segmentStart && i < target->childCount(); ++i) {
        QAccessibleInterface *cell = target->child(i);
        if (cell->state().selected) {
            target = cell;
            break;
        }
    }
    QAccessibleEvent event(target, QAccessible::Focus);
    QAccessible::updateAccessibility(&event);
}

} // namespace threadline::ui
