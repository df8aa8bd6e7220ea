// SPDX-License-Identifier: GPL-3.0-or-later
/// The transport over the network: as many connections as requests at a time, each kept alive.
#pragma once

#include "core/delivery/transport.h"
#include "core/net/network.h"

#include <QObject>

#include <memory>
#include <vector>

namespace threadline::delivery {

/// Lives in one thread, that of `parent`.
class NetTransport final : public Transport {
public:
    /// `url`: what request paths stand behind.
    NetTransport(std::string url, NetworkOptions network, QObject *parent);
    ~NetTransport() override;
    void send(const influx::Request &request, std::shared_ptr<const std::string> body, bool get, Duration timeout, Done done) override;
    void cancel() override;

private:
    struct Line {
        std::unique_ptr<HttpClient> client;
        bool busy = false;
    };
    const std::string m_url;
    const NetworkOptions m_network;
    QObject *m_parent;
    std::vector<std::unique_ptr<Line>> m_lines;
};

} // namespace threadline::delivery
