// SPDX-License-Identifier: GPL-3.0-or-later
/// The table of all settings and what is allowed in each.
#include "core/base/ascii.h"
#include "core/base/settings.h"
#include "core/base/smallfile.h"

#include <algorithm>
#include <charconv>

namespace threadline {
namespace {

using Problem = std::optional<std::string>;

constexpr std::size_t kMaxAuthorities = 16u << 20;
constexpr std::size_t kMaxKey = 64u << 10;

bool isPrintable(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool isHostName(std::string_view host)
{
    return !host.empty() && host.size() <= 253
        && std::all_of(host.begin(), host.end(), [](char c) { return ascii::isAlnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool isIpv6(std::string_view host)
{
    return std::count(host.begin(), host.end(), ':') >= 2
        && std::all_of(host.begin(), host.end(), [](char c) { return ascii::hexValue(c) >= 0 || c == ':' || c == '.'; });
}

std::optional<int> wholeNumber(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || text.front() == '-')
        return std::nullopt;
    return number;
}

/// What an address consists of: scheme://[user[:password]@]host[:port][rest].
struct Address {
    std::string_view scheme, user, host, rest;
    bool portGiven = false;
};

/// The host and port behind a scheme; false if they are none.
bool splitAuthority(std::string_view authority, Address &out)
{
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        out.user = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos)
            return false;
        out.host = authority.substr(1, close - 1);
        authority.remove_prefix(close + 1);
        if (!isIpv6(out.host))
            return false;
    } else {
        out.host = authority.substr(0, authority.find(':'));
        authority.remove_prefix(out.host.size());
        if (!isHostName(out.host))
            return false;
    }
    if (authority.empty())
        return true;
    const std::optional<int> port = wholeNumber(authority.substr(1));
    out.portGiven = true;
    return authority.front() == ':' && port && *port >= 1 && *port <= 65'535;
}

std::optional<Address> splitAddress(std::string_view text)
{
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || !isPrintable(text))
        return std::nullopt;
    Address out;
    out.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 3);
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    out.rest = text.substr(end);
    if (!splitAuthority(text.substr(0, end), out))
        return std::nullopt;
    return out;
}

/// A server's address: https, or http to this machine alone, without anything that does not belong into a base address.
Problem checkServer(const std::string &text)
{
    const std::optional<Address> address = splitAddress(text);
    if (!address)
        return "is no address; it looks like https://api.mypurecloud.com";
    if (!address->user.empty())
        return "holds a user name; credentials have settings of their own";
    if (address->rest.find_first_of("?#") != std::string_view::npos)
        return "has a query or a fragment; give the base address alone";
    if (address->scheme == "https")
        return std::nullopt;
    if (address->scheme != "http")
        return "must begin with https:// (http:// only to this machine)";
    if (!isLoopback(address->host))
        return "would send secrets unencrypted; use https:// (http:// is for this machine alone)";
    return std::nullopt;
}

Problem checkOptionalServer(const std::string &text) { return text.empty() ? std::nullopt : checkServer(text); }

Problem checkTsdb(const std::string &text)
{
    if (text.empty())
        return std::nullopt;
    const std::optional<Address> address = splitAddress(text);
    if (!address || (address->scheme != "http" && address->scheme != "https"))
        return "is no address; it looks like http://127.0.0.1:8086";
    if (!address->user.empty())
        return "holds a user name; the token has a setting of its own, TSDB_TOKEN";
    if (address->rest.find_first_of("?#") != std::string_view::npos)
        return "has a query or a fragment; give the base address alone: token, organisation and bucket have settings of their own";
    return std::nullopt;
}

Problem checkProxy(const std::string &text)
{
    if (text.empty())
        return std::nullopt;
    const std::optional<Address> address = splitAddress(text);
    if (!address || (address->scheme != "http" && address->scheme != "socks5"))
        return "is no proxy; it looks like http://host:port or socks5://user:password@host:port";
    if (!address->portGiven)
        return "names no port; it looks like http://host:port";
    if (!address->rest.empty() && address->rest != "/")
        return "has a path; a proxy is a host and a port";
    return std::nullopt;
}

Problem checkListen(const std::string &text)
{
    const Result<HostPort> where = parseHostPort(text);
    if (!where)
        return where.error().message;
    if (!isLoopback(where->host))
        return "is no address of this machine alone. REST is served unencrypted so far, so it listens on 127.0.0.1, [::1] or "
               "localhost only; put a TLS proxy in front to reach it from elsewhere";
    return std::nullopt;
}

Problem checkProtocol(const std::string &text)
{
    if (text == "streaming")
        return std::nullopt;
    if (text == "notifications")
        return "is not built yet; this version speaks the streaming protocol: use streaming";
    return "is no protocol; use streaming";
}

Problem oneOf(const std::string &text, std::initializer_list<std::string_view> allowed)
{
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end())
        return std::nullopt;
    std::string names;
    for (const std::string_view name : allowed)
        names.append(names.empty() ? "" : ", ").append(name);
    return "is not one of " + names;
}

