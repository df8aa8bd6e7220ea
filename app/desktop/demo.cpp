// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/demo.h"

namespace threadline::app {
namespace {

constexpr double kEventsPerSecond = 3;
constexpr Duration kHistory = Duration::seconds(25 * 60);
constexpr Duration kStep = Duration::millis(200);
constexpr int kLookEveryMs = 2;
constexpr int kGiveUpAfter = 15'000; ///< looks without progress: half a minute

} // namespace

Demo::Demo(const Clock &clock, Timestamp start, std::uint64_t seed) : m_clock(clock)
{
    sim::Options options;
    options.seed = seed;
    options.rate = kEventsPerSecond;
    options.start = start;
    options.history = kHistory;
    m_server = std::make_unique<sim::Server>(options, sim::Accounts(), clock);
}

Demo::~Demo()
{
    m_step.stop();
    m_runtime.reset(); // its client says goodbye to a server that is still there
    m_server.reset();
}

Result<> Demo::prepare()
{
    const auto port = m_server->listen(0);
    if (!port)
        return fail(port.error());
    RuntimeOptions options;
    options.dataFolder = m_folder.filePath(QStringLiteral("data")).toStdString();
    options.sourceName = "Demo";
    auto runtime = Runtime::start(options, m_clock);
    if (!runtime)
        return fail(runtime.error());
    m_runtime = std::move(*runtime);
    return {};
}

void Demo::connectTo()
{
    StreamingOptions options;
    options.credentials.environmentUrl = m_server->url();
    options.credentials.clientId = sim::Accounts().clientId;
    options.credentials.clientSecret = sim::Accounts().clientSecret;
    m_runtime->connectTo(options, "Demo").start();
}

void Demo::run(ManualClock &clock, Duration length, std::function<void(Result<>)> done)
{
    m_left = length;
    m_done = std::move(done);
    connect(&m_step, &QTimer::timeout, this, [this, &clock] { step(clock); });
    m_step.start(kLookEveryMs);
}

bool Demo::quiet() const
{
    const Status status = m_runtime->session().status();
    return status.received > 0 && status.received >= m_server->sentEvents() && status.inFlight == 0;
}

/// The engine looks by real time at what has become due by the clock: without waiting for that this machine's speed would show.
bool Demo::lookedAtDue()
{
    const Engine &engine = m_runtime->session().engine();
    if (!m_looksBefore)
        m_looksBefore = engine.looks();
    return engine.durableLooks() >= *m_looksBefore + 2;
}

void Demo::step(ManualClock &clock)
{
    if (!quiet() || (m_left <= Duration{} && !lookedAtDue())) {
        if (++m_waited < kGiveUpAfter)
            return;
        m_step.stop();
        m_done(fail(ErrorCode::Busy, "The demo's data stopped coming. " + m_runtime->session().status().sourceDetail));
        return;
    }
    m_waited = 0;
    if (m_left <= Duration{}) {
        m_step.stop();
        m_done({});
        return;
    }
    const Duration by = std::min(kStep, m_left);
    m_left = m_left - by;
    clock.advance(by);
}

} // namespace threadline::app
