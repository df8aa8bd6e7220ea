// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/listdialog.h"

#include "ui/dialogs/deadletterspage.h"
#include "ui/dialogs/filespage.h"
#include "ui/dialogs/tables.h"
#include "ui/text/format.h"
#include "ui/text/refusals.h"
#include "ui/views/sidepanel.h"

#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace threadline::ui {
ListDialog::ListDialog(Hub &hub, const Appearance &look, QWidget *parent)
    : QDialog(parent), m_hub(hub), m_look(look), m_pages(new SidePanel(tr("Lists"), look)), m_dead(new DeadLettersPage(hub, look)),
      m_files(new FilesPage(look))
{
    setWindowTitle(tr("Status"));
    const auto paint = [this] { setPalette(m_look.theme().palette()); };
    paint();
    connect(&look, &Appearance::changed, this, paint);
    resize(940, 520);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    m_pages->addPage(QStringLiteral("counters"), tr("Counters"),
                     makeTable(m_counters, {tr("What"), tr("How many"), tr("Meaning")}, tr("Counters"), look));
    m_pages->addPage(QStringLiteral("gaps"), tr("Not listening"),
                     makeTable(m_gaps, {tr("State"), tr("From"), tr("To"), tr("Length"), tr("Source"), tr("Cause"), tr("Why")},
                               tr("Not listening"), look));
    m_pages->addPage(QStringLiteral("refused"), tr("Refused"), refusedPage());
    m_pages->addPage(QStringLiteral("dead-letters"), tr("Set aside"), m_dead);
    m_pages->addPage(QStringLiteral("files"), tr("Files"), m_files);
    connect(m_dead, &DeadLettersPage::interactionWanted, this, &ListDialog::interactionWanted);
    connect(m_files, &FilesPage::interactionWanted, this, &ListDialog::interactionWanted);
    connect(m_pages, &SidePanel::closeWanted, this, &QDialog::reject);
    connect(m_pages, &SidePanel::pageChosen, this, [this](const QString &page) {
        if (page == QStringLiteral("refused"))
            askRefused();
    });
    connect(&hub, &Hub::statusChanged, this, [this] {
        if (!isVisible())
            return;
        refreshCounters();
        const auto goesOn = [](const Band &band) { return !band.end; };
        if (std::any_of(m_hub.bands().begin(), m_hub.bands().end(), goesOn))
            refreshGaps(); // it has become longer
        if (m_hub.status().refused != m_refusedCount && m_refusedTable->isVisible())
            askRefused();
    });
    connect(&hub, &Hub::bandsChanged, this, &ListDialog::refreshGaps);
    refreshCounters();
    refreshGaps();
}

QWidget *ListDialog::refusedPage()
{
    m_refusedTable = makeTable(m_refused, {tr("When"), tr("Reason"), tr("Size"), tr("What was wrong")}, tr("Refused"), m_look);
    m_refusedTable->setObjectName(QStringLiteral("refused"));
    m_refusedText = new QPlainTextEdit;
    m_refusedText->setObjectName(QStringLiteral("refused-text"));
    m_refusedText->setReadOnly(true);
    m_refusedText->setFont(m_look.fonts().fixed);
    m_refusedText->setAccessibleName(tr("What was received"));
    auto *splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_refusedTable);
    splitter->addWidget(m_refusedText);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    connect(m_refusedTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex &current) {
        if (!m_showingRefused && current.isValid())
            chooseRefused(static_cast<std::size_t>(current.row()));
    });
    return splitter;
}

void ListDialog::openList(const QString &list)
{
    m_pages->choose(list);
    refreshCounters();
    askRefused();
    show();
    raise();
    activateWindow();
    if (list == QStringLiteral("dead-letters"))
        m_dead->setFocus();
    if (list == QStringLiteral("files"))
        m_files->setFocus();
}

QAbstractItemModel *ListDialog::model(const QString &list)
{
    if (list == QStringLiteral("gaps"))
        return &m_gaps;
    if (list == QStringLiteral("dead-letters"))
        return &m_dead->model();
    if (list == QStringLiteral("files"))
        return &m_files->model();
    return list == QStringLiteral("refused") ? &m_refused : &m_counters;
}

