// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/judge.h"

#include "core/base/json.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace threadline::judge {
namespace {

bool isAfterWork(const Event &e)
{
    if (e.facts.state == State::Wrapup || e.facts.state == State::Ended)
        return true;
    std::string word;
    for (const char c : e.type) {
        if (c != '-' && c != '_' && c != ' ')
            word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    static const std::set<std::string> kWords = {"wrapup", "acw", "ended", "interactionended", "interactionwrapup"};
    return e.kind == Kind::Other && kWords.contains(word);
}

int rank(const Event &e)
{
    if (isAfterWork(e))
        return 5;
    static const std::map<Kind, int> kRanks = {{Kind::Joined, 0}, {Kind::SessionStart, 0}, {Kind::Added, 1},
        {Kind::Removed, 3}, {Kind::Left, 4}, {Kind::SessionEnd, 4}};
    const auto it = kRanks.find(e.kind);
    return it == kRanks.end() ? 2 : it->second;
}

/// K: time, rank, sequence with absent last, id bytes.
auto key(const Event &e)
{
    return std::tuple(e.time, rank(e), !e.sequence.has_value(), e.sequence.value_or(0), e.id.value);
}

/// The name of the counter that an event's sequence belongs to; nothing if its sequence says nothing.
std::optional<std::string> counter(const Event &e, SequenceScope scope)
{
    if (!e.sequence || scope == SequenceScope::None)
        return std::nullopt;
    if (scope != SequenceScope::Participant)
        return "all";
    if (e.participant.empty())
        return std::nullopt;
    return "p" + e.participant.value;
}

/// Whether `e` is a participant's only joined or left of `events`, and that participant is `participant`.
bool isParticipantBracket(const Event &e, const std::vector<Event> &events, const ParticipantId &participant)
{
    if ((e.kind != Kind::Joined && e.kind != Kind::Left) || e.participant.empty() || e.participant != participant)
        return false;
    return std::count_if(events.begin(), events.end(), [&](const Event &other) {
        return other.kind == e.kind && other.participant == e.participant;
    }) == 1;
}

bool isChannelBracket(const Event &e, const std::vector<Event> &events, const ChannelId &channel)
{
    if ((e.kind != Kind::Added && e.kind != Kind::Removed) || e.channel.empty() || e.channel != channel)
        return false;
    return std::count_if(events.begin(), events.end(), [&](const Event &other) {
        return other.kind == e.kind && other.channel == e.channel;
    }) == 1;
}

bool isBracketFor(const Event &bracket, const Event &other, const std::vector<Event> &events)
{
    return isParticipantBracket(bracket, events, other.participant) || isChannelBracket(bracket, events, other.channel);
}

/// Whether a rule says that `a` stands before `b`.
bool mustPrecede(const Event &a, const Event &b, const std::vector<Event> &events, SequenceScope scope)
{
    const auto counterA = counter(a, scope), counterB = counter(b, scope);
    if (counterA || counterB)
        return counterA == counterB && *a.sequence < *b.sequence;
    if (std::llabs((a.time - b.time).us) > 1'000'000 || rank(a) >= rank(b))
        return false;
    return isBracketFor(a, b, events) || isBracketFor(b, a, events);
}

bool isFree(std::size_t candidate, const std::set<std::size_t> &left,
          const std::vector<std::vector<bool>> &before)
{
    return std::none_of(left.begin(), left.end(), [&](std::size_t other) {
        return before[other][candidate];
    });
}

std::pair<Timestamp, Hash128> precedence(const Event &e) { return {e.time, e.content}; }

/// All contents received under each id, the one that stands first.
std::map<std::string, std::vector<Event>> byIdentity(const std::vector<Event> &received)
{
    std::map<std::string, std::vector<Event>> all;
    for (const Event &e : received) {
        std::vector<Event> &contents = all[e.id.value];
        const bool known = std::any_of(contents.begin(), contents.end(), [&](const Event &k) { return k.content == e.content; });
        if (!known)
            contents.push_back(e);
    }
    for (auto &[id, contents] : all) {
        std::sort(contents.begin(), contents.end(),
                  [](const Event &a, const Event &b) { return precedence(a) < precedence(b); });
    }
    return all;
}

bool isImported(const Event &e) { return e.provenance == Provenance::Import; }

/// What stands and counts: imported events only where there are no others.
std::vector<Event> counting(const std::vector<Event> &received)
{
    std::vector<Event> events = standing(received);
    if (!std::all_of(events.begin(), events.end(), isImported))
        std::erase_if(events, isImported);
    return events;
}

/// By first mention: where one counter runs over the whole interaction, sequenced events by it and before the others; by K.
std::vector<Event> byMention(std::vector<Event> events, SequenceScope scope)
{
    const bool oneCounter = scope == SequenceScope::Interaction || scope == SequenceScope::Stream;
    std::sort(events.begin(), events.end(), [&](const Event &a, const Event &b) {
        const auto order = [&](const Event &e) {
            return oneCounter ? std::pair(!e.sequence.has_value(), e.sequence.value_or(0)) : std::pair(false, std::int64_t(0));
        };
        return std::tuple(order(a), key(a)) < std::tuple(order(b), key(b));
    });
    return events;
}

/// Names in the order of their first mention, each shown by the first label that any event gives it; at most 32.
class Names {
public:
    void mention(const std::string &name, const std::string &label)
    {
        if (name.empty())
            return;
        if (m_labels.emplace(name, std::string()).second)
            m_order.push_back(name);
        if (m_labels[name].empty())
            m_labels[name] = label;
    }
    [[nodiscard]] std::vector<std::string> shown() const
    {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < m_order.size() && i < 32; ++i) {
            const std::string &label = m_labels.at(m_order[i]);
            out.push_back(label.empty() ? m_order[i] : label);
        }
        return out;
    }

private:
    std::vector<std::string> m_order;
    std::map<std::string, std::string> m_labels;
};

void list(Summary &summary, const std::vector<Event> &mentions)
{
    Names media, queues, agents;
    std::map<std::pair<Purpose, bool>, std::string> parties; // (purpose, address and not name) -> first one given
    for (const Event &e : mentions) {
        const Facts &f = e.facts;
        media.mention(f.media == Media::Unknown ? f.mediaText : std::string(nameOf(f.media)), {});
        queues.mention(f.queueId.empty() ? f.queueName : f.queueId, f.queueName);
        const bool person = f.purpose == Purpose::Agent || f.purpose == Purpose::User;
        const bool unsaid = f.purpose == Purpose::Unknown && f.purposeText.empty() && !f.userId.empty();
        if (person || unsaid)
            agents.mention(f.userId.empty() ? f.name : f.userId, f.name);
        if (!f.name.empty())
            parties.emplace(std::pair(f.purpose, false), f.name);
        else if (!f.address.empty())
            parties.emplace(std::pair(f.purpose, true), f.address);
    }
    summary.media = media.shown();
    summary.queues = queues.shown();
    summary.agents = agents.shown();
    for (const auto &wanted : {std::pair(Purpose::Customer, false), std::pair(Purpose::Customer, true),
                               std::pair(Purpose::External, false), std::pair(Purpose::External, true)}) {
        if (summary.customer.empty() && parties.contains(wanted))
            summary.customer = parties[wanted];
    }
}

bool isEndMark(const Event &e)
{
    const State s = e.facts.state;
    return e.kind == Kind::Left || s == State::Disconnected || s == State::Terminated || s == State::Ended;
}

bool isLifeMark(const Event &e)
{
    return !isEndMark(e) && (e.kind == Kind::Added || e.kind == Kind::SessionStart
                             || (e.facts.state != State::None && e.facts.state != State::Wrapup));
}

/// When the last of those who joined left, if all did.
std::optional<Timestamp> lastLeaving(const std::vector<Event> &inOrder)
{
    std::map<std::string, bool> there;
    std::map<std::string, Timestamp> left;
    for (const Event &e : inOrder) {
        const std::string &who = e.participant.value;
        if (who.empty())
            continue;
        if (e.kind == Kind::Joined)
            there[who] = true;
        if (e.kind != Kind::Left)
            continue;
        left[who] = left.contains(who) ? std::max(left[who], e.time) : e.time;
        if (there.contains(who))
            there[who] = false;
    }
    std::optional<Timestamp> last;
    for (const auto &[who, present] : there) {
        if (present)
            return std::nullopt;
        last = std::max(last.value_or(left[who]), left[who]);
    }
    return last;
}

/// The same where nobody is known to have joined: by what was said last of each participant, or of the interaction.
std::optional<Timestamp> lastEndMark(const std::vector<Event> &mentions)
{
    std::map<std::string, bool> over;
    bool ended = false;
    std::optional<Timestamp> last;
    for (const Event &e : mentions) {
        if (isEndMark(e))
            last = std::max(last.value_or(e.time), e.time);
        if (e.facts.state == State::Ended && e.participant.empty())
            ended = true;
        if (e.participant.empty())
            continue;
        bool &isOver = over.emplace(e.participant.value, false).first->second;
        isOver = isEndMark(e) || (isOver && !isLifeMark(e));
    }
    const bool allOver = !over.empty() && std::all_of(over.begin(), over.end(), [](const auto &p) { return p.second; });
    return ended || allOver ? last : std::nullopt;
}

std::optional<Timestamp> overSince(const std::vector<Event> &events, SequenceScope scope)
{
    const bool anyJoined = std::any_of(events.begin(), events.end(),
                                       [](const Event &e) { return e.kind == Kind::Joined && !e.participant.empty(); });
    return anyJoined ? lastLeaving(canonical(events, scope)) : lastEndMark(byMention(events, scope));
}

void appendText(std::string &out, std::string_view name, std::string_view text)
{
    out += "\"" + std::string(name) + "\":";
    if (text.empty())
        out += "null";
    else
        json::appendString(out, text);
}

void appendEvent(std::string &out, const Event &e, std::int64_t lamportTime)
{
    out += "{";
    appendText(out, "eventId", e.id.value);
    out += ",";
    appendText(out, "eventType", e.type);
    out += ",\"timestamp\":\"" + formatTimestamp(e.time) + "\"";
    out += ",\"sequence\":" + (e.sequence ? std::to_string(*e.sequence) : std::string("null"));
    out += ",\"lamportTimestamp\":" + std::to_string(lamportTime) + ",";
    appendText(out, "interactionId", e.interaction.value);
    out += ",";
    appendText(out, "participantId", e.participant.value);
    out += ",";
    appendText(out, "channelId", e.channel.value);
    out += ",\"data\":" + (e.dataSize == 0 ? std::string("null") : std::string(e.data())) + "}";
}

} // namespace

