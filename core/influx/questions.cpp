// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/questions.h"

#include "core/base/ascii.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/influx/badlines.h"
#include "core/influx/points.h"
#include "core/influx/words.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace threadline::influx {
namespace {

/// Rows of one piece of an answer: few enough that even the longest payloads make no long line.
constexpr int kRowsAPiece = 200;
constexpr std::int64_t kNsAMs = 1'000'000, kUsAMs = 1000;
constexpr int kRedirect = 300, kBadRequest = 400, kUnauthorized = 401, kForbidden = 403, kNotFound = 404, kTooManyRequests = 429,
    kServerError = 500, kUnavailable = 503;

constexpr std::string_view kEventColumns[] = {"eventType", "interactionId", "eventId", "participantId", "channelId", "type",
    "provenance", "marks", "sequence", "timeUs", "payload", "payloadBytes"};
constexpr std::string_view kClassicColumns[] = {"eventType", "interactionId", "eventId", "participantId", "channelId", "provenance",
    "marks", "sequence", "timeUs", "payload", "payloadBytes"};
constexpr std::string_view kLocatorColumns[] = {"interactionId", "startUs", "lastUs", "endUs"};
constexpr std::string_view kIndexColumns[] = {"interactionId", "phase", "startUs", "lastUs", "endUs", "count", "mediaList",
    "queueList", "agentList", "customer"};

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; } // names are ours

std::string jsonText(std::string_view text)
{
    std::string out;
    json::appendString(out, text);
    return out;
}

} // namespace

/// What is asked, whatever the language.
struct Questions::Ask {
    struct Text {
        std::string_view column;
        std::string value;
        bool tag = false;
    };
    std::string_view measurement;
    std::vector<std::string_view> columns;
    Span span;
    std::vector<Text> equal;
    std::optional<std::int64_t> endedAfter; ///< endUs at least this, or 0: open
    std::optional<std::int64_t> startedBefore; ///< startUs less than this
    std::optional<bool> ended;
    bool latestFirst = false;
    int limit = 0;

    /// What is compared besides texts and times; `name` makes a column of a name.
    template<class Name>
    [[nodiscard]] std::vector<std::string> more(std::string_view equals, std::string_view or_, Name name) const
    {
        std::vector<std::string> out;
        const std::string end = name("endUs");
        if (endedAfter)
            out.push_back("(" + end + " >= " + std::to_string(*endedAfter) + ' ' + std::string(or_) + ' ' + end + std::string(equals) + "0)");
        if (startedBefore)
            out.push_back(name("startUs") + " < " + std::to_string(*startedBefore));
        if (ended)
            out.push_back(*ended ? end + " > 0" : end + std::string(equals) + "0");
        return out;
    }
};

Language languageOf(Product product) { return product == Product::V3 ? Language::Sql : Language::InfluxQl; }

std::optional<Language> otherLanguage(Product product)
{
    if (product == Product::V2 || product == Product::Cloud)
        return Language::Flux;
    return product == Product::V3 ? std::optional(Language::InfluxQl) : std::nullopt;
}

Question Questions::make(const Ask &ask) const
{
    Question question;
    switch (m_language) {
    case Language::InfluxQl: question = influxQl(ask); break;
    case Language::Flux: question = flux(ask); break;
    case Language::Sql: question = sql(ask); break;
    }
    question.language = m_language;
    addAuthorization(question.request, m_target);
    return question;
}

