// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/metrics.h"

#include <cmath>
#include <initializer_list>

namespace threadline::ui {

int Metrics::rowHeight(RowKind kind) const
{
    switch (kind) {
    case RowKind::Group: return group;
    case RowKind::Lane: return lane;
    case RowKind::Felt: return felt;
    case RowKind::Events: return events;
    case RowKind::Participant: return participant;
    case RowKind::Channel: return channel;
    }
    return lane;
}

int Metrics::segmentHeight(RowKind kind) const
{
    switch (kind) {
    case RowKind::Lane: return laneSegment;
    case RowKind::Felt: return feltSegment;
    case RowKind::Channel: return channelSegment;
    default: return 0;
    }
}

Metrics metricsOf(Density density, double scale)
{
    Metrics m;
    m.density = density;
    if (density == Density::Compact) {
        m.lane = 16, m.laneSegment = 12, m.group = 20, m.felt = 36, m.feltSegment = 24, m.participant = 20, m.channel = 20;
        m.channelSegment = 14, m.labelFrom = 60;
    } else if (density == Density::Comfortable) {
        m.lane = 32, m.laneSegment = 24, m.group = 32, m.felt = 64, m.feltSegment = 40, m.participant = 32, m.channel = 38;
        m.channelSegment = 24;
    }
    for (int *size : {&m.axis, &m.lane, &m.laneSegment, &m.group, &m.felt, &m.feltSegment, &m.events, &m.participant, &m.channel,
                      &m.channelSegment, &m.floorHeader, &m.timelineHeader, &m.narrowHeader})
        *size = static_cast<int>(std::lround(*size * scale));
    return m;
}

} // namespace threadline::ui
