// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/settingsfile.h"

#include "core/base/ascii.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <optional>
#include <set>

namespace threadline {
namespace {

bool isBare(char c) { return ascii::isAlnum(c) || c == '_' || c == '-'; }

/// Reads a file from its beginning to its end, or to the first thing that is wrong.
class Parser {
public:
    explicit Parser(std::string_view text) : m_rest(text) {}
    tl::expected<std::vector<SettingsLine>, SettingsProblem> parse();

private:
    bool wrong(std::string what);
    [[nodiscard]] bool atEnd() const { return m_rest.empty(); }
    [[nodiscard]] char peek() const { return m_rest.empty() ? '\0' : m_rest.front(); }
    bool take(std::string_view token);
    void skipBlanks();
    bool endLine();
    bool parseLine();
    bool parseTable();
    bool parseEntry();
    bool parseName(std::string &name);
    bool parseNamePart(std::string &name);
    bool parseValue(std::string &text);
    bool parseQuoted(std::string &text);
    bool takeCharacter(std::string &text, bool many);
    bool parseEscape(std::string &text, bool many);
    bool parseCode(std::string &text, std::size_t digits);
    bool parseNumber(std::string &text);

    std::string_view m_rest;
    std::size_t m_line = 1;
    std::string m_table; ///< with its dot
    std::set<std::string> m_names;
    std::vector<SettingsLine> m_out;
    std::optional<SettingsProblem> m_problem;
};

/// Remembers the first problem; false, for `return wrong(...)`.
bool Parser::wrong(std::string what)
{
    if (!m_problem)
        m_problem = SettingsProblem{m_line, std::move(what)};
    return false;
}

bool Parser::take(std::string_view token)
{
    if (!m_rest.starts_with(token))
        return false;
    m_line += static_cast<std::size_t>(std::count(token.begin(), token.end(), '\n'));
    m_rest.remove_prefix(token.size());
    return true;
}

void Parser::skipBlanks()
{
    m_rest.remove_prefix(std::min(m_rest.find_first_not_of(" \t"), m_rest.size()));
}

/// Blanks, a comment, and the end of the line or of the file.
bool Parser::endLine()
{
    skipBlanks();
    if (peek() == '#') {
        std::string comment;
        while (!atEnd() && peek() != '\n' && !m_rest.starts_with("\r\n")) {
            if (!takeCharacter(comment, false))
                return false;
        }
    }
    return atEnd() || take("\n") || take("\r\n") || wrong("something stands behind the value that does not belong there");
}

bool Parser::parseLine()
{
    skipBlanks();
    if (atEnd() || peek() == '#' || peek() == '\n' || m_rest.starts_with("\r\n"))
        return endLine();
    return peek() == '[' ? parseTable() : parseEntry();
}

bool Parser::parseTable()
{
    const bool many = take("[[");
    std::string name;
    if (!many)
        (void)take("[");
    skipBlanks();
    if (!parseName(name))
        return false;
    if (!take(many ? "]]" : "]"))
        return wrong("the name of a table is not closed with ]");
    m_table = name + '.';
    return endLine();
}

bool Parser::parseEntry()
{
    SettingsLine entry;
    entry.line = m_line;
    if (!parseName(entry.name))
        return false;
    if (!take("="))
        return wrong("there is no = behind the name");
    skipBlanks();
    if (!parseValue(entry.text))
        return false;
    entry.name.insert(0, m_table);
    if (!m_names.insert(entry.name).second)
        return wrong("the same name is given twice");
    m_out.push_back(std::move(entry));
    return endLine();
}

/// Parts with dots between, and the blanks behind.
bool Parser::parseName(std::string &name)
{
    do {
        skipBlanks();
        if (!name.empty())
            name.push_back('.');
        if (!parseNamePart(name))
            return false;
        skipBlanks();
    } while (take("."));
    return true;
}

bool Parser::parseNamePart(std::string &name)
{
    if (peek() == '"' || peek() == '\'')
        return m_rest.starts_with("\"\"\"") || m_rest.starts_with("'''") ? wrong("a name must stand on one line") : parseQuoted(name);
    const auto end = std::find_if_not(m_rest.begin(), m_rest.end(), isBare);
    const auto size = static_cast<std::size_t>(end - m_rest.begin());
    if (size == 0)
        return wrong("there is no name; it consists of letters, digits, - and _");
    name.append(m_rest.substr(0, size));
    m_rest.remove_prefix(size);
    return true;
}

bool Parser::parseValue(std::string &text)
{
    if (peek() == '"' || peek() == '\'')
        return parseQuoted(text);
    if (ascii::isDigit(peek()) || peek() == '-' || peek() == '+')
        return parseNumber(text);
    return wrong("the value must be a text in quotes or a whole number");
}

/// "basic", 'literal', and both over many lines.
bool Parser::parseQuoted(std::string &text)
{
    const bool basic = peek() == '"';
    const std::string_view three = basic ? "\"\"\"" : "'''";
    const bool many = take(three);
    const std::string_view end = many ? three : three.substr(0, 1);
    if (many)
        (void)(take("\n") || take("\r\n"));
    else
        (void)take(end);
    while (!m_rest.starts_with(end)) {
        if (basic && take("\\") ? !parseEscape(text, many) : !takeCharacter(text, many))
            return false;
    }
    (void)take(end);
    for (int quotes = 0; many && quotes < 2 && peek() == end.front(); ++quotes) { // up to two belong to the text
        text.push_back(end.front());
        (void)take(end.substr(0, 1));
    }
    return true;
}

/// One character as it stands there.
bool Parser::takeCharacter(std::string &text, bool many)
{
    if (atEnd())
        return wrong("the quotes are not closed");
    if (many && (m_rest.starts_with("\n") || m_rest.starts_with("\r\n"))) {
        text.push_back('\n');
        return take("\n") || take("\r\n");
    }
    const auto c = static_cast<unsigned char>(peek());
    if (c == '\n' || c == '\r')
        return wrong("the quotes are not closed on this line");
    if ((c < 0x20 && c != '\t') || c == 0x7f)
        return wrong("there is a control character");
    const std::size_t length = utf8Length(m_rest);
    if (length == 0)
        return wrong("there is a byte that is no UTF-8");
    text.append(m_rest.substr(0, length));
    m_rest.remove_prefix(length);
    return true;
}

/// What stands behind a backslash.
bool Parser::parseEscape(std::string &text, bool many)
{
    static constexpr std::string_view kNames = "btnfr\"\\";
    static constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\";
    if (const std::size_t at = kNames.find(peek()); !atEnd() && at != std::string_view::npos) {
        text.push_back(kMeanings[at]);
        m_rest.remove_prefix(1);
        return true;
    }
    if (take("u"))
        return parseCode(text, 4);
    if (take("U"))
        return parseCode(text, 8);
    const std::string_view before = m_rest;
    skipBlanks();
    if (many && (take("\n") || take("\r\n"))) { // the line goes on at the next thing that is no blank
        do
            skipBlanks();
        while (take("\n") || take("\r\n"));
        return true;
    }
    m_rest = before;
    return wrong("there is a backslash that means nothing; write \\\\, or use 'single quotes'");
}

bool Parser::parseCode(std::string &text, std::size_t digits)
{
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int value = ascii::hexValue(peek());
        if (value < 0)
            return wrong("there is a \\u without its hexadecimal digits");
        code = (code << 4) + static_cast<std::uint32_t>(value);
        m_rest.remove_prefix(1);
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return wrong("there is a \\u that names no character");
    appendUtf8(text, code);
    return true;
}

/// A whole decimal number, underscores between digits left out.
bool Parser::parseNumber(std::string &text)
{
    const std::size_t size = std::min(m_rest.find_first_of(" \t\r\n#"), m_rest.size());
    std::string_view number = m_rest.substr(0, size);
    if (number.front() == '-')
        text.push_back('-');
    if (!ascii::isDigit(number.front()))
        number.remove_prefix(1);
    for (std::size_t i = 0; i < number.size(); ++i) {
        const bool between = i > 0 && ascii::isDigit(number[i - 1]) && i + 1 < number.size() && ascii::isDigit(number[i + 1]);
        if (ascii::isDigit(number[i]))
            text.push_back(number[i]);
        else if (number[i] != '_' || !between)
            return wrong("the value must be a text in quotes or a whole number");
    }
    if (number.empty() || (number.size() > 1 && number.front() == '0'))
        return wrong("the value must be a text in quotes or a whole number without leading zeros");
    m_rest.remove_prefix(size);
    return true;
}

tl::expected<std::vector<SettingsLine>, SettingsProblem> Parser::parse()
{
    (void)take("\xEF\xBB\xBF");
    while (!m_problem && !atEnd())
        (void)parseLine();
    if (m_problem)
        return tl::make_unexpected(std::move(*m_problem));
    return std::move(m_out);
}

} // namespace

tl::expected<std::vector<SettingsLine>, SettingsProblem> parseSettingsFile(std::string_view text)
{
    return Parser(text).parse();
}

} // namespace threadline
