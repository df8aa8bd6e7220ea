// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/mainwindow.h"

#include "core/base/log.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/filespage.h"
#include "ui/dialogs/keysheet.h"
#include "ui/dialogs/listdialog.h"
#include "ui/dialogs/openbyid.h"
#include "ui/dialogs/placement.h"
#include "ui/mainwindow_p.h"
#include "ui/memory.h"
#include "ui/text/format.h"
#include "ui/views/controls.h"

#include <QActionGroup>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QVBoxLayout>

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kKeptAfterMs = 500;
constexpr QSize kSmallest(800, 500);
constexpr QSize kFirst(1440, 900);
constexpr Duration kDemoOpens = Duration::seconds(5);
constexpr int kReadingShownEveryMs = 100;

/// The first problem; of several files with its own.
QString firstOf(const FilesRead &read, bool several)
{
    if (read.listed.empty())
        return {};
    const FileProblem &first = read.listed.front();
    const QString words = foreign(first.words.toStdString(), 400);
    return several ? QStringLiteral("%1: %2").arg(isolated(foreign(QFileInfo(first.file).fileName().toStdString(), 40)), words) : words;
}

/// How far it came until it was stopped, and what of that could not be read.
QString stoppedText(const FilesRead &read, bool several)
{
    QStringList text{MainWindow::tr("Reading was stopped.")};
    text << (read.conversations == 0 ? MainWindow::tr("No conversation was read by then.")
                 : read.conversations == 1 ? MainWindow::tr("1 conversation was read by then, and is kept.")
                 : MainWindow::tr("%1 conversations were read by then, and are kept.").arg(numberText(read.conversations)));
    text << (several ? MainWindow::tr("Open the files again to read all of them.") : MainWindow::tr("Open the file again to read all of it."));
    if (read.problems > 0)
        text << (read.problems == 1 ? MainWindow::tr("1 place could not be read:") : MainWindow::tr("%1 places could not be read. The first:").arg(numberText(read.problems)))
             << firstOf(read, several);
    return text.join(QLatin1Char(' '));
}

/// The name of the one, or how many they are.
QString filesText(const QStringList &paths)
{
    return paths.size() == 1 ? isolated(foreign(QFileInfo(paths.front()).fileName().toStdString(), 40)) : MainWindow::tr("%1 files").arg(numberText(paths.size()));
}

} // namespace

QRect fittedOnScreen(QRect wanted, bool placed, const std::vector<QRect> &screens, QRect first)
{
    // A window manager puts a title above and a frame around; how high they are nobody knows before the window stands.
    constexpr QMargins kFrame(4, 36, 4, 4);
    QRect screen = first;
    qint64 most = 0;
    for (const QRect &each : screens) {
        const QRect seen = each & wanted;
        const qint64 area = placed ? static_cast<qint64>(seen.width()) * seen.height() : 0;
        if (!seen.isEmpty() && area > most) {
            most = area;
            screen = each;
        }
    }
    const QRect room = screen.marginsRemoved(kFrame);
    QRect out(wanted.topLeft(), wanted.size().boundedTo(room.size()));
    if (!placed || most == 0)
        out.moveCenter(room.center());
    out.moveRight(std::min(out.right(), room.right()));
    out.moveBottom(std::min(out.bottom(), room.bottom()));
    out.moveLeft(std::max(out.left(), room.left()));
    out.moveTop(std::max(out.top(), room.top()));
    return out;
}

bool focusInto(QWidget *region)
{
    const auto takes = [](const QWidget *widget) {
        return widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus);
    };
    if (takes(region) || region->focusProxy()) {
        region->setFocus(Qt::TabFocusReason);
        return true;
    }
    for (QWidget *child : region->findChildren<QWidget *>()) {
        if (takes(child)) {
            child->setFocus(Qt::TabFocusReason);
            return true;
        }
    }
    return false;
}

MainWindow::Private::Private(MainWindow *window, Session &session, const Clock &clock, Connector &connectorIn,
                             SecretStore &secretsIn, const WindowOptions &options)
    : connector(connectorIn), secrets(secretsIn), look(options.theme, options.zone, options.twelveHour), hub(session, clock),
      actions(window), top(new TopBar(look)), crumbs(new Crumbs(look)), error(new ErrorBar(hub, look)),
      space(new Workspace(hub, look)), status(new StatusBar(hub, look))
{}

