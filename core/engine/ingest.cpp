// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/ingest.h"

#include "core/base/log.h"
#include "core/engine/storedtimes.h"
#include "core/model/limits.h"

namespace threadline {
namespace {

constexpr std::size_t kMaxDueATick = 200;      ///< ended interactions written a tick, so that none waits long
constexpr std::size_t kDueShareATick = 100;    ///< and the hundredth part of all that wait, so that they cannot pile up
constexpr std::size_t kRowOverhead = 128;
constexpr int kOpenAtATime = 500;
constexpr std::size_t kOpenAtStart = 20'000;   ///< open interactions looked at after a start, newest first
constexpr Duration kClockSet = Duration::seconds(1); ///< less than that a clock may run before or behind between two looks
constexpr std::size_t kScopeNoteAfter = 3;     ///< interactions that must show equal sequences before the scope is doubted

} // namespace

Result<std::unique_ptr<Ingest>> Ingest::start(const Store &store, IngestOptions options, const Clock &clock, Counters &counters)
{
    std::unique_ptr<Ingest> ingest(new Ingest(store, std::move(options), clock, counters));
    auto reader = store.reader();
    if (!reader)
        return fail(reader.error());
    ingest->m_reader = std::move(*reader);
    const Opened &opened = store.opened();
    const auto ended = opened.unwritten ? BandKeeper::Ended::Unwritten : opened.listening ? BandKeeper::Ended::Killed : BandKeeper::Ended::InOrder;
    ingest->m_bands.resume(opened.openBand, opened.lastReceived, ended, opened.lost);
    ingest->m_wroteLastReceived = opened.lastReceived;
    if (const auto mended = ingest->mendClockOfBefore(opened); !mended)
        return fail(mended.error());
    counters.storedTotal = opened.events;
    if (const auto loaded = ingest->m_attacher.load(*ingest->m_reader); !loaded)
        return fail(loaded.error());
    counters.unattached = ingest->m_attacher.waiting();
    if (const auto loaded = ingest->loadOpen(); !loaded)
        return fail(loaded.error());
    return ingest;
}

/// What was received last cannot lie ahead of us: our clock was ahead then. About when it was the events themselves tell, by the source's.
Result<> Ingest::mendClockOfBefore(const Opened &opened)
{
    const Timestamp now = m_clock.now();
    Timestamp said = opened.lastReceived.value_or(now);
    if (opened.openBand)
        said = std::max(said, opened.openBand->start);
    if (said <= now)
        return {};
    const auto told = lastEventTime(*m_reader, now);
    if (!told)
        return fail(told.error());
    const Timestamp heard = told->value_or(now);
    log::warning("engine", "This machine's clock was ahead when the last message was received: it said " + formatTimestamp(said) + ", and now it is "
                               + formatTimestamp(now) + ". The gap since then is drawn from " + formatTimestamp(heard)
                               + ", the time of the last event. Nothing need be done if the clock is right now.");
    m_bands.clockPutBack(now, said - heard);
    return {};
}

/// Interactions that were open when the process before ended may have ended meanwhile.
Result<> Ingest::loadOpen()
{
    while (m_due.size() < kOpenAtStart) {
        const auto more = lookForOpen();
        if (!more)
            return fail(more.error());
        if (!*more)
            break;
    }
    const auto census = m_reader->census(std::nullopt); // those that are looked for later, as time allows, are open, too
    if (!census)
        return fail(census.error());
    m_counters.openInteractions = static_cast<std::uint64_t>(census->open);
    return {};
}

/// Sees to it that the next ones that are open in the store are looked at when they may have ended, newest first. False: that were all.
Result<bool> Ingest::lookForOpen()
{
    if (!m_look) {
        m_look.emplace();
        m_look->state = InteractionState::Open;
        m_look->limit = kOpenAtATime;
    }
    const auto rows = m_reader->list(*m_look);
    if (!rows)
        return fail(rows.error());
    if (rows->empty()) {
        m_look.reset();
        return false;
    }
    for (const auto &row : *rows) {
        m_due.push({row.summary.lastEventAt + kEndedAfter, row.key});
        if (CachedInteraction *cached = m_cache.find(row.key))
            cached->due = row.summary.lastEventAt + kEndedAfter;
        else
            m_parked.emplace(row.key, Parked{Parked::Unknown, row.summary.lastEventAt + kEndedAfter});
    }
    m_look->before = {rows->back().summary.commit, rows->back().key};
    return true;
}

/// Where more interactions are over at a time than are noted, the others are found among the open ones in the store.
Result<> Ingest::lookForMissed()
{
    if (m_due.size() > m_options.maxDue / 2)
        return {};
    if (!m_look) {
        if (!std::exchange(m_missed, false))
            return {};
    }
    const auto more = lookForOpen();
    return more ? Result<>() : fail(more.error());
}

void Ingest::setDue(CachedInteraction &interaction, Timestamp at)
{
    if (interaction.due == at)
        return;
    if (m_due.size() >= m_options.maxDue) {
        m_missed = true;
        return;
    }
    m_due.push({at, interaction.key});
    interaction.due = at;
}

WriteGroup &Ingest::group()
{
    if (!m_group)
        m_group = std::make_unique<WriteGroup>();
    return *m_group;
}

/// Our clock may be set while we run. What it said before is told again by the new one; the source's is estimated anew.
void Ingest::noticeClock()
{
    const Duration ahead = m_clock.now() - Timestamp{m_clock.steady().us};
    const Duration by = m_clockAhead - ahead;
    m_clockAhead = ahead;
    if (by < kClockSet && kClockSet + by > Duration{})
        return;
    m_offset = {};
    if (by > Duration{})
        m_bands.clockPutBack(m_clock.now(), by);
}

Result<> Ingest::take(const SourceItem &item)
{
    noticeClock();
    if (const auto *message = std::get_if<RawMessage>(&item))
        return takeMessage(*message);
    if (std::holds_alternative<Listening>(item)) {
        m_bands.listening();
    } else {
        const auto &gone = std::get<NotListening>(item);
        m_bands.notListening(gone.since, gone.cause, gone.reason);
    }
    return {};
}

Result<> Ingest::takeMessage(const RawMessage &message)
{
    if (message.binary) {
        m_decoded.clear();
        m_decoded.refuse("binary", "The message is binary; the protocol has text messages only.", message.text, message.received);
    } else {
        m_decoder.decode(message.text, message.received, m_decoded);
    }
    const auto before = m_bands.lastReceived();
    m_bands.message(std::min(message.received, m_clock.now()), [this] { return openInteractions(); });
    for (const Event &event : m_decoded.events)
        m_offset.add(event.received, event.time);
    m_compared += m_decoded.events.size();
    m_rest = Rest{0, message.receivedSteady, before};
    return goOn();
}

Result<> Ingest::goOn()
{
    if (!m_oldest)
        m_oldest = m_rest->receivedSteady;
    const std::size_t events = m_rest->returned ? m_rest->returned->size() : m_decoded.events.size();
    for (; m_rest->next < events; ++m_rest->next) {
        if (full())
            return {};
        ++m_counters.received; // first: at no instant is there less than what became of it
        const auto taken = m_rest->returned ? takeReturned((*m_rest->returned)[m_rest->next]) : takeSized(std::move(m_decoded.events[m_rest->next]));
        if (!taken) {
            --m_counters.received;
            return taken;
        }
        if (crowded())
            evict();
    }
    const bool message = !m_rest->returned;
    m_rest.reset();
    if (message)
        endMessage();
    return {};
}

void Ingest::giveUpRest()
{
    if (!m_rest->returned)
        m_bands.heardUntil(m_rest->before);
    m_rest.reset();
    m_decoded.clear();
}

/// What could not be read of it, and that all of it is taken.
void Ingest::endMessage()
{
    for (Refused &refused : m_decoded.refused) {
        ++m_counters.received;
        refuse(std::move(refused));
    }
    for (const Decoded::Tally &tally : m_decoded.more) {
        m_counters.received += tally.events;
        m_counters.refuse(tally.reason, tally.events);
    }
    ++m_counters.messages;
    m_decoded.clear();
}

/// The one way in for events, wherever they come from: what is too long to be a name goes no further.
Result<> Ingest::takeSized(Event &&event)
{
    if (const auto oversize = oversizeOf(event)) {
        refuse({std::string(oversize->reason), oversize->detail, event.received, event.raw.substr(0, kKeptRefusedBytes), event.raw.size()});
        return {};
    }
    return event.interaction.empty() ? takeUnattached(std::move(event)) : takeEvent(std::move(event));
}

void Ingest::refuse(Refused refused)
{
    m_counters.refuse(refused.reason);
    std::vector<Refused> &kept = group().refused;
    if (kept.size() >= 2 * kRefusedKept) { // the store keeps no more either
        kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(kRefusedKept));
        m_rows -= kRefusedKept;
    }
    m_bytes += refused.text.size() + kRowOverhead;
    kept.push_back(std::move(refused));
    ++m_rows;
}

