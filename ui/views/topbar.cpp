// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/topbar.h"

#include "ui/text/format.h"
#include "ui/timeline/metrics.h"

#include <QHBoxLayout>
#include <QPainter>

#include <cmath>

namespace threadline::ui {

LiveBadge::LiveBadge(const Appearance &look, QWidget *parent) : PlainButton(parent), m_look(look)
{
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&look, &Appearance::changed, this, qOverload<>(&QWidget::update));
    setMode(Navigator::Mode::Stored, 0);
}

void LiveBadge::setMode(Navigator::Mode mode, std::uint64_t missed, bool known)
{
    QString text;
    switch (mode) {
    case Navigator::Mode::Following: text = known ? tr("Live, following") : tr("Not live, following"); break;
    case Navigator::Mode::Paused: text = missed ? tr("Paused, %1 new").arg(numberText(missed)) : tr("Paused"); break;
    case Navigator::Mode::Stored: text = tr("Stored"); break;
    }
    if (text == this->text() && mode == m_mode)
        return;
    m_mode = mode;
    m_known = known;
    setText(text);
    setToolTip(mode == Navigator::Mode::Stored ? tr("Go to the end (End)") : tr("Back to live (End)"));
    updateGeometry();
    update();
}

QSize LiveBadge::sizeHint() const
{
    return {static_cast<int>(std::ceil(QFontMetricsF(m_look.fonts().bodyMedium).horizontalAdvance(text()))) + 40, 28};
}

void LiveBadge::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Theme &theme = m_look.theme();
    const bool paused = m_mode == Navigator::Mode::Paused;
    const bool live = m_mode == Navigator::Mode::Following && m_known;
    const QColor frame = live ? theme(Role::Accent) : paused ? theme.ink(Severity::Warn) : theme(Role::BorderControl);
    p.setBrush(live ? theme(Role::Select) : paused ? theme.ground(Severity::Warn) : theme(Role::Panel));
    p.setPen(QPen(hasFocus() ? theme(Role::Focus) : frame, hasFocus() ? 2 : 1));
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    drawGlyph(p,
              paused     ? Glyph::Pause
                  : live ? Glyph::Dot
                  : m_mode == Navigator::Mode::Following ? Glyph::Warn
                                                         : Glyph::File,
              10, height() / 2.0 - 6,
              live         ? theme(Role::Accent)
                  : paused ? theme.ink(Severity::Warn)
                           : theme(Role::Text2));
    p.setFont(m_look.fonts().bodyMedium);
    p.setPen(theme(Role::Text));
    p.drawText(rect().adjusted(28, 0, 0, 0), Qt::AlignVCenter, text());
}

TopBar::TopBar(const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_floor(new FlatButton(FlatButton::Style::View, look)),
      m_timeline(new FlatButton(FlatButton::Style::View, look)), m_badge(new LiveBadge(look)),
      m_zone(new FlatButton(FlatButton::Style::Item, look))
{
    setFixedHeight(kToolBarHeight);
    setAccessibleName(tr("Views"));
    m_floor->setText(tr("Floor"));
    m_floor->setHint(QStringLiteral("1"));
    m_timeline->setText(tr("Timeline"));
    m_timeline->setHint(QStringLiteral("2"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 0, 6, 1);
    layout->setSpacing(4);
    for (FlatButton *button : {m_floor, m_timeline}) {
        button->setAutoExclusive(true);
        layout->addWidget(button);
    }
    layout->addStretch();
    layout->addWidget(m_badge);
    layout->addSpacing(12);
    layout->addWidget(m_zone);
    m_zone->setToolTip(tr("Swap between UTC and local time (U)"));
    connect(m_floor, &FlatButton::clicked, this, [this] { Q_EMIT viewChosen(ViewName::Floor); });
    connect(m_timeline, &FlatButton::clicked, this, [this] { Q_EMIT viewChosen(ViewName::Timeline); });
    connect(m_zone, &FlatButton::clicked, this, &TopBar::zoneSwapWanted);
    setView(ViewName::Floor);
}

void TopBar::setView(ViewName view) { (view == ViewName::Floor ? m_floor : m_timeline)->setChecked(true); }

void TopBar::setViewsEnabled(bool enabled)
{
    m_floor->setEnabled(enabled);
    m_timeline->setEnabled(enabled);
    m_badge->setVisible(enabled);
}

void TopBar::setNow(Timestamp now)
{
    const QString zone = m_look.time().zoneName(now);
    if (zone != m_zone->text()) {
        m_zone->setText(zone);
        m_zone->updateGeometry();
    }
}

void TopBar::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    p.fillRect(rect(), m_look.theme()(Role::Panel));
    p.fillRect(0, height() - 1, width(), 1, m_look.theme()(Role::Border));
}

Crumbs::Crumbs(const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_note(makeLabel({}, look.fonts().small, "2"))
{
    setFixedHeight(kCrumbHeight);
    setAccessibleName(tr("Where you are"));
    m_layout = new QHBoxLayout(this);
    m_layout->setContentsMargins(8, 0, 12, 1);
    m_layout->setSpacing(2);
    m_layout->addStretch();
    m_layout->addWidget(m_note);
}

void Crumbs::setCrumbs(const std::vector<Crumb> &crumbs, const QString &note)
{
    m_note->setText(note);
    if (crumbs == m_crumbs)
        return;
    m_crumbs = crumbs;
    while (m_layout->count() > 2) {
        QLayoutItem *old = m_layout->takeAt(0);
        delete old->widget();
        delete old;
    }
    int at = 0;
    for (const Crumb &crumb : crumbs) {
        if (at) {
            m_layout->insertWidget(at++, new GlyphLabel(Glyph::Right, Role::Text3, m_look));
        }
        if (crumb.target.isEmpty()) {
            QLabel *label = makeLabel(crumb.text, &crumb == &crumbs.back() ? m_look.fonts().bodyMedium : m_look.fonts().body,
                                      &crumb == &crumbs.back() ? "" : "2");
            label->setContentsMargins(4, 0, 4, 0);
            m_layout->insertWidget(at++, label);
        } else {
            // The last one is where one is: it can be pressed, and does not look like a way to elsewhere.
            auto *link = new FlatButton(&crumb == &crumbs.back() ? FlatButton::Style::Place : FlatButton::Style::Link, m_look);
            link->setText(crumb.text);
            link->setToolTip(crumb.tip);
            link->setAccessibleDescription(crumb.tip);
            connect(link, &FlatButton::clicked, this, [this, target = crumb.target] { Q_EMIT followed(target); });
            m_layout->insertWidget(at++, link);
        }
    }
}

QString Crumbs::text() const
{
    QStringList parts;
    for (const Crumb &crumb : m_crumbs)
        parts << crumb.text;
    return parts.join(QStringLiteral(" > "));
}

void Crumbs::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    p.fillRect(rect(), m_look.theme()(Role::Window));
    p.fillRect(0, height() - 1, width(), 1, m_look.theme()(Role::Border));
}

} // namespace threadline::ui
