// SPDX-License-Identifier: GPL-3.0-or-later
/// What the database answers to questions: rows, taken apart as the bytes come. Pure; any thread; fuzzed.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/influx/questions.h"
#include "core/model/history.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::influx {

/// One row: named cells. Lives as long as the call it is handed to.
class Row {
public:
    [[nodiscard]] std::string text(std::string_view name) const;  ///< empty: absent or no text
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
    /// The point's nanoseconds.
    [[nodiscard]] std::optional<std::int64_t> time() const;

private:
    friend class RowReader;
    [[nodiscard]] std::optional<std::string_view> cell(std::string_view name) const;

    Language m_language = Language::InfluxQl;
    std::vector<std::string> m_names;
    std::vector<std::string_view> m_cells; ///< as they stand in the answer; null: absent
};

/// A record of an answer (a line of JSON, a record of CSV) is at most so long.
inline constexpr std::size_t kMaxRecord = 64u << 20;

/// Takes an answer of status 200 apart. An error that the server tells within it is an error here, and so is an answer that ends
/// before its end. Errors: Malformed; NotFound (the server knows no such database); Unusable (the server's own words).
class RowReader {
public:
    explicit RowReader(Language language) { m_row.m_language = language; }
    /// Called for each row; false: no more are wanted, and feed() and end() do nothing any more.
    using Each = std::function<bool(const Row &)>;
    [[nodiscard]] Result<> feed(std::string_view bytes, const Each &each);
    [[nodiscard]] Result<> end(const Each &each);
    [[nodiscard]] bool enough() const { return m_enough; } ///< no more rows are wanted

private:
    [[nodiscard]] std::size_t recordEnd();
    [[nodiscard]] Result<> take(std::string_view record, const Each &each);
    [[nodiscard]] Result<> takeInfluxQl(std::string_view text, const Each &each);
    [[nodiscard]] Result<> takeSeries(std::string_view series, const Each &each);
    [[nodiscard]] Result<> takeCsv(std::string_view record, const Each &each);
    [[nodiscard]] Result<> takeObject(std::string_view text, const Each &each);
    void hand(const Each &each) { m_enough = m_enough || !each(m_row); }

    Row m_row;
    std::string m_buffer;     ///< a record that has not ended yet
    std::size_t m_scanned = 0;
    bool m_quoted = false;    ///< CSV: within quotes at m_scanned
    bool m_more = false;      ///< InfluxQL: the server announced another part
    bool m_header = false;    ///< CSV: the next record names the columns
    bool m_error = false;     ///< CSV: the next record tells an error
    bool m_enough = false;
    bool m_any = false;
    json::Reader m_json;
    std::vector<json::Member> m_members;
    std::vector<std::string> m_unquoted;
};

/// The event of a row of events; nothing if it is none of ours. A payload that is not that event (damaged, of another id, time or
/// interaction) counts as absent, so what is given can always be decoded.
[[nodiscard]] std::optional<HistoryEvent> eventOf(const Row &row, Schema schema);

struct Locator {
    Timestamp start, last;
    bool ended = false;
};
[[nodiscard]] std::optional<Locator> locatorOf(const Row &row);

/// The interaction of a row of the index; nothing if it is none of ours.
[[nodiscard]] std::optional<HistoryRow> summaryOf(const Row &row);

} // namespace threadline::influx
