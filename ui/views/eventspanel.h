// SPDX-License-Identifier: GPL-3.0-or-later
/// The events of the open interaction as a table; what is chosen here is chosen in the lanes, and the other way round.
/// GUI thread.
#pragma once

#include "ui/models/choice.h"
#include "ui/models/eventsmodel.h"

#include <QTableView>

class QMenu;

namespace threadline::ui {

class EventsPanel : public QTableView {
    Q_OBJECT
public:
    EventsPanel(EventsModel &model, const InteractionFeed &feed, Choice &choice, const Appearance &look,
                QWidget *parent = nullptr);

    /// With a column that says whose events they are.
    void showInteraction(bool shown);
    /// The menu of the chosen row, made anew; the caller owns it. Null: there is none.
    [[nodiscard]] QMenu *makeMenu();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void follow();
    void chosen();
    void fitColumns();
    [[nodiscard]] bool isDated() const;

    EventsModel &m_model;
    const InteractionFeed &m_feed;
    Choice &m_choice;
    const Appearance &m_look;
    bool m_following = false;
    bool m_dated = false; ///< the times have their days
};

} // namespace threadline::ui
