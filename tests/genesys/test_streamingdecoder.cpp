// SPDX-License-Identifier: GPL-3.0-or-later
/// The decoder of the streaming protocol: what it reads, what it refuses, and that nothing foreign can hurt it.
#include "core/genesys/streamingdecoder.h"
#include "tests/support/testmain.h"

#include <rapidcheck.h>

#include <tuple>

using namespace threadline;

namespace {

constexpr Timestamp kNow{1'925'282'640'000'000};

const std::string kGood = R"({"id":"e1","timestamp":"2031-01-04T10:44:00.120Z","type":"interaction-updated","sequence":15,)"
                          R"("data":{"interactionId":"i1","participantId":"p1","channelId":"c1","purpose":"agent","mediaType":"voice",)"
                          R"("state":"held","direction":"inbound","userId":"u1","queueId":"q1","queueName":"Support","name":"Agent One"}})";

std::string message(const std::string &events) { return "{\"events\":[" + events + "]}"; }

Decoded decode(const std::string &text)
{
    StreamingDecoder decoder;
    Decoded out;
    decoder.decode(text, kNow, out);
    return out;
}

/// The good event with one part replaced.
std::string with(const std::string &part, const std::string &by)
{
    std::string text = kGood;
    const std::size_t at = text.find(part);
    Q_ASSERT(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

} // namespace

namespace {

/// All of an event but what only receiving can tell.
auto everything(const Event &e)
{
    return std::tuple(e.interaction, e.id, e.participant, e.channel, e.kind, e.type, e.time.us, e.sequence, e.provenance, e.received.us,
                      e.marks & ~Event::LoneSurrogate, e.facts, e.raw, e.dataOffset, e.dataSize);
}

} // namespace

class TestStreamingDecoder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsAll();
    void keepsDataAsReceived();
    void refuses_data();
    void refuses();
    void accepts_data();
    void accepts();
    void oneBadEventDoesNotPoison();
    void manyRefusedAreCounted();
    void brokenMessageIsSalvaged();
    void controlMessages();
    void ofSeveralListsTheLastCounts();
    void ofSeveralDataTheLastCounts();
    void tooLarge();
    void idIsMade();
    void storedIsReadBack();
    void anyBytes();
};

void TestStreamingDecoder::readsAll()
{
    const Decoded out = decode(message(kGood));
    QCOMPARE(out.events.size(), std::size_t(1));
    const Event &e = out.events.front();
    QCOMPARE(e.interaction.value, std::string("i1"));
    QCOMPARE(e.id.value, std::string("e1"));
    QCOMPARE(e.participant.value, std::string("p1"));
    QCOMPARE(e.channel.value, std::string("c1"));
    QCOMPARE(int(e.kind), int(Kind::Updated));
    QCOMPARE(formatTimestamp(e.time), std::string("2031-01-04T10:44:00.120Z"));
    QCOMPARE(e.sequence, std::optional<std::int64_t>(15));
    QCOMPARE(int(e.facts.state), int(State::Held));
    QCOMPARE(int(e.facts.purpose), int(Purpose::Agent));
    QCOMPARE(int(e.facts.media), int(Media::Voice));
    QCOMPARE(e.facts.queueName, std::string("Support"));
    QCOMPARE(e.facts.name, std::string("Agent One"));
    QCOMPARE(e.raw, kGood);
    QCOMPARE(e.content, hash128(kGood));
    QCOMPARE(e.marks, 0u);
}

void TestStreamingDecoder::keepsDataAsReceived()
{
    const std::string data = R"({ "interactionId" : "i", "n" : 1.10, "u":"\u00e9\/", "deep":{"a":[ 1, 2 ]} })";
    const Decoded out = decode(message(R"({"id":"x","timestamp":"2031-01-01T00:00:00Z","type":"t","data":)" + data + "}"));
    QCOMPARE(out.events.size(), std::size_t(1));
    const std::string_view minified = R"({"interactionId":"i","n":1.10,"u":"\u00e9\/","deep":{"a":[1,2]}})";
    QCOMPARE(out.events.front().data(), minified);
}

void TestStreamingDecoder::refuses_data()
{
    QTest::addColumn<QString>("event");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *name, const std::string &event, const char *reason) {
        QTest::newRow(name) << QString::fromStdString(event) << QString::fromLatin1(reason);
    };
    row("id is a number", with(R"("id":"e1")", R"("id":7)"), "bad-id");
    row("id is null", with(R"("id":"e1")", R"("id":null)"), "bad-id");
    row("id is empty", with(R"("id":"e1")", R"("id":"")"), "bad-id");
    row("no timestamp", with(R"("timestamp":"2031-01-04T10:44:00.120Z",)", ""), "no-timestamp");
    row("timestamp is a number", with(R"("2031-01-04T10:44:00.120Z")", "1620000000000"), "bad-timestamp");
    row("one-digit day", with("2031-01-04T", "2031-01-4T"), "bad-timestamp");
    row("year 0", with("2031-", "0000-"), "time-out-of-range");
    row("year 9999", with("2031-", "9999-"), "time-out-of-range");
    row("year 1999", with("2031-01-04T10:44:00.120Z", "1999-12-31T23:59:59.999Z"), "time-out-of-range");
    row("year 2200", with("2031-01-04T10:44:00.120Z", "2200-01-01T00:00:00Z"), "time-out-of-range");
    row("type is a number", with(R"("interaction-updated")", "5"), "bad-type");
    row("data is a string", R"({"id":"e","timestamp":"2031-01-01T00:00:00Z","type":"t","data":"x"})", "bad-data");
    row("no data", R"({"id":"e","timestamp":"2031-01-01T00:00:00Z","type":"t"})", "bad-data");
    row("interaction id is a number", with(R"("i1")", "1"), "bad-interaction");
    row("participant id is an object", with(R"("p1")", "{}"), "bad-interaction");
    row("names nothing", R"({"id":"e","timestamp":"2031-01-01T00:00:00Z","type":"t","data":{}})", "bad-interaction");
    row("a number", "42", "not-an-object");
    row("an array", "[[]]", "not-an-object");
}

void TestStreamingDecoder::refuses()
{
    QFETCH(QString, event);
    QFETCH(QString, reason);
    const Decoded out = decode(message(event.toStdString()));
    QVERIFY(out.events.empty());
    QCOMPARE(out.refused.size(), std::size_t(1));
    QCOMPARE(QString::fromStdString(out.refused.front().reason), reason);
    QVERIFY(!out.refused.front().detail.empty());
    QCOMPARE(out.refused.front().text, event.toStdString());
    QVERIFY(std::find(std::begin(StreamingDecoder::kReasons), std::end(StreamingDecoder::kReasons), reason.toStdString())
            != std::end(StreamingDecoder::kReasons));
}

void TestStreamingDecoder::accepts_data()
{
    QTest::addColumn<QString>("event");
    QTest::addColumn<uint>("marks");
    const auto row = [](const char *name, const std::string &event, unsigned marks) {
        QTest::newRow(name) << QString::fromStdString(event) << marks;
    };
    row("sequence is a string", with(":15,", ":\"15\","), Event::BadSequence);
    row("sequence is a fraction", with(":15,", ":15.0,"), Event::BadSequence);
    row("sequence is 2^53", with(":15,", ":9007199254740992,"), Event::BadSequence);
    row("sequence is -2^53", with(":15,", ":-9007199254740992,"), Event::BadSequence);
    row("sequence beyond 64 bits", with(":15,", ":99999999999999999999,"), Event::BadSequence);
    row("sequence is 2^53-1", with(":15,", ":9007199254740991,"), 0);
    row("negative sequence", with(":15,", ":-3,"), 0);
    row("unknown kind", with("interaction-updated", "interaction-teleported"), 0);
    row("unknown state", with("held", "levitating"), 0);
    row("state is a number", with(R"("held")", "9"), 0);
    row("lone surrogate", with("Agent One", "Agent\\ud800"), Event::LoneSurrogate);
    row("NUL in a name", with("Agent One", "Agent\\u0000"), 0);
    row("doubled id", with(R"("id":"e1")", R"("id":7,"id":"e1")"), Event::DuplicateMember);
    row("doubled interaction", with(R"("interactionId":"i1")", R"("interactionId":3,"interactionId":"i1")"), Event::DuplicateMember);
}

void TestStreamingDecoder::accepts()
{
    QFETCH(QString, event);
    QFETCH(uint, marks);
    const Decoded out = decode(message(event.toStdString()));
    QCOMPARE(out.refused.size(), std::size_t(0));
    QCOMPARE(out.events.size(), std::size_t(1));
    QCOMPARE(out.events.front().marks, marks);
    QCOMPARE(out.events.front().id.value, std::string("e1"));
    QCOMPARE(out.events.front().interaction.value, std::string("i1"));
    QCOMPARE(out.events.front().sequence.has_value(), (marks & Event::BadSequence) == 0);
}

void TestStreamingDecoder::oneBadEventDoesNotPoison()
{
    const Decoded out = decode(message(kGood + ",7," + with("e1", "e2") + "," + with("2031-", "0000-") + "," + with("e1", "e3")));
    QCOMPARE(out.events.size(), std::size_t(3));
    QCOMPARE(out.refused.size(), std::size_t(2));
}

/// Two bytes each, and none is kept whole: what a message is refused for takes no more memory than the message.
void TestStreamingDecoder::manyRefusedAreCounted()
{
    constexpr std::size_t kMany = 1'000'000;
    std::string elements = "7,";
    for (std::size_t n = 0; n < kMany; ++n)
        elements += n == 0 ? "{}" : ",{}";
    const Decoded out = decode(message(elements));
    QCOMPARE(out.refused.size(), kKeptRefused);
    QCOMPARE(out.refused.front().reason, std::string("not-an-object"));
    QCOMPARE(out.more.size(), std::size_t(1));
    QCOMPARE(std::string(out.more.front().reason), std::string("no-timestamp"));
    QCOMPARE(out.more.front().events, kMany + 1 - kKeptRefused);
    QVERIFY(out.events.capacity() < 16);
}

void TestStreamingDecoder::brokenMessageIsSalvaged()
{
    const Decoded out = decode(message(kGood + R"(,{"id":tru,"x"},)" + with("e1", "e2")));
    QCOMPARE(out.events.size(), std::size_t(2));
    QCOMPARE(out.events[0].raw, kGood);
    QCOMPARE(out.refused.size(), std::size_t(1));
    QCOMPARE(out.refused.front().reason, std::string("malformed"));

    const Decoded cut = decode(message(kGood + "," + with("e1", "e2")).substr(0, kGood.size() + 60));
    QCOMPARE(cut.events.size(), std::size_t(1)); // the whole one before the cut
    QCOMPARE(cut.refused.size(), std::size_t(1));

    const Decoded html = decode("<html>503</html>");
    QVERIFY(html.events.empty());
    QCOMPARE(html.refused.size(), std::size_t(1));
}

void TestStreamingDecoder::ofSeveralListsTheLastCounts()
{
    const std::string a = with("e1", "a"), b = with("e1", "b");
    const Decoded two = decode("{\"events\":[" + a + ",5],\"events\":[" + b + "]}");
    QCOMPARE(two.events.size(), std::size_t(1));
    QCOMPARE(two.events[0].id, EventId("b"));
    QCOMPARE(two.events[0].raw, b);
    QVERIFY(two.refused.empty());
    const Decoded none = decode("{\"events\":[" + a + "],\"events\":{\"x\":[1]},\"type\":\"t\"}");
    QVERIFY(none.events.empty() && !none.control);
    QCOMPARE(none.refused.size(), std::size_t(1));
    QCOMPARE(none.refused[0].reason, std::string("malformed"));
}

void TestStreamingDecoder::ofSeveralDataTheLastCounts()
{
    const std::string head = R"({"data":{"interactionId":"i0","participantId":"p0","state":"held","name":"One","ani":"tel:1"},)";
    const std::string rest = R"(,"id":"e1","timestamp":"2031-01-04T10:44:00Z","type":"t"})";
    const Decoded two = decode(message(head + R"("d\u0061ta":{"interactionId":"i1","userId":"u1"})" + rest));
    QCOMPARE(two.events.size(), std::size_t(1));
    const Event &e = two.events.front();
    Facts facts;
    facts.userId = "u1";
    QCOMPARE(e.interaction.value, std::string("i1"));
    QVERIFY(e.participant.empty());
    QVERIFY(e.facts == facts);
    QCOMPARE(e.received, kNow);
    QCOMPARE(std::string(e.data()), std::string(R"({"interactionId":"i1","userId":"u1"})"));
    QCOMPARE(e.marks, std::uint32_t(Event::DuplicateMember));
    const Decoded none = decode(message(head + "\"data\":[{}]" + rest));
    QVERIFY(none.events.empty());
    QCOMPARE(none.refused.front().reason, std::string("bad-data"));
    const Decoded last = decode(message(R"({"data":7,)" + head.substr(1, head.size() - 2) + rest));
    QCOMPARE(last.events.size(), std::size_t(1));
    QCOMPARE(last.events.front().interaction.value, std::string("i0"));
}

void TestStreamingDecoder::controlMessages()
{
    const Decoded out = decode(R"({"type":"subscribed","events":null})");
    QVERIFY(out.events.empty());
    const Decoded reply = decode(R"({"type":"heartbeat"})");
    QVERIFY(reply.control && reply.refused.empty());
    QCOMPARE(decode("[]").refused.size(), std::size_t(1));
    QCOMPARE(decode("{}").refused.size(), std::size_t(1));
    QCOMPARE(decode("{\"events\":[]}").refused.size(), std::size_t(0));
}

void TestStreamingDecoder::tooLarge()
{
    std::string big = message(kGood);
    big.resize(kMaxMessageBytes, ' ');
    const Decoded out = decode(big);
    QVERIFY(out.events.empty());
    QCOMPARE(out.refused.front().reason, std::string("too-large"));
    QCOMPARE(out.refused.front().text.size(), kKeptRefusedBytes);
    big.pop_back();
    QCOMPARE(decode(big).events.size(), std::size_t(1));
}

void TestStreamingDecoder::idIsMade()
{
    const std::string text = with(R"("id":"e1",)", "");
    const Decoded out = decode(message(text));
    QCOMPARE(out.events.size(), std::size_t(1));
    QCOMPARE(out.events.front().id.value, "h-" + hash128(text).hex());
    QVERIFY(out.events.front().has(Event::IdMade));
}

void TestStreamingDecoder::storedIsReadBack()
{
    const Decoded out = decode(message(with("One", "\\ud800 \\u00e9")));
    StreamingDecoder decoder;
    const auto again = decoder.decodeStored(out.events.front().raw, kNow, Provenance::Backfill);
    QVERIFY(again);
    QCOMPARE(again->raw, out.events.front().raw);
    QCOMPARE(again->facts, out.events.front().facts);
    QCOMPARE(again->content, out.events.front().content);
    QCOMPARE(again->marks, out.events.front().marks);
    QCOMPARE(int(again->provenance), int(Provenance::Backfill));
    QVERIFY(!decoder.decodeStored("{", kNow, Provenance::Live));

    std::string raw = "{", same = out.events.front().raw;
    Event recorded;
    QVERIFY(!decoder.decodeRecorded(raw, kNow, Provenance::Live, recorded));
    QCOMPARE(raw, std::string("{"));
    QVERIFY(decoder.decodeRecorded(same, kNow, Provenance::Backfill, recorded));
    QCOMPARE(recorded.raw, again->raw);
    std::string least = R"({"id":"e","timestamp":"2031-01-04T10:44:00Z","type":"x","data":{"participantId":"p"}})"; // nothing else may be left
    const auto fresh = decoder.decodeStored(least, kNow, Provenance::Live);
    QVERIFY(fresh && decoder.decodeRecorded(least, kNow, Provenance::Live, recorded));
    QVERIFY(everything(recorded) == everything(*fresh));
}

void TestStreamingDecoder::anyBytes()
{
    Event recorded; // used again and again: nothing of the one before may be left
    const bool ok = rc::check("any mutation of a message is decoded or refused, and every event kept is valid", [&recorded] {
        std::string text = message(kGood + "," + kGood);
        const int cuts = *rc::gen::inRange(1, 6);
        for (int i = 0; i < cuts; ++i) {
            const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
            text[at] = *rc::gen::arbitrary<char>();
        }
        const Decoded out = decode(text);
        StreamingDecoder decoder;
        for (const Event &e : out.events) {
            RC_ASSERT(!e.id.empty());
            RC_ASSERT(e.time >= kEarliestTime && e.time < kLatestTime);
            RC_ASSERT(e.dataOffset + e.dataSize <= e.raw.size());
            const auto stored = decoder.decodeStored(e.raw, kNow, Provenance::Live);
            RC_ASSERT(stored.has_value());
            std::string raw = e.raw;
            RC_ASSERT(decoder.decodeRecorded(raw, kNow, Provenance::Live, recorded).has_value());
            RC_ASSERT(everything(recorded) == everything(*stored));
        }
    });
    QVERIFY(ok);
}

THREADLINE_TEST_MAIN(TestStreamingDecoder)
#include "test_streamingdecoder.moc"
