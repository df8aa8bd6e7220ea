// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivery to real servers that are killed, away, or at their limits: nothing lost, nothing twice, no line blamed for it, and words
/// that name the remedy.
#include "tests/delivery/servers.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace threadline;
using namespace threadline::test;

class TestDeliveryOutages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void killedUnderLoad_data() { rowsOfServersInTurn(); }
    void killedUnderLoad();
    void awayForLong_data() { rowsOfServers(); }
    void awayForLong();
    void noMoreSeries();
    void tooLarge();
    void throttled();
    void cacheFull();
};

void TestDeliveryOutages::killedUnderLoad()
{
    QFETCH(bool, one);
    QFETCH(bool, classic);
    NEEDS(one);
    RealInflux own(kindOf(one));
    STARTS(own);
    DeliveryRig rig(classic ? influx::Schema::Classic : influx::Schema::Bounded);
    const Bucket where = bucketFor(rig, own, one);
    deliverTo(rig, where);
    Truth truth;
    for (std::uint64_t kill = 0; kill < 3; ++kill) {
        const std::uint64_t delivered = rig.sink->status().delivered;
        truth = joined(truth, feed(*rig.harness, calls(60, 80 + 2 * kill)));
        QVERIFY(deliveredMoreThan(rig, delivered)); // it is in the middle of it
        own.kill9();
        truth = joined(truth, feed(*rig.harness, calls(30, 81 + 2 * kill)));
        if (const auto problem = own.restart())
            QFAIL(qPrintable(*problem));
    }
    rig.harness->drain();
    QCOMPARE(missing(rig, where, truth), QString());
    QCOMPARE(rig.sink->status().delivered, countOf(truth));
    QVERIFY(rig.sink->status().words.empty());
}

void TestDeliveryOutages::awayForLong()
{
    QFETCH(bool, one);
    NEEDS(one);
    RealInflux own(kindOf(one));
    STARTS(own);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, own, one);
    deliverTo(rig, where);
    Truth truth = feed(*rig.harness, calls(20, 91));
    rig.harness->drain();
    QVERIFY(rig.settled());
    own.stop();
    const Truth meanwhile = feed(*rig.harness, calls(150, 92));
    rig.harness->drain();
    rig.sink->committed();
    const std::uint64_t retries = rig.sink->status().retries;
    QVERIFY(becomes(rig, [retries](const DeliveryStatus &status) { return status.retries > retries + 10; })); // long, as its delays go
    DeliveryStatus status = rig.sink->status();
    QCOMPARE(int(status.state), int(DeliveryState::Waiting));
    QVERIFY2(status.words.find("TSDB_URL") != std::string::npos, status.words.c_str());
    QCOMPARE(status.backlog, countOf(meanwhile));
    if (const auto problem = own.restart())
        QFAIL(qPrintable(*problem));
    QVERIFY(rig.settled());
    status = rig.sink->status();
    truth = joined(truth, meanwhile);
    QCOMPARE(rig.wrong(where.points(), truth), QString());
    QCOMPARE(status.deadLetters, std::uint64_t(0));
    QCOMPARE(status.delivered, countOf(truth));
}

/// A limit of the server, and no fault of any line: nothing is set aside for it.
void TestDeliveryOutages::noMoreSeries()
{
    NEEDS(true);
    RealInflux::Options options;
    options.maxValuesPerTag = 150; // the bounded schema has 64 and fewer of each tag, but the 256 parts of its locators
    RealInflux own(ServerKind::V1, options);
    STARTS(own);
    DeliveryRig rig(influx::Schema::Classic);
    const Bucket where = bucketFor(rig, own, true);
    deliverTo(rig, where);
    const Truth truth = feed(*rig.harness, calls(100, 101));
    rig.harness->drain();
    QVERIFY2(pausedWith(rig, "takes no new series"), rig.sink->status().words.c_str());
    QVERIFY(pausedWith(rig, "THREADLINE_TSDB_SCHEMA") && pausedWith(rig, "Raise that limit"));
    const DeliveryStatus status = rig.sink->status();
    QCOMPARE(status.deadLetters, std::uint64_t(0));
    QVERIFY(status.backlog > 0);
    rig.stop();
    rig.options.target.schema = influx::Schema::Bounded; // as the words say
    deliverTo(rig, where);
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(pointsIn(own, "interaction_event", where.name), truth), QString());
    QCOMPARE(rig.sink->status().deadLetters, std::uint64_t(0));
}

/// Smaller batches where the server takes no large ones; a line that is too large by itself goes alone.
void TestDeliveryOutages::tooLarge()
{
    NEEDS(true);
    RealInflux::Options options;
    options.moreHttp = "max-body-size = 20000";
    RealInflux own(ServerKind::V1, options);
    STARTS(own);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, own, true);
    deliverTo(rig, where);
    Truth truth = feed(*rig.harness, calls(30, 111));
    say(rig, truth, eventText("large", "i-large", *parseTimestamp("2031-01-04T10:00:00Z"), {}, R"(,"note":)" + jsonText(std::string(25'000, 'x'))));
    truth = joined(truth, feed(*rig.harness, calls(30, 112)));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(where.points(), truth, {"large"}), QString());
    QCOMPARE(setAside(rig), std::set<std::string>{"large"});
    const std::string reason = lettersOf(rig).front().reason;
    QVERIFY2(reason.find("larger than the server") != std::string::npos, reason.c_str());
}

void TestDeliveryOutages::throttled()
{
    NEEDS(true);
    RealInflux::Options options;
    options.moreHttp = "max-concurrent-write-limit = 1\nmax-enqueued-write-limit = 1";
    RealInflux own(ServerKind::V1, options);
    STARTS(own);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, own, true);
    rig.options.inFlight = 8;
    Truth truth = feed(*rig.harness, calls(200, 121)); // a backlog, to be sent as fast as it goes
    rig.harness->drain();
    const Told told;
    deliverTo(rig, where);
    QCOMPARE(missing(rig, where, truth), QString());
    QVERIFY2(told.says("503, request throttled, queue full") && told.says("is overloaded and asks to wait"), told.all().c_str());
    QVERIFY(rig.sink->status().retries > 0);
    QVERIFY(rig.sink->status().words.empty());
}

/// The server's cache is full until it has written it to its disk: waited for, and no line is blamed.
void TestDeliveryOutages::cacheFull()
{
    NEEDS(true);
    RealInflux::Options options;
    options.moreData = "cache-max-memory-size = 1000000\ncache-snapshot-write-cold-duration = \"1s\"";
    RealInflux own(ServerKind::V1, options);
    STARTS(own);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, own, true);
    const Truth truth = feed(*rig.harness, calls(120, 131));
    rig.harness->drain();
    const Told told;
    deliverTo(rig, where);
    QCOMPARE(missing(rig, where, truth, 60'000), QString());
    QVERIFY2(told.says("cache-max-memory-size exceeded") && told.says("look at the server and its log"), told.all().c_str());
    QVERIFY(rig.sink->status().words.empty());
}

THREADLINE_TEST_MAIN(TestDeliveryOutages)
#include "test_delivery_outages.moc"