std::vector<Event> standing(const std::vector<Event> &received)
{
    std::vector<Event> out;
    for (auto &[id, contents] : byIdentity(received))
        out.push_back(contents.front());
    return out;
}

std::int64_t variants(const std::vector<Event> &received)
{
    std::int64_t count = 0;
    for (const auto &[id, contents] : byIdentity(received))
        count += std::min<std::int64_t>(static_cast<std::int64_t>(contents.size()) - 1, 8);
    return count;
}

std::vector<Event> canonical(std::vector<Event> events, SequenceScope scope)
{
    std::vector<std::vector<bool>> before(events.size(), std::vector<bool>(events.size()));
    std::set<std::size_t> left;
    for (std::size_t a = 0; a < events.size(); ++a) {
        left.insert(a);
        for (std::size_t b = 0; b < events.size(); ++b)
            before[a][b] = a != b && mustPrecede(events[a], events[b], events, scope);
    }
    std::vector<Event> out;
    while (!left.empty()) {
        std::optional<std::size_t> smallest;
        for (const std::size_t i : left) {
            if (isFree(i, left, before) && (!smallest || key(events[i]) < key(events[*smallest])))
                smallest = i;
        }
        if (!smallest)
            return {}; // a circle: the rules contradict themselves, and no order is the answer that no test accepts
        left.erase(*smallest);
        out.push_back(events[*smallest]);
    }
    return out;
}

