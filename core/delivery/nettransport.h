// SPDX-License-Identifier: GPL-3.0-or-later
/// The transport over the network: as many connections as requests at a time, each kept alive.
#pragma once

#include "core/delivery/transport.h"
#include "core/net/options.h"

#include <QThread>

#include <memory>

namespace threadline::delivery {

/// Belongs to the thread of `home`. Its connections have a thread of their own: a body is handed to the socket in pieces of 16 KiB
/// by the event loop of the thread that posts it, and whoever sends makes the next batches meanwhile.
class NetTransport final : public Transport {
public:
    /// `url`: what request paths stand behind. `home` must outlive it.
    NetTransport(std::string url, NetworkOptions network, QObject *home);
    ~NetTransport() override;
    void send(const influx::Request &request, std::shared_ptr<const std::string> body, bool get, Duration timeout, Done done) override;
    void cancel() override;

private:
    class Lines;
    const std::string m_url;
    QObject *const m_home;
    QThread m_thread;
    Lines *m_lines; ///< lives in it
    /// Whose answers are still wanted: counted up when none before is.
    std::shared_ptr<std::uint64_t> m_wanted = std::make_shared<std::uint64_t>(0);
};

} // namespace threadline::delivery
