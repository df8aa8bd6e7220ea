// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/badlines.h"

#include "core/base/ascii.h"
#include "core/base/json.h"
#include "core/influx/words.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

namespace threadline::influx {
namespace {

constexpr std::string_view kUnable = "unable to parse '";
constexpr std::string_view kBehindLine = "': ";

std::string textOf(std::string_view raw) { return json::stringOf(raw).value_or(std::string()); }

ErrorBody::Line lineOf(const std::vector<json::Member> &members)
{
    ErrorBody::Line line;
    for (const json::Member &m : members) {
        if (m.name == "line_number")
            line.number = json::intOf(m.value).value_or(0);
        else if (m.name == "original_line")
            line.text = textOf(m.value);
        else if (m.name == "error_message")
            line.reason = textOf(m.value);
    }
    return line;
}

/// An array of lines, or a single one.
void readData(json::Reader &reader, std::string_view raw, ErrorBody &out)
{
    std::vector<std::string_view> elements;
    if (!reader.elements(raw, elements))
        elements = {raw};
    for (const std::string_view element : elements) {
        std::vector<json::Member> members;
        if (reader.members(element, members))
            out.lines.push_back(lineOf(members));
    }
}

bool readWhole(json::Reader &reader, std::string_view body, ErrorBody &out)
{
    const auto prepared = reader.prepare(body);
    std::vector<json::Member> members;
    if (!prepared || !reader.members(*prepared, members))
        return false;
    for (const json::Member &m : members) {
        if (m.name == "message" || (m.name == "error" && out.message.empty()))
            out.message = textOf(m.value);
        else if (m.name == "line")
            out.line = json::intOf(m.value).value_or(0);
        else if (m.name == "data")
            readData(reader, m.value, out);
    }
    return true;
}

/// The text behind `name` in JSON that was cut: up to its closing quotation mark, or as far as it goes.
std::string salvageText(std::string_view body, std::string_view name)
{
    const std::size_t at = body.find(name);
    if (at == body.npos)
        return {};
    std::size_t begin = body.find_first_not_of(" \t\r\n:", at + name.size());
    if (begin == body.npos || body[begin] != '"')
        return {};
    std::size_t end = ++begin;
    while (end < body.size() && body[end] != '"')
        end += body[end] == '\\' ? 2 : 1;
    std::string raw(1, '"');
    raw.append(body.substr(begin, std::min(end, body.size()) - begin)).append(1, '"');
    return textOf(raw);
}

void readCut(json::Reader &reader, std::string_view body, ErrorBody &out)
{
    const bool hasMessage = body.find("\"message\"") < body.find("\"error\"");
    out.message = salvageText(body, hasMessage ? "\"message\"" : "\"error\"");
    for (const std::string_view element : json::salvageElements(body, "data")) {
        if (const auto prepared = reader.prepare(element))
            readData(reader, *prepared, out);
    }
}

/// Finds lines of the batch in a text.
class Batch {
public:
    explicit Batch(const std::vector<std::string_view> &lines) : m_lines(lines), m_taken(lines.size())
    {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            m_byText[lines[i]].push_back(i);
            m_lengths.insert(lines[i].size());
            m_longest = std::max(m_longest, lines[i].size());
        }
    }

    /// The longest line that stands at `at` with kBehindLine behind it: where it ends; npos if there is none.
    [[nodiscard]] std::size_t endOfLine(std::string_view text, std::size_t at) const
    {
        std::size_t found = text.npos;
        for (std::size_t end = text.find(kBehindLine, at); end != text.npos && end - at <= m_longest; end = text.find(kBehindLine, end + 1)) {
            if (m_lengths.contains(end - at) && m_byText.contains(text.substr(at, end - at)))
                found = end;
        }
        return found;
    }

