// SPDX-License-Identifier: GPL-3.0-or-later
/// What stands between the network and QHttpServer, which has no limits of its own: it caps connections and ends those
/// that take too long.
#pragma once

#include "core/api/acceptor.h"
#include "core/api/apiserver.h"
#include "core/api/heldanswers.h"
#include "core/api/mailbox.h"
#include "core/api/metrics.h"
#include "core/api/reply.h"
#include "core/api/routes.h"

#include <QTcpServer>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace threadline::api {

class Connection;

/// What all connections share. Api thread.
struct Service {
    Service(Session &session, const Clock &theClock, const ApiServer::Options &theOptions)
        : options(theOptions), clock(theClock), access{theOptions.hosts, theOptions.token}, context{session, access, counters}, held(theOptions.maxHeld)
    {
    }

    /// Counts an answer in `held`. Those that take theirs at less than 256 KiB/s are ended for it, the slowest first, however long the
    /// others have been at it. False if there would be no room all the same: then none is ended.
    [[nodiscard]] bool makeRoom(const std::shared_ptr<const void> &what, std::size_t bytes);

    const ApiServer::Options &options;
    const Clock &clock;
    Access access;
    Counters counters;
    const Context context;
    HeadWriter heads;
    std::shared_ptr<Mailbox> mailbox;
    std::unordered_map<std::uint64_t, Connection *> connections; ///< those that have not ended, by serial number
    HeldAnswers held;
    Connection *speaking = nullptr;                              ///< whose request QHttpServer is reading just now
};

/// Accepts connections and hands them to QHttpServer as guarded sockets. Api thread.
class Guard final : public QTcpServer {
public:
    explicit Guard(Service &service);
    ~Guard() override;

    /// Accepts from here on; the server listens.
    void beginAccepting();
    [[nodiscard]] QTcpSocket *nextPendingConnection() override;
    /// Ends all connections and takes no answers any more; before QHttpServer, which deletes their sockets, goes.
    void shutDown();
    /// QHttpServer has read a request of the connection that is speaking.
    void onRequest();

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    /// All places are taken. A place is for one question and its answer, taken at a decent pace; a newcomer gets that of the first of
    /// 1. those that ask nothing, the longest so first;
    /// 2. those in the middle of a request, the longest there first;
    /// 3. those that take an answer at less than 256 KiB/s over the last seconds, the slowest first;
    /// 4. those that had sent further requests before an answer was out and are at one of these, the most answers in a row first;
    /// 5. those that came within the last second and have not asked yet, whom else the next that comes would end.
    /// Nobody else: false if there are none of these. All clients have the same address here, so a bound for each says nothing.
    [[nodiscard]] bool giveWay();
    void deliver();
    void startSweeping();
    void sweep();

    Service &m_service;
    QTimer m_sweep;
    std::unique_ptr<Acceptor> m_acceptor;
    std::uint64_t m_lastSerial = 0;
};

} // namespace threadline::api
