// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/controls.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyle>
#include <QVBoxLayout>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kGlyphSpace = 17;

bool pressedByReturn(QAbstractButton &button, const QKeyEvent &event)
{
    const bool enter = event.key() == Qt::Key_Return || event.key() == Qt::Key_Enter;
    if (!enter || event.isAutoRepeat())
        return false;
    button.click();
    return true;
}

} // namespace

QLabel *makeLabel(const QString &text, const QFont &font, const char *ink, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    label->setFont(font);
    label->setProperty("ink", QLatin1String(ink));
    return label;
}

void setInk(QLabel *label, const char *ink)
{
    label->setProperty("ink", QLatin1String(ink));
    label->style()->unpolish(label);
    label->style()->polish(label);
}

void dress(QWidget &dialog, const QWidget &window)
{
    dialog.setPalette(window.palette());
    dialog.setFont(window.font());
}

QWidget *makeRule(QWidget *parent)
{
    auto *rule = new QWidget(parent);
    rule->setFixedHeight(1);
    rule->setAttribute(Qt::WA_StyledBackground);
    rule->setProperty("rule", true);
    return rule;
}

void PlainButton::keyPressEvent(QKeyEvent *event)
{
    if (!pressedByReturn(*this, *event))
        QAbstractButton::keyPressEvent(event);
}

void PressButton::keyPressEvent(QKeyEvent *event)
{
    if (!pressedByReturn(*this, *event))
        QPushButton::keyPressEvent(event);
}

FlatButton::FlatButton(Style style, const Appearance &look, QWidget *parent)
    : PlainButton(parent), m_style(style), m_look(look)
{
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setCheckable(style == Style::Tab || style == Style::View);
    setCursor(Qt::ArrowCursor);
}

void FlatButton::setGlyph(Glyph glyph, std::optional<Severity> severity)
{
    m_glyph = glyph;
    m_severity = severity;
    updateGeometry();
    update();
}

void FlatButton::setHint(const QString &hint)
{
    m_hint = hint;
    updateGeometry();
}

QFont FlatButton::shownFont() const
{
    const Fonts &fonts = m_look.fonts();
    switch (m_style) {
    case Style::Link: return fonts.small;
    case Style::Place: return fonts.smallMedium;
    case Style::Item: return fonts.small;
    case Style::Tab: return isChecked() ? fonts.heading : fonts.body;
    case Style::View: return isChecked() ? fonts.heading : fonts.bodyMedium;
    case Style::Icon: return fonts.small;
    }
    return fonts.body;
}

QSize FlatButton::sizeHint() const
{
    // Room for the strong font, so that choosing a tab moves nothing.
    const bool tab = m_style == Style::Tab || m_style == Style::View;
    const QFontMetricsF metrics(tab ? m_look.fonts().heading : shownFont());
    const double text = this->text().isEmpty() ? 0 : std::ceil(metrics.horizontalAdvance(this->text()));
    const double hint = m_hint.isEmpty() ? 0 : 18;
    const double glyph = m_glyph == Glyph::None ? 0 : text > 0 ? kGlyphSpace : 12;
    const int pad = m_style == Style::View ? 28
        : m_style == Style::Link           ? 4
        : m_style == Style::Place          ? 12
        : m_style == Style::Icon           ? 8
        : m_style == Style::Tab            ? 20
                                           : 14;
    const int height = m_style == Style::View ? 30
        : m_style == Style::Tab               ? 27
        : m_style == Style::Item              ? 24
        : m_style == Style::Icon              ? 18
                                              : 22;
    return {static_cast<int>(text + hint + glyph) + pad, height};
}

QColor FlatButton::ink() const
{
    const Theme &theme = m_look.theme();
    if (!isEnabled())
        return theme(Role::TextDisabled);
    if (m_style == Style::Link)
        return theme(Role::Link);
    if (m_severity && *m_severity != Severity::Ok && *m_severity != Severity::Info)
        return theme.ink(*m_severity);
    if (m_style == Style::Tab || m_style == Style::View)
        return theme(isChecked() ? Role::Text : Role::Text2);
    return theme(m_style == Style::Icon ? Role::Text3 : Role::Text);
}

