// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/connectdialog.h"

#include "ui/dialogs/placement.h"
#include "ui/text/fieldnames.h"
#include "ui/text/format.h"
#include "ui/views/controls.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QFrame>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QStyle>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kLabelWidth = 150;
constexpr int kStepName = 150;

QLabel *formLabel(const QString &text, const Appearance &look)
{
    QLabel *label = makeLabel(text, look.fonts().body);
    label->setMinimumWidth(kLabelWidth);
    return label;
}

} // namespace

ConnectDialog::ConnectDialog(Connector &connector, SecretStore &secrets, const Appearance &look, QWidget *parent)
    : QDialog(parent), m_connector(connector), m_secrets(secrets), m_look(look)
{
    setWindowTitle(tr("Connect"));
    setAttribute(Qt::WA_StyledBackground);
    setProperty("ground", "panel");
    auto *content = new QWidget;
    content->setAttribute(Qt::WA_StyledBackground);
    content->setProperty("ground", "panel");
    auto *inner = new QVBoxLayout(content);
    inner->setContentsMargins(28, 20, 28, 12);
    inner->setSpacing(12);
    inner->addWidget(form());
    inner->addWidget(makeRule());
    inner->addWidget(testArea());
    inner->addStretch();
    m_scroll = new QScrollArea;
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus); // its fields scroll into view as they get the focus
    m_scroll->setWidget(content);
    content->installEventFilter(this);
    auto *foot = new QVBoxLayout;
    foot->setContentsMargins(28, 0, 28, 14);
    foot->setSpacing(12);
    foot->addWidget(makeRule());
    foot->addWidget(buttons());
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_scroll, 1);
    layout->addLayout(foot);
    m_connect->setDefault(true); // only now: a button that is in no dialog yet would not tell it
    setMinimumWidth(720);
    setValues(connector.current());
    const ConnectionValues now = values();
    m_nameTyped = !now.name.isEmpty() && now.name != m_connector.proposedName(now.environment);
    showSteps();
    focusEmpty();
    fit();
    m_secrets.probe([self = QPointer<ConnectDialog>(this)](bool available) {
        if (self)
            self->keyringKnown(available);
    });
}

ConnectDialog::~ConnectDialog()
{
    if (m_testing)
        m_connector.cancelTest();
}

