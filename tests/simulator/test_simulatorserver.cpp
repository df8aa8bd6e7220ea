// SPDX-License-Identifier: GPL-3.0-or-later
/// The server as a real client sees it: QNetworkAccessManager signs in, QWebSocket listens.
#include "core/genesys/streamingdecoder.h"
#include "core/simulator/simulator.h"
#include "tests/simulator/keys.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QWebSocket>

#include <set>

using namespace threadline;
using namespace threadline::sim;

namespace {

const char *const kSubscribe = R"({"type":"subscribe","events":["interaction-participant-joined","interaction-participant-left",)"
                               R"("interaction-media-channel-added","interaction-media-channel-removed","interaction-updated"]})";

Options bounded(int interactions)
{
    Options options;
    options.seed = 21;
    options.interactions = interactions;
    options.rate = 0;
    options.concurrent = 50;
    return options;
}

struct Answer {
    int status = 0;
    QJsonObject body;
    QByteArray retryAfter;
    QByteArray correlation;
};

/// Asks the token endpoint, as the platform's clients do.
Answer askToken(const Server &server, const QByteArray &form = "grant_type=client_credentials", const QByteArray &user = "demo-client:demo-secret")
{
    QNetworkAccessManager network;
    QNetworkRequest request(QUrl(QString::fromStdString(server.url()) + "/oauth/token"));
    request.setHeader(QNetworkRequest::ContentTypeHeader, "application/x-www-form-urlencoded");
    if (!user.isEmpty())
        request.setRawHeader("Authorization", "Basic " + user.toBase64());
    QNetworkReply *reply = network.post(request, form);
    QSignalSpy finished(reply, &QNetworkReply::finished);
    if (!reply->isFinished() && !finished.wait(5000))
        return {};
    Answer answer{reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(),
                  QJsonDocument::fromJson(reply->readAll()).object(), reply->rawHeader("Retry-After"), reply->rawHeader("ININ-Correlation-Id")};
    delete reply;
    return answer;
}

QString goodToken(const Server &server) { return askToken(server).body["access_token"].toString(); }

QUrl streamUrl(const Server &server, const QString &token)
{
    QUrl url(QString::fromStdString(server.url()) + "/api/v2/streaming/events?access_token=" + token);
    url.setScheme("ws");
    return url;
}

/// A client that keeps what it hears.
struct Client {
    QWebSocket socket;
    std::vector<std::string> order;
    std::set<std::string> bodies;
    std::set<std::string> types;
    int messages = 0;
    std::size_t refused = 0;
    int disconnects = 0;
    int pongs = 0;

    Client()
    {
        QObject::connect(&socket, &QWebSocket::textMessageReceived, &socket, [this](const QString &text) {
            ++messages;
            m_decoder.decode(text.toStdString(), {}, m_decoded);
            refused += m_decoded.refused.size();
            for (const Event &event : m_decoded.events) {
                order.push_back(event.id.value);
                bodies.insert(event.raw);
                types.insert(event.type);
            }
        });
        QObject::connect(&socket, &QWebSocket::disconnected, &socket, [this] { ++disconnects; });
        QObject::connect(&socket, &QWebSocket::pong, &socket, [this] { ++pongs; });
    }
    void open(const Server &server, const QString &token, const char *subscription = kSubscribe)
    {
        QObject::connect(&socket, &QWebSocket::connected, &socket, [this, subscription] {
            if (subscription)
                socket.sendTextMessage(QString::fromUtf8(subscription));
        });
        socket.open(streamUrl(server, token));
    }
    [[nodiscard]] bool isOpen() const { return socket.state() == QAbstractSocket::ConnectedState; }

private:
    StreamingDecoder m_decoder;
    Decoded m_decoded;
};

/// A server that listens, and its truth.
struct Running {
    explicit Running(Options options, Accounts accounts = {}) : server(std::move(options), std::move(accounts), clock)
    {
        server.setTruthSink([this](const TrueEvent &event) { truth.insert(event.json); });
        port = server.listen(0).value_or(0);
    }
    SystemClock clock;
    Server server;
    std::uint16_t port = 0;
    std::set<std::string> truth;
};

/// Few calls, sped up so that they are over soon.
Options paced(double rate)
{
    Options options = bounded(40);
    options.rate = rate;
    options.concurrent = 20;
    return options;
}

} // namespace

