// SPDX-License-Identifier: GPL-3.0-or-later
/// The store over SQLite. write(), retain(), closeCleanly(): one thread; the rest any.
#pragma once

#include "core/store/checkpointer.h"
#include "core/store/connection.h"
#include "core/store/files.h"
#include "core/store/idcodec.h"
#include "core/store/mark.h"
#include "core/store/readfailures.h"
#include "core/store/store.h"

#include <array>
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace threadline {

class NamesIndex;

/// The one row of table `state`.
struct StoreState {
    std::int64_t commit = 0;
    InteractionKey lastKey = 0;
    std::int64_t lastRow = 0;
    std::int64_t events = 0;
    std::optional<Timestamp> received;
    bool listening = false;
    std::optional<Timestamp> closed;
    bool namesIndexed = false;
};

class SqliteStore final : public Store {
public:
    SqliteStore(StoreOptions options, std::string path);
    ~SqliteStore() override;
    /// Takes the open, checked connection and the lock; reads what was left. `missing`: the mark that the database does not reach.
    /// Errors: Unusable.
    [[nodiscard]] Result<> begin(sqlite::Connection connection, FolderLock lock, const std::optional<HighMark> &missing);

    [[nodiscard]] const Opened &opened() const override { return m_opened; }
    [[nodiscard]] Result<> write(WriteGroup &group) override;
    void interrupt() override { sqlite3_interrupt(m_connection.get()); }
    [[nodiscard]] Result<std::unique_ptr<StoreReader>> reader() const override;
    [[nodiscard]] Result<int> retain(Timestamp before, int limit) override;
    [[nodiscard]] Result<bool> hasTombstone(std::string_view interaction) const override;
    void protectAfter(std::uint64_t commit) override { m_protected = static_cast<std::int64_t>(commit); }
    [[nodiscard]] Result<> forgetChanges(std::int64_t number) override;
    [[nodiscard]] Result<> closeCleanly(Timestamp now) override;
    [[nodiscard]] Result<std::string> integrity() const override;
    [[nodiscard]] Result<> inPlace() override;
    void endUnwritten() override;
    [[nodiscard]] std::string warning() const override { return m_mark.warning(); }
    [[nodiscard]] std::string unreadable() const override { return m_readFailures->words(SystemClock().steady()); }

private:
    struct Writes; ///< the prepared statements of the writer, and buffers that their bound values lie in
    struct Group;  ///< a group while it is written

    [[nodiscard]] Result<> readState();
    [[nodiscard]] Result<> prepareWrites();
    [[nodiscard]] Result<> goOnBehind(const HighMark &missing);
    void writeMark();
    void rescueJournal();
    /// See inPlace(). Whether the database still ends with the commit that we wrote last, if another connection has changed it.
    [[nodiscard]] Result<> sameContent();
    /// See inPlace(). Within a transaction it has an index that was written over built anew for the next one.
    [[nodiscard]] Result<> indexInPlace();
    [[nodiscard]] Result<> checkWritable() const;
    /// Runs `body` in one transaction and takes `state` over once that is durable; else all is as it was.
    template<class Body>
    [[nodiscard]] Result<> transaction(StoreState state, Body body);
    [[nodiscard]] Result<> writeState(const StoreState &state);
    void tendJournal();

    [[nodiscard]] Result<> writeInteractions(Group &group);
    [[nodiscard]] Result<> writeRecords(Group &group);
    [[nodiscard]] Result<> clearForRecord(Group &group, const PackedId &id);
    [[nodiscard]] Result<> writeRecord(const RecordVersion &version, const PackedId &id);
    [[nodiscard]] Result<> dropImported(Group &group, InteractionKey key);
    [[nodiscard]] Result<> writeEvents(Group &group);
    [[nodiscard]] Result<> insertEvents(Group &group, std::span<const WriteGroup::NewEvent> events);
    [[nodiscard]] Result<> writeVariants(Group &group);
    [[nodiscard]] Result<> keepVariant(std::int64_t row, std::int64_t held, std::string_view raw, Timestamp received);
    [[nodiscard]] Result<> writeMoves(Group &group);
    [[nodiscard]] Result<> noteChange(Group &group, StoredChange::What what, std::int64_t row, InteractionKey from, std::string_view raw);
    [[nodiscard]] Result<> writeNames(Group &group);
    [[nodiscard]] Result<> writeSummaries(Group &group);
    [[nodiscard]] Result<> writeBands(Group &group);
    [[nodiscard]] Result<> writeRefused(Group &group);

    [[nodiscard]] Result<std::vector<InteractionKey>> doomedKeys();
    [[nodiscard]] Result<std::vector<InteractionKey>> oldest(Timestamp before, int limit);
    [[nodiscard]] Result<> doom(const std::vector<InteractionKey> &keys, Timestamp before);
    /// Deletes at most `budget` events of the interaction; says how many. The key is not doomed any more once none is left.
    [[nodiscard]] Result<int> deleteEvents(InteractionKey key, int budget);

    const StoreOptions m_options;
    const std::string m_path;
    FolderLock m_lock; // outlives the connections
    Opened m_opened;
    StoreState m_state;
    std::int64_t m_inDatabase = 0;  ///< commit that the database ends with; m_state may be ahead of it, see goOnBehind()
    std::int64_t m_dataVersion = 0; ///< as SQLite counts what other connections commit
    HighMarkFile m_mark;
    bool m_unwritten = false; ///< what the mark says of the end; stands until a group is durable, and with it the band over that time
    const std::shared_ptr<ReadFailures> m_readFailures = std::make_shared<ReadFailures>(); ///< shared with the readers
    std::array<FoundFile, 2> m_found; ///< database and journal
    bool m_rescued = false;           ///< the journal has gone, and what it holds is in the database
    sqlite::Connection m_connection;
    std::unique_ptr<Writes> m_writes;
    std::unique_ptr<NamesIndex> m_names;
    std::unique_ptr<Checkpointer> m_checkpointer;
    std::int64_t m_pageBytes = 0;
    std::int64_t m_journalBytes = 0; ///< after the last commit
    std::int64_t m_nextPass = 0;     ///< size at which the next pass over the journal is asked for
    std::atomic<std::int64_t> m_protected{std::numeric_limits<std::int64_t>::max()}; ///< commit: see protectAfter()
    std::atomic<std::int64_t> m_tombstones{0};
    mutable std::mutex m_lookupMutex;
    mutable sqlite::Connection m_lookup; ///< for hasTombstone
    mutable sqlite::Statement m_findTombstone;
};

/// A reading connection on the database at `path`; what it cannot read it notes in `failures`.
[[nodiscard]] Result<std::unique_ptr<StoreReader>> openReader(const std::string &path, std::shared_ptr<ReadFailures> failures);

} // namespace threadline
