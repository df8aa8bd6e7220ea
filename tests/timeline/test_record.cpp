// SPDX-License-Identifier: GPL-3.0-or-later
/// The platform's record as a witness: which of two stands, its events, its story.
#include "core/base/json.h"
#include "core/genesys/streamingdecoder.h"
#include "core/timeline/correlate.h"
#include "core/timeline/record.h"
#include "core/timeline/recordparse.h"
#include "tests/timeline/recordtext.h"
#include "tests/timeline/storytext.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <tuple>

using namespace threadline;
using namespace threadline::test;

namespace {

Record read(const std::string &json)
{
    auto record = readRecord(json);
    if (!record)
        qFatal("%s", record.error().message.c_str());
    return std::move(*record);
}

std::vector<PlacedEvent> placed(std::vector<Event> events)
{
    std::stable_sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
        return std::tuple(a.time, rankOf(a), a.id.value) < std::tuple(b.time, rankOf(b), b.id.value);
    });
    std::vector<PlacedEvent> all;
    for (Event &event : events) {
        all.emplace_back();
        all.back().event = std::make_shared<const Event>(std::move(event));
    }
    return all;
}

} // namespace

class TestRecord : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reads();
    void refuses_data();
    void refuses();
    void eventsAreNoLargerThanToldOf_data();
    void eventsAreNoLargerThanToldOf();
    void makingEventsCanBeStopped();
    void whichStands();
    void story();
    void overlapsStay();
    void badTimesAreListed();
    void endBeforeStart();
    void anEndBeforeTheStartIsNoTimeOfTheConversation();
    void whatEndedHasEnded_data();
    void whatEndedHasEnded();
    void anEndAloneIsToldToo();
    void aConferenceIsNoMoreSegments();
    void anUnreadableHoldIsNoAnswer();
    void whoDialledDoesNotAnswer();
    void unknownTypesAndMarks();
    void conferenceIsWhatTheFlagSays();
    void conferenceWithoutFlagsIsConcluded();
    void consultTransferByMetric();
    void whoIsConsultedIsNoFreshAnswer();
    void aCountedConsultIsOfOneLeg_data();
    void aCountedConsultIsOfOneLeg();
    void whoWatchesOrBargesInIsNotConsulted();
    void whoWasCalledAsideStaysThere();
    void whoIsRungWhenTheOtherLeavesIsNotConsulted();
    void whoHoldsWhileAnOutsidePartyTalks();
    void aCustomerHasNoQueuesName();
    void largeNumbers();
    void aLineOfSegmentsIsOneLine();
    void events();
    void eventsAreReadAlikeByTheDecoder();
    void eventsOfTwoExportsShareIds();
    void idsAreUniqueWhateverTheRecordSays();
    void eventsTellTheSameStory();
    void openConversationStaysOpen();
    void marksMoveToTheRecordsStory();
    void anythingSurvives_data();
    void anythingSurvives();
};

void TestRecord::reads()
{
    const Record record = read(R"( { "conversationId" : "I" , "conversationEnd":"2027-01-15T08:00:10Z", "extra":[1, 2] ,
        "participants":[{"participantId":"p","sessions":[{"metrics":[{"name":"tAcw","emitDate":"2027-01-15T08:01:00.5Z"}]}]}] } )");
    QCOMPARE(record.interaction.value, std::string("I"));
    QVERIFY(record.rank.ended);
    QCOMPARE(formatTimestamp(record.rank.last), std::string("2027-01-15T08:01:00.500Z"));
    QVERIFY(record.raw.starts_with(R"({"conversationId":"I",)"));
    QVERIFY(record.raw.find(R"("extra":[1,2])") != std::string::npos);
    QCOMPARE(record.rank.content, hash128(record.raw));
    QVERIFY(!read(R"({"conversationId":"I","conversationEnd":"yesterday","participants":[]})").rank.ended);
    QCOMPARE(read(R"({"conversationId":"I","conversationId":"J","participants":[]})").interaction.value, std::string("J")); // the last counts
    QCOMPARE(read(R"({"conversationId":12345,"participants":[]})").interaction.value, std::string("12345"));
    QCOMPARE(read(R"({"ConversationId":"I","participants":[]})").interaction.value, std::string("I"));
    QCOMPARE(read(R"({"conversation_id":"I","Participants":{}})").interaction.value, std::string("I"));
}

