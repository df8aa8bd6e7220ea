// SPDX-License-Identifier: GPL-3.0-or-later
/// Words of the core, which name settings as a server's operator sets them, as the window says them: by the fields of its own form.
#pragma once

#include <QString>

#include <string>

namespace threadline::ui {

/// "Check GENESYS_CLIENT_ID." as "Check Client ID."; flags of the command line go. A setting that the window has no field for keeps
/// its name.
[[nodiscard]] QString inFieldNames(const QString &text);
[[nodiscard]] QString inFieldNames(const std::string &text);

} // namespace threadline::ui
