// SPDX-License-Identifier: GPL-3.0-or-later
/// The streaming client against a scripted platform: subscribing, bands, liveness, back-pressure, reconnecting, stopping.
#include "core/base/log.h"
#include "core/genesys/streamingclient.h"
#include "core/genesys/streaminglink.h"
#include "core/genesys/streamingdecoder.h"
#include "tests/genesys/testsink.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QScopeGuard>
#include <QThread>
#include <QTimer>

#include <memory>
#include <mutex>

using namespace threadline;
using namespace threadline::test;

namespace {

const QByteArray kEvent = R"({"events":[{"id":"e1","timestamp":"2026-05-06T10:44:54Z","type":"interaction-updated","data":{"interactionId":"i1"}}]})";

/// Log lines of the running test.
class Lines {
public:
    Lines()
    {
        log::setSink([this](log::Level, std::string_view line) {
            const std::scoped_lock lock(m_mutex);
            m_text.append(line).append("\n");
        });
    }
    ~Lines() { log::setSink({}); }
    Lines(const Lines &) = delete;
    Lines &operator=(const Lines &) = delete;
    [[nodiscard]] bool contain(std::string_view what) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_text.find(what) != std::string::npos;
    }

private:
    mutable std::mutex m_mutex;
    std::string m_text;
};

} // namespace

class TestStreamingClient : public QObject {
    Q_OBJECT
private:
    SystemClock m_clock;

    struct Rig {
        explicit Rig(const Clock &c) : clock(c)
        {
            started = server.start();
            options.credentials.environmentUrl = server.url().toStdString();
            options.credentials.clientId = "client-id";
            options.credentials.clientSecret = "very-secret-word";
            options.backoffFirst = Duration::millis(20);
            options.backoffMax = Duration::millis(100);
        }
        void go()
        {
            client = std::make_unique<StreamingClient>(options, sink, clock);
            QObject::connect(client.get(), &StreamingClient::finished, &server, [this] { ++finished; });
            QObject::connect(client.get(), &StreamingClient::refusedAtStart, &server, [this](const QString &m) { refused << m; });
            client->start();
        }
        [[nodiscard]] bool listens(int peers = 1)
        {
            return QTest::qWaitFor([&] { return server.peers.size() >= peers && sink.state() == SourceState::Listening && !server.last()->texts.isEmpty(); }, 15'000);
        }
        [[nodiscard]] bool stops()
        {
            QElapsedTimer timer;
            timer.start();
            client->stop();
            const bool ended = QTest::qWaitFor([&] { return finished == 1; }, 5000);
            return ended && timer.elapsed() < 5000 && sink.state() == SourceState::Finished;
        }
        const Clock &clock;
        Lines lines;
        FakeServer server;
        TestSink sink;
        StreamingOptions options;
        std::unique_ptr<StreamingClient> client;
        bool started = false;
        int finished = 0;
        QStringList refused;
    };

    static std::string reasonOf(const Rig &rig) { return rig.sink.lastBand() ? rig.sink.lastBand()->reason : "no band"; }

private Q_SLOTS:
    void cleanup() { log::setSink({}); }

    void streamAddress_data()
    {
        QTest::addColumn<QString>("environment");
        QTest::addColumn<QString>("expected");
        QTest::newRow("default") << "https://api.mypurecloud.com" << "wss://api.mypurecloud.com/api/v2/streaming/events";
        QTest::newRow("prefix") << "https://gate.example:8443/g/" << "wss://gate.example:8443/g/api/v2/streaming/events";
        QTest::newRow("loopback") << "http://127.0.0.1:3999" << "ws://127.0.0.1:3999/api/v2/streaming/events";
        QTest::newRow("plain elsewhere") << "http://api.mypurecloud.com" << "";
        QTest::newRow("nothing") << "" << "";
    }
    void streamAddress()
    {
        QFETCH(QString, environment);
        QFETCH(QString, expected);
        StreamingOptions options;
        options.credentials.environmentUrl = environment.toStdString();
        QCOMPARE(QString::fromStdString(streamUrlOf(options).value_or(std::string())), expected);
        options.credentials.environmentUrl = "https://api.mypurecloud.com";
        options.streamUrl = "ws://127.0.0.1:5/x?a=b";
        QCOMPARE(streamUrlOf(options).value(), std::string("ws://127.0.0.1:5/x?a=b"));
    }

