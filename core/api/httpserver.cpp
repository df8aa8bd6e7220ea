// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/httpserver.h"

#include <QAbstractHttpServer>
#include <QHttpServerRequest>
#include <QHttpServerResponder>
#include <QTcpServer>

namespace threadline::api {

class HttpServer::Impl final : public QAbstractHttpServer {
public:
    explicit Impl(std::function<void()> onRequest) : m_onRequest(std::move(onRequest)) {}

protected:
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    bool handleRequest(const QHttpServerRequest &, QHttpServerResponder &) override { return handle(); }
#else
    bool handleRequest(const QHttpServerRequest &, QTcpSocket *) override { return handle(); }
#endif

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    void missingHandler(const QHttpServerRequest &, QHttpServerResponder &) override {}
#elif QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    void missingHandler(const QHttpServerRequest &, QHttpServerResponder &&) override {}
#else
    void missingHandler(const QHttpServerRequest &, QTcpSocket *) override {}
#endif

private:
    bool handle()
    {
        m_onRequest();
        return true;
    }

    std::function<void()> m_onRequest;
};

HttpServer::HttpServer(QTcpServer &server, std::function<void()> onRequest)
    : m(std::make_unique<Impl>(std::move(onRequest)))
{
    m->bind(&server);
    server.setParent(nullptr); // bind() would have it deleted twice
}

HttpServer::~HttpServer() = default;

} // namespace threadline::api
