// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/interactionfeed.h"

#include <algorithm>

namespace threadline::ui {

InteractionFeed::InteractionFeed(Hub &hub, QObject *parent) : QObject(parent), m_hub(hub)
{
    connect(&hub, &Hub::interactionsChanged, this, [this](const std::vector<Summary> &touched) {
        if (std::any_of(touched.begin(), touched.end(), [this](const Summary &s) { return s.interaction == m_id; }))
            ask();
    });
}

void InteractionFeed::open(const InteractionId &id)
{
    if (id == m_id)
        return;
    m_id = id;
    m_view.reset();
    m_problem.reset();
    m_question.drop();
    m_again = false;
    Q_EMIT changed();
    ask();
}

void InteractionFeed::retry()
{
    if (!m_problem)
        return;
    m_problem.reset();
    Q_EMIT changed();
    ask();
}

void InteractionFeed::ask()
{
    if (m_id.empty())
        return;
    if (m_question.underWay()) {
        m_again = true;
        return;
    }
    const auto ask = [this](auto answer) { return m_hub.session().interaction(m_id, std::move(answer)); };
    m_question.ask<View>(this, ask, [this](Result<View> answer) { answered(std::move(answer)); });
}

void InteractionFeed::answered(Result<View> answer)
{
    if (answer) {
        m_view = std::move(*answer);
        m_problem.reset();
        m_hub.succeed();
        Q_EMIT changed();
    } else if (m_view) {
        m_hub.fail(answer.error());
    } else {
        m_problem = answer.error();
        Q_EMIT changed();
    }
    if (std::exchange(m_again, false))
        ask();
}

} // namespace threadline::ui
