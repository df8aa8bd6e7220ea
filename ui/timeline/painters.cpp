// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/painters.h"

#include "ui/theme/patterns.h"

#include <cmath>

namespace threadline::ui {
namespace {

/// Two pixels high, every other pixel set: the base of a block that hides detail.
QBrush dottedBase(const QColor &ink, double ratio)
{
    QPixmap tile(qRound(2 * ratio), qRound(2 * ratio));
    tile.fill(Qt::transparent);
    tile.setDevicePixelRatio(ratio);
    QPainter painter(&tile);
    painter.fillRect(QRectF(0, 0, 1, 2), ink);
    painter.end();
    return QBrush(tile);
}

} // namespace

PaintKit::PaintKit(const Appearance &appearance, double pixelRatio)
    : look(appearance), ratio(pixelRatio), body(look.fonts().body), small(look.fonts().small),
      smallMedium(look.fonts().smallMedium), table(look.fonts().table), tableStrong(look.fonts().tableStrong),
      label(look.fonts().label), labelStrong(look.fonts().labelStrong), felt(look.fonts().felt), heading(look.fonts().heading)
{
    const Theme &theme = look.theme();
    for (int i = 0; i < kSegmentKinds; ++i) {
        const auto kind = static_cast<SegmentKind>(i);
        QColor soft = theme.ink(kind);
        soft.setAlphaF(0.58F);
        states[static_cast<std::size_t>(i)] = {theme.fill(kind),
                                               theme.ink(kind),
                                               theme.edge(kind),
                                               patternBrush(theme, kind, ratio),
                                               dottedBase(theme.ink(kind), ratio),
                                               theme.framed(kind),
                                               soft,
                                               glyphPixmap(glyphOf(kind), theme.ink(kind), 12, ratio),
                                               glyphPixmap(glyphOf(kind), theme.ink(kind), 10, ratio)};
    }
}

void drawText(QPainter &p, TextCache &cache, double x, double middle, const QString &text, const QColor &colour, double room)
{
    if (text.isEmpty() || (room >= 0 && room < 8))
        return;
    p.setFont(cache.font());
    p.setPen(colour);
    cache.draw(p, x, middle, room < 0 ? text : cache.elided(text, room));
}

void drawTextRight(QPainter &p, TextCache &cache, double right, double middle, const QString &text, const QColor &colour)
{
    drawText(p, cache, right - cache.width(text), middle, text, colour);
}

void drawFrame(QPainter &p, const QRect &rect, const QColor &colour, int width)
{
    if (rect.width() < 2 * width || rect.height() < 2 * width) {
        p.fillRect(rect, colour);
        return;
    }
    p.fillRect(rect.x(), rect.y(), rect.width(), width, colour);
    p.fillRect(rect.x(), rect.bottom() + 1 - width, rect.width(), width, colour);
    p.fillRect(rect.x(), rect.y() + width, width, rect.height() - 2 * width, colour);
    p.fillRect(rect.right() + 1 - width, rect.y() + width, width, rect.height() - 2 * width, colour);
}

void drawPill(QPainter &p, PaintKit &kit, const QRect &rect, const QString &text, const QColor &frame, const QColor &ink,
              double radius)
{
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(frame, 1));
    p.setBrush(kit.role(Role::Tip));
    p.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    p.setRenderHint(QPainter::Antialiasing, false);
    drawText(p, kit.label, rect.x() + 7, rect.y() + rect.height() / 2.0, text, ink);
}

} // namespace threadline::ui
