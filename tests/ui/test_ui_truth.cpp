// SPDX-License-Identifier: GPL-3.0-or-later
/// The window tells the truth: counts of one source, what was, rows that stay, lengths that run, texts that differ where they are
/// cut, and nothing that looks alive and is not.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/openbyid.h"
#include "ui/dialogs/tables.h"
#include "ui/models/lanebuilder.h"
#include "ui/models/timelinescene.h"
#include "ui/text/format.h"
#include "ui/views/dockrail.h"
#include "ui/views/eventspanel.h"
#include "ui/views/inspector.h"
#include "ui/views/minimap.h"
#include "ui/views/nowpanel.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QInputDialog>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolTip>

#include <map>
#include <numeric>
#include <set>

using namespace threadline;
using namespace threadline::ui;

namespace {

QStringList keysOf(const LanesView &lanes)
{
    QStringList out;
    for (const Row &row : lanes.scene()->rows)
        out << qstr(row.key);
    return out;
}

QStringList labelsOf(const QWidget &widget)
{
    QStringList out;
    for (const QLabel *label : widget.findChildren<QLabel *>()) {
        if (label->isVisibleTo(&widget))
            out << label->text();
    }
    return out;
}

/// A customer's leg that the platform calls connected from end to end.
test::FakeInteraction throughTalk(const std::string &id, Timestamp start)
{
    test::FakeInteraction call = test::CallBuilder(id, "tel:+16175550142", start)
                                     .ivr(20).queue("Billing", 40).talk("Ann", 60).hold("Ann", 30).talk("Ann", 50).ended();
    Segment whole = call.view.story.participants.front().channels.front().segments.front();
    whole.kind = SegmentKind::Talk;
    whole.end = call.view.story.felt.back().end;
    call.view.story.participants.front().channels.front().segments = {whole};
    return call;
}

} // namespace

class TestTruth : public QObject, WindowAccess {
    Q_OBJECT

    /// Brings a newcomer that waits longest of all to the floor, and sorts.
    void bringUrgent(const char *id)
    {
        test::FakeInteraction call =
            test::CallBuilder(id, "+1 555 0001", kNow - Duration::seconds(900)).queue("Support", 900).open();
        f->session.put(call.view, call.summary);
        QTRY_VERIFY(rowOf(*floor().scene(), id) >= 0);
    }

    /// Whether its menu comes up by key.
    static bool popsUp(QWidget &region)
    {
        region.setFocus();
        QTest::keyClick(&region, Qt::Key_F10, Qt::ShiftModifier);
        if (!QTest::qWaitFor([] { return QApplication::activePopupWidget() != nullptr; }))
            return false;
        QApplication::activePopupWidget()->close();
        return QTest::qWaitFor([] { return !QApplication::activePopupWidget(); });
    }

private Q_SLOTS:
    void init()
    {
        QVERIFY(openFilled());
    }
    void cleanup() { f.reset(); }

    // D1

    void minimapShowsWhatWasThoughNoLaneDoes()
    {
        const Timestamp then = kNow - Duration::seconds(3600 + 200); // in the call that ended an hour ago
        QCOMPARE(rowOf(*floor().scene(), Fixture::richId().value), -1);
        const Minimap &map = space().floor().minimap();
        const auto at = static_cast<std::size_t>(map.scale().x(then) / kMinimapColumn);
        QVERIFY(at < map.columns().size());
        QVERIFY(map.columns()[at].all() > 0);
        const int before = std::accumulate(map.columns().begin(), map.columns().end(), 0, [](int n, const DensityColumn &c) { return n + c.all(); });
        model().setAllExpanded(false); // a folded lane was there as well
        space().floor().settle();
        const int after = std::accumulate(map.columns().begin(), map.columns().end(), 0, [](int n, const DensityColumn &c) { return n + c.all(); });
        QCOMPARE(after, before);
    }

