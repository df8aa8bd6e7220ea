// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/restore.h"

#include "core/base/counted.h"
#include "core/base/json.h"
#include "core/history/archive.h"
#include "core/influx/words.h"

#include <QFile>
#include <QSaveFile>

#include <chrono>
#include <future>
#include <memory>
#include <optional>

namespace threadline::app {
namespace {

/// So much of the bucket's time is read at once; what was read of it is durable before the next.
constexpr std::int64_t kWindow = 3600 * std::int64_t(1'000'000'000);
constexpr std::size_t kEventsAtATime = 500;
constexpr Duration kStoredWithin = Duration::seconds(600);
constexpr std::chrono::milliseconds kStopSeenWithin{50};

/// How far it has come: a file beside the database, while it lasts.
class Progress {
public:
    Progress(const std::string &folder, std::string target)
        : m_file(QString::fromStdString(folder + "/restore.progress")), m_target(std::move(target))
    {
    }
    /// The nanosecond to go on from; nothing: there is no unfinished restoring from this target.
    [[nodiscard]] std::optional<std::int64_t> read() const
    {
        QFile file(m_file);
        if (!file.open(QIODevice::ReadOnly))
            return std::nullopt;
        const auto lines = json::readStrings(file.read(1 << 16).toStdString());
        return lines.size() == 2 && lines[0] == m_target ? influx::nanosOf(lines[1]) : std::nullopt;
    }
    [[nodiscard]] Result<> write(std::int64_t upTo) const
    {
        std::string text;
        json::writeStrings(text, {m_target, influx::isoTime(upTo)});
        QSaveFile file(m_file);
        if (file.open(QIODevice::WriteOnly) && file.write(QByteArray::fromStdString(text)) >= 0 && file.commit())
            return {};
        return fail(ErrorCode::Unusable, m_file.toStdString() + " cannot be written: " + file.errorString().toStdString() + ".");
    }
    void drop() const { QFile::remove(m_file); }

private:
    QString m_file;
    std::string m_target;
};

/// Which of the two sides is at fault decides the exit code: those of InfluxDB are not to look like the data folder's.
Error ofInfluxDb(Error error)
{
    if (error.code == ErrorCode::NotFound)
        error.code = ErrorCode::InvalidArgument; // TSDB_BUCKET
    else if (error.code != ErrorCode::CredentialsRefused && error.code != ErrorCode::Unreachable && error.code != ErrorCode::InvalidArgument)
        error.code = ErrorCode::Internal;
    return error;
}

Error stopped(const Restored &counts)
{
    return {ErrorCode::Cancelled, "Stopped after " + counted(counts.events, "event") + ". Call restore once more to go on; until then the data "
                                  "folder holds a part."};
}

/// Asks and waits; answers come on the archive's thread. Nothing: it was stopped.
template<class T, class Ask>
std::optional<Result<T>> waitFor(const std::stop_token &stop, Ask ask)
{
    const auto promise = std::make_shared<std::promise<Result<T>>>();
    auto answer = promise->get_future();
    const HandlePtr handle = ask([promise](Result<T> result) { promise->set_value(std::move(result)); });
    while (answer.wait_for(kStopSeenWithin) != std::future_status::ready) {
        if (stop.stop_requested())
            return std::nullopt;
    }
    auto result = answer.get();
    return result ? std::move(result) : Result<T>(fail(ofInfluxDb(result.error())));
}

/// Hands events on, some hundred at a time.
class Pump {
public:
    Pump(Engine &engine, Restored &counts, std::stop_token stop) : m_engine(engine), m_counts(counts), m_stop(std::move(stop)) {}
    bool add(HistoryEvent &&event)
    {
        ++m_counts.events;
        m_counts.withoutData += event.whole ? 0 : 1;
        m_events.push_back(std::move(event));
        return m_events.size() < kEventsAtATime || flush();
    }
    bool flush() { return m_engine.restore(std::exchange(m_events, {}), m_stop); }

private:
    Engine &m_engine;
    Restored &m_counts;
    std::stop_token m_stop;
    std::vector<HistoryEvent> m_events;
};

Result<> readWindow(history::Archive &archive, Engine &engine, influx::Span span, Restored &counts, const std::stop_token &stop)
{
    Pump pump(engine, counts, stop);
    const auto read = waitFor<void>(stop, [&](auto done) {
        return archive.eventsBetween(span, [&pump](HistoryEvent &&event) { return pump.add(std::move(event)); }, done);
    });
    if (read && !*read)
        return *read;
    if (read && pump.flush() && engine.drain(kStoredWithin, stop))
        return {};
    return stop.stop_requested() ? fail(stopped(counts)) : fail(ErrorCode::Busy, "What was read back is not stored yet: " + engine.status().storeError);
}

Result<> readAll(history::Archive &archive, Engine &engine, const Progress &progress, std::int64_t from, Restored &counts,
                 const std::function<void(const std::string &)> &tell, const std::stop_token &stop)
{
    for (;;) {
        const auto asked = waitFor<std::optional<std::int64_t>>(stop, [&](auto answer) { return archive.firstEvent(from, answer); });
        if (!asked)
            return fail(stopped(counts));
        if (!*asked)
            return fail(asked->error());
        const std::optional<std::int64_t> first = **asked;
        if (!first)
            return {};
        const std::int64_t to = std::min(*first, influx::Span().to - kWindow) + kWindow;
        if (auto read = readWindow(archive, engine, {*first, to}, counts, stop); !read)
            return read;
        if (auto noted = progress.write(to); !noted)
            return noted;
        tell(counted(counts.events, "event") + " read back, up to " + influx::isoTime(to).substr(0, 16) + ".");
        from = to;
    }
}

/// Whether the store holds nothing; opens and closes it.
Result<bool> isEmpty(const std::string &folder)
{
    StoreOptions where;
    where.folder = folder;
    const auto store = Store::open(where);
    if (!store)
        return fail(store.error());
    return (*store)->opened().events == 0;
}

} // namespace

Result<Restored> restore(RuntimeOptions options, const Clock &clock, const std::function<void(const std::string &)> &tell, const std::stop_token &stop)
{
    if (!options.delivery)
        return fail(ErrorCode::InvalidArgument, "There is nothing to restore from: set TSDB_URL, TSDB_TOKEN, TSDB_ORG and TSDB_BUCKET.");
    const delivery::SenderOptions sender = *options.delivery;
    options.delivery.reset();
    const auto empty = isEmpty(options.dataFolder);
    if (!empty)
        return fail(empty.error());
    const Progress progress(options.dataFolder, delivery::targetName(sender.target));
    const auto unfinished = progress.read();
    if (!*empty && !unfinished)
        return fail(ErrorCode::InvalidArgument, "The data folder " + options.dataFolder + " holds events already. Restore into an empty one: set THREADLINE_DATA_DIR (--data-dir).");
    if (unfinished)
        tell("Going on from " + influx::isoTime(*unfinished).substr(0, 16) + ".");
    history::ArchiveOptions from;
    from.target = sender.target;
    history::Archive archive(from, options.network);
    Restored counts;
    if (auto noted = progress.write(unfinished.value_or(influx::Span().from)); !noted)
        return fail(noted.error());
    {
        auto runtime = Runtime::start(options, clock);
        if (!runtime)
            return fail(runtime.error());
        Engine &engine = (*runtime)->session().engine();
        if (auto read = readAll(archive, engine, progress, unfinished.value_or(influx::Span().from), counts, tell, stop); !read)
            return fail(read.error());
    }
    StoreOptions where;
    where.folder = options.dataFolder;
    const auto store = Store::open(where);
    if (!store)
        return fail(store.error());
    tell("Noting what is delivered there already.");
    if (auto noted = delivery::takeAsDelivered(options.dataFolder, **store, sender, clock, stop); !noted)
        return noted.error().code == ErrorCode::Cancelled ? fail(stopped(counts)) : fail(noted.error());
    progress.drop();
    return counts;
}

} // namespace threadline::app
