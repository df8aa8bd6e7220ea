// SPDX-License-Identifier: GPL-3.0-or-later
/// The one table of REST: which method and path is answered by what. From it requests are routed, 405 gets its Allow and
/// /metrics its label.
#pragma once

#include "core/api/metrics.h"
#include "core/api/reply.h"
#include "core/api/request.h"
#include "core/session.h"

#include <functional>
#include <span>
#include <string_view>

namespace threadline::api {

/// What handlers may use. Everything outlives the requests.
struct Context {
    Session &session;
    const Access &access;
    const Counters &counters;
};

/// Takes the answer to a request; any thread, once.
using Done = std::function<void(Reply)>;

/// The answer, or the question that will bring it: `ask` starts it, and dropping its handle ends it.
struct Outcome {
    Reply reply; ///< if `ask` is empty
    std::function<HandlePtr(Done)> ask;

    Outcome(Reply r) : reply(std::move(r)) {}
    explicit Outcome(std::function<HandlePtr(Done)> question) : ask(std::move(question)) {}
};

/// One request, as a handler sees it. The views live until the handler returns.
struct Call {
    std::string_view query;    ///< as sent
    std::string_view argument; ///< what stands for {interactionId}, decoded, valid UTF-8; empty: the path has none
};

struct Route {
    Method method;              ///< GET answers HEAD as well
    std::string_view pattern;   ///< "/api/v2/timelines/{interactionId}"
    bool open;                  ///< answered without a token
    std::string_view failure;   ///< `error` member when it is our fault
    std::string_view description;
    Outcome (*handler)(const Context &context, const Call &call);
};

[[nodiscard]] std::span<const Route> routes();

/// Answers a request: host, token, path, method, then the handler. `met` becomes the route, null if none was reached.
[[nodiscard]] Outcome respond(const Context &context, const Head &head, const Route *&met);

} // namespace threadline::api