Result<CachedInteraction *> Ingest::interaction(std::string_view id)
{
    if (CachedInteraction *cached = m_cache.find(id))
        return cached;
    const auto key = m_reader->find(id);
    if (!key)
        return fail(key.error());
    if (*key) {
        CachedInteraction &cached = m_cache.insert(**key, id, m_options.scope);
        if (const auto loaded = load(cached); !loaded) {
            m_cache.erase(**key);
            return fail(loaded.error());
        }
        if (const auto parked = m_parked.extract(**key))
            cached.due = parked.mapped().due; // it is noted still
        return &cached;
    }
    CachedInteraction &fresh = m_cache.insert(m_nextKey++, id, m_options.scope);
    fresh.lastCommit = m_nextCommit;
    group().interactions.push_back({fresh.key, fresh.id});
    m_bytes += fresh.id.size() + kRowOverhead;
    ++m_counters.openInteractions;
    return &fresh;
}

Result<> Ingest::load(CachedInteraction &interaction)
{
    std::optional<Error> broken;
    const auto done = m_reader->events(interaction.key, [&](StoredEvent &&stored) {
        const auto event = m_deriver.decode(stored, interaction.id);
        if (!event) {
            broken = event.error();
            return false;
        }
        interaction.set.add(*event, stored.commit);
        for (const std::string &variant : stored.variants) {
            stored.raw = variant;
            if (const auto other = m_deriver.decode(stored, interaction.id))
                interaction.set.add(*other, stored.commit);
        }
        interaction.lastCommit = std::max(interaction.lastCommit, stored.commit);
        interaction.activity = interaction.lastCommit;
        return true;
    });
    if (!done)
        return fail(done.error());
    if (broken)
        return fail(*broken);
    const auto recorded = m_reader->summary(interaction.key);
    if (!recorded)
        return fail(recorded.error());
    // As recorded, not as it would be by now: that it has ended meanwhile is still to be noticed.
    interaction.ended = *recorded && (*recorded)->state == InteractionState::Ended;
    m_cache.touch(interaction);
    return {};
}

