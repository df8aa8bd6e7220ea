// SPDX-License-Identifier: GPL-3.0-or-later
/// From events to what happened: calls as tables, and what holds for any events whatsoever.
#include "core/timeline/correlate.h"
#include "tests/timeline/naivefelt.h"
#include "tests/timeline/scenarios.h"
#include "tests/timeline/storytext.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QTest>

#include <rapidcheck.h>

#include <string>

using namespace threadline;
using namespace threadline::test;

namespace {

/// Who, and on which channels; letters as in storytext.h.
constexpr const char *kWho[] = {"c1", "c2", "o1", "a1", "a2", "a3", "u1", "q1", "i1", "v1", "m1"};
constexpr const char *kVerbs[] = {"join", "add", "up", "up", "up", "up", "rm", "left"};
constexpr const char *kStates[] = {"", "connected", "connected", "talking", "held", "consulting", "alerting", "dialing", "queued",
    "wrapup", "parked", "voicemail", "monitoring", "transmitting", "disconnected", "ended", "transferred", "flying", "scheduled"};
constexpr const char *kReasons[] = {"", "client", "transfer", "transfer.consult", "transfer.noanswer", "conferenceTransfer"};

/// Lines of events; with `orderly` the times rise by more than a hand-over, and who is who stays told.
std::string anyEvents(bool orderly)
{
    const int count = *rc::gen::inRange(0, 60);
    std::string lines;
    int time = 0;
    for (int i = 0; i < count; ++i) {
        time = orderly ? time + *rc::gen::inRange(2, 30) : *rc::gen::inRange(0, 300);
        const std::string who = kWho[*rc::gen::inRange<std::size_t>(0, std::size(kWho))];
        const int channel = *rc::gen::inRange(0, 4);
        const std::string place = who + (channel == 0 ? "" : "/" + who + "-" + std::to_string(channel));
        lines += std::to_string(time) + " " + (!orderly && *rc::gen::inRange(0, 40) == 0 ? "-" : place) + " ";
        lines += std::string(kVerbs[*rc::gen::inRange<std::size_t>(0, std::size(kVerbs))]) + " ";
        lines += std::string(kStates[*rc::gen::inRange<std::size_t>(0, std::size(kStates))]);
        lines += *rc::gen::inRange(0, 2) == 0 ? " dir=inbound" : "";
        const std::string reason = kReasons[*rc::gen::inRange<std::size_t>(0, std::size(kReasons))];
        lines += reason.empty() ? "" : " reason=" + reason;
        if (!orderly && *rc::gen::inRange(0, 3) == 0)
            lines += " peer=" + std::string(kWho[*rc::gen::inRange<std::size_t>(0, std::size(kWho))]);
        lines += "\n";
    }
    return lines;
}

// RC_ASSERT takes an expression apart, and then || does not stop early: double parentheses keep it whole.

void checkSegments(const Story &story)
{
    for (const ParticipantRow &row : story.participants) {
        for (const ChannelRow &channel : row.channels) {
            for (std::size_t i = 0; i < channel.segments.size(); ++i) {
                const Segment &s = channel.segments[i];
                RC_ASSERT((!s.end || *s.end >= s.start));
                RC_ASSERT((i + 1 == channel.segments.size() || (s.end && *s.end <= channel.segments[i + 1].start)));
            }
        }
    }
}

void checkLane(const Story &story)
{
    for (std::size_t i = 0; i < story.felt.size(); ++i) {
        const FeltSegment &piece = story.felt[i];
        RC_ASSERT(piece.kind != SegmentKind::Monitor);
        RC_ASSERT(piece.kind != SegmentKind::Acw);
        RC_ASSERT(piece.participant < static_cast<int>(story.participants.size()));
        RC_ASSERT((!piece.end || *piece.end > piece.start));
        RC_ASSERT((piece.end || i + 1 == story.felt.size()));
        RC_ASSERT((i == 0 || *story.felt[i - 1].end == piece.start));
    }
}

void checkLinks(const Story &story)
{
    const int count = static_cast<int>(story.participants.size());
    for (const Link &link : story.links) {
        RC_ASSERT((link.from >= 0 && link.from < count));
        RC_ASSERT(link.to < count);
        RC_ASSERT((link.to < 0) == !link.otherInteraction.empty());
        RC_ASSERT(!link.rule.empty());
    }
    const Figures &f = story.figures;
    RC_ASSERT((f.transfers >= 0 && f.humanAnswers >= 0));
    for (const Duration d : {f.wait, f.alert, f.talk, f.hold, f.acw})
        RC_ASSERT(d.us >= 0);
}

bool sameStory(const Story &a, const Story &b)
{
    return rowsOf(a) == rowsOf(b) && a.felt == b.felt && a.links == b.links && a.figures == b.figures && a.end == b.end;
}

Band band(double from, double to, BandState state = BandState::Closed)
{
    Band band;
    band.start = kZero + Duration::micros(static_cast<std::int64_t>(from * 1e6));
    band.end = kZero + Duration::micros(static_cast<std::int64_t>(to * 1e6));
    band.state = state;
    return band;
}

} // namespace

