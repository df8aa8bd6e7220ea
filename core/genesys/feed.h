// SPDX-License-Identifier: GPL-3.0-or-later
/// What stands between a source and its sink: nothing is lost and nothing overtakes while the sink has no room. No Qt.
#pragma once

#include "core/genesys/source.h"

#include <cstddef>
#include <deque>
#include <string>

namespace threadline {

/// One thread. Holds the one message that found no room and what is said about the connection after it; a source does not
/// read on while something is held, so it stays at a few items.
class Feed {
public:
    Feed(SourceSink &sink, const Clock &clock) : m_sink(sink), m_clock(clock) {}

    /// Offers what is held and then `item`; false if something is still held afterwards. Blocks as long as one offer does.
    bool put(SourceItem item);
    /// Only keeps it, behind what is held.
    void keep(SourceItem item) { m_held.push_back(std::move(item)); }
    /// Offers what is held; false if something still is.
    bool drain();
    [[nodiscard]] bool empty() const { return m_held.empty(); }
    [[nodiscard]] std::size_t held() const { return m_held.size(); }

    /// Items for a change of state; each once, so that no band is opened inside another.
    void listening();
    void notListening(BandCause cause, const std::string &reason);
    [[nodiscard]] bool isListening() const { return m_listening; }
    /// When this source began to want to listen: where the band starts if it never does.
    void setStart(Timestamp start) { m_since = start; }

private:
    SourceSink &m_sink;
    const Clock &m_clock;
    std::deque<SourceItem> m_held;
    Timestamp m_since; ///< the last message received, or the last moment at which listening began
    bool m_listening = false;
    bool m_bandOpen = false;
};

} // namespace threadline
