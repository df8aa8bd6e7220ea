// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/facts.h"

#include <array>

namespace threadline {
namespace {

/// The names of `data` that are read; several names may mean one field.
enum class Field : std::uint8_t {
    Interaction, Participant, Channel, Purpose, Media, State, Direction, User, QueueId, QueueName, Name, Address, Disconnect,
    Peer, Linked, None
};

struct FieldName {
    std::string_view name;
    Field field;
};

constexpr FieldName kFields[] = {
    {"interactionId", Field::Interaction}, {"participantId", Field::Participant}, {"channelId", Field::Channel},
    {"state", Field::State}, {"purpose", Field::Purpose}, {"mediaType", Field::Media}, {"direction", Field::Direction},
    {"userId", Field::User}, {"queueId", Field::QueueId}, {"queueName", Field::QueueName}, {"name", Field::Name},
    {"address", Field::Address}, {"ani", Field::Address}, {"disconnectType", Field::Disconnect}, {"peer", Field::Peer},
    {"peerId", Field::Peer}, {"consultParticipantId", Field::Peer}, {"participantName", Field::Name},
    {"linkedInteractionId", Field::Linked}, {"sourceConversationId", Field::Linked},
};

/// Compares only with the names of the same length and first letter: most members are looked for among one.
Field fieldOf(std::string_view name)
{
    for (const FieldName &entry : kFields) {
        if (entry.name.size() == name.size() && entry.name.front() == name.front() && entry.name == name)
            return entry.field;
    }
    return Field::None;
}

class DataReader {
public:
    DataReader(Event &event, std::string &scratch) : m_event(event), m_facts(event.facts), m_scratch(scratch) {}

    void take(std::string_view name, std::string_view raw)
    {
        const Field field = fieldOf(name);
        if (field == Field::None)
            return;
        const std::uint32_t bit = 1u << static_cast<unsigned>(field);
        const bool isId = field <= Field::Channel;
        if (isId && (m_seen & bit) != 0)
            m_event.marks |= Event::DuplicateMember;
        m_seen |= bit;
        const auto text = json::stringOf(raw, m_scratch);
        if (isId)
            takeId(field, bit, raw, text);
        else if (text)
            takeFact(field, *text);
    }

    [[nodiscard]] DataProblem result() const
    {
        if (m_bad != 0)
            return DataProblem::BadId;
        const bool nothing = m_event.interaction.empty() && m_event.participant.empty() && m_event.channel.empty();
        return nothing ? DataProblem::NamesNothing : DataProblem::None;
    }

private:
    void takeId(Field field, std::uint32_t bit, std::string_view raw, std::optional<std::string_view> text)
    {
        std::string &id = field == Field::Interaction ? m_event.interaction.value
            : field == Field::Participant             ? m_event.participant.value
                                                      : m_event.channel.value;
        const bool absent = json::typeOf(raw) == json::Type::Null;
        id = text.value_or(std::string_view());
        m_bad = absent || !id.empty() ? m_bad & ~bit : m_bad | bit; // of duplicates the last counts
    }

    void takeFact(Field field, std::string_view text)
    {
        switch (field) {
        case Field::Purpose: named(text, m_facts.purpose, m_facts.purposeText, purposeFromName, Purpose::Unknown); break;
        case Field::Media: named(text, m_facts.media, m_facts.mediaText, mediaFromName, Media::Unknown); break;
        case Field::State: named(text, m_facts.state, m_facts.stateText, stateFromName, State::Unknown); break;
        case Field::Direction: m_facts.direction = directionFromName(text); break;
        case Field::User: m_facts.userId = text; break;
        case Field::QueueId: m_facts.queueId = text; break;
        case Field::QueueName: m_facts.queueName = text; break;
        case Field::Name: m_facts.name = text; break;
        case Field::Address: m_facts.address = text; break;
        case Field::Disconnect: m_facts.disconnectType = text; break;
        case Field::Peer: m_facts.peer = text; break;
        case Field::Linked: m_facts.linkedInteraction = text; break;
        default: break;
        }
    }

    template<class E, class F>
    void named(std::string_view text, E &value, std::string &unknownText, F fromName, E unknown)
    {
        value = fromName(text);
        unknownText = value == unknown ? text : std::string_view();
    }

    Event &m_event;
    Facts &m_facts;
    std::string &m_scratch;
    std::uint32_t m_seen = 0;
    std::uint32_t m_bad = 0;
};

} // namespace

DataProblem readData(json::Cursor &cursor, Event &event, std::string &scratch)
{
    DataReader reader(event, scratch);
    cursor.enterObject();
    std::string_view name;
    while (cursor.nextMember(name)) {
        const std::string_view value = cursor.skipValue();
        if (name.find('\\') != std::string_view::npos)
            reader.take(json::unescapeName(name), value);
        else
            reader.take(name, value);
    }
    return reader.result();
}

} // namespace threadline
