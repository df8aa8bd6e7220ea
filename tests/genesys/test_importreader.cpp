// SPDX-License-Identifier: GPL-3.0-or-later
/// Export files in every form they come in, and files that are none.
#include "core/genesys/jsonsplitter.h"
#include "tests/genesys/importing.h"
#include "tests/support/encoded.h"
#include "tests/support/heap.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QTest>

#include <random>
#include <sys/stat.h>

using namespace threadline;
using namespace threadline::test;

class TestImportReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void forms_data();
    void forms();
    void oneBrokenTakesNoOther_data();
    void oneBrokenTakesNoOther();
    void nothingToImport_data();
    void nothingToImport();
    void unknownFieldsSurvive();
    void anySplitGivesTheSame();
    void encodings_data();
    void encodings();
    void encodingsAreTold();
    void samplesInOtherEncodings();
    void placesAreThoseOfTheFile();
    void whatIsNoTextIsToldOnce();
    void cutOffGzip();
    void damagedGzip();
    void gzipPaddedAndFollowedByGarbage();
    void bombIsStopped();
    void tooLargeConversationIsPassedOver();
    void theLimitsAreThoseOfTheManual();
    void deepNesting();
    void stops();
    void problemsAreBounded();
    void problemsNameFileAndPlace();
    void problemsMoveNoTerminal();
    void filesAndProgress();
    void whatMayNeverEndIsRefusedAtOnce();
    void whatUnpacksBeyondReasonIsNotReadToItsEnd();
    void stoppingLeavesWhatWasRead();
    void whatHoldsNothingIsLeftToo();
    void packedTwiceIsSaidOnce();
    void oneLineWithoutEndIsBounded_data();
    void oneLineWithoutEndIsBounded();
    void anyBytesSurvive();
};

void TestImportReader::forms_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char *name, const std::string &text) {
        QTest::newRow(name) << QByteArray::fromStdString(text);
        QTest::newRow((std::string(name) + ", gzip").c_str()) << QByteArray::fromStdString(gzip(text));
    };
    const std::string a = conversation("a"), b = conversation("b"), c = conversation("c");
    row("page", page(a + "," + b + "," + c));
    row("page, spaced", page("\n  " + a + " ,\n\t" + b + "\r\n,\n" + c + "\n", "\n,\"cursor\":\"x\"") + "\n");
    row("array", "[" + a + "," + b + "," + c + "]");
    row("array, a line each", "[\n" + a + ",\n" + b + ",\n" + c + "\n]\n");
    row("lines", a + "\n" + b + "\n" + c + "\n");
    row("lines, no last break", a + "\r\n\r\n" + b + "\n" + c);
    row("one after another", a + " " + b + c);
    row("lines of pages", page(a + "," + b) + "\n" + page(c) + "\n");
    row("lines mixed", page(a) + "\n[" + b + "]\n" + c);
    row("array of pages", "[" + page(a + "," + b) + "," + page(c) + ",{\"totalHits\":0}]");
    row("page after page", page(a + "," + b) + page(c) + page(""));
    row("pretty objects", "{\n \"conversationId\": \"a\", \"participants\": []\n}\n{\n \"conversationId\": \"b\",\n \"participants\": []\n}\n" + c);
    row("byte order mark", "\xEF\xBB\xBF" + page(a + "," + b + "," + c));
    row("escaped name", page(a + ",{\"conversation\\u0049d\":\"b\",\"participants\":[]}," + c));
    row("two lists in a page", "{\"conversations\":[" + a + "],\"conversations\":[" + b + "," + c + "]}");
    row("name as a value", page(a + "," + conversation("b", ",\"conversations\":[{\"conversationId\":\"no\"}]") + "," + c, ",\"y\":\"conversations\""));
    QTest::newRow("several gzip members") << QByteArray::fromStdString(gzip(a + "\n") + gzip(b + "\n" + c.substr(0, 10)) + gzip(c.substr(10)));
}