    void allCountsAreOne()
    {
        const NowFigures &figures = model().figures();
        const int states = std::accumulate(figures.states.begin(), figures.states.end(), 0);
        QCOMPARE(states + figures.stateless + figures.unread, figures.open);
        int queues = 0;
        for (const QueueFigures &queue : figures.queues) {
            queues += queue.open;
            const int row = rowOf(*floor().scene(), FloorModel::groupKey(queue.queue));
            QCOMPARE(floor().scene()->rows[static_cast<std::size_t>(row)].note, QStringLiteral("%1 open").arg(queue.open));
        }
        QCOMPARE(queues, figures.open);
        QVERIFY(space().crumbNote().startsWith(QStringLiteral("%1 of ").arg(figures.open)));
    }

    void whatIsNotReadYetIsNotNobody()
    {
        f->session.holdAnswers();
        f->open();
        QCOMPARE(model().loaded(), false);
        space().nowPanel().setFigures(model().figures());
        QVERIFY(!labelsOf(space().nowPanel()).contains(QStringLiteral("Nobody")));
        QVERIFY(labelsOf(space().nowPanel()).contains(QStringLiteral("Reading…")));
        QCOMPARE(space().crumbNote(), QStringLiteral("Reading what is stored"));
        f->session.release();
        QVERIFY(f->settle());
        QVERIFY(!labelsOf(space().nowPanel()).contains(QStringLiteral("Reading…")));
    }

    // D2

    void rowsStayWhileThePointerRestsOnThem()
    {
        f->window->setFocus();
        QTest::mouseMove(floor().viewport(), QPoint(100, floor().state().yOf(3) + 8));
        QTRY_VERIFY(floor().resting());
        const QStringList before = keysOf(floor());
        const int y = floor().state().yOf(3);
        const std::string under = floor().scene()->rows[3].key;
        bringUrgent("new-1");
        QStringList after = keysOf(floor());
        QVERIFY(after.removeOne(QStringLiteral("new-1")));
        QCOMPARE(after, before);
        QCOMPARE(floor().state().yOf(rowOf(*floor().scene(), under)), y);
        QVERIFY(floor().scene()->rows[static_cast<std::size_t>(rowOf(*floor().scene(), "new-1"))].fresh);
        QVERIFY2(space().crumbs().back().text.endsWith(QStringLiteral("held in place, 1 row belongs further up")),
                 qPrintable(space().crumbs().back().text)); // it stands last in its group
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(floor().viewport(), &leave);
        QTRY_COMPARE(rowOf(*floor().scene(), "new-1"), 1); // it waits longest of all
    }

    void rowsStayUnderTheFocusUntilEsc()
    {
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        QVERIFY(floor().resting());
        const QStringList before = keysOf(floor());
        bringUrgent("new-1");
        QStringList after = keysOf(floor());
        after.removeOne(QStringLiteral("new-1"));
        QCOMPARE(after, before);
        QTest::keyClick(&floor(), Qt::Key_Escape);
        QVERIFY(!floor().resting());
        QTRY_COMPARE(rowOf(*floor().scene(), "new-1"), 1);
    }

    void aWindowLeftAloneHoldsNoRows()
    {
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::mouseMove(floor().viewport(), QPoint(100, floor().state().yOf(5) + 8));
        QTRY_VERIFY(floor().state().hoverRow == 5);
        bringUrgent("new-1");
        QVERIFY(rowOf(*floor().scene(), "new-1") > 1);
        f->clock.advance(LanesView::kRests);
        QTRY_VERIFY(!floor().resting());
        QCOMPARE(floor().state().hoverRow, -1);
        QTRY_COMPARE(rowOf(*floor().scene(), "new-1"), 1);
        QTest::keyClick(&floor(), Qt::Key_Down); // somebody is back
        QVERIFY(floor().resting());
    }

