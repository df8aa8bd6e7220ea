// SPDX-License-Identifier: GPL-3.0-or-later
/// What became of a batch: by the status and by the body, because neither alone tells.
#include "core/influx/answers.h"

#include "core/base/ascii.h"
#include "core/influx/badlines.h"
#include "core/influx/words.h"

namespace threadline::influx {
namespace {


struct Answer {
    const HttpReply &reply;
    const std::vector<std::string_view> &lines;
    const Target &target;
    Product product;
    Timestamp now;
    ErrorBody error = readError(reply);
    std::string host = hostOf(target.url);

    [[nodiscard]] bool says(std::string_view text) const { return error.message.find(text) != std::string::npos; }
    [[nodiscard]] bool begins(std::string_view text) const { return error.message.starts_with(text); }
    /// "InfluxDB at host:8086 (401, unauthorized access)"
    [[nodiscard]] std::string who() const
    {
        const std::string words = isHtml() ? std::string() : oneLine(error.message);
        return "InfluxDB at " + host + " (" + std::to_string(reply.status) + (words.empty() ? "" : ", " + words) + ")";
    }
    [[nodiscard]] bool isHtml() const
    {
        return ascii::lowered(reply.header("content-type")).find("html") != std::string::npos || ascii::trimmed(reply.body).starts_with('<');
    }
};

Verdict verdict(Verdict::What what, std::string words)
{
    Verdict out;
    out.what = what;
    out.words = std::move(words);
    return out;
}
Verdict setting(std::string words) { return verdict(Verdict::Setting, std::move(words)); }

Verdict noAnswer(const Answer &a)
{
    const std::string why = oneLine(a.reply.failure, kMaxReason);
    const std::string words = "InfluxDB at " + a.host + " gives no answer" + (why.empty() ? "." : ": " + why);
    if (a.reply.setting)
        return setting(words);
    return verdict(Verdict::Retry, words + (words.ends_with('.') ? "" : ".") + " The same is sent again; check TSDB_URL and the server if it lasts.");
}

Verdict webPage(const Answer &a)
{
    return setting(a.host + " answers with a web page (" + std::to_string(a.reply.status)
                   + ") where InfluxDB has none; the sign-in page of a proxy or a network may be in between. Check TSDB_URL, and sign in if it is asked for.");
}

Verdict redirected(const Answer &a)
{
    const std::string to = hostOf(a.reply.header("location"));
    return setting(a.host + " answers with a redirect (" + std::to_string(a.reply.status) + ")" + (to.empty() ? "" : " to " + to)
                   + ", which is not followed because it would carry the token along. Set TSDB_URL to the address that takes the data.");
}

Verdict accepted(const Answer &a)
{
    const int status = a.reply.status;
    if (a.isHtml())
        return webPage(a);
    if (status == 200 || status == 201 || status == 204)
        return {};
    return setting(a.host + " answers with " + std::to_string(status) + ", which InfluxDB never does for a write. Check TSDB_URL and what stands in between.");
}

Verdict unknownPlace(const Answer &a)
{
    if (a.says("organization"))
        return setting(a.who() + " does not know the organization. Check TSDB_ORG, and that TSDB_TOKEN belongs to it.");
    if (a.says("bucket") || a.says("database") || a.says("dbrp") || a.says("retention policy"))
        return setting(a.who() + " does not know the place to write to. Check TSDB_BUCKET, or create it there.");
    return setting(a.who() + " does not know the address that is written to. Check TSDB_URL, TSDB_BUCKET and TSDB_ORG.");
}

Verdict refusedToken(std::string words)
{
    Verdict out = setting(std::move(words));
    out.credentials = true;
    return out;
}

Verdict refusedAccess(const Answer &a)
{
    if (a.reply.status == 401)
        return refusedToken(a.who() + " does not accept the token. Check TSDB_TOKEN (on 1.x \"user:password\"), and that it was made on this server.");
    if (a.reply.status == 403)
        return refusedToken(a.who() + " does not let this token write. Give TSDB_TOKEN the permission to write to TSDB_BUCKET in TSDB_ORG.");
    if (a.reply.status == 404)
        return unknownPlace(a);
    return setting(a.who() + " does not take data at this address. Check TSDB_URL and the proxy.");
}

Verdict passing(const Answer &a)
{
    const bool overload = a.reply.status == 429 || a.reply.status == 503;
    Verdict out = verdict(Verdict::Retry, a.who() + (overload ? " is overloaded and asks to wait." : " has a failure of its own.")
                                              + " The same is sent again; look at the server and its log if it lasts.");
    out.wait = retryAfterOf(a.reply.header("retry-after"), a.now);
    return out;
}

Verdict noGzip(const Answer &a)
{
    return verdict(Verdict::NoGzip, a.who() + " does not take compressed data. It is sent uncompressed from now on.");
}

/// What InfluxDB has to say against a line: its form, its fields, its time.
bool speaksOfLines(const Answer &a)
{
    return a.begins("partial write") || a.begins("failure writing points") || a.says("unable to parse") || a.says("field type conflict")
        || a.says("beyond retention policy");
}

/// Refusals that speak of no line: of the request or of limits of the server. Nothing where it may be a line.
std::optional<Verdict> ofNoLine(const Answer &a)
{
    if (a.begins("Client sent an HTTP request to an HTTPS server"))
        return setting(a.who() + " expects an encrypted connection. Begin TSDB_URL with https://.");
    if (a.begins("Please provide either orgID or org"))
        return setting(a.who() + " needs an organization. Set TSDB_ORG to its name or id.");
    if (a.begins("database is required") || a.begins("bucket not found"))
        return setting(a.who() + " needs a place to write to. Set TSDB_BUCKET to it.");
    if (a.begins("invalid precision"))
        return setting(a.who() + " does not understand the request. Check TSDB_URL and what stands in between.");
    const std::string_view reason = reasonIn(a.error.message);
    if (reason.starts_with("max-values-per-tag limit exceeded") || reason.starts_with("max-series-per-database limit exceeded"))
        return setting(a.who() + " is at a limit of its own and takes no new series. Raise that limit there, or choose the bounded schema in "
                                 "THREADLINE_TSDB_SCHEMA.");
    // Where it is written as to 2.x, the same limits come as a 400.
    if (a.product == Product::V3 && (a.reply.status == 422 || a.says("would exceed number of") || a.says("would exceed limit of")))
        return setting(a.who() + " is at its limit of databases, tables or columns. Remove some there, or set TSDB_BUCKET to another database.");
    if (!speaksOfLines(a) && ascii::lowered(a.error.message).find("gzip") != std::string::npos)
        return noGzip(a);
    return std::nullopt;
}

Verdict badLines(const Answer &a, std::vector<Verdict::Bad> bad)
{
    Verdict out = verdict(Verdict::BadLines, "InfluxDB at " + a.host + " refuses " + std::to_string(bad.size()) + " of "
                                                 + std::to_string(a.lines.size()) + " points: " + oneLine(bad.front().reason)
                                                 + ". They are put aside with the reason; all others are sent again.");
    out.bad = std::move(bad);
    return out;
}

/// InfluxDB's errors are JSON or repeated in a header. Any other text is of something in between and tells nothing of a line.
bool isOfInfluxDb(const Answer &a)
{
    return a.error.isJson || !a.reply.header("x-influxdb-error").empty() || !a.reply.header("x-platform-error-code").empty();
}

Verdict refusedLines(const Answer &a)
{
    if (auto bad = namedLines(a.error, a.lines); !bad.empty())
        return badLines(a, std::move(bad));
    if (auto other = ofNoLine(a))
        return *std::move(other);
    if (!isOfInfluxDb(a))
        return setting(a.host + " answers with " + std::to_string(a.reply.status) + " and no words of InfluxDB"
                       + (a.error.message.empty() ? "" : " (" + oneLine(a.error.message) + ")") + ". Check TSDB_URL and the proxy in between.");
    const std::string reason = oneLine(reasonIn(a.error.message), kMaxReason);
    Verdict out = verdict(Verdict::Suspect, a.who() + " refuses at least one of " + std::to_string(a.lines.size())
                                                + " points without naming it. It is searched for and put aside; all others are sent again.");
    out.ofALine = speaksOfLines(a);
    out.reason = reason.empty() ? "refused with status " + std::to_string(a.reply.status) : reason;
    return out;
}

/// Of one line no server has so much to say: half of it is no reason to set the line aside.
Verdict unfinished(const Answer &a)
{
    return verdict(Verdict::Retry, a.who() + " answers with " + std::to_string(a.reply.status) + " and then far more than belongs there, or breaks "
                                       "off. It is tried again. Check that TSDB_URL names an InfluxDB, and what stands in between.");
}

Verdict judgeRefusal(const Answer &a)
{
    switch (a.reply.status) {
    case 408:
    case 425:
    case 429:
    case 499: return passing(a);
    case 413: return verdict(Verdict::TooLarge, a.who() + " or a proxy before it takes no batch of this size. Smaller ones are sent from now on.");
    case 415: return noGzip(a);
    default: break;
    }
    if (a.reply.status >= 500)
        return passing(a);
    if (a.isHtml())
        return webPage(a);
    switch (a.reply.status) {
    case 401:
    case 403:
    case 404:
    case 405:
    case 407: return refusedAccess(a);
    default: break;
    }
    Verdict out = refusedLines(a);
    return out.what == Verdict::Suspect && a.reply.cut && a.lines.size() <= 1 ? unfinished(a) : out;
}

} // namespace

Verdict judge(const HttpReply &reply, const std::vector<std::string_view> &lines, const Target &target, Product product, Timestamp now)
{
    const Answer answer{reply, lines, target, product, now};
    if (reply.status == 0)
        return noAnswer(answer);
    if (reply.status < 500 && !reply.header("x-server-hostname").empty())
        return setting(refusal({Product::VictoriaMetrics, {}}, target));
    if (reply.status >= 200 && reply.status < 300)
        return accepted(answer);
    if (reply.status < 400)
        return redirected(answer);
    return judgeRefusal(answer);
}

} // namespace threadline::influx
