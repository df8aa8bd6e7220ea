// SPDX-License-Identifier: GPL-3.0-or-later
/// Gathers what commits change and tells subscribers in batches, at most one per 16 ms, on a thread of its own. Any thread.
#pragma once

#include "core/session.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

namespace threadline {

class Notifier {
public:
    using Callback = std::function<void(const ChangeSet &)>;

    Notifier();
    ~Notifier();
    [[nodiscard]] HandlePtr subscribe(Callback callback);
    void changed(const std::vector<Summary> &interactions, bool bands);
    void statusChanged();
    /// Whether anybody listens: otherwise changes need not be gathered.
    [[nodiscard]] bool wanted() const;

private:
    /// A subscription; the mutex makes its end wait for a call that is just running.
    struct Subscriber {
        std::mutex mutex;
        Callback callback;
    };
    class Subscription;
    void work();
    [[nodiscard]] ChangeSet take();

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::unordered_map<std::string, Summary> m_summaries;
    bool m_bands = false;
    bool m_status = false;
    bool m_stopping = false;
    std::map<std::uint64_t, std::shared_ptr<Subscriber>> m_subscribers;
    std::uint64_t m_nextId = 1;
    std::thread m_thread;
};

} // namespace threadline
