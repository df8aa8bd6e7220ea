// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakestories.h"

#include <algorithm>
#include <array>

namespace threadline::test {
namespace {

constexpr Duration seconds(int n) { return Duration::seconds(n); }

std::string rawOf(const Event &event)
{
    std::string data = "{\"interactionId\":\"" + event.interaction.value + "\",\"participantId\":\"" + event.participant.value
        + "\",\"channelId\":\"" + event.channel.value + "\",\"mediaType\":\"" + std::string(nameOf(event.facts.media))
        + "\",\"state\":\"" + std::string(nameOf(event.facts.state)) + "\",\"name\":\"" + event.facts.name + "\"}";
    return "{\"id\":\"" + event.id.value + "\",\"timestamp\":\"" + formatTimestamp(event.time) + "\",\"type\":\"" + event.type
        + "\",\"data\":" + data + ",\"sequence\":" + std::to_string(event.sequence.value_or(0)) + "}";
}

std::shared_ptr<const Event> seal(Event event)
{
    event.raw = rawOf(event);
    event.content = hash128(event.raw);
    return std::make_shared<const Event>(std::move(event));
}

EventMark markOf(const Event &event, std::int64_t order)
{
    EventMark mark;
    mark.id = event.id;
    mark.time = event.time;
    mark.lamport = event.time.us + order;
    mark.type = event.type;
    mark.state = event.facts.state;
    mark.provenance = event.provenance;
    return mark;
}

} // namespace

CallBuilder::CallBuilder(std::string id, std::string customer, Timestamp start, Media media)
    : m_start(start), m_at(start), m_media(media)
{
    Story &story = m_made.view.story;
    story.interaction = InteractionId(id);
    story.customer = std::move(customer);
    story.start = start;
    story.media = media;
    story.direction = Direction::Inbound;
    m_made.summary.interaction = story.interaction;
    participant(Purpose::Customer, story.customer);
}

CallBuilder &CallBuilder::by(Provenance provenance)
{
    m_provenance = provenance;
    return *this;
}

int CallBuilder::participant(Purpose purpose, const std::string &name)
{
    std::vector<ParticipantRow> &all = m_made.view.story.participants;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const ParticipantRow &p) { return p.purpose == purpose && p.name == name; });
    if (found != all.end())
        return static_cast<int>(found - all.begin());
    ParticipantRow row;
    row.id = ParticipantId(m_made.view.story.interaction.value.substr(0, 8) + "-p" + std::to_string(all.size()));
    row.purpose = purpose;
    row.name = name;
    row.start = m_at;
    if (purpose == Purpose::Customer)
        row.address = name;
    if (purpose == Purpose::Acd)
        row.queueName = name;
    ChannelRow channel;
    channel.id = ChannelId(row.id.value + "-c");
    channel.media = m_media;
    row.channels.push_back(channel);
    all.push_back(row);
    return static_cast<int>(all.size()) - 1;
}

EventId CallBuilder::event(int participant, State state, const std::string &type)
{
    const ParticipantRow &row = m_made.view.story.participants[static_cast<std::size_t>(participant)];
    Event event;
    event.interaction = m_made.view.story.interaction;
    event.id = EventId(event.interaction.value.substr(0, 8) + "-e" + std::to_string(++m_events));
    event.participant = row.id;
    event.channel = row.channels.front().id;
    event.kind = Kind::Updated;
    event.type = type;
    event.time = m_at;
    event.sequence = m_events;
    event.provenance = m_provenance;
    event.received = m_at + Duration::millis(190 + m_events % 7 * 10);
    event.facts.purpose = row.purpose;
    event.facts.state = state;
    event.facts.media = m_media;
    event.facts.name = row.name;
    m_made.view.events.push_back(seal(event));
    EventMark mark = markOf(event, m_events);
    mark.participant = participant;
    m_made.view.story.marks.push_back(mark);
    return event.id;
}

void CallBuilder::stretch(SegmentKind kind, State state, Purpose purpose, const std::string &name, int length)
{
    const int who = participant(purpose, name);
    const EventId opened = event(who, state, "interaction-updated");
    const Timestamp end = m_at + seconds(length);
    Segment segment;
    segment.kind = kind;
    segment.start = m_at;
    segment.end = end;
    segment.startBy = segment.endBy = m_provenance;
    segment.label = name;
    segment.startEvent = opened;
    Story &story = m_made.view.story;
    story.participants[static_cast<std::size_t>(who)].channels.front().segments.push_back(segment);
    if (kind != SegmentKind::Acw) {
        if (purpose != Purpose::Customer)
            story.participants.front().channels.front().segments.push_back(segment);
        story.felt.push_back({kind, m_at, end, who, name});
    }
    m_at = end;
}

