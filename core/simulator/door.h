// SPDX-License-Identifier: GPL-3.0-or-later
/// Takes in whoever connects to the simulator.
#pragma once

#include <QSocketNotifier>
#include <QTcpServer>

#include <functional>
#include <memory>

class QTcpSocket;

namespace threadline::sim {

/// A server of loopback. Where descriptors run out it lets half a second pass before it looks again: QTcpServer, which takes the failure
/// for what it had met before (6.4 to 6.8), would either look again at once, for ever, or never.
class Door : public QTcpServer {
    Q_OBJECT
public:
    explicit Door(std::function<void(QTcpSocket *)> entered);
    ~Door() override;
    /// Errors: false, with errorString().
    [[nodiscard]] bool open(std::uint16_t port);

private:
    void take();

    const std::function<void(QTcpSocket *)> m_entered;
    int m_socket = -1; ///< the same socket again: the server has a notifier of its own on the first descriptor
    std::unique_ptr<QSocketNotifier> m_knocks;
};

} // namespace threadline::sim
