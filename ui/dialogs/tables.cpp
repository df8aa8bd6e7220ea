// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/tables.h"

#include <QHeaderView>
#include <QTableView>

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
    return table;
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
            if (item->text() != rows[r][c])
                item->setText(rows[r][c]);
        }
    }
}

} // namespace threadline::ui
