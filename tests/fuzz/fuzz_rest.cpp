// SPDX-License-Identifier: GPL-3.0-or-later
/// REST requests: heads, targets, queries, hosts and tokens, from bytes to the answer, over a session that knows nothing.
#include "core/api/answers.h"
#include "core/api/reply.h"
#include "core/api/request.h"
#include "core/api/routes.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace threadline;
using namespace threadline::api;

namespace {

/// Fails every question at once, with what it was asked in the message, so that it comes out again.
class EmptySession final : public Session {
public:
    Text timelineAtHand(std::string_view interaction) override
    {
        FUZZ_CHECK(!interaction.empty() && isUtf8(interaction));
        return nullptr;
    }
    HandlePtr timeline(InteractionId id, bool, Answer<Body> answer) override
    {
        answer(fail(ErrorCode::NotFound, "Nothing is known of " + id.value));
        return nullptr;
    }
    HandlePtr interaction(InteractionId, Answer<std::shared_ptr<const InteractionView>>) override { return nullptr; }
    HandlePtr list(ListQuery query, Answer<ListPage> answer) override
    {
        FUZZ_CHECK(query.limit >= 1 && query.limit <= 500);
        FUZZ_CHECK(!query.from || !query.to || *query.from < *query.to);
        ListPage page;
        page.nextCursor = query.cursor;
        answer(page);
        return nullptr;
    }
    HandlePtr census(std::optional<TimeRange>, Answer<Census>) override { return nullptr; }
    HandlePtr bands(TimeRange range, Answer<std::vector<Band>> answer) override
    {
        FUZZ_CHECK(range.start < range.end);
        answer(std::vector<Band>());
        return nullptr;
    }
    HandlePtr refused(Answer<std::vector<Refused>>) override { return nullptr; }
    HandlePtr deadLetters(Answer<std::vector<SetAside>>) override { return nullptr; }
    HandlePtr retryDelivery(bool, Answer<void>) override { return nullptr; }
    Status status() const override { return {}; }
    HandlePtr subscribe(std::function<void(const ChangeSet &)>) override { return nullptr; }
};

bool inside(std::string_view part, std::string_view whole)
{
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

/// An answer is one head that ends where it should, and a body that is JSON if it says so.
void checkReply(const Reply &reply)
{
    static constexpr int kStatuses[] = {200, 400, 401, 404, 405, 411, 421, 431, 500, 501, 503, 505};
    FUZZ_CHECK(std::find(std::begin(kStatuses), std::end(kStatuses), reply.status) != std::end(kStatuses));
    FUZZ_CHECK(reply.body && reasonOf(reply.status) != "Unknown");
    HeadWriter writer;
    std::string head;
    writer.append(head, reply, true, false, {});
    FUZZ_CHECK(head.find("\r\n\r\n") == head.size() - 4);
    static json::Reader reader;
    if (reply.type != kExposition)
        FUZZ_CHECK(reader.prepare(*reply.body));
}

void checkResponse(const Head &head, const Access &access)
{
    static EmptySession session;
    static const Counters counters;
    const Context context{session, access, counters};
    const Route *met = nullptr;
    Outcome outcome = respond(context, head, met);
    int answers = 0;
    if (outcome.ask) {
        const HandlePtr handle = outcome.ask([&](const Reply &reply) {
            ++answers;
            checkReply(reply);
        });
        FUZZ_CHECK(answers == 1);
    } else {
        checkReply(outcome.reply);
    }
    FUZZ_CHECK(hostAllowed(head.host, access.hosts) || (!met && outcome.reply.status == 421));
    const bool mayPass = access.token.empty() || bearerMatches(head.authorization, access.token);
    FUZZ_CHECK(mayPass || !met || met->open);
}

void checkHead(std::string_view bytes)
{
    const std::size_t end = headEnd(bytes, 0);
    for (const std::size_t part : {bytes.size() / 3, bytes.size() / 2, bytes.size()}) {
        if (headEnd(bytes.substr(0, part), 0) == std::string_view::npos)
            FUZZ_CHECK(headEnd(bytes, part) == end);
    }
    const std::string_view whole = bytes.substr(0, std::min(end, bytes.size()));
    const auto head = readHead(whole);
    if (!head) {
        checkReply(problem(head.error()));
        return;
    }
    FUZZ_CHECK(head->path.starts_with('/') && head->method != Method::Unknown);
    for (const std::string_view view : {head->query, head->host, head->authorization})
        FUZZ_CHECK(view.empty() || inside(view, whole));
    // What is given on to QHttpServer is read the same way again.
    const std::string again = std::string(nameOf(head->method)) + ' ' + std::string(head->path)
        + (head->query.empty() ? "" : '?' + std::string(head->query)) + " HTTP/1.1\r\nHost: " + std::string(head->host) + "\r\n\r\n";
    const auto second = readHead(again);
    FUZZ_CHECK(second && second->path == head->path && second->query == head->query && second->host == head->host);
    checkResponse(*head, {{"localhost", "127.0.0.1", "[::1]"}, {}});
    checkResponse(*head, {{"localhost", "127.0.0.1", "[::1]"}, "t0ken"});
}

/// The bytes as a target behind a head that is well.
void checkTarget(std::string_view bytes)
{
    checkHead("GET /" + std::string(bytes) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    checkHead("GET /api/v2/timelines/" + percentEncoded(bytes) + "?include=evidence HTTP/1.1\r\nHost: [::1]:1\r\n\r\n");
}

void checkTexts(std::string_view bytes)
{
    std::string back;
    FUZZ_CHECK(percentDecode(percentEncoded(bytes), back) && back == bytes);
    std::string decoded;
    if (percentDecode(bytes, decoded))
        FUZZ_CHECK(decoded.size() <= bytes.size());
    std::string written;
    json::appendString(written, bytes);
    if (isUtf8(bytes))
        FUZZ_CHECK(json::stringOf(written) == std::string(bytes));
    else
        FUZZ_CHECK(json::stringOf(written) != std::string(bytes));
    FUZZ_CHECK(bearerMatches("Bearer " + std::string(bytes), bytes) == !bytes.empty());
    FUZZ_CHECK(!bearerMatches("Bearer " + std::string(bytes) + "x", bytes));
    FUZZ_CHECK(!bearerMatches(bytes, "t0ken") || bytes.size() == 12);
    for (const auto &fault : {readListQuery(bytes).map([](const auto &) { return true; }),
             readRange(bytes).map([](const auto &) { return true; }), readInclude(bytes), readNothing(bytes)}) {
        if (!fault)
            checkReply(problem(fault.error()));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view bytes = fuzz::textOf(data, size);
    checkHead(bytes);
    checkTarget(bytes);
    checkTexts(bytes);
    return 0;
}
