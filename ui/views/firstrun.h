// SPDX-License-Identifier: GPL-3.0-or-later
/// What the window shows where nothing is configured: one call as an example, and where events can come from. GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/timeline/lanepainter.h"

#include <QWidget>

#include <memory>

class QHBoxLayout;
class QPushButton;

namespace threadline::ui {

/// One call, drawn by the painter of the lanes from a made-up scene.
class Specimen : public QWidget {
    Q_OBJECT
public:
    Specimen(const Appearance &look, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    LanePainter m_painter;
    ScenePtr m_scene;
};

class FirstRun : public QWidget {
    Q_OBJECT
public:
    FirstRun(const Appearance &look, QWidget *parent = nullptr);

Q_SIGNALS:
    void demoWanted();
    void openWanted();
    void connectWanted();

private:
    QPushButton *card(QHBoxLayout *layout, Glyph glyph, const QString &title, const QString &what, const QString &hint,
                      const QString &action, int number);
    const Appearance &m_look;
};

} // namespace threadline::ui
