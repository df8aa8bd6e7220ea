// SPDX-License-Identifier: GPL-3.0-or-later
/// The opening handshake: what is asked, and which answers are a WebSocket server's.
#include "core/genesys/handshake.h"
#include "tests/support/testmain.h"

#include <functional>

using namespace threadline;

namespace {

// RFC 6455 section 1.3
const std::string kKey = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string answered(const std::string &fields, const std::string &status = "HTTP/1.1 101 Switching Protocols")
{
    return status + "\r\n" + fields + "\r\n";
}

const std::string kGood = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + kAccept + "\r\n";

/// What is made of `bytes` in pieces of `size`: the state, and what was left behind the head.
std::string outcome(std::string_view bytes, std::size_t size)
{
    HandshakeReader reader(kAccept);
    std::string left;
    while (!bytes.empty()) {
        const std::string piece(bytes.substr(0, size));
        bytes.remove_prefix(piece.size());
        left += piece.substr(reader.state() == HandshakeReader::State::Reading ? reader.feed(piece) : 0);
    }
    switch (reader.state()) {
    case HandshakeReader::State::Reading: return "reading " + std::to_string(reader.status());
    case HandshakeReader::State::Open: return "open, behind it: " + left;
    case HandshakeReader::State::Refused: return "refused " + std::to_string(reader.status());
    case HandshakeReader::State::Foreign: break;
    }
    return "foreign: " + reader.problem();
}

} // namespace

class TestHandshake : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void request()
    {
        QCOMPARE(handshakeRequest("api.example.com:8443", "/stream?access_token=x", kKey),
            std::string("GET /stream?access_token=x HTTP/1.1\r\nHost: api.example.com:8443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nUser-Agent: Threadline/" THREADLINE_VERSION
                        "\r\n\r\n"));
        QCOMPARE(acceptSource(kKey), std::string("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    }

    void answers_data();
    void answers()
    {
        QFETCH(std::string, bytes);
        QFETCH(std::string, expected);
        for (const std::size_t size : {bytes.size() + 1, std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), std::size_t(64)})
            QCOMPARE(QString::fromStdString(outcome(bytes, size)), QString::fromStdString(expected));
    }
};

void TestHandshake::answers_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *name, const std::string &bytes, const std::string &expected) { QTest::newRow(name) << bytes << expected; };
    const std::string kNoServer = "foreign: it answers 101, but not as a WebSocket server";
    const std::string kOther = "foreign: its answer belongs to another request (Sec-WebSocket-Accept)";
    const std::string kUnasked = "foreign: it agrees to an extension or a subprotocol that nobody offered";
    const std::string kLong = "foreign: the head of its answer is longer than 16 KiB";
    row("good", answered(kGood), "open, behind it: ");
    row("frames stand behind it", answered(kGood) + "\x81\x02hi\r\n\r\n", "open, behind it: \x81\x02hi\r\n\r\n");
    row("other case, a list, blanks", answered("upgrade:WebSocket\r\nCONNECTION: keep-alive ,\tupgrade\r\nsec-websocket-accept:  " + kAccept + " \r\n"), "open, behind it: ");
    row("two Connection fields", answered("Connection: keep-alive\r\n" + kGood), "open, behind it: ");
    row("other fields", answered("Server: x\r\nDate: now\r\nEmpty:\r\n" + kGood), "open, behind it: ");
    row("no reason phrase", answered(kGood, "HTTP/1.1 101"), "open, behind it: ");
    row("after an announcement", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answered(kGood), "open, behind it: ");
    row("nothing yet", "HTTP/1.1 10", "reading 0");
    row("half of it", answered(kGood).substr(0, 60), "reading 101");
    for (const int status : {200, 302, 400, 401, 403, 404, 429, 500, 503}) {
        const std::string line = "HTTP/1.1 " + std::to_string(status) + " No";
        row(line.c_str(), answered("Content-Length: 5\r\nLocation: https://elsewhere.example/\r\n", line) + "hello", "refused " + std::to_string(status));
    }
    row("a refusal of HTTP/1.0", answered("", "HTTP/1.0 403 No"), "refused 403");
    row("no Upgrade", answered("Connection: Upgrade\r\nSec-WebSocket-Accept: " + kAccept + "\r\n"), kNoServer);
    row("another Upgrade", answered("Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + kAccept + "\r\n"), kNoServer);
    row("no Connection", answered("Upgrade: websocket\r\nSec-WebSocket-Accept: " + kAccept + "\r\n"), kNoServer);
    row("Connection without the token", answered("Upgrade: websocket\r\nConnection: upgraded\r\nSec-WebSocket-Accept: " + kAccept + "\r\n"), kNoServer);
    row("no Accept", answered("Upgrade: websocket\r\nConnection: Upgrade\r\n"), kOther);
    row("a wrong Accept", answered("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n"), kOther);
    row("Accept in another case", answered("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n"), kOther);
    row("two Accepts", answered(kGood + "Sec-WebSocket-Accept: wrong\r\n"), kOther);
    row("an extension", answered(kGood + "Sec-WebSocket-Extensions: permessage-deflate\r\n"), kUnasked);
    row("a subprotocol", answered(kGood + "Sec-WebSocket-Protocol: chat\r\n"), kUnasked);
    row("HTTP/1.0", answered(kGood, "HTTP/1.0 101 Yes"), "foreign: the answer is no proper HTTP/1.1");
    row("a folded field", answered(kGood + " folded: x\r\n"), "foreign: the answer is no proper HTTP/1.1");
    row("a field without a colon", answered(kGood + "nonsense\r\n"), "foreign: the answer is no proper HTTP/1.1");
    row("SSH", "SSH-2.0-OpenSSH_9.2\r\n", "foreign: the answer is no HTTP");
    row("the first byte", "\x81", "foreign: the answer is no HTTP");
    row("HTTP/2", "HTTP/2 101 Yes\r\n\r\n", "foreign: the answer is no HTTP");
    row("a status of four digits", "HTTP/1.1 1010 Yes\r\n\r\n", "foreign: the answer is no HTTP");
    row("a status below 100", "HTTP/1.1 099 Yes\r\n\r\n", "foreign: the answer is no HTTP");
    row("a head that never ends", answered("X: " + std::string(20'000, 'x')), kLong);
    row("many fields", "HTTP/1.1 101 Yes\r\n" + [] { std::string out; for (int i = 0; i < 2'000; ++i) out += "A: 123456\r\n"; return out; }(), kLong);
    row("announcements without end", [] { std::string out; for (int i = 0; i < 1'000; ++i) out += "HTTP/1.1 102 Wait\r\n\r\n"; return out; }(), kLong);
    row("as long as may be", answered(kGood + "X: " + std::string(16'384 - answered(kGood).size() - 5, 'x') + "\r\n"), "open, behind it: ");
}

THREADLINE_TEST_MAIN(TestHandshake)
#include "test_handshake.moc"
