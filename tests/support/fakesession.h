// SPDX-License-Identifier: GPL-3.0-or-later
/// A session of handmade interactions: answers on a thread of its own, as a real one does, and counts what it was asked.
#pragma once

#include "core/session.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace threadline::test {

class FakeSession final : public Session {
public:
    FakeSession();
    ~FakeSession() override;

    /// Adds or replaces an interaction and tells the subscribers.
    void put(InteractionView view, Summary summary);
    void setStatus(const Status &status);
    void setBands(std::vector<Band> bands);
    void setRefused(std::vector<Refused> refused);
    void setDeadLetters(std::vector<SetAside> letters);
    /// What is said of an interaction that is not there.
    void setAbsence(Error error);
    /// Adds one that only the shared store lists; nobody is told.
    void putShared(InteractionView view, Summary summary);
    /// What the shared store's part of a list says of itself.
    void setListNote(std::string note);
    /// How often delivery was tried on request: without and with dead letters.
    [[nodiscard]] std::pair<int, int> retried() const;
    /// Lists that were asked for with what the shared store has.
    [[nodiscard]] int sharedLists() const { return m_sharedLists; }
    /// The next questions are answered with this, until it is taken back.
    void failWith(std::optional<Error> error);
    /// Questions for one interaction, so far.
    [[nodiscard]] int asked() const { return m_asked; }
    /// The most of them that were under way at once.
    [[nodiscard]] int mostAtOnce() const { return m_mostAtOnce; }
    /// Answers wait until release().
    void holdAnswers();
    void release();

    Text timelineAtHand(std::string_view interaction) override;
    HandlePtr timeline(InteractionId id, bool evidence, Answer<Body> answer) override;
    HandlePtr interaction(InteractionId id, Answer<std::shared_ptr<const InteractionView>> answer) override;
    HandlePtr list(ListQuery query, Answer<ListPage> answer) override;
    HandlePtr census(std::optional<TimeRange> range, Answer<Census> answer) override;
    HandlePtr bands(TimeRange range, Answer<std::vector<Band>> answer) override;
    HandlePtr refused(Answer<std::vector<Refused>> answer) override;
    HandlePtr deadLetters(Answer<std::vector<SetAside>> answer) override;
    HandlePtr retryDelivery(bool deadLetters, Answer<void> answer) override;
    Status status() const override;
    HandlePtr subscribe(std::function<void(const ChangeSet &)> changed) override;

private:
    struct Ticket;
    struct Subscriber;
    template<class T, class F>
    HandlePtr later(Answer<T> answer, F make);
    HandlePtr enqueue(std::function<void()> work);
    void tell(const ChangeSet &changes);
    void run();

    struct Entry {
        std::shared_ptr<const InteractionView> view;
        Summary summary;
        bool shared = false;
    };
    [[nodiscard]] Result<ListPage> page(const ListQuery &query) const;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::map<std::string, Entry> m_entries;
    Status m_status;
    std::vector<Band> m_bands;
    std::vector<Refused> m_refused;
    std::optional<Error> m_error;
    std::vector<SetAside> m_letters;
    Error m_absence{ErrorCode::NotFound, "Interaction not found."};
    std::string m_listNote;
    std::pair<int, int> m_retried{0, 0};
    std::atomic<int> m_sharedLists{0};
    std::deque<std::shared_ptr<Ticket>> m_work;
    std::vector<std::shared_ptr<Subscriber>> m_subscribers;
    std::uint64_t m_commit = 0;
    std::atomic<int> m_asked{0};
    std::atomic<int> m_atOnce{0};
    std::atomic<int> m_mostAtOnce{0};
    bool m_held = false;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace threadline::test
