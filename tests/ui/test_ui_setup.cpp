// SPDX-License-Identifier: GPL-3.0-or-later
/// What is kept from one run to the next, and what is told of times: their days, and that some are unknown. Where dialogs stand.
#include "core/timeline/record.h"
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/memory.h"
#include "ui/models/ending.h"
#include "ui/text/format.h"
#include "ui/timeline/painters.h"
#include "ui/timeline/spoken.h"
#include "ui/views/eventspanel.h"
#include "ui/views/inspector.h"
#include "ui/views/legend.h"
#include "ui/views/nowpanel.h"
#include "ui/views/sidepanel.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QTest>
#include <QToolTip>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr Timestamp kLastYear{kNow.us - 365LL * 86'400'000'000};

/// The record of it has no end, and nobody else tells of it.
test::FakeInteraction endless(const char *id, Timestamp start)
{
    return test::CallBuilder(id, "+1 555 0007", start).by(Provenance::Import).queue("Support", 40).open();
}

WindowOptions remembering()
{
    WindowOptions options = Fixture::demoOptions();
    options.remembers = true;
    return options;
}

} // namespace

class TestSetup : public QObject, WindowAccess {
    Q_OBJECT

    void put(const test::FakeInteraction &call) { f->session.put(call.view, call.summary); }
    ConnectDialog *openConnect()
    {
        f->parts().actions[Actions::Connect]->trigger();
        auto *dialog = qobject_cast<ConnectDialog *>(f->window->dialog());
        return dialog && QTest::qWaitForWindowActive(dialog) ? dialog : nullptr;
    }
    static QString focusedField(const ConnectDialog &dialog)
    {
        const QWidget *at = dialog.focusWidget();
        const auto *button = qobject_cast<const QPushButton *>(at);
        return button ? button->text() : at ? at->accessibleName() : QString();
    }

private Q_SLOTS:
    void init()
    {
        f = std::make_unique<Fixture>();
        memory().clear();
    }
    void cleanup() { f.reset(); }

    // --- how it is set up ---
    void whatSomebodyChoseIsThereAgain()
    {
        f->fill();
        f->open(remembering());
        QVERIFY(f->settle());
        f->window->setTheme(ThemeName::Light);
        f->parts().actions[Actions::NextTheme]->trigger();
        f->parts().actions[Actions::Compact]->trigger();
        f->parts().actions[Actions::SortCustomer]->trigger();
        f->parts().actions[Actions::LegendShown]->trigger();
        f->parts().actions[Actions::Zone]->trigger();
        space().showRightDock(false);
        space().showDock(QStringLiteral("events"));
        space().setView(ViewName::Timeline);
        space().showDock(QStringLiteral("now"));
        f->parts().look.setHeaderWidth(true, 411);
        f->open(remembering());
        QVERIFY(f->settle());
        QCOMPARE(f->parts().look.theme().name(), ThemeName::Dark);
        QCOMPARE(f->parts().look.density(), Density::Compact);
        QCOMPARE(model().sort(), FloorSort::Customer);
        QVERIFY(f->parts().actions[Actions::SortCustomer]->isChecked());
        QVERIFY(!space().floor().legend().isVisible() && !f->parts().actions[Actions::LegendShown]->isChecked());
        QVERIFY(f->parts().look.utcChosen());
        QVERIFY(!space().rightDockShown() && space().bottomDockShown());
        QTRY_COMPARE(floor().headerWidth(), 411);
        space().setView(ViewName::Timeline);
        QVERIFY(space().nowPanel().isVisible());
        // What was asked for on the command line comes first, and is not kept.
        WindowOptions asked = remembering();
        asked.theme = ThemeName::Contrast;
        asked.themeGiven = true;
        f->open(asked);
        QCOMPARE(f->parts().look.theme().name(), ThemeName::Contrast);
        f->open(remembering());
        QCOMPARE(f->parts().look.theme().name(), ThemeName::Dark);
        f->open(); // the demo has nothing of it
        QCOMPARE(f->parts().look.density(), Density::Normal);
    }

