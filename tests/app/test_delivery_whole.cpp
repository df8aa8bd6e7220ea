// SPDX-License-Identifier: GPL-3.0-or-later
/// The programs with a real InfluxDB: kills of both sides, two collectors on one bucket.
#include "tests/app/deliverywhole.h"
#include "tests/support/testmain.h"

using namespace threadline::test;
using ServerKind = RealInflux::Kind;

class TestDeliveryWhole : public QObject {
    Q_OBJECT

    QString m_folder;
    std::unique_ptr<RealInflux> m_server;

private Q_SLOTS:
    void initTestCase();
    void init();
    void killedAgainAndAgain();
    void twoCollectorsOnOneBucket();
};

void TestDeliveryWhole::initTestCase()
{
    if (const auto reason = RealInflux::unavailable(ServerKind::V2))
        QSKIP(qPrintable(*reason));
}

/// A fresh server for each.
void TestDeliveryWhole::init()
{
    m_folder = scratchFolder() + QLatin1Char('/') + QLatin1String(QTest::currentTestFunction());
    m_server = std::make_unique<RealInflux>(ServerKind::V2);
    const auto problem = m_server->start();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
}

void TestDeliveryWhole::killedAgainAndAgain() { QCOMPARE(killBoth(*m_server, {6, 2, 3}, m_folder), QString()); }

void TestDeliveryWhole::twoCollectorsOnOneBucket() { QCOMPARE(twoCollectors(*m_server, 90, 4, m_folder), QString()); }

THREADLINE_TEST_MAIN(TestDeliveryWhole)
#include "test_delivery_whole.moc"
