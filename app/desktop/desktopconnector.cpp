// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/desktopconnector.h"

#include "core/base/log.h"
#include "ui/memory.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>
#include <QProcess>
#include <QUrl>

#include <csignal>

namespace threadline::app {
namespace {

QString text(const std::string &s) { return QString::fromStdString(s); }

const char *const kMustBe = " It must be conversation details as Genesys Cloud exports them (JSON, NDJSON, also gzip or zip).";

/// Counts up with whatever is new to the store.
std::uint64_t kept(const Status &status) { return status.stored + status.variants + status.records; }

/// What reading these files came to. Error: there was nothing to read.
Result<ui::FilesRead> outcomeOf(const ImportResult &read, const QStringList &paths, bool nothingNew)
{
    if (read.conversations == 0 && read.problems == 0 && !read.stopped)
        return fail(ErrorCode::Malformed, "There is no conversation in " + paths.join(QStringLiteral(", ")).toStdString() + "." + kMustBe);
    ui::FilesRead out{read.conversations, read.problems, {}, nothingNew, {}, read.stopped};
    for (const ImportProblem &problem : read.listed)
        out.listed.push_back({text(problem.file), InteractionId{problem.conversation}, text(problem.words())});
    if (!read.first.empty())
        out.place = {read.first, read.ends.start, read.ends.end};
    return out;
}

} // namespace

DesktopConnector::DesktopConnector(Runtime &runtime, const Settings &settings, ui::SecretStore &secrets, const Clock &clock)
    : m_runtime(runtime), m_settings(settings), m_secrets(secrets), m_clock(clock)
{
    const QSettings remembered = ui::memory();
    const bool set = !settings.text("client-id").empty();
    m_current.environment = text(settings.text("environment"));
    m_current.clientId = text(settings.text("client-id"));
    m_current.name = proposedName(m_current.environment);
    if (!settings.text("private-key").empty())
        m_current.signIn = ui::SignIn::PrivateKey;
    if (set || !remembered.contains(QStringLiteral("connection/clientId")))
        return;
    m_current.name = remembered.value(QStringLiteral("connection/name")).toString();
    m_current.environment = remembered.value(QStringLiteral("connection/environment")).toString();
    m_current.clientId = remembered.value(QStringLiteral("connection/clientId")).toString();
    m_current.keepSecret = remembered.value(QStringLiteral("connection/keepSecret")).toBool();
    if (remembered.value(QStringLiteral("connection/signIn")).toString() == QLatin1String("private-key"))
        m_current.signIn = ui::SignIn::PrivateKey;
}

DesktopConnector::~DesktopConnector() = default;

QString DesktopConnector::proposedName(const QString &environment) const
{
    const QString host = QUrl(environment.trimmed()).host();
    return host.startsWith(QLatin1String("api.")) ? host.mid(4) : host;
}

/// "Contact centre EU (api.mypurecloud.de)", or the host alone where nobody has given it a name.
void DesktopConnector::begin(const ui::ConnectionValues &values)
{
    const QString host = QUrl(values.environment).host();
    const bool named = !values.name.isEmpty() && values.name != proposedName(values.environment);
    m_runtime.connectTo(options(values), (named ? QStringLiteral("%1 (%2)").arg(values.name, host) : host).toStdString()).start();
}

bool DesktopConnector::configured() const { return !m_current.clientId.isEmpty(); }

void DesktopConnector::connectAtStart(std::function<void(QString)> problem)
{
    ui::ConnectionValues values = m_current;
    const bool key = values.signIn == ui::SignIn::PrivateKey;
    values.secret = text(m_settings.text(key ? "private-key" : "client-secret"));
    if (!values.secret.isEmpty()) {
        begin(values);
        return;
    }
    const QPointer<DesktopConnector> self(this);
    m_secrets.read(values.secretName(), [self, values, problem = std::move(problem)](Result<QString> secret) mutable {
        if (!self)
            return;
        if (!secret) {
            problem(tr("Not connected. The secret of client %1 is not at hand: %2 Enter it under File, Connect.")
                        .arg(values.clientId, text(secret.error().message)));
            return;
        }
        values.secret = *secret;
        self->begin(values);
    });
}

ui::ConnectionValues DesktopConnector::current() const { return m_current; }

QString DesktopConnector::checkEnvironment(const QString &url) const
{
    Credentials credentials;
    credentials.environmentUrl = url.toStdString();
    const auto address = tokenUrl(credentials);
    return address ? QString() : text(address.error().message);
}

QStringList DesktopConnector::testSteps() const
{
    return {tr("Host found"), tr("Signed in"), tr("Stream opened"), tr("Subscribed")};
}

StreamingOptions DesktopConnector::options(const ui::ConnectionValues &values) const
{
    StreamingOptions options = streamingOptions(m_settings);
    options.credentials.environmentUrl = values.environment.toStdString();
    options.credentials.clientId = values.clientId.toStdString();
    options.credentials.clientSecret.clear();
    options.credentials.privateKeyPem.clear();
    const std::string secret = values.secret.toStdString();
    log::mask(secret);
    (values.signIn == ui::SignIn::PrivateKey ? options.credentials.privateKeyPem : options.credentials.clientSecret) = secret;
    return options;
}

void DesktopConnector::test(const ui::ConnectionValues &values, std::function<void(const ui::ConnectionStep &)> step,
                            std::function<void(bool)> done)
{
    m_test = std::make_unique<ConnectionTest>(options(values), m_clock);
    m_test->start(
        [step = std::move(step)](const TestStep &s) {
            step({text(s.name), s.passed, text(s.detail), text(s.problem), text(s.remedy), s.took});
        },
        std::move(done));
}

void DesktopConnector::cancelTest() { m_test.reset(); }

void DesktopConnector::connectTo(const ui::ConnectionValues &values)
{
    m_test.reset();
    remember(values);
    begin(values);
}

void DesktopConnector::remember(const ui::ConnectionValues &values)
{
    m_current = values;
    m_current.secret.clear();
    QSettings settings = ui::memory();
    settings.setValue(QStringLiteral("connection/name"), values.name);
    settings.setValue(QStringLiteral("connection/environment"), values.environment);
    settings.setValue(QStringLiteral("connection/clientId"), values.clientId);
    settings.setValue(QStringLiteral("connection/keepSecret"), values.keepSecret);
    settings.setValue(QStringLiteral("connection/signIn"), values.signIn == ui::SignIn::PrivateKey
                          ? QStringLiteral("private-key") : QStringLiteral("client-secret"));
}

void DesktopConnector::openFiles(const QStringList &paths, std::function<void(Result<ui::FilesRead>)> done)
{
    m_files.push_back({paths, std::move(done)});
    if (m_files.size() == 1)
        readNext();
}

void DesktopConnector::readNext()
{
    std::vector<std::string> files;
    for (const QString &path : m_files.front().paths)
        files.push_back(path.toStdString());
    m_keptBefore = kept(m_runtime.session().engine().status());
    const QPointer<DesktopConnector> self(this);
    m_import = std::make_unique<ImportJob>(std::move(files), m_runtime.session().engine(),
                                           [](const ImportProblem &problem) { log::info("import", problem.line); },
                                           [this, self](Result<ImportResult> read) {
                                               QMetaObject::invokeMethod(this, [self, read = std::move(read)] {
                                                   if (self)
                                                       self->readEnded(read);
                                               }, Qt::QueuedConnection);
                                           });
}

void DesktopConnector::readEnded(const Result<ImportResult> &read)
{
    m_import.reset();
    const Files files = std::move(m_files.front());
    m_files.pop_front();
    const bool nothingNew = kept(m_runtime.session().engine().status()) == m_keptBefore; // of a feed beside it, too
    Result<ui::FilesRead> result = read ? outcomeOf(*read, files.paths, nothingNew) : fail(read.error());
    if (!m_files.empty())
        readNext();
    files.done(result);
}

std::optional<ui::ReadingState> DesktopConnector::reading() const
{
    if (!m_import)
        return std::nullopt;
    const ImportState state = m_import->state();
    return ui::ReadingState{QFileInfo(text(state.file)).fileName(), state.percent(), state.conversations, state.storing, state.left};
}

void DesktopConnector::stopReading()
{
    if (m_import)
        m_import->stop();
    while (m_files.size() > 1) { // those behind it, too: the newest first, so that each is told while those before it still stand
        const Files files = std::move(m_files.back());
        m_files.pop_back();
        files.done(fail(ErrorCode::Cancelled, files.paths.join(QStringLiteral(", ")).toStdString() + ": not read, for reading was stopped."));
    }
}

Result<void> DesktopConnector::startDemo()
{
    if (m_demo > 0 && ::kill(static_cast<pid_t>(m_demo), 0) == 0)
        return fail(ErrorCode::Busy, "The demo is open already, in a window of its own.");
    // In a process of its own: the demo touches neither the settings nor the data of this one, and leaves it its REST port.
    if (!QProcess::startDetached(QCoreApplication::applicationFilePath(), {QStringLiteral("--demo"), QStringLiteral("--listen"), QStringLiteral("127.0.0.1:0")}, {}, &m_demo))
        return fail(ErrorCode::Unusable, "The demo could not be started: " + QCoreApplication::applicationFilePath().toStdString()
                        + " cannot be run any more. Start this program again.");
    return {};
}

} // namespace threadline::app