class TestCorrelate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scenario_data();
    void scenario();
    void nothing();
    void rowsKnowWhatWasTold();
    void segmentsNameTheirEvents();
    void marks();
    void endsAfterTheSourceMovedOn();
    void aNewLegOpensItAgain();
    void conferenceToldByState();
    void bandWithoutAHole();
    void bandWithAHole();
    void bandWithALeap();
    void bandsThatMissedNothing();
    void clockOffsetMovesBands();
    void anyEventsMakeAStory();
    void laneEqualsTheNaiveOne();
    void laneIsTheCustomersSpan();
    void manyParticipants();
    void manyEventsOfOneLeg();
    void manyConferencesAndBands();
};

void TestCorrelate::scenario_data()
{
    QTest::addColumn<int>("number");
    for (int i = 0; i < static_cast<int>(std::size(kScenarios)); ++i)
        QTest::newRow(kScenarios[i].name) << i;
}

void TestCorrelate::scenario()
{
    QFETCH(int, number);
    const Scenario &scenario = kScenarios[number];
    const std::vector<PlacedEvent> events = eventsOf(scenario.events);
    const Story story = correlate(events);
    QCOMPARE(rowsOf(story), std::string(scenario.rows));
    QCOMPARE(feltOf(story), std::string(scenario.felt));
    QCOMPARE(linksOf(story), std::string(scenario.links));
    QCOMPARE(test::figuresOf(story), std::string(scenario.figures));
    QCOMPARE(story.marks.size(), events.size());
}

void TestCorrelate::nothing()
{
    const Story story = correlate({});
    QVERIFY(story.participants.empty());
    QVERIFY(story.felt.empty());
    QVERIFY(!story.end);
    QVERIFY(!story.figures.firstAnswer);
}

void TestCorrelate::rowsKnowWhatWasTold()
{
    const Story story = correlate(eventsOf("0 q1/qv join queued queue=Q1\n"
                                           "1 q1/qv up queued qname=Support\n"
                                           "2 a1/av join connected user=U1 name=Ann media=voice dir=inbound\n"
                                           "3 a1/av up held name=Ann_Example\n"
                                           "4 x1/xv add connected purpose=wizard\n"));
    QCOMPARE(story.participants[0].queueName, std::string("Support"));
    QCOMPARE(story.participants[0].queueId, std::string("Q1"));
    QCOMPARE(story.participants[0].channels[0].segments.back().label, std::string("Support"));
    QCOMPARE(story.participants[1].name, std::string("Ann_Example"));
    QCOMPARE(story.participants[1].userId, std::string("U1"));
    QCOMPARE(story.participants[1].channels[0].media, Media::Voice);
    QCOMPARE(story.participants[1].channels[0].segments[0].label, std::string("Ann_Example"));
    QCOMPARE(story.participants[2].channels[0].segments[0].kind, SegmentKind::Unknown); // connected, as nobody we know
    QCOMPARE(story.participants[2].channels[0].segments[0].label, std::string("connected"));
}

void TestCorrelate::segmentsNameTheirEvents()
{
    std::vector<PlacedEvent> events = eventsOf("0 a1/av join alerting\n3 a1/av up connected\n9 a1/av rm reason=client\n");
    auto later = std::make_shared<Event>(*events[1].event);
    later->provenance = Provenance::Backfill;
    events[1].event = later;
    const Story story = correlate(events);
    const std::vector<Segment> &segments = story.participants[0].channels[0].segments;
    QCOMPARE(segments[0].startEvent.value, std::string("e1"));
    QCOMPARE(segments[0].endEvent.value, std::string("e2"));
    QCOMPARE(segments[0].startBy, Provenance::Live);
    QCOMPARE(segments[0].endBy, Provenance::Backfill);
    QCOMPARE(segments[1].startBy, Provenance::Backfill);
    QCOMPARE(segments[1].endBy, Provenance::Live);
    QCOMPARE(segments[1].endEvent.value, std::string("e3"));
    QCOMPARE(segments[1].disconnectReason, std::string("client"));
}

