// SPDX-License-Identifier: GPL-3.0-or-later
/// The body of a timeline that is too large to be held: its order is known, its events are read and rendered as they are sent.
#pragma once

#include "core/engine/readerpool.h"
#include "core/engine/render.h"
#include "core/session.h"

#include <memory>
#include <vector>

namespace threadline {

/// Keeps 48 bytes an event. Retention that deletes the interaction in between ends it with an error.
class TimelinePieces final : public Session::Pieces, public std::enable_shared_from_this<TimelinePieces> {
public:
    /// `pool` must outlive it. `places`: all of the interaction's, in canonical order.
    TimelinePieces(ReaderPool &pool, InteractionId id, std::vector<Place> places, bool evidence);
    /// What stands before the first event.
    [[nodiscard]] Session::Text first();
    [[nodiscard]] HandlePtr next(Session::Answer<Session::Text> answer) override;
    [[nodiscard]] std::size_t memoryBytes() const override { return m_places.capacity() * sizeof(Place); }

private:
    [[nodiscard]] Result<Session::Text> read(ReadContext &context);

    ReaderPool &m_pool;
    const InteractionId m_id;
    const std::vector<Place> m_places;
    TimelineRenderer m_renderer;
    std::size_t m_at = 0;
    bool m_ended = false;
};

} // namespace threadline