void TestImportReader::forms()
{
    QFETCH(QByteArray, bytes);
    const Read out = read(bytes.toStdString());
    QVERIFY2(out.problems.empty(), out.problems.empty() ? "" : out.problems[0].c_str());
    QCOMPARE(out.ids, kAbc);
    QCOMPARE(out.totals.conversations, std::uint64_t{3});
    QVERIFY(!out.totals.stopped);
}

void TestImportReader::oneBrokenTakesNoOther_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const std::string a = conversation("a"), b = conversation("b"), c = conversation("c");
    const std::vector<std::pair<const char *, std::string>> broken = {
        {"number", "17"}, {"null", "null"}, {"string", "\"x,y\""}, {"word", "nonsense"}, {"no id", "{\"participants\":[]}"}, {"empty id", "{\"conversationId\":\"\"}"},
        {"id of another type", "{\"conversationId\":[1]}"}, {"array", "[1,2]"}, {"bracket left open", "{\"conversationId\":\"x\",\"p\":[1,2}"},
        {"bracket too many", "{\"conversationId\":\"x\",\"p\":[1,2]]}"}, {"bad escape", "{\"conversationId\":\"\\q\"}"}, {"in no encoding", "{\"conversationId\":\"\x81\"}"},
        {"missing colon", "{\"conversationId\" \"x\"}"}, {"deep", "{\"conversationId\":\"x\",\"p\":" + std::string(400, '[') + std::string(400, ']') + "}"},
        {"NUL", std::string("{\"conversationId\":\"x") + '\0' + "\"}"}};
    for (const auto &[name, text] : broken) {
        const auto row = [&](const char *form, const std::string &all) {
            QTest::newRow((std::string(name) + ", " + form).c_str()) << QByteArray::fromStdString(all);
        };
        const bool list = std::string_view(name) == "array"; // by itself it is a list of numbers
        row("page", page(a + "," + text + "," + b + "," + c));
        row("array", "[" + a + "," + text + "," + b + "," + c + "]");
        if (!list)
            row("lines", a + "\n" + text + "\n" + b + "\n" + c + "\n");
    }
    const auto row = [&](const char *name, const std::string &all) { QTest::newRow(name) << QByteArray::fromStdString(all); };
    row("line cut off", a + "\n" + b.substr(0, 20) + "\n" + b + "\n" + c);
    row("line within a string", a + "\n{\"conversationId\":\"x\n" + b + "\n" + c);
    row("first line cut off", b.substr(0, 30) + "\n" + a + "\n" + b + "\n" + c);
    row("first line garbage", "sometext\n" + a + "\n" + b + "\n" + c);
    row("line of a page cut off", page(a) + "\n{\"conversations\":[" + b + "\n" + c + "\n");
    row("end missing", page(a + "," + b + "," + c + ",{\"conversationId\":\"x\"").substr(0, page(a + "," + b + "," + c).size() - 10));
    row("brackets missing", "{\"conversations\":[" + a + "," + b + "," + c);
    row("list not closed", "{\"conversations\":[" + a + "," + b + "," + c + "}");
    row("stray brackets", a + " ] " + b + c);
}

void TestImportReader::oneBrokenTakesNoOther()
{
    QFETCH(QByteArray, bytes);
    const Read out = read(bytes.toStdString());
    QCOMPARE(out.ids, kAbc);
    QVERIFY(!out.problems.empty());
    QCOMPARE(out.totals.problems, static_cast<std::uint64_t>(out.problems.size()));
}

void TestImportReader::nothingToImport_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("problems");
    QTest::newRow("empty") << QByteArray() << 1;
    QTest::newRow("blank") << QByteArray(" \n\n") << 1;
    QTest::newRow("empty page") << QByteArray("{\"conversations\":[]}") << 0;
    QTest::newRow("past the last page") << QByteArray("{\"totalHits\":12,\"aggregations\":[]}") << 0;
    QTest::newRow("null list") << QByteArray("{\"conversations\":null}") << 0;
    QTest::newRow("empty array") << QByteArray("[]") << 0;
    QTest::newRow("another object") << QByteArray("{\"message\":\"not found\"}") << 1;
    QTest::newRow("text") << QByteArray("hello") << 1;
    QTest::newRow("only a gzip header") << QByteArray::fromStdString(gzip("{}").substr(0, 10)) << 1;
    QTest::newRow("empty gzip") << QByteArray::fromStdString(gzip("")) << 1;
}

