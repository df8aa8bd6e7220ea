// SPDX-License-Identifier: GPL-3.0-or-later
/// threadline-collector: the engine with no window, for a server or CI. REST is its face.
#include "app/common/commandline.h"
#include "core/base/counted.h"
#include "app/common/exitcodes.h"
#include "app/common/importer.h"
#include "app/common/deadletters.h"
#include "app/common/qtmessages.h"
#include "app/common/resend.h"
#include "app/common/restore.h"
#include "app/common/runtime.h"
#include "app/common/signals.h"
#include "core/base/log.h"

#include <QCoreApplication>
#include <QTimer>

#include <cstdio>
#include <future>
#include <stop_token>

namespace {

using namespace threadline;
using namespace threadline::app;

constexpr int kProgressEveryMs = 2000;

/// "calls.json: 34 % read, 6800 conversations, about 8 s left".
std::string progressOf(const ImportState &state)
{
    if (state.storing)
        return "all read, " + counted(state.conversations, "conversation") + "; the last of them are stored";
    std::string words = state.file + ": " + std::to_string(state.percent()) + " % read, " + counted(state.conversations, "conversation");
    if (state.left)
        words += ", about " + std::to_string(state.left->us / 1'000'000 + 1) + " s left";
    return words;
}

/// Until all is stored, or a signal ends it: what was read by then is kept.
Result<ImportResult> importTelling(QCoreApplication &app, const std::vector<std::string> &files, Engine &engine)
{
    Result<ImportResult> result;
    ImportJob job(files, engine, [&](const ImportProblem &problem) { sayLine(problem.line); }, [&](Result<ImportResult> done) {
        result = std::move(done);
        QMetaObject::invokeMethod(&app, [&app] { app.quit(); }, Qt::QueuedConnection);
    });
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &app, [&] { sayLine(progressOf(job.state())); });
    timer.start(kProgressEveryMs);
    const QuitOnSignal quitOnSignal([&job] { job.stop(); });
    app.exec();
    return result;
}

int import(QCoreApplication &app, const CommandLine &line)
{
    if (line.segments) {
        const auto printed = printSegments(line.files);
        return !printed ? sayAndExit(printed.error()) : printed->conversations == 0 ? kExitNothing : kExitOk;
    }
    const auto options = runtimeOptions(line.settings, dataFolder(line.settings));
    if (!options)
        return sayAndExit(options.error());
    SystemClock clock;
    auto runtime = Runtime::start(*options, clock);
    if (!runtime)
        return sayDataAndExit(runtime.error());
    const auto done = importTelling(app, line.files, (*runtime)->session().engine());
    if (!done)
        return sayAndExit(done.error());
    std::printf("%s%s read, %s.\n", done->stopped ? "Stopped: " : "", counted(done->conversations, "conversation").c_str(),
                counted(done->problems, "problem").c_str());
    if (done->stopped)
        return kExitFailed;
    if (done->conversations > 0)
        return kExitOk;
    sayLine("No conversation record was found. Threadline reads what the analytics conversation details of Genesys Cloud give as JSON; "
            "docs/import.md says how to export them.");
    return kExitNothing;
}

/// What takes long, beside an event loop, so that a signal ends it in order.
template<class Work>
auto interruptibly(QCoreApplication &app, Work work)
{
    std::stop_source stop;
    const QuitOnSignal quitOnSignal([&stop] {
        stop.request_stop();
        endWithin(kEndWithin);
    });
    auto done = std::async(std::launch::async, [&] {
        auto result = work(stop.get_token());
        QMetaObject::invokeMethod(&app, [&app] { app.quit(); }, Qt::QueuedConnection);
        return result;
    });
    app.exec();
    return done.get();
}

/// A time of the command line; empty: none given.
Result<std::optional<Timestamp>> timeOf(const std::string &text, const char *flag)
{
    if (text.empty())
        return std::optional<Timestamp>();
    const auto time = parseTimestamp(text.size() == 10 ? text + "T00:00:00Z" : text);
    if (!time)
        return fail(ErrorCode::InvalidArgument, std::string(flag) + " " + text + " is no time. It looks like 2026-05-06 or 2026-05-06T10:44:54Z.");
    return time;
}

int resendEvents(QCoreApplication &app, const CommandLine &line)
{
    const auto options = runtimeOptions(line.settings, dataFolder(line.settings));
    if (!options)
        return sayAndExit(options.error());
    const auto from = timeOf(line.from, "--from"), to = timeOf(line.to, "--to");
    if (!from || !to)
        return sayAndExit(!from ? from.error() : to.error());
    const SystemClock clock;
    const auto sent = interruptibly(app, [&](const std::stop_token &stop) { return resend(*options, {*from, *to}, clock, sayLine, stop); });
    return sent ? kExitOk : sayWhichAndExit(sent.error());
}

