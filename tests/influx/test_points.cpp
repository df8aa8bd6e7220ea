// SPDX-License-Identifier: GPL-3.0-or-later
/// Points as text, read back by a naive reader that knows the line protocol only from its description.
#include "core/influx/line.h"
#include "core/influx/points.h"
#include "tests/support/testmain.h"

#include <rapidcheck.h>

#include <map>

using namespace threadline;
using namespace threadline::influx;

namespace {

/// 2031-01-04T10:44:00.120Z and 7 us.
constexpr Timestamp kTime{1'925'289'840'120'007};
constexpr std::int64_t kMilli = 1'925'289'840'120'000'000;

struct Point {
    std::string measurement;
    std::map<std::string, std::string> tags, texts;
    std::map<std::string, std::int64_t> numbers;
    std::vector<std::string> tagOrder;
    std::int64_t time = 0;
};

/// Reads up to one of `ends` that has no backslash before it; a backslash before a comma, blank or equals sign goes.
std::string readKey(const std::string &line, std::size_t &at, const std::string &ends)
{
    std::string out;
    for (; at < line.size() && ends.find(line[at]) == std::string::npos; ++at) {
        if (line[at] == '\\' && at + 1 < line.size() && std::string(",= ").find(line[at + 1]) != std::string::npos)
            ++at;
        out += line[at];
    }
    return out;
}

void readField(const std::string &line, std::size_t &at, Point &point)
{
    const std::string name = readKey(line, at, "=");
    ++at;
    if (line.at(at) != '"') {
        const std::size_t end = line.find('i', at);
        point.numbers[name] = std::stoll(line.substr(at, end - at));
        at = end + 1;
        return;
    }
    std::string &text = point.texts[name];
    for (++at; line.at(at) != '"'; ++at) {
        if (line[at] == '\\' && (line.at(at + 1) == '"' || line.at(at + 1) == '\\'))
            ++at;
        text += line[at];
    }
    ++at;
}

Point parse(const std::string &line)
{
    Point point;
    std::size_t at = 0;
    point.measurement = readKey(line, at, ", ");
    while (line.at(at) == ',') {
        const std::string name = readKey(line, ++at, "=");
        point.tags[name] = readKey(line, ++at, ", =\n");
        point.tagOrder.push_back(name);
    }
    do
        readField(line, ++at, point);
    while (line.at(at) == ',');
    std::size_t used = 0;
    point.time = std::stoll(line.substr(at + 1), &used);
    if (line.at(at) != ' ' || line.substr(at + 1 + used) != "\n")
        throw std::runtime_error("no time or no end: " + line);
    return point;
}

Event sample()
{
    Event e;
    e.interaction = InteractionId("i 1");
    e.id = EventId("e1");
    e.participant = ParticipantId("p=1");
    e.channel = ChannelId("c,1");
    e.kind = Kind::Updated;
    e.type = "interaction-updated";
    e.time = kTime;
    e.sequence = 15;
    e.facts.media = Media::Voice;
    e.facts.purpose = Purpose::Agent;
    e.facts.name = "Agent \"One\"";
    e.facts.userId = "u1";
    e.facts.queueId = "q1";
    e.facts.queueName = "Support";
    e.raw = R"({"id":"e1","t":"a\\b"})";
    return e;
}

std::string written(const Event &event, const PointOptions &options, std::int64_t lamport = 42)
{
    std::string out = "before\n";
    const auto place = appendEvent(out, event, lamport, options);
    return place ? out.substr(7) : out.substr(7) + "failed: " + place.error().message;
}

std::string timeOf(const char *id) { return std::to_string(kMilli + static_cast<std::int64_t>(hash64(id) % 1'000'000)); }

/// Text of any characters, those that matter here more often than others, now and then very long.
rc::Gen<std::string> anyText()
{
    const auto piece = rc::gen::element<std::string>("\"", "\\", ",", " ", "=", "\n", "\r", "\t", std::string(1, '\0'), "a", "ä", "€", "🎧", "'", "i",
                                                     "#", "\\\"", "plain text of some words");
    const auto common = rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string> &pieces) {
        std::string out;
        for (const std::string &p : pieces)
            out += p;
        return out;
    });
    const auto clean = rc::gen::map(common, [](std::string s) {
        std::erase_if(s, [](char c) { return c == '\n' || c == '\r' || c == '\\'; });
        return s;
    });
    const auto big = rc::gen::map(clean, [](const std::string &s) { return std::string(40'000, 'x') + s + std::string(24'000, '"'); });
    const auto broken = rc::gen::map(clean, [](const std::string &s) { return s + "\xED\xA0\x80" + s; });
    return rc::gen::weightedOneOf<std::string>({{30, common}, {60, clean}, {5, big}, {20, rc::gen::just(std::string())}, {1, broken}});
}

