// SPDX-License-Identifier: GPL-3.0-or-later
/// From raw messages to groups of writes: decode, know duplicates, keep each interaction's state, notice bands. Everything
/// that the engine thread does, without the thread, so that tests can step it.
#pragma once

#include "core/base/result.h"
#include "core/engine/attacher.h"
#include "core/engine/bands.h"
#include "core/engine/cache.h"
#include "core/engine/clockoffset.h"
#include "core/engine/counters.h"
#include "core/engine/derive.h"
#include "core/genesys/source.h"
#include "core/genesys/streamingdecoder.h"
#include "core/store/store.h"
#include "core/timeline/record.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace threadline {

/// A record with the events that it tells: those are made by whoever reads it, beside the thread that takes them.
struct Imported {
    Record record;
    std::vector<Event> events;
    std::size_t eventBytes = 0; ///< what these take of memory
};

struct IngestOptions {
    std::string source = "streaming";
    SequenceScope scope = SequenceScope::Interaction;
    std::size_t cacheBytes = 64u << 20;
    /// What one interaction may take of memory: beyond it further events are refused. Ordinary ones are 131,000 by then.
    std::size_t interactionBytes = 24u << 20;
    std::size_t groupRows = 8192; ///< a group that has so much is full
    std::size_t groupBytes = 8u << 20;
    std::size_t maxDue = 250'000; ///< interactions that are over and wait to count as ended; further ones are looked for in the store
    bool handedOn = false; ///< events are delivered to another store: keep what that needs to know
};

/// One thread.
class Ingest {
public:
    /// `store` and `clock` must outlive it. Errors: those of the store.
    [[nodiscard]] static Result<std::unique_ptr<Ingest>> start(const Store &store, IngestOptions options, const Clock &clock,
                                                               Counters &counters);

    /// Takes what the source has, as far as the group has room: see unfinished(). Errors: the store could not be read; if it is not
    /// unfinished() then, taking the same item again is harmless.
    [[nodiscard]] Result<> take(const SourceItem &item);
    /// Takes a record of the platform; it is there no more unless this fails.
    [[nodiscard]] Result<> take(Imported &imported);
    /// Takes events that another store gave back; likewise. They must outlive what is unfinished().
    [[nodiscard]] Result<> take(const std::vector<HistoryEvent> &events);
    /// Whether part of the last item is still to be taken, by goOn(), after close() if the group is full: what one message makes
    /// may be many times as large as it.
    [[nodiscard]] bool unfinished() const { return m_rest.has_value(); }
    [[nodiscard]] Result<> goOn();
    /// Nothing more of it is taken, for the program ends: it counts as a message that was not received.
    void giveUpRest();
    /// What is due by time alone: interactions that have ended by now.
    [[nodiscard]] Result<> tick();

    /// Rows waiting in the group.
    [[nodiscard]] std::size_t rows() const { return m_rows; }
    /// Whether the group is to be closed before anything else is taken.
    [[nodiscard]] bool full() const { return m_rows >= m_options.groupRows || m_bytes >= m_options.groupBytes || crowded(); }
    /// Whether the interactions in memory are so many that the groups that hold some back must become durable first.
    [[nodiscard]] bool crowded() const { return m_cache.bytes() >= m_cache.maxBytes() + m_cache.maxBytes() / 2; }
    /// Whether a group is open: nothing may be read anew behind its back.
    [[nodiscard]] bool grouping() const { return m_group != nullptr; }
    /// Whether there is anything to write.
    [[nodiscard]] bool pending() const;
    /// Whether the source listens, as far as what was taken says.
    [[nodiscard]] bool listens() const { return m_bands.listens(); }
    /// Receipt of the oldest message in the group, on the steady clock.
    [[nodiscard]] std::optional<Duration> oldest() const { return m_oldest; }
    /// Ends the group and begins the next.
    [[nodiscard]] Result<std::unique_ptr<WriteGroup>> close();
    /// After close(): the group must be durable before anything else is taken, then reload() is called.
    [[nodiscard]] bool needsBarrier() const { return !m_reload.empty(); }
    [[nodiscard]] Result<> reload();
    /// Everything up to this commit is durable.
    void committed(std::uint64_t commit);

    [[nodiscard]] std::string sequenceNote() const;
    [[nodiscard]] Timestamp sourceNow();

private:
    Ingest(const Store &store, IngestOptions options, const Clock &clock, Counters &counters)
        : m_store(store), m_options(std::move(options)), m_clock(clock), m_counters(counters), m_cache(m_options.cacheBytes),
          m_deriver(m_options.scope), m_bands(m_options.source, store.opened().lastBand + 1),
          m_clockAhead(clock.now() - Timestamp{clock.steady().us}),
          m_nextKey(store.opened().lastKey + 1), m_nextCommit(store.opened().lastCommit + 1), m_committed(store.opened().lastCommit)
    {
    }

