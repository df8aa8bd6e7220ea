// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include "core/base/ascii.h"
#include "core/base/utf8.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>

namespace threadline::json {
namespace {

constexpr std::size_t kPadding = simdjson::SIMDJSON_PADDING;
constexpr std::size_t kKeptCapacity = 1 << 20;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

/// The code unit of the four digits at `at`; -1 if they are none.
int codeUnit(std::string_view text, std::size_t at)
{
    if (at + 4 > text.size())
        return -1;
    int value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const int digit = ascii::hexValue(text[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

bool isHighSurrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool isLowSurrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// Appends what "\uXXXX" at `at` (the backslash) stands for; returns how many characters it took. A lone surrogate becomes U+FFFD.
std::size_t unescapeUnicode(std::string_view body, std::size_t at, std::string &out)
{
    const int unit = codeUnit(body, at + 2);
    if (isHighSurrogate(unit) && at + 7 < body.size() && body[at + 6] == '\\' && body[at + 7] == 'u') {
        const int low = codeUnit(body, at + 8);
        if (isLowSurrogate(low)) {
            appendUtf8(out, static_cast<std::uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
            return 12;
        }
    }
    if (unit < 0 || isHighSurrogate(unit) || isLowSurrogate(unit))
        out += kReplacement;
    else
        appendUtf8(out, static_cast<std::uint32_t>(unit));
    return 6;
}

char plainEscape(char c)
{
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

void unescape(std::string_view body, std::string &out)
{
    out.clear();
    for (std::size_t i = 0; i < body.size();) {
        const std::size_t next = std::min(body.find('\\', i), body.size());
        out.append(body.substr(i, next - i));
        i = next;
        if (i + 1 >= body.size())
            break;
        if (body[i + 1] == 'u') {
            i += unescapeUnicode(body, i, out);
        } else {
            out.push_back(plainEscape(body[i + 1]));
            i += 2;
        }
    }
}

/// Overwrites each lone surrogate escape by \ufffd, so that a strict validator judges the rest. True if there was one.
bool replaceLoneSurrogates(char *text, std::size_t size)
{
    bool found = false;
    const std::string_view view(text, size);
    for (std::size_t i = view.find('\\'); i != std::string_view::npos && i + 1 < size; i = view.find('\\', i)) {
        if (view[i + 1] != 'u') {
            i += 2;
            continue;
        }
        const int unit = codeUnit(view, i + 2);
        const bool pair = isHighSurrogate(unit) && i + 7 < size && view[i + 6] == '\\' && view[i + 7] == 'u'
            && isLowSurrogate(codeUnit(view, i + 8));
        if (!pair && (isHighSurrogate(unit) || isLowSurrogate(unit))) {
            std::memcpy(text + i + 2, "fffd", 4);
            found = true;
        }
        i += pair ? 12 : 6;
    }
    return found;
}

/// Overwrites each integer too large for 64 bits by a fraction of the same length: it is valid JSON, which the validator
/// does not say of it. True if there was one.
bool replaceHugeIntegers(char *text, std::size_t size)
{
    constexpr std::size_t kDigits = 19;
    bool found = false;
    bool inString = false;
    for (std::size_t i = 0; i < size; ++i) {
        const char c = text[i];
        if (c == '"')
            inString = !inString;
        if (inString) {
            i += c == '\\' ? 1 : 0;
            continue;
        }
        std::size_t end = i;
        while (end < size && ascii::isDigit(text[end]))
            ++end;
        const bool integer = end == size || (text[end] != '.' && text[end] != 'e' && text[end] != 'E');
        const bool starts = i == 0 || (text[i - 1] != '.' && text[i - 1] != '+' && text[i - 1] != 'e' && text[i - 1] != 'E');
        if (end - i >= kDigits && integer && starts && c != '0') {
            text[i + 1] = '.';
            found = true;
        }
        if (end > i)
            i = end - 1;
    }
    return found;
}

/// The first quotation mark in [p, end), or `end`. Names and values are short: eight bytes at a time beat a call of memchr.
const char *findQuote(const char *p, const char *end)
{
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kQuotes = kOnes * '"';
    for (; end - p >= 8; p += 8) {
        std::uint64_t word;
        std::memcpy(&word, p, 8);
        word ^= kQuotes; // a byte that was a quotation mark is zero now
        const std::uint64_t zeros = (word - kOnes) & ~word & (kOnes << 7); // the lowest bit set is the first one's
        if (zeros == 0)
            continue;
        if constexpr (std::endian::native == std::endian::little)
            return p + std::countr_zero(zeros) / 8;
        break;
    }
    return std::find(p, end, '"');
}

std::string wordsFor(simdjson::error_code code)
{
    switch (code) {
    case simdjson::UTF8_ERROR: return "it is not valid UTF-8";
    case simdjson::DEPTH_ERROR: return "it is nested more than " + std::to_string(kMaxDepth) + " levels deep";
    case simdjson::EMPTY: return "it is empty";
    case simdjson::CAPACITY: return "it is too large";
    default: return std::string("it is not valid JSON (") + simdjson::error_message(code) + ")";
    }
}

} // namespace

struct Reader::Impl {
    simdjson::dom::parser validator;
    std::string padded;   ///< the text as given, and padding
    std::string minified;
    bool loneSurrogate = false;
    std::deque<std::string> names; ///< unescaped member names; a deque, so that views stay valid

    /// Buffers that one huge text made are given back before the next ordinary one.
    void giveBackHugeBuffers(std::size_t size)
    {
        if (validator.capacity() <= kKeptCapacity || size > kKeptCapacity)
            return;
        validator = simdjson::dom::parser();
        padded = std::string();
        minified = std::string();
    }

    simdjson::error_code validate(const char *text, std::size_t size)
    {
        if (validator.capacity() < size) {
            const auto error = validator.allocate(std::max<std::size_t>(size, 1 << 16), kMaxDepth);
            if (error)
                return error;
        }
        return validator.parse(text, size, false).error();
    }

    /// Judges the text in `padded`. One that is fine but for lone surrogates or integers beyond 64 bits is let through.
    simdjson::error_code validateLeniently(std::size_t size)
    {
        const auto error = validate(padded.data(), size);
        if (error != simdjson::STRING_ERROR && error != simdjson::NUMBER_ERROR)
            return error;
        std::string copy = padded;
        loneSurrogate = replaceLoneSurrogates(copy.data(), size);
        const bool huge = replaceHugeIntegers(copy.data(), size);
        return loneSurrogate || huge ? validate(copy.data(), size) : error;
    }

    std::string_view nameFrom(std::string_view rawName)
    {
        if (rawName.find('\\') == std::string_view::npos)
            return rawName;
        names.emplace_back();
        unescape(rawName, names.back());
        return names.back();
    }
};

Reader::Reader() : m(std::make_unique<Impl>()) {}
Reader::~Reader() = default;
Reader::Reader(Reader &&) noexcept = default;
Reader &Reader::operator=(Reader &&) noexcept = default;

Result<std::string_view> Reader::prepare(std::string_view text)
{
    m->names.clear();
    m->loneSurrogate = false;
    m->giveBackHugeBuffers(text.size());
    m->padded.resize(text.size() + kPadding);
    std::copy(text.begin(), text.end(), m->padded.begin());
    std::memset(m->padded.data() + text.size(), 0, kPadding);
    // before minifying: "1 2" without its blank would be a number
    if (const auto error = text.empty() ? simdjson::EMPTY : m->validateLeniently(text.size()))
        return fail(ErrorCode::Malformed, wordsFor(error));
    m->minified.resize(text.size() + kPadding);
    std::size_t size = 0;
    if (const auto error = simdjson::minify(m->padded.data(), text.size(), m->minified.data(), size))
        return fail(ErrorCode::Malformed, wordsFor(error));
    return std::string_view(m->minified.data(), size);
}

bool Reader::hadLoneSurrogate() const { return m->loneSurrogate; }

bool hasLoneSurrogate(std::string_view raw)
{
    std::string copy(raw);
    return replaceLoneSurrogates(copy.data(), copy.size());
}

bool Reader::members(std::string_view raw, std::vector<Member> &out)
{
    Cursor cursor(raw);
    if (!cursor.enterObject())
        return false;
    std::string_view name;
    while (cursor.nextMember(name))
        out.push_back({m->nameFrom(name), cursor.skipValue()});
    return true;
}

bool Reader::elements(std::string_view raw, std::vector<std::string_view> &out)
{
    Cursor cursor(raw);
    if (!cursor.enterArray())
        return false;
    while (cursor.nextElement())
        out.push_back(cursor.skipValue());
    return true;
}

bool Cursor::enter(char bracket)
{
    if (m_at == m_end || *m_at != bracket)
        return false;
    ++m_at;
    return true;
}

/// Behind the string at `at` (its opening quote).
const char *Cursor::behindString(const char *at) const
{
    for (const char *p = at + 1; p < m_end;) {
        const char *quote = findQuote(p, m_end);
        if (quote == m_end)
            break;
        const char *before = quote;
        while (before > at + 1 && before[-1] == '\\')
            --before;
        if ((quote - before) % 2 == 0)
            return quote + 1;
        p = quote + 1;
    }
    return m_end;
}

bool Cursor::nextMember(std::string_view &name)
{
    if (m_at < m_end && *m_at == ',')
        ++m_at;
    if (m_at >= m_end || *m_at != '"') {
        m_at = std::min(m_at + 1, m_end); // the closing bracket
        return false;
    }
    const char *end = behindString(m_at);
    name = {m_at + 1, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, end - m_at - 2))};
    m_at = std::min(end + 1, m_end); // and the colon
    return true;
}

bool Cursor::nextElement()
{
    if (m_at < m_end && *m_at == ',')
        ++m_at;
    if (m_at >= m_end || *m_at == ']') {
        m_at = std::min(m_at + 1, m_end);
        return false;
    }
    return true;
}

std::string_view Cursor::skipValue()
{
    const char *start = m_at;
    int depth = 0;
    while (m_at < m_end) {
        const char c = *m_at;
        if (c == '"') {
            m_at = behindString(m_at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++m_at;
            continue;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                break;
            --depth;
            ++m_at;
        } else if (c == ',' && depth == 0) {
            break;
        } else {
            ++m_at;
            continue;
        }
        if (depth == 0)
            break;
    }
    return {start, static_cast<std::size_t>(m_at - start)};
}

std::string unescapeName(std::string_view rawName)
{
    std::string out;
    unescape(rawName, out);
    return out;
}

Type typeOf(std::string_view raw)
{
    if (raw.empty())
        return Type::Null;
    switch (raw.front()) {
    case '{': return Type::Object;
    case '[': return Type::Array;
    case '"': return Type::String;
    case 't':
    case 'f': return Type::Bool;
    case 'n': return Type::Null;
    default: return Type::Number;
    }
}

std::optional<std::string_view> stringOf(std::string_view raw, std::string &scratch)
{
    if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"')
        return std::nullopt;
    const std::string_view body = raw.substr(1, raw.size() - 2);
    if (body.find('\\') == std::string_view::npos)
        return body;
    unescape(body, scratch);
    return std::string_view(scratch);
}

std::optional<std::string> stringOf(std::string_view raw)
{
    std::string scratch;
    const auto text = stringOf(raw, scratch);
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::int64_t> intOf(std::string_view raw)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (error != std::errc() || end != raw.data() + raw.size())
        return std::nullopt;
    return value;
}

std::optional<double> doubleOf(std::string_view raw)
{
    double value = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (error != std::errc() || end != raw.data() + raw.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<bool> boolOf(std::string_view raw)
{
    if (raw == "true")
        return true;
    if (raw == "false")
        return false;
    return std::nullopt;
}

} // namespace threadline::json
