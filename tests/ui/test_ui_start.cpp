// SPDX-License-Identifier: GPL-3.0-or-later
/// The first minutes: what is stored is seen, a connection or a file leads away from the welcome page, what goes wrong is readable.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/filespage.h"
#include "ui/text/fieldnames.h"
#include "ui/text/format.h"
#include "ui/views/minimap.h"
#include "ui/views/notebar.h"

#include <QLineEdit>
#include <QPushButton>
#include <QTest>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr Timestamp kYesterday{kNow.us - 86'400'000'000};

test::FakeInteraction endedCall(int number, Timestamp start)
{
    const std::string id = "ended-" + std::to_string(number);
    return test::CallBuilder(id, "+1 555 " + std::to_string(1000 + number), start).queue("Support", 40).talk("Agent One", 120).ended();
}

} // namespace

class TestStart : public QObject, WindowAccess {
    Q_OBJECT

    std::size_t lanesShown()
    {
        return static_cast<std::size_t>(std::count_if(floor().scene()->rows.begin(), floor().scene()->rows.end(),
                                                      [](const Row &row) { return row.kind == RowKind::Lane; }));
    }
    void putEnded(int many, Duration apart, Timestamp first = kYesterday)
    {
        for (int i = 0; i < many; ++i) {
            test::FakeInteraction call = endedCall(i, first + Duration::micros(apart.us * i));
            f->session.put(std::move(call.view), std::move(call.summary));
        }
    }
    void openIdle(bool firstRun = false)
    {
        f->session.setStatus(idleStatus());
        WindowOptions options = Fixture::demoOptions();
        options.firstRun = firstRun;
        f->open(options);
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
    }

    ConnectDialog *openConnect()
    {
        f->parts().actions[Actions::Connect]->trigger();
        return qobject_cast<ConnectDialog *>(f->window->dialog());
    }
    static QPushButton *button(QWidget &in, const QString &text)
    {
        for (QPushButton *each : in.findChildren<QPushButton *>()) {
            if (each->text().startsWith(text))
                return each;
        }
        return nullptr;
    }
    static QLineEdit *field(QWidget &in, const QString &name)
    {
        for (QLineEdit *each : in.findChildren<QLineEdit *>()) {
            if (each->accessibleName() == name)
                return each;
        }
        return nullptr;
    }
    static void type(QLineEdit *into, const QString &text)
    {
        into->selectAll();
        QTest::keyClicks(into, text);
    }

private Q_SLOTS:
    void init() { f = std::make_unique<Fixture>(); }
    void cleanup() { f.reset(); }

    void whatIsStoredIsSeenAlthoughAllOfItHasEnded()
    {
        putEnded(30, Duration::seconds(60));
        openIdle();
        QTRY_COMPARE(lanesShown(), 30U);
        const TimeRange view = floor().navigator().view();
        QVERIFY(view.start < kYesterday && view.end > kYesterday + Duration::seconds(29 * 60 + 160));
        QVERIFY(view.length() < Duration::seconds(3600));
        QVERIFY(floor().isVisible());
        QCOMPARE(space().crumbNote(), QStringLiteral("0 of 30 interactions open"));
        QVERIFY(space().crumbs()[1].text.contains(f->parts().look.time().year(kYesterday)));
    }

    void aServerThatIsGoneHidesNothing()
    {
        putEnded(30, Duration::seconds(60));
        Status status = idleStatus();
        status.source = SourceState::Waiting;
        status.sourceDetail = "No answer.";
        f->session.setStatus(status);
        f->open();
        QTRY_COMPARE(lanesShown(), 30U);
        f->session.setStatus(liveStatus()); // back: now is followed
        QTRY_VERIFY(floor().navigator().following());
        QTRY_VERIFY(space().floor().note().text().startsWith(QStringLiteral("Nothing goes on now. 30 interactions are stored")));
        QTest::keyClick(&floor(), Qt::Key_Home);
        QTRY_VERIFY(lanesShown() > 0);
    }

