// SPDX-License-Identifier: GPL-3.0-or-later
/// As much of HTTP/1.1 (RFC 9112) as a token endpoint and a WebSocket handshake need. No Qt.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace threadline::sim {

struct HttpRequest {
    std::string method;
    std::string path;   ///< without the query
    std::string query;  ///< behind '?'
    std::map<std::string, std::string, std::less<>> headers; ///< names in lower case
    std::string body;

    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] bool headerHas(std::string_view name, std::string_view word) const; ///< ignoring case
};

struct HttpReply {
    int status = 200;
    std::string body; ///< JSON
    std::map<std::string, std::string> headers; ///< further ones
};

/// What became of the bytes so far.
struct HttpParse {
    enum class State { Incomplete, Complete, Wrong } state = State::Incomplete;
    HttpRequest request;
    std::size_t used = 0; ///< bytes that the request took
};

inline constexpr std::size_t kMaxHead = 16 << 10;
inline constexpr std::size_t kMaxBody = 64 << 10;

/// Reads one request from the front of `bytes`. Wrong: no HTTP, or beyond kMaxHead or kMaxBody.
[[nodiscard]] HttpParse parseRequest(std::string_view bytes);
/// The reply's bytes; `correlation` goes into ININ-Correlation-Id.
[[nodiscard]] std::string renderReply(const HttpReply &reply, std::string_view correlation);

/// The value of `name` in a form or query ("a=1&b=%20"), decoded.
[[nodiscard]] std::optional<std::string> formValue(std::string_view form, std::string_view name);
/// Base64 and base64url, with or without padding; nothing for other characters.
[[nodiscard]] std::optional<std::string> fromBase64(std::string_view text);
[[nodiscard]] std::string toBase64(std::string_view bytes);

} // namespace threadline::sim
