// SPDX-License-Identifier: GPL-3.0-or-later
/// The span of the data with its density, and in it the window of what is in view: drag it, drag its edges, or click.
/// GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/density.h"
#include "ui/timeline/lanesview.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <functional>

namespace threadline::ui {

class Minimap : public QWidget {
    Q_OBJECT
public:
    /// What there was over the whole time, whether a lane shows it or not, in columns over so many pixels.
    using Columns = std::function<std::vector<DensityColumn>(const TimeScale &scale, int width)>;
    Minimap(LanesView &lanes, Columns counted, const Appearance &look, QWidget *parent = nullptr);

    /// The scene is another one. Columns are counted anew at most every two seconds, or at once where `now`.
    void refresh(bool now);
    [[nodiscard]] const std::vector<DensityColumn> &columns() const { return m_columns; }
    /// All of the time; where it goes on the stretch of now, as long as hardly more is in view.
    [[nodiscard]] TimeRange stretch() const;
    /// stretch() as columns() lie over it.
    [[nodiscard]] TimeScale scale() const;
    /// stretch() in two lines that fit into `room` pixels.
    [[nodiscard]] std::pair<QString, QString> labels(int room) const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    enum class Grip { None, Window, Left, Right };

    void count();
    void viewMoved();
    [[nodiscard]] QRect plot() const;
    /// Pixels of the window in view.
    [[nodiscard]] QRect window() const;
    [[nodiscard]] Grip gripAt(int x) const;
    void paintColumns(QPainter &painter, const QRect &area);
    void paintWindow(QPainter &painter, const QRect &area);
    void moveTo(Timestamp start);

    LanesView &m_lanes;
    const Columns m_counts;
    const Appearance &m_look;
    std::vector<DensityColumn> m_columns;
    TimeRange m_countedOver;
    QElapsedTimer m_counted;
    QTimer m_later;                    ///< runs until what came too soon after the last time is counted
    std::optional<TimeRange> m_grabbedOver; ///< while it is dragged what lies under the pointer stays there
    Grip m_grip = Grip::None;
    int m_grabbed = 0;
};

} // namespace threadline::ui