CallBuilder &CallBuilder::ivr(int s)
{
    stretch(SegmentKind::Ivr, State::Connected, Purpose::Ivr, "Main menu", s);
    return *this;
}
CallBuilder &CallBuilder::queue(const std::string &name, int s)
{
    m_queue = name;
    stretch(SegmentKind::Queue, State::Queued, Purpose::Acd, name, s);
    return *this;
}
CallBuilder &CallBuilder::alert(const std::string &agent, int s)
{
    stretch(SegmentKind::Alert, State::Alerting, Purpose::Agent, agent, s);
    return *this;
}
CallBuilder &CallBuilder::talk(const std::string &agent, int s)
{
    stretch(SegmentKind::Talk, State::Talking, Purpose::Agent, agent, s);
    return *this;
}
CallBuilder &CallBuilder::hold(const std::string &agent, int s)
{
    stretch(SegmentKind::Hold, State::Held, Purpose::Agent, agent, s);
    return *this;
}
CallBuilder &CallBuilder::consult(const std::string &agent, int s)
{
    stretch(SegmentKind::Consult, State::Consulting, Purpose::Agent, agent, s);
    return *this;
}
CallBuilder &CallBuilder::conference(const std::string &agent, int s)
{
    stretch(SegmentKind::Conference, State::Conference, Purpose::Agent, agent, s);
    return *this;
}
CallBuilder &CallBuilder::wrapUp(const std::string &agent, int s)
{
    stretch(SegmentKind::Acw, State::Wrapup, Purpose::Agent, agent, s);
    return *this;
}

FakeInteraction CallBuilder::open() { return finish(true); }
FakeInteraction CallBuilder::ended() { return finish(false); }

FakeInteraction CallBuilder::finish(bool open)
{
    Story &story = m_made.view.story;
    if (open) {
        if (story.felt.back().end == m_at)
            story.felt.back().end.reset();
        for (ParticipantRow &row : story.participants) {
            std::vector<Segment> &segments = row.channels.front().segments;
            if (!segments.empty() && segments.back().end == m_at)
                segments.back().end.reset();
        }
    } else {
        story.end = m_at;
        event(0, State::Ended, "interaction-participant-left");
    }
    story.lastEventAt = story.marks.back().time;
    Summary &summary = m_made.summary;
    summary.state = open ? InteractionState::Open : InteractionState::Ended;
    summary.start = story.start;
    summary.end = story.end;
    summary.lastEventAt = story.lastEventAt;
    summary.count = static_cast<std::int64_t>(m_made.view.events.size());
    summary.media = {std::string(nameOf(m_media))};
    if (!m_queue.empty())
        summary.queues = {m_queue};
    summary.customer = story.customer;
    return m_made;
}

Band repairedBand(Timestamp start, Timestamp end)
{
    Band band;
    band.id = 1;
    band.source = "streaming";
    band.start = start;
    band.end = end;
    band.cause = BandCause::ConnectionLost;
    band.state = BandState::Repaired;
    band.reason = "closed by the server (1006)";
    return band;
}

