// SPDX-License-Identifier: GPL-3.0-or-later
/// The segments of one row, with a summary in several resolutions, so that drawing them costs pixels and not segments.
/// Immutable once made: shared between the model, the painter and the accessible tree. Pure.
#pragma once

#include "core/model/story.h"

#include <QString>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace threadline::ui {

/// How a segment is known: the line below it.
enum class Rail : std::uint8_t { None, Backfilled, Inferred };

inline constexpr std::int64_t kOpenEnd = std::numeric_limits<std::int64_t>::max();

struct LaneSegment {
    std::int64_t start = 0; ///< us
    std::int64_t end = 0;   ///< us; kOpenEnd: still open
    std::uint32_t name = 0; ///< index into Lane::names
    SegmentKind kind = SegmentKind::Unknown;
    Rail rail = Rail::None;

    [[nodiscard]] bool open() const { return end == kOpenEnd; }
    /// The end as drawn: an open segment reaches to `now`, and nothing ends before it starts.
    [[nodiscard]] std::int64_t endAt(std::int64_t now) const { return std::max(start, open() ? now : end); }
};

class Lane {
public:
    static constexpr std::size_t kFan = 16;

    /// `kFan` neighbours of the level below.
    struct Node {
        std::int64_t start = 0;
        std::int64_t end = 0;                           ///< the largest; kOpenEnd if one is open
        std::int64_t longest = 0;                       ///< of the segments in it
        std::array<std::int64_t, kSegmentKinds> time{}; ///< sum by kind
        std::uint32_t count = 0;
    };

    Lane() = default;
    /// `segments` must be sorted by start. `names[0]` is the empty one.
    Lane(std::vector<LaneSegment> segments, std::vector<QString> names);

    [[nodiscard]] const std::vector<LaneSegment> &segments() const { return m_segments; }
    [[nodiscard]] const QString &nameOf(const LaneSegment &segment) const { return m_names[segment.name]; }
    [[nodiscard]] bool empty() const { return m_segments.empty(); }
    /// Level 0 stands for kFan segments a node, level 1 for kFan squared, ...
    [[nodiscard]] const std::vector<std::vector<Node>> &levels() const { return m_levels; }
    /// Index of the first segment that ends after `t` (an overlapping later one may not); size() if none.
    [[nodiscard]] std::size_t firstEndingAfter(std::int64_t t) const;

private:
    void summarise();

    std::vector<LaneSegment> m_segments;
    std::vector<QString> m_names{QString()};
    std::vector<std::vector<Node>> m_levels;
};

using LanePtr = std::shared_ptr<const Lane>;

} // namespace threadline::ui
