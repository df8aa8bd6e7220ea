// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/painters.h"

#include <QCoreApplication>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kFlagHeight = 18;

QString tr(const char *text) { return QCoreApplication::translate("Axis", text); }

struct Flag {
    QRect rect; ///< in the picture
    QString text;
};

/// The flag of now hangs to the left of its line, where the past is; near the left edge it moves right.
std::optional<Flag> nowFlag(const PaintState &s, PaintKit &kit)
{
    const double x = s.scale.x(s.now);
    if (!s.showNow || s.axis <= 0 || x < 0 || x > s.plot().width())
        return std::nullopt;
    const QString text = kit.look.time().clock(s.now);
    const int width = static_cast<int>(std::ceil(kit.labelStrong.width(text))) + 12;
    const int line = s.header + static_cast<int>(std::lround(x));
    const int left = std::clamp(line - width + 4, s.header + 2, std::max(s.header + 2, s.width - width - 2));
    return Flag{QRect(left, 3, width, kFlagHeight), text};
}

void columnTitles(QPainter &p, const PaintState &s, PaintKit &kit)
{
    const double middle = s.axis / 2.0;
    if (!s.columns) {
        drawText(p, kit.smallMedium, 12, middle, s.corner, kit.role(Role::Text2), s.header - 24);
        return;
    }
    const QColor ink = kit.role(Role::Text2);
    const auto left = [&](int column, int x, const QString &title) {
        drawText(p, kit.smallMedium, x, middle, title, column == s.sorted ? kit.role(Role::Text) : ink);
        if (column == s.sorted)
            drawGlyph(p, Glyph::Sort, x + kit.smallMedium.width(title) + 3, middle - 6, ink);
    };
    left(0, 34, tr("Customer"));
    if (s.header >= kWithFrom)
        left(1, withColumn(s.header), tr("With"));
    const QString title = tr("In state");
    drawTextRight(p, kit.smallMedium, s.header - 10, middle, title, s.sorted == 2 ? kit.role(Role::Text) : ink);
    if (s.sorted == 2)
        drawGlyph(p, Glyph::Sort, s.header - 10 - kit.smallMedium.width(title) - 15, middle - 6, ink);
}

} // namespace

void paintGrid(QPainter &p, const PaintState &s, PaintKit &kit, const std::vector<Tick> &ticks)
{
    const QColor minor = kit.role(Role::GridMinor);
    const QColor major = kit.role(Role::GridMajor);
    for (const Tick &tick : ticks) {
        const int x = s.header + static_cast<int>(std::lround(tick.x));
        if (x >= s.header && x < s.width)
            p.fillRect(x, s.axis, tick.day ? 2 : 1, s.height - s.axis, tick.major ? major : minor);
    }
}

void paintAxis(QPainter &p, const PaintState &s, PaintKit &kit, const std::vector<Tick> &ticks)
{
    if (s.axis <= 0)
        return;
    p.fillRect(0, 0, s.width, s.axis, kit.role(Role::Header));
    for (const Tick &tick : ticks) {
        const int x = s.header + static_cast<int>(std::lround(tick.x));
        if (x < s.header || x >= s.width)
            continue;
        const int length = tick.major ? 10 : 5;
        p.fillRect(x, s.axis - length, tick.day ? 2 : 1, length, kit.role(tick.major ? Role::BorderControl : Role::Border));
    }
    const std::optional<Flag> flag = nowFlag(s, kit);
    std::vector<Span> taken;
    if (flag)
        taken.push_back(
            {static_cast<double>(flag->rect.left() - s.header), static_cast<double>(flag->rect.right() + 1 - s.header)});
    const auto measure = [&](const QString &text) { return kit.small.width(text); };
    for (const PlacedLabel &label : placeLabels(ticks, s.plot().width(), measure, taken))
        drawText(p, kit.small, s.header + label.x, s.axis - 15, label.text, kit.role(label.strong ? Role::Text : Role::Text2));
    p.fillRect(0, s.axis - 1, s.width, 1, kit.role(Role::Border));
    p.fillRect(0, 0, s.header, s.axis - 1, kit.role(Role::Header));
    columnTitles(p, s, kit);
}

void paintNow(QPainter &p, const PaintState &s, PaintKit &kit)
{
    const double x = s.scale.x(s.now);
    if (!s.showNow || x < 0 || x > s.plot().width())
        return;
    p.fillRect(s.header + static_cast<int>(std::lround(x)), s.axis, 1, s.height - s.axis, kit.role(Role::Now));
    const std::optional<Flag> flag = nowFlag(s, kit);
    if (!flag)
        return;
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(kit.role(Role::Now));
    p.drawRoundedRect(flag->rect, 3, 3);
    p.setRenderHint(QPainter::Antialiasing, false);
    drawText(p, kit.labelStrong, flag->rect.x() + 6, flag->rect.y() + kFlagHeight / 2.0, flag->text, kit.role(Role::AccentOn));
}

} // namespace threadline::ui