Question Questions::influxQl(const Ask &ask) const
{
    std::string text = "SELECT ";
    for (const std::string_view column : ask.columns)
        text += (text.size() > 7 ? "," : "") + quoted(column);
    text += " FROM " + quoted(ask.measurement);
    std::string params = "{";
    std::vector<std::string> all = ask.more("=", "OR", quoted);
    for (const Ask::Text &equal : ask.equal) {
        const std::string name = "p" + std::to_string(all.size());
        all.push_back(quoted(equal.column) + "=$" + name);
        params += (params.size() > 1 ? "," : "") + quoted(name) + ":" + jsonText(equal.value);
    }
    const Span whole;
    if (ask.span.from > whole.from)
        all.push_back("time>=" + std::to_string(ask.span.from));
    if (ask.span.to < whole.to)
        all.push_back("time<" + std::to_string(ask.span.to));
    for (std::size_t i = 0; i < all.size(); ++i)
        text += (i == 0 ? " WHERE " : " AND ") + all[i];
    if (ask.latestFirst)
        text += " ORDER BY time DESC";
    if (ask.limit > 0)
        text += " LIMIT " + std::to_string(ask.limit);
    const std::size_t slash = m_target.bucket.find('/');
    Question question;
    question.request.path = "/query?db=" + percentEncoded(std::string_view(m_target.bucket).substr(0, slash))
        + (slash == std::string::npos ? "" : "&rp=" + percentEncoded(std::string_view(m_target.bucket).substr(slash + 1)))
        + "&epoch=ns&chunked=true&chunk_size=" + std::to_string(kRowsAPiece);
    question.request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    question.body = "q=" + percentEncoded(text) + "&params=" + percentEncoded(params + "}");
    return question;
}

