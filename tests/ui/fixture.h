// SPDX-License-Identifier: GPL-3.0-or-later
/// A main window over a fake session with handmade calls, on a clock that stands still.
#pragma once

#include "tests/support/fakesession.h"
#include "tests/support/fakestories.h"
#include "ui/mainwindow.h"
#include "ui/mainwindow_p.h"

#include <QUrl>

#include <memory>

namespace threadline::ui {

/// Reaches the parts of a window.
class WindowProbe {
public:
    explicit WindowProbe(MainWindow &window) : d(*window.d) {}
    MainWindow::Private &d;
};

/// Remembers what it was asked; a test runs the steps it is given.
class FakeConnector final : public Connector {
public:
    [[nodiscard]] ConnectionValues current() const override { return values; }
    [[nodiscard]] QString checkEnvironment(const QString &url) const override
    {
        return url.startsWith(QStringLiteral("https://")) ? QString()
                                                          : QStringLiteral("The environment URL must begin with https://.");
    }
    [[nodiscard]] QStringList testSteps() const override
    {
        return {QStringLiteral("Host found"), QStringLiteral("Signed in"), QStringLiteral("Stream opened"),
                QStringLiteral("Subscribed")};
    }
    void test(const ConnectionValues &v, std::function<void(const ConnectionStep &)> step,
              std::function<void(bool)> done) override
    {
        tested = v;
        bool passed = true;
        for (const ConnectionStep &s : steps) {
            step(s);
            passed = passed && s.passed;
        }
        if (finishTests)
            done(passed);
    }
    void cancelTest() override { ++cancelled; }
    [[nodiscard]] QString proposedName(const QString &environment) const override { return QUrl(environment).host(); }
    [[nodiscard]] std::optional<ReadingState> reading() const override { return readingState; }
    void stopReading() override { ++readingStopped; }
    void connectTo(const ConnectionValues &v) override { connected = v; }
    void openFiles(const QStringList &paths, std::function<void(Result<FilesRead>)> done) override
    {
        opened = paths;
        if (openAtOnce)
            done(openResult);
        else
            openDone = std::move(done);
    }
    Result<void> startDemo() override
    {
        ++demos;
        return demoResult;
    }

    ConnectionValues values;
    std::vector<ConnectionStep> steps;
    bool finishTests = true;
    ConnectionValues tested;
    std::optional<ConnectionValues> connected;
    QStringList opened;
    Result<void> demoResult;
    Result<FilesRead> openResult = FilesRead{1, 0, {}, false};
    bool openAtOnce = true; ///< else `openDone` ends it
    std::function<void(Result<FilesRead>)> openDone;
    std::optional<ReadingState> readingState;
    int readingStopped = 0;
    int cancelled = 0;
    int demos = 0;
};

/// A keyring in memory.
class FakeSecrets final : public SecretStore {
public:
    void probe(std::function<void(bool)> answer) override { answer(there); }
    void keep(const QString &name, const QString &secret, std::function<void(Result<void>)> done) override
    {
        if (refuses) {
            done(fail(ErrorCode::Unusable, "The keyring is locked. The secret is kept for this session only."));
            return;
        }
        kept[name] = secret;
        done({});
    }
    void read(const QString &name, std::function<void(Result<QString>)> done) override
    {
        if (kept.contains(name))
            done(kept[name]);
        else
            done(fail(ErrorCode::NotFound, "Nothing kept."));
    }
    void forget(const QString &name, std::function<void(Result<void>)> done) override
    {
        kept.remove(name);
        done({});
    }
    QMap<QString, QString> kept;
    bool there = true;
    bool refuses = false;
};

inline constexpr Timestamp kNow{1'778'064'532'000'000}; // 2026-05-06T10:48:52Z

[[nodiscard]] Status liveStatus();
[[nodiscard]] Status idleStatus();

/// Delivery to InfluxDB 2.9.1 in this state, with what it says.
[[nodiscard]] Status deliveringStatus(DeliveryState state, const std::string &words = {});
/// Five of different length, newest first: four set aside, one only noted.
[[nodiscard]] std::vector<SetAside> fiveDeadLetters();
inline constexpr const char *kSharedStore = "InfluxDB at db.example:8086";
inline constexpr const char *kWrongToken =
    "db.example:8086 does not accept the token (401 unauthorized access). Check TSDB_TOKEN: it must be a token of this InfluxDB that may write to "
    "and read from the bucket events. Tried again in 60 s; until then events wait in the local store.";

/// Session, clock and window; the members are there to be changed before open().
struct Fixture {
    Fixture();
    ~Fixture();

    /// The floor of thirty-two calls with its gap, and the rich call.
    void fill();
    MainWindow &open(WindowOptions options = demoOptions());
    [[nodiscard]] MainWindow::Private &parts();
    /// Waits until nothing is under way, then brings everything to this instant.
    [[nodiscard]] bool settle();
    [[nodiscard]] static WindowOptions demoOptions();
    [[nodiscard]] static InteractionId richId() { return InteractionId("3f9c2a71-6b1e-4c02-9a55-0242ac125d0e"); }
    /// A call like the rich one that only the shared store has; `note` says what is missing of it.
    InteractionId putShared(const std::string &note = {});
    /// Opens the rich call in the timeline and waits for it.
    [[nodiscard]] bool openRich();

    ManualClock clock{kNow};
    test::FakeSession session;
    FakeConnector connector;
    FakeSecrets secrets;
    std::unique_ptr<MainWindow> window;
};

/// The fixture of a test of the window, and short ways to its parts while it is open.
class WindowAccess {
protected:
    LanesView &floor() { return space().floor().lanes(); }
    LanesView &timeline() { return space().timeline().lanes(); }
    Workspace &space() { return *f->parts().space; }
    FloorModel &model() { return space().floorModel(); }
    /// The filled floor, shown and settled, in the active window.
    [[nodiscard]] bool openFilled();

    std::unique_ptr<Fixture> f;
};

} // namespace threadline::ui
