// SPDX-License-Identifier: GPL-3.0-or-later
/// The commands of the window with their keys, as one list: menus, shortcuts and the key sheet are made from it. GUI thread.
#pragma once

#include <QAction>
#include <QObject>

#include <array>

namespace threadline::ui {

class Actions : public QObject {
    Q_OBJECT
public:
    enum Id {
        Connect,
        OpenFile,
        OpenInteraction,
        Quit,
        Floor,
        Timeline,
        RightDock,
        BottomDock,
        LegendShown,
        Compact,
        Normal,
        Comfortable,
        SortAttention,
        SortCustomer,
        SortWith,
        NextSort,
        NextTheme,
        NextRegion,
        PreviousRegion,
        FrameTimes,
        Live,
        Start,
        ZoomIn,
        ZoomOut,
        Fit,
        FitAll,
        Zone,
        KeySheet,
        About,
        kActions
    };

    explicit Actions(QWidget *window);

    [[nodiscard]] QAction *operator[](Id id) const { return m_actions[static_cast<std::size_t>(id)]; }
    [[nodiscard]] const std::array<QAction *, kActions> &all() const { return m_actions; }

private:
    std::array<QAction *, kActions> m_actions{};
};

} // namespace threadline::ui
