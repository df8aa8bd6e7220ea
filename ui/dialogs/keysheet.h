// SPDX-License-Identifier: GPL-3.0-or-later
/// All keys that do something, made from the tables that the window obeys. GUI thread.
#pragma once

#include "ui/theme/appearance.h"

#include <QDialog>

#include <vector>

namespace threadline::ui {

class Actions;

struct KeyLine {
    QString keys;
    QString does;
    QString mouse;
};
/// Keys of the window and of the lanes.
[[nodiscard]] std::vector<KeyLine> windowKeys(const Actions &actions);
[[nodiscard]] std::vector<KeyLine> laneKeyLines();

class KeySheet : public QDialog {
    Q_OBJECT
public:
    KeySheet(const Actions &actions, const Appearance &look, QWidget *parent = nullptr);
};

} // namespace threadline::ui