MainWindow::MainWindow(Session &session, const Clock &clock, Connector &connector, SecretStore &secrets,
                       const WindowOptions &options)
    : d(std::make_unique<Private>(this, session, clock, connector, secrets, options))
{
    setWindowTitle(options.title.isEmpty() ? tr("Threadline") : tr("Threadline, %1").arg(options.title));
    setMinimumSize(kSmallest);
    resize(kFirst);
    setAcceptDrops(true);
    auto *central = new QWidget;
    auto *layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(d->top);
    layout->addWidget(d->crumbs);
    layout->addWidget(d->space, 1);
    layout->addWidget(d->error);
    layout->addWidget(d->status);
    setCentralWidget(central);
    d->error->refresh();
    makeMenus();
    connectActions();
    connectLaneActions();
    if (options.remembers)
        rememberChoices(options.themeGiven);
    d->status->setReproducible(options.reproducible);
    d->space->setFirstRun(options.firstRun);
    d->welcome = options.firstRun;
    d->reading.setInterval(kReadingShownEveryMs);
    connect(&d->reading, &QTimer::timeout, this, &MainWindow::showReading);
    d->readSoon.setSingleShot(true);
    connect(&d->readSoon, &QTimer::timeout, this, &MainWindow::reviewRead);
    const auto soon = [this] {
        if (d->read)
            d->readSoon.start(0); // not at once: what is done then may move the view
    };
    connect(&d->space->floor().lanes(), &LanesView::viewChanged, this, soon);
    connect(&d->space->floorModel(), &FloorModel::sceneChanged, this, soon);
    applyTheme();
    refresh();
    rest(true);
}

MainWindow::~MainWindow()
{
    keepChosen();
    // The focus leaves its widget only when this is half gone: nobody listens any more then.
    for (QObject *child : findChildren<QObject *>())
        child->disconnect(this);
    // The views measure and paint themselves with what `d` holds, also while they are hidden for the last time.
    hide();
    delete takeCentralWidget();
}

/// How it is set up, from one run to the next.
void MainWindow::rememberChoices(bool themeGiven)
{
    const ViewChoices before = readChoices(memory());
    if (before.theme && !themeGiven)
        setTheme(*before.theme);
    d->themeChosen = before.theme && !themeGiven;
    if (before.density)
        d->look.setDensity(*before.density);
    if (before.utc.value_or(false))
        d->look.swapZone();
    d->look.setHeaderWidth(true, before.headers[0]);
    d->look.setHeaderWidth(false, before.headers[1]);
    d->legend = before.legend.value_or(true);
    d->space->showLegend(d->legend);
    d->space->takeChoices(before);
    d->kept = choices();
    d->remembers = true;
    d->keeping.setSingleShot(true);
    d->keeping.setInterval(kKeptAfterMs); // dragging changes them at each move, and each time would be a file written anew
    connect(&d->keeping, &QTimer::timeout, this, &MainWindow::keepChosen);
    connect(&d->look, &Appearance::headerChanged, &d->keeping, qOverload<>(&QTimer::start));
}

ViewChoices MainWindow::choices() const
{
    ViewChoices out;
    if (d->themeChosen)
        out.theme = d->look.theme().name();
    out.density = d->look.density();
    out.legend = d->legend;
    out.utc = d->look.utcChosen();
    out.headers = {d->look.headerWidth(true), d->look.headerWidth(false)};
    d->space->tellChoices(out);
    return out;
}

void MainWindow::keepChosen()
{
    d->keeping.stop();
    const ViewChoices now = choices();
    if (!d->remembers || now == d->kept)
        return;
    QSettings settings = memory();
    keepChoices(settings, now);
    d->kept = now;
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    rest(false);
}

/// Puts the focus where work begins, unless (`anew`: even if) somebody has put it elsewhere. What had it may have gone with its page,
/// and what comes next in the chain would have it then: a dock's closing cross.
void MainWindow::rest(bool anew)
{
    QWidget *focused = focusWidget();
    if (!anew && focused && focused->isVisible() && focused != d->rested)
        return;
    QWidget *at = d->space->firstRun() ? static_cast<QWidget *>(&d->space->firstRunView())
        : d->space->view() == ViewName::Floor ? &d->space->floor().startFocus() : &d->space->lanes();
    at->setFocus();
    d->rested = focusWidget();
}

