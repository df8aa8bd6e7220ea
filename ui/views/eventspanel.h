// SPDX-License-Identifier: GPL-3.0-or-later
/// The events of the open interaction as a table; what is chosen here is chosen in the lanes, and the other way round.
/// GUI thread.
#pragma once

#include "ui/models/choice.h"
#include "ui/models/eventsmodel.h"

#include <QTableView>

namespace threadline::ui {

class EventsPanel : public QTableView {
    Q_OBJECT
public:
    EventsPanel(EventsModel &model, const InteractionFeed &feed, Choice &choice, const Appearance &look,
                QWidget *parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void follow();
    void chosen();
    void fitColumns();

    EventsModel &m_model;
    const InteractionFeed &m_feed;
    Choice &m_choice;
    const Appearance &m_look;
    bool m_following = false;
};

} // namespace threadline::ui
