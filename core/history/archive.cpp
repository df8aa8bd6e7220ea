// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/archive.h"

#include "core/influx/rows.h"
#include "core/influx/words.h"
#include "core/net/network.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>
#include <QThread>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>

namespace threadline::history {
namespace {

using influx::Language;
using influx::Question;
using influx::Questions;
using influx::Row;
using influx::Span;

constexpr Duration kPingTimeout = Duration::seconds(3);
constexpr Duration kFirstWord = Duration::millis(700); ///< so long a page of the list waits for a server that has never spoken
constexpr Duration kPageTimeout = Duration::seconds(10);
constexpr std::chrono::seconds kBelievedSilent{10};
constexpr qint64 kLongMillis = 500; ///< a failure that took longer is not waited for by each page anew
constexpr std::int64_t kNsAUs = 1000;
/// Around what the locator says: it may be older than the last events, and early ones may have come late.
constexpr std::int64_t kMargin = 3600 * std::int64_t(1'000'000'000);
constexpr int kOk = 200;
/// So many rows of one interaction, or locators of it, can be meant; behind them something answers what was not asked.
constexpr std::size_t kMostRows = 200'000, kMostLocators = 10'000;

influx::HttpReply replyOf(HttpAnswer &&answer)
{
    influx::HttpReply reply;
    reply.status = answer.status;
    if (answer.failure) {
        reply.failure = describe(*answer.failure);
        reply.setting = onlyASettingMends(answer.failure->problem);
    }
    reply.headers = std::move(answer.headers);
    reply.body = std::move(answer.body);
    return reply;
}

/// Where events of an interaction may lie, by all that its locators say.
struct Place {
    std::optional<Span> span;
    void add(const influx::Locator &locator)
    {
        constexpr Span kAll;
        const auto nanos = [&](Timestamp t) { return std::clamp(t.us, kAll.from / kNsAUs + kMargin, kAll.to / kNsAUs - kMargin) * kNsAUs; };
        if (!span)
            span = Span{kAll.to, kAll.from};
        span->from = std::min(span->from, nanos(locator.start) - kMargin);
        span->to = std::max(span->to, locator.ended ? nanos(locator.last) + kMargin : kAll.to);
    }
};

} // namespace

/// A question on its way: one or two requests. The mutex makes giving it up wait for a callback that is just running.
struct Archive::Ask {
    std::mutex mutex;
    bool over = false;
    std::function<Question(const Questions &)> first;
    /// Rows of the first request; then, if set, the second is asked.
    std::function<bool(const Row &)> row;
    std::function<std::optional<Question>(const Questions &)> second;
    std::function<bool(const Row &)> secondRow;
    std::function<void(Result<>)> done;
    std::size_t mostRows = 0, mostSecondRows = 0; ///< 0: any number
    bool hurried = false; ///< somebody waits for a page: of a server that just did not answer it is said at once

    void finish(Result<> result)
    {
        std::scoped_lock lock(mutex);
        if (over)
            return;
        over = true;
        done(std::move(result));
        drop();
    }
    bool giveUp()
    {
        std::scoped_lock lock(mutex);
        const bool open = !over;
        over = true;
        drop();
        return open;
    }
    /// False: nobody wants more.
    bool hand(const Row &r, bool isSecond)
    {
        std::scoped_lock lock(mutex);
        return !over && (isSecond ? secondRow : row)(r);
    }

private:
    void drop()
    {
        row = nullptr;
        secondRow = nullptr;
        done = nullptr;
        first = nullptr;
        second = nullptr;
    }
};

/// All that lives in the thread.
class Archive::Worker : public QObject {
public:
    Worker(ArchiveOptions options, NetworkOptions network) : m_options(std::move(options)), m_network(std::move(network)) {}

