// SPDX-License-Identifier: GPL-3.0-or-later
/// threadline-simulator: Genesys' side of the streaming protocol, on loopback.
#include "app/common/exitcodes.h"
#include "app/common/signals.h"
#include "app/simulator/arguments.h"
#include "app/simulator/truthfile.h"
#include "core/base/log.h"
#include "core/simulator/simulator.h"

#include <QCoreApplication>
#include <QTimer>

#include <cstdio>

namespace {

using namespace threadline;

int listScenarios()
{
    for (const sim::Scenario &scenario : sim::scenarios())
        std::printf("%-18s %s\n", scenario.name.c_str(), scenario.description.c_str());
    return app::kExitOk;
}

void printHowToConnect(const sim::Server &server, const app::SimulatorArguments &arguments)
{
    const std::string url = server.url();
    std::printf("Listening on %s\n\nTo connect a collector:\n", url.c_str());
    std::printf("  export THREADLINE_PROTOCOL=streaming\n  export GENESYS_ENVIRONMENT_URL=%s\n", url.c_str());
    std::printf("  export GENESYS_CLIENT_ID=%s\n", arguments.accounts.clientId.c_str());
    std::printf("  export GENESYS_CLIENT_SECRET=%s\n", arguments.secretGiven ? "<as given>" : arguments.accounts.clientSecret.c_str());
    if (!arguments.accounts.publicKeyPem.empty())
        std::printf("  export GENESYS_PRIVATE_KEY=<the file of the private key>   # instead of the secret\n");
    if (arguments.options.start.us > 0)
        std::printf("\nEvents bear a simulated time that begins at %s; with --start now they bear that of this computer.\n",
                    formatTimestamp(arguments.options.start).c_str());
    std::fflush(stdout);
}

/// Says who comes and goes, and ends the program when everything is sent and nobody is left, if that is wanted.
void watch(sim::Server &server, const app::SimulatorArguments &arguments)
{
    struct State {
        int clients = 0;
        bool done = false;
    };
    const auto state = std::make_shared<State>();
    const auto endIfDone = [state, wanted = arguments.endWhenDone] {
        if (wanted && state->done && state->clients == 0)
            QCoreApplication::quit();
    };
    QObject::connect(&server, &sim::Server::clientConnected, &server, [state] {
        log::info("simulator", "A client connected; now " + std::to_string(++state->clients) + ".");
    });
    QObject::connect(&server, &sim::Server::clientDisconnected, &server, [state, endIfDone] {
        log::info("simulator", "A client left; now " + std::to_string(--state->clients) + ".");
        endIfDone();
    });
    QObject::connect(&server, &sim::Server::finished, &server, [state, endIfDone, &server] {
        state->done = true;
        log::info("simulator", "Everything is sent: " + std::to_string(server.sentEvents()) + " events, copies among them.");
        endIfDone();
    });
}

int run(const app::SimulatorArguments &arguments)
{
    const SystemClock clock;
    std::unique_ptr<app::TruthFile> truth;
    if (!arguments.truthFile.empty()) {
        auto created = app::TruthFile::create(arguments.truthFile, arguments.options);
        if (!created)
            return app::sayAndExit(created.error());
        truth = std::move(*created);
    }
    sim::Server server(arguments.options, arguments.accounts, clock);
    QTimer flush;
    if (truth) {
        server.setTruthSink([&truth](const sim::TrueEvent &event) { truth->add(event); });
        QObject::connect(&flush, &QTimer::timeout, &server, [&truth] { truth->flush(); });
        QObject::connect(&server, &sim::Server::finished, &server, [&truth] { truth->flush(); });
        flush.start(500);
    }
    const auto port = server.listen(arguments.port);
    if (!port) {
        Error error = port.error();
        error.message = "--port: " + error.message;
        return app::sayAndExit(error);
    }
    watch(server, arguments);
    printHowToConnect(server, arguments);
    const app::QuitOnSignal quit([] { QCoreApplication::quit(); });
    const int code = QCoreApplication::exec();
    if (truth) {
        truth->flush();
        if (!truth->good())
            return app::sayAndExit({ErrorCode::Full, "--truth: " + arguments.truthFile + " could not be written completely. Is the disk full?"});
    }
    return code;
}

int start(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const app::ParsedArguments parsed = app::parseArguments(argc, argv);
    if (!parsed.arguments)
        return parsed.exitCode;
    return parsed.arguments->listScenarios ? listScenarios() : run(*parsed.arguments);
}

} // namespace

int main(int argc, char **argv)
{
    if (const auto prepared = app::prepareProcess(); !prepared)
        return app::sayAndExit(prepared.error());
    return app::sayWhatIsShort([&] { return start(argc, argv); });
}
