// SPDX-License-Identifier: GPL-3.0-or-later
/// An engine whose events are delivered over real HTTP, and what must be true of the points then.
#pragma once

#include "core/delivery/sink.h"
#include "tests/engine/harness.h"
#include "tests/support/fakeinflux.h"

#include <QDir>
#include <QString>
#include <QTemporaryDir>

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace threadline::test {

class DeliveryRig {
public:
    explicit DeliveryRig(influx::Schema schema = influx::Schema::Bounded);

    /// Starts the sink; delays are those of a quick test.
    void deliver(const QByteArray &url, const QByteArray &token = {});
    void stop() { sink.reset(); }
    /// Makes all durable and opens the store anew: no source is heard any more, so its interactions stay as they are, open or ended. In
    /// the minute after a feed they end one by one, and an overview that was told is told again a minute later only.
    void standStill();
    /// Ends the sink and the engine; `change` may do what it likes with the data folder's files; then the engine starts on them.
    void startOver(const std::function<void(const QDir &)> &change);
    /// Waits until everything is delivered, settled or set aside. False: it is not within `ms`.
    [[nodiscard]] bool settled(int ms = 30'000);

    /// What is wrong with the points of events, or nothing: each event of the truth once, whole, and sorted by Lamport time in
    /// canonical order. `without`: ids that must not be there.
    [[nodiscard]] QString wrong(const std::vector<FakePoint> &points, const Truth &truth, const std::set<std::string> &without = {}) const;

    QTemporaryDir folder;
    SystemClock clock;
    std::unique_ptr<Harness> harness;
    delivery::SenderOptions options;
    std::unique_ptr<delivery::Sink> sink;

private:
    void open();
};

} // namespace threadline::test
