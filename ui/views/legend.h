// SPDX-License-Identifier: GPL-3.0-or-later
/// What the colours and patterns mean: a bar of samples, drawn by the painter of the lanes. GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/painters.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace threadline::ui {

/// One segment of `kind` in `box`, as it stands in a lane; its height is that of the density.
void paintSample(QPainter &painter, PaintKit &kit, SegmentKind kind, const QRect &box, Rail rail = Rail::None,
                 const QString &label = {});

/// Whatever has no room in a line goes into the next.
class Legend : public QWidget {
    Q_OBJECT
public:
    Legend(const Appearance &look, QWidget *parent = nullptr);
    /// Where the entries stand, in their order: the sample's left edge, and its line.
    [[nodiscard]] std::vector<QPoint> places() const;
    /// Their names.
    [[nodiscard]] static QStringList names();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void fit();
    void paintBlind(QPainter &p, const QRect &box);

    const Appearance &m_look;
    std::unique_ptr<PaintKit> m_kit;
};

} // namespace threadline::ui
