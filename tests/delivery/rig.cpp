// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/delivery/rig.h"

#include "tests/support/judge.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <algorithm>
#include <map>

namespace threadline::test {

DeliveryRig::DeliveryRig(influx::Schema schema) : folder(scratchFolder() + QStringLiteral("/delivery-XXXXXX"))
{
    open();
    options.target.org = "org";
    options.target.bucket = "bucket";
    options.target.schema = schema;
    options.batch.lines = 200;
    options.age = Duration::millis(5);
    options.timeout = Duration::millis(700);
    options.firstDelay = Duration::millis(10);
    options.longestDelay = Duration::millis(50);
    options.pausedFor = Duration::millis(100);
    options.settleAfter = Duration::millis(50);
    options.lookEvery = Duration::millis(20);
}

void DeliveryRig::open()
{
    harness = std::make_unique<Harness>(folder.path().toStdString(), SequenceScope::Interaction, clock, IngestOptions().cacheBytes, true);
}

void DeliveryRig::standStill()
{
    harness->drain();
    harness.reset();
    open();
}

void DeliveryRig::startOver(const std::function<void(const QDir &)> &change)
{
    sink.reset();
    harness->drain();
    harness.reset();
    change(QDir(folder.path()));
    open();
}

void DeliveryRig::deliver(const QByteArray &url, const QByteArray &token)
{
    options.target.url = url.toStdString();
    options.target.token = token.toStdString();
    auto started = delivery::Sink::start(folder.path().toStdString(), harness->store(), options, {}, clock);
    if (!started)
        qFatal("%s", started.error().message.c_str());
    sink = std::move(*started);
}

bool DeliveryRig::settled(int ms)
{
    return QTest::qWaitFor([this] {
        sink->committed();
        return sink->idle().value_or(false);
    }, ms);
}

QString DeliveryRig::wrong(const std::vector<FakePoint> &points, const Truth &truth, const std::set<std::string> &without) const
{
    const bool bounded = options.target.schema == influx::Schema::Bounded;
    const std::string measurement = bounded ? "interaction_event" : "genesys_interaction_events";
    std::map<std::string, std::vector<std::pair<std::int64_t, std::string>>> found;
    for (const FakePoint &point : points) {
        if (point.measurement != measurement)
            continue;
        const std::string interaction = bounded ? point.fields.at("interactionId").text : point.tags.at("interactionId");
        const std::string id = point.fields.at("eventId").text;
        if (options.target.payload && (!point.fields.contains("payload") || point.fields.at("payload").text.find(id) == std::string::npos))
            return QStringLiteral("the payload of %1 is not whole").arg(QString::fromStdString(id));
        found[interaction].emplace_back(std::stoll(point.fields.at("lamportTimestamp").text), id);
    }
    for (const auto &[interaction, events] : truth) {
        std::vector<std::string> expected, got;
        for (const Event &event : judge::canonical(judge::standing(events), SequenceScope::Interaction)) {
            if (!without.contains(event.id.value))
                expected.push_back(event.id.value);
        }
        auto &mine = found[interaction];
        std::sort(mine.begin(), mine.end());
        for (const auto &[lamport, id] : mine)
            got.push_back(id);
        if (got != expected)
            return QStringLiteral("interaction %1: %2 points, %3 expected, or in another order")
                .arg(QString::fromStdString(interaction)).arg(got.size()).arg(expected.size());
        found.erase(interaction);
    }
    for (const auto &[interaction, events] : found) {
        if (!events.empty())
            return QStringLiteral("interaction %1 is not in the truth").arg(QString::fromStdString(interaction));
    }
    return {};
}

} // namespace threadline::test
