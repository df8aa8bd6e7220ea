// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/painters.h"

#include <QPainterPath>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kPillHeight = 20;

QPainterPath pathOf(const ArrowShape &shape)
{
    QPainterPath path(shape.path.front());
    for (std::size_t i = 1; i + 2 < shape.path.size(); i += 3)
        path.cubicTo(shape.path[i], shape.path[i + 1], shape.path[i + 2]);
    return path;
}

QPen penOf(Confidence confidence, const QColor &ink)
{
    QPen pen(ink, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    if (confidence == Confidence::Likely)
        pen.setDashPattern({4, 2});
    else if (confidence == Confidence::Unknown)
        pen.setDashPattern({1, 2});
    return pen;
}

QPolygonF headOf(const ArrowShape &shape)
{
    const double back = shape.down ? -kArrowHeadLength : kArrowHeadLength;
    const double half = kArrowHeadWidth / 2;
    return QPolygonF({shape.head, shape.head + QPointF(-half, back), shape.head + QPointF(half, back)});
}

void paintOne(QPainter &p, PaintKit &kit, const SceneArrow &arrow, const ArrowShape &shape)
{
    const QColor ink = kit.role(Role::Text);
    const QPainterPath path = pathOf(shape);
    p.setBrush(Qt::NoBrush);
    p.setPen(QPen(kit.role(Role::LaneOdd), 4));
    p.drawPath(path);
    p.setPen(penOf(arrow.confidence, ink));
    p.drawPath(path);
    p.setPen(QPen(ink, 1, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    p.setBrush(arrow.confidence == Confidence::Unknown ? kit.role(Role::LaneOdd) : ink);
    p.drawPolygon(headOf(shape));
}

} // namespace

void paintArrows(QPainter &p, const PaintState &s, PaintKit &kit)
{
    if (s.scene->arrows.empty())
        return;
    p.save();
    p.setClipRect(s.plot());
    p.translate(s.header, s.axis - s.scrollY);
    const std::vector<ArrowShape> shapes = layOutArrows(*s.scene, *s.rows, kit.look.metrics(), s.scale, s.plot().width());
    p.setRenderHint(QPainter::Antialiasing);
    for (const ArrowShape &shape : shapes)
        paintOne(p, kit, s.scene->arrows[shape.arrow], shape);
    p.setRenderHint(QPainter::Antialiasing, false);
    for (const ArrowShape &shape : shapes) {
        const QString &text = s.scene->arrows[shape.arrow].label;
        const int width = static_cast<int>(std::ceil(kit.label.width(text))) + 14;
        const double x = shape.pillLeft ? shape.pill.x() + kArrowPillRoom - width : shape.pill.x();
        if (shape.pillFits && x >= 0 && x + width < s.plot().width())
            drawPill(p, kit, QRect(static_cast<int>(x), static_cast<int>(shape.pill.y()) - kPillHeight / 2, width, kPillHeight),
                     text, kit.role(Role::BorderControl), kit.role(Role::Text), kPillHeight / 2.0);
    }
    p.restore();
}

} // namespace threadline::ui
