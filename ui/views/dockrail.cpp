// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/dockrail.h"

#include <QPainter>
#include <QVBoxLayout>

#include <cmath>

namespace threadline::ui {

/// A tab that reads from top to bottom.
class DockRail::Tab : public PlainButton {
public:
    Tab(const QString &title, const Appearance &look) : m_look(look)
    {
        setText(title);
        setCheckable(true);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        setToolTip(title);
        const QFontMetricsF metrics(look.fonts().heading);
        setFixedSize(kRailWidth - 1, static_cast<int>(std::ceil(metrics.horizontalAdvance(title))) + 24);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter p(this);
        const Theme &theme = m_look.theme();
        if (underMouse() || isChecked())
            p.fillRect(rect(), theme(isChecked() ? Role::Select : Role::Hover));
        if (isChecked())
            p.fillRect(0, 0, 2, height(), theme(Role::Accent));
        p.save();
        p.translate(width(), 0);
        p.rotate(90);
        p.setFont(isChecked() ? m_look.fonts().heading : m_look.fonts().body);
        p.setPen(theme(isChecked() ? Role::Text : Role::Text2));
        p.drawText(QRect(0, 0, height(), width()), Qt::AlignCenter, text());
        p.restore();
        if (hasFocus()) {
            p.setPen(QPen(theme(Role::Focus), 2));
            p.drawRect(rect().adjusted(1, 1, -1, -1));
        }
    }

private:
    const Appearance &m_look;
};

DockRail::DockRail(const QString &name, const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_layout(new QVBoxLayout(this))
{
    setAccessibleName(name);
    setFixedWidth(kRailWidth);
    m_layout->setContentsMargins(1, 0, 0, 0);
    m_layout->setSpacing(2);
    m_layout->addStretch();
    connect(&look, &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void DockRail::addTab(const QString &key, const QString &title)
{
    auto *tab = new Tab(title, m_look);
    m_layout->insertWidget(static_cast<int>(m_tabs.size()), tab);
    m_tabs.emplace_back(key, tab);
    connect(tab, &PlainButton::clicked, this, [this, key] { Q_EMIT pressed(key); });
}

void DockRail::setOpen(const QString &key)
{
    for (const auto &[name, tab] : m_tabs)
        tab->setChecked(name == key);
}

void DockRail::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    p.fillRect(rect(), m_look.theme()(Role::Header));
    p.fillRect(0, 0, 1, height(), m_look.theme()(Role::Border));
}

} // namespace threadline::ui
