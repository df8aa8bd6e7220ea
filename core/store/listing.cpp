// SPDX-License-Identifier: GPL-3.0-or-later
/// The list of interactions and the floor at an instant, each from an index.
#include "core/store/reader.h"

#include "core/store/rows.h"
#include "core/store/snapshot.h"

#include <algorithm>
#include <limits>
#include <queue>

namespace threadline {
namespace {

/// How many interactions outside the asked time are passed over one by one before the spans are asked instead. By activity a page
/// of recent ones is found at once; one of three months ago is not.
constexpr int kMostPassedOver = 1'000;

bool mayHold(int spanClass, const std::optional<InteractionState> &state)
{
    return !state || (spanClass == kOpenClass) == (*state != InteractionState::Ended);
}

bool within(const StoreReader::Listing &listing, const Summary &summary)
{
    return (!listing.to || summary.start < *listing.to) && (!listing.from || !summary.end || *summary.end >= *listing.from);
}

} // namespace

Result<> SqliteReader::appendSummary(InteractionKey key, std::vector<WriteGroup::SummaryRow> &rows)
{
    m_summary.bind(1, key);
    sqlite::Rows found(m_summary);
    if (found.next())
        rows.push_back(readSummary(m_summary));
    else if (!found.good())
        return fail(readError(found.code()));
    return {};
}

Result<std::vector<WriteGroup::SummaryRow>> SqliteReader::list(const Listing &listing)
{
    std::vector<WriteGroup::SummaryRow> rows;
    if (listing.limit <= 0)
        return rows;
    const Snapshot snapshot(*this);
    if (!snapshot.good())
        return fail(readError(snapshot.code()));
    if (!listing.idPrefix.empty())
        return listByPrefix(listing.idPrefix, listing.limit);
    Place behind{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<InteractionKey>::max()};
    if (listing.before)
        behind = {static_cast<std::int64_t>(listing.before->first), listing.before->second};
    const auto found = listByActivity(listing, behind, rows);
    if (!found)
        return fail(found.error());
    if (*found)
        return rows;
    rows.clear();
    if (auto read = listBySpan(listing, behind, rows); !read)
        return fail(read.error());
    return rows;
}

/// Packed ids first, then texts; within the snapshot of the caller.
Result<std::vector<WriteGroup::SummaryRow>> SqliteReader::listByPrefix(const std::string &prefix, int limit)
{
    std::vector<WriteGroup::SummaryRow> rows;
    const auto collect = [&]() -> Result<> {
        m_idsFrom.bind(3, limit - static_cast<int>(rows.size()));
        sqlite::Rows found(m_idsFrom);
        while (found.next()) {
            if (auto read = appendSummary(m_idsFrom.number(0), rows); !read)
                return read;
        }
        return found.good() ? Result<>() : Result<>(fail(readError(found.code())));
    };
    if (const auto range = packedRange(prefix)) {
        m_idsFrom.bindBlob(1, {range->first.data(), range->first.size()});
        m_idsFrom.bindBlob(2, {range->second.data(), range->second.size()});
        if (auto done = collect(); !done)
            return fail(done.error());
    }
    const std::string last = prefix + '\xff'; // no byte of UTF-8 is so great: behind all that go on
    m_idsFrom.bindText(1, prefix);
    m_idsFrom.bindText(2, last);
    if (auto done = collect(); !done)
        return fail(done.error());
    return rows;
}

Result<bool> SqliteReader::listByActivity(const Listing &listing, Place behind, std::vector<WriteGroup::SummaryRow> &rows)
{
    sqlite::Statement &s = listing.state ? m_activityOfState : m_activity;
    s.bind(1, behind.commit);
    s.bind(2, behind.key);
    if (listing.state)
        s.bind(3, static_cast<int>(*listing.state));
    sqlite::Rows found(s);
    int passed = 0;
    while (static_cast<int>(rows.size()) < listing.limit && found.next()) {
        if (auto read = appendSummary(s.number(0), rows); !read)
            return fail(read.error());
        if (within(listing, rows.back().summary))
            continue;
        rows.pop_back();
        if (++passed > kMostPassedOver)
            return false;
    }
    if (!found.good())
        return fail(readError(found.code()));
    return true;
}

template<class Each>
Result<> SqliteReader::touching(Timestamp from, Timestamp to, Each each)
{
    for (int n = 0; n <= kSpanClasses; ++n) {
        const int c = n == kSpanClasses ? kOpenClass : n;
        const bool open = c == kOpenClass;
        const std::int64_t earliest = open || from.us < std::numeric_limits<std::int64_t>::min() + spanLimit(c).us
            ? std::numeric_limits<std::int64_t>::min()
            : from.us - spanLimit(c).us;
        m_spans.bind(1, c);
        m_spans.bind(2, earliest);
        m_spans.bind(3, to);
        sqlite::Rows rows(m_spans);
        while (rows.next()) {
            if (!open && m_spans.time(2) < from)
                continue;
            if (auto done = each(c, m_spans.number(0), m_spans.time(1)); !done)
                return done;
        }
        if (!rows.good())
            return fail(readError(rows.code()));
    }
    return {};
}

Result<> SqliteReader::listBySpan(const Listing &listing, Place behind, std::vector<WriteGroup::SummaryRow> &rows)
{
    const Timestamp from = listing.from.value_or(Timestamp{std::numeric_limits<std::int64_t>::min()});
    const Timestamp to = listing.to ? Timestamp{listing.to->us - 1} : Timestamp{std::numeric_limits<std::int64_t>::max()};
    std::priority_queue<Place, std::vector<Place>, std::greater<>> newest; // the oldest of those kept on top
    auto done = touching(from, to, [&](int spanClass, InteractionKey key, Timestamp) -> Result<> {
        if (!mayHold(spanClass, listing.state))
            return {};
        m_stateOf.bind(1, key);
        sqlite::Rows found(m_stateOf);
        if (!found.next())
            return fail(readError(found.good() ? SQLITE_CORRUPT : found.code()));
        const Place place{m_stateOf.number(1), key};
        if (place >= behind || (listing.state && m_stateOf.number(0) != static_cast<int>(*listing.state)))
            return {};
        newest.push(place);
        if (static_cast<int>(newest.size()) > listing.limit)
            newest.pop();
        return {};
    });
    if (!done)
        return done;
    for (; !newest.empty(); newest.pop()) {
        if (auto read = appendSummary(newest.top().key, rows); !read)
            return read;
    }
    std::reverse(rows.begin(), rows.end());
    return {};
}

Result<StoreReader::Census> SqliteReader::census(std::optional<TimeRange> range)
{
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
    const std::int64_t from = range ? range->start.us : kLeast;
    const std::int64_t to = range ? range->end.us - 1 : std::numeric_limits<std::int64_t>::max();
    const Snapshot snapshot(*this);
    if (!snapshot.good())
        return fail(readError(snapshot.code()));
    Census census;
    for (int n = 0; n <= kSpanClasses; ++n) {
        const int c = n == kSpanClasses ? kOpenClass : n;
        const bool bounded = c != kOpenClass && from >= kLeast + spanLimit(c).us;
        m_census.bind(1, c);
        m_census.bind(2, bounded ? from - spanLimit(c).us : kLeast);
        m_census.bind(3, to);
        m_census.bind(4, from);
        sqlite::Rows rows(m_census);
        if (!rows.next())
            return fail(readError(rows.good() ? SQLITE_CORRUPT : rows.code()));
        const std::int64_t found = m_census.number(0);
        if (found == 0)
            continue;
        const bool first = census.ended + census.open == 0;
        census.first = first ? m_census.time(1) : std::min(census.first, m_census.time(1));
        census.last = first ? m_census.time(2) : std::max(census.last, m_census.time(2));
        (c == kOpenClass ? census.open : census.ended) += found;
    }
    if (!range && census.ended + census.open > 0) {
        if (auto placed = placeInTime(census); !placed)
            return fail(placed.error());
    }
    return census;
}

/// Open ones go on to the end.
Result<> SqliteReader::placeInTime(Census &census)
{
    census.occupancy = Occupancy({census.first, census.last});
    auto read = touching(Timestamp{std::numeric_limits<std::int64_t>::min()}, census.last, [&](int spanClass, InteractionKey, Timestamp start) -> Result<> {
        census.occupancy.add(start, spanClass == kOpenClass ? census.last : std::max(start, m_spans.time(2)));
        return {};
    });
    census.occupancy.sum();
    return read;
}

Result<std::vector<WriteGroup::SummaryRow>> SqliteReader::openAt(Timestamp at, int limit)
{
    std::vector<WriteGroup::SummaryRow> rows;
    if (limit <= 0)
        return rows;
    const Snapshot snapshot(*this);
    if (!snapshot.good())
        return fail(readError(snapshot.code()));
    std::vector<std::pair<Timestamp, InteractionKey>> open;
    auto done = touching(at, at, [&](int, InteractionKey key, Timestamp start) -> Result<> {
        open.emplace_back(start, key);
        return {};
    });
    if (!done)
        return fail(done.error());
    std::sort(open.begin(), open.end());
    if (open.size() > static_cast<std::size_t>(limit))
        open.resize(static_cast<std::size_t>(limit));
    for (const auto &[start, key] : open) {
        if (auto read = appendSummary(key, rows); !read)
            return fail(read.error());
    }
    return rows;
}

} // namespace threadline
