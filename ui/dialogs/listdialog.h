// SPDX-License-Identifier: GPL-3.0-or-later
/// The lists behind the figures of the status bar: counters, times of not listening, refused events, what was not
/// delivered, what could not be read in files. Not modal. GUI thread.
#pragma once

#include "ui/models/hub.h"
#include "ui/theme/appearance.h"

#include <QDialog>
#include <QStandardItemModel>
#include <QTimer>

class QPlainTextEdit;
class QTableView;

namespace threadline::ui {

class DeadLettersPage;
class FilesPage;
class SidePanel;

class ListDialog : public QDialog {
    Q_OBJECT
public:
    ListDialog(Hub &hub, const Appearance &look, QWidget *parent = nullptr);

    /// "counters", "gaps", "refused", "dead-letters" or "files".
    void openList(const QString &list);
    [[nodiscard]] QAbstractItemModel *model(const QString &list);
    [[nodiscard]] DeadLettersPage &deadLetters() { return *m_dead; }
    [[nodiscard]] FilesPage &files() { return *m_files; }

Q_SIGNALS:
    void interactionWanted(const InteractionId &id);

private:
    QWidget *refusedPage();
    void refreshCounters();
    void refreshGaps();
    void askRefused();
    void showRefused(const std::vector<Refused> &all);
    void chooseRefused(std::size_t row);

    Hub &m_hub;
    const Appearance &m_look;
    SidePanel *m_pages;
    DeadLettersPage *m_dead;
    FilesPage *m_files;
    QStandardItemModel m_counters;
    QStandardItemModel m_gaps;
    QStandardItemModel m_refused;
    QTableView *m_refusedTable = nullptr;
    QPlainTextEdit *m_refusedText = nullptr;
    std::vector<Refused> m_refusedEvents;
    std::optional<Refused> m_chosenRefused; ///< whose text is shown; stays chosen while it is listed
    bool m_showingRefused = false;
    std::uint64_t m_refusedCount = 0;
    Question m_question;
};

} // namespace threadline::ui
