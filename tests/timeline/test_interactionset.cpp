// SPDX-License-Identifier: GPL-3.0-or-later
/// The state of one interaction in memory: by examples, and by properties against the judge.
#include "core/timeline/interactionset.h"
#include "tests/support/judge.h"
#include "tests/support/testmain.h"
#include "tests/timeline/generators.h"

#include <QTest>

#include <map>
#include <set>

using namespace threadline;
using namespace threadline::test;

namespace {

constexpr auto kScope = SequenceScope::Interaction;

Timestamp at(int ms) { return kEarliestTime + Duration::millis(ms); }
Timestamp later(int seconds) { return kEarliestTime + Duration::seconds(seconds); }

Event made(std::string id, Kind kind, int ms, std::string participant = {}, std::optional<std::int64_t> sequence = {})
{
    Event e = test::event(std::move(id), kind, at(ms), std::move(participant));
    e.sequence = sequence;
    finish(e);
    return e;
}

Event stating(std::string id, int ms, std::string participant, State state)
{
    Event e = test::event(std::move(id), Kind::Updated, at(ms), std::move(participant));
    e.facts.state = state;
    finish(e);
    return e;
}

InteractionSet setOf(const std::vector<Event> &events, SequenceScope scope = kScope)
{
    InteractionSet set(scope);
    for (const Event &e : events)
        set.add(e, 1);
    return set;
}

/// Everything of a summary that is a function of the set.
std::string text(const Summary &s)
{
    std::string out = std::string(nameOf(s.state)) + " " + std::to_string(s.start.us) + " "
        + (s.end ? std::to_string(s.end->us) : "-") + " " + std::to_string(s.lastEventAt.us) + " n=" + std::to_string(s.count)
        + " v=" + std::to_string(s.variants) + " customer=" + s.customer;
    for (const auto *list : {&s.media, &s.queues, &s.agents}) {
        out += " [";
        for (const std::string &name : *list)
            out += name + ",";
        out += "]";
    }
    return out;
}

/// The sequences of the events that count, by counter, with the participants that have each.
using Counters = std::map<std::string, std::map<std::int64_t, std::set<std::string>>>;
Counters countersOf(const std::vector<Event> &events, SequenceScope scope)
{
    Counters counters;
    for (const Event &e : events) {
        if (!e.sequence || scope == SequenceScope::None || (scope == SequenceScope::Participant && e.participant.empty()))
            continue;
        auto &who = counters[scope == SequenceScope::Participant ? e.participant.value : ""][*e.sequence];
        if (!e.participant.empty())
            who.insert(e.participant.value);
    }
    return counters;
}

void checkSequences(InteractionSet &set, const std::vector<Event> &events, SequenceScope scope)
{
    bool contiguous = true;
    std::uint64_t ties = 0;
    const Counters counters = countersOf(events, scope);
    for (const auto &[name, sequences] : counters) {
        std::optional<std::int64_t> before;
        for (const auto &[sequence, who] : sequences) {
            contiguous = contiguous && (!before || *before + 1 == sequence);
            before = sequence;
            ties += who.size() > 1 ? 1 : 0;
        }
    }
    RC_ASSERT(set.sequenced() == (!counters.empty() && scope != SequenceScope::Stream));
    RC_ASSERT(set.contiguous() == contiguous);
    RC_ASSERT(set.firstHole().has_value() == !contiguous);
    RC_ASSERT(set.tiesAcrossParticipants() == ties);
}

/// Everything there is to know of the set that `received` makes, once.
void checkAgainstJudge(InteractionSet &set, const std::vector<Event> &received, SequenceScope scope)
{
    std::vector<Event> standing = judge::standing(received);
    const bool live = std::any_of(standing.begin(), standing.end(), [](const Event &e) { return e.provenance == Provenance::Live; });
    if (live)
        std::erase_if(standing, [](const Event &e) { return e.provenance == Provenance::Import; });
    RC_ASSERT(set.idsInOrder() == idsOf(judge::canonical(standing, scope)));
    for (const int seconds : {30, 61, 122, 200}) {
        const std::string expected = text(judge::summary(received, scope, later(seconds)));
        RC_ASSERT(text(set.summary(later(seconds))) == expected);
    }
    checkSequences(set, standing, scope);
}

/// What add() must say, told by what was added before.
class Tally {
public:
    InteractionSet::Added::What add(const Event &e)
    {
        const bool known = m_contents.contains(e.id.value);
        const bool fresh = m_contents[e.id.value].insert(e.content).second;
        return !known ? InteractionSet::Added::New : fresh ? InteractionSet::Added::Variant : InteractionSet::Added::Duplicate;
    }

private:
    std::map<std::string, std::set<Hash128>> m_contents;
};

} // namespace

