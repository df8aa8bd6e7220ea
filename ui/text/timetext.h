// SPDX-License-Identifier: GPL-3.0-or-later
/// Instants as people read them: in one zone, with 12 or 24 hours. Core keeps UTC; only this turns it into local time.
#pragma once

#include "core/base/time.h"

#include <QDateTime>
#include <QString>
#include <QTimeZone>

#include <optional>

namespace threadline::ui {

/// The second that has begun: all lengths shown are counted up to it, so that those of one thing are one whoever shows them when.
[[nodiscard]] constexpr Timestamp wholeSecond(Timestamp t) { return {t.us - ((t.us % 1'000'000) + 1'000'000) % 1'000'000}; }

class TimeText {
public:
    explicit TimeText(const QTimeZone &zone = QTimeZone::utc(), bool twelveHour = false) : m_zone(zone), m_twelve(twelveHour) {}

    [[nodiscard]] QString clock(Timestamp t) const;       ///< "10:44:54"
    [[nodiscard]] QString clockMillis(Timestamp t) const; ///< "10:44:54.118"
    [[nodiscard]] QString minutes(Timestamp t) const;     ///< "10:44"
    [[nodiscard]] QString day(Timestamp t) const;         ///< "Tue 6 May"
    /// With its year where that is not the one of `now`.
    [[nodiscard]] QString day(Timestamp t, Timestamp now) const;
    [[nodiscard]] QString month(Timestamp t) const;       ///< "May 2031"
    [[nodiscard]] QString year(Timestamp t) const;        ///< "2031"
    [[nodiscard]] QString full(Timestamp t) const;        ///< "2031-05-06 10:44:54.118"
    [[nodiscard]] QString dated(Timestamp t) const;       ///< "Tue 6 May 2031 10:44"
    [[nodiscard]] QString moment(Timestamp t, Timestamp now) const; ///< as clock(), on another day than that of `now` as dated()
    /// As clockMillis(), on another day as full().
    [[nodiscard]] QString momentMillis(Timestamp t, Timestamp now) const;
    /// "10:44:54 to 10:45:01"; with the days and the year where that is not all today.
    [[nodiscard]] QString momentRange(TimeRange range, Timestamp now) const;
    [[nodiscard]] QString range(TimeRange range) const;   ///< "10:42 to 10:49", with days where they differ
    /// The same with the date and the year, unless all of it lies in the day of `now`: "Tue 6 May 2031 10:42 to 10:49".
    [[nodiscard]] QString datedRange(TimeRange range, Timestamp now) const;
    /// "UTC", or place and offset at `t`: "Berlin UTC+02:00".
    [[nodiscard]] QString zoneName(Timestamp t) const;
    [[nodiscard]] bool isUtc() const;

    /// Local time in microseconds since 1970 as a wall clock counts them; for aligning ticks.
    [[nodiscard]] std::int64_t wall(Timestamp t) const { return t.us + offset(t).us; }
    [[nodiscard]] Duration offset(Timestamp t) const;
    /// The next change of the zone's offset after `after` and up to `until`.
    [[nodiscard]] std::optional<Timestamp> nextChange(Timestamp after, Timestamp until) const;
    [[nodiscard]] const QTimeZone &zone() const { return m_zone; }
    [[nodiscard]] QDateTime local(Timestamp t) const;

private:
    QTimeZone m_zone;
    bool m_twelve;
};

} // namespace threadline::ui
