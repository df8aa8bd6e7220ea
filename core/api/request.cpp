// SPDX-License-Identifier: GPL-3.0-or-later
/// Targets, queries and who may ask.
#include "core/api/request.h"
#include "core/base/ascii.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <charconv>

namespace threadline::api {
namespace {

constexpr std::size_t kMaxCursor = 1024;

tl::unexpected<Fault> invalid(std::string_view parameter, std::string detail)
{
    return tl::make_unexpected(Fault{400, "Invalid parameter", std::move(detail), std::string(parameter)});
}

/// Whether `name` is one of the words of `known`.
bool isOneOf(std::string_view name, std::string_view known)
{
    while (!known.empty()) {
        const std::size_t blank = std::min(known.find(' '), known.size());
        if (known.substr(0, blank) == name)
            return true;
        known.remove_prefix(std::min(blank + 1, known.size()));
    }
    return false;
}

Read<bool> addParameter(std::string_view pair, std::string_view known, Parameters &out)
{
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name;
    std::string value;
    if (!percentDecode(pair.substr(0, equals), name) || !isUtf8(name))
        return invalid("", "The name of a query parameter is not valid percent-encoded UTF-8.");
    if (!isOneOf(name, known)) {
        return invalid(name, known.empty() ? "This address takes no parameters."
                                           : "There is no such parameter here; there are: " + std::string(known) + ".");
    }
    if (std::any_of(out.begin(), out.end(), [&](const auto &other) { return other.first == name; }))
        return invalid(name, "The parameter is given twice.");
    if (!percentDecode(pair.substr(std::min(equals + 1, pair.size())), value) || !isUtf8(value))
        return invalid(name, "The value is not valid percent-encoded UTF-8.");
    out.emplace_back(std::move(name), std::move(value));
    return true;
}

Read<Timestamp> timeOf(std::string_view name, std::string_view value)
{
    if (const auto time = parseTimestamp(value))
        return *time;
    return invalid(name, "The value must be a time like 2026-05-06T10:44:54Z (a '+' of a zone may stand as %2B).");
}

Read<int> limitOf(std::string_view value)
{
    int limit = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
    if (error != std::errc() || end != value.data() + value.size() || limit < 1 || limit > 500)
        return invalid("limit", "The value must be a whole number from 1 to 500.");
    return limit;
}

Read<std::string> cursorOf(std::string_view value)
{
    const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (value.empty() || value.size() > kMaxCursor || !printable)
        return invalid("cursor", "The value must be the nextCursor of an earlier page.");
    return std::string(value);
}

/// Puts `value` where it belongs, or hands its fault on.
template<class T, class U>
Read<bool> assign(T &target, Read<U> value)
{
    if (!value)
        return tl::make_unexpected(value.error());
    target = std::move(*value);
    return true;
}

Read<bool> setListParameter(ListQuery &query, std::string_view name, std::string_view value)
{
    if (name == "from")
        return assign(query.from, timeOf(name, value));
    if (name == "to")
        return assign(query.to, timeOf(name, value));
    if (name == "limit")
        return assign(query.limit, limitOf(value));
    if (name == "cursor")
        return assign(query.cursor, cursorOf(value));
    if (name == "history") {
        query.history = value == "on";
        return query.history || value == "off" ? Read<bool>(true) : invalid("history", "The value must be on or off.");
    }
    query.state = interactionStateFromName(value);
    if (!query.state)
        return invalid("state", "The value must be open, ended or stale.");
    return true;
}

/// `host` without its port; empty if what follows the name is no port.
std::string_view withoutPort(std::string_view host)
{
    const std::size_t bracket = host.rfind(']');
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon == std::string_view::npos)
        return host;
    const std::string_view port = host.substr(colon + 1);
    const bool digits = port.size() <= 5 && ascii::allDigits(port);
    return digits ? host.substr(0, colon) : std::string_view();
}

} // namespace

bool percentDecode(std::string_view text, std::string &out)
{
    out.reserve(out.size() + text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? ascii::hexValue(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? ascii::hexValue(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            return false;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return true;
}

Read<Parameters> readQuery(std::string_view query, std::string_view known)
{
    Parameters out;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        if (const auto added = addParameter(query.substr(0, end), known, out); !added)
            return tl::make_unexpected(added.error());
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return out;
}

Read<ListQuery> readListQuery(std::string_view query)
{
    const auto parameters = readQuery(query, "from to at state limit cursor history");
    std::optional<Timestamp> at;
    if (!parameters)
        return tl::make_unexpected(parameters.error());
    ListQuery out;
    out.history = true;
    for (const auto &[name, value] : *parameters) {
        if (name == "at") {
            if (const auto set = assign(at, timeOf(name, value)); !set)
                return tl::make_unexpected(set.error());
            continue;
        }
        if (const auto set = setListParameter(out, name, value); !set)
            return tl::make_unexpected(set.error());
    }
    if (out.from && out.to && *out.to <= *out.from)
        return invalid("to", "The value must be later than from.");
    if (at && (out.from || out.to))
        return invalid("at", "The value stands for from and to: leave those out.");
    if (at) { // what was open at the instant
        out.from = at;
        out.to = *at + Duration::micros(1);
    }
    return out;
}

Read<TimeRange> readRange(std::string_view query)
{
    const auto parameters = readQuery(query, "from to");
    if (!parameters)
        return tl::make_unexpected(parameters.error());
    TimeRange out{kEarliestTime, kLatestTime};
    for (const auto &[name, value] : *parameters) {
        if (const auto set = assign(name == "from" ? out.start : out.end, timeOf(name, value)); !set)
            return tl::make_unexpected(set.error());
    }
    if (out.end <= out.start)
        return invalid("to", "The value must be later than from.");
    return out;
}

Read<bool> readInclude(std::string_view query)
{
    const auto parameters = readQuery(query, "include");
    if (!parameters)
        return tl::make_unexpected(parameters.error());
    if (parameters->empty())
        return false;
    if (parameters->front().second != "evidence")
        return invalid("include", "The value must be evidence.");
    return true;
}

Read<bool> readNothing(std::string_view query)
{
    const auto parameters = readQuery(query, {});
    if (!parameters)
        return tl::make_unexpected(parameters.error());
    return true;
}

bool hostAllowed(std::string_view host, const std::vector<std::string> &hosts)
{
    const std::string_view name = withoutPort(host);
    return !name.empty()
        && std::any_of(hosts.begin(), hosts.end(), [&](const std::string &allowed) { return ascii::equalNoCase(name, allowed); });
}

bool bearerMatches(std::string_view authorization, std::string_view token)
{
    constexpr std::string_view kScheme = "bearer ";
    if (token.empty() || authorization.size() < kScheme.size() || !ascii::equalNoCase(authorization.substr(0, kScheme.size()), kScheme))
        return false;
    const std::string_view given = authorization.substr(kScheme.size());
    // As many steps as the token is long, whatever was given; volatile keeps the compiler from leaving early.
    volatile unsigned different = given.size() == token.size() ? 0 : 1;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const char c = given.empty() ? '\0' : given[i % given.size()];
        different = different | static_cast<unsigned>(static_cast<unsigned char>(c ^ token[i]));
    }
    return different == 0;
}

} // namespace threadline::api