Problem between(const std::string &text, int least, int most, std::string_view unit)
{
    const std::optional<int> number = wholeNumber(text);
    if (number && *number >= least && *number <= most)
        return std::nullopt;
    return "is no whole number of " + std::string(unit) + " from " + std::to_string(least) + " to " + std::to_string(most);
}

Problem checkRetention(const std::string &text)
{
    if (text == "off" || !between(text, 1, 36'500, "days"))
        return std::nullopt;
    return "is neither off nor a whole number of days from 1 to 36500";
}

Problem checkBacklog(const std::string &text) { return between(text, 10'000, 2'000'000'000, "events"); }

/// A token that stands in a header: printable, without blanks. The words never repeat it.
Problem checkToken(const std::string &text)
{
    return isPrintable(text) ? std::nullopt : Problem("holds a blank, a control character or a letter outside ASCII");
}

Problem checkClientId(const std::string &text)
{
    return isPrintable(text) ? std::nullopt : Problem("holds a blank, a control character or a letter outside ASCII");
}

Problem checkPath(const std::string &text)
{
    if (text.find('\0') != std::string::npos)
        return "holds a NUL character";
    if (text.starts_with("~"))
        return "begins with ~, which only a shell expands; write the whole path";
    return std::nullopt;
}

Problem checkAuthorities(const std::string &text)
{
    if (text.empty())
        return std::nullopt;
    if (Problem problem = checkPath(text))
        return problem;
    const auto content = readSmallFile(text, kMaxAuthorities, FileKind::Regular);
    if (!content)
        return content.error().message;
    if (content->find("-----BEGIN ") == std::string::npos || content->find("CERTIFICATE-----") == std::string::npos)
        return "holds no certificate; it must be PEM, a text with -----BEGIN CERTIFICATE----- in it";
    return std::nullopt;
}

/// PEM text or the path of a file that holds it. The words never repeat it: it may be a key without its first line.
Problem checkPrivateKey(const std::string &text)
{
    if (text.empty() || text.find("-----BEGIN ") != std::string::npos)
        return std::nullopt;
    const auto content = readSmallFile(text.substr(0, text.find('\0')), kMaxKey, FileKind::Regular);
    if (content && content->find("-----BEGIN ") != std::string::npos)
        return std::nullopt;
    return "is neither a PEM text (-----BEGIN PRIVATE KEY----- ...) nor the path of a readable file that holds one";
}

std::vector<SettingSpec> platformSpecs()
{
    return {
        {"environment", "GENESYS_ENVIRONMENT_URL", true, false, "https://api.mypurecloud.com",
         "address of the platform's API; https://api.X has its login at https://login.X", checkServer},
        {"login-url", "GENESYS_LOGIN_URL", true, false, "", "address that serves /oauth/token, where it is not the usual one",
         checkOptionalServer},
        {"client-id", "GENESYS_CLIENT_ID", false, false, "", "OAuth client", checkClientId},
        {"client-secret", "GENESYS_CLIENT_SECRET", false, true, "", "its secret, for the client credentials grant", checkToken},
        {"private-key", "GENESYS_PRIVATE_KEY", false, true, "",
         "PEM text or file for the JWT bearer grant; wins over the secret", checkPrivateKey},
        {"protocol", "THREADLINE_PROTOCOL", true, false, "streaming", "event protocol: streaming", checkProtocol},
        {"sequence-scope", "THREADLINE_SEQUENCE_SCOPE", true, false, "interaction",
         "what the source counts `sequence` over: interaction, stream, participant, none",
         [](const std::string &text) { return oneOf(text, {"interaction", "stream", "participant", "none"}); }},
        {"proxy", "THREADLINE_PROXY", true, false, "", "proxy of every outgoing connection but those to this machine; the system's if not given",
         checkProxy},
        {"ca-file", "THREADLINE_CA_FILE", true, false, "", "PEM file of further certificate authorities", checkAuthorities},
        {"ping-seconds", "THREADLINE_PING_SECONDS", true, false, "10", "time between two pings; a connection on which nothing has come since two of them is given up",
         [](const std::string &text) { return between(text, 1, 3600, "seconds"); }},
        {"silence-seconds", "THREADLINE_SILENCE_SECONDS", true, false, "30",
         "time without data after which a second connection is tried",
         [](const std::string &text) { return between(text, 1, 86'400, "seconds"); }},
        {"held-back-seconds", "THREADLINE_HELD_BACK_SECONDS", true, false, "10",
         "time without room for messages after which the connection is closed on purpose",
         [](const std::string &text) { return between(text, 1, 3600, "seconds"); }},
    };
}

std::vector<SettingSpec> deliverySpecs()
{
    return {
        {"tsdb-url", "TSDB_URL", true, false, "", "InfluxDB that every event is delivered to: http://host:8086", checkTsdb},
        {"tsdb-token", "TSDB_TOKEN", false, true, "", "its token; for InfluxDB 1.x user:password, or nothing", checkToken},
        {"tsdb-org", "TSDB_ORG", true, false, "", "its organisation (2.x)", {}},
        {"tsdb-bucket", "TSDB_BUCKET", true, false, "", "its bucket; for InfluxDB 1.x database or database/policy, for 3 the database", {}},
        {"tsdb-schema", "THREADLINE_TSDB_SCHEMA", true, false, "bounded", "schema of the points: bounded, classic",
         [](const std::string &text) { return oneOf(text, {"bounded", "classic"}); }},
        {"tsdb-payload", "THREADLINE_TSDB_PAYLOAD", true, false, "on",
         "whether an event's whole text goes along: on, or off (then timelines cannot be read back whole)",
         [](const std::string &text) { return oneOf(text, {"on", "off"}); }},
        {"tsdb-gzip", "THREADLINE_TSDB_GZIP", true, false, "auto", "compression: on, off, auto (off to this machine)",
         [](const std::string &text) { return oneOf(text, {"auto", "on", "off"}); }},
        {"tsdb-backlog", "THREADLINE_TSDB_BACKLOG", true, false, "50000000", "events that may wait for delivery", checkBacklog},
        {"tsdb-overflow", "THREADLINE_TSDB_OVERFLOW", true, false, "shed",
         "when more wait: shed (pass over the oldest, which stay in the local store) or hold (hold the feed back)",
         [](const std::string &text) { return oneOf(text, {"shed", "hold"}); }},
    };
}

std::vector<SettingSpec> localSpecs()
{
    return {
        {"listen", "THREADLINE_LISTEN", true, false, "127.0.0.1:3000", "address of REST; port 0 takes a free one", checkListen},
        {"api-token", "THREADLINE_API_TOKEN", false, true, "", "bearer token that REST asks for", checkToken},
        {"data-dir", "THREADLINE_DATA_DIR", true, false, "", "folder of the database; the platform's data folder if not given",
         checkPath},
        {"retention-days", "THREADLINE_RETENTION_DAYS", true, false, "off",
         "days after which ended interactions are deleted, or off", checkRetention},
        {"stale-hours", "THREADLINE_STALE_HOURS", true, false, "12", "hours without an event after which an open interaction is shown as stale",
         [](const std::string &text) { return between(text, 1, 8760, "hours"); }},
        {"config", "THREADLINE_CONFIG", true, false, "", "settings file (TOML); the platform's config folder if not given",
         checkPath},
        {"log-level", "THREADLINE_LOG_LEVEL", true, false, "info", "debug, info, warning, error",
         [](const std::string &text) { return oneOf(text, {"debug", "info", "warning", "error"}); }},
    };
}

} // namespace

const std::vector<SettingSpec> &settingSpecs()
{
    static const std::vector<SettingSpec> kSpecs = [] {
        std::vector<SettingSpec> all;
        for (std::vector<SettingSpec> part : {platformSpecs(), deliverySpecs(), localSpecs()})
            std::move(part.begin(), part.end(), std::back_inserter(all));
        return all;
    }();
    return kSpecs;
}

Result<HostPort> parseHostPort(std::string_view text)
{
    static constexpr const char *kRemedy = "is no HOST:PORT; it looks like 127.0.0.1:3000 or [::1]:3000";
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return fail(ErrorCode::InvalidArgument, kRemedy);
    std::string_view host = text.substr(0, colon);
    const std::optional<int> port = wholeNumber(text.substr(colon + 1));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    if (!(bracketed ? isIpv6(host) : isHostName(host)))
        return fail(ErrorCode::InvalidArgument, kRemedy);
    if (!port || *port > 65'535)
        return fail(ErrorCode::InvalidArgument, "has no port from 0 to 65535");
    return HostPort{std::string(host), static_cast<std::uint16_t>(*port)};
}

bool isLoopback(std::string_view host)
{
    if (host == "::1" || host == "[::1]" || host == "0:0:0:0:0:0:0:1")
        return true;
    if (ascii::equalNoCase(host, "localhost"))
        return true;
    // 127.0.0.0/8, all four numbers written out; a name such as 127.0.0.1.example.org is none.
    std::string_view rest = host;
    for (int part = 0; part < 4; ++part) {
        const std::string_view digits = rest.substr(0, rest.find('.'));
        const std::optional<int> number = digits.size() <= 3 ? wholeNumber(digits) : std::nullopt;
        if (!number || *number > 255 || (part == 0 && *number != 127))
            return false;
        const bool last = digits.size() == rest.size();
        if (last != (part == 3))
            return false;
        rest.remove_prefix(last ? rest.size() : digits.size() + 1);
    }
    return true;
}

} // namespace threadline
