// SPDX-License-Identifier: GPL-3.0-or-later
/// The embedded store: SQLite by its C API, one writer, any number of readers. The C API is named in this folder alone.
///
/// Promise: what a WriteGroup held is either wholly durable (WAL, synchronous=FULL) or not there at all, and a reader sees
/// only what is durable. An event is identified by (interaction, id) and is there once.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/occupancy.h"
#include "core/model/event.h"
#include "core/model/summary.h"
#include "core/timeline/record.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// The row number of an interaction; 0: of none (unattached events).
using InteractionKey = std::int64_t;

/// An event as it lies in the store. `raw`, `received`, `provenance` rebuild the Event (StreamingDecoder::decodeStored,
/// or recordEvents for imports).
struct StoredEvent {
    std::int64_t row = 0;
    InteractionKey interaction = 0;
    std::string id;
    std::string raw;
    Timestamp received;
    Provenance provenance = Provenance::Live;
    std::uint32_t marks = 0;
    std::uint64_t commit = 0;
    std::int64_t lamport = 0; ///< as it was when it was recorded; 0: not known (NewEvent::lamport)
    std::vector<std::string> variants; ///< raw texts of other contents under the same identity, at most 8
};

/// What one transaction writes: interactions, records, events, variants, moves, names, summaries, bands, refused. Keys of new
/// interactions are given by the engine (Opened::lastKey + 1 and up); one that is there already under another key keeps that.
struct WriteGroup {
    struct NewInteraction {
        InteractionKey key;
        std::string id;
    };
    struct NewEvent {
        InteractionKey interaction;
        std::string id;
        std::string raw;
        Timestamp received;
        Provenance provenance;
        std::uint32_t marks;
        /// Its Lamport time, microseconds, if it certainly stands behind all events of its interaction that are recorded; else 0.
        std::int64_t lamport = 0;
    };
    /// Another content under an identity that is there. `wins`: it becomes the row's raw, and what stood there joins the
    /// variants; else it joins the variants itself. At most 8 variants are kept.
    struct NewVariant {
        InteractionKey interaction;
        std::string id;
        std::string raw;
        bool wins;
        Timestamp received;
    };
    /// Moves an event that names no interaction between "unattached" (0) and an interaction, or between two. One whose identity
    /// is taken where it should go stays where it is.
    struct Move {
        InteractionKey from;
        std::string id;
        InteractionKey to;
    };
    /// An interaction that names the participant "p" + id or the channel "c" + id. Written only once names are indexed.
    struct NewName {
        std::string name;
        InteractionKey key;
    };
    struct SummaryRow {
        InteractionKey key;
        Summary summary;
    };
    std::uint64_t commit = 0; ///< number of this commit: greater than every one before
    std::vector<NewInteraction> interactions;
    std::vector<NewEvent> events;
    std::vector<NewVariant> variants;
    std::vector<Move> moves;
    std::vector<NewName> names;        ///< pairs that are there already are passed over
    bool indexNames = false;           ///< build the index of names over all stored events, unless it is there; then keep `names` in it
    std::vector<SummaryRow> summaries; ///< of every interaction that this group touches
    std::vector<RecordVersion> records; ///< a standing one takes the place of that before, and of its import events, before `events` is written
    std::vector<Band> bands;           ///< ids are given by the engine; inserted or replaced
    std::vector<Refused> refused;      ///< ring of the newest 1,000
    std::optional<Timestamp> lastReceived; ///< receipt of the last message, for the band after a kill
    bool listening = false;                ///< whether the source listened when this was written
    bool keepChanges = false;              ///< note what becomes of rows that were written before (StoredChange)
    /// Given back: how many of `events` were there already, under the same identity, and were passed over.
    std::uint64_t duplicates = 0;
};

/// Something that happened to a row that had been written before, for whoever hands rows on.
struct StoredChange {
    enum What : std::uint8_t {
        Replaced, ///< another variant stands now; `raw` is what stood before
        Moved,    ///< between interactions; `from` is the one before, 0: none
        Deleted,  ///< by a newer record; `raw` is what stood there
    };
    std::int64_t number = 0; ///< rises; numbers are never used again
    What what = Replaced;
    std::int64_t row = 0;
    InteractionKey from = 0;
    std::string raw;
};

