// SPDX-License-Identifier: GPL-3.0-or-later
/// The window by keys and by mouse: views, docks, zoom, follow, one choice in all views, problems told, first run, connect.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/keysheet.h"
#include "ui/dialogs/listdialog.h"
#include "ui/dialogs/tables.h"
#include "ui/models/timelinescene.h"
#include "ui/text/format.h"
#include "ui/views/eventspanel.h"
#include "ui/views/inspector.h"
#include "ui/views/minimap.h"
#include "ui/views/nowpanel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>
#include <QWheelEvent>

#include <cmath>

using namespace threadline;
using namespace threadline::ui;

namespace {

void wheel(LanesView &lanes, const QPoint &at, int delta, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(at, lanes.viewport()->mapToGlobal(at), QPoint(), QPoint(0, delta), Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(lanes.viewport(), &event);
}

/// The middle of a row's piece at time `t`.
QPoint pointOf(const LanesView &lanes, int row, Timestamp t)
{
    const PaintState s = lanes.state();
    return {s.header + static_cast<int>(s.scale.x(t)), s.yOf(row) + lanes.rows().heightOf(row) / 2};
}

} // namespace

class TestWindow : public QObject, WindowAccess {
    Q_OBJECT

    void trigger(Actions::Id id) { f->parts().actions[id]->trigger(); }

private Q_SLOTS:
    void init()
    {
        QVERIFY(openFilled());
        floor().setFocus();
    }
    void cleanup() { f.reset(); }

    void wheelZoomsAtTheCursor()
    {
        const QPoint at(900, 300);
        const Timestamp under = floor().navigator().scale().at(at.x() - floor().headerWidth());
        const double detail = floor().navigator().scale().usPerPx();
        wheel(floor(), at, 240);
        QVERIFY(floor().navigator().scale().usPerPx() < detail);
        QVERIFY(std::abs(floor().navigator().scale().x(under) - (at.x() - floor().headerWidth())) < 0.5);
        wheel(floor(), at, -240);
        QVERIFY(std::abs(floor().navigator().scale().usPerPx() - detail) < 1);
    }

    void wheelOverTheHeaderScrollsAndWithShiftPans()
    {
        f->window->resize(1280, 600);
        const TimeScale scale = floor().navigator().scale();
        wheel(floor(), QPoint(50, 200), -120);
        QVERIFY(floor().verticalScrollBar()->value() > 0);
        wheel(floor(), QPoint(600, 200), 120, Qt::ControlModifier);
        QCOMPARE(floor().verticalScrollBar()->value(), 0);
        QCOMPARE(floor().navigator().scale(), scale);
        wheel(floor(), QPoint(600, 200), 120, Qt::ShiftModifier);
        QVERIFY(floor().navigator().scale().start() < scale.start());
        QCOMPARE(floor().navigator().scale().usPerPx(), scale.usPerPx());
    }

    void lettersZoomPanAndFit()
    {
        const double detail = floor().navigator().scale().usPerPx();
        QTest::keyClick(&floor(), Qt::Key_W);
        QVERIFY(floor().navigator().scale().usPerPx() < detail);
        QVERIFY(floor().navigator().following()); // zoom at now goes on following
        QTest::keyClick(&floor(), Qt::Key_S);
        QVERIFY(std::abs(floor().navigator().scale().usPerPx() - detail) < 1);
        const Timestamp start = floor().navigator().scale().start();
        QTest::keyClick(&floor(), Qt::Key_A);
        QVERIFY(floor().navigator().scale().start() < start);
        QTest::keyClick(&floor(), Qt::Key_D);
        QVERIFY(std::abs((floor().navigator().scale().start() - start).us) < 1000);
        QTest::keyClick(&floor(), Qt::Key_F, Qt::ShiftModifier);
        QVERIFY(floor().navigator().scale().x(floor().scene()->extent.start) >= 0);
        QVERIFY(floor().navigator().scale().x(floor().scene()->extent.end) <= floor().navigator().width());
    }

