// SPDX-License-Identifier: GPL-3.0-or-later
/// Everything that one picture of a timeline depends on. The widget fills it, the painters read it.
#pragma once

#include "ui/timeline/navigator.h"
#include "ui/timeline/rowlayout.h"
#include "ui/timeline/scene.h"
#include "ui/timeline/segmentlayout.h"

#include <QRect>

#include <optional>

namespace threadline::ui {

/// A piece under the pointer or the focus.
struct PieceRef {
    int row = -1;
    Piece piece;
};

struct PaintState {
    const Scene *scene = nullptr;
    const RowLayout *rows = nullptr;
    TimeScale scale; ///< x = 0 is the left edge of the plot
    Timestamp now;
    int width = 0; ///< of the whole picture
    int height = 0;
    int header = 0; ///< width of the header column; 0: none
    int scrollY = 0;
    int axis = 28;         ///< height of the axis; 0: none
    bool columns = false;  ///< the header column has titles: Customer, With, In state
    int sorted = 2;        ///< the column that the lanes are sorted by
    QString corner;        ///< title of the header column where it has none
    bool showNow = false;  ///< something is live: the now line is drawn
    bool news = true;      ///< lanes that have just come are marked
    bool keyboard = false; ///< the lanes have the focus
    Selection selection;
    int focusRow = -1;
    int hoverRow = -1;
    std::optional<PieceRef> hover;

    [[nodiscard]] Timestamp openEnd() const { return scene->openEnd(now); }
    [[nodiscard]] Timestamp counted() const { return scene->counted(now); }
    [[nodiscard]] QRect plot() const { return {header, axis, width - header, height - axis}; }
    int sticky = -1;  ///< the group whose first lanes have scrolled away: its row stays in view
    int stickyY = 0;

    /// Top of a row in the picture.
    [[nodiscard]] int yOf(int row) const { return row == sticky ? stickyY : axis + rows->top(row) - scrollY; }
    /// The row at a height of the picture; -1: none.
    [[nodiscard]] int rowAt(int y) const;
    /// Finds the group that stays in view.
    void stick();
    [[nodiscard]] RowRange visible() const { return rows->visible(scrollY, height - axis); }
};

} // namespace threadline::ui
