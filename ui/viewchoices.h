// SPDX-License-Identifier: GPL-3.0-or-later
/// How somebody has set up the window, as it is kept from one run to the next. What is read is checked: a value that no window could
/// have written counts as not there, for anything may stand in a file.
#pragma once

#include "ui/models/floorentry.h"
#include "ui/theme/tokentypes.h"
#include "ui/timeline/metrics.h"

#include <QRect>
#include <QString>

#include <array>
#include <optional>

class QSettings;

namespace threadline::ui {

/// Which docks a view shows.
struct DockChoice {
    std::array<bool, 2> right{true, false}; ///< in a wide window, in a narrow one
    bool bottom = false;
    QString page; ///< of the right dock: "now" or "inspector"
    friend bool operator==(const DockChoice &, const DockChoice &) = default;
};

struct ViewChoices {
    std::optional<ThemeName> theme;
    std::optional<Density> density;
    std::optional<FloorSort> sort;
    std::optional<bool> legend;
    std::optional<bool> utc;
    std::array<std::optional<DockChoice>, 2> docks; ///< of the floor, of the timeline
    int rightWidth = 0;                             ///< as it was dragged; 0: as there is room
    int bottomHeight = 0;
    std::array<int, 2> headers{};                   ///< widths of the header columns of floor and timeline; 0: as there is room
    friend bool operator==(const ViewChoices &, const ViewChoices &) = default;
};

[[nodiscard]] ViewChoices readChoices(const QSettings &settings);
void keepChoices(QSettings &settings, const ViewChoices &choices);

/// Where the window stood.
struct WindowPlace {
    std::optional<QRect> rect;
    bool maximised = false;
};
[[nodiscard]] WindowPlace readPlace(const QSettings &settings);
void keepPlace(QSettings &settings, const QRect &rect, bool maximised);

} // namespace threadline::ui
