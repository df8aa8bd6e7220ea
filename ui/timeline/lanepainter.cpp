// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lanepainter.h"

#include "ui/timeline/painters.h"

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

/// Labels must not only be 80 px apart, they must fit between two ticks.
TickStep stepFor(const PaintState &s, PaintKit &kit)
{
    const double least = kit.small.width(QStringLiteral("00:00")) + 12;
    TickStep step = tickStep(s.scale.usPerPx(), least);
    if (step.months == 0 && step.us < 60'000'000) {
        const QString widest = step.us < 1'000'000 ? QStringLiteral("00:00:00.000") : QStringLiteral("00:00:00");
        step = tickStep(s.scale.usPerPx(), kit.small.width(widest) + 14);
    }
    return step;
}

} // namespace

LanePainter::LanePainter(const Appearance &look) : m_look(look) {}
LanePainter::~LanePainter() = default;

void LanePainter::refresh() { m_kit.reset(); }

PaintKit &LanePainter::kit(double ratio)
{
    if (!m_kit || m_kit->ratio != ratio)
        m_kit = std::make_unique<PaintKit>(m_look, ratio);
    return *m_kit;
}

void LanePainter::paint(QPainter &painter, const PaintState &state)
{
    PaintKit &k = kit(painter.device()->devicePixelRatioF());
    painter.setRenderHint(QPainter::Antialiasing, false);
    const std::vector<Tick> marks = ticks(state.scale, state.plot().width(), m_look.time(), stepFor(state, k));
    painter.save();
    painter.setClipRect(0, state.axis, state.width, state.height - state.axis);
    paintGrounds(painter, state, k);
    paintBands(painter, state, k, true);
    paintGrid(painter, state, k, marks);
    painter.setClipRect(state.plot());
    segments(painter, state, k);
    paintBands(painter, state, k, false);
    painter.setClipRect(0, state.axis, state.width, state.height - state.axis);
    paintGroups(painter, state, k);
    painter.setClipRect(state.plot());
    paintArrows(painter, state, k);
    const RowRange rows = state.visible();
    for (int row = rows.first; row < rows.end; ++row)
        ring(painter, state, k, row);
    hover(painter, state, k);
    paintBandCaps(painter, state, k);
    painter.restore();
    paintHeader(painter, state, k);
    paintAxis(painter, state, k, marks);
    paintNow(painter, state, k);
    if (state.header > 0)
        painter.fillRect(state.header - 1, 0, 1, state.height, k.role(Role::Border));
}

void LanePainter::segments(QPainter &p, const PaintState &s, PaintKit &k)
{
    const RowRange rows = s.visible();
    for (int i = rows.first; i < rows.end; ++i) {
        const Row &row = s.scene->rows[static_cast<std::size_t>(i)];
        if (row.lane && !row.lane->empty()) {
            m_pieces.clear();
            layOutSegments(*row.lane, s.scale, 0, s.plot().width(), s.openEnd(), m_pieces);
            paintPieces(p, s, k, row, s.yOf(i), m_pieces);
        } else if (row.kind == RowKind::Events) {
            paintMarks(p, s, k, i);
        }
    }
}

/// The chosen segment, wherever the same stretch stands: in its own row and in the felt lane.
void LanePainter::ring(QPainter &p, const PaintState &s, PaintKit &k, int index)
{
    const Row &row = s.scene->rows[static_cast<std::size_t>(index)];
    const bool own = row.key == s.selection.row;
    if (!s.selection.segmentStart || !row.lane || !(own || row.kind == RowKind::Felt))
        return;
    const int at = segmentAt(*row.lane, *s.selection.segmentStart, s.selection.kind);
    if (at < 0)
        return;
    const LaneSegment &segment = row.lane->segments()[static_cast<std::size_t>(at)];
    Piece piece;
    piece.kind = segment.kind;
    const double far = s.plot().width() + 20.0;
    piece.x0 = static_cast<int>(std::lround(std::clamp(s.scale.x(Timestamp{segment.start}), -20.0, far)));
    piece.x1 = std::max(piece.x0 + 1,
                        static_cast<int>(std::lround(std::clamp(s.scale.x(Timestamp{segment.endAt(s.openEnd().us)}), -20.0, far))));
    const QRect box = pieceBox(s, m_look.metrics(), row.kind, s.yOf(index), piece).adjusted(-3, -3, piece.width() > 3 ? 2 : 3, 3);
    drawFrame(p, box, k.role(Role::SelectRing), 2);
}

void LanePainter::hover(QPainter &p, const PaintState &s, PaintKit &k)
{
    if (!s.hover || s.hover->row < 0 || s.hover->row >= s.rows->rowCount())
        return;
    const Row &row = s.scene->rows[static_cast<std::size_t>(s.hover->row)];
    const QRect box = pieceBox(s, m_look.metrics(), row.kind, s.yOf(s.hover->row), s.hover->piece);
    drawFrame(p, box.adjusted(-1, -1, 0, 1), k.role(Role::Text), 1);
}

std::optional<PieceRef> LanePainter::pieceAt(const PaintState &s, const QPoint &at)
{
    if (!s.scene || !s.plot().contains(at))
        return std::nullopt;
    const int index = s.rowAt(at.y());
    if (index < 0)
        return std::nullopt;
    const Row &row = s.scene->rows[static_cast<std::size_t>(index)];
    if (!row.lane)
        return std::nullopt;
    m_pieces.clear();
    layOutSegments(*row.lane, s.scale, 0, s.plot().width(), s.openEnd(), m_pieces);
    const int x = at.x() - s.header;
    // A piece of a pixel or two is caught from a little beside it.
    const auto hit = [&](const Piece &piece, int slack) { return x >= piece.x0 - slack && x < piece.x1 + slack; };
    for (const int slack : {0, 2}) {
        const auto found =
            std::find_if(m_pieces.rbegin(), m_pieces.rend(), [&](const Piece &piece) { return hit(piece, slack); });
        if (found != m_pieces.rend())
            return PieceRef{index, *found};
    }
    return std::nullopt;
}

} // namespace threadline::ui
