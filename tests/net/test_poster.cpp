// SPDX-License-Identifier: GPL-3.0-or-later
/// Posting over a connection that is kept, cut, reset, refused, encrypted; against a server of this test.
#include "core/delivery/nettransport.h"
#include "core/net/poster.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QSslSocket>
#include <QTcpServer>

#include <deque>

using namespace threadline;
using namespace threadline::test;

namespace {

const QByteArray kTaken = "HTTP/1.1 204 No Content\r\n\r\n";

/// Reads whole requests, and does with each what comes next in `deeds`.
class Server : public QTcpServer {
public:
    using Deed = std::function<void(QTcpSocket &)>;
    static Deed says(const QByteArray &bytes)
    {
        return [bytes](QTcpSocket &socket) { socket.write(bytes); };
    }
    static Deed saysAndCloses(const QByteArray &bytes)
    {
        return [bytes](QTcpSocket &socket) {
            socket.write(bytes);
            socket.disconnectFromHost();
        };
    }
    static void resets(QTcpSocket &socket) { socket.abort(); }

    explicit Server(std::optional<QSslConfiguration> tls = {}) : m_tls(std::move(tls))
    {
        listen(QHostAddress::LocalHost);
    }
    [[nodiscard]] std::string url() const
    {
        return (m_tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(serverPort()) + "/api/v2/write?bucket=b%20c";
    }

    std::deque<Deed> deeds;  ///< when none is left: taken
    QList<QByteArray> heads, bodies;
    int connections = 0;
    bool answersAtOnce = false; ///< once the head is there

protected:
    void incomingConnection(qintptr handle) override
    {
        ++connections;
        auto *socket = new QSslSocket(this);
        socket->setSocketDescriptor(handle);
        if (m_tls) {
            socket->setSslConfiguration(*m_tls);
            socket->startServerEncryption();
        }
        connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(*socket); });
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }

private:
    void read(QTcpSocket &socket)
    {
        QByteArray &pending = m_pending[&socket];
        pending += socket.readAll();
        for (;;) {
            const auto end = pending.indexOf("\r\n\r\n");
            const auto mark = pending.indexOf("Content-Length: ");
            if (end < 0 || mark < 0)
                return;
            const auto size = pending.mid(mark + 16, pending.indexOf('\r', mark) - mark - 16).toLongLong();
            const bool whole = pending.size() >= end + 4 + size;
            if (!whole && !(answersAtOnce && heads.isEmpty()))
                return;
            heads << pending.left(end);
            bodies << pending.mid(end + 4, size);
            pending.remove(0, end + 4 + size);
            const Deed deed = deeds.empty() ? says(kTaken) : deeds.front();
            if (!deeds.empty())
                deeds.pop_front();
            deed(socket);
            if (socket.state() != QAbstractSocket::ConnectedState)
                return;
        }
    }

    const std::optional<QSslConfiguration> m_tls;
    QHash<QTcpSocket *, QByteArray> m_pending;
};

/// A poster, and what it was answered.
struct Client {
    explicit Client(NetworkOptions options = {}) : poster(std::move(options), &home) {}
    void post(const std::string &url, std::string body, Duration timeout = Duration::seconds(20))
    {
        HttpRequest request;
        request.url = url;
        request.headers = {{"Authorization", "Token t"}, {"X-Odd", "a\r\nInjected: 1"}};
        request.body = std::make_shared<const std::string>(std::move(body));
        request.timeout = timeout;
        request.maxBody = 1000;
        answer.reset();
        poster.post(request, [this](HttpAnswer got) {
            ++answers;
            answer = std::move(got);
        });
    }
    [[nodiscard]] bool answered()
    {
        return QTest::qWaitFor([this] { return answer.has_value(); }, 20'000);
    }
    [[nodiscard]] bool failedWith(NetworkProblem problem) { return answered() && answer->failure && answer->failure->problem == problem; }
    [[nodiscard]] bool succeededWith(int status) { return answered() && !answer->failure && answer->status == status; }

    QObject home;
    std::optional<HttpAnswer> answer;
    int answers = 0;
    Poster poster;
};

} // namespace

