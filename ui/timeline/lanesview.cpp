// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lanesview.h"

#include "ui/timeline/laneaccessible.h"
#include "ui/timeline/spoken.h"

#include <QAccessible>
#include <QApplication>
#include <QElapsedTimer>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kFollowMs = 33; ///< 30 repaints a second at most
constexpr int kStandingMs = 200;
constexpr int kTipMs = 400;
constexpr int kMostSpare = 60; ///< a problem in two lines

bool sameRows(const Scene &a, const Scene &b)
{
    return std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                      [](const Row &x, const Row &y) { return x.key == y.key; });
}

} // namespace

LanesView::LanesView(Purpose purpose, Appearance &look, const Clock &clock, QWidget *parent)
    : QAbstractScrollArea(parent), m_purpose(purpose), m_look(look), m_clock(clock), m_painter(look)
{
    installLaneAccessibility();
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(purpose == Purpose::Floor ? tr("Interactions over time") : tr("Timeline of the interaction"));
    connect(&look, &Appearance::changed, this, [this] {
        m_painter.refresh();
        relayout();
        viewport()->update();
    });
    connect(&look, &Appearance::headerChanged, this, [this] {
        relayout();
        viewport()->update();
        Q_EMIT viewChanged();
    });
    connect(&m_timer, &QTimer::timeout, this, &LanesView::tick);
    m_tipTimer.setSingleShot(true);
    m_tipTimer.setInterval(kTipMs);
    connect(&m_tipTimer, &QTimer::timeout, this, [this] {
        if (QApplication::activePopupWidget())
            return; // a tip would lie over the menu
        if (m_hover)
            showTip(m_tipAt, *m_hover);
        else if (m_hoverRow >= 0 && m_tipAt.x() < headerWidth())
            QToolTip::showText(viewport()->mapToGlobal(m_tipAt + QPoint(0, m_look.metrics().lane)), headerTip(m_hoverRow), viewport());
    });
}

LanesView::~LanesView() { forgetLanes(this); }

int LanesView::headerWidth() const
{
    const Metrics &metrics = m_look.metrics();
    if (const int dragged = m_look.headerWidth(m_purpose == Purpose::Floor))
        return std::clamp(dragged, kSmallestHeader, std::max(kSmallestHeader, viewport()->width() / 2));
    if (window()->width() < kNarrowWindow)
        return metrics.narrowHeader;
    return m_purpose == Purpose::Floor ? metrics.floorHeader : metrics.timelineHeader;
}

PaintState LanesView::state() const
{
    PaintState s;
    s.scene = m_scene.get();
    s.rows = &m_rows;
    s.scale = m_navigator.scale();
    s.now = now();
    s.width = viewport()->width();
    s.height = viewport()->height();
    s.header = headerWidth();
    s.scrollY = verticalScrollBar()->value();
    s.axis = m_look.metrics().axis;
    s.columns = m_purpose == Purpose::Floor;
    s.sorted = m_sorted;
    s.corner = s.columns ? QString() : tr("Participants and channels");
    s.showNow = m_scene->live;
    s.news = !m_calm;
    s.keyboard = hasFocus();
    s.selection = m_selection;
    s.focusRow = selectedRow();
    s.hoverRow = m_hoverRow;
    s.hover = m_hover;
    s.stick();
    return s;
}

void LanesView::setScene(ScenePtr scene)
{
    // What the pointer rests on, else what is chosen, stays where it is on the screen.
    std::string anchor;
    int oldY = 0;
    int drawnY = 0;
    bool unfolded = false;
    const bool hovered = m_hoverRow >= 0 && m_hoverRow < m_rows.rowCount();
    const int kept = hovered ? m_hoverRow : selectedRow();
    if (kept >= 0) {
        anchor = row(kept).key;
        oldY = m_rows.top(kept) - verticalScrollBar()->value();
        const PaintState seen = state();
        drawnY = seen.yOf(kept) - seen.axis;
        unfolded = row(kept).expanded;
    }
    const bool first = m_scene->rows.empty();
    if (!sameRows(*m_scene, *scene))
        forgetLanes(this);
    m_scene = std::move(scene);
    m_hover.reset();
    m_hoverRow = hovered ? rowOf(*m_scene, anchor) : -1;
    m_navigator.setNow(now());
    if (m_scene->dated || !m_scene->rows.empty()) {
        m_navigator.setReach(m_scene->reach);
        m_navigator.setExtent(m_scene->extent, m_scene->live, m_scene->focus);
    }
    relayout();
    const int index = anchor.empty() ? -1 : rowOf(*m_scene, anchor);
    if (unfolded && index >= 0 && !row(index).expanded)
        oldY = drawnY; // its lanes are gone, among which it was drawn
    if (!anchor.empty() && oldY >= 0 && !m_scene->arriving && (m_resting || verticalScrollBar()->value() > 0))
        anchorTo(anchor, oldY);
    m_timer.start(m_navigator.following() ? kFollowMs : kStandingMs);
    if (!m_scene->live)
        m_timer.stop();
    viewport()->update();
    noteResting(); // where nothing is live no tick tells that time went by
    if (first)
        Q_EMIT viewChanged();
}

void LanesView::anchorTo(const std::string &key, int oldY)
{
    const int index = rowOf(*m_scene, key);
    if (index >= 0)
        verticalScrollBar()->setValue(m_rows.top(index) - oldY);
}

void LanesView::relayout()
{
    m_rows = RowLayout(*m_scene, m_look.metrics());
    const int room = std::max(0, viewport()->height() - m_look.metrics().axis);
    verticalScrollBar()->setPageStep(room);
    verticalScrollBar()->setSingleStep(m_look.metrics().lane);
    const int needed = std::max(0, m_rows.height() - room);
    m_spare = std::clamp(verticalScrollBar()->value() - needed, 0, m_spare);
    verticalScrollBar()->setRange(0, needed + m_spare);
    m_navigator.setWidth(viewport()->width() - headerWidth());
}

