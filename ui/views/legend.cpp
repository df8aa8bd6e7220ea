// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/legend.h"

#include "ui/text/format.h"
#include "ui/theme/patterns.h"

#include <array>

namespace threadline::ui {
namespace {

constexpr int kSampleWidth = 23;
constexpr std::array kShown = {SegmentKind::Ivr,       SegmentKind::Queue,   SegmentKind::Alert,      SegmentKind::Talk,
                               SegmentKind::Hold,      SegmentKind::Consult, SegmentKind::Conference, SegmentKind::Acw,
                               SegmentKind::Voicemail, SegmentKind::Parked,  SegmentKind::Monitor,    SegmentKind::Unknown};

} // namespace

void paintSample(QPainter &painter, PaintKit &kit, SegmentKind kind, const QRect &box, Rail rail, const QString &label)
{
    Row row;
    row.kind = RowKind::Lane;
    // The label stands as the name of a segment without a length.
    const LaneSegment segment{0, 0, label.isEmpty() ? 0U : 1U, kind, rail};
    row.lane = std::make_shared<const Lane>(std::vector{segment}, std::vector{QString(), label});
    PaintState state;
    state.width = box.right() + 2;
    state.height = box.bottom() + 20;
    state.axis = 0;
    Piece piece;
    piece.kind = kind;
    piece.x0 = box.x();
    piece.x1 = box.right() + 2; // the gap to a neighbour
    piece.rail = rail;
    piece.time = -1;
    const SegmentBox full = segmentBox(RowKind::Lane, SegmentKind::Talk, kit.look.metrics());
    paintPieces(painter, state, kit, row, box.y() - full.top, {piece});
}

Legend::Legend(const Appearance &look, QWidget *parent) : QWidget(parent), m_look(look)
{
    setFixedHeight(kLegendHeight);
    setAccessibleName(tr("Legend"));
    connect(&look, &Appearance::changed, this, [this] {
        m_kit.reset();
        update();
    });
}

void Legend::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    if (!m_kit || m_kit->ratio != devicePixelRatioF())
        m_kit = std::make_unique<PaintKit>(m_look, devicePixelRatioF());
    p.fillRect(rect(), m_look.theme()(Role::Header));
    p.fillRect(0, 0, width(), 1, m_look.theme()(Role::Border));
    const int high = m_look.metrics().laneSegment;
    const int top = (height() - high) / 2;
    const double middle = height() / 2.0;
    const QColor ink = m_look.theme()(Role::Text2);
    double x = 12;
    const auto entry = [&](const QString &name, const auto &sample) {
        if (x + kSampleWidth + 5 + m_kit->small.width(name) > width() - 4)
            return;
        sample(QRect(static_cast<int>(x), top, kSampleWidth, high));
        drawText(p, m_kit->small, x + kSampleWidth + 5, middle, name, ink);
        x += kSampleWidth + 5 + m_kit->small.width(name) + 14;
    };
    for (const SegmentKind kind : kShown)
        entry(stateName(kind), [&](const QRect &box) { paintSample(p, *m_kit, kind, box); });
    x += 6;
    entry(tr("Backfilled"), [&](const QRect &box) { paintSample(p, *m_kit, SegmentKind::Talk, box, Rail::Backfilled); });
    entry(tr("Not listening"), [&](const QRect &box) {
        p.fillRect(box, m_look.theme()(Evidence::BlindGround));
        p.setBrushOrigin(box.topLeft());
        p.fillRect(box, blindBrush(m_look.theme(), false, m_kit->ratio));
    });
}

} // namespace threadline::ui