/// Events come, or are asked for: what there is to see is seen.
void MainWindow::leaveWelcome()
{
    d->welcome = false;
    if (!d->space->firstRun())
        return;
    d->space->setFirstRun(false);
    rest(true);
}

void MainWindow::placeOnScreen(const std::optional<QRect> &wanted)
{
    std::vector<QRect> screens;
    for (const QScreen *s : QGuiApplication::screens())
        screens.push_back(s->availableGeometry());
    const QRect first = QGuiApplication::primaryScreen() ? QGuiApplication::primaryScreen()->availableGeometry() : QRect({}, kFirst);
    const QRect place = fittedOnScreen(wanted.value_or(QRect(QPoint(), kFirst)), wanted.has_value(), screens, first);
    setMinimumSize(kSmallest.boundedTo(place.size()));
    setGeometry(place);
}

void MainWindow::makeMenus()
{
    using A = Actions;
    const Actions &a = d->actions;
    menuBar()->setNativeMenuBar(true);
    menuBar()->setFixedHeight(kMenuHeight);
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addActions({a[A::Connect], a[A::OpenFile], a[A::OpenInteraction]});
    file->addSeparator();
    file->addAction(a[A::Quit]);
    QMenu *view = menuBar()->addMenu(tr("&View"));
    view->addActions({a[A::Floor], a[A::Timeline]});
    view->addSeparator();
    view->addActions({a[A::RightDock], a[A::BottomDock], a[A::LegendShown]});
    view->addSeparator();
    QMenu *density = view->addMenu(tr("&Density"));
    density->addActions({a[A::Compact], a[A::Normal], a[A::Comfortable]});
    QMenu *sort = view->addMenu(tr("&Sort lanes"));
    sort->addActions({a[A::SortAttention], a[A::SortCustomer], a[A::SortWith]});
    view->addAction(a[A::NextSort]);
    view->addAction(a[A::NextTheme]);
    view->addSeparator();
    view->addActions({a[A::NextRegion], a[A::PreviousRegion], a[A::FrameTimes]});
    QMenu *time = menuBar()->addMenu(tr("&Time"));
    time->addActions({a[A::Live], a[A::Start]});
    time->addSeparator();
    time->addActions({a[A::ZoomIn], a[A::ZoomOut], a[A::Fit], a[A::FitAll]});
    time->addSeparator();
    time->addAction(a[A::Zone]);
    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addActions({a[A::KeySheet], a[A::About]});
}

