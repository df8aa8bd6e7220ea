// SPDX-License-Identifier: GPL-3.0-or-later
/// The canonical order, by examples of each rule and by properties against the judge.
#include "core/timeline/order.h"
#include "tests/support/judge.h"
#include "tests/support/testmain.h"
#include "tests/timeline/generators.h"

#include <QTest>

#include <map>
#include <numeric>

using namespace threadline;
using namespace threadline::test;

namespace {

/// Events as the order sees them; views into `events`.
std::vector<OrderKey> keysOf(const std::vector<Event> &events)
{
    std::map<std::string, std::int32_t> participants, channels;
    const auto number = [](auto &numbers, const std::string &name) {
        return name.empty() ? -1 : numbers.emplace(name, static_cast<std::int32_t>(numbers.size())).first->second;
    };
    std::vector<OrderKey> keys;
    for (const Event &e : events) {
        keys.push_back({e.time, e.sequence, number(participants, e.participant.value), number(channels, e.channel.value), e.kind,
                        static_cast<std::uint8_t>(rankOf(e)), e.id.value});
    }
    return keys;
}

std::vector<std::string> ordered(const std::vector<Event> &events, SequenceScope scope)
{
    std::vector<std::string> ids;
    for (const std::uint32_t i : canonicalOrder(keysOf(events), scope))
        ids.push_back(events.at(i).id.value);
    return ids;
}

std::vector<Timestamp> timesOf(const std::vector<Event> &events)
{
    std::vector<Timestamp> times;
    for (const Event &e : events)
        times.push_back(e.time);
    return times;
}

std::string joined(const std::vector<std::string> &ids)
{
    return std::accumulate(ids.begin(), ids.end(), std::string(),
                           [](const std::string &a, const std::string &b) { return a.empty() ? b : a + " " + b; });
}

/// An example: id, kind, milliseconds, sequence (-1: none), participant, channel.
struct Example {
    const char *id;
    Kind kind;
    int ms;
    int sequence;
    const char *participant;
    const char *channel = "";
    State state = State::None;
};

std::vector<Event> eventsOf(const std::vector<Example> &examples)
{
    std::vector<Event> events;
    for (const Example &x : examples) {
        Event e = event(x.id, x.kind, kEarliestTime + Duration::millis(x.ms), x.participant, x.channel);
        e.facts.state = x.state;
        if (x.sequence >= 0)
            e.sequence = x.sequence;
        finish(e);
        events.push_back(e);
    }
    return events;
}

void compare(const std::vector<Example> &examples, const char *expected, SequenceScope scope = SequenceScope::Interaction)
{
    const std::vector<Event> events = eventsOf(examples);
    for (unsigned seed = 0; seed < 20; ++seed)
        QCOMPARE(joined(ordered(shuffled(events, seed), scope)).c_str(), expected);
    QCOMPARE(joined(idsOf(judge::canonical(events, scope))).c_str(), expected);
}

/// `n` keys whose ids outlive them.
struct Many {
    std::vector<std::string> ids;
    std::vector<OrderKey> keys;

    explicit Many(std::size_t n) : ids(n), keys(n)
    {
        for (std::size_t i = 0; i < n; ++i) {
            ids[i] = std::to_string(1'000'000'000 + i * 7919 % n);
            keys[i].id = ids[i];
            keys[i].time = kEarliestTime;
        }
    }
};

bool isPermutation(std::vector<std::uint32_t> order, std::size_t n)
{
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i] != i)
            return false;
    }
    return order.size() == n;
}

constexpr std::size_t kMany = 200'000;

} // namespace

class TestOrder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "max_success=400 max_size=40");
    }

    void byKey();
    void brackets();
    void sequences();
    void sequencedAndNot();
    void lamport();
    void appendingInOrder();
    void many();
    void manyAboutABracket();

    void equalsTheJudge();
    void lamportRises();
    void appendsIsSound();
};

