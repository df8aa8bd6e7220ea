// SPDX-License-Identifier: GPL-3.0-or-later
/// What somebody sees who starts the program from a menu, when there is no window to see.
#pragma once

#include "core/base/result.h"
#include "ui/theme/theme.h"

#include <QMessageBox>

#include <memory>

namespace threadline::ui {

/// Says what happened, where, and what to do, without a secret; nothing else is open. GUI thread.
[[nodiscard]] std::unique_ptr<QMessageBox> startRefused(const Error &error, ThemeName theme);

} // namespace threadline::ui
