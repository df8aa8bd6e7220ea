// SPDX-License-Identifier: GPL-3.0-or-later
/// What clients are measured by: the memory that their answers hold, and the pace at which they take them.
#include "core/api/heldanswers.h"
#include "core/api/pace.h"
#include "tests/support/testmain.h"

#include <string>

using namespace threadline;
using namespace threadline::api;

namespace {

std::shared_ptr<const void> answer() { return std::make_shared<const std::string>("an answer"); }

/// The pace after `times` steps of 100 ms with `bytes` each, from `from` on.
std::optional<std::int64_t> after(Pace &pace, Duration &from, int times, std::int64_t bytes)
{
    for (int n = 0; n < times; ++n) {
        from = from + Duration::millis(100);
        if (bytes > 0)
            pace.took(from, bytes);
    }
    return pace.bytesPerSecond(from);
}

} // namespace

class TestApiLimits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsSharedCountsOnce()
    {
        HeldAnswers held(100);
        const auto shared = answer();
        QVERIFY(held.take(shared, 60));
        QVERIFY(held.take(shared, 60));
        QVERIFY(!held.take(answer(), 60));
        held.letGo(shared);
        QCOMPARE(held.bytes(), std::size_t(60));
        held.letGo(shared);
        QCOMPARE(held.bytes(), std::size_t(0));
        QVERIFY(held.take(answer(), 1000)); // a single one fits always
    }

    /// Whoever is ended for another's memory must not be ended in vain.
    void whatWouldFitIsKnownBeforeAnythingIsLetGo()
    {
        HeldAnswers held(100);
        const auto shared = answer();
        const auto own = answer();
        QVERIFY(held.take(shared, 60) && held.take(shared, 60) && held.take(own, 30));
        QVERIFY(!held.fitsWithout({}, 20));
        QVERIFY(held.fitsWithout({own}, 40));
        QVERIFY(!held.fitsWithout({own}, 41));
        QVERIFY(!held.fitsWithout({shared}, 20)); // another client holds it, too
        QVERIFY(held.fitsWithout({shared, shared}, 70));
        QVERIFY(held.fitsWithout({shared, own, shared}, 1000));
        QCOMPARE(held.bytes(), std::size_t(90));
    }

    /// Another answer at the address of one that is gone would pass for it, and cost nothing.
    void noAddressComesAgainWhileItCounts()
    {
        HeldAnswers held(100);
        auto first = answer();
        const std::weak_ptr<const void> watched = first;
        QVERIFY(held.take(first, 60));
        first.reset();
        QVERIFY(!watched.expired());
        held.letGo(watched.lock());
        QVERIFY(watched.expired());
    }

    void paceIsThatOfTheLastSeconds()
    {
        Pace pace;
        Duration at = Duration::seconds(100);
        pace.begin(at);
        QCOMPARE(after(pace, at, 19, 100).has_value(), false);
        QCOMPARE(after(pace, at, 1, 100), std::int64_t(1000));
        QCOMPARE(after(pace, at, 100, 100), std::int64_t(1000));
        QCOMPARE(after(pace, at, 20, 0), std::int64_t(0)); // stalls
        QCOMPARE(after(pace, at, 100, 700), std::int64_t(7000));
    }

    void nothingToTakeIsNotSlow()
    {
        Pace pace;
        Duration at = Duration::seconds(100);
        for (int n = 0; n < 10; ++n) {
            pace.begin(at);
            static_cast<void>(after(pace, at, 10, 100));
            pace.pause(at);
            at = at + Duration::seconds(30);
        }
        QCOMPARE(pace.bytesPerSecond(at), std::int64_t(1000));
    }
};

THREADLINE_TEST_MAIN(TestApiLimits)
#include "test_api_limits.moc"
