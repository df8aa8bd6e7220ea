// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/render.h"

#include "core/base/hash.h"

#include <charconv>

namespace threadline::sim {
namespace {

std::string_view purposeOf(Role role)
{
    switch (role) {
    case Role::Customer: return "customer";
    case Role::Outside: return "external";
    case Role::Ivr: return "ivr";
    case Role::Workflow: return "workflow";
    case Role::Bot: return "bot";
    case Role::Queue: return "acd";
    case Role::Agent: return "agent";
    case Role::User:
    case Role::Supervisor: return "user";
    case Role::Voicemail: return "voicemail";
    case Role::Interaction: break;
    }
    return {};
}

bool isPerson(Role role) { return role == Role::Agent || role == Role::User || role == Role::Supervisor; }

std::string_view directionOf(const PlannedActor &actor, const PlannedEvent &event)
{
    const Role role = actor.spec->role;
    if (role == Role::Outside || (role == Role::User && actor.spec->name == "user1"))
        return "outbound";
    // A voice channel that comes after another one was dialled by the agent.
    const bool dialled = event.channel > 0 && actor.channels[static_cast<std::size_t>(event.channel)] == "voice";
    return dialled ? "outbound" : "inbound";
}

template<class Number>
void appendNumber(std::string &out, Number value)
{
    char buffer[24];
    const auto done = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, done.ptr);
}

} // namespace

void Renderer::member(std::string_view name, std::string_view value)
{
    m_out += '"';
    m_out += name;
    m_out += "\":\"";
    m_out += value; // the simulator's own words need no escaping
    m_out += "\",";
}

void Renderer::memberId(std::string_view name, IdKind kind, std::uint64_t a, std::uint64_t b)
{
    m_out += '"';
    m_out += name;
    m_out += "\":\"";
    m_ids.append(m_out, kind, a, b);
    m_out += "\",";
}

TrueEvent Renderer::render(const Live &live, Oddity oddity, int revision)
{
    const PlannedEvent &planned = live.event();
    TrueEvent event;
    event.interaction = live.id;
    const auto actor = static_cast<std::uint64_t>(planned.step->actor);
    if (live.plan.actors[actor].spec->role != Role::Interaction)
        event.participant = m_ids.text(IdKind::Participant, live.number, actor);
    if (planned.channel >= 0)
        event.channel = m_ids.text(IdKind::Channel, live.number, actor * 64 + static_cast<std::uint64_t>(planned.channel));
    event.type = kEventTypes[static_cast<std::size_t>(planned.type)];
    event.time = live.time();
    if (!m_noSequence)
        event.sequence = static_cast<std::int64_t>(live.next) + 1;
    writeEvent(live, oddity, revision, event);
    event.json = m_out;
    if (oddity == Oddity::NoId)
        event.id = "h-" + hash128(event.json).hex();
    return event;
}

void Renderer::writeEvent(const Live &live, Oddity oddity, int revision, TrueEvent &event)
{
    m_out.clear();
    m_out += '{';
    if (oddity != Oddity::NoId) {
        event.id = m_ids.text(IdKind::Event, live.number, live.next);
        member(oddity == Oddity::EscapedNames ? "\\u0069d" : "id", event.id);
    }
    if (oddity == Oddity::DuplicateMember)
        m_out += "\"timestamp\":\"2001-01-01T00:00:00Z\",\"type\":17,";
    writeTime(live, oddity);
    member("type", event.type);
    if (live.style.sequenceFirst) {
        writeSequence(event, live, oddity);
        writeData(live, oddity, revision, event);
    } else {
        writeData(live, oddity, revision, event);
        writeSequence(event, live, oddity);
    }
    m_out.back() = '}'; // the last comma
    if (oddity == Oddity::FloatSequence || oddity == Oddity::HugeSequence || oddity == Oddity::TextSequence)
        event.sequence.reset();
}

