// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/deadletterspage.h"

#include "ui/dialogs/placement.h"
#include "ui/dialogs/tables.h"
#include "ui/text/format.h"
#include "ui/views/controls.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <numeric>

namespace threadline::ui {
namespace {

constexpr std::size_t kMostLetters = 1000; ///< that a session gives
constexpr int kLongestWords = 400;
constexpr std::size_t kShortId = 12;
constexpr int kLineInTable = 200;
constexpr int kWholeText = 5000;

/// Whole where that is short: the first characters of such ids are often the same.
QString idText(const std::string &id)
{
    return id.size() <= kShortId ? foreign(id) : shortId(id);
}

bool undelivered(const SetAside &letter) { return !letter.delivered; }

QPushButton *makeAction(const QString &text, QWidget *page)
{
    auto *button = new PressButton(text, page);
    button->setAutoDefault(false); // none of them is what Return in the list means
    return button;
}

} // namespace

DeadLettersPage::DeadLettersPage(Hub &hub, const Appearance &look, QWidget *parent)
    : QWidget(parent), m_hub(hub), m_look(look), m_delivery(makeDelivery()), m_empty(new EmptyState(look)), m_stack(new QStackedWidget)
{
    m_stack->addWidget(makeList());
    m_stack->addWidget(m_empty);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_delivery);
    layout->addWidget(m_stack, 1);
    connect(&hub, &Hub::statusChanged, this, &DeadLettersPage::refresh);
    connect(&hub, &Hub::deliveryTried, this, [this] {
        if (isVisible())
            ask();
    });
    refresh();
}

/// Why nothing is delivered now, with the button that does not wait for the next try.
QWidget *DeadLettersPage::makeDelivery()
{
    auto *part = new QWidget;
    m_words = makeLabel({}, m_look.fonts().body, "warn");
    m_words->setWordWrap(true);
    m_try = makeAction(tr("&Try now"), part);
    connect(m_try, &QPushButton::clicked, this, [this] { m_hub.retryDelivery(false); });
    auto *layout = new QHBoxLayout(part);
    layout->setContentsMargins(14, 10, 14, 0);
    layout->setSpacing(12);
    layout->addWidget(m_words, 1);
    layout->addWidget(m_try, 0, Qt::AlignTop);
    return part;
}

QWidget *DeadLettersPage::makeList()
{
    m_head = makeLabel({}, m_look.fonts().body, "2");
    m_head->setWordWrap(true);
    m_head->setContentsMargins(14, 10, 14, 8);
    m_table = makeTable(m_model, {tr("When"), tr("State"), tr("Reason"), tr("Event"), tr("Interaction"), tr("Line")}, tr("Set aside"), m_look);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    setFocusProxy(m_table);
    const std::array widths{206, 84, 250, 100, 100};
    for (std::size_t i = 0; i < widths.size(); ++i)
        m_table->setColumnWidth(static_cast<int>(i), widths[i]);
    m_detail = new QPlainTextEdit;
    m_detail->setReadOnly(true);
    m_detail->setTabChangesFocus(true);
    m_detail->setFont(m_look.fonts().fixed);
    m_detail->setAccessibleName(tr("What was to be delivered"));
    auto *splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_table);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addWidget(splitter, 1);
    layout->addWidget(makeButtons());
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &DeadLettersPage::showDetail);
    connect(m_table, &QTableView::doubleClicked, this, &DeadLettersPage::openInteraction);
    return page;
}

