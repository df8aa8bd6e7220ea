// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/rows.h"

#include "core/base/hash.h"
#include "core/influx/points.h"
#include "core/influx/words.h"

#include <algorithm>
#include <charconv>

namespace threadline::influx {
namespace {

constexpr std::string_view kNoParticipant = "system", kNoChannel = "none"; // of the classic schema

Error malformed(const std::string &what) { return {ErrorCode::Malformed, "InfluxDB's answer " + what}; }

/// The server's own words for what went wrong.
Error told(std::string_view words)
{
    return {namesNoBucket(words) ? ErrorCode::NotFound : ErrorCode::Unusable, "InfluxDB could not answer: " + oneLine(words, kMaxReason)};
}

/// The raw value of the last member of that name, which is the one that counts; empty: absent.
std::string_view memberOf(const std::vector<json::Member> &members, std::string_view name)
{
    const auto found = std::find_if(members.rbegin(), members.rend(), [&](const json::Member &m) { return m.name == name; });
    return found == members.rend() ? std::string_view() : found->value;
}

/// Whether `data` names this interaction, or a participant or channel and no interaction; each by a text.
bool namesPart(const std::vector<json::Member> &data, const InteractionId &interaction)
{
    bool names = false;
    for (const std::string_view name : {"interactionId", "participantId", "channelId"}) {
        const std::string_view raw = memberOf(data, name);
        if (raw.empty() || raw == "null")
            continue;
        const auto text = json::stringOf(raw);
        if (!text || text->empty() || (name == "interactionId" && *text != interaction.value))
            return false;
        names = true;
    }
    return names;
}

/// Whether a payload is the event that its point speaks of. Anything else may stand there: damage, another event, another hand.
bool isOf(std::string_view payload, const HistoryEvent &event, Timestamp time)
{
    thread_local json::Reader reader;
    std::vector<json::Member> members, data;
    const auto prepared = reader.prepare(payload);
    if (!prepared || !reader.members(*prepared, members) || !reader.members(memberOf(members, "data"), data))
        return false;
    const std::string_view id = memberOf(members, "id");
    const bool isMine = id.empty() ? event.id.value == "h-" + hash128(*prepared).hex() : json::stringOf(id) == event.id.value;
    const auto at = parseTimestamp(json::stringOf(memberOf(members, "timestamp")).value_or(""));
    return isMine && at == time && json::stringOf(memberOf(members, "type")).has_value() && namesPart(data, event.interaction);
}

Provenance provenanceOf(std::string_view name)
{
    for (const Provenance p : {Provenance::Backfill, Provenance::Import, Provenance::Snapshot}) {
        if (name == nameOf(p))
            return p;
    }
    return Provenance::Live;
}

/// An event with what the point says besides its payload.
std::string withoutData(const Row &row, Schema schema, std::int64_t timeUs)
{
    const auto absent = [&](std::string_view name, std::string_view none) {
        std::string value = row.text(name);
        return schema == Schema::Classic && value == none ? std::string() : value;
    };
    std::string out;
    json::Writer w(out);
    const auto text = [&w](std::string_view name, const std::string &value) {
        if (!value.empty())
            w.member(name, std::string_view(value));
    };
    const std::string type = row.text("type");
    w.beginObject();
    text("id", row.text("eventId"));
    text("type", type.empty() ? row.text("eventType") : type);
    text("timestamp", formatTimestamp({timeUs}));
    if (const auto sequence = row.number("sequence"); sequence && *sequence != kNoSequence)
        w.member("sequence", *sequence);
    w.key("data");
    w.beginObject();
    text("interactionId", row.text("interactionId"));
    text("participantId", absent("participantId", kNoParticipant));
    text("channelId", absent("channelId", kNoChannel));
    w.endObject();
    w.endObject();
    return out;
}

} // namespace

std::optional<std::string_view> Row::cell(std::string_view name) const
{
    const auto found = std::find(m_names.begin(), m_names.end(), name);
    const auto index = static_cast<std::size_t>(found - m_names.begin());
    if (found == m_names.end() || index >= m_cells.size() || m_cells[index].data() == nullptr)
        return std::nullopt;
    return m_cells[index];
}

std::string Row::text(std::string_view name) const
{
    const auto raw = cell(name);
    if (!raw)
        return {};
    return m_language == Language::Flux ? std::string(*raw) : json::stringOf(*raw).value_or("");
}

std::optional<std::int64_t> Row::number(std::string_view name) const
{
    const auto raw = cell(name);
    return raw ? json::intOf(*raw) : std::nullopt;
}

std::optional<std::int64_t> Row::time() const
{
    switch (m_language) {
    case Language::InfluxQl: return number("time");
    case Language::Flux: return nanosOf(text("_time"));
    case Language::Sql: break;
    }
    return nanosOf(text("time"));
}

/// Of the record at the start of the buffer: where its line break stands; npos: it has not ended yet.
std::size_t RowReader::recordEnd()
{
    for (; m_scanned < m_buffer.size(); ++m_scanned) {
        const char c = m_buffer[m_scanned];
        if (c == '"' && m_row.m_language == Language::Flux)
            m_quoted = !m_quoted;
        if (c == '\n' && !m_quoted)
            return m_scanned;
    }
    return std::string::npos;
}

Result<> RowReader::feed(std::string_view bytes, const Each &each)
{
    if (m_enough)
        return {};
    m_buffer.append(bytes);
    std::size_t at = 0;
    for (;;) {
        const std::size_t end = recordEnd();
        if (end == std::string::npos || m_enough)
            break;
        const std::string_view record = std::string_view(m_buffer).substr(at, end - at);
        at = ++m_scanned;
        if (auto taken = take(record, each); !taken)
            return taken;
    }
    m_buffer.erase(0, at);
    m_scanned -= at;
    if (m_buffer.size() > kMaxRecord)
        return fail(malformed("holds a record of more than " + std::to_string(kMaxRecord >> 20) + " MiB."));
    return {};
}

Result<> RowReader::end(const Each &each)
{
    if (m_enough)
        return {};
    if (m_quoted || (m_row.m_language == Language::Flux && !m_buffer.empty())) // its last record has a line break too
        return fail(malformed("was cut short."));
    const std::string rest = std::move(m_buffer);
    m_buffer.clear();
    if (!rest.empty()) {
        if (auto taken = take(rest, each); !taken)
            return taken;
    }
    if (m_more || (m_row.m_language == Language::InfluxQl && !m_any))
        return fail(malformed("was cut short."));
    return {};
}

Result<> RowReader::take(std::string_view record, const Each &each)
{
    if (record.ends_with('\r'))
        record.remove_suffix(1);
    if (record.empty())
        return {};
    m_any = true;
    switch (m_row.m_language) {
    case Language::InfluxQl: return takeInfluxQl(record, each);
    case Language::Flux: return takeCsv(record, each);
    case Language::Sql: break;
    }
    return takeObject(record, each);
}

/// {"results":[{"series":[{"columns":[...],"values":[[...],...],"partial":true}],"partial":true,"error":...}]} or {"error":...}
Result<> RowReader::takeInfluxQl(std::string_view text, const Each &each)
{
    const auto prepared = m_json.prepare(text);
    if (!prepared)
        return fail(malformed("is no JSON: " + prepared.error().message));
    json::Cursor cursor(*prepared);
    if (!cursor.enterObject())
        return fail(malformed("is no object."));
    std::string_view name;
    m_more = false;
    bool answers = false;
    while (cursor.nextMember(name)) {
        const std::string_view value = cursor.skipValue();
        if (name == "error")
            return fail(told(json::stringOf(value).value_or("")));
        json::Cursor results(value);
        if (name != "results" || !results.enterArray())
            continue;
        answers = true;
        while (results.nextElement()) {
            json::Cursor result(results.skipValue());
            if (!result.enterObject())
                return fail(malformed("has a result that is no object."));
            while (result.nextMember(name)) {
                const std::string_view part = result.skipValue();
                if (name == "error")
                    return fail(told(json::stringOf(part).value_or("")));
                if (name == "partial")
                    m_more = json::boolOf(part).value_or(false);
                json::Cursor series(part);
                if (name != "series" || !series.enterArray())
                    continue;
                while (series.nextElement()) {
                    if (auto taken = takeSeries(series.skipValue(), each); !taken)
                        return taken;
                }
            }
        }
    }
    return answers ? Result<>() : fail(malformed("has no results."));
}

Result<> RowReader::takeSeries(std::string_view series, const Each &each)
{
    json::Cursor cursor(series);
    std::string_view name, columns, values;
    if (!cursor.enterObject())
        return fail(malformed("has a series that is no object."));
    while (cursor.nextMember(name)) {
        const std::string_view value = cursor.skipValue();
        (name == "columns" ? columns : name == "values" ? values : name) = value;
    }
    m_row.m_names = json::readStrings(columns);
    json::Cursor rows(values);
    if (!rows.enterArray())
        return {};
    while (!m_enough && rows.nextElement()) {
        json::Cursor row(rows.skipValue());
        m_row.m_cells.clear();
        if (!row.enterArray())
            return fail(malformed("has a row that is no array."));
        while (row.nextElement()) {
            const std::string_view value = row.skipValue();
            m_row.m_cells.push_back(value == "null" ? std::string_view() : value);
        }
        hand(each);
    }
    return {};
}

/// One object a line; also {"error":...} in place of rows.
Result<> RowReader::takeObject(std::string_view text, const Each &each)
{
    const auto prepared = m_json.prepare(text);
    m_members.clear();
    if (!prepared || !m_json.members(*prepared, m_members))
        return fail(malformed("is no line of JSON objects."));
    m_row.m_names.clear();
    m_row.m_cells.clear();
    for (const json::Member &m : m_members) {
        m_row.m_names.emplace_back(m.name);
        m_row.m_cells.push_back(m.value == "null" ? std::string_view() : m.value);
    }
    if (const std::string_view error = memberOf(m_members, "error"); !error.empty() && memberOf(m_members, "time").empty())
        return fail(told(json::stringOf(error).value_or("")));
    hand(each);
    return {};
}

/// Annotations begin with '#'; the record behind them names the columns; the first column has no name.
Result<> RowReader::takeCsv(std::string_view record, const Each &each)
{
    m_unquoted.clear();
    for (std::size_t at = 0; at <= record.size();) {
        std::string cell;
        if (at < record.size() && record[at] == '"') {
            for (++at; at < record.size(); ++at) {
                if (record[at] == '"' && (at + 1 >= record.size() || record[at + 1] != '"'))
                    break;
                at += record[at] == '"' ? 1 : 0;
                cell.push_back(record[at]);
            }
            ++at;
        }
        const std::size_t end = std::min(record.find(',', at), record.size());
        if (end > at)
            cell.append(record.substr(at, end - at));
        m_unquoted.push_back(std::move(cell));
        at = end + 1;
    }
    if (m_unquoted.front().starts_with('#')) {
        m_header = true;
        return {};
    }
    if (!m_unquoted.front().empty()) // a page of something in between
        return fail(malformed("is no annotated CSV."));
    if (m_header || m_row.m_names.empty()) {
        m_row.m_names = m_unquoted;
        m_header = false;
        m_error = std::find(m_unquoted.begin(), m_unquoted.end(), "error") != m_unquoted.end();
        return {};
    }
    if (m_unquoted.size() != m_row.m_names.size())
        return fail(malformed("has a row that does not fit its columns."));
    m_row.m_cells.clear();
    for (const std::string &cell : m_unquoted)
        m_row.m_cells.push_back(cell.empty() ? std::string_view() : std::string_view(cell));
    if (m_error)
        return fail(told(m_row.text("error")));
    hand(each);
    return {};
}

std::optional<HistoryEvent> eventOf(const Row &row, Schema schema)
{
    HistoryEvent event;
    event.interaction.value = row.text("interactionId");
    event.id.value = row.text("eventId");
    const auto time = row.number("timeUs");
    if (event.interaction.empty() || event.id.empty() || !time || *time < kEarliestTime.us || *time >= kLatestTime.us)
        return std::nullopt;
    event.provenance = provenanceOf(row.text("provenance"));
    event.raw = row.text("payload");
    event.whole = isOf(event.raw, event, {*time});
    if (!event.whole && row.text("eventType").empty() && row.text("type").empty())
        return std::nullopt;
    if (!event.whole)
        event.raw = withoutData(row, schema, *time);
    return event;
}

std::optional<Locator> locatorOf(const Row &row)
{
    const auto start = row.number("startUs"), last = row.number("lastUs");
    if (!start)
        return std::nullopt;
    return Locator{{*start}, {last.value_or(*start)}, row.number("endUs").value_or(0) != 0};
}

std::optional<HistoryRow> summaryOf(const Row &row)
{
    HistoryRow out;
    Summary &summary = out.summary;
    summary.interaction.value = row.text("interactionId");
    const auto start = row.number("startUs"), time = row.time();
    if (summary.interaction.empty() || !start || !time)
        return std::nullopt;
    out.time = *time;
    summary.start.us = *start;
    summary.lastEventAt.us = row.number("lastUs").value_or(*start);
    if (const std::int64_t end = row.number("endUs").value_or(0); end != 0) {
        summary.end = Timestamp{end};
        summary.state = InteractionState::Ended;
    }
    summary.count = row.number("count").value_or(0);
    summary.media = json::readStrings(row.text("mediaList"));
    summary.queues = json::readStrings(row.text("queueList"));
    summary.agents = json::readStrings(row.text("agentList"));
    summary.customer = row.text("customer");
    return out;
}

} // namespace threadline::influx
