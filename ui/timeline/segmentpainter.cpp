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
    {}

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
        if (!decor.label && box.x() >= m_plot.x() && piece.time >= 0)
            m_p.drawPixmap(box.topLeft(), stamp(piece.kind, decor, box.size()));
        else
            whole(m_p, piece, decor, box, state);
        if (piece.rail != Rail::None)
            rail(piece, box);
        if (piece.open)
            openEdge(box, state);
    }

    void whole(QPainter &p, const Piece &piece, const Decor &decor, const QRect &box, const PaintKit::StatePaint &state)
    {
        ground(p, piece.kind, decor, box, state);
        if (decor.glyph)
            content(piece, decor, box, state);
    }

    void ground(QPainter &p, SegmentKind kind, const Decor &decor, const QRect &box, const PaintKit::StatePaint &state)
    {
        p.fillRect(box, state.fill);
        if (decor.pattern)
            pattern(p, kind, box, state);
        if (decor.edge && state.framed)
            drawFrame(p, box, state.edge);
    }

    /// A segment without a label looks the same wherever it stands.
    const QPixmap &stamp(SegmentKind kind, const Decor &decor, const QSize &size)
    {
        const std::uint32_t key = (static_cast<std::uint32_t>(kind) << 24) | (static_cast<std::uint32_t>(size.width()) << 12)
            | static_cast<std::uint32_t>(size.height());
        QPixmap &kept = m_kit.stamps[key];
        if (!kept.isNull())
            return kept;
        const PaintKit::StatePaint &state = m_kit.state(kind);
        QImage image(size * m_kit.ratio, QImage::Format_RGB32);
        image.setDevicePixelRatio(m_kit.ratio);
        QPainter p(&image);
        const QRect box(QPoint(), size);
        ground(p, kind, decor, box, state);
        if (decor.glyph && size.width() >= decor.glyph + 2) {
            const bool small = decor.glyph < 12;
            if (isTile(patternOf(kind)))
                plate(p, box, 0, small, 0, state);
            glyph(p, state, small, box, 0, size.width());
        }
        p.end();
        kept = QPixmap::fromImage(image);
        return kept;
    }

    [[nodiscard]] QRect boxOf(const Piece &piece, bool gap) const
    {
        QRect box = pieceBox(m_s, m_kit.look.metrics(), m_row.kind, m_y, piece);
        if (gap)
            box.setWidth(box.width() - 1);
        return box;
    }

    static void pattern(QPainter &p, SegmentKind kind, const QRect &box, const PaintKit::StatePaint &state)
    {
        const Pattern pattern = patternOf(kind);
        if (isTile(pattern)) {
            // The pattern belongs to the segment: it moves with it.
            p.setBrushOrigin(box.topLeft());
            p.fillRect(box, state.pattern);
        } else if (pattern == Pattern::BaseLine) {
            p.fillRect(box.x(), box.bottom() - 2, box.width(), 3, state.softInk);
        } else if (pattern == Pattern::TopAndBaseLine) {
            p.fillRect(box.x(), box.y(), box.width(), 2, state.softInk);
            p.fillRect(box.x(), box.bottom() - 1, box.width(), 2, state.softInk);
        }
    }

    /// Glyph and label stand at the left of what is visible of the segment, in a stretch of it that no band veils: half a number would
    /// be another one.
    void content(const Piece &piece, const Decor &decor, const QRect &box, const PaintKit::StatePaint &state)
    {
        FittedLabel label;
        std::optional<Stretch> place;
        for (const Stretch &clear : unveiled(std::max(box.x(), m_plot.x()), box.right() + 1)) {
            if (clear.room() < decor.glyph + 2)
                continue;
            if (!place)
                place = clear;
            if (decor.label && clear.room() >= m_kit.look.metrics().labelFrom)
                label = labelOf(piece, clear.room() - kLabelInset - 6);
            if (!label.empty()) {
                place = clear;
                break;
            }
        }
        if (!place)
            return;
        const int left = place->left;
        const int room = place->room();
        const bool small = decor.glyph < 12;
        const double nameWidth = m_text.width(label.name);
        const double textWidth =
            nameWidth + (label.name.isEmpty() || label.duration.isEmpty() ? 0 : m_text.space()) + m_text.width(label.duration);
        if (isTile(patternOf(piece.kind)))
            plate(m_p, QRect(box.topLeft(), QPoint(place->end - 1, box.bottom())), left, small, textWidth, state);
        glyph(m_p, state, small, box, left, room);
        const double middle = box.y() + box.height() / 2.0;
        drawText(m_p, m_text, left + kLabelInset, middle, label.name, state.ink);
        drawText(m_p, m_text, left + kLabelInset + textWidth - m_text.width(label.duration), middle, label.duration, state.ink);
    }

    struct Stretch {
        int left = 0;
        int end = 0;
        [[nodiscard]] int room() const { return end - left; }
    };
    /// What of `left` to `end` lies under no band, from the left.
    [[nodiscard]] std::vector<Stretch> unveiled(int left, int end) const
    {
        std::vector<Stretch> out;
        if (m_s.scene) { // samples have none
            for (const Band &band : m_s.scene->bands) { // by their start
                if (bandLook(m_kit.look.theme(), band.state).under)
                    continue;
                const QRect veil = bandBox(m_s, band);
                if (veil.x() >= end || veil.right() < left)
                    continue;
                if (veil.x() > left)
                    out.push_back({left, veil.x()});
                left = veil.right() + 1;
            }
        }
        if (left < end)
            out.push_back({left, end});
        return out;
    }

    static void glyph(QPainter &p, const PaintKit::StatePaint &state, bool small, const QRect &box, int left, int room)
    {
        const int size = small ? 10 : 12;
        const double x = small || room < kGlyphFrom ? left + (room - size) / 2.0 : left + kGlyphInset;
        const double y = box.y() + box.height() / 2.0 - size / 2.0;
        p.drawPixmap(QPointF(std::round(x), std::round(y)), small ? state.smallGlyph : state.glyph);
    }

    /// Text never stands on a pattern.
    static void plate(QPainter &p, const QRect &box, int left, bool small, double textWidth, const PaintKit::StatePaint &state)
    {
        const int frame = state.framed ? 1 : 0;
        const int most = box.right() + 1 - left - 2 * frame;
        const int wanted = small ? most
            : textWidth <= 0     ? kGlyphInset + 14
                                 : kLabelInset + static_cast<int>(std::ceil(textWidth)) + 4;
        p.fillRect(left + frame, box.y() + 1, std::min(wanted, most), box.height() - 2, state.fill);
    }

    FittedLabel labelOf(const Piece &piece, double room)
    {
        const LaneSegment &segment = m_row.lane->segments()[piece.first];
        const QString duration = piece.time < 0 ? QString() : m_text.duration(piece.time);
        return fitLabel(m_row.lane->nameOf(segment), duration, room, m_text.space(),
                        [this](const QString &text) { return m_text.width(text); });
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
