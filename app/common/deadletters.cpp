// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/deadletters.h"

#include "core/engine/setasides.h"
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

} // namespace

Result<std::uint64_t> printDeadLetters(const std::string &folder, const std::function<void(const std::string &)> &print)
{
    const auto store = open(folder);
    if (!store)
        return fail(store.error());
    const auto letters = (*store)->deadLetters(std::numeric_limits<int>::max());
    if (!letters)
        return fail(letters.error());
    StoreOptions where;
    where.folder = folder;
    where.readOnly = true;
    const auto events = Store::open(where);
    if (!events)
        return fail(events.error());
    const auto reader = (*events)->reader();
    if (!reader)
        return fail(reader.error());
    const auto all = named(**reader, *letters);
    if (!all)
        return fail(all.error());
    for (const SetAside &letter : *all)
        print(jsonOf(letter));
    return all->size();
}

Result<std::uint64_t> retryDeadLetters(const std::string &folder)
{
    StoreOptions where;
    where.folder = folder;
    const auto alone = Store::open(where); // a program that delivers counts them in its memory
    if (!alone && alone.error().code == ErrorCode::Busy)
        return fail(ErrorCode::Busy, alone.error().message + " A window that runs retries them itself: \"Retry all\" in its list of what is set "
                                     "aside. End a collector first, then call this once more: its next start delivers them.");
    if (!alone)
        return fail(alone.error());
    const auto store = open(folder);
    if (!store)
        return fail(store.error());
    return (*store)->retryDead();
}

} // namespace threadline::app
