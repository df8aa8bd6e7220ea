// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/jsonsplitter.h"

#include "core/base/ascii.h"
#include "core/timeline/membername.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace threadline {
namespace {

/// Deeper than any text that is accepted; what lies beyond is only counted.
constexpr std::size_t kKeptBrackets = 1024;
/// So much is looked at to find out whether the stream has a value a line. Of longer lines a broken one is not told from the next.
constexpr std::size_t kHead = 1 << 20;
constexpr std::size_t kKeptKey = 48; ///< a UUID and its quotation mark
constexpr std::size_t kKeptScalar = 60;
constexpr std::size_t kMaxAround = 16;
constexpr char kRecordSeparator = '\x1e'; ///< before each value of a JSON text sequence (RFC 7464)
/// Members under which scripts and the platform's interfaces put conversations, or a page of them.
constexpr std::array<std::string_view, 4> kLists = {"conversations", "entities", "results", "items"};
constexpr std::array<std::string_view, 4> kWraps = {"pages", "data", "body", "response"};
/// Members of a conversation whose value may be an object; a map's names are none of these.
constexpr std::array<std::string_view, 6> kOfRecord = {"participants", "evaluations", "surveys", "resolutions", "divisionids", "knowledgebaseids"};

bool isOf(std::span<const std::string_view> names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

bool isUuid(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : ascii::hexValue(text[i]) < 0)
            return false;
    }
    return text.size() == 36;
}

bool isBetween(char c) { return ascii::isSpace(c) || c == ',' || c == kRecordSeparator; }

/// Whether `text` is one value in brackets, as far as brackets and strings tell.
bool isWhole(std::string_view text)
{
    if (text.empty() || (text.front() != '{' && text.front() != '['))
        return false;
    std::size_t depth = 0;
    bool string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (string) {
            i += c == '\\' ? 1 : 0;
            string = c != '"';
        } else if (c == '"') {
            string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1 == text.size();
        }
    }
    return false;
}

/// A value a line: the first line is whole, or is broken in a way that no document could go on from.
bool lineByLine(std::string_view first, std::string_view second)
{
    if (isWhole(first))
        return true;
    if (first.empty() || !isWhole(second) || second.front() != '{')
        return false;
    const bool bracket = first.front() == '{' || first.front() == '[';
    return !bracket || (first.front() == '{' && std::string_view("[{,:").find(first.back()) == std::string_view::npos);
}

} // namespace

void JsonSplitter::feed(std::string_view text)
{
    if (m_lines != Lines::Unknown)
        return scan(text);
    m_head += text;
    if (m_head.size() > kHead || text.find('\n') != std::string_view::npos)
        detectLines(false);
}

void JsonSplitter::finish()
{
    if (m_lines == Lines::Unknown)
        detectLines(true);
    if (m_lines == Lines::Yes)
        return endLine();
    endScalar();
    if (m_capturing)
        m_handler.problem("the file ends in the middle of a conversation", m_valueStart);
    else if (depth() > 0)
        m_handler.problem("the file ends before its brackets are closed", m_position);
    reset();
}

void JsonSplitter::detectLines(bool over)
{
    const std::string_view head(m_head);
    const std::size_t start = std::min(head.find_first_not_of(" \t\r\n"), head.size());
    const std::size_t firstEnd = head.find('\n', start);
    const std::size_t next = firstEnd == std::string_view::npos ? firstEnd : head.find_first_not_of(" \t\r\n", firstEnd);
    const std::size_t nextEnd = next == std::string_view::npos ? next : head.find('\n', next);
    const bool known = nextEnd != std::string_view::npos || over || m_head.size() > 2 * kHead
        || (firstEnd == std::string_view::npos && m_head.size() > kHead);
    if (!known)
        return;
    const bool lines = next != std::string_view::npos
        && lineByLine(ascii::trimmed(head.substr(start, firstEnd - start)), ascii::trimmed(head.substr(next, nextEnd - next)));
    m_lines = lines ? Lines::Yes : Lines::No;
    const std::string all = std::exchange(m_head, std::string());
    scan(all);
}

