// SPDX-License-Identifier: GPL-3.0-or-later
/// What a new user does in the window: Enter in a dialog, a problem while working, a dock on a small screen, a group folded.
#include "core/genesys/streamingdecoder.h"
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/keysheet.h"
#include "ui/dialogs/startrefused.h"
#include "ui/timeline/painters.h"
#include "ui/timeline/spoken.h"
#include "ui/dialogs/listdialog.h"
#include "ui/views/eventspanel.h"
#include "ui/views/inspector.h"
#include "ui/views/legend.h"
#include "ui/views/minimap.h"
#include "ui/views/nowpanel.h"
#include "ui/text/format.h"
#include "ui/text/refusals.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTableView>
#include <QTest>

using namespace threadline;
using namespace threadline::ui;

class TestUse : public QObject, WindowAccess {
    Q_OBJECT

    ConnectDialog *openConnect()
    {
        f->parts().actions[Actions::Connect]->trigger();
        auto *dialog = qobject_cast<ConnectDialog *>(f->window->dialog());
        return dialog && QTest::qWaitForWindowActive(dialog) ? dialog : nullptr;
    }
    static void fillIn(ConnectDialog &dialog)
    {
        const std::pair<QString, QString> values[] = {{QStringLiteral("Environment URL"), QStringLiteral("https://api.mypurecloud.de")},
                                                      {QStringLiteral("Client ID"), QStringLiteral("id")},
                                                      {QStringLiteral("Client secret"), QStringLiteral("secret")}};
        for (QLineEdit *field : dialog.findChildren<QLineEdit *>()) {
            for (const auto &[name, value] : values) {
                if (field->accessibleName() == name)
                    field->setText(value);
            }
        }
    }
    /// Without the marks that keep foreign text apart.
    static QString plain(QString text) { return text.remove(QChar(0x2068)).remove(QChar(0x2069)); }
    /// Presses Return as a user does: where the focus is.
    static void pressReturn(QWidget &dialog) { QTest::keyClick(dialog.window()->windowHandle(), Qt::Key_Return); }

private Q_SLOTS:
    void init() { f = std::make_unique<Fixture>(); }
    void cleanup() { f.reset(); }

