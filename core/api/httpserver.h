// SPDX-License-Identifier: GPL-3.0-or-later
/// The only place that knows QHttpServer: what differs between Qt 6.4 and 6.8 ends here.
#pragma once

#include <functional>
#include <memory>

class QTcpServer;

namespace threadline::api {

/// QHttpServer on a listening server of ours, without its router (a regular expression a route, which decodes %2F before
/// it splits the path). It takes what the server's sockets give it to read; nothing it could write reaches a client,
/// because an answer that comes later is safe in its hands only from Qt 6.5 on. Api thread.
class HttpServer {
public:
    /// `onRequest` is called for each whole request that it has read, while the socket's readyRead runs.
    HttpServer(QTcpServer &server, std::function<void()> onRequest);
    ~HttpServer();

private:
    class Impl;
    std::unique_ptr<Impl> m;
};

} // namespace threadline::api
