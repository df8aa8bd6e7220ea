// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/render.h"

#include <algorithm>
#include <array>
#include <functional>

namespace threadline::sim {
namespace {

constexpr int kMostOpenByRate = 5000;
constexpr int kOpenWithoutRate = 1000;
constexpr std::int64_t kHour = 3'600'000'000;

/// What a call of the mix is like on average. Those of more than an hour do not count for the length: a few threads of three
/// days would otherwise stand for most of it.
struct Averages {
    double events = 1;
    double micros = 1;
};

Averages averagesOf(const std::vector<const Script *> &mix)
{
    constexpr int kSamples = 48;
    Random random(1); // not the seed's: the same figures for every seed
    Plan plan;
    double weights = 0, shortWeights = 0, events = 0, micros = 0;
    for (const Script *script : mix) {
        for (int i = 0; i < kSamples; ++i) {
            makePlan(*script, random, 1, 1000, plan);
            weights += script->weight;
            events += script->weight * static_cast<double>(plan.events.size());
            if (plan.length() < kHour || mix.size() == 1) {
                shortWeights += script->weight;
                micros += script->weight * static_cast<double>(plan.length());
            }
        }
    }
    return {std::max(1.0, events / weights), std::max(1.0, micros / std::max(shortWeights, 1e-9))};
}

std::vector<const Script *> mixOf(const Options &options)
{
    std::vector<const Script *> mix;
    for (const Script &script : scripts()) {
        if (script.name == options.scenario)
            return {&script};
        // In a bounded, paced run nobody wants to wait three days for the last event.
        const bool tooLong = script.name == "three-day-message" && options.rate > 0 && options.interactions > 0;
        if (!tooLong)
            mix.push_back(&script);
    }
    return mix;
}

/// When the next event of an open interaction comes.
struct Turn {
    std::int64_t time;
    std::uint64_t number; ///< of the interaction: settles ties the same way every time
    std::uint32_t slot;
    friend bool operator>(const Turn &a, const Turn &b) { return a.time != b.time ? a.time > b.time : a.number > b.number; }
};

} // namespace

struct Generator::Private {
    explicit Private(const Options &given);

    std::optional<TrueEvent> next();
    void begin();
    void end(std::uint32_t slot, std::int64_t time);
    void scheduleArrival();
    void people(Live &live, Random &random);
    std::uint32_t agentFor(const Live &live, std::size_t actor, Random &random);
    Oddity oddityOf();

