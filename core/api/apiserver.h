// SPDX-License-Identifier: GPL-3.0-or-later
/// The REST interface (docs/rest-api.md) over a session, on a loopback address, in a thread of its own.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace threadline {

/// Serves until it is closed or destroyed. All functions from one thread, which needs no event loop.
class ApiServer {
public:
    struct Options {
        std::string host = "127.0.0.1"; ///< a loopback address, or "localhost"; IPv6 without or with brackets
        std::uint16_t port = 3000;      ///< 0: any free one
        std::string token;              ///< bearer token; empty: none is asked for
        std::vector<std::string> hosts; ///< names allowed in the Host field beside the loopback ones, without port
        int maxConnections = 512;       ///< beyond, newcomers get the places of those who wait or take slowly (Guard::giveWay), or are refused
        std::size_t maxHead = 128 * 1024; ///< bytes of request line and fields: an id of 10,000 characters fits, however encoded
        std::size_t maxBody = 64 * 1024;  ///< bytes of a request's body
        std::size_t maxHeld = 32u << 20;  ///< bytes of large answers that clients have not taken yet; beyond, 503
        Duration deadline = Duration::seconds(5);     ///< from a request's first byte to its last; for each 64 KiB of an answer
        Duration idle = Duration::seconds(15);        ///< between two requests of a connection
        Duration answerWithin = Duration::seconds(30); ///< what the session may take; then 500
    };

    /// `session` and `clock` must outlive it.
    ApiServer(Session &session, const Clock &clock, Options options);
    ~ApiServer();
    ApiServer(const ApiServer &) = delete;
    ApiServer &operator=(const ApiServer &) = delete;

    /// Starts to serve. Errors: Busy if the port is taken, InvalidArgument for an address that is no loopback one.
    [[nodiscard]] Result<> listen();
    /// The port that is listened on; 0 while not listening.
    [[nodiscard]] std::uint16_t port() const;
    /// Ends all connections, asked questions included, and the thread. Takes well under a second.
    void close();

private:
    class Thread;
    Session &m_session;
    const Clock &m_clock;
    const Options m_options;
    std::unique_ptr<Thread> m_thread;
};

} // namespace threadline
