// SPDX-License-Identifier: GPL-3.0-or-later
/// The one interface to a WebSocket client connection. QWebSocket stands behind it and is named in websocket.cpp alone.
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
        Library, ///< our WebSocket library gave it up: invalid text (1007), too large (1009), stalled in the middle of a message
        Network, ///< dropped, with or without an error
    };
    By by = By::Network;
    int code = 0;       ///< RFC 6455 close code; 0: none
    std::string reason; ///< the other side's or the library's words
    /// In words: "closed by the server (1001 going away: restart)", "connection lost: connection reset by peer".
    [[nodiscard]] std::string words() const;
};

/// Why a connection did not come to be.
struct OpenFailed {
    int httpStatus = 0;     ///< the handshake was answered with this; 0: there was no answer
    NetworkFailure failure; ///< for httpStatus 0, and the library's words otherwise
};

/// Who hears of it. Called on the socket's thread; any of them may destroy the socket.
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

/// One connection, used once: a QWebSocket that is opened a second time inherits a timer that kills the new connection.
/// A listener that does not return from socketText() stops the reading, and TCP pushes back.
/// Messages above kMaxMessageBytes end the connection with 1009; a message that stalls for 5 s in the middle with 1001.
class WebSocket {
public:
    virtual ~WebSocket() = default;
    /// The address may carry a token: it appears in no message.
    virtual void open(const std::string &url, const NetworkOptions &options) = 0;
    virtual void sendText(std::string_view utf8) = 0;
    /// Goes out at once, also while the listener is inside socketText().
    virtual void ping() = 0;
    /// Says good-bye with a close frame and hangs up, without waiting for the answer. The listener hears nothing more.
    virtual void close(int code, const std::string &reason) = 0;
};

/// Hangs up, and destroys the socket as soon as none of its own functions is running.
struct WebSocketDeleter {
    void operator()(WebSocket *socket) const;
};
using WebSocketPtr = std::unique_ptr<WebSocket, WebSocketDeleter>;

[[nodiscard]] WebSocketPtr makeWebSocket(WebSocketListener &listener);

} // namespace threadline