    void whatGoesOnGrowsInInspectorAndHeader()
    {
        test::FakeInteraction call = test::CallBuilder("open-1", "+1 555 0002", kNow - Duration::seconds(100)).queue("Support", 40).talk("Ann", 60).open();
        f->session.put(call.view, call.summary);
        space().openInteraction(InteractionId("open-1"));
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("\t1:40")));
        QVERIFY(space().inspector().text().contains(QStringLiteral("Talk\t1:00")));
        f->clock.advance(Duration::seconds(25));
        space().inspector().tick();
        QVERIFY(space().inspector().text().contains(QStringLiteral("\t2:05")));
        QVERIFY(space().inspector().text().contains(QStringLiteral("Talk\t1:25")));
        QVERIFY(labelsOf(space().inspector()).contains(QStringLiteral("2:05")));
        const QList<QLabel *> labels = space().inspector().findChildren<QLabel *>();
        const auto talk = std::find_if(labels.begin(), labels.end(), [](const QLabel *l) { return l->text() == QStringLiteral("1:25"); });
        QVERIFY(talk != labels.end());
        QCOMPARE((*talk)->property("value").toString(), QStringLiteral("1:25")); // what "Copy the value" takes
        QCOMPARE((*talk)->accessibleName(), QStringLiteral("Talk: 1:25"));
        QCOMPARE(timeline().scene()->rows.front().detailAt(f->clock.now()), QStringLiteral("2:05 in all, no holes"));
    }

    void aClockInTheFutureIsToldAndNeverNegative()
    {
        QCOMPARE(durationText(Duration::seconds(-129'574'452)), QStringLiteral("0:00"));
        QVERIFY(futureNote(kNow + Duration::seconds(1), kNow).isEmpty());
        test::FakeInteraction call = test::CallBuilder("future", "+1 555 0003", kNow + Duration::seconds(7200)).queue("Support", 10).open();
        f->session.put(call.view, call.summary);
        space().openInteraction(InteractionId("future"));
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("in the future")));
        QVERIFY(!space().inspector().text().contains(QStringLiteral("\t-")));
        QVERIFY(space().crumbNote().contains(QStringLiteral("2 h 00 min in the future")));
    }

    void theFirstCharactersOfAnIdAreEnough()
    {
        f->parts().actions[Actions::OpenInteraction]->trigger();
        QTRY_VERIFY(f->parts().byId && f->parts().byId->dialog());
        f->parts().byId->dialog()->setTextValue(shortId(Fixture::richId().value));
        f->parts().byId->dialog()->accept();
        QTRY_COMPARE(space().choice().interaction(), Fixture::richId());
        QTRY_COMPARE(space().view(), ViewName::Timeline);
        for (const char *id : {"twin-1", "twin-2"}) {
            test::FakeInteraction call = test::CallBuilder(id, "+1 555 0004", kNow).ivr(5).open();
            f->session.put(call.view, call.summary);
        }
        f->parts().byId->look(QStringLiteral("twin"));
        QTRY_VERIFY(f->parts().byId->dialog() && f->parts().byId->dialog()->comboBoxItems().size() == 2);
        f->parts().byId->dialog()->setTextValue(QStringLiteral("twin-2"));
        f->parts().byId->dialog()->accept();
        QTRY_COMPARE(space().choice().interaction(), InteractionId("twin-2"));
    }

    // D3

    void numbersLoseTheirMiddleAndNamesTheirEnd()
    {
        const QFontMetricsF metrics(f->parts().look.fonts().table);
        const QString number = QStringLiteral("+1 617 555 0142");
        const QString cut = elidedText(metrics, number, metrics.horizontalAdvance(number) - 20);
        QVERIFY(cut.startsWith(QStringLiteral("+1")) && cut.endsWith(QStringLiteral("42")) && cut.contains(QChar(0x2026)));
        QCOMPARE(elideModeOf(QStringLiteral("ann.example@example.org")), Qt::ElideMiddle);
        QCOMPARE(elideModeOf(QStringLiteral("Ann Example")), Qt::ElideRight);
        TextCache cache(f->parts().look.fonts().table);
        QVERIFY(cache.elided(number, cache.width(number) - 20).endsWith(QStringLiteral("42")));
    }

    void schemesAreTakenOff()
    {
        QCOMPARE(addressText("tel:+16175550142"), QStringLiteral("+16175550142"));
        QCOMPARE(addressText("SIP:ann@example.org"), QStringLiteral("ann@example.org"));
        QCOMPARE(addressText("mailto:ann@example.org"), QStringLiteral("ann@example.org"));
        QCOMPARE(addressText("tel:"), QStringLiteral("tel:"));
        const test::FakeInteraction call = throughTalk("t-1", kNow);
        FloorEntry entry = entryOf(call.summary);
        QCOMPARE(entry.customer, QStringLiteral("+16175550142"));
        fill(entry, call.view.story);
        QCOMPARE(entry.customer, QStringLiteral("+16175550142"));
    }

    /// Whatever the header cuts is read whole by resting on it.
    void aCutHeaderIsReadByATip()
    {
        const auto &rows = floor().scene()->rows;
        const auto row = std::find_if(rows.begin(), rows.end(), [](const Row &r) { return r.kind == RowKind::Lane && !r.title.isEmpty(); });
        QVERIFY(row != rows.end());
        const QPoint on(40, floor().state().yOf(static_cast<int>(row - rows.begin())) + 6);
        QTest::mouseMove(floor().viewport(), on - QPoint(0, 3));
        QTest::mouseMove(floor().viewport(), on);
        QTRY_VERIFY(QToolTip::isVisible());
        QVERIFY2(QToolTip::text().contains(row->title.toHtmlEscaped()), qPrintable(QToolTip::text()));
        QToolTip::hideText();
    }

    void headerColumnIsDraggedAndMovedByKey()
    {
        const int before = floor().headerWidth();
        QTest::mousePress(floor().viewport(), Qt::LeftButton, {}, QPoint(before, 200));
        QTest::mouseMove(floor().viewport(), QPoint(before + 30, 200));
        QTest::mouseMove(floor().viewport(), QPoint(before + 80, 200));
        QTest::mouseRelease(floor().viewport(), Qt::LeftButton, {}, QPoint(before + 80, 200));
        QCOMPARE(floor().headerWidth(), before + 80);
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_Left, Qt::AltModifier | Qt::ShiftModifier);
        QCOMPARE(floor().headerWidth(), before + 60);
        for (int i = 0; i < 40; ++i)
            QTest::keyClick(&floor(), Qt::Key_Left, Qt::AltModifier | Qt::ShiftModifier);
        QCOMPARE(floor().headerWidth(), kSmallestHeader);
    }

    void headerColumnIsRemembered()
    {
        WindowOptions options = Fixture::demoOptions();
        options.remembers = true;
        f->open(options);
        f->parts().look.setHeaderWidth(true, 411);
        f->open(options);
        QTRY_COMPARE(floor().headerWidth(), 411);
        f->open();
        QVERIFY(floor().headerWidth() != 411); // the demo remembers nothing
    }

    void statusTablesShowTheWholeTimeAndEveryCellHasATip()
    {
        QStandardItemModel model;
        const std::unique_ptr<QTableView> table(makeTable(model, {QStringLiteral("When"), QStringLiteral("Why")}, QStringLiteral("x"), f->parts().look));
        const QString when = f->parts().look.time().full(kNow);
        setRows(model, {{when, QStringLiteral("reason")}});
        QTRY_VERIFY(table->columnWidth(0) > QFontMetrics(table->font()).horizontalAdvance(when));
        QCOMPARE(model.item(0, 1)->toolTip(), QStringLiteral("reason"));
    }

    void inspectorIsNeverWiderThanItsDock()
    {
        QVERIFY(f->openRich());
        Selection selection;
        selection.row = kEventsKey;
        selection.event = EventId("evt-00008");
        space().choice().setSelection(selection);
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Lamport")));
        QTRY_VERIFY(space().inspector().widget()->width() <= space().inspector().viewport()->width());
    }

    void queuesOfOneInteractionAreToldApart()
    {
        Story story;
        for (const char *name : {"Sales", "Billing", ""}) {
            ParticipantRow row;
            row.purpose = Purpose::Acd;
            row.queueName = name;
            row.id = ParticipantId("0f5d8b54-7f0e-4d5e-9b1c-1f2e3d4c5b6a");
            story.participants.push_back(row);
        }
        QCOMPARE(participantLabel(story, 0), QStringLiteral("Sales"));
        QCOMPARE(participantLabel(story, 1), QStringLiteral("Billing"));
        QCOMPARE(participantLabel(story, 2), QStringLiteral("Queue 0f5d8b54"));
    }

    /// Events and links call whoever takes part in them by the same names, and those tell them apart.
    void eventsAndLinksNameWhoTakesPart()
    {
        QVERIFY(f->openRich());
        const Story story = test::richCall(kNow - Duration::seconds(409)).view.story;
        QVERIFY(!story.links.empty());
        space().showDock(QStringLiteral("inspector"));
        space().choice().setSelection({}); // as a whole
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Links")));
        const QString shown = space().inspector().text();
        for (const Link &link : story.links) {
            for (const int who : {link.from, link.to})
                QVERIFY2(who < 0 || shown.contains(participantLabel(story, who)), qPrintable(shown));
        }
        std::map<QString, QString> named;
        for (std::size_t i = 0; i < story.participants.size(); ++i)
            named[qstr(story.participants[i].id.value)] = participantLabel(story, static_cast<int>(i));
        std::set<QString> labels;
        for (const auto &[id, label] : named)
            QVERIFY2(labels.insert(label).second, qPrintable(label));
        const EventsModel &events = space().eventsModel();
        QVERIFY(events.rowCount() > 10);
        for (int row = 0; row < events.rowCount(); ++row) {
            const QString who = events.index(row, EventsModel::Participant).data().toString();
            QVERIFY2(who.isEmpty() || labels.contains(who), qPrintable(who));
            QCOMPARE(events.index(row, EventsModel::Participant).data(Qt::ToolTipRole).toString(), who); // whole, where the cell is cut
        }
    }

    void eventsOnTheFloorSayWhoseTheyAre()
    {
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTRY_VERIFY(space().eventsModel().rowCount() > 0);
        QVERIFY(!space().events().isColumnHidden(EventsModel::Call));
        const QString call = space().eventsModel().index(0, EventsModel::Call).data().toString();
        QVERIFY(call.contains(shortId(space().choice().interaction().value)));
        space().setView(ViewName::Timeline);
        QVERIFY(space().events().isColumnHidden(EventsModel::Call));
    }

    void theCustomersRowSaysWhatTheCustomerDid()
    {
        const test::FakeInteraction call = throughTalk("t-1", kNow - Duration::seconds(200));
        const Story &story = call.view.story;
        const LanePtr lane = channelLane(story, story.participants.front(), story.participants.front().channels.front());
        QStringList names;
        for (const LaneSegment &segment : lane->segments())
            names << lane->nameOf(segment);
        QCOMPARE(names, QStringList({QStringLiteral("In the menu"), QStringLiteral("Waiting for Billing"), QStringLiteral("With Ann"),
                                     QStringLiteral("Held by Ann"), QStringLiteral("With Ann")}));
        QCOMPARE(lane->segments()[3].kind, SegmentKind::Hold);
        QCOMPARE(story.participants.front().channels.front().segments.size(), 1U); // the data stay
        Selection held;
        held.row = channelKey(0, 0);
        held.segmentStart = lane->segments()[3].start;
        held.kind = SegmentKind::Hold;
        const SegmentRef ref = findSegment(story, held);
        QVERIFY(ref.segment && ref.felt);
        QCOMPARE(ref.segment->kind, SegmentKind::Talk);
        QCOMPARE(ref.felt->kind, SegmentKind::Hold);
    }

    void whoGaveUpAbandoned()
    {
        test::FakeInteraction call = test::CallBuilder("gone", "+1 555 0005", kNow - Duration::seconds(63)).queue("Support", 63).ended();
        call.view.story.figures.abandoned = true;
        call.view.story.figures.wait = Duration::seconds(63);
        for (const InteractionState state : {InteractionState::Open, InteractionState::Ended}) {
            call.summary.state = state;
            FloorEntry entry = entryOf(call.summary);
            fill(entry, call.view.story);
            QCOMPARE(entry.with, QStringLiteral("abandoned, 1:03"));
        }
    }

    // D4

    void crumbsLeadSomewhere()
    {
        for (const Crumbs::Crumb &crumb : space().crumbs())
            QCOMPARE(crumb.target.isEmpty(), crumb.text == QStringLiteral("Floor"));
        space().follow(QStringLiteral("groups"));
        QVERIFY(model().folded());
        space().follow(QStringLiteral("groups"));
        QVERIFY(!model().folded());
        QVERIFY(f->openRich());
        for (const Crumbs::Crumb &crumb : space().crumbs())
            QVERIFY2(!crumb.target.isEmpty(), qPrintable(crumb.text));
        space().follow(QStringLiteral("floor"));
        QCOMPARE(space().view(), ViewName::Floor);
        // The link itself, by mouse and by key.
        for (const bool byKey : {false, true}) {
            QVERIFY(f->openRich());
            const QList<FlatButton *> links = f->parts().crumbs->findChildren<FlatButton *>();
            const auto floorLink = std::find_if(links.begin(), links.end(), [](const FlatButton *link) { return link->text() == QStringLiteral("Floor"); });
            QVERIFY(floorLink != links.end());
            if (byKey) {
                (*floorLink)->setFocus(Qt::TabFocusReason);
                QVERIFY((*floorLink)->hasFocus());
                QTest::keyClick(*floorLink, Qt::Key_Return);
            } else {
                QTest::mouseClick(*floorLink, Qt::LeftButton);
            }
            QCOMPARE(space().view(), ViewName::Floor);
        }
    }

    void columnTitlesAndKeySort()
    {
        QTest::mouseClick(floor().viewport(), Qt::LeftButton, {}, QPoint(60, 12));
        QCOMPARE(model().sort(), FloorSort::Customer);
        QCOMPARE(floor().state().sorted, 0);
        const auto &rows = floor().scene()->rows;
        QVERIFY(QString::localeAwareCompare(rows[1].title, rows[2].title) <= 0);
        QTest::mouseClick(floor().viewport(), Qt::LeftButton, {}, QPoint(floor().headerWidth() - 20, 12));
        QCOMPARE(model().sort(), FloorSort::Attention);
        f->parts().actions[Actions::NextSort]->trigger();
        QCOMPARE(model().sort(), FloorSort::Customer);
    }

    void aQueueOfThePanelLeadsToItsGroup()
    {
        const QList<QueueRow *> rows = space().nowPanel().findChildren<QueueRow *>();
        QVERIFY(rows.size() >= 3);
        model().setAllExpanded(false);
        rows[1]->setFocus();
        QTest::keyClick(rows[1], Qt::Key_Return);
        const std::string key = FloorModel::groupKey(rows[1]->queue());
        QCOMPARE(floor().selection().row, key);
        QVERIFY(floor().scene()->rows[static_cast<std::size_t>(rowOf(*floor().scene(), key))].expanded);
    }

    void menusOfferWhatWorksThere()
    {
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_Down);
        QTest::keyClick(&floor(), Qt::Key_Down);
        std::unique_ptr<QMenu> menu(floor().makeMenu());
        QVERIFY(menu->actions().size() >= 4);
        menu->actions().front()->trigger(); // opens the timeline
        QCOMPARE(space().view(), ViewName::Timeline);
        QVERIFY(f->openRich());
        space().events().setCurrentIndex(space().eventsModel().index(2, 1));
        menu.reset(space().events().makeMenu());
        menu->actions().front()->trigger();
        QCOMPARE(QApplication::clipboard()->text().toStdString(), space().eventsModel().eventAt(2).value);
        menu.reset(space().inspector().makeMenu(QStringLiteral("a value")));
        menu->actions().front()->trigger();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("a value"));
        // By key they come up.
        QVERIFY(popsUp(timeline()));
        QVERIFY(popsUp(space().events()));
        QVERIFY(popsUp(space().inspector()));
    }

    void escLeavesTheTimelineAndEnterPressesButtons()
    {
        QVERIFY(f->openRich());
        timeline().setFocus();
        QTest::keyClick(&timeline(), Qt::Key_Escape);
        QCOMPARE(space().view(), ViewName::Floor);
        WindowOptions options = Fixture::demoOptions();
        options.firstRun = true;
        f->open(options);
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        QPushButton *demo = f->window->findChild<QPushButton *>();
        for (QPushButton *button : f->window->findChildren<QPushButton *>()) {
            if (button->text() == QStringLiteral("Start demo"))
                demo = button;
        }
        demo->setFocus();
        QTest::keyClick(demo, Qt::Key_Return);
        QCOMPARE(f->connector.demos, 1);
    }

    void whereItIsNarrowTheRightDockIsARailAndOpensBesideTheLanes()
    {
        QVERIFY(!space().rail().isVisible());
        f->window->resize(1280, 800);
        QCoreApplication::processEvents();
        QVERIFY(space().rail().isVisible());
        QCOMPARE(space().rail().width(), 28);
        QVERIFY(!space().rightDockShown());
        const QRect before(floor().mapTo(f->window.get(), QPoint()), floor().size());
        QAbstractButton *tab = space().rail().findChild<QAbstractButton *>();
        QTest::mouseClick(tab, Qt::LeftButton);
        QVERIFY(space().rightDockShown() && space().nowPanel().isVisible());
        QCoreApplication::processEvents();
        // Nothing of the lanes lies under it, so what is followed or fitted is seen.
        const QRect lanes(floor().mapTo(f->window.get(), QPoint()), floor().size());
        QCOMPARE(lanes.topLeft(), before.topLeft());
        QVERIFY(lanes.right() < space().nowPanel().mapTo(f->window.get(), QPoint()).x());
        QVERIFY(floor().navigator().following());
        floor().tick();
        QVERIFY(floor().headerWidth() + floor().navigator().scale().x(floor().now()) < floor().viewport()->width());
        floor().execute(LaneCommand::FitAll);
        QVERIFY(floor().headerWidth() + floor().navigator().scale().x(floor().now()) < floor().viewport()->width());
        QTest::keyClick(&space().nowPanel(), Qt::Key_Escape);
        QVERIFY(!space().rightDockShown());
        f->window->resize(1920, 1080);
        QCoreApplication::processEvents();
        QVERIFY(!space().rail().isVisible());
        QVERIFY(space().nowPanel().isVisible());
    }

    void aProblemMovesNoLane()
    {
        const QPoint before = floor().mapTo(f->window.get(), QPoint());
        f->window->showProblem(QStringLiteral("Something happened. Because. Do this."));
        QCoreApplication::processEvents();
        QVERIFY(f->parts().error->isVisible());
        QVERIFY(f->parts().error->height() >= 36);
        QCOMPARE(floor().mapTo(f->window.get(), QPoint()), before);
    }

    void aGroupStaysInViewWhileItsLanesScroll()
    {
        f->window->resize(1920, 500);
        QCoreApplication::processEvents();
        floor().verticalScrollBar()->setValue(100);
        const PaintState s = floor().state();
        QCOMPARE(s.sticky, 0);
        QCOMPARE(s.yOf(0), s.axis);
        QCOMPARE(s.rowAt(s.axis + 3), 0);
        const int second = rowOf(*floor().scene(), FloorModel::groupKey(floor().scene()->rows[15].title));
        QVERIFY(second > 0);
        floor().verticalScrollBar()->setValue(floor().rows().top(second) - 10);
        QVERIFY(floor().state().yOf(0) < s.axis); // pushed up by the next one
    }

    void nothingIsOfferedThatDoesNothing()
    {
        QVERIFY(f->openRich());
        QVERIFY(!f->parts().actions[Actions::LegendShown]->isEnabled());
        QVERIFY(!f->parts().actions[Actions::NextSort]->isEnabled());
        space().setView(ViewName::Floor);
        QVERIFY(f->parts().actions[Actions::LegendShown]->isEnabled());
        space().setFirstRun(true);
        QVERIFY(!f->parts().actions[Actions::ZoomIn]->isEnabled());
    }
};

THREADLINE_GUI_TEST_MAIN(TestTruth)
#include "test_ui_truth.moc"
