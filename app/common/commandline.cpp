// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/commandline.h"

#include "app/common/exitcodes.h"
#include "app/common/usage.h"
#include "core/base/log.h"

#include <CLI/CLI.hpp>

#include <QFileInfo>
#include <QProcessEnvironment>
#include <QStandardPaths>

#include <algorithm>
#include <cstdio>

namespace threadline::app {
namespace {

/// The values of the settings given as flags.
using Flags = std::map<std::string, std::string>;

void addSettings(CLI::App &app, Flags &flags)
{
    for (const SettingSpec &spec : settingSpecs()) {
        if (!spec.flag)
            continue;
        app.add_option_function<std::string>(
               "--" + spec.key, [&flags, key = spec.key](const std::string &value) { flags[key] = value; }, spec.help)
            ->group("Settings")
            ->type_name(spec.defaultValue.empty() ? "VALUE" : "VALUE=" + spec.defaultValue);
    }
}

/// What cannot be a flag, because a list of processes would show it.
std::string aboutSecrets()
{
    std::string words = "Credentials are set in the environment or the settings file, never as flags:\n ";
    for (const SettingSpec &spec : settingSpecs()) {
        if (!spec.flag)
            words += " " + spec.environment;
    }
    return words + "\nA secret may be in a file: NAME_FILE names it. --print-config shows which settings are in force, and no secret.";
}

void addCollector(CLI::App &app, CommandLine &line)
{
    CLI::App *import = app.add_subcommand("import", "Reads conversation details that Genesys Cloud exported (JSON, NDJSON, gzip, zip)");
    import->fallthrough();
    import->add_option("FILE", line.files, "files to read")->required();
    import->add_flag("--segments", line.segments, "only print, for each conversation: id, number of segments, sum of durations in us");
    CLI::App *resend = app.add_subcommand("resend", "Delivers to InfluxDB once more what the data folder holds, and ends");
    resend->fallthrough();
    resend->add_option("--from", line.from, "events from this time on: 2026-05-06 or 2026-05-06T10:44:54Z");
    resend->add_option("--to", line.to, "events before this time");
    CLI::App *dead = app.add_subcommand("dead-letters", "Lists what InfluxDB did not take, one JSON object a line, and ends");
    dead->fallthrough();
    dead->add_flag("--retry", line.retry, "instead, let the next collector try them once more");
    app.add_subcommand("serve", "Serves over REST what the data folder holds, without a source; needs no credentials")->fallthrough();
    app.add_subcommand("restore", "Fills an empty data folder with what InfluxDB has, and ends; may be interrupted and called again")->fallthrough();
    app.require_subcommand(0, 1);
}

void addDesktop(CLI::App &app, CommandLine &line)
{
    app.add_flag("--demo", line.demo, "show the built-in simulator in a temporary data folder");
    app.add_option("--open", line.files, "show exported conversation details (JSON, NDJSON, gzip, zip)")->type_name("FILE");
    app.add_option("--seed", line.seed, "the demo's seed: same seed, same picture")->capture_default_str();
    const char *group = "Screenshot";
    app.add_option("--screenshot", line.screenshot, "write the window to a PNG file and end")->type_name("FILE")->group(group);
    app.add_option("--after", line.after, "seconds of the demo before it")->group(group)->check(CLI::Range(0.0, 3600.0));
    app.add_option("--size", line.size, "WIDTHxHEIGHT")->group(group);
    app.add_option("--view", line.view, "floor, timeline, first-run, connect")
        ->group(group)
        ->check(CLI::IsMember({"floor", "timeline", "first-run", "connect"}));
    app.add_option("--dock", line.dock, "the dock to show: now, inspector, events, refused")->group(group);
    app.add_option("--theme", line.theme, "light, dark, contrast")->check(CLI::IsMember({"light", "dark", "contrast"}));
}

Settings::Inputs inputs(Flags flags, const CommandLine &line)
{
    Settings::Inputs in;
    in.flags = std::move(flags);
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys()) {
        // the demo is the same everywhere: whoever shows it must not reach a real platform with it
        if (line.demo && (name.startsWith(QLatin1String("GENESYS_")) || name.startsWith(QLatin1String("TSDB_"))))
            continue;
        in.environment[name.toStdString()] = environment.value(name).toStdString();
    }
    const auto named = in.flags.find("config");
    const auto set = in.environment.find("THREADLINE_CONFIG");
    if (named != in.flags.end())
        in.configFile = named->second;
    else if (set != in.environment.end())
        in.configFile = set->second;
    in.configFileNamed = !in.configFile.empty();
    if (in.configFile.empty() && !line.demo) {
        in.configFile =
            (QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QLatin1String("/threadline/threadline.toml"))
                .toStdString();
        if (!QFileInfo::exists(QString::fromStdString(in.configFile)))
            in.configFile.clear();
    }
    return in;
}

void useLogLevel(const Settings &settings)
{
    if (const auto level = log::levelFromName(settings.text("log-level")))
        log::setLevel(*level);
    for (const std::string &warning : settings.warnings())
        log::warning("settings", warning);
}

/// What Qt's own application objects take for themselves. Theirs is read later: --help needs no display.
bool isOfQt(std::string_view argument, bool &hasValue)
{
    static constexpr std::string_view kWithValue[] = {"platform", "platformpluginpath", "platformtheme", "plugin", "style", "stylesheet", "qwindowgeometry",
                                                      "geometry", "qwindowicon", "icon", "qwindowtitle", "title", "display", "session", "qmljsdebugger"};
    static constexpr std::string_view kAlone[] = {"reverse", "widgetcount", "nograb", "dograb", "sync"};
    if (!argument.starts_with('-'))
        return false;
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    hasValue = std::find(std::begin(kWithValue), std::end(kWithValue), argument) != std::end(kWithValue);
    const std::size_t sign = argument.find('=');
    const std::string_view name = argument.substr(0, sign);
    const bool given = sign != std::string_view::npos && std::find(std::begin(kWithValue), std::end(kWithValue), name) != std::end(kWithValue);
    return hasValue || given || std::find(std::begin(kAlone), std::end(kAlone), argument) != std::end(kAlone);
}

/// Ours of them, the last one first, as CLI11 wants them.
std::vector<std::string> argumentsOf(Program program, int argc, char **argv)
{
    std::vector<std::string> out;
    for (int i = 1; i < argc; ++i) {
        bool hasValue = false;
        if (program == Program::Desktop && isOfQt(argv[i], hasValue))
            i += hasValue ? 1 : 0;
        else
            out.insert(out.begin(), argv[i]);
    }
    return out;
}

} // namespace

