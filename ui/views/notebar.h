// SPDX-License-Identifier: GPL-3.0-or-later
/// A sentence about what is shown below it: where it comes from, what may be missing. Not there while there is nothing to say.
/// GUI thread.
#pragma once

#include "ui/views/controls.h"

#include <QWidget>

namespace threadline::ui {

class NoteBar : public QWidget {
    Q_OBJECT
public:
    NoteBar(const Appearance &look, QWidget *parent = nullptr);

    /// An empty text hides it.
    void setNote(Glyph glyph, Severity severity, const QString &text);
    [[nodiscard]] QString text() const { return m_text->text(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    Glyph m_glyph = Glyph::Info;
    Severity m_severity = Severity::Info;
    QLabel *m_text;
};

} // namespace threadline::ui