    void followPausesWhenScrolledBackAndResumesWithEndOrTheBadge()
    {
        LiveBadge &badge = f->parts().top->badge();
        QCOMPARE(badge.text(), QStringLiteral("Live, following"));
        QTest::keyClick(&floor(), Qt::Key_A);
        QCOMPARE(badge.text(), QStringLiteral("Paused"));
        test::FakeInteraction call = test::CallBuilder("new-1", "+1 555 0001", kNow - Duration::seconds(90))
                                         .queue("Support", 30)
                                         .alert("Ann", 10)
                                         .talk("Ann", 50)
                                         .open();
        f->session.put(call.view, call.summary);
        QTRY_COMPARE(badge.text(), QStringLiteral("Paused, 3 new"));
        QTest::keyClick(&floor(), Qt::Key_End);
        QCOMPARE(badge.text(), QStringLiteral("Live, following"));
        QTest::keyClick(&floor(), Qt::Key_Home);
        QCOMPARE(badge.text(), QStringLiteral("Paused"));
        QTest::mouseClick(&badge, Qt::LeftButton);
        QVERIFY(floor().navigator().following());
        // The picture goes on with the clock.
        const Timestamp start = floor().navigator().scale().start();
        f->clock.advance(Duration::seconds(30));
        floor().tick();
        QVERIFY(floor().navigator().scale().start() > start);
    }

    void draggingPansAndScrolls()
    {
        const Timestamp start = floor().navigator().scale().start();
        QTest::mousePress(floor().viewport(), Qt::LeftButton, {}, QPoint(800, 300));
        QTest::mouseMove(floor().viewport(), QPoint(850, 300));
        QTest::mouseMove(floor().viewport(), QPoint(950, 300));
        QTest::mouseRelease(floor().viewport(), Qt::LeftButton, {}, QPoint(950, 300));
        const double moved = floor().navigator().scale().width(start - floor().navigator().scale().start());
        QVERIFY2(std::abs(moved - 150) < 2, qPrintable(QString::number(moved)));
        QCOMPARE(floor().navigator().mode(), Navigator::Mode::Paused);
        QVERIFY(floor().selection().empty()); // a drag chooses nothing
    }

