// SPDX-License-Identifier: GPL-3.0-or-later
/// The head of a request (RFC 9112 sections 2 to 6).
#include "core/api/request.h"
#include "core/base/ascii.h"

#include <algorithm>
#include <array>

namespace threadline::api {
namespace {

constexpr std::string_view kMethodNames[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"};

tl::unexpected<Fault> malformed(std::string detail)
{
    return tl::make_unexpected(Fault{400, "Malformed request", std::move(detail), {}});
}

/// The characters of a token (RFC 9110 section 5.6.2).
constexpr std::array<bool, 256> kToken = [] {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c)
        table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) {
        table[static_cast<std::size_t>(c)] = true;
        table[static_cast<std::size_t>(c + 32)] = true;
    }
    for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool isTokenChar(char c) { return kToken[static_cast<unsigned char>(c)]; }
bool isToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar); }
/// Visible ASCII without '#', which ends what a client may send of an address.
bool isTargetChar(char c) { return c > 0x20 && c < 0x7F && c != '#'; }
/// A field value holds no control but the tab.
bool isValueChar(char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t'; }

/// Whether the comma-separated list `value` holds `word`.
bool listHolds(std::string_view value, std::string_view word)
{
    while (!value.empty()) {
        const std::size_t comma = value.find(',');
        if (ascii::equalNoCase(ascii::trimmedBlanks(value.substr(0, comma)), word))
            return true;
        if (comma == std::string_view::npos)
            return false;
        value.remove_prefix(comma + 1);
    }
    return false;
}

/// Takes the line at the front of `text`, which ends in CR LF.
std::string_view takeLine(std::string_view &text)
{
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    return line;
}

/// Splits "http://host/path" into what the rest of the reader expects of an origin target.
void takeAuthority(std::string_view &target, Head &head)
{
    constexpr std::string_view kScheme = "http://";
    if (target.size() <= kScheme.size() || !ascii::equalNoCase(target.substr(0, kScheme.size()), kScheme))
        return;
    target.remove_prefix(kScheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    head.host = target.substr(0, end);
    target.remove_prefix(end);
    if (target.empty())
        target = "/";
}

Read<bool> readTarget(std::string_view target, Head &head)
{
    if (!std::all_of(target.begin(), target.end(), isTargetChar))
        return malformed("The request target holds a character that must be percent-encoded.");
    takeAuthority(target, head);
    if (target.empty() || target.front() != '/')
        return malformed("The request target must begin with '/'.");
    const std::size_t mark = target.find('?');
    head.path = target.substr(0, mark);
    head.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    return true;
}

Read<bool> readVersion(std::string_view version, Head &head)
{
    if (version == "HTTP/1.1")
        return true;
    if (version == "HTTP/1.0") {
        head.keepAlive = false;
        head.chunks = false;
        return true;
    }
    if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !ascii::isDigit(version[5]) || version[6] != '.' || !ascii::isDigit(version[7]))
        return malformed("The request line must be METHOD TARGET HTTP/1.1.");
    return tl::make_unexpected(Fault{505, "HTTP version not supported", "This server speaks HTTP/1.1.", {}});
}

Read<bool> readRequestLine(std::string_view line, Head &head)
{
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || !isToken(line.substr(0, first)))
        return malformed("The request line must be METHOD TARGET HTTP/1.1.");
    if (const auto version = readVersion(line.substr(second + 1), head); !version)
        return version;
    const auto name = std::find(std::begin(kMethodNames), std::end(kMethodNames), line.substr(0, first));
    if (name == std::end(kMethodNames) || *name == "CONNECT")
        return tl::make_unexpected(Fault{501, "Method not implemented", "This server knows GET and HEAD.", {}});
    head.method = static_cast<Method>(name - std::begin(kMethodNames));
    return readTarget(line.substr(first + 1, second - first - 1), head);
}

/// What has been seen of the fields that may come only once.
struct Seen {
    bool host = false;
    bool authorization = false;
    bool length = false;
    bool coding = false;
    bool close = false;     ///< Connection options, in whichever of its fields (RFC 9110 section 7.6.1)
    bool keepAlive = false;
};

