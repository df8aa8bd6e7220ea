// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hostilefeed.h"

#include "core/simulator/wire.h"
#include "tests/support/serverframes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <random>
#include <thread>

namespace threadline::test {
namespace {

constexpr std::size_t kFloodPiece = 256u << 10; ///< bytes of messages sent at once
constexpr int kSlice = 50; ///< ms: how long an end may go unnoticed

std::string repeated(std::string_view what, std::size_t least)
{
    std::string out;
    while (out.size() < least)
        out += what;
    return out;
}

/// Each byte a fragment, as no library would send it and any may.
std::string inBytes(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
        out += serverFrame(i == 0 ? 1 : 0, text.substr(i, 1), i + 1 == text.size());
    return out;
}

std::string noise(std::size_t size)
{
    std::mt19937 random(7);
    std::string out(size, '\0');
    for (char &c : out)
        c = static_cast<char>(random());
    return out;
}

std::string keyIn(std::string_view request)
{
    constexpr std::string_view kField = "\r\nSec-WebSocket-Key: ";
    const auto at = request.find(kField);
    if (at == std::string_view::npos)
        return {};
    const auto begin = at + kField.size();
    return std::string(request.substr(begin, request.find("\r\n", begin) - begin));
}

std::size_t announced(std::string_view head)
{
    for (const std::string_view field : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
        if (const auto at = head.find(field); at != std::string_view::npos)
            return static_cast<std::size_t>(std::atoi(std::string(head.substr(at + field.size(), 10)).c_str()));
    }
    return 0;
}

} // namespace

struct HostileFeed::Peer {
    int socket = -1;
};

struct HostileFeed::Threads {
    std::deque<std::thread> peers;
    std::thread accepting;
};

const std::vector<FeedTrick> &allFeedTricks()
{
    static const std::vector<FeedTrick> kAll = {FeedTrick::PingFlood, FeedTrick::PongFlood, FeedTrick::EndlessFragments,
        FeedTrick::EmptyFragments, FeedTrick::EndlessHead, FeedTrick::TrickledHead, FeedTrick::TrickledFrame, FeedTrick::HugeFrame,
        FeedTrick::LargestFrames, FeedTrick::MaskedFrames, FeedTrick::SplitCharacters, FeedTrick::CloseButStay, FeedTrick::HalfClose,
        FeedTrick::Garbage, FeedTrick::Flood, FeedTrick::FreshFlood, FeedTrick::Silence};
    return kAll;
}

const char *nameOf(FeedTrick trick)
{
    switch (trick) {
    case FeedTrick::PingFlood: return "ping flood";
    case FeedTrick::PongFlood: return "pong flood";
    case FeedTrick::EndlessFragments: return "endless fragments";
    case FeedTrick::EmptyFragments: return "empty fragments";
    case FeedTrick::EndlessHead: return "endless head";
    case FeedTrick::TrickledHead: return "trickled head";
    case FeedTrick::TrickledFrame: return "trickled frame";
    case FeedTrick::HugeFrame: return "huge frame";
    case FeedTrick::LargestFrames: return "largest frames";
    case FeedTrick::MaskedFrames: return "masked frames";
    case FeedTrick::SplitCharacters: return "split characters";
    case FeedTrick::CloseButStay: return "close but stay";
    case FeedTrick::HalfClose: return "half close";
    case FeedTrick::Garbage: return "garbage";
    case FeedTrick::Flood: return "flood";
    case FeedTrick::FreshFlood: return "fresh flood";
    case FeedTrick::Silence: return "silence";
    }
    return "";
}

HostileFeed::HostileFeed(FeedTrick trick, std::string text)
    : m_trick(trick), m_text(std::move(text)), m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), m_threads(std::make_unique<Threads>())
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    if (::bind(m_socket, generic, size) == 0 && ::listen(m_socket, 64) == 0 && ::getsockname(m_socket, generic, &size) == 0)
        m_port = ntohs(address.sin_port);
    m_threads->accepting = std::thread([this] { acceptAll(); });
}

HostileFeed::~HostileFeed()
{
    m_stopping = true;
    m_threads->accepting.join();
    for (std::thread &peer : m_threads->peers)
        peer.join();
    ::close(m_socket);
}

