// SPDX-License-Identifier: GPL-3.0-or-later
/// Genesys' side for demo, training and tests: scripted calls, faults, the streaming protocol and OAuth, from one seed.
/// What needs no network (Generator, Stream, scenarios, Options, Faults) is in stream.h and free of Qt.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/simulator/accounts.h"
#include "core/simulator/stream.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace threadline::sim {

/// The server: POST /oauth/token (client credentials; JWT bearer with signature, audience, expiry and single use verified),
/// GET /api/v2/streaming/events?access_token=T (WebSocket). Loopback only. One thread.
class Server : public QObject {
    Q_OBJECT
public:
    Server(Options options, Accounts accounts, const Clock &clock, QObject *parent = nullptr);
    ~Server() override;
    /// Port 0: a free one. Errors: Busy (port taken).
    [[nodiscard]] Result<std::uint16_t> listen(std::uint16_t port);
    [[nodiscard]] std::string url() const; ///< "http://127.0.0.1:PORT"
    void setTruthSink(std::function<void(const TrueEvent &)> sink);
    /// Closes now; tokens stay valid (false) or are revoked (true). For tests.
    void dropClients(bool revokeTokens);
    /// The next `n` token requests are answered with this status (and Retry-After, when not zero). For tests.
    void failTokens(int n, int status, Duration retryAfter = {});
    /// The next `n` handshakes are answered 401. For tests.
    void refuseHandshakes(int n);
    /// Stops answering pings and sending data without closing, until called with false. For tests.
    void freeze(bool on);
    [[nodiscard]] std::uint64_t sentEvents() const;
    [[nodiscard]] int tokensGiven() const;
    [[nodiscard]] Timestamp virtualNow() const;

Q_SIGNALS:
    void finished(); ///< all interactions were sent to a subscriber
    void clientConnected();
    void clientDisconnected();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace threadline::sim
