// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/metrics.h"

#include <algorithm>
#include <charconv>
#include <span>

namespace threadline::api {
namespace {

/// Writes one family after the other, in the exposition format.
class Page {
public:
    explicit Page(std::string &out) : m_out(out) {}

    void family(std::string_view name, std::string_view type, std::string_view help)
    {
        m_name = name;
        m_out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ").append(type) += '\n';
    }
    /// `labels` is empty or `name="value"` pairs, already escaped.
    template<class T>
    void sample(T value, std::string_view labels = {}, std::string_view suffix = {})
    {
        m_out.append(m_name).append(suffix);
        if (!labels.empty())
            m_out.append("{").append(labels).append("}");
        m_out += ' ';
        appendNumber(value);
        m_out += '\n';
    }
    template<class T>
    void single(std::string_view name, std::string_view type, std::string_view help, T value)
    {
        family(name, type, help);
        sample(value);
    }
    /// `buckets` count each its own range; one more than `bounds`, the last for everything above. Missing ones are 0.
    void histogram(std::span<const double> bounds, std::span<const std::uint64_t> buckets, std::uint64_t count, Duration sum)
    {
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            below += i < buckets.size() ? buckets[i] : 0;
            sample(below, "le=\"" + text(bounds[i]) + '"', "_bucket");
        }
        sample(count, "le=\"+Inf\"", "_bucket");
        sample(static_cast<double>(sum.us) / 1e6, {}, "_sum");
        sample(count, {}, "_count");
    }
    static std::string label(std::string_view name, std::string_view value)
    {
        std::string out(name);
        out += "=\"";
        for (const char c : value) {
            if (c == '\\' || c == '"')
                out += '\\';
            if (c == '\n')
                out += "\\n";
            else
                out += c;
        }
        return out += '"';
    }

private:
    template<class T>
    static std::string text(T number)
    {
        char buffer[32];
        return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
    }
    static std::string text(double number)
    {
        char buffer[64]; // seconds: far from the 300 digits that a double can have
        return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed).ptr};
    }
    template<class T>
    void appendNumber(T number) { m_out += text(number); }

    std::string &m_out;
    std::string_view m_name;
};

void appendEvents(Page &page, const Status &s)
{
    page.single("threadline_messages_received_total", "counter", "Messages read from the source.", s.messages);
    page.single("threadline_events_received_total", "counter",
        "Events read: the sum of stored, duplicate, variant, refused and in flight.", s.received);
    page.single("threadline_events_stored_total", "counter", "Events made durable.", s.stored);
    page.single("threadline_events_duplicate_total", "counter", "Events that were known already.", s.duplicates);
    page.single("threadline_events_variant_total", "counter", "Events under a known id with another content.", s.variants);
    page.family("threadline_events_refused_total", "counter", "Events refused, by reason.");
    for (const auto &[reason, count] : s.refusedBy)
        page.sample(count, Page::label("reason", reason));
    page.single("threadline_events_in_flight", "gauge", "Events read and not yet durable.", s.inFlight);
    page.single("threadline_events_unattached", "gauge", "Events stored that name no interaction yet.", s.unattached);
}

void appendFlow(Page &page, const Status &s)
{
    page.single("threadline_queue_messages", "gauge", "Messages that wait for the engine.", s.queueMessages);
    page.single("threadline_queue_bytes", "gauge", "Bytes of the messages that wait for the engine.", s.queueBytes);
    page.single("threadline_queue_capacity_messages", "gauge", "Messages that may wait.", s.queueCapacity);
    page.single("threadline_source_up", "gauge", "1 while the source is heard.", s.source == SourceState::Listening ? 1 : 0);
    page.family("threadline_source_state", "gauge", "1 for the state that the source is in.");
    for (const SourceState state : {SourceState::Idle, SourceState::Connecting, SourceState::Listening, SourceState::Waiting,
             SourceState::HeldBack, SourceState::Refused, SourceState::Finished})
        page.sample(s.source == state ? 1 : 0, Page::label("state", nameOf(state)));
}

void appendStore(Page &page, const Status &s)
{
    page.single("threadline_store_up", "gauge", "1 while the store takes events and can be read.", s.storeError.empty() ? 1 : 0);
    page.single("threadline_store_events", "gauge", "Events in the store.", s.storedTotal);
    page.single("threadline_interactions_open", "gauge", "Interactions that have not ended.", s.openInteractions);
    page.single("threadline_commits_total", "counter", "Transactions made durable.", s.commits);
    page.family("threadline_commit_delay_seconds", "histogram", "From an event's last byte read to its transaction durable.");
    page.histogram(kCommitDelayBounds, s.commitDelayBuckets, s.commitDelayCount, s.commitDelaySum);
}

