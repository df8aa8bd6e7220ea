// SPDX-License-Identifier: GPL-3.0-or-later
/// Slicing, reading and writing JSON text.
#include "core/base/json.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <rapidcheck.h>

using namespace threadline;

class TestJson : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void minifies();
    void refuses_data();
    void refuses();
    void slicesMembers();
    void slicesElements();
    void readsScalars();
    void unescapes();
    void loneSurrogates();
    void salvages();
    void writesWhatQtReads();
    void slicesAnything();
    void cursorStaysInside();
    void depthLimit();
};

void TestJson::minifies()
{
    json::Reader reader;
    QCOMPARE(reader.prepare(" { \"a\" : [ 1 , \"x  y\" ] }\n").value(), std::string_view("{\"a\":[1,\"x  y\"]}"));
    QCOMPARE(reader.prepare("1.0e3").value(), std::string_view("1.0e3"));
    const std::string_view huge = "[99999999999999999999,-123456789012345678901234567890,\"a\\\"9\",1]";
    QCOMPARE(reader.prepare(huge).value(), huge); // as received
    QVERIFY(!reader.prepare("[99999999999999999999,01]"));
    QVERIFY(!reader.prepare("[00000000000000000000001]"));
}

void TestJson::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("blank") << QByteArray("  ");
    QTest::newRow("cut off") << QByteArray("{\"a\":");
    QTest::newRow("half a word") << QByteArray("{\"a\":tru}");
    QTest::newRow("bad UTF-8") << QByteArray("{\"a\":\"\xff\"}");
    QTest::newRow("raw NUL") << QByteArray("{\"a\":\"\0\"}", 9);
    QTest::newRow("leading zero") << QByteArray("{\"a\":01}");
    QTest::newRow("trailing comma") << QByteArray("[1,]");
    QTest::newRow("two values") << QByteArray("1 2");
    QTest::newRow("bad escape") << QByteArray("\"\\x\"");
    QTest::newRow("html") << QByteArray("<html></html>");
}

void TestJson::refuses()
{
    QFETCH(QByteArray, text);
    json::Reader reader;
    const auto prepared = reader.prepare({text.constData(), static_cast<std::size_t>(text.size())});
    QVERIFY(!prepared);
    QCOMPARE(prepared.error().code, ErrorCode::Malformed);
    QVERIFY(!prepared.error().message.empty());
}

void TestJson::slicesMembers()
{
    json::Reader reader;
    const auto text = reader.prepare(R"({"a":{"b":"}\"]"},"c\"d":[1,{"e":2}],"a":null})");
    QVERIFY(text);
    std::vector<json::Member> members;
    QVERIFY(reader.members(*text, members));
    QCOMPARE(members.size(), std::size_t(3));
    QCOMPARE(members[0].name, std::string_view("a"));
    QCOMPARE(members[0].value, std::string_view("{\"b\":\"}\\\"]\"}"));
    QCOMPARE(members[1].name, std::string_view("c\"d"));
    QCOMPARE(members[1].value, std::string_view("[1,{\"e\":2}]"));
    QCOMPARE(members[2].value, std::string_view("null"));
    QVERIFY(!reader.members("[1]", members));
}

void TestJson::slicesElements()
{
    json::Reader reader;
    const auto text = reader.prepare(R"([1,"a,b",[2,3],{},-4.5e+3,true])");
    QVERIFY(text);
    std::vector<std::string_view> elements;
    QVERIFY(reader.elements(*text, elements));
    const std::vector<std::string_view> expected = {"1", "\"a,b\"", "[2,3]", "{}", "-4.5e+3", "true"};
    QCOMPARE(elements, expected);
    elements.clear();
    const auto none = reader.prepare("[]");
    QVERIFY(reader.elements(*none, elements));
    QVERIFY(elements.empty());
}

void TestJson::readsScalars()
{
    QCOMPARE(json::intOf("9007199254740993"), std::optional<std::int64_t>(9007199254740993));
    QCOMPARE(json::intOf("-5"), std::optional<std::int64_t>(-5));
    for (const char *no : {"1.0", "1e3", "\"1\"", "99999999999999999999", "true", "null", ""})
        QVERIFY2(!json::intOf(no), no);
    QCOMPARE(json::boolOf("true"), std::optional<bool>(true));
    QVERIFY(!json::boolOf("1"));
    QCOMPARE(json::doubleOf("1e3"), std::optional<double>(1000));
    QVERIFY(!json::doubleOf("1e999"));
}

void TestJson::unescapes()
{
    const std::string escaped = R"("a\n\t\"\\\/\u00e9\ud83d\ude00")";
    QCOMPARE(json::stringOf(escaped).value(), std::string("a\n\t\"\\/é😀"));
    QCOMPARE(json::stringOf("\"\\u0000\"").value(), std::string(1, '\0'));
    QVERIFY(!json::stringOf("1"));
}

