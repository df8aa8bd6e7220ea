// SPDX-License-Identifier: GPL-3.0-or-later
/// Invented files, each a way in which real exports go wrong: each gives the right answer of the table beside them, in what importing says,
/// over REST and in the window. The table itself is read, so that no row and no file is passed over.
#include "app/common/importer.h"
#include "tests/history/machine.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace threadline;
using namespace threadline::test;

namespace {

using K = SegmentKind;

/// What one file became, in a data folder of its own.
struct Imported {
    app::ImportResult result;
    QStringList told;
    std::vector<Summary> list;
    std::vector<std::shared_ptr<const InteractionView>> views; ///< as the window has them, beside `list`

    [[nodiscard]] const Story &story() const { return views.front()->story; }
};

Result<Imported> import(const QStringList &files)
{
    QTemporaryDir folder(scratchFolder() + QStringLiteral("/cases-XXXXXX"));
    Machine machine(folder.path().toStdString(), nullptr);
    Imported out;
    app::ImportHooks hooks;
    hooks.tell = [&](const app::ImportProblem &problem) { out.told << QString::fromStdString(problem.line); };
    std::vector<std::string> names;
    for (const QString &file : files)
        names.push_back(file.toStdString());
    const auto result = app::importFiles(names, machine.session->engine(), hooks);
    if (!result)
        return fail(result.error());
    out.result = *result;
    const auto page = machine.list();
    if (!page)
        return fail(page.error());
    out.list = page->items;
    for (const Summary &summary : out.list) {
        auto view = awaited<std::shared_ptr<const InteractionView>>([&](auto answer) { return machine.session->interaction(summary.interaction, answer); });
        if (!view)
            return fail(view.error());
        out.views.push_back(std::move(*view));
        const auto body = machine.timeline(summary.interaction.value);
        if (!body || !body->text->starts_with("{\"interactionId\":"))
            return fail(ErrorCode::Internal, "REST has no timeline of " + summary.interaction.value);
    }
    return out;
}

std::string lane(const Story &story, K kind)
{
    std::string text;
    for (const FeltSegment &piece : story.felt) {
        if (piece.kind == kind)
            text += (text.empty() ? "" : " ") + formatTimestamp(piece.start).substr(11, 8) + "-" + (piece.end ? formatTimestamp(*piece.end).substr(11, 8) : "");
    }
    return text;
}

bool hasKind(const Story &story, Purpose purpose, Media media, K kind)
{
    for (const ParticipantRow &row : story.participants) {
        for (const ChannelRow &channel : row.channels) {
            const bool has = std::any_of(channel.segments.begin(), channel.segments.end(), [&](const Segment &s) { return s.kind == kind; });
            if (row.purpose == purpose && channel.media == media && has)
                return true;
        }
    }
    return false;
}

/// The lane is one line without a hole, and of what has ended it ends.
void laneIsWhole(const Story &story)
{
    for (std::size_t i = 1; i < story.felt.size(); ++i)
        QVERIFY(story.felt[i - 1].end == story.felt[i].start);
    if (story.end && !story.felt.empty())
        QVERIFY(story.felt.back().end && *story.felt.back().end <= *story.end);
}

/// The healthy one: 8 segments, 609 s, talk 205 s, hold 60 s, one answer.
void isControl(const Story &story, bool sums = true)
{
    const Figures &f = story.figures;
    QCOMPARE(f.talk.us, Duration::seconds(205).us);
    QCOMPARE(f.hold.us, Duration::seconds(60).us);
    QCOMPARE(f.humanAnswers, 1);
    QVERIFY(!f.abandoned);
    QCOMPARE(sumSegments(story).segments, std::int64_t(8));
    if (sums)
        QCOMPARE(sumSegments(story).total.us, Duration::seconds(609).us);
}

using Check = std::function<void(const Imported &)>;

Check controls(std::size_t conversations, std::size_t problems, bool sums = true)
{
    return [=](const Imported &file) {
        QCOMPARE(file.list.size(), conversations);
        QCOMPARE(file.result.problems, std::uint64_t(problems));
        for (const auto &view : file.views)
            isControl(view->story, sums);
    };
}

/// One sentence for each thing that is no record, each with `words`; nothing is stored.
Check told(int sentences, const char *words)
{
    return [=](const Imported &file) {
        QVERIFY(file.list.empty());
        QCOMPARE(file.result.conversations, std::uint64_t(0));
        QCOMPARE(file.told.size(), sentences);
        for (const QString &line : file.told)
            QVERIFY2(line.contains(QLatin1String(words)), qPrintable(line));
    };
}

/// Which of several exports of one conversation stands: by its segments and seconds of after-call work.
Check stands_(std::int64_t segments, int acw, std::size_t versions = 2)
{
    return [=](const Imported &file) {
        QCOMPARE(file.list.size(), std::size_t(1));
        QCOMPARE(sumSegments(file.story()).segments, segments);
        QCOMPARE(file.story().figures.acw.us, Duration::seconds(acw).us);
        QCOMPARE(file.views.front()->records.size(), versions);
    };
}

Check withStory(std::function<void(const Story &)> check)
{
    return [check = std::move(check)](const Imported &file) {
        QCOMPARE(file.list.size(), std::size_t(1));
        check(file.story());
    };
}

void callbackIsWaitedFor(const Story &story)
{
    QVERIFY(!story.figures.abandoned);
    QVERIFY(!hasKind(story, Purpose::Customer, Media::Callback, K::Talk));
    QVERIFY(!lane(story, K::Parked).empty());
}

void warnsOf(const Imported &file, const char *words)
{
    QVERIFY2(file.told.join(QLatin1Char('\n')).contains(QLatin1String(words)), qPrintable(file.told.join(QLatin1Char('\n'))));
    QCOMPARE(file.list.size(), std::size_t(1));
    QVERIFY(!file.story().warnings.empty());
}

/// By the name of each file.
const std::map<QString, Check> &checks()
{
    static const Check anyRecord = [](const Imported &file) { QCOMPARE(file.list.size(), std::size_t(1)); };
    static const std::map<QString, Check> all = {
        {"00-control.json", controls(1, 0)},
        {"utf16-gz.json.gz", controls(1, 0)}, {"utf16be-bom.json", controls(1, 0)}, {"utf16le-bom-crlf.json", controls(1, 0)},
        {"utf16le-nobom.json", controls(1, 0)}, {"utf32le-bom.json", controls(1, 0)}, {"utf8-bom-crlf.json", controls(1, 0)},
        {"utf8-bom-concatenated-pages.json", controls(3, 0)}, {"utf8-bom-ndjson-appended.ndjson", controls(3, 0)}, {"windows1252.json", controls(1, 1)},
        {"ps-single-element-arrays-collapsed.json", controls(1, 2)}, {"ps-conversations-object.json", controls(1, 1)}, {"ps-sessions-object.json", controls(1, 1)},
        {"ps-depth-truncated-conversations-strings.json", told(1, "-Depth")}, {"ps-depth-truncated-participants-string.json", told(1, "-Depth")},
        {"ps-depth-truncated-segments-string.json", [](const Imported &file) { warnsOf(file, "-Depth"); }},
        {"segments-directly-on-participant.json", [](const Imported &file) {
             warnsOf(file, "outside of any session");
             QCOMPARE(sumSegments(file.story()).segments, std::int64_t(1));
         }},
        {"segments-without-times.json", [](const Imported &file) { warnsOf(file, "has no segmentStart"); }},
        {"snake_case-sdk-python.json", [](const Imported &file) { warnsOf(file, "conversation_id"); }},
        {"camel-vs-pascal-members.json", controls(1, 1)},
        {"python-repr.json", told(1, "Python")},
        {"json-comments.json", controls(1, 1)}, {"json-nan-inside-conversation.json", controls(1, 1)}, {"json-nan-trailing-comma.json", controls(1, 0)},
        {"json-text-sequence-rs.json", controls(2, 0)}, {"json-prefix-line.txt", controls(1, 2)},
        {"envelope-Conversations-capital.json", controls(1, 0)}, {"envelope-array-of-pages.json", controls(2, 0)}, {"envelope-entities.json", controls(1, 0)},
        {"envelope-jobs-with-cursor.json", controls(1, 0)}, {"envelope-map-by-id.json", controls(2, 0)}, {"envelope-nested-response.json", controls(1, 0)},
        {"envelope-results.json", controls(2, 0)},
        {"zip.json.zip", controls(1, 0)}, {"csv-view-export.csv", told(1, "CSV")}, {"yaml-cli-output.yaml", told(1, "YAML")},
        {"html-login-page.json", told(1, "HTML")}, {"api-error-body.json", told(1, "Rate limit exceeded")},
        {"not-a-record-but-has-conversationId.ndjson", told(2, "no conversation record")}, {"detail-event-body.json", told(1, "detail events")},
        {"notification-flat-call.ndjson", told(2, "a notification of the platform")}, {"eventbridge-user-end.ndjson", told(1, "EventBridge")},
        {"rest-conversation.json", told(1, "/api/v2/conversations")},
        {"dup-later-adds-wrapup.json", stands_(8, 10)}, {"dup-later-adds-wrapup-reverse.json", stands_(8, 10)},
        {"dup-over-pages-older-open-last.json", stands_(8, 10)},
        {"dup-same-end-more-segments-AB.json", stands_(9, 40)}, {"dup-same-end-more-segments-BA.json", stands_(9, 40)},
        {"dup-wrapup-code-corrected-AB.json", stands_(8, 10)}, {"dup-wrapup-code-corrected-BA.json", stands_(8, 10)},
        {"dup-late-wrapup-first.json", anyRecord}, {"dup-late-wrapup-second.json", anyRecord},
        {"conversationStart-before-first-segment.json", [](const Imported &file) {
             controls(1, 0)(file);
             QCOMPARE(formatTimestamp(file.list.front().start), std::string("2026-02-03T08:52:22.010Z"));
         }},
        {"conversationEnd-weeks-after-last-segment.json", [](const Imported &file) {
             controls(1, 0)(file);
             QCOMPARE(formatTimestamp(file.list.front().end.value()), std::string("2026-02-28T09:00:00.000Z"));
         }},
        {"conversationEnd-before-last-segment.json", [](const Imported &file) {
             controls(1, 1)(file);
             warnsOf(file, "behind conversationEnd");
         }},
        {"screenmonitoring-segment-monitoring.json", withStory([](const Story &s) { QCOMPARE(s.figures.talk.us, Duration::seconds(205).us); QCOMPARE(s.figures.humanAnswers, 1); QCOMPARE(s.figures.hold.us, Duration::seconds(60).us); })},
        {"screenmonitoring-session-counted-as-talk.json", withStory([](const Story &s) { QCOMPARE(s.figures.talk.us, Duration::seconds(205).us); QCOMPARE(s.figures.humanAnswers, 1); QCOMPARE(s.figures.hold.us, Duration::seconds(60).us); })},
        {"screenshare-session-during-hold.json", withStory([](const Story &s) { QCOMPARE(s.figures.talk.us, Duration::seconds(205).us); QCOMPARE(s.figures.humanAnswers, 1); QCOMPARE(s.figures.hold.us, Duration::seconds(60).us); })},
        {"barging-supervisor-talks-on-alone.json", withStory([](const Story &s) {
             QCOMPARE(s.figures.talk.us, Duration::seconds(265).us);
             QCOMPARE(s.figures.humanAnswers, 1);
             QCOMPARE(lane(s, K::Conference), std::string("09:03:00-09:04:00"));
             QCOMPARE(lane(s, K::Talk), std::string("09:00:35-09:03:00 09:04:00-09:05:00"));
         })},
        {"supervisor-monitors-coaches-barges.json", withStory([](const Story &s) {
             QCOMPARE(lane(s, K::Conference), std::string("09:03:30-09:04:00"));
             QCOMPARE(s.figures.hold.us, Duration::seconds(60).us);
             QCOMPARE(s.figures.humanAnswers, 1);
         })},
        {"voicemail-callback-expires-not-an-abandon.json", withStory(callbackIsWaitedFor)},
        {"voicemail-handled-by-agent.json", withStory([](const Story &s) { callbackIsWaitedFor(s); QCOMPARE(s.links.size(), std::size_t(1)); QVERIFY(s.links.front().kind == LinkKind::Callback); })},
        {"callback-two-agents-dialled.json", withStory([](const Story &s) {
             callbackIsWaitedFor(s);
             QVERIFY(std::any_of(s.links.begin(), s.links.end(), [](const Link &link) { return link.kind == LinkKind::Callback; }));
             QCOMPARE(lane(s, K::Talk), std::string("12:02:20-12:09:20"));
         })},
        {"customer-without-segments-figures-zero.json", withStory([](const Story &s) { QCOMPARE(s.figures.talk.us, Duration::seconds(205).us); QCOMPARE(s.figures.hold.us, Duration::seconds(60).us); })},
        {"zero-length-conversation-lane-stays-open.json", withStory([](const Story &s) { QVERIFY(!s.felt.empty() && s.felt.back().end == s.end); })},
        {"hold-never-ends-but-conversation-ended.json", withStory([](const Story &s) { QVERIFY(s.felt.back().end.has_value()); QCOMPARE(s.figures.humanAnswers, 1); })},
        {"hold-ends-before-it-starts.json", [](const Imported &file) { warnsOf(file, "ends before it starts"); QCOMPARE(file.story().figures.humanAnswers, 1); }},
        {"outside-leg-open-for-weeks-call-of-5-min.json", anyRecord},
        {"null-purposes.json", withStory([](const Story &s) { QCOMPARE(sumSegments(s).segments, std::int64_t(8)); QCOMPARE(sumSegments(s).total.us, Duration::seconds(609).us); })},
        {"all-ids-masked-equal.json", controls(1, 0)}, {"id-number.json", controls(1, 0)}, {"id-case-differs.json", controls(2, 0)},
        {"id-dots-and-blank.json", controls(3, 0)}, {"id-with-slash-quote.json", controls(1, 0)},
        {"call-loop-250-legs-zero-length.json", anyRecord}, {"email-parked.json", anyRecord},
        {"abandon-while-alerting.json", withStory([](const Story &s) { QVERIFY(s.figures.abandoned); QCOMPARE(s.figures.humanAnswers, 0); })},
        {"open-conversation-on-hold.json", withStory([](const Story &s) { QVERIFY(!s.end && s.felt.back().kind == K::Hold && !s.felt.back().end); })},
        {"times-7digits-offset.json", controls(1, 0)}, {"times-epoch-ms.json", controls(1, 0)}, {"times-minute-only.json", controls(1, 0)},
        {"times-no-zone.json", controls(1, 1)}, {"times-offset-no-colon.json", controls(1, 0)}, {"ps51-slash-date.json", controls(1, 0)},
        {"times-space-us.json", [](const Imported &file) { warnsOf(file, "02/03/2026 09:00:00"); }},
    };
    return all;
}

} // namespace