    void theRightDockOfANarrowWindowIsKeptToo()
    {
        f->fill();
        f->open(remembering());
        f->window->resize(1280, 800);
        QVERIFY(f->settle());
        QVERIFY(!space().rightDockShown());
        space().showRightDock(true);
        f->window.reset();
        f->window = std::make_unique<MainWindow>(f->session, f->clock, f->connector, f->secrets, remembering());
        f->window->resize(1280, 800);
        f->window->show();
        QVERIFY(f->settle());
        QVERIFY(space().rightDockShown());
    }

    void whatNoWindowWroteIsNotTaken()
    {
        QSettings settings = memory();
        const ViewChoices none = readChoices(settings);
        const QVariant hostile[] = {QStringLiteral("drop table"), -1, 2'000'000'000, QString(200'000, QLatin1Char('9')),
                                    QRect(0, 0, 5, 5), QStringList{QStringLiteral("true"), QStringLiteral("maybe"), QStringLiteral("true"), QStringLiteral("now")},
                                    QStringList{QStringLiteral("true"), QStringLiteral("true"), QStringLiteral("true"), QStringLiteral("../etc")}, 1e300};
        for (const QVariant &value : hostile) {
            for (const char *key : {"theme", "density", "sort", "legend", "utc", "floorDocks", "timelineDocks", "rightWidth", "bottomHeight", "floorHeader",
                                    "timelineHeader", "place", "maximised"})
                settings.setValue(QStringLiteral("window/") + QLatin1String(key), value);
            QVERIFY2(readChoices(settings) == none, qPrintable(value.toString().left(40)));
            const WindowPlace place = readPlace(settings);
            QVERIFY(!place.maximised && (!place.rect || *place.rect == QRect(0, 0, 5, 5)));
        }
        settings.setValue(QStringLiteral("window/place"), QRect(QPoint(-2'000'000'000, 0), QPoint(2'000'000'000, 5)));
        QVERIFY(!readPlace(settings).rect);
        settings.setValue(QStringLiteral("window/rightWidth"), 9000); // more than there is of the window
        settings.sync();
        f->open(remembering());
        QCoreApplication::processEvents();
        QVERIFY(space().nowPanel().width() < f->window->width() * 2 / 3);
        keepPlace(settings, QRect(10, 20, 1300, 700), true);
        QCOMPARE(readPlace(settings).rect, std::optional(QRect(10, 20, 1300, 700)));
        QVERIFY(readPlace(settings).maximised);
    }

    // --- times ---
    void whatIsNotOfTodayBearsItsDate()
    {
        QVERIFY(openFilled());
        const test::FakeInteraction call = test::CallBuilder("old-1", "+1 555 0007", kLastYear).queue("Support", 40).talk("Agent One", 90).ended();
        put(call);
        space().openInteraction(InteractionId("old-1"));
        QVERIFY(f->settle());
        const auto dated = [](const QString &text) { return text.contains(QStringLiteral("2025")); };
        const TimeText &time = f->parts().look.time();
        QVERIFY2(dated(space().timeline().stateText()), qPrintable(space().timeline().stateText()));
        const Scene &scene = *timeline().scene();
        const LaneSegment &segment = scene.rows.front().lane->segments().front();
        Piece piece;
        piece.kind = segment.kind;
        QVERIFY(dated(tipOf(scene, 0, piece, time, kNow)));
        QVERIFY(dated(spokenSegment(scene, 0, segment, time, kNow, kNow)));
        QVERIFY(dated(spokenMark(scene.marks.front(), time, kNow)));
        QVERIFY(dated(bandText(test::repairedBand(kLastYear, kLastYear + Duration::seconds(8)), time, kNow)));
        const EventsModel &events = space().eventsModel();
        QVERIFY(dated(events.index(0, EventsModel::Time).data().toString()));
        const QString text = events.index(0, EventsModel::Time).data().toString();
        QVERIFY(space().events().columnWidth(EventsModel::Time) > QFontMetrics(f->parts().look.fonts().table).horizontalAdvance(text));
        Selection selection;
        selection.event = events.eventAt(0);
        selection.row = kEventsKey;
        space().choice().setSelection(selection);
        QTRY_VERIFY(space().inspector().text().startsWith(QStringLiteral("interaction-updated\t")));
        QVERIFY2(dated(space().inspector().text().section(QLatin1Char('\n'), 0, 0)), qPrintable(space().inspector().text()));
        // Of today the clock is enough, and of a night before the day is told on both sides.
        QCOMPARE(time.momentRange({kNow, kNow + Duration::seconds(5)}, kNow), QStringLiteral("10:48:52 to 10:48:57"));
        QCOMPARE(time.momentRange({kLastYear, kLastYear + Duration::seconds(5)}, kNow), QStringLiteral("Tue 6 May 2025 10:48:52 to 10:48:57"));
        QCOMPARE(time.momentRange({kNow - Duration::seconds(86'400), kNow}, kNow), QStringLiteral("Tue 5 May 2026 10:48:52 to Wed 6 May 2026 10:48:52"));
    }

    /// Beside a feed, too, time does not go on for what only a record without an end tells of.
    void whatHasNoReadableEndIsOfUnknownLength()
    {
        QVERIFY(openFilled());
        test::FakeInteraction call = endless("endless-1", kNow - Duration::seconds(27'000LL * 3600));
        call.view.story.warnings = {"conversationEnd \"0000\" is not readable as ISO 8601."};
        put(call);
        const InteractionId id("endless-1");
        QTRY_VERIFY(model().entry(id) && model().entry(id)->lane);
        model().rebuild();
        const FloorEntry *entry = model().entry(id);
        QVERIFY(!entry->since && !entry->waits());
        QCOMPARE(entry->with, QStringLiteral("end unknown"));
        for (const WaitingItem &item : model().figures().waiting)
            QVERIFY(item.id != id);
        for (const LaneSegment &segment : entry->lane->segments())
            QVERIFY(!segment.open());
        space().openInteraction(id);
        QVERIFY(f->settle());
        QVERIFY(!timeline().scene()->live);
        space().choice().setSelection({}); // as a whole
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("unknown: no end can be read in the record")));
        for (const QString &text : {space().inspector().text(), space().timeline().stateText()})
            QVERIFY2(!text.contains(QStringLiteral("27000")) && text.contains(QStringLiteral("unknown")), qPrintable(text));
        for (const SummaryBar::Figure &figure : space().timeline().findChild<SummaryBar *>()->figures())
            QVERIFY2(figure.caption != QStringLiteral("in all") || figure.value == QStringLiteral("unknown"), qPrintable(figure.value));
        call.view.story.warnings.clear();
        QVERIFY(noEndText(call.view.story).contains(QStringLiteral("the record tells no end")));
        // One that is heard of live goes on.
        QVERIFY(!endUnknown(test::CallBuilder("live-1", "+1 555 0007", kNow).queue("Support", 40).open().view.story));
    }

    /// It is not counted among the open ones, and leaves a floor that goes on.
    void whatHasNoReadableEndIsNotOpenOnAFloorThatGoesOn()
    {
        QVERIFY(openFilled());
        const int open = model().figures().open;
        put(test::CallBuilder("endless-1", "+1 555 0007", kNow - Duration::seconds(600)).by(Provenance::Import).queue("Archive", 40).talk("Agent One", 20).open());
        const auto at = [this](const std::string &key) { return rowOf(*floor().scene(), key); };
        const auto row = [&](const std::string &key) { return floor().scene()->rows[static_cast<std::size_t>(at(key))]; };
        const std::string archive = FloorModel::groupKey(QStringLiteral("Archive"));
        QTRY_VERIFY(model().entry(InteractionId("endless-1")) && model().entry(InteractionId("endless-1"))->endless);
        model().rebuild();
        QVERIFY(at(archive) >= 0 && at("endless-1") >= 0);
        QCOMPARE(model().figures().open, open);
        QCOMPARE(row(archive).note, QStringLiteral("1 with its end unknown"));
        QVERIFY(!row("endless-1").open && !row("endless-1").since);
        Selection selection;
        selection.row = "endless-1";
        floor().setSelection(selection, true);
        floor().execute(LaneCommand::Fit);
        QVERIFY2(floor().navigator().view().end < kNow - Duration::seconds(500), "up to what is known of it");
        QTest::keyClick(&floor(), Qt::Key_End);
        f->clock.advance(Duration::seconds(3600)); // it has left the view
        QTRY_COMPARE_WITH_TIMEOUT(at("endless-1"), -1, 10'000);
    }

    void whatHasNoReadableTimeHasNone()
    {
        QVERIFY(openFilled());
        const auto record = readRecord(R"({"conversationId":"timeless-1","participants":[{"participantId":"p","purpose":"customer","sessions":[{"sessionId":"s",)"
                                       R"("mediaType":"voice","segments":[{"segmentStart":"02/03/2026 10:00","segmentEnd":"02/03/2026 10:05","segmentType":"interact"}]}]}]})");
        QVERIFY(record.has_value() && recordEvents(*record, kNow).empty());
        test::FakeInteraction call;
        call.view.story = recordStory(*record);
        call.summary.interaction = call.view.story.interaction;
        put(call);
        QVERIFY(timesUnknown(call.view.story) && endUnknown(call.view.story));
        space().openInteraction(InteractionId("timeless-1"));
        QVERIFY(f->settle());
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("its times are unknown")));
        QVERIFY(space().timeline().stateText().startsWith(QStringLiteral("Its times are unknown")));
        QCOMPARE(space().timeline().findChild<EmptyState *>()->title(), QStringLiteral("When it took place is not known."));
        QStringList said{space().inspector().text(), space().timeline().stateText(), space().crumbNote()};
        for (const Crumbs::Crumb &crumb : space().crumbs())
            said << crumb.text;
        for (const QLabel *label : f->window->findChildren<QLabel *>())
            said << label->text();
        for (const QString &text : said)
            QVERIFY2(!text.contains(QStringLiteral("1970")) && !text.contains(QStringLiteral("going on")) && !text.contains(QStringLiteral("Open since")), qPrintable(text));
    }

    void eachOfThePlatformsRecordsSaysHowMuchItTells()
    {
        QVERIFY(openFilled());
        test::FakeInteraction call = test::CallBuilder("rec-1", "+1 555 0007", kNow - Duration::seconds(300)).queue("Support", 40).ended();
        call.view.records = {{kNow, true, 12, "{\"a\":1}"}, {kNow, false, 7, "{\"a\":2}"}};
        put(call);
        space().openInteraction(InteractionId("rec-1"));
        QVERIFY(f->settle());
        space().choice().setSelection({}); // as a whole
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Segments\t12")));
        QVERIFY(space().inspector().text().contains(QStringLiteral("Segments\t7")));
    }

    // --- dialogs, tips, small things ---
    void dialogsStandOverTheirWindowByThemselves()
    {
        f->open();
        f->window->setGeometry(40, 30, 760, 500);
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        ConnectDialog *dialog = openConnect();
        QVERIFY(dialog);
        QVERIFY(dialog->testAttribute(Qt::WA_Moved)); // else it is left to the window manager
        QTRY_VERIFY(std::abs(dialog->geometry().center().x() - f->window->geometry().center().x()) <= 20);
        dialog->reject();
        f->parts().actions[Actions::KeySheet]->trigger();
        f->parts().actions[Actions::About]->trigger();
        f->parts().actions[Actions::OpenInteraction]->trigger();
        int dialogs = 0;
        for (const QDialog *each : f->window->findChildren<QDialog *>()) {
            if (!each->isVisible())
                continue;
            ++dialogs;
            QVERIFY2(each->testAttribute(Qt::WA_Moved), qPrintable(each->windowTitle()));
        }
        QVERIFY(dialogs >= 3);
    }

    void theFocusIsWhereSomethingIsToBeTyped()
    {
        f->open();
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        f->connector.values.name = QStringLiteral("Centre");
        f->connector.values.environment = QStringLiteral("https://api.mypurecloud.de");
        ConnectDialog *dialog = openConnect();
        QVERIFY(dialog);
        QCOMPARE(focusedField(*dialog), QStringLiteral("Client ID"));
        dialog->reject();
        QTRY_VERIFY(!f->window->dialog());
        f->connector.values.clientId = QStringLiteral("client");
        dialog = openConnect();
        QVERIFY(dialog);
        QCOMPARE(focusedField(*dialog), QStringLiteral("Client secret"));
        dialog->reject();
        QTRY_VERIFY(!f->window->dialog());
        f->connector.values.signIn = SignIn::PrivateKey;
        dialog = openConnect();
        QVERIFY(dialog);
        QCOMPARE(focusedField(*dialog), QStringLiteral("Private key"));
        dialog->reject();
        QTRY_VERIFY(!f->window->dialog());
        f->connector.values.signIn = SignIn::ClientSecret;
        f->secrets.kept[f->connector.values.secretName()] = QStringLiteral("s3cret");
        dialog = openConnect();
        QVERIFY(dialog);
        QCOMPARE(focusedField(*dialog), QStringLiteral("Connect")); // nothing is left to type
    }

    void noTipLiesOverAMenu()
    {
        QVERIFY(openFilled());
        const auto over = [this](const QPoint &at) {
            QMouseEvent move(QEvent::MouseMove, at, floor().viewport()->mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
            QCoreApplication::sendEvent(floor().viewport(), &move);
        };
        over({60, 90});
        QTRY_VERIFY(QToolTip::isVisible()); // there is one to come
        QToolTip::hideText();
        over({60, 300});
        QTRY_VERIFY(!QToolTip::isVisible());
        over({60, 120});
        QMenu menu; // of any widget, opened before the tip has come
        menu.addAction(QStringLiteral("Copy"));
        menu.popup(f->window->mapToGlobal(QPoint(100, 100)));
        QVERIFY(QApplication::activePopupWidget());
        over({60, 150}); // what the platform still sends of the pointer
        QTest::qWait(800); // a tip comes after 400 ms
        QVERIFY(!QToolTip::isVisible());
        menu.close();
        over({60, 180});
        floor().execute(LaneCommand::Menu);
        QTRY_VERIFY(QApplication::activePopupWidget());
        QTest::qWait(800);
        QVERIFY(!QToolTip::isVisible());
        QApplication::activePopupWidget()->close();
    }

    void nothingOfTheNowDockIsCutOff()
    {
        f->fill();
        Band band = test::repairedBand(kLastYear, kLastYear + Duration::seconds(86'400));
        band.state = BandState::NothingMissed;
        f->session.setBands({band});
        f->open();
        f->window->resize(1280, 800);
        QVERIFY(f->settle());
        space().showDock(QStringLiteral("now"));
        QCoreApplication::processEvents();
        const NowPanel &panel = space().nowPanel();
        QVERIFY(panel.isVisible());
        QVERIFY2(panel.widget()->width() <= panel.viewport()->width(), qPrintable(QString::number(panel.widget()->width())));
        for (const QWidget *each : panel.widget()->findChildren<QWidget *>()) {
            if (each->isVisible())
                QVERIFY2(each->geometry().right() <= panel.widget()->width(), qPrintable(each->accessibleName()));
        }
    }

    void namesTakeTheRoomThatOthersLeave()
    {
        const QFontMetricsF metrics(f->open().font());
        const double wide = metrics.horizontalAdvance(QStringLiteral("+49 171 555 012345"));
        const auto [longName, shortPlace] = WaitRow::rooms(wide, metrics.horizontalAdvance(QStringLiteral("Sales")), wide + 60);
        QVERIFY(longName >= wide && shortPlace >= metrics.horizontalAdvance(QStringLiteral("Sales")));
        const auto [shortName, longPlace] = WaitRow::rooms(40, wide, wide + 60);
        QVERIFY(shortName >= 40 && longPlace >= wide);
        const auto [a, b] = WaitRow::rooms(300, 300, 200); // both too long: the name gets more
        QVERIFY(a > b && b > 40 && a + b <= 200);
        // Likewise in the header of a lane.
        constexpr int kHeader = 328;
        const double end = 260, column = withColumn(kHeader);
        QCOMPARE(floorWithStart(100, 60, kHeader, end), column);
        QVERIFY(floorWithStart(140, 60, kHeader, end) >= 34 + 140);
        QCOMPARE(floorWithStart(300, 60, kHeader, end), end - 60);
        QVERIFY(floorWithStart(60, 150, kHeader, end) <= end - 150);
        QCOMPARE(floorWithStart(300, 300, kHeader, end), column);
    }

    void deliveryTellsWhatIsWrongWhileItDelivers()
    {
        const auto told = problemsOf(deliveringStatus(DeliveryState::Delivering, "The point of evt-1 cannot be taken away."), {});
        QCOMPARE(told.size(), std::size_t(1));
        QCOMPARE(told.front().severity, Severity::Warn);
        QVERIFY(problemsOf(deliveringStatus(DeliveryState::Delivering), {}).empty());
    }

    void aWindowThatGrowsIsFilledWithLanes()
    {
        QVERIFY(openFilled());
        f->window->resize(1920, 500);
        QCoreApplication::processEvents();
        floor().verticalScrollBar()->setValue(floor().verticalScrollBar()->maximum());
        for (int height = 500; height <= 640; height += 20) {
            f->window->resize(1920, height);
            QCoreApplication::processEvents();
        }
        const int room = floor().verticalScrollBar()->pageStep();
        QCOMPARE(floor().verticalScrollBar()->value(), std::max(0, floor().rows().height() - room));
    }

    /// One that is looked at while as many as may be are late gives its place once one of those has come.
    void whatIsLateGivesItsPlaceAlsoAfterManyOthers()
    {
        Hub hub(f->session, f->clock);
        QTRY_VERIFY(hub.settled());
        f->session.holdAnswers();
        StoryReader reader(hub);
        const auto want = [&](int first, int last) {
            for (int i = first; i < last; ++i)
                reader.want(InteractionId("call-" + std::to_string(i)), StoryReader::Where::Here);
            reader.pump();
        };
        want(0, StoryReader::kMostLate + StoryReader::kMostAtOnce); // all places, and all of the late
        QTRY_COMPARE_WITH_TIMEOUT(reader.waiting(), std::size_t(0), 30'000);
        QTest::qWait(2 * StoryReader::kLateMs); // the last ones were looked at in vain
        want(1000, 1001);
        QCOMPARE(reader.waiting(), std::size_t(1));
        for (int i = 0; i < StoryReader::kMostAtOnce; ++i) // the late ones that go make room
            reader.want(InteractionId("call-" + std::to_string(i)), StoryReader::Where::Shared);
        QTRY_COMPARE_WITH_TIMEOUT(reader.waiting(), std::size_t(0), 5 * StoryReader::kLateMs);
        f->session.release();
    }
};

THREADLINE_GUI_TEST_MAIN(TestSetup)
#include "test_ui_setup.moc"
