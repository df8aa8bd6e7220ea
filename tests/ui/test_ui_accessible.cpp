// SPDX-License-Identifier: GPL-3.0-or-later
/// What a screen reader finds: lanes as a table, every segment by name, buttons and fields named.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/timeline/spoken.h"
#include "ui/views/eventspanel.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>

using namespace threadline;
using namespace threadline::ui;

class TestAccessible : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lanesAreATableOfRowsAndCells()
    {
        Fixture f;
        f.fill();
        f.open();
        QVERIFY(f.settle());
        LanesView &lanes = f.parts().space->floor().lanes();
        QAccessibleInterface *table = QAccessible::queryAccessibleInterface(&lanes);
        QVERIFY(table);
        QCOMPARE(table->role(), QAccessible::Table);
        QCOMPARE(table->text(QAccessible::Name), QStringLiteral("Interactions over time"));
        QCOMPARE(table->childCount(), lanes.rows().rowCount());
        QCOMPARE(table->child(0)->text(QAccessible::Name),
                 QStringLiteral("Queue Support, 13 open, longest wait 4 minutes 12 seconds"));
        QAccessibleInterface *row = table->child(1);
        QCOMPARE(row->role(), QAccessible::Row);
        QCOMPARE(row->text(QAccessible::Name),
                 QStringLiteral("+1 555 0110, Support, waiting 4 minutes 12 seconds, lane 1 of 14"));
        QCOMPARE(row->parent()->role(), QAccessible::Table);
        QCOMPARE(table->indexOfChild(row), 1);
        QAccessibleInterface *cell = row->child(1);
        QCOMPARE(cell->role(), QAccessible::Cell);
        QCOMPARE(cell->text(QAccessible::Name),
                 QStringLiteral(
                     "Queue, Support, +1 555 0110, since 10:44:40, 4 minutes 12 seconds, from live events, still going on"));
        QCOMPARE(row->indexOfChild(cell), 1);
        QVERIFY(cell->rect().intersects(row->rect()));
    }

    void everyVisibleSegmentIsReachedAndNamed()
    {
        Fixture f;
        f.fill();
        f.open();
        QVERIFY(f.openRich());
        LanesView &lanes = f.parts().space->timeline().lanes();
        QAccessibleInterface *table = QAccessible::queryAccessibleInterface(&lanes);
        std::size_t segments = 0;
        for (const Row &row : lanes.scene()->rows)
            segments += row.lane ? row.lane->segments().size() : 0;
        segments += lanes.scene()->marks.size();
        std::size_t cells = 0;
        for (int r = 0; r < table->childCount(); ++r) {
            QAccessibleInterface *row = table->child(r);
            QVERIFY(!row->text(QAccessible::Name).isEmpty());
            for (int c = 0; c < row->childCount(); ++c) {
                const QString name = row->child(c)->text(QAccessible::Name);
                QVERIFY2(name.contains(QStringLiteral(", ")), qPrintable(name));
                ++cells;
            }
        }
        QCOMPARE(cells, segments);
        bool late = false;
        for (int c = 0; c < table->child(1)->childCount(); ++c)
            late = late || table->child(1)->child(c)->text(QAccessible::Name).contains(QStringLiteral("late by 13.7 s"));
        QVERIFY(late);
    }

    void handedOutRowsOutliveTheSceneWithoutHarm()
    {
        Fixture f;
        f.fill();
        f.open();
        QVERIFY(f.settle());
        LanesView &lanes = f.parts().space->floor().lanes();
        QAccessibleInterface *table = QAccessible::queryAccessibleInterface(&lanes);
        const int rows = table->childCount();
        const QAccessible::Id last = QAccessible::uniqueId(table->child(rows - 1));
        f.parts().space->floorModel().setExpanded("group:Support", false);
        QVERIFY(table->childCount() < rows);
        QCOMPARE(QAccessible::accessibleInterface(last), nullptr);
        QVERIFY(table->child(table->childCount() - 1)->isValid());
    }

    void theChosenCellIsFocusedAndSelected()
    {
        Fixture f;
        f.fill();
        f.open();
        QVERIFY(f.settle());
        LanesView &lanes = f.parts().space->floor().lanes();
        Selection selection;
        selection.row = lanes.scene()->rows[1].key;
        selection.segmentStart = lanes.scene()->rows[1].lane->segments().back().start;
        selection.kind = SegmentKind::Queue;
        lanes.setSelection(selection, true);
        QAccessibleInterface *row = QAccessible::queryAccessibleInterface(&lanes)->child(1);
        QVERIFY(row->state().selected);
        QVERIFY(row->child(row->childCount() - 1)->state().selected);
        QVERIFY(!row->child(0)->state().selected);
    }

    void everyButtonAndFieldHasAName()
    {
        Fixture f;
        f.fill();
        f.open();
        QVERIFY(f.openRich());
        for (QAbstractButton *button : f.window->findChildren<QAbstractButton *>()) {
            if (!button->isVisible())
                continue;
            QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(button);
            QVERIFY2(!interface->text(QAccessible::Name).isEmpty(), button->metaObject()->className());
        }
        QCOMPARE(QAccessible::queryAccessibleInterface(&f.parts().space->events())->text(QAccessible::Name),
                 QStringLiteral("Events"));
    }

    void wordsForBlocksAndBands()
    {
        Piece piece;
        piece.count = 14;
        piece.kind = SegmentKind::Talk;
        QCOMPARE(spokenBlock(piece), QStringLiteral("14 segments, mostly talk"));
        Scene scene;
        Row row;
        row.kind = RowKind::Lane;
        row.lane = std::make_shared<const Lane>(
            std::vector<LaneSegment>{{kNow.us, kNow.us + 73'000'000, 0, SegmentKind::Hold, Rail::Backfilled}},
            std::vector<QString>());
        row.title = QStringLiteral("<b>Ann</b>");
        scene.rows.push_back(row);
        Piece single;
        single.time = 73'000'000;
        single.kind = SegmentKind::Hold;
        const QString tip = tipOf(scene, 0, single, TimeText(), kNow);
        QVERIFY(tip.contains(QStringLiteral("Hold 1:13")));
        QVERIFY(tip.contains(QStringLiteral("&lt;b&gt;Ann"))); // foreign text is no markup
        piece.first = 0;
        QVERIFY(tipOf(scene, 0, piece, TimeText(), kNow).contains(QStringLiteral("14 segments, zoom in")));
    }
};

THREADLINE_GUI_TEST_MAIN(TestAccessible)
#include "test_ui_accessible.moc"
