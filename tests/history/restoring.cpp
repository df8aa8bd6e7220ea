// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/history/restoring.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>

namespace threadline::test {
namespace {

constexpr int kRestoredWithin = 120'000;

/// Whether a run was killed between its end and its exit: the next one finds a store that is no part of a restoring any more.
bool hadEnded(Program &program, const QString &folder)
{
    return program.process().exitCode() != 0 && program.said().contains(QLatin1String("holds events already"))
        && !QFile::exists(folder + QStringLiteral("/restore.progress"));
}

/// Of a run that is to end by itself: its exit code, or -1.
int ended(Program &program)
{
    return program.process().waitForFinished(kRestoredWithin) && program.process().exitStatus() == QProcess::NormalExit ? program.process().exitCode() : -1;
}

} // namespace

QString Recording::record(int interactions)
{
    if (const auto problem = m_server.start())
        return *problem;
    m_rig = std::make_unique<DeliveryRig>();
    m_rig->options.timeout = Duration::seconds(20);
    m_rig->deliver(m_server.url(), m_server.token());
    sim::Options calls;
    calls.seed = 21;
    calls.interactions = interactions;
    calls.rate = 0;
    calls.concurrent = 3; // one after the other, so that they take some hours
    calls.faults.duplicate = 0.2;
    calls.faults.shuffle = 32;
    calls.faults.variant = 0.02;
    calls.faultSeed = 21;
    const Truth truth = feed(*m_rig->harness, calls);
    for (const auto &[id, events] : truth)
        m_events += events.size();
    m_rig->harness->drain();
    if (!m_rig->settled(120'000))
        return QStringLiteral("not delivered");
    m_rig->stop();
    m_rig->harness.reset();
    m_recorded = bodies(m_rig->folder.path());
    return m_recorded.size() == truth.size() ? QString() : QStringLiteral("%1 of %2 recorded").arg(m_recorded.size()).arg(truth.size());
}

std::unique_ptr<Program> Recording::restore(const QString &folder) const
{
    // OpenSSL frees what belongs to a thread as that ends, which is after QThread::wait(): at a quick end of the program it may be still there.
    const QStringList environment{QStringLiteral("ASAN_OPTIONS=detect_leaks=0"), QStringLiteral("TSDB_URL=") + QString::fromUtf8(m_server.url()), QStringLiteral("TSDB_TOKEN=") + QString::fromUtf8(m_server.token()),
                                  QStringLiteral("TSDB_ORG=org"), QStringLiteral("TSDB_BUCKET=bucket")};
    return std::make_unique<Program>(QStringLiteral("threadline-collector"), QStringList{QStringLiteral("--data-dir=") + folder, QStringLiteral("restore")}, environment);
}

std::map<QString, QByteArray> Recording::bodies(const QString &folder)
{
    Program collector(QStringLiteral("threadline-collector"), {QStringLiteral("--data-dir=") + folder, QStringLiteral("--listen=127.0.0.1:0")},
                      demoEnvironment(QStringLiteral("http://127.0.0.1:9")));
    const QString rest = collector.address();
    std::map<QString, QByteArray> out;
    if (!rest.startsWith(QLatin1String("http"))) {
        out[rest] = "not started";
        return out;
    }
    for (const QString &id : listAll(rest))
        out[id] = get(rest + QStringLiteral("/api/v2/timelines/") + id).body;
    collector.kill9(); // it has told all; ending well takes some seconds
    return out;
}

QString Recording::different(const QString &folder) const
{
    const std::map<QString, QByteArray> restored = bodies(folder);
    Seen seen;
    std::size_t events = 0;
    for (const auto &[id, body] : restored) {
        const auto recorded = m_recorded.find(id);
        if (recorded == m_recorded.end())
            return QStringLiteral("interaction %1 was never recorded: ").arg(id) + QString::fromUtf8(body.left(200));
        if (recorded->second != body)
            return QStringLiteral("interaction %1 is\n%2\nwas\n%3").arg(id, QString::fromUtf8(body), QString::fromUtf8(recorded->second));
        if (const QString wrong = look(body, seen); !wrong.isEmpty())
            return wrong;
        events += seen[id].size();
    }
    if (restored.size() != m_recorded.size())
        return QStringLiteral("%1 interactions of %2").arg(restored.size()).arg(m_recorded.size());
    return events == 0 || events > m_events ? QStringLiteral("%1 events of at most %2").arg(events).arg(m_events) : QString();
}

QString restoreKilled(Recording &recording, int kills, quint32 seed, const QString &folder)
{
    QRandomGenerator random(seed);
    QElapsedTimer timer;
    timer.start();
    const QString first = folder + QStringLiteral("-0");
    const auto whole = recording.restore(first);
    if (ended(*whole) != 0)
        return QStringLiteral("without a kill: ") + whole->said();
    int takes = static_cast<int>(timer.elapsed());
    QString wrong = recording.different(first);
    int killed = 0, stores = 0, inARow = 0, mostInARow = 0;
    QString into = folder + QStringLiteral("-1");
    while (wrong.isEmpty() && (killed < kills || inARow > 0)) {
        const auto run = recording.restore(into);
        // What is left takes shorter with each part that is done.
        const int moment = killed < kills ? random.bounded(takes + 1) : kRestoredWithin;
        if (!run->process().waitForFinished(moment)) {
            run->kill9();
            ++killed;
            mostInARow = std::max(mostInARow, ++inARow);
            continue;
        }
        if (run->process().exitStatus() != QProcess::NormalExit || (run->process().exitCode() != 0 && !(inARow > 0 && hadEnded(*run, into))))
            return QStringLiteral("after %1 kills: ").arg(killed) + run->said();
        wrong = recording.different(into);
        if (!wrong.isEmpty())
            wrong = QStringLiteral("after %1 kills, the last %2 of this store: ").arg(killed).arg(inARow) + wrong;
        inARow = 0;
        into = folder + QStringLiteral("-%1").arg(++stores + 1);
        takes = std::max(takes * 9 / 10, 1); // it ended before the kill
    }
    qInfo("%d kills over %d restored stores, at most %d in a row; a restoring takes %d ms", killed, stores, mostInARow, takes);
    return wrong;
}

} // namespace threadline::test
