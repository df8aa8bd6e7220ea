// SPDX-License-Identifier: GPL-3.0-or-later
/// Takes new connections from a listening socket, in place of QTcpServer: that one looks at an error only until its first "nothing to
/// accept", and then takes "no descriptors left" for the same, so that it is woken again at once, for ever.
#pragma once

#include <QtGlobal>

#include <functional>
#include <memory>

class QTcpServer;

namespace threadline::api {

/// The server's thread.
class Acceptor {
public:
    /// `server` listens. `accepted` gets each new descriptor and owns it; `exhausted` is told that there are no
    /// descriptors; true: it has given one back, and accepting goes on; else it rests until resume().
    Acceptor(QTcpServer &server, std::function<void(qintptr)> accepted, std::function<bool()> exhausted);
    ~Acceptor();
    /// Tries again, if it rests.
    void resume();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace threadline::api
