// SPDX-License-Identifier: GPL-3.0-or-later
/// What the faults do to the stream, counted; and that the truth survives all that a reader can undo.
#include "core/genesys/streamingdecoder.h"
#include "core/simulator/stream.h"
#include "tests/support/testmain.h"

#include <algorithm>
#include <map>
#include <set>

using namespace threadline;
using namespace threadline::sim;

namespace {

using Do = Stream::Item::Do;

Options bounded(int interactions)
{
    Options options;
    options.seed = 4;
    options.interactions = interactions;
    options.rate = 0;
    options.concurrent = 100;
    return options;
}

/// Everything a stream gives, read as a client would.
struct Heard {
    std::vector<TrueEvent> truth;
    std::vector<std::string> order;       ///< ids as they arrive
    std::map<std::string, std::set<std::string>> bodies; ///< by interaction and id
    int messages = 0, closes = 0, resets = 0, silences = 0, binaries = 0;
    std::size_t refused = 0;
    std::size_t mostInMessage = 0;
    std::vector<Timestamp> due;
    std::uint64_t bad = 0;
    std::vector<std::vector<std::string>> perMessage;

    explicit Heard(const Options &options)
    {
        Stream stream(options);
        stream.setTruthSink([this](const TrueEvent &event) { truth.push_back(event); });
        while (const auto item = stream.next())
            take(*item);
        bad = stream.badSoFar();
    }

    /// The bodies that are true, by interaction and id.
    [[nodiscard]] std::map<std::string, std::set<std::string>> trueBodies() const
    {
        std::map<std::string, std::set<std::string>> out;
        for (const TrueEvent &event : truth)
            out[event.interaction + '/' + event.id].insert(event.json);
        return out;
    }

private:
    void take(const Stream::Item &item)
    {
        due.push_back(item.due);
        switch (item.what) {
        case Do::Close: ++closes; return;
        case Do::Reset: ++resets; return;
        case Do::Silence: ++silences; return;
        case Do::SendBinary: ++binaries; return;
        case Do::Send: break;
        }
        ++messages;
        m_decoder.decode(item.text, {}, m_decoded);
        refused += m_decoded.refused.size();
        mostInMessage = std::max(mostInMessage, item.events.size());
        perMessage.emplace_back();
        for (const Event &event : m_decoded.events) {
            order.push_back(event.id.value);
            bodies[event.interaction.value + '/' + event.id.value].insert(event.raw);
            perMessage.back().push_back(event.id.value);
        }
    }

    StreamingDecoder m_decoder;
    Decoded m_decoded;
};

double share(double part, std::size_t whole) { return part / static_cast<double>(whole); }

} // namespace