    void problemsOfSubscribing()
    {
        QVERIFY(!subscriptionProblem(R"({"type":"subscribed","events":["interaction-updated"]})"));
        QVERIFY(!subscriptionProblem(R"({"type":"subscribe","status":"ok"})"));
        QVERIFY(!subscriptionProblem(R"({"type":"heartbeat"})"));
        QVERIFY(!subscriptionProblem(R"({"events":[{"id":"1","error":"x"}],"error":"no"})"));
        QVERIFY(!subscriptionProblem("no json"));
        QVERIFY(!subscriptionProblem("[1]"));
        QVERIFY(!subscriptionProblem(R"({"type":"x","error":null})"));
        QCOMPARE(subscriptionProblem(R"({"type":"error","code":403,"message":"missing scope"})").value_or("none"), std::string("403, missing scope"));
        QCOMPARE(subscriptionProblem(R"({"type":"subscribe-error"})").value_or("none"), std::string("no reason given"));
        QCOMPARE(subscriptionProblem(R"({"type":"subscribe","status":403,"events":["a"]})").value_or("none"), std::string("403"));
    }

    void subscribesAndHandsOn()
    {
        Rig rig(m_clock);
        QVERIFY(rig.started);
        rig.server.token = "tok+/=en";
        rig.go();
        QVERIFY(rig.listens());
        FakePeer *peer = rig.server.last();
        QCOMPARE(peer->handshake.target, QByteArray("/api/v2/streaming/events?access_token=tok%2B%2F%3Den"));
        QCOMPARE(peer->texts.first(),
            QByteArray(R"({"type":"subscribe","events":["interaction-participant-joined","interaction-participant-left","interaction-media-channel-added","interaction-media-channel-removed","interaction-updated"]})"));
        const Timestamp before = m_clock.now();
        peer->sendText(kEvent);
        peer->sendText("not JSON at all");
        peer->sendBinary("\x01\x02");
        QTRY_COMPARE(rig.sink.shape(), std::string("Lmmm"));
        const auto &message = std::get<RawMessage>(rig.sink.items[1]);
        QCOMPARE(message.text, kEvent.toStdString());
        QVERIFY(message.received >= before && message.received <= m_clock.now());
        QVERIFY(!message.binary);
        QVERIFY(std::get<RawMessage>(rig.sink.items[3]).binary);
        QVERIFY(rig.stops());
        QCOMPARE(rig.sink.shape(), std::string("LmmmN"));
        QCOMPARE(rig.sink.lastBand()->cause, BandCause::NotRunning);
        QVERIFY(rig.sink.lastBand()->since == std::get<RawMessage>(rig.sink.items[3]).received);
        QTRY_COMPARE(peer->closeCode, 1000);
        QVERIFY(!rig.lines.contain("tok+/=en") && !rig.lines.contain("very-secret-word"));
        QCOMPARE(rig.finished, 1);
    }

    void bandFromTheLastMessage()
    {
        Rig rig(m_clock);
        rig.go();
        QVERIFY(rig.listens());
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        const Timestamp last = std::get<RawMessage>(rig.sink.items[1]).received;
        rig.server.last()->sendClose(1001, "restarting");
        QVERIFY(rig.listens(2));
        QCOMPARE(rig.sink.shape(), std::string("LmNL"));
        QVERIFY(rig.sink.lastBand()->since == last);
        QCOMPARE(rig.sink.lastBand()->cause, BandCause::ConnectionLost);
        QCOMPARE(reasonOf(rig), std::string("closed by the server (1001 going away: restarting)"));
        QVERIFY(std::get<Listening>(rig.sink.items[3]).since > last);
        // Nothing came on the second connection: its band starts where it began to listen.
        rig.server.last()->drop();
        QVERIFY(rig.listens(3));
        QCOMPARE(rig.sink.shape(), std::string("LmNLNL"));
        QVERIFY(rig.sink.lastBand()->since == std::get<Listening>(rig.sink.items[3]).since);
        QVERIFY2(reasonOf(rig).starts_with("connection lost"), reasonOf(rig).c_str());
        QCOMPARE(rig.server.tokenRequests.size(), 1); // one token for all
    }

