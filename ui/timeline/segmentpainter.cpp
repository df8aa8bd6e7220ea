// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/format.h"
#include "ui/theme/patterns.h"
#include "ui/timeline/painters.h"

#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kRailHeight = 2;
constexpr int kDotted = 2;

/// Paints the pieces of one row, left to right.
class RowPainter {
public:
    RowPainter(QPainter &p, const PaintState &s, PaintKit &kit, const Row &row, int y)
        : m_p(p), m_s(s), m_kit(kit), m_row(row), m_y(y), m_text(row.kind == RowKind::Felt ? kit.felt : kit.label),
          m_height(kit.look.metrics().segmentHeight(row.kind)), m_plot(s.plot())
    {
    }

    void run(const std::vector<Piece> &pieces)
    {
        for (std::size_t i = 0; i < pieces.size();) {
            if (pieces[i].merged())
                i = blocks(pieces, i);
            else
                single(pieces[i++]);
        }
    }

private:
    /// Neighbouring blocks of one state are one rectangle.
    std::size_t blocks(const std::vector<Piece> &pieces, std::size_t i)
    {
        Piece all = pieces[i];
        for (++i; i < pieces.size() && pieces[i].merged() && pieces[i].kind == all.kind && pieces[i].x0 <= all.x1; ++i)
            all.x1 = std::max(all.x1, pieces[i].x1);
        const QRect box = boxOf(all, false);
        const PaintKit::StatePaint &state = m_kit.state(all.kind);
        m_p.fillRect(box, state.fill);
        m_p.setBrushOrigin(box.topLeft());
        m_p.fillRect(box.x(), box.bottom() + 1 - kDotted, box.width(), kDotted, state.dots);
        return i;
    }

    void single(const Piece &piece)
    {
        const Decor decor = decorOf(piece, m_height, m_kit.look.metrics());
        const PaintKit::StatePaint &state = m_kit.state(piece.kind);
        const QRect box = boxOf(piece, decor.gap);
        m_p.fillRect(box, state.fill);
        if (decor.pattern)
            pattern(piece.kind, box, state);
        if (decor.edge && state.framed)
            drawFrame(m_p, box, state.edge);
        if (decor.glyph)
            content(piece, decor, box, state);
        if (piece.rail != Rail::None)
            rail(piece, box);
        if (piece.open)
            openEdge(box, state);
    }

    [[nodiscard]] QRect boxOf(const Piece &piece, bool gap) const
    {
        QRect box = pieceBox(m_s, m_kit.look.metrics(), m_row.kind, m_y, piece);
        if (gap)
            box.setWidth(box.width() - 1);
        return box;
    }

    void pattern(SegmentKind kind, const QRect &box, const PaintKit::StatePaint &state)
    {
        const Pattern pattern = patternOf(kind);
        if (isTile(pattern)) {
            // The pattern belongs to the segment: it moves with it.
            m_p.setBrushOrigin(box.topLeft());
            m_p.fillRect(box, state.pattern);
        } else if (pattern == Pattern::BaseLine) {
            m_p.fillRect(box.x(), box.bottom() - 2, box.width(), 3, state.softInk);
        } else if (pattern == Pattern::TopAndBaseLine) {
            m_p.fillRect(box.x(), box.y(), box.width(), 2, state.softInk);
            m_p.fillRect(box.x(), box.bottom() - 1, box.width(), 2, state.softInk);
        }
    }

    /// Glyph and label stand at the left of what is visible of the segment.
    void content(const Piece &piece, const Decor &decor, const QRect &box, const PaintKit::StatePaint &state)
    {
        const int left = std::max(box.x(), m_plot.x());
        const int room = box.right() + 1 - left;
        if (room < decor.glyph + 2)
            return;
        const bool small = decor.glyph < 12;
        const QString text = decor.label && room >= m_kit.look.metrics().labelFrom ? labelOf(piece, room - kLabelInset - 6) : QString();
        if (isTile(patternOf(piece.kind)))
            plate(box, left, small, text, state);
        const double middle = box.y() + box.height() / 2.0;
        const double glyphX = small || room < kGlyphFrom ? left + (room - decor.glyph) / 2.0 : left + kGlyphInset;
        drawGlyph(m_p, glyphOf(piece.kind), glyphX, middle - decor.glyph / 2.0, state.ink, decor.glyph);
        if (!text.isEmpty())
            drawText(m_p, m_text, left + kLabelInset, middle, text, state.ink);
    }

    /// Text never stands on a pattern.
    void plate(const QRect &box, int left, bool small, const QString &text, const PaintKit::StatePaint &state)
    {
        const int frame = state.framed ? 1 : 0;
        const int most = box.right() + 1 - left - 2 * frame;
        const int wanted = small ? most : text.isEmpty() ? kGlyphInset + 14 : kLabelInset + static_cast<int>(std::ceil(m_text.width(text))) + 4;
        m_p.fillRect(left + frame, box.y() + 1, std::min(wanted, most), box.height() - 2, state.fill);
    }

    QString labelOf(const Piece &piece, double room)
    {
        const LaneSegment &segment = m_row.lane->segments()[piece.first];
        return fitLabel(m_row.lane->nameOf(segment), piece.time < 0 ? QString() : durationText(Duration{piece.time}), room, [this](const QString &text) { return m_text.width(text); });
    }

    void rail(const Piece &piece, const QRect &box)
    {
        const int y = box.bottom() + 1;
        if (piece.rail == Rail::Backfilled) {
            m_p.fillRect(box.x(), y, box.width(), kRailHeight, m_kit.look.theme()(Evidence::Backfilled));
            return;
        }
        const QColor colour = m_kit.look.theme()(Evidence::Inferred);
        for (int x = box.x(); x <= box.right(); x += 7)
            m_p.fillRect(x, y, std::min(4, box.right() + 1 - x), kRailHeight, colour);
    }

    void openEdge(const QRect &box, const PaintKit::StatePaint &state)
    {
        for (int y = box.y(); y <= box.bottom(); y += 2)
            m_p.fillRect(box.right(), y, 1, 1, state.ink);
    }

    QPainter &m_p;
    const PaintState &m_s;
    PaintKit &m_kit;
    const Row &m_row;
    int m_y;
    TextCache &m_text;
    int m_height;
    QRect m_plot;
};

} // namespace

QRect pieceBox(const PaintState &s, const Metrics &metrics, RowKind kind, int y, const Piece &piece)
{
    const SegmentBox box = segmentBox(kind, piece.kind, metrics);
    return {s.header + piece.x0, y + box.top, piece.width(), box.height};
}

void paintPieces(QPainter &p, const PaintState &s, PaintKit &kit, const Row &row, int y, const std::vector<Piece> &pieces)
{
    RowPainter(p, s, kit, row, y).run(pieces);
}

} // namespace threadline::ui