void TestCorrelate::marks()
{
    // e2 came in a later commit than e3, which follows it; e3 lies before e2 by its own clock.
    const Story story = correlate(eventsOf("0 c1/v join connected got=0.5 commit=1\n"
                                           "10 c1/v up held got=17 commit=3\n"
                                           "8.8 a1/v up connected got=9.5 commit=2\n"
                                           "12 c1/v up connected got=12.5 commit=3\n"
                                           "13 - interaction-note got=13 commit=4\n"),
                                  {}, Duration::millis(200));
    QCOMPARE(story.marks.size(), std::size_t{5});
    QCOMPARE(story.marks[0].late.us, std::int64_t{0});
    QCOMPARE(story.marks[1].late.us, std::int64_t{6'800'000}); // 17 - 10, less the clock offset
    QCOMPARE(story.marks[1].skew.us, std::int64_t{0});
    QCOMPARE(story.marks[2].late.us, std::int64_t{0});
    QCOMPARE(story.marks[2].skew.us, std::int64_t{1'200'000});
    QCOMPARE(story.marks[3].late.us, std::int64_t{0}); // the same commit as what follows, or an earlier one
    QCOMPARE(story.marks[2].participant, 1);
    QCOMPARE(story.marks[4].participant, -1);
    QCOMPARE(story.marks[1].state, State::Held);
}

void TestCorrelate::endsAfterTheSourceMovedOn()
{
    const auto events = eventsOf("0 c1/v join connected\n1 a1/av join connected\n30 c1 left\n30.1 a1 left\n31 a1 up wrapup\n");
    const auto at = [&](double s) { return correlate(events, {}, {}, kZero + Duration::micros(static_cast<std::int64_t>(s * 1e6))); };
    QVERIFY(!at(90).end);
    QVERIFY(!at(90).participants[1].channels[0].segments.back().end); // the wrap-up goes on
    QVERIFY(at(90.1).end.has_value());
    QCOMPARE(*at(90.1).end, kZero + Duration::seconds(31));
    QVERIFY(at(90.1).participants[1].channels[0].segments.back().inferred);
    QVERIFY(correlate(events).end.has_value());
    QVERIFY(!correlate(eventsOf("0 c1/v join connected\n1 a1 join\n9 a1 left\n")).end);
    QVERIFY(!correlate(eventsOf("0 c1/v up connected\n")).end);
}

void TestCorrelate::aNewLegOpensItAgain()
{
    QVERIFY(correlate(eventsOf("0 c1/v join connected\n9 - up ended\n")).end.has_value());
    QVERIFY(!correlate(eventsOf("0 c1/v join connected\n9 - up ended\n20 c1/w add connected\n")).end);
    QVERIFY(!correlate(eventsOf("0 c1/v join connected\n9 c1 left\n20 c1/v join connected\n")).end);
}

void TestCorrelate::conferenceToldByState()
{
    const Story story = correlate(eventsOf("0 c1/v join connected dir=inbound\n1 a1/av join connected\n5 a1/av up conference\n9 c1 left\n9 a1 left\n"));
    QCOMPARE(feltOf(story), std::string("talk 0-5 a1 | conference 5-9 a1"));
}

void TestCorrelate::bandWithoutAHole()
{
    // The sequence runs on: the band is only told where a boundary lies in it.
    const auto events = eventsOf("0 c1/v join connected dir=inbound seq=1\n1 a1/av join connected seq=2\n"
                                 "25 a1/av up held seq=3\n50 a1/av up connected seq=4\n60 c1 left seq=5\n60 a1 left seq=6\n");
    const std::vector<Band> bands = {band(20, 30)};
    const Story story = correlate(events, bands);
    QCOMPARE(rowsOf(story), std::string("c1/v talk 0-60\na1/av ~talk 1-25 | ~hold 25-50 | talk 50-60\n"));
}

