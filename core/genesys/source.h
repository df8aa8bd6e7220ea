// SPDX-License-Identifier: GPL-3.0-or-later
/// What a source of events hands over to the engine: raw messages, and when it was listening. Plain values, no Qt.
#pragma once

#include "core/base/time.h"
#include "core/model/summary.h"

#include <string>
#include <variant>

namespace threadline {

/// One message as received: UTF-8 JSON text, not looked into yet.
struct RawMessage {
    std::string text;
    Timestamp received;     ///< when its last byte was read
    Duration receivedSteady;///< the same on the steady clock, for delays
    bool binary = false;    ///< came as a binary message: refused, kept
};

/// The source listens (subscribed) from the next message on; closes an open band.
struct Listening {
    Timestamp since;
};

/// The source does not listen any more. The band starts at the last message received.
struct NotListening {
    Timestamp since;
    BandCause cause = BandCause::ConnectionLost;
    std::string reason;
};

using SourceItem = std::variant<RawMessage, Listening, NotListening>;

/// Where a source puts what it has. Implemented by the engine; called on the source's thread.
class SourceSink {
public:
    virtual ~SourceSink() = default;
    /// Takes `item`, waiting at most 250 ms for room. False, and `item` untouched, when there is none: the source stops
    /// reading and tries again.
    [[nodiscard]] virtual bool offer(SourceItem &item) = 0;
    /// Whether nothing will ever be taken again, because the program ends: then waiting for room is in vain.
    [[nodiscard]] virtual bool closed() const { return false; }
    /// The source's state for people; `detail` says why and what to do, without a secret.
    virtual void sourceState(SourceState state, const std::string &detail) = 0;
};

} // namespace threadline
