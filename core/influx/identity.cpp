// SPDX-License-Identifier: GPL-3.0-or-later
/// Which product answers, and how it is asked.
#include "core/influx/answers.h"

#include "core/base/ascii.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/influx/words.h"

#include <algorithm>

namespace threadline::influx {
namespace {

constexpr std::size_t kMaxVersion = 40;

/// What /ping of InfluxDB 3 (and of 1.x, when asked for more) has in its body.
struct PingBody {
    bool hasProduct = false;
    std::string version;
};

PingBody readBody(const std::string &text)
{
    PingBody out;
    json::Reader reader;
    std::vector<json::Member> members;
    const auto prepared = reader.prepare(text);
    if (!prepared || !reader.members(*prepared, members))
        return out;
    for (const json::Member &m : members) {
        out.hasProduct = out.hasProduct || m.name == "product_name";
        if (m.name == "version")
            out.version = json::stringOf(m.value).value_or("");
    }
    return out;
}

std::string printable(std::string_view text)
{
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c >= 0x20 && c < 0x7f; });
    return out.substr(0, kMaxVersion);
}

/// By its version: "1.6.7~rc0", "v2.7.1", "2.9.1", "3.10.0"; one built without a number says "unknown" (1.x) or "dev" (2.x).
Product productOf(std::string_view version)
{
    if (version.starts_with('v'))
        version.remove_prefix(1);
    if (version.starts_with("1.") || version == "unknown")
        return Product::V1;
    if (version.starts_with("2.") || version == "dev")
        return Product::V2;
    return version.starts_with("3.") ? Product::V3 : Product::Other;
}

/// It may be InfluxDB, but it says so another time: overload, a gateway without its server, a sign-in that fails.
bool saysNothing(int status) { return status == 0 || status == 401 || status == 403 || status == 408 || status == 429 || status >= 500; }

std::string pathOf(const Target &target, Product product)
{
    if (product != Product::V1)
        return "/api/v2/write?" + (target.org.empty() ? "" : "org=" + percentEncoded(target.org) + '&') + "bucket="
            + percentEncoded(target.bucket) + "&precision=ns";
    const std::size_t slash = target.bucket.find('/');
    const std::string policy = slash == std::string::npos ? "" : "&rp=" + percentEncoded(std::string_view(target.bucket).substr(slash + 1));
    return "/write?db=" + percentEncoded(std::string_view(target.bucket).substr(0, slash)) + policy + "&precision=ns";
}

/// Why the settings do not fit a product that can be used; empty: they do.
std::string misfit(Product product, const Target &target)
{
    if (product == Product::Unknown)
        return {};
    if (target.bucket.empty())
        return product == Product::V1 || product == Product::V3 ? "names no database. Set TSDB_BUCKET to it."
                                                                 : "names no bucket. Set TSDB_BUCKET to it.";
    if (target.org.empty() && (product == Product::V2 || product == Product::Cloud))
        return "names no organization, without which nothing can be written. Set TSDB_ORG to its name or id.";
    if (product == Product::V1 && !target.token.empty() && target.token.find(':') == std::string::npos)
        return "has a token, but InfluxDB 1.x knows users. Set TSDB_TOKEN to \"user:password\", or leave it out if none is asked for.";
    return {};
}

} // namespace

std::string_view HttpReply::header(std::string_view name) const
{
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto &h) { return h.first == name; });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

Identity identify(const HttpReply &ping)
{
    const PingBody body = ping.status == 200 ? readBody(ping.body) : PingBody();
    const std::string_view sent = ping.header("x-influxdb-version");
    const std::string version = printable(sent.empty() ? std::string_view(body.version) : sent);
    if (!ping.header("x-server-hostname").empty())
        return {Product::VictoriaMetrics, version};
    if (ascii::lowered(ping.header("server")).find("questdb") != std::string::npos)
        return {Product::QuestDb, version};
    if (body.hasProduct)
        return {Product::V3, version};
    if (ascii::equalNoCase(ping.header("x-influxdb-build"), "cloud"))
        return {Product::Cloud, version};
    if (!sent.empty())
        return {productOf(version), version};
    if (ping.status == 204)
        return {Product::Cloud, version};
    return {saysNothing(ping.status) ? Product::Unknown : Product::Other, version};
}

std::string refusal(const Identity &identity, const Target &target)
{
    const std::string host = hostOf(target.url);
    switch (identity.product) {
    case Product::VictoriaMetrics:
        return host + " is VictoriaMetrics, which keeps numbers only: every id and text would become 0. Set TSDB_URL to an InfluxDB.";
    case Product::QuestDb:
        return host + " is QuestDB, which doubles whatever is sent again after a failure. Set TSDB_URL to an InfluxDB.";
    case Product::Other:
        return host + " does not answer as InfluxDB does" + (identity.version.empty() ? "" : " (it calls itself " + identity.version + ")")
            + ". Check TSDB_URL: address, port, and whether a proxy's page answers instead.";
    default: break;
    }
    const std::string problem = misfit(identity.product, target);
    return problem.empty() ? problem : "The setting for InfluxDB at " + host + ' ' + problem;
}

void addAuthorization(Request &request, const Target &target)
{
    if (target.token.empty())
        return;
    std::string value = "Token " + target.token;
    if (target.token.find(':') != std::string::npos) {
        const std::string basic = base64(target.token);
        log::mask(basic);
        value = "Basic " + basic;
    }
    request.headers.emplace_back("Authorization", std::move(value));
}

Request pingRequest(const Target &target)
{
    Request request{"/ping", {}};
    addAuthorization(request, target); // InfluxDB 3 asks for it even here, 1.x if it is told to
    return request;
}

Request writeRequest(const Target &target, Product product, bool gzip)
{
    Request request{pathOf(target, product), {}};
    addAuthorization(request, target);
    request.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    if (gzip)
        request.headers.emplace_back("Content-Encoding", "gzip");
    return request;
}

} // namespace threadline::influx
