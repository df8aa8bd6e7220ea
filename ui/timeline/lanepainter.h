// SPDX-License-Identifier: GPL-3.0-or-later
/// The one painter of every timeline: floor and single interaction, live and stored, window and specimen. GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/paintstate.h"
#include "ui/timeline/ticks.h"

#include <QPainter>

#include <memory>
#include <optional>
#include <vector>

namespace threadline::ui {

struct PaintKit;

class LanePainter {
public:
    explicit LanePainter(const Appearance &look);
    ~LanePainter();

    /// Paints the whole picture. The cost depends on pixels and visible rows, not on the size of the scene.
    void paint(QPainter &painter, const PaintState &state);
    /// The segment or block at a point of the picture, if there is one.
    [[nodiscard]] std::optional<PieceRef> pieceAt(const PaintState &state, const QPoint &at);
    /// After a change of theme, density or font: what was kept is made anew.
    void refresh();

private:
    PaintKit &kit(double ratio);
    void segments(QPainter &p, const PaintState &s, PaintKit &kit);
    void ring(QPainter &p, const PaintState &s, PaintKit &kit, int row);
    void hover(QPainter &p, const PaintState &s, PaintKit &kit);

    const Appearance &m_look;
    std::unique_ptr<PaintKit> m_kit;
    std::vector<Piece> m_pieces; ///< kept between rows, to use its memory again
};

} // namespace threadline::ui
