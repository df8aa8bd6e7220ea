// SPDX-License-Identifier: GPL-3.0-or-later
/// Time to pixels, ticks and labels of the axis, and following: as properties.
#include "core/base/time.h"
#include "tests/support/testmain.h"
#include "ui/timeline/navigator.h"
#include "ui/timeline/ticks.h"

#include <QApplication>
#include <rapidcheck.h>

#include <cmath>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr Timestamp kNoon{1'778'068'800'000'000}; // 2026-05-06T12:00:00Z

/// Starts and details over the whole range that the view can show.
rc::Gen<TimeScale> scales()
{
    return rc::gen::apply(
        [](std::int64_t start, double exponent) { return TimeScale(Timestamp{start}, std::pow(10.0, exponent)); },
        rc::gen::inRange<std::int64_t>(kEarliestTime.us, kLatestTime.us),
        rc::gen::map(rc::gen::inRange(180, 1220), [](int n) { return n / 100.0; }));
}

double measure(const QString &text) { return static_cast<double>(text.size()) * 7.5; }

} // namespace

class TestTimeScale : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void zoomKeepsTheInstantUnderTheCursor()
    {
        QVERIFY(rc::check([] {
            const TimeScale scale = *scales();
            const int x = *rc::gen::inRange(0, 1920);
            const double factor = *rc::gen::element(1.25, 0.8, 1.953125, 0.4096, 25.0);
            const Timestamp before = scale.at(x);
            RC_PRE(before > kEarliestTime && before < kLatestTime);
            const TimeScale zoomed = scale.zoomed(factor, x);
            // The start is a whole microsecond, and doubles round at 10^15 us: one pixel is the bar, far less is reached.
            RC_ASSERT(std::abs(zoomed.x(before) - x) < 0.1);
        }));
    }

    void panAndBackIsTheSamePicture()
    {
        QVERIFY(rc::check([] {
            const TimeScale scale = *scales();
            const int px = *rc::gen::inRange(-4000, 4000);
            const TimeScale back = scale.panned(px).panned(-px);
            RC_ASSERT(std::abs(back.x(scale.start())) < 0.1);
            RC_ASSERT(back.usPerPx() == scale.usPerPx());
        }));
    }

    void fittingShowsAllOfTheRange()
    {
        QVERIFY(rc::check([] {
            const Timestamp start{*rc::gen::inRange<std::int64_t>(kEarliestTime.us, kNoon.us)};
            const Timestamp end = start + Duration{*rc::gen::inRange<std::int64_t>(1, 400'000'000'000'000)};
            const TimeScale scale = TimeScale::fitting({start, end}, 1500, 0.03);
            RC_ASSERT(scale.x(start) >= -0.5);
            RC_ASSERT(scale.x(end) <= 1500 * 0.97 + 0.5);
        }));
    }

    void labelsAreAtLeastEightyPixelsApart()
    {
        QVERIFY(rc::check([] {
            const TimeScale scale = *scales();
            const TickStep step = tickStep(scale.usPerPx());
            double last = -1e12;
            for (const Tick &tick : ticks(scale, 1600, TimeText(), step)) {
                if (!tick.major)
                    continue;
                RC_ASSERT(tick.x - last >= kMinTickSpace);
                last = tick.x;
            }
        }));
    }

    void minorTicksAreAtLeastEightPixelsApartAndDivideTheStep()
    {
        QVERIFY(rc::check([] {
            const TimeScale scale = *scales();
            const TickStep step = tickStep(scale.usPerPx());
            RC_PRE(step.months == 0);
            RC_ASSERT(step.minors == 1 || (step.minors >= 4 && step.minors <= 6));
            const std::vector<Tick> all = ticks(scale, 1600, TimeText(), step);
            for (std::size_t i = 1; i < all.size(); ++i)
                RC_ASSERT(all[i].x - all[i - 1].x >= kMinMinorSpace - 1e-6);
        }));
    }

    void aDayOfAnotherYearSaysWhich()
    {
        const Timestamp may = *parseTimestamp("2025-05-06T10:00:00Z");
        QCOMPARE(TimeText().day(may, may + Duration::seconds(86'400)), TimeText().day(may));
        QCOMPARE(TimeText().day(may, may + Duration::seconds(300LL * 86'400)), TimeText().day(may) + QStringLiteral(" 2025"));
    }

    void placedLabelsNeverOverlapNorTouchFlags()
    {
        QVERIFY(rc::check([] {
            const TimeScale scale = *scales();
            const double from = *rc::gen::inRange(0, 1500);
            const std::vector<Span> taken{{from, from + 60}};
            double free = 0;
            for (const PlacedLabel &label :
                 placeLabels(ticks(scale, 1600, TimeText(), tickStep(scale.usPerPx(), 100)), 1600, measure, taken)) {
                RC_ASSERT(label.x >= free);
                RC_ASSERT(label.x + label.width <= 1600);
                RC_ASSERT(label.x + label.width < taken[0].from || label.x > taken[0].to);
                free = label.x + label.width + kLabelGap;
            }
        }));
    }

    void stepsReadAsAClock_data()
    {
        QTest::addColumn<double>("usPerPx");
        QTest::addColumn<QString>("label");
        QTest::newRow("10 ms") << 120.0 << QStringLiteral("12:00:00.000");
        QTest::newRow("1 s") << 12'000.0 << QStringLiteral("12:00:00");
        QTest::newRow("1 min") << 700'000.0 << QStringLiteral("12:00");
        QTest::newRow("1 h") << 40'000'000.0 << QStringLiteral("12:00");
        QTest::newRow("1 d") << 1'000'000'000.0 << QStringLiteral("Thu 7 May");
        QTest::newRow("1 month") << 28'000'000'000.0 << QStringLiteral("Jun 2026");
        QTest::newRow("1 y") << 390'000'000'000.0 << QStringLiteral("2027");
    }
    void stepsReadAsAClock()
    {
        QFETCH(double, usPerPx);
        QFETCH(QString, label);
        const std::vector<Tick> all = ticks(TimeScale(kNoon, usPerPx), 1600, TimeText(), tickStep(usPerPx));
        QVERIFY(std::any_of(all.begin(), all.end(), [&](const Tick &t) { return t.label == label; }));
    }

    void midnightCarriesTheDate()
    {
        const TimeScale scale(kNoon, 40'000'000.0);
        const std::vector<Tick> all = ticks(scale, 1600, TimeText(), tickStep(scale.usPerPx()));
        const auto day = std::find_if(all.begin(), all.end(), [](const Tick &t) { return t.day; });
        QVERIFY(day != all.end());
        QCOMPARE(day->label, QStringLiteral("Thu 7 May"));
        QCOMPARE(day->time.us % 86'400'000'000, 0);
    }

    void aClockChangeIsATickOfItsOwn()
    {
        const TimeText berlin(QTimeZone("Europe/Berlin"));
        const Timestamp spring{1'774'744'200'000'000}; // 2026-03-29T00:30:00Z; at 01:00Z the clock goes from 02:00 to 03:00
        const TimeScale scale(spring, 9'000'000.0);
        const std::vector<Tick> all = ticks(scale, 1600, berlin, tickStep(scale.usPerPx()));
        const auto change =
            std::find_if(all.begin(), all.end(), [](const Tick &t) { return t.label.contains(QStringLiteral("->")); });
        QVERIFY(change != all.end());
        QCOMPARE(change->label, QStringLiteral("02:00 -> 03:00"));
        for (std::size_t i = 1; i < all.size(); ++i)
            QVERIFY(all[i].time > all[i - 1].time); // the axis runs in UTC and never folds
    }

    void aSystemOnUtcHasOneNameForIt()
    {
        for (const char *id : {"UTC", "Etc/UTC", "Universal"}) {
            if (const QTimeZone zone(id); zone.isValid())
                QCOMPARE(TimeText(zone).zoneName(kNoon), QStringLiteral("UTC"));
        }
        QCOMPARE(TimeText(QTimeZone("Africa/Abidjan")).zoneName(kNoon), QStringLiteral("Abidjan UTC+00:00"));
    }

    void dateAndYearStandWhereItIsNotToday()
    {
        const TimeText text;
        const TimeRange range{kNoon, kNoon + Duration::seconds(3600)};
        QCOMPARE(text.datedRange(range, kNoon), text.range(range));
        QVERIFY(text.datedRange(range, kNoon + Duration::seconds(86'400)).contains(text.year(kNoon)));
        QVERIFY(text.datedRange({kNoon - Duration::seconds(86'400), kNoon}, kNoon).contains(text.year(kNoon)));
    }

    void zoneIsNamed()
    {
        QCOMPARE(TimeText().zoneName(kNoon), QStringLiteral("UTC"));
        QCOMPARE(TimeText(QTimeZone("Europe/Berlin")).zoneName(kNoon), QStringLiteral("Berlin UTC+02:00"));
        QCOMPARE(TimeText(QTimeZone("Europe/Berlin")).clock(kNoon), QStringLiteral("14:00:00"));
        QCOMPARE(TimeText(QTimeZone::utc(), true).minutes(kNoon), QStringLiteral("12:00 PM"));
    }

    // --- following ---
    void liveDataIsFollowedFromTheStart()
    {
        Navigator n;
        n.setWidth(1000);
        n.setNow(kNoon);
        n.setExtent({kNoon - Duration::seconds(7200), kNoon}, true);
        QVERIFY(n.following());
        QVERIFY(std::abs(n.scale().x(kNoon) - 970) < 1);
        QVERIFY(std::abs(n.scale().width(Navigator::kFirstSpan) - 970) < 1);
    }

    void followingMovesByWholePixelsWhenDue()
    {
        QVERIFY(rc::check([] {
            Navigator n;
            n.setWidth(1200);
            n.setNow(kNoon);
            n.setExtent({kNoon - Duration::seconds(7200), kNoon}, true);
            Timestamp now = kNoon;
            for (const int ms : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5000))) {
                const TimeScale before = n.scale();
                now = now + Duration::millis(ms);
                const bool moved = n.setNow(now);
                const double px = before.x(n.scale().start());
                RC_ASSERT(moved == (n.scale() != before));
                RC_ASSERT(std::abs(px - std::round(px)) < 1e-3);
                const double x = n.scale().x(now);
                RC_ASSERT(x >= 1200 * 0.97 - 0.01 && x < 1200 * 0.97 + 1.01);
            }
        }));
    }

    void scrollingBackPausesAndEndResumes()
    {
        Navigator n;
        n.setWidth(1000);
        n.setNow(kNoon);
        n.setExtent({kNoon - Duration::seconds(7200), kNoon}, true);
        n.noteNew(5);
        QCOMPARE(n.missed(), 0U);
        n.pan(-100);
        QCOMPARE(n.mode(), Navigator::Mode::Paused);
        const TimeScale still = n.scale();
        QVERIFY(!n.setNow(kNoon + Duration::seconds(60)));
        QCOMPARE(n.scale(), still);
        n.noteNew(1200);
        n.noteNew(4);
        QCOMPARE(n.missed(), 1204U);
        n.end();
        QVERIFY(n.following());
        QCOMPARE(n.missed(), 0U);
        QVERIFY(std::abs(n.scale().x(kNoon + Duration::seconds(60)) - 970) < 1);
    }

    void zoomAtTheCursorKeepsFollowingWhileNowIsInView()
    {
        Navigator n;
        n.setWidth(1000);
        n.setNow(kNoon);
        n.setExtent({kNoon - Duration::seconds(7200), kNoon}, true);
        const Timestamp under = n.scale().at(900);
        n.zoom(0.5, 900);
        QVERIFY(std::abs(n.scale().x(under) - 900) < 0.1);
        QVERIFY(n.following());
        n.zoom(8, 100);
        QCOMPARE(n.mode(), Navigator::Mode::Paused);
    }

    void storedDataIsFitted()
    {
        Navigator n;
        n.setWidth(1000);
        n.setNow(kNoon);
        n.setExtent({kNoon - Duration::seconds(600), kNoon - Duration::seconds(100)}, false);
        QCOMPARE(n.mode(), Navigator::Mode::Stored);
        QVERIFY(n.scale().x(kNoon - Duration::seconds(600)) > 0);
        QVERIFY(n.scale().x(kNoon - Duration::seconds(100)) < 1000);
        n.setWidth(500); // untouched: it is fitted anew
        QVERIFY(n.scale().x(kNoon - Duration::seconds(100)) < 500);
        n.setExtent({kNoon - Duration::seconds(9000), kNoon - Duration::seconds(100)}, false); // as files are read
        QVERIFY(n.scale().x(kNoon - Duration::seconds(9000)) > 0);
        n.zoom(2, 250);
        const TimeScale moved = n.scale();
        n.setExtent({kNoon - Duration::seconds(20'000), kNoon}, false);
        QCOMPARE(n.scale(), moved);
    }

    // --- limits ---
    void theViewStaysWithTheData()
    {
        QVERIFY(rc::check([] {
            Navigator n;
            n.setWidth(1200);
            n.setNow(kNoon);
            const auto length = Duration::seconds(*rc::gen::inRange(1, 3'000'000));
            const bool live = *rc::gen::arbitrary<bool>();
            const TimeRange data{kNoon - length - Duration::seconds(live ? 0 : 7 * 86'400), kNoon - Duration::seconds(live ? 0 : 7 * 86'400)};
            n.setExtent(data, live);
            for (const int move : *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 8))) {
                const double x = *rc::gen::inRange(0, 1200);
                switch (move) {
                case 0: n.zoom(0.2, x); break;
                case 1: n.zoom(0.8, x); break;
                case 2: n.zoom(3, x); break;
                case 3: n.pan(-5000); break;
                case 4: n.pan(5000); break;
                case 5: n.home(); break;
                case 6: n.end(); break;
                default: n.fitAll(); break;
                }
                // Some of the data's surroundings are always in sight, and never more than twice of what there is (20 minutes of little).
                RC_ASSERT(n.view().start < data.end + Duration::seconds(3600) + length);
                RC_ASSERT(n.view().end > data.start - Duration::seconds(3600) - length);
                RC_ASSERT(n.view().length().us <= std::max(Navigator::kFirstSpan.us + length.us, 3 * length.us / 2) + 1'000'000);
            }
        }));
    }

    void endAfterZoomingOutShowsTheEndOfTheData()
    {
        Navigator n;
        n.setWidth(1000);
        n.setNow(kNoon);
        const TimeRange data{kNoon - Duration::seconds(9000), kNoon - Duration::seconds(8700)};
        n.setExtent(data, false);
        for (int i = 0; i < 200; ++i)
            n.zoom(0.8, 400);
        QVERIFY(n.view().length() <= Duration::seconds(2 * 3600));
        QVERIFY(n.scale().x(data.end) - n.scale().x(data.start) > 100);
        n.end();
        QVERIFY(n.scale().x(data.end) - n.scale().x(data.start) > 100);
        QVERIFY(n.scale().x(data.end) < 1000);
    }

    void whatIsLookedAtFirstComesFirstAndAllOfItNext()
    {
        Navigator n;
        n.setWidth(1000);
        n.setNow(kNoon);
        const TimeRange all{kNoon - Duration::seconds(30 * 86'400), kNoon};
        const TimeRange felt{all.start, all.start + Duration::seconds(300)};
        n.setExtent(all, false, felt);
        QVERIFY(n.scale().width(felt.length()) > 900);
        n.fitAll();
        QVERIFY(n.scale().width(all.length()) > 900 && n.scale().width(all.length()) < 1000);
        n.fitAll();
        QVERIFY(n.scale().width(felt.length()) > 900);
    }
};

THREADLINE_GUI_TEST_MAIN(TestTimeScale)
#include "test_ui_timescale.moc"
