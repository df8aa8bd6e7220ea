// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/http.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace threadline::sim {
namespace {

bool parseRequestLine(std::string_view line, HttpRequest &request)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last <= first || !line.substr(last + 1).starts_with("HTTP/1."))
        return false;
    request.method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    request.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    return request.path.starts_with('/');
}

bool parseHead(std::string_view head, HttpRequest &request)
{
    bool first = true;
    while (!head.empty()) {
        const std::size_t size = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, size);
        head.remove_prefix(std::min(size + 2, head.size()));
        if (first) {
            if (!parseRequestLine(line, request))
                return false;
            first = false;
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            return false;
        const std::string name = ascii::lowered(line.substr(0, colon));
        const std::string_view value = ascii::trimmedBlanks(line.substr(colon + 1));
        const auto [field, fresh] = request.headers.try_emplace(name, value);
        if (!fresh && name == "content-length")
            return false; // two readers could believe different ones
        if (!fresh)
            field->second.append(", ").append(value); // several fields are one list (RFC 9110 section 5.3)
    }
    return !first;
}

std::string_view reasonOf(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Status";
    }
}

std::string decodeForm(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? ascii::hexValue(text[i + 1]) : -1;
        const int low = high >= 0 ? ascii::hexValue(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

int base64Digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

} // namespace

std::string_view HttpRequest::header(std::string_view name) const
{
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpRequest::headerHas(std::string_view name, std::string_view word) const
{
    return ascii::lowered(header(name)).find(ascii::lowered(word)) != std::string::npos;
}

HttpParse parseRequest(std::string_view bytes)
{
    HttpParse result;
    const std::size_t headSize = bytes.find("\r\n\r\n");
    if (headSize == std::string_view::npos) {
        if (bytes.size() > kMaxHead)
            result.state = HttpParse::State::Wrong;
        return result;
    }
    std::size_t bodySize = 0;
    const bool good = headSize <= kMaxHead && parseHead(bytes.substr(0, headSize), result.request);
    const std::string_view length = result.request.header("content-length");
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bodySize);
    const bool goodLength = length.empty() || (error == std::errc() && end == length.data() + length.size());
    if (!good || !goodLength || bodySize > kMaxBody || !result.request.header("transfer-encoding").empty()) {
        result.state = HttpParse::State::Wrong;
        return result;
    }
    if (bytes.size() - headSize - 4 < bodySize)
        return result;
    result.request.body = bytes.substr(headSize + 4, bodySize);
    result.used = headSize + 4 + bodySize;
    result.state = HttpParse::State::Complete;
    return result;
}

std::string renderReply(const HttpReply &reply, std::string_view correlation)
{
    std::string out = "HTTP/1.1 " + std::to_string(reply.status) + ' ';
    out += reasonOf(reply.status);
    out += "\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: " + std::to_string(reply.body.size());
    out += "\r\nININ-Correlation-Id: ";
    out += correlation;
    for (const auto &[name, value] : reply.headers)
        out += "\r\n" + name + ": " + value;
    out += "\r\n\r\n";
    out += reply.body;
    return out;
}

std::optional<std::string> formValue(std::string_view form, std::string_view name)
{
    while (!form.empty()) {
        const std::size_t size = std::min(form.find('&'), form.size());
        const std::string_view pair = form.substr(0, size);
        form.remove_prefix(std::min(size + 1, form.size()));
        const std::size_t equals = pair.find('=');
        if (decodeForm(pair.substr(0, equals)) == name)
            return equals == std::string_view::npos ? std::string() : decodeForm(pair.substr(equals + 1));
    }
    return std::nullopt;
}

std::optional<std::string> fromBase64(std::string_view text)
{
    while (text.ends_with('='))
        text.remove_suffix(1);
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const int digit = base64Digit(c);
        if (digit < 0)
            return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 0xFF);
        }
    }
    return out;
}

std::string toBase64(std::string_view bytes)
{
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = (group << 8) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * k)) & 63];
    }
    return out;
}

} // namespace threadline::sim
