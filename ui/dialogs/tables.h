// SPDX-License-Identifier: GPL-3.0-or-later
/// The tables of the lists: plain rows of text. GUI thread.
#pragma once

#include "ui/theme/appearance.h"

#include <QStandardItemModel>
#include <QStringList>

class QTableView;

namespace threadline::ui {

[[nodiscard]] QTableView *makeTable(QStandardItemModel &model, const QStringList &titles, const QString &name, const Appearance &look);
/// Makes columns as wide as what stands in them, within reason; they never become narrower.
void fitColumns(QTableView &table);
/// Puts rows into a model; leaves it alone where nothing is different, so that a selection survives.
void setRows(QStandardItemModel &model, const QList<QStringList> &rows);

} // namespace threadline::ui
