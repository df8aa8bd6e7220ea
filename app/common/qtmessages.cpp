// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/qtmessages.h"

#include "app/common/exitcodes.h"
#include "core/base/log.h"

#include <QDebug>
#include <QString>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace threadline::app {
namespace {

std::atomic<bool> g_displayWanted{false};
std::atomic<int> g_saidAlready{kExitOk}; ///< else the exit code of what is wrong without a display, too

log::Level levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg: return log::Level::Debug;
    case QtInfoMsg: return log::Level::Info;
    case QtWarningMsg: return log::Level::Warning;
    case QtCriticalMsg:
    case QtFatalMsg: break;
    }
    return log::Level::Error;
}

[[noreturn]] void endWithoutDisplay()
{
    if (g_saidAlready != kExitOk)
        std::_Exit(g_saidAlready);
    const int code = sayAndExit({ErrorCode::InvalidArgument,
                                 "There is no display to open the window on. Start it within a desktop session (DISPLAY or WAYLAND_DISPLAY is set there), "
                                 "or use threadline-collector, which needs none."});
    std::_Exit(code); // there is nothing to take down yet, and Qt would abort next
}

void take(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    const bool start = g_displayWanted;
    if (start && type == QtFatalMsg)
        endWithoutDisplay();
    const std::string_view category = context.category ? context.category : "";
    if (start && category.starts_with("qt.qpa"))
        return; // the reasons of what is said above
    log::write(levelOf(type), "qt", text.toStdString());
}

} // namespace

void takeQtMessages() { qInstallMessageHandler(take); }

DisplayWanted::DisplayWanted(int saidAlready)
{
    g_saidAlready = saidAlready;
    g_displayWanted = true;
}
DisplayWanted::~DisplayWanted() { g_displayWanted = false; }

} // namespace threadline::app