void TestRecord::refuses_data()
{
    QTest::addColumn<QString>("json");
    QTest::newRow("nothing") << QString();
    QTest::newRow("no object") << QStringLiteral("[1]");
    QTest::newRow("no id") << QStringLiteral("{\"participants\":[]}");
    QTest::newRow("empty id") << QStringLiteral("{\"conversationId\":\"\"}");
    QTest::newRow("id of another type") << QStringLiteral("{\"conversationId\":[7],\"participants\":[]}");
    QTest::newRow("no participants") << QStringLiteral("{\"conversationId\":\"I\",\"score\":88}");
    QTest::newRow("participants as text") << QStringLiteral("{\"conversationId\":\"I\",\"participants\":\"System.Object[]\"}");
    QTest::newRow("cut off") << QStringLiteral("{\"conversationId\":\"I\"");
    QTest::newRow("deep") << QString(100000, QLatin1Char('['));
    QString many = QStringLiteral("{},").repeated(static_cast<int>(kMaxRecordParts));
    QTest::newRow("more participants than anybody has") << QStringLiteral(R"({"conversationId":"I","participants":[%1{}]})").arg(many);
    QTest::newRow("more segments than anybody has") << QStringLiteral(R"({"conversationId":"I","participants":[{"sessions":[{"segments":[%1{}]}]}]})").arg(many);
    const QString once = QStringLiteral(R"({"conversationId":"I","participants":[{"participantId":"%1","sessions":[{"sessionId":"%2","segments":[]}]}]})");
    QTest::newRow("a participant's id that is none") << once.arg(QString(1000, QLatin1Char('x')), QStringLiteral("s"));
    QTest::newRow("a session's id that is none") << once.arg(QStringLiteral("p"), QString(1000, QLatin1Char('x')));
    const QString longId(900, QLatin1Char('x')), some = QStringLiteral(R"({"segmentType":"hold","segmentStart":"2027-01-15T08:00:00Z"},)").repeated(20'000);
    QTest::newRow("long ids in many segments") << QStringLiteral(R"({"conversationId":"%1","participants":[{"participantId":"%1","userId":"%1",)"
        R"("sessions":[{"sessionId":"%1","peerId":"%1","segments":[%2{}]}]}]})").arg(longId, some);
    QTest::newRow("an id that is none") << QStringLiteral(R"({"conversationId":"%1","participants":[]})").arg(QString(1025, QLatin1Char('x')));
}

void TestRecord::refuses()
{
    QFETCH(QString, json);
    const auto record = readRecord(json.toStdString());
    QVERIFY(!record);
    QCOMPARE(record.error().code, ErrorCode::Malformed);
    QVERIFY(!record.error().message.empty());
}

void TestRecord::eventsAreNoLargerThanToldOf_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("segments");
    QTest::newRow("short") << QStringLiteral("Ann") << 3;
    QTest::newRow("many segments") << QStringLiteral("Ann") << 49'000;
    QTest::newRow("a name of 100 KB") << QString(100'000, QLatin1Char('n')) << 5'000;
    QTest::newRow("a name of controls") << QStringLiteral("\\u001b").repeated(20'000) << 5'000;
}

/// Each event bears the names of its participant. In them they are cut as lists show them; the record keeps them whole.
void TestRecord::eventsAreNoLargerThanToldOf()
{
    QFETCH(QString, name);
    QFETCH(int, segments);
    const std::string text = name.toStdString();
    std::string all;
    for (int i = 0; i < segments; ++i)
        all += (i > 0 ? "," : "") + segment(i % 2 > 0 ? "hold" : "interact", at("10"), at("20"), R"("disconnectType":")" + (i == 7 ? text : "") + '"');
    const std::string more = R"("mediaType":"voice","direction":"inbound","ani":")" + text + '"';
    const std::string json = R"({"conversationId":"I","participants":[{"participantId":"p","purpose":"agent","participantName":")" + text
        + R"(","userId":"u","sessions":[)" + session("s", all, more) + "]}]}";
    const Record record = read(json);
    QCOMPARE(record.raw, json);
    const std::vector<Event> events = recordEvents(record, kZero);
    QCOMPARE(events.size(), static_cast<std::size_t>(4 + 2 * segments));
    std::size_t sum = 0;
    for (const Event &event : events) {
        sum += event.bytes();
        QVERIFY(event.facts.name.size() <= 256 && event.facts.address.size() <= 256 && event.facts.disconnectType.size() <= 256);
        QVERIFY(event.facts.name.size() < 256 - 4 || event.facts.name.ends_with("…"));
    }
    const std::size_t most = eventBytes(parseRecord(record.raw));
    QVERIFY2(sum <= most, (std::to_string(sum) + " of " + std::to_string(most)).c_str());
    QVERIFY2(sum < (1u << 20) + 64 * json.size(), std::to_string(sum).c_str());
    const Story story = recordStory(record);
    QVERIFY(story.participants.front().name.size() <= 256 && story.participants.front().channels.front().segments.back().label.size() <= 256);
}

void TestRecord::makingEventsCanBeStopped()
{
    const Record record = read(call());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(recordEvents(record, kZero, stop.get_token()).empty());
}

