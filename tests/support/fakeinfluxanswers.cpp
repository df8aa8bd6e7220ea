// SPDX-License-Identifier: GPL-3.0-or-later
/// The words of each product that a FakeInflux plays.
#include "tests/support/fakeinflux.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cstdio>

namespace threadline::test {
namespace {

const QByteArray kJson = "application/json; charset=utf-8";

bool likeV2(const FakeInflux &server) { return server.flavour == InfluxFlavour::V2 || server.flavour == InfluxFlavour::Cloud; }

/// "u" and "p" of the query, else the user and password of a Basic header.
std::pair<QByteArray, QByteArray> userOf(const FakeInfluxRequest &request)
{
    if (request.query.contains("u"))
        return {request.query.value("u"), request.query.value("p")};
    const QByteArray header = request.headers.value("authorization");
    if (!header.startsWith("Basic "))
        return {};
    const QByteArray pair = QByteArray::fromBase64(header.mid(6));
    return {pair.left(pair.indexOf(':')), pair.mid(pair.indexOf(':') + 1)};
}

/// The token of a request, however it is brought. InfluxDB 2 reads "Bearer" on its own paths only, a password on those of 1 only.
QByteArray tokenOf(const FakeInflux &server, const FakeInfluxRequest &request)
{
    const QByteArray header = request.headers.value("authorization");
    const bool oldPath = request.path == "/write" || request.path == "/query";
    if (header.startsWith("Token "))
        return oldPath ? header.mid(6).split(':').last() : header.mid(6);
    if (header.startsWith("Bearer ") && (!oldPath || !likeV2(server)))
        return header.mid(7);
    return oldPath ? userOf(request).second : QByteArray();
}

std::optional<FakeInfluxAnswer> userRefusal(const FakeInflux &server, const FakeInfluxRequest &request)
{
    if (server.user.isEmpty())
        return std::nullopt;
    FakeInfluxAnswer no{401,
                        R"({"error":"authorization failed"})"
                        "\n",
                        "application/json",
                        {"Www-Authenticate: Basic realm=\"InfluxDB\""}};
    const auto given = userOf(request);
    if (given.first.isEmpty()) {
        no.body = R"({"error":"unable to parse authentication credentials"})"
                  "\n";
        return no;
    }
    if (given == std::pair(server.user, server.password))
        return std::nullopt;
    if (server.readUser.isEmpty() || given != std::pair(server.readUser, server.readPassword))
        return no;
    if (!request.isWrite())
        return std::nullopt;
    return influxError(server, 403, "",
                       '"' + given.first + "\" user is not authorized to write to database \"" + request.query.value("db") + '"');
}

FakeInfluxAnswer pageNotFound()
{
    return {404, "404 page not found\n", "text/plain; charset=utf-8", {"X-Content-Type-Options: nosniff"}};
}

FakeInfluxAnswer pathNotFound(const FakeInflux &server, const FakeInfluxRequest &request)
{
    switch (server.flavour) {
    case InfluxFlavour::V2:
    case InfluxFlavour::Cloud:
        return {404,
                "{\n\t\"code\": \"not found\",\n\t\"message\": \"path not found\"\n}",
                kJson,
                {"X-Platform-Error-Code: not found"}};
    case InfluxFlavour::VictoriaMetrics:
        return {400, "unsupported path requested: \"" + request.path + "\"\n", "text/plain; charset=utf-8"};
    case InfluxFlavour::QuestDb: return {404, "Not Found\r\n", "text/plain; charset=utf-8"};
    default: return pageNotFound();
    }
}

FakeInfluxAnswer ping(const FakeInflux &server)
{
    if (server.flavour == InfluxFlavour::V3)
        return {200,
                R"({"product_name":"InfluxDB 3 Core","version":")" + server.version
                    + R"(","revision":"0000000000","process_id":"00000000-0000-4000-8000-000000000000"})"};
    if (likeV2(server))
        return {204, "", "", {"Vary: Accept-Encoding"}};
    return {204, "", server.flavour == InfluxFlavour::V1 ? "application/json" : ""};
}