std::vector<std::int64_t> lamport(const std::vector<Event> &inOrder)
{
    std::vector<std::int64_t> out;
    for (const Event &e : inOrder) {
        const std::int64_t t = e.time.us;
        out.push_back(out.empty() || t > out.back() + 1 ? t : out.back() + 1);
    }
    return out;
}

Summary summary(const std::vector<Event> &received, SequenceScope scope, Timestamp sourceNow)
{
    const std::vector<Event> events = counting(received);
    Summary out;
    if (events.empty())
        return out;
    const auto byTime = [](const Event &a, const Event &b) { return a.time < b.time; };
    out.interaction = events.front().interaction;
    out.start = std::min_element(events.begin(), events.end(), byTime)->time;
    out.lastEventAt = std::max_element(events.begin(), events.end(), byTime)->time;
    out.count = static_cast<std::int64_t>(events.size());
    out.variants = variants(received);
    list(out, byMention(events, scope));
    const auto over = overSince(events, scope);
    if (over && sourceNow - *over >= Duration::seconds(60)) {
        out.state = InteractionState::Ended;
        out.end = out.lastEventAt;
    }
    return out;
}

std::string timelineBody(std::string_view interaction, const std::vector<Event> &received, SequenceScope scope)
{
    const std::vector<Event> events = canonical(counting(received), scope);
    const std::vector<std::int64_t> times = lamport(events);
    std::string out = "{";
    appendText(out, "interactionId", interaction);
    out += ",\"events\":[";
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i > 0)
            out += ",";
        appendEvent(out, events[i], times[i]);
    }
    out += "],\"count\":" + std::to_string(events.size()) + "}";
    return out;
}

} // namespace threadline::judge
