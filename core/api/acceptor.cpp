// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/acceptor.h"

#include "core/base/log.h"

#include <QTcpServer>

#ifdef Q_OS_UNIX
#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace threadline::api {

#ifdef Q_OS_UNIX

namespace {

constexpr int kAtATime = 64; ///< so that those who are connected get their turn

bool isExhaustion(int number) { return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM; }

} // namespace

/// The notifier watches a second descriptor of the same socket, for the server has one of its own on the first.
struct Acceptor::Private {
    Private(QTcpServer &server, std::function<void(qintptr)> a, std::function<bool()> e)
        : accepted(std::move(a)), exhausted(std::move(e)), socket(::fcntl(static_cast<int>(server.socketDescriptor()), F_DUPFD_CLOEXEC, 0)),
          notifier(socket, QSocketNotifier::Read)
    {
        server.pauseAccepting();
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [this] { accept(); });
        keepReserve();
    }
    ~Private()
    {
        notifier.setEnabled(false);
        useReserve();
        ::close(socket);
    }

    /// Some descriptors are kept back, and let go while failed() runs: giving way and logging, whatever they open, must not fail for want
    /// of one, or nobody would give way any more. The newcomer then gets the descriptor of the one that did, not one of these.
    void keepReserve()
    {
        for (int &descriptor : reserve) {
            if (descriptor < 0)
                descriptor = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
        }
    }
    void useReserve()
    {
        for (int &descriptor : reserve) {
            if (descriptor >= 0)
                ::close(std::exchange(descriptor, -1));
        }
    }

    void accept()
    {
        for (int n = 0; n < kAtATime; ++n) {
            const int fresh = ::accept(socket, nullptr, nullptr);
            if (fresh < 0)
                return failed(errno);
            ::fcntl(fresh, F_SETFD, FD_CLOEXEC);
            accepted(fresh);
        }
    }

    void failed(int number)
    {
        if (!isExhaustion(number))
            return; // nobody waits, or one who waited has left
        useReserve();
        notifier.setEnabled(false); // before anybody is ended, who might come again at once
        if (!std::exchange(told, true))
            log::warning("rest", std::string("New connections find no room: ") + std::strerror(number)
                                     + ". Idle ones give way to them. Raise the limit on open files (ulimit -n).");
        if (exhausted())
            notifier.setEnabled(true);
        keepReserve();
    }

    std::function<void(qintptr)> accepted;
    std::function<bool()> exhausted;
    int socket;
    std::array<int, 4> reserve{-1, -1, -1, -1};
    QSocketNotifier notifier;
    bool told = false; ///< once is enough: it would come with each newcomer
};

Acceptor::Acceptor(QTcpServer &server, std::function<void(qintptr)> accepted, std::function<bool()> exhausted)
    : d(std::make_unique<Private>(server, std::move(accepted), std::move(exhausted)))
{
}

void Acceptor::resume() { d->notifier.setEnabled(true); }

#else

/// Here the server accepts by itself; after an error it has to be told to go on.
struct Acceptor::Private {
    QTcpServer &server;
};

Acceptor::Acceptor(QTcpServer &server, std::function<void(qintptr)>, std::function<bool()> exhausted) : d(new Private{server})
{
    QObject::connect(&server, &QTcpServer::acceptError, &server, [exhausted, &server] {
        if (exhausted())
            server.resumeAccepting();
    });
}

void Acceptor::resume() { d->server.resumeAccepting(); }

#endif

Acceptor::~Acceptor() = default;

} // namespace threadline::api
