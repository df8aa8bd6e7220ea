// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/committer.h"

#include "core/base/log.h"
#include "core/base/threadname.h"

#include <chrono>

namespace threadline {
namespace {

constexpr auto kRetryEvery = std::chrono::milliseconds(500);
constexpr auto kBusyEvery = std::chrono::milliseconds(50);
constexpr auto kIdleEvery = std::chrono::seconds(1);

} // namespace

Committer::Committer(Store &store, Listener listener) : m_store(store), m_listener(std::move(listener))
{
    m_thread = std::thread([this] {
        nameThread("tl-commit");
        work();
    });
}

Committer::~Committer()
{
    {
        std::scoped_lock lock(m_mutex);
        m_stopping = true;
        m_trying = false;
    }
    m_wake.notify_all();
    m_thread.join();
}

void Committer::stopTrying()
{
    {
        std::scoped_lock lock(m_mutex);
        m_trying = false;
    }
    m_wake.notify_all();
}

void Committer::giveUp()
{
    {
        std::scoped_lock lock(m_mutex);
        m_trying = false;
        m_gaveUp = true;
    }
    m_wake.notify_all();
    m_store.interrupt();
    m_done.notify_all();
}

bool Committer::submit(std::unique_ptr<WriteGroup> &group, Duration wait)
{
    std::unique_lock lock(m_mutex);
    if (!m_done.wait_for(lock, std::chrono::microseconds(wait.us), [&] { return !m_next; }))
        return false;
    m_next = std::move(group);
    const std::unique_ptr<WriteGroup> spent = std::move(m_spent);
    lock.unlock();
    m_wake.notify_one();
    return true;
}

bool Committer::idle() const
{
    std::scoped_lock lock(m_mutex);
    return !m_busy && !m_next;
}

Duration Committer::atOneThing() const
{
    const std::int64_t since = m_askedSince;
    return since > 0 ? m_clock.steady() - Duration::micros(since) : Duration{};
}

bool Committer::drain(Duration wait)
{
    std::unique_lock lock(m_mutex);
    return m_done.wait_for(lock, std::chrono::microseconds(wait.us), [&] { return m_gaveUp || (!m_busy && !m_next); }) && !m_gaveUp;
}

void Committer::work()
{
    for (;;) {
        warn();
        std::unique_ptr<WriteGroup> group;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait_for(lock, kIdleEvery, [&] { return m_stopping || m_next; });
            if (!m_next && m_stopping)
                return;
            group = std::move(m_next);
            m_busy = true;
        }
        m_done.notify_all();
        if (!group && trying())
            say(timed([this] { return m_store.inPlace(); }));
        if (group && !m_gaveUp && !write(*group))
            m_gaveUp = true;
        if (m_listener.idle && trying())
            timed([this] {
                m_listener.idle(m_store);
                return 0;
            });
        {
            std::scoped_lock lock(m_mutex);
            m_busy = false;
            m_spent = std::move(group);
        }
        m_done.notify_all();
    }
}

bool Committer::trying() const
{
    std::scoped_lock lock(m_mutex);
    return m_trying;
}

/// False: given up. What is in hand was never visible then; it lies in the band that the next start draws.
bool Committer::write(WriteGroup &group)
{
    for (;;) {
        const auto written = timed([&] { return m_store.write(group); });
        if (!written && written.error().code == ErrorCode::Cancelled && !trying())
            return false;
        say(written);
        if (written)
            break;
        // who else writes to the store is soon done: that is no store that fails, and worth the time that is left
        const bool taken = written.error().code == ErrorCode::Busy;
        std::unique_lock lock(m_mutex);
        if (m_wake.wait_for(lock, taken ? kBusyEvery : kRetryEvery, [&] { return taken ? m_gaveUp || m_stopping : !m_trying; }))
            return false;
    }
    m_listener.committed(group);
    return true;
}

void Committer::warn()
{
    const std::string words = m_store.warning();
    if (words == m_warned)
        return;
    m_warned = words;
    if (!words.empty())
        log::warning("store", words);
    m_listener.storeWarning(words);
}

/// What is wrong with the store is told when it begins, when it becomes something else, and when it is over.
void Committer::say(const Result<> &result)
{
    const std::string words = result ? std::string() : result.error().message;
    if (words == m_told)
        return;
    m_told = words;
    if (result)
        log::info("store", "The store works again; nothing that was held back is lost.");
    else
        log::error("store", words);
    m_listener.storeState(words);
}

} // namespace threadline