void MainWindow::connectActions()
{
    using A = Actions;
    const Actions &a = d->actions;
    Workspace *space = d->space;
    connect(a[A::Connect], &QAction::triggered, this, &MainWindow::openConnect);
    connect(a[A::OpenFile], &QAction::triggered, this, &MainWindow::chooseFiles);
    connect(a[A::OpenInteraction], &QAction::triggered, this, &MainWindow::chooseInteraction);
    connect(a[A::Quit], &QAction::triggered, this, &QWidget::close);
    connect(a[A::Floor], &QAction::triggered, space, [space] { space->setView(ViewName::Floor); });
    connect(a[A::Timeline], &QAction::triggered, space, [space] { space->setView(ViewName::Timeline); });
    connect(a[A::RightDock], &QAction::triggered, space, [space] { space->showRightDock(!space->rightDockShown()); });
    connect(a[A::BottomDock], &QAction::triggered, space, [space] { space->showBottomDock(!space->bottomDockShown()); });
    connect(a[A::LegendShown], &QAction::triggered, this, [this] {
        d->legend = !d->legend;
        d->space->showLegend(d->legend);
        refresh();
    });
    connect(a[A::Compact], &QAction::triggered, this, [this] { d->look.setDensity(Density::Compact); });
    connect(a[A::Normal], &QAction::triggered, this, [this] { d->look.setDensity(Density::Normal); });
    connect(a[A::Comfortable], &QAction::triggered, this, [this] { d->look.setDensity(Density::Comfortable); });
    connect(a[A::NextTheme], &QAction::triggered, this, &MainWindow::nextTheme);
    connect(a[A::NextRegion], &QAction::triggered, this, [this] { stepRegion(1); });
    connect(a[A::PreviousRegion], &QAction::triggered, this, [this] { stepRegion(-1); });
    connect(a[A::FrameTimes], &QAction::toggled, this, [this](bool on) {
        d->frameTimes = on;
        d->status->setFrame(on ? tr("frame %1 ms").arg(d->space->lanes().lastFrameMs(), 0, 'f', 1) : QString());
    });
    connect(a[A::Zone], &QAction::triggered, &d->look, &Appearance::swapZone);
    connect(a[A::KeySheet], &QAction::triggered, this, &MainWindow::showKeys);
    connect(a[A::About], &QAction::triggered, this, &MainWindow::showAbout);
    connect(d->top, &TopBar::viewChosen, space, &Workspace::setView);
    connect(d->top, &TopBar::zoneSwapWanted, &d->look, &Appearance::swapZone);
    connect(d->crumbs, &Crumbs::followed, space, &Workspace::follow);
    connect(a[A::SortAttention], &QAction::triggered, space, [space] { space->setSort(FloorSort::Attention); });
    connect(a[A::SortCustomer], &QAction::triggered, space, [space] { space->setSort(FloorSort::Customer); });
    connect(a[A::SortWith], &QAction::triggered, space, [space] { space->setSort(FloorSort::With); });
    connect(a[A::NextSort], &QAction::triggered, space, [space] { space->follow(QStringLiteral("sort")); });
    connect(&d->top->badge(), &LiveBadge::clicked, this, [this] { d->space->lanes().execute(LaneCommand::End); });
    connect(space, &Workspace::viewChanged, this, &MainWindow::refresh);
    connect(&space->floorModel(), &FloorModel::sceneChanged, this, [this, space] {
        if (d->welcome && space->floorModel().count() > 0)
            leaveWelcome();
    });
    connect(&space->floor(), &FloorView::filled, this, [this] { rest(false); });
    connect(&space->floor(), &FloorView::stopWanted, this, [this] { d->connector.stopReading(); });
    connect(d->status, &StatusBar::stopWanted, this, [this] { d->connector.stopReading(); });
    connect(space, &Workspace::listWanted, this, &MainWindow::openList);
    connect(space, &Workspace::connectWanted, this, &MainWindow::openConnect);
    connect(space, &Workspace::openWanted, this, &MainWindow::chooseInteraction);
    connect(space, &Workspace::framePainted, this, [this](double ms) {
        if (d->frameTimes)
            d->status->setFrame(tr("frame %1 ms").arg(ms, 0, 'f', 1));
    });
    connect(d->status, &StatusBar::listWanted, this, &MainWindow::openList);
    connect(d->error, &ErrorBar::listWanted, this, &MainWindow::openList);
    connect(&d->look, &Appearance::changed, this, [this] {
        applyTheme();
        refresh();
    });
    FirstRun &first = space->firstRunView();
    connect(&first, &FirstRun::demoWanted, this, &MainWindow::startDemo);
    connect(&first, &FirstRun::openWanted, this, &MainWindow::chooseFiles);
    connect(&first, &FirstRun::connectWanted, this, &MainWindow::openConnect);
}

/// Keys of these belong to the lanes; the menu shows the words and acts on the lanes in view.
void MainWindow::connectLaneActions()
{
    using A = Actions;
    const std::pair<A::Id, LaneCommand> moves[] = {{A::Live, LaneCommand::End},      {A::Start, LaneCommand::Home},
                                                   {A::ZoomIn, LaneCommand::ZoomIn}, {A::ZoomOut, LaneCommand::ZoomOut},
                                                   {A::Fit, LaneCommand::Fit},       {A::FitAll, LaneCommand::FitAll}};
    for (const auto &[id, command] : moves) {
        QAction *action = d->actions[id];
        connect(action, &QAction::triggered, this, [this, move = command] { d->space->lanes().execute(move); });
        action->setText(action->text() + QLatin1Char('\t') + keyOf(command).toString(QKeySequence::NativeText)); // shown, and not taken from other fields
    }
}

/// Until its window can be seen, whoever presses once more means the same one.
void MainWindow::startDemo()
{
    const Duration now = d->hub.clock().steady();
    if (d->demoStarted && now - *d->demoStarted < kDemoOpens)
        return;
    const auto started = d->connector.startDemo();
    if (started)
        d->demoStarted = now;
    else
        d->error->add({started.error().code == ErrorCode::Busy ? Severity::Info : Severity::Error, qstr(started.error().message), {}});
}

void MainWindow::applyTheme()
{
    const Theme &theme = d->look.theme();
    const QString sheet = theme.styleSheet();
    if (styleSheet() != sheet)
        setStyleSheet(sheet);
    setPalette(theme.palette()); // a new sheet brings back the colours that were there before the first one
    setFont(d->look.fonts().body);
}

