// SPDX-License-Identifier: GPL-3.0-or-later
/// Makes batches of lines from the rows of the store. What is sent, in which order of urgency, is the sender's business.
///
/// A row is sent when it lies behind the mark; its Lamport time is the one it was recorded with. Where that may be wrong, the
/// interaction is noted as unsettled, and looked at as a whole some seconds later: points whose Lamport time is another by
/// then are sent once more. Two events never share a point: the one with the greater id gives way (design, section 8).
#pragma once

#include "core/delivery/batch.h"
#include "core/delivery/overviews.h"
#include "core/engine/derive.h"
#include "core/influx/points.h"
#include "core/influx/target.h"

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace threadline::delivery {

/// A point comes at most so often because of its Lamport time.
inline constexpr Duration kSettleAfter = Duration::seconds(5);

struct BuildLimit {
    int lines = 5000;
    std::size_t bytes = 4u << 20;
};

/// One thread: that of the reader and the delivery store. Errors are those of the stores.
class BatchBuilder {
public:
    BatchBuilder(StoreReader &reader, DeliveryStore &delivery, const influx::Target &target, SequenceScope scope,
                 Duration settleAfter = kSettleAfter)
        : m_reader(reader), m_delivery(delivery), m_target(target), m_settleAfter(settleAfter), m_deriver(scope),
          m_overviews(reader, delivery, target), m_read(delivery.mark().row),
          m_given(m_read)
    {
    }

    /// Takes up to `rows` of the next rows that have not been sent. True: what has been taken is a batch, to be had from next().
    [[nodiscard]] Result<bool> take(const BuildLimit &limit, int rows);
    /// Whether something has been taken that next() has not given yet.
    [[nodiscard]] bool hasTaken() const { return m_draft.batch != nullptr; }
    /// Takes until it is a batch, and gives it; null: there are no such rows. May hold no line (rows of events that wait for
    /// their interaction), and must be acknowledged all the same.
    [[nodiscard]] Result<std::unique_ptr<Batch>> next(const BuildLimit &limit, Timestamp now);
    /// Rows to be sent once more, and what settling finds; null: there is nothing. Only while no other such batch is on its way.
    [[nodiscard]] Result<std::unique_ptr<Batch>> again(const BuildLimit &limit, Timestamp now);
    /// Greatest row that was taken.
    [[nodiscard]] std::int64_t read() const { return m_read; }
    /// Passes over rows up to here; what was taken is let go.
    void skipTo(std::int64_t row);

private:
    /// A batch in the making.
    struct Draft {
        std::unique_ptr<Batch> batch;
        bool whole = false;
        std::vector<StoredEvent> attached;        ///< their interaction is not in their text
        std::vector<DeliveryStore::Claim> claims; ///< beside its lines
        std::set<std::size_t> without;            ///< lines that are not to go after all
    };

    [[nodiscard]] Result<Event> decode(const StoredEvent &stored, const std::string &interaction);
    void render(Draft &draft, const Event &event, std::int64_t row, std::int64_t lamport, const influx::PointOptions &options);
    void renderStored(Draft &draft, StoredEvent &stored);
    void renderFirst(Draft &draft, const StoredEvent &stored, const Event &event);
    [[nodiscard]] Result<> renderAttached(Draft &draft);
    [[nodiscard]] Result<> separate(Draft &draft);
    [[nodiscard]] Result<> giveWay(Draft &draft, std::size_t line, std::int64_t holder);
    [[nodiscard]] Result<> addAgain(Draft &draft, const BuildLimit &limit);
    [[nodiscard]] Result<> addUnsettled(Draft &draft, const BuildLimit &limit, Timestamp now);
    [[nodiscard]] Result<bool> settle(Draft &draft, InteractionKey key);
    [[nodiscard]] Result<> applyChanges(Batch &batch);
    [[nodiscard]] Result<bool> leftBehind(const StoredChange &change, DeliveryStore::Update &update);
    [[nodiscard]] Result<std::optional<Event>> eventOf(std::int64_t row, StoredEvent &stored);

    StoreReader &m_reader;
    DeliveryStore &m_delivery;
    const influx::Target m_target;
    const Duration m_settleAfter;
    Deriver m_deriver;
    Overviews m_overviews;
    std::int64_t m_read;
    std::size_t m_lastBytes = 0; ///< of the batch before: about as many are needed again
    std::int64_t m_given;        ///< greatest row that next() gave
    Event m_event;               ///< in hand
    Draft m_draft;               ///< of next()
};

} // namespace threadline::delivery
