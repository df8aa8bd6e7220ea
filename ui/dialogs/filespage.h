// SPDX-License-Identifier: GPL-3.0-or-later
/// What could not be read in the files that were opened, or does not fit. GUI thread.
#pragma once

#include "ui/dialogs/connector.h"
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

class FilesPage : public QWidget {
    Q_OBJECT
public:
    explicit FilesPage(const Appearance &look, QWidget *parent = nullptr);

    [[nodiscard]] QAbstractItemModel &model() { return m_model; }
    /// Takes the place of what an earlier reading said.
    void show(const FilesRead &read);

Q_SIGNALS:
    void interactionWanted(const InteractionId &id);

private:
    [[nodiscard]] QWidget *makeList();
    void showDetail();
    void openInteraction();
    void copy() const;
    [[nodiscard]] const FileProblem *current() const;

    const Appearance &m_look;
    QStandardItemModel m_model;
    std::vector<FileProblem> m_problems; ///< as the rows
    QLabel *m_head = nullptr;
    QTableView *m_table = nullptr;
    QPlainTextEdit *m_detail = nullptr;
    QPushButton *m_open = nullptr;
    EmptyState *m_empty;
    QStackedWidget *m_stack;
};

} // namespace threadline::ui
