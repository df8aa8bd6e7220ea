// SPDX-License-Identifier: GPL-3.0-or-later
/// Files that are chosen in place of an export: one sentence each, and what is an export all the same is read.
#include "tests/genesys/importing.h"
#include "tests/support/encoded.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QTest>

using namespace threadline;
using namespace threadline::test;

class TestForeignFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areNamedInOneSentence_data();
    void areNamedInOneSentence();
    void exportsBetweenOtherText();
    void whatIsNoRecordButJsonIsTold();
    void wordsThatFollowOneAnotherAreOneProblem();
    void samples();
};

void TestForeignFiles::areNamedInOneSentence_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const std::string &bytes, const char *words) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromLatin1(words);
    };
    const auto text = [&](const char *name, const std::string &bytes, const char *words) {
        row(name, bytes, words);
        QTest::newRow((std::string(name) + ", gzip").c_str()) << QByteArray::fromStdString(gzip(bytes)) << QString::fromLatin1(words);
        QTest::newRow((std::string(name) + ", UTF-16").c_str())
            << QByteArray::fromStdString(encoded("\uFEFF" + bytes, "UTF-16LE")) << QString::fromLatin1(words);
    };
    text("html", "<!DOCTYPE html>\n<html><body>Sign in "
                 "<script>var a = {\"b\":[1, 2]}; f({ c: 1 })</script></body></html>\n", "a web page (HTML)");
    text("xml", "<?xml version=\"1.0\"?>\n<calls><call id=\"1\"/></calls>", "this is XML");
    text("csv", "\"Users\",\"ANI\",\"Queue\"\r\n\"Agent, One\",\"tel:+1\",\"Q\"\r\n", "a table (CSV)");
    text("tsv", "Users\tANI\tQueue\nAgent One\ttel:+1\tQ\n", "a table (CSV)");
    text("semicolons", "Users;ANI;Queue\nAgent One;tel:+1;Q\n", "a table (CSV)");
    text("yaml", "conversations:\n- conversationEnd: \"x\"\n  participants: []\n", "this is YAML");
    text("python", "{'conversations': [{'conversationId': 'a', 'note': \"it's\", 'x': None}]}", "how Python prints");
    text("powershell", "\nconversations\n-------------\n{@{conversationId=a; participants=System.Object[]}}\n", "how PowerShell prints");
    text("twice", "\"{\\\"conversations\\\":[{\\\"conversationId\\\":\\\"a\\\"}]}\"", "made into JSON twice");
    text("plain", "Dear all,\nplease find the calls of yesterday attached [1].\n", "plain text");
    text("recording",
         "{\"received\":\"2026-05-06T10:44:54.118Z\",\"message\":\"x\"}\n{\"listening\":\"2026-05-06T10:44:50.000Z\"}\n", "--replay");
    text("blanks", " \r\n\r\n", "nothing but blanks");
    row("empty", {}, "the file is empty");
    row("empty, packed", gzip({}), "holds nothing");
    row("zeros", std::string(10'000, '\0'), "zero bytes");
    row("zeros, packed", gzip(std::string(10'000, '\0')), "zero bytes");
    row("pdf", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj << >>", "a PDF");
    row("png", "\x89PNG\r\n\x1A\n", "an image (PNG)");
    row("sqlite", std::string("SQLite format 3\0\x10\0\1\1", 20), "an SQLite database");
    row("tar", std::string(257, 'x') + "ustar", "a tar archive");
}

void TestForeignFiles::areNamedInOneSentence()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, words);
    const Read out = read(bytes.toStdString());
    QVERIFY(out.ids.empty());
    QCOMPARE(out.problems.size(), std::size_t{1});
    QVERIFY2(out.problems[0].find(words.toStdString()) != std::string::npos, out.problems[0].c_str());
    QCOMPARE(out.totals.problems, std::uint64_t{1});
}

void TestForeignFiles::exportsBetweenOtherText()
{
    const std::string a = conversation("a"), b = conversation("b"), c = conversation("c");
    const std::vector<std::string> files = {
        "Retrieved 3 conversations in 0.4 s\n" + page(a + "," + b + "," + c),
        "HTTP/1.1 200 OK\r\n\r\n" + page(a + "," + b + "," + c),
        page(a + "," + b + "," + c) + "\nDone, 3 conversations.\n",
        "<html><body><pre>" + page(a + "," + b + "," + c),
    };
    for (const std::string &bytes : files) {
        const Read out = read(bytes);
        QCOMPARE(out.ids, kAbc);
        QCOMPARE(out.problems.size(), std::size_t{1});
    }
    QCOMPARE(read(files[0]).problems[0],
             std::string("file, byte 0, after 0 conversations: no conversation: Retrieved 3 conversations in 0.4 s."));
    QCOMPARE(read(files[2]).problems[0].substr(read(files[2]).problems[0].find("after")),
             std::string("after 3 conversations: no conversation: Done, 3 conversations."));
}

void TestForeignFiles::whatIsNoRecordButJsonIsTold()
{
    const Read out = read("HTTP/1.1 401 Unauthorized\n\n{\"message\":\"No authentication bearer token\",\"code\":\"x\"}");
    QCOMPARE(out.problems.size(), std::size_t{2});
    QVERIFY(out.problems[1].find("byte 27, ") != std::string::npos);
}

void TestForeignFiles::wordsThatFollowOneAnotherAreOneProblem()
{
    QCOMPARE(read(conversation("a") + "\none two\nthree\n" + conversation("b")).problems.size(), std::size_t{1});
    QCOMPARE(read("[" + conversation("a") + ",1,2]").problems.size(), std::size_t{2}); // in place of conversations
    const Read zeros = read(conversation("a") + "\n" + std::string(5000, '\0'));
    QCOMPARE(zeros.problems.size(), std::size_t{1});
    QVERIFY(zeros.problems[0].find("zero bytes in place of text") != std::string::npos);
}

void TestForeignFiles::samples()
{
    const QString folder = samplesFolder() + QStringLiteral("/cases/");
    if (samplesFolder().isEmpty() || !QFile::exists(folder))
        QSKIP("The folder of real payloads is not there (set THREADLINE_SAMPLES).");
    const std::pair<const char *, const char *> cases[] = {{"csv-view-export.csv", "a table"}, {"yaml-cli-output.yaml", "YAML"},
        {"html-login-page.json", "a web page"}, {"python-repr.json", "Python"}, {"json-prefix-line.txt", "Retrieved 1 conversations"}};
    for (const auto &[name, words] : cases) {
        QFile file(folder + QLatin1String(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const Read out = read(file.readAll().toStdString());
        const bool isRead = QByteArray(name) == "json-prefix-line.txt"; // with a line before and one behind
        QCOMPARE(out.problems.size(), std::size_t{isRead ? 2u : 1u});
        QVERIFY2(out.problems[0].find(words) != std::string::npos, out.problems[0].c_str());
        QCOMPARE(out.ids.size(), std::size_t{isRead ? 1u : 0u});
    }
}

THREADLINE_TEST_MAIN(TestForeignFiles)
#include "test_foreignfiles.moc"
