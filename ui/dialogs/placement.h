// SPDX-License-Identifier: GPL-3.0-or-later
/// Where dialogs stand: over the middle of their window, by themselves. What a window manager is left to place may come up anywhere.
#pragma once

#include <QWidget>

namespace threadline::ui {

/// Before it is shown for the first time.
void centreOn(QWidget &dialog, const QWidget &window);

} // namespace threadline::ui
