// SPDX-License-Identifier: GPL-3.0-or-later
/// The parts of the main window, for its own files and its tests.
#pragma once

#include "ui/actions.h"
#include "ui/mainwindow.h"
#include "ui/models/hub.h"
#include "ui/timeline/lanesview.h"
#include "ui/views/errorbar.h"
#include "ui/views/firstrun.h"
#include "ui/views/floorview.h"
#include "ui/views/statusbar.h"
#include "ui/views/timelineview.h"
#include "ui/views/topbar.h"
#include "ui/views/workspace.h"

#include <QPointer>
#include <QTimer>

namespace threadline::ui {

class ConnectDialog;
class ListDialog;
class OpenById;

struct MainWindow::Private {
    Private(MainWindow *window, Session &session, const Clock &clock, Connector &connector, SecretStore &secrets,
            const WindowOptions &options);

    Connector &connector;
    SecretStore &secrets;
    Appearance look;
    Hub hub;
    Actions actions;
    TopBar *top;
    Crumbs *crumbs;
    ErrorBar *error;
    Workspace *space;
    StatusBar *status;
    QPointer<ConnectDialog> dialog;
    QPointer<ListDialog> lists;
    QPointer<QWidget> rested; ///< where the focus was put; as long as it is there nobody has chosen another place
    QTimer keeping;           ///< runs until how it is set up is kept
    ViewChoices kept;         ///< as it was kept last
    bool remembers = false;
    bool themeChosen = false; ///< by somebody, in this run or before
    QTimer reading;           ///< runs while files are read
    std::optional<FilesPlace> read; ///< where what was read last lies, until it has been in view
    std::uint64_t readCount = 0; ///< conversations of it
    QString readFiles;        ///< the name of what was read, or how many they were
    QString notConnected;     ///< why it could not connect at the start
    QString readWords;              ///< that it is not in view
    bool readOffered = false;
    std::optional<Duration> demoStarted; ///< by the steady clock
    QTimer readSoon;                ///< runs until that is looked at
    bool welcome = false;     ///< the welcome page stands only until there is something to see
    OpenById *byId = nullptr; ///< once it was asked for
    bool legend = true;
    bool frameTimes = false;
};

/// Where a window goes that wants to stand at `wanted` (`placed`: also at its place, not only of its size): on the screen that shows
/// most of it, else on `first`, and all of it there with its title. Rectangles are of the window without its frame; pure.
[[nodiscard]] QRect fittedOnScreen(QRect wanted, bool placed, const std::vector<QRect> &screens, QRect first);

/// Gives the focus to `region`, or to the first thing in it that takes it; false if nothing does.
bool focusInto(QWidget *region);

} // namespace threadline::ui
