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
        m_jobs.clear();
    }
    m_wake.notify_all();
    for (std::thread &thread : m_threads) {
        if (thread.joinable())
            thread.join();
    }
}

bool ReaderPool::post(Job job)
{
    {
        std::scoped_lock lock(m_mutex);
        if (m_stopping || m_jobs.size() >= m_maxWaiting)
            return false;
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
    return true;
}

void ReaderPool::work(StoreReader &reader)
{
    Deriver deriver(m_scope);
    ReadContext context{reader, deriver};
    for (;;) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || !m_jobs.empty(); });
            if (m_stopping)
                return;
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        job(context);
    }
}

} // namespace threadline
