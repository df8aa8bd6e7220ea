// SPDX-License-Identifier: GPL-3.0-or-later
/// What ordering and the in-memory state of interactions cost. Each figure is the median CPU time of five runs, in one
/// thread, on events made beforehand; ratios are taken between runs on the same events.
#include "core/timeline/correlate.h"
#include "core/timeline/interactionset.h"
#include "core/timeline/order.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace threadline;

namespace {

using Random = std::minstd_rand;

std::string uuid(Random &random)
{
    char text[40];
    const auto word = [&] { return static_cast<unsigned>(random() ^ (random() << 16)); };
    const unsigned a = word(), b = word(), c = word(), d = word();
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-a%03x-%08x%04x", a, b & 0xFFFF, b >> 20, c & 0xFFF, d, c >> 16);
    return text;
}

double cpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Median of what five runs say.
double median(const std::function<double()> &run)
{
    std::vector<double> seconds;
    for (int i = 0; i < 5; ++i)
        seconds.push_back(run());
    std::sort(seconds.begin(), seconds.end());
    return seconds[2];
}

// --- the order alone ---

struct Keys {
    std::vector<std::string> ids;
    std::vector<OrderKey> keys;
};

enum class Shape { Sequenced, Unsequenced, Mixed, OneSecond };

/// `n` events of four participants, 300 ms apart, one clock 60 s ahead; or all within a second of the brackets of one.
std::unique_ptr<Keys> makeKeys(std::size_t n, Shape shape)
{
    Random random(7);
    auto made = std::make_unique<Keys>();
    made->ids.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        made->ids.push_back(uuid(random));
        OrderKey key;
        const std::size_t who = i % 4;
        key.participant = static_cast<std::int32_t>(shape == Shape::OneSecond ? 0 : who);
        key.channel = key.participant;
        const auto us = shape == Shape::OneSecond ? i * 999'999 / n : i * 300'000 + (who == 3 ? 60'000'000 : 0);
        key.time = kEarliestTime + Duration::micros(static_cast<std::int64_t>(us));
        key.id = made->ids.back();
        if (shape == Shape::Sequenced || (shape == Shape::Mixed && i % 2 == 0))
            key.sequence = static_cast<std::int64_t>(i);
        made->keys.push_back(key);
    }
    const auto bracket = [&](std::size_t at, Kind kind, std::uint8_t rank) {
        made->keys[at].kind = kind;
        made->keys[at].rank = rank;
    };
    if (n > 4) { // one late, the other early, so that the brackets have something to do
        bracket(n - 1, Kind::Joined, 0);
        bracket(1, Kind::Left, 4);
    }
    return made;
}

void orderLine(const char *name, std::size_t n, Shape shape)
{
    const auto made = makeKeys(n, shape);
    const std::size_t repeats = std::max<std::size_t>(1, 1'000'000 / n);
    std::printf("  %-34s n=%-8zu", name, n);
    for (const char *arrival : {"in order", "reversed", "shuffled"}) {
        std::vector<OrderKey> keys = made->keys;
        if (arrival[0] == 'r')
            std::reverse(keys.begin(), keys.end());
        if (arrival[0] == 's')
            std::shuffle(keys.begin(), keys.end(), Random(3));
        std::size_t sum = 0;
        const double seconds = median([&] {
            const double start = cpuSeconds();
            for (std::size_t r = 0; r < repeats; ++r)
                sum += canonicalOrder(keys, SequenceScope::Interaction).back();
            return cpuSeconds() - start;
        });
        std::printf("  %s %6.0f ns", arrival, seconds * 1e9 / static_cast<double>(repeats * n));
        if (sum == 1)
            std::puts("");
    }
    std::printf("\n");
}

// --- the sets ---

struct Load {
    std::vector<std::pair<std::size_t, Event>> events; ///< interaction and event, in order of arrival
    std::size_t interactions = 0;
    std::size_t distinct = 0;
};