void JsonSplitter::scan(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '\n' && m_lines == Lines::Yes) {
            endLine();
        } else if (m_string) {
            const std::size_t behind = scanString(text, i);
            m_position += behind - i;
            i = behind;
            continue;
        } else {
            scanOutside(c);
        }
        ++m_position;
        ++i;
    }
}

/// Through the string as far as `text` has it; returns where to go on.
std::size_t JsonSplitter::scanString(std::string_view text, std::size_t at)
{
    std::size_t i = at;
    for (; i < text.size() && m_string; ++i) {
        const char c = text[i];
        if (c == '\n' && m_lines == Lines::Yes)
            break;
        if (m_escape)
            m_escape = false;
        else if (c == '\\')
            m_escape = true;
        else if (c == '"')
            m_string = false;
    }
    const std::string_view run = text.substr(at, i - at);
    keep(run);
    if (m_scalar && m_value.size() < kKeptScalar)
        m_value.append(run.substr(0, kKeptScalar - m_value.size()));
    if (m_keyString && m_key.size() < kKeptKey)
        m_key.append(run.substr(0, kKeptKey - m_key.size()));
    m_keyString = m_keyString && m_string;
    return i;
}

/// Comments are no JSON, but some tools write them. True: `c` belongs to one.
bool JsonSplitter::scanComment(char c)
{
    switch (m_comment) {
    case Comment::None:
        if (c == '/')
            m_comment = Comment::Slash;
        return c == '/';
    case Comment::Slash:
        m_comment = c == '/' ? Comment::Line : c == '*' ? Comment::Block : Comment::None;
        if (m_comment == Comment::None)
            return false;
        if (!std::exchange(m_commentTold, true))
            m_handler.problem("comments are no JSON; all are passed over", m_position - 1);
        return true;
    case Comment::Line:
        if (c == '\n')
            m_comment = Comment::None;
        return true;
    case Comment::Block:
    case Comment::Star:
        m_comment = c == '*' ? Comment::Star : c == '/' && m_comment == Comment::Star ? Comment::None : Comment::Block;
        return true;
    }
    return false;
}

void JsonSplitter::scanOutside(char c)
{
    if (scanComment(c))
        return;
    if (c == '{' || c == '[')
        return openBracket(c);
    if (c == '}' || c == ']')
        return closeBracket(c);
    if (listed())
        return scanBetween(c);
    keep(std::string_view(&c, 1));
    m_string = c == '"';
    if (m_string) {
        m_keyString = onMembers();
        m_key.clear();
        m_keyEnded = false;
    } else if (c == ':') {
        m_keyEnded = !m_key.empty();
        m_record = m_record || (m_capturing && m_keyEnded && (keyIs("conversationid") || keyIs("participants")));
    } else if (!ascii::isSpace(c)) {
        m_key.clear();
    }
}

/// What is no bracket, among the values. At the outermost a run of text is one, however many words and lines it has.
void JsonSplitter::scanBetween(char c)
{
    const bool ends = m_around.empty() ? c == kRecordSeparator : isBetween(c);
    if (ends || (!m_scalar && isBetween(c)))
        return endScalar();
    if (!std::exchange(m_scalar, true))
        m_valueStart = m_position;
    if (m_value.size() < kKeptScalar)
        m_value.push_back(c);
    m_string = c == '"' && (!m_around.empty() || m_value.size() == 1); // within a text it closes nothing
}

bool JsonSplitter::onMembers() const
{
    if (m_deeper > 0 || m_open.empty() || m_open.back() != '{')
        return false;
    return m_capturing ? depth() == m_around.size() + 1 : depth() == m_around.size();
}

bool JsonSplitter::keyIs(std::string_view folded) const { return m_key.size() > 1 && foldedEqual(std::string_view(m_key).substr(0, m_key.size() - 1), folded); }

/// What the value that begins now says of the object that it is in, if it is a member of one.
std::optional<JsonSplitter::Around> JsonSplitter::around(char c) const
{
    if (!m_keyEnded || !onMembers() || m_record || m_around.size() + 1 >= kMaxAround)
        return std::nullopt;
    const std::string_view key = std::string_view(m_key).substr(0, m_key.size() - 1);
    if (!m_capturing && m_around.back() == Around::Map)
        return Around::Map;
    const std::string folded = foldedName(key);
    if (isOf(kLists, folded) || isOf(kWraps, folded))
        return Around::Page;
    const bool mapped = c == '{' && m_capturing && (isUuid(key) || (m_named && !isOf(kOfRecord, folded)));
    return mapped ? std::optional(Around::Map) : std::nullopt;
}

