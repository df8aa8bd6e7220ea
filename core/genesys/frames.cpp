// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/frames.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

constexpr std::size_t kShortestHead = 2;
constexpr std::size_t kMaxControl = 125; ///< payload of a control frame
constexpr unsigned kLength16 = 126;      ///< in place of a length: two bytes follow
constexpr unsigned kLength64 = 127;      ///< eight bytes follow

/// Codes that no frame may carry: those below 1000 and from 5000 on mean nothing, three stand for what has no frame (section 7.4).
/// Others that are reserved may be defined by a later document, as 1012 to 1014 were.
bool mayBeSent(int code) { return code >= 1000 && code < 5000 && code != 1005 && code != 1006 && code != 1015; }

std::string inWords(std::size_t bytes)
{
    constexpr std::size_t kMebibyte = 1u << 20;
    return bytes % kMebibyte == 0 ? std::to_string(bytes / kMebibyte) + " MiB" : std::to_string(bytes) + " bytes";
}

} // namespace

std::optional<FrameEvent> FrameReader::next()
{
    while (!m_over) {
        if (!m_headDone && !takeHead())
            return m_failure ? std::optional(failure()) : std::nullopt;
        takePayload();
        if (m_failure)
            return failure();
        if (m_left > 0)
            return std::nullopt;
        if (auto event = frameDone())
            return event;
    }
    return std::nullopt;
}

FrameEvent FrameReader::failure()
{
    m_over = true;
    m_message = {};
    return std::move(*std::exchange(m_failure, std::nullopt));
}

/// Always false.
bool FrameReader::refuse(int code, std::string why)
{
    m_failure = FrameEvent{FrameEvent::Kind::Failed, std::move(why), code};
    return false;
}

std::size_t FrameReader::headNeeds() const
{
    if (m_headSize < kShortestHead)
        return kShortestHead;
    const unsigned length = byte(1) & 0x7f;
    return kShortestHead + (length == kLength16 ? 2 : length == kLength64 ? 8 : 0);
}

/// True: the head is whole, and fine. Each byte is judged as it comes, so that the same is said however the bytes come.
bool FrameReader::takeHead()
{
    while (m_headSize < headNeeds()) {
        if (m_bytes.empty())
            return false;
        m_head[m_headSize++] = m_bytes.front();
        m_bytes.remove_prefix(1);
        if (m_headSize <= kShortestHead && !headIsFine())
            return false;
    }
    return lengthIsFine();
}

bool FrameReader::headIsFine()
{
    if (m_headSize == 1)
        return kindIsFine();
    if ((byte(1) & 0x80) != 0)
        return refuse(kProtocolError, "a masked frame, which only a client may send");
    const unsigned length = byte(1) & 0x7f;
    if (isControl() && length > kMaxControl)
        return refuse(kProtocolError, "a control frame of more than 125 bytes");
    if (m_kind == FrameKind::Close && length == 1)
        return refuse(kProtocolError, "a close frame of one byte");
    return true;
}

bool FrameReader::kindIsFine()
{
    if ((byte(0) & 0x70) != 0)
        return refuse(kProtocolError, "a frame with bits of an extension that was not agreed upon");
    const unsigned opcode = byte(0) & 0x0f;
    if ((opcode > 2 && opcode < 8) || opcode > 10)
        return refuse(kProtocolError, "a frame of the reserved kind " + std::to_string(opcode));
    m_kind = static_cast<FrameKind>(opcode);
    m_final = (byte(0) & 0x80) != 0;
    if (isControl())
        return m_final || refuse(kProtocolError, "a control frame in fragments");
    if (m_kind == FrameKind::Continuation)
        return m_fragmented || refuse(kProtocolError, "a continuation of no message");
    if (m_fragmented)
        return refuse(kProtocolError, "a new message within another");
    m_messageKind = m_kind;
    return true;
}

