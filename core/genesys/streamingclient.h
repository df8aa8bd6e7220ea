// SPDX-License-Identifier: GPL-3.0-or-later
/// The client of the streaming protocol: token, socket, subscription, liveness, back-pressure, reconnect. One thread (it runs
/// in whatever thread it lives in; its sink's offer() may block that thread in slices of 250 ms).
#pragma once

#include "core/base/result.h" // before time.h: moc 6.4 cannot read <compare> as the first standard header
#include "core/base/time.h"
#include "core/genesys/oauth.h"
#include "core/genesys/source.h"

#include <QObject>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace threadline {

struct StreamingOptions {
    Credentials credentials;
    NetworkOptions network;
    std::string streamUrl; ///< empty: wss://HOST/api/v2/streaming/events of environmentUrl (ws:// for http:// to loopback)
    std::vector<std::string> events = {"interaction-participant-joined", "interaction-participant-left",
        "interaction-media-channel-added", "interaction-media-channel-removed", "interaction-updated"};
    Duration pingEvery = Duration::seconds(10);
    int missedPongs = 2;
    Duration silence = Duration::seconds(30);       ///< no data although pongs come: a second connection takes over
    Duration silenceMax = Duration::seconds(600);   ///< the deadline doubles up to this while both stay quiet
    Duration heldBackMax = Duration::seconds(10);   ///< no room for so long: close on purpose, band "held back"
    Duration backoffFirst = Duration::millis(500);  ///< full jitter: uniform in 0 .. min(max, first * 2^attempt)
    Duration backoffMax = Duration::seconds(30);
    Duration handshakeMax = Duration::seconds(20);  ///< no answer to the WebSocket handshake for so long: given up, tried again
    bool exitOnRefused = false; ///< report refused credentials before the first success by refusedAtStart() and stop
};

class StreamingClient : public QObject {
    Q_OBJECT
public:
    StreamingClient(StreamingOptions options, SourceSink &sink, const Clock &clock, QObject *parent = nullptr);
    ~StreamingClient() override;

    void start();
    /// Closes cleanly; NotListening is offered, for which the sink has 2 s unless it is closed. No signal after finished(). Any thread: it is
    /// heard within 250 ms even while the client's own thread is blocked by a sink without room.
    void stop();

Q_SIGNALS:
    void refusedAtStart(const QString &message);
    void finished();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// "Test connection": each step as it ends. Steps: host, sign in, stream, subscription.
struct TestStep {
    std::string name;    ///< "Host found", "Signed in", "Stream opened", "Subscribed"
    bool passed = false;
    std::string detail;  ///< what was found
    std::string problem; ///< empty if passed; what is wrong
    std::string remedy;  ///< what to do
    Duration took;
};

class ConnectionTest : public QObject {
    Q_OBJECT
public:
    ConnectionTest(StreamingOptions options, const Clock &clock, QObject *parent = nullptr);
    ~ConnectionTest() override;
    /// Runs at most 20 s; `step` for each step in order, then `done` (true: all passed). Destroying it cancels.
    void start(std::function<void(const TestStep &)> step, std::function<void(bool)> done);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace threadline
