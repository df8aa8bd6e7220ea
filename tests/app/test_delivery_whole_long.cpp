// SPDX-License-Identifier: GPL-3.0-or-later
/// The long versions: 100 kills of the collector and 20 of the server, and many events; $TL_WHOLE_EVENTS says how many go to 2.9.1
/// (a fifth of it to 1.6.7), a million if it is not set.
#include "tests/app/deliverywhole.h"
#include "tests/support/testmain.h"

using namespace threadline::test;
using ServerKind = RealInflux::Kind;

namespace {

const bool kPatient = qputenv("QTEST_FUNCTION_TIMEOUT", "7200000"); // Qt ends a function after five minutes otherwise

} // namespace

class TestDeliveryWholeLong : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killedAgainAndAgain();
    void twoCollectorsOnOneBucket();
    void manyEvents_data();
    void manyEvents();
};

void TestDeliveryWholeLong::killedAgainAndAgain()
{
    QVERIFY(kPatient);
    if (const auto reason = RealInflux::unavailable(ServerKind::V2))
        QSKIP(qPrintable(*reason));
    RealInflux server(ServerKind::V2);
    const auto problem = server.start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    QCOMPARE(killBoth(server, {100, 20, 11}, scratchFolder() + QStringLiteral("/kills")), QString());
}

void TestDeliveryWholeLong::twoCollectorsOnOneBucket()
{
    if (const auto reason = RealInflux::unavailable(ServerKind::V2))
        QSKIP(qPrintable(*reason));
    RealInflux server(ServerKind::V2);
    const auto problem = server.start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    QCOMPARE(twoCollectors(server, 3000, 12, scratchFolder() + QStringLiteral("/two")), QString());
}

void TestDeliveryWholeLong::manyEvents_data()
{
    QTest::addColumn<bool>("one");
    QTest::addColumn<bool>("classic");
    for (const bool one : {false, true}) {
        for (const bool classic : {false, true})
            QTest::addRow("%s %s", one ? "1.x" : "2.x", classic ? "classic" : "bounded") << one << classic;
    }
}

void TestDeliveryWholeLong::manyEvents()
{
    QFETCH(bool, one);
    QFETCH(bool, classic);
    const ServerKind kind = one ? ServerKind::V1 : ServerKind::V2;
    if (const auto reason = RealInflux::unavailable(kind))
        QSKIP(qPrintable(*reason));
    RealInflux::Options options;
    options.maxValuesPerTag = 0; // the classic schema has more than it takes as shipped
    RealInflux server(kind, options);
    const auto problem = server.start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    bool given = false;
    const int asked = qEnvironmentVariableIntValue("TL_WHOLE_EVENTS", &given);
    const int events = (given ? asked : 1'000'000) / (one ? 5 : 1);
    const QString folder = scratchFolder() + QLatin1Char('/') + QString::fromLatin1(QTest::currentDataTag()).remove(QLatin1Char(' '));
    QCOMPARE(threadline::test::manyEvents(server, one, classic, events, folder), QString());
}

THREADLINE_TEST_MAIN(TestDeliveryWholeLong)
#include "test_delivery_whole_long.moc"
