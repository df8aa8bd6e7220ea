// SPDX-License-Identifier: GPL-3.0-or-later
/// One interaction as a scene, and the ways between its segments and its events. Pure.
#pragma once

#include "core/model/summary.h"
#include "core/session.h"
#include "ui/timeline/scene.h"

#include <set>
#include <string>
#include <vector>

namespace threadline::ui {

inline constexpr const char *kFeltKey = "felt";
inline constexpr const char *kEventsKey = "events";
/// An interaction with more participants shows so many; its events list all.
inline constexpr std::size_t kMostParticipants = 2000;

[[nodiscard]] std::string participantKey(std::size_t index, const ParticipantRow &participant);
[[nodiscard]] std::string channelKey(std::size_t participant, std::size_t channel);

/// `collapsed`: keys of participants whose channels are hidden. `knownUntil`: of the scene; without a source (`hasSource`) nothing goes on
/// after that.
[[nodiscard]] ScenePtr timelineScene(const Story &story, const std::vector<Band> &bands, const std::set<std::string> &collapsed,
                                     Timestamp now, std::optional<Timestamp> knownUntil = {}, bool hasSource = true);

/// A segment in the rows of its interaction.
struct SegmentRef {
    const ParticipantRow *participant = nullptr;
    const ChannelRow *channel = nullptr;
    const Segment *segment = nullptr;
    const FeltSegment *felt = nullptr; ///< instead, where the felt lane was chosen; with it, a piece of the customer's own row

    explicit operator bool() const { return segment || felt; }
};
[[nodiscard]] SegmentRef findSegment(const Story &story, const Selection &selection);
/// The selection with the event that opened its segment, so that table and inspector can go along.
[[nodiscard]] Selection withEvent(const Story &story, Selection selection);
/// The segment that `event` opened (else closed, else lies in), and the event.
[[nodiscard]] Selection selectionOf(const InteractionView &view, const EventId &event);
/// Index of the event in `view`, -1 if it is not there.
[[nodiscard]] int indexOf(const InteractionView &view, const EventId &event);
[[nodiscard]] QString participantName(const ParticipantRow &participant);
/// Where no row stands above it, in tables and links: as participantName(), but queues by their names, and of several of one name each
/// with what tells it apart.
[[nodiscard]] QString participantLabel(const Story &story, std::size_t index);

} // namespace threadline::ui