Parsed parseCommandLine(Program program, int argc, char **argv)
{
    const bool collector = program == Program::Collector;
    CLI::App app(collector ? "Threadline without a window: records a contact centre's events and serves them over REST"
                           : "Threadline: live timelines of a contact centre", collector ? "threadline-collector" : "threadline");
    app.footer(aboutSecrets());
    app.set_version_flag("--version", std::string(collector ? "threadline-collector " : "threadline ") + THREADLINE_VERSION);
    CommandLine line;
    Flags flags;
    bool printConfig = false;
    addSettings(app, flags);
    app.add_flag("--print-config", printConfig, "print each setting with its source, and end");
    app.add_option("--record", line.record, "also write the raw messages to FILE (gzip NDJSON, secrets masked)")->type_name("FILE");
    app.add_option("--replay", line.replay, "read messages from what --record wrote, instead of connecting")->type_name("FILE");
    if (collector)
        addCollector(app, line);
    else
        addDesktop(app, line);
    try {
        app.parse(argumentsOf(program, argc, argv));
    } catch (const CLI::ExtrasError &) {
        return {std::nullopt, sayAndExit({ErrorCode::InvalidArgument, notUnderstood(app.remaining(true))})};
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0) // --help, --version
            return {std::nullopt, app.exit(error)};
        return {std::nullopt, sayAndExit({ErrorCode::InvalidArgument, std::string(error.what()) + ". --help lists all options."})};
    }
    line.serve = collector && app.got_subcommand("serve");
    line.import = collector && app.got_subcommand("import");
    line.resend = collector && app.got_subcommand("resend");
    line.deadLetters = collector && app.got_subcommand("dead-letters");
    line.restore = collector && app.got_subcommand("restore");
    if (line.serve && !(line.replay.empty() && line.record.empty()))
        return {std::nullopt, sayAndExit({ErrorCode::InvalidArgument, "serve has no source: it takes neither --replay nor --record. Leave out the one or the other."})};
    auto settings = Settings::read(inputs(std::move(flags), line));
    if (!settings)
        return {std::nullopt, sayAndExit(settings.error()), line.screenshot.empty() && !printConfig ? std::optional(settings.error()) : std::nullopt};
    if (printConfig) {
        std::fputs(settings->print().c_str(), stdout);
        return {std::nullopt, kExitOk};
    }
    line.settings = std::move(*settings);
    useLogLevel(line.settings);
    return {std::move(line), kExitOk};
}

std::string dataFolder(const Settings &settings)
{
    if (!settings.text("data-dir").empty())
        return settings.text("data-dir");
    const QString base = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return (base + QLatin1String("/threadline/default")).toStdString();
}

} // namespace threadline::app
