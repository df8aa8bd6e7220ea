// SPDX-License-Identifier: GPL-3.0-or-later
/// A question to the session, one at a time, whose answer comes to the thread of a QObject.
#pragma once

#include "core/session.h"

#include <QMetaObject>
#include <QObject>

#include <memory>
#include <utility>

namespace threadline::ui {

/// What an earlier question is answered is not heard once another was asked, or it was dropped or destroyed, even if that answer was on
/// its way to this thread by then. Must not outlive the context it is asked for. GUI thread.
class Question {
public:
    Question() = default;
    Question(const Question &) = delete; // what was asked knows where it is
    Question &operator=(const Question &) = delete;

    /// `ask` gets the callback for Session and returns the handle; `then` gets the Result<T>, later, in the thread of `context`.
    template<class T, class Ask, class Then>
    void ask(QObject *context, Ask ask, Then then)
    {
        drop();
        m_asked = std::make_shared<Asked>();
        auto heard = [this, asked = std::weak_ptr<Asked>(m_asked), then = std::move(then)](Result<T> answer) mutable {
            if (asked.expired())
                return;
            drop();
            then(std::move(answer));
        };
        m_handle = ask([context, heard = std::move(heard)](Result<T> answer) {
            QMetaObject::invokeMethod(
                context, [heard, answer = std::move(answer)]() mutable { heard(std::move(answer)); }, Qt::QueuedConnection);
        });
    }
    void drop()
    {
        m_asked.reset();
        m_handle.reset();
    }
    [[nodiscard]] bool underWay() const { return m_asked != nullptr; }

private:
    struct Asked {};

    std::shared_ptr<Asked> m_asked; ///< there while an answer is waited for
    HandlePtr m_handle;
};

} // namespace threadline::ui
