// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/workspace.h"

#include "ui/models/timelinescene.h"
#include "ui/text/format.h"
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
#include <QResizeEvent>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace threadline::ui {
namespace {

constexpr int kRightWidth = 372;
constexpr int kBottomHeight = 390;
constexpr int kBottomHeightSmall = 184;
constexpr int kTallWindow = 900;

} // namespace

Workspace::Workspace(Hub &hub, Appearance &look, QWidget *parent)
    : QWidget(parent), m_hub(hub), m_look(look), m_feed(hub), m_floorModel(hub), m_eventsModel(m_feed, look),
      m_floor(new FloorView(m_floorModel, hub, look)), m_timeline(new TimelineView(hub, m_feed, m_choice, look)),
      m_now(new NowPanel(hub, look)), m_inspector(new Inspector(hub, m_feed, m_choice, look)),
      m_events(new EventsPanel(m_eventsModel, m_feed, m_choice, look)), m_right(new SidePanel(tr("Right dock"), look)),
      m_bottom(new SidePanel(tr("Bottom dock"), look)), m_firstRun(new FirstRun(look)), m_views(new QStackedWidget),
      m_pages(new QStackedWidget), m_across(new QSplitter(Qt::Horizontal)), m_down(new QSplitter(Qt::Vertical))
{
    m_docks[static_cast<std::size_t>(ViewName::Floor)] = {true, false, QStringLiteral("now")};
    m_docks[static_cast<std::size_t>(ViewName::Timeline)] = {true, true, QStringLiteral("inspector")};
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
    m_pages->addWidget(m_across);
    m_pages->addWidget(m_firstRun);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    join();
    applyDocks();
    connect(&m_second, &QTimer::timeout, this, &Workspace::tick);
    m_second.start(1000);
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
    connect(m_right, &SidePanel::pageChosen, this, [this](const QString &page) { docks().page = page; });
}

void Workspace::tick()
{
    m_now->tick();
    m_timeline->tick();
}

LanesView &Workspace::lanes() { return m_view == ViewName::Floor ? m_floor->lanes() : m_timeline->lanes(); }

void Workspace::setView(ViewName view)
{
    if (view == m_view)
        return;
    m_view = view;
    m_views->setCurrentIndex(static_cast<int>(view));
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
    m_right->setVisible(docks().right);
    m_bottom->setVisible(docks().bottom);
    const int bottom = height() >= kTallWindow - 100 ? kBottomHeight : kBottomHeightSmall;
    m_across->setSizes({std::max(400, width() - kRightWidth), kRightWidth});
    m_down->setSizes({std::max(200, height() - bottom), bottom});
}

void Workspace::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    // Where the window becomes narrow the right dock makes room for the lanes; Ctrl+I brings it back over them.
    const bool narrow = event->size().width() < kNarrowWindow;
    if (narrow != m_narrow) {
        m_narrow = narrow;
        for (Docks &docks : m_docks)
            docks.right = !narrow;
    }
    applyDocks();
    Q_EMIT viewChanged();
}

bool Workspace::rightDockShown() const { return docks().right; }
bool Workspace::bottomDockShown() const { return docks().bottom; }

void Workspace::showRightDock(bool shown)
{
    docks().right = shown;
    applyDocks();
    Q_EMIT viewChanged();
}

void Workspace::showBottomDock(bool shown)
{
    docks().bottom = shown;
    applyDocks();
    Q_EMIT viewChanged();
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
                const Duration length = segment.end.value_or(m_hub.now()) - segment.start;
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
        return {{tr("Floor"), {}}, {range, {}}, {tr("By queue"), {}}, {tr("Sorted by attention"), {}}};
    std::vector<Crumbs::Crumb> out{{tr("Floor"), QStringLiteral("floor")}};
    if (!m_choice.interaction().empty()) {
        const FloorEntry *entry = m_floorModel.entry(m_choice.interaction());
        if (entry && !entry->queue.isEmpty())
            out.push_back({entry->queue, {}});
        out.push_back({tr("Interaction %1").arg(shortId(m_choice.interaction().value)), {}});
        if (m_feed.view())
            out.push_back({range, {}});
    }
    return out;
}

QString Workspace::crumbNote() const
{
    if (firstRun())
        return {};
    if (m_view == ViewName::Timeline)
        return m_timeline->stateText();
    const FloorModel::Total total = m_floorModel.total();
    return tr("%1 of %2 interactions open")
        .arg(numberText(static_cast<std::uint64_t>(total.open)), numberText(static_cast<std::uint64_t>(total.all)));
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
    if (docks().right)
        out << m_right;
    return out;
}

} // namespace threadline::ui
