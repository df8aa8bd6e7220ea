// SPDX-License-Identifier: GPL-3.0-or-later
/// What the colours and patterns mean: a bar of samples, drawn by the painter of the lanes. GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/painters.h"

#include <QWidget>

#include <memory>

namespace threadline::ui {

/// One segment of `kind` in `box`, as it stands in a lane; its height is that of the density.
void paintSample(QPainter &painter, PaintKit &kit, SegmentKind kind, const QRect &box, Rail rail = Rail::None,
                 const QString &label = {});

class Legend : public QWidget {
    Q_OBJECT
public:
    Legend(const Appearance &look, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    std::unique_ptr<PaintKit> m_kit;
};

} // namespace threadline::ui