    void neverReached()
    {
        Rig rig(m_clock);
        rig.server.tokenAnswers.assign(3, FakeAnswer::failure(503));
        const Timestamp before = m_clock.now();
        rig.go();
        QVERIFY(rig.listens());
        QCOMPARE(rig.sink.shape(), std::string("NL")); // one band over all three failures
        QVERIFY(rig.sink.lastBand()->since >= before);
        QVERIFY(std::get<Listening>(rig.sink.items[1]).since >= rig.sink.lastBand()->since);
        QCOMPARE(rig.server.tokenRequests.size(), 4);
        QVERIFY(rig.sink.allStates().find("waiting: Not signed in (503)") != std::string::npos);
    }

    void handshake401TakesANewToken()
    {
        Rig rig(m_clock);
        rig.server.numberTokens = true;
        rig.server.handshakeAnswers = {FakeAnswer::failure(401)};
        rig.go();
        QVERIFY(rig.listens());
        QCOMPARE(rig.server.tokenRequests.size(), 2);
        QVERIFY(rig.server.last()->handshake.target.endsWith("access_token=token-2"));
        QCOMPARE(rig.sink.shape(), std::string("L"));
    }

    void revokedTokenOnReconnect()
    {
        Rig rig(m_clock);
        rig.server.numberTokens = true;
        rig.server.checkToken = true;
        rig.go();
        QVERIFY(rig.listens());
        rig.server.token = "another";
        rig.server.numberTokens = true;
        rig.server.last()->drop();
        QVERIFY(rig.listens(2));
        QCOMPARE(rig.server.tokenRequests.size(), 2);
    }

    void freshTokenRefusedIsAMatterOfScopes()
    {
        Rig rig(m_clock);
        rig.server.handshakeAnswers.assign(2, FakeAnswer::failure(401));
        rig.go();
        QTRY_VERIFY(rig.sink.allStates().find("refused: ") != std::string::npos);
        QVERIFY(rig.sink.allStates().find("websocket:events") != std::string::npos);
        QCOMPARE(rig.sink.lastBand()->cause, BandCause::Refused);
        QVERIFY(rig.listens()); // goes on trying, and comes back when it is mended
        QVERIFY(rig.refused.isEmpty());
    }

    void refusedAtStart_data()
    {
        QTest::addColumn<bool>("atToken");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("word");
        QTest::newRow("secret") << true << 401 << "GENESYS_CLIENT_SECRET";
        QTest::newRow("client") << true << 400 << "GENESYS_CLIENT_ID";
        QTest::newRow("permission") << true << 403 << "analytics:events:view";
        QTest::newRow("stream 401") << false << 401 << "websocket:events";
        QTest::newRow("stream 403") << false << 403 << "interaction:events:view";
    }
    void refusedAtStart()
    {
        QFETCH(bool, atToken);
        QFETCH(int, status);
        QFETCH(QString, word);
        Rig rig(m_clock);
        (atToken ? rig.server.tokenAnswers : rig.server.handshakeAnswers).assign(4, FakeAnswer::failure(status));
        rig.options.exitOnRefused = true;
        rig.go();
        QTRY_COMPARE(rig.finished, 1);
        QCOMPARE(rig.refused.size(), 1);
        QVERIFY2(rig.refused.first().contains(word), qPrintable(rig.refused.first()));
        QCOMPARE(rig.sink.shape(), std::string("N"));
        QCOMPARE(rig.sink.lastBand()->cause, BandCause::Refused);
    }

    void refusedLaterIsNotTheEnd()
    {
        Rig rig(m_clock);
        rig.options.exitOnRefused = true;
        rig.go();
        QVERIFY(rig.listens());
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        rig.server.handshakeAnswers.assign(2, FakeAnswer::failure(401));
        rig.server.last()->drop();
        QVERIFY(rig.listens(2));
        QVERIFY(rig.refused.isEmpty());
        QCOMPARE(rig.sink.shape(), std::string("LmNL"));
    }

    void subscriptionRefused()
    {
        Rig rig(m_clock);
        rig.server.subscribeReply = R"({"type":"error","code":403,"message":"scope websocket:events is missing"})";
        rig.options.exitOnRefused = true;
        rig.go();
        QTRY_COMPARE(rig.finished, 1);
        QCOMPARE(rig.refused.size(), 1);
        QVERIFY(rig.refused.first().contains("scope websocket:events is missing"));
        QCOMPARE(rig.sink.shape(), std::string("LN"));
    }

    void subscriptionReplyIsHandedOn()
    {
        Rig rig(m_clock);
        rig.server.subscribeReply = R"({"type":"subscribed"})";
        rig.go();
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm")); // the decoder knows what to do with it
    }

