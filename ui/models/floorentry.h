// SPDX-License-Identifier: GPL-3.0-or-later
/// One interaction on the floor: its lane, and what its header and its place in the order come from. Pure.
#pragma once

#include "core/model/story.h"
#include "core/model/summary.h"
#include "ui/timeline/scene.h"

#include <array>
#include <vector>

namespace threadline::ui {

struct FloorEntry {
    InteractionId id;
    InteractionState state = InteractionState::Open;
    Timestamp start;
    std::optional<Timestamp> end;
    Timestamp lastEventAt;
    LanePtr lane; ///< null until its story has come
    std::optional<TimeRange> felt; ///< what `lane` covers; an open end is kLatestTime
    Media media = Media::Unknown;
    QString customer;
    QString queue; ///< the last one it waited in; empty: none
    QString with;  ///< "waiting", "Agent Six", "menu", "ended"
    bool dim = false;
    bool shared = false; ///< only the shared store has it
    SegmentKind now = SegmentKind::Unknown; ///< of the open segment
    std::optional<Timestamp> since;         ///< of the open segment
    Timestamp seenAt;                       ///< when it came into the model, by its clock

    [[nodiscard]] bool waits() const { return since && (now == SegmentKind::Queue || now == SegmentKind::Hold); }
};

/// From the list alone, before the story has come.
[[nodiscard]] FloorEntry entryOf(const Summary &summary);
/// With its story.
void fill(FloorEntry &entry, const Story &story);

/// Order of attention: waiting or held by length, then ringing and menus, talking, wrap-up, ended; ties by id.
[[nodiscard]] int attentionRank(const FloorEntry &entry);
[[nodiscard]] bool beforeByAttention(const FloorEntry &a, const FloorEntry &b);

/// A customer who waits or is held.
struct WaitingItem {
    InteractionId id;
    QString customer;
    QString place; ///< queue, or agent
    Timestamp since;
};
struct QueueFigures {
    QString queue;
    int open = 0;
    int waiting = 0;
    int onHold = 0;
    std::optional<Timestamp> longestSince;
};
/// What the Now panel shows; computed from the entries, with `since` instead of lengths, so that time can run.
struct NowFigures {
    std::vector<WaitingItem> waiting; ///< longest first
    std::vector<WaitingItem> held;
    std::vector<QueueFigures> queues; ///< by longest wait, then name
    std::array<int, kSegmentKinds> states{};
    int open = 0;
    int all = 0;
};
[[nodiscard]] NowFigures figuresOf(const std::vector<const FloorEntry *> &entries);

} // namespace threadline::ui
