// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/door.h"

#include <QTcpSocket>
#include <QTimer>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace threadline::sim {

Door::Door(std::function<void(QTcpSocket *)> entered) : m_entered(std::move(entered)) {}

#ifdef Q_OS_UNIX

namespace {

constexpr int kLookAgain = 500; ///< ms

bool isExhaustion(int number) { return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM; }

} // namespace

Door::~Door()
{
    m_knocks.reset();
    if (m_socket >= 0)
        ::close(m_socket);
}

bool Door::open(std::uint16_t port)
{
    if (!listen(QHostAddress::LocalHost, port))
        return false;
    pauseAccepting();
    m_socket = ::fcntl(static_cast<int>(socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    m_knocks = std::make_unique<QSocketNotifier>(m_socket, QSocketNotifier::Read);
    connect(m_knocks.get(), &QSocketNotifier::activated, this, [this] { take(); });
    return m_socket >= 0;
}

void Door::take()
{
    const int fresh = ::accept(m_socket, nullptr, nullptr); // one at a time: the rest knocks again
    if (fresh < 0) {
        if (!isExhaustion(errno))
            return; // whoever waited has left
        m_knocks->setEnabled(false);
        QTimer::singleShot(kLookAgain, this, [this] { m_knocks->setEnabled(true); });
        return;
    }
    ::fcntl(fresh, F_SETFD, FD_CLOEXEC);
    auto *socket = new QTcpSocket(this);
    if (socket->setSocketDescriptor(fresh)) {
        m_entered(socket);
    } else {
        ::close(fresh);
        delete socket;
    }
}

#else

Door::~Door() = default;

bool Door::open(std::uint16_t port)
{
    connect(this, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = nextPendingConnection())
            m_entered(socket);
    });
    return listen(QHostAddress::LocalHost, port);
}

void Door::take() {}

#endif

} // namespace threadline::sim
