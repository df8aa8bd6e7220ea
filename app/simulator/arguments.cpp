// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/arguments.h"

#include "app/common/exitcodes.h"
#include "app/common/usage.h"

#include <CLI/CLI.hpp>

#include <fstream>
#include <sstream>

namespace threadline::app {
namespace {

constexpr double kLongest = 1e7; ///< seconds; longer spans are slips of the keyboard

/// Reads "0.05" and "5%" as a probability; CLI11 calls it on the text as given.
const CLI::Validator kShare(
    [](std::string &text) -> std::string {
        const bool percent = !text.empty() && text.back() == '%';
        double value = 0;
        if (!CLI::detail::lexical_cast(percent ? text.substr(0, text.size() - 1) : text, value))
            return "not a number: " + text;
        value = percent ? value / 100 : value;
        if (!(value >= 0 && value <= 1))
            return "not between 0 and 1 (or 0% and 100%): " + text;
        std::ostringstream out;
        out.precision(17);
        out << value;
        text = out.str();
        return {};
    },
    "SHARE");

void addSeconds(CLI::App &app, const char *name, Duration &target, const char *help, const char *group)
{
    app.add_option_function<double>(
           name, [&target](double seconds) { target.us = static_cast<std::int64_t>(seconds * 1e6); }, help)
        ->check(CLI::Range(0.0, kLongest))
        ->type_name("SECONDS")
        ->group(group);
}

void addStream(CLI::App &app, SimulatorArguments &arguments)
{
    sim::Options &options = arguments.options;
    const char *group = "Stream";
    app.add_option("--protocol", "the event protocol to speak: streaming")->check(CLI::IsMember({"streaming"}))->group(group);
    app.add_option("--interactions", options.interactions, "how many; 0: endless")->check(CLI::Range(0, 1'000'000'000))->group(group);
    app.add_option("--rate", options.rate, "events per second, on average; 0: as fast as the reader takes them")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1e8))
        ->group(group);
    app.add_option("--speed", options.speed, "virtual seconds per real second")->capture_default_str()->check(CLI::Range(0.001, 1e6))->group(group);
    app.add_option("--seed", options.seed, "same seed, same events")->capture_default_str()->group(group);
    app.add_option("--scenario", options.scenario, "one scripted call only; see --list-scenarios")
        ->check([](const std::string &name) {
            return sim::knownScenario(name) ? std::string() : "no scenario has this name: " + name + "; see --list-scenarios";
        })
        ->group(group);
    app.add_flag("--list-scenarios", arguments.listScenarios, "name the scripted calls and end")->group(group);
    app.add_option("--concurrent", options.concurrent, "interactions open at a time, about; 0: as the rate gives")
        ->check(CLI::Range(0, 10'000'000))
        ->group(group);
    app.add_option("--events-per-message", options.eventsPerMessage, "at most")->capture_default_str()->check(CLI::Range(1, 10'000))->group(group);
    app.add_option_function<std::string>(
           "--start",
           [&options](const std::string &text) {
               const auto time = text == "now" ? std::optional<Timestamp>(Timestamp{}) : parseTimestamp(text);
               if (!time)
                   throw CLI::ValidationError("--start", "not an ISO 8601 time, nor \"now\": " + text);
               options.start = *time;
           },
           "virtual time of the first event: ISO 8601, or now")
        ->type_name("TIME")
        ->default_str(formatTimestamp(options.start))
        ->group(group);
    addSeconds(app, "--history", options.history, "so much of the past is sent at once to the first subscriber", group);
    app.add_flag_callback("--hold", [&options] { options.hold = true; }, "nothing happens while nobody is subscribed")->group(group);
    app.add_flag_callback("--no-hold", [&options] { options.hold = false; }, "what happens while nobody is subscribed is lost")->group(group);
    app.add_option("--truth", arguments.truthFile, "write what really happened (NDJSON: a header, then each event as sent)")->type_name("FILE")->group(group);
    app.add_flag("--end-when-done", arguments.endWhenDone, "end once everything is sent and the last client is gone")->group(group);
}

void addFaults(CLI::App &app, sim::Options &options)
{
    sim::Faults &faults = options.faults;
    const char *group = "Faults";
    app.add_option("--drop", faults.drop, "share of events never sent")->transform(kShare)->group(group);
    app.add_option("--duplicate", faults.duplicate, "share of events sent a second time later")->transform(kShare)->group(group);
    app.add_option("--shuffle", faults.shuffle, "reorder events within windows of so many")->check(CLI::Range(0, 1'000'000))->group(group);
    addSeconds(app, "--skew", faults.skew, "each participant's clock is off by up to this", group);
    addSeconds(app, "--delay", faults.delay, "each message is held back up to this", group);
    app.add_option("--disconnect-every", faults.disconnectEvery, "messages between two disconnects")->check(CLI::Range(0, 1'000'000'000))->group(group);
    app.add_flag("--reset", faults.reset, "cut the connection in mid-frame instead of closing it; nothing is replayed")->group(group);
    app.add_option("--replay", faults.replay, "events sent again after a disconnect")->check(CLI::Range(0, 1'000'000))->group(group);
    addSeconds(app, "--silence", faults.silence, "now and then nothing is sent for so long", group);
    app.add_option("--bad", faults.bad, "probability of a bad event or message before each event")->transform(kShare)->group(group);
    app.add_option("--odd", faults.odd, "share of events that are strange but to be accepted")->transform(kShare)->group(group);
    app.add_option("--variant", faults.variant, "share of events that come with two bodies")->transform(kShare)->group(group);
    app.add_flag("--no-sequence", faults.noSequence, "events carry no sequence")->group(group);
    app.add_option("--fault-seed", options.faultSeed, "chance of the faults alone; 0: from the seed")->group(group);
}

void addServer(CLI::App &app, SimulatorArguments &arguments, std::string &keyFile)
{
    sim::Accounts &accounts = arguments.accounts;
    const char *group = "Server";
    app.add_option("--port", arguments.port, "on 127.0.0.1; 0: a free one")->capture_default_str()->group(group);
    app.add_option("--client-id", accounts.clientId, "the client that may sign in")->capture_default_str()->group(group);
    app.add_option("--client-secret", accounts.clientSecret, "its secret")->default_str("demo-secret")->group(group);
    app.add_option("--public-key", keyFile, "PEM file: JWT bearer assertions are verified with it")->check(CLI::ExistingFile)->group(group);
    addSeconds(app, "--token-life", accounts.tokenLife, "how long a token is valid", group);
}

std::string contents(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

ParsedArguments parseArguments(int argc, char **argv)
{
    SimulatorArguments arguments;
    std::string keyFile;
    CLI::App app("Plays Genesys Cloud's side: OAuth and the streaming protocol, scripted calls, and every fault of a network.",
                 "threadline-simulator");
    app.set_version_flag("--version", THREADLINE_VERSION);
    addStream(app, arguments);
    addFaults(app, arguments.options);
    addServer(app, arguments, keyFile);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ExtrasError &) {
        return {std::nullopt, sayAndExit({ErrorCode::InvalidArgument, notUnderstood(app.remaining(true))})};
    } catch (const CLI::ParseError &error) {
        return {std::nullopt, app.exit(error) == 0 ? kExitOk : kExitUsage};
    }
    arguments.secretGiven = app.count("--client-secret") > 0;
    if (!keyFile.empty())
        arguments.accounts.publicKeyPem = contents(keyFile);
    return {std::move(arguments), kExitOk};
}

} // namespace threadline::app
