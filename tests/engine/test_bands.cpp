// SPDX-License-Identifier: GPL-3.0-or-later
/// Bands of not listening: where they begin and end, and when one proves to have missed nothing.
#include "core/engine/bands.h"
#include "core/engine/clockoffset.h"
#include "tests/support/testmain.h"

using namespace threadline;

namespace {

constexpr Timestamp at(std::int64_t seconds) { return Timestamp{1'900'000'000'000'000 + seconds * 1'000'000}; }

const auto kNobody = [] { return std::set<std::int64_t>(); };

/// A keeper that listened and then lost its connection at `lost`, having received its last message at `last`.
BandKeeper lostAfter(std::int64_t last, std::int64_t lost)
{
    BandKeeper keeper("streaming", 1);
    keeper.listening();
    keeper.message(at(last), kNobody);
    keeper.notListening(at(lost), BandCause::ConnectionLost, "closed by the server (1006)");
    return keeper;
}

} // namespace

class TestBands : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fromLastMessageToFirst();
    void severalLossesAreOneBand();
    void aKillIsABand();
    void aStoreThatFailedIsTheCause();
    void anOpenBandGoesOn();
    void whatIsGoneIsItsReason();
    void firstStartHasNone();
    void nothingMissed();
    void watchesAreBounded();
    void holeAfterTheEnd();
    void unsequencedStaysUnknown();
    void holesNeedATrustworthySource();
    void holeInsideABandDrawsNoOther();
    void clockOffsetIsAMedian();
};

void TestBands::fromLastMessageToFirst()
{
    BandKeeper keeper = lostAfter(10, 15);
    auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(changed[0].start, at(10));
    QVERIFY(!changed[0].end);
    QVERIFY(!keeper.listens());
    keeper.listening();
    QVERIFY(keeper.takeChanged().empty()); // subscribed, and nothing heard yet
    keeper.message(at(20), kNobody);
    changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(*changed[0].end, at(20));
    QCOMPARE(int(changed[0].state), int(BandState::Closed));
    QVERIFY(keeper.listens());
}

void TestBands::severalLossesAreOneBand()
{
    BandKeeper keeper = lostAfter(10, 15);
    keeper.listening();
    keeper.notListening(at(16), BandCause::Refused, "token refused");
    keeper.listening();
    keeper.message(at(30), kNobody);
    const auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(changed[0].start, at(10));
    QCOMPARE(*changed[0].end, at(30));
    QCOMPARE(int(changed[0].cause), int(BandCause::ConnectionLost));
}

void TestBands::aKillIsABand()
{
    BandKeeper keeper("streaming", 7);
    keeper.resume(std::nullopt, at(100), BandKeeper::Ended::Killed);
    keeper.listening();
    keeper.message(at(130), kNobody);
    const auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(changed[0].id, std::int64_t(7));
    QCOMPARE(changed[0].start, at(100));
    QCOMPARE(int(changed[0].cause), int(BandCause::Killed));
}

void TestBands::aStoreThatFailedIsTheCause()
{
    BandKeeper keeper("streaming", 7);
    keeper.resume(std::nullopt, at(100), BandKeeper::Ended::Unwritten);
    QCOMPARE(int(keeper.takeChanged().front().cause), int(BandCause::StoreFailed));
    Band open;
    open.id = 3;
    open.start = at(5);
    open.cause = BandCause::ConnectionLost;
    open.reason = "closed by the server (1006)";
    BandKeeper goesOn("streaming", 4);
    goesOn.resume(open, at(5), BandKeeper::Ended::Unwritten);
    const auto changed = goesOn.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(int(changed[0].cause), int(BandCause::ConnectionLost));
    QCOMPARE(changed[0].reason, std::string("closed by the server (1006); then the program ended when the store could not be written any more"));
}

void TestBands::anOpenBandGoesOn()
{
    Band open;
    open.id = 3;
    open.start = at(5);
    BandKeeper keeper("streaming", 4);
    keeper.resume(open, at(5), BandKeeper::Ended::InOrder);
    keeper.notListening(at(8), BandCause::ConnectionLost, "no route");
    keeper.listening();
    keeper.message(at(9), kNobody);
    const auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(changed[0].id, std::int64_t(3));
    QCOMPARE(*changed[0].end, at(9));
}

/// Whatever the end before was like: what had been recorded since and is gone is what the band is about.
void TestBands::whatIsGoneIsItsReason()
{
    Band open;
    open.id = 3;
    open.start = at(5);
    for (const bool withBand : {false, true}) {
        BandKeeper keeper("streaming", 4);
        keeper.resume(withBand ? std::optional(open) : std::nullopt, at(5), BandKeeper::Ended::InOrder, "commits are gone");
        const auto changed = keeper.takeChanged();
        QCOMPARE(changed.size(), std::size_t(1));
        QCOMPARE(changed[0].start, at(5));
        QCOMPARE(changed[0].reason, std::string("commits are gone"));
        QVERIFY(!changed[0].end);
    }
}

void TestBands::firstStartHasNone()
{
    BandKeeper keeper("streaming", 1);
    keeper.resume(std::nullopt, std::nullopt, BandKeeper::Ended::InOrder);
    keeper.listening();
    keeper.message(at(1), kNobody);
    QVERIFY(keeper.takeChanged().empty());
}

void TestBands::nothingMissed()
{
    BandKeeper keeper = lostAfter(10, 15);
    keeper.listening();
    keeper.message(at(20), [] { return std::set<std::int64_t>{1, 2}; });
    static_cast<void>(keeper.takeChanged());
    keeper.saw({1, true, true, false, 1}); // nothing of it came after the band yet
    keeper.saw({2, true, false, false, 2}); // an earlier one may still be on its way
    QVERIFY(keeper.takeChanged().empty());
    keeper.saw({1, true, true, false, 2});
    keeper.saw({2, true, true, false, 3});
    const auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(int(changed[0].state), int(BandState::NothingMissed));
    QVERIFY(!keeper.watches());
}

/// A source that is lost again and again while very many are open: the bands that are watched wait for no more than so many.
void TestBands::watchesAreBounded()
{
    std::set<std::int64_t> open;
    for (std::int64_t n = 1; n <= 100'000; ++n)
        open.insert(open.end(), n);
    BandKeeper keeper("streaming", 1);
    const std::int64_t bands = 3;
    for (std::int64_t n = 0; n < bands; ++n) {
        keeper.listening();
        keeper.message(at(10 * n), [&] { return open; });
        keeper.notListening(at(10 * n + 1), BandCause::ConnectionLost, "reset");
    }
    keeper.listening();
    keeper.message(at(10 * bands), [&] { return open; });
    static_cast<void>(keeper.takeChanged());
    for (const std::int64_t interaction : open)
        keeper.saw({interaction, true, true, false, 1'000'000});
    std::size_t settled = 0;
    for (const Band &band : keeper.takeChanged())
        settled += band.state == BandState::NothingMissed ? 1 : 0;
    QCOMPARE(settled, std::size_t(2)); // the third would have made it 300,000; it stays closed
    QVERIFY(!keeper.watches());
}

void TestBands::holeAfterTheEnd()
{
    BandKeeper keeper = lostAfter(10, 15);
    keeper.listening();
    keeper.message(at(20), [] { return std::set<std::int64_t>{1}; });
    keeper.saw({1, true, false, true, 3});
    const auto changed = keeper.takeChanged();
    QCOMPARE(int(changed.back().state), int(BandState::Unrepairable));
}

void TestBands::unsequencedStaysUnknown()
{
    BandKeeper keeper = lostAfter(10, 15);
    keeper.listening();
    keeper.message(at(20), [] { return std::set<std::int64_t>{1}; });
    keeper.saw({1, false, false, false, 3});
    const auto changed = keeper.takeChanged();
    QCOMPARE(int(changed.back().state), int(BandState::Closed));
    QVERIFY(!keeper.watches());
}

void TestBands::holesNeedATrustworthySource()
{
    BandKeeper keeper("streaming", 1);
    keeper.endedWithHole("a", at(1), at(2));
    QVERIFY(keeper.takeChanged().empty());
    for (int i = 0; i < 10; ++i)
        keeper.endedContiguously();
    keeper.endedWithHole("b", at(3), at(4)); // 10 of 12: not more than nine of ten
    QVERIFY(keeper.takeChanged().empty());
    for (int i = 0; i < 30; ++i)
        keeper.endedContiguously();
    keeper.endedWithHole("c", at(5), at(6));
    const auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(int(changed[0].cause), int(BandCause::SequenceHole));
    QCOMPARE(changed[0].start, at(5));
    QCOMPARE(*changed[0].end, at(6));
}

void TestBands::holeInsideABandDrawsNoOther()
{
    BandKeeper keeper = lostAfter(10, 15);
    keeper.listening();
    keeper.message(at(20), kNobody);
    for (int i = 0; i < 30; ++i)
        keeper.endedContiguously();
    static_cast<void>(keeper.takeChanged());
    keeper.endedWithHole("x", at(9), at(21));
    const auto changed = keeper.takeChanged();
    QCOMPARE(changed.size(), std::size_t(1));
    QCOMPARE(int(changed[0].cause), int(BandCause::ConnectionLost));
    QCOMPARE(int(changed[0].state), int(BandState::Unrepairable));
}

void TestBands::clockOffsetIsAMedian()
{
    ClockOffset offset;
    for (int i = 0; i < 2000; ++i)
        offset.add(at(100 + i), i % 10 == 0 ? at(-1'000'000) : at(97 + i)); // one in ten is wild
    QCOMPARE(offset.offset(), Duration::seconds(3));
}

THREADLINE_TEST_MAIN(TestBands)
#include "test_bands.moc"
