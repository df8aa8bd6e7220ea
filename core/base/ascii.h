// SPDX-License-Identifier: GPL-3.0-or-later
/// Classes and case of ASCII characters, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace threadline::ascii {

[[nodiscard]] constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr bool isAlnum(char c) { return isDigit(c) || isAlpha(c); }
/// What JSON counts as white space.
[[nodiscard]] constexpr bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
[[nodiscard]] constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Value of a hexadecimal digit; -1 if it is none.
[[nodiscard]] constexpr int hexValue(char c)
{
    if (isDigit(c))
        return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

[[nodiscard]] inline bool allDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), isDigit); }

/// Whether both are the same but for the case.
[[nodiscard]] inline bool equalNoCase(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

[[nodiscard]] inline std::string lowered(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

/// Without characters that `is` says to leave out, at either end.
template<class Is>
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text, Is is)
{
    while (!text.empty() && is(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is(text.back()))
        text.remove_suffix(1);
    return text;
}
/// Without JSON's white space at either end.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) { return trimmed(text, isSpace); }
/// Without blanks and tabs at either end. A bare CR or LF stays, so that who forbids controls finds it (HTTP).
[[nodiscard]] constexpr std::string_view trimmedBlanks(std::string_view text)
{
    return trimmed(text, [](char c) { return c == ' ' || c == '\t'; });
}

} // namespace threadline::ascii
