// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/localsession.h"

#include "core/engine/question.h"
#include "core/engine/render.h"
#include "core/engine/setasides.h"
#include "core/engine/timelinepieces.h"

#include <algorithm>
#include <charconv>

namespace threadline {
namespace {

constexpr std::size_t kMaxWaiting = 4096;
constexpr int kMaxLimit = 500;
constexpr int kDeadLettersShown = 1000;
/// What a window holds of one interaction; of a larger one it gets the first events.
constexpr HoldLimit kViewed{50'000, 64 << 20};
constexpr int kMostAtOneNanosecond = 10'000;
constexpr const char *kTooManyWait = "Too many questions wait for the store. Try again in a moment.";
constexpr const char *kBadCursor = "The cursor is none that was handed out. Begin without one.";
constexpr int kStalePages = 20; ///< pages looked through for stale ones before a cursor is handed out

/// What the store could not read of an interaction says of which: the words of the store name its file alone.
template<class T>
Result<T> namedFailure(Result<T> result, const InteractionId &id)
{
    if (!result && result.error().code == ErrorCode::Unusable && result.error().message.find(id.value) == std::string::npos)
        result.error().message.insert(0, "Interaction " + id.value + " cannot be read. ");
    return result;
}

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

/// "hNANOSECOND.GIVEN": behind a row of the shared store.
constexpr std::string_view kHistoryCursor = "h";

std::string makeHistoryCursor(const HistoryQuery::Place &place)
{
    return std::string(kHistoryCursor) + std::to_string(place.time) + "." + std::to_string(place.given);
}

std::optional<HistoryQuery::Place> readHistoryCursor(std::string_view text)
{
    HistoryQuery::Place place;
    const char *end = text.data() + text.size();
    const auto first = std::from_chars(text.data() + kHistoryCursor.size(), end, place.time);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.')
        return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, place.given);
    if (second.ec != std::errc() || second.ptr != end || place.given < 0 || place.given > kMostAtOneNanosecond)
        return std::nullopt;
    return place;
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

/// What the shared store gives of an interaction, collected on its thread.
struct LocalSession::ReadBack {
    static constexpr HoldLimit kLimit{50'000, 64 << 20};
    std::vector<HistoryEvent> events;
    std::size_t bytes = 0;
    bool tooMuch = false;
    std::string name;    ///< of the store; empty: it was not asked
    std::string problem; ///< why it gave nothing

    bool add(HistoryEvent &&event)
    {
        bytes += event.raw.size();
        tooMuch = events.size() >= kLimit.events || bytes > kLimit.bytes;
        if (!tooMuch)
            events.push_back(std::move(event));
        return !tooMuch;
    }
    /// Why an interaction that is not here cannot be shown.
    [[nodiscard]] Error absent(const InteractionId &id) const
    {
        const std::string here = "There is no interaction " + id.value;
        if (name.empty())
            return {ErrorCode::NotFound, here + "."};
        if (!problem.empty())
            return {ErrorCode::Unreachable, here + " in the local store, and the shared one could not be asked. " + problem};
        return {ErrorCode::NotFound, here + ", neither in the local store nor in " + name + "."};
    }
    [[nodiscard]] Error unreadable(const InteractionId &id) const
    {
        return {ErrorCode::Malformed, "None of the events of interaction " + id.value + " in " + name
                                          + " can be understood: another program may have written or changed them."};
    }
    /// `unreadable`: so many of the events that were read back.
    [[nodiscard]] Origin origin(bool local, std::size_t unreadable = 0) const
    {
        Origin out{local, events.empty() ? std::string() : name, {}};
        const auto without = std::count_if(events.begin(), events.end(), [](const HistoryEvent &e) { return !e.whole; });
        if (tooMuch)
            out.note = name + " has more events of it than can be read back at a time; threadline-collector restore brings them here.";
        else if (!problem.empty())
            out.note = "Events that only the shared store has may be missing. " + problem;
        else if (unreadable > 0)
            out.note = std::to_string(unreadable) + " of its events in " + name + " cannot be understood and are left out: another program may have written or changed them.";
        else if (without > 0)
            out.note = std::to_string(without) + " of its events are without their data in " + name + ".";
        return out;
    }
};

LocalSession::~LocalSession()
{
    m_engine.reset(); // what it still commits is told to the notifier and counted by status()
    m_pool->stop();   // from here on nobody asks the history; what it still answers is dropped
}

Engine &LocalSession::engine() { return *m_engine; }

bool LocalSession::end() { return m_engine->end(); }

Session::Text LocalSession::timelineAtHand(std::string_view interaction)
{
    return m_cache.find(interaction);
}

template<class T, class Read>
HandlePtr LocalSession::askBoth(InteractionId id, Answer<T> answer, Read reading)
{
    const auto read = [id, reading](ReadContext &context, const ReadBack &back) { return namedFailure<T>(reading(context, back), id); };
    if (!m_options.history)
        return ask<T>(*m_pool, std::move(answer), [read](ReadContext &context) { return read(context, ReadBack{}); });
    auto question = std::make_shared<Question<T>>();
    question->answer = std::move(answer);
    const auto later = [this, question](ReaderPool::Job job) {
        if (!m_pool->post(std::move(job)))
            question->give(fail(ErrorCode::Busy, kTooManyWait));
    };
    later([this, question, id, read, later](ReadContext &context) {
        if (question->cancelled())
            return;
        const auto doubtful = isDoubtful(context, id);
        if (!doubtful)
            return question->give(namedFailure<T>(fail(doubtful.error()), id));
        if (!*doubtful)
            return question->give(read(context, ReadBack{}));
        auto back = std::make_shared<ReadBack>();
        back->name = m_options.history->name();
        HandlePtr inner = m_options.history->events(
            id, [back](HistoryEvent &&event) { return back->add(std::move(event)); },
            [back, question, read, later](Result<> result) {
                if (!result)
                    back->problem = result.error().message;
                later([back, question, read](ReadContext &again) {
                    if (!question->cancelled())
                        question->give(read(again, *back));
                });
            });
        question->keep(std::move(inner));
    });
    return std::make_unique<QuestionHandle<T>>(std::move(question));
}

/// Whether the shared store may have events of it that are not here: it is not here, or there was a time of not listening.
Result<bool> LocalSession::isDoubtful(ReadContext &context, const InteractionId &id) const
{
    const auto key = context.reader.find(id.value);
    if (!key || !*key)
        return key ? Result<bool>(true) : fail(key.error());
    const auto summary = context.reader.summary(**key);
    if (!summary || !*summary)
        return summary ? Result<bool>(true) : fail(summary.error());
    const Summary &known = **summary;
    if (known.count > static_cast<std::int64_t>(kViewed.events))
        return false; // sent in pieces from here
    const Timestamp until = known.state == InteractionState::Ended ? known.lastEventAt : m_clock.now();
    const auto bands = context.reader.bands({known.start, std::max(until, known.lastEventAt) + Duration::seconds(1)});
    if (!bands)
        return fail(bands.error());
    return std::any_of(bands->begin(), bands->end(), [](const Band &band) {
        return band.state != BandState::NothingMissed && band.state != BandState::Repaired;
    });
}

HandlePtr LocalSession::timeline(InteractionId id, bool evidence, Answer<Body> answer)
{
    return askBoth<Body>(id, std::move(answer), [this, id, evidence](ReadContext &context, const ReadBack &back) {
        return readTimeline(context, id, evidence, back);
    });
}

Result<Session::Body> LocalSession::readTimeline(ReadContext &context, const InteractionId &id, bool evidence, const ReadBack &back)
{
    const bool shared = !back.name.empty();
    if (!evidence && !shared) {
        if (Text cached = m_cache.find(id.value))
            return Body{std::move(cached), nullptr};
    }
    const std::uint64_t ticket = m_cache.ticket();
    const auto key = context.reader.find(id.value);
    if (!key)
        return fail(key.error());
    if (back.tooMuch && !*key)
        return fail(ErrorCode::TooLarge, back.origin(false).note);
    if (!*key && back.events.empty())
        return fail(back.absent(id));
    auto derived = context.deriver.derive(context.reader, key->value_or(0), id.value, shared ? ReadBack::kLimit : HoldLimit{}, back.events);
    if (!derived)
        return fail(derived.error());
    if (!*key && derived->places.empty())
        return fail(back.unreadable(id));
    if (!derived->held()) {
        if (shared)
            return fail(ErrorCode::TooLarge, "Interaction " + id.value + " has more events here and in " + back.name + " than can be put together.");
        auto pieces = std::make_shared<TimelinePieces>(*m_pool, id, std::move(derived->places), evidence);
        Text first = pieces->first();
        return Body{std::move(first), std::move(pieces)};
    }
    auto text = std::make_shared<const std::string>(renderTimeline(id.value, *derived, evidence));
    if (!evidence && !shared)
        m_cache.put(id.value, text, ticket);
    return Body{std::move(text), nullptr, back.origin(key->has_value(), derived->unreadable)};
}

HandlePtr LocalSession::interaction(InteractionId id, Answer<std::shared_ptr<const InteractionView>> answer)
{
    return askBoth<std::shared_ptr<const InteractionView>>(id, std::move(answer), [this, id](ReadContext &context, const ReadBack &back) {
        return readInteraction(context, id, back);
    });
}

Result<std::shared_ptr<const InteractionView>> LocalSession::readInteraction(ReadContext &context, const InteractionId &id,
                                                                             const ReadBack &back)
{
    const auto key = context.reader.find(id.value);
    if (!key)
        return fail(key.error());
    if (back.tooMuch && !*key)
        return fail(ErrorCode::TooLarge, back.origin(false).note);
    if (!*key && back.events.empty())
        return fail(back.absent(id));
    auto derived = context.deriver.derive(context.reader, key->value_or(0), id.value, kViewed, back.events);
    if (!derived)
        return fail(derived.error());
    if (!*key && derived->places.empty())
        return fail(back.unreadable(id));
    const std::size_t count = derived->places.size(), unreadable = derived->unreadable;
    if (!derived->held() && !back.events.empty()) // what is here, at least
        derived = context.deriver.derive(context.reader, key->value_or(0), id.value, kViewed);
    if (derived && !derived->held())
        derived = context.deriver.hold(context.reader, id.value, std::span(derived->places).first(std::min(derived->places.size(), kViewed.events)), kViewed.bytes);
    if (!derived)
        return fail(derived.error());
    auto records = context.reader.records(id.value, true);
    if (!records)
        return fail(records.error());
    auto view = std::make_shared<InteractionView>();
    view->origin = back.origin(key->has_value(), unreadable);
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
    for (RecordVersion &version : *records) {
        if (version.standing && imported) {
            Story told = recordStory(version.record);
            takeMarks(told, view->story);
            view->story = std::move(told);
        }
        view->records.push_back({version.read, version.standing, version.record.rank.segments, std::move(version.record.raw)});
    }
    view->story.interaction = id;
    for (PlacedEvent &placed : derived->events)
        view->events.push_back(std::move(placed.event));
    return std::shared_ptr<const InteractionView>(std::move(view));
}

/// A page that the shared store fills up.
struct HistoryListing {
    std::shared_ptr<Question<ListPage>> question;
    ListQuery query;
    ListPage page;
    HistoryQuery history;
    int rounds = 0;
};

HandlePtr LocalSession::list(ListQuery query, Answer<ListPage> answer)
{
    const bool history = query.history && m_options.history && query.idPrefix.empty();
    auto listing = std::make_shared<HistoryListing>();
    listing->question = std::make_shared<Question<ListPage>>();
    listing->question->answer = std::move(answer);
    listing->query = std::move(query);
    const bool posted = m_pool->post([this, listing, history](ReadContext &context) {
        const ListQuery &asked = listing->query;
        if (history && asked.cursor.starts_with(kHistoryCursor)) {
            listing->history.behind = readHistoryCursor(asked.cursor);
            if (!listing->history.behind)
                return listing->question->give(fail(ErrorCode::InvalidArgument, kBadCursor));
        } else {
            auto page = readList(context, asked);
            if (!page || !page->nextCursor.empty() || !history)
                return listing->question->give(std::move(page));
            listing->page = std::move(*page);
        }
        listHistory(listing);
    }, ReaderPool::Kind::Quick);
    if (!posted)
        listing->question->give(fail(ErrorCode::Busy, kTooManyWait));
    return std::make_unique<QuestionHandle<ListPage>>(listing->question);
}

/// Asks the shared store for more rows, and takes those of interactions that are not here, until the page is full.
void LocalSession::listHistory(std::shared_ptr<HistoryListing> listing)
{
    HistoryQuery &history = listing->history;
    const int limit = std::clamp(listing->query.limit, 1, kMaxLimit);
    history.from = listing->query.from;
    history.to = listing->query.to;
    if (listing->query.state)
        history.ended = *listing->query.state == InteractionState::Ended;
    history.limit = limit;
    const auto taken = [this, listing, limit](ReadContext &context, Result<std::vector<HistoryRow>> rows) {
        ListPage &page = listing->page;
        HistoryQuery &asked = listing->history;
        if (!rows) {
            page.origin.note = "Interactions that only the shared store has are missing. " + rows.error().message;
            return listing->question->give(std::move(page));
        }
        for (HistoryRow &row : *rows) {
            asked.behind = HistoryQuery::Place{row.time, asked.behind && asked.behind->time == row.time ? asked.behind->given + 1 : 1};
            const auto here = context.reader.find(row.summary.interaction.value);
            if (!here)
                return listing->question->give(fail(here.error()));
            markStale(row.summary);
            if (*here || (listing->query.state && row.summary.state != *listing->query.state))
                continue;
            page.origin.shared = m_options.history->name();
            page.items.push_back(std::move(row.summary));
            if (static_cast<int>(page.items.size()) == limit)
                break;
        }
        const bool all = static_cast<int>(rows->size()) < limit;
        const bool full = static_cast<int>(page.items.size()) >= limit;
        if (!all && !full && ++listing->rounds < kStalePages)
            return listHistory(listing);
        if ((!all || full) && asked.behind)
            page.nextCursor = makeHistoryCursor(*asked.behind);
        listing->question->give(std::move(page));
    };
    listing->question->keep(m_options.history->list(history, [this, listing, taken](Result<std::vector<HistoryRow>> rows) {
        const bool posted = m_pool->post([listing, taken, rows = std::move(rows)](ReadContext &context) {
            if (!listing->question->cancelled())
                taken(context, rows);
        });
        if (!posted)
            listing->question->give(fail(ErrorCode::Busy, kTooManyWait));
    }));
}

/// "Stale" is a matter of the present, so it is not stored: an open interaction is looked at as it is read.
void LocalSession::markStale(Summary &summary) const
{
    if (summary.state == InteractionState::Open && m_clock.now() - summary.lastEventAt > m_options.staleAfter)
        summary.state = InteractionState::Stale;
}

Result<ListPage> LocalSession::readPrefix(ReadContext &context, const std::string &prefix, int limit)
{
    StoreReader::Listing listing;
    listing.idPrefix = prefix;
    listing.limit = limit;
    auto rows = context.reader.list(listing);
    if (!rows)
        return fail(rows.error());
    ListPage page;
    for (auto &row : *rows) {
        markStale(row.summary);
        page.items.push_back(std::move(row.summary));
    }
    return page;
}

Result<ListPage> LocalSession::readList(ReadContext &context, const ListQuery &query)
{
    StoreReader::Listing listing;
    listing.from = query.from;
    listing.to = query.to;
    listing.state = query.state == InteractionState::Stale ? InteractionState::Open : query.state;
    listing.limit = std::clamp(query.limit, 1, kMaxLimit);
    if (!query.idPrefix.empty())
        return readPrefix(context, query.idPrefix, listing.limit);
    if (!query.cursor.empty()) {
        listing.before = readCursor(query.cursor);
        if (!listing.before)
            return fail(ErrorCode::InvalidArgument, kBadCursor);
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

HandlePtr LocalSession::census(std::optional<TimeRange> range, Answer<Census> answer)
{
    return ask<Census>(*m_pool, std::move(answer), [range](ReadContext &context) -> Result<Census> {
        const auto counted = context.reader.census(range);
        if (!counted)
            return fail(counted.error());
        Census census{counted->ended + counted->open, counted->open, {}, counted->occupancy};
        if (census.all > 0)
            census.span = TimeRange{counted->first, counted->last};
        return census;
    }, ReaderPool::Kind::Quick);
}

HandlePtr LocalSession::bands(TimeRange range, Answer<std::vector<Band>> answer)
{
    return ask<std::vector<Band>>(*m_pool, std::move(answer), [range](ReadContext &context) { return context.reader.bands(range); },
                                  ReaderPool::Kind::Quick);
}

HandlePtr LocalSession::refused(Answer<std::vector<Refused>> answer)
{
    return ask<std::vector<Refused>>(*m_pool, std::move(answer), [](ReadContext &context) { return context.reader.refused(static_cast<int>(kRefusedKept)); }, ReaderPool::Kind::Quick);
}

/// The letters come from the sink's thread, their names from the reader pool.
HandlePtr LocalSession::deadLetters(Answer<std::vector<SetAside>> answer)
{
    if (!m_options.delivery)
        return ask<std::vector<SetAside>>(*m_pool, std::move(answer), [](ReadContext &) { return std::vector<SetAside>(); });
    auto question = std::make_shared<Question<std::vector<SetAside>>>();
    question->answer = std::move(answer);
    HandlePtr inner = m_options.delivery->deadLetters(kDeadLettersShown, [this, question](Result<std::vector<DeadLetter>> letters) {
        if (!letters)
            return question->give(fail(letters.error()));
        const bool posted = m_pool->post([question, all = std::move(*letters)](ReadContext &context) {
            if (!question->cancelled())
                question->give(named(context.reader, all));
        });
        if (!posted)
            question->give(fail(ErrorCode::Busy, kTooManyWait));
    });
    question->keep(std::move(inner));
    return std::make_unique<QuestionHandle<std::vector<SetAside>>>(std::move(question));
}

HandlePtr LocalSession::retryDelivery(bool deadLetters, Answer<void> answer)
{
    if (m_options.delivery)
        return m_options.delivery->retry(deadLetters, std::move(answer));
    return ask<void>(*m_pool, std::move(answer), [](ReadContext &) -> Result<> {
        return fail(ErrorCode::InvalidArgument, "Nothing is delivered: set TSDB_URL, TSDB_TOKEN, TSDB_ORG and TSDB_BUCKET.");
    });
}

Status LocalSession::status() const
{
    Status status = m_engine->status();
    if (m_options.delivery)
        status.delivery = m_options.delivery->status();
    return status;
}

HandlePtr LocalSession::subscribe(std::function<void(const ChangeSet &)> changed)
{
    return m_notifier->subscribe(std::move(changed));
}

} // namespace threadline