void TestImportReader::nothingToImport()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, problems);
    const Read out = read(bytes.toStdString());
    QVERIFY(out.ids.empty());
    QCOMPARE(out.totals.problems, static_cast<std::uint64_t>(problems));
}

void TestImportReader::unknownFieldsSurvive()
{
    const Read out = read(page("{ \"conversationId\" : \"a\", \"participants\" : [ ], \"new\" : { \"x\" : [ 1.50, \"\\u00e9 \" ] } }"));
    QCOMPARE(out.raws.at(0), std::string("{\"conversationId\":\"a\",\"participants\":[],\"new\":{\"x\":[1.50,\"\\u00e9 \"]}}"));
}

void TestImportReader::anySplitGivesTheSame()
{
    const std::string text = "[" + page(conversation("a") + ",17," + conversation("b")) + ",\n" + conversation("c") + "]";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        std::vector<std::string> values;
        int problems = 0;
        bool placed = true;
        JsonSplitter splitter({[&](std::string_view value, std::uint64_t at) {
                                   placed = placed && text.substr(at, value.size()) == value;
                                   values.emplace_back(value);
                                   return true;
                               },
                               [&](std::string_view, std::uint64_t, bool) { ++problems; },
                               [&](std::string_view, std::uint64_t) { ++problems; }},
                              1000);
        for (std::size_t at = 0; at < text.size(); at += step)
            splitter.feed(std::string_view(text).substr(at, step));
        splitter.finish();
        QVERIFY(placed);
        QCOMPARE(values, (std::vector<std::string>{conversation("a"), conversation("b"), conversation("c")}));
        QCOMPARE(problems, 1);
    }
}

void TestImportReader::encodings_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const std::string a = conversation("a"), b = conversation("b"), c = conversation("c", ",\"name\":\"é€😀\"");
    const std::string pages = page(a + ",\r\n" + b) + "\r\n" + page(c), lines = a + "\n" + b + "\n" + c + "\n";
    for (const char *codec : test::kCodecs) {
        for (const bool mark : {false, true}) {
            for (const std::string &text : {pages, lines, "[" + lines.substr(0, a.size()) + "," + b + "," + c + "]"}) {
                const std::string bytes = test::encoded((mark ? "\uFEFF" : "") + text, codec);
                const std::string name = std::string(codec) + (mark ? ", mark, " : ", ") + std::to_string(text.size());
                QTest::newRow(name.c_str()) << QByteArray::fromStdString(bytes);
                QTest::newRow((name + ", gzip").c_str()) << QByteArray::fromStdString(gzip(bytes));
            }
        }
        const std::string appended = "\uFEFF" + a + "\r\n\uFEFF" + b + "\r\n\uFEFF" + c;
        QTest::newRow((std::string(codec) + ", appended lines").c_str()) << QByteArray::fromStdString(test::encoded(appended, codec));
        const std::string joined = "\uFEFF" + page(a) + "\uFEFF" + page(b) + " \uFEFF\r\n" + page(c);
        QTest::newRow((std::string(codec) + ", joined pages").c_str()) << QByteArray::fromStdString(test::encoded(joined, codec));
        const std::string sequence = "\x1e" + a + "\n\x1e" + b + "\n\x1e" + c + "\n";
        QTest::newRow((std::string(codec) + ", RFC 7464").c_str()) << QByteArray::fromStdString(test::encoded(sequence, codec));
    }
}

void TestImportReader::encodings()
{
    QFETCH(QByteArray, bytes);
    const Read out = read(bytes.toStdString());
    QVERIFY2(out.problems.empty(), out.problems.empty() ? "" : out.problems[0].c_str());
    QCOMPARE(out.ids, kAbc);
}