FakeInfluxAnswer health(const FakeInflux &server, const FakeInfluxRequest &request)
{
    if (likeV2(server))
        return {200,
                R"({"name":"influxdb", "message":"ready for queries and writes", "status":"pass", "checks":[], "version": ")"
                    + server.version + R"(", "commit": "none"})" + '\n',
                kJson};
    if (server.flavour == InfluxFlavour::V3 || server.flavour == InfluxFlavour::VictoriaMetrics)
        return {200, "OK", "text/plain; charset=utf-8"};
    return pathNotFound(server, request);
}

/// ns in one step; 0: not a precision of this product.
std::int64_t unitOf(const FakeInflux &server, const QByteArray &precision)
{
    static const QHash<QByteArray, std::int64_t> kUnits = {
        {"", 1}, {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}};
    static const QHash<QByteArray, std::int64_t> kMoreUnits = {
        {"n", 1},          {"u", 1'000},           {"m", 60'000'000'000},      {"h", 3'600'000'000'000},
        {"nanosecond", 1}, {"microsecond", 1'000}, {"millisecond", 1'000'000}, {"second", 1'000'000'000},
        {"auto", 1}};
    if (kUnits.contains(precision))
        return kUnits.value(precision);
    if (likeV2(server))
        return 0;
    return kMoreUnits.value(precision, 1); // others are silently ns
}

QByteArray allBad(const FakeLines &lines)
{
    QByteArrayList out;
    for (const FakeBadLine &bad : lines.bad)
        out.append("unable to parse '" + QByteArray::fromStdString(bad.text) + "': " + QByteArray::fromStdString(bad.reason));
    return out.join('\n');
}

FakeInfluxAnswer stored(const FakeInflux &server)
{
    return {204, "", server.flavour == InfluxFlavour::V1 ? "application/json" : ""};
}

FakeInfluxAnswer writeV1(FakeInflux &server, FakeBucket &bucket, const FakeLines &lines)
{
    if (lines.points.empty() && !lines.bad.empty())
        return influxError(server, 400, "", allBad(lines));
    const FakeStored result = bucket.store(lines.points, server.now(), server.refuse);
    if (result.refused())
        return influxError(server, 400, "",
                           "partial write: " + QByteArray::fromStdString(result.reason)
                               + " dropped=" + QByteArray::number(result.dropped));
    if (!lines.bad.empty())
        return influxError(server, 400, "", "partial write: " + allBad(lines) + " dropped=0");
    return stored(server);
}

FakeInfluxAnswer writeV2(FakeInflux &server, FakeBucket &bucket, const FakeLines &lines)
{
    if (!lines.bad.empty())
        return influxError(server, 400, "invalid", allBad(lines));
    const FakeStored result = bucket.store(lines.points, server.now(), server.refuse);
    if (!result.refused())
        return stored(server);
    return influxError(server, 422, "unprocessable entity",
                       "failure writing points to database: partial write: " + QByteArray::fromStdString(result.reason)
                           + " dropped=" + QByteArray::number(result.dropped)
                           + (result.namesDatabase ? " for database: 1ed99c0240575dde for retention policy: autogen" : ""));
}

/// `lines` of /api/v3/write_lp: the good ones stay.
FakeInfluxAnswer writePartialV3(FakeInflux &server, FakeBucket &bucket, const FakeLines &lines)
{
    QByteArrayList bad;
    for (const FakeBadLine &one : lines.bad)
        bad.append(R"({"original_line":)" + goString(QByteArray::fromStdString(one.text)) + R"(,"line_number":)"
                   + QByteArray::number(one.number) + R"(,"error_message":)" + goString(QByteArray::fromStdString(one.reason))
                   + '}');
    const FakeStored result = bucket.store(lines.points, server.now(), server.refuse);
    if (result.refused())
        bad.append(R"({"original_line":"","line_number":0,"error_message":)" + goString(QByteArray::fromStdString(result.reason))
                   + '}');
    if (bad.isEmpty())
        return stored(server);
    return {400, R"({"error":"partial write of line protocol occurred","data":[)" + bad.join(',') + "]}"};
}

FakeInfluxAnswer writeWholeV3(FakeInflux &server, FakeBucket &bucket, const FakeLines &lines)
{
    if (!lines.bad.empty()) {
        const FakeBadLine &first = lines.bad.front();
        const QByteArray line = QByteArray::number(first.number);
        return {400,
                R"({"code":"invalid","line":)" + line + R"(,"message":)"
                    + goString("write of line protocol failed: error parsing line " + line
                               + " (1-based): " + QByteArray::fromStdString(first.reason))
                    + '}'};
    }
    const FakeStored result = bucket.storeAll(lines.points, server.now(), server.refuse);
    return result.refused() ? influxError(server, 400, "invalid", QByteArray::fromStdString(result.reason)) : stored(server);
}

