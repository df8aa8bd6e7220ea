// SPDX-License-Identifier: GPL-3.0-or-later
/// Threads that read the store, each with a connection of its own, and a bounded queue of what they are asked.
#pragma once

#include "core/base/result.h"
#include "core/engine/derive.h"
#include "core/store/store.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace threadline {

/// What a job works with; belongs to the thread that runs it.
struct ReadContext {
    StoreReader &reader;
    Deriver &deriver;
};

class ReaderPool {
public:
    using Job = std::function<void(ReadContext &)>;
    /// Quick ones (a page of the list, bands, counts) and those that may read megabytes take turns: whoever asks for hundreds of
    /// large timelines does not keep a page waiting behind all of them.
    enum class Kind { Long, Quick };

    /// `maxWaiting` jobs of a kind may wait; more are refused.
    [[nodiscard]] static Result<std::unique_ptr<ReaderPool>> start(const Store &store, SequenceScope scope, int threads,
                                                                   std::size_t maxWaiting);
    ~ReaderPool(); ///< stop()
    /// Lets the running jobs end; waiting ones are dropped, and none is taken any more.
    void stop();
    /// Any thread. False: too many wait already.
    [[nodiscard]] bool post(Job job, Kind kind = Kind::Long);

private:
    ReaderPool(SequenceScope scope, std::size_t maxWaiting) : m_scope(scope), m_maxWaiting(maxWaiting) {}
    void work(StoreReader &reader);
    [[nodiscard]] Job takeNext();

    const SequenceScope m_scope;
    const std::size_t m_maxWaiting;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::array<std::deque<Job>, 2> m_jobs; ///< by Kind
    std::size_t m_turn = 0;                ///< of which kind the next one is, if there is one
    bool m_stopping = false;
    std::vector<std::unique_ptr<StoreReader>> m_readers;
    std::vector<std::thread> m_threads;
};

} // namespace threadline
