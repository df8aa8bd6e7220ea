// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakeinfluxstore.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace threadline::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kLongestString = 1'048'576; // measured on 2.9.1

const char *nameOf(FakeValue::Type type)
{
    static constexpr std::array<const char *, 5> kNames = {"float", "integer", "unsigned", "string", "boolean"};
    return kNames[static_cast<std::size_t>(type)];
}

std::string inputField(const std::string &field, const std::string &measurement)
{
    return "input field \"" + field + "\" on measurement \"" + measurement + '"';
}

std::string seriesOf(const FakePoint &point)
{
    std::string out = point.measurement;
    for (const auto &[name, value] : point.tags)
        out += ',' + name + '=' + value;
    return out;
}

/// "1h0m0s", as Go writes a duration of whole seconds.
std::string duration(std::int64_t seconds)
{
    std::string out;
    if (seconds >= 3600)
        out += std::to_string(seconds / 3600) + 'h';
    if (seconds >= 60)
        out += std::to_string(seconds / 60 % 60) + 'm';
    return out + std::to_string(seconds % 60) + 's';
}

} // namespace

std::string rfc3339(std::int64_t ns)
{
    using namespace std::chrono;
    const sys_seconds second = floor<seconds>(sys_time<nanoseconds>(nanoseconds(ns)));
    const sys_days day = floor<days>(second);
    const year_month_day date(day);
    const hh_mm_ss time(second - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
    std::string out = text.data();
    if (const auto rest = ns - duration_cast<nanoseconds>(second.time_since_epoch()).count()) {
        std::string decimals = std::to_string(rest);
        decimals.insert(0, 9 - decimals.size(), '0');
        out += '.' + decimals.substr(0, decimals.find_last_not_of('0') + 1);
    }
    return out + 'Z';
}

std::optional<std::string> FakeBucket::conflict(const FakePoint &point) const
{
    for (const auto &[name, value] : point.fields) {
        if (!asV1 && value.text.size() > kLongestString)
            return inputField(name, point.measurement) + " is too long, " + std::to_string(value.text.size()) + " > "
                + std::to_string(kLongestString);
        const auto known = m_types.find({point.measurement, name});
        if (known != m_types.end() && known->second != value.type)
            return "field type conflict: " + inputField(name, point.measurement) + " is type " + nameOf(value.type)
                + ", already exists as type " + nameOf(known->second);
    }
    if (point.fields.size() == 1 && point.fields.contains("time"))
        return "invalid field name: " + inputField("time", point.measurement) + " is invalid";
    return std::nullopt;
}

std::string FakeBucket::retentionReason(const std::vector<const FakePoint *> &dropped, std::int64_t now) const
{
    if (asV1)
        return "points beyond retention policy";
    const auto [oldest, newest] = std::minmax_element(dropped.begin(), dropped.end(),
                                                      [](const FakePoint *a, const FakePoint *b) { return a->time < b->time; });
    const std::string bound =
        " dropped because it violates a Retention Policy Lower Bound at " + rfc3339(now - retentionSeconds * kSecond);
    return "dropped " + std::to_string(dropped.size()) + " points outside retention policy of duration "
        + duration(retentionSeconds) + " - oldest point " + seriesOf(**oldest) + " at " + rfc3339((*oldest)->time) + bound
        + ", newest point " + seriesOf(**newest) + " at " + rfc3339((*newest)->time) + bound;
}

void FakeBucket::put(const FakePoint &point)
{
    ++m_rows;
    auto &fields = m_points[{point.measurement, point.tags, point.time}];
    for (const auto &[name, value] : point.fields) {
        if (name == "time")
            continue; // a field of that name is stripped
        m_types.emplace(std::pair(point.measurement, name), value.type);
        fields[name] = value;
    }
}

FakeStored FakeBucket::store(const std::vector<FakePoint> &points, std::int64_t now, const Refuse &refuse)
{
    FakeStored out;
    std::vector<const FakePoint *> old;
    for (const FakePoint &point : points) {
        if (retentionSeconds > 0 && point.time < now - retentionSeconds * kSecond) {
            old.push_back(&point);
            continue;
        }
        std::optional<std::string> why = refuse ? refuse(point) : std::nullopt;
        if (!why)
            why = conflict(point);
        if (!why) {
            put(point);
            if (point.fields.contains("time") && out.reason.empty()) // refused in words, stored all the same (2.9.1)
                out = {out.dropped,
                       "invalid field name: " + inputField("time", point.measurement)
                           + " is invalid. Field \"time\" has been stripped from point.",
                       true};
            continue;
        }
        ++out.dropped;
        if (out.reason.empty())
            out.reason = *why;
    }
    if (!old.empty() && out.reason.empty()) {
        out.reason = retentionReason(old, now);
        out.namesDatabase = true;
    }
    out.dropped += static_cast<int>(old.size());
    return out;
}

FakeStored FakeBucket::storeAll(const std::vector<FakePoint> &points, std::int64_t now, const Refuse &refuse)
{
    FakeBucket tried = *this;
    FakeStored out = tried.store(points, now, refuse);
    if (!out.refused())
        *this = std::move(tried);
    return out;
}

std::vector<FakePoint> FakeBucket::points() const
{
    std::vector<FakePoint> out;
    out.reserve(m_points.size());
    for (const auto &[identity, fields] : m_points)
        out.push_back({std::get<0>(identity), std::get<1>(identity), std::get<2>(identity), fields});
    return out;
}

} // namespace threadline::test