    Options options;
    std::vector<const Script *> mix;
    double weights = 0;
    double scale = 1;
    std::int64_t quantum = 1000;
    double arrivalGap = 0;   ///< mean, microseconds
    int wanted = 0;          ///< without a rate: so many open at a time
    bool stepwise = false;   ///< without a rate: one begins as another ends,
    bool filling = false;    ///< once so many are open
    Random arrivals;
    Random oddities;
    Renderer renderer;
    AgentPool agents, supervisors;
    std::vector<Live> slots;
    std::vector<std::uint32_t> freeSlots;
    std::vector<Turn> turns; ///< a heap, earliest in front
    std::vector<std::int64_t> dueArrivals; ///< a heap, earliest in front
    std::uint64_t started = 0;
    std::optional<TrueEvent> variant;
};

Generator::Private::Private(const Options &given)
    : options(given), mix(mixOf(given)), arrivals(given.seed ^ 0xA1), oddities(given.seed ^ 0xB2),
      renderer(given.seed, given.faults.noSequence)
{
    if (options.start.us == 0)
        options.start = SystemClock().now();
    for (const Script *script : mix)
        weights += script->weight;
    const Averages averages = averagesOf(mix);
    stepwise = options.rate <= 0;
    if (stepwise) {
        wanted = options.concurrent > 0 ? options.concurrent : kOpenWithoutRate;
        arrivalGap = averages.micros / wanted / 2;
        filling = true;
    } else {
        arrivalGap = averages.events / options.rate * 1e6;
        const double open = averages.micros / arrivalGap;
        if (options.concurrent > 0)
            scale = options.concurrent / open;
        else if (open > kMostOpenByRate)
            scale = kMostOpenByRate / open;
    }
    quantum = scale < 0.2 ? 1 : 1000;
    dueArrivals.push_back((options.start - options.history).us);
}

void Generator::Private::scheduleArrival()
{
    const std::int64_t due = dueArrivals.front();
    std::pop_heap(dueArrivals.begin(), dueArrivals.end(), std::greater<>());
    dueArrivals.pop_back();
    filling = filling && turns.size() + 1 < static_cast<std::size_t>(wanted);
    if (stepwise && !filling)
        return;
    const auto gap = static_cast<std::int64_t>(arrivals.exponential(arrivalGap));
    dueArrivals.push_back(due + gap);
    std::push_heap(dueArrivals.begin(), dueArrivals.end(), std::greater<>());
}

/// Starts the interaction whose arrival is due.
void Generator::Private::begin()
{
    const std::int64_t due = dueArrivals.front();
    ++started;
    scheduleArrival();
    std::uint32_t slot = static_cast<std::uint32_t>(slots.size());
    if (freeSlots.empty()) {
        slots.emplace_back();
    } else {
        slot = freeSlots.back();
        freeSlots.pop_back();
    }
    Live &live = slots[slot];
    live.number = started;
    live.next = 0;
    Random random(options.seed * 0x9E3779B97F4A7C15u + started);
    double share = random.unit() * weights;
    std::size_t choice = 0;
    while (choice + 1 < mix.size() && share >= mix[choice]->weight)
        share -= mix[choice++]->weight;
    makePlan(*mix[choice], random, scale, quantum, live.plan);
    live.style.micros = quantum == 1 || random.chance(0.06);
    live.style.sequenceFirst = random.chance(0.15);
    live.style.details = random.chance(0.3);
    live.style.noZeroFraction = random.chance(0.5);
    live.start.us = live.style.micros ? due : (due + 999) / 1000 * 1000;
    live.id = renderer.ids().text(IdKind::Interaction, started);
    live.customer = customerOf(mix[choice]->media, random.bits());
    people(live, random);
    turns.push_back({live.time().us, live.number, slot});
    std::push_heap(turns.begin(), turns.end(), std::greater<>());
}

/// Who takes part, and how wrong each one's clock is.
void Generator::Private::people(Live &live, Random &random)
{
    const std::size_t count = live.plan.actors.size();
    live.person.assign(count, 0);
    live.skew.assign(count, 0);
    std::uint32_t queue = static_cast<std::uint32_t>(random.below(kVoiceQueues));
    for (std::size_t i = 0; i < count; ++i) {
        const ActorSpec &spec = *live.plan.actors[i].spec;
        if (spec.role == Role::Queue) {
            live.person[i] = spec.which.empty() ? queue : static_cast<std::uint32_t>(queueNumber(spec.which));
            queue = static_cast<std::uint32_t>((queue + 1 + random.below(kVoiceQueues - 1)) % kVoiceQueues);
        } else if (live.plan.actors[i].from >= 0) {
            live.person[i] = agentFor(live, i, random);
        }
        const auto most = static_cast<double>(options.faults.skew.us);
        const double side = 2 * random.unit() - 1;
        if (spec.role != Role::Interaction)
            live.skew[i] = static_cast<std::int64_t>(side * most) / quantum * quantum;
    }
}

std::uint32_t Generator::Private::agentFor(const Live &live, std::size_t actor, Random &random)
{
    const PlannedActor &planned = live.plan.actors[actor];
    const Role role = planned.spec->role;
    if (role != Role::Agent && role != Role::User && role != Role::Supervisor)
        return 0;
    if (planned.spec->sameAs >= 0)
        return live.person[static_cast<std::size_t>(planned.spec->sameAs)];
    const bool voice = live.plan.script->media == "voice";
    if (!voice) // several messages and mails at a time beside a call
        return static_cast<std::uint32_t>(random.below(std::max<std::uint32_t>(agents.size(), 8)));
    AgentPool &pool = role == Role::Supervisor ? supervisors : agents;
    std::int64_t until = planned.to;
    for (const PlannedActor &other : live.plan.actors) {
        if (other.spec->sameAs == static_cast<int>(actor))
            until = std::max(until, other.to);
    }
    return pool.take(live.start.us + planned.from, live.start.us + until + 1000);
}

void Generator::Private::end(std::uint32_t slot, std::int64_t time)
{
    freeSlots.push_back(slot);
    if (!stepwise || filling)
        return;
    dueArrivals.push_back(time + static_cast<std::int64_t>(arrivals.exponential(1e6)));
    std::push_heap(dueArrivals.begin(), dueArrivals.end(), std::greater<>());
}

Oddity Generator::Private::oddityOf()
{
    if (!oddities.chance(options.faults.odd))
        return Oddity::None;
    return static_cast<Oddity>(1 + oddities.below(static_cast<std::uint64_t>(Oddity::Count) - 1));
}

std::optional<TrueEvent> Generator::Private::next()
{
    if (variant) {
        std::optional<TrueEvent> second;
        second.swap(variant);
        return second;
    }
    while (!dueArrivals.empty() && (turns.empty() || dueArrivals.front() <= turns.front().time)) {
        if (options.interactions > 0 && started >= static_cast<std::uint64_t>(options.interactions))
            dueArrivals.clear();
        else
            begin();
    }
    if (turns.empty())
        return std::nullopt;
    std::pop_heap(turns.begin(), turns.end(), std::greater<>());
    const std::uint32_t slot = turns.back().slot;
    Live &live = slots[slot];
    TrueEvent event = renderer.render(live, oddityOf(), 0);
    if (oddities.chance(options.faults.variant) && !event.id.starts_with("h-"))
        variant = renderer.render(live, Oddity::None, 1);
    if (++live.next == live.plan.events.size()) {
        turns.pop_back();
        end(slot, event.time.us);
    } else {
        turns.back().time = live.time().us;
        std::push_heap(turns.begin(), turns.end(), std::greater<>());
    }
    return event;
}

Generator::Generator(const Options &options) : d(std::make_unique<Private>(options)) {}
Generator::~Generator() = default;

std::optional<TrueEvent> Generator::next() { return d->next(); }

} // namespace threadline::sim