/// The length takes as few bytes as it can (section 5.2), and leaves room for what the message has already.
bool FrameReader::lengthIsFine()
{
    const unsigned shortLength = byte(1) & 0x7f;
    m_left = shortLength;
    if (shortLength >= kLength16) {
        m_left = 0;
        for (std::size_t i = kShortestHead; i < m_headSize; ++i)
            m_left = m_left << 8 | byte(i);
        if (m_left >> 63 != 0)
            return refuse(kProtocolError, "a length above what there is");
        if (m_left < kLength16 || (shortLength == kLength64 && m_left <= 0xffff))
            return refuse(kProtocolError, "a length in more bytes than it takes");
    }
    if (!isControl() && m_left > m_maxMessage - m_message.size())
        return refuse(kMessageTooBig, "a message of more than " + inWords(m_maxMessage));
    m_headDone = true;
    m_idleFrames += isControl() || m_left == 0;
    if (!isControl() && m_message.empty())
        m_message.reserve(static_cast<std::size_t>(m_left));
    return true;
}

void FrameReader::takePayload()
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, m_bytes.size()));
    (isControl() ? m_control : m_message).append(m_bytes.substr(0, size));
    m_bytes.remove_prefix(size);
    m_left -= size;
    if (!isControl() && m_messageKind == FrameKind::Text && !textIsFine(m_left == 0 && m_final))
        refuse(kInvalidText, "a text that is not UTF-8");
}

/// A character may be cut anywhere between two frames, and only there at the end of what has come.
bool FrameReader::textIsFine(bool whole)
{
    m_checked += utf8Prefix(std::string_view(m_message).substr(m_checked));
    const std::string_view rest = std::string_view(m_message).substr(m_checked);
    return rest.empty() || (!whole && beginsUtf8(rest));
}

std::optional<FrameEvent> FrameReader::frameDone()
{
    m_headSize = 0;
    m_headDone = false;
    switch (m_kind) {
    case FrameKind::Close: return closed();
    case FrameKind::Ping: return FrameEvent{FrameEvent::Kind::Ping, std::exchange(m_control, {}), 0};
    case FrameKind::Pong: return FrameEvent{FrameEvent::Kind::Pong, std::exchange(m_control, {}), 0};
    default: break;
    }
    m_fragmented = !m_final;
    return m_final ? messageDone() : std::nullopt;
}

std::optional<FrameEvent> FrameReader::messageDone()
{
    m_checked = 0;
    const auto kind = m_messageKind == FrameKind::Text ? FrameEvent::Kind::Text : FrameEvent::Kind::Binary;
    FrameEvent event{kind, std::exchange(m_message, {}), 0};
    // One that came in fragments may have grown to twice its size, and may wait in a queue for long.
    if (event.payload.capacity() - event.payload.size() > event.payload.size() / 4)
        event.payload.shrink_to_fit();
    return event;
}

FrameEvent FrameReader::closed()
{
    m_message = {};
    if (m_control.empty()) {
        m_over = true;
        return {FrameEvent::Kind::Close, {}, 0};
    }
    const auto at = [&](std::size_t i) { return static_cast<int>(static_cast<unsigned char>(m_control[i])); };
    const int code = at(0) << 8 | at(1);
    std::string reason = m_control.substr(2);
    if (!mayBeSent(code))
        refuse(kProtocolError, "the close code " + std::to_string(code) + ", which no frame may carry");
    else if (!isUtf8(reason))
        refuse(kInvalidText, "a reason for closing that is not UTF-8");
    if (m_failure)
        return failure();
    m_over = true;
    return {FrameEvent::Kind::Close, std::move(reason), code};
}

std::string clientFrame(FrameKind kind, std::string_view payload, std::uint32_t mask)
{
    std::string out;
    out.reserve(payload.size() + 14);
    const auto append = [&](std::uint64_t value, int bytes) {
        while (bytes-- > 0)
            out.push_back(static_cast<char>(value >> (8 * bytes) & 0xff));
    };
    append(0x80u | static_cast<unsigned>(kind), 1);
    if (payload.size() < kLength16) {
        append(0x80u | payload.size(), 1);
    } else if (payload.size() <= 0xffff) {
        append(0x80u | kLength16, 1);
        append(payload.size(), 2);
    } else {
        append(0x80u | kLength64, 1);
        append(payload.size(), 8);
    }
    append(mask, 4);
    for (std::size_t i = 0; i < payload.size(); ++i)
        out.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ (mask >> (24 - 8 * (i % 4)) & 0xff)));
    return out;
}

std::string closePayload(int code, std::string_view reason)
{
    if (code == 0)
        return {};
    std::string out{static_cast<char>(code >> 8 & 0xff), static_cast<char>(code & 0xff)};
    return out.append(reason.substr(0, utf8Prefix(reason.substr(0, kMaxControl - 2))));
}

} // namespace threadline