    void homeAndAllFindTheDataAgain()
    {
        putEnded(30, Duration::seconds(60));
        openIdle();
        QTRY_COMPARE(lanesShown(), 30U);
        floor().setFocus();
        floor().showRange({kYesterday + Duration::seconds(2200), kYesterday + Duration::seconds(2300)});
        QTRY_COMPARE(lanesShown(), 0U);
        QVERIFY(floor().isVisible()); // with axis and minimap, and not in place of them why there is nothing
        QTRY_VERIFY(space().floor().note().text().startsWith(QStringLiteral("Nothing lies in this stretch. 30 interactions")));
        QTest::keyClick(&floor(), Qt::Key_Home);
        QTRY_VERIFY(lanesShown() > 0);
        QTest::keyClick(&floor(), Qt::Key_F, Qt::ShiftModifier);
        QTRY_COMPARE(lanesShown(), 30U);
    }

    void zoomingWhatIsStoredBringsTheLanesOfThatStretchAndNoOther()
    {
        putEnded(60, Duration::seconds(60));
        openIdle();
        QTRY_COMPARE(lanesShown(), 60U);
        QTRY_VERIFY(model().settled());
        floor().showRange({kYesterday + Duration::seconds(600), kYesterday + Duration::seconds(900)});
        const auto allTouch = [this] {
            const TimeRange view = floor().navigator().view();
            std::size_t touching = 0;
            for (const Row &row : floor().scene()->rows) {
                if (row.kind != RowKind::Lane)
                    continue;
                const FloorEntry *entry = model().entry(InteractionId(row.key));
                if (!entry || entry->start >= view.end || entry->lastEventAt < view.start)
                    return false;
                ++touching;
            }
            return touching == 7;
        };
        QTRY_VERIFY_WITH_TIMEOUT(allTouch(), 1500); // sooner than lanes may be sorted again
        floor().execute(LaneCommand::FitAll);
        QTRY_COMPARE_WITH_TIMEOUT(lanesShown(), 60U, 1500);
    }

    void somethingIsDrawnOfEachHoweverFarOut()
    {
        putEnded(3, Duration::seconds(20 * 86'400), kNow - Duration::seconds(60 * 86'400));
        openIdle();
        QTRY_COMPARE(lanesShown(), 1U); // the latest, which is looked at first
        for (int i = 0; i < 60; ++i)
            floor().execute(LaneCommand::ZoomOut);
        QTRY_COMPARE(lanesShown(), 3U);
        QVERIFY(f->settle());
        for (const Row &row : floor().scene()->rows) {
            if (!row.lane)
                continue;
            std::vector<Piece> pieces;
            layOutSegments(*row.lane, floor().navigator().scale(), 0, static_cast<int>(floor().navigator().width()), kNow, pieces);
            QVERIFY(!pieces.empty());
            QVERIFY(pieces.front().width() >= 1);
        }
    }

