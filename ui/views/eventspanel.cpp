// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/eventspanel.h"

#include "ui/models/timelinescene.h"
#include "ui/text/format.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>

namespace threadline::ui {

EventsPanel::EventsPanel(EventsModel &model, const InteractionFeed &feed, Choice &choice, const Appearance &look, QWidget *parent)
    : QTableView(parent), m_model(model), m_feed(feed), m_choice(choice), m_look(look)
{
    setModel(&model);
    setAccessibleName(tr("Events"));
    setFont(look.fonts().table);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(24);
    horizontalHeader()->setFont(look.fonts().smallMedium);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setFixedHeight(24);
    horizontalHeader()->setStretchLastSection(true);
    connect(&choice, &Choice::selectionChanged, this, &EventsPanel::follow);
    connect(&model, &EventsModel::modelReset, this, [this] {
        if (std::exchange(m_dated, isDated()) != m_dated)
            fitColumns();
        follow();
    });
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, &EventsPanel::chosen);
    fitColumns();
}

/// Some of them are not of today.
bool EventsPanel::isDated() const
{
    const InteractionFeed::View &view = m_feed.view();
    const auto isToday = [&](Timestamp t) { return m_look.time().local(t).date() == m_look.time().local(m_feed.now()).date(); };
    return view && !view->events.empty() && !(isToday(view->story.start) && isToday(view->story.lastEventAt));
}

void EventsPanel::fitColumns()
{
    const QFontMetrics metrics(m_look.fonts().table);
    constexpr Timestamp kLateEvening{86'398'888'000};
    const QString time = m_dated ? m_look.time().full(kLateEvening) : m_look.time().clockMillis(kLateEvening); // with 12 hours it is longer
    const QString widest[] = {QStringLiteral("+00 000 0000000, 00000000"),
                              time,
                              QStringLiteral("interaction-media-channel-removed"),
                              QStringLiteral("Agent Seventeen"),
                              QStringLiteral("Web message, leg 2"),
                              QStringLiteral("disconnected"),
                              QStringLiteral("1,000"),
                              QStringLiteral("backfilled"),
                              QStringLiteral("59 min 59 s"),
                              QString()};
    for (int c = 0; c < EventsModel::kColumns; ++c)
        setColumnWidth(c,
                       std::max(metrics.horizontalAdvance(widest[c]),
                                QFontMetrics(m_look.fonts().smallMedium)
                                    .horizontalAdvance(m_model.headerData(c, Qt::Horizontal, Qt::DisplayRole).toString()))
                           + 36);
}

/// The chosen event is shown; nothing is told back.
void EventsPanel::follow()
{
    const int row = m_model.rowOf(m_choice.selection().event);
    m_following = true;
    if (row < 0) {
        selectionModel()->clear();
    } else if (row != currentIndex().row() || !selectionModel()->isRowSelected(row)) {
        selectRow(row);
        scrollTo(m_model.index(row, 0), EnsureVisible);
    }
    m_following = false;
}

void EventsPanel::chosen()
{
    if (m_following || !m_feed.view())
        return;
    const EventId event = m_model.eventAt(currentIndex().row());
    if (!event.empty())
        m_choice.setSelection(selectionOf(*m_feed.view(), event));
}

void EventsPanel::showInteraction(bool shown) { setColumnHidden(EventsModel::Call, !shown); }

QMenu *EventsPanel::makeMenu()
{
    const int row = currentIndex().row();
    if (row < 0)
        return nullptr;
    auto *menu = new QMenu(this);
    QStringList cells;
    for (int c = 0; c < EventsModel::kColumns; ++c)
        cells << m_model.index(row, c).data().toString();
    const auto copy = [menu](const QString &title, const QString &text) {
        QObject::connect(menu->addAction(title), &QAction::triggered, menu, [text] { QGuiApplication::clipboard()->setText(text); });
    };
    copy(tr("Co&py the event's id"), qstr(m_model.eventAt(row).value));
    copy(tr("Copy the &row"), cells.join(QLatin1Char('\t')));
    if (m_feed.view())
        copy(tr("Copy the &interaction's id"), qstr(m_feed.view()->story.interaction.value));
    return menu;
}

void EventsPanel::contextMenuEvent(QContextMenuEvent *event)
{
    if (event->reason() != QContextMenuEvent::Keyboard) {
        const QModelIndex under = indexAt(viewport()->mapFromGlobal(event->globalPos()));
        if (!under.isValid())
            return;
        setCurrentIndex(under);
    }
    QMenu *menu = makeMenu();
    if (!menu)
        return;
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->reason() == QContextMenuEvent::Keyboard ? viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft()) : event->globalPos());
}

void EventsPanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F10 && event->modifiers() == Qt::ShiftModifier) {
        QContextMenuEvent menu(QContextMenuEvent::Keyboard, {}, viewport()->mapToGlobal(QPoint()));
        return contextMenuEvent(&menu);
    }
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(qstr(m_model.eventAt(currentIndex().row()).value));
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace threadline::ui
