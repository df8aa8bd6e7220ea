// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/resend.h"

#include "core/base/counted.h"
#include "core/engine/derive.h"

#include <QEventLoop>
#include <QTimer>

#include <algorithm>

namespace threadline::app {
namespace {

constexpr std::size_t kRowsAtATime = 10'000;
constexpr int kLook = 200; ///< ms between two looks at how it goes
constexpr int kLooksATell = 5;

/// Collects rows, and writes them down some thousand at a time.
class Again {
public:
    explicit Again(DeliveryStore &delivery) : m_delivery(delivery) {}
    [[nodiscard]] Result<> add(std::int64_t row)
    {
        m_update.again.push_back(row);
        ++m_count;
        return m_update.again.size() >= kRowsAtATime ? flush() : Result<>();
    }
    [[nodiscard]] Result<> flush()
    {
        auto written = m_delivery.write(m_update);
        m_update.again.clear();
        return written;
    }
    [[nodiscard]] std::uint64_t count() const { return m_count; }

private:
    DeliveryStore &m_delivery;
    DeliveryStore::Update m_update;
    std::uint64_t m_count = 0;
};

bool within(Timestamp time, const ResendRange &range)
{
    return (!range.from || time >= *range.from) && (!range.to || time < *range.to);
}

/// The events of one interaction that lie in the range.
Result<> noteInteraction(StoreReader &reader, Deriver &deriver, InteractionKey key, const ResendRange &range, Again &again)
{
    Result<> noted;
    const auto read = reader.events(key, [&](StoredEvent &&stored) {
        const auto event = deriver.decode(stored, {});
        if (event && within(event->time, range))
            noted = again.add(stored.row);
        return noted.has_value();
    });
    return read ? noted : read;
}

Result<std::uint64_t> noteRange(StoreReader &reader, DeliveryStore &delivery, SequenceScope scope, const ResendRange &range, const std::stop_token &stop)
{
    Deriver deriver(scope);
    Again again(delivery);
    StoreReader::Listing listing;
    listing.from = range.from;
    listing.to = range.to;
    listing.limit = 500;
    for (;;) {
        const auto rows = reader.list(listing);
        if (!rows)
            return fail(rows.error());
        for (const auto &row : *rows) {
            if (stop.stop_requested())
                break;
            if (auto noted = noteInteraction(reader, deriver, row.key, range, again); !noted)
                return fail(noted.error());
        }
        if (rows->empty() || stop.stop_requested())
            break;
        listing.before = {rows->back().summary.commit, rows->back().key};
    }
    if (auto flushed = again.flush(); !flushed)
        return fail(flushed.error());
    return again.count();
}

/// Before anything is delivered: the folder is this process's alone.
Result<std::uint64_t> note(const RuntimeOptions &options, const ResendRange &range, const std::stop_token &stop)
{
    StoreOptions where;
    where.folder = options.dataFolder;
    const auto store = Store::open(where);
    if (!store)
        return fail(store.error());
    auto reader = (*store)->reader();
    if (!reader)
        return fail(reader.error());
    auto delivery = DeliveryStore::open(options.dataFolder);
    if (!delivery)
        return fail(delivery.error());
    const auto fresh = delivery::beginFor(**delivery, **reader, options.delivery->target);
    if (!fresh)
        return fail(fresh.error());
    if (range.whole()) {
        if (auto begun = (*delivery)->beginAgain(); !begun)
            return fail(begun.error());
    }
    return range.whole() || *fresh ? (*reader)->countEvents() : noteRange(**reader, **delivery, options.scope, range, stop);
}

void wait(int ms)
{
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

Result<> resend(const RuntimeOptions &options, const ResendRange &range, const Clock &clock,
                const std::function<void(const std::string &)> &tell, const std::stop_token &stop)
{
    if (!options.delivery)
        return fail(ErrorCode::InvalidArgument, "There is nowhere to send to: set TSDB_URL, TSDB_TOKEN, TSDB_ORG and TSDB_BUCKET.");
    const auto events = note(options, range, stop);
    if (!events)
        return fail(events.error());
    tell(counted(*events, "event") + (*events == 1 ? " is" : " are") + " to be sent.");
    RuntimeOptions once = options;
    once.delivery->endsPaused = true;
    auto runtime = Runtime::start(once, clock);
    if (!runtime)
        return fail(runtime.error());
    delivery::Sink &sink = *(*runtime)->sink();
    for (int look = 0;; ++look) {
        const auto idle = sink.idle();
        if (!idle)
            return fail(idle.error());
        if (*idle)
            break;
        wait(kLook);
        const DeliveryStatus status = sink.status();
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Stopped after " + counted(status.lines, "line") + ". The rest is delivered by the next collector, or by "
                                              "calling resend once more.");
        if (status.state == DeliveryState::Paused)
            return fail(status.credentials ? ErrorCode::CredentialsRefused : ErrorCode::InvalidArgument, status.words);
        if (look % kLooksATell == 0)
            tell(counted(status.lines, "line") + " sent, " + std::to_string(static_cast<std::uint64_t>(status.perSecond)) + "/s, "
                 + counted(status.backlog, "event") + (status.backlog == 1 ? " waits" : " wait") + (status.words.empty() ? "" : ": " + status.words));
    }
    const DeliveryStatus status = sink.status();
    tell(counted(status.lines, "line") + " sent. " + counted(status.deadLetters, "event") + (status.deadLetters == 1 ? " is" : " are") + " set aside.");
    return {};
}

} // namespace threadline::app
