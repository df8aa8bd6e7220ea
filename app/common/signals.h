// SPDX-License-Identifier: GPL-3.0-or-later
/// What the system may do to a program: limits, and signals that end it, properly.
#pragma once

#include "core/base/result.h"

#include <QObject>

#include <chrono>
#include <functional>

namespace threadline::app {

/// Before anything else in a program: a file that may not grow further (ulimit -f) is a disk that is full, and a reader that has
/// gone (a pipe) a failed write; neither is to end the process. As many files may be open as the system lets us have, up to 4,096.
/// Errors: InvalidArgument, if that is too few to start with: what cannot open a file then is not always able to say so. Likewise if
/// too little memory may be used (ulimit -v): libraries end a process that gets none.
[[nodiscard]] Result<> prepareProcess();

/// The program is to end, and has so long for it. What hangs in the system and cannot be interrupted (a disk, a name server) is left
/// as a kill would leave it: what is durable stays, the rest lies in a band. Any thread, once.
void endWithin(std::chrono::milliseconds time);
inline constexpr std::chrono::milliseconds kEndWithin{4500};

/// Calls `quit` on the event loop of the thread that made it, once, at the first SIGTERM or SIGINT. One a process.
class QuitOnSignal : public QObject {
    Q_OBJECT
public:
    explicit QuitOnSignal(std::function<void()> quit, QObject *parent = nullptr);
    ~QuitOnSignal() override;

private:
    std::function<void()> m_quit;
    bool m_asked = false;
};

} // namespace threadline::app
