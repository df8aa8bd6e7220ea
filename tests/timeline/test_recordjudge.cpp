// SPDX-License-Identifier: GPL-3.0-or-later
/// Records are read twice, by the product and by a judge that was written from the rules in words: real ones, invented ones and many made at random.
#include "core/genesys/importreader.h"
#include "core/timeline/record.h"
#include "tests/support/testmain.h"
#include "tests/timeline/naiverecord.h"
#include "tests/timeline/recordmaker.h"

#include <QDir>
#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace threadline;
using namespace threadline::test;

namespace {

int countOf(const char *variable, int otherwise)
{
    return qEnvironmentVariableIsSet(variable) ? qEnvironmentVariableIntValue(variable) : otherwise;
}

quint64 firstSeed() { return static_cast<quint64>(countOf("TL_RECORDS_SEED", 1)); }

/// So many seeds are one row of a test.
constexpr int kInARow = 250;

/// Of the samples those that hold something else.
bool isNoExport(const QString &file)
{
    static const QStringList names = {QStringLiteral("README.md"), QStringLiteral("api-error-body.json"), QStringLiteral("csv-view-export.csv"),
        QStringLiteral("detail-event-body.json"), QStringLiteral("eventbridge-user-end.ndjson"), QStringLiteral("html-login-page.json"),
        QStringLiteral("not-a-record-but-has-conversationId.ndjson"), QStringLiteral("notification-flat-call.ndjson"),
        QStringLiteral("ps-depth-truncated-conversations-strings.json"), QStringLiteral("ps-depth-truncated-participants-string.json"),
        QStringLiteral("python-repr.json"), QStringLiteral("rest-conversation.json"), QStringLiteral("yaml-cli-output.yaml")};
    return names.contains(file.section(QLatin1Char('/'), -1));
}

struct Version {
    Record record;
    NaiveRank naive;
};

std::vector<Version> versionsOf(const std::vector<std::string> &texts)
{
    std::vector<Version> versions;
    for (const std::string &text : texts) {
        Record record = readRecord(text).value();
        versions.push_back({std::move(record), NaiveRecord(text).rank});
    }
    return versions;
}

/// Taken one after the other, in each order, the same one is left.
bool standsInAnyOrder(const std::vector<Version> &versions)
{
    std::vector<std::size_t> order(versions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::set<std::string> left;
    do {
        const Record *standing = nullptr;
        for (const std::size_t i : order) {
            if (!standing || stands(versions[i].record.rank, standing->rank))
                standing = &versions[i].record;
        }
        left.insert(standing->raw);
    } while (std::next_permutation(order.begin(), order.end()));
    return left.size() == 1;
}

} // namespace

class TestRecordJudge : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void files_data();
    void files();
    void madeRecords_data();
    void madeRecords();
    void versions_data();
    void versions();
};

void TestRecordJudge::files_data()
{
    QTest::addColumn<QString>("file");
    if (samplesFolder().isEmpty())
        QSKIP("The folder of real payloads is not there (set THREADLINE_SAMPLES).");
    for (const QString &folder : {samplesFolder() + QLatin1String("/analytics/"), samplesFolder() + QLatin1String("/cases/")}) {
        for (const QString &name : QDir(folder).entryList(QDir::Files))
            QTest::newRow(qPrintable(name)) << folder + name;
    }
}

void TestRecordJudge::files()
{
    QFETCH(QString, file);
    const auto totals = readImport(
        file.toStdString(),
        [](Record &&record) {
            const std::string words = disagreement(record.raw);
            if (!words.empty())
                qInfo("%s%s", words.c_str(), record.raw.c_str());
            return QTest::qVerify(words.empty(), "words.empty()", "", __FILE__, __LINE__);
        },
        [](const std::string &) {});
    QVERIFY(totals.has_value());
    QCOMPARE(totals->conversations > 0, !isNoExport(file));
}

void TestRecordJudge::madeRecords_data()
{
    QTest::addColumn<quint64>("first");
    for (int i = 0; i < countOf("TL_RECORDS", 2000); i += kInARow)
        QTest::addRow("from seed %llu on", firstSeed() + static_cast<quint64>(i)) << firstSeed() + static_cast<quint64>(i);
}

void TestRecordJudge::madeRecords()
{
    QFETCH(quint64, first);
    const auto fails = [](const MadeRecord &record) { return !disagreement(record.json()).empty(); };
    for (quint64 seed = first; seed < first + kInARow; ++seed) {
        const MadeRecord made = RecordMaker(seed).make();
        if (!fails(made))
            continue;
        const std::string least = shrunk(made, fails).json();
        QFAIL(("seed " + std::to_string(seed) + ", the least of it:\n" + disagreement(least) + least).c_str());
    }
}

void TestRecordJudge::versions_data()
{
    QTest::addColumn<quint64>("first");
    for (int i = 0; i < countOf("TL_RECORDS", 2000) / 4; i += kInARow)
        QTest::addRow("from seed %llu on", firstSeed() + static_cast<quint64>(i)) << firstSeed() + static_cast<quint64>(i);
}

/// Of up to six exports of a conversation the richest stands, whichever comes first: a total order, as the judge has it.
void TestRecordJudge::versions()
{
    QFETCH(quint64, first);
    for (quint64 seed = first; seed < first + kInARow; ++seed) {
        RecordMaker maker(seed);
        MadeRecord last = maker.make();
        std::vector<std::string> texts = {last.json()};
        for (quint64 more = seed % 6; more > 0; --more) {
            last = maker.another(last);
            texts.push_back(last.json());
        }
        const std::vector<Version> versions = versionsOf(texts);
        const std::string where = "seed " + std::to_string(seed);
        for (const Version &a : versions) {
            for (const Version &b : versions)
                QVERIFY2(stands(a.record.rank, b.record.rank) == (a.naive.compare(b.naive) > 0), (where + "\n" + a.record.raw + "\n" + b.record.raw).c_str());
        }
        QVERIFY2(standsInAnyOrder(versions), where.c_str());
    }
}

THREADLINE_TEST_MAIN(TestRecordJudge)
#include "test_recordjudge.moc"
