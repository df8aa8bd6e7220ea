// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/workspace.h"

#include "ui/models/timelinescene.h"
#include "ui/text/format.h"
#include "ui/views/dockrail.h"
#include "ui/views/eventspanel.h"
#include "ui/views/firstrun.h"
#include "ui/views/floorview.h"
#include "ui/views/inspector.h"
#include "ui/views/legend.h"
#include "ui/views/minimap.h"
#include "ui/views/nowpanel.h"
#include "ui/views/sidepanel.h"
#include "ui/views/timelineview.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QResizeEvent>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace threadline::ui {
namespace {

constexpr int kRightWidth = 372;
constexpr int kRightWidthSmall = 340;
constexpr int kBottomHeight = 390;
constexpr int kBottomHeightSmall = 184;
constexpr int kTallWindow = 900;

} // namespace

Workspace::Workspace(Hub &hub, Appearance &look, QWidget *parent)
    : QWidget(parent), m_hub(hub), m_look(look), m_feed(hub), m_floorModel(hub), m_eventsModel(m_feed, look),
      m_floor(new FloorView(m_floorModel, hub, look)), m_timeline(new TimelineView(hub, m_feed, m_choice, look)),
      m_now(new NowPanel(hub, look)), m_inspector(new Inspector(hub, m_feed, m_choice, look)),
      m_events(new EventsPanel(m_eventsModel, m_feed, m_choice, look)), m_right(new SidePanel(tr("Right dock"), look)),
      m_bottom(new SidePanel(tr("Bottom dock"), look)),
      m_rail(new DockRail(tr("Tabs of the right dock"), look)), m_firstRun(new FirstRun(look)), m_views(new QStackedWidget),
      m_pages(new QStackedWidget), m_across(new QSplitter(Qt::Horizontal)), m_down(new QSplitter(Qt::Vertical))
{
    m_docks[static_cast<std::size_t>(ViewName::Floor)] = {{true, false}, false, QStringLiteral("now")};
    m_docks[static_cast<std::size_t>(ViewName::Timeline)] = {{true, false}, true, QStringLiteral("inspector")};
    m_right->addPage(QStringLiteral("now"), tr("Now"), m_now);
    m_right->addPage(QStringLiteral("inspector"), tr("Inspector"), m_inspector);
    m_bottom->addPage(QStringLiteral("events"), tr("Events"), m_events);
    m_views->addWidget(m_floor);
    m_views->addWidget(m_timeline);
    m_down->addWidget(m_views);
    m_down->addWidget(m_bottom);
    m_across->addWidget(m_down);
    m_across->addWidget(m_right);
    for (QSplitter *splitter : {m_across, m_down}) {
        splitter->setHandleWidth(1);
        splitter->setStretchFactor(0, 1);
        splitter->setStretchFactor(1, 0);
        splitter->setChildrenCollapsible(false);
    }
    m_rail->addTab(QStringLiteral("now"), tr("Now"));
    m_rail->addTab(QStringLiteral("inspector"), tr("Inspector"));
    m_rail->hide();
    auto *main = new QWidget;
    auto *beside = new QHBoxLayout(main);
    beside->setContentsMargins(0, 0, 0, 0);
    beside->setSpacing(0);
    beside->addWidget(m_across, 1);
    beside->addWidget(m_rail);
    m_pages->addWidget(main);
    m_pages->addWidget(m_firstRun);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    m_events->showInteraction(true);
    join();
    applyDocks();
    m_second.setSingleShot(true);
    m_second.setTimerType(Qt::PreciseTimer);
    connect(&m_second, &QTimer::timeout, this, &Workspace::tick);
    tick();
}

