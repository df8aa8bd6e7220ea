// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/format.h"
#include "ui/timeline/painters.h"

#include <QPainterPath>
#include <QPolygonF>

#include <cmath>

namespace threadline::ui {
namespace {

QPolygonF diamond(double x, double y, double r) { return QPolygonF({{x, y - r}, {x + r, y}, {x, y + r}, {x - r, y}}); }

class MarkPainter {
public:
    MarkPainter(QPainter &p, const PaintState &s, PaintKit &kit, double middle)
        : m_p(p), m_s(s), m_kit(kit), m_theme(kit.look.theme()), m_y(middle)
    {}

    void draw(const MarkCluster &cluster)
    {
        const EventMark &mark = m_s.scene->marks[cluster.first];
        const double x = m_s.header + std::round(cluster.x) + 0.5;
        switch (cluster.kind) {
        case MarkKind::Live: filled(x, cluster); break;
        case MarkKind::Backfilled: hollow(x, m_theme(Evidence::Backfilled), 4, 1.3); break;
        case MarkKind::Late: late(x, mark, cluster.count); break;
        case MarkKind::Duplicate: ring(x, mark); break;
        case MarkKind::Conflict: triangle(x, mark); break;
        }
        if (mark.id == m_s.selection.event)
            chosen(x);
    }

private:
    void hollow(double x, const QColor &colour, double r, double width)
    {
        m_p.setPen(QPen(colour, width));
        m_p.setBrush(m_kit.role(Role::LaneEven));
        m_p.drawPolygon(diamond(x, m_y, r));
    }

    void filled(double x, const MarkCluster &cluster)
    {
        const QColor colour = m_theme(Evidence::Live);
        m_p.setPen(Qt::NoPen);
        m_p.setBrush(colour);
        m_p.drawPolygon(diamond(x, m_y, cluster.count > 1 ? 4.5 : 4));
        if (cluster.count > 2)
            note(x + 6, numberText(cluster.count), colour, 7);
    }

    /// A dotted tail to the time of receipt.
    void late(double x, const EventMark &mark, std::uint32_t count)
    {
        const QColor colour = m_theme(Evidence::Late);
        const double end = std::min(x + m_s.scale.width(mark.late), static_cast<double>(m_s.width));
        if (end > x + 7) {
            m_p.setPen(QPen(colour, 1.4, Qt::CustomDashLine));
            QPen tail(colour, 1.4);
            tail.setDashPattern({1.5, 1.8});
            m_p.setPen(tail);
            m_p.drawLine(QPointF(x + 5, m_y), QPointF(end, m_y));
            m_p.setPen(QPen(colour, 1.4));
            m_p.drawLine(QPointF(end, m_y - 5), QPointF(end, m_y + 5));
        }
        hollow(x, colour, 4.5, 1.4);
        const QString text = delayText(mark.late);
        note(x + 7, count > 1 ? QStringLiteral("%1, ×%2").arg(text).arg(count) : text, colour, -7);
    }

    void ring(double x, const EventMark &mark)
    {
        const QColor colour = m_theme(Evidence::Duplicate);
        m_p.setPen(QPen(colour, 1.2));
        m_p.setBrush(m_kit.role(Role::LaneEven));
        m_p.drawEllipse(QPointF(x, m_y), 4.5, 4.5);
        m_p.setBrush(Qt::NoBrush);
        m_p.drawEllipse(QPointF(x, m_y), 2, 2);
        note(x + 8, QStringLiteral("×%1").arg(mark.variants + 1), m_kit.role(Role::Text2), 0);
    }

    void triangle(double x, const EventMark &mark)
    {
        const QColor colour = m_theme(Evidence::Conflict);
        m_p.setPen(QPen(colour, 1.4));
        m_p.setBrush(m_kit.role(Role::LaneEven));
        m_p.drawPolygon(QPolygonF({{x, m_y - 5}, {x + 5, m_y + 4}, {x - 5, m_y + 4}}));
        if (mark.skew.us > 0)
            note(x + 8, QLatin1Char('-') + delayText(mark.skew), colour, 0);
    }

    void chosen(double x)
    {
        m_p.setPen(QPen(m_kit.role(Role::SelectRing), 2));
        m_p.setBrush(Qt::NoBrush);
        m_p.drawEllipse(QPointF(x, m_y), 8, 8);
    }

    /// Text beside a mark, unless it would stand on the one before.
    void note(double x, const QString &text, const QColor &colour, double below)
    {
        if (x < m_free && below == m_freeAt)
            return;
        m_p.setRenderHint(QPainter::Antialiasing, false);
        if (below == 0)
            m_p.fillRect(QRectF(x - 1, m_y - 7, m_kit.label.width(text) + 2, 14), m_kit.role(Role::LaneEven));
        drawText(m_p, m_kit.label, x, m_y + below, text, colour);
        m_p.setRenderHint(QPainter::Antialiasing);
        m_free = x + m_kit.label.width(text) + 4;
        m_freeAt = below;
    }

    QPainter &m_p;
    const PaintState &m_s;
    PaintKit &m_kit;
    const Theme &m_theme;
    double m_y;
    double m_free = -1e9;
    double m_freeAt = 0;
};

} // namespace

void paintMarks(QPainter &p, const PaintState &s, PaintKit &kit, int row)
{
    const double middle = s.yOf(row) + s.rows->heightOf(row) / 2.0;
    MarkPainter painter(p, s, kit, std::floor(middle) + 0.5);
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    for (const MarkCluster &cluster : layOutMarks(s.scene->marks, s.scene->marksByTime, s.scale, s.plot().width()))
        painter.draw(cluster);
    p.restore();
}

} // namespace threadline::ui
