// SPDX-License-Identifier: GPL-3.0-or-later
/// From a message in memory to durable: the engine and the store, without a socket. One thread generates the simulator's
/// messages and offers them; generating is left out of "CPU an event". Delays are those of the oldest message of a commit.
///   bench_engine --events 2000000              saturation
///   bench_engine --events 2000000 --rate 100000
#include "core/engine/engine.h"
#include "core/simulator/stream.h"
#include "core/store/store.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ctime>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace threadline;

double cpuSeconds(clockid_t which)
{
    timespec t{};
    clock_gettime(which, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double residentMegabytes()
{
    std::ifstream in("/proc/self/statm");
    long total = 0, resident = 0;
    in >> total >> resident;
    return static_cast<double>(resident) * 4096 / 1e6;
}

struct Arguments {
    std::uint64_t events = 2'000'000;
    double rate = 0;
    int concurrent = 1000;
    double duplicate = 0;
    int shuffle = 0;
    double skew = 0;
    std::string folder = "bench-engine-data";
};

/// The bound of commitDelayBuckets within which 99 of 100 commits since `before` lie; `before` becomes `now`. In words.
std::string p99Since(std::vector<std::uint64_t> &before, const std::vector<std::uint64_t> &now)
{
    before.resize(now.size());
    std::uint64_t all = 0, seen = 0;
    for (std::size_t i = 0; i < now.size(); ++i)
        all += now[i] - before[i];
    std::string words = "no commit";
    for (std::size_t i = 0; i < now.size() && all > 0; ++i) {
        seen += now[i] - before[i];
        if (100 * seen < 99 * all)
            continue;
        char text[32];
        std::snprintf(text, sizeof text, "%g s", i < std::size(kCommitDelayBounds) ? kCommitDelayBounds[i] : INFINITY);
        words = text;
        break;
    }
    before = now;
    return words;
}

/// Generates and offers; returns the CPU seconds that generating took.
double produce(const Arguments &arguments, Engine &engine, const Clock &clock)
{
    sim::Options options;
    options.rate = 0;
    options.concurrent = arguments.concurrent;
    options.faults.duplicate = arguments.duplicate;
    options.faults.shuffle = arguments.shuffle;
    options.faults.skew = Duration::micros(static_cast<std::int64_t>(arguments.skew * 1e6));
    sim::Stream stream(options);
    const Duration start = clock.steady();
    double generated = 0;
    std::uint64_t sent = 0, told = 0;
    std::vector<std::uint64_t> delays;
    Duration toldAt = start;
    SourceItem listening = Listening{clock.now()};
    static_cast<void>(engine.offer(listening));
    while (sent < arguments.events) {
        const double before = cpuSeconds(CLOCK_THREAD_CPUTIME_ID);
        auto item = stream.next();
        generated += cpuSeconds(CLOCK_THREAD_CPUTIME_ID) - before;
        if (!item || item->what != sim::Stream::Item::Do::Send)
            continue;
        sent += item->events.size();
        if (arguments.rate > 0) {
            const Duration due = start + Duration::micros(static_cast<std::int64_t>(static_cast<double>(sent) / arguments.rate * 1e6));
            if (due > clock.steady())
                std::this_thread::sleep_for(std::chrono::microseconds((due - clock.steady()).us));
        }
        SourceItem message = RawMessage{std::move(item->text), clock.now(), clock.steady(), false};
        while (!engine.offer(message)) { }
        if (sent - told >= arguments.events / 10) {
            const Duration now = clock.steady();
            const double seconds = static_cast<double>((now - toldAt).us) / 1e6;
            const std::string p99 = p99Since(delays, engine.status().commitDelayBuckets);
            std::printf("  %9llu events offered, the last tenth at %8.0f /s, 99 %% durable within %s, %6.1f MB resident\n",
                        static_cast<unsigned long long>(sent), static_cast<double>(sent - told) / seconds, p99.c_str(), residentMegabytes());
            told = sent;
            toldAt = now;
            std::fflush(stdout);
        }
    }
    return generated;
}

int run(const Arguments &arguments)
{
    std::filesystem::remove_all(arguments.folder);
    const SystemClock clock;
    StoreOptions storeOptions;
    storeOptions.folder = arguments.folder;
    auto store = Store::open(storeOptions);
    if (!store) {
        std::fprintf(stderr, "%s\n", store.error().message.c_str());
        return 1;
    }
    auto engine = Engine::start(**store, {}, clock, [](const WriteGroup &) {}, [] {});
    if (!engine)
        return 1;
    const Duration start = clock.steady();
    const double cpuStart = cpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
    const double generated = produce(arguments, **engine, clock);
    const bool durable = (*engine)->drain(Duration::seconds(300));
    const double seconds = static_cast<double>((clock.steady() - start).us) / 1e6;
    const double cpu = cpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart - generated;
    const Status status = (*engine)->status();
    std::printf("%s: %llu events, %llu stored, %llu duplicates in %.2f s: %.0f events/s, CPU %.2f us an event, %.1f MB resident\n",
                durable ? "durable" : "NOT DURABLE", static_cast<unsigned long long>(status.received),
                static_cast<unsigned long long>(status.stored), static_cast<unsigned long long>(status.duplicates), seconds,
                static_cast<double>(status.received) / seconds, cpu * 1e6 / static_cast<double>(status.received), residentMegabytes());
    std::printf("  commits %llu, receipt of the oldest to durable:", static_cast<unsigned long long>(status.commits));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < status.commitDelayBuckets.size(); ++i) {
        seen += status.commitDelayBuckets[i];
        if (i < std::size(kCommitDelayBounds))
            std::printf(" %.0f%% <= %g s", 100.0 * static_cast<double>(seen) / static_cast<double>(status.commitDelayCount), kCommitDelayBounds[i]);
    }
    std::printf("\n");
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    CLI::App app("The engine from message to durable");
    Arguments arguments;
    app.add_option("--events", arguments.events, "so many")->capture_default_str();
    app.add_option("--rate", arguments.rate, "events per second; 0: as fast as they are taken")->capture_default_str();
    app.add_option("--concurrent", arguments.concurrent, "interactions open at a time")->capture_default_str();
    app.add_option("--duplicate", arguments.duplicate, "share of events sent twice");
    app.add_option("--shuffle", arguments.shuffle, "window of reordering");
    app.add_option("--skew", arguments.skew, "seconds");
    app.add_option("--folder", arguments.folder, "where the database is made")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    return run(arguments);
}