void ListDialog::refreshCounters()
{
    const Status &s = m_hub.status();
    QList<QStringList> rows{
        {tr("Received"), numberText(s.received),
         tr("events since the program started: stored, duplicates, variants, refused and in flight together")},
        {tr("Stored"), numberText(s.stored), tr("recorded durably since the program started")},
        {tr("Duplicates"), numberText(s.duplicates), tr("the same event again, with the same content")},
        {tr("Variants"), numberText(s.variants), tr("the same id with another content")},
        {tr("Refused"), numberText(s.refused), tr("could not be read, since the program started; kept for inspection")},
        {tr("Refused earlier"), numberText(m_hub.refusedEarlier()), tr("by earlier runs, and still kept for inspection")},
        {tr("In flight"), numberText(s.inFlight), tr("received, not yet recorded")},
        {tr("Unattached"), numberText(s.unattached), tr("stored, but naming no interaction yet")},
        {tr("Messages"), numberText(s.messages), tr("frames read from the source")},
        {tr("Queue"), tr("%1 of %2").arg(numberText(s.queueMessages), numberText(s.queueCapacity)), byteText(s.queueBytes)},
        {tr("Delay"), delayText(s.commitDelay), tr("of the last commit: from the oldest receipt to durable")},
        {tr("Open interactions"), numberText(s.openInteractions), {}},
        {tr("Events in the store"), numberText(s.storedTotal), tr("of all time")},
        {tr("Commits"), numberText(s.commits), {}},
    };
    for (const auto &[reason, count] : s.refusedBy)
        rows << QStringList{tr("Refused: %1").arg(refusalName(reason)), numberText(count), tr("%1 in the metrics of REST").arg(foreign(reason))};
    if (const DeliveryStatus &d = s.delivery; d.state != DeliveryState::Off) {
        rows << QStringList{tr("Delivery"), deliveryStateName(d.state), foreign(d.target)}
             << QStringList{tr("Delivered"), numberText(d.delivered), foreign(d.product)}
             << QStringList{tr("Waiting for delivery"), numberText(d.backlog),
                            d.oldest ? tr("the oldest since %1").arg(m_look.time().full(*d.oldest)) : QString()}
             << QStringList{tr("Delivery rate"), tr("%1/s").arg(numberText(static_cast<std::uint64_t>(std::max(0.0, d.perSecond + 0.5)))), {}}
             << QStringList{tr("Set aside"), numberText(d.deadLetters), tr("events that the shared store does not take")}
             << QStringList{tr("Passed over"), numberText(d.shed), tr("because too many waited; they are in the local store")};
        if (!d.words.empty())
            rows << QStringList{tr("Delivery says"), {}, foreign(d.words, 400)};
    }
    if (!s.sequenceNote.empty())
        rows << QStringList{tr("Sequence"), {}, foreign(s.sequenceNote)};
    setRows(m_counters, rows);
}

void ListDialog::refreshGaps()
{
    QList<QStringList> rows;
    const TimeText &time = m_look.time();
    for (auto it = m_hub.bands().rbegin(); it != m_hub.bands().rend(); ++it) {
        rows << QStringList{bandStateName(it->state),
                            time.full(it->start),
                            it->end ? time.full(*it->end) : QString(),
                            proseDuration(it->end.value_or(m_hub.now()) - it->start),
                            foreign(it->source),
                            bandCauseName(it->cause),
                            foreign(it->reason)};
    }
    setRows(m_gaps, rows);
}

void ListDialog::askRefused()
{
    m_refusedCount = m_hub.status().refused;
    const auto ask = [this](auto answer) { return m_hub.session().refused(std::move(answer)); };
    m_question.ask<std::vector<Refused>>(this, ask, [this](const Result<std::vector<Refused>> &answer) {
        if (answer)
            showRefused(*answer);
        else
            m_hub.fail(answer.error());
    });
}

void ListDialog::showRefused(const std::vector<Refused> &all)
{
    m_showingRefused = true; // rows move down under the choice as new ones come
    m_refusedEvents = all;
    QList<QStringList> rows;
    for (const Refused &refused : all)
        rows << QStringList{m_look.time().full(refused.received), refusalName(refused.reason), byteText(refused.size),
                            foreign(refused.detail)};
    setRows(m_refused, rows);
    for (std::size_t i = 0; i < all.size(); ++i) // as REST and the log call it
        m_refused.item(static_cast<int>(i), 1)->setToolTip(foreign(all[i].reason));
    const auto chosen = std::find_if(all.begin(), all.end(), [this](const Refused &refused) {
        return m_chosenRefused && refused.received == m_chosenRefused->received && refused.text == m_chosenRefused->text;
    });
    const auto row = static_cast<std::size_t>(chosen == all.end() ? 0 : chosen - all.begin());
    const int scrolled = m_refusedTable->verticalScrollBar()->value();
    m_refusedTable->setCurrentIndex(m_refused.index(static_cast<int>(row), 0));
    m_refusedTable->verticalScrollBar()->setValue(scrolled); // whoever looks elsewhere in the list is not brought back
    m_showingRefused = false;
    if (row < all.size() && chosen == all.end())
        chooseRefused(row);
}

void ListDialog::chooseRefused(std::size_t row)
{
    if (row >= m_refusedEvents.size())
        return;
    m_chosenRefused = m_refusedEvents[row];
    m_refusedText->setPlainText(foreign(m_chosenRefused->text, 5000));
}

} // namespace threadline::ui
