// SPDX-License-Identifier: GPL-3.0-or-later
/// Reads the answer to one HTTP/1.1 request out of the bytes of its connection, in pieces of any size (RFC 9112). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace threadline {

class ReplyReader {
public:
    enum class State : std::uint8_t {
        Reading,
        Whole,
        Cut,     ///< the body is longer than it may be, or the connection ended within it
        Broken,  ///< the connection ended within the head
        Foreign, ///< this is no HTTP, or its head is longer than 64 KiB
    };

    /// `maxBody`: of bytes that are kept.
    explicit ReplyReader(std::size_t maxBody) : m_maxBody(maxBody) {}

    /// The next bytes; once it is not Reading any more, what comes is no part of the answer.
    State feed(std::string_view bytes);
    /// The connection has ended.
    State end();
    [[nodiscard]] State state() const { return m_state; }
    /// Whether anything has come.
    [[nodiscard]] bool hasBegun() const { return m_begun; }

    [[nodiscard]] int status() const { return m_status; }
    /// Names in lower case.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>> &headers() const { return m_headers; }
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::string takeBody() { return std::move(m_body); }
    /// Whether its connection may be used again: the server wants it, and nothing stands behind the answer.
    [[nodiscard]] bool keepsAlive() const { return m_state == State::Whole && m_keepsAlive; }

private:
    enum class Next : std::uint8_t { Head, Length, UntilEnd, ChunkSize, Chunk, ChunkEnd, Trailer };

    [[nodiscard]] std::vector<std::string> members(std::string_view name) const;
    void readHead(std::string_view head);
    void chooseBody();
    [[nodiscard]] bool readLine(std::string_view &bytes);
    void readChunkSize();
    void keep(std::string_view piece);

    const std::size_t m_maxBody;
    State m_state = State::Reading;
    Next m_next = Next::Head;
    bool m_begun = false, m_keepsAlive = false;
    int m_status = 0;
    std::vector<std::pair<std::string, std::string>> m_headers;
    std::string m_line; ///< a head, a line of chunks: what has come of it
    std::uint64_t m_left = 0; ///< of the body or the chunk
    std::string m_body;
};

} // namespace threadline