Result<> Ingest::takeEvent(Event &&event)
{
    const auto deleted = m_store.hasTombstone(event.interaction.value);
    if (!deleted)
        return fail(deleted.error());
    if (*deleted) {
        refuse({"deleted", "The event's interaction was deleted by retention.", event.received,
                event.raw.substr(0, kKeptRefusedBytes), event.raw.size()});
        return {};
    }
    const auto found = interaction(event.interaction.value);
    if (!found)
        return fail(found.error());
    CachedInteraction &target = **found;
    if (target.bytes >= m_options.interactionBytes && !target.set.has(event)) {
        refuse({"interaction-too-large", "The interaction has " + std::to_string(target.set.size()) + " events already; no more are kept.",
                event.received, event.raw.substr(0, kKeptRefusedBytes), event.raw.size()});
        return {};
    }
    const InteractionSet::Added added = target.set.add(event, m_nextCommit);
    switch (added.what) {
    case InteractionSet::Added::New:
        if (m_attacher.active())
            m_attacher.named(event, target.key);
        addToGroup(target, std::move(event), added.lamport);
        break;
    case InteractionSet::Added::Duplicate: ++m_counters.duplicates; return {};
    case InteractionSet::Added::Variant:
        if (added.kept)
            addVariant(target, std::move(event), added.stands); // counted once it is durable
        else
            ++m_counters.variants;
        break;
    }
    m_cache.count(target);
    return {};
}

/// What is over the budget leaves with each group; from half as much again on within a message too, for one can name many.
void Ingest::evict()
{
    if (m_cache.bytes() > m_cache.maxBytes())
        m_cache.evict(m_committed, [this](CachedInteraction &interaction) { park(interaction); });
}

void Ingest::addToGroup(CachedInteraction &interaction, Event &&event, std::int64_t lamport)
{
    interaction.lastMessage = m_bands.messages();
    interaction.activity = m_nextCommit;
    touched(interaction);
    m_bytes += event.raw.size() + event.id.value.size() + kRowOverhead;
    ++m_rows;
    group().events.push_back({interaction.key, std::move(event.id.value), std::move(event.raw), event.received, event.provenance,
                              event.marks, m_options.handedOn ? lamport : 0});
}

