// SPDX-License-Identifier: GPL-3.0-or-later
/// Which rectangles segments, rows, marks and arrows become: as properties, beside a naive count.
#include "tests/support/testmain.h"
#include "ui/timeline/arrowlayout.h"
#include "ui/timeline/density.h"
#include "ui/timeline/marklayout.h"
#include "ui/timeline/rowlayout.h"
#include "ui/timeline/segmentlayout.h"

#include <QApplication>
#include <rapidcheck.h>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr std::int64_t kStart = 1'778'000'000'000'000;

struct Made {
    std::vector<LaneSegment> segments;
    std::int64_t end = kStart;
};

/// Segments one after the other, with lengths from nothing to minutes and a few holes.
rc::Gen<Made> lanes()
{
    return rc::gen::map(rc::gen::container<std::vector<std::tuple<int, int, int>>>(
                            rc::gen::tuple(rc::gen::inRange(0, 12), rc::gen::inRange(0, 60'000), rc::gen::inRange(0, 10))),
                        [](const std::vector<std::tuple<int, int, int>> &parts) {
                            Made made;
                            std::int64_t at = kStart;
                            for (const auto &[kind, length, hole] : parts) {
                                at += hole == 0 ? 20'000'000 : 0;
                                // Mostly short ones, a few long: so that runs and singles alternate.
                                const std::int64_t us = hole > 7 ? length * 1000LL : length * 10LL;
                                made.segments.push_back({at, at + us, 0, static_cast<SegmentKind>(kind), Rail::None});
                                at += us;
                            }
                            made.end = at;
                            return made;
                        });
}

TimeScale covering(double usPerPx) { return TimeScale(Timestamp{kStart - static_cast<std::int64_t>(usPerPx * 10)}, usPerPx); }

double measure(const QString &text) { return static_cast<double>(text.size()) * 6.0; }

} // namespace

class TestSegmentLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void piecesConserveTimeAndSegments()
    {
        QVERIFY(rc::check([] {
            const Made made = *lanes();
            const double usPerPx = *rc::gen::element(1000.0, 30'000.0, 400'000.0, 9'000'000.0);
            const Lane lane(made.segments, {});
            const TimeScale scale = covering(usPerPx);
            const int width = static_cast<int>(static_cast<double>(made.end - kStart) / usPerPx) + 40;
            std::vector<Piece> pieces;
            layOutSegments(lane, scale, 0, width, Timestamp{made.end}, pieces);
            std::int64_t time = 0;
            std::size_t count = 0;
            std::uint32_t next = 0;
            for (const Piece &piece : pieces) {
                RC_ASSERT(piece.first == next); // in order, none twice, none lost
                next += piece.count;
                count += piece.count;
                time += piece.time;
                RC_ASSERT(piece.width() >= 1);
            }
            std::int64_t all = 0;
            for (const LaneSegment &s : made.segments)
                all += s.end - s.start;
            RC_ASSERT(time == all);
            RC_ASSERT(count == made.segments.size());
        }));
    }

    void onlyNarrowOnesMergeAndTheMostOfTheTimeGivesTheState()
    {
        QVERIFY(rc::check([] {
            const Made made = *lanes();
            const double usPerPx = *rc::gen::element(1000.0, 30'000.0, 400'000.0);
            const Lane lane(made.segments, {});
            std::vector<Piece> pieces;
            layOutSegments(lane, covering(usPerPx), 0, 100'000, Timestamp{made.end}, pieces);
            for (const Piece &piece : pieces) {
                std::array<std::int64_t, kSegmentKinds> time{};
                for (std::uint32_t i = piece.first; i < piece.first + piece.count; ++i) {
                    const LaneSegment &s = lane.segments()[i];
                    if (piece.merged())
                        RC_ASSERT(static_cast<double>(s.end - s.start) < kMergeBelow * usPerPx);
                    time[static_cast<std::size_t>(s.kind)] += s.end - s.start;
                }
                RC_ASSERT(time[static_cast<std::size_t>(piece.kind)] == *std::max_element(time.begin(), time.end()));
                RC_ASSERT(piece.ofKind == time[static_cast<std::size_t>(piece.kind)]);
            }
        }));
    }

    void costDependsOnPixelsNotOnSegments()
    {
        std::vector<LaneSegment> segments;
        for (int i = 0; i < 1'000'000; ++i)
            segments.push_back({kStart + i * 1000LL, kStart + (i + 1) * 1000LL, 0, static_cast<SegmentKind>(i % 12), Rail::None});
        const Lane lane(segments, {});
        std::vector<Piece> pieces;
        layOutSegments(lane, TimeScale(Timestamp{kStart}, 1e9 / 1500), 0, 1500, Timestamp{kStart}, pieces);
        QVERIFY(pieces.size() <= 1500 / 3 + 2);
        std::uint32_t count = 0;
        for (const Piece &piece : pieces)
            count += piece.count;
        QVERIFY(count >= 999'000); // the last pixels may be out of view
    }

    void openSegmentsReachToNow()
    {
        const Lane lane({{kStart, kOpenEnd, 0, SegmentKind::Queue, Rail::None}}, {});
        std::vector<Piece> pieces;
        layOutSegments(lane, TimeScale(Timestamp{kStart}, 1'000'000), 0, 1000, Timestamp{kStart + 60'000'000}, pieces);
        QCOMPARE(pieces.size(), 1U);
        QCOMPARE(pieces[0].x1, 60);
        QVERIFY(pieces[0].open);
    }

    void firstEndingAfterAgreesWithALinearSearch()
    {
        QVERIFY(rc::check([] {
            const Made made = *lanes();
            const Lane lane(made.segments, {});
            const std::int64_t t =
                kStart + *rc::gen::inRange<std::int64_t>(-10, std::max<std::int64_t>(1, made.end - kStart + 10));
            std::size_t naive = 0;
            while (naive < made.segments.size() && made.segments[naive].end <= t)
                ++naive;
            RC_ASSERT(lane.firstEndingAfter(t) == naive);
        }));
    }

    void decorFollowsTheWidth()
    {
        const Metrics normal = metricsOf(Density::Normal);
        const Metrics compact = metricsOf(Density::Compact);
        const auto decor = [](int width, const Metrics &m) {
            Piece piece;
            piece.x1 = width;
            return decorOf(piece, 18, m);
        };
        QVERIFY(!decor(5, normal).pattern);
        QVERIFY(decor(6, normal).pattern);
        QCOMPARE(decor(11, normal).glyph, 0);
        QCOMPARE(decor(12, normal).glyph, 10);
        QCOMPARE(decor(18, normal).glyph, 12);
        QVERIFY(!decor(39, normal).label);
        QVERIFY(decor(40, normal).label);
        QVERIFY(!decor(59, compact).label);
        QVERIFY(decor(60, compact).label);
        Piece block;
        block.x1 = 50;
        block.count = 2;
        QVERIFY(!decorOf(block, 18, normal).pattern && !decorOf(block, 18, normal).label
                && decorOf(block, 18, normal).glyph == 0);
    }

    void labelsFitAndADurationIsNeverCut()
    {
        QVERIFY(rc::check([] {
            const QString name = QString::fromStdString(*rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
            const QString duration =
                *rc::gen::element(QStringLiteral("0:07"), QStringLiteral("12:34"), QStringLiteral("1:02:05"));
            const double room = *rc::gen::inRange(0, 400);
            const QString label = fitLabel(name, duration, room, 6, measure).text();
            RC_ASSERT(measure(label) <= room || label.isEmpty());
            RC_ASSERT(label.isEmpty() || label == duration || label.endsWith(QLatin1Char(' ') + duration));
        }));
        QCOMPARE(fitLabel(QStringLiteral("Agent One"), QStringLiteral("3:12"), 90, 6, measure).text(),
                 QStringLiteral("Agent One 3:12"));
        QCOMPARE(fitLabel(QStringLiteral("Agent One"), QStringLiteral("3:12"), 60, 6, measure).text(), QStringLiteral("3:12"));
        QCOMPARE(fitLabel(QStringLiteral("Agent One"), QStringLiteral("3:12"), 20, 6, measure).text(), QString());
        const QString huge(1'000'000, QLatin1Char('x'));
        QVERIFY(fitLabel(huge, QStringLiteral("3:12"), 300, 6, measure).text().endsWith(QStringLiteral("… 3:12")));
    }

    void rowsAreFoundByBinarySearch()
    {
        QVERIFY(rc::check([] {
            Scene scene;
            for (const int kind : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6))) {
                Row row;
                row.kind = static_cast<RowKind>(kind);
                scene.rows.push_back(row);
            }
            const RowLayout rows(scene, metricsOf(Density::Normal));
            const int y = *rc::gen::inRange(-50, 4000);
            const int height = *rc::gen::inRange(1, 900);
            const int at = rows.rowAt(y);
            const bool right =
                at < 0 ? (y < 0 || y >= rows.height()) : (rows.top(at) <= y && y < rows.top(at) + rows.heightOf(at));
            RC_ASSERT(right);
            const RowRange range = rows.visible(y, height);
            for (int i = 0; i < rows.rowCount(); ++i) {
                const bool overlaps = rows.top(i) < y + height && rows.top(i) + rows.heightOf(i) > y;
                RC_ASSERT(overlaps == (i >= range.first && i < range.end));
            }
        }));
    }

    void marksMergeOnlyWithTheirKindAndWithinFivePixels()
    {
        QVERIFY(rc::check([] {
            std::vector<EventMark> marks;
            std::int64_t at = kStart;
            for (const auto &[step, odd] : *rc::gen::container<std::vector<std::tuple<int, int>>>(
                     rc::gen::tuple(rc::gen::inRange(0, 40), rc::gen::inRange(0, 20)))) {
                at += step * 500'000LL;
                EventMark mark;
                mark.time = Timestamp{at};
                mark.late = Duration::seconds(odd == 0 ? 5 : 0);
                mark.skew = Duration::millis(odd == 1 ? 300 : 0);
                mark.variants = odd == 2 ? 1 : 0;
                marks.push_back(mark);
            }
            const TimeScale scale(Timestamp{kStart}, 1'000'000);
            const std::vector<MarkCluster> clusters = layOutMarks(marks, marksByTime(marks), scale, 100'000);
            std::size_t count = 0;
            for (const MarkCluster &cluster : clusters) {
                count += cluster.count;
                RC_ASSERT(markKindOf(marks[cluster.first]) == cluster.kind);
            }
            RC_ASSERT(count == marks.size());
            for (std::size_t i = 1; i < clusters.size(); ++i) {
                if (clusters[i].kind == clusters[i - 1].kind)
                    RC_ASSERT(clusters[i].x - clusters[i - 1].x >= kMarkMerge);
            }
        }));
    }

    void arrowsLeaveTheGivingAndMeetTheReceivingRow()
    {
        Scene scene;
        for (int i = 0; i < 8; ++i) {
            Row row;
            row.kind = RowKind::Channel;
            scene.rows.push_back(row);
        }
        const auto at = [](int s) { return Timestamp{kStart + s * 1'000'000LL}; };
        scene.arrows.push_back({0, 1, at(100), at(100), LinkKind::Consult, Confidence::Sure, QStringLiteral("Consult, sure")});
        scene.arrows.push_back({0, 7, at(200), at(210), LinkKind::BlindTransfer, Confidence::Likely, {}});
        scene.arrows.push_back({5, 2, at(400), at(410), LinkKind::BlindTransfer, Confidence::Unknown, {}});
        const Metrics metrics = metricsOf(Density::Normal);
        const RowLayout rows(scene, metrics);
        for (const ArrowShape &shape : layOutArrows(scene, rows, metrics, TimeScale(Timestamp{kStart}, 1'000'000), 1000)) {
            const SceneArrow &arrow = scene.arrows[shape.arrow];
            QCOMPARE(rows.rowAt(static_cast<int>(shape.path.front().y())), arrow.fromRow);
            QCOMPARE(rows.rowAt(static_cast<int>(shape.head.y())), arrow.toRow);
            QCOMPARE(shape.down, arrow.toRow > arrow.fromRow);
            QCOMPARE((shape.path.size() - 1) % 3, 0U);
        }
        for (int i = 0; i < 100; ++i)
            scene.arrows.push_back({0, 1, at(i), at(i), LinkKind::Consult, Confidence::Sure, {}});
        QCOMPARE(layOutArrows(scene, rows, metrics, TimeScale(Timestamp{kStart}, 1'000'000), 1000).size(), kMostArrows);
    }

    void densityCountsWhoWasInWhichState()
    {
        std::vector<Stretch> all{{nullptr, kStart + 120'000'000, kStart + 160'000'000}}; // its story has not come
        for (int i = 0; i < 3; ++i) {
            Stretch row;
            row.lane = std::make_shared<const Lane>(
                std::vector<LaneSegment>{
                    {kStart, kStart + 40'000'000, 0, SegmentKind::Queue, Rail::None},
                    {kStart + 40'000'000, kStart + 80'000'000, 0, i ? SegmentKind::Talk : SegmentKind::Hold, Rail::None}},
                std::vector<QString>());
            all.push_back(row);
        }
        const std::vector<DensityColumn> columns =
            densityOf(all, {}, TimeScale(Timestamp{kStart}, 1'000'000), 200, Timestamp{kStart});
        QCOMPARE(columns.size(), 50U);
        QCOMPARE(columns[32], (DensityColumn{0, 0, 1}));
        QCOMPARE(columns[3], (DensityColumn{3, 0, 0}));
        QCOMPARE(columns[13], (DensityColumn{0, 1, 2}));
        QCOMPARE(columns[22].all(), 0);
    }

    /// Of a store that has more than is held here: what is not held shows, and what is is not counted twice.
    void densityShowsWhatIsOnlyStored()
    {
        const Timestamp start{kStart}, end{kStart + 200'000'000};
        Occupancy stored({start, end});
        stored.add(start, start + Duration::seconds(40));
        stored.add(start + Duration::seconds(100), start + Duration::seconds(140));
        stored.add(start + Duration::seconds(110), start + Duration::seconds(140));
        stored.add(end, end);
        stored.sum();
        QCOMPARE(stored.most(start, end), std::int64_t(2));
        QCOMPARE(stored.most(start + Duration::seconds(50), start + Duration::seconds(90)), std::int64_t(0));
        QCOMPARE(stored.most(end + Duration::seconds(1), end + Duration::seconds(9)), std::int64_t(0));
        QCOMPARE(Occupancy().most(start, end), std::int64_t(0));
        const std::vector<Stretch> held{{nullptr, kStart, kStart + 40'000'000}};
        const auto columns = densityOf(held, stored, TimeScale(start, 1'000'000), 240, end);
        QCOMPARE(columns[3].all(), 1);
        QCOMPARE(columns[15].all(), 0);
        QCOMPARE(columns[30], (DensityColumn{0, 0, 2}));
        QCOMPARE(columns[55].all(), 0);
        QCOMPARE(densityOf({}, Occupancy({start, start}), TimeScale(start, 1.0), 40, end).size(), std::size_t(10)); // all at one instant
    }
};

THREADLINE_GUI_TEST_MAIN(TestSegmentLayout)
#include "test_ui_segmentlayout.moc"
