// SPDX-License-Identifier: GPL-3.0-or-later
/// The engine: takes what sources offer, makes it durable, tells what changed. Owns the engine thread and the store thread.
#pragma once

#include "core/base/boundedqueue.h"
#include "core/base/result.h"
#include "core/engine/committer.h"
#include "core/engine/counters.h"
#include "core/engine/ingest.h"
#include "core/engine/retentionclock.h"
#include "core/genesys/source.h"
#include "core/model/history.h"
#include "core/model/summary.h"
#include "core/store/store.h"

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>

namespace threadline {

struct EngineOptions {
    IngestOptions ingest;
    std::string sourceName = "streaming";   ///< as people call it, until nameSource()
    std::size_t queueMessages = 5000;
    std::size_t queueBytes = 64u << 20;
    Duration groupAge = Duration::millis(4); ///< a transaction ends by this, or by its size (IngestOptions)
    /// Greatest StoredChange::number that whoever hands events on is done with; null: nobody does.
    std::function<std::int64_t()> changesDone;
    /// Whether the feed is to be held back, because too much waits to be handed on; null: never.
    std::function<bool()> held;
    Duration retention;                     ///< ended interactions older than this are deleted; zero: never
    std::function<bool()> clockIsKept = systemClockIsKept; ///< right, by the system: then retention goes by it
};

class Engine final : public SourceSink {
public:
    /// What a commit changed. Called on the store thread, right after it is durable.
    using Committed = std::function<void(const WriteGroup &)>;
    /// The source's or store's state changed. Any thread.
    using StateChanged = std::function<void()>;

    /// `store` and `clock` must outlive it. Errors: those of the store.
    [[nodiscard]] static Result<std::unique_ptr<Engine>> start(Store &store, EngineOptions options, const Clock &clock,
                                                               Committed committed, StateChanged stateChanged);
    /// end(), if nobody has called it.
    ~Engine() override;
    /// The program ends. Every waiting place hears of it at once, and from now on runs a time: what is queued is taken for 1.5 s,
    /// what is taken may become durable for 3 s, and a store that fails is not tried again. What is not recorded then lies in a
    /// band. Does not wait. Any thread, also more than once.
    void stop();
    /// stop(), and waits for the end. False: something that was received could not be recorded, for the store failed; that is logged,
    /// and the next start is told, if the store can be written so far.
    bool end();

    // SourceSink; the source's thread
    [[nodiscard]] bool offer(SourceItem &item) override;
    [[nodiscard]] bool closed() const override { return m_queue.closed(); }
    void sourceState(SourceState state, const std::string &detail) override;

    /// How people call the source that events come from now. Any thread.
    void nameSource(const std::string &name);
    /// Takes a record of the platform, waiting for room as long as it takes or until stop(), or until `stop` is asked for (false).
    /// Any thread.
    [[nodiscard]] bool import(Record record, const std::stop_token &stop = {});
    /// Takes events that another store gave back, as import() does.
    [[nodiscard]] bool restore(std::vector<HistoryEvent> events, const std::stop_token &stop = {});
    /// Waits until everything offered before is durable, at most `wait` and only until stop(), or until `stop` is asked for.
    /// False: it is not. Any thread.
    [[nodiscard]] bool drain(Duration wait, const std::stop_token &stop = {});
    [[nodiscard]] Status status() const;
    /// How often has been looked at what time alone makes due (who has ended), and how many of these looks are durable with all they
    /// made: once two more are than there were, all is that was due by the clock of then. Any thread.
    [[nodiscard]] std::uint64_t looks() const { return m_looks; }
    [[nodiscard]] std::uint64_t durableLooks() const { return m_durableLooks; }
    /// Our clock less the source's, as far as events show. Any thread.
    [[nodiscard]] Duration clockOffset() const { return Duration::micros(m_counters.clockOffset); }

private:
    using Item = std::variant<SourceItem, Imported, std::vector<HistoryEvent>>;

