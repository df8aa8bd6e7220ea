// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/storedtimes.h"

#include <algorithm>
#include <vector>

namespace threadline {
namespace {

constexpr int kLookedAt = 101;

Result<std::vector<Timestamp>> newestTimes(StoreReader &reader)
{
    StoreReader::Listing listing;
    listing.limit = kLookedAt;
    const auto rows = reader.list(listing);
    if (!rows)
        return fail(rows.error());
    std::vector<Timestamp> times;
    for (const auto &row : *rows) {
        if (row.summary.count > 0)
            times.push_back(row.summary.lastEventAt);
    }
    std::sort(times.begin(), times.end());
    return times;
}

} // namespace

Result<std::optional<Timestamp>> lastEventTime(StoreReader &reader, Timestamp now)
{
    const auto times = newestTimes(reader);
    if (!times)
        return fail(times.error());
    const auto beyond = std::upper_bound(times->begin(), times->end(), now);
    return beyond == times->begin() ? std::optional<Timestamp>() : *std::prev(beyond);
}

Result<std::optional<Timestamp>> usualEventTime(StoreReader &reader)
{
    const auto times = newestTimes(reader);
    if (!times)
        return fail(times.error());
    return times->empty() ? std::optional<Timestamp>() : (*times)[times->size() / 2];
}

} // namespace threadline