class TestStream : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void withoutFaultsItIsTheTruthInOrder()
    {
        const Heard heard(bounded(300));
        QCOMPARE(heard.refused, 0u);
        QCOMPARE(heard.order.size(), heard.truth.size());
        for (std::size_t i = 0; i < heard.order.size(); ++i)
            QCOMPARE(heard.order[i], heard.truth[i].id);
        QCOMPARE(heard.mostInMessage, 10u);
    }

    void sameOptionsSameStream()
    {
        Options options = bounded(100);
        options.faults.drop = 0.05;
        options.faults.duplicate = 0.3;
        options.faults.shuffle = 64;
        options.faults.skew = Duration::seconds(5);
        options.faults.disconnectEvery = 20;
        options.faults.replay = 30;
        options.faults.silence = Duration::seconds(1);
        options.faults.bad = 0.1;
        Stream a(options), b(options);
        while (true) {
            const auto one = a.next();
            const auto two = b.next();
            QCOMPARE(one.has_value(), two.has_value());
            if (!one)
                return;
            QVERIFY(one->text == two->text && one->what == two->what && one->due == two->due);
        }
    }

    void dropTakesItsShare()
    {
        Options options = bounded(400);
        const std::size_t whole = Heard(options).truth.size();
        options.faults.drop = 0.1;
        const Heard heard(options);
        QCOMPARE(heard.order.size(), heard.truth.size());
        const double kept = share(static_cast<double>(heard.truth.size()), whole);
        QVERIFY2(kept > 0.87 && kept < 0.93, qPrintable(QString::number(kept)));
    }

    void everythingTwice()
    {
        Options options = bounded(300);
        options.faults.duplicate = 1;
        const Heard heard(options);
        QCOMPARE(heard.order.size(), 2 * heard.truth.size());
        std::map<std::string, std::vector<std::size_t>> places;
        for (std::size_t i = 0; i < heard.order.size(); ++i)
            places[heard.order[i]].push_back(i);
        std::size_t far = 0;
        for (const auto &[id, at] : places) {
            QCOMPARE(at.size(), 2u);
            far += at[1] - at[0] > 300 ? 1 : 0;
        }
        QVERIFY(far > 0);
        QCOMPARE(heard.bodies, heard.trueBodies());
    }

    void shufflesWithinItsWindow()
    {
        Options options = bounded(400);
        options.faults.shuffle = 256;
        const Heard heard(options);
        QCOMPARE(heard.order.size(), heard.truth.size());
        std::map<std::string, std::size_t> place;
        for (std::size_t i = 0; i < heard.truth.size(); ++i)
            place[heard.truth[i].id] = i;
        std::size_t moved = 0, most = 0;
        for (std::size_t i = 0; i < heard.order.size(); ++i) {
            const std::size_t was = place.at(heard.order[i]);
            const std::size_t distance = was > i ? was - i : i - was;
            moved += distance > 0 ? 1 : 0;
            most = std::max(most, distance);
        }
        QVERIFY(most < 256 && most > 150);
        QVERIFY(share(static_cast<double>(moved), heard.order.size()) > 0.95);
    }

    void badOnesAreRefusedAndChangeNothing()
    {
        Options options = bounded(300);
        options.faults.bad = 0.2;
        const Heard heard(options);
        QCOMPARE(heard.bodies, heard.trueBodies());
        QCOMPARE(heard.refused + static_cast<std::size_t>(heard.binaries), heard.bad);
        const double rate = share(static_cast<double>(heard.bad), heard.truth.size());
        QVERIFY2(rate > 0.17 && rate < 0.23, qPrintable(QString::number(rate)));
    }

    void disconnectsAndReplays()
    {
        Options options = bounded(300);
        options.faults.disconnectEvery = 50;
        options.faults.replay = 30;
        const Heard heard(options);
        QVERIFY(heard.closes >= 5);
        QCOMPARE(heard.resets, 0);
        QCOMPARE(heard.bodies, heard.trueBodies());
        QCOMPARE(heard.order.size(), heard.truth.size() + 30u * static_cast<std::size_t>(heard.closes));
    }

    void aResetLosesTheMessageThatItCuts()
    {
        Options options = bounded(300);
        options.faults.disconnectEvery = 50;
        options.faults.reset = true;
        options.faults.replay = 30; // of no effect
        const Heard heard(options);
        QVERIFY(heard.resets >= 5);
        QCOMPARE(heard.closes, 0);
        QVERIFY(heard.order.size() < heard.truth.size());
        QVERIFY(heard.order.size() + 10u * static_cast<std::size_t>(heard.resets) >= heard.truth.size());
    }

    void silencesAndDelays()
    {
        Options options = bounded(300);
        options.eventsPerMessage = 2;
        options.faults.silence = Duration::seconds(40);
        QVERIFY(Heard(options).silences >= 2);

        options = bounded(200);
        options.rate = 50;
        options.faults.delay = Duration::seconds(3);
        const Heard delayed(options);
        QVERIFY(std::is_sorted(delayed.due.begin(), delayed.due.end()));
        QCOMPARE(delayed.bodies, delayed.trueBodies());
    }

    void withoutSequence()
    {
        Options options = bounded(50);
        options.faults.noSequence = true;
        for (const TrueEvent &event : Heard(options).truth) {
            QVERIFY(!event.sequence);
            QVERIFY(event.json.find("\"sequence\"") == std::string::npos);
        }
    }

    /// Different faults on one seed leave one truth.
    void faultsDoNotTouchTheTruth()
    {
        Options options = bounded(200);
        options.faults.skew = Duration::seconds(60);
        const Heard clean(options);
        options.faults.shuffle = 256;
        options.faults.duplicate = 1;
        options.faults.disconnectEvery = 500;
        options.faults.replay = 50;
        options.faults.bad = 0.1;
        const Heard one(options);
        options.faultSeed = 77;
        const Heard two(options);
        QCOMPARE(one.trueBodies(), clean.trueBodies());
        QCOMPARE(one.bodies, clean.bodies);
        QCOMPARE(two.bodies, clean.bodies);
        QVERIFY(one.order != two.order);
    }

    void variantsBelongToTheTruth()
    {
        Options options = bounded(200);
        options.faults.variant = 0.1;
        const Heard heard(options);
        std::size_t doubled = 0;
        for (const auto &[id, bodies] : heard.bodies)
            doubled += bodies.size() > 1 ? 1 : 0;
        QVERIFY(doubled > 50);
        QCOMPARE(heard.bodies, heard.trueBodies());
    }

    /// At a human pace nothing waits for its message to fill.
    void pacedMessagesAreSmall()
    {
        Options options = bounded(50);
        options.rate = 5;
        options.concurrent = 0;
        const Heard heard(options);
        QVERIFY(heard.perMessage.size() > heard.order.size() / 3);
        QVERIFY(std::is_sorted(heard.due.begin(), heard.due.end()));
    }
};

THREADLINE_TEST_MAIN(TestStream)
#include "test_stream.moc"
