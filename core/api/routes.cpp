// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/routes.h"

#include "core/api/answers.h"

#include <algorithm>

namespace threadline::api {
namespace {

constexpr std::string_view kTimelineFailure = "Timeline query failed";
constexpr std::string_view kGapsFailure = "Gaps query failed";

/// Turns what a session answers into a reply: `render` makes the body of a value.
template<class T, class Render>
Session::Answer<T> answering(Done done, std::string_view failure, Render render)
{
    return [done = std::move(done), failure, render](Result<T> result) {
        done(result ? render(std::move(*result)) : problem(result.error(), failure));
    };
}

/// Header fields that say where an answer comes from; none where that is the local store alone.
std::string originFields(const Origin &origin)
{
    std::string out;
    if (!origin.shared.empty())
        out = std::string("Threadline-Source: ") + (origin.local ? "local, " : "") + origin.shared + "\r\n";
    if (!origin.note.empty())
        out += "Threadline-Note: " + fieldText(origin.note) + "\r\n";
    return out;
}

Reply timelineReply(Session::Body body)
{
    Reply out;
    out.body = std::move(body.text);
    out.rest = std::move(body.rest);
    out.fields = originFields(body.origin);
    return out;
}

Outcome timeline(const Context &context, const Call &call)
{
    const auto evidence = readInclude(call.query);
    if (!evidence)
        return problem(evidence.error());
    if (!*evidence) {
        if (Session::Text text = context.session.timelineAtHand(call.argument))
            return timelineReply({std::move(text), nullptr});
    }
    return Outcome([&session = context.session, id = InteractionId(call.argument), with = *evidence](Done done) {
        return session.timeline(id, with, answering<Session::Body>(std::move(done), kTimelineFailure, timelineReply));
    });
}

Outcome list(const Context &context, const Call &call)
{
    auto query = readListQuery(call.query);
    if (!query)
        return problem(query.error());
    return Outcome([&session = context.session, query = std::move(*query)](Done done) {
        return session.list(query, answering<ListPage>(std::move(done), kTimelineFailure,
                                       [](const ListPage &page) {
                                           Reply out = reply(200, kJson, listBody(page));
                                           out.fields = originFields(page.origin);
                                           return out;
                                       }));
    });
}

Outcome gaps(const Context &context, const Call &call)
{
    const auto range = readRange(call.query);
    if (!range)
        return problem(range.error());
    return Outcome([&session = context.session, range = *range](Done done) {
        return session.bands(range, answering<std::vector<Band>>(std::move(done), kGapsFailure,
                                        [](const std::vector<Band> &bands) { return reply(200, kJson, gapsBody(bands)); }));
    });
}

Outcome health(const Context &, const Call &call)
{
    const auto query = readNothing(call.query);
    return query ? reply(200, kJson, R"({"status":"ok"})") : problem(query.error());
}

Outcome readiness(const Context &context, const Call &call)
{
    if (const auto query = readNothing(call.query); !query)
        return problem(query.error());
    const Status status = context.session.status();
    const std::vector<std::string> reasons = unreadiness(status);
    return reply(reasons.empty() ? 200 : 503, kJson, readinessBody(status, reasons));
}

Outcome metrics(const Context &context, const Call &call)
{
    if (const auto query = readNothing(call.query); !query)
        return problem(query.error());
    return reply(200, kExposition, exposition(context.session.status(), context.counters));
}

constexpr Route kRoutes[] = {
    {Method::Get, "/api/v2/timelines/{interactionId}", false, kTimelineFailure, "The events of one interaction, in canonical order", timeline},
    {Method::Get, "/api/v2/timelines", false, kTimelineFailure, "The interactions, newest activity first, in pages", list},
    {Method::Get, "/api/v2/gaps", false, kGapsFailure, "The stretches of not listening", gaps},
    {Method::Get, "/metrics", false, "Metrics failed", "Numbers for Prometheus", metrics},
    {Method::Get, "/healthz", true, "Health failed", "200 while the program answers at all", health},
    {Method::Get, "/readyz", true, "Readiness failed", "200 while events are heard and recorded, else 503 with the reasons", readiness},
};

/// Takes the first segment of `path`, which begins with '/'.
std::string_view takeSegment(std::string_view &path)
{
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool segmentIs(std::string_view segment, std::string_view literal)
{
    if (segment.find('%') == std::string_view::npos)
        return segment == literal;
    std::string decoded;
    return percentDecode(segment, decoded) && decoded == literal;
}

/// Whether `path` is of this pattern; `argument` becomes the encoded segment that stands for the {name}.
bool matches(std::string_view pattern, std::string_view path, std::string_view &argument)
{
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = takeSegment(pattern);
        const std::string_view segment = takeSegment(path);
        if (wanted.front() == '{') {
            if (segment.empty())
                return false;
            argument = segment;
        } else if (!segmentIs(segment, wanted)) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

bool answers(const Route &route, Method method)
{
    return route.method == method || (route.method == Method::Get && method == Method::Head);
}

Reply notFound()
{
    return problem(Fault{404, "Not found", "There is nothing at this address. /api/v2/timelines lists the interactions.", {}});
}

Reply notAllowed(std::string_view pattern)
{
    std::string allow;
    for (const Route &route : kRoutes) {
        if (route.pattern == pattern)
            allow.append(allow.empty() ? "" : ", ").append(nameOf(route.method)).append(route.method == Method::Get ? ", HEAD" : "");
    }
    Reply out = problem(Fault{405, "Method not allowed", "This address answers " + allow + ".", {}});
    out.fields = "Allow: " + allow + "\r\n";
    return out;
}

Reply misdirected()
{
    return problem(Fault{421, "Host not allowed",
        "The Host field names neither this machine nor a host that was set. Ask by 127.0.0.1 or localhost, or set the host.", {}});
}

Reply unauthorized()
{
    Reply out = problem(Fault{401, "Authorization required", "Send the field Authorization: Bearer TOKEN with the token that was set.", {}});
    out.fields = "WWW-Authenticate: Bearer realm=\"threadline\"\r\n";
    return out;
}

/// The row for the request, or else the row that has its path (null: none) with what to answer.
struct Found {
    const Route *route = nullptr;
    bool methodFits = false;
    std::string_view argument;
};

Found find(const Head &head)
{
    Found found;
    for (const Route &route : kRoutes) {
        std::string_view argument;
        if (!matches(route.pattern, head.path, argument))
            continue;
        found = {&route, answers(route, head.method), argument};
        if (found.methodFits)
            break;
    }
    return found;
}

Outcome call(const Context &context, const Route &route, std::string_view argument, std::string_view query)
{
    if (argument.find('%') == std::string_view::npos)
        return route.handler(context, {query, argument});
    std::string decoded;
    if (!percentDecode(argument, decoded) || !isUtf8(decoded))
        return problem(Fault{400, "Invalid parameter", "The value is not valid percent-encoded UTF-8.", "interactionId"});
    return route.handler(context, {query, decoded});
}

} // namespace

std::span<const Route> routes() { return kRoutes; }

Outcome respond(const Context &context, const Head &head, const Route *&met)
{
    met = nullptr;
    if (!hostAllowed(head.host, context.access.hosts))
        return misdirected();
    const Found found = find(head);
    const bool open = found.route && found.route->open;
    if (!open && !context.access.token.empty() && !bearerMatches(head.authorization, context.access.token))
        return unauthorized();
    if (!found.route)
        return notFound();
    met = found.route;
    if (!found.methodFits)
        return notAllowed(found.route->pattern);
    return call(context, *found.route, found.argument, head.query);
}

} // namespace threadline::api