QWidget *ConnectDialog::form()
{
    auto *box = new QWidget;
    m_form = new QFormLayout(box);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setVerticalSpacing(12);
    m_form->setHorizontalSpacing(20);
    m_form->setLabelAlignment(Qt::AlignLeft);
    m_name = new QLineEdit;
    m_environment = new QLineEdit;
    m_signIn = new ComboBox(m_look);
    m_clientId = new QLineEdit;
    m_secret = new QLineEdit;
    m_key = new QPlainTextEdit;
    m_secretLabel = formLabel(tr("Client secret"), m_look);
    m_keep = new QCheckBox;
    m_keepNote = makeLabel({}, m_look.fonts().small, "2");
    m_problem = makeLabel({}, m_look.fonts().small, "error");
    m_environment->setPlaceholderText(QStringLiteral("https://api.mypurecloud.de"));
    m_signIn->addItems({tr("Client secret"), tr("Private key")});
    m_clientId->setFont(m_look.fonts().fixed);
    m_secret->setEchoMode(QLineEdit::Password);
    m_key->setFont(m_look.fonts().fixed);
    m_key->setPlaceholderText(tr("The key as PEM text"));
    m_key->setFixedHeight(84);
    m_key->setTabChangesFocus(true);
    m_form->addRow(formLabel(tr("Name"), m_look), m_name);
    m_form->addRow(formLabel(tr("Protocol"), m_look), makeLabel(tr("Streaming, over a WebSocket"), m_look.fonts().body));
    m_form->addRow(formLabel(tr("Environment URL"), m_look), m_environment);
    QLabel *signIn = formLabel(tr("Sign in with"), m_look);
    signIn->setBuddy(m_signIn); // of a combo box screen readers are told the value; what it is they know from its label
    m_form->addRow(signIn, m_signIn);
    m_form->addRow(formLabel(tr("Client ID"), m_look), m_clientId);
    auto *secretBox = new QWidget;
    auto *secretLayout = new QVBoxLayout(secretBox);
    secretLayout->setContentsMargins(0, 0, 0, 0);
    secretLayout->setSpacing(6);
    m_keepNote->setWordWrap(true);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_secret, m_key, m_keep, m_keepNote})
        secretLayout->addWidget(widget);
    m_form->addRow(m_secretLabel, secretBox);
    const std::pair<QWidget *, QString> names[] = {
        {m_name, tr("Name")},          {m_environment, tr("Environment URL")}, {m_signIn, tr("Sign in with")},
        {m_clientId, tr("Client ID")}, {m_secret, tr("Client secret")},        {m_key, tr("Private key")}};
    for (const auto &[widget, name] : names)
        widget->setAccessibleName(name);
    m_keep->setText(tr("Keep it in the system's keyring"));
    m_keep->hide();
    m_keepNote->setText(tr("Asking the system's keyring."));
    m_problem->setWordWrap(true);
    for (QLineEdit *field : {m_name, m_environment, m_clientId, m_secret}) {
        field->setMinimumHeight(28);
        connect(field, &QLineEdit::textEdited, this, &ConnectDialog::edited);
    }
    connect(m_key, &QPlainTextEdit::textChanged, this, &ConnectDialog::edited);
    connect(m_name, &QLineEdit::textEdited, this, [this](const QString &text) { m_nameTyped = !text.trimmed().isEmpty(); });
    connect(m_environment, &QLineEdit::textEdited, this, &ConnectDialog::environmentEdited);
    connect(m_signIn, &QComboBox::currentIndexChanged, this, &ConnectDialog::signInChanged);
    box->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed); // what grows below it does not move it
    return box;
}

QWidget *ConnectDialog::testArea()
{
    auto *box = new QWidget;
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    auto *head = new QHBoxLayout;
    head->addWidget(makeLabel(tr("Test connection"), m_look.fonts().title));
    head->addStretch();
    m_testNote = makeLabel({}, m_look.fonts().small, "2");
    head->addWidget(m_testNote);
    head->addSpacing(8);
    m_test = new QPushButton(tr("Test"));
    m_test->setFixedWidth(m_test->fontMetrics().horizontalAdvance(tr("Test again")) + 56); // its words change, its place does not
    head->addWidget(m_test);
    layout->addLayout(head);
    auto *frame = new QFrame;
    frame->setProperty("card", true);
    m_stepList = new QVBoxLayout(frame);
    m_stepList->setContentsMargins(1, 1, 1, 1);
    m_stepList->setSpacing(0);
    layout->addWidget(frame);
    connect(m_test, &QPushButton::clicked, this, &ConnectDialog::startTest);
    return box;
}

QWidget *ConnectDialog::buttons()
{
    auto *box = new QWidget;
    auto *layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
    layout->addWidget(m_problem, 1);
    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setMinimumWidth(84);
    m_connect = new QPushButton(tr("Connect"));
    m_connect->setMinimumWidth(108);
    m_connect->setProperty("primary", true);
    layout->addWidget(cancel, 0, Qt::AlignBottom);
    layout->addWidget(m_connect, 0, Qt::AlignBottom);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_connect, &QPushButton::clicked, this, &ConnectDialog::accepted);
    return box;
}

void ConnectDialog::signInChanged()
{
    const bool key = m_signIn->currentIndex() == 1;
    m_secret->setVisible(!key);
    m_key->setVisible(key);
    m_secretLabel->setText(key ? tr("Private key") : tr("Client secret"));
    edited();
    fit();
}

