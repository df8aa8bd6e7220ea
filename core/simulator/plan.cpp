// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/plan.h"

#include <algorithm>

namespace threadline::sim {
namespace {

/// Walks the steps of a script and writes down what happens.
class Planner {
public:
    Planner(const Script &script, Random &random, double scale, Plan &plan)
        : m_script(script), m_random(random), m_scale(scale), m_plan(plan), m_open(script.actors.size())
    {
    }

    void walk(std::size_t from, std::size_t to)
    {
        bool skipped = false;
        for (std::size_t i = from; i < to; ++i) {
            const Step &step = m_script.steps[i];
            if (step.what != Step::Do::Repeat && step.what != Step::Do::Maybe) {
                take(step);
                continue;
            }
            const std::uint64_t times = timesOf(step, skipped);
            skipped = times == 0;
            for (std::uint64_t n = 0; n < times; ++n)
                walk(i + 1, step.end);
            i = step.end - 1;
        }
    }

private:
    std::uint64_t timesOf(const Step &block, bool skipped)
    {
        if (block.what == Step::Do::Repeat)
            return static_cast<std::uint64_t>(block.least) + m_random.below(static_cast<std::uint64_t>(block.most - block.least + 1));
        if (block.least < 0)
            return skipped ? 1 : 0;
        return m_random.chance(block.least / 100.0) ? 1 : 0;
    }

    std::int64_t delayOf(const Delay &delay)
    {
        double length = static_cast<double>(delay.base);
        if (delay.spread != 0)
            length += (2 * m_random.unit() - 1) * static_cast<double>(delay.spread);
        if (delay.exponential != 0) {
            const auto mean = static_cast<double>(delay.exponential);
            length += std::min(m_random.exponential(mean), 6 * mean);
        }
        return static_cast<std::int64_t>(std::max(0.0, length) * m_scale);
    }

    void take(const Step &step)
    {
        const std::int64_t at = m_now + delayOf(step.delay);
        if (!step.aside)
            m_now = at;
        const auto who = static_cast<std::size_t>(step.actor);
        PlannedActor &actor = m_plan.actors[who];
        switch (step.what) {
        case Step::Do::Join:
            actor.from = actor.from < 0 ? at : actor.from;
            put(at, step, EventType::Joined, -1);
            addChannel(at + gap(), step, actor);
            break;
        case Step::Do::Add: addChannel(at, step, actor); break;
        case Step::Do::State: put(at, step, EventType::Updated, channelOf(step, actor)); break;
        case Step::Do::Remove: removeChannel(at, step, channelOf(step, actor)); break;
        case Step::Do::Leave:
            leave(at, step, actor);
            break;
        case Step::Do::Repeat:
        case Step::Do::Maybe: break;
        }
    }

    void leave(std::int64_t at, const Step &step, PlannedActor &actor)
    {
        std::vector<std::int8_t> open;
        open.swap(m_open[static_cast<std::size_t>(step.actor)]);
        for (const std::int8_t channel : open) {
            put(at, step, EventType::Removed, channel);
            at += gap();
        }
        put(at, step, EventType::Left, -1);
        actor.to = at;
        m_now = step.aside ? m_now : at;
    }

    void addChannel(std::int64_t at, const Step &step, PlannedActor &actor)
    {
        const auto channel = static_cast<std::int8_t>(actor.channels.size());
        actor.channels.push_back(step.media.empty() ? m_script.media : step.media);
        m_open[static_cast<std::size_t>(step.actor)].push_back(channel);
        put(at, step, EventType::Added, channel);
        m_now = step.aside ? m_now : at;
    }

    void removeChannel(std::int64_t at, const Step &step, std::int8_t channel)
    {
        std::erase(m_open[static_cast<std::size_t>(step.actor)], channel);
        put(at, step, EventType::Removed, channel);
    }

    /// The channel of a step's medium; without one the first that is open, else the first there ever was.
    [[nodiscard]] std::int8_t channelOf(const Step &step, const PlannedActor &actor) const
    {
        const auto &open = m_open[static_cast<std::size_t>(step.actor)];
        if (step.media.empty())
            return !open.empty() ? open.front() : actor.channels.empty() ? std::int8_t{-1} : std::int8_t{0};
        for (std::size_t i = actor.channels.size(); i > 0; --i) {
            if (actor.channels[i - 1] == step.media)
                return static_cast<std::int8_t>(i - 1);
        }
        return -1;
    }

    /// Between two things that happen together: none in a third of the cases.
    std::int64_t gap() { return m_random.chance(0.33) ? 0 : static_cast<std::int64_t>(m_random.unit() * 6000 * m_scale); }

    void put(std::int64_t at, const Step &step, EventType type, std::int8_t channel)
    {
        m_plan.events.push_back({at, &step, type, channel});
    }

    const Script &m_script;
    Random &m_random;
    const double m_scale;
    Plan &m_plan;
    std::vector<std::vector<std::int8_t>> m_open; ///< open channels of each actor
    std::int64_t m_now = 0;
};

/// A channel's adding may share the time of its participant's joining: rank 0 and rank 1, so the order is the same.
bool mayTie(const PlannedEvent &before, const PlannedEvent &after)
{
    return before.type == EventType::Joined && after.type == EventType::Added && before.step->actor == after.step->actor;
}

/// Whole quanta, rising.
void settleTimes(std::vector<PlannedEvent> &events, std::int64_t quantum)
{
    for (std::size_t i = 0; i < events.size(); ++i) {
        events[i].at -= events[i].at % quantum;
        if (i == 0)
            continue;
        const std::int64_t least = events[i - 1].at + (mayTie(events[i - 1], events[i]) ? 0 : quantum);
        events[i].at = std::max(events[i].at, least);
    }
}

} // namespace

void makePlan(const Script &script, Random &random, double scale, std::int64_t quantum, Plan &plan)
{
    plan.script = &script;
    plan.events.clear();
    plan.actors.clear();
    for (const ActorSpec &spec : script.actors)
        plan.actors.push_back({&spec, {}, -1, -1});
    Planner(script, random, scale, plan).walk(0, script.steps.size());
    std::stable_sort(plan.events.begin(), plan.events.end(),
                     [](const PlannedEvent &a, const PlannedEvent &b) { return a.at < b.at; });
    settleTimes(plan.events, quantum);
    for (const PlannedEvent &event : plan.events) { // settling may have moved them
        PlannedActor &actor = plan.actors[static_cast<std::size_t>(event.step->actor)];
        if (event.type == EventType::Left)
            actor.to = event.at;
    }
}

} // namespace threadline::sim