namespace {

/// A generator of its own, so that the floor is the same on every library.
class Dice {
public:
    int operator()(int from, int to)
    {
        m_state = m_state * 6364136223846793005ULL + 1442695040888963407ULL;
        return from + static_cast<int>((m_state >> 33) % static_cast<std::uint64_t>(to - from + 1));
    }

private:
    std::uint64_t m_state = 20260506;
};

struct Plan {
    SegmentKind now;
    int since;
    bool ended = false;
    Media media = Media::Voice;
};

/// How long the stretches before the present one were.
struct History {
    int ivr, queue, alert, talk, hold, again;
};

FakeInteraction callOf(int number, const std::string &queue, const Plan &plan, Timestamp now, Dice &dice)
{
    using K = SegmentKind;
    const std::string agent = "Agent "
        + std::string(std::array{"One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
                                 "Twelve"}[static_cast<std::size_t>(number * 5 % 12)]);
    History h{dice(14, 50), dice(15, 170), dice(6, 16), dice(90, 300), 0, 0};
    if (dice(0, 9) < 5)
        h.hold = dice(25, 120), h.again = dice(60, 260);
    const bool reached = plan.now != K::Ivr && plan.now != K::Queue && plan.now != K::Alert;
    const bool spoke = reached && plan.now != K::Talk;
    int before = plan.now == K::Ivr ? 0 : h.ivr;
    if (plan.now != K::Ivr && plan.now != K::Queue)
        before += h.queue;
    if (reached)
        before += h.alert;
    if (spoke || h.hold)
        before += reached ? h.talk + h.hold + h.again : 0;
    const int gone = plan.ended ? dice(40, 260) : 0;
    const std::string id =
        std::string("3f9c") + std::to_string(2000 + number * 37) + "-0000-4000-8000-00000000" + std::to_string(1000 + number);
    const std::string customer = plan.media == Media::Email ? "a.person@example.org"
        : plan.media == Media::WebMessage                   ? "visitor " + std::to_string(40 + number)
                                                            : "+1 555 01" + std::to_string(10 + number * 37 % 90);
    CallBuilder call(id, customer, now - seconds(before + plan.since + gone), plan.media);
    if (plan.now != K::Ivr)
        call.ivr(h.ivr);
    if (plan.now != K::Ivr && plan.now != K::Queue)
        call.queue(queue, h.queue);
    if (reached) {
        call.alert(agent, h.alert);
        if (spoke || h.hold)
            call.talk(agent, h.talk);
        if (h.hold && (spoke || h.again))
            call.hold(agent, h.hold).talk(agent, h.again);
    }
    switch (plan.now) {
    case K::Ivr: call.ivr(plan.since); break;
    case K::Queue: call.queue(queue, plan.since); break;
    case K::Alert: call.alert(agent, plan.since); break;
    case K::Hold: call.hold(agent, plan.since); break;
    case K::Consult: call.consult(agent, plan.since); break;
    case K::Conference: call.conference(agent, plan.since); break;
    case K::Acw: call.wrapUp(agent, plan.since); break;
    default: call.talk(agent, plan.since); break;
    }
    return plan.ended ? call.ended() : call.open();
}

} // namespace

std::vector<FakeInteraction> floorOf(Timestamp now)
{
    using K = SegmentKind;
    const std::pair<std::string, std::vector<Plan>> queues[] = {
        {"Support",
         {{K::Queue, 252},
          {K::Queue, 171},
          {K::Queue, 48},
          {K::Hold, 205},
          {K::Alert, 11},
          {K::Hold, 88},
          {K::Talk, 458},
          {K::Talk, 394},
          {K::Talk, 335, false, Media::WebMessage},
          {K::Consult, 74},
          {K::Conference, 131},
          {K::Talk, 154},
          {K::Acw, 28},
          {K::Acw, 45, true}}},
        {"Sales",
         {{K::Queue, 97},
          {K::Alert, 8},
          {K::Ivr, 24},
          {K::Talk, 240},
          {K::Hold, 61},
          {K::Talk, 493},
          {K::Talk, 300},
          {K::Talk, 95, false, Media::WebMessage},
          {K::Talk, 1310, false, Media::Email},
          {K::Acw, 31},
          {K::Acw, 60, true}}},
        {"Billing",
         {{K::Queue, 64}, {K::Ivr, 22}, {K::Talk, 434}, {K::Talk, 409}, {K::Hold, 143}, {K::Talk, 119}, {K::Acw, 57, true}}},
    };
    std::vector<FakeInteraction> out;
    Dice dice;
    int number = 0;
    for (const auto &[queue, plans] : queues) {
        for (const Plan &plan : plans)
            out.push_back(callOf(number++, queue, plan, now, dice));
    }
    return out;
}

namespace {

/// Rows and events of the rich call, written down second by second.
class RichCall {
public:
    explicit RichCall(Timestamp start) : m_start(start)
    {
        m_made.view.story.interaction = InteractionId("3f9c2a71-6b1e-4c02-9a55-0242ac125d0e");
    }

    int participant(Purpose purpose, const std::string &id, const std::string &name, const std::vector<std::string> &channels)
    {
        ParticipantRow row;
        row.id = ParticipantId(id);
        row.purpose = purpose;
        row.name = name;
        row.start = m_start;
        for (const std::string &channel : channels) {
            ChannelRow c;
            c.id = ChannelId(channel);
            c.media = channel.rfind("screen", 0) == 0 ? Media::Screenshare : Media::Voice;
            row.channels.push_back(c);
        }
        m_made.view.story.participants.push_back(row);
        return static_cast<int>(m_made.view.story.participants.size()) - 1;
    }