void TestCorrelate::bandWithAHole()
{
    const auto events = eventsOf("0 c1/v join connected dir=inbound seq=1\n1 a1/av join connected seq=2\n"
                                 "50 a1/av up held seq=9\n60 c1 left seq=10\n60 a1 left seq=11\n");
    const std::vector<Band> bands = {band(20, 30, BandState::Unrepairable), band(35, 40)};
    const Story story = correlate(events, bands);
    QCOMPARE(rowsOf(story), std::string("c1/v ~talk 0-20 | ~unknown 20-40 | ~talk 40-60\n"
                                        "a1/av ~talk 1-20 | ~unknown 20-40 | ~talk 40-50 | hold 50-60\n"));
    QCOMPARE(feltOf(story), std::string("talk 0-20 a1 | unknown 20-40 | talk 40-50 a1 | hold 50-60 a1"));
    QCOMPARE(story.figures.humanAnswers, 1); // he was there before and after
    // A hole that no band explains is not this band's.
    QCOMPARE(rowsOf(correlate(events, std::vector<Band>{band(70, 80)})), rowsOf(correlate(events)));
}

void TestCorrelate::bandWithALeap()
{
    // No sequences; but from ringing nobody comes to holding directly.
    const auto events = eventsOf("0 c1/v join connected dir=inbound\n1 a1/av join alerting\n50 a1/av up held\n60 c1 left\n60 a1 left\n");
    const std::vector<Band> bands = {band(20, 30)};
    QCOMPARE(rowsOf(correlate(events, bands)),
             std::string("c1/v talk 0-60\na1/av ~alert 1-20 | ~unknown 20-30 | ~alert 30-50 | hold 50-60\n"));
    const auto plausible = eventsOf("0 c1/v join connected dir=inbound\n1 a1/av join alerting\n50 a1/av up connected\n60 c1 left\n60 a1 left\n");
    QCOMPARE(rowsOf(correlate(plausible, bands)), rowsOf(correlate(plausible)));
}

void TestCorrelate::bandsThatMissedNothing()
{
    const auto events = eventsOf("0 c1/v join connected seq=1\n50 c1/v up held seq=9\n");
    for (const BandState state : {BandState::NothingMissed, BandState::Repaired})
        QCOMPARE(rowsOf(correlate(events, std::vector<Band>{band(20, 30, state)})), rowsOf(correlate(events)));
    QVERIFY(rowsOf(correlate(events, std::vector<Band>{band(20, 30)})) != rowsOf(correlate(events)));
}

void TestCorrelate::clockOffsetMovesBands()
{
    // Our clock is 100 s ahead of the source's.
    const auto events = eventsOf("0 c1/v join connected seq=1 got=100\n50 c1/v up held seq=9 got=150\n");
    const Story story = correlate(events, std::vector<Band>{band(120, 130)}, Duration::seconds(100));
    QCOMPARE(rowsOf(story), std::string("c1/v ~talk 0-20 | ~unknown 20-30 | ~talk 30-50 | hold 50-...\n"));
}

void TestCorrelate::anyEventsMakeAStory()
{
    QVERIFY(rc::check([] {
        const std::vector<PlacedEvent> events = eventsOf(anyEvents(false));
        const std::vector<Band> bands = {band(40, 60), band(100, 180, BandState::Unrepairable)};
        const Story story = correlate(events, bands);
        checkSegments(story);
        checkLane(story);
        checkLinks(story);
        RC_ASSERT(story.marks.size() == events.size());
        RC_ASSERT(sameStory(story, correlate(events, bands)));
    }));
}

void TestCorrelate::laneEqualsTheNaiveOne()
{
    QVERIFY(rc::check([] {
        const Story story = correlate(eventsOf(anyEvents(true)));
        const NaiveFelt naive(story);
        for (const FeltSegment &piece : story.felt) {
            // At each boundary of any row within the piece, and in its middle.
            const Timestamp end = piece.end.value_or(std::max(story.lastEventAt, piece.start) + Duration::seconds(1));
            for (Timestamp t = piece.start; t < end; t = t + Duration::millis(500)) {
                const SegmentKind expected = naive.kindAt(t);
                if (expected != piece.kind)
                    RC_LOG() << rowsOf(story) << feltOf(story) << "\nat " << static_cast<double>((t - kZero).us) / 1e6 << ": " << nameOf(expected);
                RC_ASSERT(expected == piece.kind);
            }
        }
    }));
}

