// SPDX-License-Identifier: GPL-3.0-or-later
/// What really lies in a real InfluxDB, read by InfluxQL alone: nothing of ours has a part in it.
#pragma once

#include "tests/support/fakeinfluxstore.h"
#include "tests/support/influxserver.h"

#include <QJsonArray>

#include <functional>
#include <string>
#include <vector>

namespace threadline::test {

/// Calls `each` for every series of an answer (an object with name, tags, columns, values). What is wrong with the answer, or
/// nothing.
[[nodiscard]] QString eachSeries(const QByteArray &body, const std::function<void(const QJsonObject &)> &each);

/// All points of one measurement, as a played server has them, by tags and time. An answer that is none ends the test program.
[[nodiscard]] std::vector<FakePoint> pointsIn(RealInflux &server, const QByteArray &measurement, const QByteArray &bucket = {});

/// A point of an event: what all who compare sets and orders need of it.
struct EventPoint {
    std::string interaction, id;
    std::int64_t lamport = 0;
};
/// Calls `each` for the events of one measurement, whichever the schema, by time, some thousand a question. `where`: a condition, or
/// nothing. What went wrong, or nothing.
[[nodiscard]] QString eachEvent(RealInflux &server, const QByteArray &measurement, const QByteArray &where,
                                const std::function<void(EventPoint &&)> &each);

} // namespace threadline::test
