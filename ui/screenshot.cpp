// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/screenshot.h"

#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <QTimer>

namespace threadline::ui {
namespace {

constexpr int kLookEveryMs = 20;
constexpr int kMostLooks = 1500;
/// So many looks in a row must find nothing under way.
constexpr int kCalmLooks = 3;
constexpr int kTitleHeight = 40;

/// A dialog as a window manager would show it: a title above, a frame around.
QImage framed(QWidget &dialog)
{
    const QPixmap content = dialog.grab();
    const double ratio = content.devicePixelRatio();
    const QSize size = dialog.size() + QSize(2, kTitleHeight + 1);
    QImage image(size * ratio, QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    QPainter painter(&image);
    const QPalette palette = dialog.palette();
    painter.fillRect(QRect(QPoint(), size), palette.color(QPalette::AlternateBase));
    painter.setPen(palette.color(QPalette::WindowText));
    QFont font = dialog.font();
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.drawText(QRect(16, 0, size.width() - 32, kTitleHeight), Qt::AlignVCenter, dialog.windowTitle());
    painter.drawPixmap(1, kTitleHeight, content);
    painter.setPen(palette.color(QPalette::Dark));
    painter.drawRect(0, 0, size.width() - 1, size.height() - 1);
    painter.drawLine(0, kTitleHeight - 1, size.width(), kTitleHeight - 1);
    return image;
}

} // namespace

void Screenshot::take(MainWindow &window, const ScreenshotOptions &options, std::function<void(Result<void>)> done)
{
    (new Screenshot(window, options, std::move(done)))->start();
}

Screenshot::Screenshot(MainWindow &window, ScreenshotOptions options, std::function<void(Result<void>)> done)
    : QObject(&window), m_window(window), m_options(std::move(options)), m_done(std::move(done))
{}

void Screenshot::start()
{
    QApplication::setCursorFlashTime(0);
    m_window.resize(m_options.size);
    if (m_options.theme)
        m_window.setTheme(*m_options.theme);
    m_window.show();
    if (!m_window.showView(m_options.view)) {
        finish(fail(ErrorCode::InvalidArgument,
                    "There is no view \"" + m_options.view.toStdString() + "\". Use floor, timeline, first-run or connect."));
        return;
    }
    if (!m_options.dock.isEmpty() && !m_window.showDock(m_options.dock)) {
        finish(fail(ErrorCode::InvalidArgument,
                    "There is no dock \"" + m_options.dock.toStdString() + "\". Use now, inspector or events."));
        return;
    }
    m_window.settle();
    look();
}

void Screenshot::look()
{
    m_calm = m_window.settled() ? m_calm + 1 : 0;
    if (++m_looks > kMostLooks) {
        finish(fail(ErrorCode::Busy,
                    "The window did not come to rest within 30 s, so no picture was taken. Try again with less data."));
        return;
    }
    if (m_calm < kCalmLooks) {
        if (m_calm == 1)
            m_window.settle(); // what has come is sorted in before the picture counts as at rest
        QTimer::singleShot(kLookEveryMs, this, &Screenshot::look);
        return;
    }
    m_window.settle();
    QCoreApplication::sendPostedEvents();
    if (!grab(m_window).save(m_options.file, "PNG")) {
        finish(
            fail(ErrorCode::Unusable,
                 "The picture cannot be written to " + m_options.file.toStdString() + ". Check the folder and its permissions."));
        return;
    }
    finish({});
}

void Screenshot::finish(Result<void> result)
{
    // Later, so that the caller's callback never runs inside its own call.
    QTimer::singleShot(0, this, [this, result = std::move(result)] {
        m_done(result);
        deleteLater();
    });
}

QImage Screenshot::grab(MainWindow &window)
{
    QImage image = window.grab().toImage().convertToFormat(QImage::Format_RGB32);
    if (QWidget *dialog = window.dialog()) {
        const QImage front = framed(*dialog);
        QPainter painter(&image);
        const QSizeF size = front.deviceIndependentSize();
        const QPointF at((window.width() - size.width()) / 2, (window.height() - size.height()) / 2);
        painter.drawImage(at.toPoint(), front);
    }
    return image;
}

} // namespace threadline::ui
