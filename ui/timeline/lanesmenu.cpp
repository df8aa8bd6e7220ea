// SPDX-License-Identifier: GPL-3.0-or-later
/// The part of LanesView around its header column and its menu.
#include "ui/text/format.h"
#include "ui/timeline/lanesview.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QToolTip>

#include <cstdlib>

namespace threadline::ui {
namespace {

constexpr int kEdgeReach = 4;

} // namespace

bool LanesView::atEdge(const QPoint &at) const { return std::abs(at.x() - headerWidth()) <= kEdgeReach; }

void LanesView::setHeader(int width)
{
    m_look.setHeaderWidth(m_purpose == Purpose::Floor, std::clamp(width, kSmallestHeader, std::max(kSmallestHeader, viewport()->width() / 2)));
}

void LanesView::setSorted(int column)
{
    m_sorted = column;
    viewport()->update();
}

/// All that the header says, and what of it had no room.
QString LanesView::headerTip(int index) const
{
    const Row &shown = row(index);
    QStringList parts{shown.title, shown.detailAt(counted()), shown.note};
    if (shown.since)
        parts << futureNote(*shown.since, now());
    parts.removeAll(QString());
    return parts.join(QLatin1Char('\n')).toHtmlEscaped().replace(QLatin1Char('\n'), QLatin1String("<br>"));
}

void LanesView::leave()
{
    const bool nothing = m_selection.empty();
    if (!nothing && m_purpose == Purpose::Floor)
        choose({});
    else
        Q_EMIT leaveWanted();
}

QMenu *LanesView::makeMenu()
{
    auto *menu = new QMenu(this);
    const auto add = [&](const QString &text, LaneCommand command) {
        connect(menu->addAction(text), &QAction::triggered, this, [this, command] { execute(command); });
    };
    const int index = selectedRow();
    const RowKind kind = index < 0 ? RowKind::Events : row(index).kind;
    if (index >= 0 && (kind == RowKind::Group || kind == RowKind::Participant))
        add(row(index).expanded ? tr("&Collapse") : tr("&Expand"), row(index).expanded ? LaneCommand::Collapse : LaneCommand::Expand);
    if (kind == RowKind::Lane)
        add(tr("&Open the timeline"), LaneCommand::Open);
    if (index >= 0 && row(index).lane)
        add(selectedSegment() ? tr("&Fit the segment") : tr("&Fit the lane"), LaneCommand::Fit);
    if (selectedSegment())
        add(tr("&Tip"), LaneCommand::ShowTip);
    if (kind == RowKind::Lane || m_purpose == Purpose::Timeline)
        add(tr("Co&py the id"), LaneCommand::CopyId);
    if (!menu->isEmpty())
        menu->addSeparator();
    add(tr("Fit e&verything"), LaneCommand::FitAll);
    add(m_scene->live ? tr("&Back to live, follow") : tr("To the e&nd"), LaneCommand::End);
    return menu;
}

void LanesView::showMenu(const QPoint &global)
{
    m_tipTimer.stop();
    QToolTip::hideText();
    QMenu *menu = makeMenu();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(global);
}

/// What is under the pointer is chosen first; by key the menu is that of what is chosen.
void LanesView::contextMenuEvent(QContextMenuEvent *event)
{
    if (event->reason() == QContextMenuEvent::Keyboard)
        return execute(LaneCommand::Menu);
    const QPoint at = viewport()->mapFromGlobal(event->globalPos());
    constexpr int kBeyondArrow = 40; // a click there would fold the group
    if (state().rowAt(at.y()) >= 0)
        clickAt({std::max(at.x(), kBeyondArrow), at.y()});
    showMenu(event->globalPos());
}

} // namespace threadline::ui
