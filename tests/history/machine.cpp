// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/history/machine.h"

namespace threadline::test {

Machine::Machine(const std::string &folder, std::shared_ptr<History> history)
{
    StoreOptions where;
    where.folder = folder;
    auto opened = Store::open(where);
    if (!opened)
        qFatal("%s", opened.error().message.c_str());
    store = std::move(*opened);
    LocalSessionOptions options;
    options.history = std::move(history);
    auto started = LocalSession::start(*store, options, clock);
    if (!started)
        qFatal("%s", started.error().message.c_str());
    session = std::move(*started);
}

Result<Session::Body> Machine::timeline(const std::string &id)
{
    return awaited<Session::Body>([&](auto answer) { return session->timeline(InteractionId(id), false, answer); });
}

Result<ListPage> Machine::list(ListQuery query)
{
    query.history = true;
    return awaited<ListPage>([&](auto answer) { return session->list(query, answer); });
}

} // namespace threadline::test
