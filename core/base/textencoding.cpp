// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/textencoding.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <array>

namespace threadline {
namespace {

constexpr std::size_t kStretches = 4096;
/// So much may be looked at for a decision: a mark and the character behind it, in UTF-32.
constexpr std::size_t kAhead = 8;
constexpr std::uint32_t kMark = 0xFEFF;
constexpr std::uint32_t kNoCharacter = 0xFFFD;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr char kRecordSeparator = '\x1e'; // RFC 7464 sets one before each value

/// windows-1252 from 0x80 to 0x9F; 0: it has none (https://encoding.spec.whatwg.org/ would make control characters of them).
constexpr std::array<std::uint16_t, 32> kWindows = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

unsigned byteAt(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

std::size_t unitOf(TextEncoding encoding)
{
    if (encoding == TextEncoding::Utf8)
        return 1;
    return encoding == TextEncoding::Utf16Little || encoding == TextEncoding::Utf16Big ? 2 : 4;
}

std::uint32_t unitAt(std::string_view rest, TextEncoding encoding)
{
    const bool little = encoding == TextEncoding::Utf16Little || encoding == TextEncoding::Utf32Little;
    const std::size_t size = unitOf(encoding);
    std::uint32_t unit = 0;
    for (std::size_t i = 0; i < size; ++i)
        unit = unit << 8 | byteAt(rest, little ? size - 1 - i : i);
    return unit;
}

bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Whether a value may have ended before it.
bool isBetween(char last) { return last == '\n' || last == '\r' || last == '}' || last == ']' || last == ' '; }

bool isHigh(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool isLow(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }
/// What a text may begin with.
bool beginsText(std::uint32_t code) { return (code >= 0x20 && code < 0x7F) || (code >= 0x09 && code <= 0x0D) || code == kRecordSeparator; }

/// `mark`: only where the text begins with one.
bool beginsWith(std::string_view text, TextEncoding encoding, bool mark)
{
    if (encoding == TextEncoding::Utf8)
        return mark && text.starts_with(kUtf8Mark);
    if (text.size() < unitOf(encoding))
        return false;
    const std::uint32_t code = unitAt(text, encoding);
    return mark ? code == kMark : beginsText(code);
}

/// `value` * `by` / `of`, of file sizes.
std::uint64_t scaled(std::uint64_t value, std::uint64_t by, std::uint64_t of)
{
    return of == 0 ? value : value / of * by + value % of * (by / of) + value % of * (by % of) / of;
}

// Of the wider first: what begins like UTF-32 begins like UTF-16 as well.
constexpr std::array kAll = {TextEncoding::Utf32Little, TextEncoding::Utf32Big, TextEncoding::Utf16Little, TextEncoding::Utf16Big,
                             TextEncoding::Utf8};

} // namespace

const char *nameOf(TextEncoding encoding)
{
    switch (encoding) {
    case TextEncoding::Utf8: return "UTF-8";
    case TextEncoding::Utf16Little: return "UTF-16 (little-endian)";
    case TextEncoding::Utf16Big: return "UTF-16 (big-endian)";
    case TextEncoding::Utf32Little: return "UTF-32 (little-endian)";
    case TextEncoding::Utf32Big: return "UTF-32 (big-endian)";
    }
    return "";
}

std::optional<TextEncoding> encodingOf(std::string_view beginning)
{
    for (const bool mark : {true, false}) {
        for (const TextEncoding encoding : kAll) {
            if (beginsWith(beginning, encoding, mark))
                return encoding;
        }
    }
    return {};
}

void TextDecoder::feed(std::string_view bytes)
{
    m_rest += bytes;
    if (!m_begun && m_rest.size() < kAhead)
        return;
    decode(false);
}

void TextDecoder::finish() { decode(true); }

std::uint64_t TextDecoder::placeOf(std::uint64_t text) const
{
    const auto next = std::upper_bound(m_stretches.begin(), m_stretches.end(), text,
                                       [](std::uint64_t at, const Stretch &stretch) { return at < stretch.text; });
    if (next == m_stretches.begin()) // forgotten; in proportion to what is known
        return m_stretches.empty() ? text : scaled(text, next->input, next->text);
    const Stretch &stretch = *(next - 1);
    return stretch.input + (text - stretch.text) / stretch.textWidth * stretch.inputWidth;
}

void TextDecoder::detect()
{
    m_begun = true;
    m_encoding = encodingOf(m_rest).value_or(TextEncoding::Utf8);
}

void TextDecoder::decode(bool over)
{
    if (!m_begun)
        detect();
    for (;;) {
        const TextEncoding before = m_encoding;
        if (m_encoding == TextEncoding::Utf8)
            decodeUtf8(over);
        else
            decodeWide(over);
        if (m_encoding == before)
            break;
    }
    flush();
}

/// How much goes by unchanged: well-formed, and neither a mark nor a separator.
std::size_t TextDecoder::plainRun(std::string_view rest, bool over) const
{
    std::string_view run = rest.substr(0, utf8Prefix(rest));
    run = run.substr(0, run.find(kUtf8Mark));
    run = run.substr(0, run.find(kRecordSeparator));
    for (std::size_t zero = run.find('\0'); zero != std::string_view::npos; zero = run.find('\0', zero + 1)) {
        if (zero > 0 && opensWide(rest, zero - 1))
            return zero - 1;
    }
    if (over || run.size() + kAhead <= rest.size())
        return run.size();
    std::size_t end = rest.size() - kAhead; // behind it not enough is seen yet
    while (end > 0 && (rest[end] & 0xC0) == 0x80)
        --end;
    return end;
}

/// PowerShell 5 appends UTF-16 without a mark to whatever is there.
bool TextDecoder::opensWide(std::string_view rest, std::size_t at) const
{
    return (rest[at] == '{' || rest[at] == '[') && isBetween(at > 0 ? rest[at - 1] : m_last)
        && beginsWith(rest.substr(at), TextEncoding::Utf16Little, false)
        && beginsWith(rest.substr(at + 2), TextEncoding::Utf16Little, false);
}

void TextDecoder::decodeUtf8(bool over)
{
    std::size_t at = 0;
    const std::uint64_t start = m_read;
    while (at < m_rest.size()) {
        const std::string_view rest = std::string_view(m_rest).substr(at);
        m_read = start + at;
        if (!over && rest.size() < 2 * kAhead)
            break;
        if (const std::size_t run = plainRun(rest, over); run > 0) {
            emit(rest.substr(0, run), 1, 1);
            m_beyondAscii = m_beyondAscii || !isAscii(rest.substr(0, run));
            at += run;
            continue;
        }
        if (opensWide(rest, 0)) {
            changeTo(TextEncoding::Utf16Little, rest);
            break;
        }
        const std::size_t taken = rest.front() == kRecordSeparator || rest.starts_with(kUtf8Mark) ? mark(rest) : notUtf8(rest, over);
        at += taken;
        if (m_encoding != TextEncoding::Utf8)
            break;
    }
    m_read = start + at;
    m_rest.erase(0, at);
}

/// At a byte that begins no character.
std::size_t TextDecoder::notUtf8(std::string_view rest, bool over)
{
    for (const TextEncoding other : kAll) {
        const std::size_t unit = unitOf(other);
        // A mark of another encoding counts if a character of ASCII is behind it.
        if (unit > 1 && beginsWith(rest, other, true) && beginsWith(rest.substr(unit), other, false) && changeTo(other, rest))
            return unit;
    }
    if (over && beginsUtf8(rest)) {
        flush();
        m_handler.problem("the file ends in the middle of a character", m_read);
        return rest.size();
    }
    const unsigned byte = byteAt(rest, 0);
    const std::uint32_t code = byte >= 0xA0 ? byte : kWindows[byte - 0x80];
    if (!m_toldForeign) {
        m_toldForeign = true;
        flush();
        m_handler.problem(m_beyondAscii ? "what is not in UTF-8, from here on, is read as windows-1252"
                                        : "the file is in windows-1252, not in UTF-8; read as such", m_read);
    }
    if (code == 0)
        emit(rest.substr(0, 1), 1, 1);
    else
        emitCode(code, 1);
    return 1;
}

void TextDecoder::decodeWide(bool over)
{
    const TextEncoding encoding = m_encoding;
    std::size_t at = 0;
    const std::uint64_t start = m_read;
    while (at < m_rest.size() && m_encoding == encoding) {
        const std::string_view rest = std::string_view(m_rest).substr(at);
        if (!over && rest.size() < kAhead)
            break;
        m_read = start + at;
        at += wideCharacter(rest);
    }
    m_read = start + at;
    m_rest.erase(0, at);
}

std::size_t TextDecoder::wideCharacter(std::string_view rest)
{
    const std::size_t size = unitOf(m_encoding);
    if (rest.starts_with(kUtf8Mark) && betweenValues() && rest.size() > 3 && beginsText(byteAt(rest, 3))
        && changeTo(TextEncoding::Utf8, rest))
        return kUtf8Mark.size();
    if (rest.size() < size) {
        flush();
        m_handler.problem("the file ends in the middle of a character", m_read);
        return rest.size();
    }
    const std::uint32_t unit = unitAt(rest, m_encoding);
    if (unit == kMark || unit == static_cast<unsigned char>(kRecordSeparator))
        return mark(rest);
    if (size == 2 && isHigh(unit) && rest.size() >= 4 && isLow(unitAt(rest.substr(2), m_encoding))) {
        emitCode(0x10000 + ((unit - 0xD800) << 10) + (unitAt(rest.substr(2), m_encoding) - 0xDC00), 4);
        return 4;
    }
    const bool half = isHigh(unit) || isLow(unit);
    if (half || unit > 0x10FFFF) {
        flush();
        m_handler.problem(half ? "half of a surrogate pair, read as U+FFFD" : "no character, read as U+FFFD", m_read);
    }
    emitCode(half || unit > 0x10FFFF ? kNoCharacter : unit, size);
    return size;
}

/// A mark or a separator, between values as a rule.
std::size_t TextDecoder::mark(std::string_view rest)
{
    const std::size_t unit = unitOf(m_encoding);
    const bool separator = unit == 1 ? rest.front() == kRecordSeparator : unitAt(rest, m_encoding) != kMark;
    const std::size_t size = unit == 1 && !separator ? kUtf8Mark.size() : unit;
    if (separator) {
        emit(betweenValues() ? std::string_view(" ") : std::string_view(&kRecordSeparator, 1), 1, unit);
        return size;
    }
    const std::string_view behind = rest.substr(size);
    const std::uint32_t next = behind.size() < unit ? ' ' : unitAt(behind, m_encoding);
    const bool opens = next == '{' || next == '[' || (next <= 0x20 && next != 0);
    // Where a text begins it is always a mark; elsewhere it may be a character of a string.
    if (m_written > 0 && !(betweenValues() && opens))
        emitCode(kMark, size);
    return size;
}

bool TextDecoder::betweenValues() const { return m_written == 0 || isBetween(m_last); }

bool TextDecoder::changeTo(TextEncoding encoding, std::string_view rest)
{
    if (rest.empty() || encoding == m_encoding)
        return false;
    flush();
    m_handler.problem(std::string("from here on the file is in ") + nameOf(encoding) + ", before in " + nameOf(m_encoding)
                          + "; both are read", m_read);
    m_encoding = encoding;
    return true;
}

/// Made of the input at m_read on, in characters of so many bytes.
void TextDecoder::emit(std::string_view text, std::size_t textWidth, std::size_t inputWidth)
{
    if (m_stretches.empty() || m_stretches.back().textWidth != textWidth || m_stretches.back().inputWidth != inputWidth
        || placeOf(m_written) != m_read) {
        if (m_stretches.size() == kStretches)
            m_stretches.pop_front();
        m_stretches.push_back({m_written, m_read, static_cast<std::uint8_t>(textWidth), static_cast<std::uint8_t>(inputWidth)});
    }
    m_out += text;
    m_written += text.size();
    m_last = text.back();
}

void TextDecoder::emitCode(std::uint32_t code, std::size_t inputWidth)
{
    std::string text;
    appendUtf8(text, code);
    emit(text, text.size(), inputWidth);
}

void TextDecoder::flush()
{
    if (!m_out.empty())
        m_handler.text(m_out);
    m_out.clear();
}

} // namespace threadline
