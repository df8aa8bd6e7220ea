// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/apiserver.h"

#include "core/api/guard.h"
#include "core/api/httpserver.h"

#include "core/base/ascii.h"
#include "core/base/log.h"

#include <QHostAddress>
#include <QThread>

#include <algorithm>
#include <future>

namespace threadline {
namespace {

/// The address to listen on, from "127.0.0.1", "::1", "[::1]" or "localhost".
QHostAddress addressOf(std::string host)
{
    if (host == "localhost")
        return QHostAddress(QHostAddress::LocalHost);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    return QHostAddress(QString::fromStdString(host));
}

/// The names that the Host field may have: the loopback ones, where we listen, and those set.
std::vector<std::string> allowedHosts(const ApiServer::Options &options)
{
    std::vector<std::string> hosts = {"localhost", "127.0.0.1", "[::1]"};
    const QHostAddress address = addressOf(options.host);
    const std::string text = ascii::lowered(address.toString().toStdString());
    hosts.push_back(address.protocol() == QAbstractSocket::IPv6Protocol ? '[' + text + ']' : text);
    for (const std::string &host : options.hosts)
        hosts.push_back(ascii::lowered(host));
    return hosts;
}

ApiServer::Options completed(ApiServer::Options options)
{
    options.hosts = allowedHosts(options);
    return options;
}

Error listenError(const QTcpServer &server, const ApiServer::Options &options)
{
    const std::string where = options.host + ":" + std::to_string(options.port);
    if (server.serverError() == QAbstractSocket::AddressInUseError) {
        return {ErrorCode::Busy,
            "Cannot listen on " + where + ": another program has port " + std::to_string(options.port)
                + ". End it, or choose another port (0: any free one)."};
    }
    return {ErrorCode::InvalidArgument, "Cannot listen on " + where + ": " + server.errorString().toStdString() + "."};
}

} // namespace

/// The api thread: everything of it is made, used and destroyed in run().
class ApiServer::Thread final : public QThread {
public:
    explicit Thread(const ApiServer &server) : m_server(server) {}
    ~Thread() override
    {
        quit();
        wait();
    }

    Result<std::uint16_t> begin()
    {
        auto listening = m_listening.get_future();
        start();
        auto result = listening.get();
        port = result.value_or(std::uint16_t{0});
        return result;
    }

    std::uint16_t port = 0;

protected:
    void run() override
    {
        api::Service service(m_server.m_session, m_server.m_clock, m_server.m_options);
        api::Guard guard(service);
        if (!guard.listen(addressOf(m_server.m_options.host), m_server.m_options.port)) {
            m_listening.set_value(fail(listenError(guard, m_server.m_options)));
            return;
        }
        api::HttpServer http(guard, [&guard] { guard.onRequest(); });
        guard.beginAccepting();
        m_listening.set_value(guard.serverPort());
        exec();
        guard.shutDown();
    }

private:
    const ApiServer &m_server;
    std::promise<Result<std::uint16_t>> m_listening;
};

ApiServer::ApiServer(Session &session, const Clock &clock, Options options)
    : m_session(session), m_clock(clock), m_options(completed(std::move(options)))
{
}

ApiServer::~ApiServer() { close(); }

Result<> ApiServer::listen()
{
    close();
    if (!addressOf(m_options.host).isLoopback()) {
        return fail(ErrorCode::InvalidArgument,
            "REST cannot listen on " + m_options.host
                + ": other addresses than loopback need TLS, which it does not speak. Use 127.0.0.1 or [::1].");
    }
    m_thread = std::make_unique<Thread>(*this);
    if (auto result = m_thread->begin(); !result) {
        m_thread.reset();
        return fail(result.error());
    }
    log::debug("rest", "listening on http://" + m_options.host + ":" + std::to_string(port()));
    return {};
}

std::uint16_t ApiServer::port() const { return m_thread ? m_thread->port : std::uint16_t{0}; }

void ApiServer::close() { m_thread.reset(); }

} // namespace threadline