void LanesView::resizeEvent(QResizeEvent *event)
{
    QAbstractScrollArea::resizeEvent(event);
    // Where a row below the lanes has gone they stay where they are, also at their end; a window that grows is filled.
    const int tall = window()->height();
    m_spare = std::exchange(m_windowHeight, tall) == tall ? kMostSpare : 0;
    relayout();
    Q_EMIT viewChanged();
}

void LanesView::showEvent(QShowEvent *event)
{
    QAbstractScrollArea::showEvent(event);
    relayout();
}

void LanesView::scrollContentsBy(int, int)
{
    m_hover.reset();
    viewport()->update();
    Q_EMIT viewChanged();
}

void LanesView::paintEvent(QPaintEvent *)
{
    QElapsedTimer timer;
    timer.start();
    {
        QPainter painter(viewport());
        m_painter.paint(painter, state());
    }
    m_paintedSecond = now().us / 1'000'000;
    m_frameMs = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    Q_EMIT framePainted(m_frameMs);
}

void LanesView::tick()
{
    noteResting();
    const bool moved = m_navigator.setNow(now());
    // Running durations show whole seconds: a still picture paints only those.
    if (moved || (m_scene->live && now().us / 1'000'000 != m_paintedSecond))
        viewport()->update();
    const int wanted = m_navigator.following() ? kFollowMs : kStandingMs;
    if (m_timer.isActive() && m_timer.interval() != wanted)
        m_timer.setInterval(wanted);
}

void LanesView::moved()
{
    m_hover.reset();
    viewport()->update();
    Q_EMIT viewChanged();
}

void LanesView::showRange(TimeRange range)
{
    m_navigator.showExactly(range);
    moved();
}

void LanesView::fitRange(TimeRange range)
{
    m_navigator.show(range);
    moved();
}

void LanesView::lookAt(TimeRange range)
{
    m_navigator.lookAt(range);
    moved();
}

void LanesView::calm()
{
    m_hover.reset();
    m_hoverRow = -1;
    m_inside = false;
    noteResting();
    m_calm = true;
    m_navigator.setNow(now());
    m_navigator.settle();
}

std::vector<std::string> LanesView::visibleKeys() const
{
    std::vector<std::string> keys;
    const RowRange range = state().visible();
    for (int i = range.first; i < range.end; ++i)
        keys.push_back(row(i).key);
    return keys;
}

std::vector<int> LanesView::alarmsOutOfView() const
{
    std::vector<int> out;
    const RowRange seen = state().visible();
    const Timestamp until = counted();
    for (int i = 0; i < m_rows.rowCount(); ++i) {
        const Row &shown = row(i);
        const bool inView = i >= seen.first && i < seen.end;
        if (!inView && shown.kind == RowKind::Lane && shown.since && m_scene->attention(shown, until - *shown.since) == Attention::Alarm)
            out.push_back(i);
    }
    std::sort(out.begin(), out.end(), [this](int a, int b) { return *row(a).since < *row(b).since; });
    return out;
}

int LanesView::selectedRow() const { return m_selection.row.empty() ? -1 : rowOf(*m_scene, m_selection.row); }

const LaneSegment *LanesView::selectedSegment() const
{
    const int index = selectedRow();
    if (index < 0 || !m_selection.segmentStart || !row(index).lane)
        return nullptr;
    const Lane &lane = *row(index).lane;
    const int at = segmentAt(lane, *m_selection.segmentStart, m_selection.kind);
    return at < 0 ? nullptr : &lane.segments()[static_cast<std::size_t>(at)];
}

void LanesView::setSelection(const Selection &selection, bool reveal)
{
    m_selection = selection;
    if (selection.segmentStart)
        m_instant = Timestamp{*selection.segmentStart};
    if (reveal) {
        revealRow(selectedRow());
        if (const LaneSegment *segment = selectedSegment())
            m_navigator.reveal({Timestamp{segment->start}, Timestamp{segment->endAt(openEnd().us)}});
    }
    touch();
    viewport()->update();
}

void LanesView::touch()
{
    m_touched = m_clock.steady();
    noteResting();
}

void LanesView::noteResting()
{
    const bool leftAlone = m_clock.steady() - m_touched >= kRests;
    if (leftAlone && m_inside) { // rows may move from under the pointer: none of them is pointed at until it moves
        m_inside = false;
        m_hoverRow = -1;
        m_hover.reset();
        viewport()->update();
    }
    const bool resting = m_inside || (!leftAlone && hasFocus() && !m_selection.row.empty());
    if (std::exchange(m_resting, resting) != resting)
        Q_EMIT restingChanged(resting);
}

void LanesView::revealRow(int index)
{
    if (index < 0)
        return;
    const int top = m_rows.top(index);
    const int room = verticalScrollBar()->pageStep();
    const int at = verticalScrollBar()->value();
    // A group's row lies over the first ones of its lanes.
    const int group = row(index).parent;
    const int over = group >= 0 && row(group).kind == RowKind::Group ? m_rows.heightOf(group) : 0;
    if (top - over < at)
        verticalScrollBar()->setValue(top - over);
    else if (top + m_rows.heightOf(index) > at + room)
        verticalScrollBar()->setValue(top + m_rows.heightOf(index) - room);
}

void LanesView::showAtTop(int index)
{
    if (index >= 0)
        verticalScrollBar()->setValue(m_rows.top(index));
}

} // namespace threadline::ui
