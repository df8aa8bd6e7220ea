// SPDX-License-Identifier: GPL-3.0-or-later
/// Line protocol, read as InfluxDB 1.6 and 2.9 read it, with their words for what is wrong.
#include "tests/support/fakeinfluxstore.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace threadline::test {
namespace {

constexpr std::size_t kMaxKey = 65'535;
constexpr std::size_t kFieldSeparator = 4; // between series and field in a key of the storage engine

struct Wrong {
    std::string reason;
};

std::string unescaped(std::string_view text, std::string_view escapable)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && escapable.find(text[i + 1]) != std::string_view::npos)
            ++i;
        out += text[i];
    }
    return out;
}

/// The first of `stops` at or after `at` that no backslash stands before.
std::size_t findPlain(std::string_view text, std::size_t at, std::string_view stops)
{
    for (std::size_t i = at; i < text.size(); ++i) {
        if (stops.find(text[i]) != std::string_view::npos && (i == at || text[i - 1] != '\\'))
            return i;
    }
    return text.size();
}

/// The end of the string that begins with the quote at `at`: behind its closing quote; nothing if there is none.
std::optional<std::size_t> endOfString(std::string_view text, std::size_t at)
{
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return std::nullopt;
}

/// Where the line that begins at `at` ends. A newline within a field's string does not end it.
std::size_t endOfLine(std::string_view body, std::size_t at)
{
    bool inFields = false;
    for (std::size_t i = at; i < body.size(); ++i) {
        if (body[i] == '\n')
            return i;
        if (body[i] == '\\' && i + 1 < body.size() && body[i + 1] != '\n')
            ++i;
        else if (body[i] == ' ')
            inFields = true;
        else if (inFields && body[i] == '"' && body[i - 1] == '=')
            i = endOfString(body, i).value_or(body.size()) - 1;
    }
    return body.size();
}

/// One line; throws Wrong, which never leaves this file.
class Line {
public:
    Line(std::string_view text, std::int64_t unit, std::int64_t now, bool takesUnsigned)
        : m_text(text), m_unit(unit), m_now(now), m_takesUnsigned(takesUnsigned)
    {}

