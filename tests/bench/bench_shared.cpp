// SPDX-License-Identifier: GPL-3.0-or-later
/// Engine and delivery together, with a real InfluxDB on the same machine (see tests/support/influxserver.h).
///   bench_shared live --events 1000000 [--schema classic]   from message to the server, as fast as all of it goes
///   bench_shared outage --rate 3000 --seconds 60             the server is away for so long while events go on coming
///   bench_shared queryable --rate 500 --seconds 30           from receipt until a question to the server finds the event
///   bench_shared dead --events 1000000                       ingest with a server that is not there, beside none at all
///   bench_shared timeline --events 1000000                   one timeline read back by a machine that has nothing itself
#include "core/delivery/sink.h"
#include "core/engine/localsession.h"
#include "core/history/archive.h"
#include "core/simulator/stream.h"
#include "core/store/store.h"
#include "tests/support/influxserver.h"

#include <CLI/CLI.hpp>
#include <QCoreApplication>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace {

using namespace threadline;
using namespace threadline::test;
using std::chrono::milliseconds;

struct Arguments {
    std::uint64_t events = 300'000;
    double rate = 500;
    int seconds = 30;
    std::string schema = "bounded";
    bool noPayload = false, gzip = false, v1 = false;
    std::string folder = "bench-shared-data";
};

double residentMegabytes()
{
    std::ifstream in("/proc/self/statm");
    long total = 0, resident = 0;
    in >> total >> resident;
    return static_cast<double>(resident) * 4096 / 1e6;
}

double seconds(Duration d) { return static_cast<double>(d.us) / 1e6; }

void need(const std::optional<QString> &problem)
{
    if (problem)
        qFatal("%s", qPrintable(*problem));
}

delivery::SenderOptions optionsFor(const Arguments &arguments, const std::string &url, const std::string &token)
{
    delivery::SenderOptions options;
    options.target.url = url;
    options.target.token = arguments.v1 ? "" : token;
    options.target.org = arguments.v1 ? "" : "org";
    options.target.bucket = "bucket";
    options.target.schema = arguments.schema == "classic" ? influx::Schema::Classic : influx::Schema::Bounded;
    options.target.payload = !arguments.noPayload;
    options.gzip = arguments.gzip;
    return options;
}

/// A collector without its socket and its face.
struct Collector {
    Collector(const std::string &folder, const std::optional<delivery::SenderOptions> &sender)
    {
        std::filesystem::remove_all(folder);
        StoreOptions where;
        where.folder = folder;
        auto opened = Store::open(where);
        if (!opened)
            qFatal("%s", opened.error().message.c_str());
        store = std::move(*opened);
        EngineOptions options;
        options.ingest.handedOn = sender.has_value();
        if (sender) {
            auto started = delivery::Sink::start(folder, *store, *sender, {}, clock);
            if (!started)
                qFatal("%s", started.error().message.c_str());
            sink = std::move(*started);
            options.changesDone = [this] { return sink->changesDone(); };
            options.held = [this] { return sink->full(); };
        }
        auto started = Engine::start(*store, options, clock, [this](const WriteGroup &) {
            if (sink)
                sink->committed();
        }, [] {});
        if (!started)
            qFatal("%s", started.error().message.c_str());
        engine = std::move(*started);
        SourceItem listening = Listening{clock.now()};
        static_cast<void>(engine->offer(listening));
    }
    ~Collector() { engine.reset(); } // before what it calls

    SystemClock clock;
    std::unique_ptr<Store> store;
    std::unique_ptr<delivery::Sink> sink;
    std::unique_ptr<Engine> engine;
};

/// Offers messages until `events` have been sent or `until` says so. `told` is called for each message before it is offered.
std::uint64_t produce(Collector &collector, double rate, const std::function<bool(std::uint64_t)> &enough,
                      const std::function<void(const sim::Stream::Item &)> &told = {})
{
    sim::Options options;
    options.rate = 0;
    options.eventsPerMessage = rate > 0 && rate < 1000 ? 1 : 10;
    sim::Stream stream(options);
    const Duration start = collector.clock.steady();
    std::uint64_t sent = 0;
    while (!enough(sent)) {
        auto item = stream.next();
        if (!item || item->what != sim::Stream::Item::Do::Send)
            continue;
        sent += item->events.size();
        if (rate > 0) {
            const Duration due = start + Duration::micros(static_cast<std::int64_t>(static_cast<double>(sent) / rate * 1e6));
            if (due > collector.clock.steady())
                std::this_thread::sleep_for(std::chrono::microseconds((due - collector.clock.steady()).us));
        }
        if (told)
            told(*item);
        SourceItem message = RawMessage{std::move(item->text), collector.clock.now(), collector.clock.steady(), false};
        while (!collector.engine->offer(message)) { }
    }
    return sent;
}

void waitUntil(const std::function<bool()> &done)
{
    while (!done())
        std::this_thread::sleep_for(milliseconds(20));
}

