// SPDX-License-Identifier: GPL-3.0-or-later
/// The interaction that is looked at, kept current: asked for again whenever it was touched, one question at a time.
/// GUI thread.
#pragma once

#include "ui/models/hub.h"

namespace threadline::ui {

class InteractionFeed : public QObject {
    Q_OBJECT
public:
    using View = std::shared_ptr<const InteractionView>;

    explicit InteractionFeed(Hub &hub, QObject *parent = nullptr);

    /// Looks at another interaction; an empty id at none.
    void open(const InteractionId &id);
    [[nodiscard]] const InteractionId &id() const { return m_id; }
    /// Null until it has come, and where it could not be read.
    [[nodiscard]] const View &view() const { return m_view; }
    /// Why it could not be read; absent: it could, or is coming.
    [[nodiscard]] const std::optional<Error> &problem() const { return m_problem; }
    /// By the clock of the window.
    [[nodiscard]] Timestamp now() const { return m_hub.now(); }
    /// Asks once more for one that could not be read.
    void retry();
    [[nodiscard]] bool settled() const { return !m_question.underWay(); }

Q_SIGNALS:
    /// The view is another one, or none.
    void changed();

private:
    void ask();
    void answered(Result<View> answer);

    Hub &m_hub;
    InteractionId m_id;
    View m_view;
    std::optional<Error> m_problem;
    bool m_again = false;
    Question m_question;
};

} // namespace threadline::ui
