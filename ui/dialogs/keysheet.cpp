// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/keysheet.h"

#include "ui/actions.h"
#include "ui/timeline/keymap.h"
#include "ui/views/controls.h"

#include <QGridLayout>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace threadline::ui {
namespace {

QString keyText(const QList<QKeySequence> &keys)
{
    QStringList names;
    for (const QKeySequence &key : keys)
        names << key.toString(QKeySequence::NativeText);
    return names.join(QStringLiteral(", "));
}

QWidget *column(const QString &title, const std::vector<KeyLine> &lines, const Appearance &look)
{
    auto *box = new QWidget;
    auto *grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->addWidget(makeLabel(title, look.fonts().heading), 0, 0, 1, 3);
    int row = 1;
    for (const KeyLine &line : lines) {
        grid->addWidget(makeLabel(line.keys, look.fonts().fixed), row, 0, Qt::AlignTop);
        grid->addWidget(makeLabel(line.does, look.fonts().table), row, 1, Qt::AlignTop);
        QLabel *mouse = makeLabel(line.mouse, look.fonts().table, "3");
        grid->addWidget(mouse, row++, 2, Qt::AlignTop);
    }
    grid->setRowStretch(row, 1);
    grid->setColumnStretch(2, 1);
    return box;
}

} // namespace

std::vector<KeyLine> windowKeys(const Actions &actions)
{
    std::vector<KeyLine> out;
    for (const QAction *action : actions.all()) {
        if (!action->shortcuts().isEmpty())
            out.push_back({keyText(action->shortcuts()), QString(action->text()).remove(QLatin1Char('&')), KeySheet::tr("Menu")});
    }
    return out;
}

std::vector<KeyLine> laneKeyLines()
{
    std::vector<KeyLine> out;
    for (const LaneKey &key : laneKeys())
        out.push_back({keyText(key.keys), key.does, key.mouse});
    return out;
}

KeySheet::KeySheet(const Actions &actions, const Appearance &look, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Keys"));
    auto *content = new QWidget;
    content->setAttribute(Qt::WA_StyledBackground);
    content->setProperty("ground", "panel");
    auto *columns = new QHBoxLayout(content);
    columns->setContentsMargins(20, 16, 20, 8);
    columns->setSpacing(36);
    columns->addWidget(column(tr("Where the lanes have the focus"), laneKeyLines(), look), 3);
    columns->addWidget(column(tr("Everywhere"), windowKeys(actions), look), 2);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(content);
    auto *close = new QPushButton(tr("Close"));
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 14);
    layout->addWidget(scroll, 1);
    layout->addWidget(close, 0, Qt::AlignHCenter);
    content->ensurePolished();
    // All keys are seen at once where the screen has room for that, 1280x800 among them.
    const QSize room = screen() ? screen()->availableGeometry().size() - QSize(8, 40) : QSize(1272, 760);
    const QSize whole = content->sizeHint() + QSize(4, close->sizeHint().height() + 40);
    resize(whole.boundedTo(room));
}

} // namespace threadline::ui