    Engine(Store &store, EngineOptions options, const Clock &clock, Committed committed, StateChanged stateChanged);
    /// Places where the store is read; each has its own failure, told once.
    enum Reading : std::uint8_t { Taking, Ticking, Closing, Answering, Waiting };

    [[nodiscard]] bool insist(Item &item, std::size_t weight, const std::stop_token &stop);
    void work();
    void noteDurable();
    void tick();
    [[nodiscard]] bool over(Duration since) const;
    void finish();
    void endListening();
    void sayUnrecorded();
    void takeAll(std::vector<Item> &items);
    [[nodiscard]] bool takeOne(Item &item);
    bool due() const;
    void flush(bool evenIfBusy);
    void makeRoom();
    void tellHang();
    void barrier();
    void pauseReading() const;
    [[nodiscard]] bool reads(Reading place, const Result<> &result);
    void onCommitted(const WriteGroup &group);
    [[nodiscard]] Result<> startRetention();
    void retain(Store &store);
    void tellRetention(int deleted);
    void forgetChanges(Store &store);
    void measureRate();
    void tellRefused();

    Store &m_store;
    const EngineOptions m_options;
    const Clock &m_clock;
    const Committed m_committed;
    const StateChanged m_stateChanged;
    Counters m_counters;
    BoundedQueue<Item> m_queue;
    std::unique_ptr<Ingest> m_ingest;
    std::unique_ptr<Committer> m_committer;
    std::unique_ptr<WriteGroup> m_closed; ///< a group that the committer had no room for yet
    std::uint64_t m_taken = 0;            ///< items taken out of the queue
    struct Mark {
        std::uint64_t commit = 0; ///< once this is durable
        std::uint64_t taken = 0;  ///< so many items are, with all they made
    };
    std::deque<Mark> m_marks; ///< of the groups that are not durable yet, in their order
    std::atomic<std::uint64_t> m_durable{0};
    std::atomic<std::uint64_t> m_stored{0}; ///< items of the queue of which all that they made is durable
    std::atomic<std::uint64_t> m_looks{0};
    std::atomic<std::uint64_t> m_durableLooks{0};
    std::atomic<bool> m_stopping{false};
    std::atomic<std::int64_t> m_stoppedAt{0}; ///< steady microseconds; valid once m_stopping
    std::size_t m_notTaken = 0;               ///< messages that were received and are given up
    bool m_unrecorded = false;                ///< what was taken is not durable, and never will be; valid once the thread has ended
    /// Batching and waiting go by real time: the clock passed in may stand still, as the demo's does for pictures.
    const SystemClock m_real;
    std::optional<Duration> m_pendingSince; ///< when the group got its first content
    std::int64_t m_changesForgotten = 0;
    Duration m_nextForgetting;
    Duration m_nextRetention;
    std::optional<RetentionClock> m_retentionClock; ///< the store thread's, as is what follows; absent: nothing is deleted
    bool m_heldBackTold = false;
    std::uint64_t m_deleted = 0; ///< interactions that nobody was told of yet
    Duration m_nextDeletedTold;
    Duration m_nextRefusedTold;
    std::uint64_t m_refusedTold = 0;  ///< of what was refused
    std::uint64_t m_receivedTold = 0; ///< received by then
    Duration m_nextTick;

    mutable std::mutex m_mutex; ///< guards what follows
    SourceState m_sourceState = SourceState::Idle;
    std::string m_sourceDetail;
    std::string m_sourceName;
    std::string m_writeError;
    std::string m_storeWarning;
    std::string m_retentionNote; ///< why less is deleted than the clock would have it
    std::array<std::string, 5> m_readErrors; ///< by Reading
    std::string m_sequenceNote;
    double m_rate = 0;
    std::uint64_t m_rateCount = 0;
    Duration m_rateSince;
    std::map<std::uint64_t, Duration> m_groupOldest; ///< commit -> oldest receipt in it

    std::thread m_thread;
};

} // namespace threadline
