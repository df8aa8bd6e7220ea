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
        : m_reader(reader), m_delivery(delivery), m_target(target), m_settleAfter(settleAfter), m_deriver(scope), m_overviews(reader, delivery, target), m_read(delivery.mark().row)
    {
    }

    /// The next rows that have not been sent; null: there are none. May hold no line (rows of events that wait for their
    /// interaction), and must be acknowledged all the same.
    [[nodiscard]] Result<std::unique_ptr<Batch>> next(const BuildLimit &limit, Timestamp now);
    /// Rows to be sent once more, and what settling finds; null: there is nothing. Only while no other such batch is on its way.
    [[nodiscard]] Result<std::unique_ptr<Batch>> again(const BuildLimit &limit, Timestamp now);
    /// Greatest row that was read.
    [[nodiscard]] std::int64_t read() const { return m_read; }
    /// Passes over rows up to here.
    void skipTo(std::int64_t row) { m_read = row; }

private:
    [[nodiscard]] Result<Event> decode(const StoredEvent &stored, const std::string &interaction);
    void render(Batch &batch, const Event &event, std::int64_t row, std::int64_t lamport, const influx::PointOptions &options);
    void renderStored(Batch &batch, StoredEvent &stored);
    void renderFirst(Batch &batch, const StoredEvent &stored, const Event &event);
    [[nodiscard]] Result<> renderAttached(Batch &batch);
    [[nodiscard]] Result<> separate(Batch &batch);
    [[nodiscard]] Result<> giveWay(Batch &batch, std::size_t line, std::int64_t holder);
    [[nodiscard]] Result<> addAgain(Batch &batch, const BuildLimit &limit);
    [[nodiscard]] Result<> addUnsettled(Batch &batch, const BuildLimit &limit, Timestamp now);
    [[nodiscard]] Result<bool> settle(Batch &batch, InteractionKey key);
    [[nodiscard]] Result<> applyChanges(Batch &batch);
    [[nodiscard]] Result<> leftBehind(const StoredChange &change, DeliveryStore::Update &update);
    [[nodiscard]] Result<std::optional<Event>> eventOf(std::int64_t row, StoredEvent &stored);

    StoreReader &m_reader;
    DeliveryStore &m_delivery;
    const influx::Target m_target;
    const Duration m_settleAfter;
    Deriver m_deriver;
    Overviews m_overviews;
    std::int64_t m_read;
    std::size_t m_lastBytes = 0; ///< of the batch before: about as many are needed again
    Event m_event;               ///< in hand
    std::vector<StoredEvent> m_attached;             ///< of the batch in hand: their interaction is not in their text
    std::vector<DeliveryStore::Claim> m_claims;      ///< beside its lines
    std::set<std::size_t> m_without;                 ///< lines that are not to go after all
};

} // namespace threadline::delivery