void Renderer::writeTime(const Live &live, Oddity oddity)
{
    const auto actor = static_cast<std::size_t>(live.event().step->actor);
    Timestamp time = live.time() + Duration{live.skew[actor]};
    m_out += "\"timestamp\":\"";
    if (oddity == Oddity::Offset)
        time = time + Duration::seconds(5400);
    appendTimestamp(m_out, time);
    m_out.pop_back(); // Z
    if (oddity == Oddity::Nanoseconds)
        m_out += m_out[m_out.size() - 4] == '.' ? "000789" : "789";
    if ((oddity == Oddity::NoFraction || live.style.noZeroFraction) && m_out.ends_with(".000"))
        m_out.resize(m_out.size() - 4);
    m_out += oddity == Oddity::Offset ? "+01:30\"," : "Z\",";
}

void Renderer::writeSequence(const TrueEvent &event, const Live &live, Oddity oddity)
{
    if (!event.sequence)
        return;
    m_out += "\"sequence\":";
    switch (oddity) {
    case Oddity::FloatSequence:
        appendNumber(m_out, live.next + 1);
        m_out += ".0,";
        return;
    case Oddity::HugeSequence: m_out += live.next % 2 == 0 ? "9007199254740993," : "-1e300,"; return;
    case Oddity::TextSequence: m_out += "\"seven\","; return;
    default: break;
    }
    appendNumber(m_out, *event.sequence);
    m_out += ',';
}

void Renderer::writeData(const Live &live, Oddity oddity, int revision, const TrueEvent &event)
{
    m_out += "\"data\":{";
    member("interactionId", live.id);
    if (!event.participant.empty())
        member("participantId", event.participant);
    if (!event.channel.empty())
        member("channelId", event.channel);
    writeWho(live, oddity);
    writeHappening(live);
    if (live.style.details)
        writeDetails(live);
    if (oddity != Oddity::None)
        writeOdd(oddity);
    if (revision > 0) {
        m_out += "\"revision\":";
        appendNumber(m_out, revision);
        m_out += ',';
    }
    m_out.back() = '}';
    m_out += ',';
}

void Renderer::writeWho(const Live &live, Oddity oddity)
{
    const PlannedEvent &event = live.event();
    const auto index = static_cast<std::size_t>(event.step->actor);
    const PlannedActor &actor = live.plan.actors[index];
    const Role role = actor.spec->role;
    if (role == Role::Interaction) {
        member("state", event.step->state);
        return;
    }
    member("purpose", purposeOf(role));
    if (event.channel >= 0)
        member("mediaType", actor.channels[static_cast<std::size_t>(event.channel)]);
    if (event.type == EventType::Removed)
        member("state", "disconnected");
    else if (event.channel >= 0)
        member("state", oddity == Oddity::UnknownState ? std::string_view("teleporting") : std::string_view(event.step->state));
    member("direction", directionOf(actor, event));
    writePerson(live, index);
}

void Renderer::writePerson(const Live &live, std::size_t index)
{
    const PlannedActor &actor = live.plan.actors[index];
    const Role role = actor.spec->role;
    if (isPerson(role)) {
        const std::string_view kind = role == Role::Supervisor ? "Supervisor" : "Agent";
        memberId("userId", IdKind::Person, static_cast<std::uint64_t>(role == Role::Supervisor), live.person[index]);
        if (role == Role::Agent)
            writeQueue(live, index);
        member("name", personName(kind, live.person[index]));
        return;
    }
    switch (role) {
    case Role::Customer:
        member("name", live.customer.name);
        if (!live.customer.address.empty())
            member("address", live.customer.address);
        break;
    case Role::Outside: {
        const Customer outside = customerOf("voice", mix(live.number));
        member("name", outside.name);
        member("address", outside.address);
        break;
    }
    case Role::Queue: writeQueue(live, index); break;
    case Role::Ivr: member("name", "Main menu"); break;
    case Role::Workflow: member("name", "Inbound message flow"); break;
    case Role::Bot: member("name", "Greeting bot"); break;
    case Role::Voicemail: member("name", "Voicemail"); break;
    default: break;
    }
}

