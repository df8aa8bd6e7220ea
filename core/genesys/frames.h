// SPDX-License-Identifier: GPL-3.0-or-later
/// Frames of the WebSocket protocol as a client reads and writes them (RFC 6455 section 5), without any extension. Pure; fuzzed; no Qt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace threadline {

enum class FrameKind : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Codes that a connection is closed with (RFC 6455 section 7.4.1).
inline constexpr int kGoingAway = 1001;
inline constexpr int kProtocolError = 1002;
inline constexpr int kInvalidText = 1007;
inline constexpr int kPolicyViolation = 1008;
inline constexpr int kMessageTooBig = 1009;

/// Something that the server sent, whole.
struct FrameEvent {
    enum class Kind : std::uint8_t { Text, Binary, Ping, Pong, Close, Failed } kind = Kind::Failed;
    std::string payload; ///< the message, what a ping carries, the reason for closing, or what the server did against the protocol
    int code = 0;        ///< Close: as sent, 0 if there was none. Failed: what to close the connection with
};

/// Takes the server's frames apart, whatever pieces their bytes come in. Holds at most one message of `maxMessage` bytes and a control
/// frame; a longer message is refused by its announced length, before it is taken. Text is judged as it comes, across fragments.
class FrameReader {
public:
    explicit FrameReader(std::size_t maxMessage) : m_maxMessage(maxMessage) {}

    /// The next bytes. They must stay where they are until next() returns nothing.
    void feed(std::string_view bytes) { m_bytes = bytes; }
    /// What is whole by now, one after the other; nothing: more bytes are needed. Nothing comes after Close and Failed.
    [[nodiscard]] std::optional<FrameEvent> next();
    /// Whether a frame or a fragmented message has begun and not ended.
    [[nodiscard]] bool inTheMiddle() const { return !m_over && (m_headSize > 0 || m_fragmented); }
    /// How many frames have come that bring no message on: pings, pongs and empty ones.
    [[nodiscard]] std::uint64_t idleFrames() const { return m_idleFrames; }

private:
    [[nodiscard]] bool takeHead();
    [[nodiscard]] bool headIsFine();
    [[nodiscard]] bool kindIsFine();
    [[nodiscard]] bool lengthIsFine();
    [[nodiscard]] std::size_t headNeeds() const;
    void takePayload();
    [[nodiscard]] std::optional<FrameEvent> frameDone();
    [[nodiscard]] std::optional<FrameEvent> messageDone();
    [[nodiscard]] FrameEvent closed();
    [[nodiscard]] FrameEvent failure();
    [[nodiscard]] bool textIsFine(bool whole);
    bool refuse(int code, std::string why);
    [[nodiscard]] bool isControl() const { return (static_cast<unsigned>(m_kind) & 8u) != 0; }
    [[nodiscard]] unsigned byte(std::size_t at) const { return static_cast<unsigned char>(m_head[at]); }

    const std::size_t m_maxMessage;
    std::string_view m_bytes;
    std::array<char, 10> m_head{}; ///< of the frame that is being read
    std::size_t m_headSize = 0;    ///< what has come of it; 0: between two frames
    bool m_headDone = false;
    bool m_final = false;
    FrameKind m_kind = FrameKind::Text;
    std::uint64_t m_left = 0; ///< of the frame's payload
    std::uint64_t m_idleFrames = 0;
    bool m_fragmented = false; ///< a message has begun, and its last frame has not
    FrameKind m_messageKind = FrameKind::Text;
    std::string m_message;
    std::size_t m_checked = 0; ///< so much of m_message is known to be UTF-8
    std::string m_control;     ///< payload of a control frame, which may come between the fragments of a message
    bool m_over = false;
    std::optional<FrameEvent> m_failure;
};

/// A frame that is a message of its own, masked with `mask`, which must be unpredictable and new each time (section 5.3).
[[nodiscard]] std::string clientFrame(FrameKind kind, std::string_view payload, std::uint32_t mask);
/// Code and reason, which is cut where it is too long for a frame; code 0: empty.
[[nodiscard]] std::string closePayload(int code, std::string_view reason);

} // namespace threadline