    void arrowsMoveTheSelectionInTwoDimensions()
    {
        QTest::keyClick(&floor(), Qt::Key_Down); // the first row
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        const std::string row = floor().selection().row;
        QCOMPARE(rowOf(*floor().scene(), row), 2);
        QCOMPARE(floor().selection().kind, SegmentKind::Hold); // what stands at now
        QTest::keyClick(&floor(), Qt::Key_Left);
        QCOMPARE(floor().selection().kind, SegmentKind::Talk);
        QCOMPARE(floor().selection().row, row);
        const std::int64_t talk = *floor().selection().segmentStart;
        QTest::keyClick(&floor(), Qt::Key_Left);
        QVERIFY(*floor().selection().segmentStart < talk);
        QTest::keyClick(&floor(), Qt::Key_Right);
        QCOMPARE(*floor().selection().segmentStart, talk);
        // Up and down keep the instant.
        QTest::keyClick(&floor(), Qt::Key_Down);
        const Row &below = floor().scene()->rows[3];
        const int at = segmentCovering(*below.lane, Timestamp{talk}, kNow);
        QCOMPARE(floor().selection().segmentStart.has_value(), at >= 0);
        QTest::keyClick(&floor(), Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(rowOf(*floor().scene(), floor().selection().row), floor().rows().rowCount() - 1);
        QTest::keyClick(&floor(), Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(rowOf(*floor().scene(), floor().selection().row), 0);
        QTest::keyClick(&floor(), Qt::Key_PageDown);
        QVERIFY(rowOf(*floor().scene(), floor().selection().row) > 10);
    }

    void choosingThePastPausesFollowing()
    {
        const int row = 2;
        const LaneSegment &first = floor().scene()->rows[row].lane->segments().front();
        QTest::mouseClick(floor().viewport(), Qt::LeftButton, {},
                          pointOf(floor(), row, Timestamp{(first.start + first.end) / 2}));
        QCOMPARE(*floor().selection().segmentStart, first.start);
        QCOMPARE(floor().navigator().mode(), Navigator::Mode::Paused);
    }

    void enterAndDoubleClickOpenTheTimeline()
    {
        floor().setSelection({}, false);
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        const std::string chosen = floor().selection().row;
        QTest::keyClick(&floor(), Qt::Key_Return);
        QCOMPARE(space().view(), ViewName::Timeline);
        QVERIFY(f->settle());
        QCOMPARE(space().choice().interaction().value, chosen);
        QVERIFY(rowOf(*timeline().scene(), kFeltKey) == 0);
        trigger(Actions::Floor);
        const QPoint at = pointOf(floor(), 3, kNow - Duration::seconds(5));
        QTest::mouseClick(floor().viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(floor().viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(space().view(), ViewName::Timeline);
        QVERIFY(space().choice().interaction().value != chosen);
    }

    void groupsFoldByKeyAndByMouse()
    {
        const int all = floor().rows().rowCount();
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Minus);
        QCOMPARE(floor().rows().rowCount(), all - 14);
        QTest::keyClick(&floor(), Qt::Key_Plus);
        QCOMPARE(floor().rows().rowCount(), all);
        QTest::mouseClick(floor().viewport(), Qt::LeftButton, {}, QPoint(16, floor().state().yOf(0) + 10));
        QCOMPARE(floor().rows().rowCount(), all - 14);
    }

    void oneChoiceInLanesTableAndInspector()
    {
        QVERIFY(f->openRich());
        EventsPanel &table = space().events();
        // Lanes to table and inspector.
        const int row = rowOf(*timeline().scene(), "c3/0");
        const Timestamp hold = kNow - Duration::seconds(3600 + 409 - 200);
        QTest::mouseClick(timeline().viewport(), Qt::LeftButton, {}, pointOf(timeline(), row, hold));
        QCOMPARE(timeline().selection().kind, SegmentKind::Hold);
        QCOMPARE(space().eventsModel().eventAt(table.currentIndex().row()), EventId("evt-00008"));
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("live event, seq. 8")));
        QVERIFY(space().inspector().text().startsWith(QStringLiteral("Hold\t1:15")));
        QVERIFY(space().inspector().text().contains(QStringLiteral("\"id\": \"evt-00008\"")));
        // Table to lanes.
        const int talk = space().eventsModel().rowOf(EventId("evt-00006"));
        table.setCurrentIndex(space().eventsModel().index(talk, 0));
        QCOMPARE(timeline().selection().kind, SegmentKind::Talk);
        QCOMPARE(timeline().selection().row, std::string("c3/0"));
        // Keys in the lanes go on from there.
        timeline().setFocus();
        QTest::keyClick(&timeline(), Qt::Key_Right);
        QCOMPARE(timeline().selection().kind, SegmentKind::Hold);
        QCOMPARE(space().eventsModel().eventAt(table.currentIndex().row()), EventId("evt-00008"));
    }

    void eventMarksAreChosenByKeyAndShowEveryField()
    {
        QVERIFY(f->openRich());
        Selection events;
        events.row = kEventsKey;
        timeline().setSelection(events, true);
        timeline().setFocus();
        QTest::keyClick(&timeline(), Qt::Key_Right);
        QTest::keyClick(&timeline(), Qt::Key_Right);
        QVERIFY(!timeline().selection().event.empty());
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Provenance\tlive")));
        for (const char *name :
             {"Time", "Sequence", "Lamport", "Event", "Received", "Delay", "Late by", "Content", "State", "Raw event"})
            QVERIFY2(space().inspector().text().contains(QLatin1String(name)), name);
        QTest::keyClick(&timeline(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text().toStdString(), timeline().selection().event.value);
    }

    void copyTakesTheWholeId()
    {
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text().toStdString(), floor().selection().row);
    }

    void viewsDocksThemeZoneAndLegendByKey()
    {
        QTest::keyClick(f->window.get(), Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(space().view(), ViewName::Timeline);
        QTest::keyClick(f->window.get(), Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(space().view(), ViewName::Floor);
        const bool right = space().rightDockShown();
        QTest::keyClick(f->window.get(), Qt::Key_I, Qt::ControlModifier);
        QCOMPARE(space().rightDockShown(), !right);
        QTest::keyClick(f->window.get(), Qt::Key_J, Qt::ControlModifier);
        QVERIFY(space().bottomDockShown());
        const ThemeName theme = f->parts().look.theme().name();
        QTest::keyClick(f->window.get(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(f->parts().look.theme().name() != theme);
        QTest::keyClick(&floor(), Qt::Key_L);
        QVERIFY(!f->parts().legend);
        QTest::keyClick(f->window.get(), Qt::Key_F12);
        QTRY_VERIFY(f->window->findChild<QLabel *>() != nullptr);
        QVERIFY(f->parts().frameTimes);
    }

    void zoneSwapsWithU()
    {
        WindowOptions options = Fixture::demoOptions();
        options.zone = QTimeZone("Europe/Berlin");
        f->open(options);
        QVERIFY(f->settle());
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        QCOMPARE(f->parts().look.time().zoneName(kNow), QStringLiteral("Berlin UTC+02:00"));
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_U);
        QCOMPARE(f->parts().look.time().zoneName(kNow), QStringLiteral("UTC"));
    }

    void regionsAreReachedInTurn()
    {
        QSet<QWidget *> seen;
        for (int i = 0; i < 8; ++i) {
            QTest::keyClick(f->window.get(), Qt::Key_F6);
            seen << f->window->focusWidget();
        }
        QVERIFY(seen.contains(&floor()));
        QVERIFY(seen.contains(&space().floor().minimap()));
        QVERIFY(seen.size() >= 5); // views, minimap, lanes, right dock, status
        QWidget *focused = f->window->focusWidget();
        QTest::keyClick(f->window.get(), Qt::Key_F6);
        QTest::keyClick(f->window.get(), Qt::Key_F6, Qt::ShiftModifier);
        QCOMPARE(f->window->focusWidget(), focused);
    }

    void everyMouseActionHasAKeyAndTheSheetShowsAllKeys()
    {
        QSet<int> commands;
        for (const LaneKey &key : laneKeys()) {
            QVERIFY(!key.keys.isEmpty());
            commands << static_cast<int>(key.command);
        }
        for (int i = 0; i <= static_cast<int>(LaneCommand::CopyId); ++i)
            QVERIFY2(commands.contains(i), qPrintable(QString::number(i)));
        QSet<QString> taken;
        for (const LaneKey &key : laneKeys()) {
            for (const QKeySequence &sequence : key.keys) {
                QVERIFY2(!taken.contains(sequence.toString()), qPrintable(sequence.toString()));
                taken << sequence.toString();
            }
        }
        for (const QAction *action : f->parts().actions.all()) {
            for (const QKeySequence &sequence : action->shortcuts()) {
                QVERIFY2(!taken.contains(sequence.toString()), qPrintable(sequence.toString()));
                taken << sequence.toString();
            }
        }
        QCOMPARE(laneKeyLines().size(), laneKeys().size());
        QVERIFY(windowKeys(f->parts().actions).size() >= 14);
    }

    void menusHoldOnlyWhatWorks()
    {
        int entries = 0;
        for (const QAction *menu : f->window->menuBar()->actions()) {
            for (const QAction *action : menu->menu()->actions()) {
                if (action->isSeparator() || action->menu())
                    continue;
                ++entries;
                QVERIFY2(action->isEnabled(), qPrintable(action->text()));
                QVERIFY2(f->parts().actions.all().end()
                             != std::find(f->parts().actions.all().begin(), f->parts().actions.all().end(), action),
                         qPrintable(action->text()));
            }
        }
        QCOMPARE(entries, static_cast<int>(Actions::kActions) - 6); // densities and orders stand in menus of their own
    }

    /// New ones come on top: the row that was chosen, and its text, stay together.
    void theChosenRefusedOneStaysChosen()
    {
        const auto refusedOnes = [](int first, int count) {
            std::vector<Refused> all;
            for (int n = first + count; n-- > first;)
                all.push_back({"malformed", "no JSON", kNow + Duration::seconds(n), "text " + std::to_string(n), 8});
            return all;
        };
        f->session.setRefused(refusedOnes(0, 5));
        Q_EMIT f->parts().status->listWanted(QStringLiteral("refused"));
        const auto *model = f->parts().lists->model(QStringLiteral("refused"));
        QTRY_COMPARE(model->rowCount(), 5);
        auto *table = f->parts().lists->findChild<QTableView *>(QStringLiteral("refused"));
        auto *text = f->parts().lists->findChild<QPlainTextEdit *>(QStringLiteral("refused-text"));
        QVERIFY(table && text);
        QTRY_COMPARE(text->toPlainText(), QStringLiteral("text 4"));
        table->selectRow(1);
        QCOMPARE(text->toPlainText(), QStringLiteral("text 3"));
        f->session.setRefused(refusedOnes(0, 7));
        Status more = f->session.status();
        more.refused += 2;
        f->session.setStatus(more);
        QTRY_COMPARE(model->rowCount(), 7);
        QTRY_COMPARE(table->currentIndex().row(), 3);
        QCOMPARE(text->toPlainText(), QStringLiteral("text 3"));
    }

    /// A thousand rows that change are measured once, not once for each cell.
    void tablesMeasureOnce()
    {
        class Counting final : public QStandardItemModel {
        public:
            QVariant data(const QModelIndex &index, int role) const override
            {
                ++asked;
                return QStandardItemModel::data(index, role);
            }
            mutable int asked = 0;
        };
        Counting model;
        const std::unique_ptr<QTableView> table(makeTable(model, {QStringLiteral("a"), QStringLiteral("b")}, QStringLiteral("t"), f->parts().look));
        QList<QStringList> rows;
        for (int n = 0; n < 1000; ++n)
            rows << QStringList{QString::number(n), QStringLiteral("b")};
        setRows(model, rows);
        QCoreApplication::processEvents();
        QVERIFY2(model.asked < 20'000, qPrintable(QString::number(model.asked)));
        QVERIFY(table->columnWidth(0) > 0);
    }

    void statusTellsAndOpensItsLists()
    {
        const QStringList texts = f->parts().status->texts();
        QVERIFY(texts[0].contains(QStringLiteral("Connected to")));
        QVERIFY(texts.contains(QStringLiteral("482 events/s")));
        QVERIFY(texts.contains(QStringLiteral("queue 0 of 5,000")));
        QVERIFY(texts.contains(QStringLiteral("stored 1,204,551 in all")));
        QVERIFY(texts.contains(QStringLiteral("3 refused")));
        Q_EMIT f->parts().status->listWanted(QStringLiteral("refused"));
        QVERIFY(f->parts().lists);
        QTRY_COMPARE(f->parts().lists->model(QStringLiteral("refused"))->rowCount(), 1);
        QCOMPARE(f->parts().lists->model(QStringLiteral("refused"))->index(0, 1).data().toString(),
                 QStringLiteral("No time"));
        QCOMPARE(f->parts().lists->model(QStringLiteral("refused"))->index(0, 1).data(Qt::ToolTipRole).toString(), QStringLiteral("no-timestamp"));
        QCOMPARE(f->parts().lists->model(QStringLiteral("gaps"))->rowCount(), 2);
        QVERIFY(f->parts().lists->model(QStringLiteral("counters"))->rowCount() >= 13);
    }

    void problemsAreToldWithWhatToDo()
    {
        QVERIFY(!f->parts().error->isVisible());
        Status status = liveStatus();
        status.source = SourceState::Refused;
        status.sourceDetail = "The client is refused (401): its secret is wrong. Enter it again in File, Connect.";
        f->session.setStatus(status);
        QTRY_VERIFY(f->parts().error->isVisible());
        QCOMPARE(f->parts().error->text(), qstr(status.sourceDetail));
        status.storeError = "The disk is full. Make room on /data; Threadline goes on by itself.";
        f->session.setStatus(status);
        QTRY_COMPARE(f->parts().error->text(), qstr(status.storeError)); // errors of the store first, then those of the source
        QCOMPARE(problemsOf(status, QStringLiteral("x")).size(), 3U);
        status.storeWarning = "The mark cannot be written.";
        QCOMPARE(problemsOf(status, {}).back().text, qstr(status.storeWarning)); // what is no error comes last
        f->session.setStatus(liveStatus());
        QTRY_VERIFY(!f->parts().error->isVisible());
    }

    void deliveryIsToldOnceThereIsOne()
    {
        QVERIFY(!f->parts().status->findChildren<QWidget *>().isEmpty());
        Status status = liveStatus();
        status.delivery.state = DeliveryState::Delivering;
        status.delivery.product = "InfluxDB 2.9.1";
        status.delivery.target = "http://127.0.0.1:8086, events";
        status.delivery.delivered = 12'345;
        f->session.setStatus(status);
        QTRY_VERIFY(f->parts().status->texts().contains(QStringLiteral("InfluxDB 2.9.1: all delivered")));
        QVERIFY(!f->parts().error->isVisible());
        status.delivery.state = DeliveryState::Paused;
        status.delivery.backlog = 4'711;
        status.delivery.words = "127.0.0.1:8086 does not accept the token. Check TSDB_TOKEN.";
        f->session.setStatus(status);
        QTRY_VERIFY(f->parts().status->texts().contains(QStringLiteral("InfluxDB 2.9.1: paused, 4,711 waiting")));
        QTRY_COMPARE(f->parts().error->text(), qstr(status.delivery.words));
        Q_EMIT f->parts().status->listWanted(QStringLiteral("counters"));
        const QAbstractItemModel *counters = f->parts().lists->model(QStringLiteral("counters"));
        QVERIFY(!counters->match(counters->index(0, 1), Qt::DisplayRole, QStringLiteral("12,345")).isEmpty());
        f->session.setStatus(liveStatus());
        QTRY_VERIFY(!f->parts().error->isVisible());
    }

    void nowPanelChoosesTheLane()
    {
        WaitRow *row = space().nowPanel().findChild<WaitRow *>();
        QVERIFY(row && row->isVisible());
        QTest::mouseClick(row, Qt::LeftButton);
        QCOMPARE(floor().selection().row, row->interaction().value);
        QCOMPARE(space().choice().interaction(), row->interaction());
    }

    void minimapMovesTheView()
    {
        Minimap &map = space().floor().minimap();
        const Timestamp start = floor().navigator().scale().start();
        QTest::mouseClick(&map, Qt::LeftButton, {}, QPoint(floor().headerWidth() + 200, 20));
        QVERIFY(floor().navigator().scale().start() < start);
        QCOMPARE(floor().navigator().mode(), Navigator::Mode::Paused);
        map.setFocus();
        const Timestamp before = floor().navigator().scale().start();
        QTest::keyClick(&map, Qt::Key_Right);
        QVERIFY(floor().navigator().scale().start() > before);
    }

    void theRowUnderThePointerStaysWhenLanesAreSorted()
    {
        f->window->resize(1920, 600);
        QCoreApplication::processEvents();
        floor().verticalScrollBar()->setValue(120);
        Selection selection;
        selection.row = floor().scene()->rows[12].key;
        floor().setSelection(selection, false);
        const int y = floor().state().yOf(12);
        test::FakeInteraction call =
            test::CallBuilder("new-1", "+1 555 0001", kNow - Duration::seconds(900)).queue("Support", 900).open();
        f->session.put(call.view, call.summary);
        QTRY_VERIFY(model().entry(InteractionId("new-1")) && model().settled());
        model().rebuild();
        const int now = rowOf(*floor().scene(), selection.row);
        QCOMPARE(now, 13);
        QCOMPARE(floor().state().yOf(now), y);
    }

    void firstRunOffersWhatWorks()
    {
        f = std::make_unique<Fixture>(); // with nothing stored
        f->session.setStatus(idleStatus());
        WindowOptions options = Fixture::demoOptions();
        options.firstRun = true;
        f->open(options);
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        QVERIFY(space().firstRun());
        QTest::keyClick(f->window.get(), Qt::Key_1, Qt::AltModifier);
        QTRY_COMPARE(f->connector.demos, 1);
        QTest::keyClick(f->window.get(), Qt::Key_3, Qt::AltModifier);
        QTRY_VERIFY(f->window->dialog());
    }

    void floorSaysWhyItIsEmpty()
    {
        f = std::make_unique<Fixture>();
        f->open();
        QVERIFY(f->settle());
        f->clock.advance(Duration::seconds(12));
        f->parts().hub.refreshStatus();
        const auto *empty = space().floor().findChild<EmptyState *>();
        QCOMPARE(empty->title(), QStringLiteral("No interactions yet."));
        f->session.setStatus(idleStatus());
        QTRY_COMPARE(empty->title(), QStringLiteral("Not connected."));
        f->clock.advance(Duration::seconds(1200));
        Status heard = idleStatus();
        heard.source = SourceState::Listening;
        f->session.setStatus(heard);
        QTRY_COMPARE(empty->title(), QStringLiteral("No interactions yet."));
        f->clock.advance(Duration::seconds(5));
        f->parts().hub.refreshStatus();
        QVERIFY2(empty->why().contains(proseDuration(Duration::seconds(5))), qPrintable(empty->why()));
    }

    void connectTestsAndNamesWhatIsWrong()
    {
        trigger(Actions::Connect);
        auto *dialog = qobject_cast<ConnectDialog *>(f->window->dialog());
        QVERIFY(dialog);
        const auto press = [&](const QString &text) {
            for (QPushButton *button : dialog->findChildren<QPushButton *>()) {
                if (button->text() == text)
                    button->click();
            }
        };
        press(QStringLiteral("Test"));
        QVERIFY(dialog->steps().isEmpty()); // the environment is wrong: nothing was tried
        ConnectionValues values;
        values.name = QStringLiteral("Centre");
        values.environment = QStringLiteral("https://api.mypurecloud.de");
        values.clientId = QStringLiteral("client");
        values.secret = QStringLiteral("s3cret");
        dialog->setValues(values);
        f->connector.steps = {{QStringLiteral("Host found"), true, QStringLiteral("TLS 1.3"), {}, {}, Duration::millis(120)},
                              {QStringLiteral("Signed in"),
                               false,
                               {},
                               QStringLiteral("The secret is wrong (401)."),
                               QStringLiteral("Copy it again from Admin, Integrations, OAuth."),
                               Duration::millis(300)}};
        press(QStringLiteral("Test"));
        QCOMPARE(f->connector.tested.secret, QStringLiteral("s3cret"));
        QCOMPARE(dialog->steps().size(), 2);
        QVERIFY(dialog->steps()[1].contains(QStringLiteral("The secret is wrong (401). Copy it again")));
        press(QStringLiteral("Connect"));
        QVERIFY(f->connector.connected);
        QCOMPARE(f->secrets.kept.value(QStringLiteral("client@https://api.mypurecloud.de")), QStringLiteral("s3cret"));
    }

    void withoutAKeyringTheSecretIsForTheSessionAndThatIsTold()
    {
        f->secrets.there = false;
        trigger(Actions::Connect);
        auto *dialog = qobject_cast<ConnectDialog *>(f->window->dialog());
        bool told = false;
        for (const QLabel *label : dialog->findChildren<QLabel *>())
            told = told || (label->isVisible() && label->text().contains(QStringLiteral("for this session only")));
        QVERIFY(told);
        ConnectionValues values;
        values.environment = QStringLiteral("https://api.mypurecloud.de");
        values.clientId = QStringLiteral("client");
        values.secret = QStringLiteral("s3cret");
        values.keepSecret = true;
        dialog->setValues(values);
        QVERIFY(!dialog->values().keepSecret);
    }

    void aKeptSecretIsFilledIn()
    {
        f->secrets.kept[QStringLiteral("client@https://api.x")] = QStringLiteral("kept");
        f->connector.values.environment = QStringLiteral("https://api.x");
        f->connector.values.clientId = QStringLiteral("client");
        trigger(Actions::Connect);
        QCOMPARE(qobject_cast<ConnectDialog *>(f->window->dialog())->values().secret, QStringLiteral("kept"));
    }
};

THREADLINE_GUI_TEST_MAIN(TestWindow)
#include "test_ui_window.moc"