/// The queue itself; of an agent the last one that the script named before.
void Renderer::writeQueue(const Live &live, std::size_t index)
{
    const auto &actors = live.plan.actors;
    for (std::size_t i = index + 1; i > 0; --i) {
        if (actors[i - 1].spec->role != Role::Queue)
            continue;
        const std::uint32_t queue = live.person[i - 1];
        memberId("queueId", IdKind::Queue, queue);
        member("queueName", kQueueNames[queue]);
        return;
    }
}

void Renderer::writeHappening(const Live &live)
{
    const PlannedEvent &event = live.event();
    if (event.type == EventType::Removed || event.type == EventType::Left)
        member("disconnectType", event.step->state);
    else if (event.channel >= 0)
        writePeer(live);
    if (event.type == EventType::Updated && event.step->state == "ended")
        writeWrapup(live);
}

void Renderer::writePeer(const Live &live)
{
    const Step &step = *live.event().step;
    const auto &actors = live.plan.actors;
    if (step.with >= 0) {
        const bool consult = step.state == "consulting";
        const bool watches = actors[static_cast<std::size_t>(step.actor)].spec->role == Role::Supervisor;
        if (watches)
            memberId("monitoredParticipantId", IdKind::Participant, live.number, static_cast<std::uint64_t>(step.with));
        else if (consult)
            memberId("consultParticipantId", IdKind::Participant, live.number, static_cast<std::uint64_t>(step.with));
        else
            memberId("peerId", IdKind::Channel, live.number, static_cast<std::uint64_t>(step.with) * 64);
        return;
    }
    if (step.actor != 0 && actors[0].spec->role == Role::Customer)
        memberId("peerId", IdKind::Channel, live.number, 0); // the customer's first leg
}

void Renderer::writeWrapup(const Live &live)
{
    const PlannedEvent &event = live.event();
    const PlannedActor &actor = live.plan.actors[static_cast<std::size_t>(event.step->actor)];
    if (actor.spec->role != Role::Agent || actor.to < 0)
        return;
    const std::uint64_t code = mix(live.number + live.next) % kWrapups;
    memberId("wrapupCode", IdKind::Wrapup, code);
    member("wrapupName", kWrapupNames[code]);
    m_out += "\"wrapupDurationMs\":";
    appendNumber(m_out, (event.at - actor.to) / 1000);
    m_out += ',';
}

void Renderer::writeDetails(const Live &live)
{
    const std::uint64_t chance = mix(live.number * 31 + live.next);
    memberId("divisionId", IdKind::Division, 0);
    if (live.event().type == EventType::Added)
        m_out += "\"provider\":\"Edge\",\"recording\":true,";
    if (chance % 3 == 0)
        m_out += "\"attributes\":{\"accountNo\":\"00123\",\"crm.case id\":\"C-7 \\u2013 urgent\"},";
    if (chance % 5 == 0)
        m_out += "\"muted\":false,\"skills\":[\"English\",\"Returns\"],\"score\":0.82,";
}

void Renderer::writeOdd(Oddity oddity)
{
    switch (oddity) {
    case Oddity::LoneSurrogate: m_out += "\"note\":\"half a pair \\ud83d alone\","; break;
    case Oddity::EscapedNul: m_out += "\"note\":\"a\\u0000b\","; break;
    case Oddity::LongName:
        m_out += "\"note\":\"";
        m_out.append(10'000, 'x');
        m_out += "\",";
        break;
    case Oddity::DeepMember:
        m_out += "\"deep\":";
        for (int i = 0; i < 100; ++i)
            m_out += "[";
        for (int i = 0; i < 100; ++i)
            m_out += "]";
        m_out += ',';
        break;
    case Oddity::NullMembers: m_out += "\"note\":null,\"labels\":[null],\"extra\":{},"; break;
    default: break;
    }
}

} // namespace threadline::sim
