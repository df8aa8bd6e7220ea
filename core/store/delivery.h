// SPDX-License-Identifier: GPL-3.0-or-later
/// How far the events have been delivered to another store: delivery.db beside the database. It holds no event: those that are
/// still to go are the rows of `events` behind the mark. It may be behind the truth by the last moments before a power cut;
/// what is then delivered again is the same points.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/store/store.h"

#include <cstdint>
#include <memory>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// Everything up to here has been delivered, set aside or shed.
struct DeliveryMark {
    std::int64_t row = 0;
    std::uint64_t commit = 0; ///< of that row
    std::int64_t change = 0;  ///< StoredChange::number
    std::uint64_t passed = 0;  ///< events that were delivered or set aside, each counted once
    std::uint64_t shed = 0;      ///< events that were passed over because too many waited
};

/// A line that the other store does not take, or takes only in part.
struct DeadLetter {
    std::int64_t number = 0; ///< given by the store
    std::int64_t row = 0;    ///< of the event; negative: of the interaction with that key as a whole; 0: none
    Timestamp at;
    std::string reason;
    std::string line; ///< at most 4 KiB of it
    bool delivered = false; ///< it is there, without its payload
};

/// What was delivered of a row, where that is not what its row says.
struct DeliveredPoint {
    std::int64_t row = 0;
    std::int64_t lamport = 0;
    int bump = 0; ///< PointOptions::bump
};

/// One thread.
class DeliveryStore {
public:
    virtual ~DeliveryStore() = default;
    /// Opens or makes it in a data folder. Errors: Unusable, Full, naming the file.
    [[nodiscard]] static Result<std::unique_ptr<DeliveryStore>> open(const std::string &folder);

    [[nodiscard]] static bool exists(const std::string &folder);

    /// Whose rows the marks are of.
    struct Rows {
        std::string_view identity;       ///< StoreReader::identity(); empty: whoever's
        std::int64_t last = kAnyRow;     ///< StoreReader::lastRow()
        static constexpr std::int64_t kAnyRow = std::numeric_limits<std::int64_t>::max();
    };
    /// Says where to, and of which rows. True: that is another place than before, or the first, or the marks are of another database, or of
    /// rows that this one does not have (an older copy was put back); delivery begins with the first event then.
    [[nodiscard]] virtual Result<bool> begin(std::string_view target, const Rows &rows) = 0;
    [[nodiscard]] Result<bool> begin(std::string_view target) { return begin(target, Rows()); }
    [[nodiscard]] virtual const DeliveryMark &mark() const = 0;
    /// Begins with the first event again, at the same place.
    [[nodiscard]] virtual Result<> beginAgain() = 0;

    /// What has been told of an interaction as a whole, by points beside those of its events.
    struct Overview {
        InteractionKey interaction = 0;
        std::optional<Timestamp> next;   ///< when to look at it again; absent: once an event comes to it
        Duration wait;                   ///< between the last two looks
        std::uint64_t digest = 0;        ///< of the lines that were sent; 0: none
        std::vector<std::string> points; ///< that stand there: series and time, as written
        bool touched = false;            ///< taken: events came since the last look
    };

    /// What one transaction writes.
    struct Update {
        std::optional<DeliveryMark> mark;
        std::vector<DeliveredPoint> points;
        std::vector<DeadLetter> dead;          ///< in the place of what was set aside of these rows before
        std::vector<std::int64_t> arrived;     ///< DeadLetter::row of lines that did: not set aside any more
        std::vector<InteractionKey> unsettled; ///< whose order must be looked at again
        std::vector<InteractionKey> settled;   ///< have been looked at, since they were taken by takeUnsettled()
        std::vector<std::int64_t> again;       ///< rows to be sent once more, as they stand
        std::vector<std::int64_t> sent;        ///< rows that have been
        std::vector<std::string> remove;       ///< points to be taken away (series and time, as written)
        std::vector<std::int64_t> removed;     ///< numbers of Removal
        std::vector<InteractionKey> touched;   ///< to which events came: to be looked at `lookAt`, unless that is planned already
        std::vector<Overview> overviews;       ///< as they are since they were taken; without points: forgotten
        Timestamp now;                         ///< for `unsettled`
        Timestamp lookAt;
        [[nodiscard]] bool empty() const;
    };
    [[nodiscard]] virtual Result<> write(const Update &update) = 0;

    /// Claims places for points: for each, 0 or the row that has it already. Places of a row itself are no conflict.
    struct Claim {
        std::uint64_t series = 0;
        std::int64_t time = 0; ///< nanoseconds
        std::int64_t row = 0;
    };
    [[nodiscard]] virtual Result<std::vector<std::int64_t>> claim(const std::vector<Claim> &claims) = 0;

    /// Gives these places to these rows, whoever had them.
    [[nodiscard]] virtual Result<> take(const std::vector<Claim> &claims) = 0;

    /// Interactions that became unsettled at or before `before`, the longest ago first.
    [[nodiscard]] virtual Result<std::vector<InteractionKey>> takeUnsettled(Timestamp before, int limit) = 0;
    /// Overviews whose time has come, the longest ago first.
    [[nodiscard]] virtual Result<std::vector<Overview>> takeOverviews(Timestamp now, int limit) = 0;
    [[nodiscard]] virtual Result<std::vector<std::int64_t>> rowsAgain(int limit) = 0;
    [[nodiscard]] virtual Result<std::optional<DeliveredPoint>> delivered(std::int64_t row) = 0;
    struct Removal {
        std::int64_t number = 0;
        std::string point;
    };
    [[nodiscard]] virtual Result<std::vector<Removal>> removals(int limit) = 0;
    /// The server is being asked for this one, until it is told otherwise; 0: for none.
    virtual void setRemoving(std::int64_t number) = 0;
    /// The point is about to be written: it is not to be taken away any more. False: the server is just being asked to, and what is
    /// written now might go with it; try again later.
    [[nodiscard]] virtual Result<bool> keep(std::string_view point) = 0;

    [[nodiscard]] virtual Result<std::vector<DeadLetter>> deadLetters(int limit) = 0; ///< newest first
    /// Those that are not delivered at all.
    struct DeadCount {
        std::uint64_t letters = 0;
        std::uint64_t events = 0; ///< of them; the others are lines about an interaction as a whole
    };
    [[nodiscard]] virtual DeadCount deadCount() const = 0;
    /// All of these are tried once more, and stay listed until they have arrived. Returns how many.
    [[nodiscard]] virtual Result<std::uint64_t> retryDead() = 0;
    /// Lets go of what is known of points whose time lies before `before`, of rows before `row`, and of the overviews of these
    /// interactions; at most `limit` points. True: there was no more. An event that comes so late may share a point with one that
    /// is gone.
    [[nodiscard]] virtual Result<bool> forget(Timestamp before, std::int64_t row, const std::vector<InteractionKey> &gone, int limit) = 0;
    /// Interactions that have an overview, after this one, by key.
    [[nodiscard]] virtual Result<std::vector<InteractionKey>> overviewsAfter(InteractionKey key, int limit) = 0;
    /// Whether anything is left to do besides what is behind the mark.
    [[nodiscard]] virtual Result<bool> hasWork() = 0;
};

} // namespace threadline