QWidget *DeadLettersPage::makeButtons()
{
    auto *bar = new QWidget;
    m_retry = makeAction(tr("&Retry all"), bar);
    m_retry->setProperty("primary", true);
    m_retry->setToolTip(tr("Sends all that are set aside once more"));
    m_open = makeAction(tr("Open &interaction"), bar);
    QPushButton *copy = makeAction(tr("&Copy"), bar);
    copy->setToolTip(tr("Copies the chosen ones, one JSON object a line"));
    QPushButton *save = makeAction(tr("&Export…"), bar);
    save->setToolTip(tr("Writes all that are shown to a file, one JSON object a line"));
    connect(m_retry, &QPushButton::clicked, this, [this] { m_hub.retryDelivery(true); });
    connect(m_open, &QPushButton::clicked, this, &DeadLettersPage::openInteraction);
    connect(copy, &QPushButton::clicked, this, &DeadLettersPage::copy);
    connect(save, &QPushButton::clicked, this, &DeadLettersPage::chooseFile);
    connect(new QShortcut(QKeySequence::Copy, m_table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this, &DeadLettersPage::copy);
    connect(new QShortcut(QKeySequence(QStringLiteral("Ctrl+E")), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated,
            this, &DeadLettersPage::chooseFile);
    auto *layout = new QHBoxLayout(bar);
    layout->setContentsMargins(14, 10, 14, 12);
    layout->setSpacing(8);
    layout->addWidget(m_retry);
    layout->addWidget(m_open);
    layout->addStretch();
    layout->addWidget(copy);
    layout->addWidget(save);
    return bar;
}

void DeadLettersPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    ask();
}

void DeadLettersPage::ask()
{
    const auto ask = [this](auto answer) { return m_hub.session().deadLetters(std::move(answer)); };
    m_question.ask<std::vector<SetAside>>(this, ask, [this](Result<std::vector<SetAside>> answer) {
        if (answer)
            show(std::move(*answer));
        else
            m_hub.fail(answer.error());
    });
}

void DeadLettersPage::show(std::vector<SetAside> letters)
{
    m_letters = std::move(letters);
    m_answered = true;
    m_known = m_letters.size() < kMostLetters ? static_cast<std::uint64_t>(std::count_if(m_letters.begin(), m_letters.end(), undelivered))
                                              : m_hub.status().delivery.deadLetters;
    QList<QStringList> rows;
    for (const SetAside &letter : m_letters)
        rows << QStringList{m_look.time().full(letter.at),
                            letter.delivered ? tr("Noted") : tr("Set aside"),
                            foreign(letter.reason),
                            idText(letter.event.value),
                            idText(letter.interaction.value),
                            foreign(letter.line, kLineInTable)};
    setRows(m_model, rows);
    for (int r = 0; r < m_model.rowCount(); ++r) {
        const SetAside &letter = m_letters[static_cast<std::size_t>(r)];
        m_model.item(r, 2)->setToolTip(foreign(letter.reason, kLongestWords));
        m_model.item(r, 3)->setToolTip(foreign(letter.event.value));
        m_model.item(r, 4)->setToolTip(foreign(letter.interaction.value));
    }
    if (!m_letters.empty() && !m_table->currentIndex().isValid())
        m_table->selectRow(0);
    showDetail();
    refresh();
}

void DeadLettersPage::refresh()
{
    const DeliveryStatus &d = m_hub.status().delivery;
    const bool stopped = d.state == DeliveryState::Paused || d.state == DeliveryState::Waiting;
    m_delivery->setVisible(stopped);
    m_words->setText(tr("%1. %2").arg(d.state == DeliveryState::Paused ? tr("Delivery is paused") : tr("Delivery waits"),
                                      foreign(d.words, kLongestWords)));
    setInk(m_words, d.state == DeliveryState::Paused ? "error" : "warn");
    m_stack->setCurrentIndex(m_letters.empty() ? 1 : 0);
    m_retry->setEnabled(std::any_of(m_letters.begin(), m_letters.end(), undelivered));
    m_head->setText(headText());
    if (!m_answered)
        m_empty->setTexts(tr("Reading what was set aside."), {});
    else if (d.state == DeliveryState::Off)
        m_empty->setTexts(tr("Nothing is delivered."), tr("Events stay on this computer. Set TSDB_URL and its neighbours to deliver them to InfluxDB."));
    else
        m_empty->setTexts(tr("Nothing is set aside."), tr("The shared store has taken all that was sent."));
    if (isVisible() && m_answered && !m_question.underWay() && d.deadLetters != m_known)
        ask();
}

QString DeadLettersPage::headText() const
{
    const DeliveryStatus &d = m_hub.status().delivery;
    const QString store = d.product.empty() ? QStringLiteral("InfluxDB") : foreign(d.product, 24);
    const QString known = m_known == 0 ? tr("Nothing is to be tried again; what is noted below was delivered only in part.")
        : m_known == 1 ? tr("One event was not taken by %1. It stays in the local store: mend the cause, then retry.").arg(store)
                       : tr("%1 events were not taken by %2. They stay in the local store: mend the cause, then retry.").arg(numberText(m_known), store);
    if (m_letters.size() < kMostLetters)
        return known;
    return known + QLatin1Char(' ')
        + tr("The newest %1 are shown; threadline-collector dead-letters lists all.").arg(numberText(m_letters.size()));
}

void DeadLettersPage::showDetail()
{
    const auto row = static_cast<std::size_t>(std::max(0, m_table->currentIndex().row()));
    const bool known = m_table->currentIndex().isValid() && row < m_letters.size();
    m_open->setEnabled(known && !m_letters[row].interaction.empty());
    if (!known)
        return m_detail->clear();
    const SetAside &letter = m_letters[row];
    QStringList text{foreign(letter.reason, kWholeText)};
    if (!letter.event.empty())
        text << tr("Event %1").arg(foreign(letter.event.value));
    if (!letter.interaction.empty())
        text << tr("Interaction %1").arg(foreign(letter.interaction.value));
    text << QString() << foreign(letter.line, kWholeText);
    const QString all = text.join(QLatin1Char('\n'));
    if (m_detail->toPlainText() != all)
        m_detail->setPlainText(all);
}

void DeadLettersPage::openInteraction()
{
    const auto row = static_cast<std::size_t>(std::max(0, m_table->currentIndex().row()));
    if (m_table->currentIndex().isValid() && row < m_letters.size() && !m_letters[row].interaction.empty())
        Q_EMIT interactionWanted(m_letters[row].interaction);
}

std::vector<std::size_t> DeadLettersPage::chosen() const
{
    std::vector<std::size_t> rows;
    for (const QModelIndex &index : m_table->selectionModel()->selectedRows())
        rows.push_back(static_cast<std::size_t>(index.row()));
    std::sort(rows.begin(), rows.end());
    if (rows.empty()) {
        rows.resize(m_letters.size());
        std::iota(rows.begin(), rows.end(), std::size_t{0});
    }
    return rows;
}

void DeadLettersPage::copy() const
{
    QString text;
    for (const std::size_t row : chosen())
        text += qstr(jsonOf(m_letters[row])) + QLatin1Char('\n');
    QGuiApplication::clipboard()->setText(text);
}

void DeadLettersPage::chooseFile()
{
    auto *dialog = new QFileDialog(this, tr("Export what was set aside"), {}, tr("JSON lines (*.ndjson *.jsonl)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(QStringLiteral("set-aside.ndjson"));
    dress(*dialog, *window());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        if (const auto written = exportTo(path); !written)
            m_hub.fail(written.error());
    });
    centreOn(*dialog, *window());
    dialog->open();
}

Result<void> DeadLettersPage::exportTo(const QString &path) const
{
    QSaveFile file(path);
    bool good = file.open(QIODevice::WriteOnly);
    for (std::size_t i = 0; good && i < m_letters.size(); ++i) {
        const std::string line = jsonOf(m_letters[i]) + "\n";
        good = file.write(line.data(), static_cast<qint64>(line.size())) == static_cast<qint64>(line.size());
    }
    if (good && file.commit())
        return {};
    return fail(ErrorCode::Unusable, "The list cannot be written to " + path.toStdString() + " (" + file.errorString().toStdString()
                    + "). Choose another file or folder.");
}

} // namespace threadline::ui
