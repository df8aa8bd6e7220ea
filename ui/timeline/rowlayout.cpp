// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/rowlayout.h"

#include "ui/timeline/segmentlayout.h"

#include <algorithm>

namespace threadline::ui {

RowLayout::RowLayout(const Scene &scene, const Metrics &metrics)
{
    m_tops.reserve(scene.rows.size() + 1);
    for (const Row &row : scene.rows)
        m_tops.push_back(m_tops.back() + metrics.rowHeight(row.kind));
}

int RowLayout::rowAt(int y) const
{
    if (y < 0 || y >= height())
        return -1;
    return static_cast<int>(std::upper_bound(m_tops.begin(), m_tops.end(), y) - m_tops.begin()) - 1;
}

RowRange RowLayout::visible(int y, int height) const
{
    if (rowCount() == 0 || y + height <= 0 || y >= this->height())
        return {};
    const int first = rowAt(std::max(y, 0));
    const int last = rowAt(std::min(y + height, this->height()) - 1);
    return {first, last + 1};
}

SegmentBox segmentBox(RowKind row, SegmentKind kind, const Metrics &metrics)
{
    const int full = metrics.segmentHeight(row);
    const int top = (metrics.rowHeight(row) - full) / 2;
    const int lower = isLow(kind) && full >= 12 ? metrics.lowered : 0;
    return {top + lower, full - lower};
}

} // namespace threadline::ui