Read<bool> readHost(std::string_view value, Head &head, Seen &seen)
{
    if (std::exchange(seen.host, true))
        return malformed("There must be one Host field.");
    if (head.host.empty()) // the authority of an absolute target outranks the field (RFC 9112 section 3.2.2)
        head.host = value;
    return true;
}

Read<bool> readLength(std::string_view value, Head &head, Seen &seen)
{
    const bool digits = !value.empty() && value.size() <= 18 && ascii::allDigits(value);
    if (std::exchange(seen.length, true) || !digits)
        return malformed("Content-Length must be given once, as a decimal number.");
    for (const char c : value)
        head.contentLength = head.contentLength * 10 + static_cast<std::uint64_t>(c - '0');
    return true;
}

void readConnection(std::string_view value, Seen &seen)
{
    seen.close = seen.close || listHolds(value, "close");
    seen.keepAlive = seen.keepAlive || listHolds(value, "keep-alive");
}

Read<bool> readField(std::string_view name, std::string_view value, Head &head, Seen &seen)
{
    if (ascii::equalNoCase(name, "host"))
        return readHost(value, head, seen);
    if (ascii::equalNoCase(name, "content-length"))
        return readLength(value, head, seen);
    if (ascii::equalNoCase(name, "transfer-encoding")) {
        seen.coding = true;
    } else if (ascii::equalNoCase(name, "connection")) {
        readConnection(value, seen);
    } else if (ascii::equalNoCase(name, "expect")) {
        head.expectsContinue = ascii::equalNoCase(value, "100-continue");
    } else if (ascii::equalNoCase(name, "authorization")) {
        if (std::exchange(seen.authorization, true))
            return malformed("There must be at most one Authorization field.");
        head.authorization = value;
    }
    return true;
}

Read<bool> readFieldLine(std::string_view line, Head &head, Seen &seen)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return malformed("A header field must be NAME: VALUE on one line.");
    const std::string_view value = ascii::trimmedBlanks(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), isValueChar))
        return malformed("A header field holds a control character.");
    return readField(line.substr(0, colon), value, head, seen);
}

/// What can only be told when all fields are known.
Read<Head> judged(Head head, const Seen &seen)
{
    head.keepAlive = !seen.close && (head.keepAlive || seen.keepAlive);
    if (!seen.host)
        return malformed("There must be one Host field.");
    if (seen.coding && seen.length)
        return malformed("Content-Length and Transfer-Encoding exclude each other.");
    if (seen.coding) {
        return tl::make_unexpected(
            Fault{411, "Length required", "Send the body with Content-Length: a coded transfer is not read here.", {}});
    }
    return head;
}

} // namespace

std::string_view nameOf(Method method)
{
    return method == Method::Unknown ? std::string_view("?") : kMethodNames[static_cast<std::size_t>(method)];
}

std::size_t headEnd(std::string_view input, std::size_t from)
{
    const std::size_t at = input.find("\r\n\r\n", from < 3 ? 0 : from - 3);
    return at == std::string_view::npos ? at : at + 4;
}

bool hasBareLineFeed(std::string_view input, std::size_t from)
{
    for (std::size_t at = input.find('\n', from); at != std::string_view::npos; at = input.find('\n', at + 1)) {
        if (at == 0 || input[at - 1] != '\r')
            return true;
    }
    return false;
}

bool looksLikeRequest(std::string_view input) { return input.empty() || isTokenChar(input.front()); }

Read<Head> readHead(std::string_view bytes)
{
    Head head;
    if (const auto line = readRequestLine(takeLine(bytes), head); !line)
        return tl::make_unexpected(line.error());
    Seen seen;
    int fields = 0;
    for (std::string_view line = takeLine(bytes); !line.empty(); line = takeLine(bytes)) {
        if (++fields > kMaxFields)
            return tl::make_unexpected(Fault{431, "Header too large", "At most 100 header fields are read.", {}});
        if (const auto field = readFieldLine(line, head, seen); !field)
            return tl::make_unexpected(field.error());
    }
    return judged(head, seen);
}

} // namespace threadline::api
