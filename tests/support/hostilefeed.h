// SPDX-License-Identifier: GPL-3.0-or-later
/// Servers of an event stream that mean no good, or are broken: what they do to whoever listens, on a port of 127.0.0.1, with POSIX
/// sockets and threads of their own, without Qt. They give out tokens as well (POST to any path), so that a whole program may be sent here.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::test {

enum class FeedTrick {
    PingFlood,        ///< pings without end, and nothing is read any more
    PongFlood,        ///< pongs that nobody asked for, without end
    EndlessFragments, ///< one message in pieces of 1 KiB that never ends
    EmptyFragments,   ///< one message in empty pieces that never ends, with pings between them
    EndlessHead,      ///< a handshake's answer whose head never ends, as fast as it is taken
    TrickledHead,     ///< a byte of it every 50 ms
    TrickledFrame,    ///< a frame of 1 MiB, a byte every 50 ms
    HugeFrame,        ///< announces 2^62 bytes, and sends what is taken
    LargestFrames,    ///< messages of 4 MiB, as fast as they are taken
    MaskedFrames,     ///< frames as only a client may send them
    SplitCharacters,  ///< `text` without end, each byte in a fragment of its own
    CloseButStay,     ///< a close frame, and then the connection is left open and nothing read
    HalfClose,        ///< one message, then no more is sent (TCP half close), though everything is read
    Garbage,          ///< random bytes instead of frames
    Flood,            ///< `text` as a message, as fast as it is taken
    FreshFlood,       ///< the same, but where eight "#" stand in `text` each message has a number of its own
    Silence,          ///< answers the handshake, and never anything again
};
[[nodiscard]] const std::vector<FeedTrick> &allFeedTricks();
[[nodiscard]] const char *nameOf(FeedTrick trick);

/// Listens from its construction on, for any number of connections. Any thread.
class HostileFeed {
public:
    /// `text`: a valid message, for the tricks that send one.
    explicit HostileFeed(FeedTrick trick, std::string text = R"({"events":[]})");
    /// Hangs up on everybody and waits for its threads.
    ~HostileFeed();
    HostileFeed(const HostileFeed &) = delete;
    HostileFeed &operator=(const HostileFeed &) = delete;

    [[nodiscard]] int port() const { return m_port; }
    /// "http://127.0.0.1:PORT": for the login and the environment of a program.
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }
    [[nodiscard]] std::uint64_t sent() const { return m_sent; }         ///< bytes, of all connections, without tokens
    [[nodiscard]] std::uint64_t received() const { return m_received; } ///< bytes, likewise, without requests
    [[nodiscard]] int listeners() const { return m_listeners; }         ///< handshakes so far
    [[nodiscard]] int tokens() const { return m_tokens; }               ///< given out so far
    [[nodiscard]] int lastCloseCode() const { return m_closeCode; }     ///< of a client's close frame, where it was read; 0: none

private:
    struct Peer;
    void acceptAll();
    void serve(Peer &peer);
    void listen(Peer &peer, const std::string &request);
    void play(Peer &peer);
    void flood(Peer &peer, std::string_view bytes);
    void freshFlood(Peer &peer);
    void trickle(Peer &peer, std::string_view bytes);
    void readUntilEnd(Peer &peer);
    bool send(Peer &peer, std::string_view bytes);

    const FeedTrick m_trick;
    const std::string m_text;
    int m_socket = -1;
    int m_port = 0;
    std::atomic<bool> m_stopping{false};
    std::atomic<std::uint32_t> m_fresh{0}; ///< the next number of a message, of all connections
    std::atomic<std::uint64_t> m_sent{0}, m_received{0};
    std::atomic<int> m_listeners{0}, m_tokens{0}, m_closeCode{0};
    struct Threads;
    std::unique_ptr<Threads> m_threads;
};

} // namespace threadline::test