void JsonSplitter::openBracket(char c)
{
    const auto leads = around(c);
    const bool named = leads == Around::Page && isOf(kLists, foldedName(std::string_view(m_key).substr(0, m_key.size() - 1)));
    m_key.clear();
    m_keyEnded = false;
    if (leads && m_capturing) { // what was taken for a value is around values
        m_capturing = m_tooLarge = false;
        m_value.clear();
        m_around.push_back(*leads);
    }
    const bool value = leads || listed();
    if (value)
        endScalar();
    const bool list = value && c == '[' && m_around.size() < kMaxAround;
    if (list)
        m_around.push_back(Around::Array);
    if (m_open.size() < kKeptBrackets)
        m_open.push_back(c);
    else
        ++m_deeper;
    if (list)
        return;
    if (value) {
        m_capturing = true;
        m_named = named;
        m_record = false;
        m_valueStart = m_position;
    }
    keep(std::string_view(&c, 1));
}

void JsonSplitter::closeBracket(char c)
{
    if (between())
        return closeAround(c);
    keep(std::string_view(&c, 1));
    if (m_deeper > 0) {
        --m_deeper;
        return;
    }
    // A bracket that was left open ends with the one around it; one that closes nothing is passed over.
    const char opener = c == '}' ? '{' : '[';
    std::size_t at = m_open.size();
    while (at > m_around.size() && m_open[at - 1] != opener)
        --at;
    if (at == m_around.size())
        return;
    m_open.resize(at - 1);
    m_key.clear();
    if (depth() == m_around.size())
        endValue();
}

/// What the values stand in ends; what was left open within it ends with it.
void JsonSplitter::closeAround(char c)
{
    endScalar();
    m_key.clear();
    const char opener = c == '}' ? '{' : '[';
    const auto found = std::find(m_open.rbegin(), m_open.rend(), opener);
    if (found == m_open.rend())
        return m_handler.problem(c == '}' ? "a } that closes nothing" : "a ] that closes nothing", m_position);
    if (found != m_open.rbegin())
        m_handler.problem("the list of conversations is not closed", m_position);
    m_open.resize(static_cast<std::size_t>(m_open.rend() - found) - 1);
    m_around.resize(m_open.size());
}

void JsonSplitter::endScalar()
{
    if (!std::exchange(m_scalar, false))
        return;
    m_handler.scalar(ascii::trimmed(m_value), m_valueStart, !m_around.empty());
    m_value.clear();
}

void JsonSplitter::endValue()
{
    if (!std::exchange(m_capturing, false))
        return; // what stands beside the lists of a page
    m_record = false;
    if (m_tooLarge)
        m_handler.problem("the conversation is larger than " + std::to_string(m_maxValue >> 20) + " MiB and is passed over", m_valueStart);
    else if (m_handler.value(m_value, m_valueStart) && m_named)
        m_handler.problem("an object stands where the list of conversations belongs: it is read as a list of one", m_valueStart);
    m_tooLarge = false;
    m_value.clear();
}

/// Whatever is still open was broken: it goes no further than its line.
void JsonSplitter::endLine()
{
    endScalar();
    if (m_capturing)
        m_handler.problem("the line ends in the middle of a conversation", m_valueStart);
    else if (depth() > 0)
        m_handler.problem("the line ends before its brackets are closed", m_position);
    reset();
}

void JsonSplitter::reset()
{
    m_open.clear();
    m_around.clear();
    m_deeper = 0;
    m_string = m_escape = m_capturing = m_named = m_record = m_scalar = m_tooLarge = false;
    m_comment = Comment::None;
    m_keyString = m_keyEnded = false;
    m_value.clear();
    m_key.clear();
}

void JsonSplitter::keep(std::string_view text)
{
    if (!m_capturing || m_tooLarge)
        return;
    if (m_value.size() + text.size() > m_maxValue) {
        m_tooLarge = true;
        m_value = std::string();
        return;
    }
    m_value += text;
}

} // namespace threadline
