// SPDX-License-Identifier: GPL-3.0-or-later
/// The stages of delivery, and what leads from one to the next. Pure.
///
/// None of them is for ever: the table is checked when it is compiled (from each stage the steps that a good server causes lead to
/// Open), and Sender::leadsOn() says of a running sender that the step its stage waits for will come. Neither knows of a server that
/// answers one part amiss for good: Sender::failedAgain() sees to that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace threadline::delivery {

enum class Stage : std::uint8_t {
    Unasked,  ///< nothing is known of the server; it is asked at the next time that is set, which is never more than minutes ahead
    Pinging,  ///< asked who it is; one question is on its way
    Probing,  ///< asked whether token and place are right; one question is on its way
    Open,     ///< parts go, several at a time
    HalfOpen, ///< one came back: one part at a time, made if there is none, until one is taken
};

enum class Step : std::uint8_t {
    Due,     ///< the time that was set has come
    AskGood, ///< answer to a question
    AskBad,  ///< the question is asked again later, from the beginning
    Taken,   ///< a part was understood: delivered, or told what is wrong with it
    Later,   ///< a part has to go again
    Refused, ///< a part was refused for a reason that somebody has to mend
};

inline constexpr std::size_t kStages = 5, kSteps = 6;

/// Answers to parts come late, too: in a stage that asks anew they change nothing. What cannot happen changes nothing either.
[[nodiscard]] constexpr Stage after(Stage stage, Step step)
{
    using enum Stage;
    constexpr std::array<std::array<Stage, kSteps>, kStages> kTable{{
        // Due      AskGood   AskBad    Taken     Later     Refused
        {Pinging,   Unasked,  Unasked,  Unasked,  Unasked,  Unasked}, // Unasked
        {Pinging,   Probing,  Unasked,  Pinging,  Pinging,  Pinging}, // Pinging
        {Probing,   Open,     Unasked,  Probing,  Probing,  Probing}, // Probing
        {Open,      Open,     Open,     Open,     HalfOpen, Unasked}, // Open
        {HalfOpen,  HalfOpen, HalfOpen, Open,     HalfOpen, Unasked}, // HalfOpen
    }};
    return kTable[static_cast<std::size_t>(stage)][static_cast<std::size_t>(step)];
}

/// The step that this stage waits for.
[[nodiscard]] constexpr Step awaited(Stage stage)
{
    switch (stage) {
    case Stage::Unasked: return Step::Due;
    case Stage::Pinging:
    case Stage::Probing: return Step::AskGood;
    case Stage::Open:
    case Stage::HalfOpen: break;
    }
    return Step::Taken;
}

[[nodiscard]] constexpr bool asks(Stage stage) { return stage == Stage::Pinging || stage == Stage::Probing; }
[[nodiscard]] constexpr bool sends(Stage stage) { return stage == Stage::Open || stage == Stage::HalfOpen; }

[[nodiscard]] constexpr bool allLeadToOpen()
{
    for (std::size_t first = 0; first < kStages; ++first) {
        Stage stage = static_cast<Stage>(first);
        for (std::size_t steps = 0; steps < kStages && stage != Stage::Open; ++steps)
            stage = after(stage, awaited(stage));
        if (stage != Stage::Open)
            return false;
    }
    return true;
}
static_assert(allLeadToOpen());

} // namespace threadline::delivery
