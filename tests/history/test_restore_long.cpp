// SPDX-License-Identifier: GPL-3.0-or-later
/// The long version: thirty kills.
#include "tests/history/restoring.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace threadline::test;

class TestRestoreLong : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void killed();
};

void TestRestoreLong::killed()
{
    if (const auto reason = RealInflux::unavailable(RealInflux::Kind::V2))
        QSKIP(qPrintable(*reason));
    Recording recording;
    QCOMPARE(recording.record(150), QString());
    const QString wrong = restoreKilled(recording, 30, 8, scratchFolder() + QStringLiteral("/killed"));
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

THREADLINE_TEST_MAIN(TestRestoreLong)
#include "test_restore_long.moc"
