// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/localsession.h"

#include "core/engine/question.h"
#include "core/engine/render.h"
#include "core/engine/timelinepieces.h"

#include <charconv>

namespace threadline {
namespace {

constexpr std::size_t kMaxWaiting = 4096;
constexpr int kMaxLimit = 500;
constexpr int kRefusedShown = 1000;
/// What a window holds of one interaction; of a larger one it gets the first events.
constexpr HoldLimit kViewed{50'000, 64 << 20};
constexpr int kStalePages = 20; ///< pages looked through for stale ones before a cursor is handed out

/// "COMMIT.KEY" of the last row of a page.
std::string makeCursor(const WriteGroup::SummaryRow &row)
{
    return std::to_string(row.summary.commit) + "." + std::to_string(row.key);
}

std::optional<std::pair<std::uint64_t, InteractionKey>> readCursor(std::string_view text)
{
    std::pair<std::uint64_t, InteractionKey> cursor;
    const char *end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, cursor.first);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.')
        return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, cursor.second);
    if (second.ec != std::errc() || second.ptr != end)
        return std::nullopt;
    return cursor;
}

Error notFound(const InteractionId &id)
{
    return {ErrorCode::NotFound, "There is no interaction " + id.value + "."};
}

} // namespace

LocalSession::LocalSession(LocalSessionOptions options, const Clock &clock)
    : m_options(std::move(options)), m_clock(clock), m_cache(m_options.renderCacheBytes), m_notifier(std::make_unique<Notifier>())
{
}

Result<std::unique_ptr<LocalSession>> LocalSession::start(Store &store, LocalSessionOptions options, const Clock &clock)
{
    std::unique_ptr<LocalSession> session(new LocalSession(std::move(options), clock));
    const SequenceScope scope = session->m_options.engine.ingest.scope;
    auto pool = ReaderPool::start(store, scope, session->m_options.readers, kMaxWaiting);
    if (!pool)
        return fail(pool.error());
    session->m_pool = std::move(*pool);
    LocalSession *s = session.get();
    auto engine = Engine::start(
        store, session->m_options.engine, clock,
        [s](const WriteGroup &group) {
            std::vector<Summary> summaries;
            summaries.reserve(group.summaries.size());
            for (const auto &row : group.summaries) {
                s->m_cache.drop(row.summary.interaction.value);
                if (s->m_notifier->wanted())
                    summaries.push_back(row.summary);
            }
            s->m_notifier->changed(summaries, !group.bands.empty());
            if (s->m_options.committed)
                s->m_options.committed();
        },
        [s] { s->m_notifier->statusChanged(); });
    if (!engine)
        return fail(engine.error());
    session->m_engine = std::move(*engine);
    return session;
}

LocalSession::~LocalSession()
{
    m_engine.reset(); // what it still commits is told to the notifier
    m_pool.reset();
}

Engine &LocalSession::engine() { return *m_engine; }

Session::Text LocalSession::timelineAtHand(std::string_view interaction)
{
    return m_cache.find(interaction);
}

HandlePtr LocalSession::timeline(InteractionId id, bool evidence, Answer<Body> answer)
{
    return ask<Body>(*m_pool, std::move(answer), [this, id = std::move(id), evidence](ReadContext &context) {
        return readTimeline(context, id, evidence);
    });
}

Result<Session::Body> LocalSession::readTimeline(ReadContext &context, const InteractionId &id, bool evidence)
{
    if (!evidence) {
        if (Text cached = m_cache.find(id.value))
            return Body{std::move(cached), nullptr};
    }
    const std::uint64_t ticket = m_cache.ticket();
    const auto key = context.reader.find(id.value);
    if (!key)
        return fail(key.error());
    if (!*key)
        return fail(notFound(id));
    auto derived = context.deriver.derive(context.reader, **key, id.value);
    if (!derived)
        return fail(derived.error());
    if (!derived->held()) {
        auto pieces = std::make_shared<TimelinePieces>(*m_pool, id, std::move(derived->places), evidence);
        Text first = pieces->first();
        return Body{std::move(first), std::move(pieces)};
    }
    auto text = std::make_shared<const std::string>(renderTimeline(id.value, *derived, evidence));
    if (!evidence)
        m_cache.put(id.value, text, ticket);
    return Body{std::move(text), nullptr};
}

HandlePtr LocalSession::interaction(InteractionId id, Answer<std::shared_ptr<const InteractionView>> answer)
{
    return ask<std::shared_ptr<const InteractionView>>(*m_pool, std::move(answer), [this, id = std::move(id)](ReadContext &context) { return readInteraction(context, id); });
}

