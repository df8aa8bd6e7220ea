// SPDX-License-Identifier: GPL-3.0-or-later
/// Writes the journal (WAL) back into the database beside the writer, on a thread and a connection of its own, so that a commit
/// seldom waits for it. It never holds the writer up; putting an end to a journal that grows on is the writer's business.
#pragma once

#include "core/base/result.h"
#include "core/store/connection.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace threadline {

class Checkpointer {
public:
    Checkpointer() = default;
    ~Checkpointer();
    Checkpointer(const Checkpointer &) = delete;
    Checkpointer &operator=(const Checkpointer &) = delete;
    [[nodiscard]] Result<> start(const std::string &database);

    /// Asks for a pass over what is in the journal now. Any thread.
    void ask();
    /// Whether a pass was asked for and has not ended. Any thread.
    [[nodiscard]] bool busy() const;

private:
    void work();

    sqlite::Connection m_connection;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_asked = false;
    bool m_running = false;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace threadline
