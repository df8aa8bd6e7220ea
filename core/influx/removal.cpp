// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/removal.h"

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/influx/words.h"

#include <charconv>
#include <utility>
#include <vector>

namespace threadline::influx {
namespace {

constexpr int kOk = 200, kNoContent = 204;

/// A key taken apart; names and values without their escapes.
struct Key {
    std::string measurement;
    std::vector<std::pair<std::string, std::string>> tags;
    std::int64_t time = 0;
};

/// The text up to the first of `ends` that is not escaped, unescaped; `at` moves to it.
std::string take(std::string_view text, std::size_t &at, std::string_view ends)
{
    std::string out;
    for (; at < text.size() && ends.find(text[at]) == std::string_view::npos; ++at) {
        const bool escape = text[at] == '\\' && at + 1 < text.size() && std::string_view(",= ").find(text[at + 1]) != std::string_view::npos;
        at += escape ? 1 : 0;
        out.push_back(text[at]);
    }
    return out;
}

std::optional<Key> parse(std::string_view text)
{
    Key key;
    std::size_t at = 0;
    key.measurement = take(text, at, ", ");
    while (at < text.size() && text[at] == ',') {
        std::string name = take(text, ++at, "=");
        std::string value = at < text.size() ? take(text, ++at, ", ") : std::string();
        key.tags.emplace_back(std::move(name), std::move(value));
    }
    if (at >= text.size())
        return std::nullopt;
    const char *end = text.data() + text.size();
    const auto number = std::from_chars(text.data() + at + 1, end, key.time);
    if (number.ec != std::errc() || number.ptr != end || key.measurement.empty())
        return std::nullopt;
    return key;
}

/// In `quote`s; backslash, the quote and line breaks escaped, as InfluxQL's scanner reads them.
std::string quoted(std::string_view text, char quote)
{
    std::string out(1, quote);
    for (const char c : text) {
        if (c == '\\' || c == quote)
            out.push_back('\\');
        c == '\n' ? out += "\\n" : out += c;
    }
    return out += quote;
}

/// The tags, each compared, behind `out`.
std::string allOf(const Key &key, std::string out, char nameQuote, char valueQuote)
{
    for (const auto &[name, value] : key.tags) {
        out += " AND ";
        out += nameQuote == 0 ? name : quoted(name, nameQuote);
        out += "=" + quoted(value, valueQuote);
    }
    return out;
}

std::string predicateBody(const Key &key)
{
    std::string body = R"({"start":")" + isoTime(key.time) + R"(","stop":")" + isoTime(key.time) + R"(","predicate":)";
    json::appendString(body, allOf(key, "_measurement=" + quoted(key.measurement, '"'), 0, '"'));
    return body += '}';
}

std::string statementBody(const Key &key)
{
    const std::string statement = allOf(key, "DELETE FROM " + quoted(key.measurement, '"') + " WHERE time=" + std::to_string(key.time), '"', '\'');
    return "q=" + percentEncoded(statement);
}

} // namespace

std::string pointKey(std::string_view line)
{
    std::size_t at = 0;
    (void)take(line, at, " ");
    const std::size_t time = line.rfind(' ');
    if (at >= line.size() || time <= at)
        return {};
    return std::string(line.substr(0, at)) + std::string(line.substr(time));
}

std::optional<Request> removalRequest(const Target &target, Product product, std::string_view text, std::string &body)
{
    const std::optional<Key> key = parse(text);
    if (!key || product == Product::V3)
        return std::nullopt;
    // The same addressee as a write's, at another door.
    Request request = writeRequest(target, product, false);
    const bool one = product == Product::V1;
    const std::string_view door = one ? "/write" : "/api/v2/write";
    request.path = (one ? "/query" : "/api/v2/delete") + request.path.substr(door.size());
    for (auto &[name, value] : request.headers) {
        if (name == "Content-Type")
            value = one ? "application/x-www-form-urlencoded" : "application/json";
    }
    body = one ? statementBody(*key) : predicateBody(*key);
    return request;
}

bool isRemoved(const HttpReply &reply)
{
    return reply.status == kNoContent || (reply.status == kOk && reply.body.find("\"error\"") == std::string::npos);
}

} // namespace threadline::influx