    void take(std::string_view text, std::string_view reason)
    {
        const auto found = m_byText.find(text);
        for (std::size_t i = 0; found != m_byText.end() && i < found->second.size(); ++i)
            take(found->second[i], reason);
    }
    /// A line by its number from 1; `text`, if any, must be how it begins, else it is looked up.
    void take(std::int64_t number, std::string_view text, std::string_view reason)
    {
        const bool inside = number >= 1 && static_cast<std::uint64_t>(number) <= m_lines.size();
        const std::size_t index = inside ? static_cast<std::size_t>(number - 1) : 0;
        if (inside && m_lines[index].starts_with(text))
            take(index, reason);
        else if (!text.empty())
            take(text, reason);
    }

    std::vector<Verdict::Bad> taken()
    {
        std::sort(m_bad.begin(), m_bad.end(), [](const auto &a, const auto &b) { return a.line < b.line; });
        return std::move(m_bad);
    }

private:
    void take(std::size_t index, std::string_view reason)
    {
        if (!m_taken[index])
            m_bad.push_back({index, oneLine(reason, kMaxReason)});
        m_taken[index] = true;
    }

    const std::vector<std::string_view> &m_lines;
    std::unordered_map<std::string_view, std::vector<std::size_t>> m_byText;
    std::unordered_set<std::size_t> m_lengths;
    std::size_t m_longest = 0;
    std::vector<bool> m_taken;
    std::vector<Verdict::Bad> m_bad;
};

/// "unable to parse '<line>': <reason>", one behind the other.
void takeQuoted(std::string_view message, Batch &batch)
{
    static constexpr std::string_view kNext = "\nunable to parse '";
    std::size_t at = message.find(kUnable);
    while (at != message.npos) {
        const std::size_t begin = at + kUnable.size();
        const std::size_t end = batch.endOfLine(message, begin);
        if (end == message.npos) {
            at = message.find(kUnable, begin);
            continue;
        }
        const std::size_t reason = end + kBehindLine.size();
        const std::size_t next = message.find(kNext, reason);
        const std::string_view text = message.substr(reason, next == message.npos ? next : next - reason);
        batch.take(message.substr(begin, end - begin), next == message.npos ? reasonIn(text) : text);
        at = next == message.npos ? next : next + 1;
    }
}

/// "error parsing line 2 (1-based): <reason>", each at the beginning of a line.
void takeNumbered(std::string_view message, Batch &batch)
{
    static constexpr std::string_view kStart = "error parsing line ";
    static constexpr std::string_view kBehind = " (1-based): ";
    while (!message.empty()) {
        const std::string_view row = message.substr(0, message.find('\n'));
        message.remove_prefix(std::min(row.size() + 1, message.size()));
        if (!row.starts_with(kStart))
            continue;
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(row.data() + kStart.size(), row.data() + row.size(), number);
        const std::string_view rest = row.substr(static_cast<std::size_t>(end - row.data()));
        if (error == std::errc() && rest.starts_with(kBehind))
            batch.take(number, {}, rest.substr(kBehind.size()));
    }
}

} // namespace

ErrorBody readError(const HttpReply &reply)
{
    ErrorBody out;
    json::Reader reader;
    const std::string_view body = ascii::trimmed(reply.body);
    out.isJson = body.starts_with('{');
    if (!out.isJson)
        out.message = body;
    else if (!readWhole(reader, body, out))
        readCut(reader, body, out);
    if (out.message.empty())
        out.message = reply.header("x-influxdb-error");
    return out;
}

std::vector<Verdict::Bad> namedLines(const ErrorBody &error, const std::vector<std::string_view> &lines)
{
    Batch batch(lines);
    for (const ErrorBody::Line &line : error.lines)
        batch.take(line.number, line.text, line.reason);
    if (error.message.find(kUnable) != std::string::npos) {
        takeQuoted(error.message, batch);
    } else {
        takeNumbered(error.message, batch);
        if (error.line > 0)
            batch.take(error.line, {}, error.message);
    }
    return batch.taken();
}

std::string_view reasonIn(std::string_view message)
{
    for (const std::string_view around : {"failure writing points to database: ", "partial write: "}) {
        if (message.starts_with(around))
            message.remove_prefix(around.size());
    }
    return message.substr(0, message.rfind(" dropped="));
}

} // namespace threadline::influx
