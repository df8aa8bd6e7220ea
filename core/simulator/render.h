// SPDX-License-Identifier: GPL-3.0-or-later
/// From a planned event to the JSON text that is sent.
#pragma once

#include "core/simulator/people.h"
#include "core/simulator/plan.h"
#include "core/simulator/stream.h"
#include "core/simulator/text.h"

#include <cstdint>
#include <string>
#include <vector>

namespace threadline::sim {

/// How an interaction's events are written; drawn once for each interaction.
struct Style {
    bool micros = false;        ///< times have microseconds (true ones)
    bool sequenceFirst = false; ///< `sequence` before `data`
    bool details = false;       ///< unknown members now and then
    bool noZeroFraction = false;///< ".000" is left out
};

/// An interaction that goes on.
struct Live {
    std::uint64_t number = 0; ///< from 1
    Timestamp start;
    Plan plan;
    std::size_t next = 0;     ///< the planned event that comes next
    Style style;
    std::string id;
    Customer customer;
    std::vector<std::uint32_t> person;  ///< of each actor: which agent, or queue
    std::vector<std::int64_t> skew;     ///< of each actor: microseconds its clock is ahead

    [[nodiscard]] const PlannedEvent &event() const { return plan.events[next]; }
    [[nodiscard]] Timestamp time() const { return start + Duration{event().at}; }
};

/// Strange ways of writing an event that must be accepted all the same.
enum class Oddity : std::uint8_t {
    None, FloatSequence, HugeSequence, TextSequence, NoId, LoneSurrogate, DuplicateMember, EscapedNul, LongName, DeepMember,
    Nanoseconds, Offset, NoFraction, UnknownState, EscapedNames, NullMembers, Count
};

class Renderer {
public:
    Renderer(std::uint64_t seed, bool noSequence) : m_ids(seed), m_noSequence(noSequence) {}

    /// The next event of `live`. `revision` > 0: the same event with another body.
    [[nodiscard]] TrueEvent render(const Live &live, Oddity oddity, int revision);
    [[nodiscard]] const Ids &ids() const { return m_ids; }

private:
    void writeEvent(const Live &live, Oddity oddity, int revision, TrueEvent &event);
    void writeTime(const Live &live, Oddity oddity);
    void writeSequence(const TrueEvent &event, const Live &live, Oddity oddity);
    void writeData(const Live &live, Oddity oddity, int revision, const TrueEvent &event);
    void writeWho(const Live &live, Oddity oddity);
    void writePerson(const Live &live, std::size_t actor);
    void writeQueue(const Live &live, std::size_t actor);
    void writeHappening(const Live &live);
    void writePeer(const Live &live);
    void writeWrapup(const Live &live);
    void writeDetails(const Live &live);
    void writeOdd(Oddity oddity);
    void member(std::string_view name, std::string_view value);
    void memberId(std::string_view name, IdKind kind, std::uint64_t a, std::uint64_t b = 0);

    Ids m_ids;
    bool m_noSequence;
    std::string m_out;
};

} // namespace threadline::sim
