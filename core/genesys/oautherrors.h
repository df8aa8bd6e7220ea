// SPDX-License-Identifier: GPL-3.0-or-later
/// What the token endpoint answered, in words: cause and remedy.
#pragma once

#include "core/net/network.h"
#include "core/genesys/oauth.h"

namespace threadline {

/// The permissions without which nothing can be heard; named wherever the platform refuses.
inline constexpr const char *kNeededScopes = "websocket:events, analytics:events:view, interaction:events:view";

struct TokenAnswer {
    std::string value;
    Duration life; ///< as the endpoint says; 300 s, the platform's shortest, if it does not
};

/// The token in an answer. Errors as TokenSource::token() tells them.
[[nodiscard]] Result<TokenAnswer> readTokenAnswer(const HttpAnswer &answer, const Credentials &credentials, const std::string &address);

/// Retry-After: seconds, or a date (RFC 9110); zero if absent or unreadable; at most an hour.
[[nodiscard]] Duration retryAfterOf(const std::string &header, Timestamp now);

} // namespace threadline
