// SPDX-License-Identifier: GPL-3.0-or-later
/// threadline_shots FOLDER: pictures of every view and theme from handmade data, to lay beside the mock-ups. No test.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/dialogs/listdialog.h"
#include "ui/screenshot.h"

#include <QApplication>
#include <QDir>

#include <cstdio>

using namespace threadline;
using namespace threadline::ui;

namespace {

struct Shot {
    QString name;
    QString view;
    QString dock;
    ThemeName theme;
    QSize size;
};

bool take(Fixture &fixture, const QString &folder, const Shot &shot)
{
    ScreenshotOptions options;
    options.file = folder + QLatin1Char('/') + shot.name + QStringLiteral(".png");
    options.size = shot.size;
    options.view = shot.view;
    options.dock = shot.dock;
    options.theme = shot.theme;
    bool ended = false;
    bool good = false;
    Screenshot::take(*fixture.window, options, [&](Result<void> done) {
        ended = true;
        good = done.has_value();
        if (!good)
            std::fprintf(stderr, "%s: %s\n", qPrintable(shot.name), done.error().message.c_str());
    });
    return QTest::qWaitFor([&] { return ended; }, 40'000) && good;
}

/// The shared store's part of a picture, told from its name.
bool prepareShared(Fixture &fixture, const Shot &shot)
{
    const auto is = [&](const char *name) { return shot.name.startsWith(QLatin1String(name)); };
    const bool paused = is("paused") || is("dead-letters-paused");
    Status status = deliveringStatus(paused ? DeliveryState::Paused : DeliveryState::Delivering, paused ? kWrongToken : "");
    status.delivery.deadLetters = is("dead-letters-none") ? 0 : 4;
    if (!is("dead-letters-none"))
        fixture.session.setDeadLetters(fiveDeadLetters());
    if (is("paused") || is("dead-letters") || is("shared") || is("absent"))
        fixture.session.setStatus(status);
    fixture.parts().hub.refreshStatus();
    if (is("shared-floor")) {
        const InteractionId id = fixture.putShared();
        if (!fixture.settle())
            return false;
        fixture.parts().space->floor().lanes().navigator().showExactly({kNow - Duration::seconds(87'600), kNow - Duration::seconds(85'600)});
        Q_EMIT fixture.parts().space->floor().lanes().viewChanged();
        return QTest::qWaitFor([&] { return fixture.parts().space->floorModel().entry(id) != nullptr; }, 10'000) && fixture.settle();
    }
    if (is("dead-letters")) {
        Q_EMIT fixture.parts().status->listWanted(QStringLiteral("dead-letters"));
        const int rows = is("dead-letters-none") ? 0 : 5;
        return QTest::qWaitFor([&] { return fixture.parts().lists->model(QStringLiteral("dead-letters"))->rowCount() == rows; }, 10'000);
    }
    if (is("absent")) {
        const std::string id = "7be41c90-2d55-4f7a-8e3b-0242ac12ca12";
        fixture.session.setAbsence({ErrorCode::NotFound, "There is no interaction " + id + ", neither in the local store nor in " + kSharedStore + "."});
        fixture.parts().space->openInteraction(InteractionId(id));
        return fixture.settle();
    }
    if (is("shared")) {
        const std::string note = std::string("3 of its events are without their data in ") + kSharedStore + ".";
        fixture.parts().space->openInteraction(fixture.putShared(is("shared-note") ? note : std::string()));
        return fixture.settle();
    }
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    test::prepareEnvironment("shots");
    QApplication app(argc, argv);
    const QString folder = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral(".");
    QDir().mkpath(folder);
    const QSize full(1920, 1080);
    const QSize small(1280, 800);
    const Shot shots[] = {
        {QStringLiteral("floor-dark"), QStringLiteral("floor"), {}, ThemeName::Dark, full},
        {QStringLiteral("floor-light"), QStringLiteral("floor"), {}, ThemeName::Light, full},
        {QStringLiteral("floor-contrast"), QStringLiteral("floor"), {}, ThemeName::Contrast, full},
        {QStringLiteral("floor-small"), QStringLiteral("floor"), {}, ThemeName::Light, small},
        {QStringLiteral("timeline-dark"), QStringLiteral("timeline"), {}, ThemeName::Dark, full},
        {QStringLiteral("timeline-light"), QStringLiteral("timeline"), {}, ThemeName::Light, full},
        {QStringLiteral("timeline-small"), QStringLiteral("timeline"), {}, ThemeName::Dark, small},
        {QStringLiteral("first-run-light"), QStringLiteral("first-run"), {}, ThemeName::Light, full},
        {QStringLiteral("first-run-dark"), QStringLiteral("first-run"), {}, ThemeName::Dark, full},
        {QStringLiteral("connect-light"), QStringLiteral("connect"), {}, ThemeName::Light, full},
        {QStringLiteral("shared-dark"), QStringLiteral("timeline"), {}, ThemeName::Dark, full},
        {QStringLiteral("shared-light"), QStringLiteral("timeline"), {}, ThemeName::Light, small},
        {QStringLiteral("shared-note-light"), QStringLiteral("timeline"), {}, ThemeName::Light, full},
        {QStringLiteral("shared-floor-dark"), QStringLiteral("floor"), {}, ThemeName::Dark, small},
        {QStringLiteral("shared-floor-light"), QStringLiteral("floor"), {}, ThemeName::Light, small},
        {QStringLiteral("absent-light"), QStringLiteral("timeline"), {}, ThemeName::Light, small},
        {QStringLiteral("dead-letters-dark"), QStringLiteral("floor"), {}, ThemeName::Dark, small},
        {QStringLiteral("dead-letters-light"), QStringLiteral("floor"), {}, ThemeName::Light, small},
        {QStringLiteral("dead-letters-none-light"), QStringLiteral("floor"), {}, ThemeName::Light, small},
        {QStringLiteral("dead-letters-paused-dark"), QStringLiteral("floor"), {}, ThemeName::Dark, small},
        {QStringLiteral("paused-dark"), QStringLiteral("floor"), {}, ThemeName::Dark, small},
        {QStringLiteral("paused-light"), QStringLiteral("floor"), {}, ThemeName::Light, small},
    };
    int failed = 0;
    for (const Shot &shot : shots) {
        if (argc > 2 && !shot.name.contains(QString::fromLocal8Bit(argv[2])))
            continue;
        Fixture fixture;
        fixture.fill();
        if (shot.view == QStringLiteral("first-run") || shot.view == QStringLiteral("connect"))
            fixture.session.setStatus(idleStatus());
        fixture.connector.values.name = QStringLiteral("Contact centre EU");
        fixture.connector.values.environment = QStringLiteral("https://api.mypurecloud.de");
        fixture.connector.values.clientId = QStringLiteral("0a1b2c3d-0000-4000-8000-00000000feed");
        fixture.open();
        if (!prepareShared(fixture, shot))
            return 1;
        if (shot.name.startsWith(QStringLiteral("timeline"))) {
            if (!fixture.openRich())
                return 1;
            Selection selection;
            selection.row = "c3/0";
            selection.segmentStart = (kNow - Duration::seconds(3600 + 409 - 171)).us;
            selection.kind = SegmentKind::Hold;
            fixture.parts().space->timeline().lanes().setSelection(selection, false);
            Q_EMIT fixture.parts().space->timeline().lanes().chosen(selection);
        }
        failed += !take(fixture, folder, shot);
    }
    return failed;
}
