// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers as servers and proxies send them, whole, cut and strange, in pieces of every size.
#include "core/net/replyreader.h"
#include "tests/support/testmain.h"

#include <rapidcheck.h>

using namespace threadline;
using State = ReplyReader::State;

namespace {

constexpr std::size_t kMost = 100;

/// What was understood: state, status, body, whether the connection stays.
struct Seen {
    State state;
    int status = 0;
    std::string body;
    bool keeps = false;
    bool operator==(const Seen &) const = default;
};

Seen seen(std::string_view bytes, bool ended, const std::vector<std::size_t> &sizes = {})
{
    ReplyReader reader(kMost);
    std::size_t at = 0;
    for (const std::size_t size : sizes) {
        const std::string_view piece = bytes.substr(at, 1 + size);
        at += piece.size();
        reader.feed(piece);
    }
    reader.feed(bytes.substr(at));
    if (ended)
        reader.end();
    return {reader.state(), reader.status(), reader.takeBody(), reader.keepsAlive()};
}

struct Case {
    const char *name;
    std::string bytes;
    bool ended;
    Seen expected;
};

std::vector<Case> cases()
{
    const std::string ok = "HTTP/1.1 200 OK\r\n", chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    return {
        {"nothing to say", "HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 1.6\r\n\r\n", false, {State::Whole, 204, "", true}},
        {"a length", ok + "Content-Length: 5\r\n\r\nhello", false, {State::Whole, 200, "hello", true}},
        {"no length", ok + "\r\nhello", true, {State::Whole, 200, "hello", false}},
        {"a length of none", ok + "content-length:0\r\n\r\n", false, {State::Whole, 200, "", true}},
        {"chunks", chunked + "5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n", false, {State::Whole, 200, "hello0123456789", true}},
        {"asks to go on", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", false,
         {State::Whole, 413, "no", false}},
        {"HTTP/1.0", "HTTP/1.0 503 Busy\r\nContent-Length: 1\r\n\r\nx", false, {State::Whole, 503, "x", false}},
        {"more behind it", ok + "Content-Length: 1\r\n\r\nxyz", false, {State::Whole, 200, "x", false}},
        {"not all of it", ok + "Content-Length: 9\r\n\r\nhello", false, {State::Reading, 200, "hello", false}},
        {"cut in the body", ok + "Content-Length: 9\r\n\r\nhello", true, {State::Cut, 200, "hello", false}},
        {"cut in a chunk", chunked + "5\r\nhel", true, {State::Cut, 200, "hel", false}},
        {"cut before the last chunk", chunked + "5\r\nhello\r\n", true, {State::Cut, 200, "hello", false}},
        {"cut in the head", ok + "Content-Le", true, {State::Broken, 0, "", false}},
        {"nothing at all", "", true, {State::Broken, 0, "", false}},
        {"too long", ok + "Content-Length: 200\r\n\r\n" + std::string(200, 'x'), false, {State::Cut, 200, std::string(kMost, 'x'), false}},
        {"endless", ok + "\r\n" + std::string(1000, 'x'), false, {State::Cut, 200, std::string(kMost, 'x'), false}},
        {"a chunk beyond all numbers", chunked + "ffffffffffffffffff\r\nx", false, {State::Cut, 200, "", false}},
        {"a chunk without a size", chunked + "\r\n", false, {State::Cut, 200, "", false}},
        {"a chunk's endless size", chunked + std::string(2000, '0'), false, {State::Cut, 200, "", false}},
        {"a negative length", ok + "Content-Length: -1\r\n\r\n", false, {State::Foreign, 200, "", false}},
        {"two Connection fields", ok + "Connection: x\r\nConnection: Close, y\r\nContent-Length: 1\r\n\r\nx", false, {State::Whole, 200, "x", false}},
        {"a Connection field that only holds the word", ok + "Connection: not-closed\r\nContent-Length: 1\r\n\r\nx", false,
         {State::Whole, 200, "x", true}},
        {"the same length twice", ok + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", false, {State::Whole, 200, "x", true}},
        {"two lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", false, {State::Foreign, 200, "", false}},
        {"a length and chunks", ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", false, {State::Whole, 200, "x", false}},
        {"chunks named in a second field", ok + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", false,
         {State::Whole, 200, "x", true}},
        {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", false, {State::Foreign, 0, "", false}},
        {"TLS", std::string("\x15\x03\x01\x00\x02\x02\x50", 7), false, {State::Foreign, 0, "", false}},
        {"no status", "HTTP/1.1 abc\r\n\r\n", false, {State::Foreign, 0, "", false}},
        {"an endless head", ok + "X: " + std::string(70'000, 'x'), false, {State::Foreign, 0, "", false}},
    };
}

} // namespace

class TestReplyReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answers_data()
    {
        QTest::addColumn<int>("number");
        int number = 0;
        for (const Case &c : cases())
            QTest::newRow(c.name) << number++;
    }

    /// Also in any pieces.
    void answers()
    {
        QFETCH(int, number);
        const Case c = cases()[static_cast<std::size_t>(number)];
        const Seen whole = seen(c.bytes, c.ended);
        QCOMPARE(int(whole.state), int(c.expected.state));
        QCOMPARE(whole.status, c.expected.status);
        QCOMPARE(whole.body, c.expected.body);
        QCOMPARE(whole.keeps, c.expected.keeps);
        QVERIFY(rc::check([&c, &whole](const std::vector<std::uint8_t> &sizes) {
            const std::vector<std::size_t> pieces(sizes.begin(), sizes.end());
            RC_ASSERT(seen(c.bytes, c.ended, pieces) == whole);
        }));
        QVERIFY(seen(c.bytes, c.ended, std::vector<std::size_t>(c.bytes.size(), 0)) == whole); // byte by byte
    }

    void headersAreFoundByLowerCaseNames()
    {
        ReplyReader reader(kMost);
        QVERIFY(!reader.hasBegun());
        reader.feed("HTTP/1.1 429 Slow\r\nRetry-AFTER: \t7 \r\nno colon\r\nX: a:b\r\nContent-Length: 0\r\n\r\n");
        QVERIFY(reader.hasBegun());
        QCOMPARE(reader.header("retry-after"), std::string_view("7"));
        QCOMPARE(reader.header("x"), std::string_view("a:b"));
        QCOMPARE(reader.header("absent"), std::string_view());
        QCOMPARE(reader.headers().size(), std::size_t(3));
    }
};

THREADLINE_TEST_MAIN(TestReplyReader)
#include "test_replyreader.moc"
