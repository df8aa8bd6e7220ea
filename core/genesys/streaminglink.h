// SPDX-License-Identifier: GPL-3.0-or-later
/// One connection of the streaming protocol, from its handshake to its end: opens, subscribes, pings.
#pragma once

#include "core/base/time.h"
#include "core/genesys/source.h"
#include "core/genesys/websocket.h"

#include <QTimer>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

struct StreamingOptions;

/// The address of the stream, without the token. Errors: InvalidArgument, naming the setting.
[[nodiscard]] Result<std::string> streamUrlOf(const StreamingOptions &options);
[[nodiscard]] std::string subscribeMessage(const std::vector<std::string> &events);
/// What the server says against the subscription, if `message` is such an answer; else nothing.
[[nodiscard]] std::optional<std::string> subscriptionProblem(std::string_view message);

/// Why a connection ended, or did not come to be.
struct LinkEnd {
    enum class Kind : std::uint8_t {
        Setting,           ///< an option of ours is wrong
        TokenRefused,      ///< 401 at the handshake
        Forbidden,         ///< 403 at the handshake, or a subscription refused
        Unreachable,       ///< no handshake
        Lost,              ///< was open, and is no more
        GivenUp,           ///< by us: what came breaks the protocol, or is too large (1002, 1007, 1009, ...)
    } kind = Kind::Lost;
    std::string reason; ///< in words, no sentence: "closed by the server (1001 going away)"
    std::string advice; ///< a whole message with cause and remedy, where there is one
    Duration wait = {}; ///< the server asks us not to come again before
};

class StreamingLink;

/// Called on the link's thread, from inside the link: it must not be destroyed before they return.
class StreamingLinkOwner {
public:
    virtual ~StreamingLinkOwner() = default;
    virtual void linkSubscribed(StreamingLink &link) = 0;
    /// The server has seen the subscription: it answered to something that was sent after it.
    virtual void linkConfirmed(StreamingLink &link) = 0;
    /// May block: nothing more is read from the socket until it returns.
    virtual void linkMessage(StreamingLink &link, RawMessage &&message) = 0;
    virtual void linkEnded(StreamingLink &link, const LinkEnd &end) = 0;
};

class StreamingLink final : private WebSocketListener {
public:
    StreamingLink(const StreamingOptions &options, StreamingLinkOwner &owner, const Clock &clock);
    ~StreamingLink() override;

    void open(const std::string &token);
    /// Says good-bye; the owner hears nothing more.
    void close(const std::string &reason);
    /// A ping if one is due. For an owner that blocks inside linkMessage(), where no timer runs.
    void keepAlive();
    /// The owner was blocked: what was not read meanwhile is no sign of death.
    void resumed();
    [[nodiscard]] bool subscribed() const { return m_subscribed; }
    [[nodiscard]] const std::string &token() const { return m_token; }

private:
    void socketOpened() override;
    void socketText(std::string &&utf8) override;
    void socketBinary(std::string &&bytes) override;
    void socketPong() override;
    void socketClosed(const SocketClosed &closed) override;
    void socketFailed(const OpenFailed &failed) override;

    void pingDue();
    void sendPing();
    void confirm();
    void end(LinkEnd::Kind kind, std::string reason, std::string advice = {}, Duration wait = {});
    [[nodiscard]] bool mayBeControl(const std::string &text) const;

    const StreamingOptions &m_options;
    StreamingLinkOwner &m_owner;
    const Clock &m_clock;
    WebSocketPtr m_socket;
    QTimer m_pingTimer;
    QTimer m_handshakeTimer;
    std::string m_token;
    std::string m_host;
    Duration m_lastPing;
    int m_unanswered = 0;
    bool m_subscribed = false;
    bool m_confirmed = false;
    bool m_heardEvents = false;
    bool m_ended = false;
};

} // namespace threadline
