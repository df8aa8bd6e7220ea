// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/notebar.h"

#include <QHBoxLayout>
#include <QPainter>

namespace threadline::ui {

NoteBar::NoteBar(const Appearance &look, QWidget *parent) : QWidget(parent), m_look(look), m_text(makeLabel({}, look.fonts().table))
{
    setAccessibleName(tr("Note"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(34, 6, 12, 7);
    layout->addWidget(m_text);
    connect(&look, &Appearance::changed, this, qOverload<>(&QWidget::update));
    hide();
}

void NoteBar::setNote(Glyph glyph, Severity severity, const QString &text)
{
    m_glyph = glyph;
    m_severity = severity;
    m_text->setText(text);
    setAccessibleDescription(text);
    setVisible(!text.isEmpty());
    update();
}

void NoteBar::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    const Theme &theme = m_look.theme();
    p.fillRect(rect(), theme.ground(m_severity));
    p.fillRect(0, 0, 3, height(), theme.ink(m_severity));
    p.fillRect(0, height() - 1, width(), 1, theme(Role::Border));
    drawGlyph(p, m_glyph, 13, 6 + (QFontMetrics(m_look.fonts().table).height() - 12) / 2.0, theme.ink(m_severity));
}

} // namespace threadline::ui
