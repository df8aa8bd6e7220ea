// SPDX-License-Identifier: GPL-3.0-or-later
/// The opening handshake of the WebSocket protocol, from the client's side (RFC 6455 section 4.1). Pure; fuzzed; no Qt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace threadline {

/// What is sent. `host`: with its port if that is not the usual one. `target`: path and query, encoded. `key`: 16 random bytes in base64.
[[nodiscard]] std::string handshakeRequest(std::string_view host, std::string_view target, std::string_view key);

/// What the SHA-1 is made of whose base64 the server must answer `key` with.
[[nodiscard]] std::string acceptSource(std::string_view key);

/// Reads the server's answer, whatever pieces its bytes come in. Nothing is offered, so an answer that agrees to an extension or
/// a subprotocol is none. Redirects are not followed: the address carries a token.
class HandshakeReader {
public:
    enum class State : std::uint8_t {
        Reading,
        Open,    ///< frames follow
        Refused, ///< answered with another status
        Foreign, ///< no HTTP, a head above 16 KiB, or a 101 that is wrong
    };
    /// `accept`: what Sec-WebSocket-Accept must be.
    explicit HandshakeReader(std::string accept) : m_accept(std::move(accept)) {}

    /// Takes the bytes of the head and says how many they were: what stands behind it is not touched.
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    [[nodiscard]] State state() const { return m_state; }
    /// Of the status line, as soon as that is there; 0 before, and for what is no HTTP.
    [[nodiscard]] int status() const { return m_status; }
    /// Refused: Retry-After as sent; empty: none.
    [[nodiscard]] const std::string &retryAfter() const { return m_retryAfter; }
    /// Foreign: what is wrong, in words.
    [[nodiscard]] const std::string &problem() const { return m_problem; }

private:
    void readStatusLine();
    void readHead(std::string_view head);
    [[nodiscard]] std::string wrongIn(std::string_view head) const;
    void foreign(std::string problem);

    const std::string m_accept;
    std::string m_retryAfter;
    State m_state = State::Reading;
    int m_status = 0;
    std::string m_head;         ///< what has come of it
    std::size_t m_interim = 0;  ///< bytes of answers that only announce the one to come
    std::string m_problem;
};

} // namespace threadline
