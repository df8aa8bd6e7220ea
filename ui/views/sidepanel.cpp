// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/sidepanel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include <algorithm>

namespace threadline::ui {

SidePanel::SidePanel(const QString &name, const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_note(makeLabel({}, look.fonts().small, "2")), m_pages(new QStackedWidget)
{
    setAccessibleName(name);
    setAttribute(Qt::WA_StyledBackground);
    setProperty("ground", "panel");
    auto *head = new QWidget;
    head->setFixedHeight(27);
    head->setAttribute(Qt::WA_StyledBackground);
    head->setProperty("ground", "header");
    m_tabs = new QHBoxLayout(head);
    m_tabs->setContentsMargins(4, 0, 6, 0);
    m_tabs->setSpacing(0);
    m_tabs->addStretch();
    m_tabs->addWidget(m_note);
    auto *close = new FlatButton(FlatButton::Style::Icon, look);
    close->setGlyph(Glyph::Close);
    close->setAccessibleName(tr("Close %1").arg(name));
    close->setToolTip(tr("Close"));
    m_tabs->addWidget(close);
    connect(close, &FlatButton::clicked, this, &SidePanel::closeWanted);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(head);
    layout->addWidget(makeRule());
    layout->addWidget(m_pages, 1);
}

void SidePanel::addPage(const QString &key, const QString &title, QWidget *page)
{
    auto *tab = new FlatButton(FlatButton::Style::Tab, m_look);
    tab->setText(title);
    tab->setAutoExclusive(true);
    m_tabs->insertWidget(static_cast<int>(m_buttons.size()), tab);
    m_buttons.emplace_back(key, tab);
    m_pages->addWidget(page);
    connect(tab, &FlatButton::clicked, this, [this, key] { choose(key); });
    if (m_buttons.size() == 1)
        choose(key);
}

void SidePanel::keyPressEvent(QKeyEvent *event)
{
    const bool onTab = std::any_of(m_buttons.begin(), m_buttons.end(), [](const auto &button) { return button.second->hasFocus(); });
    if (!onTab || (event->key() != Qt::Key_Home && event->key() != Qt::Key_End))
        return QWidget::keyPressEvent(event);
    const auto &[key, tab] = event->key() == Qt::Key_Home ? m_buttons.front() : m_buttons.back();
    tab->setFocus(Qt::TabFocusReason);
    choose(key);
}

bool SidePanel::choose(const QString &key)
{
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        if (m_buttons[i].first != key)
            continue;
        m_buttons[i].second->setChecked(true);
        const bool another = m_pages->currentIndex() != static_cast<int>(i);
        m_pages->setCurrentIndex(static_cast<int>(i));
        if (another)
            Q_EMIT pageChosen(key);
        return true;
    }
    return false;
}

QString SidePanel::current() const
{
    const int index = m_pages->currentIndex();
    return index < 0 ? QString() : m_buttons[static_cast<std::size_t>(index)].first;
}

void SidePanel::setNote(const QString &note) { m_note->setText(note); }

} // namespace threadline::ui
