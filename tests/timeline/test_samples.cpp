// SPDX-License-Identifier: GPL-3.0-or-later
/// Real exports: what is shown of them equals what they say, counted a second time by another JSON reader.
#include "core/genesys/importreader.h"
#include "core/timeline/correlate.h"
#include "core/timeline/record.h"
#include "tests/support/testmain.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QTimeZone>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <tuple>

using namespace threadline;

namespace {

std::vector<Record> readAll(const QString &file, QStringList &problems)
{
    std::vector<Record> records;
    const auto totals = readImport(
        file.toStdString(), [&](Record &&record) { records.push_back(std::move(record)); return true; },
        [&](const std::string &text) { problems << QString::fromStdString(text); });
    if (!totals)
        problems << QString::fromStdString(totals.error().message);
    return records;
}

QJsonArray conversationsOf(const QString &file)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject whole = QJsonDocument::fromJson(in.readAll()).object();
    return whole.contains(QLatin1String("conversations")) ? whole.value(QLatin1String("conversations")).toArray() : QJsonArray{whole};
}

/// Milliseconds since the epoch, strictly as ISO 8601 with milliseconds; nothing else occurs in the samples.
std::optional<qint64> millis(const QJsonValue &value)
{
    static const QString form = QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzzZ");
    const QDateTime time = QDateTime::fromString(value.toString(), form);
    return time.isValid() ? std::optional(QDateTime(time.date(), time.time(), QTimeZone::utc()).toMSecsSinceEpoch()) : std::nullopt;
}

struct Own {
    qint64 segments = 0;
    qint64 unreadableStarts = 0;
    qint64 millis = 0;
    QStringList badTimes;
};

Own count(const QJsonObject &conversation)
{
    Own own;
    for (const QJsonValue participant : conversation.value(QLatin1String("participants")).toArray()) {
        for (const QJsonValue session : participant.toObject().value(QLatin1String("sessions")).toArray()) {
            for (const QJsonValue segment : session.toObject().value(QLatin1String("segments")).toArray()) {
                const QJsonObject s = segment.toObject();
                const auto start = millis(s.value(QLatin1String("segmentStart")));
                const auto end = millis(s.value(QLatin1String("segmentEnd")));
                for (const char *name : {"segmentStart", "segmentEnd"}) {
                    if (s.contains(QLatin1String(name)) && !millis(s.value(QLatin1String(name))))
                        own.badTimes << s.value(QLatin1String(name)).toString();
                }
                ++(start ? own.segments : own.unreadableStarts);
                own.millis += start && end ? *end - *start : 0;
            }
        }
    }
    return own;
}

} // namespace

class TestSamples : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void sumsEqualTheFiles_data();
    void sumsEqualTheFiles();
    void badTimesAreListed();
    void missedOfferThenSecondAgent();
    void fiveTransfersTwentyHolds();
    void eventsTellTheSame_data() { sumsEqualTheFiles_data(); }
    void eventsTellTheSame();

private:
    QString m_folder;
};

void TestSamples::initTestCase()
{
    const QString samples = test::samplesFolder();
    if (samples.isEmpty() || !QDir(samples + QLatin1String("/analytics")).exists())
        QSKIP("The folder of real payloads is not there (set THREADLINE_SAMPLES).");
    m_folder = samples + QLatin1String("/analytics/");
}

void TestSamples::sumsEqualTheFiles_data()
{
    QTest::addColumn<QString>("file");
    for (const QString &name : QDir(m_folder).entryList({QStringLiteral("*.json")}, QDir::Files))
        QTest::newRow(qPrintable(name)) << m_folder + name;
}

void TestSamples::sumsEqualTheFiles()
{
    QFETCH(QString, file);
    QStringList problems;
    const std::vector<Record> records = readAll(file, problems);
    QCOMPARE(problems, QStringList());
    const QJsonArray own = conversationsOf(file);
    QCOMPARE(static_cast<qsizetype>(records.size()), own.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Own expected = count(own.at(static_cast<qsizetype>(i)).toObject());
        const SegmentSum shown = sumSegments(recordStory(records[i]));
        QCOMPARE(shown.segments, expected.segments);
        QCOMPARE(shown.total.us, expected.millis * 1000);
        const std::string line = records[i].interaction.value + "\t" + std::to_string(expected.segments) + "\t"
            + std::to_string(expected.millis * 1000) + "\n";
        QCOMPARE(segmentLine(records[i]), line);
    }
}

