// SPDX-License-Identifier: GPL-3.0-or-later
/// One line of InfluxDB's line protocol, appended to a text piece by piece.
#pragma once

#include "core/base/utf8.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace threadline::influx {

/// The longest "measurement,tag=value,..." as written; InfluxDB's limit is 65,535 with the longest field name behind it.
inline constexpr std::size_t kMaxSeriesKey = 65'000;
/// The longest text of a field, in bytes before escaping; InfluxDB's own limit.
inline constexpr std::size_t kMaxFieldText = 1 << 20;

/// Measurement first, then tags in the order of their names, fields, end(). Names are ours and need no escaping. What the
/// line protocol cannot carry is remembered as the problem; the line is worthless then, and undo() takes it back. The text is
/// longer than what was written until end() or undo(), one of which must come last. One thread.
class LineWriter {
public:
    LineWriter(std::string &out, std::string_view measurement);
    /// Problems: an empty value, one with a line break, one with a backslash at its end or before a separator (comma, blank, equals
    /// sign), one that is no UTF-8, too long a series.
    void tag(std::string_view name, std::string_view value);
    /// Problems: no UTF-8, longer than kMaxFieldText.
    void text(std::string_view name, std::string_view value);
    void number(std::string_view name, std::int64_t value);
    /// Behind the last field: the nanoseconds and the end of the line.
    void end(std::int64_t time);
    /// Cuts the text back to what it was before this line.
    void undo() { m_out.resize(m_start); }

    /// Measurement and tags as written; call it before the first field, use it before the next call.
    [[nodiscard]] std::string_view series() const { return {m_out.data() + m_start, m_at - m_start}; }
    /// What is wrong with `field()`: "holds a line break"; null if all is well. The first problem stays.
    [[nodiscard]] const char *problem() const { return m_problem; }
    [[nodiscard]] std::string_view field() const { return m_field; }

private:
    void fail(std::string_view field, const char *problem);
    void separate(char c);
    char *makeRoom(std::size_t bytes);
    char *begin(std::string_view name, std::size_t bytes);
    void wroteUpTo(const char *end) { m_at = static_cast<std::size_t>(end - m_out.data()); }

    std::string &m_out;
    std::size_t m_start;
    std::size_t m_at; ///< where the next byte goes; room behind it is made in advance
    bool m_hasField = false;
    const char *m_problem = nullptr;
    std::string_view m_field;
};

} // namespace threadline::influx
