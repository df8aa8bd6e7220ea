// SPDX-License-Identifier: GPL-3.0-or-later
/// Small controls that several views share. GUI thread.
#pragma once

#include "ui/theme/appearance.h"
#include "ui/theme/glyphs.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QWidget>

class QVBoxLayout;

namespace threadline::ui {

/// A label in a font and ink of the visual language; `ink`: "", "2", "3", "link", "ok", "warn", "error", "late", "backfilled".
[[nodiscard]] QLabel *makeLabel(const QString &text, const QFont &font, const char *ink = "", QWidget *parent = nullptr);
/// Changes the ink of a label that is shown already.
void setInk(QLabel *label, const char *ink);
/// Gives a dialog of Qt's own the colours and the font of the window it belongs to: as a window of its own it takes over the style sheet alone,
/// and what that does not name stays in the system's colours.
void dress(QWidget &dialog, const QWidget &window);
/// A line of 1 px.
[[nodiscard]] QWidget *makeRule(QWidget *parent = nullptr);

/// A button that Enter presses as well as Space.
class PlainButton : public QAbstractButton {
    Q_OBJECT
public:
    using QAbstractButton::QAbstractButton;

protected:
    void keyPressEvent(QKeyEvent *event) override;
};

/// A push button that Return presses where it has the focus, and only there.
class PressButton : public QPushButton {
    Q_OBJECT
public:
    using QPushButton::QPushButton;

protected:
    void keyPressEvent(QKeyEvent *event) override;
};

/// A flat button of text, with a glyph before it where there is one: links, tabs, items of the status bar.
class FlatButton : public PlainButton {
    Q_OBJECT
public:
    enum class Style { Link, Place, Tab, Item, View, Icon };

    FlatButton(Style style, const Appearance &look, QWidget *parent = nullptr);

    [[nodiscard]] Style flatStyle() const { return m_style; }
    void setGlyph(Glyph glyph, std::optional<Severity> severity = std::nullopt);
    /// A hint in small figures after the text: the number of a view.
    void setHint(const QString &hint);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QFont shownFont() const;
    [[nodiscard]] QColor ink() const;
    void paintGround(QPainter &painter);

    Style m_style;
    const Appearance &m_look;
    Glyph m_glyph = Glyph::None;
    std::optional<Severity> m_severity;
    QString m_hint;
};

/// A glyph that follows the theme.
class GlyphLabel : public QWidget {
    Q_OBJECT
public:
    GlyphLabel(Glyph glyph, Role role, const Appearance &look, int size = 12, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Glyph m_glyph;
    Role m_role;
    const Appearance &m_look;
};

/// A list to choose from, with the arrow of our own glyphs.
class ComboBox : public QComboBox {
    Q_OBJECT
public:
    explicit ComboBox(const Appearance &look, QWidget *parent = nullptr) : QComboBox(parent), m_look(look) {}

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
};

/// What stands where there is nothing to show: one line, one line why, one action.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(const Appearance &look, QWidget *parent = nullptr);
    /// `action` empty: no button.
    void setTexts(const QString &title, const QString &why, const QString &action = {});
    [[nodiscard]] QString title() const { return m_title->text(); }
    [[nodiscard]] QString why() const { return m_why->text(); }

Q_SIGNALS:
    void acted();

private:
    QLabel *m_title;
    QLabel *m_why;
    QPushButton *m_action;
};

} // namespace threadline::ui
