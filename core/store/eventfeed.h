// SPDX-License-Identifier: GPL-3.0-or-later
/// The events of a group as a table that SQLite reads: one INSERT ... SELECT runs over all of them, where one INSERT each would
/// open and close its cursors anew for every row (measured: a third of what an event costs).
#pragma once

#include "core/base/result.h"
#include "core/store/connection.h"
#include "core/store/store.h"

#include <cstdint>
#include <span>
#include <vector>

namespace threadline {

/// What the table feed.events holds; set before the statement is run.
class EventFeed {
public:
    struct Item {
        InteractionKey interaction;
        const WriteGroup::NewEvent *event;
    };

    /// Makes the table `event_feed(row, interaction, id, received, provenance, marks, lamport, raw)` known on the connection. This object
    /// must outlive it.
    [[nodiscard]] Result<> attach(const sqlite::Connection &connection);
    /// The rows are numbered from `firstRow` on, in the order given.
    void set(std::span<const Item> items, std::int64_t firstRow)
    {
        m_items = items;
        m_firstRow = firstRow;
    }
    void clear() { m_items = {}; }

    [[nodiscard]] std::span<const Item> items() const { return m_items; }
    [[nodiscard]] std::int64_t firstRow() const { return m_firstRow; }

private:
    std::span<const Item> m_items;
    std::int64_t m_firstRow = 0;
};

} // namespace threadline
