// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/runtime.h"

#include "app/common/endwords.h"
#include "app/common/exitcodes.h"
#include "core/base/log.h"
#include "core/history/archive.h"
#include "core/net/network.h"

#include <QEventLoop>
#include <QSslConfiguration>

#include <charconv>
#include <cstdlib>

namespace threadline::app {
namespace {

constexpr int kPortRetry = 100, kPortRetryLater = 2000; ///< ms

/// A number that Settings has checked already; zero for "off".
Duration seconds(const Settings &settings, std::string_view key, std::int64_t unit = 1)
{
    const std::string &text = settings.text(key);
    return Duration::micros(static_cast<std::int64_t>(std::strtod(text.c_str(), nullptr) * 1e6 * static_cast<double>(unit)));
}

} // namespace

Result<std::unique_ptr<Runtime>> Runtime::start(const RuntimeOptions &options, const Clock &clock)
{
    std::unique_ptr<Runtime> runtime(new Runtime(clock));
    StoreOptions store;
    store.folder = options.dataFolder;
    auto opened = Store::open(store);
    if (!opened)
        return fail(opened.error());
    runtime->m_store = std::move(*opened);
    LocalSessionOptions session;
    if (options.delivery) {
        delivery::SenderOptions sender = *options.delivery;
        if (options.retention.us > 0)
            sender.keep = options.retention;
        auto sink = delivery::Sink::start(options.dataFolder, *runtime->m_store, std::move(sender), options.network, clock);
        if (!sink)
            return fail(sink.error());
        runtime->m_sink = std::move(*sink);
        delivery::Sink *s = runtime->m_sink.get();
        history::ArchiveOptions archive;
        archive.target = options.delivery->target;
        session.history = std::make_shared<history::Archive>(archive, options.network);
        session.committed = [s] { s->committed(); };
        session.delivery = s;
        session.engine.changesDone = [s] { return s->changesDone(); };
        if (!options.delivery->shed)
            session.engine.held = [s] { return s->full(); };
    }
    // A target that was set once may be set again: what happens to its points meanwhile is noted.
    session.engine.ingest.handedOn = options.delivery || delivery::Sink::wasEverUsed(options.dataFolder);
    session.engine.sourceName = options.sourceName;
    session.engine.ingest.scope = options.scope;
    session.engine.retention = options.retention;
    session.staleAfter = options.stale;
    auto started = LocalSession::start(*runtime->m_store, session, clock);
    if (!started)
        return fail(started.error());
    runtime->m_session = std::move(*started);
    return runtime;
}

Runtime::~Runtime()
{
    end();
    m_session.reset(); // before the sink, which it asks
    m_sink.reset();
}

bool Runtime::end()
{
    // Whoever waits for another hears of it first; then one after the other is waited for.
    if (m_session)
        m_session->engine().stop();
    if (m_source)
        m_source->stop();
    m_source.reset();
    m_recorder.reset();
    m_api.reset();
    return !m_session || m_session->end();
}

int Runtime::endTelling(int exitCode)
{
    const Duration asked = m_real.steady();
    const int code = end() ? exitCode : kExitData;
    const Duration ended = m_real.steady();
    log::info("app", endWords(m_session->status(), ended - m_began, ended - asked, code));
    return code;
}

Result<> Runtime::serve(ApiServer::Options options)
{
    m_api = std::make_unique<ApiServer>(*m_session, m_clock, std::move(options));
    const auto listening = m_api->listen();
    if (!listening)
        m_api.reset();
    return listening;
}

Result<> Runtime::serveSoon(const ApiServer::Options &options, Duration patience, const std::function<bool()> &ending)
{
    const Duration end = m_clock.steady() + patience;
    for (;;) {
        auto serving = serve(options);
        if (serving || serving.error().code != ErrorCode::Busy || m_clock.steady() >= end)
            return serving;
        QEventLoop pause;
        QTimer::singleShot(kPortRetry, &pause, &QEventLoop::quit);
        pause.exec();
        if (ending())
            return fail(ErrorCode::Cancelled, "The program is to end.");
    }
}

void Runtime::serveWhenFree(const ApiServer::Options &options, std::function<void(const Error &, bool)> told)
{
    m_tellRest = std::move(told);
    m_servingSince = m_clock.steady();
    m_serveAgain.setSingleShot(true);
    m_serveAgain.disconnect();
    connect(&m_serveAgain, &QTimer::timeout, this, [this, options] { tryToServe(options); });
    tryToServe(options);
}

void Runtime::tryToServe(const ApiServer::Options &options)
{
    const auto serving = serve(options);
    if (serving) {
        if (const auto off = std::exchange(m_restOff, std::nullopt))
            m_tellRest(*off, true);
        return;
    }
    const bool busy = serving.error().code == ErrorCode::Busy; // nothing else goes by itself
    if (!m_restOff && (!busy || m_clock.steady() - m_servingSince >= kPortPatience)) {
        m_restOff = serving.error();
        m_tellRest(*m_restOff, false);
    }
    if (busy)
        m_serveAgain.start(m_restOff ? kPortRetryLater : kPortRetry);
}

Result<> Runtime::record(const std::string &file)
{
    RecorderOptions options;
    options.file = file;
    auto opened = Recorder::open(options, m_session->engine());
    if (!opened)
        return fail(opened.error());
    m_recorder = std::move(*opened);
    return {};
}

SourceSink &Runtime::feed()
{
    if (m_recorder)
        return *m_recorder;
    return m_session->engine();
}

Source &Runtime::connectTo(StreamingOptions options, const std::string &name)
{
    m_source.reset();
    m_session->engine().nameSource(name.empty() ? hostOf(options.credentials.environmentUrl) : name);
    m_source = std::make_unique<Source>(std::move(options), feed(), m_clock);
    return *m_source;
}

Source &Runtime::replay(ReplayOptions options)
{
    m_source.reset();
    m_source = std::make_unique<Source>(std::move(options), feed(), m_clock);
    return *m_source;
}

void Runtime::disconnectSource() { m_source.reset(); }

/// Where events are delivered to, if anywhere.
static Result<std::optional<delivery::SenderOptions>> deliveryOptions(const Settings &settings, SequenceScope scope)
{
    std::string url = settings.text("tsdb-url");
    if (url.empty())
        return std::optional<delivery::SenderOptions>();
    while (url.ends_with('/'))
        url.pop_back();
    if (settings.text("tsdb-bucket").empty())
        return fail(ErrorCode::InvalidArgument, "TSDB_URL is set (" + settings.value("tsdb-url").source
                        + "), but TSDB_BUCKET is not: name the bucket that events are delivered to (InfluxDB 1.x, 3: the database).");
    delivery::SenderOptions options;
    options.target.url = url;
    options.target.token = settings.text("tsdb-token");
    options.target.org = settings.text("tsdb-org");
    options.target.bucket = settings.text("tsdb-bucket");
    options.target.schema = settings.text("tsdb-schema") == "classic" ? influx::Schema::Classic : influx::Schema::Bounded;
    options.target.payload = settings.text("tsdb-payload") == "on";
    const std::string &gzip = settings.text("tsdb-gzip");
    const std::size_t host = url.find("://") + 3;
    const std::string_view authority = std::string_view(url).substr(host, url.find('/', host) - host);
    options.gzip = gzip == "on" || (gzip == "auto" && !isLoopback(authority.substr(0, authority.rfind(':'))));
    options.backlog = static_cast<std::uint64_t>(std::atoll(settings.text("tsdb-backlog").c_str()));
    options.shed = settings.text("tsdb-overflow") == "shed";
    options.scope = scope;
    return std::optional(std::move(options));
}

Result<RuntimeOptions> runtimeOptions(const Settings &settings, const std::string &dataFolder)
{
    RuntimeOptions options;
    options.dataFolder = dataFolder;
    options.sourceName = settings.text("environment");
    options.scope = sequenceScopeFromName(settings.text("sequence-scope")).value_or(SequenceScope::Interaction);
    if (settings.text("retention-days") != "off")
        options.retention = seconds(settings, "retention-days", 86'400);
    options.stale = seconds(settings, "stale-hours", 3600);
    auto delivery = deliveryOptions(settings, options.scope);
    if (!delivery)
        return fail(delivery.error());
    options.delivery = std::move(*delivery);
    options.network.proxy = settings.text("proxy");
    options.network.caFile = settings.text("ca-file");
    options.network.addressSetting = "TSDB_URL (--tsdb-url)";
    if (const auto authorities = tlsConfiguration(options.network); !authorities)
        return fail(authorities.error());
    return options;
}

Result<ApiServer::Options> apiOptions(const Settings &settings)
{
    const auto address = parseHostPort(settings.text("listen"));
    if (!address)
        return fail(address.error());
    ApiServer::Options options;
    options.host = address->host;
    options.port = address->port;
    options.token = settings.text("api-token");
    return options;
}

StreamingOptions streamingOptions(const Settings &settings)
{
    StreamingOptions options;
    options.credentials.environmentUrl = settings.text("environment");
    options.credentials.loginUrl = settings.text("login-url");
    options.credentials.clientId = settings.text("client-id");
    options.credentials.clientSecret = settings.text("client-secret");
    options.credentials.privateKeyPem = settings.text("private-key");
    options.network.proxy = settings.text("proxy");
    options.network.caFile = settings.text("ca-file");
    options.pingEvery = seconds(settings, "ping-seconds");
    options.silence = seconds(settings, "silence-seconds");
    options.heldBackMax = seconds(settings, "held-back-seconds");
    return options;
}

} // namespace threadline::app
