// SPDX-License-Identifier: GPL-3.0-or-later
/// Asks for the id of an interaction, or for how it begins, and finds the one that is meant. GUI thread.
#pragma once

#include "ui/models/hub.h"

#include <QInputDialog>
#include <QPointer>

namespace threadline::ui {

class OpenById : public QObject {
    Q_OBJECT
public:
    /// `window` is the parent of the dialogs.
    OpenById(Hub &hub, QWidget *window);

    void ask();
    /// Looks for what `text` names: the whole id, or the first characters of one.
    void look(const QString &text);
    /// The dialog in front; null: none.
    [[nodiscard]] QInputDialog *dialog() const { return m_dialog; }

Q_SIGNALS:
    /// One is meant; perhaps nobody knows it.
    void found(const InteractionId &id);

private:
    void answered(const InteractionId &asked, Result<ListPage> page);
    void choose(const InteractionId &asked, const std::vector<Summary> &items);
    QInputDialog *makeDialog(const QString &label);

    Hub &m_hub;
    QWidget *m_window;
    QPointer<QInputDialog> m_dialog;
    Question m_question;
};

} // namespace threadline::ui
