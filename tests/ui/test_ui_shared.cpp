// SPDX-License-Identifier: GPL-3.0-or-later
/// The window and the shared store: what is read back says so, what cannot be found or delivered says what to do, what was set
/// aside is seen, tried again and exported.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/deadletterspage.h"
#include "ui/dialogs/listdialog.h"
#include "ui/dialogs/openbyid.h"
#include "ui/text/format.h"
#include "ui/timeline/spoken.h"
#include "ui/views/inspector.h"
#include "ui/views/notebar.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QInputDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>

using namespace threadline;
using namespace threadline::ui;

namespace {

QPushButton *buttonOf(const QWidget &widget, const QString &text)
{
    for (QPushButton *button : widget.findChildren<QPushButton *>()) {
        if (button->text().remove(QLatin1Char('&')) == text)
            return button;
    }
    return nullptr;
}

QString lines(const QWidget &widget)
{
    QStringList all;
    for (const QLabel *label : widget.findChildren<QLabel *>()) {
        if (label->isVisible())
            all << label->text();
    }
    return all.join(QLatin1Char('\n'));
}

} // namespace

class TestShared : public QObject {
    Q_OBJECT

    std::unique_ptr<Fixture> f;
    Workspace &space() { return *f->parts().space; }
    FloorView &floor() { return space().floor(); }
    const EmptyState &absence() { return *space().timeline().findChild<EmptyState *>(); }
    const NoteBar &note() { return *space().timeline().findChild<NoteBar *>(); }
    DeadLettersPage &letters() { return f->parts().lists->deadLetters(); }
    /// The one that is open; those that were closed go later.
    QInputDialog *idDialog()
    {
        for (QInputDialog *dialog : f->window->findChildren<QInputDialog *>()) {
            if (dialog->isVisible())
                return dialog;
        }
        return nullptr;
    }
    /// By the key and the dialog, as a person does.
    bool openById(const QString &id)
    {
        f->window->activateWindow();
        if (!QTest::qWaitForWindowActive(f->window.get()))
            return false;
        QTest::keyClick(f->window.get(), Qt::Key_G, Qt::ControlModifier);
        QInputDialog *dialog = idDialog();
        if (!dialog)
            return false;
        dialog->setTextValue(id);
        const auto *byId = f->window->findChild<OpenById *>();
        QSignalSpy found(byId, &OpenById::found);
        dialog->accept();
        return (!found.isEmpty() || found.wait()) && f->settle();
    }
    void openLetters()
    {
        Q_EMIT f->parts().status->listWanted(QStringLiteral("dead-letters"));
        QTRY_COMPARE(letters().model().rowCount(), 5);
    }

private Q_SLOTS:
    void init()
    {
        f = std::make_unique<Fixture>();
        f->fill();
        f->session.setStatus(deliveringStatus(DeliveryState::Delivering));
        f->open();
        QVERIFY(f->settle());
        QVERIFY(QTest::qWaitForWindowActive(f->window.get()));
    }
    void cleanup() { f.reset(); }

    void oneThatOnlyTheSharedStoreHasSaysSo()
    {
        const InteractionId id = f->putShared();
        QVERIFY(openById(qstr(id.value)));
        QCOMPARE(space().view(), ViewName::Timeline);
        QVERIFY(space().timeline().lanes().scene()->rows.size() > 5);
        QCOMPARE(note().text(), QStringLiteral("Read from InfluxDB at db.example:8086; the local store has nothing of it."));
        QVERIFY(note().isVisible());
        QVERIFY2(space().crumbNote().endsWith(QStringLiteral("From InfluxDB at db.example:8086")), qPrintable(space().crumbNote()));
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Read from\tInfluxDB at db.example:8086"))); // of a segment
        Selection none;
        Q_EMIT space().timeline().lanes().chosen(none);
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Read from\tInfluxDB at db.example:8086"))); // of all of it
        QVERIFY(!space().inspector().text().contains(QStringLiteral("Incomplete")));
        QVERIFY(f->openRich()); // one of the local store says nothing
        QVERIFY(!note().isVisible());
        QVERIFY(!space().crumbNote().contains(QStringLiteral("From")));
    }