void Workspace::join()
{
    connect(&m_floor->lanes(), &LanesView::chosen, this, &Workspace::floorChosen);
    connect(&m_floor->lanes(), &LanesView::opened, this, [this](const std::string &row) { openInteraction(InteractionId(row)); });
    connect(&m_floor->lanes(), &LanesView::copyWanted, this,
            [this] { QGuiApplication::clipboard()->setText(qstr(m_floor->lanes().selection().row)); });
    connect(m_floor, &FloorView::connectWanted, this, &Workspace::connectWanted);
    connect(m_timeline, &TimelineView::openWanted, this, &Workspace::openWanted);
    connect(m_now, &NowPanel::interactionChosen, this, [this](const InteractionId &id) {
        Selection selection;
        selection.row = id.value;
        m_floor->lanes().setSelection(selection, true);
        floorChosen(selection);
        setView(ViewName::Floor);
        m_floor->lanes().setFocus();
    });
    connect(m_now, &NowPanel::listWanted, this, &Workspace::listWanted);
    connect(&m_floorModel, &FloorModel::sceneChanged, this, [this] {
        m_now->setFigures(m_floorModel.figures());
        Q_EMIT viewChanged();
    });
    connect(&m_choice, &Choice::interactionChanged, this, [this] { m_feed.open(m_choice.interaction()); });
    connect(&m_feed, &InteractionFeed::changed, this, [this] {
        m_bottom->setNote(m_eventsModel.summary());
        Q_EMIT viewChanged();
    });
    for (LanesView *lanes : {&m_floor->lanes(), &m_timeline->lanes()}) {
        connect(lanes, &LanesView::framePainted, this, &Workspace::framePainted);
        connect(lanes, &LanesView::viewChanged, this, &Workspace::viewChanged);
    }
    connect(m_right, &SidePanel::closeWanted, this, [this] { showRightDock(false); });
    connect(m_bottom, &SidePanel::closeWanted, this, [this] { showBottomDock(false); });
    connect(m_right, &SidePanel::pageChosen, this, [this](const QString &page) {
        docks().page = page;
        m_rail->setOpen(rightDockShown() ? page : QString());
    });
    connect(m_rail, &DockRail::pressed, this, [this](const QString &page) {
        const bool shown = rightDockShown() && docks().page == page;
        docks().page = page;
        showRightDock(!shown);
    });
    connect(m_across, &QSplitter::splitterMoved, this, [this] {
        m_rightWidth = m_right->width();
        Q_EMIT viewChanged();
    });
    connect(m_down, &QSplitter::splitterMoved, this, [this] {
        m_bottomHeight = m_bottom->height();
        Q_EMIT viewChanged();
    });
    connect(m_now, &NowPanel::queueChosen, this, &Workspace::showQueue);
    connect(&m_floor->lanes(), &LanesView::sortWanted, this, [this](int column) {
        setSort(column == 0 ? FloorSort::Customer : column == 1 ? FloorSort::With : FloorSort::Attention);
    });
    connect(&m_floor->lanes(), &LanesView::restingChanged, this, &Workspace::viewChanged);
    connect(&m_timeline->lanes(), &LanesView::leaveWanted, this, [this] { follow(QStringLiteral("floor")); });
}

/// With each second of the clock, so that all lengths go on at once.
void Workspace::tick()
{
    const Timestamp now = m_hub.now();
    m_second.start(static_cast<int>((Duration::seconds(1) - (now - wholeSecond(now))).toMillis()) + 1);
    m_floor->lanes().tick();
    m_timeline->lanes().tick();
    m_now->tick();
    m_timeline->tick();
    m_inspector->tick();
}

LanesView &Workspace::lanes() { return m_view == ViewName::Floor ? m_floor->lanes() : m_timeline->lanes(); }

void Workspace::setView(ViewName view)
{
    if (view == m_view)
        return;
    m_view = view;
    m_views->setCurrentIndex(static_cast<int>(view));
    m_events->showInteraction(view == ViewName::Floor); // a timeline says itself whose events they are
    if (view == ViewName::Floor && m_feed.problem()) // what was looked for in vain is chosen nowhere on the floor
        m_choice.setInteraction(InteractionId(m_floorModel.entry(InteractionId(m_floor->lanes().selection().row)) ? m_floor->lanes().selection().row : std::string()));
    applyDocks();
    Q_EMIT viewChanged();
}

void Workspace::setFirstRun(bool firstRun)
{
    m_pages->setCurrentIndex(firstRun ? 1 : 0);
    Q_EMIT viewChanged();
}

bool Workspace::firstRun() const { return m_pages->currentIndex() == 1; }

