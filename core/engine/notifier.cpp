// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/notifier.h"

#include "core/base/threadname.h"

#include <chrono>

namespace threadline {
namespace {

constexpr auto kTick = std::chrono::milliseconds(16);

} // namespace

class Notifier::Subscription final : public Handle {
public:
    explicit Subscription(std::shared_ptr<Subscriber> subscriber) : m_subscriber(std::move(subscriber)) {}
    ~Subscription() override
    {
        std::scoped_lock lock(m_subscriber->mutex);
        m_subscriber->callback = nullptr; // the notifier forgets it at its next round
    }

private:
    std::shared_ptr<Subscriber> m_subscriber;
};

Notifier::Notifier()
{
    m_thread = std::thread([this] {
        nameThread("tl-notify");
        work();
    });
}

Notifier::~Notifier()
{
    {
        std::scoped_lock lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

HandlePtr Notifier::subscribe(Callback callback)
{
    auto subscriber = std::make_shared<Subscriber>();
    subscriber->callback = std::move(callback);
    std::scoped_lock lock(m_mutex);
    m_subscribers[m_nextId++] = subscriber;
    return std::make_unique<Subscription>(std::move(subscriber));
}

bool Notifier::wanted() const
{
    std::scoped_lock lock(m_mutex);
    return !m_subscribers.empty();
}

void Notifier::changed(const std::vector<Summary> &interactions, bool bands)
{
    {
        std::scoped_lock lock(m_mutex);
        if (m_subscribers.empty())
            return;
        for (const Summary &summary : interactions)
            m_summaries.insert_or_assign(summary.interaction.value, summary);
        m_bands = m_bands || bands;
        m_status = true;
    }
    m_wake.notify_one();
}

void Notifier::statusChanged()
{
    {
        std::scoped_lock lock(m_mutex);
        m_status = true;
    }
    m_wake.notify_one();
}

ChangeSet Notifier::take()
{
    ChangeSet changes;
    changes.interactions.reserve(m_summaries.size());
    for (auto &[id, summary] : m_summaries)
        changes.interactions.push_back(std::move(summary));
    m_summaries.clear();
    changes.bands = std::exchange(m_bands, false);
    changes.status = std::exchange(m_status, false);
    return changes;
}

void Notifier::work()
{
    for (;;) {
        ChangeSet changes;
        std::vector<std::pair<std::uint64_t, std::shared_ptr<Subscriber>>> subscribers;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || m_status || m_bands || !m_summaries.empty(); });
            if (m_wake.wait_for(lock, kTick, [&] { return m_stopping; }))
                return;
            changes = take();
            subscribers.assign(m_subscribers.begin(), m_subscribers.end());
        }
        for (const auto &[id, subscriber] : subscribers) {
            std::scoped_lock running(subscriber->mutex);
            if (subscriber->callback) {
                subscriber->callback(changes);
            } else {
                std::scoped_lock lock(m_mutex);
                m_subscribers.erase(id);
            }
        }
    }
}

} // namespace threadline
