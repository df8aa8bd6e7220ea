// SPDX-License-Identifier: GPL-3.0-or-later
/// The points that tell of interactions as wholes: two rows of the index, at start and end, and the locator. They follow the
/// store's summaries: some seconds after the first event, then about once a minute while something changes, until the
/// interaction has ended. One whose place is another by then (an earlier event came, another queue is the first) is
/// taken away where it was.
#pragma once

#include "core/delivery/batch.h"
#include "core/influx/target.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace threadline::delivery {

/// While an interaction is open, it is looked at so often: an end is known 60 s after the last event.
inline constexpr Duration kLookEvery = Duration::seconds(70);
/// One that stays silent is looked at less and less often, and no more after this.
inline constexpr Duration kLookAtMost = Duration::seconds(24 * 3600);

/// One thread: that of the reader and the delivery store. Errors are those of the stores.
class Overviews {
public:
    Overviews(StoreReader &reader, DeliveryStore &delivery, const influx::Target &target)
        : m_reader(reader), m_delivery(delivery), m_target(target)
    {
    }
    /// Adds the lines of those whose time has come and that have changed, and what is to be noted of them.
    [[nodiscard]] Result<> add(Batch &batch, Timestamp now);

private:
    struct View {
        DeliveryStore::Overview overview;
        Summary summary;
    };
    struct Line {
        std::size_t view; ///< whose
        int kind;
        int bump = 0;
        std::string text = {}; ///< empty: it cannot be written
    };
    [[nodiscard]] Result<std::vector<View>> read(Batch &batch, Timestamp now);
    [[nodiscard]] Result<> place(const std::vector<View> &views, std::vector<Line> &lines);
    [[nodiscard]] std::optional<DeliveryStore::Claim> render(const View &view, Line &line) const;
    [[nodiscard]] Result<> tell(Batch &batch, View &view, std::span<const Line> lines, Timestamp now);

    StoreReader &m_reader;
    DeliveryStore &m_delivery;
    const influx::Target m_target;
};

} // namespace threadline::delivery
