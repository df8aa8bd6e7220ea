// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/guard.h"

#include "core/api/connection.h"

#include <algorithm>
#include <vector>

namespace threadline::api {
namespace {

/// How exactly deadlines are kept: a timer for each connection would cost each request two changes of the timer list.
constexpr int kSweepMs = 100;
constexpr int kBacklog = 512;

} // namespace

bool Service::makeRoom(const std::shared_ptr<const void> &what, std::size_t bytes)
{
    if (held.take(what, bytes))
        return true;
    std::vector<std::pair<std::int64_t, Connection *>> slow;
    std::vector<std::shared_ptr<const void>> theirs;
    for (const auto &[serial, connection] : connections) {
        const auto pace = connection->held() ? connection->slowPace() : std::nullopt;
        if (!pace)
            continue;
        slow.emplace_back(*pace, connection);
        theirs.push_back(connection->held());
    }
    if (!held.fitsWithout(theirs, bytes))
        return false;
    theirs.clear();
    std::sort(slow.begin(), slow.end());
    for (const auto &[pace, connection] : slow) {
        ++counters.deadlines;
        connection->end();
        if (held.take(what, bytes))
            return true;
    }
    return false;
}

Guard::Guard(Service &service) : m_service(service)
{
    setListenBacklogSize(kBacklog);
    m_service.mailbox = std::make_shared<Mailbox>(
        [this] { QMetaObject::invokeMethod(this, [this] { deliver(); }, Qt::QueuedConnection); });
    m_sweep.setInterval(kSweepMs);
    m_sweep.callOnTimeout(this, [this] { sweep(); });
}

void Guard::beginAccepting()
{
    m_acceptor = std::make_unique<Acceptor>(*this, [this](qintptr descriptor) { incomingConnection(descriptor); }, [this] {
        startSweeping();
        return giveWay();
    });
}

/// The server begins to accept by itself whenever one is taken from it.
QTcpSocket *Guard::nextPendingConnection()
{
    QTcpSocket *next = QTcpServer::nextPendingConnection();
#ifdef Q_OS_UNIX
    pauseAccepting();
#endif
    return next;
}

Guard::~Guard() { shutDown(); }

void Guard::shutDown()
{
    m_acceptor.reset();
    close();
    m_service.mailbox->close();
    const auto connections = m_service.connections;
    for (const auto &[serial, connection] : connections)
        connection->end();
}

void Guard::onRequest()
{
    if (m_service.speaking)
        m_service.speaking->onRequest();
}

void Guard::incomingConnection(qintptr descriptor)
{
    auto connection = std::make_unique<Connection>(m_service, ++m_lastSerial);
    connection->setParent(this);
    if (m_service.connections.size() >= static_cast<std::size_t>(m_service.options.maxConnections) && !giveWay()) {
        ++m_service.counters.connectionsRefused;
        connection->refuse(descriptor);
        return;
    }
    if (!connection->take(descriptor))
        return;
    ++m_service.counters.connectionsTotal;
    startSweeping();
    addPendingConnection(connection.release());
}

bool Guard::giveWay()
{
    Connection *least = nullptr;
    std::pair<Connection::GivesWay, std::int64_t> rank;
    for (const auto &[serial, connection] : m_service.connections) {
        const auto its = connection->givesWay();
        if (its && (!least || *its < rank)) {
            least = connection;
            rank = *its;
        }
    }
    if (!least)
        return false;
    ++m_service.counters.connectionsGivenWay;
    least->end();
    return true;
}

void Guard::deliver()
{
    for (Letter &letter : m_service.mailbox->take()) {
        const auto found = m_service.connections.find(letter.connection);
        if (found != m_service.connections.end())
            found->second->answer(letter.request, std::move(letter.reply));
    }
}

/// A timer that runs is left alone: clients that keep coming must not keep putting it off.
void Guard::startSweeping()
{
    if (!m_sweep.isActive())
        m_sweep.start();
}

void Guard::sweep()
{
    if (m_acceptor)
        m_acceptor->resume();
    const Duration now = m_service.clock.steady();
    std::vector<Connection *> expired;
    for (const auto &[serial, connection] : m_service.connections) {
        if (connection->deadline() <= now)
            expired.push_back(connection);
    }
    for (Connection *connection : expired)
        connection->expire();
    if (m_service.connections.empty())
        m_sweep.stop();
}

} // namespace threadline::api
