// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/event.h"

#include <array>

namespace threadline {

namespace {

/// All texts of an event.
template<class E>
auto textsOf(E &e)
{
    auto &f = e.facts;
    return std::to_array({&e.interaction.value, &e.id.value, &e.participant.value, &e.channel.value, &e.type, &e.raw, &f.purposeText, &f.stateText,
                          &f.mediaText, &f.userId, &f.queueId, &f.queueName, &f.name, &f.address, &f.disconnectType, &f.peer, &f.linkedInteraction});
}

} // namespace

std::size_t Event::bytes() const
{
    const std::size_t within = std::string().capacity(); // short texts lie in the event itself
    std::size_t sum = sizeof(Event);
    for (const std::string *text : textsOf(*this))
        sum += text->capacity() > within ? text->capacity() + 1 : 0;
    return sum;
}

void Event::clear()
{
    for (std::string *text : textsOf(*this))
        text->clear();
    facts.purpose = {};
    facts.state = {};
    facts.media = {};
    facts.direction = {};
    kind = Kind::Other;
    time = {};
    sequence.reset();
    provenance = {};
    received = {};
    marks = 0;
    content = {};
    dataOffset = dataSize = 0;
}

} // namespace threadline
