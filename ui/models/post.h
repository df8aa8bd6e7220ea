// SPDX-License-Identifier: GPL-3.0-or-later
/// Brings the answers of a session, which come on its threads, to the thread of a QObject.
#pragma once

#include "core/base/result.h"

#include <QMetaObject>
#include <QObject>

#include <functional>

namespace threadline::ui {

/// A callback for Session that runs `then` in the thread of `context`, later. The Handle of the question must not outlive
/// `context`: then nothing is delivered to what is gone.
template<class T, class F>
[[nodiscard]] std::function<void(Result<T>)> posted(QObject *context, F then)
{
    return [context, then = std::move(then)](Result<T> result) {
        QMetaObject::invokeMethod(
            context, [then, result = std::move(result)]() mutable { then(std::move(result)); }, Qt::QueuedConnection);
    };
}

} // namespace threadline::ui
