// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/patterns.h"

#include <QHash>
#include <QPainter>
#include <QPixmap>

#include <functional>

namespace threadline::ui {
namespace {

constexpr int kStep = 8;

/// A tile painted at the device's own resolution, so that it neither blurs nor changes its step.
QBrush tile(double ratio, const std::function<void(QPainter &)> &paint)
{
    QPixmap pixmap(qRound(kStep * ratio), qRound(kStep * ratio));
    pixmap.fill(Qt::transparent);
    pixmap.setDevicePixelRatio(ratio);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter);
    painter.end();
    return QBrush(pixmap);
}

void diagonalUp(QPainter &p)
{
    for (const int shift : {-kStep, 0, kStep})
        p.drawLine(QPointF(shift - 1, kStep + 1), QPointF(shift + kStep + 1, -1));
}

void diagonalDown(QPainter &p)
{
    for (const int shift : {-kStep, 0, kStep})
        p.drawLine(QPointF(shift - 1, -1), QPointF(shift + kStep + 1, kStep + 1));
}

void paintPattern(QPainter &p, Pattern pattern, const QColor &colour)
{
    const auto pen = [&](double width) { p.setPen(QPen(colour, width, Qt::SolidLine, Qt::FlatCap)); };
    switch (pattern) {
    case Pattern::VerticalLines: p.fillRect(QRectF(2, 0, 2, kStep), colour); break;
    case Pattern::HorizontalLines: p.fillRect(QRectF(0, 4, kStep, 1), colour); break;
    case Pattern::DiagonalUp:
        pen(1.6);
        diagonalUp(p);
        break;
    case Pattern::DiagonalDown:
        pen(1.2);
        diagonalDown(p);
        break;
    case Pattern::CrossHatch:
        pen(1);
        diagonalUp(p);
        diagonalDown(p);
        break;
    case Pattern::Dashes:
        p.fillRect(QRectF(0, 2, 4, 1.5), colour);
        p.fillRect(QRectF(4, 6, 4, 1.5), colour);
        break;
    case Pattern::Dots:
        p.setPen(Qt::NoPen);
        p.setBrush(colour);
        for (const int at : {2, 6})
            p.drawEllipse(QPointF(at, at), 1.1, 1.1);
        break;
    default: break;
    }
}

} // namespace

Pattern patternOf(SegmentKind kind)
{
    switch (kind) {
    case SegmentKind::Queue: return Pattern::BaseLine;
    case SegmentKind::Alert: return Pattern::VerticalLines;
    case SegmentKind::Hold: return Pattern::DiagonalUp;
    case SegmentKind::Consult: return Pattern::HorizontalLines;
    case SegmentKind::Conference: return Pattern::TopAndBaseLine;
    case SegmentKind::Voicemail: return Pattern::Dots;
    case SegmentKind::Parked: return Pattern::DiagonalDown;
    case SegmentKind::Monitor: return Pattern::Dashes;
    case SegmentKind::Unknown: return Pattern::CrossHatch;
    default: return Pattern::None;
    }
}

bool isTile(Pattern pattern)
{
    return pattern != Pattern::None && pattern != Pattern::BaseLine && pattern != Pattern::TopAndBaseLine;
}

QBrush patternBrush(const Theme &theme, SegmentKind kind, double ratio)
{
    const Pattern pattern = patternOf(kind);
    if (!isTile(pattern))
        return {};
    static QHash<quint64, QBrush> cache;
    const quint64 key = (quint64(theme.name()) << 40) ^ (quint64(kind) << 32) ^ quint64(ratio * 64);
    QBrush &brush = cache[key];
    if (brush.style() == Qt::NoBrush) {
        QColor colour = theme.ink(kind);
        colour.setAlphaF(static_cast<float>(theme.patternStrength(kind)));
        brush = tile(ratio, [&](QPainter &p) { paintPattern(p, pattern, colour); });
    }
    return brush;
}

QBrush blindBrush(const Theme &theme, bool crossed, double ratio)
{
    static QHash<quint64, QBrush> cache;
    QBrush &brush = cache[(quint64(theme.name()) << 40) ^ (quint64(crossed) << 32) ^ quint64(ratio * 64)];
    if (brush.style() == Qt::NoBrush) {
        QColor colour = theme(Evidence::BlindLine);
        colour.setAlphaF(0.75F);
        brush = tile(ratio, [&](QPainter &p) {
            p.setPen(QPen(colour, 1, Qt::SolidLine, Qt::FlatCap));
            diagonalUp(p);
            if (crossed)
                diagonalDown(p);
        });
    }
    return brush;
}

} // namespace threadline::ui
