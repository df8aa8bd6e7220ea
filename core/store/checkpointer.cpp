// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/checkpointer.h"

#include "core/base/log.h"
#include "core/base/threadname.h"

namespace threadline {

Checkpointer::~Checkpointer()
{
    {
        std::scoped_lock lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

Result<> Checkpointer::start(const std::string &database)
{
    auto connection = sqlite::Connection::open(database, sqlite::Connection::Mode::ReadWrite, 0);
    if (!connection)
        return fail(connection.error());
    m_connection = std::move(*connection);
    // Its cache would only repeat the writer's; a checkpoint copies pages through a buffer of its own.
    if (auto done = m_connection.run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -256", "configure"); !done)
        return done;
    m_thread = std::thread([this] {
        nameThread("tl-checkpoint");
        work();
    });
    return {};
}

void Checkpointer::ask()
{
    {
        std::scoped_lock lock(m_mutex);
        m_asked = true;
    }
    m_wake.notify_one();
}

bool Checkpointer::busy() const
{
    std::scoped_lock lock(m_mutex);
    return m_asked || m_running;
}

void Checkpointer::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [&] { return m_asked || m_stopping; });
        if (m_stopping)
            return;
        m_asked = false;
        m_running = true;
        lock.unlock();
        const int code = sqlite3_wal_checkpoint_v2(m_connection.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        // Nothing is lost: the journal keeps it, and the next pass tries again.
        if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
            log::warning("store", sqlite::errorOf(m_connection.get(), code, "write the journal back into").message);
        lock.lock();
        m_running = false;
    }
}

} // namespace threadline