void Ingest::addVariant(CachedInteraction &interaction, Event &&event, bool wins)
{
    touched(interaction);
    m_bytes += event.raw.size() + kRowOverhead;
    ++m_rows;
    group().variants.push_back({interaction.key, std::move(event.id.value), std::move(event.raw), wins, event.received});
}

Result<> Ingest::takeUnattached(Event &&event)
{
    if (const Hash128 *content = m_attacher.find(event)) {
        ++(*content == event.content ? m_counters.duplicates : m_counters.variants);
        return {};
    }
    if (!m_attacher.add(event)) {
        refuse({"too-many-unattached", "Too many events name no interaction; this one is not kept.", event.received,
                event.raw.substr(0, kKeptRefusedBytes), event.raw.size()});
        return {};
    }
    m_bytes += event.raw.size() + kRowOverhead;
    ++m_rows;
    group().events.push_back({0, std::move(event.id.value), std::move(event.raw), event.received, event.provenance, event.marks});
    return {};
}

void Ingest::touched(CachedInteraction &interaction)
{
    interaction.lastCommit = m_nextCommit;
    if (interaction.touched)
        return;
    interaction.touched = true;
    m_cache.touch(interaction); // so that what may leave the memory stands behind it
    m_touched.push_back(&interaction);
    m_bytes += interaction.id.size() + interaction.set.shownBytes() + kRowOverhead; // its summary, when the group is closed
}

Result<> Ingest::take(const std::vector<HistoryEvent> &events)
{
    m_rest = Rest{0, m_clock.steady(), m_bands.lastReceived(), &events};
    return goOn();
}

Result<> Ingest::takeReturned(const HistoryEvent &told)
{
    auto event = m_deriver.decode(told);
    if (!event) {
        refuse({"malformed", event.error().message, m_clock.now(), told.raw.substr(0, kKeptRefusedBytes), told.raw.size()});
        return {};
    }
    event->received = m_clock.now();
    if (event->has(Event::Attached)) // it finds its interaction again, as it did where it was recorded
        event->interaction = {};
    return takeSized(std::move(*event));
}

Result<> Ingest::take(Imported &imported)
{
    Record &record = imported.record;
    const std::string id = record.interaction.value;
    const auto deleted = m_store.hasTombstone(id);
    if (!deleted)
        return fail(deleted.error());
    if (*deleted) {
        ++m_counters.received;
        refuse({"deleted", "The conversation was deleted by retention.", m_clock.now(), record.raw.substr(0, kKeptRefusedBytes), record.raw.size()});
        return {};
    }
    const auto found = interaction(id);
    if (!found)
        return fail(found.error());
    const auto kept = m_reader->records(id, false);
    if (!kept)
        return fail(kept.error());
    std::vector<RecordRank> known;
    for (const RecordVersion &version : *kept)
        known.push_back(version.record.rank);
    std::vector<UnwrittenRecord> &unwritten = m_unwritten[id];
    for (const UnwrittenRecord &other : unwritten)
        known.push_back(other.rank);
    if (!kept->empty()) {
        if (const auto stood = m_reader->record(id); !stood && stood.error().code == ErrorCode::Malformed)
            known.clear(); // of what cannot be read any more this one takes the place
    }
    if (std::find(known.begin(), known.end(), record.rank) != known.end())
        return {};
    const bool standing = std::all_of(known.begin(), known.end(), [&](const RecordRank &other) { return stands(record.rank, other); });
    unwritten.push_back({record.rank, m_nextCommit});
    ++m_counters.records;
    m_bytes += record.raw.size() + (standing ? imported.eventBytes : 0);
    ++m_rows;
    if (!m_oldest)
        m_oldest = m_clock.steady();
    if (!standing) {
        group().records.push_back({std::move(record), m_clock.now(), false});
        return {};
    }
    touched(**found);
    m_reload.insert(id);
    std::swap(m_records[id], imported);
    if (!record.raw.empty()) // stood until now, within this group
        group().records.push_back({std::move(record), m_clock.now(), false});
    return {};
}

void Ingest::tellSpan(const Record &record, const std::vector<Event> &events, Summary &summary)
{
    summary.start = summary.lastEventAt = record.rank.last;
    for (const Event &event : events) {
        summary.start = std::min(summary.start, event.time);
        summary.lastEventAt = std::max(summary.lastEventAt, event.time);
    }
    summary.count = static_cast<std::int64_t>(events.size());
    if (!record.rank.ended)
        return;
    summary.state = InteractionState::Ended;
    summary.end = summary.lastEventAt;
}

