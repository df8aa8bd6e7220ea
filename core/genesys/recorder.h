// SPDX-License-Identifier: GPL-3.0-or-later
/// Recording of raw messages to a file, and reading such a file back as a source. For bug reports, tests and demos. No Qt.
///
/// The file is gzip, one JSON object a line:
///   {"received":"2026-05-06T10:44:54.118Z","message":"<text as received>"}
///   {"received":"2026-05-06T10:44:54.118Z","binary":"<base64>"}
///   {"listening":"2026-05-06T10:44:50.000Z"}
///   {"notListening":"2026-05-06T10:45:10.000Z","cause":"connection-lost","reason":"closed by the server (1001 going away)"}
/// Secrets are replaced by "***".
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/genesys/source.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace threadline {

struct RecorderOptions {
    std::string file;
    /// On the disk, both files together: at half of it FILE becomes FILE.1 (an older FILE.1 is replaced) and a new FILE begins.
    std::uint64_t maxBytes = 1u << 30;
    Duration flushEvery = Duration::seconds(1); ///< so much may be missing after a kill
};

/// Stands in front of another sink and writes down what that one accepts: each item once, in order. offer() and
/// sourceState() on the source's thread. A disk that is full ends the recording, told once in the log, never the source.
class Recorder final : public SourceSink {
public:
    /// An existing FILE is kept as FILE.1. Errors: Unusable (cannot be written), InvalidArgument (no name).
    [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(const RecorderOptions &options, SourceSink &next);
    ~Recorder() override;

    [[nodiscard]] bool offer(SourceItem &item) override;
    [[nodiscard]] bool closed() const override;
    void sourceState(SourceState state, const std::string &detail) override;

    struct Counts {
        std::uint64_t items = 0;     ///< written
        std::uint64_t lost = 0;      ///< not written, because the recording had ended
        std::uint64_t rotations = 0; ///< times FILE became FILE.1
        std::string problem;         ///< empty: the recording goes on
    };
    [[nodiscard]] Counts counts() const; ///< any thread

private:
    struct Private;
    explicit Recorder(std::unique_ptr<Private> p);
    std::unique_ptr<Private> d;
};

/// One line of a recording, without its line end. Exposed for tests and for converters.
[[nodiscard]] std::string recordLine(const SourceItem &item);
/// `text` with every known secret, access_token=... and the value of every "access_token" member replaced.
[[nodiscard]] std::string withoutSecrets(std::string_view text);

struct ReplayOptions {
    std::string file;    ///< a recording, or NDJSON of raw messages (one a line); gzip or not
    double speed = 0;    ///< 0: as fast as they are accepted; 1: in the recorded pace; 2: twice that
};

struct ReplayReport {
    std::uint64_t messages = 0;
    std::uint64_t connections = 0; ///< listening and not-listening items
    std::uint64_t malformed = 0;   ///< lines that are neither, or too long
    std::uint64_t firstMalformedLine = 0; ///< counted from 1; 0: none
    bool cutOff = false;           ///< the file ends in the middle, as one that was being written when it was killed
    bool stopped = false;
    /// "12 messages, 2 malformed lines (the first is line 7); the file is cut off at its end."
    [[nodiscard]] std::string words() const;
};

/// Reads a recording into a sink. A recording without a word about the connection counts as listened to throughout.
class Replay {
public:
    Replay(ReplayOptions options, SourceSink &sink, const Clock &clock);
    /// Blocks until all is accepted, or stop(). Errors: NotFound, Unusable (not readable). Reports itself through
    /// sourceState() too; ends with NotListening.
    [[nodiscard]] Result<ReplayReport> run();
    /// Any thread; run() ends within 250 ms and what one offer takes.
    void stop();

private:
    [[nodiscard]] bool feedLine(std::string_view line);
    [[nodiscard]] bool give(SourceItem &item);
    [[nodiscard]] bool waitFor(Timestamp recorded);
    [[nodiscard]] bool pause(Duration length);
    void countMalformed();
    void beginListening(Timestamp since);

    const ReplayOptions m_options;
    SourceSink &m_sink;
    const Clock &m_clock;
    ReplayReport m_report;
    std::uint64_t m_line = 0;
    Timestamp m_firstRecorded, m_last;
    Duration m_startedSteady;
    bool m_paced = false;
    bool m_listening = false;
    std::atomic<bool> m_stop{false};
    std::mutex m_mutex;
    std::condition_variable m_wake;
};

} // namespace threadline
