// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/sender.h"

#include "core/base/log.h"
#include "core/delivery/gzip.h"
#include "core/influx/words.h"

#include <algorithm>

namespace threadline::delivery {
namespace {

using influx::HttpReply;
using influx::Product;
using influx::Verdict;

constexpr Duration kForEver = Duration::seconds(3600);
constexpr Duration kAskTimeout = Duration::seconds(10);
constexpr Duration kMeasuredOver = Duration::seconds(1);
constexpr Duration kStoreRetry = Duration::seconds(1);
constexpr int kServerFailures = 5; ///< of one part in a row, before it is looked at line by line
constexpr std::uint64_t kHardlyAny = 4; ///< one that failed among so many that arrived
constexpr std::size_t kMostSuspected = 64; ///< lines that the server fails at, at least so many, while others are sent
constexpr int kServerError = 500, kTooMany = 429;
constexpr Duration kForgetAfter = Duration::seconds(24 * 3600);
constexpr int kTidiedAtATime = 2000;
constexpr int kLeastLines = 1;
constexpr int kRowsAtATime = 1000; ///< are read before answers are looked at: some milliseconds

std::string productName(const influx::Identity &identity)
{
    switch (identity.product) {
    case Product::V1:
    case Product::V2:
    case Product::V3: return "InfluxDB " + identity.version.substr(identity.version.starts_with('v') ? 1 : 0);
    case Product::Cloud: return "InfluxDB Cloud";
    default: return identity.version;
    }
}

/// A server may fail at a line, a proxy at a server that does, and then it may say so, hang up or let time pass. Only who asks to wait
/// speaks of itself.
bool mayBeOfALine(const HttpReply &reply) { return reply.status != kTooMany && reply.header("retry-after").empty(); }

Backoff backoffOf(const SenderOptions &options)
{
    return {options.firstDelay, options.longestDelay, options.seed != 0 ? options.seed : std::random_device{}()};
}

} // namespace

Sender::Sender(SenderOptions options, StoreReader &reader, DeliveryStore &delivery, Transport &transport, const Clock &clock)
    : m_options(std::move(options)), m_reader(reader), m_delivery(delivery), m_transport(transport), m_clock(clock),
      m_builder(reader, delivery, m_options.target, m_options.scope, m_options.settleAfter),
      m_backoff(backoffOf(m_options)),
      m_removals({m_options.target, m_options.timeout, m_options.lookEvery}, backoffOf(m_options), delivery, transport, clock),
      m_gzip(m_options.gzip), m_limit(m_options.batch)
{
    m_measuredAt = m_clock.steady();
    measure();
}

void Sender::stop()
{
    m_stopped = true;
    m_transport.cancel();
}

Duration Sender::pump()
{
    m_taking = false;
    if (m_stopped)
        return kForEver;
    m_looked = false;
    if (m_clock.steady() >= m_notBefore)
        work();
    if (m_options.shed && m_flying == 0)
        note(StoreTrouble::Shedding, shedOldest());
    if (m_clock.steady() >= m_nextStoreLook)
        lookAtStore();
    m_aside.tellRest(m_clock.steady());
    measure();
    return untilNext();
}

void Sender::work()
{
    if (m_stage == Stage::Unasked)
        return ping();
    if (!sends(m_stage))
        return;
    acknowledge();
    if (!m_parts.empty() && onlySuspected()) { // another is to go before it, if there is one
        fillOrNote();
        if (m_taking)
            return;
    }
    sendParts();
    fillOrNote();
    sendParts();
}

void Sender::fillOrNote()
{
    m_looked = false;
    const auto filled = fill();
    if (!filled || m_looked)
        note(StoreTrouble::Making, filled);
}

/// Whether a store that failed works again is found out also while the server lets nothing be made or asked.
void Sender::lookAtStore()
{
    if (m_trouble.stands(StoreTrouble::Marking))
        acknowledge();
    if (m_trouble.stands(StoreTrouble::Making) && !m_looked && !m_taking) {
        const auto read = m_reader.eventsAfter(m_builder.read(), kRowsAtATime, [](StoredEvent &&) { return true; });
        DeliveryStore::Update same;
        same.mark = m_delivery.mark();
        note(StoreTrouble::Making, read ? m_delivery.write(same) : read);
    }
}

/// After an answer.
void Sender::goOn()
{
    const Duration wait = pump();
    if (m_options.due)
        m_options.due(wait);
}

/// One that does not say what it is, and takes what is written, is written to as most are.
Product Sender::product() const { return m_identity.product == Product::Unknown ? Product::V2 : m_identity.product; }

void Sender::ping()
{
    step(Step::Due);
    m_transport.send(influx::pingRequest(m_options.target), {}, true, kAskTimeout, [this](HttpReply reply) {
        pinged(reply);
        goOn();
    });
}

void Sender::pinged(const HttpReply &reply)
{
    const Verdict verdict = influx::judge(reply, {}, m_options.target, Product::Unknown, m_clock.now());
    if (verdict.what == Verdict::Retry || reply.status == 0)
        return askAgain(verdict);
    m_identity = influx::identify(reply);
    if (const std::string why = influx::refusal(m_identity, m_options.target); !why.empty()) {
        step(Step::AskBad);
        return pause(why);
    }
    step(Step::AskGood);
    probe();
}

/// An empty batch tells whether token, organisation and bucket are right.
void Sender::probe()
{
    m_transport.send(influx::writeRequest(m_options.target, product(), false), std::make_shared<const std::string>("\n"), false, kAskTimeout,
                     [this](HttpReply reply) {
                         probed(reply);
                         goOn();
                     });
}

void Sender::probed(const HttpReply &reply)
{
    Verdict verdict = influx::judge(reply, {}, m_options.target, product(), m_clock.now());
    const bool refuses = verdict.what == Verdict::Suspect && product() != Product::V3; // of 3 it is not known; the others take it
    if (refuses || verdict.what == Verdict::TooLarge || verdict.what == Verdict::NoGzip) { // of one byte, as it is: every line would be blamed
        verdict.what = Verdict::Setting;
        verdict.words = influx::hostOf(m_options.target.url) + " answers with " + std::to_string(reply.status)
            + (verdict.reason.empty() ? "" : " (" + verdict.reason + ")") + " even to an empty batch. Check TSDB_URL and the proxy in between.";
    }
    if (verdict.what == Verdict::Setting || verdict.what == Verdict::Retry)
        return askAgain(verdict);
    const bool first = m_state == DeliveryState::Checking;
    if (m_state != DeliveryState::Delivering && !m_options.quiet && !m_refusing && (std::exchange(m_told, false) || first))
        log::info("delivery", "Delivering to " + productName(m_identity) + " at " + m_options.target.url + ", " + m_options.target.bucket + ".");
    step(Step::AskGood);
    m_state = DeliveryState::Delivering;
    m_words.clear();
    m_notBefore = {};
}

/// A question was not answered as it must be: all of it once more, for it may be another server by then.
void Sender::askAgain(const Verdict &verdict)
{
    step(Step::AskBad);
    if (verdict.what == Verdict::Setting)
        return pause(verdict.words, verdict.credentials);
    wait(verdict);
}

/// In the log once, however often it happens; where the server is there and away again, once a minute.
void Sender::tell(const std::string &words)
{
    if (std::exchange(m_words, words) == words)
        return;
    if (const auto line = m_log.said(wordsOfNow(), m_clock.steady())) {
        log::warning("delivery", *line);
        m_told = true;
    }
}

/// A back-off is soon over and always another; a pause is long enough to ask when it ends.
std::string Sender::wordsOfNow() const
{
    if (m_words.empty() || m_state != DeliveryState::Paused || m_options.endsPaused)
        return m_words;
    return m_words + " It is tried again every " + std::to_string((m_options.pausedFor.us + 999'999) / 1'000'000) + " s.";
}

/// Until the server's time or our own has passed, whichever is longer.
void Sender::wait(const Verdict &verdict)
{
    m_state = DeliveryState::Waiting;
    tell(verdict.words);
    const Duration now = m_clock.steady();
    const Duration ours = m_notBefore > now ? Duration{} : m_backoff.next(); // once for all that were on their way
    m_notBefore = std::max(m_notBefore, now + std::max(verdict.wait.value_or(Duration{}), ours));
}

void Sender::pause(const std::string &words, bool credentials)
{
    m_credentials = credentials;
    m_state = DeliveryState::Paused;
    tell(words);
    m_identity = {};
    m_notBefore = m_clock.steady() + m_options.pausedFor;
}

/// Nothing waits but what failed again and again, or was refused as all else was, and not too much of that.
bool Sender::onlySuspected() const
{
    std::size_t lines = 0;
    for (const Part &part : m_parts) {
        if (!part.suspected)
            return false;
        lines += part.lines.size();
    }
    return lines < std::max(kMostSuspected, 4 * static_cast<std::size_t>(m_limit.lines));
}

/// Whether another part may be made ready. Half open it is made, too: without one nothing would ever tell that the server is back.
bool Sender::hasRoom() const
{
    if (!sends(m_stage))
        return false;
    if (m_stage == Stage::HalfOpen)
        return m_flying == 0 && onlySuspected();
    return m_parts.size() < static_cast<std::size_t>(m_options.inFlight) || onlySuspected();
}

Result<> Sender::fill()
{
    const Duration now = m_clock.steady();
    while (hasRoom()) {
        const auto last = m_reader.lastRow();
        if (!last)
            return fail(last.error());
        const std::int64_t waiting = *last - m_builder.read();
        if (waiting <= 0 && !m_builder.hasTaken()) {
            m_looked = true;
            break;
        }
        if (!m_waitingSince)
            m_waitingSince = now;
        if (!m_builder.hasTaken() && waiting < m_limit.lines && now - *m_waitingSince < m_options.age)
            break;
        const auto whole = m_builder.take(m_limit, kRowsAtATime);
        if (!whole)
            return threadline::fail(whole.error());
        m_taking = !*whole;
        if (m_taking)
            return {}; // to be called again at once: an answer that has come meanwhile lets the next request go
        auto batch = m_builder.next(m_limit, m_clock.now());
        if (!batch)
            return threadline::fail(batch.error());
        m_waitingSince.reset();
        m_looked = true;
        if (!*batch)
            break;
        m_batches.emplace_back(std::move(*batch));
        divide(m_batches.back());
        sendParts();
        if (!m_parts.empty())
            pack(m_parts.back()); // while others are on their way
    }
    if (m_stage == Stage::HalfOpen && !hasRoom())
        return {};
    const auto removed = m_removals.next(product(), productName(m_identity), [this](const Result<> &result) {
        note(StoreTrouble::Removing, result);
        goOn();
    });
    if (!removed || *removed)
        note(StoreTrouble::Removing, removed ? Result<>() : fail(removed.error()));
    if (m_again || now < m_nextAgain)
        return {};
    auto again = m_builder.again(m_limit, m_clock.now());
    if (!again)
        return threadline::fail(again.error());
    if (!*again) {
        m_nextAgain = now + m_options.lookEvery;
        return tidy();
    }
    m_again = std::move(*again);
    divide(m_again);
    return {};
}

/// What is known of points goes as their events do, a day later: an event that is so late is hardly to be expected any more.
Result<> Sender::tidy()
{
    const Duration now = m_clock.steady();
    if (!m_options.keep || now < m_nextTidy)
        return {};
    const auto keys = m_delivery.overviewsAfter(m_tidied, kTidiedAtATime);
    if (!keys)
        return fail(keys.error());
    std::vector<InteractionKey> gone;
    for (const InteractionKey key : *keys) {
        const auto summary = m_reader.summary(key);
        if (!summary)
            return fail(summary.error());
        if (!*summary)
            gone.push_back(key);
    }
    std::int64_t first = 0;
    const auto read = m_reader.eventsAfter(0, 1, [&](StoredEvent &&event) {
        first = event.row;
        return false;
    });
    if (!read)
        return read;
    const auto all = m_delivery.forget(m_clock.now() - *m_options.keep - kForgetAfter, first, gone, kTidiedAtATime);
    if (!all)
        return fail(all.error());
    m_tidied = keys->empty() ? 0 : keys->back();
    m_nextTidy = now + (*all && keys->empty() ? m_options.tidyEvery : m_options.lookEvery);
    return {};
}

/// More than the set number of events wait: the oldest are passed over, and counted. They stay in the local store.
Result<> Sender::shedOldest()
{
    const auto last = m_reader.lastRow();
    if (!last)
        return fail(last.error());
    const DeliveryMark &mark = m_delivery.mark();
    const auto bound = static_cast<std::int64_t>(m_options.backlog);
    if (*last - mark.row <= bound)
        return {};
    DeliveryMark next = mark;
    next.row = *last - bound + bound / 20; // some more, so that it need not be done for each event
    next.shed += static_cast<std::uint64_t>(next.row - mark.row);
    const auto read = m_reader.eventsAfter(next.row - 1, 1, [&](StoredEvent &&event) {
        next.commit = event.commit - 1;
        return false;
    });
    if (!read)
        return read;
    DeliveryStore::Update update;
    update.mark = next;
    if (auto written = m_delivery.write(update); !written)
        return written;
    m_batches.clear();
    std::erase_if(m_parts, [this](const Part &part) { return part.batch != m_again; });
    m_builder.skipTo(next.row);
    if (m_options.marked)
        m_options.marked(next);
    log::warning("delivery", "More than " + std::to_string(bound) + " events wait for delivery: the oldest are passed over. They stay in the "
                             "local store; threadline-collector resend delivers them later.");
    return {};
}

void Sender::divide(std::shared_ptr<Batch> batch)
{
    Part part{batch, {}};
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < batch->lines.size(); ++i) {
        // As the builder counts, whose batch ends with the line that reaches the limit: else that one would go alone.
        if (part.lines.size() >= static_cast<std::size_t>(m_limit.lines) || bytes >= m_limit.bytes) {
            ++batch->open;
            m_parts.push_back(std::move(part));
            part = Part{batch, {}};
            bytes = 0;
        }
        part.lines.push_back(i);
        bytes += batch->lines[i].size + 1;
    }
    if (part.lines.empty())
        return acknowledge();
    ++batch->open;
    m_parts.push_back(std::move(part));
}

void Sender::sendParts()
{
    const int most = m_stage == Stage::HalfOpen ? 1 : m_options.inFlight;
    std::stable_partition(m_parts.begin(), m_parts.end(), [](const Part &part) { return !part.suspected; });
    while (!m_parts.empty() && m_flying < most) {
        Part part = std::move(m_parts.front());
        m_parts.pop_front();
        send(std::move(part));
    }
}

/// The batch's own text if that is all of it.
std::shared_ptr<const std::string> Sender::bodyOf(const Part &part)
{
    std::size_t bytes = 0;
    for (const std::uint32_t line : part.lines)
        bytes += part.batch->lines[line].size + 1;
    if (bytes == part.batch->text.size())
        return {part.batch, &part.batch->text};
    auto body = std::make_shared<std::string>();
    body->reserve(bytes);
    for (const std::uint32_t line : part.lines)
        body->append(part.batch->line(line)).push_back('\n');
    return body;
}

void Sender::pack(Part &part) const
{
    if (m_gzip && !part.packed)
        part.packed = std::make_shared<const std::string>(gzip(*bodyOf(part)));
}

void Sender::send(Part part)
{
    pack(part);
    const bool packed = m_gzip;
    std::shared_ptr<const std::string> body = packed ? part.packed : bodyOf(part);
    ++m_flying;
    {
        std::scoped_lock lock(m_mutex);
        ++m_status.requests;
    }
    const influx::Request request = influx::writeRequest(m_options.target, product(), packed);
    part.packed.reset(); // kept by whoever sends it; made once more if it has to go again
    auto shared = std::make_shared<Part>(std::move(part));
    m_transport.send(request, std::move(body), false, m_options.timeout, [this, shared, packed](HttpReply reply) {
        --m_flying;
        answered(std::move(*shared), reply, packed);
        goOn();
    });
}

void Sender::answered(Part part, const HttpReply &reply, bool packed)
{
    std::vector<std::string_view> lines;
    if (reply.status < 200 || reply.status >= 300) {
        lines.reserve(part.lines.size());
        for (const std::uint32_t line : part.lines)
            lines.push_back(part.batch->line(line));
    }
    const Verdict verdict = influx::judge(reply, lines, m_options.target, product(), m_clock.now());
    switch (verdict.what) {
    case Verdict::Delivered:
        m_refusing = false;
        taken();
        return delivered(part);
    case Verdict::Retry: return failed(std::move(part), verdict, reply);
    case Verdict::Setting:
        m_parts.push_front(std::move(part));
        return refused(verdict.words, verdict.credentials);
    case Verdict::BadLines:
        taken();
        return takeOut(std::move(part), verdict);
    case Verdict::Suspect:
        if (!verdict.ofALine && m_aside.refusesAll())
            return holdRefused(std::move(part), verdict);
        taken();
        return isolate(std::move(part), verdict.reason, !verdict.ofALine);
    case Verdict::TooLarge:
        taken();
        return halve(std::move(part));
    case Verdict::NoGzip: return uncompressed(std::move(part), verdict, packed);
    }
}

/// The server is there and works; unless the answer came late, to what was on its way before another was a reason to wait.
void Sender::taken()
{
    if (!sends(m_stage) || m_clock.steady() < m_notBefore)
        return;
    step(Step::Taken);
    m_backoff.reset();
    if (m_state == DeliveryState::Waiting && !m_options.quiet && std::exchange(m_told, false))
        log::info("delivery", "Delivering again.");
    m_words.clear();
    m_state = DeliveryState::Delivering;
}

void Sender::delivered(const Part &part)
{
    ++m_deliveries;
    m_aside.taken();
    m_lines += part.lines.size();
    m_limit.lines = std::min(m_options.batch.lines, m_limit.lines + std::max(1, m_limit.lines / 50)); // back after a 413
    if (sends(m_stage) && m_clock.steady() >= m_notBefore)
        sendParts(); // what is ready, before the mark is written and more is made: the server is not to wait for that
    partDone(part.batch);
}

void Sender::failed(Part part, const Verdict &verdict, const HttpReply &reply)
{
    {
        std::scoped_lock lock(m_mutex);
        ++m_status.retries;
    }
    const std::uint64_t othersFailed = m_failed++ - part.failedThen, arrived = m_deliveries - part.seen;
    const bool ofALine = mayBeOfALine(reply);
    if (ofALine) {
        if (part.failures == 0)
            part.others = m_deliveries;
        else
            part.amongOthers += arrived > 0 && arrived >= kHardlyAny * othersFailed;
        ++part.failures;
        part.seen = m_deliveries;
        part.failedThen = m_failed;
    }
    if (ofALine && part.failures >= kServerFailures)
        failedAgain(std::move(part), reply.status);
    else
        m_parts.push_front(std::move(part));
    step(Step::Later);
    if (sends(m_stage))
        wait(verdict);
}

/// Smaller parts do no harm, and find the line that a server fails at. That line is set aside only once others arrived: a server that
/// is out of order takes none. Until then it stands behind the others, so that they get their turn. What a proxy says, or nobody, is
/// seldom of a line, and comes and goes, as a throttle does: then it takes others between each two failures, of which hardly any fails.
void Sender::failedAgain(Part part, int status)
{
    part.suspected = true;
    if (part.lines.size() > 1)
        return split(std::move(part));
    if (status == kServerError ? m_deliveries > part.others : part.amongOthers >= kServerFailures)
        return isolate(std::move(part), "The server fails at it each time, and takes others (" + (status > 0 ? std::to_string(status) : "no answer") + ").");
    m_parts.push_back(std::move(part));
}

void Sender::refused(const std::string &words, bool credentials)
{
    if (!sends(m_stage))
        return; // it came late, and the same is asked already
    step(Step::Refused);
    pause(words, credentials);
}

/// One that takes what is compressed no more gets it as it is; one that says so of what is not compressed would be asked for ever.
void Sender::uncompressed(Part part, const Verdict &verdict, bool packed)
{
    m_parts.push_front(std::move(part));
    if (!packed)
        return refused(influx::hostOf(m_options.target.url) + " says of uncompressed data that it takes no compressed data. Check TSDB_URL and the "
                       "proxy in between.");
    m_gzip = false;
    log::info("delivery", verdict.words);
}

void Sender::halve(Part part)
{
    m_limit.lines = std::max(kLeastLines, std::min(m_limit.lines, static_cast<int>(part.lines.size() / 2)));
    isolate(std::move(part), "The line is larger than the server or a proxy before it takes (413).");
}

/// By halves: the good ones of a batch arrive, the bad ones are found one by one.
void Sender::isolate(Part part, const std::string &reason, bool doubtful)
{
    if (part.lines.size() == 1) {
        bury(part, part.lines.front(), reason, doubtful);
        return partDone(part.batch);
    }
    split(std::move(part));
}

/// Where the server itself failed at it again and again, the halves stand behind the others, as it did.
void Sender::split(Part part)
{
    const auto middle = part.lines.begin() + static_cast<std::ptrdiff_t>(part.lines.size() / 2);
    const auto half = [&](auto begin, auto end) {
        const bool again = part.suspected && end - begin > 1; // a single line is judged by itself
        return Part{part.batch, {begin, end}, again ? kServerFailures - 1 : 0, part.suspected, m_deliveries, 0, m_deliveries, m_failed};
    };
    Part first = half(part.lines.begin(), middle);
    Part second = half(middle, part.lines.end());
    ++part.batch->open;
    if (part.suspected) {
        m_parts.push_back(std::move(first));
        m_parts.push_back(std::move(second));
    } else {
        m_parts.push_front(std::move(second));
        m_parts.push_front(std::move(first));
    }
}

void Sender::takeOut(Part part, const Verdict &verdict)
{
    std::vector<bool> bad(part.lines.size(), false);
    for (const Verdict::Bad &line : verdict.bad) {
        if (line.line < bad.size() && !bad[line.line]) {
            bad[line.line] = true;
            bury(part, part.lines[line.line], line.reason);
        }
    }
    std::vector<std::uint32_t> good;
    for (std::size_t i = 0; i < bad.size(); ++i) {
        if (!bad[i])
            good.push_back(part.lines[i]);
    }
    part.lines = std::move(good);
    if (part.lines.empty())
        return partDone(part.batch);
    m_parts.push_front(std::move(part));
}

/// It stands behind the others: one of them that is taken shows that it was not the server. Told once, however often it is tried.
void Sender::holdRefused(Part part, const Verdict &verdict)
{
    part.suspected = true;
    m_parts.push_back(std::move(part));
    const std::string words = influx::hostOf(m_options.target.url) + " refuses all that it is sent: " + verdict.reason
        + " Nothing more is set aside. Check TSDB_URL and TSDB_BUCKET, and what the server's log says.";
    if (std::exchange(m_refusing, true))
        m_words = words;
    refused(words);
}

void Sender::bury(Part &part, std::uint32_t line, const std::string &reason, bool doubtful)
{
    const Batch::Line &dead = part.batch->lines[line];
    m_aside.add(doubtful && dead.row > 0, [&] { return whoseLine(m_reader, dead.row); }, reason, m_clock.steady());
    part.batch->update.dead.push_back({0, dead.row, m_clock.now(), reason, std::string(part.batch->line(line)), false});
}

void Sender::partDone(const std::shared_ptr<Batch> &batch)
{
    --batch->open;
    acknowledge();
}

/// In the order of rows: the mark moves over what is done from its front on.
void Sender::acknowledge()
{
    while (!m_batches.empty() && m_batches.front()->open == 0) {
        Batch &batch = *m_batches.front();
        DeliveryMark mark = m_delivery.mark();
        mark.row = batch.lastRow;
        mark.commit = batch.lastCommit;
        mark.passed += batch.events;
        batch.update.mark = mark;
        if (auto written = writeDone(batch); !written)
            return note(StoreTrouble::Marking, written);
        m_batches.pop_front();
        if (m_options.marked)
            m_options.marked(mark);
    }
    if (m_again && m_again->open == 0) {
        if (auto written = writeDone(*m_again); !written)
            return note(StoreTrouble::Marking, written);
        m_again.reset();
        m_nextAgain = {};
    }
    note(StoreTrouble::Marking, {});
}

Result<> Sender::writeDone(Batch &batch)
{
    if (m_delivery.deadCount().letters > 0) {
        batch.update.arrived.clear();
        for (const Batch::Line &line : batch.lines)
            batch.update.arrived.push_back(line.row);
    }
    return m_delivery.write(batch.update);
}

void Sender::note(StoreTrouble::Use use, const Result<> &result)
{
    const Duration now = m_clock.steady();
    m_trouble.note(use, result, now);
    if (!result) {
        m_nextStoreLook = now + kStoreRetry;
        m_notBefore = std::max(m_notBefore, m_nextStoreLook);
    }
}

Result<bool> Sender::idle()
{
    const auto last = m_reader.lastRow();
    if (!last)
        return fail(last.error());
    if (const Error *trouble = m_trouble.error(); trouble != nullptr && trouble->code != ErrorCode::Busy)
        return fail(*trouble);
    if (*last > m_delivery.mark().row || m_again || m_flying > 0 || !m_parts.empty())
        return false;
    const auto changes = m_reader.changesAfter(m_delivery.mark().change, 1);
    if (!changes)
        return fail(changes.error());
    const auto work = m_delivery.hasWork();
    if (!work)
        return fail(work.error());
    return changes->empty() && !*work;
}

bool Sender::leadsOn() const
{
    const auto last = m_reader.lastRow();
    const bool waits = !last || *last > m_delivery.mark().row || !m_parts.empty() || m_again;
    const bool answer = asks(m_stage) || m_flying > 0 || m_removals.asks();
    const bool time = m_notBefore > m_clock.steady() || m_taking || (m_waitingSince && hasRoom());
    return m_stopped || !waits || answer || time;
}

Result<> Sender::retryNow(bool deadLetters)
{
    if (deadLetters) {
        if (auto retried = m_delivery.retryDead(); !retried)
            return fail(retried.error());
        m_nextAgain = {};
    }
    m_backoff.reset();
    m_removals.retryNow();
    m_notBefore = {};
    return {};
}

void Sender::measure()
{
    const Duration now = m_clock.steady();
    const auto last = m_reader.lastRow();
    const DeliveryMark &mark = m_delivery.mark();
    std::scoped_lock lock(m_mutex);
    DeliveryStatus &s = m_status;
    const Error *trouble = m_trouble.error();
    s.state = trouble != nullptr && m_state == DeliveryState::Delivering ? DeliveryState::Waiting : m_state;
    s.target = m_options.target.url + ", " + m_options.target.bucket;
    s.product = m_identity.product == Product::Unknown ? s.product : productName(m_identity);
    s.credentials = m_state == DeliveryState::Paused && m_credentials;
    s.words = trouble != nullptr && m_state != DeliveryState::Paused ? trouble->message : wordsOfNow();
    s.backlog = last && *last > mark.row ? static_cast<std::uint64_t>(*last - mark.row) : 0;
    s.oldest = m_batches.empty() || m_batches.front()->lastRow == 0 ? std::nullopt : std::optional(m_batches.front()->oldest);
    const DeliveryStore::DeadCount dead = m_delivery.deadCount();
    s.delivered = mark.passed - std::min(mark.passed, dead.events);
    s.deadLetters = dead.letters;
    s.shed = mark.shed;
    s.lines = m_lines;
    s.full = s.backlog > m_options.backlog;
    if (const Duration over = now - m_measuredAt; over >= kMeasuredOver) {
        s.perSecond = static_cast<double>(m_lines - m_measuredLines) * 1e6 / static_cast<double>(over.us);
        m_measuredLines = m_lines;
        m_measuredAt = now;
    }
}

DeliveryStatus Sender::status() const
{
    std::scoped_lock lock(m_mutex);
    return m_status;
}

Duration Sender::untilNext() const
{
    const Duration now = m_clock.steady();
    if (m_notBefore > now)
        return m_trouble.error() != nullptr ? std::min(m_notBefore - now, kStoreRetry) : m_notBefore - now;
    if (m_taking)
        return {};
    if (m_waitingSince && hasRoom())
        return std::max(Duration::millis(1), *m_waitingSince + m_options.age - now);
    return m_options.lookEvery;
}

} // namespace threadline::delivery
