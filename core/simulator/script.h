// SPDX-License-Identifier: GPL-3.0-or-later
/// The language that scripted calls are written in, one line a step:
///
///     WHEN   WHO[=WHICH]  WHAT                        meaning
///     0      customer     join connected              joins, its channel is added in that state (medium of the script)
///     0      customer     join callback scheduled     the same on a named medium
///     4~2    agent1       connected                   the channel's state changes
///     1      agent1       add screenshare connected   a further channel
///     1      agent1       screenshare held            a state of that further channel
///     1      agent1       remove screenshare client   that channel ends, for this reason
///     0.02   queue        leave transfer              its channels end, it leaves
///     9      agent1       consulting with agent2      names the other side
///     & 20~9 agent1       wrapup                      so long after the line before, which the next line counts from, too
///     use inbound                                     the lines of a fragment
///     repeat 3-8 ... end                              these lines so many times
///     maybe 40 ... end                                these lines in so many of a hundred cases
///     maybe otherwise ... end                         these lines if the block before was left out
///
/// WHEN is seconds (or with ms, m, h, d) after the step before: "4" exactly, "4~2" 2 to 6 evenly, "20+90" 20 plus an exponentially
/// distributed part of mean 90 (at most 6 means). WHICH is a queue's name, or another participant who is the same person.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::sim {

/// What kind of party one is: decides purpose, name and ids.
enum class Role : std::uint8_t { Customer, Outside, Ivr, Workflow, Bot, Queue, Agent, User, Supervisor, Voicemail, Interaction };

struct ActorSpec {
    std::string name;  ///< as in the script: "agent2"
    Role role = Role::Customer;
    std::string which; ///< a queue's name; empty: any
    int sameAs = -1;   ///< index of the actor who is the same person; -1: nobody
};

/// How long after the step before, microseconds.
struct Delay {
    std::int64_t base = 0;
    std::int64_t spread = 0;      ///< evenly, to both sides
    std::int64_t exponential = 0; ///< mean of a part added
};

struct Step {
    enum class Do : std::uint8_t { Join, Add, State, Remove, Leave, Repeat, Maybe } what = Do::State;
    bool aside = false; ///< '&': does not move the time that the next line counts from
    Delay delay;
    int actor = -1;
    int with = -1;      ///< the other side's actor; -1: the customer
    std::string media;  ///< empty: the script's, or the actor's first channel
    std::string state;  ///< the state, or the disconnect type
    int least = 0;      ///< Repeat: times; Maybe: percent, -1: if the block before was left out
    int most = 0;
    std::size_t end = 0;///< Repeat, Maybe: index of the first step behind the block
};

/// A scripted call.
struct Script {
    std::string name;
    std::string description;
    double weight = 0; ///< share in the random mix
    std::string media; ///< of its first channels: "voice"
    std::vector<ActorSpec> actors;
    std::vector<Step> steps;
};

/// A named piece of script.
struct Fragment {
    std::string_view name;
    std::string_view text;
};

/// Reads the lines of `text` into `script`. Errors: InvalidArgument, naming line and word.
[[nodiscard]] Result<> parseScript(std::string_view text, const std::vector<Fragment> &fragments, Script &script);

/// All scripted calls, in a fixed order.
[[nodiscard]] const std::vector<Script> &scripts();

} // namespace threadline::sim