void ConnectDialog::edited()
{
    showProblem(nullptr, {});
    if (m_testing || m_steps.empty())
        return;
    m_steps.clear();
    m_test->setText(tr("Test"));
    m_testNote->clear();
    showSteps();
}

void ConnectDialog::environmentEdited()
{
    if (!m_nameTyped)
        m_name->setText(m_connector.proposedName(m_environment->text().trimmed()));
}

void ConnectDialog::showProblem(QWidget *field, const QString &why)
{
    m_problem->setText(inFieldNames(why));
    if (m_wrong != field) {
        for (QWidget *each : {m_wrong.data(), field}) {
            if (!each)
                continue;
            each->setProperty("wrong", each == field);
            each->setAccessibleDescription(each == field ? m_problem->text() : QString());
            each->style()->unpolish(each);
            each->style()->polish(each);
        }
        m_wrong = field;
    }
    fit();
}

/// Only now do its texts have their fonts, and the screen is known.
void ConnectDialog::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    fit();
    if (!event->spontaneous() && parentWidget())
        centreOn(*this, *parentWidget()->window());
    QTimer::singleShot(0, this, &ConnectDialog::fit);
}

/// What comes, goes or wraps otherwise at its true width tells its layout so, and that may be after fit().
bool ConnectDialog::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::LayoutRequest && watched == m_scroll->widget())
        fit();
    return QDialog::eventFilter(watched, event);
}

void ConnectDialog::fit()
{
    if (!m_scroll)
        return;
    QWidget *content = m_scroll->widget();
    for (QLayout *inner : findChildren<QLayout *>())
        inner->invalidate(); // what has just come or gone counts, and not only after the next turn of the event loop
    const int wide = std::max(width(), minimumWidth());
    const auto heightOf = [wide](QLayout *of) { return of->hasHeightForWidth() ? of->totalHeightForWidth(wide) : of->totalSizeHint().height(); };
    // A scroll area keeps to the least height, too, for which texts that wrap are reckoned narrower than they are.
    const int body = std::max(heightOf(content->layout()), content->layout()->totalMinimumSize().height());
    const int wanted = body + heightOf(layout()->itemAt(1)->layout());
    const QScreen *on = screen();
    const int most = on ? on->availableGeometry().height() - 60 : wanted;
    m_scroll->setMinimumHeight(std::min(body, 240));
    resize(wide, std::min(wanted, most));
}

ConnectionValues ConnectDialog::values() const
{
    ConnectionValues v;
    v.name = m_name->text().trimmed();
    v.environment = m_environment->text().trimmed();
    v.signIn = m_signIn->currentIndex() == 1 ? SignIn::PrivateKey : SignIn::ClientSecret;
    v.clientId = m_clientId->text().trimmed();
    v.secret = v.signIn == SignIn::PrivateKey ? m_key->toPlainText().trimmed() : m_secret->text();
    v.keepSecret = m_keyring && m_keep->isChecked();
    return v;
}

void ConnectDialog::setValues(const ConnectionValues &values)
{
    m_name->setText(values.name);
    m_environment->setText(values.environment);
    m_signIn->setCurrentIndex(values.signIn == SignIn::PrivateKey ? 1 : 0);
    m_clientId->setText(values.clientId);
    if (!values.secret.isEmpty())
        (values.signIn == SignIn::PrivateKey) ? m_key->setPlainText(values.secret) : m_secret->setText(values.secret);
    signInChanged();
}

void ConnectDialog::keyringKnown(bool available)
{
    m_keyring = available;
    m_keep->setVisible(available);
    m_keep->setChecked(available);
    m_keepNote->setText(tr("This system has no keyring that answers: the secret is kept for this session only."));
    m_keepNote->setVisible(!available);
    fit();
    readKept();
}

