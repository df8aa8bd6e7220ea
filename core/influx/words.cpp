// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/influx/words.h"

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace threadline::influx {
namespace {

constexpr std::int64_t kNsASecond = 1'000'000'000;
constexpr std::size_t kDecimals = 9;

constexpr std::int64_t kMaxWaitSeconds = 600;
constexpr std::size_t kMostForeign = 16 * 1024; ///< is looked at: a secret that is cut is not known any more

/// Control characters of two bytes (C1), line separators and what turns the direction of text (U+2028 to 202E, U+2066 to 2069).
bool isUnseen(std::string_view c)
{
    if (c.size() == 1)
        return static_cast<unsigned char>(c[0]) < 0x20 || c[0] == 0x7f;
    if (c.size() == 2)
        return c[0] == '\xC2' && static_cast<unsigned char>(c[1]) < 0xA0;
    if (c.size() != 3 || c[0] != '\xE2')
        return false;
    const auto last = static_cast<unsigned char>(c[2]);
    return (c[1] == '\x80' && last >= 0xA8 && last <= 0xAE) || (c[1] == '\x81' && last >= 0xA6 && last <= 0xA9);
}

/// Appends one character, blanks in a row as one.
void appendVisible(std::string &out, std::string_view c)
{
    const bool blank = c == " " || isUnseen(c);
    if (!blank)
        out += c;
    else if (!out.empty() && out.back() != ' ')
        out += ' ';
}

std::optional<Duration> secondsIn(std::string_view digits)
{
    if (digits.size() > 9)
        return Duration::seconds(kMaxWaitSeconds);
    std::int64_t seconds = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    return Duration::seconds(std::min(seconds, kMaxWaitSeconds));
}

/// "Wed, 21 Oct 2015 07:28:00 GMT"
std::optional<Timestamp> httpDate(std::string_view text)
{
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
        return std::nullopt;
    const std::size_t month = kMonths.find(text.substr(8, 3));
    if (month == kMonths.npos || month % 3 != 0)
        return std::nullopt;
    std::string iso(text.substr(12, 4));
    const std::string number = std::to_string(101 + month / 3);
    iso.append("-").append(number, 1).append("-").append(text.substr(5, 2)).append("T").append(text.substr(17, 8)).append("Z");
    return parseTimestamp(iso);
}

} // namespace

std::string oneLine(std::string_view text, std::size_t max)
{
    static constexpr std::string_view kDots = "...";
    const std::string clean = log::masked(text.substr(0, kMostForeign)).substr(0, 4096);
    std::string out;
    std::size_t fits = 0; // what stays if it has to be cut
    for (std::string_view rest = clean; !rest.empty() && out.size() <= max;) {
        const std::size_t length = utf8Length(rest);
        appendVisible(out, length == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, length));
        rest.remove_prefix(std::max<std::size_t>(length, 1));
        if (out.size() + kDots.size() <= max)
            fits = out.size();
    }
    if (out.size() > max)
        return out.substr(0, fits).append(kDots);
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

std::string hostOf(std::string_view url)
{
    std::size_t start = url.find("//");
    if (start == url.npos || url.substr(0, start).find_first_of("/?#") != url.npos)
        return {};
    url.remove_prefix(start + 2);
    url = url.substr(0, url.find_first_of("/?#\\"));
    if (const std::size_t at = url.rfind('@'); at != url.npos)
        url.remove_prefix(at + 1);
    return oneLine(url);
}

std::optional<Duration> retryAfterOf(std::string_view header, Timestamp now)
{
    header = ascii::trimmed(header);
    if (header.empty())
        return std::nullopt;
    if (ascii::allDigits(header))
        return secondsIn(header);
    const auto date = httpDate(header);
    if (!date)
        return std::nullopt;
    return std::clamp(*date - now, Duration{}, Duration::seconds(kMaxWaitSeconds));
}

std::string isoTime(std::int64_t ns)
{
    std::int64_t second = ns / kNsASecond;
    std::int64_t rest = ns % kNsASecond;
    if (rest < 0) {
        rest += kNsASecond;
        --second;
    }
    std::string text = formatTimestamp(Timestamp{second * 1'000'000}); // ends in ".000Z"
    const std::string digits = std::to_string(rest);
    text.resize(text.size() - 4);
    return text + std::string(kDecimals - digits.size(), '0') + digits + "Z";
}

std::optional<std::int64_t> nanosOf(std::string_view iso)
{
    if (iso.ends_with('Z'))
        iso.remove_suffix(1);
    const std::size_t point = iso.find('.');
    const auto second = parseTimestamp(std::string(iso.substr(0, point)) + "Z");
    std::string digits(point == std::string_view::npos ? std::string_view() : iso.substr(point + 1));
    if (!second || digits.size() > kDecimals || digits.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    digits.resize(kDecimals, '0');
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kNsASecond - 1;
    const std::int64_t seconds = second->us / 1'000'000;
    if (seconds > kMost || seconds < -kMost)
        return std::nullopt;
    return seconds * kNsASecond + std::stoll(digits);
}

} // namespace threadline::influx
