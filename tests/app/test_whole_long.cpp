// SPDX-License-Identifier: GPL-3.0-or-later
/// The long versions: 2,000 interactions with every fault at once, 1,000 kills.
#include "tests/app/programs.h"
#include "tests/support/testmain.h"

using namespace threadline::test;

class TestWholeLong : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFaultAtOnce();
    void withoutSequences();
    void cutAgainAndAgain();
    void thousandKills();
};

void TestWholeLong::everyFaultAtOnce()
{
    std::map<QString, QByteArray> bodies[2];
    for (int run = 0; run < 2; ++run) {
        const QStringList faults{QStringLiteral("--shuffle=256"),
                                 QStringLiteral("--duplicate=1"),
                                 QStringLiteral("--disconnect-every=500"),
                                 QStringLiteral("--replay=50"),
                                 QStringLiteral("--bad=0.02"),
                                 QStringLiteral("--skew=60"),
                                 QStringLiteral("--fault-seed=%1").arg(run + 1)};
        QCOMPARE(everyFault(2000, faults, scratchFolder() + QStringLiteral("/faults%1").arg(run), &bodies[run]), QString());
    }
    QVERIFY(bodies[0] == bodies[1]);
}

void TestWholeLong::withoutSequences()
{
    const QStringList faults{
        QStringLiteral("--shuffle=256"), QStringLiteral("--duplicate=1"), QStringLiteral("--disconnect-every=500"),
        QStringLiteral("--replay=50"),   QStringLiteral("--bad=0.02"),    QStringLiteral("--skew=60"),
        QStringLiteral("--no-sequence")};
    QCOMPARE(everyFault(2000, faults, scratchFolder() + QStringLiteral("/unsequenced"), nullptr), QString());
}

void TestWholeLong::cutAgainAndAgain()
{
    const QStringList faults{QStringLiteral("--duplicate=1"), QStringLiteral("--disconnect-every=500"),
                             QStringLiteral("--bad=0.02"), QStringLiteral("--skew=60")};
    QCOMPARE(threadline::test::cutAgainAndAgain(2000, 200, faults, scratchFolder() + QStringLiteral("/cuts")), QString());
}

void TestWholeLong::thousandKills()
{
    QCOMPARE(killAgainAndAgain(1000, scratchFolder() + QStringLiteral("/kills"), 11), QString());
}

THREADLINE_TEST_MAIN(TestWholeLong)
#include "test_whole_long.moc"
