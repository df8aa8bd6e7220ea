// SPDX-License-Identifier: GPL-3.0-or-later
/// Ways to what is there: to what was read from a file, back to now, to what ended, to what was set up before.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/keysheet.h"
#include "ui/memory.h"
#include "ui/text/format.h"
#include "ui/views/inspector.h"
#include "ui/views/minimap.h"
#include "ui/views/notebar.h"

#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>
#include <QToolTip>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr Duration kYear = Duration::seconds(365LL * 86'400);

/// Conversations of a file, one after the other.
std::vector<test::FakeInteraction> fileOf(int many, Timestamp first, Duration apart, const std::string &prefix = "read-")
{
    std::vector<test::FakeInteraction> out;
    for (int i = 0; i < many; ++i)
        out.push_back(test::CallBuilder(prefix + std::to_string(i), "+1 555 " + std::to_string(2000 + i), first + Duration::micros(apart.us * i))
                          .by(Provenance::Import)
                          .queue("Archive", 40)
                          .talk("Agent One", 80)
                          .ended());
    return out;
}

} // namespace

class TestWays : public QObject, WindowAccess {
    Q_OBJECT

    void put(const test::FakeInteraction &call) { f->session.put(call.view, call.summary); }
    /// What the store has of them by then is told with the answer, as reading a file does.
    void read(const std::vector<test::FakeInteraction> &calls)
    {
        for (const test::FakeInteraction &call : calls)
            put(call);
        tellRead(calls);
    }
    /// That they were read alone: the floor does not know of them.
    void tellRead(const std::vector<test::FakeInteraction> &calls)
    {
        FilesRead done{calls.size(), 0, {}, false};
        done.place = FilesPlace{calls.front().summary.interaction, calls.front().summary.lastEventAt, calls.back().summary.lastEventAt};
        f->connector.openResult = done;
        f->window->openFiles({QStringLiteral("/somewhere/old.json")});
    }
    QPushButton *errorButton(const QString &text)
    {
        for (QPushButton *each : f->parts().error->findChildren<QPushButton *>()) {
            if (each->isVisible() && each->text() == text)
                return each;
        }
        return nullptr;
    }
    /// All of them are in view, each in its row.
    bool sees(const std::vector<test::FakeInteraction> &calls)
    {
        const TimeRange view = floor().navigator().view();
        return std::all_of(calls.begin(), calls.end(), [&](const test::FakeInteraction &call) {
            return view.start <= call.summary.start && call.summary.lastEventAt <= view.end && row(call.summary.interaction.value.c_str()) >= 0;
        });
    }
    int row(const char *key) { return rowOf(*floor().scene(), key); }
    std::size_t lanesShown()
    {
        return static_cast<std::size_t>(std::count_if(floor().scene()->rows.begin(), floor().scene()->rows.end(),
                                                      [](const Row &row) { return row.kind == RowKind::Lane; }));
    }
    ConnectDialog *openConnect()
    {
        f->parts().actions[Actions::Connect]->trigger();
        return qobject_cast<ConnectDialog *>(f->window->dialog());
    }

private Q_SLOTS:
    void init() { f = std::make_unique<Fixture>(); }
    void cleanup() { f.reset(); }

    // --- to what was read ---
    void whatWasReadWhileItIsLiveIsOffered()
    {
        QVERIFY(openFilled());
        const TimeScale before = floor().navigator().scale();
        read(fileOf(3, kNow - kYear, Duration::seconds(600)));
        QTRY_VERIFY(errorButton(QStringLiteral("Show")));
        QVERIFY2(f->parts().error->text().contains(QStringLiteral("old.json")) && f->parts().error->text().contains(QStringLiteral("2025")),
                 qPrintable(f->parts().error->text()));
        // Meanwhile now is followed at the scale of before.
        QVERIFY(floor().navigator().following());
        QCOMPARE(floor().navigator().scale().usPerPx(), before.usPerPx());
        errorButton(QStringLiteral("Show"))->click();
        QCOMPARE(space().choice().interaction(), InteractionId("read-0"));
        QCOMPARE(floor().selection().row, std::string("read-0"));
        QVERIFY(row("read-0") >= 0 && row("read-1") >= 0 && row("read-2") >= 0);
        const TimeRange view = floor().navigator().view();
        QVERIFY(view.start <= kNow - kYear && view.end >= kNow - kYear + Duration::seconds(1320));
        QVERIFY(view.length() < Duration::seconds(2000));
        QTRY_VERIFY(!errorButton(QStringLiteral("Show"))); // it is in view
        QCOMPARE(lanesShown(), 3U); // none that began long afterwards stands before them
        QTest::keyClick(&floor(), Qt::Key_End);
        QVERIFY(floor().navigator().following());
    }

