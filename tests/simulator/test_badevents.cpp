// SPDX-License-Identifier: GPL-3.0-or-later
/// Every kind of garbage is refused by the decoder, alone and beside good events, and every odd event is accepted as the truth says.
#include "core/genesys/streamingdecoder.h"
#include "core/simulator/badevents.h"
#include "core/simulator/stream.h"
#include "tests/support/testmain.h"

#include <set>

using namespace threadline;
using namespace threadline::sim;

namespace {

constexpr const char *kInteraction = "7a0c6a36-8f0e-4b4e-9b53-0b7a1c1f2a10";
constexpr const char *kTime = "2031-01-04T10:44:54.118Z";

std::string good(int number)
{
    return "{\"id\":\"good-" + std::to_string(number) + "\",\"timestamp\":\"" + kTime
        + "\",\"type\":\"interaction-updated\",\"data\":{\"interactionId\":\"" + kInteraction + "\"},\"sequence\":" + std::to_string(number) + "}";
}

} // namespace

class TestBadEvents : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void thereAreManyKinds()
    {
        std::set<std::string_view> names;
        for (const BadKind &kind : badKinds())
            QVERIFY(names.insert(kind.name).second);
        QVERIFY(names.size() >= 30);
    }

    void eachIsRefused_data()
    {
        QTest::addColumn<int>("kind");
        for (std::size_t i = 0; i < badKinds().size(); ++i)
            QTest::addRow("%s", std::string(badKinds()[i].name).c_str()) << static_cast<int>(i);
    }
    void eachIsRefused()
    {
        QFETCH(int, kind);
        const auto which = static_cast<std::size_t>(kind);
        const std::string text = badText(which, kInteraction, kTime, 17);
        StreamingDecoder decoder;
        Decoded decoded;
        switch (badKinds()[which].shape) {
        case BadShape::Element:
            decoder.decode("{\"events\":[" + good(1) + "," + text + "," + good(2) + "]}", {}, decoded);
            QCOMPARE(decoded.events.size(), 2u);
            QCOMPARE(decoded.refused.size(), 1u);
            break;
        case BadShape::Message:
            decoder.decode(text, {}, decoded);
            QCOMPARE(decoded.events.size(), 0u);
            QCOMPARE(decoded.refused.size(), 1u);
            QVERIFY(!decoded.control);
            break;
        case BadShape::Binary: break; // refused for being binary, whatever it holds: by whoever reads the socket
        }
        if (badKinds()[which].huge)
            QCOMPARE(text.size(), kMaxMessageBytes);
    }

    void oddEventsAreAccepted()
    {
        Options options;
        options.seed = 9;
        options.interactions = 400;
        options.rate = 0;
        options.faults.odd = 0.5;
        options.faults.variant = 0.05;
        Generator generator(options);
        StreamingDecoder decoder;
        Decoded decoded;
        std::uint32_t marks = 0;
        int made = 0;
        while (const auto event = generator.next()) {
            decoder.decode("{\"events\":[" + event->json + "]}", {}, decoded);
            QVERIFY2(decoded.refused.empty() && decoded.events.size() == 1, event->json.c_str());
            const Event &read = decoded.events.front();
            QCOMPARE(read.raw, event->json);
            QCOMPARE(read.id.value, event->id);
            QCOMPARE(read.interaction.value, event->interaction);
            QCOMPARE(read.participant.value, event->participant);
            QCOMPARE(read.channel.value, event->channel);
            QCOMPARE(read.type, event->type);
            QVERIFY2(read.sequence == event->sequence, event->json.c_str());
            QCOMPARE(read.time.us, event->time.us);
            marks |= read.marks;
            made += read.has(Event::IdMade) ? 1 : 0;
        }
        QVERIFY(made > 50);
        QVERIFY((marks & Event::BadSequence) != 0 && (marks & Event::LoneSurrogate) != 0 && (marks & Event::DuplicateMember) != 0);
    }
};

THREADLINE_TEST_MAIN(TestBadEvents)
#include "test_badevents.moc"
