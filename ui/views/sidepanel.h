// SPDX-License-Identifier: GPL-3.0-or-later
/// A dock: a row of tabs above pages, and a close button. GUI thread.
#pragma once

#include "ui/views/controls.h"

#include <QStackedWidget>
#include <QWidget>

#include <vector>

class QHBoxLayout;

namespace threadline::ui {

class SidePanel : public QWidget {
    Q_OBJECT
public:
    SidePanel(const QString &name, const Appearance &look, QWidget *parent = nullptr);

    /// `key` names the page for choose(); the panel takes the widget.
    void addPage(const QString &key, const QString &title, QWidget *page);
    /// False if there is no such page.
    bool choose(const QString &key);
    [[nodiscard]] QString current() const;
    /// Text at the right of the tabs.
    void setNote(const QString &note);

Q_SIGNALS:
    void closeWanted();
    void pageChosen(const QString &key);

protected:
    /// Home and End go to the first and the last tab from any of them.
    void keyPressEvent(QKeyEvent *event) override;

private:
    const Appearance &m_look;
    QHBoxLayout *m_tabs;
    QLabel *m_note;
    QStackedWidget *m_pages;
    std::vector<std::pair<QString, FlatButton *>> m_buttons;
};

} // namespace threadline::ui
