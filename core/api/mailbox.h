// SPDX-License-Identifier: GPL-3.0-or-later
/// How answers come from the session's threads to the api thread.
#pragma once

#include "core/api/reply.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace threadline::api {

/// An answer and the request it belongs to: a connection is found by its serial number, never by a pointer, so that an
/// answer to a client that has left finds nobody.
struct Letter {
    std::uint64_t connection = 0;
    std::uint64_t request = 0;
    Reply reply;
};

/// Any thread posts; the api thread takes, woken once for all that came in the meantime.
class Mailbox {
public:
    /// `wake` runs in the posting thread, under the lock, and must only post an event.
    explicit Mailbox(std::function<void()> wake) : m_wake(std::move(wake)) {}

    void post(Letter letter)
    {
        std::scoped_lock lock(m_mutex);
        if (!m_wake)
            return;
        m_letters.push_back(std::move(letter));
        if (m_letters.size() == 1)
            m_wake();
    }

    [[nodiscard]] std::vector<Letter> take()
    {
        std::scoped_lock lock(m_mutex);
        return std::exchange(m_letters, {});
    }

    /// Nobody is woken any more; later letters are dropped.
    void close()
    {
        std::scoped_lock lock(m_mutex);
        m_wake = nullptr;
    }

private:
    std::mutex m_mutex;
    std::function<void()> m_wake;
    std::vector<Letter> m_letters;
};

} // namespace threadline::api