int tellDeadLetters(const CommandLine &line)
{
    const std::string folder = dataFolder(line.settings);
    const auto print = [](const std::string &text) { std::printf("%s\n", text.c_str()); };
    const auto done = line.retry ? retryDeadLetters(folder) : printDeadLetters(folder, print);
    if (!done)
        return sayWhichAndExit(done.error());
    std::fflush(stdout); // what comes next is not to stand within a line
    std::fprintf(stderr, line.retry ? "%s are tried once more.\n" : "%s.\n", counted(*done, "dead letter").c_str());
    return kExitOk;
}

int restoreEvents(QCoreApplication &app, const CommandLine &line)
{
    const auto options = runtimeOptions(line.settings, dataFolder(line.settings));
    if (!options)
        return sayAndExit(options.error());
    const SystemClock clock;
    const auto done = interruptibly(app, [&](const std::stop_token &stop) { return restore(*options, clock, sayLine, stop); });
    if (!done)
        return sayWhichAndExit(done.error());
    std::printf("%s read back", counted(done->events, "event").c_str());
    std::printf(done->withoutData > 0 ? ", %s of them without their data.\n" : ".\n", std::to_string(done->withoutData).c_str());
    return kExitOk;
}

/// What a collector cannot do without; nothing if all is there.
std::optional<Error> missing(const CommandLine &line)
{
    const Settings &s = line.settings;
    if (line.serve || !line.replay.empty())
        return std::nullopt;
    if (s.text("client-id").empty())
        return Error{ErrorCode::InvalidArgument,
                     "GENESYS_CLIENT_ID is not set. Set it to the id of an OAuth client of your organisation (Admin, Integrations, OAuth)."};
    if (s.text("client-secret").empty() && s.text("private-key").empty())
        return Error{ErrorCode::InvalidArgument,
                     "Neither GENESYS_CLIENT_SECRET nor GENESYS_PRIVATE_KEY is set. Set one of them, or NAME_FILE to a file that holds it."};
    return std::nullopt;
}

int run(QCoreApplication &app, const CommandLine &line)
{
    if (const auto error = missing(line))
        return sayAndExit(*error);
    const auto api = apiOptions(line.settings);
    if (!api)
        return sayAndExit(api.error());
    const auto options = runtimeOptions(line.settings, dataFolder(line.settings));
    if (!options)
        return sayAndExit(options.error());
    SystemClock clock;
    auto started = Runtime::start(*options, clock);
    if (!started)
        return sayDataAndExit(started.error());
    Runtime &runtime = **started;
    bool ending = false;
    const QuitOnSignal quitOnSignal([&] {
        ending = true;
        app.quit();
    });
    if (const auto serving = runtime.serveSoon(*api, kPortPatience, [&] { return ending; }); !serving)
        return ending ? kExitOk : sayAndExit(serving.error());
    if (!line.record.empty()) {
        if (const auto recording = runtime.record(line.record); !recording)
            return sayAndExit(recording.error());
    }
    const std::string host = api->host.find(':') == std::string::npos ? api->host : "[" + api->host + "]";
    std::printf("REST at http://%s:%d\n", host.c_str(), runtime.port());
    std::fflush(stdout);

    int exitCode = kExitOk;
    if (line.serve) {
        log::info("serve", "There is no source: what the data folder holds is served.");
    } else if (!line.replay.empty()) {
        Source &source = runtime.replay({line.replay, 0});
        QObject::connect(&source, &Source::replayed, &app, [&](const QString &words, bool failed) {
            sayLine("threadline: " + words.toStdString());
            if (failed) {
                exitCode = kExitUsage;
                app.quit();
            }
        });
        source.start();
    } else {
        StreamingOptions streaming = streamingOptions(line.settings);
        streaming.exitOnRefused = true;
        Source &source = runtime.connectTo(streaming);
        QObject::connect(&source, &Source::refusedAtStart, &app, [&](const QString &message) {
            exitCode = sayAndExit({ErrorCode::CredentialsRefused, message.toStdString()});
            app.quit();
        });
        source.start();
    }
    app.exec();
    endWithin(kEndWithin);
    return runtime.endTelling(exitCode);
}

int begin(int argc, char **argv)
{
    const Parsed parsed = parseCommandLine(Program::Collector, argc, argv);
    if (!parsed.line)
        return parsed.exitCode;
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("threadline-collector"));
    QCoreApplication::setApplicationVersion(QStringLiteral(THREADLINE_VERSION));
    if (parsed.line->import)
        return import(app, *parsed.line);
    if (parsed.line->deadLetters)
        return tellDeadLetters(*parsed.line);
    if (parsed.line->restore)
        return restoreEvents(app, *parsed.line);
    return parsed.line->resend ? resendEvents(app, *parsed.line) : run(app, *parsed.line);
}

} // namespace

int main(int argc, char **argv)
{
    takeQtMessages();
    if (const auto prepared = prepareProcess(); !prepared)
        return sayAndExit(prepared.error());
    return sayWhatIsShort([&] { return begin(argc, argv); });
}