    void busyWaitsAsAsked()
    {
        Rig rig(m_clock);
        rig.server.tokenAnswers = {FakeAnswer::failure(429, {}, {"Retry-After: 1"})};
        QElapsedTimer timer;
        timer.start();
        rig.go();
        QVERIFY(rig.listens());
        QVERIFY2(timer.elapsed() >= 1000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(rig.sink.allStates().find("429") != std::string::npos);
    }

    void otherHandshakeAnswers_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {302, 404, 429, 503})
            QTest::newRow(qPrintable(QString::number(status))) << status;
    }
    void otherHandshakeAnswers()
    {
        QFETCH(int, status);
        Rig rig(m_clock);
        rig.server.handshakeAnswers = {FakeAnswer::failure(status, {}, {"Location: https://elsewhere.example/"})};
        rig.go();
        QVERIFY(rig.listens());
        QVERIFY(rig.sink.allStates().find("answered " + std::to_string(status)) != std::string::npos);
        QCOMPARE(rig.server.tokenRequests.size(), 1);
        QCOMPARE(rig.sink.shape(), std::string("NL"));
    }

    void handshakeNeverAnswered()
    {
        Rig rig(m_clock);
        rig.server.handshakeAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang), FakeAnswer::doing(FakeAnswer::Do::Drop)};
        rig.options.handshakeMax = Duration::millis(200);
        rig.go();
        QVERIFY(rig.listens());
        QCOMPARE(rig.server.stalled, 1);
        QVERIFY(rig.sink.allStates().find("did not answer in time") != std::string::npos);
    }

    void dropInTheMiddleOfAFrame()
    {
        Rig rig(m_clock);
        rig.go();
        QVERIFY(rig.listens());
        rig.server.last()->sendText(kEvent);
        rig.server.last()->sendRaw(QByteArray("\x81\x7e\x01\x00", 4) + "only the beginning");
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        rig.server.last()->drop();
        QVERIFY(rig.listens(2));
        // The second connection lives on past the 5 s after which a re-used socket would be killed.
        QTest::qWait(100);
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("LmNLm"));
    }

    void theStreamsRetryAfterIsKept()
    {
        Rig rig(m_clock);
        rig.server.handshakeAnswers = {FakeAnswer::failure(429, {}, {"Retry-After: 2"})};
        QElapsedTimer timer;
        timer.start();
        rig.go();
        QVERIFY(rig.listens());
        QVERIFY2(timer.elapsed() >= 1900, qPrintable(QString::number(timer.elapsed())));
    }

    void whatIsGivenUp_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("code");
        QTest::newRow("character cut off") << QByteArray("\x01\x01\xC3\x80\x00", 5) << "1007";
        QTest::newRow("too large") << QByteArray("\x81\x7f\x00\x00\x00\x00\x00\x50\x00\x00", 10) << "1009";
    }
    void whatIsGivenUp()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, code);
        Rig rig(m_clock);
        rig.go();
        QVERIFY(rig.listens());
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        QElapsedTimer timer;
        timer.start();
        rig.server.last()->sendRaw(bytes);
        QVERIFY(rig.listens(2));
        QVERIFY(timer.elapsed() < 5000); // promised: 1 s
        QCOMPARE(rig.sink.shape(), std::string("LmNL"));
        QVERIFY2(reasonOf(rig).find(code.toStdString()) != std::string::npos, reasonOf(rig).c_str());
    }

    void largestMessageComesThrough()
    {
        Rig rig(m_clock);
        rig.go();
        QVERIFY(rig.listens());
        rig.server.last()->sendText(QByteArray(static_cast<qsizetype>(kMaxMessageBytes), 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(rig.sink.shape(), std::string("Lm"), 20'000);
        QCOMPARE(rig.sink.bytes, kMaxMessageBytes);
        rig.server.last()->sendText(QByteArray(static_cast<qsizetype>(kMaxMessageBytes) + 1, 'x'));
        QVERIFY(rig.listens(2));
        QVERIFY(reasonOf(rig).find("1009") != std::string::npos);
    }

    void missedPongs()
    {
        Rig rig(m_clock);
        rig.options.pingEvery = Duration::millis(100);
        rig.go();
        QVERIFY(rig.listens());
        FakePeer *first = rig.server.last();
        QTRY_VERIFY(first->pings >= 4); // lives as long as it answers
        QCOMPARE(rig.server.peers.size(), 1);
        first->answerPings = false;
        QVERIFY(rig.listens(2));
        QVERIFY2(reasonOf(rig).find("2 pings") != std::string::npos, reasonOf(rig).c_str());
        QCOMPARE(rig.sink.shape(), std::string("LNL"));
    }

    void dataIsASignOfLife()
    {
        Rig rig(m_clock);
        rig.options.pingEvery = Duration::millis(100);
        rig.go();
        QVERIFY(rig.listens());
        FakePeer *peer = rig.server.last();
        peer->answerPings = false;
        QTimer timer;
        connect(&timer, &QTimer::timeout, this, [peer] { peer->sendText(kEvent); });
        timer.start(20);
        QTRY_VERIFY(peer->pings >= 6);
        QCOMPARE(rig.server.peers.size(), 1);
    }

    void silenceIsProbedMakeBeforeBreak()
    {
        Rig rig(m_clock);
        rig.options.silence = Duration::millis(150);
        rig.options.silenceMax = Duration::seconds(60);
        rig.go();
        QVERIFY(rig.listens());
        FakePeer *first = rig.server.last();
        QTRY_COMPARE(rig.server.peers.size(), 2);
        QTRY_COMPARE(first->closeCode, 1000); // only after the second was confirmed
        FakePeer *second = rig.server.peers.at(1);
        QVERIFY(!second->texts.isEmpty());
        second->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm")); // no band
        QVERIFY(rig.stops());
    }

    void silenceDeadlineDoubles()
    {
        Rig rig(m_clock);
        rig.options.silence = Duration::millis(100);
        rig.options.silenceMax = Duration::millis(400);
        QElapsedTimer timer;
        timer.start();
        QList<qint64> times;
        connect(&rig.server, &FakeServer::subscribed, this, [&] { times << timer.elapsed(); });
        rig.go();
        QTRY_VERIFY_WITH_TIMEOUT(times.size() >= 5, 10'000);
        QVERIFY(times[1] - times[0] >= 100);
        QVERIFY(times[2] - times[1] >= 200);
        QVERIFY(times[3] - times[2] >= 400);
        QVERIFY(times[4] - times[3] >= 400);
        QCOMPARE(rig.sink.shape(), std::string("L"));
        const qsizetype before = times.size(); // data: the deadline starts over
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        const qint64 then = timer.elapsed();
        QTRY_VERIFY(times.size() > before + 1);
        QVERIFY2(times.last() - then < 5 * 300, qPrintable(QString::number(times.last() - then)));
    }

    void secondConnectionFails()
    {
        Rig rig(m_clock);
        rig.options.silence = Duration::millis(100);
        rig.options.silenceMax = Duration::millis(150);
        rig.go();
        QVERIFY(rig.listens());
        rig.server.handshakeAnswers = {FakeAnswer::failure(503), FakeAnswer::doing(FakeAnswer::Do::Drop)};
        FakePeer *first = rig.server.last();
        QTRY_VERIFY(rig.server.handshakeAnswers.empty());
        first->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm")); // the first one stays
        QCOMPARE(first->closeCode, 0);
        QTRY_COMPARE(rig.server.peers.size(), 2); // and it is tried again
    }

    /// The sink takes nothing: the client blocks in slices, what it holds stays bounded, pings go on, and nothing is lost.
    void backPressure()
    {
        Rig rig(m_clock);
        rig.options.pingEvery = Duration::millis(100);
        rig.options.heldBackMax = Duration::seconds(60);
        rig.sink.waits = Duration::millis(5);
        QThread thread;
        const auto ended = qScopeGuard([&] {
            rig.sink.room = true;
            thread.quit();
            thread.wait();
        });
        rig.client = std::make_unique<StreamingClient>(rig.options, rig.sink, m_clock);
        StreamingClient *client = rig.client.release();
        client->moveToThread(&thread);
        connect(client, &StreamingClient::finished, &rig.server, [&] { ++rig.finished; });
        thread.start();
        QMetaObject::invokeMethod(client, &StreamingClient::start);
        QTRY_VERIFY(rig.server.last() && !rig.server.last()->texts.isEmpty());
        FakePeer *peer = rig.server.last();
        rig.sink.room = false;
        const int pings = peer->pings;
        const QByteArray message(32 << 10, 'x');
        constexpr int kMessages = 2000; // 64 MB
        for (int i = 0; i < kMessages; ++i)
            peer->sendText(message);
        QTRY_VERIFY(peer->pings >= pings + 3); // no event loop runs in the client, but pings do
        const qint64 pending = peer->pending();
        QVERIFY2(pending > qint64(kMessages) * message.size() / 4, qPrintable(QString::number(pending)));
        QTest::qWait(300);
        QVERIFY(peer->pending() >= pending); // nothing more is taken; pongs are added
        rig.sink.room = true;
        QTRY_COMPARE_WITH_TIMEOUT(peer->pending(), qint64(0), 20'000);
        client->stop(); // from another thread
        QTRY_COMPARE_WITH_TIMEOUT(rig.finished, 1, 20'000);
        QMetaObject::invokeMethod(client, [client] { delete client; }, Qt::BlockingQueuedConnection);
        thread.quit();
        QVERIFY(thread.wait(5000));
        QCOMPARE(rig.sink.shape().front(), 'L');
        QCOMPARE(rig.sink.shape().back(), 'N');
        QVERIFY(rig.sink.bytes <= std::size_t(kMessages) * static_cast<std::size_t>(message.size()));
    }

    void heldBackTooLong()
    {
        Rig rig(m_clock);
        rig.options.heldBackMax = Duration::millis(300);
        rig.go();
        QVERIFY(rig.listens());
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        rig.sink.room = false;
        for (int i = 0; i < 50; ++i)
            rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.state(), SourceState::HeldBack);
        QTRY_COMPARE(rig.server.last()->closeCode, 1000); // on purpose, with a good-bye
        QTest::qWait(200);
        QCOMPARE(rig.server.peers.size(), 1); // not connected while there is no room
        QCOMPARE(rig.sink.shape(), std::string("Lm"));
        rig.sink.room = true;
        QVERIFY(rig.listens(2));
        QCOMPARE(rig.sink.shape(), std::string("LmmNL")); // the message in hand was not lost
        QCOMPARE(rig.sink.lastBand()->cause, BandCause::HeldBack);
        QVERIFY(reasonOf(rig).starts_with("held back: "));
        QVERIFY(rig.sink.lastBand()->since == std::get<RawMessage>(rig.sink.items[2]).received);
    }

    void shortLackOfRoomIsNoBand()
    {
        Rig rig(m_clock);
        rig.go();
        QVERIFY(rig.listens());
        rig.sink.room = false;
        rig.sink.onRefuse = [&, n = 0]() mutable { rig.sink.room = ++n >= 10; };
        for (int i = 0; i < 20; ++i)
            rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), "L" + std::string(20, 'm'));
        QCOMPARE(rig.server.peers.size(), 1);
    }

    void backOffGrowsAndIsJittered()
    {
        Rig rig(m_clock);
        rig.options.backoffFirst = Duration::millis(10);
        rig.options.backoffMax = Duration::millis(80);
        rig.server.handshakeAnswers.assign(12, FakeAnswer::failure(503));
        rig.go();
        QVERIFY(rig.listens());
        QCOMPARE(rig.server.peers.size(), 1);
        QCOMPARE(rig.sink.shape(), std::string("NL"));
    }

    void renewalKeepsTheSocket()
    {
        Rig rig(m_clock);
        rig.server.tokenAnswers = {FakeAnswer::token("short-lived", 1)};
        rig.go();
        QVERIFY(rig.listens());
        QTRY_COMPARE_WITH_TIMEOUT(rig.server.tokenRequests.size(), 2, 10'000);
        rig.server.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), std::string("Lm"));
        QCOMPARE(rig.server.peers.size(), 1);
    }

    void overTls()
    {
        const FakeCertificates made = makeCertificates("IP:127.0.0.1");
        QFile file(scratchFolder() + "/ca.pem");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(made.authorityPem);
        file.close();
        Rig rig(m_clock);
        FakeServer secure;
        secure.setTls(made.serverConfiguration());
        QVERIFY(secure.start());
        rig.options.credentials.environmentUrl = secure.url().toStdString();
        rig.options.network.caFile = file.fileName().toStdString();
        rig.options.heldBackMax = Duration::millis(500);
        rig.go();
        QTRY_COMPARE(rig.sink.state(), SourceState::Listening);
        QTRY_VERIFY(secure.last() && !secure.last()->texts.isEmpty());
        for (int i = 0; i < 200; ++i)
            secure.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.shape(), "L" + std::string(200, 'm'));
        rig.sink.room = false; // held back in the middle of a TLS stream, then open again
        for (int i = 0; i < 200; ++i)
            secure.last()->sendText(kEvent);
        QTRY_COMPARE(rig.sink.state(), SourceState::HeldBack);
        rig.sink.room = true;
        QTRY_COMPARE(rig.sink.state(), SourceState::Listening);
        QCOMPARE(rig.sink.shape(), "L" + std::string(201, 'm') + "NL");
        QVERIFY(rig.stops());
    }

    void stopsInEveryPhase_data()
    {
        QTest::addColumn<int>("phase");
        for (int phase = 0; phase < 8; ++phase)
            QTest::newRow(qPrintable(QString::number(phase))) << phase;
    }
    void stopsInEveryPhase()
    {
        QFETCH(int, phase);
        Rig rig(m_clock);
        rig.options.heldBackMax = Duration::seconds(60);
        switch (phase) {
        case 0: // right after start
            rig.go();
            break;
        case 1: // signing in
            rig.server.tokenAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
            rig.go();
            QTRY_COMPARE(rig.server.stalled, 1);
            break;
        case 2: // in the handshake
            rig.server.handshakeAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
            rig.go();
            QTRY_COMPARE(rig.server.stalled, 1);
            break;
        case 3: // listening
            rig.go();
            QVERIFY(rig.listens());
            break;
        case 4: // waiting to try again
            rig.options.backoffFirst = rig.options.backoffMax = Duration::seconds(60);
            rig.server.handshakeAnswers = {FakeAnswer::failure(503)};
            rig.go();
            QTRY_COMPARE(rig.sink.state(), SourceState::Waiting);
            break;
        case 5: // held back, in the slot, asked from another thread
            rig.go();
            QVERIFY(rig.listens());
            rig.sink.room = false;
            rig.sink.onRefuse = [&] {
                if (rig.sink.offers > 20) {
                    std::thread([&] { rig.client->stop(); }).join();
                    rig.sink.room = true;
                }
            };
            rig.server.last()->sendText(kEvent);
            QTRY_COMPARE(rig.finished, 1);
            QCOMPARE(rig.sink.shape(), std::string("LmN"));
            return;
        case 6: // with a second connection on its way
            rig.options.silence = Duration::millis(50);
            rig.go();
            QVERIFY(rig.listens());
            rig.server.handshakeAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
            QTRY_COMPARE(rig.server.stalled, 1);
            break;
        case 7: // a sink that never takes anything again
            rig.go();
            QVERIFY(rig.listens());
            rig.sink.room = false;
            QVERIFY(rig.stops());
            QCOMPARE(rig.sink.shape(), std::string("L"));
            QVERIFY(rig.lines.contain("given up"));
            return;
        default: QFAIL("no such phase");
        }
        QVERIFY(rig.stops());
        QCOMPARE(rig.sink.shape().back(), 'N');
        const qsizetype peers = rig.server.peers.size();
        const std::size_t states = rig.sink.states.size();
        QTest::qWait(150);
        QCOMPARE(rig.server.peers.size(), peers);
        QCOMPARE(rig.sink.states.size(), states);
        QCOMPARE(rig.finished, 1);
    }

    void destroyedInEveryPhase()
    {
        for (int phase = 0; phase < 3; ++phase) {
            Rig rig(m_clock);
            if (phase == 0)
                rig.server.tokenAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
            if (phase == 1)
                rig.server.handshakeAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
            rig.go();
            if (phase == 2)
                QVERIFY(rig.listens());
            else
                QTRY_COMPARE(rig.server.stalled, 1);
            rig.client.reset();
            QTest::qWait(20);
            QCOMPARE(rig.finished, 0);
        }
    }

    void startsAgainAfterStop()
    {
        Rig rig(m_clock);
        rig.go();
        QVERIFY(rig.listens());
        QVERIFY(rig.stops());
        rig.client->start();
        QVERIFY(rig.listens(2));
        QCOMPARE(rig.sink.shape(), std::string("LNL"));
    }

    void settingsThatAreWrong()
    {
        Rig rig(m_clock);
        rig.options.credentials.environmentUrl = "http://api.mypurecloud.com";
        rig.options.exitOnRefused = true;
        rig.go();
        QTRY_COMPARE(rig.finished, 1);
        QVERIFY(rig.refused.first().contains("GENESYS_ENVIRONMENT_URL"));
    }
};

THREADLINE_TEST_MAIN(TestStreamingClient)
#include "test_streamingclient.moc"
