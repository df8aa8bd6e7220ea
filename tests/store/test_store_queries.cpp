// SPDX-License-Identifier: GPL-3.0-or-later
/// What is asked of the store comes from an index, and is what a naive filter over everything says.
#include "tests/store/storefixture.h"

#include "core/store/queries.h"
#include "core/store/rows.h"

#include <algorithm>
#include <iterator>
#include <rapidcheck.h>
#include <set>
#include <sqlite3.h>

using namespace threadline;
using namespace threadline::test;

namespace {

using Row = WriteGroup::SummaryRow;

std::vector<InteractionKey> keysOf(const std::vector<Row> &rows)
{
    std::vector<InteractionKey> keys;
    for (const Row &row : rows)
        keys.push_back(row.key);
    return keys;
}

/// Interactions with lengths from nothing to weeks, some open, some stale, spread over several commits.
std::vector<std::vector<Row>> arbitraryCommits()
{
    std::vector<std::vector<Row>> commits;
    InteractionKey key = 0;
    const auto sizes = *rc::gen::container<std::vector<int>>(static_cast<std::size_t>(*rc::gen::inRange(0, 8)), rc::gen::inRange(0, 12));
    for (const int size : sizes) {
        std::vector<Row> rows;
        for (int i = 0; i < size; ++i) {
            const bool old = key > 0 && *rc::gen::inRange(0, 3) == 0;
            Row row;
            row.key = old ? *rc::gen::inRange<InteractionKey>(1, key + 1) : ++key;
            if (std::any_of(rows.begin(), rows.end(), [&](const Row &r) { return r.key == row.key; }))
                continue;
            row.summary.start = kNoon + Duration{*rc::gen::inRange<std::int64_t>(-3'000'000, 3'000'000) * 1000};
            const std::int64_t length = *rc::gen::oneOf(rc::gen::just<std::int64_t>(0), rc::gen::inRange<std::int64_t>(0, 20'000'000),
                                                        rc::gen::inRange<std::int64_t>(0, 3'000'000'000'000),
                                                        rc::gen::element<std::int64_t>(1'000'000, 1'000'001, 4'000'000, 4'000'001, 16'000'000));
            row.summary.lastEventAt = row.summary.start + Duration{length};
            row.summary.state = static_cast<InteractionState>(*rc::gen::inRange(0, 3));
            if (row.summary.state == InteractionState::Ended)
                row.summary.end = row.summary.lastEventAt;
            rows.push_back(row);
        }
        commits.push_back(rows);
    }
    return commits;
}

class Filled {
public:
    explicit Filled(const std::vector<std::vector<Row>> &commits)
    {
        store = std::move(*folder.open());
        std::uint64_t commit = 0;
        InteractionKey known = 0;
        for (const auto &rows : commits) {
            WriteGroup group;
            group.commit = ++commit;
            for (Row row : rows) {
                if (row.key > known) {
                    group.interactions.push_back({row.key, "i" + std::to_string(row.key)});
                    known = row.key;
                }
                row.summary.commit = commit;
                all[row.key] = row;
                group.summaries.push_back(row);
            }
            RC_ASSERT(store->write(group).has_value());
        }
        reader = std::move(*store->reader());
    }

    /// Newest commit first, then the greater key.
    [[nodiscard]] std::vector<Row> naiveList(const StoreReader::Listing &listing) const
    {
        std::vector<Row> rows;
        for (const auto &[key, row] : all) {
            const Summary &s = row.summary;
            if ((!listing.state || s.state == *listing.state) && (!listing.to || s.start < *listing.to)
                && (!listing.from || !s.end || *s.end >= *listing.from)
                && (!listing.before || std::pair(s.commit, key) < *listing.before))
                rows.push_back(row);
        }
        std::sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
            return std::pair(a.summary.commit, a.key) > std::pair(b.summary.commit, b.key);
        });
        if (rows.size() > static_cast<std::size_t>(listing.limit))
            rows.resize(static_cast<std::size_t>(listing.limit));
        return rows;
    }

    StoreFolder folder;
    std::unique_ptr<Store> store;
    std::unique_ptr<StoreReader> reader;
    std::map<InteractionKey, Row> all;
};

