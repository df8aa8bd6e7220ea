// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/legend.h"

#include "ui/text/format.h"
#include "ui/theme/patterns.h"

#include <array>

namespace threadline::ui {
namespace {

constexpr int kSampleWidth = 23;
constexpr int kMargin = 12;
constexpr int kToName = 5;  ///< from a sample
constexpr int kApart = 14;  ///< of two entries
constexpr int kLineHeight = 22; ///< of each further line
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
    setAccessibleDescription(names().join(QStringLiteral(", ")));
    connect(&look, &Appearance::changed, this, [this] {
        m_kit.reset();
        fit();
        update();
    });
}

QStringList Legend::names()
{
    QStringList out;
    for (const SegmentKind kind : kShown)
        out << stateName(kind);
    return out << tr("Backfilled") << tr("Not listening");
}

std::vector<QPoint> Legend::places() const
{
    const QFontMetricsF metrics(m_look.fonts().small);
    std::vector<QPoint> out;
    double x = kMargin;
    int line = 0;
    for (const QString &name : names()) {
        const double wide = kSampleWidth + kToName + metrics.horizontalAdvance(name);
        if (x > kMargin && x + wide > width() - 4) {
            x = kMargin;
            ++line;
        }
        out.emplace_back(static_cast<int>(x), line);
        x += wide + kApart;
    }
    return out;
}

void Legend::fit() { setFixedHeight(kLegendHeight + places().back().y() * kLineHeight); }

void Legend::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

void Legend::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    if (!m_kit || m_kit->ratio != devicePixelRatioF())
        m_kit = std::make_unique<PaintKit>(m_look, devicePixelRatioF());
    p.fillRect(rect(), m_look.theme()(Role::Header));
    p.fillRect(0, 0, width(), 1, m_look.theme()(Role::Border));
    const int high = m_look.metrics().laneSegment;
    const std::vector<QPoint> at = places();
    const QStringList words = names();
    for (std::size_t i = 0; i < at.size(); ++i) {
        const int middle = kLegendHeight / 2 + at[i].y() * kLineHeight;
        const QRect box(at[i].x(), middle - high / 2, kSampleWidth, high);
        drawText(p, m_kit->small, box.right() + 1 + kToName, middle, words[static_cast<qsizetype>(i)], m_look.theme()(Role::Text2));
        if (i < kShown.size())
            paintSample(p, *m_kit, kShown[i], box);
        else if (i == kShown.size())
            paintSample(p, *m_kit, SegmentKind::Talk, box, Rail::Backfilled);
        else
            paintBlind(p, box);
    }
}

void Legend::paintBlind(QPainter &p, const QRect &box)
{
    p.fillRect(box, m_look.theme()(Evidence::BlindGround));
    p.setBrushOrigin(box.topLeft());
    p.fillRect(box, blindBrush(m_look.theme(), false, m_kit->ratio));
}

} // namespace threadline::ui
