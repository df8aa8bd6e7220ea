// SPDX-License-Identifier: GPL-3.0-or-later
/// A source of events on a thread of its own: the streaming client, or the replay of a recording.
#pragma once

#include "core/genesys/recorder.h"
#include "core/genesys/streamingclient.h"

#include <QObject>
#include <QThread>

#include <memory>
#include <mutex>
#include <string>

namespace threadline::app {

/// Lives in the main thread.
class Source : public QObject {
    Q_OBJECT
public:
    /// Connects and reconnects until it is destroyed.
    Source(StreamingOptions options, SourceSink &sink, const Clock &clock, QObject *parent = nullptr);
    /// Replays a recording once.
    Source(ReplayOptions options, SourceSink &sink, const Clock &clock, QObject *parent = nullptr);
    /// Stops the source and waits until it has: at once, or as long as its sink takes nothing, at most about 2 s.
    ~Source() override;

    void start();
    /// Asks the source to stop and returns at once; from here on it says no more than good-bye.
    void stop();

Q_SIGNALS:
    void refusedAtStart(const QString &message);
    /// A replay has ended: what it did, or why it could not be read (`failed`).
    void replayed(const QString &words, bool failed);

private:
    QThread m_thread;
    std::mutex m_mutex;
    std::unique_ptr<StreamingClient> m_client; ///< lives in m_thread, which destroys it when it ends; guarded by m_mutex
    std::unique_ptr<Replay> m_replay;          ///< runs in m_thread
};

} // namespace threadline::app