void MainWindow::nextTheme()
{
    d->themeChosen = true;
    const ThemeName now = d->look.theme().name();
    setTheme(now == ThemeName::Light ? ThemeName::Dark : now == ThemeName::Dark ? ThemeName::Contrast : ThemeName::Light);
}

void MainWindow::setTheme(ThemeName theme) { d->look.setTheme(theme); }

/// Brings what stands around the views up to what they show.
void MainWindow::refresh()
{
    if (d->remembers && !d->keeping.isActive() && choices() != d->kept)
        d->keeping.start();
    using A = Actions;
    Workspace &space = *d->space;
    const bool firstRun = space.firstRun();
    d->top->setView(space.view());
    d->top->setViewsEnabled(!firstRun);
    d->crumbs->setVisible(!firstRun);
    d->crumbs->setCrumbs(space.crumbs(), space.crumbNote());
    const Navigator &navigator = space.lanes().navigator();
    d->top->badge().setMode(navigator.mode(), navigator.missed(), !d->hub.knownUntil());
    d->top->setNow(d->hub.now());
    d->actions[A::Floor]->setChecked(space.view() == ViewName::Floor);
    d->actions[A::Timeline]->setChecked(space.view() == ViewName::Timeline);
    d->actions[A::RightDock]->setChecked(space.rightDockShown());
    d->actions[A::BottomDock]->setChecked(space.bottomDockShown());
    d->actions[A::LegendShown]->setChecked(d->legend);
    // What does nothing here is not offered here.
    const bool onFloor = !firstRun && space.view() == ViewName::Floor;
    for (const A::Id id : {A::LegendShown, A::SortAttention, A::SortCustomer, A::SortWith, A::NextSort})
        d->actions[id]->setEnabled(onFloor);
    for (const A::Id id : {A::Floor, A::Timeline, A::RightDock, A::BottomDock, A::Live, A::Start, A::ZoomIn, A::ZoomOut, A::Fit, A::FitAll})
        d->actions[id]->setEnabled(!firstRun);
    const FloorSort sorted = space.floorModel().sort();
    d->actions[A::SortAttention]->setChecked(sorted == FloorSort::Attention);
    d->actions[A::SortCustomer]->setChecked(sorted == FloorSort::Customer);
    d->actions[A::SortWith]->setChecked(sorted == FloorSort::With);
    const Density density = d->look.density();
    d->actions[A::Compact]->setChecked(density == Density::Compact);
    d->actions[A::Normal]->setChecked(density == Density::Normal);
    d->actions[A::Comfortable]->setChecked(density == Density::Comfortable);
}

bool MainWindow::showView(const QString &name)
{
    if (name == QStringLiteral("floor") || name == QStringLiteral("timeline")) {
        d->space->setFirstRun(false);
        d->space->setView(name == QStringLiteral("floor") ? ViewName::Floor : ViewName::Timeline);
        return true;
    }
    if (name == QStringLiteral("first-run")) {
        d->welcome = false; // asked for: it stays
        d->space->setFirstRun(true);
        return true;
    }
    if (name != QStringLiteral("connect"))
        return false;
    openConnect();
    return true;
}

bool MainWindow::showDock(const QString &name) { return d->space->showDock(name); }

void MainWindow::showProblem(const QString &text) { d->error->add({Severity::Error, qstr(log::masked(text.toStdString())), {}}); }

void MainWindow::showNotConnected(const QString &text)
{
    d->notConnected = text;
    showProblem(text);
}

void MainWindow::withdrawProblem(const QString &text) { d->error->remove(qstr(log::masked(text.toStdString()))); }

bool MainWindow::settled() const { return d->space->settled(); }

void MainWindow::settle()
{
    d->hub.refreshStatus();
    d->space->floor().settle();
    if (d->space->view() == ViewName::Timeline) {
        d->space->openSomething();
        d->space->chooseSomething();
    }
    d->space->lanes().calm();
    if (QWidget *focused = focusWidget(); focused && !d->dialog)
        focused->clearFocus();
    refresh();
}

QWidget *MainWindow::dialog() const
{
    if (d->dialog)
        return d->dialog;
    return d->lists && d->lists->isVisible() ? d->lists : nullptr;
}

