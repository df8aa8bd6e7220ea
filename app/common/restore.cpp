// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/restore.h"

#include "app/common/counted.h"
#include "core/base/json.h"
#include "core/history/archive.h"
#include "core/influx/words.h"

#include <QFile>
#include <QSaveFile>

#include <future>

namespace threadline::app {
namespace {

/// So much of the bucket's time is read at once; what was read of it is durable before the next.
constexpr std::int64_t kWindow = 3600 * std::int64_t(1'000'000'000);
constexpr std::size_t kEventsAtATime = 500;
constexpr Duration kStoredWithin = Duration::seconds(600);

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

/// Asks and waits; answers come on the archive's thread.
template<class T, class Ask>
Result<T> waitFor(Ask ask)
{
    std::promise<Result<T>> promise;
    auto answer = promise.get_future();
    const HandlePtr handle = ask([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return answer.get();
}

/// Hands events on, some hundred at a time.
class Pump {
public:
    Pump(Engine &engine, Restored &counts) : m_engine(engine), m_counts(counts) {}
    bool add(HistoryEvent &&event)
    {
        ++m_counts.events;
        m_counts.withoutData += event.whole ? 0 : 1;
        m_events.push_back(std::move(event));
        return m_events.size() < kEventsAtATime || flush();
    }
    bool flush() { return m_engine.restore(std::exchange(m_events, {})); }

private:
    Engine &m_engine;
    Restored &m_counts;
    std::vector<HistoryEvent> m_events;
};

Result<> readWindow(history::Archive &archive, Engine &engine, influx::Span span, Restored &counts)
{
    Pump pump(engine, counts);
    const auto read = waitFor<void>([&](auto done) {
        return archive.eventsBetween(span, [&pump](HistoryEvent &&event) { return pump.add(std::move(event)); }, done);
    });
    if (!read)
        return read;
    if (!pump.flush() || !engine.drain(kStoredWithin))
        return fail(ErrorCode::Busy, "What was read back is not stored yet: " + engine.status().storeError);
    return {};
}

Result<> readAll(history::Archive &archive, Engine &engine, const Progress &progress, std::int64_t from, Restored &counts,
                 const std::function<void(const std::string &)> &tell)
{
    for (;;) {
        const auto first = waitFor<std::optional<std::int64_t>>([&](auto answer) { return archive.firstEvent(from, answer); });
        if (!first)
            return fail(first.error());
        if (!*first)
            return {};
        const std::int64_t to = std::min(**first, influx::Span().to - kWindow) + kWindow;
        if (auto read = readWindow(archive, engine, {**first, to}, counts); !read)
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

Result<Restored> restore(RuntimeOptions options, const Clock &clock, const std::function<void(const std::string &)> &tell)
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
        if (auto read = readAll(archive, engine, progress, unfinished.value_or(influx::Span().from), counts, tell); !read)
            return fail(read.error());
    }
    StoreOptions where;
    where.folder = options.dataFolder;
    const auto store = Store::open(where);
    if (!store)
        return fail(store.error());
    tell("Noting what is delivered there already.");
    if (auto noted = delivery::takeAsDelivered(options.dataFolder, **store, sender, clock); !noted)
        return fail(noted.error());
    progress.drop();
    return counts;
}

} // namespace threadline::app
