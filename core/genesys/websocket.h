// SPDX-License-Identifier: GPL-3.0-or-later
/// The one interface to a WebSocket client connection. The protocol behind it is our own (frames.h, handshake.h): QWebSocket refuses
/// valid text whose fragments end inside a character, and answers pings without a bound (Qt 6.4 and 6.8).
#pragma once

#include "core/net/network.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace threadline {

struct NetworkOptions;

/// How an open connection ended.
struct SocketClosed {
    enum class By : std::uint8_t {
        Peer,    ///< with a close frame
        Us,      ///< given up: what came breaks the protocol (1002, 1007), is too large (1009), or stalled within a message (1001)
        Network, ///< dropped, with or without an error
    };
    By by = By::Network;
    int code = 0;       ///< RFC 6455 close code; 0: none
    std::string reason; ///< the other side's words; of Us: what was wrong
    /// In words: "closed by the server (1001 going away: restart)", "connection lost: connection reset by peer",
    /// "given up (1009 message too big: a message of more than 4 MiB)".
    [[nodiscard]] std::string words() const;
};

/// Why a connection did not come to be.
struct OpenFailed {
    int httpStatus = 0;     ///< the handshake was answered with this; 0: there was no answer
    NetworkFailure failure; ///< for httpStatus 0
    std::string retryAfter = {}; ///< else: Retry-After as sent; empty: none
};

/// Who hears of it. Called on the socket's thread, never from inside a call of the socket's; any of them may destroy the socket.
class WebSocketListener {
public:
    virtual ~WebSocketListener() = default;
    virtual void socketOpened() = 0;
    virtual void socketText(std::string &&utf8) = 0;
    virtual void socketBinary(std::string &&bytes) = 0;
    virtual void socketPong() = 0;
    virtual void socketClosed(const SocketClosed &closed) = 0;
    virtual void socketFailed(const OpenFailed &failed) = 0;
};

/// One connection, used once. A listener that does not return from socketText() stops the reading, and TCP pushes back.
/// Messages above kMaxMessageBytes end the connection with 1009; a message that stalls for 5 s in the middle, or has not ended
/// kMessageMillis after it began, with 1001.
/// Pings are answered; while more than 64 KiB wait to be taken by the server, only the newest will be (RFC 6455 section 5.5.3).
/// open() has no deadline of its own: whoever opens gives up by destroying it.
class WebSocket {
public:
    virtual ~WebSocket() = default;
    /// The address may carry a token: it appears in no message.
    virtual void open(const std::string &url, const NetworkOptions &options) = 0;
    virtual void sendText(std::string_view utf8) = 0;
    /// Goes out at once, also while the listener is inside socketText().
    virtual void ping() = 0;
    /// Says good-bye with a close frame and hangs up, without waiting for the answer: at once, or after 0.1 s where the server still
    /// sends or does not read. The listener hears nothing more.
    virtual void close(int code, const std::string &reason) = 0;
};

/// Hangs up, and destroys the socket as soon as none of its own functions is running.
struct WebSocketDeleter {
    void operator()(WebSocket *socket) const;
};
using WebSocketPtr = std::unique_ptr<WebSocket, WebSocketDeleter>;

/// The largest message then comes at 70 KB/s.
inline constexpr int kMessageMillis = 60'000;
[[nodiscard]] WebSocketPtr makeWebSocket(WebSocketListener &listener, int messageMillis = kMessageMillis);

} // namespace threadline
