// SPDX-License-Identifier: GPL-3.0-or-later
/// Points and lengths of time, and the clock they are read from. UTC throughout; local time exists only in the window.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace threadline {

/// A length of time in microseconds; may be negative.
struct Duration {
    std::int64_t us = 0;

    [[nodiscard]] static constexpr Duration micros(std::int64_t n) { return {n}; }
    [[nodiscard]] static constexpr Duration millis(std::int64_t n) { return {n * 1000}; }
    [[nodiscard]] static constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
    [[nodiscard]] constexpr std::int64_t toMillis() const { return us / 1000; }
    friend constexpr auto operator<=>(const Duration &, const Duration &) = default;
    friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
    friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
};

/// A point of time: microseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
    std::int64_t us = 0;

    friend constexpr auto operator<=>(const Timestamp &, const Timestamp &) = default;
    friend constexpr Timestamp operator+(Timestamp t, Duration d) { return {t.us + d.us}; }
    friend constexpr Timestamp operator-(Timestamp t, Duration d) { return {t.us - d.us}; }
    friend constexpr Duration operator-(Timestamp a, Timestamp b) { return {a.us - b.us}; }
};

/// The span of source times an event may have: 2000-01-01 (inclusive) to 2200-01-01 (exclusive).
inline constexpr Timestamp kEarliestTime{946'684'800'000'000};
inline constexpr Timestamp kLatestTime{7'258'118'400'000'000};

/// From `start` (inclusive) to `end` (exclusive).
struct TimeRange {
    Timestamp start;
    Timestamp end;

    [[nodiscard]] constexpr bool contains(Timestamp t) const { return start <= t && t < end; }
    [[nodiscard]] constexpr Duration length() const { return end - start; }
    friend constexpr bool operator==(const TimeRange &, const TimeRange &) = default;
};

/// Reads RFC 3339 / ISO 8601 extended: "2026-05-06T10:44:54[.fraction](Z|+hh[:mm]|-hh[:mm])". Seconds may be left out of
/// nothing; any number of fraction digits, those finer than a microsecond are cut off; a leap second :60 reads as the next
/// second; no zone means UTC. Nothing for anything else, or for a calendar day that does not exist. Years 0000 to 9999.
[[nodiscard]] std::optional<Timestamp> parseTimestamp(std::string_view text);

/// "2026-05-06T10:44:54.118Z", with six digits instead of three when there are microseconds. Years 0000 to 9999.
[[nodiscard]] std::string formatTimestamp(Timestamp time);
/// The same, appended to `out`: for writers that render many.
void appendTimestamp(std::string &out, Timestamp time);

/// Where time comes from. Every part gets a clock passed in, so that tests and the demo own theirs. Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    /// Now in UTC. May jump when somebody sets the clock of the machine.
    [[nodiscard]] virtual Timestamp now() const = 0;
    /// A reading that only ever rises, for delays and deadlines; its zero means nothing.
    [[nodiscard]] virtual Duration steady() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override;
    [[nodiscard]] Duration steady() const override;
};

/// Whether the system itself keeps the machine's clock right (by NTP or the like): false where that is not known, and after somebody has
/// set the clock until it is kept right again.
[[nodiscard]] bool systemClockIsKept();

/// A clock that stands until it is told otherwise. Any thread.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start = {}) : m_now(start.us) {}
    [[nodiscard]] Timestamp now() const override { return {m_now.load()}; }
    [[nodiscard]] Duration steady() const override { return {m_steady.load()}; }
    void advance(Duration by)
    {
        m_now += by.us;
        m_steady += by.us;
    }
    /// Sets the wall clock alone, as an administrator or NTP would.
    void jumpTo(Timestamp time) { m_now = time.us; }

private:
    std::atomic<std::int64_t> m_now;
    std::atomic<std::int64_t> m_steady{0};
};

} // namespace threadline
