// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"

#include <QTest>

namespace threadline::ui {

Status liveStatus()
{
    Status status;
    status.sourceName = "Demo";
    status.source = SourceState::Listening;
    status.received = 1'204'866;
    status.stored = 1'204'551;
    status.storedTotal = 1'204'551;
    status.duplicates = 312;
    status.refused = 3;
    status.refusedBy = {{"no-timestamp", 2}, {"malformed", 1}};
    status.queueCapacity = 5000;
    status.openInteractions = 30;
    status.commitDelay = Duration::millis(400);
    status.eventsPerSecond = 482;
    return status;
}

Status idleStatus()
{
    Status status;
    status.source = SourceState::Idle;
    return status;
}

Status deliveringStatus(DeliveryState state, const std::string &words)
{
    Status status = liveStatus();
    status.delivery.state = state;
    status.delivery.product = "InfluxDB 2.9.1";
    status.delivery.target = "https://db.example:8086, events";
    status.delivery.words = words;
    status.delivery.delivered = 1'199'840;
    status.delivery.backlog = state == DeliveryState::Delivering ? 0 : 4'711;
    return status;
}

std::vector<SetAside> fiveDeadLetters()
{
    const auto letter = [](int number, int secondsAgo, std::string reason, std::string event, std::string interaction, std::string line) {
        return SetAside{number, 1000 + number, kNow - Duration::seconds(secondsAgo), std::move(reason), EventId(std::move(event)),
                        InteractionId(std::move(interaction)), std::move(line), false};
    };
    const std::string rich = Fixture::richId().value;
    std::string payload = "interaction_event,eventType=interaction-updated eventId=\"evt-00008\",interactionId=\"" + rich + "\",payload=\"{";
    for (int i = 0; i < 40; ++i)
        payload += "\\\"attribute" + std::to_string(i) + "\\\":\\\"value " + std::to_string(i * i) + "\\\",";
    std::vector<SetAside> all{
        letter(5, 12, "field type conflict: input field \"sequence\" on measurement \"interaction_event\" is type float, already exists as type integer",
               "evt-00008", rich, payload + "\" 1778060923000000001"),
        letter(4, 95, "point time is outside the retention of the bucket", "evt-00007", rich, "interaction_event eventId=\"evt-00007\" 1"),
        letter(3, 3'600, "The event's text of 81,204 bytes is too large for a point: it was delivered without its data.", "0f5d8b54-7f0e-4d5e-9b1c-1f2e3d4c5b6a",
               "9c1d2e3f-0000-4000-8000-00000000cafe", "{\"id\":\"0f5d8b54\"}"),
        letter(2, 7'300, "The line is larger than the server or a proxy before it takes (413).", "evt-00002", rich, std::string(300, 'x')),
        letter(1, 90'000, "partial write: unable to parse", "", "", "interaction_index,media=voice phase=\"started\" 1777974532000000000"),
    };
    all[2].delivered = true;
    all[4].row = 0;
    return all;
}

Fixture::Fixture() { session.setStatus(liveStatus()); }
Fixture::~Fixture() { window.reset(); }

void Fixture::fill()
{
    for (test::FakeInteraction &call : test::floorOf(kNow))
        session.put(std::move(call.view), std::move(call.summary));
    // It ended before the time that the floor looks at.
    test::FakeInteraction rich = test::richCall(kNow - Duration::seconds(3600 + 409));
    session.put(std::move(rich.view), std::move(rich.summary));
    const Timestamp floorGap = kNow - Duration::seconds(762);
    const Timestamp richGap = kNow - Duration::seconds(3600 + 409 - 299);
    session.setBands({test::repairedBand(richGap, richGap + Duration::seconds(8)),
                      test::repairedBand(floorGap, floorGap + Duration::seconds(42))});
    Refused refused;
    refused.reason = "no-timestamp";
    refused.detail = "The event has no readable time.";
    refused.received = kNow - Duration::seconds(30);
    refused.text = "{\"id\":\"x\",\"timestamp\":\"0000-00-00\"}";
    refused.size = refused.text.size();
    session.setRefused({refused});
}

WindowOptions Fixture::demoOptions()
{
    WindowOptions options;
    options.zone = QTimeZone::utc();
    options.title = QStringLiteral("Demo");
    return options;
}

MainWindow &Fixture::open(WindowOptions options)
{
    window.reset(); // what it remembers is kept by then, as between one run and the next
    window = std::make_unique<MainWindow>(session, clock, connector, secrets, options);
    window->resize(1920, 1080);
    window->show();
    return *window;
}

MainWindow::Private &Fixture::parts() { return WindowProbe(*window).d; }

bool Fixture::settle()
{
    if (!QTest::qWaitFor([this] { return window->settled(); }, 20'000))
        return false;
    window->settle();
    if (!QTest::qWaitFor([this] { return window->settled(); }, 20'000))
        return false;
    QCoreApplication::processEvents();
    return true;
}

bool WindowAccess::openFilled()
{
    f = std::make_unique<Fixture>();
    f->fill();
    f->open();
    return f->settle() && QTest::qWaitForWindowActive(f->window.get());
}

InteractionId Fixture::putShared(const std::string &note)
{
    test::FakeInteraction call = test::richCall(kNow - Duration::seconds(86'400 + 409));
    const InteractionId id("7be41c90-2d55-4f7a-8e3b-0242ac12ca11");
    call.summary.interaction = id;
    call.view.story.interaction = id;
    call.view.origin = {false, kSharedStore, note};
    session.putShared(std::move(call.view), std::move(call.summary));
    return id;
}

bool Fixture::openRich()
{
    parts().space->openInteraction(richId());
    return settle();
}

} // namespace threadline::ui
