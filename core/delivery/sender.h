// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivers events: takes batches from the builder, sends them, understands the answers, keeps the mark. At least once, and
/// because points are idempotent effectively once; nothing is dropped without being listed.
///
/// A state machine without a thread and without a network of its own, so that tests can step it: pump() does what is due, and
/// answers come in through the transport, on the same thread.
#pragma once

#include "core/base/backoff.h"
#include "core/base/sparingly.h"
#include "core/base/time.h"
#include "core/delivery/builder.h"
#include "core/delivery/removals.h"
#include "core/delivery/setaside.h"
#include "core/delivery/storetrouble.h"
#include "core/delivery/stages.h"
#include "core/delivery/transport.h"
#include "core/influx/answers.h"
#include "core/model/delivery.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace threadline::delivery {

struct SenderOptions {
    influx::Target target;
    SequenceScope scope = SequenceScope::Interaction;
    BuildLimit batch;
    int inFlight = 2;
    bool gzip = false;
    Duration age = Duration::millis(200);  ///< a batch that is not full waits so long for company
    Duration timeout = Duration::seconds(60);
    Duration firstDelay = Duration::seconds(1);    ///< of the back-off
    Duration longestDelay = Duration::seconds(60);
    Duration pausedFor = Duration::seconds(60);    ///< until a wrong setting is tried again
    Duration settleAfter = kSettleAfter;
    Duration lookEvery = Duration::seconds(1);     ///< for what is to be sent once more
    Duration tidyEvery = Duration::seconds(600);   ///< see `keep`
    std::uint64_t backlog = 50'000'000;    ///< events that may wait
    bool shed = true;                      ///< above that: pass over the oldest; else the feed is to be held back
    std::optional<Duration> keep = {};     ///< how long the store keeps what has ended; absent: for ever
    std::uint64_t seed = 0;                ///< of the jitter; 0: random
    bool quiet = false;                    ///< no word in the log where to
    bool endsPaused = false;               ///< whoever asked ends where it pauses: that it would be tried again is not said
    std::function<void(const DeliveryMark &)> marked; ///< called whenever the mark has moved
    std::function<void(Duration)> due;     ///< called when an answer has changed how soon pump() is to be called, with its return value
};

class Sender {
public:
    /// All must outlive it. `delivery` has begun with this target.
    Sender(SenderOptions options, StoreReader &reader, DeliveryStore &delivery, Transport &transport, const Clock &clock);

    /// Does what is due. Returns how long until it wants to be called again, at most; call it also after each commit.
    [[nodiscard]] Duration pump();
    /// Any thread.
    [[nodiscard]] DeliveryStatus status() const;
    /// Whether everything that is durable has been delivered, settled or set aside. Errors: what stands in the way of it in the local
    /// stores, which pump() tries again.
    [[nodiscard]] Result<bool> idle();
    /// Whether what it waits for will come, after pump(): an answer, a time, company for a batch; true as well where nothing waits
    /// for delivery. Never false (see stages.h); tests ask after every step.
    [[nodiscard]] bool leadsOn() const;
    /// Sends what is on its way no more.
    void stop();
    /// Tries now what it would try later; dead letters as well if asked to.
    [[nodiscard]] Result<> retryNow(bool deadLetters);

private:
    struct Part {
        std::shared_ptr<Batch> batch;
        std::vector<std::uint32_t> lines;
        int failures = 0;             ///< of the server itself, in a row
        bool suspected = false;       ///< it failed so often that another one is to tell whether it or the server is to blame
        std::uint64_t others = 0;     ///< m_deliveries when the first of these came
        int amongOthers = 0;          ///< of these, with others that arrived since the one before, and hardly any that failed
        std::uint64_t seen = 0;       ///< m_deliveries when the last came
        std::uint64_t failedThen = 0; ///< m_failed, likewise
        std::shared_ptr<const std::string> packed = {}; ///< its body, if that is compressed and made already
    };

