// SPDX-License-Identifier: GPL-3.0-or-later
/// Pictures of the window for documents and tests: same data and clock, same pixels. GUI thread, offscreen too.
#pragma once

#include "core/base/result.h"
#include "ui/mainwindow.h"

#include <QImage>
#include <QSize>

#include <functional>
#include <optional>

namespace threadline::ui {

struct ScreenshotOptions {
    QString file; ///< PNG
    QSize size{1920, 1080};
    QString view = QStringLiteral("floor"); ///< as MainWindow::showView
    QString dock;                           ///< as MainWindow::showDock; empty: as the view opens
    std::optional<ThemeName> theme;
};

class Screenshot : public QObject {
    Q_OBJECT
public:
    /// The window is shown, sized and brought to the view; when nothing is under way any more (at most 30 s) it is drawn
    /// and saved, then `done` is called once. Errors: InvalidArgument for a view or dock that does not exist, Busy if the
    /// picture does not come to rest, Unusable if the file cannot be written.
    static void take(MainWindow &window, const ScreenshotOptions &options, std::function<void(Result<void>)> done);

    /// The window as it stands, with an open dialog in its middle.
    [[nodiscard]] static QImage grab(MainWindow &window);

private:
    Screenshot(MainWindow &window, ScreenshotOptions options, std::function<void(Result<void>)> done);
    void start();
    void look();
    void finish(Result<void> result);

    MainWindow &m_window;
    ScreenshotOptions m_options;
    std::function<void(Result<void>)> m_done;
    int m_calm = 0;
    int m_looks = 0;
};

} // namespace threadline::ui