/// Numbers only: text becomes 0, what cannot be read is passed over, and all of it is a 204.
FakeInfluxAnswer writeVictoria(FakeInflux &server, FakeBucket &bucket, FakeLines lines)
{
    for (FakePoint &point : lines.points) {
        point.time -= point.time % 1'000'000;
        for (auto &[name, value] : point.fields) {
            const bool isOne = value.type == FakeValue::Type::Boolean && value.text == "true";
            const bool isText = value.type == FakeValue::Type::String || value.type == FakeValue::Type::Boolean;
            value = {FakeValue::Type::Float, isText ? (isOne ? "1" : "0") : value.text};
        }
    }
    (void)bucket.store(lines.points, server.now(), {});
    return stored(server);
}

FakeInfluxAnswer writeQuestDb(FakeInflux &server, FakeBucket &bucket, const FakeLines &lines)
{
    if (!lines.bad.empty()) {
        const QByteArray line = QByteArray::number(lines.bad.front().number);
        return {400,
                R"({"code":"invalid","message":"failed to parse line protocol:errors encountered on line(s):\nerror in line )"
                    + line + ": " + QByteArray::fromStdString(lines.bad.front().reason) + R"(","line":)" + line
                    + R"(,"errorId":"fake-1"})"};
    }
    const FakeStored result = bucket.storeAll(lines.points, server.now(), server.refuse);
    return result.refused() ? influxError(server, 400, "invalid", QByteArray::fromStdString(result.reason)) : stored(server);
}

FakeInfluxAnswer store(FakeInflux &server, const FakeInfluxRequest &request, FakeBucket &bucket)
{
    const QByteArray precision = request.query.value("precision");
    const std::int64_t unit = unitOf(server, precision);
    if (unit == 0)
        return influxError(server, 400, "invalid", "invalid precision; valid precision units are ns, us, ms, and s");
    const FakeLines lines = parseLines({request.body.constData(), static_cast<std::size_t>(request.body.size())}, unit,
                                       server.now(), server.flavour != InfluxFlavour::V1);
    switch (server.flavour) {
    case InfluxFlavour::V1: return writeV1(server, bucket, lines);
    case InfluxFlavour::V3:
        return request.path == "/api/v3/write_lp" && request.query.value("accept_partial") != "false"
            ? writePartialV3(server, bucket, lines)
            : writeWholeV3(server, bucket, lines);
    case InfluxFlavour::VictoriaMetrics: return writeVictoria(server, bucket, lines);
    case InfluxFlavour::QuestDb: return writeQuestDb(server, bucket, lines);
    default: return writeV2(server, bucket, lines);
    }
}

/// The database or bucket that a write names is not there.
FakeInfluxAnswer unknownBucket(const FakeInflux &server, const FakeInfluxRequest &request, const QByteArray &name)
{
    if (server.flavour == InfluxFlavour::V1)
        return name.isEmpty() ? influxError(server, 400, "", "database is required")
                              : influxError(server, 404, "", "database not found: \"" + name + '"');
    if (request.path == "/write")
        return influxError(server, 404, "not found", "no dbrp mapping found");
    return influxError(server, 404, "not found", name.isEmpty() ? "bucket not found" : "bucket \"" + name + "\" not found");
}

std::optional<FakeInfluxAnswer> orgRefusal(const FakeInflux &server, const FakeInfluxRequest &request)
{
    const QByteArray org = request.query.value("org", request.query.value("orgID"));
    if (!likeV2(server) || request.path != "/api/v2/write" || org == server.org)
        return std::nullopt;
    if (org.isEmpty())
        return influxError(server, 400, "invalid", "Please provide either orgID or org");
    return influxError(server, 404, "not found", "organization name \"" + org + "\" not found");
}

