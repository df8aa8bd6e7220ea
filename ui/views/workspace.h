// SPDX-License-Identifier: GPL-3.0-or-later
/// The middle of the window: the views, the docks around them, and what joins them (one choice, one feed). GUI thread.
#pragma once

#include "ui/models/choice.h"
#include "ui/models/eventsmodel.h"
#include "ui/models/floormodel.h"
#include "ui/models/interactionfeed.h"
#include "ui/viewchoices.h"
#include "ui/views/topbar.h"

#include <QWidget>

class QSplitter;
class QStackedWidget;

namespace threadline::ui {

class DockRail;
class EventsPanel;
class FirstRun;
class FloorView;
class Inspector;
class LanesView;
class NowPanel;
class SidePanel;
class TimelineView;

class Workspace : public QWidget {
    Q_OBJECT
public:
    Workspace(Hub &hub, Appearance &look, QWidget *parent = nullptr);

    [[nodiscard]] ViewName view() const { return m_view; }
    void setView(ViewName view);
    /// In place of everything else, until events come from somewhere.
    void setFirstRun(bool firstRun);
    [[nodiscard]] bool firstRun() const;

    /// The lanes in view.
    [[nodiscard]] LanesView &lanes();
    [[nodiscard]] FloorModel &floorModel() { return m_floorModel; }
    [[nodiscard]] FloorView &floor() { return *m_floor; }
    [[nodiscard]] TimelineView &timeline() { return *m_timeline; }
    [[nodiscard]] Choice &choice() { return m_choice; }
    [[nodiscard]] EventsPanel &events() { return *m_events; }
    [[nodiscard]] Inspector &inspector() { return *m_inspector; }
    [[nodiscard]] NowPanel &nowPanel() { return *m_now; }
    [[nodiscard]] FirstRun &firstRunView() { return *m_firstRun; }
    [[nodiscard]] EventsModel &eventsModel() { return m_eventsModel; }

    [[nodiscard]] bool rightDockShown() const;
    [[nodiscard]] bool bottomDockShown() const;
    void showRightDock(bool shown);
    void showBottomDock(bool shown);
    void showLegend(bool shown);
    /// Of docks and sort: what somebody chose, to be kept; and what was kept.
    void tellChoices(ViewChoices &choices) const;
    void takeChoices(const ViewChoices &choices);
    /// Where the window is too narrow for the right dock its tabs stand in this strip.
    [[nodiscard]] DockRail &rail() { return *m_rail; }
    /// Goes where a crumb leads.
    void follow(const QString &target);
    void setSort(FloorSort sort);
    void showQueue(const QString &queue);
    /// "now", "inspector" or "events"; false for anything else.
    bool showDock(const QString &name);
    /// Everything shown is current.
    [[nodiscard]] bool settled() const;
    /// Opens the interaction that would be looked at first; for pictures of a timeline nobody has chosen.
    void openSomething();
    /// In it, the segment that asks for an explanation first: the longest hold, else the longest wait.
    void chooseSomething();
    void openInteraction(const InteractionId &id);
    /// On the floor: all of this stretch, with this interaction chosen.
    void showStretch(TimeRange range, const InteractionId &id);
    /// To the floor of now, or as soon as something goes on.
    void goLive();
    [[nodiscard]] std::vector<Crumbs::Crumb> crumbs() const;
    [[nodiscard]] QString crumbNote() const;
    /// What F6 goes through, in order.
    [[nodiscard]] QList<QWidget *> regions() const;

Q_SIGNALS:
    void viewChanged();
    void framePainted(double milliseconds);
    void listWanted(const QString &list);
    void connectWanted();
    void openWanted(); ///< an interaction, by its id

protected:
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void join();
    void applyDocks();
    [[nodiscard]] QString sortText() const;
    [[nodiscard]] QString heldText() const;
    void showUrgent();
    void floorChosen(const Selection &selection);
    void tick();
    [[nodiscard]] DockChoice &docks() { return m_docks[static_cast<std::size_t>(m_view)]; }
    [[nodiscard]] const DockChoice &docks() const { return m_docks[static_cast<std::size_t>(m_view)]; }
    [[nodiscard]] bool &right() { return docks().right[m_narrow ? 1 : 0]; }

    Hub &m_hub;
    Appearance &m_look;
    Choice m_choice;
    InteractionFeed m_feed;
    FloorModel m_floorModel;
    EventsModel m_eventsModel;
    ViewName m_view = ViewName::Floor;
    std::array<DockChoice, 2> m_docks{};
    int m_rightWidth = 0; ///< as it was dragged
    int m_bottomHeight = 0;
    FloorView *m_floor;
    TimelineView *m_timeline;
    NowPanel *m_now;
    Inspector *m_inspector;
    EventsPanel *m_events;
    SidePanel *m_right;
    SidePanel *m_bottom;
    DockRail *m_rail;
    FirstRun *m_firstRun;
    QStackedWidget *m_views;
    QStackedWidget *m_pages;
    QSplitter *m_across;
    QSplitter *m_down;
    QTimer m_second;
    bool m_narrow = false;
    bool m_tall = false;
};

} // namespace threadline::ui
