// SPDX-License-Identifier: GPL-3.0-or-later
/// Where there is no room beside the lanes: a dock as a narrow strip of its tabs; one opens the dock. GUI thread.
#pragma once

#include "ui/views/controls.h"

#include <vector>

class QVBoxLayout;

namespace threadline::ui {

inline constexpr int kRailWidth = 28;

class DockRail : public QWidget {
    Q_OBJECT
public:
    DockRail(const QString &name, const Appearance &look, QWidget *parent = nullptr);

    void addTab(const QString &key, const QString &title);
    /// Marks the page that is open; empty: none is.
    void setOpen(const QString &key);

Q_SIGNALS:
    void pressed(const QString &key);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    class Tab;
    const Appearance &m_look;
    QVBoxLayout *m_layout;
    std::vector<std::pair<QString, PlainButton *>> m_tabs;
};

} // namespace threadline::ui
