// SPDX-License-Identifier: GPL-3.0-or-later
/// Random events for properties: few participants, ids, times and sequences, so that everything collides with everything.
#pragma once

#include "core/model/event.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace threadline {

/// How a counter-example is printed.
inline void showValue(const Event &e, std::ostream &out)
{
    out << "\n  {" << e.id.value << " " << e.type << " +" << (e.time.us - kEarliestTime.us) << "us seq=";
    e.sequence ? out << *e.sequence : out << "-";
    out << " p=" << e.participant.value << " c=" << e.channel.value << " state=" << nameOf(e.facts.state)
        << " purpose=" << nameOf(e.facts.purpose) << " user=" << e.facts.userId << " name=" << e.facts.name
        << (e.provenance == Provenance::Import ? " imported" : "") << " digest=" << e.content.low << "}";
}

namespace test {

/// Which events are made.
struct Mix {
    enum Sequences { All, Some, Nothing, Extreme };
    Sequences sequences = Some;
    int ids = 24;
    bool imports = false;
};

inline std::string idText(int number)
{
    switch (number % 4) {
    case 0: return "id-" + std::to_string(number);
    case 1: return "0f8fad5b-d9cb-469f-a165-70867728950" + std::string(1, "0123456789abcdef"[number % 16]) + (number >= 16 ? "x" : "");
    default:
        return std::string(number % 4 == 2 ? "a" : "7") + "c9e6679-7425-40de-944b-e07fc1f90a" + std::to_string(10 + number % 90);
    }
}

inline Event event(std::string id, Kind kind, Timestamp time, std::string participant = {}, std::string channel = {})
{
    static constexpr const char *kTypes[] = {"interaction-participant-joined", "interaction-media-channel-added",
        "interaction-updated", "interaction-media-channel-removed", "interaction-participant-left", "session-start",
        "session-end", "custom"};
    Event e;
    e.interaction.value = "conversation";
    e.id.value = std::move(id);
    e.kind = kind;
    e.type = kTypes[static_cast<std::size_t>(kind)];
    e.time = time;
    e.received = time;
    e.participant.value = std::move(participant);
    e.channel.value = std::move(channel);
    return e;
}

/// Gives `e` a text, and the digest of it, that tell all that the event says.
inline void finish(Event &e, const std::string &data = "{}")
{
    e.raw = e.type + "|" + std::to_string(e.time.us) + "|" + (e.sequence ? std::to_string(*e.sequence) : "-") + "|"
        + e.participant.value + "|" + e.channel.value + "|" + std::string(nameOf(e.facts.state)) + "|"
        + std::string(nameOf(e.facts.purpose)) + "|" + e.facts.userId + "|" + e.facts.name + "|" + e.facts.queueId + "|"
        + e.facts.queueName + "|" + e.facts.address + "|" + std::string(nameOf(e.facts.media)) + "|"
        + std::string(nameOf(e.provenance)) + "|";
    e.dataOffset = static_cast<std::uint32_t>(e.raw.size());
    e.dataSize = static_cast<std::uint32_t>(data.size());
    e.raw += data;
    e.content = hash128(e.raw);
}

inline rc::Gen<std::optional<std::int64_t>> genSequence(Mix::Sequences which)
{
    using Sequence = std::optional<std::int64_t>;
    constexpr auto kLeast = std::numeric_limits<std::int64_t>::min(), kMost = std::numeric_limits<std::int64_t>::max();
    const auto small = rc::gen::map(rc::gen::inRange<std::int64_t>(0, 9), [](std::int64_t n) { return Sequence(n); });
    switch (which) {
    case Mix::Nothing: return rc::gen::just(Sequence());
    case Mix::All: return small;
    case Mix::Some: return rc::gen::oneOf(rc::gen::just(Sequence()), small);
    case Mix::Extreme: break;
    }
    return rc::gen::element<Sequence>(std::nullopt, kLeast, kLeast + 1, -1, 0, 1, kMost - 1, kMost);
}

inline rc::Gen<Timestamp> genTime()
{
    // About the second that brackets reach over, and the minute of a skewed clock.
    return rc::gen::map(rc::gen::pair(rc::gen::element<std::int64_t>(0, 1, 1'000'000, 2'000'000, 61'000'000),
                                      rc::gen::element<std::int64_t>(0, 0, 1, 300'000, 700'000, 999'999)),
                        [](const auto &p) { return Timestamp{kEarliestTime.us + p.first + p.second}; });
}

inline Facts genFacts()
{
    Facts f;
    f.state = *rc::gen::weightedOneOf<State>({{6, rc::gen::just(State::None)},
        {2, rc::gen::element(State::Connected, State::Alerting, State::Held)},
        {2, rc::gen::element(State::Wrapup, State::Disconnected, State::Terminated, State::Ended)}});
    f.purpose = *rc::gen::element(Purpose::Unknown, Purpose::Customer, Purpose::External, Purpose::Agent, Purpose::Acd);
    f.media = *rc::gen::element(Media::Unknown, Media::Voice, Media::Chat);
    const auto texts = *rc::gen::container<std::vector<int>>(5, rc::gen::inRange(0, 4));
    const auto text = [&](std::size_t i, const char *prefix) {
        return texts[i] == 0 ? std::string() : prefix + std::to_string(texts[i]);
    };
    f.userId = text(0, "user");
    f.name = text(1, "name");
    f.queueId = text(2, "queue");
    f.queueName = text(3, "line");
    f.address = text(4, "tel");
    return f;
}

inline rc::Gen<Event> genEvent(Mix mix)
{
    return rc::gen::exec([mix] {
        const auto kind = *rc::gen::element(Kind::Joined, Kind::Added, Kind::Updated, Kind::Removed, Kind::Left,
                                            Kind::SessionStart, Kind::SessionEnd, Kind::Other);
        Event e = event(idText(*rc::gen::inRange(0, mix.ids)), kind, *genTime(),
                        *rc::gen::element<std::string>("", "p1", "p2", "p3"), *rc::gen::element<std::string>("", "c1", "c2", "c3"));
        if (kind == Kind::Other)
            e.type = *rc::gen::element<std::string>("custom", "wrapup", "ACW", "ended");
        e.sequence = *genSequence(mix.sequences);
        e.facts = genFacts();
        if (mix.imports && *rc::gen::inRange(0, 4) == 0)
            e.provenance = Provenance::Import;
        finish(e);
        return e;
    });
}

inline rc::Gen<std::vector<Event>> genEvents(Mix mix) { return rc::gen::container<std::vector<Event>>(genEvent(mix)); }

inline rc::Gen<Mix> genMix()
{
    return rc::gen::map(rc::gen::element(Mix::All, Mix::Some, Mix::Nothing, Mix::Extreme),
                        [](Mix::Sequences s) { return Mix{s, 24, false}; });
}

inline rc::Gen<SequenceScope> genScope()
{
    return rc::gen::element(SequenceScope::Interaction, SequenceScope::Stream, SequenceScope::Participant, SequenceScope::None);
}

/// A shuffle that shrinking leaves alone: it only matters that there is one.
template<class T>
std::vector<T> shuffled(std::vector<T> values, unsigned seed)
{
    std::shuffle(values.begin(), values.end(), std::minstd_rand(seed));
    return values;
}

inline std::vector<std::string> idsOf(const std::vector<Event> &events)
{
    std::vector<std::string> ids;
    for (const Event &e : events)
        ids.push_back(e.id.value);
    return ids;
}

} // namespace test
} // namespace threadline
