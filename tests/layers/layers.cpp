// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layers/layers.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QLibraryInfo>
#include <QMap>
#include <QRegularExpression>
#include <QSet>

namespace threadline::test {
namespace {

/// Files whose path begins with `files` (the longest that fits counts) may include project files that begin with one of `mayInclude`.
struct Layer {
    QString files;
    QStringList mayInclude;
    bool qtFree = false;
};

const std::vector<Layer> &layers()
{
    static const std::vector<Layer> kLayers = {
        {"core/base/", {"core/base/"}, true},
        {"core/model/", {"core/model/", "core/base/"}, true},
        {"core/timeline/", {"core/timeline/", "core/model/", "core/base/"}, true},
        {"core/store/", {"core/store/", "core/timeline/", "core/model/", "core/base/"}, true},
        {"core/net/", {"core/net/", "core/base/"}},
        {"core/genesys/", {"core/genesys/", "core/net/", "core/timeline/", "core/model/", "core/base/"}},
        {"core/influx/", {"core/influx/", "core/store/", "core/timeline/", "core/model/", "core/base/"}, true},
        {"core/engine/",
         {"core/engine/", "core/session.h", "core/store/", "core/genesys/", "core/timeline/", "core/model/", "core/base/"},
         true},
        {"core/delivery/",
         {"core/delivery/", "core/influx/", "core/net/", "core/engine/", "core/store/", "core/model/", "core/base/"}},
        {"core/history/", {"core/history/", "core/influx/", "core/net/", "core/engine/history.h", "core/session.h", "core/model/", "core/base/"}},
        {"core/session.h", {"core/model/", "core/base/"}, true},
        {"core/api/", {"core/api/", "core/session.h", "core/model/", "core/base/"}},
        {"core/simulator/", {"core/simulator/", "core/model/", "core/base/"}},
        {"ui/", {"ui/", "core/session.h", "core/model/", "core/base/"}},
        {"app/", {"app/", "ui/", "core/"}},
        {"app/common/",
         {"app/common/", "core/api/", "core/delivery/", "core/history/", "core/influx/", "core/engine/", "core/session.h", "core/store/", "core/genesys/", "core/net/", "core/timeline/", "core/model/",
          "core/base/"}},
        {"app/collector/",
         {"app/collector/", "app/common/", "core/api/", "core/delivery/", "core/history/", "core/influx/", "core/engine/", "core/session.h", "core/store/", "core/genesys/", "core/net/", "core/timeline/", "core/model/",
          "core/base/"}},
        {"app/simulator/", {"app/simulator/", "app/common/", "core/simulator/", "core/model/", "core/base/"}},
        {"tests/", {"tests/", "app/", "ui/", "core/"}},
    };
    return kLayers;
}

/// A header that is not ours, to be named by few: in the folders given, in one .cpp each, and in the files excepted.
struct Foreign {
    QRegularExpression header;
    QStringList folders;
    QStringList excepted;
    QString reason;
};

Foreign foreign(const char *pattern, QStringList folders, QStringList excepted = {}, const char *reason = "a new version is then one file's work")
{
    return {QRegularExpression(QRegularExpression::anchoredPattern(QLatin1String(pattern))), std::move(folders), std::move(excepted),
            QLatin1String(reason)};
}

const std::vector<Foreign> &foreigners()
{
    static const std::vector<Foreign> kForeign = {
        foreign("simdjson.*", {"core/base/"}),
        foreign("xxhash\\.h", {"core/base/"}),
        foreign("tl/.*", {}, {"core/base/result.h"}, "Result stands for it everywhere"),
        foreign("sqlite3\\.h", {}, {"core/store/"}, "the store's folder alone knows SQLite"),
        foreign("zlib\\.h", {"core/base/", "core/store/", "core/genesys/", "core/delivery/"}, {"core/genesys/recorder.cpp", "core/genesys/replay.cpp"}),
        foreign("zip\\.h", {}, {"core/genesys/importarchive.cpp", "core/genesys/archivesource.cpp"}),
        foreign("openssl/.*", {"core/genesys/"}, {"core/simulator/"}, "what is signed here and checked there has nothing in common"),
        foreign("(QtWebSockets/)?QWebSocket(Server)?", {}, {"tests/"}, "it refuses valid text and answers pings without a bound; core/genesys/websocket.h stands for it"),
        foreign("(QtHttpServer/)?Q(Abstract)?HttpServer.*", {}, {"core/api/httpserver.cpp", "core/api/httpserver.h", "core/simulator/"},
                "its interface changes with every Qt"),
        foreign("(QtNetwork/)?QNetwork(AccessManager|Reply)", {"core/net/"}),
        foreign("qt6keychain/.*", {"ui/", "app/"}),
        foreign("CLI/.*", {}, {"app/"}, "the command line is the programs'"),
        foreign("rapidcheck.*", {}, {"tests/"}, "it is for tests"),
        foreign("benchmark/.*", {}, {"tests/bench/"}, "it is for benchmarks"),
    };
    return kForeign;
}

bool beginsWithOneOf(const QString &text, const QStringList &beginnings)
{
    return std::any_of(beginnings.begin(), beginnings.end(), [&](const QString &b) { return text.startsWith(b); });
}

const Layer *layerOf(const QString &file)
{
    const Layer *best = nullptr;
    for (const Layer &layer : layers()) {
        if (file.startsWith(layer.files) && (!best || layer.files.size() > best->files.size()))
            best = &layer;
    }
    return best;
}

bool isOurs(const QString &target)
{
    return beginsWithOneOf(target, {"core/", "ui/", "app/", "tests/"});
}

/// Files that the build makes: of moc, and of the build itself, which are named threadline_...
bool isMade(const QString &target)
{
    return target.endsWith(QLatin1String(".moc")) || target.startsWith(QLatin1String("moc_"))
        || target.startsWith(QLatin1String("threadline_"));
}

bool isQt(const Include &include)
{
    static const QRegularExpression kQt(QStringLiteral("^Q[A-Z]|^Qt|^q[a-z]+\\.h$"));
    return !include.quoted && kQt.match(include.target).hasMatch();
}

/// Whether one of Qt's libraries for windows owns this header.
bool isOfWindows(const QString &target)
{
    static const QString kHeaders = QLibraryInfo::path(QLibraryInfo::HeadersPath);
    static const QStringList kModules = {"QtWidgets", "QtGui", "QtCharts", "QtSvg", "QtSvgWidgets", "QtOpenGL"};
    for (const QString &module : kModules) {
        if (target == module || target.startsWith(module + QLatin1Char('/'))
            || QFileInfo::exists(kHeaders + QLatin1Char('/') + module + QLatin1Char('/') + target))
            return true;
    }
    return false;
}

QString say(const Include &include, const QString &rule)
{
    return QStringLiteral("%1:%2: includes %3: %4").arg(include.file).arg(include.line).arg(include.target, rule);
}

void judgeLayer(const Include &include, QStringList &out)
{
    const Layer *layer = layerOf(include.file);
    if (!layer) {
        out << say(include, QStringLiteral("this folder stands in no row of the table of layers"));
        return;
    }
    if (isOurs(include.target) && !beginsWithOneOf(include.target, layer->mayInclude))
        out << say(include, QStringLiteral("%1 may include %2 only").arg(layer->files, layer->mayInclude.join(QLatin1String(", "))));
    if (layer->qtFree && isQt(include))
        out << say(include, QStringLiteral("%1 is free of Qt, so that ThreadSanitizer can judge it").arg(layer->files));
    if (include.file.startsWith(QLatin1String("core/")) && isQt(include) && isOfWindows(include.target))
        out << say(include, QStringLiteral("core/ names nothing of a window"));
}

void judgePath(const Include &include, const QString &root, QStringList &out)
{
    if (!include.quoted || isMade(include.target))
        return;
    if (!isOurs(include.target))
        out << say(include, QStringLiteral("includes in quotes are written from the project's root"));
    else if (!root.isEmpty() && !QFileInfo(root + QLatin1Char('/') + include.target).isFile())
        out << say(include, QStringLiteral("there is no such file"));
}

/// The first file of each folder that names a foreign header may go on doing so; `first` remembers it.
void judgeForeign(const Include &include, QMap<QString, QString> &first, QStringList &out)
{
    if (include.file.startsWith(QLatin1String("tests/"))) // a judge may look with other eyes
        return;
    for (const Foreign &rule : foreigners()) {
        if (!rule.header.match(include.target).hasMatch() || beginsWithOneOf(include.file, rule.excepted))
            continue;
        const auto folder = std::find_if(rule.folders.begin(), rule.folders.end(), [&](const QString &f) { return include.file.startsWith(f); });
        if (folder == rule.folders.end()) {
            out << say(include, QStringLiteral("only %1 may: %2").arg((rule.folders + rule.excepted).join(QLatin1String(", ")), rule.reason));
            continue;
        }
        if (!include.file.endsWith(QLatin1String(".cpp"))) {
            out << say(include, QStringLiteral("one .cpp may, no header: %1").arg(rule.reason));
            continue;
        }
        const QString key = *folder + rule.header.pattern();
        const QString &holder = *(first.contains(key) ? first.find(key) : first.insert(key, include.file));
        if (holder != include.file)
            out << say(include, QStringLiteral("%1 does already, and one .cpp of %2 is enough: %3").arg(holder, *folder, rule.reason));
    }
}

} // namespace

std::vector<Include> includesIn(const QString &file, const QString &text)
{
    static const QRegularExpression kInclude(QStringLiteral("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]"));
    std::vector<Include> out;
    int line = 0;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString &content : lines) {
        ++line;
        const QRegularExpressionMatch match = kInclude.match(content);
        if (match.hasMatch())
            out.push_back({file, line, match.captured(2), match.captured(1) == QLatin1String("\"")});
    }
    return out;
}

std::vector<Include> includesOf(const QString &root)
{
    QStringList files;
    for (const QString &folder : {QStringLiteral("core"), QStringLiteral("ui"), QStringLiteral("app"), QStringLiteral("tests")}) {
        QDirIterator walk(root + QLatin1Char('/') + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (walk.hasNext())
            files << walk.next();
    }
    files.sort();
    std::vector<Include> out;
    for (const QString &path : std::as_const(files)) {
        QFile file(path);
        if (!file.open(QFile::ReadOnly))
            continue;
        const std::vector<Include> some = includesIn(QDir(root).relativeFilePath(path), QString::fromUtf8(file.readAll()));
        out.insert(out.end(), some.begin(), some.end());
    }
    return out;
}

QStringList violations(const std::vector<Include> &includes, const QString &root)
{
    QStringList out;
    QMap<QString, QString> first;
    for (const Include &include : includes) {
        judgeLayer(include, out);
        judgePath(include, root, out);
        judgeForeign(include, first, out);
    }
    return out;
}

} // namespace threadline::test