void TestRecord::whichStands()
{
    const Record open = read(call());
    const Record ended = read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")"));
    const Record later = read(call(R"("conversationEnd":"2027-01-15T08:02:00Z")"));
    const Record other = read(call(R"("conversationEnd":"2027-01-15T08:02:00Z","tag":1)"));
    // A wrap-up that was entered later, and one that took the place of the time-out's.
    const auto wrapped = [](const std::string &code) {
        return read(conversation(participant("a", "agent", session("s", segment("wrapup", at("50"), at("58"), R"("wrapUpCode":")" + code + '"')))));
    };
    const Record timeout = wrapped("ININ-WRAP-UP-TIMEOUT"), entered = wrapped("7fb334b0"), none = wrapped("");
    Record more = timeout;
    more.rank.segments = 2;
    const std::vector<std::vector<Record>> fromRichest{{later, ended, open}, {more, entered, timeout}, {more, entered, none}};
    for (const std::vector<Record> &records : fromRichest) {
        for (std::size_t i = 0; i < records.size(); ++i) {
            for (std::size_t k = 0; k < records.size(); ++k)
                QCOMPARE(stands(records[i].rank, records[k].rank), i < k);
        }
    }
    QVERIFY(stands(later.rank, other.rank) != stands(other.rank, later.rank));
    QCOMPARE(stands(later.rank, other.rank), later.rank.content < other.rank.content);
}

void TestRecord::story()
{
    const Story story = recordStory(read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")")));
    QCOMPARE(rowsOf(story), std::string("c/s-c unknown 0-0.2 | talk 0.2-50 [endpoint]\n"
                                        "i/s-i ivr 0.1-4 [transfer]\n"
                                        "q/s-q queue 4.02-4.1 | queue 4.1-18.02 [transfer]\n"
                                        "a1/s-a1 alert 6-13.9 [client]\n"
                                        "a2/s-a2 alert 14-18 | talk 18-30 | hold 30-40.5 | talk 40.5-50 [peer] | acw 49.75-58 [peer]\n"));
    QCOMPARE(feltOf(story), std::string("ivr 0-4.02 i | queue 4.02-6 q | alert 6-13.9 a1 | queue 13.9-14 q | alert 14-18 a2 | "
                                        "talk 18-30 a2 | hold 30-40.5 a2 | talk 40.5-50 a2"));
    QCOMPARE(linksOf(story), std::string("reoffer a1>a2 14 sure\n"));
    QCOMPARE(figuresOf(story), std::string("wait 2.08 alert 11.9 talk 21.5 hold 10.5 acw 8.25 first 18 transfers 0 answers 1"));
    QCOMPARE(story.media, Media::Voice);
    QCOMPARE(story.direction, Direction::Inbound);
    QVERIFY(story.end.has_value());
    QVERIFY(story.warnings.empty());
    QCOMPARE(story.participants[0].channels[0].segments[0].label, std::string("system"));
    QCOMPARE(story.participants[0].channels[0].segments[0].startBy, Provenance::Import);
}

void TestRecord::overlapsStay()
{
    const SegmentSum sum = sumSegments(recordStory(read(call())));
    QCOMPARE(sum.segments, std::int64_t{11});
    const std::int64_t expected = 200 + 49'800 + 3'900 + 80 + 13'920 + 7'900 + 4'000 + 12'000 + 10'500 + 9'500 + 8'250;
    QCOMPARE(sum.total.us, expected * 1000);
    QCOMPARE(segmentLine(read(call())), "I\t11\t" + std::to_string(expected * 1000) + "\n");
}

void TestRecord::badTimesAreListed()
{
    const Story story = recordStory(read(conversation(
        participant("c", "customer", session("s", segment("interact", "2021-04-2T15:30:51.418Z", at("05")) + ","
            + segment("interact", at("05"), "never") + "," + R"({"segmentType":"hold","segmentStart":17,"segmentEnd":null})" + ","
            + R"({"segmentType":"hold"})" + "," + segment("interact", "0001-01-01T00:00:00Z", "")
            + "," + segment("interact", at("06"), at("07")))),
        R"("conversationStart":"soon")")));
    QCOMPARE(rowsOf(story), std::string("c/s ~talk 5-6 | talk 6-7\n")); // what comes next ends it
    std::string all;
    for (const std::string &warning : story.warnings)
        all += warning + "\n";
    for (const char *bad : {"2021-04-2T15:30:51.418Z", "never", "segmentStart 17", "Segment 4", "0001-01-01", "\"soon\""})
        QVERIFY2(all.find(bad) != std::string::npos, bad);
    QCOMPARE(story.warnings.size(), std::size_t{6});
}

void TestRecord::endBeforeStart()
{
    const Story story = recordStory(read(conversation(participant("c", "customer", session("s", segment("interact", at("09"), at("05")))))));
    QCOMPARE(rowsOf(story), std::string("c/s ~talk 9-9\n"));
    QCOMPARE(story.warnings.size(), std::size_t{1});
    // It ends where the next begins, or with the conversation; so does one that has no end.
    const std::string pieces = segment("interact", at("09"), at("05")) + "," + segment("hold", at("20"), "");
    const Story longer = recordStory(read(conversation(participant("c", "customer", session("s", pieces)), R"("conversationEnd":"2027-01-15T08:00:30Z")")));
    QCOMPARE(rowsOf(longer), std::string("c/s ~talk 9-20 | ~hold 20-30\n"));
    QCOMPARE(longer.warnings.size(), std::size_t{1});
    QCOMPARE(sumSegments(longer).total.us, std::int64_t(0)); // none of their lengths was told
}

void TestRecord::anEndBeforeTheStartIsNoTimeOfTheConversation()
{
    const Record record = read(conversation(participant("c", "customer", session("s", segment("interact", at("20"), "2001-01-01T00:00:00Z") + ","
        + segment("interact", at("30"), at("40"))))));
    const Story story = recordStory(record);
    QCOMPARE(story.start, kZero + Duration::seconds(20));
    QCOMPARE(rowsOf(story), std::string("c/s ~talk 20-30 | talk 30-40\n"));
    for (const Event &e : recordEvents(record, kZero))
        QVERIFY2(kZero + Duration::seconds(20) <= e.time, e.raw.c_str());
}

void TestRecord::whatEndedHasEnded_data()
{
    QTest::addColumn<QString>("segments");
    QTest::addColumn<double>("end"); // 0: it goes on
    const auto row = [](const char *name, const std::string &segments, double end) { QTest::newRow(name) << QString::fromStdString(segments) << end; };
    const std::string talk = "," + segment("interact", at("04"), at("09"));
    row("all told", segment("alert", at("02"), at("04")) + talk, 9);
    row("an end that what comes next tells", segment("alert", at("02"), "") + talk, 9);
    row("a start that nobody can read", segment("hold", "soon", at("08")) + talk, 9);
    row("after-call work of which no end is told", segment("interact", at("04"), at("08")) + "," + segment("wrapup", at("09"), ""), 9);
    row("nothing but that", segment("wrapup", at("09"), ""), 0);
    row("the last has no end", segment("interact", at("04"), ""), 0);
    row("nothing readable of one", segment("hold", "soon", "later") + talk, 0);
}

/// In the list, which knows of events, as in the timeline; whoever else is named and nothing told of does not keep it open.
void TestRecord::whatEndedHasEnded()
{
    QFETCH(QString, segments);
    QFETCH(double, end);
    const Record record = read(conversation(participant("c", "customer", session("sc", "")) + "," + participant("b", "acd", "") + ","
        + participant("a", "agent", session("sa", segments.toStdString()))));
    const auto expected = end > 0 ? std::optional(kZero + Duration::seconds(static_cast<std::int64_t>(end))) : std::nullopt;
    QCOMPARE(recordStory(record).end, expected);
    QCOMPARE(correlate(placed(recordEvents(record, kZero))).end, expected);
}

void TestRecord::anEndAloneIsToldToo()
{
    const Record record = read(conversation(participant("a", "agent", session("s", segment("interact", at("01"), at("05")) + ","
        + segment("wrapup", "soon", at("20"))))));
    std::optional<Timestamp> last;
    for (const Event &e : recordEvents(record, kZero))
        last = std::max(last.value_or(e.time), e.time);
    QCOMPARE(recordStory(record).end, std::optional(kZero + Duration::seconds(20)));
    QCOMPARE(last, recordStory(record).end);
}

/// Shown are its pieces, counted what the record has: `import --segments` stands beside the file.
void TestRecord::aConferenceIsNoMoreSegments()
{
    const std::string barged = conversation(
        participant("c", "customer", session("sc", segment("interact", at("00"), at("50"), R"("conference":false)"), R"("mediaType":"voice","direction":"inbound")"))
        + "," + participant("a", "agent", session("sa", segment("interact", at("01"), at("30"), R"("conference":false)")))
        + "," + participant("b", "agent", session("sb", segment("barging", at("20"), at("50"), R"("conference":false)"))));
    for (const std::string &text : {barged, threeTogether("")}) {
        const Record record = read(text);
        const Story story = recordStory(record);
        QVERIFY(rowsOf(story).find("c/sc talk 0-20 | conference 20-30 | talk 30-50") != std::string::npos);
        QCOMPARE(sumSegments(story).segments, record.rank.segments);
        QCOMPARE(sumSegments(story).total, Duration::seconds(50 + 29 + 30));
    }
    // What has no end counts nothing, though the pieces before its last have one.
    const Story open = recordStory(read(conversation(participant("c", "customer", session("sc", segment("interact", at("00"), "")))
        + "," + participant("a", "agent", session("sa", segment("interact", at("01"), at("30"))))
        + "," + participant("b", "agent", session("sb", segment("interact", at("20"), at("50")))))));
    QVERIFY(rowsOf(open).find("c/sc talk 0-20 | conference 20-30 | talk 30-...") != std::string::npos);
    QCOMPARE(sumSegments(open), (SegmentSum{3, Duration::seconds(29 + 30)}));
}

void TestRecord::anUnreadableHoldIsNoAnswer()
{
    const auto answers = [](const std::string &between) {
        return recordStory(read(conversation(participant("a", "agent", session("s", segment("interact", at("01"), at("10")) + "," + between + ","
            + segment("interact", at("20"), at("30"))))))).figures.humanAnswers;
    };
    QCOMPARE(answers(segment("hold", at("10"), at("20"))), 1);
    QCOMPARE(answers(segment("hold", "soon", at("20"))), 1);
    QCOMPARE(answers(segment("alert", at("15"), at("20"))), 2);
}

/// Whether what he dialled ended a moment before, or after, they began to talk.
void TestRecord::whoDialledDoesNotAnswer()
{
    for (const char *over : {"09.9", "10", "10.1"}) {
        const Story story = recordStory(read(conversation(participant("a", "agent", session("s", segment("dialing", at("01"), at(over)) + ","
            + segment("interact", at("10"), at("20")) + "," + segment("hold", at("20"), at("25")) + "," + segment("interact", at("25"), at("30")))))));
        QCOMPARE(story.figures.humanAnswers, 0);
    }
}

void TestRecord::unknownTypesAndMarks()
{
    const Story story = recordStory(read(conversation(participant("c", "wizard", session("s",
        segment("levitating", at("01"), at("02")) + "," + segment("uploading", at("02"), at("03")) + "," + segment("parked", at("03"), at("04"))
        + "," + segment("monitoring", at("04"), at("05")) + "," + segment("callback", at("05"), at("06")) + "," + segment("contacting", at("06"), at("07")))))));
    QCOMPARE(rowsOf(story), std::string("c/s unknown 1-2 | unknown 2-3 | parked 3-4 | monitor 4-5 | parked 5-6 | alert 6-7\n"));
    const std::vector<Segment> &segments = story.participants[0].channels[0].segments;
    QCOMPARE(segments[0].label, std::string("levitating"));
    QCOMPARE(segments[1].label, std::string("uploading"));
    QCOMPARE(segments[5].label, std::string("Dialling"));
    QCOMPARE(story.participants[0].purposeText, std::string("wizard"));
}

void TestRecord::conferenceIsWhatTheFlagSays()
{
    const Story conference = recordStory(read(threeTogether("true")));
    QCOMPARE(feltOf(conference), std::string("talk 0-20 a | conference 20-30 a | conference 30-50 b"));
    QVERIFY(linksOf(conference).find("conference a>b 20 sure") != std::string::npos);
    const Story consult = recordStory(read(threeTogether("false")));
    QCOMPARE(feltOf(consult), std::string("talk 0-30 a | talk 30-50 b"));
}

void TestRecord::conferenceWithoutFlagsIsConcluded()
{
    const Story story = recordStory(read(threeTogether("")));
    QCOMPARE(feltOf(story), std::string("talk 0-20 a | conference 20-30 a | talk 30-50 b"));
}

/// A consult transfer shows no hold and says "transfer": only the metric tells.
void TestRecord::consultTransferByMetric()
{
    const Story story = recordStory(read(threeTogether("false", R"({"name":"nConsult","value":1},{"name":"nConsultTransferred","value":1})")));
    QCOMPARE(linksOf(story), std::string("consult-transfer a>b 30 sure\n"));
    QCOMPARE(story.figures.transfers, 1);
}

/// One consult that nobody answered, one that was, then a blind transfer: with a hold, and without one where the metric alone tells.
void TestRecord::whoIsConsultedIsNoFreshAnswer()
{
    const auto call = [](const std::string &a, const std::string &metrics) {
        const std::string apart = R"("conference":false)";
        return conversation(participant("c", "customer", session("s-c", segment("interact", at("00"), at("50"), apart))) + ","
            + participant("a", "agent", session("s-a", a, R"("mediaType":"voice")" + (metrics.empty() ? std::string() : "," + metrics))) + ","
            + participant("b", "agent", session("s-b", segment("alert", at("12"), at("15"), R"("disconnectType":"client")"))) + ","
            + participant("d", "agent", session("s-d", segment("alert", at("16"), at("18")) + "," + segment("interact", at("18"), at("28"), apart))) + ","
            + participant("e", "agent", session("s-e", segment("alert", at("31"), at("32")) + "," + segment("interact", at("32"), at("50"), apart))));
    };
    const std::string talk = segment("interact", at("00"), at("10"), R"("conference":false)") + ",";
    const std::string last = segment("interact", at("29"), at("30"), R"("conference":false,"disconnectType":"transfer")");
    const Story held = recordStory(read(call(talk + segment("hold", at("10"), at("29")) + "," + last, "")));
    QCOMPARE(linksOf(held), std::string("consult a>b 12 likely\nconsult a>d 16 likely\nblind-transfer a>e 30 sure\n"));
    QCOMPARE(held.figures.humanAnswers, 2); // a and e
    QCOMPARE(held.figures.hold.us, Duration::seconds(19).us);
    QVERIFY(held.links.front().rule.ends_with("not answered"));

    const std::string metrics = R"("metrics":[{"name":"nConsult","value":1,"emitDate":")" + at("12") + R"("},{"name":"nBlindTransferred","value":1}])";
    const Story counted = recordStory(read(call(segment("interact", at("00"), at("30"), R"("conference":false,"disconnectType":"transfer")"), metrics)));
    QCOMPARE(linksOf(counted), std::string("consult a>b 12 likely\nconsult a>d 16 likely\nblind-transfer a>e 30 sure\n"));
    QCOMPARE(counted.figures.humanAnswers, 2);
    // What came before the platform counted a consult is none.
    std::string early = metrics;
    early.replace(early.find(at("12")), at("12").size(), at("25"));
    QVERIFY(linksOf(recordStory(read(call(talk + segment("interact", at("10"), at("30")), early)))).find("consult") == std::string::npos);
}

void TestRecord::aCountedConsultIsOfOneLeg_data()
{
    QTest::addColumn<QString>("metrics");
    QTest::addColumn<QString>("queue");
    QTest::addColumn<QString>("links");
    QTest::addColumn<int>("answers");
    const auto counts = [](const char *time, const char *value = "1") {
        return R"({"name":"nConsult","value":)" + QString::fromLatin1(value) + (*time ? R"(,"emitDate":")" + QString::fromStdString(at(time)) + '"' : QString()) + '}';
    };
    const QString none, b = QStringLiteral("consult a>b 10 likely\n"), d = QStringLiteral("consult a>d 30 likely\n"), c = QStringLiteral("consult a>e 18 likely\n");
    QTest::newRow("one") << counts("10") << none << b << 2;
    QTest::newRow("one, a little late") << counts("11.5") << none << b << 2;
    QTest::newRow("none, for its value is 0") << counts("10", "0") << none << none << 3;
    QTest::newRow("two, of the first and the last") << counts("10") + ',' + counts("29") << none << b + d << 1;
    QTest::newRow("two before the last") << counts("21") + ',' + counts("25") << none << d << 2;
    QTest::newRow("one without a time") << counts("") << none << b << 2;
    QTest::newRow("two without a time") << counts("", "2") << none << b + c << 2;
    QTest::newRow("two of one moment") << counts("10", "2") << none << b + c << 2;
    QTest::newRow("by way of a queue, where one did not answer") << counts("17") << QStringLiteral("17 29") << c + d << 2;
    QTest::newRow("where one did not answer, another queue before") << counts("17") << QStringLiteral("02 05") << c << 3;
}

