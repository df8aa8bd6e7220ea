// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/jsonsplitter.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <utility>

namespace threadline {
namespace {

/// Deeper than any text that is accepted; what lies beyond is only counted.
constexpr std::size_t kKeptBrackets = 1024;
constexpr std::size_t kKeptKey = 32;
constexpr std::size_t kKeptScalar = 60;
constexpr std::string_view kList = "conversations";

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
    if (m_head.size() > m_maxValue || text.find('\n') != std::string_view::npos)
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
    const bool known = nextEnd != std::string_view::npos || over || m_head.size() > 2 * m_maxValue
        || (firstEnd == std::string_view::npos && m_head.size() > m_maxValue);
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
    if (m_keyString && m_key.size() < kKeptKey)
        m_key.append(run.substr(0, kKeptKey - m_key.size()));
    m_keyString = m_keyString && m_string;
    return i;
}

void JsonSplitter::scanOutside(char c)
{
    const bool between = depth() == around() && !m_capturing; // on the level of the values
    if (c == '{' || c == '[') {
        openBracket(c);
    } else if (c == '}' || c == ']') {
        closeBracket(c);
    } else if (between && (ascii::isSpace(c) || c == ',')) {
        endScalar();
    } else if (between) {
        if (!std::exchange(m_scalar, true))
            m_valueStart = m_position;
        if (m_value.size() < kKeptScalar)
            m_value.push_back(c);
        m_string = c == '"';
    } else {
        keep(std::string_view(&c, 1));
        m_string = c == '"';
        if (m_string) {
            m_keyString = depth() > 0 && m_open.size() == depth() && onPage();
            m_key.clear();
            m_keyEnded = false;
        } else if (c == ':') {
            m_keyEnded = true;
        } else if (!ascii::isSpace(c)) {
            m_key.clear();
        }
    }
}

void JsonSplitter::openBracket(char c)
{
    const bool between = depth() == around() && !m_capturing;
    if (between)
        endScalar();
    const bool list = c == '[' && m_keyEnded && depth() > 0 && m_open.size() == depth() && onPage()
        && m_key.size() == kList.size() + 1 && m_key.starts_with(kList);
    m_key.clear();
    m_keyEnded = false;
    if (m_open.size() < kKeptBrackets)
        m_open.push_back(c);
    else
        ++m_deeper;
    if (list) {
        m_capturing = m_tooLarge = false;
        m_value.clear();
        m_list = true;
        return;
    }
    if (between && depth() == 1 && c == '[') {
        m_array = true;
        return;
    }
    if (between) {
        m_capturing = true;
        m_valueStart = m_position;
    }
    keep(std::string_view(&c, 1));
}

void JsonSplitter::closeBracket(char c)
{
    if (depth() == around() && !m_capturing)
        return closeLevel(c);
    keep(std::string_view(&c, 1));
    if (m_deeper > 0) {
        --m_deeper;
        return;
    }
    // A bracket that was left open ends with the one around it; one that closes nothing is passed over.
    const char opener = c == '}' ? '{' : '[';
    std::size_t at = m_open.size();
    while (at > around() && m_open[at - 1] != opener)
        --at;
    if (at == around())
        return;
    m_open.resize(at - 1);
    m_key.clear();
    if (depth() == around())
        endValue();
}

/// The list or the array that the values stand in ends.
void JsonSplitter::closeLevel(char c)
{
    endScalar();
    if (m_list && (c == ']' || c == '}')) {
        m_open.pop_back();
        m_list = false;
        if (c == '}') {
            m_handler.problem("the list of conversations is not closed", m_position);
            m_open.pop_back();
        }
    } else if (m_array && c == ']') {
        m_open.pop_back();
        m_array = false;
    } else {
        m_handler.problem(c == '}' ? "a } that closes nothing" : "a ] that closes nothing", m_position);
    }
}

void JsonSplitter::endScalar()
{
    if (!std::exchange(m_scalar, false))
        return;
    m_handler.problem("no conversation: " + m_value, m_valueStart);
    m_value.clear();
}

void JsonSplitter::endValue()
{
    if (!std::exchange(m_capturing, false))
        return; // what stood behind the list of a page
    if (m_tooLarge)
        m_handler.problem("the conversation is larger than " + std::to_string(m_maxValue >> 20) + " MiB and is passed over", m_valueStart);
    else
        m_handler.value(m_value, m_valueStart);
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
    m_deeper = 0;
    m_array = m_list = m_string = m_escape = m_capturing = m_scalar = m_tooLarge = false;
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
