// SPDX-License-Identifier: GPL-3.0-or-later
/// What is chosen, shared by all views of a window: an interaction, in it a segment or an event. GUI thread.
#pragma once

#include "core/model/ids.h"
#include "ui/timeline/scene.h"

#include <QObject>

namespace threadline::ui {

class Choice : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] const InteractionId &interaction() const { return m_interaction; }
    /// Rows of the timeline of interaction(); empty: the interaction as a whole.
    [[nodiscard]] const Selection &selection() const { return m_selection; }

    /// Another interaction: nothing in it is chosen.
    void setInteraction(const InteractionId &id)
    {
        if (id == m_interaction)
            return;
        m_interaction = id;
        m_selection = {};
        Q_EMIT interactionChanged();
        Q_EMIT selectionChanged();
    }
    void setSelection(const Selection &selection)
    {
        if (selection == m_selection)
            return;
        m_selection = selection;
        Q_EMIT selectionChanged();
    }

Q_SIGNALS:
    void interactionChanged();
    void selectionChanged();

private:
    InteractionId m_interaction;
    Selection m_selection;
};

} // namespace threadline::ui
