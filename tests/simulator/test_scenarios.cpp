// SPDX-License-Identifier: GPL-3.0-or-later
/// Every scripted call is well formed, and the generator keeps its promises about order, people and seeds.
#include "core/base/json.h"
#include "core/simulator/plan.h"
#include "core/simulator/script.h"
#include "core/simulator/stream.h"
#include "tests/support/testmain.h"

#include <QRegularExpression>

#include <map>
#include <set>

using namespace threadline;
using namespace threadline::sim;

namespace {

/// The members of an event's `data`, as text.
std::map<std::string, std::string> dataOf(json::Reader &reader, const TrueEvent &event)
{
    std::map<std::string, std::string> out;
    const auto text = reader.prepare(event.json);
    std::vector<json::Member> members, data;
    if (!text || !reader.members(*text, members))
        return out;
    for (const json::Member &member : members) {
        if (member.name != "data" || !reader.members(member.value, data))
            continue;
        for (const json::Member &fact : data)
            out[std::string(fact.name)] = json::stringOf(fact.value).value_or(std::string(fact.value));
    }
    return out;
}

std::vector<TrueEvent> all(const Options &options)
{
    std::vector<TrueEvent> out;
    Generator generator(options);
    while (auto event = generator.next())
        out.push_back(std::move(*event));
    return out;
}

Options bounded(int interactions, std::uint64_t seed = 1)
{
    Options options;
    options.interactions = interactions;
    options.seed = seed;
    options.rate = 0;
    options.concurrent = 50;
    return options;
}

std::map<std::string, std::vector<TrueEvent>> byInteraction(const std::vector<TrueEvent> &events)
{
    std::map<std::string, std::vector<TrueEvent>> out;
    for (const TrueEvent &event : events)
        out[event.interaction].push_back(event);
    return out;
}

/// What is wrong with one interaction's events in their order; empty: nothing.
QString problemOf(const std::vector<TrueEvent> &events)
{
    std::set<std::string> present, gone, channels;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const TrueEvent &e = events[i];
        const QString at = QString::fromStdString(e.json);
        if (e.sequence != static_cast<std::int64_t>(i) + 1)
            return "sequence is not contiguous: " + at;
        if (i > 0 && e.time < events[i - 1].time)
            return "time goes back: " + at;
        const bool tie = i > 0 && e.time == events[i - 1].time;
        if (tie && !(events[i - 1].type == kEventTypes[0] && e.type == kEventTypes[2] && e.participant == events[i - 1].participant))
            return "a tie that is none of joining and adding: " + at;
        if (e.type == kEventTypes[0] && !present.insert(e.participant).second)
            return "joins twice: " + at;
        if (!e.participant.empty() && !present.contains(e.participant))
            return "speaks before joining: " + at;
        if (e.type == kEventTypes[2] && !channels.insert(e.channel).second)
            return "a channel is added twice: " + at;
        if (e.type == kEventTypes[3] && channels.erase(e.channel) != 1)
            return "a channel is removed that is not there: " + at;
        if (e.type == kEventTypes[1] && !gone.insert(e.participant).second)
            return "leaves twice: " + at;
    }
    if (!channels.empty())
        return "a channel stays open";
    return present == gone ? QString() : "somebody does not leave";
}

} // namespace

