// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/engine.h"

#include "core/base/counted.h"
#include "core/base/log.h"
#include "core/base/threadname.h"
#include "core/engine/storedtimes.h"

#include <algorithm>
#include <chrono>

namespace threadline {
namespace {

constexpr Duration kOldestGroup = Duration::millis(20);
constexpr std::int64_t kCompanyMicros = 10; ///< a row in a group lets it wait so much longer, up to kOldestGroup
constexpr Duration kOfferWait = Duration::millis(250);
constexpr Duration kStopSeenWithin = Duration::millis(50);
constexpr std::size_t kRecordsAhead = 512; ///< two groups of what records make
constexpr Duration kIdleWait = Duration::millis(100);
constexpr Duration kTakeOn = Duration::millis(1500);   ///< once stopped, what is queued is taken for so long
constexpr Duration kCommitOn = Duration::millis(3000); ///< and what was taken may become durable until then
constexpr Duration kRetryReading = Duration::millis(500);
constexpr Duration kStopSlice = Duration::millis(10);  ///< how soon a stop is heard where nothing wakes
constexpr Duration kHangs = Duration::seconds(5);
constexpr Duration kRetentionEvery = Duration::seconds(5);
constexpr Duration kTellDeletedEvery = Duration::seconds(60);
constexpr Duration kTickEvery = Duration::millis(200);
constexpr Duration kTellRefusedEvery = Duration::seconds(60);
constexpr Duration kRateOver = Duration::seconds(1);
constexpr std::size_t kItemsAtATime = 256;
constexpr int kRetainAtATime = 100;

std::size_t weightOf(const SourceItem &item)
{
    const auto *message = std::get_if<RawMessage>(&item);
    return 64 + (message ? message->text.size() : 0);
}

} // namespace

Result<std::unique_ptr<Engine>> Engine::start(Store &store, EngineOptions options, const Clock &clock, Committed committed,
                                              StateChanged stateChanged)
{
    std::unique_ptr<Engine> engine(
        new Engine(store, std::move(options), clock, std::move(committed), std::move(stateChanged)));
    auto ingest = Ingest::start(store, engine->m_options.ingest, clock, engine->m_counters);
    if (!ingest)
        return fail(ingest.error());
    engine->m_ingest = std::move(*ingest);
    if (const auto begun = engine->startRetention(); !begun)
        return fail(begun.error());
    Engine *e = engine.get();
    Committer::Listener listener;
    listener.committed = [e](const WriteGroup &group) { e->onCommitted(group); };
    listener.storeState = [e](const std::string &problem) {
        {
            std::scoped_lock lock(e->m_mutex);
            e->m_writeError = problem;
        }
        e->m_stateChanged();
    };
    listener.storeWarning = [e](const std::string &words) {
        {
            std::scoped_lock lock(e->m_mutex);
            e->m_storeWarning = words;
        }
        e->m_stateChanged();
    };
    listener.idle = [e](Store &s) {
        e->retain(s);
        e->forgetChanges(s);
    };
    engine->m_committer = std::make_unique<Committer>(store, std::move(listener));
    engine->m_thread = std::thread([e] {
        nameThread("tl-engine");
        e->work();
    });
    return engine;
}

Engine::Engine(Store &store, EngineOptions options, const Clock &clock, Committed committed, StateChanged stateChanged)
    : m_store(store), m_options(std::move(options)), m_clock(clock), m_committed(std::move(committed)),
      m_stateChanged(std::move(stateChanged)), m_queue(m_options.queueMessages, m_options.queueBytes)
{
}

Engine::~Engine() { end(); }

bool Engine::end()
{
    stop();
    m_queue.close();
    if (m_thread.joinable())
        m_thread.join();
    if (std::exchange(m_committer, nullptr) && m_unrecorded)
        m_store.endUnwritten(); // the store is nobody else's any more
    return !m_unrecorded;
}

void Engine::stop()
{
    if (m_stopping)
        return;
    m_stoppedAt = m_real.steady().us;
    m_stopping = true;
    if (m_committer)
        m_committer->stopTrying();
}

/// Whether the program has been ending for longer than `since`, or the store lets nothing more be done.
bool Engine::over(Duration since) const
{
    return m_stopping && (m_committer->gaveUp() || m_real.steady().us - m_stoppedAt >= since.us);
}

bool Engine::offer(SourceItem &item)
{
    if (!m_stopping && m_options.held && m_options.held()) {
        std::this_thread::sleep_for(std::chrono::microseconds(kOfferWait.us));
        return false;
    }
    Item wrapped = std::move(item);
    const std::size_t weight = weightOf(std::get<SourceItem>(wrapped));
    if (m_queue.push(wrapped, weight, kOfferWait))
        return true;
    item = std::move(std::get<SourceItem>(wrapped));
    return false;
}

void Engine::sourceState(SourceState state, const std::string &detail)
{
    {
        std::scoped_lock lock(m_mutex);
        m_sourceState = state;
        m_sourceDetail = detail;
    }
    m_stateChanged();
}

void Engine::nameSource(const std::string &name)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_sourceName = name;
    }
    m_stateChanged();
}