/// An agent talks for a minute; others talk at 10 and at 30, one is called in vain at 18.
void TestRecord::aCountedConsultIsOfOneLeg()
{
    QFETCH(QString, metrics);
    QFETCH(QString, queue);
    QFETCH(QString, links);
    QFETCH(int, answers);
    const std::string apart = R"("conference":false)";
    std::string all = participant("c", "customer", session("s-c", segment("interact", at("00"), at("59"), apart))) + ","
        + participant("a", "agent", session("s-a", segment("interact", at("01"), at("59"), apart), R"("mediaType":"voice","metrics":[)" + metrics.toStdString() + "]")) + ","
        + participant("b", "agent", session("s-b", segment("interact", at("10"), at("12"), apart))) + ","
        + participant("e", "agent", session("s-e", segment("alert", at("18"), at("20")))) + ","
        + participant("d", "agent", session("s-d", segment("interact", at("30"), at("50"), apart)));
    if (!queue.isEmpty())
        all += "," + participant("q", "acd", session("s-q", segment("interact", at(queue.left(2).toStdString()), at(queue.right(2).toStdString()))));
    const Story story = recordStory(read(conversation(all)));
    QStringList consults;
    for (const QString &line : QString::fromStdString(linksOf(story)).split(QLatin1Char('\n'))) {
        if (line.startsWith(QLatin1String("consult ")))
            consults.push_back(line + QLatin1Char('\n'));
    }
    QCOMPARE(consults.join(QString()), links);
    QCOMPARE(story.figures.humanAnswers, answers);
    QCOMPARE(feltOf(story), std::string("talk 0-59 a"));
}