/// A secret that the keyring holds for this connection need not be typed again.
void ConnectDialog::readKept()
{
    const ConnectionValues v = values();
    if (!m_keyring || v.clientId.isEmpty())
        return;
    m_secrets.read(v.secretName(), [self = QPointer<ConnectDialog>(this), v](Result<QString> kept) {
        if (!self || !kept || self->values().secretName() != v.secretName() || !self->values().secret.isEmpty())
            return;
        ConnectionValues filled = v;
        filled.secret = *kept;
        const bool waits = self->m_secret->hasFocus() || self->m_key->hasFocus() || !self->isVisible(); // for what has just come
        self->setValues(filled);
        if (waits)
            self->focusEmpty();
    });
}

/// Where something is still to be typed; where nothing is, on what comes next.
void ConnectDialog::focusEmpty()
{
    const bool key = m_signIn->currentIndex() == 1;
    const std::pair<QWidget *, bool> fields[] = {{m_name, m_name->text().isEmpty()},
                                                 {m_environment, m_environment->text().isEmpty()},
                                                 {m_clientId, m_clientId->text().isEmpty()},
                                                 {m_secret, !key && m_secret->text().isEmpty()},
                                                 {m_key, key && m_key->toPlainText().isEmpty()}};
    const auto empty = std::find_if(std::begin(fields), std::end(fields), [](const auto &field) { return field.second; });
    (empty == std::end(fields) ? static_cast<QWidget *>(m_connect) : empty->first)->setFocus();
}

bool ConnectDialog::check()
{
    const ConnectionValues v = values();
    QWidget *wrong = nullptr;
    QString why;
    if (const QString url = m_connector.checkEnvironment(v.environment); !url.isEmpty()) {
        wrong = m_environment;
        why = url;
    } else if (v.clientId.isEmpty()) {
        wrong = m_clientId;
        why = tr("The client ID is missing. It stands in Admin, Integrations, OAuth.");
    } else if (v.secret.isEmpty()) {
        wrong = v.signIn == SignIn::PrivateKey ? static_cast<QWidget *>(m_key) : m_secret;
        why = v.signIn == SignIn::PrivateKey ? tr("The private key is missing.") : tr("The client secret is missing.");
    }
    showProblem(wrong, why);
    if (wrong)
        wrong->setFocus();
    return wrong == nullptr;
}

void ConnectDialog::startTest()
{
    if (m_testing) {
        m_connector.cancelTest();
        testEnded(false);
        return;
    }
    if (!check())
        return;
    m_steps.clear();
    m_testing = true;
    m_test->setText(tr("Stop"));
    m_testNote->setText(tr("Testing"));
    showSteps();
    const QPointer<ConnectDialog> self(this);
    m_connector.test(
        values(),
        [self](const ConnectionStep &step) {
            if (self)
                self->stepEnded(step);
        },
        [self](bool passed) {
            if (self)
                self->testEnded(passed);
        });
}

void ConnectDialog::stepEnded(const ConnectionStep &step)
{
    m_steps.push_back(step);
    showSteps();
}

void ConnectDialog::testEnded(bool passed)
{
    m_testing = false;
    m_test->setText(tr("Test again"));
    Duration sum;
    for (const ConnectionStep &step : m_steps)
        sum = sum + step.took;
    const QString all =
        m_steps.size() == 1 ? tr("1 step, %1").arg(delayText(sum)) : tr("%1 steps, %2").arg(m_steps.size()).arg(delayText(sum));
    m_testNote->setText(passed ? tr("Passed: %1").arg(all) : all);
}

