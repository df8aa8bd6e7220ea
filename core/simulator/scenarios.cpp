// SPDX-License-Identifier: GPL-3.0-or-later
/// The library of scripted calls. The language is explained in script.h; delays follow what real records show (a queue leg
/// overlaps the agent's alert, the answer comes some 20 ms before the queue leg ends, wrap-up comes after leaving).
#include "core/simulator/script.h"
#include "core/simulator/stream.h"

#include <cstdlib>

namespace threadline::sim {
namespace {

const std::vector<Fragment> &fragments()
{
    static const std::vector<Fragment> kFragments = {
        {"inbound", R"(
            0           customer join connected
            34ms~20ms   ivr      join connected
            8~5         ivr      leave transfer
            24ms~10ms   queue    join queued
        )"},
        {"offer", R"(
            0.3+8       agent1   join alerting
            4.4~3       agent1   connected
            23ms~15ms   queue    leave transfer
        )"},
        {"answer", R"(
            use inbound
            use offer
        )"},
        {"hangup", R"(
            0           customer leave endpoint
            10ms~5ms    agent1   leave peer
            use acw1
        )"},
        {"acw1", R"(
            & 1.1~0.8   agent1   wrapup
            & 21~12     agent1   ended
        )"},
        {"acw2", R"(
            & 1.1~0.8   agent2   wrapup
            & 21~12     agent2   ended
        )"},
        {"acw3", R"(
            & 1.1~0.8   agent3   wrapup
            & 21~12     agent3   ended
        )"},
    };
    return kFragments;
}

struct ScenarioEntry {
    std::string_view name;
    std::string_view description;
    double weight;
    std::string_view media;
    std::string_view text;
};

constexpr ScenarioEntry kTable[] = {
    {"simple", "The customer waits in a queue, talks with an agent and hangs up.", 30, "voice", R"(
        use answer
        20+110      customer connected
        use hangup
    )"},
    {"abandon-in-queue", "The customer gives up waiting before anybody answers.", 8, "voice", R"(
        use inbound
        15+70       customer leave endpoint
        12ms~8ms    queue    leave peer
    )"},
    {"hold", "The agent puts the customer on hold, once or several times.", 12, "voice", R"(
        use answer
        repeat 1-3
            15+40   agent1   held
            8+35    agent1   connected
        end
        10+40       customer connected
        use hangup
    )"},
    {"blind-transfer", "The agent hands the call to another queue without announcing it.", 7, "voice", R"(
        use answer
        20+70       agent1   leave transfer
        & 20~4      agent1   wrapup
        & 36~8      agent1   ended
        22ms~8ms    queue2   join queued
        2+20        agent2   join alerting
        5~3         agent2   connected
        21ms~12ms   queue2   leave transfer
        30+90       customer leave endpoint
        9ms~5ms     agent2   leave peer
        use acw2
    )"},
    {"consult-transfer", "The agent asks a colleague first, then hands the call over.", 5, "voice", R"(
        use answer
        20+60       agent1   consulting with agent2
        40ms~20ms   agent2   join alerting with agent1
        6~4         agent2   consulting with agent1
        12+25       agent1   leave transfer.consult
        15ms~10ms   agent2   connected
        & 12~6      agent1   wrapup
        & 30~8      agent1   ended
        30+80       customer leave endpoint
        10ms~6ms    agent2   leave peer
        use acw2
    )"},
    {"conference", "A second agent joins the talk; all three stay until the end.", 3, "voice", R"(
        use answer
        25+50       agent2   join alerting with agent1
        5~3         agent2   connected
        maybe 50
            20+40   outside  join dialing with agent1
            7~4     outside  connected
            30+60   outside  leave endpoint
        end
        20+60       agent2   leave client
        & 19~9      agent2   wrapup
        & 40~8      agent2   ended
        10+30       customer connected
        use hangup
    )"},
    {"missed-alert", "The first agent does not answer; the call is offered to the next.", 6, "voice", R"(
        use inbound
        1+6         agent1   join alerting
        12~3        agent1   leave transfer.noanswer
        0.4~0.3     agent2   join alerting
        maybe 30
            12~3    agent2   leave transfer.noanswer
            0.5~0.3 agent3=agent1 join alerting
            5~3     agent3   connected
            23ms~9ms queue   leave transfer
            20+80   customer leave endpoint
            9ms~4ms agent3   leave peer
            use acw3
        end
        maybe otherwise
            5~3     agent2   connected
            23ms~9ms queue   leave transfer
            20+80   customer leave endpoint
            9ms~4ms agent2   leave peer
            use acw2
        end
    )"},
    {"callback", "The customer asks to be called back; an agent takes it and dials.", 3, "voice", R"(
        0           customer join connected
        34ms~20ms   ivr      join connected
        20~8        customer add callback scheduled
        0.5~0.3     ivr      leave system
        0.2~0.1     customer remove voice endpoint
        40+300      queue=Callbacks join callback queued
        2+30        agent1   join callback alerting
        5~3         agent1   callback connected
        18ms~9ms    queue    leave transfer
        6~4         agent1   add voice dialing
        7~3         customer add voice connected
        60ms~30ms   agent1   voice connected
        30+100      customer remove voice endpoint
        12ms~5ms    agent1   remove voice peer
        8~5         customer leave client
        10ms~5ms    agent1   leave client
        use acw1
    )"},
    {"web-message", "A visitor writes; a bot answers first, then an agent.", 9, "message", R"(
        0           customer join connected
        0.1~0.05    workflow join connected
        0.2~0.1     bot      join connected
        repeat 1-3
            9~5     customer connected
            1~0.5   bot      connected
        end
        2~1         bot      leave transfer
        30ms~15ms   workflow leave transfer
        0.1~0.05    queue=Web_messages join queued
        3+15        agent1   join alerting
        4~3         agent1   connected
        30ms~15ms   queue    leave transfer
        repeat 2-9
            15+20   agent1   connected
            20+40   customer connected
        end
        maybe 20
            30+60   agent1   parked
            60+600  agent1   connected
        end
        10+60       customer leave client
        0.5~0.2     agent1   leave peer
        use acw1
        & 40~4      interaction ended
    )"},
    {"email", "An e-mail waits, an agent reads, writes and sends an answer.", 5, "email", R"(
        0           customer join connected
        0.3~0.2     workflow join connected
        0.6~0.3     workflow leave transfer
        50ms~30ms   queue    join queued
        60+900      agent1   join alerting
        9~6         agent1   connected
        40ms~20ms   queue    leave transfer
        maybe 40
            120+300 agent1   parked
            300+900 agent1   connected
        end
        60+300      agent1   transmitting
        2~1         agent1   connected
        1~0.5       agent1   leave client
        20ms~10ms   customer leave peer
        & 20~6      agent1   wrapup
        & 60~30     agent1   ended
    )"},
    {"multi-channel", "One talk over voice, a shared screen and messages at the same time.", 3, "voice", R"(
        use answer
        20+30       agent1   add screenshare connected
        0.8~0.3     customer add screenshare connected
        15+30       customer add message connected
        40ms~20ms   agent1   add message connected
        repeat 1-3
            10+20   customer message connected
            5+10    agent1   message connected
        end
        10+20       agent1   held
        5+20        agent1   connected
        10+20       customer remove screenshare client
        30ms~10ms   agent1   remove screenshare peer
        20+40       customer connected
        use hangup
    )"},
    {"three-day-message", "A message thread that rests twice and ends three days later.", 0.3, "message", R"(
        0           customer join connected
        0.2~0.1     workflow join connected
        1~0.5       workflow leave transfer
        0.1~0.05    queue=Web_messages join queued
        20+60       agent1   join alerting
        5~3         agent1   connected
        30ms~15ms   queue    leave transfer
        repeat 2-5
            30+60   customer connected
            40+90   agent1   connected
        end
        120+300     agent1   parked
        23h~5h      agent1   connected
        60+120      customer connected
        300+600     agent1   parked
        40h~4h      agent1   connected
        60+300      agent1   connected
        5h~2h       customer leave inactivity
        0.5~0.2     agent1   leave system
        use acw1
    )"},
    {"ivr-only", "The customer gets what was wanted from the menu and hangs up.", 5, "voice", R"(
        0           customer join connected
        34ms~20ms   ivr      join connected
        repeat 0-2
            12+15   ivr      connected
        end
        15+30       customer leave endpoint
        11ms~6ms    ivr      leave peer
    )"},
    {"agent-hangup", "As simple, but the agent ends the call.", 6, "voice", R"(
        use answer
        20+100      agent1   leave client
        8ms~5ms     customer leave peer
        use acw1
    )"},
    {"long-queue", "A wait of many minutes before somebody answers.", 3, "voice", R"(
        use inbound
        repeat 2-5
            60+90   queue    queued
        end
        40+60       agent1   join alerting
        5~3         agent1   connected
        23ms~15ms   queue    leave transfer
        30+120      customer connected
        use hangup
    )"},
    {"voicemail", "Nobody is there; the customer leaves a message.", 3, "voice", R"(
        use inbound
        30+60       queue    leave transfer
        40ms~20ms   voicemail join voicemail
        25+30       customer leave endpoint
        10ms~5ms    voicemail leave peer
    )"},
    {"internal-call", "One colleague calls another; no customer takes part.", 3, "voice", R"(
        0           user1    join contacting with user2
        60ms~30ms   user2    join alerting with user1
        6~4         user2    connected with user1
        30ms~20ms   user1    connected with user2
        20+90       user1    leave client
        9ms~5ms     user2    leave peer
    )"},
    {"two-transfers", "Two hand-overs: the second agent sends the call on as well.", 3, "voice", R"(
        use answer
        20+50       agent1   leave transfer
        & 20~4      agent1   wrapup
        & 36~8      agent1   ended
        22ms~8ms    queue2   join queued
        2+15        agent2   join alerting
        5~3         agent2   connected
        21ms~12ms   queue2   leave transfer
        20+50       agent2   leave transfer
        & 1.1~0.8   agent2   wrapup
        & 20~9      agent2   ended
        22ms~8ms    queue3   join queued
        2+15        agent3   join alerting
        5~3         agent3   connected
        21ms~12ms   queue3   leave transfer
        20+80       customer leave endpoint
        10ms~5ms    agent3   leave peer
        use acw3
    )"},
    {"wrapup-long", "After-call work of many minutes.", 2, "voice", R"(
        use answer
        20+60       customer leave endpoint
        10ms~5ms    agent1   leave peer
        & 1.1~0.8   agent1   wrapup
        & 700~300   agent1   ended
    )"},
    {"monitored-call", "A supervisor listens in, coaches the agent and leaves again.", 2, "voice", R"(
        use answer
        15+30       supervisor join monitoring with agent1
        maybe 50
            15+30   supervisor coaching with agent1
        end
        15+40       supervisor leave client
        20+50       customer connected
        use hangup
    )"},
};

Script make(const ScenarioEntry &entry)
{
    Script script;
    script.name = entry.name;
    script.description = entry.description;
    script.weight = entry.weight;
    script.media = entry.media;
    // The texts are constants of this file: one that cannot be read is a mistake in it, found by the first test that runs.
    if (!parseScript(entry.text, fragments(), script))
        std::abort();
    return script;
}

} // namespace

const std::vector<Script> &scripts()
{
    static const std::vector<Script> kScripts = [] {
        std::vector<Script> all;
        for (const ScenarioEntry &entry : kTable)
            all.push_back(make(entry));
        return all;
    }();
    return kScripts;
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> kScenarios = [] {
        std::vector<Scenario> all;
        for (const ScenarioEntry &entry : kTable)
            all.push_back({std::string(entry.name), std::string(entry.description)});
        return all;
    }();
    return kScenarios;
}

bool knownScenario(const std::string &name)
{
    if (name.empty())
        return true;
    for (const Scenario &scenario : scenarios()) {
        if (scenario.name == name)
            return true;
    }
    return false;
}

} // namespace threadline::sim