void FlatButton::paintGround(QPainter &p)
{
    const Theme &theme = m_look.theme();
    const bool chosenView = m_style == Style::View && isChecked();
    if (chosenView || (underMouse() && m_style != Style::Link)) {
        p.setRenderHint(QPainter::Antialiasing);
        p.setPen(Qt::NoPen);
        p.setBrush(theme(chosenView ? Role::Select : Role::Hover));
        p.drawRoundedRect(rect().adjusted(0, m_style == Style::Tab ? 2 : 0, 0, m_style == Style::Tab ? -3 : 0), 4, 4);
        p.setRenderHint(QPainter::Antialiasing, false);
    }
    if (isChecked() && (m_style == Style::View || m_style == Style::Tab)) {
        const int inset = m_style == Style::View ? 10 : 10;
        p.fillRect(inset, height() - 2, width() - 2 * inset, 2, theme(Role::Accent));
    }
}

void FlatButton::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    paintGround(p);
    const Theme &theme = m_look.theme();
    const QFont font = shownFont();
    const QFontMetricsF metrics(font);
    const double hint = m_hint.isEmpty() ? 0 : 18;
    const double glyph = m_glyph == Glyph::None ? 0 : text().isEmpty() ? 12 : kGlyphSpace;
    // Where there is too little room it begins at the left, and says that it goes on.
    const QString shown = text().isEmpty() ? QString() : metrics.elidedText(text(), Qt::ElideRight, width() - hint - glyph - 2);
    const double textWidth = metrics.horizontalAdvance(shown);
    double x = m_style == Style::Link ? 2 : (width() - textWidth - hint - glyph) / 2;
    const double middle = height() / 2.0 - (m_style == Style::Tab ? 0.5 : 0);
    if (m_glyph != Glyph::None)
        drawGlyph(p, m_glyph, x, middle - 6, m_severity ? theme.ink(*m_severity) : ink());
    x += glyph;
    p.setFont(font);
    p.setPen(ink());
    const double base = std::round(middle + (metrics.ascent() - metrics.descent()) / 2);
    p.drawText(QPointF(std::round(x), base), shown);
    if (!m_hint.isEmpty()) {
        p.setFont(m_look.fonts().label);
        p.setPen(theme(Role::Text3));
        p.drawText(QPointF(std::round(x + textWidth + 10), base), m_hint);
    }
    if (hasFocus()) {
        p.setPen(QPen(theme(Role::Focus), 2));
        p.setBrush(Qt::NoBrush);
        p.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

GlyphLabel::GlyphLabel(Glyph glyph, Role role, const Appearance &look, int size, QWidget *parent)
    : QWidget(parent), m_glyph(glyph), m_role(role), m_look(look)
{
    setFixedSize(size, size);
}

void GlyphLabel::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    drawGlyph(p, m_glyph, 0, 0, m_look.theme()(m_role), width());
}

void ComboBox::paintEvent(QPaintEvent *event)
{
    QComboBox::paintEvent(event);
    QPainter p(this);
    drawGlyph(p, Glyph::Down, width() - 20, height() / 2.0 - 6, m_look.theme()(Role::Text2));
}

EmptyState::EmptyState(const Appearance &look, QWidget *parent)
    : QWidget(parent), m_title(makeLabel({}, look.fonts().title)), m_why(makeLabel({}, look.fonts().body, "2")),
      m_action(new QPushButton)
{
    setFocusPolicy(Qt::ClickFocus); // at the start the focus rests here, and not on whatever comes next
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(8);
    layout->addStretch();
    for (QLabel *label : {m_title, m_why}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setWordWrap(true);
        layout->addWidget(label);
    }
    layout->addSpacing(8);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch();
    m_action->setAutoDefault(true); // Enter presses it
    connect(m_action, &QPushButton::clicked, this, &EmptyState::acted);
}

void EmptyState::setTexts(const QString &title, const QString &why, const QString &action)
{
    m_title->setText(title);
    m_why->setText(why);
    setAccessibleName(title);
    setAccessibleDescription(why);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
}

} // namespace threadline::ui
