// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/nettransport.h"

#include "core/net/network.h"
#include "core/net/poster.h"

#include <QNetworkProxy>
#include <QObject>
#include <QUrl>

#include <algorithm>
#include <utility>
#include <vector>

namespace threadline::delivery {
namespace {

/// An answer may name every line of a batch, and say of each what is wrong with it.
constexpr std::size_t kMaxAnswer = 8u << 20;

influx::HttpReply replyOf(HttpAnswer &&answer)
{
    influx::HttpReply reply;
    if (answer.failure) {
        reply.failure = describe(*answer.failure);
        reply.setting = onlyASettingMends(answer.failure->problem);
        return reply;
    }
    reply.status = answer.status;
    reply.headers = std::move(answer.headers);
    reply.body = std::move(answer.body);
    reply.cut = answer.cut;
    return reply;
}

} // namespace

/// All that lives in the network's thread.
class NetTransport::Lines : public QObject {
public:
    explicit Lines(NetworkOptions network) : m_network(std::move(network)) {}

    void send(const HttpRequest &http, bool get, HttpClient::Done done)
    {
        auto free = std::find_if(m_lines.begin(), m_lines.end(), [](const auto &line) { return !line->busy; });
        if (free == m_lines.end())
            free = m_lines.insert(m_lines.end(), std::make_unique<Line>(m_network, this));
        Line *const line = free->get(); // outlives what it calls back
        line->busy = true;
        const auto answered = [line, done = std::move(done)](HttpAnswer answer) {
            line->busy = false;
            done(std::move(answer));
        };
        if (get)
            line->client.get(http, answered);
        else if (isDirect(http.url))
            line->poster.post(http, answered);
        else
            line->client.post(http, answered);
    }
    void cancel()
    {
        for (const auto &line : m_lines) {
            line->client.cancel();
            line->poster.cancel();
            line->busy = false;
        }
    }

private:
    struct Line {
        Line(const NetworkOptions &network, QObject *parent) : client(network, parent), poster(network, parent) {}
        HttpClient client;
        Poster poster;
        bool busy = false;
    };
    [[nodiscard]] bool isDirect(const std::string &url) const
    {
        const auto proxy = proxyFor(QUrl(QString::fromStdString(url)), m_network);
        return proxy && proxy->type() == QNetworkProxy::NoProxy;
    }
    const NetworkOptions m_network;
    std::vector<std::unique_ptr<Line>> m_lines;
};

NetTransport::NetTransport(std::string url, NetworkOptions network, QObject *home)
    : m_url(std::move(url)), m_home(home), m_lines(new Lines(std::move(network)))
{
    m_thread.setObjectName(QStringLiteral("sink-net"));
    m_lines->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_lines, &QObject::deleteLater); // by its thread, as its last deed
    m_thread.start();
}

NetTransport::~NetTransport()
{
    ++*m_wanted;
    m_thread.quit();
    m_thread.wait();
}

void NetTransport::send(const influx::Request &request, std::shared_ptr<const std::string> body, bool get, Duration timeout, Done done)
{
    HttpRequest http;
    http.url = m_url + request.path;
    http.headers = request.headers;
    http.body = std::move(body);
    http.timeout = timeout;
    http.maxBody = kMaxAnswer;
    http.takeCut = true;
    HttpClient::Done answered = [home = m_home, wanted = m_wanted, number = *m_wanted, done = std::move(done)](HttpAnswer answer) mutable {
        QMetaObject::invokeMethod(home, [wanted, number, done = std::move(done), reply = replyOf(std::move(answer))]() mutable {
            if (number == *wanted)
                done(std::move(reply));
        }, Qt::QueuedConnection);
    };
    QMetaObject::invokeMethod(m_lines, [lines = m_lines, http = std::move(http), get, answered = std::move(answered)]() mutable {
        lines->send(http, get, std::move(answered));
    }, Qt::QueuedConnection);
}

void NetTransport::cancel()
{
    ++*m_wanted;
    QMetaObject::invokeMethod(m_lines, [lines = m_lines] { lines->cancel(); }, Qt::QueuedConnection);
}

} // namespace threadline::delivery
