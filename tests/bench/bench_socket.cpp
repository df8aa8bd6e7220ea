// SPDX-License-Identifier: GPL-3.0-or-later
/// What a message costs from the kernel to a std::string, and decoded: our WebSocket client beside QWebSocket, one after the other,
/// from a server that sends as fast as is taken. Prints messages and events a second, and processor time of the reading thread.
///   bench_socket [SECONDS for each figure]
#include "core/genesys/streamingdecoder.h"
#include "core/genesys/websocket.h"
#include "core/simulator/wire.h"
#include "tests/support/hostilefeed.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

namespace threadline {
namespace {

std::string messageOf(int events)
{
    std::string out = R"({"events":[)";
    for (int i = 0; i < events; ++i)
        out += std::string(i ? "," : "") + R"({"id":"01234567-89ab-4cde-8f01-23456789abcd","timestamp":"2026-05-06T10:44:54.118Z","type":"interaction-updated",)"
            R"("data":{"interactionId":"11234567-89ab-4cde-8f01-23456789abcd","participantId":"21234567-89ab-4cde-8f01-23456789abcd",)"
            R"("purpose":"agent","mediaType":"voice","state":"connected","direction":"inbound","queueName":"Reklamationen Z\u00fcrich"}})";
    return out + "]}";
}

double processorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Counts, and decodes if it is to.
struct Taker {
    bool decodes = false;
    long messages = 0, events = 0;
    StreamingDecoder decoder{};
    Decoded decoded{};
    void take(std::string &&text)
    {
        ++messages;
        if (!decodes)
            return;
        decoder.decode(text, Timestamp{1}, decoded);
        events += static_cast<long>(decoded.events.size());
    }
};

struct Ear final : WebSocketListener {
    explicit Ear(Taker &t) : taker(t) {}
    void socketOpened() override { }
    void socketText(std::string &&utf8) override { taker.take(std::move(utf8)); }
    void socketBinary(std::string &&) override { }
    void socketPong() override { }
    void socketClosed(const SocketClosed &closed) override { std::printf("closed: %s\n", closed.words().c_str()); }
    void socketFailed(const OpenFailed &) override { std::printf("failed\n"); }
    Taker &taker;
};

void measure(const char *name, int events, Taker &taker, int seconds)
{
    QEventLoop loop;
    QTimer::singleShot(500, &loop, &QEventLoop::quit); // it runs warm
    loop.exec();
    const long before = taker.messages;
    const double used = processorSeconds();
    QElapsedTimer timer;
    timer.start();
    QTimer::singleShot(seconds * 1000, &loop, &QEventLoop::quit);
    loop.exec();
    const double took = static_cast<double>(timer.nsecsElapsed()) * 1e-9;
    const auto messages = static_cast<double>(taker.messages - before);
    std::printf("%-10s %3d events, %-8s %9.0f messages/s %9.0f events/s  %7.3f us of processor a message\n", name, events,
        taker.decodes ? "decoded" : "as text", messages / took, messages * events / took, (processorSeconds() - used) * 1e6 / messages);
    std::fflush(stdout);
}

void ours(const std::string &url, int events, bool decodes, int seconds)
{
    Taker taker{decodes};
    Ear ear(taker);
    const WebSocketPtr socket = makeWebSocket(ear);
    socket->open(url, {});
    measure("Threadline", events, taker, seconds);
}

void qt(const std::string &url, int events, bool decodes, int seconds)
{
    Taker taker{decodes};
    QWebSocket socket;
    socket.setReadBufferSize(4'500'000);
    QObject::connect(&socket, &QWebSocket::textMessageReceived, &socket, [&](const QString &text) { taker.take(text.toStdString()); });
    socket.open(QUrl(QString::fromStdString(url)));
    measure("QWebSocket", events, taker, seconds);
    socket.abort();
}

} // namespace
} // namespace threadline

int main(int argc, char **argv)
{
    using namespace threadline;
    QCoreApplication app(argc, argv);
    const int seconds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 3;
    for (const int events : {1, 10, 100}) {
        const test::HostileFeed feed(test::FeedTrick::Flood, messageOf(events));
        const std::string url = "ws://127.0.0.1:" + std::to_string(feed.port()) + "/";
        for (const bool decodes : {false, true}) {
            qt(url, events, decodes, seconds);
            ours(url, events, decodes, seconds);
        }
    }
    return 0;
}
