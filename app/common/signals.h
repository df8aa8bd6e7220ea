// SPDX-License-Identifier: GPL-3.0-or-later
/// SIGTERM and SIGINT end the program properly.
#pragma once

#include <QObject>

#include <functional>

namespace threadline::app {

/// Calls `quit` on the event loop of the thread that made it, once, at the first SIGTERM or SIGINT. One a process.
class QuitOnSignal : public QObject {
    Q_OBJECT
public:
    explicit QuitOnSignal(std::function<void()> quit, QObject *parent = nullptr);
    ~QuitOnSignal() override;

private:
    std::function<void()> m_quit;
};

} // namespace threadline::app