FakeInfluxAnswer brokenGzip(const FakeInflux &server, const QByteArray &body)
{
    const bool cutShort = body.startsWith("\x1f\x8b") || body.size() < 10; // a gzip header has ten bytes
    if (likeV2(server) && cutShort && body.size() >= 10)
        return influxError(server, 500, "internal error", "unable to read data: unexpected EOF");
    if (likeV2(server))
        return influxError(server, 500, "internal error", "An internal error has occurred - check server logs");
    return influxError(server, 400, "invalid",
                       server.flavour != InfluxFlavour::V1 ? "cannot read gzip"
                           : cutShort                      ? "unexpected EOF"
                                                           : "gzip: invalid header");
}

/// V3 and the lookalikes make what is not there.
bool makesDatabases(const FakeInflux &server) { return !likeV2(server) && server.flavour != InfluxFlavour::V1; }

FakeInfluxAnswer write(FakeInflux &server, const FakeInfluxRequest &request)
{
    if (const auto refused = influxRefusal(server, request))
        return *refused;
    if (const auto refused = orgRefusal(server, request))
        return *refused;
    const bool isV2Path = request.path == "/api/v2/write";
    QByteArray name = request.query.value(isV2Path ? "bucket" : "db");
    if (name.isEmpty() && (server.flavour == InfluxFlavour::VictoriaMetrics || server.flavour == InfluxFlavour::QuestDb))
        name = "bucket";
    if (!server.buckets.contains(name) && (name.isEmpty() || !makesDatabases(server)))
        return unknownBucket(server, request, name);
    if (likeV2(server) && tokenOf(server, request) == server.readToken && !server.readToken.isEmpty())
        return influxError(server, 403, "forbidden", "insufficient permissions for write");
    if (!server.takesGzip && request.headers.contains("content-encoding"))
        return {415, "gzip encoding is not supported\r\n", "text/plain; charset=utf-8"};
    if (request.gzipBroken)
        return brokenGzip(server, request.wireBody);
    return store(server, request, server.buckets[name]);
}

QByteArray bucketJson(const FakeInflux &server, const QByteArray &name, const FakeBucket &bucket)
{
    const QJsonObject rule{{"type", "expire"}, {"everySeconds", static_cast<double>(bucket.retentionSeconds)}};
    const QJsonObject json{{"id", QString::fromLatin1(name.toHex().leftJustified(16, '0', true))},
                           {"orgID", "00000000000000aa"},
                           {"type", "user"},
                           {"name", QString::fromUtf8(name)},
                           {"retentionRules", QJsonArray{rule}}};
    Q_UNUSED(server)
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

FakeInfluxAnswer listBuckets(const FakeInflux &server, const QByteArray &wanted)
{
    QByteArrayList out;
    for (const auto &[name, bucket] : server.buckets) {
        if (wanted.isEmpty() || wanted == name)
            out.append(bucketJson(server, name, bucket));
    }
    return {200, "{\"buckets\":[" + out.join(',') + "]}", kJson};
}

FakeInfluxAnswer makeBucket(FakeInflux &server, const QByteArray &body)
{
    const QJsonObject json = QJsonDocument::fromJson(body).object();
    const QByteArray name = json.value(QLatin1String("name")).toString().toUtf8();
    if (server.buckets.contains(name))
        return influxError(server, 422, "conflict", "bucket with name " + name + " already exists");
    FakeBucket &made = server.buckets[name];
    made.retentionSeconds =
        json.value(QLatin1String("retentionRules")).toArray().at(0).toObject().value(QLatin1String("everySeconds")).toInteger();
    return {201, bucketJson(server, name, made), kJson};
}

/// What a client needs beyond writing and asking: who and what is there.
FakeInfluxAnswer administer(FakeInflux &server, const FakeInfluxRequest &request)
{
    if (const auto refused = influxRefusal(server, request))
        return *refused;
    if (request.path == "/api/v2/buckets")
        return request.method == "POST" ? makeBucket(server, request.body) : listBuckets(server, request.query.value("name"));
    if (request.path == "/api/v2/orgs")
        return {200, R"({"orgs":[{"id":"00000000000000aa","name":)" + goString(server.org) + "}]}", kJson};
    return pathNotFound(server, request);
}

bool takesWrites(const FakeInflux &server, const QByteArray &path)
{
    if (path == "/api/v3/write_lp")
        return server.flavour == InfluxFlavour::V3;
    return path == "/write" || (path == "/api/v2/write" && server.flavour != InfluxFlavour::V1);
}

} // namespace

