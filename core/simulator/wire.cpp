// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/wire.h"

#include "core/simulator/http.h"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace threadline::sim {
namespace {

constexpr std::size_t kMaxPayload = 64 << 10;

std::uint64_t bigEndian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = (value << 8) | static_cast<unsigned char>(c);
    return value;
}

bool isControl(Opcode opcode) { return static_cast<unsigned>(opcode) >= 8; }

} // namespace

std::string acceptKey(std::string_view key)
{
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    return toBase64({reinterpret_cast<const char *>(digest.data()), size});
}

std::string frameHead(Opcode opcode, std::size_t size)
{
    std::string head(1, static_cast<char>(0x80 | static_cast<unsigned>(opcode)));
    const int bytes = size < 126 ? 0 : size < 65'536 ? 2 : 8;
    head += bytes == 0 ? static_cast<char>(size) : bytes == 2 ? char{126} : char{127};
    for (int i = bytes; i > 0; --i)
        head += static_cast<char>((size >> (8 * (i - 1))) & 0xFF);
    return head;
}

std::string closePayload(std::uint16_t code, std::string_view reason)
{
    std::string payload;
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xFF);
    payload += reason.substr(0, 123);
    return payload;
}

std::optional<std::vector<FrameReader::Message>> FrameReader::feed(std::string_view bytes)
{
    m_buffer += bytes;
    std::vector<Message> out;
    Step step = Step::Took;
    while (step == Step::Took)
        step = takeFrame(out);
    if (step == Step::Wrong)
        return std::nullopt;
    return out;
}

FrameReader::Step FrameReader::takeFrame(std::vector<Message> &out)
{
    if (m_buffer.size() < 2)
        return Step::NeedMore;
    const auto first = static_cast<unsigned char>(m_buffer[0]);
    const auto second = static_cast<unsigned char>(m_buffer[1]);
    const bool last = (first & 0x80) != 0;
    const auto opcode = static_cast<Opcode>(first & 0x0F);
    std::uint64_t size = second & 0x7F;
    const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
    const std::size_t head = 2 + extended + 4;
    if ((first & 0x70) != 0 || (second & 0x80) == 0)
        return Step::Wrong;
    if (isControl(opcode) && (!last || size > 125))
        return Step::Wrong;
    if (m_buffer.size() < head)
        return Step::NeedMore;
    if (extended > 0)
        size = bigEndian(std::string_view(m_buffer).substr(2, extended));
    if (size > kMaxPayload || m_partial.payload.size() + size > kMaxPayload)
        return Step::Wrong;
    if (m_buffer.size() < head + size)
        return Step::NeedMore;
    std::string payload = m_buffer.substr(head, size);
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ m_buffer[head - 4 + i % 4]);
    m_buffer.erase(0, head + size);
    if (isControl(opcode)) {
        out.push_back({opcode, std::move(payload)});
        return Step::Took;
    }
    if ((opcode == Opcode::Continuation) != m_fragmented)
        return Step::Wrong;
    if (!m_fragmented)
        m_partial = {opcode, {}};
    m_partial.payload += payload;
    m_fragmented = !last;
    if (last)
        out.push_back(std::exchange(m_partial, {}));
    return Step::Took;
}

} // namespace threadline::sim
