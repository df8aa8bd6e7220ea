// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/connection.h"
#include "core/simulator/door.h"
#include "core/simulator/feed.h"
#include "core/simulator/simulator.h"
#include "core/simulator/tokens.h"

#include <QTcpSocket>
#include <QTimer>

#include <algorithm>
#include <vector>

namespace threadline::sim {
namespace {

constexpr std::size_t kMaxConnections = 256;

} // namespace

struct Server::Private {
    Private(Server &server, Options options, Accounts accounts, const Clock &theClock)
        : q(server), clock(theClock), desk(std::move(accounts), theClock), feed(std::move(options), theClock),
          door([this](QTcpSocket *socket) { accept(socket); })
    {
    }

    void accept(QTcpSocket *socket);
    void forget(Connection *connection);
    void pump();
    void schedulePump(Duration wait);
    void tellIfFinished();
    HttpReply answer(const HttpRequest &request);
    std::optional<HttpReply> refuse(const HttpRequest &request);
    std::string correlation();

    Server &q;
    const Clock &clock;
    TokenDesk desk;
    Feed feed;
    Door door;
    QTimer timer;
    std::vector<Connection *> connections; ///< children of the server
    int refusals = 0;
    bool frozen = false;
    bool pumping = false;
    bool toldFinished = false;
    std::uint64_t replies = 0;
};

void Server::Private::accept(QTcpSocket *socket)
{
    if (connections.size() >= kMaxConnections) {
        socket->abort();
        socket->deleteLater();
        return;
    }
    const Connection::Host host{[this](const HttpRequest &request) { return answer(request); },
                                [this](const HttpRequest &request) { return refuse(request); },
                                [this] { return correlation(); }};
    auto *connection = new Connection(socket, host, clock, &q);
    connections.push_back(connection);
    connect(connection, &Connection::opened, &q, [this, connection] {
        connection->freeze(frozen);
        Q_EMIT q.clientConnected();
    });
    connect(connection, &Connection::subscribed, &q, [this] { schedulePump({}); });
    connect(connection, &Connection::roomMade, &q, [this] { pump(); });
    connect(connection, &Connection::gone, &q, [this, connection] { forget(connection); });
    if (socket->bytesAvailable() > 0)
        Q_EMIT socket->readyRead();
}

void Server::Private::forget(Connection *connection)
{
    std::erase(connections, connection);
    connection->deleteLater();
    schedulePump({});
    pump(); // whoever hears that the client left finds the virtual clock standing
    if (connection->wasStream())
        Q_EMIT q.clientDisconnected();
}

void Server::Private::schedulePump(Duration wait)
{
    timer.start(static_cast<int>(std::max<std::int64_t>(0, (wait.us + 999) / 1000)));
}

void Server::Private::pump()
{
    if (frozen || pumping)
        return;
    pumping = true; // aborting a connection comes back here
    const std::vector<Connection *> now = connections;
    const auto wait = feed.pump(now);
    pumping = false;
    if (wait)
        schedulePump(*wait);
    tellIfFinished();
}

void Server::Private::tellIfFinished()
{
    if (toldFinished || !feed.ended())
        return;
    const bool written = std::all_of(connections.begin(), connections.end(), [](const Connection *c) { return c->allWritten(); });
    if (!written) {
        schedulePump(Duration::millis(5));
        return;
    }
    toldFinished = true;
    Q_EMIT q.finished();
}

HttpReply Server::Private::answer(const HttpRequest &request)
{
    if (request.path == "/oauth/token")
        return desk.answer(request);
    return restError(404, "not.found", "The requested resource was not found.");
}

std::optional<HttpReply> Server::Private::refuse(const HttpRequest &request)
{
    if (refusals > 0) {
        --refusals;
        return restError(401, "bad.credentials", "Invalid login credentials.");
    }
    const std::string_view header = request.header("authorization");
    const auto named = formValue(request.query, "access_token");
    return desk.refuse(named ? std::string_view(*named) : header.starts_with("Bearer ") ? header.substr(7) : std::string_view());
}

std::string Server::Private::correlation() { return "simulated-" + std::to_string(++replies); }

Server::Server(Options options, Accounts accounts, const Clock &clock, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(*this, std::move(options), std::move(accounts), clock))
{
    d->timer.setSingleShot(true);
    d->timer.setTimerType(Qt::PreciseTimer);
    connect(&d->timer, &QTimer::timeout, this, [this] { d->pump(); });
}

Server::~Server()
{
    d->door.close();
    for (Connection *connection : d->connections) {
        connection->disconnect(this);
        delete connection;
    }
}

Result<std::uint16_t> Server::listen(std::uint16_t port)
{
    if (!d->door.open(port)) {
        return fail(ErrorCode::Busy, "Port " + std::to_string(port) + " of 127.0.0.1 cannot be listened on: "
                        + d->door.errorString().toStdString() + ". Choose another port; 0 takes a free one.");
    }
    const std::string address = ":" + std::to_string(d->door.serverPort()) + "/oauth/token";
    d->desk.setAddresses({"http://127.0.0.1" + address, "http://localhost" + address});
    return d->door.serverPort();
}

std::string Server::url() const { return "http://127.0.0.1:" + std::to_string(d->door.serverPort()); }
void Server::setTruthSink(std::function<void(const TrueEvent &)> sink) { d->feed.setTruthSink(std::move(sink)); }

void Server::dropClients(bool revokeTokens)
{
    if (revokeTokens)
        d->desk.revokeAll();
    const std::vector<Connection *> now = d->connections;
    for (Connection *connection : now)
        connection->closeGracefully(1001, "going away");
}

void Server::failTokens(int n, int status, Duration retryAfter) { d->desk.failNext(n, status, retryAfter); }
void Server::refuseHandshakes(int n) { d->refusals = n; }

void Server::freeze(bool on)
{
    d->frozen = on;
    const std::vector<Connection *> now = d->connections;
    for (Connection *connection : now)
        connection->freeze(on);
    if (!on)
        d->schedulePump({});
}

std::uint64_t Server::sentEvents() const { return d->feed.sentEvents(); }
int Server::tokensGiven() const { return d->desk.given(); }
Timestamp Server::virtualNow() const { return d->feed.virtualNow(); }

} // namespace threadline::sim
