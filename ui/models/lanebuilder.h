// SPDX-License-Identifier: GPL-3.0-or-later
/// Stories as lanes: which segments a row has, their words and how they are known. Pure.
#pragma once

#include "core/model/story.h"
#include "ui/timeline/lane.h"

namespace threadline::ui {

/// What the customer lived through; on the floor the agents' wrap-up follows it. Without a customer: the first
/// participant's channel, so that no interaction is invisible.
[[nodiscard]] LanePtr floorLane(const Story &story);
/// The customer-felt lane of one interaction, with fuller words.
[[nodiscard]] LanePtr feltLane(const Story &story);
[[nodiscard]] LanePtr channelLane(const Story &story, const ParticipantRow &participant, const ChannelRow &channel);

/// A part of a segment of the customer's own channel, by what the customer lived through then.
struct FeltPiece {
    const FeltSegment *felt;
    Timestamp start;
    std::optional<Timestamp> end;
};
/// To the platform the customer's leg talks through menu, queue and hold: drawn it is what the customer did. Only the drawing: the
/// segments of the row stay. Empty: it is drawn as it is.
[[nodiscard]] std::vector<FeltPiece> drawnPieces(const Story &story, const Segment &segment);

/// Who the customer was with in a stretch of what it felt; empty: nobody.
[[nodiscard]] QString personOf(const Story &story, const FeltSegment &felt);

/// How a segment is known, from both its ends.
[[nodiscard]] Rail railOf(const Segment &segment);
/// The segment of `channel` that starts at `start` and is of `kind`; null if there is none.
[[nodiscard]] const Segment *findSegment(const ChannelRow &channel, std::int64_t start, SegmentKind kind);

} // namespace threadline::ui