void TestOrder::byKey()
{
    compare({{"b", Kind::Updated, 5, -1, "p"}, {"a", Kind::Updated, 5, -1, "p"}, {"c", Kind::Updated, 4, -1, "p"}}, "c a b");
    // Rank decides among simultaneous ones; after-work outranks the kind.
    compare({{"a", Kind::Left, 0, -1, ""}, {"b", Kind::Removed, 0, -1, ""}, {"c", Kind::Updated, 0, -1, ""},
             {"d", Kind::Added, 0, -1, ""}, {"e", Kind::Joined, 0, -1, ""}, {"A", Kind::Joined, 0, -1, "", "", State::Wrapup}},
            "e d c b a A");
    // Absent sequences come last; with the scope "none" they still are part of K.
    compare({{"a", Kind::Updated, 0, -1, ""}, {"b", Kind::Updated, 0, 2, ""}, {"c", Kind::Updated, 0, 1, ""}}, "c b a",
            SequenceScope::None);
}

void TestOrder::brackets()
{
    // A participant cannot be updated before it joined, nor after it left, unless that is more than 1 s off.
    compare({{"j", Kind::Joined, 900, -1, "p"}, {"u", Kind::Updated, 0, -1, "p"}, {"v", Kind::Updated, -200, -1, "p"}}, "v j u");
    compare({{"l", Kind::Left, 0, -1, "p"}, {"u", Kind::Updated, 1000, -1, "p"}, {"v", Kind::Updated, 1001, -1, "p"}}, "u l v");
    compare({{"l", Kind::Left, 0, -1, "p"}, {"j", Kind::Joined, 10, -1, "p"}}, "j l");
    compare({{"r", Kind::Removed, 0, -1, "p", "c"}, {"a", Kind::Added, 10, -1, "q", "c"}}, "a r");
    // Another participant is not held.
    compare({{"j", Kind::Joined, 900, -1, "p"}, {"u", Kind::Updated, 0, -1, "q"}}, "u j");
    // Wrap-up follows leaving within 1 s, and stays where it is twenty seconds after.
    compare({{"w", Kind::Updated, 0, -1, "p", "", State::Wrapup}, {"l", Kind::Left, 10, -1, "p"}}, "l w");
    compare({{"l", Kind::Left, 0, -1, "p"}, {"w", Kind::Updated, 20000, -1, "p", "", State::Wrapup}}, "l w");
    // One that comes and goes twice is ordered by time, even if a twin has a sequence.
    compare({{"j", Kind::Joined, 10, -1, "p"}, {"l", Kind::Left, 0, -1, "p"}, {"k", Kind::Joined, 5000, -1, "p"},
             {"m", Kind::Left, 6000, -1, "p"}}, "l j k m");
    compare({{"j", Kind::Joined, 10, -1, "p"}, {"l", Kind::Left, 0, -1, "p"}, {"k", Kind::Joined, 5000, 1, "p"},
             {"m", Kind::Left, 6000, 2, "p"}}, "l j k m");
    // What is held back is held from its own second on, not from that of the bracket.
    compare({{"j", Kind::Joined, 1500, -1, "p"}, {"u", Kind::Updated, 600, -1, "p"}, {"x", Kind::Updated, 1000, -1, ""}}, "x j u");
}

void TestOrder::sequences()
{
    compare({{"a", Kind::Left, 60000, 1, "p"}, {"b", Kind::Joined, 0, 2, "p"}, {"c", Kind::Updated, 30000, 3, "q"}}, "a b c");
    // Equal ones give no edge: K decides, but both stay between their neighbours.
    compare({{"d", Kind::Updated, 0, 3, ""}, {"c", Kind::Updated, 9, 2, ""}, {"b", Kind::Updated, 8, 2, ""},
             {"a", Kind::Updated, 99, 1, ""}},
            "a b c d");
    // Counters of participants are apart; who names none has none.
    compare({{"a", Kind::Updated, 50, 1, "p"}, {"b", Kind::Updated, 40, 2, "p"}, {"c", Kind::Updated, 45, 1, "q"},
             {"d", Kind::Updated, 44, 9, ""}, {"e", Kind::Updated, 46, 1, ""}},
            "d c e a b", SequenceScope::Participant);
}