void TestRecord::whoWatchesOrBargesInIsNotConsulted()
{
    for (const char *metrics : {"", R"({"name":"nConsult","value":1})"}) {
        for (const std::string &watched : {segment("barging", at("20"), at("40")), segment("monitoring", at("15"), at("20")) + "," + segment("barging", at("20"), at("40")),
                                           segment("monitoring", at("15"), at("40"))}) {
            const Story story = recordStory(read(conversation(participant("c", "customer", session("s-c", segment("interact", at("00"), at("50")))) + ","
                + participant("a", "agent", session("s-a", segment("interact", at("00"), at("10")) + "," + segment("hold", at("10"), at("30")) + ","
                                                               + segment("interact", at("30"), at("50")), R"("mediaType":"voice","metrics":[)" + std::string(metrics) + "]")) + ","
                + participant("s", "agent", session("s-s", watched)))));
            QCOMPARE(linksOf(story), std::string());
            QCOMPARE(story.figures.humanAnswers, 1);
        }
    }
}

/// The agent is back with the customer at 30, whom he called hangs up later: where the record denies a conference, nobody else has talked
/// with the customer until the agent goes.
void TestRecord::whoWasCalledAsideStaysThere()
{
    const auto story = [](const char *flag, const char *aEnd, const char *bEnd, const char *purpose, const char *metrics) {
        return recordStory(read(conversation(participant("c", "customer", session("s-c", segment("interact", at("00"), at("50"), flag))) + ","
            + participant("a", "agent", session("s-a", segment("interact", at("00"), at("10"), flag) + "," + segment("hold", at("10"), at("30")) + ","
                                                           + segment("interact", at("30"), at(aEnd), flag), R"("mediaType":"voice","metrics":[)" + std::string(metrics) + "]")) + ","
            + participant("b", purpose, session("s-b", segment("alert", at("15"), at("18")) + "," + segment("interact", at("18"), at(bEnd), flag))))));
    };
    for (const char *metrics : {"", R"({"name":"nConsult","value":1})"}) {
        for (const char *purpose : {"agent", "external"}) {
            const Story back = story(R"("conference":false)", "50", "40", purpose, metrics);
            QCOMPARE(feltOf(back), std::string("talk 0-10 a | hold 10-30 a | talk 30-50 a"));
            QCOMPARE(back.figures.humanAnswers, 1);
        }
        const Story over = story(R"("conference":false)", "40", "50", "agent", metrics);
        QCOMPARE(feltOf(over), std::string("talk 0-10 a | hold 10-30 a | talk 30-40 a | talk 40-50 b"));
        QCOMPARE(over.figures.humanAnswers, 2);
    }
    QCOMPARE(feltOf(story(R"("score":1)", "50", "40", "agent", "")), std::string("talk 0-10 a | hold 10-30 a | conference 30-40 b | talk 40-50 a"));
    QCOMPARE(story(R"("score":1)", "50", "40", "agent", "").figures.humanAnswers, 2);
}