    void whatIsInViewIsNotOffered()
    {
        QVERIFY(openFilled());
        read(fileOf(2, kNow - Duration::seconds(600), Duration::seconds(60)));
        QTRY_VERIFY(row("read-0") >= 0 || model().entry(InteractionId("read-0")));
        QTest::qWait(600); // longer than it is waited for
        QVERIFY(!errorButton(QStringLiteral("Show")));
    }

    void onAFloorThatStandsStillWhatWasReadIsShownAtOnce()
    {
        f->session.setStatus(idleStatus());
        f->open();
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        read(fileOf(3, kNow - kYear, Duration::seconds(10LL * 86'400)));
        QTRY_COMPARE(lanesShown(), 1U); // the latest stretch, as after a restart: the floor has nothing else
        QVERIFY(floor().scene()->focus && floor().scene()->before == 2);
        QVERIFY(!errorButton(QStringLiteral("Show")));
        read(fileOf(3, kNow - Duration::micros(2 * kYear.us), Duration::seconds(10LL * 86'400), "older-"));
        QTRY_COMPARE(lanesShown(), 3U); // all of it, though it lies far apart
        QVERIFY(!errorButton(QStringLiteral("Show")));
    }

    void eachFileIsGoneToAsLongAsNobodyHasChosenAnything()
    {
        f->session.setStatus(idleStatus());
        f->open();
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        for (int years = 0; years < 3; ++years) {
            const Timestamp first = kNow - Duration::micros(years * kYear.us) - Duration::seconds(7200);
            const auto calls = fileOf(3, first, Duration::seconds(600), "file" + std::to_string(years) + "-");
            read(calls);
            QTRY_VERIFY(sees(calls));
            QVERIFY(!errorButton(QStringLiteral("Show")));
            QVERIFY(f->settle());
            QVERIFY(sees(calls)); // what comes in afterwards moves nothing
        }
        floor().execute(LaneCommand::ZoomIn);
        const TimeRange chosen = floor().navigator().view();
        read(fileOf(2, kNow - Duration::micros(4 * kYear.us), Duration::seconds(600), "last-"));
        QTRY_VERIFY(errorButton(QStringLiteral("Show")));
        QCOMPARE(floor().navigator().view(), chosen);
    }

    /// However late the list tells of it: until then there is nothing that could be shown.
    void whatTheFloorDoesNotKnowYetIsNeitherOfferedNorGoneTo_data()
    {
        QTest::addColumn<bool>("touched");
        QTest::newRow("nobody has chosen anything") << false;
        QTest::newRow("somebody has") << true;
    }

    void whatTheFloorDoesNotKnowYetIsNeitherOfferedNorGoneTo()
    {
        QFETCH(bool, touched);
        f->session.setStatus(idleStatus());
        for (const test::FakeInteraction &call : fileOf(5, kNow - Duration::seconds(3600), Duration::seconds(60), "new-"))
            put(call);
        f->open();
        QVERIFY(f->settle());
        if (touched)
            floor().execute(LaneCommand::ZoomIn);
        const TimeRange before = floor().navigator().view();
        const auto old = fileOf(3, kNow - kYear, Duration::seconds(600));
        tellRead(old);
        QTest::qWait(600); // longer than anything here takes
        QVERIFY(!errorButton(QStringLiteral("Show")));
        QCOMPARE(floor().navigator().view(), before);
        for (const test::FakeInteraction &call : old)
            put(call);
        if (touched) {
            QTRY_VERIFY(errorButton(QStringLiteral("Show")));
            errorButton(QStringLiteral("Show"))->click();
        }
        QTRY_VERIFY(sees(old));
        QVERIFY(!errorButton(QStringLiteral("Show")));
    }

    void theOverviewOfNowStaysUsefulBesideYears()
    {
        QVERIFY(openFilled());
        const Minimap &map = space().floor().minimap();
        const TimeRange before = map.stretch();
        QVERIFY(before.length() < Duration::seconds(86'400));
        read(fileOf(3, kNow - Duration::micros(6 * kYear.us), kYear));
        QTRY_VERIFY(model().entry(InteractionId("read-2")) && floor().scene()->extent.length() > kYear);
        QVERIFY(map.stretch().length() < Duration::seconds(86'400));
        QVERIFY(map.stretch().start <= floor().navigator().view().start);
        const auto all = map.columns();
        QVERIFY(std::any_of(all.begin(), all.end(), [](const DensityColumn &column) { return column.queue > 0; }));
        floor().execute(LaneCommand::Home); // elsewhere it shows all there is
        QCOMPARE(map.stretch(), floor().scene()->extent);
        QTest::keyClick(&floor(), Qt::Key_End);
        QVERIFY(map.stretch().length() < Duration::seconds(86'400));
    }

    // --- to what ended ---
    void whatEndedInViewIsListedOnALiveFloor()
    {
        QVERIFY(openFilled());
        put(test::CallBuilder("done", "+1 555 0003", kNow - Duration::seconds(900)).queue("Support", 200).ended());
        const std::string earlier = FloorModel::groupKey(FloorOrder::kEarlier);
        QTRY_VERIFY(rowOf(*floor().scene(), earlier) >= 0);
        const Row &head = floor().scene()->rows[static_cast<std::size_t>(rowOf(*floor().scene(), earlier))];
        QCOMPARE(&head, &floor().scene()->rows.back()); // below all, and folded
        QCOMPARE(head.title, QStringLiteral("Ended earlier"));
        QVERIFY(head.note.endsWith(QStringLiteral(" ended")));
        QCOMPARE(row("done"), -1);
        model().setExpanded(earlier, true);
        QVERIFY(row("done") > rowOf(*floor().scene(), earlier));
        const auto count = std::count_if(floor().scene()->rows.begin(), floor().scene()->rows.end(), [&](const Row &each) { return each.kind == RowKind::Group && each.title == QStringLiteral("Ended earlier"); });
        QCOMPARE(count, 1);
        f->clock.advance(Duration::seconds(1200)); // it has left the view
        QTRY_COMPARE_WITH_TIMEOUT(row("done"), -1, 10'000);
    }

    void whatIsOpenStandsNotBeforeItBegan()
    {
        QVERIFY(openFilled());
        floor().showRange({kNow - Duration::seconds(5400), kNow - Duration::seconds(3000)});
        QTRY_VERIFY(row(Fixture::richId().value.c_str()) >= 0);
        for (const Row &each : floor().scene()->rows) {
            if (each.kind == RowKind::Lane)
                QVERIFY2(model().entry(InteractionId(each.key))->start < kNow - Duration::seconds(3000), each.key.c_str());
        }
    }

    // --- to now ---
    void endGoesToNowAtAScaleThatShowsIt()
    {
        QVERIFY(openFilled());
        read(fileOf(3, kNow - Duration::micros(6 * kYear.us), kYear));
        QTRY_VERIFY(floor().scene()->extent.length() > kYear);
        floor().setFocus();
        QTest::keyClick(&floor(), Qt::Key_F, Qt::ShiftModifier);
        QVERIFY(floor().navigator().view().length() > kYear);
        QTest::keyClick(&floor(), Qt::Key_End);
        QVERIFY(floor().navigator().following());
        QVERIFY(floor().navigator().view().length() <= Duration::seconds(3600));
        QVERIFY(floor().navigator().view().contains(kNow));
        // A scale that shows what goes on is somebody's choice.
        floor().showRange({kNow - Duration::seconds(7200), kNow - Duration::seconds(3600)});
        QTest::keyClick(&floor(), Qt::Key_End);
        QVERIFY(std::abs(floor().navigator().view().length().us - Duration::seconds(3600).us) < 1'000'000);
        floor().showRange({kNow - Duration::seconds(7200), kNow - Duration::seconds(7200) + Duration::millis(100)});
        QTest::keyClick(&floor(), Qt::Key_End);
        QVERIFY(floor().navigator().view().length() >= Duration::seconds(60));
    }

    void oldAndNewDataOpenOnTheLatestAtTheTop()
    {
        f->session.setStatus(idleStatus());
        for (int i = 0; i < 200; ++i)
            put(test::CallBuilder("old-" + std::to_string(i), "+1 555 0002", kNow - Duration::micros(4 * kYear.us) + Duration::seconds(i * 60)).queue("Archive", 40).ended());
        for (int i = 0; i < 120; ++i)
            put(test::CallBuilder("new-" + std::to_string(i), "+1 555 0003", kNow - Duration::seconds(86'400 - i * 30)).queue("Support", 40).ended());
        f->open();
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        // The pointer rests where lanes come to be.
        for (int i = 0; i < 10; ++i) {
            QTest::mouseMove(floor().viewport(), QPoint(100 + i, 300));
            QCoreApplication::processEvents();
        }
        QTRY_VERIFY(model().settled());
        QTRY_COMPARE(lanesShown(), 120U);
        const TimeRange view = floor().navigator().view();
        QVERIFY(view.length() < Duration::seconds(3 * 3600));
        QVERIFY(view.start <= kNow - Duration::seconds(86'400) && view.end >= kNow - Duration::seconds(86'400 - 119 * 30 - 40));
        QCOMPARE(floor().verticalScrollBar()->value(), 0);
        QTRY_VERIFY2(space().floor().note().text().startsWith(QStringLiteral("200 interactions lie before ")), qPrintable(space().floor().note().text()));
        QTest::keyClick(&floor(), Qt::Key_F, Qt::ShiftModifier);
        QTRY_COMPARE(lanesShown(), 320U);
        QTest::keyClick(&floor(), Qt::Key_End);
        QVERIFY(floor().navigator().view().length() < Duration::seconds(3 * 3600));
        QTRY_COMPARE(lanesShown(), 120U);
    }

    void whyItDidNotConnectGoesWhenItDoes()
    {
        f->session.setStatus(idleStatus());
        f->open();
        f->window->showNotConnected(QStringLiteral("Not connected. The secret of client demo is not at hand."));
        QVERIFY(f->parts().error->text().startsWith(QStringLiteral("Not connected.")));
        ConnectDialog *dialog = openConnect();
        QVERIFY(dialog);
        ConnectionValues values;
        values.environment = QStringLiteral("https://api.mypurecloud.de");
        values.clientId = QStringLiteral("demo");
        values.secret = QStringLiteral("s3cret");
        dialog->setValues(values);
        dialog->accept();
        QTRY_COMPARE(f->parts().error->text(), QString());
    }

    void connectingFromWhatIsStoredLeadsToNow()
    {
        f->session.setStatus(idleStatus());
        for (const test::FakeInteraction &call : fileOf(5, kNow - kYear, Duration::seconds(60)))
            put(call);
        f->open();
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
        QTRY_COMPARE(lanesShown(), 5U);
        floor().showRange({kNow - kYear, kNow - kYear + Duration::seconds(100)});
        space().openInteraction(InteractionId("read-1"));
        ConnectDialog *dialog = openConnect();
        QVERIFY(dialog);
        ConnectionValues values;
        values.environment = QStringLiteral("https://api.mypurecloud.de");
        values.clientId = QStringLiteral("client");
        values.secret = QStringLiteral("s3cret");
        dialog->setValues(values);
        dialog->accept();
        f->session.setStatus(liveStatus());
        put(test::CallBuilder("now-1", "+1 555 0009", kNow - Duration::seconds(30)).queue("Support", 30).open());
        QTRY_VERIFY(floor().navigator().following());
        QCOMPARE(space().view(), ViewName::Floor);
        QTRY_VERIFY(row("now-1") >= 0);
        QVERIFY(floor().navigator().view().contains(kNow));
        QVERIFY(floor().navigator().view().length() <= Duration::seconds(3600));
    }

    void whatGoesOnIsFittedUpToNow()
    {
        QVERIFY(openFilled());
        const Timestamp start = kNow - Duration::seconds(100);
        put(test::CallBuilder("open-1", "+1 555 0002", start).queue("Support", 40).open());
        space().openInteraction(InteractionId("open-1"));
        QVERIFY(f->settle());
        f->clock.advance(Duration::seconds(600));
        const auto showsAll = [&](LanesView &lanes) {
            const TimeRange view = lanes.navigator().view();
            return view.start <= start && view.end >= f->clock.now() && view.length() < Duration::seconds(1000);
        };
        timeline().execute(LaneCommand::Fit);
        QVERIFY(showsAll(timeline()));
        QVERIFY(timeline().navigator().following()); // so that it stays in view
        timeline().execute(LaneCommand::FitAll);
        QVERIFY(showsAll(timeline()));
        // On the floor, too, also where nothing is felt any more and it is open all the same.
        test::FakeInteraction left = test::CallBuilder("left-1", "+1 555 0002", start).queue("Support", 40).ended();
        left.summary.state = InteractionState::Open;
        left.summary.end.reset();
        left.view.story.end.reset();
        put(left);
        space().setView(ViewName::Floor);
        QTRY_VERIFY(model().settled());
        QVERIFY(f->settle());
        for (const char *key : {"open-1", "left-1"}) {
            QTRY_VERIFY(row(key) >= 0);
            Selection selection;
            selection.row = key;
            floor().setSelection(selection, true);
            floor().execute(LaneCommand::Fit);
            QVERIFY2(showsAll(floor()), key);
        }
    }

    // --- the demo ---
    void theDemoIsStartedOnce()
    {
        WindowOptions options = Fixture::demoOptions();
        options.firstRun = true;
        f->session.setStatus(idleStatus());
        f->open(options);
        QPushButton *demo = nullptr;
        for (QPushButton *each : space().firstRunView().findChildren<QPushButton *>()) {
            if (each->text() == QStringLiteral("Start demo"))
                demo = each;
        }
        QVERIFY(demo);
        QTest::mouseDClick(demo, Qt::LeftButton);
        demo->click();
        demo->setFocus();
        QTest::keyClick(demo, Qt::Key_Return);
        QTest::keyClick(demo, Qt::Key_Return);
        QCOMPARE(f->connector.demos, 1);
        f->clock.advance(Duration::seconds(10)); // it was closed again, say
        demo->click();
        QCOMPARE(f->connector.demos, 2);
        f->clock.advance(Duration::seconds(10));
        f->connector.demoResult = fail(ErrorCode::Busy, "The demo is open already, in a window of its own.");
        demo->click();
        QVERIFY(f->parts().error->text().contains(QStringLiteral("open already")));
        f->connector.demoResult = fail(ErrorCode::Unusable, "The demo could not be started.");
        demo->click();
        demo->click(); // one that failed may be tried at once
        QCOMPARE(f->connector.demos, 5);
    }

    // --- to the urgent ones ---
    void aHintLeadsToUrgentOnesOutOfView()
    {
        QVERIFY(openFilled());
        f->window->resize(1280, 600);
        QCoreApplication::processEvents();
        const auto hint = [this] {
            for (const Crumbs::Crumb &crumb : space().crumbs()) {
                if (crumb.target == QStringLiteral("urgent"))
                    return crumb.text;
            }
            return QString();
        };
        QTest::keyClick(&floor(), Qt::Key_End, Qt::ControlModifier);
        space().setSort(FloorSort::Customer);
        space().setSort(FloorSort::Attention);
        QVERIFY(floor().verticalScrollBar()->value() > 0); // the chosen one stays where the eye is
        QVERIFY2(hint().endsWith(QStringLiteral("urgent out of view")), qPrintable(hint()));
        space().follow(QStringLiteral("urgent"));
        const std::vector<std::string> seen = floor().visibleKeys();
        const auto &waiting = model().figures().waiting;
        QVERIFY(std::find(seen.begin(), seen.end(), waiting.front().id.value) != seen.end());
        floor().verticalScrollBar()->setValue(0);
        f->window->resize(1920, 1080);
        QCoreApplication::processEvents();
        QCOMPARE(hint(), QString());
    }
};

THREADLINE_GUI_TEST_MAIN(TestWays)
#include "test_ui_ways.moc"
