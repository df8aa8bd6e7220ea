// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading and writing points of time.
#include "core/base/time.h"
#include "tests/support/testmain.h"

#include <rapidcheck.h>

using namespace threadline;

class TestTime : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void writes();
    void roundTrips();
    void manualClock();
};

void TestTime::reads_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("us");
    QTest::newRow("epoch") << "1970-01-01T00:00:00Z" << qint64(0);
    QTest::newRow("milliseconds") << "2026-05-06T10:44:54.118Z" << qint64(1778064294118000);
    QTest::newRow("no zone is UTC") << "1970-01-01T00:00:01" << qint64(1000000);
    QTest::newRow("one digit of fraction") << "1970-01-01T00:00:00.5Z" << qint64(500000);
    QTest::newRow("nine digits are cut off") << "1970-01-01T00:00:00.123456789Z" << qint64(123456);
    QTest::newRow("thirty digits") << "1970-01-01T00:00:00.123456789012345678901234567890Z" << qint64(123456);
    QTest::newRow("east") << "1970-01-01T02:00:00+02:00" << qint64(0);
    QTest::newRow("west, no colon") << "1969-12-31T19:00:00-0500" << qint64(0);
    QTest::newRow("hours only") << "1970-01-01T01:00:00+01" << qint64(0);
    QTest::newRow("leap second") << "2016-12-31T23:59:60Z" << qint64(1483228800000000);
    QTest::newRow("leap day") << "2024-02-29T00:00:00Z" << qint64(1709164800000000);
    QTest::newRow("year 0") << "0000-01-01T00:00:00Z" << qint64(-62167219200000000);
    QTest::newRow("year 9999") << "9999-12-31T23:59:59.999999Z" << qint64(253402300799999999);
    QTest::newRow("lower case") << "1970-01-01t00:00:00z" << qint64(0);
    QTest::newRow("before the epoch") << "1969-12-31T23:59:59.999Z" << qint64(-1000);
}

void TestTime::reads()
{
    QFETCH(QString, text);
    QFETCH(qint64, us);
    const auto time = parseTimestamp(text.toStdString());
    QVERIFY(time);
    QCOMPARE(qint64(time->us), us);
}

void TestTime::refuses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "2021-04-2T15:30:51.418Z", "2021-13-01T00:00:00Z", "2021-02-29T00:00:00Z", "2021-01-01", "2021-01-01T24:00:00Z",
                             "2021-01-01T00:60:00Z", "2021-01-01T00:00:61Z", "2021-01-01T00:00:00.Z", "2021-01-01T00:00:00Zjunk",
                             "2021-01-01T00:00:00+24:00", "+2021-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "1620000000000", "20210101T000000Z",
                             "2021-01-01T00:00:00 Z", "2021-01-01T00:00Z"})
        QTest::newRow(*text ? text : "empty") << QString::fromLatin1(text);
}

void TestTime::refuses()
{
    QFETCH(QString, text);
    QVERIFY(!parseTimestamp(text.toStdString()));
}

void TestTime::writes()
{
    QCOMPARE(formatTimestamp({1778064294118000}), std::string("2026-05-06T10:44:54.118Z"));
    QCOMPARE(formatTimestamp({1778064294118001}), std::string("2026-05-06T10:44:54.118001Z"));
    QCOMPARE(formatTimestamp({-1}), std::string("1969-12-31T23:59:59.999999Z"));
    QCOMPARE(formatTimestamp({0}), std::string("1970-01-01T00:00:00.000Z"));
}

void TestTime::roundTrips()
{
    const bool ok = rc::check("what is written reads as the same time", [] {
        const Timestamp time{*rc::gen::inRange<std::int64_t>(-62167219200000000, 253402300800000000)};
        const auto read = parseTimestamp(formatTimestamp(time));
        RC_ASSERT(read.has_value());
        RC_ASSERT(*read == time);
    });
    QVERIFY(ok);
}

void TestTime::manualClock()
{
    ManualClock clock({1000});
    clock.advance(Duration::micros(5));
    QCOMPARE(clock.now(), Timestamp{1005});
    clock.jumpTo({1});
    QCOMPARE(clock.now(), Timestamp{1});
    QCOMPARE(clock.steady(), Duration::micros(5)); // a jump of the wall clock does not move it
}

THREADLINE_TEST_MAIN(TestTime)
#include "test_time.moc"
