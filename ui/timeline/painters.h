// SPDX-License-Identifier: GPL-3.0-or-later
/// The parts of a timeline's picture, each a function of the state and the kit; LanePainter calls them in the order of the
/// visual language (section 2). GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/arrowlayout.h"
#include "ui/timeline/marklayout.h"
#include "ui/timeline/paintstate.h"
#include "ui/timeline/textcache.h"
#include "ui/timeline/ticks.h"

#include <QHash>
#include <QPainter>
#include <QPixmap>

#include <array>

namespace threadline::ui {

/// Colours, brushes and texts of one appearance at one pixel ratio, made once and kept.
struct PaintKit {
    PaintKit(const Appearance &appearance, double pixelRatio);

    const Appearance &look;
    double ratio;
    struct StatePaint {
        QColor fill;
        QColor ink;
        QColor edge;
        QBrush pattern;
        QBrush dots; ///< the dotted base of a merged block
        bool framed = false;
        QColor softInk;     ///< lines along the edges
        QPixmap glyph;      ///< 12 px
        QPixmap smallGlyph; ///< 10 px
    };
    std::array<StatePaint, kSegmentKinds> states;
    TextCache body;
    TextCache small;
    TextCache smallMedium;
    TextCache table;
    TextCache tableStrong;
    TextCache label;
    TextCache labelStrong;
    TextCache felt;
    TextCache heading;

    /// Whole segments without a label, by state, width and height: one blit each.
    QHash<std::uint32_t, QPixmap> stamps;

    [[nodiscard]] const StatePaint &state(SegmentKind kind) const { return states[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] QColor role(Role role) const { return look.theme()(role); }
};

/// Draws `text` in the font of `cache`, its line centred on `middle`; `room` < 0: as wide as it is.
void drawText(QPainter &p, TextCache &cache, double x, double middle, const QString &text, const QColor &colour,
              double room = -1);
void drawTextRight(QPainter &p, TextCache &cache, double right, double middle, const QString &text, const QColor &colour);
/// A frame of `width` px inside `rect`.
void drawFrame(QPainter &p, const QRect &rect, const QColor &colour, int width = 1);
/// A box with text and a frame of its own colour: labels of bands and arrows.
void drawPill(QPainter &p, PaintKit &kit, const QRect &rect, const QString &text, const QColor &frame, const QColor &ink,
              double radius);

void paintGrounds(QPainter &p, const PaintState &s, PaintKit &kit);
void paintGroups(QPainter &p, const PaintState &s, PaintKit &kit);
void paintHeader(QPainter &p, const PaintState &s, PaintKit &kit);
/// Where the texts of a floor lane end in a header column so wide: before its icon where it has one, else before its time.
[[nodiscard]] double floorTextsEnd(const Row &row, Attention attention, int header, double timeWidth);
/// Where with whom the customer is begins in that header: at its column, unless the one text is too long for that and the other, both
/// of these widths, leaves room before `end`.
[[nodiscard]] double floorWithStart(double title, double detail, int header, double end);
void paintGrid(QPainter &p, const PaintState &s, PaintKit &kit, const std::vector<Tick> &ticks);
void paintAxis(QPainter &p, const PaintState &s, PaintKit &kit, const std::vector<Tick> &ticks);
void paintNow(QPainter &p, const PaintState &s, PaintKit &kit);
/// `under`: those that lie below segments (repaired); else those that veil them.
void paintBands(QPainter &p, const PaintState &s, PaintKit &kit, bool under);
void paintBandCaps(QPainter &p, const PaintState &s, PaintKit &kit);
void paintArrows(QPainter &p, const PaintState &s, PaintKit &kit);
void paintMarks(QPainter &p, const PaintState &s, PaintKit &kit, int row);

/// One row's segments, in the picture's coordinates.
void paintPieces(QPainter &p, const PaintState &s, PaintKit &kit, const Row &row, int y, const std::vector<Piece> &pieces);
/// The box of a piece within the row at `y`.
[[nodiscard]] QRect pieceBox(const PaintState &s, const Metrics &metrics, RowKind kind, int y, const Piece &piece);

/// How a band shows; nothing for one through which nothing was missed.
struct BandLook {
    QColor colour;
    bool under = false;
    bool crossed = false;
};
[[nodiscard]] BandLook bandLook(const Theme &theme, BandState state);
/// Its pixels in the picture, at least kMinBandWidth wide.
[[nodiscard]] QRect bandBox(const PaintState &s, const Band &band);
/// "Not listening 10:47:02 to 10:47:10, repaired"
[[nodiscard]] QString bandText(const Band &band, const TimeText &time, Timestamp now);

} // namespace threadline::ui