class TestPoster : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneConnectionServesMany()
    {
        Server server;
        Client client;
        const std::string large(5'000'000, 'l');
        for (const std::string &body : {std::string("small"), large, std::string(), std::string("again")}) {
            client.post(server.url(), body);
            QVERIFY(client.succeededWith(204));
            QCOMPARE(server.bodies.last(), QByteArray::fromStdString(body));
        }
        QCOMPARE(server.connections, 1);
        const QByteArray &head = server.heads.first();
        QVERIFY2(head.startsWith("POST /api/v2/write?bucket=b%20c HTTP/1.1\r\nHost: 127.0.0.1:"), head.constData());
        QVERIFY(head.contains("\r\nAuthorization: Token t\r\n") && head.contains("\r\nUser-Agent: Threadline/"));
        QVERIFY(!head.contains("\r\nInjected"));
    }

    /// Of a connection that is reset as soon as it is made Qt says this, or something true: it depends on the moment.
    void whatTheLibraryHasNoWordsFor()
    {
        const NetworkFailure reset = connectionFailure(NetworkProblem::Other, "influx:8086", QTcpSocket().errorString().toStdString());
        QCOMPARE(QTcpSocket().errorString(), QStringLiteral("Unknown error"));
        QCOMPARE(int(reset.problem), int(NetworkProblem::Dropped));
        const std::string words = describe(reset);
        QVERIFY2(words.starts_with("influx:8086 closed the connection: it was reset as soon as it was made. "), words.c_str());
        const NetworkFailure other = connectionFailure(NetworkProblem::Other, "influx:8086", "Network unreachable");
        QVERIFY(describe(other).starts_with("No connection to influx:8086: Network unreachable. "));
    }

    void anAnswerIsReadWhole()
    {
        Server server;
        Client client;
        server.deeds = {Server::says("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "3\r\n{}x\r\n0\r\n\r\n")};
        client.post(server.url(), "a");
        QVERIFY(client.succeededWith(429));
        QCOMPARE(client.answer->retryAfter, std::string("7"));
        QCOMPARE(client.answer->contentType, std::string("application/json"));
        QCOMPARE(client.answer->body, std::string("{}x"));
        QVERIFY(!client.answer->cut);
        client.post(server.url(), "b");
        QVERIFY(client.succeededWith(204));
        QCOMPARE(server.connections, 1);
    }

    void aConnectionThatEndsIsMadeAnew()
    {
        Server server;
        Client client;
        server.deeds = {Server::saysAndCloses(kTaken), Server::says("HTTP/1.1 204 None\r\nConnection: close\r\n\r\n"),
                        Server::says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxSTRAY"), Server::says(kTaken)};
        for (int i = 0; i < 4; ++i) {
            client.post(server.url(), "x");
            QVERIFY(client.answered() && !client.answer->failure);
            QTest::qWait(20); // the end of it arrives while it rests
        }
        QCOMPARE(server.connections, 4);
        QCOMPARE(server.bodies.size(), 4); // none twice
    }

    void aKeptConnectionThatProvesGoneIsTriedOnceMore()
    {
        Server server;
        Client client;
        server.deeds = {Server::says(kTaken), Server::resets, Server::says(kTaken), Server::resets, Server::resets};
        client.post(server.url(), "first");
        QVERIFY(client.succeededWith(204));
        client.post(server.url(), "second");
        QVERIFY(client.succeededWith(204));
        QCOMPARE(server.bodies, (QList<QByteArray>{"first", "second", "second"}));
        client.post(server.url(), "third");
        QVERIFY(client.failedWith(NetworkProblem::Dropped));
        QCOMPARE(server.bodies.size(), 5);
        QCOMPARE(client.answers, 3);
    }

    void whatIsNoAnswer_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("problem");
        QTest::newRow("reset at once") << QByteArray() << int(NetworkProblem::Dropped);
        QTest::newRow("half a head") << QByteArray("HTTP/1.1 204 No") << int(NetworkProblem::Dropped);
        QTest::newRow("another protocol") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n") << int(NetworkProblem::Other);
    }
    void whatIsNoAnswer()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, problem);
        Server server;
        Client client;
        server.deeds = {Server::saysAndCloses(bytes)};
        client.post(server.url(), "x");
        QVERIFY(client.failedWith(static_cast<NetworkProblem>(problem)));
        QVERIFY(!client.answer->failure->text.empty());
        client.post(server.url(), "x");
        QVERIFY(client.succeededWith(204));
    }

    void aBodyThatBreaksOffOrIsTooLongIsCut()
    {
        Server server;
        Client client;
        server.deeds = {Server::saysAndCloses("HTTP/1.1 400 Bad\r\nContent-Length: 99\r\n\r\nhalf"),
                        Server::says("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + QByteArray(2000, 'x'))};
        client.post(server.url(), "x");
        QVERIFY(client.succeededWith(400));
        QVERIFY(client.answer->cut);
        QCOMPARE(client.answer->body, std::string("half"));
        client.post(server.url(), "x");
        QVERIFY(client.succeededWith(200));
        QVERIFY(client.answer->cut);
        QCOMPARE(client.answer->body.size(), std::size_t(1000));
    }

    void anAnswerBeforeAllIsSentCounts()
    {
        Server server;
        server.answersAtOnce = true;
        Client client;
        server.deeds = {Server::says("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")};
        client.post(server.url(), std::string(20'000'000, 'x'));
        QVERIFY(client.succeededWith(413));
        client.post(server.url(), "small");
        QVERIFY(client.succeededWith(204));
        QCOMPARE(server.connections, 2);
        QCOMPARE(server.bodies.last(), QByteArray("small"));
    }

    void aSuccessBeforeAllWasAskedIsNone_data()
    {
        QTest::addColumn<bool>("tls");
        QTest::addColumn<bool>("proxy");
        QTest::addColumn<QByteArray>("answer");
        for (const auto &[name, answer] : {std::pair("204", kTaken), std::pair("204, closes", QByteArray("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")),
                                           std::pair("200", QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))}) {
            QTest::addRow("%s", name) << false << false << answer;
            QTest::addRow("%s, encrypted", name) << true << false << answer;
            QTest::addRow("%s, through a proxy", name) << false << true << answer;
        }
    }

    /// The server answers and closes while most of the body is still here: it cannot have stored it.
    void aSuccessBeforeAllWasAskedIsNone()
    {
        QFETCH(bool, tls);
        QFETCH(bool, proxy);
        QFETCH(QByteArray, answer);
        NetworkOptions options;
        std::optional<QSslConfiguration> encrypted;
        if (tls) {
            const FakeCertificates made = makeCertificates("IP:127.0.0.1");
            options.caFile = (scratchFolder() + QStringLiteral("/early.pem")).toStdString();
            QFile pem(QString::fromStdString(options.caFile));
            QVERIFY(pem.open(QIODevice::WriteOnly) && pem.write(made.authorityPem) > 0);
            encrypted = made.serverConfiguration();
        }
        Server server(encrypted);
        if (proxy)
            options.proxy = "http://127.0.0.1:" + std::to_string(server.serverPort());
        for (const bool closes : {true, false}) {
            if (proxy && !closes)
                continue; // Qt reads no answer before all has been given
            server.answersAtOnce = true;
            server.heads.clear();
            server.deeds = {closes ? Server::saysAndCloses(answer) : Server::says(answer)};
            QObject home;
            delivery::NetTransport transport(proxy ? "http://influx.invalid" : server.url().substr(0, server.url().find("/api")), options, &home);
            std::optional<influx::HttpReply> reply;
            transport.send({"/api/v2/write?bucket=b", {{"Content-Type", "text/plain"}}}, std::make_shared<const std::string>(20'000'000, 'x'), false, Duration::seconds(3),
                           [&](influx::HttpReply got) { reply = std::move(got); });
            QTRY_VERIFY_WITH_TIMEOUT(reply.has_value(), 20'000);
            if (proxy && reply->status != 0) { // Qt has sent it once more
                QCOMPARE(server.bodies.last().size(), 20'000'000);
                continue;
            }
            QVERIFY2(reply->status == 0, qPrintable(QString::number(reply->status)));
            QVERIFY(!reply->failure.empty() && !reply->setting);
        }
    }

    void nobodyAnswers()
    {
        Server server;
        Client client;
        server.deeds = {[](QTcpSocket &) {}};
        client.post(server.url(), "x", Duration::millis(100));
        QVERIFY(client.failedWith(NetworkProblem::Timeout));
        client.post(server.url(), "x");
        QVERIFY(client.succeededWith(204));
        server.close();
        Client other;
        other.post(server.url(), "x");
        QVERIFY(other.failedWith(NetworkProblem::Refused));
        QCOMPARE(other.answer->failure->host, "127.0.0.1:" + server.url().substr(17, server.url().find("/api") - 17));
    }

    void cancelledMeansNotAnswered()
    {
        Server server;
        Client client;
        server.deeds = {[&client](QTcpSocket &socket) {
            client.poster.cancel();
            socket.write(kTaken);
        }};
        client.post(server.url(), std::string(3'000'000, 'x'));
        QTRY_COMPARE(server.heads.size(), 1);
        QTest::qWait(50);
        QCOMPARE(client.answers, 0);
        client.post(server.url(), "y");
        QVERIFY(client.succeededWith(204));
        QCOMPARE(client.answers, 1);
        {
            Client going;
            going.post(server.url(), "z");
            QTest::qWait(5);
        }
        QTest::qWait(20);
    }

    void encrypted()
    {
        const FakeCertificates made = makeCertificates("IP:127.0.0.1");
        const QString file = scratchFolder() + QStringLiteral("/authority.pem");
        QFile pem(file);
        QVERIFY(pem.open(QIODevice::WriteOnly) && pem.write(made.authorityPem) > 0);
        pem.close();
        Server server(made.serverConfiguration());
        NetworkOptions trusting;
        trusting.caFile = file.toStdString();
        Client client(trusting);
        for (int i = 0; i < 2; ++i) {
            client.post(server.url(), std::string(1'000'000, 'x'));
            QVERIFY(client.succeededWith(204));
            QCOMPARE(server.bodies.last().size(), 1'000'000);
        }
        QCOMPARE(server.connections, 1);
        Client strict;
        strict.post(server.url(), "x");
        QVERIFY(strict.failedWith(NetworkProblem::Tls));
        QCOMPARE(strict.answer->failure->issuer, std::string("Threadline Test Authority"));
        QCOMPARE(server.bodies.size(), 2); // nothing was sent to whoever that is
        NetworkOptions wrong;
        wrong.caFile = "/nowhere.pem";
        Client unset(wrong);
        unset.post(server.url(), "x");
        QVERIFY(unset.failedWith(NetworkProblem::Setting));
        QVERIFY(unset.answer->failure->text.find("THREADLINE_CA_FILE") == 0);
    }
};

THREADLINE_TEST_MAIN(TestPoster)
#include "test_poster.moc"