void HostileFeed::acceptAll()
{
    while (!m_stopping) {
        pollfd waiting{m_socket, POLLIN, 0};
        if (::poll(&waiting, 1, kSlice) <= 0)
            continue;
        const int accepted = ::accept4(m_socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (accepted < 0)
            continue;
        m_threads->peers.emplace_back([this, accepted] {
            Peer peer{accepted};
            serve(peer);
            ::close(accepted);
        });
    }
}

/// One request: a token, or a handshake.
void HostileFeed::serve(Peer &peer)
{
    std::string request;
    std::array<char, 4096> piece{};
    while (!m_stopping) {
        const auto end = request.find("\r\n\r\n");
        if (end != std::string::npos && request.size() >= end + 4 + announced(std::string_view(request).substr(0, end)))
            break;
        pollfd waiting{peer.socket, POLLIN, 0};
        if (::poll(&waiting, 1, kSlice) <= 0)
            continue;
        const auto size = ::recv(peer.socket, piece.data(), piece.size(), 0);
        if (size <= 0)
            return;
        request.append(piece.data(), static_cast<std::size_t>(size));
    }
    if (!request.starts_with("POST"))
        return listen(peer, request);
    const std::string token = R"({"access_token":"token","token_type":"bearer","expires_in":86399})";
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
        + std::to_string(token.size()) + "\r\n\r\n" + token;
    ++m_tokens;
    (void)::send(peer.socket, answer.data(), answer.size(), MSG_NOSIGNAL);
}

void HostileFeed::listen(Peer &peer, const std::string &request)
{
    ++m_listeners;
    const std::string begin = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    if (m_trick == FeedTrick::EndlessHead && send(peer, begin + "X: "))
        return flood(peer, std::string(4096, 'x'));
    if (m_trick == FeedTrick::TrickledHead)
        return trickle(peer, begin + "X: " + std::string(1u << 20, 'x'));
    if (send(peer, begin + "Sec-WebSocket-Accept: " + sim::acceptKey(keyIn(request)) + "\r\n\r\n"))
        play(peer);
}

void HostileFeed::play(Peer &peer)
{
    constexpr std::size_t kPiece = 64u << 10;
    switch (m_trick) {
    case FeedTrick::PingFlood: return flood(peer, repeated(serverFrame(9, std::string(100, 'p')), kPiece));
    case FeedTrick::PongFlood: return flood(peer, repeated(serverFrame(10, ""), kPiece));
    case FeedTrick::EndlessFragments:
        if (send(peer, serverFrame(1, "x", false)))
            flood(peer, repeated(serverFrame(0, std::string(1024, 'x'), false), kPiece));
        return readUntilEnd(peer);
    case FeedTrick::EmptyFragments:
        if (send(peer, serverFrame(1, "", false)))
            flood(peer, repeated(serverFrame(0, "", false) + serverFrame(9, ""), kPiece));
        return;
    case FeedTrick::TrickledFrame: return trickle(peer, serverFrame(1, std::string(1u << 20, 'x')));
    case FeedTrick::HugeFrame:
        if (send(peer, encoded({.announced = 1ull << 62})))
            flood(peer, std::string(kPiece, 'x'));
        return readUntilEnd(peer);
    case FeedTrick::LargestFrames: return flood(peer, serverFrame(1, std::string(4u << 20, ' ')));
    case FeedTrick::MaskedFrames:
        flood(peer, repeated(encoded({.masked = true, .payload = m_text}), kPiece));
        return readUntilEnd(peer);
    case FeedTrick::SplitCharacters: return flood(peer, inBytes(m_text));
    case FeedTrick::Flood: return flood(peer, repeated(serverFrame(1, m_text), kFloodPiece));
    case FeedTrick::FreshFlood: return freshFlood(peer);
    case FeedTrick::CloseButStay:
        send(peer, serverClose(1000, "good-bye"));
        while (!m_stopping)
            std::this_thread::sleep_for(std::chrono::milliseconds(kSlice));
        return;
    case FeedTrick::HalfClose:
        send(peer, serverFrame(1, m_text));
        ::shutdown(peer.socket, SHUT_WR);
        return readUntilEnd(peer);
    case FeedTrick::Garbage:
        send(peer, noise(kPiece));
        return readUntilEnd(peer);
    case FeedTrick::EndlessHead:
    case FeedTrick::TrickledHead:
    case FeedTrick::Silence: break;
    }
    readUntilEnd(peer);
}

/// Until the client hangs up, or the end; nothing is read meanwhile.
void HostileFeed::flood(Peer &peer, std::string_view bytes)
{
    while (send(peer, bytes)) { }
}

void HostileFeed::freshFlood(Peer &peer)
{
    constexpr std::string_view kMark = "########";
    std::string frame = serverFrame(1, m_text);
    std::vector<std::size_t> places;
    for (std::size_t at = frame.find(kMark); at != std::string::npos; at = frame.find(kMark, at + kMark.size()))
        places.push_back(at);
    std::string piece;
    do {
        piece.clear();
        while (piece.size() < kFloodPiece) {
            const std::string number = std::to_string(100'000'000 + m_fresh++ % 100'000'000).substr(1);
            for (const std::size_t at : places)
                frame.replace(at, kMark.size(), number);
            piece += frame;
        }
    } while (send(peer, piece));
}

void HostileFeed::trickle(Peer &peer, std::string_view bytes)
{
    while (!bytes.empty() && send(peer, bytes.substr(0, 1))) {
        bytes.remove_prefix(1);
        std::this_thread::sleep_for(std::chrono::milliseconds(kSlice));
    }
}

void HostileFeed::readUntilEnd(Peer &peer)
{
    sim::FrameReader frames;
    std::array<char, 4096> piece{};
    while (!m_stopping) {
        pollfd waiting{peer.socket, POLLIN, 0};
        if (::poll(&waiting, 1, kSlice) <= 0)
            continue;
        const auto size = ::recv(peer.socket, piece.data(), piece.size(), 0);
        if (size <= 0)
            return;
        m_received += static_cast<std::uint64_t>(size);
        const auto messages = frames.feed({piece.data(), static_cast<std::size_t>(size)});
        for (const auto &message : messages.value_or(std::vector<sim::FrameReader::Message>())) {
            if (message.opcode == sim::Opcode::Close && message.payload.size() >= 2)
                m_closeCode = static_cast<unsigned char>(message.payload[0]) << 8 | static_cast<unsigned char>(message.payload[1]);
        }
    }
}

/// False: the client is gone, or all is to end.
bool HostileFeed::send(Peer &peer, std::string_view bytes)
{
    while (!bytes.empty()) {
        if (m_stopping)
            return false;
        pollfd waiting{peer.socket, POLLOUT, 0};
        if (::poll(&waiting, 1, kSlice) <= 0)
            continue;
        const auto size = ::send(peer.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size < 0)
            return false;
        m_sent += static_cast<std::uint64_t>(size);
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return !m_stopping;
}

} // namespace threadline::test
