// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"

#include <algorithm>
#include <cstring>

namespace threadline {

namespace {

/// What a first byte promises: how long the sequence is, and where its second byte may lie. Length 0: it begins none.
struct Lead {
    std::size_t length;
    unsigned low, high;
};

Lead leadOf(char c)
{
    const unsigned first = static_cast<unsigned char>(c);
    if (first < 0x80)
        return {1, 0, 0};
    if (first >= 0xC2 && first <= 0xDF)
        return {2, 0x80, 0xBF};
    if (first >= 0xE0 && first <= 0xEF)
        return {3, first == 0xE0 ? 0xA0u : 0x80u, first == 0xED ? 0x9Fu : 0xBFu};
    if (first >= 0xF0 && first <= 0xF4)
        return {4, first == 0xF0 ? 0x90u : 0x80u, first == 0xF4 ? 0x8Fu : 0xBFu};
    return {0, 0, 0};
}

/// Whether the bytes behind the first one, as far as they are there, go on as it promises.
bool goesOn(const Lead &lead, std::string_view text)
{
    const auto within = [&](std::size_t i, unsigned low, unsigned high) {
        const unsigned byte = static_cast<unsigned char>(text[i]);
        return byte >= low && byte <= high;
    };
    const std::size_t there = std::min(lead.length, text.size());
    return (there < 2 || within(1, lead.low, lead.high)) && (there < 3 || within(2, 0x80, 0xBF)) && (there < 4 || within(3, 0x80, 0xBF));
}

std::size_t asciiPrefix(std::string_view text)
{
    constexpr std::uint64_t kHighBits = 0x8080808080808080u;
    std::size_t at = 0;
    std::uint64_t words[4];
    for (; at + sizeof words <= text.size(); at += sizeof words) {
        std::memcpy(words, text.data() + at, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & kHighBits) != 0)
            break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
        ++at;
    return at;
}

} // namespace

std::size_t utf8Length(std::string_view text)
{
    const Lead lead = leadOf(text.front());
    return lead.length <= text.size() && goesOn(lead, text) ? lead.length : 0;
}

std::size_t utf8Prefix(std::string_view text)
{
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const std::size_t length = static_cast<unsigned char>(rest.front()) < 0x80 ? asciiPrefix(rest) : utf8Length(rest);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

bool beginsUtf8(std::string_view tail)
{
    const Lead lead = leadOf(tail.front());
    return lead.length > tail.size() && goesOn(lead, tail);
}

bool isUtf8(std::string_view text) { return utf8Prefix(text) == text.size(); }

void blankControls(std::string &text)
{
    const auto blank = [&](std::size_t at, std::size_t length) { std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), length, ' '); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = [&](std::size_t n) { return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0u; };
        if (byte(0) < 0x20 || byte(0) == 0x7f)
            blank(i, 1);
        else if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) // U+0080 to U+009F
            blank(i, 2);
        else if (byte(0) == 0xE2 && byte(1) == 0x80 && ((byte(2) >= 0xA8 && byte(2) <= 0xAE) || byte(2) == 0x8E || byte(2) == 0x8F))
            blank(i, 3); // U+2028 to U+202E, U+200E, U+200F
        else if (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) // U+2066 to U+2069
            blank(i, 3);
    }
}

void appendUtf8(std::string &out, std::uint32_t code)
{
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (code >> 6)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        out.push_back(static_cast<char>(0xE0 | (code >> 12)));
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else {
        out.push_back(static_cast<char>(0xF0 | (code >> 18)));
        out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
}

} // namespace threadline