Result<std::shared_ptr<const InteractionView>> LocalSession::readInteraction(ReadContext &context, const InteractionId &id)
{
    const auto key = context.reader.find(id.value);
    if (!key)
        return fail(key.error());
    if (!*key)
        return fail(notFound(id));
    auto derived = context.deriver.derive(context.reader, **key, id.value, kViewed);
    if (!derived)
        return fail(derived.error());
    const std::size_t count = derived->places.size();
    if (!derived->held())
        derived = context.deriver.hold(context.reader, id.value, std::span(derived->places).first(std::min(count, kViewed.events)), kViewed.bytes);
    if (!derived)
        return fail(derived.error());
    const auto record = context.reader.record(id.value);
    if (!record)
        return fail(record.error());
    auto view = std::make_shared<InteractionView>();
    view->left = count - derived->events.size();
    if (!derived->events.empty()) {
        Timestamp from = derived->events.front().event->time, to = from;
        for (const PlacedEvent &placed : derived->events) {
            from = std::min(from, placed.event->time);
            to = std::max(to, placed.event->time);
        }
        const auto bands = context.reader.bands({from, to + Duration::seconds(1)});
        if (!bands)
            return fail(bands.error());
        const Duration offset = m_engine->clockOffset();
        view->story = correlate(derived->events, *bands, offset, m_clock.now() - offset);
    }
    const bool imported = derived->events.empty() || derived->events.front().event->provenance == Provenance::Import;
    if (*record) {
        view->record = (*record)->raw;
        if (imported) {
            Story told = recordStory(**record);
            takeMarks(told, view->story);
            view->story = std::move(told);
        }
    }
    view->story.interaction = id;
    for (PlacedEvent &placed : derived->events)
        view->events.push_back(std::move(placed.event));
    return std::shared_ptr<const InteractionView>(std::move(view));
}

HandlePtr LocalSession::list(ListQuery query, Answer<ListPage> answer)
{
    return ask<ListPage>(*m_pool, std::move(answer),
                         [this, query = std::move(query)](ReadContext &context) { return readList(context, query); });
}

/// "Stale" is a matter of the present, so it is not stored: an open interaction is looked at as it is read.
void LocalSession::markStale(Summary &summary) const
{
    if (summary.state == InteractionState::Open && m_clock.now() - summary.lastEventAt > m_options.staleAfter)
        summary.state = InteractionState::Stale;
}

Result<ListPage> LocalSession::readList(ReadContext &context, const ListQuery &query)
{
    StoreReader::Listing listing;
    listing.from = query.from;
    listing.to = query.to;
    listing.state = query.state == InteractionState::Stale ? InteractionState::Open : query.state;
    listing.limit = std::clamp(query.limit, 1, kMaxLimit);
    if (!query.cursor.empty()) {
        listing.before = readCursor(query.cursor);
        if (!listing.before)
            return fail(ErrorCode::InvalidArgument, "The cursor is none that was handed out. Begin without one.");
    }
    ListPage page;
    for (int n = 0; n < kStalePages; ++n) {
        const auto rows = context.reader.list(listing);
        if (!rows)
            return fail(rows.error());
        for (const auto &row : *rows) {
            Summary summary = row.summary;
            markStale(summary);
            if (!query.state || summary.state == *query.state)
                page.items.push_back(std::move(summary));
            listing.before = {row.summary.commit, row.key};
            if (static_cast<int>(page.items.size()) == listing.limit) {
                page.nextCursor = makeCursor(row);
                return page;
            }
        }
        if (static_cast<int>(rows->size()) < listing.limit)
            return page;
    }
    page.nextCursor = std::to_string(listing.before->first) + "." + std::to_string(listing.before->second);
    return page;
}

HandlePtr LocalSession::bands(TimeRange range, Answer<std::vector<Band>> answer)
{
    return ask<std::vector<Band>>(*m_pool, std::move(answer), [range](ReadContext &context) { return context.reader.bands(range); });
}

HandlePtr LocalSession::refused(Answer<std::vector<Refused>> answer)
{
    return ask<std::vector<Refused>>(*m_pool, std::move(answer), [](ReadContext &context) { return context.reader.refused(kRefusedShown); });
}

Status LocalSession::status() const
{
    Status status = m_engine->status();
    if (m_options.delivery)
        status.delivery = m_options.delivery();
    return status;
}

HandlePtr LocalSession::subscribe(std::function<void(const ChangeSet &)> changed)
{
    return m_notifier->subscribe(std::move(changed));
}

} // namespace threadline