    struct Due {
        Timestamp at; ///< source time at which the interaction may have ended
        InteractionKey key;
        friend bool operator<(const Due &a, const Due &b) { return a.at > b.at; } // the earliest on top
    };
    /// What is remembered of an interaction that is due but not in memory. Nothing has come to it since.
    struct Parked {
        enum What : std::uint8_t {
            Plain,     ///< over; its sequences show nothing
            Sequenced, ///< over; its sequences are without a hole
            Unknown    ///< it must be read to know
        };
        What what;
        Timestamp due; ///< what is noted of it for another time is of before: somebody came back meanwhile
    };

    [[nodiscard]] Result<> mendClockOfBefore(const Opened &opened);
    void noticeClock();
    [[nodiscard]] Result<> loadOpen();
    [[nodiscard]] Result<bool> lookForOpen();
    [[nodiscard]] Result<> lookForMissed();
    void setDue(CachedInteraction &interaction, Timestamp at);
    [[nodiscard]] Result<> takeMessage(const RawMessage &message);
    void endMessage();
    [[nodiscard]] Result<> takeReturned(const HistoryEvent &told);
    [[nodiscard]] Result<> takeSized(Event &&event);
    [[nodiscard]] Result<> takeEvent(Event &&event);
    [[nodiscard]] Result<> takeUnattached(Event &&event);
    void refuse(Refused refused);
    /// The interaction in memory, from the store, or a new one.
    [[nodiscard]] Result<CachedInteraction *> interaction(std::string_view id);
    [[nodiscard]] Result<> load(CachedInteraction &interaction);
    void addToGroup(CachedInteraction &interaction, Event &&event, std::int64_t lamport);
    void addVariant(CachedInteraction &interaction, Event &&event, bool wins);
    static void tellSpan(const Record &record, const std::vector<Event> &events, Summary &summary);
    void addRecord(Imported &&imported, WriteGroup &writes);
    void tellEnded(InteractionKey key);
    void touched(CachedInteraction &interaction);
    void evict();
    void summarise(CachedInteraction &interaction, WriteGroup &group);
    void noteEnded(CachedInteraction &interaction, const Summary &summary);
    void park(CachedInteraction &interaction);
    /// An interaction's time has come to have ended.
    [[nodiscard]] Result<> end(Due due);
    [[nodiscard]] Result<> endParked(InteractionKey key, Parked::What parked);
    [[nodiscard]] std::set<std::int64_t> openInteractions() const;
    WriteGroup &group();

    const Store &m_store;
    const IngestOptions m_options;
    const Clock &m_clock;
    Counters &m_counters;
    std::unique_ptr<StoreReader> m_reader;
    InteractionCache m_cache;
    Deriver m_deriver;
    StreamingDecoder m_decoder;
    Decoded m_decoded;
    Attacher m_attacher;
    BandKeeper m_bands;
    ClockOffset m_offset;
    std::uint64_t m_compared = 0; ///< events that m_offset was told of, in all
    Duration m_clockAhead;        ///< our wall clock less our steady one, as seen last
    std::unique_ptr<WriteGroup> m_group;
    std::vector<CachedInteraction *> m_touched;
    std::set<InteractionKey> m_moved; ///< whose set of events the attacher has changed: their names are still to be found
    std::set<std::string> m_reload; ///< interactions to be read anew once the group is durable
    std::map<std::string, Imported> m_records; ///< standing ones of this group
    struct UnwrittenRecord {
        RecordRank rank;
        std::uint64_t commit;
    };
    std::map<std::string, std::vector<UnwrittenRecord>> m_unwritten; ///< records of groups that are not durable yet, this one too
    std::priority_queue<Due> m_due; ///< at most IngestOptions::maxDue
    bool m_missed = false;          ///< there was no room for one in it: the open ones in the store must be looked at
    /// Where that look at the open ones has come to; absent: there is none.
    std::optional<StoreReader::Listing> m_look;
    std::unordered_map<InteractionKey, Parked> m_parked;
    std::size_t m_rows = 0;
    std::size_t m_bytes = 0;
    std::optional<Duration> m_oldest;
    /// Of the item that is being taken.
    struct Rest {
        std::size_t next = 0;           ///< the event that is to be taken next
        Duration receivedSteady;
        std::optional<Timestamp> before; ///< receipt of the message before: until all of this one is taken, nothing later counts as recorded
        const std::vector<HistoryEvent> *returned = nullptr; ///< null: those of m_decoded
    };
    std::optional<Rest> m_rest;
    std::optional<Timestamp> m_wroteLastReceived;
    bool m_wroteListening = false;
    InteractionKey m_nextKey;
    std::uint64_t m_nextCommit;
    std::uint64_t m_committed;
    std::set<std::string> m_participantScoped; ///< interactions with equal sequences at different participants
};

} // namespace threadline
