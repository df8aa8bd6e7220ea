// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/actions.h"

#include <QWidget>

namespace threadline::ui {
namespace {

struct Spec {
    Actions::Id id;
    const char *text;
    QList<QKeySequence> keys;
    bool checkable = false;
};

QList<QKeySequence> keys(const char *first, const char *second = nullptr)
{
    QList<QKeySequence> out{QKeySequence(QString::fromLatin1(first))};
    if (second)
        out << QKeySequence(QString::fromLatin1(second));
    return out;
}

QList<Spec> specs()
{
    using A = Actions;
    return {
        {A::Connect, QT_TR_NOOP("&Connect…"), keys("Ctrl+Shift+C")},
        {A::OpenFile, QT_TR_NOOP("&Open file…"), keys("Ctrl+O")},
        {A::OpenInteraction, QT_TR_NOOP("Open &interaction by id…"), keys("Ctrl+G")},
        {A::Quit, QT_TR_NOOP("&Quit"), keys("Ctrl+Q")},
        {A::Floor, QT_TR_NOOP("&Floor"), keys("Ctrl+1"), true},
        {A::Timeline, QT_TR_NOOP("&Timeline"), keys("Ctrl+2"), true},
        {A::RightDock, QT_TR_NOOP("&Right dock"), keys("Ctrl+I"), true},
        {A::BottomDock, QT_TR_NOOP("&Bottom dock"), keys("Ctrl+J"), true},
        {A::LegendShown, QT_TR_NOOP("&Legend"), keys("L"), true},
        {A::Compact, QT_TR_NOOP("Co&mpact"), {}, true},
        {A::Normal, QT_TR_NOOP("&Normal"), {}, true},
        {A::Comfortable, QT_TR_NOOP("Comf&ortable"), {}, true},
        {A::SortAttention, QT_TR_NOOP("By &attention"), {}, true},
        {A::SortCustomer, QT_TR_NOOP("By &customer"), {}, true},
        {A::SortWith, QT_TR_NOOP("By &whom they are with"), {}, true},
        {A::NextSort, QT_TR_NOOP("Sort by the next co&lumn"), keys("Ctrl+Shift+S")},
        {A::NextTheme, QT_TR_NOOP("Next t&heme"), keys("Ctrl+Shift+D")},
        {A::NextRegion, QT_TR_NOOP("Next re&gion"), keys("F6")},
        {A::PreviousRegion, QT_TR_NOOP("Pre&vious region"), keys("Shift+F6")},
        {A::FrameTimes, QT_TR_NOOP("Frame t&imes"), keys("F12"), true},
        {A::Live, QT_TR_NOOP("&Back to live, follow"), {}},
        {A::Start, QT_TR_NOOP("&Start of the data"), {}},
        {A::ZoomIn, QT_TR_NOOP("Zoom &in"), {}},
        {A::ZoomOut, QT_TR_NOOP("Zoom &out"), {}},
        {A::Fit, QT_TR_NOOP("&Fit the selection"), {}},
        {A::FitAll, QT_TR_NOOP("Fit &everything"), {}},
        {A::Zone, QT_TR_NOOP("&UTC or local time"), keys("U")},
        {A::KeySheet, QT_TR_NOOP("&Keys"), keys("?", "F1")},
        {A::About, QT_TR_NOOP("&About Threadline"), {}},
    };
}

} // namespace

Actions::Actions(QWidget *window) : QObject(window)
{
    for (const Spec &spec : specs()) {
        auto *action = new QAction(tr(spec.text), this);
        action->setShortcuts(spec.keys);
        action->setCheckable(spec.checkable);
        window->addAction(action);
        m_actions[static_cast<std::size_t>(spec.id)] = action;
    }
}

} // namespace threadline::ui