    FakePoint read()
    {
        readMeasurement();
        while (m_at < m_text.size() && m_text[m_at] == ',')
            readTag();
        if (m_at >= m_text.size())
            throw Wrong{"missing fields"};
        m_keySize = m_at;
        checkKeySize(m_keySize);
        skipBlanks();
        do
            readField();
        while (m_at < m_text.size() && m_text[m_at++] == ',');
        skipBlanks();
        readTime();
        return std::move(m_point);
    }

private:
    void skipBlanks()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t' || m_text[m_at] == '\0'))
            ++m_at;
    }

    static void checkKeySize(std::size_t size)
    {
        if (size > kMaxKey)
            throw Wrong{"max key length exceeded: " + std::to_string(size) + " > " + std::to_string(kMaxKey)};
    }

    void readMeasurement()
    {
        if (m_text.empty() || m_text[0] == ',')
            throw Wrong{"missing measurement"};
        m_at = findPlain(m_text, 0, ", ");
        m_point.measurement = unescaped(m_text.substr(0, m_at), ", ");
    }

    void readTag()
    {
        const std::size_t begin = ++m_at;
        if (begin >= m_text.size() || std::string_view(" ,=").find(m_text[begin]) != std::string_view::npos)
            throw Wrong{"missing tag key"};
        const std::size_t equals = findPlain(m_text, begin, " ,=");
        if (equals >= m_text.size() || m_text[equals] != '=')
            throw Wrong{"missing tag value"};
        const std::size_t value = equals + 1;
        if (value >= m_text.size() || m_text[value] == ',' || m_text[value] == ' ')
            throw Wrong{"missing tag value"};
        m_at = findPlain(m_text, value, " ,=");
        if (m_at < m_text.size() && m_text[m_at] == '=')
            throw Wrong{"invalid tag format"};
        if (m_at >= m_text.size())
            throw Wrong{"missing fields"};
        const std::string name = unescaped(m_text.substr(begin, equals - begin), ",= ");
        if (name == "time" || name == "_measurement" || name == "_field")
            throw Wrong{"cannot use reserved tag key \"" + name + '"'};
        if (!m_point.tags.emplace(name, unescaped(m_text.substr(value, m_at - value), ",= ")).second)
            throw Wrong{"duplicate tags"};
    }

    void readField()
    {
        const std::size_t begin = m_at;
        const std::size_t equals = findPlain(m_text, begin, " ,=");
        if (equals >= m_text.size() || m_text[equals] != '=')
            throw Wrong{"invalid field format"};
        if (equals == begin)
            throw Wrong{"missing field key"};
        m_at = equals + 1;
        if (m_at >= m_text.size() || m_text[m_at] == ',' || m_text[m_at] == ' ')
            throw Wrong{"missing field value"};
        checkKeySize(m_keySize + kFieldSeparator + equals - begin);
        m_point.fields[unescaped(m_text.substr(begin, equals - begin), ",= ")] = readValue();
    }

    FakeValue readValue()
    {
        if (m_text[m_at] == '"') {
            const auto end = endOfString(m_text, m_at);
            if (!end)
                throw Wrong{"unbalanced quotes"};
            const std::string_view inside = m_text.substr(m_at + 1, *end - m_at - 2);
            m_at = *end;
            return {FakeValue::Type::String, unescaped(inside, "\"\\")};
        }
        const std::size_t begin = m_at;
        m_at = std::min(m_text.find_first_of(", ", begin), m_text.size());
        const std::string_view word = m_text.substr(begin, m_at - begin);
        return std::string_view("0123456789.-Nn").find(word[0]) == std::string_view::npos ? boolean(word) : number(word);
    }

    static FakeValue boolean(std::string_view word)
    {
        static const std::map<std::string_view, bool> kWords = {
            {"t", true},  {"T", true},  {"true", true},   {"True", true},   {"TRUE", true},
            {"f", false}, {"F", false}, {"false", false}, {"False", false}, {"FALSE", false}};
        const auto found = kWords.find(word);
        if (found == kWords.end())
            throw Wrong{"invalid boolean"};
        return {FakeValue::Type::Boolean, found->second ? "true" : "false"};
    }

    template<typename Integer>
    static FakeValue whole(std::string_view digits, FakeValue::Type type, const char *kind, const char *function)
    {
        Integer value{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        const std::string text(digits);
        if (error == std::errc::result_out_of_range)
            throw Wrong{std::string("unable to parse ") + kind + ' ' + text + ": strconv." + function + ": parsing \"" + text
                        + "\": value out of range"};
        if (error != std::errc() || end != digits.data() + digits.size())
            throw Wrong{"invalid number"};
        return {type, text};
    }

    [[nodiscard]] FakeValue number(std::string_view word) const
    {
        const std::string_view digits = word.substr(0, word.size() - 1);
        if (word.back() == 'i')
            return whole<std::int64_t>(digits, FakeValue::Type::Integer, "integer", "ParseInt");
        if (word.back() == 'u' && m_takesUnsigned)
            return whole<std::uint64_t>(digits, FakeValue::Type::Unsigned, "unsigned", "ParseUint");
        double value{};
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        const bool named = word.find_first_of("Nn") != std::string_view::npos;
        if (error != std::errc() || end != word.data() + word.size() || named)
            throw Wrong{"invalid number"};
        return {FakeValue::Type::Float, std::string(word)};
    }

    void readTime()
    {
        const std::size_t begin = m_at;
        m_at = std::min(m_text.find(' ', begin), m_text.size());
        const std::string_view digits = m_text.substr(begin, m_at - begin);
        if (digits.empty()) {
            m_point.time = m_now;
            return;
        }
        std::int64_t steps{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), steps);
        if (error == std::errc::result_out_of_range)
            throw Wrong{"strconv.ParseInt: parsing \"" + std::string(digits) + "\": value out of range"};
        if (error != std::errc() || end != digits.data() + digits.size())
            throw Wrong{"bad timestamp"};
        constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() - 1;
        if (steps > kMost / m_unit || steps < -kMost / m_unit)
            throw Wrong{"time outside range -9223372036854775806 - 9223372036854775806"};
        m_point.time = steps * m_unit;
        if (m_text.find_first_not_of(' ', m_at) != std::string_view::npos)
            throw Wrong{"point is invalid"};
    }

    std::string_view m_text;
    std::int64_t m_unit;
    std::int64_t m_now;
    bool m_takesUnsigned;
    std::size_t m_at = 0;
    std::size_t m_keySize = 0;
    FakePoint m_point;
};

} // namespace

FakeLines parseLines(std::string_view body, std::int64_t unit, std::int64_t now, bool takesUnsigned)
{
    FakeLines out;
    int number = 0;
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t end = endOfLine(body, at);
        std::string_view line = body.substr(at, end - at);
        at = end + 1;
        ++number;
        line.remove_prefix(std::min(line.find_first_not_of(std::string_view(" \t\0", 3)), line.size()));
        if (line.empty() || line[0] == '#')
            continue;
        try {
            out.points.push_back(Line(line, unit, now, takesUnsigned).read());
        } catch (const Wrong &wrong) {
            out.bad.push_back({number, std::string(line), wrong.reason});
        }
    }
    return out;
}

} // namespace threadline::test