bool Engine::import(Record record, const std::stop_token &stop)
{
    Imported imported{std::move(record), {}, 0};
    imported.events = recordEvents(imported.record, m_clock.now(), stop); // here, beside the engine's own thread
    for (const Event &event : imported.events)
        imported.eventBytes += event.bytes();
    const std::size_t weight = imported.record.raw.size() + imported.eventBytes;
    Item item = std::move(imported);
    // What was handed over is stored when it is stopped, and that is not to take long. A feed beside it may fill the queue for good:
    // then each waits its while.
    const Duration until = m_real.steady() + kStopSeenWithin;
    while (m_queue.size() >= kRecordsAhead && m_real.steady() < until && !m_stopping && !stop.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return insist(item, weight, stop);
}

bool Engine::restore(std::vector<HistoryEvent> events, const std::stop_token &stop)
{
    std::size_t weight = 0;
    for (const HistoryEvent &event : events)
        weight += event.raw.size();
    Item item = std::move(events);
    return insist(item, weight, stop);
}

bool Engine::insist(Item &item, std::size_t weight, const std::stop_token &stop)
{
    while (!m_stopping && !m_queue.closed() && !stop.stop_requested()) {
        if (m_queue.push(item, weight, kStopSeenWithin))
            return true;
    }
    return false;
}

bool Engine::drain(Duration wait, const std::stop_token &stop)
{
    const std::uint64_t target = m_queue.pushed(); // counted with what is in it, so that what was offered before is among them
    const Duration until = m_real.steady() + wait;
    while (m_stored < target) {
        if (m_stopping || m_real.steady() >= until || stop.stop_requested())
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

void Engine::work()
{
    std::vector<Item> items;
    while (!over(kTakeOn)) {
        items.clear();
        const Duration wait = m_stopping ? kStopSlice : m_ingest->pending() ? m_options.groupAge : kIdleWait;
        m_queue.pop(items, kItemsAtATime, wait, m_options.ingest.groupBytes);
        takeAll(items);
        m_ingest->committed(m_durable);
        tick();
        if (!m_pendingSince && m_ingest->pending())
            m_pendingSince = m_real.steady();
        if (due())
            flush(false);
        noteDurable();
        if (items.empty() && m_queue.closed())
            break;
    }
    finish();
}

/// Beside a feed that never rests there is always something on its way: then what the durable groups held is known by their marks.
void Engine::noteDurable()
{
    const std::uint64_t durable = m_durable;
    for (; !m_marks.empty() && m_marks.front().commit <= durable; m_marks.pop_front())
        m_stored = m_marks.front().taken;
    if (m_ingest->pending() || m_closed || !m_committer->idle() || m_committer->gaveUp())
        return;
    m_stored = m_taken;
    m_durableLooks = m_looks.load();
}

void Engine::tick()
{
    if (m_real.steady() < m_nextTick)
        return;
    m_nextTick = m_real.steady() + kTickEvery;
    (void)reads(Ticking, m_ingest->tick());
    ++m_looks;
    const std::string unreadable = m_store.unreadable(); // by whoever asked: answers, delivery
    (void)reads(Answering, unreadable.empty() ? Result<>() : fail(ErrorCode::Unusable, unreadable));
    tellHang();
    tellRefused();
    measureRate();
}

/// A disk that does not answer reports no error either.
void Engine::tellHang()
{
    const bool hangs = m_committer->atOneThing() > kHangs;
    (void)reads(Waiting, !hangs ? Result<>() : fail(ErrorCode::Unusable, "The disk with the data folder has not answered for "
        + std::to_string(kHangs.us / 1'000'000) + " s. What is received waits in memory, and is not recorded yet. Look at the disk, or at the network "
          "that it is reached by."));
}

/// What was taken is made durable while there is time; then the store is closed as one that was not killed.
void Engine::finish()
{
    m_queue.close();
    endListening();
    while ((m_ingest->pending() || m_closed) && !over(kCommitOn) && m_readErrors[Closing].empty())
        flush(true);
    const Duration left = Duration{m_stoppedAt} + kCommitOn - m_real.steady();
    const bool submitted = !m_closed && !m_ingest->pending(); // else the store could not be read for it
    if (m_committer->drain(std::max(left, Duration{})) && submitted) {
        m_stored = m_taken;
        if (const auto closed = m_store.closeCleanly(m_clock.now()); !closed)
            log::warning("store", closed.error().message);
        return;
    }
    m_committer->giveUp();
    m_unrecorded = true;
    sayUnrecorded();
}

void Engine::sayUnrecorded()
{
    const Status now = status();
    log::error("engine", "Ending with " + counted(now.inFlight, "received event") + " and " + counted(m_notTaken, "received message")
                             + " that were not recorded, for the store does not take them"
                             + (now.storeError.empty() ? std::string() : " (" + now.storeError + ")")
                             + ". If the next start finds this store, it draws a band over their time.");
}

/// What is left in the queue came last, so it lies behind the last message taken: there the band begins.
void Engine::endListening()
{
    std::vector<Item> rest;
    while (m_queue.pop(rest, kItemsAtATime, {}) > 0) {
        m_notTaken += rest.size();
        rest.clear();
    }
    const bool told = m_notTaken > 0;
    const std::string words = told ? "stopped before " + std::to_string(m_notTaken) + " received messages were recorded" : "stopped";
    if (told && !m_committer->gaveUp())
        log::warning("engine", "Ending: " + words + "; their time lies in a band.");
    Item end = SourceItem(NotListening{m_clock.now(), BandCause::NotRunning, words});
    if (m_ingest->listens() && !m_committer->gaveUp())
        (void)takeOne(end);
}

void Engine::takeAll(std::vector<Item> &items)
{
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (over(kTakeOn) || !takeOne(items[i])) {
            m_notTaken += items.size() - i;
            return;
        }
        items[i] = Item(); // its memory is not the queue's any more, so it is returned before further ones come
        ++m_taken;
        if (m_ingest->full())
            makeRoom();
    }
}

/// False: the program ends and the store could not be read, or has no room for what the item makes.
bool Engine::takeOne(Item &item)
{
    for (;;) {
        const auto taken = m_ingest->unfinished() ? m_ingest->goOn() : std::visit([this](auto &what) { return m_ingest->take(what); }, item);
        const bool read = reads(Taking, taken);
        if (read && !m_ingest->unfinished())
            return true;
        if (read && over(kTakeOn)) {
            m_ingest->giveUpRest();
            return false;
        }
        if (read)
            makeRoom();
        if (read && !m_ingest->full())
            continue;
        pauseReading();
        if (!m_stopping)
            continue;
        m_committer->giveUp(); // what comes after it cannot be taken without it
        return false;
    }
}

void Engine::pauseReading() const
{
    for (Duration slept; slept < kRetryReading && !m_stopping; slept = slept + kStopSlice)
        std::this_thread::sleep_for(std::chrono::microseconds(kStopSlice.us));
}

/// Ends a group that is as large as one may be, and waits where the interactions in memory are more than may leave it.
void Engine::makeRoom()
{
    flush(true);
    if (m_ingest->crowded() && !m_closed && !m_ingest->grouping()) // else the group stands as it was: the store could not be read or written
        barrier();
}

/// By age, and only while the store thread has nothing to do: so groups grow with the load. Under load a group waits longer
/// for company too, because a commit has a price of its own.
bool Engine::due() const
{
    if (m_closed)
        return true;
    if (!m_ingest->pending() || !m_committer->idle())
        return false;
    const Duration company = Duration::micros(static_cast<std::int64_t>(m_ingest->rows()) * kCompanyMicros);
    const Duration age = std::max(m_options.groupAge, std::min(m_options.groupAge + company, kOldestGroup));
    return m_stopping || !m_pendingSince || m_real.steady() - *m_pendingSince >= age;
}

void Engine::flush(bool evenIfBusy)
{
    if (!m_closed) {
        m_ingest->committed(m_durable); // so that interactions of groups that became durable meanwhile may leave the memory
        const auto oldest = m_ingest->oldest();
        auto closed = m_ingest->close();
        if (!reads(Closing, closed ? Result<>() : fail(closed.error())))
            return;
        m_closed = std::move(*closed);
        m_pendingSince.reset();
        // what is read anew behind the barrier is told with the next group
        m_marks.push_back({m_closed->commit + (m_ingest->needsBarrier() ? 1 : 0), m_taken});
        std::scoped_lock lock(m_mutex);
        if (oldest)
            m_groupOldest[m_closed->commit] = *oldest;
        m_sequenceNote = m_ingest->sequenceNote();
    }
    while (m_closed && !m_committer->submit(m_closed, evenIfBusy ? kOfferWait : Duration{})) {
        if (!evenIfBusy || over(kCommitOn))
            return;
        tellHang();
    }
    if (m_ingest->needsBarrier())
        barrier();
}

/// Some interactions must be read anew from the store before the next event, or leave the memory, as only what is durable may.
void Engine::barrier()
{
    while (!m_committer->drain(kOfferWait)) {
        if (over(kCommitOn))
            return;
        tellHang();
    }
    m_ingest->committed(m_durable);
    (void)reads(Closing, m_ingest->reload());
}

/// Whether the store could be read there. What is wrong is told once, and stands until reading there works again: a commit that
/// succeeds meanwhile says nothing about it.
bool Engine::reads(Reading place, const Result<> &result)
{
    const std::string words = result ? std::string() : result.error().message;
    if (m_readErrors[place] == words)
        return result.has_value();
    if (!result && std::find(m_readErrors.begin(), m_readErrors.end(), words) == m_readErrors.end())
        log::error("store", words); // another place may have met the same
    {
        std::scoped_lock lock(m_mutex);
        m_readErrors[place] = words;
    }
    m_stateChanged();
    return result.has_value();
}

void Engine::onCommitted(const WriteGroup &group)
{
    m_durable = group.commit;
    const std::uint64_t fresh = group.events.size() - group.duplicates;
    m_counters.stored += fresh;
    m_counters.storedTotal += fresh;
    m_counters.duplicates += group.duplicates;
    m_counters.variants += group.variants.size();
    ++m_counters.commits;
    {
        std::scoped_lock lock(m_mutex);
        if (const auto oldest = m_groupOldest.find(group.commit); oldest != m_groupOldest.end()) {
            m_counters.commitDelay(m_clock.steady() - oldest->second);
            m_groupOldest.erase(oldest);
        }
    }
    m_committed(group);
}

Result<> Engine::startRetention()
{
    if (m_options.retention <= Duration{})
        return {};
    const auto reader = m_store.reader();
    if (!reader)
        return fail(reader.error());
    const auto stored = usualEventTime(**reader);
    if (!stored)
        return fail(stored.error());
    m_retentionClock.emplace(m_clock.now(), m_clock.steady(), *stored, m_options.retention);
    return {};
}

void Engine::retain(Store &store)
{
    if (!m_retentionClock || m_real.steady() < m_nextRetention)
        return;
    m_nextRetention = m_real.steady() + kRetentionEvery;
    const std::uint64_t compared = m_counters.clockCompared; // first: what was found by so many events, or by more
    const Timestamp now = m_retentionClock->now(m_clock.now(), m_clock.steady(), {Duration::micros(m_counters.clockOffset), compared, m_options.clockIsKept()});
    const auto deleted = store.retain(now - m_options.retention, kRetainAtATime);
    if (!deleted)
        log::warning("store", deleted.error().message);
    else if (*deleted == kRetainAtATime)
        m_nextRetention = {};
    tellRetention(deleted.value_or(0));
}

/// What is deleted is told once a minute, what is held back when it begins and when it is over.
void Engine::tellRetention(int deleted)
{
    m_deleted += static_cast<std::uint64_t>(deleted);
    if (m_deleted > 0 && m_real.steady() >= m_nextDeletedTold) {
        log::info("store", "Retention: " + counted(m_deleted, "interaction") + " deleted.");
        m_nextDeletedTold = m_real.steady() + kTellDeletedEvery;
        m_deleted = 0;
    }
    const auto ahead = m_retentionClock->heldBack(m_clock.steady());
    if (ahead.has_value() == std::exchange(m_heldBackTold, ahead.has_value()))
        return;
    const std::string note = !ahead ? std::string() : "This machine's clock is " + counted(static_cast<std::uint64_t>(ahead->us / 3'600'000'000), "hour")
        + " ahead of what the stored events and the time since the start explain, so retention does not go by it: less is deleted. Set the clock "
          "right and have the system keep it so (NTP); else it is believed once " + std::to_string(RetentionClock::kWitnesses) + " new events of the source have borne it out.";
    if (ahead)
        log::warning("store", note);
    else
        log::info("store", "Retention goes by this machine's clock again.");
    {
        const std::scoped_lock lock(m_mutex);
        m_retentionNote = note;
    }
    m_stateChanged();
}

void Engine::forgetChanges(Store &store)
{
    if (!m_options.changesDone || m_real.steady() < m_nextForgetting)
        return;
    m_nextForgetting = m_real.steady() + kRetentionEvery;
    const std::int64_t done = m_options.changesDone();
    if (done <= m_changesForgotten)
        return;
    if (const auto forgotten = store.forgetChanges(done); !forgotten)
        log::warning("store", forgotten.error().message);
    else
        m_changesForgotten = done;
}

/// A feed of which nothing can be read any more looks well otherwise: it is heard, and nothing fails.
void Engine::tellRefused()
{
    const std::uint64_t refused = m_counters.refused, received = m_counters.received;
    if (refused == m_refusedTold || m_real.steady() < m_nextRefusedTold)
        return;
    std::string reasons;
    {
        const std::scoped_lock lock(m_counters.mutex);
        for (const auto &[reason, events] : m_counters.refusedBy)
            reasons += (reasons.empty() ? "" : ", ") + reason + " " + std::to_string(events);
    }
    log::warning("engine", std::to_string(refused - m_refusedTold) + " of " + std::to_string(received - m_receivedTold)
                               + " events received since the last word about it could not be read; they are kept for inspection (in all: " + reasons + ").");
    m_refusedTold = refused;
    m_receivedTold = received;
    m_nextRefusedTold = m_real.steady() + kTellRefusedEvery;
}

void Engine::measureRate()
{
    const Duration now = m_real.steady();
    std::scoped_lock lock(m_mutex);
    const Duration over = now - m_rateSince;
    if (over < kRateOver)
        return;
    const std::uint64_t received = m_counters.received;
    m_rate = static_cast<double>(received - m_rateCount) * 1e6 / static_cast<double>(over.us);
    m_rateCount = received;
    m_rateSince = now;
}

Status Engine::status() const
{
    Status s;
    {
        std::scoped_lock lock(m_counters.mutex); // first, and summed up, so that reasons and total are of one instant
        s.refusedBy = m_counters.refusedBy;
    }
    for (const auto &[reason, events] : s.refusedBy)
        s.refused += events;
    s.messages = m_counters.messages;
    s.stored = m_counters.stored;
    s.duplicates = m_counters.duplicates;
    s.variants = m_counters.variants;
    s.records = m_counters.records;
    s.received = m_counters.received; // last: never less than what became of it
    const std::uint64_t settled = s.stored + s.duplicates + s.variants + s.refused;
    s.inFlight = s.received > settled ? s.received - settled : 0;
    s.unattached = m_counters.unattached;
    s.queueMessages = m_queue.size();
    s.queueBytes = m_queue.weight();
    s.queueCapacity = m_options.queueMessages;
    s.openInteractions = m_counters.openInteractions;
    s.storedTotal = m_counters.storedTotal;
    s.commits = m_counters.commits;
    s.commitDelay = Duration::micros(m_counters.lastCommitDelay);
    s.commitDelaySum = Duration::micros(m_counters.delaySum);
    for (const auto &bucket : m_counters.delayBuckets) {
        s.commitDelayBuckets.push_back(bucket);
        s.commitDelayCount += bucket;
    }
    std::scoped_lock lock(m_mutex);
    s.source = m_sourceState;
    s.sourceName = m_sourceName.empty() ? m_options.sourceName : m_sourceName;
    s.sourceDetail = m_sourceDetail;
    s.storeError = m_writeError;
    s.storeWarning = m_storeWarning.empty() ? m_retentionNote : m_storeWarning;
    for (std::size_t place = 0; place < m_readErrors.size(); ++place) {
        if (s.storeError.empty())
            s.storeError = m_readErrors[place];
        s.recording = s.recording && (place == Answering || m_readErrors[place].empty());
    }
    s.recording = s.recording && m_writeError.empty();
    s.sequenceNote = m_sequenceNote;
    s.eventsPerSecond = m_rate;
    return s;
}

} // namespace threadline
