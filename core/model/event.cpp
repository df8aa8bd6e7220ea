// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/event.h"

namespace threadline {

void Event::clear()
{
    for (std::string *text : {&interaction.value, &id.value, &participant.value, &channel.value, &type, &raw, &facts.purposeText, &facts.stateText,
                              &facts.mediaText, &facts.userId, &facts.queueId, &facts.queueName, &facts.name, &facts.address,
                              &facts.disconnectType, &facts.peer, &facts.linkedInteraction})
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