void TestImportReader::encodingsAreTold()
{
    const std::string name = ",\"name\":\"M\xFCller \x96 50 \x80\"";
    const Read windows = read(page(conversation("a", name) + "," + conversation("b", name)));
    QCOMPARE(windows.raws.at(0), conversation("a", ",\"name\":\"Müller – 50 €\""));
    QCOMPARE(windows.raws.at(1), conversation("b", ",\"name\":\"Müller – 50 €\""));
    QCOMPARE(windows.problems.size(), std::size_t{1});
    QVERIFY(windows.problems[0].find("the file is in windows-1252, not in UTF-8; read as such") != std::string::npos);

    // PowerShell's Add-Content writes UTF-16 behind a file in UTF-8, or the other way round.
    const std::string first = conversation("a") + "\r\n";
    const Read mixed = read(first + test::encoded("\uFEFF" + conversation("b") + "\r\n", "UTF-16LE") + "\xEF\xBB\xBF" + conversation("c"));
    QCOMPARE(mixed.ids, kAbc);
    QCOMPARE(mixed.problems.size(), std::size_t{2});
    QVERIFY(mixed.problems[0].find("byte " + std::to_string(first.size()) + ",") != std::string::npos);
    QVERIFY(mixed.problems[0].find("UTF-16 (little-endian)") != std::string::npos);
    QVERIFY(mixed.problems[1].find("from here on the file is in UTF-8") != std::string::npos);

    const Read markless = read(first + test::encoded(conversation("b") + "\r\n" + conversation("c") + "\r\n", "UTF-16LE"));
    QCOMPARE(markless.ids, kAbc);
    QCOMPARE(markless.problems.size(), std::size_t{1});

    const std::string half = test::encoded(conversation("a") + "\n" + conversation("b") + "\n", "UTF-16BE");
    const Read cut = read(half.substr(0, half.size() - 1));
    QCOMPARE(cut.ids, (std::vector<std::string>{"a", "b"}));
    QCOMPARE(cut.problems.size(), std::size_t{1});
    QVERIFY(cut.problems[0].find("byte " + std::to_string(half.size() - 2) + ",") != std::string::npos);
    QVERIFY(cut.problems[0].find("in the middle of a character") != std::string::npos);
}

void TestImportReader::samplesInOtherEncodings()
{
    const QString folder = test::samplesFolder() + QStringLiteral("/cases/");
    if (!QFile::exists(folder))
        QSKIP("The folder of real payloads is not there (set THREADLINE_SAMPLES).");
    const auto sample = [&](const QString &name) {
        QFile file(folder + name);
        return file.open(QIODevice::ReadOnly) ? read(file.readAll().toStdString()) : Read{};
    };
    const Read control = sample("00-control.json");
    QCOMPARE(control.raws.size(), std::size_t{1});
    for (const char *name : {"utf16-gz.json.gz", "utf16be-bom.json", "utf16le-bom-crlf.json", "utf16le-nobom.json", "utf32le-bom.json",
                             "utf8-bom-crlf.json"}) {
        const Read out = sample(name);
        QVERIFY2(out.problems.empty(), name);
        QCOMPARE(out.raws, control.raws);
    }
    QCOMPARE(sample("utf8-bom-concatenated-pages.json").ids.size(), std::size_t{3});
    QCOMPARE(sample("utf8-bom-ndjson-appended.ndjson").ids.size(), std::size_t{3});
    QVERIFY(sample("utf8-bom-concatenated-pages.json").problems.empty() && sample("utf8-bom-ndjson-appended.ndjson").problems.empty());
    const Read windows = sample("windows1252.json");
    QCOMPARE(windows.ids, control.ids);
    QCOMPARE(windows.problems.size(), std::size_t{1});
}

