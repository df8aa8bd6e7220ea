// SPDX-License-Identifier: GPL-3.0-or-later
/// The sink thread: delivers what the store holds to the shared store, beside everything else.
#pragma once

#include "core/base/result.h"
#include "core/delivery/sender.h"
#include "core/engine/delivery.h"
#include "core/net/options.h"

#include <atomic>
#include <memory>
#include <stop_token>
#include <mutex>
#include <string>

class QThread;

namespace threadline::delivery {

/// What a place of delivery is known by; another one gets everything from the first event on.
[[nodiscard]] std::string targetName(const influx::Target &target);
/// DeliveryStore::begin for the database that `reader` reads.
[[nodiscard]] Result<bool> beginFor(DeliveryStore &delivery, StoreReader &reader, const influx::Target &target);

/// Notes everything in `store` as delivered: it came from there. Blocks for as long as rendering all of it takes; stopped before, the
/// rest is noted when called again. Errors: those of the stores; Cancelled where it was stopped.
[[nodiscard]] Result<> takeAsDelivered(const std::string &folder, const Store &store, SenderOptions options, const Clock &clock,
                                       const std::stop_token &stop);

class Sink final : public Delivery {
public:
    /// `store` and `clock` must outlive it. `folder`: the data folder. Nothing waits for the network. Errors: those of the stores.
    [[nodiscard]] static Result<std::unique_ptr<Sink>> start(const std::string &folder, Store &store, SenderOptions options,
                                                             NetworkOptions network, const Clock &clock);
    ~Sink() override; ///< what is on its way is given up; it is sent again after the next start

    /// Something became durable. Any thread, as often as one likes.
    void committed();
    [[nodiscard]] DeliveryStatus status() const override; ///< any thread
    [[nodiscard]] bool full() const { return m_full; } ///< more events wait than may; any thread
    /// Whether events of this data folder were ever delivered.
    [[nodiscard]] static bool wasEverUsed(const std::string &folder);
    /// Greatest StoredChange::number that is not needed any more. Any thread.
    [[nodiscard]] std::int64_t changesDone() const { return m_changesDone; }
    /// Sender::idle(). Any thread; may take as long as a batch takes to make.
    [[nodiscard]] Result<bool> idle();
    /// Tries now what it would try later, dead letters as well. Any thread.
    void retryNow(bool deadLetters);
    [[nodiscard]] HandlePtr retry(bool deadLetters, Session::Answer<void> answer) override;
    [[nodiscard]] HandlePtr deadLetters(int limit, Session::Answer<std::vector<DeadLetter>> answer) override;

private:
    class Worker;
    Sink() = default;

    std::unique_ptr<QThread> m_thread;
    Worker *m_worker = nullptr; ///< lives in m_thread
    std::atomic<bool> m_woken{false};
    std::atomic<std::int64_t> m_changesDone{0};
    std::atomic<bool> m_full{false};
};

} // namespace threadline::delivery
