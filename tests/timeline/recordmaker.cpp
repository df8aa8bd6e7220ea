// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/timeline/recordmaker.h"

#include "core/base/time.h"

#include <algorithm>
#include <utility>

namespace threadline::test {
namespace {

constexpr std::int64_t kSecond = 1000, kMinute = 60'000, kWeek = 7 * 24 * 60 * kMinute;
constexpr std::int64_t kBeginning = 1'770'109'200'000; // 2026-02-03T09:00:00Z

std::string quoted(const std::string &text) { return '"' + text + '"'; }

std::string timeText(std::int64_t ms, int form)
{
    const std::int64_t at = kBeginning + ms;
    const auto iso = [](std::int64_t t) { return formatTimestamp(Timestamp{t * 1000}); }; // 2026-02-03T09:00:00.000Z
    const std::string utc = iso(at), there = iso(at + 120 * kMinute).substr(0, 23);
    switch (form) {
    case 1: return quoted(at % kSecond == 0 ? utc.substr(0, 19) + "Z" : utc);
    case 2: return quoted(there + "+02:00");
    case 3: return quoted(there + "0000+02:00");
    case 4: return quoted(there + "+0200");
    case 5: return quoted(utc.substr(0, 23));
    case 6: return std::to_string(at);
    case 7: return quoted("/Date(" + std::to_string(at) + ")/");
    default: return quoted(utc);
    }
}

/// [a, b], or a where that is all and lists of one are that.
template<class T, class F>
std::string list(const std::vector<T> &values, bool collapsed, F text)
{
    std::string all;
    for (const T &value : values)
        all += (all.empty() ? "" : ",") + text(value);
    return collapsed && values.size() == 1 ? all : "[" + all + "]";
}

std::string textOf(const MadeSegment &s, int form)
{
    std::string text = R"({"segmentType":)" + quoted(s.type);
    if (s.start)
        text += R"(,"segmentStart":)" + (s.oddStart ? R"("02/03/2026 09:00:00")" : timeText(*s.start, form));
    if (s.end)
        text += R"(,"segmentEnd":)" + (s.oddEnd ? R"("2026-02-3T09:00:00Z")" : timeText(*s.end, form));
    if (!s.disconnect.empty())
        text += R"(,"disconnectType":)" + quoted(s.disconnect);
    if (s.conference)
        text += std::string(R"(,"conference":)") + (*s.conference ? "true" : "false");
    if (!s.code.empty())
        text += R"(,"wrapUpCode":)" + quoted(s.code);
    return text + "}";
}

std::string textOf(const MadeCount &count, int form)
{
    return R"({"name":"nConsult","value":)" + std::to_string(count.value) + (count.time ? R"(,"emitDate":)" + timeText(*count.time, form) : "") + "}";
}

/// Removes one of `values` after the other, as long as it still fails.
template<class T>
bool without(std::vector<T> &values, const std::function<bool()> &fails)
{
    bool smaller = false;
    for (std::size_t i = values.size(); i > 0; --i) {
        T taken = std::move(values[i - 1]);
        values.erase(values.begin() + static_cast<std::ptrdiff_t>(i - 1));
        if (fails())
            smaller = true;
        else
            values.insert(values.begin() + static_cast<std::ptrdiff_t>(i - 1), std::move(taken));
    }
    return smaller;
}

template<class T>
bool plainer(T &value, const T &plain, const std::function<bool()> &fails)
{
    if (value == plain)
        return false;
    T before = std::exchange(value, plain);
    if (fails())
        return true;
    value = std::move(before);
    return false;
}

} // namespace

std::string MadeRecord::json() const
{
    const auto segment = [this](const MadeSegment &s) { return textOf(s, timeForm); };
    const auto session = [&](const MadeSession &s) {
        return R"({"sessionId":)" + quoted(s.id) + R"(,"mediaType":)" + quoted(s.media) + R"(,"direction":)" + quoted(s.direction)
            + R"(,"segments":)" + list(s.segments, collapsed, segment)
            + (s.consults.empty() ? "" : R"(,"metrics":)" + list(s.consults, collapsed, [this](const MadeCount &c) { return textOf(c, timeForm); })) + "}";
    };
    const auto participant = [&](const MadeParticipant &p) {
        return R"({"participantId":)" + quoted(p.id) + R"(,"purpose":)" + quoted(p.purpose) + R"(,"sessions":)"
            + list(p.sessions, collapsed, session) + "}";
    };
    return R"({"conversationId":"I")" + (start ? R"(,"conversationStart":)" + timeText(*start, timeForm) : "")
        + (end ? R"(,"conversationEnd":)" + timeText(*end, timeForm) : "") + R"(,"participants":)"
        + list(participants, collapsed, participant) + "}";
}

MadeSession &RecordMaker::leg(const std::string &purpose, const std::string &media, const std::string &direction)
{
    const std::string number = std::to_string(++m_legs);
    m_record.participants.push_back({purpose + number, purpose, {{"s" + number, media, direction, {}, {}}}});
    return m_record.participants.back().sessions.front();
}

MadeSegment RecordMaker::piece(const std::string &type, std::int64_t start, std::int64_t end, const std::string &disconnect)
{
    return {type, start, end, disconnect, m_flags ? std::optional(false) : std::nullopt, {}, false, false};
}

MadeRecord RecordMaker::make()
{
    static const std::vector<std::string> media = {"voice", "voice", "voice", "voice", "chat", "message", "email"};
    m_media = media[static_cast<std::size_t>(upTo(6))];
    m_flags = !oneIn(3);
    m_record.timeForm = oneIn(3) ? static_cast<int>(upTo(kTimeForms - 1)) : 0;
    m_record.collapsed = oneIn(8);
    leg("customer", m_media); // its segments are known last
    if (!oneIn(3))
        menu();
    const std::int64_t queues = oneIn(10) ? 0 : 1 + upTo(1) * upTo(2);
    for (std::int64_t i = 0; i < queues; ++i)
        queue(i + 1 == queues);
    if (queues == 0)
        voicemail();
    const std::int64_t system = oneIn(2) ? 0 : upTo(300);
    MadeSession &customer = m_record.participants.front().sessions.front();
    if (system > 0)
        customer.segments.push_back(piece("system", 0, system));
    customer.segments.push_back(piece("interact", system, std::max(m_now, system), oneIn(2) ? "peer" : "endpoint"));
    m_record.start = oneIn(6) ? upTo(10 * kMinute) * -1 : oneIn(6) ? upTo(20) : 0;
    m_record.end = m_now + (oneIn(4) ? upTo(30 * kSecond) : 0);
    if (oneIn(6))
        callback();
    goWrong();
    return m_record;
}

void RecordMaker::menu()
{
    static const std::vector<std::string> who = {"ivr", "ivr", "workflow", "bot"};
    const std::string purpose = who[static_cast<std::size_t>(upTo(3))];
    const std::int64_t from = upTo(200), end = from + upTo(40 * kSecond);
    leg(purpose, m_media).segments = {piece(oneIn(3) ? "interact" : "ivr", from, end, "transfer")};
    m_now = end + upTo(60);
}

void RecordMaker::queue(bool last)
{
    const std::int64_t from = m_now, delay = from + upTo(60), end = delay + 5 * kSecond + upTo(3 * kMinute);
    leg("acd", m_media).segments = {piece("delay", from, delay), piece("interact", delay, end, "transfer")};
    std::int64_t offer = delay;
    while (oneIn(3) && offer + 4 * kSecond < end) {
        const std::int64_t over = std::min(end, offer + upTo(20 * kSecond));
        MadeSession &missed = leg("agent", m_media);
        missed.segments = {piece("alert", offer, over, oneIn(2) ? "client" : "system")};
        if (oneIn(3))
            missed.segments.push_back(piece("wrapup", over, over + upTo(60 * kSecond)));
        offer = over + upTo(2 * kSecond);
    }
    m_now = end;
    if (oneIn(8))
        return; // abandoned, or on to the next queue
    talk(last, end + upTo(60) - 40);
}

void RecordMaker::talk(bool last, std::int64_t answered)
{
    const std::int64_t end = answered + kSecond + upTo(5 * kMinute);
    m_now = end;
    m_leftAlone = false;
    const std::size_t place = m_record.participants.size();
    MadeSession &agent = leg(oneIn(8) ? "user" : "agent", m_media);
    if (!oneIn(4))
        agent.segments.push_back(piece("alert", answered - upTo(8 * kSecond), answered));
    std::vector<MadeSegment> talks;
    holds(talks, answered, end);
    talks.back().disconnect = last ? "client" : "transfer";
    agent.segments.insert(agent.segments.end(), talks.begin(), talks.end());
    if (!oneIn(4))
        wrapUp(agent, end);
    if (last && oneIn(4))
        consult(place, answered, end);
    if (oneIn(5))
        together(answered, end);
    if (oneIn(4))
        watched(answered, end);
    if (m_leftAlone) { // the customer stays with who barged in
        MadeSession &there = m_record.participants[place].sessions.front();
        m_now = end + 10 * kSecond;
        there.segments.back().disconnect = "client";
    }
    m_now += last ? 0 : upTo(60);
}

void RecordMaker::holds(std::vector<MadeSegment> &out, std::int64_t from, std::int64_t to)
{
    std::int64_t at = from;
    while (oneIn(3) && at < to) {
        const std::int64_t hold = at + upTo(to - at), over = hold + upTo(to - hold);
        out.push_back(piece("interact", at, hold));
        out.push_back(piece("hold", hold, over));
        at = over;
    }
    out.push_back(piece("interact", at, to));
}

void RecordMaker::wrapUp(MadeSession &session, std::int64_t end)
{
    const std::int64_t from = end - (oneIn(3) ? upTo(300) : 0) + (oneIn(5) ? upTo(20 * kMinute) : 0);
    MadeSegment wrap = piece("wrapup", from, from + upTo(90 * kSecond));
    wrap.code = oneIn(3) ? "ININ-WRAP-UP-TIMEOUT" : oneIn(2) ? "7fb334b0" : "";
    session.segments.push_back(wrap);
}

/// A third one comes, and goes or stays.
void RecordMaker::together(std::int64_t from, std::int64_t to)
{
    const std::int64_t start = from + upTo(to - from), end = oneIn(2) ? to : start + upTo(to - start);
    static const std::vector<std::string> who = {"agent", "external", "customer", "user"};
    MadeSession &third = leg(who[static_cast<std::size_t>(upTo(3))], m_media, "outbound");
    third.segments = {piece("interact", start, end, "client")};
    if (m_flags)
        third.segments.front().conference = true;
}

/// One who does not answer, then one who does; and the call is handed over, or comes back.
void RecordMaker::consult(std::size_t asker, std::int64_t from, std::int64_t to)
{
    const std::int64_t start = from + upTo(to - from);
    count(m_record.participants[asker].sessions.front(), from, start);
    leg("agent", m_media, "outbound").segments = {piece("alert", start, start + upTo(15 * kSecond), "system")};
    const std::int64_t answered = start + 20 * kSecond + upTo(10 * kSecond);
    if (answered >= to)
        return;
    const bool handedOver = oneIn(2);
    const std::int64_t end = handedOver ? to + upTo(2 * kMinute) : answered + upTo(to - answered);
    leg("agent", m_media, "outbound").segments = {piece("dialing", start + 16 * kSecond, answered), piece("interact", answered, end, "client")};
    m_now = std::max(m_now, end);
}

/// Once or twice, when it began or some other time, or without one.
void RecordMaker::count(MadeSession &asker, std::int64_t from, std::int64_t start)
{
    for (auto times = m_counting() % 3; times > 0; --times) {
        const std::int64_t others[] = {start, start, start + 1500, start + 16 * kSecond, from};
        MadeCount count{others[m_counting() % 5], m_counting() % 4 == 0 ? 2 : 1};
        if (m_counting() % 4 == 0)
            count.time.reset();
        asker.consults.push_back(count);
    }
}

void RecordMaker::watched(std::int64_t from, std::int64_t to)
{
    const std::int64_t start = from + upTo(to - from), end = start + upTo(to - start);
    switch (upTo(4)) {
    case 0: leg("agent", m_media).segments = {piece("monitoring", start, end), piece("coaching", end, to)}; break;
    case 1: leg("agent", "screenmonitoring").segments = {piece(oneIn(2) ? "monitoring" : "interact", start, end)}; break;
    case 2: leg("agent", "screenshare").segments = {piece("interact", start, end)}; break;
    case 3: leg("agent", m_media).segments = {piece("monitoring", from, start), piece("barging", start, end, "client")}; break;
    default:
        leg("agent", m_media).segments = {piece("barging", start, to + 10 * kSecond, "peer")};
        m_leftAlone = true;
    }
}

void RecordMaker::voicemail()
{
    const std::int64_t end = m_now + upTo(2 * kMinute);
    leg("voicemail", m_media).segments = {piece("interact", m_now, end, "peer")};
    m_now = end;
}

/// The customer is to be called: nobody did, somebody did, or his leg goes on for weeks.
void RecordMaker::callback()
{
    const std::int64_t from = m_now, called = from + kMinute + upTo(60 * kMinute);
    std::int64_t over = from + kWeek + upTo(2 * kWeek);
    const bool made = oneIn(2);
    if (made) {
        over = called + 30 * kSecond + upTo(5 * kMinute);
        MadeSession &agent = leg("agent", "callback");
        agent.segments = {piece("alert", called - 10 * kSecond, called), piece(oneIn(2) ? "callback" : "interact", called, over, "client")};
        MadeSession out{"s-out" + std::to_string(m_legs), "voice", "outbound", {},
                        {piece("dialing", called + kSecond, called + 8 * kSecond), piece("interact", called + 8 * kSecond, over, "client")}};
        m_record.participants.back().sessions.push_back(out);
        leg("customer", "voice", "outbound").segments = {piece("dialing", called + kSecond, called + 8 * kSecond),
                                                          piece("interact", called + 8 * kSecond, over, "peer")};
    }
    leg("acd", "callback").segments = {piece(oneIn(2) ? "scheduled" : "interact", from, made ? called : over, made ? "transfer" : "system")};
    MadeSession own{"s-callback", "callback", "inbound", {}, {piece(oneIn(2) ? "scheduled" : "interact", from, over)}};
    if (oneIn(4))
        own.segments.front().end.reset(); // its leg goes on
    m_record.participants.front().sessions.push_back(own);
    m_record.end = oneIn(4) ? std::nullopt : std::optional(over);
}

MadeSegment *RecordMaker::anySegment()
{
    MadeParticipant &p = any(m_record.participants);
    if (p.sessions.empty() || p.sessions.front().segments.empty())
        return nullptr;
    return &any(any(p.sessions).segments);
}

void RecordMaker::goWrong()
{
    for (std::int64_t times = oneIn(2) ? 0 : 1 + upTo(2); times > 0; --times) {
        MadeSegment *segment = anySegment();
        if (segment && !oneIn(3))
            goWrongSegment(*segment);
        else
            goWrongWhole();
    }
}

void RecordMaker::goWrongSegment(MadeSegment &segment)
{
    const MadeSegment *other = anySegment();
    switch (upTo(7)) {
    case 0: segment.end.reset(); break;
    case 1: segment.end = segment.start.value_or(0) - upTo(kMinute) - 1; break;
    case 2: segment.end = segment.start; break;
    case 3: segment.start = other ? other->start : segment.start; break;
    case 4: segment.end = segment.end.value_or(0) + upTo(kMinute); break; // over the next
    case 5: segment.oddStart = true; break;
    case 6: segment.oddEnd = true; break;
    default: segment.type = oneIn(2) ? "uploading" : "levitating";
    }
}

void RecordMaker::goWrongWhole()
{
    switch (upTo(6)) {
    case 0: m_record.end = m_record.end ? std::optional(*m_record.end + 4 * kWeek) : std::nullopt; break;
    case 1: m_record.end = upTo(m_now); break;
    case 2: m_record.end.reset(); break;
    case 3: m_record.participants.front().sessions.front().segments.clear(); break;
    case 4: std::shuffle(m_record.participants.begin() + 1, m_record.participants.end(), m_random); break;
    case 5: {
        MadeSession &session = any(m_record.participants).sessions.front();
        std::shuffle(session.segments.begin(), session.segments.end(), m_random);
        break;
    }
    default: // over at once
        if (!oneIn(3))
            break;
        for (MadeParticipant &p : m_record.participants) {
            for (MadeSession &s : p.sessions) {
                for (MadeSegment &g : s.segments)
                    g.start = g.end = 0;
            }
        }
        m_record.start = m_record.end = 0;
    }
}

MadeRecord RecordMaker::another(const MadeRecord &record)
{
    m_record = record;
    if (m_record.participants.empty())
        return m_record;
    MadeSegment *segment = anySegment();
    switch (upTo(6)) {
    case 0: m_record.end.reset(); break;
    case 1: m_record.end = m_record.end.value_or(0) + upTo(2) * kSecond; break;
    case 2: m_record.participants.pop_back(); break;
    case 3:
        if (segment)
            segment->code = oneIn(2) ? "ININ-WRAP-UP-TIMEOUT" : "7fb334b0";
        break;
    case 4: m_record.timeForm = m_record.timeForm == 0 ? 2 : 0; break; // other text, the same told
    case 5:
        if (segment)
            segment->disconnect = oneIn(2) ? "peer" : "client";
        break;
    default: break;
    }
    return m_record;
}

MadeRecord shrunk(MadeRecord record, const std::function<bool(const MadeRecord &)> &fails)
{
    const auto still = [&] { return fails(record); };
    for (bool smaller = true; smaller;) {
        smaller = without(record.participants, still);
        for (MadeParticipant &p : record.participants) {
            smaller = without(p.sessions, still) || smaller;
            for (MadeSession &s : p.sessions) {
                smaller = without(s.segments, still) || smaller;
                smaller = without(s.consults, still) || smaller;
                for (MadeSegment &g : s.segments) {
                    smaller = plainer(g.disconnect, std::string(), still) || smaller;
                    smaller = plainer(g.code, std::string(), still) || smaller;
                    smaller = plainer(g.conference, std::optional<bool>(), still) || smaller;
                }
            }
        }
        smaller = plainer(record.timeForm, 0, still) || smaller;
        smaller = plainer(record.collapsed, false, still) || smaller;
        smaller = plainer(record.start, std::optional<std::int64_t>(), still) || smaller;
        smaller = plainer(record.end, std::optional<std::int64_t>(), still) || smaller;
    }
    return record;
}

} // namespace threadline::test
