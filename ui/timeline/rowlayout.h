// SPDX-License-Identifier: GPL-3.0-or-later
/// Where rows stand: heights summed up, so that ten thousand of them cost a binary search. Pure.
#pragma once

#include "ui/timeline/metrics.h"
#include "ui/timeline/scene.h"

#include <vector>

namespace threadline::ui {

struct RowRange {
    int first = 0;
    int end = 0; ///< exclusive
};

class RowLayout {
public:
    RowLayout() = default;
    RowLayout(const Scene &scene, const Metrics &metrics);

    [[nodiscard]] int rowCount() const { return static_cast<int>(m_tops.size()) - 1; }
    [[nodiscard]] int height() const { return m_tops.back(); }
    [[nodiscard]] int top(int row) const { return m_tops[static_cast<std::size_t>(row)]; }
    [[nodiscard]] int heightOf(int row) const { return top(row + 1) - top(row); }
    /// The row at `y` of the content, -1 above and below.
    [[nodiscard]] int rowAt(int y) const;
    /// Rows that are at least partly within y .. y + height.
    [[nodiscard]] RowRange visible(int y, int height) const;

private:
    std::vector<int> m_tops{0};
};

/// Top and height of a segment's box within its row.
struct SegmentBox {
    int top = 0;
    int height = 0;
};
[[nodiscard]] SegmentBox segmentBox(RowKind row, SegmentKind kind, const Metrics &metrics);

} // namespace threadline::ui