void TestOrder::sequencedAndNot()
{
    // The two meet by K alone; a sequenced joined is no bracket.
    compare({{"a", Kind::Joined, 100, 1, "p"}, {"u", Kind::Updated, 50, -1, "p"}, {"b", Kind::Updated, 0, 2, "p"}}, "u a b");
}

void TestOrder::lamport()
{
    const auto at = [](std::int64_t us) { return Timestamp{us}; };
    const std::vector<Timestamp> times = {at(5), at(5), at(2), at(7), at(9), at(8)};
    QCOMPARE(lamportTimes(times), (std::vector<std::int64_t>{5, 6, 7, 8, 9, 10}));
    QVERIFY(lamportTimes({}).empty());
}

void TestOrder::appendingInOrder()
{
    const std::vector<Event> events = eventsOf({{"a", Kind::Joined, 0, 1, "p"}, {"b", Kind::Updated, 60000, 2, "q"},
        {"c", Kind::Updated, 10, 3, "p"}, {"d", Kind::Updated, 60010, 4, "q"}});
    const std::vector<OrderKey> keys = keysOf(events);
    const auto before = [&](std::size_t n) { return std::span(keys).first(n); };
    const auto scope = SequenceScope::Interaction;
    QVERIFY(appends({}, keys[0], scope, std::nullopt, kEarliestTime));
    QVERIFY(appends(before(1), keys[1], scope, 1, keys[0].time));
    QVERIFY2(appends(before(2), keys[2], scope, 2, keys[1].time), "a slow clock does not matter where there are sequences");
    QVERIFY(appends(before(3), keys[3], scope, 3, keys[1].time));
    QVERIFY(!appends(before(3), keys[0], scope, 3, keys[1].time));
    QVERIFY2(!appends(before(3), keys[2], SequenceScope::None, std::nullopt, keys[1].time), "without them it does");
    QVERIFY(appends(before(3), keys[3], SequenceScope::None, std::nullopt, keys[1].time));
}

