// SPDX-License-Identifier: GPL-3.0-or-later
/// What the desktop program remembers from one run to the next (place of its window, columns, the last connection but its secret): an INI
/// file in the user's folder of settings. Where to look is set for all at once here.
#pragma once

#include <QSettings>

namespace threadline::ui {

[[nodiscard]] inline QSettings memory()
{
    return QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("threadline"), QStringLiteral("desktop"));
}

} // namespace threadline::ui
