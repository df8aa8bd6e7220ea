// SPDX-License-Identifier: GPL-3.0-or-later
/// The fonts of the window: the system's family in the sizes of the visual language, and a fixed one for ids and JSON.
#pragma once

#include <QFont>

namespace threadline::ui {

struct Fonts {
    QFont body;        ///< 13
    QFont bodyMedium;  ///< 13, 500
    QFont small;       ///< 12: axis, hints, legend, status
    QFont smallMedium; ///< 12, 500
    QFont table;       ///< 12.5
    QFont tableStrong; ///< 12.5, 600
    QFont label;       ///< 11, 500: segments
    QFont labelStrong; ///< 11, 600: flags
    QFont felt;        ///< 12.5, 500: segments of the customer-felt lane
    QFont heading;     ///< 13, 600
    QFont title;       ///< 15, 600
    QFont figure;      ///< 20, 600
    QFont fixed;       ///< 11.5, fixed width
    double scale = 1;  ///< how much larger than 13 px the system's font is; sizes of the interface grow with it

    /// From the application's font: the family always; the size only where it is larger than 13 px.
    [[nodiscard]] static Fonts fromSystem();
};

/// `base` in `px` logical pixels, which may be a fraction, with figures of equal width where Qt can ask for them.
[[nodiscard]] QFont sized(const QFont &base, double px, QFont::Weight weight = QFont::Normal);

} // namespace threadline::ui
