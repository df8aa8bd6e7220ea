// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/tables.h"

#include <QHeaderView>
#include <QStyle>
#include <QTableView>
#include <QTimer>

#include <algorithm>

namespace threadline::ui {

QTableView *makeTable(QStandardItemModel &model, const QStringList &titles, const QString &name, const Appearance &look)
{
    model.setHorizontalHeaderLabels(titles);
    auto *table = new QTableView;
    table->setModel(&model);
    table->setAccessibleName(name);
    table->setFont(look.fonts().table);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(24);
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setDefaultSectionSize(130);
    table->horizontalHeader()->setFont(look.fonts().smallMedium);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    // Once for all that has changed: a thousand rows tell of themselves cell by cell, and each time hundreds would be measured.
    auto *due = new QTimer(table);
    due->setSingleShot(true);
    QObject::connect(due, &QTimer::timeout, table, [table] { fitColumns(*table); });
    const auto fit = [due] {
        if (!due->isActive())
            due->start(0);
    };
    QObject::connect(&model, &QAbstractItemModel::rowsInserted, due, fit);
    QObject::connect(&model, &QAbstractItemModel::dataChanged, due, fit);
    return table;
}

void fitColumns(QTableView &table)
{
    constexpr int kWidest = 320;
    constexpr int kLooked = 200; ///< rows that are measured
    constexpr int kPaddings = 16; ///< of the style sheet, left and right
    // What the style leaves free around a text comes on top: without it the last letters would become an ellipsis.
    const int padding = kPaddings + 2 * (table.style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, &table) + 1) + 2;
    const QFontMetrics metrics(table.font());
    const QAbstractItemModel &model = *table.model();
    for (int c = 0; c + 1 < model.columnCount(); ++c) { // the last one takes what is left
        int widest = 0;
        for (int r = 0; r < std::min(model.rowCount(), kLooked); ++r)
            widest = std::max(widest, metrics.horizontalAdvance(model.index(r, c).data().toString()));
        if (const int wanted = std::min(widest + padding, kWidest); wanted > table.columnWidth(c))
            table.setColumnWidth(c, wanted);
    }
}

void setRows(QStandardItemModel &model, const QList<QStringList> &rows)
{
    model.setRowCount(static_cast<int>(rows.size()));
    for (int r = 0; r < rows.size(); ++r) {
        for (int c = 0; c < rows[r].size(); ++c) {
            QStandardItem *item = model.item(r, c);
            if (!item) {
                item = new QStandardItem;
                item->setEditable(false);
                model.setItem(r, c, item);
            }
            if (item->text() != rows[r][c]) {
                item->setText(rows[r][c]);
                item->setToolTip(rows[r][c]);
            }
        }
    }
}

} // namespace threadline::ui