    /// An event and the segment it opens; the segment before it in the channel ends by it.
    void segment(int who, int channel, SegmentKind kind, int from, int to, const std::string &label, State state,
                 Provenance by = Provenance::Live, bool inferred = false)
    {
        ChannelRow &row =
            m_made.view.story.participants[static_cast<std::size_t>(who)].channels[static_cast<std::size_t>(channel)];
        const EventId id = event(who, channel, from, state, by);
        if (!row.segments.empty() && row.segments.back().end == at(from))
            row.segments.back().endEvent = id;
        Segment s;
        s.kind = kind;
        s.start = at(from);
        s.end = at(to);
        s.startBy = s.endBy = by;
        s.inferred = inferred;
        s.label = label;
        s.startEvent = id;
        row.segments.push_back(s);
    }

    EventId event(int who, int channel, int second, State state, Provenance by = Provenance::Live)
    {
        const ParticipantRow &row = m_made.view.story.participants[static_cast<std::size_t>(who)];
        Event e;
        e.interaction = m_made.view.story.interaction;
        e.id = EventId("evt-" + std::to_string(100000 + ++m_events).substr(1));
        e.participant = row.id;
        e.channel = row.channels[static_cast<std::size_t>(channel)].id;
        e.kind = Kind::Updated;
        e.type = "interaction-updated";
        e.time = at(second) + Duration::millis(m_events % 9);
        if (by == Provenance::Live)
            e.sequence = m_events;
        e.provenance = by;
        e.received = e.time + Duration::millis(170 + m_events % 8 * 10);
        e.facts.purpose = row.purpose;
        e.facts.state = state;
        e.facts.media = Media::Voice;
        e.facts.name = row.name;
        m_made.view.events.push_back(seal(e));
        EventMark mark = markOf(e, m_events);
        mark.participant = who;
        m_made.view.story.marks.push_back(mark);
        return e.id;
    }

    void felt(SegmentKind kind, int from, int to, int who, const std::string &label)
    {
        m_made.view.story.felt.push_back({kind, at(from), at(to), who, label});
    }
    void link(LinkKind kind, int from, int to, int second, const std::string &rule)
    {
        m_made.view.story.links.push_back({kind, from, to, {}, at(second), Confidence::Sure, rule});
    }
    [[nodiscard]] Timestamp at(int second) const { return m_start + seconds(second); }
    [[nodiscard]] Story &story() { return m_made.view.story; }

    FakeInteraction finish(int end)
    {
        Story &s = story();
        s.start = m_start;
        s.end = at(end);
        s.media = Media::Voice;
        s.direction = Direction::Inbound;
        s.customer = "+1 555 0142";
        // Events in canonical order: by time.
        std::vector<std::size_t> order(s.marks.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return s.marks[a].time < s.marks[b].time; });
        std::vector<EventMark> marks;
        std::vector<std::shared_ptr<const Event>> events;
        for (const std::size_t i : order) {
            marks.push_back(s.marks[i]);
            events.push_back(m_made.view.events[i]);
        }
        s.marks = std::move(marks);
        m_made.view.events = std::move(events);
        s.lastEventAt = s.marks.back().time;
        Summary &summary = m_made.summary;
        summary.interaction = s.interaction;
        summary.state = InteractionState::Ended;
        summary.start = s.start;
        summary.end = s.end;
        summary.lastEventAt = s.lastEventAt;
        summary.count = static_cast<std::int64_t>(s.marks.size());
        summary.media = {"voice"};
        summary.queues = {"Support"};
        summary.customer = s.customer;
        return m_made;
    }

private:
    FakeInteraction m_made;
    Timestamp m_start;
    int m_events = 0;
};

} // namespace