    void returnConnectsFromEachField_data()
    {
        QTest::addColumn<QString>("field");
        for (const char *name : {"Name", "Environment URL", "Sign in with", "Client ID", "Client secret"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void returnConnectsFromEachField()
    {
        QFETCH(QString, field);
        QVERIFY(openFilled());
        ConnectDialog *dialog = openConnect();
        QVERIFY(dialog);
        fillIn(*dialog);
        QWidget *at = nullptr;
        for (QWidget *each : dialog->findChildren<QWidget *>()) {
            if (each->accessibleName() == field && each->isVisible())
                at = each;
        }
        QVERIFY(at);
        at->setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(at->hasFocus());
        pressReturn(*dialog);
        QTRY_VERIFY(f->connector.connected.has_value());
    }
    void returnOnAButtonPressesThatButton()
    {
        QVERIFY(openFilled());
        ConnectDialog *dialog = openConnect();
        QVERIFY(dialog);
        fillIn(*dialog);
        for (QPushButton *button : dialog->findChildren<QPushButton *>()) {
            if (button->text() == QStringLiteral("Test"))
                button->setFocus(Qt::TabFocusReason);
        }
        pressReturn(*dialog);
        QCOMPARE(f->connector.tested.clientId, QStringLiteral("id"));
        QVERIFY(!f->connector.connected.has_value());
        for (QPushButton *button : dialog->findChildren<QPushButton *>()) {
            if (button->text() == QStringLiteral("Cancel"))
                button->setFocus(Qt::TabFocusReason);
        }
        const QPointer<ConnectDialog> gone(dialog);
        pressReturn(*dialog);
        QTRY_VERIFY(!gone);
        QVERIFY(!f->connector.connected.has_value());
    }

    void theWorstProblemIsShownAndOfEqualsTheNewest()
    {
        QVERIFY(openFilled());
        ErrorBar &bar = *f->parts().error;
        f->window->showProblem(QStringLiteral("The first."));
        f->window->showProblem(QStringLiteral("The second."));
        QCOMPARE(bar.text(), QStringLiteral("The second."));
        bar.add({Severity::Info, QStringLiteral("By the way."), {}});
        QCOMPARE(bar.text(), QStringLiteral("The second.")); // news that are less bad do not cover it
        Status status = liveStatus();
        status.storeError = "The disk is full.";
        f->session.setStatus(status);
        f->parts().hub.refreshStatus();
        QTRY_COMPARE(bar.text(), QStringLiteral("The disk is full."));
        status.storeError = "The disk is full, 12 events wait.";
        f->session.setStatus(status);
        f->parts().hub.refreshStatus();
        QTRY_COMPARE(bar.text(), QStringLiteral("The disk is full, 12 events wait."));
        const auto say = [&](const char *words) {
            status.storeError = words;
            f->session.setStatus(status);
            f->parts().hub.refreshStatus();
        };
        say("Cannot read the database. The file is damaged.");
        QTRY_COMPARE(bar.text(), QStringLiteral("Cannot read the database. The file is damaged."));
        bar.findChildren<QAbstractButton *>().last()->click(); // closed: of another one is told all the same
        QTRY_COMPARE(bar.text(), QStringLiteral("The second."));
        say("Cannot read the database. Another page is damaged.");
        QCOMPARE(bar.text(), QStringLiteral("The second."));
        say("The disk is full, 13 events wait.");
        QTRY_COMPARE(bar.text(), QStringLiteral("The disk is full, 13 events wait."));
        f->session.setStatus(liveStatus());
        f->parts().hub.refreshStatus();
        QTRY_COMPARE(bar.text(), QStringLiteral("The second.")); // solved: the newest of what is left
        f->window->showProblem(QStringLiteral("The first."));
        QCOMPARE(bar.text(), QStringLiteral("The first.")); // once more
    }

    void aProblemCoversNothingAndMovesNoLane()
    {
        for (const QSize size : {QSize(1920, 1080), QSize(1280, 800), QSize(800, 500)}) {
            f = std::make_unique<Fixture>();
            QVERIFY(openFilled());
            f->window->resize(size);
            space().showBottomDock(true);
            space().showRightDock(true);
            QCoreApplication::processEvents();
            const QPoint before = floor().mapTo(f->window.get(), QPoint());
            const int scrolled = floor().verticalScrollBar()->value();
            f->window->showProblem(QStringLiteral("Something happened that takes some words to tell. It has a reason. ").repeated(3));
            QCoreApplication::processEvents();
            ErrorBar &bar = *f->parts().error;
            QVERIFY(bar.isVisible() && bar.height() >= 36);
            const QRect place(bar.mapTo(f->window.get(), QPoint()), bar.size());
            for (QWidget *other : QList<QWidget *>{&space(), f->parts().status, f->parts().crumbs, f->parts().top})
                QVERIFY(!place.intersects(QRect(other->mapTo(f->window.get(), QPoint()), other->size())));
            QVERIFY(f->window->rect().contains(place));
            QCOMPARE(floor().mapTo(f->window.get(), QPoint()), before);
            QCOMPARE(floor().verticalScrollBar()->value(), scrolled);
        }
    }

    void aFoldedGroupStaysUnderThePointer()
    {
        QVERIFY(openFilled());
        f->window->resize(1920, 500);
        QCoreApplication::processEvents();
        floor().verticalScrollBar()->setValue(200);
        const PaintState before = floor().state();
        QCOMPARE(before.sticky, 0);
        const std::string key = floor().scene()->rows[0].key;
        const int y = before.yOf(0);
        QTest::mouseClick(floor().viewport(), Qt::LeftButton, {}, QPoint(16, y + 8));
        QTRY_VERIFY(!floor().scene()->rows[static_cast<std::size_t>(rowOf(*floor().scene(), key))].expanded);
        QCOMPARE(floor().state().yOf(rowOf(*floor().scene(), key)), y);
        QCOMPARE(floor().state().rowAt(y + 8), rowOf(*floor().scene(), key));
    }

    void allKeysAreSeenAtOnceOnASmallScreen()
    {
        QVERIFY(openFilled());
        f->window->resize(1280, 800);
        f->parts().actions[Actions::KeySheet]->trigger();
        auto *sheet = f->window->findChild<KeySheet *>();
        QVERIFY(sheet);
        QVERIFY(QTest::qWaitForWindowExposed(sheet));
        sheet->resize(1272, sheet->height()); // the screen of tests is narrower
        QCoreApplication::processEvents();
        const auto *scroll = sheet->findChild<QScrollArea *>();
        QCOMPARE(scroll->verticalScrollBar()->maximum(), 0);
        QCOMPARE(scroll->horizontalScrollBar()->maximum(), 0);

        const QPointer<KeySheet> gone(sheet);
        pressReturn(*sheet);
        QTRY_VERIFY(!gone);
    }

    void whatCameOfReadingFilesIsTold()
    {
        QVERIFY(openFilled());
        StatusBar &status = *f->parts().status;
        const auto read = [&](const FilesRead &done, const QStringList &paths = {QStringLiteral("/somewhere/calls.json")}) {
            f->connector.openResult = done;
            f->window->openFiles(paths);
        };
        const FileProblem first{QStringLiteral("/somewhere/calls.json"), {}, QStringLiteral("byte 77: no object")};
        const FileProblem second{QStringLiteral("/b.json"), kWithin, QStringLiteral("a hold ends before it starts")};
        read({1284, 0, {}, false});
        QCOMPARE(plain(status.outcome()), QStringLiteral("calls.json: 1,284 conversations read"));
        QCOMPARE(f->parts().error->text(), QString());
        read({1, 0, {}, true});
        QCOMPARE(plain(status.outcome()), QStringLiteral("calls.json: 1 conversation read, all known already"));
        read({2, 1, {first}, false});
        QCOMPARE(plain(f->parts().error->text()),
                 QStringLiteral("calls.json: 2 conversations read, 1 place does not fit or could not be. The first: byte 77: no object"));
        read({2, 3, {first, second}, false}, {QStringLiteral("/a.json"), QStringLiteral("/b.json")});
        QCOMPARE(plain(status.outcome()), QStringLiteral("2 files: 2 conversations read"));
        QVERIFY(f->parts().error->text().contains(QStringLiteral("3 places do not fit or could not be")));
        QVERIFY(plain(f->parts().error->text()).contains(QStringLiteral("The first: calls.json: byte 77")));
        whatFilesSaidCanBeLookedAt();
        read({0, 1, {first}, false});
        QVERIFY(plain(f->parts().error->text()).startsWith(QStringLiteral("calls.json: no conversation could be read. ")));
        f->connector.openAtOnce = false;
        read({});
        QCOMPARE(status.outcome(), QString()); // of what is read now nothing is known yet
    }

private:
    const InteractionId kWithin{"2f1c8f0e-0000-4000-8000-00000000c0de"};

    /// By the button beside the words: each place, whole, and the conversation that it is in.
    void whatFilesSaidCanBeLookedAt()
    {
        QTest::mouseClick(f->parts().error->findChild<QPushButton *>(QStringLiteral("list")), Qt::LeftButton);
        ListDialog &lists = *f->parts().lists;
        const QAbstractItemModel &model = *lists.model(QStringLiteral("files"));
        QVERIFY(lists.isVisible());
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1, 0).data().toString(), QStringLiteral("b.json"));
        QCOMPARE(model.index(1, 2).data().toString(), QStringLiteral("a hold ends before it starts"));
        auto *table = lists.findChild<QTableView *>(QStringLiteral("files"));
        std::vector<InteractionId> wanted;
        connect(&lists, &ListDialog::interactionWanted, &lists, [&wanted](const InteractionId &id) { wanted.push_back(id); });
        Q_EMIT table->activated(model.index(0, 0)); // of the file as a whole
        QVERIFY(wanted.empty());
        table->selectRow(1);
        QTest::keyClick(table, Qt::Key_Return);
        QCOMPARE(wanted, std::vector{kWithin});
        lists.disconnect(&lists);
        lists.close();
    }

private Q_SLOTS:
    void whyItDoesNotStartIsSeenInABox()
    {
        const auto box = startRefused({ErrorCode::Busy, "The data folder /srv/threadline is in use by process 77. End that process, or name another data folder."},
                                      ThemeName::Dark);
        QVERIFY(box->informativeText().contains(QStringLiteral("/srv/threadline")));
        QVERIFY(box->informativeText().contains(QStringLiteral("use that one")));
        QVERIFY(!box->text().isEmpty());
        QCOMPARE(box->standardButtons(), QMessageBox::Close);
    }

    void whatEarlierRunsRefusedIsTold()
    {
        f->fill();
        Status status = liveStatus();
        status.refused = 0;
        status.refusedBy.clear();
        f->session.setStatus(status);
        Refused refused;
        refused.reason = "malformed";
        refused.received = kNow - Duration::seconds(3'600);
        f->session.setRefused({refused, refused});
        f->open();
        QVERIFY(f->settle());
        const auto said = [this](const QString &text) {
            const QList<FlatButton *> items = f->parts().space->nowPanel().findChildren<FlatButton *>();
            return std::any_of(items.begin(), items.end(), [&](const FlatButton *item) { return item->text() == text; });
        };
        QVERIFY(f->parts().status->texts().contains(QStringLiteral("0 refused, 2 earlier")));
        QVERIFY(said(QStringLiteral("2 events of earlier runs refused, kept for inspection")));
        status.refused = 1;
        f->session.setStatus(status);
        QTRY_VERIFY(f->parts().status->texts().contains(QStringLiteral("1 refused, 2 earlier")));
        QVERIFY(said(QStringLiteral("1 event refused since the start, 2 earlier, kept for inspection")));
        status.refused = kRefusedKept; // the newest are kept
        f->session.setStatus(status);
        QTRY_VERIFY(f->parts().status->texts().contains(QStringLiteral("1,000 refused")));
    }

    void whatIsNotHeardOfAnyMoreStandsStillAndSaysOfWhenItIs()
    {
        QVERIFY(openFilled());
        Workspace &all = space();
        const auto waits = [&all] {
            QStringList out;
            for (const WaitRow *row : all.nowPanel().findChildren<WaitRow *>())
                out << row->accessibleName();
            for (const QueueRow *row : all.nowPanel().findChildren<QueueRow *>())
                out << row->accessibleName();
            return out;
        };
        const auto lanesSay = [this] {
            QStringList out;
            for (std::size_t i = 0; i < floor().scene()->rows.size(); ++i)
                out << spokenRow(*floor().scene(), static_cast<int>(i), floor().counted());
            return out;
        };
        const QStringList before = waits();
        const QStringList lanesBefore = lanesSay();
        Status lost = liveStatus();
        lost.source = SourceState::Waiting;
        Status full = liveStatus();
        full.storeError = "The disk is full.";
        full.recording = false;
        for (const Status &status : {lost, full}) {
            f->session.setStatus(status);
            QTRY_VERIFY(floor().scene()->knownUntil);
            f->clock.advance(Duration::seconds(30));
            QVERIFY(f->settle());
            QCOMPARE(waits(), before);
            QCOMPARE(lanesSay(), lanesBefore);
            QVERIFY2(all.crumbNote().endsWith(QStringLiteral(", as of 10:48:52")), qPrintable(all.crumbNote()));
            QCOMPARE(f->parts().top->badge().text(), QStringLiteral("Not live, following"));
            for (const Row &row : floor().scene()->rows)
                QCOMPARE(floor().scene()->attention(row, Duration::seconds(1000)), Attention::None);
            f->clock.advance(Duration::seconds(-30));
            f->session.setStatus(liveStatus());
            QTRY_VERIFY(!floor().scene()->knownUntil);
        }
        f->clock.advance(Duration::seconds(60));
        QVERIFY(f->settle());
        QVERIFY(waits() != before);
        QCOMPARE(f->parts().top->badge().text(), QStringLiteral("Live, following"));
    }

    void lengthsThatGoOnAreCountedToOneInstant()
    {
        QVERIFY(openFilled());
        // It began in the middle of a second: whoever looks later within one would be a second ahead.
        const Timestamp start = kNow - Duration::millis(100'900);
        test::FakeInteraction call = test::CallBuilder("open-1", "+1 555 0002", start).queue("Support", 100).open();
        f->session.put(call.view, call.summary);
        space().openInteraction(InteractionId("open-1"));
        QVERIFY(f->settle());
        f->clock.advance(Duration::millis(450));
        QVERIFY(f->settle());
        QTRY_VERIFY(rowOf(*floor().scene(), "open-1") >= 0);
        space().nowPanel().setFigures(model().figures());
        space().inspector().tick();
        f->clock.advance(Duration::millis(500)); // the lanes are painted anew, the others come with the next second
        std::vector<Piece> pieces;
        const Row &lane = floor().scene()->rows[static_cast<std::size_t>(rowOf(*floor().scene(), "open-1"))];
        const PaintState s = floor().state();
        layOutSegments(*lane.lane, s.scale, -1'000'000, 1'000'000, s.openEnd(), pieces);
        QVERIFY(!pieces.empty());
        const QString length = QStringLiteral("1:40");
        QCOMPARE(durationText(Duration{pieces.back().time}), length);
        QCOMPARE(durationText(s.counted() - *lane.since), length);
        QCOMPARE(timeline().scene()->rows.front().detailAt(timeline().counted()), length + QStringLiteral(" in all, no holes"));
        QVERIFY2(space().inspector().text().contains(QLatin1Char('\t') + length), qPrintable(space().inspector().text()));
        bool waits = false;
        for (const WaitRow *row : space().nowPanel().findChildren<WaitRow *>())
            waits = waits || row->accessibleName().endsWith(spokenDuration(Duration::seconds(100)));
        QVERIFY(waits);
    }

    void anOpenCallOfAFileWaitsUpToItsLastEvent()
    {
        f->session.setStatus(idleStatus());
        test::FakeInteraction call = test::CallBuilder("open-1", "+1 555 0002", kNow - Duration::seconds(86'400)).queue("Support", 40).open();
        f->session.put(call.view, call.summary);
        f->open();
        QVERIFY(f->settle());
        const int lane = rowOf(*floor().scene(), "open-1");
        QVERIFY(lane >= 0);
        QCOMPARE(floor().scene()->knownUntil, std::optional(call.summary.lastEventAt));
        QCOMPARE(floor().counted(), call.summary.lastEventAt);
        space().openInteraction(InteractionId("open-1"));
        QVERIFY(f->settle());
        QCOMPARE(timeline().counted(), call.summary.lastEventAt);
        QVERIFY(!timeline().scene()->live);
        QVERIFY2(space().crumbNote().contains(QStringLiteral(", as of Tue 5 May 2026 10:4")), qPrintable(space().crumbNote()));
    }

    void aCallOfAnotherMachineIsKnownUpToItsLastEvent()
    {
        QVERIFY(openFilled());
        const InteractionId id("7be41c90-2d55-4f7a-8e3b-0242ac12ca12");
        test::FakeInteraction call = test::CallBuilder(id.value, "+1 555 0002", kNow - Duration::seconds(7'200)).queue("Support", 40).open();
        call.view.origin = {false, kSharedStore, {}};
        const Timestamp last = call.view.story.lastEventAt;
        f->session.putShared(std::move(call.view), std::move(call.summary));
        space().openInteraction(id);
        QVERIFY(f->settle());
        QVERIFY(space().timeline().stateText().contains(QStringLiteral(", as of ")));
        QCOMPARE(timeline().counted(), wholeSecond(last));
        QVERIFY(!timeline().scene()->live);
        QVERIFY2(!space().inspector().text().contains(QStringLiteral("\t2:0")), qPrintable(space().inspector().text()));
    }

    void theLegendShowsAllItHasOnASmallScreen()
    {
        QVERIFY(openFilled());
        f->window->resize(1280, 800);
        space().showRightDock(true);
        QCoreApplication::processEvents();
        const Legend &legend = space().floor().legend();
        const std::vector<QPoint> places = legend.places();
        QCOMPARE(places.size(), std::size_t(14));
        const QFontMetricsF metrics(f->parts().look.fonts().small);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const QString name = Legend::names()[static_cast<qsizetype>(i)];
            QVERIFY2(places[i].x() + 23 + 5 + metrics.horizontalAdvance(name) <= legend.width(), qPrintable(name));
        }
        QVERIFY(places.back().y() > 0);
        QCOMPARE(legend.height(), 28 + 22 * places.back().y());
    }

    void theWholeTimeIsReadInWordsThatFit()
    {
        f->session.setStatus(idleStatus());
        for (const auto &[id, ago] : {std::pair{"a", 400'000}, std::pair{"b", 3'000}}) {
            test::FakeInteraction call = test::CallBuilder(id, "+1 555 0002", kNow - Duration::seconds(ago)).queue("Support", 40).ended();
            f->session.put(call.view, call.summary);
        }
        f->open();
        QVERIFY(f->settle());
        const Minimap &map = space().floor().minimap();
        for (const int room : {90, 139, 199, 307}) {
            const auto [first, second] = map.labels(room);
            QVERIFY2(QFontMetrics(f->parts().look.fonts().smallMedium).horizontalAdvance(first) <= room, qPrintable(first));
            QVERIFY2(QFontMetrics(f->parts().look.fonts().small).horizontalAdvance(second) <= room, qPrintable(second));
            QVERIFY(second.contains(QStringLiteral("Wed 6 May")));
        }
        QCOMPARE(map.labels(199), std::pair(QStringLiteral("Fri 1 May 19:42"), QStringLiteral("to Wed 6 May 09:59")));
    }

    void everyReasonToRefuseHasWordsForPeople()
    {
        QStringList names;
        const auto look = [&names](std::string_view reason) {
            const QString name = refusalName(reason);
            QVERIFY2(name != qstr(reason) && !names.contains(name), qPrintable(name));
            names << name;
        };
        for (const std::string_view reason : StreamingDecoder::kReasons)
            look(reason);
        for (const char *reason : {"id-too-long", "type-too-long", "deleted", "interaction-too-large", "too-many-unattached"})
            look(reason);
        QCOMPARE(refusalName("of-tomorrow"), QStringLiteral("of-tomorrow"));
    }

    void numbersAreGroupedAndOneThingHasOneWord()
    {
        QVERIFY(openFilled());
        NowFigures figures = model().figures();
        figures.queues.front().open = 4'745;
        space().nowPanel().setFigures(figures);
        const QList<QueueRow *> rows = space().nowPanel().findChildren<QueueRow *>();
        QVERIFY(std::any_of(rows.begin(), rows.end(), [](const QueueRow *row) { return row->accessibleName().contains(QStringLiteral("4,745 open")); }));
        QCOMPARE(numberText(-1), QStringLiteral("0"));
        QCOMPARE(numberText(std::int64_t{1'234'567}), QStringLiteral("1,234,567"));
        QVERIFY(f->openRich());
        space().choice().setSelection({});
        QTRY_VERIFY(space().inspector().text().contains(stateName(SegmentKind::Queue) + QLatin1Char('\t')));
        QVERIFY(!space().inspector().text().contains(QStringLiteral("Wait\t")));
    }

    void timesInListsAreWhole()
    {
        f->fill();
        WindowOptions options = Fixture::demoOptions();
        options.twelveHour = true;
        f->open(options);
        QVERIFY(f->settle());
        QVERIFY(f->openRich());
        space().showDock(QStringLiteral("events"));
        Q_EMIT f->parts().status->listWanted(QStringLiteral("refused"));
        auto *refused = f->parts().lists->findChild<QTableView *>(QStringLiteral("refused"));
        QTRY_COMPARE(refused->model()->rowCount(), 1);
        QCoreApplication::processEvents();
        // What the view itself would want for the column with all its margins.
        const auto whole = [](const QAbstractItemView &table, int width, int column) { return width >= table.sizeHintForColumn(column); };
        QVERIFY2(whole(*refused, refused->columnWidth(0), 0), qPrintable(QString::number(refused->columnWidth(0))));
        const EventsPanel &events = space().events();
        QVERIFY2(whole(events, events.columnWidth(EventsModel::Time), EventsModel::Time), qPrintable(QString::number(events.columnWidth(EventsModel::Time))));
    }

    void homeAndEndBelongToTheTabsThatHaveTheFocus()
    {
        QVERIFY(openFilled());
        floor().execute(LaneCommand::Home);
        const TimeRange view = floor().navigator().view();
        QList<FlatButton *> tabs;
        for (FlatButton *button : f->window->findChildren<FlatButton *>()) {
            if (button->flatStyle() == FlatButton::Style::Tab && button->isVisible())
                tabs << button;
        }
        const auto named = [&tabs](const char *name) {
            return *std::find_if(tabs.begin(), tabs.end(), [name](const FlatButton *tab) { return tab->text() == QLatin1String(name); });
        };
        named("Now")->setFocus();
        QTest::keyClick(f->window->windowHandle(), Qt::Key_End);
        QVERIFY(named("Inspector")->hasFocus() && named("Inspector")->isChecked());
        QTest::keyClick(f->window->windowHandle(), Qt::Key_Home);
        QVERIFY(named("Now")->hasFocus() && named("Now")->isChecked());
        QCOMPARE(floor().navigator().view(), view);
    }

    void theTimeMenuNamesTheKeysOfTheLanes()
    {
        QVERIFY(openFilled());
        const std::pair<Actions::Id, const char *> keys[] = {{Actions::Live, "\tEnd"}, {Actions::Start, "\tHome"}, {Actions::ZoomIn, "\tW"},
                                                             {Actions::ZoomOut, "\tS"}, {Actions::Fit, "\tF"}, {Actions::FitAll, "\tShift+F"}};
        for (const auto &[id, key] : keys)
            QVERIFY2(f->parts().actions[id]->text().endsWith(QLatin1String(key)), qPrintable(f->parts().actions[id]->text()));
    }

    void dialogsOfQtHaveTheColoursOfTheWindow()
    {
        QVERIFY(openFilled());
        f->window->setTheme(ThemeName::Dark);
        const QPalette ours = f->window->palette();
        QCOMPARE(ours.color(QPalette::Midlight), Theme(ThemeName::Dark).palette().color(QPalette::Midlight));
        const auto dressed = [&ours](const QWidget *dialog) {
            return dialog && dialog->palette().color(QPalette::Midlight) == ours.color(QPalette::Midlight)
                && dialog->palette().color(QPalette::Mid) == ours.color(QPalette::Mid);
        };
        const auto shown = [this, &dressed](Actions::Id id, const char *type) {
            f->parts().actions[id]->trigger();
            bool good = false;
            for (QDialog *dialog : f->window->findChildren<QDialog *>()) {
                if (dialog->isVisible() && dialog->inherits(type)) {
                    good = dressed(dialog);
                    dialog->reject();
                }
            }
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            return good;
        };
        QVERIFY(shown(Actions::OpenInteraction, "QInputDialog"));
        QVERIFY(shown(Actions::OpenFile, "QFileDialog"));
        QVERIFY(shown(Actions::About, "QMessageBox"));
        QVERIFY(shown(Actions::Connect, "threadline::ui::ConnectDialog"));
        QVERIFY(shown(Actions::KeySheet, "threadline::ui::KeySheet"));
        const auto box = startRefused({ErrorCode::Busy, "In use."}, ThemeName::Dark);
        QCOMPARE(box->palette().color(QPalette::Midlight), ours.color(QPalette::Midlight));
        QCOMPARE(box->styleSheet(), f->window->styleSheet());
    }

    void whatIsInViewStaysAtTheEndOfTheLanesToo()
    {
        QVERIFY(openFilled());
        f->window->resize(1280, 800);
        space().showBottomDock(true);
        QCoreApplication::processEvents();
        QScrollBar &bar = *floor().verticalScrollBar();
        QVERIFY(bar.maximum() > 0);
        f->window->showProblem(QStringLiteral("Something happened."));
        QCoreApplication::processEvents();
        bar.setValue(bar.maximum());
        const int end = bar.value();
        f->window->withdrawProblem(QStringLiteral("Something happened."));
        QCoreApplication::processEvents();
        QCOMPARE(bar.value(), end);
        model().rebuild(); // and with the next scene
        QCOMPARE(bar.value(), end);
        bar.setValue(0); // who moves has no use for it any more
        model().rebuild();
        QVERIFY(bar.maximum() < end);
    }

    void theLastCrumbIsAPlaceAndNumbersStandWholeWhereThereIsRoom()
    {
        QVERIFY(openFilled());
        f->window->resize(1280, 800);
        QCoreApplication::processEvents();
        const QList<FlatButton *> crumbs = f->parts().crumbs->findChildren<FlatButton *>();
        QVERIFY(crumbs.size() > 1);
        for (const FlatButton *crumb : crumbs)
            QCOMPARE(crumb->flatStyle() == FlatButton::Style::Place, crumb == crumbs.back());
        // Longer than up to where an icon could stand: without one it is there as a whole.
        const QFontMetricsF metrics(f->parts().look.fonts().table);
        const QString number = QStringLiteral("+49 171 555 01234");
        QVERIFY(metrics.horizontalAdvance(number) > floor().headerWidth() - 66 - 34 - 4);
        Row row;
        row.kind = RowKind::Lane;
        row.since = kNow - Duration::seconds(48);
        const double time = metrics.horizontalAdvance(QStringLiteral("0:48"));
        const double room = floorTextsEnd(row, Attention::None, floor().headerWidth(), time) - 34;
        QVERIFY2(metrics.horizontalAdvance(number) <= room, qPrintable(QString::number(room)));
        row.waits = true;
        row.since = kNow - Duration::seconds(130); // with its icon
        const QString shorter = QStringLiteral("+1 617 555 0185");
        const double withIcon = floorTextsEnd(row, attentionOf(Duration::seconds(130)), floor().headerWidth(), time);
        QVERIFY(withIcon <= floor().headerWidth() - 66);
        QVERIFY(metrics.horizontalAdvance(shorter) <= withIcon - 34);
        QVERIFY(floorTextsEnd(row, attentionOf(Duration::seconds(130)), floor().headerWidth(), 57) <= floor().headerWidth() - 10 - 57 - 18); // "1:02:05": the icon lies beside it
        QVERIFY(metrics.horizontalAdvance(shorter) <= withColumn(f->parts().look.metrics().floorHeader) - 6 - 34);
        // A title goes on where the figures leave room, and they begin where the plot does where it does not need that.
        QCOMPARE(SummaryBar::titleEnd(220, 100, 900), 228.0);
        QCOMPARE(SummaryBar::titleEnd(220, 300, 900), 328.0);
        QCOMPARE(SummaryBar::titleEnd(220, 300, 280), 280.0);
        QCOMPARE(SummaryBar::titleEnd(220, 300, 100), 228.0);
    }

    void lengthsOfOneThingAreOne()
    {
        QVERIFY(openFilled());
        QVERIFY(f->openRich());
        const LanesView &lanes = timeline();
        const QString felt = lanes.scene()->rows.front().detail;
        const auto *summary = space().timeline().findChild<SummaryBar *>();
        QStringList inAll;
        for (const SummaryBar::Figure &figure : summary->figures()) {
            if (figure.caption == QStringLiteral("in all"))
                inAll << figure.value;
        }
        QCOMPARE(inAll.size(), 1);
        QVERIFY2(felt.startsWith(inAll.front() + QStringLiteral(" in all")), qPrintable(felt + QLatin1String(" / ") + inAll.front()));
        QVERIFY2(space().crumbNote().contains(inAll.front() + QStringLiteral(" with the customer")), qPrintable(space().crumbNote()));
        for (const FlatButton *item : f->parts().status->findChildren<FlatButton *>()) {
            if (item->isVisible())
                QVERIFY2(!item->toolTip().isEmpty(), qPrintable(item->text()));
        }
    }
};

THREADLINE_GUI_TEST_MAIN(TestUse)
#include "test_ui_use.moc"