int live(const Arguments &arguments, RealInflux &server)
{
    Collector collector(arguments.folder, optionsFor(arguments, server.url().toStdString(), server.token().toStdString()));
    const Duration start = collector.clock.steady();
    std::uint64_t most = 0;
    const std::uint64_t sent = produce(collector, 0, [&](std::uint64_t n) {
        most = std::max(most, collector.sink->status().backlog);
        return n >= arguments.events;
    });
    static_cast<void>(collector.engine->drain(Duration::seconds(60)));
    const double ingested = seconds(collector.clock.steady() - start);
    waitUntil([&] { return collector.sink->status().delivered >= sent; });
    const double took = seconds(collector.clock.steady() - start);
    std::printf("live, %s: %llu events durable in %.1f s, delivered in %.1f s: %.0f events/s end to end, at most %llu waiting, %.0f MB resident\n",
                arguments.schema.c_str(), static_cast<unsigned long long>(sent), ingested, took, static_cast<double>(sent) / took,
                static_cast<unsigned long long>(most), residentMegabytes());
    return 0;
}

int outage(const Arguments &arguments, RealInflux &server)
{
    Collector collector(arguments.folder, optionsFor(arguments, server.url().toStdString(), server.token().toStdString()));
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> sent{0};
    std::thread feed([&] {
        (void)produce(collector, arguments.rate, [&](std::uint64_t n) {
            sent = n;
            return stop.load();
        });
    });
    std::this_thread::sleep_for(milliseconds(5000));
    server.kill9();
    std::this_thread::sleep_for(std::chrono::seconds(arguments.seconds));
    const std::uint64_t backlog = collector.sink->status().backlog;
    need(server.restart());
    const Duration back = collector.clock.steady();
    const auto keepsUp = [&] { return collector.sink->status().backlog < static_cast<std::uint64_t>(arguments.rate); };
    waitUntil(keepsUp);
    const double drained = seconds(collector.clock.steady() - back);
    stop = true;
    feed.join();
    std::printf("outage of %d s at %.0f events/s: %llu waited, gone %.1f s after the server was back, ingest going on; %llu events in all, %.0f MB "
                "resident\n", arguments.seconds, arguments.rate, static_cast<unsigned long long>(backlog), drained,
                static_cast<unsigned long long>(sent.load()), residentMegabytes());
    return 0;
}

double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(q * static_cast<double>(values.size())))];
}

/// The text between the first `before` and the next quotation mark.
std::string textBehind(std::string_view text, std::string_view before)
{
    const std::size_t at = text.find(before);
    if (at == text.npos)
        return {};
    return std::string(text.substr(at + before.size(), text.find('"', at + before.size()) - at - before.size()));
}

int queryable(const Arguments &arguments, RealInflux &server)
{
    Collector collector(arguments.folder, optionsFor(arguments, server.url().toStdString(), server.token().toStdString()));
    std::mutex mutex;
    std::map<std::string, Duration> open;
    std::atomic<bool> stop{false};
    std::thread feed([&] {
        const auto until = collector.clock.steady() + Duration::seconds(arguments.seconds);
        (void)produce(collector, arguments.rate, [&](std::uint64_t) { return collector.clock.steady() > until; },
                      [&](const sim::Stream::Item &item) {
                          std::scoped_lock lock(mutex);
                          for (const auto &span : item.events)
                              open[textBehind(std::string_view(item.text).substr(span.offset, span.size), "\"id\":\"")] = collector.clock.steady();
                      });
        stop = true;
    });
    std::vector<double> delays, rounds;
    const QByteArray measurement = arguments.schema == "classic" ? "genesys_interaction_events" : "interaction_event";
    const auto ask = [&] {
        const Duration asked = collector.clock.steady();
        const QByteArray found = server.query("SELECT eventId FROM " + measurement + " ORDER BY time DESC LIMIT 3000");
        const Duration now = collector.clock.steady();
        rounds.push_back(seconds(now - asked));
        std::scoped_lock lock(mutex);
        const auto parts = found.split('"');
        for (const QByteArray &part : parts) {
            if (const auto id = open.find(part.toStdString()); id != open.end()) {
                delays.push_back(seconds(now - id->second));
                open.erase(id);
            }
        }
    };
    while (!stop) {
        ask();
        std::this_thread::sleep_for(milliseconds(50));
    }
    feed.join();
    for (int i = 0; i < 50 && !open.empty(); ++i)
        ask();
    std::printf("queryable, %s at %.0f events/s: %zu events, p50 %.2f s, p99 %.2f s, longest %.2f s (a round of asking: p50 %.3f s), %zu never seen\n",
                arguments.schema.c_str(), arguments.rate, delays.size(), quantile(delays, 0.5), quantile(delays, 0.99), quantile(delays, 1),
                quantile(rounds, 0.5), open.size());
    return 0;
}

