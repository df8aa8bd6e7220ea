// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/filespage.h"

#include "ui/dialogs/tables.h"
#include "ui/text/format.h"
#include "ui/views/controls.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace threadline::ui {
namespace {

constexpr int kInTable = 300;
constexpr int kInDetail = 5000;

QString wholeText(const FileProblem &problem)
{
    QStringList text{foreign(problem.file.toStdString(), kInDetail)};
    if (!problem.interaction.empty())
        text << FilesPage::tr("Conversation %1").arg(foreign(problem.interaction.value));
    text << foreign(problem.words.toStdString(), kInDetail);
    return text.join(QLatin1Char('\n'));
}

} // namespace

FilesPage::FilesPage(const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_empty(new EmptyState(look)), m_stack(new QStackedWidget)
{
    m_stack->addWidget(makeList());
    m_stack->addWidget(m_empty);
    m_stack->setCurrentIndex(1);
    m_empty->setTexts(tr("Nothing is amiss."), tr("What cannot be read in a file that is opened, or does not fit, stands here."));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    showDetail();
}

QWidget *FilesPage::makeList()
{
    m_head = makeLabel({}, m_look.fonts().body, "2");
    m_head->setWordWrap(true);
    m_head->setContentsMargins(14, 10, 14, 8);
    m_table = makeTable(m_model, {tr("File"), tr("Conversation"), tr("Where and why")}, tr("Files"), m_look);
    m_table->setObjectName(QStringLiteral("files"));
    setFocusProxy(m_table);
    m_detail = new QPlainTextEdit;
    m_detail->setReadOnly(true);
    m_detail->setTabChangesFocus(true);
    m_detail->setFont(m_look.fonts().fixed);
    m_detail->setAccessibleName(tr("The whole of it"));
    auto *splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_table);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    m_open = new PressButton(tr("Open &interaction"), this);
    m_open->setAutoDefault(false); // Return in the list says it already
    auto *copy = new PressButton(tr("&Copy all"), this);
    copy->setAutoDefault(false);
    auto *buttons = new QHBoxLayout;
    buttons->setContentsMargins(14, 10, 14, 12);
    buttons->addWidget(m_open);
    buttons->addStretch();
    buttons->addWidget(copy);
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addWidget(splitter, 1);
    layout->addLayout(buttons);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FilesPage::showDetail);
    connect(m_table, &QTableView::activated, this, &FilesPage::openInteraction);
    connect(m_open, &QPushButton::clicked, this, &FilesPage::openInteraction);
    connect(copy, &QPushButton::clicked, this, &FilesPage::copy);
    return page;
}

void FilesPage::show(const FilesRead &read)
{
    m_problems = read.listed;
    QList<QStringList> rows;
    for (const FileProblem &problem : m_problems)
        rows << QStringList{foreign(QFileInfo(problem.file).fileName().toStdString()), foreign(problem.interaction.value),
                            foreign(problem.words.toStdString(), kInTable)};
    setRows(m_model, rows);
    for (std::size_t i = 0; i < m_problems.size(); ++i)
        m_model.item(static_cast<int>(i), 0)->setToolTip(foreign(m_problems[i].file.toStdString(), kInDetail));
    const auto shown = static_cast<std::uint64_t>(m_problems.size());
    const QString what = read.stopped ? tr("What could not be read, or does not fit, until reading was stopped.")
                                      : tr("What could not be read, or does not fit. All else was read.");
    m_head->setText(shown < read.problems ? tr("%1 The first %2 of %3 are shown.").arg(what, numberText(shown), numberText(read.problems)) : what);
    m_stack->setCurrentIndex(m_problems.empty() ? 1 : 0);
    if (!m_problems.empty())
        m_table->selectRow(0);
    showDetail();
}

const FileProblem *FilesPage::current() const
{
    const QModelIndex index = m_table->currentIndex();
    const auto row = static_cast<std::size_t>(std::max(0, index.row()));
    return index.isValid() && row < m_problems.size() ? &m_problems[row] : nullptr;
}

void FilesPage::showDetail()
{
    const FileProblem *problem = current();
    m_open->setEnabled(problem && !problem->interaction.empty());
    m_detail->setPlainText(problem ? wholeText(*problem) : QString());
}

void FilesPage::openInteraction()
{
    if (const FileProblem *problem = current(); problem && !problem->interaction.empty())
        Q_EMIT interactionWanted(problem->interaction);
}

void FilesPage::copy() const
{
    QStringList all;
    for (const FileProblem &problem : m_problems)
        all << wholeText(problem);
    QGuiApplication::clipboard()->setText(all.join(QStringLiteral("\n\n")));
}

} // namespace threadline::ui