Event anyEvent()
{
    Event e;
    e.interaction.value = *rc::gen::inRange(0, 30) == 0 ? std::string() : "i" + *anyText();
    e.id.value = *anyText();
    e.participant.value = *anyText();
    e.channel.value = *anyText();
    e.type = *rc::gen::oneOf(anyText(), rc::gen::element<std::string>("interaction-updated", "segment-end", "other", "Interaction-Updated"));
    e.time = {*rc::gen::inRange(kEarliestTime.us, kLatestTime.us)};
    if (*rc::gen::arbitrary<bool>())
        e.sequence = *rc::gen::arbitrary<std::int64_t>();
    e.provenance = *rc::gen::element(Provenance::Live, Provenance::Import, Provenance::Backfill);
    e.marks = *rc::gen::inRange<std::uint32_t>(0, 32);
    e.facts.media = *rc::gen::element(Media::Unknown, Media::Chat);
    e.facts.purpose = *rc::gen::element(Purpose::Customer, Purpose::Agent, Purpose::User);
    e.facts.name = *anyText();
    e.facts.userId = *anyText();
    e.facts.queueId = *anyText();
    e.facts.queueName = *anyText();
    e.raw = *anyText();
    return e;
}

void expectText(const Point &point, const std::string &name, const std::string &value, bool whole)
{
    const auto found = point.texts.find(name);
    RC_ASSERT((found != point.texts.end()) == (whole || !value.empty()));
    if (found != point.texts.end())
        RC_ASSERT(found->second == value);
}

void expectNumber(const Point &point, const std::string &name, std::optional<std::int64_t> value)
{
    const auto found = point.numbers.find(name);
    RC_ASSERT((found == point.numbers.end() ? std::nullopt : std::optional(found->second)) == value);
}

void expectCommon(const Point &point, const Event &e, const PointOptions &o)
{
    const auto absent = [&](std::int64_t value, std::int64_t none) { return o.whole ? std::optional(value) : value == none ? std::nullopt : std::optional(value); };
    expectText(point, "eventId", e.id.value, o.whole);
    expectText(point, "provenance", e.provenance == Provenance::Live ? "" : std::string(nameOf(e.provenance)), o.whole);
    expectNumber(point, "marks", absent(e.marks, 0));
    expectNumber(point, "sequence", e.sequence ? e.sequence : o.whole ? std::optional(kNoSequence) : std::nullopt);
    expectNumber(point, "timeUs", e.time.us);
    expectNumber(point, "lamportTimestamp", 42);
    const bool tooLong = e.raw.size() > kMaxPayload;
    expectText(point, "payload", o.payload && !tooLong ? e.raw : "", o.whole);
    expectNumber(point, "payloadBytes", absent(o.payload && tooLong ? static_cast<std::int64_t>(e.raw.size()) : 0, 0));
}

void expectBounded(const Point &point, const Event &e, const PointOptions &o)
{
    const bool isAgent = e.facts.purpose == Purpose::Agent || e.facts.purpose == Purpose::User;
    const bool known = e.type == "interaction-updated" || e.type == "segment-end" || e.type == "other";
    const std::string type = known ? e.type : "other";
    RC_ASSERT(point.measurement == "interaction_event");
    RC_ASSERT(point.tags == (std::map<std::string, std::string>{{"eventType", type}, {"media", e.facts.media == Media::Chat ? "chat" : "unknown"}, {"part", eventPart(e.interaction.value)}}));
    expectText(point, "interactionId", e.interaction.value, o.whole);
    expectText(point, "participantId", e.participant.value, o.whole);
    expectText(point, "channelId", e.channel.value, o.whole);
    expectText(point, "queue", e.facts.queueName.empty() ? e.facts.queueId : e.facts.queueName, o.whole);
    expectText(point, "agent", isAgent && !e.facts.name.empty() ? e.facts.name : e.facts.userId, o.whole);
    if (type == "other")
        expectText(point, "type", e.type, o.whole);
}

