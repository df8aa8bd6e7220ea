// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/fonts.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QGuiApplication>
#include <QScreen>

#include <algorithm>

namespace threadline::ui {
namespace {

double pointsPerPixel()
{
    const QScreen *screen = QGuiApplication::primaryScreen();
    return 72.0 / (screen ? screen->logicalDotsPerInchY() : 96.0);
}

} // namespace

QFont sized(const QFont &base, double px, QFont::Weight weight)
{
    QFont font = base;
    font.setPointSizeF(px * pointsPerPixel());
    font.setWeight(weight);
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    font.setFeature(QFont::Tag("tnum"), 1);
#endif
    return font;
}

Fonts Fonts::fromSystem()
{
    const QFont base = QGuiApplication::font();
    const QFont fixedBase = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    Fonts f;
    f.scale = std::clamp(QFontInfo(base).pixelSize() / 13.0, 1.0, 3.0);
    const double s = f.scale;
    f.body = sized(base, 13 * s);
    f.bodyMedium = sized(base, 13 * s, QFont::Medium);
    f.small = sized(base, 12 * s);
    f.smallMedium = sized(base, 12 * s, QFont::Medium);
    f.table = sized(base, 12.5 * s);
    f.tableStrong = sized(base, 12.5 * s, QFont::DemiBold);
    f.label = sized(base, 11 * s, QFont::Medium);
    f.labelStrong = sized(base, 11 * s, QFont::DemiBold);
    f.felt = sized(base, 12.5 * s, QFont::Medium);
    f.heading = sized(base, 13 * s, QFont::DemiBold);
    f.title = sized(base, 15 * s, QFont::DemiBold);
    f.figure = sized(base, 20 * s, QFont::DemiBold);
    f.fixed = sized(fixedBase, 11.5 * s);
    f.fixed.setStyleHint(QFont::Monospace);
    return f;
}

} // namespace threadline::ui
