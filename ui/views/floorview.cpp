// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/floorview.h"

#include "ui/text/fieldnames.h"
#include "ui/text/format.h"
#include "ui/views/controls.h"
#include "ui/views/legend.h"
#include "ui/views/minimap.h"
#include "ui/views/notebar.h"

#include <QStackedLayout>
#include <QVBoxLayout>

namespace threadline::ui {
namespace {

constexpr int kLongestNote = 400;

} // namespace

FloorView::FloorView(FloorModel &model, Hub &hub, Appearance &look, QWidget *parent)
    : QWidget(parent), m_model(model), m_hub(hub), m_look(look), m_note(new NoteBar(look)), m_lanes(new LanesView(LanesView::Purpose::Floor, look, hub.clock())),
      m_minimap(new Minimap(*m_lanes, [this](const TimeScale &scale, int width) {
          return densityOf(m_model.stretches(), m_model.stored(), scale, width, m_hub.openEnd());
      }, look)), m_legend(new Legend(look)), m_empty(new EmptyState(look))
{
    auto *full = new QWidget;
    auto *layout = new QVBoxLayout(full);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_minimap);
    layout->addWidget(m_lanes, 1);
    layout->addWidget(m_legend);
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(full);
    m_stack->addWidget(m_empty);
    connect(&model, &FloorModel::sceneChanged, this, &FloorView::sceneChanged);
    connect(&hub, &Hub::statusChanged, this, [this] {
        showEmptiness();
        showNotes();
    });
    connect(m_lanes, &LanesView::viewChanged, this, &FloorView::viewMoved);
    connect(m_lanes, &LanesView::restingChanged, &model, &FloorModel::hold);
    connect(m_lanes, &LanesView::expandWanted, &model, &FloorModel::setExpanded);
    connect(m_empty, &EmptyState::acted, this, [this] { m_reading.isEmpty() ? Q_EMIT connectWanted() : Q_EMIT stopWanted(); });
    sceneChanged(0);
}

void FloorView::sceneChanged(std::uint64_t events)
{
    m_lanes->navigator().noteNew(events);
    const bool first = m_lanes->scene()->rows.empty();
    m_lanes->setScene(m_model.scene());
    m_minimap->refresh(first);
    m_model.setWanted(m_lanes->visibleKeys());
    showEmptiness();
    showNotes();
    Q_EMIT m_lanes->viewChanged();
}

void FloorView::viewMoved()
{
    if (!m_lanes->navigator().placed())
        return; // the view means nothing yet
    const TimeRange view = m_lanes->navigator().view();
    m_model.setView(view, view.contains(m_lanes->now()));
    m_model.setWanted(m_lanes->visibleKeys());
}

/// What is stored and not to be seen just now, and how to get at it.
QStringList FloorView::notesOnView() const
{
    QStringList text;
    const Scene &scene = *m_model.scene();
    const auto stored = static_cast<std::uint64_t>(m_model.total().all);
    if (scene.rows.empty() && scene.dated)
        text << (scene.live && m_lanes->navigator().view().contains(m_lanes->now()) ? tr("Nothing goes on now. %1 stored: Home goes to the first, Shift+F shows all.")
                            : tr("Nothing lies in this stretch. %1 stored: Home goes to the first, Shift+F shows all."))
                    .arg(stored == 1 ? tr("1 interaction is") : tr("%1 interactions are").arg(numberText(stored)));
    if (const std::int64_t more = m_model.leftOut(); more > 0)
        text << (more == 1 ? tr("1 more lies in this stretch than is shown: zoom in.")
                           : tr("%1 more lie in this stretch than are shown: zoom in.").arg(numberText(static_cast<std::uint64_t>(more))));
    const bool less = m_lanes->navigator().view().start > scene.extent.start; // where all is in view nothing lies before it
    if (scene.focus && scene.before > 0 && less)
        text << (scene.before == 1 ? tr("1 interaction lies before %1: Home goes to the first, Shift+F shows all.").arg(m_look.time().dated(scene.focus->start))
                                   : tr("%1 interactions lie before %2: Home goes to the first, Shift+F shows all.")
                                         .arg(numberText(scene.before), m_look.time().dated(scene.focus->start)));
    if (scene.focus && scene.beyond > 0)
        text << beyondText(scene, scene.beyond == 1 ? tr("1 interaction goes") : tr("%1 interactions go").arg(numberText(scene.beyond)), m_look.time());
    return text;
}

void FloorView::showNotes()
{
    const Origin &origin = m_model.origin();
    const int rows = m_model.sharedShown();
    QStringList text = notesOnView();
    const bool own = !text.isEmpty();
    if (rows > 0)
        text << (rows == 1 ? tr("One row, marked at the end of its header, is read from %1.").arg(foreign(origin.shared))
                           : tr("%1 rows, marked at the end of their headers, are read from %2.")
                                 .arg(numberText(static_cast<std::uint64_t>(rows)), foreign(origin.shared)));
    const bool past = !m_lanes->navigator().view().contains(m_lanes->now()) || m_model.count() == 0;
    if (past && !origin.note.empty())
        text << foreign(origin.note, kLongestNote);
    const bool complete = !past || origin.note.empty();
    m_note->setNote(!complete ? Glyph::Warn : own ? Glyph::Info : Glyph::Store, complete ? Severity::Info : Severity::Warn, text.join(QLatin1Char(' ')));
}

QString FloorView::whyNothing() const
{
    QStringList why{inFieldNames(m_hub.status().sourceDetail), foreign(m_model.origin().note, kLongestNote)};
    why.removeAll(QString());
    return why.join(QLatin1Char('\n'));
}

void FloorView::showEmptiness()
{
    const bool empty = m_model.scene()->rows.empty() && !m_model.scene()->dated;
    const int page = empty ? 1 : 0;
    if (m_stack->currentIndex() != page) {
        QWidget *focused = window()->focusWidget();
        const bool had = focused && (focused == m_stack->currentWidget() || m_stack->currentWidget()->isAncestorOf(focused));
        m_stack->setCurrentIndex(page);
        if (had)
            startFocus().setFocus();
        Q_EMIT filled();
    }
    if (!empty)
        return;
    if (!m_reading.isEmpty())
        m_empty->setTexts(m_reading, m_readingDetail, tr("Stop"));
    else if (!m_model.loaded())
        m_empty->setTexts(tr("Reading what is stored."), {});
    else if (m_hub.status().source == SourceState::Listening)
        m_empty->setTexts(tr("No interactions yet."),
                          tr("Connected %1 ago, the feed is silent.").arg(proseDuration(m_hub.now() - m_hub.listeningSince().value_or(m_hub.now()))));
    else
        m_empty->setTexts(tr("Not connected."), whyNothing(), tr("Connect…"));
}

void FloorView::setReading(const QString &title, const QString &detail)
{
    if (m_reading == title && m_readingDetail == detail)
        return;
    m_reading = title;
    m_readingDetail = detail;
    showEmptiness();
}

QWidget &FloorView::startFocus() { return m_stack->currentIndex() == 0 ? static_cast<QWidget &>(*m_lanes) : *m_empty; }

void FloorView::settle()
{
    m_model.rebuild();
    m_minimap->refresh(true);
    m_lanes->calm();
}

} // namespace threadline::ui
