// SPDX-License-Identifier: GPL-3.0-or-later
/// What a source holds while its sink has no room, the bands it tells, and the delays of reconnecting.
#include "core/base/backoff.h"
#include "core/genesys/feed.h"
#include "tests/genesys/testsink.h"
#include "tests/support/testmain.h"

using namespace threadline;
using namespace threadline::test;

class TestFeed : public QObject {
    Q_OBJECT
private:
    ManualClock m_clock{Timestamp{1'777'000'000'000'000}};
    RawMessage message(const char *text)
    {
        m_clock.advance(Duration::seconds(1));
        return {text, m_clock.now(), m_clock.steady(), false};
    }

private Q_SLOTS:
    void nothingOvertakes()
    {
        TestSink sink;
        Feed feed(sink, m_clock);
        QVERIFY(feed.put(message("a")));
        sink.room = false;
        QVERIFY(!feed.put(message("b")));
        QVERIFY(!feed.put(message("c")));
        QCOMPARE(feed.held(), std::size_t(2));
        sink.room = true;
        QVERIFY(feed.put(message("d")));
        QVERIFY(feed.empty());
        QCOMPARE(sink.texts(), (std::vector<std::string>{"a", "b", "c", "d"}));
    }

    void bandsStartAtTheLastMessage()
    {
        TestSink sink;
        Feed feed(sink, m_clock);
        feed.setStart(m_clock.now());
        feed.listening();
        const Timestamp listening = m_clock.now();
        m_clock.advance(Duration::seconds(5));
        feed.notListening(BandCause::ConnectionLost, "first");
        feed.notListening(BandCause::Refused, "still the same band");
        feed.listening();
        RawMessage last = message("x");
        const Timestamp received = last.received;
        QVERIFY(feed.put(std::move(last)));
        m_clock.advance(Duration::seconds(5));
        feed.notListening(BandCause::HeldBack, "second");
        QVERIFY(feed.drain());
        QCOMPARE(sink.shape(), std::string("LNLmN"));
        QVERIFY(std::get<NotListening>(sink.items[1]).since == listening);
        QCOMPARE(std::get<NotListening>(sink.items[1]).reason, std::string("first"));
        QVERIFY(std::get<NotListening>(sink.items[4]).since == received);
        QVERIFY(!feed.isListening());
    }

    void neverListened()
    {
        TestSink sink;
        Feed feed(sink, m_clock);
        const Timestamp start = m_clock.now();
        feed.setStart(start);
        m_clock.advance(Duration::seconds(30));
        feed.notListening(BandCause::ConnectionLost, "nobody there");
        QVERIFY(feed.drain());
        QVERIFY(std::get<NotListening>(sink.items[0]).since == start);
    }

    void backoffStaysUnderItsCeiling()
    {
        const Duration first = Duration::millis(500), max = Duration::seconds(30);
        std::int64_t ceiling = first.us;
        Backoff backoff(first, max, 7);
        for (int i = 0; i < 100; ++i) {
            const Duration delay = backoff.next();
            QVERIFY(delay.us >= 0 && delay.us <= ceiling);
            ceiling = std::min(max.us, ceiling * 2);
        }
        backoff.reset();
        QVERIFY(backoff.next() <= first);
    }

    void backoffIsUniform()
    {
        const Duration max = Duration::seconds(10);
        Backoff backoff(max, max, 11);
        int lowHalf = 0;
        for (int i = 0; i < 2000; ++i)
            lowHalf += backoff.next().us < max.us / 2 ? 1 : 0;
        QVERIFY2(lowHalf > 850 && lowHalf < 1150, qPrintable(QString::number(lowHalf)));
    }

    /// A connection that works and drops again and again is tried at once, but not for ever.
    void calmDoesNotGrowForAWhile()
    {
        Backoff backoff(Duration::millis(100), Duration::seconds(30), 3);
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < Backoff::kMostCalm; ++i) {
                QVERIFY(backoff.next() <= Duration::millis(200));
                backoff.calm();
            }
            Duration longest;
            for (int i = 0; i < 100; ++i) {
                longest = std::max(longest, backoff.next());
                backoff.calm();
            }
            QVERIFY(longest > Duration::seconds(20));
            backoff.reset();
        }
    }
};

THREADLINE_TEST_MAIN(TestFeed)
#include "test_feed.moc"
