// SPDX-License-Identifier: GPL-3.0-or-later
/// The floor: minimap, lanes, legend; or why there is nothing. GUI thread.
#pragma once

#include "ui/models/floormodel.h"
#include "ui/timeline/lanesview.h"

#include <QWidget>

class QStackedLayout;

namespace threadline::ui {

class EmptyState;
class Legend;
class Minimap;
class NoteBar;

class FloorView : public QWidget {
    Q_OBJECT
public:
    FloorView(FloorModel &model, Hub &hub, Appearance &look, QWidget *parent = nullptr);

    [[nodiscard]] LanesView &lanes() { return *m_lanes; }
    [[nodiscard]] NoteBar &note() { return *m_note; }
    [[nodiscard]] Minimap &minimap() { return *m_minimap; }
    [[nodiscard]] Legend &legend() { return *m_legend; }
    /// Shows the newest state at once; for pictures.
    void settle();
    /// What is read just now, "calls.json", and how far; empty: nothing is. Shown here as long as there is nothing else to show.
    void setReading(const QString &title, const QString &detail);
    /// What should have the focus where nothing else has been chosen.
    [[nodiscard]] QWidget &startFocus();

Q_SIGNALS:
    void connectWanted();
    void stopWanted();
    void filled(); ///< lanes have come, or gone

private:
    void sceneChanged(std::uint64_t events);
    void viewMoved();
    void showEmptiness();
    void showNotes();
    [[nodiscard]] QStringList notesOnView() const;
    [[nodiscard]] QString whyNothing() const;

    FloorModel &m_model;
    Hub &m_hub;
    const Appearance &m_look;
    NoteBar *m_note;
    LanesView *m_lanes;
    Minimap *m_minimap;
    Legend *m_legend;
    EmptyState *m_empty;
    QStackedLayout *m_stack;
    QString m_reading, m_readingDetail;
};

} // namespace threadline::ui
