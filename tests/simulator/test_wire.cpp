// SPDX-License-Identifier: GPL-3.0-or-later
/// HTTP and WebSocket bytes, as the simulator's server reads and writes them.
#include "core/simulator/http.h"
#include "core/simulator/wire.h"
#include "tests/support/testmain.h"

using namespace threadline::sim;

namespace {

/// A frame as a client sends it.
std::string clientFrame(unsigned first, std::string_view payload, bool masked = true)
{
    std::string out(1, static_cast<char>(first));
    const auto mask = static_cast<char>(masked ? 0x80 : 0);
    if (payload.size() < 126) {
        out += static_cast<char>(mask | static_cast<char>(payload.size()));
    } else {
        out += static_cast<char>(mask | char{126});
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size() & 0xFF);
    }
    const std::string key = "\x12\x34\x56\x78";
    if (masked)
        out += key;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += masked ? static_cast<char>(payload[i] ^ key[i % 4]) : payload[i];
    return out;
}

} // namespace

class TestWire : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void acceptsTheKeyOfTheStandard() { QCOMPARE(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")); }

    void writesFrameHeads()
    {
        QCOMPARE(frameHead(Opcode::Text, 5), std::string("\x81\x05"));
        QCOMPARE(frameHead(Opcode::Text, 126), std::string("\x81\x7e\x00\x7e", 4));
        QCOMPARE(frameHead(Opcode::Binary, 65'536), std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
        QCOMPARE(closePayload(1001, "away"), std::string("\x03\xe9") + "away");
    }

    void readsFramesHoweverTheyAreCut()
    {
        const std::string bytes = clientFrame(0x81, "hello") + clientFrame(0x01, "one, ") + clientFrame(0x89, "ping") + clientFrame(0x80, "two")
            + clientFrame(0x82, std::string(300, 'x'));
        for (const std::size_t step : {std::size_t{1}, std::size_t{3}, bytes.size()}) {
            FrameReader reader;
            std::vector<FrameReader::Message> all;
            for (std::size_t at = 0; at < bytes.size(); at += step) {
                const auto some = reader.feed(std::string_view(bytes).substr(at, step));
                QVERIFY(some);
                all.insert(all.end(), some->begin(), some->end());
            }
            QCOMPARE(all.size(), 4u);
            QCOMPARE(all[0].payload, std::string("hello"));
            QVERIFY(all[1].opcode == Opcode::Ping && all[1].payload == "ping");
            QVERIFY(all[2].opcode == Opcode::Text && all[2].payload == "one, two");
            QVERIFY(all[3].opcode == Opcode::Binary && all[3].payload.size() == 300);
        }
    }

    void refusesBrokenFrames()
    {
        const std::string huge = std::string("\x81\xff\x00\x00\x00\x00\x7f\xff\xff\xff", 10) + "mask";
        for (const std::string &bytes : {clientFrame(0x81, "unmasked", false), clientFrame(0xC1, "reserved bit"), clientFrame(0x80, "continues nothing"),
                                         clientFrame(0x09, "fragmented ping"), clientFrame(0x89, std::string(126, 'x')), huge,
                                         clientFrame(0x01, "begun") + clientFrame(0x81, "begun again")}) {
            FrameReader reader;
            QVERIFY(!reader.feed(bytes));
        }
    }

    void readsRequests()
    {
        const std::string text = "POST /oauth/token?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length:  4 \r\nConnection: Keep-Alive, Upgrade\r\n\r\nbodyGET";
        for (std::size_t size = 0; size + 3 < text.size(); ++size)
            QVERIFY(parseRequest(text.substr(0, size)).state == HttpParse::State::Incomplete);
        const HttpParse parse = parseRequest(text);
        QVERIFY(parse.state == HttpParse::State::Complete);
        QCOMPARE(parse.used, text.size() - 3);
        QCOMPARE(parse.request.method, std::string("POST"));
        QCOMPARE(parse.request.path, std::string("/oauth/token"));
        QCOMPARE(parse.request.query, std::string("a=1"));
        QCOMPARE(parse.request.body, std::string("body"));
        QVERIFY(parse.request.headerHas("connection", "upgrade"));
    }

    void refusesWhatIsNoRequest()
    {
        for (const std::string &text :
             {std::string("hello\r\n\r\n"), std::string("GET x HTTP/1.1\r\n\r\n"), std::string("GET / HTTP/2\r\n\r\n"),
              std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"), std::string("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
              std::string("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"),
              std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), std::string(20'000, 'x')})
            QVERIFY2(parseRequest(text).state == HttpParse::State::Wrong, text.substr(0, 60).c_str());
    }

    void readsForms()
    {
        QCOMPARE(*formValue("a=1&b=x%20y+z%2B%", "b"), std::string("x y z+%"));
        QCOMPARE(*formValue("a=1&b", "b"), std::string());
        QVERIFY(!formValue("a=1", "b"));
    }

    void codesBase64()
    {
        for (const char *text : {"", "a", "ab", "abc", "abcd"}) {
            QCOMPARE(toBase64(text), QByteArray(text).toBase64().toStdString());
            QCOMPARE(*fromBase64(toBase64(text)), std::string(text));
        }
        QVERIFY(!fromBase64("a*b"));
    }
};

THREADLINE_TEST_MAIN(TestWire)
#include "test_wire.moc"
