// SPDX-License-Identifier: GPL-3.0-or-later
/// The tree keeps its layers, and every setting that exists is read by some part.
#include "core/base/settings.h"
#include "tests/layers/layers.h"
#include "tests/support/testmain.h"

#include <QDirIterator>
#include <QFile>

using namespace threadline;
using namespace threadline::test;

namespace {

const QString kRoot = QStringLiteral(THREADLINE_SOURCE_DIR);

QString sourcesBelow(const QStringList &folders)
{
    QString all;
    for (const QString &folder : folders) {
        QDirIterator walk(kRoot + QLatin1Char('/') + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            QFile file(walk.next());
            if (!file.fileName().contains(QLatin1String("/core/base/setting")) && file.open(QFile::ReadOnly))
                all += QString::fromUtf8(file.readAll());
        }
    }
    return all;
}

} // namespace

class TestLayers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theTreeKeepsItsLayers();
    void judge_data();
    void judge();
    void oneFileAFolder();
    void missingFile();
    void includesAreFound();
    void everySettingIsRead();
    void noSqlInTheWindow();
};

void TestLayers::theTreeKeepsItsLayers()
{
    const std::vector<Include> includes = includesOf(kRoot);
    QVERIFY2(includes.size() > 300, "the sources were not found");
    const QStringList found = violations(includes, kRoot);
    for (const QString &line : found)
        qInfo("%s", qPrintable(line));
    QCOMPARE(found.size(), 0);
}

void TestLayers::judge_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("directive");
    QTest::addColumn<QString>("problem"); // empty: allowed
    const auto row = [](const char *file, const char *directive, const char *problem) {
        QTest::addRow("%s %s", file, directive) << QString::fromUtf8(file) << QString::fromUtf8(directive) << QString::fromUtf8(problem);
    };
    row("core/base/a.cpp", "\"core/base/time.h\"", "");
    row("core/base/a.cpp", "<vector>", "");
    row("core/base/a.cpp", "\"core/model/event.h\"", "may include core/base/ only");
    row("core/base/a.cpp", "<QString>", "free of Qt");
    row("core/base/a.cpp", "<QtCore/QString>", "free of Qt");
    row("core/base/a.cpp", "<qglobal.h>", "free of Qt");
    row("core/timeline/a.h", "\"core/store/store.h\"", "may include core/timeline/");
    row("core/store/a.cpp", "\"core/timeline/record.h\"", "");
    row("core/store/a.cpp", "\"core/genesys/source.h\"", "may include core/store/");
    row("core/genesys/a.cpp", "\"core/store/store.h\"", "may include core/genesys/");
    row("core/genesys/a.cpp", "<QObject>", "");
    row("core/genesys/a.cpp", "<QImage>", "names nothing of a window");
    row("core/engine/a.cpp", "\"core/genesys/source.h\"", "");
    row("core/engine/a.cpp", "\"core/api/server.h\"", "may include core/engine/");
    row("core/session.h", "\"core/engine/engine.h\"", "may include core/model/");
    row("core/api/a.cpp", "\"core/session.h\"", "");
    row("core/api/a.cpp", "\"core/engine/engine.h\"", "may include core/api/");
    row("core/api/a.cpp", "\"core/store/store.h\"", "may include core/api/");
    row("core/api/a.cpp", "<QWidget>", "names nothing of a window");
    row("core/simulator/a.cpp", "\"core/timeline/order.h\"", "may include core/simulator/");
    row("core/simulator/a.cpp", "\"core/genesys/streamingdecoder.h\"", "may include core/simulator/");
    row("ui/a.cpp", "<QPainter>", "");
    row("ui/a.cpp", "\"core/session.h\"", "");
    row("ui/a.cpp", "\"core/engine/engine.h\"", "may include ui/");
    row("ui/a.cpp", "\"core/timeline/correlate.h\"", "may include ui/");
    row("ui/a.cpp", "<sqlite3.h>", "only core/store/ may");
    row("app/desktop/main.cpp", "\"core/simulator/simulator.h\"", "");
    row("app/collector/main.cpp", "\"core/simulator/simulator.h\"", "app/collector/ may include");
    row("app/common/runtime.cpp", "\"core/simulator/simulator.h\"", "app/common/ may include");
    row("app/collector/main.cpp", "\"ui/mainwindow.h\"", "app/collector/ may include");
    row("app/simulator/main.cpp", "\"core/engine/engine.h\"", "app/simulator/ may include");
    row("core/model/a.cpp", "\"tests/support/testmain.h\"", "may include core/model/");
    row("core/model/a.cpp", "\"event.h\"", "from the project's root");
    row("core/model/a.cpp", "\"a.moc\"", "");
    row("core/base/json.cpp", "<simdjson.h>", "");
    row("core/base/json.h", "<simdjson.h>", "no header");
    row("core/genesys/a.cpp", "<simdjson.h>", "only core/base/ may");
    row("core/genesys/a.cpp", "<tl/expected.hpp>", "only core/base/result.h may");
    row("core/genesys/a.h", "<openssl/evp.h>", "no header");
    row("core/genesys/a.cpp", "<QWebSocket>", "only tests/ may");
    row("core/simulator/a.cpp", "<QWebSocketServer>", "only tests/ may");
    row("tests/genesys/a.cpp", "<QWebSocketServer>", "");
    row("ui/a.cpp", "<QNetworkAccessManager>", "only core/net/ may");
    row("core/genesys/a.cpp", "<QHttpServerResponse>", "only core/api/httpserver.cpp");
    row("core/base/a.cpp", "<CLI/CLI.hpp>", "only app/ may");
    row("core/base/a.cpp", "<rapidcheck.h>", "only tests/ may");
    row("tests/base/a.cpp", "<rapidcheck.h>", "");
    row("elsewhere/a.cpp", "<vector>", "no row of the table");
}