void TestOrder::many()
{
    // All times and sequences equal: by id alone.
    Many equal(kMany);
    for (OrderKey &key : equal.keys)
        key.sequence = 7;
    const auto byId = canonicalOrder(equal.keys, SequenceScope::Interaction);
    QVERIFY(std::is_sorted(byId.begin(), byId.end(), [&](auto a, auto b) { return equal.ids[a] < equal.ids[b]; }));

    // Sequences against time, from one end of 64 bits to the other.
    Many against(kMany);
    for (std::size_t i = 0; i < kMany; ++i) {
        against.keys[i].sequence = static_cast<std::int64_t>(std::uint64_t(i) * (std::numeric_limits<std::uint64_t>::max() / kMany)
                                                             - (std::uint64_t(1) << 63));
        against.keys[i].time = kLatestTime - Duration::micros(static_cast<std::int64_t>(i));
    }
    const auto bySequence = canonicalOrder(against.keys, SequenceScope::Stream);
    QVERIFY(std::is_sorted(bySequence.begin(), bySequence.end()) && bySequence.size() == kMany);

    // A participant and a channel each, with numbers of a greater whole, some sequenced.
    Many apart(kMany);
    for (std::size_t i = 0; i < kMany; ++i) {
        OrderKey &key = apart.keys[i];
        key.participant = std::numeric_limits<std::int32_t>::max() - static_cast<std::int32_t>(i / 2);
        key.channel = static_cast<std::int32_t>(i * 10'000);
        key.kind = i % 2 == 0 ? Kind::Left : Kind::Joined;
        key.rank = i % 2 == 0 ? 4 : 0;
        key.time = kEarliestTime + Duration::millis(static_cast<std::int64_t>(i));
    }
    const auto order = canonicalOrder(apart.keys, SequenceScope::Participant);
    QVERIFY(isPermutation(order, kMany));
    for (std::size_t i = 0; i < kMany; i += 2) {
        QCOMPARE(order[i], i + 1); // joined before left, one participant after the other
        QCOMPARE(order[i + 1], i);
    }
}

void TestOrder::manyAboutABracket()
{
    Many one(kMany);
    for (std::size_t i = 0; i < kMany; ++i) {
        one.keys[i].participant = 0;
        one.keys[i].time = kEarliestTime + Duration::micros(static_cast<std::int64_t>(i * 1'000'000 / kMany));
    }
    one.keys.front().kind = Kind::Left;
    one.keys.front().rank = 4;
    one.keys.back().kind = Kind::Joined;
    one.keys.back().rank = 0;
    const auto order = canonicalOrder(one.keys, SequenceScope::Interaction);
    QVERIFY(isPermutation(order, kMany));
    QCOMPARE(order.front(), kMany - 1);
    QCOMPARE(order.back(), 0u);
}

void TestOrder::equalsTheJudge()
{
    QVERIFY(rc::check("the order of any set is the judge's, however it came", [] {
        const std::vector<Event> events = judge::standing(*genEvents(*genMix()));
        const SequenceScope scope = *genScope();
        const auto expected = idsOf(judge::canonical(events, scope));
        RC_ASSERT(expected.size() == events.size()); // the rules make no circle
        RC_ASSERT(ordered(events, scope) == expected);
        RC_ASSERT(ordered(shuffled(events, *rc::gen::arbitrary<unsigned>()), scope) == expected);
    }));
}

void TestOrder::lamportRises()
{
    QVERIFY(rc::check("Lamport times rise strictly, are no earlier than the source's, and sort into the canonical order", [] {
        const SequenceScope scope = *genScope();
        const auto events = judge::canonical(judge::standing(*genEvents(*genMix())), scope);
        const std::vector<std::int64_t> lamport = lamportTimes(timesOf(events));
        RC_ASSERT(lamport == judge::lamport(events));
        for (std::size_t i = 0; i < events.size(); ++i) {
            RC_ASSERT(lamport[i] >= events[i].time.us);
            if (i > 0) // RC_ASSERT evaluates both sides of an "or"
                RC_ASSERT(lamport[i - 1] < lamport[i]);
        }
    }));
}

void TestOrder::appendsIsSound()
{
    int yes = 0, tried = 0;
    QVERIFY(rc::check("what appends() lets pass leaves the order as it is", [&] {
        const SequenceScope scope = *genScope();
        std::vector<Event> events = judge::standing(*genEvents(*genMix()));
        RC_PRE(!events.empty());
        Event last = events.at(*rc::gen::inRange<std::size_t>(0, events.size()));
        std::erase_if(events, [&](const Event &e) { return e.id == last.id; });
        last.time = last.time + *rc::gen::element(Duration{}, Duration::millis(500), Duration::seconds(70));
        events = judge::canonical(events, scope);
        events.push_back(last);
        const std::vector<OrderKey> keys = keysOf(events);
        std::optional<std::int64_t> maxSequence;
        Timestamp maxTime{};
        for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
            const bool same = scope != SequenceScope::Participant || keys[i].participant == keys.back().participant;
            if (keys[i].sequence && same)
                maxSequence = std::max(maxSequence.value_or(*keys[i].sequence), *keys[i].sequence);
            maxTime = std::max(maxTime, keys[i].time);
        }
        ++tried;
        if (!appends(std::span(keys).first(keys.size() - 1), keys.back(), scope, maxSequence, maxTime))
            return;
        ++yes;
        RC_ASSERT(idsOf(judge::canonical(events, scope)) == idsOf(events));
    }));
    QVERIFY2(yes * 20 > tried, "it is no use if it never says yes");
}

THREADLINE_TEST_MAIN(TestOrder)
#include "test_order.moc"
