// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/nettransport.h"

#include <algorithm>

namespace threadline::delivery {
namespace {

/// An answer may name every line of a batch, and say of each what is wrong with it.
constexpr std::size_t kMaxAnswer = 8u << 20;

influx::HttpReply replyOf(HttpAnswer &&answer)
{
    influx::HttpReply reply;
    if (answer.failure) {
        reply.failure = describe(*answer.failure);
        const NetworkProblem problem = answer.failure->problem;
        reply.setting = problem == NetworkProblem::Tls || problem == NetworkProblem::ProxyCredentials || problem == NetworkProblem::Setting;
        return reply;
    }
    reply.status = answer.status;
    reply.headers = std::move(answer.headers);
    reply.body = std::move(answer.body);
    reply.cut = answer.cut;
    return reply;
}

} // namespace

NetTransport::NetTransport(std::string url, NetworkOptions network, QObject *parent)
    : m_url(std::move(url)), m_network(std::move(network)), m_parent(parent)
{
}

NetTransport::~NetTransport() = default;

void NetTransport::send(const influx::Request &request, std::shared_ptr<const std::string> body, bool get, Duration timeout, Done done)
{
    auto free = std::find_if(m_lines.begin(), m_lines.end(), [](const auto &line) { return !line->busy; });
    if (free == m_lines.end())
        free = m_lines.insert(m_lines.end(), std::make_unique<Line>(Line{std::make_unique<HttpClient>(m_network, m_parent), false}));
    Line *const line = free->get(); // outlives what it calls back
    line->busy = true;
    HttpRequest http;
    http.url = m_url + request.path;
    http.headers = request.headers;
    http.body = std::move(body);
    http.timeout = timeout;
    http.maxBody = kMaxAnswer;
    http.takeCut = true;
    const auto answered = [line, done = std::move(done)](HttpAnswer answer) {
        line->busy = false;
        done(replyOf(std::move(answer)));
    };
    get ? line->client->get(http, answered) : line->client->post(http, answered);
}

void NetTransport::cancel()
{
    for (const auto &line : m_lines) {
        line->client->cancel();
        line->busy = false;
    }
}

} // namespace threadline::delivery
