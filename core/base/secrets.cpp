// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/secrets.h"

#include "core/base/ascii.h"
#include "core/base/encoding.h"

#include <algorithm>
#include <cstring>

namespace threadline {
namespace {

constexpr std::size_t kLeastLine = 16;     ///< of a secret of many lines: a key's lines are secrets themselves
constexpr std::size_t kLeastEncoded = 8;   ///< shorter ones leave too little within base64
constexpr std::size_t kMostEncoded = 4096; ///< longer ones are keys, which go nowhere as base64

std::uint32_t beginningOf(const char *text)
{
    std::uint32_t out = 0;
    std::memcpy(&out, text, sizeof out);
    return out;
}

std::uint16_t hashOf(std::uint32_t beginning) { return static_cast<std::uint16_t>((beginning * 0x9E3779B1u) >> 16); }

/// What stands within the base64 of any text in which `secret` begins `before` bytes behind a multiple of three: those digits
/// that depend on nothing else.
std::string withinBase64(std::string_view secret, std::size_t before)
{
    constexpr std::size_t kSkip[] = {0, 2, 3};
    std::string digits = base64(std::string(before, '\0').append(secret));
    const std::size_t whole = (before + secret.size()) * 8 / 6;
    return digits.substr(0, whole).substr(kSkip[before]);
}

bool isBase64(char c) { return ascii::isAlnum(c) || std::string_view("+/-_=").find(c) != std::string_view::npos; }

int hexByte(std::string_view two)
{
    const int high = two.size() == 2 ? ascii::hexValue(two[0]) : -1, low = two.size() == 2 ? ascii::hexValue(two[1]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Where the next byte stands that may be the beginning of an encoded one; the size of the text: there is none.
std::size_t nextEncoded(std::string_view text, std::size_t from)
{
    while (from < text.size() && text[from] != '%' && text[from] != '\\')
        ++from;
    return from;
}

struct Decoded {
    char byte = 0;
    std::size_t length = 1; ///< in the text
};

/// The byte that stands at the beginning of `text`, encoded or not.
Decoded decodedAt(std::string_view text)
{
    const Decoded plain{text[0], 1};
    if (text[0] == '%') {
        const int byte = hexByte(text.substr(1, 2));
        return byte < 0 ? plain : Decoded{static_cast<char>(byte), 3};
    }
    if (text[0] != '\\' || text.size() < 2)
        return plain;
    if (text.substr(1, 3) == "u00") {
        const int byte = hexByte(text.substr(4, 2));
        return byte < 0 ? plain : Decoded{static_cast<char>(byte), 6};
    }
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t at = kNames.find(text[1]);
    return at == std::string_view::npos ? plain : Decoded{kMeanings[at], 2};
}

} // namespace

void Secrets::add(std::string_view secret)
{
    if (secret.size() < kLeastSecret || std::find(m_secrets.begin(), m_secrets.end(), secret) != m_secrets.end())
        return;
    m_secrets.emplace_back(secret);
    rebuild();
}

void Secrets::addToken(std::string_view token)
{
    if (token.size() < kLeastSecret)
        return;
    if (const auto known = std::find(m_tokens.begin(), m_tokens.end(), token); known != m_tokens.end())
        m_tokens.erase(known); // it is in use again
    m_tokens.emplace_back(token);
    if (m_tokens.size() > kTokensKept)
        m_tokens.pop_front();
    rebuild();
}

void Secrets::rebuild()
{
    m_needles.clear();
    m_beginnings.reset();
    for (const std::string &secret : m_secrets)
        index(secret);
    for (const std::string &token : m_tokens)
        index(token);
    for (auto &[beginning, needles] : m_needles)
        std::stable_sort(needles.begin(), needles.end(), [](const Needle &a, const Needle &b) { return a.text.size() > b.text.size(); });
}

void Secrets::index(std::string_view secret)
{
    indexOne(std::string(secret), false);
    indexLines(secret);
    if (secret.size() < kLeastEncoded || secret.size() > kMostEncoded)
        return;
    for (std::size_t before = 0; before < 3; ++before) {
        std::string digits = withinBase64(secret, before);
        std::string forUrl = digits;
        std::replace(forUrl.begin(), forUrl.end(), '+', '-');
        std::replace(forUrl.begin(), forUrl.end(), '/', '_');
        if (forUrl != digits)
            indexOne(std::move(forUrl), true);
        indexOne(std::move(digits), true);
    }
}

/// Of a key each line is one, too.
void Secrets::indexLines(std::string_view secret)
{
    for (std::size_t end = secret.find('\n'), begin = 0; end != std::string_view::npos; begin = end + 1, end = secret.find('\n', begin)) {
        const std::string_view line = ascii::trimmed(secret.substr(begin, end - begin));
        if (line.size() >= kLeastLine && !line.starts_with("-----"))
            indexOne(std::string(line), false);
    }
}

void Secrets::indexOne(std::string text, bool encoded)
{
    const std::uint32_t beginning = beginningOf(text.data());
    m_beginnings.set(hashOf(beginning));
    m_needles[beginning].push_back({std::move(text), encoded});
}

void Secrets::find(std::string_view text, std::vector<Range> &found) const
{
    for (std::size_t at = 0; at + kLeastSecret <= text.size(); ++at) {
        const std::uint32_t beginning = beginningOf(text.data() + at);
        if (!m_beginnings[hashOf(beginning)])
            continue;
        const auto needles = m_needles.find(beginning);
        if (needles == m_needles.end())
            continue;
        const auto needle = std::find_if(needles->second.begin(), needles->second.end(),
                                         [&](const Needle &n) { return text.substr(at, n.text.size()) == n.text; });
        if (needle == needles->second.end())
            continue;
        Range range{at, at + needle->text.size()};
        while (needle->encoded && range.begin > 0 && isBase64(text[range.begin - 1]))
            --range.begin;
        while (needle->encoded && range.end < text.size() && isBase64(text[range.end]))
            ++range.end;
        found.push_back(range);
    }
}

/// The same in what the text means once its percent signs and backslashes are read.
void Secrets::findDecoded(std::string_view text, std::vector<Range> &found) const
{
    std::string meaning;
    meaning.reserve(text.size());
    std::vector<Range> jumps; // place in the meaning, and in the text, behind each encoded byte
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t next = nextEncoded(text, at);
        meaning.append(text.substr(at, next - at));
        if (next == text.size())
            break;
        const Decoded decoded = decodedAt(text.substr(next));
        meaning.push_back(decoded.byte);
        at = next + decoded.length;
        if (decoded.length > 1)
            jumps.push_back({meaning.size(), at});
    }
    if (jumps.empty())
        return;
    const auto placeOf = [&jumps](std::size_t place) {
        const auto behind = std::upper_bound(jumps.begin(), jumps.end(), place, [](std::size_t p, const Range &jump) { return p < jump.begin; });
        return behind == jumps.begin() ? place : std::prev(behind)->end + (place - std::prev(behind)->begin);
    };
    std::vector<Range> ranges;
    find(meaning, ranges);
    for (const Range &range : ranges)
        found.push_back({placeOf(range.begin), placeOf(range.end)});
}

std::string Secrets::masked(std::string_view text) const
{
    std::vector<Range> found;
    find(text, found);
    if (nextEncoded(text, 0) < text.size())
        findDecoded(text, found);
    if (found.empty())
        return std::string(text);
    std::sort(found.begin(), found.end(), [](const Range &a, const Range &b) { return a.begin < b.begin; });
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < found.size();) {
        Range whole = found[i];
        for (++i; i < found.size() && found[i].begin < whole.end; ++i)
            whole.end = std::max(whole.end, found[i].end);
        out.append(text.substr(done, whole.begin - done)).append("***");
        done = whole.end;
    }
    return out.append(text.substr(done));
}

} // namespace threadline