void Workspace::applyDocks()
{
    const QString page = docks().page;
    m_right->choose(page);
    m_right->setVisible(rightDockShown());
    m_rail->setVisible(m_narrow);
    m_rail->setOpen(rightDockShown() ? page : QString());
    m_bottom->setVisible(docks().bottom);
    const int bottom = m_bottomHeight ? std::min(m_bottomHeight, height() * 2 / 3) : m_tall ? kBottomHeight : kBottomHeightSmall;
    const int right = m_rightWidth ? std::min(m_rightWidth, width() / 2) : m_narrow ? kRightWidthSmall : kRightWidth;
    m_across->setSizes({std::max(400, width() - right - (m_narrow ? kRailWidth : 0)), right});
    m_down->setSizes({std::max(200, height() - bottom), bottom});
}

/// Esc gives the lanes of a narrow window their room back, then leaves the timeline.
void Workspace::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Escape || firstRun())
        return QWidget::keyPressEvent(event);
    if (m_narrow && rightDockShown()) {
        showRightDock(false);
        lanes().setFocus();
    } else if (m_view == ViewName::Timeline) {
        follow(QStringLiteral("floor"));
    } else {
        QWidget::keyPressEvent(event);
    }
}

void Workspace::follow(const QString &target)
{
    if (target == QStringLiteral("all"))
        lanes().execute(LaneCommand::FitAll);
    else if (target == QStringLiteral("groups"))
        m_floorModel.setAllExpanded(m_floorModel.folded());
    else if (target == QStringLiteral("sort"))
        setSort(static_cast<FloorSort>((static_cast<int>(m_floorModel.sort()) + 1) % 3));
    else if (target == QStringLiteral("release"))
        m_floor->lanes().execute(LaneCommand::Leave);
    else if (target == QStringLiteral("urgent"))
        showUrgent();
    else if (target == QStringLiteral("whole"))
        m_choice.setSelection({});
    else if (target.startsWith(QStringLiteral("queue:")))
        showQueue(target.mid(6));
    if (target != QStringLiteral("floor"))
        return;
    setView(ViewName::Floor);
    m_floor->lanes().setFocus();
}

void Workspace::showUrgent()
{
    LanesView &lanes = m_floor->lanes();
    if (const std::vector<int> urgent = lanes.alarmsOutOfView(); !urgent.empty())
        lanes.revealRow(urgent.front());
    lanes.setFocus();
}

void Workspace::setSort(FloorSort sort)
{
    m_floorModel.setSort(sort);
    m_floor->lanes().setSorted(sort == FloorSort::Customer ? 0 : sort == FloorSort::With ? 1 : 2);
    Q_EMIT viewChanged();
}

/// That rows keep their places, and for how many those are not right any more: one that waits may stand below what has ended.
QString Workspace::heldText() const
{
    const int moves = m_floorModel.misplaced();
    const QString text = tr("%1, held in place").arg(sortText());
    return moves == 0 ? text : moves == 1 ? tr("%1, 1 row belongs further up").arg(text) : tr("%1, %2 rows belong further up").arg(text, numberText(moves));
}

/// The group of a queue, unfolded and in view.
void Workspace::showQueue(const QString &queue)
{
    setView(ViewName::Floor);
    const std::string key = FloorModel::groupKey(queue);
    m_floorModel.setExpanded(key, true);
    Selection selection;
    selection.row = key;
    m_floor->lanes().setSelection(selection, false);
    m_floor->lanes().showAtTop(rowOf(*m_floor->lanes().scene(), key));
    m_floor->lanes().setFocus();
}

QString Workspace::sortText() const
{
    switch (m_floorModel.sort()) {
    case FloorSort::Attention: return tr("Sorted by attention");
    case FloorSort::Customer: return tr("Sorted by customer");
    case FloorSort::With: return tr("Sorted by whom they are with");
    }
    return {};
}

void Workspace::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    // Where the window is narrow the right dock makes room for the lanes, until somebody brings it back (Ctrl+I).
    const bool narrow = event->size().width() < kNarrowWindow;
    const bool tall = window()->height() >= kTallWindow; // of the window: what stands below this comes and goes
    m_narrow = narrow;
    if (std::exchange(m_tall, tall) != tall || event->size().width() != event->oldSize().width())
        applyDocks();
    Q_EMIT viewChanged();
}