    void goOn();
    void work();
    void step(Step step) { m_stage = after(m_stage, step); }
    [[nodiscard]] influx::Product product() const;
    [[nodiscard]] bool onlySuspected() const;
    [[nodiscard]] bool hasRoom() const;
    void ping();
    void pinged(const influx::HttpReply &reply);
    void probe();
    void probed(const influx::HttpReply &reply);
    [[nodiscard]] Result<> fill();
    void fillOrNote();
    void lookAtStore();
    [[nodiscard]] Result<> shedOldest();
    [[nodiscard]] Result<> tidy();
    void divide(std::shared_ptr<Batch> batch);
    void sendParts();
    void send(Part part);
    [[nodiscard]] static std::shared_ptr<const std::string> bodyOf(const Part &part);
    void pack(Part &part) const;
    void answered(Part part, const influx::HttpReply &reply, bool packed);
    void taken();
    void delivered(const Part &part);
    void failed(Part part, const influx::Verdict &verdict, const influx::HttpReply &reply);
    void failedAgain(Part part, int status);
    void split(Part part);
    void refused(const std::string &words, bool credentials = false);
    void uncompressed(Part part, const influx::Verdict &verdict, bool packed);
    void tell(const std::string &words);
    [[nodiscard]] std::string wordsOfNow() const;
    void wait(const influx::Verdict &verdict);
    void askAgain(const influx::Verdict &verdict);
    void pause(const std::string &words, bool credentials = false);
    void halve(Part part);
    void holdRefused(Part part, const influx::Verdict &verdict);
    void isolate(Part part, const std::string &reason, bool doubtful = false);
    void takeOut(Part part, const influx::Verdict &verdict);
    void bury(Part &part, std::uint32_t line, const std::string &reason, bool doubtful = false);
    void partDone(const std::shared_ptr<Batch> &batch);
    void acknowledge();
    [[nodiscard]] Result<> writeDone(Batch &batch);
    void note(StoreTrouble::Use use, const Result<> &result);
    void measure();
    [[nodiscard]] Duration untilNext() const;

    const SenderOptions m_options;
    StoreReader &m_reader;
    DeliveryStore &m_delivery;
    Transport &m_transport;
    const Clock &m_clock;
    BatchBuilder m_builder;
    Backoff m_backoff;
    Removals m_removals;
    SetAside m_aside;
    bool m_refusing = false; ///< it refuses all there is, and that was told

    Stage m_stage = Stage::Unasked;
    influx::Identity m_identity; ///< may be unknown where parts go all the same
    DeliveryState m_state = DeliveryState::Checking; ///< as people are told
    bool m_credentials = false;  ///< paused because of them
    bool m_gzip;
    BuildLimit m_limit;
    std::string m_words;
    Sparingly m_log;             ///< what is wrong with the server
    bool m_told = false;         ///< something of that, since it was said that it works
    Duration m_notBefore;        ///< steady: nothing is sent before
    bool m_taking = false;       ///< a batch is being made, and goes on at the next call
    std::optional<Duration> m_waitingSince; ///< a batch that is not full waits since
    std::deque<std::shared_ptr<Batch>> m_batches; ///< first ones, in order of rows
    std::shared_ptr<Batch> m_again;
    std::deque<Part> m_parts;    ///< to be sent
    int m_flying = 0;
    bool m_stopped = false;
    std::uint64_t m_deliveries = 0; ///< parts that arrived
    std::uint64_t m_failed = 0;     ///< answers that sent parts back
    StoreTrouble m_trouble;
    bool m_looked = false;       ///< the stores were just read for all there is to do
    Duration m_nextStoreLook;    ///< while something of them fails
    Duration m_nextAgain;
    Duration m_nextTidy;
    InteractionKey m_tidied = 0; ///< overviews up to here have been looked at
    std::uint64_t m_lines = 0;   ///< delivered since the program started
    std::uint64_t m_measuredLines = 0;
    Duration m_measuredAt;

    mutable std::mutex m_mutex;
    DeliveryStatus m_status;
};

} // namespace threadline::delivery
