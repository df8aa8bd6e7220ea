// SPDX-License-Identifier: GPL-3.0-or-later
/// Which legs are those of somebody who was consulted, and by whom.
#pragma once

#include "core/timeline/legs.h"

namespace threadline {

/// What lineage asks of a leg.
struct LegView {
    const Leg *leg;
    int participant;
    Part part;
    Order from = 0;
    Order to = kOpenOrder; ///< of the last piece that is no after-call work
    Timestamp start;
    std::optional<Timestamp> end;
    Order talkFrom = kOpenOrder; ///< first talk, conference, consult or hold
    bool talked = false;         ///< with anybody
    bool held = false;           ///< held or consulted
    bool tookUp = false;         ///< talked, or put aside what was offered
    bool alerted = false;        ///< was rung, not ringing somebody itself
    Timestamp alertStart;

    [[nodiscard]] bool hasConsult() const;
    [[nodiscard]] bool peersWith(int other) const;
};
[[nodiscard]] bool speaks(SegmentKind kind);
/// Nothing: the leg has nothing but after-call work.
[[nodiscard]] std::optional<LegView> viewOf(const Cast &cast, const Leg &leg);

/// How many neighbours are looked at; more legs than these at one moment are no conversation.
inline constexpr int kNeighbours = 64;

/// Beside cast.legs.
[[nodiscard]] std::vector<std::optional<Asked>> findConsults(const Cast &cast, const Swept &swept);

} // namespace threadline
