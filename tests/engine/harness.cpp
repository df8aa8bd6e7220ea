// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/harness.h"

#include <QtGlobal>

#include <future>

namespace threadline::test {
namespace {

template<class T, class Ask>
Result<T> answerOf(Ask ask)
{
    std::promise<Result<T>> promise;
    auto future = promise.get_future();
    const HandlePtr handle = ask([&](Result<T> result) { promise.set_value(std::move(result)); });
    return future.get();
}

} // namespace

Harness::Harness(std::string folder, SequenceScope scope, const Clock &clock, std::size_t cacheBytes, bool handedOn, std::size_t maxDue)
    : m_clock(clock)
{
    StoreOptions options;
    options.folder = std::move(folder);
    auto store = Store::open(options);
    if (!store)
        qFatal("%s", store.error().message.c_str());
    m_store = std::move(*store);
    LocalSessionOptions session;
    session.engine.ingest.scope = scope;
    session.engine.ingest.cacheBytes = cacheBytes;
    session.engine.ingest.handedOn = handedOn;
    session.engine.ingest.maxDue = maxDue;
    auto started = LocalSession::start(*m_store, session, clock);
    if (!started)
        qFatal("%s", started.error().message.c_str());
    m_session = std::move(*started);
}

Harness::~Harness() = default;

void Harness::offer(SourceItem item)
{
    while (!m_session->engine().offer(item)) { }
}

void Harness::message(const std::string &text)
{
    offer(RawMessage{text, m_clock.now(), m_clock.steady(), false});
}

void Harness::drain()
{
    if (!m_session->engine().drain(Duration::seconds(120)))
        qFatal("not durable within two minutes");
}

std::string Harness::body(const std::string &id, bool evidence)
{
    const auto body = answerOf<Session::Body>(
        [&](auto answer) { return m_session->timeline(InteractionId(id), evidence, std::move(answer)); });
    if (!body)
        return "[" + body.error().message + "]";
    std::string whole = *body->text;
    m_pieces = 1;
    while (body->rest) {
        const auto piece = answerOf<Session::Text>([&](auto answer) { return body->rest->next(std::move(answer)); });
        if (!piece)
            return "[" + piece.error().message + "]";
        if (!*piece)
            break;
        whole += **piece;
        ++m_pieces;
    }
    return whole;
}

std::vector<Summary> Harness::list(ListQuery query)
{
    std::vector<Summary> all;
    query.limit = 500;
    do {
        const auto page = answerOf<ListPage>([&](auto answer) { return m_session->list(query, std::move(answer)); });
        if (!page)
            qFatal("%s", page.error().message.c_str());
        all.insert(all.end(), page->items.begin(), page->items.end());
        query.cursor = page->nextCursor;
    } while (!query.cursor.empty());
    return all;
}

std::vector<Band> Harness::bands()
{
    const TimeRange all{kEarliestTime, kLatestTime};
    return answerOf<std::vector<Band>>([&](auto answer) { return m_session->bands(all, std::move(answer)); }).value();
}

std::shared_ptr<const InteractionView> Harness::view(const std::string &id)
{
    const auto view = answerOf<std::shared_ptr<const InteractionView>>(
        [&](auto answer) { return m_session->interaction(InteractionId(id), std::move(answer)); });
    return view ? *view : nullptr;
}

Event decoded(const std::string &json)
{
    StreamingDecoder decoder;
    auto event = decoder.decodeStored(json, {}, Provenance::Live);
    if (!event)
        qFatal("the truth cannot be decoded: %s: %s", event.error().message.c_str(), json.c_str());
    return *event;
}

namespace {

Truth feedTo(const std::function<Harness &()> &harness, const sim::Options &options, const std::function<void()> &each)
{
    Truth truth;
    sim::Stream stream(options);
    stream.setTruthSink([&](const sim::TrueEvent &e) {
        if (!e.bad)
            truth[e.interaction].push_back(decoded(e.json));
    });
    using Do = sim::Stream::Item::Do;
    harness().listening();
    while (auto item = stream.next()) {
        switch (item->what) {
        case Do::Send: harness().message(item->text); break;
        case Do::SendBinary: harness().offer(RawMessage{item->text, {1}, {}, true}); break;
        case Do::Close:
        case Do::Reset:
            harness().notListening(item->what == Do::Close ? "closed by the server" : "reset");
            harness().listening();
            break;
        case Do::Silence: break;
        }
        if (each)
            each();
    }
    return truth;
}

} // namespace

Truth feed(Harness &harness, const sim::Options &options, const std::function<void()> &each)
{
    return feedTo([&]() -> Harness & { return harness; }, options, each);
}

Truth feed(std::unique_ptr<Harness> &harness, const sim::Options &options, const std::function<void()> &each)
{
    return feedTo([&]() -> Harness & { return *harness; }, options, each);
}

} // namespace threadline::test
