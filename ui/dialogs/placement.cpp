// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/placement.h"

#include <QScreen>

#include <algorithm>

namespace threadline::ui {

void centreOn(QWidget &dialog, const QWidget &window)
{
    dialog.ensurePolished(); // its fonts, and with them its size
    if (!dialog.testAttribute(Qt::WA_Resized))
        dialog.adjustSize();
    QRect place(QPoint(), dialog.size());
    place.moveCenter(window.frameGeometry().center());
    if (const QScreen *screen = window.screen()) { // the title is on it in any case
        const QRect room = screen->availableGeometry();
        place.moveRight(std::min(place.right(), room.right()));
        place.moveBottom(std::min(place.bottom(), room.bottom()));
        place.moveLeft(std::max(place.left(), room.left()));
        place.moveTop(std::max(place.top(), room.top()));
    }
    dialog.move(place.topLeft());
}

} // namespace threadline::ui