void TestImportReader::placesAreThoseOfTheFile()
{
    const std::string before = "[" + conversation("a", ",\"name\":\"ééé€€€ü\"") + ",";
    for (const char *codec : test::kCodecs) {
        const std::string at = std::to_string(test::encoded("\uFEFF" + before, codec).size());
        const std::string bytes = test::encoded("\uFEFF" + before + "{\"x\":1}]", codec);
        QCOMPARE(read(bytes).problems.at(0), "file, byte " + at + ", after 1 conversation: no conversation record but an object with the members x.");
        QCOMPARE(read(gzip(bytes)).problems.at(0),
                 "file, byte " + at + " of the unpacked text, after 1 conversation: no conversation record but an object with the members x.");
    }
}

void TestImportReader::whatIsNoTextIsToldOnce()
{
    std::mt19937 random(20270217);
    std::string noise(300'000, '\0');
    for (char &c : noise)
        c = static_cast<char>(random() | 0x100);
    noise[0] = 'x';
    noise[1] = 'y';
    const std::string mainframe = "\xC0\x7F\x83\x96\x95\xA5\x85\x99\xA2\x81\xA3\x89\x96\x95\xA2\x7F\x7A\x40\xF1\xD0";
    const std::vector<std::pair<std::string, const char *>> files = {{noise, "no known encoding"}, {mainframe, "EBCDIC"}};
    for (const auto &[bytes, words] : files) {
        for (const std::string &all : {bytes, gzip(bytes)}) {
            const Read out = read(all);
            QCOMPARE(out.problems.size(), std::size_t{1});
            QVERIFY2(out.problems[0].find(words) != std::string::npos, out.problems[0].c_str());
            QCOMPARE(out.totals.problems, std::uint64_t{1});
            QVERIFY(!out.totals.stopped);
        }
    }
}

void TestImportReader::cutOffGzip()
{
    std::string lines;
    for (int i = 0; i < 3000; ++i)
        lines += conversation(std::to_string(i * 7919 % 3000)) + "\n";
    const std::string packed = gzip(lines);
    const Read out = read(std::string_view(packed).substr(0, packed.size() / 2));
    QVERIFY(out.ids.size() > 500);
    QVERIFY(out.ids.size() < 3000);
    QVERIFY(out.problems[0].find("cut off") != std::string::npos);
}

void TestImportReader::damagedGzip()
{
    std::string packed = gzip(conversation("a") + "\n" + std::string(100'000, ' ') + conversation("b"));
    packed[packed.size() - 6] ^= 0x55; // the checksum
    const Read out = read(packed);
    QVERIFY(!out.problems.empty());
    QVERIFY(out.problems[0].find("damaged") != std::string::npos);
    QCOMPARE(out.ids.at(0), std::string("a"));
}

void TestImportReader::gzipPaddedAndFollowedByGarbage()
{
    const std::string packed = gzip(conversation("a"));
    QVERIFY(read(packed + std::string(1000, '\0')).problems.empty());
    const Read out = read(packed + "garbage behind the end");
    QCOMPARE(out.ids, std::vector<std::string>{"a"});
    QCOMPARE(out.problems.size(), std::size_t{1});
}

void TestImportReader::bombIsStopped()
{
    // Some 80 MiB of blanks in 80 KiB, several times over.
    const std::string member = gzip(std::string(20u << 20, ' '));
    QVERIFY(member.size() < 40'000);
    const Read out = read(member + member + member + member + gzip(conversation("a")), {64u << 20, 1u << 20});
    QVERIFY(out.ids.empty());
    QVERIFY(out.totals.bytes <= 64u << 20);
    QVERIFY(out.totals.stopped);
    QVERIFY(out.problems.at(0).find("64 MiB") != std::string::npos);
    QCOMPARE(ImportLimits().bytes, std::uint64_t{4} << 30);
}

void TestImportReader::tooLargeConversationIsPassedOver()
{
    const std::string large = conversation("x", ",\"p\":\"" + std::string(2u << 20, 'y') + "\"");
    for (const std::string &text : {page(conversation("a") + "," + large + "," + conversation("b")), conversation("a") + "\n" + large + "\n" + conversation("b")}) {
        const Read out = read(text, {1u << 30, 2u << 20});
        QCOMPARE(out.ids, (std::vector<std::string>{"a", "b"}));
        QCOMPARE(out.problems.size(), std::size_t{1});
        QVERIFY(out.problems[0].find("2 MiB") != std::string::npos);
    }
}

/// What one conversation may take of memory: some thirty times its size.
void TestImportReader::theLimitsAreThoseOfTheManual()
{
    const std::string large = conversation("large", ",\"x\":\"" + std::string(9u << 20, 'x') + "\"");
    const Read out = read(large + "\n" + conversation("a"));
    QCOMPARE(out.ids, std::vector<std::string>{"a"});
    QCOMPARE(out.problems.size(), std::size_t{1});
    QVERIFY2(out.problems[0].find("the conversation is larger than 8 MiB and is passed over") != std::string::npos, out.problems[0].c_str());
}

void TestImportReader::deepNesting()
{
    for (const char *open : {"[", "{\"a\":", "[{\"conversations\":["}) {
        std::string deep;
        while (deep.size() < 3'000'000)
            deep += open;
        const Read out = read(deep);
        QVERIFY(out.ids.empty());
        QVERIFY(out.totals.problems > 0);
    }
    const Read closed = read("[" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "," + conversation("a") + "]");
    QCOMPARE(closed.ids, std::vector<std::string>{"a"});
}

void TestImportReader::stops()
{
    int seen = 0;
    const ImportTotals totals = readImportBytes(
        page(conversation("a") + "," + conversation("b") + "," + conversation("c")), "file", [&](Record &&) { return ++seen < 2; },
        [](const std::string &text) { QFAIL(text.c_str()); });
    QCOMPARE(seen, 2);
    QCOMPARE(totals.conversations, std::uint64_t{2});
    QVERIFY(totals.stopped);
}

void TestImportReader::problemsAreBounded()
{
    std::string text = "[";
    for (int i = 0; i < 5000; ++i)
        text += "1,";
    const Read out = read(text + conversation("a") + "]");
    QCOMPARE(out.totals.problems, std::uint64_t{5000});
    QCOMPARE(out.problems.size(), kMaxImportProblems + 1);
    QVERIFY(out.problems.back().find("4000 more") != std::string::npos);
    QCOMPARE(out.ids, std::vector<std::string>{"a"});
}

void TestImportReader::problemsMoveNoTerminal()
{
    const std::string control = "a\x1b[2J\xC2\x9B" "31m\xE2\x80\xAE" "b";
    const Read out = read(control + " " + page(conversation("a")) + "\n" + control);
    QVERIFY(!out.problems.empty());
    QCOMPARE(out.ids, std::vector<std::string>{"a"});
    for (const std::string &words : out.problems) {
        for (const char *each : {"\x1b", "\xC2\x9B", "\xE2\x80\xAE"})
            QVERIFY2(words.find(each) == std::string::npos, words.c_str());
    }
}

void TestImportReader::problemsNameFileAndPlace()
{
    const Read out = read("[" + conversation("a") + ",{\"x\":1}]");
    const std::string at = std::to_string(conversation("a").size() + 2);
    QCOMPARE(out.problems.at(0), "file, byte " + at + ", after 1 conversation: no conversation record but an object with the members x.");
    QCOMPARE(read("\x1b[31m!").problems.at(0).find('\x1b'), std::string::npos);
}

void TestImportReader::filesAndProgress()
{
    const QString name = test::scratchFolder() + QStringLiteral("/export é.json");
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += conversation(std::to_string(i)) + "\n";
    file.write(text.data(), static_cast<qint64>(text.size()));
    file.close();

    std::uint64_t last = 0, total = 0;
    bool rises = true;
    int conversations = 0;
    const auto totals = readImport(
        name.toStdString(), [&](Record &&) { return ++conversations > 0; }, [](const std::string &problem) { QFAIL(problem.c_str()); },
        [&](std::uint64_t done, std::uint64_t all) {
            rises = rises && done >= last;
            last = done;
            total = all;
        });
    QVERIFY(totals.has_value());
    QCOMPARE(totals->conversations, std::uint64_t{20'000});
    QCOMPARE(totals->bytes, static_cast<std::uint64_t>(text.size()));
    QVERIFY(rises);
    QCOMPARE(last, static_cast<std::uint64_t>(text.size()));
    QCOMPARE(total, last);

    const auto ignore = [](const std::string &) {};
    const auto all = [](Record &&) { return true; };
    QCOMPARE(readImport(name.toStdString() + ".not", all, ignore).error().code, ErrorCode::NotFound);
    QCOMPARE(readImport(test::scratchFolder().toStdString(), all, ignore).error().code, ErrorCode::Unusable);
}

void TestImportReader::whatMayNeverEndIsRefusedAtOnce()
{
    const std::string pipe = (test::scratchFolder() + QStringLiteral("/pipe")).toStdString();
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    const auto none = [](Record &&) { return true; };
    const auto ignore = [](const std::string &) {};
    for (const std::string &path : {pipe, std::string("/dev/zero")}) {
        const auto refused = readImport(path, none, ignore);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unusable);
        QVERIFY2(refused.error().message.find("may never end") != std::string::npos, refused.error().message.c_str());
    }
}

void TestImportReader::whatUnpacksBeyondReasonIsNotReadToItsEnd()
{
    ImportLimits limits;
    limits.ratioFrom = 1 << 20;
    const std::string bomb = gzip(conversation("a") + "\n" + conversation("b") + "\n" + std::string(64 << 20, ' ') + conversation("c"));
    const Read bounded = read(bomb, limits);
    QCOMPARE(bounded.ids, (std::vector<std::string>{"a", "b"}));
    QVERIFY(bounded.totals.bytes < (2u << 20));
    QCOMPARE(bounded.problems.size(), 1U);
    QVERIFY2(bounded.problems.front().find("200 times its size") != std::string::npos, bounded.problems.front().c_str());
}

void TestImportReader::stoppingLeavesWhatWasRead()
{
    const std::string name = (test::scratchFolder() + QStringLiteral("/long.json")).toStdString();
    QFile file(QString::fromStdString(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (int i = 0; i < 40'000; ++i)
        file.write((conversation("c" + std::to_string(i)) + "\n").c_str());
    file.close();
    std::stop_source stop;
    std::uint64_t taken = 0;
    const auto totals = readImport(
        name,
        [&](Record &&) {
            if (++taken == 100)
                stop.request_stop();
            return true;
        },
        [](const std::string &) {}, {}, {}, stop.get_token());
    QVERIFY(totals && totals->stopped);
    QVERIFY(taken >= 100 && taken < 20'000); // to the end of the block in hand
    QCOMPARE(totals->conversations, taken);
}

/// Whatever is done to a good file: no crash, and what is read is whole.
/// Packed bytes may come to no text for long: a stop is seen all the same.
void TestImportReader::whatHoldsNothingIsLeftToo()
{
    const std::string name = (test::scratchFolder() + QStringLiteral("/nothing.gz")).toStdString(), nothing = gzip("");
    QFile file(QString::fromStdString(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (std::size_t written = 0; written < (4u << 20); written += nothing.size())
        file.write(nothing.data(), static_cast<qint64>(nothing.size()));
    file.close();
    std::stop_source stop;
    int blocks = 0;
    const auto totals = readImport(
        name, [](Record &&) { return true; }, [](const std::string &text) { QFAIL(text.c_str()); },
        [&](std::uint64_t, std::uint64_t) {
            ++blocks;
            stop.request_stop();
        },
        {}, stop.get_token());
    QVERIFY(totals && totals->stopped);
    QCOMPARE(blocks, 1);
}

void TestImportReader::packedTwiceIsSaidOnce()
{
    std::string lines; // so little that it looks like text, and more
    for (int i = 0; i < 2000; ++i)
        lines += conversation(std::to_string(i * 7919 % 2000)) + "\n";
    for (const std::string &text : {page(conversation("a")), lines}) {
        const Read out = read(gzip(gzip(text)));
        QVERIFY(out.ids.empty());
        QCOMPARE(out.problems, std::vector<std::string>{"file: this is packed twice (gzip within gzip); unpack it once and read what is in it."});
    }
}

void TestImportReader::oneLineWithoutEndIsBounded_data()
{
    QTest::addColumn<QString>("beginning");
    QTest::addColumn<QString>("more");
    QTest::newRow("letters") << QString() << QStringLiteral("x");
    QTest::newRow("words") << QString() << QStringLiteral("ab ");
    QTest::newRow("brackets") << QString() << QStringLiteral("[");
    QTest::newRow("pages") << QString() << QStringLiteral("{\"conversations\":[");
    QTest::newRow("a string in a conversation") << QStringLiteral("{\"conversationId\":\"a\",\"participants\":[],\"x\":\"") << QStringLiteral("x");
    QTest::newRow("a key") << QStringLiteral("{\"") << QStringLiteral("x");
    QTest::newRow("backslashes") << QStringLiteral("\"") << QStringLiteral("\\");
    QTest::newRow("elements") << QStringLiteral("[") << QStringLiteral("%1,").arg(QString(60, QLatin1Char('1')));
    QTest::newRow("a comment") << QStringLiteral("/*") << QStringLiteral("*");
}

/// A line that goes on for ever: what is held of it is a conversation's bound and some blocks, and little is said.
void TestImportReader::oneLineWithoutEndIsBounded()
{
    QFETCH(QString, beginning);
    QFETCH(QString, more);
    const std::string name = (test::scratchFolder() + QStringLiteral("/line.json")).toStdString();
    QFile file(QString::fromStdString(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(beginning.toUtf8());
    const QByteArray block = more.toUtf8().repeated(static_cast<int>((1 << 20) / more.size()));
    for (int i = 0; i < 8; ++i)
        file.write(block);
    file.close();
    ImportLimits limits;
    limits.conversationBytes = 256u << 10;
    const std::size_t before = test::heapInUse();
    std::size_t most = 0, problems = 0;
    const auto totals = readImport(
        name, [](Record &&) { return true; }, [&](const std::string &text) { problems += text.size() < 400 ? 1 : 1000; },
        [&](std::uint64_t, std::uint64_t) { most = std::max(most, test::heapInUse()); }, limits);
    QVERIFY(totals.has_value());
    QVERIFY2(most < before + (4u << 20), std::to_string(most - before).c_str());
    QVERIFY2(problems >= 1 && problems <= kMaxImportProblems + 1, std::to_string(problems).c_str());
}

void TestImportReader::anyBytesSurvive()
{
    std::mt19937 random(20270115);
    const std::string a = conversation("a"), b = conversation("b");
    const std::vector<std::string> seeds = {page(a + "," + b), "[" + a + "," + b + "]", a + "\n" + b + "\n", gzip(page(a + "," + b))};
    for (int round = 0; round < 5'000; ++round) {
        std::string bytes = seeds[random() % seeds.size()];
        for (unsigned n = random() % 4 + 1; n > 0 && !bytes.empty(); --n) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 4) {
            case 0: bytes[at] = static_cast<char>(random()); break;
            case 1: bytes[at] = "{}[]\",:\\\n "[random() % 10]; break;
            case 2: bytes.erase(at, random() % 8 + 1); break;
            default: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40)); break;
            }
        }
        const Read out = read(bytes);
        QCOMPARE(out.totals.conversations, static_cast<std::uint64_t>(out.ids.size()));
        for (const std::string &raw : out.raws)
            QVERIFY(readRecord(raw).has_value());
    }
}

THREADLINE_TEST_MAIN(TestImportReader)
#include "test_importreader.moc"
