// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/storyreader.h"

#include <QTimer>

#include <utility>

namespace threadline::ui {

StoryReader::StoryReader(Hub &hub, QObject *parent) : QObject(parent), m_hub(hub) {}

StoryReader::~StoryReader() = default;

void StoryReader::want(const InteractionId &id, Where where)
{
    Item &item = *m_wanted.try_emplace(id.value).first;
    Wanted &wanted = item.second;
    if (wanted.where != where) {
        leaveLine(wanted);
        wanted.where = where;
    }
    wanted.stale = true;
    enqueue(item);
}

/// Neither waits in its line nor is asked for any more.
void StoryReader::leaveLine(Wanted &wanted)
{
    if (wanted.place)
        line(wanted.where).waiting.erase(*wanted.place);
    wanted.place.reset();
    if (wanted.question.underWay())
        giveBack(wanted);
    wanted.question.drop();
}

void StoryReader::giveBack(Wanted &wanted)
{
    if (std::exchange(wanted.late, false))
        --m_late;
    else
        --line(wanted.where).underWay;
}

/// Whether it still waits for its answer: then others get their turn.
void StoryReader::lookAt(const std::string &id, std::uint64_t number)
{
    const auto found = m_wanted.find(id);
    if (found == m_wanted.end() || found->second.number != number || !found->second.question.underWay())
        return;
    if (m_late >= kMostLate) { // it may give its place once others have been answered
        QTimer::singleShot(kLateMs, this, [this, id, number] { lookAt(id, number); });
        return;
    }
    --line(found->second.where).underWay;
    found->second.late = true;
    ++m_late;
    pump();
}

void StoryReader::setInView(const std::vector<std::string> &ids)
{
    m_inView = {ids.begin(), ids.end()};
    for (const std::string &id : ids) {
        const auto found = m_wanted.find(id);
        if (found != m_wanted.end() && found->second.stale)
            enqueue(*found);
    }
    pump();
}

void StoryReader::enqueue(Item &item)
{
    auto &[id, wanted] = item;
    const bool inView = m_inView.count(id) > 0;
    if (wanted.question.underWay() || (wanted.where == Where::Shared && !inView))
        return;
    if (wanted.place && (!inView || !wanted.place->first))
        return; // it waits, and no earlier place is due to it
    leaveLine(wanted);
    wanted.place = Place{!inView, m_places++};
    line(wanted.where).waiting.emplace(*wanted.place, id);
}

void StoryReader::pump()
{
    while (underWay() < kMostAtOnce) {
        const Line &here = line(Where::Here);
        const Line &shared = line(Where::Shared);
        const bool sharedMay = shared.underWay < kMostShared && !shared.waiting.empty();
        if (here.waiting.empty() && !sharedMay)
            return;
        const bool sharedFirst = here.waiting.empty() || (sharedMay && shared.waiting.begin()->first < here.waiting.begin()->first);
        ask(*m_wanted.find((sharedFirst ? shared : here).waiting.begin()->second));
    }
}

void StoryReader::ask(Item &item)
{
    auto &[id, wanted] = item;
    leaveLine(wanted);
    wanted.stale = false;
    wanted.number = ++m_questions;
    ++line(wanted.where).underWay;
    QTimer::singleShot(kLateMs, this, [this, id = id, number = wanted.number] { lookAt(id, number); });
    const auto ask = [&, this](auto answer) { return m_hub.session().interaction(InteractionId(id), std::move(answer)); };
    wanted.question.ask<std::shared_ptr<const InteractionView>>(this, ask, [this, id = id](const Answer &story) { take(id, story); });
}

void StoryReader::take(const std::string &id, const Answer &answer)
{
    const auto found = m_wanted.find(id);
    giveBack(found->second);
    if (found->second.stale)
        enqueue(*found);
    else
        m_wanted.erase(found);
    Q_EMIT answered(InteractionId(id), answer);
    pump();
}

void StoryReader::forget(const InteractionId &id)
{
    const auto found = m_wanted.find(id.value);
    if (found == m_wanted.end() || found->second.question.underWay())
        return;
    leaveLine(found->second);
    m_wanted.erase(found);
}

bool StoryReader::underWay(const InteractionId &id) const
{
    const auto found = m_wanted.find(id.value);
    return found != m_wanted.end() && found->second.question.underWay();
}

} // namespace threadline::ui