class TestInteractionSet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "max_success=300 max_size=40");
    }

    void identities();
    void variantsStandBySmallest();
    void variantsAreBounded();
    void endsAMinuteAfterTheLastLeaving();
    void comingAndGoing();
    void endsWithoutAnybodyJoined();
    void importsAreASecondWitness();
    void lists();
    void holesAndTies();
    void sharedCountersShowNoHoles();
    void stale();
    void memory();
    void manyParticipants();
    void manyInReverse();
    void nearIdsAreSpread();

    void equalsTheJudge();
    void equalsTheJudgeWithImports();
    void leavingEqualsTheJudge();
    void askingChangesNothing();
    void lamportOfTheLastHolds();
};

void TestInteractionSet::identities()
{
    // All of these differ bytewise, so all are different; the first is a canonical UUID.
    const std::vector<std::string> ids = {"0f8fad5b-d9cb-469f-a165-708677289501", "0F8FAD5B-D9CB-469F-A165-708677289501",
        "0f8fad5bd9cb469fa165708677289501", "0f8fad5b-d9cb-469f-a165-70867728950", "0f8fad5b-d9cb-469f-a165-7086772895011",
        "0f8fad5b_d9cb_469f_a165_708677289501", "0f8fad5b-d9cb-469f-a165-70867728950g", std::string("0f8fad5b\0", 9), " ",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", std::string(36, '-')};
    InteractionSet set(kScope);
    for (int round = 0; round < 2; ++round) {
        for (const std::string &id : ids) {
            const auto added = set.add(made(id, Kind::Updated, 0), 7);
            QCOMPARE(int(added.what), int(round == 0 ? InteractionSet::Added::New : InteractionSet::Added::Duplicate));
            QCOMPARE(added.stands, round == 0);
        }
    }
    std::vector<std::string> sorted = ids;
    std::sort(sorted.begin(), sorted.end());
    QVERIFY2(set.idsInOrder() == sorted, "simultaneous events stand in byte order of their ids");
    QCOMPARE(set.summary(at(0)).commit, 7u);
}

void TestInteractionSet::variantsStandBySmallest()
{
    InteractionSet set(kScope);
    const Event late = made("a", Kind::Updated, 20), early = made("a", Kind::Updated, 10), latest = made("a", Kind::Updated, 30);
    QVERIFY(set.add(late, 1).stands);
    const auto replaced = set.add(early, 2);
    QCOMPARE(int(replaced.what), int(InteractionSet::Added::Variant));
    QVERIFY(replaced.stands && replaced.kept);
    const auto beside = set.add(latest, 3);
    QCOMPARE(int(beside.what), int(InteractionSet::Added::Variant));
    QVERIFY(!beside.stands && beside.kept);
    for (const Event &again : {late, early, latest})
        QCOMPARE(int(set.add(again, 4).what), int(InteractionSet::Added::Duplicate));
    const Summary summary = set.summary(at(0));
    QCOMPARE(summary.count, 1);
    QCOMPARE(summary.variants, 2);
    QCOMPARE(summary.lastEventAt.us, at(10).us);
    QCOMPARE(summary.commit, 3u);
}

void TestInteractionSet::variantsAreBounded()
{
    InteractionSet set(kScope);
    for (int ms = 100; ms > 0; --ms)
        QVERIFY(set.add(made("a", Kind::Updated, ms), 1).stands);
    QCOMPARE(set.summary(at(0)).variants, InteractionSet::kMaxVariants);
    const auto tooMany = set.add(made("a", Kind::Updated, 200), 1);
    QCOMPARE(int(tooMany.what), int(InteractionSet::Added::Variant));
    QVERIFY(!tooMany.stands && !tooMany.kept);
    QCOMPARE(int(set.add(made("a", Kind::Updated, 9), 1).what), int(InteractionSet::Added::Duplicate));
}

void TestInteractionSet::endsAMinuteAfterTheLastLeaving()
{
    InteractionSet set = setOf({made("1", Kind::Joined, 0, "p"), made("2", Kind::Joined, 1000, "q"), made("3", Kind::Left, 5000, "p")});
    QVERIFY(!set.allLeftAt());
    QCOMPARE(int(set.summary(later(1000)).state), int(InteractionState::Open));
    set.add(made("4", Kind::Left, 9000, "q"), 1);
    set.add(made("5", Kind::Updated, 20000, "q"), 1); // wrap-up and the like do not prolong it
    QCOMPARE(set.allLeftAt()->us, at(9000).us);
    QCOMPARE(int(set.summary(at(68999)).state), int(InteractionState::Open));
    const Summary ended = set.summary(at(69000));
    QCOMPARE(int(ended.state), int(InteractionState::Ended));
    QCOMPARE(ended.end->us, at(20000).us);
    set.add(made("6", Kind::Joined, 30000, "q"), 1);
    QCOMPARE(int(set.summary(later(1000)).state), int(InteractionState::Open));
    QVERIFY(!set.summary(later(1000)).end);
}

void TestInteractionSet::comingAndGoing()
{
    const auto over = [](std::vector<Event> events) { return setOf(events).allLeftAt().has_value(); };
    const Event first = made("1", Kind::Joined, 0, "p"), leaves = made("2", Kind::Left, 5000, "p");
    const Event again = made("3", Kind::Joined, 5900, "p"), leavesToo = made("4", Kind::Left, 5500, "p");
    QVERIFY2(over({leaves, again}), "the clock was off by less than a second");
    QVERIFY2(over({first, leaves, again}), "an only left closes what is within a second of it");
    QVERIFY2(!over({first, leaves, leavesToo, again}), "one that comes and goes twice is ordered by time");
    QVERIFY(!over({leaves, made("3", Kind::Joined, 6001, "p")}));
    // A left one that is held back by its channel's bracket, which is held back in turn: only the whole order can tell.
    Event added = test::event("5", Kind::Added, at(1800), "x", "c"), update = test::event("6", Kind::Updated, at(900), "p", "c");
    finish(added);
    finish(update);
    QVERIFY(!over({made("7", Kind::Joined, 1500, "p"), made("8", Kind::Left, 0, "p")}));
    QVERIFY(over({made("7", Kind::Joined, 1500, "p"), made("8", Kind::Left, 0, "p"), added, update}));
}

void TestInteractionSet::endsWithoutAnybodyJoined()
{
    QVERIFY(!setOf({made("1", Kind::Updated, 0)}).allLeftAt());
    QVERIFY(!setOf({stating("1", 0, "p", State::Connected), stating("2", 10, "q", State::Disconnected)}).allLeftAt());
    QVERIFY(!setOf({stating("1", 20, "p", State::Connected), stating("2", 10, "p", State::Disconnected)}).allLeftAt());
    QCOMPARE(setOf({stating("1", 5, "p", State::Connected), stating("2", 10, "p", State::Disconnected),
                    stating("3", 15, "p", State::Wrapup)}).allLeftAt()->us, at(10).us);
    QCOMPARE(setOf({stating("1", 5, "p", State::Connected), stating("2", 10, "", State::Ended)}).allLeftAt()->us, at(10).us);
    QVERIFY(!setOf({made("0", Kind::Joined, 0, "p"), stating("2", 10, "", State::Ended)}).allLeftAt());
}

void TestInteractionSet::importsAreASecondWitness()
{
    Event imported = made("i", Kind::Joined, -5000, "p");
    imported.provenance = Provenance::Import;
    imported.facts.name = "Imported";
    imported.facts.purpose = Purpose::Agent;
    finish(imported);
    InteractionSet set = setOf({imported});
    QCOMPARE(set.summary(at(0)).count, 1);
    QCOMPARE(set.summary(at(0)).agents.size(), 1u);
    set.add(made("l", Kind::Updated, 0, "p"), 1);
    const Summary summary = set.summary(at(0));
    QCOMPARE(summary.count, 1);
    QCOMPARE(summary.start.us, at(0).us);
    QVERIFY(summary.agents.empty());
    QCOMPARE(set.idsInOrder().size(), 1u);
}

void TestInteractionSet::lists()
{
    std::vector<Event> events;
    const auto mention = [&](int ms, std::int64_t sequence, auto set) {
        Event e = test::event("e" + std::to_string(events.size()), Kind::Updated, at(ms));
        e.sequence = sequence;
        set(e.facts);
        finish(e);
        events.push_back(e);
    };
    mention(9000, 1, [](Facts &f) { f.purpose = Purpose::Customer, f.address = "tel:+1555", f.media = Media::Voice; });
    mention(0, 2, [](Facts &f) { f.purpose = Purpose::Acd, f.queueId = "q-1"; });
    mention(0, 3, [](Facts &f) { f.purpose = Purpose::Agent, f.userId = "u-1", f.media = Media::Voice; });
    mention(0, 4, [](Facts &f) { f.purpose = Purpose::Agent, f.userId = "u-1", f.name = "Ada"; });
    mention(0, 5, [](Facts &f) { f.queueId = "q-1", f.queueName = "Billing", f.mediaText = "hologram"; });
    mention(0, 6, [](Facts &f) { f.purpose = Purpose::External, f.name = "Pizza"; });
    mention(0, 7, [](Facts &f) { f.purpose = Purpose::Monitor, f.userId = "u-9"; });
    for (unsigned seed = 0; seed < 10; ++seed) {
        const Summary s = setOf(shuffled(events, seed)).summary(at(0));
        QCOMPARE(s.media, (std::vector<std::string>{"voice", "hologram"}));
        QCOMPARE(s.queues, std::vector<std::string>{"Billing"});
        QCOMPARE(s.agents, std::vector<std::string>{"Ada"});
        QCOMPARE(s.customer, std::string("tel:+1555"));
    }
    for (int i = 0; i < 100; ++i)
        mention(i, 100 + i, [i](Facts &f) { f.purpose = Purpose::User, f.name = "Agent " + std::to_string(i); });
    const Summary s = setOf(shuffled(events, 1)).summary(at(0));
    QCOMPARE(s.agents.size(), 32u);
    QCOMPARE(s.agents.back(), std::string("Agent 30"));
}

void TestInteractionSet::holesAndTies()
{
    std::vector<Event> events;
    for (const int sequence : {4, 2, 3, 7, 5}) {
        events.push_back(made("s" + std::to_string(sequence), Kind::Updated, sequence * 10, "p", sequence));
        events.back().received = at(1000 + sequence);
    }
    InteractionSet set = setOf(events);
    QVERIFY(set.sequenced() && !set.contiguous());
    QCOMPARE(set.firstHole()->start.us, at(1005).us);
    QCOMPARE(set.firstHole()->end.us, at(1007).us);
    QCOMPARE(set.tiesAcrossParticipants(), 0u);
    set.add(made("six", Kind::Updated, 60, "q", 6), 1);
    QVERIFY(set.contiguous() && !set.firstHole());
    set.add(made("again", Kind::Updated, 60, "q", 5), 1);
    set.add(made("third", Kind::Updated, 60, "r", 5), 1);
    QCOMPARE(set.tiesAcrossParticipants(), 1u);
}

void TestInteractionSet::sharedCountersShowNoHoles()
{
    const std::vector<Event> events = {made("1", Kind::Updated, 0, "p", 1), made("2", Kind::Updated, 0, "q", 1),
                                       made("3", Kind::Updated, 0, "p", 2)};
    QVERIFY(!setOf(events, SequenceScope::Stream).sequenced());
    QVERIFY(!setOf(events, SequenceScope::None).sequenced());
    InteractionSet apart = setOf(events, SequenceScope::Participant);
    QVERIFY(apart.sequenced() && apart.contiguous());
    QCOMPARE(apart.tiesAcrossParticipants(), 0u);
}

void TestInteractionSet::stale()
{
    Summary summary;
    summary.lastEventAt = at(0);
    QCOMPARE(int(stateAt(summary, at(0) + kStaleAfter - Duration::micros(1))), int(InteractionState::Open));
    QCOMPARE(int(stateAt(summary, at(0) + kStaleAfter)), int(InteractionState::Stale));
    QCOMPARE(int(stateAt(summary, at(5), Duration::millis(5))), int(InteractionState::Stale));
    summary.state = InteractionState::Ended;
    QCOMPARE(int(stateAt(summary, at(0) + kStaleAfter)), int(InteractionState::Ended));
}

void TestInteractionSet::memory()
{
    InteractionSet set(kScope);
    const std::size_t empty = set.memoryBytes();
    for (int i = 0; i < 1024; ++i)
        set.add(made(idText(4 * i + 2) + std::to_string(i), Kind::Updated, i, "p" + std::to_string(i % 5), i), 1);
    const std::size_t full = set.memoryBytes();
    QVERIFY2(full > empty + 1024 * 60 && full < empty + 1024 * 250, std::to_string(full).c_str());
}

void TestInteractionSet::manyParticipants()
{
    InteractionSet set(kScope);
    constexpr int kMany = 100'000;
    for (int i = 0; i < kMany; ++i) {
        const std::string who = "participant " + std::to_string(i);
        set.add(made("j" + who, Kind::Joined, i, who, 2 * i), 1);
        set.add(made("l" + who, Kind::Left, i + 500, who, 2 * i + 1), 1);
    }
    QCOMPARE(set.summary(later(10'000)).count, 2 * kMany);
    QCOMPARE(set.allLeftAt()->us, at(kMany - 1 + 500).us);
    QVERIFY(set.contiguous());
}

void TestInteractionSet::manyInReverse()
{
    constexpr int kMany = 20'000;
    std::vector<Event> events;
    for (int i = 0; i < kMany; ++i)
        events.push_back(made(std::to_string(i), Kind::Updated, i * 10 + (i % 3 == 0 ? 60'000 : 0), "p" + std::to_string(i % 3), i));
    InteractionSet forward = setOf(events), backward(kScope);
    for (auto e = events.rbegin(); e != events.rend(); ++e)
        backward.add(*e, 1);
    QVERIFY(forward.idsInOrder() == backward.idsInOrder());
    QCOMPARE(text(forward.summary(at(0))), text(backward.summary(at(0))));
}

/// Ids that differ in a few digits alone must not meet in few places of the table.
void TestInteractionSet::nearIdsAreSpread()
{
    constexpr std::uint64_t kMany = 4096;
    for (int shift = 0; shift <= 52; ++shift) {
        std::set<std::uint64_t> places;
        for (std::uint64_t i = 0; i < kMany; ++i)
            places.insert(spread(i << shift) % kMany);
        QVERIFY2(places.size() > kMany / 2, std::to_string(shift).c_str()); // by chance: 63 in 100
    }
}

void TestInteractionSet::equalsTheJudge()
{
    QVERIFY(rc::check("any set, in any order, doubled, with variants, is what the judge says", [] {
        Mix mix = *genMix();
        mix.ids = *rc::gen::element(6, 24);
        const auto received = *genEvents(mix);
        const SequenceScope scope = *genScope();
        RC_PRE(!received.empty());
        std::vector<Event> doubled = received;
        doubled.insert(doubled.end(), received.begin(), received.end());
        doubled = shuffled(doubled, *rc::gen::arbitrary<unsigned>());
        InteractionSet set(scope);
        Tally tally;
        for (const Event &e : doubled) {
            const auto added = set.add(e, 1);
            const auto expected = tally.add(e);
            // A content beyond those that are kept is a variant each time it comes.
            RC_ASSERT(added.what == expected || (expected == InteractionSet::Added::Duplicate && !added.kept));
        }
        checkAgainstJudge(set, received, scope);
    }));
}

void TestInteractionSet::equalsTheJudgeWithImports()
{
    QVERIFY(rc::check("imported events count only where there are no others", [] {
        Mix mix;
        mix.imports = true;
        const auto received = *genEvents(mix);
        RC_PRE(!received.empty());
        InteractionSet set = setOf(shuffled(received, *rc::gen::arbitrary<unsigned>()));
        checkAgainstJudge(set, received, kScope);
    }));
}

/// Joined and left events alone, so that interactions do come to an end.
void TestInteractionSet::leavingEqualsTheJudge()
{
    int over = 0;
    QVERIFY(rc::check("who has left is what the canonical order says", [&] {
        const auto sequences = *rc::gen::element(Mix::All, Mix::Some, Mix::Nothing);
        const auto genMove = rc::gen::exec([sequences] {
            Event e = test::event(idText(*rc::gen::inRange(0, 40)), *rc::gen::element(Kind::Joined, Kind::Left, Kind::Left, Kind::Updated),
                            *genTime(), *rc::gen::element<std::string>("p1", "p1", "p2"), *rc::gen::element<std::string>("", "c1"));
            e.sequence = *genSequence(sequences);
            if (*rc::gen::inRange(0, 8) == 0)
                e.facts.state = State::Wrapup;
            finish(e);
            return e;
        });
        const auto received = *rc::gen::container<std::vector<Event>>(genMove);
        RC_PRE(!received.empty());
        const SequenceScope scope = *genScope();
        InteractionSet set(scope);
        for (std::size_t i = 0; i < received.size(); ++i) {
            set.add(received[i], 1);
            const auto now = later(200);
            const std::vector<Event> sofar(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            const Summary expected = judge::summary(sofar, scope, now);
            RC_ASSERT(int(set.summary(now).state) == int(expected.state));
            over += expected.state == InteractionState::Ended ? 1 : 0;
        }
    }));
    QVERIFY2(over > 50, "some must have ended for this to mean anything");
}

void TestInteractionSet::askingChangesNothing()
{
    QVERIFY(rc::check("a set that is asked after every event ends up as one that never was", [] {
        Mix mix = *genMix();
        mix.imports = true;
        const auto received = *genEvents(mix);
        const SequenceScope scope = *genScope();
        InteractionSet asked(scope), left(scope);
        for (const Event &e : received) {
            asked.add(e, 1);
            left.add(e, 1);
            static_cast<void>(asked.summary(later(61)));
            static_cast<void>(asked.tiesAcrossParticipants());
        }
        RC_ASSERT(text(asked.summary(later(200))) == text(left.summary(later(200))));
        RC_ASSERT(asked.idsInOrder() == left.idsInOrder());
        RC_ASSERT(asked.tiesAcrossParticipants() == left.tiesAcrossParticipants());
        RC_ASSERT(asked.contiguous() == left.contiguous());
    }));
}

/// A Lamport time that add() gives is the event's in the canonical order of all that has come, behind all others, whose own
/// times it leaves as they are.
void TestInteractionSet::lamportOfTheLastHolds()
{
    std::size_t given = 0, taken = 0;
    QVERIFY(rc::check("what is said of the last event is so", [&] {
        const Mix mix = *genMix();
        const SequenceScope scope = *genScope();
        std::vector<Event> events = *genEvents(mix);
        const bool rising = *rc::gen::arbitrary<bool>();
        if (rising) {
            std::stable_sort(events.begin(), events.end(), [](const Event &a, const Event &b) { return a.time < b.time; });
            for (std::size_t i = 0; i < events.size(); ++i) {
                if (events[i].sequence && mix.sequences != Mix::Extreme)
                    events[i].sequence = static_cast<std::int64_t>(i);
                finish(events[i]);
            }
        }
        InteractionSet set(scope);
        std::vector<Event> received;
        std::vector<Event> before;
        for (const Event &e : events) {
            const auto added = set.add(e, 1);
            received.push_back(e);
            const std::vector<Event> now = judge::canonical(judge::standing(received), scope);
            taken += added.what == InteractionSet::Added::New ? 1 : 0;
            if (added.what == InteractionSet::Added::New && added.lamport != 0) {
                ++given;
                std::vector<std::string> expected = idsOf(before);
                expected.push_back(e.id.value);
                RC_ASSERT(idsOf(now) == expected);
                RC_ASSERT(judge::lamport(now).back() == added.lamport);
            }
            before = now;
        }
    }));
    QVERIFY2(given * 10 > taken, "it is said often enough to be of use");
    InteractionSet plain(kScope);
    for (int i = 0; i < 100; ++i)
        QVERIFY(plain.add(made("e" + std::to_string(i), i == 0 ? Kind::Joined : Kind::Updated, i / 3, "p", i), 1).lamport != 0);
}

THREADLINE_TEST_MAIN(TestInteractionSet)
#include "test_interactionset.moc"