void TestLayers::judge()
{
    QFETCH(QString, file);
    QFETCH(QString, directive);
    QFETCH(QString, problem);
    const std::vector<Include> includes = includesIn(file, QLatin1String("\n#include ") + directive + QLatin1Char('\n'));
    QCOMPARE(includes.size(), 1u);
    const QString found = violations(includes, QString()).join(QLatin1Char('\n'));
    QCOMPARE(found.isEmpty(), problem.isEmpty());
    QVERIFY2(found.contains(problem), qPrintable(found));
    QVERIFY(found.isEmpty() || found.startsWith(file + QLatin1String(":2: ")));
}

void TestLayers::oneFileAFolder()
{
    const std::vector<Include> two = {{"core/store/a.cpp", 3, "zlib.h", false}, {"core/store/b.cpp", 4, "zlib.h", false}};
    const QStringList found = violations(two, QString());
    QCOMPARE(found.size(), 1);
    QVERIFY2(found.first().startsWith(QLatin1String("core/store/b.cpp:4: includes zlib.h: core/store/a.cpp does already")), qPrintable(found.first()));
    const std::vector<Include> apart = {{"core/store/a.cpp", 3, "zlib.h", false}, {"core/delivery/b.cpp", 4, "zlib.h", false}};
    QCOMPARE(violations(apart, QString()), QStringList());
}

void TestLayers::missingFile()
{
    const std::vector<Include> one = {{"core/base/a.cpp", 3, "core/base/nosuchheader.h", true}};
    const QStringList found = violations(one, kRoot);
    QCOMPARE(found.size(), 1);
    QVERIFY(found.first().contains(QLatin1String("there is no such file")));
}

void TestLayers::includesAreFound()
{
    const std::vector<Include> found = includesIn("core/base/a.h", "#pragma once\n  #  include <a>\n// #include <b>\n#include \"core/base/c.h\" // why\n");
    QCOMPARE(found.size(), 2u);
    QCOMPARE(found[0].line, 2);
    QCOMPARE(found[0].target, QStringLiteral("a"));
    QVERIFY(!found[0].quoted);
    QCOMPARE(found[1].line, 4);
    QVERIFY(found[1].quoted);
}

/// A setting that nobody reads would be a dead option.
void TestLayers::everySettingIsRead()
{
    const QString sources = sourcesBelow({"core", "app", "ui"});
    for (const SettingSpec &spec : settingSpecs()) {
        if (spec.key == "config" || spec.key == "protocol")
            continue;
        const QString literal = QLatin1Char('"') + QString::fromStdString(spec.key) + QLatin1Char('"');
        QVERIFY2(sources.contains(literal), qPrintable(literal + QLatin1String(" is a setting that nothing reads")));
    }
}

void TestLayers::noSqlInTheWindow()
{
    const QString sources = sourcesBelow({"ui"});
    for (const char *word : {"\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE FROM ", "\"PRAGMA "})
        QVERIFY2(!sources.contains(QLatin1String(word)), word);
}

THREADLINE_TEST_MAIN(TestLayers)
#include "test_layers.moc"
