// SPDX-License-Identifier: GPL-3.0-or-later
/// The transport against servers that mean no good: how it ends, and that no memory is theirs to take.
#include "core/genesys/websocket.h"
#include "tests/support/heap.h"
#include "tests/support/hostilefeed.h"
#include "tests/support/testmain.h"

#include <algorithm>

using namespace threadline;
using namespace threadline::test;

namespace {

const std::string kText = "{\"events\":[],\"name\":\"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80\"}";
constexpr std::uint64_t kFlood = 48u << 20;
constexpr std::uint64_t kFloodOfSmall = 12u << 20; ///< where it takes many frames
/// What the server of the test, a message of 4 MiB in its pieces and the buffers take together; a flood that is kept is more.
constexpr std::size_t kMostHeap = 20u << 20;

struct Ear final : WebSocketListener {
    void socketOpened() override { opened = true; }
    void socketText(std::string &&utf8) override { ++(utf8 == kText || utf8.size() == 4u << 20 ? texts : others); }
    void socketBinary(std::string &&) override { ++others; }
    void socketPong() override { }
    void socketClosed(const SocketClosed &closed) override { end = closed.words(); }
    void socketFailed(const OpenFailed &failed) override { end = describe(failed.failure); }

    bool opened = false;
    int texts = 0, others = 0;
    std::string end;
};

} // namespace

class TestHostileFeeds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tricks_data()
    {
        QTest::addColumn<FeedTrick>("trick");
        QTest::addColumn<QString>("end"); ///< how it ends; empty: it goes on
        std::vector<FeedTrick> rows;
        const auto row = [&](FeedTrick trick, const char *end) {
            QTest::newRow(nameOf(trick)) << trick << QString::fromLatin1(end);
            rows.push_back(trick);
        };
        constexpr const char *kFlooded = "given up (1008 policy violation: the server sent more than 1,000 pings and empty frames a second for 10 s)";
        row(FeedTrick::PingFlood, kFlooded);
        row(FeedTrick::PongFlood, kFlooded);
        row(FeedTrick::EmptyFragments, kFlooded);
        row(FeedTrick::LargestFrames, "");
        row(FeedTrick::SplitCharacters, "");
        row(FeedTrick::Flood, "");
        row(FeedTrick::FreshFlood, "");
        row(FeedTrick::TrickledHead, "");
        row(FeedTrick::TrickledFrame, "");
        row(FeedTrick::Silence, "");
        row(FeedTrick::EndlessFragments, "given up (1009 message too big: a message of more than 4 MiB)");
        row(FeedTrick::HugeFrame, "given up (1009 message too big: a message of more than 4 MiB)");
        row(FeedTrick::MaskedFrames, "given up (1002 protocol error: a masked frame, which only a client may send)");
        row(FeedTrick::Garbage, "given up (1002 protocol error: a frame");
        row(FeedTrick::CloseButStay, "closed by the server (1000 normal closure: good-bye)");
        row(FeedTrick::HalfClose, "connection lost: The remote host closed the connection");
        row(FeedTrick::EndlessHead, "No connection to 127.0.0.1");
        for (const FeedTrick trick : allFeedTricks())
            QVERIFY2(std::count(rows.begin(), rows.end(), trick) == 1, nameOf(trick));
    }
    void tricks()
    {
        QFETCH(FeedTrick, trick);
        QFETCH(QString, end);
        HostileFeed feed(trick, kText);
        QVERIFY(feed.port() != 0);
        Ear ear;
        WebSocketPtr socket = makeWebSocket(ear);
        const std::size_t before = heapInUse();
        std::size_t most = 0;
        socket->open("ws://127.0.0.1:" + std::to_string(feed.port()) + "/?access_token=top-secret", {});
        const bool slow = trick == FeedTrick::TrickledHead || trick == FeedTrick::TrickledFrame || trick == FeedTrick::Silence;
        const std::uint64_t flood = slow ? 20 : trick == FeedTrick::SplitCharacters ? kFloodOfSmall : kFlood;
        const auto enough = [&] {
            most = std::max(most, heapInUse() - std::min(before, heapInUse()));
            return !ear.end.empty() || (end.isEmpty() && feed.sent() > flood);
        };
        QTRY_VERIFY_WITH_TIMEOUT(enough(), 60'000);
        QVERIFY2(most < kMostHeap, qPrintable(QString::number(most)));
        QVERIFY2(QString::fromStdString(ear.end).startsWith(end) && ear.end.empty() == end.isEmpty(), ear.end.c_str());
        QCOMPARE(ear.others, 0);
        QCOMPARE(ear.texts > 0, trick == FeedTrick::LargestFrames || trick == FeedTrick::SplitCharacters || trick == FeedTrick::HalfClose
                                    || trick == FeedTrick::Flood || trick == FeedTrick::FreshFlood);
        QVERIFY(ear.end.find("top-secret") == std::string::npos);
    }

    /// What breaks the protocol is answered with a close frame that says so, and so is the end.
    void goodByes()
    {
        for (const auto &[trick, code] : {std::pair(FeedTrick::Garbage, 1002), std::pair(FeedTrick::Silence, 1000)}) {
            HostileFeed feed(trick);
            Ear ear;
            WebSocketPtr socket = makeWebSocket(ear);
            socket->open("ws://127.0.0.1:" + std::to_string(feed.port()) + "/", {});
            QTRY_VERIFY(ear.opened);
            if (code == 1000) {
                socket->close(1000, "done");
                socket.reset();
            }
            QTRY_COMPARE(feed.lastCloseCode(), code);
        }
    }
};

THREADLINE_TEST_MAIN(TestHostileFeeds)
#include "test_hostilefeeds.moc"
