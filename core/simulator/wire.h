// SPDX-License-Identifier: GPL-3.0-or-later
/// The server's side of the WebSocket protocol (RFC 6455), frame by frame. QWebSocketServer offers neither a connection that is cut
/// in the middle of a frame, nor one that leaves pings unanswered, nor a close that waits for the peer: the faults need all three.
/// No Qt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::sim {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// The value of Sec-WebSocket-Accept for a client's key.
[[nodiscard]] std::string acceptKey(std::string_view key);

/// The head of an unfragmented, unmasked frame with a payload of `size` bytes.
[[nodiscard]] std::string frameHead(Opcode opcode, std::size_t size);
[[nodiscard]] std::string closePayload(std::uint16_t code, std::string_view reason);

/// Puts the client's frames together again.
class FrameReader {
public:
    struct Message {
        Opcode opcode = Opcode::Text;
        std::string payload;
    };
    /// The messages and control frames that are complete with `bytes`. Nothing: the client breaks the protocol (unmasked, over
    /// 64 KiB, a continuation of nothing, a control frame that is fragmented or over 125 bytes).
    [[nodiscard]] std::optional<std::vector<Message>> feed(std::string_view bytes);

private:
    enum class Step { NeedMore, Took, Wrong };
    Step takeFrame(std::vector<Message> &out);

    std::string m_buffer;
    Message m_partial; ///< a fragmented message so far
    bool m_fragmented = false;
};

} // namespace threadline::sim