class TestCases : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theTableAndTheFilesAreKnown();
    void whatIsSaidHasNoControls();
    void files_data();
    void files();
    void laterWrapUp();
    void whatWasReadWhenItIsStoppedIsKept();

private:
    QString m_folder;
};

void TestCases::initTestCase()
{
    m_folder = samplesFolder() + QLatin1String("/cases/");
    if (samplesFolder().isEmpty() || !QDir(m_folder).exists())
        QSKIP("The invented files are not there.");
}

void TestCases::theTableAndTheFilesAreKnown()
{
    QFile table(m_folder + QLatin1String("README.md"));
    QVERIFY(table.open(QIODevice::ReadOnly));
    QStringList patterns;
    for (const QString &line : QString::fromUtf8(table.readAll()).split(QLatin1Char('\n'))) {
        static const QRegularExpression name(QStringLiteral("`([^`]+)`"));
        if (!line.startsWith(QLatin1String("| `")))
            continue;
        for (auto match = name.globalMatch(line.section(QLatin1Char('|'), 1, 1)); match.hasNext();)
            patterns << match.next().captured(1);
    }
    QVERIFY(patterns.size() > 20);
    QStringList files = QDir(m_folder).entryList(QDir::Files);
    files.removeAll(QStringLiteral("README.md"));
    for (const QString &file : std::as_const(files))
        QVERIFY2(checks().contains(file), qPrintable(file));
    for (const QString &pattern : std::as_const(patterns)) {
        const QRegularExpression glob(QRegularExpression::wildcardToRegularExpression(pattern + (pattern.contains(QLatin1Char('.')) ? "" : "*")));
        QVERIFY2(!files.filter(glob).isEmpty(), qPrintable(pattern));
    }
}