void MainWindow::stepRegion(int by)
{
    QList<QWidget *> regions{d->top};
    regions << d->space->regions();
    if (d->error->isVisible())
        regions << d->error;
    regions << d->status;
    QWidget *focused = focusWidget();
    qsizetype at = -1;
    for (qsizetype i = 0; i < regions.size(); ++i) {
        if (focused && (regions[i] == focused || regions[i]->isAncestorOf(focused)))
            at = i;
    }
    const qsizetype count = regions.size();
    for (qsizetype step = 1; step <= count; ++step) {
        QWidget *region = regions[((at < 0 ? (by > 0 ? -1 : 0) : at) + by * step + 2 * count) % count];
        if (focusInto(region))
            return;
    }
}

void MainWindow::openConnect()
{
    if (d->dialog)
        return;
    auto *dialog = new ConnectDialog(d->connector, d->secrets, d->look, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setPalette(palette());
    dialog->setModal(true);
    d->dialog = dialog;
    connect(dialog, &QDialog::accepted, this, [this] {
        leaveWelcome();
        withdrawProblem(d->notConnected); // what hindered it is overtaken
        d->space->goLive(); // also from what is stored: that is what it was done for
    });
    centreOn(*dialog, *this);
    dialog->open();
}

void MainWindow::chooseFiles()
{
    auto *dialog = new QFileDialog(this, tr("Open files"), {}, tr("Conversation details (*.json *.ndjson *.jsonl *.gz *.zip);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dress(*dialog, *this);
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::openFiles);
    centreOn(*dialog, *this);
    dialog->open();
}

/// Also one that only the shared store has: it is on no floor.
void MainWindow::chooseInteraction()
{
    if (!d->byId) {
        d->byId = new OpenById(d->hub, this);
        connect(d->byId, &OpenById::found, this, [this](const InteractionId &id) {
            d->space->setFirstRun(false);
            d->space->openInteraction(id);
        });
    }
    d->byId->ask();
}

void MainWindow::openFiles(const QStringList &paths)
{
    leaveWelcome();
    d->status->setOutcome({});
    d->connector.openFiles(paths, [self = QPointer<MainWindow>(this), paths](const Result<FilesRead> &done) {
        if (!self)
            return;
        self->filesRead(paths, done);
        if (done)
            self->noteRead(paths, *done);
    });
    d->reading.start();
    showReading();
}

void MainWindow::filesRead(const QStringList &paths, const Result<FilesRead> &done)
{
    showReading();
    if (!done) {
        d->error->add({done.error().code == ErrorCode::Cancelled ? Severity::Info : Severity::Error, qstr(done.error().message), {}});
        return;
    }
    const QString files = filesText(paths);
    if (!d->lists)
        makeLists();
    d->lists->files().show(*done);
    if (done->stopped) {
        const bool problems = done->problems > 0;
        d->error->add({problems ? Severity::Warn : Severity::Info, stoppedText(*done, paths.size() > 1), problems ? QStringLiteral("files") : QString()});
        return;
    }
    if (done->conversations == 0) {
        const QString nothing = tr("%1: no conversation could be read. It must be conversation details as Genesys Cloud exports them "
                                   "(JSON, NDJSON, also gzip or zip). %2").arg(files, firstOf(*done, paths.size() > 1));
        d->error->add({Severity::Error, nothing, QStringLiteral("files")});
        return;
    }
    const QString read = done->conversations == 1 ? tr("1 conversation read") : tr("%1 conversations read").arg(numberText(done->conversations));
    d->status->setOutcome((done->nothingNew ? tr("%1: %2, all known already") : tr("%1: %2")).arg(files, read));
    if (done->problems == 0)
        return;
    const QString left = done->problems == 1 ? tr("1 place does not fit or could not be") : tr("%1 places do not fit or could not be").arg(numberText(done->problems));
    d->error->add({Severity::Warn, tr("%1: %2, %3. The first: %4").arg(files, read, left, firstOf(*done, paths.size() > 1)), QStringLiteral("files")});
}

/// Where what was read lies; looked at once the floor knows of it.
void MainWindow::noteRead(const QStringList &paths, const FilesRead &done)
{
    if (!done.place)
        return;
    d->error->remove(d->readWords);
    d->read = done.place;
    d->readFiles = filesText(paths);
    d->readCount = done.conversations;
    d->readOffered = false;
    d->readSoon.start(0);
}

/// Offers to show what was read where it is not to be seen; goes there where nobody has chosen anything and nothing goes on.
void MainWindow::reviewRead()
{
    if (!d->read || !d->space->floorModel().knows(d->read->first, {d->read->from, d->read->until}))
        return;
    LanesView &lanes = d->space->floor().lanes();
    const TimeRange view = lanes.navigator().view();
    if (lanes.navigator().placed() && view.start <= d->read->from && d->read->until <= view.end) {
        d->error->remove(d->readWords);
        d->read.reset();
    } else if (!d->space->floorModel().live() && !lanes.navigator().touched()) {
        const TimeRange range = rangeRead();
        d->read.reset();
        // Where there is nothing else the floor looks at the right place by itself, as after a restart.
        if (d->space->floorModel().total().all > static_cast<std::int64_t>(d->readCount))
            lanes.lookAt(range);
    } else if (!std::exchange(d->readOffered, true)) {
        d->readWords = tr("%1: what was read is of %2, which is not in view.").arg(d->readFiles, d->look.time().datedRange(rangeRead(), d->hub.now()));
        d->error->add({Severity::Info, d->readWords, QStringLiteral("read")});
    }
}

TimeRange MainWindow::rangeRead() const
{
    constexpr Duration kBefore = Duration::seconds(600); // of the first one only its end is known
    const FloorEntry *entry = d->space->floorModel().entry(d->read->first);
    const Timestamp start = entry ? std::min(entry->start, d->read->from) : d->read->from - kBefore;
    return {start, std::max(d->read->until, start + Duration::seconds(1))};
}

/// How far it is: in the middle where there is nothing else yet, and in the status bar.
void MainWindow::showReading()
{
    const std::optional<ReadingState> state = d->connector.reading();
    if (!state) {
        d->reading.stop();
        d->space->floor().setReading({}, {});
        d->status->setProgress({});
        return;
    }
    const QString file = foreign(state->file.toStdString(), 40);
    QStringList parts;
    if (!state->storing)
        parts << tr("%1 %").arg(state->percent);
    parts << (state->conversations == 1 ? tr("1 conversation") : tr("%1 conversations").arg(numberText(state->conversations)));
    if (state->left)
        parts << tr("about %1 left").arg(proseDuration(std::max(*state->left, Duration::seconds(1))));
    const QString title = state->storing ? tr("Storing what was read.") : tr("Reading %1.").arg(isolated(file));
    const QString detail = parts.join(QStringLiteral(", "));
    d->space->floor().setReading(title, detail);
    d->status->setProgress((state->storing ? tr("Storing: %1") : tr("Reading %1: %2").arg(isolated(file), QStringLiteral("%1"))).arg(detail));
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl &url) { return url.isLocalFile(); }))
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    QStringList paths;
    for (const QUrl &url : event->mimeData()->urls()) {
        if (url.isLocalFile())
            paths << url.toLocalFile();
    }
    if (!paths.isEmpty())
        openFiles(paths);
}

