// SPDX-License-Identifier: GPL-3.0-or-later
/// A session with set answers, given from a thread of its own, when it is let: as the real one, with nothing behind it.
#pragma once

#include "core/session.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace threadline::test {

class FakeSession final : public Session {
public:
    FakeSession() : m_thread([this] { answerQuestions(); }) {}
    ~FakeSession() override
    {
        {
            std::scoped_lock lock(m_mutex);
            m_ends = true;
        }
        m_changed.notify_all();
        m_thread.join();
    }

    // What it answers; to be set before it is asked.
    std::map<std::string, Text, std::less<>> atHand;
    std::map<std::string, Text, std::less<>> stored;
    std::map<std::string, Text, std::less<>> withEvidence;
    std::shared_ptr<Pieces> rest; ///< follows everything in `stored`
    std::optional<Error> failure; ///< every question fails with it
    ListPage page;
    std::vector<Band> gaps;

    void setStatus(const Status &status)
    {
        std::scoped_lock lock(m_mutex);
        m_status = status;
    }
    /// From now on questions wait.
    void hold() { setHeld(true); }
    void release() { setHeld(false); }
    /// Whether it is asked for the `n`th time within ten seconds.
    bool waitUntilAsked(int n)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(10), [&] { return m_asked >= n; });
    }
    int asked() const { return count(m_asked); }
    /// Questions whose handle was dropped before the answer.
    int dropped() const { return count(m_dropped); }
    ListQuery lastList() const { return locked(m_lastList); }
    TimeRange lastRange() const { return locked(m_lastRange); }

    Text timelineAtHand(std::string_view interaction) override { return find(atHand, interaction); }
    HandlePtr timeline(InteractionId id, bool evidence, Answer<Body> answer) override
    {
        return ask([this, id = std::move(id), evidence, answer = std::move(answer)] {
            if (Text text = find(evidence ? withEvidence : stored, id.value); text && !failure)
                answer(Body{std::move(text), rest});
            else
                answer(fail(failure.value_or(Error{ErrorCode::NotFound, "There is no interaction " + id.value + "."})));
        });
    }
    HandlePtr interaction(InteractionId, Answer<std::shared_ptr<const InteractionView>> answer) override
    {
        return ask([answer = std::move(answer)] { answer(fail(ErrorCode::NotFound, "REST does not ask this.")); });
    }
    HandlePtr list(ListQuery query, Answer<ListPage> answer) override
    {
        set(m_lastList, query);
        return ask([this, answer = std::move(answer)] { give(answer, page); });
    }
    HandlePtr census(std::optional<TimeRange>, Answer<Census> answer) override
    {
        return ask([answer = std::move(answer)] { answer(Census()); });
    }
    HandlePtr bands(TimeRange range, Answer<std::vector<Band>> answer) override
    {
        set(m_lastRange, range);
        return ask([this, answer = std::move(answer)] { give(answer, gaps); });
    }
    HandlePtr refused(Answer<std::vector<Refused>> answer) override
    {
        return ask([answer = std::move(answer)] { answer(std::vector<Refused>()); });
    }
    HandlePtr deadLetters(Answer<std::vector<SetAside>> answer) override
    {
        return ask([answer = std::move(answer)] { answer(std::vector<SetAside>()); });
    }
    HandlePtr retryDelivery(bool, Answer<void> answer) override
    {
        return ask([answer = std::move(answer)] { answer({}); });
    }
    Status status() const override { return locked(m_status); }
    HandlePtr subscribe(std::function<void(const ChangeSet &)>) override { return ask([] {}); }

private:
    struct Question {
        std::recursive_mutex mutex; ///< held while the callback runs
        std::function<void()> answer;
    };

    class Ticket final : public Handle {
    public:
        Ticket(FakeSession &session, std::shared_ptr<Question> question) : m_session(session), m_question(std::move(question)) {}
        ~Ticket() override
        {
            std::scoped_lock lock(m_question->mutex);
            if (m_question->answer) {
                m_question->answer = nullptr;
                m_session.countDropped();
            }
        }

    private:
        FakeSession &m_session;
        std::shared_ptr<Question> m_question;
    };

    static Text find(const std::map<std::string, Text, std::less<>> &texts, std::string_view id)
    {
        const auto found = texts.find(id);
        return found == texts.end() ? nullptr : found->second;
    }
    template<class T>
    void give(const Answer<T> &answer, const T &value)
    {
        if (failure)
            answer(fail(*failure));
        else
            answer(value);
    }
    HandlePtr ask(std::function<void()> answer)
    {
        auto question = std::make_shared<Question>();
        question->answer = std::move(answer);
        {
            std::scoped_lock lock(m_mutex);
            ++m_asked;
            m_questions.push_back(question);
        }
        m_changed.notify_all();
        return std::make_unique<Ticket>(*this, std::move(question));
    }
    void answerQuestions()
    {
        std::unique_lock lock(m_mutex);
        for (;;) {
            m_changed.wait(lock, [this] { return m_ends || (!m_held && !m_questions.empty()); });
            if (m_ends)
                return;
            const std::shared_ptr<Question> question = m_questions.front();
            m_questions.pop_front();
            lock.unlock();
            {
                std::scoped_lock running(question->mutex);
                if (const auto answer = std::exchange(question->answer, nullptr))
                    answer();
            }
            lock.lock();
        }
    }
    void setHeld(bool held)
    {
        {
            std::scoped_lock lock(m_mutex);
            m_held = held;
        }
        m_changed.notify_all();
    }
    void countDropped()
    {
        std::scoped_lock lock(m_mutex);
        ++m_dropped;
    }
    int count(const int &number) const { return locked(number); }
    template<class T>
    T locked(const T &value) const
    {
        std::scoped_lock lock(m_mutex);
        return value;
    }
    template<class T>
    void set(T &target, const T &value)
    {
        std::scoped_lock lock(m_mutex);
        target = value;
    }

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::shared_ptr<Question>> m_questions;
    bool m_held = false;
    bool m_ends = false;
    int m_asked = 0;
    int m_dropped = 0;
    Status m_status;
    ListQuery m_lastList;
    TimeRange m_lastRange;
    std::thread m_thread;
};

inline Session::Text text(std::string value) { return std::make_shared<const std::string>(std::move(value)); }

} // namespace threadline::test