bool Workspace::rightDockShown() const { return docks().right[m_narrow ? 1 : 0]; }
bool Workspace::bottomDockShown() const { return docks().bottom; }

void Workspace::showRightDock(bool shown)
{
    right() = shown;
    applyDocks();
    Q_EMIT viewChanged();
}

void Workspace::showBottomDock(bool shown)
{
    docks().bottom = shown;
    applyDocks();
    Q_EMIT viewChanged();
}

void Workspace::tellChoices(ViewChoices &choices) const
{
    choices.sort = m_floorModel.sort();
    std::copy(m_docks.begin(), m_docks.end(), choices.docks.begin());
    choices.rightWidth = m_rightWidth;
    choices.bottomHeight = m_bottomHeight;
}

void Workspace::takeChoices(const ViewChoices &choices)
{
    for (std::size_t i = 0; i < m_docks.size(); ++i)
        m_docks[i] = choices.docks[i].value_or(m_docks[i]);
    m_rightWidth = choices.rightWidth;
    m_bottomHeight = choices.bottomHeight;
    setSort(choices.sort.value_or(m_floorModel.sort()));
    applyDocks();
}

void Workspace::showLegend(bool shown) { m_floor->legend().setVisible(shown); }

bool Workspace::showDock(const QString &name)
{
    if (name == QStringLiteral("events")) {
        showBottomDock(true);
        return true;
    }
    if (!m_right->choose(name))
        return false;
    docks().page = name;
    showRightDock(true);
    return true;
}

void Workspace::floorChosen(const Selection &selection)
{
    const InteractionId id(selection.row);
    if (m_floorModel.entry(id))
        m_choice.setInteraction(id);
}

void Workspace::openInteraction(const InteractionId &id)
{
    if (id == m_choice.interaction())
        m_feed.retry(); // asked for by name once more: it may be there by now
    m_choice.setInteraction(id);
    setView(ViewName::Timeline);
    m_timeline->lanes().setFocus();
}

void Workspace::showStretch(TimeRange range, const InteractionId &id)
{
    setFirstRun(false);
    setView(ViewName::Floor);
    LanesView &lanes = m_floor->lanes();
    lanes.fitRange(range);
    m_floorModel.rebuild(); // its row is there now
    m_floorModel.unfoldAround(id);
    Selection selection;
    selection.row = id.value;
    lanes.setSelection(selection, true);
    floorChosen(selection);
    lanes.setFocus();
    Q_EMIT viewChanged();
}

void Workspace::goLive()
{
    setView(ViewName::Floor);
    m_floor->lanes().navigator().goLive();
    m_floor->lanes().update();
    Q_EMIT m_floor->lanes().viewChanged();
}

void Workspace::openSomething()
{
    if (!m_choice.interaction().empty())
        return;
    // The one with most to tell: most segments, among equals the first by attention.
    const Row *best = nullptr;
    for (const Row &row : m_floorModel.scene()->rows) {
        if (row.kind == RowKind::Lane && row.lane && (!best || row.lane->segments().size() > best->lane->segments().size()))
            best = &row;
    }
    if (best)
        m_choice.setInteraction(InteractionId(best->key));
}

bool Workspace::settled() const { return m_hub.settled() && m_floorModel.settled() && m_feed.settled(); }

void Workspace::chooseSomething()
{
    const InteractionFeed::View &view = m_feed.view();
    if (!view || !m_choice.selection().empty())
        return;
    Selection best;
    Duration longest;
    for (std::size_t p = 0; p < std::min(view->story.participants.size(), kMostParticipants); ++p) {
        for (std::size_t c = 0; c < view->story.participants[p].channels.size(); ++c) {
            for (const Segment &segment : view->story.participants[p].channels[c].segments) {
                const Duration length = segment.end.value_or(m_hub.openEnd()) - segment.start;
                const bool hold = segment.kind == SegmentKind::Hold;
                const bool better = best.empty() || (hold && best.kind != SegmentKind::Hold)
                    || (hold == (best.kind == SegmentKind::Hold) && length > longest);
                if ((!hold && segment.kind != SegmentKind::Queue) || !better)
                    continue;
                best.row = channelKey(p, c);
                best.segmentStart = segment.start.us;
                best.kind = segment.kind;
                longest = length;
            }
        }
    }
    if (!best.empty())
        m_choice.setSelection(withEvent(view->story, best));
}