void TestCorrelate::laneIsTheCustomersSpan()
{
    QVERIFY(rc::check([] {
        const Story story = correlate(eventsOf(anyEvents(true)));
        const int customer = NaiveFelt(story).customer();
        std::optional<Timestamp> start, end;
        bool open = false;
        for (std::size_t c = 0; customer >= 0 && c < story.participants[static_cast<std::size_t>(customer)].channels.size(); ++c) {
            for (const Segment &s : story.participants[static_cast<std::size_t>(customer)].channels[c].segments) {
                if (s.kind == SegmentKind::Acw)
                    continue;
                start = std::min(start.value_or(s.start), s.start);
                open = open || !s.end;
                end = std::max(end.value_or(s.start), s.end.value_or(s.start));
            }
        }
        RC_ASSERT((story.felt.empty() == (!start || (!open && *end == *start))));
        if (story.felt.empty())
            return;
        RC_ASSERT(story.felt.front().start == *start);
        RC_ASSERT(story.felt.back().end == (open ? std::nullopt : end));
        Duration sum;
        for (const FeltSegment &piece : story.felt)
            sum = sum + (piece.end.value_or(*end) - piece.start);
        RC_ASSERT((open || sum == *end - *start));
    }));
}

void TestCorrelate::manyParticipants()
{
    std::vector<PlacedEvent> events;
    constexpr int kCount = 200'000;
    events.reserve(kCount);
    for (int i = 0; i < kCount; ++i) {
        Event e;
        e.interaction.value = "I";
        e.id.value = std::to_string(i);
        e.participant.value = "p" + std::to_string(i);
        e.channel.value = "s" + std::to_string(i);
        e.type = "interaction-media-channel-added";
        e.kind = Kind::Added;
        e.time = kZero + Duration::millis(i);
        e.facts.purpose = i % 3 == 0 ? Purpose::Customer : Purpose::Agent;
        e.facts.state = i % 7 == 0 ? State::Held : i % 7 == 1 ? State::Alerting : i % 7 == 2 ? State::Consulting : State::Connected;
        e.facts.peer = "p" + std::to_string(i / 2);
        events.emplace_back().event = std::make_shared<const Event>(std::move(e));
    }
    const Story story = correlate(events);
    QCOMPARE(story.participants.size(), std::size_t{kCount});
    QCOMPARE(story.marks.size(), std::size_t{kCount});
    QVERIFY(!story.felt.empty());
}

void TestCorrelate::manyEventsOfOneLeg()
{
    std::vector<PlacedEvent> events;
    constexpr int kCount = 300'000;
    for (int i = 0; i < kCount; ++i) {
        Event e;
        e.participant.value = "a";
        e.channel.value = "s";
        e.kind = Kind::Updated;
        e.time = kZero + Duration::millis(i);
        e.facts.purpose = Purpose::Agent;
        e.facts.state = i % 2 == 0 ? State::Held : State::Connected;
        events.emplace_back().event = std::make_shared<const Event>(std::move(e));
    }
    const Story story = correlate(events);
    QCOMPARE(story.participants[0].channels[0].segments.size(), std::size_t{kCount});
    QCOMPARE(story.figures.humanAnswers, 1);
}

/// 2,000 legs that stay while conferences and bands come and go over them: the splitting is bounded.
void TestCorrelate::manyConferencesAndBands()
{
    std::vector<PlacedEvent> events;
    std::vector<Band> bands;
    const auto add = [&](const std::string &who, State state, int at) {
        Event e;
        e.id.value = std::to_string(events.size());
        e.participant.value = who;
        e.channel.value = "s-" + who;
        e.kind = Kind::Updated;
        e.time = e.received = kZero + Duration::seconds(at);
        e.sequence = static_cast<std::int64_t>(events.size()) * 2;
        e.facts.purpose = Purpose::Agent;
        e.facts.state = state;
        events.emplace_back().event = std::make_shared<const Event>(std::move(e));
    };
    for (int i = 0; i < 2'000; ++i)
        add("stays" + std::to_string(i), State::Alerting, i);
    for (int i = 2'000; i < 22'000; ++i) {
        add("a" + std::to_string(i % 3), i % 2 == 0 ? State::Connected : State::Held, i);
        bands.push_back(band(i + 0.25, i + 0.75));
    }
    const Story story = correlate(events, bands);
    std::size_t segments = 0;
    for (const ParticipantRow &row : story.participants)
        segments += row.channels[0].segments.size();
    QVERIFY(segments < 20 * events.size());
    QVERIFY(!story.warnings.empty());
}

THREADLINE_TEST_MAIN(TestCorrelate)
#include "test_correlate.moc"