void expectClassic(const Point &point, const Event &e)
{
    RC_ASSERT(point.measurement == "genesys_interaction_events");
    RC_ASSERT(point.tags == (std::map<std::string, std::string>{{"eventType", e.type}, {"interactionId", e.interaction.value},
                  {"channelId", e.channel.empty() ? "none" : e.channel.value}, {"participantId", e.participant.empty() ? "system" : e.participant.value}}));
}

} // namespace

class TestPoints : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void golden();
    void absentAndWhole();
    void payload();
    void typesAreBounded();
    void cannotBeWritten_data();
    void cannotBeWritten();
    void readBack();
    void pointTimes();
    void indexAndLocator();
    void queueIsMadeWritable();
    void parts();
};

void TestPoints::golden()
{
    QCOMPARE(written(sample(), {}),
             "interaction_event,eventType=interaction-updated,media=voice,part=" + eventPart("i 1")
                 + R"( interactionId="i 1",eventId="e1",participantId="p=1",channelId="c,1",queue="Support",agent="Agent \"One\"",)"
                   R"(sequence=15i,lamportTimestamp=42i,timeUs=1925289840120007i,payload="{\"id\":\"e1\",\"t\":\"a\\\\b\"}" )"
                 + timeOf("e1") + "\n");
    PointOptions classic;
    classic.schema = Schema::Classic;
    QCOMPARE(written(sample(), classic),
             R"(genesys_interaction_events,channelId=c\,1,eventType=interaction-updated,interactionId=i\ 1,participantId=p\=1 )"
             R"(eventId="e1",sequence=15i,lamportTimestamp=42i,timeUs=1925289840120007i,payload="{\"id\":\"e1\",\"t\":\"a\\\\b\"}" )"
                 + timeOf("e1") + "\n");
}

void TestPoints::absentAndWhole()
{
    Event e;
    e.interaction = InteractionId("i");
    e.id = EventId("e");
    e.type = "teleported";
    e.time = kTime;
    PointOptions o;
    o.payload = false;
    const std::string head = "interaction_event,eventType=other,media=unknown,part=" + eventPart("i") + " interactionId=\"i\",eventId=\"e\",";
    const std::string tail = "lamportTimestamp=42i,timeUs=1925289840120007i";
    QCOMPARE(written(e, o), head + "type=\"teleported\"," + tail + ' ' + timeOf("e") + "\n");
    o.whole = true;
    QCOMPARE(written(e, o), head + R"(participantId="",channelId="",queue="",agent="",type="teleported",provenance="",marks=0i,)"
                 "sequence=-9007199254740992i," + tail + ",payload=\"\",payloadBytes=0i " + timeOf("e") + "\n");
    e.provenance = Provenance::Import;
    e.marks = Event::IdMade;
    o = {Schema::Classic, false, 0, false};
    QCOMPARE(written(e, o), "genesys_interaction_events,channelId=none,eventType=teleported,interactionId=i,participantId=system "
                 "eventId=\"e\",provenance=\"import\",marks=1i," + tail + ' ' + timeOf("e") + "\n");
}