std::vector<Crumbs::Crumb> Workspace::crumbs() const
{
    if (firstRun())
        return {{tr("Welcome"), {}}};
    const LanesView &shown = m_view == ViewName::Floor ? m_floor->lanes() : m_timeline->lanes();
    const QString range = shown.navigator().placed() ? m_look.time().datedRange(shown.navigator().view(), m_hub.now()) : QString();
    if (m_view == ViewName::Floor && range.isEmpty())
        return {{tr("Floor"), {}}};
    if (m_view == ViewName::Floor)
{
        const bool held = m_floorModel.held();
        std::vector<Crumbs::Crumb> out{{tr("Floor"), {}},
                {range, QStringLiteral("all"), tr("Show all of the time (Shift+F)")},
                {tr("By queue"), QStringLiteral("groups"), m_floorModel.folded() ? tr("Expand all groups") : tr("Collapse all groups")},
                held ? Crumbs::Crumb{heldText(), QStringLiteral("release"),
                                     tr("Rows stay where they are while the pointer or the focus rests on a lane (Esc lets go, and so does a minute "
                                        "without a move)")}
                     : Crumbs::Crumb{sortText(), QStringLiteral("sort"), tr("Sort by the next column (Ctrl+Shift+S)")}};
        if (const std::vector<int> urgent = m_floor->lanes().alarmsOutOfView(); !urgent.empty())
            out.insert(out.begin() + 1, {urgent.size() == 1 ? tr("1 urgent out of view") : tr("%1 urgent out of view").arg(numberText(urgent.size())),
                                         QStringLiteral("urgent"), tr("Scroll to who has waited longest of them")});
        return out;
    }
    std::vector<Crumbs::Crumb> out{{tr("Floor"), QStringLiteral("floor"), tr("Back to the floor (Esc)")}};
    if (!m_choice.interaction().empty()) {
        const FloorEntry *entry = m_floorModel.entry(m_choice.interaction());
        if (entry && !entry->queue.isEmpty())
            out.push_back({entry->queue, QStringLiteral("queue:") + entry->queue, tr("Show this queue on the floor")});
        out.push_back({tr("Interaction %1").arg(shortId(m_choice.interaction().value)), m_feed.view() ? QStringLiteral("whole") : QString(), tr("Choose the interaction as a whole")});
        if (m_feed.view() && !range.isEmpty())
            out.push_back({range, QStringLiteral("all"), tr("Show all of the time (Shift+F)")});
    }
    return out;
}

QString Workspace::crumbNote() const
{
    if (firstRun())
        return {};
    if (m_view == ViewName::Timeline)
        return m_timeline->stateText();
    if (!m_floorModel.figures().known)
        return tr("Reading what is stored");
    const FloorModel::Total total = m_floorModel.total();
    const QString open = (total.all == 1 ? tr("%1 of %2 interaction open") : tr("%1 of %2 interactions open"))
        .arg(numberText(static_cast<std::uint64_t>(total.open)), numberText(static_cast<std::uint64_t>(total.all)));
    const std::optional<Timestamp> known = m_hub.knownUntil();
    return known && total.open > 0 ? tr("%1, as of %2").arg(open, m_look.time().moment(*known, m_hub.now())) : open;
}

QList<QWidget *> Workspace::regions() const
{
    if (firstRun())
        return {m_firstRun};
    QList<QWidget *> out;
    if (m_view == ViewName::Floor)
        out << &m_floor->minimap() << &m_floor->lanes();
    else
        out << &m_timeline->lanes();
    if (docks().bottom)
        out << m_events;
    if (rightDockShown())
        out << m_right;
    if (m_narrow)
        out << m_rail;
    return out;
}

} // namespace threadline::ui
