// SPDX-License-Identifier: GPL-3.0-or-later
/// What a played InfluxDB knows: reading line protocol, and points of which the last write of a field wins. It is written from
/// the protocol's description and from a real server's answers, and shares nothing with the sender that it judges.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace threadline::test {

struct FakeValue {
    enum class Type { Float, Integer, Unsigned, String, Boolean } type = Type::Float;
    std::string text; ///< a string without its quotes and escapes; a number as written, without its suffix

    auto operator<=>(const FakeValue &) const = default;
};

struct FakePoint {
    std::string measurement;
    std::map<std::string, std::string> tags;
    std::int64_t time = 0; ///< ns since 1970
    std::map<std::string, FakeValue> fields;

    auto operator<=>(const FakePoint &) const = default;
};

struct FakeBadLine {
    int number = 0; ///< from 1, as lines of the protocol: one with a newline in a string counts once
    std::string text;
    std::string reason; ///< in InfluxDB's words
};

struct FakeLines {
    std::vector<FakePoint> points;
    std::vector<FakeBadLine> bad;
};

/// `unit`: ns in one step of the timestamps. `now`: the time, in ns, of points that name none. InfluxDB 1 knows no unsigned numbers.
[[nodiscard]] FakeLines parseLines(std::string_view body, std::int64_t unit, std::int64_t now, bool takesUnsigned = true);

/// What became of the points of one request.
struct FakeStored {
    int dropped = 0;
    std::string reason;         ///< of the first one that was dropped; empty: all were stored
    bool namesDatabase = false; ///< InfluxDB 2 ends some of its reasons with the database, others not
    bool refused() const { return !reason.empty(); }
};

/// One bucket, or one database.
class FakeBucket {
public:
    /// Why this point is refused though its line is well-formed; nothing: it is not.
    using Refuse = std::function<std::optional<std::string>(const FakePoint &)>;

    std::int64_t retentionSeconds = 0; ///< 0: for ever
    bool asV1 = false;                 ///< InfluxDB 1 has other words for retention, and takes strings of any length

    [[nodiscard]] FakeStored store(const std::vector<FakePoint> &points, std::int64_t now, const Refuse &refuse);
    /// The same, but nothing at all is stored if any point would be refused.
    [[nodiscard]] FakeStored storeAll(const std::vector<FakePoint> &points, std::int64_t now, const Refuse &refuse);

    /// By measurement, tags and time.
    [[nodiscard]] std::vector<FakePoint> points() const;
    /// Points taken, with those that replaced an earlier one or were joined to it.
    [[nodiscard]] std::int64_t rows() const { return m_rows; }

private:
    using Identity = std::tuple<std::string, std::map<std::string, std::string>, std::int64_t>;

    [[nodiscard]] std::optional<std::string> conflict(const FakePoint &point) const;
    [[nodiscard]] std::string retentionReason(const std::vector<const FakePoint *> &dropped, std::int64_t now) const;
    void put(const FakePoint &point);

    std::map<Identity, std::map<std::string, FakeValue>> m_points;
    std::map<std::pair<std::string, std::string>, FakeValue::Type> m_types; ///< by measurement and field
    std::int64_t m_rows = 0;
};

/// "2026-01-05T08:00:00Z", with as many decimals as are needed.
[[nodiscard]] std::string rfc3339(std::int64_t ns);

} // namespace threadline::test
