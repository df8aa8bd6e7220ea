// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/meeting.h"

namespace threadline {
namespace {

void learn(ParticipantRow &row, const Facts &f)
{
    if (row.purpose == Purpose::Unknown && row.purposeText.empty()) {
        row.purpose = f.purpose;
        row.purposeText = f.purposeText;
    }
    const auto last = [](std::string &text, const std::string &told) {
        if (!told.empty() && text != told)
            text = told;
    };
    last(row.name, f.name);
    last(row.userId, f.userId);
    last(row.queueId, f.queueId);
    last(row.queueName, f.queueName);
    last(row.address, f.address);
}

} // namespace

Meeting::Meeting(std::span<const PlacedEvent> events, std::vector<ParticipantRow> &rows)
{
    for (const PlacedEvent &placed : events) {
        const Event &e = *placed.event;
        if (!e.channel.empty() && !e.participant.empty())
            m_owners.try_emplace(e.channel.value, e.participant.value);
    }
    m_participantOf.reserve(events.size());
    for (const PlacedEvent &placed : events) {
        const int p = find(*placed.event, rows);
        m_participantOf.push_back(p);
        if (p >= 0)
            learn(rows[static_cast<std::size_t>(p)], placed.event->facts);
    }
}

int Meeting::find(const Event &e, std::vector<ParticipantRow> &rows)
{
    std::string_view id = e.participant.value;
    if (id.empty()) {
        if (e.channel.empty())
            return -1;
        const auto owner = m_owners.find(e.channel.value);
        id = owner == m_owners.end() ? std::string_view() : owner->second;
    }
    const auto [found, isNew] = m_participants.try_emplace(id, static_cast<int>(rows.size()));
    if (isNew)
        rows.emplace_back().id.value = id;
    return found->second;
}

int Meeting::peerOf(std::string_view peer) const
{
    if (const auto who = m_participants.find(peer); who != m_participants.end())
        return who->second;
    const auto owner = m_owners.find(peer);
    if (owner == m_owners.end())
        return -1;
    const auto who = m_participants.find(owner->second);
    return who == m_participants.end() ? -1 : who->second;
}

} // namespace threadline
