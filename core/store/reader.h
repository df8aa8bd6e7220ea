// SPDX-License-Identifier: GPL-3.0-or-later
/// A reading connection with its statements. One thread.
#pragma once

#include "core/store/connection.h"
#include "core/store/idcodec.h"
#include "core/store/readfailures.h"
#include "core/store/store.h"

#include <array>
#include <memory>

namespace threadline {

class SqliteReader final : public StoreReader {
public:
    explicit SqliteReader(std::shared_ptr<ReadFailures> failures) : m_failures(std::move(failures)) {}
    [[nodiscard]] Result<> open(const std::string &path);

    [[nodiscard]] Result<std::optional<InteractionKey>> find(std::string_view interaction) override;
    [[nodiscard]] Result<> events(InteractionKey key, const std::function<bool(StoredEvent &&)> &each) override;
    [[nodiscard]] Result<> eventsByRow(std::span<const std::int64_t> rows, const std::function<bool(StoredEvent &&)> &each) override;
    [[nodiscard]] Result<std::optional<Summary>> summary(InteractionKey key) override;
    [[nodiscard]] Result<std::optional<Record>> record(std::string_view interaction) override;
    [[nodiscard]] Result<std::vector<RecordVersion>> records(std::string_view interaction, bool texts) override;
    [[nodiscard]] Result<std::vector<WriteGroup::SummaryRow>> list(const Listing &listing) override;
    [[nodiscard]] Result<std::vector<WriteGroup::SummaryRow>> openAt(Timestamp at, int limit) override;
    [[nodiscard]] Result<Census> census(std::optional<TimeRange> range) override;
    [[nodiscard]] Result<std::vector<Band>> bands(TimeRange range) override;
    [[nodiscard]] Result<std::vector<Refused>> refused(int limit) override;
    [[nodiscard]] Result<> inferred(const std::function<bool(StoredEvent &&)> &each) override;
    [[nodiscard]] Result<> eventsAfter(std::int64_t row, int limit, const std::function<bool(StoredEvent &&)> &each) override;
    [[nodiscard]] Result<std::vector<StoredChange>> changesAfter(std::int64_t number, int limit) override;
    [[nodiscard]] Result<std::int64_t> lastRow() override;
    [[nodiscard]] Result<std::string> identity() override;
    [[nodiscard]] Result<std::string> idOf(InteractionKey key) override;
    [[nodiscard]] Result<bool> namesIndexed() override;
    [[nodiscard]] Result<std::vector<InteractionKey>> interactionsNaming(std::string_view name) override;
    [[nodiscard]] Result<std::uint64_t> countEvents() override;

private:
    /// Where an interaction stands in the list.
    struct Place {
        std::int64_t commit;
        InteractionKey key;
        friend auto operator<=>(const Place &, const Place &) = default;
    };
    /// One state of the database for as long as it lives.
    class Snapshot;

    [[nodiscard]] Result<std::vector<RecordVersion>> readRecords(sqlite::Statement &from, std::string_view interaction, bool texts);
    /// What a failed step meant, noted for the store.
    [[nodiscard]] Error readError(int code) const;
    [[nodiscard]] Result<> readEvent(const sqlite::Statement &from, StoredEvent &event);
    [[nodiscard]] Result<> collectRows(InteractionKey key);
    /// Calls `each` for these rows within the snapshot of the caller; NotFound if one is not there.
    [[nodiscard]] Result<> readRows(std::span<const std::int64_t> rows, const std::function<bool(StoredEvent &&)> &each);
    [[nodiscard]] Result<> appendSummary(InteractionKey key, std::vector<WriteGroup::SummaryRow> &rows);
    /// Walks by activity; false: gave up after too many that do not match, `rows` then means nothing.
    [[nodiscard]] Result<bool> listByActivity(const Listing &listing, Place behind, std::vector<WriteGroup::SummaryRow> &rows);
    [[nodiscard]] Result<> listBySpan(const Listing &listing, Place behind, std::vector<WriteGroup::SummaryRow> &rows);
    [[nodiscard]] Result<std::vector<WriteGroup::SummaryRow>> listByPrefix(const std::string &prefix, int limit);
    [[nodiscard]] Result<> placeInTime(Census &census);
    /// Calls `each` with the class, key and start of what started up to `to` and had not ended before `from`; its end is column 2 of
    /// m_spans meanwhile.
    template<class Each>
    [[nodiscard]] Result<> touching(Timestamp from, Timestamp to, Each each);

    const std::shared_ptr<ReadFailures> m_failures;
    sqlite::Connection m_connection;
    sqlite::Statement m_begin, m_end, m_find, m_summary, m_rowsOf, m_event, m_variants, m_record, m_records, m_activity, m_activityOfState, m_spans, m_census,
        m_idsFrom,
        m_stateOf, m_eventsAfter, m_changesAfter, m_lastRow, m_identity, m_idOf, m_bands, m_refused, m_inferred, m_naming, m_namesIndexed, m_count;
    std::vector<std::int64_t> m_rows; ///< kept for its memory
};

} // namespace threadline
