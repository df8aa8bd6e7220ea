// SPDX-License-Identifier: GPL-3.0-or-later
/// Frames as a server sends them, written plainly from RFC 6455 section 5.2, also such as it must not send. For tests; no Qt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace threadline::test {

struct ServerFrame {
    int opcode = 1;
    bool fin = true;
    int rsv = 0;         ///< 0 to 7: the three reserved bits
    bool masked = false; ///< with a mask of zeros
    int lengthBytes = -1; ///< 0, 2 or 8 instead of the fewest that do
    std::string_view payload{};
    std::uint64_t announced = 0; ///< instead of the payload's length, if that is shorter
};

inline std::string encoded(const ServerFrame &frame)
{
    const std::uint64_t size = frame.announced > frame.payload.size() ? frame.announced : frame.payload.size();
    const int bytes = frame.lengthBytes >= 0 ? frame.lengthBytes : size < 126 ? 0 : size < 65'536 ? 2 : 8;
    std::string out;
    out += static_cast<char>((frame.fin ? 0x80 : 0) | frame.rsv << 4 | frame.opcode);
    out += static_cast<char>((frame.masked ? 0x80 : 0) | (bytes == 0 ? static_cast<int>(size) : bytes == 2 ? 126 : 127));
    for (int i = bytes - 1; i >= 0; --i)
        out += static_cast<char>(size >> (8 * i) & 0xff);
    return out.append(frame.masked ? 4 : 0, '\0').append(frame.payload);
}

inline std::string serverFrame(int opcode, std::string_view payload, bool fin = true)
{
    return encoded({.opcode = opcode, .fin = fin, .payload = payload});
}

inline std::string serverClose(int code, std::string_view reason = {})
{
    return serverFrame(8, std::string{static_cast<char>(code >> 8 & 0xff), static_cast<char>(code & 0xff)}.append(reason));
}

} // namespace threadline::test