/// He is handed the customer.
void TestRecord::whoIsRungWhenTheOtherLeavesIsNotConsulted()
{
    const Story story = recordStory(read(conversation(participant("c", "customer", session("s-c", segment("interact", at("00"), at("50")))) + ","
        + participant("a", "agent", session("s-a", segment("interact", at("00"), at("10")) + "," + segment("hold", at("10"), at("20"), R"("disconnectType":"transfer")"))) + ","
        + participant("b", "agent", session("s-b", segment("alert", at("15"), at("20")) + "," + segment("interact", at("20"), at("50")))))));
    QCOMPARE(linksOf(story), std::string("blind-transfer a>b 20 sure\n"));
    QCOMPARE(story.figures.humanAnswers, 2);
}

/// In a conference nobody hears music while one of them holds; who is called after that does not talk with the customer.
void TestRecord::whoHoldsWhileAnOutsidePartyTalks()
{
    const auto story = [](const char *joined) {
        return recordStory(read(conversation(participant("c", "customer", session("s-c", segment("interact", at("00"), at("50")))) + ","
            + participant("a", "agent", session("s-a", segment("interact", at("00"), at("20")) + "," + segment("hold", at("20"), at("35")) + ","
                                                           + segment("interact", at("35"), at("50")))) + ","
            + participant("x", "external", session("s-x", segment("interact", at(joined), at("50")))))));
    };
    QCOMPARE(story("10").figures.hold.us, std::int64_t(0));
    QCOMPARE(story("10").figures.talk.us, Duration::seconds(50).us);
    QCOMPARE(story("25").figures.hold.us, Duration::seconds(15).us);
}

