// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/time.h"

#include "core/base/ascii.h"

#include <chrono>

#ifdef __linux__
#include <sys/timex.h>
#endif

namespace threadline {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

/// Takes exactly `digits` decimal digits from the front of `text`.
std::optional<int> takeNumber(std::string_view &text, std::size_t digits)
{
    if (text.size() < digits)
        return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const char c = text[i];
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool takeChar(std::string_view &text, char c)
{
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

/// Takes ".digits" if there is one; microseconds, the rest cut off.
std::optional<int> takeFraction(std::string_view &text)
{
    if (text.empty() || (text.front() != '.' && text.front() != ','))
        return 0;
    text.remove_prefix(1);
    int micros = 0;
    std::size_t digits = 0;
    while (digits < text.size() && ascii::isDigit(text[digits])) {
        if (digits < 6)
            micros = micros * 10 + (text[digits] - '0');
        ++digits;
    }
    if (digits == 0)
        return std::nullopt;
    for (std::size_t i = digits; i < 6; ++i)
        micros *= 10;
    text.remove_prefix(digits);
    return micros;
}

/// Takes "Z", "+hh:mm", "+hhmm", "+hh" or nothing; seconds east of Greenwich.
std::optional<int> takeZone(std::string_view &text)
{
    if (text.empty() || takeChar(text, 'Z') || takeChar(text, 'z'))
        return 0;
    const int sign = text.front() == '-' ? -1 : 1;
    if (text.front() != '+' && text.front() != '-')
        return std::nullopt;
    text.remove_prefix(1);
    const auto hours = takeNumber(text, 2);
    takeChar(text, ':');
    const auto minutes = text.empty() ? std::optional<int>(0) : takeNumber(text, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59)
        return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

/// Appends `value` with at least `digits` digits.
void appendPadded(std::string &out, std::int64_t value, int digits)
{
    char buffer[20];
    int n = 0;
    do {
        buffer[n++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0 || n < digits);
    while (n > 0)
        out.push_back(buffer[--n]);
}

std::int64_t floorDiv(std::int64_t a, std::int64_t b)
{
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

} // namespace

std::optional<Timestamp> parseTimestamp(std::string_view text)
{
    using namespace std::chrono;
    const auto y = takeNumber(text, 4);
    if (!y || !takeChar(text, '-'))
        return std::nullopt;
    const auto mo = takeNumber(text, 2);
    if (!mo || !takeChar(text, '-'))
        return std::nullopt;
    const auto d = takeNumber(text, 2);
    if (!d || !(takeChar(text, 'T') || takeChar(text, 't') || takeChar(text, ' ')))
        return std::nullopt;
    const auto h = takeNumber(text, 2);
    if (!h || !takeChar(text, ':'))
        return std::nullopt;
    const auto mi = takeNumber(text, 2);
    if (!mi || !takeChar(text, ':'))
        return std::nullopt;
    const auto s = takeNumber(text, 2);
    const auto micros = takeFraction(text);
    const auto zone = micros ? takeZone(text) : std::nullopt;
    if (!s || !zone || !text.empty() || *h > 23 || *mi > 59 || *s > 60)
        return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok())
        return std::nullopt;
    const std::int64_t days = sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = days * kSecondsPerDay + *h * 3600 + *mi * 60 + *s - *zone;
    return Timestamp{seconds * kMicrosPerSecond + *micros};
}

void appendTimestamp(std::string &out, Timestamp time)
{
    using namespace std::chrono;
    const std::int64_t seconds = floorDiv(time.us, kMicrosPerSecond);
    const std::int64_t micros = time.us - seconds * kMicrosPerSecond;
    const std::int64_t dayNumber = floorDiv(seconds, kSecondsPerDay);
    const std::int64_t second = seconds - dayNumber * kSecondsPerDay;
    const year_month_day date{sys_days{days{dayNumber}}};
    appendPadded(out, static_cast<int>(date.year()), 4);
    out.push_back('-');
    appendPadded(out, static_cast<unsigned>(date.month()), 2);
    out.push_back('-');
    appendPadded(out, static_cast<unsigned>(date.day()), 2);
    out.push_back('T');
    appendPadded(out, second / 3600, 2);
    out.push_back(':');
    appendPadded(out, second / 60 % 60, 2);
    out.push_back(':');
    appendPadded(out, second % 60, 2);
    out.push_back('.');
    if (micros % 1000 == 0)
        appendPadded(out, micros / 1000, 3);
    else
        appendPadded(out, micros, 6);
    out.push_back('Z');
}

std::string formatTimestamp(Timestamp time)
{
    std::string out;
    appendTimestamp(out, time);
    return out;
}

Timestamp SystemClock::now() const
{
    using namespace std::chrono;
    return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

bool systemClockIsKept()
{
#ifdef __linux__
    timex asked{};
    const int state = ::adjtimex(&asked);
    return state >= 0 && state != TIME_ERROR; // setting the clock takes the mark away
#else
    return false;
#endif
}

Duration SystemClock::steady() const
{
    using namespace std::chrono;
    return {duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count()};
}

} // namespace threadline
