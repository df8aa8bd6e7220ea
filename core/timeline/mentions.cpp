// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/mentions.h"

#include "core/model/limits.h"

#include <algorithm>

namespace threadline {

void MentionList::add(const EventTable &events, std::uint32_t index, std::uint32_t name, std::uint32_t label)
{
    if (name == kNoIndex)
        return;
    if (label != kNoIndex && label != name) {
        if (name >= m_labels.size())
            m_labels.resize(name + 1);
        Label &known = m_labels[name];
        if (known.index == kNoIndex || events.mentionedBefore(index, known.index))
            known = {index, label};
    }
    const auto known = std::find_if(m_mentions.begin(), m_mentions.end(), [&](const Mention &m) { return m.name == name; });
    if (known != m_mentions.end()) {
        if (!events.mentionedBefore(index, known->index))
            return;
        m_mentions.erase(known);
    }
    const auto place = std::find_if(m_mentions.rbegin(), m_mentions.rend(),
                                    [&](const Mention &m) { return events.mentionedBefore(m.index, index); });
    // A name that is pushed out can only come back by a mention that is earlier than all it had: nothing of it need be kept.
    m_mentions.insert(place.base(), {name, index});
    if (m_mentions.size() > kMost)
        m_mentions.pop_back();
}

std::vector<std::string> MentionList::shown(const NamePool &words) const
{
    std::vector<std::string> out;
    out.reserve(m_mentions.size());
    for (const Mention &m : m_mentions) {
        const std::uint32_t label = m.name < m_labels.size() ? m_labels[m.name].text : kNoIndex;
        out.emplace_back(words.text(label == kNoIndex ? m.name : label));
    }
    return out;
}

std::size_t MentionList::memoryBytes() const
{
    return m_mentions.capacity() * sizeof(Mention) + m_labels.capacity() * sizeof(Label);
}

void Mentions::add(const EventTable &events, std::uint32_t index)
{
    const LightEvent &e = events[index];
    m_media.add(events, index, e.media, kNoIndex);
    m_queues.add(events, index, e.queue, e.queueName);
    if (e.person == kNoIndex)
        return;
    if (e.purpose != Purpose::Customer && e.purpose != Purpose::External) {
        m_agents.add(events, index, e.person, e.personName);
        return;
    }
    std::uint32_t &first = m_parties[(e.purpose == Purpose::External ? 2u : 0u) + (e.has(LightEvent::PartyByName) ? 0u : 1u)];
    if (first == kNoIndex || events.mentionedBefore(index, first))
        first = index;
}

void Mentions::fill(const EventTable &events, Summary &summary) const
{
    summary.media = m_media.shown(events.words());
    summary.queues = m_queues.shown(events.words());
    summary.agents = m_agents.shown(events.words());
    const auto party = std::find_if(m_parties.begin(), m_parties.end(), [](std::uint32_t i) { return i != kNoIndex; });
    if (party != m_parties.end())
        summary.customer = events.words().text(events[*party].person);
}

std::size_t Mentions::shownBytes(const EventTable &events) const
{
    constexpr std::size_t kMost = (3 * MentionList::kMost + 1) * kMaxShownBytes;
    return std::min(events.words().textBytes(), kMost);
}

std::size_t Mentions::memoryBytes() const
{
    return m_media.memoryBytes() + m_queues.memoryBytes() + m_agents.memoryBytes();
}

} // namespace threadline