/// Its segments name the queue that was called.
void TestRecord::aCustomerHasNoQueuesName()
{
    const std::string talk = segment("interact", at("00"), at("50"), R"("queueId":"e535e3d0-6c99")");
    const auto customer = [&](const std::string &more) { return recordStory(read(conversation(participant("c", "customer", session("s-c", talk, more))))).customer; };
    QCOMPARE(customer(R"("mediaType":"message","addressFrom":"7b5e4bcc-1111")"), std::string("7b5e4bcc-1111"));
    QVERIFY(customer(R"("mediaType":"message")").empty());
}

void TestRecord::largeNumbers()
{
    const Story story = recordStory(read(conversation(participant("c", "customer",
        session("s", segment("interact", "2000-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"))))));
    QCOMPARE(sumSegments(story).total.us, std::int64_t{7'258'118'399'999'999} - 946'684'800'000'000);
}

void TestRecord::aLineOfSegmentsIsOneLine()
{
    const Record record = read(R"({"conversationId":"I\u001b[31m\t\n\u202ex","participants":[]})");
    QCOMPARE(segmentLine(record), std::string("I [31m     x\t0\t0\n"));
}

void TestRecord::events()
{
    const std::vector<Event> events = recordEvents(read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")")), kZero);
    QCOMPARE(events.size(), std::size_t{5 * 4 + 11 * 2 + 1}); // joined, added, removed, left for each; two boundaries a segment; the end
    for (const Event &e : events) {
        QCOMPARE(e.provenance, Provenance::Import);
        QCOMPARE(e.received, kZero);
        QCOMPARE(e.interaction.value, std::string("I"));
        QCOMPARE(e.content, hash128(e.raw));
    }
    const Event &start = *std::find_if(events.begin(), events.end(), [](const Event &e) { return e.id.value == "record:s-q:1:start"; });
    QCOMPARE(start.raw, std::string(R"({"id":"record:s-q:1:start","timestamp":"2027-01-15T08:00:04.100Z","type":"segment-start","data":)"
        R"({"interactionId":"I","participantId":"q","channelId":"s-q","purpose":"acd","mediaType":"voice","state":"interact","queueId":"Q1",)"
        R"("segment":{"segmentType":"interact","segmentStart":"2027-01-15T08:00:04.1Z","segmentEnd":"2027-01-15T08:00:18.02Z",)"
        R"("disconnectType":"transfer","queueId":"Q1"}}})"));
}

void TestRecord::eventsAreReadAlikeByTheDecoder()
{
    StreamingDecoder decoder;
    for (const Event &e : recordEvents(read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")")), kZero)) {
        const auto decoded = decoder.decodeStored(e.raw, e.received, e.provenance);
        QVERIFY2(decoded.has_value(), e.raw.c_str());
        QCOMPARE(decoded->id, e.id);
        QCOMPARE(decoded->interaction, e.interaction);
        QCOMPARE(decoded->participant, e.participant);
        QCOMPARE(decoded->channel, e.channel);
        QCOMPARE(decoded->kind, e.kind);
        QCOMPARE(decoded->type, e.type);
        QCOMPARE(decoded->time, e.time);
        QCOMPARE(decoded->marks, e.marks);
        QCOMPARE(decoded->content, e.content);
        QCOMPARE(decoded->raw, e.raw);
        QVERIFY2(decoded->facts == e.facts, e.raw.c_str());
        QCOMPARE(std::string(decoded->data()), std::string(e.data()));
    }
}

