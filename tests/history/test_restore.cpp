// SPDX-License-Identifier: GPL-3.0-or-later
/// Restoring that is interrupted: it is called again until it ends, and then nothing is missing, nothing twice, nothing different.
#include "tests/history/restoring.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace threadline::test;

class TestRestore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void killed();
    void theServerGoesAway();
    void theServerIsNotThere();

private:
    Recording m_recording;
};

void TestRestore::initTestCase()
{
    if (const auto reason = RealInflux::unavailable(RealInflux::Kind::V2))
        QSKIP(qPrintable(*reason));
    QCOMPARE(m_recording.record(30), QString());
}

void TestRestore::killed()
{
    const QString wrong = restoreKilled(m_recording, 3, 5, scratchFolder() + QStringLiteral("/killed"));
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void TestRestore::theServerGoesAway()
{
    const QString folder = scratchFolder() + QStringLiteral("/goes");
    {
        const auto run = m_recording.restore(folder);
        const auto readBack = [&run] { return run->said().count(QLatin1String("events read back, up to")); };
        QVERIFY2(QTest::qWaitFor([&] { return readBack() > 0 || run->process().state() == QProcess::NotRunning; }, 60'000), qPrintable(run->said()));
        m_recording.server().kill9();
        QVERIFY2(run->process().waitForFinished(60'000), qPrintable(run->said()));
        QVERIFY2(run->process().exitStatus() == QProcess::NormalExit && run->process().exitCode() != 0, qPrintable(run->said()));
        const QString said = run->said();
        QVERIFY2(said.contains(QLatin1String("InfluxDB at 127.0.0.1:")) && (said.contains(QLatin1String("was not reached")) || said.contains(QLatin1String("broke off"))),
                 qPrintable(said));
        QVERIFY(!said.contains(QString::fromUtf8(m_recording.server().token())));
    }
    const auto problem = m_recording.server().restart();
    QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
    const auto run = m_recording.restore(folder);
    QVERIFY2(run->process().waitForFinished(60'000) && run->process().exitCode() == 0, qPrintable(run->said()));
    QVERIFY2(run->said().contains(QLatin1String("Going on from ")), qPrintable(run->said()));
    QCOMPARE(m_recording.different(folder), QString());
}

void TestRestore::theServerIsNotThere()
{
    m_recording.server().kill9();
    const QString folder = scratchFolder() + QStringLiteral("/absent");
    const auto run = m_recording.restore(folder);
    QVERIFY(run->process().waitForFinished(60'000));
    QVERIFY2(run->process().exitStatus() == QProcess::NormalExit && run->process().exitCode() != 0, qPrintable(run->said()));
    QVERIFY2(run->said().contains(QLatin1String("was not reached")) && run->said().contains(QLatin1String("refuses connections")), qPrintable(run->said()));
}

THREADLINE_TEST_MAIN(TestRestore)
#include "test_restore.moc"
