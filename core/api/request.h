// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading HTTP/1.1 requests: foreign bytes in, values or a refusal out. Pure functions, without Qt and without state, so
/// that they can be fuzzed. Strict where RFC 9112 lets a server choose, because what two readers understand differently is
/// how requests are smuggled.
#pragma once

#include "core/base/utf8.h"
#include "core/base/time.h"
#include "core/session.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace threadline::api {

/// Why a request is not answered as asked; becomes a problem+json body.
struct Fault {
    int status = 400;
    std::string error;     ///< a short stable text: "Invalid parameter"
    std::string detail;    ///< what is wrong and what would be right
    std::string parameter; ///< the query parameter it is about; empty: none
};

template<class T>
using Read = tl::expected<T, Fault>;

enum class Method : std::uint8_t { Get, Head, Post, Put, Delete, Options, Patch, Trace, Connect, Unknown };
[[nodiscard]] std::string_view nameOf(Method method);

/// The head of one request. The views point into the bytes it was read from.
struct Head {
    Method method = Method::Unknown;
    std::string_view path;          ///< as sent, percent-encoded; begins with '/'
    std::string_view query;         ///< as sent, without the '?'
    std::string_view host;          ///< of the Host field, or of an absolute target
    std::string_view authorization; ///< empty: none
    std::uint64_t contentLength = 0;
    bool keepAlive = true;
    bool chunks = true; ///< the client reads bodies in chunks (HTTP/1.1)
    bool expectsContinue = false;
};

/// Where the first head in `input` ends: the index behind its empty line, npos if that has not come yet. `from` is how much
/// of `input` an earlier call has searched, so that a head that trickles in is not searched again and again.
[[nodiscard]] std::size_t headEnd(std::string_view input, std::size_t from);

/// Whether `input`, the first bytes of a connection, can be the beginning of a request line; tells TLS and noise at once.
[[nodiscard]] bool looksLikeRequest(std::string_view input);

/// Whether a line ends in LF alone, from `from` on: then no end of the head may ever come.
[[nodiscard]] bool hasBareLineFeed(std::string_view input, std::size_t from);

/// Reads a head, from the request line to the empty line inclusive. Faults: 400 malformed, 411 a body without a length, 431
/// over kMaxFields fields, 501 a method we do not know, 505 another version.
[[nodiscard]] Read<Head> readHead(std::string_view bytes);
inline constexpr int kMaxFields = 100;

/// Appends `text` with its %XX decoded. False for a '%' that two hexadecimal digits do not follow.
[[nodiscard]] bool percentDecode(std::string_view text, std::string &out);

/// The name=value pairs of a query, decoded, in order. '+' is a plus. Faults: 400 for bad encoding, bad UTF-8, a name that
/// is empty or occurs twice, and one that is none of `known` (names separated by one blank).
using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Read<Parameters> readQuery(std::string_view query, std::string_view known);

/// ?from&to&state&limit&cursor of the list.
[[nodiscard]] Read<ListQuery> readListQuery(std::string_view query);
/// ?from&to; what is absent is open.
[[nodiscard]] Read<TimeRange> readRange(std::string_view query);
/// ?include=evidence; false without it.
[[nodiscard]] Read<bool> readInclude(std::string_view query);
/// For routes that take none.
[[nodiscard]] Read<bool> readNothing(std::string_view query);

/// Who may ask.
struct Access {
    std::vector<std::string> hosts; ///< names and addresses (IPv6 in brackets), lower case, without port
    std::string token;              ///< empty: no token is asked for
};
/// Whether the Host field `host` names one of `hosts`, with any port: what a page that was rebound by DNS cannot send.
[[nodiscard]] bool hostAllowed(std::string_view host, const std::vector<std::string> &hosts);
/// Whether `authorization` is "Bearer TOKEN". Takes the same time wherever the first wrong byte is.
[[nodiscard]] bool bearerMatches(std::string_view authorization, std::string_view token);

} // namespace threadline::api
