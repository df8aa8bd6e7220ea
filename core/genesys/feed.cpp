// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/feed.h"

#include <utility>

namespace threadline {

bool Feed::put(SourceItem item)
{
    if (const auto *message = std::get_if<RawMessage>(&item))
        m_since = message->received;
    if (m_held.empty() && m_sink.offer(item))
        return true;
    m_held.push_back(std::move(item));
    return m_held.size() > 1 && drain();
}

bool Feed::drain()
{
    while (!m_held.empty()) {
        if (!m_sink.offer(m_held.front()))
            return false;
        m_held.pop_front();
    }
    return true;
}

void Feed::listening()
{
    m_since = m_clock.now();
    m_listening = true;
    m_bandOpen = false;
    keep(Listening{m_since});
}

void Feed::notListening(BandCause cause, const std::string &reason)
{
    m_listening = false;
    if (std::exchange(m_bandOpen, true))
        return;
    keep(NotListening{m_since, cause, reason});
}

} // namespace threadline
