// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/recordtime.h"

#include "core/base/ascii.h"

#include <charconv>
#include <string>

namespace threadline {
namespace {

constexpr std::string_view kDate = "/Date(";
constexpr std::size_t kMinuteLength = std::string_view("2026-02-03T09:00").size();

/// Whether a zone stands behind the time of day.
bool hasZone(std::string_view text)
{
    const std::size_t time = text.find_first_of("Tt ");
    return time != std::string_view::npos && text.find_first_of("Zz+-", time) != std::string_view::npos;
}

} // namespace

std::optional<RecordTime> parseEpoch(std::string_view number)
{
    std::int64_t millis = 0;
    const char *end = number.data() + number.size();
    const auto read = std::from_chars(number.data(), end, millis);
    if (read.ec != std::errc() || read.ptr != end || number.size() < 12 || number.size() > 14)
        return std::nullopt;
    return RecordTime{Timestamp{millis * 1000}, false};
}

std::optional<RecordTime> parseRecordTime(std::string_view text)
{
    text = ascii::trimmed(text);
    if (text.starts_with(kDate) && text.ends_with(")/")) {
        text = text.substr(kDate.size(), text.size() - kDate.size() - 2);
        return parseEpoch(text.substr(0, text.find_first_of("+-", 1))); // what stands behind is where it was written, not when
    }
    std::string whole;
    const bool toTheMinute = text.size() >= kMinuteLength && text[13] == ':' && (text.size() == kMinuteLength || text[kMinuteLength] != ':');
    if (toTheMinute)
        whole = std::string(text.substr(0, kMinuteLength)) + ":00" + std::string(text.substr(kMinuteLength));
    const auto time = parseTimestamp(toTheMinute ? std::string_view(whole) : text);
    return time ? std::optional(RecordTime{*time, !hasZone(text)}) : std::nullopt;
}

} // namespace threadline