class TestSimulatorServer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void givesAndRefusesTokens()
    {
        Running run(bounded(1));
        QVERIFY(run.port != 0);
        QCOMPARE(QString::fromStdString(run.server.url()), QString("http://127.0.0.1:%1").arg(run.port));
        const Answer good = askToken(run.server);
        QCOMPARE(good.status, 200);
        QCOMPARE(good.body["expires_in"].toInt(), 86'399);
        QVERIFY(!good.correlation.isEmpty());
        QCOMPARE(askToken(run.server, "grant_type=client_credentials", "demo-client:wrong").status, 401);
        QCOMPARE(askToken(run.server, "grant_type=client_credentials", "nobody:demo-secret").status, 400);
        run.server.failTokens(1, 503, Duration::seconds(7));
        const Answer down = askToken(run.server);
        QCOMPARE(down.status, 503);
        QCOMPARE(down.retryAfter, QByteArray("7"));
        QCOMPARE(run.server.tokensGiven(), 1);
    }

    void verifiesAssertionsOverTheWire()
    {
        Accounts accounts;
        accounts.publicKeyPem = test::publicKeyPem();
        Running run(bounded(1), accounts);
        const qint64 now = run.clock.now().us / 1'000'000;
        const QJsonObject claims = {{"iss", "demo-client"}, {"sub", "demo-client"}, {"jti", "1"}, {"iat", now}, {"exp", now + 300},
                                    {"aud", QString::fromStdString(run.server.url()) + "/oauth/token"}};
        const QByteArray form = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=" + test::sign({{"alg", "RS256"}}, claims);
        QCOMPARE(askToken(run.server, form, {}).status, 200);
        QCOMPARE(askToken(run.server, form, {}).status, 400);
    }

    void takenPortIsTold()
    {
        Running run(bounded(1));
        Server second(bounded(1), {}, run.clock);
        const auto port = second.listen(run.port);
        QVERIFY(!port);
        QVERIFY(port.error().code == ErrorCode::Busy);
        QVERIFY(port.error().message.find(std::to_string(run.port)) != std::string::npos);
    }

    void handshakeNeedsAToken()
    {
        Running run(bounded(1));
        const auto answer = [&](const QByteArray &query) {
            QTcpSocket socket;
            socket.connectToHost("127.0.0.1", run.port);
            socket.write("GET /api/v2/streaming/events" + query
                         + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            QByteArray all;
            connect(&socket, &QTcpSocket::readyRead, &socket, [&] { all += socket.readAll(); });
            (void)QTest::qWaitFor([&] { return all.contains("\r\n\r\n"); }, 5000);
            return all;
        };
        QVERIFY(answer("").startsWith("HTTP/1.1 401"));
        QVERIFY(answer("?access_token=made-up").contains("bad.credentials"));
        const QByteArray token = goodToken(run.server).toUtf8();
        QVERIFY(answer("?access_token=" + token).startsWith("HTTP/1.1 101"));
        run.server.refuseHandshakes(1);
        QVERIFY(answer("?access_token=" + token).startsWith("HTTP/1.1 401"));
        QVERIFY(answer("?access_token=" + token).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    void aClientThatIsRefusedIsNeverConnected()
    {
        Running run(bounded(1));
        Client client;
        QSignalSpy connected(&client.socket, &QWebSocket::connected);
        QSignalSpy failed(&client.socket, SIGNAL(error(QAbstractSocket::SocketError)));
        client.open(run.server, "made-up");
        QTRY_VERIFY(!failed.empty());
        QVERIFY(connected.empty());
    }

    void streamsEverythingOnceSubscribed()
    {
        Running run(bounded(200));
        QSignalSpy finished(&run.server, &Server::finished);
        QSignalSpy arrived(&run.server, &Server::clientConnected);
        Client client;
        client.open(run.server, goodToken(run.server), nullptr);
        QTRY_COMPARE(arrived.size(), 1);
        client.socket.ping();
        QTRY_COMPARE(client.pongs, 1);
        QCOMPARE(client.messages, 0); // nothing before the subscription
        client.socket.sendTextMessage(kSubscribe);
        QTRY_COMPARE(finished.size(), 1);
        QTRY_COMPARE(client.order.size(), run.truth.size());
        QVERIFY(client.bodies == run.truth);
        QCOMPARE(run.server.sentEvents(), static_cast<std::uint64_t>(run.truth.size()));
        QSignalSpy left(&run.server, &Server::clientDisconnected);
        client.socket.close();
        QTRY_COMPARE(left.size(), 1);
    }

    void sendsOnlyWhatIsSubscribedTo()
    {
        Running run(bounded(50));
        QSignalSpy finished(&run.server, &Server::finished);
        Client client;
        client.open(run.server, goodToken(run.server),
                    R"({"type":"subscribe","events":["interaction-participant-left","no-such-type"]})");
        QTRY_COMPARE(finished.size(), 1);
        QTRY_VERIFY(!client.order.empty());
        const std::set<std::string> one = {"interaction-participant-left"};
        QCOMPARE(client.types, one);
        QCOMPARE(client.refused, 0u);
    }

    void anythingElseThanASubscriptionIsRefused()
    {
        Running run(bounded(1));
        Client client;
        client.open(run.server, goodToken(run.server), R"({"type":"hello"})");
        QTRY_COMPARE(client.disconnects, 1);
        QCOMPARE(static_cast<int>(client.socket.closeCode()), 1008);
        QVERIFY(client.socket.closeReason().contains("subscribe"));
    }

    /// Make before break: the second connection gets the same stream from where it stands; together they miss nothing.
    void twoClientsShareTheStream()
    {
        Running run(paced(2000));
        const QString token = goodToken(run.server);
        QSignalSpy finished(&run.server, &Server::finished);
        Client first, second;
        first.open(run.server, token);
        QTRY_VERIFY(first.messages >= 2);
        second.open(run.server, token);
        QTRY_VERIFY(second.messages >= 1);
        const std::set<std::string> bySecond = second.bodies;
        QTRY_VERIFY(std::includes(first.bodies.begin(), first.bodies.end(), bySecond.begin(), bySecond.end()));
        first.socket.close();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
        const auto together = [&] {
            std::set<std::string> all = first.bodies;
            all.insert(second.bodies.begin(), second.bodies.end());
            return all;
        };
        QTRY_VERIFY(together() == run.truth);
        QVERIFY(second.bodies.size() < run.truth.size());
    }

    /// Closes, replays and bad events between: nothing is lost.
    void gracefulDisconnectsLoseNothing()
    {
        Options options = bounded(150);
        options.faults.disconnectEvery = 40;
        options.faults.replay = 20;
        options.faults.duplicate = 1;
        options.faults.shuffle = 64;
        options.faults.bad = 0.05;
        Running run(options);
        const QString token = goodToken(run.server);
        QSignalSpy finished(&run.server, &Server::finished);
        std::vector<std::unique_ptr<Client>> clients;
        const auto reconnect = [&] {
            if (clients.empty() || !(clients.back()->socket.state() == QAbstractSocket::ConnectingState || clients.back()->isOpen())) {
                clients.push_back(std::make_unique<Client>());
                clients.back()->socket.setMaxAllowedIncomingMessageSize(8 << 20);
                clients.back()->open(run.server, token);
            }
        };
        QTRY_VERIFY_WITH_TIMEOUT((reconnect(), !finished.empty()), 60'000);
        const auto heard = [&] {
            std::set<std::string> all;
            for (const auto &client : clients)
                all.insert(client->bodies.begin(), client->bodies.end());
            return all;
        };
        QTRY_VERIFY(heard() == run.truth);
        QVERIFY(clients.size() > 5);
        QCOMPARE(static_cast<int>(clients.front()->socket.closeCode()), 1000);
    }

    void aResetCutsInMidFrame()
    {
        Options options = bounded(100);
        options.faults.disconnectEvery = 30;
        options.faults.reset = true;
        Running run(options);
        const QString token = goodToken(run.server);
        QSignalSpy left(&run.server, &Server::clientDisconnected);
        Client client;
        client.open(run.server, token);
        QTRY_COMPARE(left.size(), 1);
        QTRY_COMPARE(client.disconnects, 1);
        QVERIFY(client.messages <= 30);
        Client second;
        second.open(run.server, token);
        QTRY_VERIFY(second.messages > 0);
        for (const std::string &body : second.bodies)
            QVERIFY(!client.bodies.contains(body));
    }

    void dropsClientsAndRevokesTokens()
    {
        Running run(paced(50));
        const QString token = goodToken(run.server);
        Client first;
        first.open(run.server, token);
        QTRY_VERIFY(first.messages > 0);
        run.server.dropClients(false);
        QTRY_COMPARE(first.disconnects, 1);
        QCOMPARE(static_cast<int>(first.socket.closeCode()), 1001);
        Client second;
        second.open(run.server, token);
        QTRY_VERIFY(second.isOpen());
        run.server.dropClients(true);
        QTRY_COMPARE(second.disconnects, 1);
        Client third;
        QSignalSpy failed(&third.socket, SIGNAL(error(QAbstractSocket::SocketError)));
        third.open(run.server, token);
        QTRY_VERIFY(!failed.empty());
    }

    void frozenItAnswersNoPing()
    {
        Running run(paced(500));
        Client client;
        client.open(run.server, goodToken(run.server));
        QTRY_VERIFY(client.messages > 0);
        run.server.freeze(true);
        client.socket.ping();
        const Answer still = askToken(run.server); // the event loop has run, and a token is given all the same
        QCOMPARE(still.status, 200);
        QCOMPARE(client.pongs, 0);
        run.server.freeze(false);
        QTRY_COMPARE(client.pongs, 1);
        const int before = client.messages;
        QTRY_VERIFY(client.messages > before);
    }

    void silentItStillAnswersPings()
    {
        Options options = bounded(2000);
        options.faults.silence = Duration::seconds(3600);
        Running run(options);
        const QString token = goodToken(run.server);
        QSignalSpy finished(&run.server, &Server::finished);
        Client client;
        client.open(run.server, token);
        QTRY_VERIFY(client.messages > 0);
        // Silence: again and again a ping comes back, and nothing else.
        std::size_t heard = 0;
        int settled = 0;
        const auto goesOnInSilence = [&] {
            settled = client.order.size() == heard ? settled : client.pongs;
            heard = client.order.size();
            client.socket.ping();
            return client.pongs > settled + 10;
        };
        QTRY_VERIFY_WITH_TIMEOUT(goesOnInSilence(), 30'000);
        QVERIFY(finished.empty());
        Client second; // the silence is the connection's: a new one hears on, until it is silenced itself
        second.open(run.server, token);
        QTRY_VERIFY(second.messages > 0);
        for (const std::string &body : second.bodies)
            QVERIFY(!client.bodies.contains(body));
    }

    /// A client that does not read stops the stream; the server keeps about a mebibyte, the kernel some more.
    void backPressureIsBounded()
    {
        Options options = bounded(0);
        Running run(options);
        QTcpSocket socket;
        socket.setReadBufferSize(4096);
        socket.connectToHost("127.0.0.1", run.port);
        socket.write("GET /api/v2/streaming/events?access_token=" + goodToken(run.server).toUtf8()
                     + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        QTRY_VERIFY(socket.bytesAvailable() > 0);
        QVERIFY(socket.readAll().startsWith("HTTP/1.1 101"));
        const QByteArray text(kSubscribe);
        QByteArray frame("\x81\xfe", 2); // masked with zeros
        frame += static_cast<char>(text.size() >> 8);
        frame += static_cast<char>(text.size() & 0xFF);
        frame += QByteArray(4, '\0') + text;
        socket.write(frame);
        std::uint64_t sent = 0;
        int still = 0;
        QTRY_VERIFY_WITH_TIMEOUT((still = run.server.sentEvents() == sent && sent > 0 ? still + 1 : 0, sent = run.server.sentEvents(), still > 5), 30'000);
        QVERIFY2(sent < 40'000, qPrintable(QString::number(sent))); // some 500 bytes each
    }

    void theStreamWaitsWhileNobodyListens()
    {
        Running run(paced(300));
        const QString token = goodToken(run.server);
        {
            Client client;
            client.open(run.server, token);
            QTRY_VERIFY(client.messages > 0);
            QSignalSpy left(&run.server, &Server::clientDisconnected);
            client.socket.close();
            QTRY_COMPARE(left.size(), 1);
        }
        const Timestamp stands = run.server.virtualNow();
        (void)askToken(run.server); // real time passes
        QCOMPARE(run.server.virtualNow().us, stands.us);
    }

    void theVirtualClockFollowsTheInjectedOne()
    {
        ManualClock clock(Timestamp{1'900'000'000'000'000});
        Options options = bounded(0);
        options.rate = 100;
        options.speed = 10;
        options.start = {};
        options.history = Duration::seconds(60);
        Server server(options, {}, clock);
        QVERIFY(server.listen(0));
        QCOMPARE(server.virtualNow().us, 1'900'000'000'000'000);
        Client client;
        client.open(server, goodToken(server));
        QTRY_VERIFY(client.order.size() > 2000); // a minute's history at once
        const std::uint64_t history = server.sentEvents();
        clock.advance(Duration::seconds(2));
        QCOMPARE(server.virtualNow().us, 1'900'000'020'000'000);
        QTRY_VERIFY(server.sentEvents() > history + 1000);
        QVERIFY(server.sentEvents() < history + 3500);
    }
};

THREADLINE_TEST_MAIN(TestSimulatorServer)
#include "test_simulatorserver.moc"
