// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/signals.h"

#include "app/common/exitcodes.h"
#include "core/base/log.h"

#include <QtGlobal>

#include <cstdlib>
#include <thread>

#ifdef Q_OS_UNIX
#include <QSocketNotifier>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#else
#include <QTimer>

#include <csignal>
#endif

namespace threadline::app {

void endWithin(std::chrono::milliseconds time)
{
    std::thread([time] {
        std::this_thread::sleep_for(time);
        log::error("app", "Something in the system did not let the program end in time (a disk, a name server). It ends now; what is recorded is safe.");
        std::_Exit(kExitHung);
    }).detach();
}

#ifdef Q_OS_UNIX

namespace {

constexpr rlim_t kWantedFiles = 4096; ///< 512 clients, their questions, and whatever a program and its libraries open
constexpr rlim_t kLeastFiles = 48;
constexpr rlim_t kLeastMemory = rlim_t(256) << 20; ///< of addresses: libraries, stacks of a dozen threads, and something to work with

} // namespace

Result<> prepareProcess()
{
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    rlimit memory{};
    if (::getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur < kLeastMemory)
        return fail(ErrorCode::InvalidArgument, "The program may use only " + std::to_string(memory.rlim_cur >> 20) + " MiB of memory (ulimit -v); at least "
                                                    + std::to_string(kLeastMemory >> 20) + " are needed, and 1024 for a busy feed. Raise that limit.");
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
        return {};
    const rlim_t wanted = std::min(files.rlim_max, kWantedFiles);
    if (files.rlim_cur < wanted) {
        const rlimit more{wanted, files.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &more) == 0)
            files = more;
    }
    if (files.rlim_cur < kLeastFiles)
        return fail(ErrorCode::InvalidArgument, "Only " + std::to_string(files.rlim_cur) + " files may be open at a time (ulimit -n); at least "
                                                    + std::to_string(kLeastFiles) + " are needed, and one for each client. Raise that limit.");
    return {};
}

namespace {

int g_pipe[2] = {-1, -1};

/// Only write() is allowed here; the notifier wakes the event loop.
void onSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(g_pipe[1], &byte, 1);
}

} // namespace

QuitOnSignal::QuitOnSignal(std::function<void()> quit, QObject *parent) : QObject(parent), m_quit(std::move(quit))
{
    if (::pipe(g_pipe) != 0)
        return;
    for (const int end : g_pipe)
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    auto *notifier = new QSocketNotifier(g_pipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this, notifier] {
        notifier->setEnabled(false);
        m_asked = true;
        m_quit();
    });
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    struct sigaction before = {};
    ::sigaction(SIGHUP, nullptr, &before);
    if (before.sa_handler != SIG_IGN) // nohup wants it to go on without its terminal
        ::sigaction(SIGHUP, &action, nullptr);
}

QuitOnSignal::~QuitOnSignal()
{
    const auto next = m_asked ? SIG_IGN : SIG_DFL; // asked twice, it still ends in order; endWithin() has the last word
    std::signal(SIGTERM, next);
    std::signal(SIGINT, next);
    if (std::signal(SIGHUP, next) == SIG_IGN)
        std::signal(SIGHUP, SIG_IGN);
    for (int &end : g_pipe) {
        ::close(end);
        end = -1;
    }
}

#else

Result<> prepareProcess() { return {}; }

namespace {

volatile std::sig_atomic_t g_signalled = 0;

} // namespace

QuitOnSignal::QuitOnSignal(std::function<void()> quit, QObject *parent) : QObject(parent), m_quit(std::move(quit))
{
    std::signal(SIGTERM, [](int) { g_signalled = 1; });
    std::signal(SIGINT, [](int) { g_signalled = 1; });
    auto *timer = new QTimer(this); // no signal-safe way to wake the loop here
    connect(timer, &QTimer::timeout, this, [this, timer] {
        if (!g_signalled)
            return;
        timer->stop();
        m_quit();
    });
    timer->start(100);
}

QuitOnSignal::~QuitOnSignal() = default;

#endif

} // namespace threadline::app
