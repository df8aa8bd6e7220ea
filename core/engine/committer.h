// SPDX-License-Identifier: GPL-3.0-or-later
/// The store thread: takes one group of writes at a time, makes it durable, tells who waits. A group that the store has no
/// room for is held and tried again until there is room; nothing is dropped.
#pragma once

#include "core/base/time.h"
#include "core/store/store.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace threadline {

class Committer {
public:
    /// Called on the store thread: after a group became durable; when the store fails (words) or works again (empty); when something
    /// is wrong though it works (words), or that is over (empty).
    struct Listener {
        std::function<void(const WriteGroup &)> committed;
        std::function<void(const std::string &)> storeState;
        std::function<void(const std::string &)> storeWarning;
        /// Something to do between two groups (retention); returns quickly.
        std::function<void(Store &)> idle;
    };

    Committer(Store &store, Listener listener);
    ~Committer(); ///< ends after what was submitted, as far as that can be written at once

    /// Hands a group over; waits at most `wait` for the one before to be taken. False: not taken, `group` untouched.
    [[nodiscard]] bool submit(std::unique_ptr<WriteGroup> &group, Duration wait);
    /// Whether the store thread has nothing to do, so that a further group would be written at once.
    [[nodiscard]] bool idle() const;
    /// How long the store has been at one and the same thing; a disk that does not answer never lets it go. Any thread.
    [[nodiscard]] Duration atOneThing() const;
    /// Waits until everything submitted is durable, at most `wait`. False: it is not.
    bool drain(Duration wait);

    /// The program ends: a group that the store does not take at once is given up from here on, instead of tried again. Any thread.
    void stopTrying();
    /// Gives up now whatever is not durable yet. Any thread.
    void giveUp();
    /// Whether a group was given up. Nothing is written after it, for later groups build on it.
    [[nodiscard]] bool gaveUp() const { return m_gaveUp; }

private:
    void work();
    [[nodiscard]] bool write(WriteGroup &group);
    [[nodiscard]] bool trying() const;
    void say(const Result<> &result);
    template<class Ask>
    auto timed(const Ask &ask)
    {
        m_askedSince = m_clock.steady().us;
        const auto done = ask();
        m_askedSince = 0;
        return done;
    }
    void warn();

    Store &m_store;
    const Listener m_listener;
    const SystemClock m_clock;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake; ///< the store thread waits here
    std::condition_variable m_done; ///< those who submit or drain wait here
    std::string m_told;   ///< what is wrong, as it was told; the store thread's
    std::string m_warned; ///< likewise: Store::warning()
    std::unique_ptr<WriteGroup> m_next;
    std::unique_ptr<WriteGroup> m_spent; ///< freed by whoever submits the next: memory is returned quickest where it was taken
    bool m_busy = false;
    bool m_stopping = false; ///< the thread is to end
    bool m_trying = true;    ///< what the store does not take is tried again
    std::atomic<bool> m_gaveUp{false};
    std::atomic<std::int64_t> m_askedSince{0}; ///< steady microseconds when the store was asked what it is at now; 0: nothing
    std::thread m_thread;
};

} // namespace threadline
