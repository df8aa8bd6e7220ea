// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/deadletters.h"

#include "core/base/json.h"
#include "core/store/delivery.h"
#include "core/store/store.h"

#include <limits>

namespace threadline::app {
namespace {

Result<std::unique_ptr<DeliveryStore>> open(const std::string &folder)
{
    if (!DeliveryStore::exists(folder))
        return fail(ErrorCode::InvalidArgument, "Nothing was ever delivered from the data folder " + folder + ": there are no dead letters.");
    return DeliveryStore::open(folder);
}

std::string lineOf(const DeadLetter &letter)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("number", letter.number);
    w.member("at", std::string_view(formatTimestamp(letter.at)));
    w.member("reason", std::string_view(letter.reason));
    w.member("delivered", letter.delivered);
    w.member("event", letter.row);
    w.member("line", std::string_view(letter.line));
    w.endObject();
    return out;
}

} // namespace

Result<std::uint64_t> printDeadLetters(const std::string &folder, const std::function<void(const std::string &)> &print)
{
    const auto store = open(folder);
    if (!store)
        return fail(store.error());
    const auto letters = (*store)->deadLetters(std::numeric_limits<int>::max());
    if (!letters)
        return fail(letters.error());
    for (const DeadLetter &letter : *letters)
        print(lineOf(letter));
    return letters->size();
}

Result<std::uint64_t> retryDeadLetters(const std::string &folder)
{
    StoreOptions where;
    where.folder = folder;
    const auto alone = Store::open(where); // a collector that runs tries them by itself, and counts them
    if (!alone)
        return fail(alone.error());
    const auto store = open(folder);
    if (!store)
        return fail(store.error());
    return (*store)->retryDead();
}

} // namespace threadline::app
