// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/storyreader.h"

#include "ui/models/post.h"

namespace threadline::ui {

StoryReader::StoryReader(Hub &hub, QObject *parent) : QObject(parent), m_hub(hub) {}

StoryReader::~StoryReader() = default;

void StoryReader::want(const InteractionId &id, bool inViewOnly)
{
    Item &item = *m_wanted.try_emplace(id.value).first;
    item.second.stale = true;
    item.second.inViewOnly = inViewOnly;
    enqueue(item);
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
    if (wanted.question || (wanted.inViewOnly && !inView))
        return;
    if (wanted.place && (!inView || !wanted.place->first))
        return; // it waits, and no earlier place is due to it
    if (wanted.place)
        m_waiting.erase(*wanted.place);
    wanted.place = Place{!inView, m_places++};
    m_waiting.emplace(*wanted.place, id);
}

void StoryReader::pump()
{
    while (m_underWay < kMostAtOnce && !m_waiting.empty()) {
        const auto found = m_wanted.find(m_waiting.begin()->second);
        m_waiting.erase(m_waiting.begin());
        ask(*found);
    }
}

void StoryReader::ask(Item &item)
{
    auto &[id, wanted] = item;
    wanted.place.reset();
    wanted.stale = false;
    ++m_underWay;
    auto answer = posted<std::shared_ptr<const InteractionView>>(this, [this, id = id](const Answer &story) { take(id, story); });
    wanted.question = m_hub.session().interaction(InteractionId(id), std::move(answer));
}

void StoryReader::take(const std::string &id, const Answer &answer)
{
    --m_underWay;
    const auto found = m_wanted.find(id);
    found->second.question.reset();
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
    if (found == m_wanted.end() || found->second.question)
        return;
    if (found->second.place)
        m_waiting.erase(*found->second.place);
    m_wanted.erase(found);
}

bool StoryReader::underWay(const InteractionId &id) const
{
    const auto found = m_wanted.find(id.value);
    return found != m_wanted.end() && found->second.question;
}

} // namespace threadline::ui