/// The record and the events it tells; the store takes away those of a record before it.
void Ingest::addRecord(Imported &&imported, WriteGroup &writes)
{
    Record &record = imported.record;
    std::vector<Event> &events = imported.events;
    const CachedInteraction *target = m_cache.find(record.interaction.value);
    m_counters.received += events.size();
    // Its events are read with the next group. Until then its row tells at least when it was: one of 1970, still open, would be seen.
    const auto row = std::find_if(writes.summaries.rbegin(), writes.summaries.rend(),
                                  [&](const WriteGroup::SummaryRow &r) { return r.key == target->key; });
    if (row != writes.summaries.rend() && row->summary.count == 0) {
        tellSpan(record, events, row->summary);
        if (row->summary.state == InteractionState::Ended)
            tellEnded(row->key);
    }
    for (Event &event : events) {
        writes.events.push_back({target->key, std::move(event.id.value), std::move(event.raw), event.received, event.provenance,
                                 event.marks});
    }
    writes.records.push_back({std::move(record), m_clock.now(), true});
}

/// Its row says so already: what is read back of it will show nothing new.
void Ingest::tellEnded(InteractionKey key)
{
    CachedInteraction *cached = m_cache.find(key);
    if (cached && !std::exchange(cached->ended, true))
        --m_counters.openInteractions;
}

Result<> Ingest::tick()
{
    noticeClock();
    const Timestamp now = sourceNow();
    const std::size_t most = kMaxDueATick + m_due.size() / kDueShareATick;
    for (std::size_t n = 0; n < most && !m_due.empty() && m_due.top().at <= now; ++n) {
        if (const auto ended = end(m_due.top()); !ended)
            return ended;
        m_due.pop();
    }
    return lookForMissed();
}

Result<> Ingest::end(Due due)
{
    if (CachedInteraction *cached = m_cache.find(due.key)) {
        if (cached->due == due.at)
            cached->due.reset();
        if (!cached->ended)
            touched(*cached);
        return {};
    }
    const auto parked = m_parked.find(due.key);
    return parked == m_parked.end() || parked->second.due != due.at ? Result<>() : endParked(due.key, parked->second.what);
}

/// Its row is all that changes, unless there is something to learn from its sequences: so its events are not read again.
Result<> Ingest::endParked(InteractionKey key, Parked::What parked)
{
    auto summary = m_reader->summary(key);
    if (!summary)
        return fail(summary.error());
    if (*summary && (parked == Parked::Unknown || m_bands.watches())) {
        const auto found = interaction((*summary)->interaction.value);
        if (!found)
            return fail(found.error());
        if (!(*found)->ended)
            touched(**found);
    } else if (*summary) {
        (*summary)->state = InteractionState::Ended;
        (*summary)->end = (*summary)->lastEventAt;
        group().summaries.push_back({key, std::move(**summary)});
        --m_counters.openInteractions;
        if (parked == Parked::Sequenced)
            m_bands.endedContiguously();
    }
    m_parked.erase(key);
    return {};
}

void Ingest::park(CachedInteraction &interaction)
{
    const auto left = interaction.set.allLeftAt();
    if (interaction.ended || !left || interaction.due != *left + kEndedAfter)
        return; // one that is over and has not been noted is found in the store
    const bool telling = interaction.set.sequenced() && m_options.scope == SequenceScope::Interaction;
    const auto what = !telling ? Parked::Plain : interaction.set.contiguous() ? Parked::Sequenced : Parked::Unknown;
    m_parked.emplace(interaction.key, Parked{what, *interaction.due});
}

bool Ingest::pending() const
{
    return m_group || !m_touched.empty() || m_attacher.pending() || m_bands.changed()
        || m_bands.lastReceived() != m_wroteLastReceived || m_bands.listens() != m_wroteListening;
}