/// One event of a call: customer, IVR, queue and agent, who join, change their states and leave.
Event makeEvent(Random &random, const std::vector<std::string> &people, std::size_t step, std::size_t steps, Timestamp time)
{
    static constexpr Purpose kPurposes[] = {Purpose::Customer, Purpose::Ivr, Purpose::Acd, Purpose::Agent};
    const std::size_t who = step % 4;
    Event e;
    e.id.value = uuid(random);
    e.participant.value = people[who];
    e.channel.value = people[who + 4];
    e.kind = step < 4 ? Kind::Joined : step + 4 >= steps ? Kind::Left : Kind::Updated;
    e.type = step < 4 ? "interaction-participant-joined" : step + 4 >= steps ? "interaction-participant-left" : "interaction-updated";
    e.time = time + (who == 3 ? Duration::seconds(60) : Duration{});
    e.received = e.time;
    e.facts.purpose = kPurposes[who];
    e.facts.state = State::Connected;
    e.facts.media = Media::Voice;
    if (who == 0)
        e.facts.address = "tel:+15550100";
    if (who >= 2)
        e.facts.queueName = "Billing", e.facts.queueId = people[8];
    if (who == 3)
        e.facts.userId = people[9], e.facts.name = "Ada Lovelace";
    e.content = hash128(e.id.value);
    return e;
}

/// `steps` events each of `interactions` that all go on at once; which one comes next is chance, as it is in life, so that
/// the clean run enjoys no neighbourhood in memory that the others lack.
Load makeLoad(std::size_t interactions, std::size_t steps, bool sequenced, int msApart)
{
    Random random(11);
    Load load;
    load.interactions = interactions;
    load.distinct = interactions * steps;
    std::vector<std::vector<std::string>> people(interactions);
    for (auto &names : people) {
        for (int i = 0; i < 10; ++i)
            names.push_back(uuid(random));
    }
    std::vector<std::size_t> turns(interactions);
    std::iota(turns.begin(), turns.end(), std::size_t(0));
    for (std::size_t step = 0; step < steps; ++step) {
        std::shuffle(turns.begin(), turns.end(), random);
        for (const std::size_t i : turns) {
            const Timestamp time = kEarliestTime + Duration::millis(static_cast<std::int64_t>(step) * msApart);
            Event e = makeEvent(random, people[i], step, steps, time);
            if (sequenced)
                e.sequence = static_cast<std::int64_t>(step);
            load.events.emplace_back(i, std::move(e));
        }
    }
    return load;
}

/// Brings an event into the cache: in the engine it has just been decoded.
std::size_t read(const Event &e)
{
    std::size_t sum = static_cast<std::size_t>(e.time.us) + e.content.low;
    for (const std::string *text : {&e.id.value, &e.participant.value, &e.channel.value, &e.type, &e.facts.userId, &e.facts.queueId})
        sum += text->empty() ? 0 : static_cast<unsigned char>(text->back());
    return sum;
}

/// Adds everything, in groups of `group` events with a summary of each touched interaction behind each: what the engine does.
double runOnce(const Load &load, std::size_t group)
{
    std::vector<std::unique_ptr<InteractionSet>> sets;
    for (std::size_t i = 0; i < load.interactions; ++i)
        sets.push_back(std::make_unique<InteractionSet>(SequenceScope::Interaction));
    std::vector<std::size_t> touched;
    std::vector<bool> isTouched(load.interactions);
    std::size_t sum = 0;
    double seconds = 0;
    for (std::size_t from = 0; from < load.events.size(); from += group) {
        const std::size_t to = std::min(from + group, load.events.size());
        for (std::size_t n = from; n < to; ++n)
            sum += read(load.events[n].second);
        const double start = cpuSeconds();
        for (std::size_t n = from; n < to; ++n) {
            const auto &[i, event] = load.events[n];
            sets[i]->add(event, n);
            if (!isTouched[i])
                touched.push_back(i);
            isTouched[i] = true;
        }
        for (const std::size_t i : touched) {
            sum += static_cast<std::size_t>(sets[i]->summary(kEarliestTime).count);
            isTouched[i] = false;
        }
        touched.clear();
        seconds += cpuSeconds() - start;
    }
    return sum == 0 ? 0 : seconds; // the sum is used, so that nothing of it is left out
}

double run(const Load &load, std::size_t group)
{
    return median([&] { return runOnce(load, group); });
}

