// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/presence.h"

#include <algorithm>

namespace threadline {
namespace {

/// Brackets change the order of K only within 1 s, and at most once a rank: no left event (rank 4 or 5) is held back longer.
constexpr Duration kMaxDelay = Duration::seconds(5);
constexpr Duration kBracketReach = Duration::seconds(1);

bool isEndMark(const LightEvent &e)
{
    return e.kind == Kind::Left || e.state == State::Disconnected || e.state == State::Terminated || e.state == State::Ended;
}

bool isLifeMark(const LightEvent &e)
{
    return !isEndMark(e) && (e.kind == Kind::Added || e.kind == Kind::SessionStart
                             || (e.state != State::None && e.state != State::Wrapup));
}

void raise(std::optional<Timestamp> &greatest, Timestamp t) { greatest = std::max(greatest.value_or(t), t); }

/// Keeps the later one of `last` and `index`.
template<class Before>
void keepLast(std::uint32_t &last, std::uint32_t index, Before before)
{
    if (last == kNoIndex || before(last, index))
        last = index;
}

} // namespace

void Presence::add(const EventTable &events, std::uint32_t index)
{
    m_settled = false;
    const LightEvent &e = events[index];
    const bool end = isEndMark(e);
    if (end)
        raise(m_lastEnd, e.time);
    if (e.participant == kNoIndex) {
        m_ended = m_ended || e.state == State::Ended;
        return;
    }
    if (e.participant >= m_people.size())
        m_people.resize(e.participant + 1);
    Person &person = m_people[e.participant];
    m_named += person.named ? 0 : 1;
    person.named = true;
    if (end || isLifeMark(e))
        mark(events, person, index);
    if (e.kind == Kind::Joined || e.kind == Kind::Left)
        move(events, person, index);
}

void Presence::mark(const EventTable &events, Person &person, std::uint32_t index)
{
    const auto before = [&](std::uint32_t a, std::uint32_t b) { return events.mentionedBefore(a, b); };
    keepLast(isEndMark(events[index]) ? person.endMark : person.lifeMark, index, before);
    const bool over = person.endMark != kNoIndex
        && (person.lifeMark == kNoIndex || before(person.lifeMark, person.endMark));
    m_over += (over ? 1u : 0u) - (person.over ? 1u : 0u);
    person.over = over;
}

void Presence::move(const EventTable &events, Person &person, std::uint32_t index)
{
    const LightEvent &e = events[index];
    const bool joined = e.kind == Kind::Joined;
    ++(joined ? person.joined : person.left);
    if (events.chained(e)) {
        keepLast(joined ? person.chainJoined : person.chainLeft, index,
                 [&](std::uint32_t a, std::uint32_t b) { return events.chainBefore(a, b); });
    } else {
        keepLast(joined ? person.freeJoined : person.freeLeft, index,
                 [&](std::uint32_t a, std::uint32_t b) { return events.keyBefore(a, b); });
        person.heldBack = person.heldBack || (joined && e.rank != 0);
    }
    if (!joined)
        person.lastLeft = person.left == 1 ? e.time : std::max(person.lastLeft, e.time);
    if (person.joined > 0 && person.left > 0)
        raise(m_lastLeft, person.lastLeft);
    recount(person, statusOf(events, person));
}

void Presence::recount(Person &person, Status status)
{
    const auto count = [&](Status s, std::uint32_t by) {
        m_joined += s != Status::NeverJoined ? by : 0;
        m_present += s == Status::Present ? by : 0;
        m_unsure += s == Status::Unsure ? by : 0;
    };
    count(person.status, ~0u);
    count(status, 1);
    person.status = status;
}

/// By the participant's own events alone, where these suffice. Within a chain its order is the canonical one. Among free
/// events a joined one stands by its K, for nothing has a lower rank; a left one by its K or at most kMaxDelay later.
Presence::Status Presence::statusOf(const EventTable &events, const Person &person)
{
    if (person.joined == 0)
        return Status::NeverJoined;
    if (person.left == 0)
        return Status::Present;
    const bool chain = person.chainJoined != kNoIndex && person.chainLeft != kNoIndex;
    const bool free = person.freeJoined != kNoIndex && person.freeLeft != kNoIndex;
    if (chain && person.freeJoined == kNoIndex && person.freeLeft == kNoIndex)
        return events.chainBefore(person.chainJoined, person.chainLeft) ? Status::Gone : Status::Present;
    if (!free || person.chainJoined != kNoIndex || person.chainLeft != kNoIndex || person.heldBack)
        return Status::Unsure;
    if (events.keyBefore(person.freeJoined, person.freeLeft))
        return Status::Gone;
    const Duration ahead = events[person.freeJoined].time - events[person.freeLeft].time;
    const bool bracket = person.joined == 1 || person.left == 1;
    if (bracket && ahead <= kBracketReach)
        return Status::Gone;
    return ahead > kMaxDelay ? Status::Present : Status::Unsure;
}

void Presence::settle(const EventTable &events, std::span<const std::uint32_t> inOrder)
{
    std::vector<bool> there(m_people.size());
    for (const std::uint32_t index : inOrder) {
        const LightEvent &e = events[index];
        if (e.participant != kNoIndex && (e.kind == Kind::Joined || e.kind == Kind::Left))
            there[e.participant] = e.kind == Kind::Joined;
    }
    m_unsurePresent = std::find(there.begin(), there.end(), true) != there.end();
    m_settled = true;
}

std::optional<Timestamp> Presence::overSince() const
{
    if (m_joined == 0)
        return m_ended || (m_named > 0 && m_over == m_named) ? m_lastEnd : std::nullopt;
    const bool allLeft = m_present == 0 && (m_unsure == 0 || (m_settled && !m_unsurePresent));
    return allLeft ? m_lastLeft : std::nullopt;
}

} // namespace threadline
