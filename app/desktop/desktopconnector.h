// SPDX-License-Identifier: GPL-3.0-or-later
/// What the window may ask of the application: connect, test a connection, open files, start the demo.
#pragma once

#include "app/common/importer.h"
#include "app/common/runtime.h"
#include "core/base/settings.h"
#include "core/genesys/streamingclient.h"
#include "ui/dialogs/connector.h"
#include "ui/keyring.h"

#include <QObject>

#include <deque>
#include <memory>

namespace threadline::app {

/// GUI thread. The connection that was chosen last is remembered in the user's configuration, its secret never there.
class DesktopConnector final : public QObject, public ui::Connector {
    Q_OBJECT
public:
    DesktopConnector(Runtime &runtime, const Settings &settings, ui::SecretStore &secrets, const Clock &clock);
    ~DesktopConnector() override;

    /// Whether settings or memory name a platform to connect to.
    [[nodiscard]] bool configured() const;
    /// Connects to it. Its secret comes from the settings, else from the keyring; `problem` is called if there is none.
    void connectAtStart(std::function<void(QString)> problem);

    [[nodiscard]] ui::ConnectionValues current() const override;
    [[nodiscard]] QString checkEnvironment(const QString &url) const override;
    [[nodiscard]] QStringList testSteps() const override;
    void test(const ui::ConnectionValues &values, std::function<void(const ui::ConnectionStep &)> step,
              std::function<void(bool)> done) override;
    void cancelTest() override;
    [[nodiscard]] QString proposedName(const QString &environment) const override;
    void connectTo(const ui::ConnectionValues &values) override;
    void openFiles(const QStringList &paths, std::function<void(Result<ui::FilesRead>)> done) override;
    [[nodiscard]] std::optional<ui::ReadingState> reading() const override;
    void stopReading() override;
    [[nodiscard]] Result<void> startDemo() override;

private:
    [[nodiscard]] StreamingOptions options(const ui::ConnectionValues &values) const;
    void remember(const ui::ConnectionValues &values);
    void begin(const ui::ConnectionValues &values);
    void readNext();
    void readEnded(const Result<ImportResult> &read);
    struct Files {
        QStringList paths;
        std::function<void(Result<ui::FilesRead>)> done;
    };

    Runtime &m_runtime;
    const Settings &m_settings;
    ui::SecretStore &m_secrets;
    const Clock &m_clock;
    ui::ConnectionValues m_current;
    std::unique_ptr<ConnectionTest> m_test;
    std::deque<Files> m_files; ///< the first is being read: two at a time would only slow each other
    std::uint64_t m_keptBefore = 0; ///< when reading began
    std::unique_ptr<ImportJob> m_import;
    qint64 m_demo = 0; ///< the process that was started for it last
};

} // namespace threadline::app
