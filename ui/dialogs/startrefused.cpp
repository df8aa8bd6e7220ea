// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/startrefused.h"

#include "core/base/log.h"
#include "ui/text/format.h"

namespace threadline::ui {

std::unique_ptr<QMessageBox> startRefused(const Error &error, ThemeName name)
{
    auto box = std::make_unique<QMessageBox>(QMessageBox::Critical, QMessageBox::tr("Threadline"), QMessageBox::tr("Threadline did not start."),
                                             QMessageBox::Close);
    const QString words = qstr(log::masked(error.message));
    const bool second = error.code == ErrorCode::Busy;
    box->setInformativeText(second ? QMessageBox::tr("%1 If it is a window of Threadline, use that one.").arg(words) : words);
    const Theme theme(name);
    box->setPalette(theme.palette());
    box->setStyleSheet(theme.styleSheet());
    box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return box;
}

} // namespace threadline::ui
