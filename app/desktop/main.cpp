// SPDX-License-Identifier: GPL-3.0-or-later
/// threadline: the supervisor's desktop.
#include "app/common/commandline.h"
#include "app/common/exitcodes.h"
#include "app/common/qtmessages.h"
#include "app/common/runtime.h"
#include "app/common/signals.h"
#include "app/desktop/demo.h"
#include "app/desktop/desktopconnector.h"
#include "core/base/log.h"
#include "ui/dialogs/startrefused.h"
#include "ui/keyring.h"
#include "ui/mainwindow.h"
#include "ui/screenshot.h"
#include "ui/memory.h"
#include "ui/viewchoices.h"

#include <QApplication>
#include <QRect>
#include <QTimer>
#include <QTimeZone>

#include <cstdio>
#include <optional>

namespace {

using namespace threadline;
using namespace threadline::app;

/// The instant at which pictures of the demo begin: a Tuesday morning.
constexpr Timestamp kPictureStart{1'935'996'480'000'000};

ui::ThemeName themeFrom(const std::string &name)
{
    if (name.empty()) // follow the system: a dark palette has light text
        return QApplication::palette().color(QPalette::WindowText).lightness() > 128 ? ui::ThemeName::Dark : ui::ThemeName::Light;
    return name == "dark" ? ui::ThemeName::Dark : name == "contrast" ? ui::ThemeName::Contrast : ui::ThemeName::Light;
}

/// What the command line asks of a picture. Errors: a size that is none.
Result<ui::ScreenshotOptions> pictureOptions(const CommandLine &line)
{
    ui::ScreenshotOptions options;
    options.file = QString::fromStdString(line.screenshot);
    options.dock = QString::fromStdString(line.dock);
    options.theme = themeFrom(line.theme.empty() ? "light" : line.theme);
    if (!line.view.empty())
        options.view = QString::fromStdString(line.view);
    if (!line.size.empty()) {
        int width = 0, height = 0, used = 0;
        if (std::sscanf(line.size.c_str(), "%dx%d%n", &width, &height, &used) != 2 || used != static_cast<int>(line.size.size())
            || width < 800 || height < 500 || width > 8192 || height > 8192)
            return fail(ErrorCode::InvalidArgument,
                        "--size " + line.size + " is no size. It looks like 1920x1080 and is 800x500 to 8192x8192.");
        options.size = {width, height};
    }
    return options;
}

/// Writes the picture and ends the program.
void takePicture(ui::MainWindow &window, const ui::ScreenshotOptions &options)
{
    ui::Screenshot::take(window, options, [](Result<void> taken) {
        QCoreApplication::exit(taken ? kExitOk : sayAndExit(taken.error()));
    });
}

/// In a box, where there is somebody to see it.
void showRefused(const Error &error, const std::string &theme)
{
    const QString platform = QGuiApplication::platformName();
    if (platform != QLatin1String("offscreen") && platform != QLatin1String("minimal"))
        ui::startRefused(error, themeFrom(theme))->exec();
}

/// Why the program does not start: on standard error, and in a box where it may have been started without a terminal to read that in.
int refuse(const CommandLine &line, const Error &error, int (*say)(const Error &))
{
    const int code = say(error);
    if (line.screenshot.empty())
        showRefused(error, line.theme);
    return code;
}

/// At its size of the command line, else where it stood last, as far as the screens of now allow that.
void showWindow(ui::MainWindow &window, const CommandLine &line, const ui::ScreenshotOptions &options)
{
    if (!line.size.empty()) {
        window.resize(options.size);
        return window.show();
    }
    const ui::WindowPlace place = line.demo ? ui::WindowPlace() : ui::readPlace(ui::memory());
    window.placeOnScreen(place.rect);
    if (place.maximised)
        window.showMaximized();
    else
        window.show();
}

void rememberPlace(const ui::MainWindow &window)
{
    QSettings settings = ui::memory();
    ui::keepPlace(settings, window.isMaximized() ? window.normalGeometry() : window.geometry(), window.isMaximized());
}

/// REST of the desktop: without it the window goes on and says so.
void serve(Runtime &runtime, const Settings &settings, ui::MainWindow &window)
{
    const auto words = [](const Error &error) { return QObject::tr("REST is off. %1").arg(QString::fromStdString(error.message)); };
    const auto api = apiOptions(settings);
    if (!api)
        return window.showProblem(words(api.error()));
    runtime.serveWhenFree(*api, [&window, words](const Error &error, bool gone) {
        gone ? window.withdrawProblem(words(error)) : window.showProblem(words(error));
    });
}

int untilTheEnd(QApplication &app)
{
    const int code = app.exec();
    endWithin(kEndWithin);
    return code;
}

int runDemo(QApplication &app, const CommandLine &line)
{
    const bool picture = !line.screenshot.empty();
    const SystemClock real;
    ManualClock standing(kPictureStart);
    const Clock &clock = picture ? static_cast<const Clock &>(standing) : real;
    const auto options = pictureOptions(line);
    if (!options)
        return sayAndExit(options.error());
    Demo demo(clock, picture ? kPictureStart : Timestamp{}, line.seed);
    if (const auto prepared = demo.prepare(); !prepared)
        return refuse(line, prepared.error(), sayDataAndExit);
    ui::Keyring secrets;
    DesktopConnector connector(demo.runtime(), line.settings, secrets, clock);
    ui::WindowOptions window;
    window.theme = picture ? *options->theme : themeFrom(line.theme);
    window.zone = picture ? QTimeZone::utc() : QTimeZone::systemTimeZone();
    window.reproducible = picture;
    window.title = QObject::tr("Demo");
    ui::MainWindow main(demo.runtime().session(), clock, connector, secrets, window);
    QuitOnSignal quitOnSignal([&app] { app.quit(); });
    demo.connectTo();
    if (picture) {
        demo.run(standing, Duration::micros(static_cast<std::int64_t>(line.after * 1e6)), [&](Result<> ready) {
            if (ready)
                takePicture(main, *options);
            else
                QCoreApplication::exit(sayAndExit(ready.error()));
        });
    } else {
        serve(demo.runtime(), line.settings, main);
        showWindow(main, line, *options);
    }
    return untilTheEnd(app);
}

/// Begins what the command line asks for: a replay, files to open, or the connection that is configured.
void begin(const CommandLine &line, Runtime &runtime, DesktopConnector &connector, ui::MainWindow &main)
{
    const auto problem = [&main](const QString &words) { main.showNotConnected(words); };
    if (!line.replay.empty()) {
        Source &source = runtime.replay({line.replay, 1});
        QObject::connect(&source, &Source::replayed, &main, [&main](const QString &words, bool failed) {
            if (failed)
                main.showProblem(words);
        });
        source.start();
    } else if (!line.files.empty()) {
        QStringList paths;
        for (const std::string &file : line.files)
            paths.append(QString::fromStdString(file));
        main.openFiles(paths);
    } else if (connector.configured()) {
        connector.connectAtStart(problem);
    }
}

int run(QApplication &app, const CommandLine &line)
{
    const auto options = pictureOptions(line);
    if (!options)
        return sayAndExit(options.error());
    const SystemClock clock;
    const auto settings = runtimeOptions(line.settings, dataFolder(line.settings));
    if (!settings)
        return refuse(line, settings.error(), sayAndExit);
    auto started = Runtime::start(*settings, clock);
    if (!started)
        return refuse(line, started.error(), sayDataAndExit);
    Runtime &runtime = **started;
    if (!line.record.empty()) {
        if (const auto recording = runtime.record(line.record); !recording)
            return refuse(line, recording.error(), sayAndExit);
    }
    ui::Keyring secrets;
    DesktopConnector connector(runtime, line.settings, secrets, clock);
    ui::WindowOptions window;
    window.theme = themeFrom(line.theme);
    window.themeGiven = !line.theme.empty();
    window.remembers = line.screenshot.empty();
    window.firstRun = !connector.configured() && line.files.empty() && line.replay.empty();
    ui::MainWindow main(runtime.session(), clock, connector, secrets, window);
    QuitOnSignal quitOnSignal([&app] { app.quit(); });
    serve(runtime, line.settings, main);
    begin(line, runtime, connector, main);
    if (!line.screenshot.empty()) {
        QTimer::singleShot(static_cast<int>(line.after * 1000), &main, [&] { takePicture(main, *options); });
    } else {
        showWindow(main, line, *options);
    }
    const int code = untilTheEnd(app);
    if (line.screenshot.empty())
        rememberPlace(main);
    return runtime.endTelling(code);
}

int start(int argc, char **argv)
{
    const Parsed parsed = parseCommandLine(Program::Desktop, argc, argv);
    // What was said without a display needs none; with one it is shown as well.
    const bool shown = parsed.refused && (qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY"));
    if (!parsed.line && !shown)
        return parsed.exitCode;
    auto display = std::make_optional<DisplayWanted>(shown ? parsed.exitCode : kExitOk);
    QApplication app(argc, argv);
    display.reset();
    QCoreApplication::setApplicationName(QStringLiteral("threadline"));
    QCoreApplication::setApplicationVersion(QStringLiteral(THREADLINE_VERSION));
    QApplication::setQuitOnLastWindowClosed(true);
    if (shown) {
        showRefused(*parsed.refused, {});
        return parsed.exitCode;
    }
    return parsed.line->demo ? runDemo(app, *parsed.line) : run(app, *parsed.line);
}

} // namespace

int main(int argc, char **argv)
{
    takeQtMessages();
    if (const auto prepared = prepareProcess(); !prepared)
        return sayAndExit(prepared.error());
    return sayWhatIsShort([&] { return start(argc, argv); });
}