QByteArray goString(const QByteArray &text)
{
    QByteArray out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += QByteArray("\\") + c;
        else if (c == '\n' || c == '\r' || c == '\t')
            out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
        else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&')
            out += "\\u00" + QByteArray(1, c).toHex();
        else
            out += c;
    }
    return out + '"';
}

QList<QByteArray> influxHeaders(const FakeInflux &server)
{
    switch (server.flavour) {
    case InfluxFlavour::Cloud: return {};
    case InfluxFlavour::VictoriaMetrics: return {"X-Server-Hostname: vm", "X-Influxdb-Version: " + server.version};
    case InfluxFlavour::QuestDb: return {"Server: questDB/1.0", "X-Influxdb-Version: " + server.version};
    case InfluxFlavour::V3: return {"X-Influxdb-Build: Core", "X-Influxdb-Version: " + server.version};
    default: return {"X-Influxdb-Build: OSS", "X-Influxdb-Version: " + server.version};
    }
}

FakeInfluxAnswer influxError(const FakeInflux &server, int status, const QByteArray &code, const QByteArray &message)
{
    if (server.flavour != InfluxFlavour::V1)
        return {status,
                R"({"code":")" + code + R"(","message":)" + goString(message) + '}',
                kJson,
                {"X-Platform-Error-Code: " + code}};
    QByteArray header = message.left(1024);
    header.replace('\n', ' ').replace('\r', ' ');
    return {status, "{\"error\":" + goString(message) + "}\n", "application/json", {"X-Influxdb-Error: " + header}};
}

std::optional<FakeInfluxAnswer> influxRefusal(const FakeInflux &server, const FakeInfluxRequest &request)
{
    if (server.flavour == InfluxFlavour::V1)
        return userRefusal(server, request);
    const QByteArray given = tokenOf(server, request);
    if (server.token.isEmpty() || given == server.token || (!server.readToken.isEmpty() && given == server.readToken))
        return std::nullopt;
    const bool askedByName = request.path == "/query" && !request.headers.value("authorization").startsWith("Bearer ");
    return influxError(server, 401, "unauthorized", askedByName ? "Unauthorized" : "unauthorized access");
}

std::optional<FakeInfluxAnswer> influxStatement(FakeInflux &server, const FakeInfluxQuery &query)
{
    if (query.language != FakeInfluxQuery::Language::InfluxQl)
        return std::nullopt;
    const auto answered = [](const QByteArray &rest) {
        return FakeInfluxAnswer{200, "{\"results\":[{\"statement_id\":0" + rest + "}]}\n"};
    };
    if (query.text.startsWith("CREATE DATABASE ")) {
        if (server.flavour != InfluxFlavour::V1)
            return answered(R"(,"error":"not implemented: CREATE DATABASE")");
        server.buckets[query.text.mid(16).trimmed().replace('"', "")].asV1 = true;
        return answered({});
    }
    if (!query.database.isEmpty() && !server.buckets.contains(query.database))
        return answered(R"(,"error":)" + goString("database not found: " + query.database));
    return std::nullopt;
}

FakeInfluxAnswer influxAnswer(FakeInflux &server, const FakeInfluxRequest &request)
{
    if (request.path == "/ping")
        return ping(server);
    if (request.path == "/health")
        return health(server, request);
    if (request.path == "/ready" && likeV2(server))
        return {200, "{\n    \"status\": \"ready\",\n    \"started\": \"2026-01-01T00:00:00Z\",\n    \"up\": \"1s\"\n}\n", kJson};
    if (takesWrites(server, request.path)) {
        if (request.method == "POST")
            return write(server, request);
        FakeInfluxAnswer answer = influxError(server, 405, "method not allowed", "allow: OPTIONS, POST");
        answer.headers.prepend("Allow: OPTIONS, POST");
        return answer;
    }
    if (request.path == "/query" && server.flavour == InfluxFlavour::VictoriaMetrics)
        return {200, R"({"results":[{"series":[{"values":[]}]}]})"}; // whatever is asked
    if (likeV2(server) && request.path.startsWith("/api/v2/"))
        return administer(server, request);
    return pathNotFound(server, request);
}

} // namespace threadline::test