void TestRecord::eventsOfTwoExportsShareIds()
{
    const auto ids = [](const Record &record) {
        std::set<std::string> all;
        for (const Event &e : recordEvents(record, kZero))
            all.insert(e.id.value);
        return all;
    };
    const auto early = ids(read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")")));
    const auto late = ids(read(call(R"("conversationEnd":"2027-01-15T08:00:50Z","tag":[1,2])")));
    QCOMPARE(early, late);
}

void TestRecord::idsAreUniqueWhateverTheRecordSays()
{
    const std::string twice = participant("p", "agent", session("s", segment("interact", at("01"), at("02"))) + "," + session("s", segment("hold", at("02"), at("03"))));
    const Record record = read(conversation(twice + "," + twice + "," + participant("", "agent", session("", segment("hold", at("02"), at("03"))))));
    std::set<std::string> ids;
    const std::vector<Event> events = recordEvents(record, kZero);
    for (const Event &e : events)
        QVERIFY2(ids.insert(e.id.value).second, e.id.value.c_str());
    QCOMPARE(recordStory(record).participants.size(), std::size_t{3});
}

void TestRecord::eventsTellTheSameStory()
{
    const Record record = read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")"));
    const std::vector<PlacedEvent> events = placed(recordEvents(record, kZero));
    const Story story = correlate(events);
    QCOMPARE(feltOf(story), feltOf(recordStory(record)));
    QCOMPARE(linksOf(story), linksOf(recordStory(record)));
    QCOMPARE(story.figures.humanAnswers, 1);
    QCOMPARE(story.end.has_value(), true);
}

void TestRecord::openConversationStaysOpen()
{
    const Record record = read(conversation(participant("c", "customer",
        session("s", segment("interact", at("01"), ""), R"("mediaType":"chat","direction":"inbound")"))
        + "," + participant("a", "agent", session("t", segment("alert", at("02"), at("04")) + "," + segment("interact", at("04"), "")))));
    const Story story = recordStory(record);
    QVERIFY(!story.end);
    QCOMPARE(feltOf(story), std::string("alert 1-4 a | talk 4-... a")); // a second with nobody there is a hand-over
    QVERIFY(!correlate(placed(recordEvents(record, kZero))).end);
}

void TestRecord::marksMoveToTheRecordsStory()
{
    const Record record = read(call(R"("conversationEnd":"2027-01-15T08:00:50Z")"));
    const std::vector<PlacedEvent> events = placed(recordEvents(record, kZero));
    Story story = recordStory(record);
    takeMarks(story, correlate(events));
    QCOMPARE(story.marks.size(), events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        QCOMPARE(story.marks[i].id, events[i].event->id);
        const int p = story.marks[i].participant; // the conversation's own bounds are nobody's
        QCOMPARE(p < 0 ? ParticipantId() : story.participants[static_cast<std::size_t>(p)].id, events[i].event->participant);
    }
}

void TestRecord::anythingSurvives_data()
{
    QTest::addColumn<QString>("json");
    QTest::newRow("participants of another type") << QStringLiteral(R"({"conversationId":"I","participants":{"a":1}})");
    QTest::newRow("odd elements") << QStringLiteral(R"({"conversationId":"I","participants":[1,null,"x",[],{},{"sessions":[1,{},{"segments":[1,{},[]]},{"segments":7}]}]})");
    QTest::newRow("wrong types") << QStringLiteral(R"({"conversationId":"I","participants":[{"participantId":7,"purpose":[],"sessions":[{"sessionId":{},"mediaType":1,"segments":[{"segmentType":3,"segmentStart":true,"conference":"yes"}]}]}]})");
    QTest::newRow("empty") << QStringLiteral(R"({"conversationId":"I","participants":[]})");
    QTest::newRow("escaped names") << QStringLiteral(R"({"\u0063onversationId":"I","participants":[{"sessions":[{"segments":[{"segment\u0054ype":"hold","segmentStart":"2027-01-15T08:00:01Z"}]}]}]})");
    QTest::newRow("self links") << QStringLiteral(R"({"conversationId":"I","participants":[{"purpose":"agent","sessions":[{"sessionId":"s","peerId":"s","segments":[{"segmentType":"interact","segmentStart":"2027-01-15T08:00:01Z","sourceConversationId":"I","destinationConversationId":"J"}]}]}]})");
    QTest::newRow("control characters") << QStringLiteral(R"({"conversationId":"I\u0000\n\ud800","participants":[{"participantId":"\u0000","sessions":[{"segments":[]}]}]})");
}

void TestRecord::anythingSurvives()
{
    QFETCH(QString, json);
    const Record record = read(json.toStdString());
    const Story story = recordStory(record);
    QCOMPARE(story.interaction, record.interaction);
    const std::vector<Event> events = recordEvents(record, kZero);
    for (const Event &e : events)
        QVERIFY(json::Reader().prepare(e.raw).has_value());
    const Story told = correlate(placed(events));
    QCOMPARE(told.marks.size(), events.size());
}

THREADLINE_TEST_MAIN(TestRecord)
#include "test_record.moc"
