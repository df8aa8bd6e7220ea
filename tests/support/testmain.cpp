// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testmain.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

namespace threadline::test {
namespace {

std::unique_ptr<QTemporaryDir> g_folder;
std::atomic<int> g_unexpected{0};
std::mutex g_mutex;
std::vector<QString> g_expected;
QtMessageHandler g_previous = nullptr;

void handle(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type == QtWarningMsg || type == QtCriticalMsg) {
        std::scoped_lock lock(g_mutex);
        const bool expected =
            std::any_of(g_expected.begin(), g_expected.end(), [&](const QString &part) { return message.contains(part); });
        if (!expected) {
            ++g_unexpected;
            std::fprintf(stderr, "UNEXPECTED WARNING: %s\n", qPrintable(message));
        }
    }
    if (g_previous)
        g_previous(type, context, message);
}

} // namespace

void prepareEnvironment(const char *testName)
{
    g_folder = std::make_unique<QTemporaryDir>(QDir::tempPath() + QLatin1String("/threadline-") + QLatin1String(testName) + QLatin1String("-XXXXXX"));
    const QByteArray home = g_folder->path().toUtf8();
    qputenv("HOME", home);
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"}) {
        const QByteArray path = home + '/' + QByteArray(name).toLower();
        QDir().mkpath(QString::fromUtf8(path));
        QFile::setPermissions(QString::fromUtf8(path), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        qputenv(name, path);
    }
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("TZ", "UTC");
    qputenv("LC_ALL", "C.UTF-8");
    const QByteArrayList inherited = {"GENESYS_", "THREADLINE_", "TSDB_"};
    for (char **entry = environ; entry && *entry;) {
        const QByteArray name = QByteArray(*entry).split('=').first();
        const bool ours = std::any_of(inherited.begin(), inherited.end(), [&](const QByteArray &p) { return name.startsWith(p); });
        if (ours && name != "THREADLINE_SAMPLES") {
            qunsetenv(name.constData());
            entry = environ; // the table moved
        } else {
            ++entry;
        }
    }
}

void watchWarnings() { g_previous = qInstallMessageHandler(handle); }

void expectWarning(const char *part)
{
    std::scoped_lock lock(g_mutex);
    g_expected.push_back(QString::fromUtf8(part));
}

int unexpectedWarnings() { return g_unexpected > 0 ? 1 : 0; }

QString scratchFolder() { return g_folder->path(); }

QString samplesFolder()
{
    QString folder = qEnvironmentVariable("THREADLINE_SAMPLES");
    if (folder.isEmpty())
        folder = QStringLiteral(THREADLINE_SOURCE_DIR "/../shared/samples");
    return QFileInfo(folder).isDir() ? QDir(folder).canonicalPath() : QString();
}

} // namespace threadline::test