void appendDelivery(Page &page, const DeliveryStatus &d)
{
    page.family("threadline_delivery_state", "gauge", "1 for the state that delivery to the shared store is in.");
    for (const DeliveryState state : {DeliveryState::Off, DeliveryState::Checking, DeliveryState::Delivering, DeliveryState::Waiting,
             DeliveryState::Paused})
        page.sample(d.state == state ? 1 : 0, Page::label("state", nameOf(state)));
    if (d.state == DeliveryState::Off)
        return;
    page.single("threadline_outbox_rows", "gauge", "Events that wait for delivery.", d.backlog);
    page.single("threadline_delivered_total", "counter", "Events delivered, each once, since delivery to this target began.", d.delivered);
    page.single("threadline_dead_letters", "gauge", "Events that the shared store does not take.", d.deadLetters);
    page.single("threadline_delivery_shed_total", "counter", "Events passed over because too many waited.", d.shed);
    page.single("threadline_delivery_requests_total", "counter", "Batches sent.", d.requests);
    page.single("threadline_delivery_retries_total", "counter", "Batches that must be sent again.", d.retries);
    page.single("threadline_delivery_lines_per_second", "gauge", "Lines delivered in the last second.", d.perSecond);
    page.single("threadline_outbox_oldest_timestamp_seconds", "gauge", "Receipt of the oldest event that waits; 0: none.",
        d.oldest ? static_cast<double>(d.oldest->us) / 1e6 : 0.0);
}

} // namespace

void Counters::answered(std::string_view route, int status, std::size_t bytes, Duration took)
{
    const auto line = std::find_if(m_lines.begin(), m_lines.end(),
        [&](const Line &l) { return l.status == status && l.route.data() == route.data(); });
    if (line == m_lines.end())
        m_lines.push_back({route, status, 1});
    else
        ++line->count;
    m_bytes += bytes;
    const double seconds = static_cast<double>(took.us) / 1e6;
    ++m_buckets[static_cast<std::size_t>(std::lower_bound(kAnswerBounds.begin(), kAnswerBounds.end(), seconds) - kAnswerBounds.begin())];
    ++m_count;
    m_sum = m_sum + took;
}

void appendRestMetrics(std::string &out, const Counters &c)
{
    Page page(out);
    page.family("threadline_rest_requests_total", "counter", "Requests answered, by route and status.");
    for (const Counters::Line &line : c.m_lines)
        page.sample(line.count, Page::label("route", line.route) + ',' + Page::label("code", std::to_string(line.status)));
    page.family("threadline_rest_answer_seconds", "histogram", "From a request's last byte to its answer.");
    page.histogram(kAnswerBounds, c.m_buckets, c.m_count, c.m_sum);
    page.single("threadline_rest_body_bytes_total", "counter", "Bytes of answers, without their heads.", c.m_bytes);
    page.single("threadline_rest_connections", "gauge", "Connections that are open.", c.connections);
    page.single("threadline_rest_connections_total", "counter", "Connections taken.", c.connectionsTotal);
    page.single("threadline_rest_connections_refused_total", "counter", "Connections refused over the cap.", c.connectionsRefused);
    page.single("threadline_rest_connections_given_way_total", "counter", "Connections ended for newcomers.", c.connectionsGivenWay);
    page.single("threadline_rest_deadlines_total", "counter", "Connections ended because something took too long.", c.deadlines);
    page.single("threadline_rest_pending", "gauge", "Requests that wait for the store.", c.pending);
    page.single("threadline_rest_abandoned_total", "counter", "Clients that left before their answer came.", c.abandoned);
}

std::string exposition(const Status &status, const Counters &counters)
{
    std::string out;
    Page page(out);
    page.family("threadline_build_info", "gauge", "1, with the version.");
    page.sample(1, Page::label("version", THREADLINE_VERSION));
    appendEvents(page, status);
    appendFlow(page, status);
    appendStore(page, status);
    appendDelivery(page, status.delivery);
    appendRestMetrics(out, counters);
    return out;
}

} // namespace threadline::api
