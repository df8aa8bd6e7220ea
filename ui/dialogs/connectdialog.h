// SPDX-License-Identifier: GPL-3.0-or-later
/// The form of a connection, with a test that names what is wrong. GUI thread.
#pragma once

#include "ui/dialogs/connector.h"
#include "ui/keyring.h"
#include "ui/theme/appearance.h"

#include <QDialog>
#include <QPointer>

#include <vector>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace threadline::ui {

class ConnectDialog : public QDialog {
    Q_OBJECT
public:
    ConnectDialog(Connector &connector, SecretStore &secrets, const Appearance &look, QWidget *parent = nullptr);
    ~ConnectDialog() override;

    [[nodiscard]] ConnectionValues values() const;
    void setValues(const ConnectionValues &values);
    /// What the test has shown so far, one line a step; for screen readers and tests.
    [[nodiscard]] QStringList steps() const;

protected:
    void showEvent(QShowEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *form();
    QWidget *testArea();
    QWidget *buttons();
    void signInChanged();
    void keyringKnown(bool available);
    void readKept();
    void focusEmpty();
    void startTest();
    void showSteps();
    void stepEnded(const ConnectionStep &step);
    void testEnded(bool passed);
    void accepted();
    void finish(const ConnectionValues &values);
    /// The first field that is wrong, with a word about it; true if none is.
    bool check();
    /// What is wrong, beside the buttons, where it moves nothing; null: nothing is.
    void showProblem(QWidget *field, const QString &why);
    /// What was typed may be right now, and is not what was tested.
    void edited();
    void environmentEdited();
    /// As high as all of it is, as far as the screen is; beyond that it scrolls.
    void fit();

    Connector &m_connector;
    SecretStore &m_secrets;
    const Appearance &m_look;
    QFormLayout *m_form = nullptr;
    QLineEdit *m_name = nullptr;
    QLineEdit *m_environment = nullptr;
    QComboBox *m_signIn = nullptr;
    QLineEdit *m_clientId = nullptr;
    QLineEdit *m_secret = nullptr;
    QPlainTextEdit *m_key = nullptr;
    QLabel *m_secretLabel = nullptr;
    QCheckBox *m_keep = nullptr;
    QLabel *m_keepNote = nullptr;
    QLabel *m_problem = nullptr;
    QPushButton *m_test = nullptr;
    QPushButton *m_connect = nullptr;
    QLabel *m_testNote = nullptr;
    QVBoxLayout *m_stepList = nullptr;
    std::vector<ConnectionStep> m_steps;
    QScrollArea *m_scroll = nullptr;
    QPointer<QWidget> m_wrong; ///< the field that is marked
    bool m_nameTyped = false;  ///< else the name follows the environment
    bool m_testing = false;
    bool m_keyring = false;
};

} // namespace threadline::ui