FakeInteraction richCall(Timestamp start)
{
    using K = SegmentKind;
    RichCall c(start);
    const int customer = c.participant(Purpose::Customer, "customer-55c0", "+1 555 0142", {"voice-0190"});
    const int ivr = c.participant(Purpose::Ivr, "ivr-1a2b", "Main menu", {"voice-0191"});
    const int queue = c.participant(Purpose::Acd, "acd-77e1", "Support", {"voice-0193"});
    c.story().participants[static_cast<std::size_t>(queue)].queueName = "Support";
    const int one = c.participant(Purpose::Agent, "agent-one-7c1f", "Agent One", {"voice-0192", "voice-0195"});
    const int two = c.participant(Purpose::Agent, "agent-two-91aa", "Agent Two", {"voice-0196", "screen-0197"});
    const auto gap = Provenance::Backfill;
    c.segment(ivr, 0, K::Ivr, 0, 24, "Main menu", State::Connected, Provenance::Live, true);
    c.segment(customer, 0, K::Ivr, 0, 24, "", State::Connected);
    c.segment(queue, 0, K::Queue, 24, 86, "Support", State::Queued);
    c.segment(customer, 0, K::Queue, 24, 86, "Support", State::Connected);
    c.segment(one, 0, K::Alert, 78, 86, "", State::Alerting);
    c.segment(one, 0, K::Talk, 86, 171, "Agent One", State::Talking);
    c.segment(customer, 0, K::Talk, 86, 171, "Agent One", State::Talking);
    c.segment(one, 0, K::Hold, 171, 246, "Agent One", State::Held);
    c.segment(customer, 0, K::Hold, 171, 246, "Agent One", State::Held);
    c.segment(one, 1, K::Alert, 176, 184, "", State::Alerting);
    c.segment(two, 0, K::Alert, 176, 184, "", State::Alerting);
    c.segment(one, 1, K::Consult, 184, 246, "Agent Two", State::Consulting);
    c.segment(two, 0, K::Consult, 184, 246, "Agent One", State::Consulting);
    c.segment(two, 1, K::Unknown, 190, 379, "Recording, state not known", State::Unknown);
    c.segment(one, 0, K::Conference, 246, 268, "", State::Conference);
    c.segment(two, 0, K::Conference, 246, 268, "", State::Conference);
    c.segment(customer, 0, K::Conference, 246, 268, "", State::Conference);
    c.segment(one, 0, K::Acw, 268, 313, "", State::Wrapup, gap);
    c.segment(two, 0, K::Talk, 268, 303, "Agent Two", State::Talking);
    c.segment(customer, 0, K::Talk, 268, 303, "Agent Two", State::Talking);
    c.segment(two, 0, K::Hold, 303, 316, "Agent Two", State::Held, gap);
    c.segment(customer, 0, K::Hold, 303, 316, "Agent Two", State::Held, gap);
    c.segment(two, 0, K::Talk, 316, 379, "Agent Two", State::Talking);
    c.segment(customer, 0, K::Talk, 316, 379, "Agent Two", State::Talking);
    c.segment(two, 0, K::Acw, 379, 409, "", State::Wrapup);
    c.felt(K::Ivr, 0, 24, ivr, "Main menu");
    c.felt(K::Queue, 24, 78, queue, "Support");
    c.felt(K::Alert, 78, 86, one, "Agent One");
    c.felt(K::Talk, 86, 171, one, "Agent One");
    c.felt(K::Hold, 171, 246, one, "Agent One");
    c.felt(K::Conference, 246, 268, one, "");
    c.felt(K::Talk, 268, 303, two, "Agent Two");
    c.felt(K::Hold, 303, 316, two, "Agent Two");
    c.felt(K::Talk, 316, 379, two, "Agent Two");
    c.link(LinkKind::Consult, one, two, 176, "a consult leg opens while the customer is held");
    c.link(LinkKind::ConsultTransfer, one, two, 268, "consult, then merge, then leave");
    FakeInteraction made = c.finish(409);
    Story &story = made.view.story;
    const auto markAt = [&](int second, int participant) -> EventMark & {
        const auto found = std::find_if(story.marks.begin(), story.marks.end(), [&](const EventMark &m) {
            return m.participant == participant && m.time >= c.at(second);
        });
        return *found;
    };
    markAt(86, one).variants = 1;
    markAt(268, two).late = Duration::millis(13'700);
    markAt(184, two).skew = Duration::millis(1'200);
    story.figures.wait = seconds(54);
    story.figures.alert = seconds(8);
    story.figures.talk = seconds(183);
    story.figures.hold = seconds(88);
    story.figures.acw = seconds(75);
    story.figures.firstAnswer = seconds(86);
    story.figures.transfers = 1;
    story.figures.humanAnswers = 2;
    return made;
}

} // namespace threadline::test