    void minutesAreNotHiddenByALegOfWeeks()
    {
        test::FakeInteraction call = endedCall(1, kYesterday);
        const Timestamp far = kYesterday + Duration::seconds(14 * 86'400);
        call.view.story.participants.back().channels.front().segments.back().end = far;
        call.view.story.end = call.view.story.lastEventAt = far;
        call.summary.lastEventAt = far;
        call.summary.end = far;
        f->session.put(call.view, call.summary);
        openIdle();
        QTRY_VERIFY(model().settled());
        space().openInteraction(InteractionId("ended-1"));
        LanesView &lanes = space().timeline().lanes();
        QTRY_VERIFY(!lanes.scene()->rows.empty());
        QVERIFY(lanes.navigator().view().length() < Duration::seconds(300));
        const auto *note = space().timeline().findChild<NoteBar *>();
        QVERIFY(lanes.scene()->focus);
        QCOMPARE(lanes.scene()->beyond, 1);
        QVERIFY2(note->text().startsWith(QStringLiteral("1 leg goes on until ")), qPrintable(QStringLiteral("\"%1\"").arg(note->text())));
        QVERIFY(note->text().contains(QStringLiteral("2026"))); // with its year
        QTest::keyClick(&lanes, Qt::Key_F, Qt::ShiftModifier);
        QVERIFY(lanes.navigator().view().length() > Duration::seconds(14 * 86'400));
    }

    void moreThanCanBeHeldIsSaidAndReadByTheStretch()
    {
        constexpr int kMore = 300;
        const int all = static_cast<int>(FloorModel::kMostLanes) + kMore;
        putEnded(all, Duration::seconds(1));
        openIdle();
        QTRY_VERIFY_WITH_TIMEOUT(model().total().all == all, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(space().crumbNote(), QStringLiteral("0 of 10,300 interactions open"), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(model().leftOut(), std::int64_t(kMore), 60'000);
        QTRY_VERIFY(space().floor().note().text().contains(QStringLiteral("300 more lie in this stretch")));
        QVERIFY(!model().entry(InteractionId("ended-5"))); // the oldest in the store are those that are left out
        QVERIFY(floor().navigator().view().start <= kYesterday); // and yet they are in the time shown
        space().floor().settle();
        const Minimap &map = space().floor().minimap();
        const auto column = static_cast<std::size_t>(map.scale().x(kYesterday + Duration::seconds(100)) / kMinimapColumn);
        QVERIFY(map.columns().at(column).all() > 0); // and on the minimap
        floor().showRange({kYesterday, kYesterday + Duration::seconds(60)});
        QTRY_VERIFY_WITH_TIMEOUT(model().entry(InteractionId("ended-5")), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(model().leftOut(), std::int64_t(0), 60'000);
        QVERIFY(model().count() <= FloorModel::kMostLanes);
    }

    void whatIsStoredLeadsAwayFromTheWelcomePage()
    {
        openIdle(true);
        QVERIFY(space().firstRun());
        putEnded(1, Duration::seconds(1));
        QTRY_VERIFY(!space().firstRun());
        QTRY_COMPARE(lanesShown(), 1U);
    }

    void connectingLeadsAwayFromTheWelcomePage()
    {
        openIdle(true);
        ConnectDialog *dialog = openConnect();
        ConnectionValues values;
        values.environment = QStringLiteral("https://api.mypurecloud.de");
        values.clientId = QStringLiteral("client");
        values.secret = QStringLiteral("s3cret");
        dialog->setValues(values);
        button(*dialog, QStringLiteral("Connect"))->click();
        QTRY_VERIFY(!space().firstRun());
    }

    void aFileIsReadWithItsProgressAndCanBeStopped()
    {
        openIdle(true);
        f->connector.openAtOnce = false;
        f->connector.readingState = ReadingState{QStringLiteral("calls.json"), 34, 6800, false, Duration::seconds(8)};
        f->window->openFiles({QStringLiteral("/somewhere/calls.json")});
        QVERIFY(!space().firstRun());
        const auto *empty = space().floor().findChild<EmptyState *>();
        QTRY_VERIFY(empty->title().contains(QStringLiteral("calls.json")));
        QVERIFY2(f->parts().status->progress().contains(QStringLiteral("34 %, 6,800 conversations, about 8 s left")),
                 qPrintable(f->parts().status->progress()));
        QVERIFY(button(*f->parts().space, QStringLiteral("Stop"))->isVisible());
        button(*f->parts().space, QStringLiteral("Stop"))->click();
        QCOMPARE(f->connector.readingStopped, 1);
        f->connector.readingState.reset();
        f->connector.openDone(FilesRead{6800, 0, {}, false, {}, true});
        QCOMPARE(f->parts().error->text(), QStringLiteral("Reading was stopped. 6,800 conversations were read by then, and are kept. Open the file again to read all of it."));
        QCOMPARE(f->parts().status->progress(), QString());
    }

    void whatWasWrongUntilReadingWasStoppedIsTold()
    {
        openIdle(true);
        const auto list = [this] {
            QAbstractItemModel &model = f->window->findChild<FilesPage *>()->model();
            QStringList rows;
            for (int row = 0; row < model.rowCount(); ++row)
                rows << model.index(row, 0).data().toString() + QLatin1Char(' ') + model.index(row, 2).data().toString();
            return rows.join(QLatin1Char('\n'));
        };
        f->connector.openResult = FilesRead{2, 1, {{QStringLiteral("/somewhere/first.json"), InteractionId("one"), QStringLiteral("Line 1: of the first file.")}}, false};
        f->window->openFiles({QStringLiteral("/somewhere/first.json")});
        QVERIFY2(list().contains(QStringLiteral("first.json")), qPrintable(list()));
        FilesRead stopped{7, 2, {}, false, {}, true};
        for (const char *words : {"Line 4: it is no conversation.", "Line 9: it is none, either."})
            stopped.listed.push_back({QStringLiteral("/somewhere/second.json"), {}, QString::fromLatin1(words)});
        f->connector.openResult = stopped;
        f->window->openFiles({QStringLiteral("/somewhere/second.json")});
        const QString told = f->parts().error->text();
        QVERIFY2(told.contains(QStringLiteral("7 conversations were read by then")) && told.contains(QStringLiteral("2 places could not be read. The first: Line 4")), qPrintable(told));
        QVERIFY2(list().contains(QStringLiteral("Line 4")) && list().contains(QStringLiteral("Line 9")) && !list().contains(QStringLiteral("first.json")), qPrintable(list()));
    }

    void theFocusBeginsWhereWorkBegins()
    {
        openIdle();
        QVERIFY(!f->window->focusWidget()->accessibleName().startsWith(QStringLiteral("Close")));
        QCOMPARE(f->window->focusWidget(), static_cast<QWidget *>(space().floor().findChild<EmptyState *>()));
        putEnded(2, Duration::seconds(1));
        QTRY_COMPARE(f->window->focusWidget(), static_cast<QWidget *>(&floor()));
    }

    // --- connecting ---
    void theNameFollowsTheAddressUntilOneIsTyped()
    {
        openIdle();
        ConnectDialog *dialog = openConnect();
        type(field(*dialog, QStringLiteral("Environment URL")), QStringLiteral("https://api.one.example"));
        QCOMPARE(dialog->values().name, QStringLiteral("api.one.example"));
        type(field(*dialog, QStringLiteral("Environment URL")), QStringLiteral("https://api.two.example"));
        QCOMPARE(dialog->values().name, QStringLiteral("api.two.example"));
        type(field(*dialog, QStringLiteral("Name")), QStringLiteral("Centre"));
        type(field(*dialog, QStringLiteral("Environment URL")), QStringLiteral("https://api.three.example"));
        QCOMPARE(dialog->values().name, QStringLiteral("Centre"));
    }

    void errorsNameFieldsMoveNothingAndGoWithTheNextLetter()
    {
        openIdle();
        ConnectDialog *dialog = openConnect();
        QCOMPARE(dialog->focusWidget(), static_cast<QWidget *>(field(*dialog, QStringLiteral("Name"))));
        QPushButton *test = button(*dialog, QStringLiteral("Test"));
        QVERIFY(QTest::qWaitForWindowExposed(dialog));
        QCoreApplication::processEvents();
        const QRect before(test->mapTo(dialog, QPoint()), test->size());
        type(field(*dialog, QStringLiteral("Environment URL")), QStringLiteral("https://api.x"));
        test->click(); // without a client
        const auto error = [&] {
            for (const QLabel *label : dialog->findChildren<QLabel *>()) {
                if (label->property("ink") == QStringLiteral("error") && label->text().contains(QStringLiteral("missing")))
                    return label->text();
            }
            return QString();
        };
        QVERIFY(error().contains(QStringLiteral("client ID is missing")));
        QCOMPARE(QRect(test->mapTo(dialog, QPoint()), test->size()), before);
        type(field(*dialog, QStringLiteral("Client ID")), QStringLiteral("c"));
        QCOMPARE(error(), QString());
        type(field(*dialog, QStringLiteral("Client secret")), QStringLiteral("s"));
        const QString longWords = QStringLiteral("Not signed in (401): api.x refused the credentials. ").repeated(3);
        f->connector.steps = {{QStringLiteral("Host found"), true, QStringLiteral("api.x is 10.0.0.1"), {}, {}, Duration::millis(120)},
                              {QStringLiteral("Signed in"), false, {}, longWords + QStringLiteral("Check GENESYS_CLIENT_SECRET (--flag)."),
                               QStringLiteral("Check GENESYS_CLIENT_SECRET, and that it belongs to GENESYS_CLIENT_ID. ").repeated(3), Duration::millis(300)}};
        test->click();
        QCOMPARE(dialog->steps().size(), 2);
        QVERIFY2(!dialog->steps()[1].contains(QStringLiteral("GENESYS_")), qPrintable(dialog->steps()[1]));
        QVERIFY(dialog->steps()[1].contains(QStringLiteral("Check Client secret")));
        QCOMPARE(QRect(test->mapTo(dialog, QPoint()), test->size()), before);
        QCoreApplication::processEvents();
        // Every label has the height that its words need, and every field its own.
        for (const QLabel *label : dialog->findChildren<QLabel *>()) {
            if (label->isVisible() && label->wordWrap())
                QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
        }
        for (const QLineEdit *each : dialog->findChildren<QLineEdit *>()) {
            if (each->isVisible())
                QVERIFY2(each->height() >= 28, qPrintable(each->accessibleName()));
        }
        QTest::keyClicks(field(*dialog, QStringLiteral("Client secret")), QStringLiteral("x"));
        QCOMPARE(dialog->steps().size(), 0); // it is no more what was tested
    }

    void settingsAreCalledByTheirFields()
    {
        QCOMPARE(inFieldNames(QStringLiteral("Set GENESYS_LOGIN_URL (or GENESYS_ENVIRONMENT_URL) to the right host.")),
                 QStringLiteral("Set Environment URL to the right host."));
        QCOMPARE(inFieldNames(QStringLiteral("Check GENESYS_ENVIRONMENT_URL (--environment) and the protocol (--protocol).")),
                 QStringLiteral("Check Environment URL."));
        QCOMPARE(inFieldNames(QStringLiteral("Neither GENESYS_CLIENT_SECRET nor GENESYS_PRIVATE_KEY is set.")),
                 QStringLiteral("Neither Client secret nor Private key is set."));
        QCOMPARE(inFieldNames(QStringLiteral("Check THREADLINE_PROXY (--proxy).")), QStringLiteral("Check THREADLINE_PROXY."));
    }

    // --- screens ---
    void aWindowStandsWhollyOnAScreen()
    {
        const QRect small(0, 0, 1280, 800);
        const QRect second(1280, 0, 1920, 1080);
        const auto whole = [](const QRect &window, const QRect &screen) { return screen.contains(window.adjusted(0, -30, 0, 0)); };
        QVERIFY(whole(fittedOnScreen(QRect(0, 0, 1920, 1080), false, {small}, small), small));
        QVERIFY(whole(fittedOnScreen(QRect(0, 0, 1440, 900), false, {small, second}, second), second));
        QVERIFY(whole(fittedOnScreen(QRect(1400, 100, 1500, 900), true, {small}, small), small)); // its screen is gone
        QVERIFY(whole(fittedOnScreen(QRect(1200, -200, 1500, 900), true, {small, second}, small), second));
        QCOMPARE(fittedOnScreen(QRect(1400, 100, 1500, 900), true, {small, second}, small), QRect(1400, 100, 1500, 900));
    }

    void aKeyringsOwnWordsStayOutOfTheWindow()
    {
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        Keyring keyring;
        std::optional<QString> words;
        keyring.read(QStringLiteral("client@host"), [&](const Result<QString> &answer) {
            words = answer ? QString() : qstr(answer.error().message);
        });
        QTRY_VERIFY_WITH_TIMEOUT(words, 30'000);
        QVERIFY2(!words->contains(QStringLiteral("bus"), Qt::CaseInsensitive) && !words->contains(QStringLiteral("org.")), qPrintable(*words));
    }
};

THREADLINE_GUI_TEST_MAIN(TestStart)
#include "test_ui_start.moc"
