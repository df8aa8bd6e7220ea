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
    bool endless = false; ///< nobody will tell its end: it goes on no more
    bool earlier = false; ///< of a live floor: it ended a while ago, and stands with those that did instead of in its queue
    SegmentKind now = SegmentKind::Unknown; ///< of the open segment
    std::optional<Timestamp> since;         ///< of the open segment
    Timestamp seenAt;                       ///< when it came into the model, by its clock

    [[nodiscard]] bool ended() const { return state == InteractionState::Ended; }
    /// More is to come of it.
    [[nodiscard]] bool goesOn() const { return !ended() && !endless; }
    /// Of one that does not go on: nothing of it is later.
    [[nodiscard]] Timestamp last() const { return end.value_or(lastEventAt); }
    [[nodiscard]] bool waits() const { return since && (now == SegmentKind::Queue || now == SegmentKind::Hold); }
};

/// From the list alone, before the story has come.
[[nodiscard]] FloorEntry entryOf(const Summary &summary);
/// With its story.
void fill(FloorEntry &entry, const Story &story);

/// Order of attention: waiting or held by length, then ringing and menus, talking, wrap-up, what goes on no more; ties by id.
[[nodiscard]] int attentionRank(const FloorEntry &entry);
/// By what the lanes of a group are sorted; attention is the order of the groups whatever is chosen.
enum class FloorSort : std::uint8_t { Attention, Customer, With };
[[nodiscard]] bool before(FloorSort sort, const FloorEntry &a, const FloorEntry &b);
[[nodiscard]] bool beforeByAttention(const FloorEntry &a, const FloorEntry &b);

/// A customer who waits or is held.
struct WaitingItem {
    InteractionId id;
    QString customer;
    QString place; ///< queue, or agent
    Timestamp since;
};
struct QueueFigures {
    QString queue; ///< empty: those in no queue
    int open = 0;
    int waiting = 0;
    int onHold = 0;
    std::optional<Timestamp> longestSince;
};
/// The one count of the floor: panel, group rows and crumbs all show it. What nobody tells the end of is not open. `open` is the sum of `states`, `stateless` and `unread`,
/// and of the queues' `open`. Computed from the entries, with `since` instead of lengths, so that time can run.
struct NowFigures {
    std::vector<WaitingItem> waiting; ///< longest first
    std::vector<WaitingItem> held;
    std::vector<QueueFigures> queues; ///< by longest wait, then name
    std::array<int, kSegmentKinds> states{};
    int open = 0;
    int stateless = 0; ///< open ones that stand in no state just now
    int unread = 0;    ///< open ones whose story has not come yet: their state is not known
    int all = 0;
    bool known = false; ///< all that is stored has been listed; else these are the figures of what was read so far

    /// Nothing is left to read: what is not among them is not there.
    [[nodiscard]] bool complete() const { return known && unread == 0; }
};
[[nodiscard]] NowFigures figuresOf(const std::vector<const FloorEntry *> &entries);

} // namespace threadline::ui
