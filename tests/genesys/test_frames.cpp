// SPDX-License-Identifier: GPL-3.0-or-later
/// What RFC 6455 lets a server send and what it forbids, each in one piece, byte by byte and in pieces of any size.
#include "core/genesys/floodwatch.h"
#include "core/genesys/frames.h"
#include "tests/support/serverframes.h"
#include "tests/support/testmain.h"

#include <rapidcheck.h>

#include <functional>
#include <random>

using namespace threadline;
using namespace threadline::test;

namespace {

constexpr std::size_t kMost = 70'000;

std::string shortened(const std::string &payload) { return payload.size() <= 40 ? payload : std::to_string(payload.size()) + " bytes"; }

std::string told(const FrameEvent &event)
{
    switch (event.kind) {
    case FrameEvent::Kind::Text: return "text " + shortened(event.payload);
    case FrameEvent::Kind::Binary: return "binary " + shortened(event.payload);
    case FrameEvent::Kind::Ping: return "ping " + shortened(event.payload);
    case FrameEvent::Kind::Pong: return "pong " + shortened(event.payload);
    case FrameEvent::Kind::Close: return "close " + std::to_string(event.code) + " " + shortened(event.payload);
    case FrameEvent::Kind::Failed: break;
    }
    return "failed " + std::to_string(event.code) + " " + event.payload;
}

/// What comes of `bytes`, in pieces of the sizes that `size` gives; "..." behind it: something has begun and not ended.
std::vector<FrameEvent> eventsOf(std::string_view bytes, const std::function<std::size_t()> &size, bool *open = nullptr)
{
    FrameReader reader(kMost);
    std::vector<FrameEvent> out;
    while (!bytes.empty()) {
        const std::string piece(bytes.substr(0, size())); // its own memory: nothing may look beyond it
        bytes.remove_prefix(piece.size());
        reader.feed(piece);
        while (auto event = reader.next())
            out.push_back(std::move(*event));
    }
    if (open)
        *open = reader.inTheMiddle();
    return out;
}

std::string outcome(std::string_view bytes, const std::function<std::size_t()> &size)
{
    bool open = false;
    std::string out;
    for (const FrameEvent &event : eventsOf(bytes, size, &open))
        out.append(out.empty() ? "" : " | ").append(told(event));
    return open ? out + "..." : out;
}

std::string character(std::uint32_t code)
{
    if (code < 0x80)
        return {static_cast<char>(code)};
    if (code < 0x800)
        return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
    if (code < 0x10000)
        return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    return {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
            static_cast<char>(0x80 | (code & 0x3F))};
}

/// Undoes what a client writes: the payload of its one frame.
std::string unmasked(const std::string &frame, std::size_t headSize)
{
    std::string out = frame.substr(headSize);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ frame[headSize - 4 + i % 4]);
    return out;
}

} // namespace

