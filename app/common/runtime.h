// SPDX-License-Identifier: GPL-3.0-or-later
/// The composition root: store, session, REST and source, made from settings and taken down in the right order.
#pragma once

#include "app/common/source.h"
#include "core/api/apiserver.h"
#include "core/delivery/sink.h"
#include "core/base/settings.h"
#include "core/engine/localsession.h"
#include "core/genesys/recorder.h"
#include "core/store/store.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace threadline::app {

struct RuntimeOptions {
    std::string dataFolder;
    std::string sourceName;
    SequenceScope scope = SequenceScope::Interaction;
    Duration retention;
    Duration stale = Duration::seconds(12 * 3600);
    std::optional<delivery::SenderOptions> delivery; ///< absent: events stay here
    NetworkOptions network;                          ///< of delivery
};

/// Lives in the main thread.
class Runtime : public QObject {
    Q_OBJECT
public:
    /// Errors: those of the store; the data folder cannot be used.
    [[nodiscard]] static Result<std::unique_ptr<Runtime>> start(const RuntimeOptions &options, const Clock &clock);
    /// end(), if nobody has called it.
    ~Runtime() override;
    /// Stops the source and REST, then commits what it can. What is stored can still be asked for. False: see Engine::end.
    bool end();
    /// end(), and a line in the log: how long it ran, what was received, stored and delivered, and why it ends with another code than 0.
    /// Returns the code: `exitCode`, or kExitData where something could not be recorded.
    [[nodiscard]] int endTelling(int exitCode);

    /// Serves REST. Errors: those of ApiServer::listen.
    [[nodiscard]] Result<> serve(ApiServer::Options options);
    /// The same, waiting so long at most for a port that another program has: one that was just ended may still hold it. Returns when
    /// that is decided; events are handled meanwhile, and one after which `ending()` holds ends the waiting: Cancelled.
    [[nodiscard]] Result<> serveSoon(const ApiServer::Options &options, Duration patience, const std::function<bool()> &ending);
    /// The same in the background, for as long as it takes. `told`: why it is off, once that has lasted kPortPatience, and again with
    /// `gone` when it has come on after all.
    void serveWhenFree(const ApiServer::Options &options, std::function<void(const Error &, bool gone)> told);
    [[nodiscard]] std::uint16_t port() const { return m_api ? m_api->port() : 0; }
    /// From now on raw messages are written to a file, too. Before connect().
    [[nodiscard]] Result<> record(const std::string &file);
    /// Begins to listen. Replaces a source from before. `name`: how people call it; empty: by its host.
    Source &connectTo(StreamingOptions options, const std::string &name = {});
    Source &replay(ReplayOptions options);
    void disconnectSource();

    [[nodiscard]] LocalSession &session() { return *m_session; }
    [[nodiscard]] delivery::Sink *sink() { return m_sink.get(); } ///< null: nothing is delivered

private:
    explicit Runtime(const Clock &clock) : m_clock(clock) {}
    SourceSink &feed();
    void tryToServe(const ApiServer::Options &options);

    const Clock &m_clock;
    const SystemClock m_real; ///< the clock passed in may stand still
    const Duration m_began = m_real.steady();
    std::unique_ptr<Store> m_store;
    std::unique_ptr<delivery::Sink> m_sink;
    std::unique_ptr<LocalSession> m_session;
    std::unique_ptr<ApiServer> m_api;
    std::unique_ptr<Recorder> m_recorder;
    std::unique_ptr<Source> m_source;
    QTimer m_serveAgain;
    Duration m_servingSince;        ///< steady: serveWhenFree() was called
    std::optional<Error> m_restOff; ///< what was told
    std::function<void(const Error &, bool)> m_tellRest;
};

/// How long a port may be another's before that is told.
inline constexpr Duration kPortPatience = Duration::seconds(5);

/// What the settings say of runtime, REST and platform.
/// Errors: InvalidArgument, naming the setting of delivery that is missing.
[[nodiscard]] Result<RuntimeOptions> runtimeOptions(const Settings &settings, const std::string &dataFolder);
[[nodiscard]] Result<ApiServer::Options> apiOptions(const Settings &settings);
[[nodiscard]] StreamingOptions streamingOptions(const Settings &settings);

} // namespace threadline::app