/// What was left by the process before.
struct Opened {
    std::uint64_t lastCommit = 0;
    InteractionKey lastKey = 0;
    std::uint64_t events = 0;
    std::optional<Timestamp> lastReceived;
    bool listening = false; ///< it ended while listening, so it was killed, unless it was
    bool unwritten = false; ///< unable to write the store any more when it ended; said until a group has been written since
    std::optional<Band> openBand;
    std::int64_t lastBand = 0; ///< greatest band id
    std::optional<Timestamp> closed; ///< when it was closed cleanly; absent: it was not
    std::string lost; ///< what had been recorded and is not there any more, in words; empty: nothing
};

/// One reading connection. Not for two threads at once; make one a thread.
class StoreReader {
public:
    virtual ~StoreReader() = default;
    [[nodiscard]] virtual Result<std::optional<InteractionKey>> find(std::string_view interaction) = 0;
    /// Calls `each` for the interaction's events in row order, from one snapshot; stops when it returns false. Of memory it
    /// takes one event and 8 bytes for each further one. `each` must not use this reader; nor may the other callbacks.
    [[nodiscard]] virtual Result<> events(InteractionKey key, const std::function<bool(StoredEvent &&)> &each) = 0;
    /// Calls `each` for these rows (StoredEvent::row), in this order, from one snapshot; likewise. NotFound if retention has
    /// deleted one of them.
    [[nodiscard]] virtual Result<> eventsByRow(std::span<const std::int64_t> rows, const std::function<bool(StoredEvent &&)> &each) = 0;
    [[nodiscard]] virtual Result<std::optional<Summary>> summary(InteractionKey key) = 0;
    /// The one that stands. Errors: Malformed: it is damaged; a new one may take its place.
    [[nodiscard]] virtual Result<std::optional<Record>> record(std::string_view interaction) = 0;
    /// All that are kept, the richest first, each with when it was read. Texts only if `texts`.
    [[nodiscard]] virtual Result<std::vector<RecordVersion>> records(std::string_view interaction, bool texts) = 0;
    /// Newest commit first, then the greater key. `beforeCommit`/`beforeKey`: behind this row of the page before.
    struct Listing {
        std::optional<Timestamp> from, to;
        std::optional<InteractionState> state;
        int limit = 100;
        std::string idPrefix; ///< not empty: those whose ids begin so, by id; the rest but `limit` does not count
        std::optional<std::pair<std::uint64_t, InteractionKey>> before;
    };
    [[nodiscard]] virtual Result<std::vector<WriteGroup::SummaryRow>> list(const Listing &listing) = 0;
    /// Interactions that were open at the instant `at` (start <= at, not ended or end >= at), from an index.
    [[nodiscard]] virtual Result<std::vector<WriteGroup::SummaryRow>> openAt(Timestamp at, int limit) = 0;
    /// How many touch `range` (absent: all), and from when to when they lie; what is open counts with its start. From an index.
    struct Census {
        std::int64_t ended = 0, open = 0;
        Timestamp first, last; ///< only valid if there are any
        Occupancy occupancy;       ///< from first to last; only without a range
    };
    [[nodiscard]] virtual Result<Census> census(std::optional<TimeRange> range) = 0;
    [[nodiscard]] virtual Result<std::vector<Band>> bands(TimeRange range) = 0;
    [[nodiscard]] virtual Result<std::vector<Refused>> refused(int limit) = 0;
    /// Events that name no interaction themselves (waiting, key 0, or attached): to watch their participants after a start.
    [[nodiscard]] virtual Result<> inferred(const std::function<bool(StoredEvent &&)> &each) = 0;
    /// Calls `each` for the events of rows above `row`, by row, at most `limit`, from one snapshot; likewise.
    [[nodiscard]] virtual Result<> eventsAfter(std::int64_t row, int limit, const std::function<bool(StoredEvent &&)> &each) = 0;
    /// Changes of greater numbers than `number`, in order, at most `limit`.
    [[nodiscard]] virtual Result<std::vector<StoredChange>> changesAfter(std::int64_t number, int limit) = 0;
    /// Greatest row ever given, in this reader's present.
    [[nodiscard]] virtual Result<std::int64_t> lastRow() = 0;
    /// Bytes that this database was made with; its copies have the same.
    [[nodiscard]] virtual Result<std::string> identity() = 0;
    /// The id of an interaction, empty if there is none with this key.
    [[nodiscard]] virtual Result<std::string> idOf(InteractionKey key) = 0;
    /// Whether the index of names is there (WriteGroup::indexNames).
    [[nodiscard]] virtual Result<bool> namesIndexed() = 0;
    /// Interactions that name "p" + participant or "c" + channel, at most 2. From the index; only valid once it is there.
    [[nodiscard]] virtual Result<std::vector<InteractionKey>> interactionsNaming(std::string_view name) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> countEvents() = 0;
};