Question Questions::flux(const Ask &ask) const
{
    const auto field = [](std::string_view name) { return "r[" + quoted(name) + "]"; };
    std::string series = field("_measurement") + " == p_measurement", rows;
    std::string externs;
    const auto bind = [&](std::string_view name, std::string_view value) {
        externs += (externs.empty() ? "" : ",") + std::string(R"({"type":"OptionStatement","assignment":{"type":"VariableAssignment","id":)")
            + R"({"type":"Identifier","name":)" + quoted(name) + R"(},"init":{"type":"StringLiteral","value":)" + jsonText(value) + "}}}";
    };
    bind("p_bucket", m_target.bucket);
    bind("p_measurement", ask.measurement);
    std::vector<std::string> all = ask.more(" == ", "or", field);
    for (std::size_t i = 0; i < ask.equal.size(); ++i) {
        const std::string name = "p_" + std::to_string(i);
        bind(name, ask.equal[i].value);
        if (ask.equal[i].tag)
            series += " and " + field(ask.equal[i].column) + " == " + name;
        else
            all.push_back(field(ask.equal[i].column) + " == " + name);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        rows += (i == 0 ? "" : " and ") + all[i];
    std::string text = "from(bucket: p_bucket) |> range(start: time(v: " + std::to_string(ask.span.from) + "), stop: time(v: "
        + std::to_string(ask.span.to) + ")) |> filter(fn: (r) => " + series
        + ") |> pivot(rowKey: [\"_time\"], columnKey: [\"_field\"], valueColumn: \"_value\")";
    if (!rows.empty())
        text += " |> filter(fn: (r) => " + rows + ")";
    text += " |> group() |> sort(columns: [\"_time\"], desc: " + std::string(ask.latestFirst ? "true" : "false") + ")";
    if (ask.limit > 0)
        text += " |> limit(n: " + std::to_string(ask.limit) + ")";
    Question question;
    question.request.path = "/api/v2/query?org=" + percentEncoded(m_target.org);
    question.request.headers.emplace_back("Content-Type", "application/json");
    question.body = R"({"query":)" + jsonText(text) + R"(,"type":"flux","dialect":{"header":true,"delimiter":",","annotations":["datatype","group","default"]},)"
        + R"("extern":{"type":"File","package":null,"imports":[],"body":[)" + externs + "]}}";
    return question;
}

Question Questions::sql(const Ask &ask) const
{
    // Every column: one that no point has yet is unknown to the table, and naming it would be an error.
    std::string text = "SELECT * FROM " + quoted(ask.measurement);
    std::string params;
    const auto bind = [&](const std::string &name, std::string_view value) {
        params += (params.empty() ? "" : ",") + quoted(name) + ":" + jsonText(value);
        return "$" + name;
    };
    std::vector<std::string> all = ask.more(" = ", "OR", quoted);
    for (const Ask::Text &equal : ask.equal)
        all.push_back(quoted(equal.column) + " = " + bind("p" + std::to_string(all.size()), equal.value));
    const Span whole;
    if (ask.span.from > whole.from)
        all.push_back("time >= " + bind("from", isoTime(ask.span.from)));
    if (ask.span.to < whole.to)
        all.push_back("time < " + bind("to", isoTime(ask.span.to)));
    for (std::size_t i = 0; i < all.size(); ++i)
        text += (i == 0 ? " WHERE " : " AND ") + all[i];
    text += ask.latestFirst ? " ORDER BY time DESC" : " ORDER BY time";
    if (ask.limit > 0)
        text += " LIMIT " + std::to_string(ask.limit);
    Question question;
    question.request.path = "/api/v3/query_sql";
    question.request.headers.emplace_back("Content-Type", "application/json");
    question.body = R"({"db":)" + jsonText(m_target.bucket) + R"(,"q":)" + jsonText(text) + R"(,"format":"jsonl","params":{)" + params + "}}";
    return question;
}

Question Questions::eventsOf(std::string_view interaction, Span span) const
{
    Ask ask;
    const bool bounded = m_target.schema == Schema::Bounded;
    ask.measurement = bounded ? kEventMeasurement : kClassicMeasurement;
    bounded ? ask.columns.assign(std::begin(kEventColumns), std::end(kEventColumns))
            : ask.columns.assign(std::begin(kClassicColumns), std::end(kClassicColumns));
    ask.span = span;
    if (bounded && !interaction.empty())
        ask.equal.push_back({"part", eventPart(interaction), true});
    if (!interaction.empty())
        ask.equal.push_back({"interactionId", std::string(interaction), !bounded});
    return make(ask);
}

Question Questions::eventsBetween(Span span) const { return eventsOf({}, span); }

Question Questions::firstEvent(std::int64_t from) const
{
    Ask ask;
    const bool bounded = m_target.schema == Schema::Bounded;
    ask.measurement = bounded ? kEventMeasurement : kClassicMeasurement;
    ask.columns = {"eventId"};
    ask.span.from = from;
    ask.limit = 1;
    return make(ask);
}

Question Questions::locator(std::string_view interaction) const
{
    Ask ask;
    ask.measurement = kLocatorMeasurement;
    ask.columns.assign(std::begin(kLocatorColumns), std::end(kLocatorColumns));
    ask.equal = {{"part", locatorPart(interaction), true}, {"interactionId", std::string(interaction), false}};
    return make(ask);
}

Question Questions::index(const HistoryQuery &query) const
{
    Ask ask;
    ask.measurement = kIndexMeasurement;
    ask.columns.assign(std::begin(kIndexColumns), std::end(kIndexColumns));
    ask.equal = {{"phase", std::string(nameOf(Phase::Started)), false}};
    if (query.from)
        ask.endedAfter = query.from->us;
    ask.ended = query.ended;
    if (query.to) {
        ask.startedBefore = query.to->us;
        // A point lies somewhere in the millisecond of its start.
        ask.span.to = std::min(ask.span.to / kNsAMs - 1, query.to->us / kUsAMs + 1) * kNsAMs;
    }
    if (query.behind)
        ask.span.to = std::min(ask.span.to, query.behind->time + 1);
    ask.latestFirst = true;
    ask.limit = query.limit + (query.behind ? query.behind->given : 0);
    return make(ask);
}

bool namesNoBucket(std::string_view words)
{
    const std::string lower = ascii::lowered(words);
    const auto says = [&lower](const char *part) { return lower.find(part) != std::string::npos; };
    return says("database not found") || says("no dbrp mapping") || says("could not find bucket")
        || (lower.starts_with("database ") && lower.ends_with(" not found"));
}

bool saysNothingThere(const HttpReply &reply, Language language)
{
    static constexpr std::string_view kTables[] = {kEventMeasurement, kClassicMeasurement, kIndexMeasurement, kLocatorMeasurement};
    return language == Language::Sql && reply.status >= kBadRequest && std::any_of(std::begin(kTables), std::end(kTables), [&](std::string_view table) {
        return reply.body.find("table 'public.iox." + std::string(table) + "' not found") != std::string::npos;
    });
}

namespace {

/// Statuses that tell of what stands before the database, or of its state, whatever the question was.
std::optional<std::string> inBetween(const HttpReply &reply)
{
    const std::string status = " (" + std::to_string(reply.status) + ")";
    if (reply.status == kTooManyRequests || reply.status == kUnavailable) {
        const std::string_view header = ascii::trimmed(reply.header("retry-after"));
        const auto wait = ascii::allDigits(header) ? retryAfterOf(header, {}) : std::nullopt;
        return " is overloaded or starting" + status + ". Ask again "
            + (wait ? "in " + std::to_string(wait->us / 1'000'000) + " s." : std::string("in a moment."));
    }
    if (reply.status >= kRedirect && reply.status < kBadRequest) {
        const std::string place = hostOf(reply.header("location"));
        return " redirects" + status + (place.empty() ? "" : " to " + place) + ", which is not followed. Set TSDB_URL to where InfluxDB itself answers.";
    }
    if (ascii::trimmed(reply.body).starts_with('<'))
        return " answers with a web page" + status + ". Check TSDB_URL and the proxy in between, and ask again.";
    return std::nullopt;
}

} // namespace

Error questionFailed(const HttpReply &reply, const Target &target)
{
    const std::string host = "InfluxDB at " + hostOf(target.url);
    if (reply.status == 0)
        return {reply.setting ? ErrorCode::InvalidArgument : ErrorCode::Unreachable, host + " was not reached. " + reply.failure};
    if (const auto words = inBetween(reply))
        return {ErrorCode::Unusable, host + *words};
    const std::string message = readError(reply).message;
    const std::string status = " (" + std::to_string(reply.status) + ")";
    const std::string said = oneLine(message).empty() ? "" : " It said: " + oneLine(message);
    if (reply.status == kUnauthorized || reply.status == kForbidden)
        return {ErrorCode::CredentialsRefused, host + " does not let us read" + status + ". Give TSDB_TOKEN a token that may read the bucket " + target.bucket + "." + said};
    if (reply.status == kNotFound || namesNoBucket(message))
        return {ErrorCode::NotFound, host + " has no bucket " + target.bucket + " that can be read. Check TSDB_BUCKET." + said};
    if (message.find("exceed file limit") != std::string::npos)
        return {ErrorCode::Unusable, host + " looks at no more files for one question than its --query-file-limit allows" + status
                    + ", in InfluxDB 3 Core those of about three days. Raise that limit there, or use InfluxDB 3 Enterprise."};
    if (reply.status >= kServerError)
        return {ErrorCode::Unusable, host + " failed" + status + ". Ask again; look at the server and its log if it lasts." + said};
    return {ErrorCode::Unusable, host + " did not understand the question" + status + ". Check that TSDB_URL names the InfluxDB that events are delivered to." + said};
}

Error answerFailed(Error error, const Target &target)
{
    if (error.code == ErrorCode::NotFound)
        error.message += ". Check TSDB_BUCKET.";
    else if (error.code == ErrorCode::Unusable)
        error.message += ". Ask again; look at the server " + hostOf(target.url) + " and its log if it lasts.";
    else
        error.message += " Ask again; if it lasts, check TSDB_URL and what stands between here and " + hostOf(target.url) + ".";
    return error;
}

} // namespace threadline::influx