void TestCases::files_data()
{
    QTest::addColumn<QString>("file");
    for (const auto &[file, check] : checks())
        QTest::newRow(qPrintable(file)) << file;
}

void TestCases::files()
{
    QFETCH(QString, file);
    const auto read = import({m_folder + file});
    QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
    for (const auto &view : read->views)
        laneIsWhole(view->story);
    checks().at(file)(*read);
}

/// In whichever order the two exports come.
void TestCases::laterWrapUp()
{
    const QString first = m_folder + QStringLiteral("dup-late-wrapup-first.json"), second = m_folder + QStringLiteral("dup-late-wrapup-second.json");
    for (const QStringList &order : {QStringList{first, second}, QStringList{second, first}, QStringList{first, second, first, second}}) {
        const auto read = import(order);
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        QCOMPARE(read->list.size(), std::size_t(1));
        QCOMPARE(sumSegments(read->story()).segments, std::int64_t(11));
        QCOMPARE(read->views.front()->records.size(), std::size_t(2));
    }
}

/// All of it, and no more is said.
void TestCases::whatWasReadWhenItIsStoppedIsKept()
{
    QFile control(m_folder + QStringLiteral("/00-control.json"));
    QVERIFY(control.open(QIODevice::ReadOnly));
    const QByteArray text = QJsonDocument::fromJson(control.readAll()).toJson(QJsonDocument::Compact);
    QFile many(scratchFolder() + QStringLiteral("/many.ndjson"));
    QVERIFY(many.open(QIODevice::WriteOnly));
    for (int n = 0; n < 3'000; ++n)
        many.write(QByteArray(text).replace("00000000-0000-4000-8000-", QByteArray::number(10'000'000 + n) + "-0000-4000-8000-") + '\n');
    many.close();
    const QString folder = scratchFolder() + QStringLiteral("/stopped");
    Machine machine(folder.toStdString(), nullptr);
    std::stop_source stop;
    app::ImportHooks hooks;
    hooks.stop = stop.get_token();
    hooks.progress = [&](const app::ImportState &state) {
        if (state.conversations > 300)
            stop.request_stop();
    };
    const auto result = app::importFiles({many.fileName().toStdString()}, machine.session->engine(), hooks);
    QVERIFY(result && result->stopped);
    QVERIFY(result->conversations > 300 && result->conversations < 3'000);
    QCOMPARE(machine.session->engine().status().records, result->conversations);
    const auto census = machine.store->reader().value()->census(std::nullopt).value();
    QCOMPARE(static_cast<std::uint64_t>(census.ended + census.open), result->conversations);
}

/// Neither of the file's name nor of what is in it; in the window nothing is said twice.
void TestCases::whatIsSaidHasNoControls()
{
    const QString name = scratchFolder() + QStringLiteral("/calls\u001b[31m\u202e.json");
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[{\"conversationId\":\"c\\u001b]0;title\\u0007\\u202e\",\"participants\":[]},{\"conversationId\":\"\\u001b[2J\"}]");
    file.close();
    const auto read = import({name});
    QVERIFY(read.has_value());
    QCOMPARE(read->told.size(), 2);
    for (const QString &line : read->told) {
        for (const QChar c : line)
            QVERIFY2(c.unicode() >= 0x20 && c != QChar(0x202E), qPrintable(line));
    }
    for (const app::ImportProblem &problem : read->result.listed) {
        QCOMPARE(problem.file, name.toStdString());
        QVERIFY2(problem.words().find("calls") == std::string::npos && problem.words().find("title") == std::string::npos, problem.words().c_str());
    }
}

THREADLINE_TEST_MAIN(TestCases)
#include "test_cases.moc"