class TestFrames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void framesThatBringNothingAreCounted()
    {
        FrameReader reader(kMost);
        const std::string bytes = serverFrame(1, "a") + serverFrame(9, "p") + serverFrame(1, "b", false) + serverFrame(10, "") + serverFrame(0, "", false)
            + serverFrame(0, "c") + serverFrame(1, "");
        reader.feed(bytes);
        while (reader.next()) { }
        QCOMPARE(reader.idleFrames(), 4U);
    }

    /// So many a second, second by second: a burst is none, however large, and neither is what comes behind a pause.
    void aFloodLasts()
    {
        const auto seconds = [](int n) { return Duration::seconds(n); };
        FloodWatch steady, pauses, burst, calm, slower, nowAndThen;
        for (std::int64_t n = 1; n <= 100; ++n)
            QVERIFY(!slower.isFlood(static_cast<std::uint64_t>(n) * 1'140, Duration::millis(n * 1'900))); // 600 a second
        std::uint64_t sent = 0;
        bool left = false;
        for (int n = 1; n <= 60; ++n) {
            sent += n % 10 == 0 ? 900 : 100'000;
            left = left || nowAndThen.isFlood(sent, seconds(n));
        }
        QVERIFY(left);
        for (int n = 1; n <= 30; ++n) {
            const auto frames = static_cast<std::uint64_t>(n) * 1'001;
            QCOMPARE(steady.isFlood(frames, seconds(n)), n >= 10);
            QVERIFY(!pauses.isFlood(frames, seconds(n + n / 8 * 100)));
            QVERIFY(!burst.isFlood(1'000'000, seconds(n)));
            QVERIFY(!calm.isFlood(static_cast<std::uint64_t>(n) * 1'000, seconds(n)));
        }
        FloodWatch inTurn, nowAndThenABurst, afterQuiet;
        sent = 0;
        left = false;
        for (int n = 1; n <= 60; ++n) { // a second without bounds, then two of rest
            sent += n % 3 == 1 ? 100'000 : 0;
            left = left || inTurn.isFlood(sent, seconds(n));
        }
        QVERIFY(left);
        sent = 0;
        for (int n = 1; n <= 600; ++n) {
            sent += n % 30 == 0 ? 1'000'000 : 1;
            QVERIFY(!nowAndThenABurst.isFlood(sent, seconds(n)));
        }
        QVERIFY(!afterQuiet.isFlood(1, seconds(3600)));
        for (int n = 1; n <= 20; ++n) // what was quiet before is no credit
            QCOMPARE(afterQuiet.isFlood(static_cast<std::uint64_t>(n) * 5'000, seconds(3600 + n)), n >= 10);
        FloodWatch early;
        QVERIFY(!early.isFlood(1'000'000'000, Duration::millis(999)));
    }

    void whatAServerSends_data();
    void whatAServerSends()
    {
        QFETCH(std::string, bytes);
        QFETCH(std::string, expected);
        QCOMPARE(QString::fromStdString(outcome(bytes, [&] { return bytes.size(); })), QString::fromStdString(expected));
        QCOMPARE(QString::fromStdString(outcome(bytes, [] { return 1; })), QString::fromStdString(expected));
        std::mt19937 random(1);
        for (int i = 0; i < 50; ++i) {
            const std::size_t most = 1 + random() % (i % 2 == 0 ? 9 : bytes.size() + 1);
            QCOMPARE(QString::fromStdString(outcome(bytes, [&] { return 1 + random() % most; })), QString::fromStdString(expected));
        }
    }

    /// Every close code, beside a list written down from RFC 6455 section 7.4.
    void closeCodes()
    {
        for (int code = 0; code <= 0xffff; ++code) {
            const bool fine = (code >= 1000 && code <= 1004) || (code >= 1007 && code <= 1014) || (code >= 1016 && code <= 4999);
            const auto events = eventsOf(serverClose(code, "why"), [] { return 200; });
            QCOMPARE(events.size(), std::size_t(1));
            QCOMPARE(events[0].kind, fine ? FrameEvent::Kind::Close : FrameEvent::Kind::Failed);
            QCOMPARE(events[0].code, fine ? code : kProtocolError);
        }
    }

    /// Every first byte of a frame, at the beginning and within a message.
    void firstBytes()
    {
        for (int first = 0; first < 256; ++first) {
            const int opcode = first & 15;
            const bool fin = first >= 0x80, known = opcode <= 2 || (opcode >= 8 && opcode <= 10), control = opcode >= 8;
            const std::string frame{static_cast<char>(first), '\0'};
            for (const bool within : {false, true}) {
                const bool fine = (first & 0x70) == 0 && known && (control ? fin : within == (opcode == 0));
                const auto events = eventsOf((within ? serverFrame(1, "a", false) : "") + frame, [] { return 200; });
                const bool failed = !events.empty() && events.back().kind == FrameEvent::Kind::Failed;
                QVERIFY2(failed != fine, qPrintable(QString::number(first, 16)));
                QVERIFY(!failed || events.back().code == kProtocolError);
            }
        }
    }

    /// Any messages, in fragments that end anywhere, with control frames between them, in pieces of any size: the same messages.
    void messagesComeThrough()
    {
        QVERIFY(rc::check([](unsigned seed) {
            std::mt19937 random(seed);
            std::string wire, expected;
            const auto controls = [&] {
                while (random() % 4 == 0) {
                    const std::string payload(random() % 126, static_cast<char>('a' + random() % 26));
                    wire += serverFrame(random() % 2 ? 9 : 10, payload);
                    expected += (wire[wire.size() - payload.size() - 2] == '\x89' ? "ping " : "pong ") + payload + "\n";
                }
            };
            for (auto n = random() % 6; n > 0; --n) {
                const bool text = random() % 3 != 0;
                const std::size_t sizes[] = {0, 1, 125, 126, 127, 65'535, 65'536, random() % 300, random() % 2000};
                std::string message;
                for (const std::size_t size = sizes[random() % std::size(sizes)]; message.size() < size;) {
                    const auto code = static_cast<std::uint32_t>(random() >> random() % 32);
                    const bool aCharacter = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
                    message += text ? character(aCharacter ? code : 'x') : std::string(1, static_cast<char>(random()));
                }
                bool first = true;
                for (std::string_view left = message;;) {
                    controls();
                    const std::size_t size = random() % 2 ? left.size() : random() % (1 + std::min<std::size_t>(left.size(), random() % 2 ? 3 : 999));
                    const bool last = size == left.size() && random() % 4 != 0;
                    wire += serverFrame(first ? (text ? 1 : 2) : 0, left.substr(0, size), last);
                    left.remove_prefix(size);
                    first = false;
                    if (last)
                        break;
                }
                expected += (text ? "text " : "binary ") + message + "\n";
            }
            std::string got;
            bool open = true;
            for (const FrameEvent &event : eventsOf(wire, [&] { return 1 + random() % (random() % 8 == 0 ? 100'000 : 7); }, &open)) {
                RC_ASSERT(event.kind != FrameEvent::Kind::Failed && event.kind != FrameEvent::Kind::Close);
                const FrameEvent whole{event.kind, {}, 0};
                got += told(whole) + event.payload + "\n";
            }
            RC_ASSERT(got == expected);
            RC_ASSERT(wire.empty() || !open);
        }));
    }

    /// A message that came in many fragments is as small as one that came whole.
    void holdsNoMoreThanTheMessage()
    {
        std::string wire;
        for (int i = 0; i < 40'000; ++i)
            wire += serverFrame(i == 0 ? 1 : 0, "x", i == 39'999);
        const auto events = eventsOf(wire, [] { return 4096; });
        QCOMPARE(events.size(), std::size_t(1));
        QVERIFY(events[0].payload.capacity() <= 40'000 * 5 / 4);
    }

    void clientFrames()
    {
        for (const std::size_t size : {0, 1, 125, 126, 65'535, 65'536, 70'000}) {
            const std::string payload(size, 'p');
            const std::string frame = clientFrame(FrameKind::Text, payload, 0x12345678);
            const std::size_t head = 6 + (size < 126 ? 0 : size < 65'536 ? 2 : 8);
            QCOMPARE(frame.size(), head + size);
            QCOMPARE(frame[0], '\x81');
            QCOMPARE(static_cast<unsigned char>(frame[1]), size < 126 ? 0x80 | size : size < 65'536 ? 0xfe : 0xff);
            QCOMPARE(frame.substr(head - 4, 4), std::string("\x12\x34\x56\x78"));
            QCOMPARE(unmasked(frame, head), payload);
        }
    }

    /// RFC 6455 section 5.7: "Hello", masked.
    void exampleOfTheStandard()
    {
        QCOMPARE(clientFrame(FrameKind::Text, "Hello", 0x37fa213d), std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
    }

    void closingPayloads()
    {
        QCOMPARE(closePayload(0, "ignored"), std::string());
        QCOMPARE(closePayload(1000, "bye"), std::string("\x03\xe8" "bye"));
        QCOMPARE(closePayload(1000, std::string(200, 'x')).size(), std::size_t(125));
        // A character that does not fit whole is left out.
        QCOMPARE(closePayload(1000, std::string(122, 'x') + "\xC3\xA4").size(), std::size_t(124));
    }
};

void TestFrames::whatAServerSends_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *name, const std::string &bytes, const std::string &expected) { QTest::newRow(name) << bytes << expected; };
    const auto text = [](std::string_view payload, bool fin = true) { return serverFrame(1, payload, fin); };
    const auto more = [](std::string_view payload, bool fin = true) { return serverFrame(0, payload, fin); };

    // What is allowed.
    row("nothing", "", "");
    row("a text", text("hello"), "text hello");
    row("an empty text", text(""), "text ");
    row("a NUL", text(std::string_view("a\0b", 3)), std::string("text a\0b", 8));
    row("binary, not UTF-8", serverFrame(2, "\xFF\xC3"), "binary \xFF\xC3");
    row("two messages", text("a") + serverFrame(2, "b"), "text a | binary b");
    row("125 bytes", text(std::string(125, 'x')), "text 125 bytes");
    row("126 bytes", text(std::string(126, 'x')), "text 126 bytes");
    row("65535 bytes", text(std::string(65'535, 'x')), "text 65535 bytes");
    row("65536 bytes", text(std::string(65'536, 'x')), "text 65536 bytes");
    row("as large as may be", text(std::string(kMost, 'x')), "text 70000 bytes");
    row("fragments", text("a", false) + more("b", false) + more("c"), "text abc");
    row("empty fragments", text("", false) + more("", false) + more("x", false) + more("", false) + more(""), "text x");
    row("binary fragments", serverFrame(2, "\xC3", false) + more("\xFF"), "binary \xC3\xFF");
    row("a fragment ends inside a character of two bytes", text("\xC3", false) + more("\xA4"), "text \xC3\xA4");
    row("inside one of three", text("\xE2", false) + more("\x82", false) + more("\xAC"), "text \xE2\x82\xAC");
    row("inside one of four", text("\xF0\x9F", false) + more("\x98", false) + more("", false) + more("\x80"), "text \xF0\x9F\x98\x80");
    row("fragments with a ping inside a character", text("\xC3", false) + serverFrame(9, "p") + more("\xA4"), "ping p | text \xC3\xA4");
    row("the lowest and the highest of each length", text("\x01\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
        "text \x01\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
    row("ping, pong", serverFrame(9, "a") + serverFrame(10, ""), "ping a | pong ");
    row("a ping of 125 bytes", serverFrame(9, std::string(125, 'p')), "ping 125 bytes");
    row("a ping of any bytes", serverFrame(9, "\xFF"), "ping \xFF");
    row("close", serverFrame(8, ""), "close 0 ");
    row("close with a code", serverClose(1000), "close 1000 ");
    row("close with a reason", serverClose(1001, "restart \xC3\xA4"), "close 1001 restart \xC3\xA4");
    row("close with the longest reason", serverClose(1001, std::string(123, 'r')), "close 1001 123 bytes");
    row("close within a message", text("a", false) + serverClose(1001), "close 1001 ");
    row("codes of later documents", serverClose(1012), "close 1012 ");
    row("nothing is read behind a close", serverClose(1000) + text("late") + "\xFF\xFF", "close 1000 ");

    // What has not ended yet.
    row("half a head", text("hello").substr(0, 1), "...");
    row("half a length", text(std::string(300, 'x')).substr(0, 3), "...");
    row("half a payload", text("hello").substr(0, 4), "...");
    row("half a message", text("hello", false), "...");
    row("half a message and a ping", text("hello", false) + serverFrame(9, ""), "ping ...");
    row("half a character", text("\xC3", false), "...");

    // What is forbidden (section 5.2 to 5.6).
    row("RSV1: compression was not agreed upon", encoded({.rsv = 4, .payload = "x"}), "failed 1002 a frame with bits of an extension that was not agreed upon");
    row("RSV2", encoded({.rsv = 2, .payload = "x"}), "failed 1002 a frame with bits of an extension that was not agreed upon");
    row("RSV3 in a ping", encoded({.opcode = 9, .rsv = 1}), "failed 1002 a frame with bits of an extension that was not agreed upon");
    row("reserved data frame", serverFrame(3, ""), "failed 1002 a frame of the reserved kind 3");
    row("reserved control frame", serverFrame(11, ""), "failed 1002 a frame of the reserved kind 11");
    row("masked", encoded({.masked = true, .payload = "x"}), "failed 1002 a masked frame, which only a client may send");
    row("masked ping", encoded({.opcode = 9, .masked = true}), "failed 1002 a masked frame, which only a client may send");
    row("a ping in fragments", serverFrame(9, "", false), "failed 1002 a control frame in fragments");
    row("a close in fragments", serverFrame(8, "", false), "failed 1002 a control frame in fragments");
    row("a ping of 126 bytes", serverFrame(9, std::string(126, 'p')), "failed 1002 a control frame of more than 125 bytes");
    row("a ping that announces much", encoded({.opcode = 9, .lengthBytes = 8, .announced = 1}), "failed 1002 a control frame of more than 125 bytes");
    row("a continuation of nothing", more("x"), "failed 1002 a continuation of no message");
    row("a continuation after the end", text("a") + more("x"), "text a | failed 1002 a continuation of no message");
    row("a continuation after fragments", text("a", false) + more("b") + more("c"), "text ab | failed 1002 a continuation of no message");
    row("a message within another", text("a", false) + text("b"), "failed 1002 a new message within another");
    row("binary within a text", text("a", false) + serverFrame(2, "b", false), "failed 1002 a new message within another");
    row("126 in two bytes too few", encoded({.lengthBytes = 2, .payload = "x"}), "failed 1002 a length in more bytes than it takes");
    row("125 in two bytes", encoded({.lengthBytes = 2, .announced = 125}), "failed 1002 a length in more bytes than it takes");
    row("65535 in eight bytes", encoded({.lengthBytes = 8, .announced = 65'535}), "failed 1002 a length in more bytes than it takes");
    row("nothing in eight bytes", encoded({.lengthBytes = 8}), "failed 1002 a length in more bytes than it takes");
    row("the highest bit of a length", encoded({.lengthBytes = 8, .announced = 1ull << 63}), "failed 1002 a length above what there is");
    row("one byte too much", encoded({.announced = kMost + 1}), "failed 1009 a message of more than 70000 bytes");
    row("far too much", encoded({.announced = (1ull << 63) - 1}), "failed 1009 a message of more than 70000 bytes");
    row("one byte too much in fragments", text(std::string(kMost, 'x'), false) + more("y"), "failed 1009 a message of more than 70000 bytes");
    row("binary too large", encoded({.opcode = 2, .announced = kMost + 1}), "failed 1009 a message of more than 70000 bytes");
    row("a close of one byte", serverFrame(8, "x"), "failed 1002 a close frame of one byte");
    row("code 0", serverClose(0), "failed 1002 the close code 0, which no frame may carry");
    row("code 999", serverClose(999), "failed 1002 the close code 999, which no frame may carry");
    row("code 1005", serverClose(1005), "failed 1002 the close code 1005, which no frame may carry");
    row("code 1006", serverClose(1006), "failed 1002 the close code 1006, which no frame may carry");
    row("code 1015", serverClose(1015), "failed 1002 the close code 1015, which no frame may carry");
    row("code 5000", serverClose(5000), "failed 1002 the close code 5000, which no frame may carry");
    row("a reason that is not UTF-8", serverClose(1000, "\xC3("), "failed 1007 a reason for closing that is not UTF-8");
    row("a reason cut inside a character", serverClose(1000, "\xC3"), "failed 1007 a reason for closing that is not UTF-8");
    for (const char *bad : {"\xC3(", "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xF0\x9F\x98"}) {
        const std::string name = "not UTF-8: " + QByteArray(bad).toHex().toStdString();
        row(name.c_str(), text("ok") + text(std::string("before ") + bad), "text ok | failed 1007 a text that is not UTF-8");
    }
    row("not UTF-8 in a fragment, before the message ends", text("ok", false) + more("\xFF", false), "failed 1007 a text that is not UTF-8");
    row("a character that the next fragment breaks", text("\xE2", false) + more("x"), "failed 1007 a text that is not UTF-8");
    row("a character that never ends", text("\xE2", false) + more("\x82"), "failed 1007 a text that is not UTF-8");
    row("a surrogate across fragments", text("\xED", false) + more("\xA0\x80"), "failed 1007 a text that is not UTF-8");
    row("nothing is read behind a failure", more("x") + text("late"), "failed 1002 a continuation of no message");
}

THREADLINE_TEST_MAIN(TestFrames)
#include "test_frames.moc"
