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

bool Fixture::openRich()
{
    parts().space->openInteraction(richId());
    return settle();
}

} // namespace threadline::ui