    void take(std::shared_ptr<Ask> ask)
    {
        if (ask->hurried && m_silent) {
            if (m_silentUntil.hasExpired())
                listenAgain();
            return ask->finish(fail(*m_silent));
        }
        if (m_waiting.size() >= m_options.waiting)
            return ask->finish(fail(ErrorCode::Busy, "Too many questions wait for InfluxDB. Try again in a moment."));
        m_waiting.push_back(std::move(ask));
        next();
    }
    void forget(const std::shared_ptr<Ask> &ask)
    {
        std::erase(m_waiting, ask);
        if (m_running.erase(ask.get()) > 0)
            next();
    }
    void end()
    {
        for (const auto &ask : m_waiting)
            (void)ask->giveUp();
        for (const auto &[key, running] : m_running)
            (void)running->ask->giveUp();
        m_waiting.clear();
        m_running.clear();
    }

private:
    struct Running {
        std::shared_ptr<Ask> ask;
        std::unique_ptr<HttpClient> client;
        std::optional<influx::RowReader> reader;
        std::optional<Error> broken;
        bool isSecond = false;
        Language language = Language::InfluxQl; ///< in which it is asked
        std::size_t rows = 0; ///< of the present request
        bool asked = false;   ///< the server
        QElapsedTimer since;
    };

    void next()
    {
        while (!m_waiting.empty() && m_running.size() < static_cast<std::size_t>(m_options.atATime)) {
            auto running = std::make_unique<Running>();
            running->ask = std::move(m_waiting.front());
            m_waiting.pop_front();
            running->client = std::make_unique<HttpClient>(m_network, this);
            Running &r = *running;
            r.since.start();
            m_running.emplace(r.ask.get(), std::move(running));
            m_product == influx::Product::Unknown ? identify(r) : begin(r);
        }
    }

    /// Also those that wait behind others are told.
    void believeSilent(const Error &error)
    {
        m_silent = error;
        listenAgain(); // it may only be slow
        for (const auto &ask : m_waiting) {
            if (ask->hurried)
                ask->finish(fail(error));
        }
        std::erase_if(m_waiting, [](const auto &ask) { return ask->hurried; });
    }

    /// While it was silent nobody waits for it: it is asked by the way, and once it answers the next page has its rows again.
    void listenAgain()
    {
        if (m_listening)
            return;
        m_listening = std::make_unique<HttpClient>(m_network, this);
        m_listening->get(ping(kPingTimeout), [this](HttpAnswer answer) {
            const influx::HttpReply reply = replyOf(std::move(answer));
            if (reply.status != 0) {
                m_silent.reset();
                (void)learn(influx::identify(reply));
            }
            m_silentUntil.setRemainingTime(kBelievedSilent);
            QMetaObject::invokeMethod(this, [this] { m_listening.reset(); }, Qt::QueuedConnection); // not from within its own callback
        });
    }

    /// Why nothing can be asked of what answered so; empty: in which words to ask is known now, if it said enough.
    std::string learn(const influx::Identity &identity)
    {
        std::string refused = influx::refusal(identity, m_options.target);
        if (refused.empty() && identity.product != influx::Product::Unknown) {
            m_product = identity.product;
            m_language = m_options.language.value_or(influx::languageOf(m_product));
        }
        return refused;
    }

    [[nodiscard]] HttpRequest ping(Duration timeout) const
    {
        const influx::Request ping = influx::pingRequest(m_options.target);
        HttpRequest http;
        http.url = m_options.target.url + ping.path;
        http.headers = ping.headers;
        http.timeout = timeout;
        return http;
    }

    void identify(Running &r)
    {
        r.asked = true;
        r.client->get(ping(r.ask->hurried ? kFirstWord : kPingTimeout), [this, &r](HttpAnswer answer) {
            const influx::HttpReply reply = replyOf(std::move(answer));
            const std::string refused = reply.status == 0 ? std::string() : learn(influx::identify(reply));
            if (!refused.empty())
                return over(r, fail(ErrorCode::InvalidArgument, refused));
            if (m_product == influx::Product::Unknown)
                return over(r, fail(influx::questionFailed(reply, m_options.target)));
            begin(r);
        });
    }

    [[nodiscard]] Questions questions(const Running &r) const { return Questions(m_options.target, m_product, r.language); }

    void begin(Running &r)
    {
        r.language = m_language;
        ask(r);
    }

    /// From its first request on.
    void ask(Running &r)
    {
        r.isSecond = false;
        std::optional<Question> question;
        {
            std::scoped_lock lock(r.ask->mutex);
            if (!r.ask->over)
                question = r.ask->first(questions(r));
        }
        question ? send(r, *question) : over(r, {});
    }

