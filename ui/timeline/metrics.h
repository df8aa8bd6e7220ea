// SPDX-License-Identifier: GPL-3.0-or-later
/// Sizes of the timeline in logical pixels, by density (the visual language, sections 3, 4 and 6). Pure.
#pragma once

#include <cstdint>

namespace threadline::ui {

enum class Density : std::uint8_t { Compact, Normal, Comfortable };

/// What a row of the timeline shows.
enum class RowKind : std::uint8_t { Group, Lane, Felt, Events, Participant, Channel };

struct Metrics {
    Density density = Density::Normal;
    int axis = 28;
    int lane = 24;
    int laneSegment = 18;
    int group = 26;
    int felt = 52;
    int feltSegment = 32;
    int events = 28;
    int participant = 26;
    int channel = 30;
    int channelSegment = 18;
    int lowered = 4;    ///< by so much states of low weight are lower, on the common base line
    int labelFrom = 40; ///< narrower segments have no label
    int floorHeader = 328;
    int timelineHeader = 300;
    int narrowHeader = 220; ///< where the window is narrower than kNarrowWindow

    [[nodiscard]] int rowHeight(RowKind kind) const;
    [[nodiscard]] int segmentHeight(RowKind kind) const;
};

inline constexpr int kNarrowWindow = 1600;

/// The floor's header column shows with whom the customer is from this width on, and there.
inline constexpr int kWithFrom = 280;
[[nodiscard]] constexpr int withColumn(int header) { return 34 + (header - 34) * 42 / 100; }
inline constexpr int kSmallestHeader = 160;

// Fixed at every density.
inline constexpr int kMinimapHeight = 44;
inline constexpr int kLegendHeight = 28;
inline constexpr int kStatusHeight = 26;
inline constexpr int kToolBarHeight = 42;
inline constexpr int kCrumbHeight = 28;
inline constexpr int kMenuHeight = 26;
inline constexpr double kMergeBelow = 3; ///< narrower segments merge
inline constexpr double kPatternFrom = 6;
inline constexpr double kSmallGlyphFrom = 12;
inline constexpr double kGlyphFrom = 18;
inline constexpr int kGlyphInset = 5;
inline constexpr int kLabelInset = 20;
inline constexpr double kMarkMerge = 5;
inline constexpr int kBandCap = 3;
inline constexpr int kMinBandWidth = 3;

/// `scale` >= 1: how much larger the system's font is than 13 px.
[[nodiscard]] Metrics metricsOf(Density density, double scale = 1);

} // namespace threadline::ui
