// SPDX-License-Identifier: GPL-3.0-or-later
/// The real programs, from the source to a real InfluxDB, and what must be true of the bucket then. Each function says what is
/// wrong, or nothing.
#pragma once

#include "tests/app/programs.h"
#include "tests/support/influxserver.h"

namespace threadline::test {

/// The variables that the README names, for the server's bucket; the token lies in a file beside `folder`, "user:password" on 1.x.
/// `token`, `bucket`: others than the server's.
[[nodiscard]] QStringList influxEnvironment(const RealInflux &server, const QString &folder, const QByteArray &token,
                                            const QByteArray &bucket = {});

/// A collector that listens on a free port, with its data in `folder`.
[[nodiscard]] std::unique_ptr<Program> collectorOf(const QString &source, const QString &folder, const QStringList &environment);

/// How often each event is in the bucket, by "interaction event"; `wrong` is what went wrong on reading.
[[nodiscard]] std::map<std::string, int> eventsInBucket(RealInflux &server, const QByteArray &measurement, QString &wrong);

/// Every event of the bucket is once in the truth's file, and the other way round.
[[nodiscard]] QString differsFromTruth(RealInflux &server, const QByteArray &measurement, const QString &truthFile);

/// Collector and server are killed with SIGKILL at random moments, while 3,000 events a second come. Then the bucket has what
/// the store has, each once, everything that was ever seen over REST among it; and the truth, once a source has sent everything again.
struct Kills {
    int collector = 0, server = 0;
    quint32 seed = 1;
};
[[nodiscard]] QString killBoth(RealInflux &server, const Kills &kills, const QString &folder);

/// Two collectors on one bucket, each with a feed and faults of its own; the second one misses the last third of the interactions.
[[nodiscard]] QString twoCollectors(RealInflux &server, int interactions, quint32 seed, const QString &folder);

/// About so many events to a server: the bucket has the truth, each event once, and each interaction in the order of REST.
[[nodiscard]] QString manyEvents(RealInflux &server, bool one, bool classic, int events, const QString &folder);

} // namespace threadline::test