void TestPoints::payload()
{
    Event e = sample();
    e.raw = std::string(kMaxPayload, 'x');
    QCOMPARE(parse(written(e, {})).texts["payload"], e.raw);
    e.raw += 'x';
    Point point = parse(written(e, {}));
    QVERIFY(!point.texts.contains("payload"));
    QCOMPARE(point.numbers["payloadBytes"], std::int64_t(60'001));
    PointOptions without;
    without.payload = false;
    point = parse(written(e, without));
    QVERIFY(!point.texts.contains("payload") && !point.numbers.contains("payloadBytes"));
}

void TestPoints::typesAreBounded()
{
    for (const char *type : {"interaction-participant-joined", "interaction-participant-left", "interaction-media-channel-added",
             "interaction-media-channel-removed", "interaction-updated", "segment-start", "session-end"}) {
        Event e = sample();
        e.type = type;
        Point point = parse(written(e, {}));
        QCOMPARE(point.tags["eventType"], e.type);
        QVERIFY(!point.texts.contains("type"));
    }
    Event e = sample();
    e.type = "Interaction-Updated";
    Point point = parse(written(e, {}));
    QCOMPARE(point.tags["eventType"], std::string("other"));
    QCOMPARE(point.texts["type"], e.type);
}

void TestPoints::cannotBeWritten_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<bool>("bounded"); // whether the bounded schema takes it
    QTest::newRow("newline") << QByteArray("a\nb") << "holds a line break" << true;
    QTest::newRow("carriage return") << QByteArray("a\r") << "holds a line break" << true;
    QTest::newRow("backslash at the end") << QByteArray("a\\") << "ends in a backslash" << true;
    QTest::newRow("two backslashes at the end") << QByteArray("a\\\\") << "ends in a backslash" << true;
    QTest::newRow("backslash before a comma") << QByteArray("a\\,b") << "holds a backslash before" << true;
    QTest::newRow("no UTF-8") << QByteArray("a\xFF") << "is no UTF-8" << false;
    QTest::newRow("half a character") << QByteArray("abcdefghijkl\xC3") << "is no UTF-8" << false;
    QTest::newRow("long") << QByteArray(65'001, 'x') << "is too long" << true;
    QTest::newRow("long when escaped") << QByteArray(33'000, ',') << "is too long" << true;
    QTest::newRow("over 1 MiB") << QByteArray((1 << 20) + 1, 'x') << "is" << false;
}

void TestPoints::cannotBeWritten()
{
    QFETCH(QByteArray, value);
    QFETCH(QString, reason);
    QFETCH(bool, bounded);
    Event e = sample();
    e.participant.value = value.toStdString();
    for (const Schema schema : {Schema::Bounded, Schema::Classic}) {
        PointOptions o;
        o.schema = schema;
        std::string out = "kept\n";
        const auto place = appendEvent(out, e, 1, o);
        QCOMPARE(place.has_value(), bounded && schema == Schema::Bounded);
        if (place)
            continue;
        QCOMPARE(out, std::string("kept\n"));
        QCOMPARE(place.error().code, ErrorCode::Malformed);
        QVERIFY2(place.error().message.find("participantId " + (schema == Schema::Classic ? reason.toStdString() : "is")) != std::string::npos,
                 place.error().message.c_str());
    }
}

void TestPoints::readBack()
{
    const bool ok = rc::check("a point holds exactly what its event says, or is refused as a whole", [] {
        const Event e = anyEvent();
        const PointOptions o{*rc::gen::element(Schema::Bounded, Schema::Classic), *rc::gen::arbitrary<bool>(), *rc::gen::inRange(0, 3),
                             *rc::gen::arbitrary<bool>()};
        std::string out = "kept";
        const auto place = appendEvent(out, e, 42, o);
        RC_TAG(place.has_value());
        if (!place) {
            RC_ASSERT(out == "kept");
            RC_ASSERT(place.error().code == ErrorCode::Malformed);
            return;
        }
        const Point point = parse(out.substr(4));
        RC_ASSERT(std::is_sorted(point.tagOrder.begin(), point.tagOrder.end()));
        RC_ASSERT(point.time == place->time);
        RC_ASSERT(point.time == pointTime(e.time, e.id.value, o.bump));
        RC_ASSERT(out.compare(4, std::string::npos, out, 4) == 0);
        if (o.schema == Schema::Bounded)
            expectBounded(point, e, o);
        else
            expectClassic(point, e);
        expectCommon(point, e, o);
    });
    QVERIFY(ok);
}

void TestPoints::pointTimes()
{
    QCOMPARE(std::to_string(pointTime(kTime, "e1", 0)), timeOf("e1"));
    QCOMPARE(std::to_string(pointTime(kTime, "e1", 1)), timeOf("e11"));
    QCOMPARE(std::to_string(pointTime(kTime, "e1", 12)), timeOf("e112"));
    QCOMPARE(pointTime({-1}, "e1", 0), -1'000'000 + static_cast<std::int64_t>(hash64("e1") % 1'000'000));
    for (const std::int64_t us : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), std::int64_t(9'223'372'036'854'000)}) {
        Event e = sample();
        e.time = {us};
        QVERIFY(written(e, {}).starts_with("failed: This cannot be written to InfluxDB: its time"));
    }
    const bool ok = rc::check("the millisecond and an offset that depends on the id alone", [](std::int32_t seconds, const std::string &id) {
        const Timestamp time{std::int64_t(seconds) * 1'000'003};
        const int bump = *rc::gen::inRange(0, 5);
        const std::int64_t ns = pointTime(time, id, bump);
        const std::int64_t floor = ns >= 0 ? ns / 1'000'000 : -((-ns + 999'999) / 1'000'000);
        RC_ASSERT(floor * 1000 <= time.us && time.us < floor * 1000 + 1000);
        RC_ASSERT(ns - floor * 1'000'000 == pointTime({0}, id, bump));
    });
    QVERIFY(ok);
}

Summary summaryOf(const std::string &queue)
{
    Summary summary;
    summary.interaction.value = "i1";
    summary.start = kTime;
    summary.lastEventAt = {kTime.us + 9};
    summary.count = 3;
    summary.media = {"voice", "chat"};
    summary.queues = {queue};
    summary.agents = {"Agent \"One\""};
    summary.customer = "+49";
    return summary;
}

void TestPoints::indexAndLocator()
{
    std::string out;
    Summary summary = summaryOf("Support, EU");
    const std::string start = std::to_string(kTime.us), last = std::to_string(kTime.us + 9);
    const auto index = appendIndex(out, summary, Phase::Started, true, 0);
    QVERIFY(index);
    const std::string fields = "\"Agent \\\"One\\\"\",mediaList=\"[\\\"voice\\\",\\\"chat\\\"]\",queueList=\"[\\\"Support, EU\\\"]\","
                               "agentList=\"[\\\"Agent \\\\\\\"One\\\\\\\"\\\"]\"";
    QCOMPARE(out, "interaction_index,media=voice,queue=Support\\,\\ EU interactionId=\"i1\",phase=\"started\",startUs=" + start + "i,lastUs=" + last
                      + "i,endUs=0i,count=3i,agent=" + fields + ",customer=\"+49\" " + timeOf("i1started") + "\n");
    QCOMPARE(index->series, hash64("interaction_index,media=voice,queue=Support\\,\\ EU"));
    QCOMPARE(std::to_string(index->time), timeOf("i1started"));
    out.clear();
    summary.end = {kTime.us + 7'000'000};
    QVERIFY(appendIndex(out, summary, Phase::Ended, false, 0));
    QVERIFY(out.find("phase=\"ended\"") != std::string::npos && out.find(",customer=\"\" ") != std::string::npos);
    QCOMPARE(out.substr(out.rfind(' ') + 1), std::to_string(pointTime(*summary.end, "i1ended", 0)) + "\n");
    out.clear();
    QVERIFY(appendLocator(out, summary, 2));
    QCOMPARE(out, "interaction_locator,part=" + locatorPart("i1") + " interactionId=\"i1\",startUs=" + start + "i,lastUs=" + last + "i,endUs="
                      + std::to_string(kTime.us + 7'000'000) + "i " + timeOf("i12") + "\n");
    out.clear();
    summary.interaction.value = "\xFF";
    QVERIFY(!appendLocator(out, summary, 0));
    QVERIFY(!appendIndex(out, summary, Phase::Ended, true, 0));
    QVERIFY(out.empty());
}

void TestPoints::queueIsMadeWritable()
{
    const auto queueOf = [](const std::string &queue) {
        std::string out;
        const auto place = appendIndex(out, summaryOf(queue), Phase::Ended, true, 0);
        return place ? parse(out).tags["queue"] : place.error().message;
    };
    QCOMPARE(queueOf(""), std::string("none"));
    QCOMPARE(queueOf("\n\\"), std::string("none"));
    QCOMPARE(queueOf("a\nb\\, c\\"), std::string("ab, c"));
    QCOMPARE(queueOf("Küche"), std::string("Küche"));
    QVERIFY(queueOf(std::string(100'000, ',')).size() <= 1001);
}

void TestPoints::parts()
{
    std::map<std::string, int> events, locators;
    for (int i = 0; i < 5000; ++i) {
        ++events[eventPart("interaction-" + std::to_string(i))];
        ++locators[locatorPart("interaction-" + std::to_string(i))];
    }
    QCOMPARE(events.size(), std::size_t(kEventParts));
    QCOMPARE(events.begin()->first, std::string("00"));
    QCOMPARE(events.rbegin()->first, std::string("3f"));
    QCOMPARE(locators.size(), std::size_t(kLocatorParts));
    QCOMPARE(locators.rbegin()->first, std::string("ff"));
    QCOMPARE(eventPart("i1"), QString::number(hash64("i1") % 64, 16).rightJustified(2, '0').toStdString());
}

THREADLINE_TEST_MAIN(TestPoints)
#include "test_points.moc"