    void whatIsMissingIsTold()
    {
        const QString missing = QStringLiteral("3 of its events are without their data in InfluxDB at db.example:8086.");
        const InteractionId id = f->putShared(missing.toStdString());
        QVERIFY(openById(QStringLiteral("  ") + qstr(id.value) + QStringLiteral(" ")));
        QVERIFY2(note().text().endsWith(missing), qPrintable(note().text()));
        QVERIFY(space().crumbNote().endsWith(QStringLiteral("May be incomplete")));
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("Incomplete\t") + missing));
        // Of one that is here: why something may be missing, and nothing else.
        test::FakeInteraction here = test::richCall(kNow - Duration::seconds(7'200));
        here.view.origin.note = "Events that only the shared store has may be missing. db.example:8086 does not answer.";
        here.view.story.interaction = here.summary.interaction = InteractionId("here");
        f->session.put(here.view, here.summary);
        QVERIFY(openById(QStringLiteral("here")));
        QCOMPARE(note().text(), qstr(here.view.origin.note));
        here.view.origin = {true, kSharedStore, "Some are missing."};
        f->session.put(here.view, here.summary);
        QTRY_COMPARE(note().text(), QStringLiteral("Put together from the local store and InfluxDB at db.example:8086. Some are missing."));
    }

    void anIdThatNobodyKnowsIsToldWithWhatToDo()
    {
        f->session.setAbsence({ErrorCode::NotFound, "There is no interaction nobody, neither in the local store nor in InfluxDB at db.example:8086."});
        QVERIFY(openById(QStringLiteral("nobody")));
        QVERIFY(absence().isVisible());
        QCOMPARE(absence().title(), QStringLiteral("Nothing is known of this id."));
        QVERIFY2(lines(absence()).contains(QStringLiteral("neither in the local store nor in InfluxDB at db.example:8086.\nCheck the id.")),
                 qPrintable(lines(absence())));
        QTRY_VERIFY(space().inspector().text().contains(QStringLiteral("There is no interaction nobody")));
        QTest::mouseClick(buttonOf(absence(), QStringLiteral("Open another…")), Qt::LeftButton);
        QInputDialog *dialog = idDialog();
        QVERIFY(dialog);
        // It may have come by now.
        const int asked = f->session.asked();
        dialog->setTextValue(QStringLiteral("nobody"));
        dialog->accept();
        QTRY_VERIFY(f->session.asked() > asked);
    }

    void withoutASharedStoreThatIsSaid()
    {
        f->session.setStatus(liveStatus());
        f->parts().hub.refreshStatus();
        f->session.setAbsence({ErrorCode::NotFound, "There is no interaction nobody."});
        QVERIFY(openById(QStringLiteral("nobody")));
        QVERIFY2(lines(absence()).contains(QStringLiteral("no shared store is set")), qPrintable(lines(absence())));
    }

    void aStoreThatDoesNotAnswerIsToldAndAskedAgain()
    {
        f->session.setAbsence({ErrorCode::Unreachable,
                               "There is no interaction far in the local store, and the shared one could not be asked. db.example:8086 refuses the "
                               "connection. Check TSDB_URL, and that InfluxDB runs."});
        QVERIFY(openById(QStringLiteral("far")));
        QCOMPARE(absence().title(), QStringLiteral("The interaction cannot be shown."));
        QVERIFY(lines(absence()).contains(QStringLiteral("Check TSDB_URL, and that InfluxDB runs.")));
        test::FakeInteraction far = test::richCall(kNow - Duration::seconds(90'000));
        far.view.story.interaction = far.summary.interaction = InteractionId("far");
        far.view.origin = {false, kSharedStore, {}};
        f->session.putShared(far.view, far.summary);
        QTest::mouseClick(buttonOf(absence(), QStringLiteral("Try again")), Qt::LeftButton);
        QTRY_VERIFY(note().isVisible());
        QVERIFY(note().text().startsWith(QStringLiteral("Read from InfluxDB")));
    }

    void theFloorOfThePastMarksRowsOfTheSharedStore()
    {
        const InteractionId id = f->putShared();
        floor().lanes().navigator().showExactly({kNow - Duration::seconds(86'400 + 900), kNow - Duration::seconds(86'400 - 900)});
        Q_EMIT floor().lanes().viewChanged();
        QTRY_VERIFY(space().floorModel().entry(id));
        QTRY_VERIFY(space().floorModel().settled());
        space().floorModel().rebuild();
        const ScenePtr held = floor().lanes().scene();
        const Scene &scene = *held;
        const int row = rowOf(scene, id.value);
        QVERIFY(row > 0);
        QVERIFY(scene.rows[std::size_t(row)].shared);
        QVERIFY(spokenRow(scene, row, kNow).contains(QStringLiteral("only in the shared store")));
        QTRY_VERIFY(floor().lanes().scene()->rows[std::size_t(rowOf(*floor().lanes().scene(), id.value))].lane); // its story was read as well
        QCOMPARE(floor().note().text(), QStringLiteral("One row, marked at the end of its header, is read from InfluxDB at db.example:8086."));
        for (const Row &other : scene.rows)
            QVERIFY(!other.shared || other.key == id.value);
        QCOMPARE(space().floorModel().figures().all, 33); // it is not this computer's
        // Back to live it leaves the floor, and nobody asks for it.
        const int lists = f->session.sharedLists();
        floor().lanes().execute(LaneCommand::End);
        space().floorModel().rebuild();
        QCOMPARE(rowOf(*floor().lanes().scene(), id.value), -1);
        QTRY_VERIFY(!floor().note().isVisible());
        QTRY_VERIFY(space().floorModel().settled());
        QCOMPARE(f->session.sharedLists(), lists);
    }

    void thePastSaysWhereTheSharedStoreCouldNotBeAsked()
    {
        const QString words = QStringLiteral("Interactions that only the shared store has are missing. db.example:8086 does not answer.");
        f->session.setListNote(words.toStdString());
        floor().lanes().navigator().showExactly({kNow - Duration::seconds(86'400), kNow - Duration::seconds(82'800)});
        Q_EMIT floor().lanes().viewChanged();
        QTRY_COMPARE(floor().note().text(), QStringLiteral("Nothing lies in this stretch. 33 interactions are stored: Home goes to the first, Shift+F shows all. ") + words);
    }

    void withoutASharedStoreThePastIsAskedOfNobody()
    {
        f->session.setStatus(liveStatus());
        f->parts().hub.refreshStatus();
        floor().lanes().navigator().showExactly({kNow - Duration::seconds(86'400), kNow - Duration::seconds(82'800)});
        Q_EMIT floor().lanes().viewChanged();
        QVERIFY(f->settle());
        QCOMPARE(f->session.sharedLists(), 0);
    }

    void anEmptyLocalStoreShowsWhatTheSharedOneHas()
    {
        f = std::make_unique<Fixture>();
        Status status = deliveringStatus(DeliveryState::Delivering);
        status.source = SourceState::Idle;
        f->session.setStatus(status);
        const InteractionId id = f->putShared();
        f->open();
        QTRY_VERIFY(space().floorModel().entry(id));
        QVERIFY(f->settle());
        QTRY_VERIFY(rowOf(*floor().lanes().scene(), id.value) > 0);
        QVERIFY(floor().note().isVisible());
    }

    void anEmptyFloorSaysThatTheSharedStoreDoesNotAnswer()
    {
        f = std::make_unique<Fixture>();
        Status status = deliveringStatus(DeliveryState::Waiting, "db.example:8086 does not answer.");
        status.source = SourceState::Idle;
        f->session.setStatus(status);
        const QString words = QStringLiteral("Interactions that only the shared store has are missing. db.example:8086 does not answer.");
        f->session.setListNote(words.toStdString());
        f->open();
        QTRY_VERIFY(lines(*floor().findChild<EmptyState *>()).contains(words));
    }

    void pausedDeliveryStandsInStatusAndProblemWithTheRemedy()
    {
        f->session.setStatus(deliveringStatus(DeliveryState::Paused, kWrongToken));
        QTRY_VERIFY(f->parts().status->texts().contains(QStringLiteral("InfluxDB 2.9.1: paused, 4,711 waiting")));
        ErrorBar &bar = *f->parts().error;
        QTRY_COMPARE(bar.text(), qstr(kWrongToken));
        const QLabel *label = bar.findChild<QLabel *>();
        for (const int width : {1920, 1280, 800}) { // all of it is seen
            f->window->resize(width, 700);
            QCoreApplication::processEvents();
            QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(QString::number(width)));
        }
        QTest::mouseClick(buttonOf(bar, QStringLiteral("Try now")), Qt::LeftButton);
        QTRY_COMPARE(f->session.retried(), (std::pair{1, 0}));
        QTRY_VERIFY(label->text().endsWith(QStringLiteral("Last tried from here at 10:48:52.")));
        f->session.setStatus(deliveringStatus(DeliveryState::Delivering));
        QTRY_VERIFY(!bar.isVisible());
        f->session.setStatus(deliveringStatus(DeliveryState::Paused, kWrongToken));
        QTRY_COMPARE(label->text(), qstr(kWrongToken)); // another pause: nothing was tried in it
    }

    void waitingDeliveryStandsInStatusAndProblem()
    {
        const QString words = QStringLiteral("db.example:8086 refuses the connection. Check TSDB_URL, and that InfluxDB runs; next try in 8 s.");
        f->session.setStatus(deliveringStatus(DeliveryState::Waiting, words.toStdString()));
        QTRY_VERIFY(f->parts().status->texts().contains(QStringLiteral("InfluxDB 2.9.1: trying again, 4,711 waiting")));
        QTRY_COMPARE(f->parts().error->text(), words);
        QVERIFY(buttonOf(*f->parts().error, QStringLiteral("Try now"))->isVisible());
        Status refused = deliveringStatus(DeliveryState::Delivering);
        refused.source = SourceState::Refused;
        refused.sourceDetail = "The secret is wrong.";
        f->session.setStatus(refused);
        QTRY_COMPARE(f->parts().error->text(), QStringLiteral("The secret is wrong."));
        QVERIFY(!buttonOf(*f->parts().error, QStringLiteral("Try now"))->isVisible()); // it would not help
    }

    void theNumberOfDeadLettersLeadsToThem()
    {
        Status status = deliveringStatus(DeliveryState::Delivering);
        status.delivery.deadLetters = 4;
        f->session.setDeadLetters(fiveDeadLetters());
        f->session.setStatus(status);
        FlatButton *item = nullptr;
        const auto shown = [&] {
            for (FlatButton *button : f->parts().status->findChildren<FlatButton *>()) {
                if (button->text() == QStringLiteral("4 set aside") && button->isVisible())
                    item = button;
            }
            return item != nullptr;
        };
        QTRY_VERIFY(shown());
        QVERIFY(item->focusPolicy() & Qt::TabFocus);
        item->setFocus();
        QTest::keyClick(item, Qt::Key_Space);
        QVERIFY(f->parts().lists);
        QTRY_COMPARE(letters().model().rowCount(), 5);
        const auto cell = [&](int row, int column) { return letters().model().index(row, column).data().toString(); };
        QCOMPARE(cell(0, 0), QStringLiteral("2026-05-06 10:48:40.000"));
        QVERIFY(cell(0, 2).startsWith(QStringLiteral("field type conflict")));
        QCOMPARE(cell(0, 3), QStringLiteral("evt-00008"));
        QCOMPARE(cell(2, 3), QStringLiteral("0f5d8b54"));
        QCOMPARE(cell(0, 4), QStringLiteral("3f9c2a71"));
        QVERIFY(cell(0, 5).startsWith(QStringLiteral("interaction_event,eventType=")));
        QCOMPARE(cell(2, 1), QStringLiteral("Noted"));
        QCOMPARE(cell(4, 3), QString()); // whose it is is not known
        QVERIFY(lines(letters()).contains(QStringLiteral("4 events were not taken by InfluxDB 2.9.1.")));
    }

    void deadLettersAreTriedAgainFromTheList()
    {
        Status status = deliveringStatus(DeliveryState::Delivering);
        status.delivery.deadLetters = 4;
        f->session.setDeadLetters(fiveDeadLetters());
        f->session.setStatus(status);
        openLetters();
        QPushButton *retry = buttonOf(letters(), QStringLiteral("Retry all"));
        QVERIFY(retry->isEnabled());
        status.delivery.deadLetters = 0;
        f->session.setStatus(status);
        retry->click();
        QTRY_COMPARE(letters().model().rowCount(), 1); // what was only noted stays
        QCOMPARE(f->session.retried(), (std::pair{0, 1}));
        QVERIFY(!retry->isEnabled());
        // They come back: the list follows the number.
        f->session.setDeadLetters(fiveDeadLetters());
        status.delivery.deadLetters = 4;
        f->session.setStatus(status);
        QTRY_COMPARE(letters().model().rowCount(), 5);
        f->session.failWith(Error{ErrorCode::Full, "The disk is full. Make room."});
        retry->click();
        QTRY_COMPARE(f->parts().error->text(), QStringLiteral("The disk is full. Make room."));
        f->session.failWith({});
    }

    void returnPressesTheButtonOfTheListThatHasTheFocus()
    {
        Status status = deliveringStatus(DeliveryState::Delivering);
        status.delivery.deadLetters = 4;
        f->session.setDeadLetters(fiveDeadLetters());
        f->session.setStatus(status);
        openLetters();
        QVERIFY(QTest::qWaitForWindowActive(f->parts().lists));
        QPushButton *retry = buttonOf(letters(), QStringLiteral("Retry all"));
        auto *table = letters().findChild<QTableView *>();
        table->setFocus();
        QTest::keyClick(f->parts().lists->windowHandle(), Qt::Key_Return); // in the list it means none of them
        QCOMPARE(f->session.retried(), (std::pair{0, 0}));
        QVERIFY(f->parts().lists->isVisible());
        retry->setFocus(Qt::TabFocusReason);
        QTest::keyClick(f->parts().lists->windowHandle(), Qt::Key_Return);
        QTRY_COMPARE(f->session.retried(), (std::pair{0, 1}));
    }

    void deadLettersAreCopiedExportedAndOpened()
    {
        f->session.setDeadLetters(fiveDeadLetters());
        openLetters();
        auto *table = letters().findChild<QTableView *>();
        table->selectRow(1);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
        const QJsonObject copied = QJsonDocument::fromJson(QApplication::clipboard()->text().toUtf8()).object();
        QCOMPARE(copied.value(QStringLiteral("eventId")).toString(), QStringLiteral("evt-00007"));
        QCOMPARE(copied.value(QStringLiteral("interactionId")).toString(), qstr(Fixture::richId().value));
        QCOMPARE(copied.value(QStringLiteral("reason")).toString(), QStringLiteral("point time is outside the retention of the bucket"));
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("letters.ndjson"));
        QVERIFY(letters().exportTo(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> rows = file.readAll().split('\n');
        QCOMPARE(rows.size(), 6); // five and the end
        for (int i = 0; i < 5; ++i)
            QCOMPARE(QJsonDocument::fromJson(rows[i]).object().value(QStringLiteral("number")).toInt(), 5 - i);
        QVERIFY(QJsonDocument::fromJson(rows[4]).object().value(QStringLiteral("eventId")).isNull());
        const auto nowhere = letters().exportTo(folder.filePath(QStringLiteral("none/letters.ndjson")));
        QVERIFY(!nowhere && nowhere.error().code == ErrorCode::Unusable);
        QPushButton *open = buttonOf(letters(), QStringLiteral("Open interaction"));
        table->selectRow(4);
        QVERIFY(!open->isEnabled()); // whose it is is not known
        table->selectRow(1);
        open->click();
        QCOMPARE(space().choice().interaction(), Fixture::richId());
        QCOMPARE(space().view(), ViewName::Timeline);
    }

    void everyActionOfTheListHasAKey()
    {
        f->session.setDeadLetters(fiveDeadLetters());
        f->session.setStatus(deliveringStatus(DeliveryState::Paused, kWrongToken));
        openLetters();
        QSet<QString> keys;
        for (const QPushButton *button : letters().findChildren<QPushButton *>()) {
            if (!button->isVisible())
                continue;
            QVERIFY2(!button->shortcut().isEmpty() && !keys.contains(button->shortcut().toString()), qPrintable(button->text()));
            keys << button->shortcut().toString();
        }
        QCOMPARE(keys.size(), 5); // Try now, Retry all, Open interaction, Copy, Export
        QVERIFY(lines(letters()).contains(QStringLiteral("Check TSDB_TOKEN")));
        QTest::mouseClick(buttonOf(letters(), QStringLiteral("Try now")), Qt::LeftButton);
        QTRY_COMPARE(f->session.retried(), (std::pair{1, 0}));
    }

    void anEmptyListSaysWhy()
    {
        Q_EMIT f->parts().status->listWanted(QStringLiteral("dead-letters"));
        auto *empty = letters().findChild<EmptyState *>();
        QTRY_COMPARE(empty->title(), QStringLiteral("Nothing is set aside."));
        f->session.setStatus(liveStatus());
        QTRY_COMPARE(empty->title(), QStringLiteral("Nothing is delivered."));
        QVERIFY(lines(*empty).contains(QStringLiteral("Set TSDB_URL")));
        QVERIFY(!f->parts().status->texts().contains(QStringLiteral("set aside")));
    }
};

THREADLINE_GUI_TEST_MAIN(TestShared)
#include "test_ui_shared.moc"