    void send(Running &r, const Question &question)
    {
        r.asked = true;
        r.reader.emplace(question.language);
        r.broken.reset();
        r.rows = 0;
        HttpRequest http;
        http.url = m_options.target.url + question.request.path;
        http.headers = question.request.headers;
        http.body = std::make_shared<const std::string>(question.body);
        http.timeout = r.ask->hurried ? std::min(m_options.timeout, kPageTimeout) : m_options.timeout;
        http.takeCut = true;
        http.take = [this, &r](std::string_view piece) {
            const auto fed = r.reader->feed(piece, [this, &r](const Row &row) { return hand(r, row); });
            if (!fed)
                r.broken = influx::answerFailed(fed.error(), m_options.target);
            return !r.broken && !r.reader->enough();
        };
        r.client->post(http, [this, &r](HttpAnswer answer) { answered(r, std::move(answer)); });
    }

    /// False: nobody wants more, or more came than can be meant.
    bool hand(Running &r, const Row &row)
    {
        const std::size_t most = r.isSecond ? r.ask->mostSecondRows : r.ask->mostRows;
        ++r.rows;
        if (most == 0 || r.rows <= most)
            return r.ask->hand(row, r.isSecond);
        r.broken = Error{ErrorCode::Unusable, "InfluxDB at " + influx::hostOf(m_options.target.url) + " answers with more rows than were asked for. Check "
                                                  "that TSDB_URL names an InfluxDB, and what stands in between."};
        return false;
    }

    void answered(Running &r, HttpAnswer &&answer)
    {
        const bool cut = answer.cut;
        const influx::HttpReply reply = replyOf(std::move(answer));
        if (!r.broken && reply.status == kOk && !cut) {
            const auto ended = r.reader->end([this, &r](const Row &row) { return hand(r, row); });
            if (!ended)
                r.broken = influx::answerFailed(ended.error(), m_options.target);
        } else if (!r.broken && reply.status == kOk) {
            r.broken = Error{ErrorCode::Unreachable, "The answer of InfluxDB at " + influx::hostOf(m_options.target.url) + " broke off. Try again."};
        } else if (!r.broken && !influx::saysNothingThere(reply, r.language)) {
            r.broken = influx::questionFailed(reply, m_options.target);
        }
        if (r.broken && r.broken->code == ErrorCode::NotFound && r.rows == 0 && askOtherwise(r))
            return;
        if (r.broken)
            return over(r, fail(*r.broken));
        m_language = r.language; // it is understood, and finds the bucket
        second(r);
    }

    /// The bucket cannot be reached in this language (no mapping for InfluxQL, as in InfluxDB Cloud): in another, and so do the next
    /// ones if it is found.
    bool askOtherwise(Running &r)
    {
        const auto other = influx::otherLanguage(m_product);
        if (!other || r.language == *other)
            return false;
        r.language = *other;
        ask(r);
        return true;
    }

    void second(Running &r)
    {
        std::optional<Question> question;
        {
            std::scoped_lock lock(r.ask->mutex);
            if (!r.ask->over && r.ask->second && !r.isSecond)
                question = r.ask->second(questions(r));
        }
        if (!question)
            return over(r, {});
        r.isSecond = true;
        send(r, *question);
    }

    void over(Running &r, Result<> result)
    {
        const std::shared_ptr<Ask> ask = r.ask;
        if (r.asked)
            m_silent.reset();
        if (!result && result.error().code == ErrorCode::Unreachable && r.since.elapsed() > kLongMillis)
            believeSilent(result.error());
        ask->finish(std::move(result));
        // Not from within its own client's callback.
        QMetaObject::invokeMethod(this, [this, ask] { forget(ask); }, Qt::QueuedConnection);
    }

    const ArchiveOptions m_options;
    const NetworkOptions m_network;
    influx::Product m_product = influx::Product::Unknown;
    Language m_language = Language::InfluxQl;
    std::optional<Error> m_silent; ///< why the last question had no answer
    QDeadlineTimer m_silentUntil;  ///< until when that is believed unasked
    std::unique_ptr<HttpClient> m_listening;
    std::deque<std::shared_ptr<Ask>> m_waiting;
    std::map<Ask *, std::unique_ptr<Running>> m_running;
};

namespace {

class AskHandle final : public Handle {
public:
    explicit AskHandle(std::function<void()> giveUp) : m_giveUp(std::move(giveUp)) {}
    ~AskHandle() override { m_giveUp(); }

private:
    std::function<void()> m_giveUp;
};

} // namespace

Archive::Archive(ArchiveOptions options, NetworkOptions network)
    : m_options(std::move(options)), m_thread(std::make_unique<QThread>()), m_worker(new Worker(m_options, std::move(network)))
{
    m_thread->setObjectName(QStringLiteral("history"));
    m_worker->moveToThread(m_thread.get());
    m_thread->start();
}

Archive::~Archive()
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, thread = m_thread.get()] {
        worker->end();
        delete worker;
        thread->quit();
    });
    m_thread->wait();
}

