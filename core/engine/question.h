// SPDX-License-Identifier: GPL-3.0-or-later
/// Questions that the reader pool answers later, and that whoever asked may take back.
#pragma once

#include "core/engine/readerpool.h"
#include "core/session.h"

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace threadline {

/// A question on its way. The mutex makes cancelling wait for an answer that is just being given.
template<class T>
struct Question {
    std::mutex mutex;
    Session::Answer<T> answer;
    HandlePtr inner; ///< what was asked of another store for it

    void give(Result<T> result)
    {
        std::scoped_lock lock(mutex);
        if (answer)
            answer(std::move(result));
        answer = nullptr;
    }
    /// `handle` lives until this is answered or taken back; not at all if that has happened.
    void keep(HandlePtr handle)
    {
        std::scoped_lock lock(mutex);
        if (answer)
            inner.swap(handle);
    }
    [[nodiscard]] bool cancelled()
    {
        std::scoped_lock lock(mutex);
        return !answer;
    }
};

template<class T>
class QuestionHandle final : public Handle {
public:
    explicit QuestionHandle(std::shared_ptr<Question<T>> question) : m_question(std::move(question)) {}
    ~QuestionHandle() override
    {
        HandlePtr inner; // ended without the mutex: what it calls may be waiting for that
        std::scoped_lock lock(m_question->mutex);
        m_question->answer = nullptr;
        inner = std::move(m_question->inner);
    }

private:
    std::shared_ptr<Question<T>> m_question;
};

/// Posts `read` to the pool; `answer` gets what it returns, or Busy if too many wait already.
template<class T>
HandlePtr ask(ReaderPool &pool, Session::Answer<T> answer, std::function<Result<T>(ReadContext &)> read,
              ReaderPool::Kind kind = ReaderPool::Kind::Long)
{
    auto question = std::make_shared<Question<T>>();
    question->answer = std::move(answer);
    const bool posted = pool.post([question, read = std::move(read)](ReadContext &context) {
        if (!question->cancelled())
            question->give(read(context));
    }, kind);
    if (!posted)
        question->give(fail(ErrorCode::Busy, "Too many questions wait for the store. Try again in a moment."));
    return std::make_unique<QuestionHandle<T>>(std::move(question));
}

} // namespace threadline