void shuffleWindows(Load &load, std::size_t window)
{
    Random random(5);
    for (std::size_t at = 0; at < load.events.size(); at += window) {
        const std::size_t end = std::min(at + window, load.events.size());
        std::shuffle(load.events.begin() + static_cast<std::ptrdiff_t>(at), load.events.begin() + static_cast<std::ptrdiff_t>(end), random);
    }
}

void doubleAll(Load &load)
{
    Load doubled{{}, load.interactions, load.distinct};
    for (const auto &event : load.events) {
        doubled.events.push_back(event);
        doubled.events.push_back(event);
    }
    load = std::move(doubled);
}

/// Every tenth event comes 5,000 events later than it should.
void delayTenth(Load &load)
{
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (std::size_t n = 0; n < load.events.size(); ++n)
        places.emplace_back(n % 10 == 0 ? n + 5000 : n, n);
    std::stable_sort(places.begin(), places.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    Load delayed{{}, load.interactions, load.distinct};
    for (const auto &[place, n] : places)
        delayed.events.push_back(std::move(load.events[n]));
    load = std::move(delayed);
}

void setLine(const char *name, const Load &load, double clean)
{
    const double seconds = run(load, 1000);
    const double each = seconds * 1e9 / static_cast<double>(load.events.size());
    std::printf("  %-30s %6.0f ns a received event  %6.2f x clean a distinct event\n", name, each,
                clean > 0 ? seconds * 1e9 / static_cast<double>(load.distinct) / clean : 1.0);
}

void setLines(std::size_t interactions, std::size_t steps)
{
    std::printf("interactions in memory: %zu at once, %zu events each, a summary of every touched one each 1,000 events\n", interactions, steps);
    const Load clean = makeLoad(interactions, steps, true, 300);
    const double cleanEach = run(clean, 1000) * 1e9 / static_cast<double>(clean.distinct);
    setLine("clean", clean, cleanEach);
    Load load = clean;
    delayTenth(load);
    setLine("every tenth 5,000 events late", load, cleanEach);
    load = clean;
    shuffleWindows(load, 256);
    setLine("shuffled over 256", load, cleanEach);
    shuffleWindows(load, load.events.size());
    setLine("shuffled over everything", load, cleanEach);
    load = clean;
    doubleAll(load);
    setLine("every event twice", load, cleanEach);
    shuffleWindows(load, 256);
    setLine("twice, shuffled over 256", load, cleanEach);
    std::size_t bytes = 0;
    InteractionSet set(SequenceScope::Interaction);
    for (const auto &[i, event] : clean.events) {
        if (i == 0)
            set.add(event, 1);
    }
    bytes = set.memoryBytes() + sizeof(InteractionSet);
    std::printf("  memory of one: %zu bytes, %.0f an event\n", bytes, static_cast<double>(bytes) / static_cast<double>(steps));
}

void reverseLine(const char *name, bool sequenced, bool mixed)
{
    Load forward = makeLoad(1, 100'000, sequenced, 20);
    for (std::size_t n = 0; mixed && n < forward.events.size(); n += 2)
        forward.events[n].second.sequence.reset();
    Load backward = forward;
    std::reverse(backward.events.begin(), backward.events.end());
    const double there = run(forward, 1000), back = run(backward, 1000);
    std::printf("  %-14s in order %6.1f ms, reversed %6.1f ms: %.2f x (bar 3)\n", name, there * 1e3, back * 1e3, back / there);
}

} // namespace

int main()
{
    std::printf("canonicalOrder, ns an event\n");
    for (const std::size_t n : {10u, 100u, 1000u, 100'000u, 1'000'000u}) {
        orderLine("sequenced, a clock 60 s ahead", n, Shape::Sequenced);
        orderLine("without sequences", n, Shape::Unsequenced);
        orderLine("every other one sequenced", n, Shape::Mixed);
    }
    orderLine("all within 1 s of two brackets", 1'000'000, Shape::OneSecond);
    setLines(10'000, 12);
    setLines(50, 400);
    std::printf("one interaction of 100,000 events, a clock 60 s ahead, groups of 1,000 with a summary each\n");
    reverseLine("sequenced", true, false);
    reverseLine("unsequenced", false, false);
    reverseLine("mixed", true, true);
    return 0;
}