std::string Archive::name() const { return "InfluxDB at " + influx::hostOf(m_options.target.url); }

/// The handle may outlive the archive: then there is nothing left to give up but the callbacks.
HandlePtr Archive::start(std::shared_ptr<Ask> ask)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, ask] { worker->take(ask); }, Qt::QueuedConnection);
    return std::make_unique<AskHandle>([ask = std::move(ask)] { (void)ask->giveUp(); });
}

HandlePtr Archive::events(InteractionId id, Each each, Done done)
{
    auto ask = std::make_shared<Ask>();
    auto place = std::make_shared<Place>();
    const influx::Schema schema = m_options.target.schema;
    const auto row = [each = std::move(each), schema, id](const Row &r) {
        auto event = influx::eventOf(r, schema);
        return !event || event->interaction != id || each(std::move(*event));
    };
    ask->done = std::move(done);
    ask->mostRows = schema == influx::Schema::Classic ? kMostRows : kMostLocators;
    ask->mostSecondRows = kMostRows;
    if (schema == influx::Schema::Classic) { // the id is a tag: found without its time
        ask->first = [id](const Questions &questions) { return questions.eventsOf(id.value, {}); };
        ask->row = row;
        return start(std::move(ask));
    }
    ask->first = [id](const Questions &questions) { return questions.locator(id.value); };
    ask->row = [place](const Row &r) {
        if (const auto locator = influx::locatorOf(r))
            place->add(*locator);
        return true;
    };
    ask->second = [place, id](const Questions &questions) {
        return place->span ? std::optional(questions.eventsOf(id.value, *place->span)) : std::nullopt;
    };
    ask->secondRow = row;
    return start(std::move(ask));
}

HandlePtr Archive::list(HistoryQuery query, Rows answer)
{
    auto ask = std::make_shared<Ask>();
    auto rows = std::make_shared<std::vector<HistoryRow>>();
    auto left = std::make_shared<int>(query.behind ? query.behind->given : 0);
    const auto most = static_cast<std::size_t>(std::max(query.limit, 1));
    ask->hurried = true;
    ask->first = [query](const Questions &questions) { return questions.index(query); };
    ask->row = [rows, left, query, most](const Row &r) {
        auto row = influx::summaryOf(r);
        if (row && query.behind && row->time == query.behind->time && *left > 0)
            --*left; // given already
        else if (row)
            rows->push_back(std::move(*row));
        return rows->size() < most; // whatever the server makes of the limit
    };
    ask->mostRows = 2 * most + static_cast<std::size_t>(*left);
    ask->done = [rows, answer = std::move(answer)](Result<> result) { result ? answer(std::move(*rows)) : answer(fail(result.error())); };
    return start(std::move(ask));
}

HandlePtr Archive::eventsBetween(Span span, Each each, Done done)
{
    auto ask = std::make_shared<Ask>();
    ask->first = [span](const Questions &questions) { return questions.eventsBetween(span); };
    ask->row = [each = std::move(each), schema = m_options.target.schema](const Row &r) {
        auto event = influx::eventOf(r, schema);
        return !event || each(std::move(*event));
    };
    ask->done = std::move(done);
    return start(std::move(ask));
}

HandlePtr Archive::firstEvent(std::int64_t from, std::function<void(Result<std::optional<std::int64_t>>)> answer)
{
    auto ask = std::make_shared<Ask>();
    auto time = std::make_shared<std::optional<std::int64_t>>();
    ask->first = [from](const Questions &questions) { return questions.firstEvent(from); };
    ask->row = [time](const Row &r) {
        *time = r.time();
        return false;
    };
    ask->done = [time, answer = std::move(answer)](Result<> result) { result ? answer(*time) : answer(fail(result.error())); };
    return start(std::move(ask));
}

} // namespace threadline::history
