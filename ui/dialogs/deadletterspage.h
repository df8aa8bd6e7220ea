// SPDX-License-Identifier: GPL-3.0-or-later
/// What the shared store did not take: with its reasons, to be tried again, copied and exported. GUI thread.
#pragma once

#include "ui/models/hub.h"
#include "ui/theme/appearance.h"

#include <QStandardItemModel>
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace threadline::ui {

class EmptyState;

class DeadLettersPage : public QWidget {
    Q_OBJECT
public:
    DeadLettersPage(Hub &hub, const Appearance &look, QWidget *parent = nullptr);

    [[nodiscard]] QAbstractItemModel &model() { return m_model; }
    /// Asks for what there is now.
    void ask();
    /// Writes all that is shown to a file, one JSON object a line. Errors: Unusable, naming the file.
    [[nodiscard]] Result<void> exportTo(const QString &path) const;

Q_SIGNALS:
    void interactionWanted(const InteractionId &id);

protected:
    void showEvent(QShowEvent *event) override;

private:
    [[nodiscard]] QWidget *makeDelivery();
    [[nodiscard]] QWidget *makeList();
    [[nodiscard]] QWidget *makeButtons();
    void refresh();
    void show(std::vector<SetAside> letters);
    void showDetail();
    void openInteraction();
    void copy() const;
    void chooseFile();
    [[nodiscard]] QString headText() const;
    /// Indices of the chosen rows, from the top; none chosen: of all.
    [[nodiscard]] std::vector<std::size_t> chosen() const;

    Hub &m_hub;
    const Appearance &m_look;
    QStandardItemModel m_model;
    std::vector<SetAside> m_letters;
    std::uint64_t m_known = 0; ///< how many the status counted when they were read
    bool m_answered = false;
    Question m_question;
    QLabel *m_words = nullptr;
    QLabel *m_head = nullptr;
    QTableView *m_table = nullptr;
    QPlainTextEdit *m_detail = nullptr;
    QPushButton *m_try = nullptr;
    QPushButton *m_retry = nullptr;
    QPushButton *m_open = nullptr;
    QWidget *m_delivery; ///< made after what it holds
    EmptyState *m_empty;
    QStackedWidget *m_stack;
};

} // namespace threadline::ui
