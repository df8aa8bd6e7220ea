// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/line.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

namespace threadline::influx {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = kOnes << 7;
constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kMaxDigits = 20; ///< of a number, with its sign
constexpr std::size_t kSlack = 4 + kWord; ///< what stands around a value, and what copyEscaped() needs
constexpr std::size_t kRoom = 1024;

char *put(char *to, std::string_view text)
{
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

/// The high bit of each byte that is `C`, and no other.
template<char C>
constexpr std::uint64_t bytesThatAre(std::uint64_t word)
{
    const std::uint64_t zeroes = word ^ (kOnes * static_cast<unsigned char>(C));
    return ~(((zeroes & ~kHighs) + ~kHighs) | zeroes | ~kHighs);
}

struct Copied {
    char *end;          ///< behind the last byte written
    std::uint64_t bits; ///< all bytes of the text, or-ed
};

/// Copies `text` to `to` with a backslash before each `C`. `to` has room for twice the text and seven bytes more.
/// Eight bytes at a time, what follows a `C` once more one place further on: in JSON a quotation mark comes every few bytes, where
/// a search for the next one, or a look at each byte, costs more than that.
template<char... C>
Copied copyEscaped(char *to, std::string_view text)
{
    const char *from = text.data();
    const char *const end = from + text.size();
    std::uint64_t bits = 0;
    const std::size_t words = std::endian::native == std::endian::little ? text.size() / kWord : 0;
    for (std::size_t i = 0; i < words; ++i, from += kWord, to += kWord) {
        std::uint64_t word;
        std::memcpy(&word, from, kWord);
        std::memcpy(to, &word, kWord);
        bits |= word;
        for (std::uint64_t found = (bytesThatAre<C>(word) | ...); found != 0; found &= found - 1, ++to) {
            const int at = std::countr_zero(found) / 8;
            const std::uint64_t rest = word >> (8 * at);
            to[at] = '\\';
            std::memcpy(to + at + 1, &rest, kWord);
        }
    }
    for (; from < end; ++from) {
        *to = '\\';
        to += ((*from == C) | ...);
        *to++ = *from;
        bits |= static_cast<unsigned char>(*from);
    }
    return {to, bits};
}

bool isAscii(std::uint64_t bits) { return (bits & kHighs) == 0; }

/// Why no tag can hold `value`; null if one can. A backslash escapes nothing but the three separators, not even itself: before
/// one of them, InfluxDB 3 reads another line than 1.x and 2.x do, and at the end it joins the value to what follows.
const char *whyNoTag(std::string_view value)
{
    if (value.empty())
        return "is empty";
    if (value.size() > kMaxSeriesKey)
        return "is too long for a tag";
    if (value.find('\n') != value.npos || value.find('\r') != value.npos)
        return "holds a line break";
    for (std::size_t at = value.find('\\'); at != value.npos; at = value.find('\\', at + 1)) {
        if (at + 1 == value.size())
            return "ends in a backslash";
        if (const char next = value[at + 1]; next == ',' || next == '=' || next == ' ')
            return "holds a backslash before a comma, a blank or an equals sign";
    }
    return nullptr;
}

} // namespace

LineWriter::LineWriter(std::string &out, std::string_view measurement) : m_out(out), m_start(out.size()), m_at(m_start)
{
    wroteUpTo(put(makeRoom(measurement.size()), measurement));
}

void LineWriter::fail(std::string_view field, const char *problem)
{
    if (m_problem)
        return;
    m_problem = problem;
    m_field = field;
}

/// At least `bytes` behind what is written; mostly more, because each step costs as much as a field.
char *LineWriter::makeRoom(std::size_t bytes)
{
    if (m_out.size() - m_at < bytes)
        m_out.resize(m_at + std::max(bytes, kRoom));
    return m_out.data() + m_at;
}

/// "name=" and room for `bytes` more behind it, escaped.
char *LineWriter::begin(std::string_view name, std::size_t bytes)
{
    char *to = put(makeRoom(name.size() + 2 * bytes + kSlack), name);
    *to++ = '=';
    return to;
}

void LineWriter::tag(std::string_view name, std::string_view value)
{
    if (const char *why = whyNoTag(value))
        return fail(name, why);
    separate(',');
    const Copied copied = copyEscaped<',', '=', ' '>(begin(name, value.size()), value);
    wroteUpTo(copied.end);
    if (!isAscii(copied.bits) && !isUtf8(value))
        fail(name, "is no UTF-8");
    else if (m_at - m_start > kMaxSeriesKey)
        fail(name, "is too long for a tag");
}

void LineWriter::separate(char c)
{
    *makeRoom(1) = c;
    ++m_at;
}

void LineWriter::text(std::string_view name, std::string_view value)
{
    if (value.size() > kMaxFieldText)
        return fail(name, "is longer than 1 MiB");
    separate(std::exchange(m_hasField, true) ? ',' : ' ');
    char *to = begin(name, value.size());
    *to++ = '"';
    const Copied copied = copyEscaped<'"', '\\'>(to, value);
    *copied.end = '"';
    wroteUpTo(copied.end + 1);
    if (!isAscii(copied.bits) && !isUtf8(value))
        fail(name, "is no UTF-8");
}

void LineWriter::number(std::string_view name, std::int64_t value)
{
    separate(std::exchange(m_hasField, true) ? ',' : ' ');
    char *to = begin(name, kMaxDigits);
    to = std::to_chars(to, to + kMaxDigits, value).ptr;
    *to++ = 'i';
    wroteUpTo(to);
}

void LineWriter::end(std::int64_t time)
{
    char *to = makeRoom(kMaxDigits + 2);
    *to++ = ' ';
    to = std::to_chars(to, to + kMaxDigits, time).ptr;
    *to++ = '\n';
    wroteUpTo(to);
    m_out.resize(m_at);
}

} // namespace threadline::influx
