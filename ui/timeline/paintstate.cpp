// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/paintstate.h"

namespace threadline::ui {

int PaintState::rowAt(int y) const
{
    if (y < axis)
        return -1;
    if (sticky >= 0 && y >= stickyY && y < stickyY + rows->heightOf(sticky))
        return sticky;
    return rows->rowAt(y - axis + scrollY);
}

void PaintState::stick()
{
    sticky = -1;
    const int top = rows->rowAt(scrollY);
    if (top < 0 || scrollY <= 0)
        return;
    const auto &all = scene->rows;
    const Row &first = all[static_cast<std::size_t>(top)];
    const int group = first.kind == RowKind::Group ? top : first.parent;
    if (group < 0 || all[static_cast<std::size_t>(group)].kind != RowKind::Group)
        return;
    int next = top + 1; // pushed up by the group that follows
    while (next < rows->rowCount() && all[static_cast<std::size_t>(next)].kind != RowKind::Group
           && rows->top(next) < scrollY + rows->heightOf(group))
        ++next;
    const bool pushed = next < rows->rowCount() && all[static_cast<std::size_t>(next)].kind == RowKind::Group;
    stickyY = axis + (pushed ? std::min(0, rows->top(next) - scrollY - rows->heightOf(group)) : 0);
    sticky = group;
}

} // namespace threadline::ui
