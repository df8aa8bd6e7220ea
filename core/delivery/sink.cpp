// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/sink.h"

#include "core/base/log.h"
#include "core/delivery/nettransport.h"
#include "core/engine/question.h"

#include <QObject>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace threadline::delivery {

/// All that lives in the sink thread.
class Sink::Worker : public QObject {
public:
    Worker(Sink &sink, std::unique_ptr<StoreReader> reader, std::unique_ptr<DeliveryStore> delivery, SenderOptions options, NetworkOptions network,
           const Clock &clock)
        : m_sink(sink), m_reader(std::move(reader)), m_delivery(std::move(delivery)), m_timer(this),
          m_transport(options.target.url, std::move(network), this),
          m_sender(withDue(std::move(options)), *m_reader, *m_delivery, m_transport, clock)
    {
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, this, [this] { pump(); });
    }

    void pump()
    {
        wake(m_sender.pump());
    }
    Sender &sender() { return m_sender; }
    DeliveryStore &delivery() { return *m_delivery; }

private:
    SenderOptions withDue(SenderOptions options)
    {
        options.due = [this](Duration wait) { wake(wait); };
        return options;
    }
    void wake(Duration wait)
    {
        m_sink.m_full = m_sender.status().full;
        m_timer.start(wait.us <= 0 ? 0 : static_cast<int>(std::max<std::int64_t>(1, wait.toMillis())));
    }

    Sink &m_sink;
    std::unique_ptr<StoreReader> m_reader;
    std::unique_ptr<DeliveryStore> m_delivery;
    QTimer m_timer;
    NetTransport m_transport;
    Sender m_sender;
};

std::string targetName(const influx::Target &target)
{
    const char *schema = target.schema == influx::Schema::Bounded ? "bounded" : "classic";
    return target.url + "\n" + target.org + "\n" + target.bucket + "\n" + schema;
}

namespace {

constexpr Duration kStopSeenWithin = Duration::millis(50);

/// Takes everything and sends nothing.
class YesTransport final : public Transport {
public:
    void send(const influx::Request &request, std::shared_ptr<const std::string>, bool, Duration, Done done) override
    {
        influx::HttpReply reply;
        const bool ping = request.path == "/ping";
        reply.status = ping ? 200 : 204;
        reply.body = ping ? R"({"product_name":"none","version":"3.0.0"})" : "";
        m_open.emplace_back(std::move(reply), std::move(done));
    }
    void cancel() override { m_open.clear(); }
    /// False: nothing was asked.
    bool answer()
    {
        auto asked = std::exchange(m_open, {});
        for (auto &[reply, done] : asked)
            done(std::move(reply));
        return !asked.empty();
    }

private:
    std::vector<std::pair<influx::HttpReply, Done>> m_open;
};

} // namespace

Result<bool> beginFor(DeliveryStore &delivery, StoreReader &reader, const influx::Target &target)
{
    const auto identity = reader.identity();
    if (!identity)
        return fail(identity.error());
    const auto last = reader.lastRow();
    if (!last)
        return fail(last.error());
    return delivery.begin(targetName(target), {*identity, *last});
}

Result<> takeAsDelivered(const std::string &folder, const Store &store, SenderOptions options, const Clock &clock, const std::stop_token &stop)
{
    auto reader = store.reader();
    if (!reader)
        return fail(reader.error());
    auto delivery = DeliveryStore::open(folder);
    if (!delivery)
        return fail(delivery.error());
    if (const auto begun = beginFor(**delivery, **reader, options.target); !begun)
        return fail(begun.error());
    options.settleAfter = {};
    options.age = {};
    options.quiet = true;
    YesTransport transport;
    Sender sender(std::move(options), **reader, **delivery, transport, clock);
    for (;;) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Stopped before all was noted.");
        const Duration wait = sender.pump();
        if (!transport.answer())
            std::this_thread::sleep_for(std::chrono::microseconds(std::clamp(wait, Duration{}, kStopSeenWithin).us));
        const auto idle = sender.idle();
        if (!idle || *idle)
            return idle ? Result<>() : fail(idle.error());
    }
}

Result<std::unique_ptr<Sink>> Sink::start(const std::string &folder, Store &store, SenderOptions options, NetworkOptions network,
                                          const Clock &clock)
{
    auto reader = store.reader();
    if (!reader)
        return fail(reader.error());
    auto delivery = DeliveryStore::open(folder);
    if (!delivery)
        return fail(delivery.error());
    const influx::Target &target = options.target;
    const auto fresh = beginFor(**delivery, **reader, target);
    if (!fresh)
        return fail(fresh.error());
    if (*fresh)
        log::info("delivery", "What is in the local store is to be delivered to " + target.url + ", " + target.bucket + ".");
    std::unique_ptr<Sink> sink(new Sink);
    store.protectAfter((*delivery)->mark().commit);
    options.marked = [s = sink.get(), &store](const DeliveryMark &mark) {
        store.protectAfter(mark.commit);
        s->m_changesDone = mark.change;
    };
    sink->m_worker = new Worker(*sink, std::move(*reader), std::move(*delivery), std::move(options), std::move(network), clock);
    sink->m_thread = std::make_unique<QThread>();
    sink->m_thread->setObjectName(QStringLiteral("sink"));
    sink->m_worker->moveToThread(sink->m_thread.get());
    QObject::connect(sink->m_thread.get(), &QThread::started, sink->m_worker, [worker = sink->m_worker] { worker->pump(); });
    sink->m_thread->start();
    return sink;
}

bool Sink::wasEverUsed(const std::string &folder) { return DeliveryStore::exists(folder); }

Sink::~Sink()
{
    if (!m_thread)
        return;
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, thread = m_thread.get()] {
        worker->sender().stop();
        delete worker;
        thread->quit();
    });
    m_thread->wait();
}

void Sink::committed()
{
    if (m_woken.exchange(true))
        return;
    QMetaObject::invokeMethod(m_worker, [this] {
        m_woken = false;
        m_worker->pump();
    }, Qt::QueuedConnection);
}

DeliveryStatus Sink::status() const { return m_worker->sender().status(); }

Result<bool> Sink::idle()
{
    Result<bool> idle = false;
    QMetaObject::invokeMethod(m_worker, [this, &idle] { idle = m_worker->sender().idle(); }, Qt::BlockingQueuedConnection);
    return idle;
}

void Sink::retryNow(bool deadLetters)
{
    (void)retry(deadLetters, {});
}

HandlePtr Sink::retry(bool deadLetters, Session::Answer<void> answer)
{
    auto question = std::make_shared<Question<void>>();
    question->answer = std::move(answer);
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, deadLetters, question] {
        auto done = worker->sender().retryNow(deadLetters);
        if (!done)
            log::error("delivery", done.error().message);
        worker->pump();
        question->give(std::move(done));
    }, Qt::QueuedConnection);
    return std::make_unique<QuestionHandle<void>>(std::move(question));
}

HandlePtr Sink::deadLetters(int limit, Session::Answer<std::vector<DeadLetter>> answer)
{
    auto question = std::make_shared<Question<std::vector<DeadLetter>>>();
    question->answer = std::move(answer);
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, limit, question] {
        if (!question->cancelled())
            question->give(worker->delivery().deadLetters(limit));
    }, Qt::QueuedConnection);
    return std::make_unique<QuestionHandle<std::vector<DeadLetter>>>(std::move(question));
}

} // namespace threadline::delivery