class TestScenarios : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void namesWhatTheDesignAsksFor()
    {
        for (const char *name : {"simple", "abandon-in-queue", "hold", "blind-transfer", "consult-transfer", "conference", "missed-alert",
                                 "callback", "web-message", "email", "multi-channel", "three-day-message", "ivr-only", "agent-hangup",
                                 "long-queue", "voicemail", "internal-call", "two-transfers", "wrapup-long", "monitored-call"})
            QVERIFY2(knownScenario(name), name);
        QVERIFY(!knownScenario("no-such-call"));
        for (const Scenario &scenario : scenarios())
            QVERIFY(scenario.description.ends_with('.'));
    }

    void scriptsSayWhatIsWrong()
    {
        Script script;
        script.name = "test";
        for (const char *text : {"0 customer", "x customer join connected", "0 nobody join connected", "use nothing", "repeat 3-1", "end",
                                 "0 agent1 consulting with nobody", "0 agent1 join voice connected really"})
            QVERIFY2(!parseScript(text, {}, script), text);
        QVERIFY(!parseScript("repeat 2\n0 customer join connected", {}, script));
        QVERIFY(parseScript("1.5~0.5 agent1 join voice alerting # rings", {}, script));
        QCOMPARE(script.steps.back().delay.base, 1'500'000);
        QCOMPARE(script.steps.back().delay.spread, 500'000);
        QVERIFY(parseScript("20ms+1h agent1 connected", {}, script));
        QCOMPARE(script.steps.back().delay.exponential, 3'600'000'000);
    }

    void eachScenarioIsWellFormed_data()
    {
        QTest::addColumn<QString>("name");
        for (const Scenario &scenario : scenarios())
            QTest::addRow("%s", scenario.name.c_str()) << QString::fromStdString(scenario.name);
    }
    void eachScenarioIsWellFormed()
    {
        QFETCH(QString, name);
        Options options = bounded(60, 7);
        options.scenario = name.toStdString();
        const auto interactions = byInteraction(all(options));
        QCOMPARE(interactions.size(), 60u);
        for (const auto &[id, events] : interactions) {
            QCOMPARE(problemOf(events), QString());
            QVERIFY(events.size() >= 6);
        }
    }

    /// Also when calls are sped up a thousand times, so that everything falls together.
    void theMixIsWellFormed_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("concurrent");
        QTest::newRow("natural") << 0.0 << 100;
        QTest::newRow("paced") << 50.0 << 0;
        QTest::newRow("sped up") << 100'000.0 << 100;
        QTest::newRow("faster than microseconds") << 50'000'000.0 << 10;
    }
    void theMixIsWellFormed()
    {
        QFETCH(double, rate);
        QFETCH(int, concurrent);
        Options options = bounded(700, 11);
        options.rate = rate;
        options.concurrent = concurrent;
        const std::vector<TrueEvent> events = all(options);
        for (std::size_t i = 1; i < events.size(); ++i)
            QVERIFY(events[i - 1].time <= events[i].time);
        const auto interactions = byInteraction(events);
        QCOMPARE(interactions.size(), 700u);
        for (const auto &[id, some] : interactions)
            QCOMPARE(problemOf(some), QString());
    }

    void sameSeedSameEvents()
    {
        Options options = bounded(200, 42);
        options.faults.skew = Duration::seconds(60);
        options.faults.odd = 0.1;
        options.faults.variant = 0.05;
        const auto first = all(options);
        const auto second = all(options);
        QCOMPARE(first.size(), second.size());
        for (std::size_t i = 0; i < first.size(); ++i)
            QCOMPARE(first[i].json, second[i].json);
        options.seed = 43;
        QVERIFY(all(options).front().json != first.front().json);
    }

    void idsAreCanonicalAndUnique()
    {
        const QRegularExpression uuid("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
        std::set<std::string> ids;
        for (const TrueEvent &event : all(bounded(300))) {
            QVERIFY(ids.insert(event.id).second);
            for (const std::string &id : {event.id, event.interaction})
                QVERIFY2(uuid.match(QString::fromStdString(id)).hasMatch(), id.c_str());
        }
    }

    /// Between joining and leaving with a voice channel nobody is anywhere else with one.
    void agentsHaveOneCallAtATime()
    {
        struct Call {
            Timestamp from, to;
            std::string interaction;
        };
        Options options = bounded(1000, 5);
        options.rate = 60;
        options.concurrent = 0;
        json::Reader reader;
        std::map<std::string, Call> open;                 // by participant
        std::map<std::string, std::string> user;          // of a participant
        std::map<std::string, std::vector<Call>> calls;   // by user
        for (const TrueEvent &event : all(options)) {
            const auto data = dataOf(reader, event);
            const bool joins = event.type == kEventTypes[2] && data.contains("userId") && data.at("mediaType") == "voice";
            if (joins) {
                open[event.participant] = {event.time, {}, event.interaction};
                user[event.participant] = data.at("userId");
            } else if (event.type == kEventTypes[1] && open.contains(event.participant)) {
                Call call = open[event.participant];
                call.to = event.time;
                calls[user[event.participant]].push_back(call);
            }
        }
        QVERIFY(calls.size() > 20);
        bool mixedMedia = false;
        for (auto &[who, list] : calls) {
            std::sort(list.begin(), list.end(), [](const Call &a, const Call &b) { return a.from < b.from; });
            for (std::size_t i = 1; i < list.size(); ++i)
                QVERIFY2(list[i - 1].to <= list[i].from, who.c_str());
            mixedMedia = mixedMedia || list.size() > 5;
        }
        QVERIFY(mixedMedia);
    }

    void wrapUpComesAfterLeaving()
    {
        json::Reader reader;
        std::map<std::string, Timestamp> left;
        int late = 0;
        for (const TrueEvent &event : all(bounded(400))) {
            if (event.type == kEventTypes[1])
                left[event.participant] = event.time;
            const auto data = dataOf(reader, event);
            if (!data.contains("wrapupCode"))
                continue;
            QVERIFY(left.contains(event.participant));
            const Duration after = event.time - left[event.participant];
            QCOMPARE(after.toMillis(), QString::fromStdString(data.at("wrapupDurationMs")).toLongLong());
            late += after > Duration::seconds(5) ? 1 : 0;
        }
        QVERIFY(late > 100);
    }

    void theRateIsKept()
    {
        Options options;
        options.seed = 3;
        options.rate = 1000;
        options.concurrent = 200;
        Generator generator(options);
        std::vector<Timestamp> times;
        for (int i = 0; i < 80'000; ++i)
            times.push_back(generator.next()->time);
        const double seconds = static_cast<double>((times.back() - times[30'000]).us) / 1e6;
        const double rate = 50'000 / seconds;
        QVERIFY2(rate > 850 && rate < 1150, qPrintable(QString::number(rate)));
    }

    void historyBeginsBeforeTheStart()
    {
        Options options;
        options.history = Duration::seconds(900);
        Generator generator(options);
        const Timestamp first = generator.next()->time;
        QVERIFY(first >= options.start - options.history);
        QVERIFY(first < options.start);
    }

    void skewIsOfTheParticipantAndWithinBounds()
    {
        Options options = bounded(200);
        options.faults.skew = Duration::seconds(60);
        json::Reader reader;
        std::map<std::string, std::int64_t> skews;
        std::int64_t most = 0;
        for (const TrueEvent &event : all(options)) {
            std::vector<json::Member> members;
            QVERIFY(reader.members(*reader.prepare(event.json), members));
            const auto sent = parseTimestamp(json::stringOf(members[1].value).value());
            QVERIFY(sent);
            const std::int64_t skew = (*sent - event.time).us;
            most = std::max(most, std::abs(skew));
            const auto [known, isNew] = skews.emplace(event.participant, skew);
            QVERIFY(isNew || known->second == skew || event.participant.empty());
        }
        QVERIFY(most > 50'000'000 && most <= 60'000'000);
    }

    void textsAreRealistic()
    {
        json::Reader reader;
        std::set<std::string> queues, names;
        for (const TrueEvent &event : all(bounded(500))) {
            const auto data = dataOf(reader, event);
            QVERIFY(data.contains("interactionId"));
            if (data.contains("queueName"))
                queues.insert(data.at("queueName"));
            if (data.contains("userId"))
                names.insert(data.at("name"));
            const auto address = data.find("address");
            const bool fiction = address == data.end() || address->second.ends_with("@example.com")
                || address->second.find("55501") != std::string::npos;
            QVERIFY2(fiction, address == data.end() ? "" : address->second.c_str());
        }
        const std::set<std::string> known = {"Support", "Sales", "Billing", "Callbacks", "Web messages"};
        QCOMPARE(queues, known);
        QVERIFY(names.contains("Agent One") && names.contains("Supervisor One"));
    }
};

THREADLINE_TEST_MAIN(TestScenarios)
#include "test_scenarios.moc"