struct StoreOptions {
    std::string folder;               ///< made if absent, mode 0700
    std::int64_t cacheBytes = 32 << 20;
    std::int64_t walLimitBytes = 256 << 20; ///< the journal is written back before it is larger, unless a reader holds it
    /// Reads beside a process that writes: takes no lock and makes nothing; write(), retain() and closeCleanly() fail.
    bool readOnly = false;
};

class Store {
public:
    virtual ~Store() = default;
    /// Opens or makes the store and holds the folder's lock. Errors, each naming the path, the reason and what to do, and
    /// each leaving every file as it was: Busy (another process, with its pid), Unusable (damaged, foreign, newer schema,
    /// no permission), Full.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions &options);
    [[nodiscard]] virtual const Opened &opened() const = 0;
    /// Writes and makes durable. One thread only. Full: nothing was written, try again later; others: likewise, said in words.
    [[nodiscard]] virtual Result<> write(WriteGroup &group) = 0;
    /// Ends a write(), retain() or forgetChanges() that is running: nothing of it is done, and it says Cancelled. Any thread.
    virtual void interrupt() = 0;
    /// A new reading connection.
    [[nodiscard]] virtual Result<std::unique_ptr<StoreReader>> reader() const = 0;
    /// Deletes ended interactions whose last event is older than `before`, at most `limit`, leaving a tombstone each; never an
    /// open one. From then on they are not found; their events go in transactions of at most 2,000, at most 20,000 a call, so
    /// that writing is held up for a moment only. Returns how many interactions it worked on; 0: there is nothing left to do.
    /// The caller must not write to an interaction that hasTombstone(). Same thread as write().
    [[nodiscard]] virtual Result<int> retain(Timestamp before, int limit) = 0;
    /// What is of a later commit is not to be deleted by retain(), because it has not been handed on yet. Any thread.
    virtual void protectAfter(std::uint64_t commit) = 0;
    /// Changes up to this number have been handed on and may be forgotten. Same thread as write().
    [[nodiscard]] virtual Result<> forgetChanges(std::int64_t number) = 0;
    /// Whether the interaction was deleted by retention (its events are not to be recorded anew).
    /// Any thread; costs nothing while there is no tombstone.
    [[nodiscard]] virtual Result<bool> hasTombstone(std::string_view interaction) const = 0;
    /// Cleanly ended: the next start knows that this was no kill. Same thread as write().
    [[nodiscard]] virtual Result<> closeCleanly(Timestamp now) = 0;
    /// Ended with something that could not be written: the next start knows, if so much can be (Opened::unwritten). Nobody else may
    /// be using it any more.
    virtual void endUnwritten() = 0;
    /// Whether database, journal and its index still lie where they were opened. Errors: Unusable, with what has become of them. write() asks
    /// before each commit. Same thread as write(); costs a few microseconds.
    [[nodiscard]] virtual Result<> inPlace() = 0;
    /// What is wrong though everything is recorded, and what to do; empty: nothing. Any thread.
    [[nodiscard]] virtual std::string warning() const = 0;
    /// What a reader met that cannot be read, and what to do; empty: nothing, as far as anybody asked. Any thread.
    [[nodiscard]] virtual std::string unreadable() const = 0;
    /// PRAGMA integrity_check: empty if sound, else what it says. Any thread.
    [[nodiscard]] virtual Result<std::string> integrity() const = 0;
};

} // namespace threadline
