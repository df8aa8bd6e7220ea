// SPDX-License-Identifier: GPL-3.0-or-later
/// Reads back from the InfluxDB that events are delivered to, on a thread of its own. Answers stream: of one that is long a
/// few hundred KiB are in memory at a time, and the server waits for whoever takes the rows.
#pragma once

#include "core/engine/history.h"
#include "core/influx/questions.h"
#include "core/net/options.h"

#include <memory>
#include <optional>

class QThread;

namespace threadline::history {

struct ArchiveOptions {
    influx::Target target = {};
    Duration timeout = Duration::seconds(30); ///< so long nothing may come of an answer
    std::optional<influx::Language> language = {}; ///< absent: what the product is asked in first
    int atATime = 4;                          ///< questions asked together; further ones wait
    std::size_t waiting = 256;                ///< of those; more are refused as Busy
};

class Archive final : public History {
public:
    Archive(ArchiveOptions options, NetworkOptions network);
    ~Archive() override; ///< questions that are open are never answered

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] HandlePtr events(InteractionId id, Each each, Done done) override;
    [[nodiscard]] HandlePtr list(HistoryQuery query, Rows answer) override;
    /// All events of these nanoseconds, by time.
    [[nodiscard]] HandlePtr eventsBetween(influx::Span span, Each each, Done done);
    /// The nanosecond of the first event at or after `from`; nothing: there is none.
    [[nodiscard]] HandlePtr firstEvent(std::int64_t from, std::function<void(Result<std::optional<std::int64_t>>)> answer);

private:
    struct Ask;
    class Worker;
    [[nodiscard]] HandlePtr start(std::shared_ptr<Ask> ask);

    const ArchiveOptions m_options;
    std::unique_ptr<QThread> m_thread;
    Worker *m_worker = nullptr; ///< lives in m_thread
};

} // namespace threadline::history