void ConnectDialog::showSteps()
{
    while (QLayoutItem *old = m_stepList->takeAt(0)) {
        delete old->widget();
        delete old;
    }
    const QStringList names = m_connector.testSteps();
    const bool failed = !m_steps.empty() && !m_steps.back().passed;
    for (qsizetype i = 0; i < std::max<qsizetype>(names.size(), static_cast<qsizetype>(m_steps.size())); ++i) {
        const ConnectionStep *step = i < static_cast<qsizetype>(m_steps.size()) ? &m_steps[static_cast<std::size_t>(i)] : nullptr;
        auto *row = new QWidget;
        row->setAttribute(Qt::WA_StyledBackground);
        auto *lines = new QVBoxLayout(row);
        lines->setContentsMargins(13, 5, 13, 5);
        lines->setSpacing(4);
        auto *line = new QHBoxLayout;
        lines->addLayout(line);
        const Severity severity = step && step->passed ? Severity::Ok : Severity::Error;
        auto *icon = new QLabel;
        icon->setPixmap(
            step ? glyphPixmap(step->passed ? Glyph::Check : Glyph::Error, m_look.theme().ink(severity), 12, devicePixelRatioF())
                 : glyphPixmap(Glyph::Circle, m_look.theme()(Role::Text3), 12, devicePixelRatioF()));
        line->addWidget(icon);
        line->addSpacing(6);
        QLabel *name =
            makeLabel(step ? step->name : names[i], step && !step->passed ? m_look.fonts().heading : m_look.fonts().bodyMedium,
                      !step              ? "3"
                          : step->passed ? ""
                                         : "error");
        name->setFixedWidth(kStepName);
        line->addWidget(name);
        QLabel *detail = makeLabel(step         ? step->detail
                                       : failed ? tr("Not tested, waits for the step above")
                                                : QString(),
                                   m_look.fonts().body, step && !step->passed ? "" : "2");
        detail->setWordWrap(true);
        line->addWidget(detail, 1);
        line->addWidget(makeLabel(step ? delayText(step->took) : QString(), m_look.fonts().small, "2"));
        if (step && !step->passed) {
            row->setStyleSheet(
                QStringLiteral("QWidget { background: %1; } QWidget[step=\"true\"] { border-left: 3px solid %2; }")
                    .arg(m_look.theme().ground(Severity::Error).name(), m_look.theme().ink(Severity::Error).name()));
            row->setProperty("step", true);
            const std::pair<QString, QString> more[] = {{tr("Why"), inFieldNames(step->problem)}, {tr("What to do"), inFieldNames(step->remedy)}};
            for (const auto &[what, text] : more) {
                if (text.isEmpty())
                    continue;
                auto *extra = new QHBoxLayout;
                extra->addSpacing(24);
                QLabel *caption = makeLabel(what, m_look.fonts().table, "2");
                caption->setFixedWidth(kStepName);
                extra->addWidget(caption, 0, Qt::AlignTop);
                QLabel *words = makeLabel(text, m_look.fonts().table);
                words->setWordWrap(true);
                words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
                extra->addWidget(words, 1);
                lines->addLayout(extra);
            }
        }
        m_stepList->addWidget(row);
        row->show(); // now, so that it counts in fit()
    }
    fit();
}

QStringList ConnectDialog::steps() const
{
    QStringList out;
    for (const ConnectionStep &step : m_steps)
        out << (step.passed ? tr("%1: %2").arg(step.name, step.detail)
                            : tr("%1 failed: %2 %3").arg(step.name, inFieldNames(step.problem), inFieldNames(step.remedy)));
    return out;
}

void ConnectDialog::accepted()
{
    if (!check())
        return;
    const ConnectionValues v = values();
    if (!v.keepSecret) {
        finish(v);
        return;
    }
    m_connect->setEnabled(false);
    m_secrets.keep(v.secretName(), v.secret, [self = QPointer<ConnectDialog>(this), v](Result<void> kept) {
        if (!self)
            return;
        self->m_connect->setEnabled(true);
        if (kept) {
            self->finish(v);
            return;
        }
        // Told, and the next press connects with the secret kept for the session.
        self->m_keep->setChecked(false);
        self->showProblem(nullptr, qstr(kept.error().message));
    });
}

void ConnectDialog::finish(const ConnectionValues &values)
{
    m_connector.connectTo(values);
    accept();
}

} // namespace threadline::ui
