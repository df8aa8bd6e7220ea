// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/openbyid.h"

#include "ui/dialogs/placement.h"

#include "ui/text/format.h"
#include "ui/views/controls.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QInputDialog>

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kLongestSuggestion = 200; ///< of what the clipboard may suggest
constexpr int kMostOffered = 20;

} // namespace

OpenById::OpenById(Hub &hub, QWidget *window) : QObject(window), m_hub(hub), m_window(window) {}

QInputDialog *OpenById::makeDialog(const QString &label)
{
    auto *dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Open interaction"));
    dialog->setLabelText(label);
    dress(*dialog, *m_window);
    m_dialog = dialog;
    return dialog;
}

void OpenById::ask()
{
    QInputDialog *dialog = makeDialog(tr("Id of the interaction (conversation), or its first characters:"));
    const QString copied = QGuiApplication::clipboard()->text().trimmed();
    if (!copied.isEmpty() && copied.size() <= kLongestSuggestion && !copied.contains(QLatin1Char(' ')) && !copied.contains(QLatin1Char('\n')))
        dialog->setTextValue(copied);
    connect(dialog, &QInputDialog::textValueSelected, this, &OpenById::look);
    centreOn(*dialog, *m_window);
    dialog->open();
}

void OpenById::look(const QString &text)
{
    const InteractionId asked(text.trimmed().toStdString());
    if (asked.empty())
        return;
    ListQuery query;
    query.idPrefix = asked.value;
    query.limit = kMostOffered + 1;
    const auto ask = [&](auto answer) { return m_hub.session().list(query, std::move(answer)); };
    m_question.ask<ListPage>(this, ask, [this, asked](Result<ListPage> page) { answered(asked, std::move(page)); });
}

/// One that the store does not have may be in the shared one: whoever opens it asks there, and tells if it is in neither.
void OpenById::answered(const InteractionId &asked, Result<ListPage> page)
{
    if (!page)
        return m_hub.fail(page.error());
    const bool whole = std::any_of(page->items.begin(), page->items.end(), [&](const Summary &s) { return s.interaction == asked; });
    if (page->items.empty() || whole)
        Q_EMIT found(asked);
    else if (page->items.size() == 1)
        Q_EMIT found(page->items.front().interaction);
    else
        choose(asked, page->items);
}

void OpenById::choose(const InteractionId &asked, const std::vector<Summary> &items)
{
    const bool more = items.size() > kMostOffered;
    QStringList ids;
    for (std::size_t i = 0; i < std::min<std::size_t>(items.size(), kMostOffered); ++i)
        ids << qstr(items[i].interaction.value);
    QInputDialog *dialog = makeDialog(more ? tr("More than %1 begin with %2. These are the first; enter more characters for another.").arg(kMostOffered).arg(foreign(asked.value))
                                           : tr("%1 begin with %2. Which one?").arg(ids.size()).arg(foreign(asked.value)));
    dialog->setComboBoxItems(ids);
    dialog->setComboBoxEditable(more);
    connect(dialog, &QInputDialog::textValueSelected, this, &OpenById::look);
    centreOn(*dialog, *m_window);
    dialog->open();
}

} // namespace threadline::ui
