// SPDX-License-Identifier: GPL-3.0-or-later
/// A store with a session over it, as one machine has them, and how a test asks and waits.
#pragma once

#include "core/engine/localsession.h"

#include <QTest>

#include <future>
#include <memory>
#include <string>

namespace threadline::test {

/// Asks and waits, with a running event loop: the server may live in this thread.
template<class T, class Ask>
Result<T> awaited(Ask ask, int ms = 20'000)
{
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto future = promise->get_future();
    const HandlePtr handle = ask([promise](Result<T> result) { promise->set_value(std::move(result)); });
    if (!QTest::qWaitFor([&future] { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }, ms))
        return fail(ErrorCode::Internal, "no answer in time");
    return future.get();
}

struct Machine {
    Machine(const std::string &folder, std::shared_ptr<History> history);

    [[nodiscard]] Result<Session::Body> timeline(const std::string &id);
    [[nodiscard]] Result<ListPage> list(ListQuery query = {}); ///< with the shared store

    SystemClock clock;
    std::unique_ptr<Store> store;
    std::unique_ptr<LocalSession> session;
};

} // namespace threadline::test
