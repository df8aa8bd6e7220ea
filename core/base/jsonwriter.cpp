// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include "core/base/utf8.h"

#include <charconv>
#include <cmath>

namespace threadline::json {
namespace {

void appendControl(std::string &out, char c)
{
    switch (c) {
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    static constexpr char kDigits[] = "0123456789abcdef";
    out += "\\u00";
    out.push_back(kDigits[(c >> 4) & 15]);
    out.push_back(kDigits[c & 15]);
}

bool isPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\'; }

template<class T>
void appendNumber(std::string &out, T number)
{
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
    out.append(buffer, end);
}

} // namespace

void appendString(std::string &out, std::string_view text)
{
    out.push_back('"');
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && isPlain(text[plain]))
            ++plain;
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty())
            break;
        const char c = text.front();
        std::size_t taken = 1;
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            appendControl(out, c);
        } else if (const std::size_t length = utf8Length(text); length > 0) {
            out.append(text.substr(0, length));
            taken = length;
        } else {
            out += "\xEF\xBF\xBD";
        }
        text.remove_prefix(taken);
    }
    out.push_back('"');
}

void writeStrings(std::string &out, const std::vector<std::string> &items)
{
    out.clear();
    out.push_back('[');
    for (const std::string &item : items) {
        if (out.size() > 1)
            out.push_back(',');
        appendString(out, item);
    }
    out.push_back(']');
}

std::vector<std::string> readStrings(std::string_view array)
{
    std::vector<std::string> items;
    Cursor cursor(array);
    if (!cursor.enterArray())
        return items;
    while (cursor.nextElement()) {
        if (auto item = stringOf(cursor.skipValue()))
            items.push_back(std::move(*item));
    }
    return items;
}

void Writer::separate()
{
    if (!m_first && !m_afterKey)
        m_out.push_back(',');
    m_first = false;
    m_afterKey = false;
}

void Writer::open(char c)
{
    separate();
    m_out.push_back(c);
    m_first = true;
}

void Writer::close(char c)
{
    m_out.push_back(c);
    m_first = false;
}

void Writer::key(std::string_view name)
{
    separate();
    appendString(m_out, name);
    m_out.push_back(':');
    m_afterKey = true;
}

void Writer::value(std::string_view text)
{
    separate();
    appendString(m_out, text);
}

void Writer::value(std::int64_t number)
{
    separate();
    appendNumber(m_out, number);
}

void Writer::value(std::uint64_t number)
{
    separate();
    appendNumber(m_out, number);
}

void Writer::value(double number)
{
    if (!std::isfinite(number)) {
        null();
        return;
    }
    separate();
    appendNumber(m_out, number);
}

void Writer::value(bool flag)
{
    separate();
    m_out += flag ? "true" : "false";
}

void Writer::null()
{
    separate();
    m_out += "null";
}

void Writer::raw(std::string_view json)
{
    separate();
    m_out += json;
}

} // namespace threadline::json