/// In turn, so that what else the machine does befalls both.
int dead(const Arguments &arguments)
{
    std::vector<double> ratios;
    for (int round = 0; round < 3; ++round) {
        double rates[2] = {};
        for (const bool delivers : {false, true}) {
            std::optional<delivery::SenderOptions> sender;
            if (delivers)
                sender = optionsFor(arguments, "http://127.0.0.1:1", "token");
            Collector collector(arguments.folder, sender);
            const Duration start = collector.clock.steady();
            std::vector<Duration> tenths{start};
            const std::uint64_t sent = produce(collector, 0, [&](std::uint64_t n) {
                if (n >= arguments.events / 10 * tenths.size())
                    tenths.push_back(collector.clock.steady());
                return n >= arguments.events;
            });
            static_cast<void>(collector.engine->drain(Duration::seconds(60)));
            rates[delivers] = static_cast<double>(sent) / seconds(collector.clock.steady() - start);
            std::printf("  %-10s %8.0f events/s; by tenths:", delivers ? "dead" : "local only", rates[delivers]);
            for (std::size_t i = 1; i < tenths.size(); ++i)
                std::printf(" %.0f", static_cast<double>(arguments.events) / 10 / seconds(tenths[i] - tenths[i - 1]));
            std::printf("; %.0f MB resident\n", residentMegabytes());
            std::fflush(stdout);
        }
        ratios.push_back(rates[1] / rates[0]);
    }
    std::printf("dead: ingest at %.2f of the local rate (median of 3)\n", quantile(ratios, 0.5));
    return 0;
}

int timeline(const Arguments &arguments, RealInflux &server)
{
    std::vector<std::string> ids;
    const auto options = optionsFor(arguments, server.url().toStdString(), server.token().toStdString());
    {
        Collector collector(arguments.folder, options);
        const std::uint64_t sent = produce(collector, 0, [&](std::uint64_t n) { return n >= arguments.events; },
                                           [&](const sim::Stream::Item &item) {
                                               std::string id = textBehind(item.text, "\"interactionId\":\"");
                                               if (ids.empty() || ids.back() != id)
                                                   ids.push_back(std::move(id));
                                           });
        waitUntil([&] { return collector.sink->status().delivered >= sent; });
        waitUntil([&] { return collector.sink->idle().value_or(false); });
        std::printf("timeline: %llu events, %llu lines delivered\n", static_cast<unsigned long long>(sent),
                    static_cast<unsigned long long>(collector.sink->status().lines));
    }
    history::ArchiveOptions archive;
    archive.target = options.target;
    Collector empty(arguments.folder + "-empty", std::nullopt);
    LocalSessionOptions session;
    session.history = std::make_shared<history::Archive>(archive, NetworkOptions());
    auto asked = LocalSession::start(*empty.store, session, empty.clock);
    if (!asked)
        qFatal("%s", asked.error().message.c_str());
    std::mt19937 chance(1);
    std::vector<double> took;
    std::size_t bytes = 0;
    for (int i = 0; i < 1100; ++i) {
        std::promise<Result<Session::Body>> promise;
        const Duration start = empty.clock.steady();
        const HandlePtr handle =
            (*asked)->timeline(InteractionId(ids[chance() % ids.size()]), false, [&](Result<Session::Body> body) { promise.set_value(std::move(body)); });
        const auto body = promise.get_future().get();
        if (!body)
            qFatal("%s", body.error().message.c_str());
        bytes += body->text->size();
        if (i >= 100) // the first ones warm it
            took.push_back(seconds(empty.clock.steady() - start) * 1e3);
    }
    std::printf("timeline, %s, of %llu events: 1,000 read back, p50 %.1f ms, p99 %.1f ms, longest %.1f ms; %zu bytes on average\n", arguments.schema.c_str(),
                static_cast<unsigned long long>(arguments.events), quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1), bytes / 1100);
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    Arguments arguments;
    std::string what;
    CLI::App line("Engine and delivery together, with a real InfluxDB.");
    line.add_option("what", what, "live, outage, queryable, dead, timeline")->required();
    line.add_option("--events", arguments.events, "how many, about")->capture_default_str();
    line.add_option("--rate", arguments.rate, "events per second (outage, queryable)")->capture_default_str();
    line.add_option("--seconds", arguments.seconds, "of the outage, of asking")->capture_default_str();
    line.add_option("--schema", arguments.schema, "bounded, classic")->capture_default_str();
    line.add_flag("--no-payload", arguments.noPayload, "without the events' texts");
    line.add_flag("--gzip", arguments.gzip, "compressed");
    line.add_flag("--v1", arguments.v1, "to InfluxDB 1");
    line.add_option("--folder", arguments.folder, "for the store; made anew")->capture_default_str();
    CLI11_PARSE(line, argc, argv);
    QCoreApplication app(argc, argv);
    if (what == "dead")
        return dead(arguments);
    const auto kind = arguments.v1 ? RealInflux::Kind::V1 : RealInflux::Kind::V2;
    if (const auto why = RealInflux::unavailable(kind))
        qFatal("%s", qPrintable(*why));
    RealInflux server(kind);
    need(server.start());
    if (what == "live")
        return live(arguments, server);
    if (what == "outage")
        return outage(arguments, server);
    if (what == "queryable")
        return queryable(arguments, server);
    if (what == "timeline")
        return timeline(arguments, server);
    std::fprintf(stderr, "bench_shared: %s is none of live, outage, queryable, dead, timeline\n", what.c_str());
    return 2;
}
