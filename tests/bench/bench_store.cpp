// SPDX-License-Identifier: GPL-3.0-or-later
/// The store alone: what a durable event costs, how it holds up as the database grows, and how fast it is read.
/// Input: 1,000 interactions open at a time, 100 events each, dealt at random among the open ones; raw texts of about 350 bytes,
/// ids new UUIDs; each group brings the summary of every interaction it touches. CPU is that of the whole process, including the
/// thread that writes the journal back. The disk is the one of --folder (default: a folder under the current one).
#include "core/base/json.h"
#include "core/store/store.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

using namespace threadline;

namespace {

constexpr int kOpen = 1000;
constexpr int kEventsEach = 100;

double wall()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu()
{
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double threadCpu()
{
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double percentile(std::vector<double> values, double p)
{
    if (values.empty())
        return 0;
    const auto at = static_cast<std::size_t>(p * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

std::int64_t fileSize(const std::string &path)
{
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_size : 0;
}

/// Makes groups of events as a contact centre with kOpen calls at a time would.
class Feed {
public:
    explicit Feed(std::uint64_t seed, InteractionKey firstKey) : m_random(seed), m_nextKey(firstKey)
    {
        for (int i = 0; i < kOpen; ++i)
            m_open.push_back({});
    }

    WriteGroup group(std::size_t rows, std::uint64_t commit)
    {
        WriteGroup group;
        group.commit = commit;
        group.listening = true;
        group.events.reserve(rows);
        std::vector<std::size_t> touched;
        for (std::size_t i = 0; i < rows; ++i) {
            const std::size_t n = m_random() % m_open.size();
            Call &call = m_open[n];
            if (call.left == 0)
                begin(call, group);
            if (call.commit != commit) {
                call.commit = commit;
                touched.push_back(n);
            }
            --call.left;
            ++call.count;
            m_time += 50;
            call.last = m_time;
            group.events.push_back({call.key, uuid(), raw(call), Timestamp{m_time + 1000}, Provenance::Live, 0});
            if (call.left == 0)
                finish(call, group);
        }
        for (const std::size_t n : touched) {
            if (m_open[n].left > 0)
                group.summaries.push_back({m_open[n].key, summaryOf(m_open[n])});
        }
        group.lastReceived = Timestamp{m_time + 1000};
        return group;
    }

    [[nodiscard]] const std::vector<std::string> &ended() const { return m_ended; }

private:
    struct Call {
        InteractionKey key = 0;
        std::string id;
        int left = 0;
        int count = 0;
        std::int64_t start = 0;
        std::int64_t last = 0;
        std::uint64_t commit = 0;
    };

    std::string uuid()
    {
        static constexpr char kHex[] = "0123456789abcdef";
        std::string text(36, '-');
        std::uint64_t bits = 0;
        for (std::size_t i = 0, n = 0; i < text.size(); ++i) {
            if (i == 8 || i == 13 || i == 18 || i == 23)
                continue;
            if (n++ % 16 == 0)
                bits = m_random();
            text[i] = kHex[bits & 15];
            bits >>= 4;
        }
        return text;
    }

    void begin(Call &call, WriteGroup &group)
    {
        call = {m_nextKey++, uuid(), kEventsEach, 0, m_time, m_time, 0};
        group.interactions.push_back({call.key, call.id});
    }

    void finish(const Call &call, WriteGroup &group)
    {
        Summary summary = summaryOf(call);
        summary.state = InteractionState::Ended;
        summary.end = Timestamp{call.last};
        m_ended.push_back(call.id);
        group.summaries.push_back({call.key, std::move(summary)});
    }

    Summary summaryOf(const Call &call) const
    {
        Summary s;
        s.interaction.value = call.id;
        s.start = Timestamp{call.start};
        s.lastEventAt = Timestamp{call.last};
        s.count = call.count;
        s.media = {"voice"};
        s.queues = {"Support"};
        s.agents = {"Ada Lovelace"};
        s.customer = "+44 20 7946 0" + std::to_string(100 + call.key % 900);
        return s;
    }

    std::string raw(const Call &call)
    {
        std::string text = R"({"id":"01234567-89ab-cdef-0123-456789abcdef","timestamp":"2026-05-06T10:44:54.118Z","type":"interaction-updated","data":{"interactionId":")";
        text += call.id;
        text += R"(","participantId":"b3b1c9de-8f0e-4d3c-9a52-9a0e4c1f7d21","channelId":"6a1f","purpose":"agent","mediaType":"voice","state":"talking","userId":"u-17","queueId":"q-3"},"sequence":)";
        text += std::to_string(call.count) + "}";
        return text;
    }

    std::mt19937_64 m_random;
    std::vector<Call> m_open;
    std::vector<std::string> m_ended;
    InteractionKey m_nextKey;
    std::int64_t m_time = 1'780'000'000'000'000;
};

struct Run {
    std::string folder;
    std::size_t group;
    std::size_t rows;
    bool report = false; ///< a line each tenth
};

void must(const Result<> &result)
{
    if (result)
        return;
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
}

void insert(const Run &run)
{
    std::filesystem::remove_all(run.folder);
    StoreOptions options;
    options.folder = run.folder;
    auto opened = Store::open(options);
    if (!opened)
        must(fail(opened.error()));
    Store &store = **opened;
    Feed feed(7, 1);
    std::vector<double> commits;
    double inside = 0, used = 0, own = 0;
    std::int64_t journal = 0;
    std::size_t done = 0, mark = 0;
    double markInside = 0, markUsed = 0;
    for (std::uint64_t commit = 1; done < run.rows; ++commit) {
        double made = cpu();
        WriteGroup group = feed.group(std::min(run.group, run.rows - done), commit);
        const double began = wall(), threadBegan = threadCpu();
        made = threadBegan; // only the write is counted: what the thread beside does meanwhile is added below
        const double processBegan = cpu();
        must(store.write(group));
        const double took = wall() - began;
        used += cpu() - processBegan;
        own += threadCpu() - made;
        inside += took;
        commits.push_back(took * 1000);
        done += group.events.size();
        journal = std::max(journal, fileSize(run.folder + "/threadline.db-wal"));
        if (run.report && (done - mark >= run.rows / 10 || done == run.rows)) {
            std::printf("    at %8zu rows: %7.0f rows/s, %.2f us CPU/row\n", done, static_cast<double>(done - mark) / (inside - markInside),
                        (used - markUsed) * 1e6 / static_cast<double>(done - mark));
            mark = done;
            markInside = inside;
            markUsed = used;
        }
    }
    const double n = static_cast<double>(done);
    opened->reset();
    std::printf("  groups of %5zu: %7.0f rows/s | CPU us/row: writer %.2f, process %.2f | commit ms p50 %.2f p99 %.2f max %.0f | journal up to %lld MB | %.0f bytes/row\n",
                run.group, n / inside, own * 1e6 / n, used * 1e6 / n, percentile(commits, 0.5), percentile(commits, 0.99),
                percentile(commits, 1), static_cast<long long>(journal >> 20), static_cast<double>(fileSize(run.folder + "/threadline.db")) / n);
    std::fflush(stdout);
}

/// Drops the database's pages from the system's cache, as a start after a while would find it.
void evict(const std::string &folder)
{
    const int fd = ::open((folder + "/threadline.db").c_str(), O_RDONLY);
    ::fsync(fd);
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    ::close(fd);
}

void read(const std::string &folder)
{
    StoreOptions options;
    options.folder = folder;
    auto store = Store::open(options);
    if (!store)
        must(fail(store.error()));
    // Interactions of 12 events, written beside what is there.
    Feed feed(11, (*store)->opened().lastKey + 1);
    std::vector<std::string> ids;
    std::uint64_t commit = (*store)->opened().lastCommit;
    InteractionKey key = (*store)->opened().lastKey;
    std::mt19937_64 random(5);
    WriteGroup last;
    for (int g = 0; g < 12; ++g) {
        WriteGroup group;
        group.commit = ++commit;
        for (int i = 0; i < 10'000; ++i) {
            char id[40];
            std::snprintf(id, sizeof id, "%08x-0000-4000-8000-%012x", i * 2654435761u, static_cast<unsigned>(i));
            if (g == 0) {
                group.interactions.push_back({++key, id});
                ids.emplace_back(id);
            }
            char event[40];
            std::snprintf(event, sizeof event, "%08x-%04x-4000-8000-%012x", static_cast<unsigned>(random()), static_cast<unsigned>(g), static_cast<unsigned>(i));
            group.events.push_back({key - (g == 0 ? 0 : 9'999 - i), event, std::string(350, 'x'), Timestamp{1}, Provenance::Live, 0});
        }
        must((*store)->write(group));
    }
    auto reader = (*store)->reader();
    if (!reader)
        must(fail(reader.error()));
    std::size_t bytes = 0;
    const auto one = [&](const std::string &id) {
        const auto found = (*reader)->find(id);
        if (!found || !*found)
            must(fail(found ? Error{ErrorCode::NotFound, id} : found.error()));
        must((*reader)->events(**found, [&](StoredEvent &&e) {
            bytes += e.raw.size();
            return true;
        }));
    };
    const auto measure = [&](const char *what, std::size_t n, std::size_t distinct) {
        std::vector<double> times;
        for (std::size_t i = 0; i < n; ++i) {
            const std::string &id = ids[random() % distinct];
            const double began = wall();
            one(id);
            times.push_back((wall() - began) * 1e6);
        }
        std::printf("  find + 12 events, %s: p50 %.1f us, p99 %.1f us\n", what, percentile(times, 0.5), percentile(times, 0.99));
    };
    measure("warm, 100 interactions at random", 20'000, 100);
    measure("warm, 10,000 interactions at random", 20'000, ids.size());
    {
        WriteGroup group;
        std::vector<double> times;
        for (int i = 0; i < 500; ++i) {
            group.commit = ++commit;
            must((*store)->write(group));
            const double began = wall();
            one(ids[random() % ids.size()]);
            times.push_back((wall() - began) * 1e6);
        }
        std::printf("  find + 12 events, after a commit each: p50 %.1f us, p99 %.1f us\n", percentile(times, 0.5), percentile(times, 0.99));
    }
    evict(folder);
    reader = (*store)->reader();
    measure("new connection, file out of the system's cache", 300, ids.size());
    for (const bool ranged : {false, true}) {
        StoreReader::Listing listing;
        if (ranged) {
            listing.from = Timestamp{1'780'000'000'000'000 + 5'000'000};
            listing.to = Timestamp{1'780'000'000'000'000 + 6'000'000};
        }
        std::vector<double> times;
        std::size_t rows = 0;
        for (int i = 0; i < 50; ++i) {
            const double began = wall();
            const auto page = (*reader)->list(listing);
            times.push_back((wall() - began) * 1e3);
            rows = page ? page->size() : 0;
        }
        std::printf("  list, %s: %zu rows, p50 %.2f ms, p99 %.2f ms\n", ranged ? "one second long ago" : "newest", rows, percentile(times, 0.5), percentile(times, 0.99));
    }
    std::vector<double> times;
    std::size_t rows = 0;
    for (int i = 0; i < 50; ++i) {
        const double began = wall();
        const auto open = (*reader)->openAt(Timestamp{1'780'000'000'000'000 + 20'000'000 + i * 100'000}, 1000);
        times.push_back((wall() - began) * 1e3);
        rows = open ? open->size() : 0;
    }
    std::printf("  open at an instant: %zu rows, p50 %.2f ms, p99 %.2f ms\n", rows, percentile(times, 0.5), percentile(times, 0.99));
    const double began = wall();
    store->reset();
    reader->reset();
    std::printf("  close: %.0f ms", (wall() - began) * 1000);
    const double again = wall();
    store = Store::open(options);
    std::printf(", open again: %.1f ms (%llu events)\n", (wall() - again) * 1000, static_cast<unsigned long long>((*store)->opened().events));
}

} // namespace

int main(int argc, char **argv)
{
    CLI::App app{"Benchmarks of the embedded store"};
    std::string folder = "bench-store";
    std::size_t rows = 500'000, growth = 3'000'000;
    std::vector<std::size_t> groups = {100, 1000, 8000};
    app.add_option("--folder", folder, "Where the databases are made");
    app.add_option("--rows", rows, "Rows for each size of group");
    app.add_option("--groups", groups, "Sizes of groups")->expected(0, -1);
    app.add_option("--growth", growth, "Rows of the last database (0: none)");
    bool reading = true;
    app.add_flag("!--no-read", reading, "Leave the reading out");
    CLI11_PARSE(app, argc, argv);
    std::printf("insert, %zu rows each, synchronous=FULL\n", rows);
    for (const std::size_t group : groups) {
        if (group > 0)
            insert({folder, group, std::max(group, std::min(rows, group * 2000)), false});
    }
    if (growth > 0) {
        std::printf("growth to %zu rows\n", growth);
        insert({folder, 8000, growth, true});
    }
    if (reading) {
        std::printf("read\n");
        read(folder);
    }
    std::filesystem::remove_all(folder);
    return 0;
}
