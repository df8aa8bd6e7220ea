// SPDX-License-Identifier: GPL-3.0-or-later
/// The demo: the simulator inside this process, a temporary data folder, nothing of the user's settings or data touched.
#pragma once

#include "app/common/runtime.h"
#include "core/simulator/simulator.h"

#include <QObject>
#include <QTemporaryDir>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace threadline::app {

/// Main thread.
class Demo : public QObject {
    Q_OBJECT
public:
    /// `clock` is the real one, or a standing one that run() moves. `start`: the simulator's first instant.
    Demo(const Clock &clock, Timestamp start, std::uint64_t seed);
    ~Demo() override;

    /// Starts the simulator, then the runtime over the temporary folder. Errors: of the store or the network.
    [[nodiscard]] Result<> prepare();
    /// The runtime connects to the simulator.
    void connectTo();
    [[nodiscard]] Runtime &runtime() { return *m_runtime; }

    /// Moves `clock` on by `length` in small steps, each only when everything sent so far is stored: so that the same seed
    /// leaves the same data. Then calls `done`; with a reason if the data stopped coming.
    void run(ManualClock &clock, Duration length, std::function<void(Result<>)> done);

private:
    void step(ManualClock &clock);
    [[nodiscard]] bool quiet() const;
    [[nodiscard]] bool lookedAtDue();

    const Clock &m_clock;
    QTemporaryDir m_folder;
    std::unique_ptr<sim::Server> m_server;
    std::unique_ptr<Runtime> m_runtime;
    QTimer m_step;
    Duration m_left;
    int m_waited = 0;
    std::optional<std::uint64_t> m_looksBefore; ///< of the engine, when the clock came to its end
    std::function<void(Result<>)> m_done;
};

} // namespace threadline::app
