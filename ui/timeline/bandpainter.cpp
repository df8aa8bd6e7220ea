// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/format.h"
#include "ui/theme/patterns.h"
#include "ui/timeline/painters.h"

#include <QCoreApplication>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr double kVeil = 0.80;
constexpr int kPillHeight = 20;

QString tr(const char *text) { return QCoreApplication::translate("Band", text); }

void dottedEdge(QPainter &p, int x, const QRect &box, const QColor &colour)
{
    for (int y = box.y(); y <= box.bottom(); y += 5)
        p.fillRect(x, y, 1, 2, colour);
}

bool intersects(const std::vector<QRect> &taken, const QRect &rect)
{
    return std::any_of(taken.begin(), taken.end(), [&](const QRect &other) { return other.intersects(rect); });
}

/// Right of its band where there is room, else left of it; nothing where two bands would claim one place.
std::optional<QRect> labelPlace(const PaintState &s, const QRect &band, int width, int y, const std::vector<QRect> &taken)
{
    const int right = band.right() + 5;
    const QRect place(right + width <= s.width ? right : band.x() - 4 - width, y, width, kPillHeight);
    if (place.x() < s.header || place.right() >= s.width || intersects(taken, place))
        return std::nullopt;
    return place;
}

} // namespace

BandLook bandLook(const Theme &theme, BandState state)
{
    switch (state) {
    case BandState::Open:
    case BandState::Closed: break;
    case BandState::Repaired: return {theme(Evidence::Backfilled), true, false};
    case BandState::Unrepairable: return {theme(Evidence::Conflict), false, true};
    // what began and ended in it left no trace: it is never hidden
    case BandState::NothingMissed: return {theme(Role::Text3), true, false};
    }
    return {theme.ink(Severity::Warn), false, false};
}

QRect bandBox(const PaintState &s, const Band &band)
{
    const double left = std::clamp(s.scale.x(band.start), -16.0, s.plot().width() + 16.0);
    const double right = std::clamp(s.scale.x(band.end.value_or(s.now)), -16.0, s.plot().width() + 16.0);
    const int x0 = static_cast<int>(std::lround(left));
    const int x1 = std::max(static_cast<int>(std::lround(right)), x0 + kMinBandWidth);
    return {s.header + x0, s.axis, x1 - x0, s.height - s.axis};
}

QString bandText(const Band &band, const TimeText &time, Timestamp now)
{
    if (!band.end)
        return tr("Not listening since %1").arg(time.moment(band.start, now));
    return tr("Not listening %1, %2").arg(time.momentRange({band.start, *band.end}, now), bandStateName(band.state));
}

void paintBands(QPainter &p, const PaintState &s, PaintKit &kit, bool under)
{
    const Theme &theme = kit.look.theme();
    for (const Band &band : s.scene->bands) {
        const BandLook look = bandLook(theme, band.state);
        const QRect box = bandBox(s, band) & s.plot();
        if (look.under != under || box.isEmpty())
            continue;
        QColor ground = theme(Evidence::BlindGround);
        if (!under)
            ground.setAlphaF(static_cast<float>(kVeil));
        p.fillRect(box, ground);
        p.setBrushOrigin(bandBox(s, band).topLeft());
        p.fillRect(box, blindBrush(theme, look.crossed, kit.ratio));
        for (const int x : {box.x(), box.right()}) {
            if (under)
                dottedEdge(p, x, box, look.colour);
            else
                p.fillRect(x, box.y(), 1, box.height(), look.colour);
        }
    }
}

void paintBandCaps(QPainter &p, const PaintState &s, PaintKit &kit)
{
    std::vector<QRect> taken;
    const RowRange rows = s.visible();
    if (!s.scene->bandLabelsBelow && rows.first < rows.end) {
        const QString &note = s.scene->rows[static_cast<std::size_t>(rows.first)].note;
        taken.emplace_back(s.header, s.axis, static_cast<int>(kit.small.width(note)) + 14, s.rows->heightOf(rows.first));
    }
    for (const Band &band : s.scene->bands) {
        const BandLook look = bandLook(kit.look.theme(), band.state);
        const QRect box = bandBox(s, band) & s.plot();
        if (box.isEmpty())
            continue;
        p.fillRect(box.x(), s.axis, box.width(), kBandCap, look.colour);
        const QString text = bandText(band, kit.look.time(), s.now);
        const int width = static_cast<int>(std::ceil(kit.label.width(text))) + 14;
        const int y = s.scene->bandLabelsBelow ? s.height - kPillHeight - 6 : s.axis + 3;
        if (const std::optional<QRect> place = labelPlace(s, box, width, y, taken)) {
            drawPill(p, kit, *place, text, look.colour, kit.look.theme()(Evidence::BlindText), 3);
            taken.push_back(*place);
        }
    }
}

} // namespace threadline::ui
