// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/readerpool.h"

namespace threadline {

Result<std::unique_ptr<ReaderPool>> ReaderPool::start(const Store &store, SequenceScope scope, int threads, std::size_t maxWaiting)
{
    std::unique_ptr<ReaderPool> pool(new ReaderPool(scope, maxWaiting));
    for (int i = 0; i < threads; ++i) {
        auto reader = store.reader();
        if (!reader)
            return fail(reader.error());
        pool->m_readers.push_back(std::move(*reader));
    }
    for (auto &reader : pool->m_readers)
        pool->m_threads.emplace_back([p = pool.get(), r = reader.get()] { p->work(*r); });
    return pool;
}

ReaderPool::~ReaderPool() { stop(); }

void ReaderPool::stop()
{
    {
        std::scoped_lock lock(m_mutex);
        m_stopping = true;
        for (auto &jobs : m_jobs)
            jobs.clear();
    }
    m_wake.notify_all();
    for (std::thread &thread : m_threads) {
        if (thread.joinable())
            thread.join();
    }
}

bool ReaderPool::post(Job job, Kind kind)
{
    {
        std::scoped_lock lock(m_mutex);
        auto &jobs = m_jobs[static_cast<std::size_t>(kind)];
        if (m_stopping || jobs.size() >= m_maxWaiting)
            return false;
        jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
    return true;
}

/// There is one; under the mutex.
ReaderPool::Job ReaderPool::takeNext()
{
    m_turn = 1 - m_turn;
    auto &jobs = m_jobs[m_jobs[m_turn].empty() ? 1 - m_turn : m_turn];
    Job job = std::move(jobs.front());
    jobs.pop_front();
    return job;
}

void ReaderPool::work(StoreReader &reader)
{
    Deriver deriver(m_scope);
    ReadContext context{reader, deriver};
    for (;;) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || !m_jobs[0].empty() || !m_jobs[1].empty(); });
            if (m_stopping)
                return;
            job = takeNext();
        }
        job(context);
    }
}

} // namespace threadline
