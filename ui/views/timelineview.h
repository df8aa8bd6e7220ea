// SPDX-License-Identifier: GPL-3.0-or-later
/// One interaction: who and how long, then its lanes; or a word where none is open. GUI thread.
#pragma once

#include "ui/models/choice.h"
#include "ui/models/interactionfeed.h"
#include "ui/timeline/lanesview.h"

#include <QWidget>

#include <set>

class QPushButton;
class QStackedLayout;

namespace threadline::ui {

class EmptyState;
class NoteBar;
class FlatButton;

/// Title and figures of the interaction.
class SummaryBar : public QWidget {
    Q_OBJECT
public:
    struct Figure {
        QString value;
        QString caption;
    };
    [[nodiscard]] const std::vector<Figure> &figures() const { return m_figures; }
    /// Where the figures begin beside a title so wide, when they end in time if they begin at `free`; pure.
    [[nodiscard]] static double titleEnd(int header, double title, double free);
    SummaryBar(const Appearance &look, QWidget *parent = nullptr);
    void setStory(const Story *story, Timestamp now, int header);

Q_SIGNALS:
    void copyWanted();
    void fitWanted();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void place();

    const Appearance &m_look;
    QString m_title;
    QString m_below;
    std::vector<Figure> m_figures;
    int m_header = 300;
    FlatButton *m_copy;
    QPushButton *m_fit;
};

class TimelineView : public QWidget {
    Q_OBJECT
public:
    TimelineView(Hub &hub, InteractionFeed &feed, Choice &choice, Appearance &look, QWidget *parent = nullptr);

    [[nodiscard]] LanesView &lanes() { return *m_lanes; }
    /// Time went on.
    void tick();
    /// Copies the id of what is chosen.
    void copyId();
    /// The state of the interaction in words, for the crumbs.
    [[nodiscard]] QString stateText() const;

Q_SIGNALS:
    void openWanted(); ///< another interaction, by its id

private:
    void rebuild();
    void showAbsence();
    void showTimeless();
    [[nodiscard]] QString openText(const Story &story) const;
    void showOrigin(const Origin &origin);
    void follow();
    void expand(const std::string &row, bool expanded);

    Hub &m_hub;
    InteractionFeed &m_feed;
    Choice &m_choice;
    const Appearance &m_look;
    SummaryBar *m_summary;
    NoteBar *m_note;
    LanesView *m_lanes;
    EmptyState *m_empty;
    QStackedLayout *m_stack;
    std::set<std::string> m_collapsed;
    std::optional<Timestamp> m_known; ///< of what is shown
    InteractionId m_shown;
};

} // namespace threadline::ui