void TestJson::loneSurrogates()
{
    json::Reader reader;
    const auto text = reader.prepare(R"({"a":"x\ud800y","b":"\udc00\ud83d\ude00"})");
    QVERIFY(text);
    QVERIFY(reader.hadLoneSurrogate());
    const std::string_view asReceived = R"({"a":"x\ud800y","b":"\udc00\ud83d\ude00"})";
    QCOMPARE(*text, asReceived);
    QCOMPARE(json::stringOf("\"x\\ud800y\"").value(), std::string("x\xEF\xBF\xBDy"));
    QVERIFY(json::hasLoneSurrogate("\"\\ud800\""));
    QVERIFY(!json::hasLoneSurrogate("\"\\ud83d\\ude00\""));
    QVERIFY(!json::hasLoneSurrogate("\"\\\\ud800\""));
    QVERIFY(!reader.prepare("{\"a\":\"\\ud800\", oops}"));
}

void TestJson::salvages()
{
    const auto parts = json::salvageElements(R"({"x":{"events":[9]},"events":[{"a":1},{"b":tru},{"c":"]}"} ,{"d":)", "events");
    const std::vector<std::string_view> expected = {R"({"a":1})", R"({"b":tru})", R"({"c":"]}"})", R"({"d":)"};
    QCOMPARE(parts, expected);
    QVERIFY(json::salvageElements("<html>", "events").empty());
    QVERIFY(json::salvageElements("{\"events\":7}", "events").empty());
}

void TestJson::writesWhatQtReads()
{
    const bool ok = rc::check("a written string is read back by Qt", [] {
        const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
        std::string out;
        json::Writer w(out);
        w.beginObject();
        w.member("k", std::string_view(text));
        w.member("n", std::int64_t(-3));
        w.key("a");
        w.beginArray();
        w.value(true);
        w.null();
        w.value(1.5);
        w.endArray();
        w.endObject();
        const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(out)).object();
        RC_ASSERT(object["k"].toString().toStdString() == text);
        RC_ASSERT(object["a"].toArray().size() == 3);
    });
    QVERIFY(ok);
    std::string bad;
    json::appendString(bad, "a\xff\xc3(\xe2\x82");
    QVERIFY(!QJsonDocument::fromJson("[" + QByteArray::fromStdString(bad) + "]").isNull());
}

namespace {

/// Random JSON text of limited depth.
std::string randomJson(int depth)
{
    const int kind = *rc::gen::inRange(0, depth > 0 ? 6 : 4);
    switch (kind) {
    case 0: return "null";
    case 1: return std::to_string(*rc::gen::inRange(-1000, 1000));
    case 2: return "true";
    case 3: {
        std::string out;
        json::appendString(out, *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\"\\]}[{,:\n"))));
        return out;
    }
    default: break;
    }
    std::string out = kind == 4 ? "[" : "{";
    const int n = *rc::gen::inRange(0, 4);
    for (int i = 0; i < n; ++i) {
        out += i ? "," : "";
        if (kind == 5)
            out += "\"k" + std::to_string(i) + "\":";
        out += randomJson(depth - 1);
    }
    return out + (kind == 4 ? "]" : "}");
}

} // namespace

void TestJson::slicesAnything()
{
    const bool ok = rc::check("slices put together give the text again", [] {
        const std::string text = randomJson(4);
        json::Reader reader;
        const auto prepared = reader.prepare(text);
        RC_ASSERT(prepared.has_value());
        RC_ASSERT(*prepared == text);
        std::vector<std::string_view> elements;
        if (reader.elements(*prepared, elements)) {
            std::string joined = "[";
            for (std::size_t i = 0; i < elements.size(); ++i)
                joined.append(i ? "," : "").append(elements[i]);
            RC_ASSERT(joined + "]" == text);
        }
        std::vector<json::Member> members;
        if (reader.members(*prepared, members)) {
            std::string joined = "{";
            for (std::size_t i = 0; i < members.size(); ++i)
                joined.append(i ? "," : "").append("\"").append(members[i].name).append("\":").append(members[i].value);
            RC_ASSERT(joined + "}" == text);
        }
    });
    QVERIFY(ok);
}

void TestJson::cursorStaysInside()
{
    const bool ok = rc::check("a cursor over any bytes ends and never leaves them", [] {
        const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("{}[]\",:\\a1")));
        const std::string exact(text); // AddressSanitizer sees a step outside
        json::Cursor cursor(exact);
        if (!cursor.enterObject())
            cursor.enterArray();
        std::string_view name;
        for (std::size_t steps = 0; cursor.nextMember(name); ++steps) {
            RC_ASSERT(steps <= exact.size());
            cursor.skipValue();
        }
        RC_ASSERT(cursor.position() <= exact.data() + exact.size());
    });
    QVERIFY(ok);
}

void TestJson::depthLimit()
{
    json::Reader reader;
    const auto nested = [](int depth) { return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']'); };
    QVERIFY(reader.prepare(nested(json::kMaxDepth - 1)));
    QVERIFY(!reader.prepare(nested(json::kMaxDepth + 1)));
    QVERIFY(!reader.prepare(nested(1'000'000)));
    QVERIFY(reader.prepare("[1]")); // and goes on
}

THREADLINE_TEST_MAIN(TestJson)
#include "test_json.moc"
