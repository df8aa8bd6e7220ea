// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivery to a real InfluxDB on the same machine: how fast the server takes these lines when they lie ready in memory, and how
/// fast the sink drains a store that is full of them; each on a fresh server.
///   bench_delivery --events 1000000 [--schema classic] [--no-payload] [--gzip] [--v1]
/// The server is that of the tests: see tests/support/influxserver.h.
#include "core/delivery/nettransport.h"
#include "core/delivery/sink.h"
#include "tests/engine/harness.h"
#include "tests/support/influxserver.h"

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>

namespace {

using namespace threadline;
using namespace threadline::test;

struct Arguments {
    int events = 300'000;
    std::string schema = "bounded";
    bool noPayload = false, gzip = false, v1 = false;
    int inFlight = delivery::SenderOptions().inFlight;
    std::string folder = "bench-delivery-data";
};

double cpuSeconds()
{
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void need(const std::optional<QString> &problem)
{
    if (problem)
        qFatal("%s", qPrintable(*problem));
}

delivery::SenderOptions optionsFor(const Arguments &arguments, const RealInflux &server)
{
    delivery::SenderOptions options;
    options.target.url = server.url().toStdString();
    options.target.token = arguments.v1 ? "" : server.token().toStdString();
    options.target.org = server.org().toStdString();
    options.target.bucket = server.bucket().toStdString();
    options.target.schema = arguments.schema == "classic" ? influx::Schema::Classic : influx::Schema::Bounded;
    options.target.payload = !arguments.noPayload;
    options.gzip = arguments.gzip;
    options.inFlight = arguments.inFlight;
    return options;
}

/// All batches of the store, rendered.
std::vector<std::string> bodies(Store &store, const delivery::SenderOptions &options, const std::string &folder)
{
    std::filesystem::create_directories(folder);
    auto reader = store.reader();
    auto marks = DeliveryStore::open(folder);
    if (!reader || !marks || !(*marks)->begin("bench"))
        qFatal("no reader");
    delivery::BatchBuilder builder(**reader, **marks, options.target, options.scope);
    std::vector<std::string> all;
    for (;;) {
        auto batch = builder.next(options.batch, {});
        if (!batch || !*batch)
            return all;
        all.push_back(std::move((*batch)->text));
    }
}

/// As many requests at a time as the sink.
double sendRaw(const std::vector<std::string> &all, const delivery::SenderOptions &options, influx::Product product)
{
    delivery::NetTransport transport(options.target.url, {}, qApp);
    QEventLoop loop;
    std::size_t next = 0, done = 0;
    std::function<void()> send = [&] {
        if (next == all.size())
            return;
        const auto body = std::make_shared<const std::string>(all[next++]);
        transport.send(influx::writeRequest(options.target, product, false), body, false, options.timeout, [&](influx::HttpReply reply) {
            if (reply.status != 204)
                qFatal("%d %s", reply.status, reply.body.c_str());
            if (++done == all.size())
                loop.quit();
            send();
        });
    };
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < options.inFlight; ++i)
        send();
    loop.exec();
    return since(start);
}

} // namespace

int main(int argc, char **argv)
{
    Arguments arguments;
    CLI::App line("How fast events reach a real InfluxDB.");
    line.add_option("--events", arguments.events, "how many, about");
    line.add_option("--schema", arguments.schema, "bounded, classic");
    line.add_flag("--no-payload", arguments.noPayload, "without the events' texts");
    line.add_flag("--gzip", arguments.gzip, "compressed (the sink alone)");
    line.add_option("--in-flight", arguments.inFlight, "requests at a time");
    line.add_flag("--v1", arguments.v1, "to InfluxDB 1");
    line.add_option("--folder", arguments.folder, "for the store; made anew");
    CLI11_PARSE(line, argc, argv);
    QCoreApplication app(argc, argv);
    const auto kind = arguments.v1 ? RealInflux::Kind::V1 : RealInflux::Kind::V2;
    if (const auto why = RealInflux::unavailable(kind))
        qFatal("%s", qPrintable(*why));

    std::filesystem::remove_all(arguments.folder);
    const SystemClock clock;
    Harness harness(arguments.folder, SequenceScope::Interaction, clock, IngestOptions().cacheBytes, true);
    sim::Options stream;
    stream.rate = 0;
    stream.interactions = arguments.events / 23;
    std::uint64_t events = 0;
    for (const auto &[id, all] : feed(harness, stream))
        events += all.size();
    harness.drain();

    double raw = 0, rawLines = 0;
    {
        RealInflux server(kind);
        need(server.start());
        const auto options = optionsFor(arguments, server);
        const std::vector<std::string> all = bodies(harness.store(), options, arguments.folder + "/raw");
        for (const std::string &body : all)
            rawLines += static_cast<double>(std::count(body.begin(), body.end(), '\n'));
        raw = sendRaw(all, options, arguments.v1 ? influx::Product::V1 : influx::Product::V2);
    }
    RealInflux server(kind);
    need(server.start());
    const double cpu = cpuSeconds();
    const auto start = std::chrono::steady_clock::now();
    auto sink = delivery::Sink::start(arguments.folder, harness.store(), optionsFor(arguments, server), {}, clock);
    if (!sink)
        qFatal("%s", sink.error().message.c_str());
    while ((*sink)->status().delivered < events) {
        QEventLoop loop;
        QTimer::singleShot(20, &loop, &QEventLoop::quit);
        loop.exec();
    }
    const double took = since(start);
    const double used = cpuSeconds() - cpu;
    const double n = static_cast<double>(events), lines = static_cast<double>((*sink)->status().lines);
    // Of the interactions as wholes the sink writes some lines more: so rates of lines are what is to be compared.
    std::printf("%s%s%s, %s: %llu events\n  ready in memory  %8.0f lines/s\n  sink             %8.0f lines/s  (%.2f of it), %.0f events/s\n"
                "  processor time   %8.2f us an event, %.2f a line\n",
                arguments.schema.c_str(), arguments.noPayload ? " without payload" : "", arguments.gzip ? " gzip" : "",
                arguments.v1 ? "InfluxDB 1" : "InfluxDB 2", static_cast<unsigned long long>(events), rawLines / raw, lines / took,
                lines / took / (rawLines / raw), n / took, used * 1e6 / n, used * 1e6 / lines);
    return 0;
}
