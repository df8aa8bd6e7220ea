// SPDX-License-Identifier: GPL-3.0-or-later
/// A source of events on a thread of its own: the streaming client, or the replay of a recording.
#pragma once

#include "core/genesys/recorder.h"
#include "core/genesys/streamingclient.h"

#include <QObject>
#include <QThread>

#include <memory>
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
    /// Stops the source; ends within a second or two.
    ~Source() override;

    void start();

Q_SIGNALS:
    void refusedAtStart(const QString &message);
    /// A replay has ended: what it did, or why it could not be read (`failed`).
    void replayed(const QString &words, bool failed);

private:
    QThread m_thread;
    std::unique_ptr<StreamingClient> m_client; ///< lives in m_thread
    std::unique_ptr<Replay> m_replay;          ///< runs in m_thread
};

} // namespace threadline::app