void MainWindow::makeLists()
{
    d->lists = new ListDialog(d->hub, d->look, this);
    centreOn(*d->lists, *this);
    connect(d->lists, &ListDialog::interactionWanted, this, [this](const InteractionId &id) {
        d->space->setFirstRun(false);
        d->space->openInteraction(id);
        activateWindow();
    });
}

void MainWindow::openList(const QString &list)
{
    if (list == QStringLiteral("read")) {
        if (const std::optional<FilesPlace> read = d->read) {
            const TimeRange range = rangeRead();
            d->error->remove(d->readWords);
            d->read.reset();
            d->space->showStretch(range, read->first);
        }
        return;
    }
    if (!d->lists)
        makeLists();
    d->lists->openList(list);
}

void MainWindow::showKeys()
{
    auto *sheet = new KeySheet(d->actions, d->look, this);
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->setPalette(palette());
    centreOn(*sheet, *this);
    sheet->open();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    dress(*box, *this);
    box->setWindowTitle(tr("About Threadline"));
    box->setText(tr("Threadline %1").arg(QStringLiteral(THREADLINE_VERSION)));
    box->setInformativeText(
        tr("Live timelines of a contact centre: who, in which state, since when, and how we know.\n\n"
           "Free software under the GNU General Public License, version 3 or later. It comes with no warranty.\nQt %1")
            .arg(QLatin1String(qVersion())));
    centreOn(*box, *this);
    box->open();
}

} // namespace threadline::ui
