// SPDX-License-Identifier: GPL-3.0-or-later
/// The points that tell of interactions as wholes: two rows of the index, at start and end, and the locator. They follow the
/// store's summaries: some seconds after the first event, then about once a minute while something changes, until the
/// interaction has ended. One whose place is another by then (an earlier event came, another queue is the first) is
/// taken away where it was.
#pragma once

#include "core/delivery/batch.h"
#include "core/influx/target.h"

namespace threadline::delivery {

/// While an interaction is open, it is looked at so often: an end is known 60 s after the last event.
inline constexpr Duration kLookEvery = Duration::seconds(70);
/// One that stays silent is looked at less and less often, and no more after this.
inline constexpr Duration kLookAtMost = Duration::seconds(24 * 3600);

/// One thread: that of the reader and the delivery store. Errors are those of the stores.
class Overviews {
public:
    Overviews(StoreReader &reader, DeliveryStore &delivery, const influx::Target &target, Duration lookAfter)
        : m_reader(reader), m_delivery(delivery), m_target(target), m_lookAfter(lookAfter)
    {
    }
    /// Adds the lines of those whose time has come and that have changed, and what is to be noted of them.
    [[nodiscard]] Result<> add(Batch &batch, Timestamp now);

private:
    [[nodiscard]] Result<> look(Batch &batch, DeliveryStore::Overview overview, Timestamp now);
    [[nodiscard]] Result<> render(const Summary &summary, InteractionKey key, std::vector<std::string> &points);
    template<class Append>
    [[nodiscard]] Result<> place(InteractionKey key, int kind, std::vector<std::string> &points, Append append);

    StoreReader &m_reader;
    DeliveryStore &m_delivery;
    const influx::Target m_target;
    const Duration m_lookAfter;
    std::string m_text; ///< the lines of one interaction
};

} // namespace threadline::delivery
