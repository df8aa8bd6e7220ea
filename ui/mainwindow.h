// SPDX-License-Identifier: GPL-3.0-or-later
/// The desktop's window: a session in, pictures and moves out. GUI thread.
#pragma once

#include "core/session.h"
#include "ui/dialogs/connector.h"
#include "ui/keyring.h"
#include "ui/theme/tokentypes.h"

#include <QMainWindow>
#include <QRect>
#include <QString>
#include <QTimeZone>

#include <memory>
#include <optional>

namespace threadline::ui {

struct ViewChoices;

struct WindowOptions {
    ThemeName theme = ThemeName::Light;
    QTimeZone zone = QTimeZone::systemTimeZone(); ///< UTC in the demo, so that its pictures are equal everywhere
    bool twelveHour = false;
    bool firstRun = false;     ///< nothing is configured: shows where events can come from
    bool remembers = false;    ///< how it is set up, from one run to the next
    bool themeGiven = false;   ///< `theme` was asked for: what was chosen in an earlier run does not count
    bool reproducible = false; ///< leaves out figures that depend on this computer's speed
    QString title;             ///< after the program's name in the title bar: "Demo"
};

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// Everything passed must outlive the window. Nothing is asked of `connector` before the user wants it.
    MainWindow(Session &session, const Clock &clock, Connector &connector, SecretStore &secrets, const WindowOptions &options);
    ~MainWindow() override;

    /// Reads files of conversation details and shows how far that is.
    void openFiles(const QStringList &paths);
    /// Sizes it for the screen that it is on: `wanted` as far as that fits there, else what fits best.
    void placeOnScreen(const std::optional<QRect> &wanted);
    /// "floor", "timeline", "first-run" or "connect"; false for anything else.
    bool showView(const QString &name);
    /// "now", "inspector" or "events"; false for anything else.
    bool showDock(const QString &name);
    void setTheme(ThemeName theme);
    /// A sentence in the error bar: what happened, why, what to do.
    void showProblem(const QString &text);
    /// Why it could not connect by itself; until somebody does.
    void showNotConnected(const QString &text);
    void withdrawProblem(const QString &text); ///< one that was shown has gone by itself
    /// True if nothing is under way that would change the picture.
    [[nodiscard]] bool settled() const;
    /// Brings everything to this instant and rests: no hover, no focus. For pictures.
    void settle();
    /// The dialog in front, if one is open; for pictures.
    [[nodiscard]] QWidget *dialog() const;

    struct Private; ///< for the window's own files and its tests: mainwindow_p.h

protected:
    void showEvent(QShowEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    void makeMenus();
    void rememberChoices(bool themeGiven);
    void keepChosen();
    [[nodiscard]] ViewChoices choices() const;
    void connectActions();
    void connectLaneActions();
    void refresh();
    void applyTheme();
    void nextTheme();
    void startDemo();
    void stepRegion(int by);
    void openConnect();
    void leaveWelcome();
    void rest(bool anew);
    void showReading();
    void filesRead(const QStringList &paths, const Result<FilesRead> &done);
    void noteRead(const QStringList &paths, const FilesRead &done);
    void reviewRead();
    [[nodiscard]] TimeRange rangeRead() const;
    void chooseFiles();
    void chooseInteraction();
    void makeLists();
    void openList(const QString &list);
    void showKeys();
    void showAbout();

    friend class WindowProbe; ///< tests reach the parts through it
    std::unique_ptr<Private> d;
};

} // namespace threadline::ui
