// SPDX-License-Identifier: GPL-3.0-or-later
/// The widget of every timeline: shows a scene through the one painter and turns wheel, mouse and keys into moves of the
/// view and of the selection. What a scene means is its owner's business. GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/keymap.h"
#include "ui/timeline/lanepainter.h"
#include "ui/timeline/navigator.h"
#include "ui/timeline/paintstate.h"
#include "ui/timeline/scene.h"

#include <QAbstractScrollArea>
#include <QTimer>

class QMenu;

namespace threadline::ui {

class LanesView : public QAbstractScrollArea {
    Q_OBJECT
public:
    enum class Purpose { Floor, Timeline };
    /// After so long without pointer, wheel or key nobody rests here: a window left alone must not hold its rows for ever.
    static constexpr Duration kRests = Duration::seconds(60);

    LanesView(Purpose purpose, Appearance &look, const Clock &clock, QWidget *parent = nullptr);
    ~LanesView() override;

    void setScene(ScenePtr scene);
    [[nodiscard]] const ScenePtr &scene() const { return m_scene; }
    [[nodiscard]] const RowLayout &rows() const { return m_rows; }
    [[nodiscard]] Navigator &navigator() { return m_navigator; }
    [[nodiscard]] const Navigator &navigator() const { return m_navigator; }
    /// Everything the next picture depends on.
    [[nodiscard]] PaintState state() const;
    [[nodiscard]] const Appearance &look() const { return m_look; }
    [[nodiscard]] Timestamp now() const { return m_clock.now(); }
    /// What is open is drawn up to then.
    [[nodiscard]] Timestamp openEnd() const { return m_scene->openEnd(now()); }
    /// What is open is counted up to then.
    [[nodiscard]] Timestamp counted() const { return m_scene->counted(now()); }

    [[nodiscard]] const Selection &selection() const { return m_selection; }
    /// Chooses without telling anybody; brings it into view where `reveal`.
    void setSelection(const Selection &selection, bool reveal);

    void execute(LaneCommand command);
    /// Shows exactly this stretch.
    void showRange(TimeRange range);
    /// Shows all of this stretch with a little room around it.
    void fitRange(TimeRange range);
    /// The same of what is stored, without the user: nothing where the user has chosen what is in view.
    void lookAt(TimeRange range);
    /// Time went on: moves the picture if it follows, repaints if something shown has changed.
    void tick();
    /// The picture is about to be taken: no hover, nothing marked as new, the view as it would be chosen now.
    void calm();
    void setSorted(int column);
    /// The menu of what is chosen, made anew; the caller owns it.
    [[nodiscard]] QMenu *makeMenu();
    [[nodiscard]] bool resting() const { return m_resting; }
    [[nodiscard]] double lastFrameMs() const { return m_frameMs; }
    /// Keys of the rows in view.
    [[nodiscard]] std::vector<std::string> visibleKeys() const;
    /// Rows whose customers have waited so long that it is an alarm and that stand above or below what is in view, the longest first.
    [[nodiscard]] std::vector<int> alarmsOutOfView() const;
    [[nodiscard]] int headerWidth() const;
    /// Scrolls as far as needed to show all of the row.
    void revealRow(int row);
    /// Scrolls so that the row stands first, as far as there are rows below it.
    void showAtTop(int row);

Q_SIGNALS:
    /// The user chose something.
    void chosen(const Selection &selection);
    /// Enter or a double click on a row of the floor.
    void opened(const std::string &row);
    void expandWanted(const std::string &row, bool expanded);
    /// Another stretch of time, other rows, or another mode of following.
    void viewChanged();
    void framePainted(double milliseconds);
    void copyWanted();
    /// Esc where nothing is chosen, or on a timeline.
    void leaveWanted();
    /// A column title was clicked: 0 customer, 1 with, 2 in state.
    void sortWanted(int column);
    /// The pointer, or the focus on what is chosen, rests on a lane now: rows must not change places. Or it has gone, or nothing has been
    /// done here for kRests.
    void restingChanged(bool resting);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    bool event(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    struct Drag {
        QPoint from;
        bool moved = false;
        int scrollY = 0;
        QPoint last;
        bool header = false; ///< the edge of the header column
    };

    void relayout();
    void anchorTo(const std::string &key, int oldY);
    void moved();
    void choose(const Selection &selection);
    void stepSegment(int by);
    void stepMark(int by);
    void stepRow(int by);
    void chooseRow(int row);
    void page(int by);
    void fitSelection();
    void expand(bool expanded);
    void open();
    void showTip(const QPoint &at, const PieceRef &ref);
    void showSelectedTip();
    void clickAt(const QPoint &at);
    void setHover(const QPoint &at);
    void announce();
    void touch();
    void noteResting();
    void leave();
    void showMenu(const QPoint &global);
    void setHeader(int width);
    [[nodiscard]] bool atEdge(const QPoint &at) const;
    [[nodiscard]] QString headerTip(int row) const;
    [[nodiscard]] int selectedRow() const;
    [[nodiscard]] const LaneSegment *selectedSegment() const;
    [[nodiscard]] const Row &row(int index) const { return m_scene->rows[static_cast<std::size_t>(index)]; }
    [[nodiscard]] std::optional<EventId> markAt(const QPoint &at) const;

    Purpose m_purpose;
    Appearance &m_look;
    const Clock &m_clock;
    ScenePtr m_scene = std::make_shared<const Scene>();
    RowLayout m_rows;
    Navigator m_navigator;
    LanePainter m_painter;
    Selection m_selection;
    Timestamp m_instant; ///< kept when moving from lane to lane
    int m_hoverRow = -1;
    std::optional<PieceRef> m_hover;
    std::optional<Drag> m_drag;
    QTimer m_timer;
    QTimer m_tipTimer;
    QPoint m_tipAt;
    bool m_calm = false;
    int m_sorted = 2;
    bool m_inside = false;  ///< the pointer is over a row
    bool m_resting = false;
    Duration m_touched; ///< when something was last done here, by the steady clock
    std::int64_t m_paintedSecond = -1;
    double m_frameMs = 0;
    int m_windowHeight = 0;
    int m_spare = 0; ///< pixels free below the last row, so that what is in view stays
};

} // namespace threadline::ui