std::string planOf(sqlite3 *db, const char *sql)
{
    std::string plan;
    sqlite3_exec(
        db, (std::string("EXPLAIN QUERY PLAN ") + sql).c_str(),
        [](void *out, int, char **values, char **) {
            static_cast<std::string *>(out)->append(values[3]).append("; ");
            return 0;
        },
        &plan, nullptr);
    return plan;
}

} // namespace

class TestStoreQueries : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyQuestionIsAnsweredFromAnIndex()
    {
        const StoreFolder folder;
        NEED(folder.open());
        sqlite3 *db = nullptr;
        QCOMPARE(sqlite3_open(folder.database().c_str(), &db), SQLITE_OK);
        for (const char *sql : {sql::kFind, sql::kSummary, sql::kRowsOf, sql::kEvent, sql::kVariants, sql::kRecord, sql::kActivity,
                                sql::kActivityOfState, sql::kSpans, sql::kCensus, sql::kStateOf, sql::kOldest, sql::kBands, sql::kNaming, sql::kTombstone}) {
            const std::string plan = planOf(db, sql);
            QVERIFY2(plan.find("SEARCH") != std::string::npos, sql);
            QVERIFY2(plan.find("SCAN") == std::string::npos, plan.c_str());
            QVERIFY2(plan.find("TEMP B-TREE") == std::string::npos, plan.c_str());
        }
        QVERIFY2(planOf(db, sql::kSpans).find("COVERING INDEX interactions_span (span_class=? AND start>? AND start<?)") != std::string::npos,
                 planOf(db, sql::kSpans).c_str());
        QVERIFY2(planOf(db, sql::kActivity).find("MERGE") != std::string::npos, planOf(db, sql::kActivity).c_str());
        sqlite3_close(db);
    }

    void spanClassesHoldTheirSpans()
    {
        const auto classOf = [](std::int64_t us) { return spanClass(kNoon, kNoon + Duration{us}); };
        QCOMPARE(spanClass(kNoon, {}), kOpenClass);
        QCOMPARE(classOf(0), 0);
        QCOMPARE(classOf(-5), 0);
        QCOMPARE(classOf(1'000'000), 0);
        QCOMPARE(classOf(1'000'001), 1);
        QCOMPARE(classOf(4'000'000), 1);
        QCOMPARE(classOf(4'000'001), 2);
        QCOMPARE(spanClass(kEarliestTime, kLatestTime), 17);
        QVERIFY(spanLimit(17) > kLatestTime - kEarliestTime);
    }

    void openAtAnInstantIsWhatANaiveFilterSays()
    {
        const bool holds = rc::check("open at t", [] {
            const Filled filled(arbitraryCommits());
            for (int i = 0; i < 8; ++i) {
                Timestamp at = kNoon + Duration{*rc::gen::inRange<std::int64_t>(-4'000'000, 4'000'000) * 1000};
                if (!filled.all.empty() && i % 2 == 0) { // exactly on an edge
                    const auto &row = std::next(filled.all.begin(), *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(filled.all.size())))->second;
                    at = i % 4 == 0 ? row.summary.start : row.summary.lastEventAt;
                }
                std::vector<std::pair<Timestamp, InteractionKey>> expected;
                for (const auto &[key, row] : filled.all) {
                    if (row.summary.start <= at && (!row.summary.end || *row.summary.end >= at))
                        expected.emplace_back(row.summary.start, key);
                }
                std::sort(expected.begin(), expected.end());
                const auto open = filled.reader->openAt(at, 1000);
                RC_ASSERT(open.has_value());
                RC_ASSERT(open->size() == expected.size());
                for (std::size_t n = 0; n < expected.size(); ++n)
                    RC_ASSERT((*open)[n].key == expected[n].second);
                RC_ASSERT(filled.reader->openAt(at, 3)->size() == std::min<std::size_t>(3, expected.size()));
            }
        });
        QVERIFY(holds);
    }

    void theListIsWhatANaiveFilterSays()
    {
        const bool holds = rc::check("list", [] {
            const Filled filled(arbitraryCommits());
            for (int i = 0; i < 8; ++i) {
                StoreReader::Listing listing;
                listing.limit = *rc::gen::inRange(1, 9);
                if (*rc::gen::arbitrary<bool>())
                    listing.state = static_cast<InteractionState>(*rc::gen::inRange(0, 3));
                if (*rc::gen::arbitrary<bool>())
                    listing.from = kNoon + Duration{*rc::gen::inRange<std::int64_t>(-4'000'000, 4'000'000) * 1000};
                if (*rc::gen::arbitrary<bool>())
                    listing.to = kNoon + Duration{*rc::gen::inRange<std::int64_t>(-4'000'000, 4'000'000) * 1000};
                if (*rc::gen::arbitrary<bool>())
                    listing.before = {*rc::gen::inRange<std::uint64_t>(0, 30), *rc::gen::inRange<InteractionKey>(0, 50)};
                const auto page = filled.reader->list(listing);
                RC_ASSERT(page.has_value());
                RC_ASSERT(keysOf(*page) == keysOf(filled.naiveList(listing)));
            }
        });
        QVERIFY(holds);
    }

    void theCensusIsWhatANaiveCountSays()
    {
        const bool holds = rc::check("census", [] {
            const Filled filled(arbitraryCommits());
            for (int i = 0; i < 8; ++i) {
                std::optional<TimeRange> range;
                if (i > 0) {
                    const Timestamp from = kNoon + Duration{*rc::gen::inRange<std::int64_t>(-4'000'000, 4'000'000) * 1000};
                    range = TimeRange{from, from + Duration{*rc::gen::inRange<std::int64_t>(1, 4'000'000) * 1000}};
                }
                StoreReader::Census expected;
                Timestamp first = kLatestTime, last = kEarliestTime;
                for (const auto &[key, row] : filled.all) {
                    const Summary &s = row.summary;
                    if (range && (s.start >= range->end || (s.end && *s.end < range->start)))
                        continue;
                    ++(s.end ? expected.ended : expected.open);
                    first = std::min(first, s.start);
                    last = std::max(last, s.end.value_or(s.start));
                }
                const auto census = filled.reader->census(range);
                RC_ASSERT(census.has_value());
                RC_ASSERT(census->ended == expected.ended && census->open == expected.open);
                if (expected.ended + expected.open > 0)
                    RC_ASSERT(census->first == first && census->last == last);
                if (range || filled.all.empty())
                    continue;
                Occupancy naive({first, last});
                for (const auto &[key, row] : filled.all)
                    naive.add(row.summary.start, row.summary.end.value_or(last));
                naive.sum();
                for (int column = 0; column < 200; ++column) {
                    const Timestamp at = first + Duration{(last - first).us / 200 * column};
                    RC_ASSERT(census->occupancy.most(at, at) == naive.most(at, at));
                }
            }
        });
        QVERIFY(holds);
    }

    void idsAreFoundByTheirBeginning()
    {
        StoreFolder folder;
        auto store = folder.open();
        NEED(store);
        const std::vector<std::string> ids{"3f9c2a71-6b1e-4c02-9a55-0242ac125d0e", "3f9c2a71-7000-4c02-9a55-0242ac125d0e",
                                           "3f9c2a72-6b1e-4c02-9a55-0242ac125d0e", "3f9c2a71", "call-1", "call-2",
                                           "3F9C2A71-6B1E-4C02-9A55-0242AC125D0E"};
        WriteGroup group;
        group.commit = 1;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            Row row;
            row.key = static_cast<InteractionKey>(i) + 1;
            row.summary.commit = 1;
            row.summary.start = row.summary.lastEventAt = kNoon;
            group.interactions.push_back({row.key, ids[i]});
            group.summaries.push_back(row);
        }
        QVERIFY((*store)->write(group).has_value());
        auto reader = (*store)->reader();
        NEED(reader);
        for (const char *prefix : {"3f9c2a71", "3f9c2a7", "3f9c2a71-", "3f9c2a71-6b1e-4c02-9a55-0242ac125d0e", "call", "call-2", "3F9", "x", "3f9c2a716"}) {
            StoreReader::Listing listing;
            listing.idPrefix = prefix;
            const auto found = (*reader)->list(listing);
            NEED(found);
            std::set<std::string> got, wanted;
            for (const Row &row : *found)
                got.insert(row.summary.interaction.value);
            std::copy_if(ids.begin(), ids.end(), std::inserter(wanted, wanted.end()), [&](const std::string &id) { return id.starts_with(prefix); });
            QVERIFY2(got == wanted, prefix);
            listing.limit = 1;
            QCOMPARE((*reader)->list(listing)->size(), std::min<std::size_t>(1, wanted.size()));
        }
    }

    /// Time ranges with few matches among many are found through the spans; the answer is the same.
    void oldRangesAreFoundAmongMany()
    {
        std::vector<std::vector<Row>> commits(40);
        InteractionKey key = 0;
        for (std::size_t c = 0; c < commits.size(); ++c) {
            for (int i = 0; i < 100; ++i) {
                Row row;
                row.key = ++key;
                row.summary.start = kNoon + Duration::seconds(static_cast<std::int64_t>(c) * 3600 + i);
                row.summary.lastEventAt = row.summary.start + Duration::seconds(i * 40);
                if (i % 10 != 0) {
                    row.summary.state = InteractionState::Ended;
                    row.summary.end = row.summary.lastEventAt;
                }
                commits[c].push_back(row);
            }
        }
        const Filled filled(commits);
        for (const auto &state : {std::optional<InteractionState>(), std::optional(InteractionState::Ended), std::optional(InteractionState::Open)}) {
            for (const int limit : {10, 500}) {
                StoreReader::Listing listing;
                listing.from = kNoon + Duration::seconds(2 * 3600);
                listing.to = kNoon + Duration::seconds(3 * 3600);
                listing.state = state;
                listing.limit = limit;
                std::vector<InteractionKey> paged;
                const auto naive = keysOf(filled.naiveList(listing));
                const auto first = filled.reader->list(listing);
                NEED(first);
                QVERIFY(!first->empty());
                QCOMPARE(keysOf(*first), naive);
                listing.before = {first->back().summary.commit, first->back().key};
                const auto second = filled.reader->list(listing);
                NEED(second);
                QCOMPARE(keysOf(*second), keysOf(filled.naiveList(listing)));
            }
        }
    }

    /// Pages taken while interactions are touched: none twice, and none missing that was not touched.
    void pagesAreStableWhileEventsComeIn()
    {
        std::vector<std::vector<Row>> commits(20);
        InteractionKey key = 0;
        for (auto &rows : commits) {
            for (int i = 0; i < 10; ++i) {
                Row row;
                row.key = ++key;
                row.summary.start = row.summary.lastEventAt = kNoon;
                rows.push_back(row);
            }
        }
        Filled filled(commits);
        StoreReader::Listing listing;
        listing.limit = 7;
        std::vector<InteractionKey> seen, touched;
        for (std::uint64_t commit = 21;; ++commit) {
            const auto page = filled.reader->list(listing);
            NEED(page);
            if (page->empty())
                break;
            for (const Row &row : *page)
                seen.push_back(row.key);
            listing.before = {page->back().summary.commit, page->back().key};
            WriteGroup group;
            group.commit = commit;
            const auto next = static_cast<InteractionKey>((commit * 37) % 200 + 1);
            group.summaries = {filled.all[next]};
            touched.push_back(next);
            NEED(filled.store->write(group));
        }
        auto sorted = seen;
        std::sort(sorted.begin(), sorted.end());
        QVERIFY(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
        for (InteractionKey k = 1; k <= 200; ++k)
            QVERIFY(std::binary_search(sorted.begin(), sorted.end(), k) || std::find(touched.begin(), touched.end(), k) != touched.end());
    }
};

THREADLINE_TEST_MAIN(TestStoreQueries)
#include "test_store_queries.moc"