void TestSamples::badTimesAreListed()
{
    const QString file = m_folder + QLatin1String("chat-malformed-times.json");
    if (!QFile::exists(file))
        QSKIP("The sample is not there.");
    QStringList problems;
    const std::vector<Record> records = readAll(file, problems);
    QCOMPARE(records.size(), std::size_t{1});
    QVERIFY(!records[0].rank.ended);
    const Own own = count(conversationsOf(file).at(0).toObject());
    QCOMPARE(own.badTimes.size(), 8);
    QString warnings;
    for (const std::string &warning : recordStory(records[0]).warnings)
        warnings += QString::fromStdString(warning) + QLatin1Char('\n');
    for (const QString &time : own.badTimes)
        QVERIFY2(warnings.contains(time), qPrintable(time));
}

void TestSamples::missedOfferThenSecondAgent()
{
    const QString file = m_folder + QLatin1String("voice-missed-offer-then-second-agent.json");
    if (!QFile::exists(file))
        QSKIP("The sample is not there.");
    QStringList problems;
    const Story story = recordStory(readAll(file, problems).at(0));
    QCOMPARE(story.links.size(), std::size_t{1});
    QCOMPARE(story.links[0].kind, LinkKind::Reoffer);
    QCOMPARE(story.links[0].confidence, Confidence::Sure);
    QCOMPARE(story.figures.humanAnswers, 1);
    QCOMPARE(story.figures.transfers, 0);
    QVERIFY(!story.figures.abandoned);
    QCOMPARE(story.felt.front().kind, SegmentKind::Ivr);
    QCOMPARE(story.felt.back().kind, SegmentKind::Talk);
    // The customer's first segment starts 13 ms before conversationStart.
    QCOMPARE(formatTimestamp(story.felt.front().start), std::string("2024-04-29T17:30:43.077Z"));
    QCOMPARE(formatTimestamp(*story.felt.back().end), std::string("2024-04-29T17:38:14.971Z"));
}

void TestSamples::fiveTransfersTwentyHolds()
{
    const QString file = m_folder + QLatin1String("webmessaging-5-transfers-20-holds.json");
    if (!QFile::exists(file))
        QSKIP("The sample is not there.");
    QStringList problems;
    const Story story = recordStory(readAll(file, problems).at(0));
    QCOMPARE(story.figures.transfers, 5);
    QCOMPARE(story.figures.humanAnswers, 6);
    QCOMPARE(story.figures.hold.toMillis(), std::int64_t{5798969}); // the record's own tHeldComplete
    const auto transfers = std::count_if(story.links.begin(), story.links.end(), [](const Link &l) { return l.kind == LinkKind::BlindTransfer; });
    QCOMPARE(transfers, 5);
}

/// The record as events, in the order of their times, leads to the same lane but for what shifts by hand-over overlaps.
void TestSamples::eventsTellTheSame()
{
    QFETCH(QString, file);
    QStringList problems;
    for (const Record &record : readAll(file, problems)) {
        std::vector<Event> events = recordEvents(record, Timestamp{});
        std::stable_sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
            return std::tuple(a.time, rankOf(a)) < std::tuple(b.time, rankOf(b));
        });
        std::vector<PlacedEvent> placed;
        for (Event &event : events) {
            placed.emplace_back();
            placed.back().event = std::make_shared<const Event>(std::move(event));
        }
        const Story byRecord = recordStory(record);
        const Story byEvents = correlate(placed);
        QCOMPARE(byEvents.participants.size(), byRecord.participants.size());
        QCOMPARE(byEvents.figures.transfers, byRecord.figures.transfers);
        QCOMPARE(byEvents.figures.humanAnswers, byRecord.figures.humanAnswers);
        const auto near = [](Duration a, Duration b) { return std::abs((a - b).us) <= Duration::seconds(1).us; };
        QVERIFY(near(byEvents.figures.wait, byRecord.figures.wait));
        QVERIFY(near(byEvents.figures.talk, byRecord.figures.talk));
        QVERIFY(near(byEvents.figures.hold, byRecord.figures.hold));
        QVERIFY(near(byEvents.figures.acw, byRecord.figures.acw));
    }
}

THREADLINE_TEST_MAIN(TestSamples)
#include "test_samples.moc"