Result<std::unique_ptr<WriteGroup>> Ingest::close()
{
    WriteGroup &writes = group();
    if (const auto settled = m_attacher.settle(*m_reader, writes, m_moved); !settled)
        return fail(settled.error());
    for (; !m_moved.empty(); m_moved.erase(m_moved.begin())) {
        const auto summary = m_reader->summary(*m_moved.begin());
        if (!summary)
            return fail(summary.error());
        if (*summary)
            m_reload.insert((*summary)->interaction.value);
    }
    writes.commit = m_nextCommit++;
    writes.keepChanges = m_options.handedOn;
    for (CachedInteraction *interaction : m_touched)
        summarise(*interaction, writes);
    m_touched.clear();
    for (auto &[id, record] : m_records)
        addRecord(std::move(record), writes);
    m_records.clear();
    writes.bands = m_bands.takeChanged();
    writes.lastReceived = m_rest ? m_rest->before : m_bands.lastReceived();
    writes.listening = m_bands.listens();
    m_wroteLastReceived = writes.lastReceived;
    m_wroteListening = writes.listening;
    m_counters.unattached = m_attacher.waiting();
    m_counters.clockOffset = m_offset.offset().us;
    m_counters.clockCompared = m_compared;
    m_rows = 0;
    m_bytes = 0;
    m_oldest.reset();
    evict();
    return std::move(m_group);
}

void Ingest::summarise(CachedInteraction &interaction, WriteGroup &writes)
{
    interaction.touched = false;
    Summary summary = interaction.set.summary(sourceNow());
    summary.interaction.value = interaction.id;
    summary.commit = interaction.activity > 0 ? interaction.activity : writes.commit;
    m_cache.touch(interaction);
    noteEnded(interaction, summary);
    if (const auto left = interaction.set.allLeftAt(); left && summary.state != InteractionState::Ended)
        setDue(interaction, *left + kEndedAfter);
    if (m_bands.watches())
        m_bands.saw({interaction.key, interaction.set.sequenced(), interaction.set.contiguous(),
                     summary.state == InteractionState::Ended, interaction.lastMessage});
    writes.summaries.push_back({interaction.key, std::move(summary)});
}

void Ingest::noteEnded(CachedInteraction &interaction, const Summary &summary)
{
    const bool ended = summary.state == InteractionState::Ended;
    if (ended != interaction.ended)
        m_counters.openInteractions += ended ? std::uint64_t(-1) : 1;
    const bool newlyEnded = ended && !interaction.ended;
    interaction.ended = ended;
    if (interaction.set.tiesAcrossParticipants() > 0 && m_participantScoped.size() < kScopeNoteAfter)
        m_participantScoped.insert(interaction.id);
    if (!newlyEnded || !interaction.set.sequenced() || m_options.scope != SequenceScope::Interaction)
        return;
    if (interaction.set.contiguous())
        m_bands.endedContiguously();
    else if (const auto hole = interaction.set.firstHole())
        m_bands.endedWithHole(interaction.id, hole->start, std::min(hole->end, std::max(hole->start, m_clock.now())));
}

std::set<std::int64_t> Ingest::openInteractions() const
{
    std::set<std::int64_t> open;
    m_cache.forEach([&](const CachedInteraction &interaction) {
        if (!interaction.ended)
            open.insert(interaction.key);
    });
    return open;
}

Result<> Ingest::reload()
{
    while (!m_reload.empty()) {
        const std::string id = *m_reload.begin();
        const auto key = m_reader->find(id);
        if (!key)
            return fail(key.error());
        if (const CachedInteraction *stale = m_cache.find(id)) {
            m_counters.openInteractions -= !*key && !stale->ended ? 1 : 0;
            m_cache.erase(stale->key);
        }
        if (!*key) { // retention was quicker: there is nothing of it any more, and nothing is to be made of it
            m_reload.erase(m_reload.begin());
            continue;
        }
        const auto found = interaction(id);
        if (!found)
            return fail(found.error());
        touched(**found);
        m_reload.erase(m_reload.begin());
    }
    return {};
}

void Ingest::committed(std::uint64_t commit)
{
    m_committed = std::max(m_committed, commit);
    if (crowded()) // else when the group is closed: those of every group are soon wanted again
        evict();
    for (auto it = m_unwritten.begin(); it != m_unwritten.end();) {
        std::erase_if(it->second, [&](const UnwrittenRecord &record) { return record.commit <= m_committed; });
        it = it->second.empty() ? m_unwritten.erase(it) : std::next(it);
    }
}

Timestamp Ingest::sourceNow()
{
    return m_clock.now() - m_offset.offset();
}

std::string Ingest::sequenceNote() const
{
    if (m_options.scope != SequenceScope::Interaction || m_participantScoped.size() < kScopeNoteAfter)
        return {};
    return "Equal sequences come from different participants of several interactions: the source seems to count per participant. "
           "Set the sequence scope (THREADLINE_SEQUENCE_SCOPE) to participant.";
}

} // namespace threadline
